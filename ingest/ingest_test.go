package ingest

import (
	"bytes"
	gocmp "cmp"
	"compress/gzip"
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"dwtriage/ingest/secrets"
	"dwtriage/ingest/unpack"
	"dwtriage/ingest/window"
)

var update = flag.Bool("update", false, "write the goldens again")

const samples = "../testdata/ingest"

// sampleFiles are the inputs below testdata/ingest whose names end in one of the extensions, or
// all of them: a folder for each format, and of its own for dual-write envelopes (whatever they
// are wrapped in), for containers and for secrets. A name says what is peculiar about its file.
func sampleFiles(t testing.TB, extensions ...string) []string {
	t.Helper()
	paths, err := filepath.Glob(samples + "/*/*")
	if err != nil {
		t.Fatal(err)
	}
	paths = slices.DeleteFunc(paths, func(path string) bool {
		ends := func(extension string) bool { return strings.HasSuffix(path, extension) }
		return ends(".golden") || len(extensions) > 0 && !slices.ContainsFunc(extensions, ends)
	})
	if len(paths) == 0 {
		t.Fatalf("no sample of %v below %s", extensions, samples)
	}
	return paths
}

// A result is all that a reading gave. The texts of a record are by column name; columns
// that are null are left out.
type result struct {
	records []map[string]string
	rejects []Reject
	files   []File
}

func (x *result) column(name string) []string {
	var out []string
	for _, r := range x.records {
		out = append(out, r[name])
	}
	return out
}

func (x *result) add(b *Batch) {
	for i := range b.Len() {
		rec := make(map[string]string)
		for c, f := range schema.Fields() {
			if col := b.Records.Column(c); col.IsValid(i) {
				rec[f.Name] = value(col, i)
			}
		}
		x.records = append(x.records, rec)
	}
	x.rejects = append(x.rejects, b.Rejects...)
	x.files = append(x.files, b.Files...)
}

func value(col arrow.Array, i int) string {
	switch col := col.(type) {
	case *array.FixedSizeBinary:
		return hex.EncodeToString(col.Value(i))
	case *array.Timestamp:
		return col.Value(i).ToTime(arrow.Microsecond).Format("2006-01-02T15:04:05.999999")
	case *array.String:
		return col.Value(i)
	}
	return col.ValueStr(i)
}

// bytes asserts that every byte of f lies in a row, once, or was skipped.
func (x *result) bytes(t testing.TB, f *File) {
	t.Helper()
	if f.Format == "" || f.Format == formatXLSX || f.Problem != nil || f.Filtered > 0 || f.Sampled {
		return
	}
	type span struct{ at, n int64 }
	var spans []span
	for _, r := range x.records {
		if r["file"] == f.Path {
			at, _ := strconv.ParseInt(r["byte_offset"], 10, 64)
			n, _ := strconv.ParseInt(r["byte_length"], 10, 64)
			spans = append(spans, span{at, n})
		}
	}
	for _, r := range x.rejects {
		if r.File == f.Path {
			spans = append(spans, span{r.ByteOffset, r.ByteLength})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return gocmp.Or(gocmp.Compare(a.at, b.at), gocmp.Compare(a.n, b.n)) })
	end, sum := int64(0), int64(0)
	for _, s := range slices.Compact(spans) {
		if s.at < end || s.n <= 0 {
			t.Errorf("%s: row at %d+%d overlaps the one before, which ends at %d", f.Path, s.at, s.n, end)
		}
		end = s.at + s.n
		sum += s.n
	}
	if end > f.Bytes || sum+f.Skipped != f.Bytes {
		t.Errorf("%s: %d bytes, but %d in rows, up to %d, and %d skipped", f.Path, f.Bytes, sum, end, f.Skipped)
	}
}

// amount asserts that a file gives no more text than it holds: a short one must not fill the
// memory by its names repeated in each of its records. Container files are left out.
func (x *result) amount(t testing.TB, f *File) {
	t.Helper()
	if f.Format == "" || f.Container != "" || f.Format == formatXLSX {
		return
	}
	n := int64(0)
	for _, r := range x.records {
		if r["file"] == f.Path {
			n += int64(len(r["error_text"]) + len(r["trace_text"]))
			for _, name := range []string{"entity", "company", "type_name", "message_name", "mode", "operation_type", "correlation_id", "request_id", "activity_id", "occurred_raw"} {
				if len(r[name]) > NameBytes {
					t.Errorf("row %s: %s has %d bytes", r["row"], name, len(r[name]))
				}
			}
		}
	}
	// A byte of windows-1252 becomes up to three, and so does one that is replaced; a fault's
	// envelope may give its message twice.
	if n > 8*f.Bytes+1024 {
		t.Errorf("%s: %d bytes of text from %d", f.Path, n, f.Bytes)
	}
}

// check asserts what holds for every reading: the ledger of each file balances, each of its
// bytes is accounted for, and all text is valid UTF-8.
func (x *result) check(t testing.TB) {
	t.Helper()
	for _, f := range x.files {
		records, rejects := int64(0), int64(0)
		for _, r := range x.records {
			if r["file"] == f.Path {
				records++
			}
		}
		for _, r := range x.rejects {
			if r.File == f.Path {
				rejects++
			}
		}
		if f.Read != records+f.Rejected+f.Filtered || f.Rejected != rejects {
			t.Errorf("%s: read %d, but %d records, %d rejects (%d counted), %d filtered",
				f.Path, f.Read, records, rejects, f.Rejected, f.Filtered)
		}
		x.bytes(t, &f)
		x.amount(t, &f)
	}
	for _, r := range x.records {
		for name, v := range r {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				t.Errorf("row %s: %s: not valid UTF-8: %q", r["row"], name, v)
			}
		}
	}
	for _, r := range x.rejects {
		if !utf8.ValidString(r.Excerpt) || len(r.Excerpt) > 200 || r.Reason != strings.ToLower(r.Reason) {
			t.Errorf("row %d: bad reject: %q: %q", r.Row, r.Reason, r.Excerpt)
		}
	}
}

// readData reads data as the file name, as if it came through a pipe.
func readData(t testing.TB, name string, data []byte, opt Options) *result {
	t.Helper()
	x := &result{}
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	opt.Allocator = mem
	r := newRun(context.Background(), opt, func(b *Batch) error {
		x.add(b)
		b.Release()
		return nil
	})
	err := unpack.Open(r.ctx, unpack.Member{Path: name, In: bytes.NewReader(data), Size: -1}, r.unpacking(), r.visitor())
	if err == nil {
		err = r.b.flush()
	}
	if err != nil {
		t.Fatalf("reading %s: %v", name, err)
	}
	mem.AssertSize(t, 0)
	x.check(t)
	return x
}

func readText(t testing.TB, name, data string) *result {
	t.Helper()
	return readData(t, name, []byte(data), Options{})
}

// readFiles reads files as the command does.
func readFiles(t testing.TB, opt Options, args ...string) *result {
	t.Helper()
	sources, err := Expand(args)
	if err != nil {
		t.Fatal(err)
	}
	if opt.Now == nil {
		opt.Now = func() time.Time { return time.Now().AddDate(0, 0, 1) } // a checkout may be a second old
	}
	x := &result{}
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	opt.Allocator = mem
	err = Read(context.Background(), sources, opt, func(b *Batch) error {
		x.add(b)
		b.Release()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	mem.AssertSize(t, 0)
	x.check(t)
	return x
}

// dump prints a result for a golden: what is there, in the order of the columns.
func (x *result) dump() string {
	var b strings.Builder
	for _, r := range x.records {
		for _, f := range schema.Fields() {
			v, ok := r[f.Name]
			if !ok || f.Name == "file" {
				continue
			}
			if strings.ContainsAny(v, "\r\n\"") {
				v = fmt.Sprintf("%q", v)
			}
			fmt.Fprintf(&b, "%s: %s\n", f.Name, v)
		}
		b.WriteString("\n")
	}
	for _, r := range x.rejects {
		fmt.Fprintf(&b, "reject: row %d at %d+%d: %s: %s: %q\n", r.Row, r.ByteOffset, r.ByteLength, r.Column, r.Reason, r.Excerpt)
	}
	for _, f := range x.files {
		fmt.Fprintf(&b, "file: %s %s %s %s %d bytes, read %d, rejected %d\n",
			filepath.Base(f.Path), f.Format, f.Encoding, f.Log, f.Bytes, f.Read, f.Rejected)
		for _, w := range f.Warnings {
			fmt.Fprintf(&b, "warning: %s\n", w)
		}
		if f.Problem != nil {
			fmt.Fprintf(&b, "problem: %s\n", f.Problem)
		}
	}
	return b.String()
}

// zipText makes the zip file that a text archive describes, NAME.xlsx of NAME.xlsx.txtar.
// What is below inner.zip/ becomes an archive of its own.
func zipText(t *testing.T, path string) string {
	t.Helper()
	parts, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var outer, inner []any
	for _, f := range parts.Files {
		if name, ok := strings.CutPrefix(f.Name, "inner.zip/"); ok {
			inner = append(inner, name, f.Data)
		} else {
			outer = append(outer, f.Name, f.Data)
		}
	}
	if inner != nil {
		outer = append(outer, "inner.zip", zipped(t, inner...))
	}
	name := filepath.Join(t.TempDir(), strings.TrimSuffix(filepath.Base(path), ".txtar"))
	if err := os.WriteFile(name, zipped(t, outer...), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// The samples have the structure of published exports, in words of our own. Beside each lies
// its golden; go test ./ingest -run TestSamples -update writes it.
func TestSamples(t *testing.T) {
	for _, path := range sampleFiles(t) {
		name := strings.TrimPrefix(filepath.ToSlash(path), samples+"/")
		t.Run(name, func(t *testing.T) {
			golden := path + ".golden"
			if strings.HasSuffix(path, ".txtar") {
				path = zipText(t, path)
			}
			x := readFiles(t, Options{}, path)
			got := strings.ReplaceAll(x.dump(), filepath.ToSlash(filepath.Dir(path))+"/", "")
			if strings.Contains(got, "nevershown") {
				t.Error("a secret got out")
			}
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A file that no test reads is a sample that proves nothing.
func TestEverySampleIsRead(t *testing.T) {
	read := sampleFiles(t)
	err := filepath.WalkDir(samples, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !slices.Contains(read, strings.TrimSuffix(path, ".golden")) {
			t.Errorf("%s: neither an input in a folder of its format nor the golden of one", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFilters(t *testing.T) {
	const data = "createdon,exceptiondetails\n2026-11-21T23:59:59Z,before\n2026-11-22T00:00:00Z,first\n03/04/2026 9:14 AM,no time\n2026-11-23T00:00:00Z,after\n"
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	x := readData(t, "a.csv", []byte(data), Options{Since: day, Until: day.AddDate(0, 0, 1)})
	if diff := cmp.Diff([]string{"first", "no time"}, x.column("error_text")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if f := x.files[0]; f.Read != 4 || f.Filtered != 2 {
		t.Errorf("read %d, filtered %d; want 4 and 2", f.Read, f.Filtered)
	}
	x = readData(t, "a.csv", []byte(data), Options{Log: DualWrite})
	if f := x.files[0]; len(x.records) != 0 || f.Filtered != 4 || f.Log != "" {
		t.Errorf("--log dualwrite kept %d records, filtered %d, log %q", len(x.records), f.Filtered, f.Log)
	}
}

// Twins of one log: the same entries, however exported, are the same records.
func TestIdentityAcrossFormats(t *testing.T) {
	type entry struct{ id, at, typ, text string }
	entries := []entry{
		{"", "2026-11-22T09:14:03Z", "Fabrikam.Guard", "Unhandled exception: \r\nKöln \"Nord\" nicht gefunden; fehlt, ganz"},
		{"", "2026-11-22T09:14:04Z", "Fabrikam.Guard", ""},
		{"5f0c21d1-7f84-4f89-acdb-bbf8f7ce9f6c", "", "Contoso.Sync", "Zürich\tfehlt"},
	}
	asCSV := func(comma string) []byte {
		var b strings.Builder
		b.WriteString(strings.Join([]string{"plugintracelogid", "createdon", "typename", "exceptiondetails"}, comma) + "\r\n")
		for _, e := range entries {
			b.WriteString(strings.Join([]string{e.id, e.at, e.typ, `"` + strings.ReplaceAll(e.text, `"`, `""`) + `"`}, comma) + "\r\n")
		}
		return []byte(b.String())
	}
	asJSON := func(before, between, after string) []byte {
		var all []string
		for _, e := range entries {
			all = append(all, fmt.Sprintf(`{"plugintracelogid":%q,"createdon":%q,"typename":%q,"exceptiondetails":%q}`, e.id, e.at, e.typ, e.text))
		}
		return []byte(before + strings.Join(all, between) + after)
	}
	plain := asCSV(",")
	twins := map[string][]byte{
		"semicolons":   asCSV(";"),
		"tabs":         asCSV("\t"),
		"bom":          append([]byte("\xef\xbb\xbf"), plain...),
		"utf-16le":     toUTF16(plain, false, true),
		"utf-16be":     toUTF16(plain, true, true),
		"utf-16le raw": toUTF16(plain, false, false),
		"windows-1252": to1252(plain),
		"lf":           bytes.ReplaceAll(plain, []byte("\r\n"), []byte("\n")),
		"sep":          append([]byte("sep=;\r\n"), asCSV(";")...),
		"type":         append([]byte("#TYPE System.Management.Automation.PSCustomObject\r\n"), plain...),
		"array":        asJSON("[", ",\n", "]"),
		"lines":        asJSON("", "\n", "\n"),
		"concatenated": asJSON("", "", ""),
		"web api":      asJSON(`{"@odata.context":"https://contoso/$metadata#plugintracelogs","value":[`, ",", "]}"),
		"utf-16 json":  toUTF16(asJSON("[", ",\n", "]"), false, true),
		"1252 json":    to1252(asJSON("", "\n", "\n")),
		"gz":           gzipped(plain),
		"gz twice":     gzipped(gzipped(plain)),
		"gz members":   append(gzipped(plain[:100]), gzipped(plain[100:])...),
		"zst":          zstded(t, plain),
		"bz2":          bzip2ed(t, plain),
		"xz":           xzed(t, plain),
		"tar":          tarred(t, "a.csv", plain),
		"tar.gz":       gzipped(tarred(t, "a.csv", plain)),
		"zip":          zipped(t, "a.csv", plain),
		"gz in zip":    zipped(t, "a.csv.gz", gzipped(plain)),
		"zip in gz":    gzipped(zipped(t, "a.csv", plain)),
	}
	want := readData(t, "a.csv", plain, Options{}).column("record_id")
	if len(want) != len(entries) {
		t.Fatalf("%d records, want %d", len(want), len(entries))
	}
	for name, data := range twins {
		t.Run(name, func(t *testing.T) {
			x := readData(t, "a.csv", data, Options{})
			if diff := cmp.Diff(want, x.column("record_id")); diff != "" {
				t.Errorf("-want +got:\n%s\n%s", diff, x.dump())
			}
		})
	}
}

func toUTF16(b []byte, big, mark bool) []byte {
	var out []byte
	unit := func(u uint16) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	if mark {
		unit(0xfeff)
	}
	for _, r := range string(b) {
		if r >= 0x10000 {
			r -= 0x10000
			unit(uint16(0xd800 + r>>10))
			r = 0xdc00 + r&0x3ff
		}
		unit(uint16(r))
	}
	return out
}

func to1252(b []byte) []byte {
	var out []byte
	for _, r := range string(b) {
		out = append(out, byte(r)) // Latin-1 letters have the same place
	}
	return out
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

// Rows must point at their bytes in the decompressed file, whatever the encoding.
func TestOffsets(t *testing.T) {
	rows := []string{
		"createdon,typename,exceptiondetails\r\n",
		"2026-11-22T09:14:03Z,A,\"Köln 😀\r\nzwei \"\"Zeilen\"\"\"\r\n",
		"2026-11-22T09:14:04Z,B,ein \"Text\n",
		"zu,viele,Zellen,hier,ja\r\n",
		"2026-11-22T09:14:05Z,C,Ende",
	}
	plain := strings.Join(rows, "")
	encode := func(s string) []byte { return toUTF16([]byte(s), false, false) }
	for _, c := range []struct {
		name   string
		data   []byte
		start  int
		encode func(string) []byte
	}{
		{"utf-8", []byte(plain), 0, func(s string) []byte { return []byte(s) }},
		{"utf-8 bom", []byte("\xef\xbb\xbf" + plain), 3, func(s string) []byte { return []byte(s) }},
		{"utf-16le", toUTF16([]byte(plain), false, true), 2, encode},
		{"gz", gzipped(toUTF16([]byte(plain), false, true)), 2, encode},
		{"windows-1252", to1252([]byte(strings.ReplaceAll(plain, "😀", ""))), 0,
			func(s string) []byte { return to1252([]byte(strings.ReplaceAll(s, "😀", ""))) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := readData(t, "a.csv", c.data, Options{})
			at := c.start
			want := make(map[string]string)
			for i, row := range rows {
				n := len(c.encode(row))
				want[fmt.Sprint(i+1)] = fmt.Sprint(at, "+", n)
				at += n
			}
			delete(want, "1")
			got := make(map[string]string)
			for _, r := range x.records {
				got[r["row"]] = r["byte_offset"] + " + " + r["byte_length"]
			}
			for _, r := range x.rejects {
				got[fmt.Sprint(r.Row)] = fmt.Sprint(r.ByteOffset, "+", r.ByteLength)
			}
			for k, v := range got {
				got[k] = strings.ReplaceAll(v, " ", "")
			}
			for k, v := range want {
				want[k] = strings.ReplaceAll(v, " ", "")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s\n%s", diff, x.dump())
			}
		})
	}
}

// Memory is bounded by the longest row, not by the file.
func TestWindowStaysSmall(t *testing.T) {
	data := traces(24 << 20)
	r := newRun(t.Context(), Options{}, func(b *Batch) error { b.Release(); return nil })
	if err := unpack.Open(r.ctx, unpack.Member{Path: "a.csv", In: bytes.NewReader(data), Size: -1}, r.unpacking(), r.visitor()); err != nil {
		t.Fatal(err)
	}
	if n := r.window.Held() + r.row.arena.Held(); n > 1<<20 {
		t.Errorf("%d bytes held after rows of 4 kB", n)
	}
}

// A batch boundary must not show: rows longer than the window, and many short ones.
func TestLargeRows(t *testing.T) {
	var b strings.Builder
	b.WriteString("typename,createdon,exceptiondetails\n")
	for i := range 40 {
		fmt.Fprintf(&b, "T%d,2026-11-22T09:14:03Z,\"%s\n%s\"\n", i, strings.Repeat("a \"\"b\"\" ", i*3000), strings.Repeat("x", i*1000))
	}
	for _, block := range []string{b.String(), string(toUTF16([]byte(b.String()), true, true))} {
		x := readText(t, "a.csv", block)
		if len(x.records) != 40 || len(x.rejects) != 0 {
			t.Fatalf("%d records, rejects %v", len(x.records), x.rejects)
		}
		for i, text := range x.column("error_text") {
			want := strings.TrimSpace(strings.Repeat(`a "b" `, i*3000) + "\n" + strings.Repeat("x", i*1000))
			if text != want {
				t.Fatalf("row %d: %d bytes, want %d", i, len(text), len(want))
			}
		}
	}
}

func TestTooLong(t *testing.T) {
	long := strings.Repeat("Unable to write data to entity accounts. ", 20000)
	opt := Options{Limits: Limits{Record: 300 << 10}}
	for name, data := range map[string]string{
		"csv":            "createdon,exceptiondetails\n2026-11-22,one\n2026-11-22,\"" + long + "\n\"\"\n\"\n2026-11-22,two\n",
		"csv unquoted":   "createdon,exceptiondetails\n2026-11-22,one\n2026-11-22," + long + "\n2026-11-22,two\n",
		"json array":     `[{"exceptiondetails":"one"},{"exceptiondetails":"` + long + `"},{"exceptiondetails":"two"}]`,
		"json lines":     "{\"exceptiondetails\":\"one\"}\n{\"exceptiondetails\":\"" + long + "\"}\n{\"exceptiondetails\":\"two\"}\n",
		"json answer":    `{"value":[{"exceptiondetails":"one"},{"exceptiondetails":"` + long + `"},{"exceptiondetails":"two"}]}`,
		"text":           "2026-11-22 10:00:00 one failed\n2026-11-22 10:00:01 " + strings.ReplaceAll(long, "Unable to", "\n   at") + "\n2026-11-22 10:00:02 two failed\n",
		"text, one line": "2026-11-22 10:00:00 one failed\n2026-11-22 10:00:01 " + long + "\n2026-11-22 10:00:02 two failed\n",
	} {
		t.Run(name, func(t *testing.T) {
			x := readData(t, "a", []byte(data), opt)
			want := []string{"one", "two"}
			if strings.HasPrefix(name, "text") {
				want = []string{"one failed", "two failed"}
			}
			if diff := cmp.Diff(want, x.column("error_text")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if len(x.rejects) != 1 || x.rejects[0].Reason != reasonLong || x.rejects[0].ByteLength < 500_000 {
				t.Errorf("rejects: %+v", x.rejects)
			}
		})
	}
}

func TestSecretsDoNotLeave(t *testing.T) {
	const secret = "hunter2hunter2hunter2"
	for name, data := range map[string]string{
		"csv column":      "typename,exceptiondetails,secureconfiguration\nA,bad,\"pw=" + secret + "\"\nA,bad," + secret + ",x,y\n\"open," + secret + "\n",
		"json key":        `[{"typename":"A","exceptiondetails":"bad","secureConfiguration":"` + secret + `"}, {"secureConfiguration":"` + secret + `" "broken"}]`,
		"json no text":    `[{"typename":"A","exceptiondetails":"bad"},{"Secure Configuration":"` + secret + `","foo":1}]`,
		"signed address":  "errormessage,entity\nSee https://contoso.blob.core.windows.net/x?sv=2024&sr=b&sig=" + secret + "%3D&se=1 for more,accounts\n",
		"bearer":          "errormessage,entity\nAuthorization: Bearer " + secret + " was refused,accounts\n",
		"header":          "errormessage,entity\n\"Ocp-Apim-Subscription-Key: " + secret + "\nX-Api-Key:" + secret + "\nCookie: a=" + secret + "; b=" + secret + "\",accounts\n",
		"connection":      "errormessage,entity\n\"Server=x;User Id=y;Password=" + secret + ";AccountKey=" + secret + "==;SharedAccessKey=" + secret + "\",accounts\n",
		"oauth":           "errormessage,entity\nPOST /token?client_secret=" + secret + "&grant_type=x was refused,accounts\n",
		"json body":       `[{"errormessage":"got {\"access_token\":\"` + secret + `\",\"Password\" : \"` + secret + `\"}","entity":"x"}]`,
		"jwt":             "errormessage,entity\nToken eyJhbGciOi" + secret + ".eyJ" + secret + ".sig is expired,accounts\n",
		"envelope":        `{"entityName":"E","recordResponses":[{"errorMessage":"m","verboseError":"v"}],"debugLogTrace":["POST /x {\"pw\":\"` + secret + `\"}"]}`,
		"broken envelope": `{"entityName":"E","recordResponses":[{"errorMessage":"m","verboseError":"v "q" v"}],"debugLogTrace":["POST {"pw":"` + secret + `"}"] }`,
		"prose":           "Trace from today, debugLogTrace\": [\"POST {\"pw\":\"" + secret + "\"}\"] and so on",
		"trace row":       "typename,exceptiondetails\nA,\"Unhandled exception: {\"\"debugLogTrace\"\":[\"\"" + secret + "\"\"],\"\"a\"\":1}\"\n",
		"query":           `{"tables":[{"columns":[{"name":"exceptiondetails"},{"name":"secureconfiguration"}],"rows":[["bad",null],[null,"` + secret + `"],["a","` + secret + `",1]]}]}`,
		"spelling":        `[{"exceptiondetails":"bad"},{"secure_configuration":"` + secret + `"}]`,
		"headings":        "typename,exceptiondetails\nA,bad\n",
		"heading":         "createdon,entity,exceptiondetails\nPassword=" + secret + ",Password=" + secret + ",bad\n",
		"reject":          `[{"exceptiondetails":"bad"},{"debugLogTrace":["` + secret + `"]},{"debugLogTrace":["` + secret + `" broken]}]`,
	} {
		t.Run(name, func(t *testing.T) {
			x := readText(t, "a", data)
			if got := x.dump(); strings.Contains(got, secret) || len(x.records) == 0 {
				t.Errorf("got:\n%s", got)
			}
		})
	}
}

// Texts full of credentials, or of their names, must not cost the square of their number.
func TestManySecrets(t *testing.T) {
	const n = 400_000
	for piece, want := range map[string]string{
		"pwd=abcd;k":  "pwd=[withheld];k",
		"eyJ":         "eyJ",
		"bearer x ":   "bearer x ",
		"x://a:b@c ":  "x://a:[withheld]@c ",
		"pwd=;sig ":   "pwd=;sig ",
		"<pwd>x</p> ": "<pwd>[withheld]</p> ",
		"debugLogTr ": "debugLogTr ",
	} {
		var a window.Arena
		if got, _ := secrets.Withhold(&a, bytes.Repeat([]byte(piece), n)); !bytes.Equal(got, bytes.Repeat([]byte(want), n)) {
			t.Errorf("%q: got %d bytes, %.60q", piece, len(got), got)
		}
	}
	var a window.Arena
	if got, _ := secrets.Withhold(&a, append(bytes.Repeat([]byte("cookie:"), n), secrets.Mark...)); string(got) != "cookie:"+secrets.Mark {
		t.Errorf("headers: %d bytes, %.60q", len(got), got)
	}
}

// Each of these hides its value, and nothing else of the text.
func TestSecretValues(t *testing.T) {
	const s = "hunter2"
	for in, want := range map[string]string{
		`Url=x;ClientSecret=hunter2;y`:                      `Url=x;ClientSecret=[withheld];y`,
		`{"clientSecret" : "hunter2", "a":1}`:               `{"clientSecret" : "[withheld]", "a":1}`,
		`{\"accessToken\":\"hunter2\",\"a\":1}`:             `{\"accessToken\":\"[withheld]\",\"a\":1}`,
		`SharedAccessSignature=hunter2;x`:                   `SharedAccessSignature=[withheld];x`,
		"x-functions-key: hunter2 hunter2\nnext":            "x-functions-key: [withheld]\nnext",
		`GET /api?code=hunter2hunter2hunter2&x=1`:           `GET /api?code=[withheld]&x=1`,
		`https://user:hunter2@host/x`:                       `https://user:[withheld]@host/x`,
		`<Password>hunter2</Password>`:                      `<Password>[withheld]</Password>`,
		`{&quot;password&quot;:&quot;hunter2&quot;,&quot;`:  `{&quot;password&quot;:&quot;[withheld]&quot;,&quot;`,
		`{"password":"hunter2 and, \" hunter2"}`:            `{"password":"[withheld]"}`,
		`Password=ab)cd,hunter2;x`:                          `Password=[withheld];x`,
		"Cookie: a=Bearer hunter2hunter2hunter2; b=hunter2": "Cookie: [withheld]",
		"said BEARER \thunter2hunter2hunter2 again":         "said BEARER \t[withheld] again",
		`Password='hunter2 x';y`:                            `Password='[withheld]';y`,
	} {
		var a window.Arena
		got, left := secrets.Withhold(&a, []byte(in))
		if string(got) != want || left == 0 || bytes.Contains(got, []byte(s)) {
			t.Errorf("withhold(%q) =\n%q, want\n%q", in, got, want)
		}
	}
}

// Words of credentials in prose are no secrets.
func TestNoSecrets(t *testing.T) {
	for _, text := range []string{
		"The password is wrong: ask for another.", "Password: expired", "the bearer of bad news", "cookie monster", "API key not found",
		"Authorization failed for user x", "msdyn_client_secrets missing", "eyJ is how tokens start", "ErrorCode=0x80040265", "https://host:443/x?a@b",
		"<Code>0x80040265</Code>", "?code=4711", "the code=hunter2hunter2hunter2hunter2",
	} {
		var a window.Arena
		if got, left := secrets.Withhold(&a, []byte(text)); string(got) != text || left != 0 {
			t.Errorf("withhold(%q) = %q, %v", text, got, left)
		}
	}
}

func TestReadStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	data := strings.Repeat("typename,exceptiondetails\n", 1) + strings.Repeat("A,bad\n", 100000)
	err := Read(ctx, []Source{{Path: "-"}}, Options{Stdin: strings.NewReader(data)}, func(b *Batch) error {
		b.Release()
		cancel()
		return nil
	})
	if err != context.Canceled {
		t.Errorf("Read after cancel: %v", err)
	}
	stop := fmt.Errorf("no room")
	err = Read(context.Background(), []Source{{Path: "-"}}, Options{Stdin: strings.NewReader(data)}, func(b *Batch) error {
		b.Release()
		return stop
	})
	if err != stop {
		t.Errorf("Read with a failing emit: %v", err)
	}
}

func TestProgress(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv.gz")
	data := gzipped(traces(4 << 20))
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	var last Progress
	calls := 0
	x := readFiles(t, Options{Progress: func(p Progress) {
		if p.Bytes < last.Bytes || p.Records < last.Records {
			t.Errorf("progress went back: %+v after %+v", p, last)
		}
		last = p
		calls++
	}}, path)
	if last.Bytes != int64(len(data)) || last.Records != int64(len(x.records)) || calls < 2 {
		t.Errorf("after %d calls %+v, want %d bytes and %d records", calls, last, len(data), len(x.records))
	}
}

// What says that it failed is a failure, wherever it stands and whatever else the row says.
func TestNoFailureIsLost(t *testing.T) {
	for _, c := range []struct {
		name, data string
		want       []string // texts of the errors
	}{
		{"lines with levels", "INFO: Sync started\nERROR: Write failed for entity Customers\n", []string{"ERROR: Write failed for entity Customers"}},
		{"levels in brackets", "[INFO] Sync started\n[ERROR] Write failed for entity Customers\n", []string{"[ERROR] Write failed for entity Customers"}},
		{"a calm level and a status", "level,status,errormessage\nInformation,Failed,Unable to write\n", []string{"Unable to write"}},
		{"a list behind the texts", `{"exceptiondetails":"Boom","typename":"A.B","logs":["x error"]}`, []string{"Boom"}},
		{"an empty list", `{"exceptiondetails":"Boom","typename":"A.B","traces":[]}`, []string{"Boom"}},
		{"a list before the texts", `{"logs":[{"exceptiondetails":"inner"}],"exceptiondetails":"Boom"}`, []string{"inner", "Boom"}},
		{"decoding makes letters of blanks", "{\"exceptiondetails\"\xc2\xa0:\"\xe4x\xe4x boom\"}", nil},
		{"two tables", `{"tables":[{"columns":[{"name":"outerMessage"},{"name":"entity"}],"rows":[["a","x"]]},{"columns":[{"name":"entity"},{"name":"outerMessage"}],"rows":[["x","b"]]}]}`, []string{"a", "b"}},
		{"an unknown status", `{"projectName":"M","legs":[{"status":null,"errors":[{"status":"PartiallyDone","errorMessage":"one"},{"state":"Failed","errorMessage":"two"},{"status":"Succeeded","errorMessage":"none"}]}]}`, []string{"one", "two"}},
		{"two broken envelopes in a cell", "errormessage,entity\n\"{\"\"entityName\"\":\"\"A\"\",\"\"recordResponses\"\":[{\"\"errorMessage\"\":\"\"a \"\"b\"\" c\"\"}]} {\"\"entityName\"\":\"\"B\"\",\"\"recordResponses\"\":[{\"\"errorMessage\"\":\"\"d\"\"}]}\",x\n", []string{`a "b" c`, "d"}},
		{"a response with other keys", `{"recordResponses":[{"errorMessage":"a"},{"message":"b failed"}]}`, []string{"a", "b failed"}},
		{"a header again", "x,entity,exceptiondetails\n1,acc,boom\nx,exceptiondetails,entity\n1,bang,acc\n", []string{"boom", "bang"}},
		{"words of a header", "status,entity,error\nError,Company,Timestamp\n", []string{"Timestamp"}},
		{"a fault without end", "2026-11-22 10:00:00 ERROR <OrganizationServiceFault cut\n2026-11-22 10:00:01 ERROR two\n2026-11-22 10:00:02 ERROR three\n",
			[]string{"ERROR <OrganizationServiceFault cut", "ERROR two", "ERROR three"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := readText(t, "a", c.data)
			var got []string
			for _, r := range x.records {
				if r["outcome"] == Error {
					got = append(got, r["error_text"])
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s\n%s", diff, x.dump())
			}
		})
	}
}
