// Package filter gives rows back with their verdicts: classified batches that hold the rows of a stream as it came go in, and for
// each of these rows one comes out, in the same order, with its own columns untouched and the verdict beside them. A row that is no
// record comes out as well, as a reject with its reason, so that whoever counts both sides finds them equal. It keeps nothing
// between two batches, and knows no file, flag or database.
package filter

import (
	"bufio"
	"fmt"
	"io"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"dwtriage/ingest"
)

// Forms of what comes out.
const (
	Arrow = "arrow" // a stream of Arrow IPC
	JSONL = "jsonl" // an object per line
	CSV   = "csv"   // UTF-8 with a header, lines end with LF; nothing is guarded against spreadsheets, as programs read it
)

// Options say what comes out. The zero value gives what came in, with the columns of the verdict.
type Options struct {
	To          string // one of the forms; empty: the one of what comes in
	All         bool   // all columns of a record, not only those of the verdict
	Environment string // column environment
}

// A Filter writes one stream. Encode may be called from several goroutines, Write and Close from one.
type Filter struct {
	opt    Options
	w      *bufio.Writer
	mu     sync.Mutex // of layout
	layout *layout
	arrow  *ipc.Writer
	begun  bool

	Rows    int64 // written so far
	Rejects int64 // rows and parts of rows that are no records, among them
}

// New gives a filter that writes to w.
func New(w io.Writer, opt Options) *Filter {
	return &Filter{opt: opt, w: bufio.NewWriterSize(w, 1<<16)}
}

// Encoded are the rows of a batch as they are written.
type Encoded struct {
	layout        *layout
	text          []byte
	batch         arrow.RecordBatch
	rows, rejects int64
}

// Release gives the memory of rows back that are not written.
func (e *Encoded) Release() {
	if e.batch != nil {
		e.batch.Release()
	}
}

// Encode makes the rows of a batch, which is classified and was read with [ingest.Options].Originals or by [ingest.ReadArrow].
// The batch stays with the caller, who may release it when the rows are written.
func (f *Filter) Encode(b *ingest.Batch) *Encoded {
	e := &Encoded{}
	rows := rowsOf(b, f.opt)
	if b.Header == nil && len(rows) == 0 {
		return e // an account; nothing is known yet of the stream
	}
	e.layout = f.layoutOf(b.Header)
	e.rows = int64(len(rows))
	e.rejects = int64(len(b.Rejects))
	switch e.layout.to {
	case Arrow:
		e.batch = e.layout.arrowRows(b, rows)
	case CSV:
		for i := range rows {
			e.text = e.layout.appendCSV(e.text, b, &rows[i])
		}
	default:
		for i := range rows {
			e.text = e.layout.appendJSON(e.text, b, &rows[i])
		}
	}
	return e
}

// layoutOf is the layout of rows below a header, or of objects. It is the same for all batches of a stream.
func (f *Filter) layoutOf(h *ingest.Header) *layout {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.layout == nil {
		f.layout = newLayout(h, h == nil, f.opt)
	}
	return f.layout
}

// Write writes the rows of a batch behind those before, and releases them.
func (f *Filter) Write(e *Encoded) error {
	defer e.Release()
	if e.layout == nil {
		return nil
	}
	if err := f.begin(e.layout); err != nil {
		return err
	}
	f.Rows += e.rows
	f.Rejects += e.rejects
	if e.batch != nil {
		if e.rows == 0 {
			return nil
		}
		return f.arrow.Write(e.batch)
	}
	_, err := f.w.Write(e.text)
	return err
}

// begin writes what stands before the first row.
func (f *Filter) begin(l *layout) error {
	if f.begun {
		return nil
	}
	f.begun = true
	switch l.to {
	case Arrow:
		f.arrow = ipc.NewWriter(f.w, ipc.WithSchema(l.schema))
		return f.arrow.Write(l.noRows()) // so that the schema is there although no row may come
	case CSV:
		_, err := f.w.Write(l.csvHeader())
		return err
	}
	return nil
}

// Flush hands on what was written, for whoever waits for it.
func (f *Filter) Flush() error { return f.w.Flush() }

// Close ends the stream. Without any row it is an empty one, with its header or schema.
func (f *Filter) Close() error {
	if err := f.begin(f.known()); err != nil {
		return err
	}
	if f.arrow != nil {
		if err := f.arrow.Close(); err != nil {
			return err
		}
	}
	return f.w.Flush()
}

// known is the layout, that of our columns alone where nothing came.
func (f *Filter) known() *layout {
	if f.layout == nil {
		f.layout = newLayout(nil, false, f.opt)
	}
	return f.layout
}

// Schema writes what the rows below a header, or objects, look like, without any row: an empty stream of Arrow, the header of a CSV
// file, or an object with name and type for each column of objects. h is nil where nothing is known of what comes in, and objects says that
// it is objects.
func (f *Filter) Schema(h *ingest.Header, objects bool) error {
	f.layout = newLayout(h, objects, f.opt)
	if f.layout.to != JSONL {
		return f.Close()
	}
	for _, field := range f.layout.schema.Fields() {
		if objects && field.Name == inputColumn {
			continue // the members stand beside ours
		}
		fmt.Fprintf(f.w, "{\"name\":%s,\"type\":%s}\n", quoted(field.Name), quoted(typeName(field.Type)))
	}
	return f.w.Flush()
}
