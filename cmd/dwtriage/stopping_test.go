//go:build cgo

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain is the program itself where a test starts it: signals and closed streams belong to a process.
func TestMain(m *testing.M) {
	if os.Getenv("DWTRIAGE_TEST_PROGRAM") != "" {
		main()
	}
	os.Exit(m.Run())
}

// program is a call of the program in a process of its own, not started yet.
func program(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("nobody sends a signal there")
	}
	c := exec.Command(os.Args[0], args...)
	c.Dir, c.Env = dir, append(os.Environ(), "DWTRIAGE_TEST_PROGRAM=1", "GOCOVERDIR="+t.TempDir())
	return c
}

// said is what a process prints, to be waited for. It is not read any further once closed.
type said struct {
	text bytes.Buffer
	part chan string
}

func (s *said) Write(p []byte) (int, error) {
	s.part <- string(p)
	return len(p), nil
}

// until reads on until the text holds what is waited for.
func (s *said) until(t *testing.T, want string) {
	t.Helper()
	late := time.After(time.Minute)
	for !strings.Contains(s.text.String(), want) {
		select {
		case p := <-s.part:
			s.text.WriteString(p)
		case <-late:
			t.Fatalf("it never said %q, only:\n%s", want, &s.text)
		}
	}
}

// rest reads to the end of the process and gives its exit code and how long that took.
func (s *said) rest(t *testing.T, c *exec.Cmd) (code int, took time.Duration) {
	t.Helper()
	started, done := time.Now(), make(chan error, 1)
	go func() { done <- c.Wait() }()
	for {
		select {
		case p := <-s.part:
			s.text.WriteString(p)
		case err := <-done:
			if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			took = time.Since(started)
			for len(s.part) > 0 { // its last words, which came before its end and may be chosen after it
				s.text.WriteString(<-s.part)
			}
			return c.ProcessState.ExitCode(), took
		case <-time.After(time.Minute):
			c.Process.Kill()
			t.Fatalf("it does not end:\n%s", &s.text)
		}
	}
}

func start(t *testing.T, c *exec.Cmd) *said {
	t.Helper()
	s := &said{part: make(chan string, 1000)}
	c.Stderr = s
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() }) // of a test that failed on the way
	return s
}

// soon is two seconds and the time that a machine with much to do may take.
const soon = 6 * time.Second

// Whoever waits for a pipe that gives nothing is ended by the first signal.
func TestStoppedWhileWaiting(t *testing.T) {
	dir := t.TempDir()
	if err := mkfifo(filepath.Join(dir, "pipe")); err != nil {
		t.Skip(err)
	}
	for i, tc := range []struct {
		args   []string
		writer bool // somebody has opened the pipe, and writes nothing
		signal syscall.Signal
		code   int
		said   string
	}{
		{[]string{"run", "-"}, false, syscall.SIGTERM, exitTerminated, "the database, which the run made, is empty"},
		{[]string{"run", "pipe"}, false, syscall.SIGINT, exitInterrupted, "the database is as it was before the run"},
		{[]string{"run", "pipe"}, true, syscall.SIGHUP, exitHungUp, "the database is as it was before the run"},
		{[]string{"inspect", "-"}, false, syscall.SIGQUIT, exitQuit, "nothing was changed"},
		{[]string{"inspect", "pipe"}, false, syscall.SIGTERM, exitTerminated, "nothing was changed"},
		{[]string{"explain", "-"}, false, syscall.SIGTERM, exitTerminated, "nothing was changed"},
		{[]string{"query", "-"}, false, syscall.SIGTERM, exitTerminated, "nothing was changed"},
	} {
		t.Run(fmt.Sprint(i, " ", strings.Join(tc.args, " ")), func(t *testing.T) {
			if tc.signal == syscall.SIGHUP && signal.Ignored(tc.signal) {
				t.Skip("behind nohup, the program is right to go on")
			}
			var code int
			var took time.Duration
			var s *said
			// Until it waits, most likely. A program that has not come to listen yet is ended by the system, with no code of its own.
			for wait := 300 * time.Millisecond; wait < 10*time.Second && (s == nil || code == -1 || !strings.Contains(s.text.String(), tc.said)); wait *= 3 {
				c := program(t, dir, tc.args...)
				in, err := c.StdinPipe() // nothing is ever written to it
				if err != nil {
					t.Fatal(err)
				}
				closing := []io.Closer{in}
				s = start(t, c)
				if tc.writer {
					f, err := os.OpenFile(filepath.Join(dir, "pipe"), os.O_WRONLY, 0) // waits for the program to read
					if err != nil {
						t.Fatal(err)
					}
					closing = append(closing, f)
				}
				time.Sleep(wait)
				if err := c.Process.Signal(tc.signal); err != nil {
					t.Fatal(err)
				}
				code, took = s.rest(t, c)
				for _, f := range closing {
					f.Close()
				}
			}
			if code != tc.code || took > soon || !strings.Contains(s.text.String(), tc.said) {
				t.Errorf("exit code %d after %v, want %d within 2 s and %q:\n%s", code, took, tc.code, tc.said, &s.text)
			}
		})
	}
}

// Two signals behind the commit: what is said to be kept is kept.
func TestStoppedTwice(t *testing.T) {
	dir := t.TempDir()
	export := []byte("typename,messageblock,exceptiondetails\nContoso.Plugins.Guard,t,Region was not found.\n")
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), export, 0o666); err != nil {
		t.Fatal(err)
	}
	c := program(t, dir, "run", "a.csv")
	s := start(t, c)
	s.until(t, "summing up")
	for range 3 { // the pause is longer than that between a signal and its echo
		c.Process.Signal(syscall.SIGTERM)
		time.Sleep(2 * echo)
	}
	code, _ := s.rest(t, c)
	runs, err := program(t, dir, "history", "list", "--json").Output()
	if exit, ok := err.(*exec.ExitError); ok && bytes.Contains(exit.Stderr, []byte("the next dwtriage run sets the log aside")) {
		// It was cut off in the middle of a write to the log of the database, as a power cut may.
		if out, err := program(t, dir, "run", "-q", "a.csv").CombinedOutput(); err != nil || !bytes.Contains(out, []byte("was set aside")) {
			t.Errorf("the next run: %v\n%s", err, out)
		}
		return
	}
	if err != nil {
		t.Fatalf("%v, exit code %d\n%s\n%s", err, code, &s.text, err.(*exec.ExitError).Stderr)
	}
	kept := regexp.MustCompile(`"run_id":\s*1\b`).Match(runs)
	told := strings.Contains(s.text.String(), "run 1 is kept")
	switch {
	case code == exitDone && kept: // it was faster
	case code == exitTerminated && kept == told:
	case code == exitTerminated && strings.Contains(s.text.String(), "dwtriage history says"):
	default:
		t.Errorf("exit code %d, kept: %v\n%s\n%s", code, kept, &s.text, runs)
	}
}

// Nobody has to read what a run prints: it goes on without standard error, and says so by its exit code without standard
// output.
func TestClosedStreams(t *testing.T) {
	dir := t.TempDir()
	export := []byte("typename,messageblock,exceptiondetails\nContoso.Plugins.Guard,t,Region was not found.\n")
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), export, 0o666); err != nil {
		t.Fatal(err)
	}
	for i, tc := range []struct {
		stream string
		code   int
	}{{"standard error", exitDone}, {"standard output", exitUnread}} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		c := program(t, dir, "run", "a.csv")
		var text bytes.Buffer
		if c.Stderr, c.Stdout = io.Writer(w), io.Discard; tc.stream == "standard output" {
			c.Stderr, c.Stdout = &text, w
		}
		err = c.Run()
		w.Close()
		if code := c.ProcessState.ExitCode(); code != tc.code {
			t.Errorf("%s closed: exit code %d, want %d (%v)\n%s", tc.stream, code, tc.code, err, &text)
		}
		if tc.code == exitUnread && !strings.Contains(text.String(), "run 2 is kept, and its report is in") {
			t.Errorf("%s closed: it says\n%s", tc.stream, &text)
		}
		runs, err := program(t, dir, "history", "list").Output()
		if n := bytes.Count(runs, []byte("\n")) - 1; err != nil || n < i+1 {
			t.Errorf("%s closed: the run is not kept (%v)\n%s", tc.stream, err, runs)
		}
	}
}
