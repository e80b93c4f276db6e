package store

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"dwtriage/report/store/storetest"
)

// Very long texts are written whole, in files that are made of a bounded part of them.
func TestExportOfLongTexts(t *testing.T) {
	path := seeded(t, func(db *DB) {
		var lines []storetest.Line
		for i := range 40 {
			text := storetest.Odd
			if i%3 == 0 {
				text += strings.Repeat(fmt.Sprintf(" ü%d", i), 10_000)
			}
			lines = append(lines, storetest.Line{ID: uint16(i + 1), File: "a.csv", Row: int64(i + 2), At: "01:00:00", Err: text, Trace: text})
		}
		load(t, db, lines)
	})
	dir := t.TempDir()
	e, err := OpenExport(t.Context(), path, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	e.slice = 300_000
	runs, err := e.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	parts, err := e.Slices(t.Context(), runs[0])
	if err != nil {
		t.Fatal(err)
	}
	if len(parts) < 3 {
		t.Fatalf("%d parts", len(parts))
	}
	var files []string
	all := int64(0)
	for i, p := range parts {
		if p.Number != i+1 {
			t.Errorf("part %d is number %d", i+1, p.Number)
		}
		file := filepath.Join(dir, fmt.Sprint(i, ".parquet"))
		rows, err := e.Records(t.Context(), runs[0], p, file)
		if err != nil {
			t.Fatal(err)
		}
		all += rows
		files = append(files, "'"+file+"'")
	}
	if all != 40 {
		t.Errorf("%d records", all)
	}
	var differ, long int64
	q := fmt.Sprintf(`SELECT count(*) FILTER (p.error_text <> v.error_text OR p.trace_text <> v.trace_text OR p.error_text IS NULL), count(*) FILTER (strlen(p.error_text) > 30000)
FROM dw.v_records v LEFT JOIN read_parquet([%s]) p ON p.record_id = v.record_id::VARCHAR`, strings.Join(files, ", "))
	if _, err := e.db.conn.ExecContext(t.Context(), "USE dw"); err != nil { // where the view looks for its tables
		t.Fatal(err)
	}
	if err := e.db.conn.QueryRowContext(t.Context(), q).Scan(&differ, &long); err != nil {
		t.Fatal(err)
	}
	if differ != 0 || long != 14 {
		t.Errorf("%d texts differ, %d are long, want 0 and 14", differ, long)
	}
}
