package summary

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/report/store"
	"dwtriage/report/store/storetest"
)

// Messages of the plan's tests, by what they are.
const (
	emptyURI   = "Payload creation failed with error Invalid URI: The URI is empty."
	otherOrg   = "SecureConfig Organization (ContosoUat2) does not match actual CRM Organization (org7ab1e934)."
	noMember   = "Writes to CustCustomerV3Entity failed with error message Request failed with status code Forbidden and CDS error code : 0x80072560 response message: The user is not a member of the organization."
	outage     = "Microsoft.Dynamics.Integrator.DualWriteRuntime.Plugins.PostCommitPlugin: System.Exception: failed to process entity account - (A connection attempt failed because the connected party did not properly respond after a period of time)"
	noAnswer   = "System.Exception: Contoso.Unheard: the blue parcel went sideways"
	noGroup    = "Unable to write data to entity accounts.Unable to lookup msdyn_customergroups with values {%s}.Writes to CustCustomerV3Entity failed"
	noCustomer = "Unable to write data to entity salesorders.Unable to lookup accounts with values {%s}. Unable to lookup msdyn_customergroups with values {%s}.Writes to SalesOrderHeaderCDSEntity failed"
	noTerms    = "Unable to write data to entity accounts.Unable to lookup msdyn_paymentterms with values {%s}.Writes to CustCustomerV3Entity failed"
	noGUID     = "Couldn't resolve the guid for the field: msdyn_customergroupid.msdyn_groupid. The lookup was not found: %s. Try this URL(s) to check if the reference data exists: https://contoso.crm.dynamics.com/api/data/v9.0/msdyn_customergroups?$select=msdyn_groupid"
	noCompany  = "Unable to write data to entity accounts.Unable to lookup cdm_companies with values {%s}.Writes to CustCustomerV3Entity failed"
)

// failed is a record of a table at a time, with a message.
func failed(when, entity, message string, values ...any) storetest.Line {
	return storetest.Line{At: when, Entity: entity, Err: fmt.Sprintf(message, values...), Company: "USMF"}
}

// in is the same record in another company.
func in(company string, l storetest.Line) storetest.Line {
	l.Company = company
	return l
}

// planned gives the plan of lines, a fix a line: tier, signatures with counts, parent, counts, over.
func planned(t *testing.T, lines []storetest.Line) []string {
	t.Helper()
	lines = slices.Clone(lines)
	for i := range lines {
		lines[i].ID, lines[i].File, lines[i].Row = uint16(i+1), "a.csv", int64(i+2)
	}
	s := plannedOf(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
	var out []string
	var sum int64
	for i, f := range s.Fixes {
		sum += f.Records
		if f.Rank != i+1 {
			t.Errorf("fix %d has rank %d", i+1, f.Rank)
		}
		var parts []string
		for _, p := range f.Parts {
			parts = append(parts, fmt.Sprint(p.Signature, " ", p.Records))
		}
		line := fmt.Sprint(f.Tier, ": ", strings.Join(parts, ", "))
		if f.MissingIn != "" {
			line += fmt.Sprintf("; %d of %d waiting for %d of %s", f.Records, f.Waiting, f.MissingRows, f.MissingIn)
		}
		if !f.OverSince.IsZero() {
			line += "; over since " + f.OverSince.Format("15:04")
		}
		out = append(out, line)
	}
	if want := s.Failing - s.Unknown; sum != want {
		t.Errorf("fixes clear %d records, want each of the %d once", sum, want)
	}
	return out
}

// A record that waits for more rows than its message has names for is cleared by no fix for missing rows.
func TestPlanOfMoreRows(t *testing.T) {
	message := "Unable to write data to entity accounts."
	for i := range 5 {
		message += fmt.Sprintf("Unable to lookup msdyn_paymentterms with values {N%d}.", i)
	}
	s := plannedOf(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(failed("01:00:00", "accounts", "%s", message), failed("01:01:00", "accounts", noTerms, "N0")))
	if len(s.Fixes) != 2 || s.Fixes[0].MissingIn == "" || s.Fixes[0].Records != 1 || s.Fixes[0].Waiting != 2 || s.Fixes[1].MissingIn != "" || s.Fixes[1].Records != 1 || s.Fixes[1].Waiting != 1 {
		t.Errorf("fixes %+v, want one that clears the second record, and one of the rule for the first", s.Fixes)
	}
	if first, rest := s.Fixes[0].Summary, s.Fixes[1].Summary; first == rest || strings.Contains(rest, "N0") {
		t.Errorf("%q and %q, want the rest to name no row: others bring those that are named", first, rest)
	}
}

// Two fixes never say the same: whoever reads the plan as a list could not tell which is which.
func TestFixesAreToldApart(t *testing.T) {
	site := withSite(t, `
- id: site-rows-missing
  title: Rows are missing
  status: observed
  logs: [dualwrite]
  severity: high
  category: reference-data
  priority: 99
  match: {regex: 'no row (?:at all|of (?P<table>\w{1,99}) with \{(?P<value>[^}]{0,99})\})'}
  cause: Rows are missing.
  fix: {summary: Bring the rows., role: Data owner, retry: after-fix, steps: [Bring them.]}
  examples: {match: [{text: 'no row of msdyn_x with {1}'}], no_match: ['no row']}
- id: site-watch-gone
  title: Nobody watches
  status: observed
  logs: [dualwrite]
  severity: high
  category: connectivity
  priority: 99
  match: {any: [the night watch is gone]}
  cause: Nobody watches.
  fix: {summary: Bring the rows., role: Data owner, retry: after-fix, steps: [Bring them.]}
  examples: {match: [{text: the night watch is gone}], no_match: [the night watch]}
- id: site-watch-ill
  title: Nobody watches
  status: observed
  logs: [dualwrite]
  severity: high
  category: connectivity
  priority: 99
  match: {any: [the night watch is ill]}
  cause: Nobody watches.
  fix: {summary: Bring the rows., role: Data owner, retry: after-fix, steps: [Bring them.]}
  examples: {match: [{text: the night watch is ill}], no_match: [the night watch]}
`)
	lines := numbered(
		failed("01:00:00", "accounts", "no row of msdyn_customergroups with {10}"), failed("01:00:01", "accounts", "no row of msdyn_customergroups with {20}"),
		failed("01:00:02", "accounts", "no row of msdyn_paymentterms with {10}"), failed("01:00:03", "accounts", "no row of msdyn_x with {10}"),
		in("DEMF", failed("01:30:00", "vendors", "no row at all")),
		failed("01:00:00", "vendors", "the night watch is gone"), failed("01:00:00", "vendors", "the night watch is ill"),
	)
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	batches := storetest.Source(storetest.Judged(site, store.Allocator(), lines...), storetest.Account(lines))
	id, _, err := db.Load(t.Context(), store.Run{Started: time.Now()}, store.Tool{Version: "test", Rules: 1}, batches, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Of(t.Context(), db, id, site)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range s.Fixes {
		got = append(got, fmt.Sprint(f.Records, " ", f.Summary))
		if f.Summary == "Rows that messages do not name: Bring the rows." && (!slices.Equal(f.Companies, []string{"DEMF"}) || len(f.Entities) != 1 || f.FirstSeen.Hour() != 1 || f.FirstSeen.Minute() != 30) {
			t.Errorf("of companies %q and entities %q, from %v: want those of its own record", f.Companies, f.Entities, f.FirstSeen)
		}
	}
	want := []string{
		"1 Nobody watches (site-watch-gone): Repeat what failed in 1 record: over since 01:00.", "1 Nobody watches (site-watch-ill): Repeat what failed in 1 record: over since 01:00.",
		"2 Customer groups: Bring the rows.", "1 Rows that messages do not name: Bring the rows.", "1 Terms of payment: Bring the rows.", "1 msdyn_x: Bring the rows.",
	}
	if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestPlan(t *testing.T) {
	// A table that goes on being written, without the outage: what comes after it must be of the same table.
	later := func(when string) storetest.Line { return failed(when, "account", noGroup, "10") }
	tests := []struct {
		name  string
		lines []storetest.Line
		want  []string
	}{
		{"one record", []storetest.Line{failed("01:00:00", "accounts", noMember)}, []string{"0: dw-user-not-member-of-org 1"}},
		{"joint: one stretch is one fix, the link leads", []storetest.Line{
			failed("01:00:00", "accounts", noMember), failed("01:10:00", "accounts", noMember), failed("01:05:00", "accounts", emptyURI), failed("01:30:00", "accounts", otherOrg),
		}, []string{"0: dw-payload-empty-uri 1, dw-secureconfig-org-mismatch 1, dw-user-not-member-of-org 2"}},
		{"incident: a pause of an hour does not end it", []storetest.Line{failed("01:00:00", "accounts", emptyURI), failed("02:00:00", "accounts", noMember)},
			[]string{"0: dw-payload-empty-uri 1, dw-user-not-member-of-org 1"}},
		{"incident: two stretches are two", []storetest.Line{
			failed("01:00:00", "accounts", emptyURI), failed("02:00:01", "accounts", noMember), failed("02:10:00", "accounts", otherOrg),
		}, []string{"0: dw-secureconfig-org-mismatch 1, dw-user-not-member-of-org 1", "0: dw-payload-empty-uri 1"}},
		{"incident: a record years away joins nothing", []storetest.Line{
			failed("2019-03-01 01:00:00", "accounts", emptyURI), failed("01:00:00", "accounts", emptyURI), failed("20:00:00", "accounts", emptyURI), failed("2019-03-01 05:00:00", "accounts", noMember), failed("22:00:00", "accounts", noMember),
		}, []string{"0: dw-payload-empty-uri 3", "0: dw-user-not-member-of-org 2"}},
		{"incident: records without times are in none", []storetest.Line{failed("", "accounts", emptyURI), failed("", "accounts", noMember), failed("01:00:00", "accounts", otherOrg)},
			[]string{"0: dw-payload-empty-uri 1", "0: dw-secureconfig-org-mismatch 1", "0: dw-user-not-member-of-org 1"}},

		{"outage: of two tables one is not written again", []storetest.Line{
			failed("01:00:00", "account", outage), failed("01:20:00", "contact", outage), later("01:41:00"),
		}, []string{"1: dw-isv-connection-attempt-failed 2", "4: dw-lookup-not-resolved 1; 1 of 1 waiting for 1 of Customer groups"}},
		{"outage: over, the table is written for longer than its pauses", []storetest.Line{
			failed("01:00:00", "account", outage), failed("01:20:00", "account", outage), later("01:41:00"),
		}, []string{"4: dw-lookup-not-resolved 1; 1 of 1 waiting for 1 of Customer groups", "6: dw-isv-connection-attempt-failed 2; over since 01:20"}},
		{"outage: a record that is years ahead does not end it", []storetest.Line{
			failed("01:00:00", "account", outage), failed("01:20:00", "account", outage), later("2031-11-22 03:00:00"),
		}, []string{"1: dw-isv-connection-attempt-failed 2", "4: dw-lookup-not-resolved 1; 1 of 1 waiting for 1 of Customer groups"}},
		{"outage: lasts, its own pause was longer", []storetest.Line{
			failed("01:00:00", "account", outage), failed("01:40:00", "account", outage), later("02:10:00"),
		}, []string{"1: dw-isv-connection-attempt-failed 2", "4: dw-lookup-not-resolved 1; 1 of 1 waiting for 1 of Customer groups"}},
		{"outage: lasts, to the end of the records", []storetest.Line{later("00:10:00"), failed("01:00:00", "account", outage), failed("01:20:00", "account", outage)},
			[]string{"1: dw-isv-connection-attempt-failed 2", "4: dw-lookup-not-resolved 1; 1 of 1 waiting for 1 of Customer groups"}},
		{"outage: minutes of silence prove nothing", []storetest.Line{failed("01:00:00", "account", outage), later("01:14:59")},
			[]string{"1: dw-isv-connection-attempt-failed 1", "4: dw-lookup-not-resolved 1; 1 of 1 waiting for 1 of Customer groups"}},
		{"outage: another table proves nothing", []storetest.Line{failed("01:00:00", "account", outage), failed("02:00:00", "contacts", noGroup, "10")},
			[]string{"1: dw-isv-connection-attempt-failed 1", "4: dw-lookup-not-resolved 1; 1 of 1 waiting for 1 of Customer groups"}},
		{"outage: an unknown message proves nothing", []storetest.Line{failed("01:00:00", "account", outage), failed("02:00:00", "account", noAnswer)},
			[]string{"1: dw-isv-connection-attempt-failed 1"}},
		{"outage: without times nothing is claimed", []storetest.Line{failed("", "account", outage), later("02:00:00")},
			[]string{"1: dw-isv-connection-attempt-failed 1", "4: dw-lookup-not-resolved 1; 1 of 1 waiting for 1 of Customer groups"}},

		{"parents: groups before customers before the orders that need both", []storetest.Line{
			failed("01:00:00", "salesorders", noCustomer, "US-1", "10"), failed("01:00:01", "salesorders", noCustomer, "US-2", "10"),
			failed("01:00:02", "salesorders", noCustomer, "US-3", "20"), failed("01:00:03", "accounts", noGroup, "10"),
		}, []string{"4: dw-lookup-not-resolved 1; 1 of 4 waiting for 2 of Customer groups", "4: dw-lookup-not-resolved 3; 3 of 3 waiting for 3 of Customers V3 (accounts)"}},
		{"parents: the needed one first, although less wait for it", []storetest.Line{
			failed("01:00:00", "accounts", noGroup, "10"), failed("01:00:01", "accounts", noGroup, "20"), failed("01:00:02", "accounts", noTerms, "NET45"),
		}, []string{"4: dw-lookup-not-resolved 1; 1 of 1 waiting for 1 of Terms of payment", "4: dw-lookup-not-resolved 2; 2 of 2 waiting for 2 of Customer groups"}},
		{"parents: legal entities before everything", []storetest.Line{
			failed("01:00:00", "accounts", noTerms, "NET45"), failed("01:00:01", "accounts", noTerms, "NET30"), failed("01:00:02", "accounts", noCompany, "ABC"),
		}, []string{"4: dw-lookup-not-resolved 1; 1 of 1 waiting for 1 of Legal entities (cdm_companies)", "4: dw-lookup-not-resolved 2; 2 of 2 waiting for 2 of Terms of payment"}},
		{"parents: one table is one fix, whichever rules say that it lacks rows", []storetest.Line{
			failed("01:00:00", "accounts", noGroup, "10"), failed("01:00:01", "accounts", noGUID, "80"), failed("01:00:02", "accounts", noGUID, "10"),
			failed("01:00:03", "salesorders", noCustomer, "US-1", "10"),
		}, []string{"4: dw-lookup-not-resolved 1, is-lookup-guid-not-resolved 2; 3 of 4 waiting for 2 of Customer groups", "4: dw-lookup-not-resolved 1; 1 of 1 waiting for 1 of Customers V3 (accounts)"}},
		{"parents: one key in two companies is two rows of one fix", []storetest.Line{
			failed("01:00:00", "accounts", noGroup, "10"), in("DEMF", failed("01:00:01", "accounts", noGroup, "10")), in("", failed("01:00:02", "accounts", noGroup, "10")),
		}, []string{"4: dw-lookup-not-resolved 3; 3 of 3 waiting for 2 of Customer groups"}},
	}
	for i, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			got := planned(t, tc.lines)
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("plan (-want +got)\n%s", d)
			}
			if !*full && i%3 != 0 {
				return
			}
			slices.Reverse(tc.lines) // the order of records decides nothing
			if d := cmp.Diff(tc.want, planned(t, tc.lines)); d != "" {
				t.Errorf("plan of the same records in another order (-want +got)\n%s", d)
			}
		})
	}
}

// What is over says so, and leads with saving again; a fix of two signatures keeps what each needs.
func TestPlanTexts(t *testing.T) {
	lines := []storetest.Line{
		failed("01:00:00", "account", outage), failed("01:02:00", "account", outage), failed("03:00:00", "account", noGroup, "10"),
		failed("05:00:00", "accounts", emptyURI), failed("05:01:00", "accounts", noMember),
	}
	for i := range lines {
		lines[i].ID, lines[i].File, lines[i].Row = uint16(i+1), "a.csv", int64(i+2)
	}
	s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
	last := s.Fixes[len(s.Fixes)-1]
	if last.Summary != "Repeat what failed in 2 records: over since 01:02." || last.Retry != "yes" || last.Steps[0] != "Repeat what failed in 2 records. The last failure was at 01:02; until 03:00 the same plug-ins or tables have 1 later record without it, which failed of something else." ||
		!strings.HasPrefix(last.Steps[1], "Only if it comes back: ") || last.Role != "Dual-write operator" {
		t.Errorf("the outage that is over: %q, retry %s, %s, steps %q", last.Summary, last.Retry, last.Role, last.Steps[:2])
	}
	for later, want := range map[string]string{"": "have 1 later record without it.", "02:00:00": "have 2 later records without it, of which 1 is ok and 1 failed of something else."} { // some of which are ok
		ended := append(slices.Clone(lines[:2]), storetest.Line{ID: 90, File: "a.csv", Row: 90, At: "03:00:00", Log: ingest.DualWrite, Entity: "account"})
		if later != "" {
			ended = append(ended, storetest.Line{ID: 91, File: "a.csv", Row: 91, At: later, Entity: "account", Err: fmt.Sprintf(noGroup, "10")})
		}
		if over := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), ended).Fixes; !strings.HasSuffix(over[len(over)-1].Steps[0], want) {
			t.Errorf("of which some are ok: %q, want %q", over[len(over)-1].Steps[0], want)
		}
	}
	first := s.Fixes[0]
	if len(first.Steps) != len(first.Parts[0].Steps)+len(first.Parts[1].Steps) || len(first.Parts[1].Steps) == 0 || first.Role != strings.Join(once(strings.Split(first.Role, ", ")), ", ") {
		t.Errorf("the incident has %d steps, its parts %d and %d; role %s", len(first.Steps), len(first.Parts[0].Steps), len(first.Parts[1].Steps), first.Role)
	}
	for _, sig := range s.Signatures {
		if len(sig.Ranks) == 0 || !slices.ContainsFunc(s.Fixes[sig.Ranks[0]-1].Parts, func(p Part) bool { return p.Signature == sig.ID }) {
			t.Errorf("signature %s stands in fixes %v of the plan", sig.ID, sig.Ranks)
		}
	}
}

// Tables that need each other keep their order, and what needs them comes behind both.
func TestParentsFirstInACircle(t *testing.T) {
	m := storetest.Matcher()
	var fixes []*Fix
	for _, title := range []string{"CDS sales order headers", "Vendors V2", "Customers V3 (accounts)", "Nobody's table", "Currencies"} {
		fixes = append(fixes, &Fix{MissingIn: title, Tier: classify.ParentRows})
	}
	var got []string
	ordered, err := parentsFirst(t.Context(), m, fixes)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range ordered {
		got = append(got, f.MissingIn)
	}
	at := func(title string) int { return slices.Index(got, title) }
	if at("Currencies") > at("Customers V3 (accounts)") || at("Customers V3 (accounts)") > at("CDS sales order headers") || len(got) != len(fixes) {
		t.Errorf("order %q", got)
	}
}

// A row that failed ten times is saved once, and of records without a key nobody knows which rows they are of.
func TestSavedAgain(t *testing.T) {
	for _, tt := range []struct {
		records, keys int64
		want          string
	}{{1, 1, "Save the row again"}, {2, 2, "Save the 2 rows again"}, {10, 1, "Save the rows of 10 records again"}, {1, 0, "Repeat what failed in 1 record"}, {1200, 0, "Repeat what failed in 1,200 records"}} {
		if got := savedAgain(tt.records, tt.keys); got != tt.want {
			t.Errorf("%d records of %d rows: %q, want %q", tt.records, tt.keys, got, tt.want)
		}
	}
}
