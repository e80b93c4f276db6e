package classify

import (
	"bytes"
	"encoding/binary"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

// An expression is the regular expression of a rule. Most of the time a backtracker of our own
// tries it where the filter found one of its literals: Go's regexp runs `.{0,400}?` as 400
// states at once, which took 60 to 70 % of a whole run. Regexp stays the judge for expressions
// the backtracker does not support and for texts it takes too many steps on. Both agree on
// start, end and captures (leftmost-first).
type expression struct {
	source string
	prog   *program // nil: not supported
	names  []string // per group, as in the expression
	once   sync.Once
	re     *regexp.Regexp
}

func expressionOf(source string, re *syntax.Regexp) *expression {
	return &expression{source: source, names: re.CapNames(), prog: compileProgram(re)}
}

// parse reads an expression as rules mean it: without regard to case, the dot is any character.
func parse(source string) (*syntax.Regexp, error) {
	return syntax.Parse("(?is)"+source, syntax.Perl)
}

// regexp is the slow way, compiled when it is needed first: most expressions never need it.
func (x *expression) regexp() *regexp.Regexp {
	x.once.Do(func() { x.re = regexp.MustCompile("(?is)" + x.source) })
	return x.re
}

// submatches takes the captures of the match that starts at start, in the notation of
// regexp.FindSubmatchIndex; nil when no match starts there. buf is used when it is large enough.
func (x *expression) submatches(buf []int32, form textForm, text []byte, start int) []int32 {
	n := 2 * len(x.names)
	if n > len(buf) {
		buf = make([]int32, n)
	}
	caps := buf[:n]
	if x.prog != nil && form != oddText {
		for i := range caps {
			caps[i] = -1
		}
		m := machine{nodes: x.prog.nodes, text: text, ascii: form == asciiText, steps: maxSteps, caps: caps}
		if end := m.run(x.prog.start, start); end >= 0 {
			caps[0], caps[1] = int32(start), int32(end)
			return caps
		}
		if m.steps >= 0 {
			return nil
		}
	}
	for _, loc := range x.regexp().FindAllSubmatchIndex(text, -1) {
		if loc[0] == start {
			for i, at := range loc {
				caps[i] = int32(at)
			}
			return caps
		}
	}
	return nil
}

// next is where the first match from text[from:] on starts, -1 when there is none.
func (x *expression) next(form textForm, text []byte, from int) int {
	if x.prog != nil && form != oddText {
		m := machine{text: text, ascii: form == asciiText, steps: maxSteps}
		if start, _ := m.find(x.prog, from, len(text)); m.steps >= 0 {
			return start
		}
	}
	// Searching in text[from:] would lose the byte before it, which \b asks for.
	for _, loc := range x.regexp().FindAllIndex(text, -1) {
		if loc[0] >= from {
			return loc[0]
		}
	}
	return -1
}

// maxSteps bounds the work of the backtracker for one expression on one text, about 1 ms.
const maxSteps = 200_000

// textForm says what the characters of a text ask of the matcher.
type textForm int8

const (
	asciiText   textForm = iota
	unicodeText          // characters are not bytes
	oddText              // holds a letter that neither the filter nor the backtracker folds
)

// formOf looks at the characters of a text. Odd are the two letters outside ASCII that (?i)
// folds to ASCII: the Kelvin sign and the long s.
func formOf(text []byte) textForm {
	if asciiOnly(text) {
		return asciiText
	}
	if bytes.Contains(text, []byte("\u212a")) || bytes.Contains(text, []byte("\u017f")) {
		return oddText
	}
	return unicodeText
}

func asciiOnly(text []byte) bool {
	for len(text) >= 8 {
		if binary.LittleEndian.Uint64(text)&0x8080808080808080 != 0 {
			return false
		}
		text = text[8:]
	}
	for _, c := range text {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// A byteSet is a set of bytes.
type byteSet [4]uint64

func (s *byteSet) add(c byte)      { s[c>>6] |= 1 << (c & 63) }
func (s *byteSet) has(c byte) bool { return s[c>>6]>>(c&63)&1 != 0 }

// addRanges adds the first bytes of the characters in pairs of runes.
func (s *byteSet) addRanges(ranges []rune) {
	for i := 0; i+1 < len(ranges); i += 2 {
		lo, hi := ranges[i], ranges[i+1]
		for r := lo; r <= min(hi, 0x7f); r++ {
			s.add(byte(r))
		}
		if hi >= 0x80 {
			*s = s.union(highBytes)
		}
	}
}

func (s byteSet) union(t byteSet) byteSet {
	return byteSet{s[0] | t[0], s[1] | t[1], s[2] | t[2], s[3] | t[3]}
}

func (s byteSet) meets(t byteSet) bool {
	return s[0]&t[0]|s[1]&t[1]|s[2]&t[2]|s[3]&t[3] != 0
}

var (
	everyByte = byteSet{math.MaxUint64, math.MaxUint64, math.MaxUint64, math.MaxUint64}
	highBytes = byteSet{0, 0, math.MaxUint64, math.MaxUint64} // of characters outside ASCII
)

// A charset is a set of characters: a class, a dot, a single letter in both cases.
type charset struct {
	kind   [256]uint8 // by first byte: notInSet, inSet, or look at the whole character
	bytes  byteSet    // first bytes of its characters
	ranges []rune     // pairs, sorted
	every  bool       // any character at all
}

const (
	notInSet = iota
	inSet
	lookCloser
)

func newCharset(ranges []rune) *charset {
	s := &charset{ranges: ranges}
	s.every = len(ranges) == 2 && ranges[0] == 0 && ranges[1] == unicode.MaxRune
	s.bytes.addRanges(ranges)
	for c := range 0x80 {
		if s.bytes.has(byte(c)) {
			s.kind[c] = inSet
		}
	}
	if s.bytes.meets(highBytes) {
		for c := 0x80; c < 0x100; c++ {
			s.kind[c] = lookCloser
		}
	}
	return s
}

// rangesOf are the characters a sub-expression stands for, as ranges, nil when it is not one of
// those that match exactly one character.
func rangesOf(re *syntax.Regexp) []rune {
	switch re.Op {
	case syntax.OpLiteral:
		if len(re.Rune) == 1 {
			return caseForms(re.Rune[0], re.Flags)
		}
	case syntax.OpCharClass:
		return append([]rune{}, re.Rune...) // not nil where it matches nothing
	case syntax.OpAnyChar:
		return []rune{0, unicode.MaxRune}
	case syntax.OpAnyCharNotNL:
		return []rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	}
	return nil
}

// caseForms lists the case forms of a letter, as ranges.
func caseForms(r rune, flags syntax.Flags) []rune {
	if r < 0x80 && r|0x20 != 'k' && r|0x20 != 's' && (r < 'A' || r|0x20 > 'z' || r > 'Z' && r < 'a' || flags&syntax.FoldCase == 0) {
		return []rune{r, r}
	}
	forms := []rune{r}
	if flags&syntax.FoldCase != 0 {
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			forms = append(forms, f)
		}
	}
	slices.Sort(forms)
	var ranges []rune
	for _, f := range forms {
		ranges = append(ranges, f, f)
	}
	return ranges
}

// width is the length of the character at text[pos] if it is in the set, else 0. Bytes that are
// not UTF-8 are characters U+FFFD, as in regexp.
func (s *charset) width(text []byte, pos int) int {
	if pos >= len(text) {
		return 0
	}
	switch s.kind[text[pos]] {
	case inSet:
		return 1
	case lookCloser:
		return s.wide(text[pos:])
	}
	return 0
}

func (s *charset) wide(text []byte) int {
	r, w := utf8.DecodeRune(text)
	lo, hi := 0, len(s.ranges)/2
	for lo < hi {
		mid := (lo + hi) / 2
		switch {
		case r < s.ranges[2*mid]:
			hi = mid
		case r > s.ranges[2*mid+1]:
			lo = mid + 1
		default:
			return w
		}
	}
	return 0
}

// span passes over up to limit characters of the set and returns where they end, and how many.
func (s *charset) span(text []byte, pos, limit int, ascii bool) (end, count int) {
	if s.every && ascii {
		count = min(limit, len(text)-pos)
		return pos + count, count
	}
	for count < limit && pos < len(text) {
		w := 1
		if kind := s.kind[text[pos]]; kind != inSet {
			if kind == notInSet {
				break
			}
			if w = s.wide(text[pos:]); w == 0 {
				break
			}
		}
		pos += w
		count++
	}
	return pos, count
}

// A needle is a literal to be searched for without regard to ASCII case, by its rarest byte.
type needle struct {
	lit         string // lower case
	at          int    // of the rarest byte
	small, tall byte   // its two case forms
}

func newNeedle(lit string) needle {
	n := needle{lit: lit}
	for i := range len(lit) {
		if rarity[lit[i]] > rarity[lit[n.at]] {
			n.at = i
		}
	}
	n.small = lit[n.at]
	n.tall = n.small
	if n.small >= 'a' && n.small <= 'z' {
		n.tall -= 'a' - 'A'
	}
	return n
}

// index finds the first occurrence that starts in text[from:last+1], -1 when there is none.
func (n *needle) index(text []byte, from, last int) int {
	last = min(last, len(text)-len(n.lit))
	if from > last {
		return -1
	}
	window := text[:last+n.at+1]
	small, tall := from+n.at, from+n.at
	if n.tall == n.small {
		tall = len(window)
	}
	small, tall = nextByte(window, small, n.small), nextByte(window, tall, n.tall)
	for {
		at := min(small, tall)
		if at == len(window) {
			return -1
		}
		if hasFold(text[at-n.at:], n.lit) {
			return at - n.at
		}
		if at == small {
			small = nextByte(window, small+1, n.small)
		} else {
			tall = nextByte(window, tall+1, n.tall)
		}
	}
}

// nextByte is the position of c in text[from:], len(text) when there is none.
func nextByte(text []byte, from int, c byte) int {
	if i := bytes.IndexByte(text[from:], c); i >= 0 {
		return from + i
	}
	return len(text)
}

// A program is an expression as the backtracker runs it. It is immutable.
type program struct {
	nodes []node
	start int32
}

type nodeKind uint8

const (
	nodeMatch   nodeKind = iota
	nodeFail             // matches nothing
	nodeLiteral          // lit in any case
	nodeExact            // lit as it is
	nodeSet              // one character of set
	nodeAll              // min to max of set: as many as there are, no other number can match
	nodeGreedy           // min to max of set, many first
	nodeLazy             // min to max of set, few first
	nodeGap              // as nodeLazy, any characters up to the literal that follows
	nodeSplit            // one of alts, the first that matches
	nodeSave             // sets a capture
	nodeBeginText
	nodeEndText
	nodeBeginLine
	nodeEndLine
	nodeWord
	nodeNoWord
)

type node struct {
	kind     nodeKind
	atEnd    bool  // may match at the end of the text
	slot     int16 // of nodeSave
	next     int32
	min, max int
	first    byteSet // bytes a match from here on can start with
	set      *charset
	lit      string
	alts     []int32
	lead     *needle // every match from here on starts with it; nil: with no text known
}

// can is a quick look whether a match from n on may start at pos.
func (n *node) can(text []byte, pos int) bool {
	if pos < len(text) {
		return n.first.has(text[pos])
	}
	return n.atEnd
}

// compiler builds a program from its end to its start: a node is made when what follows it is
// known.
type compiler struct {
	nodes []node
	bad   bool // holds something that is not supported
}

const maxNodes = 4096

// compileProgram returns nil for what the backtracker does not support: repetitions of parts
// that can be empty (regexp has rules of its own when to leave such a loop) and expressions
// that unfold to thousands of nodes.
func compileProgram(re *syntax.Regexp) *program {
	c := &compiler{nodes: make([]node, 0, min(nodesOf(re)+1, maxNodes))}
	start := c.expr(re, c.add(node{kind: nodeMatch, first: everyByte, atEnd: true}))
	if c.bad {
		return nil
	}
	return &program{c.nodes, start}
}

// nodesOf is how many nodes an expression takes, about: room is made for them once.
func nodesOf(re *syntax.Regexp) int {
	n := 1
	switch re.Op {
	case syntax.OpConcat:
		n = 0
	case syntax.OpCapture:
		n = 2
	}
	for _, sub := range re.Sub {
		switch sub.Op {
		case syntax.OpCharClass, syntax.OpAnyChar:
			if len(re.Sub) == 1 && re.Op != syntax.OpCapture {
				return 1 // a repeated class
			}
		}
		n += nodesOf(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(re.Min, re.Max, 1)
	}
	return min(n, maxNodes)
}

func (c *compiler) add(n node) int32 {
	if len(c.nodes) >= maxNodes {
		c.bad = true
		return 0
	}
	c.nodes = append(c.nodes, n)
	return int32(len(c.nodes) - 1)
}

// expr adds the nodes of re in front of node next and returns the first one.
func (c *compiler) expr(re *syntax.Regexp, next int32) int32 {
	if c.bad {
		return 0
	}
	switch re.Op {
	case syntax.OpEmptyMatch:
		return next
	case syntax.OpNoMatch:
		return c.add(node{kind: nodeFail})
	case syntax.OpLiteral:
		return c.literal(re, next)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return c.class(c.charset(re), next)
	case syntax.OpCapture:
		return c.save(2*re.Cap, c.expr(re.Sub[0], c.save(2*re.Cap+1, next)))
	case syntax.OpStar:
		return c.repeat(re, 0, -1, next)
	case syntax.OpPlus:
		return c.repeat(re, 1, -1, next)
	case syntax.OpQuest:
		return c.repeat(re, 0, 1, next)
	case syntax.OpRepeat:
		return c.repeat(re, re.Min, re.Max, next)
	case syntax.OpConcat:
		for _, sub := range slices.Backward(re.Sub) {
			next = c.expr(sub, next)
		}
		return next
	case syntax.OpAlternate:
		alts := make([]int32, len(re.Sub))
		for i, sub := range re.Sub {
			alts[i] = c.expr(sub, next)
		}
		return c.split(alts...)
	}
	return c.assertion(re.Op, next)
}

func (c *compiler) charset(re *syntax.Regexp) *charset {
	ranges := rangesOf(re)
	if ranges == nil {
		return nil
	}
	if s, ok := charsets.Load(string(ranges)); ok {
		return s.(*charset)
	}
	s, _ := charsets.LoadOrStore(string(ranges), newCharset(ranges))
	return s.(*charset)
}

// charsets holds the classes of all expressions by their ranges: most of them use the same few,
// and they never change.
var charsets sync.Map

// literal adds runs of ASCII characters as a whole, others one by one.
func (c *compiler) literal(re *syntax.Regexp, next int32) int32 {
	for end := len(re.Rune); end > 0; {
		start := end - 1
		if re.Rune[start] >= 0x80 {
			one := &syntax.Regexp{Op: syntax.OpLiteral, Rune: re.Rune[start:end], Flags: re.Flags}
			next = c.class(c.charset(one), next)
			end = start
			continue
		}
		for start > 0 && re.Rune[start-1] < 0x80 {
			start--
		}
		next = c.run(string(re.Rune[start:end]), re.Flags&syntax.FoldCase != 0, next)
		end = start
	}
	return next
}

func (c *compiler) run(lit string, fold bool, next int32) int32 {
	lead := newNeedle(strings.ToLower(lit))
	n := node{kind: nodeExact, lit: lit, next: next, lead: &lead}
	n.first.add(lit[0])
	if fold {
		n.kind, n.lit = nodeLiteral, n.lead.lit
		n.first.add(n.lit[0])
		n.first.add(strings.ToUpper(n.lit)[0])
	}
	return c.add(n)
}

func (c *compiler) class(s *charset, next int32) int32 {
	return c.add(node{kind: nodeSet, set: s, first: s.bytes, next: next})
}

func (c *compiler) save(slot int, next int32) int32 {
	if slot > math.MaxInt16 {
		c.bad = true
		return 0
	}
	return c.passing(node{kind: nodeSave, slot: int16(slot), next: next})
}

// passing adds a node that uses no characters: what can follow it can start at it.
func (c *compiler) passing(n node) int32 {
	if c.bad {
		return 0
	}
	after := &c.nodes[n.next]
	n.first, n.atEnd, n.lead = after.first, after.atEnd, after.lead
	switch n.kind {
	case nodeEndText:
		n.first = byteSet{}
	case nodeEndLine:
		n.first = byteSet{}
		n.first.add('\n')
	}
	return c.add(n)
}

func (c *compiler) assertion(op syntax.Op, next int32) int32 {
	kinds := map[syntax.Op]nodeKind{
		syntax.OpBeginText: nodeBeginText, syntax.OpEndText: nodeEndText,
		syntax.OpBeginLine: nodeBeginLine, syntax.OpEndLine: nodeEndLine,
		syntax.OpWordBoundary: nodeWord, syntax.OpNoWordBoundary: nodeNoWord,
	}
	kind, ok := kinds[op]
	if !ok {
		c.bad = true
		return 0
	}
	return c.passing(node{kind: kind, next: next})
}

func (c *compiler) split(alts ...int32) int32 {
	n := node{kind: nodeSplit, alts: alts}
	if !c.bad {
		n.first, n.atEnd = c.either(alts)
	}
	return c.add(n)
}

func (c *compiler) either(alts []int32) (first byteSet, atEnd bool) {
	for _, alt := range alts {
		first = first.union(c.nodes[alt].first)
		atEnd = atEnd || c.nodes[alt].atEnd
	}
	return first, atEnd
}

// repeat adds lo to hi times re.Sub[0]; hi -1: any number.
func (c *compiler) repeat(re *syntax.Regexp, lo, hi int, next int32) int32 {
	sub, lazy := re.Sub[0], re.Flags&syntax.NonGreedy != 0
	if hi == 0 {
		return next
	}
	if s := c.charset(sub); s != nil {
		if hi < 0 {
			hi = math.MaxInt32
		}
		return c.characters(s, lo, hi, lazy, next)
	}
	if hi < 0 {
		if canBeEmpty(sub) {
			c.bad = true
			return 0
		}
		next = c.loop(sub, lo > 0, lazy, next)
		lo--
	} else {
		rest := next
		for range hi - lo {
			rest = c.split(ordered(c.expr(sub, rest), next, lazy)...)
		}
		next = rest
	}
	for range lo {
		next = c.expr(sub, next)
	}
	return next
}

// ordered puts going on before leaving, or behind it.
func ordered(on, leave int32, lazy bool) []int32 {
	if lazy {
		return []int32{leave, on}
	}
	return []int32{on, leave}
}

// loop adds sub any number of times, once at least if some is set.
func (c *compiler) loop(sub *syntax.Regexp, some, lazy bool, next int32) int32 {
	// What the loop can start with is not known before its inside is made, and the inside is
	// made with a loop that may start with anything.
	split := c.add(node{kind: nodeSplit, first: everyByte, atEnd: true})
	inside := c.expr(sub, split)
	if c.bad {
		return 0
	}
	n := &c.nodes[split]
	n.alts = ordered(inside, next, lazy)
	n.first, n.atEnd = c.either(n.alts)
	if some {
		return inside
	}
	return split
}

// characters adds lo to hi characters of s, the kind of node that makes least work of it.
func (c *compiler) characters(s *charset, lo, hi int, lazy bool, next int32) int32 {
	if c.bad {
		return 0
	}
	after := &c.nodes[next]
	n := node{kind: nodeGreedy, set: s, min: lo, max: hi, next: next, first: s.bytes}
	if lo == 0 {
		n.first, n.atEnd = s.bytes.union(after.first), after.atEnd
	}
	switch {
	case lo == 1 && hi == 1:
		return c.class(s, next)
	case !s.bytes.meets(after.first):
		// Inside a run of the set nothing that follows can start.
		n.kind = nodeAll
	case lazy && s.every && after.lead != nil:
		n.kind = nodeGap
	case lazy:
		n.kind = nodeLazy
	}
	return c.add(n)
}

func canBeEmpty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return canBeEmpty(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min == 0 || canBeEmpty(re.Sub[0])
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !canBeEmpty(sub) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, canBeEmpty)
	}
	return true
}

// A machine runs programs over a text. It looks at the whole text, because \b asks for the byte
// before a start.
type machine struct {
	nodes []node
	text  []byte
	ascii bool    // so is text
	steps int     // left; negative when the result is not to be trusted
	caps  []int32 // nil: nobody asks
}

// find returns the leftmost match that starts in text[from:last+1]; start is -1 when there is
// none or no steps are left.
func (m *machine) find(p *program, from, last int) (start, end int) {
	m.nodes = p.nodes
	n := &p.nodes[p.start]
	for pos := from; pos <= last; {
		if n.can(m.text, pos) {
			if end := m.run(p.start, pos); end >= 0 {
				return pos, end
			}
			if m.steps < 0 {
				break
			}
		}
		pos += m.step(pos)
	}
	return -1, -1
}

// step is the width of the character at pos.
func (m *machine) step(pos int) int {
	if pos >= len(m.text) || m.text[pos] < utf8.RuneSelf {
		return 1
	}
	_, w := utf8.DecodeRune(m.text[pos:])
	return w
}

// run matches from node pc on at pos and returns where the match ends, -1 when there is none.
func (m *machine) run(pc int32, pos int) int {
	text := m.text
	for {
		if m.steps--; m.steps < 0 {
			return -1
		}
		n := &m.nodes[pc]
		switch n.kind {
		case nodeMatch:
			return pos
		case nodeFail:
			return -1
		case nodeLiteral:
			if !hasFold(text[pos:], n.lit) {
				return -1
			}
			pos += len(n.lit)
		case nodeExact:
			if len(text)-pos < len(n.lit) || string(text[pos:pos+len(n.lit)]) != n.lit {
				return -1
			}
			pos += len(n.lit)
		case nodeSet:
			w := n.set.width(text, pos)
			if w == 0 {
				return -1
			}
			pos += w
		case nodeAll:
			end, count := n.set.span(text, pos, n.max, m.ascii)
			m.steps -= (end - pos) / 16
			if count < n.min {
				return -1
			}
			pos = end
		case nodeGreedy:
			return m.greedy(n, pos)
		case nodeLazy:
			return m.lazy(n, pos)
		case nodeGap:
			return m.gap(n, pos)
		case nodeSplit:
			last := len(n.alts) - 1
			for _, alt := range n.alts[:last] {
				if m.nodes[alt].can(text, pos) {
					if end := m.run(alt, pos); end >= 0 {
						return end
					}
				}
			}
			pc = n.alts[last]
			continue
		case nodeSave:
			if m.caps != nil {
				return m.save(n, pos)
			}
		default:
			if !m.holds(n.kind, pos) {
				return -1
			}
		}
		pc = n.next
	}
}

// save sets a capture for as long as what follows matches.
func (m *machine) save(n *node, pos int) int {
	before := m.caps[n.slot]
	m.caps[n.slot] = int32(pos)
	end := m.run(n.next, pos)
	if end < 0 {
		m.caps[n.slot] = before
	}
	return end
}

func (m *machine) holds(assertion nodeKind, pos int) bool {
	switch assertion {
	case nodeBeginText:
		return pos == 0
	case nodeEndText:
		return pos == len(m.text)
	case nodeBeginLine:
		return pos == 0 || m.text[pos-1] == '\n'
	case nodeEndLine:
		return pos == len(m.text) || m.text[pos] == '\n'
	}
	before := pos > 0 && isWord(m.text[pos-1])
	after := pos < len(m.text) && isWord(m.text[pos])
	return (before != after) == (assertion == nodeWord)
}

// greedy takes as many characters as it can and gives them back one by one.
func (m *machine) greedy(n *node, pos int) int {
	least, count := n.set.span(m.text, pos, n.min, m.ascii)
	if count < n.min {
		return -1
	}
	end, _ := n.set.span(m.text, least, n.max-n.min, m.ascii)
	m.steps -= (end - pos) / 16
	after := &m.nodes[n.next]
	for {
		if after.can(m.text, end) {
			if e := m.run(n.next, end); e >= 0 || m.steps < 0 {
				return e
			}
		}
		if end == least {
			return -1
		}
		if end--; m.text[end] >= utf8.RuneSelf {
			_, w := utf8.DecodeLastRune(m.text[least : end+1])
			end -= w - 1
		}
	}
}

// lazy takes characters one by one until what follows matches.
func (m *machine) lazy(n *node, pos int) int {
	end, count := n.set.span(m.text, pos, n.min, m.ascii)
	if count < n.min {
		return -1
	}
	after := &m.nodes[n.next]
	for charged := end; ; count++ {
		w := 0
		if count < n.max {
			w = n.set.width(m.text, end)
		}
		can := after.can(m.text, end)
		if can || w == 0 {
			m.steps -= (end - charged) / 16
			charged = end
		}
		if can {
			if e := m.run(n.next, end); e >= 0 || m.steps < 0 {
				return e
			}
		}
		if w == 0 {
			return -1
		}
		end += w
	}
}

// gap goes from one occurrence of the literal that must follow to the next.
func (m *machine) gap(n *node, pos int) int {
	from, count := n.set.span(m.text, pos, n.min, m.ascii)
	if count < n.min {
		return -1
	}
	left := n.max - n.min
	last := from + utf8.UTFMax*left
	if m.ascii {
		last = from + left
	}
	last = min(last, len(m.text))
	lead := m.nodes[n.next].lead
	for at := from; ; at++ {
		q := lead.index(m.text, at, last)
		if q < 0 {
			m.steps -= (last - at) / 16
			return -1
		}
		m.steps -= (q - at) / 16
		if !m.ascii {
			// RuneCount copies what is longer than 32 bytes.
			if left -= utf8.RuneCountInString(unsafe.String(unsafe.SliceData(m.text[at:]), q-at)); left < 0 {
				return -1
			}
			left-- // the character the next search goes past
		}
		if end := m.run(n.next, q); end >= 0 || m.steps < 0 {
			return end
		}
		at = q
	}
}
