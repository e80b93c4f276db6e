package store

import (
	"hash/maphash"
	"math/bits"
)

// idset is a set of record ids. Of an id it keeps 76 bits of two hashes: 12 say which of the 4,096 tables it is in, and
// 64 stand in a slot of that table, found by open addressing. Tables are between 4/7 and 6/7 full, so an id takes 9 to
// 14 bytes instead of the 19 to 28 that ids themselves would, and as every table grows by itself, growing never needs room
// for the whole set twice.
//
// That 76 bits are enough is a matter of figures: of 50,000 ids one is taken for one of 20 million others in one of 75 billion
// nights. The hashes have keys of their own in every process, so nobody can make ids that collide.
//
// Tables lie in C memory: the collector would let its heap grow by half of them more before it looks for what is free.
// Whoever makes a set frees it.
type idset struct {
	tables [1 << tableBits]idtable
}

const tableBits = 12

type idtable struct {
	slots []uint64 // hashes; 0 is an empty slot
	used  int
}

var slotSeed, tableSeed = maphash.MakeSeed(), maphash.MakeSeed()

// A place is the table of an id, and what stands for it there.
type place struct {
	table int
	hash  uint64
}

func placeOf(id [16]byte) place {
	return place{int(maphash.Bytes(tableSeed, id[:]) >> (64 - tableBits)), max(1, maphash.Bytes(slotSeed, id[:]))}
}

// add reports whether id was not in the set before.
func (s *idset) add(id [16]byte) bool { return s.addPlace(placeOf(id)) }

// has reports whether id is in the set.
func (s *idset) has(id [16]byte) bool {
	p := placeOf(id)
	t := &s.tables[p.table]
	return len(t.slots) > 0 && t.slots[t.find(p.hash)] == p.hash
}

func (s *idset) addPlace(p place) bool { return s.tables[p.table].add(p.hash) }

func (t *idtable) add(hash uint64) bool {
	if 7*(t.used+1) > 6*len(t.slots) { // a slot stays empty, in small tables as well: find ends at it
		t.grow(max(8, len(t.slots)*3/2))
	}
	i := t.find(hash)
	if t.slots[i] == hash {
		return false
	}
	t.slots[i] = hash
	t.used++
	return true
}

// find is the slot of hash, or the empty one where it would go.
func (t *idtable) find(hash uint64) int {
	i, _ := bits.Mul64(hash, uint64(len(t.slots))) // the hash as a fraction of 1
	for t.slots[i] != hash && t.slots[i] != 0 {
		if i++; i == uint64(len(t.slots)) {
			i = 0
		}
	}
	return int(i)
}

func (t *idtable) grow(size int) {
	old := t.slots
	t.slots = newSlots(size)
	for _, hash := range old {
		if hash != 0 {
			t.slots[t.find(hash)] = hash
		}
	}
	freeSlots(old)
}

// reserve makes room for n more ids.
func (s *idset) reserve(n int64) {
	for i := range s.tables {
		t := &s.tables[i]
		// Tables differ by a few times the root of what they hold; those that get more than this grow.
		if size := (t.used + int(n>>tableBits)) * 25 / 20; size > len(t.slots) {
			t.grow(size)
		}
	}
}

// free gives the memory back; the set is empty then.
func (s *idset) free() {
	for i := range s.tables {
		freeSlots(s.tables[i].slots)
	}
	*s = idset{}
}
