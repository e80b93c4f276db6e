package store

import (
	"path/filepath"
	"testing"
)

// DuckDB has no more threads than its limit has room for, and fewer where they read parts.
func TestThreads(t *testing.T) {
	const mb = 1 << 20
	for _, tc := range []struct {
		opt  Options
		want int
	}{
		{Options{Threads: 1}, 1},
		{Options{Threads: 16}, 3}, // of 150 MB
		{Options{Threads: 16, MemoryLimit: 150 * mb}, 4},
		{Options{Threads: 2, MemoryLimit: 75 * mb}, 2},
		{Options{Threads: 2, MemoryLimit: 20 * mb}, 1},
		{Options{Threads: 16, MemoryLimit: 4096 * mb}, 16},
		{Options{Threads: 16, MemoryLimit: 200 * mb, Reads: []string{"parts"}}, 2},
		{Options{Threads: 2, MemoryLimit: 100 * mb, Reads: []string{"parts"}}, 1},
	} {
		tc.opt.Coming = -1
		db, err := Open(t.Context(), filepath.Join(t.TempDir(), "x.duckdb"), tc.opt)
		if err != nil {
			t.Fatal(err)
		}
		var got int
		if err := db.conn.QueryRowContext(t.Context(), "SELECT current_setting('threads')").Scan(&got); err != nil || got != tc.want {
			t.Errorf("%+v: %d threads, want %d, error %v", tc.opt, got, tc.want, err)
		}
		db.Close()
	}
}
