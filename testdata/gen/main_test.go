package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// kinds are all combinations of flags that make a different file.
var kinds = []struct{ kind, format, shape string }{
	{"plugintrace", "csv", ""}, {"plugintrace", "json", ""}, {"plugintrace", "ndjson", ""},
	{"dualwrite", "csv", "columns"}, {"dualwrite", "csv", "envelope"}, {"dualwrite", "json", ""}, {"dualwrite", "ndjson", ""},
}

func generate(t testing.TB, kind, format, shape string, seed uint64, s size) ([]byte, *generator) {
	t.Helper()
	g, err := newGenerator(kind, format, shape, seed)
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := g.write(&buf, s); err != nil {
		t.Fatal(err)
	}
	if g.counts.bytes != int64(buf.Len()) {
		t.Errorf("counted %d bytes, wrote %d", g.counts.bytes, buf.Len())
	}
	return buf.Bytes(), g
}

func TestDeterministic(t *testing.T) {
	for _, k := range kinds {
		t.Run(strings.TrimSpace(k.kind+" "+k.format+" "+k.shape), func(t *testing.T) {
			a, _ := generate(t, k.kind, k.format, k.shape, 1, size{bytes: 3e6})
			b, _ := generate(t, k.kind, k.format, k.shape, 1, size{bytes: 3e6})
			c, _ := generate(t, k.kind, k.format, k.shape, 2, size{bytes: 3e6})
			if !bytes.Equal(a, b) {
				t.Error("same seed, other bytes")
			}
			if bytes.Equal(a, c) {
				t.Error("other seed, same bytes")
			}
		})
	}
}

func TestSize(t *testing.T) {
	for _, k := range kinds {
		for _, want := range []int64{500_000, 5_000_000} {
			data, _ := generate(t, k.kind, k.format, k.shape, 3, size{bytes: want})
			if off := math.Abs(float64(len(data))/float64(want) - 1); off > 0.01 {
				t.Errorf("%v: asked for %d bytes, got %d", k, want, len(data))
			}
		}
		_, g := generate(t, k.kind, k.format, k.shape, 3, size{records: 77})
		if g.records != 77 {
			t.Errorf("%v: asked for 77 records, got %d", k, g.records)
		}
	}
}

func readCSV(t *testing.T, data []byte) (map[string]int, [][]string) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	return column, rows[1:]
}

func about(t *testing.T, what string, got, of int64, want float64) {
	t.Helper()
	if share := float64(got) / float64(of); math.Abs(share-want) > 0.03 {
		t.Errorf("%s: %d of %d = %.3f, want %.3f", what, got, of, share, want)
	}
}

func TestTraceCSV(t *testing.T) {
	data, g := generate(t, "plugintrace", "csv", "", 1, size{bytes: 8e6})
	column, rows := readCSV(t, data)
	if int64(len(rows)) != g.records {
		t.Fatalf("%d rows in the file, %d counted", len(rows), g.records)
	}
	seen := map[string]bool{}
	var ok, errorBytes, traceBytes int64
	for _, row := range rows {
		for _, name := range []string{"plugintracelogid", "correlationid", "requestid"} {
			seen[row[column[name]]] = true
		}
		if !strings.HasPrefix(row[column["createdon"]], day+"T") {
			t.Fatalf("createdon %q is not on %s", row[column["createdon"]], day)
		}
		text := row[column["exceptiondetails"]]
		if text == "" {
			ok++
		}
		errorBytes += int64(len(text))
		traceBytes += int64(len(row[column["messageblock"]]))
	}
	if len(seen) != 3*len(rows) {
		t.Errorf("%d different ids in %d rows, want three each", len(seen), len(rows))
	}
	if ok != g.ok {
		t.Errorf("%d rows without exception, %d counted", ok, g.ok)
	}
	about(t, "ok", ok, g.records, 1./3)
	about(t, "documented", g.documented, g.records-ok, 0.7)
	for what, got := range map[string]float64{
		"bytes of a record":      float64(len(data)) / float64(g.records) / 2800,
		"bytes of an error text": float64(errorBytes) / float64(g.records-ok) / 1900,
		"bytes of a trace text":  float64(traceBytes) / float64(g.records) / 1300,
	} {
		if math.Abs(got-1) > 0.1 {
			t.Errorf("%s: %.2f of what is meant", what, got)
		}
	}
	if lf := bytes.Count(data, []byte("\n")); lf < 10*len(rows) || bytes.Count(data, []byte("\r\n")) != len(rows)+1 {
		t.Errorf("want CRLF between records only and LF inside cells")
	}
}

func TestDualWriteCSV(t *testing.T) {
	data, g := generate(t, "dualwrite", "csv", "columns", 1, size{bytes: 3e6})
	column, rows := readCSV(t, data)
	entities, firms := map[string]bool{}, map[string]bool{}
	for _, row := range rows {
		entities[row[column["Entity Name"]]] = true
		firms[row[column["Company"]]] = true
		if row[column["Error Message"]] == "" {
			t.Fatalf("row without an error: %q", row)
		}
	}
	if len(entities) < 20 || len(firms) != 6 {
		t.Errorf("%d entities, %d companies, want 20 or more and 6", len(entities), len(firms))
	}
	about(t, "documented", g.documented, g.records, 0.7)
	if average := float64(len(data)) / float64(len(rows)); math.Abs(average/330-1) > 0.1 {
		t.Errorf("%.0f bytes per record, want about 330", average)
	}
}

func TestJSON(t *testing.T) {
	for _, k := range kinds {
		if k.format == "csv" {
			continue
		}
		data, g := generate(t, k.kind, k.format, k.shape, 5, size{records: 300})
		var records int64
		d := json.NewDecoder(bytes.NewReader(data))
		for {
			var v any
			if err := d.Decode(&v); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%v: %v", k, err)
			}
			switch list := v.(type) {
			case []any:
				records += int64(len(list))
			case map[string]any:
				if page, ok := list["value"].([]any); ok {
					records += int64(len(page))
				} else {
					records++
				}
			}
		}
		if records != g.records {
			t.Errorf("%v: %d records in the file, %d counted", k, records, g.records)
		}
	}
}

// TestEnvelopeCell reads the JSON that sits in one cell.
func TestEnvelopeCell(t *testing.T) {
	data, _ := generate(t, "dualwrite", "csv", "envelope", 5, size{records: 300})
	column, rows := readCSV(t, data)
	for _, row := range rows {
		var e struct {
			RecordResponses []struct{ ErrorMessage, VerboseError string }
		}
		if err := json.Unmarshal([]byte(row[column["DetailedErrorMessage"]]), &e); err != nil {
			t.Fatal(err)
		}
		if len(e.RecordResponses) != 1 || e.RecordResponses[0].ErrorMessage == "" {
			t.Fatalf("no error in %+v", e)
		}
	}
}

func TestParseSize(t *testing.T) {
	for in, want := range map[string]int64{"5000000": 5e6, "300MB": 3e8, "1GB": 1e9, "1gb": 1e9, "64KiB": 1 << 16, "2 GiB": 2 << 30, "10B": 10} {
		if got, err := parseSize(in); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "MB", "-1MB", "1.5GB", "0", "1TB", "9999999999GB"} {
		if got, err := parseSize(in); err == nil {
			t.Errorf("parseSize(%q) = %d, want an error", in, got)
		}
	}
}

func TestRun(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if err := run([]string{"--records", "3", "--out", "-"}, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "x.csv")
	if err := run([]string{"--records", "3", "--out", name}, io.Discard, &stderr); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file, stdout.Bytes()) {
		t.Error("--out - and --out FILE differ")
	}
	for _, args := range [][]string{
		{}, {"--out", "-"}, {"--bytes", "1MB"}, {"--bytes", "x", "--out", "-"},
		{"--records", "1", "--out", "-", "--kind", "x"}, {"--records", "1", "--out", "-", "--format", "xml"},
	} {
		if err := run(args, io.Discard, io.Discard); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, k := range kinds {
		b.Run(strings.TrimSpace(k.kind+" "+k.format+" "+k.shape), func(b *testing.B) {
			b.SetBytes(20e6)
			for b.Loop() {
				g, err := newGenerator(k.kind, k.format, k.shape, 1)
				if err != nil {
					b.Fatal(err)
				}
				if err := g.write(io.Discard, size{bytes: 20e6}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
