// Package ascii looks at the bytes of a log. Everything a log is told by (delimiters, digits of a
// time, names of columns and elements, marks of an error) is ASCII, also where the text around it
// is not, so bytes are compared and no rune is decoded. It takes slices and returns positions in
// them; it changes nothing, keeps nothing and knows no format.
package ascii

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Digit reports whether c is a decimal digit.
func Digit(c byte) bool { return c >= '0' && c <= '9' }

// HexDigit reports whether c is a hexadecimal digit, of either case.
func HexDigit(c byte) bool { c = Lower(c); return Digit(c) || c >= 'a' && c <= 'f' }

// Hex4 is the UTF-16 unit that the first four bytes of b write in hexadecimal, as they stand behind \u in
// JSON and in code; ok is false where they do not.
func Hex4(b []byte) (u rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch c = Lower(c); {
		case Digit(c):
			u = u<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			u = u<<4 | rune(c-'a'+10)
		default:
			return 0, false
		}
	}
	return u, true
}

// Letter reports whether c is a letter of ASCII, of either case.
func Letter(c byte) bool { c = Lower(c); return c >= 'a' && c <= 'z' }

// Lower is c in lower case; what is no letter of ASCII stays as it is.
func Lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// Digits reports whether b holds digits alone; of nothing it is true.
func Digits(b []byte) bool {
	for _, c := range b {
		if !Digit(c) {
			return false
		}
	}
	return true
}

// Only reports whether b holds nothing beyond ASCII. NUL and other control characters are ASCII.
// It is asked for every text of every record, mostly with the answer yes, hence the 32 bytes at a
// time.
func Only(b []byte) bool {
	const high = 0x8080808080808080
	for len(b) >= 32 {
		x := binary.LittleEndian.Uint64(b) | binary.LittleEndian.Uint64(b[8:]) |
			binary.LittleEndian.Uint64(b[16:]) | binary.LittleEndian.Uint64(b[24:])
		if x&high != 0 {
			return false
		}
		b = b[32:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Is reports whether b is the word, in any case. word is in lower case.
func Is(b []byte, word string) bool { return len(b) == len(word) && IndexFold(b, word) == 0 }

// A Set is a set of bytes. Trimming by one costs a look at each byte that goes and the one that stays; package
// bytes makes its set anew with every call, which for the short ends of lines is most of the work.
type Set [256]bool

// SetOf is the set of the bytes of members, which are ASCII.
func SetOf(members string) *Set {
	s := new(Set)
	for i := range len(members) {
		s[members[i]] = true
	}
	return s
}

// TrimLeft is b without the members that it starts with.
func (s *Set) TrimLeft(b []byte) []byte {
	for len(b) > 0 && s[b[0]] {
		b = b[1:]
	}
	return b
}

// TrimRight is b without the members that it ends with.
func (s *Set) TrimRight(b []byte) []byte {
	for len(b) > 0 && s[b[len(b)-1]] {
		b = b[:len(b)-1]
	}
	return b
}

// Starts are words that a text may start with. A line of a log starts with none of them nearly always, and its
// first byte says so.
type Starts struct {
	words []string
	first Set // bytes of words
}

// StartsOf are the starts with these words, none of which is empty.
func StartsOf(words ...string) *Starts {
	s := &Starts{words: words}
	for _, w := range words {
		s.first[w[0]] = true
	}
	return s
}

// Of is the index of the first of the words that b starts with, -1 when it starts with none.
func (s *Starts) Of(b []byte) int {
	if len(b) == 0 || !s.first[b[0]] {
		return -1
	}
	for i, w := range s.words {
		if len(b) >= len(w) && string(b[:len(w)]) == w {
			return i
		}
	}
	return -1
}

// Word is the word with index i.
func (s *Starts) Word(i int) string { return s.words[i] }

// Any reports whether b starts with one of the words.
func (s *Starts) Any(b []byte) bool { return s.Of(b) >= 0 }

// Blanks is how many bytes of blanks b starts with. No-break spaces count, the only thing here
// beyond ASCII: what was copied from a page is indented with them.
func Blanks(b []byte) int {
	i := 0
	for i < len(b) {
		switch c := b[i]; {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i++
		case c == 0xc2 && i+1 < len(b) && b[i+1] == 0xa0:
			i += 2
		default:
			return i
		}
	}
	return i
}

// IndexFold finds s, which is in lower case, in any case. It returns len(b) when there is none, so
// that "before this place" needs no second question.
func IndexFold(b []byte, s string) int {
	for i := 0; i+len(s) <= len(b); i++ {
		j := 0
		for j < len(s) && Lower(b[i+j]) == s[j] {
			j++
		}
		if j == len(s) {
			return i
		}
	}
	return len(b)
}

// IndexEither is the first x or y in b, -1 when there is none, eight bytes at a time. Cells without
// quotes are short, so bytes.IndexByte for both would cost more in calls than in looking.
func IndexEither(b []byte, x, y byte) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	xs, ys := ones*uint64(x), ones*uint64(y)
	i := 0
	for ; i+8 <= len(b); i += 8 {
		v := binary.LittleEndian.Uint64(b[i:])
		p, q := v^xs, v^ys
		// A zero byte borrows; the lowest marked byte is always a true one.
		if m := ((p-ones)&^p | (q-ones)&^q) & high; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for ; i < len(b); i++ {
		if b[i] == x || b[i] == y {
			return i
		}
	}
	return -1
}

// IndexRare is bytes.Index by way of the k-th byte of sub, the rarest one in these texts:
// bytes.Index goes by the first, which for "sig=" costs ten times as much.
func IndexRare(b []byte, sub string, k int) int {
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
