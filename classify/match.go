package classify

import (
	"slices"

	"dwtriage/classify/pattern"
)

// Fields of a record that rules look at, in the order evidence counts.
const (
	errorText = iota
	traceText
	numFields
)

// compiled is a rule ready for matching.
type compiled struct {
	rule     *Rule
	logs     [2]bool // dualwrite, plugintrace
	fields   [numFields]bool
	expr     *pattern.Expr    // nil without one
	groups   []string         // capture name per group of expr
	names    []string         // the same without those that have none, each once
	any      []pattern.Needle // normal form
	none     []pattern.Needle
	signs    []int8 // of the engine's, all needed
	noSigns  []int8 // none allowed
	captures bool
	looksUp  bool // captures what was looked up and not found
	tells    bool // a wrapper whose texts ask for the reason
}

// owner says what a literal of the filter stands for.
type owner struct {
	rule int32
	any  bool  // the literal itself decides; otherwise the rule's expression is tried
	nth  int16 // of the literals of the expression
}

// engine finds every rule that matches a text. It is immutable and safe for concurrent use.
type engine struct {
	rules     []compiled
	filter    *pattern.Filter
	literals  []string  // of the filter
	owners    [][]owner // per literal of the filter
	signBits  []uint64  // per literal of the filter: the parts of signs that it shows
	always    []int32   // rules with a part that the filter cannot find
	codeRules map[uint32][]int32
	signs     []compiledSign
}

// A match is a rule that matches, and where its evidence stands.
type match struct {
	rule       int32
	field      int8
	part       int8 // of the rule, that start and end are about
	inner      bool // found in the sentence of the text, which was looked at by itself
	start, end int32
	outer      int32 // of an inner match: where the rule matches the whole text, -1 where it does not
}

// Parts of a rule by which it matches.
const (
	byRegex = iota
	byLiteral
	byCode
)

var partNames = [...]string{byRegex: "regex", byLiteral: "any", byCode: "codes"}

// scratch is the working memory of one goroutine.
type scratch struct {
	hits    []pattern.Hit
	codes   []codeHit
	found   []evidence // per rule
	touched []int32
	seeker  pattern.Seeker
	met     [numFields]uint64 // parts of signs in the whole texts

	whole      []evidence // what was found in the text before, of which the text is a part
	wholeTouch []int32
	part       part
}

// part says where a text lies in the text before.
type part struct {
	of pattern.Text // no bytes: it is no part
	at int
}

// evidence is what was found for one rule in one field; starts are -1 where nothing was.
type evidence struct {
	anyStart, anyEnd   int32
	codeStart, codeEnd int32
	expr               pattern.Found
	touched            bool
	inherited          bool // what is known of the expression from the text before was looked up
}

var noEvidence = evidence{anyStart: -1, codeStart: -1, expr: pattern.NothingFound}

// newEngine makes an engine of the rules of a set and the signs that they name.
func newEngine(set *Set) (*engine, error) {
	rules := set.Rules
	e := &engine{codeRules: make(map[uint32][]int32)}
	for _, s := range set.Signs {
		e.signs = append(e.signs, compileSign(s))
	}
	index := make(map[string]int32)
	var literals []string
	place := func(lit string) int32 {
		i, ok := index[lit]
		if !ok {
			i = int32(len(literals))
			index[lit] = i
			literals, e.owners, e.signBits = append(literals, lit), append(e.owners, nil), append(e.signBits, 0)
		}
		return i
	}
	add := func(lit string, o owner) {
		i := place(lit)
		e.owners[i] = append(e.owners[i], o)
	}
	next := uint64(1) // bit of a part of a sign; there are none left behind the 64th, and 0 is no bit
	filtered := func(needles []pattern.Needle) (bit uint64) {
		if next == 0 || len(needles) == 0 || slices.ContainsFunc(needles, func(n pattern.Needle) bool { return !filterable(n) }) {
			return 0
		}
		for _, n := range needles {
			e.signBits[place(n.String())] |= next
		}
		bit, next = next, next<<1
		return bit
	}
	for i := range e.signs {
		s := &e.signs[i]
		s.anyBit, s.gateBit = filtered(s.any), filtered(s.gate)
	}
	e.rules = make([]compiled, len(rules))
	sideBySide(len(rules), func(i int) { e.rules[i] = compile(rules[i]) })
	for i, r := range rules {
		c := &e.rules[i]
		c.signs, c.noSigns = signsNamed(set.Signs, r.Match.Signs), signsNamed(set.Signs, r.Match.NoSigns)
		slow := false
		if c.expr != nil {
			literals := c.expr.Literals()
			for k, lit := range literals {
				add(lit, owner{rule: int32(i), nth: int16(k)})
			}
			slow = len(literals) == 0
		}
		for _, n := range c.any {
			if !filterable(n) {
				slow = true
				continue
			}
			add(n.String(), owner{rule: int32(i), any: true})
		}
		if slow {
			e.always = append(e.always, int32(i))
		}
		for _, code := range r.Match.Codes {
			v, err := parseCode(code)
			if err != nil {
				return nil, err
			}
			e.codeRules[v] = append(e.codeRules[v], int32(i))
		}
	}
	e.filter, e.literals = pattern.NewFilter(literals), literals
	return e, nil
}

// filterable reports whether the filter can find a literal.
func filterable(n pattern.Needle) bool {
	return n.Len() >= pattern.MinLiteral && pattern.ASCII(n.String())
}

func compile(r *Rule) compiled {
	c := compiled{rule: r, tells: r.tells()}
	for _, l := range r.Logs {
		c.logs[logIndex(l)] = true
	}
	c.fields = [numFields]bool{true, true}
	if len(r.Match.Fields) > 0 {
		c.fields = [numFields]bool{slices.Contains(r.Match.Fields, "error_text"), slices.Contains(r.Match.Fields, "trace_text")}
	}
	c.any, c.none = needles(r.Match.Any), needles(r.Match.None)
	if r.expr() == nil {
		return c
	}
	c.expr = r.expr()
	for _, n := range c.expr.Names() {
		c.groups = append(c.groups, captureName(n))
		c.captures = c.captures || n != ""
	}
	for _, name := range c.groups {
		if name != "" && !slices.Contains(c.names, name) {
			c.names = append(c.names, name)
		}
	}
	has := func(name string) bool { return slices.Contains(c.groups, name) }
	c.looksUp = r.Category == ReferenceData && has("value") && (has("table") || has("field"))
	return c
}

func needles(literals []string) (out []pattern.Needle) {
	for _, lit := range literals {
		out = append(out, pattern.NewNeedle(pattern.Fold(NormalizeString(lit))))
	}
	return out
}

func logIndex(log string) int {
	if log == "plugintrace" {
		return 1
	}
	return 0
}

// appendMatches appends a match for every rule that field text of a record from log matches;
// an empty log lets every rule take part. text is in normal form.
func (e *engine) appendMatches(dst []match, s *scratch, log string, field int8, t pattern.Text) []match {
	s.hits = s.hits[:0]
	if !t.Odd() {
		s.hits = e.filter.AppendHits(s.hits, t.Bytes())
	}
	s.met[field] = 0
	for _, h := range s.hits {
		s.met[field] |= e.signBits[h.Literal]
	}
	s.part = part{}
	return e.follow(dst, s, log, field, t)
}

// appendInner does the same for inner, which is text[at:at+len(inner)] of the text before: the filter has seen it, and
// most of the expressions match there what they matched before.
func (e *engine) appendInner(dst []match, s *scratch, log string, field int8, whole, inner pattern.Text, at int32) []match {
	if whole.Odd() {
		return e.appendMatches(dst, s, log, field, inner)
	}
	inside := s.hits[:0]
	for _, h := range s.hits {
		if h.Start -= at; h.Start >= 0 && int(h.Start)+len(e.literals[h.Literal]) <= len(inner.Bytes()) {
			inside = append(inside, h)
		}
	}
	s.hits = inside
	s.found, s.whole, s.touched, s.wholeTouch = s.whole, s.found, s.wholeTouch, s.touched
	s.part = part{whole, int(at)}
	return e.follow(dst, s, log, field, inner)
}

// follow tries what the hits of the filter in a text lead to.
func (e *engine) follow(dst []match, s *scratch, log string, field int8, t pattern.Text) []match {
	text := t.Bytes()
	if len(text) == 0 {
		return dst
	}
	s.start(len(e.rules), t)
	takes := func(c *compiled) bool { return c.fields[field] && (log == "" || c.logs[logIndex(log)]) }
	if t.Odd() {
		for i := range e.rules {
			e.tryAll(s, int32(i), text)
		}
	} else {
		for _, h := range s.hits {
			if s.seeker.Spent() {
				return dst
			}
			for _, o := range e.owners[h.Literal] {
				if takes(&e.rules[o.rule]) {
					e.hit(s, o, h)
				}
			}
		}
		for _, i := range e.always {
			e.tryAll(s, i, text)
		}
	}
	s.codes = appendCodes(s.codes[:0], text)
	for _, h := range s.codes {
		for _, i := range e.codeRules[h.value] {
			if f := s.touch(i); f.codeStart < 0 {
				f.codeStart, f.codeEnd = h.start, h.end
			}
		}
	}
	slices.Sort(s.touched)
	for _, i := range s.touched {
		if !takes(&e.rules[i]) {
			continue
		}
		if m, ok := e.judge(i, &s.found[i], text); ok {
			m.field = field
			dst = append(dst, m)
		}
	}
	return dst
}

// start makes s ready for a text.
func (s *scratch) start(rules int, t pattern.Text) {
	if len(s.found) != rules {
		s.found = make([]evidence, rules)
	}
	for _, i := range s.touched {
		s.found[i] = noEvidence
	}
	s.touched = s.touched[:0]
	s.seeker.Begin(t)
}

func (s *scratch) touch(i int32) *evidence {
	f := &s.found[i]
	if !f.touched {
		*f = noEvidence
		f.touched = true
		s.touched = append(s.touched, i)
	}
	return f
}

// hit follows up an occurrence of a literal.
func (e *engine) hit(s *scratch, o owner, h pattern.Hit) {
	f := s.touch(o.rule)
	if o.any {
		f.literal(h.Start, h.Start+int32(len(e.literals[h.Literal])))
		return
	}
	x := e.rules[o.rule].expr
	if !f.inherited {
		f.inherited = true
		if len(s.part.of.Bytes()) > 0 {
			s.seeker.Inherit(x, &f.expr, &s.whole[o.rule].expr, s.part.of, s.part.at)
		}
	}
	s.seeker.Near(x, &f.expr, int(o.nth), h.Start)
}

// literal keeps the leftmost occurrence of a literal of the rule, the longest of those.
func (f *evidence) literal(start, end int32) {
	if f.anyStart < 0 || start < f.anyStart || start == f.anyStart && end > f.anyEnd {
		f.anyStart, f.anyEnd = start, end
	}
}

// tryAll looks for every part of a rule without the filter.
func (e *engine) tryAll(s *scratch, i int32, text []byte) {
	f, c := s.touch(i), &e.rules[i]
	if c.expr != nil {
		s.seeker.Everywhere(c.expr, &f.expr)
	}
	for _, n := range c.any {
		if at := n.Index(text, 0, len(text)); at >= 0 {
			f.literal(int32(at), int32(at+n.Len()))
		}
	}
}

// matchesAnyhow reports whether the first rule matches a text, whatever log and field it is from.
func (e *engine) matchesAnyhow(s *scratch, codes []string, text []byte) bool {
	if len(text) == 0 {
		return false
	}
	s.start(len(e.rules), pattern.TextOf(text))
	e.tryAll(s, 0, text)
	f := s.touch(0)
	for _, h := range appendCodes(nil, text) {
		for _, code := range codes {
			if v, err := parseCode(code); err == nil && v == h.value && f.codeStart < 0 {
				f.codeStart, f.codeEnd = h.start, h.end
			}
		}
	}
	_, ok := e.judge(0, f, text)
	return ok
}

// judge decides from the evidence whether rule i matches. The evidence shown is the
// expression's, because it says most, else the literal's, else the code's.
func (e *engine) judge(i int32, f *evidence, text []byte) (match, bool) {
	c := &e.rules[i]
	if c.rule.Match.All {
		if len(c.rule.Match.Codes) > 0 && f.codeStart < 0 || len(c.any) > 0 && f.anyStart < 0 || c.expr != nil && f.expr.Start < 0 {
			return match{}, false
		}
	}
	m := match{rule: i}
	switch {
	case f.expr.Start >= 0:
		m.part, m.start, m.end = byRegex, f.expr.Start, f.expr.End
	case f.anyStart >= 0:
		m.part, m.start, m.end = byLiteral, f.anyStart, f.anyEnd
	case f.codeStart >= 0:
		m.part, m.start, m.end = byCode, f.codeStart, f.codeEnd
	default:
		return match{}, false
	}
	return m, !e.excluded(i, text)
}

// excluded reports whether a text holds what keeps rule i from matching.
func (e *engine) excluded(i int32, text []byte) bool {
	return holdsAny(e.rules[i].none, text)
}

// holdsAny reports whether one of the needles stands in text.
func holdsAny(needles []pattern.Needle, text []byte) bool {
	for i := range needles {
		if needles[i].Index(text, 0, len(text)) >= 0 {
			return true
		}
	}
	return false
}

// groupEnds is for how many ends of groups there is room without an allocation, two a group: the
// rule with most wordings has 26 groups and the match itself.
const groupEnds = 64

// capture calls yield with every non-empty capture of a match, in the order of its groups.
func (e *engine) capture(m match, t pattern.Text, yield func(name string, value []byte)) {
	c := &e.rules[m.rule]
	if !c.captures {
		return
	}
	var buf [groupEnds]int32
	loc := c.expr.Submatches(buf[:], t, int(m.start))
	if loc == nil {
		return
	}
	for g, name := range c.groups {
		if name != "" && loc[2*g] >= 0 && loc[2*g] < loc[2*g+1] {
			yield(name, t.Bytes()[loc[2*g]:loc[2*g+1]])
		}
	}
}

// groupsTaken are the groups of a match.
type groupsTaken struct {
	names []string
	ends  []int32
	text  []byte
}

// group gives a capture of the match, nil when it has none.
func (g groupsTaken) group(name string) []byte {
	for i, n := range g.names {
		if n == name && g.ends[2*i] >= 0 && g.ends[2*i] < g.ends[2*i+1] {
			return g.text[g.ends[2*i]:g.ends[2*i+1]]
		}
	}
	return nil
}

// eachMatch calls yield for a match of a rule's expression and for those behind it in the text,
// most at the most. buf is where the ends of groups are kept.
func (e *engine) eachMatch(m match, t pattern.Text, most int, buf []int32, yield func(taken groupsTaken)) {
	c := &e.rules[m.rule]
	for range most {
		loc := c.expr.Submatches(buf, t, int(m.start))
		if loc == nil {
			return
		}
		yield(groupsTaken{c.groups, loc, t.Bytes()})
		next := c.expr.Next(t, int(loc[1]), int(loc[1])+farBytes)
		if next < 0 {
			return
		}
		m.start = int32(next)
	}
}
