package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// A Pruning is what pruning takes out of one environment.
type Pruning struct {
	Environment string // empty: one without a name
	Runs        int64  // of which something goes
	Before      time.Time
	Records     int64 // that go
	Rejects     int64
	Met         int64 // records that stay, as a run that stays met them again
	Undated     int64 // records that stay, as no time says how old they are, or one that lies behind the run's hours
}

// placesAtOnce is how many rows of records are looked at together: of each the runs that met it are listed, and DuckDB puts no lists on disk.
const placesAtOnce = 300_000

// Prunable says what [DB.Prune] would do, and does nothing.
func (db *DB) Prunable(ctx context.Context, before time.Time, environment *string) ([]Pruning, error) {
	if err := db.Current(); err != nil {
		return nil, err
	}
	return db.prune(ctx, before, environment, nil)
}

// Prune takes the records of old runs out of the database, with their texts, captures, sightings and rejects, and keeps how many there
// were per hour, signature and map, so that the states of later nights stay what they are. Old are runs whose hours have all ended by then, of one environment
// where it is not nil. A record that a run which stays met again stays, so the reports of these runs stay as they are. It is one transaction;
// arguments is the command line, which is booked with it. Environments of which nothing goes are not listed.
func (db *DB) Prune(ctx context.Context, before time.Time, environment *string, arguments string, now time.Time) (list []Pruning, err error) {
	if err := db.forgotten(); err != nil {
		return nil, fmt.Errorf("pruning: %w", err)
	}
	err = db.change(ctx, func() error {
		list, err = db.prune(ctx, before, environment, []any{now.UTC(), arguments})
		return err
	})
	if err == nil && len(list) > 0 {
		err = db.checkpoint(context.WithoutCancel(ctx)) // else the room is not used again before the end
	}
	if err != nil {
		return nil, fmt.Errorf("pruning: %w", db.damaged(err))
	}
	return list, nil
}

// prune takes out what is old; where booked is nil it only counts.
func (db *DB) prune(ctx context.Context, before time.Time, environment *string, booked []any) (list []Pruning, err error) {
	name := ""
	if environment != nil {
		name = *environment
	}
	exec := func(name string, args ...any) {
		if err == nil {
			_, err = db.exec(ctx, name, query(name), args...)
		}
	}
	if err := db.Scope(ctx, "scope", OfRun(0)); err != nil { // for the view shown
		return nil, err
	}
	defer db.conn.ExecContext(context.WithoutCancel(ctx), query("prune_end"))
	exec("prunable", before.UTC(), environment != nil, name)
	exec("prune_begin")
	var places int64
	if err == nil {
		err = db.conn.QueryRowContext(ctx, "SELECT coalesce(max(rowid) + 1, 0) FROM dw.records WHERE run_id IN (SELECT run_id FROM prunable)").Scan(&places)
	}
	for from := int64(0); from < places; from += placesAtOnce {
		exec("prune_part", from, from+placesAtOnce)
		exec("prune_sum")
		if booked != nil {
			exec("prune_count")
			exec("prune_book")
			exec("prune_take")
		}
	}
	exec("prune_rejects")
	exec("prune_list")
	if booked != nil {
		exec("prune_mark", booked[0])
		exec("prune_log", booked...)
		exec("prune_take_rejects")
	}
	if err != nil {
		return nil, err
	}
	err = db.Each(ctx, "SELECT coalesce(environment, ''), runs, before_at, records, rejects, met, undated FROM prune_list ORDER BY 1", func(rows *sql.Rows) error {
		var p Pruning
		var line sql.NullTime
		err := rows.Scan(&p.Environment, &p.Runs, &line, &p.Records, &p.Rejects, &p.Met, &p.Undated)
		p.Before = line.Time.UTC()
		list = append(list, p)
		return err
	})
	return list, err
}

// PrunedBefore is up to when the records of an environment were pruned; zero where they never were.
func (db *DB) PrunedBefore(ctx context.Context, environment string) (time.Time, error) {
	var line sql.NullTime
	err := db.conn.QueryRowContext(ctx, "SELECT max(before_at) FROM dw.prunings WHERE environment IS NOT DISTINCT FROM $1", orNil(environment)).Scan(&line)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading up to when records were pruned: %w", err)
	}
	return line.Time, nil
}

// prunedSince is the version of the schema that has history prune.
const prunedSince = 10

// PrunedWords says in half a sentence what history prune took out of the database in all; empty where it took nothing. Where something is
// looked for and not found, that may be why.
func (db *DB) PrunedWords(ctx context.Context) (string, error) {
	if db.version < prunedSince {
		return "", nil
	}
	var records int64
	var until sql.NullTime
	if err := db.conn.QueryRowContext(ctx, "SELECT coalesce(sum(records), 0)::BIGINT, max(before_at) FROM dw.prunings").Scan(&records, &until); err != nil {
		return "", fmt.Errorf("reading what was pruned: %w", err)
	}
	if records == 0 {
		return "", nil
	}
	text := fmt.Sprintf("history prune took %d records out of it", records)
	if records == 1 {
		text = "history prune took 1 record out of it"
	}
	if until.Valid {
		text += ", of runs that ended by " + until.Time.UTC().Format("2006-01-02 15:04") + " (UTC)"
	}
	return text, nil
}

// notThere is the error of a record that is not in the database.
func (db *DB) notThere(ctx context.Context, id string) error {
	if err := db.keyed(ctx, id); err != nil {
		return err
	}
	said, err := db.PrunedWords(ctx)
	if err != nil {
		return err
	}
	if said != "" {
		var left int64
		if err := db.conn.QueryRowContext(ctx, "SELECT coalesce(sum(records), 0)::BIGINT FROM dw.pruned").Scan(&left); err != nil {
			return fmt.Errorf("reading what was pruned: %w", err)
		}
		rest := "v_pruned has counts of what is left of these, and nothing else of them is in the database"
		if left == 0 {
			rest = "of these no count is left either, as history forget took them, too"
		}
		said = "; " + said + ", of which it may have been one: " + rest
	}
	const digits = 32
	if bare := strings.NewReplacer("-", "", "{", "", "}", "").Replace(id); len(bare) < digits && strings.Trim(bare, "0123456789abcdefABCDEF") == "" {
		said = fmt.Sprintf(" and have %d digits, this has %d%s", digits, len(bare), said)
	}
	return fmt.Errorf("no record %q in %s; ids are in column record_id of records.csv%s", id, db.path, said)
}

// prunedOf counts the failing records of o that history prune took out, by the hours that they happened in.
func (db *DB) prunedOf(ctx context.Context, o Only) (n int64, err error) {
	if db.version < prunedSince {
		return 0, nil
	}
	environment, any := "", o.Environment == nil
	if !any {
		environment = *o.Environment
	}
	err = db.conn.QueryRowContext(ctx, query("pruned_of"), any, orNil(environment), o.Run, timeOrNil(o.Since), timeOrNil(o.Until)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting what was pruned: %w", err)
	}
	return n, nil
}

// warnPruned adds a warning where records of the file are of a time that was pruned.
func (in *Input) warnPruned(before time.Time) {
	if in.Pruned > 0 {
		in.warn(prunedWarning(in.Pruned, before))
	}
}

// prunedWarning says of a file that n of its records are of a time that was pruned.
func prunedWarning(n int64, before time.Time) string {
	records := "records are"
	if n == 1 {
		records = "record is"
	}
	return fmt.Sprintf("%d %s from before %s and left out (filtered): history prune took what happened until then out of the database; another one (--db) shows it", n, records, before.UTC().Format("2006-01-02 15:04"))
}
