package classify

import (
	"bytes"
	"encoding/binary"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"dwtriage/classify/pattern"
	"dwtriage/ingest/ascii"
)

// Normalize appends the normal form of text to dst and returns it. Rules, templates and
// matched positions refer to this form: JSON escapes of any depth are undone (\" \\\" \/
// \u0027, and \r \n \t where the text is JSON), so are XML entities and
// Markdown's \[ \*; every run of white space, no-break spaces included, is one blank, with
// none at the ends; typographic quotes are plain ones, the Kelvin sign and the long s letters of ASCII. A line SubErrorCode: 12 is left out. Case is kept.
func Normalize(dst, text []byte) []byte {
	from := len(dst)
	escaped := -1 // whether \n means a line end; -1: not looked up yet
	for i := 0; i < len(text); {
		c := text[i]
		if plain[c] {
			j := plainEnd(text, i+1)
			for j < len(text) && (plain[text[j]] || text[j] == ' ' && j+1 < len(text) && plain[text[j+1]]) {
				j++
			}
			dst = append(dst, text[i:j]...)
			i = j
			continue
		}
		switch {
		case c <= ' ':
			dst = blank(dst, from)
			i++
		case c == '\\':
			if escaped < 0 {
				escaped = 0
				if isEscaped(text) {
					escaped = 1
				}
			}
			dst, i = unescape(dst, from, text, i, escaped == 1)
		case c == '&':
			dst, i = entity(dst, from, text, i)
		default:
			dst, i = unicodePlain(dst, from, text, i)
		}
	}
	for len(dst) > from && dst[len(dst)-1] == ' ' {
		dst = dst[:len(dst)-1]
	}
	return dropSubErrorCodes(dst, from)
}

// plainEnd goes on from i, which stands behind a plain byte, in steps of eight bytes over those that are plain or
// single blanks. What it stops at need not be the first that is neither, and no blank stands before it.
func plainEnd(text []byte, i int) int {
	const low, high = 0x0101010101010101, 0x8080808080808080
	from := i
	for ; i+8 <= len(text); i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		slash, and, del := w^'\\'*low, w^'&'*low, w^0x7f*low
		blanks := (w ^ ' '*low) | ((w<<8 | uint64(text[i-1])) ^ ' '*low) // zero where two stand in a row
		if (w|(w-0x20*low)&^w|(slash-low)&^slash|(and-low)&^and|(del-low)&^del|(blanks-low)&^blanks)&high != 0 {
			break
		}
	}
	for i > from && text[i-1] == ' ' {
		i--
	}
	return i
}

// blankTrace overwrites with blanks what a fault carries of the plug-in's trace. A developer's
// line in it ("caught a NullReferenceException, default taken") is no evidence of the error, and
// would count as such because it stands in the error text. Positions stay as they are.
func blankTrace(normal []byte) {
	const start, end = "<TraceText>", "</TraceText>"
	for rest := normal; ; {
		i := bytes.Index(rest, []byte(start))
		if i < 0 {
			return
		}
		rest = rest[i+len(start):]
		n := bytes.Index(rest, []byte(end))
		if n < 0 {
			n = len(rest)
		}
		for k := range rest[:n] {
			rest[k] = ' '
		}
		rest = rest[n:]
	}
}

const subErrorCode = "SubErrorCode"

// dropSubErrorCodes takes out of a normal form what many logs print as a line of its own under a
// message: SubErrorCode: -2146233088. It says nothing about the error (see [foreign]), and would make
// another message of the one that ends before it.
func dropSubErrorCodes(dst []byte, from int) []byte {
	i := bytes.Index(dst[from:], []byte(subErrorCode))
	if i < 0 {
		return dst
	}
	kept, at := from+i, from+i
	for i >= 0 {
		end := numberEnd(dst, at+len(subErrorCode))
		if end > 0 && (at == from || dst[at-1] == ' ') {
			at = min(end+1, len(dst)) // with the blank behind it
		} else {
			kept += copy(dst[kept:], dst[at:at+len(subErrorCode)])
			at += len(subErrorCode)
		}
		next := len(dst)
		if i = bytes.Index(dst[at:], []byte(subErrorCode)); i >= 0 {
			next = at + i
		}
		kept += copy(dst[kept:], dst[at:next])
		at = next
	}
	if kept > from && dst[kept-1] == ' ' {
		kept--
	}
	return dst[:kept]
}

// numberEnd is where the number ends that a colon or an equals sign, or neither, and blanks lead to
// at text[i]; 0: there is none, or more than a blank follows it.
func numberEnd(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == ':' || text[i] == '=') {
		i++
	}
	digits := 0
	for ; i < len(text) && text[i] != ' '; i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c != '-' && c|0x20 != 'x' && hexDigit[c] < 0:
			return 0
		}
	}
	if digits == 0 {
		return 0
	}
	return i
}

// NormalizeString is Normalize for a string.
func NormalizeString(text string) string { return string(Normalize(nil, []byte(text))) }

// plain marks the bytes that stand for themselves.
var plain = func() (p [256]bool) {
	for c := '!'; c < 0x7f; c++ {
		p[c] = c != '\\' && c != '&'
	}
	return p
}()

func blank(dst []byte, from int) []byte {
	if len(dst) == from || dst[len(dst)-1] == ' ' {
		return dst
	}
	return append(dst, ' ')
}

// isEscaped reports whether text is JSON or was cut out of it, where \n is a line end. In plain
// text it may as well be the start of a folder name: C:\new.
func isEscaped(text []byte) bool {
	for _, mark := range [...]string{`":"`, `": "`, `{"`} {
		if bytes.Contains(text, []byte(mark)) {
			return true
		}
	}
	return bytes.Contains(text, []byte(`\"`)) || bytes.Contains(text, []byte(`\r\n`)) || bytes.Contains(text, []byte(`\\r`)) || bytes.Contains(text, []byte(`\\n`))
}

// unescape appends what the run of backslashes at text[i] and the character behind it stand
// for, and returns the position after them.
func unescape(dst []byte, from int, text []byte, i int, escaped bool) ([]byte, int) {
	j := i
	for j < len(text) && text[j] == '\\' {
		j++
	}
	if j == len(text) {
		return append(dst, '\\'), j
	}
	switch c := text[j]; {
	case c == 'u':
		if r, n := hexRune(text[j+1:]); n > 0 {
			return appendRune(dst, from, r), j + 1 + n
		}
	case escaped && (c == 'n' || c == 'r' || c == 't'):
		return blank(dst, from), j + 1
	case c <= '~' && plain[c] && !pattern.Word(c):
		return append(dst, c), j + 1
	case c == '&':
		return dst, j
	}
	return append(dst, '\\'), j
}

// hexRune reads the digits of a \u escape (and of the second half of a surrogate pair); n is
// the number of bytes used, 0 when there is no such escape.
func hexRune(text []byte) (r rune, n int) {
	r, ok := ascii.Hex4(text)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 4
	}
	k := 4
	for k < len(text) && text[k] == '\\' {
		k++
	}
	if k > 4 && k < len(text) && text[k] == 'u' {
		if low, ok := ascii.Hex4(text[k+1:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, k + 5
			}
		}
	}
	return utf8.RuneError, 4
}

var hexDigit = func() (d [256]int8) {
	for c := range d {
		d[c] = -1
	}
	for c := range 10 {
		d['0'+c] = int8(c)
	}
	for c := range 6 {
		d['a'+c], d['A'+c] = int8(10+c), int8(10+c)
	}
	return d
}()

// appendRune appends one character, white space and typographic quotes in their plain form.
func appendRune(dst []byte, from int, r rune) []byte {
	switch r {
	case 0x2018, 0x2019:
		return append(dst, '\'')
	case 0x201c, 0x201d:
		return append(dst, '"')
	case 0xfeff, 0x200b:
		return dst
	case 0x212a: // the signs that stand for letters of ASCII in another case, as comparing takes them
		return append(dst, 'K')
	case 0x17f:
		return append(dst, 's')
	}
	if r <= ' ' || unicode.IsSpace(r) {
		return blank(dst, from)
	}
	return utf8.AppendRune(dst, r)
}

// unicodePlain appends the character at text[i], which is not ASCII (or is DEL).
func unicodePlain(dst []byte, from int, text []byte, i int) ([]byte, int) {
	r, n := utf8.DecodeRune(text[i:])
	if r == utf8.RuneError && n == 1 {
		return utf8.AppendRune(dst, utf8.RuneError), i + 1
	}
	return appendRune(dst, from, r), i + n
}

var entities = []struct {
	name []byte
	c    byte
}{
	{[]byte("&quot;"), '"'}, {[]byte("&apos;"), '\''},
	{[]byte("&lt;"), '<'}, {[]byte("&gt;"), '>'}, {[]byte("&amp;"), '&'},
}

func entity(dst []byte, from int, text []byte, i int) ([]byte, int) {
	if r, n := characterReference(text[i:]); n > 0 {
		return appendRune(dst, from, r), i + n
	}
	for _, e := range entities {
		if bytes.HasPrefix(text[i:], e.name) {
			return append(dst, e.c), i + len(e.name)
		}
	}
	return append(dst, '&'), i + 1
}

// characterReference reads a reference as .NET's XML writers make them: &#39; &#xD;. n is the
// number of bytes used, 0 when there is no reference.
func characterReference(text []byte) (r rune, n int) {
	if len(text) < 4 || text[1] != '#' {
		return 0, 0
	}
	i, base, most := 2, 10, 7
	if text[2]|0x20 == 'x' {
		i, base, most = 3, 16, 6
	}
	from := i
	for i < len(text) && i-from < most && hexDigit[text[i]] >= 0 && int(hexDigit[text[i]]) < base {
		r = r*rune(base) + rune(hexDigit[text[i]])
		i++
	}
	if i == from || i == len(text) || text[i] != ';' {
		return 0, 0
	}
	return r, i + 1
}
