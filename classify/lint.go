package classify

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"dwtriage/classify/pattern"
)

// Lint looks for what Load takes but a rule should not have: expressions that are slow or
// unbounded, rules that can never win, missing proof. It returns a warning for each, by file and
// line. Mistakes are found by Load.
func (m *Matcher) Lint() []*RuleError {
	l := linter{m: m}
	for _, r := range m.set.Rules {
		l.r = r
		l.tier()
		l.role()
		l.titles()
		l.expression()
		l.readable()
		l.literals()
		l.proof()
		l.effort()
		l.reachable()
		l.anybodys()
	}
	l.broad()
	l.order()
	l.unused()
	l.boilerplate()
	slices.SortStableFunc(l.warnings, func(a, b *RuleError) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return l.warnings
}

type linter struct {
	m        *Matcher
	r        *Rule
	warnings []*RuleError
}

func (l *linter) warn(p place, format string, args ...any) {
	l.warnings = append(l.warnings, &RuleError{File: l.r.Path, Line: p.line, Column: p.column, Rule: l.r.ID, Msg: fmt.Sprintf(format, args...)})
}

func (l *linter) tier() {
	if l.r.untold {
		l.warn(l.r.places.id, "category %s stands for no tier: say tier: 0 to %d", l.r.Category, len(Tiers)-1)
	}
}

// role warns of a built-in rule that has a word of its own for somebody: the plan would list the
// same person twice. The first layer is that of the built-in rules.
func (l *linter) role() {
	if l.r.layer > 0 {
		return
	}
	for _, role := range unknownRoles(l.r.Fix.Role) {
		l.warn(l.r.places.id, "role %q is none of %s", role, strings.Join(slices.Sorted(maps.Keys(Roles)), ", "))
	}
}

// Of what a title may not say: that configuration is to be deleted. It is read in a list, without
// the checks that the steps put before it, and what was deleted in haste is restored in days.
var deletion = regexp.MustCompile(`(?i)\b(?:clean|clear|delet|drop|empt|purg|remov|truncat|wip)\w*\b[^.;:]{0,80}\b(?:configurations?|connection sets?|clients?|application users?)\b`)

func (l *linter) titles() {
	for _, part := range []struct{ key, text string }{{"title", l.r.Title}, {"headline", l.r.Headline}, {"fix.summary", l.r.Fix.Summary}} {
		if found := deletion.FindString(part.text); found != "" {
			l.warn(l.r.places.id, "%s speaks of deleting configuration (%q): say what to check, deletion belongs into the steps behind the check", part.key, found)
		}
	}
}

func (l *linter) expression() {
	re := l.r.expr()
	if re == nil {
		return
	}
	at := l.r.places.match
	if part := re.Unbounded(); part != "" {
		l.warn(at, "%s has no bound: it runs to the end of a message of any length; write {0,200} with a number that is enough", part)
	}
	if re.Literals() == nil {
		l.warn(at, "no literal of %d letters or more must occur in every match: the expression is tried on every record and is slow", pattern.MinLiteral)
	}
	if re.Slow() {
		l.warn(at, "the expression repeats a part that may be empty, or unfolds to thousands of parts: it runs ten times slower than others")
	}
}

// What people can read at a glance, in characters.
const (
	maxWording = 400 // of one wording, as written
	maxShared  = 80  // of a piece that several rules share
	maxSharers = 4   // rules that may write the same piece
)

// readable warns of wordings that nobody reads to their end.
func (l *linter) readable() {
	for i, w := range l.r.Match.Wordings {
		if n := len([]rune(w)); n > maxWording {
			l.warn(l.r.places.match, "wording %d has %d characters, nobody reads more than %d: give what it shares with others a name (fragment), or write alternatives as a list", i+1, n, maxWording)
		}
	}
}

// unused warns of fragments and signs that nothing uses. Files of them alone are a store of words for
// others, as the built-in ones are where only the rules of a site are loaded.
func (l *linter) unused() {
	hasRules := make(map[string]bool)
	for _, r := range l.m.set.Rules {
		hasRules[path.Dir(r.Path)] = true
	}
	warn := func(file string, p place, format, name string) {
		if hasRules[path.Dir(file)] {
			l.warnings = append(l.warnings, &RuleError{File: file, Line: p.line, Column: p.column, Msg: fmt.Sprintf(format, name)})
		}
	}
	for _, f := range l.m.set.Fragments {
		if !f.used {
			warn(f.Path, f.place, "fragment %s is used by no expression", f.Name)
		}
	}
	for _, s := range l.m.set.Signs {
		if !s.used {
			warn(s.Path, s.place, "sign %s is asked for by no rule", s.Name)
		}
	}
}

// boilerplate warns, once for each rule, of a long piece that many rules write out.
func (l *linter) boilerplate() {
	sharers := make(map[string][]*Rule)
	for _, r := range l.m.set.Rules {
		for _, w := range r.Match.Wordings {
			for i := 0; i+maxShared <= len(w); i++ {
				piece := w[i : i+maxShared]
				if known := sharers[piece]; len(known) == 0 || known[len(known)-1] != r {
					sharers[piece] = append(known, r)
				}
			}
		}
	}
	for _, r := range l.m.set.Rules {
		l.r = r
		for _, w := range r.Match.Wordings {
			at := 0
			for at+maxShared <= len(w) && len(sharers[w[at:at+maxShared]]) <= maxSharers {
				at++
			}
			if at+maxShared <= len(w) {
				l.warn(r.places.match, "%d rules write %q …: make it a fragment", len(sharers[w[at:at+maxShared]]), w[at:at+maxShared])
				break
			}
		}
	}
}

func (l *linter) literals() {
	for _, lit := range l.r.Match.Any {
		n := pattern.Fold(NormalizeString(lit))
		switch {
		case len(n) < pattern.MinLiteral:
			l.warn(l.r.places.match, "literal %q has less than %d letters: it is searched for in every record and is slow", lit, pattern.MinLiteral)
		case !pattern.ASCII(n):
			l.warn(l.r.places.match, "literal %q holds letters outside ASCII: it is searched for in every record and is slow", lit)
		}
	}
}

// minExamples is how many examples of each kind a rule should have: one is easily tuned for.
const minExamples = 2

func (l *linter) proof() {
	if n := len(l.r.Examples.Match); n < minExamples {
		l.warn(l.r.places.examples, "%d matching example, want %d in different wordings", n, minExamples)
	}
	if n := len(l.r.Examples.NoMatch); n < minExamples {
		l.warn(l.r.places.examples, "%d near miss, want %d texts that must not match", n, minExamples)
	}
	if l.r.Status == "documented" && len(l.r.References) == 0 && l.r.Fix.URL == "" {
		l.warn(l.r.places.id, "status is documented, but neither references nor fix.url says where")
	}
}

// effort warns when the expression is hard work on one of the rule's own examples: where several
// repetitions that may take the same words follow each other, there are very many ways to share
// a text out among them.
func (l *linter) effort() {
	re := l.r.expr()
	if re == nil || re.Slow() {
		return
	}
	texts := slices.Clone(l.r.Examples.NoMatch)
	for _, x := range l.r.Examples.Match {
		texts = append(texts, x.Text)
	}
	for _, text := range texts {
		normal := pattern.TextOf(Normalize(nil, []byte(text)))
		if _, ok := re.Cost(normal); !ok && !normal.Odd() {
			l.warn(l.r.places.match, "the expression takes too long on the example %.60q: let repetitions that follow each other take different characters, or fewer of them", text)
			return
		}
	}
}

// broad warns of rules that take any message and do not say so by being a wrapper.
func (l *linter) broad() {
	reached, err := l.m.Reach(l.m.set.Rules)
	if err != nil {
		return // these rules are compiled already
	}
	for _, r := range l.m.set.Rules {
		if n, others := reached[r.ID], len(l.m.set.Rules)-1; !r.Wrapper && Broad(n, others) {
			l.r = r
			l.warn(r.places.match, "the rule takes any message: it matches examples of %d of the %d other rules; let it ask for words that only its failure has", n, others)
		}
	}
}

// reachable warns when another rule matches wherever this one does, and always wins.
func (l *linter) reachable() {
	for i := range l.m.engine.rules {
		other := l.m.engine.rules[i].rule
		if other != l.r && alwaysBeats(other, l.r) && covers(&l.m.engine.rules[i], l.r) {
			l.warn(l.r.places.match, "the rule can never win: wherever it matches, %s matches too and ranks higher", other.ID)
			return
		}
	}
}

// anybodys warns of a rule that blames dual-write for what any trace may hold: a code of Dataverse, or a
// sentence of its code table. It must ask for a sign, or its text must speak of other writers too.
func (l *linter) anybodys() {
	r := l.r
	text := strings.ToLower(r.Title + r.Cause + r.Fix.Summary)
	if !strings.HasPrefix(r.ID, "dw-") || len(r.Match.Signs) > 0 || strings.Contains(text, "plug-in") ||
		!strings.Contains(text, "dual-write") && !strings.Contains(text, "finance and operations") {
		return
	}
	found := strings.Join(r.Match.Codes, " ")
	if found == "" {
		found = l.sentenceOf(r)
	}
	if found != "" {
		l.warn(r.places.match, "the trace of any plug-in may hold this (%s of the Dataverse code table), but the text blames dual-write: ask for a sign (signs: [dual-write]), or name the other writers", found)
	}
}

// sentenceOf gives the lowest code of whose sentence the rule takes, empty when there is none.
func (l *linter) sentenceOf(r *Rule) string {
	alone := compile(r)
	for _, v := range slices.Sorted(maps.Keys(l.m.codes)) {
		sentence := anyPlace.ReplaceAllString(l.m.codes[v].text, "contoso")
		if len(sentence) < fewestLetters {
			continue
		}
		text := pattern.TextOf([]byte(NormalizeString(sentence)))
		if holdsAny(alone.any, text.Bytes()) || alone.expr != nil && alone.expr.Next(text, 0, len(text.Bytes())) >= 0 {
			return codeText(v)
		}
	}
	return ""
}

// covers reports whether a is known to match every text that b matches. It errs to false.
func covers(c *compiled, b *Rule) bool {
	a := c.rule
	if a.Match.All || len(a.Match.None) > 0 || !contains(b.Match.Signs, a.Match.Signs) || !contains(b.Match.NoSigns, a.Match.NoSigns) || !contains(a.Logs, b.Logs) || len(a.Match.Fields) > 0 && !(len(b.Match.Fields) > 0 && contains(a.Match.Fields, b.Match.Fields)) {
		return false
	}
	var parts []bool
	for _, c := range b.Match.Codes {
		parts = append(parts, slices.ContainsFunc(a.Match.Codes, func(x string) bool { return strings.EqualFold(x, c) }))
	}
	for _, lit := range b.Match.Any {
		parts = append(parts, c.matchesText(pattern.Fold(NormalizeString(lit))))
	}
	if b.Match.Regex != "" {
		literals := b.expr().Literals()
		parts = append(parts, a.Match.Regex == b.Match.Regex || literals != nil && !slices.ContainsFunc(literals, func(lit string) bool { return !hasLiteral(a, lit) }))
	}
	if b.Match.All {
		return slices.Contains(parts, true)
	}
	return !slices.Contains(parts, false)
}

func contains(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// hasLiteral reports whether a text that holds lit holds a literal of r's list.
func hasLiteral(r *Rule, lit string) bool {
	return slices.ContainsFunc(r.Match.Any, func(x string) bool { return strings.Contains(lit, pattern.Fold(NormalizeString(x))) })
}

func (c *compiled) matchesText(lit string) bool {
	if hasLiteral(c.rule, lit) {
		return true
	}
	return c.expr != nil && c.expr.MatchesWherever(lit)
}

// order warns about the first rule of each file that is out of order: sorted files keep ids easy
// to find and merges quiet.
func (l *linter) order() {
	byFile := make(map[string][]*Rule)
	for _, r := range l.m.set.Rules { // by id
		byFile[r.Path] = append(byFile[r.Path], r)
	}
	for _, rs := range byFile {
		for i := 1; i < len(rs); i++ {
			if rs[i].Line < rs[i-1].Line {
				l.r = rs[i-1]
				l.warn(l.r.places.id, "ids are not sorted: must stand before %s", rs[i].ID)
				break
			}
		}
	}
}
