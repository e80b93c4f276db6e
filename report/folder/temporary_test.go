package folder

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// What a killed process left in the temporary folder goes with the next call; what a living one has there stays, and so does all that is
// called otherwise.
func TestTemporary(t *testing.T) {
	within := t.TempDir()
	t.Setenv("TMPDIR", within)
	if runtime.GOOS == "windows" {
		t.Setenv("TMP", within)
	}
	alive, remove, err := Temporary("", "work-")
	if err != nil {
		t.Fatal(err)
	}
	left, other := filepath.Join(within, "work-123"), filepath.Join(within, "other-123")
	for _, dir := range []string{left, other} {
		if err := os.MkdirAll(filepath.Join(dir, "deep"), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(within, "work-file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	second, removeSecond, err := Temporary("", "work-")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{alive, second, other, file} {
		if _, err := os.Lstat(path); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Lstat(left); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", left, err)
	}
	remove()
	removeSecond()
	for _, path := range []string{alive, second} {
		if _, err := os.Lstat(path); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
}
