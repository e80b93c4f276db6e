package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asked opens a database of one night for reading.
func asked(t *testing.T) *DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.duckdb")
	db := openTest(t, path)
	load(t, db, night)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// No text makes a query read a file, write one, load code or change a setting. Each of these did one of them, or is a
// way around what keeps the others from it; and after each of them the session still answers.
func TestAskIsConfined(t *testing.T) {
	db := asked(t)
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.csv")
	if err := os.WriteFile(secret, []byte("a,b\n1,2\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"FROM read_csv('SECRET')", "FROM 'SECRET'", `FROM "SECRET"`, "SELECT (SELECT a FROM 'SECRET')", "FROM read_text('SECRET')", "FROM READ_BLOB('SECRET')", "FROM glob('DIR/*')", "FROM sniff_csv('SECRET')",
		"DESCRIBE FROM read_csv('SECRET')", "SUMMARIZE 'SECRET'", "WITH x AS (FROM system.main.read_csv('SECRET')) FROM x", "FROM query('FROM ''SECRET''')", "FROM query_table('SECRET')",
		"COPY runs TO 'DIR/x.csv'", "COPY runs FROM 'SECRET'", "EXPORT DATABASE 'DIR/x'", "ATTACH 'DIR/x.duckdb'", "ATTACH ':memory:' AS m", "DETACH dw", "USE spool",
		"INSTALL httpfs", "LOAD httpfs", "SET threads = 1", "SET enable_external_access = true", "RESET lock_configuration", "PRAGMA threads = 1", "PRAGMA profiling_output = 'DIR/p'",
		"INSERT INTO runs (run_id) VALUES (9)", "UPDATE runs SET run_id = 9", "DELETE FROM records", "DROP TABLE records", "CREATE TABLE x (a INT)", "CREATE VIEW x AS SELECT 1", "CREATE TEMP TABLE x (a INT)",
		"CALL enable_logging(storage = 'file', storage_path = 'DIR/log')", "FROM enable_logging(storage = 'file', storage_path = 'DIR/log')", "FROM Enable_Logging()", "SELECT * FROM (VALUES (1)), enable_profiling()",
		"FROM checkpoint()", "FROM force_checkpoint()", "CHECKPOINT", "VACUUM", "BEGIN", "EXPLAIN ANALYZE DELETE FROM records", "PREPARE x AS SELECT 1", "SELECT 1; DELETE FROM records", "SELECT 1; SELECT 2",
		"", " -- nothing", ";", "SELECT $1", "SELECT ?", "SELECT", "SELECT 1)", "SELECT nme FROM v_records", "FROM v_recrods", "SELECT 'x'::INT", "SELECT error('no')", "DESCRIBE x); DELETE FROM records; FROM (SELECT 1",
	} {
		query = strings.NewReplacer("SECRET", secret, "DIR", dir).Replace(query)
		a, err := db.Ask(t.Context(), query)
		if _, ok := errors.AsType[*SQLError](err); !ok {
			t.Errorf("%s: answer %+v, error %v; want a SQLError", query, a, err)
		}
		if again, err := db.Ask(t.Context(), "SELECT 1 FROM v_records"); err != nil || again.Rows != 6 {
			t.Fatalf("after %s: answer %+v, error %v", query, again, err)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("files in the folder: %v, error %v; want the one that was there", files, err)
	}
}

// Who may write may not ask: the lock of the session would end what the run has to do.
func TestAskNeedsReadOnly(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	if a, err := db.Ask(t.Context(), "SELECT 1"); err == nil {
		t.Errorf("answer %+v of a database that is open for writing", a)
	}
}

// Every kind of value has a form.
func TestAnswerValues(t *testing.T) {
	db := asked(t)
	for _, v := range []struct {
		sql  string
		want any
	}{
		{"NULL", nil}, {"true", true}, {"'a'", "a"}, {"1::TINYINT", json.Number("1")}, {"18446744073709551615::UBIGINT", json.Number("18446744073709551615")},
		{"-170141183460469231731687303715884105727::HUGEINT", json.Number("-170141183460469231731687303715884105727")}, {"1.5::FLOAT", json.Number("1.5")}, {"1e300", json.Number("1e+300")},
		{"'NaN'::DOUBLE", "NaN"}, {"'-Infinity'::DOUBLE", "-Inf"}, {"12.34::DECIMAL(10,2)", json.Number("12.34")},
		{"'c40b9f6e-18d5-5e02-94b7-2f6a0d3c85a9'::UUID", "c40b9f6e-18d5-5e02-94b7-2f6a0d3c85a9"}, {"'\\x00\\xFF'::BLOB", "00ff"},
		{"TIMESTAMP '2026-11-22 18:00:00.5'", "2026-11-22 18:00:00.5"}, {"TIMESTAMPTZ '2026-11-22 18:00:00+02'", "2026-11-22 16:00:00"}, {"DATE '2026-11-22'", "2026-11-22"}, {"TIME '18:00'", "18:00:00"},
		{"INTERVAL 90 MINUTE", "0 months 0 days 1h30m0s"}, {"'x'::ENUM('x', 'y')", "x"}, {"['a', NULL]", []any{"a", nil}}, {"[[1], []]", []any{[]any{json.Number("1")}, []any{}}},
		{"['c40b9f6e-18d5-5e02-94b7-2f6a0d3c85a9'::UUID]", []any{"c40b9f6e-18d5-5e02-94b7-2f6a0d3c85a9"}}, {"MAP {'b': 'x', 'a': NULL}", []Field{{"b", "x"}, {"a", nil}}},
		{"{'n': 1, 'at': DATE '2026-11-22'}", []Field{{"at", "2026-11-22 00:00:00"}, {"n", json.Number("1")}}}, {"'[1, 2]'::JSON", []any{json.Number("1"), json.Number("2")}},
	} {
		a, err := db.Ask(t.Context(), "SELECT "+v.sql)
		if err != nil {
			t.Errorf("%s: %v", v.sql, err)
			continue
		}
		if err := a.Each(t.Context(), -1, func(row []any) error {
			if d := cmp.Diff(v.want, row[0]); d != "" {
				t.Errorf("%s (-want +got):\n%s", v.sql, d)
			}
			return nil
		}); err != nil {
			t.Errorf("%s: %v", v.sql, err)
		}
	}
}

// Rows come in their order, however many there are, also those that do not fit into memory; and names that come twice
// are told apart.
func TestAnswerOrder(t *testing.T) {
	db := asked(t)
	a, err := db.Ask(t.Context(), "SELECT range AS n, range AS n, repeat('x', 200) || range AS text FROM range(1000000) ORDER BY hash(range)")
	if err != nil {
		t.Fatal(err)
	}
	if a.Rows != 1_000_000 || len(a.Columns) != 3 || a.Columns[0].Name == a.Columns[1].Name || !a.Columns[0].Numeric() || a.Columns[2].Numeric() {
		t.Errorf("answer %+v", a)
	}
	var first []string
	if err := a.Each(t.Context(), 5000, func(row []any) error { first = append(first, fmt.Sprint(row[0])); return nil }); err != nil {
		t.Fatal(err)
	}
	var want []string
	b, err := db.Ask(t.Context(), "SELECT range FROM range(1000000) ORDER BY hash(range) LIMIT 5000")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Each(t.Context(), -1, func(row []any) error { want = append(want, fmt.Sprint(row[0])); return nil }); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, first); d != "" || len(want) != 5000 {
		t.Errorf("the first rows (-want +got):\n%.500s", d)
	}
}
