package store

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
)

// ToldTables hold what the report of a run said that is more than a query over its records: columns run_id and position, and those
// of the CSV file of the same name; changes has one more.
var ToldTables = []string{"changes", "fixes", "incidents"}

// Tell books what the report of a run says, in place of what it said before: rows by table, one of ToldTables, each as the columns
// behind run_id and position. A time is a time.Time, a list []string, nothing nil.
func (db *DB) Tell(ctx context.Context, run int64, tables map[string][][]any) error {
	err := db.atOnce(ctx, func() error {
		for _, table := range ToldTables {
			if _, err := db.conn.ExecContext(ctx, "DELETE FROM dw."+table+" WHERE run_id = $1", run); err != nil {
				return err
			}
			if err := db.append(table, run, tables[table]); err != nil {
				return fmt.Errorf("table %s: %w", table, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("booking what the report of run %d says: %w", run, err)
	}
	return nil
}

func (db *DB) append(table string, run int64, rows [][]any) error {
	return db.conn.Raw(func(c any) error {
		a, err := duckdb.NewAppender(c.(driver.Conn), "dw", "main", table)
		if err != nil {
			return err
		}
		for i, row := range rows {
			values := make([]driver.Value, 0, len(row)+2)
			values = append(values, run, int64(i+1))
			for _, v := range row {
				values = append(values, v)
			}
			if err := a.AppendRow(values...); err != nil {
				a.Close()
				return err
			}
		}
		return a.Close()
	})
}
