package report

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"dwtriage/report/redact"
	"dwtriage/report/summary"
)

// book opens the workbook of a report with another reader.
func book(t *testing.T, content string) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(content), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// sheetRows are the rows of a sheet as a CSV file has them: times as texts.
func sheetRows(t *testing.T, f *excelize.File, table reportTable) (list []map[string]string) {
	t.Helper()
	all, err := f.GetRows(table.name)
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range all[1:] {
		row := map[string]string{}
		for i, c := range table.columns {
			if all[0][i] != c.name {
				t.Fatalf("sheet %s: column %d is %q, want %s", table.name, i, all[0][i], c.name)
			}
			row[c.name] = ""
			if i >= len(line) || line[i] == "" {
				continue
			}
			row[c.name] = line[i]
			at, err := excelize.CoordinatesToCellName(i+1, n+2)
			if err != nil {
				t.Fatal(err)
			}
			kind, err := f.GetCellType(table.name, at)
			isText := kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString
			if want := c.kind != aNumber && c.kind != aTime; err != nil || isText != want {
				t.Errorf("sheet %s: %s of column %s (%s) has type %v", table.name, at, c.name, c.kind, kind)
			}
			if formula, err := f.GetCellFormula(table.name, at); err != nil || formula != "" {
				t.Errorf("sheet %s: %s holds the formula %q", table.name, at, formula)
			}
			if c.kind == aTime {
				serial, err := strconv.ParseFloat(line[i], 64)
				if err != nil {
					t.Fatal(err)
				}
				// By the definition of the number, not by the code that wrote it.
				row[c.name] = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(serial*86400+0.5) * time.Second).Format(time.DateTime)
			}
		}
		list = append(list, row)
	}
	return list
}

// unguarded is a cell of a CSV file without what keeps it from being taken for a formula, which a workbook needs not. Of one that
// was cut it is the start, as the guards take room.
func unguarded(cell string) string {
	for _, sign := range strings.Split(signs, "") {
		cell = strings.ReplaceAll(cell, "'"+sign, sign)
	}
	if strings.HasSuffix(cell, cutMark) {
		cell = cell[:min(len(cell), 20000)] + cutMark
	}
	return cell
}

// The workbook has the rows of the CSV files, in their order, as texts, numbers and dates.
func TestWorkbookEqualsTables(t *testing.T) {
	hidden := night() // a redacted one, whose sheets end with the column redacted, as the files do
	hidden.Redacted = redact.New(nil, func(func(name, search bool, text string)) {})
	hidden.Findings[0].Company = hidden.Redacted.Value("C-1")
	for name, s := range map[string]*summary.Summary{"night": night(), "empty": {}, "redacted": hidden} {
		t.Run(name, func(t *testing.T) {
			out := draw(t, s, Options{XLSX: true, Redacted: s.Redacted})
			f := book(t, out[WorkbookName])
			if name == "redacted" && rows(t, out["failing_entities.csv"])[0]["redacted"] != "key 1" {
				t.Fatal("the table of the fixture has no token")
			}
			want := []string{"read_me"}
			for _, table := range tables() {
				if s.Redacted != nil {
					table.columns = append(slices.Clip(table.columns), heading{"redacted", aList})
				}
				want = append(want, table.name)
				fromCSV, fromSheet := rows(t, out[table.name+".csv"]), sheetRows(t, f, table)
				for _, list := range [][]map[string]string{fromCSV, fromSheet} {
					for _, r := range list {
						for column := range r {
							r[column] = unguarded(r[column])
						}
					}
				}
				if d := cmp.Diff(fromCSV, fromSheet); d != "" {
					t.Errorf("%s (-CSV +sheet):\n%s", table.name, d)
				}
				panes, err := f.GetPanes(table.name)
				if err != nil || !panes.Freeze {
					t.Errorf("the header of sheet %s scrolls away", table.name)
				}
			}
			if d := cmp.Diff(want, f.GetSheetList()); d != "" {
				t.Errorf("sheets:\n%s", d)
			}
		})
	}
}

// The first sheet says what the page says, and of every other how many rows it has.
func TestReadMe(t *testing.T) {
	s := night()
	s.Listed = 400
	s.EachRecord = func(yield func(*summary.Record) error) error {
		n := 0
		return eachRecord(s)(func(r *summary.Record) error {
			if n++; n > 400 {
				return nil
			}
			return yield(r)
		})
	}
	out := draw(t, s, Options{XLSX: true})
	lines, err := book(t, out[WorkbookName]).GetRows("read_me")
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, l := range lines {
		text += strings.Join(l, "|") + "\n"
	}
	var said strings.Builder
	for _, p := range verdict(s) {
		said.WriteString(p.Text)
	}
	for _, want := range []string{readable(said.String()), "Environment|" + s.Environment, "Records in error|1,127 of ", "records|one row per failing record, for filters and pivot tables|400\n",
		"room for 400 of 1,127 failing records, the first of each finding", "dualwrite-2026-11-23.csv.gz|dualwrite csv|", "unexpected end of the gzip stream"} {
		if !strings.Contains(text, want) {
			t.Errorf("the first sheet does not say %q:\n%s", want, text)
		}
	}
	for _, table := range tables() {
		if about[table.name] == "" {
			t.Errorf("nothing says what sheet %s holds", table.name)
		}
		if want := fmt.Sprintf("%s|%s|%d\n", table.name, about[table.name], len(rows(t, out[table.name+".csv"]))); !strings.Contains(text, want) {
			t.Errorf("the first sheet does not say %q", want)
		}
	}
}

// Whatever a log holds stands in the workbook as text, and the file stays whole.
func TestHostileWorkbook(t *testing.T) {
	hostile := []string{hostileTag, hostileFormula, hostileCDATA, hostileBidi, "=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", "\t=1", "001", "1E5", "TRUE", "00e480814089", "2026-11-22", "1/2", "#N/A", "_x0041_", "_x005F_x0041_",
		"a\x00b\x1b[31mc", "\ud7ff\ue000\ufffe", "\xed\xa0\x80", strings.Repeat("w", 100_000), strings.Repeat("😀", 20_000), "a\r\nb\rc", " x ", "[link](https://example.com)", "{{template}}", "&amp;", "]]>"}
	s := night()
	s.EachCaptures = nil
	s.EachRecord = func(yield func(*summary.Record) error) error {
		for _, text := range hostile {
			r := summary.Record{Where: text, RecordID: text, File: text, Log: text, Environment: text, Map: text, DataverseTable: text, FnoEntity: text, Entity: text, Company: text, TypeName: text, MessageName: text,
				CorrelationID: text, RequestID: text, ActivityID: text, ErrorCode: text, Status: text, Signature: text, Signatures: []string{text, text}, Category: text, Severity: text,
				Captures: []summary.Capture{{Name: text, Value: text}}, AffectedKey: text, TemplateID: text, Message: text, Truncated: text, Withheld: text, Title: text, FixSummary: text, Role: text}
			if err := yield(&r); err != nil {
				return err
			}
		}
		return nil
	}
	out := draw(t, s, Options{XLSX: true})
	table := tables()[2]
	inSheet, inCSV := sheetRows(t, book(t, out[WorkbookName]), table), rows(t, out["records.csv"])
	if len(inSheet) != len(hostile) || len(inCSV) != len(hostile) {
		t.Fatalf("%d rows in the sheet, %d in records.csv, want %d", len(inSheet), len(inCSV), len(hostile))
	}
	for i, text := range hostile {
		want := cutUTF16(clean(text), maxCell)
		for _, c := range table.columns {
			if c.kind != aText {
				continue
			}
			if got := inSheet[i][c.name]; got != want {
				t.Errorf("column %s of the sheet holds %.60q, want %.60q", c.name, got, want)
			}
			if got := inCSV[i][c.name]; formula(got) || !strings.HasSuffix(got, want) && !strings.HasSuffix(got, cutMark) {
				t.Errorf("column %s of records.csv holds %.60q, want %.60q", c.name, got, want)
			}
		}
	}
}

// An error of the database ends the drawing.
func TestWorkbookOfLostDatabase(t *testing.T) {
	s := night()
	s.EachReject = func(func(*summary.Reject) error) error { return fmt.Errorf("lost") }
	var b bytes.Buffer
	if err := drawXLSX(&b, s); err == nil || err.Error() != "lost" {
		t.Errorf("error %v", err)
	}
}
