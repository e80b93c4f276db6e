//go:build cgo

package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store"
)

// A file that ends in the middle of a record is not read again either, and books what reading it would: the tables are the same after each call, also when
// the whole record comes, goes, and the half is a record once more.
func TestHalvesAreNotReadAgain(t *testing.T) {
	const head = "createdon,plugintracelogid,typename,exceptiondetails\n2026-11-22T20:00:00Z,00000000-0000-0000-0000-0000000000a1,Contoso.Guard,Region NORTH was not found.\n"
	for name, id := range map[string]string{"an id of the log": "00000000-0000-0000-0000-0000000000a2", "an id of its content": ""} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			row := "2026-11-22T20:01:00Z," + id + ",Contoso.Guard,Region SOUTH was"
			for file, text := range map[string]string{"half.csv": head + row, "whole.csv": head + row + " not found in the table of regions.\n"} {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Chtimes(file, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
			call := func(args ...string) string {
				var said strings.Builder
				if code := run(t.Context(), args, strings.NewReader(""), &said, &said, func(string) string { return "" }); code != exitDone {
					t.Fatalf("%q: exit code %d: %s", args, code, &said)
				}
				return said.String()
			}
			for i, c := range []struct {
				args  []string
				known string // files of the call that are not read again
			}{
				{[]string{"run", "half.csv"}, ""},
				{[]string{"run", "half.csv"}, "1 file was not read again"},
				{[]string{"run", "half.csv", "whole.csv"}, "1 file was not read again"},
				{[]string{"run", "half.csv"}, "1 file was not read again"},
				{[]string{"run", "half.csv", "whole.csv"}, "1 file was not read again"}, // a record that stands in both has one place
				{[]string{"history", "forget", "--run", "5"}, ""},
				{[]string{"run", "half.csv"}, "1 file was not read again"},
				{[]string{"history", "forget", "--run", "3"}, ""},
				{[]string{"run", "half.csv"}, ""},
				{[]string{"run", "half.csv"}, "1 file was not read again"},
			} {
				var tables []map[string][]string
				for db, extra := range map[string][]string{"a.duckdb": nil, "b.duckdb": {"--reread"}} {
					args := append([]string{c.args[0]}, c.args[1:]...)
					if args = append(args, "--db", db); c.args[0] == "run" {
						args = append(append(args, "-o", filepath.Join(db+".out"), "--allow-empty"), extra...)
					}
					said := call(args...)
					if got := strings.Contains(said, "not read again"); db == "a.duckdb" && (got != (c.known != "") || !strings.Contains(said, c.known)) {
						t.Errorf("call %d, %q: want %q, said: %s", i+1, args, c.known, said)
					}
					call("check", "--db", db)
					tables = append(tables, halfTables(t, db))
				}
				if d := cmp.Diff(tables[0], tables[1]); d != "" {
					t.Fatalf("after call %d, %q, the tables differ:\n%s", i+1, c.args, d)
				}
			}
		})
	}
}

// halfTables are the rows that say what runs met, and their ledgers.
func halfTables(t *testing.T, path string) map[string][]string {
	t.Helper()
	db, err := store.Open(t.Context(), path, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows := make(map[string][]string)
	for table, columns := range map[string]string{
		"records": "run_id, record_id, file, row, error_text", "sightings": "*", "cuts": "*", "rejects": "run_id, file, row, reason", "coverage": "*",
		"files": "run_id, path, read, loaded, duplicates, rejected", "runs": "run_id, read, loaded, duplicates, rejected, inherited, scope_records, scope_digest",
	} {
		if err := db.Each(t.Context(), "SELECT r::VARCHAR FROM (SELECT "+columns+" FROM dw."+table+") r ORDER BY ALL", func(r *sql.Rows) error {
			var row string
			err := r.Scan(&row)
			rows[table] = append(rows[table], row)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return rows
}
