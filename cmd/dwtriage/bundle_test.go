//go:build cgo

package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/bundle"
	"dwtriage/report/redact"
)

// nightCSV is a night of dual-write errors: what is looked up and missing, what nobody knows, and other than that of the night before.
func nightCSV(day int, unknown string) string {
	var b strings.Builder
	b.WriteString("Entity,Company,Record ID,Error message,Created date and time\n")
	for i := range 40 {
		text := fmt.Sprintf("Unable to write data to entity accounts.Unable to lookup msdyn_customergroups with values {%d}.Writes to CustCustomerV3Entity failed with error message Exception message: One or more errors occurred.", 10*(i%4))
		if i%5 == 0 {
			text = unknown + strings.Repeat(" and a long tail of it", 300*(i%2))
		}
		fmt.Fprintf(&b, "CustCustomerV3Entity,USMF,C-%d,%s,2026-11-%02dT%02d:%02d:00Z\n", 1000+i, text, day, 1+i/10, i%60)
	}
	return b.String() + "CustCustomerV3Entity,USMF,too,few\n"
}

// TestBundle has a database of three nights, the second of which was loaded in two runs. The later one of them is bundled, with rules of a
// site and without.
func TestBundle(t *testing.T) {
	t.Chdir(t.TempDir())
	call := func(want int, args ...string) (string, string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr, func(string) string { return "" }); code != want {
			t.Fatalf("%q: exit %d, want %d\n%s%s", args, code, want, &stdout, &stderr)
		}
		return stdout.String(), stderr.String()
	}
	before, night, after := nightCSV(20, "The moon is full tonight"), nightCSV(21, "The tide is high on this shore"), nightCSV(22, "The moon is full tonight")
	half := night[:strings.LastIndexByte(night[:len(night)/2], '\n')+1] // is met again
	for i, text := range []string{before, half, night, after} {
		name := fmt.Sprintf("night%d.csv", i)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		call(exitDone, "run", "--db", "a.duckdb", "-o", "out", "-q", "--progress", "none", name)
	}
	if err := os.WriteFile("site.yaml", []byte("- mute: dw-lookup-not-resolved\n  reason: ticket\n  owner: Mia\n  expires: 2099-01-01\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	call(exitDone, "bundle", "--db", "a.duckdb", "--run", "3", "-o", "x.zip")
	t.Run("changes", func(t *testing.T) { verifyFindsChanges(t, call) })
	t.Run("redacted", func(t *testing.T) { redactedBundle(t, call) })
	t.Run("report", func(t *testing.T) { bundleIsTheReport(t, call) })
}

// A caller runs the command and wants an exit code.
type caller func(want int, args ...string) (stdout, stderr string)

// bundleIsTheReport: the report in a bundle is that of the database but for the flags of its commands, bundles of equal databases are equal, and verify finds
// nothing to say, also where the database and the rules are gone.
func bundleIsTheReport(t *testing.T, call caller) {
	call(exitDone, "bundle", "--db", "a.duckdb", "--run", "3", "-o", "x.zip", "--rules", "site.yaml")
	call(exitDone, "report", "--db", "a.duckdb", "--run", "3", "-o", "drawn", "--format", "markdown", "--rules", "site.yaml", "-q")
	call(exitDone, "bundle", "--db", "a.duckdb", "--run", "3", "-o", "y.zip", "--rules", "site.yaml", "-q")
	members := membersOf(t, "x.zip")
	drawn := filesOf(t, "drawn")
	// Who opens it has not that database: the commands of its page and ticket are without the flags that lead there.
	bare := strings.NewReplacer(" --db a.duckdb --rules site.yaml", "", " (with <code>--db</code> where the database is not dwtriage.duckdb)", "").Replace
	for name, text := range drawn {
		if bundled := members["report/"+name]; bare(bundled) != bare(text) && name != "manifest.json" || strings.Contains(bundled, "draft --db") { // which has the SHA-256 of the page
			t.Errorf("%s of the bundle is not that of the database (-bundle +database):\n%.2000s", name, cmp.Diff(bare(bundled), bare(text)))
		}
	}
	if n := len(drawn); n < 13 || !strings.Contains(drawn["changes.csv"], "unknown/") {
		t.Errorf("%d files; changes.csv has no message that is over:\n%s", n, drawn["changes.csv"])
	}
	if x, y := readFile(t, "x.zip"), readFile(t, "y.zip"); x != y {
		t.Error("bundles of one database differ")
	}
	for _, gone := range []string{"a.duckdb", "site.yaml", "night0.csv"} {
		os.Remove(gone)
	}
	if said, _ := call(exitDone, "verify", "x.zip"); !strings.Contains(said, "is the same in every byte") {
		t.Errorf("verify says %q", said)
	}
	left, err := filepath.Glob(".dwtriage-*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// verifyFindsChanges: whoever changes a member of each kind, and with it what bundle.json says of it, is found out.
func verifyFindsChanges(t *testing.T, call caller) {
	for _, tc := range []struct {
		name   string
		change func(members map[string]string)
		honest bool // bundle.json says what is in the bundle
		want   string
	}{
		{"a page, openly", func(m map[string]string) { m["report/index.html"] += " " }, false, "member \"report/index.html\" says that it holds"},
		{"a letter of the page", func(m map[string]string) {
			m["report/index.html"] = strings.Replace(m["report/index.html"], "a", "b", 1)
		}, false, "report/index.html: its bytes are not those"},
		{"a letter of the page and its sum", func(m map[string]string) {
			m["report/index.html"] = strings.Replace(m["report/index.html"], "failed", "passed", 1)
		}, true, "report/index.html: the extract gives other bytes"},
		{"a row of a table and its sum", func(m map[string]string) {
			m["report/records.csv"] = m["report/records.csv"][:len(m["report/records.csv"])/2]
		}, true, "report/records.csv: the extract gives other bytes"},
		{"a file too many", func(m map[string]string) { m["report/more.csv"] = "x" }, true, "report/more.csv: is in the bundle, and not drawn"},
		{"a file too few", func(m map[string]string) { delete(m, "report/fixes.csv") }, true, "report/fixes.csv: is drawn from the extract, and not in the bundle"},
		{"a rule", func(m map[string]string) {
			m["rules/1/access.yaml"] = strings.Replace(m["rules/1/access.yaml"], "title: ", "title: My ", 1)
		}, true, "the rules are not those"},
		{"a broken rule", func(m map[string]string) { m["rules/1/access.yaml"] = "- no: rule\n" }, true, "mistake"},
		{"a letter of the extract", func(m map[string]string) { m["extract/records.parquet"] = "X" + m["extract/records.parquet"][1:] }, false, "the report was not drawn again"},
		{"an extract that is none", func(m map[string]string) { m["extract/records.parquet"] = "PAR1 nothing PAR1" }, true, "records.parquet is no table of an extract"},
		{"no extract", func(m map[string]string) { delete(m, "extract/records.parquet") }, true, "the extract has no records.parquet"},
		{"a table of another name", func(m map[string]string) { m["extract/records.parquet"] = m["extract/runs.parquet"] }, true, "records.parquet is no table of an extract"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			members := membersOf(t, "x.zip")
			tc.change(members)
			rezip(t, "changed.zip", members, tc.honest)
			stdout, stderr := call(map[bool]int{true: exitUsage, false: exitFailed}[tc.name == "a broken rule"], "verify", "changed.zip")
			if !strings.Contains(stdout+stderr, tc.want) {
				t.Errorf("%s%s\nwant %s", stdout, stderr, tc.want)
			}
		})
	}
	if err := os.WriteFile("no.zip", []byte("none"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, said := call(exitFailed, "verify", "no.zip"); !strings.Contains(said, "no.zip is no bundle") {
		t.Error(said)
	}
	call(exitFailed, "verify", "missing.zip")
	call(exitUsage, "verify")
	call(exitUsage, "bundle", "x")
	call(exitFailed, "bundle", "--db", "a.duckdb", "--run", "99", "-o", "z.zip")
}

// redactedBundle: no record is in it, and nothing of what the rules of a site say; where the database and the key are, verify draws it again.
func redactedBundle(t *testing.T, call caller) {
	for name, c := range map[string]string{"key": "k", "other": "o"} {
		if err := os.WriteFile(name, []byte(strings.Repeat(c, redact.LeastKey)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hidden := []string{"--db", "a.duckdb", "--redact-key", "key", "--rules", "site.yaml"}
	call(exitDone, append([]string{"bundle", "--run", "3", "-o", "r.zip", "--redact"}, hidden...)...)
	members := membersOf(t, "r.zip")
	for name, text := range members {
		if strings.HasPrefix(name, "extract/") || strings.HasPrefix(name, "rules/") || strings.Contains(text, "C-10") || strings.Contains(text, "Mia") || strings.Contains(text, "night0") {
			t.Errorf("%s is in a redacted bundle", name)
		}
	}
	if said, _ := call(exitDone, "verify", "r.zip"); !strings.Contains(said, "was not drawn again") {
		t.Error(said)
	}
	call(exitDone, "bundle", "--run", "3", "-o", "once.zip", "--redact", "--db", "a.duckdb", "--rules", "site.yaml")
	if said, _ := call(exitDone, "verify", "once.zip"); !strings.Contains(said, "cannot be drawn again") || strings.Contains(said, "--db") {
		t.Error(said)
	}
	if said, _ := call(exitDone, append([]string{"verify", "r.zip"}, hidden...)...); !strings.Contains(said, "drawn again from ") {
		t.Error(said)
	}
	if _, said := call(exitUsage, "verify", "r.zip", "--db", "a.duckdb", "--redact-key", "other", "--rules", "site.yaml"); !strings.Contains(said, "without the same key") {
		t.Error(said)
	}
	if said, _ := call(exitFailed, "verify", "r.zip", "--db", "a.duckdb", "--redact-key", "key"); !strings.Contains(said, "the rules are not those") {
		t.Error(said)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func membersOf(t *testing.T, path string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	members := make(map[string]string)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		members[f.Name] = string(b)
	}
	return members
}

// rezip writes members as a bundle; an honest one says in its manifest what is in it.
func rezip(t *testing.T, path string, members map[string]string, honest bool) {
	t.Helper()
	if honest {
		var m bundle.Manifest
		if err := json.Unmarshal([]byte(members[bundle.ManifestName]), &m); err != nil {
			t.Fatal(err)
		}
		m.Members = nil
		for name, text := range members {
			if name != bundle.ManifestName {
				sum := sha256.Sum256([]byte(text))
				m.Members = append(m.Members, bundle.Member{Name: name, Bytes: int64(len(text)), SHA256: hex.EncodeToString(sum[:])})
			}
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		members[bundle.ManifestName] = string(text)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range members {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, text)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
