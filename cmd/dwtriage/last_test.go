//go:build cgo

package main

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/report"
	"dwtriage/report/store"
	"dwtriage/report/summary"
	"dwtriage/rules"
)

// A run that met what the last report was about takes its sums and its tables of rows from there; any other does not. Either way its report is, byte
// for byte, the one that the database gives, and the views say what those of a run that was summed up say.
func TestLastReport(t *testing.T) {
	dir := t.TempDir()
	in, db, out := filepath.Join(dir, "in"), filepath.Join(dir, "x.duckdb"), filepath.Join(dir, "out")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dualwrite-errors.csv", "plugintrace-excel.csv"} {
		text, err := os.ReadFile("../../testdata/demo/" + name)
		if err == nil {
			err = os.WriteFile(filepath.Join(in, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write := func(path string, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	more := func(key string) string {
		return "Company,Entity,Key,Created,Error message,Correlation Id\nUSMF,Vendors V2," + key + ",2026-03-04T05:06:07Z,\"Unable to lookup msdyn_vendorgroups with values {10, usmf}\",\n"
	}
	extra := filepath.Join(dir, "extra.csv")
	write(extra, more("V-1"))
	ruleFolder := filepath.Join(dir, "rules")
	site := "- mute: dw-install-managed-property\n  owner: Ann\n  reason: known\n  expires: 2999-12-31\n"
	if err := os.Mkdir(ruleFolder, 0o700); err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(ruleFolder, "site.yaml"), site)
	call := func(args ...string) func() {
		return func() {
			t.Helper()
			var said bytes.Buffer
			if code := runQuietly(t, &said, args...); code != exitDone {
				t.Fatalf("%q: exit code %d: %s", args, code, &said)
			}
		}
	}
	otherRuns := map[string]bool{"the first": true, "behind another environment": true}
	taking := func(args ...string) func() {
		return func() {
			t.Helper()
			call(args...)()
			if _, err := os.Stat(db + ".last"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%q left the texts of the last report: %v", args, err)
			}
		}
	}
	id := int64(0)
	steps := []struct {
		name   string
		before func()
		args   []string
		sums   bool // those of the last report
		tables bool
	}{
		{"the first", call("run", "-q", "--db", db, "-o", filepath.Join(dir, "before"), extra), nil, false, false},
		{"again", nil, nil, true, true},
		{"read anew", nil, []string{"--reread"}, true, true},
		{"records.csv was written to", func() { write(filepath.Join(out, "records.csv"), "spoilt") }, nil, true, false},
		{"again behind it", nil, nil, true, true},
		{"tables for scripts", nil, []string{"--csv", "plain"}, true, false},
		{"tables for scripts again", nil, []string{"--csv", "plain"}, true, true},
		{"with all forms", nil, []string{"--report-format", "markdown,teams", "--xlsx"}, true, false},
		{"a file more", func() { write(filepath.Join(in, "more.csv"), more("V-2")) }, nil, false, false},
		{"a file with other bytes", func() { write(filepath.Join(in, "more.csv"), more("V-3")) }, nil, false, false},
		{"a file less", func() { os.Remove(filepath.Join(in, "more.csv")) }, nil, false, false},
		{"behind another environment", call("run", "-q", "--db", db, "-o", filepath.Join(dir, "other"), "--environment", "TEST", filepath.Join(in, "dualwrite-errors.csv")), nil, false, false},
		{"again behind that", nil, nil, true, true},
		{"of a time", nil, []string{"--since", "2026-01-01"}, false, false},
		{"of all times", nil, nil, false, false},
		{"other rules", nil, []string{"--rules", ruleFolder}, false, false},
		{"other rules under another name", func() {
			if err := os.Rename(ruleFolder, ruleFolder+"2"); err != nil {
				t.Fatal(err)
			}
			ruleFolder += "2"
		}, []string{"--rules", ruleFolder + "2"}, false, false},
		{"judged again", func() { taking("reclassify", "--db", db, "--rules", ruleFolder)() }, nil, false, false},
		{"something forgotten", taking("history", "forget", "--db", db, "--file", extra), nil, false, false},
		{"something pruned", taking("history", "prune", "--db", db, "--before", "2026-03-05"), nil, false, false},
		{"what was kept is cut off", func() { os.Truncate(db+".last", 1000) }, nil, false, false},
		{"what was kept is gone", func() { os.Remove(db + ".last") }, nil, false, false},
		{"the end", nil, nil, true, true},
	}
	var said bytes.Buffer
	for _, s := range steps {
		if s.before != nil {
			s.before()
		}
		old, _ := os.Stat(filepath.Join(out, "records.csv"))
		if code := runQuietly(t, &said, slices.Concat([]string{"run", "-q", "--db", db, "-o", out}, s.args, []string{in})...); code != exitDone {
			t.Fatalf("%s: exit code %d: %s", s.name, code, &said)
		}
		fresh, err := os.Stat(filepath.Join(out, "records.csv"))
		if err != nil {
			t.Fatal(err)
		}
		id++
		if _, ok := otherRuns[s.name]; ok {
			id++
		}
		if same := old != nil && os.SameFile(old, fresh); same != s.tables {
			t.Errorf("%s: records.csv is the file of the last report: %t, want %t", s.name, same, s.tables)
		}
		text, err := os.ReadFile(db + ".last")
		if err != nil {
			t.Fatal(err)
		}
		if last, err := report.Decode(text); err != nil || last.Run < id != s.sums {
			t.Errorf("%s: run %d has the sums of run %d, error %v; those of the last report: want %t", s.name, id, last.Run, err, s.sums)
		}
		sameAsStored(t, s.name, db, id, out, s.args, ruleFolder)
		if len(s.args) == 0 && s.sums {
			again := filepath.Join(dir, "again")
			call("report", "-q", "--db", db, "--run", fmt.Sprint(id), "-o", again)()
			if d := cmp.Diff(contents(t, out), contents(t, again)); d != "" {
				t.Errorf("%s: the command report draws another one (-run +report):\n%.2000s", s.name, d)
			}
			if s.name == "again behind it" { // the run that the sums are of knew none of its records
				first := filepath.Join(dir, "first")
				call("report", "-q", "--db", db, "--run", "2", "-o", first)()
				sameAsStored(t, "the first run", db, 2, first, nil, ruleFolder)
			}
		}
		if s.name == "read anew" {
			sameTables(t, db, id-1, id)
		}
	}
}

// sameTables compares what the tables have of two runs: one whose files were not read again, and one that read them.
func sameTables(t *testing.T, path string, unread, read int64) {
	t.Helper()
	db, err := store.Open(t.Context(), path, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for table, least := range map[string]int{"sightings": 50, "files": 2, "coverage": 2, "rejects": 1} {
		var rows, different int
		if err := db.Each(t.Context(), fmt.Sprintf(`SELECT count(*), count(*) FILTER (n <> 2) FROM (
			SELECT count(*) AS n FROM (SELECT hash(t) AS h FROM (SELECT * EXCLUDE (run_id) FROM dw.%s WHERE run_id IN ($1, $2)) t) GROUP BY h)`, table),
			func(r *sql.Rows) error { return r.Scan(&rows, &different) }, unread, read); err != nil {
			t.Fatal(err)
		}
		if rows < least || different > 0 {
			t.Errorf("%s: of %d rows %d differ between runs %d and %d", table, rows, different, unread, read)
		}
	}
}

// sameAsStored compares the report of a run with what the database alone says.
func sameAsStored(t *testing.T, name, path string, id int64, out string, args []string, rules string) {
	t.Helper()
	db, err := store.Open(t.Context(), path, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rf := &ruleFlags{}
	if slices.Contains(args, "--rules") {
		rf.paths = []string{rules}
	}
	m, err := rf.compile()
	if err != nil {
		t.Fatal(err)
	}
	s, err := summary.Of(t.Context(), db, id, m)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	anew, opt := t.TempDir(), report.Options{PlainCSV: slices.Contains(args, "plain"), Where: place{db: path, rules: *rf, env: func(string) string { return "" }}.where()}
	if slices.Contains(args, "--xlsx") {
		opt.XLSX, opt.Markdown, opt.Teams = true, true, true
	}
	if err := report.Write(anew, s, opt); err != nil {
		t.Fatal(err)
	}
	want, got := contents(t, anew), contents(t, out)
	for file := range want {
		if want[file] != got[file] {
			t.Errorf("%s: %s is not what the database says (-anew +in the folder):\n%.2000s", name, file, cmp.Diff(want[file], got[file]))
		}
	}
	if len(want) != len(got) {
		t.Errorf("%s: the folder has %d files, want %d", name, len(got), len(want))
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name()] = string(text)
	}
	return all
}

// A report is drawn by its rules as they count on a day: a mute that ended, a change of a severity that ended, and where the page says that they stand.
func TestDrawnBy(t *testing.T) {
	site := func(name, text string) []classify.Layer {
		return []classify.Layer{{FS: rules.FS, Name: "rules"}, {FS: fstest.MapFS{"site.yaml": {Data: []byte(text)}}, Name: name}}
	}
	change := "- change: dw-lookup-not-resolved\n  severity: low\n  reason: known\n  owner: Ann\n"
	mute := "- mute: dw-lookup-not-resolved\n  reason: known\n  owner: Ann\n  expires: 2026-12-02\n"
	day := func(n int) time.Time { return time.Date(2026, 12, n, 12, 0, 0, 0, time.UTC) }
	by := func(layers []classify.Layer, called, started time.Time) string {
		t.Helper()
		m, err := compileLayers(layers, rules.FS, called)
		if err != nil {
			t.Fatal(err)
		}
		return drawnBy(m, started)
	}
	for name, c := range map[string]struct {
		one, other string
		same       bool
	}{
		"the same":             {by(site("a", change), day(1), day(1)), by(site("a", change), day(2), day(2)), true},
		"other name":           {by(site("a", mute), day(1), day(1)), by(site("b", mute), day(1), day(1)), false},
		"other text":           {by(site("a", change), day(1), day(1)), by(site("a", change+"\n"), day(1), day(1)), false},
		"a change that ended":  {by(site("a", change+"  expires: 2026-12-02\n"), day(2), day(2)), by(site("a", change+"  expires: 2026-12-02\n"), day(3), day(3)), false},
		"a mute that ended":    {by(site("a", mute), day(2), day(2)), by(site("a", mute), day(3), day(3)), false},
		"a mute, drawn later":  {by(site("a", mute), day(2), day(2)), by(site("a", mute), day(3), day(2)), true},
		"the rules, no others": {by(site("a", ""), day(2), day(2)), by(site("a", "")[:1], day(2), day(2)), false},
	} {
		if same := c.one == c.other; same != c.same {
			t.Errorf("%s: %t, want %t: %s, %s", name, same, c.same, c.one, c.other)
		}
	}
}
