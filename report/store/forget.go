package store

import (
	"context"
	"fmt"
)

// Forget takes a run out of the database again. A record that it loaded and a later run met again
// passes to the first such run, and is then in the place where that run met it; only records that
// nobody else met are gone. So the reports of all other runs stay as they were, but for the comparison
// of those that compared with the forgotten run: they compare with the one before it from now on. A run that met no more than a half of such a
// record, where its file was cut off, has a rejected row there from now on: the text of the half is gone since the whole record came.
func (db *DB) Forget(ctx context.Context, run int64) error {
	if err := db.forget(ctx, run); err != nil {
		return fmt.Errorf("forgetting run %d: %w", run, err)
	}
	return nil
}

func (db *DB) forget(ctx context.Context, run int64) error {
	if err := db.forgotten(); err != nil {
		return err
	}
	last, err := db.lastRun(ctx)
	if err != nil {
		return err
	}
	if _, err := db.conn.ExecContext(ctx, query("heirs"), run); err != nil {
		return err
	}
	defer db.conn.ExecContext(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS heirs; DROP TABLE IF EXISTS left_halves")
	if _, err := db.conn.ExecContext(ctx, query("left_halves"), run, ""); err != nil {
		return err
	}
	return db.change(ctx, func() error {
		judgement, err := db.nextJudgement(ctx)
		if err != nil {
			return err
		}
		for _, name := range []string{"keep_judgement", "hand_over"} {
			if _, err := db.conn.ExecContext(ctx, query(name), run, judgement); err != nil {
				return err
			}
		}
		if _, err := db.conn.ExecContext(ctx, fmt.Sprintf(query("prune_hand_over"), run)); err != nil {
			return err
		}
		steps := []string{query("hand_over_texts"), query("untell")}
		for _, table := range runTables {
			steps = append(steps, "DELETE FROM dw."+table+" WHERE run_id = $1")
		}
		for _, s := range steps {
			if _, err := db.conn.ExecContext(ctx, s, run); err != nil {
				return err
			}
		}
		for _, s := range []string{
			query("reject_halves"),
			query("inherit"),
			"DELETE FROM dw.sightings s USING heirs h WHERE s.run_id = h.run_id AND s.record_id = h.record_id",
			query("unused_judging"),
			bookRun(last),
		} {
			if _, err := db.conn.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}
