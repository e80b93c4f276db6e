package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// bytesInOrder is how much of an answer EachInOrder asks for at a time: texts in bytes, and 64 for each row.
const bytesInOrder = 32 << 20

// EachInOrder is Each for an answer of any number of rows, in the order that names its columns or expressions of them, as behind ORDER BY. The driver holds the
// whole answer of a query, beside all that DuckDB's limit of memory is about, and two million rows with their keys were 200 MB. So
// the answer is kept as a temporary table in this order, which DuckDB puts on disk, and handed out part by part.
func (db *DB) EachInOrder(ctx context.Context, text, order string, scan func(*sql.Rows) error, args ...any) error {
	return db.eachInOrder(ctx, bytesInOrder, text, order, scan, args...)
}

func (db *DB) eachInOrder(ctx context.Context, most int64, text, order string, scan func(*sql.Rows) error, args ...any) (err error) {
	text = strings.TrimRight(strings.TrimSpace(text), ";")
	// DuckDB keeps the order of a sorted table, whatever is set of the order of others: a scan of it may still hand out one row group before another.
	if _, err = db.conn.ExecContext(ctx, "CREATE OR REPLACE TEMP TABLE in_order AS\nSELECT * FROM (\n"+text+"\n) ORDER BY "+order, args...); err != nil {
		return db.damaged(err)
	}
	defer func() {
		if _, dropped := db.conn.ExecContext(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS in_order"); err == nil {
			err = dropped
		}
	}()
	var texts string
	if err = db.conn.QueryRowContext(ctx, query("in_order_texts")).Scan(&texts); err != nil {
		return err
	}
	var rows, bytes int64
	if err = db.conn.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*), count(*) * 64 + coalesce(sum(%s), 0)::BIGINT FROM in_order", texts)).Scan(&rows, &bytes); err != nil {
		return err
	}
	atOnce := max(1, rows/(1+bytes/most))
	for from := int64(0); from < rows; from += atOnce {
		if err = db.Each(ctx, "FROM in_order WHERE rowid BETWEEN $1 AND $2 ORDER BY rowid", scan, from, from+atOnce-1); err != nil {
			return err
		}
	}
	return nil
}
