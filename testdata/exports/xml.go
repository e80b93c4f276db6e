package exports

import (
	"bytes"
	"fmt"
)

// viewerXML is what the Plugin Trace Viewer saves: an element per attribute, named by it.
func viewerXML(entries []Trace, layout string) []byte {
	kinds := map[string]string{"operationtype": "OptionSetValue", "mode": "OptionSetValue", "depth": "Int32", "createdon": "DateTime",
		"performanceexecutionstarttime": "DateTime", "performanceexecutionduration": "Int32", "correlationid": "Guid", "requestid": "Guid"}
	var b bytes.Buffer
	b.WriteString(`<Entities EntityName="plugintracelog" MoreRecords="False" TotalRecordCount="-1" PagingCookie="">` + "\r\n")
	for _, e := range entries {
		fmt.Fprintf(&b, "  <plugintracelog id=%q>\r\n", e.ID)
		for _, h := range with(with(logicalNames[1:], "createdon", layout), "performanceexecutionstarttime", layout) {
			if text := e.Value(h.column); text != "" {
				kind := kinds[h.name]
				if kind == "" {
					kind = "String"
				}
				fmt.Fprintf(&b, "    <%s type=%q>%s</%[1]s>\r\n", h.name, kind, xmlText(text))
			}
		}
		b.WriteString(`    <step.name entitylogicalname="sdkmessageprocessingstep" attributelogicalname="name" type="String">Fabrikam: Update of salesorder</step.name>` + "\r\n")
		if e.Exception != "" {
			fmt.Fprintf(&b, "    <exceptionsummary type=\"String\">%s</exceptionsummary>\r\n", xmlText(e.Value("summary")))
		}
		b.WriteString("    <tracesize type=\"Int32\">120</tracesize>\r\n    <correlation type=\"String\">A</correlation>\r\n  </plugintracelog>\r\n")
	}
	b.WriteString("</Entities>")
	return b.Bytes()
}

// basicXML is the other style of the same library: elements named Attribute.
func basicXML(entries []Trace, layout string) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><Entities EntityName="plugintracelog">`)
	for _, e := range entries {
		fmt.Fprintf(&b, `<Entity name="plugintracelog" id="%s">`, e.ID)
		for _, h := range with(with(logicalNames[1:], "createdon", layout), "performanceexecutionstarttime", layout) {
			if text := e.Value(h.column); text != "" {
				fmt.Fprintf(&b, `<Attribute name="%s" type="String">%s</Attribute>`, h.name, xmlText(text))
			}
		}
		b.WriteString("</Entity>")
	}
	b.WriteString("</Entities>")
	return b.Bytes()
}

// xmlText is a text in XML.
func xmlText(s string) string { return string(AppendXML(nil, []byte(s))) }
