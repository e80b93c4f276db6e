package classify

import (
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"dwtriage/ingest"
	"dwtriage/rules"
)

// A matcher that has judged nothing yet is used by several workers at once, as every run begins: what it makes of
// an expression when it is first met is made once, and each worker comes to the same verdicts. The race detector
// looks at this test for all that is made late.
func TestClassifyAtOnce(t *testing.T) {
	set, err := Load([]Layer{{FS: rules.FS, Name: "rules"}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	m, err := Compile(set, rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	var rows []testRow
	for _, r := range m.Rules() {
		ex := r.Examples.Match[0]
		rows = append(rows, testRow{log: r.Logs[0], errText: ex.Text, outcome: ingest.Error}, testRow{log: ingest.PluginTrace, errText: "ünknown " + r.ID, trace: ex.Text, outcome: ingest.Error})
	}
	const workers = 4
	batches := make([]*ingest.Batch, workers)
	for i := range batches {
		batches[i] = batchOf(memory.DefaultAllocator, rows)
		defer batches[i].Release()
	}
	var all sync.WaitGroup
	for _, b := range batches {
		all.Go(func() { m.Classify(b, memory.DefaultAllocator) })
	}
	all.Wait()
	for i, b := range batches[1:] {
		for col := range NumColumns {
			if !array.Equal(batches[0].Records.Column(col), b.Records.Column(col)) {
				t.Errorf("worker %d has another column %s than the first", i+2, Schema().Field(col).Name)
			}
		}
	}
}
