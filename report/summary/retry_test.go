package summary

import (
	"fmt"
	"math/rand/v2"
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

const duplicate = "Unable to write data to entity %s.Writes to X failed with error message Request failed with status code PreconditionFailed and CDS error code : 0x80060892 response message: " +
	"A record that has the attribute values Name already exists. The entity key Name Key requires that this set of attributes contains unique values. Select unique values and try again."

// A row of which one message says of which map it is, and another only of which it may be, is one row, behind the last fix of both. Where two of these maps
// have a row of the key, nobody can tell whose it is.
func TestRetriesOfTwoNames(t *testing.T) {
	const payload = "Unable to generate payload for entity CustCustomerV3Entity"
	loose := func(key string) storetest.Line {
		return keyed(key, failed("01:10:00", "CustCustomerV3Entity", payload))
	}
	s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(
		loose("C1"), keyed("C1", failed("01:00:00", "CustCustomerV3Entity", noGroup, "80")), loose("C2"), in("DEMF", keyed("C2", failed("01:00:00", "CustCustomerV3Entity", noGroup, "80"))),
		keyed("O1", failed("01:20:00", "salesorders", noCustomerOnly, "C1")),
		loose("C3"), keyed("C3", failed("01:00:00", "accounts", noMember)), keyed("C3", failed("01:00:00", "contacts", "Unable to write data to entity contacts."+noMember)),
	))
	var got []string
	if err := s.EachRetry(func(r *Retry) error {
		got = append(got, fmt.Sprintf("%d %s %s %s: %d after %d, %s", r.Order, r.MapTitle, r.Key, r.Company, r.Records, r.AfterFix, clock(r.PurgedBy)))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	const either = "Customers V3 (accounts) or Customers V3 (contacts) "
	want := []string{
		"1 Customers V3 (contacts) C3 USMF: 1 after 1, 01:00:00", "2 Customers V3 (accounts) C3 USMF: 1 after 1, 01:00:00",
		"3 " + either + "C2 USMF: 1 after 1, 01:10:00", "3 " + either + "C3 USMF: 1 after 1, 01:10:00",
		"4 Customers V3 (accounts) C1 USMF: 2 after 2, 01:10:00", "4 Customers V3 (accounts) C2 DEMF: 1 after 2, 01:00:00",
		"5 CDS sales order headers or Project contract headers O1 USMF: 1 after 3, 01:20:00",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// A row whose company is not known may be of any: it is saved behind every row that it may wait for, and before every one that may wait for it.
func TestRetriesWithoutACompany(t *testing.T) {
	group := func(company string) storetest.Line {
		return in(company, keyed("G1", failed("01:00:00", "msdyn_customergroups", duplicate, "msdyn_customergroups")))
	}
	customer := func(company, key, group string) storetest.Line {
		return in(company, keyed(key, failed("01:10:00", "accounts", noGroup, group)))
	}
	for _, c := range []struct {
		name  string
		lines []storetest.Line
		want  []string
	}{
		{"of the row", []storetest.Line{group("USMF"), group("DEMF"), customer("", "C1", "G1"), customer("USMF", "C2", "G2"), customer("GBSI", "C3", "G1")},
			[]string{"Customers V3 (accounts) C2 USMF after 1", "Customers V3 (accounts) C3 GBSI after 1", "Customer groups G1 DEMF after 2", "Customer groups G1 USMF after 2", "Customers V3 (accounts) C1  after 2"}},
		{"of what it waits for", []storetest.Line{group(""), customer("USMF", "C1", "G1"), customer("DEMF", "C2", "G1"), customer("GBSI", "C3", "G2")},
			[]string{"Customers V3 (accounts) C3 GBSI after 1", "Customer groups G1  after 2", "Customers V3 (accounts) C1 USMF after 2", "Customers V3 (accounts) C2 DEMF after 2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(c.lines...))
			var got []string
			if err := s.EachRetry(func(r *Retry) error {
				got = append(got, fmt.Sprintf("%s %s %s after %d", r.MapTitle, r.Key, r.Company, r.AfterFix))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// Of random groups, customers that need groups and other customers, and orders that need customers, each refused, waiting or both and some
// without a company, no row is to be saved in the step of a row that it waits for or may wait for, or before, nor after an earlier fix.
func TestRetriesInTurn(t *testing.T) {
	rounds := 3
	if *full {
		rounds = 40
	}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 31))
		var lines []storetest.Line
		type row struct{ company, key string }
		waits := make(map[row][]row)
		companies := []string{"USMF", "DEMF", "USMF", "DEMF", ""}
		add := func(company, key string, l storetest.Line, on ...string) {
			l.Company = company
			lines = append(lines, keyed(key, l))
			for _, o := range on {
				waits[row{company, key}] = append(waits[row{company, key}], row{company, o})
			}
		}
		when := func() string { return fmt.Sprintf("01:%02d:%02d", r.IntN(60), r.IntN(60)) }
		for range 60 {
			company := companies[r.IntN(len(companies))]
			group, customer, order := fmt.Sprint("G", r.IntN(4)), fmt.Sprint("C", r.IntN(9)), fmt.Sprint("O", r.IntN(9))
			switch r.IntN(6) {
			case 0:
				add(company, group, failed(when(), "msdyn_customergroups", duplicate, "msdyn_customergroups"))
			case 1:
				add(company, customer, failed(when(), "accounts", duplicate, "accounts"))
			case 2:
				add(company, customer, failed(when(), "accounts", noGroup, group), group)
			case 3:
				if other := r.IntN(9); fmt.Sprint("C", other) > customer { // customers that are billed by later ones: no circle
					add(company, customer, failed(when(), "accounts", noBilling, fmt.Sprint("C", other)), fmt.Sprint("C", other))
				}
			default:
				add(company, order, failed(when(), "salesorders", noCustomerOnly, customer), customer)
			}
		}
		s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(lines...))
		steps := make(map[row]Retry)
		if err := s.EachRetry(func(x *Retry) error {
			if _, twice := steps[row{x.Company, x.Key}]; twice {
				t.Errorf("%s %s is there twice", x.Company, x.Key)
			}
			steps[row{x.Company, x.Key}] = *x
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		pairs, unsure := 0, 0
		for child, list := range waits {
			for _, needed := range list {
				for parent, p := range steps {
					c, ok := steps[child]
					if !ok || parent.key != needed.key || parent.company != needed.company && parent.company != "" && needed.company != "" {
						continue
					}
					if parent.company != needed.company {
						unsure++
					}
					if pairs++; p.Order >= c.Order || p.AfterFix > c.AfterFix {
						t.Errorf("seed %d: %v, step %d after fix %d, waits for %v, step %d after fix %d", seed, child, c.Order, c.AfterFix, parent, p.Order, p.AfterFix)
					}
				}
			}
		}
		if pairs < 10 || unsure < 5 {
			t.Errorf("seed %d: %d rows that wait for another: the test is of too few", seed, pairs)
		}
	}
}
