package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Each runs a query and calls scan for every row of its answer; an error of scan ends it and is
// returned. It is how other rooms ask the archive: the query names the tables of schema dw and the
// views that [DB.Scope] and [DB.Places] made, and only reads. What scan gets is valid during the call.
func (db *DB) Each(ctx context.Context, query string, scan func(*sql.Rows) error, args ...any) error {
	rows, err := db.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return db.damaged(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return db.damaged(rows.Err())
}

// Groups makes the tables VIEW_failing, VIEW_sums and VIEW_groups of a view that Scope made: its failing records and these
// counted by finding, in numbers, and of the findings that are listed one by one the names. byMessage are the rules whose records are told
// apart by their messages. most findings are listed, those with most records, half of them unknown messages where there are as many, and
// always those of the signatures in always. The tables are temporary and may be large: DuckDB puts them on disk. Columns are in sql/failing.sql,
// sql/no_counts.sql, sql/sums.sql and sql/groups.sql. What was made of the same records already, and nothing written since, stays as it is.
func (db *DB) Groups(ctx context.Context, view string, byMessage []string, most int, always []string) error {
	of := made{db.made[view].scope, fmt.Sprint(byMessage, most, always)}
	if db.made[view] == of {
		return nil
	}
	db.made[view] = made{scope: of.scope} // also when this fails half way
	if err := db.group(ctx, view, byMessage, most, always); err != nil {
		return err
	}
	db.made[view] = of
	return nil
}

func (db *DB) group(ctx context.Context, view string, byMessage []string, most int, always []string) (err error) {
	exec := func(name string, args ...any) (rows int64) {
		if err != nil {
			return 0
		}
		rows, err = db.exec(ctx, name, fmt.Sprintf(query(name), view), args...)
		return rows
	}
	ask := func(name string, answers ...any) {
		if err != nil {
			return
		}
		if err = db.conn.QueryRowContext(ctx, fmt.Sprintf(query(name), view)).Scan(answers...); err != nil {
			err = fmt.Errorf("query %s: %w", name, err)
		}
	}
	ids := []string{"''"} // of no signature
	for _, id := range byMessage {
		ids = append(ids, "'"+strings.ReplaceAll(id, "'", "''")+"'")
	}
	if _, err := db.exec(ctx, "told_apart", strings.ReplaceAll(query("told_apart"), "%[rules]", strings.Join(ids, ", "))); err != nil {
		return err
	}
	var findings int64
	var explained, unexplained int
	if _, err := db.exec(ctx, "same_key", query("same_key")); err != nil {
		return err
	}
	exec("failing")
	if err != nil {
		return err
	}
	failing, err := db.rowsOf(ctx, view+"_failing")
	if err != nil {
		return err
	}
	ask("about_findings", &findings)
	exec("no_counts")
	parts := 1 + max(findings/db.groupsAtOnce, failing/recordsAtOnce)
	for part := range parts {
		exec("count_part", part, parts)
	}
	exec("sums")
	ask("class_sizes", &explained, &unexplained)
	// Unknown messages have half of the places, and more where the others need less: each is its own finding, so on a
	// large night none of them is as large as what rules explain, and none would be listed.
	others := min(unexplained, max(most/2, most-explained))
	exec("groups", min(explained, most-others), strings.Join(always, "\n"), others)
	return err
}

// Rest makes the tables VIEW_rest and VIEW_rest_sizes of a view for which Groups and [DB.States] made their tables: the findings that are not listed one by one, and how many keys and
// signatures there are in each row that sums some up. It says how many findings that are; columns are in sql/rest.sql.
func (db *DB) Rest(ctx context.Context, view string) (unlisted int64, err error) {
	exec := func(name string, args ...any) (rows int64) {
		if err == nil {
			rows, err = db.exec(ctx, name, fmt.Sprintf(query(name), view), args...)
		}
		return rows
	}
	inParts := func(name string, parts int64) (rows int64) {
		for part := range parts {
			rows += exec(name, part, parts)
		}
		return rows
	}
	exec("rest")
	if err != nil {
		return 0, err
	}
	findings, err := db.rowsOf(ctx, view+"_sums")
	if err != nil {
		return 0, err
	}
	unlisted = inParts("rest_part", 1+findings/db.groupsAtOnce)
	keys := inParts("rest_keys_part", 1+unlisted/db.groupsAtOnce)
	inParts("rest_sizes_part", 1+max(keys, unlisted)/db.groupsAtOnce)
	if err == nil {
		_, err = db.conn.ExecContext(ctx, fmt.Sprintf("DROP TABLE %s_rest_keys", view))
	}
	return unlisted, err
}

// exec runs an embedded query that makes something, with what its text leaves open put in, and says how many rows it inserts. Of a table that it
// creates the driver says 0, whatever is in it: ask [DB.rowsOf].
func (db *DB) exec(ctx context.Context, name, text string, args ...any) (rows int64, err error) {
	r, err := db.conn.ExecContext(ctx, text, args...)
	if err != nil {
		return 0, fmt.Errorf("query %s: %w", name, err)
	}
	return r.RowsAffected()
}

// rowsOf is how many rows a table has.
func (db *DB) rowsOf(ctx context.Context, table string) (rows int64, err error) {
	if err = db.conn.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&rows); err != nil {
		return 0, fmt.Errorf("counting the rows of %s: %w", table, err)
	}
	return rows, nil
}

// How many findings are counted at once, and of how many records. DuckDB puts groups on disk when they are too many, but
// its threads hold a block for each partition meanwhile, and with three million groups these alone took all memory. Each
// part reads all records as numbers once more, so there are no more parts than that needs.
const (
	usualGroups   = 400_000
	recordsAtOnce = 4_000_000
)

// Places makes the table places of the failing records of a view that Scope made: where each is, for
// queries that read their texts part by part.
func (db *DB) Places(ctx context.Context, view string) error {
	return db.places(ctx, view, false)
}

// KnownPlaces makes the table places of those failing records of a view that its runs met, but did not load.
func (db *DB) KnownPlaces(ctx context.Context, view string) error {
	return db.places(ctx, view, true)
}

func (db *DB) places(ctx context.Context, view string, known bool) error {
	_, err := db.conn.ExecContext(ctx, db.made[view].scope.replace(query("places"), view), known)
	return err
}

// FirstPlaces makes the table places of the first most records of each finding of a view that Groups counted, or only
// of the findings that it lists.
func (db *DB) FirstPlaces(ctx context.Context, view string, most int64, listed bool) error {
	_, err := db.conn.ExecContext(ctx, fmt.Sprintf(query("first_places"), view), most, listed)
	return err
}

// A List scans a column of texts, VARCHAR[]. No texts, or null, is nil.
type List []string

// Scan implements [sql.Scanner].
func (l *List) Scan(v any) error {
	*l = nil
	if v == nil {
		return nil
	}
	items, ok := v.([]any)
	if !ok {
		return fmt.Errorf("%T is no list of texts", v)
	}
	for _, item := range items {
		text, ok := item.(string)
		if !ok {
			return fmt.Errorf("%T in a list of texts", item)
		}
		*l = append(*l, text)
	}
	return nil
}

// A Map scans a column of named texts, MAP(VARCHAR, VARCHAR). Null is an empty map.
type Map map[string]string

// Scan implements [sql.Scanner].
func (m *Map) Scan(v any) error {
	*m = make(Map)
	if v == nil {
		return nil
	}
	entries, ok := v.(duckdb.OrderedMap)
	if !ok {
		return fmt.Errorf("%T is no map of texts", v)
	}
	values := entries.Values()
	for i, key := range entries.Keys() {
		name, ok1 := key.(string)
		text, ok2 := values[i].(string)
		if !ok1 || !ok2 {
			return fmt.Errorf("%T and %T in a map of texts", key, values[i])
		}
		(*m)[name] = text
	}
	return nil
}

// strings reads a query whose answer is one text a row.
func (db *DB) strings(ctx context.Context, query string, args ...any) (all []string, err error) {
	err = db.Each(ctx, query, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		all = append(all, s)
		return err
	}, args...)
	return all, err
}
