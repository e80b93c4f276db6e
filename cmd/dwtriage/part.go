//go:build cgo

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"dwtriage/ingest"
	"dwtriage/ingest/words"
	"dwtriage/report"
	"dwtriage/report/folder"
	"dwtriage/report/store"
)

// makePart is the job of a worker: it reads and classifies as run does, and writes what run would load into a part. What the
// whole night is needed for (clusters, chains, causes, change) is left to merge.
//
// An input that the file system does not give ends the worker without a part: the scheduler tries again, and a part with half of
// a file would stand in the way of the whole one. A file that is damaged is so for the next worker, too; it goes into the part with its problem,
// and merge says of it what run would have said.
func (j *job) makePart() (int, error) {
	j.s.fate.is("no part was written")
	if err := partFolder(j.flags.parts.folder); err != nil {
		return 0, fmt.Errorf("--part: %w; no part was written", err)
	}
	defer j.limitMemory()()
	j.showProgress()
	j.opt.Progress = j.show.update
	var part *store.Part
	var made bool
	j.ahead = report.NewAhead(j.flags.environment, j.matcher, report.Options{}, func() (*os.File, error) {
		return os.CreateTemp(j.flags.parts.folder, ".tmp-rows-*")
	})
	defer j.ahead.Close()
	err := pipeline(j.s.ctx, j.flags.threads, j.read, j.judge, func(next source[*report.Rows]) (err error) {
		src, loaded := j.drawn(next)
		part, made, err = store.WritePart(j.s.ctx, j.flags.parts.folder, j.part(), store.Options{MemoryLimit: j.engineLimit()}, func() (*ingest.Batch, error) {
			b, err := src()
			if err == nil {
				err = unreadable(b.Files)
			}
			return b, err
		}, j.failsRun, store.Drawing{How: report.Options{}.Rows(), Loaded: loaded, Save: j.ahead.Save})
		return err
	})
	j.show.end()
	if err != nil {
		return 0, fmt.Errorf("%w; no part was written", err)
	}
	j.s.fate.is("the part %s is there", part.Folder)
	return exitDone, j.printPart(part, made)
}

// partFolder says before the work that there can be no part in a folder. One that is not there is made later.
func partFolder(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err == nil && !info.IsDir():
		return fmt.Errorf("%s is a file; give a folder", dir)
	case err == nil:
		return folder.Writable(dir)
	}
	if to, err := os.Readlink(dir); err == nil {
		return fmt.Errorf("%s is a link to %s, which is not there; make it, or give another folder", dir, to)
	}
	return nil
}

// unreadable is the problem of a file that the system did not give, nil if there is none.
func unreadable(files []ingest.File) error {
	for _, f := range files {
		var number syscall.Errno
		var path *fs.PathError
		if errors.As(f.Problem, &number) || errors.As(f.Problem, &path) {
			return f.Problem
		}
	}
	return nil
}

// failsRun reports whether a run must not succeed with this file.
func (j *job) failsRun(f *ingest.File) bool {
	return f.Problem != nil && !(errors.Is(f.Problem, ingest.ErrNotALog) && !j.named(f.Path))
}

// part says how the part is made.
func (j *job) part() store.Part {
	r := &j.flags.reading
	return store.Part{
		Shard:       j.flags.parts.booked(),
		ToolVersion: version, Rules: len(j.matcher.Rules()), RulesDigest: j.matcher.Digest(), Judging: j.judging().ID,
		Environment: j.flags.environment, Since: stamp(j.since), Until: stamp(j.until),
		Settings: map[string]string{
			"tz": r.tz, "date-order": r.dateOrder, "log": r.log, "format": r.format,
			"max-cell": r.cell, "max-record": r.record, "max-unpacked": r.unpacked, "max-columns": strconv.Itoa(r.columns),
			"max-nesting": strconv.Itoa(r.nesting), "max-ratio": strconv.Itoa(r.ratio), "max-members": strconv.Itoa(r.members),
		},
		Arguments: "dwtriage " + shellJoin(j.s.arguments),
	}
}

// booked is the shard as its part names it, nil without --shard.
func (p *partFlags) booked() *store.Shard {
	if p.count == 0 {
		return nil
	}
	return &store.Shard{Number: p.index + 1, Of: p.count, Sources: p.sources, Dealt: p.dealt, Deal: p.deal}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// printPart says what was made: for a program part.json, with the folder.
func (j *job) printPart(p *store.Part, made bool) error {
	if j.flags.json {
		text, err := json.Marshal(struct {
			Folder string `json:"folder"`
			Made   bool   `json:"made"`
			*store.Part
		}{filepath.ToSlash(p.Folder), made, p})
		if err != nil {
			return err
		}
		_ = saidOfPart(j.s.result(true), j.s.ownPath(p.Folder, "--part"), p, made)
		return j.s.answer(text)
	}
	return saidOfPart(j.s.result(j.flags.quiet), j.s.ownPath(p.Folder, "--part"), p, made)
}

func saidOfPart(w io.Writer, folder string, p *store.Part, made bool) error {
	t := p.Totals
	if _, err := tell(w, "%s: %s, %s read: %s loaded, %s, %s rejected, %s filtered\n", folder, words.Count(p.Files, "file"), words.Count(t.Read, "row"),
		words.Thousands(t.Loaded), words.Count(t.Duplicates, "duplicate"), words.Thousands(t.Rejected), words.Thousands(t.Filtered)); err != nil {
		return err
	}
	if !made {
		_, err := tell(w, "It was there already and stays as it was.\n")
		return err
	}
	return nil
}

// merge loads parts into one transaction, as load does inputs.
func (j *job) merge(ctx context.Context, db *store.DB, started time.Time) (int64, error) {
	run, tool := j.booking(started)
	run.Judging = func() *store.Judging {
		own := j.judging()
		if slices.ContainsFunc(j.parts, func(p *store.Part) bool { return p.Judging != own.ID }) {
			return nil // a worker was another program
		}
		return own
	}
	bookParts(&run, j.parts)
	var rows func(iter.Seq2[store.LostCopy, error]) error
	if j.haveRows() {
		rows = func(lost iter.Seq2[store.LostCopy, error]) error { return j.ahead.TakeParts(j.parts, lost) }
	}
	id, inputs, err := db.Merge(ctx, run, tool, j.parts, j.mergedFile, rows)
	j.sayLate(slices.DeleteFunc(inputs, func(in store.Input) bool { return in.Pruned > 0 })) // which mergedFile was told
	if errors.Is(err, store.ErrNotAPart) {
		err = &exitError{exitUsage, err}
	}
	return id, err
}

// haveRows reports whether the rows of records.csv that this call draws lie in the parts. Where some do not, they are all drawn from the database: an
// environment that the workers were not told of, a style that is not theirs, what is hidden.
func (j *job) haveRows() bool {
	how := j.drawing().Rows()
	return how != "" && !slices.ContainsFunc(j.parts, func(p *store.Part) bool { return p.Drawn != how || p.Environment != j.flags.environment })
}

// mergedFile says of a file in a part what run says of a file that it has read.
func (j *job) mergedFile(in store.Input, failed bool) {
	for _, w := range in.Warnings {
		j.say("dwtriage: %s: %s\n", in.Path, w)
	}
	switch {
	case failed:
		j.fail(in.Problem)
	case in.PassedOver(): // which the warning says
		j.others++
	case in.Problem != "":
		j.say("dwtriage: %s\n", in.Problem)
		j.others++
	}
}
