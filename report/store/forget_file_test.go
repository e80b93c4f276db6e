package store

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store/storetest"
)

// rowsOf are the rows of all tables, but for when and how runs were called and who judged what is of one set of rules in these tests.
func rowsOf(t *testing.T, db *DB) map[string][]string {
	t.Helper()
	all := make(map[string][]string)
	for _, table := range runTables {
		without := map[string]string{"runs": "EXCLUDE (started_at, finished_at, timings)"}[table]
		all[table] = list(t, db, fmt.Sprintf("SELECT t::VARCHAR FROM (SELECT * %s FROM dw.%s) t ORDER BY 1", without, table))
	}
	return all
}

// Forgetting a file equals never having read it: whatever stood in it, whatever else the run and later runs met of it. A record stands in two files of
// a run at most, as of more the places are not kept.
func TestForgetFile(t *testing.T) {
	seeds := uint64(4)
	if *full {
		seeds = 12
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 7))
			earlier := []storetest.Line{{ID: 3, File: "z.csv", Row: 2, At: "03:00:00", Err: storetest.Odd}}
			names := []string{"a.csv", "b.csv", "c.csv"}
			gone := names[r.IntN(3)]
			var lines, without []storetest.Line
			row := make(map[string]int64)
			add := func(l storetest.Line, file string) {
				row[file]++
				l.File, l.Row = file, row[file]+1
				lines = append(lines, l)
				if file != gone {
					without = append(without, l)
				}
			}
			for id := range 40 {
				l := storetest.Line{ID: uint16(id + 1), At: fmt.Sprintf("%02d:00:00", id%24), Entity: "uoms", Company: "USMF"}
				l.Err = []string{storetest.NotMember, storetest.UnitOfMeasure, storetest.Odd, "", strings.Repeat("long text ", 2000) + storetest.Odd}[r.IntN(5)]
				if l.Err == "" {
					l.Trace = "all fine"
				}
				places := r.Perm(3)[:1+r.IntN(2)]
				if l.ID == earlier[0].ID {
					places = places[:1] // it has a place more
				}
				slices.Sort(places)
				for _, p := range places {
					add(l, names[p])
				}
			}
			slices.SortStableFunc(lines, func(a, b storetest.Line) int { return strings.Compare(a.File, b.File) })
			slices.SortStableFunc(without, func(a, b storetest.Line) int { return strings.Compare(a.File, b.File) })
			dir := t.TempDir()
			db, never := openTest(t, filepath.Join(dir, "x.duckdb")), openTest(t, filepath.Join(dir, "never.duckdb"))
			load(t, db, earlier)
			load(t, never, earlier)
			load(t, db, lines)
			load(t, never, without)
			for _, table := range ToldTables {
				for _, to := range []struct {
					db  *DB
					run int64
				}{{db, 1}, {never, 1}, {db, 2}} {
					if _, err := to.db.conn.ExecContext(t.Context(), "INSERT INTO dw."+table+" (run_id, position) VALUES ($1, 0)", to.run); err != nil {
						t.Fatal(err)
					}
				}
			}
			before := rowsOf(t, db)
			what, err := db.ForgettingFile(t.Context(), 2, gone)
			if err != nil || what.Last || what.Unknown != 0 {
				t.Fatalf("%+v, error %v", what, err)
			}
			if d := cmp.Diff(before, rowsOf(t, db)); d != "" {
				t.Errorf("saying what would go changed the database:\n%s", d)
			}
			if err := db.ForgetFile(t.Context(), 2, gone); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(rowsOf(t, never), rowsOf(t, db)); d != "" {
				t.Errorf("without %s (-never read +forgotten):\n%.4000s", gone, d)
			}
			if left := len(rowsOf(t, db)["records"]); int64(len(before["records"])-left) != what.Gone {
				t.Errorf("%d records before and %d after, and %d were to go", len(before["records"]), left, what.Gone)
			}
			for _, q := range []string{"check_runs", "check_links"} {
				if problems := list(t, db, query(q)); len(problems) > 0 {
					t.Errorf("%s: %q", q, problems)
				}
			}
		})
	}
}

// What another run met passes to it; a run of one file is forgotten with it.
func TestForgetFilePasses(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, night)
	load(t, db, night)
	what, err := db.ForgettingFile(t.Context(), 1, "b.csv")
	if err != nil || what.Records != 3 || what.Gone != 0 || len(what.Passed) != 1 || what.Passed[0].Run != 2 || what.Passed[0].Records != 3 {
		t.Fatalf("%+v, error %v", what, err)
	}
	for i, path := range []string{"b.csv", "a.csv"} {
		if err := db.ForgetFile(t.Context(), 1, path); err != nil {
			t.Fatal(err)
		}
		got := list(t, db, "SELECT concat(run_id, ' ', loaded, ' ', duplicates, ' ', inherited, ' ', scope_records) FROM dw.runs ORDER BY 1")
		if want := [][]string{{"1 3 0 0 3", "2 0 6 3 6"}, {"2 0 6 6 6"}}[i]; !slices.Equal(got, want) {
			t.Errorf("runs without %s: %q, want %q", path, got, want)
		}
		for _, q := range []string{"check_runs", "check_links"} {
			if problems := list(t, db, query(q)); len(problems) > 0 {
				t.Errorf("%s: %q", q, problems)
			}
		}
	}
	if ids, err := db.RunsOfFile(t.Context(), "a.csv", 0); err != nil || !slices.Equal(ids, []int64{2}) {
		t.Errorf("runs that read a.csv: %v, error %v", ids, err)
	}
}
