package summary

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

// quietEnough is the shortest silence that ends an outage: a plug-in that is tried again every few minutes
// was tried again by then.
const quietEnough = 15 * time.Minute

// outages looks which failures of tier 1 are over, and moves those to what only has to be repeated.
//
// Records say what failed, never that a system is up. So "over since 02:30" claims what they do show: the
// last failure was at 02:30, and the plug-ins that had failed (where the log names none: the tables) were
// at work afterwards without it, for as long as the longest pause between two of the failures and for a quarter of
// an hour at least. At work are records that are ok, or that failed by a rule of the tiers 2 to 5, which
// takes an answer of the other side or comes from the data. Unknown messages, time-outs and other
// failures to reach something may be the same outage in other words and do not count, nor do records
// without a time or behind the timeline: a clock that is years ahead proves nothing. Where nothing came afterwards nothing is claimed.
//
// Only tier 1 can be over in this sense: an outage stops whatever is written. Privileges or
// reference data fail when somebody writes that very row, so their silence proves nothing.
func outages(ctx context.Context, db *store.DB, m *classify.Matcher, t *Timeline, drafts []*Fix, list []Signature) error {
	var ids, answers []string
	bySig := make(map[string]*Fix)
	for _, f := range drafts {
		if f.Tier == classify.Reachability && !f.LastSeen.IsZero() {
			ids = append(ids, f.Signature)
			bySig[f.Signature] = f
		}
	}
	if len(ids) == 0 {
		return nil
	}
	for _, r := range m.Rules() {
		if r.Tier > classify.Reachability && r.Tier < classify.RepeatOnly && !r.Wrapper {
			answers = append(answers, r.ID)
		}
	}
	slices.Sort(ids)
	return each(ctx, db, "after", func(rows *sql.Rows) error {
		var sig string
		var pause float64
		var records, ok int64
		var until time.Time
		if err := rows.Scan(&sig, &pause, &records, &ok, (*instant)(&until)); err != nil {
			return err
		}
		f := bySig[sig]
		if until.Sub(f.LastSeen) >= max(quietEnough, time.Duration(pause*float64(time.Second))) {
			f.over(t, records, ok, until, max(0, find(list, sig).AffectedKeys-savedOf(drafts, sig)))
		}
		return nil
	}, strings.Join(ids, "\n"), strings.Join(answers, "\n"), t.Until.UnixMicro())
}

// savedOf is how many records of a signature are of rows that were saved later: no more than these are the keys that only they name.
func savedOf(drafts []*Fix, sig string) (n int64) {
	for _, f := range drafts {
		if f.Settled && f.Signature == sig {
			n += f.Saved
		}
	}
	return n
}

// over makes a fix that is no longer needed one that says so, and leads with what is left to do. keys is how many rows its records name at least. Of the later records ok are
// ok: where none is, it was reached, and whether all is well nobody knows.
func (f *Fix) over(t *Timeline, records, ok int64, until time.Time, keys int64) {
	f.Tier, f.OverSince = classify.RepeatOnly, f.LastSeen
	again := savedAgain(f.Records, keys)
	since := t.clock(f.OverSince, until)
	f.Summary = again + ": over since " + since + "."
	f.Retry, f.Role = "yes", "Dual-write operator"
	steps := []string{again + ". The last failure was at " + since + "; until " + t.clock(until, f.OverSince) + " the same plug-ins or tables have " +
		words.Count(records, "later record") + " without it"}
	switch {
	case ok == 0:
		steps[0] += words.Plural(records, ", which failed of something else", ", all of which failed of something else")
	case ok < records:
		steps[0] += ", of which " + words.Thousands(ok) + words.Plural(ok, " is", " are") + " ok and " + words.Plural(records-ok, "1 failed", "the others failed") + " of something else"
	}
	steps[0] += "."

	again = "Only if it comes back: "
	for _, s := range f.Steps {
		if !strings.HasPrefix(s, whatRecordsName) { // which is so now
			s, again = again+s, ""
		}
		steps = append(steps, s)
	}
	f.Steps = steps
	f.Parts = []Part{f.part()}
}

// clock says when something was, with the day where that is another one than that of near, or where the report is about more than a day.
func (t *Timeline) clock(at, near time.Time) string {
	if at.Format(time.DateOnly) != near.Format(time.DateOnly) || t.Until.Sub(t.From) > 24*time.Hour {
		return at.Format("2 Jan 15:04")
	}
	return at.Format("15:04")
}

// savedAgain says what there is to repeat of so many records, which name keys different rows: a row may have failed more than once, and traces name none.
func savedAgain(records, keys int64) string {
	switch {
	case keys == 0:
		return "Repeat what failed in " + words.Count(records, "record")
	case keys < records:
		return "Save the rows of " + words.Count(records, "record") + " again"
	}
	return words.Plural(records, "Save the row again", "Save the "+words.Thousands(records)+" rows again")
}
