//go:build cgo

package main

import (
	"bytes"
	"compress/bzip2"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What only reads leaves a database of an older schema as it is: it gives an answer, or says what brings the file up to date.
func TestReadersOfAnOlderSchema(t *testing.T) {
	packed, err := filepath.Glob("../../report/store/testdata/version*.duckdb.bz2")
	if err != nil || len(packed) < 9 {
		t.Fatal(packed, err)
	}
	for i := range packed {
		if packed[i], err = filepath.Abs(packed[i]); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(t.TempDir())
	calls := []string{
		"report -o r", "report -o r --run 1", "report -o r --environment UAT --period 2026-11-23", "report -o r --compare UAT..PROD", "bundle --out b.zip",
		"export --parquet p", "history list", "history prune --keep 1d --dry-run", "reclassify --dry-run", "query FROM_v_records", "check",
	}
	if !*full {
		packed = packed[len(packed)-1:]
	}
	for _, path := range packed {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(bzip2.NewReader(f))
		f.Close()
		db := filepath.Join(t.TempDir(), "old.duckdb")
		if err == nil {
			err = os.WriteFile(db, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range calls {
			args := strings.Fields(call)
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "FROM_v", "FROM v")
			}
			var out, said bytes.Buffer
			code := run(t.Context(), append(args, "--db", db), strings.NewReader(""), &out, &said, func(string) string { return "" })
			if updates := strings.Contains(said.String(), "dwtriage run brings it up to date"); code != exitDone && !updates || strings.Contains(said.String(), "Error:") {
				t.Errorf("%s: %s: exit code %d: %s", filepath.Base(path), call, code, said.String())
			}
		}
		if after, err := os.ReadFile(db); err != nil || !bytes.Equal(after, content) {
			t.Errorf("%s was changed, error %v", filepath.Base(path), err)
		}
	}
}
