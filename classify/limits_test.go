package classify

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// Rule files that were made to hurt: each is refused with its place, or loads, soon and without a crash. An empty want is a set
// that loads.
func TestHostileRuleFiles(t *testing.T) {
	rule := func(id string) string { return strings.ReplaceAll(goodRule, "dw-parcel-lost", id) }
	with := func(old, new string) string {
		if !strings.Contains(goodRule, old) {
			t.Fatalf("%q is not in the good rule", old)
		}
		return strings.Replace(goodRule, old, new, 1)
	}
	const anyOf, wording = `["found again"]`, `parcel (?P<parcel>[A-Z]+-\d+) of (?P<entity>\w+) was lost`
	expression := func(x string) string { return with(wording, strings.ReplaceAll(x, "'", "''")+"|"+wording) }
	many := func(n int, one func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(one(i))
		}
		return b.String()
	}
	list := func(n int) string { return "[" + strings.Repeat("found again, ", n) + "found]" }
	fragment := func(name, regex string) string {
		return "- fragment: " + name + "\n  meaning: m\n  regex: '" + regex + "'\n"
	}
	for _, tc := range []struct{ name, text, want string }{
		{"10 MB of blanks", goodRule + strings.Repeat(" ", 10<<20), "rules/a.yaml:1:1: the file is larger than 2 MB"},
		{"10 MB of one line", strings.Repeat("x", 10<<20), "larger than 2 MB"},
		{"10 MB of lists", strings.Repeat("- ", 5<<20), "larger than 2 MB"},
		{"literal of 10 MB", with(anyOf, `["`+strings.Repeat("parcel ", 10<<20/7)+`"]`), "larger than 2 MB"},
		{"literal of 1 MB", with(anyOf, `["`+strings.Repeat("parcel ", 1<<20/7)+`"]`), "has 1048572 bytes, at most 1000"},
		{"literal of 1,001 bytes", with(anyOf, `["`+strings.Repeat("x", 1001)+`"]`), "has 1001 bytes, at most 1000"},
		{"literal of 1,000 bytes", with(anyOf, `["`+strings.Repeat("x", 1000)+`"]`), ""},
		{"100,000 literals", with(anyOf, list(100_000)), "match.none has 100001 entries, at most 200"},
		{"201 literals", with(anyOf, list(200)), "match.none has 201 entries"},
		{"200 literals", with(anyOf, list(199)), ""},
		{"1,000,000 literals by alias", "- &l " + list(100_000) + "\n" + with(anyOf, "*l"), "rules/a.yaml"},
		{"aliases of aliases", "- &a [a, b, c]\n- &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n- &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\n- &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\n" + with(anyOf, "*d"), "rules/a.yaml"},
		{"alias of itself", "- &a [*a]\n", "rules/a.yaml"},
		{"merge of itself", "- &a\n  <<: *a\n", "rules/a.yaml"},
		{"100,000 open brackets", strings.Repeat("[", 100_000), "rules/a.yaml"},
		{"100,000 open braces", strings.Repeat("{a: ", 100_000), "rules/a.yaml"},
		{"3,001 rules", many(3001, func(i int) string { return rule(fmt.Sprint("dw-r", i)) + "\n" })[:2<<20-1], "rules/a.yaml"},
		{"30,000 short rules", many(30_000, func(i int) string { return fmt.Sprintf("- id: dw-r%d\n  title: t\n", i) }), "more than 3000 rules"},
		{"100,000 documents", strings.Repeat("---\n- 1\n", 100_000), "rules/a.yaml"},
		{"100,000 unknown keys", "- id: dw-a\n" + many(100_000, func(i int) string { return fmt.Sprintf("  k%d: 1\n", i) }), "none has more than 200"},
		{"one key 10,000 times", "- id: dw-a\n" + strings.Repeat("  title: t\n", 10_000), "rules/a.yaml"},
		{"expression of 1 MB", expression(strings.Repeat("a", 1<<20)), "bytes, at most 20000"},
		{"expression of 100,000 groups", expression(strings.Repeat("(a)", 100_000)), "bytes, at most 20000"},
		{"6,000 groups inside each other", expression(strings.Repeat("(", 6000) + "a" + strings.Repeat(")", 6000)), "nest"},
		{"6,000 groups", expression(strings.Repeat("(a)", 6000)), ""},
		{"200 wide gaps", expression(strings.Repeat("a.{0,999}", 200)), "repetitions are written out"},
		{"repeated repetitions", expression(`(?:(?:(?:a{1,100}b){1,100}c){1,100}d){1,100}parcels`), "bad expression"},
		{"1,000 repetitions of a group", expression(`(?:parcel .. was ){1,1000}lost`), ""},
		{"exponential for others", expression(`(?:(?:a+)+)+parcels`), ""},
		{"stars of stars", expression(`(?:(?:a*)*)*parcels`), ""},
		{"all characters", expression(`[\x{0}-\x{10FFFF}]{1,900}parcels`), ""},
		{"all scripts", expression(`parcels(?:\p{L}|\p{N}|\p{P}|\P{L}){1,900}`), ""},
		{"empty expression", with(wording, ""), "rules/a.yaml"},
		{"expression of nothing", with(wording, `(?:)`), "matches an empty text"},
		{"expression that matches everything", with(wording, `.*`), "matches an empty text"},
		{"look behind", with(wording, `(?<!x)parcel`), "bad expression"},
		{"back reference", with(wording, `(parcel)\1`), "bad expression"},
		{"not UTF-8", with(wording, "parcel \xff\xfe"), "rules/a.yaml"},
		{"NUL", with(wording, "parcel \x00"), "rules/a.yaml"},
		{"UTF-16", "\xff\xfe-\x00 \x00i\x00d\x00", "rules/a.yaml"},
		{"65 wordings", with(`'`+wording+`'`, "["+strings.Repeat("'parcel lost', ", 64)+"'parcel gone']"), "match.regex has 65 entries"},
		{"10,000 wordings", with(`'`+wording+`'`, "["+strings.Repeat("'parcel lost', ", 9_999)+"'parcel gone']"), "match.regex has 10000 entries"},
		{"fragments that double", fragment("f0", "parcel lost") + many(30, func(i int) string {
			return fragment(fmt.Sprint("f", i+1), fmt.Sprintf("{{f%d}}{{f%d}}", i, i))
		}) + expression("{{f30}}"), "more than 20000 bytes with its fragments"},
		{"fragments in a ring", fragment("fa", "{{fb}}") + fragment("fb", "{{fa}}") + expression("{{fa}}"), "used inside itself"},
		{"21 expressions without a literal", many(21, func(i int) string {
			return strings.Replace(rule(fmt.Sprintf("dw-r%d", i)), wording, `(?P<parcel>\d{2,9}) (?P<entity>\d{3,9})|`+wording, 1) + "\n"
		}), "more than 20 rules have an expression"},
		{"10,000 codes", with(`["0x8004FFF0"]`, "["+strings.Repeat(`"0x8004FFF0", `, 10_000)+`"0x8004FFF1"]`), "match.codes has 10001 entries"},
		{"number without end", with("priority: 50", "priority: "+strings.Repeat("9", 100_000)), "priority"},
		{"times of the year 99999", "- mute: dw-a\n  owner: o\n  reason: r\n  expires: 99999-01-01\n", "rules/a.yaml"},
		{"title of 1 MB", with("title: The parcel", "title: "+strings.Repeat("x", 1<<20)+"The parcel"), "at most 85 fit the report"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			started := time.Now()
			set, err := Load([]Layer{{ruleFile(tc.text), "rules"}}, today)
			took := time.Since(started)
			switch {
			case took > 10*time.Second: // a second on a machine with nothing else to do
				t.Errorf("it took %v", took)
			case tc.want == "" && err != nil:
				t.Errorf("it does not load: %.300v", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %.300v, want %q", err, tc.want)
			}
			if err == nil && len(set.Rules) == 0 {
				t.Error("it loads, and there is no rule")
			}
		})
	}
}

// A pipe, a device or a folder with the name of a rule file is not read.
func TestRuleFilesThatAreNone(t *testing.T) {
	for _, mode := range []fs.FileMode{fs.ModeNamedPipe, fs.ModeDevice | fs.ModeCharDevice, fs.ModeSocket} {
		_, err := Load([]Layer{{fstest.MapFS{"a.yaml": {Data: []byte(goodRule), Mode: mode | 0o644}}, "rules"}}, today)
		if err == nil || !strings.Contains(err.Error(), "rules/a.yaml:1:1: it is no file: copy the rules into one") {
			t.Errorf("%v: %v", mode, err)
		}
	}
	files := fstest.MapFS{}
	for i := range 501 {
		files[fmt.Sprintf("r%d.yaml", i)] = &fstest.MapFile{Data: []byte("# nothing\n")}
	}
	if _, err := Load([]Layer{{files, "rules"}}, today); err == nil || !strings.Contains(err.Error(), "501 rule files, at most 500") {
		t.Errorf("501 files: %v", err)
	}
}
