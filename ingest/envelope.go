package ingest

import (
	"bytes"
	"html"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/scan"
	"dwtriage/ingest/secrets"
)

// envelopeKeys are the keys of the envelope: all that tells, in a text with unescaped quotes,
// where a value ends.
var envelopeKeys = []struct {
	name string
	key  envelopeKey
}{
	{"errorMessage", keyMessage},
	{"logDateTime", keyTime},
	{"verboseError", keyVerbose},
	{"entityName", keyEntity},
	{"debugLogTrace", keyDebug},
	{"externalEntityName", keyOther},
	{"recordResponses", keyOther},
	{"fieldResponses", keyOther},
	{"executionStatus", keyOther},
	{"isErrorCountUpdated", keyOther},
	{"dualWriteProcessingStage", keyOther},
}

type envelopeKey uint8

const (
	keyOther envelopeKey = iota
	keyMessage
	keyTime
	keyVerbose
	keyEntity
	keyDebug
)

// responses finds the failed records of all envelopes in text, which may be a document, a cell, or prose
// around one.
//
// An envelope is read strictly first, as JSON, because a key in quotes may also stand inside a message, and
// only a parser tells the two apart. Envelopes that are no valid JSON, as Microsoft's own published one is
// not, are read by their keys. From the first one of these on, all of the text is, since where it ends is
// not known; FuzzEnvelope holds that on a well-formed envelope both find the same.
func (r *file) responses(text []byte) []response {
	text = r.unwrap(text)
	found := r.row.found[:0]
	for {
		i := bytes.Index(text, []byte("recordResponses"))
		if i < 0 {
			break
		}
		start, end := strictEnvelope(text, i)
		if end == 0 {
			break
		}
		found = r.strictResponses(found, text[start:end])
		text = text[end:]
	}
	found = r.looseResponses(found, text)
	r.row.found = found
	return found
}

// unwrap undoes the escapes of an envelope that is itself the text of a JSON string, once or twice, what
// HTML and Markdown made of its signs, and makes typographic quotes plain. Each is asked for at a key of the
// envelope and done only when that key shows it: a message may hold a backslash or an entity of its own,
// which must stay.
func (r *file) unwrap(text []byte) []byte {
	for range 3 {
		if i := bytes.Index(text, []byte("recordResponses")); i < 2 || text[i-2] != '\\' || text[i-1] != '"' {
			break
		}
		text = scan.Unescape(&r.row.arena, text)
	}
	if bytes.Contains(text, []byte("&quot;recordResponses")) {
		text = []byte(html.UnescapeString(string(text)))
		for _, tag := range []string{"<br>", "<br/>", "<br />", "</p>"} {
			text = bytes.ReplaceAll(text, []byte(tag), []byte("\n"))
		}
	}
	if bytes.Contains(text, []byte(`: \[`)) || bytes.Contains(text, []byte(`:\[`)) || bytes.Contains(text, []byte(`**"`)) {
		for _, mark := range []struct{ in, out string }{{`\[`, "["}, {`\]`, "]"}, {`\_`, "_"}, {`**"`, `"`}, {`"**`, `"`}} {
			text = bytes.ReplaceAll(text, []byte(mark.in), []byte(mark.out))
		}
	}
	if bytes.Contains(text, []byte("\u201crecordResponses")) || bytes.Contains(text, []byte("\u201cerrorMessage")) {
		text = bytes.ReplaceAll(text, []byte("\u201c"), []byte(`"`))
		text = bytes.ReplaceAll(text, []byte("\u201d"), []byte(`"`))
	}
	return text
}

// strictEnvelope finds the well-formed object around place i of text. Every brace before it may be where the
// object starts. Only sixteen are tried, since each try may go to the end of the text; behind them the
// envelope is read by its keys.
func strictEnvelope(text []byte, i int) (start, end int) {
	const tries = 16
	for range tries {
		k := bytes.IndexByte(text[start:i], '{')
		if k < 0 {
			return 0, 0
		}
		start += k
		if n, st := scan.JSON(text[start:], true); st == scan.Done && start+n > i {
			return start, start + n
		}
		start++
	}
	return 0, 0
}

// strictResponses appends the responses of b, a well-formed envelope.
func (r *file) strictResponses(found []response, b []byte) []response {
	var entity, list, fields []byte
	before := len(found)
	scan.Members(b, func(key, value []byte) {
		switch string(key) {
		case "entityName":
			entity = scan.JSONText(&r.row.arena, value)
		case "recordResponses":
			list = value
		case "fieldResponses":
			fields = value
		case "debugLogTrace":
			if value[0] == '[' && len(value) > 2 {
				r.row.left |= secrets.DebugTrace
			}
		}
	})
	// Nobody has seen fieldResponses filled: they are read like the others, after them.
	for _, l := range [][]byte{list, fields} {
		if len(l) == 0 {
			continue
		}
		each := scan.Elements
		switch {
		case l[0] == '{' && &l[0] == firstByte(list): // one response that was unwrapped
			each = func(b []byte, yield func([]byte)) { yield(b) }
		case l[0] != '[':
			continue
		}
		each(l, func(value []byte) {
			x := response{entity: entity}
			if &l[0] == firstByte(fields) {
				x.message = r.strings(nil, value, 0)
			} else if value[0] == '{' {
				known := false
				scan.Members(value, func(key, value []byte) {
					switch string(key) {
					case "errorMessage":
						known = true
						x.message = bytes.TrimSpace(scan.JSONText(&r.row.arena, value))
					case "verboseError":
						known = true
						x.verbose = bytes.TrimSpace(scan.JSONText(&r.row.arena, value))
					case "logDateTime":
						x.at = scan.JSONText(&r.row.arena, value)
					}
				})
				if !known && &l[0] == firstByte(list) {
					x.message = r.strings(nil, value, 0) // other keys than any that was seen
				}
			} else {
				x.message = bytes.TrimSpace(scan.JSONText(&r.row.arena, value))
			}
			if len(x.message)+len(x.verbose) > 0 {
				found = append(found, x)
			}
		})
		if len(found) > before {
			break
		}
	}
	return found
}

func firstByte(b []byte) *byte {
	if len(b) == 0 {
		return nil
	}
	return &b[0]
}

// strings appends the texts inside a value of unknown shape to dst, a line each. It is for members that
// nobody has seen filled, and stops eight levels down, where a text is not likely to be meant for people.
func (r *file) strings(dst, value []byte, depth int) []byte {
	switch {
	case value[0] == '"':
		if v := bytes.TrimSpace(scan.JSONText(&r.row.arena, value)); len(v) > 0 {
			if len(dst) > 0 {
				dst = append(dst, '\n')
			}
			dst = append(dst, v...)
		}
	case depth > 8:
	case value[0] == '{':
		scan.Members(value, func(_, value []byte) { dst = r.strings(dst, value, depth+1) })
	case value[0] == '[':
		scan.Elements(value, func(value []byte) { dst = r.strings(dst, value, depth+1) })
	}
	return dst
}

// looseResponses appends what the known keys in text give. An errorMessage starts a response; an entityName
// belongs to the responses of its envelope, before or behind it. A text that goes on to the very end was cut
// by whoever copied it, and its record says so. Where there are several envelopes, a second entityName
// begins another one.
func (r *file) looseResponses(found []response, text []byte) []response {
	var entity []byte
	first := len(found) // responses from here on belong to the envelope being read
	for len(text) > 0 {
		key, at := nextKey(text)
		if at < 0 {
			break
		}
		value, n := looseValue(key, text[at:])
		text = text[at+n:]
		open := len(text) == 0 && len(value) > 0 && value[len(value)-1] != '"' && n == len(value)+1
		if open {
			value = torn(value)
		}
		v := bytes.TrimSpace(scan.Unescape(&r.row.arena, value))
		switch key {
		case keyDebug:
			r.row.left |= secrets.DebugTrace
		case keyEntity:
			if entity != nil {
				first = len(found)
			}
			entity = v
			for i := range found[first:] {
				if found[first+i].entity == nil {
					found[first+i].entity = v
				}
			}
		case keyMessage:
			found = append(found, response{entity: entity, message: v, cut: open})
		case keyTime:
			if len(found) > first && found[len(found)-1].at == nil {
				found[len(found)-1].at = v
			}
		case keyVerbose:
			if len(found) == first || found[len(found)-1].verbose != nil {
				found = append(found, response{entity: entity})
			}
			found[len(found)-1].verbose, found[len(found)-1].cut = v, open
		}
	}
	kept := found[:0]
	for _, x := range found {
		if len(x.message)+len(x.verbose) > 0 {
			kept = append(kept, x)
		}
	}
	return kept
}

// torn is a text that goes on to the end of what there is, without the next key whose start may
// hang on it: `Unable to look up","lo`.
func torn(v []byte) []byte {
	const longest = 28
	if i := bytes.LastIndex(v, []byte(`","`)); i >= 0 && len(v)-i <= longest {
		return v[:i]
	}
	return v
}

// joined takes line breaks out of a time that was wrapped.
func joined(v []byte) []byte {
	if bytes.IndexByte(v, '\n') < 0 {
		return v
	}
	return bytes.Join(bytes.FieldsFunc(v, func(c rune) bool { return c == '\n' || c == '\r' }), nil)
}

// nextKey finds the next `"key":` of an envelope and where its value starts.
func nextKey(b []byte) (envelopeKey, int) {
	for i := 0; ; {
		k := bytes.IndexByte(b[i:], '"')
		if k < 0 {
			return 0, -1
		}
		i += k
		if key, n := keyAt(b[i:]); n > 0 {
			return key, i + n
		}
		i++
	}
}

// keyAt reports the key that b starts with, and its length up to the value. A name in quotes without a colon
// behind it is a word of a message.
func keyAt(b []byte) (envelopeKey, int) {
	for _, k := range envelopeKeys {
		n := len(k.name) + 2
		if len(b) <= n || b[n-1] != '"' || string(b[1:n-1]) != k.name {
			continue
		}
		n += ascii.Blanks(b[n:])
		if n < len(b) && b[n] == ':' {
			n++
			return k.key, n + ascii.Blanks(b[n:])
		}
	}
	return 0, 0
}

// looseValue returns the text of the value at the start of b, and its length. A string ends
// at a quote with the next key, or the end of its object, behind it; a debug trace ends with
// the envelope, whatever it holds.
func looseValue(key envelopeKey, b []byte) (value []byte, n int) {
	switch {
	case key == keyDebug:
		return nil, debugEnd(b)
	case len(b) == 0 || b[0] != '"':
		i := 0
		for i < len(b) && b[i] != ',' && b[i] != '}' && b[i] != '"' {
			i++
		}
		return nil, i
	}
	for i := 1; ; {
		k := bytes.IndexByte(b[i:], '"')
		if k < 0 {
			return b[1:], len(b)
		}
		i += k
		if valueEnds(b[i+1:]) {
			return b[1:i], i + 1
		}
		i++
	}
}

// valueEnds reports whether a string ends before b, which follows a quote. A quote inside a message can be
// followed by a comma or a brace as well, so that is not enough: behind the comma must be a key of the
// envelope, behind the brace the end of the list or another response. It reads a few signs and never
// further, so a text full of quotes costs its length.
func valueEnds(b []byte) bool {
	b = b[ascii.Blanks(b):]
	if len(b) == 0 {
		return true
	}
	if b[0] == ',' {
		b = b[1:]
		_, n := keyAt(b[ascii.Blanks(b):])
		return n > 0
	}
	if b[0] != '}' {
		return false
	}
	b = b[1:]
	b = b[ascii.Blanks(b):]
	switch {
	case len(b) == 0:
		return true
	case b[0] == ',':
		b = b[1:]
		b = b[ascii.Blanks(b):]
		if len(b) == 0 || b[0] != '{' {
			return false
		}
		_, n := keyAt(b[1+ascii.Blanks(b[1:]):])
		return n > 0
	case b[0] == '{':
		// The next envelope.
		_, n := keyAt(b[1+ascii.Blanks(b[1:]):])
		return n > 0
	case b[0] == ']':
		// An array inside the text ends so too; behind the one of the envelope comes its
		// next key or its end.
		b = b[1:]
		b = b[ascii.Blanks(b):]
		if len(b) > 0 && b[0] == ',' {
			b = b[1:]
			_, n := keyAt(b[ascii.Blanks(b):])
			return n > 0
		}
		return len(b) == 0 || b[0] == '}'
	}
	return false
}

// debugEnd is where the payload of a debug trace ends: at the bracket that is followed by the end of the
// envelope. The payload is a request with brackets of its own, and it is secret: when no end is found, all
// that follows is left out.
func debugEnd(b []byte) int {
	for i := 0; ; {
		k := bytes.IndexByte(b[i:], ']')
		if k < 0 {
			return len(b)
		}
		i += k + 1
		c := b[i:]
		c = c[ascii.Blanks(c):]
		if len(c) == 0 || c[0] != '}' {
			continue
		}
		c = c[1:]
		c = c[ascii.Blanks(c):]
		if len(c) > 0 && c[0] == ',' {
			c = c[1:]
			c = c[ascii.Blanks(c):]
		}
		if len(c) == 0 || c[0] == ']' {
			return i
		}
		if c[0] == '{' {
			if _, n := keyAt(c[1+ascii.Blanks(c[1:]):]); n > 0 {
				return i
			}
		}
	}
}

// noteResponses lists in the account of the file what its envelopes give.
func (r *file) noteResponses(found []response) {
	if r.account.Read >= notedRows {
		return
	}
	for _, x := range found {
		for _, k := range []struct {
			name string
			v    []byte
			s    slot
		}{{"errorMessage", x.message, slotErrorMessage}, {"verboseError", x.verbose, slotVerbose}, {"logDateTime", x.at, slotTimestamp}} {
			if len(k.v) > 0 {
				r.noteKey([]byte("recordResponses."+k.name), k.s)
			}
		}
	}
}

// keepResponses makes a record of each response; x says what they have in common, their place and columns of
// the row around the envelope. A message that says the same as the verbose error is not repeated.
func (r *file) keepResponses(x *record, found []response) error {
	for _, f := range found {
		y := *x
		y.log = DualWrite
		y.cut = f.cut
		if len(found) > 1 {
			// One id cannot name several records.
			y.id = [16]byte{}
		}
		if len(f.entity) > 0 {
			y.entity = f.entity
		}
		if len(f.at) > 0 {
			f.at = joined(f.at)
			if at, ok := r.clock.Parse(f.at); ok {
				y.at, y.atRaw = at, nil
			} else if y.at.IsZero() {
				y.atRaw = f.at
			}
		}
		switch {
		case len(f.message) == 0:
			y.errorText = f.verbose
		case len(f.verbose) == 0 || bytes.Equal(f.message, f.verbose):
			y.errorText = f.message
		default:
			y.errorText = r.row.arena.Join(f.message, "\n", f.verbose)
		}
		if err := r.keep(&y); err != nil {
			return err
		}
	}
	return nil
}

// named is a message with the record and the field that it is about behind it. The record comes
// first, as in the reports of an initial sync: rules know there that the message has ended.
func (r *file) named(text, record, field []byte) []byte {
	if len(record) == 0 || string(record) == "new record" && len(field) == 0 {
		return text
	}
	text = r.row.arena.Join(text, "\nRecord Id: ", record)
	if len(field) > 0 {
		text = r.row.arena.Join(text, ", source field: ", field)
	}
	return text
}

// ofFinance reports whether an OData error is one of finance and operations, by what only its code prints.
func ofFinance(b []byte) bool {
	for _, s := range []string{"Infolog:", "Dynamics.AX", "Microsoft.Dynamics.Platform.Integration", "Write failed for", "validateField failed", "validateWrite failed"} {
		if bytes.Contains(b, []byte(s)) {
			return true
		}
	}
	return false
}

// faultBody makes a record of an OData error, {"error":{"code":…,"message":…}}. Its details have keys with
// long prefixes, of which only the ends are compared. The messages inside are appended unless the outer one
// holds them already. A log that columns tell of (x.log) stays, whatever the error looks like: the error log
// of dual-write holds what Dataverse answered. Else what comes from Dataverse or a plug-in belongs to the
// trace log, and what finance and operations or nobody signs is what a dual-write client was told.
func (p *file) faultBody(b []byte, x record) error {
	trace := false // signed by Dataverse or a plug-in
	var code, message, inner, original []byte
	scan.Members(b, func(key, value []byte) {
		text := scan.JSONText(&p.row.arena, value)
		switch k := string(key); {
		case k == "code":
			code = text
		case k == "message":
			message = text
		case k == "innererror" && value[0] == '{':
			trace = trace || !ofFinance(b)
			scan.Members(value, func(key, value []byte) {
				if string(key) == "message" {
					inner = scan.JSONText(&p.row.arena, value)
				}
			})
		case bytes.HasSuffix(key, []byte("InnerError.Message")):
			inner = text
		case bytes.HasSuffix(key, []byte("ApiOriginalExceptionKey")):
			original = text // the text of the server in full, behind a message that says nothing
		case bytes.HasSuffix(key, []byte("ApiExceptionSourceKey")):
			if source, ok := bytes.CutPrefix(text, []byte("Plugin/")); ok {
				x.typeName, trace = typeName(source), true
			}
		case bytes.HasSuffix(key, []byte("ApiDepthKey")):
			x.depth = int32(min(number(text), 1<<31-1))
		case bytes.HasSuffix(key, []byte(".TraceText")):
			x.traceText, trace = text, true
		case bytes.HasSuffix(key, []byte("ExceptionFromPluginExecute")):
			x.typeName, trace = text, true
		case bytes.HasSuffix(key, []byte("ApiActivityIdKey")):
			x.activityID = notZero(text)
		}
	})
	switch {
	case x.log != "":
	case trace || bytes.HasPrefix(code, []byte("0x")): // the codes of Dataverse
		x.log = PluginTrace
	default:
		x.log = DualWrite
	}
	x.errorText = message
	if len(code) > 0 && len(message) > 0 {
		x.errorText = p.row.arena.Join(code, ": ", message)
	}
	for _, more := range [][]byte{inner, original} {
		if more = bytes.TrimSpace(more); len(more) > 0 && !bytes.Contains(x.errorText, more) {
			x.errorText = p.row.arena.Join(x.errorText, "\n", more)
		}
	}
	x.errorText = bytes.TrimSpace(x.errorText)
	if len(x.errorText) == 0 {
		x.errorText = code
	}
	if len(bytes.TrimSpace(x.errorText)) == 0 {
		return p.reject(place{x.row, x.offset, x.length}, "", reasonNoText, secrets.Excerpt(b))
	}
	return p.keep(&x)
}
