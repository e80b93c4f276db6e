package summary

import (
	"context"
	"database/sql"
	"time"

	"dwtriage/report/store"
)

// A Judgement is what made the verdicts of records that are not those of the run which loaded them.
type Judgement struct {
	At          time.Time // UTC
	Rules       int
	RulesDigest string
	Run         int64 // that was forgotten, and whose verdicts are kept; 0: a call of reclassify
	Records     int64 // failing records of the report
}

func judgements(ctx context.Context, db *store.DB) (list []Judgement, err error) {
	err = each(ctx, db, "judgements", func(rows *sql.Rows) error {
		var j Judgement
		err := rows.Scan(&j.At, &j.Rules, &j.RulesDigest, &j.Run, &j.Records)
		list = append(list, j)
		return err
	})
	return list, err
}
