package summary

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/report/store"
	"dwtriage/report/store/storetest"
)

// emptied is the content of a new database. To make one takes longer than to load a night of a few records.
var emptied = storetest.Emptied(func(path string) error {
	db, err := store.Open(context.Background(), path, store.Options{Threads: 1})
	if err != nil {
		return err
	}
	return db.Close()
})

// open opens a database for a few records. With one thread: those of DuckDB that have nothing to do ask for work all
// the time, which is a quarter of what these tests take. The tests of the command run with as many as there are.
func open(t *testing.T, path string) *store.DB {
	t.Helper()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		content, err := emptied()
		if err == nil {
			err = os.WriteFile(path, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := store.Open(t.Context(), path, store.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// load runs lines into db and gives the summary of that run.
func load(t *testing.T, db *store.DB, lines []storetest.Line, rejects ...ingest.Reject) *Summary {
	t.Helper()
	batches := storetest.Source(storetest.Batch(store.Allocator(), lines...), storetest.Account(lines, rejects...))
	id, _, err := db.Load(t.Context(), store.Run{Started: time.Now()}, store.Tool{Version: "test", Rules: 1}, batches, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Of(t.Context(), db, id, storetest.Matcher())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// partOf sums up no more of a run than its changes or its plan with the causes, by the steps of sumUp that lead there: half of what Of takes.
func partOf(t *testing.T, db *store.DB, run int64, plan bool) *Summary {
	t.Helper()
	ctx, m, s, a := t.Context(), storetest.Matcher(), &Summary{}, ofRun(run)
	err := func() error {
		if err := db.Scope(ctx, "scope", a.scope); err != nil {
			return err
		}
		if err := db.Groups(ctx, "scope", m.ByMessage(), mostFindings, muted(m)); err != nil {
			return err
		}
		ofLogs, err := totals(ctx, db, a.scope, s)
		if err != nil {
			return err
		}
		values, err := readValues(ctx, db, m)
		if err != nil {
			return err
		}
		if s.Logs, err = compare(ctx, db, a, CompareTo{}); err != nil {
			return err
		}
		name, err := titlesOf(ctx, db, m, values)
		if err != nil {
			return err
		}
		ofLogs.fill(s.Logs)
		if err := timeline(ctx, db, s); err != nil {
			return err
		}
		found, err := findings(ctx, db, name)
		if err != nil {
			return err
		}
		s.Findings = found.list
		if !plan {
			return changes(ctx, db, name, s, hider{})
		}
		if s.Signatures, s.Clusters, err = signatures(ctx, db, found, m, name); err != nil {
			return err
		}
		if s.Fixes, err = fixes(ctx, db, m, values, found, s, hider{}); err != nil {
			return err
		}
		return causes(ctx, db, m, name, found, s)
	}()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plannedOf loads lines, and gives their plan and its causes.
func plannedOf(t *testing.T, db *store.DB, lines []storetest.Line) *Summary {
	t.Helper()
	return partOf(t, db, loadRun(t, db, "", lines), true)
}

// What partOf says is what Of says.
func TestPartOf(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	lines := numbered(keyed("80", failed("01:00:00", "msdyn_customergroups", refused)), keyed("US-1", failed("01:10:00", "accounts", noGroup, "80")),
		keyed("SO-1", failed("01:20:00", "salesorders", noCustomer, "US-1", "80")), failed("01:00:00", "account", outage), failed("02:20:00", "account", emptyURI))
	before := slices.Clone(lines[:3])
	for i := range before {
		before[i].ID, before[i].File, before[i].At = uint16(100+i), "before.csv", "2026-11-21 0"+fmt.Sprint(i)+":00:00"
	}
	before[0].Err = storetest.Odd
	loadRun(t, db, "", before)
	run := loadRun(t, db, "", lines)
	want, plan, states := of(t, db, run), partOf(t, db, run, true), partOf(t, db, run, false)
	if len(want.Fixes) < 3 || len(want.Causes) == 0 || len(want.Changes) == 0 || len(want.FailedIn) == 0 {
		t.Errorf("only %d fixes, %d causes, %d changes, %d periods", len(want.Fixes), len(want.Causes), len(want.Changes), len(want.FailedIn))
	}
	for i := range want.Fixes {
		want.Fixes[i].Purged = Period{} // by a later step
	}
	var named, bare []string
	for i := range want.Findings {
		named = append(named, want.Findings[i].Signature+want.Findings[i].MapTitle+want.Findings[i].Change)
		bare = append(bare, states.Findings[i].Signature+states.Findings[i].MapTitle+states.Findings[i].Change)
	}
	if !slices.ContainsFunc(want.Changes, func(c Change) bool {
		return c.Change == Quiet && c.Title == "Unknown: Warehouse … is locked by count …"
	}) {
		t.Errorf("a message that does not fail any more is called otherwise: %+v", want.Changes)
	}
	for _, d := range []string{
		cmp.Diff(want.Causes, plan.Causes), cmp.Diff(want.Fixes, plan.Fixes), cmp.Diff(named, bare), cmp.Diff(want.Changes, states.Changes), cmp.Diff(want.Logs, states.Logs),
		cmp.Diff([]any{want.Changed, want.ChangedUnknown, want.FailedIn}, []any{states.Changed, states.ChangedUnknown, states.FailedIn}),
	} {
		if d != "" {
			t.Errorf("-Of +partOf:\n%s", d)
		}
	}
}

var night = storetest.Night

func TestOf(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	s := load(t, db, night, ingest.Reject{File: "b.csv", Row: 5, ByteOffset: 500, Reason: "row is empty", Excerpt: ",,,"})
	want := store.Counts{Read: 7, Loaded: 6, Rejected: 1, OK: 1, Classified: 3, Unclassified: 2}
	if d := cmp.Diff(want, s.Totals); d != "" {
		t.Errorf("totals (-want +got):\n%s", d)
	}
	if s.Records != 6 || s.Failing != 5 || s.OK != 1 || s.Unknown != 2 || s.Entities != 3 {
		t.Errorf("records %d, failing %d, ok %d, unknown %d, entities %d; want 6, 5, 1, 2, 3", s.Records, s.Failing, s.OK, s.Unknown, s.Entities)
	}
	var sum int64
	for _, f := range s.Findings {
		sum += f.Records
	}
	if sum != s.Failing {
		t.Errorf("findings add up to %d records, want %d", sum, s.Failing)
	}
	if len(s.Clusters) != 1 || s.Clusters[0].Records != 2 || s.Clusters[0].Template != "Warehouse <NUM> is locked by count <ID>" {
		t.Errorf("clusters: %+v", s.Clusters)
	}
	if first := s.Fixes[0]; first.Signature != "dw-user-not-member-of-org" || first.Tier != classify.Link || first.Rank != 1 {
		t.Errorf("first fix is %s of tier %d, rank %d; want the users before reference data of more records", first.Signature, first.Tier, first.Rank)
	}
	first := s.Fixes[1]
	if first.Signature != "dw-unable-to-sync-reference-data" || first.Records != 2 || first.Rank != 2 {
		t.Errorf("second fix is %s with %d records, rank %d", first.Signature, first.Records, first.Rank)
	}
	if !slices.ContainsFunc(first.SQL, func(q SQL) bool { return strings.Contains(q.Text, "'Units'") && strings.Contains(q.Text, "'uoms'") }) {
		t.Errorf("the fix's SQL does not name the failing map: %+v", first.SQL)
	}
	var rows []string
	if err := s.EachRecord(func(r *Record) error {
		rows = append(rows, fmt.Sprint(r.File, ":", r.Row, " ", r.Map, " ", r.Status))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	wantRows := []string{"a.csv:2 Customers V3 (accounts) documented", "a.csv:3 Units documented", "a.csv:4 Units documented", "b.csv:2 Warehouses unknown", "b.csv:3 Warehouses unknown"}
	if d := cmp.Diff(wantRows, rows); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
	rejects := 0
	if err := s.EachReject(func(r *Reject) error { rejects++; return nil }); err != nil || rejects != 1 {
		t.Errorf("%d rejects, error %v; want 1", rejects, err)
	}
	for _, sig := range s.Signatures {
		for _, e := range sig.Evidence {
			if e.Matched == "" {
				t.Errorf("%s: evidence without a matched part: %+v", sig.ID, e)
			}
		}
	}
}

func TestLoadingAgain(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	first := load(t, db, night)
	again := load(t, db, night)
	if again.Totals.Duplicates != 6 {
		t.Errorf("totals of the second run: %+v, want 6 duplicates", again.Totals)
	}
	if d := cmp.Diff(first.Findings, again.Findings); d != "" {
		t.Errorf("the second run reports other findings (-first +second):\n%s", d)
	}
	if d := cmp.Diff(first.Fixes, again.Fixes); d != "" {
		t.Errorf("the second run reports other fixes (-first +second):\n%s", d)
	}
	if again.Compared() || len(again.Changes) > 0 {
		t.Errorf("a run of the same records is compared: %+v", again.Logs)
	}
}

// The report is about the records its inputs held, whoever loaded them.
func TestOverlap(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, []storetest.Line{night[0], night[2], night[4]})
	s := load(t, db, slices.Concat(night, []storetest.Line{night[1]}))
	if s.Records != 6 {
		t.Errorf("the report is about %d records, want all 6 of the input", s.Records)
	}
	var got []string
	if err := s.EachRecord(func(r *Record) error { got = append(got, r.RecordID[34:]+r.Company+r.Entity); return nil }); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"01USMFaccounts", "02USMFuoms", "03DEMFuoms", "04msdyn_warehouses", "05msdyn_warehouses"}, got); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
}

// Forgetting a later run leaves what an earlier one reports.
func TestForgottenRun(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	first := load(t, db, night[:3])
	if err := db.Forget(t.Context(), load(t, db, night).Run.ID); err != nil {
		t.Fatal(err)
	}
	left, err := Of(t.Context(), db, first.Run.ID, storetest.Matcher())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first.Findings, left.Findings); d != "" {
		t.Errorf("the first run reports other findings (-before +after):\n%s", d)
	}
}

// Summing up only reads: no question it asks changes the archive.
func TestQueriesOnlyRead(t *testing.T) {
	files, err := queries.ReadDir("sql")
	if err != nil {
		t.Fatal(err)
	}
	comment := regexp.MustCompile(`--.*`)
	begins := regexp.MustCompile(`^(SELECT|WITH)\b`)
	writes := regexp.MustCompile(`(?i)\b(INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|ATTACH|COPY|SET|CALL|PRAGMA|BEGIN|COMMIT)\b`)
	for _, f := range files {
		text := query(strings.TrimSuffix(f.Name(), ".sql"))
		if !strings.HasPrefix(text, "-- ") {
			t.Errorf("%s does not begin with the question it answers", f.Name())
		}
		text = strings.TrimSpace(comment.ReplaceAllString(text, ""))
		if !begins.MatchString(text) || writes.MatchString(text) {
			t.Errorf("%s does more than ask: %q", f.Name(), writes.FindString(text))
		}
	}
}
