//go:build cgo

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"dwtriage/ingest"
)

func TestRoom(t *testing.T) {
	const mb, gb = int64(1) << 20, int64(1) << 30
	for name, tc := range map[string]struct {
		sources []ingest.Source
		db, out disk
		unknown bool
		want    string
	}{
		"enough":           {[]ingest.Source{{Path: "a.csv", Size: gb}}, disk{"1", 10 * gb}, disk{"1", 10 * gb}, false, ""},
		"one disk":         {[]ingest.Source{{Path: "a.csv", Size: gb}}, disk{"1", gb}, disk{"1", gb}, false, "db and out 2048 1024"},
		"just enough":      {[]ingest.Source{{Path: "a.csv", Size: gb}}, disk{"1", 2 * gb}, disk{"1", 2 * gb}, false, ""},
		"two disks":        {[]ingest.Source{{Path: "a.csv", Size: gb}}, disk{"1", gb}, disk{"2", 2 * gb}, false, ""},
		"database's":       {[]ingest.Source{{Path: "a.csv", Size: 2 * gb}}, disk{"1", gb}, disk{"2", 2 * gb}, false, "db 1536 1024"},
		"report's":         {[]ingest.Source{{Path: "a.csv", Size: gb}}, disk{"1", gb}, disk{"2", 512 * mb}, false, "out 1280 512"},
		"both":             {[]ingest.Source{{Path: "a.csv", Size: 100 * gb}}, disk{"1", gb}, disk{"2", 512 * mb}, false, "db 76800 1024; out 1280 512"},
		"packed":           {[]ingest.Source{{Path: "a.csv.gz", Size: gb / 10}, {Path: "b.csv", Size: 0}}, disk{"1", 512 * mb}, disk{"2", 2 * gb}, false, "db 767 512"},
		"together":         {[]ingest.Source{{Path: "a.csv", Size: gb}, {Path: "b.csv", Size: gb}}, disk{"1", gb}, disk{"2", 2 * gb}, false, "db 1536 1024"},
		"standard input":   {[]ingest.Source{{Path: "a.csv", Size: 100 * gb}, {Path: "-", Size: -1}}, disk{"1", 1}, disk{"1", 1}, true, ""},
		"upper-case names": {[]ingest.Source{{Path: "A.CSV.GZ", Size: gb}}, disk{"1", gb}, disk{"2", 2 * gb}, false, "db 7680 1024"},
	} {
		t.Run(name, func(t *testing.T) {
			size, known := unpackedSize(tc.sources)
			if known == tc.unknown {
				t.Fatalf("known: %v", known)
			}
			if !known {
				return
			}
			var got []string
			for _, s := range shortages(size, false, "db", "out", func(path string) (disk, bool) {
				if path == "db" {
					return tc.db, true
				}
				return tc.out, true
			}) {
				got = append(got, fmt.Sprint(s.place, " ", s.needed/mb, " ", s.free/mb))
			}
			if strings.Join(got, "; ") != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
	small := func(string) (disk, bool) { return disk{"1", 1}, true }
	if plain, xlsx := shortages(gb, false, "db", "out", small)[0].needed, shortages(gb, true, "db", "out", small)[0].needed; xlsx-plain != workbookMost {
		t.Errorf("a workbook takes %d MB", (xlsx-plain)/mb)
	}
	nothing := func(string) (disk, bool) { return disk{}, false }
	if short := shortages(100*gb, false, "db", "out", nothing); len(short) > 0 {
		t.Errorf("of disks that nobody knows: %v", short)
	}
}

// TestRoomOfASmallDisk: on a disk that is too small for its inputs a run says so before it reads, and goes on.
func TestRoomOfASmallDisk(t *testing.T) {
	dir := t.TempDir()
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", dir).Run(); err != nil {
		t.Skipf("nothing can be mounted here: %v", err)
	}
	t.Cleanup(func() { exec.Command("umount", dir).Run() })
	t.Chdir(t.TempDir())
	// 100 MB of which all but the first bytes is a hole: one row too long, which costs no time.
	if err := os.WriteFile("a.csv", []byte("id,errormessage\n1,boom\n2,"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate("a.csv", 100<<20); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	run(t.Context(), []string{"run", "--db", dir + "/new/t.duckdb", "-o", dir + "/report", "a.csv"}, nil, &stdout, &stderr, func(string) string { return "" })
	said, _, _ := strings.Cut(stderr.String(), "\n")
	if !strings.Contains(said, "375 MB of disk may be needed for inputs of 100 MB") || !strings.Contains(said, "40 MB is free") {
		t.Errorf("it says first: %s", said)
	}
	if _, err := os.Stat(dir + "/new/t.duckdb"); err != nil {
		t.Errorf("it did not go on: %v\n%s", err, &stderr)
	}
}
