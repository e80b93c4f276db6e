//go:build cgo

package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store"
)

// The chain of one record, which is looked for from that record outwards, is the one that v_chains has of all records: of every record of nights in which few ids, keys
// and companies meet within a few minutes, in every way that ties and that must not.
func TestChainOfEachRecord(t *testing.T) {
	seeds := 2
	if *full {
		seeds = 12
	}
	for seed := range seeds {
		n := newChainNight(uint64(40 + seed))
		crowded(n, 5+seed%3)
		dir := t.TempDir()
		rows := chainsOf(t, dir, n.write(t, dir, 1))
		inChains := make(map[string]string)
		for _, r := range rows {
			inChains[r.record] = r.chain
		}
		db, err := store.Open(t.Context(), filepath.Join(dir, "x.duckdb"), store.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		want := make(map[string][]string) // the view's rows, by chain
		if err := db.Each(t.Context(), "SELECT chain_id::VARCHAR, concat_ws(' ', record_id, coalesce(parent_record_id::VARCHAR, '-'), link, link_id, confidence) FROM dw.v_chains ORDER BY chain_id, position", func(r *sql.Rows) error {
			var chain, row string
			err := r.Scan(&chain, &row)
			want[chain] = append(want[chain], row)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var ids []string
		if err := db.Each(t.Context(), "SELECT record_id::VARCHAR FROM dw.records ORDER BY record_id", func(r *sql.Rows) error {
			var id string
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if !*full {
			n.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
			ids = ids[:40]
		}
		tied := 0
		for _, id := range ids {
			list, ok, err := db.Chain(t.Context(), id)
			if err != nil || !ok {
				t.Fatal(id, ok, err)
			}
			got := ties(list)
			if d := cmp.Diff(want[inChains[id]], got); d != "" {
				t.Errorf("seed %d: chain of record %s (-v_chains +its own):\n%s", seed, id, d)
			}
			tied += min(1, len(got))
		}
		for _, size := range []int{1, 3, len(ids)} {
			of := make(map[string][]string) // the chains of these records
			var places []int64
			for _, id := range ids[:size] {
				places = append(places, placeOf(t, db, id))
				if chain := inChains[id]; chain != "" {
					of[chain] = want[chain]
				}
			}
			got := make(map[string][]string)
			if ok, err := db.ChainsOf(t.Context(), "", places, func(chain []store.Chained) {
				got[chainOf(chain)] = ties(chain)
			}); err != nil || !ok {
				t.Fatal(ok, err)
			}
			if d := cmp.Diff(of, got); d != "" {
				t.Errorf("seed %d: chains of %d records (-v_chains +their own):\n%s", seed, size, d)
			}
			if size == len(ids) && len(of) < 3 {
				t.Errorf("seed %d: %d chains of %d records", seed, len(of), size)
			}
		}
		if tied < 5 || tied == len(ids) && !*full {
			t.Errorf("seed %d: %d of %d records are in chains", seed, tied, len(ids))
		}
	}
}

// ties are the records of a chain with what ties each to the others, as the view says it.
func ties(chain []store.Chained) (rows []string) {
	for _, c := range chain {
		parent := c.Parent
		if parent == "" {
			parent = "-"
		}
		rows = append(rows, fmt.Sprint(c.ID, " ", parent, " ", c.Link, " ", c.LinkID, " ", c.Confidence))
	}
	return rows
}

// chainOf is the id of a chain: the smallest of its records'.
func chainOf(chain []store.Chained) string {
	return slices.MinFunc(chain, func(a, b store.Chained) int { return strings.Compare(a.ID, b.ID) }).ID
}

// placeOf is where the record with this id stands in the table.
func placeOf(t *testing.T, db *store.DB, id string) (place int64) {
	if err := db.Each(t.Context(), "SELECT rowid FROM dw.records WHERE record_id = TRY_CAST($1 AS UUID)", func(r *sql.Rows) error { return r.Scan(&place) }, id); err != nil {
		t.Fatal(err)
	}
	return place
}

// crowded writes records in which ids and keys meet by chance.
func crowded(n *chainNight, keys int) {
	ids := make([]string, 12)
	for i := range ids {
		ids[i] = n.guid()
	}
	some := func() string {
		if n.IntN(3) > 0 {
			return ""
		}
		return ids[n.IntN(len(ids))]
	}
	for op := range 50 {
		at := n.start.Add(time.Duration(n.IntN(90)) * time.Second)
		key, company := fmt.Sprintf("P-%d", n.IntN(keys)), []string{"USMF", "DEMF"}[n.IntN(2)]
		if n.IntN(5) == 0 {
			at = at.Add(time.Duration(n.IntN(3)) * 50 * time.Minute)
		}
		if n.IntN(2) == 0 {
			more := ""
			if id := some(); id != "" && n.IntN(2) == 0 {
				more = " [ Activity ID for troubleshooting {" + id + "}. ]"
			}
			n.failed(op, at, key, company, some(), more)
			continue
		}
		t := traced{op: op, depth: 1 + n.IntN(3), start: at, length: time.Duration(n.IntN(900)) * time.Millisecond, key: key, company: company, corr: some(), request: some(), ok: n.IntN(4) == 0}
		if id := some(); id != "" {
			t.block = "Correlation Id: " + id
		}
		n.trace(t)
	}
	busy := n.guid() // of 101 records, which it ties no more; some of them have another id, too
	for i := range 101 {
		t := traced{op: 100, depth: 1, start: n.start.Add(time.Duration(i) * time.Second), key: fmt.Sprintf("Q-%d", i), company: "USMF", corr: busy, ok: i%2 == 0}
		if i%10 == 0 {
			t.request = ids[n.IntN(len(ids))]
		}
		n.trace(t)
	}
	for i := range 17 + 17 { // more of one key in ten seconds than anything tells apart
		at := n.start.Add(10 * time.Minute)
		if i < 17 {
			n.failed(200+i, at, "P-many", "USMF", "", "")
		} else if i < 20 {
			n.trace(traced{op: 200 + i, depth: 1, start: at, key: "P-many", company: "USMF"})
		}
	}
}
