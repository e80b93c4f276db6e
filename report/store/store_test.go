package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest"
	"dwtriage/report/store/storetest"
)

// emptied is the content of a new database.
var emptied = storetest.Emptied(func(path string) error {
	db, err := Open(context.Background(), path, Options{Threads: 1})
	if err != nil {
		return err
	}
	return db.Close()
})

// fresh copies a new database to path where nothing is but a folder: to make one takes longer than to load a few records into it.
func fresh(t *testing.T, path string) {
	t.Helper()
	_, err := os.Lstat(path)
	if _, folder := os.Stat(filepath.Dir(path)); folder != nil || !errors.Is(err, os.ErrNotExist) {
		return
	}
	content, err := emptied()
	if err == nil {
		err = os.WriteFile(path, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// openTest opens a database for a test of a few records: with -full on one thread per core, else on one, since idle
// threads of DuckDB ask for work all the time, which is a quarter of what such tests take.
func openTest(t *testing.T, path string) *DB {
	t.Helper()
	opt := Options{Threads: 1}
	if *full {
		opt.Threads = runtime.NumCPU()
	}
	fresh(t, path)
	db, err := Open(t.Context(), path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// A booked run is what Load says about it.
type booked struct {
	id     int64
	inputs []Input
	Totals Counts
}

// load runs lines into db.
func load(t *testing.T, db *DB, lines []storetest.Line, rejects ...ingest.Reject) booked {
	t.Helper()
	batches := storetest.Source(storetest.Batch(Allocator(), lines...), storetest.Account(lines, rejects...))
	id, inputs, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{Version: "test", Rules: 1}, batches, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := booked{id: id, inputs: inputs}
	for _, in := range inputs {
		b.Totals.Add(in.Counts)
	}
	return b
}

// seeded is a closed database, for tests that begin alike to copy.
func seeded(t *testing.T, fill func(*DB)) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "seed.duckdb")
	db := openTest(t, path)
	fill(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

var night = storetest.Night

// The ledger of a run counts what came in, and is read back as it was booked.
func TestLoad(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	b := load(t, db, night, ingest.Reject{File: "b.csv", Row: 5, ByteOffset: 500, Reason: "row is empty", Excerpt: ",,,"})
	want := Counts{Read: 7, Loaded: 6, Rejected: 1, OK: 1, Classified: 3, Unclassified: 2}
	if b.Totals != want {
		t.Errorf("totals %+v, want %+v", b.Totals, want)
	}
	inputs, err := db.Inputs(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(b.inputs, inputs); d != "" {
		t.Errorf("the ledger read back differs (-loaded +read):\n%s", d)
	}
	run, tool, err := db.Run(t.Context(), b.id)
	if err != nil || run.ID != 1 || run.Started.IsZero() || run.Finished.Before(run.Started) || tool.Version != "test" || tool.Rules != 1 {
		t.Errorf("the run read back: %+v by %+v, error %v", run, tool, err)
	}
	if _, _, err := db.Run(t.Context(), 9); err == nil || !strings.Contains(err.Error(), "no run 9") {
		t.Errorf("a run that is not there: error %v", err)
	}
}

func TestLoadingAgain(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, night)
	if again, want := load(t, db, night), (Counts{Read: 6, Duplicates: 6}); again.Totals != want {
		t.Errorf("totals of the second run: %+v, want %+v", again.Totals, want)
	}
}

// Part of a batch known, part of it new, and the same record twice in one run.
func TestOverlap(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, []storetest.Line{night[0], night[2], night[4]})
	b := load(t, db, slices.Concat(night, []storetest.Line{night[1]}))
	if want := (Counts{Read: 7, Loaded: 3, Duplicates: 4, OK: 1, Classified: 1, Unclassified: 1}); b.Totals != want {
		t.Errorf("totals: %+v, want %+v", b.Totals, want)
	}
	// Every row of the scope is what was loaded, not a mix of columns.
	if err := db.Scope(t.Context(), "scope", OfRun(b.id)); err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := db.Each(t.Context(), "SELECT right(record_id::VARCHAR, 2) || coalesce(company, '') || entity FROM scope ORDER BY 1", func(rows *sql.Rows) error {
		var text string
		err := rows.Scan(&text)
		got = append(got, text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{"01USMFaccounts", "02USMFuoms", "03DEMFuoms", "04msdyn_warehouses", "05msdyn_warehouses", "06account"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
}

// Lists and maps are read as they stand in the database; a column of another type is an error.
func TestScanListsAndMaps(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	type values struct {
		L List
		M Map
	}
	for query, want := range map[string]values{
		"SELECT ['a', '', 'b'], MAP {'k': 'v', 'e': ''}":      {List{"a", "", "b"}, Map{"k": "v", "e": ""}},
		"SELECT []::VARCHAR[], MAP {}::MAP(VARCHAR, VARCHAR)": {nil, Map{}},
		"SELECT NULL::VARCHAR[], NULL::MAP(VARCHAR, VARCHAR)": {nil, Map{}},
	} {
		got := values{List{"left over"}, Map{"left": "over"}}
		err := db.Each(t.Context(), query, func(rows *sql.Rows) error { return rows.Scan(&got.L, &got.M) })
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: error %v (-want +got)\n%s", query, err, d)
		}
	}
	for query, to := range map[string]any{"SELECT 1": &List{}, "SELECT [1]": &List{}, "SELECT 'a'": &Map{}, "SELECT MAP {1: 'a'}": &Map{}} {
		if err := db.Each(t.Context(), query, func(rows *sql.Rows) error { return rows.Scan(to) }); err == nil {
			t.Errorf("%s into %T: no error", query, to)
		}
	}
}

// A run that fails half-way leaves nothing behind.
func TestFailureRollsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	db := openTest(t, path)
	load(t, db, night[:2])
	boom := errors.New("the disk is on fire")
	calls := 0
	_, _, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{}, func() (*ingest.Batch, error) {
		if calls++; calls == 1 {
			return storetest.Batch(Allocator(), night[2:]...), nil
		}
		return nil, boom
	}, nil)
	if err == nil || !strings.Contains(err.Error(), boom.Error()) {
		t.Fatalf("error %v, want one that says %q", err, boom)
	}
	var records, runs int
	if err := db.conn.QueryRowContext(t.Context(), "SELECT (SELECT count(*) FROM dw.records), (SELECT count(*) FROM dw.runs)").Scan(&records, &runs); err != nil {
		t.Fatal(err)
	}
	if records != 2 || runs != 1 {
		t.Errorf("%d records and %d runs after the failure, want 2 and 1", records, runs)
	}
	if s := load(t, db, night); s.Totals.Loaded != 4 || s.Totals.Duplicates != 2 {
		t.Errorf("the next run: %+v, want 4 loaded and 2 duplicates", s.Totals)
	}
}

func TestCancelRollsBack(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	_, _, err := db.Load(ctx, Run{Started: time.Now()}, Tool{}, func() (*ingest.Batch, error) {
		if calls++; calls == 2 {
			cancel()
			return nil, ctx.Err()
		}
		return storetest.Batch(Allocator(), night...), nil
	}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	var records int
	if err := db.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM dw.records").Scan(&records); err != nil || records != 0 {
		t.Errorf("%d records after the cancelled run, error %v; want 0", records, err)
	}
}

func TestUnbalancedLedger(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	lost := storetest.Account(night[:2]) // claims two rows, delivers one
	_, _, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{}, storetest.Source(storetest.Batch(Allocator(), night[0]), lost), nil)
	if err == nil || !strings.Contains(err.Error(), "ledger does not balance") {
		t.Errorf("error %v, want one about the ledger", err)
	}
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sub", "it's.duckdb")
	db := openTest(t, path)
	load(t, db, night)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := load(t, openTest(t, path), night)
	if s.Totals.Duplicates != 6 || s.id != 2 {
		t.Errorf("after opening again: run %d, %+v", s.id, s.Totals)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.duckdb")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 5000)), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), text, Options{}); err == nil || !strings.Contains(err.Error(), "not a DuckDB database") {
		t.Errorf("a text file: error %v", err)
	}
	short := filepath.Join(dir, "short.csv")
	if err := os.WriteFile(short, []byte("a,b\n1,2\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), short, Options{}); !errors.Is(err, errNotADatabase) {
		t.Errorf("a short text file: error %v", err)
	}
	if left, _ := os.ReadFile(short); string(left) != "a,b\n1,2\n" {
		t.Errorf("opening a text file changed it to %q", left)
	}
	if _, err := Open(t.Context(), filepath.Join(dir, "none.duckdb"), Options{ReadOnly: true}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file, read-only: error %v", err)
	}
	if _, err := Open(t.Context(), filepath.Join(text, "below.duckdb"), Options{}); err == nil {
		t.Errorf("a path below a file: no error")
	}
}

// Another process has the database open: the test runs itself as that process.
func TestBusy(t *testing.T) {
	path := os.Getenv("STORE_TEST_HOLD")
	if path != "" {
		db, err := Open(context.Background(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		fmt.Println("holding")
		io.ReadAll(os.Stdin)
		return
	}
	path = filepath.Join(t.TempDir(), "x.duckdb")
	other := exec.Command(os.Args[0], "-test.run=^TestBusy$", "-test.v")
	other.Env = append(os.Environ(), "STORE_TEST_HOLD="+path)
	in, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { in.Close(); other.Wait() }()
	buf, said := make([]byte, 4096), ""
	for !strings.Contains(said, "holding") {
		n, err := out.Read(buf)
		if err != nil {
			t.Fatalf("the other process said %q, then %v", said, err)
		}
		said += string(buf[:n])
	}
	named := fmt.Sprintf("store.test, process %d", other.Process.Pid)
	for _, opt := range []Options{{}, {ReadOnly: true}, {LockWait: lockPoll}} {
		if _, err := Open(t.Context(), path, opt); !errors.Is(err, ErrBusy) || runtime.GOOS == "linux" && !strings.Contains(err.Error(), named) {
			t.Errorf("error %v, want ErrBusy and %q", err, named)
		}
	}
	// Who waits is told of whom, and gets the database when it is free.
	waiting := 0
	db, err := Open(t.Context(), path, Options{LockWait: time.Minute, Waiting: func(err error) {
		waiting++
		if !errors.Is(err, ErrBusy) {
			t.Errorf("waiting for %v", err)
		}
		in.Close()
	}})
	if err != nil || waiting != 1 {
		t.Fatalf("waited %d times, error %v", waiting, err)
	}
	db.Close()
}

func TestIDSet(t *testing.T) {
	var s idset
	defer s.free()
	naive := make(map[[16]byte]bool)
	seed := uint32(1)
	for range 20000 {
		seed = seed*1664525 + 1013904223
		id := [16]byte{0: byte(seed >> 24), 3: byte(seed >> 16 & 3), 15: byte(seed >> 8 & 15)}
		if got, want := s.add(id), !naive[id]; got != want {
			t.Fatalf("add(%x) = %v, want %v", id, got, want)
		}
		naive[id] = true
	}
	for id := range naive {
		if s.add(id) {
			t.Fatalf("%x was lost", id)
		}
	}
}

// Whatever room a set was given for what the database holds, an id that it does not have is one that it does not have. Tables of 1 to 6 slots
// were full to the last one, and looking for an id in them had no end.
func TestIDSetOfAnySize(t *testing.T) {
	for perTable := range int64(9) {
		var s idset
		ids := perTable << tableBits
		id := func(i int64) [16]byte { return [16]byte{1, byte(i), byte(i >> 8), byte(i >> 16)} }
		s.reserve(ids)
		for i := range ids {
			if !s.add(id(i)) {
				t.Fatalf("%d of %d ids: one is there before it is added", i, ids)
			}
		}
		for i := range 2*ids + 1 {
			if s.has(id(i)) != (i < ids) {
				t.Fatalf("room for %d: id %d: %v", ids, i, i >= ids)
			}
		}
		for i := range s.tables {
			if n := len(s.tables[i].slots); n > 0 && s.tables[i].used >= n {
				t.Fatalf("room for %d: a table of %d slots is full", ids, n)
			}
		}
		s.free()
	}
}

// The ledger of many small files must not cost memory of its own.
func TestManyFiles(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	b := &ingest.Batch{}
	for i := range 5000 {
		b.Files = append(b.Files, ingest.File{Path: fmt.Sprintf("exports/%05d.csv", i), Format: "csv", Warnings: []string{"the file is empty"}})
	}
	id, inputs, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{}, storetest.Source(b), nil)
	if err != nil {
		t.Fatal(err)
	}
	read, err := db.Inputs(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(inputs, read); d != "" {
		t.Errorf("the ledger read back differs (-loaded +read):\n%s", d)
	}
}

// Forgetting a run leaves what earlier runs loaded, and the exports can be loaded again.
func TestForget(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, night[:3])
	second := load(t, db, night, ingest.Reject{File: "b.csv", Row: 5, ByteOffset: 500, Reason: "row is empty", Excerpt: ",,,"})
	if err := db.Forget(t.Context(), second.id); err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]int{"records": 3, "sightings": 0, "rejects": 0, "files": 1, "runs": 1} {
		var n int
		if err := db.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM dw."+table).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %d rows, error %v; want %d", table, n, err, want)
		}
	}
	if again := load(t, db, night); again.Totals.Loaded != 3 || again.Totals.Duplicates != 3 {
		t.Errorf("the run after it: %+v, want 3 loaded and 3 duplicates", again.Totals)
	}
}

// TestRefused: where the system denies access the error says whom to ask for what, and no word of DuckDB; any other error is as it was.
func TestRefused(t *testing.T) {
	for _, tc := range []struct {
		err      error
		readOnly bool
		want     string
	}{
		{errors.New(`IO Error: Cannot open file "/data/night.duckdb": Permission denied`), false, "permission denied; let this user read and write it, or give another file with --db"},
		{&os.PathError{Op: "open", Path: "night.duckdb", Err: syscall.EACCES}, true, "permission denied; let this user read it, or give another file with --db"},
		{&os.PathError{Op: "mkdir", Path: "no", Err: syscall.EACCES}, false, "permission denied; let this user read and write no, or give another file with --db"},
		{errors.New(`IO Error: Cannot open file "/data/night.duckdb.wal": Permission denied`), false, "permission denied; let this user read and write /data/night.duckdb.wal, or give another file with --db"},
		{errors.New(`IO Error: Cannot open file "/data/night.duckdb": Read-only file system`), false, "its file system is read-only; give another file with --db, or copy this one to where it can be written"},
		{errors.New("IO Error: No space left on device"), false, "IO Error: No space left on device"},
	} {
		if got := refused(tc.err, "data/night.duckdb", tc.readOnly); got.Error() != tc.want {
			t.Errorf("%v: %v, want %s", tc.err, got, tc.want)
		}
	}
}

// TestOpenRefused asks the system, which denies root nothing.
func TestOpenRefused(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read and write everything")
	}
	path := filepath.Join(t.TempDir(), "night.duckdb")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for mode, readOnly := range map[os.FileMode]bool{0o400: false, 0: true} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), path, Options{ReadOnly: readOnly}); err == nil || !strings.Contains(err.Error(), "permission denied; let this user read") {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
}
