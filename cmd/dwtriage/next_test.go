//go:build cgo

package main

import (
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
