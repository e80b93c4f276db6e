package pattern

import "bytes"

// A Needle is a literal to be searched for without regard to ASCII case, by its rarest byte.
type Needle struct {
	lit         string // lower case
	at          int    // of the rarest byte
	small, tall byte   // its two case forms
	slot        uint8  // where a machine remembers it
}

// NewNeedle makes a Needle of a literal in lower case (see [Fold]).
func NewNeedle(lit string) Needle {
	n := Needle{lit: lit}
	for i := range len(lit) {
		n.slot = (n.slot*31 + lit[i]) % 8
		if rarity[lit[i]] > rarity[lit[n.at]] {
			n.at = i
		}
	}
	n.small = lit[n.at]
	n.tall = n.small
	if n.small >= 'a' && n.small <= 'z' {
		n.tall -= 'a' - 'A'
	}
	return n
}

// Index finds the first occurrence that starts in text[from:last+1], -1 when there is none.
func (n *Needle) Index(text []byte, from, last int) int {
	last = min(last, len(text)-len(n.lit))
	if from > last {
		return -1
	}
	window := text[:last+n.at+1]
	small, tall := from+n.at, from+n.at
	if n.tall == n.small {
		tall = len(window)
	}
	small, tall = nextByte(window, small, n.small), nextByte(window, tall, n.tall)
	for {
		at := min(small, tall)
		if at == len(window) {
			return -1
		}
		if hasFold(text[at-n.at:], n.lit) {
			return at - n.at
		}
		if at == small {
			small = nextByte(window, small+1, n.small)
		} else {
			tall = nextByte(window, tall+1, n.tall)
		}
	}
}

// Len is how many bytes an occurrence has.
func (n *Needle) Len() int { return len(n.lit) }

// String is the literal.
func (n *Needle) String() string { return n.lit }

// nextByte is the position of c in text[from:], len(text) when there is none.
func nextByte(text []byte, from int, c byte) int {
	if i := bytes.IndexByte(text[from:], c); i >= 0 {
		return from + i
	}
	return len(text)
}

// rarity of a lower-case byte in log text: higher is rarer. Letters by their English frequency.
var rarity = func() (r [256]uint8) {
	for i := range r {
		r[i] = 100
	}
	for i, c := range " etaoinsrhldcumfpgwybvkxjqz" {
		r[c] = uint8(1 + i*3)
	}
	for _, c := range "0123456789.,:'\"<>/()" {
		r[c] = 20
	}
	return r
}()

// lower folds ASCII letters only.
var lower = func() (l [256]byte) {
	for i := range l {
		l[i] = byte(i)
		if i >= 'A' && i <= 'Z' {
			l[i] |= 0x20
		}
	}
	return l
}()

// hasFold reports whether text starts with lit (lower case), without regard to ASCII case.
func hasFold(text []byte, lit string) bool {
	if len(text) < len(lit) {
		return false
	}
	for i := range len(lit) {
		if lower[text[i]] != lit[i] {
			return false
		}
	}
	return true
}
