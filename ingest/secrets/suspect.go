package secrets

import (
	"bytes"
	"encoding/binary"
	"strings"

	"dwtriage/ingest/ascii"
)

// suspect reports whether b may hold something that is withheld. Nearly every text holds nothing, and is told so here at
// a tenth of the time that find takes; where suspect says no, find finds nothing, which the tests hold against each other.
//
// Most secrets are told by a word of six letters or more, and swept finds all of those in one go. What is left has a sign
// or a byte of its own: short names before = or :, user names in addresses, tokens, and letters that are escaped.
func suspect(b []byte) bool {
	return swept(b) || signs3(b, '=') || signs3(b, ':') || signs3(b, '>') || ascii.IndexRare(b, "eyJ", 2) >= 0 || ascii.IndexRare(b, "Q~", 1) >= 0 ||
		prefixed(b) || disguised(b)
}

// A sweepWord must stand in a text, in any case, for a name or scheme of six letters or more to be found in it.
type sweepWord struct {
	text string
	at   int // of the six bytes it is looked for by
}

// sweepWords are the names in each way to part their words, and the schemes.
var sweepWords = func() (all []sweepWord) {
	add := func(s string) {
		if len(s) >= 6 {
			all = append(all, sweepWord{s, rarest(s)})
		}
	}
	for _, of := range names {
		for _, n := range of {
			for _, part := range []string{"", " ", "_", "-"} {
				if part == "" || strings.Contains(n.sweep, " ") {
					add(strings.ReplaceAll(n.sweep, " ", part))
				}
			}
		}
	}
	for _, s := range []string{"bearer", "basic ", "basic\t", "basic+", "basic%20", "negotiate", "ntlm t", "sharedkey", "private key", "convertto-securestring", "%3a%2f%2f", "--pwd ", " -pwd ", "curl -", "curl h", "--user", "-user "} {
		add(s)
	}
	return all
}()

// rarest is where the six bytes of s start that are the rarest in logs, by how often letters come in English.
func rarest(s string) (at int) {
	const often = "etaoinsrhldcumfpgwybvkxjqz"
	least := 1 << 20
	for i := 0; i+6 <= len(s); i++ {
		sum := 0
		for _, c := range []byte(s[i : i+6]) {
			k := strings.IndexByte(often, c)
			switch {
			case c == ' ':
				sum += 40
			case k >= 0:
				sum += len(often) - k
			}
		}
		if sum < least {
			at, least = i, sum
		}
	}
	return at
}

// grams is the set of the parts of four bytes that the sweep words are looked for by, as a hash of 17 bits, and wordsOf which
// words they are.
// A part of another text has the same hash as one of them once in a hundred times, and the same second hash once in ten thousand.
var grams, grams2, wordsOf = func() (set [1 << 11]uint64, set2 [1 << 10]uint64, of map[uint32][]sweepWord) {
	of = make(map[uint32][]sweepWord)
	for _, w := range sweepWords {
		for i := range 3 {
			g := binary.LittleEndian.Uint32([]byte(w.text[w.at+i:])) | 0x20202020
			h := g * 0x9e3779b1 >> 15
			set[h>>6] |= 1 << (h & 63)
			h = g * 0x85ebca6b >> 16
			set2[h>>6] |= 1 << (h & 63)
			of[g] = append(of[g], sweepWord{w.text, w.at + i})
		}
	}
	return set, set2, of
}()

// swept reports whether one of the sweep words stands in b, in any case. A word of six bytes covers four at one of three
// places in a row, so it looks at every third place.
func swept(b []byte) bool {
	i := 0
	for ; i+13 <= len(b); i += 12 {
		p := b[i : i+13 : i+13]
		h0 := (binary.LittleEndian.Uint32(p) | 0x20202020) * 0x9e3779b1 >> 15
		h1 := (binary.LittleEndian.Uint32(p[3:]) | 0x20202020) * 0x9e3779b1 >> 15
		h2 := (binary.LittleEndian.Uint32(p[6:]) | 0x20202020) * 0x9e3779b1 >> 15
		h3 := (binary.LittleEndian.Uint32(p[9:]) | 0x20202020) * 0x9e3779b1 >> 15
		if (grams[h0>>6]>>(h0&63)|grams[h1>>6]>>(h1&63)|grams[h2>>6]>>(h2&63)|grams[h3>>6]>>(h3&63))&1 != 0 {
			for k := range 4 {
				if sweptAt(b, i+3*k) {
					return true
				}
			}
		}
	}
	for ; i+4 <= len(b); i += 3 {
		if sweptAt(b, i) {
			return true
		}
	}
	return false
}

// sweptAt reports whether a sweep word lies over the four bytes at place i.
func sweptAt(b []byte, i int) bool {
	g := binary.LittleEndian.Uint32(b[i:]) | 0x20202020
	if h := g * 0x85ebca6b >> 16; grams2[h>>6]>>(h&63)&1 == 0 {
		return false
	}
	for _, w := range wordsOf[g] {
		if foldAt(b, i-w.at, w.text) {
			return true
		}
	}
	return false
}

// parted are the bytes that may stand between a name and its sign.
var parted = ascii.SetOf(" \t:*]\"'`\\;=")

// signs3 reports whether a sign of one byte has before it the last three letters of a short name, or what else is told by it.
func signs3(b []byte, sign byte) bool {
	for i := 0; ; i++ {
		k := bytes.IndexByte(b[i:], sign)
		if k < 0 {
			return false
		}
		i += k
		if i+1 < len(b) {
			switch next := b[i+1]; {
			case sign == ':' && next == '/' && strange(b[i+2:]), sign == '=' && next == '=' && storageKey(b, i).end > 0:
				return true
			}
		}
		if i < 3 {
			continue
		}
		e := i
		for e > max(3, i-32) && (parted[b[e-1]] || sign == '>' && b[e-1] == '-') {
			e--
		}
		for n := 0; n < 2 && e > 3 && (ascii.Digit(b[e-1]) || b[e-1] == '_' || b[e-1] == '-'); n++ {
			e--
		}
		x, y := b[e-3]|0x20, b[e-2]|0x20
		switch b[e-1] | 0x20 {
		case 'd', 's', 'g', 'a':
			if x == 'p' && y == 'w' || x == 'a' && y == 's' || x == 's' && y == 'i' || x == 'n' && y == 'h' {
				return true
			}
		case 'e': // of "code", as a parameter only
			if x == 'o' && y == 'd' && sign == '=' && e > 4 && !ascii.Letter(b[e-5]) {
				return true
			}
		case 'n': // of "token", but not of PublicKeyToken
			if x == 'k' && y == 'e' && (e < 6 || !ascii.Letter(b[e-6])) {
				return true
			}
		case 't': // &quot;
			if x == 'u' && y == 'o' && e > 6 && b[e-4] == 'q' {
				return true
			}
		}
	}
}

// strange reports whether an address, of which b is what follows the first of its slashes, may have a user in it.
func strange(b []byte) bool {
	for k := 0; k < min(len(b), 260); k++ {
		switch c := b[k]; {
		case c == '@':
			return true
		case c <= ' ' || c == '/' && k > 0 || c == '"' || c == '<':
			return false
		}
	}
	return false
}

// prefixed reports whether the prefix of a well-known token stands in b.
func prefixed(b []byte) bool {
	for i := 0; ; i++ {
		k := bytes.IndexByte(b[i:], '_')
		if k < 0 {
			return false
		}
		if i += k; i >= 3 && (b[i-2] == 'h' && b[i-3] == 'g' || b[i-1] == 't' && b[i-2] == 'a' || b[i-1] == 'm' && b[i-2] == 'p' || b[i-1] == 'e' && b[i-2] == 'v') &&
			wellKnown(b, i).end > 0 {
			return true
		}
	}
}

// disguised reports whether a letter is escaped in b, or something stands in it that is not seen and may part a word.
func disguised(b []byte) bool {
	for i := 0; ; i++ {
		k := bytes.IndexByte(b[i:], '\\')
		if k < 0 {
			break
		}
		if i += k; i+5 < len(b) && b[i+1]|0x20 == 'u' && (b[i+2] != '0' || b[i+3] != '0' || b[i+4] >= '4' && b[i+4] < '8') {
			return true
		}
	}
	for i := 0; ; i++ {
		k := bytes.IndexByte(b[i:], '%')
		if k < 0 {
			break
		}
		if i += k; i+2 < len(b) && ascii.HexDigit(b[i+1]) && ascii.HexDigit(b[i+2]) {
			return true
		}
	}
	if ascii.Only(b) {
		return false
	}
	for _, lead := range []byte{0xef, 0xe2, 0xc2, 0xcc, 0xcd} {
		for i := 0; ; i++ {
			k := bytes.IndexByte(b[i:], lead)
			if k < 0 {
				break
			}
			if i += k; hiddenAt(b, i) > 0 || lead == 0xef || lead == 0xe2 && i+1 < len(b) && b[i+1] == 0x86 {
				return true
			}
		}
	}
	return false
}

// hiddenAt is how many bytes a character takes at place i that has no width, or marks the letter before it; 0 for any other.
func hiddenAt(b []byte, i int) int {
	switch b[i] {
	case 0xc2:
		if i+1 < len(b) && b[i+1] == 0xad {
			return 2
		}
	case 0xcc, 0xcd:
		return min(2, len(b)-i)
	case 0xe2:
		if i+2 < len(b) && (b[i+1] == 0x80 && (b[i+2] >= 0x8b && b[i+2] <= 0x8f || b[i+2] >= 0xaa && b[i+2] <= 0xae) || b[i+1] == 0x81 && b[i+2] >= 0xa0 && b[i+2] <= 0xaf) {
			return 3
		}
	case 0xef:
		if i+2 < len(b) && b[i+1] == 0xbb && b[i+2] == 0xbf {
			return 3
		}
	}
	return 0
}

// fullWidth is the letter, in lower case, whose full-width form ends before place e; 0 for none.
func fullWidth(b []byte, e int) byte {
	if e >= 3 && e <= len(b) && b[e-3] == 0xef && (b[e-2] == 0xbc && b[e-1] >= 0xa1 && b[e-1] <= 0xba || b[e-2] == 0xbd && b[e-1] >= 0x81 && b[e-1] <= 0x9a) {
		return b[e-1]&0x1f - 1 + 'a'
	}
	return 0
}
