package summary

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store"
	"dwtriage/report/store/storetest"
)

// Rules of two runs put the records of one finding into two categories: it has that of most of them, the heat table counts each where it is, and
// where all are judged alike nothing is told apart.
func TestCategoriesOfAFinding(t *testing.T) {
	const rule = `
- id: site-parcel
  title: A parcel went sideways
  status: observed
  logs: [dualwrite]
  severity: high
  category: %s
  priority: 99
  match: {any: [the blue parcel went sideways]}
  cause: A parcel went sideways.
  fix: {summary: Right it., role: Data owner, retry: after-fix, steps: [Right it.]}
  examples: {match: [{text: the blue parcel went sideways}], no_match: [the parcel]}
`
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	lines := numbered(failed("01:00:00", "accounts", noAnswer), failed("01:10:00", "accounts", noAnswer), failed("01:20:00", "accounts", noAnswer))

	for i, category := range []string{"access", "reference-data"} {
		judge := withSite(t, fmt.Sprintf(rule, category))
		loaded := lines[:1+2*i]
		id, _, err := db.Load(t.Context(), store.Run{Started: time.Now()}, store.Tool{RulesDigest: category}, storetest.Source(storetest.Judged(judge, store.Allocator(), loaded...), storetest.Account(loaded)), nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Of(t.Context(), db, id, judge)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Findings) != 1 {
			t.Fatalf("findings %+v, want one", s.Findings)
		}
		f, want := s.Findings[0], []Count(nil)
		if i == 1 {
			want = []Count{{"reference-data", 2}, {"access", 1}}
		}
		if f.Category != category || !cmp.Equal(f.Categories, want) || s.Signatures[0].Category != category {
			t.Errorf("run %d: %s, %v, signature %s, want %s, %v", id, f.Category, f.Categories, s.Signatures[0].Category, category, want)
		}
		cells := map[string]int64{}
		for c, name := range s.Heat.Categories {
			cells[name] = s.Heat.Groups[0].Rows[0].Cells[c]
		}
		if want := []map[string]int64{{"access": 1}, {"access": 1, "reference-data": 2}}[i]; !cmp.Equal(cells, want) {
			t.Errorf("run %d: the heat table counts %v, want %v", id, cells, want)
		}
	}
}
