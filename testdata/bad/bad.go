// Package bad makes files that are damaged, mislabelled, hostile or only odd, for tests that put each of them between two
// good ones. What is said of each stands in bad.golden.
package bad

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"dwtriage/testdata/exports"
)

// An Input is one odd file. Its name is said in a few words and is valid on every system.
type Input struct {
	Name string
	Data []byte
}

// Good is a file with one record whose text is unique to n.
func Good(n int) []byte {
	return fmt.Appendf(nil, "createdon,exceptiondetails\n2026-11-22T10:00:00Z,good neighbour %d\n", n)
}

// A list collects the inputs of one kind, all with the same extension.
type list struct {
	all  []Input
	kind string
	ext  string
}

func (l *list) add(name, data string) {
	l.all = append(l.all, Input{fmt.Sprintf("%s %s%s", l.kind, name, l.ext), []byte(data)})
}

// Inputs lists them all.
func Inputs() []Input {
	var l list
	for _, group := range []struct {
		kind, ext string
		fill      func(*list)
	}{
		{"empty", ".csv", empties}, {"packed", "", packed}, {"mislabelled", "", mislabelled}, {"csv", ".csv", csvs}, {"json", ".json", jsons}, {"xml", ".xml", xmls},
		{"values", ".csv", values}, {"encoding", ".csv", encodings}, {"text", ".txt", texts}, {"workbook", ".xlsx", workbooks}, {"archive", "", archives},
	} {
		l.kind, l.ext = group.kind, group.ext
		group.fill(&l)
	}
	return l.all
}

const (
	head = "createdon,exceptiondetails\n"
	row  = "2026-11-22T10:00:00Z,an odd text\n"
)

func empties(l *list) {
	for name, data := range map[string]string{
		"nothing": "", "blanks": "  \n\t\n ", "line end": "\n", "mark of utf-8": "\ufeff", "mark of utf-16": "\xff\xfe", "mark of utf-16be": "\xfe\xff",
		"zeros": strings.Repeat("\x00", 4096), "header alone": head, "header without end": strings.TrimSpace(head), "commas": ",,,,\n,,,,\n", "one quote": `"`, "mark twice": "\ufeff\ufeff" + head + row,
	} {
		l.add(name, data)
	}
	sortByName(l)
}

// sortByName keeps the order of a map's entries from being that of the day.
func sortByName(l *list) {
	from := 0
	for from < len(l.all) && !strings.HasPrefix(l.all[from].Name, l.kind+" ") {
		from++
	}
	sorted := l.all[from:]
	for i := range sorted {
		for k := i; k > 0 && sorted[k].Name < sorted[k-1].Name; k-- {
			sorted[k], sorted[k-1] = sorted[k-1], sorted[k]
		}
	}
}

// packed are the containers, cut and damaged.
func packed(l *list) {
	plain := []byte(head + strings.Repeat(row, 300))
	for i, c := range exports.Containers() {
		data, err := c.Wrap("inner.csv", plain)
		if err != nil || i == 0 {
			continue // a program that packs is missing
		}
		l.ext = c.Extension
		flipped := bytes.Clone(data)
		flipped[len(flipped)/2] ^= 0x55
		for name, b := range map[string][]byte{"cut to its half": data[:len(data)/2], "one byte short": data[:len(data)-1], "ten bytes": data[:10], "a byte changed": flipped, "rubbish behind": append(bytes.Clone(data), "rubbish"...)} {
			l.add(c.Name+", "+name, string(b))
		}
	}
	sortByName(l)
}

func mislabelled(l *list) {
	add := func(name, data string) { l.ext = ""; l.add(name, data) }
	add("csv.xlsx", head+row)
	add("csv.json", head+row)
	add("csv.xml", head+row)
	add("json.csv", `[{"exceptiondetails":"an odd text"}]`)
	add("xml.csv", `<Entities EntityName="plugintracelog"><plugintracelog><exceptiondetails>an odd text</exceptiondetails></plugintracelog></Entities>`)
	add("page.csv", "<!doctype html><html><body><table><tr><td>1</td></tr></table></body></html>")
	add("sign-in page.csv", "<!DOCTYPE html><html><head><title>Sign in to your account</title></head><body><form></form></body></html>")
	for name, magic := range map[string]string{"image.csv": "\x89PNG\r\n\x1a\n", "document.csv": "%PDF-1.7\n", "photo.csv": "\xff\xd8\xff\xe0", "animation.csv": "GIF89a", "program.csv": "\x7fELF\x02\x01\x01",
		"windows program.csv": "MZ\x90\x00\x03\x00\x00\x00", "old workbook.xlsx": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "event log.csv": "ElfFile\x00", "seven.zip": "7z\xbc\xaf\x27\x1c", "rar.zip": "Rar!\x1a\x07\x00",
		"parquet.csv": "PAR1", "sqlite.csv": "SQLite format 3\x00"} {
		add(name, magic+strings.Repeat("\x00\x01\x02\xfe", 64))
	}
	add("settings.json", `{"logging":{"level":"debug"},"port":8080}`)
	add("notes.md", "# Notes\n\nNothing to see here, only a list:\n\n- one\n- two\n")
	add("report.csv", "order,map,key,company,records,after_fix,purged_by\n")
	sortByName(l)
}

func csvs(l *list) {
	l.add("no known heading", "a,b,c\n1,2,3\n")
	l.add("business data", "accountnum,name,dataareaid\nUS-001,Contoso,USMF\n")
	l.add("open quote", head+"2026-11-22T10:00:00Z,\"an odd text\n"+row)
	l.add("open quote at the end", head+row+"2026-11-22T10:00:00Z,\"an odd text")
	l.add("open quote in the header", "createdon,\"exceptiondetails\n"+row)
	l.add("quote inside", head+"2026-11-22T10:00:00Z,an \"odd\" text\n"+row)
	l.add("quote not doubled", head+"2026-11-22T10:00:00Z,\"an \"odd\" text\"\n"+row)
	l.add("quotes alone", head+"\"\"\"\"\"\"\"\n"+row)
	l.add("many cells", head+"2026-11-22T10:00:00Z,an odd text,x,y\n"+row)
	l.add("empty cells too many", head+"2026-11-22T10:00:00Z,an odd text,,,\n"+row)
	l.add("few cells", "createdon,typename,messagename,depth,mode,exceptiondetails\n2026-11-22T10:00:00Z\n2026-11-22T10:00:00Z,A,B,1,0,an odd text\n")
	l.add("empty row", head+",\n"+row)
	l.add("header twice", head+row+head+row)
	l.add("header twice in another order", head+row+"exceptiondetails,createdon\nanother odd text,2026-11-22T10:00:00Z\n")
	l.add("two headings alike", "exceptiondetails,exceptiondetails\nan odd text,another\n")
	l.add("two delimiters", "createdon;exceptiondetails\n2026-11-22T10:00:00Z,an odd text\n")
	l.add("tabs and commas", "createdon\texceptiondetails\n2026-11-22T10:00:00Z\tan odd, very odd text\n")
	l.add("bars", "createdon|exceptiondetails\n2026-11-22T10:00:00Z|an odd text\n")
	l.add("sep line", "sep=;\ncreatedon;exceptiondetails\n2026-11-22T10:00:00Z;an odd text\n")
	l.add("old line ends", strings.ReplaceAll(head+row, "\n", "\r"))
	l.add("mixed line ends", head+"2026-11-22T10:00:00Z,one\r\n2026-11-22T10:00:00Z,two\r2026-11-22T10:00:00Z,three\n")
	l.add("zeros behind", head+row+strings.Repeat("\x00", 512))
	l.add("zeros between", head+row+strings.Repeat("\x00", 512)+"\n"+row)
	l.add("zero in a cell", head+"2026-11-22T10:00:00Z,an \x00odd text\n")
	l.add("escapes of a terminal", head+"2026-11-22T10:00:00Z,\x1b[2J\x1b[31man odd text\x07\n")
	l.add("formula", head+"2026-11-22T10:00:00Z,=HYPERLINK(\"\"http://x\"\")\n")
	l.add("wide", strings.Repeat("c,", 20_000)+"exceptiondetails\n"+strings.Repeat(",", 20_000)+"an odd text\n")
	l.add("long heading", strings.Repeat("h", 5000)+",exceptiondetails\nx,an odd text\n")
	l.add("long cell", head+"2026-11-22T10:00:00Z,"+strings.Repeat("odd ", 5<<18)+"\n"+row)
	l.add("cut in a cell", head+row+"2026-11-22T10:00:00Z,half a te")
	l.add("cut in a time", head+row+"2026-11-2")
	l.add("bad id", "plugintracelogid,exceptiondetails\nnot-a-guid,an odd text\n")
	l.add("id of zeros", "plugintracelogid,exceptiondetails\n00000000-0000-0000-0000-000000000000,an odd text\n")
	l.add("same id twice", "plugintracelogid,exceptiondetails\n7d4e8a52-0000-4000-8000-000000000001,an odd text\n7d4e8a52-0000-4000-8000-000000000001,another odd text\n")
	l.add("markup in a cell", head+"2026-11-22T10:00:00Z,<script>alert(1)</script>\n")
	l.add("path in a cell", head+"2026-11-22T10:00:00Z,../../../etc/passwd\n")
	l.add("semicolons in quotes", "\"createdon;exceptiondetails\"\n\"2026-11-22T10:00:00Z;an odd text\"\n")
}

func jsons(l *list) {
	const good = `{"createdon":"2026-11-22T10:00:00Z","exceptiondetails":"an odd text"}`
	for _, c := range []struct{ name, data string }{
		{"null", "null"}, {"true", "true"}, {"number", "4711"}, {"string", `"exceptiondetails"`}, {"empty object", "{}"}, {"empty list", "[]"}, {"list of numbers", "[1,2,3]"},
		{"list of lists", "[[],[[]]]"}, {"list of nulls", "[null,null]"}, {"value null", `{"value":null}`}, {"value object", `{"value":{}}`}, {"value empty", `{"value":[]}`},
		{"answer with an error", `{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}`},
		{"answer with an error and a head", "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n\r\n" + `{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}`},
		{"answers with an error", `{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}` + "\n" + `{"error":{"code":"0x80040265","message":"Lot 7 is closed."}}`},
		{"further page", `{"@odata.nextLink":"https://contoso.example/api?page=2","value":[` + good + `]}`},
		{"no text", `[{"createdon":"2026-11-22T10:00:00Z"},` + good + `]`}, {"text null", `[{"exceptiondetails":null},` + good + `]`}, {"text a number", `[{"exceptiondetails":4711},` + good + `]`},
		{"text an object", `[{"exceptiondetails":{"a":1}},` + good + `]`}, {"text a list", `[{"exceptiondetails":["a","b"]},` + good + `]`}, {"key twice", `[{"exceptiondetails":"one","exceptiondetails":"two"}]`},
		{"comma at the end", "[" + good + ",]"}, {"no comma", "[" + good + good + "]"}, {"two commas", "[" + good + ",," + good + "]"}, {"no colon", `[{"exceptiondetails" "x"},` + good + `]`},
		{"no quotes", `[{exceptiondetails:"x"},` + good + `]`}, {"single quotes", `[{'exceptiondetails':'x'},` + good + `]`}, {"comment", "[/* none */" + good + "]"}, {"comment in a line", "// none\n" + good},
		{"not a number", `[{"exceptiondetails":"x","depth":NaN},` + good + `]`}, {"infinity", `[{"exceptiondetails":"x","depth":-Infinity},` + good + `]`}, {"large number", `[{"exceptiondetails":"x","depth":1e999999},` + good + `]`},
		{"long number", `[{"exceptiondetails":"x","depth":` + strings.Repeat("9", 5000) + `},` + good + `]`}, {"leading zero", `[{"exceptiondetails":"x","depth":007},` + good + `]`},
		{"half a pair", `[{"exceptiondetails":"x \ud83d y"}]`}, {"escaped zero", `[{"exceptiondetails":"x \u0000 y"}]`}, {"bad escape", `[{"exceptiondetails":"x \q y"},` + good + `]`}, {"short escape", `[{"exceptiondetails":"x \u12"},` + good + `]`},
		{"line end in a string", "[{\"exceptiondetails\":\"x\ny\"}," + good + "]"}, {"tab in a string", "[{\"exceptiondetails\":\"x\ty\"}]"}, {"zero in a string", "[{\"exceptiondetails\":\"x\x00y\"}]"},
		{"deep", strings.Repeat("[", 20_000)}, {"deep objects", strings.Repeat(`{"a":`, 20_000)}, {"deep and closed", strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)}, {"deep in a record", `[{"exceptiondetails":"x","a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `},` + good + `]`},
		{"cut in a string", "[" + good + `,{"exceptiondetails":"half a te`}, {"cut in a key", "[" + good + `,{"excep`}, {"cut behind a comma", "[" + good + ","}, {"cut in an escape", "[" + good + `,{"exceptiondetails":"x\u00`},
		{"closed too often", "[" + good + "]]]"}, {"closed wrongly", "[" + good + "}"}, {"text behind", "[" + good + "] and so on"}, {"mark inside", "[" + good + ",\ufeff" + good + "]"},
		{"lines, one broken", good + "\n{\"exceptiondetails\":\n" + good + "\n"}, {"lines, one cut", good + "\n" + `{"exceptiondetails":"half a te`}, {"lines and prose", good + "\nplain words\n" + good + "\n"},
		{"many keys", "[{" + strings.Repeat(`"k":1,`, 30_000) + `"exceptiondetails":"x"},` + good + "]"}, {"long key", `[{"` + strings.Repeat("k", 100_000) + `":1,"exceptiondetails":"x"}]`},
		{"hidden prototype", `[{"__proto__":{"exceptiondetails":"x"},"exceptiondetails":"y"}]`}, {"object in an object", `{"data":{"rows":{"items":[` + good + `]}}}`},
	} {
		l.add(c.name, c.data)
	}
}

func xmls(l *list) {
	const good = "<plugintracelog><createdon>2026-11-22T10:00:00Z</createdon><exceptiondetails>an odd text</exceptiondetails></plugintracelog>"
	in := func(s string) string { return `<Entities EntityName="plugintracelog">` + s + `</Entities>` }
	var bomb strings.Builder
	bomb.WriteString(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "odd">`)
	for i := range 9 {
		fmt.Fprintf(&bomb, `<!ENTITY a%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&a%d;", i), 10))
	}
	bomb.WriteString("]>" + in("<plugintracelog><exceptiondetails>&a9;</exceptiondetails></plugintracelog>"))
	for _, c := range []struct{ name, data string }{
		{"root alone", "<Entities/>"}, {"declaration alone", `<?xml version="1.0" encoding="utf-8"?>`}, {"unknown root", "<a><b>1</b></a>"}, {"entities of entities", bomb.String()},
		{"entity of a file", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + in("<plugintracelog><exceptiondetails>&x;</exceptiondetails></plugintracelog>")},
		{"entity of a host", `<!DOCTYPE a SYSTEM "http://contoso.example/a.dtd">` + in(good)}, {"unknown entity", in("<plugintracelog><exceptiondetails>&nbsp;&odd;</exceptiondetails></plugintracelog>")},
		{"bare ampersand", in("<plugintracelog><exceptiondetails>a & b</exceptiondetails></plugintracelog>")}, {"number too large", in("<plugintracelog><exceptiondetails>&#99999999;</exceptiondetails></plugintracelog>")},
		{"zero by number", in("<plugintracelog><exceptiondetails>a&#0;b</exceptiondetails></plugintracelog>")}, {"not closed", `<Entities EntityName="plugintracelog">` + good}, {"element not closed", in("<plugintracelog><exceptiondetails>x" + good)},
		{"closed by another", in("<plugintracelog><exceptiondetails>x</createdon></plugintracelog>" + good)}, {"closed twice", in(good + "</plugintracelog>")}, {"two roots", in(good) + in(good)}, {"text behind", in(good) + "odd"},
		{"text before", "odd " + in(good)}, {"cut in a tag", in(good)[:len(in(good))-20]}, {"cut in a text", `<Entities EntityName="plugintracelog">` + good + "<plugintracelog><exceptiondetails>half a te"}, {"cut in a comment", "<Entities><!-- odd"},
		{"cut in cdata", in("")[:38] + "<plugintracelog><exceptiondetails><![CDATA[half"}, {"cdata", in("<plugintracelog><exceptiondetails><![CDATA[a <b> & c]]></exceptiondetails></plugintracelog>")},
		{"attribute without quotes", "<Entities EntityName=plugintracelog>" + good + "</Entities>"}, {"attribute twice", `<Entities EntityName="plugintracelog" EntityName="x">` + good + "</Entities>"}, {"attribute not closed", `<Entities EntityName="plugintracelog>` + good + "</Entities>"},
		{"wrong encoding", `<?xml version="1.0" encoding="utf-16"?>` + in(good)}, {"unknown encoding", `<?xml version="1.0" encoding="klingon"?>` + in(good)}, {"zero between", in(good + "\x00" + good)}, {"deep", strings.Repeat("<a>", 20_000)},
		{"deep and closed", in("<plugintracelog><exceptiondetails>" + strings.Repeat("<a>", 5000) + "x" + strings.Repeat("</a>", 5000) + "</exceptiondetails></plugintracelog>" + good)},
		{"many attributes", "<Entities " + strings.Repeat(`a="1" `, 20_000) + ">" + good + "</Entities>"}, {"long name", "<" + strings.Repeat("n", 100_000) + ">" + good}, {"instruction", in("<?php echo 1 ?>" + good)}, {"empty record", in("<plugintracelog></plugintracelog>" + good)},
		{"fault alone", `<OrganizationServiceFault xmlns="http://schemas.microsoft.com/xrm/2011/Contracts"><ErrorCode>-2147220891</ErrorCode><Message>an odd text</Message></OrganizationServiceFault>`},
		{"sheet without rows", `<?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table/></Worksheet></Workbook>`},
	} {
		l.add(c.name, c.data)
	}
}

// values are times and numbers beyond all reason.
func values(l *list) {
	for _, at := range []string{"0000-00-00T00:00:00Z", "2026-02-30T10:00:00Z", "2026-13-01T10:00:00Z", "2026-11-22T25:61:61Z", "9999-12-31T23:59:59.9999999Z", "99999-01-01T00:00:00Z", "-0001-01-01", "1601-01-01T00:00:00Z",
		"0001-01-01T00:00:00", "03/04/2026 9:14 AM", "31/31/2026", "1e308", "NaN", "4711", "132537600000000000", "/Date(1763805600000)/", "/Date(99999999999999999999)/", "yesterday", "2026-11-22T10:00:00+99:99", "2026-11-22T10:00:00.12345678901234567890Z"} {
		name := strings.Map(func(c rune) rune {
			if strings.ContainsRune(`/:()`, c) {
				return '_'
			}
			return c
		}, at)
		l.add("time "+name, head+at+",an odd text\n")
	}
	for _, n := range []string{"-1", "1e9", "99999999999999999999", "0x10", "1,5", "NaN", "١٢", strings.Repeat("9", 400)} {
		l.add("depth "+n[:min(len(n), 20)], "exceptiondetails,depth,performanceexecutionduration\nan odd text,\""+n+"\",\""+n+"\"\n")
	}
}

func wide(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func encodings(l *list) {
	le := wide(head+row, binary.LittleEndian)
	for _, c := range []struct{ name, data string }{
		{"utf-16 without a mark", le}, {"utf-16 with the wrong mark", "\xfe\xff" + le}, {"utf-16, odd", "\xff\xfe" + le + "x"}, {"utf-16, half a pair", "\xff\xfe" + le[:len(le)-2] + "\x3d\xd8\x0a\x00"}, {"utf-16 behind utf-8", head + row + le},
		{"utf-32", "\xff\xfe\x00\x00" + strings.ReplaceAll(le, "\x00", "\x00\x00\x00")}, {"invalid utf-8", head + "2026-11-22T10:00:00Z,an \xc3( \xff odd \xf0\x9f text\n"}, {"overlong", head + "2026-11-22T10:00:00Z,an \xc0\xaf odd text\n"},
		{"surrogates in utf-8", head + "2026-11-22T10:00:00Z,an \xed\xa0\x80 odd text\n"}, {"windows-1252", head + "2026-11-22T10:00:00Z,K\xf6ln \x80 \x81 fehlt\n"}, {"mixed", head + "2026-11-22T10:00:00Z,K\xf6ln\n2026-11-22T10:00:00Z,Köln\n"},
		{"shift-jis", head + "2026-11-22T10:00:00Z,\x83G\x83\x89\x81[\n"}, {"utf-7", "+/v8-" + head + row}, {"mark inside", head + "\ufeff" + row}, {"ebcdic", "\x83\x99\x85\x81\xa3\x85\x84\x96\x95\x6b\x85\xa7\x83\x85\x97\xa3\x89\x96\x95\x15"},
		{"right to left", head + "2026-11-22T10:00:00Z,\u202ean odd text\u202c\n"}, {"combining", head + "2026-11-22T10:00:00Z,a" + strings.Repeat("\u0301", 2000) + "\n"},
	} {
		l.add(c.name, c.data)
	}
}

func texts(l *list) {
	for _, c := range []struct{ name, data string }{
		{"one word", "error"}, {"prose", "Dear all,\n\nthe export failed again, please look into it.\n"}, {"one long line", "2026-11-22 10:00:00 ERROR " + strings.Repeat("odd ", 1<<18)}, {"ten thousand lines", strings.Repeat("ok\n", 10_000)},
		{"fault not closed", "2026-11-22 10:00:00 ERROR <OrganizationServiceFault cut\n"}, {"fence not closed", "```\n2026-11-22 10:00:00 ERROR an odd text\n"}, {"levels alone", "ERROR\nERROR\nWARN\n"}, {"controls", "ERROR \x01\x02\x03\x04\x05\x06\x07\x08 odd\n"},
		{"brackets", strings.Repeat("[", 5000)}, {"envelope not closed", `{"entityName":"E","recordResponses":[{"errorMessage":"an odd text"`}, {"debug trace not closed", `An odd text failed, debugLogTrace": ["POST `},
	} {
		l.add(c.name, c.data)
	}
}

// zipped is an archive of names and contents in turns, as they are given.
func zipped(members ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i+1 < len(members); i += 2 {
		w, err := z.Create(members[i])
		if err != nil {
			panic(err)
		}
		if _, err := w.Write([]byte(members[i+1])); err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

func workbooks(l *list) {
	const (
		types = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`
		book  = `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`
		rels  = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`
	)
	cell := func(at, text string) string {
		return `<c r="` + at + `" t="inlineStr"><is><t>` + text + `</t></is></c>`
	}
	rows := func(s string) string {
		return `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + s + `</sheetData></worksheet>`
	}
	heads := `<row r="1">` + cell("A1", "createdon") + cell("B1", "exceptiondetails") + `</row>`
	with := func(sheet string) string {
		return zipped("[Content_Types].xml", types, "xl/workbook.xml", book, "xl/_rels/workbook.xml.rels", rels, "xl/worksheets/sheet1.xml", sheet)
	}
	good := `<row r="2">` + cell("A2", "2026-11-22T10:00:00Z") + cell("B2", "an odd text") + `</row>`
	for _, c := range []struct{ name, data string }{
		{"whole", with(rows(heads + good))}, {"types alone", zipped("[Content_Types].xml", types)}, {"no sheet", zipped("xl/workbook.xml", book, "xl/_rels/workbook.xml.rels", rels)}, {"no relations", zipped("xl/workbook.xml", book, "xl/worksheets/sheet1.xml", rows(heads+good))},
		{"broken workbook", zipped("xl/workbook.xml", book[:80], "xl/_rels/workbook.xml.rels", rels)}, {"broken sheet", with(rows(heads + good)[:300])}, {"empty sheet", with(rows(""))}, {"no log", with(rows(`<row r="1">` + cell("A1", "a") + `</row>`))},
		{"far column", with(rows(heads + `<row r="2">` + cell("XFD2", "far") + cell("B2", "an odd text") + `</row>`))}, {"beyond all columns", with(rows(heads + `<row r="2">` + cell("ZZZZZ2", "far") + `</row>` + strings.ReplaceAll(good, `2"`, `3"`)))}, {"far row", with(rows(heads + `<row r="1048576">` + cell("B1048576", "an odd text") + `</row>`))},
		{"beyond all rows", with(rows(heads + `<row r="99999999999">` + cell("B99999999999", "an odd text") + `</row>`))}, {"no place", with(rows(heads + `<row><c t="inlineStr"><is><t>2026-11-22T10:00:00Z</t></is></c><c t="inlineStr"><is><t>an odd text</t></is></c></row>`))},
		{"unknown shared text", with(rows(heads + `<row r="2"><c r="B2" t="s"><v>4711</v></c></row>`))}, {"error cell", with(rows(heads + `<row r="2"><c r="A2" t="e"><v>#REF!</v></c>` + cell("B2", "an odd text") + `</row>`))},
		{"absurd date", with(rows(heads + `<row r="2"><c r="A2"><v>1e300</v></c>` + cell("B2", "an odd text") + `</row>`))}, {"negative date", with(rows(heads + `<row r="2"><c r="A2"><v>-5</v></c>` + cell("B2", "an odd text") + `</row>`))},
		{"rows out of order", with(rows(heads + strings.ReplaceAll(good, `2"`, `9"`) + good))}, {"binary", zipped("xl/workbook.bin", "x")}, {"open document", zipped("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<a/>")}, {"letter", zipped("word/document.xml", "<a/>")},
		{"slides", zipped("ppt/presentation.xml", "<a/>")}, {"relation outside", zipped("xl/workbook.xml", book, "xl/_rels/workbook.xml.rels", strings.ReplaceAll(rels, "worksheets/sheet1.xml", "../../etc/passwd"))}, {"entity in a sheet", with(`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + rows(heads+`<row r="2">`+cell("B2", "&amp;x; &x;")+`</row>`))},
	} {
		l.add(c.name, c.data)
	}
}

func archives(l *list) {
	zips := func(name string, members ...string) { l.ext = ".zip"; l.add(name, zipped(members...)) }
	zips("empty")
	zips("same name twice", "a.csv", head+row, "a.csv", head+"2026-11-22T10:00:00Z,another odd text\n")
	zips("same name in two ways", "d/a.csv", head+row, `d\a.csv`, head+row, "x/../d/a.csv", head+row)
	zips("names that climb", "../a.csv", head+row, `..\..\b.csv`, head+row, "/c.csv", head+row, `C:\d.csv`, head+row)
	zips("names that are no text", "Fehler\xfc.csv", head+row, "Fehler\xfd.csv", head+row)
	zips("names that forge lines", "a\rLedger: 0 read.csv", head+row, "\x1b[2Jb.csv", head+row)
	zips("names that are long", strings.Repeat("n", 60_000)+".csv", head+row)
	zips("names of dots", "..", head+row, ".", head+row)
	zips("hidden", ".a.csv", head+row, "__MACOSX/b.csv", head+row)
	zips("folders", "a/", "", "b/", "")
	zips("one bad among good", "a.csv", head+row, "b.csv", "\x89PNG\r\n\x1a\n\x00\x00\x00\x00", "c.csv", head+row)
	deep := head + row
	for i := range 6 {
		deep = zipped(fmt.Sprintf("%d.zip", i), deep)
	}
	l.ext = ".zip"
	l.add("deep", deep)
	one := []byte(zipped("a.csv", head+row))
	locked := bytes.Clone(one)
	locked[6] |= 1
	central := bytes.Index(locked, []byte("PK\x01\x02"))
	locked[central+8] |= 1
	l.add("locked", string(locked))
	method := bytes.Clone(one)
	method[8], method[central+10] = 97, 97
	l.add("unknown method", string(method))
	size := bytes.Clone(one)
	binary.LittleEndian.PutUint32(size[central+24:], 1<<31)
	l.add("size that lies", string(size))
	l.add("rubbish before", "rubbish"+string(one))
	tars := func(name string, headers ...*tar.Header) {
		var b bytes.Buffer
		t := tar.NewWriter(&b)
		for _, h := range headers {
			if h.Typeflag == tar.TypeReg {
				h.Size = int64(len(head + row))
			}
			h.Mode = 0o600
			if err := t.WriteHeader(h); err != nil {
				panic(err)
			}
			if h.Typeflag == tar.TypeReg {
				t.Write([]byte(head + row))
			}
		}
		t.Close()
		l.ext = ".tar"
		l.add(name, b.String())
	}
	file := func(name string) *tar.Header { return &tar.Header{Name: name, Typeflag: tar.TypeReg} }
	tars("same name twice", file("a.csv"), file("a.csv"))
	tars("link to a file", &tar.Header{Name: "a.csv", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, file("b.csv"))
	tars("hard link", file("a.csv"), &tar.Header{Name: "b.csv", Typeflag: tar.TypeLink, Linkname: "a.csv"})
	tars("device", &tar.Header{Name: "a.csv", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 5}, file("b.csv"))
	tars("pipe", &tar.Header{Name: "a.csv", Typeflag: tar.TypeFifo}, file("b.csv"))
	tars("names that climb", file("../a.csv"), file("/b.csv"), file("c/../../d.csv"))
	tars("folders", &tar.Header{Name: "a/", Typeflag: tar.TypeDir})
	tars("empty")
}
