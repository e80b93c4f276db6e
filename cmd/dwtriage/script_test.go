//go:build cgo

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the whole command as people do: testdata/script/*.txtar at the top of the
// repository. $DEMO is the sample night.
func TestScripts(t *testing.T) {
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join(testdata, "script"),
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"dwtriage": inProcess, "code": code, "truncate": truncate, "repeat": repeat, "age": age},
		Setup: func(e *testscript.Env) error {
			e.Setenv("DEMO", filepath.Join(testdata, "demo"))
			e.Setenv("DWTRIAGE_THREADS", threads())
			return nil
		},
	})
}

// There is one working directory, and scripts run side by side.
var inDirectory sync.Mutex

// inProcess is the command dwtriage of the scripts, whose last argument <FILE is standard input. A process for
// each would compile the rules each time, which was half of what the scripts took.
func inProcess(ts *testscript.TestScript, wantFailure bool, args []string) {
	inDirectory.Lock()
	defer inDirectory.Unlock()
	before, err := os.Getwd()
	ts.Check(err)
	ts.Check(os.Chdir(ts.MkAbs(".")))
	defer func() { ts.Check(os.Chdir(before)) }()
	var stdin io.Reader = strings.NewReader("")
	if n := len(args) - 1; n >= 0 && strings.HasPrefix(args[n], "<") {
		stdin, args = strings.NewReader(ts.ReadFile(args[n][1:])), args[:n]
	}
	code := run(context.Background(), args, stdin, ts.Stdout(), ts.Stderr(), ts.Getenv)
	ended.Store(ts, code)
	switch {
	case code == exitDone && wantFailure:
		ts.Fatalf("exit code 0, should fail")
	case code != exitDone && !wantFailure:
		ts.Fatalf("exit code %d", code)
	}
}

// ended holds the exit code of the last dwtriage of each script.
var ended sync.Map

// code N is the exit code of the last dwtriage.
func code(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: code N")
	}
	if got, _ := ended.Load(ts); fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit code %v, want %s", got, args[0])
	}
}

// age TIME FILE... says of files that they were written so long ago.
func age(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: age TIME FILE...")
	}
	ago, err := time.ParseDuration(args[0])
	ts.Check(err)
	for _, name := range args[1:] {
		ts.Check(os.Chtimes(ts.MkAbs(name), time.Time{}, time.Now().Add(-ago)))
	}
}

// repeat FROM TO N writes the first line of a file and then N times its second one.
func repeat(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: repeat FROM TO N")
	}
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	lines := strings.SplitAfter(ts.ReadFile(args[0]), "\n")
	if len(lines) < 2 {
		ts.Fatalf("%s has no second line", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(lines[0]+strings.Repeat(lines[1], n)), 0o666))
}

// truncate FILE BYTES cuts a file off, as an interrupted copy does.
func truncate(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: truncate FILE BYTES")
	}
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size))
}
