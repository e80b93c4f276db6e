package summary

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// A wait is records of one signature, map and company that wait for rows of the same parents.
type wait struct {
	parents           []string
	mapTitle, company string
	records           int64
	first, last       time.Time
}

// A lack is the rows that a parent lacks for one signature.
type lack struct {
	rows  []string // the first four: customer group 10 (map Customer groups)
	keys  []string // their key columns
	count int64
}

// splitByParent makes a fix for each table that lacks rows out of the fix of a rule about look-ups. A
// record that waits for several is counted where it is cured: at the last of them in the order of
// the plan; that it waits for the others too is in Waiting. What no look-up explains stays a fix of the
// rule.
func splitByParent(ctx context.Context, db *store.DB, m *classify.Matcher, drafts []*Fix) ([]*Fix, error) {
	waits, lacks, err := readWaits(ctx, db)
	if err != nil {
		return nil, err
	}
	var out []*Fix
	for _, f := range drafts {
		if list := waits[f.Signature]; f.Tier == classify.ParentRows && len(list) > 0 {
			out = append(out, split(m, f, list, lacks)...)
		} else {
			out = append(out, f)
		}
	}
	return out, nil
}

type parentOf struct{ sig, parent string }

func readWaits(ctx context.Context, db *store.DB) (map[string][]wait, map[parentOf]*lack, error) {
	waits, lacks := make(map[string][]wait), make(map[parentOf]*lack)
	err := each(ctx, db, "waiting", func(rows *sql.Rows) error {
		var sig string
		var w wait
		err := rows.Scan(&sig, (*store.List)(&w.parents), &w.mapTitle, &w.company, &w.records, (*instant)(&w.first), (*instant)(&w.last))
		waits[sig] = append(waits[sig], w)
		return err
	}, classify.ReferenceData)
	if err != nil {
		return nil, nil, err
	}
	err = each(ctx, db, "missing", func(rows *sql.Rows) error {
		var at parentOf
		var row, key string
		var count int64
		err := rows.Scan(&at.sig, &at.parent, &row, &key, &count)
		l := lacks[at]
		if l == nil {
			l = &lack{count: count}
			lacks[at] = l
		}
		l.rows, l.keys = append(l.rows, row), append(l.keys, key)
		return err
	}, classify.ReferenceData)
	return waits, lacks, err
}

// split makes the fixes of one rule: one per parent, and one of the records that name none.
func split(m *classify.Matcher, f *Fix, list []wait, lacks map[parentOf]*lack) []*Fix {
	waiting := make(map[string]int64)
	for _, w := range list {
		for _, p := range w.parents {
			waiting[p] += w.records
		}
	}
	var parents []*Fix
	for _, p := range slices.Sorted(maps.Keys(waiting)) {
		parents = append(parents, &Fix{Signature: f.Signature, MissingIn: p, Tier: f.Tier, Waiting: waiting[p]})
	}
	slices.SortStableFunc(parents, func(a, b *Fix) int { return cmp.Compare(b.Waiting, a.Waiting) })
	parents = parentsFirst(m, parents)
	cured := make(map[string][]wait)
	rest := *f
	for _, w := range list {
		last := slices.IndexFunc(parents, func(p *Fix) bool { return p.MissingIn == w.parents[0] })
		for _, name := range w.parents[1:] {
			last = max(last, slices.IndexFunc(parents, func(p *Fix) bool { return p.MissingIn == name }))
		}
		cured[parents[last].MissingIn] = append(cured[parents[last].MissingIn], w)
		rest.Records -= w.records
	}
	var out []*Fix
	for _, p := range parents {
		out = append(out, parentFix(m, f, p, cured[p.MissingIn], list, lacks[parentOf{f.Signature, p.MissingIn}]))
	}
	if rest.Records > 0 {
		rest.Parts = []Part{rest.part()}
		out = append(out, &rest)
	}
	return out
}

// parentFix fills the rule's fix in for the rows that one parent lacks. Texts name only these; entities,
// companies and times are those of every record that waits for them.
func parentFix(m *classify.Matcher, f, p *Fix, cured, list []wait, l *lack) *Fix {
	own := *f
	own.MissingIn, own.Waiting, own.Records = p.MissingIn, p.Waiting, 0
	own.FirstSeen, own.LastSeen = time.Time{}, time.Time{}
	for _, w := range cured {
		own.Records += w.records
	}
	names, companies := make(map[string]int64), make(map[string]int64)
	for _, w := range list {
		if !slices.Contains(w.parents, p.MissingIn) {
			continue
		}
		names[w.mapTitle] += w.records
		companies[w.company] += w.records
		own.FirstSeen, own.LastSeen = earlier(own.FirstSeen, w.first), later(own.LastSeen, w.last)
	}
	delete(companies, "")
	own.Entities, own.Companies = mostNamed(names), mostNamed(companies)
	values := map[string]string{"lookup_map": p.MissingIn}
	if l != nil {
		own.MissingRows = l.count
		values["lookup"] = lookups(l.rows)
		if keys := once(l.keys); len(keys) > 0 {
			values["lookup_key"] = phrase(keys)
		}
	}
	maps := parentMaps(m, p.MissingIn)
	values["table"], values["value"] = p.MissingIn, ""
	if len(maps) == 1 && l != nil {
		values["table"] = cmp.Or(maps[0].Set, maps[0].Title)
		values["value"] = phrase(keysOf(l.rows, maps[0].Record))
	}
	var one *classify.Map
	if len(own.Entities) == 1 {
		one = mapOf(m, own.Entities[0])
	}
	r := m.Rule(f.Signature)
	own.fill(r, values, one, m.Needed([]string{p.MissingIn}, nil))
	own.Parts = []Part{own.part()}
	return &own
}

// keysOf takes the keys out of the phrases of missing rows: "customer group 10 (map Customer groups)".
func keysOf(rows []string, record string) []string {
	var out []string
	for _, row := range rows {
		row, _, _ = strings.Cut(row, " (map ")
		out = append(out, strings.TrimSpace(strings.TrimPrefix(row, record)))
	}
	return once(out)
}

// parentMaps are the maps that a parent names: the map that brings the rows, or those it may be.
func parentMaps(m *classify.Matcher, parent string) []*classify.Map {
	var out []*classify.Map
	for _, title := range strings.Split(parent, " or ") {
		if mp := mapOf(m, title); mp != nil {
			out = append(out, mp)
		}
	}
	return out
}

// parentsFirst changes the order of fixes as little as it must so that a table gets its rows before the
// tables that need them; in a circle of tables the given order stays. Legal entities come before
// every other parent: hardly a row can be written without its company.
func parentsFirst(m *classify.Matcher, fixes []*Fix) []*Fix {
	needs := make(map[string]map[string]bool) // parent → the maps it needs, directly or not
	for _, f := range fixes {
		if f.MissingIn != "" && needs[f.MissingIn] == nil {
			needs[f.MissingIn] = make(map[string]bool)
			for _, mp := range parentMaps(m, f.MissingIn) {
				for _, title := range m.Prerequisites(mp) {
					needs[f.MissingIn][title] = true
				}
			}
		}
	}
	companies := func(f *Fix) bool {
		return slices.ContainsFunc(parentMaps(m, f.MissingIn), func(mp *classify.Map) bool { return mp.Name == classify.LegalEntities })
	}
	before := func(a, b *Fix) bool { // a must come before b
		if a.MissingIn == "" || b.MissingIn == "" || a.MissingIn == b.MissingIn || a.Tier != b.Tier {
			return false
		}
		if companies(a) || companies(b) {
			return companies(a)
		}
		return needsAny(needs[b.MissingIn], m, a.MissingIn) && !needsAny(needs[a.MissingIn], m, b.MissingIn)
	}
	rest, out := slices.Clone(fixes), make([]*Fix, 0, len(fixes))
	for len(rest) > 0 {
		next := slices.IndexFunc(rest, func(f *Fix) bool {
			return !slices.ContainsFunc(rest, func(other *Fix) bool { return before(other, f) })
		})
		next = max(next, 0) // a circle of three or more
		out = append(out, rest[next])
		rest = slices.Delete(rest, next, next+1)
	}
	return out
}

func needsAny(needed map[string]bool, m *classify.Matcher, parent string) bool {
	return slices.ContainsFunc(parentMaps(m, parent), func(mp *classify.Map) bool { return needed[mp.Title] })
}
