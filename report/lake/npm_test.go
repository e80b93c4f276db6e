package lake

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// npmRequired, set to required, makes a test fail that lacks npm or what it gets from there.
const npmRequired = "DWTRIAGE_NPM"

// What reads Parquet files beside this program's DuckDB. npm keeps them in its cache after the first time.
var readers = []string{"hyparquet@1.33.0", "hyparquet-compressors@1.1.2", "@duckdb/node-api@1.5.6-r.1"}

// readJS tells of each file its columns, how many rows it has, of which kinds their values are in JavaScript, and the sum of its last number; and what
// DuckDB's Node client answers.
const readJS = `
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { DuckDBInstance } from '@duckdb/node-api'
const [dir, questions, ...files] = process.argv.slice(2)
const kind = s => s.type === 'BYTE_ARRAY' ? (s.converted_type === 'UTF8' ? 'text' : '?') :
  s.logical_type?.type === 'TIMESTAMP' ? (s.logical_type.isAdjustedToUTC && s.logical_type.unit === 'MICROS' ? 'time' : '?') :
  s.converted_type === 'DATE' ? 'date' : s.type.toLowerCase()
const out = { files: {}, answers: [] }
for (const name of files) {
  const file = await asyncBufferFromFile(dir + '/' + name)
  const metadata = await parquetMetadataAsync(file)
  const rows = await parquetReadObjects({ file, metadata, compressors })
  const values = {}
  for (const row of rows) for (const [k, v] of Object.entries(row)) if (v != null) values[k] = v instanceof Date ? 'Date' : typeof v
  const codecs = new Set(metadata.row_groups.flatMap(g => g.columns.map(c => c.meta_data.codec)))
  out.files[name] = { columns: metadata.schema.slice(1).map(s => s.name + ' ' + kind(s)).join(', '), rows: rows.length, values,
    codecs: [...codecs].join(' '), ids: rows.map(r => r.record_id).filter(Boolean), times: rows.map(r => r.occurred_at?.toISOString()).filter(Boolean) }
}
const db = await (await DuckDBInstance.create()).connect()
for (const q of JSON.parse(questions)) {
  const r = await db.runAndReadAll(q)
  out.answers.push(r.getRowsJson().map(row => row.join(' ')).join('|'))
}
console.log(JSON.stringify(out))
`

// fromNPM installs the readers into a folder with readJS in it.
func fromNPM(t *testing.T) string {
	t.Helper()
	lacking := func(what string) {
		t.Helper()
		if os.Getenv(npmRequired) == "required" {
			t.Fatal(what)
		}
		t.Skip(what)
	}
	for _, name := range []string{"npm", "node"} {
		if _, err := exec.LookPath(name); err != nil {
			lacking("no " + name + " to read Parquet files with")
		}
	}
	dir := t.TempDir()
	install := exec.Command("npm", append([]string{"install", "--silent", "--no-audit", "--no-fund", "--prefer-offline"}, readers...)...)
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		lacking(fmt.Sprintf("npm install: %v: %s", err, out))
	}
	if err := os.WriteFile(filepath.Join(dir, "read.mjs"), []byte(readJS), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestOtherReaders: a reader that is not DuckDB, and DuckDB's own for another language, find the columns, types and rows that were written.
func TestOtherReaders(t *testing.T) {
	node := fromNPM(t)
	n := twoNights(t)
	n.export(Options{Star: true})
	db := n.duck()
	var files []string
	for name := range n.files() {
		if strings.HasSuffix(name, ".parquet") {
			files = append(files, name)
		}
	}
	slices.Sort(files)
	hive := "read_parquet('" + n.dir + "/records/*/*/*.parquet', hive_partitioning = true, hive_types = {'environment': VARCHAR, 'day': DATE})"
	questions := []string{
		"SELECT count(*), count(DISTINCT record_id), count(environment), count(day), count(occurred_at) FROM " + hive,
		"SELECT environment, day::VARCHAR, count(*) FROM " + hive + " GROUP BY ALL ORDER BY ALL",
		"SELECT typeof(record_id), typeof(occurred_at), typeof(captures), typeof(signatures), typeof(day) FROM " + hive + " LIMIT 1",
		"SELECT sum(records)::INTEGER FROM read_parquet('" + n.dir + "/star/fact_days/*.parquet') JOIN read_parquet('" + n.dir + "/star/dim_signatures/*.parquet') USING (signature_key)",
	}
	asked, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	read := exec.Command("node", append([]string{"read.mjs", n.dir, string(asked)}, files...)...)
	read.Dir = node
	text, err := read.Output()
	if err != nil {
		said := err.Error()
		if e, ok := err.(*exec.ExitError); ok {
			said += string(e.Stderr)
		}
		t.Fatal(said)
	}
	var got struct {
		Files map[string]struct {
			Columns, Codecs string
			Rows            int
			Values          map[string]string
			IDs, Times      []string
		}
		Answers []string
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	js := map[string]string{"text": "string", "int64": "bigint", "int32": "number", "double": "number", "boolean": "boolean", "time": "Date", "date": "Date"}
	var ids, times []string
	rows := map[string]int{}
	for _, name := range files {
		f := got.Files[name]
		table := strings.Split(strings.TrimPrefix(name, "star/"), "/")[0]
		want := strings.Join(strings.Fields(types[table]), " ")
		if d := cmp.Diff(want, f.Columns); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		for column := range strings.SplitSeq(want, ", ") {
			c, kind, _ := strings.Cut(column, " ")
			if v := f.Values[c]; v != "" && v != js[kind] {
				t.Errorf("%s: values of %s are %s, want %s", name, column, v, js[kind])
			}
		}
		if f.Codecs != "ZSTD" && f.Rows > 0 {
			t.Errorf("%s: codecs %s", name, f.Codecs)
		}
		if rows[table] += f.Rows; table == "records" {
			ids, times = append(ids, f.IDs...), append(times, f.Times...)
		}
	}
	for table, n := range rows {
		if want := number(t, db, "SELECT count(*) FROM memory."+table); fmt.Sprint(n) != want {
			t.Errorf("%s has %d rows, want %s", table, n, want)
		}
	}
	slices.Sort(ids)
	if d := cmp.Diff(ask(t, db, "SELECT record_id::VARCHAR FROM n.v_records ORDER BY 1"), ids); d != "" {
		t.Errorf("records (-database +read):\n%s", d)
	}
	slices.Sort(times)
	if d := cmp.Diff(ask(t, db, "SELECT strftime(occurred_at, '%Y-%m-%dT%H:%M:%S.%gZ') FROM n.v_records WHERE occurred_at IS NOT NULL ORDER BY 1"), times); d != "" {
		t.Errorf("times (-database +read):\n%s", d)
	}
	answers := []string{
		"8 8 6 7 7",
		"PROD 2026-11-22 5|PROD  1| 2026-11-23 1| 2026-11-24 1",
		"VARCHAR TIMESTAMP WITH TIME ZONE VARCHAR VARCHAR DATE",
		"8",
	}
	if d := cmp.Diff(answers, got.Answers); d != "" {
		t.Errorf("answers of DuckDB in Node (-want +got):\n%s", d)
	}
}
