package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest"
	"dwtriage/report/store/storetest"
)

// storedIDs reads the ids of all records, row by row: the slow twin of known.
func storedIDs(t *testing.T, db *DB) map[[16]byte]bool {
	t.Helper()
	ids := make(map[[16]byte]bool)
	if err := db.Each(t.Context(), "SELECT record_id FROM dw.records", func(rows *sql.Rows) error {
		var raw sql.RawBytes
		err := rows.Scan(&raw)
		ids[[16]byte(raw)] = true
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return ids
}

// Whichever way it is asked for, a record is new once: in batches together and apart, twice in a batch or a run, with another
// time or none, in runs one after the other, after some were forgotten, in a database that an earlier program made.
func TestKnown(t *testing.T) {
	steps := 4
	if *full {
		steps = 10
	}
	for name, way := range map[string]asking{
		"read at once":          {few: 1 << 20},
		"asked":                 {few: -1, most: 1000, batches: 1},
		"asked in threes":       {few: -1, most: 1000, batches: 3},
		"read when asked once":  {few: -1, most: 1, batches: 2},
		"few, then asked":       {few: 20, most: 1, batches: 2},
		"read at the first one": {few: -1, batches: 4},
	} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			db := openTest(t, older(t, "1"))
			db.asking = way
			for range steps {
				if last, err := db.lastRun(t.Context()); err != nil {
					t.Fatal(err)
				} else if random.IntN(3) == 0 {
					if err := db.Forget(t.Context(), 1+random.Int64N(last)); err != nil {
						t.Fatal(err)
					}
				}
				randomRun(t, db, random)
			}
		})
	}
}

// randomRun loads up to eight batches and compares what is new in them with the twin.
func randomRun(t *testing.T, db *DB, random *rand.Rand) {
	t.Helper()
	twin := storedIDs(t, db)
	var batches []*ingest.Batch
	var all []storetest.Line
	var want, got [][]bool
	for range random.IntN(9) {
		var lines []storetest.Line
		var fresh []bool
		for range random.IntN(6) {
			l := storetest.Line{ID: uint16(random.IntN(100)), File: "a.csv", Row: int64(len(all) + len(lines) + 2), Entity: "account"}
			if random.IntN(2) == 0 {
				l.At = fmt.Sprintf("%02d:00:00", random.IntN(24))
			}
			id := [16]byte{15: byte(l.ID)}
			lines, fresh = append(lines, l), append(fresh, !twin[id])
			twin[id] = true
		}
		if batches = append(batches, storetest.Batch(Allocator(), lines...)); len(lines) > 0 {
			want = append(want, fresh)
		}
		all = append(all, lines...)
	}
	batches = append(batches, storetest.Account(all))
	_, _, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{}, storetest.Source(batches...), func(rows []bool) {
		got = append(got, append([]bool(nil), rows...))
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("new records of each batch (-twin +load):\n%s", d)
	}
	if d := cmp.Diff(twin, storedIDs(t, db)); d != "" {
		t.Fatalf("stored ids (-twin +load):\n%s", d)
	}
}

// Stored ids are read by many vectors on all threads, and none is lost.
func TestKnownReadsAll(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "x.duckdb"), Options{Threads: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	load(t, db, night)
	execute(t, db, "INSERT INTO dw.records (record_id, run_id) SELECT uuid(), 1 FROM range(200000)")
	execute(t, db, "DELETE FROM dw.records WHERE left(record_id::VARCHAR, 1) = '7'")
	k := known{db: db}
	defer k.free()
	if err := k.begin(t.Context()); err != nil || !k.inside {
		t.Fatalf("ids were read: %v, error %v", k.inside, err)
	}
	ids := storedIDs(t, db)
	for id := range ids {
		if k.add(id) {
			t.Fatalf("%x is stored and taken for new", id)
		}
	}
	for range 100000 {
		id := [16]byte{}
		for i := range id {
			id[i] = byte(rand.Uint32())
		}
		if !k.add(id) {
			t.Fatalf("%x is not stored and taken for known", id)
		}
	}
}

func TestParseUUID(t *testing.T) {
	id, err := parseUUID("0123abcd-4567-89ef-fedc-ba9876543210")
	if want := [16]byte{0x01, 0x23, 0xab, 0xcd, 0x45, 0x67, 0x89, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10}; err != nil || id != want {
		t.Errorf("%x, error %v", id, err)
	}
	for _, text := range []string{"", "0123abcd-4567-89ef-fedc-ba987654321", "0123abcd-4567-89ef-fedc-ba987654321x"} {
		if _, err := parseUUID(text); err == nil {
			t.Errorf("%q is taken for an id", text)
		}
	}
}

// A source that fails leaves no batch behind that was handed over ahead of its turn.
func TestSourceFailsAhead(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, night[:1])
	db.asking = asking{few: -1, most: 1, batches: 4}
	broken := errors.New("the disk is gone")
	var batches []*ingest.Batch
	_, _, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{}, func() (*ingest.Batch, error) {
		if len(batches) == 2 {
			return nil, broken
		}
		batches = append(batches, storetest.Batch(Allocator(), night...))
		return batches[len(batches)-1], nil
	}, nil)
	if !errors.Is(err, broken) || errors.Is(err, io.EOF) {
		t.Errorf("error %v, want that of the source", err)
	}
	for i, b := range batches {
		if b.Records != nil {
			t.Errorf("batch %d was not released", i)
		}
	}
	if got := storedIDs(t, db); len(got) != 1 {
		t.Errorf("%d records are stored, want the one from before", len(got))
	}
}
