package words

import (
	"math"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		n                              int64
		thousands, rows, entities, was string
	}{
		{0, "0", "0 rows", "0 entities", "were"},
		{1, "1", "1 row", "1 entity", "was"},
		{-1, "-1", "-1 rows", "-1 entities", "were"},
		{999, "999", "999 rows", "999 entities", "were"},
		{1000, "1,000", "1,000 rows", "1,000 entities", "were"},
		{-999, "-999", "-999 rows", "-999 entities", "were"},
		{-1234, "-1,234", "-1,234 rows", "-1,234 entities", "were"},
		{123456, "123,456", "123,456 rows", "123,456 entities", "were"},
		{math.MaxInt64, "9,223,372,036,854,775,807", "9,223,372,036,854,775,807 rows", "9,223,372,036,854,775,807 entities", "were"},
		{math.MinInt64, "-9,223,372,036,854,775,808", "-9,223,372,036,854,775,808 rows", "-9,223,372,036,854,775,808 entities", "were"},
	} {
		for _, s := range []struct{ what, got, want string }{
			{"Thousands", Thousands(c.n), c.thousands},
			{"Count", Count(c.n, "row"), c.rows},
			{"Count of int", Count(int(c.n), "entity", "entities"), c.entities},
			{"Were", Were(c.n), c.was},
		} {
			if s.got != s.want {
				t.Errorf("%s(%d) = %q, want %q", s.what, c.n, s.got, s.want)
			}
		}
	}
}

// TestCuts: texts are cut between words, long words between their parts, and where there are neither between characters.
func TestCuts(t *testing.T) {
	long := strings.Repeat("x", 3*mostWord)
	for _, c := range []struct {
		text       string
		n          int
		end, begin string
	}{
		{"Unable to write", 3, "Una", "to write"},
		{"Unable to write", 8, "Unable ", "write"},
		{"Unable to write", 7, "Unable ", "to write"},
		{"Unable to write", 15, "Unable to write", ""},
		{"Unable to write", 40, "Unable to write", ""},
		{"in name-0123456789ab is", 9, "in ", "is"},
		{long + ".Unable." + long, len(long) + 4, long + ".", long},
		{long, 100, long[:100], long[100:]},
		{"aé", 2, "a", ""},
	} {
		begin := min(c.n, len(c.text))
		if got := c.text[:End(c.text, c.n)]; got != c.end {
			t.Errorf("%.30q… is cut to %q at %d, not %q", c.text, got, c.n, c.end)
		}
		if got := c.text[Begin(c.text, begin):]; got != c.begin {
			t.Errorf("%.30q… goes on with %q at %d, not %q", c.text, got, c.n, c.begin)
		}
	}
}
