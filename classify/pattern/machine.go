package pattern

import (
	"math"
	"unicode/utf8"
	"unsafe"
)

// The work of the backtracker for one expression on one text is bounded by so many steps, about 1 ms, and more for each byte.
const (
	maxSteps     = 200_000
	stepsPerByte = 32
)

// stepsFor is how many steps an expression may take on a text of n bytes.
func stepsFor(n int) int { return maxSteps + stepsPerByte*n }

// plainSteps are taken before a machine starts to remember what failed: it costs more than it saves where a text is no
// trouble, and no record of a usual night is.
const plainSteps = 10_000

// mostDeep is how many nodes may wait for what follows them. A loop of words takes one for each word, and a stack is finite.
const mostDeep = 100_000

// A machine runs programs over a text. It looks at the whole text, because \b asks for the byte
// before a start.
type machine struct {
	nodes []node
	text  []byte
	ascii bool    // so is text
	steps int     // left; negative when the result is not to be trusted
	caps  []int32 // nil: nobody asks
	slow  int     // with less steps left than this, it remembers what failed
	deep  int     // calls of again inside each other
	memo  memo

	done    <-chan struct{} // nobody waits for the answer any more; nil: somebody does
	stopped bool            // for that reason

	seen [8]seen // of the text, by the literal's hash; what was forgotten is looked up again
}

// seen is what is known of a literal in the text: none begins from from up to before to, and one
// does at to if found.
type seen struct {
	needle   *Needle
	from, to int
	found    bool
}

// find returns the leftmost match that starts in text[from:last+1]; start is -1 when there is
// none or no steps are left.
func (m *machine) find(p *program, from, last int) (start, end int) {
	m.nodes = p.nodes
	n := &p.nodes[p.start]
	for pos := from; pos <= last; {
		if pos&0x3fff == 0x3fff && m.over() {
			return -1, -1
		}
		if n.can(m.text, pos) {
			if end := m.run(p.start, pos); end >= 0 {
				return pos, end
			}
			if m.steps < 0 {
				break
			}
		}
		pos += m.step(pos)
	}
	return -1, -1
}

// over reports whether nobody waits for an answer.
func (m *machine) over() bool {
	select {
	case <-m.done:
		m.stopped = true
	default:
	}
	return m.stopped
}

// step is the width of the character at pos.
func (m *machine) step(pos int) int {
	if pos >= len(m.text) || m.text[pos] < utf8.RuneSelf {
		return 1
	}
	_, w := utf8.DecodeRune(m.text[pos:])
	return w
}

// run matches from node pc on at pos and returns where the match ends, -1 when there is none.
func (m *machine) run(pc int32, pos int) int {
	text := m.text
	for {
		if m.steps--; m.steps < 0 {
			return -1
		}
		n := &m.nodes[pc]
		switch n.kind {
		case nodeMatch:
			return pos
		case nodeFail:
			return -1
		case nodeLiteral:
			if !hasFold(text[pos:], n.lit) {
				return -1
			}
			pos += len(n.lit)
		case nodeExact:
			if len(text)-pos < len(n.lit) || string(text[pos:pos+len(n.lit)]) != n.lit {
				return -1
			}
			pos += len(n.lit)
		case nodeSet:
			w := n.set.width(text, pos)
			if w == 0 {
				return -1
			}
			pos += w
		case nodeAll:
			end, count := n.set.span(text, pos, n.max, m.ascii)
			m.steps -= (end - pos) / 16
			if count < n.min {
				return -1
			}
			pos = end
		case nodeGreedy, nodeLazy, nodeGap, nodeSplit:
			if m.steps < m.slow {
				return m.again(n, pc, pos)
			}
			if n.kind != nodeSplit {
				return m.some(n, pos)
			}
			last := len(n.alts) - 1
			for _, alt := range n.alts[:last] {
				if m.nodes[alt].can(text, pos) {
					if end := m.run(alt, pos); end >= 0 {
						return end
					}
				}
			}
			pc = n.alts[last]
			continue
		case nodeAhead:
			if !m.ahead(n, pos) {
				return -1
			}
		case nodeSave:
			if m.caps != nil {
				return m.save(n, pos)
			}
		default:
			if !m.holds(n.kind, pos) {
				return -1
			}
		}
		pc = n.next
	}
}

// some matches a run of characters and what follows it.
func (m *machine) some(n *node, pos int) int {
	switch n.kind {
	case nodeGreedy:
		return m.greedy(n, pos)
	case nodeLazy:
		return m.lazy(n, pos)
	}
	return m.gap(n, pos)
}

// again is run for a node with several ways to go on, of a text that has proved laborious: what failed here before fails
// again, for a node knows nothing of the way that led to it. That makes the work of near misses, which meet in the
// same places again and again, about the product of the text and the expression instead of a power of the text.
func (m *machine) again(n *node, pc int32, pos int) int {
	if m.memo.failed(pc, pos) {
		return -1
	}
	end := -1
	if m.deep++; m.deep > mostDeep {
		m.steps = -1
	}
	switch n.kind {
	case nodeGreedy:
		end = m.fewer(n, pc, pos)
	case nodeLazy, nodeGap:
		end = m.more(n, pc, pos)
	case nodeSplit:
		for _, alt := range n.alts {
			if m.nodes[alt].can(m.text, pos) {
				if end = m.run(alt, pos); end >= 0 {
					break
				}
			}
		}
	}
	m.deep--
	if end < 0 && m.steps >= 0 {
		m.memo.fail(pc, pos)
	}
	return end
}

// ahead reports whether a literal of n stands within its reach behind pos.
func (m *machine) ahead(n *node, pos int) bool {
	reach := n.max
	if !m.ascii {
		reach = min(reach, math.MaxInt32/utf8.UTFMax) * utf8.UTFMax
	}
	last := min(pos+reach, len(m.text))
	for _, needle := range n.ahead {
		s := &m.seen[needle.slot]
		if s.needle != needle || pos < s.from || pos > s.to {
			*s = seen{needle, pos, pos, false}
		}
		if !s.found && s.to <= last {
			m.steps -= (last - s.to) / 16
			if at := needle.Index(m.text, s.to, last); at >= 0 {
				s.to, s.found = at, true
			} else {
				s.to = last + 1
			}
		}
		if s.found && s.to <= last {
			return true
		}
	}
	return false
}

// save sets a capture for as long as what follows matches.
func (m *machine) save(n *node, pos int) int {
	before := m.caps[n.slot]
	m.caps[n.slot] = int32(pos)
	end := m.run(n.next, pos)
	if end < 0 {
		m.caps[n.slot] = before
	}
	return end
}

func (m *machine) holds(assertion nodeKind, pos int) bool {
	switch assertion {
	case nodeBeginText:
		return pos == 0
	case nodeEndText:
		return pos == len(m.text)
	case nodeBeginLine:
		return pos == 0 || m.text[pos-1] == '\n'
	case nodeEndLine:
		return pos == len(m.text) || m.text[pos] == '\n'
	}
	before := pos > 0 && Word(m.text[pos-1])
	after := pos < len(m.text) && Word(m.text[pos])
	return (before != after) == (assertion == nodeWord)
}

// greedy takes as many characters as it can and gives them back one by one.
func (m *machine) greedy(n *node, pos int) int {
	least, count := n.set.span(m.text, pos, n.min, m.ascii)
	if count < n.min {
		return -1
	}
	end, _ := n.set.span(m.text, least, n.max-n.min, m.ascii)
	m.steps -= (end - pos) / 16
	after := &m.nodes[n.next]
	for {
		if after.can(m.text, end) {
			if e := m.run(n.next, end); e >= 0 || m.steps < 0 {
				return e
			}
		}
		if end == least {
			return -1
		}
		if end--; m.text[end] >= utf8.RuneSelf {
			_, w := utf8.DecodeLastRune(m.text[least : end+1])
			end -= w - 1
		}
	}
}

// lazy takes characters one by one until what follows matches.
func (m *machine) lazy(n *node, pos int) int {
	end, count := n.set.span(m.text, pos, n.min, m.ascii)
	if count < n.min {
		return -1
	}
	after := &m.nodes[n.next]
	for charged := end; ; count++ {
		if n.set.every && m.ascii { // as good as all of them
			last := min(end+n.max-count, len(m.text))
			skipped := end
			for skipped < last && !after.can(m.text, skipped) {
				skipped++
			}
			count += skipped - end
			end = skipped
		}
		w := 0
		if count < n.max {
			w = n.set.width(m.text, end)
		}
		can := after.can(m.text, end)
		if can || w == 0 {
			m.steps -= (end - charged) / 16
			charged = end
		}
		if can {
			if e := m.run(n.next, end); e >= 0 || m.steps < 0 {
				return e
			}
		}
		if w == 0 {
			return -1
		}
		end += w
	}
}

// gap goes from one occurrence of the literal that must follow to the next.
func (m *machine) gap(n *node, pos int) int {
	from, count := n.set.span(m.text, pos, n.min, m.ascii)
	if count < n.min {
		return -1
	}
	left := n.max - n.min
	last := from + utf8.UTFMax*left
	if m.ascii {
		last = from + left
	}
	last = min(last, len(m.text))
	lead := m.nodes[n.next].lead
	for at := from; ; at++ {
		q := lead.Index(m.text, at, last)
		if q < 0 {
			m.steps -= (last - at) / 16
			return -1
		}
		m.steps -= (q - at) / 16
		if !m.ascii {
			// RuneCount copies what is longer than 32 bytes.
			if left -= utf8.RuneCountInString(unsafe.String(unsafe.SliceData(m.text[at:]), q-at)); left < 0 {
				return -1
			}
			left-- // the character the next search goes past
		}
		if end := m.run(n.next, q); end >= 0 || m.steps < 0 {
			return end
		}
		at = q
	}
}
