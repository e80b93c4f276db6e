//go:build cgo

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The report of another run in a folder that is read is no log, whatever errors it quotes; so every file of a report must be
// known by its start.
func TestOwnReportsAreLeftOut(t *testing.T) {
	t.Chdir(t.TempDir())
	const rows = "createdon,exceptiondetails,typename\n2026-11-22T10:00:00Z,Unable to write data to entity accounts.,A\n2026-11-22T10:00:00Z,\"a, b\",A,x\n"
	if err := os.WriteFile("a.csv", []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, out := range []string{"first", "second"} {
		var stdout, stderr strings.Builder
		code := run(t.Context(), []string{"run", "--xlsx", "--db", filepath.Join(t.TempDir(), "t.duckdb"), "-o", out, "--progress", "plain", "."}, strings.NewReader(""), &stdout, &stderr, func(string) string { return "" })
		if code != 0 || !strings.Contains(stdout.String(), "Ledger: 2 read = 1 loaded + 0 duplicates + 1 rejected + 0 filtered") {
			t.Fatalf("exit %d\n%s%s", code, &stdout, &stderr)
		}
		if i == 0 {
			continue
		}
		files, err := filepath.Glob("first/*")
		if err != nil || len(files) < 8 {
			t.Fatal(files, err)
		}
		for _, path := range files {
			said := []string{filepath.ToSlash(path) + ": passed over: ", filepath.ToSlash(path) + ": "} // of run, and of inspect
			const what = "a report or a log file of dwtriage: name the file itself"
			if !strings.Contains(stderr.String(), said[0]+what) && !strings.Contains(stdout.String(), said[1]+what) {
				t.Errorf("nothing says %q:\n%s", said, &stderr)
			}
		}
	}
}
