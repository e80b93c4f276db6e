//go:build cgo

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// What records.csv says of a record besides what the log does: one title for a rule, and the fix that explain gives the record.
func TestRecordsSayWhatToDo(t *testing.T) {
	dir := t.TempDir()
	db, out := filepath.Join(dir, "x.duckdb"), filepath.Join(dir, "r")
	said := func(args ...string) string {
		t.Helper()
		var stdout, stderr strings.Builder
		if code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr, func(string) string { return "" }); code != exitDone {
			t.Fatalf("%q: exit code %d: %s", args, code, &stderr)
		}
		return stdout.String()
	}
	said("run", "-q", "--csv", "plain", "--db", db, "-o", out, "../../testdata/demo")
	found := map[string]map[string]string{} // by signature
	for _, f := range rowsOf(t, filepath.Join(out, "failing_entities.csv")) {
		found[f["signature"]] = f
	}
	titles, asked := map[string]string{}, 0
	for _, r := range rowsOf(t, filepath.Join(out, "records.csv")) {
		sig := r["signature"]
		if sig == "" {
			if r["title"] != "Unknown message" || r["fix_summary"] != "" || r["role"] != "" {
				t.Errorf("record %s, which no rule explains: %q, %q, %q", r["record_id"], r["title"], r["fix_summary"], r["role"])
			}
			continue
		}
		f := found[sig]
		if (r["fix_summary"] == "") != (f["fix_summary"] == "") || r["role"] != f["role"] || r["title"] == "" {
			t.Errorf("record %s of %s: %q, %q, %q, its finding %v", r["record_id"], sig, r["title"], r["fix_summary"], r["role"], f)
		}
		if before, ok := titles[sig]; !ok {
			titles[sig] = r["title"]
		} else if before != r["title"] {
			t.Errorf("%s has the titles %q and %q", sig, before, r["title"])
		} else {
			continue
		}
		if r["fix_summary"] == "" {
			continue
		}
		asked++
		if explained := said("explain", "--db", db, "--record", r["record_id"]); !strings.Contains(strings.Join(strings.Fields(explained), " "), r["fix_summary"]) {
			t.Errorf("record %s: fix %q is not in\n%s", r["record_id"], r["fix_summary"], explained)
		}
	}
	if len(titles) < 30 || asked < 20 {
		t.Errorf("%d signatures, %d records asked", len(titles), asked)
	}
}
