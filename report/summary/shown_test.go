package summary

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestChoiceOfFixes(t *testing.T) {
	var all []Fix
	for i, tier := range []int{0, 2, 2, 2, 2, 2, 4, 6, 6} {
		f := Fix{Rank: i + 1, Tier: tier}
		if f.Retry = "after-fix"; tier == 6 {
			f.Retry = "yes"
		}
		all = append(all, f)
	}
	if !all[8].PassesByItself() || all[6].PassesByItself() {
		t.Fatal("the list is not what it is meant to be")
	}
	for _, tt := range []struct {
		choice Choice
		want   string
	}{
		{Choice{Most: 4, OfTier: 2, Repeats: 1}, "1 2 3 7 | 8"},
		{Choice{Most: 6, OfTier: 2, Repeats: 5}, "1 2 3 4 5 7 | 8 9"},
		{Choice{Most: 2, OfTier: 2}, "1 2 3 7 |"},
		{Choice{Most: 6, OfTier: 2, Repeats: 1, Strict: true}, "1 2 3 7 | 8"},
		{Choice{Most: 3, OfTier: 2, Repeats: 1, Strict: true}, "1 2 3 | 8"},
		{Choice{Most: 9, OfTier: 9, Repeats: 1}, "1 2 3 4 5 6 7 | 8"},
	} {
		ranks := func(list []Fix) string {
			var out []string
			for _, f := range list {
				out = append(out, fmt.Sprint(f.Rank))
			}
			return strings.Join(out, " ")
		}
		before := slices.Clone(all)
		plan, repeats := tt.choice.Of(all)
		if got := strings.TrimSpace(ranks(plan) + " | " + ranks(repeats)); got != tt.want {
			t.Errorf("%+v: got %s, want %s", tt.choice, got, tt.want)
		}
		for i := range all {
			if all[i].Rank != before[i].Rank {
				t.Fatalf("%+v changes the plan", tt.choice)
			}
		}
	}
}
