package classify

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lintRule is a complete rule with the given parts of match, and nothing to warn about but these.
func lintRule(id, parts string) string {
	return fmt.Sprintf(`- id: %s
  title: t
  status: observed
  logs: [dualwrite, plugintrace]
  severity: low
  category: access
  %s
  cause: c
  fix: {summary: s, role: Data owner, retry: "no", steps: [s]}
  examples: {match: [{text: a}, {text: b}], no_match: [c, d]}
`, id, parts)
}

// blames is a lintRule of dual-write whose cause speaks of somebody.
func blames(whom, parts string) string {
	return strings.Replace(lintRule("dw-a", parts), "cause: c", "cause: It was "+whom+".", 1)
}

func warnings(t *testing.T, text string) []string {
	t.Helper()
	var out []string
	for _, w := range compileFile(t, text).Lint() {
		out = append(out, fmt.Sprintf("%d:%d %s: %s", w.Line, w.Column, w.Rule, w.Msg))
	}
	return out
}

func TestLint(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"nothing", lintRule("a", `match: {any: [parcel was lost], regex: 'parcel was (?P<x>\w+) in .{0,40}? today'}`), ""},
		{"title deletes configuration", strings.Replace(lintRule("a", `match: {any: [parcel was lost]}`), "title: t", "title: Parcels are late, so clear the old configuration", 1), "1:7 a: title speaks of deleting configuration"},
		{"summary deletes configuration", strings.Replace(lintRule("a", `match: {any: [parcel was lost]}`), "summary: s", "summary: Delete all runtime configuration rows and link again", 1), "1:7 a: fix.summary speaks of deleting configuration"},
		{"summary removes a user", strings.Replace(lintRule("a", `match: {any: [parcel was lost]}`), "summary: s", "summary: Remove the application user of the parcels", 1), "1:7 a: fix.summary speaks of deleting configuration"},
		{"deletion of rows in a title is fine", strings.Replace(lintRule("a", `match: {any: [parcel was lost]}`), "title: t", "title: A parcel cannot be deleted", 1), ""},
		{"check of configuration in a title is fine", strings.Replace(lintRule("a", `match: {any: [parcel was lost]}`), "summary: s", "summary: Check which configuration is left; delete the parcel", 1), ""},
		{"no bound", lintRule("a", `match: {regex: 'parcel was .* today'}`), "7:18 a: .* has no bound"},
		{"no bound, lazy", lintRule("a", `match: {regex: 'parcel was [^'']+? today'}`), "7:18 a: [^']+? has no bound"},
		{"words are bounds", lintRule("a", `match: {regex: 'parcel was \w+ at \d* today'}`), ""},
		{"no literal", lintRule("a", `match: {regex: '(?P<x>\w+)@(?P<y>\w+)'}`), "7:18 a: no literal of 7 letters"},
		{"alternatives without a literal", lintRule("a", `match: {regex: 'parcel was lost|gone'}`), "7:18 a: no literal of 7 letters"},
		{"a part that may be empty, repeated", lintRule("a", `match: {regex: '(?:a?)+ parcel was lost'}`), "7:18 a: the expression repeats a part that may be empty"},
		{"too many ways", strings.Replace(lintRule("a", `match: {regex: 'parcel .{0,90}a.{0,90}a.{0,90}a.{0,90}a.{0,90}a.{0,90}a.{0,90}a was lost'}`), "{text: b}", "{text: parcel "+strings.Repeat("a", 80)+" }", 1),
			"7:18 a: the expression takes too long on the example"},
		{"short literal", lintRule("a", `match: {any: [lost]}`), `7:10 a: literal "lost" has less than 7 letters`},
		{"literal with an umlaut", lintRule("a", `match: {any: [paket überfällig]}`), `7:10 a: literal "paket überfällig" holds letters outside ASCII`},
		{"one example of each kind", strings.Replace(lintRule("a", `match: {any: [parcel was lost]}`), "{text: a}, {text: b}], no_match: [c, d]", "{text: a}], no_match: [c]", 1),
			"10:13 a: 1 matching example\n10:13 a: 1 near miss"},
		{"documented, but where", strings.Replace(lintRule("a", `match: {any: [parcel was lost]}`), "observed", "documented", 1), "1:7 a: status is documented, but neither"},
		{"too long to read", lintRule("a", `match: {regex: ['parcel was lost', 'letter was lost`+strings.Repeat(" or late", 50)+`']}`), "7:18 a: wording 2 has 415 characters, nobody reads more than 400"},
		{"unused fragment", "- {fragment: parcel, meaning: m, regex: parcel}\n- {fragment: letter, meaning: m, regex: letter}\n" + lintRule("a", `match: {regex: '{{parcel}} was lost'}`), "2:3 : fragment letter is used by no expression"},
		{"unused sign", "- {sign: by-sea, meaning: m, any: [container]}\n" + lintRule("a", `match: {any: [parcel was lost]}`), "1:3 : sign by-sea is asked for by no rule"},
		{"anybody's sentence", blames("dual-write", `match: {any: [is not a member of the organization]}`), "7:10 dw-a: the trace of any plug-in may hold this (0x80072560 of the Dataverse code table)"},
		{"anybody's sentence by an expression", blames("finance and operations", `match: {regex: 'is (?P<x>not a) member of the org'}`), "7:18 dw-a: the trace of any plug-in may hold this (0x80072560"},
		{"anybody's code", blames("dual-write", `match: {codes: ["0x80072560"]}`), "7:10 dw-a: the trace of any plug-in may hold this (0x80072560"},
		{"anybody's sentence with a sign", "- {sign: by-sea, meaning: m, any: [container]}\n" + blames("dual-write", `match: {any: [is not a member of the organization], signs: [by-sea]}`), ""},
		{"anybody's sentence, others named", blames("dual-write or a plug-in", `match: {any: [is not a member of the organization]}`), ""},
		{"dual-write's own sentence", blames("dual-write", `match: {any: [unable to sync with entity]}`), ""},
		{"a fragment holds the only literal", "- {fragment: parcel, meaning: m, regex: a parcel was lost}\n" + lintRule("a", `match: {regex: '{{parcel}}'}`), ""},
		{"not sorted", lintRule("b", `match: {any: [parcel was lost]}`) + lintRule("a", `match: {any: [letter was lost]}`), "11:7 a: ids are not sorted: must stand before b"},

		{"unreachable: a longer literal", lintRule("a", `match: {any: [the parcel was lost]}`) + lintRule("b", "priority: 70\n  match: {any: [parcel was lost]}"),
			"7:10 a: the rule can never win: wherever it matches, b matches too"},
		{"unreachable: the expression needs it", lintRule("a", `match: {regex: 'the parcel was lost by \w+'}`) + lintRule("b", "priority: 70\n  match: {any: [parcel was lost]}"),
			"7:18 a: the rule can never win"},
		{"unreachable: the same expression", lintRule("a", `match: {regex: 'parcel (\w+) was lost'}`) + lintRule("b", "priority: 70\n  match: {regex: 'parcel (\\w+) was lost'}"), "7:18 a: the rule can never win"},
		{"unreachable: the literal matches an expression", lintRule("a", `match: {any: [parcel 12 was lost]}`) + lintRule("b", "priority: 70\n  match: {regex: 'parcel (\\w+) was lost'}"), "7:10 a: the rule can never win"},
		{"unreachable: the same code", lintRule("a", `match: {codes: ["0x8004FFF0"]}`) + lintRule("b", "priority: 70\n  match: {codes: [\"0x8004fff0\"]}"), "7:10 a: the rule can never win"},
		{"unreachable: a wrapper", lintRule("a", "wrapper: true\n  priority: 90\n  match: {any: [parcel was lost]}") + lintRule("b", "match: {any: [parcel was lost]}"), "9:10 a: the rule can never win"},
		{"reachable: the same priority", lintRule("a", `match: {any: [the parcel was lost]}`) + lintRule("b", "match: {any: [parcel was lost]}"), ""},
		{"reachable: one way is its own", lintRule("a", `match: {any: [the parcel was lost, letter was lost]}`) + lintRule("b", "priority: 70\n  match: {any: [parcel was lost]}"), ""},
		{"reachable: the other excludes", lintRule("a", `match: {any: [the parcel was lost]}`) + lintRule("b", "priority: 70\n  match: {any: [parcel was lost], none: [by mia]}"), ""},
		{"reachable: the other needs more", lintRule("a", `match: {any: [the parcel was lost]}`) + lintRule("b", "priority: 70\n  match: {any: [parcel was lost], codes: [\"0x8004FFF0\"], all: true}"), ""},
		{"reachable: another field", lintRule("a", `match: {any: [the parcel was lost]}`) + lintRule("b", "priority: 70\n  match: {any: [parcel was lost], fields: [trace_text]}"), ""},
		{"reachable: another log", lintRule("a", `match: {any: [the parcel was lost]}`) + strings.Replace(lintRule("b", "priority: 70\n  match: {any: [parcel was lost]}"), "[dualwrite, plugintrace]", "[plugintrace]", 1), ""},
		{"reachable: a word of its own", lintRule("a", `match: {any: [parcel 12 was lost]}`) + lintRule("b", "priority: 70\n  match: {regex: '\\bparcel (\\w+) was lost$'}"), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := warnings(t, tc.text)
			var want []string
			if tc.want != "" {
				want = strings.Split(tc.want, "\n")
			}
			if len(got) != len(want) {
				t.Fatalf("got %q, want %q", got, want)
			}
			for i := range want {
				if !strings.HasPrefix(got[i], want[i]) {
					t.Errorf("got %q, want it to begin with %q", got[i], want[i])
				}
			}
		})
	}
}

func TestNearest(t *testing.T) {
	m := builtinMatcher(t)
	for _, tc := range []struct{ name, log, text, want string }{
		{"words in another order", "", "Unable to look msdyn_customergroups up with value 80", "dw-lookup-not-resolved"},
		{"another wording", "", "The sandbox worker crashed while running a plug-in", "dv-sandbox-worker-crashed"},
		{"another spelling", "", "The user is no member of the organisation", "dw-user-not-member-of-org"},
		{"nothing like it", "", "Gadget 12 exploded", ""},
		{"everyday words", "", "The record was saved and the user is happy with it", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			near := m.Nearest(tc.log, tc.text, "", 3)
			got := ""
			if len(near) > 0 {
				got = near[0].Rule.ID
				if len(near[0].Lacks) == 0 || near[0].Score >= 1 {
					t.Errorf("%s lacks %q, score %.2f", got, near[0].Lacks, near[0].Score)
				}
			}
			if got != tc.want {
				t.Errorf("%q is nearest to %q, want %q", tc.text, got, tc.want)
			}
		})
	}
}

// A rule whose evidence is there and that something keeps from matching comes first, with why.
func TestNearestSaysWhatBlocks(t *testing.T) {
	m := small(t,
		`a-log logs: [plugintrace], match: {any: [parcel was lost]}`,
		`b-none logs: [dualwrite, plugintrace], match: {any: [parcel was lost], none: [found again]}`,
		`c-field logs: [dualwrite, plugintrace], match: {any: [parcel was lost], fields: [trace_text]}`,
	)
	var got []string
	for _, n := range m.Nearest("dualwrite", "The parcel was lost and found again", "", 5) {
		got = append(got, n.Rule.ID+": "+n.Why)
	}
	want := []string{
		"a-log: it matches, but it is a rule for plugintrace records only",
		`b-none: it matches, but the text holds "found again", which the rule excludes`,
		"c-field: it matches in error_text, but it looks at trace_text only",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// Four rules may write the same 80 characters; the fifth makes all of them boilerplate.
func TestLintFindsBoilerplate(t *testing.T) {
	frame := "the parcel that was sent by the sender to the receiver on the day before yesterday "
	var file strings.Builder
	for i := range 5 {
		file.WriteString(lintRule(string(rune('a'+i)), fmt.Sprintf(`match: {regex: 'no. %d: %swas lost'}`, i, frame)))
		got := strings.Join(warnings(t, file.String()), "\n")
		if want := strings.Count(got, "make it a fragment"); want != 0 && i < 4 || want != 5 && i == 4 {
			t.Errorf("%d rules share %d characters:\n%s", i+1, len(frame), got)
		}
	}
}
