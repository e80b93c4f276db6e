package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"dwtriage/classify"
)

// flags is a pflag.FlagSet whose usage text has headings and examples. pflag sorts all flags into one list;
// with two dozen of them nobody finds the one about memory between --max-record and --no-builtin-rules. Each
// group is a set of its own, printed below its heading, and joined into one for parsing.
type flags struct {
	*pflag.FlagSet
	usage    string // "dwtriage run [flags] PATH..."
	about    string // paragraphs below it
	groups   []*pflag.FlagSet
	titles   []string
	rare     []string // flags that only --help-all describes
	examples string
	notes    string // below the flags
	help     bool
	helpAll  bool
	config   string            // FILE of --config
	logFile  string            // FILE of --log-file
	keepsLog bool              // it has that flag
	from     map[string]string // what set a flag: the flag, a variable, a line of a file
}

func newFlags(usage, about string) *flags {
	f := &flags{FlagSet: pflag.NewFlagSet(usage, pflag.ContinueOnError), usage: usage, about: about}
	f.SetOutput(io.Discard) // errors are printed once, by end
	return f
}

// group starts a heading; the flags defined on the returned set stand below it.
func (f *flags) group(title string) *pflag.FlagSet {
	g := pflag.NewFlagSet(title, pflag.ContinueOnError)
	g.SortFlags = false
	f.groups = append(f.groups, g)
	f.titles = append(f.titles, title)
	return g
}

// fold leaves flags that hardly anybody sets to --help-all; --help names them.
func (f *flags) fold(names ...string) { f.rare = append(f.rare, names...) }

// namesOf are the flags of a group.
func namesOf(g *pflag.FlagSet) (names []string) {
	g.VisitAll(func(fl *pflag.Flag) { names = append(names, fl.Name) })
	return names
}

// parse reads the arguments, then fills every flag that was not given from its environment
// variable, --fail-on from DWTRIAGE_FAIL_ON, or the file of --config. Where help was asked for it is printed, and the error
// is errHelped.
//
// What is typed wins over the environment, which wins over the file of --config, which wins over the default: a variable is set once for a
// machine, a flag by somebody who means this call. The name of a variable follows from the flag's, in one
// loop, so no flag can be forgotten. An empty variable counts as not set, as in a scheduler's form left
// blank; mistakes in several variables are all said at once.
func (f *flags) parse(s *session, args []string) error {
	if s.probe != nil {
		f.join()
		*s.probe = f
		return errHelped
	}
	defer func() {
		if !f.help && !f.helpAll {
			s.openLog(f, args)
		}
	}()
	if err := f.read(args); err != nil {
		return usageError("%v; dwtriage %s --help lists the flags", err, s.command)
	}
	if f.help || f.helpAll {
		f.print(s.stdout)
		return errHelped
	}
	if err := f.settle(s, s.command); err != nil {
		return err
	}
	s.mistypedVariables(f)
	s.typed = f
	if s.answersInJSON() {
		s.asJSON.Store(f.Lookup("json").Value.String() == "true")
	}
	if ci := f.Lookup("ci"); ci != nil { // before anything else can be wrong: it is told, too
		return s.tellPipeline(ci.Value.String(), f.Lookup("json").Value.String() == "true")
	}
	return nil
}

// settle fills every flag of a command that was not typed from its variable, and then from the file of --config.
func (f *flags) settle(s *session, command string) error {
	f.from = map[string]string{}
	var errs []error
	f.VisitAll(func(fl *pflag.Flag) {
		name := variable(fl.Name)
		switch v := s.getenv(name); {
		case isHelp(fl.Name):
		case fl.Changed:
			f.from[fl.Name] = "flag"
		case v != "":
			if err := f.Set(fl.Name, v); err != nil {
				errs = append(errs, fmt.Errorf("environment variable %s: %w", name, err))
			}
			f.from[fl.Name] = "variable " + name
		}
	})
	if len(errs) > 0 {
		return &exitError{exitUsage, errors.Join(errs...)}
	}
	if f.config == "" {
		return nil
	}
	c, err := s.readConfig(f.config)
	if err != nil {
		return err
	}
	return c.apply(s, f, command)
}

// read takes the flags of a command line, and nothing else into account.
func (f *flags) read(args []string) error {
	f.join()
	return f.Parse(args)
}

// join makes one set of the groups, and adds the flags that every command has.
func (f *flags) join() {
	if len(f.groups) > 0 {
		f.StringVar(&f.config, "config", "", "`FILE` of values for flags that neither the command line nor a variable sets")
	}
	for _, g := range f.groups {
		f.AddFlagSet(g)
	}
	f.BoolVarP(&f.help, "help", "h", false, "print this text")
	f.BoolVar(&f.helpAll, "help-all", false, "print this text with every flag")
	f.Lookup("help-all").Hidden = len(f.rare) == 0 // says what --help says
}

func (f *flags) print(w io.Writer) {
	fmt.Fprintf(w, "Usage:\n  %s\n\n%s\n", f.usage, f.about)
	var hidden []string
	example := ""
	for i, g := range f.groups {
		shows := false
		g.VisitAll(func(fl *pflag.Flag) {
			if example == "" {
				example = fl.Name
			}
			if fl.Hidden = !f.helpAll && slices.Contains(f.rare, fl.Name); fl.Hidden {
				hidden = append(hidden, "--"+fl.Name)
			} else {
				shows = true
			}
			if fl.Value.Type() == "bool" {
				fl.Value = shown{fl.Value}
			}
		})
		if shows {
			fmt.Fprintf(w, "\n%s:\n%s", f.titles[i], g.FlagUsagesWrapped(96))
		}
	}
	if len(hidden) > 0 {
		fmt.Fprintf(w, "\nAlso, described by --help-all:\n%s\n", wrapped(strings.Join(hidden, ", "), 96, "  "))
	}
	if f.notes != "" {
		fmt.Fprintf(w, "\n%s\n", f.notes)
	}
	if f.examples != "" {
		fmt.Fprintf(w, "\nExamples:\n%s\n", f.examples)
	}
	if example != "" {
		fmt.Fprintf(w, "\nEvery flag can be set by a variable, --%s by %s, and by --config FILE (config print --help).\n", example, variable(example))
	}
}

// asksHelp reports whether a command that has others below it is asked for help.
func asksHelp(args []string) bool {
	return len(args) > 0 && slices.Contains([]string{"-h", "--help", "--help-all"}, args[0])
}

// variable is the name of the environment variable that sets a flag.
func variable(flag string) string {
	return "DWTRIAGE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// mistypedVariables warns of variables that set nothing and are called almost as one that would: a night in the wrong environment says
// nothing of itself. Any other name with our prefix may be somebody's own.
func (s *session) mistypedVariables(f *flags) {
	if s.environ == nil {
		return
	}
	own := variablesOf(f)
	var names []string // of all commands; asked for once one is none of this command's
	for _, v := range s.environ() {
		name, value, _ := strings.Cut(v, "=")
		if !strings.HasPrefix(name, variable("")) || value == "" || slices.Contains(own, name) {
			continue
		}
		if names == nil {
			names = s.variables()
		}
		// Of three letters any two are a word that some flag is.
		if near := classify.Resembling(name, names, min(2, (len(name)-len(variable(""))-2)/2)); near != "" && !slices.Contains(names, name) {
			tell(s.stderr, "dwtriage: environment variable %s sets nothing%s\n", name, near)
		}
	}
}

// variables are the names of all that set a flag of some command.
func (s *session) variables() []string {
	names := variablesOf(flagsOfRun())
	for _, c := range commandNames() {
		if f := s.flagsOf(c); f != nil {
			names = append(names, variablesOf(f)...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// variablesOf are the names of those that set a flag of a command.
func variablesOf(f *flags) (names []string) {
	f.VisitAll(func(fl *pflag.Flag) {
		if !isHelp(fl.Name) {
			names = append(names, variable(fl.Name))
		}
	})
	return names
}

// shown hides from pflag that a flag is a boolean: the usage text says --json, not
// --json[=true|false].
type shown struct{ pflag.Value }

// reportForms are the forms of a report beside the tables.
var reportForms = []string{"html", "json", "markdown", "teams"}

// checkFormat says what of a list is no form of a report.
func checkFormat(flag, list string) error {
	for _, form := range strings.Split(list, ",") {
		if err := oneOf(flag, form, reportForms); err != nil {
			return err
		}
	}
	return nil
}

// oneOf is the error of a flag that takes one of a few words, and lists them: the next call is right.
func oneOf(flag, value string, known []string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return usageError("%s: %q is not one of %s", flag, value, strings.TrimPrefix(strings.Join(known, ", "), ", "))
}

var sizeUnits = []struct {
	name  string
	bytes int64
}{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}, {"B", 1}}

// parseSize reads 500KB, 8MB, 1.5GB, or a number of bytes. A KB is 1,024 bytes, as the database
// engine counts it.
func parseSize(text string) (int64, error) {
	s := strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(text), " ", ""))
	s = strings.Replace(s, "IB", "B", 1)
	unit := int64(1)
	for _, u := range sizeUnits {
		if n, ok := strings.CutSuffix(s, u.name); ok {
			s, unit = n, u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= 0) || n*float64(unit) > 1<<62 {
		return 0, fmt.Errorf("%q is not a size", text)
	}
	return int64(n * float64(unit)), nil
}

// formatSize prints a number of bytes in the largest unit that leaves a number above 1.
func formatSize(n int64) string {
	for _, u := range sizeUnits {
		if n >= u.bytes && u.bytes > 1 {
			return strings.TrimSuffix(strconv.FormatFloat(float64(n)/float64(u.bytes), 'f', 1, 64), ".0") + " " + u.name
		}
	}
	return fmt.Sprintf("%d B", n)
}

// parseTime reads a time that a person types, in zone where it names none; an empty text is no time. It
// takes fewer spellings than logs are read with: here somebody is there to be asked, so nothing is
// guessed.
func parseTime(flag, text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, usageError("%s: %q is not a time; write 2026-11-22, 2026-11-22T18:00 or 2026-11-22T18:00Z", flag, text)
}
