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

// broughtBy gives the titles of the maps whose rows an entity has, as a log prints it.
func broughtBy(m *classify.Matcher) func(entity string) []string {
	return func(entity string) []string { return entitiesOf(m.Maps(entity)) }
}

// settledFix is for the records of a rule that wait no longer, nil where there are none: ok records show their own rows, or those that they looked up, later
// than they failed. Nothing is left to mend, and of those that are not saved only to save them again; held of them with what else their rows failed of.
func settledFix(m *classify.Matcher, f *Fix, found *tally, waits []wait, held store.Held, t *Timeline) *Fix {
	own := *f
	own.Held, own.Again, own.Keyless, own.Unsaved = held.Left, held.Again, 0, Period{}
	own.Records, own.FirstSeen, own.LastSeen, own.Within, own.Outside = 0, time.Time{}, time.Time{}, Period{}, 0
	var cameAt, savedAt time.Time
	var touches []Touch
	names, companies := make(map[string]int64), make(map[string]int64)
	for _, w := range waits {
		if w.sig != f.Signature || !w.settled {
			continue
		}
		own.Records, own.Saved = own.Records+w.records, own.Saved+w.saved
		own.Keyless += w.keyless
		own.FirstSeen, own.LastSeen = earlier(own.FirstSeen, w.first), later(own.LastSeen, w.last)
		if !w.unsaved.From.IsZero() {
			own.Unsaved = Period{earlier(own.Unsaved.From, w.unsaved.From), later(own.Unsaved.Until, w.unsaved.Until)}
		}
		cameAt, savedAt = later(cameAt, w.cameAt), later(savedAt, w.savedAt)
		names[w.mapTitle] += w.records
		companies[w.company] += w.records
		touches = append(touches, w.touch(found))
	}
	if own.Records == 0 {
		return nil
	}
	_, own.NoCompany = companies[""]
	delete(companies, "")
	own.Entities, own.Companies, own.Touches = mostNamed(names), mostNamed(companies), touchedBy(touches)
	own.of(m, m.Rule(f.Signature), found, values{})
	own.Tier, own.Settled, own.OverSince = classify.RepeatOnly, true, later(cameAt, savedAt)
	if own.Role, own.Retry = "Dual-write operator", "yes"; own.LeavesNothing() {
		own.Role, own.Retry = "nobody", "no" // as advice to save rows again it would be followed
	}
	own.SQL, own.Prerequisites, own.OtherPrerequisites = nil, nil, nil
	own.tellSettled(t, cameAt, savedAt)
	own.Parts = []Part{own.part()}
	return &own
}

// tellSettled says what is left to do of a settled fix: to save again what had all that it looked up at cameAt. The rest was saved, the last of it at savedAt.
func (f *Fix) tellSettled(t *Timeline, cameAt, savedAt time.Time) {
	at := func(x time.Time) string { return t.clock(x, f.LastSeen) }
	// What the rule says of the cause is not so any more.
	f.Cause = "A later record that is ok shows of each of these records that its own row was saved, or that what it looked up came."
	f.Steps = nil
	n, tail := f.AtOnce(), ""
	switch {
	case f.Held > 0 && n == 0:
		tail = ", but " + words.Plural(f.Held, "its row", "their rows") + " failed of something else, too"
	case f.Held > 0:
		tail = "; the " + words.Plural(f.Held, "row of 1 other", "rows of "+words.Thousands(f.Held)+" others") + " failed of something else, too"
	}
	if f.Keyless > 0 && n+f.Held > 0 {
		tail += "; " + words.Count(f.Keyless, "other") + " " + words.Plural(f.Keyless, "does", "do") + " not say which " + words.Plural(f.Keyless, "row it is of", "rows they are of")
	}
	if f.Saved > 0 {
		tail += "; the " + words.Plural(f.Saved, "row of 1 other is", "rows of "+words.Thousands(f.Saved)+" others are") + " saved" + f.failedAgain()
	}
	switch left := n + f.Held; {
	case left == 0 && f.Keyless > 0:
		f.Summary = "What " + words.Plural(f.Keyless, "the record looked up is", words.Thousands(f.Keyless)+" records looked up is") + " there since " + at(cameAt) + "; " +
			words.Plural(f.Keyless, "it does not say which row it is of", "they do not say which rows they are of") + tail + "."
	case left == 0 && f.Again > 0:
		f.Summary = words.Plural(f.Saved, "The row of the record is", "The rows of "+words.Thousands(f.Saved)+" records are") + " saved since " + at(savedAt) + f.failedAgain() + "."
	case left == 0:
		f.Summary = "Nothing to save again: " + words.Plural(f.Saved, "the row of the record is", "the rows of "+words.Thousands(f.Saved)+" records are") + " saved since " + at(savedAt) + "."
	case n == 0:
		f.Summary = "What " + words.Plural(left, "the record looked up is", words.Thousands(left)+" records looked up is") + " there since " + at(cameAt) + tail + "."
	default:
		f.Summary = "Save again what failed in " + words.Count(n, "record") + ": what " + words.Plural(n, "it", "they") + " looked up is there since " + at(cameAt) + tail + "."
	}
	if left := n + f.Held; left > 0 {
		f.Steps = append(f.Steps, "Save the rows again that retry.csv lists after this fix, in its order. What "+words.Plural(left, "the record", "the "+words.Thousands(left)+" records")+" of this fix looked up has a later record that is ok, the last at "+
			at(cameAt)+". A row that waits for one of these rows, too, stands behind it.")
	}
	if f.Held > 0 {
		f.Steps = append(f.Steps, words.Plural(f.Held, "The row of 1 of these records", "The rows of "+words.Thousands(f.Held)+" of these records")+" failed of something else, too: "+
			words.Plural(f.Held, "it stands", "they stand")+" in retry.csv behind the later of the two fixes, where both have one.")
	}
	if f.Keyless > 0 {
		f.Steps = append(f.Steps, words.Count(f.Keyless, "record does", "records do")+" not say which "+words.Plural(f.Keyless, "row it is of", "rows they are of")+", so retry.csv cannot list "+words.Plural(f.Keyless, "it", "them")+
			": see in the app whether the row is there, and save it again where it is not.")
	}
	if f.Again > 0 {
		f.Steps = append(f.Steps, words.Plural(f.Again, "The row of 1 record that was saved", "The rows of "+words.Thousands(f.Again)+" records that were saved")+" failed again later: "+words.Plural(f.Again, "it stands", "they stand")+
			" where the plan has what "+words.Plural(f.Again, "it", "they")+" failed of then.")
	}
	if n := f.Done(); n > 0 {
		f.Steps = append(f.Steps, "Nothing is to be done for "+words.Count(n, "record")+": "+words.Plural(n, "its own row has", "their own rows have")+" a later record that is ok, the last at "+at(savedAt)+".")
	}
}

// failedAgain says of the rows that were saved how many failed again later.
func (f *Fix) failedAgain() string {
	switch {
	case f.Again == 0:
		return ""
	case f.Saved == 1:
		return ", but it failed again"
	case f.Again == f.Saved:
		return ", but all of them failed again"
	}
	return ", but " + words.Thousands(f.Again) + " of them failed again"
}

// readSaved reads which records of other rules than those about look-ups, which are sigs, are of rows that an ok record saved later. They wait for nothing; the
// fix of the rule is for the others, of which it needs to know no more than when they failed.
func readSaved(ctx context.Context, db *store.DB, sigs []string) (waits []wait, err error) {
	err = each(ctx, db, "saved", func(rows *sql.Rows) error {
		var w wait
		err := rows.Scan(&w.sig, &w.settled, &w.mapTitle, &w.company, &w.records, (*instant)(&w.first), (*instant)(&w.last), (*instant)(&w.savedAt))
		if w.settled {
			w.saved = w.records
		}
		waits = append(waits, w)
		return err
	}, strings.Join(sigs, "\n"))
	return waits, err
}

// leftValues are the values that the records of rules print whose rows were not saved later: what is done names nobody who is to do it again.
func leftValues(ctx context.Context, db *store.DB, m *classify.Matcher, waits []wait, hide hider) (values, error) {
	var rules []*classify.Rule
	for _, r := range m.Rules() {
		if !r.WaitsForMaps() && slices.ContainsFunc(waits, func(w wait) bool { return w.sig == r.ID && !w.settled }) {
			rules = append(rules, r)
		}
	}
	if len(rules) == 0 {
		return values{}, nil
	}
	vs, err := valuesOf(ctx, db, rules, "scope ANTI JOIN (FROM scope_settled WHERE saved) USING (place)")
	hide.all(vs)
	return vs, err
}
