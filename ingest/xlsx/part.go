package xlsx

import (
	"bytes"
	"context"
	"errors"
	"io"
	"unicode/utf8"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/scan"
	"dwtriage/ingest/window"
)

// partToken is the longest tag or comment of a part. A longer text comes in pieces of about
// this size, so that memory does not depend on what a part holds.
const partToken = 256 << 10

var (
	errPartCut = errors.New("the xml ends in the middle")
	errPartXML = errors.New("not valid xml")
)

// An xmlPart reads the XML of one part of a workbook, token by token.
type xmlPart struct {
	w     window.Window
	body  io.Closer
	cdata bool // inside a CDATA section that comes in pieces
	arena window.Arena
}

// openPart takes over body.
func openPart(ctx context.Context, body io.ReadCloser) *xmlPart {
	p := &xmlPart{body: body}
	p.w.Reset(ctx, body, window.Options{})
	p.w.More()
	p.w.DecideUnicode()
	p.w.Assume(window.UTF8) // XML without a mark is; what is not valid is replaced
	return p
}

// close ends the reading, at any place.
func (p *xmlPart) close() { p.body.Close() }

// next is the next token, valid until the next call. At the proper end of the part the error
// is io.EOF; whether all tags are closed there is left to the caller.
func (p *xmlPart) next() (scan.Token, error) {
	w := &p.w
	for !p.cdata {
		t, n, st := scan.XML(w.Rest(), w.EOF())
		switch {
		case st == scan.Done:
			w.Skip(n)
			return t, nil
		case st == scan.Unclosed:
			return scan.Token{}, p.end(n)
		case len(w.Rest()) < partToken:
			w.More()
		case t.Kind == scan.Chars:
			return p.piece()
		case t.Kind == scan.CDATA:
			w.Skip(len("<![CDATA["))
			p.cdata = true
		default:
			return scan.Token{}, errPartXML
		}
	}
	return p.cdataPiece()
}

// end is why there is no token any more; left are the bytes of one that was begun.
func (p *xmlPart) end(left int) error {
	switch {
	case p.w.Cut():
		return p.w.Err()
	case left > 0:
		return errPartCut
	}
	return io.EOF
}

// piece is the start of a text that is longer than the window should hold.
func (p *xmlPart) piece() (scan.Token, error) {
	t, _, _ := scan.XML(p.w.Rest(), true)
	t.Text = t.Text[:scan.TextEnd(t.Text)]
	p.w.Skip(len(t.Text))
	return t, nil
}

// cdataPiece is what is there of a CDATA section, less what may be the start of its end. It is apart from piece,
// since no tag ends it and a '<' in it is a letter.
func (p *xmlPart) cdataPiece() (scan.Token, error) {
	const end = "]]>"
	w := &p.w
	t := scan.Token{Kind: scan.CDATA}
	for {
		k := bytes.Index(w.Rest(), []byte(end))
		switch {
		case k >= 0:
			t.Text = w.Rest()[:k]
			w.Skip(k + len(end))
			p.cdata = false
			return t, nil
		case w.EOF():
			return scan.Token{}, p.end(1)
		case len(w.Rest()) < partToken:
			w.More()
		default:
			b := w.Rest()[:len(w.Rest())-len(end)]
			t.Text = b[:scan.TextEnd(b)]
			w.Skip(len(t.Text))
			return t, nil
		}
	}
}

// skip reads on behind the end of the element that the last token started.
func (p *xmlPart) skip() error {
	for depth := 1; depth > 0; {
		t, err := p.next()
		if err != nil {
			return unexpected(err)
		}
		switch t.Kind {
		case scan.StartTag:
			depth++
		case scan.EndTag:
			depth--
		}
	}
	return nil
}

// drain reads to the end of the part: only there its checksum is compared.
func (p *xmlPart) drain() error {
	for p.w.More() {
		p.w.Skip(len(p.w.Rest()))
	}
	if p.w.Cut() {
		return p.w.Err()
	}
	return nil
}

// unexpected makes the end of a part, where none may be, a mistake.
func unexpected(err error) error {
	if err == io.EOF {
		return errPartCut
	}
	return err
}

// value is the text of an attribute, for names and addresses: longer than a KiB it is no such.
func (p *xmlPart) value(attrs []byte, name string) string {
	raw, _ := scan.Attr(attrs, name)
	p.arena.Reset()
	v := p.w.Text(&p.arena, raw[:min(len(raw), 1024)])
	return string(scan.XMLText(&p.arena, v))
}

// text is the text of an attribute that may hold escapes.
func (p *xmlPart) text(attrs []byte, name string) string {
	b := []byte(p.value(attrs, name))
	n, _ := undoEscapes(b, true)
	return string(b[:n])
}

// A partText collects the text of a cell from the runs and pieces it comes in, behind the
// texts that buf already holds.
type partText struct {
	buf   []byte
	full  int  // bytes of texts in buffers before this one
	from  int  // the text starts here
	plain int  // behind this, _xHHHH_ is not undone yet
	limit int  // longest text
	long  bool // it was longer: the rest of it is dropped
	arena window.Arena
}

// reset forgets all texts: a new row or string begins.
func (c *partText) reset() {
	// One giant row must not keep its memory for the rest of the part.
	if cap(c.buf) > 4<<20 {
		c.buf = nil
	}
	c.buf, c.full = c.buf[:0], 0
}

// start starts a text. A large buffer is left behind to the texts in it: growing it would
// keep the old one and the new one in memory.
func (c *partText) start() {
	const large, spare = 1 << 20, 64 << 10
	if len(c.buf) >= large-spare {
		c.full += len(c.buf)
		c.buf = make([]byte, 0, large)
	}
	c.from, c.plain, c.long = len(c.buf), len(c.buf), false
}

// drop forgets what was collected since start.
func (c *partText) drop() { c.buf, c.plain = c.buf[:c.from], c.from }

// size is the bytes of all texts since reset.
func (c *partText) size() int { return c.full + len(c.buf) }

// text is what was collected since start. It stays as it is when buf grows.
func (c *partText) text() []byte { return c.buf[c.from:len(c.buf):len(c.buf)] }

// element adds the text of the element whose start tag was the last token.
func (c *partText) element(p *xmlPart) error {
	for {
		t, err := p.next()
		if err != nil {
			return unexpected(err)
		}
		switch t.Kind {
		case scan.Chars, scan.CDATA:
			c.add(p, &t)
		case scan.StartTag:
			if err := p.skip(); err != nil {
				return err
			}
		case scan.EndTag:
			c.settle(true)
			c.cut()
			return nil
		}
	}
}

// rich adds the texts of the runs in the element with this name (is, si), whose start tag was
// the last token. Phonetic guides (rPh) are no part of the text. Blanks count whether or not
// xml:space says so: dropping them is left to who knows what the text is for.
func (c *partText) rich(p *xmlPart, name string) error {
	for {
		t, err := p.next()
		if err != nil {
			return unexpected(err)
		}
		local := string(scan.LocalName(t.Name))
		switch {
		case t.Kind == scan.StartTag && local == "t":
			err = c.element(p)
		case t.Kind == scan.StartTag && local != "r":
			err = p.skip()
		case t.Kind == scan.EndTag && local == name:
			return nil
		case t.Kind == scan.EndTag && local != "r", brokenTag(&t):
			err = errPartXML
		}
		if err != nil {
			return err
		}
	}
}

// brokenTag reports whether t is text only because it is a tag that is not closed.
func brokenTag(t *scan.Token) bool {
	return t.Kind == scan.Chars && len(t.Text) > 0 && t.Text[0] == '<'
}

// add adds a piece of text. It is cut as soon as it is too long, so that memory is bounded by limit and a piece.
func (c *partText) add(p *xmlPart, t *scan.Token) {
	if c.long {
		return
	}
	c.arena.Reset()
	b := p.w.Text(&c.arena, t.Text)
	if t.Kind == scan.CDATA {
		c.buf = append(c.buf, b...)
	} else {
		c.buf = scan.AppendXMLText(c.buf, b)
	}
	if len(c.buf)-c.from > c.limit {
		c.settle(false)
		c.cut()
	}
}

// cut drops what is beyond the limit.
func (c *partText) cut() {
	end := c.from + c.limit
	if c.plain <= end {
		return // an escape that still waits may become short enough
	}
	for end > c.from && !utf8.RuneStart(c.buf[end]) {
		end--
	}
	c.buf, c.plain, c.long = c.buf[:end], end, true
}

// settle undoes the escapes in what was added; unless it is whole, one that may be torn apart
// waits.
func (c *partText) settle(whole bool) {
	n, used := undoEscapes(c.buf[c.plain:], whole)
	rest := copy(c.buf[c.plain+n:], c.buf[c.plain+used:])
	c.plain += n
	c.buf = c.buf[:c.plain+rest]
}

// undoEscapes undoes the escapes _xHHHH_ of Office Open XML, in place: the first n bytes of b
// are then the text of its first used bytes. _x005F_ escapes the underscore of what would be
// an escape itself, so no place is looked at twice.
func undoEscapes(b []byte, whole bool) (n, used int) {
	i := bytes.Index(b, []byte("_x"))
	if i < 0 && (whole || len(b) == 0 || b[len(b)-1] != '_') {
		return len(b), len(b)
	}
	if i < 0 {
		return len(b) - 1, len(b) - 1
	}
	for n = i; i < len(b); {
		if b[i] != '_' {
			k := bytes.IndexByte(b[i:], '_')
			if k < 0 {
				k = len(b) - i
			}
			n += copy(b[n:], b[i:i+k])
			i += k
			continue
		}
		if !whole && len(b)-i < 2*escapeLen && escapeStart(b[i:]) {
			return n, i
		}
		r, m := escapeAt(b[i:])
		if m == 0 {
			b[n] = '_'
			n, i = n+1, i+1
			continue
		}
		n += utf8.EncodeRune(b[n:n+utf8.UTFMax], r)
		i += m
	}
	return n, i
}

const escapeLen = len("_xHHHH_")

// escapeStart reports whether b may become an escape, or the first half of one of two that
// make one character, when more follows.
func escapeStart(b []byte) bool {
	for i, c := range b {
		ok := ascii.HexDigit(c)
		switch i % escapeLen {
		case 0, escapeLen - 1:
			ok = c == '_'
		case 1:
			ok = c == 'x'
		}
		if !ok {
			return false
		}
	}
	return true
}

// escapeAt reads the escape at the start of b, or two that make one character; n is 0 when
// there is none.
func escapeAt(b []byte) (r rune, n int) {
	r, ok := escapeUnit(b)
	if !ok {
		return 0, 0
	}
	if r >= 0xd800 && r < 0xdc00 {
		if low, ok := escapeUnit(b[escapeLen:]); ok && low >= 0xdc00 && low < 0xe000 {
			return (r-0xd800)<<10 + (low - 0xdc00) + 0x10000, 2 * escapeLen
		}
	}
	if r == 0 || !utf8.ValidRune(r) {
		r = utf8.RuneError
	}
	return r, escapeLen
}

// escapeUnit reads one _xHHHH_.
func escapeUnit(b []byte) (r rune, ok bool) {
	if len(b) < escapeLen || !escapeStart(b[:escapeLen]) {
		return 0, false
	}
	for _, c := range b[2 : escapeLen-1] {
		c = ascii.Lower(c)
		if ascii.Digit(c) {
			r = r<<4 | rune(c-'0')
		} else {
			r = r<<4 | rune(c-'a'+10)
		}
	}
	return r, true
}
