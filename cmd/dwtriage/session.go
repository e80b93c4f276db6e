package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"dwtriage/report/redact"
)

// Exit codes. The README lists them, and a test holds it to these. A scheduler sees nothing of a run but
// this number, so each tells it something else to do: 1 look at it, 2 the call itself is wrong and will
// be wrong tomorrow, 3 and 4 the job is done and its result is what somebody asked to be woken for, 5 try
// again later. Those above 128 are those of a shell, 128 and the number of the signal: wrappers of
// schedulers look for them. Those that depend on what a run found are worked out by the summary, because the page
// prints them and can be drawn again from the database without a command line; the light build has no summary, so
// the numbers stand here, too, and a test holds them to its.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitFailOn      = 3
	exitRejects     = 4
	exitBusy        = 5
	exitHungUp      = 129
	exitInterrupted = 130
	exitQuit        = 131
	exitUnread      = 141
	exitTerminated  = 143
)

// An exitError carries the exit code that an error ends the program with. Codes are values that travel
// with the error: only main calls os.Exit, so every command can be run, and its code seen, in a test,
// and deferred work (the database, temporary files, the progress bar) is done on every way out.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func usageError(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// errHelped ends a command whose help was asked for and printed. It is an error so that it goes the
// way of all others: whoever sees none has everything it asked for. end turns it into exit code 0.
var errHelped = errors.New("the help was printed")

// A session is what a command works with: its streams and its name for messages. Nothing below reads
// os.Args, os.Stdin or the environment, so two sessions do not know of each other and a test passes its
// own.
type session struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	environ        func() []string // all of it; nil: nobody asks
	command        string          // "run", "rules test"
	arguments      []string        // the command line as typed
	fate           fate
	asJSON         atomic.Bool // the call owes a line of JSON; answered: and has printed it
	answered       atomic.Bool
	relax          func()           // lets others read what is made; nil: they may
	lastWord       sync.Once        // of those who may end the process
	ci             ciLog            // the pipeline that is told
	defused        bool             // nothing that is printed is a command of a pipeline
	red            *redact.Redactor // hides what messages say; nil: nothing
	typed          *flags           // of the command, once they are read
	log            *nightLog        // the file of --log-file; nil: none
	probe          **flags          // gets the flags of the command, which does nothing else then
}

// A command is one thing dwtriage can do. Its run returns an exit code only where it did what was asked;
// whatever stopped it is an error, which end turns into a code, in one place for all commands.
type command struct {
	name  string
	short string // one line for the overview
	run   func(s *session, args []string) (int, error)
}

// end prints what went wrong and chooses the exit code for it. A signal comes first: what fails while a
// run is being stopped is an echo of the stop, and a person who pressed Ctrl-C is not helped by it.
func (s *session) end(code int, err error) int {
	if err == nil {
		return code
	}
	if s.typed != nil {
		err = s.typed.placed(err)
	}
	if errors.Is(err, errHelped) {
		return exitDone
	}
	if stopped, ok := errors.AsType[signalError](context.Cause(s.ctx)); ok {
		s.lastWord.Do(func() {
			message := s.hide(fmt.Sprintf("%v; %s", stopped, s.fate.words()))
			tell(s.stderr, "dwtriage: %s\n", message)
			s.ci.issue("error", message)
			s.answerFailed(stopSignals[stopped.Signal], message)
		})
		return stopSignals[stopped.Signal]
	}
	if errors.Is(err, syscall.EPIPE) { // of standard output: nothing else that is written to is a pipe
		if s.command == "run" || s.command == "merge" {
			tell(s.stderr, "dwtriage: nobody reads standard output; %s\n", s.hide(s.fate.words()))
		}
		return exitUnread
	}
	said := errorLines(err)
	if advice := s.memoryAdvice(said); advice != "" {
		said += "; " + advice
	}
	said = s.hide(said)
	tell(s.stderr, "dwtriage: %s\n", several(said))
	code = exitFailed
	if e, ok := errors.AsType[*exitError](err); ok {
		code = e.code
	}
	for line := range strings.Lines(said) {
		s.ci.issue("error", line)
	}
	s.answerFailed(code, said)
	return code
}

// unjoin takes apart what errors.Join put together: each mistake is a line of its own, printed as such.
func unjoin(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// hide is a message as it may be printed.
func (s *session) hide(message string) string {
	if s.red == nil {
		return message
	}
	return s.red.Sentence(message)
}

// hidePath is a path as it may be printed.
func (s *session) hidePath(path string) string {
	if s.red == nil {
		return path
	}
	return s.red.Text(path)
}

// ownPath is where the call writes to, as the flag says, as it may be printed: a path of tokens would be one where nothing is.
func (s *session) ownPath(path, flag string) string {
	if s.hidePath(path) != path {
		return "what " + flag + " names (hidden here)"
	}
	return path
}
