package summary

import (
	"cmp"
	"slices"

	"dwtriage/classify"
)

// fixes makes the plan: one fix per rule, filled in for the maps and values that fail, most
// records first. Every signature of a rule gets its fix, and the cause as its meaning; those that
// are muted have no place in the plan.
func fixes(m *classify.Matcher, vs values, found *tally, list []Signature) (plan []Fix) {
	var fixes []*Fix
	for i := range list {
		s := &list[i]
		if r := m.Rule(s.ID); r != nil {
			s.Fix = fix(m, vs, found, r, s)
			s.Meaning = s.Fix.Cause
			if s.Mute == nil {
				fixes = append(fixes, s.Fix)
			}
		}
	}
	slices.SortFunc(fixes, func(a, b *Fix) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(slices.Index(classify.Severities, a.Severity), slices.Index(classify.Severities, b.Severity)),
			cmp.Compare(a.Signature, b.Signature))
	})
	for i, f := range fixes {
		f.Rank = i + 1
		plan = append(plan, *f)
	}
	return plan
}

// fix fills a rule's fix in for everything that fails with it. Texts name up to three values of
// a capture; SQL is spelt out per map.
func fix(m *classify.Matcher, vs values, found *tally, r *classify.Rule, s *Signature) *Fix {
	fs := found.bySig[r.ID]
	entities := mapTitles(fs)
	var maps []*classify.Map
	for _, e := range entities {
		for _, title := range found.candidates[e] {
			if mp := mapOf(m, title); mp != nil && !slices.Contains(maps, mp) {
				maps = append(maps, mp)
			}
		}
	}
	var prerequisites []string
	if r.Category == classify.ReferenceData {
		prerequisites = m.Needed(vs[place{sig: r.ID}]["lookup_map"], maps)
	}
	values := vs.joined(place{sig: r.ID})
	var one *classify.Map
	if len(maps) == 1 {
		one = maps[0]
	} else if len(maps) > 1 {
		values["map_title"] = phrase(entitiesOf(maps))
		values["map"] = values["map_title"]
	}
	cause, filled := r.Fill(values, one, prerequisites)
	f := &Fix{
		Signature: r.ID, Title: s.Title, Summary: filled.Summary, Severity: r.Severity, Change: s.Change, Cause: cause,
		Records: s.Records, Entities: entities, Role: filled.Role, Retry: filled.Retry, Steps: filled.Steps,
		Prerequisites: prerequisites, URL: filled.URL, Companies: companies(fs), FirstSeen: s.FirstSeen, LastSeen: s.LastSeen,
	}
	for _, q := range r.Queries(vs.first(r.ID), maps, prerequisites) {
		f.SQL = append(f.SQL, SQL(q))
	}
	return f
}

// mapOf is the map with exactly this title, nil when there is none.
func mapOf(m *classify.Matcher, title string) *classify.Map {
	found := m.Maps(title)
	for _, mp := range found {
		if mp.Title == title {
			return mp
		}
	}
	return nil
}

func entitiesOf(maps []*classify.Map) []string {
	var out []string
	for _, mp := range maps {
		out = append(out, mp.Title)
	}
	return out
}

// fillFindings gives every finding the short form of its fix, with the values of its own map.
func fillFindings(m *classify.Matcher, vs values, fs []Finding) {
	filled := make(map[place]classify.Fix)
	for i := range fs {
		f := &fs[i]
		r := m.Rule(f.Signature)
		if r == nil {
			continue
		}
		at := place{f.Signature, f.MapTitle}
		fix, ok := filled[at]
		if !ok {
			_, fix = r.Fill(vs.joined(at), mapOf(m, f.MapTitle), nil)
			filled[at] = fix
		}
		f.FixSummary, f.Role, f.Retry, f.URL = fix.Summary, fix.Role, fix.Retry, fix.URL
	}
}
