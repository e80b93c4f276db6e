package classify

import (
	"cmp"
	"strings"
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
	narrow, anything, last := m.Rule("site-narrow"), m.Rule("site-any"), m.Rule("site-last")
	together, err := m.Reach([]*Rule{last, anything, narrow})
	if err != nil {
		t.Fatal(err)
	}
	for r, want := range map[*Rule]bool{anything: true, last: true, narrow: false} {
		alone, err := m.Reach([]*Rule{r})
		if n := together[r.ID]; err != nil || alone[r.ID] != n || Broad(n, len(m.Rules())-1) != want {
			t.Errorf("%s reaches %d of %d beside others and %d alone, broad: want %t; %v", r.ID, n, len(m.Rules())-1, alone[r.ID], want, err)
		}
	}
	warned := 0
	for _, w := range m.Lint() {
		if says := strings.Contains(w.Msg, "takes any message"); says && w.Rule != "site-any" && w.Rule != "site-last" {
			t.Errorf("lint: %v", w)
		} else if says {
			warned++
		}
	}
	if warned != 2 {
		t.Errorf("lint warns of %d rules that take any message, want 2", warned)
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
	all, err := b.Reach(b.Rules())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range b.Rules() { // each matches its own example, too
		if n := max(0, len(reached[r.ID])-1); all[r.ID] != n {
			t.Errorf("%s reaches %d others, want %d", r.ID, all[r.ID], n)
		}
	}
	if Broad(9, 9) || !Broad(10, 40) || Broad(10, 41) {
		t.Error("the bounds of what is broad")
	}
}
