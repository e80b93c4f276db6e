package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/ingest"

	"dwtriage/rules"
)

// A line is one record of a test, with the columns the tests care about.
type line struct {
	id      byte // last byte of the record id
	file    string
	row     int64
	at      string // "09:14:03"
	company string
	entity  string
	err     string // empty: an ok trace
	trace   string
}

var matcher = func() *classify.Matcher {
	set, err := classify.Load([]classify.Layer{{FS: rules.FS, Name: "rules"}}, time.Now())
	if err != nil {
		panic(err)
	}
	m, err := classify.Compile(set, rules.FS)
	if err != nil {
		panic(err)
	}
	return m
}()

// batch makes a classified batch.
func batch(lines ...line) *ingest.Batch {
	rb := array.NewRecordBuilder(Allocator(), ingest.Schema())
	defer rb.Release()
	text := func(col int, v string) {
		if b := rb.Field(col).(*array.StringBuilder); v == "" {
			b.AppendNull()
		} else {
			b.Append(v)
		}
	}
	for _, l := range lines {
		id := [16]byte{15: l.id}
		rb.Field(ingest.ColRecordID).(*array.FixedSizeBinaryBuilder).Append(id[:])
		log, outcome := ingest.DualWrite, ingest.Error
		if l.err == "" {
			log, outcome = ingest.PluginTrace, ingest.OK
		}
		text(ingest.ColFile, l.file)
		rb.Field(ingest.ColRow).(*array.Int64Builder).Append(l.row)
		rb.Field(ingest.ColByteOffset).(*array.Int64Builder).Append(l.row * 100)
		rb.Field(ingest.ColByteLength).(*array.Int64Builder).Append(90)
		text(ingest.ColLog, log)
		if l.at == "" {
			rb.Field(ingest.ColOccurredAt).AppendNull()
		} else {
			at, err := time.Parse("2006-01-02 15:04:05", "2026-11-22 "+l.at)
			if err != nil {
				panic(err)
			}
			rb.Field(ingest.ColOccurredAt).(*array.TimestampBuilder).Append(arrow.Timestamp(at.UnixMicro()))
		}
		text(ingest.ColEntity, l.entity)
		text(ingest.ColCompany, l.company)
		text(ingest.ColErrorText, l.err)
		text(ingest.ColTraceText, l.trace)
		text(ingest.ColOutcome, outcome)
		for col := range ingest.NumColumns {
			if rb.Field(col).Len() < rb.Field(ingest.ColRow).Len() {
				rb.Field(col).AppendNull()
			}
		}
	}
	b := &ingest.Batch{Records: rb.NewRecordBatch()}
	matcher.Classify(b, Allocator())
	return b
}

// account closes the files that lines came from.
func account(lines []line, rejects ...ingest.Reject) *ingest.Batch {
	b := &ingest.Batch{Rejects: rejects}
	index := make(map[string]int)
	file := func(name string) *ingest.File {
		i, ok := index[name]
		if !ok {
			i = len(b.Files)
			index[name] = i
			b.Files = append(b.Files, ingest.File{Path: name, Bytes: 1000, Format: "csv", Encoding: "utf-8", Log: "mixed"})
		}
		return &b.Files[i]
	}
	for _, l := range lines {
		file(l.file).Read++
	}
	for _, r := range rejects {
		f := file(r.File)
		f.Read++
		f.Rejected++
	}
	return b
}

func source(batches ...*ingest.Batch) Source {
	return func() (*ingest.Batch, error) {
		if len(batches) == 0 {
			return nil, io.EOF
		}
		b := batches[0]
		batches = batches[1:]
		return b, nil
	}
}

func openTest(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// load runs lines into db and gives the summary of that run.
func load(t *testing.T, db *DB, lines []line, rejects ...ingest.Reject) *Summary {
	t.Helper()
	id, _, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{Version: "test", Rules: 1}, source(batch(lines...), account(lines, rejects...)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := db.Summarize(t.Context(), id, matcher)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	notMember = `{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}`
	uoms      = "Cannot save the changes to the database. Unit of Work can not commit transaction. Unable to write data to entity uoms. Writes to UnitOfMeasureEntity failed with error message Unable to sync with entity uoms."
	odd       = "Warehouse 24 is locked by count CNT-00391"
)

var night = []line{
	{1, "a.csv", 2, "01:00:00", "USMF", "accounts", notMember, "[Contoso: trace]\nline"},
	{2, "a.csv", 3, "02:00:00", "USMF", "uoms", uoms, ""},
	{3, "a.csv", 4, "03:00:00", "DEMF", "uoms", uoms, ""},
	{4, "b.csv", 2, "04:00:00", "", "msdyn_warehouses", odd, ""},
	{5, "b.csv", 3, "", "", "msdyn_warehouses", strings.Replace(odd, "24", "11", 1), ""},
	{6, "b.csv", 4, "05:00:00", "", "account", "", "all fine"},
}

func TestLoadAndSummarize(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	s := load(t, db, night, ingest.Reject{File: "b.csv", Row: 5, ByteOffset: 500, Reason: "row is empty", Excerpt: ",,,"})
	want := Counts{Read: 7, Loaded: 6, Rejected: 1, OK: 1, Classified: 3, Unclassified: 2}
	if d := cmp.Diff(want, s.Totals); d != "" {
		t.Errorf("totals (-want +got):\n%s", d)
	}
	if s.Records != 6 || s.Failing != 5 || s.OK != 1 || s.Unknown != 2 || s.Entities != 3 {
		t.Errorf("records %d, failing %d, ok %d, unknown %d, entities %d; want 6, 5, 1, 2, 3", s.Records, s.Failing, s.OK, s.Unknown, s.Entities)
	}
	var sum int64
	for _, f := range s.Findings {
		sum += f.Records
	}
	if sum != s.Failing {
		t.Errorf("findings add up to %d records, want %d", sum, s.Failing)
	}
	if len(s.Clusters) != 1 || s.Clusters[0].Records != 2 || s.Clusters[0].Template != "Warehouse <NUM> is locked by count <ID>" {
		t.Errorf("clusters: %+v", s.Clusters)
	}
	first := s.Fixes[0]
	if first.Signature != "dw-unable-to-sync-reference-data" || first.Records != 2 || first.Rank != 1 {
		t.Errorf("first fix is %s with %d records, rank %d", first.Signature, first.Records, first.Rank)
	}
	if !slices.ContainsFunc(first.SQL, func(q SQL) bool { return strings.Contains(q.Text, "'Units'") && strings.Contains(q.Text, "'uoms'") }) {
		t.Errorf("the fix's SQL does not name the failing map: %+v", first.SQL)
	}
	var rows []string
	if err := s.EachRecord(func(r *Record) error {
		rows = append(rows, fmt.Sprint(r.File, ":", r.Row, " ", r.Map, " ", r.Status))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	wantRows := []string{"a.csv:2 Customers V3 (accounts) documented", "a.csv:3 Units documented", "a.csv:4 Units documented", "b.csv:2 Warehouses unknown", "b.csv:3 Warehouses unknown"}
	if d := cmp.Diff(wantRows, rows); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
	rejects := 0
	if err := s.EachReject(func(r *Reject) error { rejects++; return nil }); err != nil || rejects != 1 {
		t.Errorf("%d rejects, error %v; want 1", rejects, err)
	}
	for _, sig := range s.Signatures {
		for _, e := range sig.Evidence {
			if e.Matched == "" {
				t.Errorf("%s: evidence without a matched part: %+v", sig.ID, e)
			}
		}
	}
}

func TestLoadingAgain(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	first := load(t, db, night)
	again := load(t, db, night)
	if want := (Counts{Read: 6, Duplicates: 6}); again.Totals != want {
		t.Errorf("totals of the second run: %+v, want %+v", again.Totals, want)
	}
	if d := cmp.Diff(first.Findings, again.Findings); d != "" {
		t.Errorf("the second run reports other findings (-first +second):\n%s", d)
	}
	if d := cmp.Diff(first.Fixes, again.Fixes); d != "" {
		t.Errorf("the second run reports other fixes (-first +second):\n%s", d)
	}
	if again.Baseline != nil {
		t.Errorf("a run of the same records compares with run %d", again.Baseline.ID)
	}
}

// Part of a batch known, part of it new, and the same record twice in one run.
func TestOverlap(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, []line{night[0], night[2], night[4]})
	more := slices.Concat(night, []line{night[1]})
	s := load(t, db, more)
	if want := (Counts{Read: 7, Loaded: 3, Duplicates: 4, OK: 1, Classified: 1, Unclassified: 1}); s.Totals != want {
		t.Errorf("totals: %+v, want %+v", s.Totals, want)
	}
	if s.Records != 6 {
		t.Errorf("the report is about %d records, want all 6 of the input", s.Records)
	}
	// Every row of the report is what was loaded, not a mix of columns.
	var got []string
	if err := s.EachRecord(func(r *Record) error { got = append(got, r.RecordID[34:]+r.Company+r.Entity); return nil }); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"01USMFaccounts", "02USMFuoms", "03DEMFuoms", "04msdyn_warehouses", "05msdyn_warehouses"}, got); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
}

func TestChanges(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	if s := load(t, db, night[:3]); s.Baseline != nil || len(s.Changes) != 0 || s.Findings[0].Change != "" {
		t.Errorf("the first run has something to compare with: %+v", s.Baseline)
	}
	s := load(t, db, []line{{11, "c.csv", 2, "09:00:00", "USMF", "uoms", uoms, ""}, {12, "c.csv", 3, "09:00:00", "USMF", "msdyn_warehouses", odd, ""}})
	if s.Baseline == nil || s.Baseline.ID != 1 {
		t.Fatalf("baseline %+v, want run 1", s.Baseline)
	}
	var got []string
	for _, c := range s.Changes {
		got = append(got, c.Change+" "+c.Signature+" "+c.MapTitle)
	}
	want := []string{"new " + s.Findings[slices.IndexFunc(s.Findings, func(f Finding) bool { return f.Category == "unknown" })].Signature + " Warehouses",
		"resolved dw-user-not-member-of-org Customers V3 (accounts)"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
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
			return batch(night[2:]...), nil
		}
		return nil, boom
	})
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
		return batch(night...), nil
	})
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
	lost := account(night[:2]) // claims two rows, delivers one
	_, _, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{}, source(batch(night[0]), lost))
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
	if s.Totals.Duplicates != 6 || s.Run.ID != 2 {
		t.Errorf("after opening again: run %d, %+v", s.Run.ID, s.Totals)
	}
}

// A database that an earlier program made is taken over, with all it remembers.
func TestOlderSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.duckdb")
	db := openTest(t, path)
	load(t, db, night)
	for _, s := range []string{
		"DROP VIEW dw.v_records",
		"ALTER TABLE dw.records DROP COLUMN truncated",
		"ALTER TABLE dw.records DROP COLUMN withheld",
		"CREATE VIEW dw.v_records AS SELECT r.*, u.environment FROM dw.records r JOIN dw.runs u USING (run_id)",
		"UPDATE dw.meta SET value = '1' WHERE key = 'schema_version'",
	} {
		if _, err := db.conn.ExecContext(t.Context(), s); err != nil {
			t.Fatal(s, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	old, err := Open(t.Context(), path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal("read-only:", err)
	}
	old.Close()
	db = openTest(t, path)
	s := load(t, db, append(night, line{id: 99, file: "b.csv", row: 9, err: "Unable to write data to entity accounts."}))
	if s.Totals.Duplicates != 6 || s.Totals.Loaded != 1 || s.Run.ID != 2 {
		t.Errorf("run %d, %+v; want 6 duplicates and one new record in run 2", s.Run.ID, s.Totals)
	}
	var n int
	if err := db.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM dw.v_records WHERE withheld IS NULL").Scan(&n); err != nil || n != 7 {
		t.Errorf("%d records in the view, want 7 (%v)", n, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	openTest(t, path)
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
	if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, ErrBusy) {
		t.Errorf("error %v, want ErrBusy", err)
	}
}

func TestIDSet(t *testing.T) {
	var s idset
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

// The ledger of many small files must not cost memory of its own.
func TestManyFiles(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	b := &ingest.Batch{}
	for i := range 5000 {
		b.Files = append(b.Files, ingest.File{Path: fmt.Sprintf("exports/%05d.csv", i), Format: "csv", Warnings: []string{"the file is empty"}})
	}
	id, inputs, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{}, source(b))
	if err != nil {
		t.Fatal(err)
	}
	s, err := db.Summarize(t.Context(), id, matcher)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(inputs, s.Inputs); d != "" {
		t.Errorf("the ledger read back differs (-loaded +read):\n%s", d)
	}
}

// Forgetting a run leaves what earlier runs loaded, and the exports can be loaded again.
func TestForget(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	first := load(t, db, night[:3])
	second := load(t, db, night, ingest.Reject{File: "b.csv", Row: 5, ByteOffset: 500, Reason: "row is empty", Excerpt: ",,,"})
	if err := db.Forget(t.Context(), second.Run.ID); err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]int{"records": 3, "sightings": 0, "rejects": 0, "files": 1, "runs": 1} {
		var n int
		if err := db.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM dw."+table).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %d rows, error %v; want %d", table, n, err, want)
		}
	}
	left, err := db.Summarize(t.Context(), first.Run.ID, matcher)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first.Findings, left.Findings); d != "" {
		t.Errorf("the first run reports other findings (-before +after):\n%s", d)
	}
	if again := load(t, db, night); again.Totals.Loaded != 3 || again.Totals.Duplicates != 3 {
		t.Errorf("the run after it: %+v, want 3 loaded and 3 duplicates", again.Totals)
	}
}
