package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

var full = flag.Bool("full", false, "run the whole command for every format and with all threads, and try all examples; takes minutes")

// lightTargets are the systems that the light build is released for.
var lightTargets = []string{"linux/amd64", "linux/arm64", "windows/amd64", "darwin/amd64", "darwin/arm64"}

// lightEnv is the environment of a build without cgo for a target.
func lightEnv(target string) []string {
	system, processor, _ := strings.Cut(target, "/")
	return append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+processor)
}

// TestLightImports: the light build for each target is complete, and holds no DuckDB.
func TestLightImports(t *testing.T) {
	for _, target := range lightTargets {
		cmd := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}} {{with .DepsErrors}}{{.}}{{end}}", ".")
		cmd.Env = lightEnv(target)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", target, err)
		}
		for line := range strings.Lines(string(out)) {
			path, faults, _ := strings.Cut(strings.TrimSpace(line), " ")
			if strings.Contains(path, "duckdb") || strings.HasPrefix(path, "dwtriage/report/store") || path == "runtime/cgo" || faults != "" {
				t.Errorf("%s: the light build imports %s %s", target, path, faults)
			}
		}
	}
}

// mostLight is how large the light build may be, without the tables of a debugger.
const mostLight = 15 << 20

// TestLightBuilds: it compiles for each target, and is small. Without -full for one of each system, as none of its files is for one
// processor alone. What the standard library and the modules take of the time is cached.
func TestLightBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for five systems")
	}
	tried := make(map[string]bool)
	for _, target := range lightTargets {
		system, _, _ := strings.Cut(target, "/")
		if tried[system] && !*full {
			continue
		}
		tried[system] = true
		program := buildLight(t, target)
		info, err := os.Stat(program)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %.1f MB", target, float64(info.Size())/1e6)
		if info.Size() > mostLight {
			t.Errorf("%s: %d bytes, at most %d", target, info.Size(), mostLight)
		}
	}
}

func buildLight(t *testing.T, target string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "dwtriage")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".")
	cmd.Env = lightEnv(target)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", target, err, out)
	}
	return program
}

// TestLight: what needs no database works in the light build; what does says so, and the overview names just that.
func TestLight(t *testing.T) {
	program := buildLight(t, runtime.GOOS+"/"+runtime.GOARCH)
	do := func(args ...string) (string, string, int) {
		var out, said bytes.Buffer
		cmd := exec.Command(program, args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = t.TempDir(), &out, &said
		if err := cmd.Run(); cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return out.String(), said.String(), cmd.ProcessState.ExitCode()
	}
	demo, err := filepath.Abs("../../testdata/demo")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{"version"}, "light build, DuckDB none"},
		{[]string{"version", "--json"}, `"build": "light"`},
		{[]string{"explain", "Unable to lookup msdyn_customergroups with values {80}"}, "Fix:"},
		{[]string{"inspect", demo}, "dual-write errors"},
		{[]string{"classify", filepath.Join(demo, "dualwrite-errors.csv")}, ";documented;;true;dw-"},
		{[]string{"rules", "list"}, "SEVERITY"},
		{[]string{"rules", "lint"}, "0 mistakes"},
		{[]string{"schedule", "print", "--for", "github", "--", "--fail-on", "critical", "exports"}, "dwtriage run --fail-on critical"},
		{[]string{"__complete", "inspect", "--date-order", ""}, "auto\ndmy\nmdy\nymd\n"},
		{[]string{"completion", "fish"}, "__complete"},
		{[]string{"man", "inspect"}, ".SH EXIT STATUS"},
		{[]string{"man"}, ".SH FILES"},
		{[]string{"config", "print", "--", "inspect"}, "date-order"},
	} {
		if out, said, code := do(x.args...); code != exitDone || !strings.Contains(out, x.want) || said != "" {
			t.Errorf("%q: exit code %d, %s%s", x.args, code, out, said)
		}
	}
	for kind, want := range map[string]int{"cron": exitUsage, "systemd": exitUsage, "azure-pipelines": exitDone} {
		_, said, code := do("schedule", "print", "--for", kind, "--", "exports")
		if code != want || code == exitUsage && !strings.Contains(said, "--program: this light build") {
			t.Errorf("schedule print --for %s: exit code %d, %s", kind, code, said)
		}
	}
	if out, said, code := do("schedule", "print", "--for", "cron", "--program", "/opt/dwtriage", "--", "exports"); code != exitDone || !strings.Contains(out, "/opt/dwtriage run ") {
		t.Errorf("schedule print --program: exit code %d, %s%s", code, out, said)
	}
	for _, bad := range [][]string{{"--tz", "Mars"}, {"--part", "p", "--db", "x"}, {"--part", "p", "--shard", "auto/0"}, {"--fail-on", "severe"}} {
		if _, said, code := do(append(append([]string{"config", "print", "--", "run"}, bad...), "x")...); code != exitUsage || !strings.Contains(said, bad[len(bad)-2]+": ") {
			t.Errorf("%q: exit code %d, %s", bad, code, said)
		}
	}
	overview, _, _ := do("--help")
	_, note, _ := strings.Cut(overview, "without the database: ")
	note, _, ok := strings.Cut(note, " are in the full build")
	if !ok {
		t.Fatalf("the overview:\n%s", overview)
	}
	without := map[string]bool{}
	for _, name := range regexp.MustCompile(`, | and `).Split(strings.Join(strings.Fields(note), " "), -1) {
		without[name] = true
	}
	names := map[string][]string{"rules coverage": {"rules", "coverage"}, "rules draft": {"rules", "draft", "t-1"}, "explain --record": {"explain", "--record", "x"}}
	for _, c := range commands() {
		names[c.name] = []string{c.name}
	}
	for name, args := range names {
		_, said, code := do(args...)
		tells := code == exitUsage && strings.HasPrefix(said, "dwtriage: "+name+" needs the database") && strings.Contains(said, "CGO_ENABLED=1") && strings.Count(said, "\n") == 1
		if tells != without[name] {
			t.Errorf("%s: exit code %d, in the note %v: %s", name, code, without[name], said)
		}
		delete(without, name)
	}
	for name := range without {
		t.Errorf("the overview names %s", name)
	}
}
