package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// schemaVersion is that of sql/schema.sql. migrate_N.sql leads from version N to the next: the
// database is the only memory there is, so a new program takes an old one over.
const schemaVersion = 15

// checkSchema makes sure that the database is one of dwtriage's, of a version that this program knows. What only reads
// takes every version as it is: v_records of each has the columns that are asked for.
func (db *DB) checkSchema(ctx context.Context) error {
	// The catalogue is asked first, and not the tables: what has the name of one may be a view that does anything.
	var tables, views, all int
	if err := db.conn.QueryRowContext(ctx, query("base_tables"), archiveTables).Scan(&tables, &views, &all); err != nil {
		return err
	}
	switch {
	case all == 0 && !db.readOnly: // of a program that was killed before it made its tables
		db.version = schemaVersion
		return db.all(ctx, query("schema"), query("views"))
	case all == 0:
		return errEmpty
	case views > 0:
		return errors.New("it is a DuckDB database, but what stands for its tables are views, so it is not one of dwtriage; give another file with --db")
	case tables == 0:
		return errors.New("it is a DuckDB database, but not one of dwtriage; give another file with --db")
	}
	var text string
	if err := db.conn.QueryRowContext(ctx, "SELECT value FROM dw.meta WHERE key = 'schema_version'").Scan(&text); err != nil {
		return fmt.Errorf("reading the version of its schema: %w", err)
	}
	version, err := strconv.Atoi(text)
	if err != nil || version < 1 || version > schemaVersion {
		return fmt.Errorf("its schema has version %s, this program knows %d; use the dwtriage that made it, or another file with --db", text, schemaVersion)
	}
	db.version = version
	return nil
}

// migrate brings the tables of an older version up to date, once a copy of the file is kept.
func (db *DB) migrate(ctx context.Context) error {
	version := db.version
	if version == schemaVersion {
		return nil
	}
	kept, err := db.Backup(ctx, fmt.Sprintf(".v%d.bak", version))
	if err != nil {
		return fmt.Errorf("keeping a copy before its schema is brought from version %d to %d: %w", version, schemaVersion, err)
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
	db.version = schemaVersion
	db.notes = append(db.notes, fmt.Sprintf("%s: its schema was brought from version %d to %d; a copy from before is kept as %s", db.path, version, schemaVersion, kept))
	return nil
}
