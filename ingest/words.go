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

// businessData is the problem of the other members of a data management package.
func businessData(path string) error {
	return notALog(path, "business data or description of a data management package, no log of it")
}

const needed = "at least one of exceptiondetails, messageblock, errormessage, verboseerror, detailederrormessage"

func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return thousands(n) + " " + what + "s"
}

func wereWas(n int64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// thousands prints n with commas.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
