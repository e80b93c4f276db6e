package summary

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/report/store/storetest"
)

// slowPrecedence says of two fixes whether the rows of one must be there before those of the other.
func slowPrecedence(m *classify.Matcher) (before func(a, b *Fix) bool) {
	needs := make(map[string]map[string]bool)
	needsAny := func(child, parent string) bool {
		if needs[child] == nil {
			needs[child] = make(map[string]bool)
			for _, mp := range parentMaps(m, child) {
				for _, title := range m.Prerequisites(mp) {
					needs[child][title] = true
				}
			}
		}
		return slices.ContainsFunc(parentMaps(m, parent), func(mp *classify.Map) bool { return needs[child][mp.Title] })
	}
	companies := func(f *Fix) bool {
		return slices.ContainsFunc(parentMaps(m, f.MissingIn), func(mp *classify.Map) bool { return mp.Name == classify.LegalEntities })
	}
	return func(a, b *Fix) bool {
		if a.MissingIn == "" || b.MissingIn == "" || a.MissingIn == b.MissingIn || a.Tier != b.Tier {
			return false
		}
		if companies(a) || companies(b) {
			return companies(a)
		}
		return needsAny(b.MissingIn, a.MissingIn) && !needsAny(a.MissingIn, b.MissingIn)
	}
}

// slowParentsFirst takes the first fix, again and again, before which no other comes.
func slowParentsFirst(m *classify.Matcher, fixes []*Fix) []*Fix {
	before := slowPrecedence(m)
	rest, out := slices.Clone(fixes), make([]*Fix, 0, len(fixes))
	for len(rest) > 0 {
		next := slices.IndexFunc(rest, func(f *Fix) bool {
			return !slices.ContainsFunc(rest, func(other *Fix) bool { return before(other, f) })
		})
		next = max(next, 0)
		out = append(out, rest[next])
		rest = slices.Delete(rest, next, next+1)
	}
	return out
}

// The order is that of the slow twin, whatever the order, the tiers and the tables of fixes, and so is what comes before the rows of each.
func TestParentsFirstAsTheSlowTwin(t *testing.T) {
	m := storetest.Matcher()
	titles := []string{"", "Nobody's table", "contoso_parcels", "Legal entities (cdm_companies)", "Legal entities (msdyn_internalorganizations)"}
	for _, title := range []string{"Currencies", "Customer groups", "Customers V3 (accounts)", "Vendors V2", "Vendor groups", "CDS sales order headers", "CDS sales order lines", "Released products V2", "Sites",
		"Warehouses", "Warehouse locations", "Contacts V2", "Purchase order headers V2", "Sales invoice headers V2", "Ledger", "Default order settings", "Job Positions Dual Write"} {
		titles = append(titles, title, title+" or Customer groups")
	}
	slices.Sort(titles)
	titles = slices.Compact(titles)
	rounds := 100
	if testing.Short() {
		rounds = 10
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range rounds {
		var fixes []*Fix
		for _, i := range r.Perm(len(titles))[:r.IntN(40)] {
			fixes = append(fixes, &Fix{MissingIn: titles[i], Tier: classify.ParentRows + r.IntN(10)/9, Missing: make([]MissingRow, 1)})
		}
		want := slowParentsFirst(m, fixes)
		got, err := parentsFirst(t.Context(), m, fixes)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("order of %q, want %q (%v)", parentsOf(got), parentsOf(want), err)
		}
		namePredecessors(m, got)
		before := slowPrecedence(m)
		for i, f := range got {
			var names []string
			for _, other := range got[:i] {
				if before(other, f) {
					names = append(names, other.MissingIn)
				}
			}
			if !slices.Equal(f.Missing[0].After, names) {
				t.Fatalf("in %q before %s: %q, want %q", parentsOf(got), f.MissingIn, f.Missing[0].After, names)
			}
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	if stop(); ctx.Err() != nil {
		if _, err := parentsFirst(ctx, m, []*Fix{{}}); err == nil {
			t.Error("an order for nobody")
		}
	}
}

func parentsOf(fixes []*Fix) (out []string) {
	for _, f := range fixes {
		out = append(out, f.MissingIn)
	}
	return out
}

// Many tables of which nothing is known are put in order in no time; the slow twin took minutes.
func TestParentsFirstOfManyTables(t *testing.T) {
	var fixes []*Fix
	for i := range 200_000 {
		fixes = append(fixes, &Fix{MissingIn: fmt.Sprint("new_frob", i), Tier: classify.ParentRows, Missing: make([]MissingRow, 1)})
	}
	m := storetest.Matcher()
	fixes = append(fixes, &Fix{MissingIn: "Legal entities (cdm_companies)", Tier: classify.ParentRows})
	got, err := parentsFirst(t.Context(), m, fixes)
	if err != nil || got[0].MissingIn != "Legal entities (cdm_companies)" || got[1].MissingIn != "new_frob0" || len(got) != len(fixes) {
		t.Fatal(err, parentsOf(got[:2]))
	}
	if namePredecessors(m, got); !slices.Equal(got[7].Missing[0].After, []string{"Legal entities (cdm_companies)"}) {
		t.Error(got[7].Missing[0].After)
	}
}

// Tables beyond those that have a fix of their own are summed up by the fix of the rule, and their rows are listed last.
func TestTablesWithoutAFix(t *testing.T) {
	defer func(n int) { mostParents = n }(mostParents)
	mostParents = 2
	lookup := func(table string) storetest.Line {
		return failed("01:00:00", "accounts", "Unable to lookup contoso_%s with values {7}.", table)
	}
	lines := numbered(lookup("a"), lookup("a"), lookup("a"), failed("01:00:00", "accounts", noGroup, "10"), failed("01:00:00", "accounts", noGroup, "10"), lookup("b"), lookup("c"),
		failed("01:00:00", "accounts", "Unable to write data to entity accounts.Unable to lookup msdyn_customergroups with values {10}. Unable to lookup contoso_d with values {7}.Writes to CustCustomerV3Entity failed"))
	s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
	var got, texts []string
	var records int64
	for _, f := range s.Fixes {
		records += f.Records
		got = append(got, fmt.Sprintf("%s: %d, %d waiting", f.MissingIn, f.Records, f.Waiting))
		if f.MissingIn == "" {
			texts = append(texts, f.Summary, f.Steps[0], f.Parts[0].Steps[0])
		}
	}
	if want := []string{": 3, 1 waiting", "Customer groups: 2, 3 waiting", "contoso_a: 3, 3 waiting"}; !slices.Equal(got, want) || records != 8 {
		t.Errorf("fixes %q of %d records, want %q and 8", got, records, want)
	}
	told := strings.Join(texts, "\n")
	if !strings.HasPrefix(told, "Rows of 3 tables without a fix of their own: ") || strings.Count(told, "only the 2 tables have one that most records wait for") != 2 {
		t.Errorf("told of the rest: %s", told)
	}
	var tables []string
	for _, line := range missingLines(t, s) {
		table, _, _ := strings.Cut(line, "|")
		tables = append(tables, table)
	}
	slices.Sort(tables[2:])
	if d := cmp.Diff([]string{"msdyn_customergroups", "contoso_a", "contoso_b", "contoso_c", "contoso_d"}, tables); d != "" {
		t.Errorf("missing.csv (-want +got)\n%s", d)
	}
}
