package scan

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/window"
)

// Depth is how deep values may be nested: no export goes beyond ten.
const Depth = 256

// JSON finds the end of the JSON value at the start of b, behind blanks, and returns its length with them. With
// Bad and Deep the length is where the doubt began.
//
// It scans by hand since encoding/json has no answer for "not finished": it takes a stream or a whole
// value, decodes into memory of its own, and refuses a line break inside a string. Here only the ends of
// things are wanted, and strings, nearly all of a log, are hopped over from quote to quote. Control characters
// inside strings are let through: exports wrap lines in the middle of a text, and the record is worth more
// than the grammar. The nesting is a stack of fixed size, not recursion: a file of a million brackets
// costs its own look and no memory. On everything that encoding/json accepts the two agree (FuzzJSON).
func JSON(b []byte, eof bool) (int, State) {
	var stack [Depth]byte
	depth, i := 0, 0
	short := func() (int, State) {
		if eof {
			return len(b), Bad
		}
		return 0, More
	}
	for {
		// A value starts here.
		i += ascii.Blanks(b[i:])
		if i == len(b) {
			return short()
		}
		switch c := b[i]; {
		case c == '{' || c == '[':
			if depth == Depth {
				return i, Deep
			}
			stack[depth] = c
			depth++
			i++
			i += ascii.Blanks(b[i:])
			if i == len(b) {
				return short()
			}
			if b[i] == c+2 { // the closing one, in ASCII two further
				break
			}
			if c == '[' {
				continue
			}
			n, st := Key(b[i:])
			if st != Done {
				if st == More {
					return short()
				}
				return i + n, st
			}
			i += n
			continue
		case c == '"':
			n, ok := String(b[i:])
			if !ok {
				return short()
			}
			i += n
		default:
			n := scanWord(b[i:])
			if i+n == len(b) && !eof {
				return 0, More
			}
			if n == 0 || !validWord(b[i:i+n]) {
				return i, Bad
			}
			i += n
		}
		// A value ended here: close what ends with it.
		for {
			if depth == 0 {
				return i, Done
			}
			i += ascii.Blanks(b[i:])
			if i == len(b) {
				return short()
			}
			if b[i] == stack[depth-1]+2 {
				depth--
				i++
				continue
			}
			if b[i] != ',' {
				return i, Bad
			}
			i++
			if stack[depth-1] == '[' {
				break
			}
			i += ascii.Blanks(b[i:])
			n, st := Key(b[i:])
			if st == More {
				return short()
			}
			if st != Done {
				return i + n, st
			}
			i += n
			break
		}
	}
}

// Key scans `"key" :` at the start of b, without blanks before it, and returns its length with the colon. More says
// that b ends first; whether the file does is the caller's to know.
func Key(b []byte) (int, State) {
	if len(b) == 0 {
		return 0, More
	}
	if b[0] != '"' {
		return 0, Bad
	}
	n, ok := String(b)
	if !ok {
		return 0, More
	}
	n += ascii.Blanks(b[n:])
	if n == len(b) {
		return 0, More
	}
	if b[n] != ':' {
		return n, Bad
	}
	return n + 1, Done
}

// String returns the length of the string at the start of b, quotes included; ok is false when it does not end in b. A quote is
// escaped when an odd number of backslashes stands before it, so they are counted back from the quote: forward, every
// byte of a text would be looked at for a backslash.
func String(b []byte) (int, bool) {
	for i := 1; ; {
		k := bytes.IndexByte(b[i:], '"')
		if k < 0 {
			return 0, false
		}
		i += k + 1
		back := i - 2
		for back > 0 && b[back] == '\\' {
			back--
		}
		if (i-2-back)%2 == 0 {
			return i, true
		}
	}
}

// scanWord is the length of a number, true, false, null, or what else is written without quotes.
func scanWord(b []byte) int {
	for i, c := range b {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', ascii.Digit(c), c == '-', c == '+', c == '.':
		default:
			return i
		}
	}
	return len(b)
}

// validWord is generous with numbers: whether 01 is one does not matter here.
func validWord(b []byte) bool {
	switch string(b) {
	case "true", "false", "null":
		return true
	}
	for _, c := range b {
		if !ascii.Digit(c) && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			return false
		}
	}
	return ascii.Digit(b[0]) || b[0] == '-' && len(b) > 1 && ascii.Digit(b[1])
}

// Members calls yield for each member of b, an object that JSON has found Done. Keys come without quotes and with their
// escapes, values as they are printed, in the order of the file, repeated ones each time; both are parts of b. An
// object that is not well formed ends where that shows.
func Members(b []byte, yield func(key, value []byte)) {
	i := 1
	for {
		i += ascii.Blanks(b[i:])
		if b[i] != '"' {
			return
		}
		n, _ := String(b[i:])
		key := b[i+1 : i+n-1]
		i += n
		i += ascii.Blanks(b[i:]) + 1
		i += ascii.Blanks(b[i:])
		if n, _ = JSON(b[i:], true); n == 0 {
			return
		}
		yield(key, b[i:i+n])
		i += n
		i += ascii.Blanks(b[i:])
		if b[i] != ',' {
			return
		}
		i++
	}
}

// Elements calls yield for each element of b, an array that JSON has found Done: as printed, parts of b, in order.
func Elements(b []byte, yield func(value []byte)) {
	i := 1
	for {
		i += ascii.Blanks(b[i:])
		if b[i] == ']' {
			return
		}
		n, _ := JSON(b[i:], true)
		yield(b[i : i+n])
		i += n
		i += ascii.Blanks(b[i:])
		if b[i] != ',' {
			return
		}
		i++
	}
}

// JSONText is the text of a value: a string without its escapes, nothing for null, other
// values as they are printed. It is a part of v, or of the arena when escapes were undone.
func JSONText(a *window.Arena, v []byte) []byte {
	if len(v) >= 2 && v[0] == '"' {
		return Unescape(a, v[1:len(v)-1])
	}
	if string(v) == "null" {
		return nil
	}
	return v
}

// Unescape undoes the escapes of a JSON string that comes without its quotes. What is no escape stays as it is: a path
// of Windows may be written without doubling the backslash. Backspace and form feed become blanks, \u0000 and half
// a pair U+FFFD, so that the text is valid UTF-8 without NUL wherever b was. Without a backslash it is b itself.
func Unescape(a *window.Arena, b []byte) []byte {
	if bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	mark := a.Mark()
	for {
		i := bytes.IndexByte(b, '\\')
		if i < 0 || i+1 == len(b) {
			break
		}
		a.Add(b[:i])
		b = b[i:]
		n := 2
		switch c := b[1]; c {
		case '"', '\\', '/':
			a.AddByte(c)
		case 'n':
			a.AddByte('\n')
		case 'r':
			a.AddByte('\r')
		case 't':
			a.AddByte('\t')
		case 'b', 'f':
			a.AddByte(' ')
		case 'u':
			var u rune
			if u, n = escapedRune(b); n == 0 {
				a.AddString(`\u`)
				n = 2
				break
			}
			a.AddRune(u)
		default:
			a.AddByte('\\')
			n = 1
		}
		b = b[n:]
	}
	a.Add(b)
	return a.From(mark)
}

// escapedRune reads \uXXXX, or the two that make one character; n is 0 when it is none.
func escapedRune(b []byte) (u rune, n int) {
	u, ok := escapedUnit(b)
	if !ok {
		return 0, 0
	}
	if u == 0 {
		return utf8.RuneError, 6
	}
	if utf16.IsSurrogate(u) {
		if low, ok := escapedUnit(b[6:]); ok {
			if pair := utf16.DecodeRune(u, low); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return utf8.RuneError, 6
	}
	return u, 6
}

// escapedUnit reads \uXXXX; ok is false when b starts with none.
func escapedUnit(b []byte) (u rune, ok bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	return ascii.Hex4(b[2:])
}
