package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Every row of a query is handed over once, whole, whatever its texts hold and however many threads there are.
func TestScan(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "x.duckdb"), Options{Threads: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const rows = 300_000
	if _, err := db.conn.ExecContext(t.Context(), "CREATE TEMP TABLE wide AS SELECT n, CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN chr(0) || 'é' || n WHEN 3 THEN repeat('x', (n % 300)::BIGINT) ELSE n::VARCHAR END AS text FROM range(300000) t(n)"); err != nil {
		t.Fatal(err)
	}
	want := make([]string, rows)
	for n := range want {
		switch n % 5 {
		case 2:
			want[n] = fmt.Sprintf("\x00é%d", n)
		case 3:
			want[n] = strings.Repeat("x", n%300)
		case 4:
			want[n] = fmt.Sprint(n)
		}
	}
	for range 2 { // a second scan has a function of its own
		got := make([]string, rows)
		met := 0
		var mu sync.Mutex
		if err := db.Scan(t.Context(), "SELECT %s FROM wide WHERE n >= $1", []string{"n::VARCHAR", "text"}, func(texts *Texts) error {
			mu.Lock()
			defer mu.Unlock()
			for i := range texts.Rows {
				var n int
				if _, err := fmt.Sscan(texts.At(0, i), &n); err != nil {
					return err
				}
				got[n] = strings.Clone(texts.At(1, i))
				met++
			}
			return nil
		}, 0); err != nil {
			t.Fatal(err)
		}
		if met != rows || !slices.Equal(got, want) {
			t.Errorf("%d rows of %d, or other texts", met, rows)
		}
	}
	enough := errors.New("enough")
	if err := db.Scan(t.Context(), "SELECT %s FROM wide", []string{"text"}, func(*Texts) error { return enough }); err != enough {
		t.Errorf("error %v, want that of the callee", err)
	}
	if err := db.Scan(t.Context(), "SELECT %s FROM nowhere", []string{"text"}, func(*Texts) error { return nil }); err == nil {
		t.Error("a query that DuckDB refuses is no error")
	}
}
