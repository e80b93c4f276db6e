package summary

import (
	"context"
	"database/sql"
	"time"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

// broughtBy gives the titles of the maps whose rows an entity has, as a log prints it.
func broughtBy(m *classify.Matcher) func(entity string) []string {
	return func(entity string) []string { return entitiesOf(m.Maps(entity)) }
}

// settledFix is for the records of a rule about look-ups that wait no longer, nil where there are none: ok records show the rows that they looked up, or
// their own rows, later than they failed. Nothing is left to mend, and of those that are not saved only to save them again.
func settledFix(m *classify.Matcher, f *Fix, found *tally, waits []wait) *Fix {
	own := *f
	own.Records, own.FirstSeen, own.LastSeen, own.Within, own.Outside = 0, time.Time{}, time.Time{}, Period{}, 0
	var cameAt, savedAt time.Time
	var touches []Touch
	names, companies := make(map[string]int64), make(map[string]int64)
	for _, w := range waits {
		if w.sig != f.Signature || !w.settled {
			continue
		}
		own.Records, own.Saved = own.Records+w.records, own.Saved+w.saved
		own.FirstSeen, own.LastSeen = earlier(own.FirstSeen, w.first), later(own.LastSeen, w.last)
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
	own.of(m, m.Rule(f.Signature), found, make(map[string]string), nil, nil)
	own.Tier, own.Settled, own.OverSince = classify.RepeatOnly, true, later(cameAt, savedAt)
	own.Role, own.Retry = "Dual-write operator", "yes"
	own.SQL, own.Prerequisites, own.OtherPrerequisites = nil, nil, nil
	own.tellSettled(cameAt, savedAt)
	own.Parts = []Part{own.part()}
	return &own
}

// tellSettled says what is left to do of a settled fix: to save again what had all that it looked up at cameAt. The rest was saved, the last of it at savedAt.
func (f *Fix) tellSettled(cameAt, savedAt time.Time) {
	at := func(t time.Time) string {
		if t.Format(time.DateOnly) != f.LastSeen.Format(time.DateOnly) {
			return t.Format("2 Jan 15:04")
		}
		return t.Format("15:04")
	}
	f.Steps = nil
	n := f.Records - f.Saved
	if n == 0 {
		f.Summary = "Nothing to save again: " + words.Plural(f.Saved, "the row of the record is", "the rows of "+words.Thousands(f.Saved)+" records are") + " saved since " + at(savedAt) + "."
	} else {
		f.Summary = "Save again what failed in " + words.Count(n, "record") + ": what " + words.Plural(n, "it", "they") + " looked up is there since " + at(cameAt)
		f.Steps = append(f.Steps, "Save the rows again that retry.csv lists after this fix, at once. What they looked up has a later record that is ok, the last at "+at(cameAt)+".")
		if f.Saved > 0 {
			f.Summary += "; the " + words.Plural(f.Saved, "row of 1 other is", "rows of "+words.Thousands(f.Saved)+" others are") + " saved"
		}
		f.Summary += "."
	}
	if f.Saved > 0 {
		f.Steps = append(f.Steps, "Nothing is to be done for "+words.Count(f.Saved, "record")+": "+words.Plural(f.Saved, "its own row has", "their own rows have")+" a later record that is ok, the last at "+at(savedAt)+".")
	}
}

// countSaved says of fixes how many of their records are of rows that an ok record saved later. Those of look-ups are settled, and counted there.
func countSaved(ctx context.Context, db *store.DB, m *classify.Matcher, drafts []*Fix) error {
	saved := make(map[string]int64)
	err := each(ctx, db, "saved", func(rows *sql.Rows) error {
		var sig string
		var records int64
		err := rows.Scan(&sig, &records)
		saved[sig] = records
		return err
	})
	for _, f := range drafts {
		for _, p := range f.Parts {
			if r := m.Rule(p.Signature); f.MissingIn == "" && (r == nil || !r.WaitsForMaps()) {
				f.Saved += saved[p.Signature]
			}
		}
	}
	return err
}
