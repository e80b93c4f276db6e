package classify

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/rules"
)

// builtin is the rule set of the program, compiled once for all tests.
var builtin = sync.OnceValue(func() *engine {
	set, err := Load([]Layer{{rules.FS, "rules"}}, today)
	if err != nil {
		panic(err)
	}
	e, err := newEngine(set.Rules)
	if err != nil {
		panic(err)
	}
	return e
})

// A twin says what appendMatches and capture must come to, the slow and obvious way: every
// expression over the whole text with regexp, every literal with strings, codes with regexp.
type twin struct {
	rules []*Rule
	exprs []*regexp.Regexp
}

var builtinTwin = sync.OnceValue(func() *twin {
	t := &twin{}
	for _, c := range builtin().rules {
		t.add(c.rule)
	}
	return t
})

func (t *twin) add(r *Rule) {
	t.rules = append(t.rules, r)
	if r.Match.Regex == "" {
		t.exprs = append(t.exprs, nil)
		return
	}
	t.exprs = append(t.exprs, regexp.MustCompile("(?is)"+r.Match.Regex))
}

// matches lists "rule start-end name=value…" for every rule that matches.
func (t *twin) matches(log, field, text string) (out []string) {
	for i, r := range t.rules {
		if len(r.Match.Fields) > 0 && !slices.Contains(r.Match.Fields, field) || log != "" && !slices.Contains(r.Logs, log) {
			continue
		}
		if s, ok := t.match(r, t.exprs[i], text); ok {
			out = append(out, s)
		}
	}
	return out
}

func (t *twin) match(r *Rule, re *regexp.Regexp, text string) (string, bool) {
	lower := lowerASCII(text)
	for _, lit := range r.Match.None {
		if strings.Contains(lower, lowerASCII(NormalizeString(lit))) {
			return "", false
		}
	}
	var parts [][]int // evidence found, the best kind first; nil where a part was not found
	if re != nil {
		parts = append(parts, re.FindStringSubmatchIndex(text))
	}
	if len(r.Match.Any) > 0 {
		parts = append(parts, firstLiteral(lower, r.Match.Any))
	}
	if len(r.Match.Codes) > 0 {
		parts = append(parts, firstCode(text, r.Match.Codes))
	}
	found := slices.IndexFunc(parts, func(p []int) bool { return p != nil })
	missing := slices.ContainsFunc(parts, func(p []int) bool { return p == nil })
	if found < 0 || r.Match.All && missing {
		return "", false
	}
	s := fmt.Sprintf("%s %d-%d", r.ID, parts[found][0], parts[found][1])
	if re == nil || found > 0 {
		return s, true
	}
	for g, name := range re.SubexpNames() {
		if from, to := parts[0][2*g], parts[0][2*g+1]; name != "" && from >= 0 && from < to {
			s += fmt.Sprintf(" %s=%q", captureName(name), text[from:to])
		}
	}
	return s, true
}

func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// firstLiteral is the leftmost, then longest occurrence.
func firstLiteral(lower string, literals []string) (loc []int) {
	for _, lit := range literals {
		lit = lowerASCII(NormalizeString(lit))
		if at := strings.Index(lower, lit); at >= 0 && (loc == nil || at < loc[0] || at == loc[0] && at+len(lit) > loc[1]) {
			loc = []int{at, at + len(lit)}
		}
	}
	return loc
}

var codeTwin = regexp.MustCompile(`\b0[xX][89a-fA-F][0-9a-fA-F]{7}\b|\B-21[0-9]{8}\b`)

func firstCode(text string, codes []string) []int {
	for _, loc := range codeTwin.FindAllStringIndex(text, -1) {
		n, err := strconv.ParseInt(text[loc[0]:loc[1]], 0, 64)
		if err != nil || n < -1<<31 {
			continue
		}
		for _, code := range codes {
			if want, _ := strconv.ParseInt(code, 0, 64); uint32(n) == uint32(want) {
				return loc
			}
		}
	}
	return nil
}

// engineMatches writes what the engine finds as the twin does.
func engineMatches(e *engine, s *scratch, log string, field int8, text []byte) (out []string) {
	for _, m := range e.appendMatches(nil, s, log, field, text) {
		line := fmt.Sprintf("%s %d-%d", e.rules[m.rule].rule.ID, m.start, m.end)
		e.capture(m, text, func(name string, value []byte) { line += fmt.Sprintf(" %s=%q", name, value) })
		out = append(out, line)
	}
	return out
}

func checkMatches(t *testing.T, e *engine, tw *twin, s *scratch, log string, field int8, text string) {
	t.Helper()
	want := tw.matches(log, fieldNames[field], text)
	got := engineMatches(e, s, log, field, []byte(text))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log %q, field %s, text %q: not what the naive loop finds (-naive +engine):\n%s", log, fieldNames[field], text, diff)
	}
}

// exampleTexts are the normal forms of all examples of the built-in rules.
var exampleTexts = sync.OnceValue(func() (texts []string) {
	for _, c := range builtin().rules {
		for _, ex := range c.rule.Examples.Match {
			texts = append(texts, NormalizeString(ex.Text))
		}
		for _, text := range c.rule.Examples.NoMatch {
			texts = append(texts, NormalizeString(text))
		}
	}
	return texts
})

// mutations of a text, as logs bend messages: cut off, put together, wrapped, translated.
var mutations = []struct {
	name string
	make func(r *rand.Rand, text, other string) string
}{
	{"pair", func(_ *rand.Rand, text, other string) string { return text + " " + other }},
	{"truncated", func(r *rand.Rand, text, _ string) string { return text[:r.IntN(len(text)+1)] }},
	{"head missing", func(r *rand.Rand, text, _ string) string { return text[r.IntN(len(text)+1):] }},
	{"case flipped", func(_ *rand.Rand, text, _ string) string {
		b := []byte(text)
		for i, c := range b {
			if c|0x20 >= 'a' && c|0x20 <= 'z' {
				b[i] = c ^ 0x20
			}
		}
		return string(b)
	}},
	{"blanks doubled", func(_ *rand.Rand, text, _ string) string { return strings.ReplaceAll(text, " ", "  ") }},
	{"not ASCII", func(r *rand.Rand, text, _ string) string {
		return inserted(r, text, "ä", "Ümlaut", "表", "😀", "\u00a0", "�")
	}},
	{"folds oddly", func(r *rand.Rand, text, _ string) string {
		text = strings.Replace(text, "k", "\u212a", r.IntN(3))
		return strings.Replace(text, "s", "\u017f", 1+r.IntN(3))
	}},
	{"not UTF-8", func(r *rand.Rand, text, _ string) string {
		return inserted(r, text, "\xff", "\xc3", "\xe2\x84", "\x80")
	}},
	{"word around", func(_ *rand.Rand, text, _ string) string { return "x" + text + "x" }},
	{"fault", func(_ *rand.Rand, text, _ string) string {
		return `<OrganizationServiceFault><ErrorCode>-2147220891</ErrorCode><Message>` + text + `</Message><TraceText>` + text + `</TraceText></OrganizationServiceFault>`
	}},
	{"repeated", func(_ *rand.Rand, text, _ string) string { return text + text + text }},
	{"deep in a text", func(_ *rand.Rand, text, other string) string {
		return strings.Repeat(other[:len(other)/2]+", ", 3) + text
	}},
}

func inserted(r *rand.Rand, text string, what ...string) string {
	for _, w := range what {
		at := r.IntN(len(text) + 1)
		text = text[:at] + w + text[at:]
	}
	return text
}

func TestEngineEqualsNaiveLoop(t *testing.T) {
	e, tw, texts := builtin(), builtinTwin(), exampleTexts()
	if len(texts) < 300 {
		t.Fatalf("only %d examples", len(texts))
	}
	var s scratch
	for i, text := range texts {
		if testing.Short() && i%16 != 0 {
			continue // all of them take minutes with the race detector
		}
		checkMatches(t, e, tw, &s, "", errorText, text)
		checkMatches(t, e, tw, &s, []string{"dualwrite", "plugintrace"}[i%2], int8(i/2%2), text)
	}
	for k, mut := range mutations {
		t.Run(mut.name, func(t *testing.T) {
			t.Parallel() // one engine serves all
			var s scratch
			r := rand.New(rand.NewPCG(1, uint64(k)))
			// All texts in all mutations take two minutes, and many more with the race detector.
			every := 8
			if testing.Short() {
				every = 64
			}
			for i, text := range texts {
				other := texts[r.IntN(len(texts))]
				if i%every != k%every {
					continue
				}
				checkMatches(t, e, tw, &s, "", errorText, mut.make(r, text, other))
			}
		})
	}
}

// Rules that lean on what the built-in ones do not have.
func TestEngineEqualsNaiveLoopOnOddRules(t *testing.T) {
	var list []*Rule
	tw := &twin{}
	add := func(m Match) {
		r := &Rule{ID: fmt.Sprintf("r%02d", len(list)), Logs: []string{"dualwrite"}, Match: m}
		list = append(list, r)
		tw.add(r)
	}
	for _, expr := range []string{
		`a+b`,                                                 // no literal: always tried
		`(?P<x>\w+)@(?P<y>\w+)`,                               // no literal
		`(?:(?P<x>a*)b?)*(?P<y>c)`,                            // a loop that can be empty: regexp
		`(?P<who>[a-z]+) has no licence`,                      // inner literal
		`(?P<all>.*)middle of the text`,                       // inner, anything before it
		`\bstart of word`,                                     // assertion before the literal
		`^start of text`,                                      // where the text begins
		`end of text$`,                                        //
		`größe der datei (?P<n>\d+)`,                          // letters outside ASCII
		`[äöü]+berschreitung`,                                 //
		`(?-i:Exact Case) (?P<x>\S+)`,                         //
		`(?:(?:a|aa)*c|x) needs budget`,                       // steps run out
		`first literal|second literal`,                        //
		`second literal or more`,                              //
		`((?:abc){2,3}?)(?P<x>.{2,4})tail`,                    //
		`there is (?P<x>an error in the qzxjkvw)|an error in`, // found from the right
	} {
		add(Match{Regex: expr})
	}
	add(Match{Any: []string{"short", "a much longer literal"}})
	add(Match{Any: []string{"an error", "an error in the"}})
	add(Match{Any: []string{"Größe", "first literal or not"}, None: []string{"licence"}})
	add(Match{Any: []string{"first literal"}, Regex: `second (?P<x>\w+)`, Codes: []string{"0x80040265"}, All: true})
	add(Match{Any: []string{"first literal"}, Regex: `second (?P<x>\w+)`, Codes: []string{"0x80040265"}})
	e, err := newEngine(list)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{
		"a", "b", "aab", "x@y", "c", "Anna has no licence", "middle of the TEXT", "start of word", "Start of Text", "end of text", "größe der datei 12",
		"GRÖSSE DER DATEI 13", "Größe der Datei 9", "Überschreitung", "ÄÜberschreitung", "Exact Case y", "exact case y", strings.Repeat("a", 60) + "x needs budget",
		"aac needs budget", "there is an error in the qzxjkvw", "an error in", "first literal", "Second Literal or more", "abcABCabcxyztail", "short", "a much longer literal", "0x80040265", "-2147220891", "0x800402651",
		"\xff", "é", "licence", "\u212a", "\u017fhort", "first literal or not",
	}
	var s scratch
	r := rand.New(rand.NewPCG(2, 2))
	for range 3000 {
		var text []string
		for range 1 + r.IntN(6) {
			text = append(text, words[r.IntN(len(words))])
		}
		checkMatches(t, e, tw, &s, "dualwrite", errorText, strings.Join(text, []string{" ", "", "-"}[r.IntN(3)]))
	}
}

func FuzzMatcher(f *testing.F) {
	every := 8
	if testing.Short() {
		every = 64
	}
	for i, text := range exampleTexts() {
		if i%every == 0 {
			f.Add([]byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 4000 {
			t.Skip("the naive loop takes too long")
		}
		var s scratch
		checkMatches(t, builtin(), builtinTwin(), &s, "", errorText, string(Normalize(nil, text)))
		checkMatches(t, builtin(), builtinTwin(), &s, "dualwrite", traceText, string(text))
	})
}

func TestBuiltinRulesAreSupported(t *testing.T) {
	for _, c := range builtin().rules {
		if c.expr != nil && c.expr.prog == nil {
			t.Errorf("%s: the backtracker does not support %s", c.rule.ID, c.expr.source)
		}
	}
	if len(builtin().always) > 0 {
		t.Errorf("rules without a literal of %d bytes: %d, want none", minLiteral, builtin().always)
	}
}

func TestSpentBudgetAsksRegexp(t *testing.T) {
	x, err := newExpression(`(?P<x>(?:a|aa)*)b|(?P<y>a{3})`)
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.Repeat([]byte("a"), 60)
	m := machine{text: text, ascii: true, steps: maxSteps}
	if m.find(x.prog, 0, len(text)); m.steps >= 0 {
		t.Fatalf("%d steps left: the text is too easy for this test", m.steps)
	}
	var got []int
	for _, at := range x.submatches(nil, asciiText, text, 0) {
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

var letters = []string{"a", "b", "c", "A", "B", "ab", "abc", "k", "s", "S", "é", "É", " ", "\n", "_", "1", "x1", "\xff", "\xc3", "\xe2\x82", "€", "�", "😀", "\u212a", "\u017f", "\x82"}

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
	x, err := newExpression(expr)
	if err != nil {
		return false
	}
	want := x.regexp().FindSubmatchIndex(text)
	form := formOf(text)
	if want != nil && form != oddText {
		checkAnalysis(t, expr, string(text[want[0]:want[1]]))
	}
	if x.prog == nil || form == oddText {
		return false
	}
	m := machine{text: text, ascii: form == asciiText, steps: maxSteps}
	start, end := m.find(x.prog, 0, len(text))
	if m.steps < 0 {
		return false
	}
	var got []int
	if start >= 0 {
		for _, at := range x.submatches(nil, form, text, start) {
			got = append(got, int(at))
		}
		if len(got) == 0 || got[1] != end {
			t.Errorf("%s on %q: end is %d without captures, %d with them", expr, text, end, got)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s on %q (-regexp +ours):\n%s", expr, text, diff)
	}
	return true
}

// checkAnalysis holds what analyse says about an expression against one of its matches.
func checkAnalysis(t *testing.T, expr, found string) {
	t.Helper()
	re, err := parse(expr)
	if err != nil {
		t.Fatal(err)
	}
	in := analyse(re)
	lower := lowerASCII(found)
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
		if strings.HasPrefix(lowerASCII(found[i:]), lit) {
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
	compared := 0
	for range 20000 {
		s := shape{data: randomBytes(r, 40)}
		expr := s.expr(4)
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
	// Characters are counted, not bytes, also from one try to the next.
	checkBacktrack(t, `x.{0,2}?a\d`, []byte("éxaaa1"))
	checkBacktrack(t, `x.{0,2}?a\d`, []byte("éxaaaa1"))
	checkBacktrack(t, `x.{0,2}?a\d`, []byte("xéaéa1"))
	checkBacktrack(t, `x.{0,3}?a\d`, []byte("xéaéa1"))
	for _, expr := range []string{`é{2,3}?x`, `.{0,3}?ab`, `(.{1,4}?)(?P<x>ab)?b`, `[^b]{0,3}b`, `\w+?$`, `(?:.{0,5}?(a+))?c`, `x.{2,3}?ab|ab`} {
		for range 2000 {
			checkBacktrack(t, expr, spelled(randomBytes(r, r.IntN(16))))
		}
	}
}

// Every match of a rule holds one of its literals, where the matcher expects it.
func TestNeededLiterals(t *testing.T) {
	if testing.Short() {
		t.Skip("every expression over every example takes two minutes with the race detector")
	}
	matched := 0
	for i, c := range builtin().rules {
		if c.expr == nil {
			continue
		}
		for _, text := range exampleTexts() {
			loc := builtinTwin().exprs[i].FindStringIndex(text)
			if loc == nil {
				continue
			}
			matched++
			found := text[loc[0]:loc[1]]
			if !slices.ContainsFunc(c.needed.literals, func(lit string) bool {
				if c.needed.anchored {
					return strings.HasPrefix(lowerASCII(found), lit)
				}
				return foundBehind(found, lit, c.needed.left)
			}) {
				t.Errorf("%s: none of %q where it should be in %q (anchored: %v)", c.rule.ID, c.needed.literals, found, c.needed.anchored)
			}
		}
	}
	if matched < 200 {
		t.Errorf("only %d matches looked at", matched)
	}
}

func TestNeedle(t *testing.T) {
	text := []byte("Zebra zebra ZEBRAzebr")
	for _, c := range []struct{ from, last, want int }{
		{0, 99, 0}, {1, 99, 6}, {1, 6, 6}, {1, 5, -1}, {7, 99, 12}, {13, 99, -1}, {21, 99, -1}, {5, 3, -1},
	} {
		n := newNeedle("zebra")
		if got := n.index(text, c.from, c.last); got != c.want {
			t.Errorf("zebra from %d to %d: at %d, want %d", c.from, c.last, got, c.want)
		}
	}
}

func TestAppendMatchesDoesNotAllocate(t *testing.T) {
	e := builtin()
	var s scratch
	var ms []match
	for _, text := range exampleTexts() {
		text := []byte(text)
		ms = e.appendMatches(ms[:0], &s, "dualwrite", errorText, text) // warm up
		if n := testing.AllocsPerRun(3, func() {
			ms = e.appendMatches(ms[:0], &s, "dualwrite", errorText, text)
			for _, m := range ms {
				e.capture(m, text, func(string, []byte) {})
			}
		}); n != 0 {
			t.Fatalf("%v allocations for %q", n, text)
		}
	}
}

// varied gives copies of the texts with other digits, as real records differ.
func varied(texts []string, n int) (out [][]byte, bytes int64) {
	r := rand.New(rand.NewPCG(5, 5))
	for i := range n {
		b := []byte(texts[i%len(texts)])
		for j, c := range b {
			// Codes must stay what they are.
			if c >= '0' && c <= '9' && (j < 12 || !strings.Contains(string(b[j-12:j]), "0x")) && r.IntN(2) == 0 {
				b[j] = '0' + byte(r.IntN(10))
			}
		}
		out = append(out, b)
		bytes += int64(len(b))
	}
	return out, bytes / int64(n)
}

// go test ./classify -run - -bench Match
func BenchmarkMatch(b *testing.B) {
	stack := strings.Repeat(" at Microsoft.Crm.Sandbox.SandboxAppDomainHelper.Execute(IServiceEndpointNotificationService serviceBusService, IOrganizationServiceFactory factory) in Sandbox.cs:line 412", 8)
	quiet := strings.Repeat("Entered AccountPlugin.Execute(), Correlation Id: 7a1d30c5-8e42-4f96-b0d7-19c5e3f86a00, Initiating User: 4b1f8c72; retrieved 12 contacts in 84 ms. ", 9)
	var traces, short []string
	for _, c := range builtin().rules {
		for _, ex := range c.rule.Examples.Match {
			text := NormalizeString(ex.Text)
			if c.logs[logIndex("plugintrace")] {
				traces = append(traces, text+stack)
			}
			if c.logs[logIndex("dualwrite")] {
				short = append(short, text)
			}
		}
	}
	for _, bm := range []struct {
		name, log string
		texts     []string
	}{
		{"trace errors", "plugintrace", traces},
		{"no match", "plugintrace", []string{quiet}},
		{"dual-write short", "dualwrite", short},
	} {
		b.Run(bm.name, func(b *testing.B) {
			texts, size := varied(bm.texts, 1000)
			e := builtin()
			var s scratch
			var ms []match
			b.SetBytes(size)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				text := texts[i%len(texts)]
				ms = e.appendMatches(ms[:0], &s, bm.log, errorText, text)
				for _, m := range ms {
					e.capture(m, text, func(string, []byte) {})
				}
				i++
			}
		})
	}
}

func BenchmarkNewEngine(b *testing.B) {
	list := builtinTwin().rules
	for b.Loop() {
		if _, err := newEngine(list); err != nil {
			b.Fatal(err)
		}
	}
}

func newExpression(source string) (*expression, error) {
	re, err := parse(source)
	if err != nil {
		return nil, err
	}
	return expressionOf(source, re), nil
}
