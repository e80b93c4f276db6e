package pattern

import (
	"math"
	"math/bits"
	"regexp/syntax"
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A byteSet is a set of bytes.
type byteSet [4]uint64

func (s *byteSet) add(c byte) { s[c>>6] |= 1 << (c & 63) }

func (s *byteSet) has(c byte) bool { return s[c>>6]>>(c&63)&1 != 0 }

// addRanges adds the first bytes of the characters in pairs of runes.
func (s *byteSet) addRanges(ranges []rune) {
	for i := 0; i+1 < len(ranges); i += 2 {
		lo, hi := ranges[i], ranges[i+1]
		for r := lo; r <= min(hi, 0x7f); r++ {
			s.add(byte(r))
		}
		if hi >= 0x80 {
			*s = s.union(highBytes)
		}
	}
}

func (s byteSet) union(t byteSet) byteSet {
	return byteSet{s[0] | t[0], s[1] | t[1], s[2] | t[2], s[3] | t[3]}
}

func (s byteSet) size() int {
	return bits.OnesCount64(s[0]) + bits.OnesCount64(s[1]) + bits.OnesCount64(s[2]) + bits.OnesCount64(s[3])
}

func (s byteSet) meets(t byteSet) bool {
	return s[0]&t[0]|s[1]&t[1]|s[2]&t[2]|s[3]&t[3] != 0
}

var (
	everyByte = byteSet{math.MaxUint64, math.MaxUint64, math.MaxUint64, math.MaxUint64}
	highBytes = byteSet{0, 0, math.MaxUint64, math.MaxUint64} // of characters outside ASCII
)

// A charset is a set of characters: a class, a dot, a single letter in both cases.
type charset struct {
	kind   [256]uint8 // by first byte: notInSet, inSet, or look at the whole character
	bytes  byteSet    // first bytes of its characters
	ranges []rune     // pairs, sorted
	every  bool       // any character at all
}

const (
	notInSet = iota
	inSet
	lookCloser
)

func newCharset(ranges []rune) *charset {
	s := &charset{ranges: ranges}
	s.every = len(ranges) == 2 && ranges[0] == 0 && ranges[1] == unicode.MaxRune
	s.bytes.addRanges(ranges)
	for c := range 0x80 {
		if s.bytes.has(byte(c)) {
			s.kind[c] = inSet
		}
	}
	if s.bytes.meets(highBytes) {
		for c := 0x80; c < 0x100; c++ {
			s.kind[c] = lookCloser
		}
	}
	return s
}

// more are the bytes that may stand in a character of s behind its first.
func (s *charset) more() byteSet {
	if s.bytes.meets(highBytes) {
		return highBytes
	}
	return byteSet{}
}

// rangesOf are the characters a sub-expression stands for, as ranges, nil when it is not one of
// those that match exactly one character.
func rangesOf(re *syntax.Regexp) []rune {
	switch re.Op {
	case syntax.OpLiteral:
		if len(re.Rune) == 1 {
			return caseForms(re.Rune[0], re.Flags)
		}
	case syntax.OpCharClass:
		return append([]rune{}, re.Rune...) // not nil where it matches nothing
	case syntax.OpAnyChar:
		return []rune{0, unicode.MaxRune}
	case syntax.OpAnyCharNotNL:
		return []rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	}
	return nil
}

// caseForms lists the case forms of a letter, as ranges.
func caseForms(r rune, flags syntax.Flags) []rune {
	if r < 0x80 && r|0x20 != 'k' && r|0x20 != 's' && (r < 'A' || r|0x20 > 'z' || r > 'Z' && r < 'a' || flags&syntax.FoldCase == 0) {
		return []rune{r, r}
	}
	forms := []rune{r}
	if flags&syntax.FoldCase != 0 {
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			forms = append(forms, f)
		}
	}
	slices.Sort(forms)
	var ranges []rune
	for _, f := range forms {
		ranges = append(ranges, f, f)
	}
	return ranges
}

// width is the length of the character at text[pos] if it is in the set, else 0. Bytes that are
// not UTF-8 are characters U+FFFD, as in regexp.
func (s *charset) width(text []byte, pos int) int {
	if pos >= len(text) {
		return 0
	}
	switch s.kind[text[pos]] {
	case inSet:
		return 1
	case lookCloser:
		return s.wide(text[pos:])
	}
	return 0
}

func (s *charset) wide(text []byte) int {
	r, w := utf8.DecodeRune(text)
	lo, hi := 0, len(s.ranges)/2
	for lo < hi {
		mid := (lo + hi) / 2
		switch {
		case r < s.ranges[2*mid]:
			hi = mid
		case r > s.ranges[2*mid+1]:
			lo = mid + 1
		default:
			return w
		}
	}
	return 0
}

// span passes over up to limit characters of the set and returns where they end, and how many.
func (s *charset) span(text []byte, pos, limit int, ascii bool) (end, count int) {
	if s.every && ascii {
		count = min(limit, len(text)-pos)
		return pos + count, count
	}
	for count < limit && pos < len(text) {
		w := 1
		if kind := s.kind[text[pos]]; kind != inSet {
			if kind == notInSet {
				break
			}
			if w = s.wide(text[pos:]); w == 0 {
				break
			}
		}
		pos += w
		count++
	}
	return pos, count
}

// charsets holds the classes of all expressions by their ranges: most of them use the same few,
// and they never change.
var charsets sync.Map

// foldBytes are the first bytes of the case forms of every ASCII character.
var foldBytes = func() (sets [0x80]byteSet) {
	for r := range sets {
		sets[r].addRanges(caseForms(rune(r), syntax.FoldCase))
	}
	return sets
}()

// ownBytes is the set of bytes that matches of re may hold, without those of its parts.
func ownBytes(re *syntax.Regexp) byteSet {
	var out byteSet
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			switch fold := re.Flags&syntax.FoldCase != 0; {
			case r >= 0x80:
				out = out.union(highBytes)
				if fold {
					out.addRanges(caseForms(r, re.Flags))
				}
			case fold:
				out = out.union(foldBytes[r])
			default:
				out.add(byte(r))
			}
		}
	case syntax.OpCharClass:
		out.addRanges(re.Rune)
	case syntax.OpAnyChar:
		out = everyByte
	case syntax.OpAnyCharNotNL:
		out.addRanges([]rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune})
	}
	return out
}
