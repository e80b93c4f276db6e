package report

import (
	"slices"
	"strings"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// A health is what the night says of the rules: how many to keep, and a line for each that somebody should look at.
type health struct {
	Keep  int // rules that explain records of the night and need no look
	Lines []healthLine
}

// A healthLine is a rule, or what has none, with what was noticed and what to do.
type healthLine struct {
	Word    string // tune, missing, retire; mute: it is of a mute and not of its rule, which is counted for itself
	ID      string // of a signature; empty for unknown messages together
	Title   string
	Noticed string
	Do      string
	Command string // to type, else empty
}

// mostHealth is how many lines of each word are shown.
const mostHealth = 20

// Counts says how many rules, and signatures without one, are of each word, and how many mutes need a look: "12 to keep, 1 to tune, 2 missing".
func (h health) Counts() string {
	counts := []string{words.Thousands(h.Keep) + " to keep"}
	for _, w := range []struct{ word, one, many string }{{"tune", " to tune", " to tune"}, {"missing", " missing", " missing"}, {"retire", " to retire", " to retire"},
		{"mute", " mute to renew or delete", " mutes to renew or delete"}} {
		n := 0
		for _, l := range h.Lines {
			if l.Word == w.word {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, words.Thousands(n)+words.Plural(n, w.one, w.many))
		}
	}
	return strings.Join(counts, ", ")
}

// Shown are the first lines of each word.
func (h health) Shown() (list []healthLine) {
	met := map[string]int{}
	for _, l := range h.Lines {
		if met[l.Word]++; met[l.Word] <= mostHealth {
			list = append(list, l)
		}
	}
	return list
}

// ofOtherRules reports whether a signature is of a rule that the database knows and today's rules do not have.
func ofOtherRules(sig *summary.Signature) bool {
	return sig.File == "" && !slices.Contains([]string{"", classify.StatusCode, classify.StatusText, classify.StatusUnknown}, sig.Status)
}

// healthOf judges the rules by what they explain. A wrapper with records of its own stands for messages that have no rule, as does a rule of the site that takes any message; a code that
// names records has a sentence and no fix; a rule of the site that no record is judged to be of, and a mute that has ended or silences nothing any more, are left over.
func healthOf(s *summary.Summary, c commands) (h health) {
	var missing []healthLine
	for i := range s.Signatures {
		sig := &s.Signatures[i]
		switch {
		case ofOtherRules(sig):
			missing = append(missing, healthLine{Word: "missing", ID: sig.ID, Title: sig.Title,
				Noticed: words.Count(sig.Records, "record") + " that a rule took which is not among today's.",
				Do:      "Give its rules with --rules, or judge the records again (" + c.of("reclassify") + ")."})
		case sig.File == "":
			known := "code"
			if sig.Status == classify.StatusText {
				known = "text"
			}
			missing = append(missing, healthLine{Word: "missing", ID: sig.ID, Title: sig.Title,
				Noticed: words.Count(sig.Records, "record") + " known only by " + known + ".",
				Do:      "Write a rule of its evidence, with a cause and a fix."})
		case len(sig.Messages) > 0:
			h.Lines = append(h.Lines, tuned(s, c, sig))
		case broadOf(s, sig.ID) != nil:
			b := broadOf(s, sig.ID)
			h.Lines = append(h.Lines, healthLine{Word: "tune", ID: sig.ID, Title: sig.Title,
				Noticed: "It takes any message: it matches examples of " + words.Thousands(b.Reached) + " of the " + words.Count(b.Others, "other rule") + ", so nothing says that its " +
					words.Count(sig.Records, "record fails", "records fail") + " for one reason.",
				Do: "Let it ask for words that only its failure has, then judge again (" + c.of("reclassify") + ")."})
		default:
			h.Keep++
		}
	}
	if s.Unknown > 0 {
		l := healthLine{Word: "missing", Title: "Unknown messages",
			Noticed: words.Count(s.Unknown, "record") + " in " + words.Count(s.ClusterCount(), "cluster") + " that no rule explains.", Do: "Draft rules, the largest cluster first."}
		if s.JudgedByOthers() {
			l.Do = "Judge what other rules judged again (" + c.of("reclassify") + "); then draft rules, the largest cluster first."
		}
		if at := slices.IndexFunc(s.Clusters, func(c summary.Cluster) bool { return c.Others == 0 }); at >= 0 && s.Redacted == nil {
			l.Command = c.of("rules draft") + " " + s.Clusters[at].TemplateID
		}
		missing = append(missing, l)
	}
	h.Lines = append(h.Lines, missing...)
	for _, r := range s.Silent {
		h.Lines = append(h.Lines, healthLine{Word: "retire", ID: r.ID, Title: r.Title,
			Noticed: "No failing record of the database was judged to be of this rule of the site (" + r.File + ", line " + words.Thousands(r.Line) + ").", Do: "Judge records that were loaded before it again (" + c.of("reclassify") + "); where it matches none then, compare it with the unknown messages, or delete it."})
	}
	for _, m := range s.Mutes {
		if m.Cluster != "" {
			h.Lines = append(h.Lines, healthLine{Word: "mute", ID: m.ID, Title: "Mute of one message",
				Noticed: "Its message is of cluster " + m.Cluster + " now, with others that differ only in words that are written like names, and is not muted any more.",
				Do:      "Mute that cluster where none of its messages matters, and delete the mute (" + m.File + ", line " + words.Thousands(m.Line) + ")."})
		}
		if m.Expired {
			again := "it counts again"
			if m.Records > 0 {
				again = words.Count(m.Records, "record counts", "records count") + " again"
			}
			h.Lines = append(h.Lines, healthLine{Word: "mute", ID: m.ID, Title: "Mute of: " + orWords(m.Title, m.ID),
				Noticed: "The mute ended on " + m.Expires.Format("2 January 2006") + ", and " + again + ".", Do: "Renew the mute or delete it (" + m.File + ", line " + words.Thousands(m.Line) + ")."})
		}
	}
	return h
}

// broadOf finds what is known of a rule of the site that takes any message; nil of every other one.
func broadOf(s *summary.Summary, id string) *summary.Broad {
	if i := slices.IndexFunc(s.Broad, func(b summary.Broad) bool { return b.ID == id }); i >= 0 {
		return &s.Broad[i]
	}
	return nil
}

// tuned is a wrapper that is the last word on records: its largest message wants a rule.
func tuned(s *summary.Summary, c commands, sig *summary.Signature) healthLine {
	largest := sig.Messages[0]
	l := healthLine{Word: "tune", ID: sig.ID, Title: sig.Title, Do: "Give that message a rule of its own."}
	switch n := len(sig.Messages); {
	case n == 1:
		l.Noticed = "It takes any message; its " + words.Count(sig.Records, "record shares", "records share") + " one message: “" + cut(largest.Text, 120) + "”"
	default:
		l.Noticed = "It takes any message, " + words.Thousands(n) + " different ones here; of its " + words.Count(sig.Records, "record") + " " + words.Thousands(largest.Records) + " " + words.Plural(largest.Records, "has", "have") + " this one: “" + cut(largest.Text, 120) + "”"
	}
	if s.Redacted == nil && largest.TemplateID != "" {
		l.Command = c.of("rules draft") + " " + largest.TemplateID
	}
	return l
}
