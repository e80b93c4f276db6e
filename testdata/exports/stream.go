package exports

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Stream is an export that is written record by record, so that it may be larger than memory: what stands
// before the records, what is printed around the values of each, and what stands behind them.
type Stream struct {
	Name               string // kind of log, format, and for dual-write in CSV the shape
	Columns            []string
	head, between, end string
	tail               string
	parts              []part
}

// A part is what is printed before a value, and how the value is.
type part struct {
	before string
	print  printing
}

// A printing is how a value is printed.
type printing uint8

const (
	bare   printing = iota
	quoted          // in quotes as a cell of CSV; nothing stays nothing
	inJSON          // inside a string of JSON whose quotes are printed around it
	orNull          // a string of JSON, null for nothing
)

const webHead = `{"@odata.context":"` + apiRoot + `$metadata#plugintracelogs","value":[` + "\n"

// Streams lists them. The first column of a trace in JSON is the number in its tag.
func Streams() []Stream {
	traces, failures := traceObject(), envelopeObject()
	return []Stream{
		sheet("plugintrace csv", columnNames(queryNames), "messageblock", "exceptiondetails"),
		traces.as("plugintrace json", webHead, ",\n", "\n]}\n"),
		traces.as("plugintrace ndjson", "", "\n", "\n"),
		sheet("dualwrite csv columns", []string{"Company", "Entity Name", "RecordIdentifier", "Created On", "Error Message", "Verbose Error", "Activity Id"},
			"Error Message", "Verbose Error"),
		sheet("dualwrite csv envelope", []string{"Company", "Entity Name", "RecordIdentifier", "Created On", "DetailedErrorMessage"}, "DetailedErrorMessage"),
		failures.as("dualwrite json", "[\n", ",\n", "\n]\n"),
		failures.as("dualwrite ndjson", "", "\n", "\n"),
	}
}

// FindStream is the stream of a name, nil when there is none.
func FindStream(name string) *Stream {
	all := Streams()
	i := slices.IndexFunc(all, func(s Stream) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return &all[i]
}

func columnNames(h []heading) (names []string) {
	for _, h := range h {
		names = append(names, h.name)
	}
	return names
}

// sheet is a table in CSV, as a query prints it: its texts are in quotes, whatever is in them.
func sheet(name string, columns []string, texts ...string) Stream {
	s := Stream{Name: name, Columns: columns, head: strings.Join(columns, ",") + "\r\n", end: "\r\n"}
	for i, c := range columns {
		p := part{before: ","}
		if i == 0 {
			p.before = ""
		}
		if slices.Contains(texts, c) {
			p.print = quoted
		}
		s.parts = append(s.parts, p)
	}
	return s
}

// traceObject is a row of the table of traces as the Web API answers it.
func traceObject() Stream {
	s := Stream{Columns: append([]string{"@odata.etag"}, columnNames(queryNames)...), end: "}"}
	s.parts = append(s.parts, part{before: `{"@odata.etag":"W/\"`})
	behind := `\""`
	for _, h := range queryNames {
		p := part{before: behind + `,"` + h.name + `":"`}
		behind = `"`
		switch h.name {
		case "operationtype", "mode", "depth", "performanceexecutionduration":
			p.before, behind = strings.TrimSuffix(p.before, `"`), ""
		case "messageblock":
			p.print = inJSON
		case "exceptiondetails":
			p.before, p.print = strings.TrimSuffix(p.before, `"`), orNull
		}
		s.parts = append(s.parts, p)
	}
	return s
}

// envelopeObject is a live error of dual-write with one failure.
func envelopeObject() Stream {
	return Stream{
		Columns: []string{"entityName", "externalEntityName", "errorMessage", "logDateTime", "verboseError"},
		parts: []part{
			{before: `{"entityName":"`}, {before: `","externalEntityName":"`},
			{`","executionStatus":2,"fieldResponses":[],"recordResponses":[{"errorMessage":"`, inJSON},
			{before: `","logDateTime":"`}, {`","verboseError":"`, inJSON},
		},
		end: `"}],"isErrorCountUpdated":true}`,
	}
}

// as returns the records under another name with something around and between them.
func (s Stream) as(name, head, between, tail string) Stream {
	s.Name, s.head, s.between, s.tail = name, head, between, tail
	return s
}

// Append appends a record with these values, one for each of the columns and in their order.
func (s *Stream) Append(dst []byte, values ...[]byte) []byte {
	for i, p := range s.parts {
		dst = append(dst, p.before...)
		switch v := values[i]; {
		case p.print == bare:
			dst = append(dst, v...)
		case p.print == inJSON:
			dst = AppendJSON(dst, v)
		case p.print == quoted && len(v) > 0:
			dst = appendQuoted(dst, v)
		case p.print == orNull && len(v) > 0:
			dst = append(dst, '"')
			dst = append(AppendJSON(dst, v), '"')
		case p.print == orNull:
			dst = append(dst, "null"...)
		}
	}
	return append(dst, s.end...)
}

// A Writer writes a stream, some records at a time.
type Writer struct {
	stream  *Stream
	w       io.Writer
	buf     []byte
	mark    int   // where in buf the last record begins, with what parts it from the one before
	written int64 // bytes that buf held before
	records int64
	err     error
}

// block is how much is kept before it is written.
const block = 1 << 20

// NewWriter starts a file in w.
func (s *Stream) NewWriter(w io.Writer) *Writer {
	b := make([]byte, 0, block+64<<10)
	return &Writer{stream: s, w: w, buf: append(b, s.head...)}
}

// Add adds a record. What could not be written is said by Close.
func (w *Writer) Add(values ...[]byte) {
	if len(w.buf) >= block {
		w.flush()
	}
	w.mark = len(w.buf)
	if w.records > 0 {
		w.buf = append(w.buf, w.stream.between...)
	}
	w.buf = w.stream.Append(w.buf, values...)
	w.records++
}

// Drop takes the last record back, once.
func (w *Writer) Drop() {
	w.buf = w.buf[:w.mark]
	w.records--
}

// Size is how many bytes were added; last are those of the last record, tail those that Close adds.
func (w *Writer) Size() (all, last, tail int64) {
	return w.written + int64(len(w.buf)), int64(len(w.buf) - w.mark), int64(len(w.stream.tail))
}

func (w *Writer) flush() {
	if w.err == nil {
		_, w.err = w.w.Write(w.buf)
	}
	w.written += int64(len(w.buf))
	w.buf, w.mark = w.buf[:0], 0
}

// Close ends the file and returns the first error of writing; it closes no file.
func (w *Writer) Close() error {
	w.buf = append(w.buf, w.stream.tail...)
	w.flush()
	return w.err
}

// appendQuoted appends a cell of CSV in quotes.
func appendQuoted(dst, v []byte) []byte {
	dst = append(dst, '"')
	for {
		i := bytes.IndexByte(v, '"')
		if i < 0 {
			return append(append(dst, v...), '"')
		}
		dst = append(append(dst, v[:i+1]...), '"')
		v = v[i+1:]
	}
}

// AppendJSON appends v as it stands inside a string of JSON.
func AppendJSON(dst, v []byte) []byte {
	const hex = "0123456789abcdef"
	from := 0
	for i := 0; i < len(v); {
		c := v[i]
		if plainJSON[c] {
			i++
			continue
		}
		dst = append(dst, v[from:i]...)
		n := 1
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\t':
			dst = append(dst, `\t`...)
		case c == '\b':
			dst = append(dst, `\b`...)
		case c == '\f':
			dst = append(dst, `\f`...)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			var r rune
			switch r, n = utf8.DecodeRune(v[i:]); {
			case r == utf8.RuneError && n == 1:
				dst = append(dst, `\ufffd`...)
			case r == '\u2028' || r == '\u2029':
				dst = append(dst, `\u202`...)
				dst = append(dst, hex[r&15])
			default:
				dst = append(dst, v[i:i+n]...)
			}
		}
		i += n
		from = i
	}
	return append(dst, v[from:]...)
}

// plainJSON are the bytes that need no second look.
var plainJSON = func() (t [256]bool) {
	for c := byte(' '); c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// AppendXML appends v as a text of XML.
func AppendXML(dst, v []byte) []byte {
	from := 0
	for i, c := range v {
		var reference string
		switch c {
		case '<':
			reference = "&lt;"
		case '>':
			reference = "&gt;"
		case '&':
			reference = "&amp;"
		case '\r':
			reference = "&#xD;"
		default:
			continue
		}
		dst = append(append(dst, v[from:i]...), reference...)
		from = i + 1
	}
	return append(dst, v[from:]...)
}
