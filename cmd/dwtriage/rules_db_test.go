//go:build cgo

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Where a rule is made it is said that stored records keep their verdicts until they are judged again: by the help, in the draft and beside it, and so it is.
func TestDraftSaysWhatIsLeft(t *testing.T) {
	dir := t.TempDir()
	db, file := filepath.Join(dir, "x.duckdb"), filepath.Join(dir, "site.yaml")
	call := func(args ...string) (stdout, stderr string) {
		t.Helper()
		code, stdout, stderr := callOf(t.Context(), args...)
		if code != exitDone {
			t.Fatalf("%q: exit code %d: %s", args, code, stderr)
		}
		return stdout, stderr
	}
	call("run", "--csv", "plain", "--db", db, "-o", filepath.Join(dir, "r"), "--progress", "none", "../../testdata/demo")
	unknown := func() string {
		t.Helper()
		n, _ := call("query", "--db", db, "--csv", "SELECT count(*) AS n FROM v_records WHERE status = 'unknown'")
		return strings.Fields(n)[1]
	}
	before := unknown()
	draft, beside := call("rules", "draft", "--db", db, rowsOf(t, filepath.Join(dir, "r", "unclassified.csv"))[0]["template_id"])
	if !strings.HasSuffix(draft, "\n# "+keepVerdicts+".\n") || beside != "dwtriage: "+keepVerdicts+"\n" {
		t.Errorf("the draft:\n%s\nbeside it: %s", draft, beside)
	}
	if help, _ := call("rules", "draft", "--help"); !strings.Contains(help, "  dwtriage reclassify --rules site.yaml") || !strings.Contains(strings.Join(strings.Fields(help), " "), "Records that are stored keep their verdicts until dwtriage reclassify judges them again") {
		t.Errorf("the help:\n%s", help)
	}
	if err := os.WriteFile(file, []byte(draft), 0o600); err != nil {
		t.Fatal(err)
	}
	if call("rules", "test", "--rules", file); unknown() != before {
		t.Errorf("rules test changed verdicts: %s unknown, %s before", unknown(), before)
	}
	if call("reclassify", "--db", db, "--rules", file); unknown() == before {
		t.Errorf("reclassify left %s unknown", before)
	}
}
