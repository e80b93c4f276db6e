package xlsx

import (
	"bytes"
	"context"
	"io"
	"slices"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/scan"
)

// A RowError is what is wrong with one row; the rows behind it can be read.
// Its value is the text.
type RowError string

// Error is the reason for a reject: the same words for every row with the mistake.
func (e RowError) Error() string { return string(e) }

// What may be wrong with a row. Only ErrColumns is known outside: its remedy is a limit of the caller's.
const (
	ErrColumns = RowError("more columns than the limit")
	errRowLong = RowError("row is longer than the limit")
	errString  = RowError("a cell names a shared string that does not exist")
)

// What a cell holds, as its tag says.
type cellKind uint8

// The kinds. Text is the zero value; the others come trimmed and never empty.
const (
	Text cellKind = iota
	Number
	Bool    // 1 or 0
	Failure // #N/A and its like
	ISODate
)

// A Cell is a cell with a value. Its text is valid until the next row is read.
type Cell struct {
	Column int // from 0
	Kind   cellKind
	Date   bool // a number whose style shows a date or a time
	Long   bool // the text was longer than the limit: this is its start
	Text   []byte
}

// Rows reads the rows of a sheet. Only what is between the cells' tags is believed:
// neither the size that a sheet announces nor the counts of its tables are looked at. A wrong
// one would lose rows, and a bomb would name a large one to have memory allocated for it. It is for one goroutine.
type Rows struct {
	book   *Workbook
	part   *xmlPart
	Number int64 // of the row that was read last, from 1
	fail   error // why there are no more rows
	spans  []span
	cells  []Cell
	text   partText
	most   int // bytes of texts in a row
	shown  int // of the row being read, bytes of shared strings that are in memory anyway
}

// A span is columns next to each other.
type span struct{ first, last int }

// Rows opens a sheet, up to its first row. It must be closed. i is the index in Sheets. Several
// sheets may be open, but they share the strings, so not in several goroutines.
func (b *Workbook) Rows(ctx context.Context, i int) (*Rows, error) {
	p, err := b.part(ctx, b.Sheets[i].part)
	if err != nil {
		return nil, err
	}
	r := &Rows{book: b, part: p, most: b.lim.Record}
	r.text.limit = b.lim.Cell
	if err := r.prelude(); err != nil {
		p.close()
		return nil, err
	}
	return r, nil
}

// Close ends the reading of the sheet.
func (r *Rows) Close() { r.part.close() }

// Hidden reports whether a column, counted from 0, is hidden.
func (r *Rows) Hidden(col int) bool {
	i, found := slices.BinarySearchFunc(r.spans, col, func(s span, col int) int { return s.first - col })
	return found || i > 0 && col <= r.spans[i-1].last
}

// prelude reads what comes before the rows.
func (r *Rows) prelude() error {
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
func (r *Rows) column(attrs []byte) {
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
	last = min(last, r.book.lim.Columns)
	if !hidden || first < 1 || last < first {
		return
	}
	s := span{first - 1, last - 1}
	if n := len(r.spans); n > 0 && s.first <= r.spans[n-1].last {
		return
	}
	r.spans = append(r.spans, s)
}

// Next reads a row. Its cells are those that have a value, in the order of their columns, and
// valid until the next call; Number tells which row it is. Numbers ascend: one that does not,
// or is missing, is counted instead. Of two cells for a column the first stays. A RowError
// tells that this row cannot be read; any other error, and io.EOF at the end of the sheet, is
// the last.
func (r *Rows) Next() ([]Cell, error) {
	if r.fail != nil {
		return nil, r.fail
	}
	cells, err := r.row()
	if _, ok := err.(RowError); err != nil && !ok {
		r.fail = err
	}
	return cells, err
}

// row finds the next row and reads it.
func (r *Rows) row() ([]Cell, error) {
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
func (r *Rows) finish() error {
	if err := r.part.drain(); err != nil {
		return err
	}
	return io.EOF
}

// numberRow takes the number in the tag when it goes on, so a sheet without numbers counts and a false one
// does not bring rows to the same place.
func (r *Rows) numberRow(attrs []byte) {
	r.Number++
	raw, _ := scan.Attr(attrs, "r")
	if n := int64(sheetNumber(raw)); n > r.Number {
		r.Number = n
	}
}

// sheetNumber reads a number of a row, column, style or string; -1 when it is none. Nine digits hold all of them and
// cannot overflow.
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
func (r *Rows) rowCells() error {
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
func (r *Rows) leave(err error) error {
	if _, ok := err.(RowError); !ok {
		return err
	}
	if e := r.part.skip(); e != nil {
		return e
	}
	return err
}

// sort puts cells in the order of their columns; stable, so that the first of two stays. It is
// called only when a cell was met out of order.
func (r *Rows) sort() {
	slices.SortStableFunc(r.cells, func(x, y Cell) int { return x.Column - y.Column })
	r.cells = slices.CompactFunc(r.cells, func(x, y Cell) bool { return x.Column == y.Column })
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

// headKindOf reads the attribute t. What is not known is taken as text: nothing is lost by that.
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

// cell reads a cell to the end of it. The first value or inline text counts; formulas and what else there is are
// read over, since nothing is evaluated: the result is in v, as it was last computed.
func (r *Rows) cell(h head) error {
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

// keep adds the cell whose text was collected to the row, unless the row is beyond a limit. Shared strings in memory
// count, too: a row may name a long one in every cell, at no cost here but a great one where rows are used.
func (r *Rows) keep(h head) error {
	c := Cell{Column: h.col, Text: r.text.text(), Long: r.text.long}
	switch h.kind {
	case headNumber:
		c.Kind = Number
		c.Date = h.style < len(r.book.dates) && r.book.dates[h.style]
	case headShared:
		if ok, err := r.shared(&c); err != nil || !ok {
			return err
		}
	case headBool:
		c.Kind = Bool
	case headError:
		c.Kind = Failure
	case headDate:
		c.Kind = ISODate
	}
	if h.kind != headShared && h.kind != headText {
		if c.Text = bytes.TrimSpace(c.Text); len(c.Text) == 0 {
			r.text.drop()
			return nil
		}
	}
	switch {
	case c.Column >= r.book.lim.Columns, len(r.cells) >= r.book.lim.Columns:
		return ErrColumns
	case r.text.size()+r.shown > r.most:
		return errRowLong
	}
	r.cells = append(r.cells, c)
	return nil
}

// shared puts the shared string into a cell whose text is its number; ok is false when the
// cell is empty.
func (r *Rows) shared(c *Cell) (ok bool, err error) {
	i, empty := sheetNumber(c.Text), len(bytes.TrimSpace(c.Text)) == 0
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
	c.Text, c.Long = t.text, t.long
	return true, nil
}
