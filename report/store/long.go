package store

import (
	"cmp"
	"fmt"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"

	"dwtriage/classify"
	"dwtriage/ingest"
)

// DuckDB works on vectors of 2,048 rows, whether it compresses a column or reads it, and has all texts
// of a vector in memory at once: 2,000 messages of 79 KB could not be committed under a limit of
// 150 MB, and ten of 7 MB could be stored but not read any more. So a row of records holds the start of
// a long text, at most StartBytes, and what stands behind it goes to rows of text_parts. A vector then
// takes 20 MB at most, and v_records puts the text together again for who asks for it.
//
// Names are no texts, and are cut (see [classify.Name]).
const (
	// StartBytes is how much of error_text and of trace_text stands in records, in bytes. Dataverse keeps 10,000
	// characters of a trace, so hardly a text is longer. Twice as much let DuckDB ask for 64 MB for a vector.
	StartBytes = 10000
)

// longTexts are the columns whose texts are kept whole, whatever their length.
var longTexts = map[int]string{ingest.ColErrorText: "error_text", ingest.ColTraceText: "trace_text"}

// pendingBytes is how much of text_parts may wait in memory: the appender itself counts rows, not bytes.
const pendingBytes = 8 << 20

// shorten gives a batch whose texts fit into rows of records, and spools what stands behind their starts.
// It takes records over.
func (f *feed) shorten(records arrow.RecordBatch) (arrow.RecordBatch, error) {
	var cols []arrow.Array
	defer func() {
		for _, c := range cols {
			c.Release()
		}
	}()
	changed := false
	for i := range int(records.NumCols()) {
		was := records.Column(i)
		now, err := f.shortenColumn(records, i)
		if err != nil {
			records.Release()
			return nil, err
		}
		if now == nil {
			now = was
			now.Retain()
		} else {
			changed = true
		}
		cols = append(cols, now)
	}
	if !changed {
		return records, nil
	}
	defer records.Release()
	return array.NewRecordBatch(records.Schema(), cols, records.NumRows()), nil
}

// shortenColumn is column i with shorter texts, nil where all of them fit.
func (f *feed) shortenColumn(records arrow.RecordBatch, i int) (arrow.Array, error) {
	switch a := records.Column(i).(type) {
	case *array.String:
		field, long := longTexts[i]
		most := ingest.NameBytes
		if long {
			most = StartBytes
		}
		if i == ingest.ColFile || !longer(a, most) {
			return nil, nil
		}
		if !long {
			return cutNames(a), nil
		}
		return f.cutTexts(a, field, records.Column(ingest.ColRecordID).(*array.FixedSizeBinary))
	case *array.Map:
		if !longer(a.Items().(*array.String), ingest.NameBytes) {
			return nil, nil
		}
		return cutItems(a), nil
	}
	return nil, nil
}

// longer reports whether a text of a has more than n bytes.
func longer(a *array.String, n int) bool {
	if len(a.ValueBytes()) <= n {
		return false
	}
	for i := range a.Len() {
		if a.ValueLen(i) > n {
			return true
		}
	}
	return false
}

// cutTexts keeps the starts of texts and spools the rest of each as parts.
func (f *feed) cutTexts(a *array.String, field string, ids *array.FixedSizeBinary) (arrow.Array, error) {
	b := array.NewStringBuilder(Allocator())
	defer b.Release()
	for i := range a.Len() {
		if a.IsNull(i) {
			b.AppendNull()
			continue
		}
		start, rest := split(a.Value(i), StartBytes)
		b.Append(start)
		for part := int64(2); rest != ""; part++ {
			start, rest = split(rest, StartBytes)
			if err := f.part(ids.Value(i), field, part, start); err != nil {
				return nil, err
			}
		}
	}
	return b.NewArray(), nil
}

// part spools one part of a text.
func (f *feed) part(id []byte, field string, part int64, text string) error {
	err := f.parts.AppendRow(duckdb.UUID(id), field, part, text)
	f.partRows++
	if f.pending += len(text); err == nil && f.pending > pendingBytes {
		f.pending = 0
		err = f.parts.Flush()
	}
	if err != nil {
		return fmt.Errorf("storing a long text: %w", err)
	}
	return nil
}

// split cuts text behind its first n bytes or, where a character lies across, before it.
func split(text string, n int) (start, rest string) {
	if len(text) <= n {
		return text, ""
	}
	for at := n; at > n-utf8.UTFMax; at-- {
		if utf8.RuneStart(text[at]) {
			return text[:at], text[at:]
		}
	}
	return text[:n], text[n:]
}

// Start is the start of a text as a row of records holds it.
func Start(text string) string {
	start, _ := split(text, StartBytes)
	return start
}

// Company is the legal entity of a record as reports call it: what the log prints, as [classify.Company] has it, else what the message names.
func Company(logged, named string) string { return cmp.Or(classify.Company(logged), named) }

// Name is a name as it is stored: [classify.Name].
func Name(name string) string { return classify.Name(name) }

func cutNames(a *array.String) arrow.Array {
	b := array.NewStringBuilder(Allocator())
	defer b.Release()
	for i := range a.Len() {
		if a.IsNull(i) {
			b.AppendNull()
		} else {
			b.Append(Name(a.Value(i)))
		}
	}
	return b.NewArray()
}

func cutItems(a *array.Map) arrow.Array {
	b := array.NewBuilder(Allocator(), a.DataType()).(*array.MapBuilder)
	defer b.Release()
	keys, items := a.Keys().(*array.String), a.Items().(*array.String)
	for i := range a.Len() {
		b.Append(true) // a map of captures is never null, only empty
		from, to := a.ValueOffsets(i)
		for at := int(from); at < int(to); at++ {
			b.KeyBuilder().(*array.StringBuilder).Append(keys.Value(at))
			b.ItemBuilder().(*array.StringBuilder).Append(Name(items.Value(at)))
		}
	}
	return b.NewArray()
}
