package summary

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"dwtriage/report/store"
)

// A Judgement is what made the verdicts of records that are not those of the rules which the report names.
type Judgement struct {
	At          time.Time // UTC
	Rules       int
	RulesDigest string
	Run         int64 // that loaded the records; the last of Runs; or one that was forgotten, and whose verdicts are kept; 0: a call of reclassify
	Runs        int   // how many runs loaded them, which are there; 0: they were judged again, or the run was forgotten
	Sets        int   // of rules of these runs
	Records     int64 // failing records of the report
}

// JudgedByOthers reports whether runs with other rules than those that the report names loaded some of its failing records, and their verdicts stand.
func (s *Summary) JudgedByOthers() bool {
	return slices.ContainsFunc(s.Judgements, func(j Judgement) bool { return j.Runs > 0 })
}

// judgements are those of the scope; today is the digest of the rules that the report names, nil where it names those of several runs.
func judgements(ctx context.Context, db *store.DB, today *string) (list []Judgement, err error) {
	err = each(ctx, db, "judgements", func(rows *sql.Rows) error {
		var j Judgement
		err := rows.Scan(&j.At, &j.Rules, &j.RulesDigest, &j.Run, &j.Runs, &j.Sets, &j.Records)
		list = append(list, j)
		return err
	}, today)
	return list, err
}
