//go:build cgo

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"dwtriage/ingest/words"
	"dwtriage/report"
	"dwtriage/report/summary"
)

// end tells of the exit code, and where the text of a ticket is that is shown as a summary; none where that is empty.
// A task of Azure is as bad as the worst of what it says and of its exit code, so SucceededWithIssues shows only where the
// script takes the exit code for a success.
func (c *ciLog) end(s *session, code int, why, ticket string) {
	if !c.on() {
		return
	}
	issues := code == exitFailOn || code == exitRejects
	switch {
	case why == "":
	case issues:
		c.issue("warning", why)
	default:
		c.issue("error", why)
	}
	if ticket != "" {
		if err := c.summarize(s, ticket); err != nil {
			tell(s.stderr, "dwtriage: --ci: the summary is not shown: %v\n", err)
		}
	}
	if issues && c.kind == "azure" {
		c.print("##vso[task.complete result=SucceededWithIssues;]" + azureData(excerpt(why, 200)))
	}
}

// endPipeline tells of a report that is drawn: what is new and critical, why the exit code is what it is, and the text of a ticket.
func (s *session) endPipeline(sum *summary.Summary, code int, why, ticket string) {
	if news := report.Say(sum).CriticalNews; news != "" {
		s.ci.issue("warning", prefix(sum.Environment)+news)
	}
	s.ci.end(s, code, why, ticket)
}

// mostSummary is what GitHub takes of a step, in bytes.
const mostSummary = 1 << 20

func (c *ciLog) summarize(s *session, path string) error {
	if c.kind == "azure" {
		full, err := filepath.Abs(path)
		if err == nil && words.OneLine(full) != full {
			err = fmt.Errorf("%q cannot be named in a line", full)
		}
		if err == nil {
			c.print("##vso[task.uploadsummary]" + azureData(full))
		}
		return err
	}
	to := s.getenv("GITHUB_STEP_SUMMARY")
	if to == "" {
		return fmt.Errorf("GITHUB_STEP_SUMMARY names no file")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if len(text) > mostSummary {
		return fmt.Errorf("%s has more than the %s that GitHub takes", path, formatSize(mostSummary))
	}
	f, err := os.OpenFile(to, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
