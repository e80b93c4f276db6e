//go:build cgo

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Parts that were made with other rules, judged again while they are merged, make the database that one run with the rules of the merge makes.
// Without the flag they are refused, and the flag changes nothing of parts that need none of it.
func TestMergeReclassify(t *testing.T) {
	files, err := filepath.Glob(absolute("../../testdata/demo/*"))
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("site.yaml", []byte(others), 0o666); err != nil {
		t.Fatal(err)
	}
	copied := func(to, from string) {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil && info.Mode().IsRegular() {
			copied(filepath.Join("in", filepath.Base(f)), f)
		}
	}
	copied("in/again.csv", "in/dualwrite-errors.csv") // whose records are duplicates, within a part or across two
	for shard, rules := range map[string][]string{"1/3": {"--rules", "site.yaml", "--no-builtin-rules"}, "2/3": {"--rules", "site.yaml"}, "3/3": nil} {
		runIn(t, exitDone, append([]string{"run", "-q", "--part", "parts", "--shard", shard, "in"}, rules...)...)
	}
	// The same files once more, by other rules: they are one part.
	runIn(t, exitDone, "run", "-q", "--part", "parts", "--shard", "3/3", "--rules", "site.yaml", "in")
	for name, rules := range map[string][]string{"builtin": nil, "site": {"--rules", "site.yaml"}} {
		var said bytes.Buffer
		args := append([]string{"merge", "-q", "--db", name + ".duckdb", "parts"}, rules...)
		if code := run(t.Context(), args, nil, &said, &said, func(string) string { return "" }); code != exitUsage || !strings.Contains(said.String(), "--reclassify") {
			t.Errorf("exit code %d without a way out: %s", code, &said)
		}
		runIn(t, exitDone, append([]string{"merge", "-q", "--reclassify", "--db", name + ".duckdb", "-o", name, "parts"}, rules...)...)
		runIn(t, exitDone, append([]string{"run", "-q", "--db", name + "-one.duckdb", "-o", name + "-one", "in"}, rules...)...)
		timed := map[string]string{"runs": "started_at, finished_at, arguments, timings, parts, missing_shards, reading"}
		if d := cmp.Diff(content(t, name+"-one.duckdb", timed), content(t, name+".duckdb", timed)); d != "" {
			t.Errorf("%s: one run against merged parts (-run +merge):\n%.3000s", name, d)
		}
		runIn(t, exitDone, "check", "--db", name+".duckdb")
	}
}
