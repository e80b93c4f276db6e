//go:build cgo

package main

import (
	"io"
	"regexp"
	"strconv"
	"time"

	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

func runHistoryPrune(s *session, args []string) (int, error) {
	f := newFlags("dwtriage history prune (--before DATE | --keep TIME) [flags]", `Takes the records of old runs out of the database, with their texts, captures and rejects, and keeps how many there
were per hour, signature and map. So the states of later nights stay what they are: what failed in pruned nights only
and comes back is not new, but back. Old is a run whose hours have all ended by then. A record that a run which
stays met again stays, and so do the reports of those runs; those of pruned runs cannot be drawn any more. Their
ledgers, files, hours and what their reports said stay. An export of pruned hours that is read again is counted as filtered
and not loaded. The room is used by the next runs; the file does not shrink. Nothing is asked: --dry-run says what would go.`)
	var archive archiveFlags
	var before, keep, environment string
	var dry, asJSON bool
	g := f.group("What is pruned")
	archive.define(g, "database `FILE`")
	g.StringVar(&before, "before", "", "runs whose hours end by this `TIME` (2026-11-01, 2026-11-01T06:00Z), UTC where it names no zone")
	g.StringVar(&keep, "keep", "", "all but the runs of the last `TIME` up to now, in days or weeks (90d, 13w)")
	g.StringVar(&environment, "environment", "", "only runs of environment `NAME`")
	g.BoolVar(&dry, "dry-run", false, "say what would go, and change nothing")
	g = f.group("Output")
	g.BoolVar(&asJSON, "json", false, "one line of JSON instead of text")
	f.defineLog(g)
	f.examples = "  dwtriage history prune --keep 90d --dry-run\n  dwtriage history prune --keep 90d\n  dwtriage history prune --before 2026-10-01 --environment UAT"
	f.notes = "Exit codes: 0 pruned, also where there was nothing. 1 failed, the database is as it was. 2 mistake in flags,\nor there is no such environment. 5 the database is in use. 129/130/131/143 ended by a signal."
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	if f.NArg() > 0 {
		return 0, usageError("history prune takes no arguments, only flags")
	}
	now := time.Now()
	line, err := pruneLine(before, keep, now)
	if err != nil {
		return 0, err
	}
	var only *string
	if f.Changed("environment") {
		only = &environment
	}
	s.fate.is("the database is as it was")
	db, err := openKept(s, &archive, dry)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if environment != "" {
		if err := checkEnvironment(s.ctx, db, archive.file, environment); err != nil {
			return 0, err
		}
	}
	var list []store.Pruning
	if dry {
		list, err = db.Prunable(s.ctx, line, only)
	} else {
		list, err = db.Prune(s.ctx, line, only, "dwtriage "+shellJoin(s.arguments), now)
	}
	if err != nil {
		return 0, err
	}
	if !dry && len(list) > 0 {
		s.fate.is("what was to be pruned is gone")
	}
	if asJSON {
		return exitDone, printJSONLine(s.stdout, newPruned(list, line, dry))
	}
	return exitDone, printPruned(s.result(false), list, line, dry)
}

var keptTime = regexp.MustCompile(`^([1-9][0-9]{0,4})([dw])$`)

// pruneLine is the time by which runs must have ended, of --before and --keep, of which one is given.
func pruneLine(before, keep string, now time.Time) (time.Time, error) {
	if before != "" && keep != "" {
		return time.Time{}, usageError("history prune: --before %s and --keep %s are two answers to what is old: give one of them", before, keep)
	}
	if before == "" && keep == "" {
		return time.Time{}, usageError("history prune needs to be told what is old: --before DATE, or --keep TIME, such as 90d")
	}
	if before != "" {
		return parseTime("--before", before, time.UTC)
	}
	m := keptTime.FindStringSubmatch(keep)
	if m == nil {
		return time.Time{}, usageError("--keep: %q is no number of days or weeks; write 90d or 13w", keep)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return time.Time{}, err
	}
	if m[2] == "w" {
		n *= 7
	}
	return now.UTC().AddDate(0, 0, -n), nil
}

// pruned is the JSON of history prune.
type pruned struct {
	DryRun       bool                `json:"dry_run"`
	Before       string              `json:"before"` // runs that end by then
	Environments []prunedEnvironment `json:"environments"`
}

type prunedEnvironment struct {
	Environment string `json:"environment"`
	Runs        int64  `json:"runs"`
	BeforeAt    string `json:"before_at"` // end of the last hour of these runs; empty where they cover none
	Records     int64  `json:"records"`
	Rejects     int64  `json:"rejects"`
	Met         int64  `json:"met_again"`    // records that stay, as a run that stays met them again
	Undated     int64  `json:"without_time"` // records that stay, as no time says that they are old
}

func newPruned(list []store.Pruning, before time.Time, dry bool) pruned {
	p := pruned{DryRun: dry, Before: when(before), Environments: []prunedEnvironment{}}
	for _, e := range list {
		p.Environments = append(p.Environments, prunedEnvironment{e.Environment, e.Runs, when(e.Before), e.Records, e.Rejects, e.Met, e.Undated})
	}
	return p
}

// printPruned says what went or would go, in the same words.
func printPruned(out io.Writer, list []store.Pruning, before time.Time, dry bool) error {
	p := &printer{w: out}
	if len(list) == 0 {
		p.printf("There is nothing to prune: no run that ended by %s has anything left that only such runs met.\n", before.UTC().Format("2006-01-02 15:04"))
		return p.err
	}
	for _, e := range list {
		was := "pruned"
		if dry {
			was = "would be pruned"
		}
		of := ""
		if e.Environment != "" {
			of = " of " + printable(e.Environment)
		}
		until := ""
		if !e.Before.IsZero() {
			until = ", up to " + e.Before.Format("2006-01-02 15:04")
		}
		p.printf("%s%s %s%s: %s and %s. How many failed in which hour, with which signature and in which map stays.\n", words.Count(e.Runs, "run"), of, was, until,
			words.Count(e.Records, "record"), words.Count(e.Rejects, "reject"))
		if e.Met > 0 {
			p.printf("%s of these runs %s, since a run that is not pruned met %s again.\n", words.Count(e.Met, "record"), words.Plural(e.Met, "stays", "stay"), words.Plural(e.Met, "it", "them"))
		}
		if e.Undated > 0 {
			p.printf("%s of these runs %s: no time says that %s old.\n", words.Count(e.Undated, "record"), words.Plural(e.Undated, "stays", "stay"), words.Plural(e.Undated, "it is", "they are"))
		}
	}
	return p.err
}
