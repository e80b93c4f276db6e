//go:build cgo

package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"dwtriage/ingest/words"
	"dwtriage/report"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// How much of the report the terminal shows. It is what fits a glance, or the mail of a scheduler: the page
// has the rest, and its path is the last but one line.
const (
	shownFindings = 5
	shownFixes    = 7 // beside the first that passes by itself
	shownOfTier   = 2
)

// printSummary says in a few lines how much failed and how badly, what is new, what failed most, what to do first, that the ledger balances,
// where the report is (page), and how to go on.
func printSummary(p *panel, s *summary.Summary, at place, page string) {
	said := report.Say(s)
	p.line("", span{text: prefix(s.Environment) + headline(s, said), style: bold})
	printSeverities(p, s)
	if said.CriticalNews != "" {
		p.line("", span{text: said.CriticalNews, style: severityStyles["critical"]})
	}
	if line := news(said); line != "" {
		p.line("", span{text: line})
		printChanges(p, said.Listed)
	}
	for _, sentence := range report.Bounds(s) {
		p.line("", span{text: sentence})
	}
	for _, sentence := range report.Elsewhere(s) {
		p.line("", span{text: words.OneLine(sentence)})
	}
	printFindings(p, s)
	printPlan(p, s)
	if s.Muted > 0 {
		p.b.WriteByte('\n')
		p.line("", span{text: "Muted: " + words.Count(s.Muted, "record") + ", not in the lists above."})
	}
	if s.Listed < s.Failing {
		p.b.WriteByte('\n')
		p.line("", span{text: fmt.Sprintf("records.csv has room for %s of %s, the first of each finding that is listed; the database has all.",
			words.Thousands(s.Listed), words.Count(s.Failing, "record"))})
	}
	t := s.Totals
	p.b.WriteByte('\n')
	p.line("Ledger: ", span{text: fmt.Sprintf("%s read = %s loaded + %s duplicates + %s rejected + %s filtered", words.Thousands(t.Read), words.Thousands(t.Loaded), words.Thousands(t.Duplicates), words.Thousands(t.Rejected), words.Thousands(t.Filtered))})
	p.line("        ", span{text: fmt.Sprintf("%s loaded = %s ok + %s classified + %s unclassified", words.Thousands(t.Loaded), words.Thousands(t.OK), words.Thousands(t.Classified), words.Thousands(t.Unclassified))})
	for _, sentence := range append(report.JudgedAgain(s), report.Redaction(s)...) {
		p.line("", span{text: sentence})
	}
	p.hung("", "        ", span{text: "Report:"}, span{text: page, whole: true})
	database := []span{{text: "Database:"}, {text: at.db + ",", whole: true}, {text: report.RunWords(s)}}
	if at.made {
		database = append(database, span{text: "(a new database)"})
	}
	p.hung("", "          ", database...)
	p.printNext(at.next(s))
}

// printSeverities counts the failing records by how bad they are, muted ones too: the counts add up to all that failed.
func printSeverities(p *panel, s *summary.Summary) {
	if s.Failing == 0 {
		return
	}
	spans := []span{{text: "By severity:"}}
	for i, c := range s.Severities {
		text := words.Thousands(c.Records) + " " + c.Name + ","
		if i == len(s.Severities)-1 {
			text = strings.TrimSuffix(text, ",") + "."
		}
		spans = append(spans, span{text: text, style: severityStyles[c.Name]})
	}
	p.hung("", "  ", spans...)
}

// printFindings is the table of what failed most. Where titles have too little room beside the other columns they stand below them.
func printFindings(p *panel, s *summary.Summary) {
	findings := slices.DeleteFunc(slices.Clone(s.Findings), func(f summary.Finding) bool { return f.Mute != nil })
	if len(findings) == 0 {
		return
	}
	p.heading("What failed most:")
	findings = findings[:min(len(findings), shownFindings)]
	rows := make([][4]string, len(findings))
	widths := [4]int{6}
	for i, f := range findings {
		rows[i] = [4]string{words.Thousands(f.Records), cmp.Or(f.Severity, "unrated"), words.OneLine(f.MapTitle), words.OneLine(cmp.Or(f.Company, "-"))}
		for j, cell := range rows[i] {
			widths[j] = max(widths[j], min(width(cell), mostName))
		}
	}
	const least = 30 // columns for a title
	deep := 2 + widths[0] + 2 + widths[1] + 2 + widths[2] + 2 + widths[3] + 2
	for i, f := range findings {
		r, style := rows[i], severityStyles[f.Severity]
		records := "  " + blanks(widths[0]-width(r[0])) + r[0] + "  "
		title := span{text: excerpt(f.Title, 90)}
		if p.fits(deep + least) {
			p.b.WriteString(records + p.styled(r[1], style) + blanks(widths[1]-width(r[1])+2) + padded(cutName(r[2]), widths[2]) + "  " + padded(cutName(r[3]), widths[3]) + "  ")
			p.hungAt(deep, blanks(deep), title)
			continue
		}
		where := r[2]
		if f.Company != "" {
			where += ", " + r[3]
		}
		p.hung(records+p.styled(r[1], style)+blanks(widths[1]-width(r[1])+2), blanks(width(records)), span{text: where})
		p.line(blanks(width(records)), title)
	}
}

// mostName is how many columns a name has in a table: one of 160 letters would push the titles of all rows out of sight. failing_entities.csv has it whole.
const mostName = 60

func cutName(name string) string {
	if width(name) > mostName {
		return cutWord(name, mostName)
	}
	return name
}

// printPlan is what to do first, by rank.
func printPlan(p *panel, s *summary.Summary) {
	if len(s.Fixes) == 0 {
		return
	}
	p.heading("Do this first:")
	plan, repeats := summary.Choice{Most: shownFixes, OfTier: shownOfTier, Repeats: 1, Strict: true}.Of(s.Fixes)
	for _, f := range slices.Concat(plan, repeats) {
		p.hung(fmt.Sprintf("  %d. ", f.Rank), "     ", span{text: excerpt(f.Summary, 200)})
		p.line("     ", span{text: fixRecords(f) + ", " + report.Who(&f), style: dim})
	}
}

// fixRecords says what a fix clears, and of how many signatures or for how many waiting records.
func fixRecords(f summary.Fix) string {
	text := words.Count(f.Records, "record")
	switch {
	case f.Joint():
		text += " of " + words.Count(len(f.Parts), "signature")
	case f.Waiting > f.Records:
		text += " (" + words.Count(f.Waiting, "waits", "wait") + ")"
	}
	return text
}

// news says in a line how the period differs from those before it; nothing where it does not, or is compared with none.
func news(said report.Said) string {
	if said.Changed == "" {
		return ""
	}
	return "Against the " + said.PeriodBefore + ", signatures of a map each: " + said.Changed + "."
}

// printChanges names what is new, back or spiking, a line for each: one line for all of them is as long as a page where nothing wraps it.
func printChanges(p *panel, states []report.ListedState) {
	for _, l := range states {
		p.line("  ", span{text: l.Word + ":"})
		for _, c := range l.Items {
			p.hung("    ", "      ", span{text: cmp.Or(c.Severity, "unrated") + ":", style: severityStyles[c.Severity]},
				span{text: excerpt(c.Title, 90) + " in " + words.OneLine(c.Where) + " (" + c.Records + ")"})
		}
		if l.More != "" {
			p.line("    ", span{text: "and " + l.More})
		}
	}
}

// prefix names the environment before the sentence; runs of several end up in one mailbox.
func prefix(environment string) string {
	if environment == "" {
		return ""
	}
	return environment + ": "
}

// headline is the sentence of the night. What no rule explains stands in it, not below: a report that hides
// what it does not know is believed once.
func headline(s *summary.Summary, said report.Said) string {
	switch {
	case s.Records == 0:
		lead, rest := report.Nothing(s)
		return lead + rest
	case s.Failing == 0:
		return fmt.Sprintf("No failures in %s.", words.Count(s.Records, "record"))
	}
	parts := []string{fmt.Sprintf("%s of %s failed%s, in %s", words.Thousands(s.Failing), words.Count(s.Records, "record"), said.Before, summary.EntityWords(s.EntityCount()))}
	if s.Unknown > 0 {
		parts = append(parts, fmt.Sprintf("no rule explains %s (%s)", words.Thousands(s.Unknown), report.Percent(s.Unknown, s.Failing)))
	}
	return strings.Join(parts, "; ") + "."
}

// nothingCame says of a run without records what became of what it read.
func nothingCame(sum *summary.Summary) string {
	_, passed, empty := report.WithoutRow(sum.Inputs)
	if all := len(sum.Inputs) - passed; all == 0 || empty < all {
		return "no record came through"
	}
	return words.Plural(empty, "the input holds", fmt.Sprintf("all %s inputs hold", words.Thousands(int64(empty)))) + " no row: that is what the export of a night without failures looks like, and one that failed or is not done yet"
}

// printTimings says how long a run took, how fast that was, and where the time went. On a terminal it always does; elsewhere, where
// the same input is to give the same bytes, only of a long run.
func printTimings(w io.Writer, took float64, rows int64, timings []store.Timing, always bool) {
	if took < longRun && !always {
		return
	}
	var parts []string
	for _, t := range timings {
		parts = append(parts, fmt.Sprintf("%s %.1f", t.Stage, t.Seconds))
	}
	tell(w, "Time: %.1f s for %s, %s/s (%s)\n", took, words.Count(rows, "row"), words.Thousands(int64(float64(rows)/max(took, 0.001))), strings.Join(parts, ", "))
}

// longRun is from how many seconds on a run is a long one.
const longRun = 10
