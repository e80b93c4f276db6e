package summary

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store/storetest"
)

const refused = "Unable to write data to entity msdyn_customergroups.Writes to CustCustomerGroupEntity failed with error message Request failed with status code BadRequest and CDS error code : 0x80040220 response message: Principal team (Id=b4c1d2f0-7a35-4e86-9c1b-2f60d8e7a913, type=9, roleCount=1, privilegeCount=20), is missing prvReadmsdyn_customergroup privilege (Id=5d7e9a14-03bc-4f2d-8e61-c0a94b7d3f28) on OTC=10543."

// keyed is a record with the key of its row.
func keyed(key string, l storetest.Line) storetest.Line {
	l.Key = key
	return l
}

func causeLines(s *Summary) (out []string) {
	for i := range s.Causes {
		c := &s.Causes[i]
		line := fmt.Sprintf("%s|%s|%s: %d = %d + %d, %d partly; %d rows, %d unseen:", c.MapTitle, c.Company, c.Signature, c.Records(), c.Own, c.Waiting, c.Partly, c.Rows, c.Unseen)
		for _, n := range c.RowNames {
			n, _, _ = strings.Cut(n, " (map ")
			line += " " + n + ";"
		}
		for _, l := range c.Levels {
			line += fmt.Sprintf(" %d×%s at %d;", l.Records, l.MapTitle, l.Depth)
		}
		own := int64(0)
		for _, f := range c.Failures {
			own += f.Records
			if len(c.Failures) > 1 {
				line += fmt.Sprintf(" %d failed by %s;", f.Records, f.Signature)
			}
		}
		if own != c.Own {
			line += fmt.Sprintf(" %d own, %d by their signatures", c.Own, own)
		}
		out = append(out, line)
	}
	return out
}

func TestCauses(t *testing.T) {
	group := func(at, key string) storetest.Line { return keyed(key, failed(at, "msdyn_customergroups", refused)) }
	customer := func(at, key, group string) storetest.Line { return keyed(key, failed(at, "accounts", noGroup, group)) }
	order := func(at, key, customer, group string) storetest.Line {
		return keyed(key, failed(at, "salesorders", noCustomer, customer, group))
	}
	const privilege = "dw-missing-privilege-owning-team"
	for _, tc := range []struct {
		name  string
		lines []storetest.Line
		want  []string
	}{
		{"a chain of three", []storetest.Line{group("01:00:00", "80"), customer("01:10:00", "US-1", "80"), customer("01:11:00", "US-2", "80"), order("01:20:00", "SO-1", "US-1", "80"), order("01:21:00", "SO-2", "US-1", "80")},
			[]string{"Customer groups|USMF|" + privilege + ": 5 = 1 + 4, 0 partly; 1 rows, 0 unseen: customer group 80; 2×Customers V3 (accounts) at 1; 2×CDS sales order headers or Project contract headers at 2;"}},
		{"missing, without a failure", []storetest.Line{customer("01:10:00", "US-1", "80"), order("01:20:00", "SO-1", "US-1", "80")},
			[]string{"Customer groups|USMF|: 2 = 0 + 2, 0 partly; 1 rows, 0 unseen: customer group 80; 1×Customers V3 (accounts) at 1; 1×CDS sales order headers or Project contract headers at 2;"}},
		{"missing, and nothing waits behind: no cascade", []storetest.Line{customer("01:10:00", "US-1", "80"), customer("01:10:00", "US-2", "80")}, nil},
		{"another company is another cause", []storetest.Line{group("01:00:00", "80"), in("DEMF", group("01:00:00", "80")), customer("01:10:00", "US-1", "80"), in("DEMF", customer("01:10:00", "US-1", "80"))},
			[]string{"Customer groups|DEMF|" + privilege + ": 2 = 1 + 1, 0 partly; 1 rows, 0 unseen: customer group 80; 1×Customers V3 (accounts) at 1;",
				"Customer groups|USMF|" + privilege + ": 2 = 1 + 1, 0 partly; 1 rows, 0 unseen: customer group 80; 1×Customers V3 (accounts) at 1;"}},
		{"refused in one company explains nothing in another", []storetest.Line{in("DEMF", group("01:00:00", "80")), customer("01:10:00", "US-1", "80")}, nil},
		{"the key of another table is another row", []storetest.Line{keyed("80", failed("01:00:00", "msdyn_customergroups", refused)), keyed("US-1", failed("01:10:00", "accounts", noTerms, "80"))}, nil},
		{"what also lacks something else is not claimed", []storetest.Line{group("01:00:00", "80"), customer("01:10:00", "US-1", "80"), order("01:20:00", "SO-1", "US-9", "80"), keyed("US-3", failed("01:21:00", "accounts", groupAndOther, "80", "P-1"))},
			[]string{"Customer groups|USMF|" + privilege + ": 2 = 1 + 1, 2 partly; 1 rows, 0 unseen: customer group 80; 1×Customers V3 (accounts) at 1;"}},
		{"nor what waits for that", []storetest.Line{group("01:00:00", "80"), customer("01:10:00", "US-1", "80"), keyed("US-3", failed("01:11:00", "accounts", groupAndOther, "80", "P-1")), order("01:20:00", "SO-1", "US-3", "80")},
			[]string{"Customer groups|USMF|" + privilege + ": 2 = 1 + 1, 2 partly; 1 rows, 0 unseen: customer group 80; 1×Customers V3 (accounts) at 1;"}},
		{"a row that failed in two ways explains nothing", []storetest.Line{group("01:00:00", "80"), keyed("80", failed("01:01:00", "msdyn_customergroups", noMember)), customer("01:10:00", "US-1", "80")}, nil},
		{"a row that failed in two ways, none of which stops its map", []storetest.Line{keyed("80", failed("01:00:00", "msdyn_customergroups", deadlocked)), keyed("80", failed("01:01:00", "msdyn_customergroups", duplicate, "msdyn_customergroups")),
			keyed("80", failed("01:02:00", "msdyn_customergroups", duplicate, "msdyn_customergroups")), customer("01:10:00", "US-1", "80"), order("01:20:00", "SO-1", "US-1", "80")},
			[]string{"Customer groups|USMF|dv-entity-key-duplicate: 5 = 3 + 2, 0 partly; 1 rows, 0 unseen: customer group 80; 1×Customers V3 (accounts) at 1; 1×CDS sales order headers or Project contract headers at 2; 2 failed by dv-entity-key-duplicate; 1 failed by dv-sql-deadlock-1205;"}},
		{"a row that failed in two ways, one of them waiting: what is behind it waits for something else, too", []storetest.Line{group("01:00:00", "80"), customer("01:10:00", "US-1", "80"),
			customer("01:11:00", "US-2", "80"), keyed("US-2", failed("01:12:00", "accounts", duplicate, "accounts")), keyed("SO-1", failed("01:20:00", "salesorders", noCustomerOnly, "US-2")), keyed("SO-2", failed("01:21:00", "salesorders", noCustomerOnly, "US-2"))},
			[]string{"Customer groups|USMF|" + privilege + ": 3 = 1 + 2, 2 partly; 1 rows, 0 unseen: customer group 80; 2×Customers V3 (accounts) at 1;"}},
		{"what waits for a row that waits for two things", []storetest.Line{group("01:00:00", "80"), customer("01:10:00", "US-1", "80"), keyed("US-2", failed("01:11:00", "accounts", groupAndOther, "80", "P-1")),
			keyed("SO-1", failed("01:20:00", "salesorders", noCustomerOnly, "US-2")), keyed("SO-2", failed("01:21:00", "salesorders", noCustomerOnly, "US-2")), keyed("SO-3", failed("01:22:00", "salesorders", noCustomerOnly, "US-1"))},
			[]string{"Customer groups|USMF|" + privilege + ": 3 = 1 + 2, 3 partly; 1 rows, 0 unseen: customer group 80; 1×Customers V3 (accounts) at 1; 1×CDS sales order headers or Project contract headers at 2;"}},
		{"a failure two hours after the look-up explains nothing", []storetest.Line{group("03:10:01", "80"), customer("01:10:00", "US-1", "80")}, nil},
		{"a failure within the hour does", []storetest.Line{group("02:10:00", "80"), customer("01:10:00", "US-1", "80")},
			[]string{"Customer groups|USMF|" + privilege + ": 2 = 1 + 1, 0 partly; 1 rows, 0 unseen: customer group 80; 1×Customers V3 (accounts) at 1;"}},
		{"without times nothing is claimed", []storetest.Line{group("", "80"), customer("01:10:00", "US-1", "80")}, nil},
		{"one side without a company", []storetest.Line{in("", group("01:00:00", "80")), customer("01:10:00", "US-1", "80")},
			[]string{"Customer groups|USMF|" + privilege + ": 2 = 1 + 1, 0 partly; 1 rows, 0 unseen: customer group 80; 1×Customers V3 (accounts) at 1;"}},
		{"without a company, where two lack the key", []storetest.Line{in("", group("01:00:00", "80")), customer("01:10:00", "US-1", "80"), in("DEMF", customer("01:10:00", "US-1", "80"))}, nil},
		{"missing in two companies: what names none is no third cause", []storetest.Line{customer("01:10:00", "US-1", "80"), order("01:20:00", "SO-1", "US-1", "80"), in("DEMF", customer("01:10:00", "DE-1", "80")),
			in("", customer("01:11:00", "XX-1", "80")), in("", order("01:21:00", "SO-2", "XX-1", "80"))},
			[]string{"Customer groups|USMF|: 2 = 0 + 2, 0 partly; 1 rows, 0 unseen: customer group 80; 1×Customers V3 (accounts) at 1; 1×CDS sales order headers or Project contract headers at 2;"}},
		{"a failure of the whole map in the same hours", []storetest.Line{group("01:00:00", "70"), customer("01:10:00", "US-1", "80"), customer("01:11:00", "US-2", "70"), customer("02:00:01", "US-3", "90")},
			[]string{"Customer groups|USMF|" + privilege + ": 3 = 1 + 2, 0 partly; 2 rows, 1 unseen: customer group 70; customer group 80; 2×Customers V3 (accounts) at 1;"}},
		{"a failure of the whole map that was over before", []storetest.Line{group("01:00:00", "70"), saved("01:05:00", "CustCustomerGroupEntity", "71"), customer("01:10:00", "US-1", "80"), customer("01:11:00", "US-2", "80"), order("01:20:00", "SO-1", "US-1", "80")},
			[]string{"Customer groups|USMF|: 3 = 0 + 3, 0 partly; 1 rows, 0 unseen: customer group 80; 2×Customers V3 (accounts) at 1; 1×CDS sales order headers or Project contract headers at 2;"}},
		{"that was over, and is back", []storetest.Line{group("01:00:00", "70"), in("usmf", saved("01:05:00", "CustCustomerGroupEntity", "71")), group("01:06:00", "72"), customer("01:10:00", "US-1", "80")},
			[]string{"Customer groups|USMF|" + privilege + ": 3 = 2 + 1, 0 partly; 1 rows, 1 unseen: customer group 80; 1×Customers V3 (accounts) at 1;"}},
		{"that is over behind the look-up", []storetest.Line{group("01:00:00", "70"), customer("01:10:00", "US-1", "80"), saved("01:15:00", "CustCustomerGroupEntity", "71")},
			[]string{"Customer groups|USMF|" + privilege + ": 2 = 1 + 1, 0 partly; 1 rows, 1 unseen: customer group 80; 1×Customers V3 (accounts) at 1;"}},
		{"that another company did not have", []storetest.Line{group("01:00:00", "70"), in("DEMF", saved("01:05:00", "CustCustomerGroupEntity", "71")), customer("01:10:00", "US-1", "80")},
			[]string{"Customer groups|USMF|" + privilege + ": 2 = 1 + 1, 0 partly; 1 rows, 1 unseen: customer group 80; 1×Customers V3 (accounts) at 1;"}},
		{"that was over in a row without a company", []storetest.Line{group("01:00:00", "70"), in("", saved("01:05:00", "CustCustomerGroupEntity", "71")), customer("01:10:00", "US-1", "80")}, nil},
		{"that was over for a row of the company in small letters", []storetest.Line{group("01:00:00", "70"), in("usmf", saved("01:05:00", "CustCustomerGroupEntity", "71")), customer("01:10:00", "US-1", "80")}, nil},
		{"the key of a row is written in another way", []storetest.Line{group("01:00:00", "sys-80, b3"), customer("01:10:00", "US-1", "SYS-80,B3")},
			[]string{"Customer groups|USMF|" + privilege + ": 2 = 1 + 1, 0 partly; 1 rows, 0 unseen: customer group SYS-80,B3; 1×Customers V3 (accounts) at 1;"}},
		{"a failing row that may be of two maps, of which one is looked up", []storetest.Line{keyed("C1", failed("01:00:00", "CustCustomerV3Entity", tooLong)), keyed("SO-1", failed("01:10:00", "salesorders", noCustomerOnly, "C1"))},
			[]string{"Customers V3 (accounts)|USMF|dv-string-too-long: 2 = 1 + 1, 0 partly; 1 rows, 0 unseen: customer C1; 1×CDS sales order headers or Project contract headers at 1;"}},
		{"of which both are looked up: nobody can tell which row it is", []storetest.Line{keyed("C1", failed("01:00:00", "CustCustomerV3Entity", tooLong)), keyed("SO-1", failed("01:10:00", "salesorders", noCustomerOnly, "C1")),
			keyed("SO-2", failed("01:11:00", "salesorders", noContact, "C1"))}, nil},
		{"of which the other is looked up in another company", []storetest.Line{keyed("C1", failed("01:00:00", "CustCustomerV3Entity", tooLong)), keyed("SO-1", failed("01:10:00", "salesorders", noCustomerOnly, "C1")),
			in("DEMF", keyed("SO-2", failed("01:11:00", "salesorders", noContact, "C1")))},
			[]string{"Customers V3 (accounts)|USMF|dv-string-too-long: 2 = 1 + 1, 0 partly; 1 rows, 0 unseen: customer C1; 1×CDS sales order headers or Project contract headers at 1;"}},
		{"a row of one of the maps that are looked up together", []storetest.Line{keyed("SO-1, 3", failed("01:00:00", "SalesOrderLineCDSEntity", tooLong)), keyed("US-1", failed("01:10:00", "accounts", noLine, "SO-1,3"))},
			[]string{"CDS sales order lines or Project contract lines|USMF|dv-string-too-long: 2 = 1 + 1, 0 partly; 1 rows, 0 unseen: row of salesorderdetails SO-1,3; 1×Customers V3 (accounts) at 1;"}},
		{"a circle", []storetest.Line{keyed("US-1", failed("01:00:00", "accounts", noBilling, "US-2")), keyed("US-2", failed("01:01:00", "accounts", noBilling, "US-1"))}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var outs [][]string
			for range 2 {
				s := plannedOf(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(slices.Clone(tc.lines)...))
				outs = append(outs, causeLines(s))
				slices.Reverse(tc.lines) // the order of records decides nothing
			}
			if d := cmp.Diff(tc.want, outs[0]); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if d := cmp.Diff(outs[0], outs[1]); d != "" {
				t.Errorf("records in another order (-first +reversed)\n%s", d)
			}
		})
	}
}

const noCustomerOnly = "Unable to write data to entity salesorders.Unable to lookup accounts with values {%s}.Writes to SalesOrderHeaderCDSEntity failed"

const tooLong = "A validation error occurred. A string value provided is too long."

const noContact = "Unable to write data to entity salesorders.Unable to lookup contacts with values {%s}.Writes to SalesOrderHeaderCDSEntity failed"

const noLine = "Unable to write data to entity accounts.Unable to lookup salesorderdetails with values {%s}.Writes to CustCustomerV3Entity failed"

const noBilling = "Unable to write data to entity accounts.Unable to lookup accounts with values {%s}.Writes to CustCustomerV3Entity failed"

// With too many look-ups no cause is claimed, and the summary says so; missing rows are listed all the same.
func TestTooManyLookupsForCauses(t *testing.T) {
	defer func(n int64) { mostLookups = n }(mostLookups)
	mostLookups = 1
	s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(keyed("80", failed("01:00:00", "msdyn_customergroups", refused)),
		failed("01:10:00", "accounts", noGroup, "80"), failed("01:11:00", "accounts", noGroup, "80")))
	if s.TooManyLookups != 2 || len(s.Causes) != 0 || s.CauseCount != 0 || len(missingLines(t, s)) != 1 {
		t.Errorf("%d look-ups too many, causes %v, missing rows %q", s.TooManyLookups, causeLines(s), missingLines(t, s))
	}
}

const deadlocked = "Unable to write data to entity msdyn_customergroups.Writes to CustCustomerGroupEntity failed with error message Sql error: Generic SQL error. CRM ErrorCode: -2147204784 Sql Number: 1205"

// A chain of rows that wait for each other is followed to its end, also beside a circle: customers of which each is billed by the one before.
func TestLongChain(t *testing.T) {
	const long = 150
	key := func(i int) string { return fmt.Sprintf("US-%03d", i) }
	at := func(i int) string { return fmt.Sprintf("0%d:%02d:00", 1+i/60, i%60) }
	lines := []storetest.Line{keyed(key(0), failed(at(0), "CustCustomerV3Entity", tooLong)),
		keyed("A", failed(at(1), "accounts", noBilling, "B")), keyed("B", failed(at(2), "accounts", noBilling, "A"))}
	for i := 1; i < long; i++ {
		lines = append(lines, keyed(key(i), failed(at(i), "accounts", noBilling, key(i-1))))
	}
	s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(lines...))
	if len(s.Causes) == 0 || s.Causes[0].Own != 1 || s.Causes[0].Waiting != long-1 || s.Causes[0].Partly != 0 {
		t.Errorf("causes %q, want one that explains %d", causeLines(s), long)
	}
	order := make(map[string]int64)
	if err := s.EachRetry(func(r *Retry) error { order[r.Key] = r.Order; return nil }); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < long; i++ {
		if order[key(i-1)] == 0 || order[key(i)] <= order[key(i-1)] {
			t.Fatalf("%s is step %d of retry.csv, and %s, which it looks up, step %d", key(i), order[key(i)], key(i-1), order[key(i-1)])
		}
	}
}
