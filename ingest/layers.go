package ingest

import (
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
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

// tooMany closes the account of an archive with more members than the limit.
func (r *source) tooMany(path, names string) error {
	return r.unread(path, names, &problem{fmt.Sprintf("%s: holds more than %s files: the others were not read; raise --max-members, or unpack it first",
		path, thousands(int64(r.run.lim.Members))), errLimit})
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

// cutProblem is the problem of a file that ended by err.
func (r *file) cutProblem(err error) error {
	f := &r.account
	kept := fmt.Sprintf("the %s rows before it were read", thousands(f.Read-r.cutRows))
	what := "cannot be read further"
	var s *streamError
	var l *limitError
	if errors.As(err, &l) {
		return &problem{fmt.Sprintf("%s: %s; %s", f.Path, l.Error(), kept), errLimit}
	}
	if most := wideWindow(err); most > 0 {
		return &problem{fmt.Sprintf("%s: needs a window of more than %d MB to unpack: unpack it first; %s", f.Path, most>>20, kept), errLimit}
	}
	if errors.As(err, &s) && s.stream != "" {
		what = "the " + streamNames[s.stream] + " stream is damaged"
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, xz.ErrBuf) {
			what = "the " + streamNames[s.stream] + " stream ends too early"
		}
		return &problem{fmt.Sprintf("%s: %s after %s bytes: copy the file again; %s", f.Path, what, thousands(r.w.Size()), kept), err}
	}
	if errors.As(err, &s) {
		err = s.err
	}
	return &problem{fmt.Sprintf("%s: %s after %s bytes (%v): copy the file again; %s", f.Path, what, thousands(r.w.Size()), err, kept), err}
}

// damaged is the problem of a container that could not be opened at all.
func damaged(path, kind string, err error) error {
	var l *limitError
	if errors.As(err, &l) {
		return &problem{path + ": " + l.Error(), errLimit}
	}
	if most := wideWindow(err); most > 0 {
		return &problem{fmt.Sprintf("%s: needs a window of more than %d MB to unpack: unpack it first", path, most>>20), errLimit}
	}
	what := "the source"
	if name := streamNames[kind]; name != "" {
		what = "the " + name + " stream"
	}
	return &problem{fmt.Sprintf("%s: %s is damaged or cut off (%v): copy the file again", path, what, err), err}
}

// A meter counts what is read from the source itself, for progress, and stops when nobody
// waits any more.
type meter struct {
	s  *source
	in io.Reader
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.s.run.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.in.Read(p)
	m.s.budget.in += int64(n)
	m.s.run.tell(n)
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
	if err := m.s.run.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.in.ReadAt(p, off)
	m.s.budget.in += int64(n)
	m.s.run.tell(n)
	return n, err
}
