package ingest

import (
	"bytes"
	"strings"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/scan"
	"dwtriage/ingest/secrets"
)

// mineJSON asks the first sign and then the keys. A document that starts like JSON but has no key of a log
// in its first block is told so and not handed on: the formats behind would make a text of it, and each of
// its lines a message. The marks of a log in a value outweigh unknown keys, for a tool may call its columns
// anything.
func (r *file) mineJSON(asked, walked bool) (func() error, error) {
	b := r.start()
	if n := answerHead(b); n > 0 {
		if _, ok := knownJSON(b[n:]); ok {
			r.w.Skip(len(r.w.Rest()) - len(b) + n)
			return r.json, nil
		}
	}
	if !asked && (len(b) == 0 || !looksJSON(b)) {
		return nil, nil
	}
	b = r.w.Rest()
	if keys, ok := knownJSON(b); !asked && !ok && !marked(b) {
		return nil, notALog(r.account.Path, "json without a key of a log (found: %s): needed is %s", keys, needed)
	}
	return r.json, nil
}

// A jsonReader reads values one after the other: lines, concatenated values, the elements of an array, the
// entries of a Web API answer, the rows of a query. It is no decoder of documents, for three reasons. An
// export of a gigabyte is one array, which must not be held; a value that is damaged must cost itself and
// not the array around it; and a record needs the place of its own value in the file. So the brackets around
// the entries are taken off the window one by one and remembered on a stack, and only an entry is looked at
// as a whole.
type jsonReader struct {
	file *file
	row  int64
	// '[' inside an array, 'p' in an answer whose array of entries is read, 't' in the array of
	// tables of a query's answer, 'r' among the rows of one of them.
	stack []byte
	cols  []slot // columns of the table being read
	set   slotSet
	// After a broken value the rest of its line or element is unknown: closing brackets without an
	// opening one are then part of it, not a row of garbage each. It also keeps the warning of a
	// missing bracket away: the one that is missing may be in what was given up.
	recovering bool
	// Up to this offset no value starts that a broken one would end at: it was looked for, and
	// looking again for each of them would cost the square of a long line. Two million broken elements
	// in a line of 36 MB would have taken hours; TestBrokenValuesAreLinear has such lines.
	blind      int64
	indent     int  // of the line the value starts in: a nested object is indented deeper
	next       bool // a further page was announced
	unfinished bool // the last value goes on behind the end of the file
	partial    bool // the answer of a query says that it is not whole
	refused    bool // a value outside of every list is the answer to a request that failed, and says nothing of where it comes from
}

// json goes over the blanks between two values and lets step take what follows. What the end of the file
// leaves open is told as a warning and not as a reject: all that was inside is read, and whoever sees the
// sentence can decide whether to export again. An announced page that did not come is told for the same
// reason: such a file looks whole and is a fraction of the log.
func (r *file) json() error {
	p := jsonReader{file: r}
	for {
		if err := r.w.Canceled(); err != nil {
			return err
		}
		w := r.w
		n := ascii.Blanks(w.Rest())
		if k := bytes.LastIndexByte(w.Rest()[:n], '\n'); k >= 0 {
			p.indent = n - k - 1
		}
		w.Skip(n)
		if len(w.Rest()) == 0 {
			if w.More() {
				continue
			}
			break
		}
		if err := p.step(); err != nil {
			return err
		}
	}
	if p.next {
		r.account.Incomplete = true
		r.warn("the export is incomplete: the answer names a further page that is not in the file; export all pages")
	}
	if p.partial {
		r.warn("the answer of the query is partial, as its member error says: narrow the query and export again")
	}
	if p.refused && r.account.Read == 1 {
		// Whoever exports with a script gets such a file where the export itself was refused. It may as well be what somebody was sent to look at, so it
		// is read, too; but nobody may take it for a night with one failure.
		r.account.Incomplete = true
		r.warn("the file is nothing but the answer to a request that failed: if that was the request for the export, nothing is exported; export again")
	}
	if (len(p.stack) > 0 && !p.recovering || p.unfinished) && !r.w.Cut() {
		r.warn("the file ends in the middle: a closing bracket is missing")
	}
	return nil
}

func (p *jsonReader) top() byte {
	if len(p.stack) == 0 {
		return 0
	}
	return p.stack[len(p.stack)-1]
}

// step takes a bracket, a comma or a whole value off the window. Commas and brackets are not checked against
// a grammar: files are joined by appending them, lines end in commas where somebody cut a piece out of an
// array, and none of this makes the values worse. What decides is only whether a sign can be the start of an
// entry here.
func (p *jsonReader) step() error {
	w := p.file.w
	switch c := w.Rest()[0]; {
	case c == ',':
		w.Skip(1)
		return nil
	case c == ']' && (p.top() == '[' || p.top() == 't' || p.top() == 'r'):
		p.stack = p.stack[:len(p.stack)-1]
		w.Skip(1)
		return nil
	case c == '}' && p.top() == 'p':
		p.stack = p.stack[:len(p.stack)-1]
		w.Skip(1)
		return nil
	case (c == ']' || c == '}') && p.recovering:
		w.Skip(1)
		return nil
	case c == '[' && len(p.stack) == 0:
		p.stack = append(p.stack, '[')
		w.Skip(1)
		return nil
	case c == '"' && p.top() == 'p':
		return p.pageMember()
	case c != '{' && c != '[' && c != '"' && len(p.stack) == 0:
		p.row++
		return p.garbage()
	case c == '{' && (len(p.stack) == 0 || p.top() == 't' || string(p.stack) == "[" && answers(w.Rest())):
		if opened, err := p.page(); opened || err != nil {
			return err
		}
	}
	return p.value()
}

// wrappers are the members in which tools put the array of log entries: the Web API and finance and
// operations, Get-CrmRecords, the Power Platform Developer Suite, browser tools; and the tables and rows of
// a query to Application Insights or Log Analytics. A list and not "the first array": an entry has arrays of
// its own (details, steps), and entering one of those would lose the entry.
var wrappers = map[string]string{"value": "[", "CrmRecords": "[", "traces": "[", "logs": "[", "tables": "t", "rows": "r"}

// answers reports whether an object in an array is an answer of the Web API: pages that somebody kept together. An entry of such an
// answer may begin with "@odata.etag", and never with these.
func answers(b []byte) bool {
	b = b[1:]
	b = b[ascii.Blanks(b):]
	for _, key := range []string{`"@odata.context"`, `"@odata.count"`, `"@odata.nextLink"`, `"value":[`, `"value": [`} {
		if bytes.HasPrefix(b, []byte(key)) {
			return true
		}
	}
	return false
}

// page enters an object with one of the wrappers, so that its entries are read one by one. It reports false
// when the object at the start of the window is something else. The members before the wrapper are looked at
// on the way, since they may say that pages are missing; they are scanned where they stand and nothing is
// taken until the wrapper is found, because an object without one is an entry and must be read from its
// start. The price is that a long entry is scanned twice.
func (p *jsonReader) page() (bool, error) {
	w := p.file.w
	p.next = false // maybe this is the page that the one before announced
	if p.top() == 't' {
		p.cols, p.set = p.cols[:0], 0
	}
	for i := 1; ; {
		key, at, st := nextMember(w.Rest(), i)
		var end int
		if st == scan.Done {
			if kind := wrappers[string(key)]; kind != "" && w.Rest()[at] == '[' && (kind == "r") == (p.top() == 't') {
				p.stack = append(p.stack, 'p', kind[0])
				w.Skip(at + 1)
				return true, nil
			}
			end, st = scan.JSON(w.Rest()[at:], w.EOF())
			if st == scan.Done {
				if value := w.Rest()[at : at+end]; len(value) > 2 && value[0] == '"' && sayingSlots.has(slotOf(key)) {
					return false, nil // an entry of its own that has such a list, too
				}
				p.note(key, w.Rest()[at:at+end])
			}
		}
		switch {
		case st == scan.More && len(w.Rest()) <= p.file.run.lim.Record && w.More():
			continue
		case st != scan.Done:
			return false, w.Canceled()
		}
		i = at + end
	}
}

// nextMember finds the key of the next member behind i and where its value starts. It works on an object
// that is not all in the window yet, which is why it gives a state and not an error: More asks to be called
// again with more bytes.
func nextMember(b []byte, i int) (key []byte, at int, st scan.State) {
	i += ascii.Blanks(b[i:])
	if i < len(b) && b[i] == ',' {
		i++
		i += ascii.Blanks(b[i:])
	}
	n, st := scan.Key(b[i:])
	if st != scan.Done {
		return nil, 0, st
	}
	at = i + n
	at += ascii.Blanks(b[at:])
	if at == len(b) {
		return nil, 0, scan.More
	}
	n, _ = scan.String(b[i:])
	return b[i+1 : i+n-1], at, scan.Done
}

// note looks at a member beside the entries: what says that the export goes on elsewhere, or how many rows it has, which columns the
// rows have, that a query was stopped. An "error" counts only where a table was begun, since it is the entry
// itself in the body of a failed request.
func (p *jsonReader) note(key, value []byte) {
	switch string(key) {
	case "@odata.nextLink", "odata.nextLink", "@nextLink", "nextLink":
		p.next = true
	case "@odata.count", "odata.count", "@count", "@Microsoft.Dynamics.CRM.totalrecordcount":
		p.file.counts(value)
	case "NextPage", "moreRecords":
		p.next = p.next || string(value) == "true"
	case "columns":
		p.columns(value)
	case "error":
		p.partial = p.partial || p.cols != nil
	}
}

// columns takes the columns of a query's table, which stand before its rows. Unlike the header of a CSV they
// need not be known: each table of an answer brings its own, and the rows of one that is no log say nothing
// and are rejected as rows.
func (p *jsonReader) columns(value []byte) {
	if p.top() != 't' || value[0] != '[' {
		return
	}
	p.cols, p.set = p.cols[:0], 0
	scan.Elements(value, func(value []byte) {
		s := slotNone
		if value[0] == '{' {
			scan.Members(value, func(key, value []byte) {
				if string(key) == "name" && value[0] == '"' {
					s = slotOf(value[1 : len(value)-1])
					p.file.noteKey(value[1:len(value)-1], s)
				}
			})
		}
		p.cols = append(p.cols, s)
		p.set |= of(s) &^ of(slotNone)
	})
}

// queryRow makes a record of a row of a query's table. A row with more values than there are columns is
// rejected rather than cut: the values have shifted, and no one knows from where. Fewer are as good as null
// at the end.
func (p *jsonReader) queryRow(b []byte, at place) error {
	f := &p.file.row.fields
	i := 0
	scan.Elements(b, func(value []byte) {
		if i < len(p.cols) {
			p.put(f, p.cols[i], value)
		}
		i++
	})
	f.set = p.set
	switch {
	case i > len(p.cols):
		return p.file.reject(at, "", reasonManyCells, secrets.Excerpt(b))
	case f.empty():
		return p.file.reject(at, "", reasonNoText, secrets.Excerpt(b))
	}
	return p.file.entry(f, at, keyName)
}

// pageMember reads over a member behind the entries of an answer. The next page is announced there by most
// tools, and there may stand a text, when what was taken for a page was an entry that happens to have a list
// called "value" or "logs": page cannot know what follows an array that it has not read.
func (p *jsonReader) pageMember() error {
	w := p.file.w
	for {
		key, at, st := nextMember(w.Rest(), 0)
		n := 0
		if st == scan.Done {
			n, st = scan.JSON(w.Rest()[at:], w.EOF())
		}
		switch {
		case st == scan.Done:
			value := w.Rest()[at : at+n]
			if s := slotOf(key); len(value) > 2 && value[0] == '"' && textSlots.has(s) {
				return p.besideList(s, value, at+n)
			}
			p.note(key, value)
			w.Skip(at + n)
			return nil
		case st == scan.More && len(w.Rest()) <= p.file.run.lim.Record && w.More():
		default:
			p.row++
			return p.broken(jsonReason(st))
		}
	}
}

// besideList makes a record of a text behind the list of an object that was taken for a page: it
// was an entry itself. The member is n bytes long.
func (p *jsonReader) besideList(s slot, value []byte, n int) error {
	w := p.file.w
	p.row++
	p.file.row.fresh()
	at := place{row: p.row, offset: w.Offset(), length: w.RawLen(w.Rest()[:n])}
	p.file.row.fields.put(s, scan.JSONText(&p.file.row.arena, w.Text(&p.file.row.arena, value)))
	w.Take(n)
	return p.file.entry(&p.file.row.fields, at, keyName)
}

// value takes the value at the start of the window as a record. While it does not end in the window, more is
// asked for and the scan starts again from its first byte: a scanner that could be interrupted would carry
// its state through every branch, and the window reads twice as much each time, so a byte is looked at about
// twice.
func (p *jsonReader) value() error {
	w := p.file.w
	p.row++
	n, st := scan.JSON(w.Rest(), w.EOF())
	for st == scan.More && len(w.Rest()) <= p.file.run.lim.Record {
		w.More()
		n, st = scan.JSON(w.Rest(), w.EOF())
	}
	if err := w.Canceled(); err != nil {
		return err
	}
	switch {
	case st == scan.More || st == scan.Done && n > p.file.run.lim.Record:
		var s valueSkipper
		return p.skipValue(s.pass, reasonLong)
	case st != scan.Done:
		return p.broken(jsonReason(st))
	}
	p.file.row.fresh()
	b := w.Rest()[:n]
	at := place{row: p.row, offset: w.Offset(), length: w.RawLen(b)}
	w.Take(n)
	if text := w.Text(&p.file.row.arena, b); len(text) != n || &text[0] != &b[0] {
		// Blanks of one encoding may be letters of another. The scan ran over the bytes of the file;
		// what is decoded may have other quotes in it, and all that follows relies on a whole value.
		b = text
		if n, st := scan.JSON(b, true); st != scan.Done || n != len(b) {
			return p.file.reject(at, "", reasonJSON, secrets.Excerpt(b))
		}
	}
	switch b[0] {
	case '{':
		if err := p.original(b); err != nil {
			return err
		}
		return p.object(b, at)
	case '"':
		return p.file.message(scan.JSONText(&p.file.row.arena, b), at, 0)
	case '[':
		if p.top() == 'r' {
			return p.queryRow(b, at)
		}
	}
	return p.file.reject(at, "", reasonNoObject, secrets.Excerpt(b))
}

// object makes records of one object. What it is, its keys tell, and the order of the cases below is an
// order of strength: an envelope holds failed records of its own; a fault body names one error; the list of
// a data management execution is a text in a text; numbered errors are one record each. Only then is the
// object an entry with columns, and an object that says nothing itself is searched for others inside. A key
// with "@" is an annotation of the Web API (a formatted value, a type, a link) and repeats its neighbour in
// the language of the user, so it feeds nothing.
func (p *jsonReader) object(b []byte, at place) error {
	f := &p.file.row.fields
	f.clear()
	var fault, responses, errorList, name []byte
	mapState := false // of Dual-write automations: the name is that of the map
	var numbered [][]byte
	scan.Members(b, func(key, value []byte) {
		switch {
		case bytes.IndexByte(key, '@') >= 0:
			p.note(key, value)
		case string(key) == "recordResponses":
			responses = value
		case string(key) == "value" && value[0] == '"' && bytes.Contains(value, []byte("ErrorMessage")):
			errorList = value
		case string(key) == "error" && value[0] == '{':
			fault = value
		case string(key) == "name" && value[0] == '"':
			name = scan.JSONText(&p.file.row.arena, value)
		case string(key) == "lastRequest":
			mapState = true
		case recordErrorKey(key):
			numbered = append(numbered, value)
		default:
			s := slotOf(key)
			p.file.noteKey(key, s)
			p.put(f, s, value)
		}
	})
	if mapState {
		f.put(slotMap, name)
	}
	switch {
	case responses != nil:
		return p.envelopeObject(b, at)
	case fault != nil:
		x := at.row0()
		p.file.fill(&x, f)
		if !f.set.any(traceSlots | errorLogSlots | of(slotMap, slotCompany)) {
			x.log = "" // nothing beside the error tells
			p.refused = p.refused || len(p.stack) == 0
		}
		return p.file.faultBody(fault, x)
	case errorList != nil:
		return p.file.executionErrors(scan.JSONText(&p.file.row.arena, errorList), at)
	case len(numbered) > 0 && !f.set.any(traceSlots):
		return p.numbered(f, numbered, at)
	case f.empty():
		found, err := p.harvest(b, f, at, 0)
		if err == nil && !found {
			err = p.file.reject(at, "", reasonNoText, secrets.Excerpt(b))
		}
		return err
	}
	return p.file.entry(f, at, keyName)
}

// put gives a value to the fields, or notes that a secret was left out.
func (p *jsonReader) put(f *fields, s slot, value []byte) {
	switch s {
	case slotNone:
	case slotSecret, slotPayload:
		p.file.secretCell(s, value)
	default:
		f.put(s, scan.JSONText(&p.file.row.arena, value))
	}
}

// harvest makes records of the objects inside b that have a text: the executions of an initial sync nest
// their errors four levels deep. f are the fields of b; its map, company and time hold for the inner objects
// too. Twice that depth is looked at and no more, since each level is scanned once for itself and once for
// all that are around it.
func (p *jsonReader) harvest(b []byte, f *fields, at place, depth int) (found bool, err error) {
	const deepest = 8
	if depth > deepest {
		return false, nil
	}
	visit := func(value []byte) {
		if err != nil || value[0] != '{' {
			return
		}
		in, e := p.harvestObject(value, f, at, depth+1)
		found, err = found || in, e
	}
	scan.Members(b, func(_, value []byte) {
		if value[0] == '[' {
			scan.Elements(value, visit)
			return
		}
		visit(value)
	})
	return found, err
}

// harvestObject makes a record of b when it has a text, and goes on inside of it. An object with a status
// that is no failure has nothing to say itself: the executions of an initial sync list every leg, also those
// that are done, and their texts would each become an error of unknown kind. Where two statuses contradict
// each other the failure counts, for that is what somebody looks for. Its fields are a value of their own
// and not those of the row, as the outer ones are still needed.
func (p *jsonReader) harvestObject(b []byte, outer *fields, at place, depth int) (found bool, err error) {
	var f fields
	for _, s := range []slot{slotEntity, slotMap, slotCompany, slotCreated, slotTimestamp} {
		f.value[s] = outer.value[s]
	}
	var record, field []byte
	calm, worse := false, false // says a status
	scan.Members(b, func(key, value []byte) {
		s := slotOf(key)
		switch {
		case bytes.IndexByte(key, '@') >= 0:
			p.note(key, value)
		case string(key) == "recordId":
			record = scan.JSONText(&p.file.row.arena, value)
		case string(key) == "sourceField":
			field = scan.JSONText(&p.file.row.arena, value)
		case string(key) == "exportUri" || string(key) == "importErrorUri" || string(key) == "errorUri":
			if bytes.Contains(value, []byte("sig=")) {
				p.file.row.left |= secrets.SignedAddress
			}
		case (string(key) == "importFinished" || string(key) == "exportFinished" || string(key) == "modifiedOn") && value[0] == '"':
			f.put(slotTimestampUTC, scan.JSONText(&p.file.row.arena, value)) // goes before the time it was created
		case string(key) == "state":
			calm = calm || string(value) == "1" || string(value) == "2" || doneStatus(scan.JSONText(&p.file.row.arena, value))
			worse = worse || string(value) == "3" || failure(value)
		case string(key) == "rootActivityId":
			f.put(slotActivity, scan.JSONText(&p.file.row.arena, value))
		case string(key) == "exportDetails" || string(key) == "importDetails":
			f.put(slotDetails, scan.JSONText(&p.file.row.arena, value))
		case string(key) == "status":
			calm = calm || doneStatus(scan.JSONText(&p.file.row.arena, value))
			worse = worse || failure(value)
		case value[0] != '{' && value[0] != '[':
			p.file.noteKey(key, s)
			p.put(&f, s, value)
		}
	})
	if (worse || !calm) && f.hasText() {
		found = true
		p.nameRecord(&f, record, field)
		if err := p.file.entry(&f, at, keyName); err != nil {
			return found, err
		}
	}
	in, err := p.harvest(b, &f, at, depth)
	return found || in, err
}

// doneStatus reports whether the status of an execution tells of no failure. The list is of what is calm,
// and not of what failed, so that a status nobody has seen yet keeps its text: a line too many is seen, a
// failure that was left out is not.
func doneStatus(v []byte) bool {
	for _, s := range []string{"success", "succeeded", "completed", "complete", "done", "ok", "running", "inprogress", "in progress", "waiting", "queued",
		"notstarted", "not started", "notrun"} {
		if ascii.Is(v, s) {
			return true
		}
	}
	return false
}

// nameRecord adds to the message of an initial sync which record it is about, and which field.
func (p *jsonReader) nameRecord(f *fields, record, field []byte) {
	if text := f.value[slotErrorMessage]; len(text) > 0 {
		f.value[slotErrorMessage] = p.file.named(text, record, field)
	}
}

// executionErrors makes records of the errors of a data management execution, as GetExecutionErrors of
// finance and operations gives them: an array in a text, [{"RecordId":…,"Field":…,"ErrorMessage":…}]. Its
// messages hold unescaped quotes and line breaks, so no JSON parser gets to its end: an error goes up to
// where the next one starts. That a message quotes the start of such an error itself is possible and was
// given up: nothing tells the two apart.
func (r *file) executionErrors(text []byte, at place) error {
	const start = `{"RecordId"`
	found := false
	for i := bytes.Index(text, []byte(start)); i >= 0; {
		text = text[i:]
		one := text
		if i = bytes.Index(text[1:], []byte(start)); i >= 0 {
			i++
			one = text[:i]
		}
		message := looseMember(one, "ErrorMessage")
		if len(message) == 0 {
			continue
		}
		found = true
		x := at.row0()
		x.log = DualWrite
		x.errorText = scan.Unescape(&r.row.arena, message)
		x.errorText = r.named(x.errorText, looseMember(one, "RecordId"), looseMember(one, "Field"))
		if err := r.keep(&x); err != nil {
			return err
		}
	}
	if !found {
		return r.reject(at, "", reasonNoText, secrets.Excerpt(text))
	}
	return nil
}

// looseMember is the text of a member of b, an object that may hold unescaped quotes: it goes to the last
// quote before the next member, or before the end. The last quote and not the first, for those in between
// belong to the message, as in: value "10" is not allowed.
func looseMember(b []byte, name string) []byte {
	i := bytes.Index(b, []byte(`"`+name+`"`))
	if i < 0 {
		return nil
	}
	b = b[i+len(name)+2:]
	b = b[ascii.Blanks(b):]
	if len(b) == 0 || b[0] != ':' {
		return nil
	}
	b = b[1+ascii.Blanks(b[1:]):]
	if len(b) == 0 || b[0] != '"' {
		return nil
	}
	b = b[1:]
	end := len(b)
	for _, next := range []string{`"RecordId"`, `"Field"`, `"ErrorMessage"`} {
		if k := bytes.Index(b, []byte(next)); k >= 0 {
			end = min(end, k)
		}
	}
	if k := bytes.LastIndexByte(b[:end], '"'); k >= 0 {
		end = k
	}
	return bytes.TrimSpace(b[:end])
}

// numbered makes a record of each {"RecordError0": text, "RecordError1": text}.
func (p *jsonReader) numbered(f *fields, values [][]byte, at place) error {
	for _, v := range values {
		x := at.row0()
		p.file.fill(&x, f)
		x.errorText = scan.JSONText(&p.file.row.arena, v)
		if err := p.file.keep(&x); err != nil {
			return err
		}
	}
	return nil
}

// jsonReason is why a value was not scanned to its end.
func jsonReason(st scan.State) string {
	if st == scan.Deep {
		return reasonDeep
	}
	return reasonJSON
}

// broken takes a value that is no JSON off the window: by its markers when it is an envelope with unescaped
// quotes or a piece of one, as a reject otherwise. The value goes as far as the next line or element that
// starts like one. The parser cannot say where a broken value ends, since the sign that would tell is what
// is broken; counting brackets is wrong too, for a quote that is missing turns the rest of the file into a
// text. How values of this file start, however, was seen at the value itself, and the next one starts alike.
//
// The cost is linear. When a start is found, what was looked at becomes a reject and is not seen again. When
// none is found as far as the window may reach, that place is kept in blind; broken values before it are
// read over by their brackets, which may give up a good neighbour but looks at each byte once.
func (p *jsonReader) broken(reason string) error {
	w := p.file.w
	end := 0
	if w.Offset() >= p.blind {
		end = p.resync()
		for end == 0 && len(w.Rest()) <= p.file.run.lim.Record && w.More() {
			end = p.resync()
		}
		if end == 0 {
			p.blind = w.Offset() + w.RawLen(w.Rest())
		}
	}
	if err := w.Canceled(); err != nil {
		return err
	}
	if end == 0 && !w.EOF() {
		var s valueSkipper
		return p.skipValue(s.pass, reason)
	}
	if end == 0 {
		end = len(w.Rest())
		_, st := scan.JSON(w.Rest(), false)
		p.unfinished = st == scan.More
	}
	return p.give(end, reason)
}

// garbage takes what stands between values off the window, to the end of its line or to the next object: "--
// 2 --" between two lines, a prompt, the word that a console prints in front. Only an opening brace ends it;
// a quote or a bracket is more often part of the words than the start of an entry.
func (p *jsonReader) garbage() error {
	w := p.file.w
	end := 0
	for {
		b := w.Rest()
		if end = bytes.IndexAny(b, "{\n"); end >= 0 || len(b) > p.file.run.lim.Record || !w.More() {
			break
		}
	}
	if err := w.Canceled(); err != nil {
		return err
	}
	switch {
	case end < 0 && !w.EOF():
		return p.skipValue(func(b []byte) (int, bool) {
			if k := bytes.IndexAny(b, "{\n"); k >= 0 {
				return k, true
			}
			return len(b), false
		}, reasonJSON)
	case end < 0:
		end = len(w.Rest())
	}
	end = max(end, 1)
	if line := bytes.TrimSpace(w.Rest()[:end]); len(line) > 0 {
		if n, st := scan.JSON(line, true); st == scan.Done && n == len(line) {
			return p.give(end, reasonNoObject) // 1, true or null
		}
	}
	return p.give(end, reasonJSON)
}

// give takes the bytes up to end, which are no JSON, off the window. Envelopes as Microsoft publishes them
// have quotes unescaped, so what is no JSON may well be a message, and is read by its keys. Not so when
// secure configuration occurs in it: where a value of it ends can no longer be told, so all of it is left
// out.
func (p *jsonReader) give(end int, reason string) error {
	w := p.file.w
	p.recovering = true
	p.file.row.fresh()
	b := w.Rest()[:end]
	at := place{row: p.row, offset: w.Offset(), length: w.RawLen(b)}
	w.Take(end)
	text := bytes.TrimSpace(w.Text(&p.file.row.arena, b))
	if w.Cut() && len(w.Rest()) == 0 {
		return p.file.reject(at, "", reasonCut, secrets.Excerpt(text))
	}
	if ascii.IndexFold(text, "secureconfig") == len(text) && (hasEnvelope(text) || marked(text)) {
		return p.file.message(text, at, 0)
	}
	return p.file.reject(at, "", reason, secrets.Excerpt(text))
}

// resync finds where the value behind the broken one at the start of the window begins, 0 when that is not
// in the window. A line counts when it starts with a brace that is indented no deeper than the broken value:
// in a file that was printed with indentation, deeper ones are objects inside of it.
func (p *jsonReader) resync() int {
	b := p.file.w.Rest()
	if i := nextElement(b); i > 0 {
		return i
	}
	for i := 0; ; {
		k := bytes.IndexByte(b[i:], '\n')
		if k < 0 {
			return 0
		}
		i += k + 1
		// A line that is not there to its first sign decides nothing yet.
		n := ascii.Blanks(b[i:])
		if i+n < len(b) && b[i+n] == '{' && n <= p.indent {
			return i
		}
	}
}

// nextElement finds "},{" before an object that starts with the same key as b, on its line. The key must be
// the same, because "},{" alone also stands between the objects of a list inside the value, and an entry
// that started there would be half of one.
func nextElement(b []byte) int {
	if len(b) == 0 || b[0] != '{' {
		return 0
	}
	i := 1 + ascii.Blanks(b[1:])
	if i == len(b) || b[i] != '"' {
		return 0
	}
	n, ok := scan.String(b[i:])
	if !ok {
		return 0
	}
	first := b[i : i+n]
	if k := bytes.IndexByte(b, '\n'); k >= 0 {
		b = b[:k]
	}
	for i+n <= len(b) {
		k := bytes.Index(b[i+n:], first)
		if k < 0 {
			return 0
		}
		i += n + k
		head := bytes.TrimRight(b[:i], " \t\r")
		if !bytes.HasSuffix(head, []byte("{")) {
			continue
		}
		open := len(head) - 1
		head = bytes.TrimRight(head[:open], " \t\r")
		if head, ok := bytes.CutSuffix(head, []byte(",")); ok && bytes.HasSuffix(bytes.TrimRight(head, " \t\r"), []byte("}")) {
			return open
		}
	}
	return 0
}

// skipValue rejects what is too long to hold, or to look through again for where the next value starts,
// reading over what over takes. The excerpt is taken before, as nothing is left of the value then; it must
// not show more than the value has, since what follows may be another one.
func (p *jsonReader) skipValue(over func(piece []byte) (n int, done bool), reason string) error {
	w := p.file.w
	at := place{row: p.row, offset: w.Offset()}
	p.file.row.arena.Reset()
	text := p.file.head(w.Rest())
	p.recovering = true
	w.Pass(over)
	if at.length = w.Offset() - at.offset; at.length > int64(p.file.run.lim.Record) {
		reason = reasonLong
	} else if at.length < int64(len(text)) {
		text = strings.ToValidUTF8(text[:at.length], "")
	}
	return p.file.reject(at, "", reason, text)
}

// A valueSkipper finds the end of a value that comes in pieces. It counts brackets outside of texts and
// checks nothing else: the value is lost already, and all that matters is where the next one may start. A
// line break outside of all brackets ends it as well, or one stray word would take the rest of the file with
// it.
type valueSkipper struct {
	depth           int
	inText, escaped bool
}

func (s *valueSkipper) pass(b []byte) (n int, done bool) {
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case s.escaped:
			s.escaped = false
		case s.inText:
			s.escaped = c == '\\'
			s.inText = c != '"'
			if !s.inText && s.depth == 0 {
				return i + 1, true
			}
		case c == '"':
			s.inText = true
		case c == '{' || c == '[':
			s.depth++
		case c == '}' || c == ']':
			s.depth--
			if s.depth <= 0 {
				return i + 1, true
			}
		case c == '\n' && s.depth == 0:
			return i + 1, true
		}
	}
	return len(b), false
}

// envelopeObject makes records of b, a well-formed envelope.
func (p *jsonReader) envelopeObject(b []byte, at place) error {
	found := p.file.strictResponses(p.file.row.found[:0], b)
	p.file.row.found = found
	if len(found) == 0 {
		return p.file.reject(at, "", reasonNoText, secrets.Excerpt(b))
	}
	p.file.noteResponses(found)
	x := at.row0()
	return p.file.keepResponses(&x, found)
}
