package ingest

import (
	"context"
	"io"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"dwtriage/ingest/clock"
	"dwtriage/ingest/secrets"
	"dwtriage/ingest/unpack"
	"dwtriage/ingest/window"
)

// Options tell Read what to expect. The zero value finds out everything by itself.
type Options struct {
	Format    string            // a name of Formats; empty or "auto": by content
	Log       string            // keep only this log (dualwrite, plugintrace), count others as filtered; empty or "auto": keep both
	Since     time.Time         // records before it are filtered; zero: no limit. A record without a time is kept.
	Until     time.Time         // records at or after it are filtered; zero: no limit
	Zone      *time.Location    // zone of times that name none; nil: UTC
	DateOrder DateOrder         // of dates like 03/04/2026; the zero value reads only those that can be read one way
	Limits    Limits            // beyond which a row is rejected or a file given up
	Sample    int64             // bytes of each file to look at; 0: all of it. See File.Sampled
	Originals bool              // rows also as their file has them: Batch.Originals. Tables of text and JSON alone are read then, one file of them
	BatchRows int               // most rows in a batch; 0: 8192
	Workers   int               // goroutines that read a large CSV file side by side; 0, 1: none. The records are the same
	Allocator memory.Allocator  // memory of the batches, for several goroutines if there are Workers; nil: Go memory
	Progress  func(Progress)    // called now and then from the reading goroutine; may be nil
	Stdin     io.Reader         // what the path "-" reads; nil: the standard input of the process
	Known     map[string][]File // by path, what earlier runs made of plain files, with Again. One of the same size and digest is not read again, its account is that of then
	Now       func() time.Time  // the clock that the times of files are compared with; nil: time.Now
}

// A DateOrder says how dates with slashes or hyphens and the year last are meant: "dmy", "mdy" or
// "ymd"; empty reads only what can be read one way.
type DateOrder = clock.DateOrder

// Progress says how far reading has come.
type Progress struct {
	File    string // being read
	Bytes   int64  // of all sources so far, as stored on disk
	Records int64  // of all sources so far, rejects included
}

// A Source is one input to read, found by Expand.
type Source struct {
	Path   string // as given or found, slash-separated; "-" for standard input
	Size   int64  // bytes on disk, -1 where unknown
	Walked bool   // found in a folder, not named by the user: it may well not be a log
	Found  bool   // in a folder or by a pattern: the user named none of what is there
	At     string // where it is opened; empty: at Path
}

// A run is one call of Read: what its caller asked for, where the batches go, and the memory that
// one file after the other reads into.
type run struct {
	ctx      context.Context
	opt      Options
	lim      Limits // of opt, with the defaults filled in
	b        *builder
	progress Progress
	shown    int64 // progress.Bytes when it was last told
	window   window.Window
	row      row
	names    map[string]string // of files whose paths cannot be shown as they are, by path
	taken    map[string]int    // names that were given, and how often
	benches  []*bench          // for large files, made when the first one is met
	parts    parting
	met      int // documents and workbooks, of which a filter takes one
}

func newRun(ctx context.Context, opt Options, emit func(*Batch) error) *run {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Zone == nil {
		opt.Zone = time.UTC
	}
	r := &run{ctx: ctx, opt: opt, lim: opt.Limits.withDefaults(), parts: parting{partBytes, notedRows}, b: newBuilder(opt.Allocator, opt.BatchRows, emit)}
	if r.b.originals = opt.Originals; opt.Originals {
		r.opt.Workers = 0 // the parts of a file know nothing of its header
	}
	return r
}

// tell adds n bytes to the progress and passes it on now and then, and at the end of a file.
func (r *run) tell(n int) {
	const step = 256 << 10
	r.progress.Bytes += int64(n)
	if r.opt.Progress != nil && (n == 0 || r.progress.Bytes-r.shown >= step) {
		r.shown = r.progress.Bytes
		r.opt.Progress(r.progress)
	}
}

// A file is one document being read, decompressed: what is known about it, and its account. It is
// made new for each, so that nothing of the file before can be left in it.
type file struct {
	run      *run
	member   unpack.Member
	row      *row // being read
	w        *window.Window
	clock    clock.Clock
	account  File
	kinds    kinds
	rawTimes int64  // times that stayed text
	rawTime  string // the first of them
	dmfLog   bool   // it is a log table of a data management package
	wide     int    // columns of a first row that has more than the limit
	leg      []byte // entity of the initial sync whose report is read
	passed   passed // paragraphs of a text without any sign of an error
	prosaic  passed // and those that only speak of errors
	unended  bool   // the row being read ends with the file, without the end of a line or cell
	lacking  bool   // such a row has fewer cells than the header has columns
	cutRows  int64  // rows lost at the place where the file was cut off
	counted  int64  // rows that the export says there are, the largest number of its pages; 0: it says nothing
}

// passed is what was left out of a text.
type passed struct {
	paragraphs int64
	first      string // the first of them
}

// A row is what is gathered of the row being read. Its memory is that of the row before.
type row struct {
	fields fields
	arena  window.Arena
	found  []response
	ids    []byte        // memory for textIDs
	left   secrets.Kinds // left out of it already, before its texts are looked at
}

// fresh forgets the row before.
func (r *row) fresh() {
	r.arena.Reset()
	r.fields.clear()
	r.left = 0
}

// A place is where a row lies in its file.
type place struct {
	row, offset, length int64
}

func (at place) row0() record {
	return record{row: at.row, offset: at.offset, length: at.length, depth: -1, durationMS: -1}
}

// kinds is which logs were met in a file.
type kinds struct{ dualWrite, pluginTrace bool }

func (k *kinds) met(log string) {
	if log == PluginTrace {
		k.pluginTrace = true
	} else {
		k.dualWrite = true
	}
}

func (k kinds) String() string {
	switch {
	case k.dualWrite && k.pluginTrace:
		return "mixed"
	case k.dualWrite:
		return DualWrite
	case k.pluginTrace:
		return PluginTrace
	}
	return ""
}

// A response is one failed record of a dual-write live-error envelope.
type response struct {
	cut     bool // its last text has no end
	entity  []byte
	message []byte
	verbose []byte
	at      []byte
}

// Names of File.Format.
const (
	formatCSV   = "csv"
	formatHTML  = "html"
	formatJSON  = "json"
	formatText  = "text"
	formatXLSX  = "xlsx"
	formatXML   = "xml"
	formatXMLSS = "xmlss"
)

// A piece says what is known of a message by the text around it.
type piece uint8

const (
	pieceSure  piece = 1 << iota // an item of a list of errors
	pieceTitle                   // announces one
	pieceCode                    // stands between fences: what somebody pasted, and no prose
)
