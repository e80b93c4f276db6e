//go:build cgo

package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"dwtriage/ingest/words"
)

// hostile are texts that do something to a terminal, show themselves backwards or not at all, or forge a line.
func hostile() (texts []string) {
	for _, steer := range []string{"\x1b[31m", "\x1b]0;title\a", "\x1b[2J\x1b[H", "\x1bP+q\x1b\\", "\b\b\b", "\x7f", "\x00", "\v\f", "\r", "\u009b31m", "\u009d0;t\u009c", "\u0085",
		"\u202e", "\u2066\u2069", "\u200e", "\u061c", "\u200b", "\u2060", "\ufeff", "\u2028", "\u2029", "\U000e0041\U000e007f", "\u00ad", "\u180e", "\n", "\r\n"} {
		for _, frame := range []string{"%sFORGED: all is well", "odd %sFORGED: thing", "x%[1]sFORGED: y%[1]s"} {
			texts = append(texts, fmt.Sprintf(frame, steer))
		}
	}
	return texts
}

// hostileExports writes hostile texts into every column, into names of files and of members.
func hostileExports(t *testing.T, dir string) {
	t.Helper()
	write := func(w io.Writer, from int, texts ...string) {
		c := csv.NewWriter(w)
		c.Write([]string{"id", "createdon", "entityname", "company", "errormessage", "odd\x1b[31m\u202ecolumn"})
		for i, x := range texts {
			row := func(k int, entity, company, message string) {
				c.Write([]string{fmt.Sprintf("5e02%04x-0000-4000-8000-%012x", from, i*8+k), "2026-11-01T00:00:00Z", entity, company, message, x})
			}
			row(0, x, "USMF", "The user is not a member of the organization.")
			row(1, "Customers V3", x, "The user is not a member of the organization.")
			row(2, "Customers V3", "USMF", "odd "+x+" thing")
			row(3, "Customers V3", "USMF", "Unable to lookup msdyn_customergroups with values {"+x+"}")
			c.Write([]string{x, x, x, x, x, x})
		}
		c.Flush()
	}
	all := hostile()
	for i, x := range append([]string{"plain"}, all...) {
		if f, err := os.Create(filepath.Join(dir, strings.NewReplacer("/", "_", "\x00", "0").Replace(x)+".csv")); err == nil && i%9 == 0 {
			write(f, i, all[i:min(len(all), i+9)]...)
			f.Close()
		} else if err == nil { // a name is enough
			io.WriteString(f, "no log")
			f.Close()
		}
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i, x := range all {
		if i%3 != 1 { // each character once
			continue
		}
		if w, err := z.Create(x + ".csv"); err == nil {
			write(w, 1000+i, "plain")
		}
	}
	z.Close()
	if err := os.WriteFile(filepath.Join(dir, "members.zip"), b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestNothingSteersATerminal sends hostile texts through every command: standard output and error have nothing unprintable, and no line
// that begins with a forged one.
func TestNothingSteersATerminal(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("in", 0o777); err != nil {
		t.Fatal(err)
	}
	hostileExports(t, "in")
	rule := "- id: site-odd\n  title: \"Odd \\e[31m {record_key}\\u202e\"\n  status: observed\n  logs: [dualwrite]\n  severity: low\n  category: odd\n  match: {regex: 'ODDITY (?P<record_key>.+)'}\n" +
		"  cause: \"a\\e[31m\\u009b\\nFORGED: c\"\n  fix: {summary: \"s\\e[2J\\nFORGED: s\", role: \"r\\e\", retry: after-fix, steps: [\"st\\e[31m\\nFORGED: st\"]}\n  examples: {match: [{text: \"ODDITY \\e[31m\"}], no_match: [\"n\\e[31m\\nFORGED: n\"]}\n"
	if err := os.WriteFile("odd\x1b[31m\nFORGED: rule.yaml", []byte(rule), 0o666); err != nil {
		t.Fatal(err)
	}
	const x = "\x1b[31m\u009b\u202e\nFORGED: x\xff\u200b"
	all := strings.Join(hostile(), "\n\n")
	for _, args := range [][]string{
		{"run", "--progress", "plain", "--environment", x, "in"},
		{"run", "--progress", "plain", "--json", "in", "missing" + x},
		{"run", "-o", "r" + x, "--db", "d" + strings.ReplaceAll(x, "\xff", "") + ".duckdb", "in/members.zip"},
		{"inspect", "in"}, {"inspect", "--json", "in"}, {"inspect", "missing" + x},
		{"explain", all}, {"explain", "--log", x, "text"}, {"explain", "--record", x}, {"explain", "--record", "$RECORD"}, {"explain", "--record", "$RECORD", "--raw", "--source", x},
		{"query", "FROM v_records"}, {"query", "--csv", "SELECT * EXCLUDE captures FROM v_records"}, {"query", "--json", "FROM v_records"}, {"query", "SELECT '" + x},
		{"query", "--json", "SELECT chr(27) || chr(155) || chr(8238) AS \"a" + "\u202e\", [chr(27)] AS l"},
		{"report", "-o", "again", "--json"}, {"report", "--environment", x}, {"report", "--compare-to", x}, {"report", "-o", "in/plain.csv/" + x},
		{"history", "list", "--files"}, {"history", "list", "--json"}, {"history", x}, {"history", "forget", "--run", "1"}, {"check"}, {"check", "--db", x},
		{"rules", "list", "--rules", "odd\x1b[31m\nFORGED: rule.yaml"}, {"rules", "list", "--json", "--rules", "odd\x1b[31m\nFORGED: rule.yaml"}, {"rules", "show", "site-odd", "--rules", "odd\x1b[31m\nFORGED: rule.yaml"},
		{"rules", "lint", "odd\x1b[31m\nFORGED: rule.yaml"}, {"rules", "test", "--rules", "odd\x1b[31m\nFORGED: rule.yaml"}, {"rules", "coverage"}, {"rules", "coverage", "--json"},
		{"rules", "draft", "$TEMPLATE"}, {"rules", "show", x}, {"rules", x}, {"rules", "test", "--rules", x}, {"rules", "captures", x},
		{x}, {"run", "--" + x}, {"run", "--threads", x, "in"}, {"run", "--tz", x, "in"}, {"run", "--since", x, "in"}, {"run", "--max-rejects", x, "in"}, {"run", "--format", x, "in"}, {"version", x},
	} {
		for i, a := range args {
			switch a {
			case "$RECORD":
				args[i] = ask(t, "SELECT record_id FROM v_records WHERE contains(error_text, chr(10)) ORDER BY record_id LIMIT 1")
			case "$TEMPLATE":
				args[i] = ask(t, "SELECT template_id FROM v_unknown ORDER BY records DESC, template_id LIMIT 1")
			}
		}
		var stdout, stderr bytes.Buffer
		run(t.Context(), args, strings.NewReader(""), &stdout, &stderr, func(string) string { return "" })
		if slices.Contains(args, "--raw") {
			stdout.Reset() // the bytes as they are
		}
		for stream, out := range map[string]string{"stdout": stdout.String(), "stderr": stderr.String()} {
			if at := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && r != '\t' && words.Unprintable(r) }); at >= 0 || !utf8.ValidString(out) {
				t.Errorf("%.60q, %s: %.60q", args, stream, out[max(at-20, 0):])
			}
			if at := strings.Index("\n"+out, "\nFORGED"); at >= 0 && !slices.Contains(args, "--csv") { // cells have lines
				t.Errorf("%.60q, %s: a line is forged: %.80q", args, stream, out[max(at-40, 0):])
			}
		}
		if len(args) > 1 && slices.Contains(args, "--json") && args[0] != "query" && !json.Valid(stdout.Bytes()) {
			t.Errorf("%.60q: no JSON: %.80q, %.200q", args, &stdout, &stderr)
		}
	}
}

// ask is the one value that answers a query.
func ask(t *testing.T, sql string) string {
	t.Helper()
	var out, said bytes.Buffer
	if code := run(t.Context(), []string{"query", "--csv", sql}, nil, &out, &said, func(string) string { return "" }); code != 0 {
		t.Fatal(&said)
	}
	lines := strings.Split(out.String(), "\n")
	return lines[1]
}

// TestEscapingWriter cuts texts at every byte: what comes out is the same.
func TestEscapingWriter(t *testing.T) {
	const text = "Größe 中 😀 a\x1b[31m\u009b\u202e\xff\xe2\x82 b\xf0\x9f\n\tc"
	want := string(words.AppendPrintable(nil, []byte(text)))
	for i := range len(text) {
		for j := i; j < len(text); j++ {
			var b bytes.Buffer
			w := &escaping{to: &b}
			for _, part := range []string{text[:i], text[i:j], text[j:]} {
				if n, err := io.WriteString(w, part); n != len(part) || err != nil {
					t.Fatal(n, err)
				}
			}
			if b.String() != want {
				t.Fatalf("cut at %d and %d: %q, want %q", i, j, &b, want)
			}
		}
	}
}

// TestPrintsGoThroughTell: nothing in this room prints past tell but what has constants to print.
func TestPrintsGoThroughTell(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "tell" {
				calls++
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, _ := sel.X.(*ast.Ident)
			prints := pkg != nil && pkg.Name == "fmt" && (strings.HasPrefix(sel.Sel.Name, "Fprint") || strings.HasPrefix(sel.Sel.Name, "Print")) ||
				pkg != nil && pkg.Name == "os" && (sel.Sel.Name == "Stdout" || sel.Sel.Name == "Stderr")
			if prints && !slices.Contains([]string{"shown.go", "flags.go", "main.go"}, name) {
				t.Errorf("%s: %s.%s: tell it", set.Position(call.Pos()), pkg.Name, sel.Sel.Name)
			}
			return true
		})
	}
	if calls < 40 {
		t.Errorf("only %d calls of tell were found", calls)
	}
}
