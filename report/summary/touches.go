package summary

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"dwtriage/report/store"
)

// A Touch is a finding of which some records belong to a cause, an incident or a fix, for whoever filters: it is spoken of
// under a filter when any of its records passes. Times are those of these records, zero where not all have one.
type Touch struct {
	MapTitle, Company, Signature string // each Several where it stands for more than are listed
	Severity                     string // empty (unrated) where no rule says
	Change                       string // of the signature in the map; empty where nothing is compared, or it is not known
	FirstSeen, LastSeen          time.Time
}

// How much of whom is known by its touches: the first causes and incidents, of which the page shows fewer, and of each so many findings.
const (
	mostTouching = 50
	mostTouches  = 200
)

// readTouches asks for the touches of things that are numbered; the n-th takes those of its number.
func readTouches(ctx context.Context, db *store.DB, name, asked string, found *tally, add func(id uint64, t Touch)) error {
	var last uint64
	n := 0
	return each(ctx, db, name, func(rows *sql.Rows) error {
		var id uint64
		var t Touch
		if err := rows.Scan(&id, &t.MapTitle, &t.Company, &t.Signature, &t.Severity, (*instant)(&t.FirstSeen), (*instant)(&t.LastSeen)); err != nil {
			return err
		}
		if n++; id != last {
			last, n = id, 1
		}
		if n > mostTouches {
			t = Touch{MapTitle: Several, Company: Several, Signature: Several}
		} else {
			t.Change = found.change(t.MapTitle, t.Signature)
		}
		add(id, t)
		return nil
	}, asked, mostTouches+1)
}

// change is the state of a signature in a map, empty where no finding that is listed says it.
func (t *tally) change(mapTitle, signature string) string {
	for _, f := range t.bySig[signature] {
		if f.MapTitle == mapTitle {
			return f.Change
		}
	}
	return ""
}

// touch is a finding as a touch of what has all its records.
func (f *Finding) touch() Touch {
	return Touch{f.MapTitle, f.Company, f.Signature, f.Severity, f.Change, f.FirstSeen, f.LastSeen}
}

// touch is the records of a wait.
func (w wait) touch(found *tally) Touch {
	t := Touch{MapTitle: w.mapTitle, Company: w.company, Signature: w.sig, FirstSeen: w.first, LastSeen: w.last}
	for _, f := range found.bySig[w.sig] {
		if t.Severity = f.Severity; f.MapTitle == w.mapTitle && f.Company == w.company {
			t.Change = f.Change
			return t
		}
	}
	return t
}

// leftOver are the findings of a signature that are not all cleared by the fixes of missing rows, whose waits are list, each with the
// records that are left.
func leftOver(found *tally, sig string, list []wait) (left []*Finding) {
	type place struct{ mapTitle, company string }
	records := make(map[place]int64)
	for _, f := range found.bySig[sig] {
		records[place{f.MapTitle, f.Company}] += f.Records
	}
	for _, w := range list {
		if w.sig == sig && !w.left() {
			records[place{w.mapTitle, w.company}] -= w.records
		}
	}
	for _, f := range found.bySig[sig] {
		n := records[place{f.MapTitle, f.Company}]
		if f.Others > 0 {
			n = f.Records
		}
		if n > 0 {
			rest := *f
			rest.Records = min(n, f.Records)
			left = append(left, &rest)
		}
	}
	return left
}

// touchedBy joins touches of one place, so that a fix has each once, with the times of all.
func touchedBy(list []Touch) (out []Touch) {
	for _, t := range list {
		same := func(o Touch) bool {
			return o.MapTitle == t.MapTitle && o.Company == t.Company && o.Signature == t.Signature
		}
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i].FirstSeen, out[i].LastSeen = earlier(out[i].FirstSeen, t.FirstSeen), later(out[i].LastSeen, t.LastSeen)
			continue
		}
		if len(out) == mostTouches {
			return append(out, Touch{MapTitle: Several, Company: Several, Signature: Several})
		}
		out = append(out, t)
	}
	return out
}
