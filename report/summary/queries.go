package summary

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"time"

	"dwtriage/report/store"
)

// An instant scans a TIMESTAMP; null is the zero time.
type instant time.Time

// Scan implements [sql.Scanner].
func (i *instant) Scan(v any) error {
	var t sql.NullTime
	err := t.Scan(v)
	*i = instant(t.Time)
	return err
}

//go:embed sql/*.sql
var queries embed.FS

// query gives the text of an embedded query.
func query(name string) string {
	text, err := queries.ReadFile("sql/" + name + ".sql")
	if err != nil {
		panic(err) // a file that the build lacks
	}
	return string(text)
}

// each runs an embedded query and calls scan for every row.
func each(ctx context.Context, db *store.DB, name string, scan func(*sql.Rows) error, args ...any) error {
	return eachOf(ctx, db, store.Scope{}, name, scan, args...)
}

// eachInOrder is each for a query whose answer may have as many rows as the night has records; it is in the order of these columns.
func eachInOrder(ctx context.Context, db *store.DB, name, order string, scan func(*sql.Rows) error, args ...any) error {
	if err := db.EachInOrder(ctx, query(name), order, scan, args...); err != nil {
		return fmt.Errorf("query %s: %w", name, err)
	}
	return nil
}

// eachOf is each for a query that names the runs of a report.
func eachOf(ctx context.Context, db *store.DB, scope store.Scope, name string, scan func(*sql.Rows) error, args ...any) error {
	if err := db.Each(ctx, scope.In(query(name)), scan, args...); err != nil {
		return fmt.Errorf("query %s: %w", name, err)
	}
	return nil
}
