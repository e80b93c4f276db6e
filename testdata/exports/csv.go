package exports

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
)

// A heading is a column of an export: how it is called there, and which value it shows.
type heading struct{ name, column string }

// Columns of the exports.
var (
	logicalNames = same("plugintracelogid", "typename", "messagename", "primaryentity", "operationtype", "mode", "depth", "createdon",
		"performanceexecutionstarttime", "performanceexecutionduration", "performanceconstructorduration", "correlationid",
		"requestid", "messageblock", "exceptiondetails")
	// queryNames are the columns that people ask for.
	queryNames = same("plugintracelogid", "createdon", "typename", "messagename", "primaryentity", "operationtype", "mode", "depth",
		"performanceexecutionduration", "correlationid", "requestid", "messageblock", "exceptiondetails")
	displayNames = []heading{
		{"Type Name", "typename"}, {"Message Name", "messagename"}, {"Primary Entity", "primaryentity"}, {"Operation Type", "operationtype:label"},
		{"Mode", "mode:label"}, {"Depth", "depth"}, {"Created On", "createdon"}, {"Execution Duration", "performanceexecutionduration"},
		{"Constructor Duration", "performanceconstructorduration"}, {"Correlation Id", "correlationid"}, {"Request ID", "requestid"},
		{"Message Block", "messageblock"}, {"Exception Details", "exceptiondetails"},
	}
	hiddenNames = []heading{
		{"(Do Not Modify) Plug-in Trace Log", "plugintracelogid"}, {"(Do Not Modify) Row Checksum", "=Ab1xQ9+/kd8w=="}, {"(Do Not Modify) Modified On", "="},
	}
	ppdsNames = []heading{
		{"ID", "plugintracelogid"}, {"Created On", "createdon"}, {"Plugin Name", "typename"}, {"Entity Name", "primaryentity"},
		{"Message Name", "messagename"}, {"Operation Type", "operationtype"}, {"Mode", "mode"}, {"Depth", "depth"},
		{"Duration (ms)", "performanceexecutionduration"}, {"Constructor Duration (ms)", "performanceconstructorduration"}, {"Status", "status"},
		{"Exception Details", "exceptiondetails"}, {"Message Block", "messageblock"}, {"Configuration", "="}, {"Secure Configuration", "secureconfiguration"},
		{"Correlation ID", "correlationid"}, {"Request ID", "requestid"}, {"Plugin Step ID", "pluginstepid"}, {"Persistence Key", "="},
	}
	ppdsKeys = []heading{
		{"id", "plugintracelogid"}, {"createdOn", "createdon"}, {"pluginName", "typename"}, {"entityName", "primaryentity"},
		{"messageName", "messagename"}, {"operationType", "operationtype"}, {"mode", "mode"}, {"depth", "depth"},
		{"duration", "performanceexecutionduration"}, {"constructorDuration", "performanceconstructorduration"}, {"status", "status"},
		{"exceptionDetails", "exceptiondetails"}, {"messageBlock", "messageblock"}, {"configuration", "="}, {"secureConfiguration", "secureconfiguration"},
		{"correlationId", "correlationid"}, {"requestId", "requestid"}, {"pluginStepId", "pluginstepid"}, {"persistenceKey", "="},
	}
	viewerNames = []heading{
		{"Corr", "=A"}, {"Created", "createdon"}, {"Start Date", "performanceexecutionstarttime:2006-01-02"}, {"Start Time", "performanceexecutionstarttime:15:04:05.000"},
		{"Duration", "performanceexecutionduration"}, {"Operation", "operationtype:label"}, {"Plugin", "typename"}, {"Step", "=Fabrikam: step"},
		{"Depth", "depth"}, {"Mode", "mode:label"}, {"Stage", "=Post-operation"}, {"Rank", "=1"}, {"Message", "messagename"},
		{"Entity", "primaryentity"}, {"Trace Size", "=120"}, {"Correlation GUID", "correlationid"}, {"Request GUID", "requestid"},
		{"Exception", "summary"}, {"Message Trace", "messageblock"}, {"Exception Details", "exceptiondetails"},
	}
	insightsExceptions = []heading{
		{"timestamp [UTC]", "createdon:2006-01-02T15:04:05.000Z"}, {"problemId", "=Fabrikam.Guard"}, {"type", "=Plugin"}, {"outerMessage", "exceptiondetails"},
		{"operation_Id", "correlationid"}, {"operation_ParentId", "requestid"}, {"customDimensions", "dimensions"},
	}
	insightsDependencies = []heading{
		{"timestamp [UTC]", "createdon:2006-01-02T15:04:05.000Z"}, {"name", "messagename"}, {"target", "typename"}, {"type", "=Plugin"},
		{"duration", "performanceexecutionduration"}, {"success", "=True"}, {"operation_Id", "correlationid"}, {"operation_ParentId", "requestid"},
		{"customDimensions", "dimensions"},
	}
)

func same(columns ...string) (out []heading) {
	for _, c := range columns {
		out = append(out, heading{c, c})
	}
	return out
}

// with returns the headings with another way to print a column.
func with(h []heading, column, how string) []heading {
	h = slices.Clone(h)
	for i := range h {
		if name, _, _ := strings.Cut(h[i].column, ":"); name == column {
			h[i].column = column + ":" + how
		}
	}
	return h
}

// but returns the headings without a column.
func but(h []heading, column string) []heading {
	return slices.DeleteFunc(slices.Clone(h), func(h heading) bool { return h.column == column })
}

// powerShellNames has every attribute twice, as Export-Csv writes the records of Get-CrmRecords.
func powerShellNames() (out []heading) {
	for _, h := range with(with(with(logicalNames, "mode", "label"), "operationtype", "label"), "createdon", "2006-01-02 15:04:05") {
		out = append(out, heading{h.name + "_Property", "=[" + h.name + ", Microsoft.Xrm.Sdk.OptionSetValue]"}, h)
	}
	return append(out, heading{"original", "=System.Collections.Hashtable"}, heading{"logicalname", "=plugintracelog"},
		heading{"EntityReference", "=Microsoft.Xrm.Sdk.EntityReference"}, heading{"ReturnProperty_EntityName", "=plugintracelog"}, heading{"ReturnProperty_Id ", "=1"})
}

// A Table is an export as rows of texts, the headings first.
type Table [][]string

func traceTable(entries []Trace, columns []heading) Table {
	g := Table{nil}
	for _, h := range columns {
		g[0] = append(g[0], h.name)
	}
	for _, e := range entries {
		var row []string
		for _, h := range columns {
			row = append(row, e.Value(h.column))
		}
		g = append(g, row)
	}
	return g
}

// CSV writes a table with a delimiter and a line end. Texts in quotes keep their own line ends.
func (t Table) CSV(comma, end string) []byte {
	var b []byte
	for _, row := range t {
		b = appendRow(b, row, comma, end, func(v string) bool {
			return strings.ContainsAny(v, "\"\r\n"+comma) || strings.TrimSpace(v) != v
		})
	}
	return b
}

// appendRow appends a row of CSV; needed tells which cells get quotes.
func appendRow(dst []byte, row []string, comma, end string, needed func(string) bool) []byte {
	for i, v := range row {
		if i > 0 {
			dst = append(dst, comma...)
		}
		if needed(v) {
			dst = appendQuoted(dst, []byte(v))
		} else {
			dst = append(dst, v...)
		}
	}
	return append(dst, end...)
}

// quotedCSV puts every cell in quotes, as PowerShell does.
func (t Table) quotedCSV() []byte {
	var b []byte
	for _, row := range t {
		b = appendRow(b, row, ",", "\r\n", func(string) bool { return true })
	}
	return b
}

// A textEncoding writes a text, given in UTF-8, in another way.
type textEncoding struct {
	name string
	to   func([]byte) []byte
}

var encodings = []textEncoding{
	{"utf-8", func(b []byte) []byte { return b }},
	{"utf-8 bom", func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) }},
	{"utf-16le bom", func(b []byte) []byte { return toUTF16(append([]byte("\ufeff"), b...), binary.LittleEndian) }},
	{"utf-16be bom", func(b []byte) []byte { return toUTF16(append([]byte("\ufeff"), b...), binary.BigEndian) }},
	{"utf-16le", func(b []byte) []byte { return toUTF16(b, binary.LittleEndian) }},
}

// wide is UTF-16 as Windows writes it, with a byte order mark.
func wide(b []byte) []byte { return encodings[2].to(b) }

func toUTF16(b []byte, order binary.AppendByteOrder) (out []byte) {
	for _, u := range utf16.Encode([]rune(string(b))) {
		out = order.AppendUint16(out, u)
	}
	return out
}

func to1252(b []byte) ([]byte, error) { return charmap.Windows1252.NewEncoder().Bytes(b) }

// fits1252 reports whether an entry can be written in windows-1252.
func fits1252(e Trace) bool {
	_, err := to1252([]byte(e.Exception + e.Block))
	return err == nil
}
