package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Texts are what a record is judged by.
type Texts struct {
	Log, Type, Error, Trace, Entity, Company string // Company as the log prints it
}

// Texts reads the texts of the record with this id.
func (db *DB) Texts(ctx context.Context, id string) (t Texts, err error) {
	err = db.conn.QueryRowContext(ctx, query("texts"), id).Scan(&t.Log, &t.Type, &t.Error, &t.Trace, &t.Entity, &t.Company)
	if errors.Is(err, sql.ErrNoRows) {
		return t, fmt.Errorf("no record %q in %s; ids are in column record_id of records.csv", id, db.path)
	}
	return t, err
}
