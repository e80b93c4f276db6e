//go:build cgo

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A template id is one and the same text in every file of a report and in what commands print, and never stands without its t-:
// a spreadsheet takes the digits alone for a number now and then. rules draft takes them with and without.
func TestTemplateIDs(t *testing.T) {
	dir := t.TempDir()
	db, out := filepath.Join(dir, "x.duckdb"), filepath.Join(dir, "r")
	said := func(args ...string) string {
		t.Helper()
		var stdout, stderr strings.Builder
		if code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr, func(string) string { return "" }); code != exitDone {
			t.Fatalf("%q: exit code %d: %s", args, code, &stderr)
		}
		return stdout.String() + stderr.String()
	}
	texts := map[string]string{"run": said("run", "--csv", "plain", "--report-format", "markdown", "--db", db, "-o", out, "../../testdata/demo")}
	files, err := filepath.Glob(filepath.Join(out, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(path)] = string(text)
	}
	ids := strings.Fields(said("query", "--csv", "--db", db, "SELECT DISTINCT template_id FROM v_records WHERE template_id IS NOT NULL ORDER BY ALL"))[1:]
	unknown := rowsOf(t, filepath.Join(out, "unclassified.csv"))
	if len(ids) < 30 || len(unknown) < 2 {
		t.Fatalf("%d ids, %d clusters", len(ids), len(unknown))
	}
	for _, row := range unknown[:2] {
		id := row["template_id"]
		if !slices.Contains(ids, id) {
			t.Errorf("unclassified.csv has %s, the database does not", id)
		}
		bare := strings.TrimPrefix(id, "t-")
		texts["draft "+id] = said("rules", "draft", "--db", db, id)
		for _, other := range []string{bare, "unknown/" + id, "unknown/" + bare} {
			if got := said("rules", "draft", "--db", db, other); got != texts["draft "+id] {
				t.Errorf("rules draft %s is another one than that of %s", other, id)
			}
		}
		texts["explain "+id] = said("explain", "--db", db, "--record", row["sample_record_id"])
		for _, name := range []string{"index.html", "records.csv", "failing_entities.csv", "draft " + id, "explain " + id} {
			if !strings.Contains(texts[name], id) {
				t.Errorf("%s does not say %s", name, id)
			}
		}
	}
	for _, id := range ids {
		hex := strings.TrimPrefix(id, "t-")
		if len(hex) != 12 || len(id) != 14 {
			t.Errorf("id %q", id)
		}
		bare := regexp.MustCompile(`(^|[^0-9a-f-]|[^t]-)` + hex + `([^0-9a-f]|$)`)
		for name, text := range texts {
			if at := bare.FindString(text); at != "" {
				t.Errorf("%s says %q", name, at)
			}
		}
	}
}
