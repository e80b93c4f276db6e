//go:build cgo

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dwtriage/report/store"
)

// Files of a folder that hold no log are passed over with a note, and count nowhere as inputs that could not be read: not on the page, in the ticket, the
// card, the database, nor when parts are merged, and a night with them that is read again is the same night. A file that somebody named, and one that may
// hold a log and cannot be looked into, count.
func TestPassedOver(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(in, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("errors.csv", "Company,Entity,Key,Created,Error message,Correlation Id\nUSMF,Vendors V2,V-1,2026-03-04T05:06:07Z,\"Unable to lookup msdyn_vendorgroups with values {10, usmf}\",\n")
	others := []string{write("README.txt", "Read me please.\n"), write("settings.json", `{"a": 1}`), write("notes.dat", "x;y\n1;2\n")}
	out, db := filepath.Join(dir, "out"), filepath.Join(dir, "x.duckdb")
	said := func(code int, args ...string) string {
		t.Helper()
		var text bytes.Buffer
		if got := runQuietly(t, &text, args...); got != code {
			t.Fatalf("%q: exit code %d, want %d: %s", args, got, code, &text)
		}
		return text.String()
	}
	unread := func(out, want string) {
		t.Helper()
		for _, name := range []string{"index.html", "report.md", "card.json"} {
			text, err := os.ReadFile(filepath.Join(out, name))
			if err != nil {
				t.Fatal(err)
			}
			flat := strings.NewReplacer("*", "", `<a href="#problems">`, "", "</a>", "", "<strong>", "", "</strong>", "", `"},{"type":"TextRun","text":"`, "", `","weight":"Bolder`, "").Replace(string(text))
			if found := strings.Contains(flat, "could not be read to the end"); found != (want != "") || want != "" && !strings.Contains(flat, want) {
				t.Errorf("%s of %s: could not be read to the end: %t, want %q", name, filepath.Base(out), found, want)
			}
			if name == "index.html" && want == "" && (strings.Contains(flat, "Inputs with problems") || !strings.Contains(flat, "passed over: text without any message of a log")) {
				t.Errorf("the page of %s calls them inputs with problems, or does not say of them that they were passed over", filepath.Base(out))
			}
		}
	}
	args := []string{"run", "--db", db, "-o", out, "--progress", "none", "--report-format", "markdown,teams"}
	if text := said(exitDone, append(args, in)...); !strings.Contains(text, "README.txt: passed over: text without any message of a log") {
		t.Errorf("no note of it: %s", text)
	}
	unread(out, "")
	said(exitDone, append(args, in)...)
	unread(out, "")
	if text := said(exitDone, "query", "--db", db, "--csv", "SELECT max(unread), (SELECT count(*) FROM v_files WHERE problem IS NOT NULL) FROM v_runs"); !strings.Contains(text, "0,0") {
		t.Errorf("inputs that could not be read, in the database: %s", text)
	}
	archive, err := store.Open(t.Context(), db, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	same, err := archive.Repeats(t.Context(), 1, 2)
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil || !same {
		t.Errorf("the second run read what the first one did: %t, %v", same, err)
	}

	hidden := filepath.Join(dir, "hidden")
	said(exitDone, "report", "--db", db, "-o", hidden, "--redact", "--format", "markdown,teams")
	unread(hidden, "")

	merged, parts := filepath.Join(dir, "merged"), filepath.Join(dir, "parts")
	said(exitDone, "run", "--part", parts, in)
	said(exitDone, "merge", "--db", filepath.Join(dir, "m.duckdb"), "-o", merged, "--report-format", "markdown,teams", parts)
	unread(merged, "")

	named := filepath.Join(dir, "named")
	said(exitFailed, "run", "--db", filepath.Join(dir, "n.duckdb"), "-o", named, "--report-format", "markdown,teams", filepath.Join(in, "errors.csv"), others[1])
	unread(named, "1 of 2 inputs could not be read to the end: the numbers may be too low.")

	write("old.7z", "7z\xbc\xaf\x27\x1c\x00\x04")
	locked := filepath.Join(dir, "locked")
	if text := said(exitDone, slices.Concat([]string{"run", "--db", filepath.Join(dir, "l.duckdb"), "-o", locked, "--report-format", "markdown,teams"}, []string{in})...); !strings.Contains(text, "a 7z archive") {
		t.Errorf("nothing is said of the archive: %s", text)
	}
	unread(locked, "1 of 5 inputs could not be read to the end: the numbers may be too low.")

	// Beside an export without a row nobody knows what the archive holds: that is no quiet night, whether one call reads it or parts are merged.
	write("errors.csv", "Company,Entity,Key,Created,Error message,Correlation Id\n")
	quiet := "no row was read, and 1 file that may hold some could not be looked into"
	if text := said(exitFailed, "run", "--db", filepath.Join(dir, "q.duckdb"), "-o", filepath.Join(dir, "quiet"), in); !strings.Contains(text, quiet) {
		t.Errorf("an empty export beside an archive: %s", text)
	}
	parts = filepath.Join(dir, "quiet-parts")
	said(exitDone, "run", "--part", parts, in)
	if text := said(exitFailed, "merge", "--db", filepath.Join(dir, "qm.duckdb"), "-o", filepath.Join(dir, "quiet-merged"), parts); !strings.Contains(text, quiet) {
		t.Errorf("the same, merged: %s", text)
	}
	if err := os.Remove(filepath.Join(in, "old.7z")); err != nil {
		t.Fatal(err)
	}
	said(exitDone, "run", "--db", filepath.Join(dir, "e.duckdb"), "-o", filepath.Join(dir, "empty"), in)
}
