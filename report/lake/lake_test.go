package lake

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest"
	"dwtriage/report/store"
	"dwtriage/report/store/storetest"
)

// A nights is a database of a test, and what was exported of it.
type nights struct {
	t       *testing.T
	db, dir string
	started time.Time
}

func newNights(t *testing.T) *nights {
	dir := t.TempDir()
	return &nights{t: t, db: filepath.Join(dir, "n.duckdb"), dir: filepath.Join(dir, "lake"), started: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)}
}

// load loads a night of an environment.
func (n *nights) load(environment string, lines []storetest.Line, rejects ...ingest.Reject) {
	n.t.Helper()
	db, err := store.Open(n.t.Context(), n.db, store.Options{Threads: 1})
	if err != nil {
		n.t.Fatal(err)
	}
	n.started = n.started.Add(24 * time.Hour)
	batches := storetest.Source(storetest.Batch(store.Allocator(), lines...), storetest.Account(lines, rejects...))
	if _, _, err := db.Load(n.t.Context(), store.Run{Started: n.started, Environment: environment, Arguments: "run"}, store.Tool{Version: "test"}, batches, nil); err != nil {
		n.t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		n.t.Fatal(err)
	}
}

func (n *nights) forget(run int64) {
	n.t.Helper()
	db, err := store.Open(n.t.Context(), n.db, store.Options{Threads: 1})
	if err == nil {
		err = errors.Join(db.Forget(n.t.Context(), run), db.Close())
	}
	if err != nil {
		n.t.Fatal(err)
	}
}

// export exports runs, all without any.
func (n *nights) export(opt Options, ids ...int64) Result {
	n.t.Helper()
	res, err := n.tryExport(n.t.Context(), opt, ids...)
	if err != nil {
		n.t.Fatal(err)
	}
	return res
}

func (n *nights) tryExport(ctx context.Context, opt Options, ids ...int64) (res Result, err error) {
	opt.Matcher = storetest.Matcher()
	if err := os.MkdirAll(n.dir, 0o777); err != nil {
		return res, err
	}
	e, err := store.OpenExport(n.t.Context(), n.db, n.dir, store.Options{})
	if err != nil {
		return res, err
	}
	defer e.Close()
	all, err := e.Runs(n.t.Context())
	if err != nil {
		return res, err
	}
	runs := all
	if len(ids) > 0 {
		runs = slices.DeleteFunc(slices.Clone(all), func(r store.ExportRun) bool { return !slices.Contains(ids, r.ID) })
	}
	return Put(ctx, e, n.dir, runs, all, opt)
}

// files are the digests of all files, by path, with the time of the last change.
func (n *nights) files() map[string]string {
	n.t.Helper()
	list := make(map[string]string)
	err := filepath.WalkDir(n.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		info, _ := d.Info()
		name, _ := filepath.Rel(n.dir, path)
		list[filepath.ToSlash(name)] = fmt.Sprintf("%x %s", sha256.Sum256(text), info.ModTime())
		return err
	})
	if err != nil {
		n.t.Fatal(err)
	}
	return list
}

// duck reads the folder with a DuckDB of its own, through duckdb.sql, with the database attached as n.
func (n *nights) duck() *sql.DB {
	n.t.Helper()
	c, err := duckdb.NewConnector("", nil)
	if err != nil {
		n.t.Fatal(err)
	}
	db := sql.OpenDB(c)
	n.t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	text, err := os.ReadFile(filepath.Join(n.dir, "duckdb.sql"))
	if err != nil {
		n.t.Fatal(err)
	}
	views := strings.ReplaceAll(string(text), "read_parquet('", "read_parquet('"+n.dir+"/")
	for _, s := range []string{"SET TimeZone = 'UTC'", "ATTACH '" + n.db + "' AS n (READ_ONLY)", views} {
		if _, err := db.Exec(s); err != nil {
			n.t.Fatalf("%v:\n%s", err, s)
		}
	}
	return db
}

// ask gives the rows of a query as texts.
func ask(t *testing.T, db *sql.DB, query string) (list []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%v:\n%s", err, query)
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	values, pointers := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		pointers[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		var cells []string
		for _, v := range values {
			if !v.Valid {
				v.String = "null"
			}
			cells = append(cells, v.String)
		}
		list = append(list, strings.Join(cells, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

func number(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	return strings.Join(ask(t, db, query), "\n")
}

// second is the night after storetest.Night: some records again, some new ones, on two days.
var second = []storetest.Line{
	{ID: 1, File: "c.csv", Row: 2, At: "01:00:00", Company: "USMF", Entity: "accounts", Err: storetest.NotMember, Trace: "[Contoso: trace]\nline"},
	{ID: 2, File: "c.csv", Row: 3, At: "02:00:00", Company: "USMF", Entity: "uoms", Err: storetest.UnitOfMeasure},
	{ID: 7, File: "c.csv", Row: 4, At: "2026-11-23 01:00:00", Company: "usmf", Entity: "uoms", Err: storetest.UnitOfMeasure, Key: "ä'\"x"},
	{ID: 8, File: "c.csv", Row: 5, At: "2026-11-24 01:00:00", Company: "FRRT", Entity: "accounts", Err: storetest.NotMember},
}

var bad = ingest.Reject{File: "b.csv", Row: 5, ByteOffset: 500, Reason: "row is empty", Excerpt: ",,,"}

// twoNights are two nights of two environments.
func twoNights(t *testing.T) *nights {
	t.Helper()
	n := newNights(t)
	made.Do(func() {
		n.load("PROD", storetest.Night, bad)
		n.load("", second)
		seed, _ = os.ReadFile(n.db)
	})
	if err := os.WriteFile(n.db, seed, 0o666); err != nil || len(seed) == 0 {
		t.Fatalf("no database: %v", err)
	}
	return n
}

var (
	made sync.Once
	seed []byte // the database of twoNights
)

// sameRows fails unless both queries give the same rows, some of them.
func sameRows(t *testing.T, db *sql.DB, a, b string) {
	t.Helper()
	if number(t, db, "SELECT count(*) > 0 FROM ("+a+")") != "true" {
		t.Errorf("no rows: %s", a)
	}
	for _, q := range []string{a + " EXCEPT ALL " + b, b + " EXCEPT ALL " + a} {
		if rows := ask(t, db, q); len(rows) > 0 {
			t.Errorf("%d rows of one are not in the other, the first: %s\n%s", len(rows), rows[0], q)
		}
	}
}

// TestRows: what is read back is what the views of the database give.
func TestRows(t *testing.T) {
	n := twoNights(t)
	n.export(Options{})
	db := n.duck()
	for view, extra := range map[string]string{"records": "run_key, day", "runs": "run_key, judgement_id", "files": "run_key", "coverage": "run_key"} {
		columns := ask(t, db, fmt.Sprintf("SELECT column_name FROM duckdb_columns() WHERE database_name = 'n' AND table_name = 'v_%s' ORDER BY column_index", view))
		var here, there []string
		for _, c := range columns {
			q := `"` + c + `"`
			here = append(here, q)
			switch c {
			case "record_id":
				q += "::VARCHAR"
			case "signatures", "map_candidates", "warnings", "parts", "missing_shards":
				q = "to_json(" + q + ")::VARCHAR"
			case "captures":
				q = "to_json(map_from_entries(list_sort(map_entries(captures))))::VARCHAR"
			case "occurred_at", "started_at", "finished_at", "from_at", "until_at", "since", "until":
				q += " AT TIME ZONE 'UTC'"
			}
			there = append(there, q)
		}
		sameRows(t, db, "SELECT "+strings.Join(here, ", ")+" FROM memory."+view, "SELECT "+strings.Join(there, ", ")+" FROM n.v_"+view)
		left := number(t, db, fmt.Sprintf("SELECT string_agg(column_name, ', ') FROM (DESCRIBE memory.%s) WHERE column_name NOT IN ('%s')", view, strings.Join(columns, "', '")))
		if left != extra {
			t.Errorf("%s has columns %q that the view has not, want %q", view, left, extra)
		}
	}
	sameRows(t, db, `SELECT file, row, byte_offset, byte_length, "column", reason, excerpt, run_id, environment FROM memory.rejects`,
		`SELECT file, row, byte_offset, byte_length, "column", reason, excerpt, run_id, 'PROD' FROM n.rejects`)
	sameRows(t, db, "SELECT run_id, record_id, file, row, loaded_by FROM memory.sightings", "SELECT 2, right('00000000-0000-0000-0000-00000000000' || i, 36), 'c.csv', i + 1, 1 FROM range(1, 3) r(i)")
	if got := number(t, db, "SELECT count(*), count(DISTINCT record_id) FROM memory.records"); got != "8 8" {
		t.Errorf("records, and different ones: %s", got)
	}
	want := []string{"PROD 2026-11-22", "PROD null", "null 2026-11-23", "null 2026-11-24"}
	if d := cmp.Diff(want, ask(t, db, "SELECT DISTINCT coalesce(environment, 'null') AS e, coalesce(day::VARCHAR, 'null') AS d FROM memory.records ORDER BY ALL")); d != "" {
		t.Errorf("partitions (-want +got):\n%s", d)
	}
	if got := number(t, db, "SELECT captures FROM memory.records WHERE record_id LIKE '%7'"); !strings.HasPrefix(got, "{") {
		t.Errorf("captures: %s", got)
	}
}

// types are the columns of the tables, as Parquet has them.
var types = map[string]string{
	"records": `record_id text, file text, row int64, byte_offset int64, byte_length int64, log text, occurred_at time, occurred_raw text, entity text, company text,
		type_name text, message_name text, mode text, operation_type text, depth int32, duration_ms int64, correlation_id text, request_id text, activity_id text,
		error_text text, trace_text text, outcome text, truncated text, withheld text, signature text, signatures text, status text, category text, severity text,
		error_code text, map text, fno_entity text, dataverse_table text, map_candidates text, captures text, affected_key text, template_id text, matched_field text,
		matched_start int32, matched_end int32, run_id int64, company_logged text, company_named text, record_key text, run_key text,
		rules_digest text, judged_at time, started_at time, text_ids text`,
	"rejects":   "run_id int64, environment text, file text, row int64, byte_offset int64, byte_length int64, column text, reason text, excerpt text, run_key text",
	"sightings": "run_id int64, record_id text, file text, row int64, byte_offset int64, byte_length int64, loaded_by int64, run_key text",
	"files": `run_id int64, environment text, position int64, path text, bytes int64, digest text, container text, encoding text, format text, log text, from_at time,
		until_at time, read int64, loaded int64, duplicates int64, rejected int64, filtered int64, ok int64, classified int64, unclassified int64, warnings text,
		problem text, counted int64, incomplete boolean, run_key text`,
	"coverage": "environment text, log text, from_at time, until_at time, records int64, whole boolean, run_id int64, path text, run_key text",
	"runs": `run_id int64, environment text, started_at time, finished_at time, exit_code int32, from_at time, until_at time, files int64, unread int64, read int64,
		loaded int64, duplicates int64, rejected int64, filtered int64, ok int64, classified int64, unclassified int64, inherited int64, scope_records int64,
		tool_version text, rules int64, rules_digest text, arguments text, since time, until time, fail_on text, max_rejects text, seconds double, run_key text, judgement_id int64, parts text, missing_shards text, pruned int64, pruned_at time`,
	"fact_records": `record_id text, run_key text, file_key text, signature_key text, map_key text, company_key text, environment_key text, date_key int32, occurred_at time,
		log text, outcome text, status text, error_code text, entity text, type_name text, message_name text, affected_key text, template_id text, duration_ms int64, records int32`,
	"fact_days": `run_key text, signature_key text, map_key text, company_key text, environment_key text, date_key int32, log text, outcome text, records int64,
		first_seen time, last_seen time`,
	"fact_rejects": "run_key text, file_key text, environment_key text, date_key int32, row int64, byte_offset int64, column text, reason text, rejects int32",
	"fact_files": `run_key text, file_key text, environment_key text, date_key int32, bytes int64, read int64, loaded int64, duplicates int64, rejected int64, filtered int64,
		ok int64, classified int64, unclassified int64`,
	"dim_runs":  `run_key text, run_id int64, environment text, started_at time, finished_at time, exit_code int32, tool_version text, rules_digest text, arguments text`,
	"dim_files": `file_key text, run_id int64, path text, format text, log text, encoding text, container text, digest text, problem text`,
	"dim_signatures": `signature_key text, kind text, title text, headline text, status text, category text, severity text, tier int32, cause text, fix_summary text, role text,
		retry text, steps text, url text`,
	"dim_maps":         "map_key text, title text, map text, dataverse_table text, fno_entity text, map_candidates text",
	"dim_companies":    "company_key text, company text",
	"dim_environments": "environment_key text, environment text",
	"dim_calendar": `date_key int32, date date, year int32, quarter int32, month int32, month_name text, day int32, iso_year int32, iso_week int32, weekday int32,
		weekday_name text, weekend boolean`,
}

// TestTypes: every file has the columns above, in this order, with types that all engines read, whatever it holds.
func TestTypes(t *testing.T) {
	kinds := map[string]string{
		"BYTE_ARRAY UTF8": "text",
		"INT64 INT_64":    "int64",
		"INT32 INT_32":    "int32",
		"DOUBLE null":     "double",
		"BOOLEAN null":    "boolean",
		"INT32 DATE":      "date",
		"INT64 TimestampType(isAdjustedToUTC=1, unit=TimeUnit(MILLIS=<null>, MICROS=MicroSeconds(), NANOS=<null>))": "time",
	}
	empty := newNights(t)
	empty.load("PROD", nil)
	for name, n := range map[string]*nights{"two nights": twoNights(t), "an empty night": empty} {
		t.Run(name, func(t *testing.T) {
			n.export(Options{Star: true})
			db := n.duck()
			seen := map[string]bool{}
			for file := range n.files() {
				if !strings.HasSuffix(file, ".parquet") {
					continue
				}
				table := strings.Split(strings.TrimPrefix(file, "star/"), "/")[0]
				seen[table] = true
				var got []string
				for _, c := range ask(t, db, fmt.Sprintf("SELECT name || '|' || type || ' ' || CASE WHEN logical_type LIKE 'Time%%' THEN logical_type ELSE coalesce(converted_type, 'null') END FROM parquet_schema('%s') WHERE num_children IS NULL", filepath.Join(n.dir, file))) {
					name, kind, _ := strings.Cut(c, "|")
					if kinds[kind] == "" {
						t.Errorf("%s: column %s is of type %q", file, name, kind)
					}
					got = append(got, name+" "+kinds[kind])
				}
				if d := cmp.Diff(strings.Join(strings.Fields(types[table]), " "), strings.Join(got, ", ")); d != "" {
					t.Errorf("%s (-want +got):\n%s", file, d)
				}
				if got := number(t, db, fmt.Sprintf("SELECT string_agg(DISTINCT compression, ' ') FROM parquet_metadata('%s')", filepath.Join(n.dir, file))); got != "ZSTD" && got != "null" {
					t.Errorf("%s: compression %s", file, got)
				}
			}
			for table := range types {
				if !seen[table] {
					t.Errorf("no file of table %s", table)
				}
			}
		})
	}
}

// TestStar: every fact meets its members, so no sum changes by a join, and every key of a dimension is there once.
func TestStar(t *testing.T) {
	n := twoNights(t)
	n.export(Options{Star: true}, 1)
	n.export(Options{}, 2) // a star once made is continued
	db := n.duck()
	for fact, sum := range map[string]string{"fact_records": "records", "fact_days": "records", "fact_rejects": "rejects", "fact_files": "read"} {
		joined := "FROM " + fact
		for _, r := range relations {
			if r.fact == fact {
				joined += fmt.Sprintf(" JOIN %s USING (%s)", r.dimension, r.key)
			}
		}
		want := map[string]string{"fact_records": "8", "fact_days": "8", "fact_rejects": "1", "fact_files": "11"}[fact]
		joined = strings.ReplaceAll(joined, "FROM "+fact+" ", "FROM (SELECT * FROM "+fact+") AS f ")
		if alone, all := number(t, db, "SELECT sum("+sum+")::BIGINT FROM "+fact), number(t, db, "SELECT sum(f."+sum+")::BIGINT "+joined); alone != want || all != want {
			t.Errorf("%s: the sum of %s is %s, and %s with its dimensions, want %s", fact, sum, alone, all, want)
		}
	}
	for _, r := range relations {
		if rows := ask(t, db, fmt.Sprintf("SELECT %s, count(*) FROM %s GROUP BY ALL HAVING count(*) > 1", r.key, r.dimension)); len(rows) > 0 {
			t.Errorf("%s has keys twice: %q", r.dimension, rows)
		}
		if r.key != "signature_key" && r.key != "date_key" { // of engines that take no notice of case
			if rows := ask(t, db, fmt.Sprintf("SELECT lower(%s) FROM %s GROUP BY ALL HAVING count(*) > 1", r.key, r.dimension)); len(rows) > 0 {
				t.Errorf("%s has keys that differ by case alone: %q", r.dimension, rows)
			}
		}
	}
	want := []string{"dw-user-not-member-of-org 3", "(unknown) 2"}
	got := ask(t, db, "SELECT signature_key, sum(records)::BIGINT FROM fact_records WHERE signature_key IN ('(unknown)', (SELECT signature_key FROM fact_records WHERE record_id LIKE '%-000000000001')) GROUP BY ALL ORDER BY ALL DESC")
	want[0] = number(t, db, "SELECT any_value(signature), count(*) FROM memory.records WHERE record_id LIKE '%1' OR record_id LIKE '%8'")
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("records by signature (-want +got):\n%s", d)
	}
	if got := number(t, db, "SELECT count(*), count(title), count(cause), count(fix_summary), count(role) FROM dim_signatures WHERE kind = 'rule'"); got != strings.TrimSpace(strings.Repeat(fmt.Sprint(len(storetest.Matcher().Rules()))+" ", 5)) {
		t.Errorf("members with texts of %d rules: %s", len(storetest.Matcher().Rules()), got)
	}
	if got := number(t, db, "SELECT min(date)::VARCHAR, max(date)::VARCHAR, count(*), count(date) FROM dim_calendar"); got != "2026-01-01 2026-12-31 366 365" {
		t.Errorf("calendar: %s", got)
	}
	if got := strings.Join(ask(t, db, "SELECT company FROM dim_companies ORDER BY ALL"), " "); got != "DEMF FRRT USMF null" {
		t.Errorf("companies: %s", got)
	}
}

// TestAgain: the same run gives the same bytes, and files that are as they were are not touched; the next run adds files.
func TestAgain(t *testing.T) {
	n := newNights(t)
	n.load("PROD", storetest.Night, bad)
	n.export(Options{Star: true})
	first := n.files()
	if res := n.export(Options{Star: true}); res.Written != 0 || res.Removed != 0 {
		t.Errorf("exported again: %+v", res)
	}
	if d := cmp.Diff(first, n.files()); d != "" {
		t.Errorf("the same run again (-first +second):\n%s", d)
	}
	n.load("PROD", second)
	n.export(Options{Star: true}, 2)
	for name, was := range first {
		_, member, _ := strings.Cut(name, "dim_")
		if now := n.files()[name]; now != was && (member == "" || strings.Contains(name, "/run-")) {
			t.Errorf("%s changed with the next run", name)
		}
	}
	both := n.files()
	again := &nights{t: t, db: n.db, dir: filepath.Join(t.TempDir(), "elsewhere")}
	again.export(Options{Star: true})
	bytes := func(files map[string]string) map[string]string {
		out := make(map[string]string)
		for name, f := range files {
			out[name], _, _ = strings.Cut(f, " ")
		}
		return out
	}
	if d := cmp.Diff(bytes(both), bytes(again.files())); d != "" {
		t.Errorf("run by run, and both at once (-one +other):\n%s", d)
	}
}

// TestForget: the records of a run that is forgotten pass on, and --all --prune makes the folder that of the database again.
func TestForget(t *testing.T) {
	n := twoNights(t)
	n.export(Options{Star: true})
	n.forget(1)
	// Whatever run is asked for, that to which the records passed is exported again.
	n.load("", []storetest.Line{{ID: 9, File: "d.csv", Row: 2, At: "2026-11-24 02:00:00", Err: storetest.Odd}})
	res := n.export(Options{Prune: true}, 3)
	if res.Removed == 0 {
		t.Errorf("nothing was removed: %+v", res)
	}
	n.forget(3)
	n.export(Options{Prune: true}, 2)
	db := n.duck()
	sameRows(t, db, "SELECT record_id, run_id, file, row FROM memory.records", "SELECT record_id::VARCHAR, run_id, file, row FROM n.v_records")
	if got := number(t, db, "SELECT string_agg(DISTINCT run_id, ' '), count(*) FROM (SELECT run_id FROM memory.records UNION ALL SELECT run_id FROM memory.runs UNION ALL SELECT run_id FROM memory.rejects UNION ALL SELECT run_id FROM dim_runs)"); got != "2 6" {
		t.Errorf("runs that are left: %s", got)
	}
	for name := range n.files() {
		if strings.Contains(name, "PROD") {
			t.Errorf("%s is left", name)
		}
	}
	if got := number(t, db, "SELECT sum(f.records)::BIGINT FROM fact_records f JOIN dim_maps USING (map_key) JOIN dim_companies USING (company_key)"); got != "4" {
		t.Errorf("facts with their members: %s", got)
	}
}

// prune takes out of the database what has ended by now, and says how much.
func (n *nights) prune() {
	n.t.Helper()
	db, err := store.Open(n.t.Context(), n.db, store.Options{Threads: 1})
	if err != nil {
		n.t.Fatal(err)
	}
	list, err := db.Prune(n.t.Context(), n.started, nil, "history prune", n.started.Add(time.Hour))
	if err = errors.Join(err, db.Close()); err != nil || len(list) == 0 || list[0].Records == 0 {
		n.t.Fatalf("pruned: %+v, %v", list, err)
	}
}

// sql changes the database.
func (n *nights) sql(text string) {
	n.t.Helper()
	connector, err := duckdb.NewConnector(n.db, nil)
	if err != nil {
		n.t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	_, err = db.Exec(text)
	if err = errors.Join(err, db.Close(), connector.Close()); err != nil {
		n.t.Fatal(err)
	}
}

// TestPruned: what history prune takes out of the database stays in the folder, whatever is asked for, unless it is to go.
func TestPruned(t *testing.T) {
	n := newNights(t)
	n.load("PROD", storetest.Night, bad)
	n.load("PROD", storetest.Night, bad) // which meets the records of the first
	n.sql("UPDATE records SET judgement_id = 1")
	n.export(Options{})
	n.prune()
	n.load("PROD", []storetest.Line{{ID: 9, File: "d.csv", Row: 2, At: "2026-11-26 02:00:00", Err: storetest.Odd}})
	n.export(Options{}, 3)
	before := n.files()
	same := func(what string, opt Options, want Result, ids ...int64) {
		t.Helper()
		res := n.export(opt, ids...)
		res.Written, res.Same, res.Bytes, res.Records, res.Retired = 0, 0, 0, 0, nil
		if d := cmp.Diff(want, res); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
		now := n.files()
		for name, was := range before {
			if now[name] != was && strings.Contains(name, "run-") {
				t.Errorf("%s: %s is another, or gone", what, name)
			}
		}
	}
	records := int64(len(storetest.Night) - 1) // one has no time
	// The run was judged again before it was exported: that its records of this judgement are gone is no change.
	same("what is new", Options{}, Result{}, 3)
	same("what is new, and forgotten runs", Options{Prune: true}, Result{}, 3)
	kept := Result{Kept: []int{1, 2}, Lost: [3]int64{records, 2, records}}
	same("all", Options{}, kept)
	kept = Result{Kept: []int{1}, Lost: [3]int64{records, 1, 0}}
	same("a run by its number", Options{Prune: true}, kept, 1)
	kept.Star, kept.Factless = true, []int{1, 2}
	same("a star that comes too late", Options{Star: true}, kept, 1, 3)

	// Changed besides: the second run has what is left of the first.
	n.forget(1)
	same("a run that has changed", Options{Prune: true}, Result{Kept: []int{2}, Lost: [3]int64{0, 1, records}, Behind: true, Waits: true, Star: true, Others: 1, Factless: []int{2}}, 3)
	res := n.export(Options{Prune: true, Drop: true})
	if len(res.Kept)+len(res.Factless)+len(res.Without)+res.Others != 0 || res.Removed == 0 {
		t.Errorf("without what was pruned: %+v", res)
	}
	db := n.duck()
	sameRows(t, db, "SELECT record_id, run_id, file, row FROM memory.records", "SELECT record_id::VARCHAR, run_id, file, row FROM n.v_records")
	if got, want := number(t, db, "SELECT string_agg(run_id || ':' || pruned, ' ' ORDER BY run_id) FROM memory.runs"), fmt.Sprintf("2:%d 3:0", records); got != want {
		t.Errorf("pruned of the runs: %s, want %s", got, want)
	}
	if res := n.export(Options{}); len(res.Kept) > 0 || res.Written > 0 {
		t.Errorf("once more: %+v", res)
	}
}

// TestWithout: a star that is begun late says which runs it lacks.
func TestWithout(t *testing.T) {
	n := twoNights(t)
	n.export(Options{})
	if res := n.export(Options{Star: true}, 2); fmt.Sprint(res.Without) != "[1]" {
		t.Errorf("runs without facts: %v", res.Without)
	}
	if res := n.export(Options{}); len(res.Without) > 0 {
		t.Errorf("runs without facts: %v", res.Without)
	}
}

// rename makes a run of each environment out of the only run. To load each takes half a minute.
func (n *nights) rename(environments []string) {
	n.t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		n.t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	exec := func(query string, args ...any) {
		if _, err := db.Exec(query, args...); err != nil {
			n.t.Fatalf("%v: %s", err, query)
		}
	}
	exec("ATTACH '" + n.db + "' AS n")
	for i, name := range environments {
		exec("INSERT INTO n.runs SELECT * REPLACE ($1::BIGINT AS run_id, $2 AS environment) FROM n.runs WHERE run_id = 1", 100+i, name)
		exec("INSERT INTO n.records SELECT * REPLACE ($1::BIGINT AS run_id, $2::UUID AS record_id) FROM n.records WHERE run_id = 1", 100+i, fmt.Sprintf("00000000-0000-0000-0000-%012d", 100+i))
	}
	exec("DETACH n")
}

// TestNames: an environment of any name is a partition that is read back as it was, and nothing is written elsewhere.
func TestNames(t *testing.T) {
	n := newNights(t)
	names := []string{"a/b", "../../up", "..", ".", "a=b", "Überlingen & Söhne", " lead", "trail ", "dot.", "100%", "%41", "a+b", "c:\\d", "quote's \"x\"", "[x]{y}*?", "NULL", "null",
		"__HIVE_DEFAULT_PARTITION__", "007", "tab\tnew\nline", "日本", "<>|", "-rf", "~", "$HOME", strings.Repeat("ä/", 300)}
	n.load("PROD", []storetest.Line{{ID: 1, File: "a.csv", Row: 2, At: "01:00:00", Entity: "uoms", Err: storetest.UnitOfMeasure}})
	n.rename(names)
	n.export(Options{Star: true})
	if entries, _ := os.ReadDir(filepath.Dir(n.dir)); len(entries) != 2 {
		t.Errorf("beside the folder lies something: %v", entries)
	}
	for file := range n.files() {
		if depth := strings.Count(file, "/"); strings.HasPrefix(file, "records/") && depth != 3 || depth > 3 {
			t.Errorf("%s", file)
		}
		for step := range strings.SplitSeq(file, "/") {
			if len(step) > 255 || strings.ContainsAny(step, "\\:*?\"<>|\n\t") || strings.HasSuffix(step, ".") || strings.HasSuffix(step, " ") {
				t.Errorf("no name for every system: %q", step)
			}
		}
	}
	db := n.duck()
	for i, name := range names {
		id := fmt.Sprintf("00000000-0000-0000-0000-%012d", 100+i)
		got := number(t, db, "SELECT r.environment || chr(1) || u.environment FROM memory.records r JOIN memory.runs u USING (run_key) WHERE record_id = '"+id+"'")
		env, whole, _ := strings.Cut(got, "\x01")
		if whole != name {
			t.Errorf("environment %q of the run is read back as %q", name, whole)
		}
		if env != name && len(name) < 200 || len(name) > 200 && (len(env) > 255 || !strings.HasPrefix(name, env[:20])) {
			t.Errorf("environment %q is read back as %q", name, env)
		}
	}
}

// TestCheck: a folder of somebody else is left alone.
func TestCheck(t *testing.T) {
	dir := t.TempDir()
	if err := Check(dir, false); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	if err := Check(filepath.Join(dir, "new"), false); err != nil {
		t.Errorf("a folder that is not there: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, ".dwtriage-42"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Check(dir, false); err != nil {
		t.Errorf("a folder in which a call was killed at once: %v", err)
	}
	file := filepath.Join(dir, "mine.txt")
	if err := os.WriteFile(file, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Check(dir, false); err == nil || !strings.Contains(err.Error(), "mine.txt") {
		t.Errorf("a folder with files of others: %v", err)
	}
	if err := Check(file, false); err == nil || !strings.Contains(err.Error(), "is a file") {
		t.Errorf("a file: %v", err)
	}
	if err := Check(dir, true); err != nil {
		t.Errorf("with force: %v", err)
	}
	n := twoNights(t)
	n.dir = dir
	n.export(Options{})
	if err := Check(dir, false); err != nil {
		t.Errorf("once it is an export: %v", err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "mine" {
		t.Errorf("what was there: %q, %v", text, err)
	}
	for text, want := range map[string]string{`{"format": 2}`: "format 2", "x": "not that of an export"} {
		if err := os.WriteFile(filepath.Join(dir, MarkName), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := Check(dir, true); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("mark %s: %v", text, err)
		}
	}
}

// TestStopped: an export that is stopped leaves whole files, and the next one what a single one would have left.
func TestStopped(t *testing.T) {
	n := twoNights(t)
	ctx, stop := context.WithCancel(t.Context())
	_, err := n.tryExport(ctx, Options{Star: true, Wrote: func(store.ExportRun, int64, int64) { stop() }})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	left := filepath.Join(n.dir, ".dwtriage-123")
	if err = os.Mkdir(left, 0o777); err == nil {
		err = os.WriteFile(filepath.Join(left, "table.parquet"), []byte("half"), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := number(t, n.duck(), "SELECT string_agg(run_id, ' ') FROM memory.runs"); got != "1" {
		t.Errorf("runs that are there whole: %s", got)
	}
	n.export(Options{})
	for name := range n.files() {
		if strings.HasPrefix(name, ".") {
			t.Errorf("%s is left", name)
		}
	}
	if got := number(t, n.duck(), "SELECT string_agg(run_id, ' ' ORDER BY run_id) FROM memory.runs"); got != "1 2" {
		t.Errorf("runs that are there in the end: %s", got)
	}
}

// TestDamaged: a dimension that cannot be read is named, with what to do.
func TestDamaged(t *testing.T) {
	n := twoNights(t)
	n.export(Options{Star: true})
	path := filepath.Join(n.dir, "star", "dim_maps", "dim_maps.parquet")
	if err := os.WriteFile(path, []byte("PAR1 no"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := n.tryExport(t.Context(), Options{}); err == nil || !strings.Contains(err.Error(), path+" is damaged remove it") {
		t.Errorf("a damaged dimension: %v", err)
	}
}

// TestColumns: every column has a meaning.
func TestColumns(t *testing.T) {
	n := twoNights(t)
	n.export(Options{Star: true})
	text, err := os.ReadFile(filepath.Join(n.dir, "columns.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		if rows++; strings.HasSuffix(strings.TrimSpace(line), ",") {
			t.Errorf("no meaning: %s", line)
		}
	}
	want := 1 + 2 // header, partitions
	for _, columns := range types {
		want += 1 + strings.Count(columns, ",")
	}
	if rows != want {
		t.Errorf("%d rows, want %d", rows, want)
	}
}
