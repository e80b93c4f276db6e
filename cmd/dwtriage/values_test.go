//go:build cgo

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestValuesOfFlags: what is no value of a flag, typed or from the environment, ends a run with 2 and the name of the flag, before
// anything is made.
func TestValuesOfFlags(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("a.csv", []byte("id,errormessage\n1,boom\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for flag, values := range map[string][]string{
		"threads":      {"100000", "5e9", "-1", "many", "5000000000", "99999999999999999999"},
		"memory-limit": {"lots", "0", "1KB", "-1", "NaN", "Inf", "NaNGB", "1e400"},
		"max-rejects":  {"NaN", "101%", "-1", "inf", "%", "x"},
		"max-cell":     {"NaN", "0", "-1", "x", "2TB"},
		"max-record":   {"NaN", "0", "-1", "x"},
		"max-unpacked": {"NaN", "0", "-1", "x"},
		"max-columns":  {"0", "-1", "x", "99999999"},
		"max-nesting":  {"0", "-1", "x", "65"},
		"max-ratio":    {"0", "-1", "x"},
		"max-members":  {"0", "-1", "x"},
		"tz":           {"Nowhere/Land", "../../etc/passwd"},
		"since":        {"yesterday", "2026-13-01", "1e9"},
		"until":        {"x", "25:00"},
		"log":          {"x"},
		"format":       {"x"},
		"date-order":   {"x"},
		"fail-on":      {"x"},
		"progress":     {"x"},
		"csv":          {"x"},
	} {
		for _, v := range values {
			for name, getenv := range map[string]func(string) string{
				"typed": func(string) string { return "" },
				"set": func(key string) string {
					return map[string]string{"DWTRIAGE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_")): v}[key]
				},
			} {
				args := []string{"run", "a.csv"}
				if name == "typed" {
					args = append(args, "--"+flag+"="+v)
				}
				var stdout, stderr bytes.Buffer
				code := run(t.Context(), args, nil, &stdout, &stderr, getenv)
				said := stderr.String()
				if code != exitUsage || !strings.Contains(said, flag) && !strings.Contains(said, "DWTRIAGE_") || strings.Contains(said, "SET ") || strings.Count(said, "\n") != 1 || stdout.Len() > 0 {
					t.Errorf("--%s %s, %s: exit code %d, %q", flag, v, name, code, said)
				}
			}
		}
	}
	if made, _ := filepath.Glob("*"); len(made) != 1 {
		t.Errorf("files were made: %q", made)
	}
}

// TestValuesOfOtherFlags: the same of all other commands. The database is one with a run in it, so that nothing else is wrong.
func TestValuesOfOtherFlags(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("a.csv", []byte("id,errormessage\n1,boom\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	call := func(args ...string) (code int, out, said string) {
		var stdout, stderr bytes.Buffer
		code = run(t.Context(), args, nil, &stdout, &stderr, func(string) string { return "" })
		return code, stdout.String(), stderr.String()
	}
	if code, _, said := call("run", "-q", "a.csv"); code != exitDone {
		t.Fatalf("exit code %d: %s", code, said)
	}
	made, _ := filepath.Glob("*")
	waits := []string{"-1s", "x", "5", "99999999999h", "NaN", "1e9s"}
	bases := []string{"", ":memory:", "http://example.invalid/a.duckdb", "s3://bucket/a"}
	numbers := []string{"-1", "x", "1.5", "1e3", "NaN", "99999999999999999999"}
	for command, flags := range map[string]map[string][]string{
		"report": {"run": numbers, "csv": {"x", "EXCEL "}, "db": bases, "lock-wait": waits, "out": {""}, "json": {"maybe"},
			"compare-to": {"x", "-1", "99999999999999999999", "2026-13-01", "2026-11-20..2026-11-19", "..", "1e9"},
			"period":     {"x", "17", "2026-13-01", "2026-11-20..2026-11-19", ".."}, "compare": {"x", "..", "A..", "..B", "A..A", "A..B"}, "since": {"x", "2026-13-01"}, "until": {"x", "25:00"}},
		"inspect a.csv": {"sample": {"x", "-1", "NaN", "Inf", "1e400"}, "tz": {"Nowhere/Land", "../../etc/passwd"}, "log": {"x"},
			"format": {"x"}, "date-order": {"x"}, "max-cell": {"0", "x", "2TB"}, "max-record": {"0", "NaN"}, "max-unpacked": {"0", "-1"},
			"max-columns": {"0", "x"}, "max-nesting": {"0", "65"}, "max-ratio": {"0"}, "max-members": {"-1"}, "json": {"maybe"}},
		"explain boom":               {"log": {"x", "auto"}, "db": bases, "lock-wait": waits, "raw": {"maybe"}},
		"explain --record 1":         {"db": bases, "lock-wait": waits},
		"query SELECT":               {"limit": numbers, "db": bases, "lock-wait": waits, "csv": {"maybe"}},
		"history list":               {"db": bases, "lock-wait": waits, "json": {"maybe"}},
		"history forget":             {"run": append(numbers, "0", "4711"), "dry-run": {"maybe"}},
		"history forget --run 1":     {"db": bases, "lock-wait": waits},
		"check":                      {"db": bases, "lock-wait": waits, "json": {"maybe"}},
		"rules list":                 {"category": {"x"}, "status": {"x"}, "severity": {"x"}, "json": {"maybe"}},
		"rules show":                 {"expanded": {"maybe"}},
		"rules lint":                 {"strict": {"maybe"}},
		"rules coverage":             {"db": bases, "lock-wait": waits, "json": {"maybe"}},
		"rules draft t-58a3c0d1e2f4": {"db": bases, "lock-wait": waits},
		"version":                    {"json": {"maybe"}},
	} {
		for flag, values := range flags {
			for _, v := range values {
				code, out, said := call(append(strings.Fields(command), "--"+flag+"="+v)...)
				if code != exitUsage || !strings.Contains(said, flag) || strings.Count(said, "\n") != 1 || out != "" || foreign.MatchString(said) {
					t.Errorf("%s --%s=%s: exit code %d, %q", command, flag, v, code, said)
				}
			}
		}
	}
	if now, _ := filepath.Glob("*"); len(now) != len(made) {
		t.Errorf("there are %q, were %q", now, made)
	}
}

// foreign is what is not said in words of this program: by DuckDB, or by the library that reads numbers.
var foreign = regexp.MustCompile(`(?i)duckdb error|binder|catalog error|parser error|conversion error|strconv|SET `)
