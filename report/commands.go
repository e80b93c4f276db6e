package report

import "dwtriage/report/summary"

// commands writes the commands that a report names. A page is mailed alone, and what it says has to work where the run was made: where stands behind
// the name of each command and leads it to the same database and rules.
type commands struct{ where string }

// commands are those of a report. Of a redacted one nobody learns a path; it has no command that takes an id, either.
func (opt Options) commands(s *summary.Summary) commands {
	if s.Redacted != nil {
		return commands{}
	}
	return commands{opt.Where}
}

// of is a command by its name: "dwtriage rules draft --db night.duckdb".
func (c commands) of(name string) string { return "dwtriage " + name + c.where }
