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

// timeline counts the records of the scope, all of which and how many of which fail the caller knows.
func timeline(ctx context.Context, db *store.DB, records, failing int64) (t Timeline, err error) {
	var first, last time.Time
	var in, inFailing, timed, timedFailing int64
	err = each(ctx, db, "stretch", func(rows *sql.Rows) error {
		return rows.Scan((*instant)(&first), (*instant)(&last), &in, &inFailing, &timed, &timedFailing)
	})
	if err != nil {
		return t, err
	}
	if !first.IsZero() {
		t = newTimeline(first, last)
		if err = t.count(ctx, db); err != nil {
			return t, err
		}
	}
	t.Untimed, t.UntimedFailing = records-timed, failing-timedFailing
	t.Outside, t.OutsideFailing = timed, timedFailing
	for _, b := range t.Buckets {
		t.Outside -= b.OK + b.Failing
		t.OutsideFailing -= b.Failing
	}
	return t, nil
}

// count fills the buckets.
func (t *Timeline) count(ctx context.Context, db *store.DB) error {
	type cell struct {
		bucket   int64
		severity sql.NullString
		records  int64
	}
	var cells []cell
	met := make(map[string]bool)
	err := each(ctx, db, "timeline", func(rows *sql.Rows) error {
		var c cell
		err := rows.Scan(&c.bucket, &c.severity, &c.records)
		if !slices.Contains(classify.Severities, c.severity.String) {
			c.severity.String = ""
		}
		cells = append(cells, c)
		if c.severity.Valid {
			met[c.severity.String] = true
		}
		return err
	}, t.From.UnixMicro(), t.Width.Microseconds(), t.Until.UnixMicro())
	if err != nil {
		return err
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
	return nil
}
