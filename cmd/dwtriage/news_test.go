//go:build cgo

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Page, ticket, card, summary.json, terminal, changes.csv and the exit code agree on whether anything is new or back, also where a failure that
// goes on in one map is new or back in another one, or spikes. A night for each: nothing new is said of none of them but of the one in which nothing is.
func TestOutputsAgreeOnNews(t *testing.T) {
	const lookup, crane = "Unable to lookup msdyn_vendorgroups with values {10, usmf}", "The crane is jammed"
	var many [][2]string // more of it than ever, of rows of their own
	for i := range 10 {
		many = append(many, [2]string{"Vendors V2", strings.Replace(lookup, "10", fmt.Sprint(20+i), 1)})
	}
	dir := t.TempDir()
	db := filepath.Join(dir, "x.duckdb")
	for _, c := range []struct {
		day       int
		more      [][2]string // map and message beside what fails every night
		change    string      // the one state that is news
		unknown   bool
		said, not string
		card      string
	}{
		{day: 1, more: [][2]string{{"Customers V3", lookup}, {"Customers V3", crane}}},
		{day: 2}, {day: 3}, {day: 4},
		{5, [][2]string{{"Units", lookup}}, "new", false, "1 known signature that is new in Units.", "Nothing new", "0 back, 1 known and new in a map"},
		{6, [][2]string{{"Units", lookup}, {"Customers V3", lookup}}, "regressed", false, "1 known signature that is back after a pause in Customers V3 (accounts) or Customers V3 (contacts).", "Nothing new", "1 back"},
		{7, [][2]string{{"Units", crane}}, "new", true, "1 unknown message known from another map.", "Nothing new", ""},
		{8, [][2]string{{"Units", crane}, {"Customers V3", crane}}, "regressed", true, "1 unknown message in a map where it is back after a pause.", "Nothing new", ""},
		{9, nil, "", false, "Nothing new.", "known signature", ""},
		{10, many, "", false, "1 known signature spikes:", "Nothing new", "0 back, 1 spiking"},
	} {
		t.Run(fmt.Sprintf("night %d", c.day), func(t *testing.T) {
			text := "Company,Entity,Key,Created,Error message,Correlation Id\n"
			add := func(entity, message, at string) {
				text += fmt.Sprintf("USMF,%s,K-%d,%s,\"%s\",\n", entity, strings.Count(text, "\n"), at, message)
			}
			evening, morning := fmt.Sprintf("2026-03-%02dT21:00:00Z", c.day), fmt.Sprintf("2026-03-%02dT03:00:00Z", c.day+1)
			for _, at := range []string{evening, morning} {
				add("Vendors V2", lookup, at)
				add("Vendors V2", crane, at)
				for _, m := range c.more {
					add(m[0], m[1], at)
				}
			}
			in, out := filepath.Join(dir, fmt.Sprintf("night%d.csv", c.day)), filepath.Join(dir, fmt.Sprintf("out%d", c.day))
			if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			code, terminal, stderr := callOf(t.Context(), "run", "--db", db, "-o", out, "--progress", "none", "--fail-on", "new", "--report-format", "markdown,teams", in)
			if want := map[bool]int{true: exitFailOn, false: exitDone}[c.change != ""]; code != want {
				t.Fatalf("exit code %d, want %d: %s", code, want, stderr)
			}
			if c.said == "" {
				return
			}
			_, against, _ := strings.Cut(terminal, "Against the night before, signatures of a map each: ")
			against, _, _ = strings.Cut(against, ".")
			if signatures, messages, _ := strings.Cut(against, "; unknown messages of a map each: "); c.change == "" && (strings.Contains(against, "new") || strings.Contains(against, "regressed")) ||
				c.change != "" && !strings.Contains(map[bool]string{true: messages, false: signatures}[c.unknown], "1 "+c.change) {
				t.Errorf("the terminal: %q, want 1 %s in it", against, c.change)
			}
			// It names what it counts.
			for _, state := range [][2]string{{" new", "\n  New:\n    "}, {" regressed", "\n  Back:\n    "}, {" spiking", "\n  Spiking:\n    "}} {
				if strings.Contains(against, state[0]) != strings.Contains(terminal, state[1]) {
					t.Errorf("the terminal says %q and %q, or one of them alone:\n%s", state[0], state[1], terminal)
				}
			}
			read := func(name string) string {
				t.Helper()
				text, err := os.ReadFile(filepath.Join(out, name))
				if err != nil {
					t.Fatal(err)
				}
				return string(text)
			}
			changes := read("changes.csv")
			if n := strings.Count(changes, "\nnew,") + strings.Count(changes, "\nregressed,"); n != strings.Count(changes, "\n"+c.change+",") || n != min(1, len(c.change)) {
				t.Errorf("changes.csv: %s", changes)
			}
			var file struct {
				Changes struct{ New, Regressed int }
				Unknown struct{ New, Regressed int } `json:"unknown_changes"`
			}
			if err := json.Unmarshal([]byte(read("summary.json")), &file); err != nil {
				t.Fatal(err)
			}
			if n := file.Changes.New + file.Changes.Regressed + file.Unknown.New + file.Unknown.Regressed; n != min(1, len(c.change)) {
				t.Errorf("summary.json: %+v", file)
			}
			for _, name := range []string{"index.html", "report.md", "card.json"} {
				flat := strings.ReplaceAll(read(name), "\\", "")
				if !strings.Contains(flat, c.said) || strings.Contains(flat, c.not) {
					t.Errorf("%s does not say %q, or says %q", name, c.said, c.not)
				}
				if (name == "index.html" || name == "report.md") && !strings.Contains(flat, c.card) {
					t.Errorf("%s has no card with %q", name, c.card)
				}
			}
		})
	}
}
