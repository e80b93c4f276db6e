package window

import (
	"context"
	"io"
)

// A Part is a piece of a file that was taken out of its window, to be read in a window of its own. What is known of
// the encoding goes with it.
type Part struct {
	Data     []byte
	Offset   int64 // of Data in the decompressed file
	encoding string
}

// Reach reads until Rest has n bytes, and reports whether it has.
func (w *Window) Reach(n int) bool {
	if w.err == nil && cap(w.buf)-w.pos < n {
		w.buf, w.pos = append(make([]byte, 0, n+Block), w.Rest()...), 0
	}
	for len(w.Rest()) < n && w.more(min(Block, n-len(w.Rest()))) {
	}
	return len(w.Rest()) >= n
}

// Part takes the first n bytes of Rest out of a file that is not UTF-16. They lie where they were read, and
// the window goes on in spare, whose memory it may use from then on. They count as read by somebody else: Adopt says how.
func (w *Window) Part(n int, spare []byte) Part {
	p := Part{w.buf[w.pos : w.pos+n], w.offset, w.encoding}
	w.buf, w.pos = append(spare[:0], w.buf[w.pos+n:]...), 0
	w.offset += int64(n)
	return p
}

// Return puts parts back that were taken last, in the order of the file, as if they had not been.
func (w *Window) Return(parts []Part) {
	n := len(w.Rest())
	for _, p := range parts {
		n += len(p.Data)
	}
	buf := make([]byte, 0, n+Block)
	for _, p := range parts {
		buf = append(buf, p.Data...)
		w.offset -= int64(len(p.Data))
	}
	w.buf, w.pos = append(buf, w.Rest()...), 0
}

// Over makes w the window over a part alone, as if the file ended with it.
func (w *Window) Over(ctx context.Context, p Part) {
	*w = Window{ctx: ctx, buf: p.Data, offset: p.Offset, total: p.Offset + int64(len(p.Data)), err: io.EOF, encoding: p.encoding, raw: w.raw[:0]}
}

// Adopt counts what was skipped and replaced in the window over a part, which was read to its end. It refuses when
// an encoding was assumed in there that is not the one which the file was found to have before the part.
func (w *Window) Adopt(over *Window) bool {
	switch {
	case w.encoding == "":
		w.encoding = over.encoding
	case over.encoding != "" && over.encoding != w.encoding:
		return false
	}
	w.skipped += over.skipped
	w.replaced += over.replaced
	return true
}
