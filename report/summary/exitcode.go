package summary

import (
	"cmp"
	"fmt"

	"dwtriage/ingest/words"
)

// Exit codes of a run that was done. Failed is one with inputs that could not be read (to their end).
const (
	ExitDone    = 0
	ExitFailed  = 1
	ExitFailOn  = 3
	ExitRejects = 4
)

// Judge gives the exit code of the run by the thresholds it was given, and a line that says why it is not [ExitDone];
// none where unread, the number of inputs that could not be read, is why, as each of them was named. What is muted meets
// no threshold. Rows of which none came through are no success unless empty says so: a filter or a zone is wrong, or
// the export is another one than it was.
func (s *Summary) Judge(unread int, empty bool) (code int, why string, err error) {
	most, err := s.Run.Thresholds.RejectsAllowed(s.Totals.Read)
	switch {
	case err != nil:
		return ExitFailed, "", err
	case unread > 0:
		return ExitFailed, "", nil
	case float64(s.Totals.Rejected) > most:
		return ExitRejects, fmt.Sprintf("--max-rejects %s is exceeded: %s of %s %s rejected", s.Run.Thresholds.MaxRejects,
			words.Thousands(s.Totals.Rejected), words.Count(s.Totals.Read, "row"), words.Were(s.Totals.Rejected)), nil
	case s.Records == 0 && s.Totals.Read > 0 && !empty:
		return ExitFailed, fmt.Sprintf("of %s none came through, which --allow-empty takes for a success", words.Count(s.Totals.Read, "row")), nil
	}
	if why := s.met(); why != "" {
		return ExitFailOn, why, nil
	}
	return ExitDone, "", nil
}

// met says what meets --fail-on: how many records, and of which signature most; empty where nothing does.
func (s *Summary) met() string {
	meets := s.failOn()
	var records int64
	var first Finding // of the signature with most records
	signatures := map[string]int64{}
	for _, f := range s.Findings {
		met := meets(f)
		if met == 0 {
			continue
		}
		records += met
		signatures[nameOf(f)] += met
		if n := signatures[nameOf(f)] - signatures[nameOf(first)]; first.Signature == "" || n > 0 {
			first = f
		}
	}
	if len(signatures) == 0 {
		return ""
	}
	why := fmt.Sprintf("--fail-on %s is met: %s, %s", s.Run.Thresholds.FailOn, words.Count(records, "record"), cmp.Or(first.Title, first.Signature))
	if more := len(signatures) - 1; more > 0 {
		why += " (and " + words.Count(more, "more signature") + ")"
	}
	return why
}

// nameOf is the signature of a finding, with its message where it is of one.
func nameOf(f Finding) string {
	if f.OfMessage() {
		return f.Signature + " " + f.TemplateID
	}
	return f.Signature
}

// failOn is the question that --fail-on asks of every finding: how many of its records meet it.
func (s *Summary) failOn() func(Finding) int64 {
	switch level := s.Run.Thresholds.FailOn; level {
	case "":
		return func(Finding) int64 { return 0 }
	case "new":
		return func(f Finding) int64 {
			if (f.Change == New || f.Change == Regressed) && f.Mute == nil {
				return f.Records
			}
			return 0
		}
	default:
		return func(f Finding) int64 {
			if f.Mute != nil {
				return 0
			}
			return f.asBadAs(level)
		}
	}
}

// asBadAs counts the records of a finding that were judged by this severity or a worse one.
func (f *Finding) asBadAs(level string) (records int64) {
	severities := f.Severities
	if severities == nil {
		severities = []Count{{f.Severity, f.Records}}
	}
	for _, c := range severities {
		if rated(c.Name) <= rated(level) {
			records += c.Records
		}
	}
	return records
}
