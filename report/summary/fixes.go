package summary

import (
	"cmp"
	"database/sql"
	"slices"
	"strings"

	"dwtriage/classify"
)

// fixes makes the plan: one fix per rule, filled in for the maps and values that fail, most
// records first.
func (z *summarizer) fixes() error {
	var fixes []*Fix
	for i := range z.s.Signatures {
		s := &z.s.Signatures[i]
		if r := z.m.Rule(s.ID); r != nil {
			s.Fix = z.fix(r, s)
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
		z.s.Fixes = append(z.s.Fixes, *f)
	}
	z.fillFindings()
	return nil
}

// fix fills a rule's fix in for everything that fails with it. Texts name up to three values of
// a capture; SQL is spelt out per map.
func (z *summarizer) fix(r *classify.Rule, s *Signature) *Fix {
	fs := z.bySig[r.ID]
	entities := mapTitles(fs)
	var maps []*classify.Map
	for _, e := range entities {
		for _, title := range z.candidates[e] {
			if mp := z.mapOf(title); mp != nil && !slices.Contains(maps, mp) {
				maps = append(maps, mp)
			}
		}
	}
	var prerequisites []string
	if r.Category == classify.ReferenceData {
		prerequisites = z.m.Needed(z.values[findingKey{sig: r.ID}]["lookup_map"], maps)
	}
	values := z.joined(findingKey{sig: r.ID})
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
	for _, q := range r.Queries(z.first(r.ID), maps, prerequisites) {
		f.SQL = append(f.SQL, SQL(q))
	}
	return f
}

// captures finds the values that fill placeholders.
func (z *summarizer) captures() error {
	z.values = make(map[findingKey]map[string][]string)
	return z.each("captures", func(rows *sql.Rows) error {
		var k findingKey
		var name, value string
		err := rows.Scan(&k.sig, &k.mapTitle, &name, &value)
		if z.values[k] == nil {
			z.values[k] = make(map[string][]string)
		}
		z.values[k][name] = append(z.values[k][name], value)
		return err
	})
}

// only gives the captures that have a single value: a title stands for all records of a
// signature and must not name one of several.
func (z *summarizer) only(sig string) map[string]string {
	out := make(map[string]string)
	for name, values := range z.values[findingKey{sig: sig}] {
		if len(values) == 1 {
			out[name] = values[0]
		}
	}
	return out
}

func (z *summarizer) mapOf(title string) *classify.Map {
	found := z.m.Maps(title)
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

// joined gives one text per capture: its values, at most three, as a phrase.
func (z *summarizer) joined(k findingKey) map[string]string {
	out := make(map[string]string)
	for name, values := range z.values[k] {
		if name == "lookup" {
			out[name] = lookups(values)
		} else {
			out[name] = phrase(values)
		}
	}
	return out
}

// lookups names missing rows and says their map once: "customer group 10, customer group 90 and
// customer group 30 (map Customer groups)".
func lookups(values []string) string {
	var maps []string
	rows := make(map[string][]string)
	for _, v := range values {
		row, of, _ := strings.Cut(v, " (map ")
		if rows[of] == nil {
			maps = append(maps, of)
		}
		rows[of] = append(rows[of], row)
	}
	var parts []string
	for _, of := range maps {
		part := phrase(rows[of])
		if of != "" {
			part += " (map " + of
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

func phrase(values []string) string {
	switch n := len(values); {
	case n <= 1:
		return strings.Join(values, "")
	case n > 3:
		return strings.Join(values[:3], ", ") + " and others"
	default:
		return strings.Join(values[:n-1], ", ") + " and " + values[n-1]
	}
}

// first gives the most frequent value of every capture: a query cannot name three at once.
func (z *summarizer) first(sig string) map[string]string {
	out := make(map[string]string)
	for name, values := range z.values[findingKey{sig: sig}] {
		out[name] = values[0]
	}
	return out
}

// fillFindings gives every finding the short form of its fix, with the values of its own map.
func (z *summarizer) fillFindings() {
	filled := make(map[findingKey]classify.Fix)
	for i := range z.s.Findings {
		f := &z.s.Findings[i]
		r := z.m.Rule(f.Signature)
		if r == nil {
			continue
		}
		k := findingKey{f.Signature, f.MapTitle}
		fix, ok := filled[k]
		if !ok {
			_, fix = r.Fill(z.joined(k), z.mapOf(f.MapTitle), nil)
			filled[k] = fix
		}
		f.FixSummary, f.Role, f.Retry, f.URL = fix.Summary, fix.Role, fix.Retry, fix.URL
	}
}

// heat counts map × category, for all companies and for each.
func heat(findings []Finding) Heat {
	var h Heat
	all := make([]*Finding, len(findings))
	byCompany := make(map[string][]*Finding)
	for i := range findings {
		f := &findings[i]
		all[i] = f
		byCompany[f.Company] = append(byCompany[f.Company], f)
	}
	h.Categories = mostFirst(all, func(f *Finding) string { return f.Category })
	h.Companies = companies(all)
	if len(byCompany[""]) > 0 {
		h.Companies = append(h.Companies, "")
	}
	h.Groups = append(h.Groups, heatGroup("", all, h.Categories))
	h.Groups[0].All = true
	for _, c := range h.Companies {
		h.Groups = append(h.Groups, heatGroup(c, byCompany[c], h.Categories))
	}
	return h
}

func heatGroup(company string, fs []*Finding, categories []string) HeatGroup {
	g := HeatGroup{Company: company}
	rows := make(map[string]*HeatRow)
	for _, title := range mapTitles(fs) {
		rows[title] = &HeatRow{MapTitle: title, Cells: make([]int64, len(categories))}
	}
	for _, f := range fs {
		r := rows[f.MapTitle]
		r.Records += f.Records
		r.Cells[slices.Index(categories, f.Category)] += f.Records
		g.Records += f.Records
	}
	for _, title := range mapTitles(fs) {
		g.Rows = append(g.Rows, *rows[title])
	}
	return g
}
