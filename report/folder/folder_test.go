package folder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var names = []string{"a.csv", "b.csv", "c.csv", "summary.json"}

// night are the files of a call, which all say which one it is.
func night(n int) (files []File) {
	for _, name := range names {
		files = append(files, File{Name: name, Draw: func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "%s of %d\n", name, n)
			return err
		}})
	}
	return files
}

func putNight(t *testing.T, dir string, n int) {
	t.Helper()
	if _, err := Put(dir, night(n), About{Tool: "test", RunID: int64(n)}); err != nil {
		t.Fatal(err)
	}
}

// whose says of which call the folder is, or how it is of none: files of several, a manifest that does not fit.
func whose(dir string) (int, error) {
	m, err := readManifest(dir)
	if err != nil {
		return 0, err
	}
	n := int(m.RunID)
	want := make(map[string]string)
	for _, f := range night(n) {
		var b strings.Builder
		f.Draw(&b)
		want[f.Name] = b.String()
	}
	for _, e := range m.Files {
		got, err := os.ReadFile(filepath.Join(dir, e.File))
		if err != nil || string(got) != want[e.File] || int64(len(got)) != e.Bytes {
			return 0, fmt.Errorf("%s says %q in a folder of %d (%v)", e.File, got, n, err)
		}
	}
	if len(m.Files) != len(want) {
		return 0, fmt.Errorf("the manifest lists %d files", len(m.Files))
	}
	return n, nil
}

func mustBe(t *testing.T, dir string, n int) {
	t.Helper()
	if got, err := whose(dir); got != n || err != nil {
		t.Errorf("the folder is of %d (%v), want %d", got, err, n)
	}
}

// tree lists what is in a folder, and the other ways into it.
func tree(t *testing.T, root string) (paths []string) {
	t.Helper()
	filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if rel, _ := filepath.Rel(root, path); err == nil && rel != "." {
			paths = append(paths, filepath.ToSlash(rel))
		}
		return err
	})
	return paths
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
		t.Fatal(err)
	}
}

// in are the paths of the files of a call in a folder, and others, in the order of tree.
func in(folder string, others ...string) []string {
	list := append([]string{folder}, others...)
	for _, name := range append([]string{ManifestName}, names...) {
		list = append(list, folder+"/"+name)
	}
	slices.Sort(list)
	return list
}

// TestPut puts files into folders of all kinds, twice: only they change.
func TestPut(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, root string) (dir string)
		others  []string
	}{
		"new":        {func(t *testing.T, root string) string { return filepath.Join(root, "out") }, nil},
		"no parents": {func(t *testing.T, root string) string { return filepath.Join(root, "x", "y", "out") }, nil},
		"empty":      {func(t *testing.T, root string) string { return mkdir(t, root, "out") }, nil},
		"files of others": {func(t *testing.T, root string) string {
			write(t, filepath.Join(root, "out", "notes.txt"), "mine")
			return filepath.Join(root, "out")
		}, []string{"out/notes.txt"}},
		"folders of others": {func(t *testing.T, root string) string {
			write(t, filepath.Join(root, "out", "sub", "notes.txt"), "mine")
			return filepath.Join(root, "out")
		}, []string{"out/sub", "out/sub/notes.txt"}},
		"stood in": {func(t *testing.T, root string) string {
			t.Chdir(mkdir(t, root, "out"))
			return "."
		}, nil},
		"a link": {func(t *testing.T, root string) string {
			return link(t, mkdir(t, root, "out"), filepath.Join(root, "link"))
		}, []string{"link"}},
		"temporary files of an older version": {func(t *testing.T, root string) string {
			write(t, filepath.Join(root, "out", ".a.csv.4711.tmp"), "half")
			write(t, filepath.Join(root, "out", ".mine.4711.tmp"), "mine")
			return filepath.Join(root, "out")
		}, []string{"out/.mine.4711.tmp"}},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			dir := c.prepare(t, root)
			if err := Check(dir, names); err != nil {
				t.Fatal(err)
			}
			putNight(t, dir, 1)
			mustBe(t, dir, 1)
			putNight(t, dir, 2)
			mustBe(t, dir, 2)
			if name == "no parents" {
				root = filepath.Join(root, "x", "y")
			}
			if d := cmp.Diff(in("out", c.others...), tree(t, root)); d != "" {
				t.Errorf("files (-want +got):\n%s", d)
			}
		})
	}
}

func mkdir(t *testing.T, parts ...string) string {
	t.Helper()
	dir := filepath.Join(parts...)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

func link(t *testing.T, to, at string) string {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Skip(err)
	}
	return at
}

// TestPutReplacesLinks: a link with the name of a file is replaced, and what it leads to stays.
func TestPutReplacesLinks(t *testing.T) {
	for _, sub := range []string{"", "sub"} {
		root := t.TempDir()
		dir := mkdir(t, root, "out", sub)
		write(t, filepath.Join(root, "precious"), "mine")
		link(t, filepath.Join(root, "precious"), filepath.Join(root, "out", "a.csv"))
		link(t, filepath.Join(root, "precious"), filepath.Join(root, "out", ManifestName))
		putNight(t, filepath.Join(root, "out"), 1)
		mustBe(t, filepath.Join(root, "out"), 1)
		if b, _ := os.ReadFile(filepath.Join(root, "precious")); string(b) != "mine" {
			t.Errorf("%s: the link was followed: %q", dir, b)
		}
	}
}

// TestPutKeepsModes: those of the folder and of the files that were there.
func TestPutKeepsModes(t *testing.T) {
	for _, sub := range []string{"", "sub"} {
		dir := filepath.Join(t.TempDir(), "out")
		putNight(t, dir, 1)
		mkdir(t, dir, sub)
		if err := errors.Join(os.Chmod(dir, 0o751), os.Chmod(filepath.Join(dir, "a.csv"), 0o640)); err != nil {
			t.Fatal(err)
		}
		putNight(t, dir, 2)
		mustBe(t, dir, 2)
		for path, want := range map[string]os.FileMode{dir: 0o751, filepath.Join(dir, "a.csv"): 0o640} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s, mode of %s: %v, want %v (%v)", sub, filepath.Base(path), info.Mode(), want, err)
			}
		}
	}
}

// What the last call put into the folder is not drawn again where it is the same, and is as it was; a file that somebody wrote to, or that has to
// change places by itself, is drawn. The manifest says of both what is there.
func TestPutTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(t *testing.T, dir string)
		linked    bool
	}{
		"as it was": {func(*testing.T, string) {}, true},
		"written to": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "b.csv"), "b.csv of 7\n")
			os.Chtimes(filepath.Join(dir, "b.csv"), time.Time{}, time.Now().Add(time.Second)) // the clock of a disk may stand still so long
		}, false},
		"written to, with its time put back": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "b.csv")
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			write(t, path, "b.csv of 7\n")
			os.Chtimes(path, time.Time{}, info.ModTime())
		}, false},
		"longer": {func(t *testing.T, dir string) { write(t, filepath.Join(dir, "b.csv"), "b.csv of all\n") }, false},
		"gone":   {func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "b.csv")) }, false},
		"a link": {func(t *testing.T, dir string) {
			os.Rename(filepath.Join(dir, "b.csv"), filepath.Join(dir, "d"))
			link(t, "d", filepath.Join(dir, "b.csv"))
		}, false},
		"in a folder's way": {func(t *testing.T, dir string) { mkdir(t, dir, "sub") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			drawn, err := Put(dir, night(1), About{Tool: "test", RunID: 1})
			if err != nil {
				t.Fatal(err)
			}
			same := drawn["b.csv"]
			old, err := os.Stat(filepath.Join(dir, "b.csv"))
			if err != nil {
				t.Fatal(err)
			}
			c.meanwhile(t, dir)
			files := night(1)
			files[1].Same = &same
			again, err := Put(dir, files, About{Tool: "test", RunID: 1})
			if err != nil {
				t.Fatal(err)
			}
			mustBe(t, dir, 1)
			if now, err := os.Stat(filepath.Join(dir, "b.csv")); err != nil || os.SameFile(old, now) != c.linked {
				t.Errorf("it is the same file: %t, error %v; want %t", os.SameFile(old, now), err, c.linked)
			}
			if len(again) != len(names) || again["b.csv"].SHA256 != same.SHA256 || !again["b.csv"].isAt(filepath.Join(dir, "b.csv")) {
				t.Errorf("drawn: %v", again)
			}
		})
	}
}

// A file that is made already is taken into the folder, with the mode that one written there has, and can be taken once more; what cannot be taken is drawn, and
// an error is one of the drawing.
func TestPutTakes(t *testing.T) {
	fault := errors.New("no room")
	for name, c := range map[string]struct {
		made  func(path string) (*Made, error)
		taken bool
		err   error
	}{
		"there":     {func(path string) (*Made, error) { return &Made{path, 11, "digest"}, nil }, takes, nil},
		"none":      {func(string) (*Made, error) { return nil, nil }, false, nil},
		"not there": {func(path string) (*Made, error) { return &Made{path + "x", 11, "digest"}, nil }, false, nil},
		"fault":     {func(string) (*Made, error) { return nil, fault }, false, fault},
	} {
		for _, sub := range []string{"", "sub"} { // with a folder in it the folder stays, and its files change places
			t.Run(name+sub, func(t *testing.T) {
				root := t.TempDir()
				dir, path := filepath.Join(root, "out"), filepath.Join(root, "made")
				putNight(t, dir, 1)
				mkdir(t, dir, sub)
				write(t, path, "b.csv of 2\n")
				if err := os.Chmod(path, 0o400); err != nil {
					t.Fatal(err)
				}
				os.Chmod(filepath.Join(dir, "b.csv"), 0o640)
				old, err := os.Stat(path)
				if err != nil {
					t.Fatal(err)
				}
				files := night(2)
				files[1].Made = func() (*Made, error) { return c.made(path) }
				_, err = Put(dir, files, About{Tool: "test", RunID: 2})
				if !errors.Is(err, c.err) {
					t.Fatalf("error %v, want %v", err, c.err)
				}
				if err != nil {
					mustBe(t, dir, 1)
					return
				}
				now, err := os.Stat(filepath.Join(dir, "b.csv"))
				if err != nil || os.SameFile(old, now) != c.taken {
					t.Fatalf("it is the file that was made: %t, error %v; want %t", os.SameFile(old, now), err, c.taken)
				}
				if text, err := os.ReadFile(filepath.Join(dir, "b.csv")); string(text) != "b.csv of 2\n" || err != nil {
					t.Errorf("it holds %q, error %v", text, err)
				}
				if runtime.GOOS != "windows" && now.Mode().Perm() != 0o640 {
					t.Errorf("its mode is %v", now.Mode())
				}
				if again, err := os.Stat(path); err != nil || !os.SameFile(old, again) {
					t.Errorf("what was made is gone, or another: %v", err)
				}
				m, err := readManifest(dir)
				if err != nil || (m.Files[1].SHA256 == "digest") != c.taken {
					t.Errorf("the manifest says %+v, error %v", m.Files[1], err)
				}
			})
		}
	}
}

// takes: on Windows a file keeps the access list of where it was made.
const takes = runtime.GOOS != "windows"

// TestPutDropsWhatItNoLongerDraws: a file of an earlier call that this one does not write would be of another night.
func TestPutDropsWhatItNoLongerDraws(t *testing.T) {
	for _, sub := range []string{"", "sub"} {
		dir := filepath.Join(t.TempDir(), "out")
		old := append(night(1), File{Name: "gone.csv", Draw: func(w io.Writer) error { return nil }})
		if _, err := Put(dir, old, About{RunID: 1}); err != nil {
			t.Fatal(err)
		}
		mkdir(t, dir, sub)
		putNight(t, dir, 2)
		mustBe(t, dir, 2)
		if _, err := os.Stat(filepath.Join(dir, "gone.csv")); err == nil {
			t.Errorf("%q: gone.csv is still there", sub)
		}
	}
}

// TestPutFails: whichever file cannot be drawn or put, the folder is as it was.
func TestPutFails(t *testing.T) {
	broken := errors.New("the database went away")
	for i, name := range names {
		for _, sub := range []string{"", "sub"} {
			root := t.TempDir()
			dir := filepath.Join(root, "out")
			putNight(t, dir, 1)
			mkdir(t, dir, sub)
			before := tree(t, root)
			files := night(2)
			files[i].Draw = func(io.Writer) error { return broken }
			if _, err := Put(dir, files, About{RunID: 2}); !errors.Is(err, broken) || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: error %v", name, err)
			}
			mustBe(t, dir, 1)
			if d := cmp.Diff(before, tree(t, root)); d != "" {
				t.Errorf("%s, %q: (-before +after)\n%s", name, sub, d)
			}

			// A folder in its place resists as an open file does on Windows.
			path := filepath.Join(dir, name)
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(path, "x"), "mine")
			before = tree(t, root)
			if _, err := Put(dir, night(2), About{RunID: 2}); err == nil || !strings.Contains(err.Error(), "replacing "+name) {
				t.Errorf("%s: error %v, want one about replacing it", name, err)
			}
			if d := cmp.Diff(before, tree(t, root)); d != "" {
				t.Errorf("%s, %q: (-before +after)\n%s", name, sub, d)
			}
			if err := errors.Join(os.RemoveAll(path), os.WriteFile(path, []byte(name+" of 1\n"), 0o666)); err != nil {
				t.Fatal(err)
			}
			mustBe(t, dir, 1)
		}
	}
}

// TestPutAtOnce: of several calls at once the folder is that of one.
func TestPutAtOnce(t *testing.T) {
	for _, sub := range []string{"", "sub"} {
		root := t.TempDir()
		dir := filepath.Join(root, "out")
		mkdir(t, dir, sub)
		var wg sync.WaitGroup
		for n := range 8 {
			wg.Go(func() {
				if _, err := Put(dir, night(n+1), About{RunID: int64(n + 1)}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n, err := whose(dir); n == 0 || err != nil {
			t.Errorf("the folder is of %d: %v", n, err)
		}
		var others []string
		if sub != "" {
			others = []string{"out/sub"}
		}
		if d := cmp.Diff(in("out", others...), tree(t, root)); d != "" {
			t.Errorf("files (-want +got):\n%s", d)
		}
	}
}

// TestTwoSteps is the way of systems where two folders do not change places in one step, killed after the first.
func TestTwoSteps(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "out")
	putNight(t, dir, 1)
	write(t, filepath.Join(dir, "notes.txt"), "mine")
	tg, err := locate(dir)
	if err != nil {
		t.Fatal(err)
	}
	tg.names = append(names, ManifestName)
	s, err := tg.stage(true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.draw(night(2), About{RunID: 2}); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(dir, "notes.txt"), filepath.Join(s.dir, "notes.txt")); err != nil {
		t.Fatal(err)
	}
	if err := s.stepAside(); err != nil {
		t.Fatal(err)
	}
	mustBe(t, dir, 2)
	if d := cmp.Diff(in("out", "out/notes.txt"), tree(t, root)); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if err := os.Rename(dir, filepath.Join(root, ".out.dwtriage-7"+aside)); err != nil {
		t.Fatal(err)
	}
	if err := Check(dir, names); err != nil {
		t.Fatal(err)
	}
	mustBe(t, dir, 2)
	if d := cmp.Diff(in("out", "out/notes.txt"), tree(t, root)); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
}

// TestSweepLeavesTheLiving: a stage that somebody writes into is no leftover, and what has only a similar name is not ours.
func TestSweepLeavesTheLiving(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "out")
	putNight(t, dir, 1)
	tg, err := locate(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := tg.stage(true)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, ".out.dwtriage-backup", "x"), "mine")
	write(t, filepath.Join(root, ".out.dwtriage-12", "mine.txt"), "mine")
	write(t, filepath.Join(root, ".out.dwtriage-13", "a.csv"), "half")
	putNight(t, dir, 1)
	mustBe(t, dir, 1)
	want := append(in("out"), filepath.Base(s.dir), ".out.dwtriage-backup", ".out.dwtriage-backup/x")
	want = append(want, "out/mine.txt")
	slices.Sort(want)
	got := tree(t, root)
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if err := s.end(); err != nil {
		t.Error(err)
	}
}

// TestCheck refuses what Put could not write to, and says why.
func TestCheck(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "file"), "mine")
	for dir, want := range map[string]string{
		filepath.Join(root, "file"):                                              "is a file; give a folder",
		filepath.Join(root, "file", "sub"):                                       "file",
		link(t, filepath.Join(root, "nowhere"), filepath.Join(root, "dangling")): "is a link to " + filepath.Join(root, "nowhere"),
		link(t, filepath.Join(root, "circle"), filepath.Join(root, "circle")):    "too many links",
		filepath.Join(root, "x\x00y"):                                            "invalid",
		filepath.Join(root, strings.Repeat("long", 100)):                         "too long",
	} {
		before := tree(t, root)
		if err := Check(dir, names); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: error %v, want %q", dir, err, want)
		}
		if _, err := Put(dir, night(1), About{}); err == nil {
			t.Errorf("%.80s: Put put something", dir)
		}
		if d := cmp.Diff(before, tree(t, root)); d != "" {
			t.Errorf("%.80s: (-before +after)\n%s", dir, d)
		}
	}
}

// TestManifestOfSomebodyElse: names that lead out of the folder are nobody's to remove.
func TestManifestOfSomebodyElse(t *testing.T) {
	root := t.TempDir()
	dir := mkdir(t, root, "out")
	write(t, filepath.Join(root, "precious"), "mine")
	for _, name := range []string{"../precious", filepath.Join(root, "precious"), "", ".", ".."} {
		b, err := json.Marshal(manifest{Files: []entry{{name, 1, "0"}}})
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, ManifestName), string(b))
		if m, err := readManifest(dir); err == nil {
			t.Errorf("%q is read as %v", name, m.Files)
		}
		putNight(t, dir, 1)
	}
	if b, _ := os.ReadFile(filepath.Join(root, "precious")); string(b) != "mine" {
		t.Error("a file outside is gone")
	}
}
