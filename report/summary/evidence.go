package summary

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"unicode/utf8"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// Texts shown as evidence: around the match, and in full.
const (
	aroundMatch  = 200
	fullMessage  = 20000
	moreClusters = 50 // clusters beyond these only keep the start of their message
	startMessage = 500
)

// addEvidence gives signatures and clusters the records that prove them. The database knows a
// message that no rule explains, or a wrapper only, by the id of its template; its text is made here again, from
// one record of each, and is the title of the message's findings and changes from now on.
func addEvidence(ctx context.Context, db *store.DB, m *classify.Matcher, found *tally, s *Summary) error {
	templates, err := messages(ctx, db, m)
	if err != nil {
		return err
	}
	proof, err := evidence(ctx, db, m, found.status)
	if err != nil {
		return err
	}
	nameMessages(templates, found, s)
	for i := range s.Signatures {
		s.Signatures[i].Evidence = proof[s.Signatures[i].ID]
	}
	for i := range s.Clusters {
		c := &s.Clusters[i]
		if es := proof["unknown/"+c.TemplateID]; len(es) > 0 {
			c.Sample = es[0]
			if i >= moreClusters {
				c.Sample.Message = cut(c.Sample.Message, startMessage)
			}
		}
	}
	return nil
}

// A message is what the records of a signature say that have one template.
type message struct{ sig, template string }

// messages reads the templates of the messages that findings tell apart.
func messages(ctx context.Context, db *store.DB, m *classify.Matcher) (map[message]string, error) {
	templates := make(map[message]string)
	err := each(ctx, db, "messages", func(rows *sql.Rows) error {
		var at message
		var text, trace, entity, company string
		err := rows.Scan(&at.sig, &at.template, &text, &trace, &entity, &company)
		template := classify.Template(nil, classify.SentenceOf(text, trace), []byte(entity), []byte(company))
		templates[at] = cmp.Or(string(template), noText)
		return err
	}, strings.Join(m.Wrappers(), " "))
	return templates, err
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
		if id, ok := strings.CutPrefix(c.Signature, "unknown/"); ok {
			if t := templates[message{c.Signature, id}]; t != "" {
				c.Title = messageTitle(c.Signature, t)
			}
		}
	}
	for i := range s.Clusters {
		c := &s.Clusters[i]
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

// evidence reads the first records of every signature, by time. Of what no rule explains, or only a wrapper, the
// sentence is shown: the match of a wrapper is the dress around it.
func evidence(ctx context.Context, db *store.DB, m *classify.Matcher, status map[string]string) (proof map[string][]Evidence, err error) {
	proof = make(map[string][]Evidence)
	err = each(ctx, db, "evidence", func(rows *sql.Rows) error {
		var sig, field string
		var e Evidence
		var text sql.NullString
		var start, end int
		err := rows.Scan(&sig, &e.RecordID, &e.File, &e.Row, &e.ByteOffset, (*instant)(&e.OccurredAt), &e.OccurredRaw, &e.Company, &e.MapTitle,
			&e.TypeName, &e.AffectedKey, &field, &text, &start, &end)
		normal := classify.NormalizeString(text.String)
		if status[sig] == classify.StatusUnknown {
			normal = string(classify.SentenceOf(text.String, ""))
			start, end = 0, 0
		} else if r := m.Rule(sig); r != nil && r.Wrapper {
			sentence := string(classify.SentenceOf(text.String, ""))
			if at := strings.Index(normal, sentence); at >= 0 && sentence != "" {
				start, end = at, at+len(sentence)
			}
		}
		e.Message = cmp.Or(cut(text.String, fullMessage), noText)
		e.Before, e.Matched, e.After = around(cmp.Or(normal, noText), start, end)
		proof[sig] = append(proof[sig], e)
		return err
	})
	return proof, err
}

// around cuts a text at the matched part, with some text on either side.
func around(text string, start, end int) (before, matched, after string) {
	if start < 0 || end <= start || end > len(text) {
		if short := cut(text, 2*aroundMatch); len(short) < len(text) {
			return short + " …", "", ""
		}
		return text, "", ""
	}
	before, matched, after = text[:start], text[start:end], text[end:]
	if len(before) > aroundMatch {
		from := len(before) - aroundMatch
		for !utf8.RuneStart(before[from]) {
			from++
		}
		before = "… " + before[from:]
	}
	if short := cut(matched, 3*aroundMatch); len(short) < len(matched) {
		matched, after = short+" …", ""
	}
	if short := cut(after, aroundMatch); len(short) < len(after) {
		after = short + " …"
	}
	return before, matched, after
}
