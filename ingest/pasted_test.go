package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What programs print in several paragraphs or lines around one failure is one record.
func TestOneFailureInSeveralParagraphs(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"fault behind a blank line", "An error was met while letters were fetched: System.ServiceModel.FaultException`1[Microsoft.Xrm.Sdk.OrganizationServiceFault]: Kim may not " +
			"send for others. (Fault Detail is equal to Exception details:  \n\nErrorCode: 0x8004480D  \nMessage: Kim may not send for others."},
		{"fault, its time first", "Contoso.Mail: letter 7 cannot be sent. (Fault Detail is equal to Exception details:\n\nTimeStamp: 2026-03-01T10:00:00Z\nMessage: No."},
		{"inner fault", "Contoso.Mail: letter 7 cannot be sent.\nException details:\n\nErrorCode: 0x80040220\nMessage: No."},
		{"SQL Server says it twice", "Crm Exception: Message: Generic SQL error., ErrorCode: -2147204784, InnerException: System.Data.SqlClient.SqlException (0x80131904): " +
			"Invalid column name 'contoso_lot'.\nInvalid column name 'contoso_lot'."},
		{"SQL Server names another column", "System.Data.SqlClient.SqlException (0x80131904): Invalid column name 'LOT'.\nInvalid column name 'SITE'.\nInvalid column name 'BIN'."},
		{"SQL Server names another table", "Microsoft.Data.SqlClient.SqlException (0x80131904): Invalid object name 'LOT'.\nInvalid object name 'SITE'."},
		{"statement of an infolog", "Wave 12 cannot be posted.\n\nUPDATE WHSLOADTABLE SET STATUS=? WHERE ((RECID=?) AND (RECVERSION=?))\n" +
			"[Microsoft][ODBC Driver 17 for SQL Server][SQL Server]Unit @@ may not change rows of unit @B.\nObject Server Azure:\n\n" +
			"Cannot edit a record in Loads (WHSLoadTable). Load ID: L-12. The SQL database has issued an error."},
		{"statement of an infolog, deleting", "Lot 7 cannot be removed.\n\nDELETE FROM INVENTBATCH WHERE (RECID=?)\n[Microsoft][ODBC Driver 17 for SQL Server][SQL Server]Busy.\n" +
			"Object Server 01:\n\nCannot delete a record in Batches (InventBatch). The SQL database has issued an error."},
		{"closed by an import", "Results. update not allowed for field 'Bin(BinId)'\nResults. Validations failed"},
		{"closed by a form", "Item D0007 is blocked.\nUpdate has been canceled."},
		{"closed by a posting", "Fiscal period 12 is not open.\nPosting has been cancelled."},
		{"stack as a list", "System.ServiceModel.FaultException<Microsoft.Xrm.Sdk.OrganizationServiceFault>:\nThe list of lots is not valid.\n\nServer stack trace: \n" +
			"- System.ServiceModel.Channels.ServiceChannel.Reply(Message m)\n- System.ServiceModel.Channels.ServiceChannel.Call(String action, Boolean oneway)\n\n" +
			"Exception rethrown at [0]: \n- Contoso.Tool.Client.Get(QueryBase q)\n- Contoso.Tool.Client.<>c__Page7.<Show>b__0(Object o)"},
		{"stack as a list with another mark", "Lot 7 cannot be read.\n* Contoso.Lots.Reader.Load(String path)\n* Contoso.Lots.Page.<Open>b__1() in Page.cs:line 4"},
		{"what SQL Server says of itself", "Fatal error 3624 was met in lot 7, the session cannot go on.\nLocation: store\\lots\\bin.cpp:12\nExpression: 0\nSPID: 61\nProcess ID: 2210"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := readData(t, "a.txt", []byte(c.text), Options{Format: formatText})
			if len(x.records) != 1 || len(x.rejects) > 0 {
				t.Fatalf("%d records, want 1:\n%s", len(x.records), strings.Join(x.column("error_text"), "\n---\n"))
			}
		})
	}
}

// What only looks like the parts above is parted as before.
func TestTwoFailuresInSeveralParagraphs(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"same words without an exception of SQL Server", "Invalid column name 'LOT'.\nInvalid column name 'SITE'."},
		{"other words behind an exception of SQL Server", "Microsoft.Data.SqlClient.SqlException (0x80131904): Invalid object name 'LOT'.\nItem D0007 is blocked."},
		{"a code behind a blank line", "Item D0007 is blocked.\n\nErrorCode: 0x80040220 in lot 7"},
		{"a bulleted name without frame", "- Lot 7 (spring) cannot be saved.\n- Lot 8 (autumn) cannot be saved."},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := readData(t, "a.txt", []byte(c.text), Options{Format: formatText})
			if len(x.records) != 2 {
				t.Fatalf("%d records, want 2:\n%s", len(x.records), strings.Join(x.column("error_text"), "\n---\n"))
			}
		})
	}
}

// A pasted text comes from neither log. It is one of Dataverse where it speaks as only Dataverse does and nothing of
// dual-write quotes it.
func TestLogOfAPastedText(t *testing.T) {
	const lacks = "Principal user (Id=0d5c1a7e-8b7e-4e0c-9a54-6f2b1c7d8e90, type=8) is missing prvReadcontoso_lot privilege on OTC=10044 for entity 'contoso_lot'"
	for _, c := range []struct{ name, text, want string }{
		{"privilege", lacks, PluginTrace},
		{"privilege, wrapped in lines", strings.Replace(lacks, ", type", ",\ntype", 1) + ".\ncontext.Caller=0d5c1a7e", PluginTrace},
		{"privilege under a status", "HTTP/1.1 403 Forbidden\n\n{\n  \"error\": {\n    \"message\": \"" + lacks + "\u201d\n  }\n}", PluginTrace},
		{"access", "SecLib::AccessCheckEx2 failed. Returned hr = -2147220960", PluginTrace},
		{"roles", "RetrievePrivilegeForUser: The user with id 0d5c1a7e-8b7e-4e0c-9a54-6f2b1c7d8e90 has not been assigned any roles.", PluginTrace},
		{"trace of the platform", "Crm Exception: Message: Lot 7 is not valid, ErrorCode: -2147220989", PluginTrace},
		{"row that is not there", "Entity 'contoso_lot' With Id = 0d5c1a7e-8b7e-4e0c-9a54-6f2b1c7d8e90 Does Not Exist", PluginTrace},
		{"rows that are not there", "Lot With Ids = 0d5c1a7e... Do Not Exist", PluginTrace},
		{"database of the platform", "Sql error: lot 7 is locked. CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: 1222", PluginTrace},
		{"row that is not there, behind a write", "Unable to write data to entity contoso_lots. contoso_lot With Id = 7 Does Not Exist", DualWrite},
		{"record that is not there", "Lot 7 does not exist.", DualWrite},
		{"payload", "Bad Gateway - 0x80048d19 - Error identified in Payload provided by the user for Entity :'contoso_lots'", PluginTrace},
		{"address", "GET https://contoso.crm4.dynamics.com/api/data/v9.2/contoso_lots failed: no such set", PluginTrace},
		{"privilege behind a write", "Unable to write data to entity contoso_lots. " + lacks, DualWrite},
		{"privilege of a user of dual-write", lacks + " Caller: # Dual-write app user", DualWrite},
		{"plug-in of dual-write", "failed to process entity contoso_lot - (" + lacks + ")", DualWrite},
		{"infolog", "Field 'Lot' must be filled in.", DualWrite},
		{"status alone", "The remote server returned an error: (403) Forbidden.", DualWrite},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := readData(t, "a.txt", []byte(c.text), Options{Format: formatText})
			if diff := cmp.Diff([]string{c.want}, x.column("log")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A text that tells of a failure in another language, or in words of Dataverse, is no prose.
func TestTellingInOtherWords(t *testing.T) {
	for _, s := range []string{
		"Det gick inte att spara raden. Skrivningar till LotEntity misslyckades.", "Rivi\u00e4 ei voi tallentaa.", "A sor nem menthet\u0151, a LotEntity \u00edr\u00e1sa hiba\u00fczenettel megszakadt.",
		"Falha na grava\u00e7\u00e3o da linha.", "Nie mo\u017cna zapisa\u0107 wiersza.", "El c\u00f3digo de estado no indica \u00e9xito: 404.", "\u0e44\u0e21\u0e48\u0e2a\u0e32\u0e21\u0e32\u0e23\u0e16\u0e1a\u0e31\u0e19\u0e17\u0e36\u0e01\u0e41\u0e16\u0e27",
		"\u884c\u306f\u4fdd\u5b58\u3067\u304d\u307e\u305b\u3093\u3002", "\u65e0\u6cd5\u4fdd\u5b58\u884c\u3002", "\ud589\uc744 \uc800\uc7a5\ud558\uc9c0 \ubabb\ud588\uc2b5\ub2c8\ub2e4.",
		"The team of lot 7 has not been given a role.", "It takes prvWriteLot to do this.",
	} {
		if !telling([]byte(s)) {
			t.Errorf("not telling: %s", s)
		}
	}
}

// One line of text with commas is no table.
func TestLineWithCommas(t *testing.T) {
	for _, s := range []string{
		">Crm Exception: Message: Principal user (Id=<USER>, type=8) is missing prvReadLot privilege (Id=*ID*), ErrorCode: -2147220960",
		"SecLib::CheckPrivilege failed. User: kim, PrivilegeName: prvWriteLot, Required Depth: Basic",
		"Error: lot 7 cannot be saved, site 2, bin 4",
	} {
		if x := readText(t, "a.txt", s); len(x.records) != 1 {
			t.Errorf("%d records, want 1: %s", len(x.records), s)
		}
	}
	if x := readText(t, "a.csv", "Lot,Site,Error\n"); len(x.records) != 0 {
		t.Errorf("a head without rows gives %d records", len(x.records))
	}
}
