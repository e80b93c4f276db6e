package summary

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"dwtriage/report/store"
)

// changes finds the run to compare with, nil when there is none, and what changed against it: what
// fails in a map now and did not then is new, the other way round it is resolved. It marks fs, each
// as new or ongoing. Companies are not told apart: a failure that reaches another company is no
// other failure.
func changes(ctx context.Context, db *store.DB, run int64, fs []Finding, name titles) (baseline *store.Run, list []Change, err error) {
	err = each(ctx, db, "baseline", func(rows *sql.Rows) error {
		baseline = &store.Run{}
		return rows.Scan(&baseline.ID, &baseline.Environment, &baseline.Started, &baseline.Finished)
	}, run)
	if err != nil || baseline == nil {
		return nil, nil, err
	}
	before, err := failedBefore(ctx, db, baseline.ID, name)
	if err != nil {
		return nil, nil, err
	}
	now := make(map[place]*Change)
	for i := range fs {
		f := &fs[i]
		at := place{f.Signature, f.MapTitle}
		f.Change = "new"
		if _, ok := before[at]; ok {
			f.Change = "ongoing"
		}
		c := now[at]
		if c == nil {
			c = &Change{Change: f.Change, Signature: f.Signature, Title: f.Title, Severity: f.Severity, MapTitle: f.MapTitle, Map: f.Map}
			now[at] = c
		}
		c.Records += f.Records
		c.FirstSeen, c.LastSeen = earlier(c.FirstSeen, f.FirstSeen), later(c.LastSeen, f.LastSeen)
	}
	for _, c := range now {
		if c.Change == "new" {
			list = append(list, *c)
		}
	}
	for at, c := range before {
		if now[at] == nil {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Change, b.Change), cmp.Compare(b.Records, a.Records), cmp.Compare(b.PreviousRecords, a.PreviousRecords),
			cmp.Compare(a.Signature, b.Signature), cmp.Compare(a.MapTitle, b.MapTitle))
	})
	return baseline, list, nil
}

// failedBefore lists what failed in the baseline, each as the change it is if it does not fail now.
func failedBefore(ctx context.Context, db *store.DB, baseline int64, name titles) (map[place]Change, error) {
	if err := db.Scope(ctx, "baseline", baseline); err != nil {
		return nil, err
	}
	before := make(map[place]Change)
	err := each(ctx, db, "before", func(rows *sql.Rows) error {
		c := Change{Change: "resolved"}
		err := rows.Scan(&c.Signature, &c.MapTitle, &c.Map, &c.Severity, &c.PreviousRecords, (*instant)(&c.FirstSeen), (*instant)(&c.LastSeen))
		c.Title = name.title(c.Signature)
		before[place{c.Signature, c.MapTitle}] = c
		return err
	})
	return before, err
}

// change of a whole signature: new where no map had it before.
func change(fs []*Finding) string {
	change := ""
	for _, f := range fs {
		if f.Change == "ongoing" {
			return "ongoing"
		}
		change = f.Change
	}
	return change
}
