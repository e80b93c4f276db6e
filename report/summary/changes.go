package summary

import (
	"context"
	"database/sql"
	"fmt"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// baseline finds the run to compare with, nil when there is none, and makes its findings the table
// baseline_sums, which is empty without one.
func baseline(ctx context.Context, db *store.DB, run int64, m *classify.Matcher) (found *store.Run, err error) {
	err = each(ctx, db, "baseline", func(rows *sql.Rows) error {
		found = &store.Run{}
		return rows.Scan(&found.ID, &found.Environment, &found.Started, &found.Finished)
	}, run)
	if err != nil {
		return nil, err
	}
	of := int64(0) // no run has it
	if found != nil {
		of = found.ID
	}
	if err := db.Scope(ctx, "baseline", of); err != nil {
		return nil, err
	}
	return found, db.Groups(ctx, "baseline", m.Wrappers(), 0, nil)
}

// mostChanges is how many new and how many resolved ones are listed, see mostFindings.
var mostChanges = 10000

// changes lists what changed against the baseline: what fails in a map now and did not then is new, the other
// way round it is resolved. Companies are not told apart: a failure that reaches another company is no other
// failure. It asks the database and not the findings, of which some are summed up.
func changes(ctx context.Context, db *store.DB, name titles) (list []Change, n Changed, err error) {
	for _, c := range []struct {
		change, in, notIn string
		all               *int
	}{{"new", "scope", "baseline", &n.New}, {"resolved", "baseline", "scope", &n.Resolved}} {
		err := db.Each(ctx, fmt.Sprintf(query("changed"), c.in, c.notIn), func(rows *sql.Rows) error {
			ch := Change{Change: c.change}
			err := rows.Scan(&ch.Signature, &ch.MapTitle, &ch.Map, &ch.Severity, &ch.Records, (*instant)(&ch.FirstSeen), (*instant)(&ch.LastSeen), c.all)
			if c.change == "resolved" {
				ch.Records, ch.PreviousRecords = 0, ch.Records
			}
			ch.Title = name.title(ch.Signature)
			list = append(list, ch)
			return err
		}, mostChanges)
		if err != nil {
			return nil, n, fmt.Errorf("query changed: %w", err)
		}
	}
	err = each(ctx, db, "ongoing", func(rows *sql.Rows) error { return rows.Scan(&n.Ongoing) })
	return list, n, err
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
