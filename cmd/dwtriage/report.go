//go:build cgo

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"dwtriage/report"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// reportFlags are the flags of the command report, as given.
type reportFlags struct {
	archive          archiveFlags
	out, environment string
	run              int64
	since, until     string
	period           string
	compareTo        string
	compare          string
	csv, format      string
	color, ci        string
	json, quiet      bool
	xlsx             bool
	redact           redactFlags
}

func (r *reportFlags) flags() *flags {
	f := newFlags("dwtriage report [flags]", `Draws the report of a run again, from the database alone: the exports may be gone. It shows what the run's
inputs held, with today's texts of the rules and today's knowledge of the nights before, also of those
that were loaded later. With --period, or --since and --until, it is the report of a period of one
environment: what happened in it, whatever runs read it, each record once. With --compare-to it is
compared with any earlier period.`)
	g := f.group("Where things are")
	r.archive.define(g, "database `FILE`")
	g.StringVarP(&r.out, "out", "o", defaultOut, "`FOLDER` of the report")
	g = f.group("What is drawn")
	g.Int64Var(&r.run, "run", 0, "run `N` (0: the latest that has records)")
	g.StringVar(&r.environment, "environment", "", "the latest run of environment `NAME`, or the period in it")
	g.StringVar(&r.since, "since", "", "the report of a period, of all runs that read some of it: from `TIME` (UTC, full hours) on")
	g.StringVar(&r.until, "until", "", "and before `TIME`; without one of them it goes as far as exports do")
	g.StringVar(&r.period, "period", "", "the same for `WHAT`: a day (2026-11-20: the night to it, from noon to noon UTC) or hours (2026-11-19T18:00..2026-11-20T06:00)")
	g.StringVar(&r.compareTo, "compare-to", "", "compare with `WHAT`: a day (2026-11-20: the night to it), hours (2026-11-19T18:00..2026-11-20T06:00) or a run (17), instead of the periods before")
	g.StringVar(&r.compare, "compare", "", "two environments, `A..B`: the report of B, and what fails in it and not in A, in A and not in it, and in both")
	g = f.group("Output")
	g.BoolVar(&r.json, "json", false, "one line of JSON on standard output: summary.json or the error")
	g.BoolVarP(&r.quiet, "quiet", "q", false, "print nothing but warnings and errors")
	f.defineLog(g)
	defineColor(g, &r.color)
	defineCI(g, &r.ci)
	defineFormat(g, "format", &r.format)
	r.redact.define(g)
	defineCSV(g, &r.csv)
	defineXLSX(g, &r.xlsx)
	f.examples = `  dwtriage report
  dwtriage report --run 12 -o night-12 --compare-to 2026-11-16
  dwtriage report --environment PROD --period 2026-11-20 -o night-20
  dwtriage report --compare UAT..PROD --period 2026-11-20
  dwtriage report --environment PROD --compare-to 2026-11-19T18:00..2026-11-20T06:00`
	f.notes = `Exit codes: 0 done, also where no export covers the hours to compare with. 1 failed. 2 mistake in flags or rules, what to
compare with does not lie before the report, or no export covers the period. 5 the database is in use.`
	return f
}

// runReport is the command report.
func runReport(s *session, args []string) (int, error) {
	var rf reportFlags
	f := rf.flags()
	m, err := matcherFor(s, f, args, 0)
	if err != nil {
		return 0, err
	}
	if err := rf.redact.check(); err != nil {
		return 0, err
	}
	red := rf.redact.redactor(s, m)
	db, err := rf.archive.openStored(s)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if s.ci.on() && !hasForm(rf.format, "markdown") {
		rf.format += ",markdown" // the summary of the step
	}
	if err := oneOf("--csv", rf.csv, csvStyles); err != nil {
		return 0, err
	}
	if err := checkFormat("--format", rf.format); err != nil {
		return 0, err
	}
	if err := checkColor(rf.color); err != nil {
		return 0, err
	}
	if rf.run < 0 {
		return 0, usageError("--run: %d is less than 0", rf.run)
	}
	for _, name := range []string{"since", "until", "period", "compare-to", "compare"} {
		if given := f.Lookup(name); given.Changed && given.Value.String() == "" { // an unset variable would draw another report under this name
			return 0, usageError("--%s: it is empty; leave it out for the latest run and the periods before", name)
		}
	}
	to, err := parseCompareTo("--compare-to", rf.compareTo)
	if err != nil {
		return 0, err
	}
	span, err := rf.span()
	if err != nil {
		return 0, err
	}
	named := f.Changed("environment")
	if rf.run != 0 && named && rf.compare == "" {
		if err := ofThisEnvironment(s, db, rf.run, rf.environment); err != nil {
			return 0, err
		}
	}
	if rf.compare != "" {
		if to.Environment, err = rf.compared(s, db, named); err != nil {
			return 0, err
		}
		named = true
	}
	if err := outReady(rf.out); err != nil {
		return 0, err
	}
	var sum *summary.Summary
	var last *report.Last
	if span != nil {
		if span.Environment, err = rf.environmentOf(s, db, *span, named); err != nil {
			return 0, err
		}
		sum, err = summary.OfSpan(s.ctx, db, *span, m, to, red)
	} else {
		id := rf.run
		if id == 0 {
			if id, err = latestRun(s, db, rf.archive.file, rf.environment, named); err != nil && rf.compare != "" {
				err = usageError("--compare %s: %v", rf.compare, err)
			}
			if err != nil {
				return 0, err
			}
		}
		if to.Environment != "" {
			if of, _, err := db.Run(s.ctx, id); err == nil && of.Environment != rf.environment {
				return 0, usageError("--compare %s: run %d is of environment %q", rf.compare, id, of.Environment)
			}
		}
		sum, last, err = sumUp(s.ctx, db, id, m, to, red, lastReport(db))
	}
	if errors.Is(err, summary.ErrNoEnvironment) {
		return 0, usageError("--compare %s: the database has no run of environment %q; dwtriage history list shows which it has", rf.compare, to.Environment)
	}
	if errors.Is(err, summary.ErrNotCovered) {
		return 0, rf.notCovered(s, db, named)
	}
	if errors.Is(err, summary.ErrNotBefore) || errors.Is(err, summary.ErrNothing) {
		return 0, usageError("--compare-to: %v", err)
	}
	if err != nil {
		return 0, err
	}
	goesOn := func(string, int64) error { return context.Cause(s.ctx) }
	var rules ruleFlags
	rules.paths, _ = f.GetStringArray("rules")
	rules.noBuiltin, _ = f.GetBool("no-builtin-rules")
	opt := drawn(rf.csv, rf.format, rf.xlsx)
	opt.Where = place{db: rf.archive.file, rules: rules, env: s.getenv}.where()
	opt.Progress, opt.Redacted, opt.Last = goesOn, red, last
	opt.Ahead = report.NewAhead(sum.Environment, m, opt, func() (*os.File, error) { return db.Spill("records") })
	defer opt.Ahead.Close()
	if err := report.Write(rf.out, sum, opt); err != nil {
		return 0, fmt.Errorf("writing the report: %w", err)
	}
	defer s.endPipeline(sum, exitDone, "", filepath.Join(rf.out, "report.md"))
	summarize := func(p *panel) {
		printSummary(p, sum, place{db: s.ownPath(rf.archive.file, "--db"), rules: rules, out: rf.out, csv: rf.csv, xlsx: rf.xlsx, forms: rf.format, span: rf.spanFlags(sum, span != nil), env: s.getenv}, s.ownPath(filepath.Join(rf.out, "index.html"), "-o"))
	}
	s.logPanel(summarize)
	switch {
	case rf.json:
		var text bytes.Buffer
		if err := report.WriteJSON(&text, sum); err != nil {
			return 0, err
		}
		return exitDone, s.answer(text.Bytes())
	case rf.quiet:
		return exitDone, nil
	}
	p := s.panelFor(s.stdout, rf.color)
	summarize(p)
	return exitDone, p.print(s.stdout)
}

// ofThisEnvironment is an error of a call that names a run and an environment of which it is not: whoever asks for the report of one must not get that of
// another. That there is no such run is for others to say.
func ofThisEnvironment(s *session, db *store.DB, run int64, environment string) error {
	of, _, err := db.Run(s.ctx, run)
	if err != nil || of.Environment == environment {
		return nil
	}
	return notOfEnvironment(run, of.Environment, environment)
}

func notOfEnvironment(run int64, of, environment string) error {
	what := fmt.Sprintf("of environment %q", of)
	if of == "" {
		what = "of the environment without a name"
	}
	return usageError("--environment %q: run %d is %s; leave --environment out, or name a run of it", environment, run, what)
}

// latestRun is the latest run with records: of an environment where one is given, which may be the one without a name.
func latestRun(s *session, db *store.DB, file, environment string, given bool) (int64, error) {
	var only *string
	if given {
		only = &environment
	}
	id, err := summary.Latest(s.ctx, db, only)
	if err == nil && id == 0 && given {
		err = checkEnvironment(s.ctx, db, file, environment)
	}
	if err == nil && id == 0 {
		var pruned string
		if pruned, err = db.PrunedWords(s.ctx); err == nil {
			err = fmt.Errorf("%s holds no run with records%s", file, ofEnvironment(only))
			if pruned != "" {
				err = fmt.Errorf("%w; %s", err, pruned)
			}
		}
	}
	return id, err
}

func ofEnvironment(name *string) string {
	if name == nil {
		return ""
	}
	return fmt.Sprintf(" of environment %q", *name)
}

// openEnd is the error of hours of which an end is missing.
func openEnd(flag, from, until string) error {
	missing, instead := "end", "--since "+from
	if from == "" {
		missing, instead = "beginning", "--until "+until
	}
	switch {
	case from == "" && until == "":
		return usageError("%s: \"..\" has no ends; write 2026-11-19T18:00..2026-11-20T06:00", flag)
	case flag == "--period":
		return usageError("%s %s..%s has no %s: %s alone goes as far as exports do", flag, from, until, missing, instead)
	}
	return usageError("%s %s..%s has no %s: write both, as in 2026-11-19T18:00..2026-11-20T06:00", flag, from, until, missing)
}

var aDay = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// parseCompareTo reads what --compare-to, or another flag in its words, says: a run, a day, or hours.
func parseCompareTo(flag, text string) (to summary.CompareTo, err error) {
	if text == "" {
		return to, nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		return summary.CompareTo{Run: n}, nil
	}
	if aDay.MatchString(text) {
		to.Day, err = parseTime(flag, text, time.UTC)
		return to, err
	}
	from, until, ok := strings.Cut(text, "..")
	if !ok {
		if flag == "--period" {
			return to, usageError("%s: %q is no day or hours; write 2026-11-20 or 2026-11-19T18:00..2026-11-20T06:00", flag, text)
		}
		return to, usageError("%s: %q is no run, day or hours; write 17, 2026-11-20 or 2026-11-19T18:00..2026-11-20T06:00", flag, text)
	}
	if from == "" || until == "" {
		return to, openEnd(flag, from, until)
	}
	if to.Period.From, err = parseTime(flag, from, time.UTC); err != nil {
		return to, err
	}
	if to.Period.Until, err = parseTime(flag, until, time.UTC); err != nil {
		return to, err
	}
	given := to.Period
	if !given.From.Before(given.Until) {
		return to, usageError("%s: %q ends before it begins", flag, text)
	}
	if to.Period.From, to.Period.Until = given.From.Truncate(time.Hour), given.Until.Add(time.Hour-1).Truncate(time.Hour); to.Period != given {
		to.Given = given
	}
	return to, nil
}
