package ingest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The log is what the columns say, whatever a text resembles; without columns the text decides.
func TestLogOfARow(t *testing.T) {
	const (
		fault     = `<OrganizationServiceFault xmlns=""http://x""><ErrorCode>-2147220891</ErrorCode><Message>Lot 7 refused.</Message></OrganizationServiceFault>`
		odata     = `{""error"":{""code"":""0x80040265"",""message"":""Lot 7 refused.""}}`
		infolog   = "Cannot save the changes to the database. Unit of Work can not commit transaction. Unable to write data to entity lots."
		envelope  = `{""entityName"":""LotEntity"",""recordResponses"":[{""errorMessage"":""Lot 7 refused.""}]}`
		trace     = "[Adatum.Lots: Adatum.Lots.Guard]\nUnhandled exception: \nException type: System.Exception\nMessage: Lot 7 refused."
		errorLog  = "ProjectName,DetailedErrorMessage,DataAreaId\nLots,"
		columns   = "RecordIdentifier,Error Message\n7,"
		withTrace = "Plugin,RecordIdentifier,InternalEntityName,Exception\nGuard,7,Lots,"
		traceLog  = "typename,exceptiondetails\nAdatum.Guard,"
	)
	for _, c := range []struct{ name, data, want string }{
		{"fault in the error log", errorLog + `"` + fault + `",usmf`, DualWrite},
		{"OData error in the error log", errorLog + `"` + odata + `",usmf`, DualWrite},
		{"trace in the error log", errorLog + `"` + trace + `",usmf`, DualWrite},
		{"OData error under a general heading", columns + `"` + odata + `"`, DualWrite},
		{"columns of the error log beside one of a plug-in", withTrace + `"` + fault + `"`, DualWrite},
		{"error log as JSON", `{"ProjectName":"Lots","DataAreaId":"usmf","DetailedErrorMessage":"{\"error\":{\"code\":\"0x80040265\",\"message\":\"Lot 7 refused.\"}}"}`, DualWrite},
		{"company beside an OData error", `{"DataAreaId":"usmf","error":{"code":"0x80040265","message":"Lot 7 refused."}}`, DualWrite},
		{"infolog in a trace", traceLog + `"` + infolog + `"`, PluginTrace},
		{"envelope in a trace", traceLog + `"` + envelope + `"`, PluginTrace},
		{"OData error of Dataverse alone", `{"error":{"code":"0x80040265","message":"Lot 7 refused."}}`, PluginTrace},
		{"OData error with the exception of a plug-in", `{"error":{"code":"","message":"Gone.","innererror":{"message":"Lot 7 refused.","type":"Adatum.GoneException"}}}`, PluginTrace},
		{"infolog in an OData error", `{"error":{"code":"0022","message":"An error has occurred.","innererror":{"message":"Infolog: Warning: The lot takes no updates"}}}`, DualWrite},
		{"write refused in an OData error", `{"error":{"code":"","message":"An error has occurred.","innererror":{"message":"Write failed for table row of type 'LotEntity'."}}}`, DualWrite},
		{"class of finance and operations in an OData error", `{"error":{"code":"","message":"An error has occurred.","innererror":{"message":"No.","type":"Microsoft.Dynamics.Platform.Integration.Services.OData.X"}}}`, DualWrite},
		{"trace as a text", trace, PluginTrace},
		{"infolog as a text", infolog, DualWrite},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := readText(t, "a", c.data)
			if diff := cmp.Diff([]string{c.want}, x.column("log")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if kept := readData(t, "a", []byte(c.data), Options{Log: c.want}); len(kept.records) != 1 {
				t.Errorf("--log %s keeps %d records of 1", c.want, len(kept.records))
			}
		})
	}
}

// The columns of dual-write's error log, in the names of the table and as labels, fill what they stand for.
func TestErrorLogColumns(t *testing.T) {
	type fill struct{ Entity, Company, Key, Text, Withheld string }
	for _, c := range []struct {
		name, data string
		want       fill
	}{
		{"names of the table", "ProjectName,RecordIdentifier,ProviderType,ExternalEntityName,InternalEntityName,DetailedErrorMessage,CDSPayload,DataAreaId\n" +
			"DWM-1ae3,LOT-7,CDS,lots,Stock lots,Lot 7 refused.,{nevershown},usmf\n", fill{"Stock lots (lots)", "usmf", "LOT-7", "Lot 7 refused.", "payload"}},
		{"labels", "Project name;Record identifier;Provider type;External entity name;Internal entity name;Detailed error message;CDS payload;Company\n" +
			"Stock lots (lots);LOT-7;CDS;lots;Stock lots;Lot 7 refused.;;usmf\n", fill{"Stock lots (lots)", "usmf", "LOT-7", "Lot 7 refused.", ""}},
		{"technical name of the entity", "InternalEntityName,ExternalEntityName,DetailedErrorMessage\nStockLotEntity,lots,Lot 7 refused.\n", fill{Entity: "StockLotEntity", Text: "Lot 7 refused."}},
		{"table alone", "RecordIdentifier,ExternalEntityName,Error message\nLOT-7,lots,Lot 7 refused.\n", fill{Entity: "lots", Key: "LOT-7", Text: "Lot 7 refused."}},
		{"project alone", "ProjectName,DetailedErrorMessage\nDWM-1ae3,Lot 7 refused.\n", fill{Entity: "DWM-1ae3", Text: "Lot 7 refused."}},
		{"JSON", `{"ProjectName":"DWM-1ae3","RecordIdentifier":"LOT-7","InternalEntityName":"Stock lots","DataAreaId":"usmf","CDSPayload":"nevershown","DetailedErrorMessage":"Lot 7 refused."}`,
			fill{"Stock lots", "usmf", "LOT-7", "Lot 7 refused.", "payload"}},
		{"XML", `<Document><DUALWRITEERRORLOG><RECORDIDENTIFIER>LOT-7</RECORDIDENTIFIER><DETAILEDERRORMESSAGE>Lot 7 refused.</DETAILEDERRORMESSAGE><CDSPAYLOAD>nevershown</CDSPAYLOAD></DUALWRITEERRORLOG></Document>`,
			fill{Key: "LOT-7", Text: "Lot 7 refused.", Withheld: "payload"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := readText(t, "a", c.data)
			if len(x.records) != 1 {
				t.Fatalf("%d records, want 1; %+v", len(x.records), x.files)
			}
			r := x.records[0]
			if d := cmp.Diff(c.want, fill{r["entity"], r["company"], r["record_key"], r["error_text"], r["withheld"]}); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			if x.records[0]["log"] != DualWrite {
				t.Errorf("log %s", x.records[0]["log"])
			}
		})
	}
}

// Two rows with one text at one time are two entries when they are about two rows; without a column for
// the key, ids are what they were.
func TestRecordKeyIsPartOfIdentity(t *testing.T) {
	x := readText(t, "a", "RecordIdentifier,DetailedErrorMessage,createddatetime\nA,No.,2026-11-22 09:14:03\nB,No.,2026-11-22 09:14:03\nA,No.,2026-11-22 09:14:03\n")
	if id := x.column("record_id"); id[0] == id[1] || id[0] != id[2] {
		t.Errorf("ids %q: want the first and the third to be one, the second another", id)
	}
}

// A row that says what became of which record is one, whether its time is empty, cannot be read or has no column; one that does not is none.
func TestRowsWithoutATime(t *testing.T) {
	for _, tc := range []struct {
		row               string
		outcome, rejected string
	}{
		{"USMF,accounts,C-1,%s,Succeeded,", OK, ""},
		{"USMF,accounts,C-1,%s,Pending,", OK, ""},
		{"USMF,accounts,C-1,%s,Failed,", Error, ""},
		{"USMF,accounts,,%s,Succeeded,", OK, reasonNoText}, // no key
		{"USMF,,C-1,%s,Succeeded,", OK, reasonNoText},
		{"USMF,,,%s,,", "", reasonNoText},
	} {
		for _, at := range []string{"", "yesterday"} {
			if at != "" && tc.rejected != "" {
				continue // the time says that something was
			}
			x := readText(t, "a.csv", "Company,Entity Name,RecordIdentifier,Created On,Status,Error Message\nUSMF,accounts,C-0,2026-11-22T01:00:00Z,Failed,It failed\n"+fmt.Sprintf(tc.row, at)+"\n")
			var outcomes, reasons []string
			for _, r := range x.records[1:] {
				outcomes = append(outcomes, r["outcome"])
			}
			for _, r := range x.rejects {
				reasons = append(reasons, r.Reason)
			}
			if tc.rejected == "" && !slices.Equal(outcomes, []string{tc.outcome}) || tc.rejected != "" && !slices.Equal(reasons, []string{tc.rejected}) {
				t.Errorf("%s with time %q: %q, rejected %q; want %s %s", tc.row, at, outcomes, reasons, tc.outcome, tc.rejected)
			}
		}
	}
	for _, text := range []string{
		`[{"Company":"USMF","Entity Name":"accounts","RecordIdentifier":"C-0","Created On":"2026-11-22T01:00:00Z","Status":"Failed","Error Message":"It failed"},
{"Company":"USMF","Entity Name":"accounts","RecordIdentifier":"C-1","Created On":"","Status":"Succeeded","Error Message":""}]`,
		"Company,Entity Name,RecordIdentifier,Status,Error Message\nUSMF,accounts,C-0,Failed,It failed\nUSMF,accounts,C-1,Succeeded,\n",
	} {
		if x := readText(t, "a", text); len(x.records) != 2 || x.records[1]["outcome"] != OK || len(x.rejects) != 0 {
			t.Errorf("%s: %q, rejects %v", text, x.records, x.rejects)
		}
	}
}
