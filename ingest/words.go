package ingest

import "fmt"

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

// ownReport is the problem of what dwtriage wrote.
func ownReport(path string) error {
	return notALog(path, "a report or a log file of dwtriage: it was left out; name the file itself to read it all the same")
}

// businessData is the problem of the other members of a data management package.
func businessData(path string) error {
	return notALog(path, "business data or description of a data management package, no log of it")
}

const needed = "at least one of exceptiondetails, messageblock, errormessage, verboseerror, detailederrormessage"
