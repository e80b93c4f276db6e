package classify

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"
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
	anchored *regexp.Regexp // the expression at the start of a text; nil unless its literals are prefixes
	anywhere *regexp.Regexp // the expression anywhere; nil without one
	groups   []string       // capture name per group of the expression
	any      []string       // lower case, normal form
	none     []string
	captures bool
}

// owner says what a literal of the filter stands for.
type owner struct {
	rule int32
	any  bool // the literal itself decides; otherwise the rule's expression is tried
}

// engine finds every rule that matches a text. It is immutable and safe for concurrent use.
type engine struct {
	rules     []compiled
	filter    *filter
	owners    [][]owner // per literal of the filter
	always    []int32   // rules with a part that the filter cannot find
	codeRules map[uint32][]int32
}

// A match is a rule that matches, and where its evidence stands.
type match struct {
	rule       int32
	field      int8
	start, end int32
}

// scratch is the working memory of one goroutine.
type scratch struct {
	hits    []literalHit
	codes   []codeHit
	found   []evidence // per rule
	touched []int32
}

// evidence is what was found for one rule in one field; starts are -1 where nothing was.
type evidence struct {
	anyStart, anyEnd   int32
	reStart, reEnd     int32
	codeStart, codeEnd int32
	touched, tried     bool
}

var noEvidence = evidence{anyStart: -1, reStart: -1, codeStart: -1}

func newEngine(rules []*Rule) (*engine, error) {
	e := &engine{codeRules: make(map[uint32][]int32)}
	index := make(map[string]int32)
	var literals []string
	add := func(lit string, o owner) {
		i, ok := index[lit]
		if !ok {
			i = int32(len(literals))
			index[lit] = i
			literals = append(literals, lit)
			e.owners = append(e.owners, nil)
		}
		e.owners[i] = append(e.owners[i], o)
	}
	for i, r := range rules {
		c, err := compile(r)
		if err != nil {
			return nil, err
		}
		n, ok := neededLiterals(r.Match.Regex)
		slow := r.Match.Regex != "" && !ok
		if ok && r.Match.Regex != "" {
			for _, lit := range n.literals {
				add(lit, owner{int32(i), false})
			}
			if n.anchored {
				c.anchored = regexp.MustCompile(`\A(?is:` + r.Match.Regex + `)`)
			}
		}
		for _, lit := range c.any {
			if len(lit) < minLiteral || !isASCII(lit) {
				slow = true
				continue
			}
			add(lit, owner{int32(i), true})
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
		e.rules = append(e.rules, c)
	}
	e.filter = newFilter(literals)
	return e, nil
}

func compile(r *Rule) (compiled, error) {
	c := compiled{rule: r}
	for _, l := range r.Logs {
		c.logs[logIndex(l)] = true
	}
	c.fields = [numFields]bool{true, true}
	if len(r.Match.Fields) > 0 {
		c.fields = [numFields]bool{slices.Contains(r.Match.Fields, "error_text"), slices.Contains(r.Match.Fields, "trace_text")}
	}
	for _, lit := range r.Match.Any {
		c.any = append(c.any, strings.ToLower(NormalizeString(lit)))
	}
	for _, lit := range r.Match.None {
		c.none = append(c.none, strings.ToLower(NormalizeString(lit)))
	}
	if r.Match.Regex == "" {
		return c, nil
	}
	re, err := regexp.Compile(`(?is)` + r.Match.Regex)
	if err != nil {
		return c, err
	}
	c.anywhere = re
	for _, n := range re.SubexpNames() {
		c.groups = append(c.groups, captureName(n))
		c.captures = c.captures || n != ""
	}
	return c, nil
}

func logIndex(log string) int {
	if log == "plugintrace" {
		return 1
	}
	return 0
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// appendMatches appends a match for every rule that field text of a record from log matches;
// an empty log lets every rule take part. text is in normal form.
func (e *engine) appendMatches(dst []match, s *scratch, log string, field int8, text []byte) []match {
	if len(text) == 0 {
		return dst
	}
	s.start(len(e.rules))
	if foldsOddly(text) {
		for i := range e.rules {
			e.tryAll(s, int32(i), text)
		}
	} else {
		s.hits = e.filter.appendHits(s.hits[:0], text)
		for _, h := range s.hits {
			for _, o := range e.owners[h.literal] {
				e.hit(s, o, h, text)
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
		if m, ok := e.judge(i, &s.found[i], log, field, text); ok {
			dst = append(dst, m)
		}
	}
	return dst
}

func (s *scratch) start(rules int) {
	if len(s.found) != rules {
		s.found = make([]evidence, rules)
	}
	for _, i := range s.touched {
		s.found[i] = noEvidence
	}
	s.touched = s.touched[:0]
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

// foldsOddly reports whether text holds one of the two letters outside ASCII that (?i) folds to
// ASCII, which the filter does not know: the Kelvin sign and the long s.
func foldsOddly(text []byte) bool {
	return bytes.Contains(text, []byte("\u212a")) || bytes.Contains(text, []byte("\u017f"))
}

// hit follows up an occurrence of a literal.
func (e *engine) hit(s *scratch, o owner, h literalHit, text []byte) {
	f, c := s.touch(o.rule), &e.rules[o.rule]
	if o.any {
		if end := h.start + int32(len(e.filter.literals[h.literal])); f.anyStart < 0 || h.start < f.anyStart || h.start == f.anyStart && end > f.anyEnd {
			f.anyStart, f.anyEnd = h.start, end
		}
		return
	}
	if c.anchored == nil {
		e.search(f, c, text)
		return
	}
	// The leftmost match starts at the leftmost hit where there is one.
	if f.reStart >= 0 && f.reStart <= h.start {
		return
	}
	if loc := c.anchored.FindIndex(text[h.start:]); loc != nil {
		f.reStart, f.reEnd = h.start, h.start+int32(loc[1])
	}
}

// search runs the expression over the whole text, once.
func (e *engine) search(f *evidence, c *compiled, text []byte) {
	if f.tried || c.anywhere == nil {
		return
	}
	f.tried = true
	if loc := c.anywhere.FindIndex(text); loc != nil {
		f.reStart, f.reEnd = int32(loc[0]), int32(loc[1])
	}
}

// tryAll looks for every part of a rule without the filter.
func (e *engine) tryAll(s *scratch, i int32, text []byte) {
	f, c := s.touch(i), &e.rules[i]
	e.search(f, c, text)
	for _, lit := range c.any {
		if at := indexFold(text, lit); at >= 0 && (f.anyStart < 0 || int32(at) < f.anyStart || int32(at) == f.anyStart && int32(at+len(lit)) > f.anyEnd) {
			f.anyStart, f.anyEnd = int32(at), int32(at+len(lit))
		}
	}
}

// indexFold finds lit (lower case) in text without regard to ASCII case, -1 when it is not there.
func indexFold(text []byte, lit string) int {
	for i := 0; i+len(lit) <= len(text); i++ {
		if lower[text[i]] == lit[0] && hasFold(text[i:], lit) {
			return i
		}
	}
	return -1
}

// judge decides from the evidence whether rule i matches. The evidence shown is the
// expression's, because it says most, else the literal's, else the code's.
func (e *engine) judge(i int32, f *evidence, log string, field int8, text []byte) (match, bool) {
	c := &e.rules[i]
	if !c.fields[field] || log != "" && !c.logs[logIndex(log)] {
		return match{}, false
	}
	if c.rule.Match.All {
		if len(c.rule.Match.Codes) > 0 && f.codeStart < 0 || len(c.any) > 0 && f.anyStart < 0 || c.anywhere != nil && f.reStart < 0 {
			return match{}, false
		}
	}
	m := match{rule: i, field: field}
	switch {
	case f.reStart >= 0:
		m.start, m.end = f.reStart, f.reEnd
	case f.anyStart >= 0:
		m.start, m.end = f.anyStart, f.anyEnd
	case f.codeStart >= 0:
		m.start, m.end = f.codeStart, f.codeEnd
	default:
		return match{}, false
	}
	for _, lit := range c.none {
		if indexFold(text, lit) >= 0 {
			return match{}, false
		}
	}
	return m, true
}

// rank orders matches, the primary one first: not a wrapper, then priority, then evidence in
// the error text before the trace text, then the deepest position (the inner cause comes last
// in nested messages), then the rule id (DESIGN section 4). Of two matches of one rule only the
// first is kept.
func (e *engine) rank(ms []match) []match {
	slices.SortFunc(ms, func(a, b match) int {
		ra, rb := e.rules[a.rule].rule, e.rules[b.rule].rule
		if ra.Wrapper != rb.Wrapper {
			if ra.Wrapper {
				return 1
			}
			return -1
		}
		if c := cmp.Or(cmp.Compare(rb.Priority, ra.Priority), cmp.Compare(a.field, b.field), cmp.Compare(b.start, a.start)); c != 0 {
			return c
		}
		return strings.Compare(ra.ID, rb.ID)
	})
	kept := ms[:0]
	for _, m := range ms {
		if !slices.ContainsFunc(kept, func(k match) bool { return k.rule == m.rule }) {
			kept = append(kept, m)
		}
	}
	return kept
}

// capture calls yield with every non-empty capture of a match, in the order of its groups.
func (e *engine) capture(m match, text []byte, yield func(name string, value []byte)) {
	c := &e.rules[m.rule]
	if !c.captures {
		return
	}
	re, from := c.anywhere, int32(0)
	if c.anchored != nil {
		re, from = c.anchored, m.start
	}
	loc := re.FindSubmatchIndex(text[from:])
	if loc == nil {
		return
	}
	for g, name := range c.groups {
		if name != "" && loc[2*g] >= 0 && loc[2*g] < loc[2*g+1] {
			yield(name, text[int(from)+loc[2*g]:int(from)+loc[2*g+1]])
		}
	}
}
