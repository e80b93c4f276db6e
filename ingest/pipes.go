package ingest

import (
	"bytes"

	"dwtriage/ingest/ascii"
)

// A pipeTable is a table of Markdown in a text. Its rows are entries like those of any table where its
// headings are those of a log; a table with other headings is a list of messages with something beside them,
// mostly the remedy.
type pipeTable struct {
	slots    []slot
	headings []string
	set      slotSet
}

// pipeRow reports whether a line is a row of a table of Markdown. One that begins with a bar and has no other is
// a line that somebody drew.
func pipeRow(text []byte) bool {
	return len(text) > 2 && text[0] == '|' && bytes.IndexByte(text[1:], '|') > 0
}

// rowCells are the cells of a row. A bar behind a backslash is a letter.
func rowCells(text []byte) (cells [][]byte) {
	text = bytes.TrimSpace(text)[1:]
	for start, i := 0, 0; ; i++ {
		if i == len(text) || text[i] == '|' && (i == 0 || text[i-1] != '\\') {
			if cell := bytes.TrimSpace(text[start:i]); i < len(text) || len(cell) > 0 {
				cells = append(cells, bytes.ReplaceAll(cell, []byte(`\|`), []byte("|")))
			}
			if i == len(text) {
				return cells
			}
			start = i + 1
		}
	}
}

// separator reports whether a row is the one below the headings: "|---|:--:|".
func separator(text []byte) bool {
	text = bytes.TrimSpace(text)
	return pipeRow(text) && len(bytes.Trim(text, "|-: \t")) == 0 && bytes.Contains(text, []byte("--"))
}

// tableRow takes one row of a table. The first is that of the headings when a separator follows.
func (p *textReader) tableRow(text []byte, at place) error {
	r := p.file
	if p.table == nil {
		p.table = &pipeTable{}
		next := r.w.Rest()[:p.line(0)]
		if separator(next) {
			p.table.headed(r, rowCells(text))
			return r.passOver(at, text)
		}
	}
	if separator(text) {
		r.w.Disown(at.length)
		return nil
	}
	return p.table.entry(r, rowCells(text), text, at)
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

// entry makes a record of a row: an entry under the headings of a log, else the message in it. That is the
// cell under a heading for messages, or the first that tells of an error and is no prose.
func (t *pipeTable) entry(r *file, cells [][]byte, text []byte, at place) error {
	message, as := []byte(nil), piece(0)
	f := &r.row.fields
	f.clear()
	for i, c := range cells {
		c = r.plainText(lineBreaks(c))
		if i < len(t.slots) && t.set.known() {
			if secretSlots.has(t.slots[i]) {
				r.secretCell(t.slots[i], c)
			} else if t.slots[i] != slotNone {
				f.put(t.slots[i], c)
			}
		}
		switch {
		case message != nil && as != 0 || len(c) == 0:
		case i < len(t.slots) && textSlots.has(t.slots[i]):
			message, as = c, pieceSure
		case message == nil && telling(c) && !prose(c):
			message = c
		}
	}
	switch {
	case t.set.known() && !f.empty():
		f.set = t.set
		return r.entry(f, at, func(s slot) string {
			for i := range t.slots {
				if t.slots[i] == s {
					return t.headings[i]
				}
			}
			return ""
		})
	case message == nil:
		return r.passOver(at, text)
	}
	return r.message(message, at, as)
}

// lineBreaks makes line breaks of those that HTML has in a cell.
func lineBreaks(cell []byte) []byte {
	if ascii.IndexFold(cell, "<br") == len(cell) {
		return cell
	}
	for _, tag := range []string{"<br>", "<br/>", "<br />", "<BR>"} {
		cell = bytes.ReplaceAll(cell, []byte(tag), []byte("\n"))
	}
	return cell
}
