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

	"github.com/apache/arrow-go/v18/arrow"

	"dwtriage/classify"
	"dwtriage/report/summary"
)

// Ahead draws rows of records.csv while their records are loaded. Written afterwards they have to be read back from
// the archive, which for three million records took as long as all the rest of the run.
//
// Rows wait in a file until the report is drawn, for only then it is known which of them are listed. Where they are not
// all there are (records that an earlier run had loaded), or a file did not hold them in the order of records.csv, or
// the disk had no room for them, records.csv is drawn from the archive as it is without an Ahead: a nil one draws and
// keeps nothing.
type Ahead struct {
	drawers sync.Pool // *drawer
	drawn   sync.Pool // *Rows to be used again: a batch has megabytes of them
	spill   func() (*os.File, error)

	file    *os.File
	w       *bufio.Writer
	err     error
	rows    int64 // waiting
	size    int64 // of the file
	files   []waiting
	met     map[string]bool // the names of files
	last    place
	misfits bool // rows that do not come in the order of records.csv
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
		return &drawer{summary.NewLoading(environment, m), newTable(nil, opt.PlainCSV)}
	}
	a.drawn.New = func() any { return &Rows{} }
	return a
}

// Rows are the rows of records.csv of one batch.
type Rows struct {
	text []byte
	list []drawnRow
}

type drawnRow struct {
	at      int // in the batch
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
}

// Draw draws the rows of the failing records of a classified batch, which must stay until they are kept. It may be
// called by several goroutines at once.
func (a *Ahead) Draw(records arrow.RecordBatch) *Rows {
	if a == nil {
		return nil
	}
	d := a.drawers.Get().(*drawer)
	defer a.drawers.Put(d)
	rows := a.drawn.Get().(*Rows)
	rows.text, rows.list = rows.text[:0], rows.list[:0]
	d.table.w = rows
	d.from.EachFailing(records, func(i int, r *summary.Record, finding uint64) {
		drawRow(d.table, recordColumns, r)
		rows.list = append(rows.list, drawnRow{i, len(rows.text), finding, r.File, place{r.Row, r.ByteOffset, r.RecordID}})
	})
	return rows
}

// Keep keeps the rows of the records that are loaded, by their numbers in the batch, and takes rows over. It is called in
// the order in which batches are loaded.
func (a *Ahead) Keep(rows *Rows, loaded []bool) {
	if a == nil {
		return
	}
	defer a.drawn.Put(rows)
	begin := 0
	for i := range rows.list {
		r := &rows.list[i]
		if text := rows.text[begin:r.end]; loaded[r.at] && a.usable() {
			a.keep(r, text)
		}
		begin = r.end
	}
}

// usable reports whether rows are still collected. The first fault ends that for the run.
func (a *Ahead) usable() bool {
	if a.file == nil && a.err == nil {
		if a.file, a.err = a.spill(); a.err == nil {
			a.w = bufio.NewWriterSize(a.file, 1<<18)
		}
	}
	return a.err == nil && !a.misfits
}

// rowHead is what stands before a row that waits: the number of its finding and its length.
const rowHead = 12

func (a *Ahead) keep(r *drawnRow, text []byte) {
	n := len(a.files)
	switch {
	case n == 0 || a.files[n-1].name != r.file:
		if a.misfits = a.met[r.file]; a.misfits {
			return
		}
		name := strings.Clone(r.file)
		a.met[name] = true
		a.files = append(a.files, waiting{name, a.size, a.size})
	case a.last.compare(r.place) >= 0:
		a.misfits = true
		return
	}
	a.last = r.place
	var head [rowHead]byte
	binary.LittleEndian.PutUint64(head[:], r.finding)
	binary.LittleEndian.PutUint32(head[8:], uint32(len(text)))
	a.w.Write(head[:])
	if _, a.err = a.w.Write(text); a.err != nil {
		return
	}
	a.rows++
	a.size += int64(rowHead + len(text))
	a.files[len(a.files)-1].to = a.size
}

// drawRecords draws records.csv, of the rows that wait where all of them do.
func (a *Ahead) drawRecords(t *table, s *summary.Summary) error {
	if a.has(s) {
		return a.draw(t, s)
	}
	return drawRecords(t, s)
}

// has reports whether all rows of s wait.
func (a *Ahead) has(s *summary.Summary) bool {
	return a != nil && a.err == nil && !a.misfits && a.rows == s.Failing
}

// draw writes the rows that s lists.
func (a *Ahead) draw(t *table, s *summary.Summary) error {
	header(t, recordColumns)
	if a.w != nil {
		if err := a.w.Flush(); err != nil {
			return err
		}
	}
	slices.SortFunc(a.files, func(f, g waiting) int { return strings.Compare(f.name, g.name) })
	listed := s.Lister()
	for _, f := range a.files {
		if err := copyRows(t, io.NewSectionReader(a.file, f.from, f.to-f.from), listed); err != nil {
			return err
		}
	}
	return t.err
}

// copyRows writes the rows that are listed, each with its line end as it was drawn.
func copyRows(t *table, from io.Reader, listed func(finding uint64) bool) error {
	r := bufio.NewReaderSize(from, 1<<18)
	var head [rowHead]byte
	var row []byte
	for {
		if _, err := io.ReadFull(r, head[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		n := int(binary.LittleEndian.Uint32(head[8:]))
		if !listed(binary.LittleEndian.Uint64(head[:])) {
			if _, err := r.Discard(n); err != nil {
				return err
			}
			continue
		}
		row = slices.Grow(row[:0], n)[:n]
		if _, err := io.ReadFull(r, row); err != nil {
			return err
		}
		if _, err := t.w.Write(row); err != nil {
			return err
		}
	}
}

// Close closes and removes the file.
func (a *Ahead) Close() error {
	if a == nil || a.file == nil {
		return nil
	}
	return errors.Join(a.file.Close(), os.Remove(a.file.Name()))
}
