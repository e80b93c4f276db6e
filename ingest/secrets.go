package ingest

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

const withheld = "[withheld]"

// secrets is a set of the kinds of secret that were left out of a record.
type secrets uint8

const (
	secureConfiguration secrets = 1 << iota
	debugTrace
	signedAddress
	bearerToken
	otherCredential
)

// String is the set for column withheld.
func (s secrets) String() string {
	var names []string
	for i, name := range []string{"secure configuration", "debug trace", "signed address", "bearer token", "credential"} {
		if s&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// withhold replaces what must never be shown: query parts of signed addresses, bearer tokens,
// other credentials, and the payload of a debugLogTrace. Text without any of them, nearly all text, is
// returned as it is.
func withhold(a *arena, b []byte) (text []byte, left secrets) {
	if i := indexRare(b, "debugLogTrace", 5); i >= 0 {
		whole := b
		if b = withholdDebug(a, b, i); !bytes.Equal(b, whole) {
			left |= debugTrace
		}
	}
	if indexRare(b, "sig=", 3) >= 0 {
		b = withholdSigned(a, b)
		left |= signedAddress
	}
	if indexRare(b, "Bearer ", 0) >= 0 || indexRare(b, "bearer ", 0) >= 0 {
		whole := b
		if b = withholdBearer(a, b); !bytes.Equal(b, whole) {
			left |= bearerToken
		}
	}
	if at, _ := credential(b); at >= 0 {
		b = withholdCredentials(a, b)
		left |= otherCredential
	}
	return b, left
}

// indexRare is bytes.Index by way of the k-th byte of sub, the rarest one in these texts:
// bytes.Index goes by the first, which for "sig=" and "earer" costs ten times as much.
func indexRare(b []byte, sub string, k int) int {
	for i := 0; ; {
		j := bytes.IndexByte(b[i:], sub[k])
		if j < 0 {
			return -1
		}
		i += j + 1
		if s := i - 1 - k; s >= 0 && s+len(sub) <= len(b) && string(b[s:s+len(sub)]) == sub {
			return s
		}
	}
}

// A secretName is the name of a value that must not be shown, in lower case.
type secretName struct {
	name string
	line bool // the header of a request: the value goes to the end of the line
}

// secretNames stand by their last letter.
var secretNames = ['z' + 1][]secretName{
	'd': {{"password", false}, {"pwd", false}},
	'e': {{"cookie", true}},
	'n': {{"authorization", true}, {"access_token", false}, {"refresh_token", false}, {"id_token", false}},
	't': {{"client_secret", false}},
	'y': {{"api-key", true}, {"subscription-key", true}, {"apikey", false}, {"accountkey", false}, {"sharedaccesskey", false}},
}

// credential is where the first value that must not be shown starts, and where it ends; -1
// without one. It goes by the sign between name and value, of which texts have few.
func credential(b []byte) (at, end int) {
	at, end = jwt(b)
	for _, sign := range []byte("=:") {
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
// before it; -1 otherwise. "Password: expired" is a sentence; "password":"x" and Password=x are not.
func secretValue(b []byte, i int) (at, end int) {
	e := i
	for e > 0 && b[e-1] == ' ' {
		e--
	}
	quoted := false
	for e > 0 && (b[e-1] == '\\' || b[e-1] == '"' || b[e-1] == '\'') {
		quoted = true
		e--
	}
	if e == 0 {
		return -1, 0
	}
	last := lower(b[e-1])
	if last > 'z' {
		return -1, 0
	}
	for _, n := range secretNames[last] {
		s := e - len(n.name)
		if s < 0 || indexFold(b[s:e], n.name) != 0 || b[i] == ':' && !quoted && !n.line {
			continue
		}
		return n.value(b, i+1)
	}
	return -1, 0
}

// value is where the value starts and ends that begins at place e, behind blanks and quotes.
func (n *secretName) value(b []byte, e int) (at, end int) {
	for e < len(b) && (b[e] == ' ' || b[e] == '\t' || b[e] == '\\' || b[e] == '"' || b[e] == '\'') {
		e++
	}
	at = e
	for e < len(b) && b[e] != '\n' && b[e] != '\r' && b[e] != '"' && b[e] != '<' && b[e] != '\\' && (n.line || !addressEnd(b[e]) && b[e] != '&' && b[e] != ';' && b[e] != ',') {
		e++
	}
	if e == at || bytes.Contains(b[at:e], []byte(withheld)) {
		return -1, 0
	}
	return at, e
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
// base64, so it starts with eyJ. When it is none, at is -1 and no token starts before end.
func jwtAt(b []byte, i int) (at, end int) {
	if at = i - 2; at < 0 || string(b[at:i]) != "ey" {
		return -1, 0
	}
	dots := 0
	for end = i; end < len(b) && (letter(b[end]) || digit(b[end]) || b[end] == '-' || b[end] == '_' || b[end] == '.'); end++ {
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
func withholdCredentials(a *arena, b []byte) []byte {
	signs := []byte("=:J")
	next := []int{-1, -1, -1}
	mark := len(a.buf)
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
			a.buf = append(a.buf, b[done:at]...)
			a.buf = append(a.buf, withheld...)
			done, from = end, max(end, from)
		}
	}
	a.buf = append(a.buf, b[done:]...)
	return a.from(mark)
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
// everything to the end.
func withholdDebug(a *arena, b []byte, at int) []byte {
	mark := len(a.buf)
	for at >= 0 {
		end := at + len("debugLogTrace")
		a.buf = append(a.buf, b[:end]...)
		b = b[end:]
		skip := debugPayload(b)
		if skip > 0 {
			a.buf = append(a.buf, `": "`+withheld+`"`...)
		}
		b = b[skip:]
		at = indexRare(b, "debugLogTrace", 5)
	}
	a.buf = append(a.buf, b...)
	return a.from(mark)
}

// debugPayload is the length of the payload behind the word debugLogTrace, 0 when the word
// is only mentioned.
func debugPayload(b []byte) int {
	i := 0
	for i < len(b) && (b[i] == '\\' || b[i] == '"') {
		i++
	}
	i += blanks(b[i:])
	if i == len(b) || b[i] != ':' {
		return 0
	}
	i++
	i += blanks(b[i:])
	if i < len(b) && (b[i] == '[' || b[i] == '"') {
		if n, st := scanJSON(b[i:], true); st == scanDone {
			return i + n
		}
	}
	// Not well formed: nothing tells where it ends.
	return len(b)
}

// withholdSigned replaces the query of every address that carries a signature.
func withholdSigned(a *arena, b []byte) []byte {
	mark := len(a.buf)
	for {
		i := indexRare(b, "sig=", 3)
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
		a.buf = append(a.buf, b[:start]...)
		a.buf = append(a.buf, withheld...)
		b = b[end:]
	}
	a.buf = append(a.buf, b...)
	return a.from(mark)
}

func addressEnd(c byte) bool {
	return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == ')' || c == ']' || c == '}' || c == '\\' || c == '|'
}

func withholdBearer(a *arena, b []byte) []byte {
	mark := len(a.buf)
	for {
		i := indexRare(b, "earer ", 5)
		if i < 0 {
			break
		}
		i += len("earer ")
		end := i
		for end < len(b) && !addressEnd(b[end]) && b[end] != ',' && b[end] != ';' {
			end++
		}
		a.buf = append(a.buf, b[:i]...)
		// "the bearer of" is prose: a token is long.
		if end-i >= 16 {
			a.buf = append(a.buf, withheld...)
		} else {
			a.buf = append(a.buf, b[i:end]...)
		}
		b = b[end:]
	}
	a.buf = append(a.buf, b...)
	return a.from(mark)
}

// excerpt is the start of a rejected row, in valid UTF-8, for a person to recognise it by. It
// is cut before anything that could be a secret.
func excerpt(b []byte) string {
	const most = 200
	var a arena
	b = bytes.TrimSpace(b[:min(len(b), 4*most)])
	for _, s := range []string{"secureconfig", "secure config", "debuglogtrace"} {
		b = b[:indexFold(b, s)]
	}
	b, _ = withhold(&a, b)
	return string(bytes.ToValidUTF8(shorten(b, most), []byte("\uFFFD")))
}

// head is the excerpt of a row that need not be looked at as a whole. Letters other than
// ASCII at the cut are left out: half of one would speak against UTF-8.
func (r *reader) head(b []byte) string {
	const most = 1024
	if len(b) > most {
		b = b[:most]
		for len(b) > 0 && b[len(b)-1] >= utf8.RuneSelf {
			b = b[:len(b)-1]
		}
	}
	defer func(n int64) { r.w.replaced = n }(r.w.replaced) // is counted when the row is read
	return excerpt(r.w.text(&r.arena, b))
}

// shorten cuts b to at most n bytes without cutting a character in two.
func shorten(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

// indexFold finds s, which is in lower case ASCII, in any case. It returns len(b) when there
// is none.
func indexFold(b []byte, s string) int {
	for i := 0; i+len(s) <= len(b); i++ {
		j := 0
		for j < len(s) && lower(b[i+j]) == s[j] {
			j++
		}
		if j == len(s) {
			return i
		}
	}
	return len(b)
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
