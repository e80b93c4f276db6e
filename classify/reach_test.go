package classify

import (
	"cmp"
	"testing"
	"testing/fstest"
	"time"

	"dwtriage/rules"
)

// A rule that looks for nothing is broad, whether it wins or stands behind all others; no built-in rule is, and none of a site that is about one failure.
func TestReach(t *testing.T) {
	rule := func(id, expression, priority string) string {
		return "- id: " + id + "\n  title: T\n  status: observed\n  logs: [dualwrite, plugintrace]\n  severity: medium\n  category: c\n  priority: " + priority + "\n  headline: x\n  tier: 5\n" +
			"  match:\n    regex: \"" + expression + "\"\n  cause: c\n  fix: {summary: S., role: R, retry: after-fix, steps: [do it]}\n" +
			"  examples:\n    match: [{text: \"Frobnication quota of the mixing hall was exhausted at valve 12\", log: dualwrite}]\n    no_match: [\"1\"]\n"
	}
	site := rule("site-any", "[a-z]+", "60") + rule("site-last", "[aeiou]", "1") + rule("site-narrow", "frobnication quota .* was exhausted", "60")
	set, err := Load([]Layer{{rules.FS, "built-in"}, {fstest.MapFS{"site.yaml": {Data: []byte(site)}}, "site"}}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := Compile(set, rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{"site-any": true, "site-last": true, "site-narrow": false} {
		reached, others, err := m.Reach(m.Rule(id))
		if err != nil || others != len(m.Rules())-1 || Broad(reached, others) != want {
			t.Errorf("%s reaches %d of %d: broad %t, want %t; %v", id, reached, others, Broad(reached, others), want, err)
		}
	}
	// All built-in rules at once: what each matches when it is alone is among what it matches beside others.
	b := builtinMatcher(t)
	reached := make(map[string]map[string]bool)
	for _, r := range b.Rules() {
		for _, x := range r.Examples.Match {
			for _, h := range b.Judge(cmp.Or(x.Log, r.Logs[0]), x.Text, "", "").Hits {
				if reached[h.Rule.ID] == nil {
					reached[h.Rule.ID] = make(map[string]bool)
				}
				reached[h.Rule.ID][r.ID] = true
			}
		}
	}
	for id, of := range reached {
		if Broad(len(of)-1, len(b.Rules())-1) {
			t.Errorf("the built-in rule %s reaches %d others", id, len(of)-1)
		}
	}
	if n, _, err := b.Reach(b.Rule("dipv-any")); err != nil || n != len(reached["dipv-any"])-1 {
		t.Errorf("dipv-any reaches %d others alone and %d beside the others; %v", n, len(reached["dipv-any"])-1, err)
	}
	if Broad(9, 9) || !Broad(10, 40) || Broad(10, 41) {
		t.Error("the bounds of what is broad")
	}
}
