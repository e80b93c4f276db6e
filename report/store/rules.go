package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dwtriage/classify"
)

// A RuleUse says how often a rule or code matched the records of the database.
type RuleUse struct {
	ID       string    // rule id or code/0x…
	Records  int64     // it is the signature of
	Shadowed int64     // it matched and another signature won
	By       []Count   // the winners, most records first
	First    time.Time // it matched, UTC; zero when no record has a time
	Last     time.Time
}

// Coverage says which rules and codes matched the failing records of the database, by id.
func (db *DB) Coverage(ctx context.Context) ([]RuleUse, error) {
	rows, err := db.conn.QueryContext(ctx, query("coverage"))
	if err != nil {
		return nil, fmt.Errorf("reading which rules matched: %w", err)
	}
	defer rows.Close()
	var uses []RuleUse
	for rows.Next() {
		var id, winner string
		var n int64
		var first, last sql.NullTime
		if err := rows.Scan(&id, &winner, &n, &first, &last); err != nil {
			return nil, fmt.Errorf("reading which rules matched: %w", err)
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
	}
	return uses, rows.Err()
}

// Cluster reads the unknown cluster with this template id from all runs.
func (db *DB) Cluster(ctx context.Context, templateID string) (*classify.DraftSource, error) {
	rows, err := db.conn.QueryContext(ctx, query("cluster"), templateID)
	if err != nil {
		return nil, fmt.Errorf("reading cluster %s: %w", templateID, err)
	}
	defer rows.Close()
	c := &classify.DraftSource{TemplateID: templateID}
	for rows.Next() {
		var m classify.Message
		var first, last sql.NullTime
		if err := rows.Scan(&m.Log, &m.Error, &m.Entity, &m.Company, &c.Records, &first, &last); err != nil {
			return nil, fmt.Errorf("reading cluster %s: %w", templateID, err)
		}
		c.First, c.Last = first.Time, last.Time
		c.Messages = append(c.Messages, m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading cluster %s: %w", templateID, err)
	}
	if len(c.Messages) == 0 {
		return nil, fmt.Errorf("no unknown record of %s has the template %q; ids are in column template_id of unclassified.csv", db.path, templateID)
	}
	return c, nil
}

// OtherMessages reads up to three messages of every signature and cluster but this one.
func (db *DB) OtherMessages(ctx context.Context, templateID string) ([]classify.Message, error) {
	rows, err := db.conn.QueryContext(ctx, query("other_messages"), templateID)
	if err != nil {
		return nil, fmt.Errorf("reading other messages: %w", err)
	}
	defer rows.Close()
	var out []classify.Message
	for rows.Next() {
		var m classify.Message
		if err := rows.Scan(&m.Signature, &m.Log, &m.Error, &m.Trace); err != nil {
			return nil, fmt.Errorf("reading other messages: %w", err)
		}
		out = append(out, m)
	}
	return out, rows.Err()
}
