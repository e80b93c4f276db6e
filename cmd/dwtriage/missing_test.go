//go:build cgo

package main

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// checkMissing holds every row of missing.csv to the records that look it up, counted anew by their captures.
func (n *night) checkMissing() {
	rows := rowsOf(n.T, filepath.Join(n.out, "missing.csv"))
	companies := make(map[string]map[string]bool) // of a key, those that lack it
	for _, r := range rows {
		key := r["table"] + "|" + r["map"] + "|" + r["key"]
		if companies[key] == nil {
			companies[key] = make(map[string]bool)
		}
		if r["company"] != "" {
			companies[key][r["company"]] = true
		}
	}
	for _, r := range rows {
		only := len(companies[r["table"]+"|"+r["map"]+"|"+r["key"]]) <= 1
		waits := func(p *printed) bool {
			if p.company != r["company"] && (p.company != "" || !only) {
				return false
			}
			for _, suffix := range []string{"", "_2", "_3", "_4"} {
				phrase, parent := p.captures["lookup"+suffix], p.captures["lookup_map"+suffix]
				named, _, _ := strings.Cut(phrase, " (map ")
				if phrase != "" && parent == r["map"] && strings.HasSuffix(named, " "+r["key"]) && (parent != "" || strings.HasPrefix(named, "row of "+r["table"]+" ")) {
					return true
				}
			}
			return false
		}
		count, sample := 0, false
		for _, p := range n.records {
			if waits(p) {
				count++
				sample = sample || p.id == r["sample_record_id"]
			}
		}
		if strconv.Itoa(count) != r["records_waiting"] || !sample {
			n.Errorf("missing.csv says that %s records wait for %s %s in %q, one of them %s (%v); they are %d", r["records_waiting"], r["map"], r["key"], r["company"], r["sample_record_id"], sample, count)
		}
		n.check("missing.csv", strings.Join([]string{r["table"], r["key"], r["company"]}, " | "), nil, true, waits)
	}
	fixes := rowsOf(n.T, filepath.Join(n.out, "fixes.csv"))
	for _, f := range fixes {
		count := 0
		for _, r := range rows {
			if f["missing_in"] == r["map"] || r["map"] == "" && f["missing_in"] == r["table"] {
				count++
			}
		}
		if f["missing_in"] != "" && strconv.Itoa(count) != f["missing_rows"] {
			n.Errorf("fix %s counts %s rows of %s, missing.csv has %d", f["rank"], f["missing_rows"], f["missing_in"], count)
		}
	}
}

// The sample night lacks nine customer groups and thirteen customers, counted by hand.
func TestMissingRowsOfTheSampleNight(t *testing.T) {
	n := readNight(t, "../../testdata/demo")
	rows := rowsOf(t, filepath.Join(n.out, "missing.csv"))
	per := make(map[string]int)
	for _, r := range rows {
		per[r["map"]]++
	}
	if len(rows) != 22 || per["Customer groups"] != 9 || per["Customers V3 (accounts)"] != 13 {
		t.Errorf("missing.csv has %d rows: %v; want 9 customer groups and 13 customers", len(rows), per)
	}
	if len(rowsOf(t, filepath.Join(n.out, "retry.csv"))) == 0 {
		t.Error("retry.csv is empty")
	}
	if r := rows[0]; r["key"] != "10" || r["key_column"] != "msdyn_groupid" || r["records_waiting"] != "9" || r["company"] != "USMF" || r["first_seen"] != "2026-11-22 20:24:05" {
		t.Errorf("the first row of missing.csv is %v", r)
	}
}

// checkRetries holds every row of retry.csv to its records, and to the fixes that are for them.
func (n *night) checkRetries() {
	rows := rowsOf(n.T, filepath.Join(n.out, "retry.csv"))
	fixes := rowsOf(n.T, filepath.Join(n.out, "fixes.csv"))
	for _, r := range rows {
		own := func(p *printed) bool {
			if p.key != r["key"] || p.company != r["company"] || p.mapTitle == r["map"] {
				return p.key == r["key"] && p.company == r["company"]
			}
			// A record that may be of several maps is of the row that one of them has, unless another has it, too.
			maps := strings.Split(p.mapTitle, " or ")
			return slices.Contains(maps, r["map"]) && !slices.ContainsFunc(rows, func(o map[string]string) bool {
				return o["key"] == r["key"] && o["company"] == r["company"] && o["map"] != r["map"] && (o["map"] == p.mapTitle || slices.Contains(maps, o["map"]))
			})
		}
		count, last := 0, false
		var signatures string
		for _, f := range fixes {
			if f["rank"] == r["after_fix"] {
				signatures = f["signatures"]
			}
		}
		for _, p := range n.records {
			if own(p) {
				count++
				last = last || strings.Contains(signatures, p.sig+"=")
			}
		}
		if strconv.Itoa(count) != r["records"] || !last {
			n.Errorf("retry.csv says %v; its records are %d, and fix %s is for one of them: %v", r, count, r["after_fix"], last)
		}
	}
}
