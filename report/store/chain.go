package store

import (
	"context"
	"database/sql"
	"time"
)

// chainsSince is the version of the schema that has v_chains.
const chainsSince = 9

// A Chained is a record of a chain: of one operation that failed in several records.
type Chained struct {
	ID                 string
	Parent             string    // the record of the trace that it ran within; empty where nothing tells
	Link, LinkID       string    // what ties it to the others: correlation, request or activity and that id, or key and the business key
	Confidence         string    // certain, high or medium, as v_chains says
	Log                string    // dualwrite, plugintrace
	At                 time.Time // start where the log has one, else time of the entry, UTC; zero where neither is known
	Depth              int64     // of the plug-in; -1 where not known
	DurationMS         int64     // milliseconds; -1 where not known
	Type, Message      string    // of the plug-in step
	Entity             string    // the map, else the entity as the log prints it
	Outcome, Signature string    // the signature of what nothing explains is empty
}

// Chain reads the chain that the record with this id is of, in the order of v_chains. It is empty where nothing ties the record
// to another, and ok is false where the database is older than chains.
func (db *DB) Chain(ctx context.Context, id string) (list []Chained, ok bool, err error) {
	if db.version < chainsSince {
		return nil, false, nil
	}
	err = db.Each(ctx, query("chain"), func(rows *sql.Rows) error {
		var c Chained
		var at sql.NullTime
		err := rows.Scan(&c.ID, &c.Parent, &c.Link, &c.LinkID, &c.Confidence, &c.Log, &at, &c.Depth, &c.DurationMS, &c.Type, &c.Message, &c.Entity, &c.Outcome, &c.Signature)
		c.At = at.Time.UTC()
		list = append(list, c)
		return err
	}, id)
	return list, true, err
}
