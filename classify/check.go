package classify

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"dwtriage/classify/pattern"
)

// maxTitle is the longest title in characters: it must fit a table cell.
const maxTitle = 85

// maxHeadline is the longest headline in characters: several of them stand in one sentence that is read out.
const maxHeadline = 60

// check reports everything that is wrong with a rule whose keys are right.
func (l *loader) check(r *Rule, n *yaml.Node, shared fragments) {
	bad := func(keys string, format string, args ...any) {
		path := strings.Split(keys, ".")
		v := valueAt(n, path...)
		for v == nil { // what is missing belongs into the part around it
			path = path[:len(path)-1]
			v = valueAt(n, path...)
		}
		l.fail(placeOf(v), format, args...)
	}
	oneOf := func(keys, v string, known []string) {
		if !slices.Contains(known, v) {
			bad(keys, "%s is %q, must be one of %s", keys, v, strings.Join(known, ", "))
		}
	}
	need := func(keys, v string) {
		if strings.TrimSpace(v) == "" {
			bad(keys, "%s is missing", keys)
		}
	}
	if !idForm.MatchString(r.ID) {
		bad("id", "id is %q, must be lower-case words joined by hyphens", r.ID)
	}
	need("title", r.Title)
	if n := len([]rune(r.Title)); n > maxTitle {
		bad("title", "title has %d characters, at most %d fit the report", n, maxTitle)
	}
	if n := len([]rune(r.Headline)); n > maxHeadline {
		bad("headline", "headline has %d characters, at most %d can be read out with others", n, maxHeadline)
	}
	if strings.ContainsAny(r.Headline, "{}") {
		bad("headline", "headline is said of all records of the rule together, so it takes no {capture}")
	}
	if strings.HasSuffix(r.Headline, ".") {
		bad("headline", "headline is a part of a sentence: leave the full stop out")
	}
	oneOf("status", r.Status, statuses)
	oneOf("severity", r.Severity, Severities)
	if !categories.MatchString(r.Category) {
		bad("category", "category is %q, must be lower-case words joined by hyphens", r.Category)
	}
	if r.Tier < 0 || r.Tier >= len(Tiers) {
		bad("tier", "tier is %d, must be 0 to %d", r.Tier, len(Tiers)-1)
	}
	if len(r.Logs) == 0 {
		bad("logs", "logs is missing: dualwrite, plugintrace or both")
	}
	for _, v := range r.Logs {
		oneOf("logs", v, logKinds)
	}
	for _, v := range r.Match.Fields {
		oneOf("match.fields", v, fieldNames)
	}
	need("cause", r.Cause)
	need("fix.summary", r.Fix.Summary)
	need("fix.role", r.Fix.Role)
	oneOf("fix.retry", r.Fix.Retry, retries)
	if len(r.Fix.Steps) == 0 {
		bad("fix.steps", "fix.steps is missing: what to do, in order")
	}
	if u := r.Fix.URL; u != "" && !strings.HasPrefix(u, "https://") {
		bad("fix.url", "fix.url is %q, must start with https://", u)
	}
	if len(r.Examples.Match) == 0 || len(r.Examples.NoMatch) == 0 {
		bad("examples", "examples of both kinds are needed: match and no_match")
	}
	if l.checkMatch(r, n, shared, bad) {
		others := placeholderNames()
		known := slices.Concat(r.captureNames(), others)
		for _, p := range placeholders(r) {
			if !slices.Contains(known, p.name) {
				bad(p.keys, "placeholder {%s} is neither a capture of this rule nor one of %s", p.name, strings.Join(others, ", "))
			}
		}
	}
}

// checkMatch reports whether the captures of the rule are known: whether its expression is one.
func (l *loader) checkMatch(r *Rule, n *yaml.Node, shared fragments, bad func(keys, format string, args ...any)) bool {
	if len(r.Match.Codes)+len(r.Match.Any)+len(r.Match.Wordings) == 0 {
		bad("match", "match needs codes, any or regex")
	}
	if !withinLimits(r, bad) {
		return false
	}
	for _, c := range r.Match.Codes {
		if !codeForm.MatchString(c) {
			bad("match.codes", "code %q must be 0x and eight hexadecimal digits, the first of them 8 or more", c)
		}
	}
	for _, lit := range slices.Concat(r.Match.Any, r.Match.None) {
		if len(NormalizeString(lit)) < 3 {
			bad("match", "literal %q is too short to mean anything", lit)
		}
	}
	if len(r.Match.Wordings) == 0 {
		return true
	}
	mistakes := len(l.errs)
	wordings := make([]string, len(r.Match.Wordings))
	fail := func(i int, format string, args ...any) {
		p := r.places.match
		if list := valueAt(n, "match", "regex"); list.Kind == yaml.SequenceNode {
			p = placeOf(list.Content[i])
		}
		l.fail(p, format, args...)
	}
	for i, w := range r.Match.Wordings {
		var err error
		wordings[i], err = shared.expand(w)
		switch {
		case errors.Is(err, errBroken):
			return false
		case err != nil:
			fail(i, "%v", err)
		}
	}
	if len(l.errs) > mistakes {
		return false
	}
	var err error
	if r.Match.Regex, err = shared.join(r.Match.Wordings); err != nil {
		fail(0, "%v", err)
		return false
	}
	if r.parsed, err = pattern.Compile(r.Match.Regex); err == nil && !r.parsed.MatchesEmpty() {
		if n := r.parsed.Unfolded(); n > maxUnfolded {
			fail(0, "the expression is one of %d characters when its repetitions are written out, at most %d: let fewer of them repeat, or less often", n, maxUnfolded)
			r.parsed = nil
			return false
		}
		return true
	}
	for i, w := range wordings { // one by one, to say which it is
		if x, err := pattern.Compile(numbered(w)); err != nil {
			fail(i, "bad expression: %v", pattern.Wrong(err))
		} else if x.MatchesEmpty() {
			fail(i, "the expression matches an empty text")
		}
	}
	if len(l.errs) == mistakes { // each by itself is one: too large together
		fail(0, "bad expression: %v", err)
	}
	return false
}
