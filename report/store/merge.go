package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// Merge takes parts into the database, as one run and one transaction, as Load takes batches: the database, and what is said of the
// run, is then what Load of all their files would have made of it. run needs no ID and no Finished. The parts must lie in folders that
// [Options.Reads] names. file, unless it is nil, is told of every file in the order in which Load would have read them, and whether a run must not
// succeed with it. rows, unless it is nil, is told which of the failing records of the parts are not loaded. A part whose tables do not hold what its ledger says is an error that names it, and leaves the database as it was.
//
// Parts meet in SQL: their records pass from Parquet into the table and are never held. Only of those whose id is met more than
// once, in the parts or in the database, is there a table of places, in numbers, which DuckDB puts on disk where it is large. Of the
// copies of a record that of the smallest place (order of files, row, byte offset) is loaded, and the others are duplicates of their files, so
// neither the order of the parts nor how files were dealt out makes a difference.
func (db *DB) Merge(ctx context.Context, run Run, tool Tool, parts []*Part, file func(in Input, failed bool), rows func(lost iter.Seq2[LostCopy, error]) error) (id int64, inputs []Input, err error) {
	last, err := db.lastRun(ctx)
	if err != nil {
		return 0, nil, err
	}
	run.ID = last + 1
	defer db.spool.ExecContext(context.WithoutCancel(ctx), query("drop_parts"))
	pruned, err := db.PrunedBefore(ctx, run.Environment)
	if err != nil {
		return 0, nil, err
	}
	if err := db.spoolParts(ctx, run.Environment, pruned, parts); err != nil {
		return 0, nil, err
	}
	inputs, err = db.mergedInputs(ctx, pruned, file)
	if err == nil {
		err = db.warnOtherwise(ctx, run, inputs)
	}
	if err == nil {
		err = db.spoolFiles(inputs)
	}
	if err == nil && rows != nil {
		err = rows(db.lostCopies(ctx))
	}
	if err != nil {
		return 0, nil, err
	}
	return db.commit(ctx, run, func() ([]Input, tableCounts, error) { return db.transactParts(ctx, run, tool, inputs) })
}

// A LostCopy is a copy of a failing record that lies in a part and is not loaded.
type LostCopy struct {
	Part            int // among the parts of the merge
	File            string
	Row, ByteOffset int64
	RecordID        string
}

// lostCopies are those of all parts, in the order of their parts, and of those of a part in the order of records.csv.
func (db *DB) lostCopies(ctx context.Context) iter.Seq2[LostCopy, error] {
	return func(yield func(LostCopy, error) bool) {
		err := db.Each(ctx, query("part_lost_copies"), func(rows *sql.Rows) error {
			var c LostCopy
			err := rows.Scan(&c.Part, &c.File, &c.Row, &c.ByteOffset, &c.RecordID)
			if err == nil && !yield(c, nil) {
				err = errEnough
			}
			return err
		})
		if err != nil && err != errEnough {
			yield(LostCopy{}, err)
		}
	}
}

var errEnough = errors.New("nobody wants more")

// CheckParts makes sure, without a database, of all that Merge asks of parts for themselves: no file is in two, and each holds what its ledger says. What does not
// fit in memory goes to the folder dir.
func CheckParts(ctx context.Context, dir string, parts []*Part, opt Options) error {
	opt.Reads = Reading(parts)
	db, err := openPart(ctx, dir, opt)
	if err != nil {
		return err
	}
	return errors.Join(db.listLedger(ctx, parts), db.Close())
}

// spoolParts works out which copy of each record counts, before the transaction, which then only writes.
func (db *DB) spoolParts(ctx context.Context, environment string, pruned time.Time, parts []*Part) error {
	if err := db.listLedger(ctx, parts); err != nil {
		return err
	}
	if _, err := db.spool.ExecContext(ctx, "CREATE OR REPLACE TABLE spool.main.line AS SELECT $1::TIMESTAMP AS before_at", timeOrNil(pruned)); err != nil {
		return err
	}
	if _, err := db.spool.ExecContext(ctx, query("part_copies"), orNil(environment), StartBytes); err != nil {
		return fmt.Errorf("looking for records that are met more than once: %w", err)
	}
	steps := []string{"part_lost", "part_sightings"}
	if !pruned.IsZero() {
		steps = append(steps, "part_coverage_pruned")
	}
	for _, q := range steps {
		if _, err := db.spool.ExecContext(ctx, query(q)); err != nil {
			return fmt.Errorf("booking records that are met more than once: %w", err)
		}
	}
	return nil
}

// listLedger makes the views of the tables of all parts and the ledger of their files, and weighs them.
func (db *DB) listLedger(ctx context.Context, parts []*Part) error {
	statements := []string{query("spool"), "CREATE OR REPLACE TABLE spool.main.parts (part BIGINT, name VARCHAR, files_path VARCHAR, texts_path VARCHAR, coverage_path VARCHAR, loaded BIGINT, duplicates BIGINT, rejected BIGINT)"}
	for _, table := range partTables {
		statements = append(statements, partView(table, parts))
	}
	for _, s := range statements {
		if _, err := db.spool.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("reading the parts: %w", err)
		}
	}
	if err := db.spool.Raw(func(c any) error { return listParts(c.(driver.Conn), parts) }); err != nil {
		return err
	}
	if _, err := db.spool.ExecContext(ctx, query("part_ledger")); err != nil {
		return fmt.Errorf("reading the ledgers of the parts: %w", err)
	}
	return db.weighParts(ctx, parts)
}

// partView makes the view part_TABLE of the rows of all parts. Where a table has no column that leads to its part the name of the
// file stands for it.
func partView(table string, parts []*Part) string {
	paths := make([]string, len(parts))
	for i, p := range parts {
		paths[i] = "'" + quote(absolute(p.path(table))) + "'"
	}
	named := table == "files" || table == "text_parts" || table == "coverage"
	return fmt.Sprintf("CREATE OR REPLACE VIEW spool.main.part_%s AS SELECT * FROM read_parquet([%s], filename = %t)", table, strings.Join(paths, ", "), named)
}

func listParts(c driver.Conn, parts []*Part) error {
	a, err := duckdb.NewAppender(c, "spool", "main", "parts")
	if err != nil {
		return err
	}
	for i, p := range parts {
		if err := a.AppendRow(int64(i), p.Name(), absolute(p.path("files")), absolute(p.path("text_parts")), absolute(p.path("coverage")),
			p.Totals.Loaded, p.Totals.Duplicates, p.Totals.Rejected); err != nil {
			a.Close()
			return err
		}
	}
	return a.Close()
}

// weighParts holds the ledger of every file to the rows of the tables, and that of every part to its files.
func (db *DB) weighParts(ctx context.Context, parts []*Part) error {
	var path, a, b string
	switch err := db.spool.QueryRowContext(ctx, query("part_shared")).Scan(&path, &a, &b); err {
	case sql.ErrNoRows:
	case nil:
		return notAPart{fmt.Sprintf("the parts %s and %s both hold the file %s: give one of them only, or deal the files out once more, with the same --shard count and --root for every worker", a, b, path)}
	default:
		return fmt.Errorf("comparing the parts: %w", err)
	}
	var n, told int64
	var what string
	switch err := db.spool.QueryRowContext(ctx, query("part_off")).Scan(&a, &path, &what, &told, &n); err {
	case sql.ErrNoRows:
	case nil:
		return fmt.Errorf("%s: the ledger of %s says %d %s, and the part holds %d: delete the folder and run its worker again", a, path, told, what, n)
	default:
		return fmt.Errorf("counting the rows of the parts: %w", err)
	}
	return db.weighTotals(ctx, parts)
}

// weighTotals holds the ledger of every part to what part.json says of all its files.
func (db *DB) weighTotals(ctx context.Context, parts []*Part) error {
	rows, err := db.spool.QueryContext(ctx, query("part_totals"))
	if err != nil {
		return err
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var t Counts
		if err := rows.Scan(&t.Read, &t.Loaded, &t.Duplicates, &t.Rejected, &t.Filtered, &t.OK, &t.Classified, &t.Unclassified); err != nil {
			return err
		}
		if p := parts[n]; t != p.Totals {
			return fmt.Errorf("%s: its files add up to %+v, and %s says %+v: delete the folder and run its worker again", p.Folder, t, partFile, p.Totals)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != len(parts) {
		return fmt.Errorf("internal error: %d parts have totals, and there are %d", n, len(parts))
	}
	return nil
}

// mergedInputs reads the ledger as it is with all parts together.
func (db *DB) mergedInputs(ctx context.Context, pruned time.Time, file func(Input, bool)) (inputs []Input, err error) {
	rows, err := db.spool.QueryContext(ctx, query("part_inputs"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var in Input
		var failed bool
		if err := rows.Scan(&in.Path, &in.Bytes, &in.Digest, &in.Container, &in.Encoding, &in.Format, &in.Log, &in.Read, &in.Loaded,
			&in.Duplicates, &in.Rejected, &in.Filtered, &in.OK, &in.Classified, &in.Unclassified, (*List)(&in.Warnings), &in.Problem, &in.Counted, &in.Incomplete, &failed, &in.Pruned); err != nil {
			return nil, err
		}
		if !in.Balances() {
			return nil, fmt.Errorf("internal error: the ledger of %s does not balance: %+v", in.Path, in.Counts)
		}
		in.warnPruned(pruned)
		inputs = append(inputs, in)
		if file != nil {
			file(in, failed)
		}
	}
	return inputs, rows.Err()
}

// transactParts does what must be in the database whole or not at all.
func (db *DB) transactParts(ctx context.Context, run Run, tool Tool, inputs []Input) ([]Input, tableCounts, error) {
	if _, err := db.conn.ExecContext(ctx, query("insert_part_records"), run.ID); err != nil {
		return nil, tableCounts{}, fmt.Errorf("loading records: %w", err)
	}
	var totals Counts
	for _, in := range inputs {
		totals.Add(in.Counts)
	}
	cuts, err := db.metCuts(ctx)
	if err != nil {
		return nil, tableCounts{}, err
	}
	beside := beside{rejects: "spool.main.part_rejects", texts: query("part_texts")}
	if err := db.conn.QueryRowContext(ctx, query("part_beside")).Scan(&beside.textRows, &beside.covered); err != nil {
		return nil, tableCounts{}, err
	}
	return db.book(ctx, run, tool, inputs, totals, beside, cuts)
}

// metCuts are the records of all parts that may be cut, loaded or duplicates.
func (db *DB) metCuts(ctx context.Context) (cuts []cutRecord, err error) {
	err = db.Each(ctx, query("part_met_cuts"), func(rows *sql.Rows) error {
		var id duckdb.UUID
		var c cutRecord
		err := rows.Scan(&id, &c.file, &c.row)
		c.id = id
		cuts = append(cuts, c)
		return err
	})
	return cuts, err
}

// Reading are the folders that a database must be allowed to read for these parts.
func Reading(parts []*Part) (folders []string) {
	for _, p := range parts {
		folders = append(folders, absolute(filepath.Clean(p.Folder)))
	}
	return folders
}
