package store

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"dwtriage/ingest"
)

// peak is the most memory that the process had since the last reset, in MB; 0 where the system does not tell.
func peak(t *testing.T, reset bool) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	if reset {
		giveBack()
		runtime.GC()
		if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
			return 0
		}
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kb / 1024
}

// What a merge may take, in MB: DuckDB's limit where none is given, what is beside it (descriptions of Parquet files, the ledger), and of as many
// records in 1,000 parts more than in 10.
const (
	engineMB = 150
	mergeMB  = 100
	partsMB  = 80
)

// mostParts takes a minute to make 1,000 and more memory than tests beside it leave on a small machine: for .ci/parts growth.
var mostParts = flag.Int("parts", 40, "how many parts the largest merge is of, as .ci/parts growth has it")

// TestManyParts merges parts, ten times as many each time, each with the last tenth of the records of the part before, and prints what it
// takes. Memory grows with the records until DuckDB has what it may have, 150 MB here, and must stay there: what a terabyte of exports is dealt out into
// differs from this in how many bytes the records have, and they pass through. What it grows by with the parts is told by merging as many records in ten.
func TestManyParts(t *testing.T) {
	sizes := []int{10}
	for n := 100; n < *mostParts; n *= 10 {
		sizes = append(sizes, n)
	}
	sizes = append(sizes, *mostParts)
	folders := manyParts(t, *mostParts, 200)
	few := manyParts(t, 10, 200**mostParts/10)
	var most int
	for _, n := range sizes {
		most = mergeMany(t, folders[:n], 200)
	}
	if fewer := mergeMany(t, few, 200**mostParts/10); most > fewer+partsMB {
		t.Errorf("%d parts take %d MB more than ten with as many records", *mostParts, most-fewer)
	}
}

// manyParts makes n parts, each of so many records, a tenth of them of the one before.
func manyParts(t *testing.T, n, records int) (folders []string) {
	dir := t.TempDir()
	for i := range n {
		batches := many(i*(records-records/10), records)
		for _, b := range batches {
			for j := range b.Files {
				b.Files[j].Source = b.Files[j].Path
			}
		}
		next := 0
		p, _, err := WritePart(t.Context(), dir, Part{}, Options{}, func() (*ingest.Batch, error) {
			if next++; next > len(batches) {
				return nil, io.EOF
			}
			return batches[next-1], nil
		}, func(*ingest.File) bool { return false }, Drawing{})
		if err != nil {
			t.Fatal(err)
		}
		folders = append(folders, p.Folder)
	}
	return folders
}

// mergeMany merges such parts, and is what memory that takes, in MB beyond what there was before.
func mergeMany(t *testing.T, folders []string, records int) int {
	n, before := len(folders), peak(t, true)
	start := time.Now()
	db, inputs := mergeInto(t, filepath.Join(t.TempDir(), "x.duckdb"), folders...)
	took, most := time.Since(start), peak(t, false)
	db.Close()
	var totals Counts
	for _, in := range inputs {
		totals.Add(in.Counts)
	}
	if want := int64(records + (n-1)*(records-records/10)); totals.Loaded != want || totals.Duplicates != int64((n-1)*(records/10)) {
		t.Errorf("%d parts: %+v, want %d loaded", n, totals, want)
	}
	t.Logf("%5d parts, %7d records: %6.2f s, %5.1f ms a part, memory %d MB, %d MB before", n, totals.Read, took.Seconds(), took.Seconds()*1000/float64(n), most, before)
	if most > before+engineMB+mergeMB {
		t.Errorf("%d parts took %d MB, %d MB before, and DuckDB may have %d MB", n, most, before, engineMB)
	}
	return most - before
}
