// Command dwtriage turns exported dual-write error logs and Dataverse plug-in trace logs into a
// DuckDB database and a report of what fails, why, and what to do first. It is the front door:
// flags, wiring, goroutines and exit codes live here; the work is done in ingest, classify,
// report/store and report.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes, DESIGN section 6.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitFailOn      = 3
	exitRejects     = 4
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

func commands() []command {
	return []command{
		{"run", "read exports, classify, load and draw the report: the nightly job", runRun},
		{"inspect", "say what each file is taken for, before a run", runInspect},
		{"explain", "say which rules match a text, which one wins and why, and the fix", runExplain},
		{"rules", "list, show, lint, test, draft rules, and what the database made of them", runRules},
		{"version", "print the version of the program and its rules", runVersion},
	}
}

func main() {
	ctx, stop := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		first := <-signals
		stop(signalError{first})
		<-signals // a second one does not wait for a clean end
		os.Exit(signalCode(first))
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
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

// run is main with everything passed in: it returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) int {
	s := &session{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, getenv: getenv, arguments: args}
	if len(args) == 0 {
		printOverview(stderr)
		return exitUsage
	}
	switch args[0] {
	case "-h", "--help", "help":
		if len(args) > 1 && args[0] == "help" {
			return run(ctx, append(args[1:], "--help"), stdin, stdout, stderr, getenv)
		}
		printOverview(stdout)
		return exitDone
	case "--version":
		args = []string{"version"}
	}
	for _, c := range commands() {
		if c.name == args[0] {
			s.command = c.name
			code, err := c.run(s, args[1:])
			return s.end(code, err)
		}
	}
	return s.end(0, usageError("unknown command %q: dwtriage --help lists the commands", args[0]))
}

// end prints what went wrong and chooses the exit code for it.
func (s *session) end(code int, err error) int {
	if err == nil {
		return code
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

func printOverview(w io.Writer) {
	fmt.Fprint(w, `dwtriage turns exported dual-write error logs and Dataverse plug-in trace logs
into a DuckDB database and a report: which entities fail, why, and what to do first.

Usage:
  dwtriage COMMAND [flags] [arguments]

Commands:
`)
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s%s\n", c.name, c.short)
	}
	fmt.Fprint(w, `
Examples:
  dwtriage run exports/                     last night's exports, report in dwtriage-report/
  dwtriage run --environment PROD *.csv.gz  named in the report and in every record
  dwtriage explain "Unable to lookup msdyn_customergroups with values {80}"

dwtriage COMMAND --help describes a command and its exit codes.
`)
}
