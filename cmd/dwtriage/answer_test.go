//go:build cgo

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// However a call with --json ends, standard output is one line, an object with the exit code that the process has.
func TestAnswersAreOneLine(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{
		"good.csv":       "Company,Entity Name,Created On,Error Message\nUSMF,salesorders,2026-11-24T09:00:00Z,The user is not a member of the organization.\n",
		"header.csv":     "Company,Entity Name,Created On,Error Message\n",
		"damaged.duckdb": strings.Repeat("no database\n", 4000),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stopped, stop := context.WithCancelCause(t.Context())
	stop(signalError{syscall.SIGTERM, time.Now()})
	for _, c := range []struct {
		args string // of a call; NAME=VALUE before it is its environment
		ctx  context.Context
		code int
		kept string
		says string
	}{
		{"run --json good.csv", nil, exitDone, "", ""},
		{"DWTRIAGE_JSON=true run -q good.csv", nil, exitDone, "", ""},
		{"run --json --fail-on info --db new.duckdb good.csv", nil, exitFailOn, "", ""},
		{"run --json header.csv", nil, exitDone, "", ""},
		{"report --json", nil, exitDone, "", ""}, // of a run that ended with 0
		{"run --json good.csv nowhere.csv", nil, exitFailed, "", ""},
		{"run --json", nil, exitUsage, "false", "run needs the PATH"},
		{"run --nonsense --json good.csv", nil, exitUsage, "false", "unknown flag: --nonsense"},
		{"DWTRIAGE_JSON=1 run --threads=x good.csv", nil, exitUsage, "false", "--threads"},
		{"run --json --fail-on never good.csv", nil, exitUsage, "false", "--fail-on"},
		{"run --json --db= good.csv", nil, exitUsage, "false", "--db"},
		{"run --json nowhere.csv", nil, exitFailed, "false", "there is nothing to read"},
		{"run --json --db damaged.duckdb good.csv", nil, exitFailed, "false", "damaged.duckdb"},
		{"report --json --db nowhere.duckdb", nil, exitFailed, "false", "nowhere.duckdb"},
		{"report --json --run 99", nil, exitFailed, "false", "there is no run 99"},
		{"report --json --compare-to x", nil, exitUsage, "false", "--compare-to"},
		{"run --json good.csv", stopped, exitTerminated, "false", "the database is as it was before the run"},
	} {
		args, env := strings.Fields(c.args), map[string]string{}
		if name, value, ok := strings.Cut(args[0], "="); ok {
			env[name], args = value, args[1:]
		}
		ctx := c.ctx
		if ctx == nil {
			ctx = t.Context()
		}
		var stdout, stderr bytes.Buffer
		code := run(ctx, args, strings.NewReader(""), &stdout, &stderr, func(name string) string { return env[name] })
		var answer struct {
			RunID *int64          `json:"run_id"`
			Code  *int            `json:"exit_code"`
			Error string          `json:"error"`
			Kept  json.RawMessage `json:"kept"`
		}
		if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil || strings.Count(stdout.String(), "\n") != 1 {
			t.Errorf("%s: standard output is no line of JSON (%v): %q; %s", c.args, err, &stdout, &stderr)
			continue
		}
		if code != c.code || answer.Code == nil || *answer.Code != code || answer.RunID == nil {
			t.Errorf("%s: exit code %d, want %d: %.300s", c.args, code, c.code, &stdout)
		}
		if string(answer.Kept) != c.kept || !strings.Contains(answer.Error, c.says) || (c.says == "") != (answer.Error == "") {
			t.Errorf("%s: kept %s, error %q; want %s, %q", c.args, answer.Kept, answer.Error, c.kept, c.says)
		}
	}

	// The value of another flag may look like it.
	var stdout, stderr bytes.Buffer
	run(t.Context(), []string{"run", "-o", "--json", "nowhere.csv"}, nil, &stdout, &stderr, func(string) string { return "" })
	if stdout.Len() > 0 {
		t.Errorf("run -o --json prints %q", &stdout)
	}
}

// What is kept of a run at each of its moments, as the answer says it.
func TestAnswersSayWhatIsKept(t *testing.T) {
	for _, c := range []struct {
		moment func(f *fate)
		want   string
	}{
		{func(*fate) {}, `"run_id":0,"kept":false`},
		{func(f *fate) { f.ofRun(7, false) }, `"run_id":7,"kept":null`},
		{func(f *fate) { f.ofRun(7, false); f.ofRun(7, true) }, `"run_id":7,"kept":true`},
		{func(f *fate) { f.ofRun(7, true); f.isNothing() }, `"run_id":0,"kept":false`},
	} {
		var stdout bytes.Buffer
		s := &session{stdout: &stdout, command: "run"}
		s.asJSON.Store(true)
		c.moment(&s.fate)
		s.answerFailed(exitTerminated, "stopped")
		s.answerFailed(exitTerminated, "stopped twice")
		if want := `{"command":"run","exit_code":143,"error":"stopped",` + c.want + "}\n"; stdout.String() != want {
			t.Errorf("the answer is %s, want %s", &stdout, want)
		}
	}
}
