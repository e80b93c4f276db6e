package summary

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// A Record is one row of records.csv.
type Record struct {
	Where                                  string // the map, or the table where none is known, as findings are called
	RecordID                               string
	File                                   string
	Row, ByteOffset, ByteLength            int64
	OccurredAt                             time.Time // zero when not known
	Log, Environment                       string
	Map, DataverseTable, FnoEntity         string
	Entity, Company, TypeName, MessageName string
	CorrelationID, RequestID, ActivityID   string
	ErrorCode, Status                      string
	Signature                              string // rule id or code; empty when unknown
	Signatures                             []string
	Category, Severity                     string
	Captures                               []Capture // by name
	AffectedKey, TemplateID                string
	Message                                string // on one line, at most 4,000 bytes; what was cut ends with a mark
	Truncated                              string // texts that were cut short before they were exported, "error_text"
	Withheld                               string // what was left out because it is secret, "signed address"
	Title                                  string // of the rule or code, the same for all its records: without values of theirs
	FixSummary, Role                       string // of the rule, with the values of this record; empty without a rule
}

// RecordColumns are the columns of records.csv, in its order. A column that the archive has
// becomes one of records.csv by a field above and a line here. Scripts find the columns by their
// names, people by their places: new ones go to the end.
var RecordColumns = []Column[Record]{
	{Name: "where", expr: "map_title", Cell: func(r *Record) any { return &r.Where }},
	{Name: "record_id", expr: "record_id::VARCHAR", Cell: func(r *Record) any { return &r.RecordID }},
	{Name: "file", expr: "p.file", Cell: func(r *Record) any { return &r.File }},
	{Name: "row", expr: "p.row", Cell: func(r *Record) any { return &r.Row }},
	{Name: "byte_offset", expr: "p.byte_offset", Cell: func(r *Record) any { return &r.ByteOffset }},
	{Name: "occurred_at", expr: "occurred_at", Cell: func(r *Record) any { return &r.OccurredAt }},
	{Name: "log", expr: "log", Cell: func(r *Record) any { return &r.Log }},
	{Name: "environment", expr: "coalesce(p.environment, '')", Cell: func(r *Record) any { return &r.Environment }},
	{Name: "map", expr: "coalesce(map, '')", Cell: func(r *Record) any { return &r.Map }},
	{Name: "dataverse_table", expr: "coalesce(dataverse_table, '')", Cell: func(r *Record) any { return &r.DataverseTable }},
	{Name: "fno_entity", expr: "coalesce(fno_entity, '')", Cell: func(r *Record) any { return &r.FnoEntity }},
	{Name: "entity", expr: "coalesce(entity, '')", Cell: func(r *Record) any { return &r.Entity }},
	{Name: "company", expr: "coalesce(company, '')", Cell: func(r *Record) any { return &r.Company }},
	{Name: "type_name", expr: "coalesce(type_name, '')", Cell: func(r *Record) any { return &r.TypeName }},
	{Name: "message_name", expr: "coalesce(message_name, '')", Cell: func(r *Record) any { return &r.MessageName }},
	{Name: "correlation_id", expr: "coalesce(correlation_id, '')", Cell: func(r *Record) any { return &r.CorrelationID }},
	{Name: "request_id", expr: "coalesce(request_id, '')", Cell: func(r *Record) any { return &r.RequestID }},
	{Name: "error_code", expr: "coalesce(error_code, '')", Cell: func(r *Record) any { return &r.ErrorCode }},
	{Name: "status", expr: "status", Cell: func(r *Record) any { return &r.Status }},
	{Name: "signature", expr: "coalesce(signature, '')", Cell: func(r *Record) any { return &r.Signature }},
	{Name: "signatures", expr: "signatures", Cell: func(r *Record) any { return &r.Signatures }},
	{Name: "category", expr: "cat", Cell: func(r *Record) any { return &r.Category }},
	{Name: "severity", expr: "coalesce(severity, '')", Cell: func(r *Record) any { return &r.Severity }},
	{Name: "captures", expr: "captures", Cell: func(r *Record) any { return &r.Captures },
		scan: func(r *Record) sql.Scanner { return &captureList{&r.Captures} }},
	{Name: "affected_key", expr: "coalesce(affected_key, '')", Cell: func(r *Record) any { return &r.AffectedKey }},
	{Name: "template_id", expr: "coalesce(template_id, '')", Cell: func(r *Record) any { return &r.TemplateID }},
	{Name: "message", expr: "coalesce(error_text, trace_text, '')", Cell: func(r *Record) any { return &r.Message },
		scan: func(r *Record) sql.Scanner { return &headline{to: &r.Message} }},
	{Name: "truncated", expr: "coalesce(truncated, '')", Cell: func(r *Record) any { return &r.Truncated }},
	{Name: "withheld", expr: "coalesce(withheld, '')", Cell: func(r *Record) any { return &r.Withheld }},
	{Name: "activity_id", expr: "coalesce(activity_id, '')", Cell: func(r *Record) any { return &r.ActivityID }},
	{Name: "byte_length", expr: "p.byte_length", Cell: func(r *Record) any { return &r.ByteLength }},
	// What rules say, see describer; the database has none of their texts.
	{Name: "title", expr: "''", Cell: func(r *Record) any { return &r.Title }},
	{Name: "fix_summary", expr: "''", Cell: func(r *Record) any { return &r.FixSummary }},
	{Name: "role", expr: "''", Cell: func(r *Record) any { return &r.Role }},
}

// A describer says of records what their rules say. It is for one goroutine.
type describer struct {
	titles   titles
	known    map[string]string        // titles by signature
	maps     map[string]*classify.Map // by the name that records have
	captures map[string]string        // of the record, used again
}

func newDescriber(m *classify.Matcher) *describer {
	return &describer{titles{rules: m}, make(map[string]string), make(map[string]*classify.Map), make(map[string]string)}
}

// describe fills in title, fix and role. The fix names what this record names, as explain does; the title names no value,
// so that a pivot table has one line for a rule.
func (d *describer) describe(r *Record) {
	r.Title, r.FixSummary, r.Role = d.title(r.Signature), "", ""
	rule := d.titles.rules.Rule(r.Signature)
	if rule == nil {
		return
	}
	clear(d.captures)
	for _, c := range r.Captures {
		d.captures[c.Name] = c.Value
	}
	r.FixSummary, r.Role = rule.FillSummary(d.captures, d.mapOf(r.Where)), rule.Fix.Role
}

// described has the texts of rules filled in before yield.
func described(m *classify.Matcher, yield func(*Record) error) func(*Record) error {
	d := newDescriber(m)
	return func(r *Record) error {
		d.describe(r)
		return yield(r)
	}
}

func (d *describer) title(sig string) string {
	if sig == "" {
		return d.titles.title("unknown/")
	}
	title, ok := d.known[sig]
	if !ok {
		title = d.titles.title(sig)
		d.known[strings.Clone(sig)] = title
	}
	return title
}

func (d *describer) mapOf(where string) *classify.Map {
	m, ok := d.maps[where]
	if !ok && len(d.maps) < mostNames {
		m = mapOf(d.titles.rules, where)
		d.maps[strings.Clone(where)] = m
	}
	return m
}

// mostNames bounds what is kept of names that are no map's.
const mostNames = 10000

// captureColumns are the columns that a row of captures.csv is made of.
func captureColumns() (list []Column[Record]) {
	for _, c := range RecordColumns {
		if c.Name == "record_id" || c.Name == "signature" || c.Name == "captures" {
			list = append(list, c)
		}
	}
	return list
}

// A Capture is a value that a rule takes from a message.
type Capture struct{ Name, Value string }

func (c Capture) compare(d Capture) int { return cmp.Compare(c.Name, d.Name) }

// A captureList scans a column of named texts.
type captureList struct{ to *[]Capture }

// Scan implements [sql.Scanner].
func (l *captureList) Scan(v any) error {
	var m store.Map
	err := m.Scan(v)
	*l.to = nil
	for name, value := range m {
		*l.to = append(*l.to, Capture{name, value})
	}
	slices.SortFunc(*l.to, Capture.compare)
	return err
}

// messageBytes is the longest message in records.csv: what went wrong, without the frame that
// .NET and Dataverse put around it; the whole text is in the database and in the file.
const messageBytes = 4000

// CutMark ends a text that was cut for a table: without it the rest is not looked for.
const CutMark = "… [cut]"

// A headline scans the text of a record and keeps what went wrong of it.
type headline struct {
	to           *string
	text, normal []byte // kept from row to row: texts are long, and there are many
}

// Scan implements [sql.Scanner].
func (h *headline) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("%T is no text", v)
	}
	h.read(text)
	return nil
}

func (h *headline) read(text string) {
	h.text = append(h.text[:0], text...)
	h.normal = classify.Normalize(h.normal[:0], h.text)
	sentence := classify.Sentence(h.normal)
	if len(sentence) > messageBytes {
		*h.to = cut(string(sentence[:messageBytes]), messageBytes-len(CutMark)) + CutMark
		return
	}
	*h.to = cmp.Or(string(sentence), noText)
}

// A part is a stretch of the failing records in the order of file and row, small enough to be
// sorted in memory: whole files, or some rows of one file.
type part struct {
	firstFile, lastFile string
	firstRow, lastRow   int64
	size
}

// size is how much there is to sort.
type size struct{ records, bytes int64 }

func (s size) plus(t size) size { return size{s.records + t.records, s.bytes + t.bytes} }

// fits reports whether so much can be sorted at once. Bytes count as records do: a thousand messages of 79 KB once
// took all memory.
func (s size) fits() bool { return s.records <= 32768 && s.bytes <= 16<<20 }

// A stretch is what 1,024 rows of a file hold, the smallest unit of a part.
type stretch struct {
	file     string
	firstRow int64
	size
}

const stretchRows = 1024

// parts cuts the failing records into parts. One query with one ORDER BY would be simpler, but DuckDB sorts
// whole rows, and a million records with their texts do not fit into the memory limit.
func parts(ctx context.Context, db *store.DB) (list []part, err error) {
	var file []stretch // those of one file
	err = each(ctx, db, "parts", func(rows *sql.Rows) error {
		var s stretch
		err := rows.Scan(&s.file, &s.firstRow, &s.records, &s.bytes)
		if len(file) > 0 && file[0].file != s.file {
			list = addParts(list, file)
			file = file[:0]
		}
		file = append(file, s)
		return err
	})
	return addParts(list, file), err
}

// addParts adds the stretches of a file, whole to the last part where there is room, else as parts of its own. A
// part that holds some rows of a file takes no other in: its rows would be asked of both.
func addParts(list []part, file []stretch) []part {
	if len(file) == 0 {
		return list
	}
	var whole size
	for _, s := range file {
		whole = whole.plus(s.size)
	}
	first, last := file[0].firstRow, file[len(file)-1].firstRow+stretchRows-1
	if n := len(list) - 1; n >= 0 && list[n].plus(whole).fits() && list[n].lastRow == math.MaxInt64 {
		p := &list[n]
		p.lastFile, p.size = file[0].file, p.plus(whole)
		return list
	}
	if whole.fits() {
		return append(list, part{file[0].file, file[0].file, 0, math.MaxInt64, whole})
	}
	cur := part{file[0].file, file[0].file, first, last, size{}}
	for _, s := range file {
		if cur.records > 0 && !cur.plus(s.size).fits() {
			cur.lastRow = s.firstRow - 1
			list = append(list, cur)
			cur.firstRow, cur.lastRow, cur.size = s.firstRow, last, size{}
		}
		cur.size = cur.plus(s.size)
	}
	return append(list, cur)
}

// each calls yield for the rows of a part.
func (p part) each(ctx context.Context, db *store.DB, columns []Column[Record], yield func(*Record) error) error {
	of := []any{p.firstFile, p.lastFile, p.firstRow, p.lastRow}
	ranges, err := placeRanges(ctx, db, of)
	if err != nil {
		return err
	}
	if err := stream(ctx, db, fmt.Sprintf(query("records"), "%s", ranges), columns, yield, of...); err != nil {
		return fmt.Errorf("query records: %w", err)
	}
	return nil
}

// placeRanges is a condition that every record of a part fulfills. A join by place alone reads all texts of the table for
// each part; of ranges DuckDB skips the row groups that have no part in them. Rows of a file do not stand together in
// the table: each thread of the load has places of its own.
func placeRanges(ctx context.Context, db *store.DB, of []any) (string, error) {
	var ranges []string
	var least, most int64
	err := each(ctx, db, "place_ranges", func(rows *sql.Rows) error {
		var from, to int64
		err := rows.Scan(&from, &to)
		if len(ranges) == 0 {
			least = from
		}
		most = to
		ranges = append(ranges, fmt.Sprintf("place BETWEEN %d AND %d", from, to))
		return err
	}, of...)
	if len(ranges) > mostRanges {
		return fmt.Sprintf("place BETWEEN %d AND %d", least, most), err
	}
	return cmp.Or(strings.Join(ranges, " OR "), "true"), err
}

// mostRanges bounds the text of a query: records that many runs met again may stand anywhere.
const mostRanges = 100
