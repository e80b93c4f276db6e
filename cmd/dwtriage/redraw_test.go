//go:build cgo

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"dwtriage/report"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// The report of a run can be drawn again from the database alone: the same files, byte for byte, the page
// and summary.json with its timings and exit code among them; also when later runs have met its records.
func TestDrawnAgain(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "x.duckdb")
	runs := []struct {
		args []string
		want int
	}{
		{[]string{"--fail-on", "low", "--environment", "PROD", "../../testdata/demo/dualwrite-errors.csv"}, exitFailOn},
		{[]string{"--max-rejects", "0", "--fail-on", "new", "--environment", "PROD", "../../testdata/demo"}, exitRejects},
		{[]string{"--environment", "TEST", "../../testdata/demo/plugintrace-night.csv.zst", filepath.Join(dir, "none.csv")}, exitFailed},
	}
	drawn := func(i int) string { return filepath.Join(dir, "run", string(rune('1'+i))) }
	for i, r := range runs {
		var said bytes.Buffer
		args := append([]string{"run", "-q", "--db", db, "-o", drawn(i)}, r.args...)
		if code := run(t.Context(), args, nil, &said, &said, func(string) string { return "" }); code != r.want {
			t.Fatalf("run %d: exit code %d, want %d: %s", i+1, code, r.want, &said)
		}
	}
	m, err := (&ruleFlags{}).compile()
	if err != nil {
		t.Fatal(err)
	}
	archive, err := store.Open(t.Context(), db, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for i := range runs {
		s, err := summary.Of(t.Context(), archive, int64(i+1), m)
		if err != nil {
			t.Fatal(err)
		}
		again := filepath.Join(dir, "again", string(rune('1'+i)))
		if err := report.Write(again, s, report.Options{Where: place{db: db, env: func(string) string { return "" }}.where()}); err != nil {
			t.Fatal(err)
		}
		files, err := os.ReadDir(drawn(i))
		if err != nil || len(files) != 14 {
			t.Fatalf("run %d drew %d files, error %v", i+1, len(files), err)
		}
		for _, f := range files {
			first, err1 := os.ReadFile(filepath.Join(drawn(i), f.Name()))
			second, err2 := os.ReadFile(filepath.Join(again, f.Name()))
			if err1 != nil || err2 != nil || !bytes.Equal(first, second) {
				t.Errorf("run %d: %s drawn again differs: %d and %d bytes, %v, %v", i+1, f.Name(), len(first), len(second), err1, err2)
			}
		}
	}
}
