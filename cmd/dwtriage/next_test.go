//go:build cgo

package main

import (
	"html"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"dwtriage/report/summary"
)

// Of a record that nothing explains no rule, cause and fix are promised.
func TestNextOfUnknown(t *testing.T) {
	finding := summary.Finding{Signature: "unknown/t-1", TemplateID: "t-1", MapTitle: "Units"}
	cluster := summary.Cluster{TemplateID: "t-1"}
	cluster.Sample.RecordID = "0fc42dfe-4ab0-86c3-867b-2a927b5287f7"
	s := summary.Summary{Records: 1, Failing: 1, Findings: []summary.Finding{finding}, Clusters: []summary.Cluster{cluster}}
	at := place{db: defaultDB, out: defaultOut, csv: defaultCSV, env: func(string) string { return "" }}
	if got, want := at.next(&s)[0].what, "One record, which nothing explains:"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	explained := summary.Signature{ID: "dw-x", Evidence: []summary.Evidence{{MapTitle: "Units", RecordID: "1"}}}
	s.Findings, s.Signatures = append([]summary.Finding{{Signature: "dw-x", MapTitle: "Units"}}, finding), []summary.Signature{explained}
	if got, want := at.next(&s)[0].what, "One record, with its rule, cause and fix:"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// The commands of a page name the database and the rules as those of the terminal do; by default and in a redacted page they name none.
func TestPageNamesItsDatabase(t *testing.T) {
	t.Chdir(t.TempDir())
	text := "Company,Entity Name,Created On,Error Message\nusmf,Customers V3,2026-11-22T20:00:00Z,The frobnicator of the tenant failed oddly.\n"
	if err := os.WriteFile("in.csv", []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	page := func(args ...string) string {
		t.Helper()
		shownBy(t, nil, args...)
		b, err := os.ReadFile(filepath.Join(defaultOut, "index.html"))
		if err != nil {
			t.Fatal(err)
		}
		return html.UnescapeString(string(b))
	}
	quoted, _ := shellWord("my night.duckdb", runtime.GOOS)
	want := "dwtriage rules draft --db " + quoted + " t-"
	for name, args := range map[string][]string{"run": {"run", "-q", "--db", "my night.duckdb", "in.csv"}, "report": {"report", "-q", "--db", "my night.duckdb"}} {
		if name == "report" {
			page("run", "-q", "--db", "my night.duckdb", "in.csv")
		}
		if !strings.Contains(page(args...), want) {
			t.Errorf("%s: the page lacks %q", name, want)
		}
	}
	if p := page("report", "-q", "--redact", "--db", "my night.duckdb"); strings.Contains(p, "my night") {
		t.Error("a redacted page names its database")
	}
	if p := page("run", "-q", "in.csv"); !strings.Contains(p, "dwtriage rules draft t-") {
		t.Error("with the default database the command names another one")
	}
	if got, want := (place{db: "a\nb", env: func(string) string { return "" }}).where(), " --db DB"; got != want {
		t.Errorf("a name that no line can show: %q, want %q", got, want)
	}
}
