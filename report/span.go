package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// subject is what the report is about, in a sentence.
func subject(s *summary.Summary) string {
	if s.OfPeriod() {
		return "this period"
	}
	return "this run"
}

// mostRuns is how many runs a line names one by one.
const mostRuns = 4

// RunWords names the run of a report, or those of its period: "run 17", "runs 15, 16 and 17", "31 runs, 12 to 60".
func RunWords(s *summary.Summary) string {
	n := len(s.Runs)
	switch {
	case n <= 1:
		return "run " + strconv.FormatInt(s.Run.ID, 10)
	case n <= mostRuns:
		var ids []string
		for _, r := range s.Runs {
			ids = append(ids, strconv.FormatInt(r.ID, 10))
		}
		return "runs " + words.AndList(ids)
	}
	return fmt.Sprintf("%s, %d to %d", words.Count(n, "run"), s.Runs[0].ID, s.Run.ID)
}

// uncovered says which hours of the period no export covers, a sentence for each log that was read; none in a report of a run.
func uncovered(s *summary.Summary) (sentences []string) {
	if s.Span.Hours() == 0 {
		return nil // the timeline of a run shows its gaps
	}
	for i, c := range s.Logs {
		n, name := 0, logWord(c.Log)
		for _, g := range c.Gaps {
			n += g.Hours()
		}
		if i+1 < len(s.Logs) && slices.Equal(c.Gaps, s.Logs[i+1].Gaps) {
			continue // said with the next one
		}
		if i > 0 && slices.Equal(c.Gaps, s.Logs[i-1].Gaps) {
			name = logWord(s.Logs[i-1].Log) + " and of " + name
		}
		if n > 0 {
			sentences = append(sentences, "Exports of "+name+" that were read whole leave out "+words.Count(n, "hour")+" of this period: "+gapWords(s, c)+".")
		}
	}
	return sentences
}

// gapsInSentence is how many gaps a sentence names; the timeline names more.
const gapsInSentence = 3

func gapWords(s *summary.Summary, c summary.Comparison) string {
	var parts []string
	for _, g := range first(c.Gaps, gapsInSentence) {
		parts = append(parts, hoursOf(g, s.Run.Finished.UTC().Year()))
	}
	text := strings.Join(parts, ", ")
	if n := len(c.Gaps) - gapsInSentence; n > 0 {
		text += " and " + words.Count(n, "more gap")
	}
	return text
}
