package store

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var damages = flag.Int("damages", 2, "how many databases of each kind TestDamage damages")

// A damage is done to a copy of a database: content is what its file holds, and log that of its log, if there is one.
var damageKinds = map[string]func(r *rand.Rand, content, log []byte) ([]byte, []byte){
	"header bit": func(r *rand.Rand, content, log []byte) ([]byte, []byte) {
		return flip(r, content, 0, firstBlock), log
	},
	"block bit": func(r *rand.Rand, content, log []byte) ([]byte, []byte) {
		return flip(r, content, firstBlock, len(content)), log
	},
	"cut": func(r *rand.Rand, content, log []byte) ([]byte, []byte) {
		return content[:firstBlock+r.IntN(len(content)-firstBlock)], log
	},
	"cut between blocks": func(r *rand.Rand, content, log []byte) ([]byte, []byte) {
		return content[:firstBlock+r.IntN((len(content)-firstBlock)/blockSize)*blockSize], log
	},
	"page of zeros": func(r *rand.Rand, content, log []byte) ([]byte, []byte) {
		for {
			page := content[r.IntN(len(content)/4096)*4096:][:4096]
			if len(bytes.Trim(page, "\x00")) > 0 {
				clear(page)
				return content, log
			}
		}
	},
	"log bit": func(r *rand.Rand, content, log []byte) ([]byte, []byte) {
		return content, flip(r, log, 0, len(log))
	},
	"log cut": func(r *rand.Rand, content, log []byte) ([]byte, []byte) {
		return content, log[:r.IntN(len(log))]
	},
	"log of garbage": func(r *rand.Rand, content, log []byte) ([]byte, []byte) {
		for i := range log {
			log[i] = byte(r.Uint32())
		}
		return content, log
	},
}

func flip(r *rand.Rand, content []byte, from, to int) []byte {
	content[from+r.IntN(to-from)] ^= 1 << r.IntN(8)
	return content
}

// A patient is a database with the log beside it of a run whose process was killed between its commit and its checkpoint.
type patient struct {
	content, log  []byte
	before, after string // what it holds without the log, and with it
}

func newPatient(t *testing.T) patient {
	path := seeded(t, func(db *DB) {
		load(t, db, night[:4], emptyRow)
		load(t, db, night[:5])
	})
	var p patient
	p.content = contentOf(t, path)
	p.before, _ = stateOf(t, path)
	killed := client(t)
	execute(t, killed, "ATTACH '"+quote(path)+"' AS dw", "SET wal_autocheckpoint = '1TB'", "BEGIN",
		"INSERT INTO dw.records SELECT * REPLACE (uuid() AS record_id, 3 AS run_id) FROM dw.records",
		"INSERT INTO dw.runs SELECT * REPLACE (3 AS run_id, (SELECT count(*) FROM dw.records WHERE run_id = 3) AS loaded) FROM dw.runs WHERE run_id = 2",
		"COMMIT")
	p.log = contentOf(t, path+".wal")
	p.after, _ = stateOf(t, path)
	if p.before == p.after || len(p.log) < 500 {
		t.Fatalf("the log of %d bytes holds nothing", len(p.log))
	}
	return p
}

// put writes a copy of the patient to path, damaged.
func (p patient) put(t *testing.T, path string, damage func(content, log []byte) ([]byte, []byte)) {
	t.Helper()
	content, log := damage(bytes.Clone(p.content), bytes.Clone(p.log))
	if err := errors.Join(os.WriteFile(path, content, 0o666), os.WriteFile(path+".wal", log, 0o666)); err != nil {
		t.Fatal(err)
	}
}

// Whatever becomes of the file or its log, the database is what it was, or as it was before its last run and says so, or is
// said to be damaged with what to do; what is said to be damaged is left as it is, and nothing wrong is ever read.
func TestDamage(t *testing.T) {
	p := newPatient(t)
	path := filepath.Join(t.TempDir(), "x.duckdb")
	for _, kind := range slices.Sorted(maps.Keys(damageKinds)) {
		outcomes := make(map[string]int)
		for seed := range *damages {
			r := rand.New(rand.NewPCG(uint64(seed), 7))
			os.Remove(path + ".wal.unreadable")
			p.put(t, path, func(content, log []byte) ([]byte, []byte) { return damageKinds[kind](r, content, log) })
			outcomes[p.outcome(t, path, fmt.Sprintf("%s %d", kind, seed))]++
		}
		t.Log(kind, outcomes)
	}
}

// outcome opens a damaged patient to write to it, and says what came of it.
func (p patient) outcome(t *testing.T, path, name string) string {
	content, log := contentOf(t, path), contentOf(t, path+".wal")
	db, err := Open(t.Context(), path, Options{Threads: 1})
	if err != nil {
		left, _ := os.ReadFile(path)
		leftLog, _ := os.ReadFile(path + ".wal")
		switch damage, ok := errors.AsType[*DamageError](err); {
		case errors.Is(err, errNotADatabase):
			if string(content[8:12]) == "DUCK" {
				t.Errorf("%s: error %v", name, err)
			}
		case !ok:
			t.Errorf("%s: error %v, want one of damage", name, err)
		case damage.What == "" || !strings.Contains(damage.Advice, "put back a copy"):
			t.Errorf("%s: error %v, want advice", name, err)
		}
		if !bytes.Equal(left, content) || !bytes.Equal(leftLog, log) {
			t.Errorf("%s: the damaged file was changed, error %v", name, err)
		}
		return "refused"
	}
	defer db.Close()
	switch holds, aside := state(t, db), strings.Contains(strings.Join(db.Notes(), "\n"), "set aside"); {
	case holds == p.after && !aside:
		return "as it was"
	case holds == p.before && aside:
		if _, err := os.Stat(path + ".wal.unreadable"); err != nil {
			t.Errorf("%s: the log is not kept: %v", name, err)
		}
		return "without the killed run, said"
	case holds == p.before && !bytes.Equal(log, p.log):
		return "without the killed run" // a log that ends in nonsense is what a kill leaves, too
	default:
		t.Errorf("%s: it opens, notes %q, and holds\n%s\nbefore:\n%s\nafter:\n%s", name, db.Notes(), holds, p.before, p.after)
	}
	return "wrong"
}

// damageBlock changes a bit of the first block of records whose segments are as the condition says, and gives its number.
func damageBlock(t *testing.T, path, having string) string {
	t.Helper()
	db := openTest(t, path)
	blocks, err := db.strings(t.Context(), "SELECT block_id::VARCHAR FROM pragma_storage_info('dw.records') WHERE persistent AND block_id >= 0 GROUP BY block_id HAVING "+
		having+" ORDER BY block_id")
	if err != nil || len(blocks) == 0 {
		t.Fatalf("blocks %q, error %v", blocks, err)
	}
	db.Close()
	block, _ := strconv.Atoi(blocks[0])
	content := contentOf(t, path)
	content[firstBlock+block*blockSize+4000] ^= 1
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return blocks[0]
}

// problems are what check finds in a database, each with the name of the check before it.
func problems(t *testing.T, path string) (found []string) {
	t.Helper()
	db, err := Open(t.Context(), path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	checks, err := db.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range checks {
		for _, p := range check.Problems {
			found = append(found, check.Name+": "+p)
		}
	}
	return found
}

// What is damaged is said in words of this program, with the table that is hit, and before anything is loaded.
func TestDamageIsNamed(t *testing.T) {
	path := seeded(t, func(db *DB) {
		load(t, db, night)
		execute(t, db, "INSERT INTO dw.records (record_id, run_id, error_text) SELECT uuid(), 1, concat(uuid(), uuid(), uuid()) FROM range(20000)")
	})
	block := damageBlock(t, path, "bool_and(column_name = 'error_text' AND segment_type = 'VARCHAR')")
	if err := os.WriteFile(path+".bak", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path, Options{})
	for _, want := range []string{"opening " + path + ": it is damaged: 1 of its", "block " + block + " (at byte", "of table records they hold", "error_text", "there is " + path + ".bak of 20", "dwtriage check --db"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	// What only reads may still read the rest.
	reading, err := Open(t.Context(), path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reading.Close()
	if got := list(t, reading, "SELECT count(entity)::VARCHAR FROM dw.records"); !slices.Equal(got, []string{"6"}) {
		t.Errorf("entities %q, want 6", got)
	}
	err = reading.Each(t.Context(), "SELECT error_text FROM dw.records", func(*sql.Rows) error { return nil })
	if _, ok := errors.AsType[*DamageError](err); !ok {
		t.Errorf("reading the damaged column: error %v, want one of damage", err)
	}
}

// Which blocks are free is read from the file as DuckDB reads it, and what a checkpoint cuts off at the end is free.
func TestFreeBlocks(t *testing.T) {
	path := seeded(t, func(db *DB) { load(t, db, night) })
	layoutOf := func() (*os.File, layout) {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		l, err := readLayout(f, info.Size())
		if err != nil {
			t.Fatal(err)
		}
		return f, l
	}
	cut, long := false, false
	for round, statements := range [][]string{
		{"CREATE TABLE dw.a AS SELECT uuid() || uuid() AS t FROM range(600000)"},
		{"CREATE TABLE dw.b AS SELECT uuid() || uuid() AS t FROM range(200000)"},
		{"DROP TABLE dw.a"},
		{"CREATE TABLE dw.c AS SELECT uuid() AS t FROM range(100000)"},
		{"DROP TABLE dw.b", "DROP TABLE dw.c"},
		{"CHECKPOINT dw"},
		{"CREATE TABLE dw.d AS SELECT hash(range) AS t FROM range(18000000)", "CREATE TABLE dw.e AS SELECT hash(range) AS t FROM range(100000)"},
		{"DROP TABLE dw.d"}, // in the middle, more blocks than one piece lists
	} {
		db := openTest(t, path)
		for _, s := range statements {
			execute(t, db, s)
		}
		execute(t, db, "CHECKPOINT dw")
		db.Close()
		db, err := Open(t.Context(), path, Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		want := list(t, db, "SELECT free_blocks::VARCHAR FROM pragma_database_size() WHERE database_name = 'dw'")
		db.Close()
		f, l := layoutOf()
		free, err := l.freeBlocks(f)
		if got := []string{strconv.Itoa(len(free))}; err != nil || !slices.Equal(got, want) {
			t.Errorf("round %d: %v blocks are free, error %v, want %v", round, got, err, want)
		}
		if !l.onlyFreeMissing(f) {
			t.Errorf("round %d: blocks %d to %d are missing and listed as free in %v, want that seen", round, l.blocks, l.booked, free)
		}
		cut, long = cut || l.blocks < l.booked, long || len(free) > pieceSize/8
		// One more block is missing than the checkpoint cut off: none that is in use is taken for a free one.
		last := l
		for last.blocks--; slices.Contains(free, last.blocks); last.blocks-- {
		}
		if last.onlyFreeMissing(f) {
			t.Errorf("round %d: without block %d, which is in use, nothing is said to be missing", round, last.blocks)
		}
	}
	if !cut || !long {
		t.Errorf("a checkpoint cut blocks off: %t, a list had more than one piece: %t, want both", cut, long)
	}
}

// Whatever a list of free blocks says, it is read to its end or is an error, and names no more blocks than a file can list.
func FuzzFreeBlocks(f *testing.F) {
	f.Add(uint64(0), uint64(lastPiece), uint64(3), []byte{1, 2, 3})
	f.Add(uint64(1)<<56, uint64(0), uint64(1)<<40, []byte{})
	f.Add(uint64(63)<<56|1, uint64(1), uint64(600), bytes.Repeat([]byte{9}, 5000))
	f.Fuzz(func(t *testing.T, list, next, count uint64, rest []byte) {
		const blocks = 2
		file := make([]byte, firstBlock+blocks*blockSize)
		for i := range blocks {
			block := file[firstBlock+i*blockSize:][:blockSize]
			for k := range 64 {
				piece := block[8+k*pieceSize:][:pieceSize]
				binary.LittleEndian.PutUint64(piece, next)
				binary.LittleEndian.PutUint64(piece[8:], count)
				copy(piece[16:], rest)
			}
			binary.LittleEndian.PutUint64(block, checksum(block[8:]))
		}
		l := layout{blocks: blocks, booked: 1000, freeList: list}
		free, err := l.freeBlocks(bytes.NewReader(file))
		if err == nil && list != lastPiece && uint64(len(free)) != count {
			t.Errorf("%d blocks are free, want %d", len(free), count)
		}
		if len(free) > blocks*blockSize/8 {
			t.Errorf("%d blocks are free", len(free))
		}
		l.onlyFreeMissing(bytes.NewReader(file))
	})
}

// A name that DuckDB would take for something else than a file is no name of a database.
func TestCheckName(t *testing.T) {
	for _, bad := range []string{"", ":memory:", "http://example.invalid/x.duckdb", "s3://b/x", "md:x", "sqlite:x.db", "postgres:dbname=x", "file:x.duckdb", "folder/", "a\x00b"} {
		if _, err := Open(t.Context(), bad, Options{}); err == nil || CheckName(bad) == nil {
			t.Errorf("%q: error %v", bad, err)
		}
	}
	for _, good := range []string{"x", "C:x.duckdb", `C:\data\x.duckdb`, "./md:x", "a b'c.duckdb", "memory", "sub/s3:x"} {
		if err := CheckName(good); err != nil {
			t.Errorf("%q: error %v", good, err)
		}
	}
}

// What a process leaves that was killed, or met a full disk, in its first moments is taken for a new database.
func TestHusk(t *testing.T) {
	whole := contentOf(t, seeded(t, func(*DB) {}))
	for name, husk := range map[string][]byte{"empty": {}, "first header": whole[:4096], "two headers": whole[:8192], "zeros": make([]byte, 4096), "torn": whole[:2000]} {
		path := filepath.Join(t.TempDir(), "x.duckdb")
		if err := errors.Join(os.WriteFile(path, husk, 0o600), os.WriteFile(path+".new", []byte("half"), 0o600)); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), path, Options{ReadOnly: true}); err == nil || !strings.Contains(err.Error(), "it is empty") {
			t.Errorf("%s, for reading: error %v", name, err)
		}
		if left := contentOf(t, path); !bytes.Equal(left, husk) {
			t.Errorf("%s: what only reads changed it", name)
		}
		db, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Errorf("%s: error %v", name, err)
			continue
		}
		if got := load(t, db, night); got.Totals.Loaded != 6 {
			t.Errorf("%s: loaded %+v", name, got.Totals)
		}
		db.Close()
		if left, _ := filepath.Glob(path + "*"); !slices.Equal(left, []string{path}) {
			t.Errorf("%s: there are %q", name, left)
		}
	}
	// Beside an empty file, a log may be all there is of a night.
	path := filepath.Join(t.TempDir(), "x.duckdb")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.WriteFile(path+".wal", []byte("log"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), "put back a copy") {
		t.Errorf("an empty file with a log: error %v", err)
	}
}

// Of processes that start at the same moment where there is no database, one makes it, and none takes it away from another.
func TestStartRace(t *testing.T) {
	path := os.Getenv("STORE_TEST_RACE")
	if path != "" {
		db, err := Open(t.Context(), path, Options{Threads: 1, LockWait: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		load(t, db, night)
		return
	}
	path = filepath.Join(t.TempDir(), "x.duckdb")
	var racers []*exec.Cmd
	var said [4]bytes.Buffer
	for i := range said {
		c := exec.Command(os.Args[0], "-test.run=^TestStartRace$")
		c.Env = append(os.Environ(), "STORE_TEST_RACE="+path)
		c.Stdout, c.Stderr = &said[i], &said[i]
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		racers = append(racers, c)
	}
	for i, c := range racers {
		if err := c.Wait(); err != nil {
			t.Errorf("%v: %s", err, said[i].String())
		}
	}
	db := openTest(t, path)
	if got := list(t, db, "SELECT concat(count(*), ' ', sum(loaded), ' ', sum(duplicates)) FROM dw.runs"); !slices.Equal(got, []string{"4 6 18"}) {
		t.Errorf("runs, loaded, duplicates: %q, want 4 6 18", got)
	}
}

// A file that somebody prepared reads no other file: a view in the place of a table, or in the place of a view.
func TestPreparedFile(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(secret, []byte("the contents"), 0o600); err != nil {
		t.Fatal(err)
	}
	seed := seeded(t, func(db *DB) { load(t, db, night) })
	for name, statements := range map[string][]string{
		"table": {"ALTER TABLE dw.records RENAME TO kept", "CREATE VIEW dw.records AS SELECT * REPLACE ((SELECT content FROM read_text('" + secret + "')) AS error_text) FROM dw.kept"},
		"meta":  {"DROP TABLE dw.meta", "CREATE VIEW dw.meta AS SELECT 'schema_version' AS key, content AS value FROM read_text('" + secret + "')"},
		"view":  {"CREATE OR REPLACE VIEW dw.v_runs AS SELECT * FROM read_text('" + secret + "')"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.duckdb")
			copyDatabase(t, seed, path)
			prepare := client(t)
			execute(t, prepare, "ATTACH '"+quote(path)+"' AS dw")
			execute(t, prepare, statements...)
			prepare.Close()
			for _, opt := range []Options{{}, {ReadOnly: true}} {
				db, err := Open(t.Context(), path, opt)
				if name != "view" {
					if err == nil || !strings.Contains(err.Error(), "are views") || strings.Contains(err.Error(), "contents") {
						t.Errorf("error %v, want one of views", err)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if got, err := db.strings(t.Context(), "SELECT content FROM dw.v_runs"); err == nil {
					t.Errorf("the view reads %q", got)
				}
				db.Close()
			}
		})
	}
}

// Check finds what a database in order cannot have, each with its own words, and nothing in one that is in order.
func TestCheck(t *testing.T) {
	seed := seeded(t, func(db *DB) {
		load(t, db, night[:4], emptyRow)
		load(t, db, night)
	})
	for name, c := range map[string]struct {
		statements []string
		want       string // "check: words"
	}{
		"in order":        {nil, ""},
		"record lost":     {[]string{"DELETE FROM dw.records WHERE file = 'a.csv' AND row = 2"}, "ledgers: run 1: it has 3 records, its ledger 4"},
		"record twice":    {[]string{"INSERT INTO dw.records SELECT * FROM dw.records WHERE run_id = 2 LIMIT 1"}, "links: 1 rows of records are there twice"},
		"reject lost":     {[]string{"DELETE FROM dw.rejects"}, "ledgers: run 1: it has 0 rejects, its ledger 1"},
		"file lost":       {[]string{"DELETE FROM dw.files WHERE run_id = 1 AND path = 'b.csv'"}, "ledgers: run 1: its ledger is not the sum of those of its files"},
		"ledger changed":  {[]string{"UPDATE dw.runs SET read = read + 1 WHERE run_id = 2"}, "ledgers: run 2: its ledger does not balance"},
		"sightings added": {[]string{"INSERT INTO dw.sightings SELECT * REPLACE (2 AS run_id) FROM dw.sightings UNION ALL SELECT * FROM dw.sightings"}, "ledgers: run 2: it met 12 records again, its ledger says 4"},
		"sighting of none": {[]string{"INSERT INTO dw.sightings SELECT * REPLACE (uuid() AS record_id, 1 AS run_id) FROM dw.sightings LIMIT 1"},
			"links: 1 rows of sightings are of records that are not there"},
		"sighting twice": {[]string{"INSERT INTO dw.sightings SELECT * FROM dw.sightings WHERE run_id = 2 LIMIT 1", "UPDATE dw.runs SET duplicates = duplicates + 1, read = read + 1 WHERE run_id = 2", "UPDATE dw.files SET duplicates = duplicates + 1, read = read + 1 WHERE run_id = 2 AND position = 0"},
			"links: 1 rows of sightings are there twice"},
		"sighting lost":      {[]string{"DELETE FROM dw.sightings WHERE rowid = (SELECT min(rowid) FROM dw.sightings WHERE run_id = 2)"}, "ledgers: run 2: it has and met 5 different records, its ledger says 6"},
		"part twice":         {[]string{"INSERT INTO dw.text_parts SELECT 1, (SELECT min(record_id) FROM dw.records WHERE run_id = 1), 'error_text', unnest([2, 2, 4]), 'x'"}, "links: 1 rows of text_parts are there twice"},
		"record of no file":  {[]string{"UPDATE dw.records SET file = 'z.csv' WHERE file = 'a.csv' AND row = 2"}, "links: 1 records are of files that their run did not read"},
		"met in no file":     {[]string{"UPDATE dw.sightings SET file = 'z.csv' WHERE rowid = (SELECT min(rowid) FROM dw.sightings)"}, "links: 1 rows of sightings are of files that their run did not read"},
		"reject of no file":  {[]string{"UPDATE dw.rejects SET file = 'z.csv'"}, "links: 1 rejects are of files that their run did not read"},
		"half of no file":    {[]string{"INSERT INTO dw.cuts SELECT run_id, record_id, 'z.csv', 2 FROM dw.records LIMIT 1"}, "links: 1 rows of cuts are of files that their run did not read"},
		"judged by no rules": {[]string{"UPDATE dw.records SET judgement_id = 7 WHERE file = 'a.csv' AND row = 2"}, "links: 1 records are of judgements that are not there"},
		"part lost":          {[]string{"INSERT INTO dw.text_parts SELECT 1, record_id, 'error_text', 3, 'x' FROM dw.records WHERE run_id = 1 LIMIT 1"}, "links: 1 long texts lack a part"},
		"part of none":       {[]string{"INSERT INTO dw.text_parts SELECT 1, uuid(), 'error_text', 2, 'x'"}, "links: 1 parts of long texts are of records that are not there"},
		"pruned of none":     {[]string{"INSERT INTO dw.pruned (run_id, records) VALUES (1, 3)"}, "ledgers: run 1: the counts of 3 pruned records are kept, its ledger says 0"},
		"coverage":           {[]string{"UPDATE dw.coverage SET position = 77 WHERE run_id = 1 AND position = 0"}, "links: 1 rows of coverage are of files that are not there"},
		"run id":             {[]string{"UPDATE dw.meta SET value = '1' WHERE key = 'last_run'"}, "links: run id 2 is above the last one that was given out, 1"},
		"orphan":             {[]string{"INSERT INTO dw.files SELECT * REPLACE (9 AS run_id) FROM dw.files LIMIT 1"}, "orphans: 1 rows of files are of runs that are not there"},
		"view":               {[]string{"CREATE OR REPLACE VIEW dw.v_runs AS SELECT * FROM dw.nowhere_at_all"}, ""},
		"table missing":      {[]string{"DROP TABLE dw.coverage"}, "tables: table coverage is not there"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.duckdb")
			copyDatabase(t, seed, path)
			prepare := client(t)
			execute(t, prepare, "ATTACH '"+quote(path)+"' AS dw")
			if name == "view" {
				execute(t, prepare, "CREATE TABLE dw.gone (x INTEGER)", "CREATE OR REPLACE VIEW dw.v_runs AS SELECT * FROM gone", "DROP TABLE dw.gone")
				c.want = "views: v_runs does not answer"
			} else {
				execute(t, prepare, c.statements...)
			}
			prepare.Close()
			if text := strings.Join(problems(t, path), "\n"); !strings.Contains(text, c.want) || c.want == "" && text != "" {
				t.Errorf("found %q, want %q", text, c.want)
			}
		})
	}
}

// Of every table the rows that no two can be alike in are compared: one that is doubled is found.
func TestCheckFindsDoubledRows(t *testing.T) {
	seed := seeded(t, func(db *DB) {
		load(t, db, night[:4], emptyRow)
		load(t, db, night)
		load(t, db, linesOf("names.csv", 300, namedMessages())) // some are one cluster
		execute(t, db,
			"INSERT INTO dw.text_parts SELECT 1, record_id, 'error_text', 2, 'x' FROM dw.records WHERE run_id = 1 LIMIT 1",
			"INSERT INTO dw.cuts SELECT run_id, record_id, file, row FROM dw.records LIMIT 1",
			"INSERT INTO dw.judgements (judgement_id) VALUES (1)",
			"INSERT INTO dw.changes (run_id, position) VALUES (1, 0)", "INSERT INTO dw.fixes (run_id, position) VALUES (1, 0)", "INSERT INTO dw.incidents (run_id, position) VALUES (1, 0)",
			"INSERT INTO dw.judging (judging) VALUES ('x')", "INSERT INTO dw.prunings (arguments) VALUES ('x')", "INSERT INTO dw.pruned (run_id, records) VALUES (1, 0)")
	})
	if text := problems(t, seed); len(text) > 0 {
		t.Fatalf("before anything is doubled: %q", text)
	}
	for _, table := range archiveTables {
		path := filepath.Join(t.TempDir(), "x.duckdb")
		copyDatabase(t, seed, path)
		prepare := client(t)
		execute(t, prepare, "ATTACH '"+quote(path)+"' AS dw", "INSERT INTO dw."+table+" SELECT * FROM dw."+table+" LIMIT 1")
		prepare.Close()
		if text, want := strings.Join(problems(t, path), "\n"), "links: 1 rows of "+table+" are there twice"; !strings.Contains(text, want) {
			t.Errorf("a doubled row of %s: found %q, want %q", table, text, want)
		}
	}
}

// Of a database with a damaged column, check says which runs are whole, and which files the others were of.
func TestCheckSaysWhatCanBeSaved(t *testing.T) {
	path := seeded(t, func(db *DB) {
		load(t, db, night[:3])
		load(t, db, night)
		execute(t, db, "INSERT INTO dw.records (record_id, run_id, error_text) SELECT uuid(), 2, concat(uuid(), uuid(), uuid()) FROM range(70000)")
	})
	damageBlock(t, path, "min(column_name) = max(column_name) AND min(row_group_id) >= 1")
	text := strings.Join(problems(t, path), "\n")
	for _, want := range []string{"file: 1 of its", "of table records they hold", "tables: of table records cannot be read: ", "run 2 cannot be read whole; it was of a.csv, b.csv", "can be read whole, and dwtriage query --json writes them out: 1", "put back a copy"} {
		if !strings.Contains(text, want) {
			t.Errorf("check says\n%s\nwithout %q", text, want)
		}
	}
}
