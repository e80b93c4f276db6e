package summary

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/report/store"
	"dwtriage/report/store/storetest"
)

func TestJudge(t *testing.T) {
	muted := &Mute{ID: "b"}
	s := Summary{
		Records:  196,
		Totals:   store.Counts{Read: 200, Rejected: 4},
		Findings: []Finding{{Severity: "high", Change: "ongoing", Records: 1}, {Severity: "critical", Change: "new", Mute: muted, Records: 1}, {Change: "ongoing", Records: 1}},
	}
	for _, tc := range []struct {
		failOn, maxRejects string
		unread, want       int
	}{
		{"", "", 0, ExitDone},
		{"", "", 1, ExitFailed},
		{"high", "0", 1, ExitFailed},
		{"", "4", 0, ExitDone},
		{"", "3", 0, ExitRejects},
		{"", "2%", 0, ExitDone},
		{"", "1.9%", 0, ExitRejects},
		{"", "100%", 0, ExitDone},
		{"high", "3", 0, ExitRejects},
		{"high", "", 0, ExitFailOn},
		{"info", "", 0, ExitFailOn},
		{"critical", "", 0, ExitDone}, // the critical one is muted
		{"new", "", 0, ExitDone},      // so is the new one
	} {
		s.Run.Thresholds = store.Thresholds{FailOn: tc.failOn, MaxRejects: tc.maxRejects}
		if got, why, err := s.Judge(tc.unread, false); got != tc.want || err != nil || (why != "") != (got > ExitFailed) {
			t.Errorf("%+v: exit code %d, why %q, error %v", tc, got, why, err)
		}
	}
	s.Findings[2].Change = "new"
	s.Run.Thresholds = store.Thresholds{FailOn: "new"}
	if got, _, _ := s.Judge(0, false); got != ExitFailOn {
		t.Errorf("an unrated finding that is new: exit code %d, want %d", got, ExitFailOn)
	}
	for _, text := range []string{"x", "-1", "NaN", "Inf", "-Inf%", "101%", "%"} {
		s.Run.Thresholds = store.Thresholds{MaxRejects: text}
		if code, _, err := s.Judge(0, false); err == nil {
			t.Errorf("--max-rejects %s: exit code %d without an error", text, code)
		}
	}
}

// TestWhy: the line on standard error names the threshold, counts what meets it, and the signature with most records.
func TestWhy(t *testing.T) {
	findings := []Finding{
		{Signature: "a", Title: "A", Severity: "critical", Records: 5},
		{Signature: "b", Title: "B", Severity: "critical", Records: 4},
		{Signature: "b", Title: "B", Severity: "critical", Records: 3},
		{Signature: "c", Title: "C", Severity: "high", Records: 900},
		{Signature: "d", Title: "D", Severity: "critical", Records: 900, Mute: &Mute{ID: "d"}},
	}
	for _, tc := range []struct {
		name       string
		s          Summary
		failOn     string
		maxRejects string
		empty      bool
		code       int
		want       string
	}{
		{"critical", Summary{Records: 1812, Findings: findings, Totals: store.Counts{Read: 1812}}, "critical", "", false, ExitFailOn, "--fail-on critical is met: 12 records, B (and 1 more signature)"},
		{"judged by several rules", Summary{Records: 9, Findings: []Finding{{Signature: "a", Title: "A", Severity: "critical", Records: 9, Severities: []Count{{"critical", 2}, {"high", 3}, {"unrated", 4}}}}},
			"high", "", false, ExitFailOn, "--fail-on high is met: 5 records, A"},
		{"rejects", Summary{Records: 1, Totals: store.Counts{Read: 3, Rejected: 2}}, "", "50%", false, ExitRejects, "--max-rejects 50% is exceeded: 2 of 3 rows were rejected"},
		{"all rejected", Summary{Totals: store.Counts{Read: 12, Rejected: 12}}, "", "", false, ExitFailed, "of 12 rows none came through, which --allow-empty takes for a success"},
		{"all rejected, more than allowed", Summary{Totals: store.Counts{Read: 12, Rejected: 12}}, "", "1", true, ExitRejects, "--max-rejects 1 is exceeded: 12 of 12 rows were rejected"},
		{"all filtered", Summary{Totals: store.Counts{Read: 12, Filtered: 12}}, "", "", true, ExitDone, ""},
		{"nothing read", Summary{}, "", "", false, ExitDone, ""},
		{"read before", Summary{Records: 12, Totals: store.Counts{Read: 12, Duplicates: 12}}, "", "", false, ExitDone, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.s.Run.Thresholds = store.Thresholds{FailOn: tc.failOn, MaxRejects: tc.maxRejects}
			if code, why, err := tc.s.Judge(0, tc.empty); code != tc.code || why != tc.want || err != nil {
				t.Errorf("exit code %d, %q, error %v; want %d, %q", code, why, err, tc.code, tc.want)
			}
		})
	}
}

// What a run was told and how it ended is read back as it was.
func TestEndingIsKept(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	run := store.Run{Started: time.Now(), Thresholds: store.Thresholds{FailOn: "high", MaxRejects: "2%"}}
	id, _, err := db.Load(t.Context(), run, store.Tool{}, storetest.Source(storetest.Batch(store.Allocator(), night...), storetest.Account(night)), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Of(t.Context(), db, id, storetest.Matcher())
	if err != nil {
		t.Fatal(err)
	}
	if s.Run.Thresholds != run.Thresholds || s.ExitCode != 0 || s.Timings != nil {
		t.Errorf("before its end: thresholds %+v, exit code %d, timings %v", s.Run.Thresholds, s.ExitCode, s.Timings)
	}
	code, _, err := s.Judge(0, false)
	if err != nil || code != ExitFailOn {
		t.Errorf("exit code %d, error %v", code, err)
	}
	timings := []store.Timing{{Stage: "load", Seconds: 1.234}, {Stage: "it's \"odd\"", Seconds: 0.1}, {Stage: "a", Seconds: 3}}
	if err := db.End(t.Context(), id, code, timings); err != nil {
		t.Fatal(err)
	}
	if s, err = Of(t.Context(), db, id, storetest.Matcher()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(timings, s.Timings); d != "" || s.ExitCode != ExitFailOn {
		t.Errorf("exit code %d, timings (-want +got):\n%s", s.ExitCode, d)
	}
	if err := db.End(t.Context(), 9, 0, nil); err == nil {
		t.Error("the end of a run that is not there is kept")
	}
}

// The database ranks severities as the rules do.
func TestSeverityRanks(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	partOf(t, db, loadRun(t, db, "", numbered(failed("01:00:00", "account", outage))), false)
	for _, severity := range append(slices.Clone(classify.Severities), "") {
		var rank int
		var back string
		if err := db.Each(t.Context(), "SELECT severity_rank(nullif($1, '')), severity_of(severity_rank($1))", func(rows *sql.Rows) error { return rows.Scan(&rank, &back) }, severity); err != nil {
			t.Fatal(err)
		}
		if rank != 1+rated(severity) || back != severity {
			t.Errorf("%q has rank %d, which is %q; want %d", severity, rank, back, 1+rated(severity))
		}
	}
}
