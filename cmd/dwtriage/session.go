package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"dwtriage/report/summary"
)

// Exit codes. The README lists them, and a test holds it to these.
const (
	exitDone        = summary.ExitDone
	exitFailed      = summary.ExitFailed
	exitUsage       = 2
	exitFailOn      = summary.ExitFailOn
	exitRejects     = summary.ExitRejects
	exitBusy        = 5
	exitInterrupted = 130
	exitTerminated  = 143
)

// An exitError carries the exit code that an error ends the program with.
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

// A session is what a command works with: its streams and its name for messages.
type session struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	command        string   // "run", "rules test"
	arguments      []string // the command line as typed
	kept           string   // what a stopped command could not take back, empty: nothing
}

// A command is one thing dwtriage can do.
type command struct {
	name  string
	short string // one line for the overview
	run   func(s *session, args []string) (int, error)
}

// A signalError is the cause of a context that a signal ended.
type signalError struct{ os.Signal }

func (e signalError) Error() string { return "stopped: " + e.String() }

func signalCode(s os.Signal) int {
	if s == syscall.SIGTERM {
		return exitTerminated
	}
	return exitInterrupted
}

// end prints what went wrong and chooses the exit code for it.
func (s *session) end(code int, err error) int {
	if err == nil {
		return code
	}
	if errors.Is(err, errHelped) {
		return exitDone
	}
	if stopped, ok := errors.AsType[signalError](context.Cause(s.ctx)); ok {
		fmt.Fprintf(s.stderr, "dwtriage: %v; %s\n", stopped, cmp.Or(s.kept, "the database is as it was before the run"))
		return signalCode(stopped.Signal)
	}
	fmt.Fprintf(s.stderr, "dwtriage: %v\n", err)
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.code
	}
	return exitFailed
}

func unjoin(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}
