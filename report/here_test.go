package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dwtriage/report/redact"
	"dwtriage/report/summary"
)

func TestHere(t *testing.T) {
	began := at("2026-11-22 18:46:00")
	for _, c := range []struct {
		name    string
		here    summary.Here
		records int64
		lasted  time.Duration
		want    string
	}{
		{"nothing to say", summary.Here{Plugins: true}, 4, time.Hour, ""},
		{"one record names its host by itself", summary.Here{Host: "fo.example"}, 1, 0, ""},
		{"one host", summary.Here{Host: "fo.example"}, 264, time.Hour, "All 264 records name one host, fo.example."},
		{"over", summary.Here{Plugins: true, After: 1902}, 264, time.Hour, "From its first failure to its last no record of the same plug-ins is ok; 1,902 after are."},
		{"one before", summary.Here{Entities: true, Before: 1}, 2, time.Hour, "From its first failure to its last no record of the same entities is ok; 1 before is."},
		{"both sides", summary.Here{Plugins: true, Entities: true, Before: 12, After: 1902}, 1, 0, "When it failed no record of the same plug-ins or entities is ok; 12 before and 1,902 after are."},
		{"between", summary.Here{Plugins: true, During: 1}, 9, time.Hour, "From its first failure to its last, 1 record of the same plug-ins is ok: it did not stop everything."},
		{"between and after", summary.Here{Plugins: true, During: 7, After: 1}, 9, time.Hour, "From its first failure to its last, 7 records of the same plug-ins are ok: it did not stop everything; so is 1 after."},
	} {
		sig := summary.Signature{Records: c.records, FirstSeen: began, LastSeen: began.Add(c.lasted), Here: c.here}
		if got := strings.Join(here(sig), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// The tables say it too: of a finding what is said of its signature, of a fix what is said of signatures that are its own alone.
func TestTablesSayWhyAndWhen(t *testing.T) {
	s := night()
	share := &s.Fixes[0]
	share.Purged = summary.Period{From: at("2026-11-23 18:46:00"), Until: at("2026-11-23 19:17:00")}
	s.Signatures[0].Here = summary.Here{Plugins: true, After: 1902}
	said := strings.Join(here(s.Signatures[0]), " ")
	row := func(name, column, value string) map[string]string {
		t.Helper()
		for _, r := range rows(t, draw(t, s, Options{})[name]) {
			if r[column] == value {
				return r
			}
		}
		t.Fatalf("%s has no row whose %s is %s", name, column, value)
		return nil
	}
	first := row("failing_entities.csv", "signature", s.Signatures[0].ID)
	if got, want := first["why_here"], "Of all 806 records of the signature: "+said; got != want || said == "" || first["records"] == "806" {
		t.Errorf("failing_entities.csv: %q, want %q", got, want)
	}
	for i := range s.Findings {
		if f := &s.Findings[i]; f.Signature == s.Signatures[0].ID {
			f.Records = s.Signatures[0].Records
		}
	}
	if got := row("failing_entities.csv", "signature", s.Signatures[0].ID)["why_here"]; got != said {
		t.Errorf("failing_entities.csv, all records in one row: %q, want %q", got, said)
	}
	share.Parts = []summary.Part{{Signature: s.Signatures[0].ID, Records: s.Signatures[0].Records - 1}}
	r := row("fixes.csv", "rank", "1")
	if got := r["why_here"] + "|" + r["purged_from"] + "|" + r["purged_until"]; got != "|2026-11-23 18:46:00|2026-11-23 19:17:00" {
		t.Errorf("fixes.csv, of a share: %q", got)
	}
	share.Parts[0].Records++
	if got := row("fixes.csv", "rank", "1")["why_here"]; got != said {
		t.Errorf("fixes.csv: %q, want %q", got, said)
	}
	share.Parts[0].Title = "One"
	share.Parts = append(share.Parts, summary.Part{Signature: "another", Title: "Another"})
	if got := row("fixes.csv", "rank", "1")["why_here"]; got != "One: "+said {
		t.Errorf("fixes.csv, of two signatures: %q, want %q", got, "One: "+said)
	}
}

// What the night says of itself stands on its page.
func TestPageSaysWhyAndWhen(t *testing.T) {
	s := night()
	s.Signatures[0].Here = summary.Here{Plugins: true, After: 1902}
	s.Fixes[0].Purged = summary.Period{From: at("2026-11-23 18:46:00"), Until: at("2026-11-23 19:17:00")}
	s.Inputs[0].Digest = "6346d2149871938e8bb328db2e34d616"
	s.Logs[0].Gaps = []summary.Period{{From: at("2026-11-23 02:00:00"), Until: at("2026-11-23 04:00:00")}}
	out := draw(t, s, Options{})
	page := out["index.html"]
	check(t, page)
	flat := strings.Join(strings.Fields(out["summary.json"]), " ")
	for _, want := range []string{`"why_here": [ "From its first failure to its last no record of the same plug-ins is ok; 1,902 after are." ]`,
		`"purged": { "from": "2026-11-23 18:46:00", "until": "2026-11-23 19:17:00" }`, `"gaps": [ { "from": "2026-11-23 02:00:00", "until": "2026-11-23 04:00:00" } ]`} {
		if !strings.Contains(flat, want) {
			t.Errorf("summary.json lacks %s", want)
		}
	}
	for _, want := range []string{"<h4>Why here</h4>\n<p>From its first failure to its last no record of the same plug-ins is ok; 1,902 after are.</p>",
		"error queue forgets it 23 Nov 18:46 to 23 Nov 19:17", logWord(s.Logs[0].Log) + " of 23 Nov 02:00 to 23 Nov 04:00", `<path class="gap dualwrite" d="M`,
		`id="rules"`, "<code>6346d2149871938e8bb328db2e34d616</code>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	without := draw(t, night(), Options{})
	bare := without["index.html"] + without["summary.json"]
	for _, lacks := range []string{"Why here", "error queue forgets", "Not covered", `class="gap `, "why_here", `"purged"`, `"gaps"`} {
		if strings.Contains(bare, lacks) {
			t.Errorf("a night without it says %q", lacks)
		}
	}
}

func TestHealth(t *testing.T) {
	s := &summary.Summary{Unknown: 24, Signatures: []summary.Signature{
		{ID: "dw-plain", Title: "Plain", File: "a.yaml", Records: 4},
		{ID: "dw-wrapper", Title: "Wrapper", File: "a.yaml", Records: 46, Messages: []summary.Message{{TemplateID: "t-1", Text: "is on hold", Records: 27}, {TemplateID: "t-2", Text: "other", Records: 19}}},
		{ID: "site-any", Title: "Any", File: "site.yaml", Records: 13},
		{ID: "code/0x80040217", Title: "ObjectDoesNotExist", Status: "code", Records: 7},
		{ID: "site-gone", Title: "site-gone", Status: "observed", Records: 3},
	}, Clusters: []summary.Cluster{{TemplateID: "t-3", Records: 24}},
		Broad:  []summary.Broad{{ID: "site-any", Reached: 287, Others: 299}},
		Silent: []summary.Silent{{ID: "site-credit", Title: "Credit", File: "site.yaml", Line: 12}},
		Mutes:  []summary.Mute{{ID: "dw-plain", Title: "Plain", Expired: true, Records: 4, Expires: at("2026-11-20 00:00:00"), File: "site.yaml", Line: 3}, {ID: "dw-wrapper"}}}
	h := healthOf(s, commands{})
	if got, want := h.Counts(), "1 to keep, 2 to tune, 3 missing, 1 to retire, 1 mute to renew or delete"; got != want {
		t.Errorf("counts %q, want %q", got, want)
	}
	var said []string
	for _, l := range h.Shown() {
		said = append(said, strings.Join([]string{l.Word, l.ID, l.Noticed, l.Command}, "|"))
	}
	want := []string{
		"tune|dw-wrapper|It takes any message, 2 different ones here; of its 46 records 27 have this one: “is on hold”|dwtriage rules draft t-1",
		"tune|site-any|It takes any message: it matches examples of 287 of the 299 other rules, so nothing says that its 13 records fail for one reason.|",
		"missing|code/0x80040217|7 records known only by code.|",
		"missing|site-gone|3 records that a rule took which is not among today's.|",
		"missing||24 records in 1 cluster that no rule explains.|dwtriage rules draft t-3",
		"retire|site-credit|No failing record of the database was judged to be of this rule of the site (site.yaml, line 12).|",
		"mute|dw-plain|The mute ended on 20 November 2026, and 4 records count again.|",
	}
	if got, want := strings.Join(said, "\n"), strings.Join(want, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for range mostHealth {
		s.Silent = append(s.Silent, s.Silent[0])
	}
	if h := healthOf(s, commands{}); len(h.Shown()) != len(h.Lines)-1 { // a mute that ended is none of the retired
		t.Errorf("%d of %d lines are shown", len(h.Shown()), len(h.Lines))
	}
}

// An incident of many signatures does not bury the plan: five are open, and all are on the page, with their steps.
func TestManyParts(t *testing.T) {
	s := night()
	f := &s.Fixes[0]
	f.MissingIn, f.Parts = "", nil
	for i := range 31 {
		f.Parts = append(f.Parts, summary.Part{Signature: fmt.Sprint("dw-part-", i), Title: fmt.Sprintf("Part number %02d", i), Records: 1, Steps: []string{fmt.Sprintf("Step of part %02d", i)}})
	}
	page := draw(t, s, Options{})["index.html"]
	check(t, page)
	for i := range f.Parts {
		if n := strings.Count(page, fmt.Sprintf("Step of part %02d", i)); n != 1 {
			t.Errorf("the step of part %d stands %d times", i, n)
		}
	}
	open, _, found := strings.Cut(page, "<summary>26 more signatures</summary>")
	if !found || !strings.Contains(open, "Part number 04") || strings.Contains(open, "Part number 05") {
		t.Error("not the first five are open")
	}
	if !strings.Contains(page, "<summary>What to do about 26 more signatures</summary>") {
		t.Error("the steps of the others are not behind a summary")
	}
}

// A page and a ticket are mailed alone: their commands find the database and the rules of the report, however these are called. Those of a redacted one name no path.
func TestCommandsFindTheDatabase(t *testing.T) {
	s := night()
	s.Judgements = []summary.Judgement{{Records: 2, Rules: 7, Runs: 1, Run: 3, RulesDigest: "0123456789abcdef"}}
	opt := Options{Markdown: true, Where: " --db '<my> night.duckdb' --rules site"}
	files := draw(t, s, opt)
	const where = " --db &#39;&lt;my&gt; night.duckdb&#39; --rules site"
	for _, want := range []string{"<code>dwtriage rules draft" + where + " t-", "dwtriage reclassify" + where + " judges them again", "<code>dwtriage rules coverage" + where + "</code>"} {
		if !strings.Contains(files["index.html"], want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(files["index.html"], "where the database is not") || !strings.Contains(files["report.md"], marked("dwtriage reclassify"+opt.Where+" judges")) {
		t.Error("the page asks for a database that it names, or the ticket does not name it")
	}
	s.Redacted = new(redact.Redactor)
	if c := opt.commands(s); c.of("reclassify") != "dwtriage reclassify" {
		t.Errorf("redacted: %s", c.of("reclassify"))
	}
}
