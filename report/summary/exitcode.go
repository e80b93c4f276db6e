package summary

import (
	"slices"

	"dwtriage/classify"
)

// Exit codes of a run that was done. Failed is one with inputs that could not be read (to their end).
const (
	ExitDone    = 0
	ExitFailed  = 1
	ExitFailOn  = 3
	ExitRejects = 4
)

// Judge gives the exit code of the run by the thresholds it was given; unread is the number of inputs
// that could not be read. What is muted meets no threshold.
func (s *Summary) Judge(unread int) (code int, err error) {
	most, err := s.Run.Thresholds.RejectsAllowed(s.Totals.Read)
	switch {
	case err != nil:
		return ExitFailed, err
	case unread > 0:
		return ExitFailed, nil
	case float64(s.Totals.Rejected) > most:
		return ExitRejects, nil
	case slices.ContainsFunc(s.Findings, s.failOn()):
		return ExitFailOn, nil
	}
	return ExitDone, nil
}

// failOn is the question that --fail-on asks of every finding.
func (s *Summary) failOn() func(Finding) bool {
	switch level := s.Run.Thresholds.FailOn; level {
	case "":
		return func(Finding) bool { return false }
	case "new":
		return func(f Finding) bool { return (f.Change == New || f.Change == Regressed) && f.Mute == nil }
	default:
		worst := slices.Index(classify.Severities, level)
		return func(f Finding) bool {
			i := slices.Index(classify.Severities, f.Severity)
			return i >= 0 && i <= worst && f.Mute == nil
		}
	}
}
