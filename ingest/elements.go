package ingest

import (
	"bytes"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/scan"
	"dwtriage/ingest/window"
)

// Exports in XML, pages and spreadsheets in XML have an element for each row, and among them others that are of no
// interest. They differ in what a row is called and in what lies around it, so one walk from tag to tag serves all.

// A nesting says which elements are rows, and how they lie.
type nesting struct {
	row   string // local name of the elements that are rows
	table string // of those that rows of one table lie in, "" where there are none
	// anyCase says that names are met in any case; they are in lower case then.
	anyCase bool
	// implied says that the end tag of a row may be missing: the next row, or the end of its table, ends it.
	implied bool
	// mixed says that other things may stand between rows: one of them that has no end is no row.
	mixed bool
}

func (x *nesting) is(tok *scan.Token, name string) bool {
	local := scan.LocalName(tok.Name)
	if x.anyCase {
		return name != "" && ascii.Is(local, name)
	}
	return string(local) == name && name != ""
}

// A rowTaker takes what a walk meets.
type rowTaker interface {
	// rowElement takes a whole row, whose place it is. Its bytes are as they lie in the window, and given up already.
	rowElement(b []byte, at place) error
	// tableTag is told of the tags that begin and end tables.
	tableTag(tok scan.Token) error
}

// An elementWalk takes one row element after the other off the window.
type elementWalk struct {
	file *file
	nesting
	to rowTaker
	n  int64 // rows so far
}

// walk goes from tag to tag, to the end of the file. What lies outside of rows is skipped, however long it is.
func (p *elementWalk) walk() error {
	w := p.file.w
	for {
		if err := w.Canceled(); err != nil {
			return err
		}
		tok, n, st := scan.XML(w.Rest(), w.EOF())
		tag := tok.Kind == scan.StartTag || tok.Kind == scan.EmptyTag
		var err error
		switch {
		case st == scan.More && len(w.Rest()) < window.Block:
			w.More()
		case st == scan.More && tok.Kind == scan.Chars:
			w.Skip(scan.TextEnd(w.Rest()))
		case st == scan.More && len(w.Rest()) <= p.file.run.lim.Record:
			w.More()
		case len(w.Rest()) == 0:
			return nil
		case st != scan.Done && p.mixed:
			w.Skip(len(w.Rest())) // a comment or tag without an end, or longer than a row may be
		case st != scan.Done:
			p.n++
			err = p.unclosed(len(w.Rest()))
		case tag && p.is(&tok, p.row):
			p.n++
			err = p.element(tok.Kind == scan.EmptyTag, n)
		default:
			if tok.Kind != scan.EmptyTag && p.is(&tok, p.table) {
				err = p.to.tableTag(tok)
			}
			w.Skip(n)
		}
		if err != nil {
			return err
		}
	}
}

// element takes the row element at the start of the window, whose start tag is n bytes long.
func (p *elementWalk) element(empty bool, n int) error {
	r, w := p.file, p.file.w
	end, st := n, scan.Done
	if !empty {
		end, st = p.rowEnd(w.Rest(), n, w.EOF())
		for st == scan.More && len(w.Rest()) <= r.run.lim.Record {
			w.More()
			end, st = p.rowEnd(w.Rest(), n, w.EOF())
		}
	}
	if err := w.Canceled(); err != nil {
		return err
	}
	switch {
	case st == scan.More:
		return p.skip(n)
	case end > r.run.lim.Record && (st == scan.Done || p.mixed):
		return p.reject(end, reasonLong)
	case st != scan.Done:
		return p.unclosed(end)
	}
	r.row.fresh()
	b := w.Rest()[:end]
	at := place{row: p.n, offset: w.Offset(), length: w.RawLen(b)}
	w.Take(end)
	return p.to.rowElement(b, at)
}

// rowEnd finds where the row ends whose start tag is the first n bytes of b. Tags with other names need not match:
// texts hold unescaped pieces of markup. Rows do not hold rows, so a further start tag of the name ends it, finished
// where the end may be implied, unless it lies in a table inside of a cell.
func (p *elementWalk) rowEnd(b []byte, n int, eof bool) (int, scan.State) {
	for depth := 0; ; {
		tok, k, st := scan.XML(b[n:], eof)
		starts, ends := tok.Kind == scan.StartTag, tok.Kind == scan.EndTag
		switch {
		case st == scan.More:
			return len(b), scan.More
		case st != scan.Done:
			return len(b), scan.Unclosed
		case !starts && !ends:
		case p.is(&tok, p.table):
			if starts {
				depth++
			} else if depth--; depth < 0 {
				return n, p.cutOff()
			}
		case depth > 0 || !p.is(&tok, p.row):
		case ends:
			return n + k, scan.Done
		default:
			return n, p.cutOff()
		}
		if n += k; n == len(b) && eof {
			return n, scan.Unclosed
		}
	}
}

// cutOff is the state of a row that ends without its end tag.
func (p *elementWalk) cutOff() scan.State {
	if p.implied {
		return scan.Done
	}
	return scan.Unclosed
}

// unclosed rejects what is there of a row that has no end: the file is cut off, or the next row starts inside of it.
func (p *elementWalk) unclosed(n int) error {
	w := p.file.w
	if w.EOF() && n == len(w.Rest()) {
		if w.Cut() {
			return p.reject(n, reasonCut)
		}
		if !p.mixed { // pages end as they like, and the reject says it of the row
			p.file.warn("the file ends in the middle: its last row is not closed")
		}
	}
	return p.reject(n, reasonElement)
}

// reject rejects the first n bytes of the window as one row.
func (p *elementWalk) reject(n int, reason string) error {
	r, w := p.file, p.file.w
	r.row.fresh()
	at := place{row: p.n, offset: w.Offset(), length: w.RawLen(w.Rest()[:n])}
	text := r.head(w.Rest()[:n])
	w.Take(n)
	return r.reject(at, "", reason, text)
}

// skip rejects a row that is too long to hold, reading over it to its end, or to where the
// next row starts inside of it. Its start tag is n bytes long.
func (p *elementWalk) skip(n int) error {
	r, w := p.file, p.file.w
	r.row.fresh()
	at := place{row: p.n, offset: w.Offset()}
	text := r.head(w.Rest())
	tok, _, _ := scan.XML(w.Rest(), true)
	tag := string(tok.Name)
	w.Take(n)
	for {
		b := w.Rest()
		end, next := indexTag(b, "</"+tag), indexTag(b, "<"+tag)
		if next >= 0 && (end < 0 || next < end) {
			w.Take(next)
			break
		}
		if end >= 0 {
			if k := bytes.IndexByte(b[end:], '>'); k >= 0 {
				w.Take(end + k + 1)
				break
			}
			if len(b)-end > window.Block {
				w.Take(end + 2) // no end tag is that long
				continue
			}
			w.Take(end)
		} else {
			w.Take(max(0, len(b)-len(tag)-3)) // a tag may be torn apart
		}
		if !w.More() {
			w.Take(len(w.Rest()))
			break
		}
	}
	at.length = w.Offset() - at.offset
	return r.reject(at, "", reasonLong, text)
}

// indexTag finds a tag by how it starts, "<name" or "</name"; -1 when there is none.
func indexTag(b []byte, tag string) int {
	for i := 0; ; i++ {
		k := bytes.Index(b[i:], []byte(tag))
		if k < 0 {
			return -1
		}
		i += k
		if next := i + len(tag); next < len(b) && scan.NameEnd(b[next]) {
			return i
		}
	}
}
