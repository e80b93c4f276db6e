package unpack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	kzip "github.com/klauspost/compress/zip"
)

var all = Limits{Nesting: 4, Ratio: 500, Unpacked: 1 << 40, Members: 100}

// visited lists what a source holds, a line each.
func visited(t testing.TB, m Member, lim Limits) (lines []string) {
	t.Helper()
	line := func(words ...string) { lines = append(lines, strings.Join(words, " | ")) }
	opt := Options{Limits: lim, Progress: func(int) {}, Marks: func(name string) bool { return strings.Contains(name, "STAGING") }}
	err := Open(t.Context(), m, opt, Visitor{
		Document: func(m Member) error {
			b, err := io.ReadAll(m.In)
			says := string(b)
			if err != nil {
				says = "error " + CutOff(m.Path, int64(len(b)), "nothing is lost", err).Error()
			}
			if m.Marked {
				says += " (marked)"
			}
			line(m.Path, m.Containers(), says)
			return nil
		},
		Workbook: func(m Member, z *kzip.Reader) error { line(m.Path, m.Containers(), "workbook"); return nil },
		Failed: func(path, containers string, err error) error {
			line(path, containers, "failed "+err.Error())
			return nil
		},
		Empty: func(path, containers string) error { line(path, containers, "empty"); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func zipped(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.Create(members[i])
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, members[i+1])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarred(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: members[i], Size: int64(len(members[i+1])), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, members[i+1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func TestWhatASourceHolds(t *testing.T) {
	deep := []byte("x")
	for range 6 {
		deep = gzipped(deep)
	}
	cut := gzipped(bytes.Repeat([]byte("abc"), 4000))
	for _, c := range []struct {
		name string
		data []byte
		lim  Limits
		want []string
	}{
		{"a plain file", []byte("one"), all, []string{"in |  | one"}},
		{"an empty file", nil, all, []string{"in |  | "}},
		{"gzip", gzipped([]byte("one")), all, []string{"in | gz | one"}},
		{"a zip in a gzip", gzipped(zipped(t, "a", "one", "b/c", "two")), all, []string{"in/a | gz zip | one", "in/b/c | gz zip | two"}},
		{"a tar", tarred(t, "a", "one", ".hidden", "no", "b", "two"), all, []string{"in/a | tar | one", "in/b | tar | two"}},
		{"a name that climbs", zipped(t, "../../etc/passwd", "one", `c:\x`, "two"), all, []string{"in/c:/x | zip | two", "in/etc/passwd | zip | one"}},
		{"a zip in the order of paths", zipped(t, "s-d", "1", "s/b", "2", "a", "3", "s/a", "4"), all, []string{"in/a | zip | 3", "in/s/a | zip | 4", "in/s/b | zip | 2", "in/s-d | zip | 1"}},
		{"two members of one name", zipped(t, "a", "1", "b", "2", "a", "3", "a (2)", "4"), all, []string{"in/a | zip | 1", "in/a (2) | zip | 3", "in/a (2) (2) | zip | 4", "in/b | zip | 2"}},
		{"a file added to a tar again", tarred(t, "a", "1", "./a", "2"), all, []string{"in/a | tar | 1", "in/a (2) | tar | 2"}},
		{"a tar as it lies", tarred(t, "b", "one", "a", "two"), all, []string{"in/b | tar | one", "in/a | tar | two"}},
		{"an empty archive", zipped(t), all, []string{"in | zip | empty"}},
		{"a workbook", zipped(t, "xl/workbook.xml", "<x/>"), all, []string{"in |  | workbook"}},
		{"a package marks all its files, and those of archives inside", zipped(t, "STAGING.csv", "one", "b.zip", string(zipped(t, "c", "two"))), all,
			[]string{"in/STAGING.csv | zip | one (marked)", "in/b.zip/c | zip zip | two (marked)"}},
		{"too deep", deep, all, []string{"in | gz gz gz gz | failed in: more than 4 containers inside each other: unpack it first, or raise --max-nesting"}},
		{"too many", tarred(t, "a", "1", "b", "2", "c", "3"), Limits{Nesting: 4, Ratio: 500, Unpacked: 1 << 40, Members: 2},
			[]string{"in/a | tar | 1", "in/b | tar | 2", "in | tar | failed in: holds more than 2 files: the others were not read; raise --max-members, or unpack it first"}},
		{"cut off", cut[:len(cut)-12], all, []string{"in | gz | error in: the gzip stream ends too early after 12,000 bytes: copy the file again; nothing is lost"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := visited(t, Member{Path: "in", In: bytes.NewReader(c.data), Size: -1}, c.lim)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// An error of a visitor ends the walk and comes back as it is.
func TestVisitorEndsTheWalk(t *testing.T) {
	stop := errors.New("stop")
	n := 0
	err := Open(t.Context(), Member{Path: "in", In: bytes.NewReader(zipped(t, "a", "1", "b", "2")), Size: -1},
		Options{Limits: all, Progress: func(int) {}, Marks: func(string) bool { return false }},
		Visitor{Document: func(Member) error { n++; return stop }})
	if err != stop || n != 1 {
		t.Errorf("error %v after %d files, want stop after the first", err, n)
	}
}

// FuzzOpen: whatever a source holds, the walk ends, says something, and gives each file a path inside
// of the source.
func FuzzOpen(f *testing.F) {
	f.Add(zipped(f, "a", "one", "b.gz", string(gzipped([]byte("two")))))
	f.Add(tarred(f, "a", "one"))
	f.Add(gzipped(tarred(f, "../a", "one")))
	f.Add([]byte("BZh91AY&SY"))
	f.Add([]byte("\xfd7zXZ\x00"))
	f.Add([]byte("\x28\xb5\x2f\xfd"))
	f.Fuzz(func(t *testing.T, b []byte) {
		lines := visited(t, Member{Path: "in", In: bytes.NewReader(b), Size: -1}, Limits{Nesting: 3, Ratio: 100, Unpacked: 1 << 22, Members: 10})
		if len(lines) == 0 {
			t.Errorf("nothing was said of %q", b)
		}
		for _, l := range lines {
			if path, _, _ := strings.Cut(l, " | "); path != "in" && !strings.HasPrefix(path, "in/") {
				t.Errorf("path %q", path)
			}
		}
	})
}
