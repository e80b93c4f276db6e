//go:build cgo

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"dwtriage/ingest/words"
)

const loggedExport = "Company,Entity Name,Created On,Error Message\nUSMF,salesorders,2026-11-24T09:00:00Z,The user is not a member of the organization.\n"

// inLogFolder stands in an empty folder with the file a.csv, which holds loggedExport.
func inLogFolder(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("a.csv", []byte(loggedExport), 0o600); err != nil {
		t.Fatal(err)
	}
}

// callOf is the exit code of a command line and what it printed.
func callOf(ctx context.Context, args ...string) (code int, out, said string) {
	var stdout, stderr bytes.Buffer
	code = run(ctx, args, strings.NewReader(""), &stdout, &stderr, func(string) string { return "" })
	return code, stdout.String(), stderr.String()
}

// logLines are the lines of a log without their times, which have to be those of this call.
func logLines(t *testing.T, name string, since time.Time) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	whole := regexp.MustCompile(`^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) dwtriage\[(\d+)\]: (.+)$`)
	for line := range strings.Lines(string(text)) {
		m := whole.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil || !strings.HasSuffix(line, "\n") || m[2] != fmt.Sprint(os.Getpid()) {
			t.Fatalf("%q is no line of a log", line)
		}
		at, err := time.Parse(time.RFC3339Nano, m[1])
		if err != nil || at.Before(since.Truncate(time.Millisecond)) || at.After(time.Now()) {
			t.Fatalf("%q: %v, it began %v", line, err, since)
		}
		lines = append(lines, m[3])
	}
	return lines
}

// TestLogFile: what a call says is in its log, whatever --quiet and --json keep from the terminal, and how it ended; of every command that a
// scheduler may call.
func TestLogFile(t *testing.T) {
	inLogFolder(t)
	stopped, stop := context.WithCancelCause(t.Context())
	stop(signalError{syscall.SIGTERM, time.Now()})
	for i, c := range []struct {
		args  string
		ctx   context.Context
		code  int
		holds []string
	}{
		{"run -q a.csv", nil, exitDone, []string{"a.csv: csv, dualwrite, 1 row", "summing up", "1 of 1 record failed, in 1 entity.", "Ledger: 1 read = 1 loaded + 0 duplicates + 0 rejected + 0 filtered", "Report: dwtriage-report/index.html"}},
		{"run --json --fail-on critical a.csv", nil, exitFailOn, []string{"a.csv: csv, dualwrite, 1 row", "--fail-on critical", "Ledger: 1 read = 0 loaded + 1 duplicates", "Time: "}},
		{"run a.csv nowhere.csv", nil, exitFailed, []string{"nowhere.csv: no such file or folder"}},
		{"run --progress none a.csv", nil, exitDone, []string{"a.csv: csv, dualwrite, 1 row"}},
		{"run -q a.csv", stopped, exitTerminated, []string{"stopped: terminated; the database is as it was before the run"}},
		{"run --thraeds 3 a.csv", nil, exitUsage, []string{"unknown flag: --thraeds"}},
		{"run --threads x a.csv", nil, exitUsage, []string{"--threads"}},
		{"run --db s3://x a.csv", nil, exitUsage, []string{"--db: "}},
		{"run -q --part p a.csv", nil, exitDone, []string{": 1 file, 1 row read: 1 loaded"}},
		{"run --json --part p a.csv", nil, exitDone, []string{"It was there already"}},
		{"merge -q --db m.duckdb -o m p", nil, exitDone, []string{"Ledger: 1 read = 1 loaded", "Database: m.duckdb, run 1 (a new database)"}},
		{"report --json", nil, exitDone, []string{"1 of 1 record failed, in 1 entity.", "Database: dwtriage.duckdb, run"}},
		{"report --run 99", nil, exitFailed, []string{"there is no run 99"}},
		{"export -q --parquet lake", nil, exitDone, []string{"Run 1: 1 record, 0 rejects", "lake: "}},
		{"bundle -q -o b.zip", nil, exitDone, []string{"SHA-256 "}},
		{"verify -q b.zip", nil, exitDone, []string{"as they were bundled by"}},
		{"check --json", nil, exitDone, []string{"It is in order: "}},
		{"history forget --run 1 --dry-run", nil, exitDone, []string{"would be forgotten, with 1 file and 0 rejects."}},
		{"classify a.csv", nil, exitDone, nil},
		{"classify nowhere.csv", nil, exitFailed, []string{"nowhere.csv"}},
	} {
		name, since := fmt.Sprintf("%d.log", i), time.Now()
		ctx := c.ctx
		if ctx == nil {
			ctx = t.Context()
		}
		args := strings.Fields(c.args)
		command := args[0]
		line := slices.Insert(slices.Clone(args), 1, "--log-file", name)
		if command == "history" {
			line = append(args, "--log-file", name)
		}
		code, out, said := callOf(ctx, line...)
		lines := logLines(t, name, since)
		if code != c.code || len(lines) < 2 || lines[0] != "version "+version+" started: dwtriage "+strings.Join(line, " ") ||
			!regexp.MustCompile(fmt.Sprintf(`^ended with exit code %d after \d+\.\d s$`, c.code)).MatchString(lines[len(lines)-1]) {
			t.Errorf("%s: exit code %d, want %d, its log:\n%s", c.args, code, c.code, strings.Join(lines, "\n"))
			continue
		}
		all := strings.Join(lines, "\n")
		for _, want := range c.holds {
			if !strings.Contains(all, want) {
				t.Errorf("%s: %q is not in its log:\n%s", c.args, want, all)
			}
		}
		for line := range strings.Lines(said) { // all that a terminal is told
			if line = strings.TrimSpace(strings.TrimPrefix(line, "dwtriage: ")); line != "" && !strings.Contains(all, line) {
				t.Errorf("%s: %q is not in its log:\n%s", c.args, line, all)
			}
		}
		if strings.Contains(c.args, " -q") && code == exitDone && out+said != "" || strings.Contains(c.args, "--json") && strings.Count(out, "\n") != 1 {
			t.Errorf("%s: it prints %q and %q", c.args, out, said)
		}
	}
}

// TestLogFileIsAppendedTo: a log of many calls has the lines of all, whole, also where they go on at once and a killed one left half a line.
func TestLogFileIsAppendedTo(t *testing.T) {
	inLogFolder(t)
	since := time.Now()
	const calls = 8
	var group sync.WaitGroup
	for i := range calls {
		group.Go(func() {
			callOf(t.Context(), "run", "-q", "--log-file", "night.log", "--db", fmt.Sprintf("%d.duckdb", i), "-o", fmt.Sprint("out", i), "a.csv")
		})
	}
	group.Wait()
	once := len(logLines(t, "night.log", since))
	if once%calls != 0 || once < 10*calls {
		t.Errorf("%d lines of %d calls", once, calls)
	}
	text, err := os.ReadFile("night.log")
	if err != nil {
		t.Fatal(err)
	}
	half := slices.Concat(text, text[:60])
	if err := os.WriteFile("night.log", half, 0o600); err != nil {
		t.Fatal(err)
	}
	callOf(t.Context(), "check", "--db", "0.duckdb", "--log-file", "night.log")
	now, err := os.ReadFile("night.log")
	if err != nil || !bytes.HasPrefix(now, append(half, '\n')) || bytes.Count(now[len(half)+1:], []byte("\n")) < 3 {
		t.Errorf("%v: behind half a line stands\n%s", err, now[len(text):])
	}
}

// TestLogFileIsNoReasonToFail: whatever is wrong with the log, the call does what it would do without, says so once, and the file that it
// was given is as it was.
func TestLogFileIsNoReasonToFail(t *testing.T) {
	inLogFolder(t)
	files := map[string]string{
		"notes.txt": "a file of somebody's\n", "site.yaml": "[]\n", "config.yaml": "max-rejects: 5%\n", "binary": "\x00\x01\x02",
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.csv", "link.log"); err != nil {
		t.Skip(err)
	}
	if err := os.Link("a.csv", "other.log"); err != nil {
		t.Skip(err)
	}
	if err := mkfifo("pipe"); err != nil {
		t.Skip(err)
	}
	callOf(t.Context(), "run", "-q", "a.csv")
	before := logTree(t)
	// The rest is of the flag and not of the command, so the quickest one shows it.
	loaded := map[string]bool{"notes.txt": true, "other.log": true, "dwtriage.duckdb": true, "dwtriage.duckdb.wal": true, "dwtriage.duckdb.last": true, "/dev/full": true}
	for _, c := range []struct{ log, says string }{
		{"", "the name is empty"},
		{"nowhere/night.log", "no such file"},
		{"a.csv/night.log", "not a directory"},
		{"folder", "is a directory"},
		{"pipe", "pipe"},
		{"notes.txt", "is no log of dwtriage"},
		{"binary", "is no log of dwtriage"},
		{"other.log", "what is read"},
		{"./a.csv", "what is read"},
		{"link.log", "what is read"},
		{"dwtriage.duckdb", "the file of --db"},
		{"dwtriage.duckdb.wal", "the file of --db"},
		{"dwtriage.duckdb.last", "the file of --db"},
		{"site.yaml", "the file of --rules"},
		{"config.yaml", "the file of --config"},
		{"x\x00y", "invalid argument"},
		{"/dev/full", "no space left on device"},
	} {
		if _, err := os.Stat("/dev/full"); err != nil && c.log == "/dev/full" {
			continue
		}
		command := []string{"classify"}
		if loaded[c.log] {
			command = []string{"run", "-q"}
		}
		code, _, said := callOf(t.Context(), append(command, "--log-file", c.log, "--rules", "site.yaml", "--config", "config.yaml", "a.csv")...)
		if code != exitDone || strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "dwtriage: --log-file: ") || !strings.Contains(said, c.says) {
			t.Errorf("%q: exit code %d, and it says %q, want %q", c.log, code, said, c.says)
		}
		after := logTree(t)
		for name, text := range before {
			if after[name] != text && name != "dwtriage.duckdb" && name != "dwtriage.duckdb.last" {
				t.Errorf("%q: %s is %.100q now", c.log, name, after[name])
			}
		}
		if len(after) != len(before) {
			t.Errorf("%q: files have come: %d, now %d", c.log, len(before), len(after))
		}
	}
	if code, out, said := callOf(t.Context(), "check"); code != exitDone {
		t.Errorf("the database: %s%s", out, said)
	}
	// A pipe that somebody reads is none either: nobody knows for how long he does.
	reader := make(chan error, 1)
	go func() {
		f, err := os.OpenFile("pipe", os.O_RDWR, 0)
		if err == nil {
			defer f.Close()
		}
		reader <- err
		<-t.Context().Done()
	}()
	if err := <-reader; err != nil {
		t.Fatal(err)
	}
	if code, _, said := callOf(t.Context(), "run", "-q", "--log-file", "pipe", "a.csv"); code != exitDone || !strings.Contains(said, "is no file of a disk") {
		t.Errorf("a pipe with a reader: exit code %d, and it says %q", code, said)
	}
}

// logTree are the files of this folder and what they hold, without the report.
func logTree(t *testing.T) map[string]string {
	t.Helper()
	tree := map[string]string{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		tree[e.Name()] = e.Type().String()
		if !e.Type().IsRegular() {
			continue
		}
		text, err := os.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		tree[e.Name()] = string(text)
	}
	return tree
}

// TestLogFileIsClean: what logs, names and flags hold neither steers who reads the log nor forges a line of it, and no secret is in it.
func TestLogFileIsClean(t *testing.T) {
	inLogFolder(t)
	if err := os.Mkdir("in", 0o700); err != nil {
		t.Fatal(err)
	}
	hostileExports(t, "in")
	all := append(hostile(), "password=S3cr3t")
	for _, text := range all {
		callOf(t.Context(), "run", "-q", "--log-file", "night.log", "--environment", text, "--fail-on", text, "in")
	}
	callOf(t.Context(), "run", "-q", "--log-file", "night.log", "--environment", strings.Join(all, " "), "a.csv", "https://x.blob.example/c?sig=S3cr3t")
	callOf(t.Context(), "run", "-q", "--log-file", "night.log", "in")
	text, err := os.ReadFile("night.log")
	if err != nil {
		t.Fatal(err)
	}
	if at := bytes.IndexFunc(text, func(r rune) bool { return r != '\n' && words.Unprintable(r) }); at >= 0 || !utf8.Valid(text) {
		t.Errorf("it holds %.80q", text[max(at-20, 0):])
	}
	if at := bytes.Index(text, []byte("S3cr3t")); at >= 0 {
		t.Errorf("it holds %.80q", text[max(at-60, 0):])
	}
	for line := range strings.Lines(string(text)) {
		if !logLine.MatchString(line) {
			t.Errorf("%.80q is no line of the log", line)
		}
	}
	if n := bytes.Count(text, []byte("ended with exit code")); n != len(all)+2 {
		t.Errorf("%d calls have ended", n)
	}
}

// TestLogFileIsNotRead: a log in a folder of exports is no export, that of this call and any other.
func TestLogFileIsNotRead(t *testing.T) {
	inLogFolder(t)
	callOf(t.Context(), "run", "-q", "--db", filepath.Join(t.TempDir(), "x"), "-o", filepath.Join(t.TempDir(), "o"), "--log-file", "earlier.log", "nowhere.csv", "a.csv")
	dir := t.TempDir()
	code, out, said := callOf(t.Context(), "run", "--db", filepath.Join(dir, "x"), "-o", filepath.Join(dir, "o"), "--log-file", "night.log", ".")
	if code != exitDone || !strings.Contains(out, "Ledger: 1 read = 1 loaded") || strings.Contains(said, "night.log") || !strings.Contains(said, "earlier.log: passed over: a report or a log file of dwtriage: name the file itself") {
		t.Errorf("exit code %d\n%s%s", code, out, said)
	}
}

// TestLogFileOfRedacted: what a redacted run hides from the terminal is not in its log.
func TestLogFileOfRedacted(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("fabrikam-orders.csv", []byte(loggedExport), 0o600); err != nil {
		t.Fatal(err)
	}
	callOf(t.Context(), "run", "--redact", "--log-file", "night.log", "fabrikam-orders.csv", "fabrikam-nowhere.csv")
	text, err := os.ReadFile("night.log")
	if err != nil || bytes.Contains(text, []byte("fabrikam")) || !bytes.Contains(text, []byte("started: dwtriage run --redact\n")) || !bytes.Contains(text, []byte("ended with exit code 1")) {
		t.Errorf("%v:\n%s", err, text)
	}
}

// TestLogFileOfProcess: it is for its user alone, and a process that a signal ends says so in it.
func TestLogFileOfProcess(t *testing.T) {
	dir := t.TempDir()
	if err := mkfifo(filepath.Join(dir, "pipe")); err != nil {
		t.Skip(err)
	}
	c := program(t, dir, "run", "--log-file", "night.log", "pipe")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	s := start(t, c)
	f, err := os.OpenFile(filepath.Join(dir, "pipe"), os.O_WRONLY, 0) // waits for the program to read
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	io.WriteString(f, "x")
	time.Sleep(300 * time.Millisecond)
	c.Process.Signal(syscall.SIGTERM)
	code, _ := s.rest(t, c)
	name := filepath.Join(dir, "night.log")
	text, err := os.ReadFile(name)
	if err != nil || code != exitTerminated || !bytes.Contains(text, []byte("]: stopped: terminated; the database, which the run made, is empty\n")) || !bytes.Contains(text, []byte("]: ended with exit code 143 after ")) {
		t.Errorf("%v, exit code %d:\n%s\n%s", err, code, text, &s.text)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
}

// TestNightCommandsKeepALog: every command that writes something, or that a scheduler calls, has the flag.
func TestNightCommandsKeepALog(t *testing.T) {
	s := &session{ctx: t.Context(), stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }}
	var with []string
	for name, c := range commandNames() {
		if f := s.flagsOf(c); f != nil && f.keepsLog {
			with = append(with, name)
		}
	}
	slices.Sort(with)
	for _, name := range []string{"bundle", "check", "classify", "export", "history forget", "merge", "report", "run", "verify"} {
		if !slices.Contains(with, name) {
			t.Errorf("%s has no --log-file; those with it: %q", name, with)
		}
	}
}
