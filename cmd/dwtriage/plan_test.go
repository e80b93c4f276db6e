//go:build cgo

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The plan of the sample night is an expert's, and page, table, numbers and terminal say the same: first
// the environment that was copied and not linked again, one fix whatever its three messages call it;
// then privileges; then what is missing, customer groups before the customers that need them before
// the orders that need both. The outage of the night is over, and only needs saving again.
func TestPlanOfTheSampleNight(t *testing.T) {
	dir := t.TempDir()
	var said, warned bytes.Buffer
	if code := run(t.Context(), []string{"run", "--progress", "none", "--csv", "plain", "--db", filepath.Join(dir, "x.duckdb"), "-o", dir, "../../testdata/demo"}, nil, &said, &warned, func(string) string { return "" }); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &warned)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	fixes := rowsOf(t, filepath.Join(dir, "fixes.csv"))
	if len(fixes) == 0 {
		t.Fatal("no fixes")
	}
	if got, want := fixes[0]["signatures"], "dw-payload-empty-uri=11; dw-secureconfig-org-mismatch=4; dw-user-not-member-of-org=12"; got != want || fixes[0]["records"] != "27" {
		t.Errorf("fix 1 is %s, %s records; want %s", got, fixes[0]["records"], want)
	}
	if fixes[1]["signature"] != "dw-missing-privilege-owning-team" {
		t.Errorf("fix 2 is %s, want the privileges of the owning team", fixes[1]["signature"])
	}
	at := func(column, value string) int {
		return slices.IndexFunc(fixes, func(f map[string]string) bool { return f[column] == value })
	}
	groups, customers, outage := at("missing_in", "Customer groups"), at("missing_in", "Customers V3 (accounts)"), at("signature", "dw-isv-connection-attempt-failed")
	if groups < 2 || customers != groups+1 || outage < customers {
		t.Fatalf("fixes %d, %d and %d are groups, customers and the outage; want them in this order behind the privileges", groups+1, customers+1, outage+1)
	}
	if g, c := fixes[groups], fixes[customers]; g["records"] != "31" || g["waiting"] != "47" || g["missing_rows"] != "9" || c["records"] != "16" || c["waiting"] != "16" || c["entities"] != "CDS sales order headers" {
		t.Errorf("groups clear %s of %s records waiting for %s rows; customers clear %s of %s, of %s; want 31 of 47 for 9, and 16 of 16 orders",
			g["records"], g["waiting"], g["missing_rows"], c["records"], c["waiting"], c["entities"])
	}
	if o := fixes[outage]; o["over_since"] != "2026-11-23 02:30:00" || o["summary"] != "Repeat what failed in 27 records: over since 02:30." || o["tier"] != "6" || o["retry"] != "yes" {
		t.Errorf("the outage: over since %q, %q, tier %s, retry %s", o["over_since"], o["summary"], o["tier"], o["retry"])
	}

	var numbers struct {
		Fixes []struct {
			Rank       int
			Signatures []struct {
				ID      string
				Records int
			}
			Summary   string
			Records   int
			MissingIn string `json:"missing_in"`
			OverSince string `json:"over_since"`
		}
	}
	if err := json.Unmarshal([]byte(read("summary.json")), &numbers); err != nil {
		t.Fatal(err)
	}
	if len(numbers.Fixes) != len(fixes) {
		t.Fatalf("summary.json has %d fixes, fixes.csv %d", len(numbers.Fixes), len(fixes))
	}
	for i, f := range numbers.Fixes {
		var parts []string
		for _, p := range f.Signatures {
			parts = append(parts, fmt.Sprint(p.ID, "=", p.Records))
		}
		got := []string{fmt.Sprint(f.Rank), strings.Join(parts, "; "), f.Summary, fmt.Sprint(f.Records), f.MissingIn, f.OverSince}
		want := []string{fixes[i]["rank"], fixes[i]["signatures"], fixes[i]["summary"], fixes[i]["records"], fixes[i]["missing_in"], fixes[i]["over_since"]}
		if !slices.Equal(got, want) {
			t.Errorf("summary.json has %q, fixes.csv %q", got, want)
		}
	}

	heading := func(f map[string]string) *regexp.Regexp {
		return regexp.MustCompile(`(?s)<li id="fix-` + f["rank"] + `" .*?<h3>` + regexp.QuoteMeta(strings.ReplaceAll(f["summary"], "'", "&#39;")) + `</h3>.*?<dt>Clears</dt><dd><b>` + f["records"] + `</b>`)
	}
	page := read("index.html")
	for _, f := range []map[string]string{fixes[0], fixes[1], fixes[groups], fixes[customers], fixes[outage]} {
		if !heading(f).MatchString(page) {
			t.Errorf("the page lacks fix %s: %s, clears %s", f["rank"], f["summary"], f["records"])
		}
		if line := "  " + f["rank"] + ". " + f["summary"] + "\n     " + f["records"] + " record"; !strings.Contains(said.String(), line) {
			t.Errorf("the terminal lacks %q:\n%s", line, &said)
		}
	}
	if by, over := strings.Index(page, "Passes by itself"), strings.Index(page, "over since 02:30."); by < 0 || over < by {
		t.Errorf("the outage does not stand under what passes by itself")
	}
}
