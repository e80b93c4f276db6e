package summary

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store/storetest"
)

// A row waits for the last fix of all its records; one that also failed in a way that no fix is for is left out.
func TestRetries(t *testing.T) {
	at := func(key string, l storetest.Line) storetest.Line { return keyed(key, l) }
	trace := at("US-4", failed("01:06:00", "accounts", noMember))
	trace.Log = "plugintrace"
	s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(
		at("US-1", failed("01:00:00", "accounts", noGroup, "80")), at("US-1", failed("01:01:00", "accounts", noMember)),
		at("US-2", failed("01:02:00", "accounts", noMember)), in("DEMF", at("US-2", failed("01:03:00", "accounts", noMember))),
		at("US-3", failed("01:04:00", "accounts", noMember)), at("US-3", failed("01:05:00", "accounts", noAnswer)),
		at("", failed("01:07:00", "accounts", noMember)), trace,
	))
	var got []string
	if err := s.EachRetry(func(r *Retry) error {
		got = append(got, fmt.Sprintf("%d %s %s %s: %d after %d, %s", r.Order, r.MapTitle, r.Key, r.Company, r.Records, r.AfterFix, clock(r.PurgedBy)))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"1 Customers V3 (accounts) US-2 DEMF: 1 after 1, 01:03:00", "1 Customers V3 (accounts) US-2 USMF: 1 after 1, 01:02:00",
		"1 Customers V3 (accounts) US-4 USMF: 1 after 1, no time", "2 Customers V3 (accounts) US-1 USMF: 2 after 2, 01:01:00",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
