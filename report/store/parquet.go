package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// An Export writes tables of the archive as Parquet files, whose types SQL engines of lakes read: ids, lists and maps are
// texts (the latter two JSON, keys sorted), times have a zone, nothing is unsigned or nested. Columns and their order are the
// same whatever a table holds, rows are in one order, so the same run gives the same bytes. It is for one goroutine.
type Export struct {
	db    *DB
	dir   string
	rest  restOf // what the temporary table export_rest holds
	long  int64  // run whose long texts the table export_long knows
	slice int64  // see longSlice
}

// An ExportRun is a run as exports see it.
type ExportRun struct {
	ID          int64
	Key         string // the same in every database that the run was copied to, and of no other run
	Environment *string
	Started     time.Time // UTC
	From, Until time.Time // UTC, hours that its files cover; both Started where they hold no times
}

// A Slice is what one file of the table records holds: the records of a run of one day, or, where their texts are very long, some of them.
type Slice struct {
	Day    *string // 2026-11-22, UTC; nil: the log gives no time
	Number int     // among those of the day, from 1
	rows   int64
	width  int64 // mean bytes of a row in its file
	from   int64 // places in the table
	to     int64
	long   bool // some texts go on in text_parts
}

// The tables of an export that have files per run, in the order in which they are to be written: a run that has its row in runs is there whole.
var (
	RunTables  = []string{"records", "rejects", "sightings", "files", "coverage", "runs"}
	StarTables = []string{"dim_runs", "dim_files", "fact_records", "fact_days", "fact_rejects", "fact_files"}
	// MergedTables are dimensions with one file, to which an export adds the members that its runs bring.
	MergedTables = []string{"dim_signatures", "dim_maps", "dim_companies", "dim_environments", "dim_calendar"}
)

// longSlice is how much of text_parts is put together for one file. A query holds it in memory together with what it makes of it.
const longSlice = 24 << 20

// OpenExport opens the database for reading, and lets files be written below the folder dir. The caller closes the Export.
func OpenExport(ctx context.Context, path, dir string, opt Options) (*Export, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	// With several threads the order of rows would be theirs.
	opt.ReadOnly, opt.Threads, opt.folder = true, 1, full
	db, err := Open(ctx, path, opt)
	if err != nil {
		return nil, err
	}
	err = db.Current()
	if err == nil {
		_, err = db.conn.ExecContext(ctx, query("parquet_setup"))
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Export{db: db, dir: full, slice: longSlice}, nil
}

// Close closes the database.
func (e *Export) Close() error { return e.db.Close() }

// Notes are those of the database.
func (e *Export) Notes() []string { return e.db.Notes() }

// Runs lists the runs of the database, oldest first.
func (e *Export) Runs(ctx context.Context) (runs []ExportRun, err error) {
	err = e.db.Each(ctx, query("parquet_runs_list"), func(rows *sql.Rows) error {
		var r ExportRun
		err := rows.Scan(&r.ID, &r.Key, &r.Environment, &r.Started, &r.From, &r.Until)
		runs = append(runs, r)
		return err
	})
	return runs, err
}

// An ExportChange says how a run is another than when it was exported.
type ExportChange struct {
	Run     int64
	Changed bool // records passed to it, were mended or judged again, or its end was booked
	Pruned  bool // history prune took something out of it
	Handed  bool // records of a forgotten run passed to it
}

// Changes says of the runs whose rows in table runs are in files how they are another since.
func (e *Export) Changes(ctx context.Context, files []string) (list []ExportChange, err error) {
	if len(files) == 0 {
		return nil, nil
	}
	err = e.db.Each(ctx, strings.ReplaceAll(query("parquet_changed"), "%[files]", quoteAll(files)), func(rows *sql.Rows) error {
		var c ExportChange
		err := rows.Scan(&c.Run, &c.Changed, &c.Pruned, &c.Handed)
		if c.Changed || c.Pruned {
			list = append(list, c)
		}
		return err
	})
	return list, err
}

// Lost counts the rows in the files of a run, by table, that the database does not hold any more: a file that is written again loses them.
func (e *Export) Lost(ctx context.Context, run ExportRun, records, rejects, sightings []string) (lost [3]int64, err error) {
	from := func(files []string) string {
		if len(files) == 0 {
			return "SELECT NULL::VARCHAR AS record_id WHERE false"
		}
		return "FROM read_parquet([" + quoteAll(files) + "], hive_partitioning = false, union_by_name = true)"
	}
	text := strings.NewReplacer("%[records]", from(records), "%[rejects]", from(rejects), "%[sightings]", from(sightings)).Replace(query("parquet_lost"))
	err = e.db.conn.QueryRowContext(ctx, ofRun(text, run)).Scan(&lost[0], &lost[1], &lost[2])
	return lost, err
}

// quoteAll are names of files for a list in a query.
func quoteAll(files []string) string {
	quoted := make([]string, len(files))
	for i, f := range files {
		quoted[i] = "'" + quote(f) + "'"
	}
	return strings.Join(quoted, ", ")
}

// Slices lists the files of the table records of a run: one a day, those without a time last. A run without records has one part, with no rows.
func (e *Export) Slices(ctx context.Context, run ExportRun) (parts []Slice, err error) {
	if _, err := e.db.conn.ExecContext(ctx, query("parquet_long"), run.ID); err != nil {
		return nil, err
	}
	e.long = run.ID
	var days []Slice
	if err := e.db.Each(ctx, query("parquet_days"), func(rows *sql.Rows) error {
		p := Slice{Number: 1}
		err := rows.Scan(&p.Day, &p.rows, &p.width, &p.from, &p.to)
		days = append(days, p)
		return err
	}, run.ID); err != nil {
		return nil, err
	}
	if len(days) == 0 {
		return []Slice{{Number: 1, to: -1}}, nil
	}
	for _, day := range days {
		cut, err := e.cutDay(ctx, day)
		if err != nil {
			return nil, err
		}
		parts = append(parts, cut...)
	}
	return parts, nil
}

// cutDay parts a day where more long texts come together than a file is made of.
func (e *Export) cutDay(ctx context.Context, day Slice) (parts []Slice, err error) {
	held := int64(0)
	err = e.db.Each(ctx, "SELECT place, bytes FROM export_long WHERE day IS NOT DISTINCT FROM $1 ORDER BY place", func(rows *sql.Rows) error {
		var place, bytes int64
		err := rows.Scan(&place, &bytes)
		if held > 0 && held+bytes > e.slice {
			before := day
			before.to = place - 1
			parts = append(parts, before)
			day.from, held = place, 0
			day.Number++
		}
		held += bytes
		day.long = true
		return err
	}, day.Day)
	return append(parts, day), err
}

// restOf says for which records the long texts are put together.
type restOf struct {
	run int64
	Slice
}

// Records writes a file of the table records.
func (e *Export) Records(ctx context.Context, run ExportRun, part Slice, file string) (rows int64, err error) {
	if e.long != run.ID {
		return 0, errors.New("internal error: records of a run whose parts were not asked for")
	}
	of := restOf{run.ID, Slice{Number: 1, to: -1}} // there is nothing between these places
	if part.long {
		of.Slice = part
	}
	if e.rest != of {
		if _, err := e.db.conn.ExecContext(ctx, query("parquet_rest"), run.ID, of.from, of.to, of.Day); err != nil {
			return 0, err
		}
		e.rest = of
	}
	day := "NULL"
	if part.Day != nil {
		day = "DATE '" + quote(*part.Day) + "'"
	}
	text := strings.NewReplacer("%[from]", fmt.Sprint(part.from), "%[to]", fmt.Sprint(part.to), "%[day]", day).Replace(query("parquet_records"))
	return e.write(ctx, "records", ofRun(text, run), file, max(leastGroup, min(mostGroup, groupBytes/max(part.width, 1)/vector*vector)))
}

func ofRun(text string, run ExportRun) string {
	return strings.NewReplacer("%[run]", fmt.Sprint(run.ID), "%[key]", run.Key).Replace(text)
}

// Table writes the rows of a run in a table of RunTables but records, or of StarTables.
func (e *Export) Table(ctx context.Context, table string, run ExportRun, file string) (rows int64, err error) {
	name := "parquet_" + table
	if slices.Contains(StarTables, table) {
		name = "star_" + table
	}
	return e.write(ctx, table, ofRun(query(name), run), file, mostGroup)
}

// UnknownFile writes the member of dim_files that facts without a file point to.
func (e *Export) UnknownFile(ctx context.Context, file string) (rows int64, err error) {
	return e.write(ctx, "dim_files", query("star_dim_files_unknown"), file, mostGroup)
}

// A Signature is a member of dim_signatures.
type Signature struct {
	Key, Kind, Title, Headline, Status, Category, Severity string
	Tier                                                   *int // see classify.Tiers; nil without a rule
	Cause, FixSummary, Role, Retry, Steps, URL             string
}

// A SignatureUsed is a signature that records have, and the severities that they have with it.
type SignatureUsed struct {
	ID         string
	Severities []string
}

// Signatures lists the signatures that the runs have, by id.
func (e *Export) Signatures(ctx context.Context, runs []ExportRun) (used []SignatureUsed, err error) {
	err = e.db.Each(ctx, ofRuns(query("star_signatures_used"), runs), func(rows *sql.Rows) error {
		var s SignatureUsed
		err := rows.Scan(&s.ID, (*List)(&s.Severities))
		used = append(used, s)
		return err
	})
	return used, err
}

func ofRuns(text string, runs []ExportRun) string {
	ids := []string{"NULL"}
	for _, r := range runs {
		ids = append(ids, fmt.Sprint(r.ID))
	}
	return strings.ReplaceAll(text, "%[runs]", strings.Join(ids, ", "))
}

const makeSignatures = `CREATE OR REPLACE TEMP TABLE export_signatures (signature_key VARCHAR, kind VARCHAR, title VARCHAR, headline VARCHAR, status VARCHAR,
  category VARCHAR, severity VARCHAR, tier INTEGER, cause VARCHAR, fix_summary VARCHAR, role VARCHAR, retry VARCHAR, steps VARCHAR, url VARCHAR)`

// SetSignatures says what the members of dim_signatures are, before Merged writes them. Empty texts become null.
func (e *Export) SetSignatures(ctx context.Context, list []Signature) error {
	if _, err := e.db.conn.ExecContext(ctx, makeSignatures); err != nil {
		return err
	}
	insert, err := e.db.conn.PrepareContext(ctx, "INSERT INTO export_signatures VALUES ($1, $2, $3, nullif($4, ''), nullif($5, ''), nullif($6, ''), nullif($7, ''), $8, "+
		"nullif($9, ''), nullif($10, ''), nullif($11, ''), nullif($12, ''), nullif($13, ''), nullif($14, ''))")
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, s := range list {
		if _, err := insert.ExecContext(ctx, s.Key, s.Kind, s.Title, s.Headline, s.Status, s.Category, s.Severity, s.Tier, s.Cause, s.FixSummary, s.Role, s.Retry, s.Steps, s.URL); err != nil {
			return err
		}
	}
	return nil
}

// Merged writes a table of MergedTables: the members that runs bring and, of the file old, unless it is empty, those that they do not. A
// member of both is as runs have it. So no fact of an earlier export loses its member.
func (e *Export) Merged(ctx context.Context, table string, runs []ExportRun, old, file string) (rows int64, err error) {
	members := "FROM export_signatures"
	if table != "dim_signatures" {
		members = ofRuns(query("star_"+table), runs)
	}
	text := "FROM (" + members + "\n) ORDER BY 1"
	if old != "" {
		columns, err := e.columns(ctx, members)
		if err != nil {
			return 0, err
		}
		key := columns[0].Name
		read := make([]string, len(columns))
		for i, c := range columns {
			read[i] = fmt.Sprintf("CAST(%q AS %s) AS %[1]q", c.Name, c.Type)
		}
		text = fmt.Sprintf("WITH members AS (%s\n), earlier AS (SELECT %s FROM read_parquet('%s', hive_partitioning = false))\nFROM members UNION ALL FROM earlier ANTI JOIN members USING (%s) ORDER BY 1",
			members, strings.Join(read, ", "), quote(old), key)
	}
	return e.write(ctx, table, text, file, mostGroup)
}

// columns are those of a query.
func (e *Export) columns(ctx context.Context, text string) (list []AnswerColumn, err error) {
	err = e.db.Each(ctx, "SELECT column_name, column_type FROM (DESCRIBE "+text+"\n)", func(rows *sql.Rows) error {
		var c AnswerColumn
		err := rows.Scan(&c.Name, &c.Type)
		list = append(list, c)
		return err
	})
	return list, err
}

// Columns are those of a table of an export, with the types that DuckDB has for them, partitions left out.
func (e *Export) Columns(ctx context.Context, table string) ([]AnswerColumn, error) {
	run := ExportRun{}
	switch {
	case table == "records":
		if _, err := e.db.conn.ExecContext(ctx, query("parquet_long"), 0); err != nil {
			return nil, err
		}
		if _, err := e.db.conn.ExecContext(ctx, query("parquet_rest"), 0, 0, 0, nil); err != nil {
			return nil, err
		}
		e.long, e.rest = 0, restOf{}
		return e.columns(ctx, strings.NewReplacer("%[from]", "0", "%[to]", "0", "%[day]", "NULL").Replace(ofRun(query("parquet_records"), run)))
	case table == "dim_signatures":
		if _, err := e.db.conn.ExecContext(ctx, strings.Replace(makeSignatures, "CREATE OR REPLACE TEMP TABLE", "CREATE TEMP TABLE IF NOT EXISTS", 1)); err != nil {
			return nil, err
		}
		return e.columns(ctx, "FROM export_signatures")
	case slices.Contains(MergedTables, table):
		return e.columns(ctx, ofRuns(query("star_"+table), nil))
	case slices.Contains(StarTables, table):
		return e.columns(ctx, ofRun(query("star_"+table), run))
	}
	return e.columns(ctx, ofRun(query("parquet_"+table), run))
}

// Meanings are what the columns of the views hold, by "view.column".
func (e *Export) Meanings(ctx context.Context) (map[string]string, error) {
	meanings := make(map[string]string)
	err := e.db.Each(ctx, `SELECT table_name || '.' || column_name, comment FROM duckdb_columns() WHERE database_name = 'dw' AND comment IS NOT NULL`, func(rows *sql.Rows) error {
		var name, text string
		err := rows.Scan(&name, &text)
		meanings[name] = text
		return err
	})
	return meanings, err
}

// A row group is held in memory until it is written. Engines like larger ones, but of 122,880 rows a million records took five times as long under
// the limit of 150 MB (2026-11-29, 2 cores: 75 s, and 13 s with these); where rows are long there are fewer.
const (
	mostGroup, leastGroup = 15 * vector, 5 * vector
	groupBytes            = 32 << 20
	vector                = 2048
)

// write writes the rows of a query into a new file, and waits until the disk has them.
func (e *Export) write(ctx context.Context, table, text, file string, group int64) (rows int64, err error) {
	copyTo := fmt.Sprintf("COPY (%s\n) TO '%s' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE %d)", text, quote(file), group)
	result, err := e.db.conn.ExecContext(ctx, copyTo)
	if err != nil {
		return 0, fmt.Errorf("writing table %s: %w", table, e.db.damaged(err))
	}
	if rows, err = result.RowsAffected(); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	return rows, errors.Join(f.Sync(), f.Close())
}
