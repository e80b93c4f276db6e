//go:build cgo

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dwtriage/testdata/exports"
)

// Each way to write a secret down, planted in texts, ids, names of files and flags, goes through the whole command. None may be in
// a table of the database, a file of the report, or what is printed, by run and by the commands that read the database.
func TestNoSecretGetsThrough(t *testing.T) {
	t.Chdir(t.TempDir())
	var table, lines, text, broken bytes.Buffer
	table.WriteString("createdon,typename,messagename,correlationid,messageblock,exceptiondetails\n")
	broken.WriteString("createdon,password,exceptiondetails\n")
	quoted := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	for _, s := range exports.Secrets() {
		fmt.Fprintf(&table, "2026-11-22T10:00:00Z,%s,%[1]s,%[1]s,%[1]s,%s\n", quoted(s.Text), quoted("Call failed. "+s.Text+" was sent"))
		line, err := json.Marshal(map[string]any{"createdon": "2026-11-22T10:00:00Z", "isDualWriteRequest": true, "recordResponses": []map[string]string{{
			"executionStatus": "Failed", "message": "Failed: " + s.Text, "errorMessage": s.Text, "primaryKey": s.Text, "entityName": "CustCustomerV3Entity"}}})
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
		fmt.Fprintf(&text, "Unable to write data to entity accounts. Writes failed with error code 400 Bad request. %s\n\n", s.Text)
		fmt.Fprintf(&broken, "2026-11-22T10:00:00Z,%s,%s,x,y\n", quoted(s.Text), quoted(s.Text))
	}
	for name, data := range map[string][]byte{"traces.csv": table.Bytes(), "live.jsonl": lines.Bytes(), "infolog.txt": text.Bytes(), "broken.csv": broken.Bytes(), "loose.csv": bytes.Replace(broken.Bytes(), []byte("password"), []byte("remark"), 1),
		"a?sig=S3cr3tName.csv": []byte("createdon,exceptiondetails\n2026-11-22T10:00:00Z,fine\n")} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	noEnv := func(string) string { return "" }
	const db = "t.duckdb"
	said := make(map[string]string)
	runs := func(args ...string) int {
		var out bytes.Buffer
		code := run(t.Context(), args, strings.NewReader(""), &out, &out, noEnv)
		said[args[0]] += out.String()
		return code
	}
	args := []string{"run", "--db", db, "-o", "out", "--progress", "plain", "--environment", "PROD password=S3cr3tEnv", "https://a.blob.example/c?sig=S3cr3tPath", "."}
	if code := runs(args...); code != exitFailed {
		t.Fatalf("exit %d, want %d as one path leads nowhere\n%s", code, exitFailed, said["run"])
	}
	for _, file := range []string{"traces.csv", "live.jsonl", "infolog.txt", "broken.csv", "loose.csv", "a?sig=S3cr3tName.csv"} {
		runs("inspect", file)
	}
	runs("rules", "coverage", "--db", db)
	runs("history", "--db", db)
	runs("report", "--db", db, "-o", "again")
	tables := queried(t, db, "SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' ORDER BY 1")
	if len(tables) < 6 {
		t.Fatalf("tables %v", tables)
	}
	holding := func(table, text string) string {
		return queried(t, db, fmt.Sprintf("SELECT count(*) FROM %q t WHERE contains(t::VARCHAR, '%s')", table, text))[0][0]
	}
	for _, name := range tables {
		if n := holding(name[0], exports.SecretMark); n != "0" {
			t.Errorf("%s rows of table %s hold a secret", n, name[0])
		}
	}
	for _, name := range []string{"runs", "files", "records", "rejects"} {
		if holding(name, "[withheld]") == "0" {
			t.Errorf("table %s tells of nothing withheld", name)
		}
	}
	if n := queried(t, db, "SELECT count(*) FROM v_records WHERE withheld IS NOT NULL"); len(n[0][0]) < 3 {
		t.Errorf("only %s records with something withheld", n[0][0])
	}
	for _, out := range []string{"out", "again"} {
		err := filepath.WalkDir(out, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			said[path] = string(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for where, s := range said {
		if at := strings.Index(s, exports.SecretMark); at >= 0 {
			t.Errorf("%s: %d secrets, the first one: %q", where, strings.Count(s, exports.SecretMark), s[max(0, at-100):min(len(s), at+60)])
		}
	}
}
