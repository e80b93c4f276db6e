package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// A Check is one question that [DB.Check] asked of the database, and what came out.
type Check struct {
	Name     string   // file, tables, ledgers, links, orphans, views
	Good     string   // what was found in order, in words
	Problems []string // empty: it is in order
}

// Check verifies all of a database that was opened for reading: that every block of the file holds what was written, every column of
// every table can be read, every run's ledger is equal to its tables, what belongs together is there, nothing is of a
// run that is not, and the views answer. Where something cannot be read, what can be saved is among the problems: which
// runs are whole, and which files have to be loaded again. It reads the whole file, and changes nothing.
func (db *DB) Check(ctx context.Context) ([]Check, error) {
	var done []Check
	readable := true
	for _, step := range []struct {
		name string
		do   func(context.Context, *Check) error
	}{
		{"file", db.checkBlocks}, {"tables", db.checkTables}, {"ledgers", db.checkLedgers},
		{"links", db.checkLinks}, {"orphans", db.checkOrphans}, {"views", db.checkViews},
	} {
		c := Check{Name: step.name}
		if err := step.do(ctx, &c); err != nil {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			c.Problems = append(c.Problems, problemOf(err))
		}
		readable = readable && (c.Name != "tables" || len(c.Problems) == 0)
		done = append(done, c)
	}
	if !readable {
		c, err := db.whatCanBeSaved(ctx)
		if err != nil {
			return nil, err
		}
		done = append(done, c)
	}
	return done, nil
}

// problemOf is an error without the advice of a command that wanted to write.
func problemOf(err error) string {
	if d, ok := errors.AsType[*DamageError](err); ok {
		return d.What
	}
	return firstLine(err)
}

func (db *DB) checkBlocks(ctx context.Context, c *Check) error {
	info, err := os.Stat(db.path)
	if err != nil {
		return err
	}
	c.Good = fmt.Sprintf("every block in use of its %d bytes holds what was written", info.Size())
	return db.findDamage(ctx, true)
}

// checkTables reads every value.
func (db *DB) checkTables(ctx context.Context, c *Check) error {
	var good []string
	for _, table := range archiveTables {
		columns, err := db.columns(ctx, table)
		if err != nil {
			return err
		}
		if len(columns) == 0 {
			if db.version == schemaVersion {
				c.Problems = append(c.Problems, "table "+table+" is not there")
			}
			continue
		}
		rows, err := db.readAll(ctx, table, columns, "true")
		if err == nil {
			good = append(good, fmt.Sprintf("%d %s", rows, table))
			continue
		}
		// Which columns is it that cannot be read?
		var bad []string
		for _, column := range columns {
			if _, err := db.readAll(ctx, table, []string{column}, "true"); err != nil {
				bad = append(bad, column)
			}
		}
		c.Problems = append(c.Problems, fmt.Sprintf("of table %s cannot be read: %s (%s)", table, strings.Join(bad, ", "), problemOf(err)))
	}
	c.Good = "every value can be read: " + strings.Join(good, ", ")
	return nil
}

// columns are the names of the columns of a table, in their order; none if it is not there.
func (db *DB) columns(ctx context.Context, table string) ([]string, error) {
	return db.strings(ctx, "SELECT column_name FROM duckdb_columns() WHERE database_name = 'dw' AND table_name = $1 ORDER BY column_index", table)
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// readAll reads all values of columns.
func (db *DB) readAll(ctx context.Context, table string, columns []string, where string) (rows int64, err error) {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = quoteName(c)
	}
	err = db.Each(ctx, fmt.Sprintf("SELECT count(*), bit_xor(hash(%s)) FROM dw.%s WHERE %s", strings.Join(quoted, ", "), table, where), func(r *sql.Rows) error {
		var hash any
		return r.Scan(&rows, &hash)
	})
	return rows, err
}

func (db *DB) checkLedgers(ctx context.Context, c *Check) (err error) {
	if db.version < schemaVersion {
		c.Good = fmt.Sprintf("not looked at: the schema has version %d, and dwtriage run brings it to %d", db.version, schemaVersion)
		return nil
	}
	runs, err := db.strings(ctx, "SELECT run_id::VARCHAR FROM dw.runs")
	if err != nil {
		return err
	}
	c.Good = fmt.Sprintf("those of %d runs are equal to their tables", len(runs))
	c.Problems, err = db.strings(ctx, query("check_runs"))
	return err
}

func (db *DB) checkLinks(ctx context.Context, c *Check) (err error) {
	if db.version < schemaVersion {
		c.Good = "not looked at, as the ledgers"
		return nil
	}
	c.Good = "no row is there twice, and what belongs together is there"
	if c.Problems, err = db.strings(ctx, query("check_links")); err != nil {
		return err
	}
	unlike, err := db.unjoined(ctx)
	if err != nil {
		return err
	}
	if unlike > 0 {
		c.Problems = append(c.Problems, fmt.Sprintf("%d rows of clusters are not what the messages in records and pruned make of them; the next dwtriage run that loads a record joins them again", unlike))
	}
	for _, table := range archiveTables {
		twice, err := db.strings(ctx, fmt.Sprintf("SELECT format('{} rows of %[1]s are there twice', count(*)) FROM (SELECT %[2]s FROM dw.%[1]s GROUP BY ALL HAVING count(*) > 1) HAVING count(*) > 0", table, tableKeys[table]))
		if err != nil {
			return err
		}
		c.Problems = append(c.Problems, twice...)
	}
	return nil
}

// tableKeys are the columns of which no two rows of a table have the same. What was pruned is summed up, and may pass to a run that has
// counts of the same hour, so only rows alike in all are one row twice; of rejects a row may have several.
var tableKeys = map[string]string{
	"meta": "key", "clusters": "template_id", "judging": "judging, rule_id", "judgements": "judgement_id", "prunings": "*", "records": "record_id", "text_parts": "record_id, field, part",
	"sightings": "run_id, record_id", "rejects": "*", "coverage": "run_id, position, log, from_at", "cuts": "run_id, record_id, file, row",
	"changes": "run_id, position", "fixes": "run_id, position", "incidents": "run_id, position", "pruned": "*", "files": "run_id, position", "runs": "run_id",
}

func (db *DB) checkOrphans(ctx context.Context, c *Check) error {
	c.Good = "no row is of a run that is not there"
	orphans, err := db.orphans(ctx)
	for _, o := range orphans {
		c.Problems = append(c.Problems, fmt.Sprintf("%d rows of %s are of runs that are not there, as a killed run leaves them; the next dwtriage run removes them", o.rows, o.table))
	}
	return err
}

func (db *DB) checkViews(ctx context.Context, c *Check) error {
	views, err := db.strings(ctx, "SELECT view_name FROM duckdb_views() WHERE database_name = 'dw' AND NOT internal ORDER BY view_name")
	if err != nil {
		return err
	}
	for _, v := range views {
		if err := db.Each(ctx, "SELECT * FROM dw."+quoteName(v)+" LIMIT 1", func(*sql.Rows) error { return nil }); err != nil {
			c.Problems = append(c.Problems, fmt.Sprintf("%s does not answer: %s", v, problemOf(err)))
		}
	}
	if db.version == schemaVersion && !slices.Contains(views, "v_records") {
		c.Problems = append(c.Problems, "view v_records is not there")
	}
	c.Good = fmt.Sprintf("%d answer", len(views))
	return nil
}

// whatCanBeSaved says which runs are whole, and of the others which files have to be loaded again.
func (db *DB) whatCanBeSaved(ctx context.Context) (Check, error) {
	c := Check{Name: "saved"}
	runs, err := db.strings(ctx, "SELECT run_id::VARCHAR FROM dw.runs ORDER BY run_id")
	if err != nil {
		c.Problems = append(c.Problems, "nothing can be read of the runs: "+problemOf(err))
		return c, ctx.Err()
	}
	columns, err := db.columns(ctx, "records")
	if err != nil {
		return c, err
	}
	var whole []string
	for _, run := range runs {
		if _, err := db.readAll(ctx, "records", columns, "run_id = "+run); err == nil {
			whole = append(whole, run)
			continue
		}
		files, err := db.strings(ctx, "SELECT path FROM dw.files WHERE run_id = $1::BIGINT ORDER BY position", run)
		if err != nil {
			files = []string{"a list that cannot be read"}
		}
		c.Problems = append(c.Problems, fmt.Sprintf("run %s cannot be read whole; it was of %s", run, strings.Join(files, ", ")))
	}
	if len(whole) > 0 {
		c.Problems = append(c.Problems, "the records of these runs can be read whole, and dwtriage query --json writes them out: "+strings.Join(whole, ", "))
	}
	c.Problems = append(c.Problems, db.wayBack())
	return c, ctx.Err()
}
