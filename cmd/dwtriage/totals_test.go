//go:build cgo

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// The sample night from export to report: every file tells the same numbers.
func TestTotalsAgree(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "r")
	var said bytes.Buffer
	if code := run(t.Context(), []string{"run", "-q", "--csv", "plain", "--db", filepath.Join(dir, "x.duckdb"), "-o", out, "../../testdata/demo"}, nil, &said, &said, func(string) string { return "" }); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	read := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	// column sums up a column of a CSV file; "" counts its rows.
	column := func(name, heading string) (sum int) {
		rows := rowsOf(t, filepath.Join(out, name))
		if heading == "" {
			return len(rows)
		}
		for _, r := range rows {
			n, err := strconv.Atoi(r[heading])
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			sum += n
		}
		return sum
	}
	var s struct {
		Totals     struct{ Read, Loaded, Duplicates, Rejected, Filtered, OK, Classified, Unclassified int }
		Statuses   map[string]int
		Signatures []struct {
			ID      string
			Records int
		}
	}
	if err := json.Unmarshal(read("summary.json"), &s); err != nil {
		t.Fatal(err)
	}
	classified, signatures := 0, 0
	for name, n := range s.Statuses {
		if name != "ok" && name != "unknown" {
			classified += n
		}
	}
	for _, sig := range s.Signatures {
		signatures += sig.Records
	}
	failing := s.Totals.Classified + s.Totals.Unclassified
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"records of failing_entities.csv", column("failing_entities.csv", "records"), failing},
		{"rows of records.csv", column("records.csv", ""), failing},
		{"records of unclassified.csv", column("unclassified.csv", "records"), s.Totals.Unclassified},
		{"rows of rejects.csv", column("rejects.csv", ""), s.Totals.Rejected},
		{"statuses of rules and codes", classified, s.Totals.Classified},
		{"records of all signatures", signatures, s.Totals.Classified},
		{"status ok", s.Statuses["ok"], s.Totals.OK},
		{"status unknown", s.Statuses["unknown"], s.Totals.Unclassified},
		{"records of fixes.csv and codes", column("fixes.csv", "records") + s.Statuses["code"] + s.Statuses["text"], s.Totals.Classified},
	} {
		if c.got != c.want || c.want == 0 {
			t.Errorf("%s: %d, want %d", c.what, c.got, c.want)
		}
	}
	ids := make(map[string]bool)
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllSubmatch(read("index.html"), -1) {
		if ids[string(m[1])] {
			t.Errorf("index.html has two elements with id %s", m[1])
		}
		ids[string(m[1])] = true
	}
}
