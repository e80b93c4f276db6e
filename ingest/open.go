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

	"dwtriage/ingest/window"
)

// read opens one source and reads every file in it. What goes wrong with the source is
// its Problem; the error returned ends the whole run.
func (r *run) read(in Source) error {
	r.progress.File = in.Path
	s := r.newSource(-1)
	c := container{path: in.Path, size: -1, walked: in.Walked}
	if in.Path == "-" {
		c.in = r.opt.Stdin
		if c.in == nil {
			c.in = os.Stdin
		}
	} else {
		f, err := os.Open(in.Path)
		if err != nil {
			return s.unopened(in.Path, err)
		}
		defer f.Close()
		c.in = f
		if info, err := f.Stat(); err != nil {
			return s.unopened(in.Path, err)
		} else if info.IsDir() {
			return s.unopened(in.Path, errors.New("it is a folder"))
		} else if info.Mode().IsRegular() {
			c.at, c.size, s.budget.size = &meterAt{s, f}, info.Size(), info.Size()
		}
	}
	c.in = &meter{s, c.in}
	return s.open(c)
}

func (r *source) unopened(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return r.unread(path, "", &problem{fmt.Sprintf("%s: cannot be opened: %v", path, err), err})
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
func (r *source) inside(c container, name string, in io.Reader) container {
	names := append(append([]string(nil), c.names...), name)
	return container{path: c.path, names: names, in: r.layer(name, in), size: -1, walked: c.walked}
}

// member is a file of an archive.
func (r *source) member(c container, kind, name string, walked bool) container {
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
		name = fmt.Sprintf("%s…%016x", window.Shorten([]byte(name), most), xxh3.HashString(name))
	}
	return strings.ReplaceAll(strings.ToValidUTF8(name, "\uFFFD"), "\x00", "\uFFFD")
}

// open looks at the first bytes of c and undoes the compression they tell of, until there is
// a document.
func (r *source) open(c container) error {
	head := bufio.NewReaderSize(c.in, 4096)
	magic, _ := head.Peek(tarBlock)
	kind := containerKind(magic)
	if kind != "" && len(c.names) == r.run.lim.Nesting {
		return r.unread(c.path, strings.Join(c.names, " "), notALog(c.path, "more than %d containers inside each other: unpack it first, or raise --max-nesting", r.run.lim.Nesting))
	}
	names := strings.Join(append(append([]string(nil), c.names...), kind), " ")
	switch kind {
	case "gz":
		z, err := gzip.NewReader(head)
		if err != nil {
			return r.unread(c.path, names, damaged(c.path, kind, err))
		}
		defer z.Close()
		return r.open(r.inside(c, kind, z))
	case "zst":
		z, err := zstd.NewReader(head, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return r.unread(c.path, names, damaged(c.path, kind, err))
		}
		defer z.Close()
		return r.open(r.inside(c, kind, z))
	case "bz2":
		return r.open(r.inside(c, kind, stdbzip2.NewReader(head)))
	case "xz":
		z, err := xz.NewReader(head, xzWindow)
		if err != nil {
			return r.unread(c.path, names, damaged(c.path, kind, err))
		}
		return r.open(r.inside(c, kind, z))
	case "tar":
		return r.tar(c, head, names)
	case "zip":
		return r.zip(c, head, names)
	}
	return r.document(c.path, strings.Join(c.names, " "), head, c.size, c.walked)
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
func (r *source) tar(c container, head io.Reader, names string) error {
	t := tar.NewReader(head)
	members := 0
	for {
		h, err := t.Next()
		switch {
		case err == io.EOF:
			return r.endArchive(c.path, names, members)
		case err != nil:
			return r.unread(c.path, names, damaged(c.path, "tar", err))
		case h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse || hiddenMember(h.Name):
			continue
		case r.budget.members == r.run.lim.Members:
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

// givenUp is the problem of an archive one of whose members went beyond a limit that holds for
// all of them.
func (r *source) givenUp(path string) error {
	return &problem{path + ": the rest of the archive was not read, because a file in it " + r.budget.spent.what, errLimit}
}

// zip reads the members of an archive, each a file of its own. An archive is read from its
// end, so one that comes as a stream is put aside first.
func (r *source) zip(c container, head io.Reader, names string) error {
	if c.at == nil {
		f, n, err := spill(head)
		if f != nil {
			defer os.Remove(f.Name())
			defer f.Close()
		}
		var cut *streamError
		switch {
		case errors.As(err, &cut):
			return r.unread(c.path, names, damaged(c.path, cut.stream, err))
		case err != nil:
			return r.unread(c.path, names, &problem{fmt.Sprintf("%s: cannot be copied to the temporary folder (%v): make room, or unpack it first", c.path, err), err})
		}
		c.at, c.size = f, n
	}
	const search, entry = 128 << 10, 512 // bytes to find the directory, and of an entry with a long path
	d := &directory{in: c.at, left: search + entry*int64(r.run.lim.Members)}
	z, err := zip.NewReader(d, c.size)
	d.open = true
	switch {
	case errors.Is(err, errDirectory):
		return r.unread(c.path, names, &problem{fmt.Sprintf("%s: holds more than %s files, or an endless list of them: raise --max-members, or unpack it first",
			c.path, thousands(int64(r.run.lim.Members))), errLimit})
	case err != nil:
		return r.unread(c.path, names, damaged(c.path, "zip", err))
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
		if r.budget.members >= r.run.lim.Members {
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
func (r *source) endArchive(path, names string, members int) error {
	if err := r.run.ctx.Err(); err != nil || members > 0 {
		return err
	}
	return r.run.b.done(File{Path: path, Container: names, Warnings: []string{"the archive is empty"}})
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

func (r *source) zipMember(c container, f *zip.File, several bool) error {
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
		return r.unread(in.path, names, damaged(in.path, "zip", err))
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
