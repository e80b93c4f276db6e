package store

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"dwtriage/ingest"
	"dwtriage/report/store/storetest"
)

var full = flag.Bool("full", false, "kill all that writes, at every operation, as .ci/run does, open databases on all threads, and merge and forget in more nights")

// What a killed commit leaves takes a database with a run in it and more new records than fill a row
// group of 30,720.
const (
	firstRecords = 1000
	killRecords  = 32000
	knownRecords = 500 // of the first run, met again by the second
)

// many makes the records with numbers from first on.
func many(first, n int) (batches []*ingest.Batch) {
	var lines []storetest.Line
	flush := func(from int) {
		b := storetest.Batch(Allocator(), lines...)
		ids := array.NewFixedSizeBinaryBuilder(Allocator(), &arrow.FixedSizeBinaryType{ByteWidth: 16})
		defer ids.Release()
		for i := range lines {
			var id [16]byte
			binary.BigEndian.PutUint64(id[8:], uint64(from+i+1))
			ids.Append(id[:])
		}
		cols := append([]arrow.Array{}, b.Records.Columns()...)
		cols[ingest.ColRecordID] = ids.NewArray()
		defer cols[ingest.ColRecordID].Release()
		records := array.NewRecordBatch(b.Records.Schema(), cols, b.Records.NumRows())
		b.Records.Release()
		b.Records = records
		batches, lines = append(batches, b), nil
	}
	for i := range n {
		lines = append(lines, storetest.Line{File: fmt.Sprintf("night%d.csv", first), Row: int64(i + 2), At: "01:00:00", Entity: "uoms",
			Err: fmt.Sprintf("Warehouse %d is locked by count CNT-%x", i, uint32(i)*2654435761)})
		if len(lines) == 8192 || i == n-1 {
			flush(first + i + 1 - len(lines))
		}
	}
	account := storetest.Account(nil)
	account.Files = []ingest.File{{Path: fmt.Sprintf("night%d.csv", first), Read: int64(n), Format: "csv"}}
	return append(batches, account)
}

func loadMany(ctx context.Context, db *DB, first, n int) error {
	_, _, err := db.Load(ctx, Run{Started: time.Now()}, Tool{}, storetest.Source(many(first, n)...), nil)
	return err
}

// deeds are what the killed process does with the database.
var deeds = map[string]func(context.Context, *DB) error{
	"load": func(ctx context.Context, db *DB) error {
		return loadMany(ctx, db, firstRecords-knownRecords, killRecords)
	},
	"load a few": func(ctx context.Context, db *DB) error {
		return loadMany(ctx, db, firstRecords-knownRecords, firstRecords)
	},
	"forget": func(ctx context.Context, db *DB) error { return db.Forget(ctx, 2) },
	"prune": func(ctx context.Context, db *DB) error {
		_, err := db.Prune(ctx, time.Now(), nil, "dwtriage history prune", time.Now())
		return err
	},
	"open": func(ctx context.Context, db *DB) error { return nil },
}

// TestDeed is the process that TestKilled kills.
func TestDeed(t *testing.T) {
	deed, path := os.Getenv("STORE_TEST_DEED"), os.Getenv("STORE_TEST_DB")
	if deed == "" {
		t.Skip("the other half of TestKilled")
	}
	OnTerminate("the last words\n", "the last answer\n")
	// With one thread the operations come in the same order every time.
	db, err := Open(t.Context(), path, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := deeds[deed](t.Context(), db); err != nil {
		t.Fatal(err)
	}
	db.Close()
}

// A killer does deeds in processes of their own, and kills them.
type killer struct {
	t       *testing.T
	library string
	path    string // of the database, wherever it is copied from
}

func newKiller(t *testing.T) *killer {
	if runtime.GOOS != "linux" {
		t.Skip("preloading a library is tried on Linux only")
	}
	k := &killer{t: t, library: filepath.Join(t.TempDir(), "kill.so"), path: filepath.Join(t.TempDir(), "killed.duckdb")}
	if out, err := exec.Command("gcc", "-shared", "-fPIC", "-o", k.library, "testdata/kill.c", "-ldl").CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	return k
}

// do does a deed on a copy of seed, and kills it in the place of operation at, 0: never. It gives the
// operations that were done; more is for its environment. A process that gets by with an operation less lives to its end.
func (k *killer) do(deed, seed string, at int, more ...string) (operations []string) {
	k.t.Helper()
	copyDatabase(k.t, seed, k.path)
	log := filepath.Join(filepath.Dir(k.library), "log")
	os.Remove(log)
	c := exec.Command(os.Args[0], "-test.run=^TestDeed$")
	c.Env = append(os.Environ(), "STORE_TEST_DEED="+deed, "STORE_TEST_DB="+k.path,
		"LD_PRELOAD="+k.library, "KILL_NAME=killed.duckdb", "KILL_LOG="+log, fmt.Sprint("KILL_AT=", at))
	c.Env = append(c.Env, more...)
	out, err := c.CombinedOutput()
	if err != nil && (at == 0 || c.ProcessState.String() != "signal: killed") {
		k.t.Fatalf("%s, to be killed at %d: %v\n%s", deed, at, err, out)
	}
	// Killed at its first operation, it did none.
	said, err := os.ReadFile(log)
	if err != nil && at != 1 {
		k.t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(said)), "\n")
}

// copyDatabase copies a database with what belongs to it.
func copyDatabase(t *testing.T, from, to string) {
	t.Helper()
	for _, suffix := range []string{"", ".wal", ".spare"} {
		os.Remove(to + suffix)
		content, err := os.ReadFile(from + suffix)
		if err == nil {
			err = os.WriteFile(to+suffix, content, 0o666)
		}
		if err != nil && suffix == "" {
			t.Fatal(err)
		}
	}
}

// state is what the tables hold, and of which runs.
func state(t *testing.T, db *DB) string {
	t.Helper()
	var out []string
	for _, q := range []string{
		"SELECT concat('records ', count(*), ' ', bit_xor(hash(record_id, run_id, file, row, byte_offset, error_text, captures))) FROM dw.records",
		"SELECT concat('sightings ', count(*), ' ', bit_xor(hash(record_id, run_id, file, row))) FROM dw.sightings",
		"SELECT concat('files ', count(*), ' ', bit_xor(hash(run_id, path))) FROM dw.files",
		"SELECT concat('runs ', count(*), ' ', bit_xor(hash(run_id, loaded, duplicates, inherited))) FROM dw.runs",
		"SELECT concat('pruned ', count(*), ' ', sum(records)) FROM dw.pruned",
		"SELECT concat('version ', value) FROM dw.meta WHERE key = 'schema_version'",
	} {
		out = append(out, list(t, db, q)...)
	}
	return strings.Join(out, "\n")
}

// stateOf opens a copy of a database, and says what it holds and what was noted.
func stateOf(t *testing.T, path string) (string, []string) {
	t.Helper()
	at := filepath.Join(t.TempDir(), "copy.duckdb")
	copyDatabase(t, path, at)
	db, err := Open(t.Context(), at, Options{Threads: 1})
	if err != nil {
		t.Errorf("it does not open: %v", err)
		return "", nil
	}
	defer db.Close()
	for _, in := range list(t, db, `SELECT concat('run ', u.run_id, ' has ', count(r.run_id), ' records, its ledger ', any_value(u.loaded + u.inherited - coalesce(u.pruned, 0)))
		FROM dw.runs u LEFT JOIN dw.records r USING (run_id) GROUP BY u.run_id HAVING count(r.run_id) <> any_value(u.loaded + u.inherited - coalesce(u.pruned, 0))`) {
		t.Error(in)
	}
	return state(t, db), db.Notes()
}

// moments are the operations to kill at: with -full all of a load, which ends with a commit, and every third of the other deeds;
// else those that wait for the disk, where a process spends most of its time and so meets most of its ends.
// .ci/faults kills the whole command at every operation of its.
func moments(deed string, operations []string) (at []int) {
	for i, op := range operations {
		if strings.HasPrefix(op, "sync ") || *full && (deed == "load" || i%3 == 0) {
			at = append(at, i+1)
		}
	}
	return at
}

// Killed wherever it writes, a process leaves the database as it was before its deed or as it is after it:
// opened again, there is nothing in between, and the half run that DuckDB may have kept is noted and gone.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a few processes that load 32,000 records")
	}
	k := newKiller(t)
	seed := filepath.Join(t.TempDir(), "seed.duckdb")
	db := openTest(t, seed)
	if err := loadMany(t.Context(), db, 0, firstRecords); err != nil {
		t.Fatal(err)
	}
	db.Close()

	half := filepath.Join(t.TempDir(), "half.duckdb") // as a kill left it
	halves := k.everywhere("load", seed, half)
	if halves == 0 {
		t.Fatal("no kill left half a run: the test does not reach what it is for")
	}
	if !*full {
		return
	}
	k.everywhere("open", half, "")

	loaded := filepath.Join(t.TempDir(), "loaded.duckdb")
	k.do("load", seed, 0)
	copyDatabase(t, k.path, loaded)
	db = openTest(t, loaded)
	if err := loadMany(t.Context(), db, firstRecords-knownRecords, killRecords); err != nil {
		t.Fatal(err)
	}
	db.Close()
	k.everywhere("forget", loaded, "")
	k.everywhere("prune", loaded, "")
	k.everywhere("open", older(t, "1"), "")
}

// everywhere does a deed once whole and once per moment, killed, and gives how many kills left half a
// run. The first of those is copied to half, if that is a path.
func (k *killer) everywhere(deed, seed, half string) (halves int) {
	t := k.t
	before, notesBefore := stateOf(t, seed)
	operations := k.do(deed, seed, 0)
	after, _ := stateOf(t, k.path)
	at := moments(deed, operations)
	kept := 0
	for _, m := range at {
		k.do(deed, seed, m)
		got, notes := stateOf(t, k.path)
		switch {
		case got != before && got != after:
			t.Errorf("%s killed at operation %d of %d, %s:\n%s\nbefore:\n%s\nafter:\n%s",
				deed, m, len(operations), operations[m-1], got, before, after)
		case got == after && before != after:
			kept++
		}
		if len(notes) > 0 && len(notesBefore) == 0 {
			if halves++; halves == 1 && half != "" {
				copyDatabase(t, k.path, half)
			}
		}
	}
	t.Logf("%s: %d operations, killed at %d of them; %d left half a run, %d all of it", deed, len(operations), len(at), halves, kept)
	return halves
}

// A write that a kill cuts off in the middle leaves no content that was ever meant: what says where the tables are is put back from the copy
// of before, and what only reads says so, changes nothing, and is right again after the next run. Every write to the file is torn, of a load
// into databases of none, one and two runs: how the blocks lie decides whether one is written over. With -full of a load that is a
// checkpoint of its own, too.
func TestTornWrites(t *testing.T) {
	k := newKiller(t)
	seed := filepath.Join(t.TempDir(), "seed.duckdb")
	torn := 0
	for runs := range 3 {
		db := openTest(t, seed)
		if runs > 0 {
			if err := loadMany(t.Context(), db, (10+runs)*firstRecords, firstRecords); err != nil {
				t.Fatal(err)
			}
		}
		db.Close()
		torn += k.tear("load a few", seed)
		if *full {
			torn += k.tear("load", seed)
		}
	}
	if torn == 0 {
		t.Error("no write tore what says where the tables are: the test does not reach what it is for")
	}
}

// tear does a deed once whole and once per write to the file, in which it is killed, and gives how many of these tore what says where the
// tables are.
func (k *killer) tear(deed, seed string) (torn int) {
	t := k.t
	before, _ := stateOf(t, seed)
	operations := k.do(deed, seed, 0)
	after, _ := stateOf(t, k.path)
	if _, err := os.Stat(k.path + ".spare"); err == nil {
		t.Error("a run that came to its end leaves the copy")
	}
	writes := 0
	for i, op := range operations {
		if op != "write killed.duckdb" {
			continue
		}
		writes++
		k.do(deed, seed, i+1, "KILL_TORN=1")
		reader, err := Open(t.Context(), k.path, Options{ReadOnly: true})
		d, damaged := errors.AsType[*DamageError](err)
		switch {
		case err == nil:
			reader.Close()
		case damaged && strings.Contains(d.What, "in the middle"):
			if torn++; !strings.Contains(d.Advice, "nothing is lost") {
				t.Errorf("torn at operation %d: %v", i+1, err)
			}
		case !damaged || !strings.Contains(err.Error(), ".wal"):
			t.Errorf("torn at operation %d: a reader says %v", i+1, err)
		}
		if got, _ := stateOf(t, k.path); got != before && got != after {
			t.Errorf("torn at operation %d of %d:\n%s\nbefore:\n%s\nafter:\n%s", i+1, len(operations), got, before, after)
		}
	}
	t.Logf("%s: %d writes, %d of which tore what says where the tables are", deed, writes, torn)
	return torn
}

// Where C++ ends the process, as DuckDB does where the disk does not let it take back a commit, it says the last words and no stacks, and the
// exit code is that of a failure; the database is as it was.
func TestTerminated(t *testing.T) {
	k := newKiller(t)
	seed := filepath.Join(t.TempDir(), "seed.duckdb")
	openTest(t, seed).Close()
	before, _ := stateOf(t, seed)
	copyDatabase(t, seed, k.path)
	c := exec.Command(os.Args[0], "-test.run=^TestDeed$")
	c.Env = append(os.Environ(), "STORE_TEST_DEED=load a few", "STORE_TEST_DB="+k.path, "LD_PRELOAD="+k.library, "KILL_NAME=killed.duckdb", "KILL_AT=1", "KILL_TERMINATE=1")
	var stdout, stderr strings.Builder
	c.Stdout, c.Stderr = &stdout, &stderr
	c.Run()
	if c.ProcessState.ExitCode() != 1 || stdout.String() != "the last answer\n" || stderr.String() != "the last words\n" {
		t.Errorf("%v\n%s%s", c.ProcessState, &stdout, &stderr)
	}
	if now, _ := stateOf(t, k.path); now != before {
		t.Errorf("it holds %q, want %q", now, before)
	}
}
