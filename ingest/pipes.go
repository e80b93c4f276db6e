package ingest

// A table of Markdown stands in a text. Its rows are entries like those of any table where its
// headings are those of a log; a table with other headings is a list of messages with something beside them,
// mostly the remedy.

// pipeHeader makes a table of headings, known or not.
func (r *file) pipeHeader(cells [][]byte) *table {
	t := &table{}
	for _, c := range cells {
		s := r.slotOf(unwrapped(c))
		t.slots = append(t.slots, s)
		t.headings = append(t.headings, string(c))
		t.set |= of(s)
	}
	t.set &^= of(slotNone)
	return t
}

// pipeEntry puts the cells of a row into the fields of the row, and reports whether they are an entry under the
// headings of a log. Else the row is the message in it: the cell under a heading for messages, or the first
// that tells of an error and is no prose; none when there is neither.
func (r *file) pipeEntry(t *table, cells [][]byte) (entry bool, message []byte, as piece) {
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
