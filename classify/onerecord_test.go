package classify

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Of several errors in one text the captures are those of the error that is the cause, and of what wraps it.
func TestCapturesOfOneError(t *testing.T) {
	m := builtinMatcher(t)
	const notMember = "The user is not a member of the organization."
	for _, tc := range []struct {
		name, text string
		signature  string
		want       map[string]string // of the names in it; empty: not captured
	}{
		{"value and table of another sentence", notMember + " The value 'ZZ' in field 'Customer group' is not found in the related table 'Customer groups'.", "dw-user-not-member-of-org",
			map[string]string{"field": "", "value": "", "table": ""}},
		{"key of another sentence", notMember + " Cannot create a record in Customer groups (CustGroup). Customer group: 90, Wholesale. The record already exists.", "dw-user-not-member-of-org",
			map[string]string{"field": "", "record_key": "", "table": ""}},
		{"principal of another sentence", notMember + " Principal user (Id=3f1c2d44-8a0e-4b67-9f52-6f2a1c7d90ab, type=8, roleCount=5) is missing prvReadIncident privilege (Id=315f05b2-7417-43fa-8b47-8d0722bfbaf2) on OTC=112 for entity 'incident'", "dw-user-not-member-of-org",
			map[string]string{"principal_id": "", "privilege": ""}},
		{"dimension beside a value", "The value 'ZZ' in field 'Customer group' is not found in the related table 'Customer groups'. Inventory dimension Site is mandatory and must consequently be specified.", "fo-value-not-in-related-table",
			map[string]string{"field": "Customer group", "value": "ZZ", "table": "Customer groups"}},
		{"two writes, the cause in the second", "Unable to write data to entity msdyn_vendors. Writes to VendVendorV2Entity failed with error message The journal was closed. Unable to write data to entity accounts. Unable to lookup msdyn_customergroups with values {40}. Writes to CustCustomerV3Entity failed with error message X.", "dw-lookup-not-resolved",
			map[string]string{"entity": "accounts", "table": "msdyn_customergroups", "value": "40"}},
		{"a wrapper names the row", "Unable to write data to entity accounts. Unable to lookup msdyn_customergroups with values {40}. Writes to CustCustomerV3Entity failed with error message X.", "dw-lookup-not-resolved",
			map[string]string{"entity": "accounts", "fno_entity": "CustCustomerV3Entity", "value": "40"}},
		{"how it failed may stand beside it", `[{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}], The remote server returned an error: (403) Forbidden.`, "dw-user-not-member-of-org",
			map[string]string{"http_status": "403"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := m.Judge("dualwrite", tc.text, "", "")
			if v.Signature != tc.signature {
				t.Errorf("signature %s, want %s", v.Signature, tc.signature)
			}
			got := make(map[string]string)
			for name := range tc.want {
				got[name] = v.Captures[name]
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("captures (-want +got)\n%s", d)
			}
		})
	}
}

// The company of the record and the id of a row stand beside the key that was looked up.
func TestLookedUpKey(t *testing.T) {
	m := builtinMatcher(t)
	const id = "2f0d8c47-0f2a-4a3b-9a54-6f2b1c7d8e90"
	for _, tc := range []struct{ name, company, values, want string }{
		{"key and id", "USMF", "40," + id, "40"},
		{"id and key", "USMF", id + ",40", "40"},
		{"company first", "GBSI", "GBSI,C-101543", "C-101543"},
		{"company first, in small letters", "GBSI", "gbsi, C-101543", "C-101543"},
		{"company last", "GBSI", "C-101543,GBSI", "C-101543"},
		{"company, id and key", "GBSI", "GBSI," + id + ",C-1", "C-1"},
		{"company only", "GBSI", "GBSI", "GBSI"},
		{"company and an id", "GBSI", "GBSI," + id, "GBSI"},
		{"id only", "GBSI", id, id},
		{"the code of another company", "GBSI", "DEMF,C-1", "C-1 in DEMF"},
		{"the code of another company last", "usmf", "81,DEMF", "81 in DEMF"},
		{"no company known", "", "GBSI,C-1", "C-1 in GBSI"},
		{"no company known, its code last", "", "81, demf", "81 in DEMF"},
		{"four letters beside the company", "usmf", "WARE,24,usmf", "WARE,24"},
		{"four letters beside an id", "usmf", "NETT," + id, "NETT"},
		{"two values that may be companies", "", "EACH,KILO", "EACH,KILO"},
		{"a key of two columns", "usmf", "A,B", "A,B"},
		{"a key of two currencies", "usmf", "EUR, USD", "EUR, USD"},
		{"a key of two columns and the company", "usmf", "A,usmf,B", "A,B"},
		{"braces in braces", "usmf", "{x}", "{x}"},
		{"blanks before it", "usmf", " lead", " lead"},
		{"a blank only", "usmf", " ", " "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := m.JudgeRow("dualwrite", "", "Unable to lookup msdyn_shipvias with values {"+tc.values+"}.", "", "", tc.company)
			key, company, _ := strings.Cut(tc.want, " in ")
			printed := key
			if strings.TrimSpace(key) == "" {
				printed = "(blank)"
			}
			if got, want := v.Captures["lookup"], "mode of delivery "+printed+" (map Modes of delivery)"; got != want || v.Captures["value"] != key || v.Captures["lookup_company"] != company {
				t.Errorf("lookup %q, value %q, company %q; want %q of %q", got, v.Captures["value"], v.Captures["lookup_company"], want, company)
			}
		})
	}
}

// Behind a company outside of braces stands prose.
func TestLookedUpOutsideOfBraces(t *testing.T) {
	text := []byte("The lookup was not found: usmf, check the maps, then save again.}")
	value := text[26:30]
	if got, _ := lookedUp(text, value, []byte("USMF")); string(value) != "usmf" || string(got) != "usmf" {
		t.Errorf("of %q comes %q", value, got)
	}
}

// The key that a message prints is captured without its description, in every rule.
func TestRecordKeyOfTheMessage(t *testing.T) {
	m := builtinMatcher(t)
	exists := func(line string) string {
		return "Cannot create a record in Customer groups (CustGroup). " + line + ". The record already exists."
	}
	for _, tc := range []struct{ name, company, text, want string }{
		{"description", "usmf", exists("Customer group: 40, Retail"), "40"},
		{"dash", "usmf", exists("Customer group: 40 - Retail"), "40"},
		{"quotes and parentheses", "usmf", exists("Customer group: 40 (Retail)"), "40"},
		{"colon", "usmf", exists("Customer group: 40 : Retail"), "40"},
		{"company and key", "usmf", exists("Customer group: usmf, 40"), "40"},
		{"two columns", "usmf", exists("Warehouse, Location: 24, BULK"), "24, BULK"},
		{"the company alone", "usmf", exists("Company: usmf"), ""},
		{"SQL", "usmf", "Cannot create a record in Customers (CustTable). Customer account: US-001, Contoso Retail. The SQL database has issued an error.", "US-001"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := m.JudgeRow("dualwrite", "", tc.text, "", "", tc.company).Captures["record_key"]; got != tc.want {
				t.Errorf("record_key of %q is %q, want %q", tc.text, got, tc.want)
			}
		})
	}
}
