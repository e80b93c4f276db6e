package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
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
	Outcome, Signature string    // signature is empty of what is ok, unknown/ and template id of what nothing explains
}

// Chain reads the chain that the record with this id is of, in the order of v_chains. It is empty where nothing ties the record
// to another, and ok is false where the database is older than chains.
func (db *DB) Chain(ctx context.Context, id string) (list []Chained, ok bool, err error) {
	if db.version < chainsSince { // nor may it have the columns that are asked for here
		return nil, false, nil
	}
	given, err := parseUUID(id)
	if err != nil { // no record has it
		return nil, true, nil
	}
	var places []int64
	var environment string
	uuid := duckdb.UUID(given)
	if err := db.Each(ctx, "SELECT r.rowid, coalesce(u.environment, '') FROM dw.records r JOIN dw.runs u USING (run_id) WHERE record_id = TRY_CAST($1 AS UUID)", func(rows *sql.Rows) error {
		places = append(places, 0)
		return rows.Scan(&places[len(places)-1], &environment)
	}, uuid.String()); err != nil {
		return nil, true, err
	}
	ok, err = db.chainsOf(ctx, environment, places, true, func(chain []Chained) { list = chain })
	return list, ok, err
}

// ChainsOf is chainsOf where more records than can be followed are of no chain: rather none than one that lacks some.
func (db *DB) ChainsOf(ctx context.Context, environment string, places []int64, yield func(chain []Chained)) (ok bool, err error) {
	return db.chainsOf(ctx, environment, places, false, yield)
}

// chainsOf calls yield with each chain that one of the records at these places (rowids) is of, in the order of chain_id, and of its records in the order
// of v_chains. Of the records those count that a run of this environment loaded (empty: of none): what another one did is of chains of its own. ok is false where the database is older than chains. A chain has 100 records at most, and is the caller's.
//
// v_chains ties all records of the database. Here only those are looked at that can matter for these: from their ids and keys outwards, as far as the
// rules of the view reach. Over these the text of the view itself answers. What matters for one of them and not for another is of no harm to the other: it is whole for
// its own, and what more is known of a record ties it as the view does. Where they are too many the view is asked of all records, by who is patient.
func (db *DB) chainsOf(ctx context.Context, environment string, places []int64, patient bool, yield func(chain []Chained)) (ok bool, err error) {
	if db.version < chainsSince {
		return false, nil
	}
	if len(places) == 0 {
		return true, nil
	}
	defer db.conn.ExecContext(context.WithoutCancel(ctx), query("chain_end"))
	numbers := make([]string, len(places))
	for i, place := range places {
		numbers[i] = strconv.FormatInt(place, 10)
	}
	list := strings.Join(numbers, ", ")
	found, err := db.narrow(ctx, environment, list)
	text := query("chain")
	if err == errTooTied {
		found, err, text = patient, nil, strings.ReplaceAll(text, "FROM chains", "FROM dw.v_chains")
	}
	if err != nil || !found {
		return true, err
	}
	var last string
	var chain []Chained
	if err := db.Each(ctx, text, func(rows *sql.Rows) error {
		var c Chained
		var id string
		var at sql.NullTime
		err := rows.Scan(&id, &c.ID, &c.Parent, &c.Link, &c.LinkID, &c.Confidence, &c.Log, &at, &c.Depth, &c.DurationMS, &c.Type, &c.Message, &c.Entity, &c.Outcome, &c.Signature)
		c.At = at.Time.UTC()
		if id != last && chain != nil {
			yield(chain)
			chain = nil
		}
		last, chain = id, append(chain, c)
		return err
	}); err != nil {
		return true, err
	}
	if chain != nil {
		yield(chain)
	}
	return true, nil
}

// mostFollowed is how many records are followed for what ties them: ids that tie each other on and on, a hundred records each, would be all of a night.
// A variable for tests.
var mostFollowed = 50_000

var errTooTied = errors.New("more records are tied to these than can be followed")

// narrow makes the view chains, which is v_chains over the records that matter for those at these places: those of their chains, C, and
// those of all chains D that a key could tie to one. Whether it does depends on the chains F that a key could tie to D. Where none of them
// names an id or a key that another one has, there is no view, and found is false.
func (db *DB) narrow(ctx context.Context, environment, places string) (found bool, err error) {
	exec := func(name, text string) error {
		_, err := db.exec(ctx, name, text)
		return err
	}
	count := func(from string) (n int, err error) {
		err = db.conn.QueryRowContext(ctx, "SELECT count(*) FROM "+from).Scan(&n)
		return n, err
	}
	if err := exec("chain_begin", fmt.Sprintf(query("chain_begin"), places, "'"+quote(environment)+"'")); err != nil {
		return false, err
	}
	for reach := range 3 {
		if reach > 0 {
			if err := exec("chain_keys", query("chain_keys")); err != nil {
				return false, err
			}
		}
		follow := 0
		for ; ; follow++ {
			if fresh, err := count("fresh"); err != nil || fresh == 0 {
				if err != nil {
					return false, err
				}
				break
			}
			if err := exec("chain_ids", query("chain_ids")); err != nil {
				return false, err
			}
			ties, err := count("naming WHERE ties")
			if err != nil {
				return false, err
			}
			found = found || ties > 0
			if followed, err := count("closed"); err != nil || followed > mostFollowed {
				return false, cmp.Or(err, errTooTied)
			}
		}
		found = found || reach > 0 && follow > 0 // what a key could tie
		if reach > 0 && follow == 0 {            // nor will it further out
			break
		}
	}
	if !found {
		return false, nil
	}
	var looked []string
	if err := db.Each(ctx, "SELECT place::VARCHAR FROM tied ORDER BY place", func(rows *sql.Rows) error {
		looked = append(looked, "")
		return rows.Scan(&looked[len(looked)-1])
	}); err != nil {
		return false, err
	}
	if err := exec("chain_records", fmt.Sprintf(query("chain_records"), strings.Join(looked, ", "))); err != nil {
		return false, err
	}
	return true, exec("chains", narrowChains())
}

// narrowChains is the text of v_chains over chain_records.
func narrowChains() string {
	_, text, _ := strings.Cut(query("views"), "CREATE OR REPLACE VIEW dw.v_chains AS")
	text, _, _ = strings.Cut(text, ";\n")
	return "CREATE OR REPLACE TEMP VIEW chains AS" +
		strings.NewReplacer("FROM records", "FROM chain_records", "JOIN records", "JOIN chain_records", "JOIN runs", "JOIN dw.runs", "JOIN clusters", "JOIN dw.clusters").Replace(text)
}
