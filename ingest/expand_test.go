package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExpand(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, path := range []string{"in/b.csv", "in/a.csv", "in/sub/c.csv", "in/.hidden", "in/.git/config", "in/sub-d.csv", "[odd].csv", "one.csv", "two.csv", ".dot.csv"} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../one.csv", "in/link.csv"); err != nil {
		t.Skip("no symbolic links:", err)
	}
	if err := os.Symlink("..", "in/loop"); err != nil {
		t.Fatal(err)
	}
	walked := []string{"in/a.csv*", "in/b.csv*", "in/link.csv*", "in/sub/c.csv*", "in/sub-d.csv*"}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		want []string
		err  string
	}{
		{"file", []string{"one.csv"}, []string{"one.csv"}, ""},
		{"folder, sorted", []string{"in"}, walked, ""},
		{"twice", []string{"./one.csv", "one.csv", "in/../one.csv"}, []string{"one.csv"}, ""},
		{"file of a folder", []string{"in/b.csv", "in/"}, append([]string{walked[0], "in/b.csv"}, walked[2:]...), ""},
		{"folder and a file of it", []string{"in", "in/b.csv"}, append([]string{walked[0], "in/b.csv"}, walked[2:]...), ""},
		{"in the order of paths", []string{"two.csv", "one.csv", "-", "in/sub-d.csv", "in/sub"}, []string{"-", "in/sub/c.csv*", "in/sub-d.csv", "one.csv", "two.csv"}, ""},
		{"by two paths", []string{"one.csv", filepath.Join(here, "one.csv")}, []string{filepath.ToSlash(filepath.Join(here, "one.csv"))}, ""},
		{"glob", []string{"*.csv"}, []string{"[odd].csv", "one.csv", "two.csv"}, ""},
		{"glob of hidden names", []string{".*.csv"}, []string{".dot.csv"}, ""},
		{"literal glob characters", []string{"[odd].csv"}, []string{"[odd].csv"}, ""},
		{"stdin", []string{"-", "-"}, []string{"-"}, ""},
		{"missing", []string{"gone.csv", "one.csv", "gone*"}, []string{"one.csv"},
			"gone.csv: no such file or folder: check the path and the folder the command runs in\ngone*: no file matches: check the pattern and the folder the command runs in"},
		{"bad pattern", []string{"[a"}, nil, "[a: not a valid pattern: check its brackets"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Expand(c.args)
			var names []string
			for _, s := range got {
				name := s.Path
				if s.Walked {
					name += "*"
				}
				if want := int64(1); s.Path != "-" && s.Size != want {
					t.Errorf("%s: size %d, want %d", s.Path, s.Size, want)
				}
				names = append(names, name)
			}
			if diff := cmp.Diff(c.want, names); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			text := ""
			if err != nil {
				text = err.Error()
			}
			if text != c.err {
				t.Errorf("error %q, want %q", text, c.err)
			}
		})
	}
}

// A file that nobody named is read as text only when it looks like a log.
func TestWalkedText(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"README.md":   "# Exports\n\nPut the files here.\n",
		"infolog.txt": "Cannot save the changes to the database. Unit of Work can not commit transaction.\n",
		"app.log":     "2026-11-22 10:00:00 started\n2026-11-22 10:00:01 writing failed\n",
		"codes.txt":   "it said 0x80040265 again\n",
		"empty.txt":   "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	x := readFiles(t, Options{}, dir)
	got := make(map[string]int64)
	for _, f := range x.files {
		got[filepath.Base(f.Path)] = f.Read
		if isReadme := strings.HasSuffix(f.Path, "README.md"); (f.Problem != nil) != isReadme {
			t.Errorf("%s: problem %v", f.Path, f.Problem)
		}
	}
	want := map[string]int64{"README.md": 0, "infolog.txt": 1, "app.log": 1, "codes.txt": 1, "empty.txt": 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	x = readFiles(t, Options{}, filepath.Join(dir, "README.md"))
	if f := x.files[0]; len(x.records) != 0 || f.Problem != nil || len(f.Warnings) != 1 || !strings.Contains(f.Warnings[0], "2 paragraphs without any sign of an error were passed over") {
		t.Errorf("a README named by the user: %d records, problem %v, warnings %q", len(x.records), f.Problem, f.Warnings)
	}
}
