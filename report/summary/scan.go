package summary

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// scanRecords hands over what Scan of a Summary promises.
func scanRecords(ctx context.Context, db *store.DB, scope store.Scope, s share, m *classify.Matcher, known bool, each func(*store.Texts) error) error {
	// Made again: another Summary may have been made since.
	err := db.Scope(ctx, "scope", scope)
	if err == nil && known {
		err = db.KnownPlaces(ctx, "scope")
	} else if err == nil {
		err = places(ctx, db, s, m)
	}
	if err != nil {
		return err
	}
	return scanPlaces(ctx, db, each)
}

// scanPlaces scans the records at the places, some row groups of the table at a time: each of them is read once, and what DuckDB holds of the
// places beside it is bounded.
func scanPlaces(ctx context.Context, db *store.DB, each func(*store.Texts) error) error {
	ranges, err := scanRanges(ctx, db)
	if err != nil {
		return err
	}
	var expressions []string
	for _, c := range scanned {
		expressions = append(expressions, c.text())
	}
	for _, r := range ranges {
		if err := db.ShowPart(ctx, r[0], r[1]); err != nil {
			return err
		}
		if err := db.Scan(ctx, query("scan_records"), expressions, each, r[0], r[1]); err != nil {
			return fmt.Errorf("query scan_records: %w", err)
		}
	}
	return nil
}

func scanRanges(ctx context.Context, db *store.DB) (list [][2]int64, err error) {
	err = each(ctx, db, "scan_ranges", func(rows *sql.Rows) error {
		var from, to int64
		err := rows.Scan(&from, &to)
		list = append(list, [2]int64{from, to})
		return err
	})
	return list, err
}

// scanned are the columns that the archive has.
var scanned = slices.DeleteFunc(slices.Clone(RecordColumns), func(c Column[Record]) bool { return c.expr == "''" })

// text is the expression of a column as a text, see textReader.
func (c Column[T]) text() string {
	switch c.Cell(new(T)).(type) {
	case *int64:
		return "(" + c.expr + ")::VARCHAR"
	case *time.Time:
		return "epoch_us(" + c.expr + ")::VARCHAR"
	case *[]string:
		return "array_to_string([strlen(t) || ' ' || t FOR t IN " + c.expr + "], '')"
	case *[]Capture:
		return "array_to_string([strlen(c.key) || ' ' || c.key || strlen(coalesce(c.value, '')) || ' ' || coalesce(c.value, '') FOR c IN map_entries(" + c.expr + ")], '')"
	}
	return c.expr
}

// textReader fills one cell of the row from the text of its column.
func (l *Loading) textReader(c Column[Record]) func(text string) {
	if c.Name == "message" {
		return l.message.read
	}
	switch cell := c.Cell(&l.row).(type) {
	case *string:
		return func(text string) { *cell = text }
	case *int64:
		return func(text string) { *cell = number(text) }
	case *time.Time:
		return func(text string) {
			if *cell = (time.Time{}); text != "" {
				*cell = time.UnixMicro(number(text)).UTC()
			}
		}
	case *[]string:
		return func(text string) {
			for *cell = (*cell)[:0]; text != ""; {
				var item string
				item, text = cutCounted(text)
				*cell = append(*cell, item)
			}
		}
	case *[]Capture:
		return func(text string) {
			for *cell = (*cell)[:0]; text != ""; {
				var c Capture
				c.Name, text = cutCounted(text)
				c.Value, text = cutCounted(text)
				*cell = append(*cell, c)
			}
			slices.SortFunc(*cell, Capture.compare)
		}
	default:
		panic(fmt.Sprintf("no reader for %T", cell))
	}
}

// number reads what DuckDB prints of a whole number.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// cutCounted cuts off a text that stands behind its length in bytes and a blank.
func cutCounted(text string) (item, rest string) {
	digits, rest, _ := strings.Cut(text, " ")
	n := number(digits)
	return rest[:n], rest[n:]
}

// EachScanned calls yield for the records that Scan of a Summary hands over, as EachFailing does for those of a batch.
func (l *Loading) EachScanned(records *store.Texts, yield func(r *Record, finding uint64)) {
	fill := make([]func(text string), len(scanned))
	for i, c := range scanned {
		fill[i] = l.textReader(c)
	}
	for row := range records.Rows {
		for i, f := range fill {
			f(records.At(i, row))
		}
		l.rules.describe(&l.row)
		yield(&l.row, l.finding())
	}
}
