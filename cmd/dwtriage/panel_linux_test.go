//go:build cgo

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal makes a terminal of so many columns: what is written to it can be read from screen.
func terminal(t *testing.T, columns int) (tty, screen *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { screen.Close() })
	n, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skip(err)
	}
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skip(err)
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { tty.Close() })
	if err := unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: uint16(columns)}); err != nil {
		t.Fatal(err)
	}
	return tty, screen
}

// onTerminal runs a command on a terminal and gives what that shows.
func onTerminal(t *testing.T, columns int, env map[string]string, args ...string) string {
	t.Helper()
	tty, screen := terminal(t, columns)
	var seen strings.Builder
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 1<<16)
		for {
			n, err := screen.Read(buffer)
			seen.Write(buffer[:n])
			if err != nil || strings.HasSuffix(seen.String(), "\x04") {
				return
			}
		}
	}()
	code := run(t.Context(), args, strings.NewReader(""), tty, tty, environment(env))
	tty.Write([]byte("\x04"))
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("the terminal shows no end")
	}
	if code != exitDone {
		t.Fatalf("%q: exit code %d: %q", args, code, seen.String())
	}
	return strings.TrimSuffix(strings.ReplaceAll(seen.String(), "\r\n", "\n"), "\x04")
}

// TestPanelOnTerminal: as wide as the terminal or as COLUMNS says, colors unless the user has none, and the time that it took.
func TestPanelOnTerminal(t *testing.T) {
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	for _, tc := range []struct {
		name  string
		env   map[string]string
		width int
		color bool
	}{
		{"a terminal", map[string]string{"TERM": "xterm-256color"}, 70, true},
		{"COLUMNS", map[string]string{"TERM": "xterm", "COLUMNS": "50"}, 50, true},
		{"NO_COLOR", map[string]string{"TERM": "xterm", "NO_COLOR": "1"}, 70, false},
		{"TERM=dumb", map[string]string{"TERM": "dumb"}, 70, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			seen := onTerminal(t, 70, tc.env, "run", "--progress", "none", "--reread", demo)
			if got := strings.Contains(seen, "\x1b[1;31m32 critical,\x1b[0m"); got != tc.color || !tc.color && strings.Contains(seen, "\x1b") {
				t.Errorf("colors: %v, want %v: %q", got, tc.color, seen)
			}
			text, last, _ := strings.Cut(sequence.ReplaceAllString(seen, ""), "\nTime: ")
			if !strings.Contains(last, " s for 350 rows, ") || !strings.Contains(last, "load ") {
				t.Errorf("the time is missing: %q", last)
			}
			widest := 0
			for line := range strings.Lines(text) {
				widest = max(widest, width(strings.TrimSuffix(line, "\n")))
			}
			if widest > tc.width || widest < tc.width-12 {
				t.Errorf("the widest line has %d columns of %d:\n%s", widest, tc.width, text)
			}
		})
	}
}

// TestProgressOnTerminal: from the first byte to the last file of the report the terminal says what is going on.
func TestProgressOnTerminal(t *testing.T) {
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	seen := onTerminal(t, 70, map[string]string{"TERM": "xterm"}, "run", "--report-format", "markdown", demo)
	last := -1
	for _, want := range []string{"records, ", "committing", "summing up", "writing the report", "writing summary.json, 0.0 MB", "247 of 337 records failed"} {
		at := strings.Index(sequence.ReplaceAllString(seen, ""), want)
		if at < last || at < 0 {
			t.Errorf("%q is missing, or said before what comes first: %q", want, seen)
		}
		last = max(at, last)
	}
	if seen := onTerminal(t, 70, map[string]string{"TERM": "dumb"}, "run", demo); !strings.Contains(seen, "\nsumming up\nwriting the report\n") || strings.ContainsAny(seen, "\r\x1b") {
		t.Errorf("on a terminal that cannot go back: %q", seen)
	}
}

// TestProgressOfReclassify: whoever looks sees how many records were judged again, and nobody else does.
func TestProgressOfReclassify(t *testing.T) {
	db := filepath.Join(t.TempDir(), "x.duckdb")
	var said bytes.Buffer
	if code := run(t.Context(), []string{"run", "-q", "--db", db, "-o", filepath.Join(t.TempDir(), "r"), "../../testdata/demo/dualwrite-errors.csv"}, nil, &said, &said, func(string) string { return "" }); code != exitDone && code != exitRejects {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	site := filepath.Join(t.TempDir(), "site.yaml") // by the same rules there would be nothing to judge
	if err := os.WriteFile(site, []byte(others), 0o666); err != nil {
		t.Fatal(err)
	}
	seen := onTerminal(t, 70, nil, "reclassify", "--db", db, "--rules", site, "--dry-run")
	at := -1
	for _, want := range []string{"looking for what the rules may judge otherwise", "judging again", "writing what changed", "failing records would have another verdict"} {
		now := strings.Index(seen, want)
		if now <= at {
			t.Errorf("%q is missing, or said before what comes first: %q", want, seen)
		}
		at = now
	}
	tty, screen := terminal(t, 70)
	p := newProgress(tty, "auto", false, true, nil)
	p.turn("judging again")
	p.judged(1234)
	p.end()
	buffer := make([]byte, 1<<16)
	n, err := screen.Read(buffer)
	for err == nil && !strings.Contains(string(buffer[:n]), "judging again, 1,234 records") {
		var more int
		more, err = screen.Read(buffer[n:])
		n += more
	}
	if err != nil {
		t.Error(err)
	}
	said.Reset()
	run(t.Context(), []string{"reclassify", "--db", db, "--dry-run"}, nil, io.Discard, &said, func(string) string { return "" })
	if said.Len() > 0 {
		t.Errorf("without a terminal: %q", &said)
	}
}

// TestProgressOfWriting: a large file grows before the eyes of whoever looks, and leaves a line in a log when it takes long.
func TestProgressOfWriting(t *testing.T) {
	tty, screen := terminal(t, 70)
	p := newProgress(tty, "auto", false, true, nil)
	p.stage("writing the report")
	p.writing("records.csv", 36_000_000)
	p.end()
	buffer := make([]byte, 1<<16)
	n, err := screen.Read(buffer)
	for err == nil && !strings.Contains(string(buffer[:n]), "writing records.csv, 36.0 MB") {
		var more int
		more, err = screen.Read(buffer[n:])
		n += more
	}
	if err != nil {
		t.Error(err)
	}
	// A report is written in a million pieces, and a terminal takes its time for each line.
	go io.Copy(io.Discard, screen)
	p.stage("writing the report")
	drawn, began := 0, time.Now()
	for i := range 100_000 {
		before := p.said
		if p.writing("records.csv", int64(i)); p.said != before {
			drawn++
		}
	}
	if most := 2 + int(time.Since(began)/redraw); drawn > most {
		t.Errorf("the line is drawn %d times, at most %d would do", drawn, most)
	}
	p.end()
	var log strings.Builder
	p = newProgress(&log, "auto", false, true, nil)
	p.stage("writing the report")
	p.writing("records.csv", 1)
	p.said = p.said.Add(-2 * longRun * time.Second)
	p.writing("records.csv", 36_000_000)
	p.writing("records.csv", 36_500_000)
	if want := "writing the report\nwriting records.csv, 36.0 MB\n"; log.String() != want {
		t.Errorf("got %q, want %q", &log, want)
	}
}
