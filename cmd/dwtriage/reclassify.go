//go:build cgo

package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/zeebo/xxh3"

	"dwtriage/ingest"
	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

// reclassifyFlags are the flags of the command reclassify, as given.
type reclassifyFlags struct {
	run         runFlags // of which it takes those about the database and the machine
	environment string
	since       string
	until       string
	id          int64
	dry, json   bool
	set         *flags
}

func (r *reclassifyFlags) flags() *flags {
	f := newFlags("dwtriage reclassify [flags]", `Judges the records that are in the database again, by the rules of today: the exports may be gone. Their verdicts
(rule, captures, severity, map, key, cluster of unknown messages) take the place of the old ones; the records, their times
and places, and what every run read stay as they are. It says which verdicts became which. Reports that are drawn
from then on show the new verdicts, and say when they were made. Which rules judged a record is in the columns
rules_digest and judged_at of v_records, and all calls are in v_judgements.`)
	r.set = f
	g := f.group("Where things are")
	r.run.archive.define(g, "database `FILE`")
	g.BoolVar(&r.run.backup, "backup", false, "keep a copy of the database as it was before, as FILE.bak, in place of an older one")
	g = f.group("What is judged again")
	g.StringVar(&r.environment, "environment", "", "only records of runs of environment `NAME`")
	g.Int64Var(&r.id, "run", 0, "only records that run `N` loaded or was handed (0: of all runs)")
	g.StringVar(&r.since, "since", "", "only records from `TIME` on (2026-11-22, 2026-11-22T18:00, 2026-11-22T18:00Z), UTC where it names no zone")
	g.StringVar(&r.until, "until", "", "only records before `TIME`")
	g.BoolVar(&r.dry, "dry-run", false, "say what would change, and change nothing")
	g = f.group("Output")
	g.BoolVar(&r.json, "json", false, "one line of JSON instead of text")
	r.run.defineMachine(f)
	f.fold("lock-wait", "backup", "no-builtin-rules")
	f.examples = `  dwtriage reclassify --rules site.yaml --dry-run
  dwtriage reclassify --rules site.yaml
  dwtriage reclassify --environment PROD --since 2026-11-01`
	f.notes = `Exit codes: 0 done, also where nothing changed. 1 failed, the database is as it was. 2 mistake in flags or rules, or
there is no such run. 5 the database is in use. 129/130/131/143 ended by a signal, the database is as it was.`
	return f
}

// runReclassify is the command reclassify.
func runReclassify(s *session, args []string) (int, error) {
	var r reclassifyFlags
	f := r.flags()
	m, err := matcherFor(s, f, args, 0)
	if err != nil {
		return 0, err
	}
	only, err := r.only()
	if err != nil {
		return 0, err
	}
	j := &job{s: s, flags: r.run, matcher: m}
	if err := j.checkMachine(); err != nil {
		return 0, err
	}
	defer j.limitMemory()()
	s.fate.is("the database is as it was")
	db, err := r.run.archive.open(s, store.Options{MemoryLimit: j.engineLimit(), Threads: j.flags.threads, ReadOnly: r.dry, MustExist: true})
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if err := r.checkRun(s, db); err != nil {
		return 0, err
	}
	if r.run.backup && !r.dry {
		if _, err := db.Backup(s.ctx, ".bak"); err != nil {
			return 0, fmt.Errorf("keeping a copy of the database: %w; make room, or leave --backup out", err)
		}
	}
	_, tool := j.booking(time.Now())
	endShow := j.showJudging()
	done, err := db.Reclassify(s.ctx, only, tool, "dwtriage "+shellJoin(s.arguments), time.Now(), r.dry, store.Judge{Pipe: j.judgeAgain, By: j.judging(), Sieve: j.sieve})
	endShow()
	if err != nil {
		return 0, err
	}
	if done.Kept {
		s.fate.is("the new verdicts are kept")
	}
	if r.json {
		return exitDone, printJSONLine(s.stdout, newRejudged(done, tool, r.dry))
	}
	return exitDone, printRejudged(s.stdout, newRejudged(done, tool, r.dry))
}

// only is what the flags restrict it to.
func (r *reclassifyFlags) only() (o store.Only, err error) {
	if r.set.Changed("environment") || r.environment != "" {
		o.Environment = &r.environment
	}
	if r.id < 0 {
		return o, usageError("--run: %d is less than 0", r.id)
	}
	o.Run = r.id
	if o.Since, err = parseTime("--since", r.since, time.UTC); err != nil {
		return o, err
	}
	if o.Until, err = parseTime("--until", r.until, time.UTC); err != nil {
		return o, err
	}
	if !o.Since.IsZero() && !o.Until.IsZero() && !o.Since.Before(o.Until) {
		return o, usageError("--since %s is not before --until %s, so there would be nothing to judge; change one of them", o.Since.Format(time.RFC3339), o.Until.Format(time.RFC3339))
	}
	return o, nil
}

// checkRun refuses a run or an environment that is not there: a name with a mistake in it would change nothing and say so.
func (r *reclassifyFlags) checkRun(s *session, db *store.DB) error {
	runs, err := db.History(s.ctx)
	if err != nil {
		return err
	}
	if r.id > 0 && !slices.ContainsFunc(runs, func(p store.Past) bool { return p.ID == r.id }) {
		return usageError("there is no run %d in %s; dwtriage history list shows them", r.id, r.run.archive.file)
	}
	if r.environment != "" {
		return checkEnvironment(s.ctx, db, r.run.archive.file, r.environment)
	}
	return nil
}

// showJudging shows how far judging again is, on a terminal only: what a scheduler logs is the result.
func (j *job) showJudging() (end func()) {
	mode := "none"
	if isTerminal(j.s.stderr) && !j.flags.quiet && j.flags.progress != "none" {
		mode = "auto"
	}
	j.show = newProgress(j.s.stderr, mode, false, j.s.obeysSequences(), nil)
	return j.show.end
}

// judgeAgain judges stored records side by side.
func (j *job) judgeAgain(read func(context.Context, func(*ingest.Batch) error) error, load func(store.Source) error) error {
	j.show.turn("judging again")
	defer j.show.turn("writing what changed")
	var judged int64
	return pipeline(j.s.ctx, j.flags.threads, read, func(ctx context.Context, b *ingest.Batch) struct{} {
		j.matcher.ClassifyUntil(ctx.Done(), b, store.Allocator())
		return struct{}{}
	}, func(next source[struct{}]) error {
		return load(func() (*ingest.Batch, error) {
			b, _, err := next()
			if err == nil {
				judged += int64(b.Len())
				j.show.judged(judged)
			}
			return b, err
		})
	})
}

// judging is what the verdicts of this call are of.
func (j *job) judging() *store.Judging {
	decides := j.matcher.Decides()
	sum := xxh3.New()
	for _, id := range slices.Sorted(maps.Keys(decides)) {
		tell(sum, "%s %d\n", id, decides[id])
	}
	return &store.Judging{ID: fmt.Sprintf("%016x-%016x", xxh3.HashString(thisProgram()), sum.Sum64()), Decides: decides}
}

// sieve finds what the rules may judge otherwise than those of before.
func (j *job) sieve(before []map[string]uint64) (*store.Sieve, error) {
	s, err := j.matcher.Sieve(before...)
	if s == nil || err != nil {
		return nil, err
	}
	if s.Empty() {
		return &store.Sieve{Gone: s.Gone}, nil
	}
	return &store.Sieve{Gone: s.Gone, Sift: func(read func(context.Context, func(*ingest.Batch) error) error, take func(func() ([]bool, error)) error) error {
		j.show.turn("looking for what the rules may judge otherwise")
		return pipeline(j.s.ctx, j.flags.threads, read, func(ctx context.Context, b *ingest.Batch) []bool {
			return s.Holds(ctx.Done(), b)
		}, func(next source[[]bool]) error {
			return take(func() ([]bool, error) {
				b, holds, err := next()
				if err == nil {
					b.Release()
				}
				return holds, err
			})
		})
	}}, nil
}

// rejudged is the JSON of reclassify.
type rejudged struct {
	DryRun      bool              `json:"dry_run"`
	Written     bool              `json:"written"` // the database is another one than before
	Records     int64             `json:"records"` // failing records that were judged
	Changed     int64             `json:"changed"` // of these, whose verdict became another one
	Pruned      int64             `json:"pruned"`  // failing records that history prune took out: their counts keep their signatures
	Rules       int               `json:"rules"`
	RulesDigest string            `json:"rules_digest"`
	Before      []rejudgedBy      `json:"before"` // whose verdicts they had
	Changes     []rejudgedVerdict `json:"changes"`
	ChangeCount int64             `json:"change_count"` // of changes, also of those that are not listed
}

type rejudgedBy struct {
	RulesDigest string `json:"rules_digest"`
	Records     int64  `json:"records"`
}

type rejudgedVerdict struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Records int64    `json:"records"`
	Columns []string `json:"columns"`
	Example string   `json:"example_record_id"`
}

func newRejudged(done store.Reclassified, tool store.Tool, dry bool) rejudged {
	r := rejudged{DryRun: dry, Written: done.Kept, Records: done.Records, Changed: done.Changed, Pruned: done.Pruned, Rules: tool.Rules, RulesDigest: tool.RulesDigest,
		Before: []rejudgedBy{}, Changes: []rejudgedVerdict{}, ChangeCount: done.Groups}
	for _, by := range done.Before {
		r.Before = append(r.Before, rejudgedBy(by))
	}
	for _, v := range done.Changes {
		r.Changes = append(r.Changes, rejudgedVerdict{v.From, v.To, v.Records, v.Columns, v.Example})
	}
	return r
}

// mostRejudged is how many changes are printed for people.
const mostRejudged = 50

// printRejudged says what changed. Where the rule stays it says what of the verdict does not.
func printRejudged(out io.Writer, r rejudged) error {
	has := words.Plural(r.Changed, "has", "have")
	if r.DryRun {
		has = "would have"
	}
	p := &printer{w: out}
	p.printf("%s of %s %s another verdict by these %s (%s).\n", words.Thousands(r.Changed), words.Count(r.Records, "failing record"), has, words.Count(r.Rules, "rule"), shortDigest(r.RulesDigest))
	for _, by := range r.Before {
		what := "by other rules, " + shortDigest(by.RulesDigest)
		if by.RulesDigest == r.RulesDigest {
			what = "by the same rules"
		}
		p.printf("%s judged before %s.\n", words.Count(by.Records, "was", "were"), what)
	}
	if r.Pruned > 0 {
		p.printf("%s that history prune took out %s not there to be judged: in v_pruned %s as the rules of %s time called %s.\n", words.Count(r.Pruned, "more failing record"),
			words.Plural(r.Pruned, "is", "are"), words.Plural(r.Pruned, "it is counted", "they are counted"), words.Plural(r.Pruned, "its", "their"), words.Plural(r.Pruned, "it", "them"))
	}
	switch {
	case r.DryRun:
		p.printf("Nothing was changed.\n")
	case !r.Written:
		p.printf("The database is as it was.\n")
	}
	if p.err != nil || len(r.Changes) == 0 {
		return p.err
	}
	p.printf("\n")
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	tell(w, "RECORDS\tFROM\tTO\tEXAMPLE\n")
	for _, v := range r.Changes[:min(len(r.Changes), mostRejudged)] {
		to := v.To
		if v.From == v.To {
			to = "the same, other " + words.AndList(v.Columns)
		}
		tell(w, "%s\t%s\t%s\t%s\n", words.Thousands(v.Records), printable(v.From), printable(to), v.Example)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if more := r.ChangeCount - mostRejudged; more > 0 {
		all := ""
		if r.ChangeCount > int64(len(r.Changes)) {
			all = fmt.Sprintf(" the first %s of", words.Thousands(len(r.Changes)))
		}
		p.printf("and %s more; --json lists%s them.\n", words.Thousands(more), all)
	}
	return p.err
}
