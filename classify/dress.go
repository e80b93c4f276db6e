package classify

import (
	"bytes"
	"unicode/utf8"

	"dwtriage/classify/pattern"
	"dwtriage/ingest/ascii"
)

// Programs hand a sentence on in a dress of theirs: .NET puts its exception type before it and a stack
// behind it, a service makes JSON or a fault of it, HTTP puts a status before it, people put it in quotes.
// The same failure arrives in many dresses, often in several on top of each other, and is one failure.
// Sentence takes them off, one after the other; templates, titles and the reasons of wrappers are made
// of what is left. Rules look at the whole normal form, for a dress is evidence, too.

// sentenceBytes is how much of a text is searched for its sentence. What comes behind is the stack of a
// stack, or the trace inside of a fault.
const sentenceBytes = 8 << 10

// mostDresses is how many times all dresses are tried. Three on top of each other were seen; the bound is
// for texts that were made to be slow.
const mostDresses = 8

// A dress is a wrapper around a sentence.
type dress struct {
	off    func(s []byte) []byte // what is inside of it, or s where s does not wear it
	starts *[256]bool            // with what s starts that wears it; nil: with anything
	holds  byte                  // what s holds then; 0: nothing is known
}

// dresses are taken off in this order. The tail comes first, so that the others find the end of the sentence at the
// end of s; but what is XML as a whole has its sentence inside.
var dresses = [...]dress{
	{inXML, firstBytes("<"), 0},
	{withoutBanner, firstBytes("*", "t"), 0},
	{ofReader, nil, '>'},
	{withoutTail, nil, 0},
	{unquoted, nil, 0},
	{withoutLabel, firstBytes(append(labels[:], "exception type:", "record id:")...), 0},
	{withoutType, nil, ':'},
	{withoutCode, &codeStart, 0},
	{withoutStatus, firstBytes("h", "s", " ", ":", "=", "4", "5"), 0},
	{inJSON, nil, '{'},
	{withoutOpener, firstBytes(openers[:]...), 0},
	{inPlugin, firstBytes("u"), 0},
	{behindArrow, nil, '>'},
}

// mayWear is a quick look whether s may wear a dress. What blanks stand around is looked at whole: they are taken off, too.
func (d *dress) mayWear(s []byte) bool {
	if len(s) == 0 {
		return false
	}
	return (d.starts == nil || d.starts[s[0]]) && (d.holds == 0 || bytes.IndexByte(s, d.holds) >= 0) || s[0] == ' ' || s[len(s)-1] == ' '
}

// firstBytes marks the bytes with which one of the texts starts, letters in both cases.
func firstBytes(texts ...string) *[256]bool {
	var t [256]bool
	for _, text := range texts {
		for _, c := range bothCases(text[0]) {
			t[c] = true
		}
	}
	return &t
}

// bothCases are the forms of a byte, one of what is no letter.
func bothCases(c byte) []byte {
	if ascii.Letter(c) {
		return []byte{c | 0x20, c &^ 0x20}
	}
	return []byte{c}
}

// prefixes are texts by their first byte, in either case: most messages start like none of them.
type prefixes [256][]string

func prefixesOf(texts ...string) *prefixes {
	var p prefixes
	for _, text := range texts {
		for _, c := range bothCases(text[0]) {
			p[c] = append(p[c], text)
		}
	}
	return &p
}

// Sentence is the part of a message in normal form that says what went wrong: without the dresses that
// programs put around it, such as exception type, fault, JSON, HTTP status, error code and stack, and without what
// introduces it. A text that is nothing but dress stays as it is. The result points into normal.
func Sentence(normal []byte) []byte { return introduced(undressed(normal)) }

// undressed is s without its dresses, but with what introduces its sentence.
func undressed(s []byte) []byte {
	s = cutAtRune(s, sentenceBytes)
	for range mostDresses {
		before := len(s)
		for i := range dresses {
			if d := &dresses[i]; d.mayWear(s) {
				s = taken(s, d.off)
			}
		}
		if len(s) == before {
			break
		}
	}
	for bytes.HasSuffix(s, []byte("..")) && !bytes.HasSuffix(s, []byte("...")) {
		s = s[:len(s)-1] // dual-write puts a stop of its own behind what it quotes
	}
	return s
}

// introduced is the sentence behind what introduces it, which may wear dresses again. This is no dress like the
// others: it names the row that failed, and rules need that.
func introduced(s []byte) []byte {
	for range mostDresses {
		t := taken(s, inDualWrite)
		if len(t) == len(s) {
			break
		}
		s = undressed(t)
	}
	return s
}

// taken is what is left of s when a dress is taken off, s itself where that is no word.
func taken(s []byte, off func([]byte) []byte) []byte {
	if t := bytes.Trim(off(s), " "); len(t) < len(s) && says(t) {
		return t
	}
	return s
}

// cutAtRune is s, or as much of it as fits into n bytes without half a character.
func cutAtRune(s []byte, n int) []byte {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// within is value without what lies behind the sentence in which it begins: the frames of a stack and the code
// of a dialog belong to no name and no reason. Expressions cannot know all dresses. A value that begins elsewhere stays.
func within(sentence, value []byte) []byte {
	if len(sentence) == 0 || len(value) == 0 {
		return value
	}
	if !ofOneText(sentence, value) {
		return value
	}
	from := cap(sentence) - cap(value)
	if from < 0 || from >= len(sentence) || from+len(value) <= len(sentence) {
		return value
	}
	return bytes.TrimRight(value[:len(sentence)-from], " .")
}

// says reports whether a text has a word. Numbers, quotes and brackets alone say nothing.
func says(s []byte) bool {
	for i, c := range s {
		if c >= utf8.RuneSelf || ascii.Letter(c) && i+1 < len(s) && (ascii.Letter(s[i+1]) || s[i+1] >= utf8.RuneSelf) {
			return true
		}
	}
	return false
}

// after is s behind prefix, a text of two bytes or more, compared without regard to case, and whether s starts with it.
func after(s []byte, prefix string) ([]byte, bool) {
	if len(s) < len(prefix) || s[0]|0x20 != prefix[0]|0x20 || s[1]|0x20 != prefix[1]|0x20 || !bytes.EqualFold(s[:len(prefix)], []byte(prefix)) {
		return s, false
	}
	return s[len(prefix):], true
}

// unquoted takes off the marks of quotations, lists and emphasis.
func unquoted(s []byte) []byte {
	for {
		before := len(s)
		if before == 0 || !markStart[s[0]] && s[before-1] != '|' && s[before-1] != '-' {
			return s
		}
		for _, mark := range [...]string{"> ", "- ", "* ", "+ ", "| ", "=> ", "# ", "## ", "### "} {
			s = bytes.TrimPrefix(s, []byte(mark))
		}
		s = bytes.TrimSuffix(s, []byte(" |"))
		s = bytes.TrimSuffix(s, []byte(" <---"))
		s = bytes.TrimSuffix(s, []byte("<---"))
		for _, pair := range [...]struct{ open, shut string }{{"**", "**"}, {"__", "__"}, {"`", "`"}, {`"`, `"`}, {"'", "'"}, {"*", "*"}, {"(", ")"}, {"[", "]"}} {
			s = between(s, pair.open, pair.shut)
		}
		if len(s) == before {
			return s
		}
	}
}

// markStart marks the bytes with which a mark starts.
var markStart = firstBytes(">", "-", "*", "+", "|", "=", "#", "_", "`", `"`, "'", "(", "[")

// between is what stands between two marks that enclose all of s, but for a stop behind the second one.
// `"A" is not "B"` is not enclosed: the first quote inside of it closes, for it follows a word and none follows.
func between(s []byte, open, shut string) []byte {
	t, ok := bytes.CutPrefix(s, []byte(open))
	if !ok {
		return s
	}
	if t, ok = bytes.CutSuffix(t, []byte(shut)); !ok {
		if t, ok = bytes.CutSuffix(t, []byte(shut+".")); !ok {
			return s
		}
	}
	if i := bytes.Index(t, []byte(shut)); i > 0 && open == shut && t[i-1] != ' ' && t[i-1] != '(' && t[i-1] != '[' &&
		(i+len(shut) == len(t) || !pattern.Word(t[i+len(shut)]) && t[i+len(shut)] < utf8.RuneSelf) {
		return s
	}
	if open != shut && depthFalls(t, open[0], shut[0]) {
		return s
	}
	return t
}

// depthFalls reports whether a bracket closes in t that was not opened there.
func depthFalls(t []byte, open, shut byte) bool {
	depth := 0
	for _, c := range t {
		switch c {
		case open:
			depth++
		case shut:
			if depth--; depth < 0 {
				return true
			}
		}
	}
	return false
}

// labels are the words that programs and people put before a sentence.
var labels = [...]string{
	"unhandled exception:", "unbehandelte ausnahme:", "exception non g\u00e9r\u00e9e :", "exception non g\u00e9r\u00e9e:", "excepci\u00f3n no controlada:",
	"eccezione non gestita:", "exception message:", "error message:", "errormessage:", "message:", "meldung:", "error:", "fehler:", "erreur :",
	"[error]", "[err]", "[fatal]", "fatal:", "fail:", "error details:", "errordetails:", "inner exception:", "innerexception:", "infolog:", "warning:", "info:",
	"business process error", "error ", "x++ exception:", "exception details:",
}

var labelsFrom = prefixesOf(labels[:]...)

// withoutLabel takes off a label. The word error counts without a colon only in capitals, as a level of a
// log: "Error reading row" is a sentence.
func withoutLabel(s []byte) []byte {
	if len(s) == 0 {
		return s
	}
	for _, label := range labelsFrom[s[0]] {
		t, ok := after(s, label)
		if !ok || label == "error " && s[1] != 'R' {
			continue
		}
		return bytes.TrimLeft(t, " :")
	}
	if t, ok := after(s, "exception type:"); ok {
		if i := bytes.Index(t, []byte(" Message: ")); i > 0 {
			return t[i+len(" Message: "):]
		}
		t = bytes.TrimLeft(t, " ")
		return t[typeEnd(t):]
	}
	if t, ok := after(s, "record id:"); ok { // of an initial sync
		if i := bytes.Index(t, []byte("ErrorMessage:")); i >= 0 && i < 100 {
			return t[i+len("ErrorMessage:"):]
		}
	}
	return s
}

// withoutBanner takes off the line in stars that tools print above an exception, and the time that is left of an
// outer fault whose inner one is printed behind two hyphens.
func withoutBanner(s []byte) []byte {
	if t, ok := after(s, "*** "); ok {
		if i := bytes.Index(t, []byte(" *** ")); i > 0 && i < 200 {
			return t[i+len(" *** "):]
		}
	}
	if t, ok := after(s, "timestamp: "); ok && len(t) > 0 && ascii.Digit(t[0]) {
		if i := bytes.Index(t, []byte(" -- ")); i > 0 && i < 60 {
			return t[i+len(" -- "):]
		}
	}
	return s
}

// withoutType takes off the type of a .NET exception: "System.ServiceModel.FaultException`1[[…]]: ". One word may
// stand before a full type: what people call such a message, in any language.
func withoutType(s []byte) []byte {
	n := typeEnd(s)
	if i := bytes.IndexByte(s[:min(len(s), 20)], ' '); n == 0 && i > 0 && !bytes.ContainsAny(s[:i], ".:") {
		if k := typeEnd(s[i+1:]); bytes.IndexByte(s[i+1:i+1+k], '.') > 0 {
			n = i + 1 + k
		}
	}
	if n == 0 {
		return s
	}
	t := bytes.TrimLeft(s[n:], " ")
	if len(t) == 0 || t[0] != ':' {
		return s
	}
	return t[1:]
}

// typeEnd is the length of the exception type at the start of s, 0 without one: a name that ends with Exception
// or Fault, and the types in brackets behind it.
func typeEnd(s []byte) int {
	n := 0
	for n < len(s) && (pattern.Word(s[n]) || s[n] == '.' || s[n] == '+') {
		n++
	}
	if name := s[:n]; !bytes.HasSuffix(name, []byte("Exception")) && !bytes.HasSuffix(name, []byte("Fault")) {
		return 0
	}
	if n < len(s) && s[n] == '`' {
		for n++; n < len(s) && ascii.Digit(s[n]); n++ {
		}
	}
	if n < len(s) && s[n] == '[' {
		end := bytes.IndexByte(s[n:], ']')
		if end < 0 {
			return 0
		}
		for n += end; n < len(s) && s[n] == ']'; n++ {
		}
	}
	return n
}

// withoutCode takes off an error code, with the words for it and what joins it to the sentence.
func withoutCode(s []byte) []byte {
	n := codeEnd(s)
	if n == 0 {
		return s
	}
	return bytes.TrimLeft(s[n:], " :,;-.")
}

// codeWords stand before a code.
var codeWords = [...]string{"crm errorcode", "cds error code", "sub-errorcode", "suberrorcode", "hexerrorcode", "hresult", "error code", "errorcode", "error", "code", "fehlercode"}

var codeWordsFrom = prefixesOf(codeWords[:]...)

// codeStart marks the bytes with which a code starts, its words and brackets included.
var codeStart = func() (t [256]bool) {
	for _, words := range &codeWords {
		t[words[0]], t[words[0]&^0x20] = true, true
	}
	for _, c := range "([0-" {
		t[c] = true
	}
	return t
}()

// codeEnd is the length of the error code at the start of s, in brackets or behind words or not; 0 without one.
// A number alone is a code behind such words only.
func codeEnd(s []byte) int {
	if len(s) == 0 || !codeStart[s[0]] {
		return 0
	}
	i, shut := 0, byte(0)
	if i < len(s) && (s[i] == '(' || s[i] == '[') {
		if shut = ')'; s[i] == '[' {
			shut = ']'
		}
		i++
	}
	named := false
	if i == len(s) {
		return 0
	}
	for _, words := range codeWordsFrom[s[i]] {
		if t, ok := after(s[i:], words); ok && len(t) > 0 && !pattern.Word(t[0]) {
			i, named = len(s)-len(t), true
			break
		}
	}
	if named {
		from := i
		for i < len(s) && (s[i] == ' ' || s[i] == ':' || s[i] == '=' || s[i] == '"') {
			i++
		}
		if i == from {
			return 0
		}
	}
	n := codeLength(s[i:], named)
	if n == 0 {
		return 0
	}
	i += n
	if i < len(s) && s[i] == '"' {
		i++
	}
	if shut != 0 {
		if i == len(s) || s[i] != shut {
			return 0
		}
		i++
	}
	return i
}

// codeLength is the length of the code that s starts with: eight hex digits behind 0x, or a negative decimal
// of that size; with loose any number, and eight hex digits alone.
func codeLength(s []byte, loose bool) int {
	n := 0
	switch {
	case len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x':
		for n = 2; n < len(s) && hexDigit[s[n]] >= 0; n++ {
		}
		if n != 10 && !loose {
			return 0
		}
	case len(s) > 0 && (s[0] == '-' || loose):
		if s[0] == '-' {
			n = 1
		}
		for n < len(s) && ascii.Digit(s[n]) {
			n++
		}
		if loose && n < 8 && s[0] != '-' {
			hex := 0
			for hex < len(s) && hexDigit[s[hex]] >= 0 {
				hex++
			}
			if hex == 8 {
				n = hex
			}
		}
		if n < 9 && !loose || n == 0 {
			return 0
		}
	}
	if n < len(s) && pattern.Word(s[n]) {
		return 0
	}
	return n
}

// withoutStatus takes off the status of an HTTP answer: "400 ", "HTTP/1.1 503 Service Unavailable: ". A number alone is a
// status only before a quote, a code or a brace: "500 rows are missing" is a sentence.
func withoutStatus(s []byte) []byte {
	t := s
	for _, words := range [...]string{"http/1.1 ", "http/2 ", "http status code", "http error", "http status", "http ", "status code", "status"} {
		if u, ok := after(t, words); ok {
			t = u
			break
		}
	}
	t = bytes.TrimLeft(t, " :=")
	if len(t) < 4 || t[0] != '4' && t[0] != '5' || !ascii.Digit(t[1]) || !ascii.Digit(t[2]) || pattern.Word(t[3]) {
		return s
	}
	t = bytes.TrimLeft(t[3:], " :,;-.")
	for _, phrase := range &statusPhrases {
		if u, ok := after(t, phrase); ok && len(u) > 0 && !pattern.Word(u[0]) {
			if u = bytes.TrimLeft(u, " "); u[0] == ':' || u[0] == '"' || u[0] == '-' || codeEnd(u) > 0 {
				return bytes.TrimLeft(u, " :-")
			}
		}
	}
	if len(t) > 0 && (t[0] == '"' || t[0] == '{' || codeEnd(t) > 0) {
		return t
	}
	return s
}

// statusPhrases are the words of statuses, as servers and as .NET's names for them spell them.
var statusPhrases = [...]string{
	"bad request", "badrequest", "unauthorized", "forbidden", "not found", "notfound", "method not allowed", "methodnotallowed",
	"request timeout", "requesttimeout", "conflict", "gone", "precondition failed", "preconditionfailed", "request entity too large",
	"requestentitytoolarge", "unprocessable entity", "failed dependency", "too many requests", "internal server error", "internalservererror",
	"not implemented", "bad gateway", "badgateway", "service unavailable", "serviceunavailable", "gateway timeout", "gatewaytimeout",
}

// openers are sentences that say nothing but that something happened. They are taken off where one
// follows that says what.
var openers = [...]string{
	"isv code aborted the operation", "an unexpected error occurred from isv code", "an unexpected error occurred", "an error has occurred",
	"an error occurred", "one or more errors occurred", "exception has been thrown by the target of an invocation", "(errortype = clienterror)",
	"the creator of this fault did not specify a reason", "batch response detailed error", "mindestens ein fehler ist aufgetreten",
	"ein aufrufziel hat einen ausnahmefehler verursacht", "a server error occurred", "unexpected error",
}

var openersFrom = prefixesOf(openers[:]...)

// openerEnd is the length of the opener that s starts with, 0 without one. It ends with a stop, or where s does:
// "An error occurred while row 3 was read" is none.
func openerEnd(s []byte) int {
	if len(s) == 0 {
		return 0
	}
	for _, o := range openersFrom[s[0]] {
		t, ok := after(s, o)
		if !ok {
			continue
		}
		u := bytes.TrimLeft(t, ".: ")
		if len(u) == 0 || t[0] == '.' || t[0] == ':' || u[0] == '(' || u[0] == '{' || o[len(o)-1] == ')' {
			return len(s) - len(u)
		}
	}
	return 0
}

func withoutOpener(s []byte) []byte { return s[openerEnd(s):] }

// inPlugin takes off the words by which Dataverse names the plug-in that did not handle an exception.
func inPlugin(s []byte) []byte {
	t, ok := after(s, "unexpected exception from plug-in (")
	if !ok {
		return s
	}
	if _, t, ok = bytes.Cut(t, []byte("):")); !ok {
		return s
	}
	if _, t, ok = bytes.Cut(t, []byte(": ")); !ok {
		return s
	}
	return t
}

var introducerStart = firstBytes("u", "w", "r", "f")

// inDualWrite takes off the words by which dual-write and finance and operations name the row that failed. A
// missing look-up stays: it is the sentence.
func inDualWrite(s []byte) []byte {
	if len(s) == 0 || !introducerStart[s[0]] {
		return s
	}
	for _, d := range [...]struct{ start, end string }{
		{"unable to write data to entity ", "failed with error message "}, {"unable to write data to entity ", "failed with the error message "},
		{"writes to ", "failed with error message "}, {"writes to ", "failed with the error message "},
		{"request failed with status code ", "response message: "}, {"request failed with status code ", "response message : "},
		{"write failed for entity ", "unknown exception - "}, {"write failed for table ", "unknown exception - "},
		{"failed to process entity ", " - "}, {"failed to process table ", " - "},
	} {
		t, ok := after(s, d.start)
		if !ok {
			continue
		}
		if i := bytes.Index(t, []byte(d.end)); i >= 0 && i < 300 && !bytes.Contains(t[:i], []byte("ookup")) {
			return t[i+len(d.end):]
		}
	}
	return s
}

// ofReader takes off what the reader of OData caught, behind an arrow: the reader names value and type, and that
// says less.
func ofReader(s []byte) []byte {
	const reader = "ODataException: "
	k := bytes.Index(s, []byte(reader))
	if k < 0 {
		return s
	}
	i := bytes.Index(s[k:], []byte(" ---> System."))
	if i < 0 {
		return s
	}
	return s[:k+i]
}

// behindArrow is the innermost exception: .NET prints "outer ---> inner".
func behindArrow(s []byte) []byte {
	const arrow = "---> "
	t := s
	for rest := s; ; {
		i := bytes.Index(rest, []byte(arrow))
		if i < 0 {
			return t
		}
		rest = rest[i+len(arrow):]
		inner := rest
		if bytes.HasPrefix(inner, []byte("(Inner Exception #")) {
			_, inner, _ = bytes.Cut(inner, []byte(") "))
		}
		if typeEnd(inner) > 0 {
			t = inner
		}
	}
}

// ofOneText reports whether two texts, neither of them empty, are parts of one: those end where its memory ends, wherever
// they begin.
func ofOneText(a, b []byte) bool { return &a[:cap(a)][cap(a)-1] == &b[:cap(b)][cap(b)-1] }
