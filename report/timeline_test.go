package report

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"dwtriage/report/summary"
)

func TestScale(t *testing.T) {
	for most, want := range map[int64]string{0: "[0]", 1: "[1 0]", 4: "[4 3 2 1 0]", 5: "[5 4 3 2 1 0]", 6: "[6 4 2 0]", 17: "[20 15 10 5 0]", 399: "[400 300 200 100 0]", 1234567: "[1500000 1000000 500000 0]"} {
		if got := fmt.Sprint(scale(most)); got != want {
			t.Errorf("scale of %d: %s, want %s", most, got, want)
		}
	}
	for most := int64(1); most < 1e15; most = most*3/2 + 1 {
		if s := scale(most); len(s) > 6 || s[0] < most || most > 5 && s[1] >= most {
			t.Errorf("scale of %d: %v", most, s)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		from  string
		width time.Duration
		n     int
		want  string
	}{
		{"2026-11-22 18:00:00", 15 * time.Minute, 46, "18:00 20:00 22:00 23 Nov 02:00 04:00"},
		{"2026-11-22 09:45:00", 15 * time.Minute, 3, "09:45 10:00 10:15"},
		{"2026-11-22 00:00:00", time.Hour, 14 * 24, "23 Nov 25 Nov 27 Nov 29 Nov 1 Dec 3 Dec 5 Dec"},
		{"2026-01-01 00:00:00", 24 * time.Hour, 365, "5 Jan 2026 30 Mar 2026 22 Jun 2026 14 Sep 2026 7 Dec 2026"},
	} {
		tl := &summary.Timeline{From: at(c.from), Width: c.width, Buckets: make([]summary.Bucket, c.n)}
		tl.Until = tl.At(c.n)
		var got []string
		for _, tick := range ticks(tl) {
			got = append(got, tick.Text)
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%d columns of %v from %s: %s, want %s", c.n, c.width, c.from, text, c.want)
		}
	}
}

// Columns stand on each other from the ground, as high as their share of the scale.
func TestPlot(t *testing.T) {
	tl := &summary.Timeline{From: at("2026-11-22 09:00:00"), Until: at("2026-11-22 09:30:00"), Width: 15 * time.Minute, Severities: []string{"high", ""},
		Buckets: []summary.Bucket{{OK: 4}, {OK: 1, Failing: 4, BySeverity: []int64{1, 3}}}}
	p := newPlot(tl)
	want := []bar{{"22 Nov 09:15: 4 (1 high, 3 unrated)", []barPart{{"high", "M528 180h384v60h-384z"}, {"unrated", "M528 0h384v180h-384z"}}}}
	if got := fmt.Sprint(p.Columns); got != fmt.Sprint(want) {
		t.Errorf("columns %s, want %s", got, fmt.Sprint(want))
	}
	if want := "M48 0h384v40h-384zM528 30h384v10h-384z"; p.OK != want || p.OKScale != 4 {
		t.Errorf("ok columns %s up to %d, want %s up to 4", p.OK, p.OKScale, want)
	}
}

// Which of two logs no export covers is told by the stripes of its own, in words, and in the table, which has the hours without a record, too.
func TestGapsOfTwoLogs(t *testing.T) {
	s := night()
	gap := func(from, until string) []summary.Period { return []summary.Period{{From: at(from), Until: at(until)}} }
	s.Logs[0].Gaps, s.Logs[1].Gaps = gap("2026-11-22 23:00:00", "2026-11-23 01:00:00"), gap("2026-11-23 00:00:00", "2026-11-23 01:00:00")
	page := draw(t, s, Options{})["index.html"]
	check(t, page)
	for _, want := range []string{`class="gap dualwrite"`, `class="gap plugintrace"`, `id="gap-dualwrite"`, `id="gap-plugintrace"`,
		"<b>Not covered</b>, striped upwards above: dual-write errors of 22 Nov 23:00 to 23 Nov 01:00.", "<b>Not covered</b>, striped downwards above: plug-in traces of 23 Nov 00:00 to 23 Nov 01:00.",
		"those with neither a record nor hours that the period lacks are left out"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if a, b := strings.Count(page, "<td>dual-write errors</td>"), strings.Count(page, "<td>dual-write errors, plug-in traces</td>"); a != 4 || b != 4 {
		t.Errorf("the table has %d quarters without dual-write errors and %d without both, want 4 and 4", a, b)
	}
	apart := night() // hours between the nights of two logs are of both
	apart.Logs[0].Apart = gap("2026-11-23 00:00:00", "2026-11-23 01:00:00")
	page = draw(t, apart, Options{})["index.html"]
	for _, want := range []string{`class="gap dualwrite"`, `class="gap plugintrace"`, "<b>Not covered</b>, striped both ways above: 23 Nov 00:00 to 23 Nov 01:00, between", "<td>dual-write errors, plug-in traces</td>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of nights apart lacks %q", want)
		}
	}
	s.Timeline.Width, s.Timeline.Until = 24*time.Hour, s.Timeline.From.Add(24*time.Hour)
	if got, want := uncoveredAt(&s.Timeline, 0, s.Logs), "dual-write errors in part, plug-in traces in part"; got != want {
		t.Errorf("of a day: %q, want %q", got, want)
	}
	if got := uncoveredAt(&s.Timeline, 1, s.Logs); got != "" {
		t.Errorf("of the day behind: %q", got)
	}
	s.Timeline = summary.Timeline{} // without a plot the gaps are said all the same, and not to be striped
	if page := draw(t, s, Options{})["index.html"]; !strings.Contains(page, "<b>Not covered</b>: dual-write errors of 22 Nov 23:00") || strings.Contains(page, "striped") {
		t.Error("without a plot the gaps are not said")
	}
}

// An incident says of which companies it is, so that the filter can ask it where the data of the page has no room for its findings; not where some are not known.
func TestCompaniesOfIncidents(t *testing.T) {
	b := lettered{Letter: "A"}
	for _, name := range []string{"USMF", "", "USMF"} {
		b.Touches = append(b.Touches, summary.Touch{Company: name})
	}
	if got, want := burstCompanies(b), "USMF|(none)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	s := night()
	s.Bursts[0].Touches = b.Touches
	if page := draw(t, s, Options{})["index.html"]; !strings.Contains(page, `data-company="USMF|(none)" data-signature`) {
		t.Error("the incident on the page does not say its companies")
	}
	for i := range mostOptions + 1 {
		b.Touches = append(b.Touches, summary.Touch{Company: strconv.Itoa(i)})
	}
	if got := burstCompanies(b); got != "" {
		t.Errorf("of more companies than the filter offers: %.80q", got)
	}
}
