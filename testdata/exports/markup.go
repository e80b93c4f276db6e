package exports

import (
	"bytes"
	"fmt"
	"html"
	"strings"
)

// xmlss writes a table as XML Spreadsheet 2003. Empty cells are left out, as Excel does, and the next
// one says where it stands; line breaks in a cell are references.
func (g Table) xmlss() []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0"?>` + "\n" + `<?mso-application progid="Excel.Sheet"?>` + "\n" +
		`<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">` + "\n" +
		`<Worksheet ss:Name="Plug-in Trace Logs"><Table>` + "\n")
	for _, row := range g {
		b.WriteString("<Row>")
		gap := false
		for i, v := range row {
			if v == "" {
				gap = true
				continue
			}
			b.WriteString("<Cell")
			if gap {
				fmt.Fprintf(&b, ` ss:Index="%d"`, i+1)
			}
			gap = false
			b.WriteString(`><Data ss:Type="String">` + dataText.Replace(v) + "</Data></Cell>")
		}
		b.WriteString("</Row>\n")
	}
	b.WriteString("</Table></Worksheet></Workbook>\n")
	return b.Bytes()
}

var dataText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;", "\n", "&#10;")

// html writes a table as the table of a page, every other row without end tags.
func (g Table) html() []byte {
	var b bytes.Buffer
	b.WriteString("<html><head><meta charset=\"utf-8\"></head><body>\n<table border=\"1\">\n")
	for i, row := range g {
		cell, ends := "td", i%2 == 0
		if i == 0 {
			cell = "th"
		}
		b.WriteString("<tr>")
		for _, v := range row {
			b.WriteString("<" + cell + ">" + html.EscapeString(v))
			if ends {
				b.WriteString("</" + cell + ">")
			}
		}
		if ends {
			b.WriteString("</tr>\n")
		}
	}
	b.WriteString("</table></body></html>\n")
	return b.Bytes()
}
