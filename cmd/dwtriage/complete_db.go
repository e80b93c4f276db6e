//go:build cgo

package main

import (
	"strconv"

	"github.com/spf13/cobra"

	"dwtriage/report/store"
)

// runIDs are the runs of the database that is named so far, the latest first; none where it cannot be opened at once.
func (s *session) runIDs(f *flags) (ids []string) {
	a := archiveFlags{file: f.Lookup("db").Value.String()}
	if v := s.getenv(variable("db")); v != "" && !f.Changed("db") {
		a.file = v
	}
	db, err := store.Open(s.ctx, a.file, store.Options{ReadOnly: true})
	if err != nil {
		return nil
	}
	defer db.Close()
	runs, err := db.History(s.ctx)
	if err != nil {
		return nil
	}
	for i := range runs {
		r := runs[len(runs)-1-i]
		ids = append(ids, cobra.CompletionWithDesc(strconv.FormatInt(r.ID, 10), printable(when(r.Started)+" "+r.Environment)))
	}
	return ids
}
