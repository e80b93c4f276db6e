package classify

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// How a text of Documented is meant.
const (
	DocumentedName   = iota // a name as a whole: of a map, table, entity, field, error code or sign
	DocumentedSearch        // what rules look for in logs
	DocumentedProse         // what rules and the code table say to people
)

// Documented calls yield for every text that rules, code table and catalogue hold, in no order to rely on, some of them
// often. Whoever hides what a log says may leave these words readable: they are in every copy of the rules, and no secret
// of a log. Examples are left out, for they repeat what logs say.
func (m *Matcher) Documented(yield func(kind int, text string)) {
	for _, r := range m.set.Rules {
		r.documented(yield)
	}
	for _, f := range m.set.Fragments {
		yield(DocumentedSearch, plainWords(f.Regex))
	}
	for _, s := range m.set.Signs {
		for _, t := range s.Types {
			yield(DocumentedName, t)
		}
		for _, t := range slices.Concat(s.Any, s.Wordings) {
			yield(DocumentedSearch, plainWords(t))
		}
	}
	for v, c := range m.codes {
		yield(DocumentedName, c.Name)
		yield(DocumentedName, strings.TrimPrefix(strconv.Itoa(int(int32(v))), "-")) // as logs print it, its sign apart
		yield(DocumentedProse, c.Message)
	}
	for name := range Captures {
		yield(DocumentedName, name)
	}
	for _, role := range slices.Sorted(maps.Keys(m.maps.byColumn)) {
		yield(DocumentedName, role)
	}
	for _, mp := range m.maps.maps {
		for _, name := range []string{mp.Name, mp.Title, mp.Set, mp.Table, mp.FnoEntity, mp.Record} {
			yield(DocumentedName, name)
		}
	}
	for name := range m.maps.names { // aliases, folded
		yield(DocumentedName, name)
	}
	for name, list := range m.maps.byTarget {
		yield(DocumentedName, name)
		for _, d := range list {
			yield(DocumentedName, d.key)
		}
	}
}

// documented gives the texts of a rule.
func (r *Rule) documented(yield func(kind int, text string)) {
	for _, t := range slices.Concat(r.Match.Any, r.Match.None) {
		yield(DocumentedSearch, t)
	}
	for _, t := range r.Match.Wordings {
		yield(DocumentedSearch, plainWords(t))
	}
	for _, t := range slices.Concat([]string{r.ID, r.Title, r.Headline, r.Category, r.Cause, r.Fix.Summary, r.Fix.Role, r.Fix.URL}, r.Fix.Steps) {
		yield(DocumentedProse, t)
	}
	for _, q := range r.Fix.SQL {
		yield(DocumentedProse, q.Title)
		yield(DocumentedProse, q.Text)
	}
}

// inExpression is what of a regular expression is no text: names of groups, classes, counts, escapes of one letter, fragments.
var inExpression = regexp.MustCompile(`\(\?P?<\w+>|\(\?[a-zA-Z-]*:?|\[[^\]]*\]|\{[^{}]*\}|\{\{[^{}]*\}\}|\\[pP]\{[^{}]*\}|\\[a-zA-Z]`)

// plainWords is an expression with blanks for what is not its text.
func plainWords(expr string) string { return inExpression.ReplaceAllString(expr, " ") }
