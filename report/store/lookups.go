package store

import (
	"context"
	"fmt"
	"strings"
)

// Lookups makes the tables VIEW_lookups and VIEW_missing of a view that Scope made: what its failing records of
// signatures look up and do not find, and the missing rows that these are. The tables are temporary and hold numbers
// only: there may be as many missing rows as records, and DuckDB puts them on disk. Columns are in sql/lookups.sql and
// sql/no_missing.sql. What was made of the same run and signatures already, and nothing written since, stays as it is.
func (db *DB) Lookups(ctx context.Context, view string, signatures []string) error {
	name := view + "_lookups"
	of := made{db.made[view].run, strings.Join(signatures, "\n")}
	if db.made[name] == of {
		return nil
	}
	delete(db.made, name) // also when this fails half way
	if _, err := db.conn.ExecContext(ctx, query("looked_up")); err != nil {
		return fmt.Errorf("query looked_up: %w", err)
	}
	exec := func(name string, args ...any) (rows int64, err error) {
		r, err := db.conn.ExecContext(ctx, fmt.Sprintf(query(name), view), args...)
		if err != nil {
			return 0, fmt.Errorf("query %s: %w", name, err)
		}
		return r.RowsAffected()
	}
	lookups, err := exec("lookups", of.groups)
	if err != nil {
		return err
	}
	if _, err := exec("no_missing"); err != nil {
		return err
	}
	parts := 1 + lookups/groupsAtOnce
	for part := range parts {
		if _, err := exec("missing_part", part, parts); err != nil {
			return err
		}
	}
	db.made[name] = of
	return nil
}
