package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// flags is a pflag.FlagSet whose usage text has headings and examples.
type flags struct {
	*pflag.FlagSet
	usage    string // "dwtriage run [flags] PATH..."
	about    string // paragraphs below it
	groups   []*pflag.FlagSet
	titles   []string
	examples string
	notes    string // below the flags
	help     bool
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

// parse reads the arguments, then fills every flag that was not given from its environment
// variable: --fail-on from DWTRIAGE_FAIL_ON. done is true when help was asked for and printed.
func (f *flags) parse(s *session, args []string) (done bool, err error) {
	for _, g := range f.groups {
		f.AddFlagSet(g)
	}
	f.BoolVarP(&f.help, "help", "h", false, "print this text")
	if err := f.Parse(args); err != nil {
		return false, usageError("%v; dwtriage %s --help lists the flags", err, s.command)
	}
	if f.help {
		f.print(s.stdout)
		return true, nil
	}
	var errs []error
	f.VisitAll(func(fl *pflag.Flag) {
		name := "DWTRIAGE_" + strings.ToUpper(strings.ReplaceAll(fl.Name, "-", "_"))
		if v := s.getenv(name); v != "" && !fl.Changed && fl.Name != "help" {
			if err := f.Set(fl.Name, v); err != nil {
				errs = append(errs, fmt.Errorf("environment variable %s: %w", name, err))
			}
		}
	})
	if len(errs) > 0 {
		return false, &exitError{exitUsage, errors.Join(errs...)}
	}
	return false, nil
}

func (f *flags) print(w io.Writer) {
	fmt.Fprintf(w, "Usage:\n  %s\n\n%s\n", f.usage, f.about)
	for i, g := range f.groups {
		g.VisitAll(func(fl *pflag.Flag) {
			if fl.Value.Type() == "bool" {
				fl.Value = shown{fl.Value}
			}
		})
		fmt.Fprintf(w, "\n%s:\n%s", f.titles[i], g.FlagUsagesWrapped(96))
	}
	if f.notes != "" {
		fmt.Fprintf(w, "\n%s\n", f.notes)
	}
	if f.examples != "" {
		fmt.Fprintf(w, "\nExamples:\n%s\n", f.examples)
	}
	fmt.Fprintln(w, "\nEvery flag can be set by an environment variable: --fail-on by DWTRIAGE_FAIL_ON.")
}

// shown hides from pflag that a flag is a boolean: the usage text says --json, not
// --json[=true|false].
type shown struct{ pflag.Value }
