package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// schemaVersion is that of sql/schema.sql. migrate_N.sql leads from version N to the next: the
// database is the only memory there is, so a new program takes an old one over.
const schemaVersion = 6

// checkSchema makes the tables of a new database, and brings those of an older one up to date. What
// only reads takes every version as it is: v_records of each has the columns that are asked for.
func (db *DB) checkSchema(ctx context.Context, readOnly bool) error {
	var tables int
	if err := db.conn.QueryRowContext(ctx, "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'dw'").Scan(&tables); err != nil {
		return err
	}
	db.version = schemaVersion
	if tables == 0 && !readOnly {
		return db.all(ctx, query("schema"), query("views"))
	}
	var text string
	err := db.conn.QueryRowContext(ctx, "SELECT value FROM dw.meta WHERE key = 'schema_version'").Scan(&text)
	if err != nil {
		return errors.New("it is a DuckDB database, but not one of dwtriage; give another file with --db")
	}
	version, err := strconv.Atoi(text)
	if err != nil || version < 1 || version > schemaVersion {
		return fmt.Errorf("its schema has version %s, this program knows %d; use the dwtriage that made it, or another file with --db", text, schemaVersion)
	}
	if readOnly || version == schemaVersion {
		db.version = version
		return nil
	}
	var steps []string
	for v := version; v < schemaVersion; v++ {
		steps = append(steps, query(fmt.Sprintf("migrate_%d", v)))
	}
	// A table that was updated is not altered in the same transaction, so rows are filled once every version has its columns.
	if version < 3 {
		steps = append(steps, query("fill_3"))
	}
	if version < 6 {
		steps = append(steps, query("fill_6"))
	}
	// A view keeps the columns it was made with, so the views are made again.
	steps = append(steps, query("views"), fmt.Sprintf("UPDATE dw.meta SET value = '%d' WHERE key = 'schema_version'", schemaVersion))
	if err := db.all(ctx, steps...); err != nil {
		return fmt.Errorf("bringing its schema from version %d to %d: %w", version, schemaVersion, err)
	}
	return nil
}
