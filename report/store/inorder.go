package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// bytesInOrder is how much of an answer EachInOrder asks for at a time: texts in bytes, and 64 for each row.
const bytesInOrder = 32 << 20

// EachInOrder is Each for an answer of any number of rows, in the order of these expressions of its columns, of which none may be null. The driver holds the
// whole answer of a query, beside all that DuckDB's limit of memory is about, and two million rows with their keys were 200 MB. So
// the answer is kept as a temporary table, which DuckDB puts on disk, and asked for part by part, cut at rows of a sample.
func (db *DB) EachInOrder(ctx context.Context, text string, order []string, scan func(*sql.Rows) error, args ...any) error {
	return db.eachInOrder(ctx, bytesInOrder, text, order, scan, args...)
}

func (db *DB) eachInOrder(ctx context.Context, most int64, text string, order []string, scan func(*sql.Rows) error, args ...any) (err error) {
	if _, err = db.conn.ExecContext(ctx, "CREATE OR REPLACE TEMP TABLE in_order AS\n"+strings.TrimRight(strings.TrimSpace(text), ";"), args...); err != nil {
		return db.damaged(err)
	}
	defer func() {
		if _, dropped := db.conn.ExecContext(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS in_order; DROP TABLE IF EXISTS in_order_cuts"); err == nil {
			err = dropped
		}
	}()
	var columns string
	var size int64
	if err = db.conn.QueryRowContext(ctx, query("in_order_texts")).Scan(&columns); err != nil {
		return err
	}
	if err = db.conn.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*) * 64 + coalesce(sum(%s), 0)::BIGINT FROM in_order", columns)).Scan(&size); err != nil {
		return err
	}
	named := make([]string, len(order)) // of a struct, as tables keep none without names
	for i, key := range order {
		named[i] = fmt.Sprintf("k%d: %s", i, key)
	}
	keys, key := strings.Join(order, ", "), "{"+strings.Join(named, ", ")+"}"
	parts := 1 + size/most
	if parts == 1 {
		return db.Each(ctx, fmt.Sprintf("SELECT * FROM in_order ORDER BY %s", keys), scan)
	}
	if _, err = db.exec(ctx, "in_order_cuts", fmt.Sprintf(query("in_order_cuts"), key, 64*parts, parts)); err != nil {
		return err
	}
	for part := range parts {
		if err = db.Each(ctx, fmt.Sprintf(query("in_order_part"), key, keys), scan, part); err != nil {
			return err
		}
	}
	return nil
}
