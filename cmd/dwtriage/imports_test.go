package main

import (
	"bufio"
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Who may import whom: data moves one way, imports point upstream only.
var mayImport = map[string][]string{
	"dwtriage/rules":            {},
	"dwtriage/ingest":           {"dwtriage/ingest/ascii", "dwtriage/ingest/clock", "dwtriage/ingest/scan", "dwtriage/ingest/secrets", "dwtriage/ingest/unpack", "dwtriage/ingest/window", "dwtriage/ingest/words", "dwtriage/ingest/xlsx"},
	"dwtriage/ingest/ascii":     {},
	"dwtriage/ingest/clock":     {"dwtriage/ingest/ascii"},
	"dwtriage/ingest/scan":      {"dwtriage/ingest/ascii", "dwtriage/ingest/window"},
	"dwtriage/ingest/secrets":   {"dwtriage/ingest/ascii", "dwtriage/ingest/scan", "dwtriage/ingest/window"},
	"dwtriage/ingest/unpack":    {"dwtriage/ingest/window", "dwtriage/ingest/words"},
	"dwtriage/ingest/window":    {"dwtriage/ingest/ascii"},
	"dwtriage/ingest/words":     {},
	"dwtriage/ingest/xlsx":      {"dwtriage/ingest/ascii", "dwtriage/ingest/scan", "dwtriage/ingest/window"},
	"dwtriage/classify":         {"dwtriage/ingest", "dwtriage/ingest/ascii", "dwtriage/classify/pattern"},
	"dwtriage/classify/filter":  {"dwtriage/ingest", "dwtriage/ingest/words", "dwtriage/classify"},
	"dwtriage/classify/pattern": {},
	"dwtriage/report/store":     {"dwtriage/ingest", "dwtriage/classify"},
	"dwtriage/report/summary":   {"dwtriage/ingest/words", "dwtriage/classify", "dwtriage/report/redact", "dwtriage/report/store"},
	"dwtriage/report/redact":    {},
	"dwtriage/report/bundle":    {},
	"dwtriage/report/folder":    {},
	"dwtriage/report/workbook":  {},
	"dwtriage/report/lake":      {"dwtriage/classify", "dwtriage/report/folder", "dwtriage/report/store"},
	"dwtriage/report":           {"dwtriage/ingest/words", "dwtriage/classify", "dwtriage/report/folder", "dwtriage/report/redact", "dwtriage/report/store", "dwtriage/report/summary", "dwtriage/report/workbook"},
	"dwtriage/cmd/dwtriage":     {"dwtriage/rules", "dwtriage/ingest", "dwtriage/ingest/secrets", "dwtriage/ingest/words", "dwtriage/classify", "dwtriage/classify/filter", "dwtriage/report/store", "dwtriage/report/summary", "dwtriage/report/folder", "dwtriage/report/redact", "dwtriage/report/bundle", "dwtriage/report/lake", "dwtriage/report"},

	// Tests may import the writers of exports, of the programs only the generator of samples. That takes texts from the
	// examples of the rules.
	"dwtriage/testdata/exports": {},
	"dwtriage/testdata/gen":     {"dwtriage/testdata/exports", "dwtriage/rules"},

	// What tests of the archive load; no room may import it.
	"dwtriage/report/store/storetest": {"dwtriage/rules", "dwtriage/ingest", "dwtriage/classify"},
}

// Modules that only these rooms may know.
var onlyIn = map[string]string{
	"github.com/duckdb/":                       "dwtriage/report/store",
	"github.com/klauspost/compress/":           "dwtriage/ingest/unpack dwtriage/ingest/xlsx dwtriage/ingest dwtriage/report", // report: the rows that a part keeps
	"compress/":                                "dwtriage/ingest/unpack dwtriage/report/workbook",
	"github.com/apache/arrow-go/v18/arrow/ipc": "dwtriage/ingest dwtriage/classify/filter",
	"archive/":                                 "dwtriage/ingest/unpack dwtriage/report/workbook dwtriage/report/bundle",
	"github.com/mikelolasagasti/xz":            "dwtriage/ingest/unpack",
	"github.com/spf13/pflag":                   "dwtriage/cmd/dwtriage",
	"github.com/spf13/cobra":                   "dwtriage/cmd/dwtriage",
	"go.yaml.in/yaml/v4":                       "dwtriage/classify dwtriage/cmd/dwtriage", // rules, and the file of --config
	"golang.org/x/sync/errgroup":               "dwtriage/cmd/dwtriage",
	"github.com/schollz/progressbar/v3":        "dwtriage/cmd/dwtriage",
	"html/template":                            "dwtriage/report",
}

func TestImportDirection(t *testing.T) {
	for _, tags := range []string{"", "duckdb_arrow"} {
		out, err := exec.Command("go", "list", "-tags", tags, "-f", `{{.ImportPath}} {{join .Imports " "}}`,
			"dwtriage/...", "dwtriage/testdata/exports", "dwtriage/testdata/gen").Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		seen := 0
		for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
			words := strings.Fields(lines.Text())
			room, imports := words[0], words[1:]
			allowed, known := mayImport[room]
			if !known {
				t.Errorf("package %s is not in the list of rooms", room)
			}
			seen++
			for _, imp := range imports {
				if strings.HasPrefix(imp, "dwtriage/") && !slices.Contains(allowed, imp) {
					t.Errorf("%s imports %s: data moves the other way", room, imp)
				}
				for prefix, owners := range onlyIn {
					if strings.HasPrefix(imp, prefix) && !slices.Contains(strings.Fields(owners), room) && !strings.HasPrefix(room, "dwtriage/testdata/") {
						t.Errorf("%s imports %s: only %s may", room, imp, owners)
					}
				}
			}
		}
		if seen != len(mayImport) {
			t.Errorf("tags %q: %d packages, want %d", tags, seen, len(mayImport))
		}
	}
}
