package folder

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var every = flag.Bool("every", false, "kill and fail every file operation, not only those that move something")

const putInto = "DWTRIAGE_TEST_PUT_INTO"

// TestDeed is the process that TestKilled kills: it puts the second night into a folder.
func TestDeed(t *testing.T) {
	dir := os.Getenv(putInto)
	if dir == "" {
		t.Skip("it is for TestKilled")
	}
	runtime.LockOSThread() // strace counts the calls of each thread for itself
	if _, err := Put(dir, night(2), About{Tool: "test", RunID: 2}); err != nil {
		t.Fatal(err)
	}
}

// moves are the system calls that move something, others those that make, write, sync and remove.
var (
	moves  = []string{"renameat", "renameat2", "linkat"}
	others = []string{"openat", "mkdirat", "write", "fsync", "fchmod", "fchmodat", "unlinkat", "flock", "close"}
)

// allFaults are what strace does to a call: a kill, a broken disk, a full one.
var allFaults = []string{"signal=KILL", "error=EIO", "error=ENOSPC"}

// TestKilled ends the process at every system call that moves something: the folder is of one call, before the next one or once that has
// looked at it, which leaves nothing behind. With -every it ends it at calls of any kind, and lets each of them fail.
func TestKilled(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command(strace, "-qq", "-o", os.DevNull, "true").Run()
	}
	if err != nil {
		t.Skipf("strace does not work here: %v", err)
	}
	calls, faults := moves, allFaults[:1]
	if *every {
		calls, faults = slices.Concat(moves, others), allFaults
	}
	tried := map[string]int{}
	for _, place := range []string{"new", "swapped", "inside"} {
		for _, fault := range faults {
			for _, call := range calls {
				if fault != "signal=KILL" && (call == "close" || call == "openat") {
					continue // the runtime and the test itself need theirs
				}
				for n := 1; killed(t, strace, place, call, fmt.Sprintf("%s:when=%d", fault, n)); n++ {
					tried[place+" "+fault]++
				}
			}
		}
	}
	t.Logf("faults: %v", tried)
	if tried["swapped signal=KILL"] < 2 || tried["inside signal=KILL"] < 2*len(names) {
		t.Errorf("too few kills: %v", tried)
	}
}

// killed puts the second night where the first one is, with a fault, and reports whether that came to pass.
func killed(t *testing.T, strace, place, call, fault string) bool {
	t.Helper()
	root, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(root)
	dir := filepath.Join(root, "out")
	if place != "new" {
		putNight(t, dir, 1)
		write(t, filepath.Join(dir, "notes.txt"), "mine")
	}
	if place == "inside" {
		write(t, filepath.Join(dir, "sub", "notes.txt"), "mine")
	}
	log := filepath.Join(root, "log")
	cmd := exec.Command(strace, "-f", "-qq", "-o", log, "-e", "trace="+call, "-e", "inject="+call+":"+fault, os.Args[0], "-test.run", "^TestDeed$")
	cmd.Env = append(os.Environ(), putInto+"="+dir)
	said, failed := cmd.CombinedOutput()
	b, err := os.ReadFile(log)
	if err := errors.Join(err, os.Remove(log)); err != nil {
		t.Fatal(err)
	}
	happened := strings.Contains(string(b), "INJECTED") || strings.Contains(string(b), "killed by SIGKILL")
	name := place + ", " + call + ", " + fault
	if failed == nil && !happened {
		mustBe(t, dir, 2)
		return false
	}
	n, err := whose(dir)
	switch {
	case place == "new" && errors.Is(err, os.ErrNotExist) && empty(dir):
	case place == "inside" && strings.HasPrefix(fault, "signal"):
		// A moment has files of both, and no manifest.
		if _, none := readManifest(dir); none == nil && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	case err != nil || n == 1 && failed == nil:
		t.Errorf("%s: the folder is of %d: %v\n%s", name, n, err, said)
	}
	if err := Check(dir, names); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if n, err := whose(dir); err != nil && !(place == "new" && empty(dir)) {
		t.Errorf("%s, looked at: the folder is of %d: %v\n%s", name, n, err, said)
	}
	putNight(t, dir, 3)
	mustBe(t, dir, 3)
	for path, want := range map[string]bool{"notes.txt": place != "new", "sub/notes.txt": place == "inside"} {
		if b, _ := os.ReadFile(filepath.Join(dir, path)); want != (string(b) == "mine") {
			t.Errorf("%s: %s of somebody else says %q", name, path, b)
		}
	}
	if got := tree(t, root); len(got) != len(names)+map[string]int{"new": 2, "swapped": 3, "inside": 5}[place] {
		t.Errorf("%s: leftovers: %q", name, got)
	}
	return true
}

func empty(dir string) bool { return len(contents(dir)) == 0 }
