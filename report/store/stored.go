package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
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

// keyed is an error with the latest failing records that have this business key, which is what people know of a record; nil where none has it.
func (db *DB) keyed(ctx context.Context, key string) error {
	var ids []string
	var all int64
	_, err := db.exec(ctx, "same_key", query("same_key"))
	if err != nil {
		return err
	}
	err = db.Each(ctx, "SELECT record_id::VARCHAR, strftime(occurred_at, '%Y-%m-%d %H:%M'), count(*) OVER () FROM dw.records "+
		"WHERE outcome = 'error' AND same_key(affected_key) = same_key($1) ORDER BY occurred_at DESC NULLS LAST, record_id LIMIT 5", func(rows *sql.Rows) error {
		var id string
		var at sql.NullString
		err := rows.Scan(&id, &at, &all)
		if at.Valid {
			id += " (" + at.String + " UTC)"
		}
		ids = append(ids, id)
		return err
	}, key)
	if err != nil || len(ids) == 0 {
		return err
	}
	if all == 1 {
		return fmt.Errorf("%q is no id of a record in %s; the failing record with this business key is %s", key, db.path, ids[0])
	}
	return fmt.Errorf("%q is no id of a record in %s; of the %d failing records with this business key the latest are %s", key, db.path, all, strings.Join(ids, ", "))
}
