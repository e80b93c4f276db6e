//go:build cgo

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// exportChapter is the chapter of README.
func exportChapter(t *testing.T) string {
	_, chapter, ok := strings.Cut(readmeText(t), "\n## How to export\n")
	if !ok {
		t.Fatal("README has no chapter on exports")
	}
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	return chapter
}

// TestExportSamples: each row of the chapter names a sample that inspect takes for the log which the row is about.
func TestExportSamples(t *testing.T) {
	named := regexp.MustCompile("`(testdata/[^`]+)`")
	found, log := 0, ""
	for line := range strings.Lines(exportChapter(t)) {
		switch {
		case strings.HasPrefix(line, "| from dual-write |"):
			log = "dualwrite"
		case strings.HasPrefix(line, "| from Dataverse |"):
			log = "plugintrace"
		case !strings.HasPrefix(line, "| ") || log == "":
			continue
		}
		for _, m := range named.FindAllStringSubmatch(line, -1) {
			var files []inspected
			if err := json.Unmarshal([]byte(shownBy(t, nil, "inspect", "--json", "../../"+m[1])), &files); err != nil {
				t.Fatal(err)
			}
			records, right := int64(0), false
			for _, f := range files {
				records += f.Records
				right = right || f.Log == log || f.Log == "mixed"
				if f.Problem != "" {
					t.Errorf("%s: %s", m[1], f.Problem)
				}
			}
			if found++; records == 0 || !right {
				t.Errorf("%s: %d records, no %s: %+v", m[1], records, log, files)
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d samples", found)
	}
}

// TestExportByCurl runs the loop that the chapter shows against a server of three pages: all rows come, one per line, and
// inspect finds nothing missing.
func TestExportByCurl(t *testing.T) {
	if tool(t, "curl") == "" || tool(t, "jq") == "" {
		t.Skip("curl and jq are not here")
	}
	_, script, _ := strings.Cut(exportChapter(t), "```sh\n")
	script, _, _ = strings.Cut(script, "```")
	row := func(id string) string {
		return `{"@odata.etag":"W/\"1\"","plugintracelogid":"22222222-0000-4000-8000-00000000000` + id + `","typename":"Fabrikam.Crm.Plugins.OrderGuard","messagename":"Update","primaryentity":"salesorder","createdon":"2026-11-22T09:14:0` + id + `Z","messageblock":"[Fabrikam]\r\nÜbung","exceptiondetails":"Sql error: Generic SQL error. Sql Number: 1205"}`
	}
	pages := map[string]string{"": row("1") + "," + row("2"), "2": row("3") + "," + row("4"), "3": row("5")}
	next := map[string]string{"": "2", "2": "3"}
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := r.URL.Query().Get("$skiptoken")
		if r.URL.Path != "/api/data/v9.2/plugintracelogs" || r.Header.Get("Authorization") != "Bearer secret" || r.URL.Query().Get("$orderby") == "" {
			t.Errorf("%s %q", r.URL, r.Header)
		}
		page := map[string]any{"@odata.context": "x", "value": json.RawMessage("[" + pages[at] + "]")}
		if n := next[at]; n != "" {
			page["@odata.nextLink"] = server.URL + "/api/data/v9.2/plugintracelogs?$orderby=createdon&$skiptoken=" + n
		}
		_ = json.NewEncoder(w).Encode(page)
	}))
	defer server.Close()
	cmd := exec.Command("/bin/sh", "-eu", "-c", script)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "ORG="+server.URL, "TOKEN=secret")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var files []inspected
	if err := json.Unmarshal([]byte(shownBy(t, nil, "inspect", "--json", filepath.Join(cmd.Dir, "traces.ndjson"))), &files); err != nil {
		t.Fatal(err)
	}
	if f := files[0]; len(files) != 1 || f.Records != 5 || f.Log != "plugintrace" || len(f.Warnings) > 0 || len(f.Rejects) > 0 {
		t.Errorf("%+v", files)
	}
}

// TestExportHints: what holds no log leads to the topic, which every build prints.
func TestExportHints(t *testing.T) {
	topic := shownBy(t, nil, "help", "exporting")
	for _, want := range []string{"SysTableBrowser", "@odata.nextLink", "within a day"} {
		if !strings.Contains(topic, want) {
			t.Errorf("help exporting lacks %q:\n%s", want, topic)
		}
	}
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"letter.txt": "Dear all,\n\nlunch is at noon.\n", "empty.csv": "Company,Entity Name,Created On,Error Message\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"inspect", "letter.txt"}, {"inspect", "empty.csv"}, {"inspect", "none.csv"}, {"run", "-q", "none.csv"}, {"run", "-q", "letter.txt"}, {"run", "-q", "empty.csv"}} {
		var out, said bytes.Buffer
		run(t.Context(), args, strings.NewReader(""), &out, &said, environment(nil))
		if strings.Count(said.String(), exportHint) != 1 {
			t.Errorf("%q: %s", args, &said)
		}
	}
	var out, said bytes.Buffer
	if code := run(t.Context(), []string{"inspect", demo}, nil, &out, &said, environment(nil)); code != exitDone || said.Len() > 0 {
		t.Errorf("the sample night: exit code %d, %s", code, &said)
	}
}

// A run of another environment than the one that is named is no report, bundle or export of that.
func TestRunOfAnotherEnvironment(t *testing.T) {
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	runIn(t, exitDone, "run", "-q", "--db", "x.duckdb", "--environment", "PROD", demo)
	const want = `--environment "UAT": run 1 is of environment "PROD"; leave --environment out, or name a run of it`
	for _, args := range [][]string{{"report", "-o", "r"}, {"bundle", "-o", "b.zip"}, {"export", "--parquet", "lake"}} {
		code, _, said := callOf(t.Context(), append(args, "--db", "x.duckdb", "--run", "1", "--environment", "UAT")...)
		if _, err := os.Stat(args[len(args)-1]); code != exitUsage || !strings.Contains(said, want) || err == nil {
			t.Errorf("%q: exit code %d, %q, %v", args, code, said, err)
		}
		if code, _, said = callOf(t.Context(), append(args, "-q", "--db", "x.duckdb", "--run", "1", "--environment", "PROD")...); code != exitDone {
			t.Errorf("%q: exit code %d, %q", args, code, said)
		}
	}
}

// An id that was copied with a blank is found; a part of one is no record, and why is said.
func TestExplainByAPartOfAnID(t *testing.T) {
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	runIn(t, exitDone, "run", "-q", "--db", "x.duckdb", demo)
	id := queried(t, "x.duckdb", "SELECT record_id::VARCHAR FROM v_records ORDER BY record_id LIMIT 1")[0][0]
	for given, want := range map[string]string{
		" " + id + "\t":                 "record " + id,
		strings.ReplaceAll(id, "-", ""): "record " + id,
		id[:8]:                          "ids are in column record_id of records.csv and have 32 digits, this has 8",
		id[:len(id)-1]:                  "and have 32 digits, this has 31",
		"no-id":                         "ids are in column record_id of records.csv\n",
		strings.Repeat("0", 31) + "1":   "ids are in column record_id of records.csv\n",
		"{" + strings.ToUpper(id) + "}": "record " + id,
	} {
		if _, out, said := callOf(t.Context(), "explain", "--db", "x.duckdb", "--record", given); !strings.Contains(out+said, want) {
			t.Errorf("%q: %q, want %q", given, out+said, want)
		}
	}
}

// Where the rules of an export are not those that judged the records, it says of which signatures its star knows less, or something else, than the records say.
func TestExportByOtherRules(t *testing.T) {
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	site := others + "- change: dw-lookup-not-resolved\n  severity: info\n  reason: known\n  owner: Kim\n"
	if err := os.WriteFile("site.yaml", []byte(site), 0o600); err != nil {
		t.Fatal(err)
	}
	trade := "Company,Entity,Key,Created,Error message\nUSMF,Units,K-1,2026-11-22T21:00:00Z,Trade agreement A-1 of company USMF is not approved\n"
	if err := os.WriteFile("trade.csv", []byte(trade), 0o600); err != nil {
		t.Fatal(err)
	}
	runIn(t, exitDone, "run", "-q", "--db", "x.duckdb", "--rules", "site.yaml", demo, "trade.csv")
	const severity = "has another severity of dw-lookup-not-resolved than records have, as these rules are not those that judged the records"
	// The second time nothing is exported anew, and the member of the rule of the site stays as it is.
	for i, want := range []string{"lake: dim_signatures has no more than the id of site-trade-agreement and " + severity, "", "lake: dim_signatures " + severity} {
		rules := []string{"", "site.yaml", ""}[i]
		args := []string{"export", "-q", "--db", "x.duckdb", "--parquet", "lake", "--star"}
		if rules != "" {
			args = append(args, "--rules", rules)
		}
		code, _, said := callOf(t.Context(), args...)
		if code != exitDone || !strings.Contains(said, want) || want == "" && strings.Contains(said, "dim_signatures") {
			t.Errorf("--rules %q: exit code %d, %q, want %q", rules, code, said, want)
		}
	}
}
