package report

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"

	"dwtriage/classify"
	"dwtriage/report/summary"
)

// Ahead draws rows of records.csv and captures.csv while their records are loaded. Written afterwards they have to be read back from
// the archive, which for three million records took as long as all the rest of the run.
//
// Rows wait in a file until the report is drawn, for only then it is known which of them are listed. Rows of records that
// an earlier run had loaded are read from the archive and take their places among them. Where not all of these are
// listed either, or a file did not hold its rows in the order of records.csv, or the disk had no room for them, records.csv
// is drawn from the archive as it is without an Ahead: a nil one draws and keeps nothing.
type Ahead struct {
	drawers sync.Pool // *drawer
	drawn   sync.Pool // *Rows to be used again: a batch has megabytes of them
	spill   func() (*os.File, error)

	file   *os.File
	w      *bufio.Writer
	rows   int64 // waiting
	size   int64 // of the file
	files  []waiting
	met    map[string]bool // the names of files
	last   place
	gaveUp atomic.Bool // read by those who draw, too
}

// waiting is the rows of one file of the run, and where they stand in the file of Ahead.
type waiting struct {
	name     string
	from, to int64
}

// A place is what records.csv is ordered by, within a file.
type place struct {
	row, offset int64
	id          string
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.row, q.row), cmp.Compare(p.offset, q.offset), cmp.Compare(p.id, q.id))
}

// NewAhead is for one run in this environment, whose batches m classified. spill makes the file that rows wait in, when
// the first ones come; Close closes and removes it.
func NewAhead(environment string, m *classify.Matcher, opt Options, spill func() (*os.File, error)) *Ahead {
	a := &Ahead{spill: spill, met: make(map[string]bool)}
	a.drawers.New = func() any {
		t := opt.table(nil)
		t.later = true
		return &drawer{from: summary.NewLoading(environment, m), table: t}
	}
	a.drawn.New = func() any { return &Rows{} }
	return a
}

// Rows are the rows of records.csv of one batch, each with those of captures.csv behind it.
type Rows struct {
	text []byte
	list []drawnRow
}

type drawnRow struct {
	at      int // in the batch
	mid     int // where its rows of captures.csv begin
	end     int // of its text; it begins where the one before ends
	finding uint64
	file    string
	place
}

// Write takes the text of a table.
func (r *Rows) Write(text []byte) (int, error) {
	r.text = append(r.text, text...)
	return len(text), nil
}

// drawer is what draws a batch.
type drawer struct {
	from  *summary.Loading
	table *table
	shown summary.RedactedRecord
}

// Draw draws the rows of the failing records of a classified batch, which must stay until they are kept. It may be
// called by several goroutines at once.
func (a *Ahead) Draw(records arrow.RecordBatch) *Rows {
	if a == nil || a.gaveUp.Load() {
		return nil
	}
	d := a.drawers.Get().(*drawer)
	defer a.drawers.Put(d)
	rows := a.drawn.Get().(*Rows)
	rows.text, rows.list = rows.text[:0], rows.list[:0]
	d.table.w = rows
	d.from.EachFailing(records, func(i int, r *summary.Record, finding uint64) {
		row := r
		if d.table.redacted != nil {
			row = d.shown.Of(d.table.redacted, r)
		}
		drawRow(d.table, recordColumns, row)
		mid := len(rows.text)
		drawCaptured(d.table, row)
		rows.list = append(rows.list, drawnRow{i, mid, len(rows.text), finding, r.File, place{r.Row, r.ByteOffset, r.RecordID}})
	})
	return rows
}

// Keep keeps the rows of the records that are loaded, by their numbers in the batch, and takes rows over. It is called in
// the order in which batches are loaded. The first fault ends the collecting for the run.
func (a *Ahead) Keep(rows *Rows, loaded []bool) {
	if a == nil || rows == nil {
		return
	}
	defer a.drawn.Put(rows)
	begin := 0
	for i := range rows.list {
		r := &rows.list[i]
		if record, captures := rows.text[begin:r.mid], rows.text[r.mid:r.end]; loaded[r.at] && !a.gaveUp.Load() && !a.keep(r, record, captures) {
			a.giveUp()
		}
		begin = r.end
	}
}

// giveUp gives the room on the disk back: the database may need it.
func (a *Ahead) giveUp() {
	a.gaveUp.Store(true)
	a.Close()
}

// rowHead is what stands before a row that waits: the number of its finding, its place, its length and that of its rows of
// captures.csv, which follow it.
const (
	rowHead = 32 + idBytes
	idBytes = 36
)

// keep reports whether the row waits now: it does where it comes in the order of records.csv, and where there is room.
func (a *Ahead) keep(r *drawnRow, record, captures []byte) bool {
	n := len(a.files)
	switch {
	case n == 0 || a.files[n-1].name != r.file:
		if a.met[r.file] || n == 0 && !a.begin() {
			return false
		}
		name := strings.Clone(r.file)
		a.met[name] = true
		a.files = append(a.files, waiting{name, a.size, a.size})
	case a.last.compare(r.place) >= 0:
		return false
	}
	a.last = r.place
	var head [rowHead]byte
	binary.LittleEndian.PutUint64(head[:], r.finding)
	binary.LittleEndian.PutUint64(head[8:], uint64(r.row))
	binary.LittleEndian.PutUint64(head[16:], uint64(r.offset))
	binary.LittleEndian.PutUint32(head[24:], uint32(len(record)))
	binary.LittleEndian.PutUint32(head[28:], uint32(len(captures)))
	copy(head[32:], r.id)
	a.w.Write(head[:])
	a.w.Write(record)
	a.rows++
	a.size += int64(rowHead + len(record) + len(captures))
	a.files[len(a.files)-1].to = a.size
	_, err := a.w.Write(captures) // of all of it: an error of the writer sticks
	return err == nil
}

func (a *Ahead) begin() bool {
	var err error
	if a.file, err = a.spill(); err != nil {
		return false
	}
	a.w = bufio.NewWriterSize(a.file, 1<<18)
	return true
}

// drawRecords draws records.csv, of the rows that wait where all of them do.
func (a *Ahead) drawRecords(t *table, s *summary.Summary) error {
	if !a.has(s) || !a.flushed() {
		return drawRecords(t, s)
	}
	header(t, recordColumns)
	return a.draw(t, s, (*rowReader).record, func(r *summary.Record) error { return drawRow(t, recordColumns, r) })
}

// drawCaptures draws captures.csv, of the rows that wait where all of them do.
func (a *Ahead) drawCaptures(t *table, s *summary.Summary) error {
	if !a.has(s) || !a.flushed() {
		return drawCaptures(t, s)
	}
	header(t, captureColumns)
	return a.draw(t, s, (*rowReader).captures, func(r *summary.Record) error { return drawCaptured(t, r) })
}

// flushed reports whether what waits is in the file, all of it.
func (a *Ahead) flushed() bool { return a.w == nil || a.w.Flush() == nil }

// has reports whether all rows of s wait, or those that do not are of records that an earlier run had loaded.
func (a *Ahead) has(s *summary.Summary) bool {
	known := s.Known == 0 || s.Listed == s.Failing && s.Redacted == nil // what is hidden does not say where it belongs
	return a != nil && !a.gaveUp.Load() && a.rows+s.Known == s.Failing && known
}

// draw writes what there is of the records that s lists: the texts that wait, and rows of records that an earlier run had loaded.
func (a *Ahead) draw(t *table, s *summary.Summary, text func(*rowReader) []byte, known func(*summary.Record) error) error {
	slices.SortFunc(a.files, func(f, g waiting) int { return strings.Compare(f.name, g.name) })
	r := &rowReader{of: a, listed: s.Lister(), copied: text}
	if err := r.next(); err != nil {
		return err
	}
	if s.Known > 0 {
		if err := s.EachKnown(func(record *summary.Record) error {
			if err := r.copyUntil(t, func() bool { return r.behind(record) }); err != nil {
				return err
			}
			return known(record)
		}); err != nil {
			return err
		}
	}
	return r.copyUntil(t, func() bool { return false })
}

// rowReader reads the rows that wait, file by file.
type rowReader struct {
	of     *Ahead
	copied func(*rowReader) []byte // the text that is written
	listed func(finding uint64) bool
	file   int // of the next row
	in     *bufio.Reader
	ended  bool
	head   [rowHead]byte
	text   []byte // with line ends, as it was drawn: the row and its rows of captures.csv
}

func (r *rowReader) record() []byte   { return r.text[:binary.LittleEndian.Uint32(r.head[24:])] }
func (r *rowReader) captures() []byte { return r.text[binary.LittleEndian.Uint32(r.head[24:]):] }

// next reads the next row.
func (r *rowReader) next() error {
	for {
		if r.in == nil {
			if r.ended = r.file == len(r.of.files); r.ended {
				return nil
			}
			f := r.of.files[r.file]
			r.in = bufio.NewReaderSize(io.NewSectionReader(r.of.file, f.from, f.to-f.from), 1<<18)
		}
		_, err := io.ReadFull(r.in, r.head[:])
		if err == io.EOF {
			r.in = nil
			r.file++
			continue
		}
		if err == nil {
			n := int(binary.LittleEndian.Uint32(r.head[24:]) + binary.LittleEndian.Uint32(r.head[28:]))
			r.text = slices.Grow(r.text[:0], n)[:n]
			_, err = io.ReadFull(r.in, r.text)
		}
		return err
	}
}

// behind reports whether the next row comes behind that of a record.
func (r *rowReader) behind(known *summary.Record) bool {
	if c := strings.Compare(r.of.files[r.file].name, known.File); c != 0 {
		return c > 0
	}
	at := place{int64(binary.LittleEndian.Uint64(r.head[8:])), int64(binary.LittleEndian.Uint64(r.head[16:])), string(r.head[32:])}
	return at.compare(place{known.Row, known.ByteOffset, known.RecordID}) > 0
}

// copyUntil writes the rows that are listed, up to one that stop asks to stop before.
func (r *rowReader) copyUntil(t *table, stop func() bool) error {
	for !r.ended && !stop() {
		if r.listed(binary.LittleEndian.Uint64(r.head[:])) && t.err == nil {
			text := r.copied(r)
			if t.redacted != nil {
				t.redacted.Count(text)
			}
			_, t.err = t.w.Write(text)
		}
		if err := cmp.Or(t.err, r.next()); err != nil {
			return err
		}
	}
	return t.err
}

// Close closes and removes the file.
func (a *Ahead) Close() error {
	if a == nil || a.file == nil {
		return nil
	}
	file := a.file
	a.file = nil
	return errors.Join(file.Close(), os.Remove(file.Name()))
}
