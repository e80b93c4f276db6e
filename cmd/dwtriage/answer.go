package main

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// A failedAnswer is what run and report print with --json where there is no summary to print.
type failedAnswer struct {
	Command  string `json:"command"`
	ExitCode int    `json:"exit_code"`
	Error    string `json:"error"`
	RunID    int64  `json:"run_id"` // 0: nothing of this call is in the database
	Kept     *bool  `json:"kept"`   // null: it was cut off while the database was being written
}

// answersInJSON reports whether a command owes its caller a line of JSON, however it ends.
func (s *session) answersInJSON() bool {
	return s.command == "run" || s.command == "merge" || s.command == "report"
}

// wantsJSON reads from a command line that may have mistakes whether JSON is asked for: a scheduler that parses the answer gets one to
// its wrong flags, too. Where the flags are right, parse knows better: the value of another flag may be spelled --json.
func wantsJSON(args []string, getenv func(string) string) bool {
	wanted, _ := strconv.ParseBool(getenv("DWTRIAGE_JSON"))
	for _, a := range args {
		if a == "--" {
			break
		}
		if a == "--json" {
			wanted = true
		} else if v, ok := strings.CutPrefix(a, "--json="); ok {
			wanted, _ = strconv.ParseBool(v)
		}
	}
	return wanted
}

// answer prints the one line of a call with --json: a document, without its line breaks. Whoever comes second prints nothing.
func (s *session) answer(document []byte) error {
	if s.answered.Swap(true) {
		return nil
	}
	var line bytes.Buffer
	if err := json.Compact(&line, document); err != nil {
		return err
	}
	line.WriteByte('\n')
	_, err := s.stdout.Write(s.harmlessJSON(line.Bytes()))
	return err
}

// answerFailed is the answer of a call that has no other. That it cannot be printed is no news: the exit code says what happened.
func (s *session) answerFailed(code int, message string) {
	if !s.asJSON.Load() {
		return
	}
	a := failedAnswer{Command: s.command, ExitCode: code, Error: message}
	a.RunID, a.Kept = s.fate.run()
	var b bytes.Buffer
	if printJSONLine(&b, a) == nil {
		_ = s.answer(b.Bytes())
	}
}

// lastAnswer is what a call with --json answers where it is ended from outside while the database is being written; empty without --json.
func (s *session) lastAnswer(message string) string {
	var b bytes.Buffer
	if !s.asJSON.Load() || printJSONLine(&b, failedAnswer{Command: s.command, ExitCode: exitFailed, Error: message}) != nil {
		return ""
	}
	return string(s.harmlessJSON(b.Bytes()))
}
