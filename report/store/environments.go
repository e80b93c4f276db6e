package store

import (
	"context"
	"database/sql"
	"strings"
)

// Environments makes the table scope_environments: of every signature × map that fails in the hours ours of the view scope, or in the
// hours theirs of the environment of other, how many records it has in each. Windows are of a log each; their numbers say nothing. Columns are
// in sql/environments.sql.
func (db *DB) Environments(ctx context.Context, other Scope, ours, theirs []Window) error {
	if _, err := db.conn.ExecContext(ctx, other.replace(query("here"), "there")); err != nil {
		return err
	}
	within := func(windows []Window) string { return "(" + historyOf(windows).number + ") IS NOT NULL" }
	text := strings.NewReplacer("%[ours]", within(ours), "%[theirs]", within(theirs)).Replace(query("environments"))
	_, err := db.exec(ctx, "environments", text)
	return err
}

// RunsOfEnvironments counts the runs of each environment, the empty name being that of runs without one.
func (db *DB) RunsOfEnvironments(ctx context.Context) (map[string]int64, error) {
	runs := make(map[string]int64)
	err := db.Each(ctx, "SELECT coalesce(environment, ''), count(*) FROM dw.runs GROUP BY ALL", func(rows *sql.Rows) error {
		var name string
		var n int64
		err := rows.Scan(&name, &n)
		runs[name] = n
		return err
	})
	return runs, err
}
