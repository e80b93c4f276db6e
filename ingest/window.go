package ingest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
)

// windowBlock is how much is read at a time: it stays in the second-level cache.
const windowBlock = 256 << 10

// errSampled ends a file that is only looked at.
var errSampled = errors.New("enough was read")

// A window is the part of a file that is in memory. Every parser looks at rest, asks for
// more when a row does not end in it, and takes the row; so byte offsets are counted in one
// place. An 8-bit file is held as it is on disk and made valid UTF-8 text by text; a
// UTF-16 file is held as UTF-8.
type window struct {
	ctx     context.Context
	src     io.Reader
	hash    *xxh3.Hasher
	buf     []byte
	pos     int   // buf[pos:] is not consumed yet
	offset  int64 // of buf[pos] in the decompressed file
	total   int64 // bytes of the decompressed file read so far
	skipped int64 // of them, those that belong to no row
	err     error // why src gave no more; io.EOF at its proper end
	most    int   // a row longer than this is given up: so far the window doubles; 0: without end

	encoding string
	order    binary.ByteOrder // of a UTF-16 file, nil otherwise
	raw      []byte           // UTF-16 bytes on their way into buf
	replaced int64            // invalid bytes that became U+FFFD
	sample   int64            // how much of the file to read at least, 0: all
	cr       bool             // lines end in CR alone: each becomes LF in buf
}

func (w *window) reset(ctx context.Context, src io.Reader) {
	if w.hash == nil {
		w.hash = xxh3.New()
	}
	w.hash.Reset()
	// One giant row must not keep its memory for the rest of the run.
	if cap(w.buf) > 4<<20 {
		w.buf = nil
	}
	*w = window{ctx: ctx, src: src, hash: w.hash, buf: w.buf[:0], raw: w.raw[:0]}
}

// rest is what was read and not consumed. It is valid until the next call of more.
func (w *window) rest() []byte { return w.buf[w.pos:] }

// eof reports whether nothing will follow rest.
func (w *window) eof() bool { return w.err != nil }

// cut reports whether the file ended by an error instead of by its end.
func (w *window) cut() bool { return w.err != nil && w.err != io.EOF }

// take gives up the first n bytes of rest, which belong to a row.
func (w *window) take(n int) {
	w.offset += w.rawLen(w.buf[w.pos : w.pos+n])
	w.pos += n
}

// skip gives up the first n bytes of rest, which belong to no row: headings, blank lines,
// brackets. They are counted, so that every byte of a file is accounted for.
func (w *window) skip(n int) {
	before := w.offset
	w.take(n)
	w.skipped += w.offset - before
}

// rawLen is the number of bytes that b, a part of the window, has in the file.
func (w *window) rawLen(b []byte) int64 {
	if w.order == nil {
		return int64(len(b))
	}
	if ascii(b) {
		return 2 * int64(len(b))
	}
	var n int64
	for _, c := range b {
		switch {
		case c >= 0xf0:
			n += 4
		case c < 0x80 || c >= 0xc0:
			n += 2
		}
	}
	// An odd last byte stands as a whole unit in the window.
	return min(n, w.total-w.offset)
}

// more reads at least another block behind rest, and reports whether there was anything.
// It reads as much as is already waiting, so that a parser that starts a long row again
// after each call looks at every byte about twice, not once per block.
func (w *window) more() bool {
	if w.err == nil && w.ctx.Err() != nil {
		w.err = w.ctx.Err()
	}
	if w.err != nil {
		return false
	}
	keep := len(w.buf) - w.pos
	want := max(windowBlock, keep)
	if w.most > 0 {
		want = max(windowBlock, min(want, w.most+windowBlock-keep))
	}
	if w.pos > 0 {
		copy(w.buf, w.buf[w.pos:])
		w.buf, w.pos = w.buf[:keep], 0
	}
	if cap(w.buf) < keep+want {
		w.buf = append(make([]byte, 0, keep+want), w.buf...)
	}
	if w.order != nil {
		return w.moreUTF16(want)
	}
	n := w.fill(w.buf[keep : keep+want])
	w.buf = w.buf[:keep+n]
	w.crToLF(w.buf[keep:])
	return n > 0
}

// decideLineEnd looks at the first block for lines that end in CR alone, as Excel for Mac writes
// them. Called once, before anything but a byte order mark is taken.
func (w *window) decideLineEnd() {
	b := w.rest()
	quoted, found := false, false
	for i := 0; i < len(b); {
		k := bytes.IndexAny(b[i:], "\r\n\"")
		if k < 0 {
			break
		}
		i += k + 1
		switch {
		case b[i-1] == '"':
			quoted = !quoted
		case quoted:
		case b[i-1] == '\n':
			return
		case i == len(b) || b[i] != '\n':
			found = true
		}
	}
	if w.cr = found; found {
		w.crToLF(b)
	}
}

// crToLF makes each CR an LF: both are one byte, so all offsets stay.
func (w *window) crToLF(b []byte) {
	for w.cr {
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			return
		}
		b[i] = '\n'
		b = b[i+1:]
	}
}

// fill reads until p is full or src ends: what a parser sees of a file must not depend on
// the size of the reads below it.
func (w *window) fill(p []byte) int {
	n := 0
	for n < len(p) && w.err == nil {
		var m int
		m, w.err = w.src.Read(p[n:])
		n += m
	}
	if w.sample > 0 && w.err == nil && w.total+int64(n) >= w.sample {
		w.err = errSampled
	}
	w.hash.Write(p[:n])
	w.total += int64(n)
	return n
}

func (w *window) moreUTF16(want int) bool {
	before := len(w.buf)
	carry := len(w.raw)
	if cap(w.raw) < carry+want {
		w.raw = append(make([]byte, 0, carry+want), w.raw...)
	}
	n := w.fill(w.raw[carry : carry+want])
	w.raw = w.raw[:carry+n]
	used := w.decodeUTF16()
	w.raw = w.raw[:copy(w.raw, w.raw[used:])]
	w.crToLF(w.buf[before:])
	return len(w.buf) > before
}

// decodeUTF16 appends w.raw to the window and returns how much of it was used: half a
// character waits for its other half.
func (w *window) decodeUTF16() int {
	b, i := w.raw, 0
	low, high := 0, 1 // where the halves of a unit lie
	if w.order == binary.BigEndian {
		low, high = 1, 0
	}
	for ; i+2 <= len(b); i += 2 {
		if c := b[i+low]; b[i+high] == 0 && c != 0 && c < utf8.RuneSelf {
			w.buf = append(w.buf, c)
			continue
		}
		u := rune(w.order.Uint16(b[i:]))
		switch {
		case u == 0:
			u = utf8.RuneError
		case u >= 0xdc00 && u < 0xe000:
			u = utf8.RuneError
		case u >= 0xd800 && u < 0xdc00:
			if i+4 > len(b) && w.err == nil {
				return i
			}
			second := rune(0)
			if i+4 <= len(b) {
				second = rune(w.order.Uint16(b[i+2:]))
			}
			if second < 0xdc00 || second >= 0xe000 {
				u = utf8.RuneError
				break
			}
			u = (u-0xd800)<<10 + (second - 0xdc00) + 0x10000
			i += 2
		}
		if u == utf8.RuneError {
			w.replaced++
		}
		w.buf = utf8.AppendRune(w.buf, u)
	}
	if i < len(b) && w.err != nil {
		w.buf = utf8.AppendRune(w.buf, utf8.RuneError)
		w.replaced++
		i = len(b)
	}
	return i
}

// pass reads over what skip takes: the pieces of a row that is too long to hold. skip says how
// many bytes of a piece belong to it, and whether it ends there.
func (w *window) pass(skip func(piece []byte) (n int, done bool)) {
	for {
		n, done := skip(w.rest())
		w.take(n)
		if done || !w.more() {
			return
		}
	}
}
