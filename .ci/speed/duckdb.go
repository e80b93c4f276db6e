package main

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"dwtriage/classify"
	"dwtriage/rules"
)

// loadAlone loads a CSV file into a new database as DuckDB does by itself, with its defaults for everything: all
// cores, and most of the memory of the machine.
func loadAlone(csv, path string) error {
	return inDuckDB(path, func(db *sql.DB) error {
		if _, err := db.Exec("CREATE TABLE t AS SELECT * FROM read_csv(" + quoted(csv) + ")"); err != nil {
			return err
		}
		return printRows(db, 0)
	})
}

// loadWithCase does the same and names each row by a CASE chain of the rules for this log, as one would write it in
// SQL without a classifier: first rule wins, without regard to case.
func loadWithCase(csv, path, log string) error {
	set, err := classify.Load([]classify.Layer{{FS: rules.FS, Name: "rules"}}, time.Now())
	if err != nil {
		return err
	}
	return inDuckDB(path, func(db *sql.DB) error {
		text, err := textOf(db, csv)
		if err != nil {
			return err
		}
		chain, n := caseChain(set.Rules, log)
		if _, err := db.Exec("CREATE TABLE t AS SELECT * EXCLUDE (_text), " + chain + " AS signature FROM (SELECT *, lower(" + text +
			") AS _text FROM read_csv(" + quoted(csv) + "))"); err != nil {
			return err
		}
		return printRows(db, n)
	})
}

// inDuckDB does it in a new database, and leaves that closed and checkpointed.
func inDuckDB(path string, do func(*sql.DB) error) error {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := do(db); err != nil {
		return err
	}
	if _, err := db.Exec("CHECKPOINT"); err != nil {
		return err
	}
	return db.Close()
}

func printRows(db *sql.DB, rules int) error {
	var rows int64
	err := db.QueryRow("SELECT count(*) FROM t").Scan(&rows)
	fmt.Println(rows, rules)
	return err
}

// textOf is an expression for the texts of a row that rules look at.
func textOf(db *sql.DB, csv string) (string, error) {
	rows, err := db.Query("SELECT column_name FROM (DESCRIBE SELECT * FROM read_csv(" + quoted(csv) + "))")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var texts []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return "", err
		}
		if slices.Contains([]string{"exceptiondetails", "messageblock", "error message", "verbose error"}, strings.ToLower(name)) {
			texts = append(texts, `"`+name+`"`)
		}
	}
	if len(texts) == 0 {
		return "", fmt.Errorf("%s has no column of texts", csv)
	}
	return "concat_ws(' ', " + strings.Join(texts, ", ") + ")", rows.Err()
}

// caseChain is the chain, and how many rules it has.
func caseChain(all []*classify.Rule, log string) (string, int) {
	all = slices.DeleteFunc(slices.Clone(all), func(r *classify.Rule) bool { return !slices.Contains(r.Logs, log) })
	wrapped := func(r *classify.Rule) int {
		if r.Wrapper {
			return 1
		}
		return 0
	}
	slices.SortFunc(all, func(a, b *classify.Rule) int {
		return cmp.Or(wrapped(a)-wrapped(b), b.Priority-a.Priority, cmp.Compare(a.ID, b.ID))
	})
	var chain strings.Builder
	chain.WriteString("CASE")
	for _, r := range all {
		fmt.Fprintf(&chain, "\n WHEN %s THEN %s", condition(r.Match), quoted(r.ID))
	}
	chain.WriteString(" END")
	return chain.String(), len(all)
}

// condition is what a rule asks of a text in small letters, in SQL. What stands elsewhere in the record is left out.
func condition(m classify.Match) string {
	holds := func(literal string) string { return "contains(_text, " + quoted(strings.ToLower(literal)) + ")" }
	var some, none []string
	for _, code := range m.Codes {
		some = append(some, holds(code))
		if v, err := strconv.ParseUint(code, 0, 32); err == nil {
			some = append(some, holds(strconv.Itoa(int(int32(v)))))
		}
	}
	if m.All && len(some) > 0 {
		some = []string{"(" + strings.Join(some, " OR ") + ")"}
	}
	for _, literal := range m.Any {
		some = append(some, holds(literal))
	}
	if m.Regex != "" {
		some = append(some, "regexp_matches(_text, "+quoted(m.Regex)+", 'i')")
	}
	for _, literal := range m.None {
		none = append(none, " AND NOT "+holds(literal))
	}
	between := " OR "
	if m.All {
		between = " AND "
	}
	return "(" + strings.Join(some, between) + ")" + strings.Join(none, "")
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
