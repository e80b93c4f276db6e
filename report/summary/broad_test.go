package summary

import (
	"testing"
	"testing/fstest"
	"time"

	"dwtriage/classify"
	"dwtriage/rules"
)

// Of the rules that explain something only one of the site that takes any message is broad: no built-in one, no code, and none that explains nothing.
func TestBroad(t *testing.T) {
	rule := func(id, expression string) string {
		return "- id: " + id + "\n  title: T\n  status: observed\n  logs: [dualwrite]\n  severity: medium\n  category: c\n  priority: 60\n  headline: x\n  tier: 5\n" +
			"  match: {regex: '" + expression + "'}\n  cause: c\n  fix: {summary: S., role: R, retry: after-fix, steps: [do it]}\n" +
			"  examples: {match: [{text: the frobnication quota is exhausted}], no_match: ['1']}\n"
	}
	site := fstest.MapFS{"site.yaml": {Data: []byte(rule("site-any", "[a-z]+") + rule("site-idle", "[a-z]") + rule("site-narrow", "frobnication quota is"))}}
	set, err := classify.Load([]classify.Layer{{FS: rules.FS, Name: "built-in"}, {FS: site, Name: "site"}}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := classify.Compile(set, rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	list, err := broad(m, []Signature{{ID: "site-narrow"}, {ID: "dw-record-error"}, {ID: "code/0x80040217"}, {ID: "site-any"}})
	if err != nil || len(list) != 1 || list[0].ID != "site-any" || list[0].Others != len(m.Rules())-1 || list[0].Reached < list[0].Others/4 {
		t.Errorf("%+v, error %v", list, err)
	}
}
