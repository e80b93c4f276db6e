package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Each runs a query and calls scan for every row of its answer; an error of scan ends it and is
// returned. It is how other rooms ask the archive: the query names the tables of schema dw and the
// views that [DB.Scope] and [DB.Places] made, and only reads. What scan gets is valid during the call.
func (db *DB) Each(ctx context.Context, query string, scan func(*sql.Rows) error, args ...any) error {
	rows, err := db.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Scope makes the records that a run is about a view of this name, for queries that follow; a view
// of that name is replaced. Its columns are in sql/scope.sql. A database of an older schema, which was
// opened for reading and so is not brought up to date, is an error.
func (db *DB) Scope(ctx context.Context, view string, run int64) error {
	if db.version < schemaVersion {
		return fmt.Errorf("%s has a schema of version %d, reports need %d; dwtriage run brings it up to date", db.path, db.version, schemaVersion)
	}
	_, err := db.conn.ExecContext(ctx, fmt.Sprintf(query("scope"), view, run))
	return err
}

// Groups makes the table VIEW_groups of a view that Scope made: its failing records counted by finding, with
// the names of each; columns are in sql/groups.sql. wrappers are the rules whose records are told apart by their
// messages. most findings are kept, that is to be listed one by one, and always those of the signatures in
// always; the others are there to be summed up. The table is temporary and may be large: DuckDB puts it on disk.
func (db *DB) Groups(ctx context.Context, view string, wrappers []string, most int, always []string) error {
	ids := strings.Join(wrappers, " ")
	if _, err := db.conn.ExecContext(ctx, fmt.Sprintf(query("group_sums"), view), ids); err != nil {
		return fmt.Errorf("counting the findings: %w", err)
	}
	if _, err := db.conn.ExecContext(ctx, fmt.Sprintf(query("groups"), view), ids, most, strings.Join(always, "\n")); err != nil {
		return fmt.Errorf("naming the findings: %w", err)
	}
	_, err := db.conn.ExecContext(ctx, "DROP TABLE "+view+"_sums")
	return err
}

// Places makes the table places of the failing records of a view that Scope made: where each is, for
// queries that read their texts part by part.
func (db *DB) Places(ctx context.Context, view string) error {
	_, err := db.conn.ExecContext(ctx, fmt.Sprintf(query("places"), view))
	return err
}

// FirstPlaces makes the table places of the first most records of each finding of a view that Groups counted, or only
// of the findings that are kept.
func (db *DB) FirstPlaces(ctx context.Context, view string, wrappers []string, most int64, kept bool) error {
	_, err := db.conn.ExecContext(ctx, fmt.Sprintf(query("first_places"), view), strings.Join(wrappers, " "), most, kept)
	return err
}

// A List scans a column of texts, VARCHAR[]. No texts, or null, is nil.
type List []string

// Scan implements [sql.Scanner].
func (l *List) Scan(v any) error {
	*l = nil
	if v == nil {
		return nil
	}
	items, ok := v.([]any)
	if !ok {
		return fmt.Errorf("%T is no list of texts", v)
	}
	for _, item := range items {
		text, ok := item.(string)
		if !ok {
			return fmt.Errorf("%T in a list of texts", item)
		}
		*l = append(*l, text)
	}
	return nil
}

// A Map scans a column of named texts, MAP(VARCHAR, VARCHAR). Null is an empty map.
type Map map[string]string

// Scan implements [sql.Scanner].
func (m *Map) Scan(v any) error {
	*m = make(Map)
	if v == nil {
		return nil
	}
	entries, ok := v.(duckdb.OrderedMap)
	if !ok {
		return fmt.Errorf("%T is no map of texts", v)
	}
	values := entries.Values()
	for i, key := range entries.Keys() {
		name, ok1 := key.(string)
		text, ok2 := values[i].(string)
		if !ok1 || !ok2 {
			return fmt.Errorf("%T and %T in a map of texts", key, values[i])
		}
		(*m)[name] = text
	}
	return nil
}
