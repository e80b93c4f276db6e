//go:build cgo

package main

import (
	"context"
	"fmt"
	"os"

	"dwtriage/report"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// sumUp is what the report of run id says. Where the run met exactly what the last report was about, and the database holds nothing else than
// it did then, it says what that one said, which takes a moment; last is that report then, else nil.
func (j *job) sumUp(ctx context.Context, db *store.DB, id int64) (sum *summary.Summary, last *report.Last, err error) {
	if last, err = j.last(ctx, db, id); err != nil {
		return nil, nil, err
	}
	if last != nil {
		before, err := last.Summary()
		if err == nil {
			sum, err = summary.Again(ctx, db, id, j.matcher, before)
			return sum, last, err
		}
	}
	sum, err = summary.OfRedacted(ctx, db, id, j.matcher, summary.CompareTo{}, j.s.red)
	return sum, nil, err
}

// last is the last report, where run id is about the same.
func (j *job) last(ctx context.Context, db *store.DB, id int64) (*report.Last, error) {
	if j.s.red != nil {
		return nil, nil
	}
	last, err := report.Decode(db.Last())
	if err != nil || last.Key != j.drawnBy() || last.Run >= id {
		return nil, nil // whatever is wrong with it, the database knows all that it says
	}
	if same, err := db.Repeats(ctx, last.Run, id); !same {
		return nil, err
	}
	state, err := db.State(ctx, last.Run)
	if state != last.State {
		return nil, err
	}
	return last, nil
}

// keepLast keeps what the report of a run says for the next run, which may meet the same; last is what it was made of, nil where it was summed up. Only what could
// be read is known by its bytes, so a run with a file that could not is not kept. That there was no room for it, or no right to write it, costs time
// tomorrow, and nothing today.
func (j *job) keepLast(ctx context.Context, db *store.DB, sum *summary.Summary, last *report.Last) {
	if j.s.red != nil || len(j.failures) > 0 {
		return
	}
	next, err := report.OfFolder(j.flags.out, sum, j.drawing())
	if err != nil {
		return
	}
	if last != nil {
		if next.Run, next.State = last.Run, last.State; next.SameTables(last) {
			return
		}
	} else if next.State, err = db.State(ctx, sum.Run.ID); err != nil {
		return
	}
	next.Key = j.drawnBy()
	if text, err := next.Encode(); err == nil {
		_ = db.KeepLast(text)
	}
}

// drawnBy says what a report is made by, beside the database: this very program, as a version may have been built more than once, its rules, and
// which mutes have ended, which nothing but the time changes.
func (j *job) drawnBy() string {
	program := version
	if path, err := os.Executable(); err == nil {
		if info, err := os.Stat(path); err == nil {
			program = fmt.Sprintf("%s, %d bytes of %s", version, info.Size(), info.ModTime().UTC())
		}
	}
	var ended []bool
	for _, m := range j.matcher.Set().Mutes {
		ended = append(ended, m.Expired(j.began))
	}
	return fmt.Sprintf("%s; rules %s; mutes ended %v", program, j.matcher.Digest(), ended)
}
