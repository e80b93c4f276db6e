package summary

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"dwtriage/classify"
	"dwtriage/report/store"
)

const (
	day         = 24 * time.Hour
	mostBuckets = 366
)

// bucketWidth is how wide the columns of a stretch are. A week begins on Monday, as [time.Time.Truncate] has it.
func bucketWidth(stretch time.Duration) time.Duration {
	switch {
	case stretch <= 2*day:
		return 15 * time.Minute
	case stretch <= 14*day:
		return time.Hour
	case stretch < mostBuckets*day:
		return day
	}
	return 7 * day
}

// newTimeline is the timeline, without counts, of a stretch from its first record to its last one.
func newTimeline(first, last time.Time) Timeline {
	t := Timeline{Width: bucketWidth(last.Sub(first))}
	t.From, t.Until = first.UTC().Truncate(t.Width), last.UTC().Truncate(t.Width).Add(t.Width)
	if earliest := t.Until.Add(-mostBuckets * t.Width); t.From.Before(earliest) {
		t.From = earliest // seven years without a week of rest: the latest are shown
	}
	t.Buckets = make([]Bucket, t.Until.Sub(t.From)/t.Width)
	return t
}

// timeline counts the records of the scope over time, all of which and how many of which fail is known, and says from when to when
// those fail that it has.
func timeline(ctx context.Context, db *store.DB, s *Summary) error {
	var first, last time.Time
	var timed, timedFailing int64
	err := each(ctx, db, "stretch", func(rows *sql.Rows) error {
		return rows.Scan((*instant)(&first), (*instant)(&last), &timed, &timedFailing)
	})
	if err != nil {
		return err
	}
	t := &s.Timeline
	if !first.IsZero() {
		*t = newTimeline(first, last)
		if s.From, s.Until, err = t.count(ctx, db); err != nil {
			return err
		}
	}
	t.Untimed, t.UntimedFailing = s.Records-timed, s.Failing-timedFailing
	t.Outside, t.OutsideFailing = timed, timedFailing
	for _, b := range t.Buckets {
		t.Outside -= b.OK + b.Failing
		t.OutsideFailing -= b.Failing
	}
	return nil
}

// count fills the buckets, and gives the times of the first and the last failing record in them.
func (t *Timeline) count(ctx context.Context, db *store.DB) (from, until time.Time, err error) {
	type cell struct {
		bucket   int64
		severity sql.NullString
		records  int64
	}
	var cells []cell
	met := make(map[string]bool)
	err = each(ctx, db, "timeline", func(rows *sql.Rows) error {
		var c cell
		var first, last time.Time
		err := rows.Scan(&c.bucket, &c.severity, &c.records, (*instant)(&first), (*instant)(&last))
		if !slices.Contains(classify.Severities, c.severity.String) {
			c.severity.String = ""
		}
		cells = append(cells, c)
		if c.severity.Valid {
			met[c.severity.String] = true
			from, until = earlier(from, first), later(until, last)
		}
		return err
	}, t.From.UnixMicro(), t.Width.Microseconds(), t.Until.UnixMicro())
	if err != nil {
		return from, until, err
	}
	place := make(map[string]int)
	for _, s := range append(slices.Clone(classify.Severities), "") {
		if met[s] {
			place[s] = len(t.Severities)
			t.Severities = append(t.Severities, s)
		}
	}
	for i := range t.Buckets {
		t.Buckets[i].BySeverity = make([]int64, len(t.Severities))
	}
	for _, c := range cells {
		b := &t.Buckets[c.bucket]
		if !c.severity.Valid {
			b.OK += c.records
			continue
		}
		b.Failing += c.records
		b.BySeverity[place[c.severity.String]] += c.records
	}
	return from, until, nil
}
