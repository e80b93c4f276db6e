package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"dwtriage/ingest"
)

// KnownFiles says what earlier runs of the environment made of files of these paths and sizes (bytes on disk), read as
// [ingest.Options.Reading] says it, by path; for Options.Known. A file is among them only where the tables hold all that
// reading it again would give.
func (db *DB) KnownFiles(ctx context.Context, environment, reading string, paths []string, sizes []int64) (map[string][]ingest.File, error) {
	if reading == "" || len(paths) == 0 {
		return nil, nil
	}
	known := make(map[string][]ingest.File)
	err := db.Each(ctx, query("known_files"), func(rows *sql.Rows) error {
		var f ingest.File
		if err := rows.Scan(&f.Again, &f.Path, &f.Bytes, &f.Digest, &f.Encoding, &f.Format, &f.Log, &f.Read, &f.Rejected, &f.Filtered, (*List)(&f.Warnings), &f.Counted, &f.Incomplete); err != nil {
			return err
		}
		if slices.ContainsFunc(f.Warnings, ingest.Unsettled) {
			return nil
		}
		f.Again++ // rows are numbered from 0
		known[f.Path] = append(known[f.Path], f)
		return nil
	}, reading, paths, sizes, environment)
	if err != nil {
		return nil, fmt.Errorf("looking for files that were read before: %w", err)
	}
	return known, nil
}

// readAgain books the files that were not read again: their records are met, and their rows rejected, where they were then.
func (db *DB) readAgain(ctx context.Context, files []ingest.File) (covered int64, err error) {
	for i, f := range files {
		if f.Again == 0 {
			continue
		}
		for _, part := range []struct {
			query string
			rows  int64 // -1: any
			args  []any
		}{
			{"again_sightings", f.Read - f.Rejected - f.Filtered, nil},
			{"again_rejects", f.Rejected, nil},
			{"again_coverage", -1, []any{int64(i)}},
		} {
			r, err := db.spool.ExecContext(ctx, query(part.query), append([]any{f.Again - 1}, part.args...)...)
			if err != nil {
				return 0, fmt.Errorf("%s, as it was read before: %w", f.Path, err)
			}
			rows, err := r.RowsAffected()
			if err != nil {
				return 0, err
			}
			if part.rows < 0 {
				covered += rows
			} else if rows != part.rows {
				return 0, fmt.Errorf("internal error: %s: %s has %d rows of an earlier run, and not %d", f.Path, part.query, rows, part.rows)
			}
		}
	}
	return covered, nil
}
