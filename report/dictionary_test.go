package report

import (
	"encoding/csv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/redact"
	"dwtriage/report/summary"
)

// columns.csv describes every column of every table, in the order in which they stand, and what it says of types is so.
func TestDictionary(t *testing.T) {
	nothing := redact.New(nil, func(func(name, search bool, text string)) {})
	for name, red := range map[string]*redact.Redactor{"readable": nil, "redacted": nothing} {
		t.Run(name, func(t *testing.T) { checkDictionary(t, red) })
	}
}

func checkDictionary(t *testing.T, red *redact.Redactor) {
	s := night()
	s.Redacted = red
	s.ViewColumns = []summary.ViewColumn{{View: "v_records", Name: "record_id", Type: "UUID", Meaning: "identity"}}
	out := draw(t, s, Options{PlainCSV: true, Redacted: red})
	kinds := map[string]string{} // by file and column
	var said, stand []string
	for _, r := range rows(t, out["columns.csv"]) {
		at := r["file"] + " " + r["column"]
		said = append(said, at)
		kinds[at] = r["type"]
		if r["meaning"] == "" || r["type"] != string(aText) && strings.HasSuffix(r["file"], ".csv") && r["format"] == "" {
			t.Errorf("%s: type %q, meaning %q, format %q", at, r["type"], r["meaning"], r["format"])
		}
	}
	for _, d := range drawings(Options{Redacted: red}) {
		if !strings.HasSuffix(d.name, ".csv") {
			continue
		}
		header, err := csv.NewReader(strings.NewReader(out[d.name])).Read()
		if err != nil {
			t.Fatal(d.name, err)
		}
		for _, column := range header {
			stand = append(stand, d.name+" "+column)
		}
		for _, r := range rows(t, out[d.name]) {
			for column, cell := range r {
				switch kinds[d.name+" "+column] {
				case "number":
					if _, err := strconv.ParseInt(cell, 10, 64); err != nil {
						t.Errorf("%s: %s holds %q, which is no number", d.name, column, cell)
					}
				case "time":
					if _, err := time.Parse(time.DateTime, cell); err != nil && cell != "" {
						t.Errorf("%s: %s holds %q, which is no time", d.name, column, cell)
					}
				}
			}
		}
	}
	if d := cmp.Diff(append(stand, "v_records record_id"), said); d != "" {
		t.Errorf("columns of the tables and of columns.csv:\n%s", d)
	}
}

// A meaning that no column has is one of a column that went, or is misspelt.
func TestMeanings(t *testing.T) {
	used := map[string]bool{}
	for _, table := range append(tables(), reportTable{name: "redaction", columns: headings(redactionColumns)}) {
		for _, c := range table.columns {
			own := table.name + " " + c.name
			if _, ok := meanings[own]; !ok {
				own = c.name
			}
			used[own] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(meanings)) {
		if !used[name] {
			t.Errorf("no column is called %s", name)
		}
		if meanings[name].text == "" || strings.HasSuffix(meanings[name].text, ".") {
			t.Errorf("%s means %q", name, meanings[name].text)
		}
	}
}
