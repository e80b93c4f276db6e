package report

import (
	"cmp"
	"slices"
	"strings"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// A moved is what changes.csv has in one state of one signature, of one message of a signature that is told apart by its messages, or of one unknown message:
// a row for each map there, one here, as people ask what changed before they ask where.
type moved struct {
	signature, template string
	title               string
	severity            string   // the worst of its rows
	maps                []string // titles, most records first
	records             int64
	counts              []int64 // of the environment in the period and those before it, the latest first; nil where its rows are compared with other periods
}

func (c *moved) unknown() bool { return strings.HasPrefix(c.signature, "unknown/") }

// ofMessage reports whether it is one message of a signature.
func (c *moved) ofMessage() bool { return c.template != "" && !c.unknown() }

// changedTo lists what is in a state and not muted, what is worst first and of that most records; and whether changes.csv has too many rows to list all.
func changedTo(s *summary.Summary, state string) (list []moved, more bool) {
	muted, rows := mutedSignatures(s), 0
	index := make(map[[2]string]int)
	for i := range s.Changes {
		ch := &s.Changes[i]
		if ch.Change != state {
			continue
		}
		rows++
		if muted[ch.Signature] {
			continue
		}
		of := [2]string{ch.Signature, ch.TemplateID}
		at, ok := index[of]
		if !ok {
			at = len(list)
			index[of] = at
			list = append(list, moved{signature: ch.Signature, template: ch.TemplateID, title: orWords(ch.Title, ch.Signature), severity: ch.Severity, counts: slices.Clone(ch.Counts)})
		} else {
			list[at].counts = sums(list[at].counts, ch.Counts)
		}
		c := &list[at]
		c.maps, c.records = append(c.maps, ch.MapTitle), c.records+ch.Records
		if sevRank(ch.Severity) < sevRank(c.severity) {
			c.severity = ch.Severity
		}
	}
	slices.SortStableFunc(list, func(a, b moved) int {
		return cmp.Or(cmp.Compare(sevRank(a.severity), sevRank(b.severity)), cmp.Compare(b.records, a.records), cmp.Compare(a.signature, b.signature), cmp.Compare(a.template, b.template))
	})
	return list, rows < inStateCount(s, state)
}

// inStateCount is how many signatures × maps and unknown messages × maps are in a state.
func inStateCount(s *summary.Summary, state string) (n int) {
	for _, c := range []summary.Changed{s.Changed, s.ChangedUnknown} {
		n += c.In(state)
	}
	return n
}

// sums adds counts of the same periods; of two logs, which have periods of their own, there are as many only by chance, and nil is what is not known.
func sums(a, b []int64) []int64 {
	if len(a) != len(b) {
		return nil
	}
	for i, n := range b {
		a[i] += n
	}
	return a
}

// mutedSignatures are the ids of signatures and unknown messages that are muted.
func mutedSignatures(s *summary.Summary) map[string]bool {
	muted := make(map[string]bool)
	for i := range s.Signatures {
		muted[s.Signatures[i].ID] = s.Signatures[i].Mute != nil
	}
	for i := range s.Clusters {
		muted["unknown/"+s.Clusters[i].TemplateID] = s.Clusters[i].Mute != nil
	}
	return muted
}

// spikes names what comes far more often than in every period before, signatures apart from messages of one that is told apart by them and from unknown messages,
// of which a log has too many to name them in a sentence. Nothing where nothing does: a night of which this is true is not one without news.
func spikes(s *summary.Summary) []phrase {
	list, more := changedTo(s, summary.Spiking)
	if len(list) == 0 {
		return nil
	}
	// What is critical stands first in any case, as a sentence names few; of the rest the largest is what people ask about.
	slices.SortStableFunc(list, func(a, b moved) int {
		return cmp.Or(cmp.Compare(min(sevRank(a.severity), 1), min(sevRank(b.severity), 1)), cmp.Compare(b.records, a.records))
	})
	var whole, messages, unknown []moved
	signatures := make(map[string]bool)
	for _, c := range list {
		switch {
		case c.unknown():
			unknown = append(unknown, c)
		case c.ofMessage():
			messages = append(messages, c)
			signatures[c.signature] = true
		default:
			whole = append(whole, c)
		}
	}
	atLeast := ""
	if more {
		atLeast = "at least "
	}
	var parts [][]phrase
	if n := len(whole); n > 0 {
		parts = append(parts, append([]phrase{strong(atLeast + words.Count(n, "known signature") + words.Plural(n, " spikes:", " spike:")), plain(" ")}, namedSpikes(s, whole)...))
	}
	if n := len(messages); n > 0 {
		of := words.Plural(len(signatures), " of a known signature", " of "+words.Count(len(signatures), "known signature"))
		parts = append(parts, append([]phrase{strong(atLeast + words.Count(n, "message") + of + words.Plural(n, " spikes:", " spike:")), plain(" ")}, namedSpikes(s, messages)...))
	}
	if n := len(unknown); n > 0 {
		lead := words.Plural(n, " spikes", " spike")
		before := " ("
		if n > 1 {
			before = ", the largest of them ("
		}
		parts = append(parts, append([]phrase{strong(atLeast + words.Count(n, "unknown message") + lead), plain(before)}, append(spikeRecords(s, &unknown[0]), plain(")"))...))
	}
	var v []phrase
	for i, part := range parts {
		if i > 0 {
			v = append(v, plain("; "))
		}
		v = append(v, part...)
	}
	v[0].Text = capital(v[0].Text)
	return append(v, plain(". "))
}

// namedSpikes names the first of a list as named does.
func namedSpikes(s *summary.Summary, list []moved) (v []phrase) {
	for i := range list {
		c := &list[i]
		switch {
		case i == mostNamed:
			return append(v, plain(" and "), link(words.Thousands(len(list)-i)+" more", "#changes"))
		case i > 0:
			v = append(v, plain(", "))
		}
		name, all := c.title, int64(0)
		if sig := signatureOf(s, c.signature); sig != nil {
			name, all = wrong(*sig), sig.Records
		}
		if name = words.OneLine(name); all != c.records { // it fails elsewhere, too, where it does not spike
			name += " in " + some(c.maps, 2)
		}
		v = append(append(append(v, plain(name+" (")), spikeRecords(s, c)...), plain(")"))
	}
	return v
}

// spikeRecords is how many records spike, with a link, and how many at most they were before.
func spikeRecords(s *summary.Summary, c *moved) []phrase {
	return []phrase{link(words.Count(c.records, "record"), "#sig-"+anchor(c.signature)), plain(atMost(s, c))}
}

// atMost is how many records what spikes had in any of the periods before: ", at most 3 in a night before"; empty where its maps are compared with other periods. The
// report may have others than the hours that are compared: a run read a part of them, or records lie outside.
func atMost(s *summary.Summary, c *moved) string {
	if len(c.counts) < 2 {
		return ""
	}
	text := ", at most " + words.Thousands(slices.Max(c.counts[1:])) + " in a " + periodBefore(s)
	if c.counts[0] != c.records {
		text = ", " + words.Thousands(c.counts[0]) + " in the hours that are compared" + text
	}
	return text
}

// signatureOf is the signature with an id that fails, nil where none has it.
func signatureOf(s *summary.Summary, id string) *summary.Signature {
	if i := slices.IndexFunc(s.Signatures, func(sig summary.Signature) bool { return sig.ID == id }); i >= 0 {
		return &s.Signatures[i]
	}
	return nil
}
