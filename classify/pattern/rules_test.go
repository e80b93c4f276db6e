package pattern_test

import (
	"flag"
	"regexp"
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
