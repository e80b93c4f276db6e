package workbook

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Table is rows of cells under a header that stays in sight and filters. The calls of a row are any sequence of Text, Number
// and Time, one for each column, then End.
type Table struct {
	of      *Writer
	name    string
	columns []Column
	tried   []tried // by column
	row     rowWriter
	sheets  []Sheet
	bytes   int64 // of the sheet
}

// Table begins a table. It ends with Close, before the next one begins. The name is that of the sheet, and of its cells in
// formulas: letters and underscores.
func (b *Writer) Table(name string, columns []Column) *Table {
	t := &Table{of: b, name: name, columns: columns, tried: make([]tried, len(columns)), row: rowWriter{columns: names(len(columns))}}
	t.begin()
	return t
}

// begin begins a sheet: the first of the table, or one in which it goes on.
func (t *Table) begin() {
	s := sheet{Sheet: Sheet{Name: t.name}, base: t.name}
	if n := len(t.sheets); n > 0 {
		s.Name, s.base = t.name+" "+strconv.Itoa(n+1), ""
	}
	t.of.begin(s)
	t.sheets, t.bytes = append(t.sheets, s.Sheet), 0
	t.of.text(`<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews><cols>`)
	for i, c := range t.columns {
		n := strconv.Itoa(i + 1)
		t.of.text(`<col min="` + n + `" max="` + n + `" width="` + strconv.FormatFloat(c.Width, 'f', -1, 64) + `" style="` + strconv.Itoa(styleOf[c.Kind]) + `" customWidth="1"/>`)
	}
	t.of.text(`</cols><sheetData>`)
	t.row.begin(1, 0)
	for _, c := range t.columns {
		t.row.text(styleHeader, c.Name)
	}
	t.write()
}

var styleOf = [...]int{Text: styleText, Number: styleNumber, Time: styleTime}

func (t *Table) write() {
	line := t.row.end()
	t.bytes += int64(len(line))
	_, err := t.of.part.Write(line)
	t.of.fail(err)
}

// Text adds a cell with a text, of which Excel keeps [MaxText] UTF-16 units. What XML cannot hold is left out.
func (t *Table) Text(s string) {
	t.start()
	if n, ok := t.share(s); ok {
		t.row.shared(styleText, n)
		return
	}
	t.row.text(styleText, s)
}

// tried counts the texts of a column that were shared, and the cells that had one of them.
type tried struct{ texts, cells int }

// enough is how many texts of a column are shared before it is known whether any comes again.
const enough = 1 << 10

// share finds the number of a text that is shared. In a column where no text comes again, as one of ids, none is.
func (t *Table) share(s string) (number int, ok bool) {
	to, of := &t.of.shared, &t.tried[t.row.at]
	if s == "" || len(s) > longestShared || of.texts > enough+of.cells {
		return 0, false
	}
	if number, ok = to.numbers[s]; ok {
		of.cells++
		return number, true
	}
	if len(to.list) == mostShared {
		return 0, false
	}
	s = strings.Clone(s)
	number, of.texts = len(to.list), of.texts+1
	to.numbers[s], to.list = number, append(to.list, s)
	return number, true
}

// Number adds a cell with a number; one that Excel would round is a text.
func (t *Table) Number(n int64) {
	t.start()
	t.row.number(styleNumber, n)
}

// Time adds a cell with a time in UTC, to the second; the zero time is an empty cell, one that Excel has no number for a text.
func (t *Table) Time(at time.Time) {
	t.start()
	t.row.time(styleTime, at)
}

// start begins a row before its first cell, on another sheet where this one is full.
func (t *Table) start() {
	if t.row.at > 0 {
		return
	}
	s := &t.sheets[len(t.sheets)-1]
	if s.Rows == t.of.maxRows-1 || t.bytes > t.of.maxBytes {
		t.finish()
		t.begin()
		s = &t.sheets[len(t.sheets)-1]
	}
	s.Rows++
	t.row.begin(s.Rows+1, 0)
}

// End ends the row. It returns the first error of the workbook.
func (t *Table) End() error {
	t.write()
	return t.of.err
}

// finish ends the sheet.
func (t *Table) finish() {
	s := &t.of.sheets[len(t.of.sheets)-1]
	s.Sheet = t.sheets[len(t.sheets)-1]
	s.filtered = "A1:" + columnName(len(t.columns)-1) + strconv.Itoa(s.Rows+1)
	t.of.text(`</sheetData><autoFilter ref="` + s.filtered + `"/></worksheet>`)
	t.of.end()
}

// Close ends the table and says in which sheets it is.
func (t *Table) Close() []Sheet {
	t.finish()
	return t.sheets
}

// A rowWriter puts a row together.
type rowWriter struct {
	columns []string // their letters
	line    []byte
	digits  []byte // the number of the row
	at      int    // of the next cell
}

// begin begins a row, of a height in points or, with 0, of the usual one.
func (r *rowWriter) begin(number int, height float64) {
	r.digits, r.at = strconv.AppendInt(r.digits[:0], int64(number), 10), 0
	r.line = append(append(append(r.line[:0], `<row r="`...), r.digits...), '"')
	if height > 0 {
		r.line = append(strconv.AppendFloat(append(r.line, ` ht="`...), height, 'f', 1, 64), `" customHeight="1"`...)
	}
	r.line = append(r.line, '>')
}

// end is the row, until the next one begins.
func (r *rowWriter) end() []byte {
	r.at = 0
	r.line = append(r.line, "</row>"...)
	return r.line
}

// cell opens the next cell, up to where its attributes go on.
func (r *rowWriter) cell(style int) {
	r.line = append(append(append(r.line, `<c r="`...), r.columns[r.at]...), r.digits...)
	r.line = append(strconv.AppendInt(append(r.line, `" s="`...), int64(style), 10), '"')
	r.at++
}

func (r *rowWriter) text(style int, s string) {
	if s == "" {
		r.at++
		return
	}
	r.cell(style)
	r.line = append(appendItem(append(r.line, ` t="inlineStr"><is>`...), s), "</is></c>"...)
}

// shared writes the number of a text that stands elsewhere.
func (r *rowWriter) shared(style, number int) {
	r.cell(style)
	r.line = append(strconv.AppendInt(append(r.line, ` t="s"><v>`...), int64(number), 10), "</v></c>"...)
}

// appendItem writes a text as an element; without being told so XML readers drop blanks at its ends.
func appendItem(dst []byte, s string) []byte {
	dst = append(dst, "<t"...)
	if blank(s[0]) || blank(s[len(s)-1]) {
		dst = append(dst, ` xml:space="preserve"`...)
	}
	return append(appendText(append(dst, '>'), s), "</t>"...)
}

func blank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// mostDigits is the largest number of which Excel keeps all digits.
const mostDigits = 999_999_999_999_999

func (r *rowWriter) number(style int, n int64) {
	if n > mostDigits || n < -mostDigits {
		r.text(styleText, strconv.FormatInt(n, 10))
		return
	}
	r.cell(style)
	r.line = append(strconv.AppendInt(append(r.line, "><v>"...), n, 10), "</v></c>"...)
}

func (r *rowWriter) time(style int, at time.Time) {
	serial, ok := date(at)
	switch {
	case at.IsZero():
		r.at++
	case !ok:
		r.text(styleText, at.UTC().Format(time.DateTime))
	default:
		r.cell(style)
		r.line = append(strconv.AppendFloat(append(r.line, "><v>"...), serial, 'f', -1, 64), "</v></c>"...)
	}
}

// value writes a cell of a [Line].
func (r *rowWriter) value(style int, v any) {
	switch v := v.(type) {
	case string:
		r.text(style, v)
	case int64:
		r.number(styleNumber, v)
	case time.Time:
		r.time(styleTime, v)
	default:
		r.at++
	}
}

// plain are the bytes that stand in XML as they are.
var plain = func() (p [256]bool) {
	for b := ' '; b < 0x7f; b++ {
		p[b] = true
	}
	for _, b := range []byte("&<>\"_") {
		p[b] = false
	}
	p['\t'], p['\n'] = true, true
	return p
}()

// appendText writes a text as XML, for elements and attributes. Excel reads _x000D_ as the character with that number, so a
// text that says this is written with its first _ as one; a carriage return, which XML would make a line end, is one, too.
// Other control characters and what is no character are left out; what is no UTF-8 shows as U+FFFD.
func appendText(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		from := i
		for i < len(s) && plain[s[i]] {
			i++
		}
		dst = append(dst, s[from:i]...)
		if i == len(s) {
			break
		}
		switch c := s[i]; {
		case c == '&':
			dst = append(dst, "&amp;"...)
		case c == '<':
			dst = append(dst, "&lt;"...)
		case c == '>':
			dst = append(dst, "&gt;"...)
		case c == '"':
			dst = append(dst, "&quot;"...)
		case c == '_' && coded(s[i:]):
			dst = append(dst, "_x005F_"...)
		case c == '_':
			dst = append(dst, '_')
		case c == '\r':
			dst = append(dst, "_x000D_"...)
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != 0xfffe && r != 0xffff {
				dst = utf8.AppendRune(dst, r)
			}
			i += n - 1
		}
		i++
	}
	return dst
}

// coded reports whether s begins as _x000D_ does.
func coded(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	for _, c := range []byte(s[2:6]) {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}
