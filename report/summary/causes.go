package summary

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// mostCauses is how many causes a summary holds, and causeRows how many rows of each it names.
const (
	mostCauses = 100
	causeRows  = 4
)

// mostLookups is for how many look-ups of missing rows causes are looked for: tables of numbers are joined with each
// other, and with five times as many the memory that DuckDB has was used up.
var mostLookups int64 = 250_000

// A Cause is what keeps other records from being saved: rows that failed themselves, or are missing, and the records
// that wait for them and for nothing else. A failure that stops every row of a map and company (of tiers 0 to 3) is one
// cause for all its rows, until one of them is written; any other failure, and a row that is missing without one, is a cause for each row. The same
// key in another company or table is another row. A record is explained by one cause or none.
type Cause struct {
	MapTitle  string // of the rows: the map, or the table where no map brings them
	Company   string
	Signature string // of the failure, of several that of most records; empty where the rows are missing and nothing says why
	Title     string // of the signature
	Ranks     []int  // of the plan's fixes that are for the failures

	// Failures are all signatures by which the rows failed themselves, most records first: a row that is too long for its column may have met a
	// deadlock, too. Their records are Own.
	Failures []CauseFailure

	Rows     int64    // different rows that are looked up
	Unseen   int64    // of these, rows without a failure of their own: others of the map and company failed in the same hours
	RowNames []string // four at most, those that most records look up: customer group 80 (map Customer groups)

	Own      int64 // records of the failure itself; 0 without a signature
	Waiting  int64 // records that wait for these rows and for nothing else
	Partly   int64 // records that wait for these rows, and for something that has another cause or none that is known
	Levels   []CauseLevel
	SampleID string // record id of one of the cause's own records

	FirstSeen, LastSeen time.Time // of the own records
	FirstWait, LastWait time.Time // of those that wait

	Touches []Touch // findings of its own records and of those that wait, most records first; of the first 50 causes
}

// Records is how many records the cause explains: its own and those that wait.
func (c *Cause) Records() int64 { return c.Own + c.Waiting }

// A CauseFailure is a signature by which rows of a cause failed, and how many records of theirs have it.
type CauseFailure struct {
	Signature, Title string
	Records          int64
}

// A CauseLevel is a share of the records that wait: those of a map at the same distance. Depth is 1 for records that
// wait for the rows themselves, 2 for those that wait for these.
type CauseLevel struct {
	Depth    int64
	MapTitle string
	Records  int64
}

// causes finds the cascades of the scope, those that explain most records first. It takes it that the look-ups of the
// plan are made.
func causes(ctx context.Context, db *store.DB, m *classify.Matcher, name titles, found *tally, s *Summary) error {
	parents := slices.ContainsFunc(s.Fixes, func(f Fix) bool { return f.MissingIn != "" })
	if !parents {
		return nil
	}
	var blocking []string
	for i := range s.Signatures {
		if r := m.Rule(s.Signatures[i].ID); r != nil && r.Tier < classify.ParentRows {
			blocking = append(blocking, r.ID)
		}
	}
	var err error
	if s.TooManyLookups, err = db.Cascades(ctx, "scope", blocking, broughtBy(m), mostLookups); err != nil || s.TooManyLookups > 0 {
		return err
	}
	var ids []string
	index := make(map[uint64]int)
	err = each(ctx, db, "causes", func(rows *sql.Rows) error {
		var c Cause
		var id uint64
		var missing bool
		err := rows.Scan(&id, &s.CauseCount, &c.Rows, &c.Unseen, &missing, &c.Own, &c.Waiting, &c.Partly, (*instant)(&c.FirstSeen), (*instant)(&c.LastSeen),
			(*instant)(&c.FirstWait), (*instant)(&c.LastWait), &c.MapTitle, &c.Company, &c.SampleID)
		index[id] = len(s.Causes)
		ids = append(ids, strconv.FormatUint(id, 10))
		s.Causes = append(s.Causes, c)
		return err
	}, mostCauses)
	if err != nil || len(ids) == 0 {
		return err
	}
	if err := each(ctx, db, "cause_failures", func(rows *sql.Rows) error {
		var id uint64
		var f CauseFailure
		err := rows.Scan(&id, &f.Signature, &f.Records)
		s.Causes[index[id]].failed(f, name, s)
		return err
	}, strings.Join(ids, " ")); err != nil {
		return err
	}
	if err := each(ctx, db, "cause_rows", func(rows *sql.Rows) error {
		var id uint64
		var phrase, parent, company, kind string
		var records int64
		err := rows.Scan(&id, &phrase, &parent, &company, &kind, &records)
		c := &s.Causes[index[id]]
		c.MapTitle = parent // of a missing row, no record of the cause has it
		c.Company = cmp.Or(c.Company, company)
		if kind == "missing" {
			c.Ranks = nil
			for _, f := range s.Fixes {
				if f.MissingIn == parent {
					c.Ranks = []int{f.Rank}
				}
			}
		}
		c.RowNames = append(c.RowNames, phrase)
		return err
	}, strings.Join(ids, " "), causeRows); err != nil {
		return err
	}
	if err := each(ctx, db, "cause_levels", func(rows *sql.Rows) error {
		var id uint64
		var l CauseLevel
		err := rows.Scan(&id, &l.Depth, &l.MapTitle, &l.Records)
		c := &s.Causes[index[id]]
		c.Levels = append(c.Levels, l)
		return err
	}, strings.Join(ids, " ")); err != nil {
		return err
	}
	if err := readTouches(ctx, db, "cause_touches", strings.Join(ids[:min(len(ids), mostTouching)], " "), found, func(id uint64, t Touch) {
		c := &s.Causes[index[id]]
		c.Touches = append(c.Touches, t)
	}); err != nil {
		return err
	}
	slices.SortStableFunc(s.Causes, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(b.Records(), a.Records()), began(a).Compare(began(b)), cmp.Compare(a.MapTitle, b.MapTitle),
			cmp.Compare(a.Company, b.Company), cmp.Compare(a.Signature, b.Signature), slices.Compare(a.RowNames, b.RowNames))
	})
	return nil
}

// failed takes a signature of the cause's own failures, of which the first one has most records.
func (c *Cause) failed(f CauseFailure, name titles, s *Summary) {
	f.Title = name.title(f.Signature)
	if sig := find(s.Signatures, f.Signature); sig != nil {
		f.Title = sig.Title
		for _, rank := range sig.Ranks {
			if !slices.Contains(c.Ranks, rank) {
				c.Ranks = append(c.Ranks, rank)
			}
		}
		slices.Sort(c.Ranks)
	}
	if len(c.Failures) == 0 {
		c.Signature, c.Title = f.Signature, f.Title
	}
	c.Failures = append(c.Failures, f)
}

// began is the first time that a cause shows.
func began(c Cause) time.Time { return earlier(c.FirstSeen, c.FirstWait) }
