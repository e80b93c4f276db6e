package classify

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dwtriage/rules"
)

const tierRule = `- id: %s
  title: T
  status: observed
  logs: [dualwrite]
  severity: low
  category: %s
%s  match: {any: [%q]}
  cause: c
  fix: {summary: s, role: Data owner, retry: %s, steps: [s]}
  examples: {match: [{text: %[4]s 1}, {text: %[4]s 2}], no_match: [nothing here, nothing there]}
`

func TestTierOfRule(t *testing.T) {
	tests := []struct {
		name                  string
		category, tier, retry string
		want                  int
		asks                  bool // Lint asks for a tier
	}{
		{name: "category", category: "access", retry: "after-fix", want: 2},
		{name: "zero is a tier, too", category: "access", tier: "  tier: 0\n", retry: "after-fix", want: 0},
		{name: "repeat only wins over the category", category: "connectivity", retry: "yes", want: 6},
		{name: "what the file says wins over both", category: "connectivity", tier: "  tier: 1\n", retry: "yes", want: 1},
		{name: "category of a site", category: "warehouse", retry: "no", want: 5, asks: true},
		{name: "category of a site with its tier", category: "warehouse", tier: "  tier: 3\n", retry: "no", want: 3},
		{name: "category of a site, repeat only", category: "warehouse", retry: "yes", want: 6},
		{name: "category that only has repeats", category: "throttling", retry: "no", want: 5, asks: true},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			text := fmt.Sprintf(tierRule, "site-tier", tc.category, tc.tier, "parcel was lost", tc.retry)
			set, err := Load([]Layer{{fstest.MapFS{"a.yaml": {Data: []byte(text)}}, "."}}, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			if got := set.Rules[0].Tier; got != tc.want {
				t.Errorf("tier %d, want %d", got, tc.want)
			}
			m, err := Compile(set, rules.FS)
			if err != nil {
				t.Fatal(err)
			}
			asks := false
			for _, w := range m.Lint() {
				asks = asks || strings.Contains(w.Msg, "say tier")
			}
			if asks != tc.asks {
				t.Errorf("lint asks for a tier: %v, want %v: %v", asks, tc.asks, m.Lint())
			}
		})
	}
}

func TestTierOutOfRange(t *testing.T) {
	for _, tier := range []string{"-1", "7", "99", "first"} {
		text := fmt.Sprintf(tierRule, "site-tier", "access", "  tier: "+tier+"\n", "parcel was lost", "no")
		_, err := Load([]Layer{{fstest.MapFS{"a.yaml": {Data: []byte(text)}}, "."}}, time.Time{})
		if err == nil || !strings.Contains(err.Error(), "a.yaml:7:9: site-tier: tier is") {
			t.Errorf("tier %s: got %v, want a mistake at line 7, column 9", tier, err)
		}
	}
}
