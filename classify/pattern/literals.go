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
func neededLiterals(re *syntax.Regexp) needed {
	in := new(analysis).of(re)
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
// matches, nil when there is no such set, and the same set as the other three where there is. prefix: every
// match starts with one of them. suffix: every match ends with one. required: every match holds one, with
// bytes of left only before it. Nil: nothing known. bytes are those that its matches may hold.
type info struct {
	exact, prefix, suffix, required []string
	left, bytes                     byteSet

	behindHead bool    // required stands behind the first part of a concatenation,
	rest       byteSet // and between the two there are bytes of rest only
}

// An analysis finds out about the parts of an expression. For the literals of the whole one pass does, and
// nothing is remembered; the compiler asks for every optional part by itself, and some hold others.
type analysis struct {
	infos map[*syntax.Regexp]info // nil: nothing is remembered
	parts []info                  // of the alternations that are being looked at
}

func (a *analysis) of(re *syntax.Regexp) info {
	in, ok := a.infos[re]
	if !ok {
		in = a.analyse(re)
		in.bytes = in.bytes.union(ownBytes(re))
		if a.infos != nil {
			a.infos[re] = in
		}
	}
	return in
}

func (a *analysis) analyse(re *syntax.Regexp) info {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return exactly(nothing...)
	case syntax.OpLiteral:
		return a.literal(re)
	case syntax.OpCharClass:
		return class(re)
	case syntax.OpAlternate:
		return a.alternation(re.Sub)
	case syntax.OpConcat:
		return a.concatenation(re.Sub)
	}
	if len(re.Sub) == 0 {
		return info{} // any character, assertions: nothing known
	}
	in := a.of(re.Sub[0])
	switch {
	case re.Op == syntax.OpCapture, re.Op == syntax.OpRepeat && re.Min == 1 && re.Max == 1:
		return in
	case re.Op == syntax.OpPlus, re.Op == syntax.OpRepeat && re.Min >= 1:
		in.exact = nil
		return in
	case re.Op == syntax.OpQuest && in.exact != nil && len(in.exact) < maxLiterals:
		out := exactly(append([]string{""}, in.exact...)...)
		out.bytes = in.bytes
		return out
	}
	return info{bytes: in.bytes} // it may be missing
}

// nothing is the set of the empty text.
var nothing = []string{""}

func exactly(set ...string) info { return info{exact: set, prefix: set, suffix: set, required: set} }

// literal folds a literal. Letters outside ASCII have case forms the filter does not know, so
// they end what is known, in the same way as an unknown character.
func (a *analysis) literal(re *syntax.Regexp) info {
	var parts []*syntax.Regexp
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
		in := a.concatenation(parts)
		in.bytes = byteSet{} // those of re itself
		return in
	}
	small := make([]byte, 0, 64)
	for _, r := range re.Rune {
		small = append(small, lower[r])
	}
	return exactly(string(small))
}

// smallLetters holds every ASCII character at its place, letters in lower case.
var smallLetters = func() string {
	var all [0x80]byte
	for c := range all {
		all[c] = lower[c]
	}
	return string(all[:])
}()

// mostMembers is how many members a class may have that is taken for a list of letters.
const mostMembers = 12

// class gives the members of a small character class.
func class(re *syntax.Regexp) info {
	var room [mostMembers]string
	set := room[:0]
	for i := 0; i+1 < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			if r == 0x17f || r == 0x212a {
				continue // fold to s and k: texts that hold them are not filtered
			}
			if r >= 0x80 {
				return info{}
			}
			if s := smallLetters[r : r+1]; !slices.Contains(set, s) {
				if len(set) == mostMembers {
					return info{}
				}
				set = append(set, s)
			}
		}
	}
	if len(set) == 0 {
		return info{}
	}
	return exactly(slices.Clone(set)...)
}

func (a *analysis) alternation(subs []*syntax.Regexp) info {
	var out info
	from := len(a.parts)
	for _, sub := range subs {
		in := a.of(sub)
		a.parts = append(a.parts, in)
		out.left, out.bytes = out.left.union(in.left), out.bytes.union(in.bytes)
	}
	ins := a.parts[from:]
	a.parts = a.parts[:from]
	if !slices.ContainsFunc(ins, func(in info) bool { return in.exact == nil }) {
		exact := exactly(union(ins, func(in *info) []string { return in.exact })...)
		exact.left, exact.bytes = out.left, out.bytes
		return exact
	}
	out.prefix = union(ins, func(in *info) []string { return in.prefix })
	out.suffix = union(ins, func(in *info) []string { return in.suffix })
	out.required = union(ins, func(in *info) []string { return in.required })
	return out
}

// union is a set of all parts together, nil when one of them does not know it or it would be too large.
func union(ins []info, set func(*info) []string) []string {
	out := slices.Clone(set(&ins[0])) // other parts know the same set
	for i := range ins {
		more := set(&ins[i])
		if more == nil || i > 0 && len(out)+len(more) > 2*maxLiterals {
			return nil
		}
		for _, s := range more {
			if i > 0 && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// concatenation joins what its parts know: as long as parts are exact their texts are crossed;
// where one is not, the run so far crossed with its prefixes is one set of required literals,
// and its suffixes start the next run.
func (a *analysis) concatenation(subs []*syntax.Regexp) info {
	run := nothing
	var prefix []string
	var best info                // its required texts
	var before, beforeRun passed // the parts so far, those before run
	exact := true
	keep := func(set []string, b passed) {
		if isBetter(set, best.required) {
			best.required, best.left, best.rest, best.behindHead = set, b.all, b.rest, b.head
		}
	}
	for i, sub := range subs {
		in := a.of(sub)
		behind := before
		before.add(in.bytes, i == 0)
		if in.exact != nil {
			if x := lengthen(run, in.exact); x != nil {
				run = x
				continue
			}
		}
		if x := lengthen(run, in.prefix); x != nil {
			run = x
		} else if x := lengthen(run, commonPrefix(in.prefix)); x != nil {
			run = x
		}
		if exact {
			prefix, exact = run, false
		}
		keep(run, beforeRun)
		behind.add(in.left, false)
		keep(in.required, behind)
		run, beforeRun = nothing, before
		if in.suffix != nil {
			run = in.suffix
			beforeRun.head = beforeRun.head && i > 0 // else it is part of what the literals begin with
		}
	}
	if exact {
		out := exactly(run...)
		out.bytes = before.all
		return out
	}
	keep(run, beforeRun)
	out := best
	out.prefix, out.suffix, out.bytes = prefix, run, before.all
	if shortest(prefix) == 0 {
		out.prefix = nil
	}
	if shortest(run) == 0 {
		out.suffix = nil
	}
	return out
}

// passed is what stands before a place of a concatenation.
type passed struct {
	head      bool    // its first part does
	all, rest byteSet // bytes of all parts, of all but the first
}

func (b *passed) add(bytes byteSet, head bool) {
	b.all = b.all.union(bytes)
	if b.head = b.head || head; !head {
		b.rest = b.rest.union(bytes)
	}
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
	switch {
	case a == nil || b == nil || len(a)*len(b) > maxLiterals:
		return nil
	case len(a) == 1 && a[0] == "":
		return b
	case len(b) == 1 && b[0] == "":
		return a
	}
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			// Only of two sets with several texts each can two pairs read the same.
			if s := x + y; len(a) == 1 || len(b) == 1 || !slices.Contains(out, s) {
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
