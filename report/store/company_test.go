package store

import (
	"database/sql"
	"path/filepath"
	"testing"

	"dwtriage/report/store/storetest"
)

// Reports, views and what is drawn while a night is loaded call a company by one name.
func TestCompany(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	want := map[string]string{"": "", "usmf": "USMF", "USMF": "USMF", "uSmF": "USMF", "001": "001", "7b": "7B", "Contoso": "Contoso", "ÄB": "ÄB", "äb": "ÄB", "übermaß": "übermaß", "a-b_": "A-B_"}
	var lines []storetest.Line
	for logged := range want {
		lines = append(lines, storetest.Line{ID: uint16(len(lines) + 1), File: "a.csv", Row: int64(len(lines) + 2), At: "01:00:00", Company: logged, Entity: "uoms", Err: "The dock is shut"})
	}
	load(t, db, lines)
	if err := db.Scope(t.Context(), "scope", OfRun(1)); err != nil {
		t.Fatal(err)
	}
	for _, of := range []string{"dw.v_records", "(SELECT coalesce(logged_company, '') AS company_logged, company FROM scope)"} {
		n := 0
		if err := db.Each(t.Context(), "SELECT coalesce(company_logged, ''), coalesce(company, '') FROM "+of, func(rows *sql.Rows) error {
			var logged, company string
			err := rows.Scan(&logged, &company)
			if n++; company != want[logged] || Company(logged, "") != want[logged] {
				t.Errorf("%s: %q is %q and, as rows are drawn, %q, want %q", of, logged, company, Company(logged, ""), want[logged])
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if n != len(want) {
			t.Errorf("%s: %d of %d records", of, n, len(want))
		}
	}
	if got := Company("", "USRT"); got != "USRT" {
		t.Errorf("what only the message names: %q", got)
	}
}
