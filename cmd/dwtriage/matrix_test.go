//go:build cgo

package main

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/testdata/exports"
)

// The same 50 records, invented, exported in every format and put into every container, must
// give the same identities, verdicts and totals. A format is compared in all that it carries.
// TestMatrix reads and classifies format × container, without -full a quarter of the containers for each format.
// TestMatrixCommand runs the whole command, which
// costs a hundred times as much, for a diagonal: one format of each set and extension, and each
// container. With -full it runs it for every format, and for one format in every container.

// threads is what scripts and the matrix give as --threads: one, and with -full one per core, which DuckDB gets by itself only
// where there is much to do.
func threads() string {
	if *full {
		return strconv.Itoa(runtime.NumCPU())
	}
	return "1"
}

// A traceEntry is a plug-in trace and what the rules make of it.
type traceEntry struct {
	exports.Trace
	signature, status string
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
		"dv-isv-aborted", "documented", "The literal _x000D_ and _x0041_ stay"},
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
		"dv-isv-aborted", "documented", "ÄÖÜ äöü ß"},
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
		e := traceEntry{signature: x.signature, status: x.status, Trace: exports.Trace{
			ID:          fmt.Sprintf("%08x-1b2c-4d3e-8f4a-5b6c7d8e9f%02x", 0x7b0f0000+i*977, i),
			Correlation: fmt.Sprintf("%08x-c0c0-4aaa-9bbb-0123456789%02x", 0x11110000+i*31, i),
			Request:     fmt.Sprintf("%08x-d1d1-4ccc-8ddd-abcdefabcd%02x", 0x22220000+i*17, i),
			Type:        types[i%len(types)], Message: messages[i%2+i%5/4], Table: tables[i%len(tables)],
			Operation: 1 + i%7/6, Mode: i % 2, Depth: 1 + i%3, Duration: 12 + i*i*7, Constructor: i,
			Created:   time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC).Add(time.Duration(i) * 1471 * time.Second),
			Exception: x.exception,
		}}
		if i%6 == 5 {
			e.Request = "00000000-0000-0000-0000-000000000000"
		}
		if x.trace != "" {
			e.Block = fmt.Sprintf("[Fabrikam.Crm: %s]\n[%s: %s: %s of %s]\n%s", e.Type, e.ID, e.Type, e.Message, e.Table, x.trace)
		}
		out = append(out, e)
	}
	return out
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

// invented is all of it, as the formats take it.
func invented() *exports.Log {
	l := new(exports.Log)
	for _, e := range traces() {
		l.Traces = append(l.Traces, e.Trace)
	}
	for _, e := range envelopes {
		out := exports.Envelope{Entity: e.entity, Raw: e.raw}
		for _, r := range e.responses {
			out.Responses = append(out.Responses, exports.Response{Message: r.message, Verbose: r.verbose, At: r.at})
		}
		l.Envelopes = append(l.Envelopes, out)
	}
	for _, x := range infologs {
		l.Infologs = append(l.Infologs, exports.Infolog{At: x.at, Text: x.text})
	}
	return l
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

// key is the column that tells the records of a format apart.
func key(f *exports.Format) string {
	if slices.Contains(f.Drops, "record_id") {
		return "correlation_id"
	}
	return "record_id"
}

// formats are those whose records can be told apart.
func formats() []exports.Format {
	return slices.DeleteFunc(exports.Formats(), func(f exports.Format) bool { return f.Nameless })
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
func read(t testing.TB, m *classify.Matcher, path string, f *exports.Format) records {
	t.Helper()
	sources, err := ingest.Expand([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	var opt ingest.Options
	if f.DateOrder != "" {
		opt.DateOrder = ingest.DateOrder(f.DateOrder)
	}
	got := make(records)
	err = ingest.Read(t.Context(), sources, opt, func(b *ingest.Batch) error {
		defer b.Release()
		m.Classify(b, nil)
		got.add(t, b, key(f))
		for _, r := range b.Rejects {
			t.Errorf("reject: %v", r)
		}
		for _, file := range b.Files {
			if file.Problem != nil {
				t.Errorf("problem: %v", file.Problem)
			}
			for _, w := range file.Warnings {
				if f.Warns == "" || !strings.HasPrefix(w, f.Warns) {
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
func compare(t testing.TB, want, got records, f *exports.Format) {
	t.Helper()
	want = want.by(key(f))
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
			if w, g := want[id][column], got[id][column]; w != g && !slices.Contains(f.Drops, column) {
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
func written(t testing.TB, f *exports.Format, c *exports.Container) string {
	t.Helper()
	b, err := f.Write(invented())
	if err != nil {
		t.Fatal(err)
	}
	name := "export." + f.Extension
	if b, err = c.Wrap(name, b); errors.Is(err, exec.ErrNotFound) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name+c.Extension)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMatrix(t *testing.T) {
	m := builtinMatcher(t)
	containers := exports.Containers()
	want := make(map[string]records) // by set
	all := formats()
	for i := range all {
		f := &all[i]
		if want[f.Set] == nil {
			want[f.Set] = read(t, m, written(t, f, &containers[0]), f)
		}
	}
	t.Run("as invented", func(t *testing.T) { asInvented(t, want) })
	for k := range all {
		f := &all[k]
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			for i := range containers {
				if c := &containers[i]; *full || (i+k)%4 == 0 {
					t.Run(c.Name, func(t *testing.T) { compare(t, want[f.Set], read(t, m, written(t, f, c), f), f) })
				}
			}
		})
	}
}

// asInvented compares what the first format of each set gave with the entries themselves.
func asInvented(t *testing.T, got map[string]records) {
	entries := make(map[string]map[string]string)
	for _, e := range traces() {
		lf := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
		entries[strings.ReplaceAll(e.ID, "-", "")] = map[string]string{
			"occurred_at": e.Created.Format("2006-01-02T15:04:05Z"), "type_name": e.Type, "message_name": e.Message, "mode": e.Value("mode:label"),
			"operation_type": e.Value("operationtype:label"), "depth": strconv.Itoa(e.Depth), "duration_ms": strconv.Itoa(e.Duration),
			"correlation_id": e.Correlation, "error_text": lf(e.Exception), "trace_text": lf(e.Block), "signature": e.signature, "status": e.status, "log": ingest.PluginTrace,
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
	args := []string{"run", "-q", "--csv", "plain", "--threads", threads(), "--db", filepath.Join(dir, "x.duckdb"), "-o", out}
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
	f *exports.Format
	c *exports.Container
}

// commandPairs are those that TestMatrixCommand tries.
func commandPairs(all []exports.Format, containers []exports.Container) (out []pair) {
	met := make(map[string]bool)
	for i := range all {
		f := &all[i]
		switch kind := f.Set + "." + f.Extension; {
		case *full && !f.Alike:
			out = append(out, pair{f, &containers[0]})
		case !*full && !met[kind]:
			met[kind] = true
			out = append(out, pair{f, &containers[len(out)%len(containers)]})
		}
	}
	if *full {
		f := &all[slices.IndexFunc(all, func(f exports.Format) bool { return f.Name == "csv semicolon crlf windows-1252" })]
		for i := range containers[1:] {
			out = append(out, pair{f, &containers[1+i]})
		}
	}
	return out
}

// The diagonal leaves out no container and no kind of file.
func TestMatrixDiagonal(t *testing.T) {
	all, containers := formats(), exports.Containers()
	kinds, wrapped := make(map[string]bool), make(map[string]bool)
	for _, p := range commandPairs(all, containers) {
		kinds[p.f.Set+"."+p.f.Extension], wrapped[p.c.Name] = true, true
	}
	for _, f := range all {
		if !kinds[f.Set+"."+f.Extension] && !(*full && f.Alike) {
			t.Errorf("no file .%s of the %s is tried", f.Extension, f.Set)
		}
	}
	for _, c := range containers {
		if !wrapped[c.Name] {
			t.Errorf("container %s is not tried", c.Name)
		}
	}
}

func TestMatrixCommand(t *testing.T) {
	containers := exports.Containers()
	all := formats()
	want := make(map[string]published) // by set
	first := make(map[string]*exports.Format)
	for i := range all {
		f := &all[i]
		if first[f.Set] == nil {
			first[f.Set], want[f.Set] = f, publish(t, f.DateOrder, written(t, f, &containers[0]))
		}
	}
	check := func(t *testing.T, f *exports.Format, c *exports.Container) {
		w, got := want[f.Set], publish(t, f.DateOrder, written(t, f, c))
		if len(f.Drops) > 0 {
			w.CSV, got.CSV = nil, nil
		}
		if diff := cmp.Diff(w, got); diff != "" {
			t.Errorf("-%s +%s:\n%s", first[f.Set].Name, f.Name, diff)
		}
	}
	for _, p := range commandPairs(all, containers) {
		t.Run(p.f.Name+"/"+p.c.Name, func(t *testing.T) { check(t, p.f, p.c) })
	}
	t.Run("all sets in one night", func(t *testing.T) {
		var paths []string
		for _, set := range []string{"traces", "envelopes", "infologs"} {
			paths = append(paths, written(t, first[set], &containers[5]))
		}
		// The same night again, in other formats, is 50 duplicates.
		for _, name := range []string{"ppds csv", "envelope in csv cell", "text infologs"} {
			f := &all[slices.IndexFunc(all, func(f exports.Format) bool { return f.Name == name })]
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
