//go:build cgo && unix

package main

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
)

// TestPrivate: what a run makes is for its user alone; with --shared it is as the umask has it.
func TestPrivate(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o022))
	for _, c := range []struct {
		flags        []string
		file, folder fs.FileMode
	}{{nil, 0o600, 0o700}, {[]string{"--shared"}, 0o644, 0o755}} {
		dir := filepath.Join(t.TempDir(), "made")
		var said bytes.Buffer
		s := &session{ctx: t.Context(), stdout: &said, stderr: &said, getenv: func(string) string { return "" }, relax: private()}
		args := append([]string{"run", "-q", "--db", filepath.Join(dir, "x.duckdb"), "-o", filepath.Join(dir, "r"), "../../testdata/demo/dualwrite-errors.csv"}, c.flags...)
		if code := s.run(args); code != exitDone {
			t.Fatalf("%v: exit code %d: %s", args, code, &said)
		}
		s.relax()
		files := 0
		filepath.WalkDir(dir, func(path string, d fs.DirEntry, _ error) error {
			info, err := d.Info()
			want := c.file
			if d.IsDir() {
				want = c.folder
			}
			if files++; err != nil || info.Mode().Perm() != want {
				t.Errorf("%v, %s: mode %v, want %v (%v)", c.flags, path, info.Mode(), want, err)
			}
			return nil
		})
		if files < 14 {
			t.Errorf("only %d files", files)
		}
	}
}
