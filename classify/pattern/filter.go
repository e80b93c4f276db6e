package pattern

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// A Filter finds literals in a text by looking at every 4th position only. Of each literal it takes a window of 11
// bytes; whatever the alignment, one of the window's four 8-byte grams stands at a looked-at position. The few
// literals that are shorter than that have a window of 7 bytes with grams of 4. A bitmap tells which grams are worth
// a closer look. Grams of 4 for all would do, too, but with some thousand literals a text is full of them: three
// literals were looked at for each position of a dual-write message, with grams of 8 one for 4 positions, and one for 13
// of a trace. It is immutable.
type Filter struct {
	long     gramTable
	short    gramTable
	literals []string // lower case, at least MinLiteral bytes
}

// A gramTable holds the grams of a Filter that have one length.
type gramTable struct {
	bitmap  []uint64
	shift   uint8   // makes of a hash a bit of the bitmap
	buckets []int32 // by the upper part of the bit: first of its grams
	grams   []gram  // by hash
}

type gram struct {
	folded  uint64
	literal int32
	offset  int32 // of the gram in the literal
}

// A Hit is an occurrence of a literal of a Filter in a text.
type Hit struct {
	Literal int32 // which of the list that the Filter was made of
	Start   int32 // byte offset
}

const (
	stride    = 4
	longGram  = 8
	shortGram = 4

	longBits   = 17 // of a position in the bitmap: 16 kB stay in the fastest cache
	shortBits  = 13
	bucketBits = 3 // that a bucket leaves out of them
)

// Setting bit 0x20 folds letters (and a few other characters, which the full comparison sorts out).
const foldMask = 0x2020202020202020

func gramHash(folded uint64) uint64 { return folded * 0x9E3779B97F4A7C15 }

// NewFilter makes a Filter for literals in lower case of [MinLiteral] bytes or more.
func NewFilter(literals []string) *Filter {
	f := &Filter{literals: literals}
	common := commonGrams(literals)
	var long, short []gram
	for i, lit := range literals {
		size, to := longGram, &long
		if len(lit) < longGram+stride-1 {
			size, to = shortGram, &short
		}
		w := window(lit, size, common)
		for j := w; j < w+stride; j++ {
			*to = append(*to, gram{gramOf(lit[j : j+size]), int32(i), int32(j)})
		}
	}
	f.long, f.short = newGramTable(long, longBits), newGramTable(short, shortBits)
	return f
}

func newGramTable(grams []gram, size uint8) gramTable {
	t := gramTable{make([]uint64, 1<<size/64), 64 - size, make([]int32, 1<<(size-bucketBits)+1), grams}
	slices.SortStableFunc(grams, func(a, b gram) int { return cmp.Compare(gramHash(a.folded), gramHash(b.folded)) })
	for _, g := range grams {
		h := gramHash(g.folded) >> t.shift
		t.bitmap[h/64] |= 1 << (h % 64)
		t.buckets[h>>bucketBits+1]++
	}
	for i := range len(t.buckets) - 1 {
		t.buckets[i+1] += t.buckets[i]
	}
	return t
}

// commonGrams counts how many places of the literals have each short gram, by its hash: what many literals hold
// (msdyn_, requ, xcep) many texts hold, too.
func commonGrams(literals []string) []uint16 {
	common := make([]uint16, 1<<longBits)
	for _, lit := range literals {
		for j := 0; j+shortGram <= len(lit); j++ {
			common[gramHash(gramOf(lit[j:j+shortGram]))>>(64-longBits)]++
		}
	}
	return common
}

// gramOf folds a gram as it is read from a text: its first byte is the lowest.
func gramOf(lit string) uint64 {
	var b [longGram]byte
	copy(b[:], lit)
	return binary.LittleEndian.Uint64(b[:])&(1<<(8*len(lit)-1)<<1-1) | foldMask
}

// window is where the bytes begin that make the grams of a literal: those whose parts are rarest among all literals,
// and of equal ones the rarest in log text by the letters they hold.
func window(lit string, size int, common []uint16) int {
	best, bestMet, bestScore := 0, 0, -1
	for i := 0; i+size+stride-1 <= len(lit); i++ {
		met, score := 0, 0
		for j := i; j+shortGram <= i+size+stride-1; j++ {
			met += int(common[gramHash(gramOf(lit[j:j+shortGram]))>>(64-longBits)])
		}
		for j := i; j < i+size+stride-1; j++ {
			score += bits.Len8(rarity[lit[j]])
		}
		if bestScore < 0 || met < bestMet || met == bestMet && score > bestScore {
			best, bestMet, bestScore = i, met, score
		}
	}
	return best
}

// AppendHits appends every occurrence of every literal in text, roughly in order.
func (f *Filter) AppendHits(dst []Hit, text []byte) []Hit {
	const low = 1<<(8*shortGram) - 1
	long, short := f.long.bitmap, f.short.bitmap
	if len(long) < 1<<longBits/64 || len(short) < 1<<shortBits/64 {
		return dst // never: it spares a check for each position
	}
	i := 0
	for ; i+longGram <= len(text); i += stride {
		folded := binary.LittleEndian.Uint64(text[i:]) | foldMask
		l, s := gramHash(folded)>>(64-longBits), gramHash(folded&low|foldMask)>>(64-shortBits)
		if (long[l/64]>>(l%64)|short[s/64]>>(s%64))&1 == 0 {
			continue
		}
		dst = f.long.appendHits(dst, f.literals, text, i, folded)
		dst = f.short.appendHits(dst, f.literals, text, i, folded&low|foldMask)
	}
	for ; i+shortGram <= len(text); i += stride {
		dst = f.short.appendHits(dst, f.literals, text, i, uint64(binary.LittleEndian.Uint32(text[i:]))|foldMask)
	}
	return dst
}

// appendHits appends the literals that have a gram and stand around it.
func (t *gramTable) appendHits(dst []Hit, literals []string, text []byte, i int, folded uint64) []Hit {
	b := gramHash(folded) >> t.shift >> bucketBits
	for _, g := range t.grams[t.buckets[b]:t.buckets[b+1]] {
		if g.folded != folded {
			continue
		}
		if start := i - int(g.offset); start >= 0 && hasFold(text[start:], literals[g.literal]) {
			dst = append(dst, Hit{g.literal, int32(start)})
		}
	}
	return dst
}
