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
	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

// A wait is records of one signature, map and company that wait for rows of the same parents; or all those of a signature that name no row.
type wait struct {
	sig               string
	parents           []string // empty where no row is named
	mapTitle, company string
	blind             bool // and for rows of what their messages do not name
	settled           bool // they wait no longer: what they looked up came later, or their own rows are saved
	records           int64
	saved             int64 // of settled ones, those whose rows are saved
	first, last       time.Time
	cameAt, savedAt   time.Time // when the last of these was there
	unsaved           Period    // when those of them failed that are not saved
	keyless           int64     // of settled ones that are not saved, those that do not say which row they are of
	came              int64     // of records, those of which some of the rows came that they looked up
}

// left reports whether no fix for missing rows clears the records.
func (w wait) left() bool { return !w.settled && (w.blind || len(w.parents) == 0) }

// A lack is the rows that a parent lacks.
type lack struct {
	rows  []string // the first namedRows: customer group 10 (map Customer groups)
	keys  []string // their key columns
	count int64
	list  []MissingRow // the first ones of missing.csv
}

// namedRows is how many rows are kept for texts: those that phrase lists, and whether there are more.
const namedRows = mostPhrased + 1

// splitByParent makes a fix for each table that lacks rows out of the fixes of the rules about look-ups, whatever
// each of them calls it: one message says which row was looked up, another that a row of the table was. A
// record that waits for several is counted where it is cured: at the last of them in the order of
// the plan; that it waits for the others too is in Waiting. What no look-up explains stays a fix of its
// rule. What waits for nothing any more, of any rule, becomes a fix of its own.
func splitByParent(ctx context.Context, db *store.DB, m *classify.Matcher, found *tally, drafts []*Fix, s *Summary, hide hider) ([]*Fix, error) {
	rules := make(map[string]*Fix)
	for _, f := range drafts {
		if m.Rule(f.Signature).WaitsForMaps() {
			rules[f.Signature] = f
		}
	}
	waits, lacks, err := readWaits(ctx, db, m, slices.Sorted(maps.Keys(rules)), hide)
	if err != nil {
		return nil, err
	}
	saved, err := readSaved(ctx, db, slices.Sorted(maps.Keys(rules)))
	if err != nil {
		return nil, err
	}
	held, err := db.Held(ctx, "scope")
	if err != nil {
		return nil, err
	}
	vs, err := leftValues(ctx, db, m, saved, hide)
	if err != nil {
		return nil, err
	}
	unplanned := make(map[string]bool)
	for _, w := range saved {
		if m.Rule(w.sig) == nil {
			s.SavedUnplanned += w.saved
			unplanned[w.sig] = true
		}
	}
	for sig := range unplanned {
		s.SavedUnplanned -= held[sig].Again
	}
	waits = append(waits, saved...)
	out := split(m, rules, waits, lacks, hide)
	for _, f := range out {
		var touches []Touch
		for _, w := range waits {
			if slices.Contains(w.parents, f.MissingIn) {
				touches = append(touches, w.touch(found))
			}
		}
		f.Touches = touchedBy(touches)
	}
	for _, f := range drafts {
		if slices.ContainsFunc(waits, func(w wait) bool { return w.sig == f.Signature && (w.settled || len(w.parents) > 0 || w.came > 0) }) {
			if s := settledFix(m, f, found, waits, held[f.Signature], &s.Timeline); s != nil {
				out = append(out, s)
			}
			f = restFix(m, f, found, waits, vs)
		}
		if f != nil {
			out = append(out, f)
		}
	}
	return out, nil
}

// restFix is what is left of the fix of a rule for records that are not settled, and that no fix for missing rows clears, as they name none of
// these or not all, Waiting being the latter; nil where there are none. Its texts name what vs has, and nothing for a rule about look-ups: what its records
// print is mostly what the others wait for.
func restFix(m *classify.Matcher, f *Fix, found *tally, waits []wait, vs values) *Fix {
	rest := *f
	rest.Records, rest.FirstSeen, rest.LastSeen, rest.Within, rest.Outside = 0, time.Time{}, time.Time{}, Period{}, 0
	came := int64(0)
	for _, w := range waits {
		if w.sig == f.Signature && w.left() {
			rest.Records += w.records
			if len(w.parents) == 0 {
				came += w.came
			}
			if len(w.parents) > 0 {
				rest.Waiting += w.records
			}
			rest.FirstSeen, rest.LastSeen = earlier(rest.FirstSeen, w.first), later(rest.LastSeen, w.last)
		}
	}
	if rest.Records == 0 {
		return nil
	}
	left := leftOver(found, f.Signature, waits)
	var touches []Touch
	for _, finding := range left {
		touches = append(touches, finding.touch())
	}
	rest.Entities, rest.Companies, rest.NoCompany, rest.Touches = mapTitles(left), companies(left), slices.ContainsFunc(left, nowhere), touchedBy(touches)
	rest.of(m, m.Rule(f.Signature), found, vs)
	if came > 0 {
		rest.Steps = slices.Insert(rest.Steps, 0, "The rows that the message names first came later, in "+words.Count(came, "record")+": look for those that it names behind them.")
		rest.Parts = []Part{rest.part()}
	}
	return &rest
}

// readWaits reads what the records of some signatures wait for, and which rows each parent lacks for them.
func readWaits(ctx context.Context, db *store.DB, m *classify.Matcher, sigs []string, hide hider) (waits []wait, lacks map[string]*lack, err error) {
	if err := db.Lookups(ctx, "scope", sigs, broughtBy(m)); err != nil {
		return nil, nil, err
	}
	err = each(ctx, db, "waiting", func(rows *sql.Rows) error {
		var w wait
		err := rows.Scan(&w.sig, (*store.List)(&w.parents), &w.blind, &w.settled, &w.mapTitle, &w.company, &w.records, &w.saved, (*instant)(&w.first), (*instant)(&w.last),
			(*instant)(&w.cameAt), (*instant)(&w.savedAt), (*instant)(&w.unsaved.From), (*instant)(&w.unsaved.Until), &w.came, &w.keyless)
		waits = append(waits, w)
		return err
	}, strings.Join(sigs, "\n"))
	if err != nil || len(waits) == 0 {
		return nil, nil, err
	}
	lacks = make(map[string]*lack)
	err = each(ctx, db, "missing", func(rows *sql.Rows) error {
		var row lookedUp
		var count int64
		err := rows.Scan(append(row.targets(), &count)...)
		l := lacks[row.parent]
		if l == nil {
			l = &lack{count: count}
			lacks[row.parent] = l
		}
		l.add(row, m, hide)
		return err
	}, mostMissing)
	return waits, lacks, err
}

// add takes the next of the rows that most records wait for.
func (l *lack) add(row lookedUp, m *classify.Matcher, hide hider) {
	phrase := hide.phrase(row.phrase)
	if len(l.rows) < namedRows && !slices.Contains(l.rows, phrase) {
		l.rows, l.keys = append(l.rows, phrase), append(l.keys, hide.text(row.keyColumn))
	}
	l.list = append(l.list, row.missing(m))
}

// split makes a fix per parent out of those of the rules. What also waits for rows that its message does not name is cleared by none of them.
func split(m *classify.Matcher, rules map[string]*Fix, list []wait, lacks map[string]*lack, hide hider) (out []*Fix) {
	perParent := make(map[string]int64)
	for _, w := range list {
		for _, p := range w.parents {
			perParent[p] += w.records
		}
	}
	var parents []*Fix
	for _, p := range slices.Sorted(maps.Keys(perParent)) {
		parents = append(parents, &Fix{MissingIn: p, Tier: classify.ParentRows, Waiting: perParent[p]})
	}
	slices.SortStableFunc(parents, func(a, b *Fix) int { return cmp.Compare(b.Waiting, a.Waiting) })
	parents = parentsFirst(m, parents)
	cured := make(map[string][]wait)
	for _, w := range list {
		if w.settled || w.left() {
			continue
		}
		last := 0
		for _, name := range w.parents {
			last = max(last, slices.IndexFunc(parents, func(p *Fix) bool { return p.MissingIn == name }))
		}
		cured[parents[last].MissingIn] = append(cured[parents[last].MissingIn], w)
	}
	for _, p := range parents {
		out = append(out, parentFix(m, rules, p, cured[p.MissingIn], list, lacks[p.MissingIn], hide))
	}
	return out
}

// waitingFor lists the fixes of the rules whose records wait for a parent, the one with most of them first.
func waitingFor(rules map[string]*Fix, parent string, list []wait) (fs []*Fix) {
	records := make(map[string]int64)
	for _, w := range list {
		if slices.Contains(w.parents, parent) {
			records[w.sig] += w.records
		}
	}
	for _, sig := range mostNamed(records) {
		fs = append(fs, rules[sig])
	}
	return fs
}

// parentFix fills the fix of the rule that leads in for the rows that one parent lacks. Texts name only these;
// entities, companies and times are those of every record that waits for them.
func parentFix(m *classify.Matcher, rules map[string]*Fix, p *Fix, cured, list []wait, l *lack, hide hider) *Fix {
	fs := waitingFor(rules, p.MissingIn, list)
	f := fs[0]
	own := *f
	own.MissingIn, own.Waiting, own.Records = p.MissingIn, p.Waiting, 0
	own.FirstSeen, own.LastSeen, own.Within, own.Outside = time.Time{}, time.Time{}, Period{}, 0
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
	_, own.NoCompany = companies[""]
	delete(companies, "")
	own.Entities, own.Companies = mostNamed(names), mostNamed(companies)
	values := map[string]string{"lookup_map": hide.text(p.MissingIn)}
	if l != nil {
		own.MissingRows, own.Missing = l.count, l.list
		values["lookup"] = lookups(l.rows)
		if keys := once(l.keys); len(keys) > 0 {
			values["lookup_key"] = phrase(keys)
		}
	}
	maps := parentMaps(m, p.MissingIn)
	values["table"], values["value"] = values["lookup_map"], ""
	if len(maps) == 1 && l != nil {
		values["table"] = cmp.Or(maps[0].Set, maps[0].Title)
		values["value"] = phrase(keysOf(l.rows, maps[0].Record))
	}
	var one *classify.Map
	if len(own.Entities) == 1 {
		one = mapOf(m, own.Entities[0])
	}
	r := m.Rule(f.Signature)
	own.fill(r, classify.Printed{Values: values}, one, m.Needed([]string{p.MissingIn}, nil))
	own.Parts = nil
	for _, f := range fs {
		part := f.part()
		part.Records, part.Steps, part.SQL = 0, own.Steps, own.SQL
		for _, w := range cured {
			if w.sig == f.Signature {
				part.Records += w.records
			}
		}
		own.Parts = append(own.Parts, part)
		if rated(f.Severity) < rated(own.Severity) {
			own.Severity = f.Severity
		}
		if own.Change != f.Change {
			own.Change = "" // partly new: neither word is true of all
		}
	}
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
// tables that need them; in a circle of tables the given order stays.
func parentsFirst(m *classify.Matcher, fixes []*Fix) []*Fix {
	before := precedence(m, fixes)
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

// precedence says of two of these fixes whether the rows of one must be there before those of the other: the tables
// need them, and not the other way round. Legal entities come before every other parent: hardly a row can be written
// without its company.
func precedence(m *classify.Matcher, fixes []*Fix) (before func(a, b *Fix) bool) {
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
	return func(a, b *Fix) bool {
		if a.MissingIn == "" || b.MissingIn == "" || a.MissingIn == b.MissingIn || a.Tier != b.Tier {
			return false
		}
		if companies(a) || companies(b) {
			return companies(a)
		}
		return needsAny(needs[b.MissingIn], m, a.MissingIn) && !needsAny(needs[a.MissingIn], m, b.MissingIn)
	}
}

func needsAny(needed map[string]bool, m *classify.Matcher, parent string) bool {
	return slices.ContainsFunc(parentMaps(m, parent), func(mp *classify.Map) bool { return needed[mp.Title] })
}
