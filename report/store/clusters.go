package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Messages that differ in names only are one cluster, see sql/join.sql: from how many different names on, behind one first word and without one. A name is
// guessed from what differs, and a few words that differ may as well be a few failures.
const (
	namesBehind  = 5
	namesInstead = 8  // of which two have more than one word
	singleWords  = 20 // where they do not
)

// join brings the table clusters up to what records and pruned hold. Whatever changes these ends with it, within its transaction.
func (db *DB) join(ctx context.Context) error {
	some, err := db.joined(ctx)
	if err == nil && some {
		_, err = db.conn.ExecContext(ctx, query("join_write"))
		db.unjoin(ctx)
	}
	if err != nil {
		return fmt.Errorf("joining clusters: %w", err)
	}
	return nil
}

// joined makes the temporary table of what clusters has to be, until unjoin; false where nothing is to be joined, and nothing was.
func (db *DB) joined(ctx context.Context) (some bool, err error) {
	if err := db.conn.QueryRowContext(ctx, query("join_needed")).Scan(&some); err != nil || !some {
		return false, err
	}
	_, err = db.conn.ExecContext(ctx, query("join_macros")+fmt.Sprintf(query("join"), namesBehind, namesInstead, singleWords))
	return true, err
}

func (db *DB) unjoin(ctx context.Context) {
	db.conn.ExecContext(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS joined; DROP TABLE IF EXISTS named; DROP TABLE IF EXISTS named_places; DROP TABLE IF EXISTS names_behind; DROP TABLE IF EXISTS names_instead")
}

// unjoined counts the rows of clusters that are not what they have to be, and those that are missing.
func (db *DB) unjoined(ctx context.Context) (rows int64, err error) {
	some, err := db.joined(ctx)
	if err == nil && some {
		err = db.conn.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM (FROM joined EXCEPT FROM dw.clusters)) + (SELECT count(*) FROM (FROM dw.clusters EXCEPT FROM joined))").Scan(&rows)
		db.unjoin(ctx)
	}
	return rows, err
}

// change is transaction for what changes records.
func (db *DB) change(ctx context.Context, do func() error) error {
	return db.transaction(ctx, func() error {
		if err := do(); err != nil {
			return err
		}
		return db.join(ctx)
	})
}

// clustersSince is the version of the schema that has clusters.
const clustersSince = 14

// ClusterOf is the id of the cluster that has this id, or had it, or that the messages with this template id are of since they were joined with others: every
// id that was ever printed leads to it. An id that the database does not know is returned as it is.
func (db *DB) ClusterOf(ctx context.Context, id string) (string, error) {
	if db.version < clustersSince {
		return id, nil
	}
	found, err := db.strings(ctx, query("cluster_is"), id)
	if err == nil && len(found) == 0 {
		if _, err = db.conn.ExecContext(ctx, query("join_macros")); err == nil {
			found, err = db.strings(ctx, query("cluster_of"), id)
		}
	}
	if err != nil {
		return "", fmt.Errorf("looking for cluster %s: %w", id, err)
	}
	return append(found, id)[0], nil
}

// Joined is the cluster of a template that is of one with others, and what of the template is a name, see classify.MaskNames; empty of any other.
func (db *DB) Joined(ctx context.Context, templateID string) (cluster, names string, err error) {
	if db.version < clustersSince {
		return "", "", nil
	}
	err = db.conn.QueryRowContext(ctx, "SELECT cluster_id, names FROM dw.clusters WHERE template_id = $1", templateID).Scan(&cluster, &names)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil
	}
	return cluster, names, err
}
