package summary

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// A Retry is one row of retry.csv: a row that can be saved again once a fix is done. Rows with a failure that no fix of
// the plan is for, whose rule says that saving again does not help, or whose key is not known are none.
type Retry struct {
	Order    int64 // of the step, from 1: rows of one step are of one map, wait for the same fix and for no other row of the step; parents come before children
	MapTitle string
	Key      string
	Company  string
	Records  int64 // failing records of the row
	AfterFix int64 // rank of the last fix that they wait for, and that rows wait for which they look up and which failed, too; of a row without a company those of every company
	// PurgedBy is when the source forgets the failure: the error queue of dual-write keeps an entry for one day, as
	// Microsoft's article on its error management says. A day after its last failure there; zero where only traces show
	// the row.
	PurgedBy time.Time
}

// retries is EachRetry of a Summary with this plan and these signatures.
func retries(ctx context.Context, db *store.DB, scope store.Scope, m *classify.Matcher, s *Summary) func(func(*Retry) error) error {
	var signatures, parents, settled []string
	for i := range s.Fixes {
		f := &s.Fixes[i]
		if f.MissingIn != "" {
			parents = append(parents, fmt.Sprint(f.Rank, " ", f.MissingIn))
			continue
		}
		if f.Settled {
			settled = append(settled, fmt.Sprint(f.Rank, " ", f.Signature))
			continue
		}
		for _, p := range f.Parts {
			if r := m.Rule(p.Signature); r != nil && r.Fix.Retry != "no" {
				signatures = append(signatures, fmt.Sprint(f.Rank, " ", p.Signature))
			}
		}
	}
	sigs := lookupRules(m, s.Signatures)
	titles := dependencyOrder(m, s.Findings)
	return func(yield func(*Retry) error) error {
		// Made again: another Summary may have been made since.
		if err := db.Scope(ctx, "scope", scope); err != nil {
			return err
		}
		if err := db.Groups(ctx, "scope", m.ByMessage(), mostFindings, muted(m)); err != nil {
			return err
		}
		if err := db.Lookups(ctx, "scope", sigs, broughtBy(m)); err != nil {
			return err
		}
		if err := db.Retries(ctx, "scope", signatures, parents, settled, titles); err != nil {
			return err
		}
		var r, last Retry
		var position, level, lastLevel int64
		// By the fix that a row waits for, then by maps as they depend on each other, and of one map those first that others wait for.
		return eachInOrder(ctx, db, "retries", "rank, position, level, map_title, affected_key, company", func(rows *sql.Rows) error {
			if err := rows.Scan(&r.MapTitle, &r.Key, &r.Company, &r.Records, &r.AfterFix, &position, &level, (*instant)(&r.PurgedBy)); err != nil {
				return err
			}
			if r.AfterFix != last.AfterFix || r.MapTitle != last.MapTitle || level != lastLevel {
				r.Order++
			}
			last, lastLevel = r, level
			return yield(&r)
		})
	}
}

// dependencyOrder lists the maps of findings so that each stands behind those that it needs: what a map needs, needs
// less than the map itself.
func dependencyOrder(m *classify.Matcher, findings []Finding) []string {
	var titles []string
	needs := make(map[string]int)
	for i := range findings {
		title := findings[i].MapTitle
		if _, known := needs[title]; known {
			continue
		}
		titles, needs[title] = append(titles, title), 0
		for _, mp := range parentMaps(m, title) {
			needs[title] = max(needs[title], len(m.Prerequisites(mp)))
		}
	}
	slices.SortFunc(titles, func(a, b string) int { return cmp.Or(cmp.Compare(needs[a], needs[b]), cmp.Compare(a, b)) })
	return titles
}
