package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
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

// What a finding advises names no key, table, company or principal that only the records of other
// findings print, and a fix none of other signatures.
func TestAdviceNamesItsOwnRecords(t *testing.T) {
	companies := filepath.Join(t.TempDir(), "companies.csv")
	if err := os.WriteFile(companies, []byte(twoCompanies), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, night := range map[string]string{"sample night": "../../testdata/demo", "two companies": companies} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "r")
			var said bytes.Buffer
			if code := run(t.Context(), []string{"run", "-q", "--csv", "plain", "--db", out + ".duckdb", "-o", out, night}, nil, &said, &said, func(string) string { return "" }); code != exitDone {
				t.Fatalf("exit code %d: %s", code, &said)
			}
			records := rowsOf(t, filepath.Join(out, "records.csv"))
			values := capturedValues(records)
			if len(values) < 5 {
				t.Fatalf("%d values in all captures: nothing is tried", len(values))
			}
			named := 0
			m := builtinMatcher(t)
			check := func(what, signature, text string, own func(r map[string]string) bool) {
				words := ""
				if r := m.Rule(signature); r != nil {
					words = r.Title + " " + r.Fix.Summary // the rule's own, before its places are filled
				}
				named += checkNames(t, what, text, words, values, records, own)
			}
			for _, f := range rowsOf(t, filepath.Join(out, "failing_entities.csv")) {
				own := func(r map[string]string) bool {
					for _, column := range []string{"map", "dataverse_table", "fno_entity", "company"} {
						// Without a map the finding shows what else is known in its place.
						if r[column] != f[column] && (column != "map" || r["map"] != "") {
							return false
						}
					}
					known := r["signature"] == f["signature"] || f["signature"] == "unknown/"+r["template_id"]
					return known && (f["template_id"] == "" || r["template_id"] == f["template_id"])
				}
				what := fmt.Sprintf("%s in %s %s", f["signature"], f["map"], f["company"])
				check(what+", fix", f["signature"], f["fix_summary"], own)
				check(what+", title", f["signature"], f["title"], own)
			}
			for _, f := range rowsOf(t, filepath.Join(out, "fixes.csv")) {
				own := func(r map[string]string) bool {
					return strings.Contains("; "+f["signatures"], "; "+r["signature"]+"=")
				}
				for _, column := range []string{"summary", "title"} {
					check("fix "+f["rank"]+", "+column, f["signature"], f[column], own)
				}
			}
			if named == 0 {
				t.Error("no advice names any value: nothing was tried")
			}
		})
	}
}

// capturedValues are what the records of a night print beside their companies.
func capturedValues(records []map[string]string) []string {
	var values []string
	for _, r := range records {
		for _, capture := range strings.Split(r["captures"], "; ") {
			name, v, _ := strings.Cut(capture, "=")
			// A look-up is a phrase of several words, whose value is captured, too.
			if len(v) > 1 && len(v) < 60 && !strings.HasPrefix(name, "lookup") {
				values = append(values, v)
			}
		}
		for _, group := range regexp.MustCompile(`with values \{([^}]*)\}`).FindAllStringSubmatch(r["message"], -1) {
			values = append(values, group[1])
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// checkNames reports the values that text names and no record of its own prints, beside those that are words of
// the rule. It returns how many it names.
func checkNames(t *testing.T, what, text, words string, values []string, records []map[string]string, own func(map[string]string) bool) (named int) {
	t.Helper()
	var prints strings.Builder
	n := 0
	for _, r := range records {
		if own(r) {
			n++
			for _, column := range []string{"message", "captures", "company", "entity", "map", "type_name"} {
				prints.WriteString(r[column] + "\n")
			}
		}
	}
	if n == 0 {
		t.Errorf("%s: no record is its own", what)
	}
	for _, v := range values {
		whole := regexp.MustCompile(`(?:^|[^\w:-])` + regexp.QuoteMeta(v) + `(?:$|[^\w-])`)
		if !whole.MatchString(text) || whole.MatchString(words) {
			continue
		}
		named++
		if !strings.Contains(prints.String(), v) {
			t.Errorf("%s names %s, which none of its %d records prints: %s", what, v, n, text)
		}
	}
	return named
}

// The key of a record is what the log prints in its column, else what the message names, without the
// description that stands behind it; a company is no key.
func TestAffectedKey(t *testing.T) {
	const refused = "Write failed for table row of type 'CustCustomerGroupEntity'. Infolog: Error: Cannot create a record in Customer groups (CustGroup). "
	for _, tc := range []struct{ name, company, printed, message, want string }{
		{"column", "usmf", "USMF, C-1001", "The user is not a member of the organization.", "USMF, C-1001"},
		{"column before message", "usmf", "40", refused + "Customer group: 50, Retail. The record already exists.", "40"},
		{"company in the column", "usmf", "USMF", refused + "Customer group: 50. The record already exists.", "50"},
		{"company alone", "usmf", "USMF", "The user is not a member of the organization.", ""},
		{"message, with a description", "usmf", "", refused + "Customer group: 40, Retail. The record already exists.", "40"},
		{"message, a description of several parts", "usmf", "", refused + "Customer group: 40, Retail, north, closed. The record already exists.", "40"},
		{"message, without one", "usmf", "", refused + "Customer group: 40. The record already exists.", "40"},
		{"neither", "usmf", "", "The user is not a member of the organization.", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var export bytes.Buffer
			w := csv.NewWriter(&export)
			err := w.WriteAll([][]string{{"Company", "Entity Name", "Created On", "RecordIdentifier", "Error Message"},
				{tc.company, "Customer groups", "2026-11-22 20:00:01", tc.printed, tc.message}})
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "r")
			var said bytes.Buffer
			if code := run(t.Context(), []string{"run", "-q", "--csv", "plain", "--db", out + ".duckdb", "-o", out, "-"}, &export, &said, &said, func(string) string { return "" }); code != exitDone {
				t.Fatalf("exit code %d: %s", code, &said)
			}
			if records := rowsOf(t, filepath.Join(out, "records.csv")); len(records) != 1 || records[0]["affected_key"] != tc.want {
				t.Errorf("affected_key %q of %d records, want %q (%s)", records[0]["affected_key"], len(records), tc.want, records[0]["signature"])
			}
		})
	}
}
