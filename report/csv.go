package report

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dwtriage/report/summary"
)

// A table writes rows of comma-separated values for spreadsheets. The calls of a row are header
// or any sequence of text, list, number and time, then end. The first error of the writer sticks.
type table struct {
	w     io.Writer
	plain bool
	line  []byte // the row so far
	begun bool   // the row has a cell, which may be empty
	err   error
}

func newTable(w io.Writer, plain bool) *table { return &table{w: w, plain: plain} }

// header writes the first row, after the byte order mark that makes Excel read UTF-8.
func (t *table) header(columns ...string) {
	if !t.plain {
		t.line = append(t.line, "\ufeff"...)
	}
	t.line = append(t.line, strings.Join(columns, ",")...)
	t.end()
}

func (t *table) end() error {
	if !t.plain {
		t.line = append(t.line, '\r')
	}
	t.line = append(t.line, '\n')
	if t.err == nil {
		_, t.err = t.w.Write(t.line)
	}
	t.line, t.begun = t.line[:0], false
	return t.err
}

func (t *table) comma() {
	if t.begun {
		t.line = append(t.line, ',')
	}
	t.begun = true
}

// number writes a figure: bare, so a spreadsheet can add it up.
func (t *table) number(n int64) {
	t.comma()
	t.line = strconv.AppendInt(t.line, n, 10)
}

func (t *table) time(at time.Time) {
	t.comma()
	if !at.IsZero() {
		t.line = at.UTC().AppendFormat(t.line, time.DateTime)
	}
}

func (t *table) list(items []string) { t.text(strings.Join(items, "; ")) }

func (t *table) texts(cells ...string) {
	for _, c := range cells {
		t.text(c)
	}
}

func (t *table) text(s string) {
	t.comma()
	s = cell(s)
	if !strings.ContainsAny(s, ",\"\n") && !strings.HasPrefix(s, " ") {
		t.line = append(t.line, s...)
		return
	}
	t.line = append(t.line, '"')
	t.line = append(t.line, strings.ReplaceAll(s, `"`, `""`)...)
	t.line = append(t.line, '"')
}

// maxCell is the most that Excel keeps of a cell, in UTF-16 units.
const maxCell = 32767

const cutMark = "… [cut]"

// cell makes text safe and whole for a cell: no formula, no control characters, not too long.
func cell(s string) string {
	guarded := formula(s)
	s = clean(s)
	if guarded {
		s = "'" + s
	}
	return cutUTF16(s, maxCell)
}

// formula reports whether a spreadsheet could take s for a formula. Characters that show as
// nothing are looked through: some importers drop them first. The full-width signs count
// because East Asian settings of Excel read them as the plain ones.
func formula(s string) bool {
	if s != "" && (s[0] == '\t' || s[0] == '\r') {
		return true
	}
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf) {
			continue
		}
		return strings.ContainsRune("=+-@＝＋－＠", r)
	}
	return false
}

// clean makes s valid UTF-8 with LF line ends and without other control characters than tabs.
func clean(s string) string {
	if !strings.ContainsFunc(s, foreign) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r != utf8.RuneError && foreign(r):
			return -1
		}
		return r
	}, s)
}

func foreign(r rune) bool {
	return r == utf8.RuneError || r != '\t' && r != '\n' && unicode.IsControl(r)
}

// cutUTF16 shortens s to at most limit UTF-16 units, and says so at its end.
func cutUTF16(s string, limit int) string {
	if len(s) <= limit {
		return s // a byte is at most one unit
	}
	units, keep := 0, 0
	for i, r := range s {
		if units <= limit-len([]rune(cutMark)) {
			keep = i
		}
		if units++; r > 0xffff {
			units++
		}
	}
	if units <= limit {
		return s
	}
	return s[:keep] + cutMark
}

func drawFindings(t *table, s *summary.Summary) error {
	t.header("map", "dataverse_table", "fno_entity", "company", "signature", "title", "category", "severity", "change",
		"records", "affected_keys", "first_seen", "last_seen", "fix_summary", "role", "retry", "url", "muted_until", "muted_by", "muted_reason")
	for _, f := range s.Findings {
		t.texts(f.Map, f.DataverseTable, f.FnoEntity, f.Company, f.Signature, f.Title, f.Category, f.Severity, f.Change)
		t.number(f.Records)
		t.number(f.AffectedKeys)
		t.time(f.FirstSeen)
		t.time(f.LastSeen)
		t.texts(f.FixSummary, f.Role, f.Retry, f.URL)
		t.mute(f.Mute)
		t.end()
	}
	return t.err
}

// mute writes until when, by whom and why something is muted; nothing when it is not.
func (t *table) mute(m *summary.Mute) {
	if m == nil {
		t.texts("", "", "")
		return
	}
	t.texts(m.Expires.Format(time.DateOnly), m.Owner, m.Reason)
}

func drawFixes(t *table, s *summary.Summary) error {
	t.header("rank", "signature", "title", "severity", "records", "entities", "role", "retry", "steps", "sql", "prerequisites", "url")
	for _, f := range s.Fixes {
		t.number(int64(f.Rank))
		t.texts(f.Signature, f.Title, f.Severity)
		t.number(f.Records)
		t.list(f.Entities)
		t.texts(f.Role, f.Retry, numbered(f.Steps), statements(f.SQL))
		t.list(f.Prerequisites)
		t.text(f.URL)
		t.end()
	}
	return t.err
}

func drawRecords(t *table, s *summary.Summary) error {
	t.header("record_id", "file", "row", "byte_offset", "occurred_at", "log", "environment", "map", "dataverse_table",
		"fno_entity", "entity", "company", "type_name", "message_name", "correlation_id", "request_id", "error_code",
		"status", "signature", "signatures", "category", "severity", "captures", "affected_key", "template_id", "message", "truncated", "withheld")
	if s.EachRecord == nil || t.err != nil {
		return t.err
	}
	return s.EachRecord(func(r *summary.Record) error {
		t.texts(r.RecordID, r.File)
		t.number(r.Row)
		t.number(r.ByteOffset)
		t.time(r.OccurredAt)
		t.texts(r.Log, r.Environment, r.Map, r.DataverseTable, r.FnoEntity, r.Entity, r.Company, r.TypeName,
			r.MessageName, r.CorrelationID, r.RequestID, r.ErrorCode, r.Status, r.Signature)
		t.list(r.Signatures)
		t.texts(r.Category, r.Severity, pairs(r.Captures), r.AffectedKey, r.TemplateID, r.Message, r.Truncated, r.Withheld)
		return t.end()
	})
}

func drawClusters(t *table, s *summary.Summary) error {
	t.header("template_id", "template", "records", "first_seen", "last_seen", "maps", "sample_record_id", "sample", "muted_until", "muted_by", "muted_reason")
	for _, c := range s.Clusters {
		t.texts(c.TemplateID, c.Template)
		t.number(c.Records)
		t.time(c.FirstSeen)
		t.time(c.LastSeen)
		t.list(c.Maps)
		t.texts(c.Sample.RecordID, inFull(c.Sample))
		t.mute(c.Mute)
		t.end()
	}
	return t.err
}

func drawChanges(t *table, s *summary.Summary) error {
	t.header("change", "signature", "title", "map", "records", "previous_records", "first_seen", "last_seen")
	for _, c := range s.Changes {
		name := c.Map
		if name == "" {
			name = c.MapTitle // a table without a map, else two of them would look the same
		}
		t.texts(c.Change, c.Signature, c.Title, name)
		t.number(c.Records)
		t.number(c.PreviousRecords)
		t.time(c.FirstSeen)
		t.time(c.LastSeen)
		t.end()
	}
	return t.err
}

func drawRejects(t *table, s *summary.Summary) error {
	t.header("file", "row", "byte_offset", "column", "reason", "excerpt")
	if s.EachReject == nil || t.err != nil {
		return t.err
	}
	return s.EachReject(func(r *summary.Reject) error {
		t.text(r.File)
		t.number(r.Row)
		t.number(r.ByteOffset)
		t.texts(r.Column, r.Reason, r.Excerpt)
		return t.end()
	})
}

// numbered writes steps one per line.
func numbered(steps []string) string {
	lines := make([]string, len(steps))
	for i, s := range steps {
		lines[i] = strconv.Itoa(i+1) + ". " + s
	}
	return strings.Join(lines, "\n")
}

// statements writes queries as blocks, each under its title as a comment.
func statements(sql []summary.SQL) string {
	blocks := make([]string, len(sql))
	for i, q := range sql {
		title := strings.Join(strings.Fields(q.Title), " ") // a second line would not be a comment
		blocks[i] = "-- " + title + "\n" + strings.TrimSpace(q.Text)
	}
	return strings.Join(blocks, "\n\n")
}

func pairs(captures map[string]string) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(captures)) {
		list = append(list, name+"="+captures[name])
	}
	return strings.Join(list, "; ")
}

func inFull(e summary.Evidence) string {
	if e.Message != "" {
		return e.Message
	}
	return e.Before + e.Matched + e.After
}
