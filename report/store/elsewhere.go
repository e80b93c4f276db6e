package store

import (
	"context"
	"database/sql"
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
	var one bool
	if err = db.conn.QueryRowContext(ctx, "SELECT count(DISTINCT coalesce(environment, '')) < 2 FROM dw.runs").Scan(&one); one && err == nil {
		return nil, nil // as nearly always, and there is nothing to look through
	}
	if err = db.Each(ctx, query("elsewhere"), func(rows *sql.Rows) error {
		var e Elsewhere
		err := rows.Scan(&e.Environment, &e.Records)
		list = append(list, e)
		return err
	}, run); err != nil {
		return nil, fmt.Errorf("query elsewhere: %w", err)
	}
	return list, nil
}
