//go:build cgo

package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type toldCause struct {
	Map, Company, Signature                     string
	Rows, Unseen, Records, Own, Waiting, Partly int
	Names                                       []string
	Levels                                      []struct {
		Depth   int
		Map     string
		Records int
	}
}

func causesOf(t *testing.T, dir string) (causes []toldCause) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s struct{ Causes []toldCause }
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s.Causes
}

// The sample night has one cause: the team of USMF may not read customer groups. What it explains is counted anew from
// the records: eight that were refused; all that wait for customer groups only; and the orders that wait for customers,
// too, which nothing explains, are not claimed.
func TestCausesOfTheSampleNight(t *testing.T) {
	n := readNight(t, "../../testdata/demo")
	causes := causesOf(t, n.out)
	if len(causes) != 1 {
		t.Fatalf("causes: %+v", causes)
	}
	c := causes[0]
	var own, waiting, partly int
	keys, rows := make(map[string]bool), make(map[string]bool)
	for _, p := range n.records {
		if p.mapTitle == c.Map && p.sig == c.Signature && p.company == c.Company {
			own++
			keys[p.key] = true
		}
	}
	for _, p := range n.records {
		first, second := p.captures["lookup_map"], p.captures["lookup_map_2"]
		switch {
		case first == c.Map && second == "":
			waiting++
			rows[p.captures["value"]] = true
		case second == c.Map:
			partly++
			rows[p.captures["lookup_value_2"]] = true
		}
	}
	unseen := 0
	for key := range rows {
		if !keys[key] {
			unseen++
		}
	}
	if c.Map != "Customer groups" || c.Company != "USMF" || c.Own != own || c.Waiting != waiting || c.Partly != partly || c.Rows != len(rows) || c.Unseen != unseen || c.Records != own+waiting || own != 8 {
		t.Errorf("cause %+v, counted %d own, %d waiting, %d partly, %d rows of which %d without a failure", c, own, waiting, partly, len(rows), unseen)
	}
	page, err := os.ReadFile(filepath.Join(n.out, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<li id="cause-1" `, fmt.Sprintf("1 cause, %d records", c.Records), "<b>8</b> records are the failure itself", "<b>23</b> records of Customers V3 (accounts) wait for these rows",
		"3 of 9 rows have no failure of their own", "16 more records wait for this and for something else, and are not counted",
	} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if !bytes.Contains(page, []byte(`<a href="#causes">`)) {
		t.Error("no link leads to the causes")
	}
}

// A cascadeRow is a row of a generated export.
type cascadeRow struct{ company, entity, key, at, message string }

const (
	groupRefused   = "Unable to write data to entity msdyn_customergroups.Writes to CustCustomerGroupEntity failed with error message Request failed with status code BadRequest and CDS error code : 0x80040220 response message: Principal team (Id=b4c1d2f0-7a35-4e86-9c1b-2f60d8e7a913, type=9, roleCount=1, privilegeCount=20), is missing prvReadmsdyn_customergroup privilege (Id=5d7e9a14-03bc-4f2d-8e61-c0a94b7d3f28) on OTC=10543."
	groupMissing   = "Unable to write data to entity accounts.Unable to lookup msdyn_customergroups with values {%s}.Writes to CustCustomerV3Entity failed with error message Exception message: One or more errors occurred.."
	groupAndTerms  = "Unable to write data to entity accounts.Unable to lookup msdyn_customergroups with values {%s}.Unable to lookup msdyn_paymentterms with values {%s}.Writes to CustCustomerV3Entity failed with error message Exception message: One or more errors occurred.."
	orderMissing   = "Unable to write data to entity salesorders.Unable to lookup accounts with values {%s}.Writes to SalesOrderHeaderCDSEntity failed with error message Exception message: One or more errors occurred.."
	groupEntity    = "CustCustomerGroupEntity"
	customerEntity = "CustCustomerV3Entity"
	orderEntity    = "SalesOrderHeaderCDSEntity"
)

// cascade is one refused customer group, 40 customers and 900 orders of a company.
func cascade(company, group string) (rows []cascadeRow) {
	rows = append(rows, cascadeRow{company, groupEntity, group, "2026-11-22 20:08:00", groupRefused})
	for i := range 40 {
		rows = append(rows, cascadeRow{company, customerEntity, fmt.Sprintf("%s-%02d", company, i), fmt.Sprintf("2026-11-22 20:09:%02d", i), fmt.Sprintf(groupMissing, group)})
	}
	for i := range 900 {
		rows = append(rows, cascadeRow{company, orderEntity, fmt.Sprintf("%s-SO%04d", company, i), fmt.Sprintf("2026-11-22 %02d:%02d:00", 21+i/60%2, i%60), fmt.Sprintf(orderMissing, fmt.Sprintf("%s-%02d", company, i%40))})
	}
	return rows
}

// drawCascade runs an export of rows and gives the report folder.
func drawCascade(t *testing.T, rows []cascadeRow) string {
	t.Helper()
	dir := t.TempDir()
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	w.Write([]string{"Company", "Entity Name", "RecordIdentifier", "Created On", "Error Message"})
	for _, r := range rows {
		w.Write([]string{r.company, r.entity, r.key, r.at, r.message})
	}
	w.Flush()
	in, out := filepath.Join(dir, "errors.csv"), filepath.Join(dir, "r")
	if err := os.WriteFile(in, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	if code := run(t.Context(), []string{"run", "-q", "--csv", "plain", "--db", filepath.Join(dir, "x.duckdb"), "-o", out, in}, nil, &said, &said, func(string) string { return "" }); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	return out
}

func TestCascade(t *testing.T) {
	out := drawCascade(t, cascade("USMF", "80"))
	causes := causesOf(t, out)
	if len(causes) != 1 || causes[0].Records != 941 || causes[0].Own != 1 || causes[0].Waiting != 940 || causes[0].Partly != 0 || !slices.Equal(causes[0].Names, []string{"customer group 80 (map Customer groups)"}) {
		t.Fatalf("causes %+v, want one of 941 records", causes)
	}
	if l := causes[0].Levels; len(l) != 2 || l[0].Depth != 1 || l[0].Records != 40 || l[1].Depth != 2 || l[1].Records != 900 {
		t.Errorf("levels %+v, want 40 customers and 900 orders", l)
	}
	missing := rowsOf(t, filepath.Join(out, "missing.csv"))
	if len(missing) != 41 || missing[0]["key"] != "80" || missing[0]["records_waiting"] != "40" {
		t.Errorf("%d missing rows, the first %v; want the group and 40 customers", len(missing), missing[0])
	}
	waiting := 0
	for i, r := range missing[1:] {
		if r["map"] != "Customers V3 (accounts)" || r["after"] != "Customer groups" || !strings.HasPrefix(r["key"], "USMF-") {
			t.Errorf("missing row %d is %v", i+2, r)
		}
		var n int
		fmt.Sscan(r["records_waiting"], &n)
		waiting += n
	}
	if waiting != 900 {
		t.Errorf("%d orders wait for customers, want 900", waiting)
	}
	retry := rowsOf(t, filepath.Join(out, "retry.csv"))
	if len(retry) != 941 {
		t.Fatalf("%d rows can be saved again, want 941", len(retry))
	}
	for i, r := range retry {
		want, title := "1", "Customer groups"
		if i > 0 {
			want, title = "2", "Customers V3 (accounts)"
		}
		if i > 40 {
			want, title = "3", "CDS sales order headers"
		}
		if r["order"] != want || r["after_fix"] != want || r["map"] != title || r["company"] != "USMF" || r["records"] != "1" {
			t.Errorf("row %d of retry.csv is %v, want order and fix %s, map %s", i+1, r, want, title)
		}
	}
	if r := retry[0]; r["key"] != "80" || r["purged_by"] != "2026-11-23 20:08:00" {
		t.Errorf("the first row of retry.csv is %v, want the group, purged a day after it failed", r)
	}
}

// Two cascades that look alike stay two, and what also lacks something else belongs to none.
func TestCascadesThatLookAlike(t *testing.T) {
	rows := append(cascade("USMF", "80"), cascade("DEMF", "80")...)
	rows = append(rows, cascadeRow{"USMF", customerEntity, "USMF-99", "2026-11-22 20:10:00", fmt.Sprintf(groupAndTerms, "80", "NET45")},
		cascadeRow{"USMF", orderEntity, "USMF-SO9999", "2026-11-22 21:10:00", fmt.Sprintf(orderMissing, "USMF-99")})
	causes := causesOf(t, drawCascade(t, rows))
	if len(causes) != 2 {
		t.Fatalf("causes %+v, want two", causes)
	}
	for i, company := range []string{"DEMF", "USMF"} {
		want := 0
		if company == "USMF" {
			want = 2 // the customer and its order
		}
		if c := causes[i]; c.Company != company || c.Records != 941 || c.Partly != want {
			t.Errorf("cause %+v, want 941 records of %s, and %d that lack something else", c, company, want)
		}
	}
}
