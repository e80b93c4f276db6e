package report

import (
	"context"
	"fmt"
	"time"

	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// Tell books in the database what the report says of changes, fixes and incidents, for those who ask the views v_changes, v_fixes
// and v_incidents. All three are told by rules that no query can repeat; the rows are those of the CSV files, and of changes which message each is of.
func Tell(ctx context.Context, db *store.DB, s *summary.Summary) error {
	rows := make(map[string][][]any)
	for table, draw := range map[string]func(cells, *summary.Summary) error{"changes": drawChanges, "fixes": drawFixes, "incidents": drawBursts} {
		var t told
		if err := draw(&t, s); err != nil {
			return err
		}
		rows[table] = t.rows
	}
	for i, c := range changesListed(s) {
		var template any
		if c.TemplateID != "" {
			template = c.TemplateID
		}
		rows["changes"][i] = append(rows["changes"][i], template)
	}
	return db.Tell(ctx, s.Run.ID, rows)
}

// told is a table as rows for the database. What is empty is null.
type told struct {
	rows [][]any
	row  []any
	err  error
}

func (t *told) header(...heading) {}

func (t *told) text(s string) { t.put(s, s == "") }

func (t *told) list(items []string) { t.put(items, len(items) == 0) }

func (t *told) pairs([]summary.Capture) { t.fail(fmt.Errorf("no column of the database holds pairs")) }

func (t *told) number(n int64) { t.put(n, false) }

func (t *told) time(at time.Time) { t.put(at.UTC(), at.IsZero()) }

func (t *told) put(v any, empty bool) {
	if empty {
		v = nil
	}
	t.row = append(t.row, v)
}

func (t *told) end() error {
	t.rows = append(t.rows, t.row)
	t.row = nil
	return t.err
}

func (t *told) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *told) failed() error { return t.err }
