package classify

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const parcelFragments = `- fragment: parcel
  meaning: a parcel and its number
  regex: 'parcel (?P<parcel>[A-Z]+-\d+)'
- fragment: lost
  meaning: what became of a parcel
  regex: '{{parcel}} of (?P<entity>\w+) was lost|lost was {{parcel}}'
`

func loadFragments(t *testing.T, fragments, regex string) (*Set, error) {
	t.Helper()
	rule := strings.Replace(goodRule, `'parcel (?P<parcel>[A-Z]+-\d+) of (?P<entity>\w+) was lost'`, regex, 1)
	if rule == goodRule {
		t.Fatal("the good rule has another expression")
	}
	return Load([]Layer{
		{fstest.MapFS{"fragments.yaml": {Data: []byte(fragments)}}, "rules"},
		{fstest.MapFS{"a.yaml": {Data: []byte(rule)}}, "site"},
	}, today)
}

// Fragments stand in the place of their names, also those of another file and layer; groups of one
// name are numbered.
func TestFragments(t *testing.T) {
	for _, tc := range []struct{ name, regex, want string }{
		{"one", `'{{parcel}} of (?P<entity>\w+) was lost'`, `(?:parcel (?P<parcel>[A-Z]+-\d+)) of (?P<entity>\w+) was lost`},
		{"inside another", `'{{lost}}'`, `(?:(?:parcel (?P<parcel>[A-Z]+-\d+)) of (?P<entity>\w+) was lost|lost was (?:parcel (?P<parcel_2>[A-Z]+-\d+)))`},
		{"optional", `'(?:{{parcel}} of )?(?P<entity>\w+) was lost (?P<parcel>\w+)'`, `(?:(?:parcel (?P<parcel>[A-Z]+-\d+)) of )?(?P<entity>\w+) was lost (?P<parcel_2>\w+)`},
		{"list of wordings", `['{{parcel}} of (?P<entity_2>\w+) was lost', 'gone is {{parcel}}']`, `(?:parcel (?P<parcel>[A-Z]+-\d+)) of (?P<entity>\w+) was lost|gone is (?:parcel (?P<parcel_2>[A-Z]+-\d+))`},
		{"shared head", `['{{parcel}}? of (?P<entity>\w+) was lost', '{{parcel}}? is (?:gone|away)[)|(]', '{{parcel}} here', '{{parcel}}x|y']`,
			`(?:parcel (?P<parcel>[A-Z]+-\d+))?(?: of (?P<entity>\w+) was lost| is (?:gone|away)[)|(])|(?:parcel (?P<parcel_2>[A-Z]+-\d+)) here|(?:parcel (?P<parcel_3>[A-Z]+-\d+))x|y`},
		{"repeated head", `['{{parcel}}{2}a', '{{parcel}}{3}b']`, `(?:parcel (?P<parcel>[A-Z]+-\d+)){2}a|(?:parcel (?P<parcel_2>[A-Z]+-\d+)){3}b`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			set, err := loadFragments(t, parcelFragments, tc.regex)
			if err != nil {
				t.Fatal(err)
			}
			if got := set.Rules[0].Match.Regex; got != tc.want {
				t.Errorf("the expression is\n%s\nwant\n%s", got, tc.want)
			}
			if len(set.Fragments) != 2 || set.Fragments[0].Name != "lost" {
				t.Errorf("fragments: %v, want lost and parcel", set.Fragments)
			}
		})
	}
}

func TestFragmentMistakes(t *testing.T) {
	const good = `'{{parcel}} of (?P<entity>\w+) was lost'`
	for _, tc := range []struct{ name, fragments, regex, want string }{
		{"unknown", parcelFragments, `'{{parsel}} of (?P<entity>\w+) was lost'`, `site/a.yaml:12:12: dw-parcel-lost: there is no fragment {{parsel}}, did you mean "parcel"?`},
		{"unknown in a list", parcelFragments, `['x{{parcel}}', '{{letter}}']`, `site/a.yaml:12:28: dw-parcel-lost: there is no fragment {{letter}}, known here: lost, parcel`},
		{"unknown in a fragment", strings.Replace(parcelFragments, "lost was {{parcel}}", "lost was {{letter}}", 1), good, `rules/fragments.yaml:4:3: fragment lost: there is no fragment {{letter}}, known here: lost, parcel`},
		{"recursive", strings.Replace(parcelFragments, "'parcel ", "'{{lost}} parcel ", 1), good, `rules/fragments.yaml:1:3: fragment parcel is used inside itself, by way of {{lost}}`},
		{"used by itself", strings.Replace(parcelFragments, "'parcel ", "'{{parcel}} ", 1), good, `rules/fragments.yaml:1:3: fragment parcel is used inside itself, by way of {{parcel}}`},
		{"twice", parcelFragments + "- {fragment: lost, meaning: m, regex: x}\n", good, `rules/fragments.yaml:7:3: fragment lost is already defined in rules/fragments.yaml:4; rules there lean on it, so give this one another name`},
		{"no expression", strings.Replace(parcelFragments, `\d+)'`, `\d+'`, 1), good, "rules/fragments.yaml:1:3: fragment parcel: bad expression: missing closing ): `(?is)parcel (?P<parcel>[A-Z]+-\\d+`"},
		{"no meaning", strings.Replace(parcelFragments, "  meaning: a parcel and its number\n", "", 1), `'x (?P<parcel>y)'`, "rules/fragments.yaml:1:3: meaning is missing: what the fragment stands for"},
		{"bad name", strings.Replace(parcelFragments, "fragment: lost", "fragment: It is lost", 1), good, `rules/fragments.yaml:4:13: fragment is "It is lost", must be lower-case words joined by hyphens`},
		{"unknown key", strings.Replace(parcelFragments, "meaning: what", "means: what", 1), good, "rules/fragments.yaml:4:3: meaning is missing: what the fragment stands for\nrules/fragments.yaml:5:3: unknown key \"means\", known here: fragment, meaning, regex"},
		{"empty together", parcelFragments, `['x{{parcel}}', '(?:{{parcel}})?']`, "site/a.yaml:12:28: dw-parcel-lost: the expression matches an empty text"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := loadFragments(t, tc.fragments, tc.regex)
			var got string
			if err != nil {
				got = err.Error()
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestOneWay(t *testing.T) {
	for _, tc := range []struct {
		wording string
		want    bool
	}{
		{"", true}, {"a", true}, {"a|b", false}, {"(a|b)", true}, {"(?:a|b)|c", false}, {`a\|b`, true}, {"[|]", true}, {"[]|]", true}, {"[^]|]", true},
		{`[\]|]`, true}, {`[\](]x|y`, false}, {"[(]x|y[)]", false}, {"[^(]x|y", false}, {"[", true}, {"[^", true}, {`\`, true}, {`[\`, true}, {"[a]|[b]", false}, {"[[:^alpha:]]|b", false},
	} {
		if got := oneWay(tc.wording); got != tc.want {
			t.Errorf("oneWay(%q) is %v, want %v", tc.wording, got, tc.want)
		}
	}
}

// What is read by hand is what these expressions find; the expressions took a twentieth of the time that rules take to load.
func TestFragmentsAndGroupsAreFoundAsExpressionsFindThem(t *testing.T) {
	use, group := regexp.MustCompile(`\{\{([^{}]*)\}\}`), regexp.MustCompile(`\(\?P?<([^<>=!]+)>`)
	suffix := regexp.MustCompile(`_([2-9]|[1-9][0-9])$`)
	sources := []string{"", "{{a}}", "x{{a}}{{b}}y", "{{{a}}}", "{{a}b}}{{c}}", "{{a", "{{}}", "a{2}{{b}}{3}", "}}{{a}}{{", "(?<a>x)(?P<a>y)(?:z)", "(?<=a)(?<!b)(?P<>x)(?P", "(?P<a_2>)(?<a_3>)(?<a_12>)(?<a_1>)(?<_2>)", "(?<a", "(?<(?<a>)", "(?P<a<b>)"}
	for _, r := range builtinMatcher(t).Rules() {
		sources = append(sources, r.Match.Wordings...)
		sources = append(sources, r.Match.Regex)
	}
	for _, source := range sources {
		var got [][]string
		var whole strings.Builder
		whole.WriteString(eachUse(source, func(before, name string) {
			got = append(got, []string{"{{" + name + "}}", name})
		}))
		want := use.FindAllStringSubmatch(source, -1)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("uses in %q: %s", source, diff)
		}
		if parts := use.Split(source, -1); whole.String() != parts[len(parts)-1] {
			t.Errorf("behind the uses in %q stands %q, got %q", source, parts[len(parts)-1], &whole)
		}
		seen := make(map[string]int)
		slow := group.ReplaceAllStringFunc(source, func(g string) string {
			name := suffix.ReplaceAllString(g[strings.IndexByte(g, '<')+1:len(g)-1], "")
			if seen[name]++; seen[name] > 1 {
				return fmt.Sprintf("(?P<%s_%d>", name, seen[name])
			}
			return "(?P<" + name + ">"
		})
		if fast := numbered(source); fast != slow {
			t.Errorf("groups of %q: got %q, want %q", source, fast, slow)
		}
	}
}
