package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dwtriage/classify"
)

// RejudgePart makes, in the folder dir, of a part that was made by other rules the one that its worker would have made by those of tool: the same
// records and files, with the verdicts that judge gives and the ledger that follows from them. It passes through a database in dir, so what
// it takes of memory does not grow with the part; on the disk it takes a few times the size of the part.
func RejudgePart(ctx context.Context, dir string, p *Part, opt Options, tool Tool, judge Judge) (again *Part, err error) {
	aside, err := os.MkdirTemp(dir, tempPrefix)
	if err != nil {
		return nil, err
	}
	if aside, err = filepath.Abs(aside); err != nil {
		return nil, err
	}
	n := *p
	n.ToolVersion, n.Rules, n.RulesDigest, n.Judging, n.Folder = tool.Version, tool.Rules, tool.RulesDigest, judge.By.id(), aside
	n.Tables, n.Drawn, n.Report = make(map[string]PartTable), "", PartTable{} // rows say what the rules say
	if err := n.judgeAgain(ctx, dir, p, opt, tool, judge); err != nil {
		return nil, fmt.Errorf("%s: %w", p.Folder, err)
	}
	if err := n.finish(); err != nil {
		return nil, err
	}
	n.Folder = filepath.Join(filepath.Dir(aside), n.Name())
	return &n, os.Rename(aside, n.Folder)
}

// judgeAgain writes the tables of n: those of p, with new verdicts.
func (n *Part) judgeAgain(ctx context.Context, dir string, p *Part, opt Options, tool Tool, judge Judge) error {
	file := filepath.Join(dir, filepath.Base(n.Folder)+".duckdb")
	opt.Reads = append(Reading([]*Part{p}), n.Folder) // and written to
	db, err := Open(ctx, file, opt)
	if err != nil {
		return err
	}
	defer os.Remove(file)
	err = db.fillFromPart(ctx, p)
	if err == nil {
		_, err = db.Reclassify(ctx, Only{}, tool, "", time.Now(), false, judge)
	}
	if err == nil {
		err = db.copyJudged(ctx, n, p)
	}
	return errors.Join(err, db.Close())
}

// fillFromPart makes the records of a part those of run 1.
func (db *DB) fillFromPart(ctx context.Context, p *Part) error {
	from := func(table string) string { return "read_parquet('" + quote(absolute(p.path(table))) + "')" }
	if err := db.all(ctx,
		"INSERT INTO dw.records BY NAME SELECT *, 1 AS run_id FROM "+from("records"),
		"INSERT INTO dw.text_parts SELECT 1, * FROM "+from("text_parts"),
		"INSERT INTO dw.files BY NAME SELECT * EXCLUDE (source, failed), 1 AS run_id FROM "+from("files")); err != nil {
		return err
	}
	_, err := db.conn.ExecContext(ctx, "INSERT INTO dw.runs (run_id, tool_version, rules_digest) VALUES (1, $1, $2)", p.ToolVersion, p.RulesDigest)
	return err
}

// copyJudged writes the tables of n out of the database; what no verdict is in is a copy of that of p.
func (db *DB) copyJudged(ctx context.Context, n, p *Part) error {
	var names []string
	for _, f := range classify.Schema().Fields() {
		names = append(names, quoteName(f.Name))
	}
	if err := db.copyOut(ctx, n, "records", "SELECT "+strings.Join(names, ", ")+" FROM dw.records"); err != nil {
		return err
	}
	if err := db.copyOut(ctx, n, "files", "SELECT f.* REPLACE (d.classified AS classified, d.unclassified AS unclassified) FROM read_parquet('"+quote(absolute(p.path("files")))+
		"') f JOIN dw.files d USING (position) ORDER BY position"); err != nil {
		return err
	}
	if err := db.conn.QueryRowContext(ctx, "SELECT sum(classified)::BIGINT, sum(unclassified)::BIGINT FROM dw.files").Scan(&n.Totals.Classified, &n.Totals.Unclassified); err != nil {
		return err
	}
	for _, table := range partTables {
		if _, written := n.Tables[table]; written {
			if n.Tables[table].Rows != p.Tables[table].Rows {
				return fmt.Errorf("internal error: table %s holds %d rows, and held %d", table, n.Tables[table].Rows, p.Tables[table].Rows)
			}
			continue
		}
		n.Tables[table] = p.Tables[table]
		if err := copyFile(n.path(table), p.path(table)); err != nil {
			return err
		}
	}
	if !n.Totals.Balances() {
		return fmt.Errorf("internal error: the ledger does not balance: %+v", n.Totals)
	}
	return nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
