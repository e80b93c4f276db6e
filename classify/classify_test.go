package classify

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest"
	"dwtriage/rules"
)

// The messages of the article this project started from, word for word as it prints them, and
// in the other forms in which the same failure is met.
const (
	seedForbidden = `\[{\\"error\\":{\\"code\\":\\"0x80072560\\",\\"message\\":\\"The user is not a
member of the organization.\\"}}\], The remote server returned an error: (403)
Forbidden."}}".`
	seedUnits   = `Cannot save the changes to the database. Unit of Work can not commit transaction. Unable to write data to entity uoms. Writes to UnitOfMeasureEntity failed with error message Unable to sync with entity uoms.`
	seedPayload = `{"entityName":"CustCustomerV3Entity","executionStatus":2,"fieldResponses":\[\],"recordResponses":\[{"errorMessage":"**Unable
to generate payload for entity
CustCustomerV3Entity**","logDateTime":"2019-08-27T18:51:52.5843124Z","verboseError":"Payload
creation failed with error Invalid URI: The URI is
empty."}\],"isErrorCountUpdated":true}`
	seedConnection = `An unexpected error occurred from ISV code. (ErrorType = ClientError) Unexpected exception from plug-in (Execute): Microsoft.Dynamics.Integrator.DualWriteRuntime.Plugins.PostCommitPlugin: System.Exception: failed to process entity account - (A connection attempt failed because the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond`
	// The article shows a picture here; this is the text that its security page prints.
	seedPrivilege = `Unable to write data to entity accounts. Principal team (Id=7c9e6679-7425-40de-944b-e07fc1f90ae7, type=9, roleCount=1, privilegeCount=20), is missing prvReadmsdyn_customergroup privilege (Id=0f8fad5b-d9cb-469f-a165-70867728950e) on OTC=10543.`
)

// jsonText is text inside a JSON string.
func jsonText(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\r\n`).Replace(text)
}

func TestSeed(t *testing.T) {
	m := builtinMatcher(t)
	customers, accounts := "'Customers V3'", "'accounts'"
	for _, tc := range []struct {
		name, rule, text, entity string
		sql                      []string // that the filled SQL must hold
		not                      string   // that it must not hold
	}{
		{"403", "dw-user-not-member-of-org", seedForbidden, "", nil, ""},
		{"403, plain JSON", "dw-user-not-member-of-org", `[{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}], The remote server returned an error: (403) Forbidden.`, "", nil, ""},
		{"403, decimal code", "dw-user-not-member-of-org", "Unable to write data to entity accounts. <ErrorCode>-2147015328</ErrorCode>", "", nil, ""},
		{"403, contracted", "dw-user-not-member-of-org", "Unable to write data to entity accounts. The user isn’t a member of the organization.", "", nil, ""},

		{"sync", "dw-unable-to-sync-reference-data", seedUnits, "", []string{"'Units'", "'uoms'"}, ""},
		{"sync, entity column", "dw-unable-to-sync-reference-data", seedUnits, "UnitOfMeasureEntity", []string{"'Units'", "'uoms'"}, ""},
		{"sync, newer words", "dw-unable-to-sync-reference-data", "Unable to write data to table uoms.Writes to UnitOfMeasureEntity failed with error message: Unable to sync with table uoms..For information on troubleshooting see https://go.microsoft.com/fwlink/?linkid=2244045..", "", []string{"'Units'", "'uoms'"}, ""},
		{"sync, customers", "dw-unable-to-sync-reference-data", "Unable to write data to entity accounts. Writes to CustCustomerV3Entity failed with error message Unable to sync with entity accounts.", "", []string{customers, accounts}, ""},
		{"sync, short, entity column", "dw-unable-to-sync-reference-data", "Unable to sync with entity uoms.", "Units", []string{"'Units'", "'uoms'"}, ""},

		{"privilege", "dw-missing-privilege-owning-team", seedPrivilege, "", nil, ""},
		{"privilege of a user", "dw-missing-privilege-owning-team", "Unable to write data to entity accounts. [Bad Request] Principal user (Id=7c9e6679-7425-40de-944b-e07fc1f90ae7, type=8) is missing prvCreateaccount privilege (Id=d26fe964-230b-42dd-ad93-5cc879de411e) on OTC=1 for entity 'account'.", "", nil, ""},

		{"payload", "dw-payload-empty-uri", seedPayload, "", nil, ""},
		{"payload, entity column", "dw-payload-empty-uri", seedPayload, "accounts", []string{customers, accounts}, "<map name>"},
		{"payload, map in the entity column", "dw-payload-empty-uri", seedPayload, "Customers V3 (accounts)", []string{customers, accounts}, ""},
		{"payload, units", "dw-payload-empty-uri", strings.ReplaceAll(seedPayload, "CustCustomerV3Entity", "UnitOfMeasureEntity"), "", []string{"'Units'", "'uoms'"}, ""},
		{"payload, verbose error only", "dw-payload-empty-uri", "Payload creation failed with error Invalid URI: The URI is empty.", "CustCustomerV3Entity", nil, ""},

		{"connection", "dw-isv-connection-attempt-failed", seedConnection, "", []string{customers, accounts}, ""},
		{"connection, entity column", "dw-isv-connection-attempt-failed", seedConnection, "account", []string{customers, accounts}, ""},
		{"connection, contracted", "dw-isv-connection-attempt-failed", strings.ReplaceAll(seedConnection, "did not", "didn't"), "", []string{customers, accounts}, ""},
		{"connection, units", "dw-isv-connection-attempt-failed", strings.ReplaceAll(seedConnection, "entity account", "entity uom"), "", []string{"'Units'", "'uoms'"}, ""},
	} {
		forms := map[string]string{
			"as printed":          tc.text,
			"in one line":         strings.Join(strings.Fields(tc.text), " "),
			"in an envelope":      `{"entityName":"","executionStatus":2,"recordResponses":[{"errorMessage":"` + jsonText(tc.text) + `","logDateTime":"2026-11-22T13:20:55Z"}]}`,
			"in an envelope of 2": `{\"recordResponses\":[{\"errorMessage\":\"` + jsonText(jsonText(tc.text)) + `\"}]}`,
			"in XML":              "<Message>" + strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "'", "&apos;").Replace(tc.text) + "</Message>",
			"upper case":          strings.ToUpper(tc.text),
		}
		for form, text := range forms {
			t.Run(tc.name+"/"+form, func(t *testing.T) {
				for _, log := range []string{ingest.DualWrite, ingest.PluginTrace, ""} {
					v := m.Judge(log, text, "", tc.entity)
					if v.Signature != tc.rule || v.Status != "documented" {
						t.Fatalf("log %q: %q comes out as %s, %s; want %s", log, text, v.Status, v.Signature, tc.rule)
					}
					checkFix(t, m, v, tc.sql, tc.not)
				}
			})
		}
	}
}

func checkFix(t *testing.T, m *Matcher, v *Verdict, holds []string, not string) {
	t.Helper()
	var mp *Map
	if len(v.Maps) == 1 {
		mp = v.Maps[0]
	}
	cause, fix := m.Rule(v.Signature).Fill(v.Captures, mp, v.Needs.First)
	if cause == "" || fix.Summary == "" || len(fix.Steps) < 3 || !strings.Contains(fix.Role, "dministrator") || fix.Retry == "" || fix.URL == "" {
		t.Errorf("%s: cause %q, fix %+v: want all parts, and an administrator", v.Signature, cause, fix)
	}
	var sql strings.Builder
	for _, q := range fix.SQL {
		sql.WriteString(q.Text + "\n")
	}
	for _, part := range append(holds, "DUALWRITEPROJECTCONFIGURATION")[:min(len(holds)+1, 2*len(holds))] {
		if !strings.Contains(sql.String(), part) {
			t.Errorf("%s, maps %q: SQL does not hold %s:\n%s", v.Signature, titles(v.Maps), part, sql.String())
		}
	}
	if not != "" && strings.Contains(sql.String(), not) {
		t.Errorf("%s: SQL holds %s:\n%s", v.Signature, not, sql.String())
	}
}

func TestSeedCaptures(t *testing.T) {
	m := builtinMatcher(t)
	for _, tc := range []struct {
		text string
		want map[string]string
		maps []string
	}{
		{seedUnits, map[string]string{"entity": "uoms", "fno_entity": "UnitOfMeasureEntity"}, []string{"Units"}},
		{seedPayload, map[string]string{"fno_entity": "CustCustomerV3Entity"}, []string{"Customers V3 (accounts)", "Customers V3 (contacts)"}},
		{seedConnection, map[string]string{"entity": "account"}, []string{"Customers V3 (accounts)"}},
		{seedPrivilege, map[string]string{"entity": "accounts", "principal": "team", "privilege": "prvReadmsdyn_customergroup", "otc": "10543", "principal_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}, []string{"Customers V3 (accounts)"}},
	} {
		v := m.Judge("", tc.text, "", "")
		for name, want := range tc.want {
			if got := v.Captures[name]; got != want {
				t.Errorf("%.60q: capture %s is %q, want %q", tc.text, name, got, want)
			}
		}
		if diff := cmp.Diff(tc.maps, titles(v.Maps)); diff != "" {
			t.Errorf("%.60q: maps (-want +got)\n%s", tc.text, diff)
		}
	}
}

// A looked-up table is not the one being written.
func TestLookedUpTableIsNotTheMap(t *testing.T) {
	m := builtinMatcher(t)
	v := m.Judge("", "A record with the specified key values does not exist in msdyn_customergroup entity", "", "accounts")
	if v.Signature != "dv-record-not-found-by-key" || v.Captures["table"] != "msdyn_customergroup" || v.Captures["entity"] != "" {
		t.Errorf("%s with captures %q, want the looked-up table as capture table", v.Signature, v.Captures)
	}
	if got := titles(v.Maps); !slices.Equal(got, []string{"Customers V3 (accounts)"}) {
		t.Errorf("maps are %q, want that of the record", got)
	}
}

func TestWrappersNeverWin(t *testing.T) {
	m := builtinMatcher(t)
	for _, r := range m.Rules() {
		if !r.Wrapper {
			continue
		}
		for _, ex := range r.Examples.Match {
			for _, text := range []string{seedUnits + " " + ex.Text, ex.Text + " " + seedUnits} {
				v := m.Judge("", text, "", "")
				if hit := m.Rule(v.Signature); hit == nil || hit.Wrapper {
					t.Errorf("%s wins over a cause in %q", v.Signature, text)
				}
			}
		}
	}
	// Alone a wrapper is better than nothing.
	if v := m.Judge("", "Unable to write data to entity accounts.Writes to CustCustomerV3Entity failed with error message Something went wrong", "", ""); v.Signature != "dw-write-failed-generic" {
		t.Errorf("a wrapper alone comes out as %q", v.describe())
	}
}

// small compiles the rules of a short list: one line each with id, priority, and parts of a rule.
func small(t *testing.T, lines ...string) *Matcher {
	t.Helper()
	var b strings.Builder
	for _, l := range lines {
		id, parts, _ := strings.Cut(l, " ")
		fmt.Fprintf(&b, `- {id: %s, title: t, status: observed, severity: low, category: c, cause: c, fix: {summary: s, role: r, retry: "no", steps: [s]}, examples: {match: [{text: t}], no_match: [t]}, %s}`+"\n", id, parts)
	}
	return compileFile(t, b.String())
}

// compileFile makes a Matcher of one rule file.
func compileFile(t testing.TB, text string) *Matcher {
	t.Helper()
	set, err := Load([]Layer{{ruleFile(text), ""}}, today)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Compile(set, rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// today is when rule files are loaded in tests.
var today = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

const both = "logs: [dualwrite, plugintrace]"

func hits(v *Verdict) string {
	var ids []string
	for _, h := range v.Hits {
		ids = append(ids, h.Rule.ID)
	}
	return strings.Join(ids, " ")
}

func TestOrderOfMatches(t *testing.T) {
	m := small(t,
		`a-high priority: 90, match: {any: [parcel was lost]}, `+both,
		`b-low priority: 10, match: {any: [street is closed]}, `+both,
		`c-low priority: 10, match: {any: [bridge is open]}, `+both,
		`d-low priority: 10, match: {regex: "street is (?P<state>closed)"}, `+both,
		`e-wrapper priority: 99, wrapper: true, match: {any: [delivery failed]}, `+both,
		`f-wrapper priority: 20, wrapper: true, match: {any: [no delivery]}, `+both,
		`g-trace priority: 50, match: {any: [truck broke down], fields: [trace_text]}, `+both,
		`h-plugintrace priority: 50, match: {any: [truck is stuck]}, logs: [plugintrace]`,
		`i-code priority: 30, match: {codes: ["0x80040237"]}, `+both,
		`j-all priority: 30, match: {all: true, codes: ["0x8004FFF1"], any: [house is gone], regex: "number \\d+"}, `+both,
		`k-none priority: 30, match: {any: [letter came], none: [by mistake]}, `+both,
	)
	for _, tc := range []struct{ name, log, text, trace, want string }{
		{"nothing", "", "all is well", "", ""},
		{"priority", "", "Street is closed. Parcel was lost.", "", "a-high b-low d-low"},
		{"priority, other order", "", "Parcel was lost. Street is closed.", "", "a-high b-low d-low"},
		{"deepest position", "", "Street is closed, bridge is open.", "", "c-low b-low d-low"},
		{"deepest position, other order", "", "Bridge is open, street is closed.", "", "b-low d-low c-low"},
		{"rule id at the same position", "", "Street is closed.", "", "b-low d-low"},
		{"error text before trace text", "", "Street is closed.", "Some trace. Bridge is open.", "b-low d-low c-low"},
		{"priority before the field", "", "Street is closed.", "Parcel was lost.", "a-high b-low d-low"},
		{"both fields, one match", "", "Parcel was lost.", "Parcel was lost.", "a-high"},
		{"wrapper behind the least cause", "", "Delivery failed: street is closed.", "", "b-low d-low e-wrapper"},
		{"wrapper behind a cause of the trace", "", "Delivery failed.", "Bridge is open.", "c-low e-wrapper"},
		{"wrappers among themselves", "", "No delivery. Delivery failed.", "", "e-wrapper f-wrapper"},
		{"only in the trace text", "", "Truck broke down", "", ""},
		{"in the trace text", "", "", "Truck broke down", "g-trace"},
		{"log of the rule", ingest.PluginTrace, "Truck is stuck", "", "h-plugintrace"},
		{"other log", ingest.DualWrite, "Truck is stuck", "", ""},
		{"no log: all rules", "", "Truck is stuck", "", "h-plugintrace"},
		{"code in hexadecimal", "", "error 0x80040237", "", "i-code"},
		{"code in decimal", "", "<ErrorCode>-2147220937</ErrorCode>", "", "i-code"},
		{"code inside a word", "", "x0x80040237", "", ""},
		{"all parts", "", "0x8004FFF1 house is gone, number 12", "", "j-all"},
		{"all but the code", "", "house is gone, number 12", "", ""},
		{"all but the literal", "", "0x8004FFF1 number 12", "", ""},
		{"all but the expression", "", "0x8004FFF1 house is gone", "", ""},
		{"parts in two fields", "", "0x8004FFF1 house is gone", "number 12", ""},
		{"exclusion", "", "Letter came BY  MISTAKE", "", ""},
		{"exclusion in the other field", "", "Letter came", "by mistake", "k-none"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := m.Judge(tc.log, tc.text, tc.trace, "")
			if got := hits(v); got != tc.want {
				t.Errorf("log %q, error %q, trace %q: %q, want %q", tc.log, tc.text, tc.trace, got, tc.want)
			}
			if first, _, _ := strings.Cut(tc.want, " "); v.Signature != first {
				t.Errorf("error %q, trace %q: signature %q, want %q", tc.text, tc.trace, v.Signature, first)
			}
			for _, h := range v.Hits {
				field := slices.Index(fieldNames, h.Field)
				if h.Text == "" || v.Texts[field][h.Start:h.End] != h.Text {
					t.Errorf("%s: %q is not at %d..%d of %q", h.Rule.ID, h.Text, h.Start, h.End, v.Texts[field])
				}
			}
		})
	}
}

func TestCapturesMerge(t *testing.T) {
	m := small(t,
		`a-cause priority: 50, match: {regex: "row of (?P<table>\\w+) with (?P<value>\\w*)"}, `+both,
		`b-other priority: 40, match: {regex: "key (?P<value>\\w+)|code (?P<value_2>\\w+)"}, `+both,
		`c-wrapper priority: 99, wrapper: true, match: {regex: "writing (?P<entity>\\w+) of (?P<table>\\w+)"}, `+both,
	)
	for _, tc := range []struct {
		name, text, trace string
		want              map[string]string
	}{
		{"one rule", "row of uoms with ea", "", map[string]string{"table": "uoms", "value": "ea"}},
		{"another cause tells of another error", "row of uoms with - key pcs", "", map[string]string{"table": "uoms"}},
		{"the primary rule first", "key pcs, row of uoms with ea", "", map[string]string{"table": "uoms", "value": "ea"}},
		{"second group of a name", "code pcs", "", map[string]string{"value": "pcs"}},
		{"a wrapper adds but does not replace", "writing accounts of contacts: row of uoms with ea", "", map[string]string{"entity": "accounts", "table": "uoms", "value": "ea"}},
		{"from the trace text", "row of uoms with ea", "writing accounts of contacts", map[string]string{"entity": "accounts", "table": "uoms", "value": "ea"}},
		{"none", "nothing", "", map[string]string{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, m.Judge("", tc.text, tc.trace, "").Captures); diff != "" {
				t.Errorf("captures of %q and %q (-want +got)\n%s", tc.text, tc.trace, diff)
			}
		})
	}
}

func TestCodesAlone(t *testing.T) {
	m := small(t, `a-one priority: 1, match: {any: [parcel was lost]}, `+both)
	for _, tc := range []struct{ name, text, trace, signature, status, code string }{
		{"a known code", "Contoso says no (0x80040E14?) 0x8003F450", "", "code/0x8003F450", StatusCode, "0x8003F450"},
		{"lower case", "error 0x8003f450.", "", "code/0x8003F450", StatusCode, "0x8003F450"},
		{"decimal", "<ErrorCode>-2147224496</ErrorCode>", "", "code/0x8003F450", StatusCode, "0x8003F450"},
		{"the deepest", "0x8003F451: 0x8003F450", "", "code/0x8003F450", StatusCode, "0x8003F450"},
		{"not in the table", "error 0xDEADBEEF", "", "", StatusUnknown, ""},
		{"in the trace only", "Contoso says no", "0x8003F450", "", StatusUnknown, ""},
		{"catch-all alone", "Contoso says no. 0x80040265", "", "", StatusUnknown, "0x80040265"},
		{"catch-all in decimal", "Contoso says no. <ErrorCode>-2147220891</ErrorCode>", "", "", StatusUnknown, "0x80040265"},
		{"UnExpected", "Contoso says no. 0x80040216", "", "", StatusUnknown, "0x80040216"},
		{"InvalidArgument", "Contoso says no. 0x80040203", "", "", StatusUnknown, "0x80040203"},
		{"IsvUnExpected", "Contoso says no. 0x80040224", "", "", StatusUnknown, "0x80040224"},
		{"a catch-all does not hide a code", "0x8003F450: 0x80040216", "", "code/0x8003F450", StatusCode, "0x8003F450"},
		{"a code behind a catch-all", "0x80040216: 0x8003F450", "", "code/0x8003F450", StatusCode, "0x8003F450"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := m.Judge(ingest.PluginTrace, tc.text, tc.trace, "")
			code := ""
			if v.Code != nil {
				code = v.Code.String()
			}
			if v.Signature != tc.signature || v.Status != tc.status || code != tc.code {
				t.Errorf("%q: signature %q, status %s, code %s; want %q, %s, %s", tc.text, v.Signature, v.Status, code, tc.signature, tc.status, tc.code)
			}
		})
	}
}

// Where a rule stands for a catch-all code, it is one for wrappers.
func TestCatchAllCodesAreWrappers(t *testing.T) {
	m := builtinMatcher(t)
	for _, code := range catchAll {
		v := m.Judge("", "Contoso says no. "+codeText(code), "", "")
		if r := m.Rule(v.Signature); v.Status != StatusUnknown && (r == nil || !r.Wrapper) {
			t.Errorf("%s alone comes out as %s", codeText(code), v.describe())
		}
	}
}

// The codes of one record must not show in the next one.
func TestClassifyForgetsTheRecordBefore(t *testing.T) {
	b := batchOf(memory.DefaultAllocator, []testRow{
		{log: ingest.DualWrite, outcome: ingest.Error, errText: seedUnits + " 0x8003F450", entity: "Units"},
		{log: ingest.DualWrite, outcome: ingest.Error},
	})
	defer b.Release()
	builtinMatcher(t).Classify(b, nil)
	want := rowVerdict{status: StatusUnknown, template: TemplateID(nil), captures: map[string]string{}, start: -1, end: -1}
	if diff := cmp.Diff(want, verdictOf(b.Records, 1), cmp.AllowUnexported(rowVerdict{})); diff != "" {
		t.Errorf("a record without texts (-want +got)\n%s", diff)
	}
}

func TestUnknownHasATemplate(t *testing.T) {
	m := builtinMatcher(t)
	a := m.Judge("", "Parcel AB-12 of order SO-1 went to the moon at 2026-11-22T13:20:55Z.", "", "")
	b := m.Judge("", "Parcel CD-99 of order SO-22 went to the moon at 2026-01-01T00:00:00Z.", "", "")
	c := m.Judge("", "Parcel CD-99 of order SO-22 went to the sun at 2026-01-01T00:00:00Z.", "", "")
	if a.Status != StatusUnknown || a.Signature != "" || len(a.Hits) > 0 {
		t.Errorf("comes out as %s, %s, %q; want unknown", a.Status, a.Signature, hits(a))
	}
	if len(a.TemplateID) != 14 || a.TemplateID != b.TemplateID || a.TemplateID == c.TemplateID {
		t.Errorf("template ids %q, %q, %q: want the first two equal and the third not", a.TemplateID, b.TemplateID, c.TemplateID)
	}
}

// Texts near to a rule that must not come out as it.
func TestNearMisses(t *testing.T) {
	m := builtinMatcher(t)
	for _, tc := range []struct {
		name, text string
		not        []string // beginnings of rule ids; "" is any rule
	}{
		{"another SQL number", "Sql error: Generic SQL error. CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: 2627", []string{"dv-sql-deadlock", "dv-sql-timeout", "dv-transaction"}},
		{"1205 that is no SQL number", "Order 1205 could not be priced by Contoso.Orders.Price", []string{""}},
		{"business text with the plug-in code", `{"error":{"code":"0x80040265","message":"The credit limit of Contoso Ltd is used up."}}`, []string{"dw-"}},
		{"business text with the plug-in code, fault", "Unhandled exception: Exception type: System.ServiceModel.FaultException Message: The credit limit is used up.Detail: <OrganizationServiceFault><ErrorCode>-2147220891</ErrorCode>", []string{"dw-", "dv-null", "dv-sandbox", "dv-sql", "dv-key"}},
		{"a developer's line in the trace of a fault", "Unhandled exception: Exception type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException Message: Contoso says no.Detail: <OrganizationServiceFault><ErrorCode>-2147220891</ErrorCode><TraceText>caught System.NullReferenceException: Object reference not set to an instance of an object. Sql Number: 1205</TraceText></OrganizationServiceFault>", []string{"dv-null", "dv-sql", "plugin-"}},
		{"names in a stack", "Contoso.Orders.StockException: nothing is left to sell at Contoso.Throttling.DeadlockGuard.SandboxTimeout(Entity account) at Contoso.NullReference.Check()", []string{""}},
		{"a success that names an entity", "Unable was I; wrote data to entity accounts", []string{""}},
		{"somebody else's 403", "The remote server contoso.example returned an error page: Forbidden", []string{"dw-user", "is-ax"}},
		{"a user who is a member", "The user is a member of the organization.", []string{""}},
		{"a member of something else", "The user is not a member of the warehouse team.", []string{""}},
		{"another empty address", "System.UriFormatException: Invalid URI: The URI is empty. at Contoso.Links.Open(String text)", []string{"dw-payload"}},
		{"a connection of another plug-in", "Contoso.Freight: A connection attempt failed because the connected party did not properly respond after a period of time", []string{"dw-isv-connection"}},
		{"a foreign key is no deadlock", "Sql error: Generic SQL error. CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: 547", []string{"dv-sql-deadlock", "dv-sql-timeout"}},
		{"a type in a stack", "Contoso.Orders.PriceException: no price for item 4711 at System.InvalidCastException..ctor(String message) at System.Net.WebException.Check() at Contoso.Orders.Price.Run()", []string{"plugin-invalid", "net-", "dv-"}},
		{"a retry that succeeded", "Contoso.Rates: call timed out once (The operation has timed out), second try answered after 300 ms", []string{""}},
		{"a success of initial sync", "Project validation succeeded for Customers V3 (accounts), no DIPV code was raised", []string{""}},
		{"a lookup that worked", "Lookup of msdyn_customergroups with values {80} returned 1 row.", []string{""}},
		{"a health check that passed", "Health check DWDVEV1003: passed, all companies of dual-write and Dataverse match", []string{""}},
		{"a privilege that is there", "Principal team holds prvReadAccount privilege", []string{""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := m.Judge("", tc.text, "", "")
			for _, not := range tc.not {
				if v.Signature != "" && strings.HasPrefix(v.Signature, not) {
					t.Errorf("%q comes out as %s", tc.text, v.Signature)
				}
			}
		})
	}
	if v := m.Judge("", "Sql error: Generic SQL error. CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: 1205", "", ""); !strings.Contains(v.Signature, "deadlock") {
		t.Errorf("SQL number 1205 comes out as %s, want a deadlock", v.describe())
	}
}

// A server in another language: what is recognised is recognised by the type of the exception, a
// number or a code. Everything else stays unknown.
func TestTextsOfOtherLanguages(t *testing.T) {
	m := builtinMatcher(t)
	for _, tc := range []struct{ text, want string }{
		{"System.NullReferenceException: Der Objektverweis wurde nicht auf eine Objektinstanz festgelegt.", "dv-null-reference"},
		{"System.NullReferenceException: La référence d'objet n'est pas définie à une instance d'un objet.", "dv-null-reference"},
		{"System.NullReferenceException: Riferimento a un oggetto non impostato su un'istanza di oggetto.", "dv-null-reference"},
		{"System.Collections.Generic.KeyNotFoundException: Der angegebene Schlüssel war nicht im Wörterbuch angegeben.", "dv-key-not-in-dictionary"},
		{"System.InvalidCastException: Das Objekt des Typs \"Contoso.Auftrag\" kann nicht in Typ \"Contoso.Beleg\" umgewandelt werden.", "plugin-invalid-cast"},
		{"System.ArgumentNullException: La valeur ne peut pas être null. Nom du paramètre : entite", "plugin-argument-null"},
		{"System.FormatException: Formato della stringa di input non corretto.", "plugin-format"},
		{"Allgemeiner SQL-Fehler. CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: 1205", "dv-sql-deadlock-1205"},
		{`{"error":{"code":"0x80040217","message":"Das Objekt ist nicht vorhanden."}}`, "dv-record-not-found"},
		{"<ErrorCode>-2147220960</ErrorCode><Message>L'utente non ha i privilegi necessari.</Message>", "dv-privilege-denied"},
		{"Contoso.Auftrag: keine InvalidCastException aufgetreten", ""},
		{"Der Objektverweis wurde nicht auf eine Objektinstanz festgelegt.", ""},
		{"Le délai d'attente d'exécution a expiré.", ""},
		{"Timeout dell'esecuzione scaduto.", ""},
		{"Die Kundengruppe 80 ist gesperrt.", ""},
		{"Le groupe de clients 80 est bloqué.", ""},
		{"Il gruppo di clienti 80 è bloccato.", ""},
	} {
		v := m.Judge(ingest.PluginTrace, tc.text, "", "")
		if v.Signature != tc.want {
			t.Errorf("%q comes out as %s, want %q", tc.text, v.describe(), tc.want)
		}
	}
}

func TestMatcherTestFindsFailures(t *testing.T) {
	rule := `- {id: a-one, title: t, status: observed, severity: low, category: c, priority: 1, cause: c, logs: [dualwrite], match: {regex: "parcel (?P<parcel>\\w+)"},
  fix: {summary: s, role: r, retry: "no", steps: [s]}, examples: {match: [{text: parcel A1, captures: {parcel: A1}}, {text: parcel A1, captures: {parcel: B2}}, {text: letter A1}, {text: parcel A1, log: plugintrace}], no_match: [parcel A1, letter]}}
`
	m := compileFile(t, rule)
	if m.Digest() != m.Set().Digest || m.Rule("a-one") != m.Set().Rules[0] || m.Rule("a-two") != nil {
		t.Errorf("digest %q, rules %v: not those of Load", m.Digest(), m.Rules())
	}
	n, failures := m.Test()
	var got []string
	for _, f := range failures {
		got = append(got, f.Example+": "+f.Msg)
	}
	want := []string{
		`parcel A1: capture parcel is "A1", want "B2"`,
		`letter A1: comes out as unknown: no rule matches`,
		`parcel A1: comes out as unknown: no rule matches`,
		`parcel A1: must not come out as this rule`,
	}
	if diff := cmp.Diff(want, got); diff != "" || n != 6 {
		t.Errorf("%d examples, want 6; failures (-want +got)\n%s", n, diff)
	}
}

// A row of a batch; empty text is null.
type testRow struct{ log, outcome, errText, trace, entity, company string }

func batchOf(mem memory.Allocator, rows []testRow) *ingest.Batch {
	b := array.NewRecordBuilder(mem, ingest.Schema())
	defer b.Release()
	for i, r := range rows {
		texts := map[int]string{
			ingest.ColLog: r.log, ingest.ColOutcome: r.outcome, ingest.ColErrorText: r.errText, ingest.ColTraceText: r.trace,
			ingest.ColEntity: r.entity, ingest.ColCompany: r.company, ingest.ColFile: "made.csv",
		}
		for col := range ingest.NumColumns {
			switch f := b.Field(col).(type) {
			case *array.StringBuilder:
				if texts[col] == "" {
					f.AppendNull()
				} else {
					f.Append(texts[col])
				}
			case *array.FixedSizeBinaryBuilder:
				f.Append(slices.Repeat([]byte{byte(i)}, 16))
			case *array.Int64Builder:
				f.Append(int64(i))
			default:
				f.AppendNull()
			}
		}
	}
	return &ingest.Batch{Records: b.NewRecordBatch()}
}

// text is the value of row i, "" when it is null.
func text(rec arrow.RecordBatch, col, i int) string {
	return string(stringAt(rec.Column(col).(*array.String), i))
}

func list(rec arrow.RecordBatch, col, i int) (out []string) {
	a := rec.Column(col).(*array.List)
	from, to := a.ValueOffsets(i)
	for j := from; j < to; j++ {
		out = append(out, a.ListValues().(*array.String).Value(int(j)))
	}
	return out
}

func captures(rec arrow.RecordBatch, i int) map[string]string {
	a := rec.Column(ColCaptures).(*array.Map)
	from, to := a.ValueOffsets(i)
	out := make(map[string]string)
	for j := from; j < to; j++ {
		out[a.Keys().(*array.String).Value(int(j))] = a.Items().(*array.String).Value(int(j))
	}
	return out
}

func number(rec arrow.RecordBatch, col, i int) int {
	a := rec.Column(col).(*array.Int32)
	if a.IsNull(i) {
		return -1
	}
	return int(a.Value(i))
}

func TestClassifyEqualsJudge(t *testing.T) {
	m := builtinMatcher(t)
	var rows []testRow
	add := func(r testRow) { rows = append(rows, r) }
	for _, s := range []string{seedForbidden, seedUnits, seedPayload, seedConnection, seedPrivilege} {
		add(testRow{log: ingest.DualWrite, errText: s})
		add(testRow{log: ingest.PluginTrace, errText: s, trace: "before\n" + seedUnits, entity: "accounts"})
	}
	add(testRow{log: ingest.PluginTrace, outcome: ingest.OK, trace: seedUnits, entity: "account"})
	add(testRow{log: ingest.DualWrite, errText: "Parcel AB-12 is lost", entity: "Customers V3"})
	add(testRow{log: ingest.DualWrite, errText: "Parcel AB-12 is lost", entity: "contoso_parcels"})
	add(testRow{log: ingest.PluginTrace, errText: "Parcel AB-12 is lost", entity: "contoso_parcel"})
	add(testRow{log: ingest.PluginTrace, errText: "error 0x8003f450", entity: "salesorders"})
	add(testRow{log: ingest.DualWrite})
	for _, r := range m.Rules() {
		for _, ex := range r.Examples.Match {
			for _, log := range r.Logs {
				add(testRow{log: log, errText: ex.Text})
				add(testRow{log: log, errText: "x", trace: ex.Text, entity: "UnitOfMeasureEntity"})
			}
		}
	}
	for i := range rows {
		if rows[i].outcome == "" {
			rows[i].outcome = ingest.Error
		}
	}

	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	b := batchOf(mem, rows)
	defer b.Release()
	before := b.Records
	before.Retain()
	defer before.Release()
	m.Classify(b, mem)
	rec := b.Records
	if !rec.Schema().Equal(Schema()) || rec.NumRows() != int64(len(rows)) || before.NumCols() != ingest.NumColumns || rec.NumCols() != NumColumns {
		t.Fatalf("the batch has %d rows and schema %v, want %d rows and %v", rec.NumRows(), rec.Schema(), len(rows), Schema())
	}
	for col, was := range before.Columns() {
		if !array.Equal(was, rec.Column(col)) {
			t.Errorf("column %s of ingest is not what it was", rec.ColumnName(col))
		}
	}
	for i, r := range rows {
		got := verdictOf(rec, i)
		want := rowVerdict{status: StatusOK, captures: map[string]string{}, start: -1, end: -1}
		if r.outcome == ingest.Error {
			want = judged(m, r)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(rowVerdict{})); diff != "" {
			t.Errorf("row %d %+v (-Judge +Classify)\n%s", i, r, diff)
		}
	}
}

// rowVerdict is the verdict columns of a row.
type rowVerdict struct {
	signature, status, category, severity, code, title, fno, table, key, template, field, company string
	signatures, candidates                                                                        []string
	captures                                                                                      map[string]string
	start, end                                                                                    int
}

func verdictOf(rec arrow.RecordBatch, i int) rowVerdict {
	return rowVerdict{
		signature: text(rec, ColSignature, i), status: text(rec, ColStatus, i), category: text(rec, ColCategory, i), severity: text(rec, ColSeverity, i),
		code: text(rec, ColErrorCode, i), title: text(rec, ColMap, i), fno: text(rec, ColFnoEntity, i), table: text(rec, ColDataverseTable, i),
		key: text(rec, ColAffectedKey, i), template: text(rec, ColTemplateID, i), field: text(rec, ColMatchedField, i),
		signatures: list(rec, ColSignatures, i), candidates: list(rec, ColMapCandidates, i), captures: captures(rec, i),
		start: number(rec, ColMatchedStart, i), end: number(rec, ColMatchedEnd, i), company: text(rec, ColCompanyNamed, i),
	}
}

// judged is what the columns of a failing row must be according to Judge.
func judged(m *Matcher, r testRow) rowVerdict {
	v := m.Judge(r.log, r.errText, r.trace, r.entity)
	w := rowVerdict{signature: v.Signature, status: v.Status, template: v.TemplateID, captures: v.Captures, start: -1, end: -1}
	if v.Code != nil {
		w.code = v.Code.String()
	}
	for _, h := range v.Hits {
		w.signatures = append(w.signatures, h.Rule.ID)
	}
	if len(v.Hits) > 0 {
		h := v.Hits[0]
		w.category, w.severity, w.field, w.start, w.end = h.Rule.Category, h.Rule.Severity, h.Field, h.Start, h.End
	}
	w.key = v.Captures["record_key"]
	if w.key == "" {
		w.key = v.Captures["record_id"]
	}
	w.company = strings.ToUpper(v.Captures["company"])
	switch len(v.Maps) {
	case 0:
		w.fno, w.table = v.Captures["fno_entity"], v.Captures["entity"]
		if w.table == "" && r.log == ingest.PluginTrace {
			w.table = r.entity
		}
		return w
	case 1:
		w.title = v.Maps[0].Title
	default:
		w.candidates = titles(v.Maps)
	}
	one := func(name func(*Map) string) string {
		for _, mp := range v.Maps {
			if name(mp) != name(v.Maps[0]) {
				return ""
			}
		}
		return name(v.Maps[0])
	}
	w.fno, w.table = one(func(mp *Map) string { return mp.FnoEntity }), one(func(mp *Map) string { return mp.Table })
	return w
}

func TestClassifyMaps(t *testing.T) {
	m := builtinMatcher(t)
	for _, tc := range []struct {
		name       string
		row        testRow
		title      string
		fno, table string
		candidates []string
	}{
		{"one map", testRow{log: ingest.DualWrite, errText: seedUnits}, "Units", "UnitOfMeasureEntity", "uom", nil},
		{"two names of the text narrow", testRow{log: ingest.DualWrite, errText: "Unable to write data to entity accounts.Writes to CustCustomerV3Entity failed with error message x"}, "Customers V3 (accounts)", "CustCustomerV3Entity", "account", nil},
		{"the entity column narrows", testRow{log: ingest.DualWrite, errText: seedPayload, entity: "contact"}, "Customers V3 (contacts)", "CustCustomerV3Entity", "contact", nil},
		{"candidates and what they share", testRow{log: ingest.DualWrite, errText: seedPayload}, "", "CustCustomerV3Entity", "", []string{"Customers V3 (accounts)", "Customers V3 (contacts)"}},
		{"unknown message, entity column", testRow{log: ingest.DualWrite, errText: "Parcel lost", entity: "Units"}, "Units", "UnitOfMeasureEntity", "uom", nil},
		{"unknown table of a trace", testRow{log: ingest.PluginTrace, errText: "Parcel lost", entity: "contoso_parcel"}, "", "", "contoso_parcel", nil},
		{"unknown entity of dual-write", testRow{log: ingest.DualWrite, errText: "Parcel lost", entity: "Parcels"}, "", "", "", nil},
		{"nothing known", testRow{log: ingest.DualWrite, errText: "Parcel lost"}, "", "", "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.row.outcome = ingest.Error
			mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
			defer mem.AssertSize(t, 0)
			b := batchOf(mem, []testRow{tc.row})
			defer b.Release()
			m.Classify(b, mem)
			got := verdictOf(b.Records, 0)
			if got.title != tc.title || got.fno != tc.fno || got.table != tc.table || !slices.Equal(got.candidates, tc.candidates) {
				t.Errorf("map %q, entity %q, table %q, candidates %q; want %q, %q, %q, %q",
					got.title, got.fno, got.table, got.candidates, tc.title, tc.fno, tc.table, tc.candidates)
			}
		})
	}
}

// The same failure in two companies is one cluster.
func TestClassifyMasksTheCompany(t *testing.T) {
	b := batchOf(memory.DefaultAllocator, []testRow{
		{log: ingest.DualWrite, outcome: ingest.Error, errText: "Calendar of company USMF is closed", company: "usmf"},
		{log: ingest.DualWrite, outcome: ingest.Error, errText: "Calendar of company DEMF is closed", company: "DEMF"},
		{log: ingest.DualWrite, outcome: ingest.Error, errText: "Calendar of company DEMF is closed"},
	})
	defer b.Release()
	builtinMatcher(t).Classify(b, nil)
	ids := []string{text(b.Records, ColTemplateID, 0), text(b.Records, ColTemplateID, 1), text(b.Records, ColTemplateID, 2)}
	if ids[0] != ids[1] || ids[0] == ids[2] {
		t.Errorf("template ids %q: want the first two equal, the third not", ids)
	}
}

func TestClassifyWithoutRecords(t *testing.T) {
	b := &ingest.Batch{Rejects: []ingest.Reject{{File: "a.csv", Row: 2}}}
	builtinMatcher(t).Classify(b, nil)
	if b.Records != nil || len(b.Rejects) != 1 {
		t.Errorf("a batch of rejects became %+v", b)
	}
}

// A trace without an error is ok, whatever it says.
func TestOKStaysOK(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	b := batchOf(mem, []testRow{{log: ingest.PluginTrace, outcome: ingest.OK, trace: seedUnits + " 0x80072560", entity: "account"}})
	defer b.Release()
	builtinMatcher(t).Classify(b, mem)
	want := rowVerdict{status: StatusOK, captures: map[string]string{}, start: -1, end: -1}
	if diff := cmp.Diff(want, verdictOf(b.Records, 0), cmp.AllowUnexported(rowVerdict{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for col := ingest.NumColumns; col < NumColumns; col++ {
		if f := Schema().Field(col); !f.Nullable && b.Records.Column(col).NullN() > 0 {
			t.Errorf("column %s has a null", f.Name)
		}
	}
}

// Literals with letters outside ASCII are found as they are written, in any ASCII case.
func TestLiteralsOutsideASCII(t *testing.T) {
	m := small(t, `a-capital priority: 50, match: {any: ["Überschreitung der Kreditgrenze"]}, `+both,
		`b-small priority: 50, match: {any: ["größe fehlt"], none: ["Österreich"]}, `+both)
	for text, want := range map[string]string{
		"Überschreitung der KREDITGRENZE bei Kunde 7": "a-capital",
		"Die Größe fehlt":                             "b-small",
		"Die Größe fehlt, Österreich":                 "",
		"Unterschreitung der Kreditgrenze":            "",
	} {
		if got := hits(m.Judge("", text, "", "")); got != want {
			t.Errorf("%q: rules %q, want %q", text, got, want)
		}
	}
}
