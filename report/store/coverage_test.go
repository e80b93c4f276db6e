package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"dwtriage/report/store/storetest"
)

// What a file covers does not depend on the order of its records: the ranges are those of its sorted hours.
func TestCoverageIsOrderFree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		hours := make([]int64, 1+r.IntN(60))
		for i := range hours {
			hours[i] = r.Int64N(1+r.Int64N(900)) - 300
		}
		var c coverage
		for _, h := range hours {
			c.add(h*hour + r.Int64N(hour))
		}
		// The obvious twin.
		slices.Sort(hours)
		var want []span
		for _, h := range hours {
			if n := len(want); n > 0 && h-want[n-1].until <= mostPause {
				want[n-1].until, want[n-1].records = h+1, want[n-1].records+1
			} else {
				want = append(want, span{h, h + 1, 1})
			}
		}
		if !slices.Equal(c.spans, want) {
			t.Fatalf("hours %v:\n%v, want\n%v", hours, c.spans, want)
		}
	}
}

// A file with times in more stretches than anybody exports covers nothing, and costs no memory.
func TestCoverageIsBounded(t *testing.T) {
	var c coverage
	for h := int64(0); h < 3*mostRangesAhead; h++ {
		c.add(h * 100 * hour)
	}
	if len(c.spans) > mostRangesAhead {
		t.Errorf("%d ranges are held", len(c.spans))
	}
}

// What a run books of its files is what the migration makes of their records.
func TestCoverageOfRun(t *testing.T) {
	db := openTest(t, t.TempDir()+"/x.duckdb")
	load(t, db, night[:4])
	load(t, db, append(night[2:], storetest.Line{ID: 77, File: "c.csv", Row: 2, Err: "Parcel 1 is lost", At: "23:10:00"},
		storetest.Line{ID: 78, File: "c.csv", Row: 3, Log: "plugintrace"}))
	const all = `SELECT concat_ws(' ', run_id, position, log, from_at, until_at, records, whole) FROM dw.coverage ORDER BY ALL`
	booked := list(t, db, all)
	if len(booked) < 4 {
		t.Fatalf("covered: %q", booked)
	}
	execute(t, db, "DELETE FROM dw.coverage", query("fill_6"))
	if filled := list(t, db, all); !slices.Equal(filled, booked) {
		t.Errorf("the records say\n%q, booked is\n%q", filled, booked)
	}
	// Ranges of records years apart are two; a file that was not read to its end does not say what did not happen.
	execute(t, db, "DELETE FROM dw.coverage", "UPDATE dw.records SET occurred_at = occurred_at - INTERVAL 3 YEAR WHERE record_id = (SELECT min(record_id) FROM dw.records)",
		"UPDATE dw.files SET problem = 'cut' WHERE run_id = 1", query("fill_6"))
	if n := len(list(t, db, all)); n <= len(booked) {
		t.Errorf("%d ranges with a record years before, want more than %d", n, len(booked))
	}
	if got := list(t, db, "SELECT DISTINCT concat(run_id, whole) FROM dw.coverage ORDER BY ALL"); fmt.Sprint(got) != "[1false 2true]" {
		t.Errorf("whole: %q", got)
	}
}
