package summary

import (
	"cmp"
	"context"
	"database/sql"
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

// addEvidence gives signatures and clusters the records that prove them. The database knows an
// unknown message by the id of its template only; its text is made here again, from one record of
// each, and is the title of the message's findings and changes from now on.
func addEvidence(ctx context.Context, db *store.DB, found *tally, s *Summary) error {
	proof, templates, err := evidence(ctx, db, found.status)
	if err != nil {
		return err
	}
	for i := range s.Findings {
		if t := templates[s.Findings[i].Signature]; t != "" {
			s.Findings[i].Title = unknownTitle(t)
		}
	}
	for i := range s.Changes {
		if t := templates[s.Changes[i].Signature]; t != "" {
			s.Changes[i].Title = unknownTitle(t)
		}
	}
	for i := range s.Signatures {
		s.Signatures[i].Evidence = proof[s.Signatures[i].ID]
	}
	for i := range s.Clusters {
		c := &s.Clusters[i]
		if es := proof["unknown/"+c.TemplateID]; len(es) > 0 {
			c.Sample = es[0]
			c.Template = templates["unknown/"+c.TemplateID]
			if i >= moreClusters {
				c.Sample.Message = cut(c.Sample.Message, startMessage)
			}
		}
	}
	return nil
}

// evidence reads the first records of every signature, by time, and the templates of unknown ones.
func evidence(ctx context.Context, db *store.DB, status map[string]string) (proof map[string][]Evidence, templates map[string]string, err error) {
	proof, templates = make(map[string][]Evidence), make(map[string]string)
	err = each(ctx, db, "evidence", func(rows *sql.Rows) error {
		var sig, field, entity string
		var e Evidence
		var text sql.NullString
		var start, end int
		err := rows.Scan(&sig, &e.RecordID, &e.File, &e.Row, &e.ByteOffset, (*instant)(&e.OccurredAt), &e.OccurredRaw, &e.Company, &e.MapTitle,
			&e.TypeName, &e.AffectedKey, &field, &text, &start, &end, &entity)
		normal := classify.NormalizeString(text.String)
		if status[sig] == classify.StatusUnknown {
			start, end = 0, 0
			headline := classify.Headline([]byte(normal))
			normal = string(headline)
			templates[sig] = cmp.Or(string(classify.Template(nil, headline, []byte(entity), []byte(e.Company))), noText)
		}
		e.Message = cmp.Or(cut(text.String, fullMessage), noText)
		e.Before, e.Matched, e.After = around(cmp.Or(normal, noText), start, end)
		proof[sig] = append(proof[sig], e)
		return err
	})
	return proof, templates, err
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
