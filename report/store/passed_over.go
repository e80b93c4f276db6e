package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"dwtriage/ingest"
)

// A folder that keeps all exports would make each night one of weeks: a file that an earlier run read, byte for byte, is none of tonight's only because it
// still lies there, whether it had to be read again or not. One of the same night is: several calls for one night are one night.

const (
	// NightGap is how long a pause between two exports of one night may be at most. Two calls of one night may leave out a quiet hour or two
	// between them; between two nights there is a working day.
	NightGap = 3 * time.Hour
	// NightLength is how long a night is at most: exports that follow each other for weeks are none.
	NightLength = 24 * time.Hour
)

// A lying is a file that an earlier run read, byte for byte, and that this one has nothing new of.
type lying struct {
	first int64  // run that read it first
	main  []span // of each log the stretch that it is of
}

// passOver takes the files out of f.order that lay there before, that run lets pass, and that are of another night than what it reads for the first time or is asked for. Where
// that is nothing, it is about what was read last.
func (db *DB) passOver(ctx context.Context, run Run, f *feed) error {
	pass := run.Passing
	if pass == nil || !slices.ContainsFunc(f.order, func(file ingest.File) bool { return pass.May(file.Path) }) {
		return nil
	}
	old, err := db.lying(ctx, run, f)
	if err != nil {
		return fmt.Errorf("looking for files that lay there before: %w", err)
	}
	var tonight []span
	asked := false
	for i, file := range f.order {
		switch {
		case old[i] == nil: // an export without a row is of a quiet night; what could be read of a damaged one is of its night
			t := f.files[file.Path]
			asked = asked || file.Problem == nil && file.Format != "" || t != nil && t.Loaded > 0
			if t != nil {
				tonight = append(tonight, slices.Concat(most(t.dualWrite.spans), most(t.pluginTrace.spans))...)
			}
		case !pass.May(file.Path):
			asked = true
			tonight = append(tonight, old[i].main...)
			delete(old, i)
		}
	}
	if pass.Stale = !asked && len(old) > 0; pass.Stale {
		var last int64
		for _, l := range old {
			last = max(last, l.first)
		}
		maps.DeleteFunc(old, func(_ int, l *lying) bool {
			if l.first == last {
				tonight = append(tonight, l.main...)
			}
			return l.first == last
		})
	}
	// Only what is of the last night belongs to it: what comes late of an earlier one does not bring back all of that night.
	if nights := nightsOf(tonight, old); len(nights) > 0 {
		n := nights[LastOf(len(nights), func(i int) (int64, int) { return nights[i].records, int(nights[i].until - nights[i].from) })]
		maps.DeleteFunc(old, func(_ int, l *lying) bool {
			return slices.ContainsFunc(l.main, func(s span) bool { return n.from <= s.from && s.until <= n.until })
		})
	}
	pass.Left = len(old)
	return db.leaveOut(ctx, f, old)
}

// leaveOut takes files out of what is booked, by their numbers in f.order.
func (db *DB) leaveOut(ctx context.Context, f *feed, files map[int]*lying) error {
	if len(files) == 0 {
		return nil
	}
	var paths []string
	var kept []ingest.File
	for i, file := range f.order {
		if files[i] == nil {
			kept = append(kept, file)
		} else if paths = append(paths, file.Path); file.Again == 0 {
			f.cuts = slices.DeleteFunc(f.cuts, func(c cutRecord) bool { return c.file == file.Path })
		}
	}
	f.order = kept
	for _, table := range []string{"sightings", "rejects"} {
		if _, err := db.spool.ExecContext(ctx, "DELETE FROM spool.main."+table+" WHERE file IN (SELECT unnest($1::VARCHAR[]))", paths); err != nil {
			return err
		}
	}
	return nil
}

// lying finds the files in f.order that lay there before, by their numbers.
func (db *DB) lying(ctx context.Context, run Run, f *feed) (map[int]*lying, error) {
	var numbers, bytes, read []int64
	var paths, digests []string
	for i, file := range f.order {
		if t := f.files[file.Path]; file.Format != "" && (t == nil || t.Loaded == 0) {
			numbers, paths, digests = append(numbers, int64(i)), append(paths, file.Path), append(digests, file.Digest)
			bytes, read = append(bytes, file.Bytes), append(read, file.Read)
		}
	}
	old := make(map[int]*lying)
	var spans []span // of number and log
	var number int
	var log string
	flush := func() {
		if l := old[number]; l != nil {
			l.main = append(l.main, most(spans)...)
		}
		spans = nil
	}
	err := db.Each(ctx, query("passing_over"), func(rows *sql.Rows) error {
		var n int
		var first int64
		var l sql.NullString
		var from, until, records sql.NullInt64
		if err := rows.Scan(&n, &first, &l, &from, &until, &records); err != nil {
			return err
		}
		if n != number || l.String != log {
			flush()
			number, log = n, l.String
		}
		if old[n] == nil {
			old[n] = &lying{first: first}
		}
		if from.Valid {
			spans = append(spans, span{from.Int64, until.Int64, records.Int64})
		}
		return nil
	}, numbers, paths, digests, bytes, read, run.Environment)
	flush()
	return old, err
}

// most is what a file is of: the last of its spans, which are in the order of time, with a tenth of the records of the largest one; none of none. A few records of other days, left over in a queue or with a
// wrong clock, do not make a file one of several nights, nor do many of a day before.
func most(spans []span) (most []span) {
	var largest int64
	for _, s := range spans {
		largest = max(largest, s.records)
	}
	for _, s := range spans {
		if 10*s.records >= largest {
			most = []span{s}
		}
	}
	return most
}

// nightsOf joins spans to nights, with what the files that were there before cover around each, where that makes no more than a night of it.
func nightsOf(spans []span, old map[int]*lying) (nights []span) {
	const gap, length = int64(NightGap / time.Hour), int64(NightLength / time.Hour)
	slices.SortFunc(spans, func(a, b span) int { return int(a.from - b.from) })
	for _, s := range spans {
		if n := len(nights); n > 0 && s.from-nights[n-1].until <= gap {
			nights[n-1].until = max(nights[n-1].until, s.until)
			nights[n-1].records += s.records
			continue
		}
		nights = append(nights, s)
	}
	for i, n := range nights {
		wide := joinedWith(n, old, func(span) bool { return true })
		if wide.until-wide.from > length { // from the noon before to the next one, as nights are that are asked for by their day
			noon := (n.from-12)/24*24 + 12
			wide = joinedWith(n, old, func(s span) bool { return noon <= s.from && s.until <= noon+24 })
		}
		if wide.until-wide.from <= length {
			nights[i] = wide
		}
	}
	return nights
}

// joinedWith is a night with what the files that lay there before cover of what may be of it, as far as one follows the other. What is longer than a night is no
// night, and not looked for to its end.
func joinedWith(night span, old map[int]*lying, may func(span) bool) span {
	const gap, length = int64(NightGap / time.Hour), int64(NightLength / time.Hour)
	for more := true; more && night.until-night.from <= length; {
		more = false
		for _, l := range old {
			for _, s := range l.main {
				if may(s) && s.from-night.until <= gap && night.from-s.until <= gap && (s.from < night.from || s.until > night.until) {
					night.from, night.until, more = min(night.from, s.from), max(night.until, s.until), true
				}
			}
		}
	}
	return night
}

// LastOf is the last of n stretches of time, in their order, that is no stray: it has a tenth of the records of the largest, or is three hours long. One record of another day,
// or with a clock of another year, makes no night.
func LastOf(n int, of func(i int) (records int64, hours int)) int {
	var largest int64
	last := -1
	for i := range n {
		if records, _ := of(i); records >= largest {
			largest, last = records, i
		}
	}
	for i := n - 1; i > last; i-- {
		if records, hours := of(i); 10*records >= largest || hours >= 3 {
			return i
		}
	}
	return last
}
