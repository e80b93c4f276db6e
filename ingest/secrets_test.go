package ingest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dwtriage/testdata/exports"
)

// secretColumns are the headings under which a secret is planted: each column of a record that takes a text, and two that are
// nobody's.
var secretColumns = []string{"typename", "messagename", "primaryentity", "correlationid", "requestid", "createdon", "performanceexecutionstarttime", "mode",
	"operationtype", "messageblock", "exceptiondetails", "remark"}

// planted is a table in which each way to write a secret down stands once under each heading, beside plain cells.
func planted() (rows [][]string) {
	rows = append(rows, secretColumns)
	for i, s := range exports.Secrets() {
		row := make([]string, len(secretColumns))
		for c := range row {
			switch {
			case c == i%(len(row)-3) || c >= len(row)-3:
				row[c] = s.Text
			case secretColumns[c] == "typename":
				row[c] = "Contoso.Guard"
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func asCSV(rows [][]string, comma rune) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = comma
	w.WriteAll(rows)
	return b.Bytes()
}

// latin is the rows that windows-1252 has all letters of.
func latin(rows [][]string) (out [][]string) {
	for _, row := range rows {
		if !strings.ContainsFunc(strings.Join(row, ""), func(c rune) bool { return c > 0xff }) {
			out = append(out, row)
		}
	}
	return out
}

// Secrets are planted in every field of every format and encoding; none may be in what comes out: records, rejects, accounts.
func TestNoShapeOfSecretLeaves(t *testing.T) {
	rows := planted()
	table := asCSV(rows, ',')
	var lines, text, markup, pretty bytes.Buffer
	var objects []map[string]string
	markup.WriteString("<Entities EntityName=\"plugintracelog\">\n")
	for _, row := range rows[1:] {
		object := make(map[string]string)
		markup.WriteString("<plugintracelog>")
		for c, v := range row {
			object[secretColumns[c]] = v
			fmt.Fprintf(&markup, "<%s>", secretColumns[c])
			xml.EscapeText(&markup, []byte(v))
			fmt.Fprintf(&markup, "</%s>", secretColumns[c])
		}
		markup.WriteString("</plugintracelog>\n")
		objects = append(objects, object)
		line, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
		fmt.Fprintf(&text, "Unable to write data to entity accounts. Writes failed with error code 400 Bad request. %s\n\n", row[len(row)-1])
	}
	markup.WriteString("</Entities>\n")
	encoder := json.NewEncoder(&pretty)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(map[string]any{"value": objects}); err != nil {
		t.Fatal(err)
	}
	// A row with a cell too many is a reject with an excerpt; every second one has its quotes broken as well.
	var rejects bytes.Buffer
	rejects.WriteString("createdon,exceptiondetails\n2026-11-22,good\n")
	for i, s := range exports.Secrets() {
		cell := strings.ReplaceAll(s.Text, "\n", " ")
		fmt.Fprintf(&rejects, "2026-11-22,%s,x,y\n2026-11-22,%s\"%s,\n", cell, strings.Repeat("\"", i%2), cell)
	}
	for name, data := range map[string][]byte{
		"csv": table, "semicolons": asCSV(rows, ';'), "utf-16le": toUTF16(table, false, true), "utf-16be": toUTF16(table, true, true),
		"windows-1252": to1252(asCSV(latin(rows), ',')), "gz": gzipped(table), "json lines": lines.Bytes(), "json": pretty.Bytes(), "json, utf-16": toUTF16(pretty.Bytes(), false, true),
		"xml": markup.Bytes(), "unknown xml": bytes.ReplaceAll(markup.Bytes(), []byte("ntities"), []byte("thers")), "text": text.Bytes(), "text, utf-16": toUTF16(text.Bytes(), true, true), "rejects": rejects.Bytes(),
		"broken json": bytes.ReplaceAll(lines.Bytes(), []byte(`"}`), []byte(`" x}`)), "truncated json": pretty.Bytes()[:pretty.Len()*2/3],
		"truncated xml": markup.Bytes()[:markup.Len()*2/3], "truncated csv": table[:len(table)*2/3],
	} {
		t.Run(name, func(t *testing.T) {
			x := readData(t, "a", data, Options{})
			got := x.dump()
			if n := strings.Count(got, exports.SecretMark); n > 0 {
				at := strings.Index(got, exports.SecretMark)
				t.Errorf("%d secrets got out, the first one: %q", n, got[max(0, at-160):min(len(got), at+40)])
			}
			if len(x.records)+len(x.rejects) < 50 && !strings.HasPrefix(name, "broken") && name != "unknown xml" {
				t.Errorf("only %d records and %d rejects", len(x.records), len(x.rejects))
			}
		})
	}
}

// Names of files hold secrets too, and may not be text at all; each is still a name of its own.
func TestNamesOfFiles(t *testing.T) {
	dir := t.TempDir()
	const row = "createdon,exceptiondetails\n2026-11-22,%s\n"
	for i, name := range []string{"Fehler\xfc.csv", "Fehler\xfd.csv", "x?sig=S3cr3tAbc1.csv", "x?sig=S3cr3tAbc2.csv", "plain.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), fmt.Appendf(nil, row, fmt.Sprint("text ", i)), 0o600); err != nil {
			t.Skip("the file system takes no such names: ", err)
		}
	}
	x := readFiles(t, Options{}, dir)
	names := make(map[string]bool)
	for _, f := range x.files {
		names[strings.TrimPrefix(f.Path, filepath.ToSlash(dir)+"/")] = true
		if f.Read != 1 {
			t.Errorf("%s: read %d", f.Path, f.Read)
		}
	}
	for _, want := range []string{"Fehler\uFFFD.csv", "Fehler\uFFFD.csv (2)", "x?[withheld]", "x?[withheld] (2)", "plain.csv"} {
		if !names[want] {
			t.Errorf("no file %q among %v", want, names)
		}
	}
	if strings.Contains(x.dump(), exports.SecretMark) {
		t.Error("a secret got out of a name")
	}
}
