package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"dwtriage/classify"
)

// Cluster reads the messages of the cluster with this id, see [DB.ClusterOf], from all runs that no rule explains, or only one of wrappers
// (rule ids).
func (db *DB) Cluster(ctx context.Context, templateID string, wrappers ...string) (*classify.DraftSource, error) {
	rows, err := db.conn.QueryContext(ctx, query("cluster"), db.stored(templateID), strings.Join(wrappers, " "))
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
	first := c.Messages[0]
	_, c.Names, err = db.Joined(ctx, classify.TemplateID(classify.TemplateOf(first.Error, first.Trace, first.Entity, first.Company)))
	return c, err
}

// stored is a template id as the tables have it: versions before 8 have it without its first two letters.
func (db *DB) stored(templateID string) string {
	if db.version < 8 {
		return strings.TrimPrefix(templateID, "t-")
	}
	return templateID
}

// EachMessage calls yield for every failing record of all runs, ofCluster for those that Cluster reads; in no order.
func (db *DB) EachMessage(ctx context.Context, templateID string, wrappers []string, yield func(m classify.Message, ofCluster bool) error) error {
	err := db.Each(ctx, query("everyone"), func(rows *sql.Rows) error {
		var m classify.Message
		var ofCluster sql.NullBool
		if err := rows.Scan(&m.Signature, &m.Log, &m.Error, &m.Trace, &m.Entity, &m.Company, &ofCluster); err != nil {
			return err
		}
		return yield(m, ofCluster.Bool)
	}, db.stored(templateID), strings.Join(wrappers, " "))
	if err != nil {
		return fmt.Errorf("reading all messages: %w", err)
	}
	return nil
}

// OtherMessages reads up to three messages of every signature and cluster but this one, which Cluster reads. What only one of wrappers explains has the
// signature of its cluster here and in EachMessage, as if nothing did.
func (db *DB) OtherMessages(ctx context.Context, templateID string, wrappers ...string) ([]classify.Message, error) {
	rows, err := db.conn.QueryContext(ctx, query("other_messages"), db.stored(templateID), strings.Join(wrappers, " "))
	if err != nil {
		return nil, fmt.Errorf("reading other messages: %w", err)
	}
	defer rows.Close()
	var out []classify.Message
	for rows.Next() {
		var m classify.Message
		if err := rows.Scan(&m.Signature, &m.Log, &m.Error, &m.Trace, &m.Entity, &m.Company); err != nil {
			return nil, fmt.Errorf("reading other messages: %w", err)
		}
		out = append(out, m)
	}
	return out, rows.Err()
}
