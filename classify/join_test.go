package classify

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestNamesIn(t *testing.T) {
	for _, c := range []struct {
		template string
		want     []string // first word, and behind a bar the rest
	}{
		{"Customer Adventure Works was not found in region", []string{"Adventure |Works"}},
		{"The credit limit of Contoso Retail & Sons was exceeded by <NUM>", []string{"Contoso |Retail & Sons"}},
		{"Import failed: Vendor Fabrikam has no terms of payment for Litware", []string{"Fabrikam|", "Litware|"}},
		{"Der Debitor Müller-Lüdenscheid GmbH ist für Aufträge gesperrt", []string{"Debitor |Müller-Lüdenscheid GmbH", "Aufträge|"}},
		{"Клиент Ромашка не найден в базе", []string{"Ромашка|"}},
		{"user jane.doe@contoso.example has no licence for it", []string{"|jane.doe@contoso.example"}},
		{`user CONTOSO\jane has no licence for app.contoso.example`, []string{`|CONTOSO\jane`, "|app.contoso.example"}},
		{"a of Aa Bb c of Cc, d of Dd, e of Ee, f of Ff", []string{"Aa |Bb", "Cc|", "Dd|", "Ee|"}}, // and Ff is a word like others
		{"the seat of Contoso Ltd. in St. Gallen was sold to Wingtip Toys, Inc. by hand", []string{"Contoso |Ltd.", "St. |Gallen", "Wingtip |Toys, Inc."}},
		{"the till of Fabrikam, which is open, ends. Litware is next to it", []string{"Fabrikam|"}}, // and what begins a sentence is none
		{"the step of the clerk ended with NullReferenceException", nil},
		{"the <STR> of <ENTITY> is not there", nil},
		{"Fabrikam not found", nil},            // two words are no sentence around a name
		{"客户 Fabrikam 不存在", nil},               // nor are words that have no small letters
		{"(no words) of for by Fabrikam", nil}, // see Template
		{"", nil},
	} {
		var got []string
		for _, n := range namesIn([]byte(c.template), nil) {
			got = append(got, c.template[n.from:n.rest]+"|"+c.template[n.rest:n.to])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.template, got, c.want)
		}
	}
}

func TestMaskNames(t *testing.T) {
	template := []byte("The credit of Contoso Retail was checked by Jane Doe for Litware")
	for joined, want := range map[string]string{
		"":     string(template),
		"000":  string(template),
		"100":  "The credit of Contoso <NAME> was checked by Jane Doe for Litware",
		"020":  "The credit of Contoso Retail was checked by <NAME> for Litware",
		"212":  "The credit of <NAME> was checked by Jane <NAME> for <NAME>",
		"001":  string(template), // there is nothing behind its first word
		"2222": "The credit of <NAME> was checked by <NAME> for <NAME>",
	} {
		if got := string(MaskNames(template, joined)); got != want {
			t.Errorf("names %q: %q, want %q", joined, got, want)
		}
	}
}

// FuzzAppendNames: places of names are in order and within the template, and two templates whose names say the same are the same but for 48 bits of luck.
func FuzzAppendNames(f *testing.F) {
	f.Add("Customer Adventure Works was not found in region", "Customer Fabrikam was not found in region")
	f.Add("user CONTOSO\\jane has no <STR> for app.contoso.example", "Ärger & Ämter of <NUM> sind im Weg")
	f.Add("a of A\x00b c of B", "\xff of \xffA for by Öl")
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = a[:min(len(a), templateBytes)], b[:min(len(b), templateBytes)]
		end := 0
		list := namesIn([]byte(a), nil)
		for _, n := range list {
			if n.from < end || n.rest < n.from || n.to < n.rest || n.to == n.from || n.to > len(a) {
				t.Fatalf("%q: places %v", a, list)
			}
			end = n.to
		}
		of, other := AppendNames(nil, []byte(a)), AppendNames(nil, []byte(b))
		if len(of) > 0 && a != b && bytes.Equal(of, other) {
			t.Errorf("%q and %q have the same names %s", a, b, of)
		}
		if parts := strings.Fields(string(of)); len(of) > 0 && len(parts) != len(list)+1 {
			t.Errorf("%q: %s says %d places, there are %d", a, of, len(parts)-1, len(list))
		}
	})
}
