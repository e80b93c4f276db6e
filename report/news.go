package report

import (
	"slices"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// newness counts what is new and what is back: signatures, and apart from them unknown messages, of which every night
// has some; and names what spikes. It speaks of the logs that failed and are compared, and names the others. Nothing is new only where nothing spikes, either:
// whoever reads that reads no further.
func newness(s *summary.Summary) []phrase {
	among, _ := compared(s)
	text, why, spiking := newsOf(s), whyBesides(s), spikes(s)
	if text == "" && len(spiking) == 0 {
		text = nothingNew(s)
	}
	switch {
	case why != "" && len(among) == 0:
		text = capital(why)
	case text == "" && why != "":
		return append(spiking, plain(sentence(capital(why))))
	case text == "":
		spiking[len(spiking)-1].Text = "."
		return spiking
	case why != "":
		text += " among " + logWords(among) + "; " + why
	}
	if v := []phrase{plain(sentence(text))}; len(spiking) > 0 {
		spiking[len(spiking)-1].Text = "."
		return append(append(v, plain(" ")), spiking...)
	}
	return []phrase{plain(sentence(text))}
}

// notThen is what regressed means where the hours to compare with were asked for.
const notThen = "did not fail in the hours compared with"

// newsOf is what newness counts: whatever is new or regressed in a map and not muted is in one of its parts, as the terminal, changes.csv and
// --fail-on count it. Empty where nothing is.
func newsOf(s *summary.Summary) string {
	var parts []string
	if n := len(withChange(s, summary.New)); n > 0 {
		parts = append(parts, words.Count(n, "new signature"))
	}
	list := withChange(s, newHere)
	said := apartByMessage(s, summary.New, &list)
	if len(list) > 0 {
		parts = append(parts, words.Count(len(list), "known signature")+" "+inMaps(list, "is new", "are new"))
	}
	parts = append(parts, said...)
	// What is back of a signature whose messages are told apart is a message: with another one it may have failed in every period.
	back, whole := withChange(s, backHere), withChange(s, summary.Regressed)
	said = apartByMessage(s, summary.Regressed, &whole, &back)
	switch n := len(whole); {
	case n > 0 && s.Asked(): // one that failed in all periods between them is no less "regressed"
		parts = append(parts, words.Count(n, "known signature")+" that "+notThen)
	case n > 0:
		parts = append(parts, words.Thousands(n)+" back after a pause")
	}
	parts = append(parts, said...)
	switch {
	case len(back) == 0:
	case s.Asked():
		parts = append(parts, words.Count(len(back), "known signature")+" "+inMaps(back, notThen, notThen))
	default:
		parts = append(parts, words.Count(len(back), "known signature")+" "+inMaps(back, "is back after a pause", "are back after a pause"))
	}
	if parts = append(parts, newMessages(s)...); len(parts) == 0 {
		return ""
	}
	return some(parts, len(parts))
}

// apartByMessage takes the signatures out of lists whose records are told apart by what they say, which stands around any failure, and counts their messages in
// this state: those that are new, and those that are new in their maps and known from another one; or those that are back.
func apartByMessage(s *summary.Summary, state string, lists ...*[]summary.Signature) (said []string) {
	type counted struct{ messages, signatures map[string]bool }
	count := func(of counted, what, then string) {
		if n := len(of.messages); n > 0 {
			said = append(said, words.Count(n, what)+" of "+words.Plural(len(of.signatures), "a known signature", words.Count(len(of.signatures), "known signature"))+then)
		}
	}
	in := findingsIn(s, state)
	elsewhere := make(map[[2]string]bool) // messages that fail in another map, where they are not in this state
	for i := range s.Findings {
		if f := &s.Findings[i]; f.OfMessage() && f.Change != summary.New && f.Change != "" && f.Change != state {
			elsewhere[[2]string{f.Signature, f.TemplateID}] = true
		}
	}
	here, moved := counted{map[string]bool{}, map[string]bool{}}, counted{map[string]bool{}, map[string]bool{}}
	for _, list := range lists {
		*list = slices.DeleteFunc(*list, func(sig summary.Signature) bool {
			found := in[sig.ID]
			if len(found) == 0 || !found[0].OfMessage() {
				return false
			}
			for _, f := range found {
				of := here
				if f.KnownElsewhere || elsewhere[[2]string{f.Signature, f.TemplateID}] {
					of = moved
				}
				of.messages[f.TemplateID], of.signatures[sig.ID] = true, true
			}
			return true
		})
	}
	inMap := words.Plural(len(moved.messages), " in a map where it ", " in maps where they ")
	switch {
	case state == summary.New:
		count(here, "new message", "")
		count(moved, "message", " known from another map")
	case s.Asked():
		count(here, "message", " that "+notThen)
		count(moved, "message", inMap+notThen)
	default:
		count(here, "message", " back after a pause")
		count(moved, "message", inMap+words.Plural(len(moved.messages), "is", "are")+" back after a pause")
	}
	return said
}

// inMaps says what signatures of a list are in maps, and in which one, where it is one: "that is new in Vendors V2".
func inMaps(list []summary.Signature, is, are string) string {
	var maps []string
	for _, sig := range list {
		for _, w := range sig.Where {
			maps = append(maps, w.MapTitle)
		}
	}
	slices.Sort(maps)
	maps = slices.Compact(maps)
	state := words.Plural(len(list), is, are)
	switch {
	case len(maps) == 1 && maps[0] != summary.Several:
		return "that " + state + " in " + some(maps, 1)
	case len(maps) > 1 || len(list) > 1:
		return "in maps where " + words.Plural(len(list), "it", "they") + " " + state
	}
	return "in a map where it " + state
}

// nothingNew says of what there is nothing new: what is muted is not counted, and what failed before the hours that are compared has no state.
func nothingNew(s *summary.Summary) string {
	text := "Nothing new"
	_, besides := compared(s)
	for i := range s.Findings {
		switch f := &s.Findings[i]; {
		case f.Mute != nil && isNews(f.Change):
			return text + " but what is muted"
		case f.Change == "" && len(besides) == 0:
			text = "Nothing new in the hours that are compared"
		}
	}
	return text
}

// isNews reports whether a state is one that --fail-on new is about.
func isNews(change string) bool { return change == summary.New || change == summary.Regressed }

// States of a signature beside those that it has in a map.
const (
	newHere  = "new here"  // new in a map, and known in another one: no new signature
	backHere = "back here" // back in a map, while it never paused in another one
)

// withChange lists the signatures that are in this state and not muted, each with the records, the maps and the worst severity of what is in it
// alone. One may be in two states: new in a map and back in another.
func withChange(s *summary.Summary, change string) (list []summary.Signature) {
	state := change
	switch change {
	case newHere:
		state = summary.New
	case backHere:
		state = summary.Regressed
	}
	in := findingsIn(s, state)
	for _, sig := range s.Signatures {
		part := in[sig.ID]
		if sig.Mute != nil || !inState(change, sig.Change, sig.KnownElsewhere, len(part) > 0) {
			continue
		}
		if len(part) > 0 {
			sig.Records, sig.Severity, sig.Where = 0, "", nil
			for _, f := range part {
				sig.Records += f.Records
				if f.Severity != "" && (sig.Severity == "" || sevRank(f.Severity) < sevRank(sig.Severity)) {
					sig.Severity = f.Severity
				}
				sig.Where = append(sig.Where, summary.Where{MapTitle: f.MapTitle, Company: f.Company, Records: f.Records})
			}
		}
		list = append(list, sig)
	}
	return list
}

// findingsIn are the findings in a state that are not muted, by signature.
func findingsIn(s *summary.Summary, state string) map[string][]*summary.Finding {
	in := make(map[string][]*summary.Finding)
	for i := range s.Findings {
		if f := &s.Findings[i]; f.Change == state && f.Mute == nil {
			in[f.Signature] = append(in[f.Signature], f)
		}
	}
	return in
}

// inState reports whether a signature is in a state, by what it is as a whole, whether it is known elsewhere, and whether any map is in that state.
func inState(state, whole string, elsewhere, anywhere bool) bool {
	switch state {
	case newHere:
		return whole == summary.New && elsewhere || whole != summary.New && whole != "" && anywhere
	case backHere:
		return whole == summary.Regressed && elsewhere || whole != summary.Regressed && whole != "" && anywhere
	case summary.Regressed:
		return whole == summary.Regressed && !elsewhere
	case summary.New:
		return whole == summary.New && !elsewhere
	}
	return whole == state
}

// newMessages counts the unknown messages that are new, that are new in a map and known from another one, and that are back. Where some are summed up
// it is not known of these which of them another map had, so all are counted as new in their maps.
func newMessages(s *summary.Summary) (parts []string) {
	var fresh, moved, back, backSome int64
	var summed bool
	newIn, backIn := findingsIn(s, summary.New), findingsIn(s, summary.Regressed)
	for _, c := range s.Clusters {
		if c.Mute != nil {
			continue
		}
		id, n := "unknown/"+c.TemplateID, int64(1)
		if c.Others > 0 { // which has a cluster for each state
			id, n, summed = "", c.Others, summed || c.Change == summary.New
		}
		switch {
		case inState(summary.New, c.Change, c.KnownElsewhere, len(newIn[id]) > 0):
			fresh += n
		case inState(newHere, c.Change, c.KnownElsewhere, len(newIn[id]) > 0):
			moved += n
		}
		switch {
		case inState(summary.Regressed, c.Change, c.KnownElsewhere, len(backIn[id]) > 0):
			back += n
		case inState(backHere, c.Change, c.KnownElsewhere, len(backIn[id]) > 0):
			backSome += n
		}
	}
	count := func(n int64, one, many string) {
		if n > 0 {
			parts = append(parts, words.Count(n, "unknown message")+" "+words.Plural(n, one, many))
		}
	}
	if summed {
		count(fresh+moved, "new in its map", "new in their maps")
	} else {
		if fresh > 0 {
			parts = append(parts, words.Count(fresh, "new unknown message"))
		}
		count(moved, "known from another map", "known from another map")
	}
	if s.Asked() {
		count(back, "from before that "+notThen, "from before that "+notThen)
		count(backSome, "in a map where it "+notThen, "in maps where they "+notThen)
		return parts
	}
	count(back, "back after a pause", "back after a pause")
	count(backSome, "in a map where it is back after a pause", "in maps where they are back after a pause")
	return parts
}
