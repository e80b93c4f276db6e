package report

import (
	"strconv"
	"strings"
	"time"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// Said are sentences of the page for places that show no HTML: the terminal, a card, the log of a pipeline. They are plain
// text, in which what a log printed is as it is: whoever shows them escapes them.
type Said struct {
	Verdict      string        // the first paragraph
	CriticalNews string        // what is critical and new or back, by name; empty where nothing is
	Before       string        // " (208 in the night before)"; empty where that is not known
	Changed      string        // "3 new, 1 ongoing": how many signatures of a map are in which state; empty where nothing is compared
	Listed       []ListedState // what of it is new, back or spiking, by name
	PeriodBefore string        // "night before", "period before" or "hours 19 Nov 18:00 to 20 Nov 06:00"
}

// Say says a summary.
func Say(s *summary.Summary) Said {
	return Said{Verdict: spoken(verdict(s)), CriticalNews: spoken(criticalNews(s)), Before: before(s), Changed: changed(s), Listed: listedChanges(s, mostListed), PeriodBefore: periodBefore(s)}
}

// JudgedAgain says of which failing records the verdicts are not those of the rules that the report names, a sentence for each time.
func JudgedAgain(s *summary.Summary) (sentences []string) { return judgedAgain(s, commands{}) }

func judgedAgain(s *summary.Summary, c commands) (sentences []string) {
	for _, j := range s.Judgements {
		of := words.Thousands(j.Records) + " of " + words.Count(s.Failing, "failing record") + " " + words.Were(j.Records)
		by := "by " + words.Count(j.Rules, "rule") + " (" + shortDigest(j.RulesDigest) + ")"
		at := j.At.Format(time.DateTime) + " UTC"
		if j.Runs > 0 {
			who, other := "run "+strconv.FormatInt(j.Run, 10)+", which loaded them", ""
			if j.Runs > 1 {
				who = "the runs that loaded them"
			}
			if j.Sets > 1 {
				by, other = "by other rules", ", the last "+by
			}
			sentences = append(sentences, of+" judged "+by+" of "+who+other+", and not by the "+words.Count(s.Tool.Rules, "rule")+" of this run: "+c.of("reclassify")+" judges them again.")
			continue
		}
		if j.Run > 0 {
			sentences = append(sentences, of+" judged "+by+" of "+"run "+strconv.FormatInt(j.Run, 10)+" of "+at+", which was forgotten since.")
			continue
		}
		sentences = append(sentences, of+" judged again "+by+" on "+at+".")
	}
	return sentences
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
