package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// content is a folder to be bundled.
func content(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"report/index.html": "<p>page</p>", "report/records.csv": strings.Repeat("a,b\r\n", 500), "extract/records.parquet": "PAR1 rows PAR1",
		"rules/1/access.yaml": "- id: x\n", "empty": ""} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func made(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.zip")
	if _, err := Write(path, dir, &Manifest{Format: Format, Tool: "dwtriage test", RunID: 7}); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBundle(t *testing.T) {
	dir := content(t)
	path, again := made(t, dir), made(t, dir)
	a, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(again); err != nil || !bytes.Equal(a, b) {
		t.Errorf("equal folders give %d and %d bytes, %v", len(a), len(b), err)
	}
	b, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	to := t.TempDir()
	if changed, err := b.Unpack(to); err != nil || len(changed) > 0 || b.RunID != 7 || len(b.Members) != 5 {
		t.Errorf("changed %v, %v; %+v", changed, err, b.Manifest)
	}
	for _, m := range b.Members {
		want, err1 := os.ReadFile(filepath.Join(dir, m.Name))
		got, err2 := os.ReadFile(filepath.Join(to, m.Name))
		if err1 != nil || err2 != nil || !bytes.Equal(want, got) {
			t.Errorf("%s: %v, %v: %q is %q", m.Name, err1, err2, want, got)
		}
	}
}

// TestFlippedByte: whichever byte of a member is another one, it is said which member that is; a bundle that was cut off is none.
func TestFlippedByte(t *testing.T) {
	path := made(t, content(t))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		at, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		end := at + int64(f.CompressedSize64)
		if f.Method == zip.Deflate {
			end -= 6 // of the empty block at its end some bits are nobody's
		}
		for i := at; i < end; i++ {
			broken := bytes.Clone(whole)
			broken[i] ^= 0x10
			what := wrong(t, broken)
			if f.Name == ManifestName && what == "" || f.Name != ManifestName && what != f.Name && f.CompressedSize64 > 0 {
				t.Fatalf("byte %d of %s: %q", i-at, f.Name, what)
			}
		}
	}
	for n := range len(whole) {
		if wrong(t, whole[:n]) == "" {
			t.Fatalf("the first %d bytes of %d are taken for a bundle", n, len(whole))
		}
	}
}

// wrong says what is wrong with a bundle: the changed members, or the error.
func wrong(t *testing.T, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := Open(path)
	if err != nil {
		return err.Error()
	}
	defer b.Close()
	changed, err := b.Unpack(filepath.Join(filepath.Dir(path), "out"))
	if err != nil {
		return err.Error()
	}
	return strings.Join(changed, ", ")
}

// A member of a zip that somebody made.
type crafted struct {
	name, text string
	mode       os.FileMode
	method     uint16
}

// TestHostile: what no bundle is gets a sentence, and nothing is written outside of the folder.
func TestHostile(t *testing.T) {
	manifest := func(members ...Member) crafted {
		text, err := json.Marshal(Manifest{Format: Format, Members: members})
		if err != nil {
			t.Fatal(err)
		}
		return crafted{name: ManifestName, text: string(text)}
	}
	good := Member{"a", 1, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"}
	a := crafted{name: "a", text: "a"}
	for _, tc := range []struct {
		name    string
		members []crafted
		want    string
	}{
		{"good", []crafted{manifest(good), a}, ""},
		{"out of the folder", []crafted{manifest(good), a, {name: "../../etc/passwd", text: "x"}}, "leads elsewhere"},
		{"absolute", []crafted{manifest(good), a, {name: "/etc/passwd", text: "x"}}, "leads elsewhere"},
		{"of Windows", []crafted{manifest(good), a, {name: `..\x`, text: "x"}}, "leads elsewhere"},
		{"a drive", []crafted{manifest(good), a, {name: `c:x`, text: "x"}}, "leads elsewhere"},
		{"dots inside", []crafted{manifest(good), a, {name: "x/../../y", text: "x"}}, "leads elsewhere"},
		{"a folder", []crafted{manifest(good), a, {name: "x/", text: ""}}, "leads elsewhere"},
		{"a link", []crafted{manifest(good), {name: "a", text: "/etc/passwd", mode: os.ModeSymlink | 0o777}}, "is no file"},
		{"twice", []crafted{manifest(good), a, a}, "is in it twice"},
		{"two manifests", []crafted{manifest(good), a, manifest()}, "is in it twice"},
		{"missing", []crafted{manifest(good)}, `member "a" is missing`},
		{"too many", []crafted{manifest(good), a, {name: "b", text: "x"}}, "somebody put it there"},
		{"listed twice", []crafted{manifest(good, good), a}, "twice"},
		{"lists itself", []crafted{manifest(good, Member{Name: ManifestName, Bytes: 1}), a}, "twice"},
		{"longer than it says", []crafted{manifest(Member{"a", 0, good.SHA256}), a}, "holds 1 bytes"},
		{"negative", []crafted{manifest(Member{"a", -1, good.SHA256}), a}, "holds 1 bytes"},
		{"a bomb", []crafted{manifest(Member{"a", 100 << 20, good.SHA256}), {name: "a", text: strings.Repeat("\x00", 100<<20), method: zip.Deflate}}, "to fill a disk"},
		{"no manifest", []crafted{a}, "has no bundle.json"},
		{"no JSON", []crafted{{name: ManifestName, text: "{"}}, "not that of a bundle"},
		{"other JSON", []crafted{{name: ManifestName, text: `{"format":1,"more":2}`}}, "not that of a bundle"},
		{"another format", []crafted{{name: ManifestName, text: `{"format":2,"tool":"dwtriage 9"}`}}, "of format 2"},
		{"a long manifest", []crafted{{name: ManifestName, text: strings.Repeat(" ", mostManifest+1), method: zip.Deflate}}, "longer than"},
		{"empty", nil, "has no bundle.json"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			for _, m := range tc.members {
				h := &zip.FileHeader{Name: m.name, Method: m.method}
				h.SetMode(m.mode | 0o600)
				w, err := z.CreateHeader(h)
				if err != nil {
					t.Fatal(err)
				}
				w.Write([]byte(m.text))
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			if got := wrong(t, b.Bytes()); tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	for _, text := range []string{"", "PK", "no zip at all", "PK\x05\x06" + strings.Repeat("\x00", 18)} {
		if wrong(t, []byte(text)) == "" {
			t.Errorf("%q is taken for a bundle", text)
		}
	}
	many := []crafted{manifest()}
	for i := range mostMembers {
		many = append(many, crafted{name: fmt.Sprint(i)})
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range many {
		z.Create(m.name)
	}
	z.Close()
	if got := wrong(t, b.Bytes()); !strings.Contains(got, "more than any bundle") {
		t.Errorf("%d members: %q", len(many), got)
	}
}
