package ingest

import (
	"bytes"
	"context"
	"io"
	"slices"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/scan"
)

// A rowError is what is wrong with one row; the rows behind it can be read.
type rowError string

func (e rowError) Error() string { return string(e) }

const (
	errColumns = rowError("more columns than the limit")
	errRowLong = rowError("row is longer than the limit")
	errString  = rowError("a cell names a shared string that does not exist")
)

type cellKind uint8

const (
	cellText cellKind = iota
	cellNumber
	cellBool // 1 or 0
	cellError
	cellISODate
)

// A sheetCell is a cell with a value. Its text is valid until the next row is read.
type sheetCell struct {
	col  int // from 0
	kind cellKind
	date bool // a number whose style shows a date or a time
	long bool // the text was longer than the limit: this is its start
	text []byte
}

// sheetRows reads the rows of a sheet. Only what is between the cells' tags is believed:
// neither the size that a sheet announces nor the counts of its tables are looked at.
type sheetRows struct {
	book   *workbook
	part   *xmlPart
	number int64 // of the row that was read last, from 1
	fail   error // why there are no more rows
	spans  []span
	cells  []sheetCell
	text   partText
	most   int // bytes of texts in a row
	shown  int // of the row being read, bytes of shared strings that are in memory anyway
}

// A span is columns next to each other.
type span struct{ first, last int }

// rows opens a sheet, up to its first row. It must be closed.
func (b *workbook) rows(ctx context.Context, i int) (*sheetRows, error) {
	p, err := b.part(ctx, b.sheets[i].part)
	if err != nil {
		return nil, err
	}
	r := &sheetRows{book: b, part: p, most: b.lim.record}
	r.text.limit = b.lim.cell
	if err := r.prelude(); err != nil {
		p.close()
		return nil, err
	}
	return r, nil
}

func (r *sheetRows) close() { r.part.close() }

// hidden reports whether a column, counted from 0, is hidden.
func (r *sheetRows) hidden(col int) bool {
	i, found := slices.BinarySearchFunc(r.spans, col, func(s span, col int) int { return s.first - col })
	return found || i > 0 && col <= r.spans[i-1].last
}

// prelude reads what comes before the rows.
func (r *sheetRows) prelude() error {
	for {
		t, err := r.part.next()
		if err != nil {
			return unexpected(err)
		}
		local := string(scan.LocalName(t.Name))
		switch {
		case brokenTag(&t):
			return errPartXML
		case t.Is("col"):
			r.column(t.Attrs)
		case t.Kind == scan.StartTag && local == "sheetData":
			return nil
		case t.Is("sheetData"), t.Kind == scan.EndTag && local == "worksheet", t.Kind == scan.EmptyTag && local == "worksheet":
			r.fail = r.finish()
			return nil
		}
	}
}

// column notes hidden columns. Their definitions ascend; what does not is no definition.
func (r *sheetRows) column(attrs []byte) {
	var first, last int
	hidden := false
	for {
		name, raw, rest, ok := scan.CutAttr(attrs)
		if !ok {
			break
		}
		attrs = rest
		switch string(name) {
		case "min":
			first = sheetNumber(raw)
		case "max":
			last = sheetNumber(raw)
		case "hidden":
			hidden = isTrue(string(raw))
		}
	}
	last = min(last, r.book.lim.columns)
	if !hidden || first < 1 || last < first {
		return
	}
	s := span{first - 1, last - 1}
	if n := len(r.spans); n > 0 && s.first <= r.spans[n-1].last {
		return
	}
	r.spans = append(r.spans, s)
}

// next reads a row. Its cells are those that have a value, in the order of their columns, and
// valid until the next call; number tells which row it is. Numbers ascend: one that does not,
// or is missing, is counted instead. Of two cells for a column the first stays. A rowError
// tells that this row cannot be read; any other error, and io.EOF at the end of the sheet, is
// the last.
func (r *sheetRows) next() ([]sheetCell, error) {
	if r.fail != nil {
		return nil, r.fail
	}
	cells, err := r.row()
	if _, ok := err.(rowError); err != nil && !ok {
		r.fail = err
	}
	return cells, err
}

// row finds the next row and reads it.
func (r *sheetRows) row() ([]sheetCell, error) {
	for {
		t, err := r.part.next()
		if err != nil {
			return nil, unexpected(err)
		}
		switch {
		case brokenTag(&t):
			return nil, errPartXML
		case t.Kind == scan.EndTag && string(scan.LocalName(t.Name)) == "sheetData":
			return nil, r.finish()
		case t.Kind == scan.EndTag:
			return nil, errPartXML
		case t.Is("row"):
			r.numberRow(t.Attrs)
			r.cells, r.shown = r.cells[:0], 0
			r.text.reset()
			if t.Kind == scan.StartTag {
				err = r.rowCells()
			}
			if err != nil {
				return nil, err
			}
			return r.cells, nil
		case t.Kind == scan.StartTag:
			if err := r.part.skip(); err != nil {
				return nil, err
			}
		}
	}
}

// finish reads what comes behind the rows, so that damage is noticed.
func (r *sheetRows) finish() error {
	if err := r.part.drain(); err != nil {
		return err
	}
	return io.EOF
}

func (r *sheetRows) numberRow(attrs []byte) {
	r.number++
	raw, _ := scan.Attr(attrs, "r")
	if n := int64(sheetNumber(raw)); n > r.number {
		r.number = n
	}
}

// sheetNumber reads a number of a row, column, style or string; -1 when it is none.
func sheetNumber(raw []byte) int {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || len(raw) > 9 || !ascii.Digits(raw) {
		return -1
	}
	n := 0
	for _, c := range raw {
		n = n*10 + int(c-'0')
	}
	return n
}

// rowCells reads the cells of a row to the end of it.
func (r *sheetRows) rowCells() error {
	col := -1
	ordered := true
	for {
		t, err := r.part.next()
		if err != nil {
			return unexpected(err)
		}
		local := scan.LocalName(t.Name)
		switch {
		case t.Kind == scan.EndTag && string(local) == "row":
			if !ordered {
				r.sort()
			}
			return nil
		case t.Kind == scan.EndTag, brokenTag(&t), t.Is("row"):
			return errPartXML
		case t.Is("c"):
			h := cellHead(t.Attrs, col+1)
			ordered = ordered && h.col > col
			col = h.col
			if t.Kind == scan.EmptyTag {
				continue
			}
			if err := r.cell(h); err != nil {
				return r.leave(err)
			}
		case t.Kind == scan.StartTag:
			if err := r.part.skip(); err != nil {
				return err
			}
		}
	}
}

// leave gives up a row for err and reads over the rest of it.
func (r *sheetRows) leave(err error) error {
	if _, ok := err.(rowError); !ok {
		return err
	}
	if e := r.part.skip(); e != nil {
		return e
	}
	return err
}

func (r *sheetRows) sort() {
	slices.SortStableFunc(r.cells, func(x, y sheetCell) int { return x.col - y.col })
	r.cells = slices.CompactFunc(r.cells, func(x, y sheetCell) bool { return x.col == y.col })
}

// A head is what the tag of a cell says.
type head struct {
	col, style int
	kind       headKind
}

type headKind uint8

const (
	headNumber headKind = iota
	headShared
	headText // in the cell itself, or the result of a formula
	headBool
	headError
	headDate
)

// cellHead reads the tag of a cell; next is its column when it names none.
func cellHead(attrs []byte, next int) head {
	h := head{col: next}
	for {
		name, raw, rest, ok := scan.CutAttr(attrs)
		if !ok {
			return h
		}
		attrs = rest
		if len(name) != 1 {
			continue
		}
		switch name[0] {
		case 'r':
			if col := columnOf(raw); col >= 0 {
				h.col = col
			}
		case 's':
			h.style = max(sheetNumber(raw), 0)
		case 't':
			h.kind = headKindOf(raw)
		}
	}
}

func headKindOf(raw []byte) headKind {
	switch string(raw) {
	case "n", "":
		return headNumber
	case "s":
		return headShared
	case "b":
		return headBool
	case "e":
		return headError
	case "d":
		return headDate
	}
	return headText
}

// columnOf is the column, from 0, of a reference like C5; -1 when it is none.
func columnOf(ref []byte) int {
	const most = 1 << 20 // no sheet is that wide, and larger ones must not overflow
	n, i := 0, 0
	for ; i < len(ref); i++ {
		c := ascii.Lower(ref[i])
		if c < 'a' || c > 'z' {
			break
		}
		n = min(n*26+int(c-'a')+1, most)
	}
	if i == 0 || !ascii.Digits(ref[i:]) {
		return -1
	}
	return n - 1
}

// cell reads a cell to the end of it.
func (r *sheetRows) cell(h head) error {
	r.text.start()
	value, rich := false, false
	for {
		t, err := r.part.next()
		if err != nil {
			return unexpected(err)
		}
		local := scan.LocalName(t.Name)
		v, is := string(local) == "v", string(local) == "is"
		switch {
		case t.Kind == scan.EndTag && string(local) == "c":
			if !value {
				return nil
			}
			if rich {
				h.kind = headText
			}
			return r.keep(h)
		case t.Kind == scan.EndTag, brokenTag(&t):
			return errPartXML
		case t.Kind == scan.EmptyTag && (v || is):
			value = true
		case t.Kind != scan.StartTag:
		case value || !v && !is:
			err = r.part.skip()
		case v:
			value = true
			err = r.text.element(r.part)
		default:
			value, rich = true, true
			err = r.text.rich(r.part, "is")
		}
		if err != nil {
			return err
		}
	}
}

// keep adds the cell whose text was collected to the row.
func (r *sheetRows) keep(h head) error {
	c := sheetCell{col: h.col, text: r.text.text(), long: r.text.long}
	switch h.kind {
	case headNumber:
		c.kind = cellNumber
		c.date = h.style < len(r.book.dates) && r.book.dates[h.style]
	case headShared:
		if ok, err := r.shared(&c); err != nil || !ok {
			return err
		}
	case headBool:
		c.kind = cellBool
	case headError:
		c.kind = cellError
	case headDate:
		c.kind = cellISODate
	}
	if h.kind != headShared && h.kind != headText {
		if c.text = bytes.TrimSpace(c.text); len(c.text) == 0 {
			r.text.drop()
			return nil
		}
	}
	switch {
	case c.col >= r.book.lim.columns, len(r.cells) >= r.book.lim.columns:
		return errColumns
	case r.text.size()+r.shown > r.most:
		return errRowLong
	}
	r.cells = append(r.cells, c)
	return nil
}

// shared puts the shared string into a cell whose text is its number; ok is false when the
// cell is empty.
func (r *sheetRows) shared(c *sheetCell) (ok bool, err error) {
	i, empty := sheetNumber(c.text), len(bytes.TrimSpace(c.text)) == 0
	r.text.drop() // the number makes room for the text
	if empty {
		return false, nil
	}
	s := &r.book.strings
	t, found, err := s.get(i)
	switch {
	case err != nil:
		return false, err
	case !found && i >= s.count && s.err != nil:
		return false, s.err
	case !found:
		return false, errString
	case !t.kept:
		r.text.buf = append(r.text.buf, t.text...)
		t.text = r.text.text()
	default:
		r.shown += len(t.text)
	}
	c.text, c.long = t.text, t.long
	return true, nil
}
