package store

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
)

// A Window is a period of one log: number 0 is what the report is about, 1 the one before it, and so on.
type Window struct {
	Log         string
	Number      int       // 0 to 7, or [Unread]: as many as sql/history_part.sql counts
	From, Until time.Time // UTC; Until is not included
}

// Unread is the number of the window of a log of which the report read nothing: what failed in these hours is not over, and compared with nothing.
const Unread = 8

// A ChangeRule says from when on a failure has another state.
type ChangeRule struct {
	Back   int // periods without a failure after which it is resolved, or back when it comes again
	Spike  int // times of the largest count of the periods before that is a spike
	Least  int // records a spike has at least
	Enough int // periods before that there must be to call anything a spike

	Apart bool // between the periods lie hours that are compared with none, whether they were read or not: what failed in these alone is not over
}

// States makes the table scope_states: for every signature × map of the view scope, which Groups counted, and for every
// other one that failed in the windows of its logs, in which state it is. s is what the view scope was made of; whole are the logs of
// which the hours of window 0 were read without trouble, so that what is absent did not happen. Columns are in
// sql/states.sql. The table scope_known has the signatures that failed before and in none of these maps, and those that are
// back in one and did not pause in another; the table period_totals has the failing records of each window. Without a window before the report's own one both are empty.
func (db *DB) States(ctx context.Context, s Scope, windows []Window, whole []string, rule ChangeRule) error {
	h := historyOf(windows)
	exec := func(name string, args ...any) (int64, error) {
		return db.exec(ctx, name, h.replace(query(name)), args...)
	}
	if _, err := db.conn.ExecContext(ctx, s.replace(query("here"), "here")+query("ever")); err != nil {
		return err
	}
	if _, err := exec("no_history"); err != nil {
		return err
	}
	if _, err := exec("no_states"); err != nil {
		return err
	}
	if h.compared { // nothing is asked of a past that is not covered
		if err := db.lookBack(ctx, exec, s); err != nil {
			return err
		}
	}
	places, err := db.placesOfChange(ctx)
	if err != nil {
		return err
	}
	parts := 1 + places/db.statesAtOnce()
	for part := range parts {
		if _, err := exec("states", strings.Join(whole, " "), rule.Back, rule.Spike, rule.Least, rule.Enough, rule.Apart, part, parts); err != nil {
			return err
		}
	}
	if h.compared {
		if _, err := exec("states_elsewhere", rule.Back); err != nil {
			return err
		}
	}
	if _, err := exec("period_totals"); err != nil {
		return err
	}
	// What follows needs the memory.
	_, err = exec("no_history")
	return err
}

// statesAtOnce is of how many signatures × maps the history is put together at a time. Each has lists of counts, which DuckDB does not put on disk: 200,000 messages
// in each of three nights took all memory.
func (db *DB) statesAtOnce() int64 { return max(1, db.groupsAtOnce/4) }

// placesOfChange is how many signatures × maps the report and what was counted of its past have at most.
func (db *DB) placesOfChange(ctx context.Context) (places int64, err error) {
	now, err := db.rowsOf(ctx, "scope_sums")
	if err != nil {
		return 0, err
	}
	before, err := db.rowsOf(ctx, "history")
	return now + before, err
}

// lookBack fills the tables history, past and scope_known.
func (db *DB) lookBack(ctx context.Context, exec func(name string, args ...any) (int64, error), s Scope) error {
	if _, err := exec("wordings"); err != nil {
		return err
	}
	if err := db.rename(ctx, s); err != nil {
		return err
	}
	if _, err := exec("recent"); err != nil {
		return err
	}
	defer db.conn.ExecContext(context.WithoutCancel(ctx), "DROP TABLE recent")
	if _, err := exec("moved"); err != nil {
		return err
	}
	var recent, about int64
	if err := db.conn.QueryRowContext(ctx, "SELECT count(*), approx_count_distinct(place_of_change) FROM recent").Scan(&recent, &about); err != nil {
		return err
	}
	parts := 1 + max(recent/recordsAtOnce, about/db.statesAtOnce())
	for part := range parts {
		if _, err := exec("history_part", part, parts); err != nil {
			return err
		}
	}
	places, err := db.placesOfChange(ctx)
	if err != nil {
		return err
	}
	parts = 1 + places/db.groupsAtOnce
	for part := range parts {
		if _, err := exec("past_part", part, parts, s.first); err != nil {
			return err
		}
	}
	if _, err = exec("past_renamed", s.first); err == nil {
		_, err = exec("past_signatures", s.first)
	}
	return err
}

// rename has the past speak of what fails in the report by the names it has there, where records of the past were judged by other rules. Where none were, which is most nights, that
// costs nothing.
func (db *DB) rename(ctx context.Context, s Scope) error {
	if _, err := db.exec(ctx, "other_rules", query("other_rules")); err != nil {
		return err
	}
	others, err := db.rowsOf(ctx, "other_rules")
	if err != nil || others == 0 {
		return err
	}
	for _, part := range []struct{ name, text string }{
		{"here", s.replace(query("here"), "here_own")}, {"here_renamed", query("here_renamed")}, {"ever", query("ever")},
	} {
		if _, err := db.conn.ExecContext(ctx, part.text); err != nil {
			return fmt.Errorf("query %s: %w", part.name, err)
		}
	}
	return nil
}

// history writes windows as pieces of SQL.
type history struct {
	compared bool
	number   string   // of the window that a record lies in; NULL of none
	pieces   []string // placeholder, text, …
}

func historyOf(windows []Window) history {
	var h history
	stamp := func(t time.Time) string { return "TIMESTAMP '" + t.UTC().Format(time.DateTime) + "'" }
	var number, values []string
	var first, last, start time.Time
	begins, depth := make(map[string]time.Time), make(map[string]int)
	for _, w := range windows {
		number = append(number, fmt.Sprintf("WHEN log = '%s' AND occurred_at >= %s AND occurred_at < %s THEN %d", quote(w.Log), stamp(w.From), stamp(w.Until), w.Number))
		if w.Number != Unread {
			values = append(values, fmt.Sprintf("('%s', %d, %s, %s)", quote(w.Log), w.Number, stamp(w.From), stamp(w.Until)))
		}
		if first.IsZero() || w.From.Before(first) {
			first = w.From
		}
		if w.Until.After(last) {
			last = w.Until
		}
		if w.Number == 0 {
			begins[w.Log] = w.From
			if start.IsZero() || w.From.Before(start) {
				start = w.From
			}
		}
		if w.Number > 0 && w.Number != Unread {
			h.compared = true
			depth[w.Log]++
		}
	}
	if len(windows) == 0 {
		number, values = []string{"WHEN false THEN 0"}, []string{"('', 0, NULL::TIMESTAMP, NULL::TIMESTAMP)"}
	}
	begin := fmt.Sprintf("CASE log WHEN 'dualwrite' THEN %s ELSE %s END", stamp(cmp.Or(begins["dualwrite"], start)), stamp(cmp.Or(begins["plugintrace"], start)))
	deeper := "NULL::VARCHAR" // none
	if dual, traces := depth["dualwrite"], depth["plugintrace"]; dual > traces {
		deeper = "'dualwrite'"
	} else if traces > dual {
		deeper = "'plugintrace'"
	}
	h.number = "CASE " + strings.Join(number, " ") + " END"
	h.pieces = []string{
		"%[number]", h.number,
		"%[windows]", strings.Join(values, ", "),
		"%[first]", stamp(first), "%[last]", stamp(last),
		"%[begin]", begin,
		"%[deeper]", deeper,
	}
	return h
}

func (h history) replace(text string) string { return strings.NewReplacer(h.pieces...).Replace(text) }
