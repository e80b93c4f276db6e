package ingest

import (
	"bytes"
	"slices"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/scan"
	"dwtriage/ingest/window"
	"dwtriage/ingest/words"
)

// mineCSV looks for a header as it stands, without deciding on a delimiter first: see sniffTable. A table
// whose columns are all unknown is a table all the same; it is told so with its headings, because as a text
// each of its rows would be searched for errors and some would have one.
func (r *file) mineCSV(asked, walked bool) (func() error, error) {
	t, headings := r.sniffTable()
	switch {
	case t != nil:
		return func() error { return r.csv(t) }, nil
	case r.wide > 0:
		return nil, mayHold(r.account.Path, "its first row has %s columns or more, the limit is %s: raise --max-columns if it is a log",
			words.Thousands(r.wide), words.Thousands(r.run.lim.Columns))
	case headings == "" && asked:
		headings = "none"
	case headings == "":
		return nil, nil
	}
	return nil, notALog(r.account.Path, "no column with the text of an error or a trace (found: %s): needed is %s; export the log with that column",
		headings, needed)
}

// csv reads the rows behind the header of t.
func (r *file) csv(t *table) error {
	w := r.w
	r.account.Delimiter = string(t.comma)
	t.tell(&r.account)
	w.Skip(t.skip)
	if err := r.own(t); err != nil {
		return err
	}
	p := csvReader{file: r, grid: grid{r, t}, row: 1, budget: 64 << 20}
	p.scan.Most = len(t.slots)
	if t.bare {
		p.row = 0
	}
	return p.rows()
}

// rows reads rows to the end of the file, as many as it can side by side.
func (p *csvReader) rows() error {
	w := p.file.w
	for {
		if w.Offset() >= p.apartFrom && p.mayPart() {
			if err := p.apart(); err != nil {
				return err
			}
		}
		for n := -1; n != 0; {
			n = scan.BlankLines(w.Rest()) + nuls(w.Rest())
			w.Skip(n)
		}
		if len(w.Rest()) == 0 || len(w.Rest()) == 1 && w.Rest()[0] == '\r' {
			if w.More() {
				continue
			}
			return w.Canceled()
		}
		p.row++
		if err := p.step(); err != nil {
			return err
		}
	}
}

// nuls is how many zeros b starts with: a crash leaves a block of them in a file that was being written.
func nuls(b []byte) int {
	if len(b) == 0 || b[0] != 0 {
		return 0
	}
	return len(b) - len(bytes.TrimLeft(b, "\x00"))
}

// A csvReader reads the rows of one file. Rows are not what encoding/csv calls records: a cell may hold a
// quote that is not doubled, an exporter may leave cells out at the end, and a file of a gigabyte with one
// open quote must not become one row. Package scan says where a row ends and how sure that is, and here it
// is decided what to do about a doubtful one.
type csvReader struct {
	file *file
	grid grid
	scan scan.CSV
	row  int64
	// Up to this offset a scan is strict: a row whose quotes do not match was found before
	// it, and trying each line to the end of the file again would cost the square of it.
	strictTo  int64
	alone     int64 // bytes that the reader goes on alone after the next doubt
	apartFrom int64 // from this offset on parts are tried again
	part      bool  // the window holds a part: a row that is in doubt ends it
	// Bytes that inner may still look at, for the same reason: 64 MiB in one file. Then a broken row goes to
	// the end of its line, which may reject good lines behind it but is linear.
	budget int
}

// step takes one row off the window: a record, or a reject. A scan that is loose let a quote inside a cell
// pass as a letter. Such a row is believed when it has as many cells as the header and no line inside of it
// is a row by itself; otherwise the quote swallowed the rows behind it. What was cut off by the end of a
// damaged stream is told as such and not as an open quote: it is the stream that is to be copied again.
//
// What becomes of a row must not depend on how much of the file behind it is in the window: more is there when parts
// were put back. So nothing is looked at beyond the limit of a row, and of a row that is Bad beyond lookahead.
func (p *csvReader) step() error {
	w, most := p.file.w, p.file.run.lim.Record
	strict := w.Offset() < p.strictTo
	st := p.scanRow(strict)
	for st == scan.More && len(w.Rest()) <= most {
		w.More()
		st = p.scanRow(strict)
	}
	if err := w.Canceled(); err != nil {
		return err
	}
	if p.part && !p.plain(st) {
		return errDoubt
	}
	rest := w.Rest()
	switch {
	case st == scan.Bad:
		const lookahead = 64 << 10
		w.Reach(lookahead + 1)
		return p.broken(min(len(w.Rest()), lookahead), reasonLoose)
	case st == scan.More || st == scan.Done && p.scan.Length > most:
		if p.scan.Loose || p.inner(most+1) > 0 {
			return p.broken(most+1, reasonUnclosed)
		}
		return p.skipRow()
	case st == scan.Unclosed:
		switch {
		case w.Cut():
			return p.drop(len(rest), reasonCut)
		case p.scan.Loose || p.inner(len(rest)) > 0:
			return p.broken(len(rest), reasonUnclosed)
		}
		return p.drop(len(rest), reasonUnclosed)
	case p.scan.Length == len(rest) && w.Cut() && rest[len(rest)-1] != '\n':
		return p.drop(len(rest), reasonCut)
	case p.scan.Loose && (len(p.scan.Cells) != len(p.grid.table.slots) || p.inner(p.scan.Length) > 0):
		return p.broken(p.scan.Length, reasonLoose)
	}
	if t := p.nextHeader(); t != nil {
		if p.part {
			return errDoubt
		}
		p.grid.table = t
		p.scan.Most = len(t.slots)
		w.Skip(p.scan.Length)
		return p.file.own(t)
	}
	p.file.unended = p.scan.Length == len(rest) && p.unended(rest)
	p.file.lacking = p.file.unended && len(p.scan.Cells) < len(p.grid.table.slots)
	return p.take()
}

// unended reports whether the row that was scanned, the last one of the file, may go on: it has no end of a line, and
// its last cell no quotes that close it, or cells are missing behind that one.
func (p *csvReader) unended(b []byte) bool {
	cells := p.scan.Cells
	if b[len(b)-1] == '\n' || len(cells) == 0 || !p.file.w.EOF() {
		return false
	}
	return cells[len(cells)-1].End == len(b) || len(cells) < len(p.grid.table.slots)
}

// scanRow scans the row at the start of the window, of which it sees one byte beyond the limit: then it is too long.
func (p *csvReader) scanRow(strict bool) scan.State {
	w := p.file.w
	b, eof := w.Rest(), w.EOF()
	if most := p.file.run.lim.Record; len(b) > most {
		b, eof = b[:most+1], false
	}
	return p.scan.Scan(b, eof, p.grid.table.comma, strict, len(p.grid.table.slots))
}

// nextHeader is the table that starts with the row that was scanned, when it is a header again: files are
// joined by appending them, and the second may have its columns in another order. It is asked for every row,
// so what nearly all rows begin with is tried first.
func (p *csvReader) nextHeader() *table {
	b := p.file.w.Rest()
	cells := p.scan.Cells
	if len(cells) < 2 || p.grid.table.marked {
		return nil
	}
	// Nearly all rows start with a GUID, a time, or a name with dots.
	first := b[cells[0].Start:cells[0].End]
	again := string(first) == p.grid.table.headings[0]
	if !again && (len(first) > 40 || len(first) == 0 || ascii.Digit(first[0]) || bytes.IndexByte(first, '.') >= 0 || slotOf(first) == slotNone) {
		return nil
	}
	if slices.ContainsFunc(cells, func(c scan.Cell) bool { return c.End-c.Start > 60 }) {
		return nil
	}
	// A row may hold the words that are headings elsewhere: "Error", "Company".
	t := p.file.tableOf(b, cells, p.grid.table.comma)
	if t == nil || t.known() < 2 || t.set != p.grid.table.set {
		return nil
	}
	return t
}

// take makes a record of the row that was scanned. More cells than headings are forgiven while the further
// ones are empty; otherwise a comma was not quoted and nobody knows which cell shifted. Fewer are forgiven
// when there is a text.
func (p *csvReader) take() error {
	w, t := p.file.w, p.grid.table
	b := w.Rest()[:p.scan.Length]
	at := place{row: p.row, offset: w.Offset(), length: w.RawLen(b)}
	w.Take(p.scan.Length)
	f := p.grid.begin()
	if t.own != nil {
		if err := p.original(b); err != nil {
			return err
		}
	}
	for _, c := range p.scan.Cells[min(len(t.slots), len(p.scan.Cells)):] {
		if p.scan.Beyond || len(bytes.TrimSpace(b[c.Start:c.End])) > 0 {
			return p.file.reject(at, "", reasonManyCells, p.shown(b))
		}
	}
	clean := window.Plain(b)
	for i, c := range p.scan.Cells[:min(len(t.slots), len(p.scan.Cells))] {
		s := t.slots[i]
		v := b[c.Start:c.End]
		if !p.grid.wants(s, v) {
			continue
		}
		if c.Doubled {
			v = scan.Unquote(&p.file.row.arena, v)
		} else if string(v) == "NULL" {
			continue // SQL Server Management Studio writes this for no value
		}
		if !clean {
			v = w.Text(&p.file.row.arena, v)
		}
		f.put(s, v)
	}
	switch {
	case f.empty() && p.allBlank(b):
		return p.file.reject(at, "", reasonEmpty, "")
	case len(p.scan.Cells)*2 < len(t.slots) && !f.hasText():
		return p.file.reject(at, "", reasonFewCells, p.shown(b))
	}
	return p.grid.close(at, reasonNoText, func() string { return p.shown(b) })
}

func (p *csvReader) allBlank(b []byte) bool {
	for _, c := range p.scan.Cells {
		if len(bytes.TrimSpace(b[c.Start:c.End])) > 0 {
			return false
		}
	}
	return true
}

// shown is the excerpt of a row: nothing when a secret may be anywhere in it.
func (p *csvReader) shown(b []byte) string {
	if p.grid.table.secret {
		return ""
	}
	return p.file.head(b)
}

// drop rejects the first n bytes of the window as one row.
func (p *csvReader) drop(n int, reason string) error {
	w := p.file.w
	b := w.Rest()[:n]
	at := place{row: p.row, offset: w.Offset(), length: w.RawLen(b)}
	w.Take(n)
	return p.file.reject(at, "", reason, p.shown(b))
}

// broken rejects a row whose quotes do not match and goes on at the first line inside of it
// that is a row by itself, or at the next line. n is how far the scan went.
func (p *csvReader) broken(n int, reason string) error {
	w := p.file.w
	p.strictTo = max(p.strictTo, w.Offset()+w.RawLen(w.Rest()[:n]))
	line := p.inner(n)
	if line <= 0 {
		line = bytes.IndexByte(w.Rest()[:n], '\n') + 1
	}
	if line <= 0 {
		line = n
	}
	return p.drop(line, reason)
}

// inner looks in the first n bytes of the window, a row with doubtful quotes, for a line
// that is beyond doubt a row of the table: the next row, swallowed by a quote that was never
// closed. It returns where the line starts, or 0.
func (p *csvReader) inner(n int) int {
	const mostLines, mostBytes = 256, 64 << 10
	b := p.file.w.Rest()[:n]
	var s scan.CSV
	for i, line := 0, 0; line < mostLines && p.budget > 0; line++ {
		k := bytes.IndexByte(b[i:], '\n')
		if k < 0 || i+k+1 == len(b) {
			return 0
		}
		i += k + 1
		piece := b[i:min(len(b), i+mostBytes)]
		st := s.Scan(piece, p.file.w.EOF() && n == len(p.file.w.Rest()), p.grid.table.comma, true, len(p.grid.table.slots))
		p.budget -= 64
		if st != scan.Done {
			p.budget -= len(piece)
		}
		if st == scan.Done && !s.Loose && len(s.Cells) == len(p.grid.table.slots) && p.typed(b[i:], s.Cells) {
			return i
		}
	}
	return 0
}

// typed reports whether cells hold what their columns ask for: a time, a GUID, a number. Lines of a stack
// trace may have as many commas as the header, but not these. One that fits is needed and one that does not
// is too many, so in a table of texts alone no line is beyond doubt, and an open quote there costs all that
// it encloses.
func (p *csvReader) typed(b []byte, cells []scan.Cell) bool {
	hits := 0
	for i, c := range cells {
		v := bytes.TrimSpace(b[c.Start:c.End])
		if len(v) == 0 {
			continue
		}
		ok := true
		switch s := p.grid.table.slots[i]; {
		case s == slotID:
			_, ok = parseGUID(v)
		case s == slotCreated || s == slotTimestamp || s == slotExecStart:
			_, ok = p.file.clock.Parse(v)
			ok = ok || ascii.Digit(v[0]) && ascii.Digit(v[len(v)-1])
		case s == slotDepth || s == slotDuration:
			ok = number(v) >= 0
		default:
			continue
		}
		if !ok {
			return false
		}
		hits++
	}
	return hits > 0
}

// skipRow rejects a row that is too long to hold, reading over it to its end.
func (p *csvReader) skipRow() error {
	w := p.file.w
	at := place{row: p.row, offset: w.Offset()}
	text := p.shown(w.Rest()[:p.file.run.lim.Record+1])
	var s rowSkipper
	s.comma = p.grid.table.comma
	w.Pass(s.pass)
	at.length = w.Offset() - at.offset
	return p.file.reject(at, "", reasonLong, text)
}

// A rowSkipper finds the end of a row that comes in pieces. It is the scanner of rows once more as a machine
// of five states, because a row that is too long to hold is never in the window at once. It believes a quote
// that is followed by neither delimiter nor line end to be part of the cell, as the scanner does.
type rowSkipper struct {
	comma byte
	state skipState
}

type skipState uint8

const (
	atCell skipState = iota
	inPlain
	inQuotes
	afterQuote
	afterCR
)

func (s *rowSkipper) pass(b []byte) (n int, done bool) {
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch s.state {
		case inQuotes:
			k := bytes.IndexByte(b[i:], '"')
			if k < 0 {
				return len(b), false
			}
			i += k
			s.state = afterQuote
			continue
		case afterCR:
			if c == '\n' {
				return i + 1, true
			}
			s.state = inQuotes
			i--
			continue
		case atCell:
			if c == '"' {
				s.state = inQuotes
				continue
			}
			s.state = inPlain
		case afterQuote:
			switch c {
			case '"':
				s.state = inQuotes
				continue
			case '\r':
				s.state = afterCR
				continue
			case s.comma, '\n':
			default:
				s.state = inQuotes
				continue
			}
		}
		switch c {
		case '\n':
			return i + 1, true
		case s.comma:
			s.state = atCell
		}
	}
	return len(b), false
}
