// Command dwtriage turns exported dual-write error logs and Dataverse plug-in trace logs into a
// DuckDB database and a report of what fails, why, and what to do first. It is the front door:
// flags, wiring, goroutines and exit codes live here; the work is done in ingest, classify,
// report/store and report.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
)

// commands are listed in the order in which a newcomer meets them, which is that of the overview. It is a
// function since a variable would be a cycle: commands, help and run know each other.
func commands() []command {
	return []command{
		{"run", "read exports, classify, load and draw the report: the nightly job", runRun},
		{"merge", "load parts that run --part made, on other machines or side by side, and draw the report", runMerge},
		{"report", "draw the report again from the database, compared with any earlier period", runReport},
		{"reclassify", "judge the records of the database again, by the rules of today", runReclassify},
		{"bundle", "freeze a run for a review: report, rules and extract of the database in one zip", runBundle},
		{"verify", "check a bundle, draw its report again and compare", runVerify},
		{"export", "write runs as Parquet files for SQL engines and Power BI", runExport},
		{"inspect", "say what each file is taken for, before a run", runInspect},
		{"classify", "filter: give rows back with their verdicts, for any engine; no database", runClassify},
		{"explain", "say which rules match a text, which one wins and why, and the fix", runExplain},
		{"query", "ask the database in SQL: a table, CSV or JSON", runQuery},
		{"history", "list the runs of the database, forget one, or prune old ones", runHistory},
		{"check", "verify the database, and say what can be saved of a damaged one", runCheck},
		{"rules", "list, show, lint, test, draft rules, and what the database made of them", runRules},
		{"schedule", "print a task that calls run every day: Windows, systemd, cron, Azure Pipelines, GitHub", runSchedule},
		{"config", "print the flags in force, and what set them", runConfig},
		{"completion", "print the script that completes commands and flags in a shell", runCompletion},
		{"man", "print manual pages", runMan},
		{"version", "print the version of the program and its rules", runVersion},
	}
}

func main() {
	ctx, stop := context.WithCancelCause(context.Background())
	s := &session{ctx: ctx, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, environ: os.Environ, relax: private()}
	s.obey(stop)
	os.Exit(s.run(os.Args[1:]))
}

// run is main with everything passed in: it returns the exit code. Script tests and the sessions of the
// README go through it as well, so what they show is what a shell shows.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) int {
	s := &session{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, getenv: getenv}
	return s.run(args)
}

// run does what a command line asks for, and writes into its log how it ended.
func (s *session) run(args []string) int {
	code := s.do(args)
	if err := s.unwritten(); err != nil && code == exitDone {
		code = s.end(code, err)
	}
	s.endLog(code)
	return code
}

func (s *session) do(args []string) int {
	s.arguments = args
	s.escape()
	if len(args) == 0 {
		printOverview(s.stderr)
		return exitUsage
	}
	switch args[0] {
	case "-h", "--help", "--help-all", "help":
		if len(args) == 2 && args[0] == "help" && args[1] == "exporting" {
			printExporting(s.stdout)
			return exitDone
		}
		if len(args) > 1 && args[0] == "help" {
			return s.do(append(args[1:], "--help"))
		}
		printOverview(s.stdout)
		return exitDone
	case "__complete", "__completeNoDesc":
		return s.end(s.complete(args))
	case "--version":
		args = []string{"version"}
	}
	for _, c := range commands() {
		if c.name == args[0] {
			s.command = c.name
			s.asJSON.Store(s.answersInJSON() && wantsJSON(args[1:], s.getenv))
			code, err := c.run(s, args[1:])
			return s.end(code, err)
		}
	}
	return s.end(0, usageError("unknown command %q: dwtriage --help lists the commands", args[0]))
}

func printOverview(w io.Writer) {
	fmt.Fprint(w, `dwtriage turns exported dual-write error logs and Dataverse plug-in trace logs
into a DuckDB database and a report: which entities fail, why, and what to do first.

Usage:
  dwtriage COMMAND [flags] [arguments]

Commands:
`)
	width := 0
	for _, c := range commands() {
		width = max(width, len(c.name))
	}
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-*s  %s\n", width, c.name, c.short)
	}
	fmt.Fprint(w, lightNote+`
Examples:
  dwtriage run exports/                     last night's exports, report in dwtriage-report/
  dwtriage run --environment PROD *.csv.gz  named in the report and in every record
  dwtriage explain "Unable to lookup msdyn_customergroups with values {80}"

dwtriage COMMAND --help describes a command and its exit codes, dwtriage help exporting what
yields a file that can be read.
`)
}
