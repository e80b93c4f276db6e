package store

import (
	"bytes"
	"compress/bzip2"
	"context"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
)

// older unpacks the database that a program of an earlier schema version made. testdata/version1.duckdb.bz2
// comes from the last program of version 1, the commit before "ingest, store: times in every order,
// what was cut and what was withheld", version2.duckdb.bz2 from the last of version 2, "ingest: the
// format is only renamed where it has another name", version3.duckdb.bz2 from "classify: a record without rule and
// code is named by its text where the code table has that sentence", version4.duckdb.bz2 from "ingest: a pasted text is of
// the log whose words it speaks, and one failure in several paragraphs is one record". version5.duckdb.bz2 is version 4 as "report,
// ingest, cmd: comments say what is so and fit their lines" took it over, and
// version6.duckdb.bz2 is version 5 as "store, classify: one way to run an embedded query that makes something" did,
// version7.duckdb.bz2 version 6 as "report: the first paragraph says nothing that its records do not",
// version8.duckdb.bz2 version 7 as "all rooms: what merge, classify and export wrote again stands once", version9.duckdb.bz2
// version 8 as "store, report, cmd: one way to seal a part, to read lists and to walk rows, in place of three that were written
// again" and version10.duckdb.bz2 version 9 as "store: a checkpoint that is cut off in the middle of a write no longer costs the
// database: what it writes over is kept beside it until it is done", version11.duckdb.bz2 version 10 as "store, summary: texts are read of what changed
// only, what waits for what is found once per report, one way to join periods", version12.duckdb.bz2 version 11 as "README: the same once more is
// told by the program file, too; what a run keeps beside its database is no part of the repository", version13.duckdb.bz2 version 12 as the last program of that
// version did, and version14.duckdb.bz2 version 13 as "report: what a code alone names is counted where it has no place in the plan; it has a text to read,
// so it was not". All read exports of the same invented names:
//
//	dwtriage run --db v1.duckdb night/errors-a.csv night/errors-b.csv night/traces.csv
//	dwtriage run --db v1.duckdb --environment UAT night
//	bzip2 -9 v1.duckdb
//
// errors-a.csv has a column for the company, empty in row 4; errors-b.csv and errors-c.csv have none, and
// traces.csv are plug-in traces. The messages of a.csv:2, a.csv:4, b.csv:2 and traces.csv:3 name a company.
// The second run met nine records of the first again and loaded one, of errors-c.csv. In versions 3 and 4 the trace text of
// traces.csv:2 is longer than what a row of records holds today.
func older(t *testing.T, version string) string {
	t.Helper()
	f, err := os.Open("testdata/version" + version + ".duckdb.bz2")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	content, err := io.ReadAll(bzip2.NewReader(f))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "old.duckdb")
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

var olderVersions = []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14"}

// list asks for one column of texts.
func list(t *testing.T, db *DB, query string, args ...any) (out []string) {
	t.Helper()
	if err := db.Each(t.Context(), query, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		out = append(out, s)
		return err
	}, args...); err != nil {
		t.Fatal(query, err)
	}
	return out
}

// client is a connection of any program that speaks to DuckDB: nothing is attached to it, and nothing locked.
func client(t *testing.T) *DB {
	t.Helper()
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		t.Fatal(err)
	}
	db := &DB{pool: sql.OpenDB(connector)}
	if db.conn, err = db.pool.Conn(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func contentOf(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// columns lists the columns of the tables, and of the view in their order.
func columns(t *testing.T, db *DB) (tables, view []string) {
	tables = list(t, db, "SELECT table_name || '.' || column_name || ' ' || data_type FROM duckdb_columns() WHERE database_name = 'dw' AND NOT starts_with(table_name, 'v_') ORDER BY ALL")
	view = list(t, db, "SELECT column_name || ' ' || data_type FROM duckdb_columns() WHERE database_name = 'dw' AND table_name = 'v_records' ORDER BY column_index")
	return tables, view
}

// A database that an earlier program made is taken over, with all it remembers.
func TestOlderSchema(t *testing.T) {
	another := openTest(t, filepath.Join(t.TempDir(), "new.duckdb"))
	wantTables, wantView := columns(t, another)
	for _, version := range olderVersions {
		t.Run("version "+version, func(t *testing.T) {
			number, err := strconv.Atoi(version)
			if err != nil {
				t.Fatal(err)
			}
			path := older(t, version)
			db := openTest(t, path)
			kept := path + ".v" + version + ".bak"
			if notes := db.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "a copy from before is kept as "+kept) {
				t.Errorf("notes %q, want one of the copy that is kept", notes)
			}
			if before, err := os.ReadFile(kept); err != nil || !bytes.Equal(before, contentOf(t, older(t, version))) {
				t.Errorf("the copy is not what was there before; error %v", err)
			}
			tables, view := columns(t, db)
			if d := cmp.Diff(wantTables, tables); d != "" {
				t.Errorf("columns (-new +migrated):\n%s", d)
			}
			if d := cmp.Diff(wantView, view); d != "" {
				t.Errorf("v_records (-new +migrated):\n%s", d)
			}
			if links := list(t, db, query("check_links")); slices.ContainsFunc(links, func(l string) bool { return strings.Contains(l, "run id") }) {
				t.Errorf("links: %q", links)
			}
			// What the log says, what the message says, and what is shown.
			companies := list(t, db, `SELECT concat(parse_filename(file), ':', row, ' ', coalesce(company_logged, '-'), ' ', coalesce(company_named, '-'), ' ', coalesce(company, '-'))
				FROM dw.v_records ORDER BY file, row`)
			want := []string{
				"errors-a.csv:2 USMF USMF USMF", "errors-a.csv:3 DEMF - DEMF", "errors-a.csv:4 GBSI GBSI GBSI", "errors-a.csv:5 USMF - USMF", "errors-a.csv:6 USMF - USMF",
				"errors-b.csv:2 - FRRT FRRT", "errors-b.csv:3 - - -", "errors-c.csv:3 - - -", "traces.csv:2 - - -", "traces.csv:3 - THMF THMF",
			}
			if number >= 3 {
				want[2] = "errors-a.csv:4 - GBSI GBSI" // before, what the log had and what the message said stood in one column
			}
			if d := cmp.Diff(want, companies); d != "" {
				t.Errorf("companies, logged, named and shown (-want +got):\n%s", d)
			}
			// What the files of both runs cover, none of which had a problem.
			covered := list(t, db, `SELECT concat(c.run_id, ' ', parse_filename(f.path), ' ', c.log, ' ', strftime(c.from_at, '%d %H'), '-', strftime(c.until_at, '%d %H'), ' ', c.records, ' ', c.whole)
				FROM dw.coverage c JOIN dw.files f USING (run_id, position) ORDER BY ALL`)
			if number >= 3 && len(covered) != 7 || number < 3 && len(covered) < 3 {
				t.Errorf("covered: %q", covered)
			}
			if bare := list(t, db, "SELECT template_id FROM dw.records WHERE outcome = 'error' AND NOT regexp_full_match(template_id, 't-[0-9a-f]{12}')"); len(bare) > 0 {
				t.Errorf("template ids as earlier versions had them: %q", bare)
			}
			trace := "all fine"
			if number >= 3 {
				trace = strings.Repeat("all fine; ", 1200)
			}
			if got := list(t, db, "SELECT trace_text FROM dw.v_records WHERE file LIKE '%traces.csv' AND row = 2"); len(got) != 1 || strings.TrimSpace(got[0]) != strings.TrimSpace(trace) {
				t.Errorf("trace text %.40q, want %d bytes", got, len(trace))
			}
			// Nine records pass to the second run, in the places they had or, since version 3, where it met them.
			if err := db.Forget(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			if got := list(t, db, "SELECT concat(run_id, ' ', environment, ' ', count(*), ' ', count(DISTINCT file)) FROM dw.v_records GROUP BY run_id, environment"); !slices.Equal(got, []string{"2 UAT 10 4"}) {
				t.Errorf("records after forgetting run 1: %q, want ten of run 2 in four files", got)
			}
			if again := load(t, db, night); again.Totals.Loaded != 6 || again.id != 3 {
				t.Errorf("run %d, %+v; want 6 records loaded by run 3", again.id, again.Totals)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			openTest(t, path).Close()
			// Whoever opens the file with another program has it under another name.
			foreign := client(t)
			execute(t, foreign, "ATTACH '"+quote(path)+"' AS elsewhere (READ_ONLY)")
			if got := list(t, foreign, "SELECT count(*)::VARCHAR FROM elsewhere.v_records"); !slices.Equal(got, []string{"16"}) {
				t.Errorf("v_records under another name: %q records, want 16", got)
			}
		})
	}
}

// What only reads takes an older database as it is, and leaves it so.
func TestOlderSchemaReadOnly(t *testing.T) {
	for _, version := range olderVersions {
		path := older(t, version)
		before, _ := os.ReadFile(path)
		db, err := Open(t.Context(), path, Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		id := list(t, db, "SELECT record_id::VARCHAR FROM dw.records WHERE file LIKE '%traces.csv' AND row = 3")[0]
		if texts, err := db.Texts(t.Context(), id); err != nil || !strings.Contains(texts.Error, "V-0700|thmf") {
			t.Errorf("version %s: texts of %s: %+v, error %v", version, id, texts, err)
		}
		if r, err := db.Stored(t.Context(), id); err != nil || r.Row != 3 || !strings.HasSuffix(r.File, "traces.csv") || r.Run != 1 || len(r.Met) != 1 || r.Digest == "" {
			t.Errorf("version %s: stored %+v, error %v", version, r, err)
		}
		template := list(t, db, "SELECT template_id FROM dw.records WHERE error_text LIKE 'Parcel%'")[0]
		if template = classify.ReadTemplateID(template); !strings.HasPrefix(template, "t-") {
			t.Errorf("version %s: template %s", version, template)
		}
		if c, err := db.Cluster(t.Context(), template); err != nil || c.Records != 1 || c.Messages[0].Company != "USMF" {
			t.Errorf("version %s: cluster %+v, error %v", version, c, err)
		}
		if others, err := db.OtherMessages(t.Context(), template); err != nil || len(others) == 0 {
			t.Errorf("version %s: %d other messages, error %v", version, len(others), err)
		}
		if err := db.Scope(t.Context(), "scope", OfRun(2)); err == nil || !strings.Contains(err.Error(), "version "+version) {
			t.Errorf("version %s: a report of it: error %v, want one that names the version", version, err)
		}
		db.Close()
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("version %s: reading changed the file", version)
		}
	}
}

// A migration that fails leaves the database to the program that made it.
func TestMigrationIsWhole(t *testing.T) {
	path := older(t, "1")
	db := openTest(t, path)
	db.Close()
	path = older(t, "1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if db, err := Open(ctx, path, Options{}); err == nil {
		db.Close()
		t.Fatal("a cancelled migration reports no error")
	}
	openTest(t, path)
}
