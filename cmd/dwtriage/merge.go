//go:build cgo

package main

import (
	"errors"
	"fmt"

	"dwtriage/report/store"
)

func (r *runFlags) mergeFlags() *flags {
	f := newFlags("dwtriage merge [flags] PART...", `Loads parts that dwtriage run --part made into the database, as one run, and draws the report: the
same as one run over all their files. PART is a part or a folder of parts; the order makes no
difference, and a part that is given twice counts once. Each part is checked first: its files against
part.json, its ledger against its records.`)
	g := f.group("Where things go")
	r.archive.define(g, "`FILE` of the database, made when it is missing")
	g.BoolVar(&r.backup, "backup", false, "keep a copy of the database as it was before this run, as FILE.bak, in place of an older one")
	g.StringVarP(&r.out, "out", "o", defaultOut, "`FOLDER` of the report: index.html, CSV files, summary.json")
	g.StringVar(&r.environment, "environment", "", "`NAME` of the environment, where the workers were given none")
	g = f.group("Rules")
	r.rules.define(g)
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
	if j.parts, err = store.FindParts(s.ctx, f.Args()); err != nil {
		if errors.Is(err, store.ErrNotAPart) {
			return 0, &exitError{exitUsage, err}
		}
		return 0, err
	}
	if err := j.agree(); err != nil {
		return 0, err
	}
	return j.run()
}

// agree makes sure that the parts are of one run: of the rules of today, and of the same environment and limits, which a run has once.
func (j *job) agree() error {
	first := j.parts[0]
	for _, p := range j.parts {
		switch {
		case p.RulesDigest != j.matcher.Digest():
			return usageError("%s: the part was made with other rules (%s) than those of this call (%s): give merge the --rules of the workers, or run the workers again", p.Folder, shortDigest(p.RulesDigest), shortDigest(j.matcher.Digest()))
		case p.Environment != first.Environment:
			return usageError("%s is of environment %q and %s of %q: merge them one environment at a time", first.Folder, first.Environment, p.Folder, p.Environment)
		case p.Since != first.Since || p.Until != first.Until:
			return usageError("%s and %s were made with other --since or --until: run the workers again with the same limits", first.Folder, p.Folder)
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

// shortDigest is as much of a digest as a person compares.
func shortDigest(digest string) string { return fmt.Sprintf("%.19s…", digest) }
