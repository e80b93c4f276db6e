package report

import (
	"strings"
	"testing"

	"dwtriage/classify"
	"dwtriage/report/summary"
)

// A fix that leaves nothing to do says so wherever others have an advice: it stands under a heading of its own, for nobody.
func TestSettledIsNoAdvice(t *testing.T) {
	s := night()
	s.Fixes = []summary.Fix{
		{Rank: 1, Tier: classify.RepeatOnly, Signature: "a", Summary: "Repeat it.", Severity: "low", Records: 2, Role: "Dual-write operator", Retry: "yes", Parts: make([]summary.Part, 1)},
		{Rank: 2, Tier: classify.RepeatOnly, Signature: "b", Summary: "Nothing to save again: the row of the record is saved since 05:26.", Severity: "high", Records: 1, Role: "nobody", Retry: "no", Settled: true, Saved: 1, Parts: make([]summary.Part, 1)},
	}
	var page, ticket strings.Builder
	if err := drawHTML(&page, s, commands{}); err != nil {
		t.Fatal(err)
	}
	_, repeats, _ := strings.Cut(page.String(), "Passes by itself: repeat the write</h3>")
	repeats, settled, ok := strings.Cut(repeats, "Settled: the rows are saved</h3>")
	settled, _, _ = strings.Cut(settled, `<section id="`)
	if !ok || !strings.Contains(repeats, `<li id="fix-1"`) || strings.Contains(repeats, `<li id="fix-2"`) || !strings.Contains(repeats, "at once") {
		t.Errorf("what passes by itself: %.600s", repeats)
	}
	for _, want := range []string{`<li id="fix-2"`, "<dt>Saved since</dt><dd><b>1</b>", "<dd>nobody</dd>", "<dd>nothing to save again<br>"} {
		if !strings.Contains(settled, want) {
			t.Errorf("%q is missing in what is settled: %.2000s", want, settled)
		}
	}
	if strings.Contains(settled, "at once") || strings.Contains(settled, "Clears") || !strings.Contains(page.String(), "<li><b>Dual-write operator:</b> fix <a href=\"#fix-1\">1</a></li>\n</ul>") {
		t.Errorf("what is settled is an advice, or of a role: %.2000s", settled)
	}
	if err := drawMarkdown(&ticket, s, commands{}); err != nil {
		t.Fatal(err)
	}
	if want := "saved since 05:26.** High, 1 record, nothing is left to do: "; !strings.Contains(ticket.String(), want) {
		t.Errorf("%q is missing in\n%s", want, ticket.String())
	}
	f := summary.Fix{Settled: true, Records: 13, Saved: 13, Again: 2}
	if got, want := Who(&f), "nothing is left to do but for what failed again"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// Where there is nothing else that passes by itself, no heading says that the write is to be repeated.
	s.Fixes = s.Fixes[1:]
	page.Reset()
	if err := drawHTML(&page, s, commands{}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "repeat the write") {
		t.Error("the write is to be repeated of what is saved")
	}
}
