package store

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTornLog: a log that a cut-off process left half written is no damage of the database. What only reads reads what is there, or names the run
// that puts it right and leaves everything as it is; that run does.
func TestTornLog(t *testing.T) {
	p := newPatient(t)
	refused := 0
	for i := 1; i < 12; i++ {
		path := filepath.Join(t.TempDir(), "x.duckdb")
		torn := bytes.Clone(p.log)
		torn[len(torn)*i/12] ^= 0x41
		for name, content := range map[string][]byte{path: p.content, path + ".wal": torn} {
			if err := os.WriteFile(name, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		db, err := Open(t.Context(), path, Options{ReadOnly: true})
		if err == nil {
			db.Close()
			continue
		}
		refused++
		if !strings.Contains(err.Error(), "its log "+path+".wal, of a run that did not come to its end") || !strings.Contains(err.Error(), "the next dwtriage run sets the log aside") {
			t.Error(err)
		}
		if log, err := os.ReadFile(path + ".wal"); err != nil || !bytes.Equal(log, torn) {
			t.Errorf("the log was touched: %v", err)
		}
		if db, err = Open(t.Context(), path, Options{}); err != nil {
			t.Fatal(err)
		}
		if len(db.Notes()) == 0 {
			t.Error("nothing is said of the log")
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if now, _ := stateOf(t, path); now != p.before {
			t.Errorf("it holds %q, want %q", now, p.before)
		}
	}
	if refused == 0 {
		t.Error("no log was refused")
	}
}
