package store

import (
	"context"
	"fmt"
	"strings"
)

// DuckDB writes full row groups into the file while a transaction is still under way, and when the
// process is killed inside COMMIT, before the log's last marker, it takes those row groups over at the
// next start although the transaction never ended. What is left is half a run: rows of records and
// sightings whose run is in no table of runs. To the next run they would be known records, and to a
// run that took the same id they would be its own.

// runTables hold rows of runs; runs themselves come last.
var runTables = []string{"records", "text_parts", "sightings", "rejects", "coverage", "cuts", "changes", "fixes", "incidents", "pruned", "files", "runs"}

// archiveTables are all tables of the archive.
var archiveTables = append([]string{"meta", "judgements", "prunings", "clusters", "judging"}, runTables...)

// An orphan says how many rows of a table are of no run.
type orphan struct {
	table string
	rows  int64
}

const ofNoRun = "FROM dw.%s WHERE run_id NOT IN (SELECT run_id FROM dw.runs)"

// orphans counts the rows whose run is not there, in the tables that have some.
func (db *DB) orphans(ctx context.Context) (found []orphan, err error) {
	for _, table := range runTables[:len(runTables)-1] {
		if db.version < schemaVersion && db.readOnly && !db.has(ctx, table) {
			continue
		}
		var n int64
		if err := db.conn.QueryRowContext(ctx, "SELECT count(*) "+fmt.Sprintf(ofNoRun, table)).Scan(&n); err != nil {
			return nil, fmt.Errorf("looking for rows without a run: %w", err)
		}
		if n > 0 {
			found = append(found, orphan{table, n})
		}
	}
	return found, nil
}

// has reports whether a table is there, which older versions did not all have.
func (db *DB) has(ctx context.Context, table string) bool {
	names, err := db.strings(ctx, "SELECT table_name FROM duckdb_tables() WHERE database_name = 'dw' AND table_name = $1", table)
	return err == nil && len(names) == 1
}

// removeOrphans takes out what a killed run left behind, and notes how much it was. The ids of such
// runs stay used.
func (db *DB) removeOrphans(ctx context.Context) error {
	found, err := db.orphans(ctx)
	if err != nil || len(found) == 0 {
		return err
	}
	var parts, deletes []string
	for _, o := range found {
		parts = append(parts, fmt.Sprintf("%d in %s", o.rows, o.table))
		deletes = append(deletes, "DELETE "+fmt.Sprintf(ofNoRun, o.table))
	}
	last, err := db.lastRun(ctx)
	if err == nil {
		err = db.all(ctx, append(deletes, bookRun(last))...)
	}
	if err == nil {
		err = db.checkpoint(ctx)
	}
	if err != nil {
		return fmt.Errorf("removing rows without a run: %w", err)
	}
	db.notes = append(db.notes, fmt.Sprintf("%s: removed what a run left that was killed while it was written, rows: %s; "+
		"run its exports again", db.path, strings.Join(parts, ", ")))
	return nil
}

// lastRun is the largest run id that was ever given out.
func (db *DB) lastRun(ctx context.Context) (id int64, err error) {
	err = db.conn.QueryRowContext(ctx, query("last_run")).Scan(&id)
	return id, err
}

// bookRun is the statement that keeps id, and all before it, from being given out again.
func bookRun(id int64) string {
	return fmt.Sprintf("UPDATE dw.meta SET value = '%d' WHERE key = 'last_run'", id)
}
