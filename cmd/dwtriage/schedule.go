package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"dwtriage/ingest/words"
)

// taskKinds are the values of schedule print --for.
var taskKinds = []string{"windows", "systemd", "cron", "azure-pipelines", "github"}

// taskFlags are the flags of schedule print, as given.
type taskFlags struct {
	kind, name, at      string
	program, directory  string
	user, logFile, host string // host: the system this runs on, windows or unix
	runLog              string // --log-file behind --
	worker              bool   // --part is there
	out                 string
	quiet, force        bool
}

func (t *taskFlags) flags() *flags {
	f := newFlags("dwtriage schedule print --for KIND [flags] -- [flags of run] PATH...", `Prints a task that calls dwtriage run every day, ready for the scheduler that it is for. What stands
behind -- is what run would be called with; it is checked as run checks it, and names of files
and folders that are relative become absolute. In a pipeline they stay relative, to the checkout.
Nothing is installed: the text says at its beginning how that is done.`)
	g := f.group("The task")
	g.StringVar(&t.kind, "for", "", "`KIND` of scheduler: "+orList(taskKinds))
	g.StringVar(&t.at, "at", "05:00", "start at `HH:MM`, in the time of the machine; in UTC for azure-pipelines and github")
	g.StringVar(&t.name, "name", "dwtriage", "`NAME` of the task: one for each environment that has a task of its own")
	g = f.group("The machine that it runs on")
	g.StringVar(&t.program, "program", "", "`FILE` of dwtriage there (default this program, if it is no light build; in a pipeline dwtriage, wherever PATH finds it)")
	g.StringVar(&t.directory, "directory", "", "working `FOLDER`, which relative names are relative to (default this one; in a pipeline the checkout)")
	g.StringVar(&t.user, "user", "", "`NAME` of the user it runs as (default whoever installs it)")
	g.StringVar(&t.logFile, "log-file", "", "`FILE` that gets what run prints, at its end, without times; --log-file of run, behind --, is a log with times (default NAME.log in the working folder for cron and windows, the journal of systemd, the log of a pipeline's step)")
	g = f.group("Output")
	g.StringVarP(&t.out, "out", "o", "", "`FOLDER` for the task as files, instead of printing it: systemd has two")
	g.BoolVar(&t.force, "force", false, "with --out: replace files that are there with other content")
	g.BoolVarP(&t.quiet, "quiet", "q", false, "with --out: do not say which files were written")
	f.examples = `  dwtriage schedule print --for windows --user 'CONTOSO\svc-dwtriage' -- --environment PROD D:\exports > dwtriage.xml
  dwtriage schedule print --for systemd -o /etc/systemd/system -- --db /var/lib/dwtriage/night.duckdb /srv/exports
  dwtriage schedule print --for github --at 04:30 -- --fail-on critical exports > .github/workflows/dwtriage.yml`
	f.notes = `The source systems forget within a day, so the task is daily, catches up on a start that was missed, and
never runs twice at once. Where neither --lock-wait nor --part is given, --lock-wait is 30m: a
busy database is waited for.
Exit codes: 0 printed. 1 a file could not be written, or is there
with other content. 2 mistake in flags, those of run included.`
	return f
}

// runSchedule is the command schedule, of which print is all there is: the word leaves room, and says that nothing is installed.
func runSchedule(s *session, args []string) (int, error) {
	if len(args) == 0 || args[0] != "print" {
		if asksHelp(args) {
			args = []string{"print", "--help"}
		} else {
			return 0, usageError("schedule can print: dwtriage schedule print --help")
		}
	}
	s.command = "schedule print"
	t := taskFlags{host: "unix"}
	if runtime.GOOS == "windows" {
		t.host = "windows"
	}
	f := t.flags()
	if err := f.parse(s, args[1:]); err != nil {
		return 0, err
	}
	s.fate.is("nothing was changed")
	typed := f.Args()
	if n := f.ArgsLenAtDash(); n > 0 || n < 0 && len(typed) > 0 {
		return 0, usageError("%q stands before --; what run is called with stands behind it: dwtriage schedule print --for cron -- exports/", typed[0])
	}
	k, err := t.task(s, typed)
	if err != nil {
		return 0, err
	}
	files, err := k.files()
	if err != nil {
		return 0, err
	}
	if t.out == "" {
		for i, file := range files {
			if i > 0 {
				tell(s.stdout, "\n")
			}
			tell(s.stdout, "%s", several(file.text))
		}
		return exitDone, nil
	}
	if err := t.spare(files); err != nil {
		return 0, err
	}
	for _, file := range files {
		name := filepath.Join(t.out, file.name)
		if err := os.WriteFile(name, []byte(file.text), 0o666); err != nil {
			return 0, fmt.Errorf("--out: %w", err)
		}
		if !t.quiet {
			tell(s.stdout, "%s\n", name)
		}
	}
	return exitDone, nil
}

// spare refuses to replace what somebody may have written, before any file is. A task that was printed before and is printed as it was is
// no loss.
func (t *taskFlags) spare(files []taskFile) error {
	for _, file := range files {
		name := filepath.Join(t.out, file.name)
		info, err := os.Stat(name)
		if t.force || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var there []byte
		if err == nil && info.Mode().IsRegular() && info.Size() == int64(len(file.text)) {
			there, err = os.ReadFile(name)
		}
		if err != nil {
			return fmt.Errorf("--out: %w", err)
		}
		if string(there) != file.text {
			return fmt.Errorf("--out: %s is there with other content; move it away or give --force, which replaces it", name)
		}
	}
	return nil
}

// A task is what a scheduler has to do, for the machine that it is for.
type task struct {
	kind, name string
	hour, min  int
	program    string
	arguments  []string // run and what it is called with
	directory  string   // empty: that of a pipeline
	user       string
	logFile    string // empty: where the scheduler keeps what is printed
	runLog     string // of --log-file of run; empty: it keeps none
	worker     bool   // it makes a part: no database is busy, and nothing is judged
}

// log is the file to look into after a failure.
func (k *task) log() string { return cmp.Or(k.runLog, k.logFile) }

// A taskFile is a file of a task.
type taskFile struct{ name, text string }

// pipeline reports whether the task begins in a checkout whose place nobody knows beforehand.
func (t *taskFlags) pipeline() bool { return t.kind == "azure-pipelines" || t.kind == "github" }

// taskName is what names of tasks, units and groups may be made of everywhere.
var taskName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// task checks the flags and makes names of files absolute.
func (t *taskFlags) task(s *session, typed []string) (*task, error) {
	if t.kind == "" {
		return nil, usageError("schedule print needs --for: %s", orList(taskKinds))
	}
	if err := oneOf("--for", t.kind, taskKinds); err != nil {
		return nil, err
	}
	at, err := time.Parse("15:04", t.at)
	if err != nil {
		return nil, usageError("--at: %q is not a time of the day; write 05:00", t.at)
	}
	if !taskName.MatchString(t.name) {
		return nil, usageError("--name: %q is not a name of up to 64 letters, digits, dots, - and _", t.name)
	}
	k := &task{kind: t.kind, name: t.name, hour: at.Hour(), min: at.Minute(), user: t.user}
	if t.pipeline() && (t.user != "" || t.logFile != "") {
		return nil, usageError("--user and --log-file: a pipeline runs as its agent does and keeps what a step prints; leave them out")
	}
	if err := t.places(k); err != nil {
		return nil, err
	}
	if k.arguments, err = t.arguments(s, typed, k.directory); err != nil {
		return nil, err
	}
	k.worker = t.worker
	if k.runLog = t.runLog; k.runLog != "" && k.runLog == k.logFile {
		return nil, usageError("--log-file: %s would get what run says twice, as its own --log-file and as what it prints; give one of them another name", k.logFile)
	}
	for _, text := range append([]string{k.program, k.directory, k.user, k.logFile}, k.arguments...) {
		if words.OneLine(text) != text {
			return nil, usageError("%q has signs that no line of a task can hold; rename it", text)
		}
	}
	return k, nil
}

// places fills in where the program, the working folder and the log are.
func (t *taskFlags) places(k *task) (err error) {
	here, _ := os.Getwd()
	switch {
	case t.pipeline():
		if k.directory, k.program = t.directory, t.program; k.program == "" {
			k.program = "dwtriage"
		}
		if strings.Contains(k.directory, "${{") || strings.Contains(k.directory, "$(") || strings.Contains(k.directory, "$[") {
			return usageError("--directory: %q has an expression of the pipeline in it; use another name", k.directory)
		}
		return nil
	case t.directory != "":
		if k.directory, err = t.absolute("--directory", t.directory, here); err != nil {
			return err
		}
	case t.native():
		k.directory = here
	default:
		return usageError("--directory: a task for another system needs its working folder, as in --directory %s", t.like())
	}
	switch {
	case t.program != "":
		k.program, err = t.absolute("--program", t.program, k.directory)
	case t.native() && build == "light":
		err = usageError("--program: this light build cannot run what the task calls; name the full build, as in --program %s", t.join(t.like(), "dwtriage"))
	case t.native():
		k.program, err = os.Executable()
	default:
		err = usageError("--program: a task for another system needs the name that dwtriage has there, as in --program %s", t.join(t.like(), "dwtriage"))
	}
	if err != nil {
		return err
	}
	if k.logFile = t.logFile; k.logFile == "" && t.kind != "systemd" {
		k.logFile = t.name + ".log"
	}
	if k.logFile != "" {
		k.logFile, err = t.absolute("--log-file", k.logFile, k.directory)
	}
	return err
}

// native reports whether names of files are written here as they are where the task runs.
func (t *taskFlags) native() bool { return (t.kind == "windows") == (t.host == "windows") }

// like is a folder as it may be named where the task runs.
func (t *taskFlags) like() string {
	if t.kind == "windows" {
		return `C:\dwtriage`
	}
	return "/srv/dwtriage"
}

// windowsRooted finds names that Windows takes for the same file in every working folder.
var windowsRooted = regexp.MustCompile(`^(?:[A-Za-z]:[\\/]|\\\\)`)

// absolute is a name of a file as it is where the task runs.
func (t *taskFlags) absolute(flag, name, folder string) (string, error) {
	rooted := path.IsAbs(name)
	if t.kind == "windows" {
		rooted = windowsRooted.MatchString(name)
	}
	if !rooted && folder != "" && (flag != "--directory" || t.native()) {
		return t.join(folder, name), nil
	}
	if !rooted {
		return "", usageError("%s: %q is no name that means the same everywhere on the machine of the task, as %s does", flag, name, t.like())
	}
	if t.kind == "windows" {
		return strings.ReplaceAll(name, "/", `\`), nil
	}
	return path.Clean(name), nil
}

func (t *taskFlags) join(folder, name string) string {
	if t.kind != "windows" {
		return path.Join(folder, name)
	}
	name = strings.TrimPrefix(strings.ReplaceAll(name, "/", `\`), `.\`)
	if name == "." {
		return folder
	}
	return strings.TrimRight(folder, `\/`) + `\` + name
}

// arguments is the command line of run, with names of files that are absolute, each flag in its long form.
func (t *taskFlags) arguments(s *session, typed []string, folder string) ([]string, error) {
	if len(typed) > 0 && typed[0] == "run" {
		typed = typed[1:] // as it would be typed
	}
	var rf runFlags
	f := rf.flags()
	if err := f.read(typed); err != nil {
		return nil, usageError("behind --: %v; dwtriage run --help lists the flags of run", err)
	}
	if f.NArg() == 0 {
		return nil, usageError("behind -- stands what run reads: dwtriage schedule print --for %s -- exports/", t.kind)
	}
	if err := rf.checked(s); err != nil {
		return nil, &exitError{exitUsage, fmt.Errorf("behind --: %w", err)}
	}
	if err := t.checkConfig(s, typed, f.config, folder); err != nil {
		return nil, err
	}
	sayUnheard(s, f)
	place := func(what, name string) (string, error) {
		if t.pipeline() {
			return name, nil
		}
		return t.absolute(what, name, folder)
	}
	args := []string{"run"}
	var err error
	f.FlagSet.SortFlags = false
	f.Visit(func(fl *pflag.Flag) {
		for _, v := range valuesOf(fl) {
			if isPath(fl) && v != "" && err == nil {
				v, err = place("--"+fl.Name, v)
			}
			if fl.Name == "log-file" {
				t.runLog = v
			}
			args = append(args, typedFlag(fl, v)...)
		}
	})
	t.worker = rf.parts.folder != ""
	if !f.Changed("lock-wait") && !t.worker { // which waits for no database
		args = append(args, "--lock-wait", "30m")
	}
	for _, name := range f.Args() {
		if name == "-" {
			return nil, usageError("PATH -: a task has no standard input; name the files")
		}
		if strings.HasPrefix(name, "-") && !slices.Contains(args, "--") {
			args = append(args, "--")
		}
		if err == nil {
			name, err = place("PATH", name)
		}
		args = append(args, name)
	}
	return args, err
}

// sayUnheard names the variables that set flags of run here and not in the task, which has the environment of its scheduler. Their values, which may be
// secret, are put nowhere.
func sayUnheard(s *session, f *flags) {
	var set, instead []string
	f.VisitAll(func(fl *pflag.Flag) {
		if !isHelp(fl.Name) && !fl.Changed && s.getenv(variable(fl.Name)) != "" {
			set, instead = append(set, variable(fl.Name)), append(instead, "--"+fl.Name)
		}
	})
	if n := len(set); n > 0 {
		tell(s.stderr, "dwtriage: %s: set here, and not in the task, which runs without %s; give %s behind -- or in the file of --config, or set %s where the task runs\n",
			words.AndList(set), words.Plural(n, "it", "them"), words.AndList(instead), words.Plural(n, "it", "them"))
	}
}

// checkConfig says what run would say of the file of --config, where that lies on this machine.
func (t *taskFlags) checkConfig(s *session, typed []string, name, folder string) error {
	if name == "" || !t.native() && !t.pipeline() {
		return nil
	}
	if folder != "" && !path.IsAbs(name) {
		name = filepath.Join(folder, name)
	}
	if _, err := os.Stat(name); err != nil {
		return nil // it may be made later
	}
	c, err := s.readConfig(name)
	if err != nil {
		return err
	}
	var rf runFlags
	f := rf.flags()
	f.from = map[string]string{}
	err = f.read(typed)
	f.Visit(func(fl *pflag.Flag) { f.from[fl.Name] = "flag" })
	if err == nil {
		err = c.apply(s, f, "run")
	}
	if err == nil {
		err = f.placed(rf.checked(s))
	}
	return err
}

// valuesOf are the values of a flag: several where it is repeatable.
func valuesOf(fl *pflag.Flag) []string {
	if list, ok := fl.Value.(pflag.SliceValue); ok {
		return list.GetSlice()
	}
	return []string{fl.Value.String()}
}

// isPath reports whether a flag names files or folders, which its usage says.
func isPath(fl *pflag.Flag) bool {
	name, _ := pflag.UnquoteUsage(fl)
	return name == "FILE" || name == "FOLDER" || name == "PATH"
}

// typedFlag is a flag as it is typed.
func typedFlag(fl *pflag.Flag, value string) []string {
	switch {
	case fl.NoOptDefVal == "":
		return []string{"--" + fl.Name, value}
	case value == fl.NoOptDefVal:
		return []string{"--" + fl.Name}
	}
	return []string{"--" + fl.Name + "=" + value}
}
