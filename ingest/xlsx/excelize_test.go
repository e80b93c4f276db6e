package xlsx

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zip"
	"github.com/xuri/excelize/v2"
)

// twinRows are rows with what workbooks of logs hold, and with what is easily lost.
func twinRows() [][]any {
	day := time.Date(2026, 11, 22, 9, 14, 3, 0, time.UTC)
	return [][]any{
		{"Type Name", "Message Name", "Created On", "Message Block", "Exception Details"},
		{"Fabrikam.Crm.Plugins.OrderGuard", "Update", day, "[Fabrikam]\n\tEntered\n", "Unhandled exception: <a b=\"c\"> & more"},
		{" leading", "trailing ", "  ", "\n", "a\r\nb"},
		{"Größe", "日本語", "😀", "e\u0301", "_x000D_", "_x005F_", "__x0041__", "_x", "x_y_z"},
		{1, -2.5, 1e300, int64(9007199254740993), true, false, 0.1},
		{nil, "after a gap", nil, nil, "more"},
		{strings.Repeat("long text\n", 3000)},
		{"Update", "Update", day.AddDate(-100, 0, 0), day.Add(12 * time.Hour)},
	}
}

func saved(t testing.TB, f *excelize.File) []byte {
	t.Helper()
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	return b.Bytes()
}

func sharedTwin(t testing.TB, opt excelize.Options, date1904 bool) []byte {
	f := excelize.NewFile(opt)
	if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &date1904}); err != nil {
		t.Fatal(err)
	}
	for i, row := range twinRows() {
		for j, v := range row {
			if v == nil {
				continue
			}
			ref, _ := excelize.CoordinatesToCellName(j+1, 2*i+1)
			if err := f.SetCellValue("Sheet1", ref, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.SetCellRichText("Sheet1", "H3", []excelize.RichTextRun{{Text: "rich "}, {Text: "text", Font: &excelize.Font{Bold: true}}}); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellFormula("Sheet1", "I3", "A1&B1"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetColVisible("Sheet1", "B:C", false); err != nil {
		t.Fatal(err)
	}
	f.NewSheet("Second")
	f.SetCellValue("Second", "C4", "on the second sheet")
	f.SetSheetVisible("Second", false)
	return saved(t, f)
}

func streamedTwin(t testing.TB) []byte {
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range twinRows() {
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return saved(t, f)
}

// twinLines is what the rows of a sheet hold, cells without a text left out.
func twinLines(t *testing.T, data []byte) (own, other []string, dates []string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := openBytes(t, data, Limits{})
	for i, s := range b.Sheets {
		rows, err := f.GetRows(s.Name, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for n, row := range rows {
			for col, text := range row {
				if text != "" {
					other = append(other, fmt.Sprintf("%s %d %d %q", s.Name, n+1, col, text))
				}
			}
		}
		r, err := b.Rows(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		for {
			cells, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cells {
				if c.Date {
					dates = append(dates, fmt.Sprintf("%d %d", r.Number, c.Column))
				}
				if len(c.Text) > 0 {
					own = append(own, fmt.Sprintf("%s %d %d %q", s.Name, r.Number, c.Column, c.Text))
				}
			}
		}
		r.Close()
	}
	return own, other, dates
}

func openBytes(t testing.TB, data []byte, lim Limits) *Workbook {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(t.Context(), z, openMember, lim)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// What excelize writes is read as excelize reads it.
func TestExcelize(t *testing.T) {
	for _, c := range []struct {
		name  string
		data  []byte
		dates []string
	}{
		{"shared", sharedTwin(t, excelize.Options{}, false), []string{"3 2", "15 2", "15 3"}},
		{"1904", sharedTwin(t, excelize.Options{}, true), []string{"3 2", "15 2", "15 3"}},
		{"streamed", streamedTwin(t), []string{"2 2", "8 2", "8 3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			own, other, dates := twinLines(t, c.data)
			if len(own) < 25 || !cmp.Equal(own, other) {
				t.Errorf("excelize, own:\n%s", cmp.Diff(other, own))
			}
			if !cmp.Equal(dates, c.dates) {
				t.Errorf("dates in %q, want %q", dates, c.dates)
			}
			if b := openBytes(t, c.data, Limits{}); b.Date1904 != (c.name == "1904") || b.Problem != nil {
				t.Errorf("1904: %v, problem %v", b.Date1904, b.Problem)
			}
		})
	}
}

func TestExcelizeHidden(t *testing.T) {
	b := openBytes(t, sharedTwin(t, excelize.Options{}, false), Limits{})
	if len(b.Sheets) != 2 || b.Sheets[0].Hidden || !b.Sheets[1].Hidden {
		t.Fatalf("sheets %+v", b.Sheets)
	}
	r, err := b.Rows(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got := [...]bool{r.Hidden(0), r.Hidden(1), r.Hidden(2), r.Hidden(3)}; got != [...]bool{false, true, true, false} {
		t.Errorf("hidden columns %v", got)
	}
}

// A big log in a workbook: ten short columns and two texts of 2 kB in several lines.
func bigWorkbook(t testing.TB, size int, shared bool) (data []byte, raw int64) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var sheet, table strings.Builder
	sheet.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n<worksheet><sheetData>")
	table.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n<sst>")
	count := 0
	text := func(ref, s string) {
		if !shared {
			fmt.Fprintf(&sheet, `<c r="%s" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, ref, s)
			return
		}
		fmt.Fprintf(&sheet, `<c r="%s" t="s"><v>%d</v></c>`, ref, count)
		fmt.Fprintf(&table, `<si><t xml:space="preserve">%s</t></si>`, s)
		count++
	}
	for n := 1; sheet.Len()+table.Len() < size; n++ {
		fmt.Fprintf(&sheet, `<row r="%d" spans="1:12">`, n)
		for i := range 10 {
			ref := fmt.Sprintf("%c%d", 'A'+i, n)
			switch {
			case i == 0:
				fmt.Fprintf(&sheet, `<c r="%s" s="1"><v>%d.%d</v></c>`, ref, 45000+rnd.IntN(1000), rnd.IntN(1e9))
			case i < 5:
				fmt.Fprintf(&sheet, `<c r="%s"><v>%d</v></c>`, ref, rnd.IntN(5000))
			default:
				text(ref, fmt.Sprintf("Fabrikam.Crm.Plugins.Order%d", rnd.IntN(40)))
			}
		}
		for i := range 2 {
			var long strings.Builder
			for long.Len() < 2000 {
				fmt.Fprintf(&long, "   at Fabrikam.Crm.Plugins.OrderGuard.Step%d(IServiceProvider &lt;provider&gt;) in Order.cs:line %d_x000D_\n", rnd.IntN(100), rnd.IntN(900))
			}
			text(fmt.Sprintf("%c%d", 'K'+i, n), long.String())
		}
		sheet.WriteString("</row>")
	}
	sheet.WriteString("</sheetData></worksheet>")
	table.WriteString("</sst>")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range small(sheet.String(), table.String(),
		testPart{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`},
		testPart{"xl/styles.xml", `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>`}) {
		f, _ := z.Create(p.name)
		io.WriteString(f, realNames.Replace(p.data))
	}
	z.Close()
	return b.Bytes(), int64(sheet.Len() + table.Len())
}

// realNames gives the short parts of tests the namespaces that excelize looks at.
var realNames = func() *strings.Replacer {
	const main, relations = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	return strings.NewReplacer(
		`<workbook xmlns:r="u">`, `<workbook xmlns="`+main+`" xmlns:r="`+relations+`">`,
		"<worksheet>", `<worksheet xmlns="`+main+`">`, "<sst>", `<sst xmlns="`+main+`">`, "<styleSheet>", `<styleSheet xmlns="`+main+`">`,
		"<Relationships>", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`,
		"http://x/worksheet", relations+"/worksheet",
	)
}()

// BenchmarkWorkbook reads all cells of a workbook, from the zip archive on.
func BenchmarkWorkbook(b *testing.B) {
	for _, shared := range []bool{false, true} {
		data, raw := bigWorkbook(b, 30<<20, shared)
		name := map[bool]string{false: "inline", true: "shared"}[shared]
		b.Run(name+"/own", func(b *testing.B) { benchmarkRows(b, data, raw, ownRows) })
		b.Run(name+"/excelize", func(b *testing.B) { benchmarkRows(b, data, raw, excelizeRows) })
	}
}

func benchmarkRows(b *testing.B, data []byte, raw int64, read func(testing.TB, []byte) int) {
	b.SetBytes(raw)
	b.ReportAllocs()
	for b.Loop() {
		if size := read(b, data); int64(size) < raw/2 {
			b.Fatalf("%d bytes of text in %d of xml", size, raw)
		}
	}
}

func ownRows(t testing.TB, data []byte) (size int) {
	b := openBytes(t, data, Limits{})
	defer b.Close()
	r, err := b.Rows(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		cells, err := r.Next()
		if err == io.EOF {
			return size
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cells {
			size += len(c.Text)
		}
	}
}

func excelizeRows(t testing.TB, data []byte) (size int) {
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.Rows("Log")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cells {
			size += len(c)
		}
	}
	return size
}

// The two readers agree on what the benchmark reads.
func TestBigWorkbook(t *testing.T) {
	for _, shared := range []bool{false, true} {
		data, _ := bigWorkbook(t, 300_000, shared)
		if own, other := ownRows(t, data), excelizeRows(t, data); own != other {
			t.Errorf("shared %v: %d bytes of text, excelize reads %d", shared, own, other)
		}
	}
}
