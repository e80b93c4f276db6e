// Package secrets keeps what nobody may read inside ingest. A text comes in, the same text goes out
// with "[withheld]" where a credential, a bearer token, the query of a signed address or the payload
// of a debugLogTrace stood, and the set of kinds that were left out; an Excerpt for a reject or
// warning goes through the same gate. A secret is told by the name before it or by its own form, in
// any spelling, quote or escape, for the texts are quoted in each other; when it is not sure where a
// secret ends, it withholds to the end. It refuses to decide by column or file: only the text counts,
// and the reader adds what a column of secure configuration or of a payload was.
package secrets

import (
	"bytes"
	"strings"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/scan"
	"dwtriage/ingest/window"
)

// Mark stands where a secret stood.
const Mark = "[withheld]"

// Kinds is a set of the kinds of secret that were left out of a record.
// The zero value is none. Kinds are joined by |.
type Kinds uint8

// The kinds, in the order in which String names them.
const (
	SecureConfiguration Kinds = 1 << iota // of a plug-in step: set by the reader, which knows the column
	DebugTrace                            // the payload of a debugLogTrace: requests with all their headers
	SignedAddress                         // an address with a signature: who has it, may read what it leads to
	BearerToken                           // what follows the word "bearer"
	Credential                            // the value of a name like password, a JSON Web Token, the password in an address
	Payload                               // the row that dual-write sent: set by the reader, which knows the column
)

// String is the set for column withheld: the kinds in a fixed order, by commas; nothing for none.
func (s Kinds) String() string {
	var names []string
	for i, name := range []string{"secure configuration", "debug trace", "signed address", "bearer token", "credential", "payload"} {
		if s&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// Withhold replaces what must never be shown: query parts of signed addresses, bearer tokens,
// other credentials, and the payload of a debugLogTrace. Text without any of them, nearly all text, is
// returned as it is, without a copy; what is rewritten goes to the arena and is valid as long as that.
//
// The order matters. A debugLogTrace goes first, as one piece that may hold all the others. A signed
// address goes before credentials, for its query is cut as one piece and marked once. The word "bearer" goes last: most tokens are gone by then
// with the header they stood in. A kind is named when something was found, but for debugLogTrace and
// bearer, which may be mere words, only when the text changed.
func Withhold(a *window.Arena, b []byte) (text []byte, left Kinds) {
	if i := ascii.IndexRare(b, "debugLogTrace", 5); i >= 0 {
		whole := b
		if b = withholdDebug(a, b, i); !bytes.Equal(b, whole) {
			left |= DebugTrace
		}
	}
	if ascii.IndexRare(b, "sig=", 3) >= 0 {
		b = withholdSigned(a, b)
		left |= SignedAddress
	}
	if at, _ := credential(b); at >= 0 {
		b = withholdCredentials(a, b)
		left |= Credential
	}
	if bearerAt(b, 0) >= 0 {
		whole := b
		if b = withholdBearer(a, b); len(b) != len(whole) {
			left |= BearerToken
		}
	}
	return b, left
}

// A secretName is the name of a value that must not be shown, in lower case and without the
// hyphens and underscores that it is written with.
type secretName struct {
	name string
	line bool // the header of a request: the value goes to the end of the line
}

// secretNames stand by their last letter. They may be the end of a longer name: x-api-key.
// "code" is the one name that is an ordinary word: it counts only as a parameter of an address, and
// with twenty characters or more, as keys of functions have; an error code is shorter.
var secretNames = ['z' + 1][]secretName{
	'd': {{"password", false}, {"pwd", false}},
	'e': {{"cookie", true}, {"sharedaccesssignature", false}, {"passphrase", false}, {"code", false}},
	'n': {{"authorization", true}, {"accesstoken", false}, {"refreshtoken", false}, {"idtoken", false}},
	't': {{"clientsecret", false}, {"appsecret", false}},
	'y': {{"apikey", true}, {"subscriptionkey", true}, {"functionskey", true}, {"accountkey", false}, {"sharedaccesskey", false}, {"accesskey", false}},
}

// credential is where the first value that must not be shown starts, and where it ends; -1
// without one. It goes by the sign between name and value, of which texts have few.
func credential(b []byte) (at, end int) {
	at, end = jwt(b)
	for _, sign := range []byte("=:>") {
		for i := 0; at < 0 || i < at; i++ {
			k := bytes.IndexByte(b[i:], sign)
			if k < 0 {
				break
			}
			i += k
			if v, e := secretValue(b, i); v >= 0 && (at < 0 || v < at) {
				at, end = v, e
			}
		}
	}
	return at, end
}

// secretValue is where the value lies behind the sign at place i when the name of a secret stands
// before it; -1 otherwise. "Password: expired" is a sentence; "password":"x", Password=x and
// <Password>x are not.
func secretValue(b []byte, i int) (at, end int) {
	if b[i] == ':' && bytes.HasPrefix(b[i:], []byte("://")) {
		return userInfo(b, i+3)
	}
	e := i
	for e > 0 && b[e-1] == ' ' {
		e--
	}
	quoted := false
	for e > 0 && (b[e-1] == '\\' || b[e-1] == '"' || b[e-1] == '\'') {
		quoted = true
		e--
	}
	if bytes.HasSuffix(b[:e], []byte("&quot;")) {
		quoted = true
		e -= len("&quot;")
	}
	if e == 0 || ascii.Lower(b[e-1]) > 'z' {
		return -1, 0
	}
	for _, n := range secretNames[ascii.Lower(b[e-1])] {
		s, ok := n.before(b, e)
		switch {
		case !ok, b[i] == ':' && !quoted && !n.line, b[i] == '>' && (s == 0 || b[s-1] != '<'):
		case n.name == "code":
			// The key of an Azure function; any other code is none.
			if s == 0 || b[i] != '=' || b[s-1] != '?' && b[s-1] != '&' && b[s-1] != ';' {
				continue
			}
			if at, end = plainValue(b, i+1); end-at >= 20 {
				return at, end
			}
		case b[i] == '>':
			return elementValue(b, i+1)
		case n.line:
			return lineValue(b, i+1)
		default:
			return plainValue(b, i+1)
		}
	}
	return -1, 0
}

// before reports whether the name ends at place e of b, written with hyphens and underscores or
// without, and where it starts.
func (n *secretName) before(b []byte, e int) (start int, ok bool) {
	k := len(n.name)
	for k > 0 && e > 0 {
		switch c := ascii.Lower(b[e-1]); {
		case c == n.name[k-1]:
			k--
		case (c == '_' || c == '-') && k < len(n.name):
		default:
			return 0, false
		}
		e--
	}
	return e, k == 0
}

// plainValue is where the value starts and ends that begins at place e: in quotes up to the next
// one of the same kind, escaped or not, else up to a blank or what parts the members of a list.
//
// Logs quote texts in texts, so a quote is taken with the backslashes before it: a value that \" opens
// ends at the next \", not at a bare quote, and a value in bare quotes does not end at an escaped one.
// A quote that is never closed withholds everything behind it: too much is a nuisance, too little a
// leak. Without quotes it ends at what parts the members of a
// connection string, a query or an element.
func plainValue(b []byte, e int) (at, end int) {
	for e < len(b) && (b[e] == ' ' || b[e] == '\t') {
		e++
	}
	open := e
	for e < len(b) && b[e] == '\\' {
		e++
	}
	quote := ""
	switch {
	case e < len(b) && (b[e] == '"' || b[e] == '\''):
		quote = string(b[open : e+1])
	case bytes.HasPrefix(b[open:], []byte("&quot;")):
		quote = "&quot;"
	}
	if quote == "" {
		for end = open; end < len(b) && b[end] > ' ' && b[end] != ';' && b[end] != '&' && b[end] != '"' && b[end] != '\'' && b[end] != '<'; end++ {
		}
		return some(open, end)
	}
	at = open + len(quote)
	for end = at; end < len(b); end++ {
		k := bytes.Index(b[end:], []byte(quote))
		if k < 0 {
			end = len(b)
			break
		}
		end += k
		if quote != `"` && quote != "'" || b[end-1] != '\\' {
			break
		}
	}
	return some(at, end)
}

// some is the value from at to end, or none when it is empty: nothing is to be withheld then.
func some(at, end int) (int, int) {
	if at >= end {
		return -1, 0
	}
	return at, end
}

// lineValue is the value of a header, to the end of its line or of the text around it. Blanks do not
// end it: "Authorization: Basic x" and a row of cookies have them. A quote, a backslash or a '<' does,
// for there the text ends that the header was quoted in.
func lineValue(b []byte, e int) (at, end int) {
	for e < len(b) && (b[e] == ' ' || b[e] == '\t' || b[e] == '"' || b[e] == '\'' || b[e] == '\\') {
		e++
	}
	for end = e; end < len(b) && b[end] != '\n' && b[end] != '\r' && b[end] != '"' && b[end] != '<' && b[end] != '\\'; end++ {
	}
	return some(e, end)
}

// elementValue is the text of an element, to the next tag of any name: an element that a log cut off is
// withheld to the end of the text.
func elementValue(b []byte, e int) (at, end int) {
	if k := bytes.IndexByte(b[e:], '<'); k >= 0 {
		return some(e, e+k)
	}
	return some(e, len(b))
}

// userInfo is the password in an address like https://user:password@host; e is behind its slashes.
// A port looks the same up to the slash or the end, so only an '@' makes it one. The look is
// bounded, so that each of many addresses costs 256 bytes at most.
func userInfo(b []byte, e int) (at, end int) {
	const most = 256
	for i := e; i < min(len(b), e+most); i++ {
		switch c := b[i]; {
		case c == ':' && at == 0:
			at = i + 1
		case c == '@':
			if at > 0 {
				return some(at, i)
			}
			return -1, 0
		case c <= ' ' || c == '/' || c == '"' || c == '<':
			return -1, 0
		}
	}
	return -1, 0
}

// jwt finds a JSON Web Token, which may stand anywhere.
func jwt(b []byte) (at, end int) {
	for i := 0; ; i++ {
		k := bytes.IndexByte(b[i:], 'J')
		if k < 0 {
			return -1, 0
		}
		i += k
		if at, end = jwtAt(b, i); at >= 0 {
			return at, end
		}
		i = max(i, end-1)
	}
}

// jwtAt is where a token starts and ends that has its first J at i. Its parts are objects in
// base64, so it starts with eyJ (that is {" in base64). When it is none, at is -1 and no token starts
// before end, so that a long run of letters is looked at once, however many a J it holds. Without a dot, or
// shorter than 24, it is a word that happens to begin so.
func jwtAt(b []byte, i int) (at, end int) {
	if at = i - 2; at < 0 || string(b[at:i]) != "ey" {
		return -1, 0
	}
	dots := 0
	for end = i; end < len(b) && (ascii.Letter(b[end]) || ascii.Digit(b[end]) || b[end] == '-' || b[end] == '_' || b[end] == '.'); end++ {
		if b[end] == '.' {
			dots++
		}
	}
	if dots == 0 || end-at < 24 {
		return -1, end
	}
	return at, end
}

// withholdCredentials replaces all of them. It looks for each sign only once: looking for the
// next credential anew behind each one would cost the square of their number.
func withholdCredentials(a *window.Arena, b []byte) []byte {
	signs := []byte("=:>J")
	next := []int{-1, -1, -1, -1}
	mark := a.Mark()
	done, noToken := 0, 0
	for from := 0; ; {
		l := nearest(b, signs, next, from)
		if l < 0 {
			break
		}
		i := next[l]
		from = i + 1
		var at, end int
		switch {
		case signs[l] != 'J':
			at, end = secretValue(b, i)
		case i < noToken:
			continue
		default:
			if at, end = jwtAt(b, i); at < 0 {
				noToken = end
			}
		}
		if at >= done {
			a.Add(b[done:at])
			a.AddString(Mark)
			done, from = end, max(end, from)
		}
	}
	a.Add(b[done:])
	return a.From(mark)
}

// nearest is the sign that comes first from a place on, -1 when none comes any more. next holds
// where each was found last.
func nearest(b, signs []byte, next []int, from int) int {
	best := -1
	for l, c := range signs {
		if next[l] < from {
			next[l] = len(b)
			if k := bytes.IndexByte(b[from:], c); k >= 0 {
				next[l] = from + k
			}
		}
		if next[l] < len(b) && (best < 0 || next[l] < next[best]) {
			best = l
		}
	}
	return best
}

// withholdDebug cuts the value behind the key: the array when it is well formed, else
// everything to the end. The word itself stays, so that a reader sees what is missing.
func withholdDebug(a *window.Arena, b []byte, at int) []byte {
	mark := a.Mark()
	for at >= 0 {
		end := at + len("debugLogTrace")
		a.Add(b[:end])
		b = b[end:]
		skip := debugPayload(b)
		if skip > 0 {
			a.AddString(`": "` + Mark + `"`)
		}
		b = b[skip:]
		at = ascii.IndexRare(b, "debugLogTrace", 5)
	}
	a.Add(b)
	return a.From(mark)
}

// debugPayload is the length of the payload behind the word debugLogTrace, 0 when the word
// is only mentioned.
func debugPayload(b []byte) int {
	i := 0
	for i < len(b) && (b[i] == '\\' || b[i] == '"') {
		i++
	}
	i += ascii.Blanks(b[i:])
	if i == len(b) || b[i] != ':' {
		return 0
	}
	i++
	i += ascii.Blanks(b[i:])
	if i < len(b) && (b[i] == '[' || b[i] == '"') {
		if n, st := scan.JSON(b[i:], true); st == scan.Done {
			return i + n
		}
	}
	// Not well formed: nothing tells where it ends.
	return len(b)
}

// withholdSigned replaces the query of every address that carries a signature. Parameters come in any
// order, so it goes back from sig= to the question mark and on to the end of the address. The address before
// the question mark stays: it says which file it was, and is of no use without the rest.
func withholdSigned(a *window.Arena, b []byte) []byte {
	mark := a.Mark()
	for {
		i := ascii.IndexRare(b, "sig=", 3)
		if i < 0 {
			break
		}
		start := i
		for start > 0 && !addressEnd(b[start-1]) && b[start-1] != '?' {
			start--
		}
		end := i
		for end < len(b) && !addressEnd(b[end]) {
			end++
		}
		a.Add(b[:start])
		a.AddString(Mark)
		b = b[end:]
	}
	a.Add(b)
	return a.From(mark)
}

// addressEnd reports whether c ends an address in a text: a blank, or what addresses are put in.
func addressEnd(c byte) bool {
	return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == ')' || c == ']' || c == '}' || c == '\\' || c == '|'
}

// withholdBearer replaces tokens behind the word. "The bearer of" is prose: a token is long.
func withholdBearer(a *window.Arena, b []byte) []byte {
	const word, shortest = "bearer", 16
	mark, done := a.Mark(), 0
	for i := 0; ; {
		k := bearerAt(b, i)
		if k < 0 {
			break
		}
		at := k + len(word)
		i = at
		for at < len(b) && (b[at] == ' ' || b[at] == '\t') {
			at++
		}
		end := at
		for end < len(b) && !addressEnd(b[end]) && b[end] != ',' && b[end] != ';' {
			end++
		}
		if at == i || end-at < shortest {
			continue
		}
		a.Add(b[done:at])
		a.AddString(Mark)
		done, i = end, end
	}
	if done == 0 {
		return b
	}
	a.Add(b[done:])
	return a.From(mark)
}

// bearerAt finds the word in any case from place i on, -1 without it. It goes in steps: a letter
// in one case may be at the end only, and would be looked for that far each time.
func bearerAt(b []byte, i int) int {
	const word, step = "bearer", 4096
	for ; i+len(word) <= len(b); i += step {
		first := -1
		for _, c := range []byte("Bb") {
			piece := b[i:min(len(b), i+step)]
			if first >= 0 {
				piece = piece[:first]
			}
			for at := 0; ; at++ {
				k := bytes.IndexByte(piece[at:], c)
				if at += k; k < 0 || i+at+len(word) > len(b) {
					break
				}
				if w := b[i+at:]; ascii.Lower(w[1]) == 'e' && ascii.IndexFold(w[:len(word)], word) == 0 {
					first = at
					break
				}
			}
		}
		if first >= 0 {
			return i + first
		}
	}
	return -1
}

// Excerpt is the start of a rejected row, in valid UTF-8, for a person to recognise it by. It
// is cut before anything that could be a secret: a row that is broken has no columns any more by which
// secure configuration would be known, so its name alone ends the excerpt. It looks at no more than
// four times what it shows, for a row may have megabytes. It allocates; b is not kept.
func Excerpt(b []byte) string {
	const most = 200
	var a window.Arena
	b = bytes.TrimSpace(b[:min(len(b), 4*most)])
	b = b[:ascii.IndexFold(b, "debuglogtrace")]
	b = b[:SecureName(b)]
	b, _ = Withhold(&a, b)
	return string(bytes.ToValidUTF8(window.Shorten(b, most), []byte("\uFFFD")))
}

// SecureName is where "secure configuration" stands in b, in any of the spellings that a heading
// may have; len(b) when it does not.
func SecureName(b []byte) int {
	for i := 0; ; i++ {
		i += ascii.IndexFold(b[i:], "secure")
		if i >= len(b) {
			return len(b)
		}
		k := i + len("secure")
		for k < len(b) && !ascii.Letter(b[k]) && !ascii.Digit(b[k]) {
			k++
		}
		if ascii.IndexFold(b[k:min(len(b), k+6)], "config") == 0 {
			return i
		}
	}
}
