package classify

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// goodRule is a complete rule; every mistake below is one change to it.
const goodRule = `- id: dw-parcel-lost
  title: The parcel of a row was lost
  status: observed
  logs: [dualwrite]
  severity: low
  category: reference-data
  priority: 50
  match:
    codes: ["0x8004FFF0"]
    any:
    - parcel was lost
    regex: 'parcel (?P<parcel>[A-Z]+-\d+) of (?P<entity>\w+) was lost'
    none: ["found again"]
    fields: [error_text]
    all: false
  wrapper: false
  cause: The parcel {parcel|of the row} did not arrive.
  fix:
    summary: Send {parcel} again.
    role: Data owner
    retry: after-fix
    steps:
    - Look for the parcel in {map_title}.
    sql:
    - title: All parcels
      text: SELECT * FROM parcels WHERE id = '{parcel}'
    url: https://contoso.example/parcels
  references:
  - Contoso handbook
  examples:
    match:
    - text: Parcel AB-1 of accounts was lost.
      captures: {parcel: AB-1, entity: accounts}
      log: dualwrite
    no_match:
    - The parcel was lost and found again.
`

func ruleFile(text string) fstest.MapFS { return fstest.MapFS{"a.yaml": {Data: []byte(text)}} }

// loadErrors returns the mistakes that Load joins, as lines.
func loadErrors(t *testing.T, layers ...Layer) []string {
	t.Helper()
	set, err := Load(layers, today)
	if err == nil {
		return nil
	}
	if set != nil {
		t.Errorf("Load gives rules beside the error: %v", set)
	}
	for _, e := range unjoin(err) {
		re, ok := e.(*RuleError)
		if !ok {
			t.Errorf("%v is a %T, want a *RuleError", e, e)
		} else if re.File == "" || re.Line < 1 || re.Column < 1 {
			t.Errorf("%v has no place", e)
		}
	}
	return strings.Split(err.Error(), "\n")
}

func unjoin(err error) []error {
	if list, ok := err.(interface{ Unwrap() []error }); ok {
		return list.Unwrap()
	}
	return []error{err}
}

func TestLoad(t *testing.T) {
	second := strings.ReplaceAll(goodRule, "dw-parcel-lost", "dw-parcel-late")
	set, err := Load([]Layer{
		{fstest.MapFS{"z.yaml": {Data: []byte(goodRule)}, "notes.txt": {Data: []byte("- id: x")}, "old/a.yaml": {Data: []byte("- id: x")}}, "built-in"},
		{fstest.MapFS{"a.yml": {Data: []byte("# only a comment\n")}, "b.yml": {Data: []byte("# first\n\n" + second)}}, "site"},
	}, today)
	if err != nil {
		t.Fatal(err)
	}
	rs, digest := set.Rules, set.Digest
	if !strings.HasPrefix(digest, "sha256:") || len(digest) != len("sha256:")+64 {
		t.Errorf("the digest is %q, want sha256: and 64 digits", digest)
	}
	if len(rs) != 2 || rs[0].ID != "dw-parcel-late" || rs[1].ID != "dw-parcel-lost" {
		t.Fatalf("Load returned %d rules, want the two of *.yaml and *.yml in the root, by id", len(rs))
	}
	want := &Rule{
		ID: "dw-parcel-lost", Title: "The parcel of a row was lost", Status: "observed", Logs: []string{"dualwrite"},
		Severity: "low", Category: "reference-data", Priority: 50, Tier: 4,
		Match: Match{
			Codes: []string{"0x8004FFF0"}, Any: []string{"parcel was lost"},
			Wordings: []string{`parcel (?P<parcel>[A-Z]+-\d+) of (?P<entity>\w+) was lost`},
			Regex:    `parcel (?P<parcel>[A-Z]+-\d+) of (?P<entity>\w+) was lost`,
			None:     []string{"found again"}, Fields: []string{"error_text"},
		},
		Cause: "The parcel {parcel|of the row} did not arrive.",
		Fix: Fix{
			Summary: "Send {parcel} again.", Role: "Data owner", Retry: "after-fix",
			Steps: []string{"Look for the parcel in {map_title}."},
			SQL:   []SQL{{"All parcels", "SELECT * FROM parcels WHERE id = '{parcel}'"}},
			URL:   "https://contoso.example/parcels",
		},
		References: []string{"Contoso handbook"},
		Examples: Examples{
			Match:   []Example{{"Parcel AB-1 of accounts was lost.", "dualwrite", map[string]string{"parcel": "AB-1", "entity": "accounts"}}},
			NoMatch: []string{"The parcel was lost and found again."},
		},
		File: "z.yaml", Path: "built-in/z.yaml", Line: 1,
	}
	if diff := cmp.Diff(want, rs[1], cmpopts.IgnoreUnexported(Rule{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if rs[0].File != "b.yml" || rs[0].Line != 3 {
		t.Errorf("%s stands in %s:%d, want b.yml:3", rs[0].ID, rs[0].File, rs[0].Line)
	}
}

func TestLoadMistakes(t *testing.T) {
	for _, tc := range []struct {
		name, old, new string // of goodRule; old empty: new is the whole file
		want           string // lines
	}{
		{"tab as indentation", "  title:", "\ttitle:", "rules/a.yaml:2:1: found a tab character that violates indentation"},
		{"colon in a text", "The parcel of a row", "The parcel: of a row", "rules/a.yaml:2:20: mapping values are not allowed in this context"},
		{"a key used twice", "  severity: low\n", "  severity: low\n  severity: high\n", `rules/a.yaml:6:3: dw-parcel-lost: key "severity" stands here twice`},
		{"not a list", "", "id: dw-parcel-lost\ntitle: The parcel was lost\n", `rules/a.yaml:1:1: a rule file is a list of rules, each starting with "- id:"`},
		{"a text instead of rules", "", "# rules\nparcels\n", `rules/a.yaml:2:1: a rule file is a list of rules, each starting with "- id:"`},
		{"an entry that is no rule", "", "- dw-parcel-lost\n", `rules/a.yaml:1:3: a rule is a mapping that starts with "id:"`},
		{"an empty entry", "", "-\n", `rules/a.yaml:1:2: a rule is a mapping that starts with "id:"`},

		{"unknown key", "  severity:", "  severty:", `rules/a.yaml:5:3: dw-parcel-lost: unknown key "severty", did you mean "severity"?`},
		{"unknown key like no other", "  wrapper: false", "  envelope: true", `rules/a.yaml:16:3: dw-parcel-lost: unknown key "envelope", known here: id, title, headline, status, logs, severity, category, priority, tier, match, wrapper, by_message, cause, fix, references, examples`},
		{"unknown key in match", "    any:", "    anny:", `rules/a.yaml:10:5: dw-parcel-lost: unknown key "anny", did you mean "any"?`},
		{"unknown key in fix", "    steps:", "    step:", `rules/a.yaml:22:5: dw-parcel-lost: unknown key "step", did you mean "steps"?`},
		{"unknown key in fix.sql", "      text: SELECT", "      test: SELECT", `rules/a.yaml:26:7: dw-parcel-lost: unknown key "test", did you mean "text"?`},
		{"unknown key in examples", "    no_match:", "    nomatch:", `rules/a.yaml:35:5: dw-parcel-lost: unknown key "nomatch", did you mean "no_match"?`},
		{"unknown key in an example", "      captures:", "      capture:", `rules/a.yaml:33:7: dw-parcel-lost: unknown key "capture", did you mean "captures"?`},
		{"key in the wrong place", "  priority: 50\n", "  priority: 50\n  regex: 'x+'\n", `rules/a.yaml:8:3: dw-parcel-lost: unknown key "regex", known here: id, title, headline, status, logs, severity, category, priority, tier, match, wrapper, by_message, cause, fix, references, examples`},
		{"unknown keys at several levels", "  severity: low\n  category: reference-data\n  priority: 50\n  match:\n", "  severty: low\n  category: reference-data\n  priority: 50\n  match:\n    nun: [x]\n", `rules/a.yaml:5:3: dw-parcel-lost: unknown key "severty", did you mean "severity"?
rules/a.yaml:9:5: dw-parcel-lost: unknown key "nun", did you mean "none"?`},

		{"text instead of a number", "priority: 50", "priority: high", "rules/a.yaml:7:13: dw-parcel-lost: priority is \"high\", must be a whole number"},
		{"text instead of a list", "logs: [dualwrite]", "logs: dualwrite", "rules/a.yaml:4:9: dw-parcel-lost: logs must be a list"},
		{"list instead of a text", "cause: The parcel {parcel|of the row} did not arrive.", "cause: [a, b]", "rules/a.yaml:17:10: dw-parcel-lost: cause must be a text"},
		{"text instead of a mapping", "    - text: Parcel AB-1 of accounts was lost.\n      captures: {parcel: AB-1, entity: accounts}\n      log: dualwrite\n", "    - Parcel AB-1 of accounts was lost.\n", "rules/a.yaml:32:7: dw-parcel-lost: examples.match must be a mapping of keys to values"},
		{"number instead of yes or no", "wrapper: false", "wrapper: 2", "rules/a.yaml:16:12: dw-parcel-lost: wrapper is \"2\", must be true or false"},

		{"no id", "- id: dw-parcel-lost\n  title:", "- title:", `rules/a.yaml:1:3: id is "", must be lower-case words joined by hyphens`},
		{"id with a capital and a blank", "id: dw-parcel-lost", "id: Parcel lost", `rules/a.yaml:1:7: Parcel lost: id is "Parcel lost", must be lower-case words joined by hyphens`},
		{"no title", "  title: The parcel of a row was lost\n", "", "rules/a.yaml:1:3: dw-parcel-lost: title is missing"},
		{"headline too long", "title: The parcel", "headline: " + strings.Repeat("ü", 61) + "\n  title: The parcel", "rules/a.yaml:2:13: dw-parcel-lost: headline has 61 characters, at most 60 can be read out with others"},
		{"headline with a capture", "title: The parcel", "headline: 'lost {parcel}'\n  title: The parcel", "rules/a.yaml:2:13: dw-parcel-lost: headline is said of all records of the rule together, so it takes no {capture}"},
		{"headline with a full stop", "title: The parcel", "headline: lost.\n  title: The parcel", "rules/a.yaml:2:13: dw-parcel-lost: headline is a part of a sentence: leave the full stop out"},
		{"title too long", "title: The parcel", "title: " + strings.Repeat("ü", 59) + "The parcel", "rules/a.yaml:2:10: dw-parcel-lost: title has 87 characters, at most 85 fit the report"},
		{"bad status", "status: observed", "status: seen", `rules/a.yaml:3:11: dw-parcel-lost: status is "seen", must be one of documented, observed, experimental, deprecated`},
		{"no status", "  status: observed\n", "", `rules/a.yaml:1:3: dw-parcel-lost: status is "", must be one of documented, observed, experimental, deprecated`},
		{"bad log", "logs: [dualwrite]", "logs: [dualwrite, trace]", `rules/a.yaml:4:9: dw-parcel-lost: logs is "trace", must be one of dualwrite, plugintrace`},
		{"no logs", "  logs: [dualwrite]\n", "", "rules/a.yaml:1:3: dw-parcel-lost: logs is missing: dualwrite, plugintrace or both"},
		{"bad severity", "severity: low", "severity: Low", `rules/a.yaml:5:13: dw-parcel-lost: severity is "Low", must be one of critical, high, medium, low, info`},
		{"bad category", "category: reference-data", "category: Reference data", `rules/a.yaml:6:13: dw-parcel-lost: category is "Reference data", must be lower-case words joined by hyphens`},
		{"bad retry", "retry: after-fix", "retry: maybe", `rules/a.yaml:21:12: dw-parcel-lost: fix.retry is "maybe", must be one of yes, after-fix, no`},
		{"yes without quotes", "retry: after-fix", "retry: yes", ""},
		{"bad field", "fields: [error_text]", "fields: [error_text, message]", `rules/a.yaml:14:13: dw-parcel-lost: match.fields is "message", must be one of error_text, trace_text`},
		{"bad code", "\"0x8004FFF0\"", "\"0x8004FFF\"", `rules/a.yaml:9:12: dw-parcel-lost: code "0x8004FFF" must be 0x and eight hexadecimal digits, the first of them 8 or more`},
		{"code that is no failure", "\"0x8004FFF0\"", "\"0x1004FFF0\"", `rules/a.yaml:9:12: dw-parcel-lost: code "0x1004FFF0" must be 0x and eight hexadecimal digits, the first of them 8 or more`},
		{"decimal code", "\"0x8004FFF0\"", "\"-2147220891\"", `rules/a.yaml:9:12: dw-parcel-lost: code "-2147220891" must be 0x and eight hexadecimal digits, the first of them 8 or more`},
		{"literal of nothing", `["found again"]`, `["\u00a0 a "]`, `rules/a.yaml:9:5: dw-parcel-lost: literal "\u00a0 a " is too short to mean anything`},
		{"bad expression", `\w+) was lost'`, `\w+ was lost'`, "rules/a.yaml:12:12: dw-parcel-lost: bad expression: missing closing ): `(?is)parcel (?P<parcel>[A-Z]+-\\d+) of (?P<entity>\\w+ was lost`"},
		{"expression that RE2 has not", `parcel (?P<parcel>`, `(?=parcel) (?P<parcel>`, "rules/a.yaml:12:12: dw-parcel-lost: bad expression: a look-ahead ((?=) is not part of RE2: match what stands beside it as well, and name what is wanted as a group"},
		{"expression that matches nothing at all", `regex: 'parcel (?P<parcel>[A-Z]+-\d+) of (?P<entity>\w+) was lost'`, `regex: '(?P<parcel>[A-Z]+-\d+)?(?P<entity>\w*)'`, "rules/a.yaml:12:12: dw-parcel-lost: the expression matches an empty text"},
		{"no match", "  match:\n    codes: [\"0x8004FFF0\"]\n    any:\n    - parcel was lost\n    regex: 'parcel (?P<parcel>[A-Z]+-\\d+) of (?P<entity>\\w+) was lost'\n", "  match:\n", "rules/a.yaml:9:5: dw-parcel-lost: match needs codes, any or regex\nrules/a.yaml:13:10: dw-parcel-lost: placeholder {parcel} is neither a capture of this rule nor one of map, map_title, set, dataverse_table, fno_table_entity, prerequisites, lookup, lookup_map, lookup_key\nrules/a.yaml:15:14: dw-parcel-lost: placeholder {parcel} is neither a capture of this rule nor one of map, map_title, set, dataverse_table, fno_table_entity, prerequisites, lookup, lookup_map, lookup_key\nrules/a.yaml:21:5: dw-parcel-lost: placeholder {parcel} is neither a capture of this rule nor one of map, map_title, set, dataverse_table, fno_table_entity, prerequisites, lookup, lookup_map, lookup_key"},
		{"no cause", "  cause: The parcel {parcel|of the row} did not arrive.\n", "", "rules/a.yaml:1:3: dw-parcel-lost: cause is missing"},
		{"blank cause", "cause: The parcel {parcel|of the row} did not arrive.", "cause: '  '", "rules/a.yaml:17:10: dw-parcel-lost: cause is missing"},
		{"no summary", "    summary: Send {parcel} again.\n", "", "rules/a.yaml:19:5: dw-parcel-lost: fix.summary is missing"},
		{"no role", "    role: Data owner\n", "", "rules/a.yaml:19:5: dw-parcel-lost: fix.role is missing"},
		{"no steps", "    steps:\n    - Look for the parcel in {map_title}.\n", "", "rules/a.yaml:19:5: dw-parcel-lost: fix.steps is missing: what to do, in order"},
		{"no fix", goodRule[strings.Index(goodRule, "  fix:"):strings.Index(goodRule, "  references:")], "", `rules/a.yaml:1:3: dw-parcel-lost: fix.summary is missing
rules/a.yaml:1:3: dw-parcel-lost: fix.role is missing
rules/a.yaml:1:3: dw-parcel-lost: fix.retry is "", must be one of yes, after-fix, no
rules/a.yaml:1:3: dw-parcel-lost: fix.steps is missing: what to do, in order`},
		{"address without https", "url: https:", "url: http:", `rules/a.yaml:27:10: dw-parcel-lost: fix.url is "http://contoso.example/parcels", must start with https://`},
		{"no near miss", "    no_match:\n    - The parcel was lost and found again.\n", "", "rules/a.yaml:31:5: dw-parcel-lost: examples of both kinds are needed: match and no_match"},
		{"no examples", goodRule[strings.Index(goodRule, "  examples:"):], "", "rules/a.yaml:1:3: dw-parcel-lost: examples of both kinds are needed: match and no_match"},
		{"unknown placeholder in the cause", "{parcel|of the row}", "{packet|of the row}", "rules/a.yaml:17:10: dw-parcel-lost: placeholder {packet} is neither a capture of this rule nor one of map, map_title, set, dataverse_table, fno_table_entity, prerequisites, lookup, lookup_map, lookup_key"},
		{"unknown placeholder in SQL", "'{parcel}'", "'{packet}'", "rules/a.yaml:25:5: dw-parcel-lost: placeholder {packet} is neither a capture of this rule nor one of map, map_title, set, dataverse_table, fno_table_entity, prerequisites, lookup, lookup_map, lookup_key"},
		{"several mistakes of one rule", "status: observed\n  logs: [dualwrite]\n  severity: low", "status: seen\n  logs: [both]\n  severity: none", `rules/a.yaml:3:11: dw-parcel-lost: status is "seen", must be one of documented, observed, experimental, deprecated
rules/a.yaml:4:9: dw-parcel-lost: logs is "both", must be one of dualwrite, plugintrace
rules/a.yaml:5:13: dw-parcel-lost: severity is "none", must be one of critical, high, medium, low, info`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := tc.new
			if tc.old != "" {
				if strings.Count(goodRule, tc.old) != 1 {
					t.Fatalf("%q occurs %d times in the good rule, want once", tc.old, strings.Count(goodRule, tc.old))
				}
				text = strings.Replace(goodRule, tc.old, tc.new, 1)
			}
			got := loadErrors(t, Layer{ruleFile(text), "rules"})
			if diff := cmp.Diff(tc.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestLoadReportsEverythingAtOnce(t *testing.T) {
	rule := func(id string) string { return strings.ReplaceAll(goodRule, "dw-parcel-lost", id) }
	builtIn := fstest.MapFS{
		"access.yaml": {Data: []byte(rule("dw-b") + "\n" + rule("dw-a") + "\n" + rule("dw-a"))},
		"broken.yaml": {Data: []byte("- id: [\n")},
		"data.yaml":   {Data: []byte(strings.Replace(rule("dw-c"), "severity: low", "severity: none", 1))},
	}
	site := fstest.MapFS{
		"access.yaml": {Data: []byte(rule("dw-c"))},
		"more.yml":    {Data: []byte("---\n" + strings.Replace(rule("dw-d"), "  wrapper:", "  wraper:", 1) + "---\n- change: dw-e\n  severity: low\n  reason: r\n  owner: o\n")},
	}
	got := loadErrors(t, Layer{builtIn, "built-in"}, Layer{site, "site"})
	want := []string{
		`built-in/access.yaml:75:7: dw-a: id is already used in built-in/access.yaml:38`,
		`built-in/broken.yaml:2:1: did not find expected node content`,
		`built-in/data.yaml:5:13: dw-c: severity is "none", must be one of critical, high, medium, low, info`,
		`site/more.yml:17:3: dw-d: unknown key "wraper", did you mean "wrapper"?`,
		`site/more.yml:39:11: there is no rule dw-e to change, did you mean dw-a?`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestLoadRulesWithoutIDs(t *testing.T) {
	nameless := strings.Replace(goodRule, "- id: dw-parcel-lost\n  title:", "- title:", 1)
	got := loadErrors(t, Layer{ruleFile(goodRule + nameless + nameless), "rules"})
	if len(got) != 2 || !strings.HasPrefix(got[0], "rules/a.yaml:37:3: id is") || !strings.HasPrefix(got[1], "rules/a.yaml:72:3: id is") {
		t.Errorf("two rules without an id: got %q, want one mistake each", got)
	}
}

func TestLoadUnreadable(t *testing.T) {
	_, err := Load([]Layer{{fstest.MapFS{".": {Mode: 0o644}}, "site"}}, today)
	if err == nil || !strings.Contains(err.Error(), "reading rules in site") {
		t.Errorf("a folder that cannot be listed: %v, want an error that names it", err)
	}
}

func TestLoadDigest(t *testing.T) {
	digest := func(file, text, name string) string {
		t.Helper()
		set, err := Load([]Layer{{fstest.MapFS{file: {Data: []byte(text)}}, name}}, today)
		if err != nil {
			t.Fatal(err)
		}
		return set.Digest
	}
	first := digest("a.yaml", goodRule, "rules")
	if again := digest("a.yaml", goodRule, "rules"); again != first {
		t.Errorf("the digest of the same file is %s, then %s", first, again)
	}
	if moved := digest("a.yaml", goodRule, "elsewhere"); moved != first {
		t.Errorf("the digest changes with the place of the rules: %s, then %s", first, moved)
	}
	if changed := digest("a.yaml", goodRule+"# checked\n", "rules"); changed == first {
		t.Errorf("the digest does not change with the content: %s", first)
	}
	if renamed := digest("b.yaml", goodRule, "rules"); renamed == first {
		t.Errorf("the digest does not change with the name of the file: %s", first)
	}
}

func TestNearestWord(t *testing.T) {
	known := []string{"title", "text", "steps"}
	for _, tc := range []struct{ word, want string }{
		{"titel", `, did you mean "title"?`}, {"step", `, did you mean "steps"?`}, {"tet", `, did you mean "text"?`},
		{"", ", known here: title, text, steps"}, {"paragraph", ", known here: title, text, steps"},
	} {
		if got := Nearest(tc.word, known); got != tc.want {
			t.Errorf("Nearest(%q) is %q, want %q", tc.word, got, tc.want)
		}
	}
}

// Whatever a rule file holds, Load gives rules or mistakes with their places, and never breaks.
func FuzzLoad(f *testing.F) {
	for _, text := range []string{
		goodRule, "- &a {id: x, match: *a}\n", "- <<: {id: x}\n", "- id: !!binary aGk=\n", "- ? [a]\n  : b\n", "- mute: x\n  expires: 2026-02-30\n", "%YAML 1.2\n---\n- id: a\n...\n",
		"- change: dw-parcel-lost\n  severity: [low]\n", "\ufeff- id: a\n", "- id: a\n  match: {codes: [0x80040265], any: [1, ~, true]}\n", "- id: a\n  fix: {sql: [a, {text: {}}]}\n  examples: {match: {}, no_match: 3}\n",
		"- id: a\n  examples: {match: [{text: x, captures: [a]}]}\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		set, err := Load([]Layer{{ruleFile(string(text)), "site"}}, today)
		if err == nil {
			for _, r := range set.Rules {
				if r.Line < 1 || r.ID == "" || len(r.Examples.Match) == 0 {
					t.Errorf("%q gives a rule with parts missing: %+v", text, r)
				}
			}
			return
		}
		for _, e := range unjoin(err) {
			if re, ok := e.(*RuleError); !ok || re.Line < 1 || re.Column < 1 || re.File != "site/a.yaml" {
				t.Errorf("%q: %#v has no place", text, e)
			}
		}
	})
}

func TestRetryWords(t *testing.T) {
	for _, retry := range retries {
		if says := RetryWords(retry); says == RetryWords("perhaps") {
			t.Errorf("retry: %s is printed as %q", retry, says)
		}
	}
}
