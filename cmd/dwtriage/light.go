//go:build !cgo

package main

import (
	"runtime"

	"dwtriage/classify"
)

// The light build is made without cgo, hence without DuckDB: it runs wherever Go compiles to, starts in an instant, and is what a
// worker of another engine needs. The commands on a database are there to say where they are.

const build = "light"

// lightNote is what the overview says of the commands that this build lacks.
const lightNote = `
This is the light build, without the database: run, merge, report, reclassify, bundle, verify, export, query,
history, check, rules coverage, rules draft and explain --record are in the full build.
`

func runRun(s *session, _ []string) (int, error)           { return 0, s.noDatabase() }
func runMerge(s *session, _ []string) (int, error)         { return 0, s.noDatabase() }
func runReport(s *session, _ []string) (int, error)        { return 0, s.noDatabase() }
func runReclassify(s *session, _ []string) (int, error)    { return 0, s.noDatabase() }
func runBundle(s *session, _ []string) (int, error)        { return 0, s.noDatabase() }
func runVerify(s *session, _ []string) (int, error)        { return 0, s.noDatabase() }
func runExport(s *session, _ []string) (int, error)        { return 0, s.noDatabase() }
func runQuery(s *session, _ []string) (int, error)         { return 0, s.noDatabase() }
func runHistory(s *session, _ []string) (int, error)       { return 0, s.noDatabase() }
func runCheck(s *session, _ []string) (int, error)         { return 0, s.noDatabase() }
func runRulesCoverage(s *session, _ []string) (int, error) { return 0, s.noDatabase() }
func runRulesDraft(s *session, _ []string) (int, error)    { return 0, s.noDatabase() }

func explainRecord(s *session, _ *archiveFlags, _, _ string, _ bool, _ func() (*classify.Matcher, error)) error {
	s.command = "explain --record"
	return s.noDatabase()
}

// check finds nothing: no database will be opened, whatever its name is.
func (a *archiveFlags) check() error { return nil }

// engine says which DuckDB the program holds, and how it is loaded.
func engine() (duckdb, loader string) { return "none", "none" }

// historyCommands are those of history in the full build.
func historyCommands() []command { return nil }

// runIDs is for builds with the database.
func (s *session) runIDs(*flags) []string { return nil }

// checked says what run would say of the words that its flags take, of limits and of workers; what needs the database to be judged is judged by run.
func (r *runFlags) checked(*session) error {
	if err := r.set.checkWords("run"); err != nil {
		return err
	}
	if _, err := r.reading.options(nil); err != nil {
		return err
	}
	there := r.elsewhere()
	return there.parts.check(there.set, nil)
}

// noDatabase is the error of a command that needs one. There is no compiler for macOS where releases are made.
func (s *session) noDatabase() error {
	if runtime.GOOS == "darwin" {
		return usageError("%s needs the database, which is not in this light build; for macOS there is no release with it so far: build it with CGO_ENABLED=1 go build ./cmd/dwtriage and a C++ compiler", s.command)
	}
	return usageError("%s needs the database, which is not in this light build: take the release for %s/%s, or build with CGO_ENABLED=1 go build ./cmd/dwtriage and a C++ compiler", s.command, runtime.GOOS, runtime.GOARCH)
}
