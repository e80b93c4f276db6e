package ingest

import (
	"errors"
	"fmt"
	"strings"

	"dwtriage/ingest/unpack"
)

// A problem is why a file could not be read. Its text names the file and what to do.
type problem struct {
	text  string
	cause error
}

func (p *problem) Error() string { return p.text }

func (p *problem) Unwrap() error { return p.cause }

// notALog is a problem of a file that holds no log.
func notALog(path, format string, args ...any) error {
	return &problem{path + ": " + fmt.Sprintf(format, args...), ErrNotALog}
}

// mayHold is a problem of a file of which nobody can say whether it holds a log.
func mayHold(path, format string, args ...any) error {
	return &problem{path + ": " + fmt.Sprintf(format, args...), unpack.ErrMayHold}
}

// passedOver is how the warning of a file begins that is passed over.
const passedOver = "passed over: "

// PassOver makes the problem of a file that holds no log a warning, and reports whether it did: the file takes nothing from the report. That is for files
// that nobody named. What may hold a log, and cannot be looked into, keeps its problem.
func (f *File) PassOver() bool {
	if !errors.Is(f.Problem, ErrNotALog) || errors.Is(f.Problem, unpack.ErrMayHold) {
		return false
	}
	f.Warnings = append(f.Warnings, passedOver+strings.TrimPrefix(f.Problem.Error(), f.Path+": "))
	f.Problem = nil
	return true
}

// PassedOver reports whether a warning is that of [File.PassOver].
func PassedOver(warning string) bool { return strings.HasPrefix(warning, passedOver) }

// ownReport is the problem of what dwtriage wrote.
func ownReport(path string) error {
	return notALog(path, "a report or a log file of dwtriage: name the file itself to read it all the same")
}

// businessData is the problem of the other members of a data management package.
func businessData(path string) error {
	return notALog(path, "business data or description of a data management package, no log of it")
}

const needed = "at least one of exceptiondetails, messageblock, errormessage, verboseerror, detailederrormessage"
