package scan

import (
	"bytes"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/window"
)

// A Cell is where a value lies in its record, in bytes from its start and without the quotes around it. Doubled
// says that it holds doubled quotes: only then is a copy needed, which Unquote makes. Positions instead of
// slices, so that they stay right when the window moves.
type Cell struct {
	Start, End int
	Doubled    bool
}

// A CSV is one record and how it was found. Its cells are valid until the next Scan, which uses their memory
// again. The zero value keeps all cells; it is not for two goroutines.
type CSV struct {
	Cells  []Cell
	Length int  // bytes of the record with its line end
	Loose  bool // a quote in the middle of a quoted cell was taken literally
	Most   int  // cells to keep, 0: all. A row may have as many commas as bytes
	Beyond bool // one of the others is not empty
}

// add keeps a cell. One more than Most is kept, for the caller to see that there are too many; of the others it is
// only asked whether they hold anything, since exports end rows in any number of empty cells.
func (s *CSV) add(c Cell) {
	if s.Most > 0 && len(s.Cells) > s.Most {
		s.Beyond = s.Beyond || c.End > c.Start
		return
	}
	s.Cells = append(s.Cells, c)
}

// Scan finds the cells of the record at the start of b. Quoted cells are hopped over from
// quote to quote, so long texts cost next to nothing. A strict scan gives up at the first
// quote that would have to be taken literally, and at the cell behind the most-th.
//
// Strict scans are for who looks whether a line inside a doubtful row is a row by itself. Most lines of a
// stack trace are not, and a scan that went on to the next quote from each of them would read a broken
// file once per line, the square of its length; one that gives up at the first doubt reads little.
// Outside of strict scans a quote in the middle of a quoted cell is text, and the row is Loose: hand-written exports
// forget to double their quotes, and what stands in the cell is the message that someone looks for.
// A quote in a cell that does not start with one is text in any case, as encoding/csv has it only when lazy.
func (s *CSV) Scan(b []byte, eof bool, comma byte, strict bool, most int) State {
	s.Cells, s.Length, s.Loose, s.Beyond = s.Cells[:0], 0, false, false
	for i := 0; ; {
		if strict && len(s.Cells) >= most {
			return Bad
		}
		if i == len(b) && !eof {
			return More
		}
		if i < len(b) && b[i] == '"' {
			next, st := s.quoted(b, i+1, eof, comma, strict)
			if st != Done || s.Length > 0 {
				return st
			}
			i = next
			continue
		}
		k := ascii.IndexEither(b[i:], comma, '\n')
		if k < 0 {
			if !eof {
				return More
			}
			s.add(Cell{Start: i, End: trimCR(b, i, len(b))})
			s.Length = len(b)
			return Done
		}
		if b[i+k] == '\n' {
			s.add(Cell{Start: i, End: trimCR(b, i, i+k)})
			s.Length = i + k + 1
			return Done
		}
		s.add(Cell{Start: i, End: i + k})
		i += k + 1
	}
}

// quoted finds the end of the quoted cell whose text starts at start, and returns where the
// next cell starts; it sets s.Length when the record ends with this cell. A quote that is the last byte there
// waits for the next one, as does a CR behind it: doubled, closing or loose, what follows decides. So a record
// is the same wherever a block ends.
func (s *CSV) quoted(b []byte, start int, eof bool, comma byte, strict bool) (int, State) {
	doubled := false
	for j := start; ; {
		k := bytes.IndexByte(b[j:], '"')
		if k < 0 {
			if eof {
				return 0, Unclosed
			}
			return 0, More
		}
		end := j + k
		j = end + 1
		c := Cell{start, end, doubled}
		if !eof && (j == len(b) || b[j] == '\r' && j+1 == len(b)) {
			return 0, More // what follows the quote decides
		}
		switch {
		case j == len(b):
			s.add(c)
			s.Length = j
			return 0, Done
		case b[j] == '"':
			doubled = true
			j++
		case b[j] == comma:
			s.add(c)
			return j + 1, Done
		case b[j] == '\n':
			s.add(c)
			s.Length = j + 1
			return 0, Done
		case b[j] == '\r' && (j+1 == len(b) || b[j+1] == '\n'):
			s.add(c)
			s.Length = min(j+2, len(b))
			return 0, Done
		case strict:
			return 0, Bad
		default:
			s.Loose = true
		}
	}
}

// trimCR is the end of a cell without the CR of its line end, which stands before the LF or the end of the file.
func trimCR(b []byte, start, end int) int {
	if end > start && b[end-1] == '\r' {
		return end - 1
	}
	return end
}

// Whole is the length of the whole records at the start of b, which begins with one, when every quote in it opens or
// closes a cell or is doubled: then a line end is that of a record if the quotes before it are even. It looks at quotes
// alone, at some 15 GB/s, and is wrong where a quote stands in a cell that is not quoted; only Scan knows.
func Whole(b []byte) int {
	quote := []byte{'"'}
	odd := bytes.Count(b, quote)%2 == 1
	for end := len(b); ; {
		k := bytes.LastIndexByte(b[:end], '\n')
		if k < 0 {
			return 0
		}
		if bytes.Count(b[k:end], quote)%2 == 1 {
			odd = !odd
		}
		if !odd {
			return k + 1
		}
		end = k
	}
}

// Unquote appends the text of a cell with doubled quotes, each made one, to the arena, and returns it: valid as long
// as the arena's row. A single quote, of a loose row, stays.
func Unquote(a *window.Arena, b []byte) []byte {
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

// BlankLines is the length of the empty lines at the start of b: they are no rows. A CR at the end of
// b is left, since an LF may follow.
func BlankLines(b []byte) int {
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
