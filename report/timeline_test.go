package report

import (
	"fmt"
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
