package store

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Where more records are tied than can be followed, a report shows none of them, and who asks for one record has its whole chain all the same.
func TestTooManyToFollow(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, night)
	// Each record names an id with the one before and another with the one behind.
	if _, err := db.conn.ExecContext(t.Context(), `UPDATE dw.records SET occurred_at = TIMESTAMP '2026-11-22 20:00:00',
	    correlation_id = printf('00000000-0000-4000-8000-%012d', rowid), request_id = printf('00000000-0000-4000-8000-%012d', rowid + 1)`); err != nil {
		t.Fatal(err)
	}
	want := list(t, db, "SELECT record_id::VARCHAR FROM dw.v_chains ORDER BY position")
	id := list(t, db, "SELECT record_id::VARCHAR FROM dw.records ORDER BY rowid")[0]
	ids := func(chain []Chained) (out []string) {
		for _, c := range chain {
			out = append(out, c.ID)
		}
		return out
	}
	defer func(n int) { mostFollowed = n }(mostFollowed)
	for _, most := range []int{2, mostFollowed} {
		mostFollowed = most
		one, ok, err := db.Chain(t.Context(), id)
		if d := cmp.Diff(want, ids(one)); d != "" || !ok || err != nil || len(want) < 4 {
			t.Errorf("at most %d: of one record: %v, %v (-v_chains +its own):\n%s", most, ok, err, d)
		}
		var shown []string
		ok, err = db.ChainsOf(t.Context(), "", []int64{0}, func(chain []Chained) { shown = ids(chain) })
		if most == 2 && shown != nil || most > 2 && !cmp.Equal(want, shown) || !ok || err != nil {
			t.Errorf("at most %d: of a report: %v, %v, %v", most, shown, ok, err)
		}
	}
}
