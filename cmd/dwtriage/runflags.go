package main

import "github.com/spf13/pflag"

// The flags of run, and of those it shares with report, are known in every build: schedule print checks them, a file of --config
// sets them.

// What --out and --csv are where nobody says.
const (
	defaultOut = "dwtriage-report"
	defaultCSV = "excel"
)

// runFlags are the flags of the nightly job, as given: texts, so that a mistake can be quoted as it was
// typed. check turns them into values before anything is opened or written.
type runFlags struct {
	archive             archiveFlags
	out, environment    string
	since, until        string
	reading             readingFlags
	failOn, maxRejects  string
	csv, memoryLimit    string
	format              string
	progress, color, ci string
	threads             int
	json, quiet, backup bool
	shared, allowEmpty  bool
	reread              bool
	xlsx                bool
	rules               ruleFlags
	reclassify          bool // of merge
	redact              redactFlags
	parts               partFlags
	set                 *flags // that they are of
	merges              bool   // they are those of merge, which reads no exports
}

func (r *runFlags) flags() *flags {
	f := newFlags("dwtriage run [flags] PATH...", `Reads exported dual-write error logs and plug-in trace logs, classifies every record,
loads it into the database, and draws the report. PATH is a file, a folder (with everything
below it), a glob in quotes, or - for standard input. Formats (CSV, Excel workbooks, JSON, XML,
text) and containers (.gz .zst .bz2 .xz .zip .tar) are recognised by their content; dwtriage
inspect shows what a file is taken for. Records that the database already holds count as duplicates.`)
	r.set = f
	r.defineWhere(f, "`NAME` of the environment the exports come from, for the report and the database")
	g := f.group("What is read")
	g.StringVar(&r.since, "since", "", "leave out records before `TIME` (2026-11-22, 2026-11-22T18:00, 2026-11-22T18:00Z)")
	g.StringVar(&r.until, "until", "", "leave out records at or after `TIME`")
	r.reading.define(g, ", and of --since and --until")
	g.BoolVar(&r.reread, "reread", false, "read every file, also one that an earlier run read: the same path and bytes (XXH3), read in the same way")
	g = f.group("Rules")
	r.rules.define(g)
	r.defineExit(f)
	r.defineOutput(f)
	r.parts.define(f)
	g = f.group("Limits")
	r.reading.defineLimits(g)
	f.fold(namesOf(g)...)
	r.defineMachine(f)
	f.fold("lock-wait", "backup", "date-order", "reread", "no-builtin-rules", "allow-empty", "shared", "progress", "color", "csv", "redact-key")
	f.examples = `  dwtriage run exports/
  dwtriage run --environment PROD --since 2026-11-22T18:00Z --fail-on critical exports/*.csv.gz
  zstdcat night.csv.zst | dwtriage run --json - > summary.json`
	f.notes = `Exit codes: 0 done. 1 failed, or an input could not be read (to its end); all others were
loaded; or no row that was read came through. 2 mistake in flags or rules, nothing was done. 3 done, --fail-on met. 4 done, more
rejects than --max-rejects. 5 the database is in use. 129/130/131/143 ended by a signal: the database is
as it was, or the message says what is kept. 141 done, but nobody reads standard output.`
	return f
}

// elsewhere are the flags as they can be judged before run is called, maybe on another machine: without the variables of its scheduler and
// the key that it has.
func (r *runFlags) elsewhere() runFlags {
	there := *r
	there.parts.elsewhere = true
	if there.redact.on {
		there.redact.file = ""
	}
	if r.set.from == nil { // only read, not settled
		r.set.from = map[string]string{}
		r.set.Visit(func(fl *pflag.Flag) { r.set.from[fl.Name] = "flag" })
	}
	return there
}

// defineWhere adds the flags about the database and the folder of the report; environment is what --environment means.
func (r *runFlags) defineWhere(f *flags, environment string) {
	g := f.group("Where things go")
	r.archive.define(g, "`FILE` of the database, made when it is missing")
	g.BoolVar(&r.backup, "backup", false, "keep a copy of the database as it was before this run, as FILE.bak, in place of an older one")
	g.StringVarP(&r.out, "out", "o", defaultOut, "`FOLDER` of the report: index.html, CSV files, summary.json")
	g.StringVar(&r.environment, "environment", "", environment)
}

// defineExit adds the flags about the exit code.
func (r *runFlags) defineExit(f *flags) {
	g := f.group("Exit code")
	g.StringVar(&r.failOn, "fail-on", "", "exit with 3 when a failure is as severe as `LEVEL` (critical, high, medium, low, info) or worse, or with new: when one is new or regressed")
	g.StringVar(&r.maxRejects, "max-rejects", "", "exit with 4 when more rows than `N` (or N% of the rows read) are rejected")
	g.BoolVar(&r.allowEmpty, "allow-empty", false, "exit with 0 also when rows were read and none came through: all rejected, or left out by --since, --until or --log")
}

// defineOutput adds the flags about what is written and said.
func (r *runFlags) defineOutput(f *flags) {
	g := f.group("Output")
	g.BoolVar(&r.json, "json", false, "one line of JSON on standard output: summary.json or the error")
	g.BoolVarP(&r.quiet, "quiet", "q", false, "print nothing but warnings and errors")
	f.defineLog(g)
	g.BoolVar(&r.shared, "shared", false, "let others read new files as the umask has it; without they are for this user alone")
	g.StringVar(&r.progress, "progress", "auto", "`MODE` of progress on standard error: auto (a bar on a terminal, else plain), plain (a line per file) or none")
	defineColor(g, &r.color)
	defineCI(g, &r.ci)
	defineFormat(g, "report-format", &r.format)
	r.redact.define(g)
	defineCSV(g, &r.csv)
	defineXLSX(g, &r.xlsx)
}

func (r *runFlags) defineMachine(f *flags) {
	g := f.group("Machine")
	g.IntVar(&r.threads, "threads", 0, "`N` worker threads (0: one per core)")
	g.StringVar(&r.memoryLimit, "memory-limit", "400MB", "`SIZE` of the memory of the whole program, at least 200MB; what does not fit goes to a folder beside the database")
	f.fold(namesOf(g)...)
}

// defineColor is the flag of the commands that print a panel.
func defineColor(g *pflag.FlagSet, value *string) {
	g.StringVar(value, "color", "auto", "`WHEN` text for people has colors: auto (on a terminal, unless NO_COLOR is set or TERM is dumb), always or never")
}

// defineFormat is the flag of the forms of a report beside the tables. It is --format of report; run has --report-format,
// since its --format is that of the inputs.
func defineFormat(g *pflag.FlagSet, name string, value *string) {
	g.StringVar(value, name, "html", "`FORMS` of the report, with commas: html and json (index.html and summary.json, always there), markdown (report.md, the text of a ticket), teams (card.json, a message with an Adaptive Card to post to a workflow of Teams)")
}

// csvStyles are the values of --csv.
var csvStyles = []string{"excel", "excel-semicolon", "plain"}

// defineCSV is the flag of how CSV files are written.
func defineCSV(g *pflag.FlagSet, value *string) {
	g.StringVar(value, "csv", defaultCSV, "`STYLE` of CSV files: excel (byte order mark, CRLF), excel-semicolon (the same with semicolons, which Excel opens by a double click where a comma parts decimals, as in German) or plain (commas, LF)")
}

// defineXLSX is the flag of the workbook.
func defineXLSX(g *pflag.FlagSet, value *bool) {
	g.BoolVar(value, "xlsx", false, "also report.xlsx: the tables as an Excel workbook, in which 001 stays 001 and times are dates")
}

// redactFlags are the flags that hide what a report says of people, machines and business records.
type redactFlags struct {
	on   bool
	file string
	key  []byte // of the file; nil: one is made up
}

func (r *redactFlags) define(g *pflag.FlagSet) {
	g.BoolVar(&r.on, "redact", false, "tokens for names, keys, hosts, ids and addresses in the report")
	g.StringVar(&r.file, "redact-key", "", "`FILE` of the key of the tokens, at least 32 bytes that only this user may read: reports with the same key have the same tokens (without one a key is made for this report alone)")
}

func defineCI(g *pflag.FlagSet, value *string) {
	g.StringVar(value, "ci", "auto", "`PIPELINE` to tell of warnings, errors and the summary: azure, github, auto (the one that TF_BUILD or GITHUB_ACTIONS names) or none")
}
