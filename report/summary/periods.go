package summary

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"dwtriage/report/store"
)

// A Period is a stretch of full hours, UTC, its end not included.
type Period struct{ From, Until time.Time }

// Hours is how long the period is; no more than 0 where it ends before it begins.
func (p Period) Hours() int { return int(p.Until.Sub(p.From) / time.Hour) }

// Within is what of the period lies in another one; where nothing does, it does not end after it begins.
func (p Period) Within(q Period) Period {
	if p.From = later(p.From, q.From); q.Until.Before(p.Until) {
		p.Until = q.Until
	}
	return p
}

// A Comparison says which period of a log the report is about, and with which earlier ones of the same log and
// environment it is compared. Periods are told apart by when things happened, whatever run read them.
type Comparison struct {
	Log string // dualwrite, plugintrace
	// Records and Failing are how many records the report is about are of this log, with or without a time.
	Records, Failing int64
	Period           Period // the hours that the run's inputs cover; zero where the run read no record of this log with a time
	// Night is what is compared: Period, and what other runs cover around it, as long as all of it is no more than a day. A
	// night that was read in several calls is one night in the report of each.
	Night Period
	// Before are the covered periods before it, the latest first, at most [MostPeriods]: as long as Night, each ending where
	// an export ends or the one after it begins (of a night that was asked for by its day, the same hours of the days before), and covered for half of its hours or more. Without any nothing is compared.
	Before []Period
	// Whole says that at least half of the hours of Night are covered by exports that were read without trouble: what is
	// absent did not happen.
	Whole bool
	Asked Period // to compare with, see [CompareTo]; zero where the periods before are compared with
	Given Period // the ends of Asked as they were given, where they are no full hours; else zero
	// AskedWhole and AskedAny are how many hours of Asked exports cover that were read whole, and any exports.
	AskedWhole, AskedAny int
	// Passed are the hours that exports cover between Before and Night, or before Night where there is no Before: they make no period to compare
	// with, since they were not read whole, or are less than half of one.
	Passed []Period
	// PartBefore says that exports cover more hours of the day that ends at the last noon before Night than Before[0] holds: it is not all of
	// the night before.
	PartBefore bool
	// Gaps are the hours of Night that no export of this log covers which was read without trouble; in a report of a period whose ends were
	// asked for, of those between them. Where an end is open nothing is missed beyond Night, since a log of failures says nothing of quiet
	// hours, but where that end was not read whole: there it is as far as the other log goes.
	Gaps []Period
	// Apart are the hours before Night, since that of the other log, which no export of any log covers: one of the two exports came late, and nights in
	// between were not exported. They are no Gaps, as nothing of either night is missed; a timeline that has both must not show them as quiet.
	Apart []Period
	// Known says that the environment has exports of this log, though the report is about no record of it with a time: other periods hold failures of it that
	// are counted with none of the logs that are compared.
	Known bool
	// Missed is the last stretch of this log that exports cover before the night of the other one, no longer ago than a week, where none covers hours of
	// that night: an export is missing, and its silence says nothing. Zero where none is. MissedFailing is how many records of the log failed in it.
	Missed        Period
	MissedFailing int64
}

// Compared reports whether there is something to compare with.
func (c Comparison) Compared() bool { return len(c.Before) > 0 }

// A CompareTo chooses what a report is compared with. The zero value stands for the covered periods before it; of the
// first three fields one is set.
type CompareTo struct {
	Run    int64     // the hours that this run covers, of each log
	Day    time.Time // the night to this day: as long as that of the report, and some days before it
	Period Period    // these hours
	Given  Period    // the ends of Period as they were given, where they are no full hours; else zero

	// Environment is another one to compare with as well, for the same kind of hours, see [Elsewhere]; empty: none. It goes with any of the others.
	Environment string
}

func (to CompareTo) given() bool {
	to.Environment = ""
	return to != CompareTo{}
}

// of is the period to compare a night of a log with. run is what the chosen run covers.
func (to CompareTo) of(night Period, run []covered) Period {
	switch {
	case to.Run != 0:
		return mainPeriod(run)
	case !to.Day.IsZero():
		last := night.Until.Add(-time.Minute).Truncate(24 * time.Hour)
		shift := to.Day.Sub(last)
		return Period{night.From.Add(shift), night.Until.Add(shift)}
	}
	return to.Period
}

// choose makes c a comparison with one period that was asked for.
func (c *Comparison) choose(to CompareTo, run []covered, whole, any []Period) error {
	c.Before, c.Passed = nil, nil
	c.Asked, c.Given = to.of(c.Night, run), to.Given
	c.AskedWhole, c.AskedAny = within(whole, c.Asked), within(any, c.Asked)
	switch {
	case c.Asked.Hours() <= 0:
	case c.Asked.Until.After(c.Night.From):
		return fmt.Errorf("%w: of log %s the report begins at %s, what it was to be compared with ends at %s", ErrNotBefore,
			c.Log, c.Night.From.Format(time.DateTime), c.Asked.Until.Format(time.DateTime))
	case 2*c.AskedWhole >= c.Asked.Hours():
		c.Before = []Period{c.Asked}
	}
	return nil
}

// ErrNothing is wrapped by [OfCompared] when there is nothing of what a report was to be compared with.
var ErrNothing = errors.New("there is nothing to compare with")

// ErrNotBefore is wrapped by [OfCompared] when what a report was to be compared with does not lie before it.
var ErrNotBefore = errors.New("the hours to compare with do not lie before those of the report")

// MostPeriods is how many earlier periods count: a week of nights.
const MostPeriods = 7

// Compared reports whether any log has an earlier period to compare with.
func (s *Summary) Compared() bool { return slices.ContainsFunc(s.Logs, Comparison.Compared) }

// Asked reports whether the report is compared with a period that was asked for.
func (s *Summary) Asked() bool {
	return slices.ContainsFunc(s.Logs, func(c Comparison) bool { return c.Asked.Hours() > 0 })
}

// Period is what the report is about: the hours that its inputs cover, of all logs together; zero where no record has a time. A log whose export came late, and is of
// an earlier night than that of the other one, is compared for itself and is no part of it: nobody read what lies in between.
func (s *Summary) Period() Period {
	list := make([]Period, len(s.Logs))
	for i, c := range s.Logs {
		list[i] = c.Period
	}
	return oneNight(list, s.OfPeriod())
}

// oneNight is the stretch that the last of some periods is of, where all is false: the others count as far as they overlap it, or no more than a night's gap lies between.
func oneNight(list []Period, all bool) (p Period) {
	for _, q := range list {
		if q.Until.After(p.Until) {
			p = q
		}
	}
	for range list {
		for _, q := range list {
			if q.Hours() > 0 && (all || p.From.Sub(q.Until) <= store.NightGap) {
				p.include(q)
			}
		}
	}
	return p
}

// A covered range of a file.
type covered struct {
	Period
	records int64
	whole   bool
	main    bool // of its file it is the last range with a tenth of the records of the largest
}

// ranges are what files cover, by log: those of the runs of a scope, those of another run, and of all runs of the environment those that were
// read without trouble, and any.
type ranges struct{ own, other, whole, any map[string][]covered }

// coverage lists the ranges of a scope and of another run.
func coverage(ctx context.Context, db *store.DB, of store.Scope, run int64) (r ranges, err error) {
	r = ranges{make(map[string][]covered), make(map[string][]covered), make(map[string][]covered), make(map[string][]covered)}
	err = eachOf(ctx, db, of, "periods", func(rows *sql.Rows) error {
		var c covered
		var log string
		var isOwn, isOther bool
		err := rows.Scan(&log, &c.From, &c.Until, &c.records, &c.whole, &isOwn, &isOther, &c.main)
		c.From, c.Until = c.From.UTC(), c.Until.UTC()
		if isOwn {
			r.own[log] = append(r.own[log], c)
		}
		if isOther {
			r.other[log] = append(r.other[log], c)
		}
		if c.whole {
			r.whole[log] = append(r.whole[log], c)
		}
		r.any[log] = append(r.any[log], c)
		return err
	}, run)
	return r, err
}

// comparisons finds the periods of both logs.
func comparisons(ctx context.Context, db *store.DB, a about, to CompareTo) ([]Comparison, error) {
	known, err := coverage(ctx, db, a.scope, to.Run)
	if err == nil && to.Run != 0 && len(known.other) == 0 {
		err = fmt.Errorf("%w: run %d covers no hours of this environment, or is not there", ErrNothing, to.Run)
	}
	if err != nil {
		return nil, err
	}
	var list []Comparison
	for _, log := range []string{"dualwrite", "plugintrace"} {
		c := Comparison{Log: log}
		whole := hours(known.whole[log])
		if a.span == nil {
			c.Period = mainPeriod(known.own[log])
			c.Night = nightAround(whole, c.Period)
		} else {
			c.Period = hull(a.span.clip(known.own[log]))
			c.Night = c.Period
		}
		if c.Period.Hours() > 0 {
			any := hours(known.any[log])
			if a.ofDay() {
				c.Before = daysBefore(whole, c.Night, MostPeriods)
				c.Passed = daysPassedOver(any, c)
			} else {
				c.Before = periodsBefore(whole, wholeDays(c.Night), MostPeriods)
				c.Passed = passedOver(any, c)
			}
			c.PartBefore = partBefore(any, c)
			c.Whole = 2*within(whole, c.Night) >= c.Night.Hours()
			if to.given() {
				if err := c.choose(to, known.other[log], whole, any); err != nil {
					return nil, err
				}
			}
		}
		list = append(list, c)
	}
	all := nightTogether(list, a.span != nil)
	for i := range list {
		c := &list[i]
		if any := hours(known.any[c.Log]); c.Period.Hours() == 0 {
			c.Known, c.Missed = len(any) > 0, lastBefore(any, all)
		} else {
			whole := hours(known.whole[c.Log])
			asked := c.Night
			if c.Night.Within(all).Hours() > 0 { // else it came late
				asked = broken(whole, c.Night, all)
			}
			if a.span != nil {
				asked = a.span.ends(asked)
			}
			c.Gaps = gaps(whole, asked)
		}
	}
	setApart(list, hours(slices.Concat(known.any["dualwrite"], known.any["plugintrace"])))
	return list, nil
}

// setApart finds the hours between the nights of two logs that none of the ranges has, where they are not one night.
func setApart(list []Comparison, ranges []Period) {
	for i := range list {
		for _, other := range list {
			c, between := &list[i], Period{other.Night.Until, list[i].Night.From}
			if c.Period.Hours() > 0 && other.Period.Hours() > 0 && between.Until.Sub(between.From) > store.NightGap {
				c.Apart = slices.DeleteFunc(gaps(ranges, between), func(p Period) bool { // of a report of these hours they are missed
					return slices.ContainsFunc(slices.Concat(c.Gaps, other.Gaps), func(g Period) bool { return g.Within(p) == p })
				})
			}
		}
	}
}

// mostMissed is how long ago an export may be that is missed: who has made none for longer does not export this log any more.
const mostMissed = 7 * 24 * time.Hour

// lastBefore is the last stretch of the ranges before a night: what of them follows each other as a night does, or of longer ones as much as the night has.
// It is zero where the ranges hold hours of the night, or none of the week before.
func lastBefore(ranges []Period, night Period) (last Period) {
	if night.Hours() <= 0 || within(ranges, night) > 0 {
		return last
	}
	for _, r := range ranges {
		if r.Until.After(night.From) {
			break
		}
		last = r
	}
	switch {
	case last.Until.Before(night.From.Add(-mostMissed)):
		return Period{}
	case last.Hours() > 24:
		last.From = later(last.From, last.Until.Add(-night.Until.Sub(night.From)))
		return last
	}
	return nightAround(ranges[:slices.IndexFunc(ranges, func(r Period) bool { return r.Until.Equal(last.Until) })+1], last)
}

// include stretches the period as far as another one goes; a zero one is none.
func (p *Period) include(q Period) {
	p.From, p.Until = earlier(p.From, q.From), later(p.Until, q.Until)
}

// nightTogether goes as far as those of all logs that are of one night.
func nightTogether(logs []Comparison, all bool) Period {
	nights := make([]Period, len(logs))
	for i, c := range logs {
		nights[i] = c.Night
	}
	return oneNight(nights, all)
}

// broken is the night of a log, which goes as far as that of all logs at an end where its export was not read whole: nobody knows what else
// was in it.
func broken(whole []Period, night, all Period) Period {
	if within(whole, Period{night.From, night.From.Add(time.Hour)}) == 0 {
		night.From = all.From
	}
	if within(whole, Period{night.Until.Add(-time.Hour), night.Until}) == 0 {
		night.Until = all.Until
	}
	return night
}

// mainPeriod is the period of ranges: the last stretch without a pause of more than a day that some file is of, and no stray, see [store.LastOf]. Records of other days, left over in
// a queue or with a wrong clock, do not stretch it, nor does the export of an earlier night that came late, however many it has.
func mainPeriod(ranges []covered) Period {
	slices.SortFunc(ranges, func(a, b covered) int { return cmp.Or(a.From.Compare(b.From), a.Until.Compare(b.Until)) })
	var stretches []covered
	end := time.Time{}
	for i, r := range ranges {
		if i == 0 || r.From.Sub(end) > 24*time.Hour {
			stretches = append(stretches, covered{})
		}
		now := &stretches[len(stretches)-1]
		now.include(r.Period)
		now.records += r.records
		now.main = now.main || r.main
		end = now.Until
	}
	stretches = slices.DeleteFunc(stretches, func(c covered) bool { return !c.main })
	if len(stretches) == 0 {
		return Period{}
	}
	return stretches[store.LastOf(len(stretches), func(i int) (int64, int) { return stretches[i].records, stretches[i].Hours() })].Period
}

// nightAround is p with the ranges around it that follow each other without a gap of more than [store.NightGap]; p itself where that
// is more than a day: exports that follow each other for weeks are no night.
func nightAround(ranges []Period, p Period) Period {
	night := p
	for i := len(ranges) - 1; i >= 0; i-- {
		if r := ranges[i]; r.From.Before(night.From) && night.From.Sub(r.Until) <= store.NightGap {
			night.From = r.From
		}
	}
	for _, r := range ranges {
		if r.Until.After(night.Until) && r.From.Sub(night.Until) <= store.NightGap {
			night.Until = r.Until
		}
	}
	if night.Until.Sub(night.From) > store.NightLength {
		return p
	}
	return night
}

// hours joins ranges that meet or overlap; the result is in order of time.
func hours(ranges []covered) (out []Period) {
	slices.SortFunc(ranges, func(a, b covered) int { return a.From.Compare(b.From) })
	for _, r := range ranges {
		if n := len(out); n > 0 && !r.From.After(out[n-1].Until) {
			out[n-1].Until = later(out[n-1].Until, r.Until)
			continue
		}
		out = append(out, r.Period)
	}
	return out
}

// within counts the hours of p that are in ranges.
func within(ranges []Period, p Period) (n int) {
	for _, r := range ranges {
		n += max(0, r.Within(p).Hours())
	}
	return n
}

// gaps are the hours of p that are in none of the ranges, which are in order of time and apart from each other.
func gaps(ranges []Period, p Period) (out []Period) {
	from := p.From
	for _, r := range ranges {
		if gap := (Period{from, r.From}).Within(p); gap.Hours() > 0 {
			out = append(out, gap)
		}
		from = later(from, r.Until)
	}
	if from.Before(p.Until) {
		out = append(out, Period{from, p.Until})
	}
	return out
}

// passedOver are the ranges that lie between the latest period to compare with and the night, in order of time.
func passedOver(ranges []Period, c Comparison) (out []Period) {
	between := Period{Until: c.Night.From}
	if len(c.Before) > 0 {
		between.From = c.Before[0].Until
	}
	for _, r := range ranges {
		if r = r.Within(between); r.Hours() > 0 {
			out = append(out, r)
		}
	}
	return out
}

// daysPassedOver is passedOver of a night that was asked for by its day: the same hours of the days in between.
func daysPassedOver(ranges []Period, c Comparison) (out []Period) {
	for p := c.Night; len(ranges) > 0 && p.From.After(ranges[0].From); {
		p = Period{p.From.AddDate(0, 0, -1), p.Until.AddDate(0, 0, -1)}
		if len(c.Before) > 0 && !p.From.After(c.Before[0].From) {
			break
		}
		for _, r := range ranges {
			if r = r.Within(p); r.Hours() > 0 {
				out = append(out, r)
			}
		}
	}
	slices.SortFunc(out, func(a, b Period) int { return a.From.Compare(b.From) })
	return out
}

// partBefore reports whether the ranges hold more of the day that ends at the last noon before the night than the latest period to compare with.
func partBefore(ranges []Period, c Comparison) bool {
	if len(c.Before) == 0 {
		return false
	}
	noon := c.Night.From.Add(-12 * time.Hour).Truncate(24 * time.Hour).Add(12 * time.Hour)
	day := Period{noon.Add(-24 * time.Hour), noon}
	return within(ranges, day) > within(ranges, day.Within(c.Before[0]))
}

// wholeDays is a night without the hours by which daily exports overlap: three at most, of more than a day. With them each period would begin an hour or so
// earlier than the one of the night before did, and what failed at that time would be counted in one night by one report and in another night by the next.
func wholeDays(p Period) Period {
	const day = 24 * time.Hour
	length := p.Until.Sub(p.From)
	if over := length % day; length > day && over <= 3*time.Hour {
		length -= over
	}
	return Period{p.From, p.From.Add(length)}
}

// daysBefore are the same hours of the days before a night that was asked for by its day. Where exports cover hours without a pause, periods as long as a night that is
// not over yet would cut the nights before.
func daysBefore(ranges []Period, p Period, most int) (out []Period) {
	for len(ranges) > 0 && len(out) < most {
		p = Period{p.From.AddDate(0, 0, -1), p.Until.AddDate(0, 0, -1)}
		if !p.Until.After(ranges[0].From) {
			break
		}
		if 2*within(ranges, p) >= p.Hours() {
			out = append(out, p)
		}
	}
	return out
}

// periodsBefore goes back in time: each period ends with the last covered hour before the one that follows it, and is as
// long as p. One of which less than half is covered says little of what did not happen in it, and is passed over.
func periodsBefore(ranges []Period, p Period, most int) (out []Period) {
	length, end := p.Until.Sub(p.From), p.From
	for i := len(ranges) - 1; i >= 0 && len(out) < most; {
		if !ranges[i].From.Before(end) {
			i--
			continue
		}
		until := ranges[i].Until
		if until.After(end) {
			until = end
		}
		before := Period{until.Add(-length), until}
		if 2*within(ranges[:i+1], before) >= before.Hours() {
			out = append(out, before)
		}
		end = before.From
	}
	return out
}
