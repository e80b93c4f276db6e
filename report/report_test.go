package report

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest/words"
	"dwtriage/report/folder"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

var (
	update = flag.Bool("update", false, "rewrite the goldens")
	keep   = flag.String("keep", "", "folder to keep drawn reports in, to look at them")
)

// draw writes the report of s and returns its files by name.
func draw(t *testing.T, s *summary.Summary, opt Options) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if *keep != "" {
		dir = filepath.Join(*keep, strings.ReplaceAll(t.Name(), "/", "-"))
	}
	if err := Write(dir, s, opt); err != nil {
		t.Fatal(err)
	}
	return files(t, dir)
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(b)
	}
	return all
}

// short is the night with a handful of records, for goldens that a person can read.
func short() *summary.Summary {
	s := night()
	s.Clusters[1].Sample.Message = hostileFormula + "\n" + hostileTag + hostileCDATA
	s.EachRecord = func(yield func(*summary.Record) error) error {
		records := []summary.Record{
			{Where: "Customers V3 (accounts)", RecordID: "c40b9f6e-18d5-5e02-94b7-2f6a0d3c85a9", File: "dualwrite-2026-11-23.csv.gz", Row: 121, ByteOffset: 82233, ByteLength: 310, OccurredAt: at("2026-11-22 21:14:09"),
				Log: "dualwrite", Environment: "FABRIKAM-PROD", Map: "Customers V3", DataverseTable: "accounts", FnoEntity: "CustCustomerV3Entity", Entity: "Customers V3", Company: "USMF",
				CorrelationID: "7f1c5d20-93ab-4e67-8c02-b5e0d94a1f6e", ErrorCode: "0x80040265", Status: "documented", Signature: "dw-lookup-not-resolved",
				Signatures: []string{"dw-lookup-not-resolved", "dw-write-failed-generic"}, Category: "reference-data", Severity: "high",
				Captures: []summary.Capture{{Name: "entity", Value: "msdyn_customergroups"}, {Name: "values", Value: "80"}}, AffectedKey: "US-031187", TemplateID: "t-1b2c3d4e", Message: `Unable to look up msdyn_customergroups with values {80}, said "Größe"`},
			{Where: "No map: contoso_rebateclaim", RecordID: "7e0b8c52-39f1-5d5e-8f2e-0b7a4a1d90c3", File: "gbsi-vendors.xlsx/Sheet1", Row: 2, ByteOffset: -1, ByteLength: -1, Log: "dualwrite", Environment: "FABRIKAM-PROD",
				DataverseTable: "contoso_rebateclaim", Entity: "contoso_rebateclaim", Status: "unknown", Category: "unknown", AffectedKey: "-000001", TemplateID: "t-90e3c2d5", Message: hostileFormula + hostileTag},
		}
		for i := range records {
			if err := yield(&records[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return s
}

func TestGoldens(t *testing.T) {
	for _, c := range []struct {
		dir string
		s   *summary.Summary
		opt Options
	}{
		{"night", short(), Options{}},
		{"plain", short(), Options{PlainCSV: true}},
		{"empty", &summary.Summary{}, Options{}},
	} {
		t.Run(c.dir, func(t *testing.T) {
			got := draw(t, c.s, c.opt)
			for name, text := range got {
				path := filepath.Join("testdata", c.dir, name)
				if name == "index.html" || name == folder.ManifestName || c.dir == "plain" && name == "summary.json" {
					continue
				}
				if *update {
					if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), text); diff != "" {
					t.Errorf("%s (-want +got):\n%s", path, diff)
				}
			}
		})
	}
}

func TestEveryFileIsAlwaysThere(t *testing.T) {
	want := []string{"captures.csv", "changes.csv", "columns.csv", "failing_entities.csv", "fixes.csv", "incidents.csv", "index.html", "manifest.json", "missing.csv", "records.csv", "rejects.csv", "retry.csv", "summary.json", "unclassified.csv"}
	for name, s := range map[string]*summary.Summary{"empty": {}, "night": night()} {
		got := draw(t, s, Options{})
		for _, f := range want {
			if got[f] == "" {
				t.Errorf("%s: %s is missing or empty", name, f)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d files, want %d", name, len(got), len(want))
		}
	}
}

func TestEqualDataGivesEqualBytes(t *testing.T) {
	if diff := cmp.Diff(draw(t, night(), Options{}), draw(t, night(), Options{})); diff != "" {
		t.Error(diff)
	}
}

func TestFailedDrawingKeepsTheOldReport(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, night(), Options{}); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)

	s := night()
	s.Environment = "OTHER"
	broken := errors.New("the database went away")
	s.EachReject = func(func(*summary.Reject) error) error { return broken }
	err := Write(dir, s, Options{})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "rejects.csv") {
		t.Errorf("got error %v, want one that names rejects.csv and wraps %v", err, broken)
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Errorf("folder after a failed drawing (-before +after):\n%s", diff)
	}
}

func TestWriteError(t *testing.T) {
	full := errors.New("disk full")
	for _, d := range drawings(Options{}) {
		if err := d.draw(failing{full}, night()); !errors.Is(err, full) {
			t.Errorf("%s: got error %v, want %v", d.name, err, full)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// huge is a run that went wrong everywhere.
func huge() *summary.Summary {
	s := &summary.Summary{Logs: nightLogs(), Run: store.Run{ID: 2, Finished: at("2026-11-23 06:04:12")}}
	long := strings.Repeat("x", 20000)
	for i := range 41230 {
		name := "Map " + words.Thousands(i%400)
		id := "dw-rule-" + words.Thousands(i%300)
		s.Findings = append(s.Findings, summary.Finding{ID: words.Thousands(i), Map: name, MapTitle: name, Company: "C" + words.Thousands(i%70), Signature: id, Title: "Rule " + id, Category: "cat-" + words.Thousands(i%20), Severity: "high", Records: 2})
		s.Changes = append(s.Changes, summary.Change{Change: "new", Signature: id, Title: id, MapTitle: name, Records: 2})
	}
	for i := range 300 {
		id := "dw-rule-" + words.Thousands(i)
		proof := summary.Evidence{Before: "cut", Message: long}
		fix := summary.Fix{Rank: i + 1, Signature: id, Title: id, Records: 274, Parts: []summary.Part{{Signature: id, Title: id, Records: 274}}}
		for j := range 400 {
			fix.Entities = append(fix.Entities, "Map "+words.Thousands(j))
		}
		sig := summary.Signature{ID: id, Title: id, Records: 274, Fix: &fix, Evidence: []summary.Evidence{proof, proof, proof}}
		for j := range 3000 {
			sig.Where = append(sig.Where, summary.Where{MapTitle: "Map " + words.Thousands(j), Company: "C" + words.Thousands(j%70), Records: 1})
		}
		s.Fixes, s.Signatures = append(s.Fixes, fix), append(s.Signatures, sig)
		s.Clusters = append(s.Clusters, summary.Cluster{TemplateID: words.Thousands(i), Template: long, Maps: fix.Entities, Sample: proof})
		s.Inputs = append(s.Inputs, store.Input{Path: id, Warnings: make([]string, 1000)})
		s.RejectReasons = append(s.RejectReasons, summary.RejectReason{Reason: id, Rows: 1, First: summary.Reject{Excerpt: long}})
	}
	for i := range 500 { // of one line each, more than have a place
		s.Fixes = append(s.Fixes, summary.Fix{Rank: 301 + i, Signature: "dw-rule-0", Title: "dw-rule-0", Tier: 4, Records: 1})
	}
	last := &s.Fixes[len(s.Fixes)-1]
	last.MissingIn, last.MissingRows = "Customer groups", 1
	s.Changed = summary.Changed{New: len(s.Changes)}
	addTotals(s)
	return s
}

func TestHuge(t *testing.T) {
	s := huge()
	began := time.Now()
	page := draw(t, s, Options{})["index.html"]
	t.Logf("%s in %v", size(int64(len(page))), time.Since(began))
	if len(page) > 8e6 {
		t.Errorf("index.html has %d bytes", len(page))
	}
	for _, want := range []string{"200 of 41,230 findings: the rest is in", "12 of 800 fixes with steps: those of the rest are in", "50 of 41,230 changes: the rest is in", "100 of 300 signatures: the rest is in",
		"50 of 300 clusters: the rest is in", "200 of 300 inputs: the rest is in", "12 of 70 companies are shown", "400 entities, of which 50 are shown", `"findings":41230`, "82,460", "50 of 300 reasons"} {
		if !strings.Contains(page, want) {
			t.Errorf("index.html lacks %q", want)
		}
	}
	check(t, page)
}
