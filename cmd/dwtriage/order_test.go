//go:build cgo

package main

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/folder"
	"dwtriage/report/store"
	"dwtriage/testdata/exports"
)

// The same files and the same history give the same bytes in every output and the same rows in the database,
// times and the command line apart, whatever the number of threads, the order of the arguments and the size of batches, and whether
// files that an earlier run read are read again.
func TestSameBytes(t *testing.T) {
	demo, err := filepath.Abs("../../testdata/demo")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // paths are stored as they are given
	paths := overlapping(t, demo)
	rng := rand.New(rand.NewPCG(11, 1))
	rounds := 2
	if *full {
		rounds = 5
	}
	want := twoNights(t, 1, 64, true, paths)
	for round := range rounds {
		threads := []int{8, 2, 8, 1}[round%4]
		rng.Shuffle(len(paths), func(i, k int) { paths[i], paths[k] = paths[k], paths[i] })
		got := twoNights(t, threads, 5, round%2 > 0, paths) // many batches, so that they can overtake each other
		for i := range want {
			if diff := cmp.Diff(lines(want[i]), lines(got[i])); diff != "" {
				t.Errorf("%d threads, arguments %q, night %d: -want +got:\n%.4000s", threads, paths, i+1, diff)
			}
		}
	}
}

// overlapping writes files that repeat records of one another: a night in many formats and containers, which say more
// or less of the same record, the demo night with a copy, and an archive of both with its members in no order. It
// gives the arguments that lead to all of them, some twice, and standard input.
func overlapping(t *testing.T, demo string) []string {
	t.Helper()
	write := func(path string, b []byte, err error) string {
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o755)
		}
		if err == nil {
			err = os.WriteFile(path, b, 0o644)
		}
		if err == nil { // a file that may still be written to is always read again
			err = os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour))
		}
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	var paths []string
	all, containers := formats(), exports.Containers()
	for i, p := range commandPairs(all, containers) {
		if i%3 > 0 && !*full {
			continue
		}
		b, err := p.f.Write(invented())
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%d.%s", i, p.f.Extension)
		wrapped, err := p.c.Wrap(name, b)
		if errors.Is(err, exec.ErrNotFound) {
			wrapped, err = b, nil
		}
		paths = append(paths, write(fmt.Sprintf("in/%02d/%s%s", 97*i%10, name, p.c.Extension), wrapped, err))
	}
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	names, err := filepath.Glob(filepath.Join(demo, "*.*"))
	if err != nil || len(names) < 5 {
		t.Fatal(names, err)
	}
	for _, name := range slices.Backward(names) {
		b, err := os.ReadFile(name)
		paths = append(paths, write("in/05-demo/"+filepath.Base(name), b, err))
		w, err := z.Create(filepath.Base(name))
		if err != nil {
			t.Fatal(err)
		}
		w.Write(b)
	}
	w, err := z.Create(filepath.Base(names[0])) // two members of one name
	if err != nil {
		t.Fatal(err)
	}
	w.Write([]byte(onStdin))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	write("in/05-demo.zip", archive.Bytes(), nil)
	write("in/05/copy.zip", archive.Bytes(), nil)
	return append(paths, "in/05-demo", "in/05-demo.zip", "in/0?/*", "-")
}

// remains are what a run leaves: the files of its report, and the tables of the database as rows of text.
type remains map[string]string

// lines are the remains in lines, of which a difference is shown.
func lines(n remains) map[string][]string {
	out := make(map[string][]string)
	for name, text := range n {
		out[name] = strings.Split(text, "\n")
	}
	return out
}

// twoNights loads half of the paths into a new database, then all of them, so many rows a batch; the half is read again or not.
func twoNights(t *testing.T, threads, batchRows int, reread bool, paths []string) [2]remains {
	t.Helper()
	dir := t.TempDir()
	db := filepath.Join(dir, "x.duckdb")
	var half []string
	for _, p := range paths {
		if len(p)%2 > 0 {
			half = append(half, p)
		}
	}
	var nights [2]remains
	for i, args := range [][]string{half, paths} {
		out := filepath.Join(dir, fmt.Sprint(i))
		args = append([]string{"-q", "--threads", fmt.Sprint(threads), "--environment", "PROD", "--db", db, "-o", out, fmt.Sprint("--reread=", reread)}, args...)
		var said bytes.Buffer
		j, err := newJob(&session{ctx: t.Context(), stdin: strings.NewReader(onStdin), stdout: &said, stderr: &said, getenv: func(string) string { return "" }}, args)
		if err != nil {
			t.Fatal(err)
		}
		j.opt.BatchRows = batchRows
		j.passing = nil // what a report is about depends on what the call names, and on --reread
		if code, err := j.run(); code != exitDone || err != nil {
			t.Fatalf("exit code %d, error %v: %s", code, err, &said)
		}
		if unread := j.asBefore; unread > 0 == reread && i > 0 {
			t.Errorf("%d files were not read again, with --reread=%v", unread, reread)
		}
		nights[i] = outputs(t, out)
		for name, text := range nights[i] { // the commands of a page name its database
			nights[i][name] = strings.ReplaceAll(text, db, "x.duckdb")
		}
		tables(t, db, nights[i])
	}
	return nights
}

// onStdin repeats a row of the demo night as well as having one of its own.
const onStdin = "typename,messageblock,exceptiondetails\nContoso.Plugins.Guard,t,Region was not found.\n,,Region was not found.\n"

// timed are the lines of outputs that say when a run was, how long it took and how it was called.
var timed = regexp.MustCompile(`(?m)^(  "(started|finished)_at": |  "timings": \{[^}]*|<title>|<h1>|<div><dt>(Compared with|This run)</dt>|<p>dwtriage |<p><code>dwtriage ).*$`)

// outputs reads the files of a report, and leaves out what is timed.
func outputs(t *testing.T, dir string) remains {
	t.Helper()
	n := make(remains)
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 8 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if f.Name() == folder.ManifestName { // digests of what is timed
			continue
		}
		n[f.Name()] = timed.ReplaceAllString(string(text), "timed")
	}
	return n
}

// textsOf is what a query for one text a row gives.
func textsOf(t *testing.T, db *store.DB, query string) (all []string) {
	t.Helper()
	if err := db.Each(t.Context(), query, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		all = append(all, s)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// tables adds the tables of the database. Of all places where a run met a record that it loaded, the record must have
// the smallest.
func tables(t *testing.T, path string, n remains) {
	t.Helper()
	db, err := store.Open(t.Context(), path, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	texts := func(query string) []string { return textsOf(t, db, query) }
	for _, table := range texts("SELECT table_name FROM information_schema.tables WHERE table_catalog = 'dw' AND table_type = 'BASE TABLE'") {
		without := ""
		if table == "runs" {
			without = "EXCLUDE (started_at, finished_at, arguments, timings)"
		}
		n["table "+table] = strings.Join(texts(fmt.Sprintf("SELECT t::VARCHAR FROM (SELECT * %s FROM dw.%s) t ORDER BY 1", without, table)), "\n")
	}
	for _, table := range []string{"records", "sightings", "rejects", "files", "runs"} {
		if n["table "+table] == "" {
			t.Fatalf("table %s is empty", table)
		}
	}
	const copies = `FROM dw.sightings s JOIN dw.records r USING (run_id, record_id)`
	if got := texts("SELECT count(*) > 100 " + copies); got[0] != "true" {
		t.Error("the files hold too few copies of one another")
	}
	if worse := texts(`SELECT s.file || ':' || s.row || ' before ' || r.file || ':' || r.row ` + copies + `
		WHERE (replace(s.file, '/', chr(1)), s.row, s.byte_offset) < (replace(r.file, '/', chr(1)), r.row, r.byte_offset) ORDER BY 1`); len(worse) > 0 {
		t.Errorf("%d records are stored from another place than their first: %q", len(worse), worse[:min(3, len(worse))])
	}
}
