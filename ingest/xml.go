package ingest

import (
	"bytes"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/clock"
	"dwtriage/ingest/scan"
	"dwtriage/ingest/secrets"
)

func (r *file) mineXML(asked, walked bool) (func() error, error) {
	if b := r.start(); !asked && (len(b) == 0 || b[0] != '<') {
		return nil, nil
	}
	if t := r.sniffXML(); t != nil {
		return func() error { return r.xml(t) }, nil
	}
	if asked || !marked(r.w.Rest()) && xmlStartsHere(r.start()) {
		return nil, notALog(r.account.Path, "xml without an element of a log: needed is %s", needed)
	}
	return nil, nil
}

// An xmlExport is what the start of an XML file says about its rows: they are the elements with
// this name. The Plugin Trace Viewer of XrmToolBox writes <plugintracelog> with an element per
// attribute, or <Entity> with <Attribute name="…">; data management writes <Document> with an
// element per row, or with an attribute per column; the event log writes <Event>.
type xmlExport struct {
	row  string // local name of the elements that are rows
	set  slotSet
	more bool // the export says that there are more records

	counted string // how many there are, as it says; empty where it does not
}

// mostXMLDepth is how deep the start of a file is looked at: no export nests its rows deeper
// than three.
const mostXMLDepth = 16

// sniffXML looks at the elements in the window for the first one with a child that a record can
// use. It returns nothing when there is none.
func (r *file) sniffXML() *xmlExport {
	w := r.w
	b := w.Rest()
	t := &xmlExport{}
	var names [mostXMLDepth]string
	depth := 0
	for len(b) > 0 {
		tok, n, st := scan.XML(b, w.EOF())
		if st != scan.Done {
			break
		}
		b = b[n:]
		switch tok.Kind {
		case scan.EndTag:
			depth = max(depth-1, 0)
		case scan.StartTag, scan.EmptyTag:
			local := string(scan.LocalName(tok.Name))
			if depth == 0 || local == "Entity" {
				t.root(local, tok.Attrs)
			}
			if local == "Event" && bytes.Contains(tok.Attrs, []byte("/win/2004/08/events")) {
				t.row, t.set = local, of(slotTimestamp, slotDetailed)
				return t
			}
			if s := r.xmlSlot(&tok); s != slotNone && depth > 0 && depth <= mostXMLDepth {
				if t.row == "" {
					t.row = names[depth-1]
				}
				if t.row == names[depth-1] {
					t.set |= of(s)
				}
			} else if set := r.attrSlots(tok.Attrs); t.row == "" && depth == 1 && set.known() {
				t.row, t.set = local, t.set|set
			}
			if tok.Kind == scan.StartTag {
				if depth < mostXMLDepth {
					names[depth] = local
				}
				depth++
			}
		}
	}
	if t.row == "" || !t.set.known() {
		return nil
	}
	return t
}

// root notes what the attributes of an outer element say.
func (t *xmlExport) root(local string, attrs []byte) {
	for _, name := range []string{"EntityName", "name"} {
		if v, ok := scan.Attr(attrs, name); ok && string(v) == "plugintracelog" {
			t.set |= of(slotID)
		}
	}
	if v, ok := scan.Attr(attrs, "MoreRecords"); ok && ascii.Is(v, "true") {
		t.more = true
	}
	if v, ok := scan.Attr(attrs, "TotalRecordCount"); ok {
		t.counted = string(v)
	}
}

// xmlSlot is the slot of an element: by its own name, or by the one in its attribute.
func (r *file) xmlSlot(t *scan.Token) slot {
	switch local := scan.LocalName(t.Name); string(local) {
	case "plugintracelog", "Entity": // rows themselves
		return slotNone
	case "Attribute", "attribute", "Column", "column", "Field", "field":
		name, _ := scan.Attr(t.Attrs, "name")
		return r.slotOf(name)
	default:
		return r.slotOf(local)
	}
}

// attrSlots are the slots of an element's attributes.
func (r *file) attrSlots(attrs []byte) (set slotSet) {
	for {
		name, _, rest, ok := scan.CutAttr(attrs)
		if !ok {
			return set &^ of(slotNone)
		}
		attrs = rest
		set |= of(r.slotOf(scan.LocalName(name)))
	}
}

// An xmlReader makes a record of each row element.
type xmlReader struct {
	file   *file
	export *xmlExport
}

func (r *file) xml(t *xmlExport) error {
	p := elementWalk{file: r, nesting: nesting{row: t.row}, to: &xmlReader{r, t}}
	if err := p.walk(); err != nil {
		return err
	}
	r.counts([]byte(t.counted))
	if t.more {
		r.account.Incomplete = true
		r.warn("the export is incomplete: the tool stopped at its limit of rows (MoreRecords); export the rest, too")
	}
	return nil
}

func (p *xmlReader) rowElement(b []byte, at place) error {
	return p.take(p.file.w.Text(&p.file.row.arena, b), at)
}

func (p *xmlReader) tableTag(scan.Token) error { return nil }

// take makes a record of a row element.
func (p *xmlReader) take(b []byte, at place) error {
	f := &p.file.row.fields
	f.set = p.export.set
	tok, n, _ := scan.XML(b, true)
	if p.export.row == "Event" {
		return p.event(b, at)
	}
	p.attributes(f, tok.Attrs)
	p.children(f, b[n:])
	f.set |= p.export.set
	if f.empty() {
		return p.file.reject(at, "", reasonNoText, secrets.Excerpt(b))
	}
	return p.file.entry(f, at, keyName)
}

// attributes takes what the attributes of a row say. An id that is no GUID may be anything.
func (p *xmlReader) attributes(f *fields, attrs []byte) {
	for {
		name, raw, rest, ok := scan.CutAttr(attrs)
		if !ok {
			return
		}
		attrs = rest
		local := scan.LocalName(name)
		v := scan.XMLText(&p.file.row.arena, raw)
		if string(local) == "id" {
			if _, ok := parseGUID(v); ok {
				f.put(slotID, v)
				p.file.noteKey(local, slotID)
			}
			continue
		}
		p.value(f, p.file.slotOf(local), local, v)
	}
}

func (p *xmlReader) value(f *fields, s slot, name, v []byte) {
	p.file.noteKey(name, s)
	switch s {
	case slotNone:
	case slotSecret, slotPayload:
		p.file.secretCell(s, v)
	default:
		f.put(s, v)
	}
}

// children takes the elements inside a row. An element that no record needs is looked into,
// since some tools nest the ones that it needs.
func (p *xmlReader) children(f *fields, b []byte) {
	for len(b) > 0 {
		tok, n, _ := scan.XML(b, true)
		b = b[max(n, 1):]
		if tok.Kind != scan.StartTag {
			continue
		}
		name := scan.LocalName(tok.Name)
		if v, ok := scan.Attr(tok.Attrs, "name"); ok && p.export.row == "Entity" {
			name = v
		}
		s := p.file.xmlSlot(&tok)
		if s == slotNone {
			p.file.noteKey(name, s)
			continue
		}
		inner, rest := inside(b, scan.LocalName(tok.Name))
		p.value(f, s, name, p.inner(inner))
		b = rest
	}
}

// inside is what stands before the end tag of a name, and what behind.
func inside(b []byte, name []byte) (inner, rest []byte) {
	depth := 0
	for n := 0; n < len(b); {
		tok, k, _ := scan.XML(b[n:], true)
		if k == 0 {
			break
		}
		if string(scan.LocalName(tok.Name)) == string(name) {
			switch tok.Kind {
			case scan.StartTag:
				depth++
			case scan.EndTag:
				if depth--; depth < 0 {
					return b[:n], b[n+k:]
				}
			}
		}
		n += k
	}
	return b, nil
}

// inner is the text of what an element holds. Markup inside of it stays as printed: faults are
// found unescaped in exceptiondetails.
func (p *xmlReader) inner(b []byte) []byte {
	if bytes.IndexByte(b, '<') < 0 {
		return scan.XMLText(&p.file.row.arena, b)
	}
	mark := p.file.row.arena.Mark()
	for len(b) > 0 {
		tok, n, _ := scan.XML(b, true)
		switch {
		case n == 0:
			n = len(b)
		case tok.Kind == scan.CDATA:
			p.file.row.arena.Add(tok.Text)
		case tok.Kind == scan.Chars:
			p.file.row.arena.AddBy(scan.AppendXMLText, tok.Text)
		default:
			p.file.row.arena.Add(b[:n])
		}
		b = b[n:]
	}
	return p.file.row.arena.From(mark)
}

// event makes a record of an event of the Windows event log: the message as it was shown, else
// the data it was made of.
func (p *xmlReader) event(b []byte, at place) error {
	x := at.row0()
	x.log = DualWrite
	var data, message []byte
	for rest := b; len(rest) > 0; {
		tok, n, _ := scan.XML(rest, true)
		rest = rest[max(n, 1):]
		if tok.Kind != scan.StartTag && tok.Kind != scan.EmptyTag {
			continue
		}
		switch name := scan.LocalName(tok.Name); string(name) {
		case "TimeCreated":
			if v, ok := scan.Attr(tok.Attrs, "SystemTime"); ok {
				p.file.noteKey([]byte("SystemTime"), slotTimestamp)
				if t, ok := clock.ParseUTC(v); ok { // always UTC
					x.at = t
				} else {
					x.atRaw = v
				}
			}
		case "Correlation":
			if v, ok := scan.Attr(tok.Attrs, "ActivityID"); ok {
				if v = bytes.Trim(v, "{}"); len(v) == 36 {
					x.activityID = notZero(v)
				}
			}
		case "Level":
			if tok.Kind == scan.StartTag {
				var inner []byte
				inner, rest = inside(rest, name)
				// 1 critical, 2 error, 3 warning, 4 information, 5 verbose
				v := bytes.TrimSpace(inner)
				x.ok = x.ok || string(v) == "4" || string(v) == "5" || calm(v)
			}
		case "Data", "Message":
			if tok.Kind == scan.StartTag {
				var inner []byte
				inner, rest = inside(rest, name)
				v := bytes.TrimSpace(p.inner(inner))
				switch {
				case len(v) == 0:
				case name[0] == 'M':
					message = v
				case data == nil:
					data = v
				default:
					data = p.file.row.arena.Join(data, "\n", v)
				}
				p.file.noteKey(name, slotDetailed)
			}
		}
	}
	x.errorText = data
	if len(message) > 0 {
		x.errorText = message
	}
	if len(x.errorText) == 0 {
		return p.file.reject(at, "", reasonNoText, secrets.Excerpt(b))
	}
	if hasEnvelope(x.errorText) {
		if found := p.file.responses(x.errorText); len(found) > 0 {
			return p.file.keepResponses(&x, found)
		}
	}
	return p.file.keep(&x)
}
