package ingest

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// says reports whether v is the word, in any case.
func says(v []byte, word string) bool { return len(v) == len(word) && indexFold(v, word) == 0 }

func onlyDigits(v []byte) bool {
	for _, c := range v {
		if !digit(c) {
			return false
		}
	}
	return true
}

// indexEither is the first x or y in b, eight bytes at a time. Cells without quotes are
// short, so bytes.IndexByte for both would cost more in calls than in looking.
func indexEither(b []byte, x, y byte) int {
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

func hexDigit(c byte) bool { c = lower(c); return digit(c) || c >= 'a' && c <= 'f' }

// blanks is how many blanks b starts with. No-break spaces count: what was copied from a page is
// indented with them.
func blanks(b []byte) int {
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

// indexRare is bytes.Index by way of the k-th byte of sub, the rarest one in these texts:
// bytes.Index goes by the first, which for "sig=" costs ten times as much.
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

func hasPrefixOf(b []byte, of []string) int {
	for i, s := range of {
		if len(b) >= len(s) && string(b[:len(s)]) == s {
			return i
		}
	}
	return -1
}

func letter(c byte) bool { c = lower(c); return c >= 'a' && c <= 'z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }
