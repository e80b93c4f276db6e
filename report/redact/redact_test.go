package redact

import (
	"strings"
	"testing"
)

var aKey = []byte("a key of thirty-two bytes, no less")

// documents are what a Redactor of these tests knows.
func documents(yield func(name, search bool, text string)) {
	for _, name := range []string{"Customers V3 (accounts)", "Customers V3", "Customer groups", "Sales order", "customer group", "customer", "CustCustomerV3Entity", "accountnumber", "msdyn_customergroups"} {
		yield(true, false, name)
	}
	for _, text := range []string{"Unable to lookup", "Access denied", "401", "is missing privilege", "was not written to entity"} {
		yield(false, true, text)
	}
	for _, text := range []string{"Grant the role to the user. The price of 10 items is too high, and AX2012 knows the address and line."} {
		yield(false, false, text)
	}
}

// plain puts the kinds of tokens in the place of tokens.
func plain(text string) string {
	var b strings.Builder
	for text != "" {
		at, kind := -1, -1
		eachToken([]byte(text), func(k int, _ uint64) {
			if at < 0 {
				at, kind = strings.Index(text, kinds[k].name+"-"), k
			}
		})
		if at < 0 {
			b.WriteString(text)
			break
		}
		b.WriteString(text[:at] + "‹" + kinds[kind].name + "›")
		text = text[at+len(kinds[kind].name)+1+tokenDigits:]
	}
	return b.String()
}

func TestText(t *testing.T) {
	r := New(aKey, documents)
	for _, tc := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"documented", "Unable to lookup msdyn_customergroups", "Unable to lookup msdyn_customergroups"},
		{"a number", "customer 10 was not written", "customer ‹key› was not written"},
		{"a number that rules look for", "error 401", "error 401"},
		{"a key", "Customer US-001 and SO_000123/2", "Customer ‹key› and ‹key›/‹key›"},
		{"e-mail", "user <jane.q+x@contoso.co.uk>, JANE@CONTOSO.COM.", "user <‹email›>, ‹email›."},
		{"escaped e-mail", `user jane@contoso.com of jane%40contoso.com`, "user ‹email› of ‹name›%‹key›.com"},
		{"name", "the user Jane Quastenberg is missing", "the user ‹name› ‹name› is missing"},
		{"name that is a word, too", "the user Grant Quastenberg", "the user ‹name› ‹name›"},
		{"word before a name", "Customer Quastenberg", "Customer ‹name›"},
		{"names in lower case", "jane quastenberg", "‹name› ‹name›"},
		{"name with a hyphen", "Anna-Lena Müller", "‹name› ‹name›"},
		{"another script", "用户 Ольга", "‹name› ‹name›"},
		{"documented pair", "Sales Order of Grant", "Sales Order of Grant"},
		{"GUID", "{6F9619FF-8B86-D011-B42D-00C04FC964FF} 6f9619ff8b86d011b42d00c04fc964ff", "{‹id›} ‹id›"},
		{"IP", "10.2.3.4:443, 2001:db8::8a2e:370:7334, fe80::1", "‹ip›:‹key›, ‹ip›, ‹ip›"},
		{"IP in an address", "https://10.2.3.4:443/a and https://[fe80::1]:8080/", "https://‹ip›:‹key›/a and https://[‹ip›]:‹key›/"},
		{"host", "crm01.contoso.com", "‹host›"},
		{"address", "https://contoso.crm4.dynamics.com:8080/api/data/v9.2/accounts(7)?$filter=name eq 'Jane'", "https://‹host›:‹key›/api/data/v9.2/accounts(‹key›)?$filter=name eq '‹name›'"},
		{"address with a user", "ftp://jane:s3cret@contoso.com/x", "‹name›://‹name›:‹email›/x"},
		{"path", `C:\Users\jquast\night-2026-11-20.csv and \\fileserver9\quast$\x`, `C:\Users\‹name›\night-2026-11-20.csv and \\‹key›\‹name›$\x`},
		{"error code", "0x80040265 and 0x12345678 and 0xC0000005", "0x80040265 and ‹key› and 0xC0000005"},
		{"times", "2026-11-20T01:02:03.123Z 22.11.2026 01:47 01:47:12+01:00", "2026-11-20T01:02:03.123Z 22.11.2026 01:47 01:47:12+01:00"},
		{"quoted value", "field 'accountnumber' must be 'Grant' or \"the price\"", "field 'accountnumber' must be '‹name›' or \"the price\""},
		{"quoted words that stand together", "'Access denied' for 'price access'", "'Access denied' for '‹name› ‹name›'"},
		{"apostrophe", "doesn't lookup the customer's price", "doesn't lookup the customer's price"},
		{"JSON", `{"accountnumber":"US-1","price":"price"}`, `{"accountnumber":"‹key›","price":"‹name›"}`},
		{"identifiers", "CustCustomerV3Entity PriceAddressLine QuastPrice address1_line1 quast_price", "CustCustomerV3Entity PriceAddressLine ‹name› address1_line1 ‹name›"},
		{"privileges", "prvReadmsdyn_customergroups prvAppendToCustomer prvReadQuast prvQuast", "prvReadmsdyn_customergroups prvAppendToCustomer ‹name› ‹name›"},
		{"what looks like a token", "key-0123456789ab name-abcdefabcdef", "‹key› ‹name›"},
		{"control characters", "Quast\x00\x1b[31mquast\u202eQuast", "‹name›\x00\x1b[‹key›\u202e‹name›"},
		{"not UTF-8", "Qua\xffst\xc3", "‹name›\xff‹name›\xc3"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := plain(r.Text(tc.text)); got != tc.want {
				t.Errorf("Text(%q)\n got %q\nwant %q", tc.text, got, tc.want)
			}
		})
	}
}

// TestSameToken: a value has one token, wherever it stands and however it is written; another key gives others.
func TestSameToken(t *testing.T) {
	r, again, other := New(aKey, documents), New(aKey, documents), New([]byte(strings.Repeat("x", LeastKey)), documents)
	for _, v := range []string{"jane@contoso.com", "US-001", "Quastenberg", "crm01.contoso.com", "10.2.3.4", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "Anna-Lena Müller"} {
		token := r.Value(v)
		if token == v || !strings.Contains(token, "-") {
			t.Errorf("Value(%q) = %q", v, token)
		}
		for what, got := range map[string]string{
			"again": again.Value(v), "in capitals": r.Value(strings.ToUpper(v)), "in a text": strings.TrimSuffix(strings.TrimPrefix(r.Text("the customer, "+v+", is missing"), "the customer, "), ", is missing"),
			"quoted": strings.Trim(r.Text("'"+v+"'"), "'"), "in a sentence": strings.Trim(r.Sentence(`"`+v+`"`), `"`),
		} {
			if got != token {
				t.Errorf("%s: %q has token %s, alone %s", what, v, got, token)
			}
		}
		if other.Value(v) == token {
			t.Errorf("%q has the same token under another key", v)
		}
	}
	if a, b := New(nil, documents), New(nil, documents); a.Value("US-001") == b.Value("US-001") || a.Key() != "" {
		t.Error("two keys that were made up are one")
	}
	if r.Key() != again.Key() || r.Key() == other.Key() || len(r.Key()) != 8 {
		t.Errorf("keys are called %s, %s and %s", r.Key(), again.Key(), other.Key())
	}
	if a, b := r.Fingerprint("0123456789ab"), other.Fingerprint("0123456789ab"); a == b || len(a) != 12 || a != again.Fingerprint("0123456789ab") || r.Fingerprint("0123456789ac") == a {
		t.Errorf("fingerprints %s and %s", a, b)
	}
}

// TestTextOf: values of the record are hidden though they are words; companies stay.
func TestTextOf(t *testing.T) {
	r := New(aKey, documents)
	about := About{Values: []string{"the price", "10", "x", "user"}}
	const text = "Customer THE PRICE of the user in USMF or 'usmf' of 10, lathe price, DEMF, Usmf"
	r.Companies([]string{"USMF", "10", "not one"})
	if got, want := plain(r.TextOf(text, about)), "Customer ‹name› ‹name› of the user in USMF or 'usmf' of ‹key›, ‹name› price, ‹name›, ‹name›"; got != want {
		t.Errorf("TextOf(%q)\n got %q\nwant %q", text, got, want)
	}
	for text, want := range map[string]string{"customer group 10": "customer group ‹key›", "not one": "not one"} {
		if got := plain(r.Text(text)); got != want {
			t.Errorf("Text(%q) is %q, not %q", text, got, want)
		}
	}
	if got := plain(r.Value("customer 80, USMF") + " " + r.Value("user") + " " + r.Value("User")); got != "‹name› ‹key›, USMF user ‹name›" {
		t.Errorf("values: %q", got)
	}
}

// TestPartOf: a part of a text is shown as it is in the whole, with all of the words at its ends, whatever is hidden before, in and
// behind it.
func TestPartOf(t *testing.T) {
	r := New(aKey, documents)
	for _, tc := range []struct{ text, want string }{
		{"Unable to lookup cu[sto]mers", "Unable to lookup [customers]"},
		{"[Unable to look]up", "[Unable to lookup]"},
		{"Grant [Quastenberg is] missing", "‹name› [‹name› is] missing"},
		{"Grant[ Quastenberg] is missing", "‹name›[ ‹name›] is missing"},
		{"[Grant] Quastenberg is missing", "[‹name›] ‹name› is missing"},
		{"[Grant ]Quastenberg is missing", "[‹name› ]‹name› is missing"},
		{"the line [is] Grant Quastenberg", "the line [is] ‹name› ‹name›"},
		{"user jane@con[toso].com of 'Gra[[nt'", "user [‹email›] of '‹name›'"},
		{"the 10 [price of] items", "the ‹key› [price of] items"},
		{"is missing [the p]rice of 10", "is missing [‹name› ‹name›] of ‹key›"},
		{"用户 [Оль]га", "‹name› [‹name›]"},
		{"[]", "[]"},
		{"[quast]", "[‹name›]"},
	} {
		from := strings.Index(tc.text, "[")
		text := strings.Replace(tc.text, "[", "", 1)
		to := strings.Index(text, "]")
		text = strings.NewReplacer("]", "", "[[", "").Replace(text)
		about := About{Values: []string{"the price"}}
		shown, f, e := r.PartOf(text, from, to, about)
		if got := plain(shown[:f]) + "[" + plain(shown[f:e]) + "]" + plain(shown[e:]); got != tc.want {
			t.Errorf("PartOf(%q)\n got %q\nwant %q", tc.text, got, tc.want)
		}
		if whole := r.TextOf(text, about); shown != whole {
			t.Errorf("PartOf(%q) shows %q, TextOf %q", tc.text, shown, whole)
		}
	}
}

func TestOthers(t *testing.T) {
	r := New(aKey, documents)
	for _, tc := range []struct{ what, got, want string }{
		{"phrase", r.Phrase("customer group The Price (map Customer groups)"), "customer group ‹name› ‹name› (map Customer groups)"},
		{"phrase of a table", r.Phrase("row of quast_claim Grant"), "row of ‹name› ‹name›"},
		{"phrase without a value", r.Phrase("customer group (map Customers V3 (accounts))"), "customer group (map Customers V3 (accounts))"},
		{"company", r.Company("USMF"), "USMF"},
		{"no company", r.Company("jane@x.com"), "‹email›"},
		{"documented value", r.Value("Customers V3 (accounts)"), "Customers V3 (accounts)"},
		{"value of words", r.Value("Grant Access"), "‹name› ‹name›"},
		{"sentence", r.Sentence(`in/quast.csv: 3 rows have more than 10 cells, "10 Quast" and Quast`, "in/quast.csv"), `in/‹name›.csv: 3 rows have more than 10 cells, "‹key› ‹name›" and ‹name›`},
		{"path of digits", r.Sentence("read /home/4711/x", ""), "read /home/‹key›/x"},
	} {
		if got := plain(tc.got); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.what, got, tc.want)
		}
	}
}

// TestCounts: tokens are counted where they stand in a table, by kind.
func TestCounts(t *testing.T) {
	r := New(aKey, documents)
	row := []byte(r.Text("US-001,US-002,us-001,jane@x.com;Jane") + ",key-0123456789abc,monkey-0123456789ab")
	r.Count(row)
	r.Count(row)
	if got := string(AppendKinds(nil, row)); got != "email 1; name 1; key 3" {
		t.Errorf("kinds of a row: %q", got)
	}
	for _, c := range r.Counts() {
		want := map[string][2]int64{"key": {2, 6}, "email": {1, 2}, "name": {1, 2}}[c.Kind]
		if c.Values != want[0] || c.Places != want[1] {
			t.Errorf("%s: %d values in %d places, want %v", c.Kind, c.Values, c.Places, want)
		}
	}
}

// FuzzText: no word of a text that nobody documented comes through, whatever stands around it, and a token stays one.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "'", " ", "x@", "://", "Grant ", `\u0020`, "10.", "-_-", "a.b.c", "\xff", "日本", "key-", "((("} {
		f.Add(s, s)
	}
	r := New(aKey, documents)
	f.Fuzz(func(t *testing.T, before, behind string) {
		for _, secret := range []string{"Quastenberg", "qx-77120", "quast@fabrikam.example"} {
			text := before + " " + secret + " " + behind
			if strings.Contains(strings.ToLower(before+behind), strings.ToLower(secret)) {
				return
			}
			for _, got := range []string{r.Text(text), r.Sentence(text), r.Value(text), r.Phrase(text)} {
				if strings.Contains(strings.ToLower(got), strings.ToLower(secret)) {
					t.Fatalf("%q comes through: %q", secret, got)
				}
			}
		}
	})
}
