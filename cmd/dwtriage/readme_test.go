//go:build cgo

package main

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest"
)

var update = flag.Bool("update", false, "write what the commands print into README.md")

const readme = "../../README.md"

var (
	consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```")
	yamlBlock    = regexp.MustCompile("(?s)```yaml\n(.*?)```")
)

// TestReadmeSessions types every command of README's terminal sessions, one after the other in
// one folder, and compares what is printed. With -update the README is written anew.
func TestReadmeSessions(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	demo, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(readme)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.CopyFS("testdata", os.DirFS(demo)); err != nil {
		t.Fatal(err)
	}
	if err := filepath.WalkDir("testdata", func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)) // a file that may still be written to is always read again
	}); err != nil {
		t.Fatal(err)
	}
	rule := yamlBlock.FindSubmatch(text)
	if rule == nil {
		t.Fatal("README shows no rule")
	}
	if err := os.WriteFile("site.yaml", rule[1], 0o666); err != nil {
		t.Fatal(err)
	}
	blocks := 0
	got := consoleBlock.ReplaceAllFunc(text, func(block []byte) []byte {
		blocks++
		var out bytes.Buffer
		out.WriteString("```console\n")
		for line := range strings.Lines(string(block)) {
			if cmd, ok := strings.CutPrefix(line, "$ "); ok {
				out.WriteString(line)
				typed(t, &out, strings.TrimSpace(cmd))
			}
		}
		out.WriteString("```")
		return out.Bytes()
	})
	if blocks < 4 {
		t.Errorf("README has %d terminal sessions, want at least 4", blocks)
	}
	if d := cmp.Diff(string(text), string(got)); d != "" {
		if !*update {
			t.Fatalf("README differs from what the commands print (go test ./cmd/dwtriage -run Readme -update):\n%s", d)
		}
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// typed runs one command line of the README as a shell would.
func typed(t *testing.T, out *bytes.Buffer, line string) {
	t.Helper()
	rest, ok := strings.CutPrefix(line, "go run ./cmd/dwtriage ")
	if !ok {
		t.Fatalf("README shows %q; only dwtriage commands can be tried here", line)
	}
	var args []string
	for i, part := range strings.Split(rest, `"`) {
		if i%2 == 1 {
			args = append(args, part)
		} else {
			args = append(args, strings.Fields(part)...)
		}
	}
	noEnv := func(string) string { return "" }
	var said bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &said, &said, noEnv); code != exitDone {
		t.Errorf("%s: exit code %d\n%s", line, code, &said)
	}
	out.Write(ofLongRuns.ReplaceAll(said.Bytes(), nil))
}

// ofLongRuns are lines of a run that took long, as on a machine that has other things to do.
var ofLongRuns = regexp.MustCompile(`(?m)^(?:Time: \d|writing [\w.]+, \d).*\n`)

// TestReadmeTables holds README's tables to the program: files, commands, exit codes.
func TestReadmeTables(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	var said bytes.Buffer
	if code := run(t.Context(), []string{"run", "-q", "--db", filepath.Join(out, "x.duckdb"), "-o", filepath.Join(out, "r"), "../../testdata/demo"}, nil, &said, &said, func(string) string { return "" }); code != 0 {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	entries, err := os.ReadDir(filepath.Join(out, "r"))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, e := range entries {
		files = append(files, e.Name())
	}
	listed := firstColumn(string(text), "| file | one row per |")
	slices.Sort(listed)
	if d := cmp.Diff(files, listed); d != "" {
		t.Errorf("files of the report (-written +README):\n%s", d)
	}
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	var inReadme []string
	for _, c := range firstColumn(string(text), "| command | what it does |") {
		if name := strings.Fields(c)[0]; !slices.Contains(inReadme, name) {
			inReadme = append(inReadme, name)
		}
	}
	if d := cmp.Diff(names, inReadme); d != "" {
		t.Errorf("commands (-program +README):\n%s", d)
	}
	codes := firstColumn(string(text), "| exit code | meaning |")
	if d := cmp.Diff([]string{"0", "1", "2", "3", "4", "5", "129, 130, 131, 143", "141"}, codes); d != "" {
		t.Errorf("exit codes (-program +README):\n%s", d)
	}
}

// firstColumn lists the first cells of the table with this heading, without back quotes.
func firstColumn(text, heading string) []string {
	_, table, _ := strings.Cut(text, heading+"\n|---|---|\n")
	var cells []string
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "|") {
			break
		}
		cell, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), " | ")
		cells = append(cells, strings.ReplaceAll(strings.TrimSpace(cell), "`", ""))
	}
	return cells
}

// TestReadmeWorkshop holds the section on building and testing to what there is: commands of .ci that
// explain themselves, all of them named, and packages that exist.
func TestReadmeWorkshop(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## Build, test, measure\n")
	if !ok {
		t.Fatal("README says nothing of building and testing")
	}
	entries, err := os.ReadDir("../../.ci")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			continue // the program of a command
		}
		name := ".ci/" + e.Name()
		if !strings.Contains(section, "    "+name) {
			t.Errorf("README does not name %s", name)
		}
		if out, err := exec.Command("../../"+name, "-h").Output(); err != nil || !strings.HasPrefix(string(out), "usage: "+name) {
			t.Errorf("%s -h: %v\n%s", name, err, out)
		}
	}
	for _, path := range regexp.MustCompile(`(?: |`+"`"+`)((?:\./|\.ci/|testdata/)[a-z_/]+)`).FindAllStringSubmatch(section, -1) {
		if _, err := os.Stat(filepath.Join("../..", path[1])); err != nil {
			t.Errorf("README names %s: %v", path[1], err)
		}
	}
}

// TestReadmeFormats: the table of what is read names every format that ingest has.
func TestReadmeFormats(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(b), "## What it reads")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, f := range ingest.Formats() {
		if !slices.ContainsFunc(strings.Split(section, "\n"), func(row string) bool {
			first, _, _ := strings.Cut(strings.TrimPrefix(row, "| "), " |")
			return strings.HasPrefix(row, "| ") && strings.Contains(first, f.Title)
		}) {
			t.Errorf("README, What it reads: no row of the table names %q (--format %s)", f.Title, f.Name)
		}
	}
}

// TestReadmeRooms: the files that the chapter about the rooms names are there, and each name that it
// says to be in a Go file is declared in it.
func TestReadmeRooms(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, _ := strings.Cut(string(b), "## The rooms")
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	paths := regexp.MustCompile("`((?:cmd|ingest|classify|report|rules|testdata)/[^`]*)`").FindAllStringSubmatch(chapter, -1)
	if len(paths) < 40 {
		t.Errorf("only %d files found in the chapter", len(paths))
	}
	for _, p := range paths {
		if _, err := os.Stat("../../" + p[1]); err != nil {
			t.Errorf("README names %s: %v", p[1], err)
		}
	}
	declared := regexp.MustCompile("`(\\w+)` in\\s+`([^`]+\\.go)`").FindAllStringSubmatch(chapter, -1)
	if len(declared) < 20 {
		t.Errorf("only %d names found in the chapter", len(declared))
	}
	for _, d := range declared {
		src, err := os.ReadFile("../../" + d[2])
		if err != nil {
			continue // said above
		}
		if !regexp.MustCompile(`(?m)^(func (\([^)]*\) )?|type |var )` + d[1] + `\b`).Match(src) {
			t.Errorf("README says that %s is in %s", d[1], d[2])
		}
	}
}
