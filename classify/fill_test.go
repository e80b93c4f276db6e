package classify

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFillText(t *testing.T) {
	mp := &Map{Name: "Customers V3", Title: "Customers V3 (accounts)", Set: "accounts", Table: "account", FnoEntity: "CustCustomerV3Entity"}
	for _, tc := range []struct {
		name, text    string
		captures      map[string]string
		m             *Map
		prerequisites []string
		want          string
	}{
		{"nothing to fill", "Start the map.", nil, mp, nil, "Start the map."},
		{"a capture", "Look for {value}.", map[string]string{"value": "C-0007"}, mp, nil, "Look for C-0007."},
		{"twice", "{value} {value}", map[string]string{"value": "a"}, nil, nil, "a a"},
		{"the names of the map", "{map}, {map_title}, {set}, {dataverse_table}, {fno_table_entity}", nil, mp, nil,
			"Customers V3, Customers V3 (accounts), accounts, account, CustCustomerV3Entity"},
		{"a capture goes before the map", "{dataverse_table} of {map}", map[string]string{"dataverse_table": "contact"}, mp, nil, "contact of Customers V3"},
		{"an empty capture gives way to the map", "{set}", map[string]string{"set": ""}, mp, nil, "accounts"},
		{"prerequisites", "First {prerequisites}.", nil, mp, []string{"Payment days CDS", "Terms of payment"}, "First Payment days CDS, Terms of payment."},
		{"prerequisites without a map", "First {prerequisites|the groups}.", nil, nil, nil, "First the groups."},
		{"default, not known", "Stop {map|the failing map}.", nil, nil, nil, "Stop the failing map."},
		{"default, known", "Stop {map|the failing map}.", nil, mp, nil, "Stop Customers V3."},
		{"default of nothing", "Stop{map|} it.", nil, nil, nil, "Stop it."},
		{"default with signs", "{set|<Dataverse table>, or (all)?}", nil, nil, nil, "<Dataverse table>, or (all)?"},
		{"no default: what differs", "{value} in {fno_table_entity}", nil, nil, nil, "… in …"},
		{"map without a set", "{set}", nil, &Map{Name: "Prospects"}, nil, "…"},
		{"braces in a value stay", "{value}", map[string]string{"value": "{map} {x|y}"}, mp, nil, "{map} {x|y}"},
		{"dollars in a value stay", "{value}", map[string]string{"value": "$1 ${name}"}, mp, nil, "$1 ${name}"},
		{"braces that are no placeholder", "{Value} {} {a b} {1} teams({teamid", nil, nil, nil, "{Value} {} {a b} {1} teams({teamid"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := &Rule{Cause: tc.text, Fix: Fix{Summary: tc.text, Steps: []string{"x", tc.text}, SQL: []SQL{{Title: tc.text, Text: "x"}}}}
			cause, fix := r.Fill(tc.captures, tc.m, tc.prerequisites)
			for part, got := range map[string]string{"cause": cause, "summary": fix.Summary, "step": fix.Steps[1], "title of SQL": fix.SQL[0].Title} {
				if got != tc.want {
					t.Errorf("%s %q is %q, want %q", part, tc.text, got, tc.want)
				}
			}
		})
	}
}

func TestFillSQL(t *testing.T) {
	const query = "SELECT * FROM t\nWHERE a = '{value}' AND b = '{map|<map name>}'"
	for _, tc := range []struct{ name, value, want string }{
		{"plain", "C-0007", "a = 'C-0007'"},
		{"closing the quote", `'; DROP TABLE x --`, "a = '''; DROP TABLE x --'"},
		{"quotes only", `'''`, "a = ''''''''"},
		{"apostrophe in a name", "O'Neill", "a = 'O''Neill'"},
		{"line end", "a\r\n'; DROP TABLE x", "a = 'a''; DROP TABLE x'"},
		{"other control characters", "a\x00\x1b[2K\x7fb", "a = 'a[2Kb'"},
		{"backslash escapes nothing in SQL", `a\'b`, `a = 'a\''b'`},
		{"a placeholder in a value", `{map}`, "a = '{map}'"},
		{"letters outside ASCII", "Größe", "a = 'Größe'"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := &Rule{Fix: Fix{SQL: []SQL{{Title: "Rows", Text: query}}}}
			want := "SELECT * FROM t\nWHERE " + tc.want + " AND b = 'Buyer''s map'"
			_, fix := r.Fill(map[string]string{"value": tc.value}, &Map{Name: "Buyer's map"}, nil)
			if got := fix.SQL[0].Text; got != want {
				t.Errorf("value %q\n got %q\nwant %q", tc.value, got, want)
			}
		})
	}
	_, fix := (&Rule{Fix: Fix{SQL: []SQL{{Text: query}}}}).Fill(nil, nil, nil)
	if want := "SELECT * FROM t\nWHERE a = '<value>' AND b = '<map name>'"; fix.SQL[0].Text != want {
		t.Errorf("nothing known:\n got %q\nwant %q", fix.SQL[0].Text, want)
	}
}

func TestFillLeavesTheRule(t *testing.T) {
	r := &Rule{Cause: "{a}", Fix: Fix{Summary: "{a}", Steps: []string{"{a}"}, SQL: []SQL{{"{a}", "{a}"}}, Role: "Data owner", Retry: "no", URL: "https://contoso.example"}}
	_, fix := r.Fill(map[string]string{"a": "1"}, nil, nil)
	want := Fix{Summary: "1", Steps: []string{"1"}, SQL: []SQL{{"1", "1"}}, Role: "Data owner", Retry: "no", URL: "https://contoso.example"}
	if diff := cmp.Diff(want, fix); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if r.Cause != "{a}" || r.Fix.Summary != "{a}" || r.Fix.Steps[0] != "{a}" || r.Fix.SQL[0] != (SQL{"{a}", "{a}"}) {
		t.Errorf("Fill changed its rule: %+v", r)
	}
}

func TestPlaceholders(t *testing.T) {
	r := &Rule{Cause: "{a} {b|x} {a}", Fix: Fix{Summary: "{c}", Steps: []string{"{d}", "{a}", "{d|y}"}, SQL: []SQL{{"{e}", "{f_2}"}}}}
	want := []reference{{"cause", "a"}, {"cause", "b"}, {"fix.summary", "c"}, {"fix.steps", "d"}, {"fix.steps", "a"}, {"fix.sql", "e"}, {"fix.sql", "f_2"}}
	if got := placeholders(r); !slices.Equal(got, want) {
		t.Errorf("placeholders are %v, want %v", got, want)
	}
}

func TestCaptureNames(t *testing.T) {
	for _, tc := range []struct{ expr, want string }{
		{"no groups (at) (?:all)", ""},
		{`(?P<entity>\w+) (?<company>\w+)`, "entity company"},
		{`(?P<key>a)|(?P<key_2>b)|(?P<key_9>c)`, "key key key"},
		{`(?P<key_1>a)(?P<key_10>b)(?P<otc2>c)`, "key_1 key otc2"},
		{`(?P<key>`, ""},
	} {
		if got := strings.Join((&Rule{Match: Match{Regex: tc.expr}}).captureNames(), " "); got != tc.want {
			t.Errorf("captureNames(%q) is %q, want %q", tc.expr, got, tc.want)
		}
	}
}

// Queries are spelt out per map, one after the other; one that names no map is given once and names none.
func TestQueries(t *testing.T) {
	r := &Rule{Fix: Fix{SQL: []SQL{{"rows", "WHERE name = '{map|<map>}' AND set = '{set|<set>}'"}, {"all", "SELECT 1"}}}}
	accounts, contacts := &Map{Name: "Customers V3", Title: "Customers V3 (accounts)", Set: "accounts"}, &Map{Name: "Customers V3", Title: "Customers V3 (contacts)", Set: "contacts"}
	all := SQL{"all", "SELECT 1"}
	for _, tc := range []struct {
		name string
		maps []*Map
		want []SQL
	}{
		{"no map", nil, []SQL{{"rows", "WHERE name = '<map>' AND set = '<set>'"}, all}},
		{"one map", []*Map{accounts}, []SQL{{"rows", "WHERE name = 'Customers V3' AND set = 'accounts'"}, all}},
		{"two maps", []*Map{accounts, contacts}, []SQL{
			{"rows: Customers V3 (accounts)", "WHERE name = 'Customers V3' AND set = 'accounts'"},
			{"rows: Customers V3 (contacts)", "WHERE name = 'Customers V3' AND set = 'contacts'"}, all,
		}},
	} {
		if got := r.Queries(nil, tc.maps, nil); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// What Named leaves out changes no text of a rule.
func TestNamed(t *testing.T) {
	short := 0
	for _, r := range builtinMatcher(t).Rules() {
		every, some, few := make(map[string]string), make(map[string]string), make(map[string]string)
		for _, name := range append(r.captureNames(), placeholderNames()...) {
			every[name] = "the " + name
		}
		all, summary := r.Named()
		for _, name := range all {
			some[name] = every[name]
		}
		for _, name := range summary {
			few[name] = every[name]
		}
		if len(some) < len(every) {
			short++
		}
		cause, fix := r.Fill(every, nil, nil)
		if c, f := r.Fill(some, nil, nil); c != cause || !cmp.Equal(f, fix) || r.FillTitle(some, nil) != r.FillTitle(every, nil) {
			t.Errorf("%s names %q, but its texts name more", r.ID, all)
		}
		if _, f := r.Fill(few, nil, nil); f.Summary != fix.Summary {
			t.Errorf("%s: the summary names %q, but more is filled in", r.ID, summary)
		}
	}
	if short == 0 {
		t.Error("every rule names every capture")
	}
}

// A sentence has no open places: only SQL shows by its name what is to be filled in.
func TestNoOpenPlaces(t *testing.T) {
	const text = "Order of {customer} in {map} is lost"
	r := &Rule{Title: text, Cause: text, Fix: Fix{Summary: text, Steps: []string{text}, SQL: []SQL{{text, "SELECT '{customer}'"}}}}
	cause, fix := r.Fill(nil, nil, nil)
	for _, got := range []string{r.FillTitle(nil, nil), r.FillSummary(nil, nil), cause, fix.Summary, fix.Steps[0], fix.SQL[0].Title} {
		if want := "Order of … in … is lost"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got, want := fix.SQL[0].Text, "SELECT '<customer>'"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// FuzzFillText fills a text in as an expression says it.
// What several records print is not told of each other, nor of one of them what all say.
func TestFillPrinted(t *testing.T) {
	r := &Rule{
		Cause: "No role of {who|the user} holds {privilege|the privilege}. The limit of {entity|the table} is {limit|6000}.",
		Fix: Fix{
			Summary: "Give {who|the user} a role.",
			Steps:   []string{"It says: {reason|see there}", "Look for {who|the user} in {map}, {entity|(not named)}.", "Bring {lookup|the row} by {lookup_key|its key} to {who|all}."},
			SQL:     []SQL{{Text: "SELECT '{who|x}', '{other|y}'"}},
		},
	}
	values := map[string]string{"who": "A and B", "privilege": "P and Q", "entity": "account and contact", "limit": "10 and 20", "reason": "full and late", "lookup": "group 1 and 2", "lookup_key": "k and l", "map": "V and W"}
	for _, tc := range []struct {
		several  string
		want     []string // cause, summary, steps
		together string
	}{
		{"", []string{"No role of A and B holds P and Q. The limit of account and contact is 10 and 20.", "Give A and B a role.",
			"It says: full and late", "Look for A and B in V and W, account and contact.", "Bring group 1 and 2 by k and l to A and B."}, ""},
		{"who", []string{"No role of the user holds P and Q. The limit of account and contact is 10 and 20.", "Give A and B a role.",
			"It says: full and late", "Look for the user in V and W, account and contact.", "Bring group 1 and 2 by k and l to all."}, "who"},
		{"who privilege", []string{"No role of the user holds the privilege. The limit of account and contact is 10 and 20.", "Give the user a role.",
			"It says: full and late", "Look for the user in V and W, account and contact.", "Bring group 1 and 2 by k and l to all."}, "who privilege"},
		{"entity limit", []string{"No role of A and B holds P and Q. The limit of the table is ….", "Give A and B a role.",
			"It says: full and late", "Look for A and B in V and W, ….", "Bring group 1 and 2 by k and l to A and B."}, "entity limit"},
		{"reason", []string{"No role of A and B holds P and Q. The limit of account and contact is 10 and 20.", "Give A and B a role.",
			"It says: see there", "Look for A and B in V and W, account and contact.", "Bring group 1 and 2 by k and l to A and B."}, "reason"},
		{"who lookup lookup_key", []string{"No role of the user holds P and Q. The limit of account and contact is 10 and 20.", "Give A and B a role.",
			"It says: full and late", "Look for the user in V and W, account and contact.", "Bring group 1 and 2 by k and l to all."}, "who"},
		{"who other", []string{"No role of the user holds P and Q. The limit of account and contact is 10 and 20.", "Give the user a role.",
			"It says: full and late", "Look for the user in V and W, account and contact.", "Bring group 1 and 2 by k and l to all."}, "who other"},
		{"map", []string{"No role of A and B holds P and Q. The limit of account and contact is 10 and 20.", "Give A and B a role.",
			"It says: full and late", "Look for A and B in …, account and contact.", "Bring group 1 and 2 by k and l to A and B."}, ""},
	} {
		several := make(map[string]bool)
		for _, name := range strings.Fields(tc.several) {
			several[name] = true
		}
		cause, fix := r.FillPrinted(Printed{Values: values, Several: several}, nil, nil)
		if d := cmp.Diff(tc.want, append([]string{cause, fix.Summary}, fix.Steps...)); d != "" {
			t.Errorf("several %q: (-want +got)\n%s", tc.several, d)
		}
		if got := strings.Join(r.Together(several), " "); got != tc.together {
			t.Errorf("several %q: together %q, want %q", tc.several, got, tc.together)
		}
	}
	quoting := &Rule{Fix: Fix{Summary: "Do what it says: {text|see there}"}}
	if _, fix := quoting.FillPrinted(Printed{Values: map[string]string{"text": "A and B"}, Several: map[string]bool{"text": true}}, nil, nil); fix.Summary != "Do what it says: see there" {
		t.Errorf("a quote of two texts: %q", fix.Summary)
	}
	one := map[string]bool{"who": true}
	if _, fix := r.FillPrinted(Printed{Values: values, Several: one, Lacking: one}, nil, nil); fix.Summary != "Give the user a role." {
		t.Errorf("of which some print none: %q", fix.Summary)
	}
	if _, fix := quoting.Fill(map[string]string{"text": "Stop."}, nil, nil); fix.Summary != "Do what it says: Stop." {
		t.Errorf("a quote: %q", fix.Summary)
	}
	if cause, _ := (&Rule{Cause: "It says {text|more}."}).Fill(map[string]string{"text": "Stop."}, nil, nil); cause != "It says Stop." {
		t.Errorf("a quote in a sentence: %q", cause)
	}
}

func FuzzFillText(f *testing.F) {
	for _, s := range []string{"", "{", "}", "{a}", "{a|b}", "{a|}", "{a{b}}", "{{b|c}|d}", "x {key_2|the row} y {b}", "{A}", "{2}", "{a|b|c}", "{_a} {a_}", "{a", "a}{b"} {
		f.Add(s)
	}
	value := func(name string) string { return map[string]string{"a": "1", "key_2": "C-1 {b}"}[name] }
	f.Fuzz(func(t *testing.T, text string) {
		want := placeholder.ReplaceAllStringFunc(text, func(p string) string {
			m := placeholder.FindStringSubmatch(p)
			if v := value(m[1]); v != "" {
				return v
			}
			if strings.Contains(p, "|") {
				return m[2]
			}
			return hole(m[1])
		})
		if got := fillText(text, value, hole); got != want {
			t.Errorf("%q is filled in as %q, want %q", text, got, want)
		}
	})
}
