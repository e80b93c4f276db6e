package classify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"dwtriage/classify/pattern"
	"dwtriage/ingest"
)

// A missing look-up becomes its map, key column and value.
func TestLookups(t *testing.T) {
	five := ""
	for _, n := range []int{1, 1, 2, 3, 4, 5, 6} {
		five += fmt.Sprintf("Unable to lookup p with values {%d}. ", n)
	}
	m := builtinMatcher(t)
	for _, tc := range []struct {
		name, text string
		want       map[string]string // the captures that begin with lookup
	}{
		{"by table", "Unable to write data to entity accounts.Unable to lookup msdyn_paymentterms with values {NET45}.Writes to CustCustomerV3Entity failed",
			map[string]string{"lookup": "payment term NET45 (map Terms of payment)", "lookup_map": "Terms of payment", "lookup_key": "msdyn_name of msdyn_paymentterms"}},
		{"two of one message", "Unable to write data to entity salesorderdetails. Unable to look up msdyn_warehouses with values {24}. Unable to look up msdyn_operationalsites with values {1,2f0d8c47-0f2a-4a3b-9a54-6f2b1c7d8e90}.",
			map[string]string{"lookup": "warehouse 24 (map Warehouses)", "lookup_map": "Warehouses", "lookup_key": "msdyn_warehouseidentifier of msdyn_warehouses",
				"lookup_2": "site 1 (map Sites)", "lookup_map_2": "Sites", "lookup_key_2": "msdyn_siteid of msdyn_operationalsites", "lookup_value_2": "1"}},
		{"one key of two companies", "Unable to lookup msdyn_warehouses with values {24,usmf}. Unable to lookup msdyn_warehouses with values {24,demf}. Unable to lookup msdyn_warehouses with values {24,usmf}.",
			map[string]string{"lookup": "warehouse 24 (map Warehouses)", "lookup_map": "Warehouses", "lookup_key": "msdyn_warehouseidentifier of msdyn_warehouses", "lookup_company": "USMF",
				"lookup_2": "warehouse 24 (map Warehouses)", "lookup_map_2": "Warehouses", "lookup_key_2": "msdyn_warehouseidentifier of msdyn_warehouses", "lookup_value_2": "24", "lookup_company_2": "DEMF"}},
		{"the same twice", "Unable to lookup msdyn_warehouses with values {24}. Unable to lookup msdyn_warehouses with values {24}.",
			map[string]string{"lookup": "warehouse 24 (map Warehouses)", "lookup_map": "Warehouses", "lookup_key": "msdyn_warehouseidentifier of msdyn_warehouses"}},
		{"more than have names, one of them twice", five, map[string]string{"lookup": "row of p 1", "lookup_2": "row of p 2", "lookup_value_2": "2", "lookup_3": "row of p 3", "lookup_value_3": "3",
			"lookup_4": "row of p 4", "lookup_value_4": "4", "lookup_more": "row of p 5"}},
		{"by column and key", "Couldn't resolve the guid for the field: msdyn_customergroupid.msdyn_groupid. The lookup was not found: 80.",
			map[string]string{"lookup": "customer group 80 (map Customer groups)", "lookup_map": "Customer groups", "lookup_key": "msdyn_groupid", "lookup_table": "msdyn_customergroups"}},
		{"a table by another of its names", "Unable to lookup Msdyn_CustomerGroup with values {80}.",
			map[string]string{"lookup": "customer group 80 (map Customer groups)", "lookup_map": "Customer groups", "lookup_key": "msdyn_groupid of Msdyn_CustomerGroup", "lookup_table": "msdyn_customergroups"}},
		{"the failing map decides between targets", "Unable to write data to entity msdyn_purchaseorders. Unable to lookup accounts with values {V-0417}. Writes to Purchase order headers V2 failed",
			map[string]string{"lookup": "vendor V-0417 (map Vendors V2)", "lookup_map": "Vendors V2", "lookup_key": "accountnumber of accounts"}},
		{"a table of no map", "Unable to lookup contoso_parcels with values {P-1}.", map[string]string{"lookup": "row of contoso_parcels P-1"}},
		{"a column of no map", "Couldn't resolve the guid for the field: contoso_parcel.contoso_number. The lookup was not found: P-1.",
			map[string]string{"lookup": "row behind contoso_parcel.contoso_number P-1", "lookup_key": "contoso_number"}},
		{"no look-up", seedUnits, map[string]string{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := m.Judge("", tc.text, "", "")
			got := make(map[string]string)
			for name, value := range v.Captures {
				if strings.HasPrefix(name, "lookup") {
					got[name] = value
				}
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// A record keeps nothing of the one before it.
func TestLookupsForgetTheRecordBefore(t *testing.T) {
	m := builtinMatcher(t)
	j := &judge{m: m}
	for _, text := range []string{"Unable to lookup msdyn_warehouses with values {24}.", "Unable to lookup msdyn_paymentterms with values {NET45}. Unable to lookup msdyn_warehouses with values {7}.", "Parcel lost"} {
		j.record("dualwrite", nil, [numFields][]byte{[]byte(text)}, nil, nil)
		want := m.Judge("dualwrite", text, "", "").Captures
		got := make(map[string]string)
		for _, c := range j.captures {
			got[c.name] = string(c.value)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-alone +behind others)\n%s", text, d)
		}
	}
}

// eachMatch must find what regexp finds in the whole text.
func TestEachMatchEqualsRegexp(t *testing.T) {
	m := builtinMatcher(t)
	e := m.engine
	i := slices.IndexFunc(e.rules, func(c compiled) bool { return c.rule.ID == "dw-lookup-not-resolved" })
	re := regexp.MustCompile("(?is)" + e.rules[i].rule.Match.Regex)
	for _, text := range []string{
		"Unable to lookup a with values {1}",
		"Unable to lookup a with values {1}Unable to lookup b with values {2} unable to LOOK up c with value {3,x}. Unable to lookup d with values {4}.",
		"Größe: Unable to lookup a with values {ä}, Unable to lookup b with values {ſ}.",
		"Unable to lookup a with values {1} " + strings.Repeat("x ", 3000) + "Unable to lookup b with values {2}",
	} {
		var want []string
		for _, loc := range re.FindAllStringSubmatch(text, -1) {
			want = append(want, loc[re.SubexpIndex("table")]+"="+loc[re.SubexpIndex("value")])
		}
		first := re.FindStringIndex(text)
		mt := match{rule: int32(i), start: int32(first[0]), end: int32(first[1])}
		var got []string
		e.eachMatch(mt, pattern.TextOf([]byte(text)), 10, make([]int32, groupEnds), func(g groupsTaken) {
			got = append(got, string(g.group("table"))+"="+string(g.group("value")))
		})
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%.100q (-regexp +eachMatch)\n%s", text, d)
		}
	}
}

// Documented filters tell maps of one table apart where the record shows the column.
func TestFiltersTellMapsApart(t *testing.T) {
	m := builtinMatcher(t)
	const orders = "Unable to write data to entity salesorders. Something new. "
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"nothing shown", orders, []string{"CDS sales order headers", "Project contract headers"}},
		{"the filter holds", orders + `{"msdyn_ordertype":192350000}`, []string{"CDS sales order headers"}},
		{"escaped", orders + `{\"msdyn_ordertype\": 192350000}`, []string{"CDS sales order headers"}},
		{"another value", orders + `"msdyn_ordertype":192350001`, []string{"Project contract headers"}},
		{"in words", "Write failed for entity Customers V3 with unknown exception - Party record not found for party type 'Organization'", []string{"Customers V3 (accounts)"}},
		{"in words, the other", "Write failed for entity Customers V3 with unknown exception - Party record not found for party type 'Person'", []string{"Customers V3 (contacts)"}},
		{"a longer name is no column", orders + `"contoso_msdyn_ordertype":192350001`, []string{"CDS sales order headers", "Project contract headers"}},
		{"no value", orders + "msdyn_ordertype is missing", []string{"CDS sales order headers", "Project contract headers"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, mp := range m.Judge("", tc.text, "", "").Maps {
				got = append(got, mp.Title)
			}
			slices.Sort(got)
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestParseFilters(t *testing.T) {
	got, err := parseFilters("customertypecode eq 3|PartyType eq 'Organization' and msdyn_sellable eq true")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, terms := range got {
		for _, term := range terms {
			lines = append(lines, term.column.String()+"="+term.value)
		}
		lines = append(lines, "or")
	}
	if want := "customertypecode=3 or partytype=organization msdyn_sellable=true or"; strings.Join(lines, " ") != want {
		t.Errorf("got %q, want %q", strings.Join(lines, " "), want)
	}
	if _, err := parseFilters("statecode = 0"); err == nil {
		t.Error("a filter without eq is taken")
	}
}

// The company that a message names stands beside the one that the log prints, never in its place.
func TestCompanyOfTheMessage(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	const missing = "Couldn't resolve the guid for the field: msdyn_vendor.msdyn_vendoraccountnumber. The lookup value was not found: V-0417|usmf"
	b := batchOf(mem, []testRow{
		{log: ingest.DualWrite, outcome: ingest.Error, errText: "Parcel lost"},
		{log: ingest.DualWrite, outcome: ingest.Error, errText: missing},
		{log: ingest.DualWrite, outcome: ingest.Error, errText: missing, company: "DEMF"},
		{log: ingest.PluginTrace, outcome: ingest.OK, trace: missing},
	})
	defer b.Release()
	builtinMatcher(t).Classify(b, mem)
	for i, want := range []struct{ logged, named string }{{"", ""}, {"", "USMF"}, {"DEMF", "USMF"}, {"", ""}} {
		if logged, named := text(b.Records, ingest.ColCompany, i), text(b.Records, ColCompanyNamed, i); logged != want.logged || named != want.named {
			t.Errorf("row %d: company %q of the log, %q of the rule; want %+v", i, logged, named, want)
		}
	}
}
