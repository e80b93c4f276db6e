package classify

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify/pattern"
	"dwtriage/rules"
)

// builtin is the rule set of the program, compiled once for all tests.
var builtin = sync.OnceValue(func() *engine {
	set, err := Load([]Layer{{rules.FS, "rules"}}, today)
	if err != nil {
		panic(err)
	}
	e, err := newEngine(set)
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
		if err != nil || n < -1<<31 || foreignTwin(text[:loc[0]], uint32(n)) {
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

var (
	wordTwin      = regexp.MustCompile(`<[^<>]+>|[\w.@-]+`)
	tagTwin       = regexp.MustCompile(`^<(?:[^ />]*:)?([^ />:]*)`)
	notLetter     = regexp.MustCompile(`[^a-z]`)
	exceptionTwin = regexp.MustCompile(`[\w.@-]*Exception *\($`)
)

// foreignTwin says slowly whether a number is none of Dataverse, from all the words before it.
func foreignTwin(before string, value uint32) bool {
	if e := exceptionTwin.FindString(before); e != "" && !strings.Contains(e, "Crm") && !strings.Contains(e, "Xrm") {
		return true
	}
	key := ""
	words := wordTwin.FindAllString(before[max(0, len(before)-keyReach):], -1)
	for _, w := range slices.Backward(words) {
		if strings.HasPrefix(w, "</") {
			continue
		}
		if tag := tagTwin.FindStringSubmatch(w); tag != nil {
			w = tag[1]
		}
		w = notLetter.ReplaceAllString(strings.ToLower(w), "")
		if slices.Contains([]string{"value", "key", "hex", "int", "is", "was"}, w) {
			continue
		}
		key = w + key
		if w != "code" && w != "error" {
			break
		}
	}
	return value>>16 == 0x8013 || strings.Contains(key, "suberrorcode") || strings.Contains(key, "hresult")
}

// engineMatches writes what the engine finds as the twin does.
func engineMatches(e *engine, s *scratch, log string, field int8, text []byte) (out []string) {
	t := pattern.TextOf(text)
	for _, m := range e.appendMatches(nil, s, log, field, t) {
		line := fmt.Sprintf("%s %d-%d", e.rules[m.rule].rule.ID, m.start, m.end)
		e.capture(m, t, func(name string, value []byte) { line += fmt.Sprintf(" %s=%q", name, value) })
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

var full = flag.Bool("full", false, "compare with the slow twins over eight times as many texts; takes minutes")

// sampled is every how many of the texts a test looks at one: the slow twins run a regexp of each
// rule over each text.
func sampled(every int) int {
	switch {
	case testing.Short(): // with the race detector all of it takes ten times as long
		return 4 * every
	case *full:
		return max(every/8, 1)
	}
	return every
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
		if every := sampled(8); i%every != 0 {
			continue // all of them take minutes on a busy machine
		}
		checkMatches(t, e, tw, &s, "", errorText, text)
		checkMatches(t, e, tw, &s, []string{"dualwrite", "plugintrace"}[i%2], int8(i/2%2), text)
	}
	for k, mut := range mutations {
		t.Run(mut.name, func(t *testing.T) {
			t.Parallel() // one engine serves all
			var s scratch
			r := rand.New(rand.NewPCG(1, uint64(k)))
			// All texts in all mutations take ten minutes on a busy machine.
			every := sampled(64)
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
	e, err := newEngine(&Set{Rules: list})
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

// checkInner holds what is found in a part of a text after the text to what is found in the part alone.
func checkInner(t *testing.T, s, alone *scratch, text []byte, from, to int) {
	t.Helper()
	e := builtin()
	whole, part := pattern.TextOf(text), pattern.TextOf(text[from:to])
	e.appendMatches(nil, s, "", errorText, whole)
	got, want := e.appendInner(nil, s, "", errorText, whole, part, int32(from)), e.appendMatches(nil, alone, "", errorText, part)
	if !slices.Equal(got, want) {
		t.Errorf("%q inside of %q: matches %v, alone %v", text[from:to], text, got, want)
	}
}

// What rules match in the sentence of a text does not depend on whether the whole text was looked at before.
func TestInnerMatchesAsIfAlone(t *testing.T) {
	var s, alone scratch
	r := rand.New(rand.NewPCG(8, 8))
	for i, text := range exampleTexts() {
		d := dressed[i%len(dressed)]
		normal := Normalize(nil, []byte(d.in(text, "0x80040265")))
		inner := undressed(normal)
		at := cap(normal) - cap(inner)
		checkInner(t, &s, &alone, normal, at, at+len(inner))
		for range 3 { // wherever it is cut
			from := r.IntN(len(normal) + 1)
			for from > 0 && from < len(normal) && !utf8.RuneStart(normal[from]) {
				from--
			}
			checkInner(t, &s, &alone, normal, from, from+len(cutAtRune(normal[from:], r.IntN(len(normal)-from+1))))
		}
	}
}

func FuzzMatcher(f *testing.F) {
	every := sampled(64)
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
		normal := Normalize(nil, text)
		checkMatches(t, builtin(), builtinTwin(), &s, "", errorText, string(normal))
		if inner := undressed(normal); len(inner) < len(normal) {
			at := cap(normal) - cap(inner)
			checkInner(t, new(scratch), &s, normal, at, at+len(inner))
		}
		checkMatches(t, builtin(), builtinTwin(), &s, "dualwrite", traceText, string(text))
	})
}

func TestBuiltinRulesAreSupported(t *testing.T) {
	for _, c := range builtin().rules {
		if c.expr != nil && c.expr.Slow() {
			t.Errorf("%s: the backtracker does not support %s", c.rule.ID, c.rule.Match.Regex)
		}
	}
	if len(builtin().always) > 0 {
		t.Errorf("rules without a literal of %d bytes: %d, want none", pattern.MinLiteral, builtin().always)
	}
}

func TestAppendMatchesDoesNotAllocate(t *testing.T) {
	e := builtin()
	var s scratch
	var ms []match
	for _, text := range exampleTexts() {
		text := []byte(text)
		ms = e.appendMatches(ms[:0], &s, "dualwrite", errorText, pattern.TextOf(text)) // warm up
		if n := testing.AllocsPerRun(3, func() {
			t := pattern.TextOf(text)
			ms = e.appendMatches(ms[:0], &s, "dualwrite", errorText, t)
			for _, m := range ms {
				e.capture(m, t, func(string, []byte) {})
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
			for _, text := range texts { // what a rule makes of its expression when it is met first
				e.appendMatches(nil, &s, bm.log, errorText, pattern.TextOf(text))
			}
			b.SetBytes(size)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				text := pattern.TextOf(texts[i%len(texts)])
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
		if _, err := newEngine(&Set{Rules: list}); err != nil {
			b.Fatal(err)
		}
	}
}
