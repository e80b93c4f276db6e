package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
		// Said of the run that loaded them.
		f.Warnings = slices.DeleteFunc(f.Warnings, func(w string) bool { return strings.HasPrefix(w, takenOtherwise) })
		f.Again++ // rows are numbered from 0
		known[f.Path] = append(known[f.Path], f)
		return nil
	}, reading, paths, sizes, environment)
	if err != nil {
		return nil, fmt.Errorf("looking for files that were read before: %w", err)
	}
	return known, nil
}

// readAgain books the files that were not read again: their records are met, and their rows rejected, where they were then. met is how many
// records of them are in the table already, covered how many stretches of time are in the spool.
func (db *DB) readAgain(ctx context.Context, run int64, files []ingest.File) (met, covered int64, err error) {
	var numbers, positions []int64
	var records, rejected int64
	for i, f := range files {
		if f.Again != 0 {
			numbers, positions = append(numbers, f.Again-1), append(positions, int64(i))
			records, rejected = records+f.Read-f.Rejected-f.Filtered, rejected+f.Rejected
		}
	}
	if len(numbers) == 0 {
		return 0, 0, nil
	}
	exec := func(c *sql.Conn, want int64, query string, args ...any) (rows int64) {
		if err != nil {
			return 0
		}
		r, execErr := c.ExecContext(ctx, query, args...)
		if err = execErr; err == nil {
			rows, err = r.RowsAffected()
		}
		if err == nil && want >= 0 && rows != want {
			err = fmt.Errorf("internal error: %d rows of files that were read before, and not %d", rows, want)
		}
		return rows
	}
	exec(db.spool, int64(len(numbers)), "INSERT INTO spool.main.again SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[])", numbers, positions)
	var whole sql.NullInt64
	if err == nil && len(numbers) == len(files) {
		err = db.spool.QueryRowContext(ctx, query("again_whole")).Scan(&whole)
	}
	if whole.Valid {
		exec(db.spool, -1, query("again_met_before"), whole.Int64)
	} else {
		exec(db.spool, records, query("again_sightings"))
	}
	exec(db.spool, rejected, query("again_rejects"))
	covered = exec(db.spool, -1, query("again_coverage"))
	if whole.Valid { // last: what comes into the spool once the transaction has read there, it does not see
		met = exec(db.conn, records, query("again_met"), run, whole.Int64)
	}
	exec(db.conn, -1, query("again_cuts"), run)
	if err != nil {
		return 0, 0, fmt.Errorf("booking %d files that are as an earlier run read them: %w", len(numbers), err)
	}
	return met, covered, nil
}

// takenOtherwise is how the warning of warnOtherwise begins.
const takenOtherwise = "the rows of these same bytes were loaded as other records by run "

// warnOtherwise warns of files whose bytes an earlier run took for other records, as it does with other flags about times: its records are still there, and a person
// counts every row twice.
func (db *DB) warnOtherwise(ctx context.Context, run Run, inputs []Input) error {
	var paths, digests []string
	var rejected []int64
	for i := range inputs {
		if in := &inputs[i]; in.Loaded > 0 && in.Problem == "" && in.Pruned == 0 {
			paths, digests, rejected = append(paths, in.Path), append(digests, in.Digest), append(rejected, in.Rejected)
		}
	}
	if len(paths) == 0 {
		return nil
	}
	before, err := db.readBefore(ctx, run, paths, digests, rejected)
	if err != nil {
		return fmt.Errorf("looking for files that were read in another way: %w", err)
	}
	for i := range inputs {
		if id := before[inputs[i].Path]; id > 0 {
			inputs[i].warn(fmt.Sprintf("%s%d, as with another --tz or --date-order or by another version: as long as both runs are there periods count both, "+
				"and dwtriage history forget --run takes one out", takenOtherwise, id))
		}
	}
	return nil
}

// readBefore is the last run that read, for this one, a file whole whose records are all there, by the path that the file has now. Nearly always no run did, and then nothing is
// asked of the records, of which those of the run itself are not on the disk yet.
func (db *DB) readBefore(ctx context.Context, run Run, paths, digests []string, rejected []int64) (map[string]int64, error) {
	type file struct {
		run  int64
		path string
	}
	type found struct {
		file
		now     string // its path
		records int64
	}
	var list []found
	err := db.Each(ctx, query("read_otherwise"), func(rows *sql.Rows) error {
		var f found
		err := rows.Scan(&f.now, &f.run, &f.path, &f.records)
		list = append(list, f)
		return err
	}, paths, digests, rejected, run.Environment)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	var runs []string
	for _, f := range list {
		if run := strconv.FormatInt(f.run, 10); !slices.Contains(runs, run) {
			runs = append(runs, run)
		}
	}
	held := make(map[file]int64)
	if err := db.Each(ctx, fmt.Sprintf(query("read_records"), strings.Join(runs, ", ")), func(rows *sql.Rows) error {
		var f file
		var n int64
		err := rows.Scan(&f.run, &f.path, &n)
		held[f] = n
		return err
	}); err != nil {
		return nil, err
	}
	before := make(map[string]int64)
	for _, f := range list {
		if held[f.file] == f.records {
			before[f.now] = max(before[f.now], f.run)
		}
	}
	return before, nil
}
