package summary

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// States of a signature in a map, against the periods before; changes.csv lists all but what is ongoing.
const (
	New       = "new"       // the database did not know it before the period
	Regressed = "regressed" // it is back after BackAfter periods or more, and a day, without it
	Spiking   = "spiking"   // far more records than in any period before
	Ongoing   = "ongoing"   // any other that fails
	Quiet     = "quiet"     // it failed in the periods before and not in this one, whose hours were read
	Resolved  = "resolved"  // it has not failed for BackAfter periods, this one being the last of them
)

// Changes are the states in the order in which they are listed.
var Changes = []string{New, Regressed, Spiking, Ongoing, Quiet, Resolved}

// How states are told apart. Three periods are a long weekend: what was not there from Friday to Monday is over, and
// when it comes again it is news. A spike is more than three times the largest of the periods before, so a map that
// fails twice as often on Mondays is none; with fewer than ten records, or fewer than three periods to compare with, any
// failure that comes twice would be.
const (
	BackAfter  = 3
	SpikeTimes = 3
	SpikeLeast = 10
	SpikeAfter = 3
)

// compare makes the table scope_states: the periods of the report and in which state every signature × map is.
func compare(ctx context.Context, db *store.DB, a about, to CompareTo) (logs []Comparison, err error) {
	if logs, err = comparisons(ctx, db, a, to); err != nil {
		return nil, err
	}
	var windows []store.Window
	var whole []string
	period := nightTogether(logs, a.span != nil)
	for _, c := range logs {
		if period.Hours() == 0 {
			break
		}
		if c.Night.Hours() == 0 {
			windows = append(windows, store.Window{Log: c.Log, Number: store.Unread, From: period.From, Until: period.Until})
			continue
		}
		for i, p := range append([]Period{c.Night}, c.Before...) {
			windows = append(windows, store.Window{Log: c.Log, Number: i, From: p.From, Until: p.Until})
		}
		if c.Whole {
			whole = append(whole, c.Log)
		}
	}
	back := BackAfter
	if to.given() {
		back = 1 // of one period there is only before and after
	}
	if err := db.States(ctx, a.scope, windows, whole, store.ChangeRule{Back: back, Spike: SpikeTimes, Least: SpikeLeast, Enough: SpikeAfter, Apart: a.ofDay()}); err != nil {
		return nil, err
	}
	for i := range logs {
		if c := &logs[i]; c.Missed.Hours() > 0 {
			if err := each(ctx, db, "missed", func(rows *sql.Rows) error { return rows.Scan(&c.MissedFailing) }, c.Log, c.Missed.From, c.Missed.Until); err != nil {
				return nil, err
			}
		}
	}
	return logs, nil
}

// mostChanges is how many of each state are listed, see mostFindings.
var mostChanges = 10000

// changes lists what changed against the periods before. Companies are not told apart: a failure that reaches
// another company is no other failure. It asks the database and not the findings, of which some are summed up.
func changes(ctx context.Context, db *store.DB, name titles, s *Summary, hide hider) error {
	err := each(ctx, db, "states", func(rows *sql.Rows) error {
		var change string
		var unexplained bool
		var n int
		err := rows.Scan(&change, &unexplained, &n)
		if unexplained {
			s.ChangedUnknown.add(change, n)
		} else {
			s.Changed.add(change, n)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := periodTotals(ctx, db, s); err != nil {
		return err
	}
	gone := make(sayers)
	for _, state := range Changes {
		if state == Ongoing {
			continue
		}
		err := each(ctx, db, "changed", func(rows *sql.Rows) error {
			ch := Change{Change: state}
			var place int64
			err := rows.Scan(&ch.Signature, &ch.TemplateID, &ch.MapTitle, &ch.Map, &ch.Severity, &ch.Records, &ch.PreviousRecords, (*instant)(&ch.FirstSeen), (*instant)(&ch.LastSeen),
				(*instant)(&ch.KnownSince), (*counts)(&ch.Counts), &place)
			if ch.Title = name.ofMessage(ch.Signature, ch.TemplateID); state == Quiet || state == Resolved {
				gone.add(ch, place)
			}
			s.Changes = append(s.Changes, ch)
			return err
		}, state, mostChanges)
		if err != nil {
			return err
		}
	}
	return gone.name(ctx, db, s.Changes, hide)
}

// sayers are records that say messages which changes are of, one each: its place, below 0 where none is left.
type sayers map[message]int64

func (at sayers) add(c Change, place int64) {
	if !c.Unknown() && c.TemplateID == "" {
		return
	}
	of := message{c.Signature, c.TemplateID}
	if known, ok := at[of]; !ok || known < 0 {
		at[of] = place
	}
}

// name gives the changes of a list that are of these messages the text of their record. Where none is left they are called what an earlier report
// called them; else, and where names are hidden, which has to happen before a text is cut, they keep the id of their template.
func (at sayers) name(ctx context.Context, db *store.DB, list []Change, hide hider) error {
	of := make(map[int64]message)
	for said, place := range at {
		of[place] = said
	}
	titles := make(map[message]string)
	if err := eachText(ctx, db, slices.Sorted(maps.Keys(of)), hide, func(place int64, t *classify.Texts, names string, values []string) {
		text := hide.textOf(string(masked(t, names)), values)
		if text != "" { // else it was left behind when the records were taken out of their database
			titles[of[place]] = messageTitle(of[place].sig, text)
		}
	}); err != nil {
		return err
	}
	var rest []string
	for said := range at {
		if titles[said] == "" && hide.Redactor == nil {
			rest = append(rest, said.sig+"\t"+said.template)
		}
	}
	if slices.Sort(rest); len(rest) > 0 {
		if err := each(ctx, db, "told_titles", func(rows *sql.Rows) error {
			var of message
			var title string
			err := rows.Scan(&of.sig, &of.template, &title)
			titles[of] = title
			return err
		}, strings.Join(rest, "\n")); err != nil {
			return err
		}
	}
	for i := range list {
		if title := titles[message{list[i].Signature, list[i].TemplateID}]; title != "" {
			list[i].Title = title
		}
	}
	return nil
}

// periodTotals fills FailedIn as far back as every log that was read is compared: of one that is not, what failed
// before is not known, and a sum without it would make a quiet night of the one before.
func periodTotals(ctx context.Context, db *store.DB, s *Summary) error {
	periods := 1 + MostPeriods
	for _, c := range s.Logs {
		if c.Period.Hours() > 0 {
			periods = min(periods, 1+len(c.Before))
		}
	}
	if periods == 1 || !s.Compared() {
		return nil
	}
	err := each(ctx, db, "period_totals", func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		s.FailedIn = append(s.FailedIn, n)
		return err
	})
	s.FailedIn = s.FailedIn[:min(periods, len(s.FailedIn))]
	return err
}

// counts scans the records of the windows, the period of the report first.
type counts []int64

// Scan implements [sql.Scanner].
func (c *counts) Scan(v any) error {
	*c = nil
	items, _ := v.([]any)
	for _, item := range items {
		n, _ := item.(int64)
		*c = append(*c, n)
	}
	return nil
}

// change of a whole signature, of the states it has in maps: new or back only where it is so in every one; spiking where
// it is anywhere, since that is what to look at.
func change(fs []*Finding) string {
	has := make(map[string]bool)
	for _, f := range fs {
		has[f.Change] = true
	}
	switch {
	case has[Spiking]:
		return Spiking
	case has[Ongoing]:
		return Ongoing
	case has[Regressed]:
		return Regressed
	case has[New]:
		return New
	}
	return ""
}

// Changed counts signatures × maps by their states; all are 0 where nothing is compared.
type Changed struct{ New, Regressed, Spiking, Ongoing, Quiet, Resolved int }

func (c *Changed) add(change string, n int) {
	switch change {
	case New:
		c.New += n
	case Regressed:
		c.Regressed += n
	case Spiking:
		c.Spiking += n
	case Ongoing:
		c.Ongoing += n
	case Quiet:
		c.Quiet += n
	case Resolved:
		c.Resolved += n
	}
}

// In is how many of them are in a state.
func (c Changed) In(state string) int {
	switch state {
	case New:
		return c.New
	case Regressed:
		return c.Regressed
	case Spiking:
		return c.Spiking
	case Ongoing:
		return c.Ongoing
	case Quiet:
		return c.Quiet
	case Resolved:
		return c.Resolved
	}
	return 0
}

// Listed is how many of them changes.csv is about: all but the ongoing ones.
func (c Changed) Listed() int { return c.New + c.Regressed + c.Spiking + c.Quiet + c.Resolved }

// Unknown reports whether the change is of a message that no rule explains.
func (c Change) Unknown() bool {
	return strings.HasPrefix(c.Signature, unknownPrefix)
}

const unknownPrefix = classify.StatusUnknown + "/"
