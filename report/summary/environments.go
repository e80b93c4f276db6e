package summary

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"dwtriage/report/store"
)

// In which of two environments a signature of a map fails, in the place of a state of changes.csv.
const (
	OnlyHere  = "only-here"  // in that of the report, and not in the other one
	OnlyThere = "only-there" // in the other one alone
	InBoth    = "both"
)

// inEnvironments are they in the order in which they are listed.
var inEnvironments = []string{OnlyHere, OnlyThere, InBoth}

// Elsewhere is the comparison of a report with another environment, which nothing else of the report is about.
type Elsewhere struct {
	Environment string
	Logs        []ElsewhereLog
	Explained   FailsIn  // signatures of a map each, of rules and codes
	Unknown     FailsIn  // unknown messages of a map each
	Records     int64    // failing records of the report in the hours compared
	Others      int64    // those of the other environment
	List        []Change // Change is OnlyHere, OnlyThere or InBoth, and PreviousRecords are those of the other environment; of each those with most records
}

// FailsIn counts what fails in which of both environments.
type FailsIn struct{ OnlyHere, OnlyThere, Both int }

func (f *FailsIn) add(change string, n int) {
	switch change {
	case OnlyHere:
		f.OnlyHere += n
	case OnlyThere:
		f.OnlyThere += n
	case InBoth:
		f.Both += n
	}
}

func (f FailsIn) all() int { return f.OnlyHere + f.OnlyThere + f.Both }

// An ElsewhereLog is what of a log is compared: hours of the report, and as many of the other environment, the latest that do not end
// behind them and of which half or more were read without trouble. They may be those of another night. There is zero where nothing is, and Why says which of both lacks it.
type ElsewhereLog struct {
	Log         string
	Here, There Period
	Why         string // NotRead, NotWhole, NoneThere, NotThere; empty where it is compared
}

// Why a log is not compared with that of another environment.
const (
	NotRead   = "not-read"   // none of its records were read for the report
	NotWhole  = "not-whole"  // less than half of the hours of the report were read without trouble
	NotThere  = "not-there"  // the other environment has no such hours that were
	NoneThere = "none-there" // the other environment has no hours of this log at all
)

// Compared reports whether any log is compared.
func (e *Elsewhere) Compared() bool {
	for _, l := range e.Logs {
		if l.Why == "" {
			return true
		}
	}
	return false
}

// Count is how many signatures of a map, and unknown messages, it tells apart.
func (e *Elsewhere) Count() int {
	return e.Explained.all() + e.Unknown.all()
}

// ErrNoEnvironment is wrapped by [OfRedacted] and [OfSpan] when the database has no run of the environment to compare with.
var ErrNoEnvironment = errors.New("no run of the environment to compare with")

// elsewhere compares the scope with the environment that is asked for; nil without one.
func elsewhere(ctx context.Context, db *store.DB, environment string, name titles, logs []Comparison, hide hider) (*Elsewhere, error) {
	if environment == "" {
		return nil, nil
	}
	var first int64
	if err := each(ctx, db, "first_run", func(rows *sql.Rows) error { return rows.Scan(&first) }, environment); err != nil {
		return nil, err
	}
	if first == 0 {
		return nil, fmt.Errorf("%w: %q", ErrNoEnvironment, environment)
	}
	other := store.OfRun(first)
	known, err := coverage(ctx, db, other, 0)
	if err != nil {
		return nil, err
	}
	e := &Elsewhere{Environment: environment}
	var ours, theirs []store.Window
	for _, c := range logs {
		l := ElsewhereLog{Log: c.Log, Here: c.Period}
		switch there := periodsBefore(hours(known.whole[c.Log]), Period{c.Period.Until, c.Period.Until.Add(c.Period.Until.Sub(c.Period.From))}, 1); {
		case c.Period.Hours() == 0:
			l.Why = NotRead
		case !c.Whole:
			l.Why = NotWhole
		case len(known.any[c.Log]) == 0:
			l.Why = NoneThere
		case len(there) == 0:
			l.Why = NotThere
		default:
			l.There = there[0]
			ours = append(ours, store.Window{Log: c.Log, From: l.Here.From, Until: l.Here.Until})
			theirs = append(theirs, store.Window{Log: c.Log, From: l.There.From, Until: l.There.Until})
		}
		e.Logs = append(e.Logs, l)
	}
	if len(ours) == 0 {
		return e, nil
	}
	if err := db.Environments(ctx, other, ours, theirs); err != nil {
		return nil, err
	}
	return e, e.read(ctx, db, name, hide)
}

func (e *Elsewhere) read(ctx context.Context, db *store.DB, name titles, hide hider) error {
	err := each(ctx, db, "environment_counts", func(rows *sql.Rows) error {
		var change string
		var unexplained bool
		var n int
		var here, there int64
		err := rows.Scan(&change, &unexplained, &n, &here, &there)
		e.Records, e.Others = e.Records+here, e.Others+there
		if unexplained {
			e.Unknown.add(change, n)
		} else {
			e.Explained.add(change, n)
		}
		return err
	})
	if err != nil {
		return err
	}
	messages := make(sayers)
	for _, state := range inEnvironments {
		err := each(ctx, db, "environment_changes", func(rows *sql.Rows) error {
			c := Change{Change: state}
			var place int64
			err := rows.Scan(&c.Signature, &c.TemplateID, &c.MapTitle, &c.Map, &c.Severity, &c.Records, &c.PreviousRecords, (*instant)(&c.FirstSeen), (*instant)(&c.LastSeen), &place)
			c.Title = name.ofMessage(c.Signature, c.TemplateID)
			messages.add(c, place)
			e.List = append(e.List, c)
			return err
		}, state, mostChanges)
		if err != nil {
			return err
		}
	}
	return messages.name(ctx, db, e.List, hide)
}
