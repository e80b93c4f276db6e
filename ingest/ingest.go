// Package ingest is the loading dock: exported log files come in, batches of positioned
// records go out. It opens files, folders, globs and standard input, undoes compression, finds
// the text encoding and the format by content, parses row by row in bounded memory, and gives
// every record and every reject its file, row and byte offset. It does not judge what a record
// means (classify does), it never holds a whole file, and secrets (secure configuration,
// debugLogTrace payloads, signed addresses, credentials) do not leave it.
//
// A byte goes this way: Expand finds its file; open undoes the containers around it; document
// fills the window, decides encoding and format, and calls a parser (csv, json, xml, text; a
// workbook is an archive itself, so workbook does all this for it); the parser takes one row after
// the other off the window and gives it to entry, message or reject; keep withholds secrets and
// filters; builder copies the record into a batch.
package ingest

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Options tell Read what to expect. The zero value finds out everything by itself.
type Options struct {
	Format    string           // csv, xlsx, json, xml or text; empty or "auto": by content
	Log       string           // keep only this log (dualwrite, plugintrace), count others as filtered; empty or "auto": keep both
	Since     time.Time        // records before it are filtered; zero: no limit. A record without a time is kept.
	Until     time.Time        // records at or after it are filtered; zero: no limit
	Zone      *time.Location   // zone of times that name none; nil: UTC
	DateOrder DateOrder        // of dates like 03/04/2026; the zero value reads only those that can be read one way
	Limits    Limits           // beyond which a row is rejected or a file given up
	Sample    int64            // bytes of each file to look at; 0: all of it. See File.Sampled
	BatchRows int              // most rows in a batch; 0: 8192
	Allocator memory.Allocator // memory of the batches; nil: Go memory
	Progress  func(Progress)   // called now and then from the reading goroutine; may be nil
	Stdin     io.Reader        // what the path "-" reads; nil: the standard input of the process
}

// Progress says how far reading has come.
type Progress struct {
	File    string // being read
	Bytes   int64  // of all sources so far, as stored on disk
	Records int64  // of all sources so far, rejects included
}

// Read reads the sources one after the other and hands every full batch to emit, which owns
// it from then on. A file that cannot be read (to its end) is reported as File.Problem in a
// batch and does not stop the others; Read itself fails only when ctx is done or emit fails.
func Read(ctx context.Context, sources []Source, opt Options, emit func(*Batch) error) error {
	r := newReader(ctx, opt, emit)
	for _, s := range sources {
		if err := r.source(s); err != nil {
			return err
		}
	}
	return r.b.flush()
}

// A reader reads one source after the other into batches.
type reader struct {
	opt         Options
	clock       clock
	lim         Limits
	budget      budget // of the source being read
	ctx         context.Context
	b           *builder
	w           window
	file        File // account of the file being read
	kinds       kinds
	progress    Progress
	shown       int64  // progress.Bytes when it was last told
	rawTimes    int64  // times that stayed text
	rawTime     string // the first of them
	dmf         bool   // inside a data management package
	dmfLog      bool   // the file is a log table of one
	size        int64  // of the file being read, -1 where unknown
	alone       bool   // it is all that its source holds
	wide        int    // columns of a first row that has more than the limit
	leg         []byte // entity of the initial sync whose report is read
	passed      int64  // paragraphs of a text without any sign of an error
	passedFirst string // the first of them
	cutRows     int64  // rows lost at the place where the file was cut off

	// Of the row being read.
	fields fields
	arena  arena
	found  []response
	left   secrets // left out of it already, before its texts are looked at
}

func newReader(ctx context.Context, opt Options, emit func(*Batch) error) *reader {
	r := &reader{opt: opt, clock: clock{zone: opt.Zone, order: opt.DateOrder}, lim: opt.Limits.withDefaults(), ctx: ctx}
	r.budget = budget{lim: r.lim, size: -1}
	r.b = newBuilder(opt.Allocator, opt.BatchRows, emit)
	if r.clock.zone == nil {
		r.clock.zone = time.UTC
	}
	return r
}

// fresh forgets the row before.
func (r *reader) fresh() {
	r.arena.reset()
	r.fields.clear()
	r.left = 0
}

// A place is where a row lies in its file.
type place struct {
	row, offset, length int64
}

func (at place) row0() row {
	return row{row: at.row, offset: at.offset, length: at.length, depth: -1, durationMS: -1}
}

// kinds is which logs were met in a file.
type kinds struct{ dualWrite, pluginTrace bool }

func (k *kinds) add(log string) {
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

// entry makes a record of the fields of one row or object, or several when it holds an
// envelope with several responses. heading names a slot in rejects.
func (r *reader) entry(f *fields, at place, heading func(slot) string) error {
	if f.filled.has(slotDimensions) {
		r.dimensions(f)
	}
	if kind := f.first(slotDependency, slotKind); f.set.has(slotTarget) && len(kind) > 0 && !says(kind, "plugin") {
		return r.reject(at, heading(slotKind), reasonNoPlugin, excerpt(kind))
	}
	if f.set.has(slotSeverity) {
		f.traceLine()
	}
	x := at.row0()
	r.fill(&x, f)
	if v := f.value[slotID]; len(v) > 0 {
		id, ok := parseGUID(v)
		if !ok {
			return r.reject(at, heading(slotID), reasonID, excerpt(v))
		}
		x.id = id
	} else if id, ok := parseGUID(f.value[slotLooseID]); ok {
		x.id = id
	}
	x.errorText = f.errorText(&r.arena, x.log)
	x.traceText = f.first(slotBlock, slotPluginTrace)
	if x.log == DualWrite && len(x.errorText) > 0 && x.errorText[0] == '{' {
		if b := faultBodyIn(x.errorText); b != nil {
			return r.faultBody(b, x)
		}
	}
	if x.log == DualWrite && hasEnvelope(x.errorText) {
		if found := r.responses(x.errorText); len(found) > 0 {
			return r.keepResponses(&x, found)
		}
	}
	return r.keep(&x)
}

// longestName is how much of a name is kept, in bytes: the longest that Dataverse knows, the one
// of a type, has 1,024 characters. An object with thousands of errors repeats its names in each.
const longestName = 1024

// keep adds what the text of x tells, and hands x to the builder unless it is filtered.
func (r *reader) keep(x *row) error {
	var kept secrets
	if n, _ := x.lengths(); n > r.lim.Cell {
		return r.reject(place{x.row, x.offset, x.length}, "", reasonCell, excerpt(x.errorText))
	}
	x.errorText, kept = withhold(&r.arena, x.errorText)
	x.withheld |= kept | r.left
	x.traceText, kept = withhold(&r.arena, x.traceText)
	x.withheld |= kept
	x.truncated = truncation(x.errorText, x.traceText, x.cut)
	r.fromText(x)
	for _, v := range []*[]byte{&x.atRaw, &x.entity, &x.company, &x.typeName, &x.messageName} {
		if bytes.IndexByte(*v, '=') >= 0 || bytes.IndexByte(*v, '"') >= 0 {
			*v, kept = withhold(&r.arena, *v)
			x.withheld |= kept
		}
	}
	x.atRaw = shorten(x.atRaw, 100)
	for _, v := range []*[]byte{&x.entity, &x.company, &x.typeName, &x.messageName, &x.correlationID, &x.requestID, &x.activityID} {
		*v = shorten(*v, longestName)
	}
	for _, v := range []*string{&x.mode, &x.operationType} {
		if len(*v) > longestName {
			*v = string(shorten([]byte(*v), longestName))
		}
	}
	if r.filtered(x) {
		r.file.Filtered++
		return r.count()
	}
	r.kinds.add(x.log)
	r.note(x)
	if err := r.b.add(r.file.Path, x); err != nil {
		return err
	}
	return r.count()
}

// count adds a row to the account, and looks now and then whether anybody still waits.
func (r *reader) count() error {
	r.file.Read++
	r.progress.Records++
	if r.progress.Records%1024 == 0 {
		return r.ctx.Err()
	}
	return nil
}

func (r *reader) filtered(x *row) bool {
	switch o := &r.opt; {
	case o.Log != "" && o.Log != "auto" && o.Log != x.log:
		return true
	case x.at.IsZero():
		return false
	case !o.Since.IsZero() && x.at.Before(o.Since):
		return true
	default:
		return !o.Until.IsZero() && !x.at.Before(o.Until)
	}
}

func (r *reader) reject(at place, column, reason, excerpt string) error {
	if reason == reasonCut && r.w.err == errSampled {
		return nil // the file goes on
	}
	if r.left&secureConfiguration != 0 {
		excerpt = "" // may be anywhere in it
	}
	r.file.Rejected++
	if reason == reasonCut {
		r.cutRows++
	}
	err := r.b.reject(Reject{File: r.file.Path, Row: at.row, ByteOffset: at.offset, ByteLength: at.length,
		Column: column, Reason: reason, Excerpt: excerpt})
	if err != nil {
		return err
	}
	return r.count()
}

// note keeps what the account of the file says about its records.
func (r *reader) note(x *row) {
	f := &r.file
	if x.truncated != "" {
		f.Truncated++
	}
	if x.withheld != 0 {
		f.Withheld++
	}
	switch {
	case !x.at.IsZero():
		if f.From.IsZero() || x.at.Before(f.From) {
			f.From = x.at
		}
		if x.at.After(f.To) {
			f.To = x.at
		}
	case len(x.atRaw) > 0:
		if r.rawTimes == 0 {
			r.rawTime = string(x.atRaw)
		}
		r.rawTimes++
	}
}

func (r *reader) warn(sentence string) { r.file.Warnings = append(r.file.Warnings, sentence) }

// fromText fills what columns did not give from the fault XML, or the sentence for support,
// inside the error text.
func (r *reader) fromText(x *row) {
	if len(x.typeName) == 0 && headed(x.traceText) {
		fromBlock(x, x.traceText)
	}
	if len(x.errorText) == 0 {
		return
	}
	if bytes.HasPrefix(x.errorText, []byte(syncReportMark)) {
		if len(x.entity) == 0 {
			x.entity = syncLeg(x.errorText)
		}
		x.ok = x.ok || syncDone(x.errorText)
	}
	if bytes.Contains(x.errorText, []byte("<OrganizationServiceFault")) {
		if len(x.activityID) == 0 {
			x.activityID = notZero(element(x.errorText, "<ActivityId>"))
		}
		if x.at.IsZero() {
			if at, ok := faultClock.parse(element(x.errorText, "<Timestamp>")); ok {
				x.at, x.atRaw = at, nil
			}
		}
		if _, trace, ok := bytes.Cut(x.errorText, []byte("<TraceText>")); ok && len(x.typeName) == 0 {
			fromBlock(x, trace)
		}
	}
	if len(x.correlationID) == 0 {
		x.correlationID = supportID(x.errorText)
	}
}

// fromBlock fills type, message and table from the header lines of a trace block.
func fromBlock(x *row, block []byte) {
	rest := bytes.TrimLeft(block, " \t\r\n")
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		typ, name, step, ok := parseTraceHeader(line)
		if !ok {
			break
		}
		entity, message := x.entity, x.messageName
		header(x, typ, name, step)
		if len(entity) > 0 {
			x.entity = entity
		}
		if len(message) > 0 {
			x.messageName = message
		}
		rest = after
	}
}

// element is the text of the first element with this start tag, which need not be closed
// properly: faults are often cut off.
func element(b []byte, tag string) []byte {
	i := bytes.Index(b, []byte(tag))
	if i < 0 {
		return nil
	}
	b = b[i+len(tag):]
	end := bytes.IndexByte(b, '<')
	if end < 0 || end > 64 {
		return nil
	}
	return bytes.TrimSpace(b[:end])
}

// supportID is the GUID in "Activity ID for troubleshooting {GUID}".
func supportID(b []byte) []byte {
	const words = "Activity ID for troubleshooting"
	i := indexRare(b, words, 0)
	if i < 0 {
		return nil
	}
	b = bytes.TrimLeft(b[i+len(words):], " :{\"'")
	if len(b) < 36 {
		return nil
	}
	if _, ok := parseGUID(b[:36]); !ok {
		return nil
	}
	return notZero(b[:36])
}

// A Source is one input to read, found by Expand.
type Source struct {
	Path   string // as given or found, slash-separated; "-" for standard input
	Size   int64  // bytes on disk, -1 where unknown
	Walked bool   // found in a folder, not named by the user: it may well not be a log
}
