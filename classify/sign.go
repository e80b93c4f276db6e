package classify

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"dwtriage/classify/pattern"
)

// A Sign is what shows whose failure a record is: that dual-write made it, or that the code of
// finance and operations failed and not a plug-in. The same sentence has another cause on each side, so
// rules ask for signs or for their absence, by name. A sign is looked for in the whole record,
// wherever the rule matches: one of Logs, Types, Any and Wordings is enough.
type Sign struct {
	Name     string
	Meaning  string   // what it shows, in a sentence
	Logs     []string // kinds of log that are a sign by themselves
	Types    []string // parts of the name of a plug-in type
	Any      []string // literals in either text
	Wordings []string // RE2, alternatives as written
	Regex    string   // all of them as one expression, fragments in place
	Path     string   // of the rule file it stands in
	Line     int

	place  place
	used   bool          // by a rule
	broken bool          // has a mistake, which was reported
	parsed *pattern.Expr // of Regex, nil without one
}

// signs are those of all layers, by name.
type signs map[string]*Sign

// list gives them by name.
func (s signs) list() []*Sign {
	var out []*Sign
	for _, name := range s.names() {
		out = append(out, s[name])
	}
	return out
}

func (s signs) names() []string {
	var names []string
	for name := range s {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// sign reads an entry that defines a sign.
func (l *loader) sign(n *yaml.Node) *Sign {
	s := &Sign{Path: l.at, Line: n.Line, place: placeOf(n)}
	read(&l.yamlReader, "", n, signKeys, s)
	if !idForm.MatchString(s.Name) {
		l.fail(placeOf(valueAt(n, "sign")), "sign is %q, must be lower-case words joined by hyphens", s.Name)
	}
	if strings.TrimSpace(s.Meaning) == "" {
		l.fail(placeOf(n), "meaning is missing: what the sign shows")
	}
	for _, v := range s.Logs {
		if !slices.Contains(logKinds, v) {
			l.fail(placeOf(valueAt(n, "logs")), "logs is %q, must be one of %s", v, strings.Join(logKinds, ", "))
		}
	}
	if len(s.Logs)+len(s.Types)+len(s.Any)+len(s.Wordings) == 0 {
		l.fail(placeOf(n), "a sign needs logs, types, any or regex")
	}
	for _, lit := range slices.Concat(s.Types, s.Any) {
		if len(NormalizeString(lit)) < 3 {
			l.fail(placeOf(n), "literal %q is too short to mean anything", lit)
		}
	}
	return s
}

// collectSigns gathers the signs of all files, compiles their expressions, and notes which are used.
func collectSigns(parts []*loader, shared fragments) (signs, []*RuleError) {
	var m yamlReader
	all := make(signs)
	for _, l := range parts {
		for _, s := range l.signs {
			m.at = s.Path
			if before := all[s.Name]; before != nil {
				m.fail(s.place, "sign %s is already defined in %s:%d; rules there lean on it, so give this one another name", s.Name, before.Path, before.Line)
				continue
			}
			all[s.Name] = s
			if err := s.compile(shared); err != nil && !errors.Is(err, errBroken) {
				m.fail(s.place, "sign %s: %s", s.Name, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
			}
		}
	}
	for _, l := range parts {
		for _, u := range l.unchecked {
			for _, name := range slices.Concat(u.r.Match.Signs, u.r.Match.NoSigns) {
				if s := all[name]; s != nil {
					s.used = true
				}
			}
		}
	}
	return all, m.errs
}

func (s *Sign) compile(shared fragments) error {
	if len(s.Wordings) == 0 || s.broken {
		return nil
	}
	for _, w := range s.Wordings {
		shared.mark(w)
	}
	var err error
	if s.Regex, err = shared.join(s.Wordings); err != nil {
		return err
	}
	if s.parsed, err = pattern.Compile(s.Regex); err != nil {
		return err
	}
	if s.parsed.MatchesEmpty() {
		return errors.New("the expression matches an empty text")
	}
	return nil
}

// checkSigns reports signs of a rule that nobody has defined, or that it both needs and forbids.
func (l *loader) checkSigns(r *Rule, n *yaml.Node, known signs) {
	check := func(key string, names []string) {
		for i, name := range names {
			at := placeOf(aliased(valueAt(n, "match", key)).Content[i])
			switch {
			case known[name] == nil:
				l.fail(at, "there is no sign %s%s", name, nearest(name, known.names()))
			case key == "no_signs" && slices.Contains(r.Match.Signs, name):
				l.fail(at, "sign %s is needed and forbidden: the rule can never match", name)
			}
		}
	}
	check("signs", r.Match.Signs)
	check("no_signs", r.Match.NoSigns)
}

// compiledSign is a sign ready to be looked for.
type compiledSign struct {
	logs       [2]bool
	types, any []pattern.Needle
	expr       *pattern.Expr    // nil without one
	gate       []pattern.Needle // one of them stands in every match of expr; empty: not known
}

func compileSign(s *Sign) compiledSign {
	c := compiledSign{types: needles(s.Types), any: needles(s.Any), expr: s.parsed}
	for _, l := range s.Logs {
		c.logs[logIndex(l)] = true
	}
	if c.expr != nil {
		for _, lit := range c.expr.Literals() {
			c.gate = append(c.gate, pattern.NewNeedle(lit))
		}
	}
	return c
}

// signsNamed gives the places of names in shown. Load has seen to it that there are such signs.
func signsNamed(shown []*Sign, names []string) []int8 {
	var out []int8
	for _, name := range names {
		if i := slices.IndexFunc(shown, func(s *Sign) bool { return s.Name == name }); i >= 0 {
			out = append(out, int8(i))
		}
	}
	return out
}

// What is known of a sign in a record.
const (
	signUnknown = iota
	signShown
	signMissing
)

// withSigns drops the matches of rules whose signs the record does not show, and of those whose
// forbidden signs it shows. Signs are looked for only when a rule that matches asks, which few do, and once for
// a record.
func (j *judge) withSigns(log string, plugin []byte) {
	e := j.m.engine
	j.shows = append(j.shows[:0], make([]int8, len(e.signs))...)
	has := func(sign int8) bool {
		if j.shows[sign] == signUnknown {
			j.shows[sign] = signMissing
			if e.signs[sign].shownBy(log, plugin, &j.search) {
				j.shows[sign] = signShown
			}
		}
		return j.shows[sign] == signShown
	}
	j.matches = slices.DeleteFunc(j.matches, func(m match) bool {
		c := &e.rules[m.rule]
		for _, s := range c.signs {
			if !has(s) {
				return true
			}
		}
		return slices.ContainsFunc(c.noSigns, has)
	})
}

// shownBy reports whether a record shows the sign. Texts are in normal form.
func (c *compiledSign) shownBy(log string, plugin []byte, texts *[numFields]pattern.Text) bool {
	if log != "" && c.logs[logIndex(log)] || holdsAny(c.types, plugin) {
		return true
	}
	for i := range texts {
		text := texts[i].Bytes()
		if holdsAny(c.any, text) {
			return true
		}
		if c.expr != nil && (len(c.gate) == 0 || texts[i].Odd() || holdsAny(c.gate, text)) && c.expr.Next(texts[i], 0) >= 0 {
			return true
		}
	}
	return false
}

func holdsAny(needles []pattern.Needle, text []byte) bool {
	for i := range needles {
		if needles[i].Index(text, 0, len(text)) >= 0 {
			return true
		}
	}
	return false
}
