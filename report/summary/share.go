package summary

import (
	"context"
	"database/sql"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// mostRecords is how many rows of records.csv a sheet has room for, below the header: Excel and LibreOffice cut the
// rest off without a word that anybody remembers.
var mostRecords int64 = 1<<20 - 1

// A share says which failing records records.csv lists: the first most of each finding, all where most is 0; with only,
// just those of the findings that are listed: there are more findings than rows.
type share struct {
	most   int64
	only   bool
	listed int64
}

// shareOf gives every finding its first rows, so that the largest are cut first.
func shareOf(ctx context.Context, db *store.DB, failing int64) (s share, err error) {
	if s.listed = failing; failing <= mostRecords {
		return s, nil
	}
	for _, s.only = range []bool{false, true} {
		var sizes []findingSize
		if err := each(ctx, db, "sizes", func(rows *sql.Rows) error {
			var n findingSize
			err := rows.Scan(&n.records, &n.findings)
			sizes = append(sizes, n)
			return err
		}, s.only); err != nil {
			return s, err
		}
		if s.most, s.listed = level(sizes, mostRecords); s.most > 0 {
			break
		}
	}
	return s, nil
}

// findingSize says how many findings have so many records.
type findingSize struct{ records, findings int64 }

// level is how many records each finding may list at most so that all of them together list no more than room, and how
// many that are; 0 where not even one of each has room. Sizes come smallest first.
func level(sizes []findingSize, room int64) (most, listed int64) {
	var left int64 // findings
	for _, n := range sizes {
		left += n.findings
	}
	for _, n := range sizes {
		if n.records*left > room-listed {
			most = (room - listed) / left
			return most, listed + most*left
		}
		listed += n.records * n.findings
		left -= n.findings
		most = n.records
	}
	return most, listed
}

// lister is Lister of a Summary with these findings.
func (s share) lister(findings []Finding) func(finding uint64) bool {
	if s.most == 0 {
		return func(uint64) bool { return true }
	}
	left := make(map[uint64]int64)
	for i := range findings {
		if f := &findings[i]; s.only && f.Others == 0 {
			left[f.number()] = s.most
		}
	}
	return func(finding uint64) bool {
		n, met := left[finding]
		if !met && !s.only {
			n = s.most
		}
		left[finding] = n - 1
		return n > 0
	}
}

// eachRecord calls yield for the failing records of a report that records.csv lists.
func eachRecord(ctx context.Context, db *store.DB, scope store.Scope, s share, m *classify.Matcher, columns []Column[Record], yield func(*Record) error) error {
	// Made again: another Summary may have been made since.
	if err := db.Scope(ctx, "scope", scope); err != nil {
		return err
	}
	if err := places(ctx, db, s, m); err != nil {
		return err
	}
	return eachPart(ctx, db, columns, yield)
}

// eachPart calls yield for the records at the places, part by part.
func eachPart(ctx context.Context, db *store.DB, columns []Column[Record], yield func(*Record) error) error {
	parts, err := parts(ctx, db)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := p.each(ctx, db, columns, yield); err != nil {
			return err
		}
	}
	return nil
}

func places(ctx context.Context, db *store.DB, s share, m *classify.Matcher) error {
	if s.most == 0 {
		return db.Places(ctx, "scope")
	}
	if err := db.Groups(ctx, "scope", m.ByMessage(), mostFindings, muted(m)); err != nil {
		return err
	}
	return db.FirstPlaces(ctx, "scope", s.most, s.only)
}
