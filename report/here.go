package report

import (
	"strings"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// here says what the records of the night show of why a signature failed, a sentence each; nothing where they show nothing. It names no
// times: those of the first and the last failure stand beside it, and a minute would say more of what lies around them than is known.
func here(sig summary.Signature) (sentences []string) {
	h := sig.Here
	if h.Host != "" && sig.Records > 1 {
		sentences = append(sentences, "All "+words.Count(sig.Records, "record")+" name one host, "+h.Host+".")
	}
	around := okAround(h)
	same := "the same plug-ins"
	switch {
	case h.Plugins && h.Entities:
		same += " or entities"
	case h.Entities:
		same = "the same entities"
	}
	stretch := "From its first failure to its last"
	if sig.FirstSeen.Equal(sig.LastSeen) {
		stretch = "When it failed"
	}
	switch {
	case h.During > 0:
		text := stretch + ", " + words.Count(h.During, "record of "+same+" is", "records of "+same+" are") + " ok: it did not stop everything"
		if around != "" {
			text += "; so " + words.Plural(h.Before+h.After, "is", "are") + " " + around
		}
		sentences = append(sentences, text+".")
	case around != "":
		sentences = append(sentences, stretch+" no record of "+same+" is ok; "+around+" "+words.Plural(h.Before+h.After, "is", "are")+".")
	}
	return sentences
}

// A foundHere is a finding, with what here says of its signature.
type foundHere struct {
	*summary.Finding
	why string
}

// whyHere is what here says of each signature, in one text.
func whyHere(s *summary.Summary) map[string]string {
	why := make(map[string]string)
	for _, sig := range s.Signatures {
		why[sig.ID] = strings.Join(here(sig), " ")
	}
	return why
}

// recordsOf are how many records signatures have.
func recordsOf(s *summary.Summary) map[string]int64 {
	records := make(map[string]int64)
	for _, sig := range s.Signatures {
		records[sig.ID] = sig.Records
	}
	return records
}

// found are the rows of failing_entities.csv.
func found(s *summary.Summary) []foundHere {
	why, records := whyHere(s), recordsOf(s)
	rows := make([]foundHere, len(s.Findings))
	for i := range rows {
		f := &s.Findings[i]
		rows[i] = foundHere{f, why[f.Signature]}
		if n := records[f.Signature]; n != f.Records && rows[i].why != "" {
			rows[i].why = "Of all " + words.Thousands(n) + " records of the signature: " + rows[i].why
		}
	}
	return rows
}

// A plannedHere is a fix, with what here says of its signatures.
type plannedHere struct {
	*summary.Fix
	why string
}

// planned are the rows of fixes.csv. What is said of a signature counts all its records, so it is not said of a fix that has a share of them: rows that
// lack one table, or what those leave over.
func planned(s *summary.Summary) []plannedHere {
	why, records := whyHere(s), recordsOf(s)
	rows := make([]plannedHere, len(s.Fixes))
	for i := range rows {
		f := &s.Fixes[i]
		var lines []string
		for _, p := range f.Parts {
			said := why[p.Signature]
			if said == "" || records[p.Signature] != p.Records {
				continue
			}
			if len(f.Parts) > 1 {
				said = p.Title + ": " + said
			}
			lines = append(lines, said)
		}
		rows[i] = plannedHere{f, strings.Join(lines, "\n")}
	}
	return rows
}

// okAround counts the ok records before and after the failures: "12 before and 1,902 after".
func okAround(h summary.Here) string {
	switch {
	case h.Before > 0 && h.After > 0:
		return words.Thousands(h.Before) + " before and " + words.Thousands(h.After) + " after"
	case h.Before > 0:
		return words.Thousands(h.Before) + " before"
	case h.After > 0:
		return words.Thousands(h.After) + " after"
	}
	return ""
}

// purged says when the error queue of dual-write forgets what a fix is for; nothing where it has none of it.
func purged(p summary.Period, year int) string {
	if p.From.IsZero() {
		return ""
	}
	s := stamper(year, "2 Jan 15:04")
	from, until := s(p.From).Text, s(p.Until).Text
	if from == until {
		return "error queue forgets it " + from
	}
	return "error queue forgets it " + from + " to " + until
}
