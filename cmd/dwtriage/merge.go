//go:build cgo

package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"

	"dwtriage/ingest/words"
	"dwtriage/report/folder"
	"dwtriage/report/store"
)

func (r *runFlags) mergeFlags() *flags {
	f := newFlags("dwtriage merge [flags] PART...", `Loads parts that dwtriage run --part made into the database, as one run, and draws the report: the
same as one run over all their files. PART is a part or a folder of parts; the order makes no
difference, and a part that is given twice counts once. Each part is checked first: its files against
part.json, its ledger against its records.`)
	r.merges = true
	r.defineWhere(f, "`NAME` of the environment, where the workers were given none")
	g := f.group("Rules")
	r.rules.define(g)
	g.BoolVar(&r.reclassify, "reclassify", false, "judge the records of parts that were made with other rules again, by those of this call; without, such a part is refused")
	r.defineExit(f)
	r.defineOutput(f)
	r.defineMachine(f)
	f.fold("lock-wait", "backup", "no-builtin-rules", "allow-empty", "shared", "progress", "color", "csv", "redact-key")
	f.examples = `  dwtriage run --part parts --shard 1/2 exports/      on one machine
  dwtriage run --part parts --shard 2/2 exports/      on another one
  dwtriage merge --db night.duckdb -o report parts`
	f.notes = `Exit codes: 0 done. 1 failed; a part is damaged or not whole, and nothing was loaded; or a worker could not read an input
to its end, and all others were loaded. 2 mistake in flags or rules, no part, or one of another version, of other rules or with a file of another
part, and nothing was loaded. 3 done, --fail-on met. 4 done, more rejects than --max-rejects. 5 the database is in use. 129/130/131/143 ended by a
signal: the database is as it was, or the message says what is kept. 141 done, but nobody reads standard output.`
	return f
}

// runMerge is the command merge: a run whose sources are parts.
func runMerge(s *session, args []string) (int, error) {
	var rf runFlags
	f := rf.mergeFlags()
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	if f.NArg() == 0 {
		return 0, usageError("merge needs the PART or folder of parts that dwtriage run --part wrote; dwtriage merge --help has examples")
	}
	j, err := prepare(s, rf)
	if err != nil {
		return 0, err
	}
	var deeper []string
	if j.parts, deeper, err = store.FindParts(s.ctx, f.Args()); err != nil {
		if errors.Is(err, store.ErrNotAPart) {
			return 0, &exitError{exitUsage, err}
		}
		return 0, err
	}
	if err := j.agree(); err != nil {
		return 0, err
	}
	if r := j.flags; r.reclassify {
		work, remove, err := folder.Temporary("", "dwtriage-parts-")
		if err != nil {
			return 0, err
		}
		defer remove()
		if err := j.rejudgeParts(work); err != nil {
			return 0, err
		}
	}
	// A refused merge leaves no new database behind. Where there is one, Merge finds the same, and leaves it as it was.
	if _, err := os.Stat(j.flags.archive.file); errors.Is(err, fs.ErrNotExist) {
		if err := j.checkParts(); err != nil {
			return 0, err
		}
	}
	for _, path := range deeper {
		j.say("dwtriage: %s: there are parts in it, which are not merged: name the folder, too, if they are of this night\n", path)
	}
	for _, d := range lackingDeals(j.parts) {
		j.s.ci.issue("warning", d.sentence())
		j.say("dwtriage: %s\n", d.sentence())
	}
	return j.run()
}

// checkParts looks at the parts without a database.
func (j *job) checkParts() error {
	work, remove, err := folder.Temporary("", "dwtriage-check-")
	if err != nil {
		return err
	}
	defer remove()
	if err = store.CheckParts(j.s.ctx, work, j.parts, store.Options{MemoryLimit: j.engineLimit()}); errors.Is(err, store.ErrNotAPart) {
		return &exitError{exitUsage, err}
	}
	return err
}

// A lackingDeal is a deal of which some shards are not among the parts.
type lackingDeal struct {
	shards  int
	missing []int // from 1, in order
	others  bool  // there are parts beside those of the deal, which may hold the files
}

// lackingDeals finds the deals among the parts that lack a shard, as far as that had files: deal gives every shard one before it
// gives any a second, so behind the number of files all are empty. What is lacking cannot be told by part.json alone where there are parts
// beside those of the deal: a part that was there already keeps the shard of its first worker, and a file may have been read without --shard.
func lackingDeals(parts []*store.Part) (list []lackingDeal) {
	type deal struct {
		digest string
		shards int
	}
	deals := make(map[deal][]*store.Shard)
	for _, p := range parts {
		if s := p.Shard; s != nil {
			d := deal{s.Deal, s.Of}
			deals[d] = append(deals[d], s)
		}
	}
	order := slices.SortedFunc(maps.Keys(deals), func(a, b deal) int {
		return cmp.Or(cmp.Compare(a.shards, b.shards), cmp.Compare(a.digest, b.digest))
	})
	for _, d := range order {
		there, withFiles := make(map[int]bool), min(d.shards, deals[d][0].Dealt)
		for _, s := range deals[d] {
			there[s.Number] = true
		}
		lacks := lackingDeal{shards: d.shards, others: len(deals[d]) < len(parts)}
		for n := 1; n <= withFiles; n++ {
			if !there[n] {
				lacks.missing = append(lacks.missing, n)
			}
		}
		if len(lacks.missing) > 0 {
			list = append(list, lacks)
		}
	}
	return list
}

func (d lackingDeal) sentence() string {
	names := make([]string, len(d.missing))
	for i, n := range d.missing {
		names[i] = strconv.Itoa(n)
	}
	unless := ""
	if d.others {
		unless = ", unless a part of another deal or without --shard holds them"
	}
	return fmt.Sprintf("%s %s of %d %s not among the parts: the report lacks %s files%s", words.Plural(len(names), "shard"), words.AndList(names), d.shards,
		words.Plural(len(names), "is", "are"), words.Plural(len(names), "its", "their"), unless)
}

// bookParts names the parts of a merge in its run, and the shards that it lacks.
func bookParts(run *store.Run, parts []*store.Part) {
	for _, p := range parts {
		run.Parts = append(run.Parts, p.Name())
	}
	for _, d := range lackingDeals(parts) {
		for _, n := range d.missing {
			run.MissingShards = append(run.MissingShards, fmt.Sprintf("%d/%d", n, d.shards))
		}
	}
}

// agree makes sure that the parts are of one run: of the rules of today, and of the same environment, limits and settings, which a run has once.
func (j *job) agree() error {
	first := j.parts[0]
	for _, p := range j.parts {
		switch {
		case p.RulesDigest != j.matcher.Digest() && !j.flags.reclassify:
			return usageError("%s: the part was made with other rules (%s) than those of this call (%s): give merge the --rules of the workers, or --reclassify to judge its records again, or run the workers again", p.Folder, shortDigest(p.RulesDigest), shortDigest(j.matcher.Digest()))
		case p.Environment != first.Environment:
			return usageError("%s is of environment %q and %s of %q: merge them one environment at a time", first.Folder, first.Environment, p.Folder, p.Environment)
		case p.Since != first.Since || p.Until != first.Until:
			return usageError("%s and %s were made with other --since or --until: run the workers again with the same limits", first.Folder, p.Folder)
		}
		for _, flag := range slices.Sorted(maps.Keys(first.Settings)) {
			if a, b := first.Settings[flag], p.Settings[flag]; a != b {
				return usageError("%s was made with --%s %q and %s with --%s %q: a run has one; run the workers again with the same", first.Folder, flag, a, p.Folder, flag, b)
			}
		}
	}
	switch {
	case j.flags.environment == "":
		j.flags.environment = first.Environment
	case first.Environment != "" && first.Environment != j.flags.environment:
		return usageError("--environment: the parts are of environment %q; leave the flag out", first.Environment)
	}
	j.since, j.until = first.Limits()
	return nil
}

// rejudgeParts puts parts of the rules of this call, made in a folder, in the place of those that were made with others.
func (j *job) rejudgeParts(folder string) error {
	defer j.limitMemory()()
	defer j.showJudging()()
	_, tool := j.booking(j.began)
	var records int64
	others := make(map[string]bool)
	met := make(map[string]bool)
	var parts []*store.Part
	for _, p := range j.parts {
		if p.RulesDigest == tool.RulesDigest {
			met[p.Name()] = true
			parts = append(parts, p)
		}
	}
	for _, p := range j.parts {
		// The same files judged by several rules are one part in the end.
		if name := p.NameBy(tool.RulesDigest); met[name] {
			continue
		} else {
			met[name] = true
		}
		again, err := store.RejudgePart(j.s.ctx, folder, p, store.Options{MemoryLimit: engineShare(j.memory), Threads: j.flags.threads, Coming: partsSize(p)}, tool, store.Judge{Pipe: j.judgeAgain, By: j.judging()})
		if err != nil {
			return fmt.Errorf("judging a part again: %w", err)
		}
		parts, others[p.RulesDigest] = append(parts, again), true
		records += again.Totals.Loaded
	}
	j.parts = parts
	if len(others) > 0 && !j.flags.quiet {
		j.say("dwtriage: %s of parts that were made with other rules (%s) %s judged again\n", words.Count(records, "record"),
			words.AndList(slices.Sorted(maps.Keys(shortDigests(others)))), words.Were(records))
	}
	return nil
}

func shortDigests(digests map[string]bool) map[string]bool {
	short := make(map[string]bool)
	for d := range digests {
		short[shortDigest(d)] = true
	}
	return short
}

// shortDigest is as much of a digest as a person compares.
func shortDigest(digest string) string { return fmt.Sprintf("%.19s…", digest) }
