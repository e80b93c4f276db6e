package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"dwtriage/report/store/storetest"
)

// What is forgotten stays in free blocks of the file until other runs need them, as README says; a copy that DuckDB makes of all tables has none of it,
// and is a database like any other.
func TestForgottenTextsStayInTheFile(t *testing.T) {
	secret := "zq-forgotten-entity-of-a-night"
	path, fresh := filepath.Join(t.TempDir(), "x.duckdb"), filepath.Join(t.TempDir(), "fresh.duckdb")
	db := openTest(t, path)
	var lines []storetest.Line
	for i := range 50 {
		lines = append(lines, storetest.Line{ID: uint16(i + 1001), File: "a.csv", Row: int64(i + 2), At: "01:00:00", Entity: secret, Err: "Unable to find it"})
	}
	run := load(t, db, lines).id
	load(t, db, night)
	if err := db.Forget(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	db.Close()
	c := client(t)
	execute(t, c, "ATTACH '"+quote(path)+"' AS old (READ_ONLY)", "ATTACH '"+quote(fresh)+"' AS new (STORAGE_VERSION 'latest', ROW_GROUP_SIZE 30720)", "COPY FROM DATABASE old TO new", "DETACH new", "DETACH old")
	for file, want := range map[string]bool{path: true, fresh: false} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(text, []byte("zq-forgotten")); got != want {
			t.Errorf("%s: holds the text %t, want %t", filepath.Base(file), got, want)
		}
	}
	for _, p := range problems(t, fresh) {
		t.Error(p)
	}
	if again := load(t, openTest(t, fresh), night); again.Totals.Duplicates != again.Totals.Read {
		t.Errorf("loaded again on top of the copy: %+v, want duplicates only", again.Totals)
	}
}
