package main

import (
	"errors"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// openStored opens the database of a command that only reads it. Read-only is meant: such a command makes
// no file where there is none, migrates nothing, removes nothing that a killed run left, and may run beside
// another reader.
func openStored(s *session, path string) (*store.DB, error) {
	db, err := store.Open(s.ctx, path, store.Options{ReadOnly: true})
	if errors.Is(err, store.ErrBusy) {
		return nil, &exitError{exitBusy, err}
	}
	return db, err
}

// rulesAndDB is matcherFor for a command that puts rules and database together. The caller closes
// the database.
func rulesAndDB(s *session, f *flags, args []string, takes int, path *string) (*classify.Matcher, *store.DB, error) {
	m, err := matcherFor(s, f, args, takes)
	if err != nil {
		return nil, nil, err
	}
	db, err := openStored(s, *path)
	return m, db, err
}
