//go:build cgo

package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
)

const prerequisitesGolden = "../../testdata/explain/prerequisites.golden"

// The most used maps, by the set and the F&O entity under which a message names them. The golden
// file was compared by hand with map-dependencies.csv: for each map the look-ups of its rows
// towards Dataverse, followed to their ends, every map behind its own prerequisites.
var mostUsedMaps = []struct{ set, entity string }{
	{"accounts", "CustCustomerV3Entity"},
	{"contacts", "CustCustomerV3Entity"},
	{"msdyn_vendors", "VendVendorV2Entity"},
	{"msdyn_contactforparties", "Contacts V2"},
	{"msdyn_partypostaladdresses", "CDS Party postal address locations"},
	{"msdyn_postaladdresses", "CDS postal address history V2"},
	{"msdyn_partyelectronicaddresses", "Party contacts V3"},
	{"msdyn_customergroups", "CustCustomerGroupEntity"},
	{"msdyn_vendorgroups", "VendVendorGroupEntity"},
	{"msdyn_paymentterms", "PaymentTermEntity"},
	{"msdyn_warehouses", "InventWarehouseEntity"},
	{"msdyn_unitofmeasureconversions", "UnitOfMeasureConversionEntity"},
	{"uoms", "UnitOfMeasureEntity"},
	{"msdyn_parties", "CDS Parties"},
	{"msdyn_ledgers", "LedgerEntity"},
	{"msdyn_mainaccounts", "MainAccountEntity"},
	{"msdyn_globalproducts", "EcoResEveryProductEntity"},
	{"msdyn_sharedproductdetails", "EcoResReleasedProductV2Entity"},
	{"products", "EcoResReleasedDistinctProductCDSEntity"},
	{"msdyn_productdefaultordersettings", "Default order settings"},
	{"msdyn_productspecificdefaultordersettings", "Product default order settings V2"},
	{"msdyn_productcategories", "Product categories"},
	{"quotes", "CDS sales quotation header"},
	{"quotedetails", "CDS sales quotation lines"},
	{"salesorders", "CDS sales order headers"},
	{"salesorderdetails", "CDS sales order lines"},
	{"invoices", "Sales invoice headers V2"},
	{"invoicedetails", "Sales invoice lines V2"},
	{"msdyn_purchaseorders", "Purchase order headers V2"},
	{"msdyn_purchaseorderproducts", "CDS purchase order line entity"},
}

// BenchmarkCompileRules is what every command does first: the built-in rules, codes and maps are
// loaded and compiled.
func BenchmarkCompileRules(b *testing.B) {
	for b.Loop() {
		if _, err := (&ruleFlags{}).compiled(); err != nil {
			b.Fatal(err)
		}
	}
}

// The maps that a map needs are no matter of a failure whose fix is one row, and are not said to be none.
func TestExplainSingleRow(t *testing.T) {
	var said bytes.Buffer
	text := "Write failed for entity Customers V3 with unknown exception - Party record not found for party type 'Person'"
	if code := run(t.Context(), []string{"explain", text}, nil, &said, &said, func(string) string { return "" }); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	for _, want := range []string{"dw-party-record-not-found", "\nMap: "} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("explain lacks %q:\n%s", want, &said)
		}
	}
	for _, not := range []string{"prerequisite maps are documented", "synchronize first"} {
		if strings.Contains(said.String(), not) {
			t.Errorf("explain says %q:\n%s", not, &said)
		}
	}
}

// TestExplainPrerequisites explains a reference-data failure of each of the most used maps.
func TestExplainPrerequisites(t *testing.T) {
	if len(mostUsedMaps) != 30 {
		t.Fatalf("%d maps, want 30", len(mostUsedMaps))
	}
	var got strings.Builder
	for _, m := range mostUsedMaps {
		text := fmt.Sprintf("Unable to write data to entity %s. Writes to %s failed with error message Unable to sync with entity %s.", m.set, m.entity, m.set)
		var out bytes.Buffer
		if code := run(t.Context(), []string{"explain", text}, strings.NewReader(""), &out, &out, func(string) string { return "" }); code != exitDone {
			t.Fatalf("explain %q: exit code %d\n%s", text, code, &out)
		}
		_, shown, ok := strings.Cut(out.String(), "\nMap: ")
		if !ok {
			t.Fatalf("explain %q finds no single map:\n%s", text, &out)
		}
		title, _, _ := strings.Cut(shown, "\n")
		needs := "(none is documented)"
		if _, list, ok := strings.Cut(shown, "in this order:\n  "); ok {
			list, _, _ = strings.Cut(list, "\n")
			needs = strings.ReplaceAll(list, ", ", "\n  ")
		} else if !strings.Contains(shown, "No prerequisite maps are documented") {
			t.Errorf("explain %q says nothing about prerequisites:\n%s", text, &out)
		}
		fmt.Fprintf(&got, "%s, %s:\n  %s\n", title, m.set, needs)
	}
	if *update {
		if err := os.WriteFile(prerequisitesGolden, []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(prerequisitesGolden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Errorf("prerequisites (-golden +got); go test ./cmd/dwtriage -run Prerequisites -update writes them anew, compare with the catalogue:\n%s", d)
	}
}

// Why a rule loses is said in the words of the criterion by which it does.
func TestExplainSaysWhyRulesLose(t *testing.T) {
	rule := func(id string) *classify.Rule { return &classify.Rule{ID: id, Fix: classify.Fix{Retry: "no"}} }
	v := &classify.Verdict{Hits: []classify.Hit{{Rule: rule("a")}, {Rule: rule("b"), Lost: "it came by night"}}}
	var out bytes.Buffer
	explainHits(&printer{w: &out}, v)
	if !strings.Contains(out.String(), "2. b (loses: it came by night)") {
		t.Errorf("the words of the criterion are missing:\n%s", out.String())
	}
}
