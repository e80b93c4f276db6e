package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// Lookups makes the tables VIEW_lookups and VIEW_missing of a view that Scope made: what its failing records of
// signatures look up and do not find, and the missing rows that these are. The tables are temporary and hold numbers
// only: there may be as many missing rows as records, and DuckDB puts them on disk. Columns are in sql/lookups.sql and
// sql/no_missing.sql. What was made of the same records and signatures already, and nothing written since, stays as it is.
//
// What ok records show is not missing any more: VIEW_saved are the failing records whose rows were saved later, VIEW_settled those that wait no longer, or not
// for all that they looked up, as sql/no_saved.sql has them. maps gives the titles of the maps that bring rows of an entity, as a log prints it.
func (db *DB) Lookups(ctx context.Context, view string, signatures []string, maps func(entity string) []string) error {
	name := view + "_lookups"
	of := made{db.made[view].scope, strings.Join(signatures, "\n")}
	if db.made[name] == of {
		return nil
	}
	delete(db.made, name) // also when this fails half way
	for _, macro := range []string{"same_key", "looked_up"} {
		if _, err := db.exec(ctx, macro, query(macro)); err != nil {
			return err
		}
	}
	exec := func(name string, args ...any) (int64, error) {
		return db.exec(ctx, name, fmt.Sprintf(query(name), view), args...)
	}
	if _, err := exec("lookups", of.groups); err != nil {
		return err
	}
	lookups, err := db.rowsOf(ctx, view+"_lookups")
	if err != nil {
		return err
	}
	missing := func() error {
		if _, err := exec("no_missing"); err != nil {
			return err
		}
		parts := 1 + lookups/db.groupsAtOnce
		for part := range parts {
			if _, err := exec("missing_part", part, parts); err != nil {
				return err
			}
		}
		return nil
	}
	if err := missing(); err != nil {
		return err
	}
	settled, err := db.settle(ctx, view, exec, maps)
	if err != nil {
		return err
	}
	if settled { // rows that nothing waits for any more are none
		if err := missing(); err != nil {
			return err
		}
	}
	db.made[name] = of
	return nil
}

// settle takes what ok records show out of the look-ups, and reports whether there was any. Most nights have no ok record with a key, and cost a look at
// these two columns.
func (db *DB) settle(ctx context.Context, view string, exec func(name string, args ...any) (int64, error), maps func(entity string) []string) (bool, error) {
	if err := db.knowKeys(); err != nil {
		return false, err
	}
	if _, err := exec("no_saved"); err != nil {
		return false, err
	}
	var any bool
	if err := db.conn.QueryRowContext(ctx, fmt.Sprintf(query("any_ok"), view)).Scan(&any); err != nil || !any {
		return false, err
	}
	if _, err := exec("saved"); err != nil {
		return false, err
	}
	pairs, err := db.broughtBy(ctx, view, "ok_entities", maps)
	if err != nil {
		return false, err
	}
	if _, err := exec("came", strings.Join(pairs, "\n")); err != nil {
		return false, err
	}
	settled, err := exec("settled")
	return settled > 0, err
}

// A Held is of how many records of a signature that wait for nothing any more themselves the rows failed for something else, too, and are not saved after that.
type Held struct {
	Left  int64 // whose rows were not saved
	Again int64 // whose rows were saved, and failed again
}

// Held says so of the records of a view for which [DB.Lookups] made its tables, by signature.
func (db *DB) Held(ctx context.Context, view string) (held map[string]Held, err error) {
	var whole int64
	if err := db.conn.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*) FROM %s_settled WHERE whole", view)).Scan(&whole); err != nil || whole == 0 {
		return nil, err
	}
	held = make(map[string]Held)
	parts := 1 + whole/db.groupsAtOnce
	for part := range parts {
		if err := db.Each(ctx, fmt.Sprintf(query("held_part"), view), func(rows *sql.Rows) error {
			var sig string
			var saved bool
			var n int64
			err := rows.Scan(&sig, &saved, &n)
			h := held[sig]
			if saved {
				h.Again += n
			} else {
				h.Left += n
			}
			held[sig] = h
			return err
		}, part, parts); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// broughtBy pairs the entities of ok records, which a query lists, with the parents of missing rows that they may be rows of, as hashes: "ENTITY PARENT". A parent that may be
// one of several maps is that of each, as is an entity of several.
func (db *DB) broughtBy(ctx context.Context, view, entities string, maps func(entity string) []string) (pairs []string, err error) {
	parents := make(map[string][]string) // title, or table → hashes
	if err := db.Each(ctx, fmt.Sprintf(query("parent_names"), view), func(rows *sql.Rows) error {
		var hash, name string
		err := rows.Scan(&hash, &name)
		for _, title := range strings.Split(name, " or ") {
			parents[title] = append(parents[title], hash)
		}
		return err
	}); err != nil {
		return nil, err
	}
	err = db.Each(ctx, fmt.Sprintf(query(entities), view), func(rows *sql.Rows) error {
		var hash, entity string
		err := rows.Scan(&hash, &entity)
		for _, title := range append(maps(entity), entity) {
			for _, parent := range parents[title] {
				pairs = append(pairs, hash+" "+parent)
			}
		}
		return err
	})
	slices.Sort(pairs)
	return slices.Compact(pairs), err
}

// Cascades makes the tables VIEW_causes, VIEW_explained and VIEW_behind of a view for which [DB.Lookups] made its
// tables: the causes behind the missing rows, the records that each explains, and what is behind each row. blocking are
// the signatures that stop every row of a map and company, until an ok record shows a row of it; maps is as in [DB.Lookups]. Columns are in sql/cascade_end.sql and sql/behind.sql.
// Where there are more look-ups than most nothing is made, and tooMany says how many they are.
func (db *DB) Cascades(ctx context.Context, view string, blocking []string, maps func(entity string) []string, most int64) (tooMany int64, err error) {
	var lookups int64
	if err := db.conn.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*) FROM %s_lookups", view)).Scan(&lookups); err != nil || lookups > most {
		return lookups, err
	}
	exec := func(name string, args ...any) (int64, error) {
		return db.exec(ctx, name, fmt.Sprintf(query(name), view), args...)
	}
	if _, err := exec("blocking", strings.Join(blocking, "\n")); err != nil {
		return 0, err
	}
	if err := db.needs(ctx, view); err != nil {
		return 0, err
	}
	worked, err := db.broughtBy(ctx, view, "worked_entities", maps)
	if err != nil {
		return 0, err
	}
	if _, err := exec("cascade"); err != nil {
		return 0, err
	}
	if _, err := exec("worked", strings.Join(worked, "\n")); err != nil {
		return 0, err
	}
	if _, err := exec("behind"); err != nil {
		return 0, err
	}
	rows, err := db.rowsOf(ctx, view+"_fails")
	if err != nil {
		return 0, err
	}
	for range stepsFor(rows) {
		n, err := exec("cascade_step")
		if err != nil {
			return 0, err
		}
		if n == 0 {
			break
		}
	}
	if _, err := exec("cascade_end"); err != nil {
		return 0, err
	}
	parts := 1 + lookups/explainedAtOnce
	for _, name := range []string{"explained_part", "causes_part"} {
		for part := range parts {
			if _, err := exec(name, part, parts); err != nil {
				return 0, err
			}
		}
	}
	return 0, nil
}

// needs makes the tables of sql/needs.sql, unless they are of the look-ups that are there.
func (db *DB) needs(ctx context.Context, view string) error {
	name, of := view+"_needs", db.made[view+"_lookups"]
	if db.made[name] == of {
		return nil
	}
	for _, table := range []string{"together", "needs"} {
		if _, err := db.exec(ctx, table, fmt.Sprintf(query(table), view)); err != nil {
			return err
		}
	}
	db.made[name] = of
	return nil
}

// explainedAtOnce is how many look-ups are joined with their causes at once: several tables of hashes have to fit into
// the memory beside the groups.
const explainedAtOnce = 100_000

// How many rows may wait for each other in a row: deepest at least, and mostSteps where few rows failed. What is deeper counts as a circle. No chain of look-ups between
// maps is a tenth as long, but rows of one table may be, such as customers of which each is billed by the next. Each step reads what
// failed once more, so of many rows a thousand steps would take minutes.
const (
	deepest   = 100
	mostSteps = 1000
	rowSteps  = 20_000_000 // rows that all steps read together
)

// stepsFor is how many steps are taken along chains of rows, of so many that failed.
func stepsFor(rows int64) int64 { return min(max(rowSteps/max(rows, 1), deepest), mostSteps) }

// Retries makes the table VIEW_retry_rows of a view for which [DB.Lookups] made its tables: the rows that can be saved
// again, and the rank of the last fix that each waits for. signatures and parents say which fix is for them: "3
// dw-user-not-member-of-org", and settled which is for what is left of a signature that waits no longer; titles are the maps in the order of their dependencies. Columns are in sql/no_retries.sql.
func (db *DB) Retries(ctx context.Context, view string, signatures, parents, settled, titles []string) error {
	exec := func(name string, args ...any) (int64, error) {
		return db.exec(ctx, name, fmt.Sprintf(query(name), view), args...)
	}
	for name, list := range map[string][]string{"signatures": signatures, "parents": parents, "settled": settled} {
		if _, err := db.exec(ctx, "ranked", fmt.Sprintf(query("ranked"), view, name), strings.Join(list, "\n")); err != nil {
			return err
		}
	}
	if _, err := exec("positions", strings.Join(titles, "\n")); err != nil {
		return err
	}
	if _, err := exec("no_retries"); err != nil {
		return err
	}
	if _, err := exec("retry_same"); err != nil {
		return err
	}
	records, err := db.byPlace(ctx, view+"_failing", "retry_records_part", exec)
	if err != nil {
		return err
	}
	parts := 1 + records/db.groupsAtOnce
	for part := range parts {
		if _, err := exec("retries_part", part, parts); err != nil {
			return err
		}
	}
	if err := db.inTurn(ctx, view, exec); err != nil {
		return err
	}
	if _, err := db.byPlace(ctx, view+"_retries", "retry_rows_part", exec); err != nil {
		return err
	}
	_, err = db.conn.ExecContext(ctx, fmt.Sprintf("DROP TABLE %[1]s_retries; DROP TABLE %[1]s_retry_records; DROP TABLE %[1]s_retry_same", view))
	return err
}

// byPlace runs an embedded query that inserts something for stretches of the archive from the first place of a table to its last one, and says how many rows that are.
func (db *DB) byPlace(ctx context.Context, table, name string, exec func(name string, args ...any) (int64, error)) (rows int64, err error) {
	var from, last int64
	if err := db.conn.QueryRowContext(ctx, fmt.Sprintf("SELECT coalesce(min(place), 0), coalesce(max(place), -1) FROM %s", table)).Scan(&from, &last); err != nil {
		return 0, err
	}
	for ; from <= last; from += db.groupsAtOnce {
		n, err := exec(name, from, from+db.groupsAtOnce-1)
		if rows += n; err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// inTurn puts the rows that can be saved again behind those that they wait for. Along a chain ever fewer rows have to go further back; in a circle as many each time, which
// ends after deepest such steps.
func (db *DB) inTurn(ctx context.Context, view string, exec func(name string, args ...any) (int64, error)) error {
	if err := db.needs(ctx, view); err != nil {
		return err
	}
	if _, err := exec("retry_waits"); err != nil {
		return err
	}
	rows, err := db.rowsOf(ctx, view+"_retries")
	if err != nil {
		return err
	}
	fewest, same := rows+1, 0
	for range stepsFor(rows) {
		n, err := exec("retry_step")
		if err != nil || n == 0 {
			return err
		}
		if same++; n < fewest {
			fewest, same = n, 0
		}
		if same == deepest {
			return nil
		}
	}
	return nil
}
