//go:build cgo

package main

import (
	"errors"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// check finds what cannot be the name of a database before anything is read.
func (a *archiveFlags) check() error {
	if err := store.CheckName(a.file); err != nil {
		return usageError("--db: %v", err)
	}
	if a.wait < 0 {
		return usageError("--lock-wait: %v is less than 0", a.wait)
	}
	return nil
}

// open opens the database, and says what was put right on the way.
func (a *archiveFlags) open(s *session, opt store.Options) (*store.DB, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	opt.LockWait = a.wait
	opt.Waiting = func(err error) {
		tell(s.stderr, "dwtriage: %s: %s; waiting up to %v\n", s.ownPath(a.file, "--db"), s.hide(err.Error()), a.wait)
	}
	const ended = "DuckDB ended the program, since the disk let it neither write nor take back what it had written. " +
		"The database is as it was before, or holds all of this call: dwtriage history list says which. The next run puts the rest in order"
	store.OnTerminate("dwtriage: "+s.ownPath(a.file, "--db")+": "+ended+"\n", s.lastAnswer(s.ownPath(a.file, "--db")+": "+ended))
	db, err := store.Open(s.ctx, a.file, opt)
	if err != nil {
		return nil, busy(err)
	}
	for _, note := range db.Notes() {
		tell(s.stderr, "dwtriage: %s\n", s.hide(note))
	}
	return db, nil
}

// openStored opens the database of a command that only reads it. Read-only is meant: such a command makes
// no file where there is none, migrates nothing, removes nothing that a killed run left, and may run beside
// another reader.
func (a *archiveFlags) openStored(s *session) (*store.DB, error) {
	return a.open(s, store.Options{ReadOnly: true})
}

// rulesAndDB is matcherFor for a command that puts rules and database together. The caller closes
// the database.
func rulesAndDB(s *session, f *flags, args []string, takes int, archive *archiveFlags) (*classify.Matcher, *store.DB, error) {
	m, err := matcherFor(s, f, args, takes)
	if err != nil {
		return nil, nil, err
	}
	db, err := archive.openStored(s)
	return m, db, err
}

// busy gives the error of a database that another process has open its exit code; others stay as they are.
func busy(err error) error {
	if errors.Is(err, store.ErrBusy) {
		return &exitError{exitBusy, err}
	}
	return err
}
