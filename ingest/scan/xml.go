package scan

import (
	"bytes"
	"unicode/utf8"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/window"
)

// A kind is what a token is. The zero value is text.
type kind uint8

// The kinds of tokens. What a document says about itself is of one kind, which no caller asks for.
const (
	Chars kind = iota // text between tags; one text may come as several tokens
	CDATA
	StartTag
	EndTag
	EmptyTag // <a/>
	xmlOther // comment, processing instruction, declaration, DOCTYPE with all that is in it
)

// A Token is one piece of markup or text. Its slices are parts of what was scanned.
type Token struct {
	Kind  kind
	Name  []byte // of a tag, with its prefix
	Attrs []byte // of a tag, as printed; CutAttr and Attr read them
	Text  []byte // between tags, as printed (XMLText undoes the references), or inside CDATA
}

// Is reports whether the token is a start tag, empty or not, with this local name.
func (t *Token) Is(name string) bool {
	return (t.Kind == StartTag || t.Kind == EmptyTag) && string(LocalName(t.Name)) == name
}

// XML finds the token at the start of b, which is n bytes long. It is generous, for
// exports are often cut off or written without care: a '<' that starts no tag is text, and so
// is a tag that meets the next '<' before its '>'; so there is no Bad. Names are not
// checked, and whether tags match is left to the caller.
//
// More tells that the token does not end in b; its kind is right when b has ten bytes or
// more. A text ends at a tag only, so a caller who has enough of one scans with eof true, and
// takes the text up to TextEnd. Unclosed tells that the file ends inside the token, or
// that there is nothing left.
func XML(b []byte, eof bool) (t Token, n int, st State) {
	if len(b) == 0 {
		return t, 0, short(eof)
	}
	if b[0] != '<' {
		return scanChars(b, 0, eof)
	}
	kind, known := markup(b)
	if !known && !eof {
		return t, 0, More
	}
	switch kind {
	case StartTag, EndTag:
		return scanTag(b, kind, eof)
	case CDATA:
		return scanTo(b, kind, len("<![CDATA["), "]]>", eof)
	case xmlOther:
		switch {
		case b[1] == '?':
			return scanTo(b, kind, 2, "?>", eof)
		case b[2] == '-':
			return scanTo(b, kind, len("<!--"), "-->", eof)
		}
		return scanDeclaration(b, eof)
	}
	return scanChars(b, 1, eof)
}

// markup tells what the '<' at the start of b starts, Chars when nothing ("a < b"): messages hold it unescaped, and to give up there would lose the rest of the file; known is false
// when b is too short to tell.
func markup(b []byte) (kind kind, known bool) {
	if len(b) < 2 {
		return Chars, false
	}
	c := b[1]
	if nameStart(c) {
		return StartTag, true
	}
	if c == '!' {
		return declaration(b)
	}
	if c != '/' && c != '?' {
		return Chars, true
	}
	switch {
	case len(b) < 3:
		return Chars, false
	case !nameStart(b[2]):
		return Chars, true
	case c == '/':
		return EndTag, true
	}
	return xmlOther, true
}

// declaration is markup for "<!".
func declaration(b []byte) (kind kind, known bool) {
	const comment, cdata = "<!--", "<![CDATA["
	switch {
	case len(b) > 2 && nameStart(b[2]):
		return xmlOther, true
	case len(b) < len(comment) && string(b) == comment[:len(b)], len(b) < len(cdata) && string(b) == cdata[:len(b)]:
		return Chars, false
	case len(b) >= len(comment) && string(b[:len(comment)]) == comment:
		return xmlOther, true
	case len(b) >= len(cdata) && string(b[:len(cdata)]) == cdata:
		return CDATA, true
	}
	return Chars, true
}

// nameStart reports whether c may start a name. All beyond ASCII may: which letters XML has is not looked up.
func nameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' || c >= utf8.RuneSelf
}

// scanChars scans the text at the start of b, of which the first i bytes are known to be text.
func scanChars(b []byte, i int, eof bool) (t Token, n int, st State) {
	for {
		k := bytes.IndexByte(b[i:], '<')
		if k < 0 {
			break
		}
		i += k
		kind, known := markup(b[i:])
		if kind != Chars {
			t.Text = b[:i]
			return t, i, Done
		}
		if !known && !eof {
			return t, 0, More
		}
		i++
	}
	if !eof {
		return t, 0, More
	}
	t.Text = b
	return t, len(b), Done
}

// scanTag scans a start or end tag. A '>' inside a quoted value does not end it. A '<' does, as text: a tag that
// was cut off must not swallow the next one.
func scanTag(b []byte, kind kind, eof bool) (t Token, n int, st State) {
	t.Kind = kind
	start := 1
	if kind == EndTag {
		start = 2
	}
	i := start
	for i < len(b) && !NameEnd(b[i]) {
		i++
	}
	name := i
	equals := false // the last sign was one: a quote here opens a value, elsewhere it is dirt
	for ; i < len(b); i++ {
		switch c := b[i]; c {
		case '>':
			return t.tag(b, start, name, i), i + 1, Done
		case '<':
			return scanChars(b, 1, eof)
		case '"', '\'':
			if !equals {
				continue
			}
			k := ascii.IndexEither(b[i+1:], c, '<')
			if k >= 0 && b[i+1+k] == c {
				i += 1 + k
				equals = false
				continue
			}
			if k < 0 && !eof {
				return t, 0, More
			}
			// No value may hold a '<': this one was never closed, so any '>' ends the tag.
			equals = false
		case ' ', '\t', '\r', '\n':
		default:
			equals = c == '='
		}
	}
	return t, len(b), short(eof)
}

// tag is the tag in b whose name is from start to name and whose '>' is at end.
func (t Token) tag(b []byte, start, name, end int) Token {
	if t.Kind == StartTag && end > name && b[end-1] == '/' {
		t.Kind = EmptyTag
		end--
	}
	t.Name, t.Attrs = b[start:name], b[name:end]
	return t
}

// NameEnd reports whether c ends the name of a tag or attribute.
func NameEnd(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', '/', '>', '<', '=', '"', '\'':
		return true
	}
	return false
}

// scanTo scans what starts with from bytes and goes on to the sign end.
func scanTo(b []byte, kind kind, from int, end string, eof bool) (t Token, n int, st State) {
	t.Kind = kind
	k := bytes.Index(b[from:], []byte(end))
	if k < 0 {
		if eof {
			t.Text = b[from:]
		}
		return t, len(b), short(eof)
	}
	t.Text = b[from : from+k]
	return t, from + k + len(end), Done
}

// scanDeclaration scans a DOCTYPE or another declaration, over the declarations, comments and
// quoted values inside of it. What it declares is not kept: an entity that is never expanded cannot grow.
func scanDeclaration(b []byte, eof bool) (t Token, n int, st State) {
	t.Kind = xmlOther
	depth := 0
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case '<':
			depth++
			if !bytes.HasPrefix(b[i:], []byte("<!--")) {
				continue
			}
			k := bytes.Index(b[i+4:], []byte("-->"))
			if k < 0 {
				return t, len(b), short(eof)
			}
			i += 4 + k + 2
			depth--
		case '>':
			if depth--; depth == 0 {
				t.Text = b[2:i]
				return t, i + 1, Done
			}
		case '"', '\'':
			k := bytes.IndexByte(b[i+1:], c)
			if k < 0 {
				return t, len(b), short(eof)
			}
			i += 1 + k
		}
	}
	return t, len(b), short(eof)
}

// TextEnd is how much of b, a text that goes on, can be taken without tearing a character, a
// reference, or the start of a tag apart. It looks back sixteen bytes, further than the longest reference of use;
// when nothing would be left it is all of b, so that a caller always gets on.
func TextEnd(b []byte) int {
	n := len(b)
	const longest = 16
	for i := n - 1; i >= max(0, n-longest); i-- {
		if b[i] == ';' || b[i] == '>' {
			break
		}
		if b[i] == '&' || b[i] == '<' {
			n = i
		}
	}
	for i := n - 1; i >= max(0, n-utf8.UTFMax); i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:n]) {
				n = i
			}
			break
		}
	}
	if n == 0 {
		return len(b)
	}
	return n
}

// LocalName is a name without its prefix. Prefixes are the writer's choice, so an
// element is told by its local name, and namespaces are not resolved.
func LocalName(name []byte) []byte {
	return name[bytes.IndexByte(name, ':')+1:]
}

// CutAttr cuts the first attribute off attrs; ok is false when there is none. Values may come
// with either quotes or without, or be missing (raw is nil then). A value is as printed, all three are parts of attrs, and
// rest is for the next call. A quote that is never closed takes the rest.
func CutAttr(attrs []byte) (name, raw, rest []byte, ok bool) {
	i := 0
	for i < len(attrs) && NameEnd(attrs[i]) {
		i++
	}
	start := i
	for i < len(attrs) && !NameEnd(attrs[i]) {
		i++
	}
	if i == start {
		return nil, nil, nil, false
	}
	name = attrs[start:i]
	k := i + ascii.Blanks(attrs[i:])
	if k == len(attrs) || attrs[k] != '=' {
		return name, nil, attrs[i:], true
	}
	i = k + 1
	i += ascii.Blanks(attrs[i:])
	start = i
	if i < len(attrs) && (attrs[i] == '"' || attrs[i] == '\'') {
		start++
		k := bytes.IndexByte(attrs[start:], attrs[i])
		if k < 0 {
			return name, attrs[start:], nil, true
		}
		return name, attrs[start : start+k], attrs[start+k+1:], true
	}
	end := bytes.IndexAny(attrs[i:], " \t\r\n")
	if end < 0 {
		return name, attrs[start:], nil, true
	}
	return name, attrs[start : start+end], attrs[start+end:], true
}

// Attr is the value of the attribute with this local name, as printed. One without a prefix
// goes before one with; declarations of prefixes are no attributes.
func Attr(attrs []byte, name string) (raw []byte, ok bool) {
	for {
		n, v, rest, more := CutAttr(attrs)
		if !more {
			return raw, ok
		}
		attrs = rest
		if string(n) == name {
			return v, true
		}
		if !ok && bytes.HasSuffix(n, []byte(name)) && string(LocalName(n)) == name && !bytes.HasPrefix(n, []byte("xmlns:")) {
			raw, ok = v, true
		}
	}
}

// XMLText is a text or value with its references undone. Only the five names that XML itself
// knows and numbers are: what a document declares stays as it is printed, so nothing can grow.
// What is rewritten goes to the arena.
func XMLText(a *window.Arena, raw []byte) []byte {
	if bytes.IndexByte(raw, '&') < 0 {
		return raw
	}
	mark := a.Mark()
	a.AddBy(AppendXMLText, raw)
	return a.From(mark)
}

// AppendXMLText appends raw with its references undone, as XMLText does, for who has a buffer. The result is never longer
// than raw. One that is not known, or has no end, stays: a bare '&' is common in addresses.
func AppendXMLText(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:i]...)
		raw = raw[i:]
		r, n := reference(raw)
		if n == 0 {
			dst, n = append(dst, '&'), 1
		} else {
			dst = utf8.AppendRune(dst, r)
		}
		raw = raw[n:]
	}
}

// reference reads the reference at the start of b; n is 0 when it is none.
func reference(b []byte) (r rune, n int) {
	if len(b) > 2 && b[1] == '#' {
		return numericReference(b)
	}
	end := bytes.IndexByte(b[:min(len(b), len("&quot;"))], ';')
	if end < 0 {
		return 0, 0
	}
	switch string(b[1:end]) {
	case "lt":
		r = '<'
	case "gt":
		r = '>'
	case "amp":
		r = '&'
	case "quot":
		r = '"'
	case "apos":
		r = '\''
	default:
		return 0, 0
	}
	return r, end + 1
}

// numericReference reads &#..; and &#x..;. What XML allows no document to hold becomes U+FFFD.
func numericReference(b []byte) (r rune, n int) {
	i, base := 2, rune(10)
	if b[i] == 'x' {
		i, base = 3, 16
	}
	first := i
	for ; i < len(b); i++ {
		c := ascii.Lower(b[i])
		d := rune(c - '0')
		if base == 16 && c >= 'a' && c <= 'f' {
			d = rune(c-'a') + 10
		} else if !ascii.Digit(c) {
			break
		}
		r = min(r*base+d, utf8.MaxRune+1)
	}
	if i == first || i == len(b) || b[i] != ';' {
		return 0, 0
	}
	if !xmlRune(r) {
		r = utf8.RuneError
	}
	return r, i + 1
}

// xmlRune reports whether a document may hold r (XML 1.0, 2.2).
func xmlRune(r rune) bool {
	switch {
	case r < ' ':
		return r == '\t' || r == '\n' || r == '\r'
	case r == 0xfffe || r == 0xffff:
		return false
	}
	return utf8.ValidRune(r)
}
