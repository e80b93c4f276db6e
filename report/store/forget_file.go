package store

import (
	"context"
	"database/sql"
	"fmt"
)

// A FileForgetting is what forgetting a file of a run does.
type FileForgetting struct {
	Run int64
	Forgetting
	Within  int64 // of the records, that pass to other files of the run
	Met     int64 // records that the run met in the file, and that it or another run has from elsewhere
	Unknown int64 // duplicates in other files of the run of which it is not kept which record they are of: of several copies in one run only the place of the first is
	Last    bool  // the run read no other file, and goes with it
}

// RunsOfFile lists the runs that read a file of this path, the latest first; only one of them where run is not 0.
func (db *DB) RunsOfFile(ctx context.Context, path string, run int64) (ids []int64, err error) {
	if err := db.Current(); err != nil {
		return nil, err
	}
	err = db.Each(ctx, "SELECT DISTINCT run_id FROM dw.files WHERE path = $1 AND ($2 = 0 OR run_id = $2) ORDER BY run_id DESC", func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, path, run)
	return ids, err
}

// ForgettingFile says what [DB.ForgetFile] would do to this run, and does nothing.
func (db *DB) ForgettingFile(ctx context.Context, run int64, path string) (f FileForgetting, err error) {
	f.Run, f.Files = run, 1
	var files int64
	if err := db.conn.QueryRowContext(ctx, query("forgetting_file"), run, path).Scan(&f.Records, &f.Rejects, &f.Met, &files, &f.Unknown); err != nil {
		return f, err
	}
	f.Last, f.Gone = files == 1, f.Records
	if _, err := db.conn.ExecContext(ctx, query("file_heirs"), run, path); err != nil {
		return f, err
	}
	defer db.conn.ExecContext(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS heirs")
	err = db.Each(ctx, query("passing"), func(rows *sql.Rows) error {
		var p struct{ Run, Records int64 }
		err := rows.Scan(&p.Run, &p.Records)
		if f.Gone -= p.Records; p.Run == run {
			f.Within = p.Records
		} else {
			f.Passed = append(f.Passed, p)
		}
		return err
	})
	return f, err
}

// ForgetFile takes what a run read from a file out of the database, as if that run had been called without it: a record that the run met in
// another file, too, is then in the place where it stands there, and that file has loaded it; else it passes to the first other run that
// met it, as in [DB.Forget]; only records that nobody else met are gone, and where another file holds a half of one it has a rejected row. The ledger and the coverage of the run are those of its other
// files. A run without any other file is forgotten.
func (db *DB) ForgetFile(ctx context.Context, run int64, path string) error {
	what, err := db.ForgettingFile(ctx, run, path)
	if err == nil && what.Last {
		return db.Forget(ctx, run)
	}
	if err == nil {
		err = db.forgetFile(ctx, run, path)
	}
	if err != nil {
		return fmt.Errorf("forgetting %s of run %d: %w", path, run, err)
	}
	return nil
}

func (db *DB) forgetFile(ctx context.Context, run int64, path string) error {
	if err := db.forgotten(); err != nil {
		return err
	}
	if _, err := db.conn.ExecContext(ctx, query("file_heirs"), run, path); err != nil {
		return err
	}
	defer db.conn.ExecContext(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS heirs; DROP TABLE IF EXISTS left_halves")
	if _, err := db.conn.ExecContext(ctx, query("left_halves"), run, path); err != nil {
		return err
	}
	return db.change(ctx, func() error {
		judgement, err := db.nextJudgement(ctx)
		if err != nil {
			return err
		}
		var position int64
		if err := db.conn.QueryRowContext(ctx, "SELECT position FROM dw.files WHERE run_id = $1 AND path = $2", run, path).Scan(&position); err != nil {
			return err
		}
		type step struct {
			text string
			args []any
		}
		of := []any{run, path}
		steps := []step{
			{query("keep_judgement"), []any{run, judgement}},
			{query("hand_over"), []any{run, judgement}},
			{query("hand_over_texts"), []any{run}},
			{query("untell"), []any{run}},
			{query("reject_halves"), nil},
			{query("forget_file"), of},
			{query("forget_file_rows"), of},
			{"DELETE FROM dw.sightings s USING heirs h WHERE s.run_id = h.run_id AND s.record_id = h.record_id", nil},
			{query("inherit"), nil},
		}
		for _, table := range []string{"records", "sightings", "rejects", "cuts"} {
			steps = append(steps, step{"DELETE FROM dw." + table + " WHERE run_id = $1 AND file = $2", of})
		}
		// Of versions 1 and 2 a sighting has no place.
		steps = append(steps, step{"DELETE FROM dw.sightings WHERE run_id = $1 AND record_id NOT IN (SELECT record_id FROM dw.records)", []any{run}})
		for _, table := range ToldTables { // the report was about this file, too
			steps = append(steps, step{"DELETE FROM dw." + table + " WHERE run_id = $1", []any{run}})
		}
		for _, table := range []string{"coverage", "files"} {
			steps = append(steps, step{"DELETE FROM dw." + table + " WHERE run_id = $1 AND position = $2", []any{run, position}},
				step{"UPDATE dw." + table + " SET position = position - 1 WHERE run_id = $1 AND position > $2", []any{run, position}})
		}
		for _, s := range append(steps, step{query("inherit_file"), []any{run}}) {
			if _, err := db.conn.ExecContext(ctx, s.text, s.args...); err != nil {
				return err
			}
		}
		return nil
	})
}
