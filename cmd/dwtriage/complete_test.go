//go:build cgo

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

// completed is what a shell is offered for the words typed so far, without descriptions.
func completed(t *testing.T, typed ...string) (words []string, directive string) {
	t.Helper()
	out := shownBy(t, nil, append([]string{"__complete"}, typed...)...)
	for line := range strings.Lines(out) {
		line, _, _ = strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, ":") {
			directive = line
			continue
		}
		words = append(words, line)
	}
	return words, directive
}

// The directives of cobra's protocol.
const completesFiles, completesNoFiles, completesFolders = ":0", ":4", ":16"

// TestCompletes: commands, flags, values, rules, runs, and files where files are wanted.
func TestCompletes(t *testing.T) {
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	shownBy(t, nil, "run", "-q", "--environment", "PROD", demo)
	shownBy(t, nil, "run", "-q", "--db", "other.duckdb", demo)
	shownBy(t, nil, "run", "-q", "--db", "other.duckdb", demo)
	for _, c := range []struct {
		typed     string
		directive string
		want      []string
	}{
		{"ins", completesNoFiles, []string{"inspect"}},
		{"rules l", completesNoFiles, []string{"list", "lint"}},
		{"history ", completesNoFiles, []string{"list", "forget", "prune"}},
		{"schedule ", completesNoFiles, []string{"print"}},
		{"schedule print --for ", completesNoFiles, taskKinds},
		{"help ver", completesNoFiles, []string{"verify", "version"}},
		{"run --fail-on ", completesNoFiles, []string{"critical", "high", "medium", "low", "info", "new"}},
		{"run --lock", completesNoFiles, []string{"--lock-wait"}},
		{"run --format ", completesNoFiles, formatNames()},
		{"report --format json,", completesNoFiles, []string{"json,html", "json,json", "json,markdown", "json,teams"}},
		{"explain --log ", completesNoFiles, []string{"dualwrite", "plugintrace"}},
		{"completion ", completesNoFiles, shells},
		{"rules show dw-sql", completesNoFiles, nil},
		{"rules show dv-sql-deadlock", completesNoFiles, []string{"dv-sql-deadlock-1205"}},
		{"rules list --category sql-c", completesNoFiles, []string{"sql-concurrency"}},
		{"report --run ", completesNoFiles, []string{"1"}},
		{"report --db other.duckdb --run ", completesNoFiles, []string{"2", "1"}},
		{"report --db none.duckdb --run ", completesNoFiles, nil},
		{"run ", completesFiles, nil},
		{"run --db ", completesFiles, nil},
		{"run --out ", completesFolders, nil},
		{"verify ", completesFiles, nil},
		{"query ", completesNoFiles, nil},
	} {
		got, directive := completed(t, strings.Split(c.typed, " ")...)
		slices.Sort(got)
		want := slices.Sorted(slices.Values(c.want))
		if d := cmp.Diff(want, got); d != "" || directive != c.directive {
			t.Errorf("%q: directive %s, want %s; (-want +offered):\n%s", c.typed, directive, c.directive, d)
		}
	}
	if got, _ := completed(t, "rules", "show", ""); len(got) != len(builtinMatcher(t).Rules()) {
		t.Errorf("%d rules, want %d", len(got), len(builtinMatcher(t).Rules()))
	}
	for _, name := range helps() { // each flag of each command, and no other
		s := &session{ctx: t.Context(), getenv: environment(nil)}
		got, _ := completed(t, append(slices.Clone(name), "--")...)
		want := []string{}
		s.flagsOf(commandOf(t, name)).VisitAll(func(fl *pflag.Flag) {
			if !fl.Hidden {
				want = append(want, "--"+fl.Name)
			}
		})
		for _, w := range want {
			if !slices.ContainsFunc(got, func(g string) bool { return strings.TrimSuffix(g, "=") == w }) {
				t.Errorf("%s: %s is not offered in %q", name, w, got)
			}
		}
	}
}

// commandOf is the command with these names.
func commandOf(t *testing.T, names []string) (c command) {
	list := commands()
	for _, name := range names {
		at := slices.IndexFunc(list, func(c command) bool { return c.name == name })
		if at < 0 {
			t.Fatalf("there is no command %q", names)
		}
		c, list = list[at], commandsOf(name)
	}
	return c
}

// TestCompletedValues: what is offered for a flag that takes one of a few words is what the command takes, by its own words.
func TestCompletedValues(t *testing.T) {
	said := regexp.MustCompile(`is not one of ([^;\n]*)`)
	found := 0
	demo := shared(t, "demo")
	t.Chdir(t.TempDir())
	shownBy(t, nil, "run", "-q", demo)
	for _, name := range helps() {
		s := &session{ctx: t.Context(), getenv: environment(nil)}
		f := s.flagsOf(commandOf(t, name))
		f.VisitAll(func(fl *pflag.Flag) {
			args := append(slices.Clone(name), "--"+fl.Name, "bogus")
			switch _, after, _ := strings.Cut(f.usage, "[flags]"); {
			case strings.Contains(f.usage, "--for KIND"):
				args = append(args, "--", "x")
			case after != "":
				args = append(args, "x")
			}
			if fl.Value.Type() != "string" || isPath(fl) {
				return
			}
			var out bytes.Buffer
			run(t.Context(), args, strings.NewReader(""), &out, &out, environment(nil))
			var want []string
			if m := said.FindStringSubmatch(out.String()); m != nil && strings.Contains(out.String(), "--"+fl.Name+":") {
				want = strings.Split(m[1], ", ")
			}
			got := flagWords(strings.Join(name, " "), fl.Name)
			if wants, _ := pflag.UnquoteUsage(fl); fl.Name == "category" || len(want) == 0 && wants == "FORMS" {
				return
			}
			if found += min(1, len(want)); !slices.Equal(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))) {
				t.Errorf("%s --%s: offered %q, taken %q: %s", name, fl.Name, got, want, &out)
			}
		})
	}
	if found < 15 {
		t.Errorf("only %d flags with words", found)
	}
}

// TestCompletionScripts loads each script in its shell and asks it for a value, a command and a flag.
func TestCompletionScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("starts shells")
	}
	bin, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "dwtriage"), []byte("#!/bin/sh\nDWTRIAGE_TEST_PROGRAM=1 exec '"+bin+"' \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	const bashCompletion = "/usr/share/bash-completion/bash_completion"
	for shell, ask := range map[string]string{
		"bash": `. ` + bashCompletion + `; . "$SCRIPT" || exit 9
			ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=(); __start_dwtriage 2>/dev/null; printf '%s\n' "${COMPREPLY[@]%% *}"; echo .; }
			ask dwtriage run --fail-on cri; ask dwtriage insp; ask dwtriage run --lock-w`,
		"zsh": `autoload -Uz compinit && compinit -D -u; . "$SCRIPT" || exit 9
			_describe() { print -rl -- "${completions[@]}"; }
			ask() { words=("$@"); CURRENT=$#; _dwtriage; print .; }
			ask dwtriage run --fail-on cri; ask dwtriage insp; ask dwtriage run --lock-w`,
		"fish": `source $SCRIPT; or exit 9
			for typed in 'dwtriage run --fail-on cri' 'dwtriage insp' 'dwtriage run --lock-w'; complete -C $typed; echo .; end`,
	} {
		t.Run(shell, func(t *testing.T) {
			path := tool(t, shell)
			if _, err := os.Stat(bashCompletion); path == "" || shell == "bash" && err != nil && os.Getenv("DWTRIAGE_SHELLS") != "required" {
				t.Skipf("%s and its completion are not here", shell)
			}
			script := filepath.Join(t.TempDir(), "script")
			if err := os.WriteFile(script, []byte(shownBy(t, nil, "completion", shell)), 0o600); err != nil {
				t.Fatal(err)
			}
			args := []string{"-c", ask}
			switch shell {
			case "zsh":
				args = []string{"-f", "-c", ask}
			case "bash":
				args = []string{"--noprofile", "--norc", "-c", ask}
			case "fish":
				args = []string{"-N", "-c", ask}
			}
			cmd := exec.Command(path, args...)
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "SCRIPT="+script, "HOME="+t.TempDir())
			out, err := cmd.CombinedOutput()
			var words []string
			for line := range strings.Lines(string(out)) {
				word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
				if word, _, _ = strings.Cut(word, ":"); word != "" {
					words = append(words, strings.TrimSpace(word))
				}
			}
			if d := cmp.Diff([]string{"critical", ".", "inspect", ".", "--lock-wait", "."}, words); err != nil || d != "" {
				t.Errorf("%v (-want +offered):\n%s\n%s", err, d, out)
			}
		})
	}
	t.Run("powershell", func(t *testing.T) { // cannot be had here: what can be seen without it
		script := shownBy(t, nil, "completion", "powershell")
		if !strings.Contains(script, "Register-ArgumentCompleter -CommandName 'dwtriage' -ScriptBlock ") || !strings.Contains(script, "__complete") {
			t.Errorf("registers nothing:\n%s", script)
		}
		depth, quote := 0, rune(0)
		before := rune(0)
		for line := range strings.Lines(script) {
			if quote == 0 && strings.HasPrefix(strings.TrimSpace(line), "#") {
				continue
			}
			for _, r := range line {
				switch {
				case before == '`':
					r = 0
				case quote != 0:
					if r == quote {
						quote = 0
					}
				case r == '\'' || r == '"':
					quote = r
				case r == '{' || r == '(':
					depth++
				case r == '}' || r == ')':
					depth--
				}
				before = r
			}
		}
		if depth != 0 || quote != 0 {
			t.Errorf("brackets open %d, quotation mark %q", depth, quote)
		}
	})
}

// TestManualPages: every command has a page, which groff sets without a warning and which says what --help-all says.
func TestManualPages(t *testing.T) {
	dir := t.TempDir()
	shownBy(t, nil, "man", "-o", dir)
	files, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(files) != len((&session{ctx: t.Context(), getenv: environment(nil)}).pageNames())+1 {
		t.Errorf("%d pages, want %d (%v)", len(files), len((&session{ctx: t.Context(), getenv: environment(nil)}).pageNames())+1, err)
	}
	groff := tool(t, "groff")
	set := func(name string) string {
		page, err := os.ReadFile(filepath.Join(dir, name+".1"))
		if err != nil {
			t.Fatal(err)
		}
		if groff == "" {
			return strings.Join(strings.Fields(strings.NewReplacer(`\-`, "-", `\fB`, "", `\fI`, "", `\fR`, "").Replace(string(page))), " ")
		}
		var said bytes.Buffer
		cmd := exec.Command(groff, "-man", "-Tutf8", "-ww", "-rLL=200n", "-P-c", filepath.Join(dir, name+".1"))
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil || said.Len() > 0 {
			t.Errorf("%s: %v: %s", name, err, &said)
		}
		text := regexp.MustCompile(`.\x08`).ReplaceAllString(string(out), "")
		return strings.Join(strings.Fields(text), " ")
	}
	if text := set("dwtriage"); !strings.Contains(text, "EXIT STATUS 0 done") || !strings.Contains(text, "dwtriage-run(1)") || !strings.Contains(text, "FILES dwtriage.duckdb") {
		t.Errorf("dwtriage.1: %s", text)
	}
	codes := firstColumn(readmeText(t), "| exit code | meaning |")
	for i, e := range exitMeanings {
		if len(codes) != len(exitMeanings) || codes[i] != e[0] {
			t.Errorf("exit codes %q, README has %q", exitMeanings, codes)
		}
	}
	plain := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for _, name := range (&session{ctx: t.Context(), getenv: environment(nil)}).pageNames() {
		text := set("dwtriage-" + strings.ReplaceAll(name, " ", "-"))
		if len(commandsOf(name)) > 0 {
			for _, sub := range commandsOf(name) {
				if !strings.Contains(text, "dwtriage-"+name+"-"+sub.name+"(1)") {
					t.Errorf("%s: lacks %s", name, sub.name)
				}
			}
			continue
		}
		s := &session{ctx: t.Context(), getenv: environment(nil)}
		f := s.flagsOf(commandOf(t, strings.Fields(name)))
		wants := []string{"SYNOPSIS " + f.usage}
		for _, g := range f.groups {
			g.VisitAll(func(fl *pflag.Flag) {
				_, usage := pflag.UnquoteUsage(fl)
				wants = append(wants, "--"+fl.Name, plain(usage))
			})
		}
		_, list := splitNotes(f.notes)
		if strings.Contains(f.notes, "Exit codes:") && (len(list) == 0 || list[0][0] != "0") {
			t.Errorf("%s: exit codes %q of %q", name, list, f.notes)
		}
		for _, c := range list {
			wants = append(wants, c[0]+" "+c[1])
		}
		for line := range strings.Lines(f.examples) {
			wants = append(wants, plain(line))
		}
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the page lacks %q:\n%.300s", name, want, text)
				break
			}
		}
	}
}

func readmeText(t *testing.T) string {
	b, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestManualPagesSpare: pages of another version are replaced, and nothing else is.
func TestManualPagesSpare(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "dwtriage-run.1")
	for text, want := range map[string]int{
		".TH DWTRIAGE\\-RUN 1 \"\" \"dwtriage 0.1\" \"dwtriage\"\nold\n": exitDone,
		".TH DWTRIAGE\\-RUN 1 \"\" \"my notes\"\n":                       exitFailed,
		"\n": exitFailed,
	} {
		pages, err := filepath.Glob(filepath.Join(dir, "*"))
		for _, p := range pages {
			os.Remove(p)
		}
		if err = errors.Join(err, os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		code := run(t.Context(), []string{"man", "-o", dir}, nil, &out, &out, environment(nil))
		have, _ := os.ReadFile(name)
		if pages, _ = filepath.Glob(filepath.Join(dir, "*")); code != want || (want == exitFailed) != (string(have) == text) || (want == exitFailed) != (len(pages) == 1) {
			t.Errorf("%q: exit code %d, %d pages: %s", text, code, len(pages), &out)
		}
	}
}
