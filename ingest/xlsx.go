package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zip"
	"github.com/zeebo/xxh3"

	"dwtriage/ingest/clock"
	"dwtriage/ingest/secrets"
	"dwtriage/ingest/window"
)

// sampleRows is how many rows of a sheet are looked at for its header: titles may stand above.
const sampleRows = 24

// sampleBytes is how much text of them is kept.
const sampleBytes = 4 << 20

// workbook reads one sheet of a workbook, the one whose columns fit a log best. The others are
// named in the account.
func (r *reader) workbook(c container, z *zip.Reader) error {
	names := strings.Join(c.names, " ")
	if f := r.opt.Format; f != "" && f != "auto" && f != formatXLSX {
		return r.unread(c.path, names, notALog(c.path, "an Excel workbook, not %s: leave the format to be found out", f))
	}
	if r.dmf && !dmfLog(c.path) {
		return r.unread(c.path, names, businessData(c.path))
	}
	if len(z.File) > r.lim.Members {
		return r.tooMany(c.path, names)
	}
	b, err := openWorkbook(r.ctx, z, r.openPart, sheetLimits{cell: r.lim.Cell, record: r.lim.Record, columns: r.lim.Columns})
	if err != nil {
		return r.unread(c.path, names, r.damaged(c.path, "xlsx", err))
	}
	defer b.close()
	r.begin(c.path, names)
	r.w.Reset(r.ctx, bytes.NewReader(nil), window.Options{})
	r.w.Assume(window.UTF8)
	f := &r.file
	f.Format, f.Bytes, f.Encoding = formatXLSX, c.size, window.UTF8
	best, others, err := r.bestSheet(b)
	if err != nil && best == nil {
		if r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		f.Problem = r.damaged(c.path, "xlsx", err)
	} else if best == nil {
		f.Format = ""
		f.Problem = notALog(c.path, "no sheet has a column with the text of an error or a trace (found: %s): needed is %s; export the log with that column", strings.Join(others, "; "), needed)
	} else {
		f.Sheet, f.Sheets = b.sheets[best.sheet].name, others
		if err := r.sheet(b, best); err != nil {
			return err
		}
		if b.problem != nil && f.Problem == nil {
			r.warn(fmt.Sprintf("a part of the workbook is damaged (%v): open it in Excel and save it again if rows are missing", b.problem))
		}
	}
	return r.endWorkbook(c)
}

func (r *reader) openPart(f *zip.File) (io.ReadCloser, error) {
	body, err := f.Open()
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{r.layer("xlsx", body), body}, nil
}

// endWorkbook closes the account of a workbook. Its digest is that of the file itself.
func (r *reader) endWorkbook(c container) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	f := &r.file
	f.Log, f.NoZone = r.kinds.String(), r.clock.Bare
	if f.Problem == nil && !f.Sampled {
		h := xxh3.New()
		at := c.at
		if m, ok := at.(*meterAt); ok {
			at = m.in // was counted when it was read
		}
		if _, err := io.Copy(h, io.NewSectionReader(at, 0, c.size)); err == nil {
			sum := h.Sum128().Bytes()
			f.Digest = fmt.Sprintf("%x", sum)
		}
	}
	if n := r.w.Replaced(); n > 0 {
		r.warn(fmt.Sprintf("%s %s replaced", plural(n, "invalid character"), wereWas(n)))
	}
	r.warnOfTimes()
	r.warnOfColumns()
	r.tell(0)
	return r.b.done(*f)
}

// A sheetTable is a sheet and where in it the log is.
type sheetTable struct {
	*table
	sheet int
	row   int64 // of the header; 0 when there is none
	score int
}

// bestSheet finds the sheet with the most known columns, the first of equals. others says what
// the ones that are not read hold.
func (r *reader) bestSheet(b *workbook) (best *sheetTable, others []string, err error) {
	logical := r.hiddenSheet(b)
	var logs []string // sheets that could have been read
	for i, s := range b.sheets {
		t, found, e := r.sniffSheet(b, i, logical)
		if e != nil && err == nil {
			err = e
		}
		switch {
		case r.ctx.Err() != nil:
			return nil, nil, r.ctx.Err()
		case t == nil && e != nil:
			others = append(others, fmt.Sprintf("sheet %.40q: damaged: %v", s.name, e))
			r.warn(fmt.Sprintf("sheet %.40q is damaged and was not looked at (%v): export the workbook again if it holds a log", s.name, e))
		case t == nil:
			others = append(others, fmt.Sprintf("sheet %.40q: %s", s.name, found))
		case best == nil || t.score > best.score:
			if best != nil {
				logs = append(logs, b.sheets[best.sheet].name)
			}
			best = t
		default:
			logs = append(logs, s.name)
		}
	}
	for _, name := range logs {
		others = append(others, fmt.Sprintf("sheet %.40q: a log, too", name))
	}
	if len(logs) > 0 {
		r.warn(fmt.Sprintf("only the sheet with the most known columns was read (%.40q); others may hold logs, too (%s): save each as a file of its own",
			b.sheets[best.sheet].name, quotedNames(logs)))
	}
	return best, others, err
}

// quotedNames lists the first names of sheets.
func quotedNames(names []string) string {
	var out []string
	for _, name := range names[:min(len(names), 8)] {
		out = append(out, fmt.Sprintf("%.40q", name))
	}
	return strings.Join(out, ", ")
}

// viewerSource is the second sheet of a workbook of the Plugin Trace Viewer: the address of the
// organisation and the query.
func viewerSource(name string) bool {
	return strings.HasPrefix(name, "Plugin Trace Viewer") && strings.HasSuffix(name, "Source")
}

// hiddenSheet reads the sheet that a model-driven app adds to each export: its first cell leads
// from the headings, in the language of the user, to the logical names of the columns.
//
//	plugintracelog:<checksum>:typename=Type%20Name&createdon=…
func (r *reader) hiddenSheet(b *workbook) map[string]string {
	i := slices.IndexFunc(b.sheets, func(s sheet) bool { return s.hidden && s.name == "hiddenSheet" })
	if i < 0 {
		return nil
	}
	rows, err := b.rows(r.ctx, i)
	if err != nil {
		return nil
	}
	defer rows.close()
	cells, err := rows.next()
	if err != nil || len(cells) == 0 || cells[0].long {
		return nil
	}
	parts := strings.SplitN(string(cells[0].text), ":", 3)
	if len(parts) < 3 {
		return nil
	}
	names := make(map[string]string)
	for pair := range strings.SplitSeq(parts[2], "&") {
		name, heading, ok := strings.Cut(pair, "=")
		if heading, err := url.QueryUnescape(heading); ok && err == nil {
			names[strings.TrimSpace(heading)] = name
		}
	}
	return names
}

// sniffSheet looks at the first rows of a sheet for the header of a log; without one, for cells
// with the markers of a log. found says what there is instead.
func (r *reader) sniffSheet(b *workbook, i int, logical map[string]string) (best *sheetTable, found string, err error) {
	s := b.sheets[i]
	switch {
	case viewerSource(s.name):
		return nil, "holds addresses, never read", nil
	case s.hidden && s.name == "hiddenSheet":
		return nil, "names of the columns", nil
	}
	rows, err := b.rows(r.ctx, i)
	if err != nil {
		return nil, "cannot be read", err
	}
	defer rows.close()
	var sample []sheetRow
	room := sampleBytes
	for len(sample) < sampleRows && room > 0 {
		cells, e := rows.next()
		if e != nil {
			if _, ok := e.(rowError); ok {
				continue
			}
			if e != io.EOF {
				err = e
			}
			break
		}
		if len(cells) > 0 {
			sample = append(sample, keepRow(rows, cells, &room))
		}
	}
	found = "empty"
	for _, row := range sample {
		names := row.names()
		for i, v := range names {
			if name, ok := logical[string(bytes.TrimSpace(v))]; ok {
				names[i] = []byte(name)
			}
		}
		if found == "empty" {
			found = headingNames(names)
		}
		t := r.headed(names)
		if t == nil || len(row.cells) < 2 && row.number > 1 {
			continue
		}
		t.headings = headings(row.names())
		if n := t.known()*2 + 1; best == nil || n > best.score {
			best = &sheetTable{table: t, sheet: i, row: row.number, score: n}
		}
	}
	if best == nil {
		best = r.sheetByMarkers(rows, sample, i)
	}
	if best != nil && s.hidden {
		best.score-- // of two alike the one that people see
	}
	return best, found, err
}

// A sheetRow is a row that was kept for a second look.
type sheetRow struct {
	number int64
	cells  []sheetCell
}

// keepRow keeps as much of the texts as there is room for: all cells may name one long shared
// string.
func keepRow(rows *sheetRows, cells []sheetCell, room *int) sheetRow {
	const most = 8 << 10 // enough of a text to know it by
	kept := slices.Clone(cells)
	for i := range kept {
		n := min(len(kept[i].text), most, max(*room, 0))
		*room -= n
		kept[i].text = bytes.Clone(kept[i].text[:n])
	}
	return sheetRow{rows.number, kept}
}

// names are the texts of the cells, by column.
func (row sheetRow) names() [][]byte {
	if len(row.cells) == 0 {
		return nil
	}
	names := make([][]byte, row.cells[len(row.cells)-1].col+1)
	for _, c := range row.cells {
		names[c.col] = c.text
	}
	return names
}

func headings(names [][]byte) []string {
	out := make([]string, len(names))
	for i, v := range names {
		out[i] = string(bytes.TrimSpace(v))
	}
	return out
}

// sheetByMarkers makes a table of a sheet whose headings say nothing but whose cells speak: the
// exported grid of finance and operations, or headings in another language. The first row is no
// header when it has markers itself.
func (r *reader) sheetByMarkers(rows *sheetRows, sample []sheetRow, sheet int) *sheetTable {
	texts := make([][][]byte, len(sample))
	width := 0
	for i, row := range sample {
		texts[i] = row.names()
		width = max(width, len(texts[i]))
	}
	slots, first := markedColumns(texts)
	if first < 0 {
		return nil
	}
	r.otherColumns(rows, sample[first:], slots)
	t := &sheetTable{table: &table{bare: first == 0, marked: true}, sheet: sheet, score: 1}
	t.slots, t.headings = make([]slot, width), make([]string, width)
	if first > 0 {
		t.row = sample[0].number
		copy(t.headings, headings(sample[0].names()))
	} else {
		t.row = sample[0].number - 1
	}
	for col, s := range slots {
		t.slots[col] = s
		t.set |= of(s)
	}
	for i, h := range t.headings {
		if t.slots[i] == slotNone {
			t.slots[i] = r.slotOf([]byte(h))
			t.set |= of(t.slots[i])
		}
		t.secret = t.secret || t.slots[i] == slotSecret
	}
	t.set &^= of(slotNone)
	return t
}

// otherColumns finds the time and the id of a table without known headings: the only column of
// dates that people see, and the hidden first column of GUIDs of a model-driven export.
func (r *reader) otherColumns(rows *sheetRows, sample []sheetRow, slots map[int]slot) {
	dates, ids := make(map[int]int), make(map[int]int)
	for _, row := range sample {
		for _, c := range row.cells {
			if c.date || c.kind == cellISODate {
				dates[c.col]++
			}
			if _, ok := parseGUID(c.text); ok && c.kind == cellText && rows.hidden(c.col) {
				ids[c.col]++
			}
		}
	}
	seen := 0
	time := -1
	for col := range dates {
		if !rows.hidden(col) {
			seen++
			time = col
		}
	}
	if seen == 1 {
		slots[time] = slotTimestamp
	}
	if n := ids[0]; n > 0 && n == len(sample) {
		slots[0] = slotID
	}
}

// A sheetReader reads the rows of one sheet.
type sheetReader struct {
	*reader
	*sheetTable
	date1904 bool
	texts    int64 // bytes of texts so far
}

// sheet reads the rows behind the header. What ends the sheet early is the problem of the file.
func (r *reader) sheet(b *workbook, t *sheetTable) error {
	t.tell(&r.file)
	p := sheetReader{reader: r, sheetTable: t, date1904: b.date1904}
	rows, err := b.rows(r.ctx, t.sheet)
	if err != nil {
		r.file.Problem = r.damaged(r.file.Path, "xlsx", err)
		return r.ctx.Err()
	}
	defer rows.close()
	for {
		cells, err := rows.next()
		if e := r.ctx.Err(); e != nil {
			return e
		}
		if err == io.EOF {
			return nil
		}
		if rows.number <= t.row && err == nil {
			continue
		}
		if sample := r.opt.Sample; sample > 0 && p.texts >= sample {
			r.file.Sampled, r.file.Estimated = true, -1
			return nil
		}
		at := place{row: rows.number, offset: -1, length: -1}
		var bad rowError
		switch {
		case errors.As(err, &bad):
			err = r.reject(at, "", string(bad), "")
		case err != nil:
			r.file.Problem = r.cutSheet(err)
			return nil
		case len(cells) == 0:
			continue
		default:
			err = p.take(cells, at)
		}
		if err != nil {
			return err
		}
	}
}

// cutSheet is the problem of a sheet that cannot be read to its end.
func (r *reader) cutSheet(err error) error {
	f := &r.file
	var l *limitError
	if errors.As(err, &l) {
		return &problem{fmt.Sprintf("%s: %s; the %s rows before it were read", f.Path, l.Error(), thousands(f.Read)), errLimit}
	}
	return &problem{fmt.Sprintf("%s: sheet %.40q cannot be read further (%v): export the workbook again; the %s rows before it were read", f.Path, f.Sheet, err, thousands(f.Read)), err}
}

// take makes a record of the cells of a row.
func (p *sheetReader) take(cells []sheetCell, at place) error {
	p.fresh()
	f := &p.fields
	beyond := false
	for _, c := range cells {
		p.texts += int64(len(c.text))
		s := slotNone
		if c.col < len(p.slots) {
			s = p.slots[c.col]
		} else {
			beyond = beyond || len(bytes.TrimSpace(c.text)) > 0
		}
		switch {
		case s == slotNone || c.kind == cellError:
			continue
		case s == slotSecret:
			p.secretCell(c.text)
			continue
		case c.long:
			return p.reject(at, p.headings[c.col], reasonCell, secrets.Excerpt(c.text))
		}
		f.put(s, p.text(c, s))
	}
	f.set = p.set
	if f.empty() {
		if beyond {
			return p.reject(at, "", reasonManyCells, "")
		}
		return p.reject(at, "", reasonEmpty, "")
	}
	if p.marked && !f.telling() {
		return p.reject(at, "", reasonNoText, "")
	}
	return p.entry(f, at, p.heading)
}

func (p *sheetReader) heading(s slot) string {
	if i := slices.Index(p.slots, s); i >= 0 {
		return p.headings[i]
	}
	return ""
}

// text is the text of a cell for a slot: serial numbers become the dates and times they show.
func (p *sheetReader) text(c sheetCell, s slot) []byte {
	switch c.kind {
	case cellBool:
		if string(c.text) == "1" {
			return []byte("true")
		}
		return []byte("false")
	case cellNumber:
		return p.number(c, s)
	}
	return c.text
}

var timeSlots = of(slotCreated, slotTimestamp, slotTimestampUTC, slotExecStart, slotStartDate, slotStartTime)

func (p *sheetReader) number(c sheetCell, s slot) []byte {
	v, err := strconv.ParseFloat(string(c.text), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 || v > 1e15 {
		return c.text
	}
	days := v
	if p.date1904 {
		days += 1462 // of the other system
	}
	switch {
	case !timeSlots.has(s):
		if v == math.Trunc(v) {
			return strconv.AppendInt(nil, int64(v), 10) // 1.28E2
		}
		return c.text
	case s == slotStartTime && v < 1:
		return clock.Serial(v, false).AppendFormat(nil, "15:04:05.000")
	case days < clock.FirstSerial || days >= clock.LastSerial:
		return c.text
	case s == slotStartDate && v == math.Trunc(v):
		return clock.Serial(v, p.date1904).AppendFormat(nil, "2006-01-02")
	case s == slotStartTime:
		return clock.Serial(v, p.date1904).AppendFormat(nil, "15:04:05.000")
	}
	return clock.Serial(v, p.date1904).AppendFormat(nil, "2006-01-02 15:04:05.000")
}
