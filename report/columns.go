package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// A column is one column of a table: what its header says, and how the cell of a row is written.
// They stand in one value so that a header cannot come to stand over the cells of another column.
type column[T any] struct {
	heading
	cell func(cells, *T) // writes exactly one cell
}

// A heading is what a column is called, and what its cells hold.
type heading struct {
	name string
	kind kind
}

// A kind is what the cells of a column hold, column type of columns.csv.
type kind string

const (
	aText   kind = "text"
	aNumber kind = "number"
	aTime   kind = "time"
	aList   kind = "list"
	pairs   kind = "pairs"
)

// cells is where a table goes: a CSV file or a sheet of a workbook. The calls of a row are any sequence of text, list,
// pairs, number and time, then end. The first error sticks.
type cells interface {
	header(columns ...heading)
	text(s string)
	list(items []string)
	pairs(captures []summary.Capture)
	number(n int64)
	time(at time.Time) // an empty cell for the zero time
	end() error
	fail(err error) // an error that no cell made
	failed() error
}

func text[T any](name string, cell func(*T) string) column[T] {
	return column[T]{heading{name, aText}, func(t cells, row *T) { t.text(cell(row)) }}
}

func number[T any](name string, cell func(*T) int64) column[T] {
	return column[T]{heading{name, aNumber}, func(t cells, row *T) { t.number(cell(row)) }}
}

func list[T any](name string, cell func(*T) []string) column[T] {
	return column[T]{heading{name, aList}, func(t cells, row *T) { t.list(cell(row)) }}
}

func moment[T any](name string, cell func(*T) time.Time) column[T] {
	return column[T]{heading{name, aTime}, func(t cells, row *T) { t.time(cell(row)) }}
}

// muted are the columns about the mute of a row: until when, by whom and why; empty without one.
func muted[T any](mute func(*T) *summary.Mute) []column[T] {
	part := func(name string, cell func(*summary.Mute) string) column[T] {
		return text(name, func(row *T) string {
			if m := mute(row); m != nil {
				return cell(m)
			}
			return ""
		})
	}
	return []column[T]{
		part("muted_until", func(m *summary.Mute) string { return m.Expires.Format(time.DateOnly) }),
		part("muted_by", func(m *summary.Mute) string { return m.Owner }),
		part("muted_reason", func(m *summary.Mute) string { return m.Reason }),
	}
}

// streamed are the columns of a table whose rows come from the database. Their cells are written
// by the type of value they point at.
func streamed[T any](from []summary.Column[T]) []column[T] {
	var columns []column[T]
	for _, c := range from {
		columns = append(columns, column[T]{heading{c.Name, kindOf(c.Cell(new(T)))}, func(t cells, row *T) {
			switch v := c.Cell(row).(type) {
			case *string:
				t.text(*v)
			case *int64:
				t.number(*v)
			case *time.Time:
				t.time(*v)
			case *[]string:
				t.list(*v)
			case *[]summary.Capture:
				t.pairs(*v)
			default:
				t.fail(fmt.Errorf("column %s: no cell for %T", c.Name, v))
			}
		}})
	}
	return columns
}

// kindOf is the kind of a cell that shows what value points at.
func kindOf(value any) kind {
	switch value.(type) {
	case *int64:
		return aNumber
	case *time.Time:
		return aTime
	case *[]string:
		return aList
	case *[]summary.Capture:
		return pairs
	}
	return aText
}

// ofPart are the columns of a part of each row.
func ofPart[R, T any](columns []column[T], part func(*R) *T) (list []column[R]) {
	for _, c := range columns {
		list = append(list, column[R]{c.heading, func(t cells, row *R) { c.cell(t, part(row)) }})
	}
	return list
}

// header writes the names of columns as the first row.
func header[T any](t cells, columns []column[T]) { t.header(headings(columns)...) }

func headings[T any](columns []column[T]) (list []heading) {
	for _, c := range columns {
		list = append(list, c.heading)
	}
	return list
}

func drawRow[T any](t cells, columns []column[T], row *T) error {
	for _, c := range columns {
		c.cell(t, row)
	}
	return t.end()
}

// drawList writes a whole table: the header, and a row for each of list.
func drawList[T any](t cells, columns []column[T], list []T) error {
	header(t, columns)
	for i := range list {
		drawRow(t, columns, &list[i])
	}
	return t.failed()
}

// drawEach writes a whole table whose rows come one by one; each may be nil: there are none.
func drawEach[T any](t cells, columns []column[T], each func(func(*T) error) error) error {
	header(t, columns)
	if err := t.failed(); each == nil || err != nil {
		return err
	}
	return each(func(row *T) error { return drawRow(t, columns, row) })
}

func drawFindings(t cells, s *summary.Summary) error { return drawList(t, foundColumns, found(s)) }

// foundColumns are those of findings, and what stands on the page beside their signatures.
var foundColumns = append(ofPart(findingColumns, func(f *foundHere) *summary.Finding { return f.Finding }), text("why_here", func(f *foundHere) string { return f.why }))

var findingColumns = slices.Concat([]column[summary.Finding]{
	text("where", func(f *summary.Finding) string { return f.MapTitle }),
	text("map", func(f *summary.Finding) string { return f.Map }),
	text("dataverse_table", func(f *summary.Finding) string { return f.DataverseTable }),
	text("fno_entity", func(f *summary.Finding) string { return f.FnoEntity }),
	text("company", func(f *summary.Finding) string { return f.Company }),
	text("signature", func(f *summary.Finding) string { return f.Signature }),
	text("title", func(f *summary.Finding) string { return f.Title }),
	text("category", func(f *summary.Finding) string { return f.Category }),
	text("severity", func(f *summary.Finding) string { return f.Severity }),
	text("change", func(f *summary.Finding) string { return f.Change }),
	number("records", func(f *summary.Finding) int64 { return f.Records }),
	number("affected_keys", func(f *summary.Finding) int64 { return f.AffectedKeys }),
	moment("first_seen", func(f *summary.Finding) time.Time { return f.FirstSeen }),
	moment("last_seen", func(f *summary.Finding) time.Time { return f.LastSeen }),
	text("fix_summary", func(f *summary.Finding) string { return f.FixSummary }),
	text("role", func(f *summary.Finding) string { return f.Role }),
	text("retry", func(f *summary.Finding) string { return f.Retry }),
	text("url", func(f *summary.Finding) string { return f.URL }),
}, muted(func(f *summary.Finding) *summary.Mute { return f.Mute }), []column[summary.Finding]{
	text("template_id", func(f *summary.Finding) string { return f.TemplateID }),
})

func drawFixes(t cells, s *summary.Summary) error { return drawList(t, plannedColumns, planned(s)) }

// plannedColumns are those of fixes, and what is said of their signatures.
var plannedColumns = append(ofPart(fixColumns, func(f *plannedHere) *summary.Fix { return f.Fix }),
	text("why_here", func(f *plannedHere) string { return f.why }),
	moment("purged_from", func(f *plannedHere) time.Time { return f.Purged.From }),
	moment("purged_until", func(f *plannedHere) time.Time { return f.Purged.Until }),
)

var fixColumns = []column[summary.Fix]{
	number("rank", func(f *summary.Fix) int64 { return int64(f.Rank) }),
	text("signature", func(f *summary.Fix) string { return f.Signature }),
	text("title", func(f *summary.Fix) string { return f.Title }),
	text("severity", func(f *summary.Fix) string { return f.Severity }),
	number("records", func(f *summary.Fix) int64 { return f.Records }),
	list("entities", func(f *summary.Fix) []string { return f.Entities }),
	text("role", func(f *summary.Fix) string { return f.Role }),
	text("retry", func(f *summary.Fix) string { return f.Retry }),
	text("steps", stepsOf),
	text("sql", func(f *summary.Fix) string { return statements(f.SQL) }),
	list("prerequisites", func(f *summary.Fix) []string { return f.Prerequisites }),
	text("url", func(f *summary.Fix) string { return f.URL }),
	number("tier", func(f *summary.Fix) int64 { return int64(f.Tier) }),
	text("summary", func(f *summary.Fix) string { return f.Summary }),
	list("signatures", func(f *summary.Fix) []string { return partCounts(f) }),
	text("missing_in", func(f *summary.Fix) string { return f.MissingIn }),
	number("missing_rows", func(f *summary.Fix) int64 { return f.MissingRows }),
	number("waiting", func(f *summary.Fix) int64 { return f.Waiting }),
	moment("first_seen", func(f *summary.Fix) time.Time { return f.FirstSeen }),
	moment("last_seen", func(f *summary.Fix) time.Time { return f.LastSeen }),
	moment("over_since", func(f *summary.Fix) time.Time { return f.OverSince }),
	list("other_prerequisites", func(f *summary.Fix) []string { return f.OtherPrerequisites }),
}

// partCounts names the signatures of a fix with their records.
func partCounts(f *summary.Fix) []string {
	var list []string
	for _, p := range f.Parts {
		list = append(list, p.Signature+"="+strconv.FormatInt(p.Records, 10))
	}
	return list
}

var recordColumns = streamed(summary.RecordColumns)

func drawRecords(t cells, s *summary.Summary) error { return drawEach(t, recordColumns, s.EachRecord) }

// A captured is a value that a rule took from the message of a record, a row of captures.csv.
type captured struct {
	record  *summary.Record
	capture summary.Capture
}

func drawCaptures(t cells, s *summary.Summary) error {
	header(t, captureColumns)
	if err := t.failed(); s.EachCaptures == nil || err != nil {
		return err
	}
	return s.EachCaptures(func(r *summary.Record) error { return drawCaptured(t, r) })
}

// drawCaptured writes the captures of a record, a row each.
func drawCaptured(t cells, r *summary.Record) error {
	for _, c := range r.Captures {
		drawRow(t, captureColumns, &captured{r, c})
	}
	return t.failed()
}

var captureColumns = []column[captured]{
	text("record_id", func(c *captured) string { return c.record.RecordID }),
	text("name", func(c *captured) string { return c.capture.Name }),
	text("value", func(c *captured) string { return c.capture.Value }),
	text("signature", func(c *captured) string { return c.record.Signature }),
}

func drawClusters(t cells, s *summary.Summary) error { return drawList(t, clusterColumns, s.Clusters) }

var clusterColumns = slices.Concat([]column[summary.Cluster]{
	text("template_id", func(c *summary.Cluster) string { return c.TemplateID }),
	text("template", func(c *summary.Cluster) string { return c.Template }),
	number("records", func(c *summary.Cluster) int64 { return c.Records }),
	moment("first_seen", func(c *summary.Cluster) time.Time { return c.FirstSeen }),
	moment("last_seen", func(c *summary.Cluster) time.Time { return c.LastSeen }),
	list("maps", func(c *summary.Cluster) []string { return c.Maps }),
	text("sample_record_id", func(c *summary.Cluster) string { return c.Sample.RecordID }),
	text("sample", func(c *summary.Cluster) string { return inFull(c.Sample) }),
}, muted(func(c *summary.Cluster) *summary.Mute { return c.Mute }), []column[summary.Cluster]{
	number("messages", func(c *summary.Cluster) int64 { return c.Messages }),
})

func drawChanges(t cells, s *summary.Summary) error {
	return drawList(t, changeColumns, changesListed(s))
}

// changesListed are the changes against the periods before, and behind them the comparison with another environment.
func changesListed(s *summary.Summary) []summary.Change {
	if s.Elsewhere == nil {
		return s.Changes
	}
	return slices.Concat(s.Changes, s.Elsewhere.List)
}

var changeColumns = []column[summary.Change]{
	text("change", func(c *summary.Change) string { return c.Change }),
	text("signature", func(c *summary.Change) string { return c.Signature }),
	text("title", func(c *summary.Change) string { return c.Title }),
	// A table without a map goes by its title, else two of them would look the same.
	text("map", func(c *summary.Change) string { return cmp.Or(c.Map, c.MapTitle) }),
	number("records", func(c *summary.Change) int64 { return c.Records }),
	number("previous_records", func(c *summary.Change) int64 { return c.PreviousRecords }),
	moment("first_seen", func(c *summary.Change) time.Time { return c.FirstSeen }),
	moment("last_seen", func(c *summary.Change) time.Time { return c.LastSeen }),
	moment("known_since", func(c *summary.Change) time.Time { return c.KnownSince }),
	text("periods", func(c *summary.Change) string { return periodCounts(c.Counts, ", ") }),
	text("where", func(c *summary.Change) string { return c.MapTitle }), // by which it is looked up in failing_entities.csv
}

func drawMissing(t cells, s *summary.Summary) error {
	return drawEach(t, missingColumns, s.EachMissing)
}

var missingColumns = []column[summary.MissingRow]{
	text("table", func(r *summary.MissingRow) string { return r.Table }),
	text("map", func(r *summary.MissingRow) string { return r.Map }),
	text("key_column", func(r *summary.MissingRow) string { return r.KeyColumn }),
	text("key", func(r *summary.MissingRow) string { return r.Key }),
	text("company", func(r *summary.MissingRow) string { return r.Company }),
	number("records_waiting", func(r *summary.MissingRow) int64 { return r.Records }),
	moment("first_seen", func(r *summary.MissingRow) time.Time { return r.FirstSeen }),
	moment("last_seen", func(r *summary.MissingRow) time.Time { return r.LastSeen }),
	text("sample_record_id", func(r *summary.MissingRow) string { return r.SampleRecordID }),
	list("after", func(r *summary.MissingRow) []string { return r.After }),
	number("records_unplaced", func(r *summary.MissingRow) int64 { return r.Unplaced }),
}

func drawBursts(t cells, s *summary.Summary) error { return drawList(t, burstColumns, s.Bursts) }

var burstColumns = []column[summary.Burst]{
	moment("onset", func(b *summary.Burst) time.Time { return b.Onset }),
	moment("end", func(b *summary.Burst) time.Time { return b.End }),
	text("going_on", func(b *summary.Burst) string {
		if b.GoesOn {
			return "yes"
		}
		return "no"
	}),
	number("records", func(b *summary.Burst) int64 { return b.Records }),
	moment("peak_at", func(b *summary.Burst) time.Time { return b.Peak }),
	number("peak_records", func(b *summary.Burst) int64 { return b.PeakRecords }),
	text("kind", func(b *summary.Burst) string { return b.Kind }),
	text("name", func(b *summary.Burst) string { return b.Name }),
	text("title", func(b *summary.Burst) string { return b.Title }),
	text("severity", func(b *summary.Burst) string { return b.Severity }),
	list("maps", func(b *summary.Burst) []string { return b.Maps }),
	text("host", func(b *summary.Burst) string { return b.Host }),
	text("user", func(b *summary.Burst) string { return b.User }),
	list("signatures", func(b *summary.Burst) []string {
		var list []string
		for _, p := range b.Parts {
			list = append(list, p.Signature+"="+strconv.FormatInt(p.Records, 10))
		}
		return list
	}),
}

func drawRetries(t cells, s *summary.Summary) error { return drawEach(t, retryColumns, s.EachRetry) }

var retryColumns = []column[summary.Retry]{
	number("order", func(r *summary.Retry) int64 { return r.Order }),
	text("map", func(r *summary.Retry) string { return r.MapTitle }),
	text("key", func(r *summary.Retry) string { return r.Key }),
	text("company", func(r *summary.Retry) string { return r.Company }),
	number("records", func(r *summary.Retry) int64 { return r.Records }),
	number("after_fix", func(r *summary.Retry) int64 { return r.AfterFix }),
	moment("purged_by", func(r *summary.Retry) time.Time { return r.PurgedBy }),
}

var rejectColumns = streamed(summary.RejectColumns)

func drawRejects(t cells, s *summary.Summary) error { return drawEach(t, rejectColumns, s.EachReject) }

// stepsOf writes the steps of a fix; those of a joint one under the titles of its signatures.
func stepsOf(f *summary.Fix) string {
	if !f.Joint() {
		return numbered(f.Steps)
	}
	var blocks []string
	for _, p := range f.Parts {
		blocks = append(blocks, strings.TrimSpace(p.Title+" ("+words.Count(p.Records, "record")+"):")+"\n"+numbered(p.Steps))
	}
	return strings.Join(blocks, "\n\n")
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

func inFull(e summary.Evidence) string {
	if e.Message != "" {
		return e.Message
	}
	return e.Before + e.Matched + e.After
}
