package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// extracted says which rows of a table an extract of run %[1]d has, and what of them; tables that are not named here are whole. Of records
// of other runs a report counts only when what failed where: their texts, keys and ids stay behind.
var extracted = map[string]string{
	"records": `SELECT * EXCLUDE (own) REPLACE (%[2]s) FROM (
  SELECT *, run_id = %[1]d OR record_id IN (SELECT record_id FROM dw.sightings WHERE run_id = %[1]d) AS own FROM dw.records)`,
	"text_parts": `SELECT * FROM dw.text_parts WHERE record_id IN (SELECT record_id FROM dw.records WHERE run_id = %[1]d UNION ALL SELECT record_id FROM dw.sightings WHERE run_id = %[1]d)`,
	"rejects":    `SELECT * FROM dw.rejects WHERE run_id = %[1]d`,
	"sightings":  `SELECT * FROM dw.sightings WHERE run_id = %[1]d`,
	"cuts":       `SELECT * FROM dw.cuts WHERE run_id = %[1]d`,
	"changes":    `SELECT * FROM dw.changes WHERE run_id = %[1]d`,
	"fixes":      `SELECT * FROM dw.fixes WHERE run_id = %[1]d`,
	"incidents":  `SELECT * FROM dw.incidents WHERE run_id = %[1]d`,
}

// leftBehind are the columns of records that an extract has of its own run alone.
var leftBehind = []string{"error_text", "trace_text", "captures", "affected_key", "record_key", "correlation_id", "request_id", "activity_id", "text_ids", "occurred_raw"}

// Extract writes what the report of a run is drawn from out of the database at path: a Parquet file per table into the folder dir, in
// the order of the tables, so equal databases give equal bytes. The names of the files are returned.
func Extract(ctx context.Context, path string, run int64, dir string, opt Options) (files []string, err error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	opt.ReadOnly, opt.Threads, opt.folder = true, 1, full
	db, err := Open(ctx, path, opt)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if db.version != schemaVersion {
		return nil, fmt.Errorf("%s: its schema has version %d, extracts have %d; any dwtriage run on it brings it up to date", path, db.version, schemaVersion)
	}
	if _, _, err := db.Run(ctx, run); err != nil {
		return nil, err
	}
	for _, table := range archiveTables {
		rows := "SELECT * FROM dw." + table
		if only := extracted[table]; table == "records" {
			rows = fmt.Sprintf(only, run, ownOnly())
		} else if only != "" {
			rows = fmt.Sprintf(only, run)
		}
		name := table + ".parquet"
		write := fmt.Sprintf("COPY (%s) TO '%s' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 30720)", rows, quote(filepath.Join(full, name)))
		if _, err := db.conn.ExecContext(ctx, write); err != nil {
			return nil, fmt.Errorf("extracting table %s of %s: %w", table, path, db.damaged(err))
		}
		files = append(files, name)
	}
	return files, nil
}

func ownOnly() string {
	var list []string
	for _, column := range leftBehind {
		list = append(list, fmt.Sprintf("CASE WHEN own THEN %[1]s END AS %[1]s", column))
	}
	return strings.Join(list, ", ")
}

// Restore makes the database path, which must not be there, of the files that Extract wrote into dir. What is in them may be anybody's: a
// file that is no such table is an error that names it.
func Restore(ctx context.Context, dir, path string, opt Options) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s is there already", path)
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	opt.Threads, opt.folder = 1, full
	db, err := Open(ctx, path, opt)
	if err != nil {
		return err
	}
	err = db.transaction(ctx, func() error {
		if _, err := db.conn.ExecContext(ctx, "DELETE FROM dw.meta"); err != nil {
			return err
		}
		for _, table := range archiveTables {
			name := table + ".parquet"
			if _, err := os.Stat(filepath.Join(full, name)); err != nil {
				return fmt.Errorf("the extract has no %s", name)
			}
			read := fmt.Sprintf("INSERT INTO dw.%s BY NAME SELECT * FROM read_parquet('%s')", table, quote(filepath.Join(full, name)))
			if _, err := db.conn.ExecContext(ctx, read); err != nil {
				return fmt.Errorf("%s is no table of an extract: %s", name, strings.ReplaceAll(err.Error(), full+string(filepath.Separator), ""))
			}
		}
		return db.restored(ctx)
	})
	return errors.Join(err, db.Close())
}

// restored makes sure that the rows are of the schema that this program has.
func (db *DB) restored(ctx context.Context) error {
	found, err := db.strings(ctx, "SELECT value FROM dw.meta WHERE key = 'schema_version'")
	if err != nil {
		return err
	}
	if len(found) != 1 || found[0] != fmt.Sprint(schemaVersion) {
		return fmt.Errorf("the extract is of schema version %q, this program knows %d: verify it with the dwtriage that made it", strings.Join(found, ", "), schemaVersion)
	}
	return nil
}
