package words

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Unprintable reports whether a character does something instead of being seen: controls (C0, C1, delete), separators of
// lines, what turns the direction of writing, tags, joiners and blanks without width. What comes out of a log or a file
// name must not steer a terminal with them, forge a line, or show itself backwards.
func Unprintable(r rune) bool {
	if r < utf8.RuneSelf { // nearly always
		return r < ' ' || r == 0x7f
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == 0x180f || r == 0x3164
}

// OneLine is text as it is shown in a line: line ends and tabs are blanks, what is unprintable or no UTF-8 is U+FFFD.
func OneLine(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case Unprintable(r):
			return utf8.RuneError
		}
		return r
	}, text)
}

// AppendPrintable appends text with U+FFFD in the place of what is unprintable or no UTF-8; lines and tabs stay.
func AppendPrintable(b, text []byte) []byte {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r != '\n' && r != '\t' && Unprintable(r) {
			r = utf8.RuneError
		}
		b = utf8.AppendRune(b, r)
		text = text[n:]
	}
	return b
}

// AppendJSON appends JSON with escapes in the place of what is unprintable, which stands in its texts alone: no value is
// another one by it. Line ends and tabs between values stay.
func AppendJSON(b, json []byte) []byte {
	for len(json) > 0 {
		r, n := utf8.DecodeRune(json)
		switch {
		case r == '\n' || r == '\t' || !Unprintable(r):
			b = append(b, json[:n]...)
		case r > 0xffff:
			r -= 0x10000
			b = fmt.Appendf(b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
		json = json[n:]
	}
	return b
}

// AppendQuoted appends a text as a JSON string, on one line: control characters and the line ends of Unicode are escaped, what is no
// UTF-8 becomes U+FFFD.
func AppendQuoted(b []byte, text string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	done := 0
	for i := 0; i < len(text); {
		c := text[i]
		n := 1
		switch {
		case c == '"' || c == '\\':
			b = append(append(b, text[done:i]...), '\\', c)
		case c == '\n':
			b = append(append(b, text[done:i]...), '\\', 'n')
		case c == '\r':
			b = append(append(b, text[done:i]...), '\\', 'r')
		case c == '\t':
			b = append(append(b, text[done:i]...), '\\', 't')
		case c < ' ' || c == 0x7f:
			b = append(append(b, text[done:i]...), '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			i++
			continue
		default:
			var r rune
			r, n = utf8.DecodeRuneInString(text[i:])
			switch {
			case r == utf8.RuneError && n == 1:
				b = append(append(b, text[done:i]...), "\uFFFD"...)
			case r == '\u2028' || r == '\u2029' || r < 0xa0:
				b = append(append(b, text[done:i]...), '\\', 'u', hex[r>>12], hex[r>>8&15], hex[r>>4&15], hex[r&15])
			default:
				i += n
				continue
			}
		}
		i += n
		done = i
	}
	return append(append(b, text[done:]...), '"')
}
