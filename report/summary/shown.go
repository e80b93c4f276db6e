package summary

import (
	"cmp"
	"slices"
)

// A Choice is how much of a plan is shown: of every tier the first OfTier, so that no tier of many fixes hides the
// others, and further ones up to Most. What passes by itself is counted apart.
type Choice struct {
	Most    int  // beside those that pass by themselves; more where OfTier of every tier are more
	OfTier  int  // of every tier
	Repeats int  // of those that pass by themselves
	Strict  bool // no more than OfTier of a tier, and no more than Most
}

// Of picks from the fixes of a plan, which stay in their order.
func (c Choice) Of(all []Fix) (plan, repeats []Fix) {
	perTier := make(map[int]int)
	var later []Fix
	for _, f := range all {
		switch {
		case f.PassesByItself():
			repeats = append(repeats, f)
		case perTier[f.Tier] < c.OfTier:
			perTier[f.Tier]++
			plan = append(plan, f)
		default:
			later = append(later, f)
		}
	}
	if room := c.Most - len(plan); c.Strict {
		plan = plan[:min(len(plan), c.Most)]
	} else if room > 0 {
		plan = append(plan, later[:min(len(later), room)]...)
		slices.SortStableFunc(plan, func(a, b Fix) int { return cmp.Compare(a.Rank, b.Rank) })
	}
	return plan, repeats[:min(len(repeats), c.Repeats)]
}
