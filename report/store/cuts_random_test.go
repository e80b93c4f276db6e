package store

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dwtriage/report/store/storetest"
)

// halvedNight makes up the files of a run: records of a few that are whole, and at the end of a file maybe the half of one, under the id of the
// whole one or one of its own.
func halvedNight(r *rand.Rand, run int) (files [][]storetest.Line, cut [][]int) {
	text := func(id int) string {
		return fmt.Sprintf("Unable to lookup msdyn_%d with values {%s}", id, "80, 81, 82, 83")
	}
	for f := range 1 + r.IntN(3) {
		path := fmt.Sprintf("%c%d.csv", 'a'+f, run)
		var lines []storetest.Line
		var half []int
		add := func(id, at int, err string) {
			lines = append(lines, storetest.Line{ID: uint16(id), File: path, Row: int64(len(lines) + 2), At: fmt.Sprintf("%02d:00:00", at), Entity: "customers", Err: err})
		}
		for range 1 + r.IntN(2) {
			id := 1 + r.IntN(3)
			add(id, id, text(id))
		}
		if id := 1 + r.IntN(3); r.IntN(2) == 0 {
			length := 20 + 5*r.IntN(3)
			as := id
			if id != 1 { // the log of this one prints ids
				as = 100*id + length
			}
			half = []int{len(lines)}
			add(as, id, text(id)[:length])
		}
		files, cut = append(files, lines), append(cut, half)
	}
	return files, cut
}

// Whatever runs meet of records and their halves, in whatever order, and are forgotten again: a record stands where its text stands, and is gone only with
// the last run that met it whole; each run has met each record once; check has no objection.
func TestHalvesInAnyOrder(t *testing.T) {
	seeds := 12
	if *full {
		seeds = 400
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(seed), 3))
			path := filepath.Join(t.TempDir(), "x.duckdb")
			db := openTest(t, path)
			places := make(map[string]string)  // what stands at a place of a run
			wholes := make(map[int64][]uint16) // ids that a run met whole
			var runs []int64
			for n := range 2 + r.IntN(4) {
				files, cut := halvedNight(r, n)
				run, met := loadHalved(t, db, files, cut, places)
				runs, wholes[run] = append(runs, run), met
				halvesHold(t, db, places, runs, wholes)
				if r.IntN(4) == 0 {
					i := r.IntN(len(runs))
					if err := db.Forget(t.Context(), runs[i]); err != nil {
						t.Fatal(err)
					}
					runs = slices.Delete(runs, i, i+1)
					halvesHold(t, db, places, runs, wholes)
				}
			}
			db.Close()
			for _, p := range problems(t, path) {
				t.Error(p)
			}
		})
	}
}

// loadHalved loads files as one run, puts into places what stands in them, by run, file and row, and says which ids are whole there.
func loadHalved(t *testing.T, db *DB, files [][]storetest.Line, cut [][]int, places map[string]string) (run int64, met []uint16) {
	t.Helper()
	var shelf []shelfFile
	for i, lines := range files {
		shelf = append(shelf, shelfFile{lines: lines, cut: cut[i], account: storetest.Account(lines).Files[0]})
		for n, l := range lines {
			if !slices.Contains(cut[i], n) {
				met = append(met, l.ID)
			}
		}
	}
	run, _, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{}, source(shelf, all(len(shelf))), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range shelf {
		for _, l := range f.lines {
			places[fmt.Sprint(run, " ", l.File, ":", l.Row)] = l.Err
		}
	}
	return run, met
}

// halvesHold holds the tables to what stands in the files.
func halvesHold(t *testing.T, db *DB, places map[string]string, runs []int64, wholes map[int64][]uint16) {
	t.Helper()
	held := list(t, db, "SELECT concat(run_id, ' ', file, ':', row, '|', error_text) FROM dw.records ORDER BY ALL")
	for _, h := range held {
		place, text, _ := strings.Cut(h, "|")
		if places[place] != text {
			t.Errorf("a record with the text %q stands at %s, where there is %q", text, place, places[place])
		}
	}
	ids := list(t, db, "SELECT right(record_id::VARCHAR, 4) FROM dw.records WHERE error_text LIKE '%83}' ORDER BY ALL")
	for _, run := range runs {
		for _, id := range wholes[run] {
			if !slices.Contains(ids, fmt.Sprintf("%04x", id)) {
				t.Errorf("run %d met record %d whole, and it is not there: %q", run, id, ids)
			}
		}
	}
	if twice := list(t, db, "SELECT concat(run_id, ' ', record_id) FROM dw.sightings GROUP BY run_id, record_id HAVING count(*) > 1"); len(twice) > 0 {
		t.Errorf("met twice by one run: %q", twice)
	}
	if digests := list(t, db, `SELECT concat_ws(' ', u.run_id, u.scope_records, h.records) FROM dw.runs u LEFT JOIN (
		SELECT run_id, count(*) AS records, bit_xor(hash(record_id)) AS digest
		FROM (SELECT run_id, record_id FROM dw.records UNION SELECT run_id, record_id FROM dw.sightings) GROUP BY run_id
	) h USING (run_id) WHERE (u.scope_records, u.scope_digest) IS DISTINCT FROM (coalesce(h.records, 0), coalesce(h.digest, 0))`); len(digests) > 0 {
		t.Errorf("the scopes of these runs are not theirs: %q", digests)
	}
	for _, p := range list(t, db, query("check_runs")) {
		t.Error(p)
	}
	if t.Failed() {
		t.Fatal("ledgers: ", list(t, db, "SELECT concat_ws(' ', run_id, path, read, loaded, duplicates, rejected) FROM dw.files ORDER BY ALL"), list(t, db, "SELECT concat_ws(' ', run_id, read, loaded, duplicates, rejected, inherited) FROM dw.runs ORDER BY ALL"), "\n", "runs: ", runs, "\nrecords: ", held, "\ncuts: ", list(t, db, "SELECT concat_ws(' ', run_id, right(record_id::VARCHAR, 4), file, row) FROM dw.cuts ORDER BY ALL"),
			"\nsightings: ", list(t, db, "SELECT concat_ws(' ', run_id, right(record_id::VARCHAR, 4), file, row) FROM dw.sightings ORDER BY ALL"))
	}
}
