package ingest

import (
	"bytes"
	gocmp "cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

// traces makes a plug-in trace log as CSV: a third of the rows without an exception, the
// others with fault XML of about 2 kB, all texts in several lines.
func traces(size int) []byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	b.WriteString("plugintracelogid,typename,messagename,primaryentity,operationtype,mode,depth,createdon,performanceexecutionduration,correlationid,requestid,messageblock,exceptiondetails\r\n")
	for b.Len() < size {
		fmt.Fprintf(&b, "%08x-0000-4000-8000-%012x,Fabrikam.Crm.Plugins.Order%d,Update,salesorder,1,0,1,2026-11-22T09:%02d:%02dZ,%d,%08x-0000-4000-8000-000000000000,00000000-0000-0000-0000-000000000000,",
			rnd.Uint32(), rnd.Uint64()>>16, rnd.IntN(40), rnd.IntN(60), rnd.IntN(60), rnd.IntN(5000), rnd.Uint32())
		b.WriteString(`"[Fabrikam.Crm.Plugins: Fabrikam.Crm.Plugins.OrderGuard]` + "\r\n[0a1b2c3d-0000-4000-8000-000000000001: Fabrikam.Crm.Plugins.OrderGuard: Update of salesorder]\r\n")
		for i := range 20 {
			fmt.Fprintf(&b, "Step %d: looking up region \"\"North %d\"\" for the order\r\n", i, rnd.IntN(1000))
		}
		b.WriteString(`",`)
		if rnd.IntN(3) > 0 {
			fmt.Fprintf(&b, "\"Unhandled exception: \r\nException type: System.ServiceModel.FaultException`1[Microsoft.Xrm.Sdk.OrganizationServiceFault]\r\nMessage: Region %d not found.Detail: \r\n", rnd.IntN(1000))
			b.WriteString(`<OrganizationServiceFault xmlns:i=""http://www.w3.org/2001/XMLSchema-instance"" xmlns=""http://schemas.microsoft.com/xrm/2011/Contracts"">` + "\r\n  <ErrorCode>-2147220891</ErrorCode>\r\n")
			for i := range 18 {
				fmt.Fprintf(&b, "   at Fabrikam.Crm.Plugins.OrderGuard.Step%d(IServiceProvider provider, Int32 depth) in Order%d.cs:line %d\r\n", i, i, rnd.IntN(900))
			}
			b.WriteString("  <Message>Region not found.</Message>\r\n</OrganizationServiceFault>\"")
		}
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

// infologs makes a dual-write log as CSV with short rows.
func infologs(size int) []byte {
	rnd := rand.New(rand.NewPCG(3, 4))
	var b bytes.Buffer
	b.WriteString("logdatetime,company,entityname,errormessage\r\n")
	for b.Len() < size {
		fmt.Fprintf(&b, "2026-11-22T09:%02d:%02d.1234567Z,usmf,CustCustomerV3Entity,Cannot save the changes to the database. Unable to write data to entity accounts. Unable to lookup msdyn_customergroups with values {G%d}. Writes to CustCustomerV3Entity failed.\r\n",
			rnd.IntN(60), rnd.IntN(60), rnd.IntN(1000))
	}
	return b.Bytes()
}

// benchmarkRead reads data, which is raw bytes long when it is unpacked.
func benchmarkRead(b *testing.B, data []byte, raw int64, opt Options) {
	b.SetBytes(raw)
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	records := 0
	for b.Loop() {
		was := records
		opt.Stdin = bytes.NewReader(data)
		err := Read(context.Background(), []Source{{Path: "-", Size: -1}}, opt, func(x *Batch) error {
			records += x.Len()
			for _, f := range x.Files {
				if f.Problem != nil || f.Rejected > 0 {
					return fmt.Errorf("%d rejects, problem %v", f.Rejected, f.Problem)
				}
			}
			x.Release()
			return nil
		})
		if err != nil || records == was {
			b.Fatal(err, records)
		}
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(records), "allocs/record")
}

func BenchmarkReadTraces(b *testing.B) {
	benchmarkRead(b, traces(64<<20), 64<<20, Options{})
}

func BenchmarkReadInfologs(b *testing.B) {
	benchmarkRead(b, infologs(32<<20), 32<<20, Options{})
}

// BenchmarkRead reads the same traces in every format.
func BenchmarkRead(b *testing.B) {
	plain := traces(32 << 20)
	t := tracesTable(b, plain)
	for _, f := range []struct {
		name string
		make func(b *testing.B) (data []byte, raw int64)
	}{
		{"csv", same(func() []byte { return plain })},
		{"csv utf-16", same(func() []byte { return toUTF16(plain, false, true) })},
		{"csv gz", func(*testing.B) ([]byte, int64) { return gzipped(plain), int64(len(plain)) }},
		{"csv zst", func(b *testing.B) ([]byte, int64) { return zstded(b, plain), int64(len(plain)) }},
		{"csv xz", func(b *testing.B) ([]byte, int64) { return xzed(b, plain), int64(len(plain)) }},
		{"json page", same(func() []byte {
			return t.objects("{\"@odata.context\":\"https://contoso.crm.example/api/data/v9.2/$metadata#plugintracelogs\",\"value\":[", ",", "]}", nil)
		})},
		{"json lines", same(func() []byte { return t.objects("", "\n", "\n", nil) })},
		{"json ppds", same(t.indented)},
		{"xml explicit", same(t.explicit)},
		{"xml basic", same(t.basic)},
		{"xlsx shared strings", func(b *testing.B) ([]byte, int64) { return t.workbook(b, true) }},
		{"xlsx inline strings", func(b *testing.B) ([]byte, int64) { return t.workbook(b, false) }},
		{"text faults", same(t.faults)},
		{"text infologs", same(func() []byte { return infologLines(infologs(32 << 20)) })},
		{"envelopes", same(t.envelopes)},
	} {
		b.Run(f.name, func(b *testing.B) {
			data, raw := f.make(b)
			benchmarkRead(b, data, raw, Options{})
		})
	}
}

// same is data that is not packed. It is made only when its benchmark runs.
func same(write func() []byte) func(*testing.B) ([]byte, int64) {
	return func(*testing.B) ([]byte, int64) {
		data := write()
		return data, int64(len(data))
	}
}

// A logTable is a log as headings and rows, to be written in other formats.
type logTable struct {
	head []string
	rows [][]string
}

func tracesTable(t testing.TB, data []byte) *logTable {
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return &logTable{rows[0], rows[1:]}
}

// objects writes an object per row. names are other keys than the headings, where there are some.
func (t *logTable) objects(start, between, end string, names map[string]string) []byte {
	out := bytes.NewBufferString(start)
	for i, row := range t.rows {
		if i > 0 {
			out.WriteString(between)
		}
		for j, v := range row {
			key := gocmp.Or(names[t.head[j]], t.head[j])
			value, _ := json.Marshal(v)
			fmt.Fprintf(out, "%s%q:%s", [...]string{"{", ","}[min(j, 1)], key, value)
		}
		out.WriteString("}")
	}
	out.WriteString(end)
	return out.Bytes()
}

// indented is the JSON of the Power Platform Developer Suite.
func (t *logTable) indented() []byte {
	var out bytes.Buffer
	json.Indent(&out, t.objects("[", ",", "]", map[string]string{"plugintracelogid": "id", "typename": "pluginName", "messagename": "messageName",
		"primaryentity": "primaryEntity", "operationtype": "operationType", "createdon": "createdOn", "performanceexecutionduration": "duration",
		"correlationid": "correlationId", "requestid": "requestId", "messageblock": "messageBlock", "exceptiondetails": "exceptionDetails"}), "", "  ")
	return out.Bytes()
}

func escaped(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s))
	return b.String()
}

// explicit is the XML of the Plugin Trace Viewer with an element per attribute.
func (t *logTable) explicit() []byte {
	out := bytes.NewBufferString("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Entities EntityName=\"plugintracelog\" MoreRecords=\"False\">\n")
	for _, row := range t.rows {
		fmt.Fprintf(out, "  <plugintracelog id=%q>\n", row[0])
		for j, v := range row[1:] {
			fmt.Fprintf(out, "    <%s type=\"String\">%s</%[1]s>\n", t.head[j+1], escaped(v))
		}
		out.WriteString("  </plugintracelog>\n")
	}
	out.WriteString("</Entities>\n")
	return out.Bytes()
}

// basic is its other style.
func (t *logTable) basic() []byte {
	out := bytes.NewBufferString("<Entities>\n")
	for _, row := range t.rows {
		fmt.Fprintf(out, "  <Entity name=\"plugintracelog\" id=%q>\n", row[0])
		for j, v := range row[1:] {
			fmt.Fprintf(out, "    <Attribute name=%q type=\"String\">%s</Attribute>\n", t.head[j+1], escaped(v))
		}
		out.WriteString("  </Entity>\n")
	}
	out.WriteString("</Entities>\n")
	return out.Bytes()
}

// workbook is a sheet with the rows, and the bytes of its XML.
func (t *logTable) workbook(b testing.TB, shared bool) (data []byte, raw int64) {
	sheet := bytes.NewBufferString("<worksheet><sheetData>")
	table := bytes.NewBufferString("<sst>")
	places := map[string]int{}
	for i, row := range append([][]string{t.head}, t.rows...) {
		fmt.Fprintf(sheet, `<row r="%d">`, i+1)
		for j, v := range row {
			ref := fmt.Sprintf("%c%d", 'A'+j, i+1)
			switch n, met := places[v]; {
			case v == "":
			case !shared:
				fmt.Fprintf(sheet, `<c r="%s" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, ref, escaped(v))
			default:
				if !met {
					n = len(places)
					places[v] = n
					fmt.Fprintf(table, `<si><t xml:space="preserve">%s</t></si>`, escaped(v))
				}
				fmt.Fprintf(sheet, `<c r="%s" t="s"><v>%d</v></c>`, ref, n)
			}
		}
		sheet.WriteString("</row>")
	}
	sheet.WriteString("</sheetData></worksheet>")
	table.WriteString("</sst>")
	var files []any
	for _, p := range small(sheet.String(), table.String()) {
		files = append(files, p.name, []byte(p.data))
	}
	return zipped(b, files...), int64(sheet.Len() + table.Len())
}

// faults are the texts of the failed rows, as people paste them.
func (t *logTable) faults() []byte {
	var out bytes.Buffer
	for _, row := range t.rows {
		if text := row[len(row)-1]; text != "" {
			out.WriteString(text + "\n\n")
		}
	}
	return out.Bytes()
}

// envelopes are the failed rows as live errors of dual-write, one a line.
func (t *logTable) envelopes() []byte {
	var out bytes.Buffer
	for _, row := range t.rows {
		if text := row[len(row)-1]; text != "" {
			message, _ := json.Marshal(text[:60])
			verbose, _ := json.Marshal(text)
			fmt.Fprintf(&out, `{"entityName":"CustCustomerV3Entity","executionStatus":2,"fieldResponses":[],"recordResponses":[{"errorMessage":%s,"logDateTime":"%s","verboseError":%s}],"isErrorCountUpdated":true}`+"\n",
				message, row[7], verbose)
		}
	}
	return out.Bytes()
}

// infologLines are infologs without columns: a time and a text in each line.
func infologLines(data []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(data[bytes.IndexByte(data, '\n')+1:]) {
		cells := bytes.SplitN(line, []byte(","), 4)
		fmt.Fprintf(&out, "%s %s", cells[0], cells[3])
	}
	return out.Bytes()
}

// The scanner against encoding/csv, both without making records.
func BenchmarkScan(b *testing.B) {
	for _, data := range []struct {
		name string
		b    []byte
	}{{"traces", traces(16 << 20)}, {"infologs", infologs(16 << 20)}} {
		b.Run(data.name+"/own", func(b *testing.B) {
			b.SetBytes(int64(len(data.b)))
			var s csvScan
			for b.Loop() {
				for rest := data.b; len(rest) > 0; rest = rest[s.n:] {
					if s.scan(rest, true, ',', false, 0) != scanDone {
						b.Fatal("not scanned")
					}
				}
			}
		})
		b.Run(data.name+"/encoding-csv", func(b *testing.B) {
			b.SetBytes(int64(len(data.b)))
			for b.Loop() {
				c := csv.NewReader(bytes.NewReader(data.b))
				c.ReuseRecord = true
				for {
					if _, err := c.Read(); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
