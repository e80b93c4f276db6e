package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
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
//
// v_chains ties all records of the database. Here only those are looked at that can matter for this one: from its ids and key outwards, as far as the
// rules of the view reach. Over these the text of the view itself answers.
func (db *DB) Chain(ctx context.Context, id string) (list []Chained, ok bool, err error) {
	if db.version < chainsSince {
		return nil, false, nil
	}
	given, err := parseUUID(id)
	if err != nil { // no record has it
		return nil, true, nil
	}
	uuid := duckdb.UUID(given)
	id = uuid.String()
	defer db.conn.ExecContext(context.WithoutCancel(ctx), query("chain_end"))
	if err := db.narrow(ctx, id); err != nil {
		return nil, true, err
	}
	list, err = db.chain(ctx, "chains", id)
	return list, true, err
}

// chain asks v_chains, or a view like it.
func (db *DB) chain(ctx context.Context, view, id string) (list []Chained, err error) {
	err = db.Each(ctx, fmt.Sprintf(query("chain"), view), func(rows *sql.Rows) error {
		var c Chained
		var at sql.NullTime
		err := rows.Scan(&c.ID, &c.Parent, &c.Link, &c.LinkID, &c.Confidence, &c.Log, &at, &c.Depth, &c.DurationMS, &c.Type, &c.Message, &c.Entity, &c.Outcome, &c.Signature)
		c.At = at.Time.UTC()
		list = append(list, c)
		return err
	}, id)
	return list, err
}

// narrow makes the view chains, which is v_chains over the records that matter for the record with this id: those of its chain, C, and
// those of all chains D that a key could tie to it. Whether it does depends on the chains F that a key could tie to D.
func (db *DB) narrow(ctx context.Context, id string) error {
	exec := func(name, text string) error {
		_, err := db.exec(ctx, name, text)
		return err
	}
	if err := exec("chain_begin", fmt.Sprintf(query("chain_begin"), id)); err != nil {
		return err
	}
	for reach := range 3 {
		if reach > 0 {
			if err := exec("chain_keys", query("chain_keys")); err != nil {
				return err
			}
		}
		for {
			var fresh int
			if err := db.conn.QueryRowContext(ctx, "SELECT count(*) FROM fresh").Scan(&fresh); err != nil {
				return err
			}
			if fresh == 0 {
				break
			}
			if err := exec("chain_ids", query("chain_ids")); err != nil {
				return err
			}
		}
	}
	if err := exec("chain_records", query("chain_records")); err != nil {
		return err
	}
	return exec("chains", narrowChains())
}

// narrowChains is the text of v_chains over chain_records.
func narrowChains() string {
	_, text, _ := strings.Cut(query("views"), "CREATE OR REPLACE VIEW dw.v_chains AS")
	text, _, _ = strings.Cut(text, ";\n")
	return "CREATE OR REPLACE TEMP VIEW chains AS" +
		strings.NewReplacer("FROM records", "FROM chain_records", "JOIN records", "JOIN chain_records", "JOIN runs", "JOIN dw.runs").Replace(text)
}
