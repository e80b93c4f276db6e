package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// A Past is a run that is in the database, as a list of them shows it.
type Past struct {
	ID                int64
	Environment       string
	Started, Finished time.Time // UTC
	From, Until       time.Time // UTC, the first hour that its files cover and the end of the last one; zero when they hold no times
	Covers            []Stretch // the hours in between that they cover, by time; apart by an hour or more
	ExitCode          int       // -1 for a run that was stopped before its report
	Inherited         int64     // records it was handed when the run that loaded them was forgotten
	Pruned            int64     // records of it of which Prune left nothing but counts
	PrunedAt          time.Time // when it did last, UTC; zero: never
	Counts
}

// A Stretch is a stretch of full hours that files cover, its end not included, in UTC.
type Stretch struct {
	From, Until time.Time
	Records     int64 // with a time in it
}

// History lists the runs that are in the database, oldest first.
func (db *DB) History(ctx context.Context) (runs []Past, err error) {
	if err := db.Current(); err != nil {
		return nil, err
	}
	err = db.Each(ctx, query("history"), func(rows *sql.Rows) error {
		var p Past
		var from, until, pruned sql.NullTime
		err := rows.Scan(&p.ID, &p.Environment, &p.Started, &p.Finished, &from, &until, &p.ExitCode, &p.Inherited, &p.Pruned, &pruned,
			&p.Read, &p.Loaded, &p.Duplicates, &p.Rejected, &p.Filtered, &p.OK, &p.Classified, &p.Unclassified)
		p.From, p.Until, p.PrunedAt = from.Time, until.Time, pruned.Time
		runs = append(runs, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	at := make(map[int64]*Past, len(runs))
	for i := range runs {
		at[runs[i].ID] = &runs[i]
	}
	return runs, db.Each(ctx, query("history_hours"), func(rows *sql.Rows) error {
		var id int64
		var s Stretch
		err := rows.Scan(&id, &s.From, &s.Until, &s.Records)
		if p := at[id]; p != nil {
			p.Covers = joined(p.Covers, s)
		}
		return err
	})
}

// joined adds a stretch that does not begin before the last one, to which it may belong.
func joined(list []Stretch, s Stretch) []Stretch {
	n := len(list) - 1
	if n < 0 || s.From.After(list[n].Until) {
		return append(list, s)
	}
	list[n].Records += s.Records
	if s.Until.After(list[n].Until) {
		list[n].Until = s.Until
	}
	return list
}

// Current is the error of a database of an older schema, which was opened for reading and so is not brought up to date.
func (db *DB) Current() error {
	if db.version < schemaVersion {
		return fmt.Errorf("%s has a schema of version %d, %d is needed; dwtriage run brings it up to date", db.path, db.version, schemaVersion)
	}
	return nil
}

// A Forgetting is what forgetting a run does.
type Forgetting struct {
	Records int64 // that are its own: loaded by it, or handed to it
	Passed  []struct{ Run, Records int64 }
	Gone    int64 // that no other run met; Records less all that are passed on
	Rejects int64
	Files   int64
	Counted int64 // records that were pruned, whose counts go, too: no other run had met them
}

// Forgetting says what [DB.Forget] would do to this run, and does nothing. A run that is not there is an error.
func (db *DB) Forgetting(ctx context.Context, run int64) (f Forgetting, err error) {
	if _, _, err := db.Run(ctx, run); err != nil {
		return f, err
	}
	if _, err := db.conn.ExecContext(ctx, query("heirs"), run); err != nil {
		return f, err
	}
	defer db.conn.ExecContext(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS heirs")
	for table, n := range map[string]*int64{"records": &f.Records, "rejects": &f.Rejects, "files": &f.Files} {
		if err := db.conn.QueryRowContext(ctx, "SELECT count(*) FROM dw."+table+" WHERE run_id = $1", run).Scan(n); err != nil {
			return f, err
		}
	}
	if err := db.conn.QueryRowContext(ctx, "SELECT coalesce(sum(records), 0)::BIGINT FROM dw.pruned WHERE run_id = $1 AND len(met_by) = 0", run).Scan(&f.Counted); err != nil {
		return f, err
	}
	f.Gone = f.Records
	err = db.Each(ctx, query("passing"), func(rows *sql.Rows) error {
		var p struct{ Run, Records int64 }
		err := rows.Scan(&p.Run, &p.Records)
		f.Passed = append(f.Passed, p)
		f.Gone -= p.Records
		return err
	})
	return f, err
}
