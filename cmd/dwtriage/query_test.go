//go:build cgo

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dwtriage/ingest/words"
)

// A query that would take an hour ends when somebody presses Ctrl-C, and says so.
func TestQueryStops(t *testing.T) {
	db := filepath.Join(t.TempDir(), "x.duckdb")
	noEnv := func(string) string { return "" }
	var said bytes.Buffer
	if code := run(t.Context(), []string{"run", "-q", "--db", db, "-o", t.TempDir(), "../../testdata/demo/dualwrite-errors.csv"}, nil, &said, &said, noEnv); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	ctx, stop := context.WithCancelCause(t.Context())
	defer time.AfterFunc(300*time.Millisecond, func() { stop(signalError{Signal: os.Interrupt}) }).Stop()
	code := run(ctx, []string{"query", "--db", db, "SELECT count(DISTINCT hash(a.range, b.range) % 1000) FROM range(10000000) a, range(10000000) b"}, nil, &said, &said, noEnv)
	if code != exitInterrupted || !strings.Contains(said.String(), "nothing was changed") {
		t.Errorf("exit code %d, want %d: %s", code, exitInterrupted, &said)
	}
}

// A query that needs more memory than the database has says what to ask instead, and not which settings of DuckDB to change: it takes none.
func TestQueryWithoutMemory(t *testing.T) {
	db := filepath.Join(t.TempDir(), "x.duckdb")
	noEnv := func(string) string { return "" }
	var said bytes.Buffer
	if code := run(t.Context(), []string{"run", "-q", "--db", db, "-o", t.TempDir(), "../../testdata/demo/dualwrite-errors.csv"}, nil, &said, &said, noEnv); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	said.Reset()
	code := run(t.Context(), []string{"query", "--db", db, "SELECT list(repeat('x', 100000) || range) FROM range(20000)"}, nil, &said, &said, noEnv)
	if text := said.String(); code != exitFailed || !strings.Contains(text, noMemory+" (failed to allocate") || !strings.Contains(text, "ask for less at once") || strings.Contains(text, "SET ") || strings.Count(text, "\n") != 1 {
		t.Errorf("exit code %d: %s", code, text)
	}
}

// DuckDB's advice to change settings is in no message, whichever command says it and however it is wrapped.
func TestMemoryInWords(t *testing.T) {
	const full = "Out of Memory Error: failed to allocate data of size 16.0 MiB (132.3 MiB/143.0 MiB used)\n\nPossible solutions:\n* Reducing the number of threads (SET threads=X)\n* Increasing the memory limit (SET memory_limit='...GB')\n\nSee also https://duckdb.org/docs/stable/guides/performance/how_to_tune_workloads"
	const disk = "Out of Memory Error: failed to offload data block of size 256.0 KiB (1.0 GiB/1.0 GiB used).\nThis limit was set by the 'max_temp_directory_size' setting.\nYou can adjust this setting, by using (for example) PRAGMA max_temp_directory_size='10GiB'"
	for text, want := range map[string]string{
		"run 3: query captures: " + full: "run 3: query captures: the database has no more memory (failed to allocate data of size 16.0 MiB (132.3 MiB/143.0 MiB used))",
		full + "; nothing was changed":   "the database has no more memory (failed to allocate data of size 16.0 MiB (132.3 MiB/143.0 MiB used)); nothing was changed",
		disk:                             "the disk has no room for what the memory of the database does not hold (failed to offload data block of size 256.0 KiB (1.0 GiB/1.0 GiB used))",
		"a.csv: it is cut":               "a.csv: it is cut",
	} {
		if got := errorLines(errors.New(text)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		var said bytes.Buffer
		if tell(&said, "%v", errors.New(text)); said.String() != want {
			t.Errorf("told: %q, want %q", &said, want)
		}
		said.Reset() // what a log printed stays as it is
		if tell(&said, "%s", text); said.String() != words.OneLine(text) {
			t.Errorf("a text: %q, want %q", &said, words.OneLine(text))
		}
	}
	for command, want := range map[string]string{"query": "ask for less at once", "run": "--memory-limit", "report": "history prune"} {
		f := newFlags("", "")
		if command == "run" {
			new(runFlags).defineMachine(f)
			f.AddFlagSet(f.groups[0])
		}
		s := &session{command: command, typed: f}
		if got := s.memoryAdvice(errorLines(errors.New(full))); !strings.Contains(got, want) {
			t.Errorf("advice of %s: %q, want %q", command, got, want)
		}
		if got := s.memoryAdvice("a.csv: it is cut"); got != "" {
			t.Errorf("advice of %s for nothing: %q", command, got)
		}
	}
}
