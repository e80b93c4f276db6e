package store

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every view and each of its columns says in the catalogue what it holds.
func TestViewsAreDescribed(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	if bare := list(t, db, `SELECT view_name FROM duckdb_views() WHERE database_name = 'dw' AND NOT internal AND coalesce(comment, '') = ''
		UNION ALL
		SELECT c.table_name || '.' || c.column_name FROM duckdb_columns() c JOIN duckdb_views() v ON v.database_name = c.database_name AND v.view_name = c.table_name
		WHERE c.database_name = 'dw' AND NOT v.internal AND coalesce(c.comment, '') = '' ORDER BY ALL`); len(bare) > 0 {
		t.Errorf("without COMMENT ON in sql/views.sql: %q", bare)
	}
}

// The views answer whatever the database is called, and also where it is the main one: any client may read them.
func TestViewsUnderAnyName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	db := openTest(t, path)
	load(t, db, night)
	views := list(t, db, "SELECT view_name FROM duckdb_views() WHERE database_name = 'dw' AND NOT internal ORDER BY ALL")
	if len(views) < 8 {
		t.Fatalf("views %q", views)
	}
	rows := func(db *DB, prefix string) (counts []string) {
		for _, v := range views {
			counts = append(counts, v+" "+list(t, db, "SELECT count(*)::VARCHAR FROM "+prefix+v)[0])
		}
		return counts
	}
	want := rows(db, "dw.")
	if slices.Contains(want, "v_records 0") || slices.Contains(want, "v_findings 0") || slices.Contains(want, "v_dictionary 0") {
		t.Errorf("rows of the views: %q", want)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	another := client(t)
	execute(t, another, "ATTACH '"+quote(path)+"' AS elsewhere (READ_ONLY)")
	if d := cmp.Diff(want, rows(another, "elsewhere.")); d != "" {
		t.Errorf("as elsewhere (-dw +elsewhere):\n%s", d)
	}
	execute(t, another, "USE elsewhere")
	if d := cmp.Diff(want, rows(another, "")); d != "" {
		t.Errorf("as the main database (-dw +main):\n%s", d)
	}
	execute(t, another, "USE memory", "DETACH elsewhere")
}

// What the views say of a night: two files, three things that failed, one message that nothing explains.
func TestViews(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, night)
	load(t, db, night)
	for _, v := range []struct {
		query string
		want  []string
	}{
		{"SELECT concat_ws(' ', run_id, from_at, until_at, files, unread, read, loaded, duplicates, scope_records) FROM dw.v_runs ORDER BY run_id",
			[]string{"1 2026-11-22 01:00:00 2026-11-22 06:00:00 2 0 6 6 0 6", "2 2026-11-22 01:00:00 2026-11-22 06:00:00 2 0 6 0 6 6"}},
		{"SELECT concat_ws(' ', run_id, path, from_at, until_at, read, loaded) FROM dw.v_files ORDER BY run_id, position",
			[]string{"1 a.csv 2026-11-22 01:00:00 2026-11-22 04:00:00 3 3", "1 b.csv 2026-11-22 04:00:00 2026-11-22 06:00:00 3 3",
				"2 a.csv 2026-11-22 01:00:00 2026-11-22 04:00:00 3 0", "2 b.csv 2026-11-22 04:00:00 2026-11-22 06:00:00 3 0"}},
		{"SELECT concat_ws(' ', coalesce(company, '-'), regexp_replace(signature, '/.*', ''), records, affected_keys, first_seen) FROM dw.v_findings ORDER BY ALL",
			[]string{"- unknown 2 0 2026-11-22 04:00:00", "DEMF dw-unable-to-sync-reference-data 1 0 2026-11-22 03:00:00", "USMF dw-unable-to-sync-reference-data 1 0 2026-11-22 02:00:00", "USMF dw-user-not-member-of-org 1 0 2026-11-22 01:00:00"}},
		{"SELECT concat_ws(' ', records, runs, first_seen, last_seen, sample) FROM dw.v_unknown",
			[]string{"2 1 2026-11-22 04:00:00 2026-11-22 04:00:00 Warehouse 24 is locked by count CNT-00391"}},
		{"SELECT concat_ws(' ', run_id, path, log, from_at, until_at, records, whole) FROM dw.v_coverage WHERE run_id = 1 ORDER BY path, log",
			[]string{"1 a.csv dualwrite 2026-11-22 01:00:00 2026-11-22 04:00:00 3 true", "1 b.csv dualwrite 2026-11-22 04:00:00 2026-11-22 05:00:00 1 true", "1 b.csv plugintrace 2026-11-22 05:00:00 2026-11-22 06:00:00 1 true"}},
		{"SELECT concat_ws(' ', view, \"column\", position, type, meaning) FROM dw.v_dictionary WHERE view = 'v_coverage' AND position < 2 ORDER BY position",
			[]string{"v_coverage 0 VIEW a row per file, log and stretch of hours that it covers", "v_coverage environment 1 VARCHAR environment of the run; null when none was given"}},
	} {
		if d := cmp.Diff(v.want, list(t, db, v.query)); d != "" {
			t.Errorf("%s (-want +got):\n%s", v.query, d)
		}
	}
}
