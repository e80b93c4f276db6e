package main

import (
	"bytes"
	"os"
	"path/filepath"
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
