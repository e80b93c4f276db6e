package classify

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// A Failure is a rule example that did not come out right.
type Failure struct {
	Rule    *Rule
	Example string // the text
	Msg     string
}

// Test judges every example of every rule with the whole set, and returns how many there are
// and those that fail: a match example must come out as its rule, with its captures; a no_match
// example must not.
func (m *Matcher) Test() (examples int, failures []Failure) {
	for _, r := range m.set.Rules {
		examples += len(r.Examples.Match) + len(r.Examples.NoMatch)
		failures = append(failures, m.testRule(r)...)
	}
	return examples, failures
}

func (m *Matcher) testRule(r *Rule) (failures []Failure) {
	for _, ex := range r.Examples.Match {
		v := m.Judge(cmp.Or(ex.Log, r.Logs[0]), ex.Text, "", "")
		if v.Signature != r.ID {
			failures = append(failures, Failure{r, ex.Text, "comes out as " + v.describe()})
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(ex.Captures)) {
			if want, got := ex.Captures[name], v.Captures[name]; got != want {
				failures = append(failures, Failure{r, ex.Text, fmt.Sprintf("capture %s is %q, want %q", name, got, want)})
			}
		}
	}
	for _, text := range r.Examples.NoMatch {
		if v := m.Judge("", text, "", ""); v.Signature == r.ID {
			failures = append(failures, Failure{r, text, "must not come out as this rule"})
		}
	}
	return failures
}

func (v *Verdict) describe() string {
	if v.Signature == "" {
		return "unknown: no rule matches"
	}
	return v.Signature
}
