//go:build cgo

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The report shows, of each signature and cluster, the chain of the first of its evidence that is of one, as v_chains has it: on the page and in summary.json, of a
// long one the records around the evidence. None of it is shown of what nothing ties.
func TestPageOfChains(t *testing.T) {
	dir := t.TempDir()
	n := newChainNight(7)
	at := n.start.Add(time.Hour)
	for i, ids := range []string{"columns", "texts", "none", "none"} {
		n.operation(i, at.Add(time.Duration(i)*time.Minute), fmt.Sprint("P-", i), "USMF", ids)
	}
	long := n.guid() // thirty traces of one operation, the last ten with a text that nothing explains
	for i := range 30 {
		n.trace(traced{op: 90, depth: 1, start: at.Add(time.Duration(i) * time.Second), length: time.Millisecond, key: "L", company: "USMF", corr: long, ok: i < 20})
		if i >= 20 {
			last := n.traces[len(n.traces)-1]
			last[len(last)-1] = "the crane of the dock is jammed"
		}
	}
	paths := append(n.write(t, dir, 1), "../../testdata/chain")
	rule, db := filepath.Join(dir, "site.yaml"), filepath.Join(dir, "x.duckdb")
	if err := os.WriteFile(rule, []byte(chainRule), 0o666); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	if code := run(t.Context(), append([]string{"run", "-q", "--rules", rule, "--db", db, "-o", filepath.Join(dir, "r")}, paths...), nil, &told, &told, func(string) string { return "" }); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &told)
	}
	ask := func(sql string) (out []map[string]any) {
		var b, said bytes.Buffer
		if code := run(t.Context(), []string{"query", "--db", db, "--json", sql}, nil, &b, &said, func(string) string { return "" }); code != exitDone {
			t.Fatalf("exit code %d: %s", code, &said)
		}
		for d := json.NewDecoder(&b); d.More(); {
			var row map[string]any
			if err := d.Decode(&row); err != nil {
				t.Fatal(err)
			}
			out = append(out, row)
		}
		return out
	}
	inChains := make(map[string]string)
	for _, r := range ask("SELECT record_id::VARCHAR AS record, chain_id::VARCHAR AS chain FROM v_chains") {
		inChains[r["record"].(string)] = r["chain"].(string)
	}
	// The first three records of each signature by time, as they are shown as evidence.
	want := make(map[string]string) // signature: the record
	for _, r := range ask(`SELECT signature, record_id FROM (
	    SELECT coalesce(signature, 'unknown/' || template_id) AS signature, record_id::VARCHAR AS record_id, occurred_at, row_number() OVER (PARTITION BY coalesce(signature, 'unknown/' || template_id) ORDER BY occurred_at, file, row) AS nth
	    FROM v_records WHERE outcome = 'error')
	  WHERE nth <= CASE WHEN signature LIKE 'unknown/%' THEN 1 ELSE 3 END ORDER BY signature, nth`) {
		sig, id := r["signature"].(string), r["record_id"].(string)
		if want[sig] == "" && inChains[id] != "" {
			want[sig] = id
		}
	}
	if len(want) < 3 {
		t.Fatalf("chains of %d signatures", len(want))
	}
	page, err := os.ReadFile(filepath.Join(dir, "r", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Chains []struct {
			Signature string
			RecordID  string `json:"record_id"`
			Records   int
			Steps     []map[string]any
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "r", "summary.json"))
	if err == nil {
		err = json.Unmarshal(data, &report)
	}
	if err != nil {
		t.Fatal(err)
	}
	got, cuts := make(map[string]string), 0
	for _, c := range report.Chains {
		got[c.Signature] = c.RecordID
		var steps, all []string
		has := false
		for _, s := range c.Steps {
			steps = append(steps, fmt.Sprint(s["position"], " ", s["record_id"], " ", s["parent_record_id"], " ", s["link"], " ", s["link_id"], " ", s["confidence"], " ", s["log"],
				" ", s["depth"], " ", s["duration_ms"], " ", s["outcome"], " ", s["signature"]))
			has = has || s["record_id"] == c.RecordID
			if !strings.Contains(string(page), fmt.Sprint("<code>", s["record_id"], "</code>")) {
				t.Errorf("%s: record %s of its chain is not on the page", c.Signature, s["record_id"])
			}
		}
		for _, r := range ask("SELECT position, record_id::VARCHAR AS record_id, coalesce(parent_record_id::VARCHAR, '') AS parent, link, link_id, confidence, log, depth, duration_ms, outcome, CASE WHEN outcome = 'ok' THEN '' ELSE coalesce(signature, 'unknown/' || template_id) END AS signature FROM v_chains WHERE chain_id = '" + inChains[c.RecordID] + "' ORDER BY position") {
			all = append(all, fmt.Sprint(r["position"], " ", r["record_id"], " ", r["parent"], " ", r["link"], " ", r["link_id"], " ", r["confidence"], " ", r["log"],
				" ", r["depth"], " ", r["duration_ms"], " ", r["outcome"], " ", r["signature"]))
		}
		if len(all) != c.Records || !has {
			t.Errorf("%s: %d records of its chain and not %d; its record is among them: %v", c.Signature, c.Records, len(all), has)
		}
		if len(all) > len(steps) {
			cuts++
			if len(steps) != 12 {
				t.Errorf("%s: %d steps of a chain of %d", c.Signature, len(steps), len(all))
			}
			first := int(c.Steps[0]["position"].(float64)) - 1
			all = all[first:min(len(all), first+len(steps))]
			if more := " --record " + c.RecordID + "</code>"; !strings.Contains(string(page), "<code>dwtriage explain --db ") || !strings.Contains(string(page), more) {
				t.Errorf("%s: the page does not say %q", c.Signature, more)
			}
		}
		if d := cmp.Diff(all, steps); d != "" {
			t.Errorf("%s (-v_chains +summary.json):\n%s", c.Signature, d)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("chains by signature (-v_chains of the evidence +summary.json):\n%s", d)
	}
	if shown := strings.Count(string(page), `<div class="chain">`); shown != len(want) {
		t.Errorf("%d chains on the page and not %d", shown, len(want))
	}
	if cuts == 0 {
		t.Error("no chain is longer than what is shown")
	}
}

// A report shows chains of its own environment: what a record is of that another environment loaded first is no evidence of an operation here, and
// takes away none of the other chains.
func TestChainsOfAnotherEnvironment(t *testing.T) {
	dir := t.TempDir()
	trace, err := os.ReadFile("../../testdata/chain/plugintrace.csv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(trace), "\n")
	old := filepath.Join(dir, "old.csv")
	if err := os.WriteFile(old, []byte(lines[0]+lines[len(lines)-2]), 0o666); err != nil {
		t.Fatal(err)
	}
	call := func(args ...string) string {
		var b, said bytes.Buffer
		if code := run(t.Context(), args, nil, &b, &said, func(string) string { return "" }); code != exitDone {
			t.Fatalf("%v: exit code %d: %s", args, code, &said)
		}
		return b.String()
	}
	db, out := filepath.Join(dir, "x.duckdb"), filepath.Join(dir, "r")
	call("run", "-q", "--db", db, "-o", out, old)
	call("run", "-q", "--db", db, "-o", out, "--environment", "PROD", "../../testdata/chain")
	page, err := os.ReadFile(filepath.Join(out, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	want := call("query", "--csv", "--db", db, "SELECT count(DISTINCT signature) FROM v_chains WHERE environment = 'PROD' AND outcome = 'error'")
	want = strings.TrimSpace(want[strings.Index(want, "\n"):])
	if got := strings.Count(string(page), `<div class="chain">`); fmt.Sprint(got) != want || got == 0 {
		t.Errorf("%d chains on the page; signatures of PROD in chains: %s", got, want)
	}
}
