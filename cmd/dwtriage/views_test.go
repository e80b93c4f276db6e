//go:build cgo

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A viewTable is a view and the CSV file that says the same of the one run of a database.
type viewTable struct {
	file, view string
	key        []string // columns that tell the rows apart
	apart      []string // columns of one name that mean two things
}

var viewTables = []viewTable{
	{file: "records.csv", view: "v_records", key: []string{"record_id"}, apart: []string{"category"}}, // of the rule, in the view
	{file: "missing.csv", view: "v_missing", key: []string{"table", "map", "key", "company"}},
	{file: "unclassified.csv", view: "v_unknown", key: []string{"template_id"}},
	{file: "changes.csv", view: "v_changes", key: []string{"change", "signature", "where"}},
	{file: "fixes.csv", view: "v_fixes", key: []string{"rank"}},
	{file: "incidents.csv", view: "v_incidents", key: []string{"onset", "kind", "name"}},
}

// checkViews holds the views to the CSV files of the run, column by column where their names agree.
func (n *night) checkViews() {
	n.Helper()
	for _, v := range viewTables {
		rows, view := rowsOf(n.T, filepath.Join(n.out, v.file)), n.query("SELECT * FROM "+v.view)
		if len(view) < len(rows) {
			n.Errorf("%s has %d rows, %s %d", v.file, len(rows), v.view, len(view))
		}
		name := func(row map[string]string) string {
			var cells []string
			for _, c := range v.key {
				cells = append(cells, row[c])
			}
			return strings.Join(cells, " | ")
		}
		at := make(map[string]map[string]string)
		for _, row := range view {
			at[name(row)] = row
		}
		for _, row := range rows {
			other := at[name(row)]
			if other == nil {
				n.Errorf("%s has no row %s of %s", v.view, name(row), v.file)
				continue
			}
			n.viewed += len(row)
			for column, cell := range row {
				if seen, ok := other[column]; ok && seen != cell && !slices.Contains(v.apart, column) {
					n.Errorf("%s, %s: %s is %.300q, and %.300q in %s", v.file, name(row), column, cell, seen, v.view)
				}
			}
		}
	}
	n.checkFindingsView()
}

// checkFindingsView holds v_findings to failing_entities.csv: findings are told apart by names of the page there, and by columns of records in the
// view, so those of one signature, category, severity and company are summed up.
func (n *night) checkFindingsView() {
	n.Helper()
	sums := func(rows []map[string]string) map[string]string {
		type sum struct {
			records     int
			first, last string
		}
		of := make(map[string]sum)
		for _, r := range rows {
			key := strings.Join([]string{r["signature"], r["category"], r["severity"], r["company"], r["map"], r["dataverse_table"], r["fno_entity"]}, " | ")
			s := of[key]
			records, err := strconv.Atoi(r["records"])
			if err != nil {
				n.Fatal(err)
			}
			s.records += records
			if f := r["first_seen"]; f != "" && (s.first == "" || f < s.first) {
				s.first = f
			}
			s.last = max(s.last, r["last_seen"])
			of[key] = s
		}
		texts := make(map[string]string)
		for key, s := range of {
			texts[key] = fmt.Sprint(s)
		}
		return texts
	}
	rows, view := sums(rowsOf(n.T, filepath.Join(n.out, "failing_entities.csv"))), sums(n.query("SELECT * FROM v_findings"))
	for key, want := range rows {
		if view[key] != want {
			n.Errorf("failing_entities.csv says of %s: %s, and v_findings: %s", key, want, view[key])
		}
		delete(view, key)
	}
	for key, text := range view {
		n.Errorf("v_findings says of %s: %s, and failing_entities.csv nothing", key, text)
	}
}

// query asks the database of the night.
func (n *night) query(sql string) []map[string]string {
	n.Helper()
	var out, said bytes.Buffer
	if code := run(n.Context(), []string{"query", "--csv", "--db", n.out + ".duckdb", sql}, nil, &out, &said, func(string) string { return "" }); code != exitDone {
		n.Fatalf("exit code %d: %s", code, &said)
	}
	rows := csvRows(n.T, bytes.TrimPrefix(out.Bytes(), []byte("\ufeff")))
	for _, row := range rows {
		for column, cell := range row {
			row[column] = asInFiles(cell)
		}
	}
	return rows
}

var fraction = regexp.MustCompile(`^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.\d+$`)

// asInFiles is a value of a query as the CSV files of a report write it: times in whole seconds, lists and captures with semicolons.
func asInFiles(cell string) string {
	var list []string
	if json.Unmarshal([]byte(cell), &list) == nil && strings.HasPrefix(cell, "[") {
		return strings.Join(list, "; ")
	}
	var captures map[string]string
	if json.Unmarshal([]byte(cell), &captures) == nil && strings.HasPrefix(cell, "{") {
		for _, name := range slices.Sorted(maps.Keys(captures)) {
			list = append(list, name+"="+captures[name])
		}
		return strings.Join(list, "; ")
	}
	return fraction.ReplaceAllString(cell, "$1")
}

// The views say of a night what its CSV files say.
func TestViewsOfTheDemo(t *testing.T) {
	n := readNight(t, "../../testdata/demo")
	n.checkViews()
	if n.viewed < 100 {
		t.Errorf("only %d cells were compared", n.viewed)
	}
}
