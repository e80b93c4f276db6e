//go:build cgo

package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

const historyUsage = `Usage:
  dwtriage history list [flags]           the runs that are in the database, oldest first
  dwtriage history forget (--run N | --file NAME) [flags]
                                          takes a run or a file out of the database again
  dwtriage history prune (--before DATE | --keep 90d) [flags]
                                          takes the records of old runs out, and keeps how many there were
`

// historyCommands are the things to do with runs.
func historyCommands() []command {
	return []command{{"list", "the runs that are in the database, oldest first", runHistoryList}, {"forget", "take a run or a file out of the database again", runHistoryForget},
		{"prune", "take the records of old runs out of the database, and keep their counts", runHistoryPrune}}
}

func runHistory(s *session, args []string) (int, error) {
	if len(args) == 0 {
		return 0, usageError("history needs to be told what: list, forget or prune")
	}
	s.command = "history " + args[0]
	switch args[0] {
	case "list":
		return runHistoryList(s, args[1:])
	case "forget":
		return runHistoryForget(s, args[1:])
	case "prune":
		return runHistoryPrune(s, args[1:])
	case "-h", "--help", "--help-all":
		_, err := io.WriteString(s.stdout, historyUsage+"\ndwtriage history list --help, dwtriage history forget --help and dwtriage history prune --help describe the flags.\n")
		return exitDone, err
	}
	return 0, usageError("history %q: it is list, forget or prune", args[0])
}

// A pastRun is a run in the JSON of history list.
type pastRun struct {
	ID          int64      `json:"run_id"`
	Environment string     `json:"environment"`
	Started     string     `json:"started_at"`
	Finished    string     `json:"finished_at"`
	From        string     `json:"from_at"`  // the first hour; empty: its files hold no times
	Until       string     `json:"until_at"` // the end of the last hour
	Covers      []stretch  `json:"covers"`   // the hours in between that are covered
	ExitCode    *int       `json:"exit_code"`
	Read        int64      `json:"read"`
	Loaded      int64      `json:"loaded"`
	Duplicates  int64      `json:"duplicates"`
	Rejected    int64      `json:"rejected"`
	Filtered    int64      `json:"filtered"`
	Inherited   int64      `json:"inherited"`
	Pruned      int64      `json:"pruned"`    // records of which only counts are left
	PrunedAt    string     `json:"pruned_at"` // empty: never
	Files       []pastFile `json:"files"`
}

// A stretch of hours that the files of a run cover, its end not included.
type stretch struct {
	From    string `json:"from_at"`
	Until   string `json:"until_at"`
	Records int64  `json:"records"`
}

type pastFile struct {
	Path       string `json:"path"`
	Format     string `json:"format"`
	Log        string `json:"log"`
	Digest     string `json:"digest"`
	Read       int64  `json:"read"`
	Loaded     int64  `json:"loaded"`
	Duplicates int64  `json:"duplicates"`
	Rejected   int64  `json:"rejected"`
	Filtered   int64  `json:"filtered"`
	Problem    string `json:"problem"`
}

func runHistoryList(s *session, args []string) (int, error) {
	f := newFlags("dwtriage history list [flags]", `Lists the runs that are in the database, oldest first: when each was, which hours its files cover
(the stretch with most records, and how many more there are), and what it read. HANDED are records it got when the run that had loaded them was forgotten, PRUNED those of which history prune left
nothing but counts.`)
	var archive archiveFlags
	var asJSON, files bool
	archive.define(f.group("Input"), "database `FILE`")
	g := f.group("Output")
	g.BoolVar(&files, "files", false, "list the files of each run, too")
	g.BoolVar(&asJSON, "json", false, "an array of objects, one per run with its files, instead of text")
	f.notes = "Exit codes: 0 listed, also when there are none. 1 failed. 2 mistake in flags. 5 the database is in use."
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	if f.NArg() > 0 {
		return 0, usageError("history list takes no arguments, only flags")
	}
	db, err := archive.openStored(s)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	runs, err := db.History(s.ctx)
	if err != nil {
		return 0, err
	}
	list := make([]pastRun, len(runs))
	for i, r := range runs {
		inputs, err := db.Inputs(s.ctx, r.ID)
		if err != nil {
			return 0, err
		}
		list[i] = past(r, inputs)
	}
	if asJSON {
		return exitDone, printJSON(s.stdout, list)
	}
	return exitDone, printHistory(s.stdout, list, files)
}

func past(r store.Past, inputs []store.Input) pastRun {
	p := pastRun{ID: r.ID, Environment: r.Environment, Started: when(r.Started), Finished: when(r.Finished), From: when(r.From), Until: when(r.Until),
		Read: r.Read, Loaded: r.Loaded, Duplicates: r.Duplicates, Rejected: r.Rejected, Filtered: r.Filtered, Inherited: r.Inherited, Pruned: r.Pruned, PrunedAt: when(r.PrunedAt), Covers: []stretch{}, Files: []pastFile{}}
	for _, c := range r.Covers {
		p.Covers = append(p.Covers, stretch{when(c.From), when(c.Until), c.Records})
	}
	if r.ExitCode >= 0 {
		p.ExitCode = &r.ExitCode
	}
	for _, in := range inputs {
		p.Files = append(p.Files, pastFile{in.Path, in.Format, in.Log, in.Digest, in.Read, in.Loaded, in.Duplicates, in.Rejected, in.Filtered, in.Problem})
	}
	return p
}

// covered is the stretch of hours with most records, the earlier one of equals, and how many more there are: one stray date is no
// reason to call all the months before it covered.
func covered(list []stretch) string {
	if len(list) == 0 {
		return "no times"
	}
	main := slices.MaxFunc(list, func(a, b stretch) int { return cmp.Compare(a.Records, b.Records) })
	text := main.From[:16] + " to " + main.Until[:16]
	if more := len(list) - 1; more > 0 {
		text += " and " + words.Thousands(more) + " more"
	}
	return text
}

func printHistory(out io.Writer, list []pastRun, files bool) error {
	if len(list) == 0 {
		_, err := tell(out, "The database holds no runs.\n")
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	tell(w, "RUN\tENVIRONMENT\tSTARTED\tCOVERS\tFILES\tREAD\tLOADED\tDUPLICATES\tREJECTED\tFILTERED\tHANDED\tPRUNED\tEXIT\n")
	for _, r := range list {
		covers, exit := covered(r.Covers), "stopped"
		if r.ExitCode != nil {
			exit = fmt.Sprint(*r.ExitCode)
		}
		tell(w, "%d\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, cmp.Or(r.Environment, "-"), r.Started, covers, len(r.Files), words.Thousands(r.Read),
			words.Thousands(r.Loaded), words.Thousands(r.Duplicates), words.Thousands(r.Rejected), words.Thousands(r.Filtered), words.Thousands(r.Inherited), words.Thousands(r.Pruned), exit)
	}
	if err := w.Flush(); err != nil || !files {
		return err
	}
	p := &printer{w: out}
	for _, r := range list {
		p.printf("\nRun %d:\n", r.ID)
		for _, in := range r.Files {
			p.printf("  %s: %s read = %s loaded + %s duplicates + %s rejected + %s filtered\n", in.Path, words.Thousands(in.Read), words.Thousands(in.Loaded),
				words.Thousands(in.Duplicates), words.Thousands(in.Rejected), words.Thousands(in.Filtered))
			if in.Problem != "" {
				p.printf("    %s\n", in.Problem)
			}
		}
	}
	return p.err
}

func runHistoryForget(s *session, args []string) (int, error) {
	f := newFlags("dwtriage history forget (--run N | --file NAME [--run N]) [flags]", `Takes a run, or a file that runs read, out of the database again. Records that a run loaded and a later one met
again pass to the first such run; those that nobody else met are gone. The reports of all other runs stay as
if it had never taken place, but for what is said of the nights before. Its number is not used again, and the
folder with its report stays. Of a file everything goes that runs read from it, as if they had been called
without it: what stood in another file of the same run, too, is then a record of that file, and a run of no other file is
forgotten with it. Nothing is asked: --dry-run says what would happen.`)
	var archive archiveFlags
	var id int64
	var file string
	var dry bool
	g := f.group("What is forgotten")
	archive.define(g, "database `FILE`")
	g.Int64Var(&id, "run", 0, "run `N`, of history list; with --file what that run read from it")
	g.StringVar(&file, "file", "", "the file of this `NAME`, as history list --files shows it, of all runs that read it")
	g.BoolVar(&dry, "dry-run", false, "say what would go and what would pass on, and change nothing")
	f.defineLog(f.group("Output"))
	f.examples = "  dwtriage history forget --run 12 --dry-run\n  dwtriage history forget --run 12\n  dwtriage history forget --file exports/wrong-environment.csv"
	f.notes = "Exit codes: 0 forgotten. 1 failed, the database is as it was. 2 mistake in flags, or there is no\nsuch run or file. 5 the database is in use."
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	if f.NArg() > 0 || id < 0 || id == 0 && file == "" {
		return 0, usageError("history forget needs --run N, the number of a run of dwtriage history list, or --file NAME, a file of dwtriage history list --files")
	}
	s.fate.is("the database is as it was")
	db, err := openKept(s, &archive, dry)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	runs, err := db.History(s.ctx)
	if err != nil {
		return 0, err
	}
	at := slices.IndexFunc(runs, func(r store.Past) bool { return r.ID == id })
	switch {
	case id > 0 && at < 0:
		return 0, usageError("there is no run %d in %s; dwtriage history list shows them", id, archive.file)
	case file == "":
		return exitDone, forget(s, db, runs[at], dry)
	}
	ids, err := db.RunsOfFile(s.ctx, file, id)
	if err != nil {
		return 0, err
	}
	for _, r := range runs {
		if slices.Contains(ids, r.ID) && !r.PrunedAt.IsZero() {
			return 0, usageError("run %d, which read %q, was pruned on %s: what is left of it is not told apart by files; forget the whole run with --run %d, or name another run that read the file", r.ID, file, r.PrunedAt.Format(time.DateOnly), r.ID)
		}
	}
	if len(ids) == 0 {
		return 0, usageError("no run in %s read a file of the name %q; dwtriage history list --files shows them as they have to be given", archive.file, file)
	}
	for _, id := range ids {
		if err := forgetFile(s, db, id, file, dry); err != nil {
			return 0, err
		}
	}
	return exitDone, nil
}

// forgetFile says what it does in the same words before and after.
func forgetFile(s *session, db *store.DB, id int64, file string, dry bool) error {
	what, err := db.ForgettingFile(s.ctx, id, file)
	if err != nil {
		return err
	}
	said := "is forgotten"
	s.fate.is("dwtriage history list --files says of which runs the file is still there")
	if dry {
		said = "would be forgotten"
	} else if err := db.ForgetFile(s.ctx, id, file); err != nil {
		return err
	}
	p := &printer{w: s.stdout}
	with := ""
	if what.Last {
		with = ", and the run with it, which read nothing else"
	}
	p.printf("%s of run %d %s, with %s%s.\n", printable(file), id, said, words.Count(what.Rejects, "reject"), with)
	var passed []string
	if what.Within > 0 {
		passed = append(passed, words.Thousands(what.Within)+" to other files of the run")
	}
	for _, heir := range what.Passed {
		passed = append(passed, fmt.Sprintf("%s to run %d", words.Thousands(heir.Records), heir.Run))
	}
	if what.Records == 0 {
		p.printf("It had no records")
	} else {
		p.printf("Of its %s %s gone", words.Count(what.Records, "record"), words.Count(what.Gone, "is", "are"))
	}
	if len(passed) > 0 {
		p.printf("; others stood elsewhere, too, and pass on: %s", strings.Join(passed, ", "))
	}
	p.printf(".\n")
	if what.Met > 0 {
		p.printf("%s that the run met in it %s in the database from elsewhere, and %s.\n", words.Count(what.Met, "record"), words.Plural(what.Met, "is", "are"), words.Plural(what.Met, "stays", "stay"))
	}
	if what.Unknown > 0 && what.Gone+what.Met > 0 {
		p.printf("It is not kept of which records %s in other files of run %d %s: of several copies in one run only the first place is. Where one is a copy of what went with this file, the run does not know it any more; the exports once more tell.\n",
			words.Count(what.Unknown, "duplicate"), id, words.Plural(what.Unknown, "is", "are"))
	}
	return p.err
}

// openKept opens a database that must be there, to change it or only to look. What an older dwtriage made is brought up to date
// where it is changed.
func openKept(s *session, archive *archiveFlags, readOnly bool) (*store.DB, error) {
	if readOnly {
		return archive.openStored(s)
	}
	return archive.open(s, store.Options{MustExist: true})
}

// forget says what it does in the same words before and after.
func forget(s *session, db *store.DB, r store.Past, dry bool) error {
	what, err := db.Forgetting(s.ctx, r.ID)
	if err != nil {
		return err
	}
	said := "is forgotten"
	s.fate.is("dwtriage history says whether run %d is still there", r.ID)
	if dry {
		said = "would be forgotten"
	} else if err := db.Forget(s.ctx, r.ID); err != nil {
		s.fate.is("the database is as it was")
		return err
	}
	name := fmt.Sprintf("Run %d of %s", r.ID, r.Started.Format(time.DateTime))
	if r.Environment != "" {
		name += " (" + printable(r.Environment) + ")"
	}
	p := &printer{w: s.result(false)}
	p.printf("%s %s, with %s and %s.\n", name, said, words.Count(what.Files, "file"), words.Count(what.Rejects, "reject"))
	var passed []string
	for _, heir := range what.Passed {
		passed = append(passed, fmt.Sprintf("%s to run %d", words.Thousands(heir.Records), heir.Run))
	}
	if what.Counted > 0 {
		p.printf("The counts of %s of it that %s pruned go, too.\n", words.Count(what.Counted, "record"), words.Were(what.Counted))
	}
	if what.Records == 0 {
		p.printf("It had no records%s.\n", map[bool]string{true: " any more"}[what.Counted > 0 || !r.PrunedAt.IsZero()])
		return p.err
	}
	p.printf("Of its %s %s gone", words.Count(what.Records, "record"), words.Count(what.Gone, "is", "are"))
	if len(passed) > 0 {
		p.printf("; others pass on, since a later run met them again: %s", strings.Join(passed, ", "))
	}
	p.printf(".\n")
	return p.err
}
