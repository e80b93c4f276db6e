//go:build cgo

package main

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store"
)

// The views of what reports say have, row for row and cell for cell, what the CSV files of the report have: of the sample night,
// and of two generated ones that are compared. Forgetting a run takes along what was said against it.
func TestViewsSayWhatReportsSay(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "x.duckdb")
	night := func(run int64, args ...string) (rows map[string]int) {
		t.Helper()
		out := filepath.Join(dir, fmt.Sprint("r", run))
		var said bytes.Buffer
		if code := runQuietly(t, &said, append([]string{"run", "-q", "--csv", "plain", "--db", db, "-o", out}, args...)...); code != exitDone {
			t.Fatalf("exit code %d: %s", code, &said)
		}
		rows = make(map[string]int)
		for _, table := range store.ToldTables {
			want := csvTable(t, filepath.Join(out, table+".csv"))
			got := append([][]string{want[0]}, toldRows(t, db, table, run)...)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("run %d, %s.csv and v_%[2]s (-csv +view):\n%s", run, table, d)
			}
			rows[table] = len(want) - 1
		}
		return rows
	}
	demo := night(1, "--environment", "demo", "../../testdata/demo")
	if demo["fixes"] < 5 || demo["incidents"] < 1 {
		t.Errorf("rows of the sample night: %v", demo)
	}
	n := newChainNight(5)
	for day := range 2 {
		n.errors, n.traces = n.errors[:1], n.traces[:1]
		for op := range 40 {
			at := n.start.Add(time.Duration(day)*24*time.Hour + time.Duration(op)*6*time.Minute)
			n.operation(op, at, fmt.Sprintf("P-%d", op), "USMF", "columns")
			if day == 1 {
				n.errors = append(n.errors, []string{"USMF", "Vendors V2", "", at.Format(iso), "Unable to lookup msdyn_customergroups with values {80}", ""})
			}
		}
		if changes := night(int64(day+2), n.write(t, t.TempDir(), 1)...)["changes"]; day == 1 && changes == 0 {
			t.Error("no changes in the second night")
		}
	}
	var said bytes.Buffer
	if code := runQuietly(t, &said, "history", "forget", "--db", db, "--run", "2"); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	for run, want := range map[int64][]bool{1: {demo["changes"] > 0, true, true}, 2: {false, false, false}, 3: {false, true, false}} {
		for i, table := range store.ToldTables {
			if got := len(toldRows(t, db, table, run)) > 0; got != want[i] && !(run == 3 && table == "incidents") {
				t.Errorf("after forgetting run 2, v_%s of run %d has rows: %t, want %t", table, run, got, want[i])
			}
		}
	}
}

func runQuietly(t *testing.T, said *bytes.Buffer, args ...string) int {
	return run(t.Context(), args, nil, said, said, func(string) string { return "" })
}

// csvTable reads a CSV file, its text cells without the guard against formulas.
func csvTable(t *testing.T, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		for i := range r {
			r[i] = strings.TrimPrefix(r[i], "'")
		}
	}
	return rows
}

// toldRows reads the rows of a run in a view, written as in a CSV file.
func toldRows(t *testing.T, path, table string, run int64) (out [][]string) {
	t.Helper()
	db, err := store.Open(t.Context(), path, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	order := map[string]string{"changes": "rowid", "fixes": "rank", "incidents": "onset"}[table]
	from := "v_" + table
	if table == "changes" { // which a view has in no order
		from, order = "v_changes v", "(SELECT position FROM dw.changes c WHERE c.run_id = v.run_id AND c.change = v.change AND c.signature = v.signature AND c.\"where\" IS NOT DISTINCT FROM v.\"where\")"
	}
	if err := db.Each(t.Context(), fmt.Sprintf("SELECT * EXCLUDE (environment, run_id) FROM dw.%s WHERE run_id = $1 ORDER BY %s", from, order), func(rows *sql.Rows) error {
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		values, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			to[i] = &values[i]
		}
		if err := rows.Scan(to...); err != nil {
			return err
		}
		row := make([]string, len(columns))
		for i, v := range values {
			switch v := v.(type) {
			case nil:
			case time.Time:
				row[i] = v.UTC().Format(time.DateTime)
			case []any:
				items := make([]string, len(v))
				for j := range v {
					items[j] = fmt.Sprint(v[j])
				}
				row[i] = strings.Join(items, "; ")
			default:
				row[i] = fmt.Sprint(v)
			}
		}
		out = append(out, row)
		return nil
	}, run); err != nil {
		t.Fatal(err)
	}
	return out
}
