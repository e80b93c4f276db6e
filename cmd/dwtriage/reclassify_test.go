//go:build cgo

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store"
	"dwtriage/testdata/bad"
)

// runIn calls the program and wants this exit code.
func runIn(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &out, &said, func(string) string { return "" }); code != want {
		t.Fatalf("dwtriage %s: exit code %d, want %d: %.2000s", strings.Join(args, " "), code, want, said.String())
	}
	return out.String()
}

// content is every row of every table of a database, as text.
func content(t *testing.T, path string, leaveOut map[string]string) map[string][]string {
	t.Helper()
	db, err := store.Open(t.Context(), path, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	texts := func(query string) []string { return textsOf(t, db, query) }
	tables := make(map[string][]string)
	for _, table := range texts("SELECT table_name FROM information_schema.tables WHERE table_catalog = 'dw' AND table_type = 'BASE TABLE' ORDER BY 1") {
		if without, ok := leaveOut[table]; without != "all" {
			if ok {
				without = "EXCLUDE (" + without + ")"
			}
			tables[table] = texts(fmt.Sprintf("SELECT t::VARCHAR FROM (SELECT * %s FROM dw.%s) t ORDER BY 1", without, table))
		}
	}
	return tables
}

// others are rules that judge much in another way than the built-in ones: a rule of its own for one message, another severity, and a rule that
// loses its words.
const others = `- id: site-trade-agreement
  title: Trade agreement of company {company} is not approved
  headline: trade agreements are not approved
  status: experimental
  logs: [dualwrite, plugintrace]
  severity: high
  category: to-be-sorted
  priority: 60
  tier: 5
  match:
    regex: 'Trade agreement (?P<record_key>[\w-]{1,80}) of company (?P<company>\w{1,20}) is not approved'
  cause: Nobody approved it.
  fix:
    summary: Approve it.
    role: Dual-write operator
    retry: no
    steps: [Approve the trade agreement.]
  examples:
    match: [{text: 'Trade agreement A-1 of company USMF is not approved; line 3', captures: {company: USMF, record_key: A-1}}]
    no_match: [Trade agreement A-1 of company USMF is approved]
`

// reclassified are folders of exports: of the demo, every format, everything odd, and of texts and names that are long.
func reclassified(t *testing.T) map[string]string {
	t.Helper()
	folders := map[string]string{"demo": "../../testdata/demo"}
	dir := t.TempDir()
	for _, name := range []string{"formats", "bad", "long"} {
		folders[name] = filepath.Join(dir, name)
		if err := os.Mkdir(folders[name], 0o777); err != nil {
			t.Fatal(err)
		}
	}
	writePlanted(t, folders["formats"])
	for i, in := range bad.Inputs() {
		path := filepath.Join(folders["bad"], fmt.Sprintf("%03d %s", i, in.Name))
		if err := os.WriteFile(path, in.Data, 0o666); err != nil {
			t.Fatal(err)
		}
		past := startOfTests.AddDate(0, 0, -1) // what was written just now may still be being written
		if err := os.Chtimes(path, past, past); err != nil {
			t.Fatal(err)
		}
	}
	// Texts of several parts, names that are cut, and a message whose cause stands behind the start that its row holds.
	var long strings.Builder
	long.WriteString("Entity,Company,Record ID,Error message,Created date and time\n")
	for i := range 40 {
		text := strings.Repeat(fmt.Sprintf("Row %d of the batch was skipped. ", i), 400*(i%4)) + "Unable to lookup msdyn_customergroups with values {80}"
		entity := []string{"CustCustomerV3Entity", strings.Repeat("Name", 400+100*i) + "end"}[i%2]
		fmt.Fprintf(&long, "%s,%s,%s,\"%s on %s\",2026-11-22T05:%02d:00Z\n", entity, strings.Repeat("U", 1+700*(i%5)), strings.Repeat("K", 1+900*(i%3)), text, entity, i)
	}
	if err := os.WriteFile(filepath.Join(folders["long"], "long.csv"), []byte(long.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	return folders
}

// Judged again by the same rules, nothing is another one in any table, whatever is stored of a text; and judged again by other rules,
// everything is as if a run with these rules had loaded the same exports into a database of their own.
func TestReclassify(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(rules, []byte(others), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, folder := range reclassified(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			db, fresh := filepath.Join(dir, "x.duckdb"), filepath.Join(dir, "fresh.duckdb")
			code := exitDone
			if name == "bad" {
				code = exitFailed
			}
			load := func(db string, flags ...string) {
				runIn(t, code, append([]string{"run", "-q", "--db", db, "-o", db + ".out", folder}, flags...)...)
			}
			load(db)
			before := content(t, db, nil)
			if len(before["records"]) < 30 {
				t.Fatalf("only %d records", len(before["records"]))
			}
			if said := runIn(t, exitDone, "reclassify", "--db", db); !strings.Contains(said, "The database is as it was.") {
				t.Errorf("the same rules: %s", said)
			}
			if d := cmp.Diff(before, content(t, db, nil)); d != "" {
				t.Errorf("judged again by the same rules (-before +after):\n%.3000s", d)
			}
			sets := [][]string{{"--rules", rules, "--no-builtin-rules"}, {"--rules", rules}, nil}
			if name != "demo" {
				sets = sets[:1]
			} else if !*full {
				sets = sets[:2]
			}
			for _, flags := range sets {
				os.Remove(fresh)
				load(fresh, flags...)
				said := runIn(t, exitDone, append([]string{"reclassify", "--db", db, "--json", "--dry-run"}, flags...)...)
				same := content(t, db, nil)
				if d := cmp.Diff(before, same); d != "" {
					t.Errorf("a dry run with %q changed the database:\n%.2000s", flags, d)
				}
				done := runIn(t, exitDone, append([]string{"reclassify", "--db", db, "--json"}, flags...)...)
				checkSaid(t, said, done, before["records"])
				after := content(t, db, nil)
				timed := map[string]string{"records": "judgement_id", "runs": "started_at, finished_at, arguments, timings, rules, rules_digest, exit_code, judging", "judgements": "all", "judging": "all"}
				for _, table := range store.ToldTables { // what the report said is of verdicts that are no more
					timed[table] = "all"
					if rows := after[table]; len(rows) > 0 {
						t.Errorf("with %q, table %s still holds %.200q", flags, table, rows)
					}
				}
				if d := cmp.Diff(content(t, fresh, timed), content(t, db, timed)); d != "" {
					t.Errorf("with %q, a fresh run against judged again (-fresh +again):\n%.3000s", flags, d)
				}
				runIn(t, exitDone, "check", "--db", db)
				before = after
			}
		})
	}
}

// checkSaid holds what a dry run said to what the same call without it says, and both to their own sums.
func checkSaid(t *testing.T, dry, done string, before []string) {
	t.Helper()
	var a, b rejudged
	if err := json.Unmarshal([]byte(dry), &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(done), &b); err != nil {
		t.Fatal(err)
	}
	if !a.DryRun || a.Written || b.DryRun || !b.Written {
		t.Errorf("dry_run and written: %v %v, then %v %v", a.DryRun, a.Written, b.DryRun, b.Written)
	}
	a.DryRun, a.Written = b.DryRun, b.Written
	if d := cmp.Diff(a, b); d != "" {
		t.Errorf("a dry run said something else than the call (-dry +done):\n%.2000s", d)
	}
	var changed, judged int64
	for _, c := range b.Changes {
		changed += c.Records
		if !slices.ContainsFunc(before, func(row string) bool { return strings.Contains(row, c.Example) }) {
			t.Errorf("the example %s of %s is no record", c.Example, c.From)
		}
		if (c.From != c.To) != (slices.Contains(c.Columns, "signature") || strings.HasPrefix(c.From, "unknown/") && slices.Contains(c.Columns, "template_id")) {
			t.Errorf("from %s to %s, by the columns %q", c.From, c.To, c.Columns)
		}
	}
	for _, by := range b.Before {
		judged += by.Records
	}
	if changed != b.Changed || judged != b.Records || int64(len(b.Changes)) != b.ChangeCount {
		t.Errorf("%d changed by its list, %d in all; %d judged before, %d in all; %d of %d changes", changed, b.Changed, judged, b.Records, len(b.Changes), b.ChangeCount)
	}
}
