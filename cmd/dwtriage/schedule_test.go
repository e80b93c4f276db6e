//go:build cgo

package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// typedFor is what the tasks of the tests call run with: names and values with every sign that one of the formats reads for
// something else. Windows has fewer in names.
func typedFor(kind string) (typed, want []string) {
	environment, folder := `Übung "50 %" $HOME $(id) ${{ env.PATH }} `+"`id`"+` ; & | > < # 'x' \ !`, `na me's ü 5% $x;&`
	if kind == "windows" {
		environment, folder = `Übung 50 % $HOME $(id) & | > < ^ # 'x' \ !`, `na me's ü 5% $x;&`
	}
	typed = []string{"-o", folder + "/report", "--db=" + folder + "/night 1.duckdb", "--max-rejects", "5%", "--environment", environment, "-q", "--csv", "plain", folder + "/exports", folder + "/*.none.csv"}
	want = []string{"run", "--out", folder + "/report", "--db", folder + "/night 1.duckdb", "--max-rejects", "5%", "--environment", environment, "--quiet", "--csv", "plain",
		"--lock-wait", "30m", folder + "/exports", folder + "/*.none.csv"}
	return typed, want
}

// absolutely makes the names of typedFor absolute, as they are where the task runs.
func absolutely(kind, folder string, want []string) []string {
	want = slices.Clone(want)
	if kind == "azure-pipelines" || kind == "github" {
		return want
	}
	for i, a := range want {
		if strings.HasPrefix(a, "na me") {
			if want[i] = folder + "/" + a; kind == "windows" {
				want[i] = strings.ReplaceAll(folder+`\`+a, "/", `\`)
			}
		}
	}
	return want
}

// scheduled is what schedule print prints.
func scheduled(t *testing.T, args ...string) string {
	t.Helper()
	return shownBy(t, nil, append([]string{"schedule", "print"}, args...)...)
}

// TestSchedule reads every task back by the rules of its format and finds the command line in it that was asked for; what
// it says is then done by dwtriage, in a folder of that name.
func TestSchedule(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(root, "na me's ü 5% $x;&")
	if err := os.MkdirAll(filepath.Join(folder, "exports"), 0o700); err != nil {
		t.Fatal(err)
	}
	export, err := os.ReadFile("../../testdata/demo/dualwrite-errors.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"exports/night.csv", "a.none.csv"} {
		if err := os.WriteFile(filepath.Join(folder, name), export, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for kind, read := range map[string]func(*testing.T, string, string) []string{
		"windows": windowsTask, "systemd": systemdTask, "cron": cronTask, "azure-pipelines": azureTask, "github": githubTask,
	} {
		t.Run(kind, func(t *testing.T) {
			typed, want := typedFor(kind)
			directory, program := root, filepath.Join(root, "Prog ü 100%")
			if kind == "windows" {
				directory, program = `D:\Job ü`, `C:\Program Files\dwtriage\dwtriage.exe`
			} else if err := os.WriteFile(program, []byte("#!/bin/sh\nprintf '%s\\0' \"$@\" >\"$ARGS\"\nexit \"${CODE:-0}\"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			flags := []string{"--for", kind, "--program", program, "--at", "04:07", "--"}
			if kind != "azure-pipelines" && kind != "github" {
				flags = slices.Insert(flags, 4, "--directory", directory)
			}
			got := read(t, scheduled(t, append(flags, typed...)...), program)
			if d := cmp.Diff(absolutely(kind, directory, want), got); d != "" {
				t.Fatalf("arguments (-asked for +task):\n%s", d)
			}
			for i, a := range got { // a drive of Windows is a folder here
				if a = strings.ReplaceAll(a, directory+`\`, root+"/"); a != got[i] {
					got[i] = strings.ReplaceAll(a, `\`, "/")
				}
			}
			t.Chdir(root)
			db := filepath.Join(folder, "night 1.duckdb")
			os.Remove(db)
			said := shownBy(t, nil, got...)
			for _, name := range []string{db, filepath.Join(folder, "report", "summary.json")} {
				if _, err := os.Stat(name); err != nil {
					t.Errorf("the task made no %s (%v): %s", name, err, said)
				}
			}
		})
	}
}

// windowsTask holds a task to the schema of Task Scheduler, in the order in which it exports them, and reads the line of
// cmd in it.
func windowsTask(t *testing.T, text, program string) []string {
	if i := strings.IndexFunc(text, func(r rune) bool { return r > '~' }); i >= 0 {
		t.Errorf("no ASCII: %q", text[i:min(len(text), i+20)])
	}
	children := map[string]string{
		"Task": "RegistrationInfo Triggers Principals Settings Actions", "RegistrationInfo": "Date Author Version Description URI",
		"Triggers": "CalendarTrigger", "CalendarTrigger": "Repetition StartBoundary EndBoundary ExecutionTimeLimit Enabled RandomDelay ScheduleByDay", "ScheduleByDay": "DaysInterval",
		"Principals": "Principal", "Principal": "UserId LogonType GroupId DisplayName RunLevel",
		"Settings": "MultipleInstancesPolicy DisallowStartIfOnBatteries StopIfGoingOnBatteries AllowHardTerminate StartWhenAvailable RunOnlyIfNetworkAvailable IdleSettings AllowStartOnDemand Enabled Hidden RunOnlyIfIdle WakeToRun ExecutionTimeLimit Priority RestartOnFailure",
		"Actions":  "Exec", "Exec": "Command Arguments WorkingDirectory",
	}
	d := xml.NewDecoder(strings.NewReader(text))
	var open []string
	last := map[string]int{}
	value := map[string]string{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		switch e := token.(type) {
		case xml.StartElement:
			name := e.Name.Local
			if e.Name.Space != "http://schemas.microsoft.com/windows/2004/02/mit/task" {
				t.Errorf("%s is of %q", name, e.Name.Space)
			}
			if len(open) > 0 {
				parent := open[len(open)-1]
				at := slices.Index(strings.Fields(children[parent]), name)
				if at < 0 || at < last[parent] {
					t.Errorf("%s in %s: not there in the schema", name, parent)
				}
				last[parent] = at
			}
			open = append(open, name)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				value[open[len(open)-1]] += string(e)
			}
		}
	}
	for name, want := range map[string]string{"MultipleInstancesPolicy": "IgnoreNew", "StartWhenAvailable": "true", "StartBoundary": "2026-01-01T04:07:00",
		"DaysInterval": "1", "WorkingDirectory": `D:\Job ü`, "Command": `%SystemRoot%\System32\cmd.exe`} {
		if value[name] != want {
			t.Errorf("%s: %q, want %q", name, value[name], want)
		}
	}
	line, ok := strings.CutPrefix(value["Arguments"], `/d /v:off /s /c "`) // /s: the first and the last mark go, nothing else
	line, closed := strings.CutSuffix(line, `"`)
	line, logFile, redirected := strings.Cut(line, ` >>"`)
	if !ok || !closed || !redirected || logFile != `D:\Job ü\dwtriage.log" 2>&1` {
		t.Fatalf("Arguments: %s", value["Arguments"])
	}
	args := argv(t, line)
	if args[0] != program {
		t.Errorf("program %q, want %q", args[0], program)
	}
	return args[1:]
}

// argv parses a command line as CommandLineToArgvW does, and holds that no sign that means something to cmd is outside of
// quotation marks.
func argv(t *testing.T, line string) (args []string) {
	var arg []byte
	quoted, begun := false, false
	for i := 0; i < len(line); i++ {
		slashes := 0
		for i < len(line) && line[i] == '\\' {
			slashes++
			i++
		}
		if slashes > 0 {
			begun = true
			if i < len(line) && line[i] == '"' {
				arg = append(arg, strings.Repeat(`\`, slashes/2)...)
				if slashes%2 == 1 {
					arg = append(arg, '"')
					continue
				}
			} else {
				arg = append(arg, strings.Repeat(`\`, slashes)...)
			}
		}
		if i == len(line) {
			break
		}
		switch c := line[i]; {
		case c == '"':
			quoted, begun = !quoted, true
		case c == ' ' && !quoted:
			if begun {
				args = append(args, string(arg))
			}
			arg, begun = nil, false
		default:
			if !quoted && strings.IndexByte("&|<>^()!%", c) >= 0 {
				t.Errorf("cmd takes %q for its own in: %s", c, line)
			}
			arg, begun = append(arg, c), true
		}
	}
	if begun {
		args = append(args, string(arg))
	}
	return args
}

// systemdTask reads ExecStart as systemd does, and lets systemd-analyze look at the units where it can be had.
func systemdTask(t *testing.T, text, program string) []string {
	dir := t.TempDir()
	if out := scheduled(t, "--for", "systemd", "--out", dir, "--program", "/bin/true", "--directory", dir, "--", "exports"); out != filepath.Join(dir, "dwtriage.service")+"\n"+filepath.Join(dir, "dwtriage.timer")+"\n" {
		t.Errorf("--out: %s", out)
	}
	service, timer, ok := strings.Cut(text, "\n# dwtriage.timer")
	if !ok {
		t.Fatalf("no two units:\n%s", text)
	}
	for _, want := range []string{"\nSuccessExitStatus=3 4\n", "\nRestartForceExitStatus=5\n", "\n[Service]\n"} {
		if !strings.Contains(service, want) {
			t.Errorf("the service lacks %q", want)
		}
	}
	for _, want := range []string{"\nOnCalendar=*-*-* 04:07:00\n", "\nPersistent=true\n", "\nWantedBy=timers.target\n"} {
		if !strings.Contains(timer, want) {
			t.Errorf("the timer lacks %q", want)
		}
	}
	for name, unit := range map[string]string{"dwtriage.service": service, "dwtriage.timer": "#" + timer} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(unit), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if analyze := tool(t, "systemd-analyze"); analyze != "" {
		out, err := exec.Command(analyze, "verify", "--man=no", filepath.Join(dir, "dwtriage.service"), filepath.Join(dir, "dwtriage.timer")).CombinedOutput()
		if err != nil || strings.Contains(string(out), dir) {
			t.Errorf("systemd-analyze verify: %v\n%s", err, out)
		}
		if out, err := exec.Command(analyze, "calendar", "*-*-* 04:07:00").CombinedOutput(); err != nil {
			t.Errorf("systemd-analyze calendar: %v\n%s", err, out)
		}
	}
	_, line, _ := strings.Cut(service, "\nExecStart=")
	line, _, _ = strings.Cut(line, "\n")
	var args []string
	for i := 0; i < len(line); {
		var word []byte
		quoted := false
		for ; i < len(line) && (quoted || line[i] != ' '); i++ {
			switch c := line[i]; {
			case c == '"':
				quoted = !quoted
			case c == '\\':
				i++
				if line[i] != '\\' && line[i] != '"' {
					t.Fatalf("escape %q in %s", line[i-1:i+1], line)
				}
				word = append(word, line[i])
			case c == '%' || c == '$' && len(args) > 0:
				if i++; line[i] != c {
					t.Fatalf("%q means something else to systemd: %s", line[i-1:], line)
				}
				word = append(word, c)
			case c == '\'' && !quoted:
				t.Fatalf("a quotation mark outside of others: %s", line)
			default:
				word = append(word, c)
			}
		}
		args, i = append(args, string(word)), i+1
	}
	if args[0] != program {
		t.Errorf("program %q, want %q", args[0], program)
	}
	return args[1:]
}

// cronTask lets sh run the command as cron hands it over, with a stand-in of dwtriage that notes its arguments.
func cronTask(t *testing.T, text, program string) []string {
	if crontab := tool(t, "crontab"); crontab != "" {
		file := filepath.Join(t.TempDir(), "tab")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(crontab, "-n", file).CombinedOutput(); err != nil {
			t.Errorf("crontab -n: %v\n%s", err, out)
		}
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	line, ok := strings.CutPrefix(lines[len(lines)-1], "7 4 * * * ")
	if !ok {
		t.Fatalf("the line of cron: %q", lines[len(lines)-1])
	}
	var command []byte
	for i := 0; i < len(line); i++ {
		if strings.HasPrefix(line[i:], `\%`) {
			i++
		} else if line[i] == '%' {
			break
		}
		command = append(command, line[i])
	}
	args, _, out := stood(t, "/bin/sh", string(command), 0)
	if out != "" {
		t.Errorf("what cron would mail of exit code 0: %q", out)
	}
	if _, code, out := stood(t, "/bin/sh", string(command), 3); code != 0 || !strings.HasPrefix(out, "dwtriage: exit code 3, see "+filepath.Dir(program)) {
		t.Errorf("what cron would mail of exit code 3: %q (%d)", out, code)
	}
	return args
}

// stood runs a script whose dwtriage is a stand-in that ends with a code.
func stood(t *testing.T, shell, script string, with int) (args []string, code int, out string) {
	file := filepath.Join(t.TempDir(), "args")
	cmd := exec.Command(shell, "-c", script)
	if shell == "bash" {
		cmd = exec.Command(shell, "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	}
	cmd.Env = append(os.Environ(), "ARGS="+file, fmt.Sprintf("CODE=%d", with), "HOME=/nowhere")
	said, err := cmd.CombinedOutput()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	}
	noted, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, said, script)
	}
	return strings.Split(strings.TrimSuffix(string(noted), "\x00"), "\x00"), cmd.ProcessState.ExitCode(), string(said)
}

// steps checks what a pipeline's step makes of each exit code.
func steps(t *testing.T, script string) (args []string) {
	if strings.Contains(script, "${{") || strings.Contains(script, "$(") || strings.Contains(script, "$[") {
		t.Errorf("an expression of the pipeline: %s", script)
	}
	for with, want := range map[int]int{0: 0, 1: 1, 2: 2, 3: 0, 4: 0, 5: 5, 143: 143} {
		var code int
		if args, code, _ = stood(t, "bash", script, with); code != want {
			t.Errorf("dwtriage ends with %d, the step with %d, want %d", with, code, want)
		}
	}
	return args
}

func azureTask(t *testing.T, text, _ string) []string {
	var p struct {
		Name, Trigger, PR string
		Schedules         []struct {
			Cron          string
			DisplayName   string `yaml:"displayName"`
			Branches      struct{ Include []string }
			Always, Batch bool
		}
		Pool  struct{ Name string }
		Steps []struct {
			Bash, Checkout   string
			Clean            *bool
			DisplayName      string `yaml:"displayName"`
			WorkingDirectory string `yaml:"workingDirectory"`
		}
	}
	strictly(t, text, &p)
	if len(p.Schedules) != 1 || p.Schedules[0].Cron != "7 4 * * *" || !p.Schedules[0].Always || !p.Schedules[0].Batch || len(p.Steps) != 2 || p.Steps[0].Clean == nil || *p.Steps[0].Clean || p.Trigger != "none" {
		t.Fatalf("%+v", p)
	}
	return steps(t, p.Steps[1].Bash)
}

func githubTask(t *testing.T, text, _ string) []string {
	var w struct {
		Name string
		On   struct {
			Schedule         []struct{ Cron string }
			WorkflowDispatch any `yaml:"workflow_dispatch"`
		}
		Permissions map[string]string
		Concurrency struct {
			Group            string
			CancelInProgress *bool `yaml:"cancel-in-progress"`
		}
		Jobs map[string]struct {
			RunsOn  string `yaml:"runs-on"`
			Timeout int    `yaml:"timeout-minutes"`
			Steps   []struct {
				Uses, Name, Shell, Run string
				WorkingDirectory       string `yaml:"working-directory"`
				With                   struct{ Clean *bool }
			}
		}
	}
	strictly(t, text, &w)
	job := w.Jobs["triage"]
	if len(w.On.Schedule) != 1 || w.On.Schedule[0].Cron != "7 4 * * *" || w.Concurrency.Group != "dwtriage" || w.Concurrency.CancelInProgress == nil || *w.Concurrency.CancelInProgress || len(job.Steps) != 2 || job.Steps[0].With.Clean == nil || *job.Steps[0].With.Clean {
		t.Fatalf("%+v", w)
	}
	return steps(t, job.Steps[1].Run)
}

// strictly reads YAML into v, which has a place for everything that may be in it.
func strictly(t *testing.T, text string, v any) {
	t.Helper()
	d, err := yaml.NewLoader(bytes.NewReader([]byte(text)), yaml.WithKnownFields())
	if err == nil {
		err = d.Load(v)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

// tool finds a program of the machine. Where it is missing nothing can be asked of it, unless DWTRIAGE_SHELLS=required says
// that it may not be missing.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("DWTRIAGE_SHELLS") == "required" {
		t.Fatal(err)
	}
	return path
}

// TestScheduleRefuses: what a format cannot say, and what run would refuse at night, is refused now.
func TestScheduleRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		"needs --for: windows, systemd, cron, azure-pipelines or github":      {"--", "x"},
		`--for: "at" is not one of windows`:                                   {"--for", "at", "--", "x"},
		`"x" stands before --`:                                                {"--for", "cron", "x"},
		"behind -- stands what run reads":                                     {"--for", "cron"},
		"--db: a worker (--part) writes no database":                          {"--for", "cron", "--", "--part", "p", "--db", "x", "x"},
		`--shard: "auto/0": "0" is not a number of shards`:                    {"--for", "cron", "--", "--part", "p", "--shard", "auto/0", "x"},
		`--shard: "3/2" is no shard`:                                          {"--for", "cron", "--", "--part", "p", "--shard", "3/2", "x"},
		"unknown flag: --enviroment":                                          {"--for", "cron", "--", "--enviroment", "P", "x"},
		`--fail-on: "severe" is not one of`:                                   {"--for", "cron", "--", "--fail-on", "severe", "x"},
		`--at: "25:00" is not a time`:                                         {"--for", "cron", "--at", "25:00", "--", "x"},
		"a task has no standard input":                                        {"--for", "cron", "--", "-"},
		"--directory: a task for another system needs its working folder":     {"--for", "windows", "--", "x"},
		"--program: a task for another system needs the name":                 {"--for", "windows", "--directory", `D:\x`, "--", "x"},
		`"C:x" is no name that means the same everywhere`:                     {"--for", "windows", "--directory", "C:x", "--", "x"},
		"put the value of a variable for %TEMP%":                              {"--for", "windows", "--directory", `D:\x`, "--program", `C:\dwtriage.exe`, "--", `%TEMP%\x`},
		"cron takes 998":                                                      {"--for", "cron", "--", strings.Repeat("x", 999)},
		"signs that no line of a task can hold":                               {"--for", "systemd", "--", "a\nb"},
		"--user and --log-file: a pipeline":                                   {"--for", "github", "--user", "x", "--", "x"},
		"would get what run says twice":                                       {"--for", "cron", "--directory", "/srv", "--program", "/opt/dwtriage", "--", "--log-file", "./dwtriage.log", "x"},
		`--name: "../x" is not a name`:                                        {"--for", "systemd", "--name", "../x", "--", "x"},
		`--directory: "$(id)" has an expression`:                              {"--for", "github", "--directory", "$(id)", "--", "x"},
		`--user: "a b" is no name of a user`:                                  {"--for", "cron", "--user", "a b", "--", "x"},
		"--program: systemd takes no \"/opt/$x\"":                             {"--for", "systemd", "--program", "/opt/$x", "--", "x"},
		`cmd cannot be given a quotation mark inside of one argument; use an`: {"--for", "windows", "--directory", `D:\x`, "--program", `C:\dwtriage.exe`, "--", "--environment", `"x"`, `D:\x`},
	} {
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"schedule", "print"}, args...), nil, &out, &out, func(string) string { return "" })
		if code != exitUsage || !strings.Contains(out.String(), want) {
			t.Errorf("%q: exit code %d, %q, want %q", args, code, &out, want)
		}
	}
}

// TestScheduleOfWorker: a worker is called with what it takes, and its shard is known where it runs, and not here.
func TestScheduleOfWorker(t *testing.T) {
	demo := shared(t, "demo")
	for _, shard := range []string{"1/2", "auto", "auto/2"} {
		root := t.TempDir()
		t.Chdir(root)
		text := scheduled(t, "--for", "github", "--", "--part", "p", "--shard", shard, demo)
		_, line, _ := strings.Cut(text, "dwtriage run ")
		line, _, _ = strings.Cut(line, "\n")
		if want := "--part p --shard " + shard + " " + demo; !strings.HasPrefix(line, want) || strings.Contains(text, "--lock-wait 30m") {
			t.Fatalf("%q, want %q", line, want)
		}
		shownBy(t, map[string]string{"SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_TASK_COUNT": "2"}, "run", "--part", "p", "--shard", shard, demo)
	}
}

// TestScheduleSaysWhatCanHappen: a worker has no database that is busy and judges nothing, so its task says nothing of 3, 4 and 5; and a task
// whose run keeps a log names that one.
func TestScheduleSaysWhatCanHappen(t *testing.T) {
	for _, kind := range taskKinds {
		args := []string{"--for", kind, "--", "--part", "p", "x"}
		whole := []string{"--for", kind, "--", "--log-file", "night.log", "x"}
		if kind == "windows" {
			there := []string{"--directory", `D:\x`, "--program", `D:\dwtriage.exe`}
			args, whole = slices.Insert(args, 2, there...), slices.Insert(whole, 2, there...)
		}
		worker, night := scheduled(t, args...), scheduled(t, whole...)
		codes := regexp.MustCompile(`--fail-on met|too many rejects|in use|was busy|ExitStatus`)
		if found := codes.FindString(worker); found != "" || !codes.MatchString(night) {
			t.Errorf("%s: the task of a worker says %q, and that of a night says\n%s", kind, found, night)
		}
		if see := regexp.MustCompile(`see '?(\S*)(?:night|dwtriage)\.log`).FindString(night); (kind == "cron" || kind == "windows") && !strings.HasSuffix(see, "night.log") {
			t.Errorf("%s: one is to %q:\n%s", kind, see, night)
		}
		if !strings.Contains(night, "night.log") {
			t.Errorf("%s: no log:\n%s", kind, night)
		}
	}
}

// TestScheduleReadsConfig: a file of --config behind -- is judged as run would, where it is there.
func TestScheduleReadsConfig(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"unknown.yaml": "environmnt: PROD\n", "value.yaml": "environment: PROD\nfail-on: severe\n", "good.yaml": "environment: PROD\ndb: night.duckdb\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"unknown.yaml": "unknown.yaml:1: ", "value.yaml": "value.yaml:2: --fail-on: ", "good.yaml": "", "later.yaml": ""} {
		for _, kind := range []string{"cron", "github"} {
			var out bytes.Buffer
			code := run(t.Context(), []string{"schedule", "print", "--for", kind, "--program", "/opt/dwtriage", "--", "--config", name, "x"}, nil, &out, &out, environment(nil))
			if (code == exitUsage) != (want != "") || !strings.Contains(out.String(), want) || strings.Contains(out.String(), "night.duckdb") {
				t.Errorf("%s for %s: exit code %d, want %q:\n%s", name, kind, code, want, &out)
			}
		}
	}
	if got := scheduled(t, "--for", "cron", "--program", "/opt/dwtriage", "--", "--config", "value.yaml", "--fail-on", "high", "x"); !strings.Contains(got, "--fail-on high") {
		t.Errorf("what is typed wins:\n%s", got)
	}
}

// TestScheduleSpares: a file with other content is replaced by --force and not else, and then none of the task is written.
func TestScheduleSpares(t *testing.T) {
	t.Chdir(t.TempDir())
	args := []string{"schedule", "print", "--for", "systemd", "-o", "."}
	do := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := run(t.Context(), args, nil, &out, &out, environment(nil))
		return code, out.String()
	}
	if err := os.WriteFile("dwtriage.timer", []byte("mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := do(append(args, "--", "x")...); code != exitFailed || !strings.Contains(said, "dwtriage.timer is there with other content") || !strings.Contains(said, "--force") {
		t.Errorf("exit code %d: %s", code, said)
	}
	if text, _ := os.ReadFile("dwtriage.timer"); string(text) != "mine\n" {
		t.Errorf("dwtriage.timer: %q", text)
	}
	if _, err := os.Stat("dwtriage.service"); err == nil {
		t.Error("half of the task was written")
	}
	shownBy(t, nil, append(args, "--force", "--", "x")...)
	shownBy(t, nil, append(args, "--", "x")...) // as it is
	if code, said := do(append(args, "--", "y")...); code != exitFailed || !strings.Contains(said, "dwtriage.service is there") {
		t.Errorf("another task: exit code %d: %s", code, said)
	}
	if text, _ := os.ReadFile("dwtriage.timer"); !strings.HasPrefix(string(text), "# dwtriage.timer") {
		t.Errorf("dwtriage.timer: %q", text)
	}
}

// Of variables that set flags of run here the task knows nothing, which is said, without their values; what is typed wins, and is in the task.
func TestScheduleNamesVariables(t *testing.T) {
	getenv := environment(map[string]string{"DWTRIAGE_ENVIRONMENT": "FROMENV", "DWTRIAGE_FAIL_ON": "new", "DWTRIAGE_DB": "other.duckdb"})
	for _, kind := range taskKinds {
		args := []string{"schedule", "print", "--for", kind}
		if kind == "windows" {
			args = append(args, "--directory", `D:\x`, "--program", `C:\dwtriage.exe`)
		}
		args = append(args, "--", "--db", "night.duckdb", "exports")
		var plain, task, said bytes.Buffer
		if code := run(t.Context(), args, nil, &plain, &said, environment(nil)); code != exitDone || said.Len() > 0 {
			t.Fatalf("%s: exit code %d, %s", kind, code, &said)
		}
		if code := run(t.Context(), args, nil, &task, &said, getenv); code != exitDone || task.String() != plain.String() {
			t.Errorf("%s: exit code %d, and the task is another one: %s", kind, code, &task)
		}
		if want := "dwtriage: DWTRIAGE_ENVIRONMENT and DWTRIAGE_FAIL_ON: set here, and not in the task, which runs without them; give --environment and --fail-on behind -- or in the file of --config, or set them where the task runs\n"; said.String() != want {
			t.Errorf("%s: said %q, want %q", kind, &said, want)
		}
	}
}
