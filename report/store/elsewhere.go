package store

import (
	"context"
	"fmt"
)

// An Elsewhere says how many records that a run met are kept as those of another environment.
type Elsewhere struct {
	Environment string // empty: one without a name
	Records     int64
}

// Elsewhere counts the records of a run that an earlier run of another environment had loaded, by environment: an id is one record,
// so they keep the name of the first.
func (db *DB) Elsewhere(ctx context.Context, run int64) (list []Elsewhere, err error) {
	rows, err := db.conn.QueryContext(ctx, query("elsewhere"), run)
	if err != nil {
		return nil, fmt.Errorf("query elsewhere: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var e Elsewhere
		if err := rows.Scan(&e.Environment, &e.Records); err != nil {
			return nil, fmt.Errorf("query elsewhere: %w", err)
		}
		list = append(list, e)
	}
	return list, rows.Err()
}
