package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// A Stored says where a record came from and what it was taken for when it was loaded.
type Stored struct {
	ID                string
	File              string
	Row               int64
	Offset, Length    int64     // in the decompressed file; -1 where not known
	OccurredAt        time.Time // UTC; zero where the log gives no time that can be read
	OccurredRaw       string    // the time as the log prints it, where it could not be read
	Entity, Company   string    // as the log prints them
	Map               string
	Outcome           string
	Status, Signature string // of the verdict that was stored; the signature of what nothing explains is empty
	Run               int64  // that loaded it, or was handed it
	Environment       string
	Digest            string   // of the file, empty where it is not known
	Met               []string // the runs that met it again, oldest first
}

// Stored reads what the archive knows of the record with this id.
func (db *DB) Stored(ctx context.Context, id string) (r Stored, err error) {
	var at sql.NullTime
	err = db.conn.QueryRowContext(ctx, query("stored"), id).Scan(&r.ID, &r.File, &r.Row, &r.Offset, &r.Length, &at, &r.OccurredRaw, &r.Entity, &r.Company,
		&r.Map, &r.Outcome, &r.Status, &r.Signature, &r.Run, &r.Environment, &r.Digest, (*List)(&r.Met))
	if errors.Is(err, sql.ErrNoRows) {
		return r, db.notThere(ctx, id)
	}
	r.OccurredAt = at.Time
	return r, err
}
