//go:build cgo

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"dwtriage/report"
	"dwtriage/report/redact"
	"dwtriage/report/store"
)

// Whether a merge takes the rows of records.csv from its parts or draws them from its database, the tables are those of a run: with copies
// in several parts, on top of a database that knows some of the records, in a style that no worker draws, with an environment that only the
// merge was told of, and redacted.
func TestMergeRows(t *testing.T) {
	demo := absolute("../../testdata/demo")
	t.Chdir(t.TempDir())
	if err := os.CopyFS("in", os.DirFS(demo)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("in/dualwrite-errors.csv")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("in/again.csv", text, 0o666); err != nil { // read before the other
		t.Fatal(err)
	}
	if err := os.WriteFile("key", []byte("0123456789abcdef0123456789abcdef"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, shard := range []string{"1/3", "2/3", "3/3"} {
		runIn(t, exitDone, "run", "-q", "--part", "parts", "--shard", shard, "in")
	}
	parts, _, err := store.FindParts(t.Context(), []string{"parts"})
	if err != nil || len(parts) != 3 {
		t.Fatal(parts, err)
	}
	var drawn int64
	for _, p := range parts {
		if p.Drawn != (report.Options{}).Rows() {
			t.Errorf("%s: rows drawn as %q", p.Folder, p.Drawn)
		}
		drawn += p.Report.Rows
	}
	if hidden, err := filepath.Glob("parts/.*"); err != nil || len(hidden) > 0 {
		t.Error(hidden, err)
	}
	for name, flags := range map[string][]string{
		"rows of parts": nil, "plain": {"--csv", "plain"}, "environment": {"--environment", "FABRIKAM"}, "redacted": {"--redact", "--redact-key", "key"},
	} {
		for _, before := range []bool{false, true} {
			if before && flags != nil {
				continue
			}
			var tables [2]map[string]string
			for i, what := range [][]string{{"run", "in"}, {"merge", "parts"}} {
				to := filepath.Join(name, what[0])
				if before {
					to += "-again"
					runIn(t, exitDone, append([]string{"run", "-q", "--db", to + ".duckdb", "-o", to, "in/again.csv"}, flags...)...)
				}
				runIn(t, exitDone, append([]string{what[0], "-q", "--db", to + ".duckdb", "-o", to, what[1]}, flags...)...)
				tables[i] = make(map[string]string)
				for _, table := range []string{"records.csv", "captures.csv"} {
					text, err := os.ReadFile(filepath.Join(to, table))
					if err != nil {
						t.Fatal(err)
					}
					tables[i][table] = string(text)
				}
			}
			for table, want := range tables[0] {
				if got := tables[1][table]; got != want {
					t.Errorf("%s, known records %t: %s of a merge and of a run differ:\n%.2000s\n%.2000s", name, before, table, got, want)
				}
			}
		}
	}
	db, err := store.Open(t.Context(), "rows of parts/merge.duckdb", store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if failing := textsOf(t, db, "SELECT count(*)::VARCHAR FROM dw.records WHERE status <> 'ok' HAVING count(*) < "+strconv.FormatInt(drawn, 10)); len(failing) != 1 {
		t.Errorf("no part has a row of a record that is loaded from another one: %d rows", drawn)
	}
}

func TestHaveRows(t *testing.T) {
	part := func(drawn, environment string) *store.Part {
		return &store.Part{Drawn: drawn, Environment: environment}
	}
	how := report.Options{}.Rows()
	for name, tc := range map[string]struct {
		parts []*store.Part
		style string
		env   string
		hides bool
		want  bool
	}{
		"as they are":                  {[]*store.Part{part(how, ""), part(how, "")}, "excel", "", false, true},
		"of an environment":            {[]*store.Part{part(how, "A")}, "excel", "A", false, true},
		"one without rows":             {[]*store.Part{part(how, ""), part("", "")}, "excel", "", false, false},
		"drawn by another program":     {[]*store.Part{part("0-excel", "")}, "excel", "", false, false},
		"another style":                {[]*store.Part{part(how, "")}, "plain", "", false, false},
		"semicolons":                   {[]*store.Part{part(how, "")}, "excel-semicolon", "", false, false},
		"an environment for the merge": {[]*store.Part{part(how, "")}, "excel", "A", false, false},
		"hidden":                       {[]*store.Part{part(how, "")}, "excel", "", true, false},
		"hidden, and drawn as nothing": {[]*store.Part{part("", "")}, "excel", "", true, false},
	} {
		j := &job{s: &session{}, parts: tc.parts}
		j.flags.csv, j.flags.environment = tc.style, tc.env
		if tc.hides {
			j.s.red = &redact.Redactor{}
		}
		if got := j.haveRows(); got != tc.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	styles := []string{report.Options{}.Rows(), report.Options{PlainCSV: true}.Rows(), report.Options{Semicolon: true}.Rows()}
	if slices.Sort(styles); len(slices.Compact(styles)) != 3 {
		t.Errorf("styles are called %q", styles)
	}
}
