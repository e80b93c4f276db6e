package store

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// What lay there before makes a night longer where it follows within three hours and all of it is no more than a day, and else leaves the night as it was.
func TestNightsOf(t *testing.T) {
	for _, c := range []struct{ tonight, before, want string }{
		{"18-30", "", "18-30"},
		{"18-30", "0-6", "18-30"}, // the night before ended at 6
		{"18-24", "24-30", "18-30"},
		{"18-24", "27-30", "18-30"},
		{"18-24", "28-30", "18-24"},
		{"18-24", "26-28 30-36", "18-36"},
		{"18-24", "30-36 26-28", "18-36"},
		{"24-48", "0-24 48-72", "24-48"}, // whole days follow each other
		{"24-48", "23-26", "24-48"},
		{"24-72", "30-40", "24-72"},
		{"0-8", "8-16 16-24 24-32", "0-8"},
		{"48-54", "9-15 18-24 24-30 33-39 42-48", "42-54"}, // three pieces a day, for weeks
		{"42-48", "9-15 18-24 24-30 33-39", "42-48"},
		{"24-48", "0-24", "24-48"},
		{"18-20 21-24", "", "18-24"},
		{"18-24 66-72", "24-30 72-80", "18-30 66-80"},
		{"", "18-30", ""},
	} {
		old := make(map[int]*lying)
		for i, s := range spansOf(t, c.before) {
			old[i] = &lying{main: []span{s}}
		}
		if got := fmt.Sprint(nightsOf(spansOf(t, c.tonight), old)); got != fmt.Sprint(spansOf(t, c.want)) {
			t.Errorf("%s beside %q: %s, want %s", c.tonight, c.before, got, c.want)
		}
	}
}

func spansOf(t *testing.T, text string) (spans []span) {
	t.Helper()
	for f := range strings.FieldsSeq(text) {
		var s span
		if n, err := fmt.Sscanf(f, "%d-%d", &s.from, &s.until); n != 2 {
			t.Fatal(f, err)
		}
		spans = append(spans, s)
	}
	return spans
}

// The order of files makes no difference, and no night is shorter than what was read, or longer than a day where that is not.
func TestNightsOfAnyOrder(t *testing.T) {
	for seed := range 200 {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		random := func(n int) (list []span) {
			for range r.IntN(n) {
				from := r.Int64N(100)
				list = append(list, span{from, from + 1 + r.Int64N(12), 1})
			}
			return list
		}
		tonight, before := random(4), random(8)
		of := func() []span {
			old := make(map[int]*lying)
			for i, at := range r.Perm(len(before)) {
				old[i] = &lying{main: []span{before[at]}}
			}
			shuffled := make([]span, len(tonight))
			for i, at := range r.Perm(len(tonight)) {
				shuffled[i] = tonight[at]
			}
			nights := nightsOf(shuffled, old)
			for i := range nights {
				nights[i].records = 0
			}
			return nights
		}
		want, alone := of(), nightsOf(append([]span(nil), tonight...), nil)
		if got := of(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("seed %d: %v and %v", seed, got, want)
		}
		for i, n := range want {
			a := alone[i]
			if n.from > a.from || n.until < a.until || n != (span{a.from, a.until, 0}) && n.until-n.from > 24 {
				t.Fatalf("seed %d: %v is made %v", seed, a, n)
			}
		}
	}
}

// A file is of the last day that has a tenth of its records, or more.
func TestMostOfAFile(t *testing.T) {
	for _, c := range []struct {
		records []int64
		want    int
	}{{nil, -1}, {[]int64{5}, 0}, {[]int64{60, 40}, 1}, {[]int64{60, 6}, 1}, {[]int64{60, 5}, 0}, {[]int64{1, 60, 5, 5}, 1}} {
		var spans []span
		for i, n := range c.records {
			spans = append(spans, span{int64(100 * i), int64(100*i + 1), n})
		}
		got := -1
		if m := most(spans); len(m) > 0 {
			got = int(m[0].from / 100)
		}
		if got != c.want {
			t.Errorf("%v: %d, want %d", c.records, got, c.want)
		}
	}
}
