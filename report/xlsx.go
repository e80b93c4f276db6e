package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dwtriage/ingest/words"
	"dwtriage/report/redact"
	"dwtriage/report/summary"
	"dwtriage/report/workbook"
)

// WorkbookName is the file of the workbook.
const WorkbookName = "report.xlsx"

// drawXLSX writes the tables as one workbook, with a first sheet to read.
func drawXLSX(w io.Writer, s *summary.Summary) error {
	book := workbook.New(w, "dwtriage", documentTitle(s))
	var sheets []workbook.Line
	for _, t := range tables() {
		sheet := newSheet(book, t, s.Redacted != nil)
		if err := t.draw(sheet, s); err != nil {
			return err
		}
		for _, part := range sheet.to.Close() {
			sheets = append(sheets, workbook.Line{part.Name, about[t.name], int64(part.Rows)})
		}
	}
	book.Page("read_me", documentTitle(s), readMe(s, sheets))
	return book.Close()
}

// A sheet writes rows of a workbook, see cells. Texts are cleaned and cut as those of CSV files; a guard against formulas they
// need not: a text of a workbook is none.
type sheet struct {
	to  *workbook.Table
	err error

	// Of a redacted report each row ends with the kinds of its tokens, as in the CSV file. They are counted there.
	redacted bool
	row      []byte // its texts so far
}

func newSheet(book *workbook.Writer, t reportTable, redacted bool) *sheet {
	if redacted {
		t.columns = append(slices.Clip(t.columns), heading{"redacted", aList})
	}
	columns := make([]workbook.Column, len(t.columns))
	for i, c := range t.columns {
		width := widths[c.kind]
		if w, ok := wide[c.name]; ok {
			width = w
		}
		columns[i] = workbook.Column{Name: c.name, Kind: sheetKinds[c.kind], Width: max(width, float64(len(c.name))+4)} // beside the name stands the button of the filter
	}
	return &sheet{to: book.Table(t.name, columns), redacted: redacted}
}

var sheetKinds = map[kind]workbook.Kind{aText: workbook.Text, aList: workbook.Text, pairs: workbook.Text, aNumber: workbook.Number, aTime: workbook.Time}

// widths of columns in characters, and those of columns that are shorter or longer than most of their kind.
var (
	widths = map[kind]float64{aText: 18, aList: 30, pairs: 40, aNumber: 10, aTime: 19}
	wide   = map[string]float64{
		"where": 34, "record_id": 38, "sample_record_id": 38, "correlation_id": 38, "request_id": 38, "activity_id": 38, "signature": 34, "title": 50, "message": 80, "sample": 80, "template": 80,
		"fix_summary": 60, "summary": 60, "steps": 60, "sql": 40, "map": 28, "excerpt": 60, "meaning": 90, "value": 40, "company": 9, "severity": 9, "status": 12, "log": 11, "tier": 6, "rank": 6,
	}
)

func (t *sheet) header(...heading) {} // the workbook has it

func (t *sheet) text(s string) {
	s = cutUTF16(clean(s), workbook.MaxText)
	if t.redacted {
		t.row = append(append(t.row, s...), ',')
	}
	t.to.Text(s)
}

func (t *sheet) list(items []string) { t.text(strings.Join(items, "; ")) }

func (t *sheet) pairs(captures []summary.Capture) { t.text(string(appendPairs(nil, captures))) }

func (t *sheet) number(n int64) { t.to.Number(n) }

func (t *sheet) time(at time.Time) { t.to.Time(at) }

func (t *sheet) end() error {
	if t.redacted {
		t.to.Text(string(redact.AppendKinds(nil, t.row)))
		t.row = t.row[:0]
	}
	t.fail(t.to.End())
	return t.err
}

func (t *sheet) fail(err error) { t.err = cmp.Or(t.err, err) }

func (t *sheet) failed() error { return t.err }

// about says what a row of a table is.
var about = map[string]string{
	"failing_entities": "one row per entity, company and signature: what fails, how often, since when",
	"fixes":            "one row per fix, in the order to do them",
	"records":          "one row per failing record, for filters and pivot tables",
	"captures":         "one row per value that a rule read out of a record",
	"unclassified":     "one row per unknown message",
	"changes":          "one row per signature and entity that is in another state than in the periods before",
	"missing":          "one row per row that must exist before records can be saved",
	"incidents":        "one row per burst of failures",
	"retry":            "one row per row that can be saved again, in order",
	"rejects":          "one row per row of an export that could not be read",
	"columns":          "what every column holds",
}

// readMe is the first sheet: what the page says at its top, and what one must know of the others.
func readMe(s *summary.Summary, sheets []workbook.Line) (lines []workbook.Line) {
	heading := func(text string) { lines = append(lines, workbook.Line{}, workbook.Line{text}) }
	lines = append(lines, workbook.Line{readable(spoken(verdict(s)))})

	heading("Numbers")
	for _, c := range cards(s) {
		detail := c.Detail
		if detail != "" && !strings.HasPrefix(detail, "of ") && !strings.HasPrefix(detail, "in ") {
			detail = ", " + detail // 247 of 337 records; 90, 27% of all records
		}
		lines = append(lines, workbook.Line{readable(c.Label), strings.ReplaceAll(readable(c.Value+" "+detail), " , ", ", ")})
	}

	heading("This report")
	lines = append(lines, workbook.Line{"Environment", readable(cmp.Or(s.Environment, "not given"))})
	if p := s.Period(); p.Hours() > 0 {
		lines = append(lines, workbook.Line{"Period from, UTC", p.From}, workbook.Line{"Period until, UTC", p.Until})
	}
	lines = append(lines, workbook.Line{"Run", fmt.Sprintf("%s, rules %d, %s", strings.TrimPrefix(strings.TrimPrefix(RunWords(s), "runs "), "run "), s.Tool.Rules, readable(s.Tool.Version))})
	if !s.Compared() {
		lines = append(lines, workbook.Line{"Compared with", "nothing: no earlier period of the same logs is known"})
	}

	if said := Redaction(s); said != nil {
		heading("Redacted")
		for _, sentence := range said {
			lines = append(lines, workbook.Line{sentence})
		}
	}

	heading("Sheets")
	lines = append(lines, workbook.Line{"Sheet", "What it holds", "Rows"})
	lines = append(lines, sheets...)
	for _, note := range notes(s) {
		lines = append(lines, workbook.Line{note})
	}

	heading("Inputs")
	lines = append(lines, workbook.Line{"File", "", "Read", "Loaded", "Duplicates", "Rejected", "Filtered"})
	for _, in := range s.Inputs[:min(len(s.Inputs), readMeInputs)] {
		what := strings.TrimSpace(in.Log + " " + in.Format)
		switch {
		case in.Problem != "":
			what += ": " + in.Problem
		case in.PassedOver():
			what = "passed over"
		}
		lines = append(lines, workbook.Line{readable(in.Path), readable(what), in.Read, in.Loaded, in.Duplicates, in.Rejected, in.Filtered})
	}
	if more := len(s.Inputs) - readMeInputs; more > 0 {
		lines = append(lines, workbook.Line{"and " + words.Count(more, "more file"), "in summary.json"})
	}
	t := s.Totals
	return append(lines, workbook.Line{"All files", "read = loaded + duplicates + rejected + filtered", t.Read, t.Loaded, t.Duplicates, t.Rejected, t.Filtered})
}

// readMeInputs is how many inputs the first sheet lists.
const readMeInputs = 1000

// readable is a text of a log or path for the first sheet: on one line, cut to what is read.
func readable(text string) string {
	return cutUTF16(strings.Join(strings.Fields(clean(text)), " "), 2000)
}

// notes say what is not in the sheets, and how they are meant.
func notes(s *summary.Summary) []string {
	var list []string
	if s.Listed < s.Failing {
		list = append(list, fmt.Sprintf("Sheet records has room for %s of %s, the first of each finding that is listed; sheet captures has the values of these. The database has all.",
			words.Thousands(s.Listed), words.Count(s.Failing, "failing record")))
	}
	return append(list,
		"Times are in UTC. Companies, keys and ids are texts, so that 001 stays 001. A text that is longer than a cell ends with "+cutMark+".",
		"For a pivot table give a sheet's name as its range: records, captures, failing_entities and the others are names of their cells.")
}

// documentTitle is the title of the page.
func documentTitle(s *summary.Summary) string {
	return readable(fmt.Sprintf("%s, %s: %s", orWords(s.Environment, "environment not set"), cmp.Or(periodTitle(s), RunWords(s)), words.Count(s.Failing, "failing record")))
}
