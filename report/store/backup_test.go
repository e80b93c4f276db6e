package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"dwtriage/report/store/storetest"
)

// A copy is one file with all that the database holds, also what a killed run left in the log, and the log of an older copy is not beside it.
func TestBackup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	db := openTest(t, path)
	load(t, db, night)
	execute(t, db, "INSERT INTO dw.clusters SELECT 't-' || range, 't-0', 'x' FROM range(5000)")
	if info, err := os.Stat(path + ".wal"); err != nil || info.Size() == 0 {
		t.Fatalf("nothing is in the log: %v", err)
	}
	if err := os.WriteFile(path+".bak.wal", []byte("of another one"), 0o600); err != nil {
		t.Fatal(err)
	}
	kept, err := db.Backup(t.Context(), ".bak")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(kept + ".wal"); err == nil {
		t.Error("the copy has a log")
	}
	alone := filepath.Join(t.TempDir(), "alone.duckdb")
	copyDatabase(t, kept, alone)
	copied := openTest(t, alone)
	if got := list(t, copied, "SELECT concat((SELECT count(*) FROM dw.clusters), ' ', (SELECT count(*) FROM dw.records))"); got[0] != "5000 6" {
		t.Errorf("the copy holds %s rows of clusters and records, want 5000 and 6", got[0])
	}
	// The database goes on.
	lines := []storetest.Line{{ID: 900, File: "z.csv", Row: 2, At: "01:00:00", Err: "The dock is shut"}}
	if _, _, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{}, storetest.Source(storetest.Batch(Allocator(), lines...), storetest.Account(lines)), nil); err != nil {
		t.Error(err)
	}
}
