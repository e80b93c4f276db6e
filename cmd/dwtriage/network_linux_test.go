//go:build cgo

package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// internetSocket is what strace prints of a process that asks the system for a socket of the internet.
var internetSocket = regexp.MustCompile(`(?m)^.*\b(?:socket|connect|bind)\(.*\bAF_INET6?\b.*$`)

// TestNoNetwork: a night and the commands around it work where there is no network, not even that of the machine to itself, and
// none asks for a socket of the internet.
func TestNoNetwork(t *testing.T) {
	if os.Getenv("DWTRIAGE_TEST_DIAL") != "" {
		if c, err := net.Dial("tcp", "127.0.0.1:9"); err == nil {
			c.Close()
		}
		return
	}
	if err := exec.Command("unshare", "-rn", "true").Run(); err != nil {
		t.Skipf("no network namespace is to be had: unshare -rn: %v", err)
	}
	dir := t.TempDir()
	trace := filepath.Join(dir, "trace")
	tracer := []string{"strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=socket,connect,bind", "-o", trace}
	traced := exec.Command("unshare", append([]string{"-rn"}, append(tracer, "true")...)...).Run() == nil
	// sockets calls c in a namespace of its own and gives the lines of its sockets.
	sockets := func(c *exec.Cmd) []string {
		wrapped := []string{"unshare", "-rn"}
		if traced {
			wrapped = append(wrapped, tracer...)
		}
		inside := exec.Command(wrapped[0], append(wrapped[1:], c.Args...)...)
		inside.Dir, inside.Env = c.Dir, c.Env
		if out, err := inside.CombinedOutput(); err != nil {
			t.Errorf("%q: %v\n%s", c.Args[1:], err, out)
		}
		if !traced {
			return nil
		}
		text, err := os.ReadFile(trace)
		if err != nil {
			t.Fatal(err)
		}
		return internetSocket.FindAllString(string(text), -1)
	}
	if traced {
		dial := exec.Command(os.Args[0], "-test.run", "^TestNoNetwork$")
		dial.Env = append(os.Environ(), "DWTRIAGE_TEST_DIAL=1")
		if len(sockets(dial)) == 0 {
			t.Error("a program that dials is not seen")
		}
	} else {
		t.Log("strace cannot be used: only the namespace is tried, no sockets are counted")
	}
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), []byte("id,errormessage\n1,boom\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"run", "a.csv"},
		{"query", "SELECT count(*) FROM records"},
		{"check"},
	} {
		if found := sockets(program(t, dir, args...)); len(found) > 0 {
			t.Errorf("%q: %d sockets of the internet: %q", args, len(found), found)
		}
	}
}
