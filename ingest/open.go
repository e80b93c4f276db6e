package ingest

import (
	"bufio"
	stdbzip2 "compress/bzip2"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"
)

// containerDepth is how many containers may lie inside each other.
const containerDepth = 4

// source opens one source and reads every file in it. What goes wrong with the source is
// its Problem; the error returned ends the whole run.
func (r *reader) source(s Source) error {
	r.progress.File = s.Path
	var in io.Reader
	var at io.ReaderAt
	size := int64(-1)
	if s.Path == "-" {
		in = r.opt.Stdin
		if in == nil {
			in = os.Stdin
		}
	} else {
		f, err := os.Open(s.Path)
		if err != nil {
			return r.unopened(s.Path, err)
		}
		defer f.Close()
		in = f
		if info, err := f.Stat(); err != nil {
			return r.unopened(s.Path, err)
		} else if info.IsDir() {
			return r.unopened(s.Path, errors.New("it is a folder"))
		} else if info.Mode().IsRegular() {
			at, size = f, info.Size()
		}
	}
	c := container{path: s.Path, in: &meter{r: r, in: in}, size: size, walked: s.Walked}
	if at != nil {
		c.at = &meterAt{r: r, in: at}
	}
	return r.open(c)
}

func (r *reader) unopened(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return r.unread(path, "", &problem{fmt.Sprintf("%s: cannot be opened: %v", path, err), err})
}

// unread closes the account of a file that no parser saw.
func (r *reader) unread(path, names string, err error) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	r.b.done(File{Path: path, Container: names, Problem: err})
	return nil
}

// A container is a stream that may be compressed, or an archive.
type container struct {
	path   string
	names  []string // of the containers it lies in, outermost first
	in     io.Reader
	at     io.ReaderAt // nil when the stream cannot be read at any place
	size   int64
	walked bool
}

// inside is the stream that c, of this kind, holds.
func (c container) inside(name string, in io.Reader) container {
	names := append(append([]string(nil), c.names...), name)
	return container{path: c.path, names: names, in: &layer{name, in}, size: -1, walked: c.walked}
}

// open looks at the first bytes of c and undoes the compression they tell of, until there is
// a document.
func (r *reader) open(c container) error {
	head := bufio.NewReaderSize(c.in, 4096)
	magic, _ := head.Peek(16)
	kind := containerKind(magic)
	if kind != "" && len(c.names) == containerDepth {
		return r.unread(c.path, strings.Join(c.names, " "), notALog(c.path, "more than %d containers inside each other: unpack it first", containerDepth))
	}
	names := strings.Join(append(append([]string(nil), c.names...), kind), " ")
	switch kind {
	case "gz":
		z, err := gzip.NewReader(head)
		if err != nil {
			return r.unread(c.path, names, r.damaged(c.path, kind, err))
		}
		defer z.Close()
		return r.open(c.inside(kind, z))
	case "zst":
		z, err := zstd.NewReader(head, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return r.unread(c.path, names, r.damaged(c.path, kind, err))
		}
		defer z.Close()
		return r.open(c.inside(kind, z))
	case "bz2":
		return r.open(c.inside(kind, stdbzip2.NewReader(head)))
	case "zip":
		return r.zip(c, head, names)
	}
	return r.document(c.path, strings.Join(c.names, " "), head, c.walked)
}

// containerKind goes by content: names lie, above all after a mail gateway.
func containerKind(b []byte) string {
	switch s := string(b); {
	case strings.HasPrefix(s, "\x1f\x8b\x08"):
		return "gz"
	case strings.HasPrefix(s, "\x28\xb5\x2f\xfd"), len(s) > 3 && s[0] >= 0x50 && s[0] <= 0x5f && s[1:4] == "\x2a\x4d\x18":
		return "zst"
	case len(s) >= 10 && s[:3] == "BZh" && s[3] >= '1' && s[3] <= '9' && (s[4:10] == "1AY&SY" || s[4:10] == "\x17\x72\x45\x38\x50\x90"):
		return "bz2"
	case strings.HasPrefix(s, "PK\x03\x04"), strings.HasPrefix(s, "PK\x05\x06"):
		return "zip"
	}
	return ""
}

// zip reads the members of an archive, each a file of its own. An archive is read from its
// end, so one that comes as a stream is put aside first.
func (r *reader) zip(c container, head io.Reader, names string) error {
	if c.at == nil {
		f, n, err := spill(head)
		if f != nil {
			defer os.Remove(f.Name())
			defer f.Close()
		}
		var cut *streamError
		switch {
		case errors.As(err, &cut):
			return r.unread(c.path, names, r.damaged(c.path, cut.layer, err))
		case err != nil:
			return r.unread(c.path, names, &problem{fmt.Sprintf("%s: cannot be copied to the temporary folder (%v): make room, or unpack it first", c.path, err), err})
		}
		c.at, c.size = f, n
	}
	z, err := zip.NewReader(c.at, c.size)
	if err != nil {
		return r.unread(c.path, names, r.damaged(c.path, "zip", err))
	}
	z.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor(zstd.WithDecoderConcurrency(1)))
	z.RegisterDecompressor(12, func(in io.Reader) io.ReadCloser { return io.NopCloser(stdbzip2.NewReader(in)) })
	if what := office(z); what != "" {
		return r.unread(c.path, names, &problem{c.path + ": " + what, errNotYet})
	}
	members := 0
	for _, f := range z.File {
		if f.FileInfo().IsDir() || hiddenMember(f.Name) {
			continue
		}
		members++
		if err := r.member(c, f, len(z.File) > 1); err != nil {
			return err
		}
	}
	if members == 0 {
		r.b.done(File{Path: c.path, Container: names, Warnings: []string{"the archive is empty"}})
	}
	return r.ctx.Err()
}

func (r *reader) member(c container, f *zip.File, several bool) error {
	in := c.inside("zip", nil)
	in.path = path.Join(c.path, path.Clean("/"+strings.ReplaceAll(f.Name, `\`, "/")))
	in.walked = c.walked || several
	names := strings.Join(in.names, " ")
	if f.Flags&1 != 0 {
		return r.unread(in.path, names, &problem{in.path + ": is encrypted: unpack it with its password first", zip.ErrAlgorithm})
	}
	body, err := f.Open()
	if err != nil {
		return r.unread(in.path, names, r.damaged(in.path, "zip", err))
	}
	defer body.Close()
	in.in = &layer{"zip", body}
	return r.open(in)
}

func hiddenMember(name string) bool {
	for _, part := range strings.Split(name, "/") {
		if strings.HasPrefix(part, ".") && part != "." && part != ".." || part == "__MACOSX" {
			return true
		}
	}
	return false
}

// office recognises documents that are zip archives.
func office(z *zip.Reader) string {
	for _, f := range z.File {
		switch {
		case f.Name == "xl/workbook.xml" || f.Name == "xl/workbook.bin":
			return "Excel workbook: not read yet, save the sheet as CSV UTF-8"
		case f.Name == "word/document.xml" || f.Name == "ppt/presentation.xml":
			return "Office document: paste its text into a text file"
		}
	}
	return ""
}

// spill copies a stream into a temporary file.
func spill(in io.Reader) (*os.File, int64, error) {
	f, err := os.CreateTemp("", "dwtriage-*.zip")
	if err != nil {
		return nil, 0, err
	}
	n, err := io.Copy(f, in)
	return f, n, err
}

// A layer marks the errors of a decompressor with its name, so that the innermost cause of a
// nested stream is the one reported.
type layer struct {
	name string
	in   io.Reader
}

type streamError struct {
	layer string // empty: the source itself
	err   error
}

// streamNames are the names for people of the containers in File.Container.
var streamNames = map[string]string{"gz": "gzip", "zst": "zstd", "bz2": "bzip2", "zip": "zip"}

func (e *streamError) Error() string { return e.layer + ": " + e.err.Error() }
func (e *streamError) Unwrap() error { return e.err }

func (l *layer) Read(p []byte) (int, error) {
	n, err := l.in.Read(p)
	if err != nil && err != io.EOF {
		var inner *streamError
		if !errors.As(err, &inner) {
			err = &streamError{l.name, err}
		}
	}
	return n, err
}

// cutProblem is the problem of a file that ended by err.
func (r *reader) cutProblem(err error) error {
	f := &r.file
	kept := fmt.Sprintf("the %s rows before it were read", thousands(f.Read-r.cutRows))
	what := "cannot be read further"
	var s *streamError
	if errors.As(err, &s) && s.layer != "" {
		what = "the " + streamNames[s.layer] + " stream is damaged"
		if errors.Is(err, io.ErrUnexpectedEOF) {
			what = "the " + streamNames[s.layer] + " stream ends too early"
		}
		return &problem{fmt.Sprintf("%s: %s after %s bytes: copy the file again; %s", f.Path, what, thousands(r.w.total), kept), err}
	}
	if errors.As(err, &s) {
		err = s.err
	}
	return &problem{fmt.Sprintf("%s: %s after %s bytes (%v): copy the file again; %s", f.Path, what, thousands(r.w.total), err, kept), err}
}

// damaged is the problem of a container that could not be opened at all.
func (r *reader) damaged(path, kind string, err error) error {
	what := "the source"
	if name := streamNames[kind]; name != "" {
		what = "the " + name + " stream"
	}
	return &problem{fmt.Sprintf("%s: %s is damaged or cut off (%v): copy the file again", path, what, err), err}
}

// A meter counts what is read from the source itself, for progress, and stops when nobody
// waits any more.
type meter struct {
	r  *reader
	in io.Reader
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.in.Read(p)
	m.r.tell(n)
	if err != nil && err != io.EOF {
		err = &streamError{"", err}
	}
	return n, err
}

type meterAt struct {
	r  *reader
	in io.ReaderAt
}

func (m *meterAt) ReadAt(p []byte, off int64) (int, error) {
	if err := m.r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.in.ReadAt(p, off)
	m.r.tell(n)
	return n, err
}

// tell adds n bytes to the progress and passes it on now and then, and at the end of a file.
func (r *reader) tell(n int) {
	const step = 256 << 10
	r.progress.Bytes += int64(n)
	if r.opt.Progress != nil && (n == 0 || r.progress.Bytes-r.shown >= step) {
		r.shown = r.progress.Bytes
		r.opt.Progress(r.progress)
	}
}
