package summary

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

// Texts shown as evidence: around the match, and in full.
const (
	aroundMatch  = 200
	fullMessage  = 20000
	moreClusters = 50 // clusters beyond these only keep the start of their message
	startMessage = 500
)

// addEvidence gives signatures and clusters the records that prove them, and the operations that these failed in. The database knows a
// message that no rule explains, or a wrapper only, by the id of its template; its text is made here again, from
// one record of each, and is the title of the message's findings and changes from now on.
func addEvidence(ctx context.Context, db *store.DB, m *classify.Matcher, found *tally, name titles, s *Summary, hide hider) error {
	proof, err := evidence(ctx, db)
	if err != nil {
		return err
	}
	at, err := messages(ctx, db)
	if err != nil {
		return err
	}
	shown := make(map[int64]int) // where of proof a place is
	for i, p := range proof {
		shown[p.place] = i
		at[p.place] = append(at[p.place], message{})
	}
	templates := make(map[message]string)
	if err := eachText(ctx, db, slices.Sorted(maps.Keys(at)), hide, func(place int64, t *classify.Texts, names string, values []string) {
		for _, of := range at[place] {
			if of == (message{}) {
				p := &proof[shown[place]]
				p.show(t, m, found.status[p.sig], hide)
				continue
			}
			templates[of] = cmp.Or(hide.textOf(string(masked(t, names)), values), noText)
		}
	}); err != nil {
		return err
	}
	whole := make(map[string]bool) // of the clusters whose message is kept in full
	for i := range min(len(s.Clusters), moreClusters) {
		whole["unknown/"+s.Clusters[i].TemplateID] = true
	}
	bySig := make(map[string][]Evidence)
	for i := range proof {
		p := &proof[i]
		if p.cut && (found.status[p.sig] != classify.StatusUnknown || whole[p.sig]) {
			texts, err := db.Texts(ctx, p.RecordID)
			if err != nil {
				return err
			}
			p.show(&texts, m, found.status[p.sig], hide)
		}
		bySig[p.sig] = append(bySig[p.sig], p.Evidence)
	}
	nameMessages(templates, found, s)
	for i := range s.Signatures {
		s.Signatures[i].Evidence = bySig[s.Signatures[i].ID]
	}
	for i := range s.Clusters {
		c := &s.Clusters[i]
		if es := bySig["unknown/"+c.TemplateID]; len(es) > 0 {
			c.Sample = es[0]
			if i >= moreClusters {
				c.Sample.Message = cut(c.Sample.Message, startMessage)
			}
		}
	}
	return addChains(ctx, db, proof, whole, name, s)
}

// A message is what the records of a signature say that have one template.
type message struct{ sig, template string }

// messages finds a record of each message that findings tell apart, by its place in the table.
func messages(ctx context.Context, db *store.DB) (map[int64][]message, error) {
	at := make(map[int64][]message)
	err := each(ctx, db, "messages", func(rows *sql.Rows) error {
		var of message
		var place int64
		err := rows.Scan(&of.sig, &of.template, &place)
		at[place] = append(at[place], of)
		return err
	})
	return at, err
}

// nameMessages gives findings, changes, signatures and clusters the texts of their messages.
func nameMessages(templates map[message]string, found *tally, s *Summary) {
	for i := range s.Findings {
		f := &s.Findings[i]
		if t := templates[message{f.Signature, f.TemplateID}]; t != "" {
			f.Title = messageTitle(f.Signature, t)
		}
	}
	for i := range s.Changes {
		c := &s.Changes[i]
		id, _ := strings.CutPrefix(c.Signature, "unknown/")
		if c.TemplateID != "" {
			id = c.TemplateID
		}
		if t := templates[message{c.Signature, id}]; t != "" {
			c.Title = messageTitle(c.Signature, t)
		}
	}
	for i := range s.Clusters {
		c := &s.Clusters[i]
		if c.Others > 0 {
			continue
		}
		c.Template = templates[message{"unknown/" + c.TemplateID, c.TemplateID}]
		c.Title = classify.Readable(c.Template)
	}
	for i := range s.Signatures {
		s.Signatures[i].Messages = messagesOf(templates, found.bySig[s.Signatures[i].ID])
	}
}

// messagesOf sums the findings of a wrapper up by their messages, most records first.
func messagesOf(templates map[message]string, fs []*Finding) []Message {
	records := make(map[message]int64)
	for _, f := range fs {
		if f.TemplateID != "" {
			records[message{f.Signature, f.TemplateID}] += f.Records
		}
	}
	var out []Message
	for at, n := range records {
		out = append(out, Message{at.template, classify.Readable(templates[at]), n})
	}
	slices.SortFunc(out, func(a, b Message) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Text, b.Text), cmp.Compare(a.TemplateID, b.TemplateID))
	})
	return out
}

// A proof is evidence whose text is still in the table.
type proof struct {
	Evidence
	sig, field string
	place      int64
	start, end int  // of the match in the normal form of field
	cut        bool // the row may hold the start of the text only
	captures   []Capture
}

// evidence finds the first records of every signature, by time.
func evidence(ctx context.Context, db *store.DB) (list []proof, err error) {
	err = each(ctx, db, "evidence", func(rows *sql.Rows) error {
		var p proof
		e := &p.Evidence
		err := rows.Scan(&p.sig, &p.place, &e.RecordID, &e.File, &e.Row, &e.ByteOffset, (*instant)(&e.OccurredAt), &e.OccurredRaw, &e.Company, &e.MapTitle,
			&e.TypeName, &e.AffectedKey, &p.field, &p.start, &p.end, &captureList{&p.captures})
		list = append(list, p)
		return err
	})
	return list, err
}

// show fills in what the record says. Of what no rule explains, or only a wrapper, the sentence is shown: the match
// of a wrapper is the dress around it. What is hidden is hidden before it is cut.
func (p *proof) show(t *classify.Texts, m *classify.Matcher, status string, hide hider) {
	text := t.Error
	if p.field == "trace_text" {
		text = t.Trace
	}
	normal, start, end := classify.NormalizeString(text), p.start, p.end
	if r, unknown := m.Rule(p.sig), status == classify.StatusUnknown; unknown || r != nil && r.Wrapper {
		sentence := string(classify.SentenceOf(text, ""))
		if at := strings.Index(normal, sentence); unknown {
			normal, start, end = sentence, 0, 0
		} else if at >= 0 && sentence != "" {
			start, end = at, at+len(sentence)
		}
	}
	p.cut = !p.cut && len(text) > store.StartBytes-utf8.UTFMax // the second time it is whole
	p.Message, p.Before = noText, noText
	p.Matched, p.After = "", ""
	variable := hide.variable(nil, p.captures, p.AffectedKey)
	if text != "" {
		all, _, to := hide.part(text, 0, min(len(text), fullMessage), variable)
		p.Message = cut(all, min(to, fullMessage))
	}
	if normal != "" {
		p.Before, p.Matched, p.After = around(hide.part(normal, start, end, variable))
	}
}

// masked is the template of a record as far as all messages of its cluster have it.
func masked(t *classify.Texts, names string) []byte {
	return classify.MaskNames(classify.TemplateOf(t.Error, t.Trace, t.Entity, t.Company), names)
}

// textsAtOnce is how many records' texts are read by one query; each has StartBytes twice at most.
const textsAtOnce = 256

// eachText calls yield with the texts of the records at places, which are sorted: what lies together in the table
// is decompressed together, with what of its template are names, and with what hide must hide of them. Of a text that is longer than its row holds this is the start; [store.DB.Texts] reads the rest.
func eachText(ctx context.Context, db *store.DB, places []int64, hide hider, yield func(place int64, t *classify.Texts, names string, values []string)) error {
	for chunk := range slices.Chunk(places, textsAtOnce) {
		numbers := make([]string, len(chunk))
		for i, place := range chunk {
			numbers[i] = strconv.FormatInt(place, 10)
		}
		at := strings.Join(numbers, " ")
		values, err := hide.values(ctx, db, at)
		if err != nil {
			return err
		}
		if err := each(ctx, db, "texts", func(rows *sql.Rows) error {
			var place int64
			var t classify.Texts
			var names string
			err := rows.Scan(&place, &t.Error, &t.Trace, &t.Entity, &t.Company, &names)
			yield(place, &t, names, values[place])
			return err
		}, at); err != nil {
			return err
		}
	}
	return nil
}

// wholeWords widens a part of a text that is not empty to whole words, as an expression may need the first letter of a word only. What is no word but
// goes on without a blank, as a blob does, stays where it was found.
func wholeWords(text string, start, end int) (from, to int) {
	const longest = 40
	letter := func(i int) bool { return inWord(text[i]) }
	for from = start; from > 0 && letter(from-1) && letter(from); from-- {
		if start-from == longest {
			from = start
			break
		}
	}
	for to = end; to < len(text) && letter(to-1) && letter(to); to++ {
		if to-end == longest {
			to = end
			break
		}
	}
	return from, to
}

// inWord reports whether a byte of a text belongs to a word; those of letters beyond ASCII do.
func inWord(c byte) bool {
	return c >= utf8.RuneSelf || c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// around cuts a text at the matched part, with some text on either side.
func around(text string, start, end int) (before, matched, after string) {
	if start < 0 || end <= start || end > len(text) {
		if short := cut(text, 2*aroundMatch); len(short) < len(text) {
			return strings.TrimRight(short, " ") + " …", "", ""
		}
		return text, "", ""
	}
	start, end = wholeWords(text, start, end)
	before, matched, after = text[:start], text[start:end], text[end:]
	if len(before) > aroundMatch {
		from := len(before) - aroundMatch
		before = "… " + before[words.Begin(before, from):]
	}
	if short := cut(matched, 3*aroundMatch); len(short) < len(matched) {
		matched, after = strings.TrimRight(short, " ")+" …", ""
	}
	if short := cut(after, aroundMatch); len(short) < len(after) {
		after = strings.TrimRight(short, " ") + " …"
	}
	return strings.Clone(before), strings.Clone(matched), strings.Clone(after) // see cut
}
