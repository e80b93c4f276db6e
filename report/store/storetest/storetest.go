// Package storetest makes what tests of the archive load: classified batches out of a few columns
// per record, and the account that closes their files. Nothing is read from a file, and no
// database is known here.
package storetest

import (
	"cmp"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/rules"
)

// A Line is one record of a test, with the columns that tests care about.
type Line struct {
	ID      uint16 // last two bytes of the record id
	File    string
	Row     int64
	At      string // "09:14:03" of 22 November 2026, "2026-11-23 09:14:03", empty: no time
	Log     string // empty: dualwrite, and plugintrace without Err
	Company string
	Entity  string
	Err     string // empty: an ok trace
	Trace   string
	Key     string // of the row that failed, as a column of the log prints it
	Raw     string // the time as the log prints it; empty: not kept
	Bytes   int64  // 0: 90
	Type    string // of the plug-in
}

// Matcher compiles the built-in rules, once.
var Matcher = sync.OnceValue(func() *classify.Matcher {
	set, err := classify.Load([]classify.Layer{{FS: rules.FS, Name: "rules"}}, time.Now())
	if err != nil {
		panic(err)
	}
	m, err := classify.Compile(set, rules.FS)
	if err != nil {
		panic(err)
	}
	return m
})

// Batch makes a batch of lines, classified by [Matcher], of the memory that the store asks for.
func Batch(mem memory.Allocator, lines ...Line) *ingest.Batch {
	return Judged(Matcher(), mem, lines...)
}

// Judged is Batch with the verdicts of other rules.
func Judged(m *classify.Matcher, mem memory.Allocator, lines ...Line) *ingest.Batch {
	rb := array.NewRecordBuilder(mem, ingest.Schema())
	defer rb.Release()
	text := func(col int, v string) {
		if b := rb.Field(col).(*array.StringBuilder); v == "" {
			b.AppendNull()
		} else {
			b.Append(v)
		}
	}
	for _, l := range lines {
		id := [16]byte{14: byte(l.ID >> 8), 15: byte(l.ID)}
		rb.Field(ingest.ColRecordID).(*array.FixedSizeBinaryBuilder).Append(id[:])
		log, outcome := ingest.DualWrite, ingest.Error
		if l.Err == "" {
			log, outcome = ingest.PluginTrace, ingest.OK
		}
		if l.Log != "" {
			log = l.Log
		}
		text(ingest.ColFile, l.File)
		rb.Field(ingest.ColRow).(*array.Int64Builder).Append(l.Row)
		rb.Field(ingest.ColByteOffset).(*array.Int64Builder).Append(l.Row * 100)
		rb.Field(ingest.ColByteLength).(*array.Int64Builder).Append(cmp.Or(l.Bytes, 90))
		text(ingest.ColLog, log)
		if l.At == "" {
			rb.Field(ingest.ColOccurredAt).AppendNull()
		} else {
			at, err := time.Parse("2006-01-02 15:04:05", ("2026-11-22 " + l.At)[max(0, len(l.At)-len("15:04:05")):])
			if err != nil {
				panic(err)
			}
			rb.Field(ingest.ColOccurredAt).(*array.TimestampBuilder).Append(arrow.Timestamp(at.UnixMicro()))
		}
		text(ingest.ColEntity, l.Entity)
		text(ingest.ColCompany, l.Company)
		text(ingest.ColErrorText, l.Err)
		text(ingest.ColTraceText, l.Trace)
		text(ingest.ColOutcome, outcome)
		text(ingest.ColRecordKey, l.Key)
		text(ingest.ColOccurredRaw, l.Raw)
		text(ingest.ColTypeName, l.Type)
		for col := range ingest.NumColumns {
			if rb.Field(col).Len() < rb.Field(ingest.ColRow).Len() {
				rb.Field(col).AppendNull()
			}
		}
	}
	b := &ingest.Batch{Records: rb.NewRecordBatch()}
	m.Classify(b, mem)
	return b
}

// Account closes the files that lines and rejects came from.
func Account(lines []Line, rejects ...ingest.Reject) *ingest.Batch {
	b := &ingest.Batch{Rejects: rejects}
	index := make(map[string]int)
	file := func(name string) *ingest.File {
		i, ok := index[name]
		if !ok {
			i = len(b.Files)
			index[name] = i
			b.Files = append(b.Files, ingest.File{Path: name, Bytes: 1000, Format: "csv", Encoding: "utf-8", Log: "mixed"})
		}
		return &b.Files[i]
	}
	for _, l := range lines {
		file(l.File).Read++
	}
	for _, r := range rejects {
		f := file(r.File)
		f.Read++
		f.Rejected++
	}
	return b
}

// Source hands the batches over, one after the other.
func Source(batches ...*ingest.Batch) func() (*ingest.Batch, error) {
	return func() (*ingest.Batch, error) {
		if len(batches) == 0 {
			return nil, io.EOF
		}
		b := batches[0]
		batches = batches[1:]
		return b, nil
	}
}

// Texts of errors: of a rule each, and of none.
const (
	NotMember     = `{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}`
	UnitOfMeasure = "Cannot save the changes to the database. Unit of Work can not commit transaction. Unable to write data to entity uoms. Writes to UnitOfMeasureEntity failed with error message Unable to sync with entity uoms."
	Odd           = "Warehouse 24 is locked by count CNT-00391"
)

// Night is two exports: a failure that a rule knows in two companies, one of another rule, two of
// one unknown message, and a record that is ok.
var Night = []Line{
	{ID: 1, File: "a.csv", Row: 2, At: "01:00:00", Company: "USMF", Entity: "accounts", Err: NotMember, Trace: "[Contoso: trace]\nline"},
	{ID: 2, File: "a.csv", Row: 3, At: "02:00:00", Company: "USMF", Entity: "uoms", Err: UnitOfMeasure},
	{ID: 3, File: "a.csv", Row: 4, At: "03:00:00", Company: "DEMF", Entity: "uoms", Err: UnitOfMeasure},
	{ID: 4, File: "b.csv", Row: 2, At: "04:00:00", Entity: "msdyn_warehouses", Err: Odd},
	{ID: 5, File: "b.csv", Row: 3, Entity: "msdyn_warehouses", Err: strings.Replace(Odd, "24", "11", 1)},
	{ID: 6, File: "b.csv", Row: 4, At: "05:00:00", Entity: "account", Trace: "all fine"},
}
