package pattern

import (
	"math/bits"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An expression whose literals stand inside of its matches has entries: ways from the start of a match to a literal.
// Each wording has one of its own, and one for every part that may stand at its head ("Write failed for …" or the start of
// the text or "Infolog:"). A literal belongs to few of them, and a text rules most of those out, because words are missing that the
// wording has besides: rules share words (" is already used", "failed with error message"), and to look for the others takes
// a hundredth of the time in which the backtracker finds out. What is left says how far to the left a match may start, which
// for the whole expression is the start of the text.
type entries struct {
	list []entry  // empty: nothing better is known than of the whole
	of   []uint64 // per literal the entries that it belongs to, a bit each
}

type entry struct {
	left byteSet     // may stand between the start of a match and its literal
	must [][]*Needle // sets of which a text must hold one each
}

// Sets that are looked for: of texts that are long enough to be missing from most messages, and few.
const (
	minMust = 4
	maxMust = 16

	maxEntries = 64
)

// entriesOf analyses an expression with the literals that were found for it.
func entriesOf(re *syntax.Regexp, needs *needed) entries {
	if needs.anchored || len(needs.literals) == 0 {
		return entries{}
	}
	wordings := []*syntax.Regexp{re}
	if re.Op == syntax.OpAlternate {
		wordings = re.Sub
	}
	a := new(analysis)
	e := entries{of: make([]uint64, len(needs.literals))}
	for _, w := range wordings {
		in := a.of(w)
		from := len(e.list)
		if e.list = append(e.list, a.entries(w, &in)...); len(e.list) > maxEntries {
			return entries{}
		}
		for k, lit := range needs.literals {
			if slices.ContainsFunc(in.required, func(s string) bool { return strings.HasPrefix(s, lit) }) {
				e.of[k] |= (1<<(len(e.list)-from) - 1) << from
			}
		}
	}
	return e
}

// entries lists those of a wording, one for each head that it may have.
func (a *analysis) entries(w *syntax.Regexp, in *info) []entry {
	if w.Op != syntax.OpConcat || !in.behindHead {
		return []entry{{in.left, needlesOf(a.musts(w), in.required)}}
	}
	rest := a.concatMusts(w.Sub[1:])
	var list []entry
	for _, head := range heads(w.Sub[0]) {
		h := a.of(head)
		list = append(list, entry{in.rest.union(h.bytes), needlesOf(append(a.musts(head), rest...), in.required)})
	}
	return list
}

// heads are the parts of which one stands where re does.
func heads(re *syntax.Regexp) []*syntax.Regexp {
	switch re.Op {
	case syntax.OpQuest:
		return append(heads(re.Sub[0]), &syntax.Regexp{Op: syntax.OpEmptyMatch})
	case syntax.OpAlternate:
		return re.Sub
	}
	return []*syntax.Regexp{re}
}

// needlesOf leaves of the sets those that can be looked for, without the literals of which one was met already. The
// longest come first, for they are the likeliest to be missing.
func needlesOf(sets [][]string, met []string) (out [][]*Needle) {
	for _, set := range sets {
		if set = withoutLonger(set); shortest(set) < minMust || len(set) > maxMust || slices.Equal(set, withoutLonger(met)) {
			continue
		}
		needles := make([]*Needle, len(set))
		for i, lit := range set {
			needles[i] = needleOf(lit)
		}
		out = append(out, needles)
	}
	slices.SortStableFunc(out, func(a, b []*Needle) int { return b[0].Len() - a[0].Len() })
	return out
}

// musts lists sets of texts of each of which every match of re holds one.
func (a *analysis) musts(re *syntax.Regexp) [][]string {
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return a.musts(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min >= 1 {
			return a.musts(re.Sub[0])
		}
	case syntax.OpConcat:
		return a.concatMusts(re.Sub)
	case syntax.OpAlternate:
		return a.eitherMust(re.Sub)
	default:
		if set := a.texts(re); set != nil {
			return [][]string{set}
		}
	}
	return nil
}

// concatMusts joins neighbours whose texts are known to longer ones.
func (a *analysis) concatMusts(subs []*syntax.Regexp) (sets [][]string) {
	run := nothing
	for _, sub := range subs {
		if set := a.texts(sub); set != nil {
			if x := cross(run, set); x != nil {
				run = x
			} else {
				sets, run = append(sets, run), set
			}
			continue
		}
		sets = append(append(sets, run), a.musts(sub)...)
		run = nothing
	}
	return append(sets, run)
}

// eitherMust takes the best set of each alternative.
func (a *analysis) eitherMust(subs []*syntax.Regexp) [][]string {
	var all []string
	for _, sub := range subs {
		var best []string
		for _, set := range a.musts(sub) {
			if isBetter(set, best) {
				best = set
			}
		}
		if best == nil {
			return nil
		}
		all = append(all, best...)
	}
	return [][]string{all}
}

// texts is the set of texts that re stands for, nil without one. It knows more than an analysis: letters outside ASCII
// that have no case are the same bytes in every text.
func (a *analysis) texts(re *syntax.Regexp) []string {
	if set := a.of(re).exact; set != nil {
		return set
	}
	var set []string
	switch {
	case re.Op == syntax.OpLiteral && !slices.ContainsFunc(re.Rune, hasCase):
		set = append(set, Fold(string(re.Rune)))
	case re.Op == syntax.OpCharClass && len(re.Rune) <= 2*mostMembers:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i] != re.Rune[i+1] || re.Rune[i] < utf8.RuneSelf || hasCase(re.Rune[i]) {
				return nil
			}
			set = append(set, string(re.Rune[i]))
		}
	}
	return set
}

// hasCase reports whether a letter outside ASCII has other forms. So has U+FFFD, for which any byte stands that is no UTF-8.
func hasCase(r rune) bool {
	return r >= utf8.RuneSelf && (unicode.SimpleFold(r) != r || r == utf8.RuneError)
}

// metBy reports whether a text holds what a match needs, and how many texts were looked for.
func (e *entry) metBy(text []byte) (met bool, looked int) {
	for _, set := range e.must {
		if !slices.ContainsFunc(set, func(n *Needle) bool { looked++; return n.Index(text, 0, len(text)) >= 0 }) {
			return false, looked
		}
	}
	return true, looked
}

// reach says what may stand before a literal of x where it was met in a text; ok is false where no match can hold it.
// What it finds out about the text it keeps in f.
func (k *Seeker) reach(x *Expr, f *Found, literal int) (left byteSet, ok bool) {
	e := &x.entries
	if len(e.list) == 0 {
		return x.needs.left, true
	}
	for open := e.of[literal]; open != 0; open &= open - 1 {
		i := bits.TrailingZeros64(open)
		bit := uint64(1) << i
		if f.judged&bit == 0 {
			met, looked := e.list[i].metBy(k.text.bytes)
			f.judged |= bit
			if met {
				f.open |= bit
			}
			cost := looked * (len(k.text.bytes)/64 + 1) // what a text can cost is bounded here, too
			f.spent += cost
			k.charge(cost)
		}
		if f.open&bit != 0 {
			left, ok = left.union(e.list[i].left), true
		}
	}
	return left, ok
}
