package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dwtriage/ingest/unpack"
)

// readParts reads data as readData does, side by side and in parts of this size. It returns how many records each
// batch has.
func readParts(t testing.TB, data []byte, opt Options, workers int, cut parting) (x *result, batches []int) {
	t.Helper()
	x = &result{}
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	opt.Allocator, opt.Workers = mem, workers
	r := newRun(context.Background(), opt, func(b *Batch) error {
		x.add(b)
		batches = append(batches, b.Len())
		b.Release()
		return nil
	})
	r.parts = cut
	err := unpack.Open(r.ctx, unpack.Member{Path: "a", In: bytes.NewReader(data), Size: -1}, r.unpacking(), r.visitor())
	if err == nil {
		err = r.b.flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	mem.AssertSize(t, 0)
	x.check(t)
	return x, batches
}

// same holds that two readings gave the same.
func same(t testing.TB, want, got *result, ignore ...cmp.Option) {
	t.Helper()
	problem := func(p cmp.Path) bool { return p.Last().String() == ".Problem" }
	words := cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })
	opt := append(ignore, cmp.AllowUnexported(result{}), cmp.FilterPath(problem, words))
	if diff := cmp.Diff(want, got, opt...); diff != "" {
		t.Errorf("-one after the other +side by side:\n%.4000s", diff)
	}
}

// What is read side by side is what is read one row after the other: records, places, rejects, and the account.
func TestPartsAreTheFile(t *testing.T) {
	long := string(traces(4 << 20))
	header, rows, _ := strings.Cut(long, "\r\n")
	short := string(infologs(800_000))
	middle := strings.Index(short[len(short)/2:], "\r\n") + len(short)/2 + 2
	inside := func(s string) []byte { return []byte(short[:middle] + s + short[middle:]) }
	mixed := func(what func(row string) string) []byte {
		var b strings.Builder
		for i, row := range strings.SplitAfter(short, "\r\n") {
			if i > 0 && i%7 == 0 {
				row = what(row)
			}
			b.WriteString(row)
		}
		return []byte(b.String())
	}
	var dimensions strings.Builder
	dimensions.WriteString("timestamp,message,customDimensions\n")
	for i := range 4000 {
		fmt.Fprintf(&dimensions, `2026-11-22T09:00:00Z,Lot %d refused by the plug-in,"{""pluginType"":""Adatum.Lots"",""depth"":""1"",""entityName"":""lot%d""}"`+"\n", i, i/1500)
	}
	for _, c := range []struct {
		name string
		data []byte
		opt  Options
		few  bool // parts that are in doubt again and again
	}{
		{name: "texts of several lines", data: []byte(long)},
		{name: "short rows", data: []byte(short)},
		{name: "a byte order mark", data: []byte("\xef\xbb\xbf" + short)},
		{name: "a quote inside a cell", data: inside("2026-11-22T09:00:00Z,usmf,A \"quoted\" Entity,Lot 7\" refused.\r\n")},
		{name: "quotes inside many cells", data: mixed(func(row string) string { return strings.Replace(row, "accounts", `"accounts`, 1) })},
		{name: "a quote that is not doubled", data: inside("2026-11-22T09:00:00Z,usmf,A,\"Lot \"7 refused.\"\r\n")},
		{name: "a quote that is not closed", data: inside("2026-11-22T09:00:00Z,usmf,A,\"Lot 7 refused.\r\n")},
		{name: "a quote that nothing closes", data: []byte(short + "2026-11-22T09:00:00Z,usmf,A,\"Lot 7 refused.\r\n")},
		{name: "too many cells, and too few", data: mixed(func(row string) string { return "usmf\r\n" + strings.Replace(row, ",", ",,,", 2) })},
		{name: "files joined", data: []byte(long + header + "\r\n" + rows)},
		{name: "files joined, columns in another order", data: []byte(short + "errormessage,company,entityname,logdatetime\r\n" +
			strings.Repeat("Lot 7 refused.,usmf,A,2026-11-22T09:00:00Z\r\n", 6000))},
		{name: "blank lines", data: mixed(func(row string) string { return "\r\n\n" + row })},
		{name: "zeros", data: inside(strings.Repeat("\x00", 3000))},
		{name: "zeros at the end", data: []byte(short + strings.Repeat("\x00", 30_000))},
		{name: "no times", data: []byte("company,entityname,errormessage\n" + strings.Repeat("usmf,A,Lot 7 refused.\n", 9000)), few: true},
		{name: "a row without a time", data: inside(",usmf,A,Lot 7 refused.\r\n,usmf,A,Lot 7 refused.\r\n")},
		{name: "times that can be read two ways", data: mixed(func(row string) string { return strings.Replace(row, "2026-11-22T", "03/04/2026 ", 1) })},
		{name: "times without a zone", data: []byte(strings.ReplaceAll(short, "4567Z", "4567"))},
		{name: "letters beyond ASCII", data: mixed(func(row string) string { return strings.Replace(row, "Unable", "Größe", 1) })},
		{name: "windows-1252", data: mixed(func(row string) string { return strings.Replace(row, "Unable", "Gr\xf6\xdfe", 1) })},
		{name: "windows-1252 behind UTF-8", data: []byte(strings.Replace(short, "Unable", "Größe", 2)[:middle] +
			strings.ReplaceAll(short[middle:], "Unable", "Gr\xf6\xdfe"))},
		{name: "windows-1252 shortly behind the first UTF-8", data: []byte(short[:middle] + strings.Replace(short[middle:middle+30_000], "Unable", "Größe", 1) +
			strings.ReplaceAll(short[middle+30_000:], "Unable", "Gr\xf6\xdfe"))},
		{name: "UTF-8 shortly behind the first windows-1252", data: []byte(short[:middle] + strings.Replace(short[middle:middle+30_000], "Unable", "Gr\xf6\xdfe", 1) +
			strings.ReplaceAll(short[middle+30_000:], "Unable", "Größe"))},
		{name: "damaged UTF-8", data: mixed(func(row string) string { return strings.Replace(row, "Unable", "Größe\xc3", 1) })},
		{name: "lines end in CR", data: []byte(strings.ReplaceAll(short, "\r\n", "\r"))},
		{name: "a row longer than a part", data: inside("2026-11-22T09:00:00Z,usmf,A,\"" + strings.Repeat("Lot 7 refused,\n", 9000) + "\"\r\n")},
		{name: "a row longer than the limit", data: inside("2026-11-22T09:00:00Z,usmf,A,\"" + strings.Repeat("Lot 7 refused,\n", 3000) + "\"\r\n"), opt: Options{Limits: Limits{Record: 30_000}}},
		{name: "secrets", data: mixed(func(row string) string { return strings.Replace(row, "Unable", "password=hunter2hunter2;", 1) })},
		{name: "filters", data: []byte(short), opt: Options{Since: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)}},
		{name: "keys of dimensions", data: []byte(dimensions.String())},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := readData(t, "a", c.data, c.opt)
			got, batches := readParts(t, c.data, c.opt, 2, parting{30_000, notedRows})
			same(t, want, got)
			if least := len(c.data) / 150_000; len(batches) < least && !c.few {
				t.Errorf("%d batches, want %d or more: what was tried is not reading in parts", len(batches), least)
			}
			many, others := readParts(t, c.data, c.opt, 8, parting{30_000, notedRows})
			same(t, want, many)
			if diff := cmp.Diff(batches, others); diff != "" {
				t.Errorf("batches -with 2 workers +with 8:\n%s", diff)
			}
		})
	}
}

// Files that are broken in many places, and longer than a window: what the reader does alone must not depend on how much
// of the file it has in memory, which differs once parts were put back.
func TestPartsOfBrokenFiles(t *testing.T) {
	seeds := []int{0, 1, 2, 3, 4, 5, 7, 8, 125} // the last three found what depended on the window
	for seed := 9; *full && seed < 125; seed += 4 {
		seeds = append(seeds, seed)
	}
	for _, seed := range seeds {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(7, uint64(seed)))
			data := infologs(700_000)
			if seed%2 == 1 {
				data = traces(2 << 20)
			}
			for range 1 << (seed % 9) {
				i := 200_000 + rnd.IntN(len(data)-200_000)
				what := []string{`"`, `"`, `,"`, "\"\n", "\n", ",", "\xf6", "\x00", "\n\x00\x00", strings.Repeat("\x00", 9000), "\r"}[rnd.IntN(11)]
				data = slices.Insert(data, i, []byte(what)...)
			}
			opt := Options{}
			if seed%3 == 0 {
				opt.Limits = Limits{Record: 20_000}
			}
			got, _ := readParts(t, data, opt, 2+seed%3, parting{20_000, 100})
			same(t, readData(t, "a", data, opt), got, cmpopts.IgnoreFields(File{}, "Columns"))
		})
	}
}

// FuzzCSVBlocks holds that reading in parts of any size gives what reading without them does, whatever the bytes.
func FuzzCSVBlocks(f *testing.F) {
	for _, s := range []string{
		"typename,exceptiondetails\nA,one\nB,\"two\n\"\"three\"\"\"\nC,four\n",
		"logdatetime,errormessage\n2026-11-22T09:00:00Z,\"a\"b\"\n2026-11-22T09:00:01Z,c\"d\n2026-11-22T09:00:02Z,\"e\n\"\n2026-11-22T09:00:03Z,\"f\n",
		"logdatetime,errormessage\n2026-11-22T09:00:00Z,\xf6\n2026-11-22T09:00:01Z,\xc3\xb6\nlogdatetime,errormessage\n\x00\n2026-11-22T09:00:02Z,a,b,c\n\n,\n",
		"exceptiondetails\tdepth\n\"a\"b\t1\n\"open\t2\nC\t3\n",
		"createdon,typename,exceptiondetails\r2026-11-22,A,\"open\r2026-11-23,B,two\r2026-11-24,C,\"three\"\r",
	} {
		f.Add([]byte(s), uint16(20))
		f.Add([]byte(s), uint16(50))
	}
	for _, path := range sampleFiles(f, ".csv", ".tsv") {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint16(len(b)/3))
	}
	f.Fuzz(func(t *testing.T, b []byte, size uint16) {
		cut := parting{bytes: 1 + int(size)%2000}
		for _, opt := range []Options{{Format: formatCSV}, {Format: formatCSV, Limits: tight}} {
			got, _ := readParts(t, b, opt, 2, cut)
			// Parts are cut from the first row here, and they do not list the keys that they meet.
			same(t, readData(t, "a", b, opt), got, cmpopts.IgnoreFields(File{}, "Columns"))
		}
	})
}

// Whoever wants no more batches, or cancels, gets no more, and no memory and no goroutine is left.
func TestPartsEnd(t *testing.T) {
	data := traces(1 << 20)
	for _, reason := range []string{"emit", "context"} {
		t.Run(reason, func(t *testing.T) {
			before := runtime.NumGoroutine()
			mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stop := errors.New("stop")
			n := 0
			r := newRun(ctx, Options{Allocator: mem, Workers: 4}, func(b *Batch) error {
				b.Release()
				if n++; n == 3 && reason == "emit" {
					return stop
				} else if n == 3 {
					cancel()
				}
				return nil
			})
			r.parts = parting{20_000, 100}
			err := unpack.Open(ctx, unpack.Member{Path: "a", In: bytes.NewReader(data), Size: -1}, r.unpacking(), r.visitor())
			if reason == "emit" && err != stop || reason == "context" && !errors.Is(err, context.Canceled) || n != 3 {
				t.Errorf("%v after %d batches", err, n)
			}
			mem.AssertSize(t, 0)
			// One that has said its last word may not be gone yet, the more so on a busy machine.
			left := func() int { return runtime.NumGoroutine() - before }
			for wait := time.Millisecond; left() > 0 && wait < 5*time.Second; wait *= 2 {
				time.Sleep(wait)
			}
			if n := left(); n > 0 {
				t.Errorf("%d goroutines are left", n)
			}
		})
	}
}

// BenchmarkReadSideBySide reads with one goroutine and with two workers.
func BenchmarkReadSideBySide(b *testing.B) {
	for _, data := range []struct {
		name string
		b    []byte
	}{{"traces", traces(64 << 20)}, {"infologs", infologs(32 << 20)}} {
		for _, workers := range []int{0, 2, 4} {
			b.Run(fmt.Sprintf("%s/%d", data.name, workers), func(b *testing.B) {
				benchmarkRead(b, data.b, int64(len(data.b)), Options{Workers: workers})
			})
		}
	}
}
