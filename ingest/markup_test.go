package ingest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What one row of a page or of a workbook in XML holds beyond a limit costs that row alone.
func TestMarkupLimits(t *testing.T) {
	page := func(rows string) string {
		return "<html><table><tr><th>typename<th>exceptiondetails" + rows + "<tr><td>A<td>last</table></html>"
	}
	book := func(rows string) string {
		return `<Workbook xmlns:ss="x"><Worksheet ss:Name="Log"><Table><Row><Cell><Data>typename</Data></Cell><Cell><Data>exceptiondetails</Data></Cell></Row>` +
			rows + `<Row><Cell><Data>A</Data></Cell><Cell><Data>last</Data></Cell></Row></Table></Worksheet></Workbook>`
	}
	lim := Limits{Cell: 1 << 20, Record: 2 << 20, Columns: 100}
	for _, c := range []struct{ name, file, data, reason string }{
		{"long row", "a.html", page("<tr><td>A<td>" + strings.Repeat("x ", 4<<20) + "</tr>"), reasonLong},
		{"long cell", "a.html", page("<tr><td>A<td>" + strings.Repeat("x ", 600<<10) + "</tr>"), reasonCell},
		{"wide span", "a.html", page("<tr><td colspan=999999999>A<td>bad"), "more columns than the limit"},
		{"long row", "a.xml", book("<Row><Cell><Data>" + strings.Repeat("x ", 4<<20) + "</Data></Cell></Row>"), reasonLong},
		{"far cell", "a.xml", book(`<Row><Cell ss:Index="2000000000"><Data>far</Data></Cell></Row>`), "more columns than the limit"},
		{"wide span", "a.xml", book(`<Row><Cell ss:MergeAcross="2000000000"><Data>far</Data></Cell></Row>`), "more columns than the limit"},
		{"row not closed", "a.xml", book(`<Row><Cell><Data>torn</Data>`), reasonElement},
	} {
		t.Run(c.file+" "+c.name, func(t *testing.T) {
			x := readData(t, c.file, []byte(c.data), Options{Limits: lim})
			if diff := cmp.Diff([]string{"last"}, x.column("error_text")); diff != "" {
				t.Errorf("texts: -want +got:\n%s", diff)
			}
			var reasons []string
			for _, r := range x.rejects {
				reasons = append(reasons, r.Reason)
			}
			if !slices.Equal(reasons, []string{c.reason}) {
				t.Errorf("rejects %q, want %q", reasons, c.reason)
			}
		})
	}
}

// The same rows as a table of a page, as a worksheet and as CSV are the same records.
func TestMarkupIsCSV(t *testing.T) {
	want := readData(t, "a.csv", []byte("typename,createdon,exceptiondetails\nA,2026-11-22 09:14:03,one & <two>\nB,2026-11-22 09:15:00,\n"), Options{})
	for name, data := range map[string]string{
		"a.html": "<TABLE><TR><TH>typename</TH><TH>createdon</TH><TH>exceptiondetails</TH></TR><TR><TD>A</TD><TD>2026-11-22 09:14:03</TD><TD>one &amp; &lt;two&gt;</TD></TR>" +
			"<TR><TD>B</TD><TD>2026-11-22 09:15:00</TD><TD></TD></TR></TABLE>",
		"a.xml": `<Workbook><ss:Worksheet ss:Name="x"><Table><Row><Cell><Data>typename</Data></Cell><Cell><Data>createdon</Data></Cell><Cell><Data>exceptiondetails</Data></Cell></Row>` +
			`<Row><Cell><Data>A</Data></Cell><Cell><Data>2026-11-22T09:14:03.000</Data></Cell><Cell><Data>one &amp; &lt;two&gt;</Data></Cell></Row>` +
			`<Row><Cell><Data>B</Data></Cell><Cell><Data>2026-11-22T09:15:00.000</Data></Cell></Row></Table></ss:Worksheet></Workbook>`,
	} {
		got := readData(t, name, []byte(data), Options{})
		for _, column := range []string{"record_id", "type_name", "occurred_at", "error_text", "outcome"} {
			if diff := cmp.Diff(want.column(column), got.column(column)); diff != "" {
				t.Errorf("%s, %s: -csv +%s:\n%s", name, column, name, diff)
			}
		}
	}
}

// Markup that claims much, nests or never ends is read in time that grows with its bytes. Each of these
// took minutes with a reader that pays for what is claimed, or looks at the rest again for each row.
func TestMarkupIsLinear(t *testing.T) {
	for _, piece := range []string{"<tr>", "<table>", "<tr><table>", "</table>", "<tr><td>", "<td", "<tr><td colspan=16000><td>x</tr>", "<table><tr><td colspan=16000><td>x</tr>",
		"<tr><td>&amp;<b></td></tr>", "<tr><!--"} {
		data := "<html><table><tr><th>exceptiondetails</tr>" + strings.Repeat(piece, 2<<20/len(piece))
		x := readData(t, "a.html", []byte(data), Options{})
		if x.files[0].Bytes != int64(len(data)) {
			t.Errorf("%q: %d of %d bytes read", piece, x.files[0].Bytes, len(data))
		}
	}
}
