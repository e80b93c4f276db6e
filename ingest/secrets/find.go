package secrets

import (
	"bytes"
	"slices"

	"dwtriage/ingest/ascii"
)

// A span is a part of a text that is withheld, and why. An empty one is none.
type span struct {
	at, end int
	kind    Kinds
}

// some is the span from at to end, or none when it is empty: nothing is to be withheld then.
func some(at, end int, kind Kinds) span {
	if at < 0 || at >= end {
		return span{}
	}
	return span{at, end, kind}
}

// A finder goes through a text once. What every rule may look at besides is bounded, or is passed over
// afterwards, so that the time is linear in the length of the text whatever stands in it.
type finder struct {
	b       []byte
	done    int // where the last span ends
	noToken int // up to here no JSON Web Token starts
}

// find lists what is to be withheld of b, in order, and no two overlapping.
func find(b []byte) []span {
	f := finder{b: b}
	var spans []span
	for i := 0; i < len(b); {
		s := f.at(i)
		if s.end == 0 || harmless(b[s.at:s.end]) {
			i++
			continue
		}
		spans = append(spans, s)
		f.done = max(f.done, s.end)
		i = max(i+1, s.end)
	}
	// A value may stand before the name that tells it: {"value":"x","name":"password"}.
	slices.SortStableFunc(spans, func(x, y span) int { return x.at - y.at })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.at <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
			out[n-1].kind |= s.kind
			continue
		}
		out = append(out, s)
	}
	return out
}

// at is what is withheld because of what stands at place i: a sign between a name and its value, or the start
// of something that is told by its own form.
func (f *finder) at(i int) span {
	b := f.b
	if n, sg := signAt(b, i); n > 0 {
		if s := f.named(i, n, sg); s.end > 0 {
			return s
		}
	}
	switch c := ascii.Lower(b[i]); c {
	case ':':
		if s := userInfo(b, i); s.end > 0 {
			return s
		}
		return optionUser(b, i)
	case '%':
		return userInfo(b, i)
	case '-':
		return f.privateKey(i)
	case 'b', 'n', 's':
		return scheme(b, i)
	case 'j':
		return f.jwt(i)
	case '~', '_':
		return wellKnown(b, i)
	case '=':
		return storageKey(b, i)
	case '<':
		return cell(b, i)
	case 'c':
		return call(b, i)
	}
	return span{}
}

// jwt is the JSON Web Token whose first J is at i. Its parts are objects in base64, so it starts with eyJ (that is
// {" in base64). Without a dot, or shorter than 24, it is a word that happens to begin so; no token starts before
// its end then, so that a long run of letters is looked at once, however many a J it holds.
func (f *finder) jwt(i int) span {
	b, at := f.b, i-2
	if i < f.noToken || at < 0 || string(b[at:i+1]) != "eyJ" {
		return span{}
	}
	dots, end := 0, i
	for ; end < len(b) && (ascii.Letter(b[end]) || ascii.Digit(b[end]) || b[end] == '-' || b[end] == '_' || b[end] == '.'); end++ {
		if b[end] == '.' {
			dots++
		}
	}
	if dots == 0 || end-at < 24 {
		f.noToken = end
		return span{}
	}
	return span{at, end, Credential}
}

// userInfo is the password in an address like https://user:password@host, or a token that stands there alone; i is
// at the colon of its scheme, which may be percent-encoded with the whole address. A port looks the same up to the
// slash or the end, so only an '@' makes it one. The look is bounded, so that each of many addresses costs 256 bytes at
// most. A name alone is no secret, so what is alone must look like a token.
func userInfo(b []byte, i int) span {
	const most = 256
	e, colon, sign := i+len("://"), ":", "@"
	if !bytes.HasPrefix(b[i:], []byte("://")) {
		if ascii.IndexFold(b[i:min(len(b), i+9)], "%3a%2f%2f") != 0 {
			return span{}
		}
		e, colon, sign = i+len("%3a%2f%2f"), "%3a", "%40"
	}
	at := 0
	for k := e; k < min(len(b), e+most); k++ {
		switch c := b[k]; {
		case at == 0 && foldAt(b, k, colon):
			at = k + len(colon)
		case foldAt(b, k, sign):
			if at > 0 {
				return some(at, k, Credential)
			}
			if random(b[e:k]) {
				return some(e, k, Credential)
			}
			return span{}
		case c <= ' ' || c == '/' || c == '"' || c == '<' || colon != ":" && foldAt(b, k, "%2f"):
			return span{}
		}
	}
	return span{}
}

// foldAt reports whether s, in lower case, stands at place i of b in any case.
func foldAt(b []byte, i int, s string) bool {
	return i >= 0 && i+len(s) <= len(b) && ascii.Is(b[i:i+len(s)], s)
}

// optionUser is the password of an option --user user:password, or -u behind curl, where it is one; i is at its colon.
func optionUser(b []byte, i int) span {
	if i == 0 || b[i-1] <= ' ' || i+1 == len(b) || b[i+1] <= ' ' || b[i+1] == '/' {
		return span{}
	}
	s := i
	for s > 0 && i-s < 128 && b[s-1] > ' ' && b[s-1] != ':' && b[s-1] != '"' && b[s-1] != '\'' {
		s--
	}
	for s > 0 && (b[s-1] == '"' || b[s-1] == '\'') {
		s--
	}
	if s == 0 || b[s-1] != ' ' && b[s-1] != '=' {
		return span{}
	}
	for _, option := range []string{"-u", "--user", "--proxy-user"} {
		if e := s - 1; e >= len(option) && string(b[e-len(option):e]) == option && (e == len(option) || b[e-len(option)-1] <= ' ') && swept(b[max(0, i-256):i]) {
			return some(i+1, token(b, i+1), Credential)
		}
	}
	return span{}
}

// token is where the run of bytes ends that starts at e: at a blank, a quote or a tag.
func token(b []byte, e int) int {
	for e < len(b) && b[e] > ' ' && b[e] != '"' && b[e] != '\'' && b[e] != '<' {
		e++
	}
	return e
}

// privateKey is a block between BEGIN and END of a private key, to the end of the text where a log cut it off. The lines
// with BEGIN and END stay: they say what is missing.
func (f *finder) privateKey(i int) span {
	b := f.b
	const begin, end, key = "-----begin ", "-----end ", "private key"
	if foldAt(b, i, end) && ascii.IndexFold(b[i:min(len(b), i+64)], key) < 64 {
		// Of a block whose start was cut off.
		at := i
		for at > f.done && (tokenByte(b[at-1]) || bytes.IndexByte([]byte("+/=\r\n\\"), b[at-1]) >= 0) {
			at--
		}
		return some(at, i, Credential)
	}
	if !foldAt(b, i, begin) {
		return span{}
	}
	k := ascii.IndexFold(b[i:min(len(b), i+64)], key)
	if k == len(b[i:min(len(b), i+64)]) {
		return span{}
	}
	at := i + k + len(key)
	for at < len(b) && (b[at] == '-' || ascii.Lower(b[at]) >= 'a' && ascii.Lower(b[at]) <= 'z' || b[at] == ' ') && !(b[at-1] == '-' && b[at] != '-') {
		at++
	}
	if k = ascii.IndexFold(b[at:], "-----end "); k == 0 {
		return span{}
	}
	return some(at, at+k, Credential)
}

// schemes are the words that a credential stands behind in a header. "The bearer of" and "basic rights" are
// prose, so the token must look like one; behind SharedAccessSignature are the parameters of a signed address.
var schemes = []struct {
	word string
	kind Kinds
}{
	{"bearer", BearerToken}, {"basic", Credential}, {"negotiate", Credential}, {"ntlm", Credential}, {"sharedkeylite", Credential}, {"sharedkey", Credential},
}

// scheme is the token behind the word of an authorization that starts at i.
func scheme(b []byte, i int) span {
	if i > 0 && ascii.Letter(b[i-1]) {
		return span{}
	}
	for _, s := range schemes {
		e := i + len(s.word)
		if !foldAt(b, i, s.word) {
			continue
		}
		at := e
		for at < len(b) && (b[at] == ' ' || b[at] == '\t' || b[at] == '+' || foldAt(b, at, "%20")) {
			if b[at] == '%' {
				at += 2
			}
			at++
		}
		end := at
		for end < len(b) && !addressEnd(b[end]) && b[end] != ',' && b[end] != ';' {
			end++
		}
		if at > e && schemeToken(s.word, b[at:end], end < len(b) && b[end] == '"') {
			return some(at, end, s.kind)
		}
	}
	return span{}
}

// schemeToken reports whether t is a credential of the scheme. A challenge, Bearer realm="x", is none. What
// stands behind "basic" is base64: with digits and both cases or the padding; words are not.
func schemeToken(word string, t []byte, quote bool) bool {
	if k := bytes.IndexByte(t, '='); quote && k > 0 && k == len(t)-1 && !bytes.ContainsAny(t[:k], "0123456789") {
		return false
	}
	digits, upper, lower, other := shape(t)
	switch word {
	case "bearer":
		return len(t) >= 16 && (digits > 0 || upper > 0 && lower > 0 || other > 0) && !guid(t) || random(t)
	case "basic":
		return len(t) >= 4 && bytes.HasSuffix(t, []byte("=")) || len(t) >= 8 && digits > 0 && upper > 0 && lower > 0 && other == 0
	case "sharedkey", "sharedkeylite":
		return bytes.IndexByte(t, ':') > 0
	}
	return len(t) >= 16 && upper > 0 && lower > 0 && digits > 0
}

// prefixes are how the tokens of well-known services start; each is told by the byte it ends with.
var prefixes = []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "npm_", "sk_live_"}

// wellKnown is a token that is told by its form alone; i is at its '_' or '~'. The secrets of applications in Entra ID
// have a digit and Q~ behind their first three characters.
func wellKnown(b []byte, i int) span {
	const shortest = 20
	at, end := i, i
	for at > 0 && i-at < 64 && tokenByte(b[at-1]) {
		at--
	}
	for end < len(b) && tokenByte(b[end]) {
		end++
	}
	if b[i] == '~' {
		if i < 4 || b[i-1] != 'Q' || !ascii.Digit(b[i-2]) || end-at < shortest {
			return span{}
		}
		return span{at, end, Credential}
	}
	for _, p := range prefixes {
		if s := i + 1 - len(p); s >= at && string(b[s:i+1]) == p && end-s >= shortest && (s == 0 || !ascii.Letter(b[s-1])) {
			return span{s, end, Credential}
		}
	}
	return span{}
}

func tokenByte(c byte) bool {
	return ascii.Letter(c) || ascii.Digit(c) || c == '.' || c == '_' || c == '~' || c == '-'
}

// storageKey is the key of a storage account where no name stands before it: 64 bytes in base64, the first of whose two
// '=' is at i. A SHA-512 digest looks the same and is called so.
func storageKey(b []byte, i int) span {
	const digits = 86
	at := i - digits
	if at < 0 || i+1 >= len(b) || b[i+1] != '=' || i+2 < len(b) && b[i+2] == '=' {
		return span{}
	}
	for k := at; k < i; k++ {
		if !ascii.Letter(b[k]) && !ascii.Digit(b[k]) && b[k] != '+' && b[k] != '/' {
			return span{}
		}
	}
	if at > 0 && (ascii.Letter(b[at-1]) || ascii.Digit(b[at-1])) || at > 8 && ascii.IndexFold(b[at-8:at], "sha512") < 8 {
		return span{}
	}
	return span{at, i + 2, Credential}
}

// call is the text that a call makes a secure string of: ConvertTo-SecureString 'x' -AsPlainText.
func call(b []byte, i int) span {
	const name = "convertto-securestring"
	if !foldAt(b, i, name) {
		return span{}
	}
	e := i + len(name)
	for e < len(b) && b[e] == ' ' {
		e++
	}
	for _, option := range []string{"-string ", "-asplaintext ", "-force ", "-string "} {
		if foldAt(b, e, option) {
			e += len(option)
		}
	}
	if e < len(b) && (b[e] == '$' || b[e] == '-') {
		return span{}
	}
	return plainValue(b, e, Credential)
}
