// Package window is the part of a file that is in memory. The bytes of one decompressed file come
// in, in blocks; out go a slice that starts at the first byte no parser has taken yet, the offset of
// that byte, and texts as valid UTF-8. It decides the encoding (byte order marks, UTF-16 by its
// zeros, UTF-8 or windows-1252 by the first letters beyond ASCII) and the end of lines, counts every
// byte as a row's or nobody's, hashes the file on its way, and bounds what is held by the longest
// row. It knows no format, and it refuses to go back: what was taken is gone.
package window

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"dwtriage/ingest/ascii"
)

// Block is how much is read at a time: it stays in the second-level cache.
const Block = 256 << 10

// ErrSampled is the cause of a file's end when Options.Sample ended it: the file itself goes on.
var ErrSampled = errors.New("enough was read")

// A Window is the part of a file that is in memory. Every parser looks at Rest, asks for
// More when a row does not end in it, and takes the row; so byte offsets are counted in one
// place. An 8-bit file is held as it is on disk and made valid UTF-8 text by text; a
// UTF-16 file is held as UTF-8. The zero value is ready for Reset.
type Window struct {
	ctx  context.Context
	src  io.Reader
	opt  Options
	hash *xxh3.Hasher
	buf  []byte
	pos  int // buf[pos:] is not consumed yet

	offset   int64 // of buf[pos] in the decompressed file
	total    int64 // bytes of the decompressed file read so far
	skipped  int64 // of them, those that belong to no row
	replaced int64 // invalid bytes that became U+FFFD
	err      error // why src gave no more; io.EOF at its proper end

	encoding string
	order    binary.ByteOrder // of a UTF-16 file, nil otherwise
	raw      []byte           // UTF-16 bytes on their way into buf
	cr       bool             // lines end in CR alone: each becomes LF in buf
}

// Options bound what a window reads. The zero value bounds nothing.
type Options struct {
	Sample int64 // bytes of the file to read at least, before ErrSampled ends it; 0: all
	Most   int   // a row of more bytes is given up, so the window only doubles as far as that; 0: without end
}

// Reset starts another file, which src holds. Memory of the file before is used again, but not that
// of one giant row: it would be kept for the rest of the run.
func (w *Window) Reset(ctx context.Context, src io.Reader, opt Options) {
	if w.hash == nil {
		w.hash = xxh3.New()
	}
	w.hash.Reset()
	if cap(w.buf) > 4<<20 {
		w.buf = nil
	}
	*w = Window{ctx: ctx, src: src, opt: opt, hash: w.hash, buf: w.buf[:0], raw: w.raw[:0]}
}

// Offset is where Rest begins in the decompressed file, in bytes.
func (w *Window) Offset() int64 { return w.offset }

// Size is how many bytes of the decompressed file were read, those of Rest included.
func (w *Window) Size() int64 { return w.total }

// Err is why nothing follows Rest: nil while something may, io.EOF at the proper end of the file,
// ErrSampled, the error of its source, or that of the context.
func (w *Window) Err() error { return w.err }

// Canceled is the error of the context, which a parser that ends early returns.
func (w *Window) Canceled() error { return w.ctx.Err() }

// Skipped is how many bytes belong to no row.
func (w *Window) Skipped() int64 { return w.skipped }

// Disown counts n bytes that were taken as a row's among those that belong to none after all.
func (w *Window) Disown(n int64) { w.skipped += n }

// Replaced is how many invalid characters Text has replaced.
func (w *Window) Replaced() int64 { return w.replaced }

// Uncounted returns a function that forgets the replacements made since: of a piece that is looked
// at first and read later, they would count twice.
func (w *Window) Uncounted() func() {
	n := w.replaced
	return func() { w.replaced = n }
}

// Digest is the hash (XXH3, 128 bits, hex) of all bytes read: that of the file once Err is io.EOF.
func (w *Window) Digest() string { return fmt.Sprintf("%x", w.hash.Sum128().Bytes()) }

// Held is how many bytes of memory the window keeps.
func (w *Window) Held() int { return cap(w.buf) + cap(w.raw) }

// Rest is what was read and not consumed. It is valid until the next call of More.
func (w *Window) Rest() []byte { return w.buf[w.pos:] }

// EOF reports whether nothing will follow Rest.
func (w *Window) EOF() bool { return w.err != nil }

// Cut reports whether the file ended by an error instead of by its end.
func (w *Window) Cut() bool { return w.err != nil && w.err != io.EOF }

// Take gives up the first n bytes of Rest, which belong to a row.
func (w *Window) Take(n int) {
	w.offset += w.RawLen(w.buf[w.pos : w.pos+n])
	w.pos += n
}

// Skip gives up the first n bytes of Rest, which belong to no row: headings, blank lines,
// brackets. They are counted, so that every byte of a file is accounted for.
func (w *Window) Skip(n int) {
	before := w.offset
	w.Take(n)
	w.skipped += w.offset - before
}

// RawLen is the number of bytes that b, a part of the window, has in the file.
func (w *Window) RawLen(b []byte) int64 {
	if w.order == nil {
		return int64(len(b))
	}
	if ascii.Only(b) {
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

// More reads at least another block behind Rest, and reports whether there was anything.
// It reads as much as is already waiting, so that a parser that starts a long row again
// after each call looks at every byte about twice, not once per block.
func (w *Window) More() bool {
	keep := len(w.buf) - w.pos
	want := max(Block, keep)
	if w.opt.Most > 0 {
		want = max(Block, min(want, w.opt.Most+Block-keep))
	}
	return w.more(want)
}

// more reads want bytes behind Rest, or as many as there are.
func (w *Window) more(want int) bool {
	if w.err == nil && w.ctx.Err() != nil {
		w.err = w.ctx.Err()
	}
	if w.err != nil {
		return false
	}
	keep := len(w.buf) - w.pos
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

// DecideLineEnd looks at the first block for lines that end in CR alone, as Excel for Mac writes
// them. Called once, before anything but a byte order mark is taken.
func (w *Window) DecideLineEnd() {
	b := w.Rest()
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
func (w *Window) crToLF(b []byte) {
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
func (w *Window) fill(p []byte) int {
	n := 0
	for n < len(p) && w.err == nil {
		var m int
		m, w.err = w.src.Read(p[n:])
		n += m
	}
	if w.opt.Sample > 0 && w.err == nil && w.total+int64(n) >= w.opt.Sample {
		w.err = ErrSampled
	}
	w.hash.Write(p[:n])
	w.total += int64(n)
	return n
}

func (w *Window) moreUTF16(want int) bool {
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
func (w *Window) decodeUTF16() int {
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

// Pass reads over what skip takes: the pieces of a row that is too long to hold. skip says how
// many bytes of a piece belong to it, and whether it ends there.
func (w *Window) Pass(skip func(piece []byte) (n int, done bool)) {
	for {
		n, done := skip(w.Rest())
		w.Take(n)
		if done || !w.More() {
			return
		}
	}
}
