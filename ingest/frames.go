package ingest

import (
	"bytes"
	"regexp"

	"dwtriage/ingest/ascii"
)

// A frame is what a program puts around a message when a person copies it out of it: labels, blank lines,
// head lines. Inside a frame a blank line does not end the message. Frames are told by their first line, in
// the languages in which they were seen.
type frame uint8

const (
	frameNone    frame = iota
	frameEvent         // Windows event log: Event Viewer, wevtutil
	frameDialog        // "Download Log File" and the error dialogs of the Unified Interface
	frameJob           // form of a system job: Plugin Trace, Error Message
	frameConsole       // console logger of .NET: "fail: Category[0]"
	frameList          // PowerShell's list: "typename : Fabrikam.Guard", what > writes to a file
)

// First lines of frames, and the line that ends a job's.
var (
	eventStarts  = ascii.StartsOf("Log Name:", "Protokollname:", "Nom du journal", "  Log Name:")
	dialogStarts = ascii.StartsOf("Exception Message:", "Business Process Error")
	unhandled    = ascii.StartsOf("Unhandled exception", "Unhandled Exception")
)

// frameOf tells the frame that a first line opens.
func frameOf(line []byte) frame {
	switch {
	case eventStarts.Any(line), eventNumber(line):
		return frameEvent
	case dialogStarts.Any(line):
		return frameDialog
	case bytes.HasPrefix(line, []byte("Plugin Trace:")):
		return frameJob
	case consoleLevel(line) != "":
		return frameConsole
	case listKey(line) > 0:
		return frameList
	}
	return frameNone
}

// ends reports whether line is the last one of a frame. Behind it blank lines count again; without a last
// line a frame goes on to the next one. That of a console is its head line only: what follows is an ordinary
// message.
func (f frame) ends(line []byte) bool {
	switch f {
	case frameDialog:
		label := dialogLabel(line)
		return label == "Activity Id" || label == "Time" || label == "Timestamp"
	case frameJob:
		return unhandled.Any(line)
	}
	return f == frameConsole
}

// list makes a record of the lines of a list. A value goes on in lines that are indented. What is no log is
// told so: any text may have such a line. Keys are noted in the account only once it is a log, so that a
// text with one such line does not tell of columns. Values are copied, since a line that goes on is joined
// to the one before it.
func (r *file) list(x *record, b []byte) (done bool, err error) {
	f := &r.row.fields
	f.clear()
	var value []byte
	current, keys := slotNone, 0
	put := func() {
		switch current {
		case slotNone:
		case slotSecret, slotPayload:
			r.secretCell(current, value)
		default:
			f.put(current, value)
		}
	}
	for rest := b; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		n := listKey(line)
		if n == 0 {
			value = append(append(value, '\n'), bytes.TrimLeft(line, " ")...)
			continue
		}
		put()
		current = r.slotOf(line[:n])
		value = bytes.Clone(bytes.TrimSpace(line[bytes.IndexByte(line, ':')+1:]))
		keys++
	}
	put()
	if keys < 2 || !f.set.known() {
		f.clear()
		return false, nil
	}
	for line := range bytes.Lines(b) {
		if n := listKey(line); n > 0 {
			r.noteKey(line[:n], r.slotOf(line[:n]))
		}
	}
	return true, r.entry(f, place{x.row, x.offset, x.length}, func(slot) string { return "" })
}

// eventNumber recognises "Event[0]" and "Event[0]:", the head line of wevtutil.
func eventNumber(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("Event["))
	if !ok {
		return false
	}
	n, rest, ok := bytes.Cut(rest, []byte("]"))
	return ok && len(n) > 0 && ascii.Digits(n) && len(bytes.Trim(rest, ": \r")) == 0
}

// calmLine reports whether a message starts with a level that tells of no failure. Such a line is kept, as
// ok: an export of everything holds such lines beside the errors, and by their words ("0 errors", "no
// exception") they would be errors, too. Counting them would drown those that are, and leaving them out
// would break the ledger. The spellings are those of the loggers that were met. Warnings are not among them:
// a failure that somebody logged as a warning would be lost.
func calmLine(b []byte) bool { return calmLevels.Any(b) }

// levelled reports whether a line starts with the level of a log: "[ERROR] …", "WARN: …". Calm or not, a
// level starts a message, or an INFO before an ERROR would make one record of both and hide the failure.
func levelled(line []byte) bool {
	return calmLevels.Any(line) || failingLevels.Any(line) || warnings.Any(line)
}

// Levels that a line may start with.
var (
	calmLevels = ascii.StartsOf("[Information]", "[INF]", "[INFO]", "[Verbose]", "[Debug]", "INFO ", "INFO:", "Information:", "info: ", "dbug: ", "trce: ",
		"[DEBUG]", "[TRACE]", "DEBUG ", "DEBUG:", "TRACE ", "TRACE:", "VERBOSE")
	failingLevels = ascii.StartsOf("[ERROR]", "[Error]", "[ERR]", "[FATAL]", "[Critical]", "ERROR:", "ERROR ", "FATAL:", "FATAL ", "CRITICAL:", "fail: ", "crit: ")
	warnings      = ascii.StartsOf("[WARN", "[Warning]", "WARN:", "WARN ", "WARNING:")
)

// failingLine reports whether a line of a message starts with a level of failure. Only the start of a line
// counts: inside of it "ERROR " is a word.
func failingLine(b []byte) bool {
	for line := range bytes.Lines(b) {
		if failingLevels.Any(blanks.TrimLeft(line)) {
			return true
		}
	}
	return false
}

// dialogLabels are those of "Download Log File" and of the dialogs themselves, which spell several of
// them differently.
var dialogLabels = []string{
	"ErrorCode", "Error code", "Error Code", "HexErrorCode", "ErrorDetails", "Error Details", "HelpLink", "TraceText", "Plugin",
	"Activity Id", "Activity ID", "Session Id", "Session ID", "Timestamp", "Time", "Flow session Id",
}

// dialogLabel is the label that a line of an error dialog starts with. Labels are compared letter by letter:
// folded to lower case, "time:" in a message would end its dialog.
func dialogLabel(line []byte) string {
	for _, label := range dialogLabels {
		if len(line) > len(label) && line[len(label)] == ':' && string(line[:len(label)]) == label {
			return label
		}
	}
	return ""
}

// framed makes a record of a message in a frame. A list that turns out to be none is a message like any
// other. A console's level is the log's own word on whether something failed; a warning is not called ok by
// it.
func (r *file) framed(f frame, x *record, b []byte, as piece) error {
	switch f {
	case frameEvent:
		return r.event(x, b)
	case frameList:
		if done, err := r.list(x, b); done || err != nil {
			return err
		}
		return r.plain(x, b, as)
	case frameDialog:
		r.dialog(x, b)
	case frameJob:
		r.job(x, b)
	case frameConsole:
		head, rest, _ := bytes.Cut(b, []byte("\n"))
		level := consoleLevel(bytes.TrimRight(head, "\r"))
		x.ok = level != "fail" && level != "crit" && level != "warn"
		x.errorText = bytes.TrimSpace(rest)
		if len(x.errorText) == 0 {
			x.errorText = b
		}
	}
	return r.keep(x)
}

// event takes time, level and description from an event of the Windows event log. The XML that may follow
// repeats them and is cut off, or each message would stand in its record twice. A description may hold a
// live-error envelope, which is asked for last, when it stands alone.
func (r *file) event(x *record, b []byte) error {
	x.errorText = b
	for rest := b; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		label, value, ok := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		if !ok {
			continue
		}
		value = bytes.TrimSpace(value)
		switch string(bytes.TrimSpace(label)) {
		case "Date", "Datum":
			r.stamp(x, value)
		case "Level", "Ebene":
			x.ok = calm(value)
		case "Description", "Beschreibung":
			x.errorText = bytes.TrimSpace(rest)
			if len(value) > 0 {
				x.errorText = r.row.arena.Join(value, "\n", x.errorText)
			}
			rest = nil
		}
	}
	for _, mark := range []string{"\nEvent Xml:", "\nEreignis-XML:"} {
		if i := bytes.Index(x.errorText, []byte(mark)); i >= 0 {
			x.errorText = bytes.TrimSpace(x.errorText[:i])
		}
	}
	if hasEnvelope(x.errorText) {
		if found := r.responses(x.errorText); len(found) > 0 {
			return r.keepResponses(x, found)
		}
	}
	return r.keep(x)
}

// dialog takes ids, time, plug-in and trace from the log file or the dialog of the Unified Interface. The
// trace stands behind "PluginTrace:" and "TraceText:", up to the next label. All that is no trace stays in
// the message, labels included: a code or an id beside a label is part of what was logged.
func (r *file) dialog(x *record, b []byte) {
	x.log = PluginTrace
	var message, trace []byte
	inTrace := false
	for rest := b; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		text := bytes.TrimSpace(line)
		label := dialogLabel(text)
		value := bytes.TrimSpace(bytes.TrimPrefix(text[len(label):], []byte(":")))
		switch label {
		case "Activity Id", "Activity ID":
			if _, ok := parseGUID(value); ok {
				x.activityID = notZero(value)
			}
		case "Time", "Timestamp":
			r.stamp(x, value)
		}
		if source, ok := bytes.CutPrefix(text, []byte("ApiExceptionSourceKey: Plugin/")); ok {
			x.typeName = typeName(source)
		}
		switch plugin, ok := bytes.CutPrefix(text, []byte("PluginTrace:")); {
		case ok:
			inTrace, text = true, bytes.TrimSpace(plugin)
		case label == "TraceText":
			inTrace, text = true, value
		case label != "":
			inTrace = false
		}
		if !inTrace {
			message = append(append(message, line...), '\n')
			continue
		}
		if typ, name, step, ok := parseTraceHeader(text); ok {
			header(x, typ, name, step)
		}
		trace = append(append(trace, text...), '\n')
	}
	x.errorText, x.traceText = bytes.TrimSpace(message), bytes.TrimSpace(trace)
}

// job parts the trace of a system job from its error. The form prints the trace first. Its headers are read
// by splitTrace into a record that is thrown away, as the texts it finds there are right only when the form
// had no field for the error.
func (r *file) job(x *record, b []byte) {
	x.log = PluginTrace
	const start, mark = "Plugin Trace:", "\nError Message:"
	trace := bytes.TrimSpace(b[len(start):])
	x.errorText = nil
	if i := bytes.Index(b, []byte(mark)); i >= 0 {
		trace = bytes.TrimSpace(b[len(start):max(i, len(start))])
		x.errorText = bytes.TrimSpace(b[i+len(mark):])
	}
	var y record
	splitTrace(&y, trace)
	x.typeName, x.messageName, x.entity = y.typeName, y.messageName, y.entity
	x.traceText = trace
	if len(x.errorText) == 0 {
		x.traceText, x.errorText = y.traceText, y.errorText
	}
}

// The second line of an entry that "pacx plugin trace list" prints: message and table, then mode, depth and
// duration in brackets.
var pacxLine = regexp.MustCompile(`^\s+(\S+) on (\S+)\s+\[(Sync|Async), depth (\d+), (\d+) ms`)

// pacx takes an entry of "pacx plugin trace list" apart: type, message, table, and the indented block. The
// first line is the name of a type and so has no blanks; asking that first spares nearly all texts the
// expression.
func pacx(x *record, b []byte) bool {
	name, rest, ok := bytes.Cut(b, []byte("\n"))
	if !ok || bytes.ContainsAny(bytes.TrimSpace(name), " \t") {
		return false
	}
	line, block, _ := bytes.Cut(rest, []byte("\n"))
	m := pacxLine.FindSubmatch(line)
	if m == nil {
		return false
	}
	x.log, x.errorText = PluginTrace, nil
	x.typeName, x.messageName, x.entity = bytes.TrimSpace(name), m[1], m[2]
	x.mode = modeLabel(m[3])
	x.depth, x.durationMS = int32(min(number(m[4]), 1<<31-1)), number(m[5])
	block = bytes.TrimSpace(block)
	x.traceText = block
	if i := exceptionStart(block); i >= 0 {
		x.traceText, x.errorText = bytes.TrimSpace(block[:i]), block[i:]
	}
	return true
}

// Lines that the template of the Power Platform tools for plug-ins writes.
var baseLine = regexp.MustCompile(`(?m)^(?:\[\+\d+ms\] - \[|(?:Entered|Exiting) [\w.]+\.Execute\(\))`)

// baseTrace reports whether a text without header is the trace of a plug-in all the same.
func baseTrace(b []byte) bool {
	// The expression tries each place of a text: nearly all texts have neither of these. Without the
	// question it took half the time of reading infologs as text: 33 to 51 MB/s for 120 to 130 MB/s with
	// it (BenchmarkRead, text infologs, 2026-11-24, two cores of a shared machine under other load).
	return (ascii.IndexRare(b, "ms] - [", 2) >= 0 || ascii.IndexRare(b, ".Execute()", 2) >= 0) && baseLine.Match(b)
}

// syncReport makes a record of the report of an initial sync. Its second and further failed records come as
// messages of their own, since a report may be longer than memory: they belong to the same leg. The leg is
// copied because the window has moved on when they come.
func (r *file) syncReport(x *record, b []byte) error {
	r.leg = bytes.Clone(syncLeg(b))
	x.errorText = b
	return r.keep(x)
}
