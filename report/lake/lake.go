// Package lake is the shipping room: runs of the archive come in, a folder of Parquet files goes out that SQL engines read in place. Each
// table is a folder. A run has files of its own in each, so the next run adds files and touches none; dimensions are one file
// each, to which an export adds members. Files are put in place by rename, whole or not at all, and files of others in the folder stay. The
// package reads no log, knows no report, and writes to no database.
package lake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"dwtriage/classify"
	"dwtriage/report/folder"
	"dwtriage/report/store"
)

// MarkName is the file that makes a folder one of exports.
const MarkName = "dwtriage-export.json"

// starFolder holds the tables of the star.
const starFolder = "star"

// A mark is the file MarkName.
type mark struct {
	About  string `json:"about"`
	Format int    `json:"format"`
	Star   bool   `json:"star"` // facts and dimensions are in it, too
}

const (
	format = 1
	about  = "Parquet files that dwtriage export wrote: a folder per table, described in columns.csv"
)

// An Options says what to export. The zero value is the tables without a star.
type Options struct {
	Star    bool              // facts and dimensions, too; always in a folder that has them
	Prune   bool              // remove the files of runs that the database does not hold
	Drop    bool              // write runs again also where their files hold what history prune took out of the database
	Matcher *classify.Matcher // whose texts dim_signatures has

	// Wrote, unless nil, is told of each run whose files are in place.
	Wrote func(run store.ExportRun, records, rejects int64)
}

// A Result is what an export did.
type Result struct {
	Written, Same, Removed int   // files
	Bytes                  int64 // of all files of the exported runs
	Records                int64
	Star                   bool  // the folder has facts and dimensions
	Without                []int // runs of which it has records and no facts, by number
	Factless               []int // such runs of which there can be none, as the database does not hold all of them any more
	Others                 int   // runs in the folder that the database does not hold

	// Runs whose files stay as they are: the database, out of which history prune took their records, holds less than they do. Lost is how many records, rejects and
	// sightings stand in these files alone. Behind is true where one of the runs has changed otherwise since, and Waits where records of a
	// forgotten run passed to it: then files of forgotten runs stay, too, as these records would be in none else.
	Kept          []int
	Lost          [3]int64
	Behind, Waits bool

	// Signatures of records of which dim_signatures says something else than these: rules that the call does not know, of which it has no more than the id, and rules
	// that have another severity there than the records.
	Retired, Otherwise []string
}

// Check says whether dir is a folder that exports go to: of an export, empty, or not there yet. With force any folder is.
func Check(dir string, force bool) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file; give a folder", dir)
	}
	_, err := readMark(dir)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	entries, err := os.ReadDir(dir)
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.IsDir() && folder.IsWork(e.Name()) }) // of a call that was killed at once
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0 && force:
		for _, e := range entries {
			if slices.Contains(ownNames(), e.Name()) {
				return fmt.Errorf("%s is no export's, and an export would write in its place; move it, or give another folder", filepath.Join(dir, e.Name()))
			}
		}
	case len(entries) > 0:
		return fmt.Errorf("%s holds files (%.60q) and no %s, so no export made it; give another folder, or --force to write into this one", dir, entries[0].Name(), MarkName)
	}
	return folder.Writable(dir)
}

// ownNames are the names that an export has in its folder.
func ownNames() []string {
	return append([]string{starFolder, "columns.csv", "duckdb.sql", "fabric.sql", "spark.sql", "powerquery.m"}, store.RunTables...)
}

// Holds reports whether the folder dir holds an export of a run. One that was begun and not ended it does not hold.
func Holds(dir string, run store.ExportRun) bool {
	info, err := os.Stat(filepath.Join(dir, "runs", stem(run)+".parquet"))
	return err == nil && info.Mode().IsRegular()
}

// readMark reads the mark of a folder; without one the error is [fs.ErrNotExist].
func readMark(dir string) (m mark, err error) {
	text, err := os.ReadFile(filepath.Join(dir, MarkName))
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil || m.Format < 1 {
		return m, fmt.Errorf("%s is not that of an export; give another folder, or remove it", filepath.Join(dir, MarkName))
	}
	if m.Format > format {
		return m, fmt.Errorf("%s is of an export of format %d, this program knows %d: take the dwtriage that made it, or give another folder", dir, m.Format, format)
	}
	return m, nil
}

// Put writes runs, of all that the database holds, into the folder dir, which is there, and those that have changed since they were written there. A run whose row is in table runs is there whole; an
// export that failed is completed by the next one.
func Put(ctx context.Context, e *store.Export, dir string, runs, all []store.ExportRun, opt Options) (res Result, err error) {
	unlock, err := folder.Lock(dir)
	if err != nil {
		return res, err
	}
	defer unlock()
	work, err := folder.Work(dir)
	if err != nil {
		return res, err
	}
	p := &put{ctx: ctx, e: e, dir: dir, work: work, opt: opt, res: &res}
	err = p.all(runs, all)
	return res, errors.Join(err, os.RemoveAll(work))
}

// A put is one call of Put.
type put struct {
	ctx  context.Context
	e    *store.Export
	dir  string
	work string
	opt  Options
	res  *Result
	has  map[string][]string // files of runs, by their name without the number of a part

	changes map[int64]store.ExportChange // of the runs that are in the folder
}

func (p *put) all(runs, all []store.ExportRun) error {
	if err := p.mark(); err != nil {
		return err
	}
	if err := p.look(); err != nil {
		return err
	}
	if err := p.texts(); err != nil {
		return err
	}
	runs, err := p.withChanged(runs, all)
	if err != nil {
		return err
	}
	if runs, err = p.keep(runs); err != nil {
		return err
	}
	// Members come before the facts that point to them.
	if p.opt.Star {
		if err := p.dimensions(runs, all); err != nil {
			return err
		}
	}
	for _, run := range runs {
		if err := p.run(run); err != nil {
			return fmt.Errorf("run %d: %w", run.ID, err)
		}
	}
	if p.opt.Prune && !p.res.Waits {
		if err := p.prune(all); err != nil {
			return err
		}
	}
	p.res.Others = p.others(all)
	return p.without(all)
}

// others counts the runs in the folder that the database does not hold: forgotten ones, or those of another database.
func (p *put) others(all []store.ExportRun) int {
	n := len(p.has)
	for _, run := range all {
		if len(p.has[stem(run)]) > 0 {
			n--
		}
	}
	return n
}

// mark marks the folder before there is anything in it, so that what a killed call leaves is known for what it is.
func (p *put) mark() error {
	m, err := readMark(p.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	m = mark{about, format, m.Star || p.opt.Star}
	p.opt.Star = m.Star
	p.res.Star = m.Star
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return p.text(MarkName, string(text)+"\n")
}

// text puts a file that is no table into the folder.
func (p *put) text(name, text string) error {
	from := filepath.Join(p.work, "text")
	if err := os.WriteFile(from, []byte(text), 0o666); err != nil {
		return err
	}
	_, err := folder.Replace(from, filepath.Join(p.dir, name))
	return err
}

var runFile = regexp.MustCompile(`^(run-[0-9]{6,}-[0-9a-f]{8})(?:-[0-9]+)?\.parquet$`)

// stem is what the names of the files of a run begin with.
func stem(run store.ExportRun) string { return fmt.Sprintf("run-%06d-%.8s", run.ID, run.Key) }

// look finds the files of runs that the folder has.
func (p *put) look() error {
	p.has = make(map[string][]string)
	for _, table := range tables(true) {
		root := filepath.Join(p.dir, filepath.FromSlash(table))
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && path == root {
				return nil
			}
			if err != nil {
				return err
			}
			if m := runFile.FindStringSubmatch(d.Name()); m != nil && d.Type().IsRegular() {
				p.has[m[1]] = append(p.has[m[1]], path)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// withChanged adds the runs that were exported before and have changed since: a record that passed to another run must not be in the files of both.
func (p *put) withChanged(runs, all []store.ExportRun) ([]store.ExportRun, error) {
	var files []string
	for _, run := range all {
		path := filepath.Join(p.dir, "runs", stem(run)+".parquet")
		if slices.Contains(p.has[stem(run)], path) {
			files = append(files, path)
		}
	}
	changes, err := p.e.Changes(p.ctx, files)
	if err != nil {
		return nil, fmt.Errorf("reading what was exported before: %w", err)
	}
	p.changes = make(map[int64]store.ExportChange)
	for _, c := range changes {
		p.changes[c.Run] = c
	}
	asked := make(map[int64]bool)
	for _, run := range runs {
		asked[run.ID] = true
	}
	var list []store.ExportRun
	for _, run := range all {
		if asked[run.ID] || p.changes[run.ID].Changed {
			list = append(list, run)
		}
	}
	return list, nil
}

// keep leaves out the runs whose files hold more than the database does since history prune: a lake is read for years, and theirs is the only copy.
func (p *put) keep(runs []store.ExportRun) (list []store.ExportRun, err error) {
	for _, run := range runs {
		var lost [3]int64
		if !p.opt.Drop {
			if lost, err = p.lost(run); err != nil {
				return nil, err
			}
		}
		if lost == [3]int64{} {
			list = append(list, run)
			continue
		}
		c := p.changes[run.ID]
		p.res.Kept = append(p.res.Kept, int(run.ID))
		for i, n := range lost {
			p.res.Lost[i] += n
		}
		p.res.Behind = p.res.Behind || c.Changed
		p.res.Waits = p.res.Waits || c.Handed
	}
	return list, nil
}

// lost counts the records, rejects and sightings that stand in the files of a run and not in the database, which history prune took them out of since.
func (p *put) lost(run store.ExportRun) (lost [3]int64, err error) {
	if !p.changes[run.ID].Pruned {
		return lost, nil
	}
	lost, err = p.e.Lost(p.ctx, run, p.filesOf(run, "records"), p.filesOf(run, "rejects"), p.filesOf(run, "sightings"))
	if err != nil {
		return lost, fmt.Errorf("reading what was exported of run %d before: %w", run.ID, err)
	}
	return lost, nil
}

// filesOf are the files of a run in a table.
func (p *put) filesOf(run store.ExportRun, table string) (files []string) {
	root := filepath.Join(p.dir, table) + string(filepath.Separator)
	for _, path := range p.has[stem(run)] {
		if strings.HasPrefix(path, root) {
			files = append(files, path)
		}
	}
	return files
}

// tables are the folders of the tables with files per run.
func tables(star bool) (list []string) {
	if star {
		for _, name := range store.StarTables {
			list = append(list, starFolder+"/"+name)
		}
	}
	return append(list, store.RunTables...)
}

// run writes the files of one run, that of table runs last, then removes those that an earlier export of it wrote and this one did not.
func (p *put) run(run store.ExportRun) error {
	var wrote []string
	var records, rejects int64
	for _, table := range tables(p.opt.Star) {
		name := filepath.Base(table)
		if name == "records" {
			paths, n, err := p.records(run)
			if err != nil {
				return err
			}
			records = n
			wrote = append(wrote, paths...)
			continue
		}
		path := filepath.Join(p.dir, filepath.FromSlash(table), stem(run)+".parquet")
		if name == "runs" {
			if err := p.removeStale(run, append(wrote, path)); err != nil {
				return err
			}
		}
		n, err := p.file(path, func(to string) (int64, error) { return p.e.Table(p.ctx, name, run, to) })
		if err != nil {
			return err
		}
		if name == "rejects" {
			rejects = n
		}
		wrote = append(wrote, path)
	}
	p.has[stem(run)] = wrote
	p.res.Records += records
	if p.opt.Wrote != nil {
		p.opt.Wrote(run, records, rejects)
	}
	return nil
}

func (p *put) records(run store.ExportRun) (paths []string, rows int64, err error) {
	parts, err := p.e.Slices(p.ctx, run)
	if err != nil {
		return nil, 0, err
	}
	for _, part := range parts {
		name := stem(run) + ".parquet"
		if part.Number > 1 {
			name = fmt.Sprintf("%s-%d.parquet", stem(run), part.Number)
		}
		path := filepath.Join(p.dir, "records", partition("environment", run.Environment), partition("day", part.Day), name)
		n, err := p.file(path, func(to string) (int64, error) { return p.e.Records(p.ctx, run, part, to) })
		if err != nil {
			return nil, 0, err
		}
		paths = append(paths, path)
		rows += n
	}
	return paths, rows, nil
}

// file has a file written, and puts it in place.
func (p *put) file(path string, write func(to string) (int64, error)) (rows int64, err error) {
	if err := context.Cause(p.ctx); err != nil {
		return 0, err
	}
	to := filepath.Join(p.work, "table.parquet")
	if rows, err = write(to); err != nil {
		return 0, err
	}
	info, err := os.Stat(to)
	if err != nil {
		return 0, err
	}
	changed, err := folder.Replace(to, path)
	if err != nil {
		return 0, err
	}
	p.res.Bytes += info.Size()
	if changed {
		p.res.Written++
	} else {
		p.res.Same++
	}
	return rows, nil
}

// removeStale removes files of a run but those named.
func (p *put) removeStale(run store.ExportRun, keep []string) error {
	for _, path := range p.has[stem(run)] {
		// A folder that has no star any more keeps nothing of it either: mark says that it has one.
		if !slices.Contains(keep, path) {
			if err := p.remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// remove removes a file, and its partition when that is empty.
func (p *put) remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	p.res.Removed++
	for dir := filepath.Dir(path); strings.Contains(filepath.Base(dir), "="); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			break // others have files in it
		}
	}
	return nil
}

// prune removes the files of runs that are not among all.
func (p *put) prune(all []store.ExportRun) error {
	for _, run := range all {
		delete(p.has, stem(run))
	}
	for name, paths := range p.has {
		// The row in runs goes first: what is left of a run that is being removed is no run.
		slices.Reverse(paths)
		for _, path := range paths {
			if err := p.remove(path); err != nil {
				return err
			}
		}
		delete(p.has, name)
	}
	return p.look()
}

// without notes the runs that were exported before the folder had a star.
func (p *put) without(all []store.ExportRun) error {
	if !p.opt.Star {
		return nil
	}
	for _, run := range all {
		paths := p.has[stem(run)]
		if len(paths) == 0 || slices.ContainsFunc(paths, func(path string) bool { return filepath.Base(filepath.Dir(path)) == "fact_records" }) {
			continue
		}
		kept := slices.Contains(p.res.Kept, int(run.ID))
		if !kept {
			lost, err := p.lost(run)
			if err != nil {
				return err
			}
			kept = lost != [3]int64{}
		}
		if kept {
			p.res.Factless = append(p.res.Factless, int(run.ID))
		} else {
			p.res.Without = append(p.res.Without, int(run.ID))
		}
	}
	return nil
}

// dimensions adds the members that runs, of all, bring to the tables that are one file.
func (p *put) dimensions(runs, all []store.ExportRun) error {
	used, err := p.e.Signatures(p.ctx, runs)
	if err != nil {
		return err
	}
	p.res.Retired, _ = otherwise(p.opt.Matcher, used)
	// What the rules say of a signature is put in the place of what they said when other runs were exported.
	here := slices.Clone(runs)
	for _, run := range all {
		if len(p.has[stem(run)]) > 0 && !slices.ContainsFunc(here, func(r store.ExportRun) bool { return r.ID == run.ID }) {
			here = append(here, run)
		}
	}
	shown := used
	if len(here) > len(runs) {
		if shown, err = p.e.Signatures(p.ctx, here); err != nil {
			return err
		}
	}
	_, p.res.Otherwise = otherwise(p.opt.Matcher, shown)
	if err := p.e.SetSignatures(p.ctx, signatures(p.opt.Matcher, used)); err != nil {
		return err
	}
	star := filepath.Join(p.dir, starFolder)
	if _, err := p.file(filepath.Join(star, "dim_files", "unknown.parquet"), func(to string) (int64, error) { return p.e.UnknownFile(p.ctx, to) }); err != nil {
		return err
	}
	for _, table := range store.MergedTables {
		path := filepath.Join(star, table, table+".parquet")
		old := path
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			old = ""
		}
		if _, err := p.file(path, func(to string) (int64, error) { return p.e.Merged(p.ctx, table, runs, old, to) }); err != nil {
			if old != "" && context.Cause(p.ctx) == nil {
				err = fmt.Errorf("%w; if %s is damaged remove it, and export with --all", err, path)
			}
			return err
		}
	}
	return nil
}
