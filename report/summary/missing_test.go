package summary

import (
	"cmp"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"dwtriage/report/store/storetest"
)

const (
	noParcel      = "Unable to lookup contoso_parcels with values {%s}."
	groupAndOther = "Unable to write data to entity accounts.Unable to lookup msdyn_customergroups with values {%s}. Unable to lookup contoso_parcels with values {%s}.Writes to CustCustomerV3Entity failed"
	noKey         = "Unable to write data to entity accounts.Unable to lookup msdyn_customergroups with values {}.Writes to CustCustomerV3Entity failed"
)

// numbered gives every line an id and a place.
func numbered(lines ...storetest.Line) []storetest.Line {
	for i := range lines {
		lines[i].ID, lines[i].File, lines[i].Row = uint16(i+1), "a.csv", int64(i+2)
	}
	return lines
}

// missingLines are rows of missing.csv as one text each.
func missingLines(t *testing.T, s *Summary) (out []string) {
	t.Helper()
	if s.EachMissing == nil {
		return nil
	}
	if err := s.EachMissing(func(r *MissingRow) error {
		unplaced := ""
		if r.Unplaced > 0 {
			unplaced = fmt.Sprintf(" and %d unplaced", r.Unplaced)
		}
		out = append(out, fmt.Sprintf("%s|%s|%s|%s|%s: %d%s, %s to %s; after %s", r.Table, r.Map, r.KeyColumn, r.Key, r.Company, r.Records, unplaced, clock(r.FirstSeen), clock(r.LastSeen), strings.Join(r.After, ", ")))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func clock(at time.Time) string {
	if at.IsZero() {
		return "no time"
	}
	return at.Format("15:04:05")
}

func TestMissingRows(t *testing.T) {
	const groups = "msdyn_customergroups|Customer groups|msdyn_groupid|"
	const customers = "accounts|Customers V3 (accounts)|accountnumber|"
	for _, tc := range []struct {
		name  string
		lines []storetest.Line
		want  []string
	}{
		{"none", []storetest.Line{failed("01:00:00", "accounts", noMember)}, nil},
		{"a record waits for each row that it looks up, parents first, most waited for first", []storetest.Line{
			failed("01:00:00", "salesorders", noCustomer, "US-1", "10"), failed("01:00:02", "salesorders", noCustomer, "US-2", "10"), failed("01:00:01", "accounts", noGroup, "20"),
			failed("", "accounts", noGroup, "05"),
		}, []string{
			groups + "10|USMF: 2, 01:00:00 to 01:00:02; after ", groups + "05|USMF: 1, no time to no time; after ", groups + "20|USMF: 1, 01:00:01 to 01:00:01; after ",
			customers + "US-1|USMF: 1, 01:00:00 to 01:00:00; after Customer groups", customers + "US-2|USMF: 1, 01:00:02 to 01:00:02; after Customer groups",
		}},
		{"one key in two companies is two rows, and without a company no third one", []storetest.Line{
			failed("01:00:00", "accounts", noGroup, "10"), in("DEMF", failed("01:00:01", "accounts", noGroup, "10")), in("", failed("01:00:02", "accounts", noGroup, "10")),
		}, []string{groups + "10|DEMF: 1 and 1 unplaced, 01:00:01 to 01:00:01; after ", groups + "10|USMF: 1 and 1 unplaced, 01:00:00 to 01:00:00; after "}},
		{"without a company, where only one lacks the key", []storetest.Line{
			in("", failed("01:00:00", "accounts", noGroup, "10")), failed("01:00:01", "accounts", noGroup, "10"), in("", failed("01:00:02", "accounts", noGroup, "20")),
		}, []string{groups + "10|USMF: 2, 01:00:00 to 01:00:01; after ", groups + "20|: 1, 01:00:02 to 01:00:02; after "}},
		{"the company that stands in the values is that of the row", []storetest.Line{
			failed("01:00:00", "accounts", noGroup, "10"), in("", failed("01:00:01", "accounts", noGroup, "10,demf")), in("usmf", failed("01:00:02", "accounts", noGroup, "20, DEMF")),
			failed("01:00:03", "accounts", noGroup, "30,USMF"), failed("01:00:04", "salesorders", noCustomer, "US-1", "40,GBSI"),
		}, []string{groups + "10|DEMF: 1, 01:00:01 to 01:00:01; after ", groups + "10|USMF: 1, 01:00:00 to 01:00:00; after ", groups + "20|DEMF: 1, 01:00:02 to 01:00:02; after ",
			groups + "30|USMF: 1, 01:00:03 to 01:00:03; after ", groups + "40|GBSI: 1, 01:00:04 to 01:00:04; after ", customers + "US-1|USMF: 1, 01:00:04 to 01:00:04; after Customer groups"}},
		{"a key of two columns", []storetest.Line{failed("01:00:00", "accounts", noGroup, "A,B"), failed("01:00:01", "accounts", noGroup, "{x}")},
			[]string{groups + "A,B|USMF: 1, 01:00:00 to 01:00:00; after ", groups + "{x}|USMF: 1, 01:00:01 to 01:00:01; after "}},
		{"whichever rule says so, it is one row", []storetest.Line{failed("01:00:00", "accounts", noGroup, "10"), failed("01:00:01", "accounts", noGUID, "10")},
			[]string{groups + "10|USMF: 2, 01:00:00 to 01:00:01; after "}},
		{"whatever messages call the table, it is called as its map has it", []storetest.Line{
			failed("01:00:00", "accounts", "Unable to lookup Msdyn_CustomerGroup with values {10}.Writes to X failed"), failed("01:00:01", "accounts", noGroup, "10"),
			failed("01:00:02", "accounts", "Couldn't resolve the guid for the field: msdyn_customergroupid.msdyn_groupid. The lookup was not found: 20."),
		}, []string{groups + "10|USMF: 2, 01:00:00 to 01:00:01; after ", groups + "20|USMF: 1, 01:00:02 to 01:00:02; after "}},
		{"one key of two tables is two rows", []storetest.Line{failed("01:00:00", "accounts", noGroup, "10"), failed("01:00:01", "accounts", noTerms, "10")},
			[]string{"msdyn_paymentterms|Terms of payment|msdyn_name|10|USMF: 1, 01:00:01 to 01:00:01; after ", groups + "10|USMF: 1, 01:00:00 to 01:00:00; after Terms of payment"}},
		{"a table without a map, also as the second look-up", []storetest.Line{failed("01:00:00", "accounts", noParcel, "P-1"), failed("01:00:01", "accounts", groupAndOther, "10", "P 2")},
			[]string{"contoso_parcels|||P 2|USMF: 1, 01:00:01 to 01:00:01; after ", "contoso_parcels|||P-1|USMF: 1, 01:00:00 to 01:00:00; after ", groups + "10|USMF: 1, 01:00:01 to 01:00:01; after "}},
		{"a key of blanks", []storetest.Line{failed("01:00:00", "accounts", noGroup, " ")}, []string{groups + " |USMF: 1, 01:00:00 to 01:00:00; after "}},
		{"a key that is not printed", []storetest.Line{failed("01:00:00", "accounts", noKey)}, []string{groups + "|USMF: 1, 01:00:00 to 01:00:00; after "}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
			s := load(t, db, numbered(tc.lines...))
			got := missingLines(t, s)
			sorted := func(list []string) []string { return slices.Sorted(slices.Values(list)) }
			if d := gocmp.Diff(sorted(tc.want), sorted(got)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if !strings.Contains(tc.name, "without a map") && gocmp.Diff(tc.want, got) != "" {
				t.Errorf("order: %q, want %q", got, tc.want)
			}
			checkFixesOfMissing(t, s)
			var view []string
			if err := db.Each(t.Context(), `SELECT concat_ws('|', "table", coalesce(map, ''), coalesce(key_column, ''), key, coalesce(company, '')) || ': ' || records_waiting
				|| CASE WHEN records_unplaced > 0 THEN ' and ' || records_unplaced || ' unplaced' ELSE '' END FROM dw.v_missing`, func(rows *sql.Rows) error {
				var line string
				err := rows.Scan(&line)
				view = append(view, line)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			for i := range got {
				got[i], _, _ = strings.Cut(got[i], ", ")
			}
			if d := gocmp.Diff(sorted(got), sorted(view)); d != "" {
				t.Errorf("v_missing (-missing.csv +view)\n%s", d)
			}
		})
	}
}

// checkFixesOfMissing wants of every fix for missing rows that it counts the rows of missing.csv and holds the first of
// them, and that records which wait for nothing else are all that it clears.
func checkFixesOfMissing(t *testing.T, s *Summary) {
	t.Helper()
	rows := make(map[string][]MissingRow)
	if s.EachMissing != nil {
		if err := s.EachMissing(func(r *MissingRow) error {
			parent := cmp.Or(r.Map, r.Table)
			rows[parent] = append(rows[parent], *r)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range s.Fixes {
		list := rows[f.MissingIn]
		if f.MissingIn == "" || int64(len(list)) != f.MissingRows || f.MissingRows == 0 {
			if f.MissingIn != "" {
				t.Errorf("fix %d counts %d rows of %s, missing.csv has %d", f.Rank, f.MissingRows, f.MissingIn, len(list))
			}
			continue
		}
		if d := gocmp.Diff(list[:min(len(list), mostMissing)], f.Missing); d != "" {
			t.Errorf("fix %d (-missing.csv +fix)\n%s", f.Rank, d)
		}
	}
}

// A fix claims no record that waits for something else as well, unless an earlier fix brings that.
func TestWhatAFixClears(t *testing.T) {
	const groupAndField = "Couldn't resolve the guid for the field: msdyn_customergroupid.msdyn_groupid. The lookup was not found: 10. Try this URL(s) to check if the reference data exists: https://contoso.crm.dynamics.com/api/data/v9.0/a Couldn't resolve the guid for the field: contoso_parcel.contoso_number. The lookup was not found: P-1."
	s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(
		failed("01:00:00", "accounts", noGroup, "10"), failed("01:00:01", "salesorders", noCustomer, "US-1", "10"), failed("01:00:02", "accounts", groupAndField)))
	var got []string
	for _, f := range s.Fixes {
		got = append(got, fmt.Sprintf("%s %d of %d", f.MissingIn, f.Records, f.Waiting))
	}
	want := []string{"Customer groups 1 of 3", "Customers V3 (accounts) 1 of 1", " 1 of 1"}
	if d := gocmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// A sentence about missing rows names all keys or says that there are others, in however many companies one of them lacks.
func TestMissingRowsOfManyCompanies(t *testing.T) {
	group := func(key, companies int) (lines []storetest.Line) {
		for c := range companies {
			lines = append(lines, in(fmt.Sprintf("C%03d", c), failed("01:00:00", "accounts", noGroup, fmt.Sprint(key*10))))
		}
		return lines
	}
	for _, tc := range []struct {
		keys, companies int
		want            string
	}{
		{1, 1, "customer group 10"}, {1, 30, "customer group 10"}, {2, 25, "customer group 10 and customer group 20"}, {4, 5, "customer group 10, customer group 20, customer group 30 and customer group 40"},
		{5, 5, "customer group 10, customer group 20, customer group 30 and others"}, {6, 21, "customer group 10, customer group 20, customer group 30 and others"},
	} {
		lines := group(1, tc.companies)
		for key := 2; key <= tc.keys; key++ {
			lines = append(lines, group(key, tc.companies)...)
		}
		s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(lines...))
		f := s.Fixes[0]
		if want := "Create or synchronize first: " + tc.want + " (map Customer groups"; !strings.HasPrefix(f.Summary, want) || f.MissingRows != int64(len(lines)) || len(f.Missing) != min(len(lines), mostMissing) {
			t.Errorf("%d keys in %d companies: %q, want %q; %d missing rows, %d kept", tc.keys, tc.companies, f.Summary, want, f.MissingRows, len(f.Missing))
		}
	}
}
