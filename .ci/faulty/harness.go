//go:build linux && amd64

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A harness runs dwtriage in folders of its own, each with a database t.duckdb and a report in out.
type harness struct {
	programs []string
	program  string
	work     string
	inputs   string // night1.csv, night2.csv, big.csv, nights/*.csv
	old      string // a database of an older schema
	only     []string
	every    int
	jobs     int
	kills    int
	nights   int
}

// call runs the program in dir.
func (h *harness) call(dir string, args ...string) (out string, code int) {
	c := exec.Command(h.program, args...)
	c.Dir = dir
	b, _ := c.CombinedOutput()
	return string(b), c.ProcessState.ExitCode()
}

func (h *harness) runArgs(inputs []string) []string {
	return append([]string{"run", "--db", "t.duckdb", "-o", "out", "-q", "--threads", "1", "--lock-wait", "0s"}, inputs...)
}

// A state is what a user finds: what the database holds, and whose report lies in the folder.
type state struct {
	content string
	report  map[string]string // hashes of the tables of the report; the page and the summary hold times
	run     string            // of the summary
	files   []string
}

const contents = `SELECT concat_ws(' ', 'records', count(*), count(DISTINCT record_id), bit_xor(hash(record_id, file, row, byte_offset, error_text, signature, captures::VARCHAR))) AS x FROM v_records
UNION ALL SELECT concat_ws(' ', 'rejects', count(DISTINCT (file, row, reason))) FROM rejects JOIN runs USING (run_id)`

// nothing is what a database holds before its first run.
const nothing = "x\nrecords 0 0\nrejects 0"

// state looks at a folder.
func (h *harness) state(dir string) state {
	var s state
	if _, err := os.Stat(filepath.Join(dir, "t.duckdb")); err == nil {
		out, code := h.call(dir, "query", "--lock-wait", "0s", "--db", "t.duckdb", "--csv", contents)
		if code == 0 {
			s.content = strings.TrimSpace(out)
		} else {
			s.content = "unreadable: " + strings.TrimSpace(out)
		}
	}
	s.report = make(map[string]string)
	filepath.Walk(filepath.Join(dir, "out"), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return nil
		}
		name, _ := filepath.Rel(dir, path)
		s.files = append(s.files, name)
		content, _ := os.ReadFile(path)
		switch filepath.Base(path) {
		case "summary.json":
			var summary struct {
				Run int64 `json:"run_id"`
			}
			json.Unmarshal(content, &summary)
			s.run = fmt.Sprint(summary.Run)
		case "index.html", "manifest.json":
		default:
			s.report[name] = fmt.Sprintf("%x", sha256.Sum256(content))[:16]
		}
		return nil
	})
	return s
}

// mixed says which files of a report are neither all of one state nor all of another.
func (s state) mixed(others ...state) string {
	if len(s.files) == 0 {
		return ""
	}
	tables := maps.Clone(s.report)
	maps.DeleteFunc(tables, func(name, _ string) bool {
		return !strings.HasSuffix(name, ".csv") || strings.Contains(filepath.Base(name), ".tmp")
	})
	for _, o := range others {
		if maps.Equal(tables, o.report) {
			return ""
		}
	}
	return fmt.Sprint("the report is of no single run: ", slices.Sorted(maps.Keys(tables)))
}

// beside are the names in a folder that are neither the database nor the report.
func beside(dir string) (names []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.Name() != "t.duckdb" && e.Name() != "t.duckdb.last" && e.Name() != "out" && e.Name() != "said" {
			names = append(names, e.Name())
		}
	}
	return names
}

// inOrder is what check says of a database that is not.
func (h *harness) inOrder(dir string) string {
	out, code := h.call(dir, "check", "--lock-wait", "0s", "--db", "t.duckdb", "--json")
	if code == 0 && strings.Contains(out, `"in_order":true`) {
		return ""
	}
	return "check: " + out
}

var alarms = regexp.MustCompile(`panic|goroutine \d|INTERNAL|internal error|SIGSEGV|SIGABRT`)

func copyTree(from, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return os.CopyFS(to, os.DirFS(from))
}

// lastLine is for messages.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// said reads what a watched program wrote.
func said(f *os.File) string {
	b, _ := os.ReadFile(f.Name())
	return string(bytes.TrimSpace(b))
}
