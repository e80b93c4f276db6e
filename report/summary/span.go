package summary

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dwtriage/classify"
	"dwtriage/report/redact"
	"dwtriage/report/store"
)

// A Span asks for the report of a period of one environment, whatever runs read it: several calls for one night, late exports, exports
// that overlap and repeats add up. It is about the records that happened in it; those without a time are in no period.
type Span struct {
	Environment string
	From, Until time.Time // full hours, UTC, Until not included; a zero one is open: as far as exports cover hours
	Given       Period    // the ends as they were given, of which From and Until are the full hours; a zero one stands for that one
	Day         time.Time // in place of both: the night to this day, from noon to noon UTC
}

// bounds are the ends of the period: of a night those between which it lies. DuckDB knows no time before or behind open ones.
func (s Span) bounds() (from, until time.Time) {
	if !s.Day.IsZero() {
		return s.Day.Add(-12 * time.Hour), s.Day.Add(12 * time.Hour)
	}
	if from, until = s.From.UTC(), s.Until.UTC(); s.From.IsZero() {
		from = time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if s.Until.IsZero() {
		until = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return from, until
}

// ErrNotCovered is wrapped by [OfSpan] when no run of the environment read anything of the period.
var ErrNotCovered = errors.New("no export covers any hour of it")

// OfSpan is OfRedacted for a period, with the exports of all runs that read some of its hours.
func OfSpan(ctx context.Context, db *store.DB, span Span, m *classify.Matcher, to CompareTo, red *redact.Redactor) (*Summary, error) {
	if err := db.Current(); err != nil {
		return nil, err
	}
	if span.From.IsZero() && span.Day.IsZero() { // as far back as records are there: of what was pruned no report can be drawn
		pruned, err := db.PrunedBefore(ctx, span.Environment)
		if err != nil {
			return nil, err
		}
		if !pruned.IsZero() {
			span.From = pruned.Add(time.Hour - 1).Truncate(time.Hour)
		}
	}
	from, until := span.bounds()
	scope, runs, err := db.OfPeriod(ctx, span.Environment, from, until)
	if err == nil && len(runs) == 0 {
		err = ErrNotCovered
	}
	if err == nil {
		var s *Summary
		if s, err = sumUp(ctx, db, about{scope, runs, &span}, m, to, hider{red}); err == nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("summarizing the period: %w", err)
}

// Environments lists those of whose hours in a period some export covers any; the one without a name is empty.
func Environments(ctx context.Context, db *store.DB, span Span) (names []string, err error) {
	from, until := span.bounds()
	err = each(ctx, db, "environments", func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	}, from, until)
	return names, err
}

// about is what a report is about: a run, or a period and the runs that read some of it, oldest first.
type about struct {
	scope store.Scope
	runs  []int64
	span  *Span // nil of a run
}

func ofRun(id int64) about { return about{store.OfRun(id), []int64{id}, nil} }

// ofDay reports whether it is a night that was asked for by its day.
func (a about) ofDay() bool { return a.span != nil && !a.span.Day.IsZero() }

// clip leaves of what files cover what is in the period. How many of the records of a file these are is not known, and not needed.
func (s Span) clip(ranges []covered) (list []covered) {
	from, until := s.bounds()
	for _, r := range ranges {
		if r.Period = r.Within(Period{from, until}); r.Hours() > 0 {
			list = append(list, r)
		}
	}
	return list
}

// ends are the hours that were asked for; where an end is open, and of a night, those that are covered.
func (s Span) ends(covered Period) Period {
	if !s.Day.IsZero() {
		return covered
	}
	if !s.From.IsZero() {
		covered.From = s.From.UTC()
	}
	if !s.Until.IsZero() {
		covered.Until = s.Until.UTC()
	}
	return covered
}

func hull(ranges []covered) (p Period) {
	for _, r := range ranges {
		p.include(r.Period)
	}
	return p
}

// ledgerOf reads the runs of a report: of a period their ledgers together, of which Run is the last, with its rules, and what must be said of any
// of them.
func ledgerOf(ctx context.Context, db *store.DB, a about, s *Summary) error {
	if a.span == nil {
		return ledger(ctx, db, a.runs[0], s)
	}
	for _, id := range a.runs {
		r := &Summary{}
		if err := ledger(ctx, db, id, r); err != nil {
			return err
		}
		r.Run.Arguments = "" // of a call, which the report is not about
		s.OtherRules = s.OtherRules || s.Runs != nil && s.Tool != r.Tool
		s.Runs = append(s.Runs, PastRun{r.Run, len(r.Inputs), r.Totals})
		s.Inputs = append(s.Inputs, r.Inputs...)
		s.Totals.Add(r.Totals)
		s.Run, s.Tool, s.Environment = r.Run, r.Tool, r.Environment
	}
	s.Run.MissingShards = stillMissing(s.Runs)
	s.Run.Since, s.Run.UntilLimit = time.Time{}, time.Time{}
	if a.span.Day.IsZero() {
		s.Run.Since, s.Run.UntilLimit = given(a.span.Given.From, a.span.From), given(a.span.Given.Until, a.span.Until)
	}
	return nil
}

// given is an end of a period as it was given, which is the full hour where nothing else is known.
func given(as, hour time.Time) time.Time {
	if as.IsZero() {
		return hour
	}
	return as.UTC()
}
