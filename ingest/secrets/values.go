package secrets

import (
	"bytes"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/scan"
)

// A sign is what stands between a name and its value.
type sign uint8

const (
	equals  sign = iota + 1 // assigns: = or =>, also escaped
	colon                   // of a member or header; in a sentence something else may follow
	element                 // the end of a start tag
	blank                   // none: an option of a command line, a row of a table, or a sentence
)

// signs are the spellings of a sign with more than one byte, by their first one.
var signs = []struct {
	text string
	sign sign
}{
	{"%3d", equals}, {"%253d", equals}, {`\u003d`, equals}, {`\x3d`, equals}, {"&#61;", equals}, {"&#x3d;", equals}, {"\xef\xbc\x9d", equals},
	{"%3a", colon}, {"%253a", colon}, {`\u003a`, colon}, {`\x3a`, colon}, {"&#58;", colon}, {"&#x3a;", colon}, {"\xef\xbc\x9a", colon},
	{"&gt;", element}, {"&amp;gt;", element}, {`\u0026gt;`, element}, {`\u003e`, element}, {"%3e", element}, {"->", equals}, {"\xe2\x86\x92", equals},
}

// signAt is the sign at place i and how many bytes it takes, 0 without one.
func signAt(b []byte, i int) (n int, s sign) {
	switch b[i] {
	case '=':
		return 1, equals
	case ':':
		return 1, colon
	case '>':
		return 1, element
	case ' ', '\t', '\n', '(', '|', ',':
		return 1, blank
	case '%', '\\', '&', 0xef, 0xe2, '-':
		for _, s := range signs {
			if s.text[0] == b[i] && foldAt(b, i, s.text) {
				return len(s.text), s.sign
			}
		}
	}
	return 0, 0
}

// named is the value behind the sign of n bytes at place i when the name of a secret stands before it.
func (f *finder) named(i, n int, s sign) span {
	b := f.b
	w := spell(b, i)
	of, start := w.secret(b)
	if of == nil || w.plain && !written(b, of, &w, start, i, n, s) {
		if s == element {
			if v := attributed(b, i); v.end > 0 {
				return v
			}
		}
		if s != blank && w.names(b) {
			return f.pair(i + n)
		}
		return span{}
	}
	kind := Credential
	if of.how&config != 0 {
		kind = SecureConfiguration
	}
	switch {
	case s == element && !opened(b, start, w.starts[w.n-1]):
		return span{}
	case s == element && of.how&(signed|key) == 0:
		return elementValue(b, i+n, tagName(b, start, i), kind)
	case of.how&signed != 0:
		if s == equals && !w.quoted {
			return f.signed(i, b[i] == '%')
		}
		return span{}
	case of.how&key != 0:
		return functionKey(b, start, i, n, s)
	case s == blank:
		return proseValue(b, i, start, of)
	case of.how&config != 0:
		return document(b, i+n)
	case of.how&whole != 0 && (s == colon && !w.quoted || !ordinary(b, i+n)):
		return span{}
	case s == colon && !w.quoted && b[i] != '%':
		return colonValue(b, i+n, of, start)
	case of.how&header != 0 && !w.quoted && b[i] != '%':
		return lineValue(b, i+n)
	case of.how&header != 0:
		if v := lineValue(b, i+n); v.end > 0 {
			return v
		}
	}
	return assigned(b, i+n, kind)
}

// written reports whether the name of starts at place start as it is usually written, of which the look at texts that hold
// no secret is made: a long one with at most one sign between its words, a short one in one piece before a sign of its own.
func written(b []byte, of *name, w *spelled, start, i, n int, s sign) bool {
	if len(of.text) >= 6 || s == blank {
		return swept(b[max(0, start-2) : i+n])
	}
	return foldAt(b, start, of.text) && w.reads(of.text, 0) && (n == 1 || b[i] == '%' || b[i] >= 0x80)
}

// ordinary reports whether what is assigned at place e may be the value of an ordinary word: long or odd enough to be no
// number and no word.
func ordinary(b []byte, e int) bool {
	v := plainValue(b, e, Credential)
	digits, upper, lower, other := shape(b[v.at:v.end])
	return v.end-v.at >= 6 && digits > 0 && upper+lower+other > 0 && !guid(b[v.at:v.end]) && !hexOnly(b[v.at:v.end])
}

// opened reports whether the name that starts at first, of which start is the part that counts, opens an element.
func opened(b []byte, start, first int) bool {
	for s := start; s >= first-40 && s > 0; s-- {
		switch c := b[s-1]; {
		case c == '<' || c == ';' && s >= 4 && string(b[s-3:s]) == "lt;" || s >= 6 && foldAt(b, s-6, `\u003c`) || s >= 3 && foldAt(b, s-3, "%3c"):
			return true
		case !ascii.Letter(c) && !ascii.Digit(c) && c != ':' && c != '_' && c != '-' && c != '.':
			return false
		}
	}
	return false
}

// tagName is the name of the element whose start tag ends at place i.
func tagName(b []byte, start, i int) []byte {
	for start > 0 && (ascii.Letter(b[start-1]) || ascii.Digit(b[start-1]) || b[start-1] == ':' || b[start-1] == '_' || b[start-1] == '-' || b[start-1] == '.') {
		start--
	}
	return b[start:i]
}

// attributed is the text of an element with attributes whose start tag ends at place i: <Password Type="x">.
func attributed(b []byte, i int) span {
	if i == 0 || b[i] != '>' || b[i-1] != '"' && b[i-1] != '\'' && b[i-1] != ' ' && b[i-1] != '\\' {
		return span{}
	}
	low := max(0, i-512)
	s := bytes.LastIndexAny(b[low:i], "<>")
	if s < 0 || b[low+s] == '>' {
		return span{}
	}
	s += low + 1
	e := s
	for e < i && b[e] > ' ' && b[e] != '/' {
		e++
	}
	w := spell(b[:e], e)
	of, start := w.secret(b)
	if of == nil || start < s || of.how&(signed|key) != 0 || b[i-1] == '/' || w.plain && !swept(b[s:e]) {
		return span{}
	}
	kind := Credential
	if of.how&config != 0 {
		kind = SecureConfiguration
	}
	return elementValue(b, i+1, b[s:e], kind)
}

// elementValue is the text of an element, to the next tag of any name; where it holds elements itself, or CDATA, to the end
// tag of its own name. An element that a log cut off is withheld to the end of the text.
func elementValue(b []byte, e int, tag []byte, kind Kinds) span {
	rest := b[e:]
	k := len(rest)
	for _, open := range []string{"<", "&lt;", "&amp;lt;", `\u0026lt;`, `\u003c`, "%3c"} {
		if i := ascii.IndexFold(rest[:min(k, len(rest))], open); i < k {
			k = i
		}
	}
	if k == len(rest) || len(bytes.TrimSpace(rest[:k])) > 0 && kind != SecureConfiguration {
		return some(e, e+k, kind)
	}
	for at := k; ; {
		i := bytes.IndexByte(rest[at:], '/')
		if i < 0 {
			return some(e, len(b), kind)
		}
		at += i + 1
		if len(rest)-at >= len(tag) && bytes.EqualFold(rest[at:at+len(tag)], tag) {
			return some(e, e+k+bytes.LastIndexAny(rest[k:at], "<&\\%"), kind)
		}
	}
}

// document is secure configuration behind a sign: in quotes, an element, an object, or else what is left of its line. Where
// it is not closed, nothing tells where it ends.
func document(b []byte, e int) span {
	at := e + ascii.Blanks(b[e:])
	if at == len(b) {
		return span{}
	}
	switch c := b[at]; {
	case quoteAt(b, at) > 0:
		return plainValue(b, at, SecureConfiguration)
	case c == '<':
		end := at + 1
		for end < len(b) && (ascii.Letter(b[end]) || ascii.Digit(b[end]) || b[end] == ':' || b[end] == '_' || b[end] == '-') {
			end++
		}
		if bytes.HasPrefix(b[at:], []byte("</")) {
			return span{}
		}
		closing := append([]byte("</"), b[at+1:end]...)
		if k := bytes.Index(b[at:], closing); k >= 0 {
			return some(at, min(len(b), at+k+len(closing)+1), SecureConfiguration)
		}
		return some(at, len(b), SecureConfiguration)
	case c == '{' || c == '[':
		if n, st := scan.JSON(b[at:], true); st == scan.Done {
			return some(at, at+n, SecureConfiguration)
		}
		return some(at, len(b), SecureConfiguration)
	}
	s := lineValue(b, e)
	s.kind = SecureConfiguration
	return s
}

// assigned is the value of a name: an object or a list as a whole, else what plainValue says.
func assigned(b []byte, e int, kind Kinds) span {
	at := e + ascii.Blanks(b[e:])
	if at < len(b) && (b[at] == '{' || b[at] == '[') && !bytes.HasPrefix(b[at:], []byte(Mark)) {
		if n := braces(b[at:]); n > 2 {
			return some(at, at+n, kind)
		}
	}
	return plainValue(b, e, kind)
}

// braces is the length of the object or list that b starts with, 0 when it is not closed soon. Texts that are quoted in
// texts have their quotes escaped in ways of their own, so it goes by the braces alone.
func braces(b []byte) int {
	depth := 0
	for i := range b[:min(len(b), 4096)] {
		switch b[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// blanks are the spellings of a blank where it is escaped.
var blanks = []string{`\t`, `\n`, `\r`, "&#x9;", "&#9;", "&#xa;", "&#10;", "&#xd;", "&#13;", "&nbsp;", "%20", "%09", "\u00a0"}

// blankAt is how many bytes a blank at place i takes that is not the end of a line, or is an escaped one; 0 without one.
func blankAt(b []byte, i int) int {
	if i >= len(b) {
		return 0
	}
	switch b[i] {
	case ' ', '\t':
		return 1
	case '\\', '&', '%', 0xc2:
		for _, s := range blanks {
			if foldAt(b, i, s) {
				return len(s)
			}
		}
	}
	return 0
}

// blankBefore is how many bytes a blank takes that ends before place e.
func blankBefore(b []byte, e int) int {
	switch b[e-1] {
	case ' ', '\t':
		return 1
	case 't', 'n', 'r', ';', '0', '9', 0xa0:
		for _, s := range blanks {
			if foldAt(b, e-len(s), s) {
				return len(s)
			}
		}
	}
	return 0
}

// quotes are the spellings of a quote. Any number of backslashes may stand before one.
var quotes = []string{`"`, "'", "&quot;", "&amp;quot;", `\u0026quot;`, "&#34;", "&amp;#34;", `\u0026#34;`, "&#39;", "&apos;", "&amp;apos;", "&#x27;", "&#x22;", "%22", "%27", `\u0022`, `\u0027`, `\x22`, "`",
	"\u201c", "\u201d", "\u201e", "\u2018", "\u2019", "\u00ab", "\u00bb", "\uff02", "\uff07"}

// quoteStarts and quoteEnds are the bytes that a quote starts and ends with.
var quoteStarts, quoteEnds = func() (starts, ends [256]bool) {
	starts['\\'] = true
	for _, q := range quotes {
		starts[q[0]], ends[q[len(q)-1]] = true, true
	}
	return starts, ends
}()

// quoteBefore is how many bytes of a quote, with its backslashes, end before place e.
func quoteBefore(b []byte, e int) int {
	if e == 0 || !quoteEnds[b[e-1]] {
		return 0
	}
	for _, q := range quotes {
		if n := len(q); foldAt(b, e-n, q) {
			for s := e - n; s > 0 && b[s-1] == '\\' && n < 64; s-- {
				n++
			}
			return n
		}
	}
	return 0
}

// quoteAt is how many bytes a quote at place i takes, with its backslashes.
func quoteAt(b []byte, i int) int {
	if i >= len(b) || !quoteStarts[b[i]] {
		return 0
	}
	k := i
	for k < len(b) && b[k] == '\\' {
		k++
	}
	for _, q := range quotes {
		if foldAt(b, k, q) {
			return k + len(q) - i
		}
		if q[0] == '\\' && k > i && foldAt(b, k-1, q) {
			return k - 1 + len(q) - i
		}
	}
	return 0
}

// closing is the quote that ends what open starts: the same one, but for those that come in pairs.
func closing(open []byte) []byte {
	switch string(open) {
	case "\u201c", "\u201e":
		return []byte("\u201d")
	case "\u2018":
		return []byte("\u2019")
	case "\u00ab":
		return []byte("\u00bb")
	}
	return open
}

// plainValue is the value that begins at place e: in quotes up to the next one of the same kind, escaped or not, else up
// to a blank or what parts the members of a list.
//
// Logs quote texts in texts, so a quote is taken with the backslashes before it: a value that \" opens
// ends at the next \", not at a bare quote, and a value in bare quotes does not end at an escaped one.
// A quote that is never closed withholds everything behind it: too much is a nuisance, too little a
// leak. Without quotes it ends at what parts the members of a
// connection string, a query or an element.
func plainValue(b []byte, e int, kind Kinds) span {
	from := e
	for e < len(b) {
		n := blankAt(b, e)
		if m, s := signAt(b, e); n == 0 && e-from < 4 && (b[e] == '=' || s == element) {
			n = m
		}
		if n == 0 {
			break
		}
		e += n
	}
	e = nextLine(b, e)
	if e+1 < len(b) && b[e] == '@' && quoteAt(b, e+1) > 0 {
		e++ // a verbatim string
	}
	n := quoteAt(b, e)
	if n == 0 {
		return some(e, unquoted(b, e), kind)
	}
	// In a row of a CSV that was not taken apart quotes are doubled, once or more; two of them are nothing only where the
	// value ends behind them.
	run := n
	for e+run+n <= len(b) && bytes.Equal(b[e+run:e+run+n], b[e:e+n]) {
		run += n
	}
	if run > n && e+run < len(b) && bytes.IndexByte([]byte(" ,;:&<>)}]\t\r\n"), b[e+run]) < 0 {
		n = run
	}
	quote := closing(b[e : e+n])
	at := e + n
	end := at
	for ; end < len(b); end++ {
		k := bytes.Index(b[end:], quote)
		if k < 0 {
			end = len(b)
			break
		}
		end += k
		if len(quote) > 1 || b[end-1] != '\\' {
			break
		}
	}
	return some(at, min(end, len(b)), kind)
}

// nextLine is where the value starts that stands on a line of its own, below its name; e when there is none. A line that
// holds another member, or a sentence, is not it.
func nextLine(b []byte, e int) int {
	at := e
	if at < len(b) && (b[at] == '|' || b[at] == '>') {
		at++
	}
	if at == len(b) || b[at] != '\n' && b[at] != '\r' {
		return e
	}
	at += ascii.Blanks(b[at:])
	end := token(b, at)
	if end == at || end-at > 512 || status(b[at:end]) {
		return e
	}
	line := end
	for line < len(b) && (b[line] == ' ' || b[line] == '\t') {
		line++
	}
	alone := line == len(b) || b[line] == '\n' || b[line] == '\r'
	if k := bytes.IndexAny(b[at:end], "=:"); k > 0 && k < end-at-2 || !alone && !random(b[at:end]) {
		return e
	}
	return at
}

// unquoted is where the value ends that starts at e without a quote. An ampersand parts the parameters of a query,
// and may as well stand in the password of a connection string: it ends the value when the name of another
// parameter follows, or an entity.
func unquoted(b []byte, e int) int {
	end := e
	for ; end < len(b) && b[end] > ' ' && b[end] != ';' && b[end] != '"' && b[end] != '\'' && b[end] != '<'; end++ {
		switch b[end] {
		case '&':
			if member(b, end+1) {
				return end
			}
		case '%':
			if foldAt(b, end, "%26") || foldAt(b, end, "%22") || foldAt(b, end, "%3b") {
				return end
			}
		case '\\':
			if foldAt(b, end, `\u0026`) && member(b, end+6) || foldAt(b, end, `\u003c`) {
				return end
			}
		}
	}
	return end
}

// member reports whether at place i the name of a parameter with its sign starts, or the rest of an entity.
func member(b []byte, i int) bool {
	for k := i; k < len(b) && k-i < 64; k++ {
		switch c := b[k]; {
		case ascii.Letter(c) || ascii.Digit(c) || c == '_' || c == '-' || c == '.' || c == '$' || c == '%':
		case c == '=':
			return k > i && k+1 < len(b) && b[k+1] != '='
		case c == ';':
			return k > i && k-i <= 6
		default:
			return false
		}
	}
	return false
}

// lineValue is the value of a header, to the end of its line or of the text around it. Blanks do not
// end it: "Authorization: Basic x" and a row of cookies have them. A quote, a backslash or a '<' does,
// for there the text ends that the header was quoted in.
func lineValue(b []byte, e int) span {
	for e < len(b) && (b[e] == ' ' || b[e] == '\t' || b[e] == '\\') {
		e++
	}
	for n := quoteAt(b, e); n > 0; n = quoteAt(b, e) {
		e += n
	}
	end := e
	for end < len(b) && b[end] != '\n' && b[end] != '\r' && b[end] != '"' && b[end] != '<' && b[end] != '\\' && !foldAt(b, end, "&quot;") {
		end++
	}
	return some(e, end, Credential)
}

// colonValue is what follows a name and a colon without quotes around the name: a header, a line of settings, or a sentence.
// "Password: expired" is a sentence, and so is what is long and has the words of one.
func colonValue(b []byte, e int, of *name, start int) span {
	if of.text == "cookie" || of.text == "authorization" {
		return lineValue(b, e)
	}
	at := e
	for n := blankAt(b, at); n > 0; n = blankAt(b, at) {
		at += n
	}
	if quoteAt(b, at) > 0 {
		v := plainValue(b, at, Credential)
		if v.end > 0 && !random(b[v.at:v.end]) && sentence(b[v.at:v.end]) {
			return span{}
		}
		return v
	}
	line := bytes.IndexAny(b[at:], "\r\n\"<")
	if line < 0 {
		line = len(b) - at
	}
	text := b[at : at+line]
	if line == 0 || line <= 2 && (text[0] == '|' || text[0] == '>') {
		return plainValue(b, at, Credential)
	}
	first := text[:token(text, 0)]
	switch {
	case harmless(first):
		return span{}
	case random(first) && of.how&header == 0:
		return some(at, at+unquoted(text, 0), Credential)
	case sentence(text):
		if random(first) {
			return some(at, at+len(first), Credential)
		}
		return span{}
	case of.how&header != 0:
		return lineValue(b, e)
	case len(first) == len(text) || at == e || bytes.IndexAny(first, ",;") > 0:
		return some(at, at+unquoted(text, 0), Credential)
	}
	return some(at, at+line, Credential)
}

// proseValue is a secret behind its name alone, at place i: an option of a command line takes any value, a sentence one
// in which digits and letters are mixed as in no word, or one that it quotes behind "is".
func proseValue(b []byte, i, start int, of *name) span {
	if of.how&prose == 0 {
		return span{}
	}
	option := false
	for s := start; s > 0 && start-s < 40; s-- {
		if c := b[s-1]; c <= ' ' || c == '"' || c == '\'' {
			option = s < start && (b[s] == '-' || b[s] == '/')
			break
		} else if s == 1 {
			option = b[0] == '-' || b[0] == '/'
		}
	}
	at, said := i, option
	for fillers := 0; at < len(b); {
		for at < len(b) && (b[at] == ' ' || b[at] == '\t' || b[at] == '(' || b[at] == '|' || b[at] == ',' || b[at] == '\r' || b[at] == '\n') {
			at++
		}
		for n := blankAt(b, at); n > 0; n = blankAt(b, at) {
			at += n
		}
		if n := quoteAt(b, at); n > 0 {
			v := plainValue(b, at, Credential)
			if v.end == 0 || !said && !random(b[v.at:v.end]) || said && !random(b[v.at:v.end]) && sentence(b[v.at:v.end]) || v.end-v.at > 512 {
				return span{}
			}
			return v
		}
		end := token(b, at)
		t := b[at:end]
		switch {
		case len(t) == 0 || t[0] == '$' || t[0] == '%' || option && (t[0] == '-' || t[0] == '{'):
			return span{}
		case option || random(t):
			return some(at, at+unquoted(b[at:end], 0), Credential)
		}
		is, filler := linking(t)
		if fillers++; !filler || fillers > 3 {
			return span{}
		}
		said = said || is
		at = end
	}
	return span{}
}

// cell is the cell of a table that stands beside one with the name of a secret, whose end tag starts at place i.
func cell(b []byte, i int) span {
	if !foldAt(b, i, "</td>") && !foldAt(b, i, "</th>") {
		return span{}
	}
	w := spell(b, i)
	if of, start := w.secret(b); of == nil || of.how&(signed|key|whole) != 0 || w.plain && !swept(b[start:i]) {
		return span{}
	}
	at := i + len("</td>")
	at += ascii.Blanks(b[at:])
	if !foldAt(b, at, "<td") {
		return span{}
	}
	k := bytes.IndexByte(b[at:min(len(b), at+256)], '>')
	if k < 0 {
		return span{}
	}
	return elementValue(b, at+k+1, nil, Credential)
}

// functionKey is the key of an Azure function, a parameter of an address with the name "code"; any other code is none.
func functionKey(b []byte, start, i, n int, s sign) span {
	if s != equals || start == 0 {
		return span{}
	}
	switch c := b[start-1]; {
	case c == '?' || c == '&' || c == ';' || start >= 3 && (foldAt(b, start-3, "%3f") || foldAt(b, start-3, "%26")) || start >= 6 && foldAt(b, start-6, `\u0026`):
	default:
		return span{}
	}
	if v := plainValue(b, i+n, Credential); v.end-v.at >= 20 {
		return v
	}
	return span{}
}

// signed is the query of an address that carries a signature, whose sign is at place i. Parameters come in any
// order, so it goes back to the question mark and on to the end of the address. The address before
// the question mark stays: it says which file it was, and is of no use without the rest.
func (f *finder) signed(i int, encoded bool) span {
	b, start := f.b, i
	for start > f.done && !addressEnd(b[start-1]) && b[start-1] != '?' && !foldAt(b, start-3, "%3f") && !(encoded && b[start-1] == '&') {
		start--
	}
	end := i
	for end < len(b) && !addressEnd(b[end]) && !(encoded && b[end] == '&') {
		end++
	}
	return some(start, end, SignedAddress)
}

// addressEnd reports whether c ends an address in a text: a blank, or what addresses are put in.
func addressEnd(c byte) bool {
	return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == ')' || c == ']' || c == '}' || c == '\\' || c == '|'
}

// pair is the value that belongs to a name that is itself a value: {"name":"ClientSecret","value":"x"},
// <add key="ClientSecret" value="x"/>, <key>ClientSecret</key><string>x</string>. The value stands behind it, or before it
// in the same object or tag.
func (f *finder) pair(e int) span {
	b := f.b
	v := plainValue(b, e, Credential)
	if v.end == 0 || v.end-v.at > 96 {
		return span{}
	}
	w := spell(b[v.at:v.end], v.end-v.at)
	if of, _ := w.secret(b[v.at:v.end]); of == nil || w.quoted || of.how&(signed|key|whole) != 0 || w.plain && !swept(b[v.at:v.end]) {
		return span{}
	}
	const far = 256
	rest := b[v.end:min(len(b), v.end+far)]
	low := max(f.done, e-far)
	open, tag := bytes.LastIndexByte(b[low:e], '{'), false
	for _, s := range []string{"<", "&lt;", "&amp;lt;", `\u003c`, `\u0026lt;`} {
		if k := bytes.LastIndex(b[low:e], []byte(s)); k > open {
			open, tag = k, true
		}
	}
	if open >= 0 {
		if s := valueIn(b, low+open, e, tag); s.end > 0 && s.end <= e {
			return s
		}
	}
	if s := valueIn(b, v.end, v.end+len(rest), tag); s.end > 0 {
		return s
	}
	// The text of the element that this one is followed by, or that it opens.
	if k := bytes.IndexByte(rest, '>'); k >= 0 && k+1 < len(rest) && rest[max(0, k-1)] != '/' {
		at := v.end + k + 1
		at += ascii.Blanks(b[at:])
		if at < len(b) && b[at] == '<' {
			if k = bytes.IndexByte(b[at:min(len(b), at+far)], '>'); k < 0 || b[at+1] == '/' {
				return span{}
			}
			at += k + 1
		}
		return elementValue(b, at, nil, Credential)
	}
	return span{}
}

// valueIn is the value of a member called "value" between from and to. With the next name, or the end of the object,
// it would belong to another one; in a tag names have many meanings.
func valueIn(b []byte, from, to int, tag bool) span {
	for i := from + 1; i+5 <= to; i++ {
		switch c := ascii.Lower(b[i]); {
		case !tag && (c == '}' || c == 'n' && foldAt(b, i, "name") && !ascii.Letter(b[i-1])):
			return span{}
		case c == 'v' && foldAt(b, i, "value") && !ascii.Letter(b[i-1]):
			k := i + len("value")
			for n := quoteAt(b, k); n > 0; n = quoteAt(b, k) {
				k += n
			}
			for k < len(b) && b[k] == ' ' {
				k++
			}
			if k == len(b) {
				return span{}
			}
			switch n, s := signAt(b, k); s {
			case equals, colon:
				return assigned(b, k+n, Credential)
			case element:
				if i > 0 && b[i-1] != '/' {
					return elementValue(b, k+n, nil, Credential)
				}
			}
		}
	}
	return span{}
}
