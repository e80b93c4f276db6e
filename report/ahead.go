package report

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"

	"dwtriage/classify"
	"dwtriage/report/folder"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// Ahead draws rows of records.csv and captures.csv side by side: those of new records while they are loaded, since reading three
// million of them back from the archive took as long as all the rest of the run, and those of records that an earlier run had
// loaded, or of a run that is drawn again, by a scan of the archive.
//
// Rows wait in files until the report is drawn, for only then it is known which of them are listed. They come in runs that are in the
// order of records.csv, one for each file where its rows were read in order, and runs are merged when they are drawn. Where there is nothing to be merged and nothing
// left out, as of an export that is loaded for the first time, the files in which they wait are the tables: they begin as these do, and take their place.
// Where the disk had no room for them, records.csv is drawn from the archive as it is without an Ahead, row by row and sorted by the database: a nil one draws
// and keeps nothing.
type Ahead struct {
	drawers sync.Pool // *drawer
	drawn   sync.Pool // *Rows to be used again: a batch has megabytes of them
	opt     Options
	spill   func() (*os.File, error)

	mu      sync.Mutex // of all below, while rows are kept
	waiting [waitingKinds]*spilled
	rows    int64 // waiting
	runs    []ordered
	name    string      // of the file of the last row
	last    place       // of the last row
	mixed   bool        // some row came behind one that it stands before
	chosen  bool        // all that waits is listed
	gaveUp  atomic.Bool // read by those who draw, too
}

// What waits of each row, in a file each: what says which row it is, its row of records.csv, and those of captures.csv.
const (
	heads = iota
	recordRows
	captureRows
	waitingKinds
)

// waitingNames are the tables that files of Ahead may become.
var waitingNames = [waitingKinds]string{recordRows: "records.csv", captureRows: "captures.csv"}

// ordered is a run of rows of one file of the log, in the order of records.csv, and where they begin in the files of Ahead.
type ordered struct {
	name  string
	first place
	rows  int64
	from  [waitingKinds]int64
}

func (o *ordered) compare(p *ordered) int {
	return cmp.Or(strings.Compare(o.name, p.name), o.first.compare(&p.first))
}

// A place is what records.csv is ordered by, within a file.
type place struct {
	row, offset int64
	id          [idBytes]byte // as text
}

func placeOf(r *summary.Record) place {
	p := place{row: r.Row, offset: r.ByteOffset}
	copy(p.id[:], r.RecordID)
	return p
}

func (p *place) compare(q *place) int {
	if c := cmp.Or(cmp.Compare(p.row, q.row), cmp.Compare(p.offset, q.offset)); c != 0 {
		return c
	}
	return bytes.Compare(p.id[:], q.id[:])
}

// NewAhead is for one run in this environment, with the rules m. spill makes the file that rows wait in, when
// the first ones come; Close closes and removes it.
func NewAhead(environment string, m *classify.Matcher, opt Options, spill func() (*os.File, error)) *Ahead {
	a := &Ahead{opt: opt, spill: spill}
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
	begin   int // of its text
	mid     int // where its rows of captures.csv begin
	end     int
	finding uint64
	file    string
	place
}

func (r *drawnRow) compare(q *drawnRow) int {
	return cmp.Or(strings.Compare(r.file, q.file), r.place.compare(&q.place))
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
	return a.drawWith(func(d *drawer, rows *Rows) {
		d.from.EachFailing(records, func(i int, r *summary.Record, finding uint64) { d.draw(rows, i, r, finding) })
	})
}

func (a *Ahead) drawWith(draw func(*drawer, *Rows)) *Rows {
	d := a.drawers.Get().(*drawer)
	defer a.drawers.Put(d)
	rows := a.drawn.Get().(*Rows)
	rows.text, rows.list = rows.text[:0], rows.list[:0]
	d.table.w = rows
	draw(d, rows)
	return rows
}

// draw draws the rows of one record.
func (d *drawer) draw(rows *Rows, at int, r *summary.Record, finding uint64) {
	row := r
	if d.table.redacted != nil {
		row = d.shown.Of(d.table.redacted, r)
	}
	begin := len(rows.text)
	drawRow(d.table, recordColumns, row)
	mid := len(rows.text)
	drawCaptured(d.table, row)
	rows.list = append(rows.list, drawnRow{at, begin, mid, len(rows.text), finding, r.File, placeOf(r)})
}

// Keep keeps the rows of the records that are loaded, by their numbers in the batch, and takes rows over. The first fault ends the
// collecting for the run.
func (a *Ahead) Keep(rows *Rows, loaded []bool) {
	if a == nil || rows == nil {
		return
	}
	a.keepIf(rows, func(r *drawnRow) bool { return loaded[r.at] })
}

func (a *Ahead) keepIf(rows *Rows, kept func(*drawnRow) bool) {
	defer a.drawn.Put(rows)
	a.mu.Lock()
	defer a.mu.Unlock()
	slices.SortFunc(rows.list, func(r, q drawnRow) int { return r.compare(&q) }) // nearly always in order
	for i := range rows.list {
		r := &rows.list[i]
		if kept(r) && !a.gaveUp.Load() && !a.keep(r, rows.text[r.begin:r.mid], rows.text[r.mid:r.end]) {
			a.giveUp()
		}
	}
}

// giveUp gives the room on the disk back: the database may need it.
func (a *Ahead) giveUp() {
	a.gaveUp.Store(true)
	a.Close()
}

// rowHead says of a row that waits: the number of its finding, its place, its length and that of its rows of captures.csv.
type rowHead [32 + idBytes]byte

const idBytes = 36

func (h *rowHead) finding() uint64 { return binary.LittleEndian.Uint64(h[:]) }
func (h *rowHead) record() int     { return int(binary.LittleEndian.Uint32(h[24:])) }
func (h *rowHead) captures() int   { return int(binary.LittleEndian.Uint32(h[28:])) }

func (h *rowHead) place() (p place) {
	p.row, p.offset = int64(binary.LittleEndian.Uint64(h[8:])), int64(binary.LittleEndian.Uint64(h[16:]))
	copy(p.id[:], h[32:])
	return p
}

// keep reports whether the row waits now: it does where there is room.
func (a *Ahead) keep(r *drawnRow, record, captures []byte) bool {
	n := len(a.runs)
	if n == 0 || a.name != r.file || a.last.compare(&r.place) >= 0 {
		if a.waiting[heads] == nil && !a.begin() {
			return false
		}
		if n > 0 && (a.name > r.file || a.name == r.file && a.last.compare(&r.place) >= 0) {
			a.mixed = true
		}
		if n == 0 || a.name != r.file {
			a.name = strings.Clone(r.file) // one text for all runs of a file
		}
		o := ordered{name: a.name, first: r.place}
		for i, w := range a.waiting {
			o.from[i] = w.size
		}
		a.runs = append(a.runs, o)
		n++
	}
	a.last = r.place
	var head rowHead
	binary.LittleEndian.PutUint64(head[:], r.finding)
	binary.LittleEndian.PutUint64(head[8:], uint64(r.row))
	binary.LittleEndian.PutUint64(head[16:], uint64(r.offset))
	binary.LittleEndian.PutUint32(head[24:], uint32(len(record)))
	binary.LittleEndian.PutUint32(head[28:], uint32(len(captures)))
	copy(head[32:], r.id[:])
	a.rows++
	a.runs[n-1].rows++
	for i, text := range [waitingKinds][]byte{head[:], record, captures} {
		if _, err := a.waiting[i].write(text); err != nil { // of all before, too: an error of the writer sticks
			return false
		}
	}
	return true
}

// A spilled is a file in which rows wait.
type spilled struct {
	file *os.File
	path string
	w    *bufio.Writer
	size int64     // of what was written to w
	sum  hash.Hash // of what w has written to the file
}

func (s *spilled) write(text []byte) (int, error) {
	s.size += int64(len(text))
	return s.w.Write(text)
}

// start begins the file with the header of its table; nothing is in it.
func (s *spilled) start(header []byte) error {
	s.size, s.sum = 0, sha256.New()
	s.w = bufio.NewWriterSize(io.MultiWriter(s.file, s.sum), 1<<18)
	_, err := s.write(header)
	return err
}

// begin makes the files.
func (a *Ahead) begin() bool {
	for i, header := range a.headers() {
		file, err := a.spill()
		if err != nil {
			return false
		}
		a.waiting[i] = &spilled{file: file, path: file.Name()}
		if a.waiting[i].start(header) != nil {
			return false
		}
	}
	return true
}

// headers are what the files begin with: where nothing is hidden, what the tables do.
func (a *Ahead) headers() (texts [waitingKinds][]byte) {
	for i, columns := range [waitingKinds][]heading{recordRows: headings(recordColumns), captureRows: headings(captureColumns)} {
		if columns != nil && a.opt.Redacted == nil {
			var text bytes.Buffer
			a.opt.table(&text).header(columns...)
			texts[i] = text.Bytes()
		}
	}
	return texts
}

// flush writes what is still in memory, and reports whether the disk took it.
func (a *Ahead) flush() bool {
	for _, w := range a.waiting {
		if w != nil && w.w.Flush() != nil {
			return false
		}
	}
	return true
}

// made is the file of records.csv or captures.csv, closed, where the rows that wait are just those of the table, in its order; else nil.
func (a *Ahead) made(s *summary.Summary, table int) (*folder.Made, error) {
	ready, err := a.ready(s)
	if err != nil || !ready || a.mixed || s.Joined > 0 && !a.chosen || a.rows != s.Listed || a.opt.Redacted != nil || a.waiting[table] == nil {
		return nil, err
	}
	w := a.waiting[table]
	if w.file != nil { // else it was asked for before
		if err := w.file.Close(); err != nil {
			return nil, err
		}
		w.file = nil
	}
	return &folder.Made{Path: w.path, Bytes: w.size, SHA256: hex.EncodeToString(w.sum.Sum(nil))}, nil
}

// drawRecords draws records.csv, of the rows that wait where all of them do.
func (a *Ahead) drawRecords(t *table, s *summary.Summary) error {
	switch ready, err := a.ready(s); {
	case err != nil:
		return err
	case !ready:
		return drawRecords(t, s)
	}
	header(t, recordColumns)
	return a.draw(t, s, recordRows)
}

// drawCaptures draws captures.csv, of the rows that wait where all of them do.
func (a *Ahead) drawCaptures(t *table, s *summary.Summary) error {
	switch ready, err := a.ready(s); {
	case err != nil:
		return err
	case !ready:
		return drawCaptures(t, s)
	}
	header(t, captureColumns)
	return a.draw(t, s, captureRows)
}

// ready reports whether all rows that s lists wait in the file. Those that do not wait yet are drawn from the archive.
func (a *Ahead) ready(s *summary.Summary) (bool, error) {
	if a == nil || a.gaveUp.Load() {
		return false, nil
	}
	var err error
	// Of which cluster a record is nobody knew when its row was drawn while it was loaded. Its row takes the right id when it is written, but which rows are
	// listed, and what is hidden, follows from it.
	unsure := s.Joined > 0 && !a.chosen && (s.Cluster == nil || s.Listed < s.Failing || a.opt.Redacted != nil)
	switch waits := a.waits(s) && !unsure; {
	case waits:
	case !unsure && s.Known > 0 && a.rows+s.Known == s.Failing && s.Listed == s.Failing:
		err = a.scan(s, true)
	default: // or where some of many known ones are listed
		if a.reset(); !a.gaveUp.Load() {
			a.chosen = true
			err = a.scan(s, false)
		}
	}
	if err == nil && !a.gaveUp.Load() && !a.flush() {
		a.giveUp()
	}
	if err == nil && !a.gaveUp.Load() && !a.waits(s) {
		err = fmt.Errorf("internal error: %d rows of records.csv wait, of %d failing records, %d of them listed and %d known", a.rows, s.Failing, s.Listed, s.Known)
	}
	return err == nil && !a.gaveUp.Load(), err
}

// waits reports whether all rows that s lists wait.
func (a *Ahead) waits(s *summary.Summary) bool {
	return a.chosen && a.rows == s.Listed || !a.chosen && a.rows == s.Failing
}

// scan draws rows from the archive, on all threads that it reads with.
func (a *Ahead) scan(s *summary.Summary, known bool) error {
	return s.Scan(known, func(records *store.Texts) error {
		if a.gaveUp.Load() {
			return nil
		}
		a.keepIf(a.drawWith(func(d *drawer, rows *Rows) {
			d.from.EachScanned(records, func(r *summary.Record, finding uint64) { d.draw(rows, 0, r, finding) })
		}), func(*drawnRow) bool { return true })
		return nil
	})
}

// reset forgets what waits.
func (a *Ahead) reset() {
	a.rows, a.runs, a.mixed = 0, nil, false
	for i, header := range a.headers() {
		w := a.waiting[i]
		if w == nil {
			continue
		}
		_, err := w.file.Seek(0, io.SeekStart)
		if err == nil {
			err = w.file.Truncate(0)
		}
		if err == nil {
			err = w.start(header)
		}
		if err != nil {
			a.giveUp()
			return
		}
	}
}

// draw writes the texts of one kind of what waits and is listed.
func (a *Ahead) draw(t *table, s *summary.Summary, kind int) error {
	listed := s.Lister()
	if a.chosen {
		listed = func(uint64) bool { return true }
	}
	return a.each(func(r *rowReader) error {
		if !listed(r.head.finding()) {
			return nil
		}
		text := r.text[kind]
		if kind == recordRows && s.Joined > 0 && !a.chosen {
			toCluster(text, t.separator(), s.Cluster)
		}
		if t.redacted != nil {
			t.redacted.Count(text)
		}
		if t.err == nil {
			_, t.err = t.w.Write(text)
		}
		return t.err
	}, kind)
}

// toCluster puts the id of the cluster that a row of records.csv is of in the place of that of its template. They are equally long.
func toCluster(row []byte, separator byte, cluster func(template string) string) {
	for column := 0; len(row) > 0; column++ {
		n := 0
		for quoted := false; n < len(row) && (quoted || row[n] != separator); n++ {
			quoted = quoted != (row[n] == '"')
		}
		if column == templateColumn {
			if id := cluster(string(row[:n])); len(id) == n {
				copy(row, id)
			}
			return
		}
		row = row[min(n+1, len(row)):]
	}
}

// templateColumn is the ordinal of template_id in records.csv.
var templateColumn = slices.IndexFunc(headings(recordColumns), func(h heading) bool { return h.name == "template_id" })

// each merges the runs, of which it reads the texts of some kinds. A run is opened when its first row is the next one: of those that a scan made of one file,
// as many stand side by side as the archive was loaded by threads.
func (a *Ahead) each(yield func(*rowReader) error, kinds ...int) error {
	slices.SortFunc(a.runs, func(o, p ordered) int { return o.compare(&p) })
	if err := a.reopen(kinds); err != nil {
		return err
	}
	var open readers
	for next := 0; next < len(a.runs) || len(open) > 0; {
		if next < len(a.runs) && (len(open) == 0 || a.runs[next].compare(&open[0].at) < 0) {
			r := &rowReader{at: a.runs[next]}
			for _, i := range append([]int{heads}, kinds...) {
				r.in[i] = bufio.NewReaderSize(io.NewSectionReader(a.waiting[i].file, r.at.from[i], a.waiting[i].size-r.at.from[i]), mergeBuffer(len(open)))
			}
			next++
			if err := r.next(); err != nil {
				return err
			}
			heap.Push(&open, r)
			continue
		}
		r := open[0]
		if err := yield(r); err != nil {
			return err
		}
		switch err := r.next(); {
		case err == io.EOF:
			heap.Pop(&open)
		case err != nil:
			return err
		default:
			heap.Fix(&open, 0)
		}
	}
	return nil
}

// reopen opens a file that could not be taken as it is.
func (a *Ahead) reopen(kinds []int) (err error) {
	for _, i := range kinds {
		if w := a.waiting[i]; w != nil && w.file == nil && err == nil {
			w.file, err = os.Open(w.path)
		}
	}
	return err
}

// mergeBuffer is how much to read ahead of each file of a run beside so many others: 32 MB in all, unless they are many thousands.
func mergeBuffer(beside int) int { return max(1<<18>>min(beside/32, 6), 1<<12) }

// readers are open runs, a heap by the place of their next row.
type readers []*rowReader

func (r readers) Len() int           { return len(r) }
func (r readers) Less(i, j int) bool { return r[i].at.compare(&r[j].at) < 0 }
func (r readers) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *readers) Push(x any)        { *r = append(*r, x.(*rowReader)) }
func (r *readers) Pop() any {
	last := len(*r) - 1
	x := (*r)[last]
	*r = (*r)[:last]
	return x
}

// rowReader reads the rows of a run.
type rowReader struct {
	at   ordered                     // its place is that of the row, its rows are those that are left
	in   [waitingKinds]*bufio.Reader // nil of a kind that is not read
	head rowHead
	text [waitingKinds][]byte // with line ends, as it was drawn
}

// next reads the next row; io.EOF ends the run.
func (r *rowReader) next() error {
	if r.at.rows == 0 {
		return io.EOF
	}
	r.at.rows--
	if _, err := io.ReadFull(r.in[heads], r.head[:]); err != nil {
		return unexpected(err)
	}
	r.at.first = r.head.place()
	for i, n := range [waitingKinds]int{recordRows: r.head.record(), captureRows: r.head.captures()} {
		if r.in[i] == nil || i == heads {
			continue
		}
		r.text[i] = slices.Grow(r.text[i][:0], n)[:n]
		if _, err := io.ReadFull(r.in[i], r.text[i]); err != nil {
			return unexpected(err)
		}
	}
	return nil
}

// Close closes and removes the files.
func (a *Ahead) Close() error {
	if a == nil {
		return nil
	}
	var errs []error
	for i, w := range a.waiting {
		if w == nil {
			continue
		}
		if w.file != nil {
			errs = append(errs, w.file.Close())
		}
		errs = append(errs, os.Remove(w.path))
		a.waiting[i] = nil
	}
	return errors.Join(errs...)
}
