package xlsx

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zip"

	"dwtriage/ingest/scan"
)

// A part of a workbook: its name, then what it holds.
type testPart struct{ name, data string }

func zipParts(t testing.TB, parts ...testPart) *zip.Reader {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		f, err := z.Create(p.name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, p.data)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func openMember(f *zip.File) (io.ReadCloser, error) { return f.Open() }

const (
	testRoot = `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	testMain = `<workbook xmlns:r="u"><sheets><sheet name="Log" sheetId="1" r:id="rId1"/></sheets></workbook>`
	testRels = `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`
)

// small is a workbook of one sheet.
func small(sheet, strings string, more ...testPart) []testPart {
	parts := []testPart{
		{"_rels/.rels", testRoot}, {"xl/workbook.xml", testMain}, {"xl/_rels/workbook.xml.rels", testRels},
		{"xl/worksheets/sheet1.xml", sheet},
	}
	if strings != "" {
		parts = append(parts, testPart{"xl/sharedStrings.xml", strings})
	}
	return append(parts, more...)
}

func openParts(t testing.TB, lim Limits, parts ...testPart) *Workbook {
	t.Helper()
	b, err := Open(t.Context(), zipParts(t, parts...), openMember, lim)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// show is a row as text: its number, then its cells.
func show(number int64, cells []Cell) string {
	s := strconv.FormatInt(number, 10) + ":"
	for _, c := range cells {
		s += fmt.Sprintf(" %d%s", c.Column, [...]string{"=", "#", "?", "!", "@"}[c.Kind])
		if c.Date {
			s += "date:"
		}
		s += strconv.Quote(string(c.Text))
		if c.Long {
			s += "…"
		}
	}
	return s
}

// sheetLines reads a sheet to its end; the last line is the error, if it is not io.EOF.
func sheetLines(t testing.TB, b *Workbook, i int) (lines []string) {
	t.Helper()
	r, err := b.Rows(t.Context(), i)
	if err != nil {
		return []string{err.Error()}
	}
	defer r.Close()
	for {
		cells, err := r.Next()
		_, again := err.(RowError)
		switch {
		case err == io.EOF:
			return lines
		case again:
			lines = append(lines, fmt.Sprintf("%d: %v", r.Number, err))
		case err != nil:
			if _, e := r.Next(); e != err {
				t.Errorf("after %v comes %v", err, e)
			}
			return append(lines, err.Error())
		default:
			lines = append(lines, show(r.Number, cells))
		}
	}
}

func sheetOf(rows string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><worksheet><dimension ref="A1:XFD1048576"/><sheetData>` + rows + `</sheetData></worksheet>`
}

func TestSheetRows(t *testing.T) {
	const table = `<sst count="1" uniqueCount="99999999"><si><t>zero</t></si><si><r><rPr><b/></rPr><t xml:space="preserve">ri </t></r><r><t>ch</t></r><rPh sb="0" eb="1"><t>phonetic</t></rPh><phoneticPr/></si><si/><si><t/></si><si><t>a&lt;b_x000D_
c</t></si></sst>`
	for _, c := range []struct {
		name, rows string
		want       []string
	}{
		{"shared", `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c><c r="D1" t="s"><v>3</v></c><c r="E1" t="s"><v> 4 </v></c></row>`,
			[]string{`1: 0="zero" 1="ri ch" 2="" 3="" 4="a<b\r\nc"`}},
		{"inline", `<row r="1"><c r="A1" t="inlineStr"><is><t xml:space="preserve"> x&#10;y </t></is></c><c r="B1" t="inlineStr"><is><r><t>a</t></r><r><rPr/><t>b</t></r><rPh><t>p</t></rPh></is></c><c r="C1" t="inlineStr"><is/></c></row>`,
			[]string{`1: 0=" x\ny " 1="ab" 2=""`}},
		{"kinds", `<row r="1"><c r="A1"><v>1.5</v></c><c r="B1" t="n"><v> 2 </v></c><c r="C1" t="str"><f>"x"&amp;v</f><v>x</v></c><c r="D1" t="b"><v>1</v></c><c r="E1" t="e"><v>#N/A</v></c><c r="F1" t="d"><v>2026-11-22T09:14:03Z</v></c></row>`,
			[]string{`1: 0#"1.5" 1#"2" 2="x" 3?"1" 4!"#N/A" 5@"2026-11-22T09:14:03Z"`}},
		{"escapes", `<row r="1"><c t="str"><v>_x000D_</v></c><c t="str"><v>_x005F_x000D_</v></c><c t="str"><v>_xD83D__xDE00_ _xD83D_ _x0000_ _x00e4_</v></c><c t="str"><v>_x000_ _X000D_ _x000G_ __x0041__</v></c></row>`,
			[]string{`1: 0="\r" 1="_x000D_" 2="😀 � � ä" 3="_x000_ _X000D_ _x000G_ _A_"`}},
		{"escape not across runs", `<row><c t="inlineStr"><is><r><t>_x00</t></r><r><t>0D_</t></r></is></c></row>`, []string{`1: 0="_x000D_"`}},
		{"cdata", `<row><c t="inlineStr"><is><t><![CDATA[<a>&amp;]]>&amp;</t></is></c></row>`, []string{`1: 0="<a>&amp;&"`}},
		{"no references", `<row><c><v>1</v></c><c><v>2</v></c></row><row><c r="C9"><v>3</v></c><c><v>4</v></c></row>`, []string{`1: 0#"1" 1#"2"`, `2: 2#"3" 3#"4"`}},
		{"gaps", `<row r="3"><c r="B3"><v>1</v></c><c r="AA3"><v>2</v></c></row><row r="10"/><row><c><v>3</v></c></row>`, []string{`3: 1#"1" 26#"2"`, `10:`, `11: 0#"3"`}},
		{"rows out of order", `<row r="5"/><row r="2"/><row r="x"/><row r="9999999999"/><row r="-1"/>`, []string{"5:", "6:", "7:", "8:", "9:"}},
		{"cells out of order and twice", `<row r="1"><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c><c r="C1"><v>4</v></c><c r="B1"/><c r="B1"><v>2</v></c></row>`, []string{`1: 0#"1" 1#"2" 2#"3"`}},
		{"cells without a value", `<row r="1"><c r="A1" s="1"/><c r="B1"></c><c r="C1"><v/></c><c r="D1"><v> </v></c><c r="E1" t="s"><v/></c><c r="F1"><f>A1</f></c><c r="G1"><v>1</v></c></row>`, []string{`1: 6#"1"`}},
		{"unusual references", `<row r="1"><c r="b1"><v>1</v></c><c r="D"><v>2</v></c><c r="$F$1"><v>3</v></c><c r="12"><v>4</v></c></row>`, []string{`1: 1#"1" 3#"2" 4#"3" 5#"4"`}},
		{"other elements", `<row r="1"><extLst><ext><c><v>9</v></c></ext></extLst><c r="A1"><extLst><v>8</v></extLst><v>1</v><v>2</v></c></row><extLst><row/></extLst>`, []string{`1: 0#"1"`}},
		{"unknown kind", `<row><c t="x"><v>y</v></c><c t="inlineStr"><v>z</v></c><c><is><t>7</t></is></c></row>`, []string{`1: 0="y" 1="z" 2="7"`}},
		{"a column too many", `<row r="1"><c r="A1"><v>1</v></c><c r="XFE1"><v>2</v></c><c r="B1"><v>3</v></c></row><row r="2"><c r="XFD2"><v>4</v></c><c r="ZZZZZZZZZZZZZZZ2"/></row>`,
			[]string{"1: more columns than the limit", `2: 16383#"4"`}},
		{"no such string", `<row><c t="s"><v>5</v></c></row><row><c t="s"><v>-1</v></c></row><row><c t="s"><v>0</v></c></row>`,
			[]string{"1: a cell names a shared string that does not exist", "2: a cell names a shared string that does not exist", `3: 0="zero"`}},
		{"prefix", `<x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c></x:row>`, []string{`1: 0="zero"`}},
		{"invalid utf-8", "<row><c t=\"str\"><v>K\xf6ln</v></c></row>", []string{`1: 0="K�ln"`}},
		{"tag in the middle of a tag", `<row r="1"><c><v>1</v></c></row><row r="2"<c><v>1</v></c></row>`, []string{`1: 0#"1"`, "not valid xml"}},
		{"end tag missing", `<row r="1"><c><v>1</v></c></row><row r="2"><c><v>1</v></row>`, []string{`1: 0#"1"`, "not valid xml"}},
		{"row inside a row", `<row r="1"><c><v>1</v></c><row r="2"/>`, []string{"not valid xml"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, memory := range []int{0, 1} { // with one byte, all shared strings are put aside
				b := openParts(t, Limits{memory: memory}, small(sheetOf(c.rows), table)...)
				if got := sheetLines(t, b, 0); !cmp.Equal(got, c.want) {
					t.Errorf("memory %d: %s\n%s", memory, c.rows, cmp.Diff(c.want, got))
				}
			}
		})
	}
}

func TestSheetEnds(t *testing.T) {
	const row = `<row r="1"><c><v>1</v></c></row>`
	for _, c := range []struct {
		name, sheet string
		want        []string
	}{
		{"no rows", `<worksheet><sheetData/></worksheet>`, nil},
		{"no data", `<worksheet><dimension/></worksheet>`, nil},
		{"empty", `<worksheet/>`, nil},
		{"nothing", ``, []string{"the xml ends in the middle"}},
		{"not xml", `hello`, []string{"the xml ends in the middle"}},
		{"cut in a row", `<worksheet><sheetData>` + row + `<row r="2"><c><v>2</v></c>`, []string{`1: 0#"1"`, "the xml ends in the middle"}},
		{"cut in a tag", `<worksheet><sheetData>` + row + `<row r="2"`, []string{`1: 0#"1"`, "the xml ends in the middle"}},
		{"cut behind a row", `<worksheet><sheetData>` + row, []string{`1: 0#"1"`, "the xml ends in the middle"}},
		{"doctype", `<!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData><row><c t="str"><v>&a;</v></c></row></sheetData></worksheet>`, []string{`1: 0="&a;"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := sheetLines(t, openParts(t, Limits{}, small(c.sheet, "")...), 0); !cmp.Equal(got, c.want) {
				t.Errorf("%s: %q, want %q", c.sheet, got, c.want)
			}
		})
	}
}

// A stream that breaks gives the rows before the break, then its own error.
func TestSheetBroken(t *testing.T) {
	broken := errors.New("broken")
	z := zipParts(t, small(sheetOf(strings.Repeat(`<row><c><v>1</v></c></row>`, 1000)), "")...)
	b, err := Open(t.Context(), z, func(f *zip.File) (io.ReadCloser, error) {
		in, err := f.Open()
		if err != nil || !strings.HasSuffix(f.Name, "sheet1.xml") {
			return in, err
		}
		return io.NopCloser(io.MultiReader(io.LimitReader(in, 1000), errReader{broken})), nil
	}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	got := sheetLines(t, b, 0)
	if len(got) < 30 || got[0] != `1: 0#"1"` || got[len(got)-1] != "broken" {
		t.Errorf("%q", got)
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func TestWorkbookParts(t *testing.T) {
	sheet := sheetOf(`<row><c s="1"><v>5</v></c></row>`)
	const styles = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs><dxfs><dxf><numFmt numFmtId="164" formatCode="0"/></dxf></dxfs></styleSheet>`
	type list = []testPart
	for _, c := range []struct {
		name  string
		parts list
		want  []string
	}{
		{"only the list and the sheet", list{{"xl/workbook.xml", testMain}, {"xl/worksheets/sheet1.xml", sheet}}, []string{"Log", `1: 0#"5"`}},
		{"absolute target", list{
			{"_rels/.rels", strings.ReplaceAll(testRoot, "xl/", "/office/")}, {"office/workbook.xml", testMain},
			{"office/_rels/workbook.xml.rels", strings.ReplaceAll(testRels, "worksheets/", "/elsewhere/")},
			{"elsewhere/sheet1.xml", sheet}, {"office/styles.xml", styles}}, []string{"Log", `1: 0#date:"5"`}},
		{"case and backslashes", list{
			{`_rels\.rels`, strings.ReplaceAll(testRoot, "/workbook", `\WORKBOOK`)}, {`XL\Workbook.xml`, testMain},
			{"xl/_rels/workbook.xml.rels", strings.ReplaceAll(testRels, "worksheets/", `.\Worksheets\`)},
			{"xl/worksheets/Sheet1.xml", sheet}}, []string{"Log", `1: 0#"5"`}},
		{"blank in a name", list{{"xl/workbook.xml", testMain},
			{"xl/_rels/workbook.xml.rels", strings.ReplaceAll(testRels, "sheet1", `my%20sheet`)},
			{"xl/worksheets/my sheet.xml", sheet}}, []string{"Log", `1: 0#"5"`}},
		{"sheet is missing", list{{"xl/workbook.xml", testMain}}, []string{"Log", `a part of the workbook is missing: "xl/worksheets/sheet1.xml"`}},
		{"strict and prefixes", list{
			{"_rels/.rels", `<p:Relationships><p:Relationship Id="a" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="xl/workbook.xml"/></p:Relationships>`},
			{"xl/workbook.xml", `<x:workbook><x:sheets><x:sheet name="A &amp; B_x005F_" sheetId="1" rel:id="a"/></x:sheets></x:workbook>`},
			{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet" Target="worksheets/a.xml"/></Relationships>`},
			{"xl/worksheets/a.xml", strings.NewReplacer("</", "</x:", "<", "<x:", "<?", "<?").Replace(sheetOf(`<row><c><v>5</v></c></row>`))}}, []string{"A & B_", `1: 0#"5"`}},
		{"chart sheets and hidden ones", list{
			{"xl/workbook.xml", `<workbook><workbookPr date1904="true"/><sheets><sheet name="A" r:id="1"/><sheet name="B" state="hidden" r:id="2"/><sheet name="C" state="veryHidden" r:id="3"/></sheets></workbook>`},
			{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="1" Type="x/chartsheet" Target="c.xml"/><Relationship Id="2" Type="x/worksheet" Target="a.xml"/><Relationship Id="3" Type="x/worksheet" Target="b.xml"/></Relationships>`},
			{"xl/a.xml", sheet}, {"xl/b.xml", sheet}}, []string{"1904", "B hidden", `1: 0#"5"`, "C hidden", `1: 0#"5"`}},
		{"utf-16", list{{"xl/workbook.xml", string(utf16Of([]byte(testMain), false, true))}, {"xl/worksheets/sheet1.xml", string(utf16Of([]byte(sheet), true, true))}}, []string{"Log", `1: 0#"5"`}},
		{"styles are damaged", list{{"xl/workbook.xml", testMain}, {"xl/worksheets/sheet1.xml", sheet}, {"xl/styles.xml", styles[:len(styles)-20]}},
			[]string{"xl/styles.xml: the xml ends in the middle", "Log", `1: 0#date:"5"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := openParts(t, Limits{}, c.parts...)
			var got []string
			if b.Date1904 {
				got = append(got, "1904")
			}
			if b.Problem != nil {
				got = append(got, b.Problem.Error())
			}
			for i, s := range b.Sheets {
				name := s.Name
				if s.Hidden {
					name += " hidden"
				}
				got = append(append(got, name), sheetLines(t, b, i)...)
			}
			if !cmp.Equal(got, c.want) {
				t.Error(cmp.Diff(c.want, got))
			}
		})
	}
}

func TestNoWorkbook(t *testing.T) {
	for _, c := range []struct {
		name string
		part testPart
		want error
	}{
		{"no list", testPart{"a.txt", "x"}, errNoPart},
		{"no sheets", testPart{"xl/workbook.xml", "<workbook><sheets/></workbook>"}, errNoWorkbook},
		{"cut", testPart{"xl/workbook.xml", "<workbook><sheets><sheet na"}, errPartCut},
		{"too many", testPart{"xl/workbook.xml", "<workbook>" + strings.Repeat("<sheet/>", mostSheets+1) + "</workbook>"}, errSheets},
	} {
		if _, err := Open(t.Context(), zipParts(t, c.part), openMember, Limits{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, zipParts(t, small(sheetOf(""), "")...), openMember, Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits: %v", err)
	}
}

func TestHiddenColumns(t *testing.T) {
	b := openParts(t, Limits{}, small(`<worksheet><cols><col min="1" max="3" hidden="1"/><col min="4" max="4"/><col min="5" max="5" hidden="true"/>`+
		`<col min="2" max="9" hidden="1"/><col min="8" max="7" hidden="1"/><col min="16384" max="99999999" hidden="1"/></cols><sheetData/></worksheet>`, "")...)
	r, err := b.Rows(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for col, want := range map[int]bool{0: true, 1: true, 2: true, 3: false, 4: true, 5: false, 7: false, 16382: false, 16383: true, 16384: false} {
		if r.Hidden(col) != want {
			t.Errorf("column %d: hidden is %v", col, !want)
		}
	}
}

func TestDateFormat(t *testing.T) {
	for code, want := range map[string]bool{
		"General": false, "0.00": false, "@": false, "#,##0.00 \"days\"": false, "[Red]0": false, "[$€-407]#,##0": false,
		`0\d`: false, "0_d": false, "0*s": false, "0.00E+00": false, "yyyy-mm-dd": true, "[h]:mm": true, "[$-409]d mmm": true, "[mm]": true,
		"[Red][SS]": true, "\"d\"h": true, "[Magenta]": false, "\"open": false, "[open": false, "": false, `\`: false, "0;[Red]-0;mm": true, "[]": false,
	} {
		if dateFormat(code) != want {
			t.Errorf("%q: %v", code, !want)
		}
	}
}

// A cell that is too long is cut, however it is written and wherever its pieces end.
func TestLongCells(t *testing.T) {
	for _, unit := range []string{"a", "ä", "&amp;", "_x000D_", "_xD83D__xDE00_", "<![CDATA[é]]>", "a &lt; _x_ b", "\r\n_x000D_"} {
		text := strings.Repeat(unit, 700_000/len(unit))
		for _, limit := range []int{1000, 100_000, 300_000} {
			sheet := sheetOf(`<row><c t="str"><v>` + text + `</v></c><c t="inlineStr"><is><t>` + text + `</t></is></c><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row><c><v>1</v></c></row>`)
			lim := Limits{Cell: limit}
			b := openParts(t, lim, small(sheet, `<sst><si><t>`+text+`</t></si><si><t>x</t></si></sst>`)...)
			full := fullText(text)
			r, err := b.Rows(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			cells, err := r.Next()
			if err != nil || len(cells) != 4 || string(cells[3].Text) != "x" || cells[3].Long {
				t.Fatalf("%q: %d cells, %v", unit, len(cells), err)
			}
			for _, c := range cells[:3] {
				if c.Long != (len(full) > limit) || len(c.Text) > limit || !strings.HasPrefix(full, string(c.Text)) {
					t.Errorf("%q, limit %d: cell %d: %d bytes of %d, long %v", unit, limit, c.Column, len(c.Text), len(full), c.Long)
				}
				if c.Long && len(c.Text) < limit-16 || !c.Long && string(c.Text) != full {
					t.Errorf("%q, limit %d: cell %d: only %d bytes of %d", unit, limit, c.Column, len(c.Text), len(full))
				}
			}
			if cells, err := r.Next(); err != nil || len(cells) != 1 {
				t.Errorf("%q: the row behind: %d cells, %v", unit, len(cells), err)
			}
			r.Close()
		}
	}
}

func fullText(raw string) string {
	raw = strings.NewReplacer("<![CDATA[", "", "]]>", "").Replace(raw)
	b := scan.AppendXMLText(nil, []byte(raw))
	n, _ := undoEscapes(b, true)
	return string(b[:n])
}

// An escape may be torn apart by pieces anywhere.
func TestUndoEscapesInPieces(t *testing.T) {
	for _, s := range []string{"_x000D_", "a_x005F_x000D_b", "_xD83D__xDE00_", "_xD83D__x0041_", "___x0041___", "_x_x0041_", "_x00_x0042_", "_xD83D_", "plain", "_"} {
		want := fullText(s)
		for i := range len(s) {
			for j := i; j <= len(s); j++ {
				c := partText{limit: 1 << 20}
				c.start()
				for _, piece := range []string{s[:i], s[i:j]} {
					c.buf = append(c.buf, piece...)
					c.settle(false)
				}
				c.buf = append(c.buf, s[j:]...)
				c.settle(true)
				if string(c.text()) != want {
					t.Errorf("%q cut at %d and %d: %q, want %q", s, i, j, c.text(), want)
				}
			}
		}
	}
}

func TestSharedStrings(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, keep := range []int{0, 300 << 10, 1 << 30} {
		s := sharedStrings{keep: keep, limit: 1 << 30}
		text := func(i int) string {
			n := i % 50
			if i%3000 == 7 {
				n = 300_000
			}
			return strings.Repeat(strconv.Itoa(i), n)
		}
		const count = 20_000
		for i := range count {
			if err := s.add([]byte(text(i)), i%11 == 0); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.seal(); err != nil {
			t.Fatal(err)
		}
		for i := range 2 * count {
			i = i * 7919 % count
			got, ok, err := s.get(i)
			if err != nil || !ok || string(got.text) != text(i) || got.long != (i%11 == 0) {
				t.Fatalf("keep %d: string %d is %.40q, long %v, %v, %v", keep, i, got.text, got.long, ok, err)
			}
		}
		for _, i := range []int{-1, count, 1 << 40} {
			if _, ok, err := s.get(i); ok || err != nil {
				t.Errorf("string %d is there", i)
			}
		}
		if s.cached > stringCache || s.kept > keep {
			t.Errorf("keep %d: %d bytes loaded, %d kept", keep, s.cached, s.kept)
		}
		if s.file == nil && keep < 1<<30 {
			t.Errorf("keep %d: nothing was put aside", keep)
		}
		s.close()
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSharedStringsEnd(t *testing.T) {
	sheet := sheetOf(`<row><c t="s"><v>0</v></c></row><row><c t="s"><v>3</v></c></row>`)
	item := `<si><t>` + strings.Repeat("x", 96) + `</t></si>`
	first := "1: 0=" + strconv.Quote(strings.Repeat("x", 96))
	for _, c := range []struct {
		name, table string
		limit       int64
		want        []string
	}{
		{"limit", "<sst>" + strings.Repeat(item, 5) + "</sst>", 300, []string{first, errStrings.Error()}},
		{"just below the limit", "<sst>" + strings.Repeat(item, 3) + item[:len(item)-12] + "</t></si></sst>", 400, []string{first, "2: 0=" + strconv.Quote(strings.Repeat("x", 93))}},
		{"cut", "<sst>" + strings.Repeat(item, 2) + "<si><t>abc", 0, []string{first, errPartCut.Error()}},
		{"damaged", "<sst>" + item + "<si<si>" + item, 0, []string{first, errPartXML.Error()}},
		{"missing", "", 0, []string{"1: " + string(errString), "2: " + string(errString)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := openParts(t, Limits{strings: c.limit}, small(sheet, c.table)...)
			if got := sheetLines(t, b, 0); !cmp.Equal(got, c.want) {
				t.Error(cmp.Diff(c.want, got))
			}
			if b.strings.err != nil != (b.Problem != nil) {
				t.Errorf("the table ends by %v, the problem is %v", b.strings.err, b.Problem)
			}
		})
	}
}

// repeated reads as if s stood there n times.
type repeated struct {
	s    string
	n    int
	pos  int
	peak *uint64 // largest heap seen
}

func (r *repeated) Read(p []byte) (n int, err error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	*r.peak = max(*r.peak, m.HeapAlloc)
	for n < len(p) {
		if r.n == 0 {
			return n, io.EOF
		}
		m := copy(p[n:], r.s[r.pos:])
		n += m
		if r.pos += m; r.pos == len(r.s) {
			r.pos = 0
			r.n--
		}
	}
	return n, nil
}

// Whatever a part repeats without end, memory has its bounds.
func TestSheetMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads half a GB")
	}
	t.Setenv("TMPDIR", t.TempDir())
	const size = 32 << 20
	for _, c := range []struct{ name, sheet, strings string }{
		{"one text", `<worksheet><sheetData><row><c t="str"><v>|some text `, ""},
		{"one cdata", `<worksheet><sheetData><row><c t="str"><v><![CDATA[|some text `, ""},
		{"one tag", `<worksheet><sheetData><row |a="b" `, ""},
		{"one comment", `<worksheet><!--| x `, ""},
		{"cells without a value", `<worksheet><sheetData><row>|<c><v> </v></c>`, ""},
		{"cells twice", `<worksheet><sheetData><row>|<c r="A1"><v>1</v></c>`, ""},
		{"long cells", `<worksheet><sheetData><row>|<c t="str"><v>` + strings.Repeat("x", 32000) + `</v></c>`, ""},
		{"open tags", `<worksheet><sheetData><row><f>|<a>`, ""},
		{"runs", `<worksheet><sheetData><row><c><is>|<r><t>some text</t></r>`, ""},
		{"columns", `<worksheet><cols>|<col min="1" max="16384" hidden="1"/>`, ""},
		{"less than", `<worksheet><sheetData><row><c t="str"><v>|< `, ""},
		{"ampersands", `<worksheet><sheetData><row><c t="str"><v>|&#12345`, ""},
		{"underscores", `<worksheet><sheetData><row><c t="str"><v>|_x005F`, ""},
		{"shared", "<worksheet/>", `<sst>|<si><t>` + strings.Repeat("shared text ", 100) + `</t></si>`},
		{"shared, empty", "<worksheet/>", `<sst>|<si/>`},
		{"shared, one text", "<worksheet/>", `<sst><si><t>|some text `},
	} {
		t.Run(c.name, func(t *testing.T) {
			z := zipParts(t, small("x", "x")...)
			peak := uint64(0)
			open := func(f *zip.File) (io.ReadCloser, error) {
				data := ""
				switch {
				case strings.HasSuffix(f.Name, "sheet1.xml"):
					data = c.sheet
				case strings.HasSuffix(f.Name, "sharedStrings.xml"):
					data = c.strings
				default:
					return f.Open()
				}
				head, unit, _ := strings.Cut(data, "|")
				n := 0
				if unit != "" {
					n = size / len(unit)
				}
				return io.NopCloser(io.MultiReader(strings.NewReader(head), &repeated{s: unit, n: n, peak: &peak})), nil
			}
			var before runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			b, err := Open(t.Context(), z, open, Limits{Cell: 1 << 20, memory: 1 << 20, strings: size})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			for i := range b.Sheets {
				r, err := b.Rows(t.Context(), i)
				if err != nil {
					continue
				}
				for err == nil {
					_, err = r.Next()
					if _, ok := err.(RowError); ok {
						err = nil
					}
				}
				r.Close()
			}
			if grown := int64(peak) - int64(before.HeapAlloc); grown > 48<<20 {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			} else {
				t.Logf("the heap grew by %d MiB", grown>>20)
			}
		})
	}
}

// FuzzSheet reads any sheet with any shared strings.
func FuzzSheet(f *testing.F) {
	f.Add([]byte(sheetOf(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><r><t>_x000D_</t></r><rPh/></is></c></row><row><c s="1"><v>1</v></c></row>`)),
		[]byte(`<sst><si><t>zero</t></si><si><r><t>a</t></r><rPh><t>p</t></rPh></si></sst>`))
	f.Add([]byte(`<worksheet><cols><col min="1" max="3" hidden="1"/></cols><sheetData><row r="9"><c r="B9" t="e"><v>#N/A</v></c><c r="A9"><v>1</v></c><c t="b"><v>1</v></c></row></sheetData>`), []byte(`<sst><si/>`))
	f.Add([]byte(`<x:worksheet><x:sheetData><x:row><x:c r="XFE1" t="str"><f>a</f><v><![CDATA[x]]>&amp;</v></x:c></x:row></x:sheetData></x:worksheet>`), []byte(""))
	f.Fuzz(func(t *testing.T, sheet, table []byte) {
		parts := map[string][]byte{"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": table}
		z := &zip.Reader{File: []*zip.File{
			{FileHeader: zip.FileHeader{Name: "xl/workbook.xml"}}, {FileHeader: zip.FileHeader{Name: "xl/worksheets/sheet1.xml"}},
			{FileHeader: zip.FileHeader{Name: "xl/sharedStrings.xml"}},
		}}
		open := func(f *zip.File) (io.ReadCloser, error) {
			if data, ok := parts[f.Name]; ok {
				return io.NopCloser(bytes.NewReader(data)), nil
			}
			return io.NopCloser(strings.NewReader(testMain)), nil
		}
		lim := Limits{Cell: 40, Columns: 50, strings: 10_000, memory: 1}
		b, err := Open(t.Context(), z, open, lim)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		r, err := b.Rows(t.Context(), 0)
		if err != nil {
			return
		}
		defer r.Close()
		last := int64(0)
		for {
			cells, err := r.Next()
			if _, ok := err.(RowError); err != nil && !ok {
				return
			}
			if r.Number <= last {
				t.Fatalf("row %d behind row %d", r.Number, last)
			}
			last = r.Number
			checkCells(t, cells, lim)
		}
	})
}

func checkCells(t *testing.T, cells []Cell, lim Limits) {
	col := -1
	for _, c := range cells {
		if c.Column <= col || c.Column >= lim.Columns || len(c.Text) > lim.Cell {
			t.Fatalf("cell %d behind cell %d, of %d bytes", c.Column, col, len(c.Text))
		}
		if !bytes.Equal(bytes.ToValidUTF8(c.Text, nil), c.Text) || bytes.IndexByte(c.Text, 0) >= 0 {
			t.Fatalf("%q is not text", c.Text)
		}
		col = c.Column
	}
}

// utf16Of is b in UTF-16, with a mark or without.
func utf16Of(b []byte, big, mark bool) []byte {
	order := binary.AppendByteOrder(binary.LittleEndian)
	if big {
		order = binary.BigEndian
	}
	var out []byte
	if mark {
		out = order.AppendUint16(out, 0xfeff)
	}
	for _, u := range utf16.Encode([]rune(string(b))) {
		out = order.AppendUint16(out, u)
	}
	return out
}
