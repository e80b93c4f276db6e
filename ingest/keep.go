package ingest

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/clock"
	"dwtriage/ingest/scan"
	"dwtriage/ingest/secrets"
	"dwtriage/ingest/window"
)

// noteKey lists a key of an object in the account of its file. Objects need not have the same keys, but
// those of the first thousand will do: it compares with each key that was met, which is too much for every
// row.
func (r *file) noteKey(key []byte, s slot) {
	f := &r.account
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

// slotOf finds the slot of a heading in the file being read: in a log table of data management, general
// words count as well.
func (r *file) slotOf(name []byte) slot {
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
	reasonGrowing   = "the file may still be being written"
)

// secretCell notes that a cell of the secure configuration, or of the payload that dual-write sent, had
// something in it. Only that: the value is never copied. From here on the row's rejects show no excerpt.
func (r *file) secretCell(s slot, v []byte) {
	if v = bytes.TrimSpace(v); len(v) == 0 || string(v) == "null" || string(v) == "NULL" || string(v) == `""` {
		return
	}
	kind := secrets.SecureConfiguration
	if s == slotPayload {
		kind = secrets.Payload
	}
	r.row.left |= kind
}

// longestTime is how much of a time that cannot be read is kept, in bytes, as NameBytes is of a name.
const longestTime = 100

// keep adds what the text of x tells, and hands x to the builder unless it is filtered. It is the only way
// into a batch, so what must hold for every record is done here once and not in the readers.
//
// The order matters. Secrets go first, so nothing that is read from a text later can hold one; names and
// ids are asked as well, unless they have no sign of any secret. Truncation is judged on the texts as they will
// be kept. Filters come last, since the time they ask for may stand in the text.
func (r *file) keep(x *record) error {
	var kept secrets.Kinds
	if n, _ := x.lengths(); n > r.run.lim.Cell {
		return r.reject(place{x.row, x.offset, x.length}, "", reasonCell, secrets.Excerpt(x.errorText))
	}
	x.errorText, kept = secrets.Withhold(&r.row.arena, x.errorText)
	x.withheld |= kept | r.row.left
	x.traceText, kept = secrets.Withhold(&r.row.arena, x.traceText)
	x.withheld |= kept
	x.truncated = truncation(x.errorText, x.traceText, x.cut)
	r.row.ids = textIDs(r.row.ids[:0], x) // before texts fill columns: what a column gives is believed
	x.textIDs = r.row.ids
	r.fromText(x)
	for _, v := range [...]*[]byte{&x.atRaw, &x.entity, &x.company, &x.recordKey, &x.typeName, &x.messageName, &x.correlationID, &x.requestID, &x.activityID} {
		if !secrets.Plain(*v) {
			*v, kept = secrets.Withhold(&r.row.arena, *v)
			x.withheld |= kept
		}
	}
	x.atRaw = cutTo(x.atRaw, longestTime)
	for _, v := range []*[]byte{&x.entity, &x.company, &x.recordKey, &x.typeName, &x.messageName, &x.correlationID, &x.requestID, &x.activityID} {
		*v = CutName(*v)
	}
	for _, v := range []*string{&x.mode, &x.operationType} {
		if !secrets.Plain([]byte(*v)) {
			b, kept := secrets.Withhold(&r.row.arena, []byte(*v))
			*v, x.withheld = string(b), x.withheld|kept
		}
		if len(*v) > NameBytes {
			*v = string(CutName([]byte(*v)))
		}
	}
	if r.lacking && len(x.errorText) == 0 && !x.ok && !x.failed {
		// Whether it failed would have stood in the cells that are missing.
		return r.reject(place{x.row, x.offset, x.length}, "", reasonCut, "")
	}
	if r.filtered(x) {
		r.account.Filtered++
		return r.count()
	}
	if x.unended = r.unended; x.unended && r.growing() {
		return r.reject(place{x.row, x.offset, x.length}, "", reasonGrowing, secrets.Excerpt(x.errorText))
	}
	r.kinds.met(x.log)
	r.note(x)
	if err := r.run.b.add(r.account.Path, x); err != nil {
		return err
	}
	return r.count()
}

// growing reports whether the file may still be written to. What its last row says is then not to be believed: the
// next run reads the whole of it. A text that somebody has just pasted has no line end either, so there only the file itself
// tells, not its time.
func (r *file) growing() bool {
	return r.member.Changed() != "" || r.account.Format != formatText && r.member.Fresh(r.run.opt.Now())
}

// count adds a row to the account, and looks every 1,024 rows whether anybody still waits: often enough to
// stop at once, for people, and too seldom to be seen in the time of reading.
func (r *file) count() error {
	r.account.Read++
	r.run.progress.Records++
	if r.run.progress.Records%1024 == 0 {
		return r.run.ctx.Err()
	}
	return nil
}

// filtered reports whether the caller does not want x. A record without a time is kept: it may lie in the
// period, and one that was left out cannot be asked for.
func (r *file) filtered(x *record) bool {
	switch o := &r.run.opt; {
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

// reject puts a row that cannot become a record into the batch. A row that is cut because only a sample was
// read is no mistake of the file and not counted.
func (r *file) reject(at place, column, reason, excerpt string) error {
	if reason == reasonCut && r.w.Err() == window.ErrSampled {
		return nil // the file goes on
	}
	if r.row.left&(secrets.SecureConfiguration|secrets.Payload) != 0 {
		excerpt = "" // may be anywhere in it
	}
	r.account.Rejected++
	if reason == reasonCut {
		r.cutRows++
	}
	err := r.run.b.reject(Reject{File: r.account.Path, Row: at.row, ByteOffset: at.offset, ByteLength: at.length,
		Column: column, Reason: reason, Excerpt: excerpt})
	if err != nil {
		return err
	}
	return r.count()
}

// note keeps what the account of the file says about its records.
func (r *file) note(x *record) {
	f := &r.account
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

func (r *file) warn(sentence string) { r.account.Warnings = append(r.account.Warnings, sentence) }

// fromText fills what columns did not give from the fault XML, or the sentence for support, inside the error
// text. A column always wins: what a text quotes may be about another record. The XML of a fault is always
// UTC.
func (r *file) fromText(x *record) {
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
			if at, ok := clock.ParseUTC(element(x.errorText, "<Timestamp>")); ok {
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

// head is the excerpt of a row that need not be looked at as a whole. Letters other than
// ASCII at the cut are left out: half of one would speak against UTF-8.
func (r *file) head(b []byte) string {
	const most = 1024
	if len(b) > most {
		b = b[:most]
		for len(b) > 0 && b[len(b)-1] >= utf8.RuneSelf {
			b = b[:len(b)-1]
		}
	}
	defer r.w.Uncounted()() // they are, when the row is read
	return secrets.Excerpt(r.w.Text(&r.row.arena, b))
}

// start is what is in the window, without the blanks before it.
func (r *file) start() []byte {
	b := r.w.Rest()
	return b[ascii.Blanks(b):]
}
