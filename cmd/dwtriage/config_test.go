//go:build cgo

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// configuredBy writes a file of --config into a folder below the working one.
func configuredBy(t *testing.T, text string) string {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.Mkdir("etc", 0o700); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join("etc", "dwtriage.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestConfigPrint: a flag wins over a variable, that over the file, that over the default; what is in force says where it is from.
func TestConfigPrint(t *testing.T) {
	name := configuredBy(t, `# the night
environment: PROD
db: ../night.duckdb
out: report
threads: 3
quiet: true
rules: [a.yaml, /site/b.yaml]
redact: true
redact-key: key
max-rejects: 5%
run:
  fail-on: critical
  threads: 2
report:
  run: 7
`)
	env := map[string]string{"DWTRIAGE_MAX_REJECTS": "7", "DWTRIAGE_FAIL_ON": "high", "DWTRIAGE_TZ": "Europe/Berlin"}
	from := func(env map[string]string, args ...string) map[string][2]string {
		var list []inForce
		if err := json.Unmarshal([]byte(shownBy(t, env, append([]string{"config", "print", "--json"}, args...)...)), &list); err != nil {
			t.Fatal(err)
		}
		got := map[string][2]string{}
		for _, v := range list {
			value, _ := json.Marshal(v.Value)
			got[v.Flag] = [2]string{strings.Trim(string(value), `"`), v.From}
		}
		return got
	}
	got := from(env, "--config", name, "--", "run", "--fail-on", "medium", "--tz=UTC")
	for flag, want := range map[string][2]string{
		"environment": {"PROD", name + ":2"},
		"db":          {"night.duckdb", name + ":3"},
		"out":         {"etc/report", name + ":4"},
		"threads":     {"2", name + ":13"},
		"quiet":       {"true", name + ":6"},
		"rules":       {`["etc/a.yaml","/site/b.yaml"]`, name + ":7"},
		"redact-key":  {"[withheld]", name + ":9"},
		"max-rejects": {"7", "variable DWTRIAGE_MAX_REJECTS"},
		"fail-on":     {"medium", "flag"},
		"tz":          {"UTC", "flag"},
		"csv":         {"excel", "default"},
		"redact":      {"true", name + ":8"},
		"backup":      {"false", "default"},
	} {
		if got[flag] != want {
			t.Errorf("run --%s: %q, want %q", flag, got[flag], want)
		}
	}
	got = from(map[string]string{"DWTRIAGE_CONFIG": name}, "--", "report")
	for flag, want := range map[string][2]string{"run": {"7", name + ":15"}, "db": {"night.duckdb", name + ":3"}, "out": {"etc/report", name + ":4"}} {
		if got[flag] != want {
			t.Errorf("report --%s: %q, want %q", flag, got[flag], want)
		}
	}
	got = from(map[string]string{"DWTRIAGE_CONFIG": name}, "--", "bundle")
	if want := [2]string{"", "default"}; got["out"] != want {
		t.Errorf("the folder of a report is the file of a bundle: %q", got["out"])
	}
	if table := shownBy(t, nil, "config", "print", "--config", name); !strings.Contains(table, "redact-key        [withheld]") || strings.Contains(table, "etc/key") {
		t.Errorf("the table:\n%s", table)
	}
	if got := from(nil); got["environment"] != [2]string{"", "default"} {
		t.Errorf("a file that nobody named: %q", got["environment"])
	}
}

// TestConfigRuns: a run does what the file says.
func TestConfigRuns(t *testing.T) {
	demo := shared(t, "demo")
	name := configuredBy(t, "environment: PROD\ndb: night.duckdb\nquiet: true\nrun:\n  out: report\n  fail-on: critical\n")
	var out bytes.Buffer
	if code := run(t.Context(), []string{"run", "--config", name, demo}, nil, &out, &out, environment(nil)); code != exitFailOn {
		t.Fatalf("exit code %d: %s", code, &out)
	}
	text, err := os.ReadFile("etc/report/summary.json")
	if err != nil || !bytes.Contains(text, []byte(`"environment": "PROD"`)) {
		t.Errorf("%v: %.300s", err, text)
	}
	if list := shownBy(t, map[string]string{"DWTRIAGE_CONFIG": name}, "history", "list"); !strings.Contains(list, "PROD") {
		t.Errorf("history: %s", list)
	}
}

// TestConfigPrintJudges: a value that the command would refuse at night is refused, with the line or the variable that it is from.
func TestConfigPrintJudges(t *testing.T) {
	for text, want := range map[string]string{
		"environment: P\ntz: Mars/Base\n":                  `F:2: --tz: "Mars/Base" is not a time zone`,
		"format: docx\n":                                   `F:1: --format: "docx" is not one of`,
		"max-cell: 8XB\n":                                  `F:1: --max-cell: "8XB" is not a size`,
		"run:\n  fail-on: critcal\n":                       `F:2: --fail-on: "critcal" is not one of`,
		"memory-limit: 1MB\n":                              `F:1: --memory-limit: "1MB" is not a size of at least`,
		"since: yesterday\n":                               `F:1: --since: "yesterday" is not a time`,
		"db: x\n-- inspect\nlog: paper\n":                  `F:2: --log: "paper" is not one of`,
		"db: x\n-- report\nreport:\n  format: html,docx\n": `F:3: --format: "docx" is not one of`,
		"db: x\n-- run --part p --db x x\n":                "--db: a worker (--part) writes no database",
		"db: x\n-- run --csv tabs\n":                       `--csv: "tabs" is not one of`,
	} {
		var behind []string
		var lines []string
		for line := range strings.Lines(text) {
			if rest, ok := strings.CutPrefix(line, "-- "); ok {
				behind = append([]string{"--"}, strings.Fields(rest)...)
			} else {
				lines = append(lines, line)
			}
		}
		file := configuredBy(t, strings.Join(lines, ""))
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"config", "print", "--config", file}, behind...), nil, &out, &out, environment(nil))
		if got := strings.ReplaceAll(out.String(), file, "F"); code != exitUsage || !strings.HasPrefix(got, "dwtriage: "+want) {
			t.Errorf("%q: exit code %d, %q, want %q", text, code, got, want)
		}
	}
	var out bytes.Buffer
	code := run(t.Context(), []string{"config", "print"}, nil, &out, &out, environment(map[string]string{"DWTRIAGE_TZ": "Mars"}))
	if code != exitUsage || !strings.HasPrefix(out.String(), "dwtriage: variable DWTRIAGE_TZ: --tz: ") {
		t.Errorf("exit code %d: %s", code, &out)
	}
	for _, name := range helps() { // what is not set is right
		shownBy(t, nil, append([]string{"config", "print", "--"}, name...)...)
	}
	shownBy(t, nil, "config", "print", "--", "run", "--part", "p", "--shard", "auto/3")
}

// TestConfigMistakes: all of them are said at once, with their lines, and end with exit code 2.
func TestConfigMistakes(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"several": {"fail_on: critical\nthreads: many\nrun:\n  db: a\n  db: b\nreprot:\n  run: 1\n",
			"F:5: \"db\" stands here twice, before in line 4\n"},
		"names and kinds": {"fail_on: critical\nthreads: many\nrules lints:\n  strict: true\nreport:\n  run: x\n",
			"F:3: no command is called \"rules lints\", did you mean \"rules lint\"?\n" +
				"F:1: run has no flag \"fail_on\" that a file can set, did you mean \"fail-on\"?\n" +
				"F:2: \"threads\": \"many\" is no value of it: must be an integer\n" +
				"F:6: \"run\": \"x\" is no value of it: must be an integer\n"},
		"of another command": {"strict: true\n", "F:1: \"strict\" is a flag of rules lint and not of run; put it below a key \"rules lint\"\n"},
		"list":               {"db: [a, b]\n", "F:1: \"db\" takes one value and not a list\n"},
		"nothing":            {"db:\n", "F:1: \"db\" has no value\n"},
		"deep":               {"run:\n  db:\n    x: 1\n", "F:3: \"db\": a value is a word, a number or true or false, or a list of them for a flag that is repeatable\n"},
		"no mapping":         {"- db\n", "F:1: flags stand here as NAME: VALUE, as in fail-on: critical\n"},
		"alias":              {"db: &a x\nout: *a\n", "F:2: \"out\": a value is a word, a number or true or false, or a list of them for a flag that is repeatable\n"},
		"two documents":      {"db: x\n---\nout: y\n", "F:3: a second document; the file is one list of keys\n"},
		"itself":             {"config: x\n", "F:1: run has no flag \"config\" that a file can set"},
		"help":               {"help: true\n", "F:1: run has no flag \"help\" that a file can set"},
		"syntax":             {"db: 'x\n", "F:"},
	} {
		t.Run(name, func(t *testing.T) {
			file := configuredBy(t, c.text)
			var out bytes.Buffer
			code := run(t.Context(), []string{"run", "--config", file, "x"}, nil, &out, &out, environment(nil))
			got := strings.ReplaceAll(strings.TrimPrefix(out.String(), "dwtriage: "), file, "F")
			if code != exitUsage || !strings.HasPrefix(got, c.want) {
				t.Errorf("exit code %d (-want +got):\n%s", code, cmp.Diff(c.want, got))
			}
		})
	}
	var out bytes.Buffer
	if code := run(t.Context(), []string{"run", "--config", "none.yaml", "x"}, nil, &out, &out, environment(nil)); code != exitUsage || !strings.Contains(out.String(), "--config: ") {
		t.Errorf("exit code %d: %s", code, &out)
	}
}

// TestConfigOfReadme: the file that README shows is the one that its session reads, and has no mistake.
func TestConfigOfReadme(t *testing.T) {
	sample, err := os.ReadFile("../../testdata/config/dwtriage.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(readmeText(t), "```yml\n")
	if block, _, _ = strings.Cut(block, "```"); block != string(sample) {
		t.Errorf("README (-testdata/config/dwtriage.yaml +README):\n%s", cmp.Diff(string(sample), block))
	}
}

// A variable that sets nothing is warned of where its name is almost that of one that does; another name with the prefix is left alone, and an empty
// variable, too.
func TestMistypedVariables(t *testing.T) {
	var said bytes.Buffer
	s := &session{ctx: t.Context(), stdin: strings.NewReader(""), stdout: io.Discard, stderr: &said, getenv: environment(nil), environ: func() []string {
		return []string{"DWTRIAGE_ENVIROMENT=PROD", "DWTRIAGE_DB=", "DWTRIAGE_LOCKWAIT=", "DWTRIAGE_FAIL_ON=never", "DWTRIAGE_CONFIG=x", "DWTRIAGE_COMPARE_TOO=a=b", "DWTRIAGE_PACKAGE_FEED=1", "DWTRIAGE_DIR=1", "DWTRIAGE_URL=1", "DWTRIAGE_HOME=1", "DWTRIAGE_=1", "DWTRIAGE_ENV=1", "ENVIRONMEN=1"}
	}}
	if code := s.run([]string{"inspect", "--help"}); code != exitDone || said.Len() > 0 {
		t.Errorf("help: exit code %d, and %q", code, &said)
	}
	s.run([]string{"inspect", filepath.Join(t.TempDir(), "none.csv")})
	got, _, _ := strings.Cut(said.String(), "dwtriage: no such")
	want := "dwtriage: environment variable DWTRIAGE_ENVIROMENT sets nothing, did you mean \"DWTRIAGE_ENVIRONMENT\"?\n" +
		"dwtriage: environment variable DWTRIAGE_COMPARE_TOO sets nothing, did you mean \"DWTRIAGE_COMPARE_TO\"?\n"
	if !strings.HasPrefix(got, want) || strings.Count(got, "sets nothing") != 2 {
		t.Errorf("said:\n%s\nwant first:\n%s", got, want)
	}
}
