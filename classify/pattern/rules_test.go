package pattern_test

import (
	"flag"
	"regexp"
	"strings"
	"testing"
	"time"

	"dwtriage/classify"
	"dwtriage/classify/pattern"
	"dwtriage/rules"
)

var full = flag.Bool("full", false, "look at all pairs of rules and examples, as .ci/run does")

// Every match of a built-in rule holds one of its literals, where the Seeker expects it.
func TestLiteralsOfTheRules(t *testing.T) {
	set, err := classify.Load([]classify.Layer{{FS: rules.FS, Name: "rules"}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	matched := 0
	for i, r := range set.Rules {
		if r.Match.Regex == "" {
			continue
		}
		x, err := pattern.Compile(r.Match.Regex)
		if err != nil {
			t.Fatal(err)
		}
		slow := regexp.MustCompile("(?is)" + r.Match.Regex)
		for k, other := range set.Rules {
			// Two rules whose ids are near each other match each other's examples, the others hardly
			// ever: all pairs take minutes on a busy machine.
			if (k < i-4 || k > i+4) && !*full && (i+k)%32 != 0 {
				continue
			}
			for _, ex := range other.Examples.Match {
				text := classify.NormalizeString(ex.Text)
				loc := slow.FindStringIndex(text)
				if loc == nil {
					continue
				}
				matched++
				if found := text[loc[0]:loc[1]]; !x.LiteralWhereExpected(found) {
					t.Errorf("%s: none of %q where it should be in %q", r.ID, x.Literals(), found)
				}
			}
		}
	}
	if matched < 200 {
		t.Errorf("only %d matches looked at", matched)
	}
}

// The steps that near misses of a rule take grow as their number does. The text is what the rule matches without its end, and
// each literal alone, over and over again.
func TestStepsOfNearMisses(t *testing.T) {
	set, err := classify.Load([]classify.Layer{{FS: rules.FS, Name: "rules"}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	const small, times, free, allowed = 4 << 10, 4, 60_000, 1 << 40
	looked := 0
	for i, r := range set.Rules {
		if r.Match.Regex == "" || !*full && i%8 != 0 {
			continue
		}
		x, err := pattern.Compile(r.Match.Regex)
		if err != nil {
			t.Fatal(err)
		}
		filter := pattern.NewFilter(x.Literals())
		steps := func(part string, size int) int {
			text := []byte(strings.Repeat(part, size/len(part)))
			var k pattern.Seeker
			k.Bound(allowed, nil)
			k.Begin(pattern.TextOf(text))
			found := pattern.NothingFound
			for _, h := range filter.AppendHits(nil, text) {
				k.Near(x, &found, int(h.Literal), h.Start)
			}
			return k.Used(allowed)
		}
		texts := x.Literals()[:min(3, len(x.Literals()))]
		for _, ex := range r.Examples.Match[:min(2, len(r.Examples.Match))] {
			fields := strings.Fields(classify.NormalizeString(ex.Text))
			texts = append(texts, strings.Join(fields[:len(fields)*2/3+1], " "))
		}
		for _, part := range texts {
			looked++
			few, many := steps(part+" ", small), steps(part+" ", times*small)
			if many > times*few*5/4+free {
				t.Errorf("%s: %d steps for %d bytes, %d for %d times as many: %.60q", r.ID, few, small, many, times, part)
			}
		}
	}
	if looked < 100 {
		t.Errorf("only %d texts looked at", looked)
	}
}
