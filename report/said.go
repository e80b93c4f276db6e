package report

import (
	"strings"

	"dwtriage/report/summary"
)

// Said are sentences of the page for places that show no HTML: the terminal, a card, the log of a pipeline. They are plain
// text, in which what a log printed is as it is: whoever shows them escapes them.
type Said struct {
	Verdict      string // the first paragraph
	CriticalNews string // what is critical and new or back, by name; empty where nothing is
	Before       string // " (208 in the night before)"; empty where that is not known
	PeriodBefore string // "night before", "period before" or "hours asked for"
}

// Say says a summary.
func Say(s *summary.Summary) Said {
	return Said{Verdict: spoken(verdict(s)), CriticalNews: spoken(criticalNews(s)), Before: before(s), PeriodBefore: periodBefore(s)}
}

// Percent is the share of n in all, as the page writes it: 0% and 100% only where that is exact.
func Percent(n, all int64) string { return percent(n, all) }

// spoken is the text of phrases, without their links.
func spoken(list []phrase) string {
	var b strings.Builder
	for _, p := range list {
		b.WriteString(p.Text)
	}
	return strings.TrimSpace(b.String())
}
