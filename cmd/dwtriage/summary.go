package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"dwtriage/ingest/words"
	"dwtriage/report"
	"dwtriage/report/summary"
)

// How much of the report the terminal shows. It is what fits a glance, or the mail of a scheduler: the page
// has the rest, and its path is the last but one line.
const (
	shownFindings = 5
	shownFixes    = 7 // beside the first that passes by itself
	shownOfTier   = 2
)

// printSummary says in a few lines what is new, what failed most, what to do first, where the report is (out), and that
// the ledger balances.
func printSummary(w io.Writer, s *summary.Summary, db, out string) error {
	tell(w, "%s%s\n", prefix(s.Environment), headline(s))
	if line := news(s); line != "" {
		tell(w, "%s\n", line)
	}
	findings := slices.DeleteFunc(slices.Clone(s.Findings), func(f summary.Finding) bool { return f.Mute != nil })
	if len(findings) > 0 {
		tell(w, "\nWhat failed most:\n")
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, f := range findings[:min(len(findings), shownFindings)] {
			tell(tw, "  %6s\t%s\t%s\t%s\t%s\n", words.Thousands(f.Records), cmp.Or(f.Severity, "unrated"), f.MapTitle, cmp.Or(f.Company, "-"), excerpt(f.Title, 90))
		}
		if err := tw.Flush(); err != nil {
			return err
		}
	}
	if len(s.Fixes) > 0 {
		tell(w, "\nDo this first:\n")
		plan, repeats := summary.Choice{Most: shownFixes, OfTier: shownOfTier, Repeats: 1, Strict: true}.Of(s.Fixes)
		for _, f := range slices.Concat(plan, repeats) {
			tell(w, "  %d. %s\n     %s, %s\n", f.Rank, excerpt(f.Summary, 200), fixRecords(f), f.Role)
		}
	}
	if s.Muted > 0 {
		tell(w, "\nMuted: %s, not in the lists above.\n", words.Count(s.Muted, "record"))
	}
	if s.Listed < s.Failing {
		tell(w, "\nrecords.csv has room for %s of %s, the first of each finding that is listed; the database has all.\n", words.Thousands(s.Listed), words.Count(s.Failing, "record"))
	}
	t := s.Totals
	tell(w, "\nLedger: %s read = %s loaded + %s duplicates + %s rejected + %s filtered\n", words.Thousands(t.Read), words.Thousands(t.Loaded), words.Thousands(t.Duplicates), words.Thousands(t.Rejected), words.Thousands(t.Filtered))
	tell(w, "        %s loaded = %s ok + %s classified + %s unclassified\n", words.Thousands(t.Loaded), words.Thousands(t.OK), words.Thousands(t.Classified), words.Thousands(t.Unclassified))
	_, err := tell(w, "Report: %s\nDatabase: %s, run %d\n", out, db, s.Run.ID)
	return err
}

// fixRecords says what a fix clears, and of how many signatures or for how many waiting records.
func fixRecords(f summary.Fix) string {
	text := words.Count(f.Records, "record")
	switch {
	case f.Incident():
		text += " of " + words.Count(len(f.Parts), "signature")
	case f.Waiting > f.Records:
		text += " (" + words.Count(f.Waiting, "waits", "wait") + ")"
	}
	return text
}

// news says in a line how the period differs from those before it; nothing where it is compared with none.
func news(s *summary.Summary) string {
	if !s.Compared() {
		return ""
	}
	var parts []string
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, words.Thousands(n)+" "+what)
		}
	}
	c := s.Changed
	add(c.New, "new")
	add(c.Regressed, "back")
	add(c.Spiking, "spiking")
	add(c.Ongoing, "ongoing")
	add(c.Quiet, "quiet")
	add(c.Resolved, "resolved")
	if n := s.ChangedUnknown.New; n > 0 {
		parts = append(parts, words.Count(n, "new unknown message"))
	}
	if len(parts) == 0 {
		return ""
	}
	against := "Against the period before: "
	if s.Asked() {
		against = "Against the hours asked for: "
	}
	return against + strings.Join(parts, ", ") + "."
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
func headline(s *summary.Summary) string {
	switch {
	case s.Records == 0:
		lead, rest := report.Nothing(s)
		return lead + rest
	case s.Failing == 0:
		return fmt.Sprintf("No failures in %s.", words.Count(s.Records, "record"))
	}
	parts := []string{fmt.Sprintf("%s of %s failed, in %s", words.Thousands(s.Failing), words.Count(s.Records, "record"), entities(s.Entities))}
	if s.Unknown > 0 {
		parts = append(parts, fmt.Sprintf("no rule explains %s (%.1f%%)", words.Thousands(s.Unknown), 100*float64(s.Unknown)/float64(s.Failing)))
	}
	return strings.Join(parts, "; ") + "."
}

// entities counts what failed by map, or by table where no map is known: the page's word for both.
func entities(n int) string { return words.Count(n, "entity", "entities") }
