package summary

import (
	"context"
	"database/sql"
	"slices"

	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

// mostHeatNames is how many maps and how many companies the heat table names where not all findings are listed. Maps and companies of the
// standard are fewer; names that a log makes up are without end.
var mostHeatNames = 200

// heat counts map × category of all that failed, for all companies and for each. Findings that sum others up name neither, so where there are
// such the database is asked.
func heat(ctx context.Context, db *store.DB, found *tally) (Heat, error) {
	if !slices.ContainsFunc(found.list, func(f Finding) bool { return f.Others > 0 }) {
		return heatOf(found.list, found.candidates), nil
	}
	var counted []Finding
	candidates := make(map[string][]string)
	err := each(ctx, db, "heat", func(rows *sql.Rows) error {
		var title, company sql.NullString
		var of []string
		var f Finding
		err := rows.Scan(&title, &company, &f.Category, &f.Records, (*store.List)(&of))
		f.MapTitle, f.Company = orSeveral(title), orSeveral(company)
		counted, candidates[f.MapTitle] = append(counted, f), of
		return err
	}, mostHeatNames)
	return heatOf(counted, candidates), err
}

func orSeveral(name sql.NullString) string {
	if name.Valid {
		return name.String
	}
	return Several
}

// severalLast moves what stands for all other names behind those that are named: it is as large as what it sums up, and is none of them.
func severalLast(names []string) []string {
	if i := slices.Index(names, Several); i >= 0 {
		names = append(slices.Delete(names, i, i+1), Several)
	}
	return names
}

func heatOf(findings []Finding, candidates map[string][]string) Heat {
	var h Heat
	all := make([]*Finding, len(findings))
	byCompany := make(map[string][]*Finding)
	for i := range findings {
		f := &findings[i]
		all[i] = f
		byCompany[f.Company] = append(byCompany[f.Company], f)
	}
	h.Categories = mostNamed(inCategories(all))
	h.Companies = severalLast(companies(all))
	if len(byCompany[""]) > 0 {
		h.Companies = append(h.Companies, "")
	}
	h.Groups = append(h.Groups, heatGroup("", all, h.Categories, candidates))
	h.Groups[0].All = true
	for _, c := range h.Companies {
		h.Groups = append(h.Groups, heatGroup(c, byCompany[c], h.Categories, candidates))
	}
	return h
}

func heatGroup(company string, fs []*Finding, categories []string, candidates map[string][]string) HeatGroup {
	g := HeatGroup{Company: company}
	rows := make(map[string]*HeatRow)
	titles := severalLast(mapTitles(fs))
	for _, title := range titles {
		rows[title] = &HeatRow{MapTitle: title, Cells: make([]int64, len(categories))}
		if of := candidates[title]; len(of) > 1 {
			rows[title].OneOf = of
		}
	}
	for _, f := range fs {
		r := rows[f.MapTitle]
		r.Records += f.Records
		for _, c := range f.byCategory() {
			r.Cells[slices.Index(categories, c.Name)] += c.Records
		}
		g.Records += f.Records
	}
	for _, title := range titles {
		g.Rows = append(g.Rows, *rows[title])
	}
	return g
}

// Named is how many of the rows are a map or table; the last one may stand for all others.
func (g *HeatGroup) Named() int {
	if n := len(g.Rows); n == 0 || g.Rows[n-1].MapTitle != Several {
		return n
	}
	return len(g.Rows) - 1
}

// Entities counts the maps and tables that fail. A name that is one of several maps is no entity beside those that fail under their own, or
// beside another name that may be the same map; so with such names there are at least so many.
func (g *HeatGroup) Entities() (n int, atLeast bool) {
	var open [][]string // sets of maps, of which no two have one in common: each holds an entity
	own := make(map[string]bool)
	for _, r := range g.Rows[:g.Named()] {
		switch {
		case r.MapTitle == NoMap:
			atLeast = true // of some entity, which may be one of the others
		case len(r.OneOf) == 0:
			own[r.MapTitle] = true
			n++
		}
	}
	for _, r := range g.Rows[:g.Named()] {
		if len(r.OneOf) == 0 || r.MapTitle == NoMap {
			continue
		}
		counted := slices.ContainsFunc(r.OneOf, func(m string) bool { return own[m] }) || slices.ContainsFunc(open, func(maps []string) bool {
			return slices.ContainsFunc(maps, func(m string) bool { return slices.Contains(r.OneOf, m) })
		})
		if !counted {
			open = append(open, r.OneOf)
		}
		atLeast = atLeast || counted || r.Records != 1 // one record is of one map
	}
	n += len(open)
	if g.Named() < len(g.Rows) {
		return max(n, 1), true
	}
	return n, atLeast
}

// EntityCount counts the entities of all that failed, as [HeatGroup.Entities] counts them, those that the heat table does not name among them.
func (s *Summary) EntityCount() (n int, atLeast bool) {
	if len(s.Heat.Groups) == 0 {
		return s.Entities, false
	}
	all := &s.Heat.Groups[0]
	if n, atLeast = all.Entities(); all.Named() == 0 {
		return s.Entities, atLeast
	}
	return s.Entities - (all.Named() - n), atLeast
}

// EntityWords says how many entities there are: "11 entities", "at least 11 entities", and of none that there are some all the same.
func EntityWords(n int, atLeast bool) string {
	if n == 0 && atLeast {
		return "entities that no record names"
	}
	text := words.Count(n, "entity", "entities")
	if atLeast {
		return "at least " + text
	}
	return text
}
