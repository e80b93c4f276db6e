package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"dwtriage/classify"
)

// Texts reads the texts of the record with this id, long ones to their end.
func (db *DB) Texts(ctx context.Context, id string) (t classify.Texts, err error) {
	err = db.conn.QueryRowContext(ctx, query("texts"), id).Scan(&t.Log, &t.Type, &t.Error, &t.Trace, &t.Entity, &t.Company)
	if errors.Is(err, sql.ErrNoRows) {
		return t, db.notThere(ctx, id)
	}
	if err != nil || db.version < 5 { // which has no parts
		return t, err
	}
	var text, trace strings.Builder
	text.WriteString(t.Error)
	trace.WriteString(t.Trace)
	err = db.Each(ctx, query("text_parts"), func(rows *sql.Rows) error {
		var field, part string
		err := rows.Scan(&field, &part)
		if field == "trace_text" {
			trace.WriteString(part)
		} else {
			text.WriteString(part)
		}
		return err
	}, id)
	t.Error, t.Trace = text.String(), trace.String()
	return t, err
}
