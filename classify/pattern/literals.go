package pattern

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// What the matcher must know of an expression to try it only where it can match: a finite set
// of literals of which one must occur in every match, and whether every match starts with one.
// Literals are lower case; the text in normal form is compared without regard to ASCII case.
type needed struct {
	literals []string
	anchored bool    // every match starts with one of the literals
	left     byteSet // otherwise: what may stand between the start of a match and its literal
}

const (
	// MinLiteral is how many bytes a literal must have that a Filter can find: its window of 7 bytes
	// holds four grams of 4, one for each alignment.
	MinLiteral = 7

	maxLiterals = 48 // per expression; more would fill the filter for little
)

// neededLiterals analyses an expression, parsed case-insensitively. There are no literals when it
// has no usable one: then it must be tried on every text.
func (a *analysis) neededLiterals(re *syntax.Regexp) needed {
	in := a.of(re)
	prefix, inner := withoutLonger(in.prefix), withoutLonger(in.required)
	// Where the text begins cannot be seen from a hit in its middle.
	if hasAssertion(re) {
		prefix = nil
	}
	if usable(prefix) && 2*shortest(prefix) >= shortest(inner) {
		return needed{literals: prefix, anchored: true}
	}
	if usable(inner) {
		return needed{literals: inner, left: in.left}
	}
	return needed{}
}

// withoutLonger leaves out what starts with another text of the set: where it occurs, the other
// one does, at the same place.
func withoutLonger(set []string) []string {
	var out []string
	for i, s := range set {
		if !slices.ContainsFunc(set, func(t string) bool { return len(t) < len(s) && strings.HasPrefix(s, t) }) && !slices.Contains(set[:i], s) {
			out = append(out, s)
		}
	}
	return out
}

// hasAssertion reports whether re asks where a text or line begins. (A word boundary needs no
// care: at the start it leaves the prefix unknown, elsewhere the match itself holds the byte
// before it.)
func hasAssertion(re *syntax.Regexp) bool {
	if re.Op == syntax.OpBeginLine || re.Op == syntax.OpBeginText {
		return true
	}
	return slices.ContainsFunc(re.Sub, hasAssertion)
}

func usable(set []string) bool {
	return len(set) > 0 && len(set) <= maxLiterals && shortest(set) >= MinLiteral
}

func shortest(set []string) int {
	if len(set) == 0 {
		return 0
	}
	n := len(set[0])
	for _, s := range set[1:] {
		n = min(n, len(s))
	}
	return n
}

// info is what an analysis finds out about a sub-expression. exact is the finite set of texts it
// matches, nil when there is no such set. prefix: every match starts with one of them. suffix:
// every match ends with one. required: every match holds one, with bytes of left only before it.
// Nil: nothing known.
type info struct {
	exact, prefix, suffix, required []string
	left                            byteSet
}

// An analysis remembers what was found out about the parts of an expression: the compiler asks for
// every optional part by itself, and the whole is made of them.
type analysis struct {
	infos map[*syntax.Regexp]info
	bytes map[*syntax.Regexp]byteSet
}

func newAnalysis() *analysis {
	return &analysis{make(map[*syntax.Regexp]info), make(map[*syntax.Regexp]byteSet)}
}

func (a *analysis) of(re *syntax.Regexp) info {
	in, ok := a.infos[re]
	if !ok {
		in = a.analyse(re)
		a.infos[re] = in
	}
	return in
}

// bytesOf is the set of bytes that matches of re may hold.
func (a *analysis) bytesOf(re *syntax.Regexp) byteSet {
	set, ok := a.bytes[re]
	if !ok {
		set = ownBytes(re)
		for _, sub := range re.Sub {
			set = set.union(a.bytesOf(sub))
		}
		a.bytes[re] = set
	}
	return set
}

func (a *analysis) analyse(re *syntax.Regexp) info {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return exactly("")
	case syntax.OpLiteral:
		return a.literal(re)
	case syntax.OpCharClass:
		return class(re)
	case syntax.OpCapture:
		return a.of(re.Sub[0])
	case syntax.OpPlus:
		return repeated(a.of(re.Sub[0]))
	case syntax.OpRepeat:
		if re.Min == 1 && re.Max == 1 {
			return a.of(re.Sub[0])
		}
		if re.Min >= 1 {
			return repeated(a.of(re.Sub[0]))
		}
	case syntax.OpQuest:
		if in := a.of(re.Sub[0]); in.exact != nil && len(in.exact) < maxLiterals {
			return exactly(append([]string{""}, in.exact...)...)
		}
	case syntax.OpAlternate:
		return a.alternation(re.Sub)
	case syntax.OpConcat:
		return a.concatenation(re.Sub)
	}
	return info{} // stars, any character, assertions: nothing known
}

func exactly(set ...string) info { return info{exact: set, prefix: set, suffix: set, required: set} }

// literal folds a literal. Letters outside ASCII have case forms the filter does not know, so
// they end what is known, in the same way as an unknown character.
func (a *analysis) literal(re *syntax.Regexp) info {
	var parts []*syntax.Regexp
	run := func(rs []rune) info { return exactly(strings.ToLower(string(rs))) }
	for i, r := range re.Rune {
		if r < 0x80 {
			continue
		}
		if i > 0 {
			parts = append(parts, &syntax.Regexp{Op: syntax.OpLiteral, Rune: re.Rune[:i], Flags: re.Flags})
		}
		parts = append(parts, &syntax.Regexp{Op: syntax.OpAnyChar})
		if i+1 < len(re.Rune) {
			parts = append(parts, &syntax.Regexp{Op: syntax.OpLiteral, Rune: re.Rune[i+1:], Flags: re.Flags})
		}
		return a.concatenation(parts)
	}
	return run(re.Rune)
}

// class gives the members of a small character class.
func class(re *syntax.Regexp) info {
	var set []string
	for i := 0; i+1 < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			if r == 0x17f || r == 0x212a {
				continue // fold to s and k: texts that hold them are not filtered
			}
			if r >= 0x80 || len(set) > 12 {
				return info{}
			}
			if s := strings.ToLower(string(r)); !slices.Contains(set, s) {
				set = append(set, s)
			}
		}
	}
	if len(set) == 0 || len(set) > 12 {
		return info{}
	}
	return exactly(set...)
}

func repeated(in info) info {
	in.exact = nil
	return in
}

func (a *analysis) alternation(subs []*syntax.Regexp) info {
	out := a.of(subs[0])
	for _, sub := range subs[1:] {
		in := a.of(sub)
		out = info{
			union(out.exact, in.exact), union(out.prefix, in.prefix),
			union(out.suffix, in.suffix), union(out.required, in.required),
			out.left.union(in.left),
		}
	}
	return out
}

func union(a, b []string) []string {
	if a == nil || b == nil || len(a)+len(b) > 2*maxLiterals {
		return nil
	}
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// concatenation joins what its parts know: as long as parts are exact their texts are crossed;
// where one is not, the run so far crossed with its prefixes is one set of required literals,
// and its suffixes start the next run.
func (a *analysis) concatenation(subs []*syntax.Regexp) info {
	run := []string{""}
	var prefix, best []string
	var before, beforeRun, left byteSet // bytes of the parts so far, of those before run, before best
	first, exact := true, true
	keep := func(set []string, behind byteSet) {
		if isBetter(set, best) {
			best, left = set, behind
		}
	}
	for _, sub := range subs {
		in := a.of(sub)
		behind := before
		before = before.union(a.bytesOf(sub))
		if in.exact != nil {
			if x := lengthen(run, in.exact); x != nil {
				run = x
				continue
			}
		}
		exact = false
		if x := lengthen(run, in.prefix); x != nil {
			run = x
		} else if x := lengthen(run, commonPrefix(in.prefix)); x != nil {
			run = x
		}
		if first {
			prefix = run
			first = false
		}
		keep(run, beforeRun)
		keep(in.required, behind.union(in.left))
		run, beforeRun = []string{""}, before
		if in.suffix != nil {
			run = in.suffix
		}
	}
	if exact {
		return exactly(run...)
	}
	keep(run, beforeRun)
	out := info{prefix: prefix, suffix: run, required: best, left: left}
	if shortest(prefix) == 0 {
		out.prefix = nil
	}
	if shortest(run) == 0 {
		out.suffix = nil
	}
	return out
}

// rareEnough is the length from which on a single letter more makes a literal no rarer: ten of
// it, one for each digit that may follow, cost more than they save.
const rareEnough = 12

// lengthen crosses a run with what follows it, unless it would multiply for a single letter.
func lengthen(run, set []string) []string {
	if len(set) > 3 && shortest(run) >= rareEnough && !slices.ContainsFunc(set, func(s string) bool { return len(s) > 1 }) {
		return nil
	}
	return cross(run, set)
}

// commonPrefix is what all texts of a set start with, as a set of one; nil when it is nothing.
func commonPrefix(set []string) []string {
	if len(set) == 0 {
		return nil
	}
	common := set[0]
	for _, s := range set[1:] {
		n := 0
		for n < len(common) && n < len(s) && common[n] == s[n] {
			n++
		}
		common = common[:n]
	}
	if common == "" {
		return nil
	}
	return []string{common}
}

func cross(a, b []string) []string {
	if a == nil || b == nil || len(a)*len(b) > maxLiterals {
		return nil
	}
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			if s := x + y; !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// isBetter reports whether the shortest literal of a is longer than that of b: the longer, the
// rarer.
func isBetter(a, b []string) bool {
	if shortest(a) == 0 {
		return false
	}
	return b == nil || shortest(a) > shortest(b) || shortest(a) == shortest(b) && len(a) < len(b)
}
