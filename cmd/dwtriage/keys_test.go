//go:build cgo

package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// rowsOf reads a CSV file of the report, each row by its headings.
func rowsOf(t *testing.T, path string) []map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return csvRows(t, text)
}

func csvRows(t *testing.T, text []byte) (rows []map[string]string) {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range all[1:] {
		row := make(map[string]string)
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// Two companies that lack different groups, and two orders that lack one and the other.
const twoCompanies = `Company,Entity Name,Created On,Error Message
001,Customers V3,2026-11-22 20:00:01,Unable to lookup msdyn_customergroups with values {0012}.
002,Customers V3,2026-11-22 20:00:02,Unable to lookup msdyn_customergroups with values {0099}.
,Customers V3,2026-11-22 20:00:03,Unable to lookup msdyn_customergroups with values {0055}.
002,CDS sales order headers,2026-11-22 20:00:04,Unable to lookup accounts with values {C-778}.
001,CDS sales order headers,2026-11-22 20:00:05,Unable to lookup accounts with values {C-911}.
`

// The key of a record is what the log prints in its column, else what the message names, without the
// description that stands behind it; a company is no key.
func TestAffectedKey(t *testing.T) {
	const refused = "Write failed for table row of type 'CustCustomerGroupEntity'. Infolog: Error: Cannot create a record in Customer groups (CustGroup). "
	tests := []struct{ name, company, printed, message, want string }{
		{"column", "usmf", "USMF, C-1001", "The user is not a member of the organization.", "C-1001"},
		{"column before message", "usmf", "40", refused + "Customer group: 50, Retail. The record already exists.", "40"},
		{"column with a description", "usmf", "40 - Retail", "The user is not a member of the organization.", "40"},
		{"column of two parts", "usmf", "SO-1001, 3", "The user is not a member of the organization.", "SO-1001, 3"},
		{"company in the column", "usmf", "USMF", refused + "Customer group: 50. The record already exists.", "50"},
		{"company alone", "usmf", "USMF", "The user is not a member of the organization.", ""},
		{"message, with a description", "usmf", "", refused + "Customer group: 40, Retail. The record already exists.", "40"},
		{"message, a description of several parts", "usmf", "", refused + "Customer group: 40, Retail, north, closed. The record already exists.", "40"},
		{"message, with the company", "usmf", "", refused + "Customer group: usmf, 40. The record already exists.", "40"},
		{"the key of a missing parent is not the record's", "usmf", "", "Unable to lookup msdyn_customergroups with values {40}.", ""},
		{"message, without one", "usmf", "", refused + "Customer group: 40. The record already exists.", "40"},
		{"neither", "usmf", "", "The user is not a member of the organization.", ""},
	}
	rows := [][]string{{"Company", "Entity Name", "Created On", "RecordIdentifier", "Error Message"}}
	for _, tc := range tests {
		rows = append(rows, []string{tc.company, "Customer groups", fmt.Sprintf("2026-11-22 20:00:%02d", len(rows)), tc.printed, tc.message})
	}
	var export, said bytes.Buffer
	if err := csv.NewWriter(&export).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "r")
	if code := run(t.Context(), []string{"run", "-q", "--csv", "plain", "--db", out + ".duckdb", "-o", out, "-"}, &export, &said, &said, func(string) string { return "" }); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	byRow := make(map[string]map[string]string)
	for _, r := range rowsOf(t, filepath.Join(out, "records.csv")) {
		byRow[r["row"]] = r
	}
	for i, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			r := byRow[strconv.Itoa(i+2)]
			if r == nil || r["affected_key"] != tc.want {
				t.Errorf("affected_key %q, want %q; the record: %v", r["affected_key"], tc.want, r)
			}
		})
	}
}
