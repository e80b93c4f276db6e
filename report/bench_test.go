package report

import (
	"io"
	"testing"
)

// BenchmarkRecords writes the 1,127 rows of a night.
func BenchmarkRecords(b *testing.B) {
	s := night()
	for b.Loop() {
		if err := drawRecords(newTable(io.Discard, false), s); err != nil {
			b.Fatal(err)
		}
	}
}
