package ingest

import (
	"bytes"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/window"
)

// A cell is where a value lies in its record; doubled says that it holds doubled quotes.
type cell struct {
	start, end int
	doubled    bool
}

// A csvScan is one record and how it was found.
type csvScan struct {
	cells  []cell
	n      int  // bytes of the record with its line end
	loose  bool // a quote in the middle of a quoted cell was taken literally
	most   int  // cells to keep, 0: all. A row may have as many commas as bytes
	beyond bool // one of the others is not empty
}

func (s *csvScan) add(c cell) {
	if s.most > 0 && len(s.cells) > s.most {
		s.beyond = s.beyond || c.end > c.start
		return
	}
	s.cells = append(s.cells, c)
}

// scan finds the cells of the record at the start of b. Quoted cells are hopped over from
// quote to quote, so long texts cost next to nothing. A strict scan gives up at the first
// quote that would have to be taken literally, and at the cell behind the most-th.
func (s *csvScan) scan(b []byte, eof bool, comma byte, strict bool, most int) scanState {
	s.cells, s.n, s.loose, s.beyond = s.cells[:0], 0, false, false
	for i := 0; ; {
		if strict && len(s.cells) >= most {
			return scanBad
		}
		if i == len(b) && !eof {
			return scanMore
		}
		if i < len(b) && b[i] == '"' {
			next, st := s.quoted(b, i+1, eof, comma, strict)
			if st != scanDone || s.n > 0 {
				return st
			}
			i = next
			continue
		}
		k := ascii.IndexEither(b[i:], comma, '\n')
		if k < 0 {
			if !eof {
				return scanMore
			}
			s.add(cell{start: i, end: trimCR(b, i, len(b))})
			s.n = len(b)
			return scanDone
		}
		if b[i+k] == '\n' {
			s.add(cell{start: i, end: trimCR(b, i, i+k)})
			s.n = i + k + 1
			return scanDone
		}
		s.add(cell{start: i, end: i + k})
		i += k + 1
	}
}

// quoted finds the end of the quoted cell whose text starts at start, and returns where the
// next cell starts; it sets s.n when the record ends with this cell.
func (s *csvScan) quoted(b []byte, start int, eof bool, comma byte, strict bool) (int, scanState) {
	doubled := false
	for j := start; ; {
		k := bytes.IndexByte(b[j:], '"')
		if k < 0 {
			if eof {
				return 0, scanUnclosed
			}
			return 0, scanMore
		}
		end := j + k
		j = end + 1
		c := cell{start, end, doubled}
		if !eof && (j == len(b) || b[j] == '\r' && j+1 == len(b)) {
			return 0, scanMore // what follows the quote decides
		}
		switch {
		case j == len(b):
			s.add(c)
			s.n = j
			return 0, scanDone
		case b[j] == '"':
			doubled = true
			j++
		case b[j] == comma:
			s.add(c)
			return j + 1, scanDone
		case b[j] == '\n':
			s.add(c)
			s.n = j + 1
			return 0, scanDone
		case b[j] == '\r' && (j+1 == len(b) || b[j+1] == '\n'):
			s.add(c)
			s.n = min(j+2, len(b))
			return 0, scanDone
		case strict:
			return 0, scanBad
		default:
			s.loose = true
		}
	}
}

func trimCR(b []byte, start, end int) int {
	if end > start && b[end-1] == '\r' {
		return end - 1
	}
	return end
}

// unquote appends the text of a cell with doubled quotes, each made one, to the arena.
func unquote(a *window.Arena, b []byte) []byte {
	mark := a.Mark()
	for {
		i := bytes.IndexByte(b, '"')
		if i < 0 || i+1 == len(b) {
			break
		}
		a.Add(b[:i+1])
		if b[i+1] == '"' {
			i++
		}
		b = b[i+1:]
	}
	a.Add(b)
	return a.From(mark)
}

// blankLines is the length of the empty lines at the start of b: they are no rows.
func blankLines(b []byte) int {
	i := 0
	for {
		switch {
		case i < len(b) && b[i] == '\n':
			i++
		case i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n':
			i += 2
		default:
			return i
		}
	}
}
