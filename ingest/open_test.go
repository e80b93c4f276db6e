package ingest

import (
	"archive/tar"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"

	"dwtriage/ingest/words"
)

func zstded(t testing.TB, b []byte) []byte {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return z.EncodeAll(b, nil)
}

// bzip2ed and xzed ask the programs of the system: Go has no writers.
func bzip2ed(t testing.TB, b []byte) []byte { return through(t, b, "bzip2", "-c") }
func xzed(t testing.TB, b []byte) []byte    { return through(t, b, "xz", "-c") }

func through(t testing.TB, b []byte, program string, args ...string) []byte {
	cmd := exec.Command(program, args...)
	cmd.Stdin = bytes.NewReader(b)
	out, err := cmd.Output()
	if err != nil {
		t.Skip("no", program, "here:", err)
	}
	return out
}

// tarred makes an archive of names and contents.
func tarred(t testing.TB, files ...any) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		name, data := files[i].(string), files[i+1].([]byte)
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		w.Write(data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// zipped makes an archive of names and contents.
func zipped(t testing.TB, files ...any) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i].(string))
		if err != nil {
			t.Fatal(err)
		}
		w.Write(files[i+1].([]byte))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const twoRows = "typename,exceptiondetails\nA,one\nB,two\n"

func TestContainers(t *testing.T) {
	plain := []byte(twoRows)
	archive := zipped(t, "b.csv", plain, "sub/a.csv.gz", gzipped(plain), "__MACOSX/b.csv", plain, ".hidden", plain,
		"notes.txt", []byte("Nothing to see here.\n"), "deep.zip", zipped(t, "x.csv", plain),
		"night.tar.gz", gzipped(tarred(t, "./a.csv", plain, "../../etc/b.csv", plain, "._a.csv", plain)), "c.csv.xz", xzed(t, plain))
	x := readData(t, "logs.zip", archive, Options{})
	type account struct {
		Path, Container, Format string
		Read                    int64
	}
	var got []account
	for _, f := range x.files {
		got = append(got, account{f.Path, f.Container, f.Format, f.Read})
	}
	want := []account{
		{"logs.zip/b.csv", "zip", "csv", 2},
		{"logs.zip/c.csv.xz", "zip xz", "csv", 2},
		{"logs.zip/deep.zip/x.csv", "zip zip", "csv", 2},
		{"logs.zip/night.tar.gz/a.csv", "zip gz tar", "csv", 2},
		{"logs.zip/night.tar.gz/etc/b.csv", "zip gz tar", "csv", 2},
		{"logs.zip/notes.txt", "zip", "", 0},
		{"logs.zip/sub/a.csv.gz", "zip gz", "csv", 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !errors.Is(x.files[5].Problem, ErrNotALog) {
		t.Errorf("notes.txt: %v", x.files[5].Problem)
	}
	if x.files[0].Digest != x.files[6].Digest || len(x.files[0].Digest) != 32 {
		t.Errorf("digests of equal contents: %q and %q", x.files[0].Digest, x.files[6].Digest)
	}
}

const containerNesting = 4 // the default of Limits.Nesting

func TestNesting(t *testing.T) {
	data := []byte(twoRows)
	for range containerNesting {
		data = gzipped(data)
	}
	if x := readData(t, "a", data, Options{}); len(x.records) != 2 || x.files[0].Container != "gz gz gz gz" {
		t.Errorf("at depth %d: %s", containerNesting, x.dump())
	}
	x := readData(t, "a", gzipped(data), Options{})
	if len(x.files) != 1 || x.files[0].Problem == nil || !strings.Contains(x.files[0].Problem.Error(), "more than 4 containers") {
		t.Errorf("at depth %d: %s", containerNesting+1, x.dump())
	}
}

// Of the row that a stream breaks off in it is said that it is rejected, as it is counted: also where it is the only one.
func TestNoWholeRowBeforeTheBreak(t *testing.T) {
	noise := make([]byte, 200)
	for i := range noise {
		noise[i] = byte(0x80 + (i*i*7+i*31)%120)
	}
	whole := gzipped(noise)
	x := readData(t, "bad.csv.gz", whole[:len(whole)-20], Options{})
	f := x.files[0]
	if f.Read != 1 || f.Rejected != 1 || f.Problem == nil || !strings.HasSuffix(f.Problem.Error(), "copy the file again; no whole row came before it, and the row that it cuts was rejected") {
		t.Errorf("%d read, %d rejected, problem %v", f.Read, f.Rejected, f.Problem)
	}
	for _, c := range []struct {
		read, cut int64
		want      string
	}{
		{0, 0, "no whole row came before it"}, {1, 0, "the row before it was read"}, {1200, 0, "the 1,200 rows before it were read"},
		{2, 1, "the row before it was read, and the row that it cuts was rejected"},
	} {
		if got := keptBefore(c.read, c.cut); got != c.want {
			t.Errorf("%d read, %d cut: %q, want %q", c.read, c.cut, got, c.want)
		}
	}
}

// What was read before a stream breaks counts; the row at the break is a reject.
func TestCutOff(t *testing.T) {
	plain := traces(3 << 20)
	for name, whole := range map[string][]byte{"gzip": gzipped(plain), "zstd": zstded(t, plain), "bzip2": bzip2ed(t, plain), "xz": xzed(t, plain)} {
		t.Run(name, func(t *testing.T) {
			x := readData(t, "exports/a.csv.gz", whole[:len(whole)*2/3], Options{})
			f := x.files[0]
			if f.Problem == nil || len(x.records) == 0 || f.Digest != "" {
				t.Fatalf("%d records, problem %v, digest %q", len(x.records), f.Problem, f.Digest)
			}
			text := f.Problem.Error()
			want := "exports/a.csv.gz: the " + name + " stream ends too early after " + words.Thousands(f.Bytes) + " bytes: copy the file again; the " +
				words.Thousands(int64(len(x.records))) + " rows before it were read, and the row that it cuts was rejected"
			if text != want {
				t.Errorf("problem\n%s, want\n%s", text, want)
			}
			last := x.rejects[len(x.rejects)-1]
			if len(x.rejects) != 1 || last.Reason != reasonCut || last.ByteOffset+last.ByteLength != f.Bytes {
				t.Errorf("rejects %+v of %d bytes", x.rejects, f.Bytes)
			}
		})
	}
	t.Run("damaged", func(t *testing.T) {
		whole := gzipped(plain)
		for i := range 64 {
			whole[len(whole)/2+i] ^= 0x55
		}
		x := readData(t, "a.csv.gz", whole, Options{})
		if p := x.files[0].Problem; p == nil || !strings.Contains(p.Error(), "the gzip stream is damaged after") {
			t.Errorf("problem %v", p)
		}
	})
	t.Run("zip", func(t *testing.T) {
		whole := zipped(t, "a.csv", plain)
		x := readData(t, "a.zip", whole[:len(whole)/2], Options{})
		if p := x.files[0].Problem; p == nil || !strings.Contains(p.Error(), "a.zip: the zip stream is damaged or cut off") {
			t.Errorf("problem %v", p)
		}
	})
	for name, data := range map[string]string{
		"json": `[{"typename":"A","exceptiondetails":"one"},{"typename":"B","exc`,
		"text": "Unhandled exception: one\n\nUnhandled exception: tw",
	} {
		t.Run(name, func(t *testing.T) {
			// An empty last block makes sure that all bytes come out before the cut.
			whole := gzipped([]byte(data))
			x := readData(t, "a", whole[:len(whole)-6], Options{})
			if len(x.records) != 1 || len(x.rejects) != 1 || x.rejects[0].Reason != reasonCut {
				t.Errorf("got:\n%s", x.dump())
			}
		})
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct {
		name, data string
		notALog    bool
		want       string
	}{
		{"png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", true, "a PNG image"},
		{"pdf", "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", true, "a PDF document"},
		{"binary", "abc\x00\x00\x01\x02\x03\x00\x00def", true, "binary data"},
		{"7z", "7z\xbc\xaf\x27\x1c\x00\x04", true, "a 7z archive"},
		{"parquet", "PAR1\x15\x04\x15\x00\x00\x00\x00PAR1", true, "a Parquet file, which is no log: save its table as CSV UTF-8 if it is a log, and name that"},
		{"orc", "ORC\x08\x03\x10\x00\x00\x01\x02", true, "an ORC file"},
		{"accdb", "\x00\x01\x00\x00Standard ACE DB\x00\x02", true, "an Access database"},
		{"cab", "MSCF\x00\x00\x00\x00\x02\x01", true, "a cabinet archive (.cab), which is no log: unpack it"},
		{"lz4", "\x04\x22\x4d\x18abcdefgh\x00\x01", true, "a file packed with lz4"},
		{"pst", "!BDN\x00\x01\x02\x03\x04\x05\x06\x07\x08", true, "an Outlook data file (.pst, .ost), which is no log: save what is attached"},
		{"msg", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00_\x00_\x00n\x00a\x00m\x00e\x00i\x00d\x00_\x00", true, "an Outlook message (.msg), which is no log: save what is attached"},
		{"xlsb", string(zipped(t, "[Content_Types].xml", []byte("<Types/>"), "xl/workbook.bin", []byte("x"))), true, "save it as .xlsx"},
		{"docx", string(zipped(t, "[Content_Types].xml", []byte("<Types/>"), "word/document.xml", []byte("x"))), true, "paste its text"},
		{"foreign csv", "name;city;zip\nContoso;Köln;50667\nFabrikam;Bonn;53111\n", true, `no column with the text of an error or a trace (found: "name", "city", "zip"): needed is at least one of exceptiondetails`},
		{"no answer", `{"value":"x"}`, true, `json without a key of a log (found: "value")`},
		{"an answer of others", `{"@odata.context":"#x","value":[{"":1,"name":"x"}]}`, true, `json without a key of a log (found: "@odata.context", "value", "", "name")`},
		{"foreign json", `{"name":"contoso","version":"1.0.0"}`, true, `json without a key of a log (found: "name", "version")`},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := readText(t, "in/"+c.name, c.data)
			p := x.files[0].Problem
			if len(x.files) != 1 || p == nil || !strings.HasPrefix(p.Error(), "in/"+c.name+": ") || !strings.Contains(p.Error(), c.want) {
				t.Fatalf("problem %v, want %q", p, c.want)
			}
			if errors.Is(p, ErrNotALog) != c.notALog {
				t.Errorf("is ErrNotALog: %v, want %v", !c.notALog, c.notALog)
			}
		})
	}
	if f := readText(t, "text.log", "ORC-1 failed: !BDN\nORC-2 failed\n").files[0]; f.Problem != nil {
		t.Errorf("a log that begins like an ORC file: %v", f.Problem)
	}
	x := readText(t, "empty", "")
	if f := x.files[0]; f.Problem != nil || cmp.Diff([]string{"the file is empty"}, f.Warnings) != "" {
		t.Errorf("empty file: %+v", f)
	}
	x = &result{}
	gone := []Source{{Path: "no/such/file"}}
	if err := Read(t.Context(), gone, Options{}, func(b *Batch) error { x.add(b); return nil }); err != nil {
		t.Fatal(err)
	}
	if p := x.files[0].Problem; p == nil || !errors.Is(p, os.ErrNotExist) {
		t.Errorf("a file that is gone: %v", p)
	}
}

// An archive on disk is read in place, and counts for progress as what it has on disk.
func TestZipOnDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.zip")
	if err := os.WriteFile(path, zipped(t, "b.csv", []byte(twoRows)), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere"))
	x := readFiles(t, Options{}, path)
	if diff := cmp.Diff([]string{"one", "two"}, x.column("error_text")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	x = readData(t, "a.zip", zipped(t, "b.csv", []byte(twoRows)), Options{})
	if p := x.files[0].Problem; p == nil || !strings.Contains(p.Error(), "temporary") {
		t.Errorf("a stream that cannot be put aside: %v", p)
	}
}

func TestTempFilesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	readData(t, "a.zip", zipped(t, "b.zip", zipped(t, "c.csv", []byte(twoRows))), Options{})
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
