//go:build cgo

package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"dwtriage/rules"
)

// tableCodes are the codes of the code table, as text.
func tableCodes(t *testing.T) (codes []string) {
	text, err := rules.FS.ReadFile("error-codes.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range csvRows(t, text) {
		codes = append(codes, row["hex"])
	}
	return codes
}

// A night in which every code of the table fails: no file of the report, no explanation and no rule
// shows a place of the table's sentences that nobody filled.
func TestNoOutputHasOpenPlaces(t *testing.T) {
	place := regexp.MustCompile(`.{0,60}[ '"(=:\[]\{\d\}`) // behind a letter or bracket it is a repetition of an expression
	dir := t.TempDir()
	var night bytes.Buffer
	w := csv.NewWriter(&night)
	rows := [][]string{{"plugintracelogid", "typename", "messagename", "primaryentity", "exceptiondetails", "createdon"}}
	m := builtinMatcher(t)
	codes := append(tableCodes(t), "0x8004F01F", "0x8004F01F") // which puts it on the page
	for i, code := range codes {
		text := "Error code: " + code + " Contoso says no."
		rows = append(rows, []string{fmt.Sprintf("00000000-0000-4000-8000-%012d", i), "Contoso.Plugins.Guard", "Update", "account", text, "2026-11-22T22:15:00Z"})
		var out bytes.Buffer
		explainWinner(&printer{w: &out}, m, m.Judge("", text, "", "")) // what comes near is slow to find, and nobody's sentence
		if found := place.Find(out.Bytes()); found != nil {
			t.Errorf("explain %s: %s", code, found)
		}
	}
	for i := range 4 { // found by their text; and on the page
		text := fmt.Sprintf("The entity new_parcel%d is not a valid entity for rollup.", i)
		rows = append(rows, []string{fmt.Sprintf("10000000-0000-4000-8000-%012d", i), "Contoso.Plugins.Guard", "Update", "account", text, "2026-11-22T22:15:00Z"})
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	export := filepath.Join(dir, "night.csv")
	if err := os.WriteFile(export, night.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "r")
	command := func(args ...string) []byte {
		var said bytes.Buffer
		if code := run(t.Context(), args, nil, &said, &said, func(string) string { return "" }); code != exitDone {
			t.Fatalf("dwtriage %q: exit code %d: %.2000s", args, code, &said)
		}
		return said.Bytes()
	}
	db := filepath.Join(dir, "x.duckdb")
	printed := map[string][]byte{
		"run":            command("run", "-q", "--db", db, "-o", out, export),
		"rules coverage": command("rules", "coverage", "--db", db),
	}
	for _, r := range m.Rules() {
		var shown bytes.Buffer
		showRule(&printer{w: &shown}, m, r, false)
		printed["rules show "+r.ID] = shown.Bytes()
	}
	files, err := filepath.Glob(filepath.Join(out, "*"))
	if err != nil || len(files) < 5 {
		t.Fatalf("the report has the files %q (%v)", files, err)
	}
	for _, f := range files {
		if printed[f], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range printed {
		if found := place.Find(text); found != nil {
			t.Errorf("%s: %s", name, found)
		}
	}
	if !bytes.Contains(printed[filepath.Join(out, "index.html")], []byte("component cannot be deleted because it is referenced by … other")) {
		t.Error("the page does not show the sentence of 0x8004F01F")
	}
	for name, wants := range map[string][]string{
		filepath.Join(out, "index.html"): {"By its text: The entity … is not a valid entity for rollup. (0x80044813)", "That is less certain than a code.",
			"no fix yet. Of ", "Correct what the message names", "known by its text", "Check that the records are errors of Dataverse"},
		// no error code, status, signature
		filepath.Join(out, "records.csv"):  {",,text,text/0x80044813,,dataverse-code,"},
		filepath.Join(out, "summary.json"): {`"text": 4`, `"text/0x80044813"`},
		"rules coverage":                   {"text/0x80044813", "Sentences of the code table"},
	} {
		for _, want := range wants {
			if !bytes.Contains(printed[name], []byte(want)) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
	}
	var said bytes.Buffer
	explainWinner(&printer{w: &said}, m, m.Judge("", "The entity new_parcel is not a valid entity for rollup.", "", ""))
	if want := "text/0x80044813\nInvalidEntityForRollup, by its text, which is a sentence of the Dataverse code table"; !bytes.HasPrefix(said.Bytes(), []byte(want)) {
		t.Errorf("explain says %q, want %q", &said, want)
	}
}
