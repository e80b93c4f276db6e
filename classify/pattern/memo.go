package pattern

import "unicode/utf8"

// A memo remembers where nodes of a program failed in a text. Of two places that share a slot it knows the later one: what
// it forgets is tried again. So it needs no more memory for a long text than for a short one. It is made when it
// is first needed.
type memo struct {
	turn  uint64 // of the program and the text, 1 at least
	slots []uint64
	runs  []barren
}

// A barren run is a stretch of characters that a node takes one after the other, behind none of which its match goes on:
// neither from from nor from any place up to to.
type barren struct {
	turn     uint64
	pc       int32
	from, to int32
}

const (
	memoBits = 13
	runBits  = 12
	nodeBits = 12 // maxNodes
	turnBits = 22
)

// key is different for all nodes, positions up to 1 GB and turns.
func (m *memo) key(pc int32, pos int) uint64 {
	return (uint64(pos)<<nodeBits|uint64(pc))<<turnBits | m.turn
}

func (m *memo) slot(key uint64) *uint64 {
	if m.slots == nil {
		m.slots, m.runs = make([]uint64, 1<<memoBits), make([]barren, 1<<runBits)
	}
	return &m.slots[(key>>turnBits+key)*0x9E3779B97F4A7C15>>(64-memoBits)]
}

func (m *memo) failed(pc int32, pos int) bool {
	k := m.key(pc, pos)
	return *m.slot(k) == k
}

func (m *memo) fail(pc int32, pos int) {
	k := m.key(pc, pos)
	*m.slot(k) = k
}

// clear forgets everything, so that turns can be used again.
func (m *memo) clear() {
	clear(m.slots)
	clear(m.runs)
}

// run is what is known of a node, to be read and set; the memo has been asked for something before.
func (m *memo) run(pc int32) *barren {
	r := &m.runs[(uint64(pc)+m.turn*0x9E3779B9)%(1<<runBits)]
	if r.turn != m.turn || r.pc != pc {
		*r = barren{m.turn, pc, 0, -1}
	}
	return r
}

// has reports whether nothing goes on from pos.
func (r *barren) has(pos int) bool { return int32(pos) >= r.from && int32(pos) <= r.to }

// add adds the stretch from from to to.
func (r *barren) add(from, to int) {
	if f, t := int32(from), int32(to); f > r.to || t < r.from {
		r.from, r.to = f, t
	} else {
		r.from, r.to = min(f, r.from), max(t, r.to)
	}
}

// more is lazy and gap for a node that may have failed near by. What is known to be barren is passed over, so that
// windows of hundreds of characters that begin at each of some thousand places are looked at once.
func (m *machine) more(n *node, pc int32, pos int) int {
	least, count := n.set.span(m.text, pos, n.min, m.ascii)
	if count < n.min {
		return -1
	}
	after, end, left := &m.nodes[n.next], least, n.max-n.min
	r := m.memo.run(pc)
	for charged := end; ; {
		if r.has(end) {
			charged += int(r.to) - end
			passed := m.characters(end, int(r.to))
			if passed > left {
				return -1
			}
			end, left = int(r.to), left-passed
		} else if after.can(m.text, end) {
			m.steps -= (end - charged) / 16
			charged = end
			if e := m.run(n.next, end); e >= 0 || m.steps < 0 {
				return e
			}
			r = m.memo.run(pc) // others may have used its place
		}
		w := 0
		if left > 0 {
			w = n.set.width(m.text, end)
		}
		if w == 0 {
			m.steps -= (end - charged) / 16
			break
		}
		end, left = end+w, left-1
	}
	r.add(least, end)
	return -1
}

// fewer is greedy for such a node.
func (m *machine) fewer(n *node, pc int32, pos int) int {
	least, count := n.set.span(m.text, pos, n.min, m.ascii)
	if count < n.min {
		return -1
	}
	end, left := least, n.max-n.min
	if r := m.memo.run(pc); r.has(least) {
		passed := m.characters(least, int(r.to))
		if passed > left {
			return -1
		}
		end, left = int(r.to), left-passed
	}
	from := end
	end, _ = n.set.span(m.text, end, left, m.ascii)
	m.steps -= (end - from) / 16
	most, after := end, &m.nodes[n.next]
	r := m.memo.run(pc)
	for {
		if r.has(end) {
			end = max(int(r.from), least)
		} else if after.can(m.text, end) {
			if e := m.run(n.next, end); e >= 0 || m.steps < 0 {
				return e
			}
			r = m.memo.run(pc)
		}
		if end == least {
			break
		}
		if end--; m.text[end] >= utf8.RuneSelf {
			_, w := utf8.DecodeLastRune(m.text[least : end+1])
			end -= w - 1
		}
	}
	r.add(least, most)
	return -1
}

// characters counts those from one place to another.
func (m *machine) characters(from, to int) int {
	if m.ascii {
		return to - from
	}
	m.steps -= (to - from) / 64
	return utf8.RuneCount(m.text[from:to])
}
