package ingest

import (
	"bytes"
	"context"
	"io"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/clock"
	"dwtriage/ingest/scan"
	"dwtriage/ingest/secrets"
	"dwtriage/ingest/window"
)

// noteKey lists a key of an object in the account of its file. Objects need not have the same
// keys, but those of the first thousand will do.
func (r *reader) noteKey(key []byte, s slot) {
	f := &r.file
	if f.Read >= notedRows || len(f.Columns) >= mostColumns || len(key) == 0 || len(key) > 120 {
		return
	}
	for _, c := range f.Columns {
		if c.Heading == string(key) {
			return
		}
	}
	var a window.Arena
	f.Columns = append(f.Columns, Column{string(bytes.ToValidUTF8(scan.Unescape(&a, key), []byte("\uFFFD"))), feeds[s]})
}

// slotOf finds the slot of a heading in the file being read.
func (r *reader) slotOf(name []byte) slot {
	s := slotOf(name)
	if s == slotNone && r.dmfLog {
		norm := bytes.Map(func(c rune) rune {
			if c > unicode.MaxASCII || !ascii.Letter(byte(c)) && !ascii.Digit(byte(c)) {
				return -1
			}
			return unicode.ToLower(c)
		}, name)
		s = dmfAliases[string(norm)]
	}
	return s
}

// Reasons of rejected rows. Each is the same for all rows with the mistake, so that a report
// can group them.
const (
	reasonManyCells = "more cells than the header has"
	reasonFewCells  = "fewer cells than the header has"
	reasonEmpty     = "row is empty"
	reasonUnclosed  = "quote is not closed"
	reasonLoose     = "quote inside a cell is not doubled"
	reasonLong      = "row is longer than the limit"
	reasonCell      = "cell is longer than the limit"
	reasonCut       = "row is cut off"
	reasonID        = "not a guid"
	reasonNoPlugin  = "not the execution of a plug-in"
	reasonJSON      = "not valid json"
	reasonDeep      = "values are nested too deep"
	reasonElement   = "element is not closed"
	reasonNoObject  = "not an object"
	reasonNoText    = "no error or trace text found"
)

// secretCell notes that a cell of the secure configuration had something in it.
func (r *reader) secretCell(v []byte) {
	if v = bytes.TrimSpace(v); len(v) > 0 && string(v) != "null" && string(v) != "NULL" && string(v) != `""` {
		r.left |= secrets.SecureConfiguration
	}
}

// A response is one failed record of a dual-write live-error envelope.
type response struct {
	cut     bool // its last text has no end
	entity  []byte
	message []byte
	verbose []byte
	at      []byte
}

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

// A DateOrder says how dates with slashes or hyphens and the year last are meant: "dmy", "mdy" or
// "ymd"; empty reads only what can be read one way.
type DateOrder = clock.DateOrder

// Progress says how far reading has come.
type Progress struct {
	File    string // being read
	Bytes   int64  // of all sources so far, as stored on disk
	Records int64  // of all sources so far, rejects included
}

// A reader reads one source after the other into batches.
type reader struct {
	opt         Options
	clock       clock.Clock
	lim         Limits
	budget      budget // of the source being read
	ctx         context.Context
	b           *builder
	w           window.Window
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
	arena  window.Arena
	found  []response
	left   secrets.Kinds // left out of it already, before its texts are looked at
}

// fresh forgets the row before.
func (r *reader) fresh() {
	r.arena.Reset()
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

// longestName is how much of a name is kept, in bytes: the longest that Dataverse knows, the one
// of a type, has 1,024 characters. An object with thousands of errors repeats its names in each.
const longestName = 1024

// keep adds what the text of x tells, and hands x to the builder unless it is filtered.
func (r *reader) keep(x *row) error {
	var kept secrets.Kinds
	if n, _ := x.lengths(); n > r.lim.Cell {
		return r.reject(place{x.row, x.offset, x.length}, "", reasonCell, secrets.Excerpt(x.errorText))
	}
	x.errorText, kept = secrets.Withhold(&r.arena, x.errorText)
	x.withheld |= kept | r.left
	x.traceText, kept = secrets.Withhold(&r.arena, x.traceText)
	x.withheld |= kept
	x.truncated = truncation(x.errorText, x.traceText, x.cut)
	r.fromText(x)
	for _, v := range []*[]byte{&x.atRaw, &x.entity, &x.company, &x.typeName, &x.messageName} {
		if bytes.IndexByte(*v, '=') >= 0 || bytes.IndexByte(*v, '"') >= 0 {
			*v, kept = secrets.Withhold(&r.arena, *v)
			x.withheld |= kept
		}
	}
	x.atRaw = window.Shorten(x.atRaw, 100)
	for _, v := range []*[]byte{&x.entity, &x.company, &x.typeName, &x.messageName, &x.correlationID, &x.requestID, &x.activityID} {
		*v = window.Shorten(*v, longestName)
	}
	for _, v := range []*string{&x.mode, &x.operationType} {
		if len(*v) > longestName {
			*v = string(window.Shorten([]byte(*v), longestName))
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
	if reason == reasonCut && r.w.Err() == window.ErrSampled {
		return nil // the file goes on
	}
	if r.left&secrets.SecureConfiguration != 0 {
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
			if at, ok := clock.UTC.Parse(element(x.errorText, "<Timestamp>")); ok {
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

// A Source is one input to read, found by Expand.
type Source struct {
	Path   string // as given or found, slash-separated; "-" for standard input
	Size   int64  // bytes on disk, -1 where unknown
	Walked bool   // found in a folder, not named by the user: it may well not be a log
}

// tell adds n bytes to the progress and passes it on now and then, and at the end of a file.
func (r *reader) tell(n int) {
	const step = 256 << 10
	r.progress.Bytes += int64(n)
	if r.opt.Progress != nil && (n == 0 || r.progress.Bytes-r.shown >= step) {
		r.shown = r.progress.Bytes
		r.opt.Progress(r.progress)
	}
}

// head is the excerpt of a row that need not be looked at as a whole. Letters other than
// ASCII at the cut are left out: half of one would speak against UTF-8.
func (r *reader) head(b []byte) string {
	const most = 1024
	if len(b) > most {
		b = b[:most]
		for len(b) > 0 && b[len(b)-1] >= utf8.RuneSelf {
			b = b[:len(b)-1]
		}
	}
	defer r.w.Uncounted()() // they are, when the row is read
	return secrets.Excerpt(r.w.Text(&r.arena, b))
}
