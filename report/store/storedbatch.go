package store

import (
	"database/sql"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"

	"dwtriage/ingest"
)

// olds are the places and verdicts of the records of a batch as they are stored. A verdict is one text, as sql/window.sql writes it: one
// value from DuckDB for each record, not one for each of its 17 columns, takes a seventh less processor time.
type olds struct {
	places   []int64
	ids      []duckdb.UUID
	verdicts []string
}

// A storedBatch is filled with stored records.
type storedBatch struct {
	olds                                      *olds
	logs, types, errors, traces, names, firms []string
	keys                                      []string
	long                                      map[duckdb.UUID]int // rows with more text than what their row holds
	bytes                                     int
	into                                      []any // of scan
	row                                       storedRow
}

type storedRow struct {
	place                                       int64
	id                                          duckdb.UUID
	log, kind, err, trace, entity, company, key string
	more                                        int
	verdict                                     string
}

func newStoredBatch() *storedBatch {
	b := &storedBatch{}
	b.reset()
	w := &b.row
	b.into = []any{&w.place, &w.id, &w.log, &w.kind, &w.err, &w.trace, &w.entity, &w.company, &w.key, &w.more, &w.verdict}
	return b
}

// newSiftedBatch is one that takes rows of sql/sift.sql.
func newSiftedBatch() *storedBatch {
	b := newStoredBatch()
	w := &b.row
	b.into = []any{&w.place, &w.log, &w.kind, &w.err, &w.trace}
	return b
}

func (b *storedBatch) reset() {
	b.olds = &olds{}
	b.logs, b.types, b.errors, b.traces, b.names, b.firms, b.keys = nil, nil, nil, nil, nil, nil, nil
	b.long, b.bytes = make(map[duckdb.UUID]int), 0
}

func (b *storedBatch) release() { b.reset() }

// scan takes a row of sql/window.sql, or of sql/sift.sql.
func (b *storedBatch) scan(rows *sql.Rows) error {
	w := &b.row
	if err := rows.Scan(b.into...); err != nil {
		return err
	}
	if w.more > 0 {
		b.long[w.id] = len(b.olds.places)
	}
	b.olds.places, b.olds.ids, b.olds.verdicts = append(b.olds.places, w.place), append(b.olds.ids, w.id), append(b.olds.verdicts, w.verdict)
	b.logs, b.types, b.errors, b.traces = append(b.logs, w.log), append(b.types, w.kind), append(b.errors, w.err), append(b.traces, w.trace)
	b.names, b.firms, b.keys = append(b.names, w.entity), append(b.firms, w.company), append(b.keys, w.key)
	b.bytes += len(w.verdict) + len(w.err) + len(w.trace) + len(w.entity) + len(w.company) + len(w.key) + w.more
	return nil
}

// finish makes a batch of what was scanned. Columns that Classify does not look at are null.
func (b *storedBatch) finish() (*ingest.Batch, *olds) {
	n := len(b.olds.places)
	texts := map[int][]string{
		ingest.ColLog: b.logs, ingest.ColTypeName: b.types, ingest.ColErrorText: b.errors, ingest.ColTraceText: b.traces,
		ingest.ColEntity: b.names, ingest.ColCompany: b.firms, ingest.ColRecordKey: b.keys, ingest.ColOutcome: slices.Repeat([]string{ingest.Error}, n),
	}
	cols := make([]arrow.Array, ingest.NumColumns)
	for i, f := range ingest.Schema().Fields() {
		if list, ok := texts[i]; ok {
			cols[i] = textColumn(list)
		} else {
			cols[i] = array.MakeArrayOfNull(Allocator(), f.Type, n)
		}
		defer cols[i].Release()
	}
	batch := &ingest.Batch{Records: array.NewRecordBatch(ingest.Schema(), cols, int64(n))}
	olds := b.olds
	b.reset()
	return batch, olds
}

// textColumn is a column of texts, of which no text is empty.
func textColumn(list []string) arrow.Array {
	b := array.NewStringBuilder(Allocator())
	defer b.Release()
	size := 0
	for _, text := range list {
		size += len(text)
	}
	b.Reserve(len(list))
	b.ReserveData(size)
	for _, text := range list {
		if text == "" {
			b.AppendNull()
		} else {
			b.Append(text)
		}
	}
	return b.NewArray()
}
