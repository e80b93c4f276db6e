package lake

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const exportInto = "DWTRIAGE_TEST_EXPORT"

// TestDeed is the process that TestKilled kills: it exports all runs.
func TestDeed(t *testing.T) {
	db, dir, ok := strings.Cut(os.Getenv(exportInto), "|")
	if !ok {
		t.Skip("it is for TestKilled")
	}
	runtime.LockOSThread() // strace counts the calls of each thread for itself
	(&nights{t: t, db: db, dir: dir}).export(Options{Star: true})
}

// TestKilled ends the process at some of the renames: what is under its final name is whole, and the next call completes it.
func TestKilled(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command(strace, "-qq", "-o", os.DevNull, "true").Run()
	}
	if err != nil {
		t.Skipf("strace does not work here: %v", err)
	}
	n := twoNights(t)
	n.export(Options{Star: true})
	want := n.files()
	for _, fault := range []string{"signal=KILL:when=2", "signal=KILL:when=9", "error=ENOSPC:when=15"} {
		n.dir = filepath.Join(t.TempDir(), "lake")
		deed := exec.Command(strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace=renameat,renameat2", "-e", "inject=renameat,renameat2:"+fault,
			os.Args[0], "-test.run", "^TestDeed$")
		deed.Env = append(os.Environ(), exportInto+"="+n.db+"|"+n.dir)
		if out, err := deed.CombinedOutput(); err == nil {
			t.Fatalf("%s: it was not killed:\n%s", fault, out)
		}
		there := 0
		for name := range n.files() {
			if !strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".parquet") {
				there++
				whole(t, filepath.Join(n.dir, name))
			}
		}
		if there == 0 && !strings.HasSuffix(fault, "=2") {
			t.Errorf("%s: nothing was written", fault)
		}
		n.export(Options{Star: true})
		got := n.files()
		if len(got) != len(want) {
			t.Errorf("%s: %d files in the end, want %d", fault, len(got), len(want))
		}
		for name, w := range want {
			if digest, _, _ := strings.Cut(w, " "); !strings.HasPrefix(got[name], digest) {
				t.Errorf("%s: %s is another one in the end", fault, name)
			}
		}
	}
}

// whole fails unless a Parquet file ends as one does.
func whole(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || len(text) < 12 || string(text[:4]) != "PAR1" || string(text[len(text)-4:]) != "PAR1" {
		t.Errorf("%s is not whole: %d bytes, %v", path, len(text), err)
	}
}

// TestFullDisk: a disk that is full is an error that says so, and leaves no half file.
func TestFullDisk(t *testing.T) {
	n := twoNights(t)
	n.dir = t.TempDir()
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", n.dir).Run(); err != nil {
		t.Skipf("nothing can be mounted here: %v", err)
	}
	t.Cleanup(func() { exec.Command("umount", n.dir).Run() })
	_, err := n.tryExport(t.Context(), Options{Star: true})
	if err == nil || !strings.Contains(strings.ToLower(err.Error()), "no space left") {
		t.Errorf("a full disk: %v", err)
	}
	for name := range n.files() {
		if strings.HasPrefix(name, ".") {
			t.Errorf("%s is left", name)
		} else if strings.HasSuffix(name, ".parquet") {
			whole(t, filepath.Join(n.dir, name))
		}
	}
	if out, err := exec.Command("mount", "-o", "remount,size=4m", n.dir).CombinedOutput(); err != nil {
		t.Fatal(fmt.Errorf("%w: %s", err, out))
	}
	n.export(Options{Star: true})
}
