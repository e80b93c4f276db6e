package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

func TestWords(t *testing.T) {
	stamp := stamper(2026, "2 Jan 15:04")
	for _, c := range []struct{ what, got, want string }{
		{"num", words.Thousands(0), "0"},
		{"num", words.Thousands(999), "999"},
		{"num", words.Thousands(1000), "1,000"},
		{"num", words.Thousands(int64(1234567)), "1,234,567"},
		{"num", words.Thousands(-1234), "-1,234"},
		{"count", words.Count(1, "record"), "1 record"},
		{"count", words.Count(0, "record"), "0 records"},
		{"count", words.Count(int64(1588), "entity", "entities"), "1,588 entities"},
		{"percent", percent(0, 10), "0%"},
		{"percent", percent(0, 0), "0%"},
		{"percent", percent(10, 10), "100%"},
		{"percent", percent(1, 10000), "under 0.1%"},
		{"percent", percent(9999, 10000), "over 99.9%"},
		{"percent", percent(38, 1588), "2.4%"},
		{"percent", percent(1464, 1588), "92%"},
		{"percent", percent(995, 1000), "99.5%"},
		{"stamp", stamp(at("2026-11-23 06:04:12")).Text, "23 Nov 06:04"},
		{"stamp of another year", stamp(at("2025-12-31 23:59:59")).Text, "31 Dec 2025 23:59"},
		{"stamp of another zone", stamp(time.Date(2026, 1, 1, 1, 0, 0, 0, time.FixedZone("", 3600))).ISO, "2026-01-01T00:00:00Z"},
		{"duration", duration(at("2026-11-23 06:00:07"), at("2026-11-23 06:04:12")), "from 06:00:07 to 06:04:12 (4 min 5 s)"},
		{"short duration", duration(at("2026-11-23 06:00:07"), at("2026-11-23 06:00:07")), "from 06:00:07 to 06:00:07 (under a second)"},
		{"anchor", anchor("code/0x80040217"), "code-0x80040217"},
		{"anchor", anchor("ünknown <x>"), "-nknown--x-"},
		{"some", some([]string{"a"}, 3), "a"},
		{"some", some([]string{"a", "b", "c"}, 3), "a, b and c"},
		{"some", some([]string{"No map: msdyn_agreement"}, 3), "table msdyn_agreement"},
		{"some", some([]string{"No map known: VendorsExt", "No map"}, 3), "VendorsExt and no map known"},
		{"some", some([]string{"Customers V3 (accounts)", "No map", "No map: a", "b"}, 3), "Customers V3 (accounts), no map known, table a and 1 more"},
		{"some", some([]string{"a", "b", "c", "d"}, 2), "a, b and 2 more"},
		{"url", httpURL("javascript:alert(1)"), ""},
		{"url", httpURL("//evil.example/x"), ""},
		{"url", httpURL("file:///etc/passwd"), ""},
		{"url", httpURL("https://learn.microsoft.com/en-us/x"), "https://learn.microsoft.com/en-us/x"},
		{"url text", urlText("https://learn.microsoft.com/en-us/dual-write/troubleshooting#sync"), "learn.microsoft.com: troubleshooting, sync"},
		{"digest", shortDigest("sha256:5b1e7c42f0a98d3b"), "sha256 5b1e…8d3b"},
		{"size", size(999), "999 bytes"},
		{"size", size(56990400), "57.0 MB"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
}

// said is a verdict as it is read out.
func said(s *summary.Summary) string {
	return spoken(verdict(s))
}

// The exit code is spoken of by the thresholds that were given, and by no other.
func TestExitWords(t *testing.T) {
	for _, c := range []struct {
		code int
		to   store.Thresholds
		want string
	}{
		{summary.ExitDone, store.Thresholds{}, "done"},
		{summary.ExitDone, store.Thresholds{MaxRejects: "5%"}, "done"},
		{summary.ExitDone, store.Thresholds{FailOn: "critical"}, "done, nothing meets --fail-on critical"},
		{summary.ExitFailOn, store.Thresholds{FailOn: "new"}, "done, --fail-on new is met"},
		{summary.ExitRejects, store.Thresholds{MaxRejects: "5%"}, "done, more rejects than --max-rejects 5% allows"},
		{summary.ExitFailed, store.Thresholds{FailOn: "new"}, "the run did not end well"},
	} {
		if got := exitWords(&summary.Summary{ExitCode: c.code, Run: store.Run{Thresholds: c.to}}); got != c.want {
			t.Errorf("%d, %+v: %q, want %q", c.code, c.to, got, c.want)
		}
	}
}

func TestSeveral(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{some([]string{summary.Several}, 3), "several entities"},
		{some([]string{"Units", summary.Several}, 3), "Units and others"},
		{ofCompanies([]string{summary.Several}), "several companies"},
		{ofCompanies([]string{"USMF"}), "company USMF"},
		{ofCompanies([]string{"USMF", "DEMF"}), "companies USMF and DEMF"},
		{ofCompanies([]string{"USMF", summary.Several}), "companies USMF and others"},
		{someCompanies([]string{summary.Several}), "several companies"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestQueryTitle(t *testing.T) {
	list := []summary.SQL{{Title: "rows"}, {}}
	for _, c := range []struct{ got, want string }{
		{queryTitle(list, 0), "Query 1: rows"}, {queryTitle(list, 1), "Query 2"}, {queryTitle(list[:1], 0), "rows"}, {queryTitle(list[1:], 0), "Query"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// The tile of new signatures counts as the first paragraph does: a message that is new or back is no signature that is.
func TestNewsDetailOfMessages(t *testing.T) {
	s := &summary.Summary{Logs: nightLogs(), Signatures: []summary.Signature{{ID: "a", Change: "ongoing"}, {ID: "b", Change: "regressed"}, {ID: "c", Change: "regressed"}},
		Findings: []summary.Finding{{Signature: "a", TemplateID: "t-1", Change: "new"}, {Signature: "a", TemplateID: "t-2", Change: "ongoing"}, {Signature: "b", TemplateID: "t-3", Change: "regressed"}, {Signature: "c", Change: "regressed"}}}
	if got, want := newsDetail(s), "1 back, 1 new message of a known signature, 1 message of a known signature back after a pause"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := newsOf(s), "1 back after a pause"; !strings.Contains(got, want) || !strings.Contains(got, "1 message of a known signature back after a pause") {
		t.Errorf("%q, want %q in it", got, want)
	}
}

// What is back in a map and did not pause in another one is no signature, and no message, that is back.
func TestNewsOfWhatIsBackInAMap(t *testing.T) {
	s := &summary.Summary{Logs: nightLogs(), Signatures: []summary.Signature{{ID: "a", Change: "regressed", KnownElsewhere: true}, {ID: "b", Change: "regressed"}, {ID: "c", Change: "regressed", KnownElsewhere: true}},
		Findings: []summary.Finding{{Signature: "a", MapTitle: "Units", Change: "regressed", KnownElsewhere: true}, {Signature: "b", Change: "regressed"}, {Signature: "c", TemplateID: "t-1", Change: "regressed", KnownElsewhere: true}},
		Clusters: []summary.Cluster{{TemplateID: "t-2", Change: "regressed", KnownElsewhere: true}, {TemplateID: "t-3", Change: "regressed"}}}
	if got, want := newsDetail(s), "1 back, 1 back in a map, 1 message of a known signature in a map where it is back after a pause"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := newsOf(s), "1 back after a pause, 1 message of a known signature in a map where it is back after a pause, 1 known signature that is back after a pause in Units, 1 unknown message back after a pause and 1 unknown message in a map where it is back after a pause"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestVerdict(t *testing.T) {
	lookup := summary.Signature{ID: "dw-lookup-not-resolved", Title: "A referenced row could not be looked up", Headline: "rows are missing", Records: 3, AffectedKeys: 3, Change: "new"}
	critical := summary.Signature{ID: "dw-payload-empty-uri", Title: "Payload not generated", Records: 1, Severity: "critical"}
	back := critical
	back.Change = "regressed"
	fresh := critical
	fresh.Change = "new"
	moved := fresh
	moved.KnownElsewhere = true
	needs := func(what, role string) summary.Signature {
		return summary.Signature{ID: "x", Headline: what, Records: 1, Severity: "critical", Fix: &summary.Fix{Role: role}}
	}
	fix := summary.Fix{Rank: 1, Signature: "dw-lookup-not-resolved", Summary: "Sync the maps first", Role: "Dual-write operator", Records: 3}
	balanced := store.Counts{Read: 10, Loaded: 10, OK: 6, Classified: 4}
	inside := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		s    summary.Summary
		want string
	}{
		{"no input", summary.Summary{}, "Nothing was read: the run had no input."},
		{"no row", summary.Summary{Inputs: make([]store.Input, 2)}, "Nothing was read: there is no row in 2 inputs."},
		{"no log and no row", summary.Summary{Inputs: []store.Input{{Problem: "x.csv: no column with the text"}, {Warnings: []string{"passed over: a PNG image"}}, {}, {}}},
			"Nothing was read: 1 input could not be read, 1 file holds no log and there is no row in 2 inputs. 1 of 4 inputs could not be read to the end: the numbers may be too low."},
		{"all rejected", summary.Summary{Inputs: make([]store.Input, 1), Totals: store.Counts{Read: 9, Rejected: 9}, RejectReasons: []summary.RejectReason{
			{Reason: "no text of an error", Rows: 8, First: summary.Reject{File: "x\n.csv", Row: 2}}, {Reason: "4 cells", Rows: 1}}},
			"No record came through: all 9 rows were rejected, most of them: no text of an error (row 2 of x .csv)."},
		{"all left out", summary.Summary{Inputs: make([]store.Input, 1), Totals: store.Counts{Read: 9, Rejected: 2, Filtered: 7}},
			"No record came through: of 9 rows, 2 were rejected and 7 filtered out (--since, --until, --log, history prune)."},
		{"nothing failed", summary.Summary{Records: 1204, OK: 1204}, "No record failed in this run: all 1,204 are ok."},
		{"one and ok", summary.Summary{Records: 1, OK: 1}, "No record failed in this run: the only one is ok."},
		{"everything unknown", summary.Summary{Records: 5, Failing: 2, Unknown: 2, OK: 3, Entities: 1},
			"2 of 5 records failed, in 1 entity. No rule and no code explains any of them. Begin with the unknown messages, most records first."},
		{"one signature", summary.Summary{Records: 10, Failing: 3, OK: 7, Entities: 2, Totals: balanced, Signatures: []summary.Signature{lookup}, Fixes: []summary.Fix{fix}},
			"3 of 10 records failed, in 2 entities. To be mended, with most records: rows are missing (3 records, Dual-write operator)."},
		{"one record", summary.Summary{Records: 1, Failing: 1, Entities: 1, Signatures: []summary.Signature{{ID: "code/0x80040217", Records: 1}}},
			"1 of 1 record failed, in 1 entity. Of what a rule or code explains, most records: code/0x80040217 (1 record). No fix is known for what failed."},
		{"critical, new", summary.Summary{Logs: nightLogs(), From: inside, Until: inside, Records: 10, Failing: 4, OK: 6, Entities: 2, Totals: balanced, Signatures: []summary.Signature{lookup, fresh}, Fixes: []summary.Fix{fix}},
			"New and critical: Payload not generated (1 record). 4 of 10 records failed from 22 November 07:00 to 23 November 2026 06:00, in 2 entities. 2 new signatures. 1 critical signature, 1 record: Payload not generated (1 record). To be mended, with most records: rows are missing (3 records, Dual-write operator)."},
		{"critical, known elsewhere", summary.Summary{Logs: nightLogs(), From: inside, Until: inside, Records: 10, Failing: 4, OK: 6, Entities: 2, Totals: balanced, Signatures: []summary.Signature{lookup, moved}, Fixes: []summary.Fix{fix},
			Clusters: []summary.Cluster{{Change: "new", KnownElsewhere: true}, {Change: "new"}, {Change: "ongoing"}}},
			"Critical, known and in another map than before: Payload not generated (1 record). 4 of 10 records failed from 22 November 07:00 to 23 November 2026 06:00, in 2 entities. 1 new signature, 1 known signature in a map where it is new, 1 new unknown message and 1 unknown message known from another map. 1 critical signature, 1 record: Payload not generated (1 record). To be mended, with most records: rows are missing (3 records, Dual-write operator)."},
		{"messages of known signatures", summary.Summary{Logs: nightLogs(), From: inside, Until: inside, Records: 10, Failing: 8, OK: 2, Entities: 2, Totals: balanced,
			Signatures: []summary.Signature{{ID: "a", Change: "ongoing", Records: 3}, {ID: "b", Change: "new", KnownElsewhere: true, Records: 1}, {ID: "c", Change: "regressed", Records: 1}, {ID: "d", Change: "new", KnownElsewhere: true, Records: 1}},
			Findings: []summary.Finding{{Signature: "a", TemplateID: "t-1", Change: "new"}, {Signature: "a", TemplateID: "t-2", Change: "new"}, {Signature: "a", TemplateID: "t-3", Change: "ongoing"},
				{Signature: "b", TemplateID: "t-4", Change: "new"}, {Signature: "b", TemplateID: "t-6", Change: "new", KnownElsewhere: true}, {Signature: "a", MapTitle: "Units", TemplateID: "t-3", Change: "new"}, {Signature: "c", TemplateID: "t-5", Change: "regressed"}, {Signature: "c", TemplateID: "t-7", Change: "regressed"}, {Signature: "c", MapTitle: "Units", TemplateID: "t-7", Change: "ongoing"}, {Signature: "d", MapTitle: "Units", Change: "new"}}},
			"8 of 10 records failed from 22 November 07:00 to 23 November 2026 06:00, in 2 entities. 1 known signature that is new in Units, 3 new messages of 2 known signatures, 2 messages of 2 known signatures known from another map, 1 message of a known signature back after a pause and 1 message of a known signature in a map where it is back after a pause. Of what a rule or code explains, most records: a (3 records). No fix is known for what failed."},
		{"critical and back in a map", summary.Summary{Logs: nightLogs(), From: inside, Until: inside, Records: 10, Failing: 1, OK: 9, Entities: 2, Totals: balanced, Signatures: []summary.Signature{{ID: "a", Severity: "critical", Records: 1, Change: "regressed", KnownElsewhere: true}},
			Findings: []summary.Finding{{Signature: "a", MapTitle: "Units", Severity: "critical", Records: 1, Change: "regressed", KnownElsewhere: true}}},
			"Critical, and back in a map: a (1 record). 1 of 10 records failed from 22 November 07:00 to 23 November 2026 06:00, in 2 entities. 1 known signature that is back after a pause in Units. 1 critical signature, 1 record: a (1 record). No fix is known for what failed."},
		{"critical and back", summary.Summary{Logs: nightLogs(), From: inside, Until: inside, FailedIn: []int64{4, 1200}, Records: 10, Failing: 4, OK: 6, Entities: 2, Totals: balanced, Signatures: []summary.Signature{lookup, back}, Fixes: []summary.Fix{fix},
			Clusters: []summary.Cluster{{Change: "new", Others: 12}, {Change: "ongoing"}}},
			"Back and critical: Payload not generated (1 record). 4 of 10 records failed from 22 November 07:00 to 23 November 2026 06:00 (1,200 in the period before), in 2 entities. 1 new signature, 1 back after a pause and 12 unknown messages new in their maps. 1 critical signature, 1 record: Payload not generated (1 record). To be mended, with most records: rows are missing (3 records, Dual-write operator)."},
		{"critical, known and not in the hours that were asked for", summary.Summary{Logs: askedLogs(), From: inside, Until: inside, FailedIn: []int64{4, 1200}, Records: 10, Failing: 4, OK: 6, Entities: 2, Totals: balanced, Signatures: []summary.Signature{back}},
			"Critical, known, and not failing in the hours compared with: Payload not generated (1 record). 4 of 10 records failed from 22 November 07:00 to 23 November 2026 06:00 (1,200 in the hours 20 Nov 2026 07:00 to 21 Nov 2026 06:00), in 2 entities. 1 known signature that did not fail in the hours compared with. 1 critical signature, 1 record: Payload not generated (1 record). No fix is known for what failed."},
		{"four critical ones, two roles", summary.Summary{Records: 10, Failing: 4, OK: 6, Entities: 1, Totals: balanced, Fixes: []summary.Fix{{Severity: "critical"}}, Signatures: []summary.Signature{
			needs("a", "A"), needs("b", "B"), needs("c", "A"), needs("d", "A")}},
			"4 of 10 records failed, in 1 entity. 4 critical signatures, 4 records: a (1 record), b (1 record), c (1 record) and 1 more signature; to be mended by A and B."},
		{"missing rows, repeats, unknown", summary.Summary{Records: 10, Failing: 9, OK: 1, Unknown: 1, Entities: 2, Signatures: []summary.Signature{lookup}, Fixes: []summary.Fix{
			{Rank: 1, MissingIn: "Customer groups", MissingRows: 2, Records: 3, Role: "Data owner"}, {Rank: 2, MissingIn: "No map: msdyn_x", MissingRows: 1, Records: 1}, {Rank: 3, Tier: classify.RepeatOnly, Records: 4, Parts: []summary.Part{{Signature: lookup.ID}}}},
			Heat: summary.Heat{Groups: []summary.HeatGroup{{All: true, Records: 9}, {Company: "USMF", Records: 5}}}},
			"9 of 10 records failed, in 2 entities, most of them in company USMF. 4 records wait for rows that are missing in Customer groups and table msdyn_x: 3 missing rows, to be brought by Data owner. 4 records failed of what passes by itself: save the rows again that retry.csv lists for them, each in its turn. No rule explains 1 record (11%)."},
		{"what also waits for rows that are not named", summary.Summary{Records: 10, Failing: 9, OK: 1, Entities: 2, Signatures: []summary.Signature{lookup, {ID: "y", Title: "Y"}}, Fixes: []summary.Fix{
			{Rank: 1, MissingIn: "Units", MissingRows: 3, Records: 2, Waiting: 5}, {Rank: 2, Signature: lookup.ID, Records: 4, Waiting: 3, Parts: make([]summary.Part, 1)}, {Rank: 3, Signature: "y", Records: 3, Parts: make([]summary.Part, 1)}}},
			"9 of 10 records failed, in 2 entities. 5 records wait for rows that are missing in Units: 3 missing rows. Else to be mended, with most records: Y (3 records)."},
		{"what came and what is saved", summary.Summary{Records: 10, Failing: 9, OK: 1, Entities: 2, Signatures: []summary.Signature{lookup}, Fixes: []summary.Fix{
			{Rank: 1, MissingIn: "Units", MissingRows: 1, Records: 2}, {Rank: 2, Tier: classify.RepeatOnly, Settled: true, Records: 4, Saved: 3}, {Rank: 3, Tier: classify.RepeatOnly, Settled: true, Records: 2, Saved: 2}, {Rank: 4, Tier: classify.Reachability, Retry: "yes", Records: 1, Parts: []summary.Part{{Signature: lookup.ID}}}}},
			"9 of 10 records failed, in 2 entities. 2 records wait for rows that are missing in Units: 1 missing row. 1 record can be saved again at once: what it looked up came later. 1 record failed of what must be over first: then save its row again, too. The rows of 5 failing records are saved since."},
		{"what came of rows that are not named", summary.Summary{Records: 10, Failing: 3, OK: 7, Entities: 2, Signatures: []summary.Signature{lookup}, Fixes: []summary.Fix{
			{Rank: 1, Tier: classify.RepeatOnly, Settled: true, Records: 3, Keyless: 2}}},
			"3 of 10 records failed, in 2 entities. 1 record can be saved again at once: what it looked up came later. 2 records do not say which rows they are of, and what they looked up came later: see whether these are there."},
		{"a code, and a rule that is not among today's", summary.Summary{Records: 10, Failing: 9, OK: 1, Entities: 1, Totals: balanced, Signatures: []summary.Signature{
			{ID: "a", File: "a.yaml", Status: "observed", Title: "A", Records: 4, Fix: &summary.Fix{}, Ranks: []int{1}}, {ID: "gone", Status: "observed", Records: 3}, {ID: "code/0x80040217", Status: "code", Records: 2, Fix: &summary.Fix{}}},
			Fixes: []summary.Fix{{Rank: 1, Signature: "a", Records: 4, Parts: []summary.Part{{Signature: "a"}}}}},
			"9 of 10 records failed, in 1 entity. To be mended, with most records: A (4 records). 2 records are known by a code alone, and no rule says what to do. 3 records were taken by a rule that is not among today's."},
		{"of what nothing explains, rows are saved", summary.Summary{Records: 10, Failing: 2, OK: 8, Unknown: 2, Entities: 1, Totals: balanced, SavedUnplanned: 1},
			"2 of 10 records failed, in 1 entity. No rule and no code explains any of them. Begin with the unknown messages, most records first. The row of 1 failing record is saved since."},
		{"of what nothing explains, all rows are saved", summary.Summary{Records: 10, Failing: 2, OK: 8, Unknown: 2, Entities: 1, Totals: balanced, SavedUnplanned: 2},
			"2 of 10 records failed, in 1 entity. No rule and no code explains any of them. The rows of 2 failing records are saved since."},
		{"of what is critical, all rows are saved", summary.Summary{Records: 10, Failing: 1, OK: 9, Entities: 1, Totals: balanced, Signatures: []summary.Signature{{ID: "a", Severity: "critical", Records: 1}}, Fixes: []summary.Fix{
			{Rank: 1, Signature: "a", Severity: "critical", Tier: classify.RepeatOnly, Settled: true, Records: 1, Saved: 1}}},
			"1 of 10 records failed, in 1 entity. The row of 1 failing record is saved since."},
		{"of what is critical, some rows are saved", summary.Summary{Records: 10, Failing: 3, OK: 7, Entities: 1, Totals: balanced, Signatures: []summary.Signature{{ID: "a", Severity: "critical", Records: 3}}, Fixes: []summary.Fix{
			{Rank: 1, Signature: "a", Severity: "critical", Records: 1}, {Rank: 2, Signature: "a", Severity: "critical", Tier: classify.RepeatOnly, Settled: true, Records: 2, Saved: 2}}},
			"3 of 10 records failed, in 1 entity. 1 critical signature, 1 of 3 records left to mend: a (1 of 3 records). The rows of 2 failing records are saved since."},
		{"repeats, some of them while a fix is due", summary.Summary{Records: 10, Failing: 9, OK: 1, Entities: 2, Signatures: []summary.Signature{lookup}, Fixes: []summary.Fix{
			{Rank: 1, Retry: "yes", Records: 1, Parts: make([]summary.Part, 2)}, {Rank: 2, Tier: classify.Reachability, Retry: "yes", Records: 3, Parts: make([]summary.Part, 1)},
			{Rank: 3, MissingIn: "Units", Retry: "yes", Records: 0, MissingRows: 1}, {Rank: 4, Tier: classify.RepeatOnly, Retry: "yes", Records: 1}, {Rank: 5, Retry: "after-fix", Records: 4}}},
			"9 of 10 records failed, in 2 entities. 1 record failed of what passes by itself: it does not name its row, so retry.csv has none for it. 3 records failed of what must be over first; none of them names a row."},
		{"what must be over first is critical, too", summary.Summary{Records: 20, Failing: 15, OK: 5, Entities: 1, Signatures: []summary.Signature{{ID: "a", Severity: "critical", Records: 8, AffectedKeys: 8}, {ID: "b", Severity: "critical", Records: 1}, {ID: "c", AffectedKeys: 6}}, Fixes: []summary.Fix{
			{Rank: 1, Tier: classify.Reachability, Severity: "critical", Retry: "yes", Records: 8, Parts: []summary.Part{{Signature: "a", Severity: "critical", Records: 8}}}, {Rank: 2, Tier: classify.RepeatOnly, Retry: "yes", Records: 1, Parts: []summary.Part{{Signature: "b", Records: 1}}},
			{Rank: 3, Tier: classify.RepeatOnly, Retry: "yes", Records: 6, Parts: []summary.Part{{Signature: "c", Records: 6}}}}},
			"15 of 20 records failed, in 1 entity. 2 critical signatures, 9 records: a (8 records), b (1 record). 7 records failed of what passes by itself (1 of them is among the critical ones above): save the rows again that retry.csv lists for them, each in its turn. 8 records failed of what must be over first (they are among the critical ones above): then save their rows again, too."},
		{"of a night read in two calls", summary.Summary{Logs: nightLogs(), From: inside, Until: inside, FailedIn: []int64{9, 3}, Records: 1, Failing: 1, Entities: 1, Signatures: []summary.Signature{lookup}},
			"1 of 1 record failed from 22 November 07:00 to 23 November 2026 06:00 (9 in the hours that are compared, 3 in the period before), in 1 entity. 1 new signature. Of what a rule or code explains, most records: rows are missing (3 records). No fix is known for what failed."},
		{"nothing to compare with", summary.Summary{Logs: nightLogs()[1:], From: inside, Until: inside, Records: 1, Failing: 1, Entities: 1, Signatures: []summary.Signature{{ID: "code/0x80040217", Records: 1}}},
			"1 of 1 record failed from 22 November 09:00 to 23 November 2026 06:00, in 1 entity. Of what a rule or code explains, most records: code/0x80040217 (1 record). No fix is known for what failed."},
		{"some without a time", summary.Summary{Logs: nightLogs()[1:], From: inside, Until: inside, Timeline: summary.Timeline{UntimedFailing: 1}, Records: 3, Failing: 3, Unknown: 3, Entities: 1},
			"3 of 3 records failed, 1 of them without a time, in 1 entity. No rule and no code explains any of them. Begin with the unknown messages, most records first."},
		{"one far from the others", summary.Summary{Logs: nightLogs()[1:], From: inside, Until: inside, Timeline: summary.Timeline{OutsideFailing: 1}, Records: 3, Failing: 3, Unknown: 3, Entities: 1},
			"3 of 3 records failed, all but 1 from 22 November 09:00 to 23 November 2026 06:00, in 1 entity. No rule and no code explains any of them. Begin with the unknown messages, most records first."},
		{"one far from the others, one without a time", summary.Summary{Logs: nightLogs()[1:], From: inside, Until: inside, Timeline: summary.Timeline{OutsideFailing: 1, UntimedFailing: 1}, Records: 3, Failing: 3, Unknown: 3, Entities: 1},
			"3 of 3 records failed, 1 of them without a time and 1 far from the others, in 1 entity. No rule and no code explains any of them. Begin with the unknown messages, most records first."},
		{"some before the period", summary.Summary{Logs: nightLogs()[1:], From: inside.AddDate(0, 0, -3), Until: inside, Records: 3, Failing: 3, Unknown: 3, Entities: 1},
			"3 of 3 records failed, not all of them from 22 November 09:00 to 23 November 2026 06:00, in 1 entity. No rule and no code explains any of them. Begin with the unknown messages, most records first."},
		{"a joint fix stands before more records that wait", summary.Summary{Records: 10, Failing: 9, OK: 1, Entities: 2, Signatures: []summary.Signature{lookup}, Fixes: []summary.Fix{
			{Rank: 1, Signature: lookup.ID, Records: 2, Role: "Data owner, Dual-write operator", Parts: make([]summary.Part, 3)},
			{Rank: 2, MissingIn: "Units", MissingRows: 2, Records: 3, Role: "Data owner, Dual-write operator"}, {Rank: 3, MissingIn: "Sites", MissingRows: 1, Records: 4, Role: "Data owner"},
			{Rank: 4, MissingIn: "Warehouses", MissingRows: 1, Waiting: 2}}},
			"9 of 10 records failed, in 2 entities. 7 records wait for rows that are missing in Units, Sites and 1 more: 4 missing rows, to be brought by Data owner and Dual-write operator. Else to be mended, with most records: rows are missing and 2 more signatures (2 records, Data owner and Dual-write operator)."},
		{"of a critical fix what is not critical", summary.Summary{Records: 50, Failing: 45, OK: 5, Entities: 1, Signatures: []summary.Signature{lookup, critical}, Fixes: []summary.Fix{
			{Rank: 1, Signature: critical.ID, Severity: "critical", Records: 41, Role: "A", Parts: []summary.Part{
				{Signature: critical.ID, Severity: "critical", Records: 1}, {Signature: "x", Severity: "high", Records: 10}, {Signature: lookup.ID, Severity: "high", Records: 30}}},
			{Rank: 2, Signature: "y", Records: 4, Role: "B"}}},
			"45 of 50 records failed, in 1 entity. 1 critical signature, 1 record: Payload not generated (1 record). Else to be mended, with most records: rows are missing and 1 more signature (40 records, A)."},
		{"an export that is not whole", summary.Summary{Records: 7, Failing: 2, Unknown: 2, OK: 5, Entities: 1, Inputs: []store.Input{{}, {Incomplete: true}}},
			"2 of 7 records failed, in 1 entity. No rule and no code explains any of them. Begin with the unknown messages, most records first. 1 of 2 inputs is not the whole export: the numbers may be too low."},
		{"broken off and not whole", summary.Summary{Records: 7, OK: 7, Inputs: []store.Input{{}, {Problem: "cut"}, {Incomplete: true}, {Incomplete: true}}},
			"No record failed in this run: all 7 are ok. 1 of 4 inputs could not be read to the end, and 2 of 4 inputs are not the whole export: the numbers may be too low."},
		{"broken off", summary.Summary{Records: 7, OK: 7, Inputs: []store.Input{{}, {Problem: "cut"}}}, "No record failed in this run: all 7 are ok. 1 of 2 inputs could not be read to the end: the numbers may be too low."},
		{"ledger", summary.Summary{Records: 7, OK: 7, Totals: store.Counts{Read: 9, Loaded: 7, OK: 7}}, "No record failed in this run: all 7 are ok. The ledger does not balance."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.ReplaceAll(said(&c.s), "  ", " "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Nothing new is said of what is compared, and only of that.
func TestNothingNew(t *testing.T) {
	logs := func(dualwrite, plugintrace summary.Comparison) []summary.Comparison {
		dualwrite.Log, plugintrace.Log = "dualwrite", "plugintrace"
		return []summary.Comparison{dualwrite, plugintrace}
	}
	night := nightLogs()[0].Night
	before := []summary.Period{{From: night.From.Add(-24 * time.Hour), Until: night.Until.Add(-24 * time.Hour)}}
	compared := summary.Comparison{Failing: 2, Records: 2, Period: night, Night: night, Before: before}
	first := summary.Comparison{Failing: 1, Records: 1, Period: night, Night: night}
	ok := summary.Comparison{Records: 4, Period: night, Night: night, Before: before}
	spiking := []summary.Change{{Change: summary.Spiking, Signature: "a", Title: "A deadlock", MapTitle: "Sites", Records: 400, Counts: []int64{400, 3, 0, 3}}}
	for _, c := range []struct {
		name string
		s    summary.Summary
		want string
	}{
		{"both are compared", summary.Summary{Logs: logs(compared, compared)}, "Nothing new."},
		{"one failed, and is compared", summary.Summary{Logs: logs(compared, ok)}, "Nothing new."},
		{"what is compared with nothing did not fail", summary.Summary{Logs: logs(compared, summary.Comparison{Records: 3, Period: night, Night: night})}, "Nothing new."},
		{"one is not compared", summary.Summary{Logs: logs(compared, first)},
			"Nothing new among dual-write errors; plug-in traces are compared with nothing: no earlier hours are covered."},
		{"one is not compared, and something is new", summary.Summary{Logs: logs(first, compared), Signatures: []summary.Signature{{ID: "a", Change: summary.New}}},
			"1 new signature among plug-in traces; dual-write errors are compared with nothing: no earlier hours are covered."},
		{"what failed is not compared", summary.Summary{Logs: logs(first, ok)}, "Dual-write errors are compared with nothing: no earlier hours are covered."},
		{"without times", summary.Summary{Logs: logs(compared, summary.Comparison{Failing: 1, Records: 1})},
			"Nothing new among dual-write errors; plug-in traces are compared with nothing: none of them has a time."},
		{"asked for", summary.Summary{Logs: logs(compared, summary.Comparison{Failing: 1, Records: 1, Period: night, Night: night, Asked: before[0]})},
			"Nothing new among dual-write errors; plug-in traces are compared with nothing."},
		{"muted", summary.Summary{Logs: logs(compared, ok), Findings: []summary.Finding{{Change: summary.New, Mute: &summary.Mute{}}}}, "Nothing new but what is muted."},
		{"known, and new in a map", summary.Summary{Logs: logs(compared, ok), Signatures: []summary.Signature{{ID: "a", Change: summary.Ongoing}, {ID: "b", Change: summary.Spiking}},
			Findings: []summary.Finding{{Signature: "a", MapTitle: "Units", Change: summary.New}, {Signature: "a", MapTitle: "Sites", Change: summary.Ongoing}, {Signature: "b", MapTitle: "Sites", Change: summary.New}}},
			"2 known signatures in maps where they are new."},
		{"new in a map, back in another and ongoing in a third", summary.Summary{Logs: logs(compared, ok), Signatures: []summary.Signature{{ID: "a", Change: summary.Ongoing}},
			Findings: []summary.Finding{{Signature: "a", MapTitle: "Units", Change: summary.New}, {Signature: "a", MapTitle: "Sites", Change: summary.Regressed}, {Signature: "a", MapTitle: "Assets", Change: summary.Ongoing}}},
			"1 known signature that is new in Units and 1 known signature that is back after a pause in Sites."},
		{"back in one, new in another", summary.Summary{Logs: logs(compared, ok), Signatures: []summary.Signature{{ID: "a", Change: summary.Regressed}},
			Findings: []summary.Finding{{Signature: "a", MapTitle: "Units", Change: summary.New}, {Signature: "a", MapTitle: "Sites", Change: summary.Regressed}}},
			"1 known signature that is new in Units and 1 back after a pause."},
		{"known and muted", summary.Summary{Logs: logs(compared, ok), Signatures: []summary.Signature{{ID: "a", Change: summary.Ongoing, Mute: &summary.Mute{}}},
			Findings: []summary.Finding{{Signature: "a", MapTitle: "Units", Change: summary.New, Mute: &summary.Mute{}}}}, "Nothing new but what is muted."},
		{"messages that are back", summary.Summary{Logs: logs(compared, ok), Clusters: []summary.Cluster{{TemplateID: "t-1", Change: summary.Regressed}, {TemplateID: "t-2", Change: summary.Ongoing}, {TemplateID: "others", Others: 7, Change: summary.Regressed}},
			Findings: []summary.Finding{{Signature: "unknown/t-2", Change: summary.Regressed}, {Signature: "unknown/others", Change: summary.Regressed}}},
			"8 unknown messages back after a pause and 1 unknown message in a map where it is back after a pause."},
		{"in hours that were asked for", summary.Summary{Logs: logs(summary.Comparison{Failing: 2, Records: 2, Period: night, Night: night, Before: before, Asked: before[0]}, ok), Signatures: []summary.Signature{{ID: "a", Change: summary.Ongoing}},
			Clusters: []summary.Cluster{{TemplateID: "t-1", Change: summary.Regressed}, {TemplateID: "t-2", Change: summary.Ongoing}},
			Findings: []summary.Finding{{Signature: "a", MapTitle: "Sites", Change: summary.Regressed}, {Signature: "unknown/t-2", Change: summary.Regressed}}},
			"1 known signature that did not fail in the hours compared with in Sites, 1 unknown message from before that did not fail in the hours compared with and 1 unknown message in a map where it did not fail in the hours compared with."},
		{"spiking is news", summary.Summary{Logs: logs(compared, ok), Signatures: []summary.Signature{{ID: "a", Title: "A deadlock", Change: summary.Spiking, Records: 400}}, Changes: spiking},
			"1 known signature spikes: A deadlock (400 records, at most 3 in a period before)."},
		{"spiking in a map, and something is new", summary.Summary{Logs: logs(compared, ok), Changes: spiking,
			Signatures: []summary.Signature{{ID: "a", Headline: "rows block each other", Change: summary.Spiking, Records: 410}, {ID: "b", Change: summary.New}}},
			"1 new signature. 1 known signature spikes: rows block each other in Sites (400 records, at most 3 in a period before)."},
		{"spiking and muted", summary.Summary{Logs: logs(compared, ok), Signatures: []summary.Signature{{ID: "a", Change: summary.Spiking, Mute: &summary.Mute{}}}, Changes: spiking}, "Nothing new."},
		{"spiking, and one is not compared", summary.Summary{Logs: logs(compared, first), Signatures: []summary.Signature{{ID: "a", Title: "A deadlock", Records: 400}}, Changes: spiking},
			"1 known signature spikes: A deadlock (400 records, at most 3 in a period before). Plug-in traces are compared with nothing: no earlier hours are covered."},
		{"a signature in two maps, messages of one, and unknown messages", summary.Summary{Logs: logs(compared, ok), Changes: append([]summary.Change{
			{Change: summary.Spiking, Signature: "a", MapTitle: "Units", Records: 20, Counts: []int64{21, 1, 2, 0}}, {Change: summary.Ongoing, Signature: "a", MapTitle: "Assets", Records: 5},
			{Change: summary.Spiking, Signature: "w", TemplateID: "t-1", Title: "The crane is jammed", MapTitle: "Sites", Records: 12, Counts: []int64{12, 1, 2, 0}},
			{Change: summary.Spiking, Signature: "unknown/t-2", Title: "Odd", MapTitle: "Sites", Records: 11, Counts: []int64{11, 1, 2, 0}},
			{Change: summary.Spiking, Signature: "unknown/t-3", Title: "Even", MapTitle: "Sites", Records: 60, Counts: []int64{60, 9, 2}}}, spiking...)},
			"1 known signature spikes: a in Units and Sites (420 records, 421 in the hours that are compared, at most 4 in a period before); 1 message of a known signature spikes: The crane is jammed in Sites (12 records, at most 2 in a period before); 2 unknown messages spike, the largest of them (60 records, at most 9 in a period before)."},
		{"more than are named, the critical one first", summary.Summary{Logs: logs(compared, ok), Changes: []summary.Change{
			{Change: summary.Spiking, Signature: "a", MapTitle: "Sites", Records: 50}, {Change: summary.Spiking, Signature: "b", MapTitle: "Sites", Records: 40}, {Change: summary.Spiking, Signature: "c", Severity: "high", MapTitle: "Sites", Records: 30},
			{Change: summary.Spiking, Signature: "d", Severity: "critical", MapTitle: "Sites", Records: 20}}},
			"4 known signatures spike: d in Sites (20 records), a in Sites (50 records), b in Sites (40 records) and 1 more."},
		{"before the hours", summary.Summary{Logs: logs(compared, ok), Findings: []summary.Finding{{Change: summary.Ongoing}, {}}}, "Nothing new in the hours that are compared."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := spoken(newness(&c.s)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	untimed := summary.Comparison{Log: "dualwrite", Records: 2}
	if got, want := comparison(&summary.Summary{}, untimed), "dual-write errors that were read have no time, so they are not compared"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The night before begins a day earlier: a day that was read before this night is none, nor is a night of last week.
func TestPeriodBefore(t *testing.T) {
	night := summary.Period{From: time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC), Until: time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		back time.Duration
		want string
	}{{24 * time.Hour, "night before"}, {22 * time.Hour, "night before"}, {12 * time.Hour, "period before"}, {72 * time.Hour, "period before"}} {
		before := summary.Period{From: night.From.Add(-c.back), Until: night.Until.Add(-c.back)}
		s := summary.Summary{Logs: []summary.Comparison{{Log: "dualwrite", Period: night, Night: night, Before: []summary.Period{before}}}}
		if got := periodBefore(&s); got != c.want {
			t.Errorf("%v earlier: %q, want %q", c.back, got, c.want)
		}
		s.Logs[0].Asked = before
		s.Run.Finished = night.Until
		if got, want := periodBefore(&s), "hours "+hoursOf(before, 2026); got != want {
			t.Errorf("hours that were chosen: %q, want %q: a report of a period is of hours that were asked for itself", got, want)
		}
		s.Logs = append(s.Logs, s.Logs[0])
		s.Logs[1].Asked.From = before.From.Add(time.Hour)
		if got := periodBefore(&s); got != "hours compared with" {
			t.Errorf("hours that differ: %q", got)
		}
	}
}

func TestSpark(t *testing.T) {
	if got, want := fmt.Sprint(spark([]int64{3, 1000, 0, 500})), "[10 0 20 1]"; got != want {
		t.Errorf("got %s, want %s: the oldest first, and what failed is seen", got, want)
	}
}

func TestImbalance(t *testing.T) {
	got := imbalance(store.Counts{Read: 1000, Loaded: 990, OK: 900, Classified: 80})
	want := "1,000 read, but loaded, duplicates, rejected and filtered make 990; 990 loaded, but ok, classified and unclassified make 980"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The link to a fix goes by its number, without the comma of a thousand.
func TestLinkToAFarFix(t *testing.T) {
	said := repeats(&summary.Summary{Fixes: []summary.Fix{{Rank: 1234, Tier: classify.RepeatOnly, Records: 2}}})
	if len(said) == 0 || said[0].Href != "#fix-1234" {
		t.Errorf("%+v", said)
	}
}

// A fix for several signatures is no incident, which is a burst with an onset, a peak and an end: a night without one may have such a fix.
func TestJointFixIsNoIncident(t *testing.T) {
	s := night()
	s.Bursts, s.BurstCount = nil, 0
	s.Fixes[0].MissingIn, s.Fixes[0].Parts = "", append(s.Fixes[0].Parts, s.Fixes[0].Parts...)
	page := draw(t, s, Options{})["index.html"]
	if said := regexp.MustCompile(`(?i)[^<>]*\bone incident\b[^<>]*`).FindString(page); said != "" {
		t.Errorf("%q on a page without incidents", said)
	}
	if !strings.Contains(page, "No incident:") || !strings.Contains(page, "mended together") {
		t.Error("the page does not say that there is no incident, or what the fix is for")
	}
}

// What one of several fixes does is not said of all of them: each brings rows of its own.
func TestSeveralFixesOfASignature(t *testing.T) {
	s := night()
	s.Signatures[0].Ranks, s.Signatures[0].Fix.Summary = []int{1, 2}, "Create customer group 10."
	if page := draw(t, s, Options{})["index.html"]; !strings.Contains(page, `<h4>Fixes <a href="#fix-1">1</a> and <a href="#fix-2">2</a></h4>`) {
		t.Error("the page does not name the fixes of the first signature alone")
	}
	s.Signatures[0].Ranks = []int{1}
	if page := draw(t, s, Options{})["index.html"]; !strings.Contains(page, `<h4>Fix <a href="#fix-1">1</a>: Create customer group 10.</h4>`) {
		t.Error("the page does not say what the only fix does")
	}
}

// A time on the page says of what it is: beside when to retry stands when it failed, and a peak, which is a column of the timeline, may begin before the onset.
func TestTimesSayOfWhat(t *testing.T) {
	page := draw(t, night(), Options{})["index.html"]
	for _, want := range []string{`<span class="muted">failed from <time`, `peak 196 in the 15 minutes from <time datetime="2026-11-23T01:45:00Z">`, "; companies USMF and "} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// Where failures of a fix lie outside of the timeline, it failed from the first to the last one in it, and those are counted.
func TestStraysOfFixes(t *testing.T) {
	s := night()
	f := &s.Fixes[0]
	f.FirstSeen, f.Outside = time.Date(2019, 2, 3, 4, 5, 0, 0, time.UTC), 1
	f.Within = summary.Period{From: at("2026-11-23 01:02:00"), Until: at("2026-11-23 03:04:00")}
	page := draw(t, s, Options{})["index.html"]
	if !regexp.MustCompile(`failed from <time [^>]*>[^<]*01:02</time> to <time [^>]*>[^<]*03:04</time>; <a href="#timeline">1 outside</a></span>`).MatchString(page) {
		t.Errorf("the page says %q", regexp.MustCompile(`failed from .{0,300}`).FindString(page))
	}
}

// Failures far from the others are no end of the night: the head counts them beside its times.
func TestHeadCountsStrays(t *testing.T) {
	s := night()
	s.Timeline.OutsideFailing = 3
	if page := draw(t, s, Options{})["index.html"]; !regexp.MustCompile(`<dt>Failures</dt><dd><time [^>]*>[^<]*</time> to <br><time [^>]*>[^<]*</time>; <br><a href="#timeline">3 outside</a></dd>`).MatchString(page) {
		t.Error("the head does not count them")
	}
	s.From, s.Until = time.Time{}, time.Time{}
	if page := draw(t, s, Options{})["index.html"]; !strings.Contains(page, `<dt>Failures</dt><dd>none in <br>the <a href="#timeline">timeline</a></dd>`) {
		t.Error("where all are outside the head says else")
	}
}

// What is compared with what, or why nothing is: hours that nothing covers, that nothing covers whole and that too little covers are told apart.
func TestComparisonWords(t *testing.T) {
	hour := func(day, h int) time.Time { return time.Date(2026, 11, day, h, 0, 0, 0, time.UTC) }
	night := summary.Period{From: hour(22, 20), Until: hour(23, 6)}
	before := summary.Period{From: hour(20, 20), Until: hour(21, 6)}
	torn := summary.Period{From: hour(21, 20), Until: hour(22, 4)}
	for _, c := range []struct {
		c    summary.Comparison
		want string
	}{
		{summary.Comparison{}, ": no earlier hours are covered, so there is nothing to compare with"},
		{summary.Comparison{Passed: []summary.Period{torn}},
			": of the hours before, no 10 hours in a row are covered for half or more by exports that were read whole, so there is nothing to compare with"},
		{summary.Comparison{Before: []summary.Period{before}, Whole: true}, " with those of 20 Nov 20:00 to 21 Nov 06:00"},
		{summary.Comparison{Before: []summary.Period{before}, Passed: []summary.Period{torn}, Whole: true},
			" with those of 20 Nov 20:00 to 21 Nov 06:00; what is covered between them, 21 Nov 20:00 to 22 Nov 04:00, was not read whole or is less than half a period, and is passed over"},
		{summary.Comparison{Asked: before}, ": those of 20 Nov 20:00 to 21 Nov 06:00 were asked for, which no export covers, so there is nothing to compare with"},
		{summary.Comparison{Asked: before, AskedAny: 10}, ": those of 20 Nov 20:00 to 21 Nov 06:00 were asked for, of which no export was read whole, so there is nothing to compare with"},
		{summary.Comparison{Asked: before, AskedAny: 10, AskedWhole: 4},
			": those of 20 Nov 20:00 to 21 Nov 06:00 were asked for, of which exports that were read whole cover 4 of 10 hours, less than half, so there is nothing to compare with"},
	} {
		c.c.Log, c.c.Period, c.c.Night = "dualwrite", night, night
		want := "dual-write errors of 22 Nov 20:00 to 23 Nov 06:00" + c.want
		s := summary.Summary{Records: 7, OK: 7, Logs: []summary.Comparison{c.c}, Run: store.Run{Finished: hour(23, 7)}}
		if got := comparison(&s, c.c); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if in := strings.Contains(said(&s), capital(want)); in != (c.c.Asked.Hours() > 0 && !c.c.Compared()) {
			t.Errorf("the first paragraph: %s", said(&s))
		}
	}
}

// askedLogs are nightLogs compared with the day before the last one, which somebody asked for.
func askedLogs() []summary.Comparison {
	logs := nightLogs()
	logs[0].Asked = logs[0].Before[1]
	logs[0].Before = logs[0].Before[1:]
	return logs
}

// What is muted is counted with what changed, and is said to be.
func TestChangedNamesMuted(t *testing.T) {
	s := &summary.Summary{Logs: nightLogs(), Changed: summary.Changed{New: 2, Regressed: 1, Ongoing: 4},
		Signatures: []summary.Signature{{ID: "a", Change: "new", Mute: &summary.Mute{}}, {ID: "b", Change: "new"}},
		Clusters:   []summary.Cluster{{TemplateID: "t-1", Mute: &summary.Mute{}}},
		Changes:    []summary.Change{{Change: "new", Signature: "a"}, {Change: "new", Signature: "b"}, {Change: "regressed", Signature: "unknown/t-1"}, {Change: "resolved", Signature: "a"}}}
	if got, want := changed(s), "2 new, 1 regressed, 4 ongoing; of what is new, regressed or spiking 2 are muted"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Of nothing there is no share, and what nobody knows is not called none.
func TestCardsOfNothing(t *testing.T) {
	for _, c := range []struct {
		s    summary.Summary
		want []card
	}{
		{summary.Summary{}, []card{{"#findings", "Records in error", "0", "of 0 records"}, {"#entities", "Failing entities", "0", "there are no records"},
			{"#ledger", "Ok records", "0", "there are no records"}, {"#unknown", "Share unknown", "–", "there are no records"}, {"#rejects", "Rejected rows", "0", "of 0 rows read"}}},
		{summary.Summary{Records: 3, OK: 3, Totals: store.Counts{Read: 3}}, []card{{"#findings", "Records in error", "0", "of 3 records"}, {"#entities", "Failing entities", "0", "no record failed"},
			{"#ledger", "Ok records", "3", "100% of all records"}, {"#unknown", "Share unknown", "–", "no record failed"}, {"#rejects", "Rejected rows", "0", "of 3 rows read"}}},
	} {
		if d := cmp.Diff(c.want, cards(&c.s)); d != "" {
			t.Errorf("%d records (-want +got):\n%s", c.s.Records, d)
		}
	}
}

// A finding whose records are in several categories has them all in the data of the page, which counts its heat table by them; others have one.
func TestCategoriesInTheDataOfThePage(t *testing.T) {
	d := &data{categories: []string{"access", "reference-data"}}
	names := numbering{numbers: map[string]int{}}
	one := d.findingRow(&summary.Finding{Category: "access", Records: 3}, &names)
	several := d.findingRow(&summary.Finding{Category: "reference-data", Records: 3, Categories: []summary.Count{{Name: "reference-data", Records: 2}, {Name: "access", Records: 1}}}, &names)
	if got := several[len(several)-1]; len(several) != len(one)+1 || fmt.Sprint(got) != "[[1 2] [0 1]]" {
		t.Errorf("%v and %v, want categories and their records at the end of the second", one, several)
	}
}

// A cause says of a row that it failed only where a record of it did.
func TestCauseFailed(t *testing.T) {
	for _, c := range []struct {
		rows, unseen int64
		want         string
	}{{1, 0, "Failed"}, {4, 0, "Failed"}, {1, 1, "Other rows of the map failed"}, {3, 3, "Other rows of the map failed"}, {3, 1, "2 of these rows and others of the map failed"}, {3, 2, "1 of these rows and others of the map failed"}} {
		if got := causeFailed(summary.Cause{Rows: c.rows, Unseen: c.unseen}); got != c.want {
			t.Errorf("of %d rows, %d unseen: %q, want %q", c.rows, c.unseen, got, c.want)
		}
	}
}
