//go:build cgo

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dwtriage/ingest/words"
	"dwtriage/report/lake"
	"dwtriage/report/store"
)

// exportFlags are the flags of the command export, as given.
type exportFlags struct {
	archive            archiveFlags
	parquet            string
	star, force, prune bool
	drop               bool
	shared             bool
	runs               []int64
	all                bool
	environment        string
	since, until       string
	quiet              bool
}

func (e *exportFlags) flags() *flags {
	f := newFlags("dwtriage export --parquet DIR [flags]", `Writes runs as Parquet files that SQL engines read in place (Fabric, Spark, Trino, Databricks, DuckDB, Power BI): a folder
per table, records in hive partitions environment=…/day=…, files of its own for each run, so that the next run adds
files and touches none. Each record is in the files of one run, that which loaded it. The same run gives the same bytes again.
What history prune takes out of the database stays in DIR.
Texts, keys and names are as the log has them: --redact is of reports, and there is no redacted export.`)
	g := f.group("Where things are")
	e.archive.define(g, "database `FILE`")
	g.StringVar(&e.parquet, "parquet", "", "`DIR` to write to: an earlier export, an empty folder, or a new one")
	g = f.group("Which runs")
	g.Int64SliceVar(&e.runs, "run", nil, "run `N`, several with commas (default: all that DIR does not hold yet)")
	g.StringVar(&e.environment, "environment", "", "runs of environment `NAME` alone")
	g.StringVar(&e.since, "since", "", "all runs whose files hold hours from `TIME` on, UTC where it names no zone")
	g.StringVar(&e.until, "until", "", "all runs whose files hold hours before `TIME`")
	g.BoolVar(&e.all, "all", false, "all runs of the database")
	g = f.group("What is written")
	g.BoolVar(&e.star, "star", false, "facts and dimensions for Power BI, too; a folder that has them once always gets them")
	g.BoolVar(&e.prune, "prune", false, "remove the files of runs that the database does not hold (any more); for a folder that one database alone is exported to")
	g.BoolVar(&e.drop, "drop-pruned", false, "write runs again also where their files hold what history prune took out of the database since; without they stay as they are")
	g.BoolVar(&e.force, "force", false, "write into a folder that holds other files; they stay, and names that an export needs must be free")
	g.BoolVar(&e.shared, "shared", false, "let others read new files as the umask has it; without they are for this user alone")
	g.BoolVarP(&e.quiet, "quiet", "q", false, "print nothing but warnings and errors")
	f.defineLog(g)
	f.examples = `  dwtriage export --parquet lake
  dwtriage export --parquet lake --star --all
  dwtriage export --parquet lake --since 2026-11-01 --environment PROD`
	f.notes = `Exit codes: 0 done. 1 failed, what is under its final name is whole, and the same call completes it. 2 mistake in flags or
rules, or the folder is no export's. 5 the database is in use.`
	return f
}

// runExport is the command export.
func runExport(s *session, args []string) (int, error) {
	var ef exportFlags
	f := ef.flags()
	m, err := matcherFor(s, f, args, 0)
	if err != nil {
		return 0, err
	}
	since, until, err := ef.check(f)
	if err != nil {
		return 0, err
	}
	if ef.shared && s.relax != nil {
		s.relax()
	}
	opt := lake.Options{Star: ef.star, Prune: ef.prune, Drop: ef.drop, Matcher: m}
	if err := lake.Check(ef.parquet, ef.force); err != nil {
		return 0, usageError("--parquet: %v", err)
	}
	s.fate.is("the database was only read; what is under its final name is whole, and the same call completes the export")
	e, err := ef.open(s)
	if err != nil {
		return 0, err
	}
	defer e.Close()
	all, err := e.Runs(s.ctx)
	if err != nil {
		return 0, err
	}
	runs, err := ef.choose(f, all, since, until)
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(ef.parquet, 0o777); err != nil {
		return 0, fmt.Errorf("--parquet: %w", err)
	}
	p := &printer{w: s.result(ef.quiet)}
	opt.Wrote = func(run store.ExportRun, records, rejects int64) {
		p.printf("Run %d%s: %s, %s\n", run.ID, inParens(run.Environment), words.Count(records, "record"), words.Count(rejects, "reject"))
	}
	res, err := lake.Put(s.ctx, e, ef.parquet, runs, all, opt)
	if err != nil {
		return 0, fmt.Errorf("exporting to %s: %w", ef.parquet, err)
	}
	for _, note := range ef.notes(res) {
		tell(s.stderr, "dwtriage: %s: %s\n", ef.parquet, note)
	}
	p.printf("%s\n", exported(res, ef.parquet))
	return exitDone, p.err
}

// notes are what the caller has to know of the folder.
func (e *exportFlags) notes(res lake.Result) (notes []string) {
	if len(res.Kept) > 0 {
		notes = append(notes, e.kept(res))
	}
	if len(res.Without) > 0 {
		notes = append(notes, fmt.Sprintf("no facts of %s, exported before the folder had a star; export them with --run, or all with --all", runList(res.Without)))
	}
	if len(res.Factless) > 0 {
		notes = append(notes, fmt.Sprintf("no facts of %s, exported before the folder had a star: they are made from the database, which history prune took theirs out of since", runList(res.Factless)))
	}
	if text := otherRules(res); text != "" {
		notes = append(notes, fmt.Sprintf("dim_signatures %s, as these rules are not those that judged the records: give export the same --rules, or judge the records again by dwtriage reclassify", text))
	}
	if res.Others > 0 && !(e.prune && res.Waits) {
		notes = append(notes, fmt.Sprintf("it holds %s that %s does not: if history forgot them, their records may stand in files of later runs, too, and --prune removes theirs; if another database is exported here, nothing is to be done",
			words.Count(int64(res.Others), "run"), e.archive.file))
	}
	return notes
}

// kept says which runs stay as they were exported.
func (e *exportFlags) kept(res lake.Result) string {
	var lost []string
	for i, what := range []string{"record", "reject", "sighting"} {
		if n := res.Lost[i]; n > 0 {
			lost = append(lost, words.Count(n, what))
		}
	}
	said := fmt.Sprintf("%s: %s files stay as they are: they hold %s that %s does not hold any more since history prune", runList(res.Kept), words.Plural(len(res.Kept), "its", "their"), words.AndList(lost), e.archive.file)
	if res.Behind {
		said += ", so what was judged again, handed on or forgotten since does not show in them"
	}
	if res.Waits && e.prune && res.Others > 0 {
		said += fmt.Sprintf("; --prune left the files of %s that the database does not hold, since records of forgotten runs passed to these and may be in no other file", words.Count(int64(res.Others), "run"))
	}
	return said + "; --drop-pruned writes them again, without what was pruned"
}

// otherRules says of which signatures dim_signatures knows less, or something else, than the records say; empty: of none.
func otherRules(res lake.Result) string {
	var parts []string
	if len(res.Retired) > 0 {
		parts = append(parts, "has no more than the id of "+words.AndList(res.Retired))
	}
	if len(res.Otherwise) > 0 {
		parts = append(parts, "has another severity of "+words.AndList(res.Otherwise)+" than records have")
	}
	return strings.Join(parts, " and ")
}

// check finds mistakes in the flags before anything is opened.
func (e *exportFlags) check(f *flags) (since, until time.Time, err error) {
	period := f.Changed("since") || f.Changed("until") || e.since != "" || e.until != ""
	switch {
	case e.parquet == "":
		err = usageError("export needs --parquet DIR, the folder to write to")
	case strings.ContainsRune(e.parquet, 0):
		err = usageError("--parquet: the name holds a zero byte")
	case len(e.runs) > 0 && (e.all || period):
		err = usageError("--run names runs; with --all, --since or --until it is not clear which are meant")
	case e.all && period:
		err = usageError("--all are all runs; leave it out for those of a period")
	}
	if err != nil {
		return since, until, err
	}
	if since, err = parseTime("--since", e.since, time.UTC); err != nil {
		return since, until, err
	}
	if until, err = parseTime("--until", e.until, time.UTC); err != nil {
		return since, until, err
	}
	if !since.IsZero() && !until.IsZero() && !since.Before(until) {
		err = usageError("--until: %s is not after --since, %s", e.until, e.since)
	}
	return since, until, err
}

// open opens the database as [archiveFlags.openStored] does, and lets files be written below the folder.
func (e *exportFlags) open(s *session) (*store.Export, error) {
	if err := e.archive.check(); err != nil {
		return nil, err
	}
	x, err := store.OpenExport(s.ctx, e.archive.file, e.parquet, store.Options{LockWait: e.archive.wait, Waiting: func(err error) {
		tell(s.stderr, "dwtriage: %s: %v; waiting up to %v\n", e.archive.file, err, e.archive.wait)
	}})
	if err != nil {
		return nil, busy(err)
	}
	for _, note := range x.Notes() {
		tell(s.stderr, "dwtriage: %s\n", note)
	}
	return x, nil
}

// choose gives the runs that are asked for, oldest first.
func (e *exportFlags) choose(f *flags, all []store.ExportRun, since, until time.Time) (runs []store.ExportRun, err error) {
	for _, id := range e.runs {
		i := slices.IndexFunc(all, func(r store.ExportRun) bool { return r.ID == id })
		if i < 0 {
			return nil, usageError("--run: there is no run %d in %s; dwtriage history list shows them", id, e.archive.file)
		}
		if f.Changed("environment") && text(all[i].Environment) != e.environment {
			return nil, notOfEnvironment(id, text(all[i].Environment), e.environment)
		}
	}
	period := !since.IsZero() || !until.IsZero()
	for _, r := range all {
		switch {
		case len(e.runs) > 0 && !slices.Contains(e.runs, r.ID):
		case f.Changed("environment") && text(r.Environment) != e.environment:
		case !since.IsZero() && !r.Until.After(since) && !r.Until.Equal(r.From):
		case !since.IsZero() && r.Until.Equal(r.From) && r.From.Before(since):
		case !until.IsZero() && !r.From.Before(until):
		default:
			runs = append(runs, r)
		}
	}
	if len(runs) == 0 && !e.prune {
		return nil, usageError("%s holds no such run; dwtriage history list shows those it has", e.archive.file)
	}
	if len(e.runs) == 0 && !e.all && !period {
		runs = slices.DeleteFunc(runs, func(r store.ExportRun) bool { return lake.Holds(e.parquet, r) })
	}
	return runs, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func inParens(name *string) string {
	if text(name) == "" {
		return ""
	}
	return " (" + printable(*name) + ")"
}

// exported says what an export did.
func exported(res lake.Result, dir string) string {
	said := fmt.Sprintf("%s: %s written", filepath.ToSlash(dir), words.Count(int64(res.Written), "file"))
	if res.Same > 0 {
		said += fmt.Sprintf(", %d as they were", res.Same)
	}
	if res.Removed > 0 {
		said += fmt.Sprintf(", %d removed", res.Removed)
	}
	return said
}

// runList names runs.
func runList(ids []int) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = fmt.Sprint(id)
	}
	if len(list) == 1 {
		return "run " + list[0]
	}
	return "runs " + strings.Join(list, ", ")
}
