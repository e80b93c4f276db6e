//go:build cgo

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest/words"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// environment is a getenv of these variables alone.
func environment(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// shown runs a command and gives what it prints on standard output.
func shownBy(t *testing.T, env map[string]string, args ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &out, &said, environment(env)); code != exitDone {
		t.Fatalf("%q: exit code %d: %s", args, code, &said)
	}
	return out.String()
}

// TestPanelWidths: nothing is wider than the terminal, no word is broken but one that no line holds, and no word is lost.
func TestPanelWidths(t *testing.T) {
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	hostile := "Company,Entity Name,Created On,Error Message\n"
	for i, text := range []string{strings.Repeat("w", 100_000), strings.Repeat("字", 300), "\x1b[31mred\u202e and \u200b" + strings.Repeat("é́", 200), "a b"} {
		hostile += fmt.Sprintf("%s,%s,2026-11-22T20:00:0%dZ,\"%s\"\n", strings.Repeat("C", 60), strings.Repeat("名", 40), i, text)
	}
	if err := os.WriteFile("hostile.csv", []byte(hostile), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, night := range []struct {
		db     string
		inputs string
		whole  bool // no word of it is longer than the narrowest line
	}{{"demo.duckdb", demo, true}, {"hostile.duckdb", "hostile.csv", false}} {
		shownBy(t, nil, "run", "-q", "--db", night.db, night.inputs)
		wide := shownBy(t, nil, "report", "--db", night.db)
		again := endPanel(t, night.db)
		if d := cmp.Diff(wide, again("")); d != "" {
			t.Fatalf("%s: the panel is not that of the command:\n%s", night.db, d)
		}
		all := map[string]bool{}
		for _, w := range strings.Fields(wide) {
			all[strings.Trim(w, ",")] = true
		}
		for _, columns := range []int{50, 60, 80, 100, 120, 200} {
			narrow := again(strconv.Itoa(columns))
			for line := range strings.Lines(narrow) {
				if n := width(strings.TrimSuffix(line, "\n")); n > columns {
					t.Errorf("%s, %d columns: a line has %d: %s", night.db, columns, n, line)
				}
			}
			if !night.whole {
				continue
			}
			have := map[string]bool{}
			for _, w := range strings.Fields(narrow) {
				have[strings.Trim(w, ",")] = true
				if !all[strings.Trim(w, ",")] && w != `\` {
					t.Errorf("%s, %d columns: the word %q is none of the text", night.db, columns, w)
				}
			}
			for w := range all {
				if !have[w] && w != "-" {
					t.Errorf("%s, %d columns: the word %q is lost", night.db, columns, w)
				}
			}
		}
		for _, bad := range []string{"0", "-3", "wide", ""} {
			if got := again(bad); got != wide {
				t.Errorf("COLUMNS=%q breaks lines", bad)
			}
		}
	}
}

// endPanel sums the first run of a database up once, and gives what report prints at the end of it for each value of COLUMNS.
func endPanel(t *testing.T, db string) func(columns string) string {
	t.Helper()
	d, err := store.Open(t.Context(), db, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	sum, err := summary.Of(t.Context(), d, 1, builtinMatcher(t))
	if err != nil {
		t.Fatal(err)
	}
	return func(columns string) string {
		env := environment(map[string]string{"COLUMNS": columns})
		var out bytes.Buffer
		w := &escaping{to: &out}
		s := &session{getenv: env, stdout: w}
		p := s.panelFor(w, "auto")
		printSummary(p, sum, place{db: db, out: defaultOut, csv: "excel", env: env}, filepath.Join(defaultOut, "index.html"))
		if err := p.print(w); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
}

// TestPanelColors: none where nobody sees them, the same text where they are asked for.
func TestPanelColors(t *testing.T) {
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	plain := shownBy(t, nil, "run", "--progress", "none", demo)
	if strings.Contains(plain, "\x1b") {
		t.Errorf("sequences in a file: %q", plain)
	}
	plain = shownBy(t, nil, "report")
	colored := shownBy(t, map[string]string{"NO_COLOR": "1", "TERM": "dumb"}, "report", "--color", "always")
	for _, want := range []string{"\x1b[1;31m32 critical,\x1b[0m", "\x1b[1mDo this first:\x1b[0m", "\x1b[31mhigh\x1b[0m"} {
		if !strings.Contains(colored, want) {
			t.Errorf("%q is missing in %q", want, colored)
		}
	}
	if d := cmp.Diff(plain, sequence.ReplaceAllString(colored, "")); d != "" {
		t.Errorf("the text with colors is another one (-plain +colored):\n%s", d)
	}
	for _, columns := range []string{"60", "120"} {
		plain := shownBy(t, map[string]string{"COLUMNS": columns}, "report")
		colored := shownBy(t, map[string]string{"COLUMNS": columns}, "report", "--color", "always")
		if d := cmp.Diff(plain, sequence.ReplaceAllString(colored, "")); d != "" {
			t.Errorf("%s columns: lines with colors break elsewhere (-plain +colored):\n%s", columns, d)
		}
	}
	var said bytes.Buffer
	if code := run(t.Context(), []string{"report", "--color", "blue"}, nil, &said, &said, environment(nil)); code != exitUsage || !strings.Contains(said.String(), `--color: "blue" is not one of auto, always, never`) {
		t.Errorf("exit code %d: %s", code, &said)
	}
}

// TestPanelNumbers: severities add up to what failed and are those of the database, changes are those of summary.json, and a new
// database is said to be one, once.
func TestPanelNumbers(t *testing.T) {
	sample := shared(t, "demo")
	t.Chdir(t.TempDir())
	const header = "Company,Entity Name,Created On,Error Message\n"
	row := func(day int, text string) string {
		return fmt.Sprintf("USMF,uoms,2026-11-%02dT20:30:00Z,\"%s\"\n", day, text)
	}
	member := "The user is not a member of the organization. 0x80072560"
	lookup := "Unable to lookup msdyn_customergroups with values {80}."
	nights := []string{row(9, lookup), row(10, lookup) + row(10, member), row(11, lookup)}
	var last string
	for i, rows := range nights {
		name := fmt.Sprintf("night%d.csv", i)
		if err := os.WriteFile(name, []byte(header+rows), 0o666); err != nil {
			t.Fatal(err)
		}
		last = shownBy(t, nil, "run", "--progress", "none", name)
		if got := strings.Contains(last, "Database: dwtriage.duckdb, run 1 (a new database)\n"); got != (i == 0) {
			t.Errorf("night %d: a new database: %v\n%s", i, got, last)
		}
		checkPanel(t, last)
		if critical := strings.Contains(last, "\nNew and critical: "); critical != (i == 1) {
			t.Errorf("night %d: new and critical: %v\n%s", i, critical, last)
		}
	}
	if !strings.Contains(last, "1 of 1 record failed (2 in the period before), in 1 entity.") || !strings.Contains(last, "Against the period before, signatures of a map each: 1 ongoing, 1 quiet.") {
		t.Errorf("night 2:\n%s", last)
	}
	demo := shownBy(t, nil, "run", "--progress", "none", "--db", "demo.duckdb", sample)
	checkPanel(t, demo)
	for _, c := range []string{"critical", "high", "medium", "low"} {
		n := shownBy(t, nil, "query", "--db", "demo.duckdb", "--csv", "SELECT count(*) FROM v_records WHERE outcome = 'error' AND severity = '"+c+"'")
		if want := strings.Fields(n)[1] + " " + c; !strings.Contains(demo, " "+want) {
			t.Errorf("%q is missing in\n%s", want, demo)
		}
	}
}

// checkPanel compares a panel with the summary.json of dwtriage-report.
func checkPanel(t *testing.T, panel string) {
	t.Helper()
	text, err := os.ReadFile("dwtriage-report/summary.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Report  struct{ Records, Failing int64 }
		Changes map[string]int
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	var sum int64
	line := regexp.MustCompile(`(?m)^By severity: (.*)\.$`).FindStringSubmatch(panel)
	if line == nil {
		t.Fatalf("no severities in\n%s", panel)
	}
	for _, part := range strings.Split(line[1], ", ") {
		n, err := strconv.ParseInt(strings.ReplaceAll(strings.Fields(part)[0], ",", ""), 10, 64)
		if err != nil {
			t.Error(err)
		}
		sum += n
	}
	if sum != file.Report.Failing {
		t.Errorf("%d of %d by severity", sum, file.Report.Failing)
	}
	if lead := words.Thousands(file.Report.Failing) + " of " + words.Count(file.Report.Records, "record") + " failed"; !strings.Contains(panel, lead) {
		t.Errorf("%q is missing in\n%s", lead, panel)
	}
	changed := regexp.MustCompile(`(?m)^Against the [a-z ]+, signatures of a map each: (.*)\.$`).FindStringSubmatch(panel)
	for _, c := range []struct{ key, word string }{{"new", "new"}, {"regressed", "back"}, {"resolved", "resolved"}, {"ongoing", "ongoing"}, {"quiet", "quiet"}} {
		want := fmt.Sprintf("%d %s", file.Changes[c.key], c.word)
		said := changed != nil && slices.Contains(strings.Split(changed[1], ", "), want)
		if said != (file.Changes[c.key] > 0) {
			t.Errorf("%q said: %v in\n%s", want, said, panel)
		}
	}
}

// suggested are the commands below Next, as a shell takes them apart.
func suggested(t *testing.T, panel string) (list [][]string) {
	t.Helper()
	_, next, ok := strings.Cut(panel, "\nNext:\n")
	if !ok {
		t.Fatalf("nothing next in\n%s", panel)
	}
	next = strings.ReplaceAll(next, "\\\n", "")
	for line := range strings.Lines(next) {
		cmd, ok := strings.CutPrefix(line, "    dwtriage ")
		if !ok {
			continue
		}
		out, err := exec.Command("sh", "-c", `printf '%s\n' `+cmd).Output()
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"))
	}
	return list
}

// TestNextCommands types what the panel suggests, for names that a shell would take apart.
func TestNextCommands(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no sh")
	}
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	if err := os.WriteFile("o'site.yaml", []byte("- id: site-none\n  title: Nothing\n  status: observed\n  logs: [dualwrite]\n  severity: low\n  category: access\n  priority: 10\n  match:\n    any: [\"nothing of the kind is in this night\"]\n  cause: None.\n  fix:\n    summary: Nothing.\n    role: Data owner\n    retry: yes\n    steps: [Nothing.]\n  examples:\n    match: [{text: nothing of the kind is in this night}]\n    no_match: [something else]\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name    string
		args    []string
		out     string
		columns string
	}{
		{"nothing given", nil, "dwtriage-report", ""},
		{"blanks", []string{"--db", "my nights.duckdb", "-o", "my report", "--csv", "plain", "--xlsx"}, "my report", "100"},
		{"signs of a shell", []string{"--db", "a'b$(touch x)`y`.duckdb", "-o", "-r & *;'\"!", "--rules", "o'site.yaml", "--report-format", "json"}, "-r & *;'\"!", "60"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			env := map[string]string{"COLUMNS": tc.columns}
			panel := shownBy(t, env, slices.Concat([]string{"run", "--progress", "none"}, tc.args, []string{demo})...)
			list := suggested(t, panel)
			var names []string
			for _, args := range list {
				names = append(names, args[0])
			}
			if d := cmp.Diff([]string{"explain", "rules", "report"}, names); d != "" {
				t.Fatalf("commands (-want +got):\n%s\n%s", d, panel)
			}
			record := list[0][len(list[0])-1]
			if got := shownBy(t, nil, list[0]...); !strings.Contains(got, record) || !strings.Contains(got, "\nFix: ") {
				t.Errorf("%q prints\n%s", list[0], got)
			}
			template := list[1][len(list[1])-1]
			if got := shownBy(t, nil, list[1]...); !strings.Contains(got, "of cluster "+template) || !strings.Contains(got, "\n- id: ") {
				t.Errorf("%q prints\n%s", list[1], got)
			}
			before := readAll(t, tc.out)
			if panel := shownBy(t, env, list[2]...); strings.Contains(panel, "The text of a ticket") {
				t.Errorf("it suggests what was just done:\n%s", panel)
			}
			after := readAll(t, tc.out)
			if !strings.HasPrefix(after["report.md"], "## dwtriage: 247 of 337 records failed\n") {
				t.Errorf("%q writes %.80q", list[2], after["report.md"])
			}
			for name := range before {
				if name != "manifest.json" && before[name] != after[name] {
					t.Errorf("%q changes %s", list[2], name)
				}
			}
		})
	}
}

// TestNextOfComparison: the report that the panel suggests is the one that it is printed with, compared with what that one is.
func TestNextOfComparison(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no sh")
	}
	t.Chdir(t.TempDir())
	for day := 20; day <= 22; day++ {
		rows := "Company,Entity Name,RecordIdentifier,Created On,Error Message\n"
		for i := range day - 18 {
			rows += fmt.Sprintf("USMF,uoms,%d-%d,2026-11-%dT20:%02d:00Z,Unable to lookup msdyn_customergroups with values {80}.\n", day, i, day, i)
		}
		name := fmt.Sprintf("%d.csv", day)
		if err := os.WriteFile(name, []byte(rows), 0o666); err != nil {
			t.Fatal(err)
		}
		shownBy(t, nil, "run", "-q", name)
	}
	for _, args := range [][]string{
		{"--run", "3", "--compare-to", "1"},
		{"--run", "3", "--compare-to", "2026-11-20T20:00..2026-11-20T21:00"},
		{"--since", "2026-11-22T20:00", "--until", "2026-11-22T21:00", "--compare-to", "1"},
	} {
		list := suggested(t, shownBy(t, nil, slices.Concat([]string{"report", "-o", "drawn"}, args)...))
		before := readAll(t, "drawn")
		shownBy(t, nil, list[len(list)-1]...)
		after := readAll(t, "drawn")
		if !strings.Contains(after["report.md"], "2 in the hours") {
			t.Errorf("%q: report.md is not compared with run 1:\n%.300s", args, after["report.md"])
		}
		for name := range before {
			if name != "manifest.json" && before[name] != after[name] {
				t.Errorf("%q: %q changes %s", args, list[len(list)-1], name)
			}
		}
	}
}

// TestNextOfNothing: of a night without records the panel suggests to look at its inputs, which names with quotes and dashes are, too.
func TestNextOfNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	const rows = "Company,Entity Name,Created On,Error Message\nUSMF,uoms,2026-11-22T20:00:00Z,Unable to lookup msdyn_customergroups with values {80}.\n"
	for _, name := range []string{"it's.csv", "-night.csv"} {
		if err := os.WriteFile(name, []byte(rows), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	panel := shownBy(t, nil, "run", "--allow-empty", "--since", "2026-12-01", "--", "it's.csv", "-night.csv")
	list := suggested(t, panel)
	if len(list) != 1 {
		t.Fatalf("%q in\n%s", list, panel)
	}
	got := shownBy(t, nil, list[0]...)
	if !strings.HasPrefix(got, "-night.csv\n") || !strings.Contains(got, "\nit's.csv\n") || strings.Count(got, "2026-11-22 20:00:00") < 2 {
		t.Errorf("%q prints\n%s", list[0], got)
	}
}

// TestNextOfOtherNights: a rule is drafted from the records of all nights, so the panel gives no number of those of this one.
func TestNextOfOtherNights(t *testing.T) {
	t.Chdir(t.TempDir())
	var panel string
	for i, day := range []string{"21", "22"} {
		rows := "Company,Entity Name,RecordIdentifier,Created On,Error Message\n"
		for n := range 2 {
			rows += fmt.Sprintf("USMF,uoms,K%d,2026-11-%sT20:0%d:00Z,The parcel of this unit was lost between two systems\n", n, day, n)
		}
		name := fmt.Sprint("night", i, ".csv")
		if err := os.WriteFile(name, []byte(rows), 0o666); err != nil {
			t.Fatal(err)
		}
		panel = shownBy(t, nil, "run", "--environment", []string{"UAT", "PROD"}[i], name)
	}
	if !strings.Contains(panel, "\n  A rule for what nothing explains, drafted from its records in the database:\n") {
		t.Errorf("the panel is\n%s", panel)
	}
	for _, args := range suggested(t, panel) {
		if args[0] != "rules" {
			continue
		}
		if got := shownBy(t, nil, args...); !strings.Contains(got, "# Drafted from 4 records of cluster ") {
			t.Errorf("%q prints\n%s", args, got)
		}
		return
	}
	t.Errorf("no rule is suggested in\n%s", panel)
}

// readAll reads the files of a folder.
func readAll(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(b)
	}
	return files
}

// shared is the full name of something in testdata.
func shared(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../../testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestShellWord is what a shell makes one argument of, or none.
func TestShellWord(t *testing.T) {
	for _, tc := range []struct {
		word, system, want string
		ok                 bool
	}{
		{"a-b_c/d.duckdb", "linux", "a-b_c/d.duckdb", true},
		{"a b", "linux", "'a b'", true},
		{"", "linux", "''", true},
		{"it's", "linux", `'it'\''s'`, true},
		{"two\nlines", "linux", "", false},
		{"\u202egnp", "linux", "", false},
		{`C:\nights\a.duckdb`, "windows", `C:\nights\a.duckdb`, true},
		{`C:\my nights\a.duckdb`, "windows", `"C:\my nights\a.duckdb"`, true},
		{`C:\a $b`, "windows", "", false},
		{`C:\a b\`, "windows", "", false},
	} {
		got, ok := shellWord(tc.word, tc.system)
		if ok != tc.ok || ok && got != tc.want {
			t.Errorf("%q on %s: %s, %v; want %s, %v", tc.word, tc.system, got, ok, tc.want, tc.ok)
		}
	}
}

// TestTimings: the stages of summary.json are all there is, writing among them, and take as long as the whole call.
func TestTimings(t *testing.T) {
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	shownBy(t, nil, "run", "-q", "--db", "warm.duckdb", demo)
	began := time.Now()
	shownBy(t, nil, "run", "-q", demo)
	wall := time.Since(began).Seconds()
	var file struct{ Timings map[string]float64 }
	text, err := os.ReadFile("dwtriage-report/summary.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	var sum float64
	for _, stage := range []string{"rules", "load", "summarize", "report"} {
		seconds, ok := file.Timings[stage]
		if !ok {
			t.Errorf("no stage %s in %v", stage, file.Timings)
		}
		sum += seconds
	}
	if len(file.Timings) != 4 || sum > wall || sum < 0.7*wall {
		t.Errorf("the stages %v take %.3f s of %.3f s", file.Timings, sum, wall)
	}
}

// A name of 160 letters is cut in the list of what failed most: it pushes no title out of sight. The table for spreadsheets has it whole.
func TestLongNameIsCut(t *testing.T) {
	t.Chdir(t.TempDir())
	long := strings.Repeat("Entity", 27)
	text := "Company,Entity Name,Created On,Error Message\nusmf," + long + ",2026-11-22T20:00:00Z,The user is not a member of the organization.\nusmf,Customers V3,2026-11-22T20:00:01Z,The user is not a member of the organization.\n"
	if err := os.WriteFile("in.csv", []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	for columns, most := range map[string]int{"": 110, "200": 110, "80": 80} {
		said := shownBy(t, map[string]string{"COLUMNS": columns}, "run", "--progress", "none", "in.csv")
		_, list, _ := strings.Cut(said, "What failed most:\n")
		list, _, _ = strings.Cut(list, "\n\n")
		if strings.Contains(list, long) || !strings.Contains(list, "…") {
			t.Errorf("%q columns: the name is not cut:\n%s", columns, list)
		}
		for line := range strings.Lines(list) {
			if before, _, ok := strings.Cut(line, "Application user"); ok && width(before) > most {
				t.Errorf("%q columns: the title begins behind %d: %s", columns, width(before), line)
			}
		}
	}
	if table, err := os.ReadFile(filepath.Join(defaultOut, "failing_entities.csv")); err != nil || !strings.Contains(string(table), long) {
		t.Errorf("the table does not have the name: %v", err)
	}
}
