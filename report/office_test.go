package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dwtriage/report/summary"
)

// An officeCell is what LibreOffice made of a cell: its type (string, float, date, boolean), and what it holds.
type officeCell struct{ kind, value string }

// office converts files with LibreOffice, to flat XML in the format of its own, and reads their sheets: rows of cells. filter
// says how a CSV file is read; it takes no part in a workbook. profile is a folder of its own: another LibreOffice that runs with
// the same one does the work, or does not.
func office(t *testing.T, profile, filter string, paths ...string) map[string][][]officeCell {
	t.Helper()
	program, err := exec.LookPath("soffice")
	if err != nil {
		lacking(t, officeRequired, "no soffice to open tables with")
	}
	dir := t.TempDir()
	args := []string{"-env:UserInstallation=file://" + filepath.ToSlash(profile), "--headless", "--convert-to", "fods", "--outdir", dir}
	if filter != "" {
		args = append(args, "--infilter=Text - txt - csv (StarCalc):"+filter)
	}
	if out, err := exec.CommandContext(t.Context(), program, append(args, paths...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	sheets := map[string][][]officeCell{}
	for _, path := range paths {
		f, err := os.Open(filepath.Join(dir, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))+".fods"))
		if err != nil {
			t.Fatal(err)
		}
		readOffice(t, f, sheets)
		f.Close()
	}
	return sheets
}

// readOffice reads the sheets of a flat OpenDocument file, without what is empty at their ends.
func readOffice(t *testing.T, r io.Reader, sheets map[string][][]officeCell) {
	t.Helper()
	attr := func(e xml.StartElement, name string) string {
		for _, a := range e.Attr {
			if a.Name.Local == name {
				return a.Value
			}
		}
		return ""
	}
	times := func(e xml.StartElement, name string) int {
		n, err := strconv.Atoi(attr(e, name))
		if err != nil {
			return 1 // it is left out
		}
		return n
	}
	var sheet string
	var row []officeCell
	var cell officeCell
	var repeat, paragraphs int
	inText := false
	for d := xml.NewDecoder(r); ; {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "table":
				sheet = attr(e, "name")
				sheets[sheet] = nil
			case "table-row":
				row = nil
			case "table-cell":
				cell, repeat, paragraphs = officeCell{kind: attr(e, "value-type")}, times(e, "number-columns-repeated"), 0
				for _, of := range []string{"date-value", "boolean-value", "value"} {
					if v := attr(e, of); v != "" && cell.value == "" {
						cell.value = v
					}
				}
				if attr(e, "formula") != "" {
					t.Errorf("sheet %s: a cell is the formula %q", sheet, attr(e, "formula"))
				}
			case "p":
				if paragraphs++; paragraphs > 1 && cell.kind == "string" {
					cell.value += "\n"
				}
				inText = true
			case "s":
				if cell.kind == "string" {
					cell.value += strings.Repeat(" ", times(e, "c"))
				}
			case "tab":
				if cell.kind == "string" {
					cell.value += "\t"
				}
			case "line-break":
				if cell.kind == "string" {
					cell.value += "\n"
				}
			}
		case xml.CharData:
			if inText && cell.kind == "string" {
				cell.value += string(e)
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "p":
				inText = false
			case "table-cell":
				if repeat < 200 {
					row = append(row, slices.Repeat([]officeCell{cell}, repeat)...)
				}
			case "table-row":
				for len(row) > 0 && row[len(row)-1] == (officeCell{}) {
					row = row[:len(row)-1]
				}
				if len(row) > 0 {
					sheets[sheet] = append(sheets[sheet], row)
				}
			}
		}
	}
}

// tricky are texts that a spreadsheet takes for something else: companies, keys and ids.
var tricky = []string{"001", "1E5", "TRUE", "00e480814089", "5609113573e9", "2026-11-22", "1/2", "12:30", "10%", "1.000", "1,5", "$5", "0x80040265", "-1", "=1+1", "+49", "@SUM(1)", "#N/A",
	"Größe 客户 😀", " blank ", "two\nlines", "tab\tbed", "it's", "'quoted'", "a;b,c", `say "so"`, "_x0041_", hostileFormula, hostileTag, hostileBidi, "US-031187", "DAT"}

// trickyNight is a night whose records hold them.
func trickyNight() *summary.Summary {
	s := night()
	s.EachRecord = func(yield func(*summary.Record) error) error {
		for i, text := range tricky {
			r := summary.Record{Where: "Customers V3 (accounts)", RecordID: fmt.Sprintf("%08d-0000-5000-8000-00000000%04d", i, i), File: text, Row: int64(i + 2), ByteOffset: int64(310 * i), ByteLength: -1,
				OccurredAt: time.Date(2026, 11, 22, 20, i, 7, 0, time.UTC), Log: "dualwrite", Environment: text, Map: text, Entity: text, Company: text, Signature: "a-rule", Signatures: []string{text, text},
				Captures: []summary.Capture{{Name: "value", Value: text}}, AffectedKey: text, TemplateID: fmt.Sprintf("t-%012d", i), Message: text, Title: text, FixSummary: text, Role: text}
			if i == 3 {
				r.OccurredAt = time.Time{}
			}
			if err := yield(&r); err != nil {
				return err
			}
		}
		return nil
	}
	s.EachCaptures = s.EachRecord
	return s
}

// written draws a report into a folder.
func written(t *testing.T, s *summary.Summary, opt Options) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "r")
	if err := Write(dir, s, opt); err != nil {
		t.Fatal(err)
	}
	return dir
}

// sameCell compares what a spreadsheet holds with the cell of a CSV file.
func sameCell(got officeCell, k kind, want string) bool {
	switch {
	case want == "":
		return got == officeCell{}
	case k == aNumber:
		return got.kind == "float" && got.value == want
	case k == aTime:
		return got.kind == "date" && strings.TrimSuffix(got.value, ".000000000") == strings.Replace(want, " ", "T", 1)
	}
	if got.kind == "string" && len(want) > longParagraph {
		got.value, want = strings.ReplaceAll(got.value, "\n", ""), strings.ReplaceAll(want, "\n", "")
	}
	return got.kind == "string" && got.value == want
}

// longParagraph is beyond what LibreOffice keeps on one line where a cell has several: it begins a new one.
const longParagraph = 16000

// compareSheet compares a whole sheet with the rows that it must have.
func compareSheet(t *testing.T, name string, sheet [][]officeCell, columns []heading, want []map[string]string) {
	t.Helper()
	if len(sheet) != len(want)+1 {
		t.Errorf("%s: %d rows, want %d and a header", name, len(sheet), len(want))
		return
	}
	for i, c := range columns {
		if sheet[0][i] != (officeCell{"string", c.name}) {
			t.Errorf("%s: column %d is called %v, want %s", name, i, sheet[0][i], c.name)
		}
		for n, row := range want {
			var got officeCell
			if line := sheet[n+1]; i < len(line) {
				got = line[i]
			}
			if !sameCell(got, c.kind, row[c.name]) {
				same := 0
				for same < min(len(got.value), len(row[c.name])) && got.value[same] == row[c.name][same] {
					same++
				}
				t.Errorf("%s, row %d: %s holds the %s …%.60q, want …%.60q (%s), from byte %d", name, n+2, c.name, got.kind, got.value[same:], row[c.name][same:], c.kind, same)
			}
		}
	}
}

// TestInOffice opens what a spreadsheet opens with LibreOffice.
func TestInOffice(t *testing.T) {
	profile := t.TempDir()
	t.Run("workbook", func(t *testing.T) { workbookInOffice(t, profile) })
	t.Run("texts as texts", func(t *testing.T) { textsInOffice(t, profile) })
	t.Run("double click", func(t *testing.T) { doubleClickInOffice(t, profile) })
}

// workbookInOffice: in every sheet texts are texts as the records have them, numbers numbers and times dates, and nothing is a formula.
func workbookInOffice(t *testing.T, profile string) {
	dir := written(t, trickyNight(), Options{XLSX: true})
	path := filepath.Join(dir, WorkbookName)
	sheets := office(t, profile, "", path)
	f := book(t, string(contentOf(t, path)))
	for _, table := range tables() {
		compareSheet(t, table.name, sheets[table.name], table.columns, sheetRows(t, f, table))
	}
	// By the records themselves, not by another reader.
	at := slices.IndexFunc(recordColumns, func(c column[summary.Record]) bool { return c.name == "company" })
	for i, text := range tricky {
		if got := sheets["records"][i+1][at]; got != (officeCell{"string", clean(text)}) {
			t.Errorf("company %q came back as the %s %q", text, got.kind, got.value)
		}
	}
	if len(sheets["read_me"]) < 20 {
		t.Errorf("the first sheet has %d rows", len(sheets["read_me"]))
	}
}

func contentOf(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// csvFilter is how LibreOffice reads a CSV file: separator, quotes, UTF-8, from the first row, the columns, English, numbers and
// dates recognised, as its dialog does that a double click opens. Columns that are named texts stay texts.
func csvFilter(separator byte, texts []heading) string {
	var formats []string
	for i, c := range texts {
		if c.kind != aNumber && c.kind != aTime {
			formats = append(formats, fmt.Sprintf("%d/2", i+1))
		}
	}
	return fmt.Sprintf("%d,34,76,1,%s,1033,false,true", separator, strings.Join(formats, "/"))
}

// textsInOffice: told which columns are texts, as columns.csv says it, LibreOffice leaves all as it is.
func textsInOffice(t *testing.T, profile string) {
	for _, opt := range []Options{{}, {Semicolon: true}} {
		separator := byte(',')
		if opt.Semicolon {
			separator = ';'
		}
		path := filepath.Join(written(t, trickyNight(), opt), "records.csv")
		sheet := office(t, profile, csvFilter(separator, headings(recordColumns)), path)["records"]
		compareSheet(t, "records.csv", sheet, headings(recordColumns), rowsBy(t, string(contentOf(t, path)), rune(separator)))
	}
}

// doubleClickInOffice leaves it to the spreadsheet what it takes a cell for. Numbers and times are what they are, and ids and
// texts with letters stay as they are; what README.md says is changed is.
func doubleClickInOffice(t *testing.T, profile string) {
	dir := written(t, trickyNight(), Options{})
	var paths []string
	for _, table := range tables() {
		paths = append(paths, filepath.Join(dir, table.name+".csv"))
	}
	sheets := office(t, profile, csvFilter(',', nil), paths...)
	never := []string{"record_id", "template_id", "sample_record_id", "signature", "signatures", "where", "map", "maps", "entities", "title", "meaning"}
	changed := map[string]bool{}
	for i, table := range tables() {
		sheet, want := sheets[table.name], rows(t, string(contentOf(t, paths[i])))
		if len(sheet) != len(want)+1 {
			t.Errorf("%s.csv: %d rows, want %d", table.name, len(sheet)-1, len(want))
			continue
		}
		for n, row := range want {
			for at, c := range table.columns {
				var got officeCell
				if at < len(sheet[n+1]) {
					got = sheet[n+1][at]
				}
				switch {
				case sameCell(got, c.kind, row[c.name]):
				case !slices.Contains(tricky, row[c.name]) && (slices.Contains(never, c.name) || c.kind == aNumber || c.kind == aTime):
					t.Errorf("%s.csv, row %d: %s holds the %s %q, want %q", table.name, n+2, c.name, got.kind, got.value, row[c.name])
				default:
					changed[row[c.name]] = true
				}
			}
		}
	}
	for text := range changed {
		if !slices.Contains(doubleClicked, text) {
			t.Errorf("%q is changed by a double click", text)
		}
	}
	for _, text := range doubleClicked {
		if !changed[text] {
			t.Errorf("README.md says that %q is changed by a double click, and it is not", text)
		}
	}
}

// doubleClicked are the texts that are no longer what they were.
var doubleClicked = []string{"001", "1E5", "TRUE", "00e480814089", "5609113573e9", "2026-11-22", "2026-12-31", "1/2", "12:30", "10%", "1.000", "$5"}
