package report

import (
	"slices"
	"strings"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// mostListed is how many of each state are named where the page with all of them is not: in a ticket, a card and a terminal.
const mostListed = 5

// A ListedState names what is in one of the states that are news, the worst first.
type ListedState struct {
	Word  string // New, Back, Spiking
	Items []ListedChange
	More  string // "12 more signatures"; empty where all are named
}

// A ListedChange is a signature or a message with the maps in which it is in the state.
type ListedChange struct {
	Title, Severity string
	Where           string // "Units and Sites"
	Records         string // "400 records, at most 3 in a night before"
}

// listedChanges names what is new, back or spiking and not muted, at most so many of each: a count alone sends everybody to the page, whose link a ticket does not have.
func listedChanges(s *summary.Summary, most int) (states []ListedState) {
	if !s.Compared() || most == 0 {
		return nil
	}
	known := knownElsewhere(s)
	for _, of := range []struct{ state, word string }{{summary.New, "New"}, {summary.Regressed, "Back"}, {summary.Spiking, "Spiking"}} {
		list, more := changedTo(s, of.state)
		if len(list) == 0 {
			continue
		}
		l := ListedState{Word: of.word, More: restOf(list[min(len(list), most):], more)}
		if of.state == summary.Regressed && s.Asked() { // one that failed in all periods between them is no less "regressed"
			l.Word = "Known and not then"
		}
		for i := range list[:min(len(list), most)] {
			c := &list[i]
			item := ListedChange{Title: words.OneLine(c.title), Severity: c.severity, Where: some(c.maps, 3), Records: words.Count(c.records, "record")}
			switch {
			case of.state == summary.Spiking:
				item.Records += atMost(s, c)
			case of.state == summary.New && known[c.key()]:
				item.Records += ", known from another map"
			}
			l.Items = append(l.Items, item)
		}
		states = append(states, l)
	}
	return states
}

// key is what a change is of: a signature, or a message.
func (c *moved) key() [2]string { return [2]string{c.signature, c.template} }

// restOf counts what is not named; more says that there are others yet, which changes.csv has no room for.
func restOf(list []moved, more bool) string {
	n, messages := len(list), 0
	for i := range list {
		if list[i].unknown() || list[i].ofMessage() {
			messages++
		}
	}
	what := words.Count(n, "more signature")
	switch {
	case n == 0 && more:
		return "more"
	case n == 0:
		return ""
	case messages == n:
		what = words.Count(n, "more message")
	case messages > 0:
		what = words.Thousands(n) + " more signatures and messages"
	}
	if more {
		return "at least " + what
	}
	return what
}

// knownElsewhere are the signatures and messages that are new in a map and known from another one, whether they fail there or not.
func knownElsewhere(s *summary.Summary) map[[2]string]bool {
	known := make(map[[2]string]bool)
	isKnown := func(change string, elsewhere bool) bool {
		return elsewhere || change != summary.New && change != ""
	}
	for i := range s.Signatures {
		known[[2]string{s.Signatures[i].ID}] = isKnown(s.Signatures[i].Change, s.Signatures[i].KnownElsewhere)
	}
	for i := range s.Clusters {
		if c := &s.Clusters[i]; c.Others == 0 {
			known[[2]string{"unknown/" + c.TemplateID}] = isKnown(c.Change, c.KnownElsewhere)
		}
	}
	for i := range s.Findings {
		if f := &s.Findings[i]; f.OfMessage() && isKnown(f.Change, f.KnownElsewhere) {
			known[[2]string{f.Signature, f.TemplateID}] = true
		}
	}
	return known
}

// stateWord is the state of a fix where that is news, for a list of words; else empty. It is that of its signature, of a joint one what all of them are.
func stateWord(s *summary.Summary, f *summary.Fix) string {
	if !isNews(f.Change) && f.Change != summary.Spiking {
		return ""
	}
	if maps := fixSpikesIn(s, f); maps != "" {
		return f.Change + " in " + maps
	}
	return f.Change
}

// fixSpikesIn is spikesIn of what a fix mends, of which it may have a part of the maps only.
func fixSpikesIn(s *summary.Summary, f *summary.Fix) string {
	if f.Change != summary.Spiking {
		return ""
	}
	var signatures []string
	for i := range f.Parts {
		signatures = append(signatures, f.Parts[i].Signature)
	}
	return spikesIn(s, append(signatures, f.Signature), f.Entities)
}

// spikesIn names the maps in which signatures spike, of those given where any are; nothing where they do in all of them. A signature spikes that does so in one map, and the
// number beside the word is of the records of all its maps.
func spikesIn(s *summary.Summary, signatures, of []string) string {
	var maps []string
	all := true
	for i := range s.Findings {
		f := &s.Findings[i]
		if !slices.Contains(signatures, f.Signature) || of != nil && f.Others == 0 && !slices.Contains(of, f.MapTitle) {
			continue
		}
		if f.Change != summary.Spiking {
			all = false
		} else if !slices.Contains(maps, f.MapTitle) {
			maps = append(maps, f.MapTitle)
		}
	}
	if all || len(maps) == 0 {
		return ""
	}
	return some(maps, 2)
}

// ticketChanges counts signatures of a map each by their states, and names what is news.
func ticketChanges(line func(string, ...any), s *summary.Summary) {
	if !s.Compared() {
		return
	}
	line("\n### What changed\n\nSignatures of a map each: %s.", orWords(changed(s), "none"))
	for i, l := range listedChanges(s, mostListed) {
		if i == 0 {
			line("")
		}
		line("- %s:", l.Word)
		for _, c := range l.Items {
			line("    - %s: %s, in %s, %s", sevWord(c.Severity), marked(c.Title), marked(c.Where), c.Records)
		}
		if l.More != "" {
			line("    - and %s, in changes.csv", l.More)
		}
	}
}

// cardChanges are the paragraphs of a card that name what is news, as many of each state as it has fixes.
func (room cardRoom) cardChanges(s *summary.Summary) (paragraphs []cardElement) {
	for _, l := range listedChanges(s, min(mostListed, room.fixes)) {
		var items []string
		for _, c := range l.Items {
			items = append(items, room.fit(c.Title)+" in "+room.fit(c.Where)+" ("+c.Records+")")
		}
		if l.More != "" {
			items = append(items, "and "+l.More)
		}
		paragraphs = append(paragraphs, paragraph(run(l.Word+": ").bold(), run(strings.Join(items, "; ")+".")))
	}
	return paragraphs
}
