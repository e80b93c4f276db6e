package store

import "encoding/binary"

// idset is a set of record ids: a flat table with open addressing, 16 bytes a slot and at most
// 3/4 full, so 21 to 43 bytes an id. The zero id marks an empty slot; it is kept apart.
type idset struct {
	slots [][16]byte
	used  int
	zero  bool
}

// add reports whether id was not in the set before.
func (s *idset) add(id [16]byte) bool {
	if id == [16]byte{} {
		was := s.zero
		s.zero = true
		return !was
	}
	if 4*s.used >= 3*len(s.slots) {
		s.grow(max(1024, 2*len(s.slots)))
	}
	i := s.find(id)
	if s.slots[i] == id {
		return false
	}
	s.slots[i] = id
	s.used++
	return true
}

// find is the slot of id, or the empty one where it would go.
func (s *idset) find(id [16]byte) int {
	// GUIDs and hashes are evenly spread but for their version bits; the multiplication spreads
	// the sequential GUIDs that Dataverse also gives.
	h := (binary.LittleEndian.Uint64(id[:8]) ^ binary.LittleEndian.Uint64(id[8:])) * 0x9E3779B97F4A7C15
	mask := uint64(len(s.slots) - 1)
	for i := h >> 20 & mask; ; i = (i + 1) & mask {
		if s.slots[i] == id || s.slots[i] == [16]byte{} {
			return int(i)
		}
	}
}

func (s *idset) grow(size int) {
	old := s.slots
	s.slots = make([][16]byte, size)
	for _, id := range old {
		if id != [16]byte{} {
			s.slots[s.find(id)] = id
		}
	}
}

// reserve makes room for n ids.
func (s *idset) reserve(n int64) {
	size := 1024
	for int64(size)*3/4 <= n {
		size *= 2
	}
	if size > len(s.slots) {
		s.grow(size)
	}
}
