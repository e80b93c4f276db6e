//go:build cgo

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFullStandardOutput: what could not be printed is no success, of a screen of help as of a table.
func TestFullStandardOutput(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), []byte(loggedExport), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := program(t, dir, "run", "-q", "a.csv").CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	for _, line := range []string{"help", "--help", "run --help", "history --help", "help exporting", "version", "version --json", "rules list", "rules lint", "rules test", "rules show dw-user-not-member-of-org",
		"rules coverage", "explain x", "inspect a.csv", "config print", "completion bash", "man run", "history list", "check", "check --json", "report", "report --json", "run a.csv", "run --json a.csv",
		"classify a.csv", "schedule print --for github -- x", "__complete run --", "bundle -o b.zip", "verify b.zip", "export --parquet lake", "query FROM\tv_runs"} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		c := program(t, dir, strings.Split(line, " ")...)
		var said bytes.Buffer
		c.Stdout, c.Stderr = full, &said
		c.Run()
		full.Close()
		if code := c.ProcessState.ExitCode(); code != exitFailed || strings.Count(said.String(), "no space left") != 1 {
			t.Errorf("%s: exit code %d, and it says:\n%s", line, code, &said)
		}
	}
}

// TestNamedFiles: a pipe that nobody writes to, a link that leads nowhere, a device, a folder and another file, wherever a flag or an
// argument names a file: done or refused with its name, soon, and what was there is still there.
func TestNamedFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it has none of these")
	}
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.csv", loggedExport)
	write("notes.txt", "of somebody\n")
	for _, err := range []error{mkfifo(filepath.Join(dir, "pipe")), os.Symlink("nowhere", filepath.Join(dir, "dangling")), os.Mkdir(filepath.Join(dir, "folder"), 0o700)} {
		if err != nil {
			t.Skip(err)
		}
	}
	if out, err := program(t, dir, "run", "-q", "a.csv").CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	if out, err := program(t, dir, "bundle", "-q", "-o", "b.zip").CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	for line, says := range map[string]string{ // X is the file
		"run -q --rules X a.csv":               "neither a file nor a folder|no such file|neither a file nor a folder|holds no rule file|is no rule file",
		"run -q --config X a.csv":              "is no file|no such file|is no file|is no file|flags stand here",
		"run -q --db X a.csv":                  "no regular file|leads nowhere|no regular file|is a folder|no DuckDB|not a DuckDB",
		"run -q -o X a.csv":                    "is a file|not there|is a file||is a file",
		"run -q --part X a.csv":                "is a file|not there|is a file||is a file",
		"run -q --redact --redact-key X a.csv": "is no file|no such file|is no file|is no file|a key has",
		"run -q --log-file X a.csv":            "is no file of a disk|||is a directory|is no log",
		"classify --rules X a.csv":             "neither a file nor a folder|no such file|neither a file nor a folder|holds no rule file|is no rule file",
		"verify X":                             "is no file|no such file|is no file|is no file|is no bundle",
		"bundle -q -o X":                       "is no file|is no file|is no file|is no file|is no bundle",
		"export -q --parquet X":                "is a file|dangling|is a file||is a file",
		"merge -q X":                           "not a directory|no such folder|not a directory|neither a part|not a directory",
		"schedule print --for cron -o X -- a":  "not a directory|no such file|not a directory||not a directory",
		"rules lint X":                         "neither a file nor a folder|no such file|neither a file nor a folder|holds no rule file|is no rule file",
		"check --db X":                         "no|nowhere|no|folder|no",
	} {
		want := strings.SplitN(says, "|", 5)
		for i, name := range []string{"pipe", "dangling", "/dev/null", "folder", "notes.txt"} {
			var c = program(t, dir, strings.Fields(strings.ReplaceAll(line, "X", name))...)
			var said bytes.Buffer
			c.Stdout, c.Stderr = &said, &said
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			late := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
			c.Wait()
			late.Stop()
			code := c.ProcessState.ExitCode()
			fine := want[i] == "" && code == exitDone
			for _, w := range strings.Split(want[i], "|") {
				fine = fine || want[i] != "" && strings.Contains(said.String(), w) && (code == exitFailed || code == exitUsage || strings.Contains(line, "--log-file") && code == exitDone)
			}
			if !fine {
				t.Errorf("%s with %s: exit code %d, want %q:\n%s", line, name, code, want[i], &said)
			}
			os.RemoveAll(filepath.Join(dir, "nowhere"))
			for _, made := range []string{"folder"} {
				entries, _ := os.ReadDir(filepath.Join(dir, made))
				for _, e := range entries {
					os.RemoveAll(filepath.Join(dir, made, e.Name()))
				}
			}
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "notes.txt")); err != nil || string(text) != "of somebody\n" {
		t.Errorf("notes.txt: %v, %q", err, text)
	}
	for name, kind := range map[string]os.FileMode{"pipe": os.ModeNamedPipe, "dangling": os.ModeSymlink, "folder": os.ModeDir} {
		if info, err := os.Lstat(filepath.Join(dir, name)); err != nil || info.Mode().Type() != kind {
			t.Errorf("%s is %v now, %v", name, info, err)
		}
	}
}

// TestOutFolder: the folder of a report that holds exports, and exports that hold it; what is somebody's is left and named.
func TestOutFolder(t *testing.T) {
	inLogFolder(t)
	for name, text := range map[string]string{"in/a.csv": loggedExport, "site/index.html": "<!doctype html><title>Ours</title>\n", "sheets/records.csv": "a,b\n", "web/manifest.json": `{"name": "app"}`, "out/late.csv": loggedExport} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		line string
		code int
		says string
	}{
		{"run -q -o in/report in", exitDone, ""},
		{"run -q -o in/report in", exitDone, ""}, // which is no export of the second night
		{"run -q -o in in", exitFailed, "nothing to read but what lies in the folder of the report (-o in)"},
		{"run -q -o out out", exitFailed, "give -o another folder"},
		{"run -q -o out out/late.csv", exitDone, ""}, // named
		{"run -q -o out out in", exitDone, "out: 1 file in it, of no report, is left out"},
		{"run -q -o site a.csv", exitFailed, "index.html is there, is of no report"},
		{"run -q -o sheets a.csv", exitFailed, "records.csv is there, is of no report"},
		{"run -q -o web a.csv", exitFailed, "manifest.json is there, is of no report"},
		{"report -q -o site", exitFailed, "index.html is there, is of no report"},
		{"bundle -q -o a.csv", exitFailed, "a.csv is there, is no bundle"},
	} {
		code, _, said := callOf(t.Context(), strings.Fields(c.line)...)
		if said = filepath.ToSlash(said); code != c.code || !strings.Contains(said, c.says) || c.says == "" && said != "" {
			t.Errorf("%s: exit code %d, want %d and %q:\n%s", c.line, code, c.code, c.says, said)
		}
	}
	if err := os.Remove("in/report/manifest.json"); err != nil {
		t.Fatal(err)
	}
	if code, _, said := callOf(t.Context(), "run", "-q", "-o", "in/report", "a.csv"); code != exitDone {
		t.Errorf("a report without its manifest: exit code %d, %s", code, said)
	}
	for name, want := range map[string]string{"site/index.html": "<!doctype html><title>Ours</title>\n", "sheets/records.csv": "a,b\n", "web/manifest.json": `{"name": "app"}`} {
		if text, err := os.ReadFile(name); err != nil || string(text) != want {
			t.Errorf("%s: %v, %q", name, err, text)
		}
	}
	if code, out, _ := callOf(t.Context(), "query", "--csv", "SELECT count(*) FROM v_records"); code != exitDone || out != "count_star()\n1\n" {
		t.Errorf("exit code %d, records: %s", code, out)
	}
}

// TestEmptyInputs: files without a row are said to be that, and what that may mean; a night with one bad file among them is not.
func TestEmptyInputs(t *testing.T) {
	inLogFolder(t)
	for name, text := range map[string]string{"none.csv": "", "blank.csv": "\n\n", "header.csv": "Company,Entity Name,Created On,Error Message\n", "picture.csv": "\x89PNG\r\n\x1a\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for line, c := range map[string]struct {
		code int
		says string
	}{
		"none.csv":                      {exitDone, "the input holds no row: that is what the export of a night without failures looks like"},
		"none.csv blank.csv header.csv": {exitDone, "all 3 inputs hold no row"},
		"none.csv picture.csv":          {exitFailed, "no record came through"},
		"none.csv a.csv":                {exitDone, ""},
	} {
		code, _, said := callOf(t.Context(), append([]string{"run", "-q"}, strings.Fields(line)...)...)
		if code != c.code || !strings.Contains(said, c.says) || c.says == "" && strings.Contains(said, "hold") {
			t.Errorf("%s: exit code %d, want %d and %q:\n%s", line, code, c.code, c.says, said)
		}
	}
}

// TestAnswersOfProcesses: with --json a process that meets a busy database, and one that a signal ends, prints one line, with the code it ends with.
func TestAnswersOfProcesses(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), []byte(loggedExport), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := mkfifo(filepath.Join(dir, "pipe")); err != nil {
		t.Skip(err)
	}
	first := program(t, dir, "run", "--json", "pipe")
	var answer bytes.Buffer
	first.Stdout = &answer
	s := &said{part: make(chan string, 1000)}
	first.Stderr = s
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { first.Process.Kill() })
	w, err := os.OpenFile(filepath.Join(dir, "pipe"), os.O_WRONLY, 0) // waits for it to read, when it holds the database
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	second := program(t, dir, "run", "--json", "--lock-wait", "0s", "a.csv")
	out, _ := second.Output()
	oneAnswer(t, "a busy database", out, second.ProcessState.ExitCode(), exitBusy)
	if err := first.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	code, _ := s.rest(t, first)
	oneAnswer(t, "a signal", answer.Bytes(), code, exitTerminated)
}

func oneAnswer(t *testing.T, what string, out []byte, code, want int) {
	t.Helper()
	var a struct {
		ExitCode int    `json:"exit_code"`
		Error    string `json:"error"`
		Kept     *bool  `json:"kept"`
	}
	if err := json.Unmarshal(out, &a); err != nil || bytes.Count(out, []byte("\n")) != 1 || code != want || a.ExitCode != want || a.Error == "" || a.Kept == nil || *a.Kept {
		t.Errorf("%s: exit code %d, want %d, %v:\n%s", what, code, want, err, out)
	}
}

// TestOneIDInTwoEnvironments: the same id in the exports of two environments is one record, of the first, and the run of the second and its report say so.
func TestOneIDInTwoEnvironments(t *testing.T) {
	inLogFolder(t)
	const rows = "plugintracelogid,createdon,exceptiondetails,typename\n5e020001-0000-4000-8000-000000000001,2026-11-22T10:00:00Z,Unable to write data to entity accounts.,A\n"
	if err := os.WriteFile("b.csv", []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ env, says string }{
		{"PROD", ""}, {"PROD", ""}, {"TEST", `2 records of this run are in the database already, of environment "PROD": `}, {"", `of environment "PROD": `},
	} {
		code, _, said := callOf(t.Context(), "run", "-q", "--environment", c.env, "b.csv", "a.csv")
		if code != exitDone || !strings.Contains(said, c.says) || c.says == "" && said != "" {
			t.Errorf("%s: exit code %d, want %q:\n%s", c.env, code, c.says, said)
		}
		page := readFile(t, filepath.Join(defaultOut, "index.html"))
		if got := strings.Contains(page, "2 records of this run are of environment PROD in the database, met again."); got != (c.says != "") {
			t.Errorf("%s: the page says whose the records are: %t", c.env, got)
		}
	}
	if code, _, said := callOf(t.Context(), "report", "-q", "-o", "period", "--environment", "TEST", "--since", "2026-11-01", "--until", "2026-12-01"); code != exitDone {
		t.Fatal(said)
	}
	if page := readFile(t, filepath.Join("period", "index.html")); !strings.Contains(page, "2 records of this period are of environment PROD in the database, met again.") {
		t.Error("the page of the period does not say whose the records are")
	}
	if _, out, _ := callOf(t.Context(), "query", "--csv", "SELECT environment, count(*) AS n FROM v_records GROUP BY ALL"); out != "environment,n\nPROD,2\n" {
		t.Errorf("records:\n%s", out)
	}
}

// TestPlacedValues: a value that a command refuses is said with the line or the variable that it is from, and keeps its exit code.
func TestPlacedValues(t *testing.T) {
	inLogFolder(t)
	if err := os.WriteFile("config.yaml", []byte("environment: PROD\nfail-on: severe\nout: a.csv\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, said := callOf(t.Context(), "run", "--config", "config.yaml", "a.csv"); code != exitUsage || !strings.HasPrefix(said, "dwtriage: config.yaml:2: --fail-on: ") {
		t.Errorf("exit code %d: %s", code, said)
	}
	if code, _, said := callOf(t.Context(), "run", "--config", "config.yaml", "--fail-on", "info", "a.csv"); code != exitFailed || !strings.HasPrefix(said, "dwtriage: config.yaml:3: --out: ") {
		t.Errorf("exit code %d: %s", code, said)
	}
	var out bytes.Buffer
	getenv := func(name string) string { return map[string]string{"DWTRIAGE_SINCE": "yesterday"}[name] }
	if code := run(t.Context(), []string{"run", "a.csv"}, nil, &out, &out, getenv); code != exitUsage || !strings.HasPrefix(out.String(), "dwtriage: variable DWTRIAGE_SINCE: --since: ") {
		t.Errorf("exit code %d: %s", code, fmt.Sprint(&out))
	}
}

// TestRowsWithoutText: a row with cells and no text of an error is not called empty, in a table of a page as in a CSV file.
func TestRowsWithoutText(t *testing.T) {
	inLogFolder(t)
	row := func(cells ...string) string { return "<tr><td>" + strings.Join(cells, "</td><td>") + "</td></tr>\n" }
	page := "<html><body><table>\n" + row("Company", "Entity Name", "Created On", "Error Message") + row("USMF", "salesorders", "2026-11-24T09:00:00Z", "Boom.") + row("USMF", "", "", "") + row("", "", "", "") + "</table></body></html>\n"
	for name, text := range map[string]string{"page.html": page, "rows.csv": loggedExport + "USMF,,,\n,,,\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	callOf(t.Context(), "run", "-q", "page.html", "rows.csv")
	_, out, _ := callOf(t.Context(), "query", "--csv", "SELECT file, row, reason FROM rejects ORDER BY ALL")
	if want := "file,row,reason\npage.html,3,no error or trace text found\npage.html,4,row is empty\nrows.csv,3,no error or trace text found\nrows.csv,4,row is empty\n"; out != want {
		t.Errorf("rejects:\n%s", out)
	}
}
