package ingest

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/clock"
)

// Errors are pasted as lists, one in each line, with bullets or without. Nothing in a single line says that
// the next one is an error of its own, so the lines of a paragraph are looked at together: a list is one
// whose lines are sentences, which no stack, label, markup, time or level interrupts. All that has one of
// those is a message with structure, and cut by judge alone.

// longestLook is how much of a paragraph is looked at in one go. What is behind is looked at again.
const longestLook = 16 << 10

// An outline says where in a paragraph items start.
type outline struct {
	starts []int // offsets of lines, ascending, the first line not among them
	length int   // bytes that were looked at
	sure   bool  // most items tell of an error: the others do, too, in other words
	titled bool  // the first line announces the items
	more   bool  // the paragraph goes on behind what was looked at
}

// An entryLine is a line of a paragraph.
type entryLine struct {
	at   int
	text []byte // without list mark and blanks
	mark byte   // kind of the list mark, 0 without
	deep int    // blanks before it
}

// outlined finds the items of the paragraph that b starts with. It ends at a blank line, or at a line of
// Markdown that is a paragraph of its own; the line that opens a fence belongs to what it fences. A line with
// structure ends the look, as nearly all logs have one at once: their paragraphs cost no more than that line.
// lines is scratch space.
func outlined(b []byte, lines []entryLine) (outline, []entryLine) {
	first, _, _ := bytes.Cut(b, []byte("\n"))
	quoted := isQuoted(first)
	lines = lines[:0]
	n := 0
	for n < len(b) {
		k := bytes.IndexByte(b[n:], '\n') + 1
		if k == 0 {
			k = len(b) - n
		}
		line := unquoted(b[n : n+k])
		text := bytes.TrimSpace(line)
		if len(text) == 0 || n > 0 && ((len(line) < k) != quoted || fence(text) != 0 || heading(text) || pipeRow(text) || rule(text)) {
			break
		}
		n += k
		if heading(text) || pipeRow(text) {
			break
		}
		if fence(text) != 0 {
			continue
		}
		mark, bare := listItem(text)
		if structured(bare) {
			return outline{length: len(b)}, lines
		}
		lines = append(lines, entryLine{at: n - k, text: bare, mark: mark, deep: len(line) - len(blanks.TrimLeft(line))})
	}
	o := outline{length: n}
	if len(lines) < 2 {
		return o, lines
	}
	if mark := listMark(lines); mark != 0 {
		o.bulleted(lines, mark)
	} else {
		o.sentences(lines)
	}
	return o, lines
}

// listMark is the mark that the items of a list have: two lines or more, of which only the first may be
// without one.
func listMark(lines []entryLine) byte {
	first := lines[0]
	if first.mark == 0 {
		first = lines[1]
	}
	n := 0
	for _, l := range lines {
		if l.mark == first.mark && l.deep <= first.deep {
			n++
		}
	}
	if first.mark == 0 || n < 2 {
		return 0
	}
	return first.mark
}

// bulleted takes the lines with the mark of the list as items. Lines below an item, without mark or further
// in, are part of it. A first line that has a mark of our logs is an error and the list its details.
func (o *outline) bulleted(lines []entryLine, mark byte) {
	o.titled = lines[0].mark != mark
	if o.titled && marked(lines[0].text) {
		o.titled = false
		return
	}
	deep := lines[0].deep
	if o.titled {
		deep = lines[1].deep
	}
	items, failures := 0, 0
	for i, l := range lines {
		if l.mark != mark || l.deep > deep {
			continue
		}
		items++
		if telling(l.text) && !prose(l.text) {
			failures++
		}
		if i > 0 {
			o.starts = append(o.starts, l.at)
		}
	}
	o.sure = failures*2 > items
	o.titled = o.titled && failures > 0
}

// sentences takes each line as an item that can be one: the sentence before it has ended, or every line
// tells of an error; it begins like a sentence; and it does not go on with what dual-write said before.
// A line that shows no sign of an error goes on with the one before, a hint in most cases, unless two thirds
// of the lines show one.
func (o *outline) sentences(lines []entryLine) {
	failures, whole := 0, true
	for i, l := range lines {
		if telling(l.text) {
			failures++
		}
		whole = whole && l.deep == 0 && opening(l.text) && (i == len(lines)-1 || !hanging(l.text))
	}
	if failures == 0 {
		return
	}
	o.sure = failures*3 >= len(lines)*2
	uniform := whole && failures == len(lines)
	message := lines[0].text // from the start of the item to the line before
	for i, l := range lines[1:] {
		before := lines[i].text
		if l.deep > 0 || !opening(l.text) || hanging(before) || !uniform && !ended(before) && !(i == 0 && title(before)) ||
			goesOn(message, l.text) || !o.sure && !telling(l.text) {
			message = append(message[:len(message):len(message)], l.text...)
			continue
		}
		o.titled = o.titled || i == 0 && title(before)
		o.starts = append(o.starts, l.at)
		message = l.text
	}
}

// title reports whether a line stands above others and is none of them: no sentence, and no sign of an error
// but a colon at its end.
func title(text []byte) bool {
	return text[len(text)-1] == ':' && !marked(text) || !ended(text) && !telling(text)
}

// structured reports whether a line is part of a message that has structure.
func structured(text []byte) bool {
	switch text[0] {
	case '<', '{', '}', '[', '|', '#':
		return true
	}
	if _, n := clock.Line(text); n > 0 {
		return true
	}
	return frameOf(text) != frameNone || firstMarkers.Any(text) || structureMarkers.Any(text) ||
		levelled(text) || labelled(text) || fence(text) != 0 || hasEnvelope(text) || bytes.Contains(text, []byte("<Organization")) ||
		bytes.Contains(text, []byte(`{"`)) || syncReported(text) || stackFrame(text)
}

// stackFrame reports whether a line is a frame of a stack without the word before it, as tools print stacks as
// lists: "Fabrikam.Rates.Reader.Load(String path)".
func stackFrame(text []byte) bool {
	i, dots := 0, 0
	for i < len(text) && (ascii.Letter(text[i]) || ascii.Digit(text[i]) || bytes.IndexByte([]byte("._<>`+"), text[i]) >= 0) {
		if text[i] == '.' {
			dots++
		}
		i++
	}
	return dots > 1 && i < len(text) && text[i] == '(' && bytes.IndexByte(text[i:], ')') > 0
}

func syncReported(text []byte) bool { return bytes.Contains(text, []byte(syncReportMark)) }

// What stands inside a message of several lines: stacks in the languages of .NET, X++ calls, ends.
var structureMarkers = ascii.StartsOf("at ", "bei ", "\u00e0 ", "---", "--", "Stacktrace:", "ErrorsDetails:", "Record Id:", "Executed leg:", "(S)", `\`, "HTTP/")

// labels are the names that stand before a part of a message, in the spellings of tools and people.
var labels = []string{
	"message", "detail", "details", "error code", "errorcode", "hresult", "code", "activity id", "activityid", "correlation id", "correlationid",
	"request id", "requestid", "session id", "timestamp", "time", "date", "source", "target site", "stack trace", "stacktrace", "call stack",
	"exception type", "exception message", "inner exception", "innerexception", "inner fault", "parameter name", "parameter", "status", "status code",
	"type", "entity", "table", "record", "record id", "field", "value", "company", "user", "server", "plugin", "plug-in", "step", "helplink",
	"trace", "tracetext", "cause", "reason", "http status", "url", "method", "response", "body", "originalexception", "actual value was",
	"exception details", "location", "expression", "spid", "process id", "object name", "object server azure",
}

// labelled reports whether a line starts with a label.
func labelled(text []byte) bool {
	i := bytes.IndexByte(text[:min(len(text), 24)], ':')
	if i <= 0 {
		return false
	}
	name := bytes.TrimSpace(text[:i])
	for _, label := range labels {
		if ascii.Is(name, label) {
			return true
		}
	}
	return false
}

// opening reports whether a line begins like a sentence: with a capital, a number, a quote, or a letter of a
// script that has no capitals.
func opening(text []byte) bool {
	c, _ := utf8.DecodeRune(text)
	return c == '\'' || c == '"' || c == '\u2018' || c == '\u201c' || c == '\u00bf' || c == '\u00a1' || c == '`' || c == '*' || unicode.IsDigit(c) || unicode.IsLetter(c) && !unicode.IsLower(c)
}

// ended reports whether a line ends like a sentence.
func ended(text []byte) bool {
	text = bytes.TrimRight(text, "'\")]}*`_ \u201d\u2019")
	c, _ := utf8.DecodeLastRune(text)
	switch c {
	case '.', '!', '?', '\u2026', '\u3002', '\uff01', '\uff1f', '\u0964':
		return true
	}
	return false
}

// hanging reports whether a line cannot end a sentence: the next one goes on. A colon behind the type of an
// exception announces its message, any other may announce a list.
func hanging(text []byte) bool {
	switch text[len(text)-1] {
	case ':':
		return bytes.IndexByte(text, ' ') < 0 && bytes.Contains(text, []byte("Exception"))
	case ',', ';', '(', '-', '=', '&', '/', '\\':
		return true
	}
	i := bytes.LastIndexByte(text, ' ')
	for _, word := range []string{"a", "an", "the", "of", "for", "and", "or", "with", "from", "der", "die", "das", "und", "le", "la", "de"} {
		if string(text[i+1:]) == word {
			return true
		}
	}
	return false
}

// repeats reports whether a line is what SQL Server said besides the first error of an exception, which holds
// all of them, one in a line: the same once more, or the same of another column.
func repeats(message, line []byte) bool {
	if !bytes.Contains(message, []byte("SqlException")) {
		return false
	}
	words, _, _ := bytes.Cut(line, []byte("'"))
	return len(words) > 8 && bytes.Contains(message, append([]byte(": "), words...))
}

// closing reports whether a line only closes the infolog before it: it names no failure of its own.
func closing(line []byte) bool {
	line, _ = bytes.CutPrefix(line, []byte("Results. "))
	line = bytes.TrimRight(line, ". ")
	for _, s := range []string{"validations failed", "validation failed", "update has been canceled", "update has been cancelled", "posting has been canceled", "posting has been cancelled"} {
		if ascii.Is(line, s) {
			return true
		}
	}
	return false
}

// goesOn reports whether a line goes on with the infolog of dual-write that message begins: the parts of one
// come in this order, each at most once but for look-ups.
func goesOn(message, line []byte) bool {
	has := func(s string) bool { return bytes.Contains(message, []byte(s)) }
	switch {
	case bytes.HasPrefix(line, []byte("Unit of Work")):
		return has("Cannot save the changes")
	case bytes.HasPrefix(line, []byte("Unable to write data")):
		return (has("Cannot save the changes") || has("Unit of Work")) && !has("Unable to write data")
	case bytes.HasPrefix(line, []byte("Unable to lookup")):
		return has("Unable to write data") && !has("Writes to ")
	case bytes.HasPrefix(line, []byte("Writes to ")):
		return (has("Unable to write data") || has("Unable to lookup")) && !has("Writes to ")
	}
	return infologTails.Any(line) || repeats(message, line) || closing(line)
}

// infologTails are what an infolog ends with.
var infologTails = ascii.StartsOf("Request failed", "For information on", "For more information", "Activity ID", "Exception message")

// errorLines reports whether b has a line that starts with a time and speaks of an error, or one of
// PowerShell's lists with a name that only logs have. It is asked of files nobody named; the time keeps out
// prose about errors.
func errorLines(b []byte) bool {
	for len(b) > 0 {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		if n := listKey(line); n > 0 && strongSlots.has(slotOf(line[:n])) {
			return true
		}
		if _, n := clock.Line(line); n > 0 {
			for _, s := range []string{"error", "exception", "failed", "fehler"} {
				if ascii.IndexFold(line, s) < len(line) {
					return true
				}
			}
		}
		b = rest
	}
	return false
}
