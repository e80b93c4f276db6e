package ingest

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zip"

	"dwtriage/ingest/clock"
	"dwtriage/ingest/scan"
	"dwtriage/testdata/exports"
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

// BenchmarkRead reads the same entries in every format, and the first one in every container.
func BenchmarkRead(b *testing.B) {
	l := benchmarkLog(b)
	containers := exports.Containers()
	bench := func(name string, f *exports.Format, c *exports.Container) {
		b.Run(name, func(b *testing.B) {
			plain, err := f.Write(l)
			if err != nil {
				b.Fatal(err)
			}
			data, err := c.Wrap("export."+f.Extension, plain)
			if err != nil {
				b.Skip(err) // a program that packs is missing
			}
			opt := Options{}
			if f.DateOrder != "" {
				opt.DateOrder = clock.DateOrder(f.DateOrder)
			}
			benchmarkRead(b, data, unpackedSize(b, f, plain), opt)
		})
	}
	for _, f := range exports.Formats() {
		if !f.Alike {
			bench(f.Name, &f, &containers[0])
		}
		if f.Name == "csv" {
			for _, c := range containers[1:] {
				bench("csv "+c.Name, &f, &c)
			}
		}
	}
}

// unpackedSize is how much there is to read: of a workbook the XML in it.
func unpackedSize(b *testing.B, f *exports.Format, data []byte) (n int64) {
	if f.Extension != "xlsx" {
		return int64(len(data))
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range z.File {
		n += int64(m.UncompressedSize64)
	}
	return n
}

// benchmarkLog holds the entries of 32 MB of each log; what failed in the traces is what the
// envelopes tell.
func benchmarkLog(b *testing.B) *exports.Log {
	l := new(exports.Log)
	for _, x := range csvRows(b, traces(32<<20)) {
		number := func(column string) int { return int(atoi(x[column])) }
		created, err := time.Parse(time.RFC3339, x["createdon"])
		if err != nil {
			b.Fatal(err)
		}
		l.Traces = append(l.Traces, exports.Trace{ID: x["plugintracelogid"], Correlation: x["correlationid"], Request: x["requestid"],
			Type: x["typename"], Message: x["messagename"], Table: x["primaryentity"], Operation: number("operationtype"), Mode: number("mode"),
			Depth: number("depth"), Duration: number("performanceexecutionduration"), Created: created,
			Block: x["messageblock"], Exception: x["exceptiondetails"]})
		if text := x["exceptiondetails"]; text != "" {
			l.Envelopes = append(l.Envelopes, exports.Envelope{Entity: "CustCustomerV3Entity",
				Responses: []exports.Response{{Message: text[:60], Verbose: text, At: x["createdon"]}}})
		}
	}
	for _, x := range csvRows(b, infologs(32<<20)) {
		at := strings.Replace(x["logdatetime"][:19], "T", " ", 1)
		l.Infologs = append(l.Infologs, exports.Infolog{At: at, Text: x["errormessage"]})
	}
	return l
}

// csvRows are the rows of a table by heading.
func csvRows(b *testing.B, data []byte) (out []map[string]string) {
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	for _, row := range rows[1:] {
		x := make(map[string]string, len(row))
		for i, v := range row {
			x[rows[0][i]] = v
		}
		out = append(out, x)
	}
	return out
}

// The scanner against encoding/csv, both without making records.
func BenchmarkScan(b *testing.B) {
	for _, data := range []struct {
		name string
		b    []byte
	}{{"traces", traces(16 << 20)}, {"infologs", infologs(16 << 20)}} {
		b.Run(data.name+"/own", func(b *testing.B) {
			b.SetBytes(int64(len(data.b)))
			var s scan.CSV
			for b.Loop() {
				for rest := data.b; len(rest) > 0; rest = rest[s.Length:] {
					if s.Scan(rest, true, ',', false, 0) != scan.Done {
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
