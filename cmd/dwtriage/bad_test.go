//go:build cgo

package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"dwtriage/testdata/bad"
)

// Each odd file of testdata/bad stands between two good ones, all of them named. What is said of it, and what exit code it
// means, is in the golden beside the table; the good ones land in full whatever stands between them.
// go test ./cmd/dwtriage -run TestBadInputs -update writes the golden.
func TestBadInputs(t *testing.T) {
	golden, err := filepath.Abs("../../testdata/bad/bad.golden")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	inputs := bad.Inputs()
	if len(inputs) < 200 {
		t.Fatalf("only %d bad inputs", len(inputs))
	}
	paths := make([]string, 0, 2*len(inputs)+1)
	put := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		past := startOfTests.AddDate(0, 0, -1) // what was written just now may still be being written
		if err := os.Chtimes(name, past, past); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, name)
	}
	for i, in := range inputs {
		put(fmt.Sprintf("%03d a good.csv", i), bad.Good(i))
		put(fmt.Sprintf("%03d b %s", i, in.Name), in.Data)
	}
	put(fmt.Sprintf("%03d a good.csv", len(inputs)), bad.Good(len(inputs)))

	if code, said := runFiles(t, "all.duckdb", paths...); code != exitFailed {
		t.Fatalf("exit %d, want %d as some cannot be read\n%s", code, exitFailed, said)
	}
	var got strings.Builder
	accounts := make(map[string][]string)
	problem := make(map[string]bool)
	for _, f := range queried(t, "all.duckdb", `SELECT path, read, loaded, duplicates, rejected, coalesce(problem, ''), coalesce(array_to_string(warnings, '; '), ''),
		coalesce((SELECT string_agg(n || ' ' || reason, ', ' ORDER BY reason) FROM (SELECT reason, count(*) n FROM rejects r WHERE r.file = f.path GROUP BY reason)), '') FROM files f ORDER BY position`) {
		top, member, _ := strings.Cut(f[0], "/")
		if len(member) > 60 || strings.ContainsFunc(member, unicode.IsControl) {
			member = fmt.Sprintf("%.40q", member)
		}
		of := strings.TrimSpace(member + fmt.Sprintf(" read %s, loaded %s, duplicates %s, rejected %s", f[1], f[2], f[3], f[4]))
		for i, label := range []string{"problem", "warning", "rejects"} {
			if v := strings.ReplaceAll(f[5+i], top, "FILE"); v != "" {
				of += fmt.Sprintf("\n    %s: %q", label, v)
			}
		}
		accounts[top] = append(accounts[top], of)
		problem[top] = problem[top] || f[5] != ""
		if strings.HasSuffix(top, " a good.csv") && (f[1] != "1" || f[5] != "") {
			t.Errorf("%s: read %s: %s", top, f[1], f[5])
		}
	}
	good := queried(t, "all.duckdb", "SELECT count(*) FROM v_records WHERE error_text LIKE 'good neighbour %'")
	if want := fmt.Sprint(len(inputs) + 1); good[0][0] != want {
		t.Errorf("%s good records, want %s", good[0][0], want)
	}
	var fine, broken []string
	for _, p := range paths {
		exit := exitDone
		if problem[p] {
			exit = exitFailed
			broken = append(broken, p)
		} else {
			fine = append(fine, p)
		}
		if name, ok := strings.CutPrefix(p[3:], " b "); ok {
			fmt.Fprintf(&got, "%s: exit %d\n  %s\n", name, exit, strings.Join(accounts[p], "\n  "))
		}
	}
	if code, said := runFiles(t, "fine.duckdb", fine...); code != exitDone {
		t.Errorf("exit %d of all without a problem\n%s", code, said)
	}
	for i := 0; i < len(broken); i += 1 + len(broken)/3 {
		if code, said := runFiles(t, fmt.Sprintf("%d.duckdb", i), paths[0], broken[i]); code != exitFailed {
			t.Errorf("%s: exit %d\n%s", broken[i], code, said)
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(only(string(want), inputs), got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// only is what a golden says of the inputs, which are fewer where a program that packs is missing.
func only(golden string, inputs []bad.Input) string {
	var kept strings.Builder
	keep := false
	for line := range strings.Lines(golden) {
		if line[0] != ' ' {
			keep = slices.ContainsFunc(inputs, func(in bad.Input) bool { return strings.HasPrefix(line, in.Name+": ") })
		}
		if keep {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// runFiles runs the whole command over files into a database.
func runFiles(t *testing.T, db string, paths ...string) (code int, said string) {
	t.Helper()
	var out bytes.Buffer
	args := append([]string{"run", "--db", db, "-o", db + ".out", "--progress", "plain", "--threads", "1"}, paths...)
	code = run(t.Context(), args, strings.NewReader(""), &out, &out, func(string) string { return "" })
	return code, out.String()
}

// queried is what a query of a database answers, without the heading.
func queried(t *testing.T, db, sql string) [][]string {
	t.Helper()
	var out, said bytes.Buffer
	if code := run(t.Context(), []string{"query", "--db", db, "--csv", sql}, nil, &out, &said, func(string) string { return "" }); code != exitDone {
		t.Fatalf("exit %d: %s", code, &said)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%v in %q", err, rows)
	}
	return slices.Clip(rows[1:])
}

// startOfTests is when the tests began.
var startOfTests = time.Now()
