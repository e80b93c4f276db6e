package summary

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"dwtriage/report/store"
)

// A Column is one column of a table that streams from the database: its name in the header, the
// expression that asks the database for it, and where it stands in a T. The three stand in one
// value because they once were lists held together by their order alone: two columns swapped in
// one of them still compiled.
type Column[T any] struct {
	Name string
	expr string
	// Cell points at the value in a T: at a string, an int64, a time.Time (UTC, zero when not
	// known), a []string or a []Capture (by name).
	Cell func(*T) any
	// scan takes the place of a plain scan into Cell where the database has something else than the
	// cell shows.
	scan func(*T) sql.Scanner
}

// stream runs a query in which %s stands for the expressions of columns, and calls yield for every row. All rows are
// read into one and the same T, so yield must not keep it.
func stream[T any](ctx context.Context, db *store.DB, query string, columns []Column[T], yield func(*T) error, args ...any) error {
	text, scan := withColumns(query, columns, yield)
	return db.Each(ctx, text, scan, args...)
}

// streamInOrder is stream for a query whose answer may have any number of rows; it is in the order of these columns.
func streamInOrder[T any](ctx context.Context, db *store.DB, query string, columns []Column[T], order string, yield func(*T) error) error {
	text, scan := withColumns(query, columns, yield)
	return db.EachInOrder(ctx, text, order, scan)
}

// withColumns is the query with the expressions of columns put in, and what hands each of its rows to yield.
func withColumns[T any](query string, columns []Column[T], yield func(*T) error) (text string, scan func(*sql.Rows) error) {
	exprs := make([]string, len(columns))
	for i, c := range columns {
		exprs[i] = c.expr
	}
	var row T
	targets := make([]any, len(columns))
	for i, c := range columns {
		if c.scan != nil {
			targets[i] = c.scan(&row)
		} else {
			targets[i] = target(c.Cell(&row))
		}
	}
	return fmt.Sprintf(query, strings.Join(exprs, ", ")), func(rows *sql.Rows) error {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		return yield(&row)
	}
}

// target is what a row is scanned into to reach the value that cell points at.
func target(cell any) any {
	switch cell := cell.(type) {
	case *time.Time:
		return (*instant)(cell)
	case *[]string:
		return (*store.List)(cell)
	}
	return cell
}
