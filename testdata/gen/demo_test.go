package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

var update = flag.Bool("update", false, "write testdata/demo anew")

const demoDir = "../demo"

// unpack gives the decompressed contents, members of an archive as archive/member.
func unpack(t *testing.T, files map[string][]byte) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, data := range files {
		var r io.Reader = bytes.NewReader(data)
		var err error
		switch filepath.Ext(name) {
		case ".gz":
			r, err = gzip.NewReader(r)
		case ".zst":
			r, err = zstd.NewReader(r)
		case ".zip", ".xlsx":
			z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range z.File {
				f, err := m.Open()
				if err != nil {
					t.Fatal(err)
				}
				data := readAll(t, f)
				if filepath.Ext(m.Name) == ".xlsx" {
					// A workbook is an archive itself; how it was compressed does not matter.
					maps.Copy(out, unpack(t, map[string][]byte{name + "/" + m.Name: []byte(data)}))
					continue
				}
				out[name+"/"+m.Name] = data
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		out[name] = readAll(t, r)
	}
	return out
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestDemoFolder(t *testing.T) {
	if *update {
		if err := writeDemo(demoDir); err != nil {
			t.Fatal(err)
		}
	}
	want, err := demoFiles()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]byte{}
	entries, err := os.ReadDir(demoDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if got[e.Name()], err = os.ReadFile(filepath.Join(demoDir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(unpack(t, want), unpack(t, got)); diff != "" {
		t.Errorf("testdata/demo is not what the program writes (-program +folder); go test ./testdata/gen -update\n%.3000s", diff)
	}
}

// TestDemoCounts keeps the table in the comment of demo.go true.
func TestDemoCounts(t *testing.T) {
	var b strings.Builder
	if err := printDemoCounts(&b); err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("demo.go")
	if err != nil {
		t.Fatal(err)
	}
	var comment strings.Builder
	for line := range strings.Lines(b.String()) {
		comment.WriteString(strings.TrimRight("//\t"+line, "\n\t") + "\n")
	}
	if !strings.Contains(string(source), comment.String()) {
		t.Errorf("the comment in demo.go is not what --demo-counts prints:\n%s", comment.String())
	}
}

// TestDemoRecords counts what an ordinary reader sees in the files.
func TestDemoRecords(t *testing.T) {
	packed, err := demoFiles()
	if err != nil {
		t.Fatal(err)
	}
	files := unpack(t, packed)
	got := map[string]int{}
	for name, comma := range map[string]rune{fileErrors: ';', fileNight: ',', fileExcel: ';'} {
		r := csv.NewReader(strings.NewReader(files[name]))
		r.Comma, r.FieldsPerRecord = comma, -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got[name] = len(rows) - 1
	}
	var page struct{ Value []any }
	if err := json.Unmarshal([]byte(files[fileWeb]), &page); err != nil {
		t.Fatal(err)
	}
	got[fileWeb] = len(page.Value)
	var list []any
	if err := json.Unmarshal([]byte(files[memberPPDS]), &list); err != nil {
		t.Fatal(err)
	}
	got[memberPPDS] = len(list)
	got[fileActivity] = strings.Count(files[fileActivity], `"errorMessage"`) + 1 // the broken line has none
	got[filePasted] = strings.Count(files[filePasted], "\n\n") + 1
	got[memberBook] = strings.Count(files[memberBook+"/xl/worksheets/sheet1.xml"], "<row ") - 1

	records, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{}
	for name, list := range records {
		want[name] = len(list) + demoRejects[name]
		if demoExtras[name] != "" {
			want[name]++
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records and rejects by file (-story +file):\n%s", diff)
	}
}

// TestDemoOverlap checks that what two exports share are whole equal records.
func TestDemoOverlap(t *testing.T) {
	records, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	seen, twice := map[string]bool{}, 0
	for _, list := range records {
		for _, r := range list {
			if seen[r.id] {
				twice++
			}
			seen[r.id] = true
		}
	}
	if twice != 10 {
		t.Errorf("%d records occur twice, want 10", twice)
	}
}
