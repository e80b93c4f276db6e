//go:build cgo

package main

import (
	"errors"
	"io"
	"strings"

	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

// A checkedFile is the JSON of check.
type checkedFile struct {
	Database string        `json:"database"`
	InOrder  bool          `json:"in_order"`
	Checks   []checkedPart `json:"checks"`
}

type checkedPart struct {
	Name     string   `json:"name"`
	InOrder  bool     `json:"in_order"`
	Found    string   `json:"found"`
	Problems []string `json:"problems"`
}

var errNotInOrder = errors.New("the database is not in order")

// runCheck is the command check.
func runCheck(s *session, args []string) (int, error) {
	f := newFlags("dwtriage check [flags]", `Verifies the database: that every block of the file holds what was written to it, every value can be read, the
ledger of every run is equal to its tables, nothing is left of a run that was killed, and the views answer. Where
something is damaged it says what can be saved, and which exports have to be loaded again. It reads the whole
file and changes nothing.`)
	var archive archiveFlags
	var asJSON bool
	archive.define(f.group("Input"), "database `FILE`")
	g := f.group("Output")
	g.BoolVar(&asJSON, "json", false, "one line of JSON instead of text")
	f.defineLog(g)
	var ci string
	defineCI(g, &ci)
	f.notes = "Exit codes: 0 in order. 1 not in order, or it could not be opened. 2 mistake in flags. 5 the database is in use."
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	if f.NArg() > 0 {
		return 0, usageError("check takes no arguments, only flags")
	}
	db, err := archive.openStored(s)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	checks, err := db.Check(s.ctx)
	if err != nil {
		return 0, err
	}
	done := checkedFile{Database: archive.file, InOrder: true}
	for _, c := range checks {
		part := checkedPart{c.Name, len(c.Problems) == 0, c.Good, append([]string{}, c.Problems...)}
		if !part.InOrder {
			part.Found, done.InOrder = "", false
		}
		done.Checks = append(done.Checks, part)
	}
	if asJSON {
		_ = printCheck(s.result(true), done, checks)
		err = printJSONLine(s.stdout, done)
	} else {
		err = printCheck(s.result(false), done, checks)
	}
	if err == nil && !done.InOrder {
		err = errNotInOrder
	}
	return exitDone, err
}

func printCheck(w io.Writer, done checkedFile, checks []store.Check) error {
	p := &printer{w: w}
	p.printf("%s\n", done.Database)
	for _, c := range checks {
		said := c.Problems
		if len(said) == 0 {
			said = []string{c.Good}
		}
		name := c.Name
		for _, text := range said {
			const indent = "           "
			p.printf("  %-9s%s\n", name, several(strings.TrimPrefix(wrapped(printable(text), 110, indent), indent)))
			name = ""
		}
	}
	if done.InOrder {
		p.printf("It is in order: %s.\n", words.Count(int64(len(checks)), "check"))
	}
	return p.err
}
