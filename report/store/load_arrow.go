//go:build duckdb_arrow

package store

import (
	"fmt"
	"io"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/arrow/memory/mallocator"
	"github.com/duckdb/duckdb-go/v2"

	"dwtriage/classify"
)

// Batches are handed to C as they are, so they are made of C memory.
var cMemory = mallocator.NewMallocator()

const loader = "arrow"

// Allocator is the memory that batches for Load should be made of.
func Allocator() memory.Allocator { return cMemory }

// serve offers the feed as a view over Arrow batches, which DuckDB reads without a copy (twice
// as fast as load_chunks.go), and returns the relation to read from.
func (db *DB) serve(f *feed) (relation string, release func(), err error) {
	name := fmt.Sprintf("feed_%d", db.served)
	db.served++
	r := &feedReader{f: f}
	r.refs.Store(1)
	err = db.conn.Raw(func(c any) error {
		a, err := duckdb.NewArrowFromConn(c.(*duckdb.Conn))
		if err != nil {
			return err
		}
		release, err = a.RegisterView(r, name)
		return err
	})
	return name, release, err
}

// feedReader is the feed as an Arrow record reader. DuckDB calls it back through cgo, where a
// reader built on iter.Pull would be killed by the runtime.
type feedReader struct {
	f     *feed
	batch arrow.RecordBatch
	err   error
	refs  atomic.Int64
}

func (r *feedReader) Retain() { r.refs.Add(1) }

func (r *feedReader) Release() {
	if r.refs.Add(-1) == 0 && r.batch != nil {
		r.batch.Release()
		r.batch = nil
	}
}

func (r *feedReader) Schema() *arrow.Schema { return classify.Schema() }

func (r *feedReader) Next() bool {
	if r.batch != nil {
		r.batch.Release()
		r.batch = nil
	}
	b, err := r.f.next()
	if err == io.EOF {
		return false
	}
	if err != nil {
		r.err = err
		return false
	}
	r.batch = b
	return true
}

func (r *feedReader) RecordBatch() arrow.RecordBatch { return r.batch }

// Record is the name the interface had before RecordBatch.
func (r *feedReader) Record() arrow.RecordBatch { return r.batch }

func (r *feedReader) Err() error { return r.err }
