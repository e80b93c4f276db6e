//go:build cgo

package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"dwtriage/report/redact"
	"dwtriage/report/summary"
	"dwtriage/testdata/exports"
)

// People, keys and machines that nobody has, planted in every text of a log that a person writes or that names one.
const (
	person    = "Quastenberg"
	given     = "Wilgefortis"
	mailbox   = "w.quastenberg@fabrikam-intern.example"
	someKey   = "QX-77120"
	otherKey  = "RTL 88431/b"
	machine   = "crmsrv77.quasthosting.example"
	address   = "10.77.12.201"
	sixth     = "2001:db8:77::c0de"
	login     = `FABRIKAM77\jquast77`
	homeOf    = `C:\Users\jquast77\src\Quastenberg.Plugins\Guard.cs`
	guid      = "7e57ab1e-0dd5-4bad-8bad-c0ffee77a123"
	wordsKey  = "Grant Retail Price" // a key of nothing but documented words
	ownTable  = "quast_rebateclaim"
	ownPlugin = "QuastSoft.Crm.Plugins.OrderGuard"
)

// planted are texts that hold them, as rules know them, as codes do, and as nobody does.
var planted = []string{
	"Unable to write data to entity accounts.Unable to lookup msdyn_customergroups with values {" + someKey + "," + guid + "}.Writes to CustCustomerV3Entity failed with error message Exception message: One or more errors occurred.",
	"Unable to write data to entity accounts.Unable to lookup msdyn_customergroups with values {" + wordsKey + "}.Writes to CustCustomerV3Entity failed with error message Exception message: One or more errors occurred.",
	"Unable to write data to entity " + ownTable + ".Unable to lookup quast_regions with values {" + otherKey + "}.Writes to CustCustomerV3Entity failed with error message Exception message: One or more errors occurred.",
	"SecLib::AccessCheckEx failed. Returned hr = -2147187962, ObjectID: " + guid + ", OwnerId: " + guid + ", OwnerIdType: 8 and CallingUser: " + guid + ". ObjectTypeCode: 1, objectBusinessUnitId: " + guid + ", AccessRights: ReadAccess",
	"Principal user (Id=" + guid + ", type=8, roleCount=0, privilegeCount=0, accessMode=0) is missing prvReadAccount privilege (Id=" + guid + ") on OTC=1 for entity 'account'",
	"Principal team '" + given + " " + person + "' (Id=" + guid + ") is missing prvReadAccount privilege",
	"A network-related or instance-specific error occurred: No such host is known. (" + machine + ":443) at " + address + " and " + sixth,
	"The remote name could not be resolved: '" + machine + "'",
	"Cannot insert duplicate key row in object 'dbo.AccountBase' with unique index 'ndx_quast'. The duplicate key value is (" + otherKey + ", " + mailbox + ").",
	given + " " + person + " <" + mailbox + "> of " + machine + " did not like " + someKey + " at all; ask " + login,
	"Strange answer of https://" + machine + "/api/data/v9.2/accounts(" + guid + ")?name=" + someKey + "&who=" + given + "%20" + person + " for '" + wordsKey + "'",
	`{"error":{"code":"0x80040265","message":"ISV code of ` + given + ` aborted","owner":"` + mailbox + `","file":"` + strings.ReplaceAll(homeOf, `\`, `\\`) + `"}}`,
	"System.IO.FileNotFoundException: " + homeOf + ":line 4711 was not found by " + strings.ToUpper(person),
	"<b onclick=\"" + someKey + "\">" + person + "</b> =HYPERLINK(\"http://" + machine + "\") \u202e" + given,
}

// personal are what no output may hold; numbers and words that any report has are left out.
var personal = []string{person, given, mailbox, "fabrikam-intern", someKey, "77120", "88431", otherKey, machine, "crmsrv77", "quasthosting", address, sixth, "jquast77", "fabrikam77", homeOf, guid, "c0ffee77a123", wordsKey,
	ownTable, "quast_regions", "quastsoft", "ndx_quast", "4711"}

// plantedLog is a log of entries that hold them in every field.
func plantedLog() *exports.Log {
	l := new(exports.Log)
	at := time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC)
	for i, text := range planted {
		l.Traces = append(l.Traces, exports.Trace{
			ID: fmt.Sprintf("7e57ab1e-1b2c-4d3e-8f4a-5b6c7d8e9f%02x", i), Correlation: fmt.Sprintf("7e57ab1e-c0c0-4aaa-9bbb-0123456789%02x", i), Request: guid,
			Type: ownPlugin + ", QuastSoft.Crm, Version=1.0.0.0", Message: "quast_Recalculate", Table: ownTable, Operation: 1, Depth: 1, Duration: 12,
			Created: at.Add(time.Duration(i) * 7 * time.Minute), Exception: text, Block: "[" + ownPlugin + "] " + given + " called " + text,
		})
		l.Envelopes = append(l.Envelopes, exports.Envelope{Entity: []string{"CustCustomerV3Entity", "QuastRegionEntity"}[i%2], External: "accounts",
			Responses: []exports.Response{{Message: text, Verbose: "Told by " + mailbox + " " + text, At: at.Add(time.Duration(i) * time.Minute).Format(time.RFC3339)}}})
		l.Infologs = append(l.Infologs, exports.Infolog{At: at.Add(time.Duration(i) * time.Hour).Format(time.DateTime), Text: text})
	}
	return l
}

// writePlanted writes the log in every format, and tables of the error page of dual-write, which have keys and companies.
func writePlanted(t *testing.T, dir string) {
	t.Helper()
	log := plantedLog()
	written := 0
	for i, f := range exports.Formats() {
		b, err := f.Write(log)
		if err != nil {
			continue // of an encoding that lacks the characters
		}
		written++
		name := fmt.Sprintf("%s-%02d.%s", person, i, f.Extension)
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if written < 50 {
		t.Fatalf("%d formats are written", written)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"Entity", "Company", "Record ID", "Error message", "Created date and time"})
	for i := range 60 {
		text := planted[i%len(planted)]
		w.Write([]string{"CustCustomerV3Entity", []string{"USMF", "DEMF", mailbox}[i%3], []string{someKey, otherKey, wordsKey, person, mailbox}[i%5], text, fmt.Sprintf("2026-11-22T05:%02d:00Z", i)})
		w.Write([]string{"CustCustomerGroupEntity", "USMF", someKey, planted[3+i%9], fmt.Sprintf("2026-11-22T04:%02d:00Z", i)})
	}
	w.Write([]string{"CustCustomerV3Entity", "USMF", "one cell too many", person, "when " + given + " came", someKey, mailbox})
	w.Write([]string{"CustCustomerV3Entity", "USMF", someKey, "x", given + " of " + mailbox})
	w.Flush()
	if err := os.WriteFile(filepath.Join(dir, "errors of "+given+".csv"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// spellings are the ways in which outputs write a text.
func spellings(s string) []string {
	quoted, _ := json.Marshal(s)
	return []string{s, html.EscapeString(s), url.QueryEscape(s), url.PathEscape(s), strings.Trim(string(quoted), `"`), strings.ReplaceAll(s, `\`, `\\`), strings.ReplaceAll(s, "_", `\_`),
		strings.ReplaceAll(s, "@", "&#64;"), strings.ReplaceAll(s, "+", "&#43;"), strings.ReplaceAll(s, " ", "-"), regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(s), "-")}
}

// leaks lists which personal an output holds, however they are spelt.
func leaks(output string, personal []string) (found []string) {
	output = strings.ToLower(output)
	for _, s := range personal {
		for _, spelt := range spellings(s) {
			if at := strings.Index(output, strings.ToLower(spelt)); at >= 0 {
				found = append(found, fmt.Sprintf("%q in %q", spelt, output[max(0, at-120):min(len(output), at+80)]))
				break
			}
		}
	}
	return found
}

// TestNothingIsReadable: no planted value, and no key, id, host, user or other value that the database has, is in any byte of what is
// drawn or printed with --redact, and yet the report is the same: rows, order, numbers and times. The same value has the same token in all
// files, in that of run and in that of report.
func TestNothingIsReadable(t *testing.T) {
	t.Chdir(t.TempDir())
	in := "exports " + person
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	writePlanted(t, in)
	if err := os.WriteFile("site.yaml", []byte("- mute: dw-lookup-not-resolved\n  reason: "+given+" mends it\n  owner: "+given+" "+person+"\n  expires: 2099-01-01\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("key", []byte(strings.Repeat("k", redact.LeastKey)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	said := make(map[string]string)
	runs := func(name string, want int, args ...string) {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr, func(string) string { return "" })
		if said[name+" output"], said[name+" messages"] = stdout.String(), stderr.String(); code != want {
			t.Fatalf("%s: exit %d, want %d\n%s%s", name, code, want, &stdout, &stderr)
		}
	}
	const db = "Quastenberg.duckdb"
	hidden := []string{"--redact", "--redact-key", "key"}
	missing := "no/such/" + person + ".csv"
	runs("run", exitFailed, append([]string{"run", "--db", db, "-o", "of " + given, "--progress", "plain", "--environment", person + "-PROD", "--report-format", "markdown,teams", "--xlsx", missing, in}, hidden...)...)
	runs("report", exitDone, append([]string{"report", "--db", db, "-o", "redacted", "--format", "markdown,teams", "--xlsx", "--csv", "plain"}, hidden...)...)
	runs("muted", exitDone, append([]string{"report", "--db", db, "-o", "muted", "--rules", "site.yaml"}, hidden...)...)
	runs("JSON", exitDone, append([]string{"report", "--db", db, "-o", "redacted as JSON", "--json"}, hidden...)...)
	runs("nothing there", exitFailed, append([]string{"report", "--db", person + "/none.duckdb", "-o", "x", "--json"}, hidden...)...)
	runs("no run", exitUsage, append([]string{"report", "--db", db, "--environment", given, "-o", "x"}, hidden...)...)
	runs("readable", exitDone, "report", "--db", db, "-o", "readable", "--format", "markdown", "--csv", "plain")

	all := slices.Concat(personal, storedValues(t, db))
	for _, dir := range []string{"of " + given, "redacted", "muted", "redacted as JSON"} {
		for name, text := range filesOf(t, dir) {
			said[dir+"/"+name] = text
		}
	}
	for _, want := range []string{"Report: what -o names (hidden here)", "Database: what --db names (hidden here), run 1"} {
		if !strings.Contains(said["run output"], want) {
			t.Errorf("run prints no %q:\n%s", want, said["run output"])
		}
	}
	delete(said, "readable output")
	for where, text := range said {
		for _, leak := range leaks(text, all) {
			t.Errorf("%s: %s", where, leak)
		}
	}
	if t.Failed() {
		return
	}
	readable, redacted, ofRun := filesOf(t, "readable"), filesOf(t, "redacted"), filesOf(t, "of "+given)
	for _, s := range personal { // what is not there needs no hiding
		if strings.Contains(s, `\`) || s == "4711" {
			continue
		}
		if !strings.Contains(strings.ToLower(readable["records.csv"]+readable["rejects.csv"]), strings.ToLower(s)) {
			t.Errorf("%q is not in the readable report", s)
		}
	}
	sameReport(t, readable, redacted)
	for _, name := range []string{"index.html", "summary.json", "report.md", "card.json"} {
		if redacted[name] != ofRun[name] {
			t.Errorf("%s of report is not that of run", name)
		}
		if !strings.Contains(redacted[name], "Redacted") && !strings.Contains(redacted[name], `"redaction"`) {
			t.Errorf("%s does not say what is redacted", name)
		}
	}
	if asJSON := filesOf(t, "redacted as JSON"); ofRun["records.csv"] != asJSON["records.csv"] || ofRun["redaction.csv"] != asJSON["redaction.csv"] {
		t.Error("records.csv of run, drawn while it loads, is not that of report")
	}
	for _, name := range []string{"run output", "report output"} {
		if !strings.Contains(said[name], "Redacted: tokens stand in ") || !strings.Contains(said[name], "Left readable: ") {
			t.Errorf("%s does not say what is redacted:\n%s", name, said[name])
		}
	}
	if !strings.Contains(said["JSON output"], `"redaction":{"key":"`) {
		t.Error("--json does not say what is redacted")
	}
}

// storedValues are values of the database that a report must not show: ids, keys, and captures that name no map, table, field or number.
func storedValues(t *testing.T, db string) (list []string) {
	t.Helper()
	const ask = `SELECT DISTINCT v FROM (
  SELECT unnest([record_id::VARCHAR, correlation_id, request_id, activity_id, affected_key, type_name, file]) AS v FROM v_records
  UNION ALL SELECT e.value FROM (SELECT unnest(map_entries(captures)) AS e FROM v_records)
    WHERE regexp_replace(e.key, '[_0-9]+$', '') IN ('value', 'record_key', 'record_id', 'principal', 'principal_id', 'owner', 'owner_id', 'caller_id', 'app_id', 'host', 'connection', 'lookup', 'lookup_value')
) WHERE length(v) > 4 ORDER BY 1`
	for _, row := range queried(t, db, ask) {
		list = append(list, row[0])
	}
	if len(list) < 200 {
		t.Fatalf("the database has %d values", len(list))
	}
	return list
}

func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(b)
		if strings.HasSuffix(e.Name(), ".xlsx") {
			for part, text := range membersOf(t, filepath.Join(dir, e.Name())) {
				files[e.Name()+"/"+part] = text
			}
		}
	}
	return files
}

// untouched are columns that redaction leaves as they are.
var untouched = regexp.MustCompile(`^(row|byte_offset|byte_length|occurred_at|log|error_code|status|category|severity|records|affected_keys|first_seen|last_seen|rank|tier|retry|role|change|previous_records|order|after_fix|purged_by|onset|end|peak_at|peak_records|kind|records_waiting|known_since|periods|missing_rows|waiting|url)$`)

// sameReport compares the tables cell by cell: what is no text is the same, and equal texts have equal tokens, different ones different ones.
func sameReport(t *testing.T, readable, redacted map[string]string) {
	t.Helper()
	tokens, values := make(map[string]string), make(map[string]string)
	compared := 0
	for name, text := range readable {
		if !strings.HasSuffix(name, ".csv") {
			continue
		}
		want, got := tableRows(t, text), tableRows(t, redacted[name])
		if name == "columns.csv" { // which describes the columns that redaction adds, too
			got = slices.DeleteFunc(got, func(row []string) bool { return row[0] == "redaction.csv" || row[1] == "redacted" })
		}
		if len(want) != len(got) {
			t.Errorf("%s has %d rows, redacted %d", name, len(want), len(got))
			continue
		}
		if n := len(want[0]); len(got[0]) != n+1 || got[0][n] != "redacted" {
			t.Errorf("%s has columns %v", name, got[0])
		}
		for i := range want {
			for j, column := range want[0] {
				a, b := want[i][j], got[i][j]
				switch {
				case untouched.MatchString(column):
					if compared++; a != b {
						t.Errorf("%s, row %d, %s: %q is %q", name, i, column, a, b)
					}
				case i > 0 && slices.Contains([]string{"affected_key", "key", "record_id", "correlation_id", "request_id", "template_id"}, column) && a != "":
					a = strings.ToLower(a)
					if known, ok := tokens[a]; ok && known != b {
						t.Errorf("%s, row %d: %s %q is %q, and %q elsewhere", name, i, column, a, b, known)
					}
					if known, ok := values[b]; ok && known != a {
						t.Errorf("%s, row %d: %s %q is %q, and so is %q", name, i, column, a, b, known)
					}
					tokens[a], values[b] = b, a
				}
			}
			if i > 0 && strings.Contains(strings.Join(got[i][:len(got[i])-1], " "), "key-") != strings.Contains(got[i][len(got[i])-1], "key ") {
				t.Errorf("%s, row %d: says %q of %q", name, i, got[i][len(got[i])-1], got[i])
			}
		}
	}
	if compared < 1000 || len(tokens) < 100 {
		t.Errorf("only %d cells and %d tokens are compared", compared, len(tokens))
	}
}

func tableRows(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestRedactKey: a key that is no good is told before anything is done, with what to do.
func TestRedactKey(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, file := range map[string]struct {
		text string
		mode os.FileMode
	}{"short": {strings.Repeat("k", redact.LeastKey-1) + "\n", 0o600}, "open": {strings.Repeat("k", redact.LeastKey), 0o644}, "long": {strings.Repeat("k", redact.MostKey+1), 0o600}, "good": {strings.Repeat("k", redact.MostKey) + "\r\n", 0o600}} {
		if err := os.WriteFile(name, []byte(file.text), file.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name, file.mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"--redact", "--redact-key", "none"}, "no such file or directory; (umask 077; openssl rand -base64 -out FILE 32) makes one"},
		{[]string{"--redact", "--redact-key", "short"}, "short holds 31 bytes, and a key has 32 at least"},
		{[]string{"--redact", "--redact-key", "open"}, "chmod 600 open"},
		{[]string{"--redact", "--redact-key", "long"}, "long is longer than the 4096 bytes"},
		{[]string{"--redact", "--redact-key", "."}, ". is no file"},
		{[]string{"--redact-key", "good"}, "without --redact"},
		{[]string{"--redact", "--redact-key", "good"}, "nothing to read"},
	} {
		for _, command := range [][]string{{"run", "none.csv"}, {"report"}} {
			want, code := tc.want, exitUsage
			if want == "nothing to read" {
				if command[0] == "report" {
					want = "dwtriage.duckdb"
				}
				code = exitFailed
			}
			var stdout, stderr bytes.Buffer
			got := run(t.Context(), append(command, tc.args...), nil, &stdout, &stderr, func(string) string { return "" })
			if got != code || !strings.Contains(stderr.String(), want) {
				t.Errorf("%s %v: exit %d, %s\nwant %d, %s", command[0], tc.args, got, &stderr, code, want)
			}
			if _, err := os.Stat("dwtriage.duckdb"); err == nil {
				t.Errorf("%s %v made a database", command[0], tc.args)
			}
		}
	}
}

// TestRedactedReads: texts are hidden as a whole before they are cut, marked or put into those of rules, so that what stays readable
// in one place of a report stays so in all: documented words, kinds of things, ids of companies.
func TestRedactedReads(t *testing.T) {
	t.Chdir(t.TempDir())
	const head = "Company,Entity Name,RecordIdentifier,Created On,Error Message\n"
	long := strings.Repeat("it failed unexpectedly, ", 20)
	for _, row := range []string{
		"USMF,UnitOfMeasureEntity,pcs,2026-11-22 20:00:00,Unable to write data to entity uoms. Writes to UnitOfMeasureEntity failed with error message Unable to sync with entity uoms.",
		"DEMF,CustCustomerGroupEntity,80,2026-11-22 20:01:00,\"Request failed with status code BadRequest and CDS error code : 0x80040220 response message: Principal team (Id=b4c1d2f0-7a35-4e86-9c1b-2f60d8e7a913, type=9, roleCount=1), is missing prvReadmsdyn_customergroup privilege (Id=5d7e9a14-03bc-4f2d-8e61-c0a94b7d3f28) on OTC=10543.\"",
		"USMF,CustCustomerGroupEntity,80,2026-11-22 20:02:00,\"" + long + "Unable to write data to entity accounts. Unable to lookup msdyn_customergroups with values {80, DEMF}. " + long + "\"",
		"USMF,CustCustomerGroupEntity,81,2026-11-22 20:03:00,Credit limit of customer US-1 in company DEMF is used up and " + long,
	} {
		f, err := os.OpenFile("night.csv", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if info, _ := f.Stat(); info.Size() == 0 {
			row = head + row
		}
		fmt.Fprintln(f, row)
		f.Close()
	}
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"run", "--db", "x.db", "-o", "out", "--redact", "night.csv"}, nil, &stdout, &stderr, func(string) string { return "" }); code != 0 {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	files := filesOf(t, "out")
	for name, text := range files {
		for _, company := range []string{"company name-", "company key-"} {
			if strings.Contains(text, company) {
				t.Errorf("%s hides a company", name)
			}
		}
		if parted := regexp.MustCompile(`(?i)[a-z…](</?mark>)?(name|key|id)-[0-9a-f]{12}|(name|key|id)-[0-9a-f]{0,11} …`).FindString(text); parted != "" {
			t.Errorf("%s has a part of a word: %q", name, parted)
		}
	}
	page := files["index.html"]
	for _, want := range []string{"with entity uoms</mark>", "security roles of the team id-", " contains prvReadmsdyn_customergroup, so Dataverse refuses", "Principal team (Id=id-", "in company DEMF is used up", "… ", "failed unexpectedly, "} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, e := range regexp.MustCompile(`(?s)<p>(… .*?)</p>`).FindAllStringSubmatch(page, -1) {
		if word := regexp.MustCompile(`name-[0-9a-f]{12} (failed|it)`).FindString(e[1]); word != "" {
			t.Errorf("an excerpt begins with a part of a word: %q", e[1])
		}
	}
}

// TestOptionsStay: the call that a redacted report ends with shows which options it had; what they were given is hidden as any text.
func TestOptionsStay(t *testing.T) {
	red := summary.NewRedactor(nil, builtinMatcher(t))
	s := &session{ctx: t.Context(), getenv: func(string) string { return "" }}
	found := 0
	for _, name := range helps() {
		f := s.flagsOf(commandOf(t, name))
		if f.Lookup("redact") == nil {
			continue
		}
		found++
		f.VisitAll(func(fl *pflag.Flag) {
			call := "dwtriage " + strings.Join(name, " ") + " -q --" + fl.Name
			for _, of := range []string{" ", "="} {
				if got := red.Text(call + of + "Quastenberg"); !strings.HasPrefix(got, call+of+"name-") {
					t.Errorf("%s is shown as %q", call, got)
				}
			}
		})
	}
	if found < 3 {
		t.Errorf("only %d commands redact", found)
	}
}

// What the program says in its own words stays readable in a redacted run.
func TestOwnWordsAreNotHidden(t *testing.T) {
	red := summary.NewRedactor(nil, builtinMatcher(t))
	for _, text := range []string{exportHint, "the shards and workers of a merge, the verdicts that rules gave, and a bundle that verify extracts"} {
		if got := red.Sentence(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// Business keys that are words of rules and catalogue are hidden like any other: in titles and templates, too, where a sentence has them that all
// records of the message say, and as names of maps and tables.
func TestKeysOfReadableWords(t *testing.T) {
	t.Chdir(t.TempDir())
	keys := []string{"Wholesale", "Internal", "Default", "Vendor", "Warehouse", "Customer"}
	text := "Company,Entity Name,RecordIdentifier,Created On,Error Message\n"
	for i, key := range keys {
		text += fmt.Sprintf("USMF,Customer groups,%s,2026-11-22T20:0%d:00Z,Odd thing happened to group %s of the mill\n", key, i, key)
	}
	if err := os.WriteFile("keys.csv", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := called(t, nil, "run", "-q", "--redact", "-o", "out", "keys.csv"); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, name := range []string{"records.csv", "unclassified.csv", "failing_entities.csv", "index.html", "summary.json"} {
		content, err := os.ReadFile(filepath.Join("out", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			if strings.Contains(string(content), "group "+key) || name == "records.csv" && strings.Contains(string(content), ","+key+",") {
				t.Errorf("%s shows the key %s", name, key)
			}
		}
	}
}
