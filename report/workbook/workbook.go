// Package workbook writes Excel workbooks (.xlsx, Office Open XML, ECMA-376): tables come in row by row, one file goes out as
// they come. It asks for memory that no number of rows changes, and makes no other file. Texts are texts, whatever they begin
// with, numbers numbers and times dates; it writes no formula. What it does not know is what the tables are about.
//
// The writer of github.com/xuri/excelize was tried and reads these workbooks in the tests. It keeps the XML of every sheet in
// a file until the end, 1.3 GB for a million records, takes twice the time, and writes the sheets in the order of a map, so
// that equal data gives other bytes.
package workbook

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// What a sheet takes. The bytes are below 4 GB, above which parts of a zip archive have another form, which Excel takes for
// damage when it comes without notice.
const (
	MaxRows  = 1 << 20 // of a sheet, with the header
	MaxText  = 32767   // UTF-16 units of a cell
	maxBytes = 7 << 29
)

// A Kind says what the cells of a column hold, by which it is aligned and shown.
type Kind int

// The kinds of columns.
const (
	Text Kind = iota
	Number
	Time // shown as 2026-11-22 18:00:00
)

// A Column of a table.
type Column struct {
	Name  string
	Kind  Kind
	Width float64 // in characters
}

// A Sheet is what became of a table, or a part of it: a table that is longer than a sheet goes on in further ones.
type Sheet struct {
	Name string
	Rows int // without the header
}

// A Writer writes one workbook. The first error sticks; Close returns it.
type Writer struct {
	zip      *zip.Writer
	part     *bufio.Writer // of the sheet that is written
	sheets   []sheet       // in the order in which they are written
	shared   shared
	creator  string
	title    string
	maxRows  int
	maxBytes int64
	err      error
}

// shared are texts that stand in many cells, and their numbers.
type shared struct {
	numbers map[string]int
	list    []string
}

// mostShared bounds how many texts are shared, longestShared their bytes: 65,536 of them are 8 MB or less.
const (
	mostShared    = 1 << 16
	longestShared = 120
)

// sheet is a sheet that is written.
type sheet struct {
	Sheet
	first    bool   // stands before the others
	filtered string // its cells, for the filter: A1:C7
	base     string // the name of its table, empty for a page and where a table goes on
}

// New makes a Writer. creator is the program that the properties of the workbook name.
func New(w io.Writer, creator, title string) *Writer {
	b := &Writer{creator: creator, title: title, zip: zip.NewWriter(w), shared: shared{numbers: make(map[string]int)}, maxRows: MaxRows, maxBytes: maxBytes}
	b.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, level) })
	return b
}

// level is how hard sheets are compressed.
const level = 2

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

func (b *Writer) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// begin opens the part of a sheet.
func (b *Writer) begin(s sheet) {
	b.sheets = append(b.sheets, s)
	b.open(fmt.Sprintf("xl/worksheets/sheet%d.xml", len(b.sheets)))
	b.text(`<worksheet xmlns="` + mainSchema + `">`)
}

func (b *Writer) open(part string) {
	w, err := b.zip.Create(part)
	b.fail(err)
	if b.err != nil {
		w = io.Discard
	}
	b.part = bufio.NewWriterSize(w, 1<<16)
	b.text(xmlHead)
}

// end closes the part that is written.
func (b *Writer) end() { b.fail(b.part.Flush()) }

func (b *Writer) text(s string) {
	_, err := b.part.WriteString(s)
	b.fail(err)
}

const (
	mainSchema = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relSchema  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
)

// Numbers of the formats in styles.xml.
const (
	general = iota
	styleHeader
	styleText
	styleNumber
	styleTime
	styleTitle
	styleWrapped
	styleLabel
)

// styles has a font, a fill and a format for each: 49 is @, text, so that a cell that somebody edits stays one; 3 is #,##0.
const styles = `<styleSheet xmlns="` + mainSchema + `"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>` +
	`<fonts count="3"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="14"/><name val="Calibri"/></font></fonts>` +
	`<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE3E9F2"/></patternFill></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="8"><xf/>` +
	`<xf numFmtId="49" fontId="1" fillId="2" applyNumberFormat="1" applyFont="1" applyFill="1"/>` +
	`<xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="3" applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/>` +
	`<xf numFmtId="49" fontId="2" applyNumberFormat="1" applyFont="1"/>` +
	`<xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
	`<xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1" applyAlignment="1"><alignment vertical="top"/></xf></cellXfs></styleSheet>`

// Close writes what holds the sheets together. The sheets stand in the order in which they were written, but for the page
// that is first. It does not close what the Writer writes to.
func (b *Writer) Close() error {
	order := b.order()
	var list, rels, types, names strings.Builder
	for at, i := range order {
		s := b.sheets[i]
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, appendText(nil, s.Name), i+1, i+1)
		if s.filtered != "" {
			fmt.Fprintf(&names, `<definedName name="_xlnm._FilterDatabase" localSheetId="%d" hidden="1">%s</definedName>`, at, s.place())
		}
	}
	for _, i := range order { // a pivot table is made of a table by its name
		if s := b.sheets[i]; s.base != "" {
			fmt.Fprintf(&names, `<definedName name="%s">%s</definedName>`, s.base, s.place())
		}
	}
	for i := range b.sheets {
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, relSchema, i+1)
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, i+1)
	}
	defined := names.String()
	if defined != "" {
		defined = "<definedNames>" + defined + "</definedNames>"
	}
	const packageSchema = "http://schemas.openxmlformats.org/package/2006"
	for _, part := range []struct{ name, text string }{
		{"docProps/core.xml", fmt.Sprintf(`<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>%s</dc:title><dc:creator>%s</dc:creator></cp:coreProperties>`,
			appendText(nil, b.title), appendText(nil, b.creator))},
		{"xl/styles.xml", styles},
		{"xl/workbook.xml", `<workbook xmlns="` + mainSchema + `" xmlns:r="` + relSchema + `"><bookViews><workbookView/></bookViews><sheets>` + list.String() + `</sheets>` + defined + `</workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packageSchema + `/relationships">` + rels.String() + `<Relationship Id="styles" Type="` + relSchema + `/styles" Target="styles.xml"/>` +
			`<Relationship Id="strings" Type="` + relSchema + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
		{"_rels/.rels", `<Relationships xmlns="` + packageSchema + `/relationships"><Relationship Id="rId1" Type="` + relSchema + `/officeDocument" Target="xl/workbook.xml"/>` +
			`<Relationship Id="rId2" Type="` + packageSchema + `/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`},
		{"[Content_Types].xml", `<Types xmlns="` + packageSchema + `/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` +
			`<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` + types.String() + `</Types>`},
	} {
		b.open(part.name)
		b.text(part.text)
		b.end()
	}
	b.sharedStrings()
	b.fail(b.zip.Close())
	return b.err
}

func (b *Writer) sharedStrings() {
	b.open("xl/sharedStrings.xml")
	b.text(`<sst xmlns="` + mainSchema + `">`)
	var line []byte
	for _, s := range b.shared.list {
		line = append(appendItem(append(line[:0], "<si>"...), s), "</si>"...)
		b.text(string(line))
	}
	b.text(`</sst>`)
	b.end()
}

// order is which sheets stand where.
func (b *Writer) order() (list []int) {
	for _, first := range []bool{true, false} {
		for i, s := range b.sheets {
			if s.first == first {
				list = append(list, i)
			}
		}
	}
	return list
}

// place is where the cells of a table are, as a formula names them.
func (s sheet) place() string {
	from, to, _ := strings.Cut(s.filtered, ":")
	return "'" + s.Name + "'!" + absolute(from) + ":" + absolute(to)
}

// absolute makes A1 $A$1.
func absolute(cell string) string {
	digits := strings.IndexAny(cell, "0123456789")
	return "$" + cell[:digits] + "$" + cell[digits:]
}

// columnName is A, B, … Z, AA, …
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// A Line is a row of a Page.
type Line []any // texts, int64 and time.Time; nil: an empty cell

// Page adds a sheet to be read, before all others: a title, and lines of a text in the first column and what belongs to it. A
// line of a single text is a heading, unless it is longer than one: it then runs over the width.
func (b *Writer) Page(name, title string, lines []Line) {
	b.begin(sheet{Sheet: Sheet{name, len(lines) + 1}, first: true})
	b.text(`<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"/></sheetViews><cols><col min="1" max="1" width="48" customWidth="1"/><col min="2" max="2" width="68" customWidth="1"/><col min="3" max="12" width="13" customWidth="1"/></cols><sheetData>`)
	row := rowWriter{columns: names(12)}
	row.begin(1, 20)
	row.text(styleTitle, title)
	b.text(string(row.end()))
	var merged []string
	for i, line := range lines {
		height, style := 0.0, styleText
		if text, ok := line.alone(); ok && len(text) > longHeading {
			merged = append(merged, fmt.Sprintf(`<mergeCell ref="A%d:B%d"/>`, i+2, i+2))
			height, style = 15*float64(1+len(text)/mergedLine), styleWrapped // of merged cells Excel does not find the height
		} else if ok {
			style = styleLabel
		}
		row.begin(i+2, height)
		for _, v := range line {
			row.value(style, v)
		}
		b.text(string(row.end()))
	}
	b.text(`</sheetData>`)
	if len(merged) > 0 {
		b.text(`<mergeCells count="` + strconv.Itoa(len(merged)) + `">` + strings.Join(merged, "") + `</mergeCells>`)
	}
	b.text(`<pageSetup orientation="landscape" fitToWidth="1" fitToHeight="0"/></worksheet>`)
	b.end()
}

// alone is the text of a line that has nothing else.
func (l Line) alone() (text string, ok bool) {
	if len(l) == 1 {
		text, ok = l[0].(string)
	}
	return text, ok
}

// longHeading is the longest line of a Page that is a heading.
const longHeading = 60

// mergedLine is about how many characters stand on a line over both columns.
const mergedLine = 115

func names(n int) (list []string) {
	for i := range n {
		list = append(list, columnName(i))
	}
	return list
}

// date is the number that Excel has for a time, to the second, and whether it has one: its calendar begins in 1900, with a
// day that was none.
func date(at time.Time) (serial float64, ok bool) {
	if at = at.UTC(); at.Year() > 9999 || at.Year() < 1901 {
		return 0, false
	}
	return float64(at.Unix())/86400 + 25569, true
}
