package ingest

import (
	"bytes"
	"regexp"
	"slices"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/clock"
	"dwtriage/ingest/secrets"
	"dwtriage/ingest/window"
)

// mineText takes whatever is left, for everything is text. Only a file that nobody named must show a sign of
// a log: a folder of logs also holds notes and readme files, whose paragraphs are no messages.
func (r *file) mineText(asked, walked bool) (func() error, error) {
	if b := r.w.Rest(); walked && !asked && !marked(b) && !errorLines(b) {
		return nil, notALog(r.account.Path, "text without any message of a log: name the file itself to read it all the same")
	}
	if names := r.lostHeadings(); names != "" && !asked {
		return nil, mayHold(r.account.Path, "the first line has the headings of a table (%s), and nothing parts the cells of its rows: export it as CSV or as a workbook", names)
	}
	return r.text, nil
}

// blanksBetween part the columns of what a program printed for people.
var blanksBetween = regexp.MustCompile(` {2,}`)

// lostHeadings are the headings of a log in the first line of a text that no format could take for a table: columns that are parted by blanks, or
// rows of which each is one cell. It is empty where there are none.
func (r *file) lostHeadings() string {
	line := bytes.Trim(firstLine(r.start()), "\" \r")
	if len(line) > 2000 {
		return ""
	}
	splits := [][][]byte{bytes.Split(blanksBetween.ReplaceAll(line, []byte("\t")), []byte("\t"))}
	for _, sign := range []string{",", ";"} {
		splits = append(splits, bytes.Split(line, []byte(sign)))
	}
	for _, names := range splits {
		for i, name := range names {
			names[i] = bytes.Trim(name, "\" ")
		}
		if t := r.headed(names); t != nil && t.known() >= 3 {
			return headingNames(names)
		}
	}
	return ""
}

// text reads messages without columns: a pasted infolog, fault XML, trace blocks, reports of an initial
// sync. There is no mark between two of them. A blank line is not one, since faults, traces and dialogs have
// blank lines inside; a line is not one, since most messages have several. So the text is cut where a line
// says that something starts: see judge.
func (r *file) text() error {
	w := r.w
	p := textReader{file: r}
	if n := frontMatter(w.Rest()); n > 0 {
		r.passed = passed{1, secrets.Excerpt(w.Text(&r.row.arena, w.Rest()[:n]))}
		w.Skip(n)
	}
	for {
		if n := emptyLines(w.Rest()); n > 0 {
			w.Skip(n)
		}
		if len(w.Rest()) == ascii.Blanks(w.Rest()) {
			if w.More() {
				continue
			}
			return w.Canceled()
		}
		p.row++
		if err := p.next(); err != nil {
			return err
		}
	}
}

// emptyLines is the length of the blank lines at the start of b. The indentation of the first
// line with text stays: it belongs to the message.
func emptyLines(b []byte) int {
	n := ascii.Blanks(b)
	return bytes.LastIndexByte(b[:n], '\n') + 1
}

// A textReader cuts a text into messages. Its row is the ordinal of the message, as a line is none.
type textReader struct {
	file  *file
	row   int64
	list  outline     // of the paragraph being read; places count from the start of the window
	lines []entryLine // scratch of outlined
	fence byte        // between lines that fence code
	table *table      // of Markdown, whose rows are being read
}

// look outlines the paragraph at place n of the window, unless it was done already.
func (p *textReader) look(n int) {
	if n < p.list.length || n > 0 && (n > p.list.length || !p.list.more) {
		return
	}
	w := p.file.w
	b := w.Rest()[n:]
	end := paragraphEnd(b[:min(len(b), longestLook)])
	for end < 0 && len(b) < longestLook && w.More() {
		b = w.Rest()[n:]
		end = paragraphEnd(b[:min(len(b), longestLook)])
	}
	b = b[:min(len(b), longestLook)]
	if end >= 0 {
		b = b[:end]
	}
	more := len(b) == longestLook
	if i := bytes.LastIndexByte(b, '\n'); more && i >= 0 {
		b = b[:i+1]
	}
	o, lines := outlined(b, p.lines)
	p.lines = lines
	o.more = more
	if n > 0 && len(o.starts) > 0 && opening(bytes.TrimSpace(b)) {
		o.starts = slices.Insert(o.starts, 0, 0)
	}
	for i := range o.starts {
		o.starts[i] += n
	}
	o.length += n
	p.list = o
}

// paragraphEnd is where the first blank line of b starts, -1 without one.
func paragraphEnd(b []byte) int {
	for i := 0; ; {
		k := bytes.IndexByte(b[i:], '\n')
		if k < 0 {
			return -1
		}
		i += k + 1
		rest := quotedBlanks.TrimLeft(b[i:])
		if len(rest) > 0 && rest[0] == '\n' {
			return i
		}
	}
}

// take takes n bytes off the window.
func (p *textReader) take(n int) {
	p.file.w.Take(n)
	p.list.length -= n
	for len(p.list.starts) > 0 && p.list.starts[0] <= n {
		p.list.starts = p.list.starts[1:]
	}
	for i := range p.list.starts {
		p.list.starts[i] -= n
	}
}

// The state of a message while its lines are read: all that judge needs to know of the lines before. It
// replaces looking back, so that a message longer than the window is cut at the same place as a short one.
type textState struct {
	frame    frame // what kind of message its first line tells of
	closed   bool  // the frame has its last line: from here on a blank line ends the message
	fault    bool  // between <OrganizationServiceFault and its end
	report   bool  // in the report of an initial sync
	envelope bool  // has a live-error envelope
	block    bool  // a trace block that no exception has followed yet
	stamped  bool  // starts with a time
	title    bool  // so far only a time and a level: the text is in the next line
	blank    bool  // the line before was blank
	hanging  bool  // the last line with text announces details
	seen     uint32
	lines    int
	key      string // first name of a list
	quoted   bool   // its first line is quoted, as mail programs do
	fence    byte   // between lines that fence code
	done     bool   // is whole: a heading, a row of a table, what a fence ended
	http     bool   // starts with the status line of an HTTP answer
}

// next takes one message off the window. A message grows line by line until a line starts another one. One
// that gets too long is given up, but its lines are judged all the same, since the message behind it must be
// found; only the rest of a line that was torn apart is not, because the middle of a line may look like a
// start.
func (p *textReader) next() error {
	w := p.file.w
	at := place{row: p.row, offset: w.Offset()}
	s := textState{fence: p.fence}
	p.look(0)
	as := p.piece()
	long, over := "", false // the start of what is too long to hold, blank or not
	torn := false           // the piece before was no whole line
	for n := 0; ; {
		line := p.line(n)
		if err := w.Canceled(); err != nil {
			return err
		}
		p.look(n)
		b := w.Rest()
		item := n > 0 && len(p.list.starts) > 0 && p.list.starts[0] == n
		if line > 0 && n+line <= p.file.run.lim.Record && (torn || !item && !s.starts(b[n:n+line])) {
			n += line
			torn = false
			continue
		}
		first := !over && n == 0
		if line > 0 && n+line > p.file.run.lim.Record && (torn || first || !item && !s.starts(b[n:n+line])) {
			// Too long to hold: what is there is given up, the rest read over. A first line is added to
			// the state by hand, as starts was not asked about it: nothing can start in front of it.
			if first {
				s.more(b[:line])
			}
			if !over {
				long, over = p.file.head(b), true
			}
			torn = b[n+line-1] != '\n'
			p.take(n + line)
			n = 0
			continue
		}
		p.fence = s.fence
		if over {
			p.take(n)
			at.length = w.Offset() - at.offset
			return p.file.reject(at, "", reasonLong, long)
		}
		body := b[:n]
		at.length = w.RawLen(body)
		p.take(n)
		p.file.row.fresh()
		text := bytes.TrimSpace(w.Text(&p.file.row.arena, body))
		if w.Cut() && len(w.Rest()) == 0 {
			return p.file.reject(at, "", reasonCut, secrets.Excerpt(text))
		}
		p.file.unended = w.EOF() && len(w.Rest()) == 0 && body[len(body)-1] != '\n'
		if pipeRow(text) {
			return p.tableRow(text, at)
		}
		p.table = nil
		if s.fence != 0 || fence(text) != 0 {
			as |= pieceCode
		}
		return p.file.message(text, at, as)
	}
}

// piece is what the list that is being read says of its next item.
func (p *textReader) piece() (as piece) {
	if p.list.sure {
		as |= pieceSure
	}
	if p.list.titled {
		as = pieceTitle
		p.list.titled = false
	}
	return as
}

// line is the length of the line at place n of the window, as much of it as the window may
// hold and a look at what it starts with needs; 0 at the end.
func (p *textReader) line(n int) int {
	w := p.file.w
	for {
		if k := bytes.IndexByte(w.Rest()[n:], '\n'); k >= 0 {
			return k + 1
		}
		if len(w.Rest()) > p.file.run.lim.Record && len(w.Rest())-n >= window.Block || !w.More() {
			return len(w.Rest()) - n
		}
	}
}

// starts reports whether line starts a new message behind the one that s describes, and otherwise adds the
// line to it.
func (s *textState) starts(line []byte) bool {
	start := s.judge(line)
	if !start {
		s.more(line)
	}
	return start
}

// judge reports whether a message starts with line. It asks in the order of certainty. A frame, which is
// what a program printed around a message, outranks everything inside of it. Then come the words that only
// the start of a message has, but for two places where they are quoted: inside the XML of a fault, and
// behind a trace block, whose exception belongs to the same plug-in. Then times and levels, for a log has
// one before each entry; inside a trace they are the code's own. Last of all a blank line, which parts two
// messages only when nothing before it is open and the line behind it is neither indented nor something that
// goes on (a stack, markup). Lists of errors in consecutive lines are not judged here but by outlined, which sees
// all of their lines.
//
// Both wrong cuts hurt: two messages in one record hide the second one, a message in two records makes an
// error that is none.
func (s *textState) judge(line []byte) bool {
	text := unlisted(lineEnds.TrimRight(unquoted(line)))
	if s.lines == 0 || len(text) == 0 {
		return false
	}
	f := frameOf(text)
	switch {
	case s.done:
		return true
	case s.plain() && s.marksBorder(text, line):
		return true
	case f == frameEvent:
		return !(s.frame == frameEvent && s.title) // "Event[0]" stands before "Log Name:"
	case s.frame == frameEvent, s.title:
		return false
	case f == frameConsole:
		return true
	case s.frame == frameList && !s.closed:
		// The next entry has a name again that this one has; what is no list ends it behind a blank line.
		n := listKey(text)
		return n > 0 && string(text[:n]) == s.key || s.blank && n == 0 && text[0] != ' '
	}
	if first := firstMarkers.Of(text); first >= 0 || commitFailed(text) {
		exception := first == 0 || first == 1
		switch {
		case s.fault: // may hold any of these inside; but one that was cut off never ends, so a blank line does
			return s.blank
		case exception && (s.block || s.frame == frameJob && !s.closed || s.frame == frameDialog && !s.closed):
			return false // of this trace
		}
		return true
	}
	_, stamp := clock.Line(text)
	if stamp > 0 && s.stamped {
		return true // also out of a fault that was cut off
	}
	if s.fault || s.frame != frameNone && !s.closed {
		return false
	}
	if stamp > 0 || levelled(text) {
		return !s.block // code writes times into its trace, too
	}
	if traceHeader(text) {
		return true
	}
	if i := againMarkers.Of(text); i >= 0 && s.seen&(1<<i) != 0 && !s.block || s.envelope && text[0] == '{' {
		return true
	}
	if s.http && (text[0] == '{' || listKey(text) > 0 || labelled(text)) {
		return false // the body below the head of an answer
	}
	if s.hanging && (labelled(text) || dbSaid(text)) {
		return false
	}
	if !s.blank || s.report || s.block || text[0] == ' ' || text[0] == '\t' || s.frame == frameDialog && dialogLabel(text) != "" {
		return false
	}
	return !continuations.Any(text)
}

// more adds a line to the state. The line itself was not kept: all later questions are answered by what is
// noted here.
func (s *textState) more(line []byte) {
	text := unlisted(bytes.TrimSpace(unquoted(line)))
	s.blank = len(text) == 0 || s.plain() && rule(text)
	if s.blank {
		return
	}
	if c := fence(text); c != 0 && s.plain() && (s.fence == 0 || s.fence == c) {
		if s.done = s.fence != 0; s.done {
			c = 0
		}
		s.fence = c
		return
	}
	s.hanging = announcesDetails(text)
	s.lines++
	if s.lines == 1 {
		s.quoted = isQuoted(line)
		s.done = heading(text) || pipeRow(text)
		s.http = httpStatus(text)
	}
	s.block = !s.fault && traceHeader(text) || s.block && !firstMarkers.Any(text)
	s.envelope = s.envelope || hasEnvelope(text)
	if s.lines == 1 {
		s.frame = frameOf(text)
		s.title = s.frame == frameEvent && text[0] == 'E'
		if s.frame == frameList {
			s.key = string(text[:listKey(text)])
		}
	} else {
		s.title = false
	}
	if _, n := clock.Line(text); n > 0 {
		s.stamped = s.stamped || s.lines == 1
		text = behindStamp.TrimLeft(text[n:])
		s.title = s.lines == 1 && levelOnly(text)
	}
	s.closed = s.closed || s.frame.ends(text)
	if i := againMarkers.Of(text); i >= 0 {
		s.seen |= 1 << i
	} else if bytes.Contains(text, []byte(`{"Write failed for entity`)) {
		s.seen |= 1 << fragmentMarker
	}
	if bytes.Contains(text, []byte("<OrganizationServiceFault")) {
		s.fault = true
	}
	if bytes.Contains(text, []byte("</OrganizationServiceFault>")) {
		s.fault = false
	}
	if bytes.Contains(text, []byte("Initial Sync completed with status")) {
		s.report = true
	}
}

// announcesDetails reports whether a line ends where .NET or X++ puts what it knows of a failure below, often
// behind a blank line: the fault of a FaultException, the sentence of an infolog under what the database said.
func announcesDetails(text []byte) bool {
	return bytes.HasSuffix(text, []byte("xception details:")) || bytes.HasPrefix(text, []byte("Object Server ")) && text[len(text)-1] == ':'
}

// dbSaid reports whether a line is the sentence of an infolog to what the database said.
func dbSaid(text []byte) bool {
	return bytes.HasPrefix(text, []byte("Can")) && bytes.Contains(text, []byte("SQL database"))
}

// plain reports whether nothing with structure of its own is open.
func (s *textState) plain() bool {
	return !s.fault && !s.block && !s.report && !s.envelope && (s.frame == frameNone || s.closed)
}

// marksBorder reports whether a line of a page or mail parts what is before it from what follows: a fence, a
// heading, a row of a table, the first line that is quoted and the first that is not any more.
func (s *textState) marksBorder(text, line []byte) bool {
	if s.fence != 0 {
		return false
	}
	return fence(text) != 0 || heading(text) || pipeRow(text) || isQuoted(line) != s.quoted
}

var statusStarts = ascii.StartsOf("Status: ", "Status Code: ", "StatusCode: ", "Response: ")

// httpStatus reports whether a line is the status line of an HTTP answer, as clients print it above the body.
func httpStatus(text []byte) bool {
	if bytes.HasPrefix(text, []byte("HTTP/")) || statusStarts.Any(text) {
		return true
	}
	return len(text) > 4 && len(text) < 60 && (text[0] == '4' || text[0] == '5') && ascii.Digits(text[:3]) && text[3] == ' '
}

// tableRow takes one row of a table. The first is that of the headings when a separator follows.
func (p *textReader) tableRow(text []byte, at place) error {
	r := p.file
	if p.table == nil {
		p.table = &table{}
		if separator(r.w.Rest()[:p.line(0)]) {
			p.table = r.pipeHeader(rowCells(text))
			return r.passOver(&r.passed, at, text)
		}
	}
	if separator(text) {
		r.w.Disown(at.length)
		return nil
	}
	entry, message, as := r.pipeEntry(p.table, rowCells(text))
	switch {
	case entry:
		return r.entry(&r.row.fields, at, p.table.heading)
	case message == nil && r.row.left != 0:
		return r.passOver(&r.passed, at, nil) // its words may be those that are secret
	case message == nil:
		return r.passOver(&r.passed, at, text)
	}
	return r.message(message, at, as)
}

// commitFailed recognises the first words of an infolog, with the module that may stand before them:
// "Posting - Cannot save the changes to the database." The module is anything, so the words are looked for
// in the first 60 bytes and not at the start; further in they are quoted.
func commitFailed(line []byte) bool {
	const most = 60
	const words = "Cannot save the changes to the database"
	i := bytes.Index(line[:min(len(line), most+len(words))], []byte(words))
	return i == 0 || i > 0 && bytes.HasSuffix(bytes.TrimRight(line[:i], " "), []byte("-"))
}

// message makes records of one message. Time and level stand before it in most logs and are taken off first;
// a line of nothing else announces the next one, which may have its time again. What is left is asked
// whether it is a container of others (an envelope, the body of an OData error), then whether a program
// framed it, and is otherwise a message as it stands.
func (r *file) message(text []byte, at place, as piece) error {
	x := at.row0()
	x.log = DualWrite
	body := r.plainText(text)
	if len(body) == 0 && len(text) > 0 && r.account.Format == formatText {
		r.w.Disown(at.length) // the signs of a page around nothing
		return nil
	}
	for {
		stamp, n := clock.Line(body)
		if n == 0 {
			break
		}
		r.stamp(&x, stamp)
		body = behindStamp.TrimLeft(body[n:])
		// "2026-11-22 09:14:03: ERROR" announces the next line.
		level, rest, more := bytes.Cut(body, []byte("\n"))
		if !more || !levelOnly(bytes.TrimSpace(level)) {
			break
		}
		body = bytes.TrimSpace(rest)
	}
	if hasEnvelope(body) {
		if found := r.responses(body); len(found) > 0 {
			return r.keepResponses(&x, found)
		}
	}
	if body = unwrapped(unlisted(body)); len(body) == 0 {
		return r.reject(at, "", reasonEmpty, secrets.Excerpt(text))
	}
	if b := faultBodyIn(body); b != nil {
		x.log = ""
		return r.faultBody(b, x)
	}
	line, _, _ := bytes.Cut(body, []byte("\n"))
	if frame := frameOf(bytes.TrimRight(line, "\r")); frame != frameNone {
		return r.framed(frame, &x, body, as)
	}
	if bytes.HasPrefix(body, []byte(syncReportMark)) {
		return r.syncReport(&x, body)
	}
	return r.plain(&x, body, as)
}

// plain makes a record of a message without a frame. Which log it comes from is told by its form, since
// there are no columns to tell: an entry of a console tool, a trace with its header, the lines that a
// template writes, words of Dataverse that no dual-write quotes. Anything else must speak of an error, or it is passed over. A calm level at the start
// makes the record ok, unless a line inside of it starts with a level of failure: the calm one is then that
// of the first line only.
func (r *file) plain(x *record, body []byte, as piece) error {
	x.errorText = body
	switch {
	case pacx(x, body):
	case traceText(body):
		x.log = PluginTrace
		splitTrace(x, body)
	case baseTrace(body):
		x.log, x.errorText, x.traceText = PluginTrace, nil, body
	case as&pieceTitle != 0:
		return r.passOver(&r.prosaic, place{x.row, x.offset, x.length}, body)
	case as&pieceSure != 0 || marked(body):
	case !telling(body):
		return r.passOver(&r.passed, place{x.row, x.offset, x.length}, body)
	case as&pieceCode == 0 && prose(body):
		return r.passOver(&r.prosaic, place{x.row, x.offset, x.length}, body)
	}
	if x.log == DualWrite && ofPlatform(body) {
		x.log = PluginTrace
	}
	// The report of an initial sync may be longer than memory, so each of its records is a message.
	if bytes.HasPrefix(body, []byte("Record Id:")) {
		x.entity = r.leg
	}
	x.ok = x.ok || calmLine(body) && !failingLine(body)
	return r.keep(x)
}

// passOver leaves out a paragraph that is no message: the greeting of a mail, the title of a page, and what
// only speaks of errors. In a text it is counted in p, with the bytes that belong to no row; elsewhere it is a row that
// cannot become a record. Taken as records, such paragraphs were errors of unknown kind that nobody had. The
// account says how many there were and shows the first, in case it was a message after all.
func (r *file) passOver(p *passed, at place, text []byte) error {
	if r.account.Format != formatText {
		return r.reject(at, "", reasonNoText, secrets.Excerpt(text))
	}
	if p.paragraphs == 0 {
		p.first = secrets.Excerpt(text)
	}
	p.paragraphs++
	r.w.Disown(at.length)
	return nil
}

// stamp sets the time of a message that stands before it. A time that cannot be read does not replace one
// that could.
func (r *file) stamp(x *record, stamp []byte) {
	if t, ok := r.clock.Parse(stamp); ok {
		x.at, x.atRaw = t, nil
		return
	}
	if x.at.IsZero() {
		x.atRaw = stamp
	}
}

// traceText reports whether a message without columns comes from a plug-in trace log. A header settles it.
// Without one the words of dual-write are asked first, as its messages quote the exceptions of plug-ins they
// ran into; the XML of a fault outranks these in turn, for it is what Dataverse writes and it may quote a
// dual-write message.
func traceText(b []byte) bool {
	if headed(b) {
		return true
	}
	for _, s := range []string{"Dual write Initial Sync", "Unable to write data to entity", "Writes to ", "RecordError", "Unit of Work can not commit"} {
		if bytes.Contains(b, []byte(s)) && !bytes.Contains(b, []byte("<OrganizationServiceFault")) {
			return false
		}
	}
	for _, s := range []string{"OrganizationServiceFault", "Exception type:", "Unexpected exception from plug-in", "Unhandled exception", "Unhandled Exception"} {
		if bytes.Contains(b, []byte(s)) {
			return true
		}
	}
	return false
}
