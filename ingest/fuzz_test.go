package ingest

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"dwtriage/ingest/scan"
)

// Every target reads whatever it is given to its end and asserts, by way of readData, that the
// ledger balances, that every byte lies in one row or was skipped, that all text is valid UTF-8
// and not longer than what was read allows. The fixtures are the seeds.

// tight are limits that short inputs go beyond.
var tight = Limits{Record: 64, Cell: 16, Columns: 3}

// seed adds the fixtures with one of these extensions.
func seed(f *testing.F, extensions ...string) {
	f.Helper()
	for _, path := range sampleFiles(f, extensions...) {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

// FuzzCSV holds the scanner against encoding/csv on everything that one accepts, and the
// reader against its own ledger on everything.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"typename,exceptiondetails\nA,one\nB,\"two\n\"\"three\"\"\"\n",
		"typename;exceptiondetails\r\nA;\"x\"\r\n\r\n;\r\n",
		"exceptiondetails\tdepth\n\"a\"b\t1\n\"open\t2\nC\t3\n",
		"errormessage,x\n\"a\",\"\nb\",\"\nc\",\"\n",
		"sep=;\nexceptiondetails;typename\n\xff\xfe\x00;K\xf6ln\n",
		"createdon,typename,exceptiondetails\n2026-11-22,A,\"open\n2026-11-23,B,two\n2026-11-24,C,\"three\"\n",
	} {
		f.Add([]byte(s))
	}
	f.Add([]byte("messageblock,depth\n\"[A.B: A." + strings.Repeat("b", 2000) + "]\nx\",1\n")) // a name out of a text was not shortened
	seed(f, ".csv", ".tsv")
	f.Fuzz(func(t *testing.T, b []byte) {
		x := readData(t, "a", b, Options{Format: formatCSV})
		readData(t, "a", b, Options{Format: formatCSV, Limits: tight})
		account(t, b, x)
	})
}

// account asserts that rows do not overlap, lie inside the file, and are in order.
func account(t *testing.T, b []byte, x *result) {
	t.Helper()
	type span struct{ start, end int64 }
	rows := make(map[int64]span)
	add := func(row, offset, length int64) {
		s := span{offset, offset + length}
		if old, ok := rows[row]; ok && old != s {
			t.Errorf("row %d at %v and at %v", row, old, s)
		}
		rows[row] = s
	}
	for _, r := range x.records {
		add(atoi(r["row"]), atoi(r["byte_offset"]), atoi(r["byte_length"]))
	}
	for _, r := range x.rejects {
		add(r.Row, r.ByteOffset, r.ByteLength)
	}
	last := int64(0)
	for row := int64(0); len(rows) > 0; row++ {
		s, ok := rows[row]
		if !ok {
			if row > int64(len(b))+2 {
				t.Fatalf("rows left: %v", rows)
			}
			continue
		}
		delete(rows, row)
		if s.start < last || s.end < s.start || s.end > int64(len(b)) {
			t.Errorf("row %d at %v of %d bytes, the row before ends at %d", row, s, len(b), last)
		}
		last = s.end
	}
	for _, f := range x.files {
		if f.Problem == nil && f.Bytes != int64(len(b)) {
			t.Errorf("%d bytes read of %d", f.Bytes, len(b))
		}
	}
}

// FuzzJSON holds the scanner against encoding/json, and the reader against its ledger.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{"value":[{"exceptiondetails":"one","depth":1},{"typename":"A\u00e9\\"}],"@odata.nextLink":"x"}`,
		`[{"a":[1,2,{"b":null}]},true,false,-1.5e3,"x",{}]`, "{\"errormessage\":\"x\n{\"errormessage\":\"y\"}\n",
		`{"error":{"code":"0x8","message":"m"}} {"RecordError0":"x"}`, `{"recordResponses":[{"errorMessage":"a"b","verboseError":"c"}]}`, `[}{]`, `{"a":1,}`,
	} {
		f.Add([]byte(s))
	}
	seed(f, ".json", ".jsonl")
	f.Fuzz(func(t *testing.T, b []byte) {
		trimmed := bytes.TrimSpace(b)
		n, st := scan.JSON(b, true)
		if json.Valid(b) && bytes.Count(b, []byte("["))+bytes.Count(b, []byte("{")) < scan.Depth {
			if st != scan.Done || len(bytes.TrimSpace(b[n:])) > 0 {
				t.Errorf("JSON(%q) = %d, %d", b, n, st)
			}
		}
		for i := range trimmed {
			if st := second(scan.JSON(trimmed[:i], false)); st == scan.Done && trimmed[0] == '{' && i < n && second(scan.JSON(trimmed, true)) == scan.Done && json.Valid(trimmed) {
				t.Errorf("done after %d of %q", i, trimmed)
			}
		}
		account(t, b, readData(t, "a", b, Options{Format: formatJSON}))
		readData(t, "a", b, Options{Format: formatJSON, Limits: tight})
	})
}

// FuzzEnvelope: on a well-formed envelope the reader by keys finds what the strict one finds.
func FuzzEnvelope(f *testing.F) {
	f.Add("m", "v", "e", `x"y`)
	f.Add(`a "b", "c": {}`, `{"Message":"x","List":[{"a":"b"}]}`, "WidgetEntity", `{"debugLogTrace":["x"]}`)
	f.Add("\\", "\u00e9\n", `"}]`, `",`)
	f.Fuzz(func(t *testing.T, message, verbose, entity, junk string) {
		doc, err := json.Marshal(map[string]any{
			"entityName":      entity,
			"recordResponses": []any{map[string]any{"errorMessage": message, "verboseError": verbose, "logDateTime": "2026-11-22T09:14:03Z"}},
		})
		if err != nil {
			t.Skip()
		}
		r := file{row: new(row)}
		strict := r.strictResponses(nil, doc)
		loose := r.looseResponses(nil, doc)
		trim := func(x []response) (out []string) {
			for _, y := range x {
				out = append(out, string(bytes.TrimSpace(y.entity)), string(bytes.TrimSpace(y.message)), string(bytes.TrimSpace(y.verbose)), string(y.at))
			}
			return out
		}
		// A text that looks like the next key cannot be told from one.
		if !strings.Contains(message+verbose+entity, `"`) {
			if strings.TrimSpace(message) != "" || strings.TrimSpace(verbose) != "" {
				if diff := cmp.Diff(trim(strict), trim(loose)); diff != "" {
					t.Errorf("%s\n-strict +loose:\n%s", doc, diff)
				}
			}
		}
		readData(t, "a", []byte("prose "+string(doc)+junk+string(doc[:len(doc)/2])), Options{Format: formatText})
		readData(t, "a", append(doc, junk...), Options{Format: formatJSON})
	})
}

// FuzzText: any bytes are text, every message is accounted for.
func FuzzText(f *testing.F) {
	f.Add([]byte("Cannot save the changes to the database.\n\n[2026-11-22 10:00:00] Writes to X failed\n<OrganizationServiceFault>\n\nUnhandled exception: x\n"))
	f.Add([]byte("[A.B: C.D]\n[0a1b2c3d-0000-4000-8000-000000000001: C.D: Create of x]\nException type: y\nError Message: z"))
	f.Add([]byte("\xff\xfea\x00\n\x00\n\x00b\x00"))
	f.Add([]byte("---\nt: x\n---\n# E\nSite is missing.\n- a cannot\n- b cannot\n\n> Quote failed.\n>> Twice failed.\n```\nx failed.\ny failed.\n```\n***\n"))
	f.Add([]byte("| Entity | Error |\r\n|--|:-:|\r\n| a\\_b | x\\|y failed<br>z |\r\n||\r\n| secure configuration\n|--|\n|x|\n"))
	f.Add([]byte("HTTP/1.1 400 Bad\n\n{\n\"error\":{\"code\":\"0x80040265\",\"message\":\"m\"}}\nLot is locked\nlot is &lt;gone&gt;.\n~~~\n\n~~~"))
	f.Add(bytes.Repeat([]byte("Lot 7 cannot be saved.\n"), 900)) // more than one look
	seed(f, ".txt", ".md")
	f.Fuzz(func(t *testing.T, b []byte) {
		account(t, b, readData(t, "a", b, Options{Format: formatText}))
		readData(t, "a", b, Options{Format: formatText, Limits: tight})
		// Whatever format is found by content.
		readData(t, "a", b, Options{})
	})
}

// FuzzXMLExport: any bytes are an export in XML, or the file says that they are none.
func FuzzXMLExport(f *testing.F) {
	f.Add([]byte(`<Document><DMFSTAGINGLOG ERRORMESSAGE="a &lt; b"/><DMFSTAGINGLOG ENTITYNAME="x" ERRORMESSAGE='c'></DMFSTAGINGLOG></Document>`))
	f.Add([]byte(`<Events><Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Level>2</Level><TimeCreated SystemTime="2026-11-22T09:14:03Z"/></System><EventData><Data>x</Data></EventData></Event></Events>`))
	f.Add([]byte(`<Entities><plugintracelog id="x"><exceptiondetails>a <b> c</exceptiondetails><plugintracelog></plugintracelog></Entities>`))
	seed(f, ".xml")
	f.Fuzz(func(t *testing.T, b []byte) {
		account(t, b, readData(t, "a", b, Options{Format: formatXML}))
		account(t, b, readData(t, "a", b, Options{Format: formatXML, Limits: tight}))
	})
}

// FuzzMarkup holds the rows of pages and of XML Spreadsheet 2003 against their ledger.
func FuzzMarkup(f *testing.F) {
	seed(f, ".html", ".xml")
	f.Add([]byte("<table><tr><th>exceptiondetails<tr><td colspan=99999999>x<tr><td>y<table><tr><td>z</table></table>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, name := range []string{formatHTML, formatXMLSS} {
			account(t, b, readData(t, "a", b, Options{Format: name}))
			account(t, b, readData(t, "a", b, Options{Format: name, Limits: tight}))
		}
	})
}

// FuzzWorkbook: any header, sheet and shared strings make records, rejects, or a problem.
func FuzzWorkbook(f *testing.F) {
	for _, path := range sampleFiles(f, ".xlsx.txtar") {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		var sheet, table, styles []byte
		for _, p := range a.Files {
			switch {
			case strings.HasPrefix(p.Name, "xl/worksheets/"):
				sheet = p.Data
			case strings.HasSuffix(p.Name, "sharedStrings.xml"):
				table = p.Data
			case strings.HasSuffix(p.Name, "styles.xml"):
				styles = p.Data
			}
		}
		f.Add(sheet, table, styles)
	}
	f.Fuzz(func(t *testing.T, sheet, table, styles []byte) {
		book := zipped(t,
			"xl/workbook.xml", []byte(`<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>`),
			"xl/worksheets/sheet1.xml", sheet, "xl/sharedStrings.xml", table, "xl/styles.xml", styles)
		for _, lim := range []Limits{{}, {Cell: 16, Columns: 4}} {
			x := readData(t, "a", book, Options{Limits: lim})
			last := int64(0)
			for _, r := range x.records {
				if row := atoi(r["row"]); row < last || r["byte_offset"] != "-1" {
					t.Errorf("row %d at %s behind row %d", row, r["byte_offset"], last)
				} else {
					last = row
				}
			}
		}
	})
}
