//go:build cgo

package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What a killed merge, verify or bundle left of its work goes with the next one.
func TestLeftoversGo(t *testing.T) {
	dir := t.TempDir()
	temp := filepath.Join(dir, "temp")
	t.Setenv("TMPDIR", temp)
	if runtime.GOOS == "windows" {
		t.Setenv("TMP", temp)
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	call := func(args ...string) {
		var said strings.Builder
		if code := run(t.Context(), args, strings.NewReader(""), &said, &said, func(string) string { return "" }); code != exitDone {
			t.Fatalf("%q: exit code %d: %s", args, code, &said)
		}
	}
	if err := os.MkdirAll(temp, 0o777); err != nil {
		t.Fatal(err)
	}
	call("run", "-q", "--part", in("parts"), "../../testdata/demo/dualwrite-errors.csv")
	for _, c := range []struct {
		left string
		args []string
	}{
		{filepath.Join(temp, "dwtriage-check-1"), []string{"merge", "-q", "--db", in("x.duckdb"), "-o", in("out"), in("parts")}},
		{in(".dwtriage-bundle-1"), []string{"bundle", "-q", "--db", in("x.duckdb"), "-o", in("b.zip")}},
		{filepath.Join(temp, "dwtriage-verify-1"), []string{"verify", in("b.zip")}},
	} {
		if err := os.MkdirAll(filepath.Join(c.left, "deep"), 0o777); err != nil {
			t.Fatal(err)
		}
		call(c.args...)
		if _, err := os.Lstat(c.left); !os.IsNotExist(err) {
			t.Errorf("%s: %s is still there: %v", c.args[0], c.left, err)
		}
		if left, _ := filepath.Glob(filepath.Join(temp, "dwtriage-*")); len(left) > 0 {
			t.Errorf("%s leaves %q", c.args[0], left)
		}
	}
}
