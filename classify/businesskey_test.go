package classify

import (
	"testing"

	"dwtriage/ingest"
)

func TestAppendKey(t *testing.T) {
	for _, tc := range []struct{ name, printed, label, company, want string }{
		{"plain", "40", "", "usmf", "40"},
		{"blanks around", "  US-001 ", "", "", "US-001"},
		{"nothing", "", "", "usmf", ""},
		{"the sentence behind it", "The row already exists", "", "usmf", ""},
		{"another sentence behind it", "The SQL database has issued an error", "Load", "usmf", ""},
		{"a key that begins like one", "The Rowing Club", "Customer", "usmf", "The Rowing Club"},
		{"a unit is a word", "box", "Unit", "usmf", "box"},
		{"a key of two words", "Net 30", "Terms of payment", "usmf", "Net 30"},

		{"description behind a comma", "40, Retail", "Customer group", "usmf", "40"},
		{"the same without a label", "40, Retail", "", "usmf", "40"},
		{"description with a number", "P-5100, Chair model 24", "", "usmf", "P-5100"},
		{"party number behind the account", "US-0441, 000021984", "Customer account", "usmf", "US-0441"},
		{"behind a dash", "40 - Retail", "Customer group", "usmf", "40"},
		{"behind a long dash", "40 – Großhandel", "", "usmf", "40"},
		{"in capitals", "40 - RETAIL", "", "usmf", "40"},
		{"in parentheses", "'40' (Retail)", "", "usmf", "40"},
		{"in parentheses without quotes", "40 (Retail)", "", "usmf", "40"},
		{"behind a colon", "40 : Retail", "", "usmf", "40"},
		{"behind a colon at once", "40: Retail", "", "usmf", "40"},
		{"a range is no description", "1000 - 1999", "", "usmf", "1000 - 1999"},
		{"a range of codes", "US-001 - US-005", "", "usmf", "US-001 - US-005"},
		{"one that is cut, with commas", "10, retail and #0123456789abcdef" + ingest.CutMark, "", "usmf", "10, retail and #0123456789abcdef" + ingest.CutMark},
		{"an apostrophe", "O'Neill", "", "usmf", "O'Neill"},

		{"company first", "usmf, 40", "", "USMF", "40"},
		{"company first, with a label", "usmf, 40", "Customer group", "usmf", "40"},
		{"company first and a description", "USMF, 40, Retail", "", "usmf", "40"},
		{"company last", "V-0417|usmf", "", "USMF", "V-0417"},
		{"company alone", "USMF", "", "usmf", ""},
		{"company in quotes", "'usmf', 'C-1'", "", "usmf", "C-1"},
		{"company by its name", "dataAreaId='demf',CustomerGroupId='40'", "", "", "40"},
		{"company by the label", "demf, 40", "Company, Customer group", "", "40"},
		{"another company stays", "demf, 40", "", "usmf", "demf, 40"},

		{"two parts", "SO-1001, 3", "", "usmf", "SO-1001, 3"},
		{"two parts with a label", "24, Bulk area", "Warehouse, Location", "usmf", "24, Bulk area"},
		{"a letter", "Ä,ö", "", "usmf", "Ä, ö"},
		{"an item and its unit", "P-5100, pcs", "", "usmf", "P-5100, pcs"},
		{"what may be the company, in a log without a column for it", "40,demf", "", "", "40"},
		{"two currencies", "EUR, USD", "", "usmf", "EUR, USD"},
		{"parts with names", "Item number: A1, Site: 2", "", "usmf", "A1, 2"},
		{"OData", "SalesOrderNumber='SO-1177'", "", "usmf", "SO-1177"},
		{"OData, two parts", "SalesOrderNumber='SO-1177',LineNumber=3", "", "usmf", "SO-1177, 3"},
		{"a comma in quotes", "Name='Smith, Ann',Number='7'", "", "usmf", "Smith, Ann, 7"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := string(appendKey([]byte("x"), []byte(tc.printed), []byte(tc.label), []byte(tc.company))); got != "x"+tc.want {
				t.Errorf("key of %q (%s) in company %q is %q, want %q", tc.printed, tc.label, tc.company, got[1:], tc.want)
			}
		})
	}
}
