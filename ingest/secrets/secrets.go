// Package secrets keeps what nobody may read inside ingest. A text comes in, the same text goes out
// with "[withheld]" where a credential, a bearer token, the query of a signed address or the payload
// of a debugLogTrace stood, and the set of kinds that were left out; an Excerpt for a reject or
// warning goes through the same gate. A secret is told by the name before it or by its own form, in
// any spelling, quote or escape, for the texts are quoted in each other; when it is not sure where a
// secret ends, it withholds to the end. suspect.go says quickly that a text holds none, find.go goes through one that may,
// names.go knows what secrets are called, values.go where a value starts and ends, prose.go what is a sentence about a
// secret and no secret. It refuses to decide by column or file: only the text counts,
// and the reader adds what a column of secure configuration or of a payload was.
package secrets

import (
	"bytes"
	"html"
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
// other credentials, secure configuration, and the payload of a debugLogTrace. Text without any of them, nearly all
// text, is returned as it is, without a copy; what is rewritten goes to the arena and is valid as long as that.
//
// A debugLogTrace goes first, as one piece that may hold all the others. A kind is named when something was
// found, but for debugLogTrace, which may be a mere word, only when the text changed.
func Withhold(a *window.Arena, b []byte) (text []byte, left Kinds) {
	if i := ascii.IndexRare(b, "debugLogTrace", 5); i >= 0 {
		whole := b
		if b = withholdDebug(a, b, i); !bytes.Equal(b, whole) {
			left |= DebugTrace
		}
	}
	if !suspect(b) {
		return b, left
	}
	spans := find(b)
	if len(spans) == 0 {
		return b, left
	}
	mark, done := a.Mark(), 0
	for _, s := range spans {
		a.Add(b[done:s.at])
		a.AddString(Mark)
		done = s.end
		left |= s.kind
	}
	a.Add(b[done:])
	return a.From(mark), left
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
	// What is broken was not decoded: its escapes hide names and signs once more.
	for range 3 {
		plain := []byte(html.UnescapeString(string(scan.Unescape(&a, b))))
		if bytes.Equal(plain, b) {
			break
		}
		if kept, left := Withhold(&a, plain); left != 0 {
			b = kept
			continue
		}
		if shown, left := Withhold(&a, []byte(html.UnescapeString(string(plain)))); left != 0 {
			b = shown
		}
		break
	}
	return string(bytes.ToValidUTF8(window.Shorten(b, most), []byte("\uFFFD")))
}

// Clean is s, the name of a file, an argument or a name that a user gave, as it may be shown and stored: without secrets,
// and valid UTF-8.
func Clean(s string) string {
	b, _ := Withhold(new(window.Arena), []byte(s))
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// Plain reports whether v, which is short, has no sign that a secret in it could be told by: nearly all ids and names of types
// do not, and need not be looked at further.
func Plain(v []byte) bool {
	for _, c := range v {
		if !plainByte[c] {
			return false
		}
	}
	return len(v) < 64
}

var plainByte = func() (set [256]bool) {
	for c := range 256 {
		set[c] = ascii.Letter(byte(c)) || ascii.Digit(byte(c)) || c == '.' || c == '-' || c == '{' || c == '}'
	}
	return set
}()

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
