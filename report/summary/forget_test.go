package summary

import (
	"database/sql"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest"
	"dwtriage/report/store"
	"dwtriage/report/store/storetest"
)

var full = flag.Bool("full", false, "forget runs of every kind of nights, tell the states of more nights, and plan every night in both orders; takes minutes")

// An export is what one run reads.
type export struct {
	environment string
	lines       []storetest.Line
}

// at puts records of the night into a file, in rows from the second on.
func at(file string, records ...int) (lines []storetest.Line) {
	for i, r := range records {
		l := night[r-1]
		l.File, l.Row = file, int64(i+2)
		lines = append(lines, l)
	}
	return lines
}

// exports are nights that hold the same records again: all of them in the same place or in another,
// some of them, some twice, in one environment or in several.
var exports = map[string][]export{
	"other names":                  {{"", at("a.csv", 1, 2, 3, 4, 5, 6)}, {"", at("b.csv", 6, 5, 4, 3, 2, 1)}, {"", at("c.csv", 3, 1, 2, 5, 6, 4)}},
	"copies in one export":         {{"", at("a.csv", 1, 2, 1, 4)}, {"", at("b.csv", 2, 2, 5, 1, 2)}, {"", at("c.csv", 5, 5, 4, 4)}},
	"environments":                 {{"PROD", at("a.csv", 1, 2, 3)}, {"TEST", at("b.csv", 2, 3, 4)}, {"PROD", at("c.csv", 1, 3, 4, 5, 6)}},
	"the same night, environments": {{"PROD", night}, {"TEST", night}, {"UAT", night}},
}

// told is all a Summary says.
type told struct {
	Summary
	Records []Record
	Rejects []Reject
	Missing []MissingRow
	Retries []Retry
}

func tell(t *testing.T, db *store.DB, run int64) told {
	t.Helper()
	s, err := Of(t.Context(), db, run, storetest.Matcher())
	if err != nil {
		t.Fatal(err)
	}
	out := told{Summary: *s}
	if err := s.EachRecord(func(r *Record) error { out.Records = append(out.Records, *r); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := s.EachReject(func(r *Reject) error { out.Rejects = append(out.Rejects, *r); return nil }); err != nil {
		t.Fatal(err)
	}
	if s.EachMissing != nil {
		if err := s.EachMissing(func(r *MissingRow) error { out.Missing = append(out.Missing, *r); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.EachRetry(func(r *Retry) error { out.Retries = append(out.Retries, *r); return nil }); err != nil {
		t.Fatal(err)
	}
	out.EachRecord, out.EachCaptures, out.Scan, out.EachReject, out.EachMissing, out.EachRetry, out.Lister, out.Cluster = nil, nil, nil, nil, nil, nil, nil, nil
	out.Known, out.MetElsewhere = 0, nil // who loaded a record changes with what is forgotten, and no report says it but of another environment
	return out
}

// without is what is told of a run by itself, compared with no other.
func (s told) without() told {
	s.Logs, s.Changes, s.Changed, s.ChangedUnknown = nil, nil, Changed{}, Changed{}
	s.Findings, s.Signatures, s.Clusters, s.Fixes = slices.Clone(s.Findings), slices.Clone(s.Signatures), slices.Clone(s.Clusters), slices.Clone(s.Fixes)
	for i := range s.Findings {
		s.Findings[i].Change = ""
	}
	for i := range s.Fixes {
		s.Fixes[i].Change = ""
	}
	for i := range s.Clusters {
		s.Clusters[i].Change = ""
	}
	for i := range s.Signatures {
		s.Signatures[i].Change = ""
		if f := s.Signatures[i].Fix; f != nil {
			g := *f
			g.Change = ""
			s.Signatures[i].Fix = &g
		}
	}
	return s
}

// atAnyTime leaves out what depends on when a run took place and who was first: its id, its end, and
// which of its rows were duplicates.
func (s told) atAnyTime() told {
	s.Run.ID, s.Run.Finished, s.Totals = 0, time.Time{}, store.Counts{}
	s.Inputs = slices.Clone(s.Inputs)
	for i := range s.Inputs {
		s.Inputs[i].Counts = store.Counts{Read: s.Inputs[i].Read}
	}
	return s
}

// loadExport loads one of the runs, as of its own hour, and gives its id.
func loadExport(t *testing.T, db *store.DB, all []export, i int) int64 {
	t.Helper()
	e := all[i]
	reject := ingest.Reject{File: e.lines[0].File, Row: int64(20 + i), Reason: "row is empty", Excerpt: ",,,"}
	run := store.Run{Environment: e.environment, Started: time.Date(2026, 11, 22, 6+i, 0, 0, 0, time.UTC)}
	id, _, err := db.Load(t.Context(), run, store.Tool{Version: "test"},
		storetest.Source(storetest.Batch(store.Allocator(), e.lines...), storetest.Account(e.lines, reject)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// An archive is a closed database with some of the runs in it, and what is told of each. What is done to it is
// done to a copy: to load the same runs again and to ask the same again was three quarters of this test.
type archive struct {
	path string
	ids  map[int]int64
	told map[int]told
}

// change opens a copy of an archive, or a new one where there is none, changes it, and tells of the runs that are
// in it then.
func (a *archive) change(t *testing.T, do func(*store.DB, map[int]int64)) *archive {
	t.Helper()
	b := &archive{filepath.Join(t.TempDir(), "x.duckdb"), make(map[int]int64), make(map[int]told)}
	if a != nil {
		b.ids = maps.Clone(a.ids)
		content, err := os.ReadFile(a.path)
		if err == nil {
			err = os.WriteFile(b.path, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	db := open(t, b.path)
	do(db, b.ids)
	for i, id := range b.ids {
		b.told[i] = tell(t, db, id)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return b
}

// nights are the archives into which some of the runs were loaded, and nothing else was ever done: by their runs.
type nights map[string]*archive

// of makes an archive out of the one without its last run.
func (n nights) of(t *testing.T, all []export, runs []int) *archive {
	t.Helper()
	if len(runs) == 0 {
		return nil
	}
	a := n[fmt.Sprint(runs)]
	if a == nil {
		last := runs[len(runs)-1]
		a = n.of(t, all, runs[:len(runs)-1]).change(t, func(db *store.DB, ids map[int]int64) { ids[last] = loadExport(t, db, all, last) })
		n[fmt.Sprint(runs)] = a
	}
	return a
}

// Forgetting runs, in every order, leaves the reports of the others as they were, and as they would be
// had the forgotten ones never taken place.
func TestForget(t *testing.T) {
	for name, all := range exports {
		if !*full && name != "environments" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			never := make(nights)
			for _, left := range [][]int{{1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}} {
				never.of(t, all, left) // here, since the folder of a test below is gone when it ends
			}
			for first := range all {
				t.Run(fmt.Sprint("forget ", first), func(t *testing.T) {
					once := forget(t, never, never[fmt.Sprint([]int{0, 1, 2})], first)
					for _, second := range slices.Sorted(maps.Keys(once.ids)) {
						t.Run(fmt.Sprint("then ", second), func(t *testing.T) { forgetRest(t, forget(t, never, once, second)) })
					}
				})
			}
		})
	}
}

// forget forgets a run of an archive, and compares what is told of the others with what was told before, and with
// what is told where the forgotten runs never took place.
func forget(t *testing.T, never nights, before *archive, gone int) *archive {
	after := before.change(t, func(db *store.DB, ids map[int]int64) {
		if err := db.Forget(t.Context(), ids[gone]); err != nil {
			t.Fatal(err)
		}
		delete(ids, gone)
	})
	others := never[fmt.Sprint(slices.Sorted(maps.Keys(after.ids)))]
	for i, after := range after.told {
		want := before.told[i]
		if d := cmp.Diff(others.told[i].atAnyTime(), after.atAnyTime()); d != "" {
			t.Errorf("run %d, as if run %d had never taken place (-never +forgotten):\n%s", i, gone, d)
		}
		// What it is compared with may have been the forgotten run's.
		if d := cmp.Diff(want.without(), after.without()); d != "" {
			t.Errorf("run %d after forgetting run %d (-before +after):\n%s", i, gone, d)
		}
	}
	return after
}

// forgetRest forgets what is left, and looks for what stays behind.
func forgetRest(t *testing.T, a *archive) {
	a.change(t, func(db *store.DB, ids map[int]int64) {
		for i, id := range ids {
			if err := db.Forget(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			delete(ids, i)
		}
		for _, table := range []string{"records", "sightings", "rejects", "files", "runs"} {
			if n := count(t, db, table); n != 0 {
				t.Errorf("all runs are forgotten, and %s has %d rows", table, n)
			}
		}
	})
}

// A record is shown where the run of the report met it, not where another run met it first.
func TestPlacesAreOfTheRun(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	for i := range 2 {
		loadExport(t, db, exports["copies in one export"], i)
	}
	var got []string
	for _, r := range tell(t, db, 2).Records {
		got = append(got, fmt.Sprint(r.RecordID[35:], " ", r.File, ":", r.Row, " at ", r.ByteOffset))
	}
	if d := cmp.Diff([]string{"2 b.csv:2 at 200", "5 b.csv:4 at 400", "1 b.csv:5 at 500"}, got); d != "" {
		t.Errorf("records of run 2 (-want +got):\n%s", d)
	}
}

func count(t *testing.T, db *store.DB, table string) (n int64) {
	t.Helper()
	if err := db.Each(t.Context(), "SELECT count(*) FROM dw."+table, func(rows *sql.Rows) error { return rows.Scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}
