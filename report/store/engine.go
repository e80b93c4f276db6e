package store

import "github.com/duckdb/duckdb-go/v2/mapping"

// Engine gives the version of DuckDB that the program runs with, as v1.5.6, and how batches get into it: arrow or plain.
// Where DuckDB is a library of its own, it is that library which is asked.
func Engine() (version, loading string) { return mapping.LibraryVersion(), loader }
