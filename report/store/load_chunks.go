//go:build !duckdb_arrow

package store

import (
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/duckdb/duckdb-go/v2"

	"dwtriage/classify"
)

const loader = "plain"

// Allocator is the memory that batches for Load should be made of.
func Allocator() memory.Allocator { return memory.DefaultAllocator }

// serve offers the feed as a table function whose chunks DuckDB's threads fill in parallel, and
// returns the relation to read from. It needs no build tag; load_arrow.go is the faster twin.
func (db *DB) serve(f *feed) (relation string, release func(), err error) {
	columns, err := columnInfos(classify.Schema())
	if err != nil {
		return "", nil, err
	}
	name := fmt.Sprintf("feed_%d", db.served) // a function cannot be registered twice
	db.served++
	err = duckdb.RegisterTableUDF(db.conn, name, duckdb.ParallelChunkTableFunction{
		BindArguments: func(map[string]any, ...any) (duckdb.ParallelChunkTableSource, error) {
			return &chunkSource{f, columns}, nil
		},
	})
	return name + "()", func() {}, err
}

type chunkSource struct {
	f       *feed
	columns []duckdb.ColumnInfo
}

func (s *chunkSource) ColumnInfos() []duckdb.ColumnInfo { return s.columns }

func (s *chunkSource) Cardinality() *duckdb.CardinalityInfo { return nil }

func (s *chunkSource) Init() duckdb.ParallelTableSourceInfo {
	return duckdb.ParallelTableSourceInfo{MaxThreads: 8}
}

func (s *chunkSource) NewLocalState() any { return &chunkState{} }

// A chunkState is the batch one of DuckDB's threads is working off.
type chunkState struct {
	batch arrow.RecordBatch
	row   int
}

func (s *chunkSource) FillChunk(local any, chunk duckdb.DataChunk) error {
	st := local.(*chunkState)
	if st.batch == nil {
		b, err := s.f.next()
		if err == io.EOF {
			return chunk.SetSize(0)
		}
		if err != nil {
			return err
		}
		st.batch, st.row = b, 0
	}
	n := min(duckdb.GetDataChunkCapacity(), int(st.batch.NumRows())-st.row)
	if err := chunk.SetSize(n); err != nil {
		return err
	}
	for col := range int(st.batch.NumCols()) {
		if err := fillColumn(chunk, col, st.batch.Column(col), st.row, n); err != nil {
			return fmt.Errorf("column %s: %w", st.batch.ColumnName(col), err)
		}
	}
	if st.row += n; st.row == int(st.batch.NumRows()) {
		st.batch.Release()
		st.batch = nil
	}
	return nil
}

// fillColumn copies n values of a, from row from on, into a column of the chunk.
func fillColumn(chunk duckdb.DataChunk, col int, a arrow.Array, from, n int) error {
	for i := range n {
		at := from + i
		var err error
		switch a := a.(type) {
		case *array.String:
			if a.IsNull(at) {
				err = chunk.SetValue(col, i, nil)
			} else {
				err = duckdb.SetChunkValue(chunk, col, i, a.Value(at))
			}
		case *array.Int64:
			err = setOrNull(chunk, col, i, a.IsNull(at), a.Value(at))
		case *array.Int32:
			err = setOrNull(chunk, col, i, a.IsNull(at), a.Value(at))
		case *array.Timestamp:
			err = setOrNull(chunk, col, i, a.IsNull(at), a.Value(at).ToTime(arrow.Microsecond))
		case *array.FixedSizeBinary:
			err = duckdb.SetChunkValue(chunk, col, i, duckdb.UUID(a.Value(at)))
		case *array.List:
			err = duckdb.SetChunkValue(chunk, col, i, listValue(a, at))
		case *array.Map:
			err = duckdb.SetChunkValue(chunk, col, i, mapValue(a, at))
		default:
			err = fmt.Errorf("no way to load %s", a.DataType())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func setOrNull[T any](chunk duckdb.DataChunk, col, row int, null bool, v T) error {
	if null {
		return chunk.SetValue(col, row, nil)
	}
	return duckdb.SetChunkValue(chunk, col, row, v)
}

func listValue(a *array.List, i int) []string {
	from, to := a.ValueOffsets(i)
	values := a.ListValues().(*array.String)
	out := make([]string, 0, to-from)
	for at := from; at < to; at++ {
		out = append(out, values.Value(int(at)))
	}
	return out
}

// mapValue keeps the order of the entries: DuckDB stores it, as load_arrow.go does.
func mapValue(a *array.Map, i int) (out duckdb.OrderedMap) {
	from, to := a.ValueOffsets(i)
	keys, items := a.Keys().(*array.String), a.Items().(*array.String)
	for at := int(from); at < int(to); at++ {
		out.Set(keys.Value(at), items.Value(at))
	}
	return out
}

// columnInfos gives the DuckDB types of a schema's columns.
func columnInfos(schema *arrow.Schema) ([]duckdb.ColumnInfo, error) {
	var out []duckdb.ColumnInfo
	for _, f := range schema.Fields() {
		t, err := typeInfo(f.Type)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", f.Name, err)
		}
		out = append(out, duckdb.ColumnInfo{Name: f.Name, T: t})
	}
	return out, nil
}

func typeInfo(t arrow.DataType) (duckdb.TypeInfo, error) {
	switch t := t.(type) {
	case *arrow.StringType:
		return duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR)
	case *arrow.Int64Type:
		return duckdb.NewTypeInfo(duckdb.TYPE_BIGINT)
	case *arrow.Int32Type:
		return duckdb.NewTypeInfo(duckdb.TYPE_INTEGER)
	case *arrow.TimestampType:
		return duckdb.NewTypeInfo(duckdb.TYPE_TIMESTAMP)
	case *arrow.FixedSizeBinaryType:
		return duckdb.NewTypeInfo(duckdb.TYPE_UUID)
	case *arrow.ListType:
		elem, err := typeInfo(t.Elem())
		if err != nil {
			return nil, err
		}
		return duckdb.NewListInfo(elem)
	case *arrow.MapType:
		key, err := typeInfo(t.KeyType())
		if err != nil {
			return nil, err
		}
		item, err := typeInfo(t.ItemType())
		if err != nil {
			return nil, err
		}
		return duckdb.NewMapInfo(key, item)
	}
	return nil, fmt.Errorf("no DuckDB type for %s", t)
}
