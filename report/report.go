// Package report is the reading room: one finished [summary.Summary] comes in, the files of the
// output folder go out: the page index.html, the tables for spreadsheets, and summary.json for
// scripts. All of them say the same because they take their numbers from the same value. The
// package asks no database, judges no record, and trusts no text of a log: in the page it is
// escaped, in the tables it is kept from being taken for a formula.
package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"dwtriage/report/summary"
)

// Options tell Write how to draw. The zero value is what analysts get.
type Options struct {
	PlainCSV bool   // tables without byte order mark and with LF line ends, for scripts
	Ahead    *Ahead // rows of records.csv that are drawn already; nil: none

	// Progress, unless it is nil, is told while a file is written how much of it there is. An error of it ends the
	// drawing, and the report from before stays.
	Progress func(file string, bytes int64) error
}

// A drawing is a file of the output folder and how it is made.
type drawing struct {
	name string
	draw func(io.Writer, *summary.Summary) error
}

// drawings lists the files in the order in which they take their place: summary.json last, so
// a script that waits for it finds the others complete.
func drawings(opt Options) []drawing {
	table := func(draw func(*table, *summary.Summary) error) func(io.Writer, *summary.Summary) error {
		return func(w io.Writer, s *summary.Summary) error { return draw(newTable(w, opt.PlainCSV), s) }
	}
	return []drawing{
		{"failing_entities.csv", table(drawFindings)},
		{"fixes.csv", table(drawFixes)},
		{"records.csv", table(opt.Ahead.drawRecords)},
		{"unclassified.csv", table(drawClusters)},
		{"changes.csv", table(drawChanges)},
		{"missing.csv", table(drawMissing)},
		{"incidents.csv", table(drawBursts)},
		{"retry.csv", table(drawRetries)},
		{"rejects.csv", table(drawRejects)},
		{"index.html", drawHTML},
		{"summary.json", drawJSON},
	}
}

// Write draws every file of the report into dir, which is made if it does not exist. Each file
// is written under a temporary name; when all of them are complete they are renamed, so a
// failed drawing leaves the report that was there before. A file that cannot be replaced (a
// spreadsheet may hold it open) does not keep the others from being replaced, but is an error.
func Write(dir string, s *summary.Summary, opt Options) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("making the report folder: %w", err)
	}
	files := drawings(opt)
	for _, f := range files {
		tmp := temporary(dir, f.name)
		defer os.Remove(tmp) // finds nothing once it was renamed
		if err := drawTo(tmp, s, f, opt.Progress); err != nil {
			return fmt.Errorf("drawing %s: %w", f.name, err)
		}
	}
	var errs []error
	for _, f := range files {
		if err := os.Rename(temporary(dir, f.name), filepath.Join(dir, f.name)); err != nil {
			errs = append(errs, fmt.Errorf("replacing %s: %w", f.name, err))
		}
	}
	return errors.Join(errs...)
}

// Exists reports whether the folder holds a report.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "index.html"))
	return err == nil
}

// temporary is the name that a file has while it is drawn: in the same folder, because a rename
// does not cross file systems, and with the process in it, because two may draw into one folder.
func temporary(dir, name string) string {
	return filepath.Join(dir, "."+name+"."+strconv.Itoa(os.Getpid())+".tmp")
}

func drawTo(path string, s *summary.Summary, d drawing, progress func(string, int64) error) error {
	// What a process with this number left behind is in nobody's way; the mode is left to the
	// umask, because colleagues read these files.
	os.Remove(path)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(&watched{f, d.name, 0, progress}, 1<<16)
	err = d.draw(w, s)
	if err == nil {
		err = w.Flush()
	}
	return errors.Join(err, f.Close())
}

// watched is a file that tells how long it is by now.
type watched struct {
	io.Writer
	name     string
	bytes    int64
	progress func(file string, bytes int64) error
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if w.bytes += int64(n); w.progress != nil && err == nil {
		err = w.progress(w.name, w.bytes)
	}
	return n, err
}
