package ingest

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zip"

	"dwtriage/ingest/scan"
	"dwtriage/ingest/words"
	"dwtriage/ingest/xlsx"
)

// mostHeap is how much the heap may grow while any file is read: a row of 16 MiB in a window that
// doubles, and the garbage of the windows before it.
const mostHeap = 96 << 20

var full = flag.Bool("full", false, "give the tests of limits gigabytes, as .ci/run does")

// huge is a number of bytes that no memory should have to hold: n, or without -full an eighth of
// it, which a quarter of a GB is already: more than twice mostHeap.
func huge(n int64) int64 {
	if *full {
		return n
	}
	return n / 8
}

// A sampler looks at the heap whenever the reader asks whether anybody still waits: at each block
// of each layer, whatever format it is in, and without a goroutine of its own.
type sampler struct {
	context.Context
	heap         []metrics.Sample
	before, peak uint64
	asked        int
}

func newSampler(ctx context.Context) *sampler {
	s := &sampler{Context: ctx, heap: []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}}}
	runtime.GC()
	s.before = s.look()
	return s
}

// look is runtime.MemStats.HeapInuse, without stopping the world.
func (s *sampler) look() uint64 {
	metrics.Read(s.heap)
	n := s.heap[0].Value.Uint64() + s.heap[1].Value.Uint64()
	s.peak = max(s.peak, n)
	return n
}

// Err looks now and then only: some parsers ask before each row.
func (s *sampler) Err() error {
	if s.asked++; s.asked%4 == 0 {
		s.look()
	}
	return s.Context.Err()
}

func (s *sampler) grown() int64 { return int64(s.peak) - int64(s.before) }

// A limited is what a run with a bad file among good ones gave. Of the bad one only the first
// texts and rejects are kept: a bomb has millions.
type limited struct {
	files   []File // of the bad source
	texts   []string
	records int64
	rejects []Reject
	grown   int64
	took    time.Duration
}

// problem is the problem of the only file, or of the one with this path.
func (x *limited) problem(path string) string {
	for _, f := range x.files {
		if f.Path == path && f.Problem != nil {
			return f.Problem.Error()
		}
	}
	return ""
}

// onDisk writes a file into a folder of its own, which becomes the current one: problems then
// name it as people do.
func onDisk(t *testing.T, name string, data ...[]byte) string {
	t.Helper()
	t.Chdir(t.TempDir())
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range data {
		f.Write(b)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// among reads a bad source between two good files, and asserts what holds whatever is in it: the
// good ones are read to their ends, the ledger of each file balances, no memory of the batches is
// lost, and the heap stays small.
func among(t *testing.T, path string, opt Options) *limited {
	t.Helper()
	return amongUpTo(t, mostHeap, path, opt)
}

func amongUpTo(t *testing.T, most int64, path string, opt Options) *limited {
	t.Helper()
	if path == "-" {
		t.Chdir(t.TempDir())
	}
	t.Setenv("TMPDIR", t.TempDir())
	for _, name := range []string{"before.csv", "after.csv"} {
		if err := os.WriteFile(name, []byte(twoRows), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sources, err := Expand([]string{"before.csv", path, "after.csv"})
	if err != nil {
		t.Fatal(err)
	}
	const keep = 50
	// The heap may grow to twice of what is held before it is collected, or, where the collector gets little of the processors, be collected just when
	// most is held: what is measured would follow from the load of the machine.
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	x := &limited{}
	good := map[string][]string{}
	count, rejects := map[string]int64{}, map[string]int64{}
	var files []File
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	opt.Allocator = mem
	ctx := newSampler(t.Context())
	start := time.Now()
	err = Read(ctx, sources, opt, func(b *Batch) error {
		ctx.look()
		defer b.Release()
		for i := range b.Len() {
			name := b.Records.Column(ColFile).(*array.String).Value(i)
			text := strings.Clone(b.Records.Column(ColErrorText).(*array.String).Value(i))
			count[name]++
			switch {
			case name == "before.csv" || name == "after.csv":
				good[name] = append(good[name], text)
			case len(x.texts) < keep:
				x.texts = append(x.texts, text[:min(len(text), 100)])
			}
		}
		for _, r := range b.Rejects {
			rejects[r.File]++
			if len(x.rejects) < keep {
				x.rejects = append(x.rejects, r)
			}
		}
		files = append(files, b.Files...)
		return nil
	})
	ctx.look()
	x.took, x.grown = time.Since(start), ctx.grown()
	if err != nil {
		t.Fatalf("the run ended: %v", err)
	}
	mem.AssertSize(t, 0)
	want := []string{"one", "two"}
	if diff := cmp.Diff(map[string][]string{"before.csv": want, "after.csv": want}, good); diff != "" {
		t.Errorf("the good files beside it: -want +got:\n%s", diff)
	}
	for _, f := range files {
		if f.Read != count[f.Path]+rejects[f.Path]+f.Filtered || f.Rejected != rejects[f.Path] {
			t.Errorf("%s: read %d, but %d records, %d rejects, %d filtered", f.Path, f.Read, count[f.Path], rejects[f.Path], f.Filtered)
		}
		if f.Path == "before.csv" || f.Path == "after.csv" {
			if f.Problem != nil || f.Digest == "" {
				t.Errorf("%s: problem %v", f.Path, f.Problem)
			}
			continue
		}
		x.files = append(x.files, f)
		x.records += count[f.Path]
		if f.Problem != nil && !strings.HasPrefix(f.Problem.Error(), f.Path+": ") {
			t.Errorf("a problem that does not name %s: %v", f.Path, f.Problem)
		}
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("left in the temporary folder: %v", left)
	}
	if x.grown > most {
		t.Errorf("the heap grew by %d MiB, more than %d", x.grown>>20, most>>20)
	}
	t.Logf("%d files, %d records, heap +%d MiB, %v", len(x.files), x.records, x.grown>>20, x.took.Round(time.Millisecond))
	for _, f := range x.files[:min(len(x.files), 3)] {
		t.Logf("%.60s: %s, %v", f.Path, f.Format, f.Problem)
	}
	for _, r := range x.rejects[:min(len(x.rejects), 3)] {
		t.Logf("reject: row %d at %d+%d: %s: %s: %.60q", r.Row, r.ByteOffset, r.ByteLength, r.Column, r.Reason, r.Excerpt)
	}
	return x
}

// fromStdin reads what in gives as the bad source.
func fromStdin(t *testing.T, in io.Reader, opt Options) *limited {
	t.Helper()
	opt.Stdin = in
	return among(t, "-", opt)
}

// stuff reads as if unit stood there until there are size bytes.
func stuff(unit string, size int64) io.Reader {
	block := strings.Repeat(unit, max(1, 64<<10/len(unit)))
	return io.LimitReader(&loop{block: block}, size/int64(len(unit))*int64(len(unit)))
}

type loop struct {
	block string
	pos   int
}

func (l *loop) Read(p []byte) (n int, err error) {
	for n < len(p) {
		m := copy(p[n:], l.block[l.pos:])
		n += m
		l.pos = (l.pos + m) % len(l.block)
	}
	return n, nil
}

// counted reads as n pieces of a format with a number in it, which are made as they are read.
func counted(format string, n int) io.Reader { return &counter{format: format, n: n} }

type counter struct {
	format string
	i, n   int
	rest   []byte
}

func (c *counter) Read(p []byte) (int, error) {
	for len(c.rest) < len(p) && c.i < c.n {
		c.rest = fmt.Appendf(c.rest, c.format, c.i)
		c.i++
	}
	n := copy(p, c.rest)
	c.rest = c.rest[:copy(c.rest, c.rest[n:])]
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// text joins pieces, each a string or a reader.
func text(pieces ...any) io.Reader {
	var in []io.Reader
	for _, p := range pieces {
		if s, ok := p.(string); ok {
			p = strings.NewReader(s)
		}
		in = append(in, p.(io.Reader))
	}
	return io.MultiReader(in...)
}

// zipStream writes an archive of names and readers to disk, so that members may be larger than
// memory.
func zipStream(t *testing.T, path string, members ...any) string {
	t.Helper()
	onDisk(t, path)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for i := 0; i < len(members); i += 2 {
		var err error
		if p, ok := members[i+1].(packed); ok {
			err = p.write(z, members[i].(string))
		} else {
			var w io.Writer
			if w, err = z.Create(members[i].(string)); err == nil {
				_, err = io.Copy(w, text(members[i+1]))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// packed is a member of an archive, head and size bytes of unit and tail, that is not compressed in
// full: the same block of it is written over and over.
type packed struct {
	head, unit string
	size       int64
	tail       string
}

func (p packed) write(z *zip.Writer, name string) error {
	block := strings.Repeat(p.unit, 1<<20/len(p.unit))
	times := p.size / int64(len(block))
	h := &zip.FileHeader{Name: name, Method: zip.Deflate, UncompressedSize64: uint64(int64(len(p.head)+len(p.tail)) + times*int64(len(block)))}
	sum := crc32.NewIEEE()
	var pieces [3][]byte
	for i, s := range []string{p.head, block, p.tail} {
		var b bytes.Buffer
		w, err := flate.NewWriter(&b, flate.BestCompression)
		if err != nil {
			return err
		}
		io.WriteString(w, s)
		if w.Flush(); i == 2 {
			w.Close()
		}
		pieces[i] = b.Bytes()
	}
	io.WriteString(sum, p.head)
	for range times {
		io.WriteString(sum, block)
	}
	io.WriteString(sum, p.tail)
	h.CRC32 = sum.Sum32()
	h.CompressedSize64 = uint64(int64(len(pieces[0])+len(pieces[2])) + times*int64(len(pieces[1])))
	w, err := z.CreateRaw(h)
	if err != nil {
		return err
	}
	w.Write(pieces[0])
	for range times {
		w.Write(pieces[1])
	}
	_, err = w.Write(pieces[2])
	return err
}

// workbookStream is a workbook on disk with one sheet, of rows, and these shared strings.
func workbookStream(t *testing.T, rows, table any) string {
	t.Helper()
	const head, tail = `<worksheet><dimension ref="A1:XFD1048576"/><sheetData>` + sheetHead, "</sheetData></worksheet>"
	if p, ok := rows.(packed); ok {
		p.head, p.tail = head+p.head, p.tail+tail
		rows = p
	} else {
		rows = text(head, rows, tail)
	}
	return zipStream(t, "bad.xlsx", "_rels/.rels", bookRoot, "xl/workbook.xml", bookMain, "xl/_rels/workbook.xml.rels", bookRels,
		"xl/worksheets/sheet1.xml", rows, "xl/sharedStrings.xml", table)
}

const (
	sheetHead = `<row r="1"><c t="str"><v>typename</v></c><c t="str"><v>exceptiondetails</v></c></row>`
	goodRow   = `<row><c t="str"><v>A</v></c><c t="str"><v>good</v></c></row>`
	noStrings = "<sst/>"
)

// wants asserts that the problem of a file says all of these.
func wants(t *testing.T, x *limited, path string, says ...string) {
	t.Helper()
	p := x.problem(path)
	for _, s := range says {
		if p == "" || !strings.Contains(p, s) {
			t.Errorf("%s: problem %q, want %q in it", path, p, s)
		}
	}
}

// wantsTexts asserts the error texts of the bad source.
func wantsTexts(t *testing.T, x *limited, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, x.texts); diff != "" {
		t.Errorf("texts: -want +got:\n%s", diff)
	}
}

// wantsRejects asserts the reasons of the rejects.
func wantsRejects(t *testing.T, x *limited, want ...string) {
	t.Helper()
	var got []string
	for _, r := range x.rejects {
		got = append(got, r.Reason)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rejects: -want +got:\n%s", diff)
	}
}

// The fillings of bombs: what nothing can be read from, one endless line, and rows of a log.
var fillings = []struct{ name, unit string }{
	{"zeros", "\x00"},
	{"one letter", "a"},
	{"lines", "A,Unhandled exception: " + strings.Repeat("one and the same ", 12) + "\n"},
}

// bombOf is a bomb that unpacks to more than ratioGrace. All these formats may be concatenated, so
// that it need not be made in full.
func bombOf(t *testing.T, pack func([]byte) []byte, unit string) []byte {
	const piece, times = 4 << 20, 18
	b := pack(bytes.Repeat([]byte(unit), piece/len(unit)))
	return bytes.Repeat(b, times)
}

func TestBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("reads gigabytes, which the race detector makes ten times as slow")
	}
	for i, pack := range []struct {
		name string
		pack func(testing.TB, []byte) []byte
	}{
		{"gz", func(_ testing.TB, b []byte) []byte { return gzipped(b) }},
		{"zst", zstded}, {"bz2", bzip2ed}, {"xz", xzed},
	} {
		for k, fill := range fillings {
			if !*full && k != i%len(fillings) {
				continue // each packing and each filling once
			}
			t.Run(pack.name+" of "+fill.name, func(t *testing.T) {
				bomb := bombOf(t, func(b []byte) []byte { return pack.pack(t, b) }, fill.unit)
				x := among(t, onDisk(t, "bad."+pack.name, bomb), Options{Limits: Limits{Ratio: 100}})
				wants(t, x, "bad."+pack.name, "unpacks to more than 100 times its size, as only a decompression bomb does: raise --max-ratio if it is genuine; ", " before it")
			})
		}
	}
	for _, fill := range fillings {
		t.Run("zip of "+fill.name, func(t *testing.T) {
			x := among(t, zipStream(t, "bad.zip", "a.csv", stuff(fill.unit, 70<<20)), Options{Limits: Limits{Ratio: 100}})
			wants(t, x, "bad.zip/a.csv", "unpacks to more than 100 times its size", "raise --max-ratio if it is genuine")
			wants(t, x, "bad.zip", "the rest of the archive was not read, because a file in it unpacks to more than 100 times its size")
		})
	}
	// Of several members those that look like no log are not unpacked at all.
	t.Run("zip of zeros and a log", func(t *testing.T) {
		x := among(t, zipStream(t, "bad.zip", "a.csv", stuff("\x00", 70<<20), "b.csv", twoRows), Options{Limits: Limits{Ratio: 100}})
		wants(t, x, "bad.zip/a.csv", "text without any message of a log")
		wantsTexts(t, x, "one", "two")
	})
}

// Without any option, too, and from a stream whose size nobody knows.
func TestBombByDefault(t *testing.T) {
	piece := string(gzipped(make([]byte, 1<<20)))
	x := fromStdin(t, stuff(piece, 400*int64(len(piece))), Options{})
	wants(t, x, "-", "unpacks to more than 500 times its size, as only a decompression bomb does: raise --max-ratio if it is genuine")
}

// A log that compresses well is no bomb as long as it is small.
func TestSmallBombIsRead(t *testing.T) {
	rows := int64(40<<20) / int64(len(fillings[2].unit))
	x := among(t, zipStream(t, "bad.zip", "a.csv", text("typename,exceptiondetails\n", stuff(fillings[2].unit, 40<<20))), Options{Limits: Limits{Ratio: 2}})
	if f := x.files[0]; f.Problem != nil || x.records != rows {
		t.Errorf("%d records, want %d, problem %v", x.records, rows, f.Problem)
	}
}

// Each member is small, all of them are not.
func TestBombOfManyMembers(t *testing.T) {
	var members []any
	for i := range 200 {
		members = append(members, fmt.Sprintf("%03d.csv", i), text("typename,exceptiondetails\n", stuff(fillings[2].unit, 1<<20)))
	}
	x := among(t, zipStream(t, "bad.zip", members...), Options{Limits: Limits{Ratio: 100}})
	wants(t, x, "bad.zip", "the rest of the archive was not read, because a file in it unpacks to more than 100 times its size")
	whole := 0
	for _, f := range x.files {
		if f.Problem == nil {
			whole++
		}
	}
	if whole < 60 || whole > 70 {
		t.Errorf("%d members were read in full, want those of the first 64 MB", whole)
	}
}

// overlapping is an archive whose members all lie in the same bytes, as in David Fifield's bomb.
func overlapping(members int, data []byte) []byte {
	var packed, out bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression)
	w.Write(data)
	w.Close()
	le := binary.LittleEndian
	common := func() []byte { // of local and central headers: version, flags, method, time, sizes
		b := le.AppendUint16(nil, 20)
		b = append(b, 0, 0, 8, 0, 0, 0, 0, 0)
		b = le.AppendUint32(b, crc32.ChecksumIEEE(data))
		b = le.AppendUint32(b, uint32(packed.Len()))
		return le.AppendUint32(b, uint32(len(data)))
	}
	local := append([]byte("PK\x03\x04"), common()...)
	local = append(local, 5, 0, 0, 0)
	out.Write(append(local, "0.csv"...))
	out.Write(packed.Bytes())
	start := out.Len()
	for i := range members {
		name := fmt.Sprintf("%d.csv", i)
		h := append([]byte("PK\x01\x02\x14\x00"), common()...)
		h = le.AppendUint16(h, uint16(len(name)))
		h = append(h, make([]byte, 16)...) // the place of the local header is 0
		out.Write(append(h, name...))
	}
	end := []byte("PK\x05\x06\x00\x00\x00\x00")
	end = le.AppendUint16(end, uint16(members))
	end = le.AppendUint16(end, uint16(members))
	end = le.AppendUint32(end, uint32(out.Len()-start))
	end = le.AppendUint32(end, uint32(start))
	out.Write(append(end, 0, 0))
	return out.Bytes()
}

func TestOverlappingMembers(t *testing.T) {
	rows := "typename,exceptiondetails\n" + strings.Repeat(fillings[2].unit, 2000)
	t.Run("few", func(t *testing.T) {
		x := among(t, onDisk(t, "bad.zip", overlapping(3, []byte(rows))), Options{})
		if x.records != 6000 || len(x.files) != 3 {
			t.Errorf("%d records of %d members: the helper makes no archive", x.records, len(x.files))
		}
	})
	t.Run("many", func(t *testing.T) {
		x := among(t, onDisk(t, "bad.zip", overlapping(1000, []byte(rows))), Options{})
		wants(t, x, "bad.zip", "the rest of the archive was not read, because a file in it unpacks to more than 500 times its size")
	})
}

// nest puts data into archives of archives, each with breadth times the same member.
func nest(t testing.TB, data []byte, levels, breadth int) []byte {
	name := "rows.csv"
	for range levels {
		var members []any
		for i := range breadth {
			members = append(members, fmt.Sprintf("%d-%s", i, name), data)
		}
		data, name = zipped(t, members...), "lib.zip"
	}
	return data
}

func TestNestedArchives(t *testing.T) {
	rows := []byte("typename,exceptiondetails\n" + strings.Repeat(fillings[2].unit, 20_000))
	t.Run("five levels", func(t *testing.T) {
		x := among(t, onDisk(t, "bad.zip", nest(t, rows, 5, 3)), Options{})
		wants(t, x, "bad.zip/0-lib.zip/0-lib.zip/0-lib.zip/0-lib.zip", "more than 4 containers inside each other: unpack it first, or raise --max-nesting")
		if len(x.files) != 81 || x.records > 0 {
			t.Errorf("%d files, %d records", len(x.files), x.records)
		}
	})
	t.Run("five levels allowed", func(t *testing.T) {
		x := among(t, onDisk(t, "bad.zip", nest(t, rows, 5, 4)), Options{Limits: Limits{Nesting: 8}})
		wants(t, x, "bad.zip", "the rest of the archive was not read, because a file in it unpacks to more than 500 times its size")
	})
	// An archive that holds itself has no end; one that is deeper than anybody allows is as good.
	t.Run("without end", func(t *testing.T) {
		x := among(t, onDisk(t, "bad.zip", nest(t, []byte(twoRows), 60, 1)), Options{Limits: Limits{Nesting: 50}})
		if len(x.files) != 1 || !strings.Contains(fmt.Sprint(x.files[0].Problem), "more than 50 containers inside each other") {
			t.Errorf("files %+v", x.files)
		}
	})
	t.Run("gzip without end", func(t *testing.T) {
		data := []byte(twoRows)
		for range 100 {
			data = gzipped(data)
		}
		x := among(t, onDisk(t, "bad.gz", data), Options{})
		wants(t, x, "bad.gz", "more than 4 containers inside each other")
	})
}

func TestTooManyMembers(t *testing.T) {
	if testing.Short() {
		t.Skip("reads gigabytes, which the race detector makes ten times as slow")
	}
	for _, kind := range []string{"zip", "tar"} {
		var members []any
		for i := range 12 {
			members = append(members, fmt.Sprintf("%02d.csv", i), []byte(twoRows))
		}
		pack := zipped
		if kind == "tar" {
			pack = tarred
		}
		for most, left := range map[int]string{12: "", 11: "holds more than 11 files: the others were not read; raise --max-members, or unpack it first"} {
			t.Run(fmt.Sprintf("%s with a limit of %d", kind, most), func(t *testing.T) {
				x := among(t, onDisk(t, "bad."+kind, pack(t, members...)), Options{Limits: Limits{Members: most}})
				if x.records != int64(2*most) || left == "" && x.problem("bad."+kind) != "" {
					t.Errorf("%d records, problem %q", x.records, x.problem("bad."+kind))
				}
				if left != "" {
					wants(t, x, "bad."+kind, left)
				}
			})
		}
	}
	// The directory alone of an archive may be larger than memory.
	t.Run("a million", func(t *testing.T) {
		data := overlapping(1_000_000, []byte(twoRows))
		path := onDisk(t, "bad.zip", data)
		data = nil
		x := among(t, path, Options{})
		wants(t, x, "bad.zip", "holds more than 10,000 files, or an endless list of them: raise --max-members, or unpack it first")
	})
	// Names take memory, too, until the account of the file is given out.
	t.Run("long names", func(t *testing.T) {
		var out bytes.Buffer
		w := tar.NewWriter(&out)
		for i := range 100 {
			name := fmt.Sprintf("%03d", i) + strings.Repeat("/directory", 50_000) + ".csv"
			if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(twoRows)), Format: tar.FormatGNU}); err != nil {
				t.Fatal(err)
			}
			io.WriteString(w, twoRows)
		}
		w.Close()
		path := onDisk(t, "bad.tar.gz", gzipped(out.Bytes()))
		out = bytes.Buffer{}
		x := among(t, path, Options{Limits: Limits{Ratio: 1 << 20}})
		if x.records != 200 {
			t.Errorf("%d records", x.records)
		}
	})
}

// A name of a member becomes a column of each of its records.
func TestMemberNames(t *testing.T) {
	long := strings.Repeat("x", 2000)
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range []string{"K\xf6ln\x00.csv", long + "1.csv", long + "2.csv"} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, NonUTF8: true})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, twoRows)
	}
	z.Close()
	x := readData(t, "a.zip", out.Bytes(), Options{})
	paths := map[string]bool{}
	for _, f := range x.files {
		paths[f.Path] = true
		if len(f.Path) > 1100 || f.Read != 2 {
			t.Errorf("%q: read %d", f.Path, f.Read)
		}
	}
	if !paths["a.zip/K\uFFFDln\uFFFD.csv"] || len(paths) != 3 {
		t.Errorf("paths %v", paths)
	}
}

// sparse is a tar archive with one file: twoRows, then a hole up to size.
func sparse(size int64) []byte {
	h := make([]byte, 512)
	octal := func(at int, v int64) { copy(h[at:at+12], fmt.Sprintf("%011o", v)) }
	copy(h, "hole.csv")
	copy(h[100:], "0000600\x000000000\x000000000\x00")
	octal(124, int64(len(twoRows)))
	octal(136, 0)
	h[156] = 'S'
	copy(h[257:], "ustar  \x00")
	octal(386, 0) // the pieces that are there: the start, and nothing at the end
	octal(398, int64(len(twoRows)))
	octal(410, size)
	octal(422, 0)
	octal(483, size)
	copy(h[148:156], "        ")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:156], fmt.Sprintf("%06o\x00 ", sum))
	h = append(h, twoRows...)
	return append(h, make([]byte, 3*512-len(twoRows))...)
}

func TestSparseTar(t *testing.T) {
	x := among(t, onDisk(t, "bad.tar", sparse(8<<30-1)), Options{})
	wants(t, x, "bad.tar/hole.csv", "unpacks to more than 500 times its size")
	wants(t, x, "bad.tar", "the rest of the archive was not read")
	wantsTexts(t, x, "one", "two")
}

// What a stream says it needs is not taken before it is looked at.
func TestHugeWindows(t *testing.T) {
	// A frame with a window of 2^(10+exponent) bytes and an empty last block.
	frame := func(exponent byte) []byte {
		return []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, exponent << 3, 0x01, 0x00, 0x00}
	}
	t.Run("zstd", func(t *testing.T) {
		for _, exponent := range []byte{18, 21, 31} {
			x := among(t, onDisk(t, "bad.zst", frame(exponent)), Options{})
			wants(t, x, "bad.zst", "needs a window of more than 128 MB to unpack: unpack it first")
		}
	})
	t.Run("zstd at the limit", func(t *testing.T) {
		// The window is taken as a whole: so much zstd takes without being asked, too.
		x := amongUpTo(t, mostHeap+(128<<20), onDisk(t, "bad.zst", frame(17)), Options{})
		if f := x.files[0]; f.Problem != nil || len(f.Warnings) != 1 {
			t.Errorf("%+v", f)
		}
	})
	// The size of the dictionary stands in the header of a block, which has a checksum.
	dictionary := func(t *testing.T, code byte) []byte {
		b := xzed(t, []byte(twoRows))
		i := bytes.Index(b, []byte{0x21, 0x01}) // filter LZMA2, one byte of properties
		b[i+2] = code
		end := 12 + (int(b[12])+1)*4
		binary.LittleEndian.PutUint32(b[end-4:], crc32.ChecksumIEEE(b[12:end-4]))
		return b
	}
	t.Run("xz", func(t *testing.T) {
		for _, code := range []byte{30, 40} { // 128 MiB, 4 GiB
			x := among(t, onDisk(t, "bad.xz", dictionary(t, code)), Options{})
			wants(t, x, "bad.xz", "needs a window of more than 64 MB to unpack: unpack it first")
		}
	})
	t.Run("xz at the limit", func(t *testing.T) {
		x := among(t, onDisk(t, "bad.xz", dictionary(t, 28)), Options{}) // 64 MiB
		wantsTexts(t, x, "one", "two")
	})
	t.Run("xz in a zip", func(t *testing.T) {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		b := dictionary(t, 40)
		w, err := z.CreateRaw(&zip.FileHeader{Name: "a.csv", Method: 95, CompressedSize64: uint64(len(b)), UncompressedSize64: uint64(len(twoRows)), CRC32: crc32.ChecksumIEEE([]byte(twoRows))})
		if err != nil {
			t.Fatal(err)
		}
		w.Write(b)
		z.Close()
		x := among(t, onDisk(t, "bad.zip", out.Bytes()), Options{})
		wants(t, x, "bad.zip/a.csv", "needs a window of more than 64 MB to unpack: unpack it first")
	})
}

// The declarations of a billion laughs, and of a file of the machine it is read on.
const laughs = `<!DOCTYPE x [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;"><!ENTITY lol2 "&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;">` +
	`<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;"><!ENTITY % more SYSTEM "file:///secret.dtd"> %more; <!ENTITY out SYSTEM "file:///secret.txt">]>`

// Nothing that a document declares is looked up: a reference to it stays as it is printed.
func TestEntities(t *testing.T) {
	const cell = "&lol3; &out;"
	t.Run("export", func(t *testing.T) {
		x := fromStdin(t, text(laughs, "<Entities><plugintracelog><typename>A</typename><exceptiondetails>", cell, "</exceptiondetails></plugintracelog></Entities>"), Options{})
		wantsTexts(t, x, cell)
	})
	t.Run("no rows", func(t *testing.T) {
		x := fromStdin(t, text(`<?xml version="1.0"?>`, laughs, "<x>", cell, "</x>"), Options{})
		wants(t, x, "-", "xml without an element of a log: needed is")
	})
	t.Run("workbook", func(t *testing.T) {
		path := zipStream(t, "bad.xlsx", "_rels/.rels", laughs+bookRoot, "xl/workbook.xml", laughs+bookMain, "xl/_rels/workbook.xml.rels", laughs+bookRels,
			"xl/worksheets/sheet1.xml", laughs+"<worksheet><sheetData>"+sheetHead+`<row><c t="str"><v>A</v></c><c t="s"><v>0</v></c></row><row><c t="str"><v>A</v></c><c t="str"><v>`+cell+"</v></c></row></sheetData></worksheet>",
			"xl/sharedStrings.xml", laughs+"<sst><si><t>shared "+cell+"</t></si></sst>")
		wantsTexts(t, among(t, path, Options{}), "shared "+cell, cell)
	})
}

func TestDeepNesting(t *testing.T) {
	const deep = 1_000_000
	t.Run("xml", func(t *testing.T) {
		row := func(inner ...any) io.Reader {
			return text("<plugintracelog>", text(inner...), "<exceptiondetails>good</exceptiondetails></plugintracelog>\n")
		}
		x := fromStdin(t, text("<Entities>", row(), row(stuff("<a>", 3*deep), stuff("</a>", 4*deep)), row(stuff("<b>", 3*deep)), row(), "</Entities>"), Options{})
		wantsTexts(t, x, "good", "good", "good", "good")
	})
	t.Run("xml of the same element", func(t *testing.T) {
		x := fromStdin(t, text("<Entities><plugintracelog><exceptiondetails>good</exceptiondetails></plugintracelog>\n<plugintracelog>",
			stuff("<exceptiondetails>", deep), "</plugintracelog><plugintracelog><exceptiondetails>good</exceptiondetails></plugintracelog></Entities>"), Options{})
		if !slices.Contains(x.texts, "good") || len(x.texts)+len(x.rejects) != 3 {
			t.Errorf("texts %q, rejects %v", x.texts, x.rejects)
		}
	})
	t.Run("xml without rows", func(t *testing.T) {
		x := fromStdin(t, text("<?xml?>", stuff("<a>", 3*deep), stuff("</a>", 4*deep)), Options{})
		wants(t, x, "-", "xml without an element of a log")
	})
	const good = `{"typename":"A","exceptiondetails":"good"}`
	for _, c := range []struct{ name, open, shut string }{{"arrays", "[", "]"}, {"objects", `{"a":`, "}"}} {
		t.Run("json "+c.name, func(t *testing.T) {
			bad := text(`{"typename":"A","exceptiondetails":`, stuff(c.open, int64(deep*len(c.open))), "1", stuff(c.shut, deep), "}")
			x := fromStdin(t, text("[", good, ",\n", bad, ",\n", good, "]"), Options{})
			wantsTexts(t, x, "good", "good")
			wantsRejects(t, x, reasonDeep)
		})
		t.Run("json "+c.name+" never closed", func(t *testing.T) {
			x := fromStdin(t, text("[", good, ",\n", stuff(c.open, int64(deep*len(c.open)))), Options{})
			wantsTexts(t, x, "good")
			if len(x.rejects) != 1 {
				t.Errorf("rejects %v", x.rejects)
			}
		})
	}
	t.Run("json as deep as allowed", func(t *testing.T) {
		for n, want := range map[int][]string{scan.Depth - 1: nil, scan.Depth: {reasonDeep}} {
			x := fromStdin(t, text("[", good, ",\n", `{"typename":"A","exceptiondetails":"good","x":`, strings.Repeat("[", n), strings.Repeat("]", n), "},\n", good, "]"), Options{})
			wantsRejects(t, x, want...)
		}
	})
	t.Run("json without a log", func(t *testing.T) {
		x := fromStdin(t, stuff("[", deep), Options{})
		wantsRejects(t, x, reasonDeep)
	})
}

func TestWorkbookBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("reads gigabytes, which the race detector makes ten times as slow")
	}
	lots := Limits{Ratio: 1 << 20}
	cell := func(text string) string { return `<c t="str"><v>` + text + "</v></c>" }
	sharedRow := func(n int) string { return fmt.Sprintf(`<row>%s<c t="s"><v>%d</v></c></row>`, cell("A"), n) }
	t.Run("shared strings of several gigabytes", func(t *testing.T) {
		x := among(t, workbookStream(t, goodRow, packed{"<sst>", "<si><t>" + strings.Repeat("x", 30_000) + "</t></si>", huge(3 << 30), "</sst>"}), Options{})
		wants(t, x, "bad.xlsx", "unpacks to more than 500 times its size, as only a decompression bomb does: raise --max-ratio if it is genuine")
	})
	t.Run("shared strings beyond what may be unpacked", func(t *testing.T) {
		x := among(t, workbookStream(t, goodRow, packed{"<sst>", "<si><t>" + strings.Repeat("some text ", 100) + "</t></si>", 200 << 20, "</sst>"}),
			Options{Limits: Limits{Ratio: 1 << 20, Unpacked: 128 << 20}})
		wants(t, x, "bad.xlsx", "unpacks to more than 134,217,728 bytes: raise --max-unpacked if it is genuine")
	})
	t.Run("many shared strings allowed", func(t *testing.T) {
		x := among(t, workbookStream(t, goodRow+sharedRow(0)+sharedRow(2_000_000)+goodRow, packed{"<sst>", "<si><t>" + strings.Repeat("some text ", 10) + "</t></si>", 250 << 20, "</sst>"}), Options{Limits: lots})
		some := strings.Repeat("some text ", 10)
		wantsTexts(t, x, "good", strings.TrimSpace(some), strings.TrimSpace(some), "good")
	})
	t.Run("one shared string of 2 GB", func(t *testing.T) {
		x := among(t, workbookStream(t, goodRow+sharedRow(0)+sharedRow(1)+goodRow, packed{"<sst><si><t>", "some text ", huge(2 << 30), "</t></si><si><t>two</t></si></sst>"}), Options{Limits: lots})
		wantsTexts(t, x, "good", "two", "good")
		wantsRejects(t, x, reasonCell)
	})
	t.Run("a cell of 2 GB", func(t *testing.T) {
		x := among(t, workbookStream(t, packed{goodRow + "<row>" + cell("A") + `<c t="str"><v>`, "some text ", huge(2 << 30), "</v></c></row>" + goodRow}, noStrings), Options{Limits: lots})
		wantsTexts(t, x, "good", "good")
		wantsRejects(t, x, reasonCell)
	})
	t.Run("a row of a million cells", func(t *testing.T) {
		x := among(t, workbookStream(t, text(goodRow, "<row>", stuff("<c><v>1</v></c>", 15_000_000), "</row>", goodRow), noStrings), Options{})
		wantsTexts(t, x, "good", "good")
		wantsRejects(t, x, string(xlsx.ErrColumns))
	})
	t.Run("a header of a million cells", func(t *testing.T) {
		x := among(t, workbookStream(t, text("<row>", stuff(cell("x"), 26_000_000), "</row>", goodRow), noStrings), Options{})
		wantsTexts(t, x, "good")
		wantsRejects(t, x, string(xlsx.ErrColumns))
	})
	for _, ref := range []string{"XFE3", "XFE1048577", "ZZZZZZ1", "ZZZZZZZZZZZZZZZZZZZZZZ3"} {
		t.Run("cell "+ref, func(t *testing.T) {
			x := among(t, workbookStream(t, goodRow+`<row r="3"><c t="str" r="`+ref+`"><v>far</v></c></row>`+goodRow, noStrings), Options{})
			wantsTexts(t, x, "good", "good")
			wantsRejects(t, x, string(xlsx.ErrColumns))
		})
	}
	for _, ref := range []string{"XFD1048577", "XFD3", "C9999999999999999999"} {
		t.Run("cell "+ref, func(t *testing.T) {
			x := among(t, workbookStream(t, goodRow+`<row r="1048577">`+cell("A")+cell("good")+`<c t="str" r="`+ref+`"><v>far</v></c></row>`+goodRow, noStrings), Options{})
			wantsTexts(t, x, "good", "good", "good")
		})
	}
	t.Run("a million empty rows", func(t *testing.T) {
		x := among(t, workbookStream(t, packed{goodRow, "<row/><row></row>", 17_000_000, goodRow}, noStrings), Options{})
		wantsTexts(t, x, "good", "good")
	})
	t.Run("a million rows of empty cells", func(t *testing.T) {
		x := among(t, workbookStream(t, text(goodRow, stuff(`<row><c s="1"/><c/></row>`, 25_000_000), goodRow), noStrings), Options{})
		wantsTexts(t, x, "good", "good")
	})
	t.Run("a million elements inside each other", func(t *testing.T) {
		x := among(t, workbookStream(t, text(goodRow, "<row>", cell("A"), cell("good"), stuff("<a>", 3_000_000), stuff("</a>", 4_000_000), "</row>", goodRow), noStrings), Options{})
		wantsTexts(t, x, "good", "good", "good")
	})
	t.Run("more parts than members", func(t *testing.T) {
		members := []any{"xl/workbook.xml", bookMain, "xl/_rels/workbook.xml.rels", bookRels, "xl/worksheets/sheet1.xml", `<worksheet><sheetData>` + sheetHead + goodRow + `</sheetData></worksheet>`}
		for i := range 20 {
			members = append(members, fmt.Sprintf("xl/media/%d.png", i), "x")
		}
		x := among(t, zipStream(t, "bad.xlsx", members...), Options{Limits: Limits{Members: 20}})
		wants(t, x, "bad.xlsx", "holds more than 20 files", "raise --max-members")
	})
}

// Two gigabytes in one cell (with -full), in every format.
func TestGiantCells(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 2 GB each")
	}
	size := huge(2 << 30)
	const good = `{"typename":"A","createdon":"2026-11-22T09:14:03Z","exceptiondetails":"good"}`
	const prose = "Unable to write data to entity accounts. "
	const csvHead = "typename,createdon,exceptiondetails\nA,2026-11-22T09:14:03Z,good\n"
	for _, c := range []struct {
		name string
		in   io.Reader
	}{
		{"csv quoted", text(csvHead, "A,2026-11-22T09:14:03Z,\"", stuff(prose, size), "\"\nA,2026-11-22T09:14:03Z,good\n")},
		{"csv quoted lines", text(csvHead, "A,2026-11-22T09:14:03Z,\"", stuff("   at Step(\"\"x\"\")\r\n", size), "\"\nA,2026-11-22T09:14:03Z,good\n")},
		{"csv unquoted", text(csvHead, "A,2026-11-22T09:14:03Z,", stuff(prose, size), "\nA,2026-11-22T09:14:03Z,good\n")},
		{"json", text("[", good, `,{"exceptiondetails":"`, stuff(prose, size), `"},`, good, "]")},
		{"json lines", text(good, "\n", `{"exceptiondetails":"`, stuff(`one \"line\"\n`, size), "\"}\n", good, "\n")},
		{"xml", text("<Entities><plugintracelog><exceptiondetails>good</exceptiondetails></plugintracelog><plugintracelog><exceptiondetails>", stuff(prose, size),
			"</exceptiondetails></plugintracelog><plugintracelog><exceptiondetails>good</exceptiondetails></plugintracelog></Entities>")},
		{"text", text("2026-11-22 10:00:00 good failed\n2026-11-22 10:00:01 ", stuff(prose, size), "\n2026-11-22 10:00:02 good failed\n")},
		{"text of many lines", text("2026-11-22 10:00:00 good failed\n2026-11-22 10:00:01 Unhandled exception: ", stuff("\n   at Step(x)"+strings.Repeat(" in Order.cs", 20), size), "\n2026-11-22 10:00:02 good failed\n")},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := fromStdin(t, c.in, Options{})
			for i, text := range x.texts {
				x.texts[i] = strings.TrimSuffix(text, " failed") // a text without any such word is passed over
			}
			wantsTexts(t, x, "good", "good")
			wantsRejects(t, x, reasonLong)
			if r := x.rejects; len(r) > 0 && r[0].ByteLength < size-1000 {
				t.Errorf("the reject holds %d bytes", r[0].ByteLength)
			}
		})
	}
	t.Run("csv utf-16", func(t *testing.T) {
		wide := func(s string) string { return string(toUTF16([]byte(s), false, false)) }
		x := fromStdin(t, text("\xff\xfe", wide(csvHead+"A,2026-11-22T09:14:03Z,\""), stuff(wide("Unable to write. "), size), wide("\"\nA,2026-11-22T09:14:03Z,good\n")), Options{})
		wantsTexts(t, x, "good", "good")
		wantsRejects(t, x, reasonLong)
	})
}

func TestManyColumns(t *testing.T) {
	if testing.Short() {
		t.Skip("reads gigabytes, which the race detector makes ten times as slow")
	}
	const million = 1_000_000
	t.Run("header", func(t *testing.T) {
		for _, unit := range []string{"x,", `"x",`, "a heading of quite some length,"} {
			x := fromStdin(t, text("typename,", stuff(unit, int64(million*len(unit))), "exceptiondetails\nA,good\n"), Options{})
			wants(t, x, "-", "its first row has", "the limit is 16,384: raise --max-columns if it is a log")
		}
	})
	t.Run("header within the limit", func(t *testing.T) {
		const unit = "a heading of quite some length,"
		x := fromStdin(t, text("exceptiondetails,", stuff(unit, int64(16_000*len(unit))), "typename\ngood", stuff(",", 16_000), ",A\n"), Options{})
		wantsTexts(t, x, "good")
	})
	head := "typename,c,d,e,f,g,h,i,j,exceptiondetails\nA,,,,,,,,,good\n"
	t.Run("row", func(t *testing.T) {
		x := fromStdin(t, text(head, "A,,,,,,,,,good", stuff(",", 10*million), "\nA", stuff(",", 10*million), "x\n", stuff(",", 10*million), "\nA,,,,,,,,,good\n"), Options{})
		wantsTexts(t, x, "good", "good", "good") // empty cells behind the last column say nothing
		wantsRejects(t, x, reasonManyCells, reasonEmpty)
	})
	t.Run("keys", func(t *testing.T) {
		const good = `{"typename":"A","exceptiondetails":"good"}`
		object := func() io.Reader {
			return text("[", good, ",{", counted(`"k%d":1,`, million), `"exceptiondetails":"good"},`, good, "]")
		}
		x := fromStdin(t, object(), Options{})
		wantsTexts(t, x, "good", "good", "good")
		if n := len(x.files[0].Columns); n != mostColumns {
			t.Errorf("%d columns in the account", n)
		}
		x = fromStdin(t, object(), Options{Limits: Limits{Record: 8 << 20}})
		wantsTexts(t, x, "good", "good")
		wantsRejects(t, x, reasonLong)
	})
}

// A quote that is never closed swallows what is behind it as far as nothing tells a row from a
// text with line breaks. It costs one reading of it, not one per line.
func TestUnclosedQuote(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 1 GB each")
	}
	size := huge(1 << 30)
	head := "typename,createdon,exceptiondetails\nA,2026-11-22T09:14:03Z,good\n"
	t.Run("rows behind it are rows", func(t *testing.T) {
		row := "A,2026-11-22T09:14:04Z,next" + strings.Repeat(" and next", 100) + "\n"
		x := fromStdin(t, text(head, "A,2026-11-22T09:14:03Z,\"never closed\n", stuff(row, size)), Options{})
		if want := size/int64(len(row)) + 1; x.records != want || x.texts[0] != "good" {
			t.Errorf("%d records, want %d", x.records, want)
		}
		wantsRejects(t, x, reasonUnclosed)
	})
	t.Run("quoted rows behind it", func(t *testing.T) {
		row := "A,2026-11-22T09:14:04Z,\"next\nline" + strings.Repeat(" and\nline", 100) + "\"\n"
		x := fromStdin(t, text(head, "A,2026-11-22T09:14:03Z,\"never closed\n", stuff(row, size)), Options{})
		if want := size/int64(len(row)) + 1; x.records < want-1 || x.texts[0] != "good" {
			t.Errorf("%d records, want %d", x.records, want)
		}
	})
	t.Run("nothing tells", func(t *testing.T) {
		x := fromStdin(t, text("typename,exceptiondetails\nA,good\nA,\"never closed\n", stuff("B,some text\n", size)), Options{})
		wantsTexts(t, x, "good")
		wantsRejects(t, x, reasonLong)
	})
	t.Run("stray quotes in it", func(t *testing.T) {
		x := fromStdin(t, text("typename,exceptiondetails\nA,good\nA,\"never closed\n", stuff("B,a \"word\" of it"+strings.Repeat(" and more", 100)+"\n", size)), Options{})
		if x.texts[0] != "good" || x.records+x.files[0].Rejected < size/2000 {
			t.Errorf("%d records, %d rejects", x.records, x.files[0].Rejected)
		}
	})
}

// A value that is no JSON costs one look for the next one, also when all are in one line.
func TestBrokenValuesAreLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("reads gigabytes, which the race detector makes ten times as slow")
	}
	for _, c := range []struct{ name, unit string }{
		{"objects with keys of their own", `{"k%d":oops, "text": "` + strings.Repeat("x", 100) + `"},`},
		{"single quotes", `{'k%d':'` + strings.Repeat("x", 100) + `'},`},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := fromStdin(t, text(`[{"exceptiondetails":"good"},`, counted(c.unit, 200_000), "]"), Options{})
			wantsTexts(t, x, "good")
			if n := x.files[0].Rejected; n < 50_000 {
				t.Errorf("%d rejects", n)
			}
		})
	}
	t.Run("words and texts", func(t *testing.T) {
		x := fromStdin(t, text(`{"exceptiondetails":"good"}`, counted(`k%d"x"`, 3_000_000)), Options{})
		wantsTexts(t, x, "good")
		wantsRejects(t, x, reasonLong)
	})
}

// Not only texts may be long: a batch holds all columns.
func TestLongNames(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	x := fromStdin(t, text("typename,exceptiondetails\n", stuff(long+",good\n", 200*int64(len(long)+6))), Options{})
	if x.records != 200 {
		t.Errorf("%d records", x.records)
	}
}

// Each limit, reached and passed by one.
func TestAtTheLimit(t *testing.T) {
	const most = 300_000
	wordsOf := func(n int) string { return strings.Repeat("x", n) }
	t.Run("cell", func(t *testing.T) {
		opt := Options{Limits: Limits{Cell: most}}
		for _, c := range []struct{ name, format string }{
			{"csv", "typename,exceptiondetails\nA,good\nA,%s\nA,good\n"},
			{"csv quoted", "typename,exceptiondetails\nA,good\nA,\"%s\"\nA,good\n"},
			{"csv trace", "typename,messageblock,exceptiondetails\nA,,good\nA,%s,good\nA,,good\n"},
			{"csv name", "typename,exceptiondetails\nA,good\n%s,good\nA,good\n"},
			{"json", `[{"exceptiondetails":"good"},{"exceptiondetails":"%s"},{"exceptiondetails":"good"}]`},
			{"xml", "<Entities><plugintracelog><exceptiondetails>good</exceptiondetails></plugintracelog><plugintracelog><exceptiondetails>%s</exceptiondetails></plugintracelog><plugintracelog><exceptiondetails>good</exceptiondetails></plugintracelog></Entities>"},
			{"text", "Unhandled exception: good\n\n" + "Error:%s\n\n" + "Unhandled exception: good\n"},
		} {
			t.Run(c.name, func(t *testing.T) {
				used := 0
				if c.name == "text" {
					used = len("Error:")
				}
				x := fromStdin(t, text(fmt.Sprintf(c.format, wordsOf(most-used))), opt)
				if x.records != 3 || len(x.rejects) > 0 {
					t.Errorf("at the limit: %d records, rejects %v", x.records, x.rejects)
				}
				x = fromStdin(t, text(fmt.Sprintf(c.format, wordsOf(most-used+1))), opt)
				if x.records != 2 {
					t.Errorf("beyond it: %d records", x.records)
				}
				wantsRejects(t, x, reasonCell)
			})
		}
		for _, shared := range []bool{false, true} {
			t.Run(fmt.Sprintf("workbook, shared %v", shared), func(t *testing.T) {
				for n, want := range map[int][]string{most: nil, most + 1: {reasonCell}} {
					bad, table := `<c t="str"><v>`+wordsOf(n)+"</v></c>", noStrings
					if shared {
						bad, table = `<c t="s"><v>0</v></c>`, "<sst><si><t>"+wordsOf(n)+"</t></si></sst>"
					}
					x := among(t, workbookStream(t, goodRow+`<row><c t="str"><v>A</v></c>`+bad+"</row>"+goodRow, table), opt)
					wantsRejects(t, x, want...)
					if x.records != int64(3-len(want)) {
						t.Errorf("%d records", x.records)
					}
				}
			})
		}
	})
	t.Run("record", func(t *testing.T) {
		opt := Options{Limits: Limits{Record: most}}
		for _, c := range []struct{ name, before, row, after string }{
			{"csv", "typename,exceptiondetails\nA,good\n", "A,%s\n", "A,good\n"},
			{"csv quoted", "typename,exceptiondetails\nA,good\n", "A,\"%s\"\r\n", "A,good\n"},
			{"json array", `[{"exceptiondetails":"good"},`, `{"exceptiondetails":"%s"}`, `,{"exceptiondetails":"good"}]`},
			{"json lines", "{\"exceptiondetails\":\"good\"}\n", `{"exceptiondetails":"%s"}`, "\n{\"exceptiondetails\":\"good\"}\n"},
			{"xml", "<Entities><plugintracelog><exceptiondetails>good</exceptiondetails></plugintracelog>", "<plugintracelog><exceptiondetails>%s</exceptiondetails></plugintracelog>", "<plugintracelog><exceptiondetails>good</exceptiondetails></plugintracelog></Entities>"},
			{"text", "Unhandled exception: good\n", "Unhandled exception: %s\n", "Unhandled exception: good\n"},
		} {
			t.Run(c.name, func(t *testing.T) {
				n := most - len(c.row) + len("%s")
				x := fromStdin(t, text(c.before, fmt.Sprintf(c.row, wordsOf(n)), c.after), opt)
				if x.records != 3 || len(x.rejects) > 0 {
					t.Errorf("at the limit: %d records, rejects %v", x.records, x.rejects)
				}
				x = fromStdin(t, text(c.before, fmt.Sprintf(c.row, wordsOf(n+1)), c.after), opt)
				if x.records != 2 {
					t.Errorf("beyond it: %d records", x.records)
				}
				wantsRejects(t, x, reasonLong)
			})
		}
		// Of a row of a sheet the texts count: its tags are never held.
		t.Run("workbook", func(t *testing.T) {
			for n, want := range map[int][]string{most - 1: nil, most: {reasonLong}} {
				x := among(t, workbookStream(t, goodRow+`<row><c t="str"><v>A</v></c><c t="str"><v>`+wordsOf(n)+"</v></c></row>"+goodRow, noStrings), opt)
				wantsRejects(t, x, want...)
				if x.records != int64(3-len(want)) {
					t.Errorf("%d records", x.records)
				}
			}
		})
	})
	t.Run("columns", func(t *testing.T) {
		opt := Options{Limits: Limits{Columns: 100}}
		head := func(n int) string { return "exceptiondetails" + strings.Repeat(",x", n-1) + "\ngood\n" }
		wantsTexts(t, fromStdin(t, text(head(100)), opt), "good")
		wants(t, fromStdin(t, text(head(101)), opt), "-", "its first row has 101 columns", "the limit is 100: raise --max-columns if it is a log")
		cells := func(n int) string { return "<row>" + strings.Repeat(`<c t="str"><v>good</v></c>`, n) + "</row>" }
		wantsRejects(t, among(t, workbookStream(t, goodRow+cells(100), noStrings), opt))
		wantsRejects(t, among(t, workbookStream(t, goodRow+cells(101), noStrings), opt), string(xlsx.ErrColumns))
	})
	t.Run("nesting", func(t *testing.T) {
		data := gzipped(gzipped([]byte(twoRows)))
		wantsTexts(t, among(t, onDisk(t, "bad.gz", data), Options{Limits: Limits{Nesting: 2}}), "one", "two")
		wants(t, among(t, onDisk(t, "bad.gz", data), Options{Limits: Limits{Nesting: 1}}), "bad.gz", "more than 1 containers inside each other: unpack it first, or raise --max-nesting")
	})
	t.Run("ratio and unpacked", func(t *testing.T) {
		const size = 70 << 20
		path := zipStream(t, "bad.zip", "a.csv", text("typename,exceptiondetails\n", stuff(fillings[2].unit, size-100)))
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		whole := int64(len("typename,exceptiondetails\n")) + (size-100)/int64(len(fillings[2].unit))*int64(len(fillings[2].unit))
		ratio := int(whole/info.Size()) + 1
		for _, c := range []struct {
			name string
			lim  Limits
			want string
		}{
			{"within", Limits{Ratio: ratio, Unpacked: whole}, ""},
			{"ratio", Limits{Ratio: ratio - 1, Unpacked: whole}, fmt.Sprintf("unpacks to more than %d times its size", ratio-1)},
			{"unpacked", Limits{Ratio: ratio, Unpacked: whole - 1}, "unpacks to more than " + words.Thousands(whole-1) + " bytes: raise --max-unpacked if it is genuine"},
		} {
			t.Run(c.name, func(t *testing.T) {
				x := among(t, path, Options{Limits: c.lim})
				if c.want == "" && (len(x.files) != 1 || x.files[0].Problem != nil) {
					t.Errorf("%d files, problem %v", len(x.files), x.files[0].Problem)
				}
				if c.want != "" {
					wants(t, x, "bad.zip/a.csv", c.want)
				}
			})
		}
	})
}

// The smallest parts that make a workbook of one sheet.
const (
	bookRoot = `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	bookMain = `<workbook xmlns:r="u"><sheets><sheet name="Log" sheetId="1" r:id="rId1"/></sheets></workbook>`
	bookRels = `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`
)
