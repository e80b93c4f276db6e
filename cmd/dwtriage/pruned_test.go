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

// The report of a run that stays calls what is quiet or over by its message, as it did before the run was pruned that had the records: unknown messages, and
// those of a rule that takes any reason.
func TestPrunedMessagesKeepTheirNames(t *testing.T) {
	dir := t.TempDir()
	db, copied := filepath.Join(dir, "x.duckdb"), filepath.Join(dir, "y.duckdb")
	isv := "Microsoft.Xrm.Sdk.InvalidPluginExecutionException: %s"
	failing := map[int][]string{
		1: {"The crane is jammed", fmt.Sprintf(isv, "Number sequence is used up."), fmt.Sprintf(isv, "Currency is locked.")},
		2: {fmt.Sprintf(isv, "Currency is locked.")},
		3: {"another"}, 4: {"another"}, 5: {"another"},
	}
	for day := 1; day <= 5; day++ {
		var text strings.Builder
		text.WriteString("Company,Entity,Key,Created,Error message,Correlation Id\n")
		for i, said := range failing[day] {
			fmt.Fprintf(&text, "USMF,Vendors V2,K-%d,2026-10-%02dT21:%02d:00Z,%s,\n", i, day, i, said)
		}
		name := filepath.Join(dir, fmt.Sprintf("%d.csv", day))
		if err := os.WriteFile(name, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		runIn(t, exitDone, "run", "-q", "--db", db, "-o", filepath.Join(dir, "out"), name)
	}
	content, err := os.ReadFile(db)
	if err == nil {
		err = os.WriteFile(copied, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	runIn(t, exitDone, "history", "prune", "--db", copied, "--before", "2026-10-03")
	changes := func(db string, run int) string {
		out := filepath.Join(dir, "again")
		runIn(t, exitDone, "report", "-q", "--db", db, "--run", fmt.Sprint(run), "-o", out)
		text, err := os.ReadFile(filepath.Join(out, "changes.csv"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for run, names := range map[int][]string{3: {"The crane is jammed", "Number sequence is used up", "Currency is locked"}, 4: {"The crane is jammed", "Number sequence is used up", "Currency is locked"}, 5: {"Currency is locked"}} {
		want, got := changes(db, run), changes(copied, run)
		if got != want {
			t.Errorf("run %d after the prune:\n%s\nand before:\n%s", run, got, want)
		}
		for _, name := range names {
			if !strings.Contains(want, name) {
				t.Errorf("run %d does not name %q:\n%s", run, name, want)
			}
		}
	}
}
