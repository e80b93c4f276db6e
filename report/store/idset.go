package store

import (
	"encoding/binary"
	"math/bits"
)

// idset is a set of record ids: 64 flat tables with open addressing, 16 bytes a slot and between
// 4/7 and 6/7 full, so 19 to 28 bytes an id. As every table grows by itself, growing never needs
// room for the whole set twice. They lie in C memory: the collector would let its heap grow by half of them
// more before it looks for what is free. Whoever makes a set frees it.
type idset struct {
	tables [64]idtable
	zero   bool // the zero id marks an empty slot, so it is kept apart
}

type idtable struct {
	slots [][16]byte
	used  int
}

// hashID spreads ids evenly: GUIDs and hashes are random but for their version bits, Dataverse
// also gives sequential GUIDs.
func hashID(id [16]byte) uint64 {
	h := (binary.LittleEndian.Uint64(id[:8]) ^ binary.LittleEndian.Uint64(id[8:])) * 0x9E3779B97F4A7C15
	return h ^ h>>32
}

// add reports whether id was not in the set before.
func (s *idset) add(id [16]byte) bool {
	if id == [16]byte{} {
		was := s.zero
		s.zero = true
		return !was
	}
	h := hashID(id)
	return s.tables[h>>58].add(id, h)
}

func (t *idtable) add(id [16]byte, h uint64) bool {
	if 7*t.used >= 6*len(t.slots) {
		t.grow(max(64, len(t.slots)*3/2))
	}
	i := t.find(id, h)
	if t.slots[i] == id {
		return false
	}
	t.slots[i] = id
	t.used++
	return true
}

// find is the slot of id, or the empty one where it would go.
func (t *idtable) find(id [16]byte, h uint64) int {
	// The top 6 bits of h chose the table; the others, as a fraction of 1, choose the slot.
	i, _ := bits.Mul64(h<<6, uint64(len(t.slots)))
	for {
		if t.slots[i] == id || t.slots[i] == [16]byte{} {
			return int(i)
		}
		if i++; i == uint64(len(t.slots)) {
			i = 0
		}
	}
}

func (t *idtable) grow(size int) {
	old := t.slots
	t.slots = newSlots(size)
	for _, id := range old {
		if id != [16]byte{} {
			t.slots[t.find(id, hashID(id))] = id
		}
	}
	freeSlots(old)
}

// free gives the memory back; the set is empty then.
func (s *idset) free() {
	for i := range s.tables {
		freeSlots(s.tables[i].slots)
	}
	*s = idset{}
}
