package main

// This file is the story of testdata/demo: what happened at Contoso in the night to
// 2026-11-23, as scenes that demo.go spreads over the exports.
//
// At 18:42 the Dataverse environment was relinked. Until the connection set was right, payloads
// had no address and the application user was unknown (403). Then the units map ran on a stale
// configuration, and the owning team of USMF turned out to lack the privilege on customer
// groups: its customers and sales orders had nothing to refer to. Finance and
// operations was out from 01:47 to 02:31, and at 03:00 the nightly price run hit the limits.

// A plugin is a plug-in step: where it runs, what it traces, and the stack of its errors.
type plugin struct {
	typeName, sdk, table string
	trace                []string // what the step traces, in order; an error comes after half of it
	stack                string
}

var plugins = map[string]*plugin{
	"credit": {"Contoso.Crm.Plugins.CreditCheck", "Update", "salesorder", []string{
		"Entered CreditCheck.Execute, correlation $corr", "Order SO-00$n4, customer US-00$n2, company $company",
		"Read credit profile in $n2 ms", "Open orders: $n2, open invoices: $n1",
		"Rule \"hold above limit\" is on", "Limit not reached, $n4.$n2 left", "Leaving CreditCheck.Execute after $n3 ms"},
		"\n   at Contoso.Crm.Plugins.CreditCheck.Hold(Entity order, Decimal open) in CreditCheck.cs:line 214\n   at Contoso.Crm.Core.PluginBase.Run(LocalContext local) in PluginBase.cs:line 61"},
	"tax": {"Litware.Tax.QuoteTax", "Create", "quotedetail", []string{
		"QuoteTax 4.2 starts, quote $guid", "Ship-to country taken from the address",
		"POST https://tax.litware.example/v3/quote, $n3 bytes", "Answer after $n3 ms, $n1 lines",
		"Tax code \"EU-$n2\" written", "QuoteTax done"},
		"\n   at Litware.Tax.Client.QuoteRequest.Send(TimeSpan limit) in QuoteRequest.cs:line 88\n   at Litware.Tax.QuoteTax.Execute(IServiceProvider services) in QuoteTax.cs:line 47"},
	"visit": {"Northwind.Dispatch.PlanVisit", "Create", "bookableresourcebooking", []string{
		"[+2 ms] Plan visit $guid", "[+$n2 ms] Resource $guid, territory GB-$n1", "[+$n2 ms] 14 slots in the window",
		"[+$n3 ms] Slot $n1 chosen, travel $n2 minutes", "[+$n3 ms] Booking written"},
		"\n   at Northwind.Dispatch.Planner.SlotFinder.Next(Resource resource, DateTime from) in SlotFinder.cs:line 130\n   at Northwind.Dispatch.PlanVisit.Execute(IServiceProvider services) in PlanVisit.cs:line 52"},
	"number": {"Contoso.Crm.Plugins.AccountNumbering", "Create", "account", []string{
		"Entered AccountNumbering.Execute, correlation $corr", "Sequence CUST-$company read", "Next number US-00$n3",
		"Settings: {\"padding\":6,\"prefix\":\"US-\"}", "Number set", "Leaving AccountNumbering.Execute after $n2 ms"},
		"\n   at Contoso.Crm.Plugins.AccountNumbering.Next(String sequence) in AccountNumbering.cs:line 73\n   at Contoso.Crm.Core.PluginBase.Run(LocalContext local) in PluginBase.cs:line 61"},
	"split": {"Contoso.Crm.Plugins.OrderSplit", "contoso_Recalculate", "salesorder", []string{
		"OrderSplit for SO-00$n4", "$n2 lines, $n1 warehouses", "Part 1: $n1 lines", "Part 2: $n1 lines", "Totals agree, $n5.$n2 USD"},
		"\n   at Contoso.Crm.Plugins.OrderSplit.Execute(IServiceProvider services) in OrderSplit.cs:line 158"},
	"renewal": {"AdventureWorks.Service.ContractRenewal", "Update", "msdyn_agreement", []string{
		"Renewal of agreement $guid", "Term 12 months, price list GBP", "Invoice recurrence copied", "Renewal done in $n3 ms"},
		"\n   at AdventureWorks.Service.Contracts.ContractGuard.Check(EntityReference contract) in ContractGuard.cs:line 41"},
	"pre": {"Microsoft.Dynamics.Integrator.DualWriteRuntime.Plugins.PreCommmitPlugin", "Create", "account", []string{
		"Runtime configuration for account read", "Project $guid, leg Dataverse to finance and operations",
		"Payload with $n2 columns built", "Request sent, activity $guid", "Answer: created"},
		"\n   at Microsoft.Dynamics.Integrator.DualWriteRuntime.Plugins.PreCommmitPlugin.Execute(IServiceProvider services)"},
	"post": {"Microsoft.Dynamics.Integrator.DualWriteRuntime.Plugins.PostCommitPlugin", "Update", "account", []string{
		"Runtime configuration for account read", "Batch of $n1 records, activity $guid",
		"Commit on https://contoso-fo.example sent", "Commit confirmed in $n3 ms"},
		"\n   at Microsoft.Dynamics.Integrator.DualWriteRuntime.Plugins.PostCommitPlugin.Execute(IServiceProvider services)"},
}

// Frames a message can stand in. plain and envelope are dual-write's.
const (
	plain    = "$msg"
	envelope = "envelope" // JSON in one cell
	chain    = "Unhandled exception: \nException type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException\nMessage: $msg"
)

var (
	fault = faultHead + "Message: ${msg}Detail: \n" + faultXML("$code", "$xmsg", "<InnerFault i:nil=\"true\" />")
	inner = faultHead + "Message: An unexpected error occurred from ISV code.Detail: \n" + faultXML("-2147220956", "An unexpected error occurred from ISV code.",
		"<InnerFault>\n    <ErrorCode>$code</ErrorCode>\n    <Message>$xmsg</Message>\n    <Timestamp>$time</Timestamp>\n    <TraceText i:nil=\"true\" />\n  </InnerFault>")
)

// A scene is n records of one kind in one file, spread over a time span.
type scene struct {
	file     string
	n        int
	what     string // signature id, "ok", "code/0x…", or "unknown: …" for a cluster
	from, to string // UTC; up to 12:00 on the 23rd
	where    string // plug-in, or fno/set of a dual-write map
	company  string // empty: one of the three
	frame    string
	code     string
	text     string
}

const (
	fileErrors   = "dualwrite-errors.csv"
	fileActivity = "dualwrite-activity.ndjson.gz"
	fileWeb      = "plugintrace-webapi.json"
	fileNight    = "plugintrace-night.csv.zst"
	fileArchive  = "plugintrace-archive.zip"
	memberBook   = fileArchive + "/traces-export.xlsx"
	memberPPDS   = fileArchive + "/traces-ppds.json"
	fileExcel    = "plugintrace-excel.csv"
	filePasted   = "infolog-pasted.txt"

	customers = "CustCustomerV3Entity/accounts"
	groups    = "CustCustomerGroupEntity/msdyn_customergroups"
	orders    = "SalesOrderHeaderCDSEntity/salesorders"
	lines     = "SalesOrderLineCDSEntity/salesorderdetails"
	vendors   = "VendVendorV2Entity/msdyn_vendors"
	units     = "UnitOfMeasureEntity/uoms"
	persons   = "CustCustomerV3Entity/contacts"
	work      = "WHSWarehouseWorkHeaderEntity/msdyn_warehouseworkheaders"

	usmfTeam  = "b4c1d2f0-7a35-4e86-9c1b-2f60d8e7a913"
	privilege = "5d7e9a14-03bc-4f2d-8e61-c0a94b7d3f28"
	usmf      = "e2a7c6b8-91d4-4350-b7fe-64d01c8a25f9"

	infologHead = "Cannot save the changes to the database. Unit of Work can not commit transaction. "
	infologTail = " failed with error message Exception message: One or more errors occurred..For information on troubleshooting see https://go.microsoft.com/fwlink/?linkid=2244045..Activity ID for troubleshooting {$guid}."

	textNotMember  = `[{\"error\":{\"code\":\"0x80072560\",\"message\":\"The user is not a member of the organization.\"}}], The remote server returned an error: (403) Forbidden.`
	textUnits      = infologHead + "Unable to write data to entity uoms. Writes to UnitOfMeasureEntity failed with error message Unable to sync with entity uoms."
	textPrivilege  = infologHead + "Unable to write data to entity msdyn_customergroups.Writes to CustCustomerGroupEntity failed with error message Request failed with status code BadRequest and CDS error code : 0x80040220 response message: Principal team (Id=" + usmfTeam + ", type=9, roleCount=1, privilegeCount=20), is missing prvReadmsdyn_customergroup privilege (Id=" + privilege + ") on OTC=10543."
	textCustomer   = infologHead + "Unable to write data to entity accounts.Unable to lookup msdyn_customergroups with values {${n1}0," + usmf + "}.Writes to CustCustomerV3Entity" + infologTail
	textContact    = infologHead + "Unable to write data to entity contacts.Unable to lookup msdyn_customergroups with values {${n1}0," + usmf + "}.Writes to CustCustomerV3Entity" + infologTail
	textOrder      = infologHead + "Unable to write data to entity salesorders.Unable to lookup accounts with values {US-0$n2," + usmf + "}.Unable to lookup msdyn_customergroups with values {${n1}0," + usmf + "}.Writes to SalesOrderHeaderCDSEntity" + infologTail
	textEmptyURI   = "Payload creation failed with error Invalid URI: The URI is empty."
	textParty      = `{"RecordError0":"Write failed for entity Customers V3 with unknown exception - Party record not found for party type 'Organization'"}`
	textConnection = "An unexpected error occurred from ISV code. (ErrorType = ClientError) Unexpected exception from plug-in (Execute): Microsoft.Dynamics.Integrator.DualWriteRuntime.Plugins.PostCommitPlugin: System.Exception: failed to process entity account - (A connection attempt failed because the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond 203.0.113.$n2:443)"
	textRequests   = "Number of requests exceeded the limit of 6000 over time window of 300 seconds."
	textCredit     = "Credit limit of customer US-0$n2 in company $company is used up: order SO-00$n4 over $n5.$n2 stays on hold."
	textTax        = "The tax service at https://tax.litware.example/v3/quote gave no usable answer for quote $guid, attempt $n1 of 9."
	textVisit      = "Route GB-$n3 overlaps with route GB-$n3 on 2026-11-$d2; the dispatcher must choose one."
	textNull       = "System.NullReferenceException: Object reference not set to an instance of an object."
)

var story = []scene{
	{fileErrors, 5, "dw-payload-empty-uri", "18:44", "19:02", customers, "", envelope, "", textEmptyURI},
	{fileErrors, 3, "dw-payload-empty-uri", "18:46", "19:01", orders, "", envelope, "", textEmptyURI},
	{fileErrors, 9, "dw-user-not-member-of-org", "19:04", "19:18", customers, "", plain, "0x80072560", textNotMember},
	{fileErrors, 6, "dw-unable-to-sync-reference-data", "19:22", "20:02", units, "", plain, "", textUnits},
	{fileErrors, 8, "dw-missing-privilege-owning-team", "20:05", "20:38", groups, "USMF", plain, "0x80040220", textPrivilege},
	{fileErrors, 22, "dw-lookup-not-resolved", "20:11", "23:50", customers, "USMF", plain, "", textCustomer},
	{fileErrors, 14, "dw-lookup-not-resolved", "20:20", "00:40", orders, "USMF", plain, "", textOrder},
	{fileErrors, 6, "unknown: trade agreement", "21:10", "04:00", lines, "DEMF", plain, "", "Trade agreement DE-$n5 of company DEMF is not approved; line $n2 of order SO-00$n4 keeps its old price."},
	{fileErrors, 3, "dw-fo-record-error", "22:00", "23:00", vendors, "GBSI", plain, "", `{"RecordError0":"Write failed for entity Vendors V2 with unknown exception - Number sequence Vend_$n1 is not set up"}`},
	{fileErrors, 4, "dv-entity-key-duplicate", "03:40", "05:10", vendors, "GBSI", plain, "0x80060892", "Unable to write data to entity msdyn_vendors.Writes to VendVendorV2Entity failed with error message Request failed with status code PreconditionFailed and CDS error code : 0x80060892 response message: A record that has the attribute values Vendor Account already exists. The entity key Vendor Account Key requires that this set of attributes contains unique values. Select unique values and try again."},
	{fileErrors, 4, "dv-throttle-requests", "03:00", "03:12", lines, "", plain, "0x80072322", "Request failed with status code TooManyRequests and CDS error code : 0x80072322 response message: " + textRequests},

	{fileActivity, 3, "dw-payload-empty-uri", "18:50", "19:02", customers, "", envelope, "", textEmptyURI},
	{fileActivity, 8, "dw-lookup-not-resolved", "20:30", "22:40", persons, "USMF", envelope, "", textContact},
	{fileActivity, 3, "dw-party-record-not-found", "22:15", "22:50", customers, "GBSI", envelope, "", textParty},
	{fileActivity, 2, "dv-string-too-long", "23:05", "23:30", vendors, "DEMF", envelope, "0x80044331", "A validation error occurred. A string value provided is too long."},
	{fileActivity, 2, "dw-odata-literal-conversion", "23:40", "23:55", lines, "DEMF", envelope, "", "An error occurred while validating input parameters: Microsoft.OData.ODataException: Cannot convert the literal '' to the expected type 'Edm.Int32'."},
	{fileActivity, 3, "dv-throttle-time", "03:02", "03:11", orders, "", envelope, "0x80072321", "Combined execution time of incoming requests exceeded limit of 1,200,000  milliseconds over time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later."},
	{fileActivity, 2, "dv-throttle-concurrency", "03:03", "03:09", orders, "", envelope, "0x80072326", "Number of concurrent requests exceeded the limit of 52."},
	{fileActivity, 4, "unknown: warehouse work", "02:40", "05:20", work, "GBSI", envelope, "", "Warehouse work WH-$n6 is held by wave $n5; its header waits for the posting of that wave."},

	{fileWeb, 22, "ok", "18:00", "22:00", "", "", "", "", ""},
	{fileWeb, 4, "dw-secureconfig-org-mismatch", "18:48", "19:01", "pre", "", chain, "", "SecureConfig Organization (contoso-old) does not match actual CRM Organization (org5c81e0d7)."},
	{fileWeb, 3, "dw-user-not-member-of-org", "19:05", "19:20", "post", "", fault, "0x80072560", "The user is not a member of the organization."},
	{fileWeb, 2, "dw-missing-privilege-owning-team", "20:15", "20:50", "number", "USMF", fault, "0x80040220", "Principal team (Id=" + usmfTeam + ", type=9, roleCount=1, privilegeCount=20), is missing prvReadmsdyn_customergroup privilege (Id=" + privilege + ") on OTC=10543."},
	{fileWeb, 5, "unknown: credit limit", "18:10", "21:50", "credit", "USMF", chain, "", textCredit},
	{fileWeb, 4, "unknown: tax service", "19:30", "21:40", "tax", "DEMF", chain, "", textTax},
	{fileWeb, 3, "dv-key-not-in-dictionary", "18:30", "21:00", "number", "", fault, "0x80040224", "System.Collections.Generic.KeyNotFoundException: The given key was not present in the dictionary."},
	{fileWeb, 3, "dv-null-reference", "20:00", "21:59", "renewal", "GBSI", chain, "", textNull},
	{fileWeb, 2, "dv-sandbox-execute-timeout", "21:35", "21:55", "split", "", inner, "0x80081111", "Didn't receive a response from the Contoso.Crm.Plugins.OrderSplit plug-in within the 2:20-minute limit."},

	{fileNight, 40, "ok", "22:00", "05:30", "", "", "", "", ""},
	{fileNight, 14, "dw-isv-connection-attempt-failed", "01:47", "02:31", "post", "", fault, "0x80040224", textConnection},
	{fileNight, 3, "dw-fo-call-timed-out", "01:52", "02:29", "pre", "", chain, "", "failed to process entity account - (The operation has timed out)"},
	{fileNight, 5, "dv-sandbox-timeout", "22:10", "00:50", "split", "", fault, "0x80044171", "The plug-in execution failed because the operation has timed-out at the Sandbox Client."},
	{fileNight, 5, "dv-sql-deadlock-1205", "22:30", "04:40", "split", "USMF", fault, "0x80044150", "Generic SQL error. CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: 1205"},
	{fileNight, 2, "dv-transaction-rolled-back-deadlock", "22:40", "04:41", "credit", "USMF", inner, "0x80040255", "The transaction of the SQL command has already been rolled back or committed; this is usually caused by a swallowed SQL deadlock exception."},
	{fileNight, 3, "dv-sql-timeout", "23:10", "00:20", "renewal", "GBSI", fault, "0x80044151", "SQL timeout expired. CRM ErrorCode: -2147204783 Sql ErrorCode: -2146232060 Sql Number: -2"},
	{fileNight, 6, "unknown: credit limit", "22:05", "05:10", "credit", "USMF", chain, "", textCredit},
	{fileNight, 5, "unknown: tax service", "22:20", "01:30", "tax", "DEMF", chain, "", textTax},
	{fileNight, 5, "unknown: overlapping routes", "04:10", "05:20", "visit", "GBSI", chain, "", textVisit},
	{fileNight, 5, "dv-throttle-requests", "03:00", "03:12", "number", "", fault, "0x80072322", textRequests},
	{fileNight, 2, "dv-isv-transaction-count", "22:41", "04:42", "split", "USMF", fault, "0x8009000C", "ISV code reduced the open transaction count. Custom plug-ins should not catch exceptions from OrganizationService calls and continue processing."},
	{fileNight, 3, "dv-record-not-found", "03:30", "05:00", "credit", "", fault, "0x80040217", "account With Id = $guid Does Not Exist"},
	{fileNight, 2, "code/0x8004480E", "04:00", "04:30", "split", "DEMF", fault, "0x8004480E", "Quote QUO-00$n4 holds products, so its currency stays as it is."},

	{memberBook, 12, "ok", "23:00", "03:00", "", "", "", "", ""},
	{memberBook, 3, "dv-null-reference", "23:20", "02:40", "renewal", "GBSI", chain, "", textNull},
	{memberBook, 3, "dv-sandbox-worker-crashed", "00:05", "00:25", "split", "", fault, "0x8004418D", "The plug-in execution failed because the Sandbox Worker process crashed. This is typically due to an error in the plug-in code."},
	{memberBook, 4, "unknown: overlapping routes", "23:30", "02:50", "visit", "GBSI", chain, "", textVisit},
	{memberBook, 4, "dw-isv-connection-attempt-failed", "01:49", "02:30", "post", "", chain, "", textConnection},

	{memberPPDS, 10, "ok", "19:00", "04:00", "", "", "", "", ""},
	{memberPPDS, 3, "dv-access-check-failed", "20:10", "23:00", "renewal", "GBSI", fault, "0x80048306", "Principal with id $guid does not have ReadAccess right(s) for record with id $guid of entity msdyn_agreement"},
	{memberPPDS, 2, "dv-infinite-loop-depth", "22:00", "22:02", "split", "", fault, "0x80044182", "This workflow job was canceled because the workflow that started it included an infinite loop. Correct the workflow logic and try again. For information about workflow logic, see Help."},
	{memberPPDS, 3, "unknown: credit limit", "20:00", "03:50", "credit", "USMF", chain, "", textCredit},
	{memberPPDS, 3, "dv-concurrency-version", "21:00", "03:00", "number", "", fault, "0x80060882", "The version of the existing record doesn't match the RowVersion property provided."},
	{memberPPDS, 3, "dw-isv-connection-attempt-failed", "01:48", "02:28", "post", "", fault, "0x80040224", textConnection},

	{fileExcel, 6, "ok", "01:30", "03:30", "", "", "", "", ""},
	{fileExcel, 5, "dw-isv-connection-attempt-failed", "01:48", "02:31", "post", "", chain, "", textConnection},
	{fileExcel, 5, "unknown: Kreditgrenze", "01:35", "03:25", "credit", "DEMF", chain, "", "Für Kunde DE-0$n2 (Müller & Söhne) ist die Kreditgrenze überschritten: Auftrag SO-00$n4 über $n5,$n2 € bleibt gesperrt."},
	{fileExcel, 2, "dv-sql-timeout", "02:35", "03:20", "renewal", "GBSI", fault, "0x80044151", "Sql error: 'Execution Timeout Expired.  The timeout period elapsed prior to completion of the operation or the server is not responding.'"},
	{fileExcel, 2, "dv-sandbox-throttled", "03:05", "03:15", "split", "", fault, "0x80081116", "Maximum processes allocated for plug-in business logic exceeded. Fatal errors in plug-ins for this environment have occurred $n2 times in the last $n1 minutes. Each error requires an additional process to recover. Processes for plug-ins are being recycled. All plug-ins for this environment will fail during this period."},

	{filePasted, 1, "dw-unable-to-sync-reference-data", "19:40", "19:41", units, "USMF", plain, "", textUnits},
	{filePasted, 1, "dw-missing-privilege-owning-team", "20:12", "20:13", groups, "USMF", plain, "", textPrivilege},
	{filePasted, 2, "dw-lookup-not-resolved", "21:14", "22:30", orders, "USMF", plain, "", textOrder},
	{filePasted, 1, "dw-party-record-not-found", "22:31", "22:32", customers, "GBSI", plain, "", textParty},
	{filePasted, 1, "dw-isv-connection-attempt-failed", "02:05", "02:06", "post", "", fault, "0x80040224", textConnection},
	{filePasted, 1, "dw-lookup-not-resolved", "23:10", "23:11", customers, "USMF", plain, "", textCustomer},
}

// overlaps are exports of the same table that share records: the last n errors of one file
// that fall into the time of the other.
var overlaps = []struct {
	from, to string
	n        int
}{
	{fileWeb, fileNight, 6},
	{memberBook, fileExcel, 4},
}

// Lines that cannot be made by filling in a text.
const (
	// What Microsoft published as a sample: inner quotes are not escaped, so it is not JSON.
	// In debug mode the payload comes with it, which no reader may keep.
	invalidEnvelope = `{"entityName":"UnitOfMeasureEntity","externalEntityName":"uoms","executionStatus":2,"fieldResponses":[],"recordResponses":[{"errorMessage":"Request failed with status code InternalServerError and CDS error code : Internal Server Error","logDateTime":"2026-11-22T23:12:40.1180264Z","verboseError":"Batch response detailed error {"Message":"ValidateClosed - Db GetCreateConnection() should be closed on End","ExceptionMessage":"ValidateClosed - Db GetCreateConnection() should be closed on End","ExceptionType":"Microsoft.Crm.CrmException","ErrorCode":"0x8004023e"} "}],"isErrorCountUpdated":false,"dualWriteProcessingStage":4,"debugLogTrace":["CDS batch request --batch_6f0c \r\nContent-Type: multipart/mixed; boundary=changeset_91aa\r\n\r\nPOST /api/data/v9.0/uoms?tag=https://contoso-aos.example HTTP/1.1\r\nHost: contoso.crm.example\r\n\r\n{"name":"box","msdyn_description":"Box of twelve"}\r\n--batch_6f0c--"]}`
	brokenLine      = `{"entityName":"SalesOrderHeaderCDSEntity","executionSta`
	tooManyCells    = `USMF;Customers V3;2026-11-22 21:33:10;Unable to write data;to entity accounts;;;"pasted from another sheet";x;y`
)
