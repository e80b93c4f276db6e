//go:build cgo

package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify/filter"
	"dwtriage/testdata/bad"
)

// filtered is what classify gives for a file, as objects with the names of the columns.
func filtered(t *testing.T, file string, flags ...string) (rows []map[string]any, code int, said string) {
	t.Helper()
	var out, messages bytes.Buffer
	args := append([]string{"classify", "--to", "jsonl", "--columns", "all"}, flags...)
	code = run(t.Context(), append(args, file), strings.NewReader(""), &out, &messages, func(string) string { return "" })
	for line := range strings.Lines(out.String()) {
		row, own := map[string]any{}, map[string]any{}
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		if err := d.Decode(&row); err != nil {
			t.Fatalf("%s: %v in %q", file, err, line)
		}
		objects := row["dwtriage_record_id"] != nil || row["dwtriage_status"] != nil && row["record_id"] == nil
		for name, v := range row {
			bare, ours := strings.CutPrefix(name, "dwtriage_")
			if ours {
				own[bare] = v
			} else if !objects && own[name] == nil {
				own[name] = v
			}
		}
		rows = append(rows, own)
	}
	return rows, code, messages.String()
}

// parts are the records and rejects of the rows, those in column others as well.
func parts(t *testing.T, rows []map[string]any) (all []map[string]any) {
	t.Helper()
	for _, r := range rows {
		all = append(all, r)
		if s, ok := r["others"].(string); ok {
			var others []map[string]any
			if err := json.Unmarshal([]byte(s), &others); err != nil {
				t.Fatal(err)
			}
			all = append(all, others...)
		}
	}
	return all
}

// canonical is a JSON text with sorted keys.
func canonicalJSON(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestClassifyEqualsRun: for each file that the filter takes, every record has the verdict and the columns that run stores of it, and as
// many rows are rejected, for the same reasons: files of the demo, one of every way to export, and those of testdata/bad.
func TestClassifyEqualsRun(t *testing.T) {
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	var files []string
	put := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		past := startOfTests.AddDate(0, 0, -1) // what was written just now may still be being written
		if err := os.Chtimes(name, past, past); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	for _, name := range []string{"dualwrite-activity.ndjson.gz", "dualwrite-errors.csv", "plugintrace-excel.csv", "plugintrace-night.csv.zst", "plugintrace-webapi.json"} {
		data, err := os.ReadFile(filepath.Join(demo, name))
		if err != nil {
			t.Fatal(err)
		}
		put(name, data)
	}
	for i, f := range formats() {
		data, err := f.Write(invented())
		if err != nil {
			t.Fatal(err)
		}
		put(fmt.Sprintf("format %02d.%s", i, f.Extension), data)
	}
	for i, in := range bad.Inputs() {
		put(fmt.Sprintf("bad %03d %s", i, in.Name), in.Data)
	}
	put("small letters.csv", []byte("Company,Entity Name,Key,Created On,Error Message\nusmf,Units,K-1,2026-11-22T21:00:00Z,Write failed\nGlobal,Units,K-2,2026-11-22T21:00:00Z,Write failed\n"))
	columns := []string{"log", "occurred_raw", "entity", "company", "type_name", "message_name", "mode", "operation_type", "depth", "duration_ms",
		"correlation_id", "request_id", "activity_id", "error_text", "trace_text", "outcome", "truncated", "withheld", "signature", "signatures", "status",
		"category", "severity", "error_code", "map", "fno_entity", "dataverse_table", "map_candidates", "captures", "affected_key", "template_id",
		"matched_field", "matched_start", "matched_end", "company_named", "record_key", "occurred_at", "row", "byte_offset", "byte_length"}
	var exprs []string
	for _, c := range columns {
		switch c {
		case "signatures", "map_candidates", "captures":
			c = fmt.Sprintf("to_json(%s)", c)
		case "occurred_at":
			c = "strftime(occurred_at, '%Y-%m-%dT%H:%M:%S.%f')"
		}
		exprs = append(exprs, "hex(coalesce(("+c+")::VARCHAR, 'null'))") // query escapes what a terminal or a spreadsheet would obey
	}
	filteredRows := map[string][]map[string]any{}
	files = slices.DeleteFunc(files, func(file string) bool {
		rows, _, said := filtered(t, file)
		filteredRows[file] = rows
		return strings.Contains(said, "cannot be given back") || strings.Contains(said, "a second file") || len(rows) == 0
	})
	runFiles(t, "x.duckdb", files...)
	stored := map[string][]string{}
	for _, r := range queried(t, "x.duckdb", "SELECT record_id::VARCHAR, file, "+strings.Join(exprs, ", ")+" FROM v_records") {
		stored[r[0]] = r[1:]
	}
	accounts, reasons := map[string][]string{}, map[string]map[string]int{}
	for _, r := range queried(t, "x.duckdb", "SELECT path, read, rejected FROM files") {
		accounts[r[0]] = r[1:]
	}
	for _, r := range queried(t, "x.duckdb", "SELECT file, reason, count(*) FROM rejects GROUP BY ALL") {
		if reasons[r[0]] == nil {
			reasons[r[0]] = map[string]int{}
		}
		reasons[r[0]][r[1]], _ = strconv.Atoi(r[2])
	}
	seen, rejected, plain := map[string]bool{}, 0, 0
	for _, file := range files {
		rows := filteredRows[file]
		all := parts(t, rows)
		rejects := map[string]int{}
		for _, p := range all {
			if p["status"] == "reject" {
				rejects[p["reason"].(string)]++
				continue
			}
			id := p["record_id"].(string)
			want, ok := stored[id]
			if !ok {
				t.Fatalf("%s: run has no record %s", file, id)
			}
			if want[0] != file || seen[id] {
				seen[id] = true
				continue // run keeps the first of them, which another format may tell more of
			}
			seen[id] = true
			for k, c := range columns {
				v, has := p[c]
				if !has {
					continue // of a part that is in column others
				}
				digits := want[k+1]
				if cut := strings.IndexFunc(digits, func(r rune) bool { return !strings.ContainsRune("0123456789ABCDEF", r) }); cut >= 0 {
					digits = digits[:cut] // of a long cell query prints the start
				}
				raw, err := hex.DecodeString(digits[:len(digits)&^1])
				if err != nil {
					t.Fatal(err)
				}
				got, expected := "null", string(raw)
				if v != nil {
					got = fmt.Sprint(v)
				}
				switch {
				case c == "signatures" || c == "map_candidates" || c == "captures":
					got, expected = canonicalJSON(t, got), canonicalJSON(t, expected)
				case c == "occurred_at" && v != nil:
					got = strings.TrimSuffix(got, "Z")
					if !strings.Contains(got, ".") {
						got += "."
					}
					got += strings.Repeat("0", 26-len(got))
				}
				if len(expected) > 10000 {
					got = got[:min(len(got), len(expected))] // the database holds the start of it, too
				}
				if got != expected {
					t.Errorf("%s: record %s, %s: classify %.200q, run %.200q", file, id, c, got, expected)
				}
			}
		}
		if a := accounts[file]; len(a) > 0 && a[0] != "0" && (a[0] != strconv.Itoa(len(all)) || a[1] != strconv.Itoa(sum(rejects))) {
			t.Errorf("%s: classify has %d records and rejects, %d of them rejects; run read and rejected %s", file, len(all), sum(rejects), a)
		}
		if d := cmp.Diff(reasons[file], rejects); d != "" && sum(rejects) > 0 && len(accounts[file]) > 0 && accounts[file][0] != "0" {
			t.Errorf("%s: rejects (-run +classify):\n%s", file, d)
		}
		rejected += sum(rejects)
		if a := accounts[file]; len(a) > 0 && a[0] != "0" { // else it is an archive, whose members have accounts
			plain++
		}
		numbers := make([]int, len(rows))
		for i, r := range rows {
			numbers[i], _ = strconv.Atoi(r["row"].(json.Number).String())
		}
		if !slices.IsSorted(numbers) || len(slices.Compact(slices.Clone(numbers))) != len(numbers) {
			t.Errorf("%s: rows %v", file, numbers)
		}
	}
	if len(seen) != len(stored) {
		t.Errorf("classify has %d records, run %d", len(seen), len(stored))
	}
	if plain < 200 || len(seen) < 400 || rejected < 30 {
		t.Errorf("only %d files, %d of them no archives, %d records, %d rejects", len(files), plain, len(seen), rejected)
	}
}

func sum(counts map[string]int) (n int) {
	for v := range maps.Values(counts) {
		n += v
	}
	return n
}

// TestReadmeFilter: the table of README has every column that the filter adds, with its type, in their order.
func TestReadmeFilter(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	const heading = "| column | `all` | type | meaning |\n|---|---|---|---|\n"
	_, table, ok := strings.Cut(string(text), heading)
	if !ok {
		t.Fatal("README has no table of the columns of classify")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	types := map[string]string{}
	for line := range strings.Lines(shownBy(t, nil, "classify", "--schema", "--to", "jsonl", "--columns", "all")) {
		var c struct{ Name, Type string }
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err)
		}
		types[c.Name] = c.Type
	}
	want := ""
	for _, c := range filter.Columns() {
		only := "only"
		if c.Verdict {
			only = ""
		}
		want += fmt.Sprintf("| `%s` | %s | %s | %s |\n", c.Name, only, types[c.Name], c.Meaning)
	}
	if d := cmp.Diff(strings.TrimSpace(want), table); d != "" {
		if !*update {
			t.Fatalf("columns (-program +README; -update writes them):\n%s", d)
		}
		out := strings.Replace(string(text), heading+table, heading+strings.TrimSpace(want), 1)
		if err := os.WriteFile(readme, []byte(out), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
