package summary

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Every column of records.csv asks the database for the column it is called after. Here
// every text is the name of its own column, so a swapped or a misspelt expression shows.
func TestRecordColumnsAskForTheirName(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	s := load(t, db, night[:1])
	types := make(map[string]string)
	var own []string
	if err := db.Each(t.Context(), "SELECT column_name, column_type FROM (DESCRIBE shown)", func(rows *sql.Rows) error {
		var name, kind string
		err := rows.Scan(&name, &kind)
		types[name] = kind
		switch kind {
		case "VARCHAR":
			own = append(own, fmt.Sprintf("'%s' AS %s", name, name))
		case "VARCHAR[]":
			own = append(own, fmt.Sprintf("['%s'] AS %s", name, name))
		case "MAP(VARCHAR, VARCHAR)":
			own = append(own, fmt.Sprintf("MAP {'%s': ''} AS %s", name, name))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	own = append(own, "1 AS place", "TIMESTAMP '2026-01-02 03:04:05' AS occurred_at")
	types["environment"] = "VARCHAR" // of the run, not of the record
	want := map[string]any{"row": int64(11), "byte_offset": int64(22), "byte_length": int64(33), "occurred_at": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		"record_id": "00000000-0000-0000-0000-000000000001", "signatures": []string{"signatures"}, "captures": []Capture{{Name: "captures"}},
		// The finding's word for it, which is never empty, and what went wrong of the longest text.
		"title": "", "fix_summary": "", "role": "", // see describer
		"category": "cat", "where": "map_title", "message": "error_text"}
	var got *Record
	places := "(SELECT 1 AS place, 'file' AS file, 11 AS row, 22 AS byte_offset, 33 AS byte_length, 'environment' AS environment)"
	shown := "(SELECT * REPLACE (" + strings.Join(own, ", ") + ") FROM shown)"
	text := strings.Replace(query("records"), "FROM places p JOIN shown USING", "FROM "+places+" p JOIN "+shown+" USING", 1)
	text = fmt.Sprintf(text, "%s", "true")
	if err := stream(t.Context(), db, text, RecordColumns, func(r *Record) error { c := *r; got = &c; return nil }, "", "z", 0, 99); err != nil {
		t.Fatal(err)
	}
	if got == nil || s.Failing != 1 {
		t.Fatal("no record came")
	}
	for _, c := range RecordColumns {
		w, ok := want[c.Name]
		if !ok {
			if w = c.Name; types[c.Name] == "" {
				t.Errorf("the database has no column %s", c.Name)
			}
		}
		if d := cmp.Diff(w, reflect.ValueOf(c.Cell(got)).Elem().Interface()); d != "" {
			t.Errorf("column %s (-want +got):\n%s", c.Name, d)
		}
	}
}
