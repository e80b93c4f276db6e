package ingest

import "slices"

// A pipeTable is a table of Markdown in a text. Its rows are entries like those of any table where its
// headings are those of a log; a table with other headings is a list of messages with something beside them,
// mostly the remedy.
type pipeTable struct {
	slots    []slot
	headings []string
	set      slotSet
}

func (t *pipeTable) headed(r *file, cells [][]byte) {
	for _, c := range cells {
		s := r.slotOf(unwrapped(c))
		t.slots = append(t.slots, s)
		t.headings = append(t.headings, string(c))
		t.set |= of(s)
	}
	t.set &^= of(slotNone)
}

// read puts the cells of a row into the fields of the row, and reports whether they are an entry under the
// headings of a log. Else the row is the message in it: the cell under a heading for messages, or the first
// that tells of an error and is no prose; none when there is neither.
func (t *pipeTable) read(r *file, cells [][]byte) (entry bool, message []byte, as piece) {
	f := &r.row.fields
	f.clear()
	for i, c := range cells {
		if i < len(t.slots) && secretSlots.has(t.slots[i]) {
			r.secretCell(t.slots[i], c)
			continue
		}
		c = r.plainText(lineBreaks(c))
		if i < len(t.slots) && t.slots[i] != slotNone && t.set.known() {
			f.put(t.slots[i], c)
		}
		switch {
		case message != nil && as != 0 || len(c) == 0:
		case i < len(t.slots) && textSlots.has(t.slots[i]):
			message, as = c, pieceSure
		case message == nil && telling(c) && !prose(c):
			message = c
		}
	}
	f.set = t.set
	return t.set.known() && !f.empty(), message, as
}

// heading is the heading of the first column of a slot, as the text prints it.
func (t *pipeTable) heading(s slot) string {
	if i := slices.Index(t.slots, s); i >= 0 {
		return t.headings[i]
	}
	return ""
}
