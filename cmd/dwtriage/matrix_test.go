package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"dwtriage/classify"
	"dwtriage/ingest"
)

// The same 50 records, invented, exported in every format and put into every container, must
// give the same identities, verdicts and totals. A format is compared in all that it carries.
// TestMatrix reads and classifies format × container. TestMatrixCommand runs the whole command, which
// costs a hundred times as much, for a diagonal: one format of each set and extension, and each
// container. With -full it runs it for every format, and for one format in every container.

var full = flag.Bool("full", false, "run the whole command for every format, as .ci/run does")

// A traceEntry is one row of table plugintracelog.
type traceEntry struct {
	id, correlation, request string
	typeName, message, table string
	operation, mode, depth   int
	duration, constructor    int
	created                  time.Time
	block, exception         string
	signature, status        string // what the rules make of it
}

const (
	fault     = "Exception type: System.ServiceModel.FaultException`1[Microsoft.Xrm.Sdk.OrganizationServiceFault]\n"
	oldFault  = "Unhandled Exception: System.ServiceModel.FaultException`1[[Microsoft.Xrm.Sdk.OrganizationServiceFault, Microsoft.Xrm.Sdk, Version=9.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]: "
	contracts = `<OrganizationServiceFault xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.microsoft.com/xrm/2011/Contracts">` + "\n"
	isv       = "An unexpected error occurred from ISV code. (ErrorType = ClientError) Unexpected exception from plug-in (Execute): "
)

// traceTexts are what differs between the entries: what happened, and what the rules call it.
// An empty exception is a step that went well.
var traceTexts = []struct{ exception, signature, status, trace string }{
	{"Unhandled exception: \n" + fault + "Message: 'contact' table does not contain column with Name = 'northwind_vip' and NameMapping = 'Logical'.Detail: \n" + contracts + "  <ErrorCode>-2147217149</ErrorCode>",
		"dv-attribute-not-on-entity", "observed", "Reading contact"},
	{"", "", "ok", "Nothing to do"},
	{oldFault + "Credit limit of customer C-1001 is used up.Detail: \n" + contracts + `  <ActivityId>6b1c2d3e-0000-4000-8000-00000000a001</ActivityId>
  <ErrorCode>-2147220891</ErrorCode>
  <ErrorDetails xmlns:d2p1="http://schemas.datacontract.org/2004/07/System.Collections.Generic">
    <KeyValuePairOfstringanyType>
      <d2p1:key>OperationStatus</d2p1:key>
      <d2p1:value xmlns:d4p1="http://www.w3.org/2001/XMLSchema" i:type="d4p1:int">0</d2p1:value>
    </KeyValuePairOfstringanyType>
  </ErrorDetails>
  <Message>Credit limit of customer C-1001 is used up.</Message>
  <Timestamp>2026-11-21T18:24:46.4900727Z</Timestamp>
  <InnerFault i:nil="true" />
  <TraceText>Entered CreditCheck; limit &lt; 0 &amp; blocked</TraceText>
</OrganizationServiceFault>`,
		"dv-isv-aborted", "documented", "Limit 5.000,00; used 5.000,01"},
	{"Unhandled exception: \r\n" + strings.ReplaceAll(fault, "\n", "\r\n") + "Message: Der Datensatz kann wegen einer Zuordnung nicht gelöscht werden.Detail: \r\n" + strings.ReplaceAll(contracts, "\n", "\r\n") + "  <ErrorCode>-2147220953</ErrorCode>",
		"dv-delete-referenced", "observed", "Lösche Straße \"Königsallee\"; Größe: 12 m²"},
	{"", "", "ok", "Entered Execute\r\n\tindented by a tab\r\n    and by blanks\r\nLooking up region \"North\", \"South\""},
	{"System.ArgumentException: Incorrect attribute value type System.String\nParameter name: contoso_priority",
		"dv-attribute-value-type", "observed", "a,b;c\td"},
	{"Exception type: System.NullReferenceException\nMessage: Der Objektverweis wurde nicht auf eine Objektinstanz festgelegt.\n   bei Contoso.Crm.RecalcTotals.Execute(IServiceProvider serviceProvider)",
		"dv-null-reference", "documented", "Zwischensumme: 1.234,50 €"},
	{"Unhandled exception: \n" + fault + "Message: Sql error: Generic SQL error. CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: 1205Detail: \n" + contracts + "  <ErrorCode>-2147204784</ErrorCode>",
		"dv-sql-deadlock-1205", "documented", "Retry 1 of 3"},
	{"", "", "ok", "🚚 shipment 4711 sent"},
	{oldFault + "The plug-in execution failed because the operation has timed-out at the Sandbox Client.\nSystem.TimeoutException: The request channel timed out while waiting for a reply after 00:02:00.0312500.Detail: \n" + contracts + "  <ErrorCode>-2147204751</ErrorCode>\n</OrganizationServiceFault>",
		"dv-sandbox-timeout", "documented", "Waiting"},
	{"Exception type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException\nMessage: Der Wert \"_x000D_\" ist keine Farbe; erlaubt sind \"rot\", \"grün\".",
		"", "unknown", "The literal _x000D_ and _x0041_ stay"},
	{isv + "Contoso.Plugins.Rollup: System.InvalidCastException: Unable to cast object of type 'Microsoft.Xrm.Sdk.EntityReference' to type 'System.IConvertible'.",
		"plugin-invalid-cast", "observed", ""},
	{"", "", "ok", "Skipped, no change\n\n\nthree line ends before this"},
	{isv + "Contoso.Plugins.RateCall: Newtonsoft.Json.JsonReaderException: Unexpected character encountered while parsing value: <. Path '', line 0, position 0.",
		"plugin-json-unreadable", "observed", `GET {"rate":"USD","at":null}`},
	{"A validation error occurred. The value 5 of 'contoso_paymentterm' on record of type 'contoso_contract' is outside the valid range. Accepted Values: 1,2,3,192350001",
		"dv-choice-value-invalid", "observed", "=1+1 is no formula"},
	{"Unhandled exception: \n" + fault + "Message: Number of requests exceeded the limit of 6000 over time window of 300 seconds.Detail: \n" + contracts + "  <ErrorCode>-2147015902</ErrorCode>",
		"dv-throttle-requests", "documented", "429"},
	{"", "", "ok", ""},
	{"Exception type: System.Net.Http.HttpRequestException\nMessage: No connection could be made because the target machine actively refused it. (rates.contoso.com:8443)\n   at System.Net.Http.ConnectHelper.ConnectAsync(String host, Int32 port)",
		"net-connection-refused", "observed", `C:\new\table`},
	{"Cannot insert the value NULL into column 'new_RegionId', table 'db_contoso.dbo.new_depotBase'; column does not allow nulls. INSERT fails.",
		"sql-null-column", "observed", "' \" `"},
	{"", "", "ok", "Café, naïve, œuvre – “quoted” … 10 ½"},
	{isv + "Microsoft.Dynamics.Integrator.DualWriteRuntime.Plugins.PostCommitPlugin: System.Exception: failed to process entity account - ({\\\"RecordError0\\\":\\\"Write failed for entity Customers V3 with unknown exception - Party record not found for party type \\u0027Person\\u0027\\\"})",
		"dw-party-record-not-found", "documented", "Batch of 5 records"},
	{"Exception type: System.ServiceModel.FaultException`1[Microsoft.Xrm.Sdk.OrganizationServiceFault]\nMessage: Zeitüberschreitung 🕛.Detail: \n" + contracts + "  <ErrorCode>-2147160761</ErrorCode>",
		"dv-applock-timeout", "documented", "Sperre"},
	{"", "", "ok", "<b>no markup</b> &amp; no entity"},
	{"Unhandled exception: \nException type: System.AggregateException\nMessage: Mindestens ein Fehler ist aufgetreten.\n   bei System.Threading.Tasks.Task.ThrowIfExceptional(Boolean includeTaskCanceledExceptions)",
		"plugin-aggregate-exception", "observed", "#TYPE is no heading here"},
	{"System.Data.SqlClient.SqlException (0x80131904): Timeout. ClientConnectionId:5b0f1c6e-3d47-4a19-b2d8-90e7c4f1a635 Error Number:-2,State:0,Class:11",
		"dv-sql-timeout", "documented", "sep=;"},
	{"", "", "ok", "1,234.50;\"x\";'y'"},
	{isv + "Contoso.Plugins.FindRate: System.InvalidOperationException: Sequence contains no elements",
		"plugin-sequence-empty", "observed", "rates\n\"\"\n,"},
	{"Unhandled exception: \n" + fault + "Message: Didn’t receive a response from the Fabrikam.Crm.RecalculateTotals plug-in within the 2:20-minute limit.Detail: \n" + contracts + "  <ErrorCode>-2146954991</ErrorCode>",
		"dv-sandbox-execute-timeout", "documented", "Totals"},
	{"The user (Id = b7c8d9e0-f1a2-4334-9556-677889900aab) has not been assigned any roles.",
		"dv-user-no-roles", "documented", "Roles: none"},
	{"", "", "ok", "{\"value\":[{\"id\":1}]}"},
	{"The webhook call failed because the http request received non-success httpStatus code. Please check your webhook request handler.",
		"dv-webhook-failed", "observed", "POST\r\n\r\n{}"},
	{"Unhandled exception: \nException type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException\nMessage: Aufträge der Firma Müller & Söhne, \"Nord\", sind gesperrt\n\n   bei Contoso.Crm.Plugins.Lock.Run() in Lock.cs:Zeile 61",
		"", "unknown", "ÄÖÜ äöü ß"},
	{"", "", "ok", "last line ends with a line end\n"},
	{"", "", "ok", "Done"},
	{"", "", "ok", "Done, too"},
}

// traces are 35 entries. Their types, tables and times follow from their place.
func traces() []traceEntry {
	types := []string{"Fabrikam.Crm.Plugins.OrderGuard", "Contoso.Crm.CreditCheck", "Northwind.Dispatch.PlanVisit"}
	messages := []string{"Create", "Update", "contoso_Recalculate"}
	tables := []string{"salesorder", "account", "contact", "none"}
	var out []traceEntry
	for i, x := range traceTexts {
		e := traceEntry{
			id:          fmt.Sprintf("%08x-1b2c-4d3e-8f4a-5b6c7d8e9f%02x", 0x7b0f0000+i*977, i),
			correlation: fmt.Sprintf("%08x-c0c0-4aaa-9bbb-0123456789%02x", 0x11110000+i*31, i),
			request:     fmt.Sprintf("%08x-d1d1-4ccc-8ddd-abcdefabcd%02x", 0x22220000+i*17, i),
			typeName:    types[i%len(types)], message: messages[i%2+i%5/4], table: tables[i%len(tables)],
			operation: 1 + i%7/6, mode: i % 2, depth: 1 + i%3, duration: 12 + i*i*7, constructor: i,
			created:   time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC).Add(time.Duration(i) * 1471 * time.Second),
			exception: x.exception, signature: x.signature, status: x.status,
		}
		if i%6 == 5 {
			e.request = "00000000-0000-0000-0000-000000000000"
		}
		if x.trace != "" {
			e.block = fmt.Sprintf("[Fabrikam.Crm: %s]\n[%s: %s: %s of %s]\n%s", e.typeName, e.id, e.typeName, e.message, e.table, x.trace)
		}
		out = append(out, e)
	}
	return out
}

// value is what the entry has in a column, by logical name; "" stands for null. Behind a colon
// stands how to print it: "label" for the text of a choice, a layout for times. A column that
// starts with = has the same text in every row.
func (e *traceEntry) value(column string) string {
	if text, ok := strings.CutPrefix(column, "="); ok {
		return text
	}
	column, how, _ := strings.Cut(column, ":")
	if how == "" {
		how = time.RFC3339
	}
	choice := func(n int, labels ...string) string {
		if how == "label" {
			return labels[n]
		}
		return strconv.Itoa(n)
	}
	switch column {
	case "plugintracelogid":
		return e.id
	case "typename":
		return e.typeName
	case "messagename":
		return e.message
	case "primaryentity":
		return e.table
	case "operationtype":
		return choice(e.operation, "Unknown", "Plug-in", "Workflow Activity")
	case "mode":
		return choice(e.mode, "Synchronous", "Asynchronous")
	case "depth":
		return strconv.Itoa(e.depth)
	case "createdon":
		return e.created.Format(how)
	case "performanceexecutionstarttime":
		return e.created.Add(-time.Second).Format(how)
	case "performanceexecutionduration":
		return strconv.Itoa(e.duration)
	case "performanceconstructorduration":
		return strconv.Itoa(e.constructor)
	case "correlationid":
		return e.correlation
	case "requestid":
		return e.request
	case "messageblock":
		return e.block
	case "exceptiondetails":
		return e.exception
	case "summary":
		line, _, _ := strings.Cut(e.exception, "\n")
		return strings.TrimSpace(line)
	case "dimensions":
		return fmt.Sprintf(`{"clientType":"SDK","depth":"%d","entityName":%q,"isolationType":"2","pluginName":%q,"stage":"40"}`, e.depth, e.table, e.typeName)
	case "status":
		if e.exception != "" {
			return "Exception"
		}
		return "Success"
	}
	panic("no such column: " + column)
}

// A heading is a column of an export: how it is called there, and which value it shows.
type heading struct{ name, column string }

// Columns of the exports, formats.md section 1.
var (
	logicalNames = same("plugintracelogid", "typename", "messagename", "primaryentity", "operationtype", "mode", "depth", "createdon",
		"performanceexecutionstarttime", "performanceexecutionduration", "performanceconstructorduration", "correlationid",
		"requestid", "messageblock", "exceptiondetails")
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
		{"Exception Details", "exceptiondetails"}, {"Message Block", "messageblock"}, {"Configuration", "="}, {"Secure Configuration", "="},
		{"Correlation ID", "correlationid"}, {"Request ID", "requestid"}, {"Plugin Step ID", "="}, {"Persistence Key", "="},
	}
	ppdsKeys = []heading{
		{"id", "plugintracelogid"}, {"createdOn", "createdon"}, {"pluginName", "typename"}, {"entityName", "primaryentity"},
		{"messageName", "messagename"}, {"operationType", "operationtype"}, {"mode", "mode"}, {"depth", "depth"},
		{"duration", "performanceexecutionduration"}, {"constructorDuration", "performanceconstructorduration"}, {"status", "status"},
		{"exceptionDetails", "exceptiondetails"}, {"messageBlock", "messageblock"}, {"configuration", "="}, {"secureConfiguration", "="},
		{"correlationId", "correlationid"}, {"requestId", "requestid"}, {"pluginStepId", "="}, {"persistenceKey", "="},
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

// powerShellNames has every attribute twice, as Export-Csv writes the records of Get-CrmRecords.
func powerShellNames() (out []heading) {
	for _, h := range with(with(with(logicalNames, "mode", "label"), "operationtype", "label"), "createdon", "2006-01-02 15:04:05") {
		out = append(out, heading{h.name + "_Property", "=[" + h.name + ", Microsoft.Xrm.Sdk.OptionSetValue]"}, h)
	}
	return append(out, heading{"original", "=System.Collections.Hashtable"}, heading{"logicalname", "=plugintracelog"},
		heading{"EntityReference", "=Microsoft.Xrm.Sdk.EntityReference"}, heading{"ReturnProperty_EntityName", "=plugintracelog"}, heading{"ReturnProperty_Id ", "=1"})
}

// A grid is an export as rows of texts, the headings first.
type grid [][]string

func traceGrid(entries []traceEntry, columns []heading) grid {
	g := grid{nil}
	for _, h := range columns {
		g[0] = append(g[0], h.name)
	}
	for _, e := range entries {
		var row []string
		for _, h := range columns {
			row = append(row, e.value(h.column))
		}
		g = append(g, row)
	}
	return g
}

// csv writes a grid with a delimiter and a line end. Texts in quotes keep their own line ends.
func (g grid) csv(comma, end string) []byte {
	var b bytes.Buffer
	for _, row := range g {
		for i, v := range row {
			if i > 0 {
				b.WriteString(comma)
			}
			if strings.ContainsAny(v, "\"\r\n"+comma) || strings.TrimSpace(v) != v {
				v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
			}
			b.WriteString(v)
		}
		b.WriteString(end)
	}
	return b.Bytes()
}

// quotedCSV puts every cell in quotes, as PowerShell does.
func (g grid) quotedCSV() []byte {
	var b bytes.Buffer
	for _, row := range g {
		for i, v := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`"` + strings.ReplaceAll(v, `"`, `""`) + `"`)
		}
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

// An encoding writes a text, given in UTF-8, in another way.
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

func toUTF16(b []byte, order binary.AppendByteOrder) (out []byte) {
	for _, u := range utf16.Encode([]rune(string(b))) {
		out = order.AppendUint16(out, u)
	}
	return out
}

func to1252(b []byte) ([]byte, error) { return charmap.Windows1252.NewEncoder().Bytes(b) }

// fits1252 reports whether an entry can be written in windows-1252.
func fits1252(e traceEntry) bool {
	_, err := to1252([]byte(e.exception + e.block))
	return err == nil
}

// object is a JSON object with its members in this order; value is a string, an int or nil.
type member struct {
	key   string
	value any
}
type object []member

func (o object) text(indent string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		var v bytes.Buffer
		e := json.NewEncoder(&v)
		e.SetEscapeHTML(false)
		if err := e.Encode(m.value); err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, "%s%q:%s", indent, m.key, bytes.TrimSpace(v.Bytes()))
	}
	if indent != "" {
		b.WriteByte('\n')
	}
	b.WriteByte('}')
	return b.String()
}

// webAPI are the entries as the Web API answers them: numbers for choices, null for nothing.
func webAPI(entries []traceEntry, columns []heading, annotated bool) (out []object) {
	labels := map[string]bool{"mode": true, "operationtype": true}
	for i, e := range entries {
		var o object
		if annotated {
			o = append(o, member{"@odata.etag", fmt.Sprintf(`W/"%d"`, 1234567+i)})
		}
		for _, h := range columns {
			const formatted = "@OData.Community.Display.V1.FormattedValue"
			text := e.value(h.column)
			switch {
			case annotated && labels[h.column]:
				o = append(o, member{h.name + formatted, e.value(h.column + ":label")})
			case annotated && h.column == "createdon":
				o = append(o, member{h.name + formatted, e.value("createdon:1/2/2006 3:04 PM")})
			case annotated && h.column == "performanceexecutionduration":
				o = append(o, member{h.name + formatted, strconv.Itoa(e.duration/1000) + "," + fmt.Sprintf("%03d", e.duration%1000)})
			}
			n, err := strconv.Atoi(text)
			switch {
			case text == "":
				o = append(o, member{h.name, nil})
			case err == nil:
				o = append(o, member{h.name, n})
			default:
				o = append(o, member{h.name, text})
			}
		}
		if annotated {
			o = append(o, member{"_createdby_value@Microsoft.Dynamics.CRM.lookuplogicalname", "systemuser"}, member{"_createdby_value", "11111111-0000-4000-8000-000000000001"})
		}
		out = append(out, o)
	}
	return out
}

func joined(objects []object, before, between, after, indent string) []byte {
	var texts []string
	for _, o := range objects {
		texts = append(texts, o.text(indent))
	}
	return []byte(before + strings.Join(texts, between) + after)
}

func page(objects []object, next string) []byte {
	const context = `{"@odata.context":"https://fabrikam.crm.dynamics.com/api/data/v9.2/$metadata#plugintracelogs(typename,messageblock,exceptiondetails,mode)","value":[`
	end := "]}"
	if next != "" {
		end = `],"@odata.nextLink":"https://fabrikam.crm.dynamics.com/api/data/v9.2/plugintracelogs?$skiptoken=` + next + `"}`
	}
	return joined(objects, context, ",", end, "")
}

var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")

// viewerXML is what the Plugin Trace Viewer saves: an element per attribute, named by it.
func viewerXML(entries []traceEntry, layout string) []byte {
	kinds := map[string]string{"operationtype": "OptionSetValue", "mode": "OptionSetValue", "depth": "Int32", "createdon": "DateTime",
		"performanceexecutionstarttime": "DateTime", "performanceexecutionduration": "Int32", "correlationid": "Guid", "requestid": "Guid"}
	var b bytes.Buffer
	b.WriteString(`<Entities EntityName="plugintracelog" MoreRecords="False" TotalRecordCount="-1" PagingCookie="">` + "\r\n")
	for _, e := range entries {
		fmt.Fprintf(&b, "  <plugintracelog id=%q>\r\n", e.id)
		for _, h := range with(with(logicalNames[1:], "createdon", layout), "performanceexecutionstarttime", layout) {
			if text := e.value(h.column); text != "" {
				kind := kinds[h.name]
				if kind == "" {
					kind = "String"
				}
				fmt.Fprintf(&b, "    <%s type=%q>%s</%[1]s>\r\n", h.name, kind, xmlText.Replace(text))
			}
		}
		b.WriteString(`    <step.name entitylogicalname="sdkmessageprocessingstep" attributelogicalname="name" type="String">Fabrikam: Update of salesorder</step.name>` + "\r\n")
		if e.exception != "" {
			fmt.Fprintf(&b, "    <exceptionsummary type=\"String\">%s</exceptionsummary>\r\n", xmlText.Replace(e.value("summary")))
		}
		b.WriteString("    <tracesize type=\"Int32\">120</tracesize>\r\n    <correlation type=\"String\">A</correlation>\r\n  </plugintracelog>\r\n")
	}
	b.WriteString("</Entities>")
	return b.Bytes()
}

// basicXML is the other style of the same library: elements named Attribute.
func basicXML(entries []traceEntry, layout string) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><Entities EntityName="plugintracelog">`)
	for _, e := range entries {
		fmt.Fprintf(&b, `<Entity name="plugintracelog" id="%s">`, e.id)
		for _, h := range with(with(logicalNames[1:], "createdon", layout), "performanceexecutionstarttime", layout) {
			if text := e.value(h.column); text != "" {
				fmt.Fprintf(&b, `<Attribute name="%s" type="String">%s</Attribute>`, h.name, xmlText.Replace(text))
			}
		}
		b.WriteString("</Entity>")
	}
	b.WriteString("</Entities>")
	return b.Bytes()
}

// workbook says how the sheet with the log is written.
type workbook struct {
	streamed bool // texts inside the sheet, not in the shared strings
	from1904 bool
	top      int    // rows above the header
	front    bool   // another sheet before it
	back     bool   // another sheet behind it
	name     string // of the sheet
	escapeCR bool   // carriage returns as _x000D_, as Excel writes them
}

var likeEscape = regexp.MustCompile(`_(x[0-9A-Fa-f]{4}_)`)

// xlsx writes a grid as a workbook. Columns with these names become numbers and dates.
func (w workbook) xlsx(t testing.TB, g grid) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &w.from1904}))
	sheet := w.name
	if sheet == "" {
		sheet = "All Plug-in Trace Logs"
	}
	if w.front {
		must(f.SetSheetRow("Sheet1", "A1", &[]any{"Notes", "by the night shift"}))
		_, err := f.NewSheet(sheet)
		must(err)
	} else {
		must(f.SetSheetName("Sheet1", sheet))
	}
	if w.back {
		_, err := f.NewSheet("Plugin Trace Viewer - Source")
		must(err)
		must(f.SetSheetRow("Plugin Trace Viewer - Source", "A1", &[]any{"Connection", "Fabrikam"}))
		must(f.SetSheetRow("Plugin Trace Viewer - Source", "A2", &[]any{"URL", "https://fabrikam.crm.dynamics.com"}))
	}
	var rows [][]any
	for i := range w.top {
		rows = append(rows, []any{[]string{"Export of last night", "", "printed by hand"}[i%3]})
	}
	for i, row := range g {
		var cells []any
		for j, v := range row {
			if !w.streamed {
				// Excel writes _x005F_ before what would be taken for an escape. So does
				// excelize in inline strings, but not in shared ones (2.11.1).
				v = likeEscape.ReplaceAllString(v, "_x005F_$1")
			}
			cells = append(cells, excelCell(g[0][j], v, i == 0))
		}
		rows = append(rows, cells)
	}
	if w.streamed {
		s, err := f.NewStreamWriter(sheet)
		must(err)
		for i, row := range rows {
			must(s.SetRow("A"+strconv.Itoa(i+1), row))
		}
		must(s.Flush())
	} else {
		for i, row := range rows {
			must(f.SetSheetRow(sheet, "A"+strconv.Itoa(i+1), &row))
		}
		for i := range hiddenNames {
			if strings.HasPrefix(g[0][i], "(Do Not Modify)") {
				must(f.SetColVisible(sheet, string(rune('A'+i)), false))
			}
		}
	}
	b, err := f.WriteToBuffer()
	must(err)
	if w.escapeCR {
		return rezipped(t, b.Bytes(), "&#xD;", "_x000D_")
	}
	return b.Bytes()
}

// excelCell is a cell as Excel keeps it: dates and numbers are no texts, nothing is no cell.
func excelCell(heading, v string, header bool) any {
	if v == "" {
		return nil
	}
	if header {
		return v
	}
	switch heading {
	case "Created On", "Created":
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return at
		}
	case "Depth", "Execution Duration", "Constructor Duration", "Duration", "Rank", "Trace Size":
		if n, err := strconv.Atoi(v); err == nil {
			return n
		}
	}
	return v
}

// rezipped replaces a text in all members of an archive.
func rezipped(t testing.TB, b []byte, old, new string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		w, err := z.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(bytes.ReplaceAll(text, []byte(old), []byte(new)))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// An envelope is a dual-write live error; its responses become the records.
type envelope struct {
	entity    string
	responses []response
	raw       bool // inner quotes are not escaped, as in the sample that Microsoft publishes
}

type response struct{ message, verbose, at, signature, status string }

// envelopes hold 8 responses.
var envelopes = []envelope{
	{"VendVendorV2Entity", []response{{"Unable to generate payload for entity VendVendorV2Entity", "Payload creation failed with error Invalid URI: The URI is empty.",
		"2026-11-22T20:01:31.7741190Z", "dw-payload-empty-uri", "documented"}}, false},
	{"SalesOrderLineCDSEntity", []response{
		{"Unable to write data to entity salesorderdetails.Unable to lookup msdyn_warehouses with values {24}.Writes to SalesOrderLineCDSEntity failed with error message Exception message: One or more errors occurred..", "",
			"2026-11-22T20:02:02.0051447Z", "dw-lookup-not-resolved", "documented"},
		{"Unable to write data to entity salesorderdetails.Writes to SalesOrderLineCDSEntity failed with error message Request failed with status code BadRequest and CDS error code : 0x80043b16 response message: The unit does not exist in the specified unit schedule..", "",
			"2026-11-22T20:02:02.0051448Z", "dw-unit-not-in-schedule", "observed"},
	}, false},
	{"CustCustomerV3Entity", []response{{`[{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}], The remote server returned an error: (403) Forbidden.`, "",
		"2026-11-22T20:03:03Z", "dw-user-not-member-of-org", "documented"}}, false},
	{"CustCustomerV3Entity", []response{{"Unable to write data to entity accounts.Writes to CustCustomerV3Entity failed with error message Kunde \"Müller, Söhne\"; Größe 🚚\r\n\tfehlt", "Zeile 1\n  Zeile 2, eingerückt",
		"2026-11-22T20:04:04.5Z", "dw-write-failed-generic", "documented"}}, false},
	{"ContosoDepotEntity", []response{{"Write failed for entity Contoso depots with unknown exception - [Microsoft][ODBC Driver 17 for SQL Server][SQL Server]Cannot insert the value NULL into column 'DEPOTID', table 'AxDB.dbo.CONTOSODEPOT'; column does not allow nulls. UPDATE fails.", "",
		"2026-11-22T20:05:27.5500100Z", "sql-null-column", "observed"}}, false},
	{"EcoResProductV2Entity", []response{{"Unable to write data to entity products", `The name "Rack, 19 inch" of "P-5100" is not known`,
		"2026-11-22T20:06:00.1000000Z", "", "unknown"}}, true},
	{"SalesQuotationLineCDSEntity", []response{{"Unable to write data to entity quotedetails.Writes to SalesQuotationLineCDSEntity failed with error message Request failed with status code BadRequest and CDS error code : 0x8004f908 response message: You can only add Active products..", "",
		"2026-11-22T20:07:11.0051447Z", "dw-product-not-active", "observed"}}, false},
}

func (e envelope) text() string {
	quote := func(s string) string {
		if e.raw {
			return `"` + s + `"`
		}
		return object{{"", s}}.text("")[len(`{"":`) : len(object{{"", s}}.text(""))-1]
	}
	var responses []string
	for _, r := range e.responses {
		text := `{"errorMessage":` + quote(r.message) + `,"logDateTime":"` + r.at + `"`
		if r.verbose != "" {
			text += `,"verboseError":` + quote(r.verbose)
		}
		responses = append(responses, text+"}")
	}
	return fmt.Sprintf(`{"entityName":%q,"executionStatus":2,"fieldResponses":[],"recordResponses":[%s],"isErrorCountUpdated":true}`, e.entity, strings.Join(responses, ","))
}

func envelopeTexts(before, between, after string) []byte {
	var texts []string
	for _, e := range envelopes {
		texts = append(texts, e.text())
	}
	return []byte(before + strings.Join(texts, between) + after)
}

// envelopeGrid has an envelope in a cell, beside columns that say less than it.
func envelopeGrid() grid {
	g := grid{{"RecId", "Created On", "Detailed Error Message"}}
	for i, e := range envelopes {
		g = append(g, []string{strconv.Itoa(5637144576 + i), e.responses[0].at[:19] + "Z", e.text()})
	}
	return g
}

// infologs are 7 messages of finance and operations.
var infologs = []struct{ at, text, signature, status string }{
	{"2026-11-22 21:00:03", "Cannot save the changes to the database. Unit of Work can not commit transaction. Unable to write data to entity accounts.Unable to lookup msdyn_customergroups with values {80,27e5b1c4-0e4b-4e0f-9b1f-7d5a1a2c3d4e}.Writes to CustCustomerV3Entity failed with error message Exception message: One or more errors occurred..For information on troubleshooting see https://go.microsoft.com/fwlink/?linkid=2244045.. Activity ID for troubleshooting {3e7b51d2-6a90-4c84-b1f7-08d2c9a4e615}.",
		"dw-lookup-not-resolved", "documented"},
	{"2026-11-22 21:01:00", "Unable to write data to entity msdyn_vendors.Writes to VendVendorV2Entity failed with error message Exception message: The remote server returned an error: (403) Forbidden..For information on troubleshooting see https://go.microsoft.com/fwlink/?linkid=2244045..",
		"dw-remote-http-auth-generic", "documented"},
	{"2026-11-22 21:02:59", "Posting - Cannot save the changes to the database. Unit of Work can not commit transaction. Unable to write data to entity salesorders.Writes to SalesOrderHeaderCDSEntity failed with error message Request failed with status code BadRequest and CDS error code : 0x80048cee response message: The currency of the record does not match the currency of the price list..",
		"dw-price-list-currency", "observed"},
	{"2026-11-22 21:03:00", "{\"RecordError0\":\"Write failed for entity Customers V3 with unknown exception - Party record not found for party type 'Organization'\"}",
		"dw-party-record-not-found", "documented"},
	{"2026-11-22 21:04:00", "Unable to write data to entity uoms.Writes to UnitOfMeasureEntity failed with error message Einheit \"Größe; XL\", 12 m², ist unbekannt.",
		"dw-write-failed-generic", "documented"},
	{"2026-11-22 21:05:00", "Dual write Initial Sync completed with status: Error. Following are the details:\nExecuted leg: From AX Customers V3 to CRM accounts with exported records count: 412, ImportRecordsErrorCount: 3, ImportRecordsInsertedCount: 409 and ImportRecordsUpdatedCount: 0\nErrorsDetails:\nRecord Id: new record, ErrorMessage: Couldn't resolve the guid for the field: msdyn_billingaccount.accountnumber. The lookup wasn't found: DE-1180.",
		"is-customer-self-reference", "documented"},
	{"2026-11-22 21:06:00", "Cannot update a party's type from 'DirOrganization' to 'DirPerson', a delete of the existing party followed by an insert with the new type should be performed instead.",
		"dw-party-type-change", "documented"},
}

func infologGrid(at func(string) string) grid {
	g := grid{{"RecId", "Created On", "Error Message"}}
	for i, x := range infologs {
		g = append(g, []string{strconv.Itoa(5637144576 + i), at(x.at), x.text})
	}
	return g
}

func infologText(before, between string) []byte {
	var b bytes.Buffer
	for _, x := range infologs {
		b.WriteString(before + x.at + between + x.text + "\n")
	}
	return b.Bytes()
}

// A format is one way to write one of the sets of records.
type format struct {
	name, extension string
	set             string   // formats of a set hold the same records; the first one is what the others are compared with
	drops           []string // columns of a record that the format does not carry
	dateOrder       string   // --date-order it needs
	warns           string   // start of the warning that belongs to it
	broad           bool     // one of many alike: TestMatrixCommand leaves it out
	write           func(t testing.TB) []byte
}

// key is the column that tells the records of the format apart.
func (f *format) key() string {
	if slices.Contains(f.drops, "record_id") {
		return "correlation_id"
	}
	return "record_id"
}

func formats() (out []format) {
	all := traces()
	sets := map[string][]traceEntry{"traces": all}
	for _, e := range all {
		if fits1252(e) {
			sets["traces in western letters"] = append(sets["traces in western letters"], e)
		}
		if e.exception != "" {
			sets["traces with exception"] = append(sets["traces with exception"], e)
		} else {
			sets["traces without exception"] = append(sets["traces without exception"], e)
		}
	}
	add := func(name, extension, set string, write func(t testing.TB, entries []traceEntry) []byte) *format {
		out = append(out, format{name: name, extension: extension, set: set, write: func(t testing.TB) []byte { return write(t, sets[set]) }})
		return &out[len(out)-1]
	}
	// The first format of every set.
	for _, set := range slices.Sorted(maps.Keys(sets)) {
		add("object per line, "+set, "jsonl", set, func(_ testing.TB, e []traceEntry) []byte {
			return joined(webAPI(e, logicalNames, false), "", "\n", "\n", "")
		}).broad = set != "traces"
	}

	// CSV with logical names.
	for _, comma := range []struct{ name, text string }{{"comma", ","}, {"semicolon", ";"}, {"tab", "\t"}} {
		for _, end := range []struct{ name, text string }{{"lf", "\n"}, {"crlf", "\r\n"}} {
			name := func(encoding string) string { return "csv " + comma.name + " " + end.name + " " + encoding }
			for _, enc := range encodings {
				add(name(enc.name), "csv", "traces", func(_ testing.TB, e []traceEntry) []byte {
					return enc.to(traceGrid(e, logicalNames).csv(comma.text, end.text))
				}).broad = comma.name != "comma" && enc.name != "utf-16le bom" || end.name == "lf"
			}
			add(name("windows-1252"), "csv", "traces in western letters", func(t testing.TB, e []traceEntry) []byte {
				b, err := to1252(traceGrid(e, logicalNames).csv(comma.text, end.text))
				if err != nil {
					t.Fatal(err)
				}
				return b
			}).broad = comma.name == "tab" || end.name == "lf"
		}
	}
	csvFormat := func(name string, columns []heading, before, comma, end string) *format {
		return add(name, "csv", "traces", func(_ testing.TB, e []traceEntry) []byte {
			return append([]byte(before), traceGrid(e, columns).csv(comma, end)...)
		})
	}
	csvFormat("csv with sep line", logicalNames, "sep=;\r\n", ";", "\r\n")
	csvFormat("csv with sep line and bom", logicalNames, "\ufeffsep=\t\r\n", "\t", "\r\n")
	csvFormat("csv with type line", logicalNames, "#TYPE System.Management.Automation.PSCustomObject\r\n", ",", "\r\n")

	// CSV with display names.
	displayed := append([]heading{{"Plug-in Trace Log", "plugintracelogid"}}, displayNames...)
	hidden := slices.Concat(hiddenNames, displayNames)
	csvFormat("csv display names", displayed, "", ",", "\r\n")
	csvFormat("csv display names, German", with(displayed, "createdon", "02.01.2006 15:04:05"), "\ufeff", ";", "\r\n")
	csvFormat("csv display names, hidden columns", hidden, "", ",", "\r\n")
	csvFormat("csv display names, month first", with(hidden, "createdon", "1/2/2006 3:04:05 PM"), "", ",", "\r\n").dateOrder = "mdy"
	csvFormat("csv display names, day first", with(hidden, "createdon", "02/01/2006 15:04:05"), "", ";", "\r\n").dateOrder = "dmy"
	csvFormat("csv display names, year first", with(hidden, "createdon", "2006/01/02 15:04:05"), "", ";", "\r\n").dateOrder = "ymd"

	// Power Platform Developer Suite and PowerShell.
	csvFormat("ppds csv", ppdsNames, "", ",", "\n")
	add("ppds json", "json", "traces", func(_ testing.TB, e []traceEntry) []byte {
		return joined(webAPI(e, ppdsKeys, false), "[\n  ", ",\n  ", "\n]\n", "\n    ")
	})
	add("powershell", "csv", "traces", func(_ testing.TB, e []traceEntry) []byte { return traceGrid(e, powerShellNames()).quotedCSV() })
	add("powershell with type line", "csv", "traces", func(_ testing.TB, e []traceEntry) []byte {
		return append([]byte("#TYPE System.Management.Automation.PSCustomObject\r\n"), traceGrid(e, powerShellNames()).quotedCSV()...)
	})

	// JSON.
	add("web api page", "json", "traces", func(_ testing.TB, e []traceEntry) []byte { return page(webAPI(e, logicalNames, false), "") })
	add("web api page with annotations", "json", "traces", func(_ testing.TB, e []traceEntry) []byte { return page(webAPI(e, logicalNames, true), "") })
	add("web api page, utf-16", "json", "traces", func(_ testing.TB, e []traceEntry) []byte {
		return encodings[2].to(page(webAPI(e, logicalNames, true), ""))
	})
	add("bare array", "json", "traces", func(_ testing.TB, e []traceEntry) []byte {
		return joined(webAPI(e, logicalNames, false), "[", ",", "]", "")
	})
	add("bare array, indented", "json", "traces", func(_ testing.TB, e []traceEntry) []byte {
		return joined(webAPI(e, logicalNames, true), "[\r\n  ", ",\r\n  ", "\r\n]", "\n    ")
	})
	add("concatenated objects", "json", "traces", func(_ testing.TB, e []traceEntry) []byte {
		return joined(webAPI(e, logicalNames, false), "", "", "", "")
	})
	add("concatenated pages", "json", "traces", func(_ testing.TB, e []traceEntry) []byte {
		o := webAPI(e, logicalNames, true)
		return slices.Concat(page(o[:20], "2"), page(o[20:], ""))
	})

	// Application Insights has no identity of the trace, and only some of its columns. Without
	// the table, no map is known.
	notInsights := []string{"record_id", "entity", "message_name", "mode", "operation_type", "depth", "trace_text",
		"dataverse_table", "fno_entity", "map", "map_candidates"}
	add("application insights exceptions", "csv", "traces with exception", func(_ testing.TB, e []traceEntry) []byte {
		return traceGrid(e, insightsExceptions).csv(",", "\r\n")
	}).drops = append([]string{"type_name", "duration_ms"}, notInsights...)
	dependencies := add("application insights dependencies", "csv", "traces without exception", func(_ testing.TB, e []traceEntry) []byte {
		return traceGrid(e, insightsDependencies).csv(",", "\r\n")
	})
	dependencies.drops = notInsights
	dependencies.warns = "no column holds the text of the exception"

	// XrmToolBox.
	xml := func(name, layout, order string, write func([]traceEntry, string) []byte) {
		add(name, "xml", "traces", func(_ testing.TB, e []traceEntry) []byte { return write(e, layout) }).dateOrder = order
	}
	xml("xml", time.RFC3339, "", viewerXML)
	xml("xml, day first", "02/01/2006 15:04:05", "dmy", viewerXML)
	xml("xml, month first", "1/2/2006 3:04:05 PM", "mdy", viewerXML)
	xml("basic xml", time.RFC3339, "", basicXML)
	xml("basic xml, day first", "02/01/2006 15:04:05", "dmy", basicXML)
	add("xml, utf-16", "xml", "traces", func(_ testing.TB, e []traceEntry) []byte { return encodings[2].to(viewerXML(e, time.RFC3339)) })

	// Workbooks.
	book := func(name string, w workbook, columns []heading) *format {
		return add(name, "xlsx", "traces", func(t testing.TB, e []traceEntry) []byte { return w.xlsx(t, traceGrid(e, columns)) })
	}
	book("xlsx", workbook{}, hidden)
	book("xlsx, carriage returns escaped", workbook{escapeCR: true}, hidden)
	book("xlsx, inline strings", workbook{streamed: true}, hidden)
	book("xlsx, dates from 1904", workbook{from1904: true}, hidden)
	book("xlsx, header in row 4", workbook{top: 3}, hidden)
	book("xlsx, second sheet", workbook{front: true}, hidden)
	book("xlsx, logical names", workbook{streamed: true}, logicalNames)
	book("trace viewer xlsx", workbook{name: "Plugin Trace Viewer - Result", back: true}, viewerNames).drops = []string{"record_id"}
	csvFormat("trace viewer csv", viewerNames, "", ",", "\r\n").drops = []string{"record_id"}

	return append(out, dualWriteFormats()...)
}

func dualWriteFormats() (out []format) {
	add := func(name, extension, set string, write func(t testing.TB) []byte) {
		out = append(out, format{name: name, extension: extension, set: set, write: write})
	}
	add("envelope per line", "jsonl", "envelopes", func(testing.TB) []byte { return envelopeTexts("", "\n", "\n") })
	add("envelope array", "json", "envelopes", func(testing.TB) []byte { return envelopeTexts("[\n", ",\n", "\n]\n") })
	add("envelope array in one line", "json", "envelopes", func(testing.TB) []byte { return envelopeTexts("[", ",", "]") })
	add("envelope in csv cell", "csv", "envelopes", func(testing.TB) []byte { return envelopeGrid().csv(",", "\r\n") })
	add("envelope in csv cell, unicode text", "txt", "envelopes", func(testing.TB) []byte { return encodings[2].to(envelopeGrid().csv("\t", "\r\n")) })
	add("envelope in xlsx cell", "xlsx", "envelopes", func(t testing.TB) []byte {
		return workbook{name: "Dual write error log"}.xlsx(t, envelopeGrid())
	})
	add("envelope in prose", "txt", "envelopes", func(testing.TB) []byte {
		return envelopeTexts("Good morning, last night the activity log said: ", " What does it mean?\n\nAnd some minutes later there was ", " Regards\n")
	})
	add("infolog in csv", "csv", "infologs", func(testing.TB) []byte {
		return infologGrid(func(at string) string { return at }).csv(",", "\r\n")
	})
	add("infolog in csv, German", "csv", "infologs", func(t testing.TB) []byte {
		b, err := to1252(infologGrid(func(at string) string { return at[8:10] + "." + at[5:7] + "." + at[:4] + at[10:] }).csv(";", "\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
	add("infolog in xlsx", "xlsx", "infologs", func(t testing.TB) []byte {
		return workbook{streamed: true}.xlsx(t, infologGrid(func(at string) string { return at[:10] + "T" + at[11:] + "Z" }))
	})
	add("infolog text", "txt", "infologs", func(testing.TB) []byte { return infologText("", " ") })
	add("infolog text, times in brackets", "log", "infologs", func(testing.TB) []byte { return infologText("[", "] ") })
	add("infolog text, utf-16", "txt", "infologs", func(testing.TB) []byte { return encodings[2].to(infologText("", " ")) })
	return out
}

// A wrapping is a container around an export.
type wrapping struct {
	name, extension string
	wrap            func(t testing.TB, name string, b []byte) []byte
}

func wrappings() []wrapping {
	plain := func(_ testing.TB, _ string, b []byte) []byte { return b }
	return []wrapping{
		{"plain", "", plain},
		{"gz", ".gz", gzipped},
		{"zst", ".zst", zstded},
		{"bz2", ".bz2", piped("bzip2")},
		{"xz", ".xz", piped("xz")},
		{"zip", ".zip", zipped(zip.Deflate)},
		{"zip zstd", ".zip", zipped(zstd.ZipMethodWinZip)},
		{"tar", ".tar", tarred},
		{"tar.gz", ".tar.gz", func(t testing.TB, name string, b []byte) []byte { return gzipped(t, name, tarred(t, name, b)) }},
		{"zip in gz", ".zip.gz", func(t testing.TB, name string, b []byte) []byte {
			return gzipped(t, name, zipped(zip.Deflate)(t, name, b))
		}},
		{"gz in zip in tar", ".tar", func(t testing.TB, name string, b []byte) []byte {
			return tarred(t, name+".zip", zipped(zip.Deflate)(t, name+".gz", gzipped(t, name, b)))
		}},
	}
}

func gzipped(_ testing.TB, _ string, b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func zstded(t testing.TB, _ string, b []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll(b, nil)
}

// piped compresses by a command: the standard library reads bzip2 but does not write it.
func piped(command string) func(testing.TB, string, []byte) []byte {
	return func(t testing.TB, _ string, b []byte) []byte {
		cmd := exec.Command(command, "-c")
		cmd.Stdin = bytes.NewReader(b)
		out, err := cmd.Output()
		if errors.Is(err, exec.ErrNotFound) {
			t.Skipf("there is no command %s", command)
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

func zipped(method uint16) func(testing.TB, string, []byte) []byte {
	return func(t testing.TB, name string, b []byte) []byte {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		z.RegisterCompressor(zstd.ZipMethodWinZip, zstd.ZipCompressor())
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		w.Write(b)
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
}

func tarred(t testing.TB, name string, b []byte) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(b))}); err != nil {
		t.Fatal(err)
	}
	w.Write(b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// records are the columns of classified records by key. Line ends are LF.
type records map[string]map[string]string

// places are the columns that say where a record was found.
var places = []string{"file", "row", "byte_offset", "byte_length"}

func (r records) add(t testing.TB, b *ingest.Batch, key string) {
	t.Helper()
	for i := range b.Len() {
		x := make(map[string]string)
		for c, f := range b.Records.Schema().Fields() {
			if col := b.Records.Column(c); col.IsValid(i) && !slices.Contains(places, f.Name) {
				x[f.Name] = strings.ReplaceAll(cellText(col, i), "\r\n", "\n")
			}
		}
		if x[key] == "" || r[x[key]] != nil {
			t.Errorf("record in row %s: %s is %q, which is not its own", b.Records.Column(ingest.ColRow).ValueStr(i), key, x[key])
		}
		r[x[key]] = x
	}
}

func cellText(col arrow.Array, i int) string {
	switch col := col.(type) {
	case *array.FixedSizeBinary:
		return hex.EncodeToString(col.Value(i))
	case *array.Timestamp:
		return col.Value(i).ToTime(arrow.Microsecond).Format("2006-01-02T15:04:05.999999Z")
	case *array.String:
		return col.Value(i)
	}
	return col.ValueStr(i)
}

// read reads one file and classifies what is in it. Nothing may be lost or doubted on the way.
func read(t testing.TB, m *classify.Matcher, path string, f *format) records {
	t.Helper()
	sources, err := ingest.Expand([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	var opt ingest.Options
	if f.dateOrder != "" {
		opt.DateOrder = ingest.DateOrder(f.dateOrder)
	}
	got := make(records)
	err = ingest.Read(t.Context(), sources, opt, func(b *ingest.Batch) error {
		defer b.Release()
		m.Classify(b, nil)
		got.add(t, b, f.key())
		for _, r := range b.Rejects {
			t.Errorf("reject: %v", r)
		}
		for _, file := range b.Files {
			if file.Problem != nil {
				t.Errorf("problem: %v", file.Problem)
			}
			for _, w := range file.Warnings {
				if f.warns == "" || !strings.HasPrefix(w, f.warns) {
					t.Errorf("warning: %s: %s", file.Path, w)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) == 0 {
		t.Fatal("no records")
	}
	return got
}

// by returns the records with another key.
func (r records) by(key string) records {
	out := make(records)
	for _, x := range r {
		out[x[key]] = x
	}
	return out
}

// compare reports which record and column differ.
func compare(t testing.TB, want, got records, f *format) {
	t.Helper()
	want = want.by(f.key())
	missing, strange := 0, 0
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if got[id] == nil {
			missing++
			if missing <= 3 {
				t.Errorf("record %s is missing: %.80q", id, want[id]["error_text"])
			}
			continue
		}
		for _, column := range slices.Sorted(maps.Keys(union(want[id], got[id]))) {
			if w, g := want[id][column], got[id][column]; w != g && !slices.Contains(f.drops, column) {
				at := firstDifference(w, g)
				t.Errorf("record %s, column %s, from byte %d: got %.60q, want %.60q", id, column, at, g[at:], w[at:])
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(got)) {
		if want[id] == nil {
			strange++
			if strange <= 3 {
				t.Errorf("record %s should not be there: %.80q", id, got[id]["error_text"])
			}
		}
	}
	if len(want) != len(got) || missing > 3 || strange > 3 {
		t.Errorf("%d records, want %d: %d missing, %d that should not be there", len(got), len(want), missing, strange)
	}
}

func union(x, y map[string]string) map[string]string {
	out := maps.Clone(x)
	maps.Copy(out, y)
	return out
}

func firstDifference(x, y string) int {
	i := 0
	for i < min(len(x), len(y)) && x[i] == y[i] {
		i++
	}
	return max(0, i-10)
}

func builtinMatcher(t testing.TB) *classify.Matcher {
	t.Helper()
	var r ruleFlags
	m, err := r.compile()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// written writes a format in a container to a file.
func written(t testing.TB, f *format, c *wrapping) string {
	t.Helper()
	name := "export." + f.extension
	path := filepath.Join(t.TempDir(), name+c.extension)
	if err := os.WriteFile(path, c.wrap(t, name, f.write(t)), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMatrix(t *testing.T) {
	m := builtinMatcher(t)
	containers := wrappings()
	want := make(map[string]records) // by set
	all := formats()
	for i := range all {
		f := &all[i]
		if want[f.set] == nil {
			want[f.set] = read(t, m, written(t, f, &containers[0]), f)
		}
	}
	t.Run("as invented", func(t *testing.T) { asInvented(t, want) })
	for i := range all {
		f := &all[i]
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for i := range containers {
				c := &containers[i]
				t.Run(c.name, func(t *testing.T) { compare(t, want[f.set], read(t, m, written(t, f, c), f), f) })
			}
		})
	}
}

// asInvented compares what the first format of each set gave with the entries themselves.
func asInvented(t *testing.T, got map[string]records) {
	entries := make(map[string]map[string]string)
	for _, e := range traces() {
		lf := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
		entries[strings.ReplaceAll(e.id, "-", "")] = map[string]string{
			"occurred_at": e.created.Format("2006-01-02T15:04:05Z"), "type_name": e.typeName, "message_name": e.message, "mode": e.value("mode:label"),
			"operation_type": e.value("operationtype:label"), "depth": strconv.Itoa(e.depth), "duration_ms": strconv.Itoa(e.duration),
			"correlation_id": e.correlation, "error_text": lf(e.exception), "trace_text": lf(e.block), "signature": e.signature, "status": e.status, "log": ingest.PluginTrace,
		}
	}
	check := func(set string, count int, wanted func(x map[string]string) map[string]string) {
		if len(got[set]) != count {
			t.Errorf("%s: %d records, want %d", set, len(got[set]), count)
		}
		for id, x := range got[set] {
			for column, w := range wanted(x) {
				if x[column] != w {
					t.Errorf("%s: record %s, column %s: got %.100q, want %.100q", set, id, column, x[column], w)
				}
			}
		}
	}
	check("traces", 35, func(x map[string]string) map[string]string { return entries[x["record_id"]] })
	responses, messages := make(map[string]map[string]string), make(map[string]map[string]string)
	for _, e := range envelopes {
		for _, r := range e.responses {
			text := strings.TrimSpace(strings.ReplaceAll(r.message+"\n"+r.verbose, "\r\n", "\n"))
			at, _ := time.Parse(time.RFC3339Nano, r.at)
			responses[text] = map[string]string{"occurred_at": at.Format("2006-01-02T15:04:05.999999Z"), "entity": e.entity, "signature": r.signature, "status": r.status, "log": ingest.DualWrite}
		}
	}
	for _, x := range infologs {
		messages[x.text] = map[string]string{"occurred_at": x.at[:10] + "T" + x.at[11:] + "Z", "signature": x.signature, "status": x.status, "log": ingest.DualWrite}
	}
	byText := func(texts map[string]map[string]string) func(x map[string]string) map[string]string {
		return func(x map[string]string) map[string]string {
			if texts[x["error_text"]] == nil {
				t.Errorf("nobody wrote %.100q", x["error_text"])
			}
			return texts[x["error_text"]]
		}
	}
	check("envelopes", 8, byText(responses))
	check("infologs", 7, byText(messages))
}

// A published report, without what tells where the records lay and when it was made.
type published struct {
	Totals     map[string]int
	Statuses   map[string]int
	Signatures []struct {
		ID      string
		Records int
	}
	CSV map[string][][]string `json:"-"` // by file name
}

// publish runs the command on files and reads what it reports.
func publish(t testing.TB, dateOrder string, paths ...string) published {
	t.Helper()
	dir := t.TempDir()
	out := filepath.Join(dir, "report")
	args := []string{"run", "-q", "--csv", "plain", "--db", filepath.Join(dir, "x.duckdb"), "-o", out}
	if dateOrder != "" {
		args = append(args, "--date-order", dateOrder)
	}
	var said bytes.Buffer
	if code := run(t.Context(), append(args, paths...), nil, &said, &said, func(string) string { return "" }); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	var p published
	text, err := os.ReadFile(filepath.Join(out, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	p.CSV = make(map[string][][]string)
	names, err := filepath.Glob(filepath.Join(out, "*.csv"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		p.CSV[filepath.Base(name)] = withoutPlaces(t, name)
	}
	return p
}

// withoutPlaces reads a CSV file of a report and leaves out where the records lay.
func withoutPlaces(t testing.TB, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for i := len(rows[0]) - 1; i >= 0; i-- {
		if slices.Contains(places, rows[0][i]) {
			for k := range rows {
				rows[k] = slices.Delete(rows[k], i, i+1)
			}
		}
	}
	return rows
}

// A pair is a format and the container it lies in.
type pair struct {
	f *format
	c *wrapping
}

// commandPairs are those that TestMatrixCommand tries.
func commandPairs(all []format, containers []wrapping) (out []pair) {
	met := make(map[string]bool)
	for i := range all {
		f := &all[i]
		switch kind := f.set + "." + f.extension; {
		case *full && !f.broad:
			out = append(out, pair{f, &containers[0]})
		case !*full && !met[kind]:
			met[kind] = true
			out = append(out, pair{f, &containers[len(out)%len(containers)]})
		}
	}
	if *full {
		f := &all[slices.IndexFunc(all, func(f format) bool { return f.name == "csv semicolon crlf windows-1252" })]
		for i := range containers[1:] {
			out = append(out, pair{f, &containers[1+i]})
		}
	}
	return out
}

// The diagonal leaves out no container and no kind of file.
func TestMatrixDiagonal(t *testing.T) {
	all, containers := formats(), wrappings()
	kinds, wrapped := make(map[string]bool), make(map[string]bool)
	for _, p := range commandPairs(all, containers) {
		kinds[p.f.set+"."+p.f.extension], wrapped[p.c.name] = true, true
	}
	for _, f := range all {
		if !kinds[f.set+"."+f.extension] && !(*full && f.broad) {
			t.Errorf("no file .%s of the %s is tried", f.extension, f.set)
		}
	}
	for _, c := range containers {
		if !wrapped[c.name] {
			t.Errorf("container %s is not tried", c.name)
		}
	}
}

func TestMatrixCommand(t *testing.T) {
	containers := wrappings()
	all := formats()
	want := make(map[string]published) // by set
	first := make(map[string]*format)
	for i := range all {
		f := &all[i]
		if first[f.set] == nil {
			first[f.set], want[f.set] = f, publish(t, f.dateOrder, written(t, f, &containers[0]))
		}
	}
	check := func(t *testing.T, f *format, c *wrapping) {
		w, got := want[f.set], publish(t, f.dateOrder, written(t, f, c))
		if len(f.drops) > 0 {
			w.CSV, got.CSV = nil, nil
		}
		if diff := cmp.Diff(w, got); diff != "" {
			t.Errorf("-%s +%s:\n%s", first[f.set].name, f.name, diff)
		}
	}
	for _, p := range commandPairs(all, containers) {
		t.Run(p.f.name+"/"+p.c.name, func(t *testing.T) { check(t, p.f, p.c) })
	}
	t.Run("all sets in one night", func(t *testing.T) {
		var paths []string
		for _, set := range []string{"traces", "envelopes", "infologs"} {
			paths = append(paths, written(t, first[set], &containers[5]))
		}
		// The same night again, in other formats, is 50 duplicates.
		for _, name := range []string{"ppds csv", "envelope in csv cell", "infolog text"} {
			f := &all[slices.IndexFunc(all, func(f format) bool { return f.name == name })]
			paths = append(paths, written(t, f, &containers[1]))
		}
		got := publish(t, "", paths...).Totals
		sum := func(of string) (n int) {
			for _, set := range []string{"traces", "envelopes", "infologs"} {
				n += want[set].Totals[of]
			}
			return n
		}
		wanted := map[string]int{"read": 100, "loaded": 50, "duplicates": 50, "rejected": 0, "filtered": 0,
			"ok": sum("ok"), "classified": sum("classified"), "unclassified": sum("unclassified")}
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}
