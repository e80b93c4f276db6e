package summary

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store/storetest"
)

func TestCoverage(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, append(slices.Clone(night),
		storetest.Line{ID: 7, File: "c.csv", Row: 2, At: "06:00:00", Entity: "accounts", Err: "Sql error: Generic SQL error. CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: 1205"},
		storetest.Line{ID: 8, File: "c.csv", Row: 3, At: "07:00:00", Entity: "accounts", Err: "Error code 0x8004480E came back"}))
	uses, err := Coverage(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	byID := make(map[string]RuleUse)
	for _, u := range uses {
		byID[u.ID] = u
	}
	at := func(hour int) time.Time { return time.Date(2026, 11, 22, hour, 0, 0, 0, time.UTC) }
	for id, want := range map[string]RuleUse{
		"dw-unable-to-sync-reference-data": {ID: "dw-unable-to-sync-reference-data", Records: 2, First: at(2), Last: at(3)},
		"dw-write-failed-generic":          {ID: "dw-write-failed-generic", Shadowed: 2, By: []Count{{"dw-unable-to-sync-reference-data", 2}}, First: at(2), Last: at(3)},
		"dv-sql-generic":                   {ID: "dv-sql-generic", Shadowed: 1, By: []Count{{"dv-sql-deadlock-1205", 1}}, First: at(6), Last: at(6)},
		"code/0x8004480E":                  {ID: "code/0x8004480E", Records: 1, First: at(7), Last: at(7)},
	} {
		if d := cmp.Diff(want, byID[id]); d != "" {
			t.Errorf("%s (-want +got)\n%s", id, d)
		}
	}
}
