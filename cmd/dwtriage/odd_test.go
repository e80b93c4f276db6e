//go:build cgo

package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestOddFiles: what cannot be read is named once, with what to do; the good one beside it lands.
func TestOddFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	good := "Company,Entity Name,Created On,Error Message\nUSMF,uoms,2026-11-22T20:00:00Z,Unable to lookup msdyn_customergroups with values {80}.\n"
	book := excelize.NewFile()
	defer book.Close()
	for i := range 3000 { // larger than what a reader has of a file at once
		if err := book.SetCellValue("Sheet1", fmt.Sprintf("A%d", i+1), strings.Repeat(fmt.Sprint(i*7919), 20)); err != nil {
			t.Fatal(err)
		}
	}
	var locked bytes.Buffer
	if err := book.Write(&locked, excelize.Options{Password: "sample"}); err != nil {
		t.Fatal(err)
	}
	small := excelize.NewFile()
	defer small.Close()
	var lockedSmall bytes.Buffer
	if err := small.Write(&lockedSmall, excelize.Options{Password: "sample"}); err != nil {
		t.Fatal(err)
	}
	const office = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	files := []struct{ name, data, want string }{
		{"good.csv", good, "csv, dualwrite, 1 row\n"},
		{"locked.xlsx", locked.String(), "a password, which is no log: open it, and save it as .xlsx without one\n"},
		{"small.xlsx", lockedSmall.String(), "a password, which is no log: open it, and save it as .xlsx without one\n"},
		{"named.xlsx", office + strings.Repeat("\x00", 504) + strings.Join(strings.Split("EncryptedPackage", ""), "\x00") + "\x00", "an Office document with a password, which is no log: open it, and save it as .xlsx without one\n"},
		{"old.xls", office + strings.Repeat("\x00", 4088), "an old Office document (.xls, .doc, .msg), or one with a password, which is no log: open it, and save it as .xlsx without one\n"},
		{"a.7z", "7z\xbc\xaf\x27\x1c\x00\x04", "a 7z archive, which is no log: unpack it, and name what it holds\n"},
		{"a.rar", "Rar!\x1a\x07\x00", "a rar archive, which is no log: unpack it, and name what it holds\n"},
		{"a.evtx", "ElfFile\x00" + strings.Repeat("\x00", 100), "a Windows event log (.evtx), which is no log: open it in the event viewer, and save its events as XML\n"},
		{"gone.csv", "", "no such file or folder: check the path and the folder the command runs in\n"},
	}
	args := []string{"run"}
	for _, f := range files {
		if args = append(args, f.name); f.name != "gone.csv" {
			if err := os.WriteFile(f.name, []byte(f.data), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	code, stdout, stderr := called(t, nil, args...)
	if code != exitFailed || !strings.HasPrefix(stdout, "1 of 1 record failed, in 1 entity.\n") {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	for _, f := range files {
		if n := strings.Count(stderr, f.name); n != 1 || !strings.Contains(stderr, f.name+": ") {
			t.Errorf("%s is named %d times in\n%s", f.name, n, stderr)
		}
		_, rest, _ := strings.Cut(stderr, f.name+": ")
		if line, _, _ := strings.Cut(rest, "\n"); !strings.HasSuffix(line+"\n", f.want) {
			t.Errorf("%s: %q, want %q", f.name, line, f.want)
		}
	}
}

// TestEmptyDatabase: an empty file is a database to be. A command that only reads says what it lacks.
func TestEmptyDatabase(t *testing.T) {
	demo := shared(t, "demo/dualwrite-errors.csv")
	t.Chdir(t.TempDir())
	if err := os.WriteFile("empty.duckdb", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"query", "SELECT 1"}, {"report"}, {"history", "list"}, {"check"}} {
		code, _, stderr := called(t, nil, append(args, "--db", "empty.duckdb")...)
		if code != exitFailed || !strings.Contains(stderr, "opening empty.duckdb: it is empty, ") || !strings.Contains(stderr, "dwtriage run makes a database of it") {
			t.Errorf("%s: exit code %d: %s", args[0], code, stderr)
		}
	}
	if out := shownBy(t, nil, "run", "--db", "empty.duckdb", demo); !strings.Contains(out, "\nDatabase: empty.duckdb, run 1 (a new database)\n") {
		t.Error(out)
	}
}
