package report

import (
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dwtriage/ingest/words"
	"dwtriage/report/redact"
	"dwtriage/report/summary"
)

// A table writes rows of comma-separated values for spreadsheets, see cells.
type table struct {
	w         io.Writer
	plain     bool
	semicolon bool   // parts cells by semicolons, as Excel expects it where a comma parts decimals
	line      []byte // the row so far
	begun     bool   // the row has a cell, which may be empty

	// redacted, unless nil, is whose tokens stand in the table: its last column says which kinds each row has, and they are
	// counted, unless that is done when the rows are written at last.
	redacted *redact.Redactor
	later    bool

	joined []byte // a cell of several values
	err    error
}

func newTable(w io.Writer, plain bool) *table { return &table{w: w, plain: plain} }

// header writes the first row, after the byte order mark that makes Excel read UTF-8.
func (t *table) header(columns ...heading) {
	if !t.plain {
		t.line = append(t.line, "\ufeff"...)
	}
	for _, c := range columns {
		t.text(c.name)
	}
	if t.redacted != nil {
		t.text("redacted")
	}
	t.lineEnd()
}

func (t *table) end() error {
	if t.redacted != nil {
		if !t.later {
			t.redacted.Count(t.line)
		}
		row := len(t.line)
		t.comma()
		t.line = redact.AppendKinds(t.line, t.line[:row])
	}
	return t.lineEnd()
}

func (t *table) lineEnd() error {
	if !t.plain {
		t.line = append(t.line, '\r')
	}
	t.line = append(t.line, '\n')
	if t.err == nil {
		_, t.err = t.w.Write(t.line)
	}
	t.line, t.begun = t.line[:0], false
	return t.err
}

// fail notes an error that no writer made.
func (t *table) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *table) failed() error { return t.err }

func (t *table) comma() {
	if t.begun && t.semicolon {
		t.line = append(t.line, ';')
	} else if t.begun {
		t.line = append(t.line, ',')
	}
	t.begun = true
}

// number writes a figure: bare, so a spreadsheet can add it up.
func (t *table) number(n int64) {
	t.comma()
	t.line = strconv.AppendInt(t.line, n, 10)
}

func (t *table) time(at time.Time) {
	t.comma()
	if !at.IsZero() {
		t.line = at.UTC().AppendFormat(t.line, time.DateTime)
	}
}

func (t *table) list(items []string) {
	if len(items) == 1 { // as nearly always, and nothing to be joined
		t.text(items[0])
		return
	}
	t.text(strings.Join(items, "; "))
}

// pairs writes named values.
func (t *table) pairs(captures []summary.Capture) {
	t.joined = appendPairs(t.joined[:0], captures)
	t.text(string(t.joined))
}

func appendPairs(dst []byte, captures []summary.Capture) []byte {
	for i, c := range captures {
		if i > 0 {
			dst = append(dst, "; "...)
		}
		dst = append(append(append(dst, c.Name...), '='), c.Value...)
	}
	return dst
}

func (t *table) text(s string) {
	t.comma()
	kinds := kindsIn(s)
	if kinds&(careful|apart) != 0 || len(s) > maxCell || s != "" && opens[s[0]] || t.semicolon && kinds&quoted != 0 {
		s = t.cell(s)
		kinds = kindsIn(s)
	}
	if kinds&quoted == 0 && !strings.HasPrefix(s, " ") && !(t.semicolon && kinds&apart != 0) {
		t.line = append(t.line, s...)
		return
	}
	t.line = append(t.line, '"')
	for at := strings.IndexByte(s, '"'); at >= 0; at = strings.IndexByte(s, '"') {
		t.line = append(append(t.line, s[:at+1]...), '"')
		s = s[at+1:]
	}
	t.line = append(append(t.line, s...), '"')
}

// Kinds of bytes: those for which a cell is quoted, and those that only [cell] can judge. Nearly all cells have none of
// these, and one walk over a table of bytes costs a quarter of the questions that cell asks about characters.
const (
	quoted = 1 << iota
	careful
	apart // a program that takes it for the end of a cell or row begins one behind it
)

var kinds = func() (k [256]uint8) {
	for b := range k {
		if b < ' ' && b != '\t' && b != '\n' || b >= 0x7f {
			k[b] = careful
		}
	}
	k[','], k['"'], k['\n'] = quoted, quoted, quoted|apart
	k[';'], k['\t'], k['\r'] = apart, apart, apart|careful
	return k
}()

// opens are the bytes with which a formula, or what a spreadsheet looks through for one, begins.
var opens = func() (f [256]bool) {
	for _, b := range []byte("=+-@ \t\n") {
		f[b] = true
	}
	return f
}()

func kindsIn(text string) (all uint8) {
	for i := range len(text) {
		all |= kinds[text[i]]
	}
	return all
}

// maxCell is the most that Excel keeps of a cell, in UTF-16 units.
const maxCell = 32767

const cutMark = summary.CutMark

// cell makes text safe and whole for a cell: no formula, no control characters, not too long.
func cell(s string) string { return new(table).cell(s) }

// separator is what stands between cells.
func (t *table) separator() byte {
	if t.semicolon {
		return ';'
	}
	return ','
}

func (t *table) cell(s string) string {
	guarded := formula(s)
	s = guardInside(clean(s), t.semicolon)
	if guarded || formula(s) { // a control character may have stood before a tab
		s = "'" + s
	}
	return cutUTF16(s, maxCell)
}

// guardInside puts a ' before what would be a formula in a program that is set to another separator: it does not see the quotes
// around the cell, ends it at a semicolon or tab, and the row at a line end. Points of a list and comments of SQL begin lines
// with - too; without a | they start no other program. The same goes for a program that is set to commas where cells are parted
// by semicolons.
func guardInside(s string, semicolon bool) string {
	var b []byte
	from, open, line, begun := 0, false, false, false // begun: before that the cell is guarded as a whole
	for i, r := range s {
		switch {
		case r == ';' || r == ',' && semicolon || r == '\t' || r == '\n' || r == '\r':
			begun = begun || r == ';' || r == ','
			open, line = true, r == '\n' || r == '\r'
		case begun && !open || r == '"' || unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf):
		default:
			guard := begun && open
			open, begun = false, true
			if guard && strings.ContainsRune(signs, r) && !(line && harmless(s[i:])) {
				b = append(append(b, s[from:i]...), '\'')
				from = i
			}
		}
	}
	if b == nil {
		return s
	}
	return string(append(b, s[from:]...))
}

// harmless reports whether a line is a point of a list, a comment or a line of hyphens.
func harmless(s string) bool {
	line, _, _ := strings.Cut(s[:min(len(s), maxCell)], "\n")
	return (strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "--")) && !strings.Contains(line, "|")
}

// signs begin formulas.
const signs = "=+-@＝＋－＠"

// formula reports whether a spreadsheet could take s for a formula. Characters that show as
// nothing are looked through: some importers drop them first. The full-width signs count
// because East Asian settings of Excel read them as the plain ones.
func formula(s string) bool {
	if s != "" && (s[0] == '\t' || s[0] == '\r') {
		return true
	}
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf) {
			continue
		}
		return strings.ContainsRune(signs, r)
	}
	return false
}

// clean makes s valid UTF-8 with LF line ends, without other control characters than tabs, without what is no character, and
// without what turns the direction of writing or is a tag that nobody sees.
func clean(s string) string {
	if !strings.ContainsFunc(s, foreign) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r != utf8.RuneError && foreign(r):
			return -1
		}
		return r
	}, s)
}

func foreign(r rune) bool {
	return r == utf8.RuneError || r == 0xfffe || r == 0xffff || r != '\t' && r != '\n' && unicode.IsControl(r) || r >= 0x61c && unicode.In(r, unicode.Bidi_Control) || r >= 0xe0000 && r <= 0xe007f
}

// cutUTF16 shortens s to at most limit UTF-16 units, and says so at its end.
func cutUTF16(s string, limit int) string {
	if len(s) <= limit {
		return s // a byte is at most one unit
	}
	units, keep := 0, 0
	for i, r := range s {
		if units <= limit-len([]rune(cutMark)) {
			keep = i
		}
		if units++; r > 0xffff {
			units++
		}
	}
	if units <= limit {
		return s
	}
	return s[:words.End(s, keep)] + cutMark
}

// A CSV writes rows that are not of a report by the rules of its tables: texts are guarded against being taken for
// formulas, made clean and cut to what a spreadsheet keeps. It is plain, without byte order mark and with LF line ends.
// Write to something buffered; the first error of the writer sticks.
type CSV struct{ t *table }

// NewCSV makes a CSV that writes to w.
func NewCSV(w io.Writer) *CSV { return &CSV{newTable(w, true)} }

// Text adds a cell to the row.
func (c *CSV) Text(s string) { c.t.text(s) }

// Number adds a cell that holds the digits of a number, which no spreadsheet takes for a formula.
func (c *CSV) Number(digits string) {
	c.t.comma()
	c.t.line = append(c.t.line, digits...)
}

// End ends the row.
func (c *CSV) End() error { return c.t.end() }
