package summary

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"dwtriage/ingest"
	"dwtriage/report/store"
	"dwtriage/report/store/storetest"
)

// onTheWay loads lines as load does, and gives the rows that Loading reads on the way with the numbers of their
// findings, in the order of records.csv.
func onTheWay(t *testing.T, db *store.DB, lines []storetest.Line) (s *Summary, list []Record, findings []uint64) {
	t.Helper()
	l := NewLoading("FABRIKAM", storetest.Matcher())
	type numbered struct {
		Record
		finding uint64
	}
	var met []numbered
	next := storetest.Source(storetest.Batch(store.Allocator(), lines...), storetest.Account(lines))
	id, _, err := db.Load(t.Context(), store.Run{Started: time.Now(), Environment: "FABRIKAM"}, store.Tool{}, func() (*ingest.Batch, error) {
		b, err := next()
		if err == nil && b.Len() > 0 {
			l.EachFailing(b.Records, func(_ int, r *Record, finding uint64) {
				c := *r
				c.File, c.Signatures, c.Captures = strings.Clone(c.File), slices.Clone(c.Signatures), slices.Clone(c.Captures)
				met = append(met, numbered{owned(c), finding})
			})
		}
		return b, err
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = Of(t.Context(), db, id, storetest.Matcher()); err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(met, func(a, b numbered) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Row, b.Row), cmp.Compare(a.ByteOffset, b.ByteOffset), strings.Compare(a.RecordID, b.RecordID))
	})
	for _, m := range met {
		list, findings = append(list, m.Record), append(findings, m.finding)
	}
	return s, list, findings
}

// owned copies the texts of a row, which are those of its batch.
func owned(r Record) Record {
	for _, c := range RecordColumns {
		switch cell := c.Cell(&r).(type) {
		case *string:
			*cell = strings.Clone(*cell)
		case *[]string:
			for i := range *cell {
				(*cell)[i] = strings.Clone((*cell)[i])
			}
		case *[]Capture:
			for i, x := range *cell {
				(*cell)[i] = Capture{strings.Clone(x.Name), strings.Clone(x.Value)}
			}
		}
	}
	return r
}

// What Loading reads and Lister chooses is what EachRecord yields, however few rows a sheet has and whatever it is that
// findings are told apart by.
func TestLoadingEqualsArchive(t *testing.T) {
	_, now := many()
	var lines []storetest.Line
	for i, l := range now {
		for n := range 1 + i%5 {
			l.ID, l.Row = uint16(len(lines)+1), int64(len(lines)+2)
			l.File = []string{"b.csv", "a.csv"}[n%2]
			if n == 3 {
				l.Err, l.Trace = "", ""
			}
			lines = append(lines, l)
		}
	}
	lines = append(lines,
		storetest.Line{ID: 200, File: "c.csv", Row: 2, At: "01:02:03", Company: strings.Repeat("U", 3000), Entity: strings.Repeat("é", 2000), Err: strings.Repeat("Ä", store.StartBytes)},
		storetest.Line{ID: 201, File: "c.csv", Row: 3, Err: "Unable to look up msdyn_customergroups with values {80}. Unable to look up cdm_companies with values {" + strings.Repeat("K", 2100) + "}."},
		storetest.Line{ID: 202, File: "c.csv", Row: 4, Log: ingest.PluginTrace, Err: "x", Trace: "y"})
	defer func(records int64, findings int) { mostRecords, mostFindings = records, findings }(mostRecords, mostFindings)
	for _, tc := range []struct {
		records  int64
		findings int
	}{{1 << 20, 10000}, {200, 10000}, {70, 10000}, {40, 10000}, {12, 12}, {40, 12}} {
		mostRecords, mostFindings = tc.records, tc.findings
		s, all, findings := onTheWay(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
		if int64(len(all)) != s.Failing {
			t.Fatalf("%d rows, want %d", len(all), s.Failing)
		}
		listed := s.Lister()
		var got, want []Record
		for i, r := range all {
			if listed(findings[i]) {
				got = append(got, r)
			}
		}
		if err := s.EachRecord(func(r *Record) error { want = append(want, *r); return nil }); err != nil {
			t.Fatal(err)
		}
		same := diff.Comparer(func(a, b []string) bool { return slices.Equal(a, b) })
		captures := diff.Comparer(func(a, b []Capture) bool { return slices.Equal(a, b) })
		if d := diff.Diff(want, got, same, captures); d != "" || int64(len(got)) != s.Listed {
			t.Errorf("room for %d rows, %d findings listed: %d rows, listed %d (-archive +loading):\n%s", tc.records, tc.findings, len(got), s.Listed, d)
		}
	}
}
