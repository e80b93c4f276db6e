//go:build cgo

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// called runs a command and gives its exit code and what it prints.
func called(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, said bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &said, environment(env))
	return code, out.String(), said.String()
}

// azureCommand and githubCommands are what the agents take for commands: an agent of Azure looks for its prefix anywhere in a
// line, the runner of GitHub for two colons at its beginning, blanks left out, and for the older form anywhere.
var (
	azureCommand  = regexp.MustCompile(`(?i)##(?:vso)?\[.*`)
	githubCommand = regexp.MustCompile(`(?i)^[\s\p{Z}]*::.*|##\[.*`)
)

func commandsIn(text string, command *regexp.Regexp) (list []string) {
	text = strings.NewReplacer("\u034f", "", "\ufe0f", "").Replace(text) // which .NET leaves out where it searches as people do
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if c := command.FindString(line); c != "" {
			list = append(list, c)
		}
	}
	return list
}

// TestCIAzure: warnings and errors, the summary and the result of the task, each where it is due, and the exit code as ever.
func TestCIAzure(t *testing.T) {
	demo := shared(t, "demo")
	dir := t.TempDir()
	t.Chdir(dir)
	pipeline := map[string]string{"TF_BUILD": "True"}
	full, err := filepath.Abs("out;50%]")
	if err != nil {
		t.Fatal(err)
	}
	summary := "##vso[task.uploadsummary]" + strings.NewReplacer("%", "%AZP25", "]", "%5D", ";", "%3B").Replace(full) + string(filepath.Separator) + "report.md"
	why := "--fail-on critical is met: 32 records, .* more signatures\\)"
	for _, tc := range []struct {
		name string
		env  map[string]string
		args []string
		code int
		want []string // expressions
	}{
		{"a night that is a success", pipeline, []string{demo}, exitDone, []string{regexp.QuoteMeta(summary)}},
		{"said by the flag, quiet", nil, []string{"-q", "--ci", "azure", demo}, exitDone, []string{regexp.QuoteMeta(summary)}},
		{"--fail-on", pipeline, []string{"--fail-on", "critical", demo}, exitFailOn,
			[]string{`##vso\[task.logissue type=warning;\]` + why, regexp.QuoteMeta(summary), `##vso\[task.complete result=SucceededWithIssues;\]` + why}},
		{"--max-rejects", pipeline, []string{"--max-rejects", "0.5%", demo}, exitRejects,
			[]string{`##vso\[task.logissue type=warning;\]--max-rejects 0.5%AZP25 is exceeded: 3 of 350 rows were rejected`, regexp.QuoteMeta(summary), `##vso\[task.complete result=SucceededWithIssues;\]--max-rejects 0.5%AZP25.*`}},
		{"said by a variable, with an input that is not there", map[string]string{"DWTRIAGE_CI": "azure"}, []string{demo, "none.csv"}, exitFailed,
			[]string{`##vso\[task.logissue type=error;\]none.csv: no such file.*`, regexp.QuoteMeta(summary)}},
		{"nothing to read", pipeline, []string{"none.csv"}, exitFailed,
			[]string{`##vso\[task.logissue type=error;\]none.csv: no such file.*`, `##vso\[task.logissue type=error;\]there is nothing to read, so nothing was done%3B dwtriage help exporting .*`}},
		{"a mistake in the flags", pipeline, []string{"--fail-on", "never", demo}, exitUsage, []string{`##vso\[task.logissue type=error;\]--fail-on: "never" is not one of .*`}},
		{"told nothing", pipeline, []string{"--ci", "none", "--fail-on", "critical", demo}, exitFailOn, nil},
		{"no pipeline", nil, []string{"--fail-on", "critical", demo}, exitFailOn, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			args := slices.Concat([]string{"run", "--progress", "none", "-o", "out;50%]"}, tc.args)
			code, stdout, stderr := called(t, tc.env, args...)
			if code != tc.code {
				t.Errorf("exit code %d, want %d: %s", code, tc.code, stderr)
			}
			if got := commandsIn(stderr, azureCommand); got != nil {
				t.Errorf("on standard error: %q", got)
			}
			matchAll(t, commandsIn(stdout, azureCommand), tc.want)
		})
	}
	// With --json standard output is one line, so the commands are on standard error.
	code, stdout, stderr := called(t, pipeline, "run", "--json", "-o", "out;50%]", "--fail-on", "critical", demo)
	if !json.Valid([]byte(stdout)) || code != exitFailOn {
		t.Errorf("exit code %d, standard output %.200q", code, stdout)
	}
	matchAll(t, commandsIn(stderr, azureCommand), []string{`##vso\[task.logissue type=warning;\].*`, regexp.QuoteMeta(summary), `##vso\[task.complete .*`})
	text, err := os.ReadFile("out;50%]/report.md")
	if err != nil || !strings.HasPrefix(string(text), "## dwtriage: 247 of 337 records failed\n") {
		t.Errorf("the summary: %.80q, %v", text, err)
	}
	_, stdout, _ = called(t, pipeline, "report", "-o", "drawn")
	matchAll(t, commandsIn(stdout, azureCommand), []string{`##vso\[task.uploadsummary\].*report.md`})
	_, stdout, _ = called(t, pipeline, "report", "--db", "none.duckdb")
	matchAll(t, commandsIn(stdout, azureCommand), []string{`##vso\[task.logissue type=error;\].*none.duckdb.*`})
	if code, stdout, _ = called(t, pipeline, "check"); code != exitDone || commandsIn(stdout, azureCommand) != nil {
		t.Errorf("check: exit code %d, %q", code, stdout)
	}
	if err := os.WriteFile("broken.duckdb", []byte(strings.Repeat("no database ", 1000)), 0o666); err != nil {
		t.Fatal(err)
	}
	_, stdout, _ = called(t, pipeline, "check", "--db", "broken.duckdb")
	matchAll(t, commandsIn(stdout, azureCommand), []string{`##vso\[task.logissue type=error;\].*broken.duckdb.*`})
}

func matchAll(t *testing.T, got, want []string) {
	t.Helper()
	ok := len(got) == len(want)
	for i := range min(len(got), len(want)) {
		ok = ok && regexp.MustCompile("^"+want[i]+"$").MatchString(got[i])
	}
	if !ok {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// TestCIGitHub: annotations, and the text of a ticket behind what the file of the summary holds.
func TestCIGitHub(t *testing.T) {
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	if err := os.WriteFile("step.md", []byte("before\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	pipeline := map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "step.md"}
	code, stdout, stderr := called(t, pipeline, "run", "--progress", "none", "--max-rejects", "0.5%", demo)
	if code != exitRejects {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	matchAll(t, commandsIn(stdout+stderr, githubCommand), []string{`::warning title=dwtriage::--max-rejects 0.5%25 is exceeded: 3 of 350 rows were rejected`})
	ticket, err1 := os.ReadFile("dwtriage-report/report.md")
	step, err2 := os.ReadFile("step.md")
	if err1 != nil || err2 != nil || string(step) != "before\n"+string(ticket)+"\n" {
		t.Errorf("%v, %v: %.200q", err1, err2, step)
	}
	// Without a file for it, or where it cannot be written, the report is there all the same.
	for _, to := range []string{"", "no/such/folder.md"} {
		code, stdout, stderr = called(t, map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": to}, "report")
		if code != exitDone || !strings.Contains(stderr, "--ci: the summary is not shown: ") || commandsIn(stdout, githubCommand) != nil {
			t.Errorf("%q: exit code %d, %q, %q", to, code, stdout, stderr)
		}
	}
	// More than GitHub shows is not told.
	args := []string{"run", "-q"}
	for i := range 30 {
		args = append(args, fmt.Sprintf("none%d.csv", i))
	}
	_, stdout, _ = called(t, pipeline, args...)
	if n := len(commandsIn(stdout, githubCommand)); n != ciMost {
		t.Errorf("%d errors told", n)
	}
	code, _, stderr = called(t, nil, "run", "--ci", "jenkins", demo)
	if code != exitUsage || !strings.Contains(stderr, `--ci: "jenkins" is not one of auto, azure, github, none`) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// TestNothingCommandsAPipeline: whatever logs, names of files, flags and rules hold, the only commands are ours.
func TestNothingCommandsAPipeline(t *testing.T) {
	t.Chdir(t.TempDir())
	texts := []string{
		"##vso[task.setvariable variable=PATH]x", "a ##VSO[task.complete result=Failed;]", "##[error]x", "::error::x", "  ::set-env name=A::b", "\u00a0::add-mask::a",
		"\n::stop-commands::a\n##vso[task.complete]", "%0A##vso[task.complete]%0A::error::x", "%0D%0A::error::x", "#####vso[a]", "##vs##vso[a]", "##v\u034fso[task.complete]", "\ufe0f:\u034f:error::x", "##\x00vso[a]", "#\u200b#vso[a]", ":::::error::x",
	}
	var csv strings.Builder
	csv.WriteString("Company,Entity Name,Created On,Error Message\n")
	for i, text := range texts {
		fmt.Fprintf(&csv, "\"%s\",\"%s\",2026-11-22T20:00:%02dZ,\"%s is what the parcel said when it was lost\"\n", text, text, i, text)
	}
	csv.WriteString("\"::error::x\",##vso[a]\n") // a reject
	name := "##vso[task.complete]::error::x.csv"
	for _, file := range []string{name, "::error::y.csv"} {
		if err := os.WriteFile(file, []byte(csv.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	calls := [][]string{
		{"run", "--environment", texts[0], "-o", "##vso[a]", name, "::error::y.csv", "##vso[none].csv"}, {"run", "--environment", "::error::x", name, "::none"}, {"run", "--color", "always", name},
		{"run", "--json", "--environment", texts[0], name}, {"report", "-o", "::b"}, {"report", "--json"}, {"inspect", name}, {"inspect", "--json", name}, {"explain", texts[0]}, {"explain", texts[3]},
		{"query", "SELECT error_text, company FROM v_records"}, {"query", "--csv", "SELECT error_text FROM v_records"}, {"query", "--json", "SELECT error_text FROM v_records"},
		{"query", "SELECT '::error::x' AS \"::error::x\""}, {"query", texts[0]}, {"history", "list"}, {"history", "list", "--files"}, {"check"}, {"rules", "list", "--category", texts[0]}, {"rules", "draft", texts[3]},
		{texts[0]}, {"::error::x"}, {"run", "--fail-on", texts[3], name},
	}
	ours := regexp.MustCompile(`^(##vso\[task\.(logissue type=(warning|error);|uploadsummary|complete result=SucceededWithIssues;)\]|::(warning|error) title=dwtriage::)`)
	for _, kind := range []struct {
		env     map[string]string
		command *regexp.Regexp
	}{
		{map[string]string{"TF_BUILD": "True"}, azureCommand},
		{map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "step.md"}, githubCommand},
	} {
		told := 0
		for _, args := range calls {
			_, stdout, stderr := called(t, kind.env, args...)
			for _, c := range commandsIn(stdout+"\n"+stderr, kind.command) {
				told++
				if !ours.MatchString(c) || strings.Contains(c, "\r") || regexp.MustCompile(`%0[AaDd]`).MatchString(c) {
					t.Errorf("%.60q: %q", args, c)
				}
			}
			if slices.Contains(args, "--json") && args[0] != "query" && !json.Valid([]byte(stdout)) {
				t.Errorf("%.60q: no JSON: %.300q", args, stdout)
			}
		}
		if told < 3 {
			t.Errorf("only %d commands told to %v", told, kind.env)
		}
	}
	// The same answer as elsewhere: it is only written in another way.
	_, here, _ := called(t, map[string]string{"TF_BUILD": "True"}, "report", "--json", "--ci", "none")
	_, there, _ := called(t, nil, "report", "--json")
	var a, b any
	if json.Unmarshal([]byte(here), &a) != nil || json.Unmarshal([]byte(there), &b) != nil || fmt.Sprint(a) != fmt.Sprint(b) || here == there {
		t.Errorf("JSON differs in what it says, or hides nothing: %.300q, %.300q", here, there)
	}
	// A file is no log.
	f, err := os.Create("answer.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if code := run(t.Context(), []string{"query", "--csv", "SELECT company FROM v_records WHERE company LIKE '##vso%'"}, nil, f, io.Discard, environment(map[string]string{"TF_BUILD": "True"})); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	if text, err := os.ReadFile("answer.csv"); err != nil || !strings.Contains(string(text), "##vso[task.setvariable variable=PATH]x") {
		t.Errorf("%v: %.200q", err, text)
	}
	// What a run says is printed by a later step, perhaps, wherever it went to; also where only --ci knows of the pipeline.
	for _, args := range [][]string{{"run", "--ci", "azure", "--reread", name}, {"report", "--ci", "azure"}} {
		said, err := os.Create("said.txt")
		if err != nil {
			t.Fatal(err)
		}
		run(t.Context(), args, nil, said, said, environment(nil))
		said.Close()
		text, err := os.ReadFile("said.txt")
		if err != nil || !strings.Contains(string(text), "##vso [task.setvariable variable=PATH]x") {
			t.Errorf("%q: %v: %.300q", args, err, text)
		}
		for _, c := range commandsIn(string(text), azureCommand) {
			if !ours.MatchString(c) {
				t.Errorf("%q into a file: %q", args, c)
			}
		}
	}
}

// TestDefuser cuts texts at every byte: what comes out is the same, and nothing else is changed.
func TestDefuser(t *testing.T) {
	for text, want := range map[string]string{
		"##vso[a]\n ##[b] x":              "##vso [a]\n ## [b] x",
		"::a::b\n  ::c\n\t::d\nx ::e":     ": :a::b\n  : :c\n\t: :d\nx ::e",
		"####VSO[a] #vso[b] [c] ##x[d":    "####VSO [a] #vso[b] [c] ##x[d",
		"\u00a0::a":                       "\u00a0: :a",
		":a: ::\n:":                       ":a: ::\n:",
		"#\u034f#v\ufe0fso[a] ##\u034f[b": "#\u034f#v\ufe0fso [a] ##\u034f [b",
		"\ufe0f:\u034f:error::":           "\ufe0f:\u034f :error::",
		"##\x1b[0m[a]":                    "##\x1b[0m[a]",
		"##\n[a]":                         "##\n[a]",
	} {
		for i := range len(text) {
			for j := i; j < len(text); j++ {
				var b bytes.Buffer
				w := &defuser{to: &b}
				for _, part := range []string{text[:i], text[i:j], text[j:]} {
					if n, err := io.WriteString(w, part); n != len(part) || err != nil {
						t.Fatal(n, err)
					}
				}
				if b.String() != want {
					t.Fatalf("cut at %d and %d: %q, want %q", i, j, &b, want)
				}
			}
		}
	}
}
