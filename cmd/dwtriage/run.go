//go:build cgo

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/ingest/secrets"
	"dwtriage/ingest/words"
	"dwtriage/report"
	"dwtriage/report/folder"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// A job is a run with its flags checked.
//
// Its order is: flags, rules, inputs, database, load, summary, report. Whatever can be wrong without
// touching a file is found first, so that exit code 2 always means that nothing was done; the database is
// opened before the inputs are read, since a night that cannot be stored need not be read for two
// minutes; and the report comes after the commit, drawn from the database alone, which is why it can be
// drawn again.
type job struct {
	s          *session
	flags      runFlags
	opt        ingest.Options
	matcher    *classify.Matcher
	paths      []string // as given
	sources    []ingest.Source
	failures   []string        // inputs that could not be read, for people
	others     int             // files in folders and archives that are no logs
	last       *report.Last    // what is known of the last report, where this one may say the same
	asBefore   int             // files that were not read again
	found      map[string]bool // sources, and whether nobody named them, see mayPass
	passing    *store.Passing
	since      time.Time
	until      time.Time
	thresholds store.Thresholds
	memory     int64 // --memory-limit in bytes
	show       *progress
	ahead      *report.Ahead
	why        string // of the exit code
	kept       bool   // the report of an earlier run, as this one has nothing to say
	timings    []store.Timing
	began      time.Time
	made       bool          // the database was not there before
	parts      []*store.Part // what a merge loads instead of sources
}

// runRun is the command run.
func runRun(s *session, args []string) (int, error) {
	j, err := newJob(s, args)
	if err != nil {
		return 0, err
	}
	if j.flags.parts.folder != "" {
		return j.makePart()
	}
	return j.run()
}

// newJob makes a job of a command line. Ended mutes and rule changes are said before the work, where a person at a
// terminal sees them; they are no reason to stop.
func newJob(s *session, args []string) (*job, error) {
	var rf runFlags
	f := rf.flags()
	if err := f.parse(s, args); err != nil {
		return nil, err
	}
	if f.NArg() == 0 {
		return nil, usageError("run needs the PATH of the exports: a file, a folder, a glob, or - for standard input; dwtriage run --help has examples")
	}
	j, err := prepare(s, rf)
	if err != nil {
		return nil, err
	}
	j.paths = f.Args()
	if err := j.expand(j.paths); err != nil {
		return nil, err
	}
	j.warnOfRoom()
	if !j.flags.reread {
		j.passing = &store.Passing{May: j.mayPass}
	}
	return j, nil
}

// prepare makes a job of flags, but for what it loads.
func prepare(s *session, rf runFlags) (*job, error) {
	if s.ci.on() && !hasForm(rf.format, "markdown") {
		rf.format += ",markdown" // the summary of the step
	}
	rf.environment = secrets.Clean(rf.environment)
	if rf.shared && s.relax != nil {
		s.relax()
	}
	j := &job{s: s, flags: rf, began: time.Now()}
	if err := j.check(); err != nil {
		return nil, err
	}
	mark := time.Now()
	m, err := rf.rules.compile()
	if err != nil {
		return nil, err
	}
	j.timed("rules", mark)
	j.matcher = m
	j.flags.redact.redactor(s, m)
	for _, note := range m.Set().Ended(time.Now()) {
		j.say("dwtriage: %s\n", note)
	}
	// Before the inputs are looked for: what a killed run left beside the report is none.
	if rf.parts.folder != "" {
		return j, nil
	}
	return j, writable(rf.archive.file, rf.out)
}

// writable says before the work that its result could not be kept. A folder that is not there yet is made later.
func writable(db, out string) error {
	if err := outReady(out); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Dir(db)); err != nil {
		return nil
	}
	if err := folder.Writable(filepath.Dir(db)); err != nil {
		return fmt.Errorf("--db: %w; the database writes files beside itself", err)
	}
	return nil
}

// outReady says that a report could not be written.
func outReady(out string) error {
	if out == "" {
		return usageError("--out: the name of the folder is empty")
	}
	if err := report.Ready(out); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// check turns the flags' texts into values.
func (j *job) check() error {
	r := &j.flags
	if err := r.archive.check(); err != nil {
		return err
	}
	if err := r.redact.check(); err != nil {
		return err
	}
	if err := j.checkMachine(); err != nil {
		return err
	}
	for _, c := range []struct {
		flag, value string
		known       []string
	}{
		{"--fail-on", r.failOn, append([]string{"", "new"}, classify.Severities...)},
		{"--progress", r.progress, []string{"auto", "plain", "none"}},
		{"--csv", r.csv, csvStyles},
	} {
		if err := oneOf(c.flag, c.value, c.known); err != nil {
			return err
		}
	}
	if err := checkColor(r.color); err != nil {
		return err
	}
	if err := checkFormat("--report-format", r.format); err != nil {
		return err
	}
	j.thresholds = store.Thresholds{FailOn: r.failOn, MaxRejects: r.maxRejects}
	if _, err := j.thresholds.RejectsAllowed(0); err != nil {
		return usageError("--max-rejects: %v", err)
	}
	if r.merges {
		return nil
	}
	return j.checkReading()
}

// checkMachine turns the flags about the machine into values.
func (j *job) checkMachine() (err error) {
	r := &j.flags
	if j.memory, err = parseSize(r.memoryLimit); err != nil || j.memory < leastMemory {
		return usageError("--memory-limit: %q is not a size of at least %s; write 400MB or 2GB", r.memoryLimit, formatSize(leastMemory))
	}
	r.threads, err = workers(r.threads)
	return err
}

// checkReading turns the texts of flags about what is read into values.
func (j *job) checkReading() error {
	r := &j.flags
	opt, err := r.reading.options(j.s.stdin)
	if err != nil {
		return err
	}
	for _, limit := range []struct {
		flag, text string
		end        edge
		to         *time.Time
	}{{"--since", r.since, begins, &j.since}, {"--until", r.until, ends, &j.until}} {
		var note string
		if *limit.to, note, err = parseLocal(limit.flag, limit.text, opt.Zone, limit.end); err != nil {
			return err
		}
		if note != "" {
			j.s.ci.issue("warning", note)
			j.say("dwtriage: %s\n", note)
		}
	}
	if !j.since.IsZero() && !j.until.IsZero() && !j.since.Before(j.until) {
		return usageError("--since %s is not before --until %s, so there would be nothing to read; change one of them", j.since.Format(time.RFC3339), j.until.Format(time.RFC3339))
	}
	opt.Since, opt.Until, opt.Allocator = j.since, j.until, store.Allocator()
	opt.Workers = r.threads / 2 // two cores are full without; with more, one reader is what the others wait for
	j.opt = opt
	return r.parts.check(r.set, j.s.getenv)
}

// expand finds the inputs. A path that leads nowhere does not stop the others: of four exports of a night
// three in the report are better than none, and exit code 1 says that one is missing. Without any there is
// nothing to draw, and the old report stays as it is.
func (j *job) expand(paths []string) error {
	sources, err := ingest.Expand(paths)
	for _, e := range unjoin(err) {
		j.fail(errorLines(e))
	}
	found, strange, names := len(sources), 0, report.Names()
	sources = slices.DeleteFunc(sources, func(s ingest.Source) bool {
		own := j.ownOutput(s)
		if own && within(s.Path, j.flags.out) && !slices.Contains(names, filepath.Base(s.Path)) {
			strange++
		}
		return own
	})
	switch {
	case len(sources) > 0 && strange > 0:
		j.say("dwtriage: %s: %s in it, of no report, %s left out, since the folder is that of the report; name what is to be read, or give -o another folder\n",
			j.flags.out, words.Count(strange, "file"), words.Plural(strange, "is", "are"))
	case len(sources) > 0:
	case found > 0:
		return fmt.Errorf("there is nothing to read but what lies in the folder of the report (-o %s) or beside the database, which is left out, so nothing was done; give -o another folder, or name the files themselves", j.flags.out)
	default:
		return errors.New("there is nothing to read, so nothing was done; " + exportHint)
	}
	if j.sources, err = j.flags.parts.of(sources); err != nil {
		return err
	}
	if len(j.failures) > 0 && j.flags.parts.folder != "" {
		return errors.New("no part was written: one that lacks a file would be taken for the whole of its share; mend the paths and run the worker again")
	}
	return nil
}

// within reports whether a file lies in a folder, or below it.
func within(path, folder string) bool {
	return strings.HasPrefix(absolute(path), absolute(folder)+string(filepath.Separator))
}

// ownOutput reports whether a file met while walking a folder is what an earlier run wrote: its
// CSV files look like logs, but reading them would count every failure twice.
func (j *job) ownOutput(s ingest.Source) bool {
	if !s.Walked {
		return false
	}
	path, err := filepath.Abs(s.Path)
	if err != nil {
		return false
	}
	if j.s.inLog(path) {
		return true
	}
	if part := j.flags.parts.folder; part != "" && strings.HasPrefix(path, absolute(part)+string(filepath.Separator)) {
		return true
	}
	db, err1 := filepath.Abs(j.flags.archive.file)
	out, err2 := filepath.Abs(j.flags.out)
	return err1 == nil && (path == db || strings.HasPrefix(path, db+".")) ||
		err2 == nil && (strings.HasPrefix(path, out+string(filepath.Separator)) || strings.HasPrefix(path, folder.Aside(out)))
}

// fail notes an input that could not be read, and says so at once.
func (j *job) fail(msg string) {
	j.failures = append(j.failures, msg)
	j.s.ci.issue("error", j.s.hide(msg))
	j.say("dwtriage: %s\n", msg)
}

// say prints to standard error, above the progress bar if there is one.
func (j *job) say(format string, args ...any) {
	if j.show != nil {
		j.show.clear()
	}
	if j.s.red == nil {
		tell(j.s.stderr, format, args...)
		return
	}
	var message strings.Builder
	tell(&message, format, args...)
	tell(j.s.stderr, "%s", several(j.s.red.Sentence(message.String())))
}

// gcPercent trades a little processor time for memory: batches are short-lived, and with the
// default of 100 the set of known record ids would be paid for twice.
const gcPercent = 50

// leastMemory is the smallest --memory-limit: the rules, the buffers of the readers and two batches at each door of the
// pipeline need 100 MB, and below as much DuckDB cannot hold the vectors of a column of long texts.
const leastMemory = 200 << 20

// engineShare is how much of the memory of the program DuckDB may use. The rest is for batches and the ids of known
// records, which lie in C memory (a fifth), and for Go: the readers, the rules, and the lists of the report. With three
// eighths of 400 MB the inputs that once took all memory pass, and a night of 1 GB is loaded no slower than with more.
func engineShare(memory int64) int64 { return memory * 3 / 8 }

// engineLimit is that share. A merge has neither batches nor ids, so DuckDB may have an eighth more: room for two threads that load parts.
func (j *job) engineLimit() int64 {
	if j.parts != nil {
		return j.memory / 2
	}
	return engineShare(j.memory)
}

// limitMemory bounds Go's part of the memory until the function that it returns is called.
func (j *job) limitMemory() (restore func()) {
	percent := debug.SetGCPercent(gcPercent)
	limit := debug.SetMemoryLimit(j.memory - engineShare(j.memory) - j.memory/5)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// run does the work. A database that another process uses ends with a code of its own: two schedulers
// that overlap are no fault of the data, and the second one can simply try again.
func (j *job) run() (int, error) {
	ctx := j.s.ctx
	defer j.limitMemory()()
	started := time.Now()
	file, missing := os.Stat(j.flags.archive.file)
	j.made = errors.Is(missing, fs.ErrNotExist) || missing == nil && file.Size() == 0
	if j.made {
		j.s.fate.makes.Store(&j.flags.archive.file)
	}
	coming, known := unpackedSize(j.sources)
	if coming += partsSize(j.parts...); !known {
		coming = -1
	}
	db, err := j.flags.archive.open(j.s, store.Options{MemoryLimit: j.engineLimit(), Threads: j.flags.threads, Coming: coming, Reads: store.Reading(j.parts)})
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if j.flags.backup {
		if _, err := db.Backup(j.s.ctx, ".bak"); err != nil {
			return 0, fmt.Errorf("keeping a copy of the database: %w; make room, or leave --backup out", err)
		}
	}
	j.showProgress()
	j.opt.Progress = j.show.update
	load := j.merge
	if j.parts == nil {
		load = j.load
		if err := j.known(ctx, db); err != nil {
			return 0, err
		}
	}
	if j.s.red == nil { // else the ids of all companies must be known first, which stay readable in every record
		j.ahead = report.NewAhead(j.flags.environment, j.matcher, j.drawing(), func() (*os.File, error) { return db.Spill("records") })
		defer j.ahead.Close()
	}
	id, err := load(ctx, db, started)
	j.show.end()
	if err != nil {
		if id == 0 && j.s.fate.id.Load() > 0 {
			j.s.fate.unsure.Store(true) // taken back behind its commit, or not: the error says which
		}
		return 0, err
	}
	j.timed("load", started)
	if j.asBefore > 0 && !j.flags.quiet {
		j.say("dwtriage: %s not read again, as an earlier run read the same bytes; --reread reads all\n", words.Count(j.asBefore, "file")+" "+words.Were(int64(j.asBefore)))
	}
	j.sayPassing()
	sum, err := j.publish(ctx, db, id)
	if err != nil {
		return 0, j.undo(ctx, db, id, err)
	}
	j.s.fate.is("run %d is kept, and its report is in %s", id, j.flags.out)
	if err := j.print(sum); err != nil {
		return 0, err
	}
	ticket := filepath.Join(j.flags.out, "report.md")
	if j.kept {
		ticket = ""
	}
	j.s.endPipeline(sum, sum.ExitCode, j.why, ticket)
	return sum.ExitCode, nil
}

// showProgress begins to show how far the job is.
func (j *job) showProgress() {
	j.show = newProgress(j.s.stderr, j.flags.progress, j.flags.quiet, j.s.obeysSequences(), j.sources)
	j.show.path = j.s.hidePath
	if !j.show.plain && j.s.log != nil {
		j.show.lines = j.s.log
	}
}

// publish draws the report of a run. Files are written aside and take their place when all of them are there: whoever
// opens the folder meanwhile reads the report of the night before, and a failed drawing leaves it. A run without any record leaves it, too: of the night before it says more than of this one.
func (j *job) publish(ctx context.Context, db *store.DB, id int64) (*summary.Summary, error) {
	defer j.show.end()
	j.show.stage("summing up")
	mark := time.Now()
	sum, last, err := sumUp(ctx, db, id, j.matcher, summary.CompareTo{}, j.s.red, j.lastOf(db))
	if err != nil {
		return nil, err
	}
	j.timed("summarize", mark)
	sum.Timings = j.timings
	j.judgeInputs(sum)
	if sum.ExitCode, j.why, err = sum.Judge(len(j.failures), j.flags.allowEmpty); err != nil {
		return nil, err
	}
	if j.why != "" {
		j.say("dwtriage: %s\n", excerpt(j.why, 300))
	}
	if sum.Records == 0 {
		if said := nothingCame(sum); report.Unread(sum) {
			j.say("dwtriage: %s; %s\n", said, exportHint)
		} else if j.why == "" {
			j.say("dwtriage: %s\n", said)
		}
	}
	j.sayElsewhere(sum)
	if err := j.sayFirstOf(ctx, db); err != nil {
		return nil, err
	}
	// Before the report: what it says is in the database, so it can be drawn again from there.
	if err := db.End(ctx, id, sum.ExitCode, sum.Timings); err != nil {
		return nil, err
	}
	if err := report.Tell(ctx, db, sum); err != nil {
		return nil, err
	}
	if j.kept = sum.Records == 0 && report.Exists(j.flags.out); j.kept {
		j.say("dwtriage: no record came through, so the report in %s stays as it was; -o with another folder draws what there is\n", j.flags.out)
		return sum, nil
	}
	j.show.stage("writing the report")
	mark = time.Now()
	opt := j.drawing()
	opt.Ahead, opt.Last, opt.Progress = j.ahead, last, func(file string, bytes int64) error {
		j.show.writing(file, bytes)
		return context.Cause(ctx)
	}
	// Booked again, so that summary.json, now and drawn again, says how long it took to draw what it lies beside.
	opt.Drawn = func() error {
		j.timed("report", mark)
		sum.Timings = j.timings
		return db.End(ctx, id, sum.ExitCode, sum.Timings)
	}
	var put map[string]folder.Drawn
	opt.Put = func(drawn map[string]folder.Drawn) { put = drawn }
	if err := report.Write(j.flags.out, sum, opt); err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	j.keepLast(ctx, db, sum, last, put)
	return sum, nil
}

// drawing is how the report is drawn.
func (j *job) drawing() report.Options {
	opt := drawn(j.flags.csv, j.flags.format, j.flags.xlsx)
	opt.Redacted = j.s.red
	opt.Where = place{db: j.flags.archive.file, rules: j.flags.rules, env: j.s.getenv}.where()
	return opt
}

// undo takes a run back that was stopped between its load and its report, as an interrupted
// run promises, unless that takes too long. After any other failure the run stays: reading the exports again finds
// duplicates and draws the same report.
func (j *job) undo(ctx context.Context, db *store.DB, id int64, err error) error {
	if ctx.Err() == nil {
		// What was booked before the report is how the run would have ended with one. A disk that is full may not take this either.
		_ = db.End(ctx, id, exitFailed, j.timings)
		return fmt.Errorf("%w; run %d is loaded and kept: dwtriage report draws it, or the same exports once more, when that is mended", err, id)
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), takingBack)
	defer cancel()
	j.s.fate.is("run %d was just being taken back: dwtriage history says whether it is still there", id)
	j.s.fate.unsure.Store(true)
	if forget := db.Forget(limited, id); forget != nil {
		j.s.fate.ofRun(id, true)
	} else {
		j.s.fate.isNothing()
	}
	return err
}

// timed books how long a stage took, in seconds with milliseconds. Timings are stored with the run, so the
// page drawn again prints those of the night and not its own.
func (j *job) timed(stage string, since time.Time) {
	j.timings = append(j.timings, store.Timing{Stage: stage, Seconds: float64(time.Since(since).Milliseconds()) / 1000})
}

// load runs the pipeline into one transaction. The matcher is shared by all workers; it does not change
// after it was compiled. Batches lie in the store's memory, which DuckDB may read without a copy. What is
// said of a file is said when its last batch goes by, in the order in which files end.
func (j *job) load(ctx context.Context, db *store.DB, started time.Time) (int64, error) {
	run, tool := j.booking(started)
	var id int64
	err := pipeline(ctx, j.flags.threads, j.read, j.judge, func(next source[*report.Rows]) (err error) {
		var inputs []store.Input
		src, loaded := j.drawn(next)
		id, inputs, err = db.Load(ctx, run, tool, src, loaded)
		j.sayLate(inputs)
		return err
	})
	return id, err
}

// drawn is next as the store asks for it, and what the store is to tell of each batch: the rows of what is loaded are kept.
func (j *job) drawn(next source[*report.Rows]) (src store.Source, loaded func([]bool)) {
	var waiting []*report.Rows // of the batches that were handed over, until it is known what is new in them
	return func() (*ingest.Batch, error) {
			b, rows, err := next()
			if err == nil {
				j.files(b.Files)
				if b.Len() > 0 {
					waiting = append(waiting, rows)
				}
			}
			return b, err
		}, func(rows []bool) {
			j.ahead.Keep(waiting[0], rows)
			waiting = waiting[1:]
		}
}

// booking is how a run that began then is booked.
func (j *job) booking(started time.Time) (store.Run, store.Tool) {
	return store.Run{
		Environment: j.flags.environment, Started: started.UTC(), Since: j.since, UntilLimit: j.until,
		Arguments: "dwtriage " + shellJoin(j.s.arguments), Thresholds: j.thresholds, Reading: j.reading(), Judging: j.judging,
		Passing: j.passing,
		Told: func(id int64, committed bool) {
			j.s.fate.ofRun(id, committed)
			if !committed {
				j.show.turn("committing")
			}
		},
	}, store.Tool{Version: version, Rules: len(j.matcher.Rules()), RulesDigest: j.matcher.Digest()}
}

// reading is how files are read: nothing where parts are merged, whose workers may have been of another version.
func (j *job) reading() string {
	if j.parts != nil {
		return ""
	}
	return j.opt.Reading()
}

// judge is the work of one worker on one batch.
func (j *job) judge(ctx context.Context, b *ingest.Batch) *report.Rows {
	if !j.matcher.ClassifyUntil(ctx.Done(), b, store.Allocator()) || b.Len() == 0 {
		return nil
	}
	return j.ahead.Draw(b.Records)
}

// read is the upstream end of the pipeline. It is the only place where the inputs are opened.
func (j *job) read(ctx context.Context, emit func(*ingest.Batch) error) error {
	return ingest.Read(ctx, j.sources, j.opt, emit)
}

// files reports the inputs that were finished, with what is wrong with them. Warnings belong to a file and
// name it; a problem is a failure only of a file that somebody named, since a folder of exports holds
// readme files, pictures and yesterday's report.
func (j *job) files(files []ingest.File) {
	if j.s.ctx.Err() != nil { // what a signal cut off is neither empty nor damaged
		return
	}
	for i := range files {
		f := &files[i]
		j.show.file(f)
		if f.Again != 0 {
			j.asBefore++
		}
		passed := !j.named(f.Path) && f.PassOver()
		for _, w := range f.Warnings {
			j.say("dwtriage: %s: %s\n", f.Path, w)
		}
		switch {
		case passed:
			j.others++
		case f.Problem == nil:
		case errors.Is(f.Problem, ingest.ErrNotALog) && !j.named(f.Path):
			j.say("dwtriage: %v\n", f.Problem)
			j.others++
		default:
			j.fail(errorLines(f.Problem))
		}
	}
}

// named reports whether the user named this very file. What is only met in a folder or in an
// archive may well be something else than a log, and does not make the run fail.
func (j *job) named(path string) bool {
	return slices.ContainsFunc(j.sources, func(s ingest.Source) bool { return s.Path == path && !s.Walked })
}

// judgeInputs makes a run fail that found files, but no log among them, or no row in what is one while a file that nobody can look into may hold the
// rows: an archive that was not unpacked beside an empty export is no quiet night.
func (j *job) judgeInputs(sum *summary.Summary) {
	if sum.Totals.Read > 0 || len(j.failures) > 0 {
		return
	}
	if j.others > 0 && j.others == len(sum.Inputs) {
		j.fail(fmt.Sprintf("there is no log export among the %s, see above", words.Count(j.others, "file")))
	} else if failed, _, _ := report.WithoutRow(sum.Inputs); failed > 0 {
		j.fail(fmt.Sprintf("no row was read, and %s that may hold some could not be looked into, see above", words.Count(failed, "file")))
	}
}

// print gives the result on standard output: for a program or for people. Everything else goes to standard
// error, so that --json can be piped. It prints the file that was just written instead of encoding again:
// two encodings could differ, and one of them would be wrong.
func (j *job) print(sum *summary.Summary) error {
	out := j.s.ownPath(filepath.Join(j.flags.out, "index.html"), "-o")
	if j.kept {
		out += " (of an earlier run, as it was)"
	}
	summarize := func(p *panel) {
		printSummary(p, sum, place{db: j.s.ownPath(j.flags.archive.file, "--db"), made: j.made, out: j.flags.out, rules: j.flags.rules, csv: j.flags.csv, xlsx: j.flags.xlsx, forms: j.flags.format, inputs: j.paths, env: j.s.getenv}, out)
	}
	j.s.logPanel(summarize)
	took := time.Since(j.began).Seconds()
	if j.flags.json || j.flags.quiet {
		printTimings(j.s.log, took, sum.Totals.Read, j.timings, true)
	}
	if j.flags.json && j.kept {
		var text bytes.Buffer
		if err := report.WriteJSON(&text, sum); err != nil {
			return err
		}
		return j.s.answer(text.Bytes())
	}
	if j.flags.json {
		text, err := os.ReadFile(filepath.Join(j.flags.out, "summary.json"))
		if err != nil {
			return err
		}
		return j.s.answer(text)
	}
	if j.flags.quiet {
		return nil
	}
	p := j.s.panelFor(j.s.stdout, j.flags.color)
	summarize(p)
	if err := p.print(j.s.stdout); err != nil {
		return err
	}
	printTimings(j.s.stderr, took, sum.Totals.Read, j.timings, isTerminal(j.s.stderr))
	return nil
}
