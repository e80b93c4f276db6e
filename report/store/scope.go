package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Scope says which records a report is about: those that the inputs of a run held, or those that happened in a period, whatever runs
// of its environment held them. [OfRun] and [DB.OfPeriod] make one; two that are equal are about the same.
type Scope struct {
	first       int64     // the run; of a period the first of its runs
	runs        string    // ids, ascending: "15, 16"
	from, until time.Time // of a period, UTC, until not included; zero of a run
}

// OfRun is about the records that the inputs of this run held, whoever loaded them.
func OfRun(id int64) Scope { return Scope{first: id, runs: strconv.FormatInt(id, 10)} }

// OfPeriod is about the records of an environment that happened from a time on and before another, of all runs that hold some. Records
// without a time are in no period. runs are those whose exports cover hours of it, oldest first; without any there is no Scope, and
// no error.
func (db *DB) OfPeriod(ctx context.Context, environment string, from, until time.Time) (s Scope, runs []int64, err error) {
	if err := db.Current(); err != nil {
		return s, nil, err
	}
	var ids []string
	err = db.Each(ctx, query("scope_runs"), func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		runs, ids = append(runs, id), append(ids, strconv.FormatInt(id, 10))
		return err
	}, environment, from.UTC(), until.UTC())
	if err != nil || len(runs) == 0 {
		return s, nil, err
	}
	return Scope{slices.Min(runs), strings.Join(ids, ", "), from.UTC(), until.UTC()}, runs, nil
}

// In puts the runs of s into a query, in the place of %[runs], which stands behind IN between parentheses.
func (s Scope) In(query string) string { return s.replace(query, "") }

func (s Scope) replace(query, view string) string {
	stamp := func(t time.Time) string { return "TIMESTAMP '" + t.Format("2006-01-02 15:04:05.999999") + "'" }
	return strings.NewReplacer("%[view]", view, "%[runs]", s.runs, "%[first]", strconv.FormatInt(s.first, 10), "%[from]", stamp(s.from), "%[until]", stamp(s.until)).Replace(query)
}

// Scope makes the records that s is about a view of this name, for queries that follow; a view
// of that name is replaced. Its columns are in sql/scope.sql. A database of an older schema, which was
// opened for reading and so is not brought up to date, is an error.
func (db *DB) Scope(ctx context.Context, view string, s Scope) error {
	if err := db.Current(); err != nil {
		return err
	}
	kind, met := "scope_run", "scope_run_met"
	if !s.from.IsZero() {
		kind, met = "scope_period", "scope_met"
	}
	if db.made[view].scope != s {
		if _, err := db.conn.ExecContext(ctx, s.replace(query(met), view)); err != nil {
			return err
		}
	}
	text := s.replace(query(kind), view)
	if s.from.IsZero() {
		var err error
		if text, err = db.ofRun(ctx, view, s); err != nil {
			return err
		}
	}
	joined, err := db.anyJoined(ctx)
	if err != nil {
		return err
	}
	if _, err := db.conn.ExecContext(ctx, withClusters(query("scope"), joined, "dw.clusters")+text); err != nil {
		return err
	}
	if db.made[view].scope != s {
		db.made[view] = made{scope: s}
	}
	return nil
}

// anyJoined reports whether any cluster is one of several messages.
func (db *DB) anyJoined(ctx context.Context) (joined bool, err error) {
	err = db.conn.QueryRowContext(ctx, "SELECT EXISTS (FROM dw.clusters)").Scan(&joined)
	return joined, err
}

// withClusters fills in of sql/scope.sql where the clusters are read. Where none was joined, and most nights have none, no record is asked for its own.
func withClusters(text string, joined bool, clusters string) string {
	cluster, join := "r.template_id", ""
	if joined {
		cluster, join = "coalesce(t.cluster_id, r.template_id)", " LEFT JOIN "+clusters+" t ON t.template_id = r.template_id"
	}
	return strings.NewReplacer("%[cluster]", cluster, "%[clusters]", join).Replace(text)
}

// ShowPart makes the view shown_part, which is shown for records at places from one to another: whole rows beside all clusters of the archive, of which there
// may be as many as messages, did not fit into the memory that DuckDB has.
func (db *DB) ShowPart(ctx context.Context, from, to int64) error {
	joined, err := db.anyJoined(ctx)
	if err != nil {
		return err
	}
	_, view, _ := strings.Cut(query("scope"), "CREATE OR REPLACE TEMP VIEW shown AS")
	text := withClusters("CREATE OR REPLACE TEMP VIEW shown_part AS"+view, joined, "clusters_part")
	if joined {
		text = fmt.Sprintf("CREATE OR REPLACE TEMP TABLE clusters_part AS SELECT template_id, cluster_id FROM dw.clusters WHERE template_id IN (SELECT template_id FROM dw.records WHERE rowid BETWEEN %d AND %d);\n", from, to) + text
	}
	_, err = db.conn.ExecContext(ctx, text)
	return err
}

// ofRun is the statement that makes the view of a run.
func (db *DB) ofRun(ctx context.Context, view string, s Scope) (string, error) {
	var whole sql.NullString
	if err := db.conn.QueryRowContext(ctx, s.replace(query("scope_run_whole"), view)).Scan(&whole); err != nil {
		return "", err
	}
	if whole.Valid {
		return strings.ReplaceAll(s.replace(query("scope_runs_whole"), view), "%[whole]", whole.String), nil
	}
	var lowest, highest int64
	if err := db.conn.QueryRowContext(ctx, "SELECT coalesce(min(place), 0), coalesce(max(place), -1) FROM "+view+"_met").Scan(&lowest, &highest); err != nil {
		return "", err
	}
	return strings.NewReplacer("%[lowest]", strconv.FormatInt(lowest, 10), "%[highest]", strconv.FormatInt(highest, 10)).Replace(s.replace(query("scope_run"), view)), nil
}

// made says what a view of Scope is about, and what Groups was asked for: the same once more is there already.
type made struct {
	scope  Scope
	groups string
}
