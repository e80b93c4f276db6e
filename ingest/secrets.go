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
)

// String is the set for column withheld.
func (s secrets) String() string {
	var names []string
	for i, name := range []string{"secure configuration", "debug trace", "signed address", "bearer token"} {
		if s&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// withhold replaces what must never be shown: query parts of signed addresses, bearer
// tokens, and the payload of a debugLogTrace. Text without any of them, nearly all text, is
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
	if i := secretHeader(b); i >= 0 {
		whole := b
		if b = withholdHeaders(a, b, i); !bytes.Equal(b, whole) {
			left |= bearerToken
		}
	}
	return b, left
}

// Headers of a request whose value is a secret, without their first letter, which comes in
// either case. All but the first have a k in this place: one look for it finds any of them.
const authorization = "uthorization:"

var secretHeaders = []struct {
	name string
	k    int
}{{"pi-key:", 3}, {"ookie:", 2}, {"ubscription-key:", 12}}

// secretHeader is where the value of the first secret header starts, -1 without one.
func secretHeader(b []byte) int {
	first := -1
	if i := indexRare(b, authorization, 6); i >= 0 {
		first = i + len(authorization)
	}
	for i := 0; ; i++ {
		k := bytes.IndexByte(b[i:], 'k')
		if k < 0 {
			return first
		}
		i += k
		// A colon follows within four letters in each of them.
		if bytes.IndexByte(b[i:min(len(b), i+5)], ':') < 0 {
			continue
		}
		for _, h := range secretHeaders {
			if s := i - h.k; s >= 0 && s+len(h.name) <= len(b) && string(b[s:s+len(h.name)]) == h.name {
				if end := s + len(h.name); first < 0 || end < first {
					first = end
				}
				return first
			}
		}
	}
}

// withholdHeaders replaces the values of secret headers, to the end of their lines.
func withholdHeaders(a *arena, b []byte, at int) []byte {
	mark := len(a.buf)
	for at >= 0 {
		at += len(b[at:]) - len(bytes.TrimLeft(b[at:], " \t"))
		end := at
		for end < len(b) && b[end] != '\n' && b[end] != '\r' && b[end] != '"' && b[end] != '<' {
			end++
		}
		// What was a bearer token already keeps its first word.
		a.buf = append(a.buf, b[:at]...)
		if value := b[at:end]; bytes.Contains(value, []byte(withheld)) || len(bytes.TrimSpace(value)) == 0 {
			a.buf = append(a.buf, value...)
		} else {
			a.buf = append(a.buf, withheld...)
		}
		b = b[end:]
		at = secretHeader(b)
	}
	a.buf = append(a.buf, b...)
	return a.from(mark)
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
