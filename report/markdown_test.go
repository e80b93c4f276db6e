package report

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"dwtriage/ingest/words"
)

func ticket(t *testing.T, text string) string {
	t.Helper()
	s := night()
	if text != "" {
		s = everywhere(text)
	}
	var b strings.Builder
	if err := drawMarkdown(&b, s, commands{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestMarkdown: short enough for a ticket, the same twice, with the numbers of summary.json.
func TestMarkdown(t *testing.T) {
	got := ticket(t, "")
	if again := ticket(t, ""); again != got {
		t.Error("drawn twice, it differs")
	}
	if n := strings.Count(got, "\n"); n > 150 {
		t.Errorf("%d lines", n)
	}
	var file struct {
		Report struct{ Records, Failing, Unknown int64 }
		Totals struct{ Read, Loaded, Rejected int64 }
	}
	var b strings.Builder
	if err := drawJSON(&b, night()); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(b.String()), &file); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		": " + words.Thousands(file.Report.Failing) + " of " + words.Count(file.Report.Records, "record") + " failed\n",
		"No rule explains " + words.Count(file.Report.Unknown, "record"),
		words.Thousands(file.Totals.Read) + " read = " + words.Thousands(file.Totals.Loaded) + " loaded",
		"### Do this first\n", "### Incidents\n", "### What changed\n",
		": 2 header names are not known: Comment, Größe.\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

// Causes that were not looked for are not none, in any output.
func TestCausesNotLookedFor(t *testing.T) {
	s := night()
	s.Causes, s.CauseCount = nil, 0
	for lookups, want := range map[int64][3]string{0: {`"cause_count": 0`, "", ""},
		250_001: {`"cause_count": null`, "\nRoot causes: not looked for: 250,001 look-ups of missing rows are too many.\n", "Not looked for: 250,001 look-ups of missing rows are too many."}} {
		s.TooManyLookups = lookups
		var numbers, text strings.Builder
		if err := errors.Join(drawJSON(&numbers, s), drawMarkdown(&text, s, commands{})); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(numbers.String(), want[0]) || strings.Contains(numbers.String(), `"too_many_lookups": 250001`) != (lookups > 0) {
			t.Errorf("summary.json of %d look-ups lacks %s", lookups, want[0])
		}
		if !strings.Contains(text.String(), want[1]) || strings.Contains(text.String(), "ot looked for") != (lookups > 0) {
			t.Errorf("report.md of %d look-ups lacks %q", lookups, want[1])
		}
		if page := draw(t, s, Options{})["index.html"]; !strings.Contains(page, want[2]) || strings.Contains(page, "Not looked for") != (lookups > 0) {
			t.Errorf("the page of %d look-ups lacks %q", lookups, want[2])
		}
	}
}

// TestMarkdownIsText: what stands in a log is no markup, link, mention, row or line of the ticket.
func TestMarkdownIsText(t *testing.T) {
	forbidden := regexp.MustCompile("(?m)[<>@\x00\x1b\u202e\r]|://|www\\.|(^|[^\\\\])(`|\\[|\\]|_)|^ *##vso|^::error|^# ")
	for _, text := range []string{
		"<script>alert(1)</script>", "</script><b>", "[click](https://evil.example)", "![x](http://evil.example/p.png)", "a | b || c", "@everyone and user@evil.example",
		"line\n# heading\n- item\r\n##vso[task.complete]\n::error::x", "\x00\x1b[31m\u202e", "`code` ~~~ ``` *b* _i_", `\[x\]\`, "&lt;b&gt; &#64;", "www.evil.example #1 !2 $x$",
		strings.Repeat("w", 100_000),
	} {
		got := ticket(t, text)
		if at := forbidden.FindStringIndex(got); at != nil {
			t.Errorf("%.40q: %.80q", text, got[max(at[0]-20, 0):min(at[1]+20, len(got))])
		}
		if n := strings.Count(got, "\n"); n > 150 {
			t.Errorf("%.40q: %d lines", text, n)
		}
		for l := range strings.Lines(got) {
			if strings.HasPrefix(l, "| ") && strings.Count(l, "|") != 4 && strings.Count(l, "|") != 5 {
				t.Errorf("%.40q: a row of other cells: %.120q", text, l)
			}
			if len(l) > 40_000 {
				t.Errorf("%.40q: a line of %d bytes", text, len(l))
			}
		}
	}
}
