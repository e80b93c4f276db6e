package ingest

import (
	"bytes"
	"html"
	"slices"
	"strconv"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/scan"
	"dwtriage/ingest/window"
	"dwtriage/ingest/xlsx"
)

// Older clients exported to "Excel" by writing what Excel opens without being a workbook: XML
// Spreadsheet 2003, or a page with a table. Both are markup with an element for each row and one for
// each cell in it, so one reader serves them; they differ in the names of their elements and in what
// they forgive.

// A markup says which elements hold the rows of a format. Names are in lower case and met in any.
type markup struct {
	nesting
	what  string   // for people
	cells []string // elements of a cell
	data  string   // element that the text of a cell lies in; empty: in the cell itself
	aside string   // element inside a cell whose text is none of it
	// loose says that references have names, and that other markup in a cell is layout: HTML.
	loose bool
}

func (r *file) mineXMLSS(asked, walked bool) (func() error, error) {
	b := r.start()
	b = b[:min(len(b), 1024)]
	if asked || bytes.HasPrefix(b, []byte("<")) && (bytes.Contains(b, []byte("<Workbook")) || bytes.Contains(b, []byte(`progid="Excel.Sheet"`))) {
		return r.xmlss, nil
	}
	return nil, nil
}

// xmlss reads the worksheets of an XML Spreadsheet 2003.
func (r *file) xmlss() error {
	p := markupReader{grid: gridReader{file: r}, markup: markup{
		what: "an XML Spreadsheet 2003", nesting: nesting{table: "worksheet", row: "row", anyCase: true, mixed: true},
		cells: []string{"cell"}, data: "data", aside: "comment",
	}}
	return p.read()
}

func (r *file) mineHTML(asked, walked bool) (func() error, error) {
	b := r.start()
	b = b[:min(len(b), 1024)]
	if asked || ascii.IndexFold(b, "<html") < min(len(b), 200) || ascii.IndexFold(b, "<table") < min(len(b), 40) {
		return r.html, nil
	}
	return nil, nil
}

// html reads the tables of a page.
func (r *file) html() error {
	p := markupReader{grid: gridReader{file: r}, markup: markup{
		what: "a web page", nesting: nesting{table: "table", row: "tr", anyCase: true, implied: true, mixed: true},
		cells: []string{"td", "th"}, loose: true,
	}}
	return p.read()
}

// A markupReader makes the cells of one row element after the other.
type markupReader struct {
	grid   gridReader
	markup markup
	cells  []gridCell // of the row, reused
}

func (p *markupReader) read() error {
	r := p.grid.file
	rows := elementWalk{file: r, nesting: p.markup.nesting, to: p}
	if err := rows.walk(); err != nil {
		return err
	}
	return p.grid.finish(r.account.Path, p.markup.what)
}

func (p *markupReader) is(tok *scan.Token, name string) bool { return p.markup.is(tok, name) }

// tableTag closes the table before, where one begins or ends.
func (p *markupReader) tableTag(tok scan.Token) error {
	if err := p.grid.settle(); err != nil {
		return err
	}
	name := ""
	if raw, ok := scan.Attr(tok.Attrs, "Name"); ok && !p.markup.loose {
		name = string(scan.XMLText(new(window.Arena), p.grid.file.w.Text(new(window.Arena), raw)))
	}
	p.grid.another(name)
	return nil
}

func (p *markupReader) rowElement(b []byte, at place) error {
	r := p.grid.file
	shown := r.head(b)
	r.row.fresh()
	var wide bool
	p.cells, wide = p.cellsOf(p.cells[:0], r.w.Text(&r.row.arena, b))
	if wide {
		return r.reject(at, "", string(xlsx.ErrColumns), shown)
	}
	return p.grid.offer(at, p.cells, shown)
}

// cellsOf appends the texts of the cells of row b to cells. wide says that there are more columns than the limit, as
// one cell may claim that it spans millions.
func (p *markupReader) cellsOf(cells []gridCell, b []byte) (row []gridCell, wide bool) {
	next := 0 // column
	most := p.grid.file.run.lim.Columns
	a := &p.grid.file.row.arena
	var c cellText
	for len(b) > 0 {
		tok, n, _ := scan.XML(b, true)
		if n == 0 {
			n = len(b)
		}
		isCell := tok.Kind != scan.Chars && tok.Kind != scan.CDATA && slices.ContainsFunc(p.markup.cells, func(name string) bool { return p.is(&tok, name) })
		switch {
		case isCell && c.tables == 0:
			cells, next = c.close(a, cells, next)
			if tok.Kind == scan.EndTag {
				break
			}
			if !p.markup.loose {
				next = max(next, attrNumber(&tok, "Index", 0)-1)
			}
			if next >= most {
				return cells, true
			}
			if tok.Kind == scan.StartTag {
				c = cellText{open: true, mark: a.Mark(), span: p.span(&tok), in: p.markup.data == ""}
			}
		case !c.open:
		case tok.Kind == scan.Chars || tok.Kind == scan.CDATA:
			if c.in && c.aside == 0 {
				p.addText(a, &tok)
			}
		default:
			p.tag(a, &c, &tok, b[:n])
		}
		if next+c.span > most {
			return cells, true
		}
		b = b[n:]
	}
	cells, _ = c.close(a, cells, next)
	return cells, false
}

// A cellText is a cell whose end was not met yet.
type cellText struct {
	open    bool
	in      bool // inside the element that holds the text
	aside   int  // inside elements whose text is none of the cell's
	tables  int  // inside tables in the cell
	mark    int  // where its text starts in the arena
	span    int  // columns that it takes
	failure bool // an error of a formula
	truth   bool // 1 or 0
}

// close adds the cell, if one is open, at column next, and returns the column behind all that it spans.
func (c *cellText) close(a *window.Arena, cells []gridCell, next int) ([]gridCell, int) {
	if !c.open {
		return cells, next
	}
	text := a.From(c.mark)
	switch {
	case c.failure:
		text = []byte{}
	case c.truth && string(text) == "1":
		text = []byte("true")
	case c.truth && string(text) == "0":
		text = []byte("false")
	}
	cells = append(cells, gridCell{next, text})
	next += max(1, c.span)
	*c = cellText{}
	return cells, next
}

// span is how many columns a cell takes.
func (p *markupReader) span(tok *scan.Token) int {
	if p.markup.loose {
		return attrNumber(tok, "colspan", 1)
	}
	return attrNumber(tok, "MergeAcross", 0) + 1
}

// attrNumber reads a small number from an attribute; less where it is missing. What is no number a sheet can
// have counts as more columns than there are.
func attrNumber(tok *scan.Token, name string, less int) int {
	raw, ok := scan.Attr(tok.Attrs, name)
	if !ok {
		return less
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < 0 {
		return less
	}
	return min(n, 1<<30)
}

// tag looks at a tag inside a cell.
func (p *markupReader) tag(a *window.Arena, c *cellText, tok *scan.Token, printed []byte) {
	opens, ends := tok.Kind == scan.StartTag, tok.Kind == scan.EndTag
	switch {
	case p.is(tok, p.markup.aside):
		if opens {
			c.aside++
		} else if ends {
			c.aside = max(0, c.aside-1)
		}
	case c.aside > 0:
	case p.is(tok, p.markup.data):
		if c.in = opens; opens {
			kind, _ := scan.Attr(tok.Attrs, "Type")
			c.failure, c.truth = string(kind) == "Error", string(kind) == "Boolean"
		}
	case p.is(tok, p.markup.table):
		if opens {
			c.tables++
		} else if ends {
			c.tables = max(0, c.tables-1)
		}
	case !p.markup.loose:
	case opens && layoutLines.has(tok), tok.Kind == scan.EmptyTag && layoutLines.has(tok):
		if a.Mark() > c.mark {
			a.AddByte('\n')
		}
	case !layoutLines.has(tok) && !layoutWords.has(tok) && len(tok.Name) > 0:
		a.Add(printed) // a fault that was not escaped
	}
}

// A tagSet is a set of elements of HTML, by lower-case name.
type tagSet map[string]bool

func (s tagSet) has(tok *scan.Token) bool {
	var name [16]byte
	if len(tok.Name) > len(name) {
		return false
	}
	for i, c := range tok.Name {
		name[i] = ascii.Lower(c)
	}
	return s[string(name[:len(tok.Name)])]
}

// Elements that lay out the text of a cell: those that begin a line, and those within one. Others are
// part of a message.
var (
	layoutLines = tagSet{"br": true, "p": true, "div": true, "pre": true, "li": true, "ul": true, "ol": true, "tr": true, "h1": true, "h2": true, "h3": true}
	layoutWords = tagSet{"a": true, "b": true, "i": true, "u": true, "em": true, "strong": true, "span": true, "font": true, "small": true, "sub": true, "sup": true,
		"nobr": true, "wbr": true, "code": true, "tt": true, "img": true, "input": true, "label": true, "td": true, "th": true, "tbody": true, "thead": true,
		"tfoot": true, "center": true, "html": true, "body": true, "o:p": true}
)

// addText adds the text of a token with its references undone.
func (p *markupReader) addText(a *window.Arena, tok *scan.Token) {
	switch {
	case tok.Kind == scan.CDATA, bytes.IndexByte(tok.Text, '&') < 0:
		a.Add(tok.Text)
	case p.markup.loose:
		a.AddString(html.UnescapeString(string(tok.Text)))
	default:
		a.AddBy(scan.AppendXMLText, tok.Text)
	}
}
