package store

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"dwtriage/ingest"
	"dwtriage/report/store/storetest"
)

// A text is stored to its end, whatever its length, in rows that DuckDB can hold by the thousand: records has the
// start, and who asks for the text gets all of it, from the view and by the id.
func TestLongTexts(t *testing.T) {
	texts := map[uint16]string{
		1: "short",
		2: strings.Repeat("a", StartBytes),
		3: strings.Repeat("b", StartBytes) + "c",
		4: strings.Repeat("ä", 3*StartBytes/2+7),
		5: "x" + strings.Repeat("日本語 and 😀 ", 4000),
	}
	var lines []storetest.Line
	for id, text := range texts {
		lines = append(lines, storetest.Line{ID: id, File: "a.csv", Row: int64(id), Company: "USMF", Entity: "accounts", Err: text, Trace: "trace of " + text})
	}
	slices.SortFunc(lines, func(a, b storetest.Line) int { return int(a.ID) - int(b.ID) })
	path := filepath.Join(t.TempDir(), "x.duckdb")
	db := openTest(t, path)
	load(t, db, lines)
	check := func(t *testing.T, db *DB) {
		t.Helper()
		for id, want := range texts {
			id := fmt.Sprintf("00000000-0000-0000-0000-%012x", id)
			got, err := db.Texts(t.Context(), id)
			if err != nil || got.Error != want || got.Trace != "trace of "+want {
				t.Errorf("%s: texts of %d and %d bytes, error %v; want %d", id, len(got.Error), len(got.Trace), err, len(want))
			}
			if err := db.Each(t.Context(), "SELECT error_text, trace_text FROM dw.v_records WHERE record_id = TRY_CAST($1 AS UUID)", func(rows *sql.Rows) error {
				var text, trace string
				err := rows.Scan(&text, &trace)
				if text != want || trace != "trace of "+want {
					t.Errorf("%s: the view has texts of %d and %d bytes, want %d", id, len(text), len(trace), len(want))
				}
				return err
			}, id); err != nil {
				t.Error(err)
			}
		}
	}
	check(t, db)
	for _, q := range []string{"SELECT error_text FROM dw.records", "SELECT trace_text FROM dw.records", "SELECT text FROM dw.text_parts"} {
		for _, text := range list(t, db, q) {
			if len(text) > StartBytes || !utf8.ValidString(text) {
				t.Errorf("%s: a row has %d bytes, valid %v; want %d at most", q, len(text), utf8.ValidString(text), StartBytes)
			}
		}
	}
	if n := list(t, db, "SELECT count(*)::VARCHAR FROM dw.text_parts"); n[0] == "0" {
		t.Error("no text is long enough for parts")
	}

	// Met again, nothing is stored twice; forgotten, the parts pass with their records.
	load(t, db, lines)
	check(t, db)
	if err := db.Forget(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	check(t, db)
	if left := list(t, db, "SELECT DISTINCT run_id::VARCHAR FROM dw.text_parts"); !slices.Equal(left, []string{"2"}) {
		t.Errorf("parts are of runs %q, want 2", left)
	}
	if err := db.Forget(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if left := list(t, db, "SELECT record_id::VARCHAR FROM dw.text_parts"); len(left) != 0 {
		t.Errorf("parts of %q are left", left)
	}
}

// A name as long as a text is cut, and says so: names stand in rows that are grouped and sorted whole.
func TestLongNames(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	long := strings.Repeat("ß", ingest.NameBytes)
	load(t, db, []storetest.Line{
		{ID: 1, File: "a.csv", Row: 2, Company: long, Entity: long, Err: "Something odd"},
		{ID: 2, File: "a.csv", Row: 3, Company: "USMF", Entity: "accounts", Err: "Something odd"},
	})
	for _, column := range []string{"company", "entity"} {
		got := list(t, db, "SELECT "+column+" FROM dw.records ORDER BY row")
		if cut := got[0]; len(cut) > ingest.NameBytes || !regexp.MustCompile(`ß #[0-9a-f]{16} … \[cut\]$`).MatchString(cut) || !utf8.ValidString(cut) {
			t.Errorf("%s: %d bytes, ending in %q", column, len(cut), cut[max(0, len(cut)-20):])
		}
		if got[1] != "USMF" && got[1] != "accounts" {
			t.Errorf("%s: a short name became %q", column, got[1])
		}
	}
}
