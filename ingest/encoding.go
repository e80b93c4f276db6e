package ingest

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Names of File.Encoding.
const (
	encUTF8    = "utf-8"
	encUTF16LE = "utf-16le"
	encUTF16BE = "utf-16be"
	enc1252    = "windows-1252"
)

// decideUnicode looks at the start of the file for a byte order mark, or for the zero in
// every other byte that UTF-16 without one shows, and switches the window over. Called once,
// after the first block is there and before anything is consumed.
func (w *window) decideUnicode() {
	b := w.rest()
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		w.encoding = encUTF8
		w.skip(3)
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		w.toUTF16(encUTF16LE, binary.LittleEndian, 2)
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		w.toUTF16(encUTF16BE, binary.BigEndian, 2)
	default:
		switch even, odd := zeros(b[:min(len(b), 1024)]); {
		case odd*5 > len(b[:min(len(b), 1024)])*2 && even == 0:
			w.toUTF16(encUTF16LE, binary.LittleEndian, 0)
		case even*5 > len(b[:min(len(b), 1024)])*2 && odd == 0:
			w.toUTF16(encUTF16BE, binary.BigEndian, 0)
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

func (w *window) toUTF16(name string, order binary.ByteOrder, mark int) {
	w.encoding, w.order = name, order
	w.raw = append(w.raw[:0], w.rest()[mark:]...)
	w.buf, w.pos, w.offset, w.skipped = w.buf[:0], 0, int64(mark), int64(mark)
	used := w.decodeUTF16()
	w.raw = w.raw[:copy(w.raw, w.raw[used:])]
}

// text returns b, a piece of the window, as valid UTF-8 without NUL. What has to be changed
// is written to the arena.
func (w *window) text(a *arena, b []byte) []byte {
	if w.order != nil || plain(b) {
		return b
	}
	if w.encoding == "" {
		w.decide8bit(b)
	}
	if w.encoding == encUTF8 {
		if utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 {
			return b
		}
		return w.repair(a, b)
	}
	mark := len(a.buf)
	for _, c := range b {
		r := charmap.Windows1252.DecodeByte(c)
		if c == 0 {
			r = utf8.RuneError
		}
		if r == utf8.RuneError {
			w.replaced++
		}
		a.buf = utf8.AppendRune(a.buf, r)
	}
	return a.from(mark)
}

func (w *window) repair(a *arena, b []byte) []byte {
	mark := len(a.buf)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == 0 || r == utf8.RuneError && n == 1 {
			r = utf8.RuneError
			w.replaced++
		}
		a.buf = utf8.AppendRune(a.buf, r)
		b = b[n:]
	}
	return a.from(mark)
}

// decide8bit decides between UTF-8 and windows-1252 when the first text with other than
// ASCII letters is met: at the start of a file there are often none. Text in windows-1252
// holds next to no valid sequences, so a few broken bytes do not turn UTF-8 into it.
func (w *window) decide8bit(b []byte) {
	if ascii(b) {
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
	w.encoding = encUTF8
	if broken > valid {
		w.encoding = enc1252
	}
}

// encodingName is the encoding for the account: a file of ASCII only is UTF-8.
func (w *window) encodingName() string {
	if w.encoding == "" {
		return encUTF8
	}
	return w.encoding
}

// plain reports whether b is ASCII without NUL.
func plain(b []byte) bool { return ascii(b) && bytes.IndexByte(b, 0) < 0 }

func ascii(b []byte) bool {
	const high = 0x8080808080808080
	for len(b) >= 32 {
		x := binary.LittleEndian.Uint64(b) | binary.LittleEndian.Uint64(b[8:]) |
			binary.LittleEndian.Uint64(b[16:]) | binary.LittleEndian.Uint64(b[24:])
		if x&high != 0 {
			return false
		}
		b = b[32:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// An arena holds what had to be rewritten of one row: unescaped cells, converted text. When
// it grows, slices taken before keep their old memory, so they stay valid until reset and
// the next write.
type arena struct{ buf []byte }

func (a *arena) reset() {
	if cap(a.buf) > 4<<20 {
		a.buf = nil
	}
	a.buf = a.buf[:0]
}

// from returns what was written since mark.
func (a *arena) from(mark int) []byte { return a.buf[mark:len(a.buf):len(a.buf)] }

func (a *arena) join(x []byte, sep string, y []byte) []byte {
	mark := len(a.buf)
	a.buf = append(a.buf, x...)
	a.buf = append(a.buf, sep...)
	a.buf = append(a.buf, y...)
	return a.from(mark)
}
