package pattern

import (
	"math"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
)

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
	nodeAhead            // one of ahead must begin within max characters, or nothing here can match
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
	second   byteSet // bytes that can stand behind the first one
	set      *charset
	lit      string
	alts     []int32
	lead     *Needle   // every match from here on starts with it; nil: with no text known
	ahead    []*Needle // of nodeAhead
}

// can is a quick look whether a match from n on may start at pos. Two bytes, because what ends a lazy run starts with
// a blank or a common letter more often than not.
func (n *node) can(text []byte, pos int) bool {
	switch {
	case pos+1 < len(text):
		return n.first.has(text[pos]) && n.second.has(text[pos+1])
	case pos < len(text):
		return n.first.has(text[pos])
	}
	return n.atEnd
}

// compiler builds a program from its end to its start: a node is made when what follows it is
// known.
type compiler struct {
	nodes []node
	known *analysis // of the expression
	bad   bool      // holds something that is not supported
}

const maxNodes = 4096

// compileProgram returns nil for what the backtracker does not support: repetitions of parts
// that can be empty (regexp has rules of its own when to leave such a loop) and expressions
// that unfold to thousands of nodes.
func compileProgram(re *syntax.Regexp) *program {
	c := &compiler{known: &analysis{infos: make(map[*syntax.Regexp]info)}, nodes: make([]node, 0, min(nodesOf(re)+1, maxNodes))}
	start := c.expr(re, c.add(node{kind: nodeMatch, first: everyByte, second: everyByte, atEnd: true}))
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
			alts[i] = c.guard(sub, c.expr(sub, next))
		}
		return c.split(alts...)
	}
	return c.assertion(re.Op, next)
}

// What a guard looks ahead for: texts that are long enough to be rare, and so few that it costs
// little to look for them all.
const (
	minAhead = 5
	maxAhead = 4

	fewStarts = 6 // a part that starts with one of so few bytes says no at once nearly everywhere
)

// guard puts a look ahead in front of an alternative or an optional part that begins at node start:
// where no literal that it must hold stands within its reach, there is no need to try it. Rules
// share frames that start with any words at all ("Error in Customers V3 (accounts): Project
// validation failed"), and for each word of a text that lacks the fixed words at their end the
// matcher would share out hundreds of characters among them. A part that starts with its literal
// says no at once by itself.
func (c *compiler) guard(part *syntax.Regexp, start int32) int32 {
	if c.bad || c.nodes[start].first.size() <= fewStarts || !holdsText(part) {
		return start // without an analysis, which is most of the work of compiling
	}
	in := c.known.of(part)
	if in.exact != nil || shortest(in.prefix) > 1 || len(in.required) > maxAhead || shortest(in.required) < minAhead {
		return start
	}
	n := node{kind: nodeAhead, next: start, max: widest(part)}
	for _, lit := range in.required {
		n.ahead = append(n.ahead, needleOf(lit))
	}
	return c.passing(n)
}

// holdsText reports whether re has a literal that is worth to be looked ahead for.
func holdsText(re *syntax.Regexp) bool {
	return re.Op == syntax.OpLiteral && len(re.Rune) >= minAhead || slices.ContainsFunc(re.Sub, holdsText)
}

// widest is how many characters a match of re has at most.
func widest(re *syntax.Regexp) int {
	most := 0
	switch re.Op {
	case syntax.OpLiteral:
		most = len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		most = 1
	case syntax.OpStar, syntax.OpPlus:
		most = math.MaxInt32
	case syntax.OpRepeat:
		if most = math.MaxInt32; re.Max >= 0 {
			most = re.Max * widest(re.Sub[0])
		}
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			most = max(most, widest(sub))
		}
	default:
		for _, sub := range re.Sub {
			most += widest(sub)
		}
	}
	return min(most, math.MaxInt32)
}

// needleOf makes a needle that all expressions share which look ahead for the literal: what the
// machine found out about it for one of them in a text it need not look up for the others.
func needleOf(lit string) *Needle {
	if n, ok := aheadNeedles.Load(lit); ok {
		return n.(*Needle)
	}
	fresh := NewNeedle(lit)
	n, _ := aheadNeedles.LoadOrStore(lit, &fresh)
	return n.(*Needle)
}

var aheadNeedles sync.Map

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
	lead := NewNeedle(strings.ToLower(lit))
	n := node{kind: nodeExact, lit: lit, next: next, lead: &lead}
	n.first.add(lit[0])
	if fold {
		n.kind, n.lit = nodeLiteral, n.lead.lit
		n.first.add(n.lit[0])
		n.first.add(strings.ToUpper(n.lit)[0])
	}
	switch {
	case c.bad:
	case len(lit) == 1:
		n.second = c.nodes[next].first
	default:
		n.second.add(lit[1])
		if fold {
			n.second.add(strings.ToLower(lit)[1])
			n.second.add(strings.ToUpper(lit)[1])
		}
	}
	return c.add(n)
}

func (c *compiler) class(s *charset, next int32) int32 {
	n := node{kind: nodeSet, set: s, first: s.bytes, next: next}
	if !c.bad {
		n.second = s.more().union(c.nodes[next].first)
	}
	return c.add(n)
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
	n.first, n.second, n.atEnd, n.lead = after.first, after.second, after.atEnd, after.lead
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
		n.either(c.nodes)
	}
	return c.add(n)
}

// either makes of n what each of its alternatives can start with.
func (n *node) either(nodes []node) {
	n.first, n.second, n.atEnd = byteSet{}, byteSet{}, false
	for _, alt := range n.alts {
		a := &nodes[alt]
		n.first, n.second, n.atEnd = n.first.union(a.first), n.second.union(a.second), n.atEnd || a.atEnd
	}
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
			rest = c.split(ordered(c.guard(sub, c.expr(sub, rest)), next, lazy)...)
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
	split := c.add(node{kind: nodeSplit, first: everyByte, second: everyByte, atEnd: true})
	inside := c.expr(sub, split)
	if c.bad {
		return 0
	}
	n := &c.nodes[split]
	n.alts = ordered(inside, next, lazy)
	n.either(c.nodes)
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
	n := node{kind: nodeGreedy, set: s, min: lo, max: hi, next: next, first: s.bytes, second: s.more()}
	if hi > 1 {
		n.second = n.second.union(s.bytes)
	}
	if lo < 2 {
		n.second = n.second.union(after.first)
	}
	if lo == 0 {
		n.first, n.second, n.atEnd = s.bytes.union(after.first), n.second.union(after.second), after.atEnd
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
