//go:build cgo

package main

import "dwtriage/report/store"

const (
	build     = "full"
	lightNote = ""
)

// engine says which DuckDB the program holds, and how it is loaded.
func engine() (duckdb, loader string) { return store.Engine() }
