// Package pattern finds expressions and literals in texts, many of them at once. In come the
// expressions of rules and texts in normal form; out come the places where an expression matches,
// its captures, and what can be said of an expression without a text: the literals of which every
// match holds one, the wordings it takes, how much work it is. It knows neither rules nor records,
// it changes no text, and it refuses nothing that regexp takes: an expression that its own matcher
// cannot run, and a text on which it takes too many steps, go to regexp. Both agree on where a
// match starts and ends and on its captures (leftmost first), which the tests hold it to.
//
// The way of a text through it:
//
//  1. A [Filter] looks at every fourth position of the text and reports the literals that stand in
//     it. In log text it looks closer at 6 to 11 positions of 100. Most expressions are not tried at all.
//  2. A [Seeker] follows a hit up: from the literal it walks left over the bytes that may stand
//     between the start of a match and the literal, and tries the expression from there on.
//  3. The expression runs as a backtracker, because what rules ask for is `.{0,400}?` between two
//     literals. regexp runs that as 400 states at once, which took 60 to 70 % of a whole run; the
//     backtracker jumps from one occurrence of the second literal to the next.
//  4. A backtracker may take exponential time, and log text is hostile. So every try has a budget
//     of steps, one for all tries of an expression on a text. Where it is spent, regexp decides,
//     whose time is linear: what a text can cost is bounded, and the answer is the same.
package pattern

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// An Expr is a compiled expression. It is immutable and safe for concurrent use.
type Expr struct {
	source string
	tree   *syntax.Regexp
	names  []string // per group, as in the expression
	needs  needed
	begins bool // holds ^: asks for the start of the text
	ends   bool // holds $

	ready, slow sync.Once // prog and re are made when they are needed first
	prog        *program  // nil: not supported
	entries     entries
	re          *regexp.Regexp
	slowBehind  sync.Once
	reBehind    *regexp.Regexp // re behind a character
}

// flags are what rules mean by an expression: without regard to case, the dot is any character.
const flags = "(?is)"

// Compile makes an Expr of an RE2 expression. Case does not count, and the dot stands for any
// character. The error is that of regexp/syntax.
func Compile(source string) (*Expr, error) {
	tree, err := syntax.Parse(flags+source, syntax.Perl)
	if err != nil {
		return nil, err
	}
	x := &Expr{source: source, tree: tree, names: tree.CapNames(), needs: neededLiterals(tree)}
	x.begins, x.ends = holds(tree, syntax.OpBeginText, syntax.OpBeginLine), holds(tree, syntax.OpEndText, syntax.OpEndLine)
	return x, nil
}

// Check gives the error that Compile would give, without the work for matching.
func Check(source string) error {
	_, err := syntax.Parse(flags+source, syntax.Perl)
	return err
}

// Wrong says what is wrong with an expression that Compile or Check gave an error for. What other engines know and RE2 does not is called by its name.
func Wrong(err error) string {
	text := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	var e *syntax.Error
	if !errors.As(err, &e) {
		return text
	}
	for _, foreign := range []struct{ start, name string }{
		{"(?<=", "a look-behind"}, {"(?<!", "a look-behind"}, {"(?=", "a look-ahead"}, {"(?!", "a look-ahead"}, {"(?>", "an atomic group"}, {"(?(", "a condition"},
	} {
		if strings.HasPrefix(e.Expr, foreign.start) {
			return foreign.name + " (" + foreign.start + ") is not part of RE2: match what stands beside it as well, and name what is wanted as a group"
		}
	}
	if e.Code == syntax.ErrInvalidEscape && len(e.Expr) == 2 && e.Expr[1] >= '1' && e.Expr[1] <= '9' {
		return "a back-reference (" + e.Expr + ") is not part of RE2"
	}
	return text
}

// Names gives the name of every group, the whole match being the first; most are empty.
func (x *Expr) Names() []string { return x.names }

// Literals lists texts in lower case of which every match holds one, in any case. It is nil when
// there is no such list whose texts all have [MinLiteral] bytes: then the expression must be tried
// on every text.
func (x *Expr) Literals() []string { return x.needs.literals }

// Slow reports whether only regexp runs the expression, which takes ten times as long.
func (x *Expr) Slow() bool { return x.program() == nil }

// program is what the backtracker runs, nil where it cannot. It is made when a text first holds a literal of the
// expression: most of the rules are about failures that a night does not have.
func (x *Expr) program() *program {
	x.ready.Do(func() { x.prog, x.entries = compileProgram(x.tree), entriesOf(x.tree, &x.needs) })
	return x.prog
}

// regexp is the slow way, compiled when it is needed first: most expressions never need it.
func (x *Expr) regexp() *regexp.Regexp {
	x.slow.Do(func() { x.re = regexp.MustCompile(flags + x.source) })
	return x.re
}

// Submatches takes the captures of the match that starts at start, in the notation of
// regexp.FindSubmatchIndex; nil when no match starts there. buf is used when it is large enough.
func (x *Expr) Submatches(buf []int32, t Text, start int) []int32 {
	n := 2 * len(x.names)
	if n > len(buf) {
		buf = make([]int32, n)
	}
	caps := buf[:n]
	if p := x.program(); p != nil && t.form != oddText {
		for i := range caps {
			caps[i] = -1
		}
		m := machine{nodes: p.nodes, text: t.bytes, ascii: t.form == asciiText, steps: stepsFor(len(t.bytes)), caps: caps}
		m.slow, m.memo.turn = m.steps-plainSteps, 1
		if end := m.run(p.start, start); end >= 0 {
			caps[0], caps[1] = int32(start), int32(end)
			return caps
		}
		if m.steps >= 0 {
			return nil
		}
	}
	found := x.behind(t.bytes, start)
	if found == nil || found[0] != start {
		return nil
	}
	for i, at := range found {
		caps[i] = int32(at)
	}
	return caps
}

// Next is where the first match starts that does not start before from nor behind last, -1 when there is none.
func (x *Expr) Next(t Text, from, last int) int {
	last = min(last, len(t.bytes))
	if p := x.program(); p != nil && t.form != oddText {
		m := machine{text: t.bytes, ascii: t.form == asciiText, steps: stepsFor(len(t.bytes))}
		m.slow, m.memo.turn = m.steps-plainSteps, 1
		if start, _ := m.find(p, from, last); m.steps >= 0 {
			return start
		}
	}
	if found := x.behind(t.bytes, from); found != nil && found[0] <= last {
		return found[0]
	}
	return -1
}

// behind is the first match that does not start before from, as regexp finds it, with its captures. Searching in text[from:]
// would lose the character before it, which \b asks for.
func (x *Expr) behind(text []byte, from int) []int {
	if from == 0 {
		return x.regexp().FindSubmatchIndex(text)
	}
	x.slowBehind.Do(func() { x.reBehind = regexp.MustCompile("(?s:.)(?:" + flags + x.source + ")") })
	_, w := utf8.DecodeLastRune(text[:from])
	loc := x.reBehind.FindSubmatchIndex(text[from-w:])
	if loc == nil {
		return nil
	}
	for i := range loc {
		if loc[i] >= 0 {
			loc[i] += from - w
		}
	}
	_, first := utf8.DecodeRune(text[loc[0]:])
	loc[0] += first
	return loc
}

// Cost is how many steps it takes to look for a match in the whole text. ok is false when the
// budget for one text does not suffice, or regexp runs the expression anyway.
func (x *Expr) Cost(t Text) (steps int, ok bool) {
	p := x.program()
	if p == nil || t.form == oddText {
		return 0, false
	}
	m := machine{text: t.bytes, ascii: t.form == asciiText, steps: maxSteps}
	m.find(p, 0, len(t.bytes))
	return maxSteps - m.steps, m.steps >= 0
}

// MatchesWherever reports whether the expression is known to match in every text that holds lit.
// It errs to false: an assertion of the place (\b, ^) may hold for the literal alone and not
// inside a text.
func (x *Expr) MatchesWherever(lit string) bool {
	return !asserts(x.tree) && x.regexp().MatchString(lit)
}

func asserts(re *syntax.Regexp) bool {
	return holds(re, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary)
}

// holds reports whether re has one of some operations somewhere.
func holds(re *syntax.Regexp, ops ...syntax.Op) bool {
	return slices.Contains(ops, re.Op) || slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return holds(sub, ops...) })
}

// MatchesEmpty reports whether the expression may match an empty text: it matches everywhere then.
func (x *Expr) MatchesEmpty() bool { return canBeEmpty(x.tree) }

// Unfolded is about how many characters the expression has when every repetition with a maximum is written out as often.
func (x *Expr) Unfolded() int { return unfolded(x.tree) }

func unfolded(re *syntax.Regexp) int {
	n := max(len(re.Rune), 1)
	for _, sub := range re.Sub {
		n += unfolded(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(re.Min, re.Max, 1)
	}
	return n
}

// Unbounded gives a repetition that has no maximum and runs over words, empty when there is none;
// \d+ and \w+ end with their word.
func (x *Expr) Unbounded() string {
	sub := unbounded(x.tree)
	if sub == nil {
		return ""
	}
	return flagGroup.ReplaceAllString(sub.String(), "$1")
}

// flagGroup is the group that regexp/syntax puts around an expression to say its flags.
var flagGroup = regexp.MustCompile(`^\(\?[a-z-]+:(.*)\)$`)

func unbounded(re *syntax.Regexp) *syntax.Regexp {
	if re.Op == syntax.OpStar || re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Max < 0 {
		if isWide(re.Sub[0]) {
			return re
		}
	}
	for _, sub := range re.Sub {
		if found := unbounded(sub); found != nil {
			return found
		}
	}
	return nil
}

// isWide reports whether re may stand for a blank and for a letter, so that a run of it crosses
// words.
func isWide(re *syntax.Regexp) bool {
	b := new(analysis).of(re).bytes
	return b.has(' ') && b.has('e')
}
