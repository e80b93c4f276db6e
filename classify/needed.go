package classify

import (
	"cmp"
	"slices"
)

// mostNeeded is how many maps are named as needed.
const mostNeeded = 5

// Needs says which maps rows wait for, each behind what it needs itself, legal entities first: in that order
// they can be synchronized. First are the ones that matter, five at most; Others need their rows only where
// the failing row uses them.
type Needs struct {
	First, Others []string
}

// Needed lists the maps that a reference-data failure waits for: where the message names what it
// looked up, the maps that bring it (lookups, the values of capture lookup_map) and their prerequisites;
// else the prerequisites of the failing maps. First come what is named, legal entities, key
// and header, what is mandatory, other look-ups, look-ups of look-ups; of equal ones those to synchronize first.
func (m *Matcher) Needed(lookups []string, failing []*Map) Needs {
	var roots []*Map
	var named, all []string
	add := func(titles ...string) {
		for _, t := range titles {
			if !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	for _, title := range lookups {
		if found := m.Maps(title); len(found) == 1 {
			roots, named = append(roots, found[0]), append(named, found[0].Title)
			add(append(m.Prerequisites(found[0]), found[0].Title)...)
		}
	}
	if len(roots) == 0 {
		roots = failing
		for _, mp := range failing {
			add(m.Prerequisites(mp)...)
		}
	}
	return m.maps.mostNeeded(all, named, roots)
}

// mostNeeded tells the first ones of all from the others; both stay in the order of all.
func (c *catalogue) mostNeeded(all, named []string, roots []*Map) Needs {
	why := make(map[string]int)
	for _, title := range all {
		why[title] = neededIndirectly
	}
	strongest := func(title string, reason int) {
		if was, ok := why[title]; ok {
			why[title] = min(was, reason)
		}
	}
	for _, r := range roots {
		for i, at := range r.needs {
			strongest(c.maps[at].Title, r.why[i])
		}
	}
	for _, title := range all {
		if c.companies(title) {
			strongest(title, neededAsCompany)
		}
	}
	for _, title := range named {
		strongest(title, neededAsNamed)
	}
	ranked := slices.Clone(all)
	slices.SortStableFunc(ranked, func(a, b string) int { return cmp.Compare(why[a], why[b]) })
	ranked = ranked[:min(len(ranked), mostNeeded)]
	var n Needs
	for _, title := range all {
		if slices.Contains(ranked, title) {
			n.First = append(n.First, title)
		} else {
			n.Others = append(n.Others, title)
		}
	}
	return n
}
