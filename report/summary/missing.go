package summary

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// mostMissing is how many missing rows a fix holds; all of them stream.
const mostMissing = 20

// A MissingRow is one row of missing.csv: a row that must exist before the records that look it up can be saved. The
// same key in two companies is two rows.
type MissingRow struct {
	Table     string // that was looked up, by the set of its map: msdyn_customergroups; else as its messages print it
	Map       string // title of the map that brings the row, or of those that may ("A or B"); empty where none does
	KeyColumn string // by which it is found; empty where not known
	Key       string // empty where messages do not print it
	// Company of the records that wait for it. Those that name none wait for the row of the only company that lacks the
	// key; where several do, nobody can tell for which of their rows: they are no row more, and Unplaced of each.
	Company             string
	Records             int64 // that wait for it, each also for others where it looks up several
	Unplaced            int64 // that name no company and wait for this row or for that of another company with the same key
	FirstSeen, LastSeen time.Time
	SampleRecordID      string
	After               []string // maps and tables that lack rows, too, and get them first because this one needs them, in the order of the plan
}

// A lookedUp is a missing row as the database knows it.
type lookedUp struct {
	parent, phrase, keyColumn string // "msdyn_groupid of msdyn_customergroups"
	row                       MissingRow
}

// targets are what a row of the queries missing and missing_rows is scanned into.
func (l *lookedUp) targets() []any {
	r := &l.row
	return []any{&l.parent, &l.phrase, &l.keyColumn, &r.Table, &r.Key, &r.Company, &r.Records, &r.Unplaced, (*instant)(&r.FirstSeen), (*instant)(&r.LastSeen), &r.SampleRecordID}
}

// missing is the row with what the catalogue knows of its parent; without After.
func (l *lookedUp) missing(m *classify.Matcher) MissingRow {
	r := l.row
	r.KeyColumn, _, _ = strings.Cut(l.keyColumn, " of ")
	maps := parentMaps(m, l.parent)
	if len(maps) == 0 {
		r.Table = cmp.Or(r.Table, l.parent)
		return r
	}
	r.Map = l.parent
	if r.Table == "" && !slices.ContainsFunc(maps, func(mp *classify.Map) bool { return mp.Set != maps[0].Set }) {
		r.Table = maps[0].Set
	}
	return r
}

// namePredecessors tells the missing rows of a plan which others come first because they are needed.
func namePredecessors(m *classify.Matcher, plan []*Fix) {
	before := precedence(m, plan)
	for i, f := range plan {
		if len(f.Missing) == 0 {
			continue
		}
		var names []string
		for _, j := range before(i) {
			if j < i { // not so in a circle
				names = append(names, plan[j].MissingIn)
			}
		}
		for j := range f.Missing {
			f.Missing[j].After = names
		}
	}
}

// missingRows is EachMissing of a Summary with this plan and these signatures.
func missingRows(ctx context.Context, db *store.DB, scope store.Scope, m *classify.Matcher, plan []Fix, list []Signature) func(func(*MissingRow) error) error {
	var parents []string
	after := make(map[string][]string)
	for i := range plan {
		if f := &plan[i]; len(f.Missing) > 0 {
			parents, after[f.MissingIn] = append(parents, f.MissingIn), f.Missing[0].After
		}
	}
	if len(parents) == 0 {
		return nil
	}
	sigs := lookupRules(m, list)
	return func(yield func(*MissingRow) error) error {
		// Made again: another Summary may have been made since.
		if err := db.Scope(ctx, "scope", scope); err != nil {
			return err
		}
		if err := db.Lookups(ctx, "scope", sigs, broughtBy(m)); err != nil {
			return err
		}
		var l lookedUp
		var rank int64
		targets := append(l.targets(), &rank)
		// The parents in the order of the plan, of each the rows first that most records wait for; last the rows of tables that have no fix of their own.
		return eachInOrder(ctx, db, "missing_rows", "rank, records DESC, phrase, key, company", func(rows *sql.Rows) error {
			if err := rows.Scan(targets...); err != nil {
				return err
			}
			row := l.missing(m)
			row.After = after[l.parent]
			return yield(&row)
		}, strings.Join(parents, "\n"))
	}
}

// lookupRules are the rules of signatures of the plan whose records wait for rows of other maps.
func lookupRules(m *classify.Matcher, list []Signature) (sigs []string) {
	for i := range list {
		if r := m.Rule(list[i].ID); r != nil && r.WaitsForMaps() && list[i].Mute == nil {
			sigs = append(sigs, r.ID)
		}
	}
	slices.Sort(sigs)
	return sigs
}
