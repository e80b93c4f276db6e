package report

import (
	"strings"
	"testing"

	"dwtriage/report/summary"
)

// The card of what is new has what spikes, too: signatures, and apart from them messages of one, but no unknown message, of which it counts none.
func TestCardCountsSpikes(t *testing.T) {
	s := &summary.Summary{Logs: nightLogs(), Changes: []summary.Change{
		{Change: summary.Spiking, Signature: "a", MapTitle: "Sites"}, {Change: summary.Spiking, Signature: "a", MapTitle: "Units"}, {Change: summary.Spiking, Signature: "b", MapTitle: "Units"},
		{Change: summary.Spiking, Signature: "w", TemplateID: "t-1", MapTitle: "Units"}, {Change: summary.Spiking, Signature: "unknown/t-2", MapTitle: "Units"}}}
	if got, want := newsDetail(s), "0 back, 2 spiking, 1 message of known signatures spiking"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if s.Changed.Spiking = 12_000; !strings.Contains(newsDetail(s), "0 back, at least 2 spiking") {
		t.Errorf("of more than changes.csv lists: %q", newsDetail(s))
	}
	s.Changed.Spiking = 0
	if s.Signatures = []summary.Signature{{ID: "a", Mute: &summary.Mute{}}}; !strings.HasPrefix(newsDetail(s), "0 back, 1 spiking") {
		t.Errorf("with one muted: %q", newsDetail(s))
	}
}

// A signature is quiet where it fails nowhere any more, not where a map is without it: the card counts signatures, and says of which of them a map alone is quiet.
func TestCardCountsQuietSignatures(t *testing.T) {
	gone := func(state, sig, template, title string) summary.Change {
		return summary.Change{Change: state, Signature: sig, TemplateID: template, MapTitle: title}
	}
	s := &summary.Summary{Logs: nightLogs(), Failing: 5, FailedIn: []int64{5, 9}, Signatures: []summary.Signature{{ID: "fails", Change: summary.Ongoing}, {ID: "w", Change: summary.Ongoing}}, Changes: []summary.Change{
		gone(summary.Quiet, "fails", "", "Sites"), gone(summary.Quiet, "fails", "", "Units"), gone(summary.Quiet, "gone", "", "Sites"), gone(summary.Quiet, "gone", "", "Units"),
		gone(summary.Quiet, "both", "", "Sites"), gone(summary.Resolved, "both", "", "Units"), gone(summary.Resolved, "over", "", "Sites"),
		gone(summary.Quiet, "w", "t-1", "Sites"), gone(summary.Quiet, "unknown/t-2", "", "Sites")}, Changed: summary.Changed{Quiet: 6, Resolved: 2}, ChangedUnknown: summary.Changed{Quiet: 1}}
	if got, want := newsDetail(s), "0 back, 1 quiet, 2 quiet in a map, 1 message quiet in a map, 1 resolved, 1 resolved in a map"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// Another run read a part of the night, in which any of them may fail.
	s.FailedIn[0] = 8
	if got, want := newsDetail(s), "0 back, 3 quiet in a map, 1 message quiet in a map, 2 resolved in a map"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What is new, back or spiking has a name where the page is not: five of each, the worst first, in all its maps, and how many more.
func TestNewsIsNamed(t *testing.T) {
	s := &summary.Summary{Logs: nightLogs(), Signatures: []summary.Signature{{ID: "a", Change: summary.Ongoing}, {ID: "b", Change: summary.New}, {ID: "m", Mute: &summary.Mute{}}}}
	add := func(state, sig, severity, title string, records int64, counts ...int64) {
		s.Changes = append(s.Changes, summary.Change{Change: state, Signature: sig, Title: "Title " + sig, Severity: severity, MapTitle: title, Records: records, Counts: counts})
	}
	add(summary.New, "a", "high", "Sites", 7)
	add(summary.New, "b", "low", "Sites", 900)
	add(summary.New, "a", "critical", "Units", 2)
	add(summary.New, "m", "critical", "Units", 2)
	add(summary.New, "c", "high", "Units", 8)
	for _, id := range []string{"d", "e", "unknown/t-1"} {
		add(summary.New, id, "", "Units", 1)
	}
	add(summary.Quiet, "q", "high", "Units", 0)
	add(summary.Spiking, "s", "medium", "No map: msdyn_agreement", 400, 400, 3, 2, 1)
	var b strings.Builder
	for _, l := range listedChanges(s, mostListed) {
		b.WriteString(l.Word + ":")
		for _, c := range l.Items {
			b.WriteString(" " + sevWord(c.Severity) + " " + c.Title + " in " + c.Where + " (" + c.Records + ");")
		}
		b.WriteString(" " + l.More + "\n")
	}
	want := "New: Critical Title a in Sites and Units (9 records, known from another map); High Title c in Units (8 records); Low Title b in Sites (900 records); Unrated Title d in Units (1 record); Unrated Title e in Units (1 record); 1 more message\n" +
		"Spiking: Medium Title s in table msdyn_agreement (400 records, at most 3 in a period before); \n"
	if b.String() != want {
		t.Errorf("got  %swant %s", b.String(), want)
	}
	// It is in the ticket and the card, beside the counts with their unit.
	s.Changed, s.Fixes = summary.Changed{New: 5, Spiking: 1}, []summary.Fix{{Rank: 1, Summary: "Repeat it.", Severity: "medium", Change: summary.Spiking, Records: 400}, {Rank: 2, Summary: "Mend it.", Severity: "low", Change: summary.Ongoing, Records: 1}}
	var ticket strings.Builder
	if err := drawMarkdown(&ticket, s, commands{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"- Spiking:\n    - Medium: Title s, in table msdyn\\_agreement, 400 records, at most 3 in a period before\n", "    - and 1 more message, in changes.csv\n", "** Medium, spiking, 400 records", "** Low, 1 record"} {
		if !strings.Contains(ticket.String(), want) {
			t.Errorf("%q is missing in\n%s", want, ticket.String())
		}
	}
	card := newCard(s, cardRoom{8, 240})
	got := spokenBy(card)
	for _, want := range []string{"signatures of a map each: 5 new, 1 spiking", "Spiking: Title s in table msdyn_agreement (400 records, at most 3 in a period before).", "Medium, spiking, 400 records"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

// A fix is for all maps in which its signature fails. Where it spikes in some of them only, they are named, as the number beside the word is of all: in the ticket, the card
// and the page, with what a log printed escaped. A fix of the other maps alone does not spike in one.
func TestSpikeIsOfItsMaps(t *testing.T) {
	s := &summary.Summary{Logs: nightLogs(), Failing: 42, Records: 42, Changed: summary.Changed{Spiking: 1, Ongoing: 1},
		Findings: []summary.Finding{
			{Signature: "a", MapTitle: "Units <b>", Change: summary.Spiking, Records: 40}, {Signature: "a", MapTitle: "Sites", Change: summary.Ongoing, Records: 2}},
		Signatures: []summary.Signature{{ID: "a", Title: "Title a", Change: summary.Spiking, Records: 42}},
		Heat:       summary.Heat{Groups: []summary.HeatGroup{{All: true}}}}
	fix := summary.Fix{Rank: 1, Signature: "a", Title: "Title a", Summary: "Mend it.", Severity: "low", Change: summary.Spiking, Entities: []string{"Units <b>", "Sites"}, Records: 42}
	s.Fixes = []summary.Fix{fix}
	var ticket, page strings.Builder
	if err := drawMarkdown(&ticket, s, commands{}); err != nil {
		t.Fatal(err)
	}
	if err := drawHTML(&page, s, commands{}); err != nil {
		t.Fatal(err)
	}
	for where, of := range map[string][2]string{
		"ticket": {ticket.String(), "spiking in " + marked("Units <b>") + ", 42 records"},
		"card":   {spokenBy(newCard(s, cardRoom{8, 240})), "spiking in Units <b>, 42 records"},
		"page":   {page.String(), `">Spiking</span> in Units &lt;b&gt; · Title a: Units`},
		"proof":  {page.String(), `<span class="sub">spiking in Units &lt;b&gt;</span>`},
	} {
		if !strings.Contains(of[0], of[1]) {
			t.Errorf("%s: %q is missing in\n%s", where, of[1], of[0])
		}
	}
	if fix.Entities = fix.Entities[:1]; stateWord(s, &fix) != "spiking" {
		t.Errorf("a fix of the map that spikes: %q", stateWord(s, &fix))
	}
}
