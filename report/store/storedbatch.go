package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"dwtriage/ingest"
)

// olds are the places, ids and verdicts of the records of a batch as they are stored. A verdict is one text, as sql/window.sql writes it.
type olds struct {
	places   []int64
	ids      []string
	verdicts []string
}

// A storedBatch is filled with stored records. Each comes as one text, of which all of its columns are parts: one value from DuckDB, not one
// for each of 28 columns, and one piece of memory, take a quarter less processor time.
type storedBatch struct {
	olds                                      *olds
	logs, types, errors, traces, names, firms []string
	keys                                      []string
	long                                      map[string]int // rows with more text than what their row holds, by record id
	bytes                                     int
	sifted                                    bool // it takes rows of sql/sift.sql, which have less
	text                                      string
}

func newStoredBatch(sifted bool) *storedBatch {
	b := &storedBatch{sifted: sifted}
	b.reset()
	return b
}

func (b *storedBatch) reset() {
	b.olds = &olds{}
	b.logs, b.types, b.errors, b.traces, b.names, b.firms, b.keys = nil, nil, nil, nil, nil, nil, nil
	b.long, b.bytes = make(map[string]int), 0
}

func (b *storedBatch) release() { b.reset() }

// scan takes a row of sql/window.sql, or of sql/sift.sql.
func (b *storedBatch) scan(rows *sql.Rows) error {
	if err := rows.Scan(&b.text); err != nil {
		return err
	}
	if err := b.add(b.text); err != nil {
		return fmt.Errorf("reading a record: %w", err)
	}
	return nil
}

// add takes a record.
func (b *storedBatch) add(text string) error {
	b.bytes += len(text)
	cut := packed{rest: text}
	place := cut.number()
	id := ""
	if !b.sifted {
		id = cut.next()
	}
	b.logs, b.types, b.errors, b.traces = append(b.logs, cut.next()), append(b.types, cut.next()), append(b.errors, cut.next()), append(b.traces, cut.next())
	if b.sifted {
		b.names, b.firms, b.keys = append(b.names, ""), append(b.firms, ""), append(b.keys, "")
	} else {
		b.names, b.firms, b.keys = append(b.names, cut.next()), append(b.firms, cut.next()), append(b.keys, cut.next())
		if more := cut.number(); more > 0 {
			b.long[id] = len(b.olds.places)
			b.bytes += int(more)
		}
	}
	b.olds.places, b.olds.ids, b.olds.verdicts = append(b.olds.places, place), append(b.olds.ids, id), append(b.olds.verdicts, cut.rest)
	return cut.err
}

// packed is a text that sql/window.sql wrote into its columns.
type packed struct {
	rest string
	err  error // of the first one that has no length before it
}

// next is the next column, empty behind an error.
func (p *packed) next() string {
	length, rest, _ := strings.Cut(p.rest, ":")
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || n > len(rest) {
		p.err = cmp.Or(p.err, fmt.Errorf("no length %d bytes before its end", len(p.rest)))
		return ""
	}
	p.rest = rest[n:]
	return rest[:n]
}

// number is the next column, which is a number.
func (p *packed) number() int64 {
	n, err := strconv.ParseInt(p.next(), 10, 64)
	p.err = cmp.Or(p.err, err)
	return n
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
