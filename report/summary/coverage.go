package summary

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dwtriage/report/store"
)

// A RuleUse says how often a rule or code matched the records of the database.
type RuleUse struct {
	ID       string    // rule id, code/0x… or text/0x…
	Records  int64     // it is the signature of
	Shadowed int64     // it matched and another signature won
	By       []Count   // the winners, most records first
	First    time.Time // it matched, UTC; zero when no record has a time
	Last     time.Time
}

// Coverage says which rules and codes matched the failing records of the database, by id.
func Coverage(ctx context.Context, db *store.DB) ([]RuleUse, error) {
	var uses []RuleUse
	err := db.Each(ctx, query("coverage"), func(rows *sql.Rows) error {
		var id, winner string
		var n int64
		var first, last sql.NullTime
		if err := rows.Scan(&id, &winner, &n, &first, &last); err != nil {
			return err
		}
		if len(uses) == 0 || uses[len(uses)-1].ID != id {
			uses = append(uses, RuleUse{ID: id})
		}
		u := &uses[len(uses)-1]
		if winner == id {
			u.Records += n
		} else {
			u.Shadowed += n
			u.By = append(u.By, Count{winner, n})
		}
		u.First, u.Last = earlier(u.First, first.Time), later(u.Last, last.Time)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading which rules matched: %w", err)
	}
	return uses, nil
}
