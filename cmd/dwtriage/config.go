package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"

	"dwtriage/classify"
	"dwtriage/ingest/secrets"
)

// A configFile holds values of flags, as a file of --config has them. Keys at the top are flags of run, and hold for every
// command that has the same flag; below the name of a command stand those of this command alone, which win.
//
// No file is read that nobody named. One that is found in the working folder would come with whatever was unpacked there, and
// could say where the database is; one in the home folder is another one for the user that a scheduler runs as.
type configFile struct {
	name     string
	sections []configured // names of commands, with their lines
	values   []configured
}

// A configured is a value of a flag in a file.
type configured struct {
	command string // empty: at the top
	flag    string
	texts   []string
	list    bool
	line    int
}

// mostConfig is how large a file of --config may be, in bytes; one that is larger is another file.
const mostConfig = 1 << 20

// readConfig reads a file of --config. Its mistakes, all of them, are one error, with a line for each.
func (s *session) readConfig(name string) (*configFile, error) {
	text, err := smallFile(name)
	if err != nil {
		return nil, &exitError{exitUsage, fmt.Errorf("--config: %w", err)}
	}
	c := &configFile{name: name}
	if err := c.read(text); err != nil {
		return nil, &exitError{exitUsage, err}
	}
	if err := c.check(s); err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return c, nil
}

func smallFile(name string) ([]byte, error) {
	f, err := openRegular(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostConfig+1))
	if err == nil && len(text) > mostConfig {
		err = fmt.Errorf("%s has more than %s: it is no file of flags", name, formatSize(mostConfig))
	}
	return text, err
}

// mistake is an error at a line of the file.
func (c *configFile) mistake(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", c.name, line, fmt.Sprintf(format, args...))
}

func (c *configFile) read(text []byte) error {
	var docs []yaml.Node
	if err := yaml.Load(text, &docs, yaml.WithAllDocuments()); err != nil {
		var e *yaml.LoadError
		if errors.As(err, &e) {
			return c.mistake(max(e.Mark.Line, 1), "%s", e.Message)
		}
		return fmt.Errorf("%s: %w", c.name, err)
	}
	var errs []error
	for i, doc := range docs {
		switch {
		case len(doc.Content) == 0 || doc.Content[0].Kind == yaml.ScalarNode && doc.Content[0].Tag == "!!null": // only comments
		case i > 0:
			errs = append(errs, c.mistake(doc.Content[0].Line, "a second document; the file is one list of keys"))
		default:
			errs = append(errs, c.mapping("", doc.Content[0])...)
		}
	}
	return errors.Join(errs...)
}

// mapping takes the keys of a mapping: at the top those of commands have one of their own.
func (c *configFile) mapping(command string, n *yaml.Node) (errs []error) {
	if n.Kind != yaml.MappingNode {
		return []error{c.mistake(n.Line, "flags stand here as NAME: VALUE, as in fail-on: critical")}
	}
	seen := map[string]int{} // its line
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if before := seen[k.Value]; before > 0 {
			errs = append(errs, c.mistake(k.Line, "%q stands here twice, before in line %d", k.Value, before))
			continue
		}
		seen[k.Value] = k.Line
		if command == "" && v.Kind == yaml.MappingNode {
			c.sections = append(c.sections, configured{command: k.Value, line: k.Line})
			errs = append(errs, c.mapping(k.Value, v)...)
			continue
		}
		value := configured{command: command, flag: k.Value, line: k.Line}
		if err := c.scalars(&value, v); err != nil {
			errs = append(errs, err)
			continue
		}
		c.values = append(c.values, value)
	}
	return errs
}

func (c *configFile) scalars(value *configured, n *yaml.Node) error {
	items := []*yaml.Node{n}
	if value.list = n.Kind == yaml.SequenceNode; value.list {
		items = n.Content
	}
	for _, item := range items {
		switch {
		case item.Kind != yaml.ScalarNode:
			return c.mistake(item.Line, "%q: a value is a word, a number or true or false, or a list of them for a flag that is repeatable", value.flag)
		case item.Tag == "!!null":
			return c.mistake(item.Line, "%q has no value", value.flag)
		}
		value.texts = append(value.texts, item.Value)
	}
	return nil
}

// commandNames are all commands with flags, by their names as they are typed.
func commandNames() map[string]command {
	all := map[string]command{}
	for _, c := range commands() {
		below := commandsOf(c.name)
		for _, sub := range below {
			all[c.name+" "+sub.name] = sub
		}
		if len(below) == 0 {
			all[c.name] = c
		}
	}
	return all
}

// check holds every key to the flags that there are, and every value to the kind that its flag takes. Words of which a flag takes
// a few are the command's to check.
func (c *configFile) check(s *session) error {
	known := map[string]*flags{}
	for name, cmd := range commandNames() {
		known[name] = s.flagsOf(cmd)
	}
	known["run"] = flagsOfRun()
	var errs []error
	for _, v := range c.sections {
		if _, there := known[v.command]; !there {
			errs = append(errs, c.mistake(v.line, "no command is called %q%s", v.command, classify.Nearest(v.command, slices.Sorted(maps.Keys(known)))))
		}
	}
	for _, v := range c.values {
		command := v.command
		if command == "" {
			command = "run"
		}
		if f := known[command]; f != nil {
			if err := c.checkValue(f, command, v, known); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

func (c *configFile) checkValue(f *flags, command string, v configured, known map[string]*flags) error {
	fl := f.Lookup(v.flag)
	if fl == nil || isHelp(v.flag) || v.flag == "config" {
		if v.command == "" {
			for _, name := range slices.Sorted(maps.Keys(known)) {
				if other := known[name]; other != nil && other.Lookup(v.flag) != nil && !isHelp(v.flag) && v.flag != "config" {
					return c.mistake(v.line, "%q is a flag of %s and not of run; put it below a key %q", v.flag, name, name)
				}
			}
		}
		var names []string
		for _, g := range f.groups {
			names = append(names, namesOf(g)...)
		}
		return c.mistake(v.line, "%s has no flag %q that a file can set%s", command, v.flag, classify.Nearest(v.flag, names))
	}
	if _, repeatable := fl.Value.(pflag.SliceValue); v.list && !repeatable {
		return c.mistake(v.line, "%q takes one value and not a list", v.flag)
	}
	for _, text := range v.texts {
		if err := fl.Value.Set(text); err != nil {
			return c.mistake(v.line, "%q: %q is no value of it: %v", v.flag, secrets.Clean(text), err)
		}
	}
	return nil
}

func isHelp(flag string) bool { return flag == "help" || flag == "help-all" }

// flagsOfRun are the flags of run, also in a build without it.
func flagsOfRun() *flags {
	f := (&runFlags{}).flags()
	f.join()
	return f
}

// apply sets the flags of a command that nothing has set.
func (c *configFile) apply(s *session, f *flags, command string) error {
	base := flagsOfRun()
	own := map[string]bool{}
	for _, v := range c.values {
		own[v.flag] = own[v.flag] || v.command == command
	}
	var errs []error
	for _, v := range c.values {
		fl := f.Lookup(v.flag)
		switch {
		case v.command != "" && v.command != command, v.command == "" && own[v.flag], fl == nil, f.from[v.flag] != "":
			continue
		case v.command == "" && !alike(fl, base, v.flag):
			continue
		}
		for _, text := range v.texts {
			if isPath(fl) && text != "" && !filepath.IsAbs(text) {
				text = filepath.Join(filepath.Dir(c.name), text)
			}
			if err := f.Set(v.flag, text); err != nil {
				errs = append(errs, c.mistake(v.line, "%q: %v", v.flag, err))
			}
		}
		f.from[v.flag] = fmt.Sprintf("%s:%d", c.name, v.line)
	}
	if len(errs) > 0 {
		return &exitError{exitUsage, errors.Join(errs...)}
	}
	return nil
}

// alike reports whether a flag means what that of run does: the folder of a report is no file of a bundle.
func alike(fl *pflag.Flag, run *flags, name string) bool {
	of := run.Lookup(name)
	if of == nil {
		return false
	}
	a, _ := pflag.UnquoteUsage(fl)
	b, _ := pflag.UnquoteUsage(of)
	return a == b && fl.DefValue == of.DefValue && fl.Value.Type() == of.Value.Type()
}

// A inForce is a flag of a command, its value, and where that comes from.
type inForce struct {
	Command string `json:"command"`
	Flag    string `json:"flag"`
	Value   any    `json:"value"` // a text, or a list of them for a flag that is repeatable
	From    string `json:"from"`
}

// runConfig is the command config.
func runConfig(s *session, args []string) (int, error) {
	if len(args) > 0 && args[0] == "print" {
		s.command = "config print"
		return runConfigPrint(s, args[1:])
	}
	if asksHelp(args) {
		s.command = "config print"
		return runConfigPrint(s, []string{"--help"})
	}
	return 0, usageError("config can print: dwtriage config print --help")
}

func runConfigPrint(s *session, args []string) (int, error) {
	var asJSON bool
	f := newFlags("dwtriage config print [flags] [-- COMMAND [flags]]", `Prints every flag of a command (run, where none is named), its value as it would be now, and where that
comes from: the flag, an environment variable, the line of a file, or the default. A flag wins over
a variable, which wins over the file of --config or DWTRIAGE_CONFIG. The file is YAML:
  environment: PROD             # a flag of run, and of every command that has the same one
  db: night.duckdb              # names are relative to the file
  rules: [site.yaml]            # a list for what is repeatable
  run:                          # for one command alone
    fail-on: critical
  rules lint:
    strict: true
No file is read that is not named.`)
	f.group("Output").BoolVar(&asJSON, "json", false, "an array of objects instead of a table")
	f.examples = `  dwtriage config print --config dwtriage.yaml
  dwtriage config print --config dwtriage.yaml -- report --run 3`
	f.notes = "Exit codes: 0 printed. 2 mistake in flags, variables or the file. What can only be\njudged by opening a file or a database is judged by the command."
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	name, typed := commandTyped(f.Args())
	cmd, ok := commandNames()[name]
	if !ok {
		return 0, usageError("there is no command %q%s", name, classify.Nearest(name, slices.Sorted(maps.Keys(commandNames()))))
	}
	of := s.flagsOf(cmd)
	if name == "run" {
		of = flagsOfRun()
	}
	if of == nil {
		return 0, usageError("%s has no flags in this build", name)
	}
	if err := of.Parse(typed); err != nil {
		return 0, usageError("behind --: %v; dwtriage %s --help lists the flags", err, name)
	}
	if of.config == "" {
		of.config = f.config
	}
	if err := of.settle(s, name); err != nil {
		return 0, err
	}
	if err := of.judge(s, name); err != nil {
		return 0, err
	}
	list := of.shown(name)
	if asJSON {
		return exitDone, printJSON(s.stdout, list)
	}
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	tell(w, "FLAG\tVALUE\tFROM\n")
	for _, v := range list {
		text, _ := json.Marshal(v.Value)
		if one, ok := v.Value.(string); ok && one != "" {
			text = []byte(one)
		}
		tell(w, "%s\t%s\t%s\n", v.Flag, string(text), v.From)
	}
	return exitDone, w.Flush()
}

// judge says what a command would say of the values of its flags: of those that run has too run's own check, of the others the words that
// they take. What only opening a file can tell is left to the command.
func (f *flags) judge(s *session, command string) error {
	var rf runFlags
	run := rf.flags()
	run.join()
	run.from = f.from
	var errs []error
	f.VisitAll(func(fl *pflag.Flag) {
		if !fl.Changed || isHelp(fl.Name) || !alike(fl, run, fl.Name) {
			return
		}
		for _, text := range valuesOf(fl) {
			errs = append(errs, run.Set(fl.Name, text))
		}
	})
	if err := errors.Join(errs...); err != nil {
		return usageError("%v", err)
	}
	if err := rf.checked(s); err != nil {
		return f.placed(err)
	}
	return f.placed(f.checkWords(command))
}

// quotedFlag finds the flag that a message is about.
var quotedFlag = regexp.MustCompile(`^--([a-z-]+): `)

// placed names the variable, or the line of the file, that has set the flag which an error is about.
func (f *flags) placed(err error) error {
	if err == nil {
		return nil
	}
	m := quotedFlag.FindStringSubmatch(err.Error())
	if m == nil || f.from[m[1]] == "" || f.from[m[1]] == "flag" {
		return err
	}
	return fmt.Errorf("%s: %w", f.from[m[1]], err)
}

// commandTyped takes the command off a command line; run is the one of an empty line.
func commandTyped(typed []string) (name string, rest []string) {
	switch {
	case len(typed) == 0:
		return "run", nil
	case len(typed) > 1 && len(commandsOf(typed[0])) > 0:
		return typed[0] + " " + typed[1], typed[2:]
	}
	return typed[0], typed[1:]
}

// shown are the flags of a command in the order of its help. Secrets and the place of keys do not show.
func (f *flags) shown(command string) (list []inForce) {
	for _, g := range f.groups {
		g.VisitAll(func(fl *pflag.Flag) {
			v := inForce{Command: command, Flag: fl.Name, From: f.from[fl.Name], Value: hiddenValue(fl, fl.Value.String())}
			if v.From == "" {
				v.From = "default"
			}
			if _, ok := fl.Value.(pflag.SliceValue); ok {
				texts := []string{}
				for _, text := range valuesOf(fl) {
					texts = append(texts, hiddenValue(fl, text))
				}
				v.Value = texts
			}
			list = append(list, v)
		})
	}
	return list
}

func hiddenValue(fl *pflag.Flag, text string) string {
	if text != "" && strings.HasSuffix(fl.Name, "-key") {
		return "[withheld]"
	}
	return secrets.Clean(text)
}
