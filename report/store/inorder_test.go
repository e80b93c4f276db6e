package store

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
)

// An answer that is asked for in parts is the one that ORDER BY gives at once, whatever the size of the parts, with rows that are equal in all by which they are
// ordered, texts of any length and numbers downwards.
func TestInOrderIsOrderBy(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	const text = "SELECT (hash(i) % 7)::BIGINT AS a, (hash(i + 1) % 5)::BIGINT AS n, repeat(chr((97 + hash(i + 2) % 20)::INT), (hash(i + 3) % 40)::INT) AS b, i FROM range($1::BIGINT) x(i)"
	read := func(t *testing.T, each func(scan func(*sql.Rows) error) error) (rows []string) {
		t.Helper()
		if err := each(func(r *sql.Rows) error {
			var a, n, i int64
			var b string
			err := r.Scan(&a, &n, &b, &i)
			rows = append(rows, fmt.Sprint(a, n, b, i))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return rows
	}
	for _, rows := range []int{0, 1, 1000, 300_000} {
		for _, order := range []string{"a, n DESC, b, i", "b, i", "i DESC"} {
			want := read(t, func(scan func(*sql.Rows) error) error {
				return db.Each(t.Context(), text+" ORDER BY "+order, scan, rows)
			})
			for _, most := range []int64{max(3000, int64(rows)*5), 1 << 40} {
				got := read(t, func(scan func(*sql.Rows) error) error {
					return db.eachInOrder(t.Context(), most, text, order, scan, rows)
				})
				if !slices.Equal(got, want) {
					t.Errorf("%d rows by %s, %d bytes at a time: %d rows, otherwise than at once", rows, order, most, len(got))
				}
			}
		}
	}
}
