package report

import (
	"strings"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// elsewhereCounts says how many signatures of a map fail in which of two environments; empty where nothing is compared.
func elsewhereCounts(s *summary.Summary) string {
	e := s.Elsewhere
	if e == nil || !e.Compared() {
		return ""
	}
	parts := make([]string, 3)
	for i, n := range []struct {
		change             string
		explained, unknown int
	}{
		{summary.OnlyHere, e.Explained.OnlyHere, e.Unknown.OnlyHere},
		{summary.OnlyThere, e.Explained.OnlyThere, e.Unknown.OnlyThere},
		{summary.InBoth, e.Explained.Both, e.Unknown.Both},
	} {
		parts[i] = inWords(s, n.change) + ": " + words.Count(n.explained, "signature")
		if n.unknown > 0 {
			parts[i] += " and " + words.Count(n.unknown, "unknown message")
		}
	}
	return strings.Join(parts, "; ")
}

// inWords says in which environment something fails.
func inWords(s *summary.Summary, change string) string {
	here, there := orWords(s.Environment, "environment not set"), s.Elsewhere.Environment
	switch change {
	case summary.OnlyHere:
		return "in " + here + ", not in " + there
	case summary.OnlyThere:
		return "in " + there + ", not in " + here
	}
	return "in both"
}

// Elsewhere says in sentences how many signatures of a map fail in which of two environments, and which logs are not compared; none where no
// other environment was asked for. Names are as they are, for whoever prints them to escape.
func Elsewhere(s *summary.Summary) (sentences []string) {
	for _, sentence := range elsewhereSentences(s) {
		sentences = append(sentences, spoken(sentence))
	}
	return sentences
}

// elsewhereSaid is what the first paragraph says of it.
func elsewhereSaid(s *summary.Summary) (v []phrase) {
	for _, sentence := range elsewhereSentences(s) {
		v = append(append(v, plain(" ")), sentence...)
	}
	return v
}

func elsewhereSentences(s *summary.Summary) (list [][]phrase) {
	if s.Elsewhere == nil {
		return nil
	}
	if counts := elsewhereCounts(s); counts != "" {
		list = append(list, []phrase{strong("Compared with " + s.Elsewhere.Environment + otherHours(s) + ":"), plain(" " + counts + " (a signature of a map each, or a message of it).")})
	}
	for _, sentence := range notElsewhere(s) {
		list = append(list, []phrase{plain(sentence)})
	}
	return list
}

// otherHours says which hours of the other environment are compared, where they are not those of the report: its latest ones that were read may
// be of another night.
func otherHours(s *summary.Summary) string {
	year := s.Run.Finished.UTC().Year()
	var parts []string
	same := true
	for _, l := range s.Elsewhere.Logs {
		if l.Why == "" {
			same = same && l.There == l.Here
			parts = append(parts, logWord(l.Log)+" of "+hoursOf(l.There, year))
		}
	}
	if same {
		return ""
	}
	return " in other hours, its " + words.AndList(parts)
}

// elsewhereLogs says of each log which hours are compared with which of the other environment, or why none are.
func elsewhereLogs(s *summary.Summary) (sentences []string) {
	if s.Elsewhere == nil {
		return nil
	}
	year := s.Run.Finished.UTC().Year()
	for _, l := range s.Elsewhere.Logs {
		if l.Why == "" {
			sentences = append(sentences, capital(logWord(l.Log))+" of "+hoursOf(l.Here, year)+" with those of "+s.Elsewhere.Environment+" of "+hoursOf(l.There, year)+".")
		}
	}
	return append(sentences, notElsewhere(s)...)
}

// notElsewhere says which logs are not compared with the other environment, and why.
func notElsewhere(s *summary.Summary) (sentences []string) {
	here, there := orWords(s.Environment, "environment not set"), s.Elsewhere.Environment
	for _, l := range s.Elsewhere.Logs {
		text := capital(logWord(l.Log)) + " are not compared with " + there + ": "
		switch l.Why {
		case summary.NotRead:
			text += "none of " + here + " were read."
		case summary.NotWhole:
			text += "less than half of the hours of this report were read without trouble."
		case summary.NoneThere:
			text += "none of " + there + " are in the database."
		case summary.NotThere:
			text += there + " has " + noneAsLong(l.Here.Hours()) + " read without trouble."
		default:
			continue
		}
		sentences = append(sentences, text)
	}
	return sentences
}

// noneAsLong says of how many hours there are none that could be compared: some of them may well have been read.
func noneAsLong(hours int) string {
	if hours == 1 {
		return "no hour up to the end of these that was"
	}
	return "no " + words.Thousands(hours) + " hours up to the end of these of which half or more were"
}

// A jsonElsewhere is the comparison with another environment.
type jsonElsewhere struct {
	Environment string             `json:"environment"`
	Logs        []jsonElsewhereLog `json:"logs"`
	Signatures  jsonInBoth         `json:"signatures"`       // of a map each, that rules and codes explain
	Unknown     jsonInBoth         `json:"unknown_messages"` // of a map each
	Records     int64              `json:"records"`          // failing ones of the hours compared
	Others      int64              `json:"other_records"`    // those of the other environment
}

type jsonElsewhereLog struct {
	Log    string     `json:"log"`
	Period jsonPeriod `json:"period"`
	Other  jsonPeriod `json:"other"`        // nulls where it is not compared
	Why    string     `json:"not_compared"` // not-read, not-whole, none-there, not-there; empty where it is compared
}

// jsonInBoth counts, as changes.csv does.
type jsonInBoth struct {
	OnlyHere  int `json:"only-here"`
	OnlyThere int `json:"only-there"`
	Both      int `json:"both"`
}

func newJSONElsewhere(e *summary.Elsewhere) *jsonElsewhere {
	if e == nil {
		return nil
	}
	j := &jsonElsewhere{e.Environment, []jsonElsewhereLog{}, jsonInBoth(e.Explained), jsonInBoth(e.Unknown), e.Records, e.Others}
	for _, l := range e.Logs {
		j.Logs = append(j.Logs, jsonElsewhereLog{l.Log, newJSONPeriod(l.Here), newJSONPeriod(l.There), l.Why})
	}
	return j
}

func ticketElsewhere(line func(string, ...any), s *summary.Summary) {
	if s.Elsewhere == nil {
		return
	}
	line("\n### Compared with %s\n", marked(s.Elsewhere.Environment))
	for _, sentence := range elsewhereLogs(s) {
		line("- %s", marked(sentence))
	}
	if !s.Elsewhere.Compared() {
		return
	}
	line("\n| Where | Records | Of the other | What | Map |\n|---|---|---|---|---|")
	list := fair(s.Elsewhere.List, 3*ticketClusters, kindsOfElsewhere)
	for _, c := range list {
		line("| %s | %s | %s | %s | %s |", marked(inWords(s, c.Change)), words.Thousands(c.Records), words.Thousands(c.PreviousRecords), marked(orWords(c.Title, c.Signature)), marked(c.MapTitle))
	}
	if n := s.Elsewhere.Count() - len(list); n > 0 {
		line("\n%s in changes.csv.", words.Count(n, "more"))
	}
}

func kindsOfElsewhere(c *summary.Change) (string, []string) {
	return c.Severity, []string{"where " + c.Change}
}
