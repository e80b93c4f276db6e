package ingest

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// knownMessages are what rules have as examples and the code table as texts: messages of one line.
func knownMessages(t testing.TB) []string {
	t.Helper()
	var out []string
	f, err := os.Open("../rules/error-codes.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		out = append(out, row[2])
	}
	paths, err := filepath.Glob("../rules/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	example := regexp.MustCompile(`(?m)^ +- text: '(.*)'$`)
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range example.FindAllSubmatch(b, -1) {
			out = append(out, strings.ReplaceAll(string(m[1]), "''", "'"))
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return len(s) < 12 })
}

// What rules and the code table know is no prose.
func TestNoMessageIsProse(t *testing.T) {
	messages := knownMessages(t)
	for _, s := range messages {
		if prose([]byte(s)) {
			t.Errorf("taken for prose: %s", s)
		}
	}
	if len(messages) < 3000 {
		t.Errorf("only %d messages", len(messages))
	}
}

// A list of n errors gives n records, each with the text of its item, whatever marks the items.
func TestListOfErrors(t *testing.T) {
	var plain []string // messages without structure that are records by themselves
	for _, s := range knownMessages(t) {
		b := []byte(strings.TrimSpace(s))
		if len(b) > 2000 || structured(b) || unlisted(b)[0] != b[0] || !telling(b) || escaped(b) || referenced(b) || !bytes.Equal(unwrapped(b), b) || !bytes.Equal(unquoted(b), b) {
			continue
		}
		if x := readText(t, "a.txt", string(b)+"\n\n"); len(x.records) != 1 || x.records[0]["error_text"] != string(b) {
			continue
		}
		plain = append(plain, string(b))
	}
	if len(plain) < 2000 {
		t.Fatalf("%d messages for lists", len(plain))
	}
	sentences := slices.DeleteFunc(slices.Clone(plain), func(s string) bool {
		return !ended([]byte(s)) || !opening([]byte(s)) || goesOn(nil, []byte(s)) || partOfInfolog.MatchString(s)
	})
	mark := func(format string) func(i int, s string) string {
		return func(i int, s string) string {
			return strings.NewReplacer("N", fmt.Sprint(i+1), "L", string(rune('a'+i))).Replace(format) + s + "\n"
		}
	}
	styles := []struct {
		name     string
		messages []string
		head     string
		line     func(i int, s string) string
		foot     string
	}{
		{"lines", sentences, "", mark(""), ""},
		{"lines under a title", sentences, "Night of Monday\n", mark(""), ""},
		{"quoted lines", sentences, "", mark("> "), ""},
		{"fenced lines", sentences, "~~~\n", mark(""), "~~~\n"},
		{"hyphens", plain, "", mark("- "), ""},
		{"stars", plain, "", mark("* "), ""},
		{"plus signs", plain, "", mark("+ "), ""},
		{"dots", plain, "", mark("\u2022 "), ""},
		{"numbers", plain, "", mark("N. "), ""},
		{"letters", plain, "", mark("L) "), ""},
		{"list in a mail", plain, "On Monday Kim wrote:\n", mark("> - "), ""},
		{"paragraphs", sentences, "", func(_ int, s string) string { return s + "\n\n" }, ""},
		{"table", plain, "| Nr | Error |\n|---|---|\n", func(i int, s string) string {
			return fmt.Sprintf("| %d | %s |\n", i+1, strings.ReplaceAll(s, "|", `\|`))
		}, ""},
		{"table without headings", plain, "", func(i int, s string) string { return "| " + strings.ReplaceAll(s, "|", `\|`) + " |\n" }, ""},
	}
	for _, style := range styles {
		t.Run(style.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 11))
			for range 200 {
				want := make([]string, 2+r.IntN(8))
				text := style.head
				for i := range want {
					want[i] = style.messages[r.IntN(len(style.messages))]
					text += style.line(i, want[i])
				}
				text += style.foot
				if diff := cmp.Diff(want, readData(t, "a.txt", []byte(text), Options{Format: formatText}).column("error_text")); diff != "" {
					t.Fatalf("%s\n-want +got:\n%s", text, diff)
				}
			}
		})
	}
}

// Parts of a dual-write infolog go on with the line before them.
var partOfInfolog = regexp.MustCompile(`^(?:Unit of Work|Unable to write data|Unable to lookup|Writes to|Cannot save the changes)`)
