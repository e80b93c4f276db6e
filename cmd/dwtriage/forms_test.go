//go:build cgo

package main

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// forms is the sample night in every form that a report has, and its database.
type forms struct {
	*testing.T
	db, dir string
	page    string
	ticket  string
	book    *excelize.File
	summary struct {
		Report struct{ Records, Failing, OK, Unknown int64 }
		Fixes  []struct {
			Rank    int
			Records int64
		}
	}
}

func newForms(t *testing.T) *forms {
	t.Helper()
	dir := t.TempDir()
	f := &forms{T: t, db: filepath.Join(dir, "x.duckdb"), dir: filepath.Join(dir, "r")}
	f.call("run", "-q", "--csv", "plain", "--xlsx", "--report-format", "markdown", "--db", f.db, "-o", f.dir, "../../testdata/demo")
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(f.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	f.page, f.ticket = read("index.html"), read("report.md")
	if err := json.Unmarshal([]byte(read("summary.json")), &f.summary); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenFile(filepath.Join(f.dir, "report.xlsx"), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	f.book = book
	return f
}

func (f *forms) call(args ...string) string {
	f.Helper()
	var stdout, stderr strings.Builder
	if code := run(f.Context(), args, strings.NewReader(""), &stdout, &stderr, func(string) string { return "" }); code != exitDone {
		f.Fatalf("%q: exit code %d: %s", args, code, &stderr)
	}
	return stdout.String()
}

// table is a CSV file: the cells of some columns, a row each.
func (f *forms) table(name string, columns ...string) (list []string) {
	f.Helper()
	for _, r := range rowsOf(f.T, filepath.Join(f.dir, name+".csv")) {
		list = append(list, joinColumns(r, columns))
	}
	return list
}

func joinColumns(row map[string]string, columns []string) string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = strings.TrimPrefix(row[c], "'")
	}
	return strings.Join(cells, " | ")
}

// sheet is the same of the workbook.
func (f *forms) sheet(name string, columns ...string) (list []string) {
	f.Helper()
	rows, err := f.book.GetRows(name)
	if err != nil {
		f.Fatal(err)
	}
	for _, line := range rows[1:] {
		row := map[string]string{}
		for i, cell := range line {
			row[rows[0][i]] = cell
		}
		list = append(list, joinColumns(row, columns))
	}
	return list
}

// database is the same of a query.
func (f *forms) database(sql string) (list []string) {
	f.Helper()
	lines := json.NewDecoder(strings.NewReader(f.call("query", "--json", "--db", f.db, "SELECT concat_ws(' | ', *COLUMNS(*)) AS line FROM ("+sql+")")))
	for lines.More() {
		var row struct{ Line string }
		if err := lines.Decode(&row); err != nil {
			f.Fatal(err)
		}
		list = append(list, row.Line)
	}
	return list
}

// onPage finds what a pattern's groups match, a match each.
func (f *forms) onPage(text, pattern string) (list []string) {
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		for i := range m {
			m[i] = html.UnescapeString(m[i])
		}
		list = append(list, strings.ReplaceAll(strings.Join(m[1:], " | "), ",", ""))
	}
	return list
}

func (f *forms) same(what string, want []string, forms map[string][]string) {
	f.Helper()
	if len(want) < 5 {
		f.Errorf("%s: only %d", what, len(want))
	}
	for name, got := range forms {
		if d := cmp.Diff(want, got); d != "" {
			f.Errorf("%s, %s:\n%s", what, name, d)
		}
	}
}

// TestFormsAgree reads the page, the CSV files, the workbook, summary.json, the ticket and the database back: totals, order and
// percentages are the same.
func TestFormsAgree(t *testing.T) {
	f := newForms(t)

	records := f.database("SELECT record_id, log, coalesce(severity, ''), row, byte_offset FROM v_records WHERE outcome = 'error' ORDER BY file, row, byte_offset, record_id")
	columns := []string{"record_id", "log", "severity", "row", "byte_offset"}
	f.same("failing records in their order", records, map[string][]string{"records.csv": f.table("records", columns...), "workbook": f.sheet("records", columns...)})

	captures := f.database(`SELECT record_id, name, captures[name] FROM (SELECT *, unnest(list_sort(map_keys(captures))) AS name FROM v_records WHERE outcome = 'error') ORDER BY file, row, byte_offset, record_id, name`)
	f.same("captures", captures, map[string][]string{"captures.csv": f.table("captures", "record_id", "name", "value"), "workbook": f.sheet("captures", "record_id", "name", "value")})

	findings := f.table("failing_entities", "where", "company", "records")
	f.same("findings in their order", findings, map[string][]string{"workbook": f.sheet("failing_entities", "where", "company", "records"),
		"page": f.onPage(strings.ReplaceAll(f.page, ">not set<", "><"), `(?s)<tr id="f-[^>]*>\s*<th scope="row"><a[^>]*>([^<]*)</a>.*?</th>\s*<td>([^<]*)</td>.*?<td class="num">([\d,]+)</td>`)})
	counted := map[string]int{}
	for _, r := range rowsOf(t, filepath.Join(f.dir, "failing_entities.csv")) {
		var n int
		fmt.Sscan(r["records"], &n)
		counted[r["company"]+" | "+r["signature"]] += n
	}
	for _, line := range f.database("SELECT coalesce(company, ''), signature, sum(records)::BIGINT FROM v_findings GROUP BY ALL") {
		at := strings.LastIndex(line, " | ")
		if got := fmt.Sprint(counted[line[:at]]); got != line[at+3:] {
			t.Errorf("%s: the database has %s records, failing_entities.csv %s", line[:at], line[at+3:], got)
		}
		delete(counted, line[:at])
	}
	if len(counted) > 0 {
		t.Errorf("the database has no %v", counted)
	}

	fixes := f.table("fixes", "rank", "records")
	var fromJSON []string
	for _, fix := range f.summary.Fixes {
		fromJSON = append(fromJSON, fmt.Sprint(fix.Rank, " | ", fix.Records))
	}
	f.same("fixes in their order", fixes, map[string][]string{"workbook": f.sheet("fixes", "rank", "records"), "summary.json": fromJSON})
	inTicket := f.onPage(f.ticket, `(?m)^(\d+)\. \*\*.*?\*\* [^,]*, ([\d,]+) records?,`)
	f.same("fixes of the ticket", fixes[:min(len(fixes), len(inTicket))], map[string][]string{"report.md": inTicket})

	f.percentages()
}

// percentages compares what the cards say with the database.
func (f *forms) percentages() {
	var records, failing, unknown int64
	fmt.Sscan(strings.ReplaceAll(f.database("SELECT count(*), count(*) FILTER (outcome = 'error'), count(*) FILTER (status = 'unknown') FROM v_records")[0], "|", ""), &records, &failing, &unknown)
	if got := f.summary.Report; got.Records != records || got.Failing != failing || got.Unknown != unknown || got.OK != records-failing {
		f.Errorf("summary.json: %+v, the database has %d records, %d failing, %d unknown", got, records, failing, unknown)
	}
	inBook, err := f.book.GetRows("read_me")
	if err != nil {
		f.Fatal(err)
	}
	share := func(n, of int64) string { // as README.md says it: one decimal at the ends
		if p := 100 * float64(n) / float64(of); p < 10 || p > 99 {
			return fmt.Sprintf("%.1f%%", p)
		} else {
			return fmt.Sprintf("%.0f%%", p)
		}
	}
	for _, c := range []struct{ label, value, detail string }{
		{"Records in error", fmt.Sprint(failing), fmt.Sprintf("of %d records", records)},
		{"Ok records", fmt.Sprint(records - failing), share(records-failing, records) + " of all records"},
		{"Share unknown", share(unknown, failing), fmt.Sprintf("%d records in ", unknown)},
	} {
		if !regexp.MustCompile(`<span class="label">` + c.label + `</span><span class="value">` + c.value + `</span>(?s:.{0,40}?)` + c.detail).MatchString(f.page) {
			f.Errorf("index.html does not say %v", c)
		}
		if !strings.Contains(f.ticket, fmt.Sprintf("| %s | %s | %s", c.label, c.value, c.detail)) {
			f.Errorf("report.md does not say %v", c)
		}
		said := false
		for _, line := range inBook {
			said = said || len(line) > 1 && line[0] == c.label && strings.HasPrefix(strings.Replace(line[1], ", ", " ", 1), c.value+" "+c.detail)
		}
		if !said {
			f.Errorf("the first sheet does not say %v", c)
		}
	}
}
