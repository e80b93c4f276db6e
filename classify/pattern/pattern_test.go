package pattern

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSpentBudgetAsksRegexp(t *testing.T) {
	x, err := Compile(`(?P<x>(?:a|aa)*)b|(?P<y>a{3})`)
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.Repeat([]byte("a"), 60)
	m := machine{text: text, ascii: true, steps: maxSteps}
	if m.find(x.program(), 0, len(text)); m.steps >= 0 {
		t.Fatalf("%d steps left: the text is too easy for this test", m.steps)
	}
	var got []int
	for _, at := range x.Submatches(nil, TextOf(text), 0) {
		got = append(got, int(at))
	}
	if diff := cmp.Diff(x.regexp().FindSubmatchIndex(text), got); diff != "" {
		t.Errorf("captures (-regexp +ours):\n%s", diff)
	}
}

// shape turns fuzz data into an expression: each byte chooses the next piece.
type shape struct {
	data   []byte
	groups int
}

func (s *shape) pick(n int) int {
	if len(s.data) == 0 {
		return 0
	}
	c := s.data[0]
	s.data = s.data[1:]
	return int(c) % n
}

var pieces = []string{
	"a", "b", "ab", "abc", "ca", "k", "s", "é", "ÉB", " ", ".", `\w`, `\W`, `\s`, `\d`, "[ab]", "[^a]", "[^b ]", "[a-cé]", "[^é]", "[ks]", ".", ".", "x1",
	`\b`, `\B`, "^", "$", `\z`, `\A`, "(?m:^)", "(?m:$)", "(?-s:.)", "(?-i:A)", "(?-i:aB)", `\x{FFFD}`, "", `\pL`, "[[:^alpha:]]",
	"abcab", "bcabc", // long enough to be looked ahead for
}

var repeats = []string{"*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,3}?", "{2,}", "{0,9}?", "{1,}?", "{0,3}?", "{3}?", "{0}", "{2,4}"}

func (s *shape) expr(depth int) string {
	kind := s.pick(8)
	if depth == 0 {
		kind = min(kind, 2)
	}
	switch kind {
	case 3, 4:
		return s.expr(depth-1) + s.expr(depth-1)
	case 5:
		return "(?:" + s.expr(depth-1) + "|" + s.expr(depth-1) + ")"
	case 6:
		s.groups++
		return fmt.Sprintf("(?P<g%d>%s)", s.groups, s.expr(depth-1))
	case 7:
		return "(?:" + s.expr(depth-1) + ")" + repeats[s.pick(len(repeats))]
	case 2:
		return s.piece() + s.piece()
	}
	return s.piece()
}

func (s *shape) piece() string {
	p := pieces[s.pick(len(pieces))]
	if k := s.pick(3 * len(repeats)); k < len(repeats) && p != "" {
		return "(?:" + p + ")" + repeats[k]
	}
	return p
}

var letters = []string{"a", "b", "c", "A", "B", "ab", "abc", "k", "s", "S", "é", "É", " ", "\n", "_", "1", "x1", "\xff", "\xc3", "\xe2\x82", "€", "�", "😀", "\u212a", "\u017f", "\x82", "abcab", "BCABC"}

func spelled(data []byte) (text []byte) {
	for _, c := range data {
		text = append(text, letters[int(c)%len(letters)]...)
	}
	return text
}

// checkBacktrack compares one expression on one text with regexp; supported tells whether there
// was anything to compare.
func checkBacktrack(t *testing.T, expr string, text []byte) (supported bool) {
	t.Helper()
	x, err := Compile(expr)
	if err != nil {
		return false
	}
	want := x.regexp().FindSubmatchIndex(text)
	form := formOf(text)
	if want != nil && form != oddText {
		checkAnalysis(t, expr, string(text[want[0]:want[1]]))
	}
	if x.program() == nil || form == oddText {
		return false
	}
	m := machine{text: text, ascii: form == asciiText, steps: maxSteps}
	start, end := m.find(x.prog, 0, len(text))
	again := machine{text: text, ascii: form == asciiText, steps: maxSteps, slow: math.MaxInt, memo: memo{turn: 1}}
	if s, e := again.find(x.prog, 0, len(text)); m.steps >= 0 && (s != start || e != end || again.steps < 0) {
		t.Errorf("%s on %q: %d to %d, and %d to %d where it remembers what failed", expr, text, start, end, s, e)
	}
	if m.steps < 0 {
		return false
	}
	var got []int
	if start >= 0 {
		for _, at := range x.Submatches(nil, Text{text, form}, start) {
			got = append(got, int(at))
		}
		if len(got) == 0 || got[1] != end {
			t.Errorf("%s on %q: end is %d without captures, %d with them", expr, text, end, got)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s on %q (-regexp +ours):\n%s", expr, text, diff)
	}
	checkSeeking(t, x, text, want)
	return true
}

// checkSeeking holds what a filter and a Seeker find to what regexp found, nil for nothing. entered tells whether they
// had entries to choose from.
func checkSeeking(t *testing.T, x *Expr, text []byte, want []int) (entered bool) {
	t.Helper()
	if x.Literals() == nil {
		return false
	}
	var k Seeker
	k.Begin(TextOf(text))
	found := NothingFound
	for _, h := range NewFilter(x.Literals()).AppendHits(nil, text) {
		k.Near(x, &found, int(h.Literal), h.Start)
	}
	switch {
	case want == nil && found.Start >= 0:
		t.Errorf("%s on %q: found at %d, and regexp finds nothing", x.source, text, found.Start)
	case want != nil && (int(found.Start) != want[0] || int(found.End) != want[1]):
		t.Errorf("%s on %q: found %d to %d, regexp %d to %d", x.source, text, found.Start, found.End, want[0], want[1])
	}
	return len(x.entries.list) > 1
}

// Expressions are made as those of rules are: wordings with words of their own and shared ones, behind heads that may be
// missing. Texts are made of the same words.
func TestEntriesEqualRegexp(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	words := []string{"parcel lost", "was returned", "carrier says", "depot", "error: ", "weight ", " is already used", "[ab]", "無法", "é"}
	gaps := []string{"", " ", ".{0,9}?", "[a-z ]{0,6}", `\b`, "(?P<n>\\w{1,8})", "x?", "(?:depot|carrier says|^)", "(?:weight .{0,5}?)?"}
	pick := func(of []string) string { return of[r.IntN(len(of))] }
	part := func() string { return pick(gaps) + pick(words) }
	wording := func() string {
		head := pick([]string{"", "(?:" + part() + "|^|" + part() + ")", "(?:" + part() + ")?", "(?:" + part() + "|" + part() + ")"})
		return head + part() + part() + pick(gaps)
	}
	matched, entered := 0, 0
	for range 1000 {
		expr := wording()
		for range r.IntN(3) {
			expr += "|" + wording()
		}
		x, err := Compile(strings.ReplaceAll(expr, "?P<n>", ""))
		if err != nil || x.program() == nil {
			continue
		}
		for range 6 {
			text := ""
			for range r.IntN(9) {
				text += pick(words) + pick([]string{"", " ", "x", "weight ", " depot "})
			}
			want := x.regexp().FindStringIndex(text)
			if checkSeeking(t, x, []byte(text), want) {
				entered++
				if want != nil {
					matched++
				}
			}
		}
		if t.Failed() {
			return
		}
	}
	if entered < 2500 || matched < 40 {
		t.Errorf("only %d texts were looked at by entries, %d of them match", entered, matched)
	}
}

// checkAnalysis holds what its analysis says about an expression against one of its matches.
func checkAnalysis(t *testing.T, expr, found string) {
	t.Helper()
	x, err := Compile(expr)
	if err != nil {
		t.Fatal(err)
	}
	in := new(analysis).of(x.tree)
	lower := Fold(found)
	claim := func(what string, set []string, holds func(lit string) bool) {
		if set != nil && !slices.ContainsFunc(set, holds) {
			t.Errorf("%s: %s is said to be %q, but it matches %q", expr, what, set, found)
		}
	}
	claim("the whole match", in.exact, func(lit string) bool { return lower == lit })
	claim("its start", in.prefix, func(lit string) bool { return strings.HasPrefix(lower, lit) })
	claim("its end", in.suffix, func(lit string) bool { return strings.HasSuffix(lower, lit) })
	claim("some part", in.required, func(lit string) bool { return foundBehind(found, lit, in.left) })
}

// foundBehind reports whether lit occurs in found, in any case, with nothing but bytes of left
// before it.
func foundBehind(found, lit string, left byteSet) bool {
	for i := 0; i <= len(found); i++ {
		if strings.HasPrefix(Fold(found[i:]), lit) {
			return true
		}
		if i < len(found) && !left.has(found[i]) {
			return false
		}
	}
	return false
}

func FuzzBacktrack(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 200 {
		f.Add(randomBytes(r, 40), randomBytes(r, 12))
	}
	f.Fuzz(func(t *testing.T, data, text []byte) {
		if len(text) > 200 {
			t.Skip("long")
		}
		s := shape{data: data}
		checkBacktrack(t, s.expr(4), spelled(text))
	})
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.IntN(256))
	}
	return b
}

func TestBacktrackEqualsRegexp(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	compared, guarded := 0, 0
	for range 20000 {
		s := shape{data: randomBytes(r, 40)}
		expr := s.expr(4)
		if x, err := Compile(expr); err == nil && x.program() != nil && slices.ContainsFunc(x.prog.nodes, func(n node) bool { return n.kind == nodeAhead }) {
			guarded++
		}
		for range 3 {
			if checkBacktrack(t, expr, spelled(randomBytes(r, r.IntN(16)))) {
				compared++
			}
		}
		if t.Failed() {
			return
		}
	}
	if compared < 20000 {
		t.Errorf("only %d of 60000 could be compared", compared)
	}
	if guarded < 150 {
		t.Errorf("only %d expressions look ahead for a literal", guarded)
	}
	// Characters are counted, not bytes, also from one try to the next.
	checkBacktrack(t, `x.{0,2}?a\d`, []byte("éxaaa1"))
	checkBacktrack(t, `x.{0,2}?a\d`, []byte("éxaaaa1"))
	checkBacktrack(t, `x.{0,2}?a\d`, []byte("xéaéa1"))
	checkBacktrack(t, `x.{0,3}?a\d`, []byte("xéaéa1"))
	for _, expr := range []string{`é{2,3}?x`, `.{0,3}?ab`, `(.{1,4}?)(?P<x>ab)?b`, `[^b]{0,3}b`, `\w+?$`, `(?:.{0,5}?(a+))?c`, `x.{2,3}?ab|ab`, `(?:.{0,3}abcab)?c`, `(?:[^b]{0,2}bcabc|é{0,3}abcab|c)a`} {
		for range 2000 {
			checkBacktrack(t, expr, spelled(randomBytes(r, r.IntN(16))))
		}
	}
}

func TestNeedle(t *testing.T) {
	text := []byte("Zebra zebra ZEBRAzebr")
	for _, c := range []struct{ from, last, want int }{
		{0, 99, 0}, {1, 99, 6}, {1, 6, 6}, {1, 5, -1}, {7, 99, 12}, {13, 99, -1}, {21, 99, -1}, {5, 3, -1},
	} {
		n := NewNeedle("zebra")
		if got := n.Index(text, c.from, c.last); got != c.want {
			t.Errorf("zebra from %d to %d: at %d, want %d", c.from, c.last, got, c.want)
		}
	}
}

// What was seen of a literal in one place of a text holds for the others, in any order of tries,
// and not for the next text.
func TestLookingAhead(t *testing.T) {
	near, far := NewNeedle("parcel"), NewNeedle("letter")
	near.slot, far.slot = 3, 3 // the one displaces the other
	text := []byte("....parcel....parcel....letter")
	m := machine{text: text, ascii: true, steps: maxSteps}
	for _, c := range []struct {
		needle     *Needle
		pos, reach int
		want       bool
	}{
		{&near, 0, 3, false}, {&near, 0, 4, true}, {&near, 4, 0, true}, {&near, 5, 8, false}, {&near, 5, 9, true}, {&near, 15, 99, false},
		{&near, 16, 99, false}, {&near, 0, 99, true}, {&far, 0, 23, false}, {&far, 1, 23, true}, {&near, 1, 3, true}, {&far, 24, 0, true}, {&far, 25, 99, false},
	} {
		n := &node{max: c.reach, ahead: []*Needle{c.needle}}
		if got := m.ahead(n, c.pos); got != c.want {
			t.Errorf("%s from %d within %d: %v, want %v", c.needle, c.pos, c.reach, got, c.want)
		}
	}
	var k Seeker
	k.Begin(TextOf(text))
	k.m.ahead(&node{max: 99, ahead: []*Needle{&near}}, 0)
	k.Begin(TextOf([]byte("nothing here")))
	if k.m.ahead(&node{max: 99, ahead: []*Needle{&near}}, 0) {
		t.Error("what was seen in one text is believed of the next")
	}
}
