package ingest

import (
	"archive/tar"
	"bufio"
	"bytes"
	stdbzip2 "compress/bzip2"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
	"github.com/zeebo/xxh3"
)

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
	r.budget, r.alone = budget{lim: r.lim, size: size}, true
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
	return r.b.done(File{Path: path, Container: names, Problem: err})
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
func (r *reader) inside(c container, name string, in io.Reader) container {
	names := append(append([]string(nil), c.names...), name)
	return container{path: c.path, names: names, in: r.layer(name, in), size: -1, walked: c.walked}
}

// member is a file of an archive.
func (r *reader) member(c container, kind, name string, walked bool) container {
	r.alone = false
	in := r.inside(c, kind, nil)
	in.path = path.Join(c.path, path.Clean("/"+strings.ReplaceAll(sanePath(name), `\`, "/")))
	in.walked = walked
	return in
}

// sanePath is the name of a member as text that every record can carry. What is longer than any
// system allows is cut, and told apart from others that are cut the same.
func sanePath(name string) string {
	const most = 1024
	if len(name) > most {
		name = fmt.Sprintf("%s…%016x", shorten([]byte(name), most), xxh3.HashString(name))
	}
	return strings.ReplaceAll(strings.ToValidUTF8(name, "\uFFFD"), "\x00", "\uFFFD")
}

// open looks at the first bytes of c and undoes the compression they tell of, until there is
// a document.
func (r *reader) open(c container) error {
	head := bufio.NewReaderSize(c.in, 4096)
	magic, _ := head.Peek(tarBlock)
	kind := containerKind(magic)
	if kind != "" && len(c.names) == r.lim.Nesting {
		return r.unread(c.path, strings.Join(c.names, " "), notALog(c.path, "more than %d containers inside each other: unpack it first, or raise --max-nesting", r.lim.Nesting))
	}
	names := strings.Join(append(append([]string(nil), c.names...), kind), " ")
	switch kind {
	case "gz":
		z, err := gzip.NewReader(head)
		if err != nil {
			return r.unread(c.path, names, r.damaged(c.path, kind, err))
		}
		defer z.Close()
		return r.open(r.inside(c, kind, z))
	case "zst":
		z, err := zstd.NewReader(head, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return r.unread(c.path, names, r.damaged(c.path, kind, err))
		}
		defer z.Close()
		return r.open(r.inside(c, kind, z))
	case "bz2":
		return r.open(r.inside(c, kind, stdbzip2.NewReader(head)))
	case "xz":
		z, err := xz.NewReader(head, xzWindow)
		if err != nil {
			return r.unread(c.path, names, r.damaged(c.path, kind, err))
		}
		return r.open(r.inside(c, kind, z))
	case "tar":
		return r.tar(c, head, names)
	case "zip":
		return r.zip(c, head, names)
	}
	return r.document(c.path, strings.Join(c.names, " "), head, c.size, c.walked)
}

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

// containerKind goes by content: names lie, above all after a mail gateway.
func containerKind(b []byte) string {
	switch s := string(b); {
	case strings.HasPrefix(s, "\x1f\x8b\x08"):
		return "gz"
	case strings.HasPrefix(s, "\x28\xb5\x2f\xfd"), len(s) > 3 && s[0] >= 0x50 && s[0] <= 0x5f && s[1:4] == "\x2a\x4d\x18":
		return "zst"
	case len(s) >= 10 && s[:3] == "BZh" && s[3] >= '1' && s[3] <= '9' && (s[4:10] == "1AY&SY" || s[4:10] == "\x17\x72\x45\x38\x50\x90"):
		return "bz2"
	case strings.HasPrefix(s, "\xfd7zXZ\x00"):
		return "xz"
	case strings.HasPrefix(s, "PK\x03\x04"), strings.HasPrefix(s, "PK\x05\x06"):
		return "zip"
	}
	if tarHeader(b) {
		return "tar"
	}
	return ""
}

const tarBlock = 512

// tarHeader recognises the first block of a tar archive by its checksum: old ones have no
// magic number. The checksum is the sum of all bytes, its own eight counted as blanks.
func tarHeader(b []byte) bool {
	if len(b) < tarBlock || b[0] == 0 {
		return false
	}
	const at, size = 148, 8
	sum := int64(size * ' ')
	for i, c := range b[:tarBlock] {
		if i < at || i >= at+size {
			sum += int64(c)
		}
	}
	said, digits := int64(0), 0
	for _, c := range bytes.Trim(b[at:at+size], " \x00") {
		if c < '0' || c > '7' {
			return false
		}
		said = said<<3 | int64(c-'0')
		digits++
	}
	return digits > 0 && said == sum
}

// tar reads the members of an archive, each a file of its own.
func (r *reader) tar(c container, head io.Reader, names string) error {
	t := tar.NewReader(head)
	members := 0
	for {
		h, err := t.Next()
		switch {
		case err == io.EOF:
			return r.endArchive(c.path, names, members)
		case err != nil:
			return r.unread(c.path, names, r.damaged(c.path, "tar", err))
		case h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse || hiddenMember(h.Name):
			continue
		case r.budget.members == r.lim.Members:
			return r.tooMany(c.path, names)
		}
		members++
		r.budget.members++
		in := r.member(c, "tar", h.Name, true)
		in.in, in.size = r.layer("tar", t), h.Size
		if err := r.open(in); err != nil {
			return err
		}
		if r.budget.spent != nil {
			return r.unread(c.path, names, r.givenUp(c.path))
		}
	}
}

// tooMany closes the account of an archive with more members than the limit.
func (r *reader) tooMany(path, names string) error {
	return r.unread(path, names, &problem{fmt.Sprintf("%s: holds more than %s files: the others were not read; raise --max-members, or unpack it first",
		path, thousands(int64(r.lim.Members))), errLimit})
}

// givenUp is the problem of an archive one of whose members went beyond a limit that holds for
// all of them.
func (r *reader) givenUp(path string) error {
	return &problem{path + ": the rest of the archive was not read, because a file in it " + r.budget.spent.what, errLimit}
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
	const search, entry = 128 << 10, 512 // bytes to find the directory, and of an entry with a long path
	d := &directory{in: c.at, left: search + entry*int64(r.lim.Members)}
	z, err := zip.NewReader(d, c.size)
	d.open = true
	switch {
	case errors.Is(err, errDirectory):
		return r.unread(c.path, names, &problem{fmt.Sprintf("%s: holds more than %s files, or an endless list of them: raise --max-members, or unpack it first",
			c.path, thousands(int64(r.lim.Members))), errLimit})
	case err != nil:
		return r.unread(c.path, names, r.damaged(c.path, "zip", err))
	}
	z.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor(zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow)))
	z.RegisterDecompressor(12, func(in io.Reader) io.ReadCloser { return io.NopCloser(stdbzip2.NewReader(in)) })
	z.RegisterDecompressor(95, unxz)
	switch office(z) {
	case "xlsx":
		return r.workbook(c, z)
	case "xlsb":
		return r.unread(c.path, names, notALog(c.path, "a binary Excel workbook (.xlsb): save it as .xlsx or as CSV UTF-8"))
	case "ods":
		return r.unread(c.path, names, notALog(c.path, "an OpenDocument file: save the sheet as .xlsx or as CSV UTF-8"))
	case "other":
		return r.unread(c.path, names, notALog(c.path, "an Office document: paste its text into a text file"))
	}
	// The members of an archive inside a package belong to the package, too.
	defer func(before bool) { r.dmf = before }(r.dmf)
	r.dmf = r.dmf || slices.ContainsFunc(z.File, func(f *zip.File) bool { return dmfLog(f.Name) })
	members := 0
	for _, f := range z.File {
		if f.FileInfo().IsDir() || hiddenMember(f.Name) {
			continue
		}
		if r.budget.members >= r.lim.Members {
			return r.tooMany(c.path, names)
		}
		members++
		r.budget.members++
		if err := r.zipMember(c, f, len(z.File) > 1); err != nil {
			return err
		}
		if r.budget.spent != nil {
			return r.unread(c.path, names, r.givenUp(c.path))
		}
	}
	return r.endArchive(c.path, names, members)
}

// endArchive ends an archive that was read to its end.
func (r *reader) endArchive(path, names string, members int) error {
	if err := r.ctx.Err(); err != nil || members > 0 {
		return err
	}
	return r.b.done(File{Path: path, Container: names, Warnings: []string{"the archive is empty"}})
}

// A directory reads an archive. Until it is open, it gives no more than left: all entries of the
// directory of a zip archive are in memory, however many files are wanted of it.
type directory struct {
	in   io.ReaderAt
	left int64
	open bool
}

// errDirectory says that the directory of an archive is too long.
var errDirectory = errors.New("directory beyond the limit")

func (d *directory) ReadAt(p []byte, off int64) (int, error) {
	if d.open {
		return d.in.ReadAt(p, off)
	}
	if d.left <= 0 {
		return 0, errDirectory
	}
	n, err := d.in.ReadAt(p, off)
	d.left -= int64(n)
	return n, err
}

func unxz(in io.Reader) io.ReadCloser {
	z, err := xz.NewReader(in, xzWindow)
	if err != nil {
		return io.NopCloser(failing{err})
	}
	return io.NopCloser(z)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func (r *reader) zipMember(c container, f *zip.File, several bool) error {
	in := r.member(c, "zip", f.Name, c.walked || several)
	names := strings.Join(in.names, " ")
	if f.Flags&1 != 0 {
		return r.unread(in.path, names, &problem{in.path + ": is encrypted: unpack it with its password first", zip.ErrAlgorithm})
	}
	body, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return r.unread(in.path, names, &problem{fmt.Sprintf("%s: is compressed by method %d, which is not read: unpack it first", in.path, f.Method), err})
	}
	if err != nil {
		return r.unread(in.path, names, r.damaged(in.path, "zip", err))
	}
	defer body.Close()
	in.in, in.size = r.layer("zip", body), int64(min(f.UncompressedSize64, math.MaxInt64))
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

// office recognises documents that are zip archives: "xlsx", "xlsb", "ods", "other", or nothing.
func office(z *zip.Reader) string {
	openDocument := slices.ContainsFunc(z.File, func(f *zip.File) bool { return f.Name == "mimetype" })
	for _, f := range z.File {
		switch name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/")); {
		case name == "xl/workbook.xml":
			return "xlsx"
		case name == "xl/workbook.bin":
			return "xlsb"
		case name == "content.xml" && openDocument:
			return "ods"
		case name == "word/document.xml" || name == "ppt/presentation.xml":
			return "other"
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
// nested stream is the one reported, and charges what it gives to the budget of the source.
type layer struct {
	name string
	in   io.Reader
	b    *budget
}

func (r *reader) layer(name string, in io.Reader) *layer { return &layer{name, in, &r.budget} }

type streamError struct {
	layer string // empty: the source itself
	err   error
}

// streamNames are the names for people of the containers in File.Container.
var streamNames = map[string]string{"gz": "gzip", "zst": "zstd", "bz2": "bzip2", "xz": "xz", "zip": "zip", "tar": "tar", "xlsx": "workbook"}

func (e *streamError) Error() string { return e.layer + ": " + e.err.Error() }
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
func (r *reader) cutProblem(err error) error {
	f := &r.file
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
	if errors.As(err, &s) && s.layer != "" {
		what = "the " + streamNames[s.layer] + " stream is damaged"
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, xz.ErrBuf) {
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
	r  *reader
	in io.Reader
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.in.Read(p)
	m.r.budget.in += int64(n)
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
	m.r.budget.in += int64(n)
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
