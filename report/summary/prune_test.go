package summary

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest"
	"dwtriage/report/store"
	"dwtriage/report/store/storetest"
)

// prunedNights loads random nights of two environments: in pieces, overlapping, repeated, out of order, with records without a time.
func prunedNights(t *testing.T, db *store.DB, r *rand.Rand) (runs []int64) {
	var id uint16
	type loaded struct {
		environment string
		lines       []storetest.Line
	}
	var all []loaded
	for _, environment := range []string{"", "UAT"} {
		for day := 8; day < 19; day++ {
			if r.IntN(6) == 0 {
				continue
			}
			n := nightOf{day: day}
			for i := range n.counts {
				if r.IntN(3) == 0 {
					n.counts[i] = 1 + r.IntN(20)
				}
			}
			pieces := 1 + r.IntN(2)
			for piece := range pieces {
				lines := n.lines(&id, piece, pieces)
				id++
				lines = append(lines, storetest.Line{ID: id, File: lines[0].File, Row: 900, At: lines[0].At, Log: ingest.PluginTrace, Trace: "all fine"})
				if r.IntN(5) == 0 {
					id++
					lines = append(lines, storetest.Line{ID: id, File: lines[0].File, Row: 901, Entity: "uoms", Company: "USMF", Log: ingest.DualWrite, Err: storetest.Odd})
				}
				all = append(all, loaded{environment, lines})
				if r.IntN(4) == 0 { // the same once more, or in the other environment
					all = append(all, loaded{[]string{"", "UAT"}[r.IntN(2)], lines})
				}
			}
		}
	}
	for i := range all { // exports overlap: each may begin with the end of another one
		if r.IntN(3) == 0 {
			other := all[r.IntN(len(all))].lines
			own := all[i].lines
			for _, l := range other[len(other)-min(3, len(other)):] {
				if !slices.ContainsFunc(own, func(o storetest.Line) bool { return o.ID == l.ID }) {
					l.File, l.Row = own[0].File, int64(1000+len(own))
					own = append(slices.Clip(own), l)
				}
			}
			all[i].lines = own
		}
	}
	for _, i := range r.Perm(len(all)) {
		account := storetest.Account(all[i].lines, ingest.Reject{File: all[i].lines[0].File, Row: 2000, Reason: "row is empty", Excerpt: ",,,"})
		runs = append(runs, loadRun(t, db, all[i].environment, all[i].lines, account))
	}
	return runs
}

func checked(t *testing.T, db *store.DB) {
	t.Helper()
	checks, err := db.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		for _, p := range c.Problems {
			t.Error("check:", c.Name, p)
		}
	}
}

func copied(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	to := filepath.Join(t.TempDir(), "copy.duckdb")
	if err == nil {
		err = os.WriteFile(to, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// withIDs are changes with the id for what the same ones of a pruned database have no text of: nobody told its reports here.
func withIDs(whole, pruned []Change) []Change {
	whole = slices.Clone(whole)
	for i := range min(len(whole), len(pruned)) {
		if c := &pruned[i]; c.Unknown() && (c.Change == Quiet || c.Change == Resolved) && c.Title == unknownTitle+strings.TrimPrefix(c.Signature, unknownPrefix) {
			whole[i].Title = c.Title
		}
	}
	return whole
}

// Pruning changes nothing of what is told of the nights that stay: for random nights and prune lines, pruned at once or step by step, reports
// of all other runs are equal to those without it, and so they are after a pruned run is forgotten.
func TestPruneKeepsTheRest(t *testing.T) {
	rounds := 1
	if *full {
		rounds = 12
	}
	regressed := 0 // of all rounds: in one of them nothing that comes back may be left
	for seed := range rounds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(seed), 11))
			path := filepath.Join(t.TempDir(), "pruned.duckdb")
			db := open(t, path)
			runs := prunedNights(t, db, r)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			whole, pruned := open(t, copied(t, path)), open(t, path)
			ofWhole := make(map[int64]told) // it changes only where a run is forgotten
			var records int64
			states := make(map[string]int)
			for step := range 2 {
				line := time.Date(2026, 11, 10+4*step+r.IntN(4), 6*r.IntN(4), 0, 0, 0, time.UTC)
				var only *string
				if r.IntN(3) == 0 {
					name := []string{"", "UAT"}[r.IntN(2)]
					only = &name
				}
				said, err := pruned.Prunable(t.Context(), line, only)
				if err != nil {
					t.Fatal(err)
				}
				done, err := pruned.Prune(t.Context(), line, only, "dwtriage history prune", time.Now())
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(said, done); d != "" {
					t.Errorf("said and done (-said +done):\n%s", d)
				}
				for _, p := range done {
					records += p.Records
				}
				checked(t, pruned)
				history, err := pruned.History(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				var gone []int64
				for _, p := range history {
					if !p.PrunedAt.IsZero() {
						gone = append(gone, p.ID)
						if _, err := Of(t.Context(), pruned, p.ID, storetest.Matcher()); err == nil || !strings.Contains(err.Error(), "was pruned") {
							t.Errorf("the report of pruned run %d: error %v", p.ID, err)
						}
					}
				}
				same := func(most int) {
					t.Helper()
					for _, i := range r.Perm(len(runs)) {
						run := runs[i]
						if slices.Contains(gone, run) || most == 0 && !*full {
							continue
						}
						most--
						want, ok := ofWhole[run]
						if !ok {
							want = tell(t, whole, run)
							ofWhole[run] = want
						}
						got := tell(t, pruned, run)
						got.Run.Started, got.Run.Finished = want.Run.Started, want.Run.Finished
						want.Changes = withIDs(want.Changes, got.Changes)
						if d := cmp.Diff(want, got); d != "" {
							t.Fatalf("run %d, pruned before %v (-whole +pruned):\n%.4000s", run, line, d)
						}
						for _, c := range got.Changes {
							states[c.Change]++
						}
					}
				}
				same(4)
				if step == 1 && len(gone) > 0 {
					run := gone[r.IntN(len(gone))]
					for _, db := range []*store.DB{whole, pruned} {
						if err := db.Forget(t.Context(), run); err != nil {
							t.Fatal(err)
						}
					}
					clear(ofWhole)
					checked(t, pruned)
					same(3)
				}
			}
			if regressed += states[Regressed]; records == 0 || len(states) < 2 {
				t.Errorf("%d records were pruned, states %v: the test does not reach what it is for", records, states)
			}
		})
	}
	if *full && regressed == 0 {
		t.Error("nothing regressed in any round: the test does not reach what it is for")
	}
}
