package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"dwtriage/classify"
)

func runRules(s *session, args []string) (int, error) {
	sub := ""
	if len(args) > 0 {
		sub = args[0]
	}
	switch sub {
	case "list":
		s.command = "rules list"
		return runRulesList(s, args[1:])
	case "test":
		s.command = "rules test"
		return runRulesTest(s, args[1:])
	case "-h", "--help":
		fmt.Fprint(s.stdout, "Usage:\n  dwtriage rules list [flags]\n  dwtriage rules test [flags]\n\ndwtriage rules list --help and dwtriage rules test --help say more.\n")
		return exitDone, nil
	}
	return 0, usageError("rules needs to know what to do: dwtriage rules list, or dwtriage rules test")
}

func runRulesList(s *session, args []string) (int, error) {
	f := newFlags("dwtriage rules list [flags]", "Lists every rule: id, severity, category, priority, logs and title.")
	m, err := matcherFor(s, f, args)
	if m == nil {
		return exitDone, err
	}
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tSTATUS\tSEVERITY\tCATEGORY\tPRIORITY\tLOGS\tTITLE")
	for _, r := range m.Rules() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", r.ID, r.Status, r.Severity, r.Category, r.Priority, strings.Join(r.Logs, ","), r.Title)
	}
	return exitDone, w.Flush()
}

// matcherFor compiles the rules that the arguments choose; nil without an error when help was
// asked for.
func matcherFor(s *session, f *flags, args []string) (*classify.Matcher, error) {
	var rf ruleFlags
	rf.define(f.group("Rules"))
	if done, err := f.parse(s, args); done || err != nil {
		return nil, err
	}
	return rf.compile()
}

func runRulesTest(s *session, args []string) (int, error) {
	f := newFlags("dwtriage rules test [flags]", `Judges every example of every rule by the whole rule set: a match example must
come out as its own rule, a no_match example must not.
Exit code 0: all come out right. 1: some do not. 2: a rule file has mistakes.`)
	m, err := matcherFor(s, f, args)
	if m == nil {
		return exitDone, err
	}
	examples, failures := m.Test()
	for _, x := range failures {
		fmt.Fprintf(s.stdout, "%s:%d: %s: %s\n    %s\n", x.Rule.File, x.Rule.Line, x.Rule.ID, x.Msg, excerpt(x.Example, 300))
	}
	fmt.Fprintf(s.stdout, "%d rules, %d examples, %d failed\n", len(m.Rules()), examples, len(failures))
	if len(failures) > 0 {
		return exitFailed, nil
	}
	return exitDone, nil
}

// excerpt cuts a text for one line of a terminal.
func excerpt(text string, most int) string {
	text = classify.NormalizeString(text)
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + " …"
	}
	return text
}
