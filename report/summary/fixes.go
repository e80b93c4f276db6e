package summary

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// fixes makes the plan: what blocks every write first, by the tiers of the rules; within a tier by
// records, parents before what needs them. There is a fix for each rule, but
//
//   - signatures of tier 0 that failed in one stretch of time are one fix;
//   - records that wait for rows of another table are one fix per table that lacks rows;
//   - those that waited for rows which came, or whose own rows are saved whatever they failed of, are one fix per rule: to save them again is all that is left;
//   - an outage that is over is done with: what is left of it is to save the rows again.
//
// Every signature of a rule gets its own fix, too, and the cause as its meaning; those that are muted
// have no place in the plan.
func fixes(ctx context.Context, db *store.DB, m *classify.Matcher, vs values, found *tally, s *Summary, hide hider) ([]Fix, error) {
	var own, drafts []*Fix
	for i := range s.Signatures {
		sig := &s.Signatures[i]
		if r := m.Rule(sig.ID); r != nil {
			sig.Fix = fix(m, vs, found, r, sig)
			sig.Meaning = sig.Fix.Cause
			own = append(own, sig.Fix)
		}
	}
	if err := strays(ctx, db, &s.Timeline, own); err != nil {
		return nil, err
	}
	for i := range s.Signatures {
		if sig := &s.Signatures[i]; sig.Mute == nil && m.Rule(sig.ID) != nil {
			draft := *sig.Fix
			drafts = append(drafts, &draft)
		}
	}
	drafts, err := splitByParent(ctx, db, m, found, drafts, s, hide)
	if err != nil {
		return nil, err
	}
	drafts = jointFixes(drafts)
	if err := outages(ctx, db, m, &s.Timeline, drafts, s.Signatures); err != nil {
		return nil, err
	}
	tellApart(drafts, hide)
	return ranked(ctx, m, drafts, s.Signatures)
}

// ranked puts the fixes in order and tells every signature where it stands in the plan.
func ranked(ctx context.Context, m *classify.Matcher, drafts []*Fix, list []Signature) (plan []Fix, err error) {
	slices.SortFunc(drafts, func(a, b *Fix) int {
		return cmp.Or(cmp.Compare(a.Tier, b.Tier), cmp.Compare(b.weight(), a.weight()),
			cmp.Compare(rated(a.Severity), rated(b.Severity)),
			cmp.Compare(a.Signature, b.Signature), cmp.Compare(a.MissingIn, b.MissingIn))
	})
	if drafts, err = parentsFirst(ctx, m, drafts); err != nil {
		return nil, err
	}
	namePredecessors(m, drafts)
	for i, f := range drafts {
		f.Rank = i + 1
		for _, p := range f.Parts {
			if s := find(list, p.Signature); s != nil {
				s.Ranks = append(s.Ranks, f.Rank)
				if f.Settled && f.Records == s.Records && s.Fix != nil { // what the rule says of it is not to be done any more
					s.Fix.Summary, s.Fix.Steps, s.Fix.SQL, s.Fix.Role, s.Fix.Retry = f.Summary, f.Steps, f.SQL, f.Role, f.Retry
					s.Fix.Prerequisites, s.Fix.OtherPrerequisites = nil, nil
					s.Fix.Cause, s.Meaning = f.Cause, f.Cause
				}
			}
		}
		plan = append(plan, *f)
	}
	return plan, nil
}

// weight is what a fix counts within its tier: the records that it is needed for, also those that need
// a later one as well, but not those whose rows are saved: nothing is to be done for them.
func (f *Fix) weight() int64 { return max(f.Records-f.Saved, f.Waiting) }

// fix fills a rule's fix in for everything that fails with it. Texts name up to three values of
// a capture; SQL is spelt out per map.
func fix(m *classify.Matcher, vs values, found *tally, r *classify.Rule, s *Signature) *Fix {
	fs := found.bySig[r.ID]
	f := &Fix{
		Signature: r.ID, Title: s.Title, Severity: s.Severity, Change: s.Change, Tier: r.Tier, Category: r.Category,
		Records: s.Records, Entities: mapTitles(fs), Companies: companies(fs), NoCompany: slices.ContainsFunc(fs, nowhere), FirstSeen: s.FirstSeen, LastSeen: s.LastSeen,
	}
	f.of(m, r, found, vs)
	return f
}

// of fills everything in that depends on the entities of a fix: texts with values, queries with the first of them, and what must be there
// before rows of the parents and of these entities.
func (f *Fix) of(m *classify.Matcher, r *classify.Rule, found *tally, vs values) {
	printed := vs.printed(place{sig: r.ID})
	var maps []*classify.Map
	var names []string // of them: a name may be one of several maps, "Customers V3 or Customers"
	for _, e := range f.Entities {
		for _, title := range found.candidates[e] {
			if mp := mapOf(m, title); mp != nil {
				maps, names = append(maps, mp), append(names, e)
			}
		}
	}
	maps, names = once(maps), once(names)
	var needs classify.Needs
	if r.WaitsForMaps() {
		needs = m.Needed(vs.texts(place{sig: r.ID}, "lookup_map"), maps)
	}
	var one *classify.Map
	if len(maps) == 1 {
		one = maps[0]
	} else if len(maps) > 1 {
		for _, p := range classify.Placeholders {
			if p.OfMap() {
				printed.Several[p.Name] = true
			}
		}
		printed.Values["map_title"] = mapsPhrase(names)
		printed.Values["map"] = printed.Values["map_title"]
	}
	f.fill(r, printed, one, needs)
	if apart := vs.apart(r.ID); apart != "" {
		f.Steps = slices.Insert(f.Steps, 0, apart)
	}
	f.SQL = nil
	for _, q := range r.Queries(vs.first(r.ID), maps, needs.First) {
		f.SQL = append(f.SQL, SQL(q))
	}
	f.Parts = []Part{f.part()}
}

// fill writes the texts of the rule.
func (f *Fix) fill(r *classify.Rule, printed classify.Printed, one *classify.Map, needs classify.Needs) {
	cause, filled := r.FillPrinted(printed, one, needs.First)
	f.Cause, f.Summary, f.Role, f.Retry, f.Steps, f.URL = cause, filled.Summary, filled.Role, filled.Retry, filled.Steps, filled.URL
	f.Prerequisites, f.OtherPrerequisites = needs.First, needs.Others
}

// part is the fix as a part of one that cures several signatures.
func (f *Fix) part() Part {
	return Part{Signature: f.Signature, Title: f.Title, Severity: f.Severity, Cause: f.Cause, Records: f.Records, FirstSeen: f.FirstSeen, LastSeen: f.LastSeen, Within: f.Within, Outside: f.Outside,
		Steps: f.Steps, SQL: f.SQL, URL: f.URL}
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

// mapsPhrase lists names of maps as [phrase] does, and keeps apart what is one of several: records of "A or B" are not of A and of B.
func mapsPhrase(names []string) string {
	if len(names) > 1 && slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, " or ") }) {
		last := names[len(names)-1]
		if len(names) > mostPhrased {
			names, last = names[:mostPhrased], "others"
		}
		return strings.Join(names[:len(names)-1], ", ") + ", and " + last
	}
	return phrase(names)
}

// fillFindings gives every finding the short form of its fix, with the values that its own records print.
func fillFindings(m *classify.Matcher, vs values, fs []Finding) {
	for i := range fs {
		f := &fs[i]
		if r := m.Rule(f.Signature); r != nil {
			_, fix := r.FillPrinted(vs.printed(f.place()), mapOf(m, f.MapTitle), nil)
			f.FixSummary, f.Role, f.Retry, f.URL = fix.Summary, fix.Role, fix.Retry, fix.URL
		}
	}
}
