package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/report/store/storetest"
)

// execute runs statements on the database, for tests that put it into a state.
func execute(t *testing.T, db *DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.conn.ExecContext(t.Context(), s); err != nil {
			t.Fatal(s, err)
		}
	}
}

func counts(t *testing.T, db *DB, run int64) (c tableCounts) {
	t.Helper()
	if err := db.conn.QueryRowContext(t.Context(), query("table_counts"), run).Scan(&c.Records, &c.Sightings, &c.Rejects, &c.Files, &c.Runs, &c.Parts, &c.Coverage); err != nil {
		t.Fatal(err)
	}
	return c
}

var emptyRow = ingest.Reject{File: "b.csv", Row: 5, ByteOffset: 500, Reason: "row is empty", Excerpt: ",,,"}

// Rows of a run that is not there are removed at open, from every table, and said; its id stays used.
func TestOrphans(t *testing.T) {
	orphan := map[string]string{
		"records":   "INSERT INTO dw.records SELECT * REPLACE (uuid() AS record_id, 7 AS run_id, 'orphaned' AS template_id) FROM dw.records",
		"sightings": "INSERT INTO dw.sightings SELECT * REPLACE (7 AS run_id) FROM dw.sightings",
		"rejects":   "INSERT INTO dw.rejects SELECT * REPLACE (7 AS run_id) FROM dw.rejects",
		"coverage":  "INSERT INTO dw.coverage SELECT * REPLACE (7 AS run_id) FROM dw.coverage",
		"files":     "INSERT INTO dw.files SELECT * REPLACE (7 AS run_id) FROM dw.files",
	}
	two := seeded(t, func(db *DB) {
		load(t, db, night[:4])
		load(t, db, night, emptyRow)
	})
	for _, tables := range [][]string{{"records"}, {"sightings", "files"}, {"records", "sightings", "rejects", "coverage", "files"}} {
		t.Run(strings.Join(tables, " "), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.duckdb")
			copyDatabase(t, two, path)
			db := openTest(t, path)
			before := []tableCounts{counts(t, db, 1), counts(t, db, 2)}
			for _, table := range tables {
				execute(t, db, orphan[table])
			}
			left := counts(t, db, 7)
			db.Close()

			// What only reads must not repair, and must not see them either.
			reading, err := Open(t.Context(), path, Options{ReadOnly: true})
			if err != nil {
				t.Fatal(err)
			}
			if c, err := reading.Cluster(t.Context(), "orphaned"); err == nil {
				t.Errorf("a reader finds %d records of no run", c.Records)
			}
			ofNoRun := func(m classify.Message) bool { return strings.Contains(m.Signature, "orphaned") }
			if others, err := reading.OtherMessages(t.Context(), "x"); err != nil || slices.ContainsFunc(others, ofNoRun) {
				t.Errorf("a reader finds messages of no run, or error %v", err)
			}
			for _, id := range list(t, reading, "SELECT record_id::VARCHAR FROM dw.records WHERE run_id = 7") {
				if _, err := reading.Texts(t.Context(), id); err == nil {
					t.Errorf("a reader finds record %s of no run", id)
				}
			}
			if got := counts(t, reading, 7); got != left || len(reading.Notes()) != 0 {
				t.Errorf("reading left %+v of %+v, notes %q", got, left, reading.Notes())
			}
			reading.Close()

			db = openTest(t, path)
			var parts []string
			for _, p := range []struct {
				table string
				n     int64
			}{{"records", left.Records}, {"sightings", left.Sightings}, {"rejects", left.Rejects}, {"coverage", left.Coverage}, {"files", left.Files}} {
				if p.n > 0 {
					parts = append(parts, fmt.Sprintf("%d in %s", p.n, p.table))
				}
			}
			if want := "rows: " + strings.Join(parts, ", ") + ";"; len(parts) != len(tables) || len(db.Notes()) != 1 || !strings.Contains(db.Notes()[0], want) {
				t.Errorf("notes %q, want one with %q", db.Notes(), want)
			}
			if got := counts(t, db, 7); got != (tableCounts{}) {
				t.Errorf("left over: %+v", got)
			}
			if got := []tableCounts{counts(t, db, 1), counts(t, db, 2)}; !slices.Equal(got, before) {
				t.Errorf("the runs have %+v rows, want %+v", got, before)
			}
			if next := load(t, db, night); next.id != 8 || next.Totals.Duplicates != 6 {
				t.Errorf("the next run is %d with %+v, want 8 with 6 duplicates", next.id, next.Totals)
			}
			db.Close()
			if notes := openTest(t, path).Notes(); len(notes) != 0 {
				t.Errorf("opened again: notes %q", notes)
			}
		})
	}
}

// A run id is not given out again, whatever is forgotten.
func TestRunIDsAreNotReused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	db := openTest(t, path)
	for want := int64(1); want <= 5; want++ {
		got := load(t, db, night).id
		if got != want {
			t.Errorf("run %d, want %d", got, want)
		}
		if err := db.Forget(t.Context(), got); err != nil {
			t.Fatal(err)
		}
		if want%2 == 0 {
			db.Close()
			db = openTest(t, path)
		}
	}
}

// The tables are counted against the ledger once more when the run is committed: a row that got into
// its table past the feed makes the run fail, and takes it back.
func TestAudit(t *testing.T) {
	one := seeded(t, func(db *DB) { load(t, db, night[:2]) })
	for table, row := range map[string]string{
		"records":    "(record_id, run_id, file) SELECT uuid(), 2, 'a.csv'",
		"text_parts": "(record_id, run_id, field, part, text) SELECT uuid(), 2, 'error_text', 2, 'x'",
		"sightings":  "(record_id, run_id) SELECT uuid(), 2",
		"rejects":    "(run_id, file) SELECT 2, 'a.csv'",
		"coverage":   "(run_id, log) SELECT 2, 'dualwrite'",
		"files":      "(run_id, path) SELECT 2, 'a.csv'",
		"runs":       "(run_id) SELECT 2",
	} {
		t.Run(table, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.duckdb")
			copyDatabase(t, one, path)
			db := openTest(t, path)
			before := counts(t, db, 1)
			next := storetest.Source(storetest.Batch(Allocator(), night...), storetest.Account(night, emptyRow))
			taken := 0
			_, _, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{}, func() (*ingest.Batch, error) {
				if taken++; taken == 2 {
					// Of another connection, so the run's own transaction does not see it.
					if _, err := db.spool.ExecContext(t.Context(), "INSERT INTO dw."+table+" "+row); err != nil {
						t.Error(err)
					}
				}
				return next()
			}, nil)
			for _, want := range []string{"internal error: run 2 is booked as", "the run was taken back", path} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want an internal error with %q", err, want)
				}
			}
			if got := counts(t, db, 2); got != (tableCounts{}) {
				t.Errorf("of the run there is %+v", got)
			}
			if got := counts(t, db, 1); got != before {
				t.Errorf("run 1 has %+v, want %+v", got, before)
			}
			if again := load(t, db, night); again.id != 3 || again.Totals.Loaded != 4 {
				t.Errorf("run %d, %+v; want run 3 with 4 loaded", again.id, again.Totals)
			}
		})
	}
}
