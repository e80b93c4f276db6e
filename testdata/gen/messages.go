package main

// This file is the catalogue: what the generated logs say. Every text is a template in which
// $name or ${name} stands for a value that differs from record to record (see ops in template.go).

// Logs a message occurs in.
const (
	inTrace = 1 << iota // plug-in traces
	inDual              // dual-write error log
)

// A message is a documented error text. id names the signature it is an instance of.
type message struct {
	id   string
	logs int
	code string // Dataverse error code, 0x…; empty when none is shown with the text
	text string
}

var documented = []message{
	{"dw-user-not-member-of-org", inDual, "0x80072560", `[{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}], The remote server returned an error: (403) Forbidden.`},
	{"dw-user-not-member-of-org", inTrace, "0x80072560", `failed to process entity $set - ([{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}])`},
	{"dw-unable-to-sync-reference-data", inDual, "", `Cannot save the changes to the database. Unit of Work can not commit transaction. Unable to write data to entity $set. Writes to $fno failed with error message Unable to sync with entity $set.`},
	{"dw-missing-privilege-owning-team", inDual, "", `Unable to write data to entity $set. Principal team (Id=$guid, type=9, roleCount=$n1, privilegeCount=$n2), is missing prvRead$parenttable privilege (Id=$guid) on OTC=1$n4.`},
	{"dw-missing-privilege-owning-team", inTrace | inDual, "0x80040220", `Principal user (Id=$guid, type=8, roleCount=$n1, privilegeCount=$n3, accessMode='0 Read-Write'), is missing prvCreate$table privilege (Id=$guid) on OTC=1$n4 for entity '$table'.`},
	{"dw-payload-empty-uri", inDual, "", `Unable to generate payload for entity $fno. Payload creation failed with error Invalid URI: The URI is empty.`},
	{"dw-isv-connection-attempt-failed", inTrace, "0x80040224", `An unexpected error occurred from ISV code. (ErrorType = ClientError) Unexpected exception from plug-in (Execute): Microsoft.Dynamics.Integrator.DualWriteRuntime.Plugins.PostCommitPlugin: System.Exception: failed to process entity $table - (A connection attempt failed because the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond 10.$n1.$n2.$n2:443)`},
	{"dw-failed-to-process-entity", inTrace, "0x80040224", `Unexpected exception from plug-in (Execute): Microsoft.Dynamics.Integrator.DualWriteRuntime.Plugins.PreCommmitPlugin: System.Exception: failed to process entity $table - (The operation has timed out after $n5 ms)`},
	{"dw-secureconfig-org-mismatch", inTrace, "0x80040265", `SecureConfig Organization (contoso$n3) does not match actual CRM Organization (org${hex8}_$n5).`},
	{"dw-lookup-not-resolved", inDual, "", `Unable to write data to entity $set.Unable to lookup $parentset with values {$key,$guid}.Writes to $fno failed with error message Exception message: One or more errors occurred..For information on troubleshooting see https://go.microsoft.com/fwlink/?linkid=2244045..`},
	{"dw-lookup-not-resolved", inDual, "", `Unable to write data to entity $set. Unable to lookup $parentset with values {$company,$key}. Writes to $fno failed with error message Exception message: The remote server returned an error: (400) Bad Request.`},
	{"dw-contactforparty-lookup", inDual, "", `Unable to write data to entity msdyn_contactforparties. Unable to lookup msdyn_parties with values {00$n5}. Unable to lookup cdm_workers with values {0$n5}.`},
	{"dw-postal-address-location-key", inDual, "0x80040265", `Unable to write data to entity msdyn_partypostaladdresses.Writes to DirPartyPostalAddressLocationCDSEntity failed with error message Request failed with status code BadRequest and CDS error code : 0x80040265 response message: An error occurred in plugin. A record that has the attribute values Location ID already exists. The entity key Location ID Key requires that this set of attributes contains unique values. Select unique values and try again.`},
	{"dw-party-record-not-found", inTrace | inDual, "", `{"RecordError0":"Write failed for entity $map with unknown exception - Party record not found for party type 'Organization'"}`},
	{"dw-fo-record-error", inTrace | inDual, "", `{"RecordError$n1":"Write failed for entity $map with unknown exception - Number sequence $key is not set up for company $company"}`},
	{"dw-party-type-change", inTrace | inDual, "", `Cannot update a party's type from 'DirOrganization' to 'DirPerson', a delete of the existing party followed by an insert with the new type should be performed instead.`},
	{"dw-odata-literal-conversion", inTrace | inDual, "", `An error occurred while validating input parameters: Microsoft.OData.ODataException: Cannot convert the literal '$word' to the expected type 'Edm.Int32'.`},
	{"dw-write-status-envelope", inDual, "", `Writes to $fno failed with error message Request failed with status code InternalServerError and CDS error code : Internal Server Error response message: reference $hex8`},
	{"dw-batch-db-connection-not-closed", inDual, "", `Batch response detailed error {"Message":"ValidateClosed - Db GetCreateConnection() should be closed on End","ExceptionMessage":"ValidateClosed - Db GetCreateConnection() should be closed on End","ExceptionType":"Microsoft.Crm.CrmException","ErrorCode":"0x8004023e"}`},
	{"dw-write-failed-generic", inDual, "", `Unable to write data to entity $set.Writes to $fno failed with error message The journal $key was closed at step $n2`},
	{"dw-remote-400-generic", inTrace | inDual, "", `Exception message: The remote server returned an error: (400) Bad Request.`},
	{"dw-remote-http-auth-generic", inTrace | inDual, "", `The remote server returned an error: (401) Unauthorized.`},
	{"dw-sandbox-message-size", inTrace | inDual, "0x80040216", `Error Code: -2147220970 Error Message: Message size exceeded when sending context to Sandbox. Message size: 1$n2.$n1 MB`},

	{"dv-entity-key-duplicate", inTrace | inDual, "0x80060892", `A record that has the attribute values $label already exists. The entity key $label Key requires that this set of attributes contains unique values. Select unique values and try again.`},
	{"dv-entity-key-duplicate", inTrace | inDual, "0x80060892", `Entity Key $label Key violated. A record with the same value for $label already exists. A duplicate record cannot be created. Select one or more unique values and try again.`},
	{"dv-entity-not-in-metadatacache", inTrace | inDual, "", `The entity with a name 'new_$word' with namemapping='Logical' was not found in the MetadataCache.`},
	{"dv-sandbox-worker-crashed", inTrace, "0x8004418D", `The plug-in execution failed because the Sandbox Worker process crashed. This is typically due to an error in the plug-in code.`},
	{"dv-sandbox-worker-crashed", inTrace, "0x8004418D", "The plug-in execution failed because no Sandbox Worker processes are currently available. Please try again.\nSystem.ServiceModel.CommunicationException: the worker for $type closed its channel: reference number #$hex8"},
	{"dv-sandbox-throttled", inTrace, "0x80081116", `Maximum processes allocated for plug-in business logic exceeded. Fatal errors in plug-ins for this environment have occurred $n2 times in the last $n1 minutes. Each error requires an additional process to recover. Processes for plug-ins are being recycled. All plug-ins for this environment will fail during this period.`},
	{"dv-sandbox-execute-timeout", inTrace, "0x80081111", `Didn't receive a response from the $type plug-in within the 2:20-minute limit.`},
	{"dv-sandbox-timeout", inTrace, "0x80044171", `The plug-in execution failed because the operation has timed-out at the Sandbox Client.`},
	{"dv-sandbox-timeout", inTrace, "0x80044172", `The plug-in execution failed because the operation has timed-out at the Sandbox Host.`},
	{"dv-sandbox-timeout", inTrace, "0x80044173", `The plug-in execution failed because the operation has timed-out at the Sandbox Worker.`},
	{"dv-sandbox-host-unavailable", inTrace, "0x8004418E", `The plug-in execution failed because no Sandbox Hosts are currently available. Please check that you have a Sandbox server configured and that it is running.`},
	{"dv-subnet-delegation", inTrace, "0x80044194", `The plug-in execution failed because your organization's subnet delegation configuration may be incorrect. To fix the configuration, contact your tenant administrator.`},
	{"dv-isv-transaction-count", inTrace, "0x8009000C", `ISV code reduced the open transaction count. Custom plug-ins should not catch exceptions from OrganizationService calls and continue processing.`},
	{"dv-no-active-transaction", inTrace, "0x80040251", `There is no active transaction. This error is usually caused by custom plug-ins that ignore errors from service calls and continue processing.`},
	{"dv-transaction-rolled-back-deadlock", inTrace, "0x80040255", `The transaction of the SQL command has already been rolled back or committed; this is usually caused by a swallowed SQL deadlock exception.`},
	{"dv-sql-deadlock-1205", inTrace, "0x80044150", `Generic SQL error. CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: 1205`},
	{"dv-sql-generic", inTrace, "0x80044150", `Generic SQL error. CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: 87$n2`},
	{"dv-sql-timeout", inTrace, "0x80044151", `Sql error: 'Execution Timeout Expired.  The timeout period elapsed prior to completion of the operation or the server is not responding.'`},
	{"dv-sql-timeout", inTrace, "0x80044151", `SQL timeout expired. CRM ErrorCode: -2147204783 Sql ErrorCode: -2146232060 Sql Number: -2`},
	{"dv-self-blocked-timeout", inTrace, "0x80048554", `The database operation timed out due to blocking induced by an internal server error. Please retry the operation. If you continue to encounter this error, please contact Support.`},
	{"dv-solution-import-timeout", inTrace | inDual, "0x80048543", `The operation timed out. This may be because a solution is currently being imported into this environment. Please try again after the solution import is completed.`},
	{"dv-applock-timeout", inTrace, "0x8004ED47", `Timeout expired before applock could be acquired.`},
	{"dv-isolation-level", inTrace, "0x80040203", `You cannot start a transaction with a different isolation level than is already set on the current transaction`},
	{"dv-key-not-in-dictionary", inTrace, "0x80040224", `System.Collections.Generic.KeyNotFoundException: The given key was not present in the dictionary.`},
	{"dv-disabled-user", inTrace | inDual, "0x80040225", `The user with SystemUserId=$guid in OrganizationContext=org$hex8 is disabled. Disabled users cannot access the system. Consider enabling this user. Also, users are disabled if they don't have a license assigned to them.`},
	{"dv-datetime-kind", inTrace, "0x80040224", `The conversion could not be completed because the supplied DataTime did not have the Kind property set correctly. For example, when the Kind property is DateTimeKind.Local, the source time zone must be TimeZoneInfo.Local.`},
	{"dv-infinite-loop-depth", inTrace, "0x80044182", `This workflow job was canceled because the workflow that started it included an infinite loop. Correct the workflow logic and try again. For information about workflow logic, see Help.`},
	{"dv-null-reference", inTrace, "0x80040224", `System.NullReferenceException: Object reference not set to an instance of an object.`},
	{"dv-null-reference", inTrace, "0x8004F044", `Unexpected null reference error: $column of $table.`},
	{"dv-plugin-load", inTrace, "0x80044191", `Unable to load plug-in assembly.`},
	{"dv-plugin-load", inTrace, "0x80044190", `Unable to load plug-in type.`},
	{"dv-plugin-interface", inTrace, "0x8004A200", `The plug-in specified does not implement the required interface Microsoft.Xrm.Sdk.IPlugin or Microsoft.Crm.Sdk.IPlugin.`},
	{"dv-plugin-interface", inTrace, "0x8004A201", `Can not create instance of a plug-in. Verify that plug-in type is not defined as abstract and it has a public constructor supported by CRM SDK.`},
	{"dv-sandbox-disabled", inTrace, "0x80081115", `Sandbox Plug-in execution is disabled.`},
	{"dv-tx-aborted-by-isv", inTrace, "0x80048550", `Transaction Aborted by ISV code exception in pre-commit stage. See inner exception for detailed information.`},
	{"dv-isv-aborted-http", inTrace | inDual, "0x80048D0B", `{"error":{"code":"0x80048d0b","message":"Route $key has no depot."}}`},
	{"dv-isv-aborted", inTrace | inDual, "0x80040265", `ISV code aborted the operation.`},
	{"dv-isv-unexpected", inTrace | inDual, "0x80040224", `An unexpected error occurred from ISV code. (ErrorType = ClientError) Unexpected exception from plug-in (Execute): $type: System.ArgumentNullException: Value cannot be null. Parameter name: $column`},
	{"dv-privilege-denied", inTrace | inDual, "0x80040220", `The user does not hold the necessary privileges.`},
	{"dv-access-check-failed", inTrace | inDual, "0x80048306", `Principal with id $guid does not have CreateAccess right(s) for record with id $guid of entity $table`},
	{"dv-access-check-failed", inTrace | inDual, "0x80048306", `Not enough privilege to access the Microsoft Dynamics 365 object or perform the requested operation.`},
	{"dv-check-privilege-failed", inTrace | inDual, "0x80040299", `CrmCheckPrivilege failed. Returned hr = -2147220839 on UserId: $guid and Privilege: prvRead$table`},
	{"dv-user-no-roles", inTrace | inDual, "0x80042F09", `The user (Id = $guid) has not been assigned any roles.`},
	{"dv-user-no-roles", inTrace | inDual, "0x80042F0A", `The team has not been assigned any roles.`},
	{"dv-admin-only-mode", inTrace | inDual, "0x8004A113", `User does not have required privileges (or role membership) to access the org when it is in Admin Only mode.`},
	{"dv-ip-blocked", inTrace | inDual, "0x80095FFE", `The request you are trying to make is rejected as access to your ip is blocked.Contact your administrator for mode information.`},
	{"dv-sql-duplicate-key", inTrace | inDual, "0x80040237", `Cannot insert duplicate key row for $table, value $key.`},
	{"dv-sql-duplicate-key", inTrace | inDual, "0x80040237", `A record with matching key values already exists.`},
	{"dv-duplicate-detection", inTrace | inDual, "0x80040333", `A record was not created or updated because a duplicate of the current record already exists.`},
	{"dv-record-not-found", inTrace | inDual, "0x80040217", `Contact With Ids = $guid Do Not Exist`},
	{"dv-record-not-found", inTrace | inDual, "0x80040217", `$table With Id = $guid Does Not Exist`},
	{"dv-record-not-found", inTrace | inDual, "0x80040217", `The specified object was not found.`},
	{"dv-record-not-found-by-key", inTrace | inDual, "0x80060891", `A record with the specified key values does not exist in $table entity`},
	{"dv-concurrency-version", inTrace | inDual, "0x80060882", `The version of the existing record doesn't match the RowVersion property provided.`},
	{"dv-string-too-long", inTrace | inDual, "0x80044331", `A validation error occurred. A string value provided is too long.`},
	{"dv-string-too-long", inTrace | inDual, "0x80090429", `String or binary data would be truncated in table 'dbo.${table}Base', column '$column'. Truncated value: '$key $word'.`},
	{"dv-sql-arithmetic-overflow", inTrace | inDual, "0x80041136", `A SQL arithmetic overflow error occurred`},
	{"dv-webapi-invalid-property", inTrace | inDual, "0x80048D19", `Could not find a property named 'new_$column' on type 'Microsoft.Dynamics.CRM.$table'.`},
	{"dv-webapi-invalid-property", inTrace | inDual, "0x80048D19", `An error occurred while validating input parameters: Microsoft.Crm.CrmException: Invalid property 'new_$column' was found in entity 'Microsoft.Dynamics.CRM.$table'. ---> Microsoft.OData.ODataException: Does not support untyped value in non-open type.`},
	{"dv-webapi-resource-not-found", inTrace | inDual, "0x8006088A", `Resource not found for the segment '$label'.`},
	{"dv-webapi-stream-not-readable", inTrace | inDual, "0x80048D19", `Error identified in Payload provided by the user for Entity :'$set', For more information on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293 ---->  InnerException : System.ArgumentException: Stream was not readable.`},
	{"dv-throttle-requests", inTrace | inDual, "0x80072322", `Number of requests exceeded the limit of 6000 over time window of 300 seconds.`},
	{"dv-throttle-time", inTrace | inDual, "0x80072321", `Combined execution time of incoming requests exceeded limit of 1,200,000  milliseconds over time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.`},
	{"dv-throttle-concurrency", inTrace | inDual, "0x80072326", `Number of concurrent requests exceeded the limit of 52.`},
}

// unknown holds texts that no documented signature covers, made of the same words. Each is
// one cluster: its members differ in values only.
var unknown = []string{
	`Credit limit of customer $key in company $company is used up: $n5.$n2 of $n4 left, the order stays on hold.`,
	`The delivery window $hm is closed for warehouse $key; the transfer needs a planner.`,
	`Region $key could not be matched to a price list of the organization.`,
	`Could not reach the tax service at https://tax.litware.example/v$n1/quote within $n4 milliseconds, attempt $n1.`,
	`The tax service answered with an empty document for $table $guid.`,
	`Account $key is blocked for posting in company $company since period $n2.`,
	`Carrier label for shipment $key was refused: weight $n3.$n1 kg is over the contract of the carrier.`,
	`No exchange rate between $cur and $cur was found for the posting of $key.`,
	`Batch $key of item $key has expired on 2026-10-$d2 and cannot be reserved.`,
	`The approval of $table $guid was withdrawn while the plug-in was waiting for step $n1.`,
	`Route $key overlaps with route $key on 2026-11-$d2; the dispatcher must choose one.`,
	`Number of open orders for $key is $n3, the agreed maximum is $n2.`,
	`A record of $table was changed by the nightly clean-up; the snapshot $hex8 is stale.`,
	`Document $key carries signature level $n1 but the customer asks for level $n1.`,
	`Serial number $key was already shipped with $key.`,
	`Quota of storage in site $key is used: $n4 GB of $n4 GB.`,
	`The price of $key differs by $n2 percent from the quotation $guid.`,
	`Address $guid has no time zone; the plug-in cannot plan a visit.`,
	`Customer $key must have a payer before the first invoice is sent.`,
	`Credit note $key refers to an invoice of another organization.`,
	`The message $guid waited $n4 seconds in queue crm-$word and was put aside.`,
	`Entity image of $table lacks the column $column, which the step needs.`,
	`Field $column of $table holds $n6, a value outside of the agreed range.`,
	`Unit $word cannot be split: the rounding of $key leaves $n2 pieces.`,
	`The write to the audit store failed for request $guid, chunk $n3 of $n3.`,
	`Contract $key ends before the requested service date of 2026-12-$d2.`,
	`The party $key has two primary mail addresses.`,
	`Discount group $key of company $company ends in a loop through $key.`,
	`Expected one default price list for $company but $n1 were found.`,
	`Partner portal https://portal.fabrikam.example/orders/$n6 refused the handover with reason $word.`,
	`Value $n6 of $column was rounded twice, the difference is $n1 cents.`,
	`Sales order $key was split into $n1 parts, part $n1 has no lines.`,
	`Warehouse work $key is locked by worker $n5 since $hm.`,
	`The dimension set $n2-$n3-$n4 is not open for company $company.`,
	`Import of bank statement $key stopped at line $n4: opening balance differs by $n5.$n2.`,
	`Subscription $guid has no seat left for $key.`,
	`The calendar $word of resource $key has no working time on 2026-11-$d2.`,
	`Forecast model $word needs $n2 periods of history, customer $key has $n1.`,
	`Legal hold on $table $guid: the deletion was put off by $n2 days.`,
	`Reply of the map service for $key has an unknown country mark $cur.`,
	`Webhook receiver https://hooks.northwind.example/$hex8 took $n5 ms and was skipped.`,
	`Packing list $key names $n2 boxes, the scanner counted $n2.`,
	`Release $key of the product is blocked by quality order $n6.`,
	`Text of note $guid holds a control character at position $n4.`,
	`Cost center $key was merged into $key, please choose the new one.`,
	`The visit $guid is assigned to a technician who left the team on 2026-09-$d2.`,
	`Interest run $key found $n3 invoices without a due date.`,
	`Rebate agreement $key is signed by one side only.`,
}

// wrapped is how a documented message arrives in column exceptiondetails. $msg is the message,
// $xmsg and $jmsg the same escaped for XML and JSON, $code and $hexcode its error code.
var wrapped = []weighted{
	{12, "$msg"},
	{10, "Unhandled exception: \nException type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException\nMessage: $msg$stack"},
	{34, faultHead + "Message: ${msg}Detail: \n" + faultXML("$code", "$xmsg", "<InnerFault i:nil=\"true\" />")},
	{16, faultHead + "Message: An unexpected error occurred from ISV code.Detail: \n" + faultXML("-2147220956", "An unexpected error occurred from ISV code.",
		"<InnerFault>\n    <ActivityId>$guid</ActivityId>\n    <ErrorCode>$code</ErrorCode>\n    <Message>$xmsg</Message>\n    <Timestamp>$time</Timestamp>\n    <TraceText i:nil=\"true\" />\n  </InnerFault>")},
	{12, "Exception type: System.AggregateException\nMessage: One or more calls of $type did not succeed. $stack\n" +
		`Response: {\"error\":{\"code\":\"$hexcode\",\"message\":\"$jmsg\",\"@Microsoft.PowerApps.CDS.ErrorDetails.ApiActivityIdKey\":\"$guid\",\"@Microsoft.PowerApps.CDS.ErrorDetails.ApiDepthKey\":\"$n1\"}}`},
	{16, "Exception type: System.Reflection.TargetInvocationException\nMessage: The step of $type ended early.$stack\n-- End stack trace --\nInner exception 1:\nException type: System.InvalidOperationException\nMessage: Pipeline for $table was left at depth $n1.$stack\n-- End stack trace --\nInner exception 2:\nException type: System.ServiceModel.FaultException\nMessage: $msg$stack"},
}

// wrappedUnknown leaves error codes out, for a known code would make the record known.
var wrappedUnknown = []weighted{
	{14, "$msg"},
	{40, "Unhandled exception: \nException type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException\nMessage: $msg$stack$stack"},
	{16, `{\"error\":{\"message\":\"$jmsg\",\"type\":\"$type\",\"stacktrace\":\"$jstack\"}}`},
	{30, "Exception type: System.Reflection.TargetInvocationException\nMessage: The step of $type ended early.$stack\n-- End stack trace --\nInner exception 1:\nException type: System.ApplicationException\nMessage: $msg$stack"},
}

// wrappedDual is how a documented Dataverse message arrives in the dual-write error log.
var wrappedDual = []weighted{
	{4, "$msg"},
	{2, "Unable to write data to entity $set.Writes to $fno failed with error message Request failed with status code BadRequest and CDS error code : $hexcode response message: $msg"},
	{1, `{\"error\":{\"code\":\"$hexcode\",\"message\":\"$jmsg\"}}`},
}

const faultHead = "Unhandled exception: \nException type: System.ServiceModel.FaultException`1[Microsoft.Xrm.Sdk.OrganizationServiceFault]\n"

func faultXML(code, text, inner string) string {
	return `<OrganizationServiceFault xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.microsoft.com/xrm/2011/Contracts">
  <ActivityId>$guid</ActivityId>
  <ErrorCode>` + code + `</ErrorCode>
  <ErrorDetails xmlns:d2p1="http://schemas.datacontract.org/2004/07/System.Collections.Generic">
    <KeyValuePairOfstringanyType>
      <d2p1:key>OperationStatus</d2p1:key>
      <d2p1:value xmlns:d4p1="http://www.w3.org/2001/XMLSchema" i:type="d4p1:int">0</d2p1:value>
    </KeyValuePairOfstringanyType>
    <KeyValuePairOfstringanyType>
      <d2p1:key>ApiDepthKey</d2p1:key>
      <d2p1:value xmlns:d4p1="http://www.w3.org/2001/XMLSchema" i:type="d4p1:int">$n1</d2p1:value>
    </KeyValuePairOfstringanyType>
  </ErrorDetails>
  <HelpLink i:nil="true" />
  <Message>` + text + `</Message>
  <Timestamp>$time</Timestamp>
  <ExceptionRetriable>false</ExceptionRetriable>
  <ExceptionSource>PluginExecution</ExceptionSource>
  ` + inner + `
  <OriginalException>$stack</OriginalException>
  <TraceText>
[$asm: $type]
[$guid: $type: $sdk of $table]
Entered Execute, correlation $corr
</TraceText>
</OrganizationServiceFault>`
}

// verboseHead is the error message of an entry that tells the cause in its verbose error.
const verboseHead = "Record $key of $fno was not written to $set, request $guid"

// frames are the lines of a stack trace.
var frames = []string{
	"   at $type.Execute(IServiceProvider services) in $cls.cs:line $n3",
	"   at $type.Handle(IPluginExecutionContext context, ITracingService tracing) in $cls.cs:line $n3",
	"   at Contoso.Crm.Core.PluginBase.Run(LocalContext local) in PluginBase.cs:line $n2",
	"   at Contoso.Crm.Core.Retry.Call[T](Func`1 action, Int32 attempts) in Retry.cs:line $n2",
	"   at Contoso.Crm.Core.Repository`1.Find(Guid id, String[] columns) in Repository.cs:line $n3",
	"   at Contoso.Crm.Core.Rules.RuleRunner.Apply(Entity target, Entity image) in RuleRunner.cs:line $n3",
	"   at Contoso.Crm.Core.Http.JsonClient.<PostAsync>d__$n2.MoveNext() in JsonClient.cs:line $n3",
	"--- End of stack trace from previous location where exception was thrown ---",
	"   at System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw()",
	"   at System.Runtime.CompilerServices.TaskAwaiter.HandleNonSuccessAndDebuggerNotification(Task task)",
	"   at System.Linq.Enumerable.SelectListIterator`2.ToList()",
	"   at System.Collections.Generic.List`1.ForEach(Action`1 action)",
	"   at Microsoft.Crm.Sandbox.SandboxAppDomainHelper.Execute(SandboxCallInfo call, Boolean trace) +0x$hex4",
	"   at Microsoft.Crm.Extensibility.PipelineStage.RunSteps(PipelineExecutionContext context) +0x$hex4",
	"   at Microsoft.Crm.Extensibility.VersionedPluginProxyStepBase.Execute(PipelineExecutionContext context) +0x$hex4",
	"   at Fabrikam.Sales.Pricing.PriceEngine.Evaluate(OrderLine line, PriceList list) in PriceEngine.cs:line $n3",
	"   at Fabrikam.Sales.Pricing.DiscountTree.Walk(Node node, Int32 depth) in DiscountTree.cs:line $n2",
	"   at Northwind.Dispatch.Planner.SlotFinder.Next(Resource resource, DateTime from) in SlotFinder.cs:line $n3",
	"   at Litware.Tax.Client.QuoteRequest.Send(TimeSpan limit) in QuoteRequest.cs:line $n2",
	"   at AdventureWorks.Service.Contracts.ContractGuard.Check(EntityReference contract) in ContractGuard.cs:line $n3",
}

// A message block has blockHead, some traceLines and blockTail.
const (
	blockHead = "[$asm: $type]\n[$guid: $type: $sdk of $table]\n[+$n1 ms] Entered $cls.Execute, correlation $corr, stage 40"
	blockTail = "\n[+$n4 ms] Leaving $cls.Execute"
)

var traceLines = []string{
	"[+$n3 ms] Initiating user $guid, business unit $key",
	"[+$n3 ms] Correlation $corr",
	"Read $table $guid with $n2 columns",
	"Cache hit for settings of $company, age $n3 s",
	"Query on $parenttable returned $n2 rows in $n2 ms",
	"$hm set $column of $key to \"$word $n3\"",
	"$hm compare image \"before\" with \"after\": $n1 columns differ",
	"Target has $column=$n5, pre-image has $column=$n5",
	"Skip line $n2 of $key, nothing to do",
	"Call https://api.contoso.example/v$n1/$word/$n6 took $n3 ms",
	"Shared variable $word is \"$guid\"",
	"Rule set $key version $n1.$n2 chosen for company $company",
	"Warehouse $key, site $n1, pool $word",
	"Owner stays $guid",
	"Price of $key is $n3.$n2 $cur, list $word",
	"{\"step\":\"$word\",\"table\":\"$table\",\"took\":$n3}",
	"Start child request $guid, message $sdk",
	"Line $n2: quantity $n2, unit \"$word\", discount $n1 percent",
}

// types are plug-in types with the assembly in front.
var types = []string{
	"Contoso.Crm.Plugins.AccountGuard", "Contoso.Crm.Plugins.AccountNumbering", "Contoso.Crm.Plugins.ContactMerge",
	"Contoso.Crm.Plugins.CreditCheck", "Contoso.Crm.Plugins.OrderGuard", "Contoso.Crm.Plugins.OrderSplit",
	"Contoso.Crm.Plugins.QuoteRevision", "Contoso.Crm.Plugins.TerritoryRouting", "Contoso.Crm.Plugins.VendorScreening",
	"Fabrikam.Sales.Pricing.PriceLine", "Fabrikam.Sales.Pricing.RebateRun", "Fabrikam.Sales.Portal.Handover",
	"Northwind.Dispatch.PlanVisit", "Northwind.Dispatch.CloseRoute", "Northwind.Dispatch.LabelShipment",
	"AdventureWorks.Service.ContractRenewal", "AdventureWorks.Service.AssetMove", "AdventureWorks.Service.VisitReport",
	"Litware.Tax.QuoteTax", "Litware.Tax.PostTax", "Litware.Archive.StoreDocument", "Litware.Archive.LegalHold",
}

// dualWriteTypes are the plug-ins of dual-write itself; the three m's are the product's.
var dualWriteTypes = []string{
	"Microsoft.Dynamics.Integrator.DualWriteRuntime.Plugins.PreCommmitPlugin",
	"Microsoft.Dynamics.Integrator.DualWriteRuntime.Plugins.PostCommitPlugin",
}

// An entityMap is a dual-write table map under its four names.
type entityMap struct{ name, fno, set, table string }

var entityMaps = []entityMap{
	{"Customers V3", "CustCustomerV3Entity", "accounts", "account"},
	{"CDS Contacts V2", "smmContactPersonCDSV2Entity", "contacts", "contact"},
	{"CDS sales order headers", "SalesOrderHeaderCDSEntity", "salesorders", "salesorder"},
	{"CDS sales order lines", "SalesOrderLineCDSEntity", "salesorderdetails", "salesorderdetail"},
	{"CDS sales quotation header", "SalesQuotationHeaderCDSEntity", "quotes", "quote"},
	{"CDS sales quotation lines", "SalesQuotationLineCDSEntity", "quotedetails", "quotedetail"},
	{"CDS released distinct products", "EcoResReleasedDistinctProductCDSEntity", "products", "product"},
	{"Sales invoice headers V2", "SalesInvoiceHeaderV2Entity", "invoices", "invoice"},
	{"Sales invoice lines V2", "SalesInvoiceLineV2Entity", "invoicedetails", "invoicedetail"},
	{"Units", "UnitOfMeasureEntity", "uoms", "uom"},
	{"Currencies", "CurrencyEntity", "transactioncurrencies", "transactioncurrency"},
	{"Vendors V2", "VendVendorV2Entity", "msdyn_vendors", "msdyn_vendor"},
	{"Worker", "HcmWorkerEntity", "cdm_workers", "cdm_worker"},
	{"CDS Parties", "DirPartyCDSEntity", "msdyn_parties", "msdyn_party"},
	{"Contacts V2", "smmContactPersonV2Entity", "msdyn_contactforparties", "msdyn_contactforparty"},
	{"CDS Party postal address locations", "DirPartyPostalAddressLocationCDSEntity", "msdyn_partypostaladdresses", "msdyn_partypostaladdress"},
	{"Party contacts V3", "DirPartyContactV3Entity", "msdyn_partyelectronicaddresses", "msdyn_partyelectronicaddress"},
	{"All products", "EcoResEveryProductEntity", "msdyn_globalproducts", "msdyn_globalproduct"},
	{"Released products V2", "EcoResReleasedProductV2Entity", "msdyn_sharedproductdetails", "msdyn_sharedproductdetail"},
	{"Purchase order headers V2", "PurchPurchaseOrderHeaderV2Entity", "msdyn_purchaseorders", "msdyn_purchaseorder"},
	{"CDS purchase order line entity", "PurchPurchaseOrderLineCDSEntity", "msdyn_purchaseorderproducts", "msdyn_purchaseorderproduct"},
	{"Product receipt header", "VendProductReceiptHeaderEntity", "msdyn_purchaseorderreceipts", "msdyn_purchaseorderreceipt"},
	{"Warehouse work headers", "WHSWarehouseWorkHeaderEntity", "msdyn_warehouseworkheaders", "msdyn_warehouseworkheader"},
	{"Product categories", "EcoResProductCategoryEntity", "msdyn_productcategories", "msdyn_productcategory"},
}

// parents are reference data that the maps above need first.
var parents = []entityMap{
	{"Customer groups", "CustCustomerGroupEntity", "msdyn_customergroups", "msdyn_customergroup"},
	{"Vendor groups", "VendVendorGroupEntity", "msdyn_vendorgroups", "msdyn_vendorgroup"},
	{"Terms of payment", "PaymentTermEntity", "msdyn_paymentterms", "msdyn_paymentterm"},
	{"Terms of delivery", "DeliveryTermsEntity", "msdyn_termsofdeliveries", "msdyn_termsofdelivery"},
	{"Modes of delivery", "DlvDeliveryModeEntity", "msdyn_shipvias", "msdyn_shipvia"},
	{"Payment schedule", "PaymentScheduleEntity", "msdyn_paymentschedules", "msdyn_paymentschedule"},
	{"Sales tax groups", "TaxGroupEntity", "msdyn_taxgroups", "msdyn_taxgroup"},
	{"Item sales tax group", "TaxItemGroupEntity", "msdyn_taxitemgroups", "msdyn_taxitemgroup"},
	{"Sites", "InventOperationalSiteEntity", "msdyn_operationalsites", "msdyn_operationalsite"},
	{"Warehouses", "InventWarehouseEntity", "msdyn_warehouses", "msdyn_warehouse"},
	{"Price customer groups", "PriceDiscPriceCustomerGroupEntity", "msdyn_pricecustomergroups", "msdyn_pricecustomergroup"},
	{"Customer payment method", "CustomerPaymentMethodEntity", "msdyn_customerpaymentmethods", "msdyn_customerpaymentmethod"},
}

var (
	companies  = []string{"USMF", "DEMF", "GBSI", "FRRT", "JPMF", "BRMF"}
	sdk        = []string{"Create", "Update", "Delete", "Associate", "Assign", "SetState", "Retrieve", "contoso_Recalculate"}
	currencies = []string{"USD", "EUR", "GBP", "JPY", "BRL", "CHF"}
	columns    = []string{"name", "accountnumber", "statuscode", "ownerid", "totalamount", "creditlimit", "pricelevelid", "requestdeliveryby", "shipto_city", "msdyn_company"}
	labels     = []string{"Account Number", "Party Number", "Order Number", "Product Number", "Contact ID", "Vendor Account"}
	words      = []string{"amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "juniper", "kelp", "lagoon", "meadow", "north", "orchard", "prairie", "quarry", "ridge", "summit", "tundra"}
	keyHeads   = []string{"US-", "DE-", "C-", "SO", "PO-", "WH", "P"}
)
