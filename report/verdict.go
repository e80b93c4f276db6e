package report

import (
	"slices"
	"strings"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// A phrase is a piece of the verdict: plain, strong, or a link.
type phrase struct {
	Text   string
	Strong bool
	Href   string
}

func plain(text string) phrase      { return phrase{Text: text} }
func strong(text string) phrase     { return phrase{Text: text, Strong: true} }
func link(text, href string) phrase { return phrase{Text: text, Href: href} }

// verdict says what happened in words that can be read out in a meeting: how much failed, what
// failed most, what to do first, and how far to believe it.
func verdict(s *summary.Summary, troubled int, imbalance string) []phrase {
	var v []phrase
	switch {
	case s.Records == 0:
		v = nothingRead(s)
	case s.Failing == 0 && s.Records == 1:
		v = append(v, strong("No record failed in this run:"), plain(" the only one is ok."))
	case s.Failing == 0:
		v = append(v, strong("No record failed in this run:"), plain(" all "+words.Thousands(s.Records)+" are ok."))
	default:
		v = failures(s)
	}
	return append(v, caveats(s, troubled, imbalance)...)
}

func nothingRead(s *summary.Summary) []phrase {
	switch {
	case len(s.Inputs) == 0:
		return []phrase{strong("Nothing was read:"), plain(" the run had no input.")}
	case s.Totals.Read == 0:
		return []phrase{strong("Nothing was read:"), plain(" there is no row in " + words.Count(len(s.Inputs), "input") + ".")}
	}
	return []phrase{strong("No record is left to report on:"), plain(" of " + words.Count(s.Totals.Read, "row") + ", " +
		words.Thousands(s.Totals.Rejected) + " were rejected and " + words.Thousands(s.Totals.Filtered) + " filtered out.")}
}

func failures(s *summary.Summary) []phrase {
	var v []phrase
	if s.Compared() {
		v = append(append(v, newness(s)...), plain(" "))
	}
	v = append(v, plain(words.Thousands(s.Failing)+" of "+words.Count(s.Records, "record")+" failed, in "+words.Count(s.Entities, "entity", "entities")+". "))
	if s.Unknown == s.Failing {
		return append(v, strong("No rule and no code explains any of them."), plain(" Begin with the "),
			link("unknown messages", "#unknown"), plain(", most records first."))
	}
	v = append(v, largest(s)...)
	v = append(v, doFirst(s)...)
	return append(v, critical(s)...)
}

// largest names the signature with the most records.
func largest(s *summary.Summary) []phrase {
	at := slices.IndexFunc(s.Signatures, func(sig summary.Signature) bool { return sig.Mute == nil })
	if at < 0 {
		return nil
	}
	top := s.Signatures[at]
	href := "#sig-" + anchor(top.ID)
	title := link(orWords(top.Title, top.ID), href)
	switch {
	case top.Records == s.Failing && s.Failing == 1:
		return []phrase{plain("It failed with: "), title, plain(". ")}
	case top.Records == s.Failing:
		return []phrase{strong("All of them share one signature:"), plain(" "), title, plain(". ")}
	case 2*top.Records > s.Failing:
		return []phrase{strong("One signature explains " + words.Thousands(top.Records) + " of them:"), plain(" "), title, plain(". ")}
	}
	return []phrase{plain("The largest group is " + words.Count(top.Records, "record") + " (" + percent(top.Records, s.Failing) + "): "), title, plain(". ")}
}

func doFirst(s *summary.Summary) []phrase {
	if len(s.Fixes) == 0 {
		if s.Muted > 0 {
			return []phrase{plain("No fix is known for what is not muted. ")}
		}
		return []phrase{plain("No fix is known for what failed. ")}
	}
	f := s.Fixes[0]
	v := []phrase{strong("Do this first:"), plain(" "), link(sentence(orWords(f.Summary, orWords(f.Title, f.Signature))), "#fix-"+words.Thousands(f.Rank)),
		plain(" It clears " + words.Count(f.Records, "record"))}
	if f.Role != "" {
		v = append(v, plain(" ("+f.Role+")"))
	}
	return append(v, plain(". "))
}

// critical names what is critical where the plan does not begin with it anyway.
func critical(s *summary.Summary) []phrase {
	if len(s.Fixes) > 0 && s.Fixes[0].Severity == "critical" {
		return nil
	}
	for _, sig := range s.Signatures {
		if sig.Severity == "critical" && sig.Mute == nil {
			return []phrase{plain("Critical among the rest, with " + words.Count(sig.Records, "record") + ": "),
				link(orWords(sig.Title, sig.ID), "#sig-"+anchor(sig.ID)), plain(". ")}
		}
	}
	return nil
}

// caveats say how far the numbers can be believed.
func caveats(s *summary.Summary, troubled int, imbalance string) []phrase {
	var v []phrase
	unread := 0
	for _, in := range s.Inputs {
		if in.Problem != "" {
			unread++
		}
	}
	switch {
	case unread > 0:
		v = append(v, plain(" "), link(words.Thousands(unread)+" of "+words.Count(len(s.Inputs), "input"), "#problems"),
			strong(" could not be read to the end"), plain(": the numbers may be too low."))
	case troubled > 0 && s.Failing == 0:
		v = append(v, plain(" But "), link(words.Count(troubled, "input needs", "inputs need")+" a look", "#problems"), plain("."))
	}
	if s.Muted > 0 {
		v = append(v, plain(" "), link(words.Count(s.Muted, "record is", "records are")+" muted", "#muted"), plain("."))
	}
	if imbalance != "" {
		v = append(v, plain(" "), strong("The "), link("ledger", "#ledger"), strong(" does not balance."))
	}
	return v
}

// sentence ends s with a full stop, once.
func sentence(s string) string {
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// A card is one number of the summary, and where to read on.
type card struct{ Href, Label, Value, Detail string }

func cards(s *summary.Summary) []card {
	list := []card{
		{"#findings", "Records in error", words.Thousands(s.Failing), "of " + words.Count(s.Records, "record")},
		{"#entities", "Failing entities", words.Thousands(s.Entities), inCompanies(s)},
		{"#ledger", "Ok records", words.Thousands(s.OK), percent(s.OK, s.Records) + " of all records"},
		{"#unknown", "Share unknown", percent(s.Unknown, s.Failing), words.Count(s.Unknown, "record") + " in " + words.Count(s.ClusterCount(), "cluster")},
		{"#rejects", "Rejected rows", words.Thousands(s.Totals.Rejected), "of " + words.Count(s.Totals.Read, "row") + " read"},
	}
	if s.Compared() {
		list[2] = card{"#changes", "New signatures", words.Thousands(len(withChange(s, summary.New))), newsDetail(s)}
	}
	return list
}

// newsDetail says what else changed: what is back, and what is over as far as rules and codes explain it.
func newsDetail(s *summary.Summary) string {
	text := words.Thousands(len(withChange(s, summary.Regressed))) + " back"
	if n := s.Changed.Quiet; n > 0 {
		text += ", " + words.Thousands(n) + " quiet"
	}
	if n := s.Changed.Resolved; n > 0 {
		text += ", " + words.Thousands(n) + " resolved"
	}
	return text
}

func inCompanies(s *summary.Summary) string {
	companies := 0
	for _, c := range s.Heat.Companies {
		if c != "" && c != summary.Several {
			companies++
		}
	}
	switch several := slices.Contains(s.Heat.Companies, summary.Several); {
	case companies == 0 && several:
		return "in several companies"
	case several:
		return "in at least " + words.Count(companies, "company", "companies")
	case companies == 0:
		return "no company in the log"
	}
	return "in " + words.Count(companies, "company", "companies")
}
