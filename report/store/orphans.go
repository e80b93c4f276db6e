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
var runTables = []string{"records", "text_parts", "sightings", "rejects", "coverage", "files", "runs"}

// removeOrphans takes out what a killed run left behind, and notes how much it was. The ids of such
// runs stay used.
func (db *DB) removeOrphans(ctx context.Context) error {
	var parts, deletes []string
	for _, table := range runTables[:len(runTables)-1] {
		condition := "FROM dw." + table + " WHERE run_id NOT IN (SELECT run_id FROM dw.runs)"
		var n int64
		if err := db.conn.QueryRowContext(ctx, "SELECT count(*) "+condition).Scan(&n); err != nil {
			return fmt.Errorf("looking for rows without a run: %w", err)
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d in %s", n, table))
			deletes = append(deletes, "DELETE "+condition)
		}
	}
	if len(deletes) == 0 {
		return nil
	}
	last, err := db.lastRun(ctx)
	if err == nil {
		err = db.all(ctx, append(deletes, bookRun(last))...)
	}
	if err == nil {
		_, err = db.conn.ExecContext(ctx, "CHECKPOINT dw")
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
