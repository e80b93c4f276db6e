package ingest

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
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

func benchmarkRead(b *testing.B, data []byte, opt Options) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		records := 0
		opt.Stdin = bytes.NewReader(data)
		err := Read(context.Background(), []Source{{Path: "-", Size: -1}}, opt, func(x *Batch) error {
			records += x.Len()
			x.Release()
			return nil
		})
		if err != nil || records == 0 {
			b.Fatal(err, records)
		}
	}
}

func BenchmarkReadTraces(b *testing.B) { benchmarkRead(b, traces(64<<20), Options{}) }

func BenchmarkReadUTF16(b *testing.B) {
	benchmarkRead(b, toUTF16(traces(32<<20), false, true), Options{})
}

func BenchmarkReadGzip(b *testing.B) {
	plain := traces(64 << 20)
	benchmarkRead(b, gzipped(plain), Options{})
	b.SetBytes(int64(len(plain)))
}

// The same traces as JSON, one object a line.
func BenchmarkReadJSON(b *testing.B) {
	c := csv.NewReader(bytes.NewReader(traces(32 << 20)))
	head, err := c.Read()
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	for {
		rec, err := c.Read()
		if err == io.EOF {
			break
		}
		for i, v := range rec {
			text, _ := json.Marshal(v)
			fmt.Fprintf(&out, "%s%q:%s", [...]string{"{", ","}[min(i, 1)], head[i], text)
		}
		out.WriteString("}\n")
	}
	benchmarkRead(b, out.Bytes(), Options{})
}

func BenchmarkReadInfologs(b *testing.B) { benchmarkRead(b, infologs(32<<20), Options{}) }

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
