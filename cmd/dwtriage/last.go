//go:build cgo

package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"time"

	"dwtriage/classify"
	"dwtriage/ingest/secrets"
	"dwtriage/report"
	"dwtriage/report/folder"
	"dwtriage/report/redact"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// sumUp is what the report of run id says. Where it is about exactly what the last report was about, and the database holds nothing else than
// it did then, it says what that one said, which takes a moment; last is that report then, else nil. kept is what is known of the last report, if any is.
func sumUp(ctx context.Context, db *store.DB, id int64, m *classify.Matcher, to summary.CompareTo, red *redact.Redactor, kept *report.Last) (sum *summary.Summary, last *report.Last, err error) {
	if kept != nil && red == nil && to == (summary.CompareTo{}) {
		same, err := saysTheSame(ctx, db, id, m, kept)
		if err != nil {
			return nil, nil, err
		}
		if same {
			last = kept
		}
	}
	if last != nil {
		if before, err := last.Summary(); err == nil { // whatever is wrong with it, the database knows all that it says
			if before.Known = last.Known; id != last.Run {
				before.Known = before.Failing // which that run had loaded or met
			}
			sum, err = summary.Again(ctx, db, id, m, before)
			return sum, last, err
		}
	}
	sum, err = summary.OfRedacted(ctx, db, id, m, to, red)
	return sum, nil, err
}

// lastReport is what was kept of the last report, nil where nothing can be read.
func lastReport(db *store.DB) *report.Last {
	if last, err := report.Decode(db.Last()); err == nil {
		return last
	}
	return nil
}

// lastOf is that of a job, which reads it once.
func (j *job) lastOf(db *store.DB) *report.Last {
	if j.last == nil {
		j.last = lastReport(db)
	}
	return j.last
}

// known asks the database for files that it knows, so that they need not be read again.
func (j *job) known(ctx context.Context, db *store.DB) (err error) {
	if j.flags.reread {
		return nil
	}
	var paths []string
	var sizes []int64
	for _, s := range j.sources {
		if s.Size >= 0 && secrets.Clean(s.Path) == s.Path {
			paths, sizes = append(paths, s.Path), append(sizes, s.Size)
		}
	}
	if j.opt.Known, err = db.KnownFiles(ctx, j.flags.environment, j.opt.Reading(), paths, sizes); err != nil {
		return err
	}
	// A night once more, it seems: what was said of it is read while its files are looked at and the run is booked.
	if len(j.opt.Known) == len(j.sources) && j.s.red == nil {
		if last := j.lastOf(db); last != nil {
			last.Begin()
		}
	}
	return nil
}

// saysTheSame reports whether run id is about what the last report is about, and no run that came later brought anything new.
func saysTheSame(ctx context.Context, db *store.DB, id int64, m *classify.Matcher, last *report.Last) (bool, error) {
	if last.Run > id || db.Current() != nil { // which what sums up says
		return false, nil
	}
	newest, err := db.Newest(ctx)
	if err != nil || id > newest {
		return false, err
	}
	if newest > last.Run {
		if same, err := db.Repeats(ctx, last.Run, newest); !same {
			return false, err
		}
	}
	run, _, err := db.Run(ctx, id)
	if err != nil || last.Key != drawnBy(m, run.Started) {
		return false, err
	}
	state, err := db.State(ctx, last.Run)
	return err == nil && state == last.State, err
}

// keepLast keeps what the report of a run says for the next call, which may be about the same; last is what it was made of, nil where it was summed up,
// and put are its files.
// Only what could be read is known by its bytes, so a run with a file that could not is not kept. That there was no room for it, or no right to write it,
// costs time tomorrow, and nothing today.
func (j *job) keepLast(ctx context.Context, db *store.DB, sum *summary.Summary, last *report.Last, put map[string]folder.Drawn) {
	if j.s.red != nil || len(j.failures) > 0 {
		return
	}
	next, err := report.OfFolder(j.flags.out, put, sum, j.drawing())
	if err != nil {
		return
	}
	if last != nil {
		if next.SameTables(last) {
			return
		}
		next.Run, next.Known, next.State = last.Run, last.Known, last.State
	} else if next.State, err = db.State(ctx, sum.Run.ID); err != nil {
		return
	}
	next.Key = drawnBy(j.matcher, sum.Run.Started)
	if text, err := next.Encode(); err == nil {
		_ = db.KeepLast(text)
	}
}

// drawnBy says what the report of a run that started then is made by, beside the database: this very program; its rules, with the names
// of their files, which the page prints; and which mutes and changes of a severity are in force, which nothing but the time changes: of mutes as of the
// run, of changes as of this call.
func drawnBy(m *classify.Matcher, started time.Time) string {
	said := sha256.New()
	for _, r := range m.Rules() {
		tell(said, "%s %s %q\n", r.ID, r.Severity, r.File)
	}
	for _, mute := range m.Set().Mutes {
		tell(said, "mute %q:%d %t\n", mute.File, mute.Line, mute.Expired(started))
	}
	for _, c := range m.Set().Changes {
		tell(said, "change %q:%d %s\n", c.File, c.Line, c.Severity)
	}
	return fmt.Sprintf("%s; rules %s; of them %x", thisProgram(), m.Digest(), said.Sum(nil))
}

// thisProgram tells this very program from others, as a version may have been built more than once.
func thisProgram() string {
	if path, err := os.Executable(); err == nil {
		if info, err := os.Stat(path); err == nil {
			return fmt.Sprintf("%s, %d bytes of %s", version, info.Size(), info.ModTime().UTC())
		}
	}
	return version
}
