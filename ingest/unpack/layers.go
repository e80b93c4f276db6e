package unpack

import (
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"

	"dwtriage/ingest/words"
)

// The largest windows that a stream may ask for, which are taken at once: what the programs zstd
// and xz need for what they make at any level, without further options.
const (
	zstdWindow = 128 << 20
	xzWindow   = 64 << 20
)

// wideWindow is the size of the largest window when err says that a stream asks for more, else 0.
func wideWindow(err error) int {
	switch {
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return zstdWindow
	case errors.Is(err, xz.ErrMemlimit):
		return xzWindow
	}
	return 0
}

// TooMany is the problem of an archive with more members than the limit.
func TooMany(path string, most int) error {
	return &Problem{fmt.Sprintf("%s: holds more than %s files: the others were not read; raise --max-members, or unpack it first",
		path, words.Thousands(most)), ErrLimit}
}

// A layer marks the errors of a decompressor with its name, so that the innermost cause of a
// nested stream is the one reported, and charges what it gives to the budget of the source.
type layer struct {
	name string
	in   io.Reader
	b    *budget
}

func (r *source) layer(name string, in io.Reader) *layer { return &layer{name, in, &r.budget} }

type streamError struct {
	stream string // empty: the source itself
	err    error
}

// streamNames are the names for people of the containers in File.Container.
var streamNames = map[string]string{"gz": "gzip", "zst": "zstd", "bz2": "bzip2", "xz": "xz", "zip": "zip", "tar": "tar", "xlsx": "workbook"}

func (e *streamError) Error() string { return e.stream + ": " + e.err.Error() }

func (e *streamError) Unwrap() error { return e.err }

func (l *layer) Read(p []byte) (int, error) {
	if l.b.spent != nil {
		return 0, &streamError{l.name, l.b.spent}
	}
	n, err := l.in.Read(p)
	if spent := l.b.charge(n); spent != nil && (err == nil || err == io.EOF) {
		err = spent
	}
	if err != nil && err != io.EOF {
		var inner *streamError
		if !errors.As(err, &inner) {
			err = &streamError{l.name, err}
		}
	}
	return n, err
}

// Limit is what err says of a limit that a source went beyond, and what to do; ok is false when it says
// nothing of one.
func Limit(err error) (says string, ok bool) {
	var l *limitError
	if !errors.As(err, &l) {
		return "", false
	}
	return l.Error(), true
}

// CutOff is the problem of a file that ended by err after read bytes; kept says what of it is there.
func CutOff(path string, read int64, kept string, err error) error {
	what := "cannot be read further"
	var s *streamError
	var l *limitError
	if errors.As(err, &l) {
		return &Problem{fmt.Sprintf("%s: %s; %s", path, l.Error(), kept), ErrLimit}
	}
	if most := wideWindow(err); most > 0 {
		return &Problem{fmt.Sprintf("%s: needs a window of more than %d MB to unpack: unpack it first; %s", path, most>>20, kept), ErrLimit}
	}
	if errors.As(err, &s) && s.stream != "" {
		what = "the " + streamNames[s.stream] + " stream is damaged"
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, xz.ErrBuf) {
			what = "the " + streamNames[s.stream] + " stream ends too early"
		}
		return &Problem{fmt.Sprintf("%s: %s after %s bytes: copy the file again; %s", path, what, words.Thousands(read), kept), err}
	}
	if errors.As(err, &s) {
		err = s.err
	}
	return &Problem{fmt.Sprintf("%s: %s after %s bytes (%v): copy the file again; %s", path, what, words.Thousands(read), err, kept), err}
}

// Damaged is the problem of a container that could not be opened at all.
func Damaged(path, kind string, err error) error {
	var l *limitError
	if errors.As(err, &l) {
		return &Problem{path + ": " + l.Error(), ErrLimit}
	}
	if most := wideWindow(err); most > 0 {
		return &Problem{fmt.Sprintf("%s: needs a window of more than %d MB to unpack: unpack it first", path, most>>20), ErrLimit}
	}
	what := "the source"
	if name := streamNames[kind]; name != "" {
		what = "the " + name + " stream"
	}
	return &Problem{fmt.Sprintf("%s: %s is damaged or cut off (%v): copy the file again", path, what, err), err}
}

// read counts n bytes that were read from the source itself. While a goroutine reads ahead they are told by the one
// that takes what it unpacks.
func (r *source) read(n int) {
	r.budget.in += int64(n)
	if r.behind {
		r.untold += n
		return
	}
	r.opt.Progress(n)
}

// A meter counts what is read from the source itself, for progress, and stops when nobody
// waits any more.
type meter struct {
	s  *source
	in io.Reader
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.in.Read(p)
	m.s.read(n)
	if err != nil && err != io.EOF {
		err = &streamError{"", err}
	}
	return n, err
}

type meterAt struct {
	s  *source
	in io.ReaderAt
}

func (m *meterAt) ReadAt(p []byte, off int64) (int, error) {
	if err := m.s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.in.ReadAt(p, off)
	m.s.read(n)
	return n, err
}
