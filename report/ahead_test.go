package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/report/store"
	"dwtriage/report/store/storetest"
	"dwtriage/report/summary"
)

// aheadNight is a night with everything that a row of records.csv may hold: texts that are cut, quoted, kept from being
// taken for a formula, in other scripts, with control characters, without a sentence, of a trace only.
func aheadNight() []storetest.Line {
	lines := slices.Clone(storetest.Night)
	for i, text := range []string{
		hostileTag, hostileFormula, hostileCDATA, hostileBidi, " leading blank", "\t=1+1", "-5", "@x", "tab\there", "bell\a and\x7f", "line one\r\nline two", "lone\rreturn",
		"Größe „25“ überschritten, 客户组 80", "\u00a0=A1", "“quoted”", strings.Repeat("long message ", 900), strings.Repeat("ü", store.StartBytes),
		strings.Repeat("Customer group 80 cannot be found. ", 130), "\u2028", "x", `{"error":{"code":"0x80040217","message":"account With Id = 11111111-2222-3333-4444-555555555555 Does Not Exist"}}`,
		"Unable to look up msdyn_customergroups with values {80}.", "Unable to look up cdm_companies with values {" + strings.Repeat("K", 2100) + "}.",
	} {
		lines = append(lines, storetest.Line{ID: uint16(20 + i), File: "c.csv", Row: int64(2 + i), At: "06:00:00", Company: "usmf", Entity: "accounts", Err: text},
			storetest.Line{ID: uint16(60 + i), File: "d/é.csv", Row: int64(2 + i), Entity: strings.Repeat("n", i*120), Err: text, Trace: "trace " + text, Log: ingest.PluginTrace})
	}
	slices.SortStableFunc(lines, func(a, b storetest.Line) int { return strings.Compare(a.File, b.File) })
	return lines
}

// loadedAhead loads batches of a night into a new database, as a run does, and gives its summary.
func loadedAhead(t *testing.T, a *Ahead, db *store.DB, batches ...*ingest.Batch) *summary.Summary {
	t.Helper()
	var rows *Rows
	next := storetest.Source(batches...)
	id, _, err := db.Load(t.Context(), store.Run{Started: time.Now(), Environment: "FABRIKAM"}, store.Tool{Version: "test"}, func() (*ingest.Batch, error) {
		b, err := next()
		if err == nil && b.Len() > 0 {
			rows = a.Draw(b.Records)
		}
		return b, err
	}, func(loaded []bool) { a.Keep(rows, loaded) })
	if err != nil {
		t.Fatal(err)
	}
	s, err := summary.Of(t.Context(), db, id, storetest.Matcher())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openStore(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "x.duckdb"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// ahead is an Ahead for one run whose file is gone afterwards.
func ahead(t *testing.T, db *store.DB, opt Options) *Ahead {
	t.Helper()
	var files []string
	a := NewAhead("FABRIKAM", storetest.Matcher(), opt, func() (*os.File, error) {
		f, err := db.Spill("records")
		if err == nil {
			files = append(files, f.Name())
		}
		return f, err
	})
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		for _, name := range files {
			if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s is still there, error %v", name, err)
			}
		}
	})
	return a
}

func linesOf(lines []storetest.Line, each int) (batches []*ingest.Batch) {
	for part := range slices.Chunk(lines, each) {
		batches = append(batches, storetest.Batch(store.Allocator(), part...))
	}
	return append(batches, storetest.Account(lines))
}

// What is drawn while records are loaded is what EachRecord reads from the archive, byte for byte.
func TestAheadEqualsArchive(t *testing.T) {
	lines := aheadNight()
	backwards := slices.Clone(lines) // files, not rows
	slices.SortStableFunc(backwards, func(a, b storetest.Line) int { return strings.Compare(b.File, a.File) })
	shuffled := slices.Clone(lines)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for name, tc := range map[string]struct {
		lines []storetest.Line
		plain bool
		made  bool // by the time the records are loaded
	}{
		"excel":             {lines, false, true},
		"plain":             {lines, true, true},
		"files in no order": {backwards, false, false},
		"rows in no order":  {shuffled, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			db := openStore(t)
			opt := Options{PlainCSV: tc.plain}
			a := ahead(t, db, opt)
			s := loadedAhead(t, a, db, linesOf(tc.lines, 7)...)
			if !a.waits(s) {
				t.Fatal("not all rows wait")
			}
			var fast, slow bytes.Buffer
			if err := a.drawRecords(newTable(&fast, tc.plain), s); err != nil {
				t.Fatal(err)
			}
			if err := drawRecords(newTable(&slow, tc.plain), s); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(slow.String(), fast.String()); d != "" {
				t.Errorf("records.csv (-archive +ahead):\n%s", d)
			}
			sameCaptures(t, a, s, tc.plain)
			if made := sameMade(t, a, s, recordRows, slow.String()); made != tc.made {
				t.Errorf("the file that rows wait in is records.csv: %t, want %t", made, tc.made)
			}
			if n := int64(len(rows(t, slow.String()))); n != s.Failing {
				t.Errorf("%d rows of %d failing records", n, s.Failing)
			}
		})
	}
}

// sameCaptures draws captures.csv both ways, and compares it with the records.
func sameCaptures(t *testing.T, a *Ahead, s *summary.Summary, plain bool) {
	t.Helper()
	var fast, slow bytes.Buffer
	if err := a.drawCaptures(newTable(&fast, plain), s); err != nil {
		t.Fatal(err)
	}
	if err := drawCaptures(newTable(&slow, plain), s); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(slow.String(), fast.String()); d != "" {
		t.Errorf("captures.csv (-archive +ahead):\n%s", d)
	}
	sameMade(t, a, s, captureRows, slow.String())
	var want []string
	if err := s.EachRecord(func(r *summary.Record) error {
		for _, c := range r.Captures {
			want = append(want, strings.Join([]string{r.RecordID, cell(c.Name), cell(c.Value), r.Signature}, "\x00"))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows(t, slow.String()) {
		got = append(got, strings.Join([]string{r["record_id"], r["name"], r["value"], r["signature"]}, "\x00"))
	}
	if d := cmp.Diff(want, got); d != "" || len(want) == 0 {
		t.Errorf("captures.csv (-records +table):\n%s", d)
	}
}

// sameMade compares the file that is a table already, if there is one, with what would be drawn, and what is said of it with what it is.
func sameMade(t *testing.T, a *Ahead, s *summary.Summary, table int, want string) bool {
	t.Helper()
	made, err := a.made(s, table)
	if err != nil {
		t.Fatal(err)
	}
	if made == nil {
		return false
	}
	text, err := os.ReadFile(made.Path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, string(text)); d != "" {
		t.Errorf("table %d (-drawn +made):\n%s", table, d)
	}
	if sum := sha256.Sum256(text); made.Bytes != int64(len(text)) || made.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("table %d is said to be %d bytes, %s", table, made.Bytes, made.SHA256)
	}
	return true
}

// Of which cluster a record is shows when all are loaded: rows that were drawn before have the right id all the same, however they are listed, hidden or parted.
func TestAheadOfJoinedClusters(t *testing.T) {
	lines := aheadNight()
	for i, name := range []string{"Adventure Works", "Alpine Ski House", "Bellows College", "Contoso", "Fabrikam", "Litware", "Margie Travel", "Northwind", "Tailspin Toys"} {
		lines = append(lines, storetest.Line{ID: uint16(200 + i), File: "e.csv", Row: int64(2 + i), At: "07:00:00", Entity: "accounts", Key: "a \"b\", t-000000000000;c\nd",
			Err: "Loyalty tier of " + name + " could not be worked out"})
	}
	known := lines[len(lines)-5:]
	for name, opt := range map[string]Options{"excel": {}, "plain": {PlainCSV: true}, "semicolons": {Semicolon: true}, "beside known": {}, "a part": {}, "too many": {}} {
		t.Run(name, func(t *testing.T) {
			db := openStore(t)
			if name == "beside known" {
				loadedAhead(t, ahead(t, db, opt), db, linesOf(slices.Clone(known), 3)...)
			}
			a := ahead(t, db, opt)
			s := loadedAhead(t, a, db, linesOf(lines, 7)...)
			if name == "a part" { // as if the sheet had less room; what is listed follows from the cluster
				s.Listed--
				left := s.Listed
				s.Lister = func() func(uint64) bool { n := left; return func(uint64) bool { n--; return n >= 0 } }
				all := s.EachRecord
				s.EachRecord = func(yield func(*summary.Record) error) error {
					n := left
					return all(func(r *summary.Record) error {
						if n--; n < 0 {
							return nil
						}
						return yield(r)
					})
				}
				s.Scan = func(bool, func(*store.Texts) error) error { return errScanned }
				var fast bytes.Buffer
				if err := a.drawRecords(opt.table(&fast), s); !errors.Is(err, errScanned) {
					t.Errorf("rows that were drawn by the ids of their templates are counted by those of their clusters: %v", err)
				}
				return
			}
			if s.Joined != 9 {
				t.Fatalf("%d templates are of a cluster with others, want 9", s.Joined)
			}
			id := s.Cluster(s0(t, s))
			if name == "too many" {
				s.Cluster = nil
			}
			var fast, slow bytes.Buffer
			if err := a.drawRecords(opt.table(&fast), s); err != nil {
				t.Fatal(err)
			}
			if err := drawRecords(opt.table(&slow), s); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(slow.String(), fast.String()); d != "" {
				t.Errorf("records.csv (-archive +ahead):\n%s", d)
			}
			if n := strings.Count(fast.String(), id); n != 9 {
				t.Errorf("%d rows have the id of the cluster, want 9", n)
			}
			sameMade(t, a, s, recordRows, slow.String())
		})
	}
}

var errScanned = errors.New("scanned")

// s0 is the template of a message of the cluster of several.
func s0(t *testing.T, s *summary.Summary) string {
	t.Helper()
	return classify.TemplateID(classify.Template(nil, []byte("Loyalty tier of Fabrikam could not be worked out"), []byte("accounts"), nil))
}

// Rows that are not listed are left out, the others stay whole.
func TestAheadCopiesWhatIsListed(t *testing.T) {
	db := openStore(t)
	a := ahead(t, db, Options{PlainCSV: true})
	s := loadedAhead(t, a, db, linesOf(aheadNight(), 7)...)
	var all, some bytes.Buffer
	if err := a.drawRecords(newTable(&all, true), s); err != nil {
		t.Fatal(err)
	}
	n := 0
	s.Listed = s.Failing / 3
	s.Lister = func() func(uint64) bool { return func(uint64) bool { n++; return n%3 == 0 } }
	if err := a.drawRecords(newTable(&some, true), s); err != nil {
		t.Fatal(err)
	}
	if sameMade(t, a, s, recordRows, some.String()) {
		t.Error("the file that all rows wait in is a table that lacks some")
	}
	want := rows(t, all.String())
	got := rows(t, some.String())
	if len(got) != len(want)/3 {
		t.Fatalf("%d rows of %d, want a third", len(got), len(want))
	}
	for i, r := range got {
		if d := cmp.Diff(want[3*i+2], r); d != "" {
			t.Errorf("row %d (-all +some):\n%s", i, d)
		}
	}
}

// Records that an earlier run had loaded, in other files and other places, stand where this run met them.
func TestAheadBesideKnown(t *testing.T) {
	lines := aheadNight()
	for every := 1; every <= 5; every++ {
		db := openStore(t)
		var known []storetest.Line
		for i := 0; i < len(lines); i += every {
			l := lines[i]
			l.File, l.Row = "earlier.csv", int64(len(lines)-i)
			known = append(known, l)
		}
		slices.Reverse(known)
		loadedAhead(t, ahead(t, db, Options{}), db, linesOf(known, 9)...)
		a := ahead(t, db, Options{})
		s := loadedAhead(t, a, db, linesOf(lines, 7)...)
		if a.waits(s) || s.Known == 0 || a.rows+s.Known != s.Failing {
			t.Fatalf("every %d: %d rows wait, %d are known, of %d", every, a.rows, s.Known, s.Failing)
		}
		var fast, slow bytes.Buffer
		if err := a.drawRecords(newTable(&fast, false), s); err != nil {
			t.Fatal(err)
		}
		if err := drawRecords(newTable(&slow, false), s); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(slow.String(), fast.String()); d != "" {
			t.Errorf("every %d: records.csv (-archive +ahead):\n%s", every, d)
		}
		sameCaptures(t, a, s, false)
	}
}

// Where there is no room for what waits, be it of new records or of those of the archive, rows are read from there one by one.
func TestAheadGivesUp(t *testing.T) {
	lines := storetest.Night
	for name, tc := range map[string]struct {
		lines []storetest.Line
		spill error // of making the file
		full  bool  // it cannot be written to
		again bool  // the run is drawn again
	}{
		"no room for the file of what waits": {lines, errors.New("disk full"), false, false},
		"no room any more":                   {aheadNight(), nil, true, false},
		"no room for the file, drawn again":  {lines, errors.New("disk full"), false, true},
		"no room any more, drawn again":      {aheadNight(), nil, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			db := openStore(t)
			a := NewAhead("FABRIKAM", storetest.Matcher(), Options{}, func() (*os.File, error) {
				if tc.spill != nil {
					return nil, tc.spill
				}
				f, err := db.Spill("records")
				if tc.full {
					f.Close() // so that writing to it fails
				}
				return f, err
			})
			defer a.Close()
			load := a
			if tc.again {
				load = nil
			}
			s := loadedAhead(t, load, db, linesOf(tc.lines, 2)...)
			if ready, err := a.ready(s); ready || err != nil {
				t.Fatalf("all rows are taken to wait, error %v", err)
			}
			var fast, slow bytes.Buffer
			if err := a.drawRecords(newTable(&fast, false), s); err != nil {
				t.Fatal(err)
			}
			if err := drawRecords(newTable(&slow, false), s); err != nil {
				t.Fatal(err)
			}
			if fast.String() != slow.String() || int64(len(rows(t, fast.String()))) != s.Failing {
				t.Errorf("got\n%s\nwant\n%s", fast.String(), slow.String())
			}
		})
	}
}

// A run that is drawn again is scanned, in parts of the table and by several threads: what comes is what EachRecord reads, be
// its rows listed all or in part, new or known, loaded in their order or not.
func TestAheadOfArchive(t *testing.T) {
	lines := aheadNight()
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	db := openStore(t)
	for n, each := range []int{len(lines), 7, 1} { // the second and the third time nothing is new
		s := loadedAhead(t, nil, db, linesOf(lines, each)...)
		if wantKnown := n > 0; (s.Known == s.Failing) != wantKnown {
			t.Fatalf("%d of %d are known", s.Known, s.Failing)
		}
		a := ahead(t, db, Options{})
		var fast, slow bytes.Buffer
		if err := a.drawRecords(newTable(&fast, false), s); err != nil {
			t.Fatal(err)
		}
		if !a.waits(s) {
			t.Fatal("rows do not wait")
		}
		if err := drawRecords(newTable(&slow, false), s); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(slow.String(), fast.String()); d != "" {
			t.Errorf("records.csv (-rows +scan):\n%s", d)
		}
		sameCaptures(t, a, s, false)
	}
}

// A night where a record stands twice has it once, where it stands first.
func TestAheadDuplicates(t *testing.T) {
	db := openStore(t)
	again := storetest.Night[1]
	again.File, again.Row = "z.csv", 9
	a := ahead(t, db, Options{})
	s := loadedAhead(t, a, db, linesOf(append(slices.Clone(storetest.Night), again), 4)...)
	if !a.waits(s) || a.rows != 5 {
		t.Errorf("%d rows wait, all: %v; want the 5 that failed", a.rows, a.waits(s))
	}
}

// BenchmarkAhead draws the 1,000 rows of a batch.
func BenchmarkAhead(b *testing.B) {
	batch := storetest.Batch(store.Allocator(), slices.Repeat(storetest.Night[:5], 200)...)
	defer batch.Release()
	a := NewAhead("FABRIKAM", storetest.Matcher(), Options{}, nil)
	for b.Loop() {
		a.drawn.Put(a.Draw(batch.Records))
	}
}

// Workers draw batches side by side.
func TestAheadDrawsAtOnce(t *testing.T) {
	a := NewAhead("FABRIKAM", storetest.Matcher(), Options{}, nil)
	batch := storetest.Batch(store.Allocator(), aheadNight()...)
	defer batch.Release()
	want := string(a.Draw(batch.Records).text)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 5 {
				if got := a.Draw(batch.Records); string(got.text) != want {
					t.Errorf("got %d bytes, want the %d that one draws alone", len(got.text), len(want))
				}
			}
		})
	}
	group.Wait()
}
