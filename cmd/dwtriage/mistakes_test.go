package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A command that needs the rules tells a hundred of their mistakes and how many more there are; rules lint lists all.
func TestManyMistakes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(file, []byte(strings.Repeat("- mute: x\n", 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	call := func(args ...string) (stdout, stderr string) {
		var out, said strings.Builder
		if code := run(t.Context(), args, strings.NewReader(""), &out, &said, func(string) string { return "" }); code != exitUsage {
			t.Errorf("%q: exit code %d", args, code)
		}
		return out.String(), said.String()
	}
	_, said := call("explain", "--rules", file, "x")
	if !strings.Contains(said, "800 mistakes in the rules, nothing was read") || !strings.HasSuffix(said, "\nand 700 more, which dwtriage rules lint lists\n") || strings.Count(said, "\n") != 102 {
		t.Errorf("explain says %d lines:\n%.300s…%s", strings.Count(said, "\n"), said, said[max(0, len(said)-200):])
	}
	if out, _ := call("rules", "lint", file); strings.Count(out, "\n") != 801 || !strings.HasSuffix(out, "\n800 mistakes\n") {
		t.Errorf("lint lists %d lines", strings.Count(out, "\n"))
	}
}
