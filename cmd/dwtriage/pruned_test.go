//go:build cgo

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An export of pruned hours that is read again comes to an end and is filtered, a warning says of how many records, also where the database keeps so many
// others that their ids are looked up in small tables (from 4,096 on).
func TestPrunedHoursAreReadAgain(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "x.duckdb")
	night := func(name string, from time.Time, rows int) string {
		var text strings.Builder
		text.WriteString("Company,Entity,Key,Created,Error message,Correlation Id\n")
		for i := range rows {
			fmt.Fprintf(&text, "USMF,Vendors V2,K-%d,%s,The crane is jammed,\n", i, from.Add(time.Duration(i)*time.Second).Format(time.RFC3339))
		}
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	pruned := night("pruned.csv", time.Date(2026, 10, 1, 21, 0, 0, 0, time.UTC), 40)
	kept := night("kept.csv", time.Date(2026, 10, 6, 21, 0, 0, 0, time.UTC), 4100)
	said := func(code int, args ...string) string {
		t.Helper()
		got, stdout, stderr := callOf(t.Context(), args...)
		if got != code {
			t.Fatalf("%q: exit code %d, want %d: %s", args, got, code, stderr)
		}
		return stdout + stderr
	}
	args := []string{"run", "--db", db, "-o", filepath.Join(dir, "out"), "--progress", "none"}
	said(exitDone, append(args, pruned)...)
	said(exitDone, append(args, kept)...)
	said(exitDone, "history", "prune", "--db", db, "--before", "2026-10-04")
	text := said(exitDone, append(args, "--allow-empty", pruned)...)
	if !strings.Contains(text, "40 read = 0 loaded + 0 duplicates + 0 rejected + 40 filtered") || !strings.Contains(text, "40 records are from before") {
		t.Errorf("read again: %s", text)
	}
	if text := said(exitDone, append(args, kept)...); !strings.Contains(text, "4,100 read = 0 loaded + 4,100 duplicates") {
		t.Errorf("what was kept: %s", text)
	}
}
