package classify

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func templateOf(text, entity, company string) string {
	return string(Template(nil, Sentence([]byte(NormalizeString(text))), []byte(entity), []byte(company)))
}

func TestTemplate(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"a sentence", "The customer group field is mandatory.", "The customer group field is mandatory"},
		{"GUID", "row 0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5 is gone", "row <GUID> is gone"},
		{"GUID in capitals and braces", "row {0C1D2E3F-4A5B-4C6D-8E7F-90A1B2C3D4E5} is gone", "row <GUID> is gone"},
		{"time of ISO", "at 2026-11-22T13:20:55.3390127Z, twice", "at <TIME>, twice"},
		{"day and time", "since 2026-11-22 13:20:55", "since <TIME> <NUM>"},
		{"German and American day", "22.11.2026, 11/22/2026", "(no words) <TIME>, <TIME>"},
		{"address", "see https://contoso.example/a?b=1 or http://x.example", "see <URL> or <URL>"},
		{"address in quotes", `"https://contoso.example/a" failed`, "<STR> failed"},
		{"number", "12 of 4711 rows", "<NUM> of <NUM> rows"},
		{"number with separators", "1,234.56 and 1.234,56 and 116.85 MB", "<NUM> and <NUM> and <NUM> MB"},
		{"negative number", "CRM ErrorCode: -2147204784", "CRM ErrorCode: -<NUM>"},
		{"hexadecimal number", "code 0x80040265 0X1F", "code <NUM> <NUM>"},
		{"letters and digits", "order SO-000123 of C0007", "order <ID> of <ID>"},
		{"version of a name stays", "entity Customers V3", "entity Customers V3"},
		{"dotted name stays", "Contoso.Orders.Guard failed", "Contoso.Orders.Guard failed"},
		{"quoted name", "column 'msdyn_vendorid' and \"Vendor Key\"", "column <STR> and <STR>"},
		{"apostrophe in a word", "it doesn't exist, can't be 'x'", "it doesn't exist, can't be <STR>"},
		{"quote without end", "the name 'Contoso Ltd", "the name 'Contoso Ltd"},
		{"quote over 200 bytes", "'" + strings.Repeat("long ", 50) + "'", "'" + strings.Repeat("long ", 50) + "'"},
		{"values in braces", "with values {80,USMF}.", "with values <VAL>"},
		{"empty braces", "values {} given", "values <VAL> given"},
		{"brace without end", "value {80", "value {<NUM>"},
		{"table by its form", "to entity msdyn_customergroups. Writes to CustCustomerGroupEntity failed, cdm_workers", "to entity <ENTITY>. Writes to <ENTITY> failed, <ENTITY>"},
		{"the word entity stays", "Entity and entity and Entities", "Entity and entity and Entities"},
		{"letters outside ASCII", "Größe 12 für Müller", "Größe <NUM> für Müller"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := string(Template(nil, []byte(tc.text), nil, nil)); got != tc.want {
				t.Errorf("Template(%q)\n got %q\nwant %q", tc.text, got, tc.want)
			}
		})
	}
}

type message struct{ text, entity, company string }

func TestSameTemplate(t *testing.T) {
	for _, tc := range []struct {
		name string
		a, b message
	}{
		{"ids and times", message{text: "Row 0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5 was locked at 2026-11-22T13:20:55Z."}, message{text: "Row ffffffff-4a5b-4c6d-8e7f-90a1b2c3d4e5 was locked at 2026-01-02T03:04:05.1Z."}},
		{"numbers of other length", message{text: "Generic SQL error number 547 after 3 tries"}, message{text: "Generic SQL error number 2627 after 12 tries"}},
		{"document numbers", message{text: "Order SO-000123 is closed"}, message{text: "Order SO-9 is closed"}},
		{"quoted names", message{text: "Column 'msdyn_vendorid' is read-only"}, message{text: "Column 'name' is read-only"}},
		{"quoted names with blanks", message{text: "Key 'Vendor Account Key' is in use"}, message{text: "Key 'x' is in use"}},
		{"values in braces", message{text: "Unable to lookup rows with values {80,USMF}"}, message{text: "Unable to lookup rows with values {Net 30}"}},
		{"the record's own entity", message{"Validation of accounts failed", "accounts", ""}, message{"Validation of contacts failed", "contacts", ""}},
		{"the record's own entity, other case", message{"Validation of Account failed", "account", ""}, message{"Validation of contact failed", "CONTACT", ""}},
		{"the record's own entity of several words", message{"Write failed for entity Customers V3 with unknown exception", "Customers V3", ""}, message{"Write failed for entity Vendors V2 with unknown exception", "Vendors V2", ""}},
		{"the record's own company", message{"Number sequence of company USMF is used up", "", "USMF"}, message{"Number sequence of company frrt is used up", "", "FRRT"}},
		{"company with digits", message{"Number sequence of company us01 is used up", "", "US01"}, message{"Number sequence of company de02 is used up", "", "de02"}},
		{"tables by their form", message{text: "Unable to write data to entity msdyn_vendors. Writes to VendVendorV2Entity failed"}, message{text: "Unable to write data to entity msdyn_parties. Writes to DirPartyEntity failed"}},
		{"line numbers of a stack", message{text: "Object reference not set to an instance of an object. at Contoso.Orders.Guard.Check(Entity row) in C:\\src\\Guard.cs:line 88"}, message{text: "Object reference not set to an instance of an object. at Contoso.Orders.Sum.Add(Entity row) in C:\\src\\Sum.cs:line 12"}},
		{"escaped and plain", message{text: `{\"message\":\"The customer group\r\nis mandatory\"}`}, message{text: `{"message":"The customer group is mandatory"}`}},
		{"fault behind the message", message{text: "Unhandled exception: Exception type: System.ServiceModel.FaultException Message: Credit limit reached.Detail: <OrganizationServiceFault><ActivityId>1</ActivityId>"}, message{text: "Unhandled exception: Exception type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException Message: Credit limit reached.Detail: <OrganizationServiceFault><x/>"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a, b := templateOf(tc.a.text, tc.a.entity, tc.a.company), templateOf(tc.b.text, tc.b.entity, tc.b.company)
			if a != b || TemplateID([]byte(a)) != TemplateID([]byte(b)) {
				t.Errorf("%+v and %+v must share a template\n a %q\n b %q", tc.a, tc.b, a, b)
			}
		})
	}
}

func TestDifferentTemplates(t *testing.T) {
	for _, tc := range []struct {
		name string
		a, b message
	}{
		{"another sentence", message{text: "The customer group is mandatory"}, message{text: "The customer group is blocked"}},
		{"another word of the same length", message{text: "Row 12 is locked"}, message{text: "Row 12 is hidden"}},
		{"another plug-in", message{text: "Contoso.Orders.Guard: refused"}, message{text: "Contoso.Orders.Price: refused"}},
		{"another version", message{text: "entity Customers V3 is stopped"}, message{text: "entity Customers V2 is stopped"}},
		{"company of another record", message{"Company USMF is closed", "", "DEMF"}, message{"Company FRRT is closed", "", "DEMF"}},
		{"entity inside another word", message{"The accounting failed", "account", ""}, message{"The contacting failed", "contact", ""}},
		{"a difference behind the stack mark of the first 20 bytes", message{text: "Failed at System.Net"}, message{text: "Failed at System.IO"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a, b := templateOf(tc.a.text, tc.a.entity, tc.a.company), templateOf(tc.b.text, tc.b.entity, tc.b.company)
			if a == b || TemplateID([]byte(a)) == TemplateID([]byte(b)) {
				t.Errorf("%+v and %+v share the template %q", tc.a, tc.b, a)
			}
		})
	}
}

func TestTemplateID(t *testing.T) {
	id := TemplateID([]byte("Row <NUM> is locked"))
	if hex, ok := strings.CutPrefix(id, "t-"); !ok || len(hex) != 12 || strings.Trim(hex, "0123456789abcdef") != "" {
		t.Errorf("TemplateID is %q, want t- and 12 hexadecimal digits", id)
	}
	// Runs are compared by it: the value must not change between versions of the program.
	if want := "t-6e7980a73332"; id != want {
		t.Errorf("TemplateID is %q, was %q", id, want)
	}
}

func TestReadTemplateID(t *testing.T) {
	for in, want := range map[string]string{
		"t-6e7980a73332": "t-6e7980a73332", "6e7980a73332": "t-6e7980a73332", "unknown/6e7980a73332": "t-6e7980a73332", "unknown/t-6e7980a73332": "t-6e7980a73332",
		"6e79": "6e79", "t-": "t-", "": "", "unknown/others": "others", "6E7980A73332": "6E7980A73332",
	} {
		if got := ReadTemplateID(in); got != want {
			t.Errorf("ReadTemplateID(%q) is %q, want %q", in, got, want)
		}
	}
}

func TestTemplateOfLongText(t *testing.T) {
	head := strings.Repeat("Zeile für Zeile ", 40)
	a, b := templateOf(head+" one", "", ""), templateOf(head+" two", "", "")
	if a != b {
		t.Errorf("what differs behind %d bytes counts", templateBytes)
	}
	if len(a) > templateBytes || len(a) < templateBytes-60 {
		t.Errorf("the template of a long text has %d bytes, want nearly %d", len(a), templateBytes)
	}
	for n := range 8 { // the cut falls on every byte of a letter
		text := strings.Repeat("x", templateBytes-4+n) + "üüüü"
		if got := Template(nil, []byte(text), nil, nil); !utf8.Valid(got) {
			t.Errorf("cut at %d bytes, the template ends in %q", templateBytes, got[len(got)-4:])
		}
	}
	// A number that the cut would shorten is left out as a whole.
	long := strings.Repeat("x ", templateBytes/2-4) + "1234567890"
	if got := string(Template(nil, []byte(long), nil, nil)); strings.HasSuffix(got, ">") || !strings.HasSuffix(got, "x") {
		t.Errorf("the template ends in %q, want the last whole word", got[len(got)-20:])
	}
}

func TestTemplateAppends(t *testing.T) {
	dst := make([]byte, 0, 256)
	text := []byte("Row 12 of 'accounts' in USMF at 2026-11-22T13:20:55Z, {80} https://x.example")
	want := "> Row <NUM> of <STR> in <COMPANY> at <TIME>, <VAL> <URL>"
	if got := string(Template(append(dst, "> "...), text, []byte("accounts"), []byte("usmf"))); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := testing.AllocsPerRun(20, func() { dst = Template(dst[:0], Sentence(text), []byte("accounts"), []byte("usmf")) }); n != 0 {
		t.Errorf("Template into a slice with room allocates %v times, want 0", n)
	}
}

// A day is one mask however it is printed, and what only looks like one keeps the mask that it had.
func TestTemplateOfDays(t *testing.T) {
	for _, day := range []string{
		"11/11/2026", "11/3/2026", "3/11/2026", "1/1/1900", "12/31/2154", "11.11.2026", "3.11.2026", "11.3.2026", "1.1.2026", "11-11-2026", "3-11-2026", "28-2-2026", "2026-11-11", "2026-11-3", "2026/11/11", "2026/1/3", "2026.11.11",
		"11 Nov 2026", "3 Nov 2026", "11. November 2026", "11 NOV 2026", "11 Nov. 2026", "11 Sept 2026", "Nov 11, 2026", "November 3, 2026", "Nov 11 2026", "May 1, 2026", "11-Nov-2026", "3-May-2026",
		"3. März 2026", "3 mars 2026", "1er mars 2026", "1º marzo 2026", "3 de marzo de 2026", "3 de març del 2026", "3 d'abril de 2026", "3 de mar. de 2026", "3. marts 2026", "3 mrt 2026", "3. Mrz 2026", "3. mar. 2026",
		"31 AOÛT 2026", "3 août 2026", "3 févr. 2026", "3. des. 2026", "3 de set. de 2026", "3 de out de 2026", "3-mrt-2026", "3-may-2026", "03-Mär-2026", "3-févr.-2026", "3. března 2026", "3 марта 2026", "3 Μαρτίου 2026", "3 مارس 2026", "3 मार्च 2026", "3 במרץ 2026",
		"3. maaliskuuta 2026", "3 Şub 2026", "3 marzec 2026", "3 settembre, 2026", "2026年11月11日", "2026年1月3日", "2026年 11月 11日", "2026년 11월 11일", "2026년11월3일",
	} {
		for _, tc := range []struct{ before, behind, want string }{
			{"Closed on ", " by heron.", "Closed on <TIME> by heron"},
			{"Closed on ", ".", "Closed on <TIME>"},
			{"Closed (", "), heron", "Closed (<TIME>), heron"},
			{"Closed on ", ", for the heron", "Closed on <TIME>, for the heron"},
			{"Closed: ", " 10:15:00 for heron", "Closed: <TIME> <NUM> for heron"},
			{"期間", "は閉じています", "期間<TIME>は閉じています"},
		} {
			if got := templateOf(tc.before+day+tc.behind, "", ""); got != tc.want {
				t.Errorf("the template of %q is %q, want %q", tc.before+day+tc.behind, got, tc.want)
			}
		}
	}
	for text, want := range map[string]string{
		"10.0.2345": "<NUM>", "10.0.2026": "<NUM>", "10.1.2034.5": "<NUM>", "version 10.1.2034": "version <NUM>", "Version=10.1.2034, x": "Version=<NUM>, x", "1.2.3": "<NUM>", "9.2.24": "<NUM>",
		"11-11-2026-X": "<ID>", "X-11-11-2026": "<ID>", "11-3-2026-7": "<NUM>", "Ж-3-11-2026": "Ж-<NUM>", "3-11-2026-Ж": "<NUM>-Ж", "3-11-2026/Ж": "<NUM>/Ж", "11/3/2026X": "<ID>/<ID>/<ID>",
		"32/1/2026": "<NUM>", "1/32/2026": "<NUM>", "0/1/2026": "<NUM>", "1/1/3026": "<NUM>", "1-2/2026": "<NUM>", "1/2/202": "<NUM>", "2026/13/1": "<NUM>", "100-11-2026": "<NUM>", "SO-11 Nov": "<ID> Nov",
		"11 may 2026": "<NUM> may <NUM>", "32 Nov 2026": "<NUM> Nov <NUM>", "11 Nov 20261": "<NUM> Nov <NUM>", "11 Nov 2026-X": "<NUM> Nov <ID>", "11 Novel 2026": "<NUM> Novel <NUM>", "111 Nov 2026": "<NUM> Nov <NUM>",
		"3 may 2026": "<NUM> may <NUM>", "3 set 2026": "<NUM> set <NUM>", "12 des 2026": "<NUM> des <NUM>", "12. Sie 2026": "<NUM>. Sie <NUM>", "11 Pro 2026": "<NUM> Pro <NUM>", "5 out. 2026": "<NUM> out. <NUM>", "12 mars rovers": "<NUM> mars rovers", "3 mars": "<NUM> mars", "mars 2026": "mars <NUM>",
		"Mai 2026": "Mai <NUM>", "32 mars 2026": "<NUM> mars <NUM>", "3 marsh 2026": "<NUM> marsh <NUM>", "3 mars 20261": "<NUM> mars <NUM>", "3 mars 2026-X": "<NUM> mars <ID>", "3 mars 1026": "<NUM> mars <NUM>", "3mars 2026": "<ID> <NUM>", "2er mars 2026": "<ID> mars <NUM>", "3 d'abril": "<NUM> d'abril",
		"3 de 2026": "<NUM> de <NUM>", "3 de la de 2026": "<NUM> de la de <NUM>", "3-mars 2026": "<ID> <NUM>", "3 mÄrz 2026": "<NUM> mÄrz <NUM>", "3. märz": "<NUM>. märz", "3 März": "<NUM> März", "3 .mars 2026": "<NUM> .mars <NUM>",
		"May 2026 rows": "May <NUM> rows", "Nov 11": "Nov <NUM>", "in May the rows": "in May the rows", "March": "March", "Mayor 11, 2026": "Mayor <NUM>, <NUM>", "11 Nov": "<NUM> Nov", "11 Nov ": "<NUM> Nov",
		"2026年11月": "<NUM>年<NUM>月", "12026年11月11日": "<NUM>年<NUM>月<NUM>日", "2026年13月11日": "<NUM>年<NUM>月<NUM>日", "2026年": "<NUM>年",
	} {
		if got := templateOf("part of it "+text+" of it", "", ""); got != "part of it "+strings.TrimSpace(want)+" of it" && !strings.HasSuffix(text, " ") {
			t.Errorf("the template of %q is %q, want %q", text, got, want)
		}
		if got := templateOf("part of it "+text, "", ""); got != "part of it "+want {
			t.Errorf("the template of %q at the end is %q, want %q", text, got, want)
		}
	}
}
