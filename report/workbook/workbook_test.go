package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

var columns = []Column{{"name", Text, 20}, {"records", Number, 10}, {"first_seen", Time, 19}}

// opened reads a workbook with another reader.
func opened(t *testing.T, content []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func rows(t *testing.T, f *excelize.File, sheet string) [][]string {
	t.Helper()
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// wellFormed reads all XML of a workbook.
func wellFormed(t *testing.T, content []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(r); ; {
			_, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", part.Name, err)
			}
		}
	}
}

func TestTypes(t *testing.T) {
	var b bytes.Buffer
	book := New(&b, "a program", "a <title>")
	table := book.Table("records", columns)
	night := time.Date(2026, 11, 22, 18, 0, 1, 999, time.UTC)
	texts := []string{"001", "1E5", "TRUE", "=1+1", "+1", "-1", "@SUM(A1)", "2026-11-22", " blank ", "line\nend", "tab\t", "'quoted", "a&b<c>\"d\"", "_x0041_", "x_x000D_y_", "Größe 客户 😀", "", "#REF!", "\u2028"}
	for i, s := range texts {
		table.Text(s)
		table.Number(int64(i) - 3)
		table.Time(night.Add(time.Duration(i) * time.Hour))
		if err := table.End(); err != nil {
			t.Fatal(err)
		}
	}
	if got := table.Close(); len(got) != 1 || got[0] != (Sheet{"records", len(texts)}) {
		t.Errorf("sheets %v", got)
	}
	book.Page("read_me", "Title", []Line{{"heading"}, {"label", int64(7), night}, {strings.Repeat("long text ", 30)}, {}})
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, b.Bytes())
	f := opened(t, b.Bytes())
	if d := cmp.Diff([]string{"read_me", "records"}, f.GetSheetList()); d != "" {
		t.Error(d)
	}
	for i, s := range texts {
		at := func(column string) (string, excelize.CellType) {
			cell := fmt.Sprint(column, i+2)
			v, err := f.GetCellValue("records", cell, excelize.Options{RawCellValue: true})
			kind, kindErr := f.GetCellType("records", cell)
			if err := errors.Join(err, kindErr); err != nil {
				t.Fatal(err)
			}
			return v, kind
		}
		if v, kind := at("A"); v != s || s != "" && kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
			t.Errorf("text %q came back as %q of type %v", s, v, kind)
		}
		if v, kind := at("B"); v != fmt.Sprint(i-3) || kind != excelize.CellTypeUnset {
			t.Errorf("number %d came back as %q of type %v", i-3, v, kind)
		}
		v, kind := at("C")
		var serial float64
		fmt.Sscan(v, &serial)
		got, err := excelize.ExcelDateToTime(serial, false)
		if want := night.Add(time.Duration(i) * time.Hour).Truncate(time.Second); err != nil || !got.Round(time.Second).Equal(want) || kind != excelize.CellTypeUnset {
			t.Errorf("time %s came back as %s of type %v", want, got, kind)
		}
	}
	if panes, err := f.GetPanes("records"); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, error %v", panes, err)
	}
	named := map[string]string{}
	for _, n := range f.GetDefinedName() {
		named[n.Name] = n.RefersTo
	}
	if want := fmt.Sprintf("'records'!$A$1:$C$%d", len(texts)+1); named["records"] != want || named["_xlnm._FilterDatabase"] != want {
		t.Errorf("names %q, want %s", named, want)
	}
	if got := rows(t, f, "read_me"); len(got) < 4 || got[0][0] != "Title" || got[2][1] != "7" {
		t.Errorf("page %q", got)
	}
	if p, err := f.GetDocProps(); err != nil || p.Creator != "a program" || p.Title != "a <title>" {
		t.Errorf("properties %+v, error %v", p, err)
	}
}

// What XML or Excel cannot hold.
func TestOddValues(t *testing.T) {
	var b bytes.Buffer
	book := New(&b, "a", "b")
	table := book.Table("records", columns)
	for _, row := range []struct {
		text   string
		number int64
		at     time.Time
	}{
		{"a\x00b\x1bc\xffd\ufffe\uffff\x7fe", math.MaxInt64, time.Time{}},
		{"\r\n", math.MinInt64, time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)},
		{"\xed\xa0\x80", 999_999_999_999_999, time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		table.Text(row.text)
		table.Number(row.number)
		table.Time(row.at)
		table.End()
	}
	table.Close()
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, b.Bytes())
	got := rows(t, opened(t, b.Bytes()), "records")[1:]
	want := [][]string{{"abc\ufffdde", "9223372036854775807"}, {"\r\n", "-9223372036854775808", "1899-12-31 00:00:00"}, {"\ufffd\ufffd\ufffd", "999999999999999", "12026-01-01 00:00:00"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A table that is longer than a sheet goes on in another, which has its header.
func TestGoesOn(t *testing.T) {
	for name, limit := range map[string]func(*Writer){"rows": func(b *Writer) { b.maxRows = 4 }, "bytes": func(b *Writer) { b.maxBytes = 220 }} {
		t.Run(name, func(t *testing.T) {
			for n := range 8 {
				var b bytes.Buffer
				book := New(&b, "a", "b")
				limit(book)
				table := book.Table("records", columns[:2])
				for i := range n {
					table.Text(fmt.Sprint("row ", i))
					table.Number(int64(i))
					table.End()
				}
				sheets := table.Close()
				if err := book.Close(); err != nil {
					t.Fatal(err)
				}
				f := opened(t, b.Bytes())
				var got []string
				for _, s := range sheets {
					list := rows(t, f, s.Name)
					if len(list) != s.Rows+1 || list[0][0] != "name" || s.Rows == 0 && n > 0 || s.Rows > 3 {
						t.Errorf("%d rows: sheet %+v has %q", n, s, list)
					}
					for _, r := range list[1:] {
						got = append(got, r[0]+" "+r[1])
					}
				}
				if len(got) != n || n > 0 && got[n-1] != fmt.Sprintf("row %d %d", n-1, n-1) {
					t.Errorf("%d rows: got %q", n, got)
				}
				if name == "rows" && len(sheets) != max(1, (n+2)/3) {
					t.Errorf("%d rows are in %d sheets", n, len(sheets))
				}
			}
		})
	}
}

// An error of what it writes to ends the work.
func TestErrorOfWriter(t *testing.T) {
	full := errors.New("disk full")
	book := New(&failing{room: 3000, err: full}, "a", "b")
	table := book.Table("records", columns)
	var err error
	for i := 0; err == nil && i < 1e6; i++ {
		table.Text(fmt.Sprint(i * i * 7919))
		table.Number(1)
		table.Time(time.Time{})
		err = table.End()
	}
	if !errors.Is(err, full) {
		t.Errorf("End returns %v", err)
	}
	table.Close()
	if err := book.Close(); !errors.Is(err, full) {
		t.Errorf("Close returns %v", err)
	}
}

type failing struct {
	room int
	err  error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, f.err
	}
	return len(p), nil
}

// A column of which texts come again shares them, one of ids does not.
func TestShared(t *testing.T) {
	var b bytes.Buffer
	book := New(&b, "a", "b")
	table := book.Table("records", []Column{{"id", Text, 10}, {"map", Text, 10}})
	for i := range 9000 {
		table.Text(fmt.Sprintf("id %d", i))
		table.Text(fmt.Sprintf("map %d", i%900))
		table.End()
	}
	table.Close()
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	if n := len(book.shared.list); n != enough+1+900 {
		t.Errorf("%d texts are shared", n)
	}
	for i, r := range rows(t, opened(t, b.Bytes()), "records")[1:] {
		if r[0] != fmt.Sprintf("id %d", i) || r[1] != fmt.Sprintf("map %d", i%900) {
			t.Fatalf("row %d is %q", i, r)
		}
	}
}

// FuzzText gives a text back as it is, but for what XML cannot hold.
func FuzzText(f *testing.F) {
	for _, s := range []string{"_x0041_", "_x005F_", "_x00", "<&>\"'", "\r\n\t", "\xff", "_x0041", "😀", "__x0041__", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := xml.Unmarshal(append(append([]byte("<t>"), appendText(nil, s)...), "</t>"...), &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		want := strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f || r == 0xfffe || r == 0xffff {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, "\x00"))
		got = unescaped(got)
		if got != strings.ReplaceAll(want, "\x00", "") && !strings.ContainsRune(got, '\ufffd') {
			t.Errorf("%q came back as %q, want %q", s, got, want)
		}
	})
}

// unescaped reads _xHHHH_ as Excel does.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if coded(s[i:]) {
			var r rune
			fmt.Sscanf(s[i+2:i+6], "%x", &r)
			b.WriteRune(r)
			i += 7
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

func BenchmarkRow(b *testing.B) {
	book := New(io.Discard, "a", "b")
	var wide []Column
	for i := range 37 {
		wide = append(wide, Column{fmt.Sprint("column", i), Text, 10})
	}
	table := book.Table("records", wide)
	for b.Loop() {
		if table.sheets[len(table.sheets)-1].Rows > 1<<19 {
			table.sheets[len(table.sheets)-1].Rows = 0
		}
		n := table.sheets[len(table.sheets)-1].Rows
		for i := range wide {
			switch {
			case i < 5:
				table.Text("c40b9f6e-18d5-5e02-94b7-" + fmt.Sprint(n, i))
			case i < 10:
				table.Number(int64(n * i))
			case i == 11:
				table.Text(strings.Repeat("Unable to write data to entity accounts. ", 4) + fmt.Sprint(n))
			default:
				table.Text("Customers V3 (accounts)")
			}
		}
		table.End()
	}
}
