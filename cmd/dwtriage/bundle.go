//go:build cgo

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report"
	"dwtriage/report/bundle"
	"dwtriage/report/folder"
	"dwtriage/report/store"
	"dwtriage/report/summary"
	"dwtriage/rules"
)

// The folders of a bundle.
const (
	bundledReport  = "report"
	bundledExtract = "extract"
	bundledRules   = "rules"
	bundledTables  = "rules/tables"
)

// bundleFlags are the flags of the command bundle, as given.
type bundleFlags struct {
	archive          archiveFlags
	out, environment string
	run              int64
	compareTo        string
	rules            ruleFlags
	redact           redactFlags
	quiet            bool
}

func (b *bundleFlags) flags() *flags {
	f := newFlags("dwtriage bundle [flags]", `Freezes a run for the review after an incident: one zip with the report, the rules that it was drawn with, what it was
drawn from (the records of the run, and of all others what the comparison counts), and the SHA-256 of each of
them. Rules are taken as they held when the run started. Equal input gives equal bytes. dwtriage verify checks
it anywhere, years later. With --redact there are no records and no rules of a site in it: verify then checks the bytes, and, where
the database is, draws the report again from there.`)
	g := f.group("Where things are")
	b.archive.define(g, "database `FILE`")
	g.StringVarP(&b.out, "out", "o", "", "`FILE` of the bundle (default dwtriage-run-N.zip)")
	g = f.group("What is drawn")
	g.Int64Var(&b.run, "run", 0, "run `N` (0: the latest that has records)")
	g.StringVar(&b.environment, "environment", "", "the latest run of environment `NAME`")
	g.StringVar(&b.compareTo, "compare-to", "", "compare with `WHAT`, as dwtriage report does")
	b.redact.define(g)
	g = f.group("Rules")
	b.rules.define(g)
	g = f.group("Output")
	g.BoolVarP(&b.quiet, "quiet", "q", false, "print nothing but warnings and errors")
	f.defineLog(g)
	f.examples = `  dwtriage bundle
  dwtriage bundle --run 12 -o incident-4711.zip
  dwtriage verify incident-4711.zip`
	f.notes = `Exit codes: 0 done. 1 failed. 2 mistake in flags or rules. 5 the database is in use.`
	return f
}

// runBundle is the command bundle.
func runBundle(s *session, args []string) (int, error) {
	var b bundleFlags
	f := b.flags()
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	if f.NArg() > 0 {
		return 0, usageError("bundle takes no argument: -o names the file")
	}
	if err := b.redact.check(); err != nil {
		return 0, err
	}
	if _, err := parseCompareTo("--compare-to", b.compareTo); err != nil {
		return 0, err
	}
	layers, err := b.rules.layers()
	if err != nil {
		return 0, err
	}
	if b.redact.on { // what is said from here on is hidden, too
		m, err := compileLayers(layers, rules.FS, time.Now())
		if err != nil {
			return 0, err
		}
		b.redact.redactor(s, m)
	}
	id, err := b.choose(s, f.Changed("environment"))
	if err != nil {
		return 0, err
	}
	if b.out == "" {
		b.out = fmt.Sprintf("dwtriage-run-%d.zip", id)
	}
	if err := replaceable(b.out); err != nil {
		return 0, fmt.Errorf("--out: %w", err)
	}
	work, remove, err := folder.Temporary(filepath.Dir(b.out), ".dwtriage-bundle-")
	if err != nil {
		return 0, fmt.Errorf("--out: %w", err)
	}
	defer remove()
	m, sum, err := b.fill(s, work, id, layers)
	if err != nil {
		return 0, err
	}
	digest, err := bundle.Write(b.out, filepath.Join(work, "content"), m)
	if err != nil {
		return 0, fmt.Errorf("writing the bundle: %w", err)
	}
	out := s.result(b.quiet)
	for _, sentence := range report.Redaction(sum) {
		tell(out, "%s\n", sentence)
	}
	_, err = tell(out, "Run %d, %s: %s in %s\nSHA-256 %s: kept elsewhere it shows later that the bundle is this one.\n", id, words.Count(sum.Records, "record"), words.Count(len(m.Members), "member"), s.ownPath(b.out, "-o"), digest)
	return exitDone, err
}

// replaceable says that a bundle would take the place of something that is none.
func replaceable(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is there and is no file; give another name", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	start := make([]byte, 2)
	if n, _ := io.ReadFull(f, start); n > 0 && string(start) != "PK" { // of a zip
		return fmt.Errorf("%s is there, is no bundle, and would be replaced; move it away, or give another name", path)
	}
	return nil
}

// choose is the run that is asked for.
func (b *bundleFlags) choose(s *session, ofEnv bool) (int64, error) {
	if b.run < 0 {
		return 0, usageError("--run: %d is less than 0", b.run)
	}
	db, err := b.archive.openStored(s)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if b.run > 0 {
		if ofEnv {
			return b.run, ofThisEnvironment(s, db, b.run, b.environment)
		}
		return b.run, nil
	}
	return latestRun(s, db, b.archive.file, b.environment, ofEnv)
}

// fill puts what the bundle holds into the folder content of work. The report is drawn from the extract, as verify draws it: what another run loads
// meanwhile cannot come between them.
func (b *bundleFlags) fill(s *session, work string, id int64, layers []classify.Layer) (*bundle.Manifest, *summary.Summary, error) {
	content := filepath.Join(work, "content")
	extract := filepath.Join(content, bundledExtract)
	if err := os.MkdirAll(extract, 0o700); err != nil {
		return nil, nil, err
	}
	if _, err := store.Extract(s.ctx, b.archive.file, id, extract, store.Options{LockWait: b.archive.wait}); err != nil {
		return nil, nil, busy(err)
	}
	m := &bundle.Manifest{Format: bundle.Format, Tool: "dwtriage " + version, RunID: id, CompareTo: b.compareTo, Redacted: b.redact.on}
	d := drawer{s: s, layers: layers, tables: rules.FS, id: id, compareTo: b.compareTo, redact: &b.redact}
	sum, matcher, err := d.draw(work, extract, filepath.Join(content, bundledReport))
	if err != nil {
		return nil, nil, err
	}
	m.RulesDigest = matcher.Digest()
	if b.redact.on {
		m.Key = sum.Redacted.Key()
		return m, sum, os.RemoveAll(extract)
	}
	m.Rules, err = copyRules(content, layers)
	return m, sum, err
}

// copyRules puts the rule files of layers, and the tables, into folders of a bundle.
func copyRules(content string, layers []classify.Layer) (list []bundle.Layer, err error) {
	if err := copyFiles(rules.FS, filepath.Join(content, filepath.FromSlash(bundledTables)), ".csv"); err != nil {
		return nil, err
	}
	for i, l := range layers {
		folder := path.Join(bundledRules, fmt.Sprint(i+1))
		if err := copyFiles(l.FS, filepath.Join(content, filepath.FromSlash(folder)), ".yaml", ".yml"); err != nil {
			return nil, fmt.Errorf("copying the rules of %s: %w", l.Name, err)
		}
		list = append(list, bundle.Layer{Name: l.Name, Folder: folder})
	}
	return list, nil
}

// copyFiles copies the files of a folder that end in one of these ways.
func copyFiles(from fs.FS, to string, endings ...string) error {
	entries, err := fs.ReadDir(from, ".")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() || !slices.Contains(endings, path.Ext(e.Name())) {
			continue
		}
		text, err := fs.ReadFile(from, e.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, e.Name()), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// A drawer draws the report of an extract.
type drawer struct {
	s         *session
	layers    []classify.Layer
	tables    fs.FS
	id        int64
	compareTo string
	redact    *redactFlags
}

// draw makes a database of the extract, in work, and draws its report into the folder out. Rules count as they held when the run started: one that was made milder
// until a day is so in a review of that night.
func (d *drawer) draw(work, extract, out string) (*summary.Summary, *classify.Matcher, error) {
	file := filepath.Join(work, "extract.duckdb")
	if err := store.Restore(d.s.ctx, extract, file, store.Options{}); err != nil {
		return nil, nil, err
	}
	db, err := store.Open(d.s.ctx, file, store.Options{ReadOnly: true})
	if err != nil {
		return nil, nil, err
	}
	defer db.Close()
	r, _, err := db.Run(d.s.ctx, d.id)
	if err != nil {
		return nil, nil, err
	}
	m, err := compileLayers(d.layers, d.tables, r.Started)
	if err != nil {
		return nil, nil, err
	}
	to, err := parseCompareTo("--compare-to", d.compareTo)
	if err != nil {
		return nil, nil, err
	}
	sum, err := summary.OfRedacted(d.s.ctx, db, d.id, m, to, d.redact.redactor(d.s, m))
	if errors.Is(err, summary.ErrNotBefore) || errors.Is(err, summary.ErrNothing) {
		return nil, nil, usageError("--compare-to: %v", err)
	}
	if err != nil {
		return nil, nil, err
	}
	goesOn := func(string, int64) error { return context.Cause(d.s.ctx) }
	if err := report.Write(out, sum, report.Options{Markdown: true, Progress: goesOn}); err != nil {
		return nil, nil, fmt.Errorf("drawing the report: %w", err)
	}
	return sum, m, nil
}

// verifyFlags are the flags of the command verify, as given.
type verifyFlags struct {
	archive archiveFlags
	rules   ruleFlags
	key     string
	quiet   bool
}

func (v *verifyFlags) flags() *flags {
	f := newFlags("dwtriage verify [flags] FILE", `Checks a bundle: each member against its SHA-256, then the report, drawn again from the extract with the rules in the bundle, against the report in it,
member by member. It says which differ. A redacted bundle has no extract; with --db its report is drawn again from the
database that it was made from, with the key and the rules of a site that it was made with.`)
	g := f.group("Of a redacted bundle")
	g.StringVar(&v.archive.file, "db", "", "database `FILE` that it was made from")
	g.DurationVar(&v.archive.wait, "lock-wait", 0, "wait `TIME` (30s, 10m) while another process has the database open, then exit with 5")
	g.StringVar(&v.key, "redact-key", "", "`FILE` of its key")
	v.rules.define(g)
	g = f.group("Output")
	g.BoolVarP(&v.quiet, "quiet", "q", false, "print nothing but what differs, warnings and errors")
	f.defineLog(g)
	f.examples = `  dwtriage verify incident-4711.zip
  dwtriage verify --db dwtriage.duckdb --redact-key redact.key for-the-vendor.zip`
	f.notes = `Exit codes: 0 everything is as it was bundled. 1 something differs, or the file is no bundle. 2 mistake in flags
or rules. 5 the database is in use.`
	return f
}

// runVerify is the command verify.
func runVerify(s *session, args []string) (int, error) {
	var v verifyFlags
	f := v.flags()
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	if f.NArg() != 1 {
		return 0, usageError("verify takes the FILE of one bundle, not %d", f.NArg())
	}
	b, err := bundle.Open(f.Arg(0))
	if err != nil {
		return 0, err
	}
	defer b.Close()
	work, remove, err := folder.Temporary("", "dwtriage-verify-")
	if err != nil {
		return 0, err
	}
	defer remove()
	work = filepath.Join(work, "drawn") // a report locks the folder that it is drawn into, and the one around it is locked
	if err := os.Mkdir(work, 0o700); err != nil {
		return 0, err
	}
	differ, drawn, err := v.compare(s, b, work)
	if err != nil {
		return 0, err
	}
	for _, line := range differ {
		tell(s.result(false), "%s\n", line)
	}
	if len(differ) > 0 {
		return 0, fmt.Errorf("%s is not as it was made: %s", f.Arg(0), words.Count(len(differ), "difference"))
	}
	how := "and its report, drawn again from the extract, is the same in every byte"
	switch {
	case !drawn && b.Key == "":
		how = "and as it is redacted with a key that was made for it alone and is gone, its report cannot be drawn again"
	case !drawn:
		how = "and as it is redacted and has no extract, its report was not drawn again (--db and --redact-key draw it from the database it was made from)"
	case b.Redacted:
		how = "and its report, drawn again from " + v.archive.file + ", is the same in every byte"
	}
	_, err = tell(s.result(v.quiet), "Run %d: %s as they were bundled by %s, %s.\n", b.RunID, words.Count(len(b.Members), "member"), b.Tool, how)
	return exitDone, err
}

// compare lists what is not as it was bundled, and whether the report was drawn again.
func (v *verifyFlags) compare(s *session, b *bundle.Bundle, work string) (differ []string, drawn bool, err error) {
	content := filepath.Join(work, "content")
	changed, err := b.Unpack(content)
	if err != nil {
		return nil, false, err
	}
	for _, name := range changed {
		differ = append(differ, fmt.Sprintf("%.200s: its bytes are not those that were bundled", name))
	}
	d := drawer{s: s, id: b.RunID, compareTo: b.CompareTo, redact: &redactFlags{on: b.Redacted, file: v.key}}
	extract := filepath.Join(content, bundledExtract)
	switch {
	case slices.ContainsFunc(changed, func(name string) bool { return !strings.HasPrefix(name, bundledReport+"/") }):
		return append(differ, "the report was not drawn again, as what it is drawn from is changed"), false, nil
	case !b.Redacted:
		d.tables = os.DirFS(filepath.Join(content, filepath.FromSlash(bundledTables)))
		for _, l := range b.Rules {
			if !fs.ValidPath(l.Folder) {
				return nil, false, fmt.Errorf("%s names %.80q as a folder of rules, which leads elsewhere", bundle.ManifestName, l.Folder)
			}
			d.layers = append(d.layers, classify.Layer{Name: l.Name, FS: os.DirFS(filepath.Join(content, filepath.FromSlash(l.Folder)))})
		}
	case v.archive.file == "":
		return differ, false, nil
	default:
		if err := v.fromDatabase(&d, b, work); err != nil {
			return nil, false, err
		}
		extract = filepath.Join(work, bundledExtract)
	}
	sum, m, err := d.draw(work, extract, filepath.Join(work, bundledReport))
	if err != nil {
		return nil, false, fmt.Errorf("drawing the report of the bundle again: %w", err)
	}
	if m.Digest() != b.RulesDigest {
		return append(differ, "the rules are not those that the report was drawn with"), false, nil
	}
	if b.Redacted && sum.Redacted.Key() != b.Key {
		return nil, false, usageError("--redact-key: the key is called %q, that of the bundle %q; without the same key nothing can be compared", sum.Redacted.Key(), b.Key)
	}
	again, err := compareFolders(filepath.Join(content, bundledReport), filepath.Join(work, bundledReport))
	if len(again) > 0 && b.Tool != "dwtriage "+version {
		again = append(again, fmt.Sprintf("it was made by %.60s, and this is dwtriage %s: another version may draw otherwise", b.Tool, version))
	}
	return append(differ, again...), true, err
}

// fromDatabase prepares to draw a redacted report from the database it was made from.
func (v *verifyFlags) fromDatabase(d *drawer, b *bundle.Bundle, work string) (err error) {
	if b.Key == "" {
		return usageError("--db: the key of this bundle was made for it alone and is gone, so its report cannot be drawn again")
	}
	if err := d.redact.check(); err != nil {
		return err
	}
	if d.layers, err = v.rules.layers(); err != nil {
		return err
	}
	d.tables = rules.FS
	extract := filepath.Join(work, bundledExtract)
	if err := os.MkdirAll(extract, 0o700); err != nil {
		return err
	}
	_, err = store.Extract(d.s.ctx, v.archive.file, b.RunID, extract, store.Options{LockWait: v.archive.wait})
	return busy(err)
}

// compareFolders lists the files that differ between a report in a bundle and the one that was drawn again.
func compareFolders(bundled, again string) (differ []string, err error) {
	a, err := namesIn(bundled)
	if err != nil {
		return nil, err
	}
	b, err := namesIn(again)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(a, b)
	slices.Sort(all)
	for _, name := range slices.Compact(all) {
		switch {
		case !slices.Contains(a, name):
			differ = append(differ, bundledReport+"/"+name+": is drawn from the extract, and not in the bundle")
		case !slices.Contains(b, name):
			differ = append(differ, bundledReport+"/"+name+": is in the bundle, and not drawn from the extract")
		default:
			same, err := folder.SameContent(filepath.Join(bundled, name), filepath.Join(again, name))
			if err != nil {
				return nil, err
			}
			if !same {
				differ = append(differ, bundledReport+"/"+name+": the extract gives other bytes")
			}
		}
	}
	return differ, nil
}

func namesIn(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}
