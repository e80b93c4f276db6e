package classify

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func titles(maps []*Map) []string {
	var out []string
	for _, m := range maps {
		out = append(out, m.Title)
	}
	return out
}

func TestMaps(t *testing.T) {
	m := builtinMatcher(t)
	for _, tc := range []struct {
		name  string
		names []string
		want  []string
	}{
		{"nothing", nil, nil},
		{"empty names", []string{"", "  "}, nil},
		{"unknown name", []string{"contoso_parcels"}, nil},

		{"map name", []string{"Units"}, []string{"Units"}},
		{"map name in other letters and blanks", []string{" UNITS "}, []string{"Units"}},
		{"set", []string{"uoms"}, []string{"Units"}},
		{"singular", []string{"uom"}, []string{"Units"}},
		{"technical name", []string{"UnitOfMeasureEntity"}, []string{"Units"}},
		{"display name", []string{"Unit of measure"}, []string{"Units"}},
		{"all names of one map", []string{"UnitOfMeasureEntity", "Units", "uoms", "uom"}, []string{"Units"}},
		{"name with its set", []string{"Customers V3 (accounts)"}, []string{"Customers V3 (accounts)"}},
		{"blanks and punctuation do not count", []string{"Customers-V3(accounts)"}, []string{"Customers V3 (accounts)"}},

		{"one name, two maps", []string{"Customers V3"}, []string{"Customers V3 (accounts)", "Customers V3 (contacts)"}},
		{"technical name of two maps", []string{"CustCustomerV3Entity"}, []string{"Customers V3 (accounts)", "Customers V3 (contacts)"}},
		{"table of one map", []string{"accounts"}, []string{"Customers V3 (accounts)"}},
		{"two names narrow", []string{"CustCustomerV3Entity", "accounts"}, []string{"Customers V3 (accounts)"}},
		{"two names narrow, the other way round", []string{"accounts", "CustCustomerV3Entity"}, []string{"Customers V3 (accounts)"}},
		{"singular narrows as well", []string{"Customers V3", "contact"}, []string{"Customers V3 (contacts)"}},
		{"unknown names do not narrow", []string{"contoso_parcels", "Customers V3", "", "accounts"}, []string{"Customers V3 (accounts)"}},
		{"a name that contradicts is left aside", []string{"accounts", "UnitOfMeasureEntity"}, []string{"Customers V3 (accounts)"}},
		{"what comes after a contradiction still narrows", []string{"CustCustomerV3Entity", "uoms", "contacts"}, []string{"Customers V3 (contacts)"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, titles(m.Maps(tc.names...))); diff != "" {
				t.Errorf("Maps(%q) (-want +got)\n%s", tc.names, diff)
			}
		})
	}
	if got := m.Maps("salesorders"); len(got) < 2 || slices.ContainsFunc(got, func(mp *Map) bool { return mp.Set != "salesorders" }) {
		t.Errorf("Maps(salesorders) is %q, want all maps of that set, of which there are several", titles(got))
	}
}

// Every name a map has leads to it, and all of them together to as few maps as possible.
func TestEveryNameLeadsToItsMap(t *testing.T) {
	m := builtinMatcher(t)
	if n := len(m.maps.maps); n < 200 {
		t.Fatalf("the catalogue has %d maps, want the documented 200 and more", n)
	}
	for _, mp := range m.maps.maps {
		names := []string{mp.Name, mp.Title, mp.Set, mp.Table, mp.FnoEntity, strings.ToUpper(mp.Name), strings.ToLower(mp.FnoEntity)}
		for _, n := range names {
			if n != "" && !slices.Contains(m.Maps(n), mp) {
				t.Errorf("%q does not lead to map %s, but to %q", n, mp.Title, titles(m.Maps(n)))
			}
		}
		if !slices.Contains(m.Maps(names...), mp) {
			t.Errorf("the names %q together do not lead to map %s, but to %q", names, mp.Title, titles(m.Maps(names...)))
		}
	}
}

func TestPrerequisitesOfCustomers(t *testing.T) {
	m := builtinMatcher(t)
	for _, set := range []string{"accounts", "contacts"} {
		got := m.Prerequisites(m.Maps("Customers V3", set)[0])
		at := -1
		// Terms of payment need payment days, customer groups need terms of payment.
		for _, want := range []string{"Payment days CDS", "Terms of payment", "Customer groups"} {
			i := slices.Index(got, want)
			if i < 0 {
				t.Errorf("Customers V3 (%s) must come after %s, prerequisites are %q", set, want, got)
			} else if i < at {
				t.Errorf("Customers V3 (%s): %s stands too early in %q", set, want, got)
			}
			at = i
		}
	}
	if got := m.Prerequisites(nil); got != nil {
		t.Errorf("prerequisites of no map are %q, want none", got)
	}
}

func TestPrerequisitesOfEveryMap(t *testing.T) {
	c := builtinMatcher(t).maps
	title := make(map[string]int)
	for i, mp := range c.maps {
		if j, ok := title[mp.Title]; ok {
			t.Errorf("maps %d (%s) and %d (%s) share the title %s", i, mp.Set, j, c.maps[j].Set, mp.Title)
		}
		title[mp.Title] = i
	}
	reach := closure(c)
	withAny := 0
	for i, mp := range c.maps {
		got := c.prerequisites(mp)
		if len(got) > 0 {
			withAny++
		}
		place := make(map[int]int)
		for at, name := range got {
			p, ok := title[name]
			if !ok {
				t.Errorf("%s: prerequisite %q is no map", mp.Title, name)
			}
			if _, ok := place[p]; ok {
				t.Errorf("%s: prerequisite %s stands there twice", mp.Title, name)
			}
			if p == i {
				t.Errorf("%s is among its own prerequisites", mp.Title)
			}
			if !reach[i][p] {
				t.Errorf("%s does not refer to %s, not even indirectly", mp.Title, name)
			}
			place[p] = at
		}
		for p := range reach[i] {
			if _, ok := place[p]; !ok && p != i {
				t.Errorf("%s: prerequisite %s is missing", mp.Title, c.maps[p].Title)
			}
		}
		for p, at := range place {
			for _, need := range c.maps[p].needs {
				if reach[need][p] || need == i {
					continue // part of a cycle, which has no order
				}
				if place[need] > at {
					t.Errorf("%s: %s stands before %s, which it needs", mp.Title, c.maps[p].Title, c.maps[need].Title)
				}
			}
		}
	}
	if withAny < 50 {
		t.Errorf("%d maps have prerequisites, want 50 or more", withAny)
	}
}

func TestNeeded(t *testing.T) {
	m := builtinMatcher(t)
	customers := m.Maps("Customers V3", "accounts")
	needs := func(titles ...string) Needs { return Needs{First: titles} }
	for _, tc := range []struct {
		name    string
		tables  []string
		failing []*Map
		want    Needs
	}{
		{"nothing", nil, nil, Needs{}},
		{"the looked-up table, behind what it needs", []string{"msdyn_customergroups"}, customers,
			Needs{First: []string{"Payment days CDS", "Payment schedule", "Terms of payment", "Customer groups"}}},
		{"tables in their order, without repetition", []string{"msdyn_paymentdays", "msdyn_customergroups"}, nil,
			Needs{First: []string{"Payment days CDS", "Payment schedule", "Terms of payment", "Customer groups"}}},
		{"named stays, however many others there are", []string{"msdyn_shipvias", "accounts"}, nil, needs("Modes of delivery")},
		{"unknown table", []string{"contoso_parcels", ""}, customers, m.Needed(nil, customers)},
		{"table of several maps", []string{"contacts"}, customers, m.Needed(nil, customers)},
		{"mandatory before what may be empty, companies first", nil, customers, needs("Legal entities (cdm_companies)", "Currencies", "Customer groups")},
		{"a line needs its header, its currency", nil, m.Maps("CDS sales order lines"), needs("Legal entities (cdm_companies)", "Currencies", "CDS sales order headers")},
		{"an order needs its customer and currency", nil, m.Maps("CDS sales order headers"), needs("Legal entities (cdm_companies)", "Currencies", "Customers V3 (accounts)")},
		{"a vendor needs its group and currency", nil, m.Maps("Vendors V2"), needs("Legal entities (cdm_companies)", "Currencies", "Vendor groups")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := m.Needed(tc.tables, tc.failing)
			if len(got.First) > mostNeeded || len(got.Others) > 0 && len(got.First) < mostNeeded {
				t.Errorf("%d maps first and %d others, want %d first", len(got.First), len(got.Others), mostNeeded)
			}
			if tc.want.Others == nil && tc.want.First != nil && len(got.Others) > 0 { // only these are promised
				for _, title := range tc.want.First {
					if !slices.Contains(got.First, title) {
						t.Errorf("%s is not among the first: %q, others %q", title, got.First, got.Others)
					}
				}
				return
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("Needed(%q) (-want +got)\n%s", tc.tables, diff)
			}
		})
	}
	if got := m.Judge("", "Parcel lost", "", "Units"); len(got.Maps) != 1 || got.Needs.First != nil {
		t.Errorf("an unknown failure lists prerequisites %q", got.Needs.First)
	}
	if got := m.Judge("", seedUnits, "", "").Needs.First; len(m.Prerequisites(m.Maps("uoms")[0])) != len(got) {
		t.Errorf("a reference-data failure of Units lists prerequisites %q", got)
	}
}

// closure says for every map which maps it refers to, directly or not.
func closure(c *catalogue) []map[int]bool {
	reach := make([]map[int]bool, len(c.maps))
	for i, mp := range c.maps {
		reach[i] = make(map[int]bool)
		todo := slices.Clone(mp.needs)
		for len(todo) > 0 {
			n := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if !reach[i][n] {
				reach[i][n] = true
				todo = append(todo, c.maps[n].needs...)
			}
		}
	}
	return reach
}

const mapsHeader = "map_name,fno_entity,dataverse_table_set,dataverse_table,variant,app_area,aliases,record_name,filter\n"
const needsHeader = "map_name,dataverse_table_set,fno_field,lookup_column,lookup_key_column,target_table_set,target_table,target_map_name,direction,dependency_type,relation,variant,mandatory\n"

func TestPrerequisiteRows(t *testing.T) {
	maps := mapsHeader +
		"Orders,OrderEntity,orders,order,current,,Orders,,\n" +
		"Parcels,ParcelEntity,parcels,parcel,current,,Parcels,,\n" +
		"Streets,StreetEntity,streets,street,current,,Streets,,\n" +
		"Towns,TownEntity,towns,town,current,,Towns,,\n"
	for _, tc := range []struct {
		name, rows string
		of         string
		want       []string
	}{
		{"a look-up", "Orders,orders,,,,parcels,,Parcels,=,lookup,,current\n", "Orders", []string{"Parcels"}},
		{"a chain, the first one first", "Orders,orders,,,,parcels,,Parcels,=,lookup,,current\nParcels,parcels,,,,streets,,Streets,>,lookup,,current\nStreets,streets,,,,towns,,Towns,=,lookup,,current\n", "Orders", []string{"Towns", "Streets", "Parcels"}},
		{"a cycle is cut where it closes", "Orders,orders,,,,parcels,,Parcels,=,lookup,,current\nParcels,parcels,,,,orders,,Orders,=,lookup,,current\n", "Orders", []string{"Parcels"}},
		{"named twice", "Orders,orders,a,,,towns,,Towns,=,lookup,,current\nOrders,orders,b,,,towns,,Towns,=,lookup-nested,,current\n", "Orders", []string{"Towns"}},
		{"several maps feed the target", "Orders,orders,,,,,,Towns|Streets,=,lookup,,current\n", "Orders", []string{"Towns", "Streets"}},
		{"only from Dataverse", "Orders,orders,,,,towns,,Towns,<,lookup,,current\n", "Orders", nil},
		{"only the solution", "Orders,orders,,,,towns,,Towns,,solution-prerequisite,,current\n", "Orders", nil},
		{"a related id", "Orders,orders,,,,towns,,Towns,=,related-record-id,,current\n", "Orders", nil},
		{"itself", "Orders,orders,,,,orders,,Orders,=,lookup,self,current\n", "Orders", nil},
		{"before the party model", "Orders,orders,,,,towns,,Towns,=,lookup,,pre-party\n", "Orders", nil},
		{"a map nobody knows", "Orders,orders,,,,planets,,Planets,=,lookup,,current\n", "Orders", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := loadCatalogue(fstest.MapFS{"entity-maps.csv": {Data: []byte(maps)}, "map-dependencies.csv": {Data: []byte(needsHeader + strings.ReplaceAll(tc.rows, "\n", ",\n"))}})
			if err != nil {
				t.Fatal(err)
			}
			got := c.prerequisites(c.maps[c.names[strings.ToLower(tc.of)][0]])
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("prerequisites of %s (-want +got)\n%s", tc.of, diff)
			}
		})
	}
}

func TestTablesWithMistakes(t *testing.T) {
	if _, err := Compile(&Set{}, testTables()); err != nil {
		t.Fatalf("empty tables: %v", err)
	}
	for _, tc := range []struct {
		name   string
		change func(fstest.MapFS)
		want   []string
	}{
		{"a file is missing", func(f fstest.MapFS) { delete(f, "entity-maps.csv") }, []string{"entity-maps.csv"}},
		{"a column is missing", func(f fstest.MapFS) { f["error-codes.csv"].Data = []byte("hex,name\n") }, []string{"error-codes.csv", "column message"}},
		{"a file is empty", func(f fstest.MapFS) { f["error-codes.csv"].Data = nil }, []string{"error-codes.csv", "column hex"}},
		{"a row is ragged", func(f fstest.MapFS) { f["map-dependencies.csv"].Data = []byte(needsHeader + "Orders\n") }, []string{"map-dependencies.csv", "line 2"}},
		{"a code is none", func(f fstest.MapFS) { f["error-codes.csv"].Data = []byte("hex,name,message\nmany,A,\n") }, []string{"error-codes.csv", "many"}},
		{"two files", func(f fstest.MapFS) { delete(f, "entity-maps.csv"); delete(f, "error-codes.csv") }, []string{"entity-maps.csv", "error-codes.csv"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tables := testTables()
			tc.change(tables)
			_, err := Compile(&Set{}, fs.FS(tables))
			for _, part := range tc.want {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("the error is %v, want it to name %q", err, part)
				}
			}
		})
	}
}
