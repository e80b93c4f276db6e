package unpack

import (
	"archive/tar"
	"bufio"
	"bytes"
	"cmp"
	stdbzip2 "compress/bzip2"
	"context"
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
	"dwtriage/ingest/words"
)

// Walk opens one source and visits every file in it. in is what the path "-" reads. What goes wrong with
// the source, or with a file in it, is told to visit.Failed; the error returned is one of visit, or
// that of ctx, and ends the walk.
func Walk(ctx context.Context, path string, walked bool, in io.Reader, opt Options, visit Visitor) error {
	m := Member{Path: path, In: in, Size: -1, Walked: walked}
	s := newSource(ctx, opt, visit)
	if path == "-" {
		in := Patient(ctx, in)
		defer in.Close()
		m.In = in
	} else {
		at := cmp.Or(opt.At, path)
		f, err := openFile(ctx, at)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return s.unopened(path, err)
		}
		defer f.Close()
		m.In = f
		if info, err := f.Stat(); err != nil {
			return s.unopened(path, err)
		} else if info.IsDir() {
			return s.unopened(path, errors.New("it is a folder"))
		} else if info.Mode().IsRegular() {
			m.at, m.Size, s.budget.size = &meterAt{s, f}, info.Size(), info.Size()
			s.state = &fileState{f, at, info.Size()}
		} else {
			in := Patient(ctx, f)
			defer in.Close()
			m.In = in
		}
	}
	return s.open(s.metered(m))
}

// Open visits every file in m, which was opened by the caller; it is a source of its own.
func Open(ctx context.Context, m Member, opt Options, visit Visitor) error {
	s := newSource(ctx, opt, visit)
	return s.open(s.metered(m))
}

func (r *source) unopened(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return r.visit.Failed(path, "", &Problem{fmt.Sprintf("%s: cannot be opened: %v", path, err), err})
}

// A Member is a file that a source holds, or the source itself.
type Member struct {
	Path   string   // of the source, and behind it those in its archives
	Names  []string // of the containers it lies in, outermost first
	In     io.Reader
	Size   int64 // -1 where unknown
	Walked bool  // nobody named it
	Marked bool  // it lies in an archive with a member that Options.Marks

	at     io.ReaderAt // nil when the stream cannot be read at any place
	source *source
}

// Containers are the names of the containers in one text.
func (m *Member) Containers() string { return strings.Join(m.Names, " ") }

// Share is how much of the source was read by now, and its size in bytes as stored; ok is false when it
// holds more than this file, or its size is not known.
func (m *Member) Share() (read, size int64, ok bool) {
	b := &m.source.budget
	return b.in, b.size, m.source.alone && b.size > 0 && b.in > 0
}

// Layer charges what in gives to the budget of the source, and marks its errors with the name of the
// layer: a part of a workbook is unpacked by whoever reads it.
func (m *Member) Layer(name string, in io.Reader) io.Reader { return m.source.layer(name, in) }

// Digest is the hash (XXH3, 128 bits, hex) of the bytes of an archive, which were counted when they
// were read; empty when they cannot be read again.
func (m *Member) Digest() string {
	at := m.at
	if metered, ok := at.(*meterAt); ok {
		at = metered.in
	}
	h := xxh3.New()
	if _, err := io.Copy(h, io.NewSectionReader(at, 0, m.Size)); err != nil {
		return ""
	}
	return fmt.Sprintf("%x", h.Sum128().Bytes())
}

// inside is the stream that c, of this kind, holds.
func (r *source) inside(c Member, name string, in io.Reader) Member {
	names := append(append([]string(nil), c.Names...), name)
	return Member{Path: c.Path, Names: names, In: r.layer(name, in), Size: -1, Walked: c.Walked, Marked: c.Marked, source: r}
}

// member is a file of an archive.
func (r *source) member(c Member, kind, name string, walked bool) Member {
	r.alone = false
	in := r.inside(c, kind, nil)
	in.Path = r.apart(memberPath(c, name))
	in.Walked = walked
	return in
}

func memberPath(c Member, name string) string {
	name = path.Clean("/" + strings.ReplaceAll(sanePath(name), `\`, "/"))
	if name == "/" {
		name = "unnamed" // it was called "." or ".."
	}
	return path.Join(c.Path, name)
}

// apart is the path of a member that no other one of the source has. An archive may hold two files of one name, as tar
// makes it when a file is added again; their rows would have the same places, and their accounts be one.
func (r *source) apart(path string) string {
	other := path
	for r.paths[other] > 0 {
		r.paths[path]++ // and not from 2 again: an archive may hold nothing but files of one name
		other = fmt.Sprintf("%s (%d)", path, r.paths[path])
	}
	r.paths[other]++
	return other
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
func (r *source) open(c Member) error {
	head := bufio.NewReaderSize(c.In, 4096)
	magic, _ := head.Peek(tarBlock)
	kind := containerKind(magic)
	if kind != "" && len(c.Names) == r.opt.Limits.Nesting {
		return r.visit.Failed(c.Path, strings.Join(c.Names, " "), mayHold(c.Path, "more than %d containers inside each other: unpack it first, or raise --max-nesting", r.opt.Limits.Nesting))
	}
	names := strings.Join(append(append([]string(nil), c.Names...), kind), " ")
	switch kind {
	case "gz":
		z, err := gzip.NewReader(head)
		if err != nil {
			return r.visit.Failed(c.Path, names, Damaged(c.Path, kind, err))
		}
		defer z.Close()
		return r.open(r.inside(c, kind, z))
	case "zst":
		z, err := zstd.NewReader(head, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return r.visit.Failed(c.Path, names, Damaged(c.Path, kind, err))
		}
		defer z.Close()
		return r.open(r.inside(c, kind, z))
	case "bz2":
		return r.open(r.inside(c, kind, stdbzip2.NewReader(head)))
	case "xz":
		z, err := xz.NewReader(head, xzWindow)
		if err != nil {
			return r.visit.Failed(c.Path, names, Damaged(c.Path, kind, err))
		}
		return r.open(r.inside(c, kind, z))
	case "tar":
		return r.tar(c, head, names)
	case "zip":
		return r.zip(c, head, names)
	}
	c.In = head
	if r.opt.Ahead && c.packed() {
		a := r.ahead(head)
		defer a.stop()
		c.In = a
	}
	return r.visit.Document(c)
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
func (r *source) tar(c Member, head io.Reader, names string) error {
	t := tar.NewReader(head)
	members := 0
	for {
		h, err := t.Next()
		switch {
		case err == io.EOF:
			return r.endArchive(c.Path, names, members)
		case err != nil:
			return r.visit.Failed(c.Path, names, Damaged(c.Path, "tar", err))
		case h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse || hiddenMember(h.Name):
			continue
		case r.budget.members == r.opt.Limits.Members:
			return r.visit.Failed(c.Path, names, TooMany(c.Path, r.opt.Limits.Members))
		}
		members++
		r.budget.members++
		in := r.member(c, "tar", h.Name, true)
		in.In, in.Size = r.layer("tar", t), h.Size
		if err := r.open(in); err != nil {
			return err
		}
		if r.budget.spent != nil {
			return r.visit.Failed(c.Path, names, r.givenUp(c.Path))
		}
	}
}

// givenUp is the problem of an archive one of whose members went beyond a limit that holds for
// all of them.
func (r *source) givenUp(path string) error {
	return &Problem{path + ": the rest of the archive was not read, because a file in it " + r.budget.spent.what, ErrLimit}
}

// zip reads the members of an archive, each a file of its own. An archive is read from its
// end, so one that comes as a stream is put aside first.
func (r *source) zip(c Member, head io.Reader, names string) error {
	if c.at == nil {
		f, n, err := spill(head)
		if f != nil {
			defer os.Remove(f.Name())
			defer f.Close()
		}
		var cut *streamError
		switch {
		case errors.As(err, &cut):
			return r.visit.Failed(c.Path, names, Damaged(c.Path, cut.stream, err))
		case err != nil:
			return r.visit.Failed(c.Path, names, &Problem{fmt.Sprintf("%s: cannot be copied to the temporary folder (%v): make room, or unpack it first", c.Path, err), err})
		}
		c.at, c.Size = f, n
	}
	const search, entry = 128 << 10, 512 // bytes to find the directory, and of an entry with a long path
	d := &directory{in: c.at, left: search + entry*int64(r.opt.Limits.Members)}
	z, err := zip.NewReader(d, c.Size)
	d.open = true
	switch {
	case errors.Is(err, errDirectory):
		return r.visit.Failed(c.Path, names, &Problem{fmt.Sprintf("%s: holds more than %s files, or an endless list of them: raise --max-members, or unpack it first",
			c.Path, words.Thousands(r.opt.Limits.Members)), ErrLimit})
	case err != nil:
		return r.visit.Failed(c.Path, names, Damaged(c.Path, "zip", err))
	}
	z.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor(zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow)))
	z.RegisterDecompressor(12, func(in io.Reader) io.ReadCloser { return io.NopCloser(stdbzip2.NewReader(in)) })
	z.RegisterDecompressor(95, unxz)
	switch office(z) {
	case "xlsx":
		return r.visit.Workbook(c, z)
	case "xlsb":
		return r.visit.Failed(c.Path, names, mayHold(c.Path, "a binary Excel workbook (.xlsb): save it as .xlsx or as CSV UTF-8"))
	case "ods":
		return r.visit.Failed(c.Path, names, mayHold(c.Path, "an OpenDocument file: save the sheet as .xlsx or as CSV UTF-8"))
	case "other":
		return r.visit.Failed(c.Path, names, mayHold(c.Path, "an Office document: paste its text into a text file"))
	}
	// The members of an archive inside a package belong to the package, too.
	c.Marked = c.Marked || slices.ContainsFunc(z.File, func(f *zip.File) bool { return r.opt.Marks(f.Name) })
	members := 0
	for _, f := range inOrder(c, z.File) {
		if f.FileInfo().IsDir() || hiddenMember(f.Name) {
			continue
		}
		if r.budget.members >= r.opt.Limits.Members {
			return r.visit.Failed(c.Path, names, TooMany(c.Path, r.opt.Limits.Members))
		}
		members++
		r.budget.members++
		if err := r.zipMember(c, f, len(z.File) > 1); err != nil {
			return err
		}
		if r.budget.spent != nil {
			return r.visit.Failed(c.Path, names, r.givenUp(c.Path))
		}
	}
	return r.endArchive(c.Path, names, members)
}

// inOrder sorts the members of an archive by their paths, as the files of a folder are. Only a tar archive can be
// read in no order but its own.
func inOrder(c Member, files []*zip.File) []*zip.File {
	paths := make(map[*zip.File]string, len(files))
	for _, f := range files {
		paths[f] = memberPath(c, f.Name)
	}
	return slices.SortedStableFunc(slices.Values(files), func(a, b *zip.File) int { return ComparePaths(paths[a], paths[b]) })
}

// endArchive ends an archive that was read to its end.
func (r *source) endArchive(path, names string, members int) error {
	if err := r.ctx.Err(); err != nil || members > 0 {
		return err
	}
	return r.visit.Empty(path, names)
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

func (r *source) zipMember(c Member, f *zip.File, several bool) error {
	in := r.member(c, "zip", f.Name, c.Walked || several)
	names := strings.Join(in.Names, " ")
	if f.Flags&1 != 0 {
		return r.visit.Failed(in.Path, names, &Problem{in.Path + ": is encrypted: unpack it with its password first", zip.ErrAlgorithm})
	}
	body, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return r.visit.Failed(in.Path, names, &Problem{fmt.Sprintf("%s: is compressed by method %d, which is not read: unpack it first", in.Path, f.Method), err})
	}
	if err != nil {
		return r.visit.Failed(in.Path, names, Damaged(in.Path, "zip", err))
	}
	defer body.Close()
	in.In, in.Size = r.layer("zip", body), int64(min(f.UncompressedSize64, math.MaxInt64))
	return r.open(in)
}

func hiddenMember(name string) bool {
	for _, part := range strings.FieldsFunc(name, func(c rune) bool { return c == '/' || c == '\\' }) {
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
	os.Remove(f.Name()) // what is open lives on without its name, and goes with a killed process; Windows removes it at the end
	n, err := io.Copy(f, in)
	return f, n, err
}
