package store

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/duckdb/duckdb-go/v2"
)

// Texts are rows of a query as DuckDB computes them, some thousand at a time, every value a text. They are valid during the
// call that gets them, and so are the texts.
type Texts struct {
	Rows    int
	columns []duckdb.VectorView[string]
}

// At is a value; null is the empty text.
func (t *Texts) At(column, row int) string {
	text, _, err := t.columns[column].GetValueBorrowed(row)
	if err != nil {
		panic(err) // outside of the rows, or of the columns
	}
	return text
}

// Scan runs a query, in which %s stands for the expressions of columns, and hands its rows to each in no order, from several threads
// at once. The expressions are of type VARCHAR. An error of each ends the scan and is returned. Rows of a million records with all their columns cost
// twice the CPU when they come through database/sql, which makes a value of Go of every one, in one thread, and DuckDB sorts
// and keeps them before.
func (db *DB) Scan(ctx context.Context, query string, expressions []string, each func(*Texts) error, args ...any) error {
	s := &scanner{columns: len(expressions), each: each}
	name := fmt.Sprintf("scan_%d", db.served) // a function cannot be registered twice
	db.served++
	if err := duckdb.RegisterScalarUDF(db.conn, name, s); err != nil {
		return err
	}
	var rows int64
	err := db.conn.QueryRowContext(ctx, fmt.Sprintf(query, "count("+name+"("+strings.Join(expressions, ", ")+"))"), args...).Scan(&rows)
	if failed := s.err.Load(); failed != nil {
		return *failed // what DuckDB says about it is only an echo
	}
	if err != nil {
		return db.damaged(err)
	}
	if handed := s.rows.Load(); handed != rows {
		return fmt.Errorf("internal error: a query has %d rows, and %d were handed over", rows, handed)
	}
	return nil
}

// A scanner is a function of DuckDB's that is called for what it is told, not for what it returns.
type scanner struct {
	columns int
	each    func(*Texts) error
	rows    atomic.Int64
	err     atomic.Pointer[error]
}

// Config implements [duckdb.ScalarFunc].
func (s *scanner) Config() duckdb.ScalarFuncConfig {
	text := mustType(duckdb.TYPE_VARCHAR)
	config := duckdb.ScalarFuncConfig{ResultTypeInfo: mustType(duckdb.TYPE_BOOLEAN), Volatile: true, SpecialNullHandling: true}
	for range s.columns {
		config.InputTypeInfos = append(config.InputTypeInfos, text)
	}
	return config
}

// Executor implements [duckdb.ScalarFunc].
func (s *scanner) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{ChunkContextExecutor: func(_ context.Context, chunk *duckdb.ChunkIteratorState) error {
		if err := s.scan(chunk); err != nil {
			s.err.CompareAndSwap(nil, &err)
			return err
		}
		return nil
	}}
}

func (s *scanner) scan(chunk *duckdb.ChunkIteratorState) error {
	in := chunk.GetInputChunk()
	texts := &Texts{columns: make([]duckdb.VectorView[string], s.columns)}
	for i := range texts.columns {
		vector, err := in.GetVector(i)
		if err != nil {
			return err
		}
		if texts.columns[i], err = duckdb.GetVectorView[string](vector); err != nil {
			return err
		}
	}
	texts.Rows = texts.columns[0].Len()
	s.rows.Add(int64(texts.Rows))
	return s.each(texts)
}
