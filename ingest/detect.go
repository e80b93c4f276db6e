package ingest

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/clock"
	"dwtriage/ingest/scan"
	"dwtriage/ingest/xlsx"
)

// foreign names the kind of a file that is no text, and says what to do with it; it is empty for any other. Kinds are told by their first bytes and
// named, since "a PDF document" says what to do and "binary data" does not. Two letters are no proof of a
// program: a log may begin with MZ, so there control characters are asked for as well, as of other magic that is all letters.
// UTF-16 is full of zeros and exempt.
func foreign(b []byte, wide bool) (what, advice string) {
	const itself, unpack, table = nameItself, "unpack it, and name what it holds", saveTable
	for _, m := range []struct{ magic, name, advice string }{
		{"\x89PNG\r\n", "a PNG image", itself},
		{"%PDF-", "a PDF document", itself},
		{"\xff\xd8\xff", "a JPEG image", itself},
		{"GIF8", "a GIF image", itself},
		{"\x7fELF", "a program", itself},
		{"MZ", "a program", itself},
		{"ElfFile\x00", "a Windows event log (.evtx)", "open it in the event viewer, and save its events as XML"},
		{"7z\xbc\xaf\x27\x1c", "a 7z archive", unpack},
		{"Rar!\x1a\x07", "a rar archive", unpack},
		{"MSCF\x00\x00\x00\x00", "a cabinet archive (.cab)", unpack},
		{"\x04\x22\x4d\x18", "a file packed with lz4", unpack},
		{"\x1f\x9d", "a file packed with compress (.Z)", unpack},
		{"PAR1", "a Parquet file", table},
		{"ORC", "an ORC file", table},
		{"Obj\x01", "an Avro file", table},
		{"SQLite format 3\x00", "an SQLite database", table},
		{"\x00\x01\x00\x00Standard ", "an Access database", table},
		{"!BDN", "an Outlook data file (.pst, .ost)", "save what is attached to its messages, and name that"},
	} {
		if bytes.HasPrefix(b, []byte(m.magic)) && (bytes.ContainsFunc([]byte(m.magic), notLetter) || controls(b)) {
			return m.name, m.advice
		}
	}
	switch {
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) && bytes.Contains(b, encryptedPackage):
		return "an Office document with a password", "open it, and save it as .xlsx without one"
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) && bytes.Contains(b, outlookMessage):
		return "an Outlook message (.msg)", "save what is attached to it, and name that"
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")): // its directory may lie further behind
		return "an old Office document (.xls, .doc, .msg), or one with a password", "open it, and save it as .xlsx without one"
	case !wide && controls(b):
		return "binary data", itself
	}
	return "", ""
}

// nameItself and saveTable are the advice of foreign for what holds no log; any other one is for what may. Tables of other programs hold none as a rule: dwtriage's own
// parts and what it exports are Parquet files, and lie beside logs.
const (
	nameItself = "name the exported file itself"
	saveTable  = "save its table as CSV UTF-8 if it is a log, and name that"
)

// encryptedPackage is the name, in UTF-16, of the stream that holds a document with a password ([MS-OFFCRYPTO] 2.3.4.4).
var encryptedPackage = []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")

// outlookMessage is how the names of its properties begin, in UTF-16 ([MS-OXMSG] 2.2.3).
var outlookMessage = []byte("_\x00_\x00n\x00a\x00m\x00e\x00i\x00d\x00")

func notLetter(c rune) bool { return !unicode.IsLetter(c) }

// ownTables are how the tables of a report of dwtriage start, and ownPage is how the title of its page ends.
var ownTables = []string{
	"change,signature,title,map,", "where,map,dataverse_table,", "map,dataverse_table,fno_entity,company,signature,", "rank,signature,title,severity,", "onset,end,going_on,records,",
	"table,map,key_column,key,", "where,record_id,file,row,", "record_id,file,row,byte_offset,occurred_at,", "file,row,byte_offset,column,reason,", "order,map,key,company,records,",
	"template_id,template,records,", "record_id,name,value,", "file,column,type,meaning,",
}

const ownPage = "– dwtriage</title>"

// ownSheets are sheets that the workbook of a report has, also when somebody saved it again.
var ownSheets = []string{"read_me", "failing_entities", "records", "unclassified"}

// ownLog is how lines of a --log-file begin.
var ownLog = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z dwtriage\[\d+\]: `)

// own reports whether b is the start of a file that dwtriage itself wrote. Its reports quote the errors of a log, so they look
// like one; read as logs, each error would be counted once more with every night.
func own(b []byte) bool {
	line, _, _ := bytes.Cut(b[:min(len(b), 512)], []byte("\n"))
	line = bytes.ReplaceAll(line, []byte(";"), []byte(","))
	for _, start := range ownTables {
		if bytes.HasPrefix(line, []byte(start)) {
			return true
		}
	}
	head := b[:min(len(b), 2048)]
	if ownLog.Match(head) {
		return true
	}
	if bytes.HasPrefix(head, []byte(`{"dwtriage_last":`)) { // what the last report of a database said
		return true
	}
	if bytes.HasPrefix(head, []byte("{")) {
		return bytes.Contains(head, []byte(`"run_id":`)) && (bytes.Contains(head, []byte(`"tool_version":`)) || bytes.Contains(head, []byte(`"sha256":`)))
	}
	return bytes.HasPrefix(head, []byte("<!doctype html>")) && bytes.Contains(head, []byte(ownPage))
}

// ownWorkbook reports whether a workbook is the one of a report.
func ownWorkbook(sheets []xlsx.Sheet) bool {
	for _, name := range ownSheets {
		if !slices.ContainsFunc(sheets, func(s xlsx.Sheet) bool { return s.Name == name }) {
			return false
		}
	}
	return true
}

// controls reports whether b holds more control characters than a text with a few damaged places does: more
// than one in fifty beside eight of grace, or one in five of a short text.
func controls(b []byte) bool {
	b = bytes.TrimRight(b[:min(len(b), 8192)], "\x00") // a crash leaves a block of them behind
	n := 0
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b && c != 0x1a || c == 0x7f {
			n++
		}
	}
	return n*50 > len(b)+400 || n*5 > len(b)
}

// looksJSON reports whether b starts like JSON: by two signs and not one, for "[ERROR] …" is the line of a
// log and "{0}" a placeholder in a message.
func looksJSON(b []byte) bool {
	next := b[1:]
	next = next[ascii.Blanks(next):]
	if len(next) == 0 {
		return b[0] == '{' || b[0] == '['
	}
	switch b[0] {
	case '{':
		return next[0] == '"' || next[0] == '}'
	case '[':
		return next[0] == '{' || next[0] == '"' || next[0] == ']' || next[0] == '['
	}
	return false
}

// knownJSON looks through the keys in b for those of a log, and lists the first ones met. It goes from
// string to string and does not parse: the block may end anywhere, the first value may be broken, and all
// that matters is which words stand before a colon. Keys at any depth count, as entries may be nested.
func knownJSON(b []byte) (keys string, ok bool) {
	var met []string
	var set, columns slotSet
	query, entries, others := false, false, false
	for i := 0; ; {
		k := bytes.IndexByte(b[i:], '"')
		if k < 0 {
			break
		}
		i += k
		n, whole := scan.String(b[i:])
		if !whole {
			break
		}
		key := b[i+1 : i+n-1]
		i += n
		j := i + ascii.Blanks(b[i:])
		if j == len(b) || b[j] != ':' {
			continue
		}
		switch string(key) {
		case "tables":
			query = true
		case "name":
			// Of a query's answer the columns are values.
			if j += 1 + ascii.Blanks(b[j+1:]); query && j < len(b) && b[j] == '"' {
				if n, whole := scan.String(b[j:]); whole {
					columns |= of(slotOf(b[j+1:j+n-1])) &^ of(slotNone)
				}
			}
		case "rows":
			if query && columns.known() {
				return "", true
			}
		}
		if s := slotOf(key); s != slotNone && bytes.IndexByte(key, '@') < 0 {
			set |= of(s)
		}
		switch value := b[j+1:]; {
		case string(key) == "value" && bytes.HasPrefix(value[ascii.Blanks(value):], []byte("[")):
			entries = true
		case !bytes.HasPrefix(key, []byte("@")): // @odata.context, @odata.count, @Microsoft.Dynamics.CRM.totalrecordcount
			others = true
		}
		if set.known() || recordErrorKey(key) || string(key) == "recordResponses" {
			return "", true
		}
		if len(met) < 8 && len(key) < 60 {
			met = append(met, fmt.Sprintf("%.30q", key))
		}
	}
	if len(met) == 0 {
		b = bytes.TrimSpace(b)
		return "none", len(b) > 0 && looksJSON(b) && bytes.IndexByte(b, '"') < 0
	}
	keys = strings.Join(met, ", ")
	return keys, entries && !others || keys == `"@odata.context", "value"` // an answer without entries, or with a text that holds them
}

// sniffTable looks for a header row at the start of the window. Without a known one it returns the headings
// of what is a table all the same, or nothing when it is none.
//
// Headers are looked for as they are: cut at each delimiter in turn, the one counts under which the most
// columns are known. Counting delimiters instead goes wrong where texts hold more commas than the table has
// semicolons, and the first row alone is not asked, because titles stand above it. A line "sep=;", which
// Excel writes for itself, settles the delimiter. What has no known heading may speak through its cells
// (byMarks).
func (r *file) sniffTable() (best *table, foundHeadings string) {
	w := r.w
	// A header of thousands of columns is longer than a block.
	for bytes.IndexByte(w.Rest(), '\n') < 0 && len(w.Rest()) <= r.run.lim.Record && w.More() {
	}
	b := w.Rest()
	commas, skip := []byte{',', ';', '\t', '|'}, 0
	defer w.Uncounted()() // they are, when the rows are read
	if line, _, ok := bytes.Cut(b, []byte("\n")); ok {
		if c := bytes.Trim(line, "\"\r "); len(c) == 5 && ascii.IndexFold(c, "sep=") == 0 {
			commas, skip = c[4:], len(line)+1
		}
	}
	most := 0
	for _, comma := range commas {
		if t, n := r.header(b, skip, comma); t != nil && n > most {
			best, most = t, n
		}
	}
	if best != nil {
		return best, ""
	}
	for _, comma := range commas[:min(len(commas), 3)] {
		if t := r.eventTable(b, skip, comma); t != nil {
			return t, ""
		}
		if comma == ';' && referenced(firstLine(b[skip:])) {
			continue // no delimiter but the end of "&lt;"
		}
		if rows := sample(b, skip, comma, w.EOF(), r.run.lim.Columns); rows != nil {
			if t := r.delimited(b, rows, comma, skip); t != nil {
				return t, ""
			}
			if slices.ContainsFunc(rows[0], func(c scan.Cell) bool { return spoken(b[c.Start:c.End], len(rows) == 1) }) {
				continue // a message, no headings
			}
			return nil, r.headingList(b, rows[0])
		}
	}
	return nil, ""
}

// spoken reports whether a cell is part of a message and no heading. Of the only row of a file, which heads
// nothing, it is enough that somebody says something of an error there.
func spoken(cell []byte, only bool) bool {
	return marked(cell) || holdsAny(cell, platformWords) || only && bytes.Contains(cell, []byte(": ")) && telling(bytes.TrimLeft(cell, " "))
}

// eventTable recognises what Event Viewer saves as CSV: five headings, in the language of the
// machine, and rows of six cells, for the description has no heading.
func (r *file) eventTable(b []byte, skip int, comma byte) *table {
	var head, row scan.CSV
	if head.Scan(b[skip:], r.w.EOF(), comma, false, 0) != scan.Done || len(head.Cells) != 5 {
		return nil
	}
	rest := b[skip+head.Length:]
	if row.Scan(rest, r.w.EOF(), comma, false, 0) != scan.Done || len(row.Cells) != 6 {
		return nil
	}
	at := func(i int) []byte { return rest[row.Cells[i].Start:row.Cells[i].End] }
	if _, n := clock.Line(at(1)); n == 0 || !ascii.Digits(at(3)) {
		return nil
	}
	t := &table{comma: comma, skip: skip + head.Length, slots: []slot{slotLevel, slotTimestamp, slotNone, slotNone, slotNone, slotDetailed}}
	t.set = of(slotLevel, slotTimestamp, slotDetailed)
	for _, c := range head.Cells {
		t.headings = append(t.headings, string(bytes.TrimSpace(r.w.Text(&r.row.arena, b[skip+c.Start:skip+c.End]))))
	}
	t.headings = append(t.headings, "")
	return t
}

// header finds the first known header row among the first rows, and how many of its columns are known.
// Titles, blank lines and PowerShell's #TYPE may stand before it; behind twelve rows there are no titles any
// more. A header of one column counts in the first row only, for further down it is a word of a text.
func (r *file) header(b []byte, skip int, comma byte) (*table, int) {
	const rows = 12
	s := scan.CSV{Most: r.run.lim.Columns}
	for i, at := 0, skip; i < rows; i++ {
		st := s.Scan(b[at:], r.w.EOF(), comma, false, 0)
		if len(s.Cells) > r.run.lim.Columns {
			if i == 0 && headingLike(b[at:], s.Cells[:min(20, len(s.Cells))]) {
				r.wide = len(s.Cells)
			}
			return nil, 0
		}
		if st != scan.Done {
			return nil, 0
		}
		line := b[at : at+s.Length]
		at += s.Length
		if comma == '|' && separator(firstLine(b[at:])) {
			return nil, 0 // a table of Markdown, which may stand in a text
		}
		if t := r.tableOf(line, s.Cells, comma); t != nil && (len(s.Cells) > 1 || i == 0 || bytes.HasPrefix(b, []byte("#TYPE"))) {
			t.skip = at
			return t, t.known()
		}
		if at == len(b) {
			break
		}
	}
	return nil, 0
}

// tableOf takes cells as a header row; nil when too few of them are known. A single cell with a colon is a
// line of a text: "Error: …" would be a column with that name.
func (r *file) tableOf(b []byte, cells []scan.Cell, comma byte) *table {
	if len(cells) == 1 && bytes.IndexByte(b[cells[0].Start:cells[0].End], ':') >= 0 {
		return nil
	}
	names := make([][]byte, len(cells))
	for i, c := range cells {
		names[i] = r.w.Text(&r.row.arena, b[c.Start:c.End])
	}
	t := r.headed(names)
	if t != nil {
		t.comma = comma
	}
	return t
}

// headingLike reports whether cells may be headings: short, no sentences, each with a letter.
func headingLike(b []byte, cells []scan.Cell) bool {
	return !slices.ContainsFunc(cells, func(c scan.Cell) bool {
		v := bytes.TrimSpace(b[c.Start:c.End])
		return sentenceLike(v) || !slices.ContainsFunc(v, ascii.Letter)
	})
}

// sentenceLike reports whether a cell is too long for a heading, or has too many words. Those in parentheses before the others are not
// counted: Dataverse puts "(Do Not Modify)" before the ids of its exports, in the language of the user, in which both parts may have more words.
func sentenceLike(v []byte) bool {
	words := v
	if end := bytes.IndexByte(v, ')'); end > 0 && v[0] == '(' {
		words = bytes.TrimSpace(v[end+1:])
	}
	return len(v) > 80 || len(words) > 60 || bytes.Count(words, []byte(" ")) > 5
}

// sample cuts the first rows with this delimiter. It returns nothing unless they look like a table: several
// columns, the same number in each row, and headings that are no sentences. Prose has commas, too, but not
// the same number in each line.
func sample(b []byte, skip int, comma byte, eof bool, columns int) [][]scan.Cell {
	const most = 24
	var rows [][]scan.Cell
	for at := skip; len(rows) < most && at < len(b); {
		at += scan.BlankLines(b[at:])
		s := scan.CSV{Most: columns}
		if s.Scan(b[at:], eof, comma, false, 0) != scan.Done || s.Length == 0 {
			break
		}
		for i := range s.Cells {
			s.Cells[i].Start += at
			s.Cells[i].End += at
		}
		at += s.Length
		if len(s.Cells) < 2 || len(s.Cells) > columns || len(rows) > 0 && len(s.Cells) != len(rows[0]) {
			return nil
		}
		rows = append(rows, s.Cells)
	}
	if len(rows) == 0 {
		return nil
	}
	for _, c := range rows[0] {
		v := bytes.TrimSpace(b[c.Start:c.End])
		if !marked(v) && (bytes.HasSuffix(v, []byte(".")) || sentenceLike(v)) {
			return nil
		}
	}
	return rows
}

// delimited makes a table of rows by the marks in their cells, times among the rest of them.
func (r *file) delimited(b []byte, rows [][]scan.Cell, comma byte, skip int) *table {
	texts := make([]gridRow, len(rows))
	quoted := false
	for i, cells := range rows {
		for _, c := range cells {
			texts[i].texts = append(texts[i].texts, b[c.Start:c.End])
			quoted = quoted || i == 0 && c.Start > 0 && b[c.Start-1] == '"'
		}
	}
	for k, text := range texts[0].texts {
		texts[0].texts[k] = r.w.Text(&r.row.arena, text)
	}
	f := r.byMarks(texts, func(slots map[int]slot, first int) {
		for k, text := range texts[first].texts {
			if _, isTime := r.clock.Parse(text); slots[k] == slotNone && isTime {
				slots[k] = slotTimestamp
			}
		}
	})
	if f == nil || f.table.bare && comma != '\t' && !quoted {
		return nil // a message with commas in it
	}
	t := f.table
	t.comma, t.skip = comma, skip
	if !t.bare {
		var header scan.CSV
		t.skip += scan.BlankLines(b[skip:])
		header.Scan(b[t.skip:], r.w.EOF(), comma, false, 0)
		t.skip += header.Length
	}
	return t
}

// headingList lists headings as they were exported, for a person to find them in the file.
func (r *file) headingList(b []byte, cells []scan.Cell) string {
	var names [][]byte
	for _, c := range cells[:min(8, len(cells))] {
		names = append(names, r.w.Text(&r.row.arena, b[c.Start:c.End]))
	}
	return headingNames(names)
}
