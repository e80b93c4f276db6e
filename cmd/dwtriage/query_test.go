//go:build cgo

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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
