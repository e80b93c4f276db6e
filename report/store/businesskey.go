package store

import (
	"context"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2"

	"dwtriage/classify"
)

// A businessKey is DuckDB's function business_key(printed, company), which is [classify.BusinessKey]: what an ok record prints as its key is read as that of a failing one
// is, by the same code, and whenever it was stored. It is NULL where only the company is printed, or nothing.
type businessKey struct{}

// knowKeys makes the function known to the connection that asks for it.
func (db *DB) knowKeys() error {
	if db.keys {
		return nil
	}
	err := duckdb.RegisterScalarUDF(db.conn, "business_key", businessKey{})
	db.keys = err == nil
	return err
}

// Config implements [duckdb.ScalarFunc].
func (businessKey) Config() duckdb.ScalarFuncConfig {
	text := mustType(duckdb.TYPE_VARCHAR)
	return duckdb.ScalarFuncConfig{InputTypeInfos: []duckdb.TypeInfo{text, text}, ResultTypeInfo: text, SpecialNullHandling: true}
}

// Executor implements [duckdb.ScalarFunc]. Threads of DuckDB's call it side by side.
func (businessKey) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{ChunkContextExecutor: func(_ context.Context, chunk *duckdb.ChunkIteratorState) error {
		var in [2]duckdb.VectorView[string]
		for i := range in {
			vector, err := chunk.GetInputChunk().GetVector(i)
			if err != nil {
				return err
			}
			if in[i], err = duckdb.GetVectorView[string](vector); err != nil {
				return err
			}
		}
		out, err := duckdb.GetVectorWriter[string](chunk.GetResultVector())
		if err != nil {
			return err
		}
		var key []byte
		for row := range in[0].Len() {
			printed, valid, err := in[0].GetValueBorrowed(row)
			if err != nil {
				return err
			}
			company, _, err := in[1].GetValueBorrowed(row)
			if err != nil {
				return err
			}
			if key = key[:0]; valid {
				key = classify.BusinessKey(key, bytesOf(printed), bytesOf(company))
			}
			if len(key) == 0 {
				err = out.SetNull(row)
			} else {
				err = out.Set(row, unsafe.String(&key[0], len(key))) // which DuckDB copies
			}
			if err != nil {
				return err
			}
		}
		return nil
	}}
}

// bytesOf are the bytes of a text, which nobody may write to.
func bytesOf(text string) []byte { return unsafe.Slice(unsafe.StringData(text), len(text)) }
