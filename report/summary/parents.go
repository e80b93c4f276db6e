package summary

import (
	"cmp"
	"container/heap"
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
	unlisted          int64     // of records, those that wait for rows of tables that have no fix of their own
}

// left reports whether no fix for missing rows clears the records.
func (w wait) left() bool { return !w.settled && (w.blind || len(w.parents) == 0) }

// mostParents is for how many tables that lack rows a plan has a fix of its own: those that most records wait for. A night may look up
// rows in as many tables as it has records, a fix is some thousand bytes of text, and nobody works through the second thousand. Records that wait for rows
// of the others stay in the fix of their rule, which says of how many tables; missing.csv has their rows.
var mostParents = 1000

// A lack is the rows that a parent lacks.
type lack struct {
	rows  []string // the names of the first namedRows that differ, in whichever companies they lack: customer group 10 (map Customer groups)
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
	unlisted, err := readUnlisted(ctx, db, waits)
	if err != nil {
		return nil, err
	}
	byParent := waitsByParent(waits)
	out, err := split(ctx, m, rules, waits, byParent, lacks, hide)
	if err != nil {
		return nil, err
	}
	for _, f := range out {
		var touches []Touch
		for _, w := range byParent[f.MissingIn] {
			touches = append(touches, w.touch(found))
		}
		f.Touches = touchedBy(touches)
	}
	for _, f := range drafts {
		if slices.ContainsFunc(waits, func(w wait) bool {
			return w.sig == f.Signature && (w.settled || len(w.parents) > 0 || w.came > 0 || w.unlisted > 0)
		}) {
			if s := settledFix(m, f, found, waits, held[f.Signature], &s.Timeline); s != nil {
				out = append(out, s)
			}
			f = restFix(m, f, found, waits, vs, unlisted[f.Signature])
		}
		if f != nil {
			out = append(out, f)
		}
	}
	return out, nil
}

// restFix is what is left of the fix of a rule for records that are not settled, and that no fix for missing rows clears, as they name none of
// these or not all, Waiting being the latter; nil where there are none. Of unlisted tables they look rows up that have no fix of their own. Its texts name what vs has, and nothing for a rule about look-ups: what its records
// print is mostly what the others wait for.
func restFix(m *classify.Matcher, f *Fix, found *tally, waits []wait, vs values, unlisted int64) *Fix {
	rest := *f
	rest.Records, rest.FirstSeen, rest.LastSeen, rest.Within, rest.Outside = 0, time.Time{}, time.Time{}, Period{}, 0
	came, others := int64(0), int64(0)
	for _, w := range waits {
		if w.sig == f.Signature && w.left() {
			others += w.unlisted
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
	}
	if others > 0 {
		tables := words.Count(unlisted, "table")
		rest.Summary = "Rows of " + tables + " without a fix of " + words.Plural(unlisted, "its", "their") + " own: " + rest.Summary
		rest.Steps = slices.Insert(rest.Steps, 0, "Of these records "+words.Thousands(others)+" "+words.Plural(others, "looks", "look")+" up rows of "+tables+" without a fix of "+words.Plural(unlisted, "its", "their")+
			" own, as only the "+words.Thousands(int64(mostParents))+" tables have one that most records wait for: missing.csv lists these rows behind those of the plan.")
	}
	if came > 0 || others > 0 {
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
			(*instant)(&w.cameAt), (*instant)(&w.savedAt), (*instant)(&w.unsaved.From), (*instant)(&w.unsaved.Until), &w.came, &w.keyless, &w.unlisted)
		waits = append(waits, w)
		return err
	}, strings.Join(sigs, "\n"), mostParents)
	if err != nil || len(waits) == 0 {
		return nil, nil, err
	}
	parents := strings.Join(slices.Sorted(maps.Keys(waitsByParent(waits))), "\n")
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
		l.list = append(l.list, row.missing(m))
		return err
	}, mostMissing, parents)
	if err != nil {
		return nil, nil, err
	}
	// One key may lack in more companies than rows are kept, so names are asked for by themselves.
	err = each(ctx, db, "missing_names", func(rows *sql.Rows) error {
		var parent, name, keyColumn string
		err := rows.Scan(&parent, &name, &keyColumn)
		if l := lacks[parent]; l != nil {
			l.rows, l.keys = append(l.rows, hide.phrase(name)), append(l.keys, hide.text(keyColumn))
		}
		return err
	}, namedRows, parents)
	return waits, lacks, err
}

// readUnlisted counts by signature the tables that lack rows and have no fix of their own. Hardly any night has some that a record waits for, and then no look-up is asked again.
func readUnlisted(ctx context.Context, db *store.DB, waits []wait) (map[string]int64, error) {
	tables := make(map[string]int64)
	if !slices.ContainsFunc(waits, func(w wait) bool { return w.unlisted > 0 }) {
		return tables, nil
	}
	err := each(ctx, db, "unlisted", func(rows *sql.Rows) error {
		var sig string
		var n int64
		err := rows.Scan(&sig, &n)
		tables[sig] = n
		return err
	}, mostParents)
	return tables, err
}

// waitsByParent is which of a list wait for rows of a parent, in their order.
func waitsByParent(list []wait) map[string][]*wait {
	byParent := make(map[string][]*wait)
	for i := range list {
		for _, p := range list[i].parents {
			byParent[p] = append(byParent[p], &list[i])
		}
	}
	return byParent
}

// split makes a fix per parent out of those of the rules. What also waits for rows that its message does not name is cleared by none of them.
func split(ctx context.Context, m *classify.Matcher, rules map[string]*Fix, list []wait, byParent map[string][]*wait, lacks map[string]*lack, hide hider) (out []*Fix, err error) {
	var parents []*Fix
	for _, p := range slices.Sorted(maps.Keys(byParent)) {
		f := &Fix{MissingIn: p, Tier: classify.ParentRows}
		for _, w := range byParent[p] {
			f.Waiting += w.records
		}
		parents = append(parents, f)
	}
	slices.SortStableFunc(parents, func(a, b *Fix) int { return cmp.Compare(b.Waiting, a.Waiting) })
	if parents, err = parentsFirst(ctx, m, parents); err != nil {
		return nil, err
	}
	at := make(map[string]int)
	for i, p := range parents {
		at[p.MissingIn] = i
	}
	cured := make([][]wait, len(parents))
	for _, w := range list {
		if w.settled || w.left() {
			continue
		}
		last := 0
		for _, name := range w.parents {
			last = max(last, at[name])
		}
		cured[last] = append(cured[last], w)
	}
	for i, p := range parents {
		out = append(out, parentFix(m, rules, p, cured[i], byParent[p.MissingIn], lacks[p.MissingIn], hide))
	}
	return out, nil
}

// waitingFor lists the fixes of the rules whose records wait for a parent, as list has them, the one with most of them first.
func waitingFor(rules map[string]*Fix, list []*wait) (fs []*Fix) {
	records := make(map[string]int64)
	for _, w := range list {
		records[w.sig] += w.records
	}
	for _, sig := range mostNamed(records) {
		fs = append(fs, rules[sig])
	}
	return fs
}

// parentFix fills the fix of the rule that leads in for the rows that one parent lacks, for which list waits. Texts name only these;
// entities, companies and times are those of every record that waits for them.
func parentFix(m *classify.Matcher, rules map[string]*Fix, p *Fix, cured []wait, list []*wait, l *lack, hide hider) *Fix {
	fs := waitingFor(rules, list)
	f := fs[0]
	own := *f
	own.MissingIn, own.Waiting, own.Records = p.MissingIn, p.Waiting, 0
	own.FirstSeen, own.LastSeen, own.Within, own.Outside = time.Time{}, time.Time{}, Period{}, 0
	for _, w := range cured {
		own.Records += w.records
	}
	names, companies := make(map[string]int64), make(map[string]int64)
	for _, w := range list {
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
func parentsFirst(ctx context.Context, m *classify.Matcher, fixes []*Fix) ([]*Fix, error) {
	before := precedence(m, fixes)
	waits := make([]int, len(fixes)) // how many must be there before it and are not yet
	behind := make([][]int, len(fixes))
	for i := range fixes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, j := range before(i) {
			waits[i]++
			behind[j] = append(behind[j], i)
		}
	}
	var ready indexes
	for i, n := range waits {
		if n == 0 {
			ready = append(ready, i) // in order, which is a heap
		}
	}
	taken := make([]bool, len(fixes))
	out := make([]*Fix, 0, len(fixes))
	for first := 0; len(out) < len(fixes); {
		next := 0
		if len(ready) > 0 {
			next = heap.Pop(&ready).(int)
		} else { // a circle
			for taken[first] {
				first++
			}
			next = first
		}
		taken[next] = true
		out = append(out, fixes[next])
		for _, i := range behind[next] {
			if waits[i]--; waits[i] == 0 && !taken[i] {
				heap.Push(&ready, i)
			}
		}
	}
	return out, nil
}

// indexes is a heap.
type indexes []int

func (p indexes) Len() int           { return len(p) }
func (p indexes) Less(i, j int) bool { return p[i] < p[j] }
func (p indexes) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *indexes) Push(x any)        { *p = append(*p, x.(int)) }
func (p *indexes) Pop() any {
	last := len(*p) - 1
	x := (*p)[last]
	*p = (*p)[:last]
	return x
}

// A needing is the parent of a fix with what the catalogue knows of it.
type needing struct {
	titles    []string        // of its maps
	needs     map[string]bool // the maps that these need, directly or not
	companies bool            // one of them brings legal entities
}

// precedence says of the n-th of these fixes which others, in their order, bring rows that must be there before its own: its tables
// need them, and not the other way round. Legal entities come before every other parent: hardly a row can be written
// without its company. Only tables that a map brings come before others, and of these there are as many as the catalogue knows, so the
// others, of which a night may name any number, are compared with them and not with each other.
func precedence(m *classify.Matcher, fixes []*Fix) (before func(n int) []int) {
	known := make(map[string]*needing)
	var mapped, companies []int // the fixes that come before any other, those that come before all
	for i, f := range fixes {
		if f.MissingIn == "" || known[f.MissingIn] != nil {
			continue
		}
		n := &needing{needs: make(map[string]bool)}
		for _, mp := range parentMaps(m, f.MissingIn) {
			n.titles = append(n.titles, mp.Title)
			n.companies = n.companies || mp.Name == classify.LegalEntities
			for _, title := range m.Prerequisites(mp) {
				n.needs[title] = true
			}
		}
		if known[f.MissingIn] = n; len(n.titles) == 0 {
			continue
		}
		if mapped = append(mapped, i); n.companies {
			companies = append(companies, i)
		}
	}
	return func(n int) (out []int) {
		f := fixes[n]
		b := known[f.MissingIn]
		if b == nil {
			return nil
		}
		candidates := mapped
		if len(b.titles) == 0 {
			candidates = companies
		}
		for _, i := range candidates {
			a := known[fixes[i].MissingIn]
			switch {
			case fixes[i].MissingIn == f.MissingIn || fixes[i].Tier != f.Tier:
			case a.companies || b.companies:
				if a.companies {
					out = append(out, i)
				}
			case b.needsAny(a) && !a.needsAny(b):
				out = append(out, i)
			}
		}
		return out
	}
}

func (n *needing) needsAny(other *needing) bool {
	return slices.ContainsFunc(other.titles, func(title string) bool { return n.needs[title] })
}
