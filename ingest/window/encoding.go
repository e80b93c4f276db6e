package window

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"dwtriage/ingest/ascii"
)

// Names of encodings, as Window.Encoding returns them.
const (
	UTF8        = "utf-8"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	Windows1252 = "windows-1252"
)

// DecideUnicode looks at the start of the file for a byte order mark, or for the zero in
// every other byte that UTF-16 without one shows, and switches the window over. Called once,
// after the first block is there and before anything is consumed.
func (w *Window) DecideUnicode() {
	b := w.Rest()
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		w.encoding = UTF8
		w.Skip(3)
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		w.toUTF16(UTF16LE, binary.LittleEndian, 2)
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		w.toUTF16(UTF16BE, binary.BigEndian, 2)
	default:
		switch even, odd := zeros(b[:min(len(b), 1024)]); {
		case odd*5 > len(b[:min(len(b), 1024)])*2 && even == 0:
			w.toUTF16(UTF16LE, binary.LittleEndian, 0)
		case even*5 > len(b[:min(len(b), 1024)])*2 && odd == 0:
			w.toUTF16(UTF16BE, binary.BigEndian, 0)
		}
	}
}

// zeros counts the zero bytes at even and at odd places.
func zeros(b []byte) (even, odd int) {
	for i, c := range b {
		switch {
		case c != 0:
		case i%2 == 0:
			even++
		default:
			odd++
		}
	}
	return even, odd
}

func (w *Window) toUTF16(name string, order binary.ByteOrder, mark int) {
	w.encoding, w.order = name, order
	w.raw = append(w.raw[:0], w.Rest()[mark:]...)
	w.buf, w.pos, w.offset, w.skipped = w.buf[:0], 0, int64(mark), int64(mark)
	used := w.decodeUTF16()
	w.raw = w.raw[:copy(w.raw, w.raw[used:])]
}

// Text returns b, a piece of the window, as valid UTF-8 without NUL. What has to be changed
// is written to the arena.
func (w *Window) Text(a *Arena, b []byte) []byte {
	if w.order != nil || Plain(b) {
		return b
	}
	if w.encoding == "" {
		w.decide8Bit(b)
	}
	if w.encoding == UTF8 {
		if utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 {
			return b
		}
		return w.repair(a, b)
	}
	mark := a.Mark()
	for _, c := range b {
		r := charmap.Windows1252.DecodeByte(c)
		if c == 0 {
			r = utf8.RuneError
		}
		if r == utf8.RuneError {
			w.replaced++
		}
		a.AddRune(r)
	}
	return a.From(mark)
}

func (w *Window) repair(a *Arena, b []byte) []byte {
	mark := a.Mark()
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == 0 || r == utf8.RuneError && n == 1 {
			r = utf8.RuneError
			w.replaced++
		}
		a.AddRune(r)
		b = b[n:]
	}
	return a.From(mark)
}

// decide8Bit decides between UTF-8 and windows-1252 when the first text with other than
// ASCII letters is met: at the start of a file there are often none. Text in windows-1252
// holds next to no valid sequences, so a few broken bytes do not turn UTF-8 into it.
func (w *Window) decide8Bit(b []byte) {
	if ascii.Only(b) {
		return // only a NUL
	}
	valid, broken := 0, 0
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			broken++
		} else {
			valid++
		}
		i += n
	}
	w.encoding = UTF8
	if broken > valid {
		w.encoding = Windows1252
	}
}

// Assume sets the encoding of a file that its format names, unless a byte order mark has set it.
func (w *Window) Assume(encoding string) {
	if w.encoding == "" {
		w.encoding = encoding
	}
}

// Wide reports whether the file is UTF-16, so that Rest is not what is on disk.
func (w *Window) Wide() bool { return w.order != nil }

// Encoding is the name of the encoding for the account: a file of ASCII only is UTF-8.
func (w *Window) Encoding() string {
	if w.encoding == "" {
		return UTF8
	}
	return w.encoding
}

// Plain reports whether b is ASCII without NUL.
func Plain(b []byte) bool { return ascii.Only(b) && bytes.IndexByte(b, 0) < 0 }

// Shorten cuts b to at most n bytes without cutting a character in two.
func Shorten(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}
