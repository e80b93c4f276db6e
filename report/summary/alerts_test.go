package summary

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"dwtriage/report/store/storetest"
)

func TestAlertType(t *testing.T) {
	for _, c := range []struct{ category, status, want string }{
		{"business-validation", "", "Application error"},
		{"reference-data", "", "Application error"},
		{"data-duplicate", "", "Application error"},
		{"dual-write-generic", "badrequest", "400"},
		{"dual-write-generic", "bad request", "400"},
		{"access", "", "401/403"},
		{"access", "401", "401/403"},
		{"access", "forbidden", "401/403"},
		{"throttling", "", "429"},
		{"connectivity", "badgateway", "502"},
		{"connectivity", "503", "503"},
		{"connectivity", "", "other HTTP error"},
		{"connectivity", "internalservererror", "other HTTP error"},
		{"unknown", "", ""},
		{"dataverse-code", "", ""},
	} {
		if got := alertType(c.category, c.status); got != c.want {
			t.Errorf("%s with status %q is %q, want %q", c.category, c.status, got, c.want)
		}
	}
}

// The tenth error within 15 minutes fires, to the second, whatever the quarters of the hour; nine, or ten in a second more, do not.
func TestAlerts(t *testing.T) {
	var lines []storetest.Line
	add := func(entity string, step time.Duration, n int) {
		for i := range n {
			at := time.Date(2026, 11, 22, 8, 7, 0, 0, time.UTC).Add(time.Duration(i) * step)
			id := uint16(len(lines) + 1)
			lines = append(lines, storetest.Line{ID: id, File: "a.csv", Row: int64(id), At: at.Format(time.DateTime), Company: "USMF", Entity: entity, Err: storetest.UnitOfMeasure})
		}
	}
	add("uoms", 100*time.Second, 12)
	s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
	if got, want := fmt.Sprint(s.Alerts), "[{Units 2026-11-22 08:22:00 +0000 UTC 12}]"; got != want {
		t.Errorf("alerts %s, want %s", got, want)
	}
	lines = nil
	add("uoms", 101*time.Second, 12)
	if s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines); len(s.Alerts) > 0 {
		t.Errorf("ten errors within 909 seconds: %v", s.Alerts)
	}
	lines = nil
	add("uoms", time.Second, 9)
	if s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines); len(s.Alerts) > 0 {
		t.Errorf("nine errors: %v", s.Alerts)
	}
}
