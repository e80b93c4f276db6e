package store

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What Forgetting says is what Forget does, and saying it does nothing.
func TestForgetting(t *testing.T) {
	for run := int64(1); run <= 3; run++ {
		t.Run(fmt.Sprint("run ", run), func(t *testing.T) {
			db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
			load(t, db, night[:4])
			load(t, db, night[2:])
			load(t, db, night)
			counts := func() (all []string) {
				for _, table := range archiveTables {
					all = append(all, table+" "+list(t, db, "SELECT concat(count(*), ' ', bit_xor(hash(x))) FROM dw."+table+" x")[0])
				}
				return all
			}
			owned := func() []string {
				return list(t, db, "SELECT concat(run_id, ' ', count(*)) FROM dw.records GROUP BY run_id ORDER BY run_id")
			}
			before := counts()
			f, err := db.Forgetting(t.Context(), run)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(before, counts()); d != "" {
				t.Errorf("to say it changed something (-before +after):\n%s", d)
			}
			runs, err := db.History(t.Context())
			if err != nil || len(runs) != 3 || runs[0].Loaded != 4 || runs[1].Loaded != 2 || runs[2].Duplicates != 6 {
				t.Errorf("runs %+v, error %v", runs, err)
			}
			if err := db.Forget(t.Context(), run); err != nil {
				t.Fatal(err)
			}
			want := map[int64]struct {
				owned []string
				f     string
			}{
				1: {[]string{"2 4", "3 2"}, "{4 [{2 2} {3 2}] 0 0 2 0}"},
				2: {[]string{"1 4", "3 2"}, "{2 [{3 2}] 0 0 2 0}"},
				3: {[]string{"1 4", "2 2"}, "{0 [] 0 0 2 0}"},
			}[run]
			if d := cmp.Diff(want.owned, owned()); d != "" || fmt.Sprint(f) != want.f {
				t.Errorf("said %v, want %s; records of the runs (-want +got):\n%s", f, want.f, d)
			}
		})
	}
}
