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

	"dwtriage/ingest/clock"
	"dwtriage/ingest/secrets"
	"dwtriage/ingest/unpack"
	"dwtriage/ingest/window"
	"dwtriage/ingest/words"
	"dwtriage/ingest/xlsx"
)

// mineXLSX never says yes: a workbook is an archive, so it is opened as one (see workbook) and does not get
// here. It only answers whoever asked for a workbook and gave something else.
func (r *file) mineXLSX(asked, walked bool) (func() error, error) {
	if asked {
		return nil, notALog(r.account.Path, "no Excel workbook: leave the format to be found out")
	}
	return nil, nil
}

// workbook reads one sheet of a workbook, the one whose columns fit a log best. The others are
// named in the account.
func (run *run) workbook(c unpack.Member, z *zip.Reader) error {
	names := c.Containers()
	if f := run.opt.Format; f != "" && f != "auto" && f != formatXLSX {
		return run.unread(c.Path, names, notALog(c.Path, "an Excel workbook, not %s: leave the format to be found out", f))
	}
	if c.Marked && !dmfLog(c.Path) {
		return run.unread(c.Path, names, businessData(c.Path))
	}
	if run.met++; run.opt.Originals {
		return run.unread(c.Path, names, noOwnColumns(c.Path, "an Excel workbook"))
	}
	if len(z.File) > run.lim.Members {
		return run.unread(c.Path, names, unpack.TooMany(c.Path, run.lim.Members))
	}
	part := func(f *zip.File) (io.ReadCloser, error) {
		body, err := f.Open()
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{c.Layer("xlsx", body), body}, nil
	}
	b, err := xlsx.Open(run.ctx, z, part, xlsx.Limits{Cell: run.lim.Cell, Record: run.lim.Record, Columns: run.lim.Columns})
	if err != nil {
		return run.unread(c.Path, names, unpack.Damaged(c.Path, "xlsx", err))
	}
	defer b.Close()
	if c.Walked && ownWorkbook(b.Sheets) {
		return run.unread(c.Path, names, ownReport(c.Path))
	}
	r := run.begin(c, bytes.NewReader(nil), window.Options{})
	r.w.Assume(window.UTF8)
	f := &r.account
	f.Format, f.Bytes, f.Encoding = formatXLSX, c.Size, window.UTF8
	best, others, err := r.bestSheet(b)
	if err != nil && best == nil {
		if r.run.ctx.Err() != nil {
			return r.run.ctx.Err()
		}
		f.Problem = unpack.Damaged(c.Path, "xlsx", err)
	} else if best == nil {
		f.Format = ""
		f.Problem = notALog(c.Path, "no sheet has a column with the text of an error or a trace (found: %s): needed is %s; export the log with that column", strings.Join(others, "; "), needed)
	} else {
		f.Sheet, f.Sheets = b.Sheets[best.sheet].Name, others
		if err := r.sheet(b, best); err != nil {
			return err
		}
		if b.Problem != nil && f.Problem == nil {
			r.warn(fmt.Sprintf("a part of the workbook is damaged (%v): open it in Excel and save it again if rows are missing", b.Problem))
		}
	}
	return r.endWorkbook()
}

// endWorkbook closes the account of a workbook. Its digest is that of the file itself.
func (r *file) endWorkbook() error {
	if err := r.run.ctx.Err(); err != nil {
		return err
	}
	f := &r.account
	f.Log, f.NoZone = r.kinds.String(), r.clock.Bare
	if f.Problem == nil && !f.Sampled {
		f.Digest = r.member.Digest()
	}
	if n := r.w.Replaced(); n > 0 {
		r.warn(fmt.Sprintf("%s %s replaced", words.Count(n, "invalid character"), words.Were(n)))
	}
	r.warnOfTimes()
	r.warnOfColumns()
	r.run.tell(0)
	return r.run.b.done(*f)
}

// A sheetTable is a sheet and where in it the log is.
type sheetTable struct {
	table *table
	sheet int
	row   int64 // of the header; 0 when there is none
	score int
}

// bestSheet finds the sheet with the most known columns, the first of equals. others says what
// the ones that are not read hold.
func (r *file) bestSheet(b *xlsx.Workbook) (best *sheetTable, others []string, err error) {
	logical := r.hiddenSheet(b)
	var logs []string // sheets that could have been read
	for i, s := range b.Sheets {
		t, found, e := r.sniffSheet(b, i, logical)
		if e != nil && err == nil {
			err = e
		}
		switch {
		case r.run.ctx.Err() != nil:
			return nil, nil, r.run.ctx.Err()
		case t == nil && e != nil:
			others = append(others, fmt.Sprintf("sheet %.40q: damaged: %v", s.Name, e))
			r.warn(fmt.Sprintf("sheet %.40q is damaged and was not looked at (%v): export the workbook again if it holds a log", s.Name, e))
		case t == nil:
			others = append(others, fmt.Sprintf("sheet %.40q: %s", s.Name, found))
		case best == nil || t.score > best.score:
			if best != nil {
				logs = append(logs, b.Sheets[best.sheet].Name)
			}
			best = t
		default:
			logs = append(logs, s.Name)
		}
	}
	for _, name := range logs {
		others = append(others, fmt.Sprintf("sheet %.40q: a log, too", name))
	}
	if len(logs) > 0 {
		r.warn(fmt.Sprintf("only the sheet with the most known columns was read (%.40q); others may hold logs, too (%s): save each as a file of its own",
			b.Sheets[best.sheet].Name, quotedNames(logs)))
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
func (r *file) hiddenSheet(b *xlsx.Workbook) map[string]string {
	i := slices.IndexFunc(b.Sheets, func(s xlsx.Sheet) bool { return s.Hidden && s.Name == "hiddenSheet" })
	if i < 0 {
		return nil
	}
	rows, err := b.Rows(r.run.ctx, i)
	if err != nil {
		return nil
	}
	defer rows.Close()
	cells, err := rows.Next()
	if err != nil || len(cells) == 0 || cells[0].Long {
		return nil
	}
	parts := strings.SplitN(string(cells[0].Text), ":", 3)
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
func (r *file) sniffSheet(b *xlsx.Workbook, i int, logical map[string]string) (best *sheetTable, found string, err error) {
	s := b.Sheets[i]
	switch {
	case viewerSource(s.Name):
		return nil, "holds addresses, never read", nil
	case s.Hidden && s.Name == "hiddenSheet":
		return nil, "names of the columns", nil
	}
	rows, err := b.Rows(r.run.ctx, i)
	if err != nil {
		return nil, "cannot be read", err
	}
	defer rows.Close()
	var sample []sheetRow
	room := sampleBytes
	for len(sample) < sampleRows && room > 0 {
		cells, e := rows.Next()
		if e != nil {
			if _, ok := e.(xlsx.RowError); ok {
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
	grid := make([]gridRow, len(sample))
	for i, row := range sample {
		grid[i] = gridRow{place{row: row.number}, row.names()}
	}
	known := func(v []byte) []byte {
		if name, ok := logical[string(bytes.TrimSpace(v))]; ok {
			return []byte(name)
		}
		return v
	}
	f, instead := r.find(grid, known, func(slots map[int]slot, first int) { otherColumns(rows, sample[first:], slots) })
	if f == nil {
		return nil, instead, err
	}
	best = &sheetTable{table: f.table, sheet: i, score: f.score}
	if best.row = sample[0].number - 1; f.from > 0 {
		best.row = sample[f.from-1].number
	}
	if s.Hidden {
		best.score-- // of two alike the one that people see
	}
	return best, instead, err
}

// A sheetRow is a row that was kept for a second look.
type sheetRow struct {
	number int64
	cells  []xlsx.Cell
}

// keepRow keeps as much of the texts as there is room for: all cells may name one long shared
// string.
func keepRow(rows *xlsx.Rows, cells []xlsx.Cell, room *int) sheetRow {
	const most = 8 << 10 // enough of a text to know it by
	kept := slices.Clone(cells)
	for i := range kept {
		n := min(len(kept[i].Text), most, max(*room, 0))
		*room -= n
		kept[i].Text = bytes.Clone(kept[i].Text[:n])
	}
	return sheetRow{rows.Number, kept}
}

// names are the texts of the cells, by column.
func (row sheetRow) names() [][]byte {
	if len(row.cells) == 0 {
		return nil
	}
	names := make([][]byte, row.cells[len(row.cells)-1].Column+1)
	for _, c := range row.cells {
		names[c.Column] = c.Text
	}
	return names
}

// otherColumns finds the time and the id of a table without known headings: the only column of
// dates that people see, and the hidden first column of GUIDs of a model-driven export.
func otherColumns(rows *xlsx.Rows, sample []sheetRow, slots map[int]slot) {
	dates, ids := make(map[int]int), make(map[int]int)
	for _, row := range sample {
		for _, c := range row.cells {
			if c.Date || c.Kind == xlsx.ISODate {
				dates[c.Column]++
			}
			if _, ok := parseGUID(c.Text); ok && c.Kind == xlsx.Text && rows.Hidden(c.Column) {
				ids[c.Column]++
			}
		}
	}
	seen := 0
	time := -1
	for col := range dates {
		if !rows.Hidden(col) {
			seen++
			time = col
		}
	}
	if seen == 1 && slots[time] == slotNone {
		slots[time] = slotTimestamp
	}
	if n := ids[0]; n > 0 && n == len(sample) {
		slots[0] = slotID
	}
}

// A sheetReader reads the rows of one sheet.
type sheetReader struct {
	file     *file
	grid     grid
	date1904 bool
	texts    int64 // bytes of texts so far
}

// sheet reads the rows behind the header. What ends the sheet early is the problem of the file.
func (r *file) sheet(b *xlsx.Workbook, t *sheetTable) error {
	t.table.tell(&r.account)
	p := sheetReader{file: r, grid: grid{r, t.table}, date1904: b.Date1904}
	rows, err := b.Rows(r.run.ctx, t.sheet)
	if err != nil {
		r.account.Problem = unpack.Damaged(r.account.Path, "xlsx", err)
		return r.run.ctx.Err()
	}
	defer rows.Close()
	for {
		cells, err := rows.Next()
		if e := r.run.ctx.Err(); e != nil {
			return e
		}
		if err == io.EOF {
			return nil
		}
		if rows.Number <= t.row && err == nil {
			continue
		}
		if sample := r.run.opt.Sample; sample > 0 && p.texts >= sample {
			r.account.Sampled, r.account.Estimated = true, -1
			return nil
		}
		at := place{row: rows.Number, offset: -1, length: -1}
		var bad xlsx.RowError
		switch {
		case errors.As(err, &bad):
			err = r.reject(at, "", string(bad), "")
		case err != nil:
			r.account.Problem = r.cutSheet(err)
			return nil
		case len(cells) == 0:
			continue
		default:
			err = p.take(cells, at)
		}
		if err != nil {
			return err
		}
		if err := r.member.Repeats(p.texts); err != nil {
			r.account.Problem = r.cutSheet(err)
			return nil
		}
	}
}

// cutSheet is the problem of a sheet that cannot be read to its end.
func (r *file) cutSheet(err error) error {
	f := &r.account
	if says, ok := unpack.Limit(err); ok {
		return &problem{fmt.Sprintf("%s: %s; %s", f.Path, says, keptBefore(f.Read, 0)), unpack.ErrLimit}
	}
	return &problem{fmt.Sprintf("%s: sheet %.40q cannot be read further (%v): export the workbook again; %s", f.Path, f.Sheet, err, keptBefore(f.Read, 0)), err}
}

// take makes a record of the cells of a row.
func (p *sheetReader) take(cells []xlsx.Cell, at place) error {
	f := p.grid.begin()
	empty, filled := reasonEmpty, false
	for _, c := range cells {
		filled = filled || len(bytes.TrimSpace(c.Text)) > 0
		p.texts += int64(len(c.Text))
		s := p.grid.slot(c.Column)
		switch {
		case c.Column >= len(p.grid.table.slots) && len(bytes.TrimSpace(c.Text)) > 0:
			empty = reasonManyCells
		case c.Kind == xlsx.Failure || !p.grid.wants(s, c.Text):
		case c.Long:
			return p.file.reject(at, p.grid.table.headings[c.Column], reasonCell, secrets.Excerpt(c.Text))
		default:
			f.put(s, p.cellText(c, s))
		}
	}
	if filled && empty == reasonEmpty {
		empty = reasonNoText
	}
	return p.grid.close(at, empty, func() string { return "" })
}

// cellText is the text of a cell for a slot: serial numbers become the dates and times they show.
func (p *sheetReader) cellText(c xlsx.Cell, s slot) []byte {
	switch c.Kind {
	case xlsx.Bool:
		if string(c.Text) == "1" {
			return []byte("true")
		}
		return []byte("false")
	case xlsx.Number:
		return p.numberCell(c, s)
	}
	return c.Text
}

var timeSlots = of(slotCreated, slotTimestamp, slotTimestampUTC, slotExecStart, slotStartDate, slotStartTime)

func (p *sheetReader) numberCell(c xlsx.Cell, s slot) []byte {
	v, err := strconv.ParseFloat(string(c.Text), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 || v > 1e15 {
		return c.Text
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
		return c.Text
	case s == slotStartTime && v < 1:
		return clock.Serial(v, false).AppendFormat(nil, "15:04:05.000")
	case days < clock.FirstSerial || days >= clock.LastSerial:
		return c.Text
	case s == slotStartDate && v == math.Trunc(v):
		return clock.Serial(v, p.date1904).AppendFormat(nil, "2006-01-02")
	case s == slotStartTime:
		return clock.Serial(v, p.date1904).AppendFormat(nil, "15:04:05.000")
	}
	return clock.Serial(v, p.date1904).AppendFormat(nil, "2006-01-02 15:04:05.000")
}
