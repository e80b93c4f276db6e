package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest"
	"dwtriage/report/store/storetest"
)

// A shelfFile is a file of a night that is made up: its records, the ones that may be cut, and its rejects.
type shelfFile struct {
	lines   []storetest.Line
	cut     []int
	rejects []ingest.Reject
	account ingest.File
}

// source hands over the files with these numbers, as ingest does.
func source(files []shelfFile, which []int) Source {
	var batches []*ingest.Batch
	for _, i := range which {
		f := files[i]
		if len(f.lines) > 0 {
			b := storetest.Batch(Allocator(), f.lines...)
			b.Cut = f.cut
			batches = append(batches, b)
		}
		batches = append(batches, &ingest.Batch{Rejects: f.rejects, Files: []ingest.File{f.account}})
	}
	return storetest.Source(batches...)
}

// madeNight makes up files that share records, whole and cut, with short and long texts.
func madeNight(r *rand.Rand, n int) (files []shelfFile) {
	texts := []string{storetest.NotMember, storetest.UnitOfMeasure, storetest.Odd, "", strings.Repeat("Unable to lookup ", 700), "é" + strings.Repeat("ü", 16000)}
	for i := range n {
		path := fmt.Sprintf("%s/%d.csv", []string{"a", "a-b", "c"}[i%3], i)
		f := shelfFile{account: ingest.File{Path: path, Source: path, Bytes: int64(1000 + i), Digest: fmt.Sprint("d", i), Format: "csv", Encoding: "utf-8", Log: "mixed", Warnings: []string{"w"}}}
		for row := range r.IntN(9) {
			id := uint16(1 + r.IntN(20))
			l := storetest.Line{ID: id, File: path, Row: int64(row + 2), At: fmt.Sprintf("%02d:00:00", id%24), Entity: fmt.Sprint("entity", id%3), Err: texts[int(id)%len(texts)]}
			if l.Err == "" && id%2 == 0 {
				l.Trace = texts[4]
			}
			f.lines = append(f.lines, l)
		}
		if n := len(f.lines); n > 0 && r.IntN(3) == 0 { // the last record ends with the file
			l := &f.lines[n-1]
			l.Err = l.Err[:len(l.Err)/2]
			if l.Err != "" {
				f.cut = []int{n - 1}
			}
		}
		for range r.IntN(2) {
			f.rejects = append(f.rejects, ingest.Reject{File: path, Row: 99, Reason: "bad", Excerpt: "x"})
		}
		f.account.Read = int64(len(f.lines) + len(f.rejects))
		f.account.Rejected = int64(len(f.rejects))
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b shelfFile) int {
		return strings.Compare(strings.ReplaceAll(a.account.Path, "/", "\x01"), strings.ReplaceAll(b.account.Path, "/", "\x01"))
	})
	return files
}

func all(n int) (list []int) {
	for i := range n {
		list = append(list, i)
	}
	return list
}

// writeParts deals files out to n workers.
func writeParts(t *testing.T, dir string, files []shelfFile, hands [][]int) {
	t.Helper()
	for _, hand := range hands {
		if _, _, err := WritePart(t.Context(), dir, Part{RulesDigest: "sha256:x"}, Options{}, source(files, hand), func(f *ingest.File) bool { return f.Problem != nil }, drawnAs("rows")); err != nil {
			t.Fatal(err)
		}
	}
}

// drawnAs draws these rows, whatever the records; none where they are empty.
func drawnAs(rows string) Drawing {
	return Drawing{How: "as a test does", Save: func(to io.Writer) (int64, bool, error) {
		_, err := io.WriteString(to, rows)
		return 1, rows != "", err
	}}
}

func dealt(r *rand.Rand, files, workers int) [][]int {
	hands := make([][]int, workers)
	for i := range files {
		w := r.IntN(workers)
		hands[w] = append(hands[w], i)
	}
	return hands
}

func mergeInto(t *testing.T, path string, paths ...string) (*DB, []Input) {
	t.Helper()
	parts, _, err := FindParts(t.Context(), paths)
	if err != nil {
		t.Fatal(err)
	}
	fresh(t, path)
	db, err := Open(t.Context(), path, Options{Coming: -1, Reads: Reading(parts)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	_, inputs, err := db.Merge(t.Context(), Run{Started: time.Now()}, Tool{}, parts, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return db, inputs
}

// tables are all rows of all tables, but for the times of runs.
func tables(t *testing.T, db *DB) map[string][]string {
	t.Helper()
	rows := make(map[string][]string)
	for _, table := range archiveTables {
		columns := "*"
		if table == "runs" {
			columns = "* EXCLUDE (started_at, finished_at)"
		}
		rows[table] = list(t, db, fmt.Sprintf("SELECT r::VARCHAR FROM (SELECT %s FROM dw.%s) r ORDER BY ALL", columns, table))
	}
	return rows
}

// However files are dealt out, every table is that of one load of all of them, on top of an earlier run as well as alone.
func TestMergeEqualsLoad(t *testing.T) {
	nights := 1
	if *full {
		nights = 5
	}
	for seed := range nights {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		before, files := madeNight(r, 3), madeNight(r, 1+r.IntN(12))
		for _, earlier := range []string{"", "an earlier run", "an earlier run and the time before noon pruned"} {
			dir := t.TempDir()
			open := func(name string) *DB {
				path := filepath.Join(dir, name)
				fresh(t, path)
				db, err := Open(t.Context(), path, Options{Threads: 4})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { db.Close() })
				if earlier != "" {
					if _, _, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{}, source(before, all(len(before))), nil); err != nil {
						t.Fatal(err)
					}
				}
				if strings.Contains(earlier, "pruned") {
					execute(t, db, "INSERT INTO dw.prunings (before_at) VALUES (TIMESTAMP '2026-11-22 12:00:00')")
				}
				return db
			}
			one := open("one.duckdb")
			_, wantInputs, err := one.Load(t.Context(), Run{Started: time.Now()}, Tool{}, source(files, all(len(files))), nil)
			if err != nil {
				t.Fatal(err)
			}
			want := tables(t, one)
			for _, workers := range []int{1, 2, 16} {
				name := fmt.Sprintf("%d.duckdb", workers)
				open(name).Close()
				parts := filepath.Join(dir, fmt.Sprint(workers))
				writeParts(t, parts, files, dealt(r, len(files), workers))
				if err := os.Mkdir(filepath.Join(parts, ".tmp-killed"), 0o777); err != nil {
					t.Fatal(err)
				}
				db, inputs := mergeInto(t, filepath.Join(dir, name), parts, parts)
				if d := cmp.Diff(wantInputs, inputs); d != "" {
					t.Errorf("seed %d, %d parts, on %q: ledger (-one load +merge):\n%s", seed, workers, earlier, d)
				}
				if d := cmp.Diff(want, tables(t, db)); d != "" {
					t.Fatalf("seed %d, %d parts, on %q: tables (-one load +merge):\n%.3000s", seed, workers, earlier, d)
				}
				db.Close()
				for _, p := range problems(t, filepath.Join(dir, name)) {
					t.Error(p)
				}
			}
		}
	}
}

// After every subset of parts the ledger balances and check finds nothing; with all of them given again the run is that of one load.
func TestMergeSubsets(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	files, dir := madeNight(r, 8), t.TempDir()
	hands := dealt(r, len(files), 3)
	writeParts(t, filepath.Join(dir, "parts"), files, hands)
	parts, _, err := FindParts(t.Context(), []string{filepath.Join(dir, "parts")})
	if err != nil {
		t.Fatal(err)
	}
	one := openTest(t, filepath.Join(dir, "one.duckdb"))
	if _, _, err := one.Load(t.Context(), Run{Started: time.Now()}, Tool{}, source(files, all(len(files))), nil); err != nil {
		t.Fatal(err)
	}
	ids := list(t, one, "SELECT record_id::VARCHAR FROM dw.records ORDER BY ALL")
	scope := list(t, one, "SELECT concat_ws(' ', scope_records, scope_digest, read, rejected, filtered) FROM dw.runs")
	for set := 1; set < 1<<len(parts); set++ {
		var chosen []string
		for i, p := range parts {
			if set>>i&1 == 1 {
				chosen = append(chosen, p.Folder)
			}
		}
		path := filepath.Join(dir, fmt.Sprintf("%d.duckdb", set))
		db, inputs := mergeInto(t, path, chosen...)
		var totals Counts
		for _, in := range inputs {
			totals.Add(in.Counts)
			if !in.Balances() {
				t.Errorf("set %b: the ledger of %s does not balance: %+v", set, in.Path, in.Counts)
			}
		}
		db.Close()
		db, _ = mergeInto(t, path, filepath.Join(dir, "parts"))
		if d := cmp.Diff(ids, list(t, db, "SELECT record_id::VARCHAR FROM dw.records ORDER BY ALL")); d != "" {
			t.Errorf("set %b, then all: records (-one load +merge):\n%s", set, d)
		}
		if d := cmp.Diff(scope, list(t, db, "SELECT concat_ws(' ', scope_records, scope_digest, read, rejected, filtered) FROM dw.runs WHERE run_id = 2")); d != "" {
			t.Errorf("set %b, then all: run (-one load +merge):\n%s", set, d)
		}
		db.Close()
		for _, p := range problems(t, path) {
			t.Error(p)
		}
	}
}

// A second attempt changes nothing, and an attempt that fails leaves nothing.
func TestPartTwice(t *testing.T) {
	files := madeNight(rand.New(rand.NewPCG(3, 3)), 3)
	dir := t.TempDir()
	write := func(src Source) (*Part, bool, error) {
		return WritePart(t.Context(), dir, Part{}, Options{}, src, func(*ingest.File) bool { return false }, Drawing{})
	}
	first, made, err := write(source(files, all(3)))
	if err != nil || !made {
		t.Fatal(made, err)
	}
	text, err := os.ReadFile(filepath.Join(first.Folder, partFile))
	if err != nil {
		t.Fatal(err)
	}
	again, made, err := write(source(files, all(3)))
	if err != nil || made || again.Folder != first.Folder {
		t.Errorf("the second attempt made %v: %v %v", made, again, err)
	}
	if after, _ := os.ReadFile(filepath.Join(first.Folder, partFile)); string(after) != string(text) {
		t.Error("the second attempt changed part.json")
	}
	wrong := errors.New("the disk is gone")
	if _, _, err := write(func() (*ingest.Batch, error) { return nil, wrong }); !errors.Is(err, wrong) {
		t.Errorf("a failing source: %v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, _, err := WritePart(stopped, dir, Part{}, Options{}, source(files, all(3)), func(*ingest.File) bool { return false }, Drawing{}); err == nil {
		t.Error("a stopped worker made a part")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("the folder of parts holds %v, want one part", entries)
	}
}

// Every file of a part that is cut, or has one bit that differs, is refused by name, before the database is touched.
func TestDamagedParts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	files, dir := madeNight(r, 6), t.TempDir()
	writeParts(t, dir, files, dealt(r, len(files), 1))
	whole, _, err := FindParts(t.Context(), []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	folder := whole[0].Folder
	entries, _ := os.ReadDir(folder)
	if len(entries) != len(partTables)+2 {
		t.Fatalf("a part holds %d files", len(entries))
	}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		text, _ := os.ReadFile(path)
		bent := slices.Clone(text)
		bent[len(bent)*2/3] ^= 1
		for what, damaged := range map[string][]byte{"cut": text[:len(text)/2], "empty": nil, "bent": bent} {
			os.WriteFile(path, damaged, 0o666)
			_, _, err := FindParts(t.Context(), []string{dir})
			if err == nil || !strings.Contains(err.Error(), folder) || !strings.Contains(err.Error(), e.Name()) {
				t.Errorf("%s %s: %v", e.Name(), what, err)
			}
		}
		os.Remove(path)
		if _, _, err := FindParts(t.Context(), []string{dir}); err == nil || !strings.Contains(err.Error(), folder) {
			t.Errorf("%s removed: %v", e.Name(), err)
		}
		os.WriteFile(path, text, 0o666)
	}
}

// A renamed part is refused by both names, also beside parts that are not; what has nothing of a part is left out.
func TestRenamedParts(t *testing.T) {
	files, dir := madeNight(rand.New(rand.NewPCG(5, 5)), 6), t.TempDir()
	writeParts(t, dir, files, [][]int{{0, 1, 2}, {3, 4, 5}})
	os.Mkdir(filepath.Join(dir, "notes"), 0o777)
	os.WriteFile(filepath.Join(dir, "readme.txt"), nil, 0o666)
	parts, _, err := FindParts(t.Context(), []string{dir})
	if err != nil || len(parts) != 2 {
		t.Fatal(len(parts), err)
	}
	// A folder beside the parts that holds parts is told of, unless it is named, too; alone it is no folder of parts.
	archive := filepath.Join(dir, "archive")
	writeParts(t, archive, files, [][]int{{1}, {5}})
	for _, c := range []struct {
		paths  []string
		parts  int
		deeper []string
	}{{[]string{dir}, 2, []string{archive}}, {[]string{dir, archive}, 4, nil}, {[]string{archive + "/"}, 2, nil}} {
		found, deeper, err := FindParts(t.Context(), c.paths)
		if err != nil || len(found) != c.parts || !slices.Equal(deeper, c.deeper) {
			t.Errorf("%q: %d parts, %q beside them, %v", c.paths, len(found), deeper, err)
		}
	}
	if _, _, err := FindParts(t.Context(), []string{filepath.Dir(dir)}); !errors.Is(err, ErrNotAPart) || !strings.Contains(err.Error(), dir) {
		t.Errorf("the folder above: %v", err)
	}
	os.RemoveAll(archive)
	p := parts[0]
	for _, name := range []string{"part-x", "shard1"} {
		moved := filepath.Join(dir, name)
		refused := func(want, path string) {
			t.Helper()
			if _, _, err := FindParts(t.Context(), []string{path}); !errors.Is(err, ErrNotAPart) || !strings.Contains(err.Error(), moved) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s by %s: %v", name, path, err)
			}
		}
		if err := os.Rename(p.Folder, moved); err != nil {
			t.Fatal(err)
		}
		refused(p.Name(), dir)
		refused(p.Name(), moved)
		os.Rename(moved, p.Folder)
	}
	moved := filepath.Join(dir, "shard1")
	os.Rename(p.Folder, moved)
	os.Remove(filepath.Join(moved, partFile))
	if _, _, err := FindParts(t.Context(), []string{dir}); !errors.Is(err, ErrNotAPart) || !strings.Contains(err.Error(), moved+": the folder holds tables of a part and no part.json") {
		t.Errorf("renamed, without part.json: %v", err)
	}
}

// A ledger that says more than the records is found although every digest is right.
func TestWrongCount(t *testing.T) {
	files, dir := madeNight(rand.New(rand.NewPCG(5, 5)), 6), t.TempDir()
	writeParts(t, filepath.Join(dir, "parts"), files, [][]int{{0, 1, 2}, {3, 4, 5}})
	parts, _, err := FindParts(t.Context(), []string{filepath.Join(dir, "parts")})
	if err != nil {
		t.Fatal(err)
	}
	parts[1].Tables["records"] = parts[0].Tables["records"]
	text, _ := os.ReadFile(parts[0].path("records"))
	os.WriteFile(parts[1].path("records"), text, 0o666)
	if err := CheckParts(t.Context(), t.TempDir(), parts, Options{}); err == nil || !strings.Contains(err.Error(), "the ledger of") {
		t.Errorf("records of another part, checked: %v", err)
	}
	db, err := Open(t.Context(), filepath.Join(dir, "x.duckdb"), Options{Coming: -1, Reads: Reading(parts)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	before := tables(t, db)
	_, _, err = db.Merge(t.Context(), Run{Started: time.Now()}, Tool{}, parts, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "the ledger of") || !strings.Contains(err.Error(), parts[0].Name()) && !strings.Contains(err.Error(), parts[1].Name()) {
		t.Errorf("records of another part: %v", err)
	}
	if d := cmp.Diff(before, tables(t, db)); d != "" {
		t.Errorf("the database was changed:\n%s", d)
	}
}

// A merge that is stopped leaves the database as it was.
func TestMergeStopped(t *testing.T) {
	files, dir := madeNight(rand.New(rand.NewPCG(5, 5)), 6), t.TempDir()
	writeParts(t, filepath.Join(dir, "parts"), files, [][]int{{0, 1, 2}, {3, 4, 5}})
	db, _ := mergeInto(t, filepath.Join(dir, "x.duckdb"), filepath.Join(dir, "parts"))
	before := tables(t, db)
	parts, _, err := FindParts(t.Context(), []string{filepath.Join(dir, "parts")})
	if err != nil {
		t.Fatal(err)
	}
	for name, stopAt := range map[string]int{"at the first file": 1, "at the last file": len(files)} {
		ctx, stop := context.WithCancel(t.Context())
		met := 0
		_, _, err := db.Merge(ctx, Run{Started: time.Now()}, Tool{}, parts, func(Input, bool) {
			if met++; met == stopAt {
				stop()
			}
		}, nil)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if d := cmp.Diff(before, tables(t, db)); d != "" {
			t.Errorf("%s: the database was changed:\n%s", name, d)
		}
		stop()
	}
	if _, _, err := db.Merge(t.Context(), Run{Started: time.Now()}, Tool{}, parts, nil, nil); err != nil {
		t.Errorf("the next merge: %v", err)
	}
}

// Two parts that hold the same file are refused: it would be counted twice.
func TestSharedFile(t *testing.T) {
	files, dir := madeNight(rand.New(rand.NewPCG(5, 5)), 3), t.TempDir()
	writeParts(t, dir, files, [][]int{{0, 1}, {1, 2}})
	parts, _, err := FindParts(t.Context(), []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckParts(t.Context(), t.TempDir(), parts, Options{}); !errors.Is(err, ErrNotAPart) || !strings.Contains(err.Error(), files[1].account.Path) {
		t.Errorf("a file in two parts, checked: %v", err)
	}
	if err := CheckParts(t.Context(), t.TempDir(), parts[:1], Options{}); err != nil {
		t.Errorf("one part, checked: %v", err)
	}
	db, err := Open(t.Context(), filepath.Join(dir, "x.duckdb"), Options{Coming: -1, Reads: Reading(parts)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, _, err := db.Merge(t.Context(), Run{}, Tool{}, parts, nil, nil); !errors.Is(err, ErrNotAPart) || !strings.Contains(err.Error(), files[1].account.Path) {
		t.Errorf("a file in two parts: %v", err)
	}
}
