//go:build cgo

package main

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dwtriage/report/store"
)

// explain --raw prints, for every record of the sample night that has a place in bytes, the bytes in which its own words stand: out of plain
// files, compressed ones and archives.
func TestRawOfEveryRecord(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.duckdb")
	noEnv := func(string) string { return "" }
	utf16 := filepath.Join(dir, "utf16.csv")
	var wide bytes.Buffer
	wide.WriteString("\xff\xfe")
	for _, b := range []byte("Created On,Entity,Error\r\n2026-11-22 18:00:00,accounts,Parcel 1 is lost\r\n2026-11-22 19:00:00,accounts,Parcel 2 is lost\r\n") {
		wide.Write([]byte{b, 0})
	}
	if err := os.WriteFile(utf16, wide.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	if code := run(t.Context(), []string{"run", "-q", "--db", path, "-o", filepath.Join(dir, "r"), "../../testdata/demo", utf16}, nil, &said, &said, noEnv); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	db, err := store.Open(t.Context(), path, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	type place struct{ id, file, word string }
	var all []place
	err = db.Each(t.Context(), `SELECT record_id::VARCHAR, file, coalesce(entity, message_name, '') FROM dw.records WHERE byte_offset >= 0 ORDER BY hash(record_id)`, func(rows *sql.Rows) error {
		var p place
		err := rows.Scan(&p.id, &p.file, &p.word)
		all = append(all, p)
		return err
	})
	db.Close()
	if err != nil || len(all) < 250 {
		t.Fatalf("%d records, error %v", len(all), err)
	}
	perFile := make(map[string]int)
	for _, p := range all {
		if perFile[p.file]++; perFile[p.file] > 4 {
			continue
		}
		var out, said bytes.Buffer
		if code := run(t.Context(), []string{"explain", "--db", path, "--record", p.id, "--raw"}, nil, &out, &said, noEnv); code != exitDone {
			t.Errorf("%s of %s: exit code %d: %s", p.id, p.file, code, &said)
		}
		if !strings.Contains(strings.ReplaceAll(out.String(), "\x00", ""), p.word) || out.Len() == 0 {
			t.Errorf("%s of %s: %q, want %q in it", p.id, p.file, &out, p.word)
		}
		if !strings.Contains(said.String(), "nothing is withheld") {
			t.Errorf("%s: said %q", p.id, &said)
		}
	}
	if len(perFile) < 7 {
		t.Errorf("files %v, want those of all kinds", perFile)
	}
}
