package main

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dwtriage/classify"
)

// shells are what completion prints a script for.
var shells = []string{"bash", "zsh", "fish", "powershell"}

// runCompletion is the command completion.
func runCompletion(s *session, args []string) (int, error) {
	f := newFlags("dwtriage completion bash|zsh|fish|powershell", `Prints the script that completes commands, flags, their values, rules and runs in a shell. It asks this
program what there is, so it need not be made anew with a new version:
  bash        dwtriage completion bash > ~/.local/share/bash-completion/completions/dwtriage
              (needs the package bash-completion)
  zsh         dwtriage completion zsh > "${fpath[1]}/_dwtriage"
  fish        dwtriage completion fish > ~/.config/fish/completions/dwtriage.fish
  powershell  dwtriage completion powershell >> $PROFILE`)
	f.notes = "Exit codes: 0 printed. 2 mistake in flags."
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	if f.NArg() != 1 {
		return 0, usageError("completion needs the name of a shell: %s", orList(shells))
	}
	if err := oneOf("completion", f.Arg(0), shells); err != nil {
		return 0, err
	}
	root := s.shadow()
	var script bytes.Buffer
	err := map[string]func(io.Writer) error{
		"bash":       func(w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"zsh":        root.GenZshCompletion,
		"fish":       func(w io.Writer) error { return root.GenFishCompletion(w, true) },
		"powershell": root.GenPowerShellCompletionWithDesc,
	}[f.Arg(0)](&script)
	if err != nil {
		return 0, err
	}
	_, err = s.stdout.Write(script.Bytes())
	return exitDone, err
}

// complete answers what the scripts ask: __complete, then the words that are typed so far.
func (s *session) complete(args []string) (int, error) {
	cobra.MousetrapHelpText = "" // is for programs that somebody clicks at
	root := s.shadow()
	root.SetArgs(args)
	root.SetOut(s.stdout)
	root.SetErr(io.Discard) // where it says which directive was given
	return exitDone, root.ExecuteContext(s.ctx)
}

// shadow is a tree of cobra's commands that knows ours and their flags, and does nothing. Cobra is only here for what it knows of
// shells: a command of ours is a function over its own set of flags, which tells the tree what it has by being asked for nothing else.
func (s *session) shadow() *cobra.Command {
	root := &cobra.Command{Use: "dwtriage", Short: "triage of dual-write error logs and plug-in traces", CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true}}
	help := &cobra.Command{Use: "help", Short: "describe a command", Run: nothing}
	help.AddCommand(&cobra.Command{Use: "exporting", Short: "how exports are made", Run: nothing})
	root.SetHelpCommand(help)
	for _, c := range commands() {
		help.AddCommand(&cobra.Command{Use: c.name, Short: c.short, Run: nothing})
		root.AddCommand(s.shadowOf(c.name, c))
	}
	return root
}

func nothing(*cobra.Command, []string) {}

// shadowOf is the shadow of a command and of those below it; name is its name with that of its parent.
func (s *session) shadowOf(name string, c command) *cobra.Command {
	shadow := &cobra.Command{Use: c.name, Short: c.short, Run: nothing}
	if below := commandsOf(c.name); len(below) > 0 && !strings.Contains(name, " ") {
		for _, sub := range below {
			shadow.AddCommand(s.shadowOf(name+" "+sub.name, sub))
		}
		return shadow
	}
	f := s.flagsOf(c)
	if f == nil {
		return shadow
	}
	shadow.Flags().AddFlagSet(f.FlagSet)
	f.VisitAll(func(fl *pflag.Flag) {
		var wants string
		wants, fl.Usage = pflag.UnquoteUsage(fl)
		_ = shadow.RegisterFlagCompletionFunc(fl.Name, func(_ *cobra.Command, _ []string, toComplete string) ([]string, cobra.ShellCompDirective) {
			list, directive := s.valuesFor(f, name, fl.Name, wants, toComplete)
			return begin(toComplete, list), directive
		}) // fails for a name that has one
	})
	shadow.ValidArgsFunction = func(_ *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
		switch {
		case name == "completion" && len(args) == 0:
			return begin(toComplete, shells), cobra.ShellCompDirectiveNoFileComp
		case name == "man" && len(args) == 0:
			return begin(toComplete, s.pageNames()), cobra.ShellCompDirectiveNoFileComp
		case name == "rules show" && len(args) == 0:
			return begin(toComplete, ruleIDs(f)), cobra.ShellCompDirectiveNoFileComp
		case strings.Contains(f.usage, "PATH") || strings.HasSuffix(f.usage, "FILE"):
			return nil, cobra.ShellCompDirectiveDefault
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return shadow
}

// begin keeps what begins with what is typed; not every shell does.
func begin(typed string, list []string) (kept []string) {
	for _, word := range list {
		if strings.HasPrefix(word, typed) {
			kept = append(kept, word)
		}
	}
	return kept
}

// commandsOf are the commands below one.
func commandsOf(name string) []command {
	switch name {
	case "rules":
		return ruleCommands()
	case "history":
		return historyCommands()
	case "config":
		return []command{{"print", "print the flags in force, and what set them", runConfigPrint}}
	case "schedule":
		return []command{{"print", "print a task that calls run every day", func(s *session, args []string) (int, error) {
			return runSchedule(s, append([]string{"print"}, args...))
		}}}
	}
	return nil
}

// flagsOf asks a command for its flags and nothing else; nil where it has none.
func (s *session) flagsOf(c command) (asked *flags) {
	probe := &session{ctx: s.ctx, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }, probe: &asked}
	_, _ = c.run(probe, nil) // ends with errHelped where it reads its flags
	return asked
}

// checkWords refuses a value that was set and is none of the few words that its flag takes; where it takes several with commas, each.
func (f *flags) checkWords(command string) (err error) {
	f.VisitAll(func(fl *pflag.Flag) {
		known := flagWords(command, fl.Name)
		if known == nil || !fl.Changed {
			return
		}
		for _, value := range valuesOf(fl) {
			for word := range strings.SplitSeq(value, ",") {
				if word != "" && err == nil {
					err = oneOf("--"+fl.Name, word, known)
				}
			}
		}
	})
	return err
}

// flagWords are the values of flags that take one of a few words, by command where it matters; TestCompletedValues holds them to what
// the commands refuse.
func flagWords(command, flag string) []string {
	switch flag {
	case "for":
		return taskKinds
	case "from":
		return filterFrom
	case "to":
		return filterTo
	case "columns":
		return filterColumns
	case "fail-on":
		return append(slices.Clone(classify.Severities), "new")
	case "severity":
		return classify.Severities
	case "status":
		return []string{"documented", "observed", "experimental", "deprecated"}
	case "progress":
		return []string{"auto", "plain", "none"}
	case "color":
		return []string{"auto", "always", "never"}
	case "ci":
		return ciKinds
	case "csv":
		return csvStyles
	case "date-order":
		return []string{"auto", "dmy", "mdy", "ymd"}
	case "log":
		if command == "explain" {
			return []string{"dualwrite", "plugintrace"}
		}
		return []string{"auto", "dualwrite", "plugintrace"}
	case "format":
		if command == "run" || command == "inspect" {
			return formatNames()
		}
		return []string{"html", "json", "markdown", "teams"}
	case "report-format":
		return []string{"html", "json", "markdown", "teams"}
	}
	return nil
}

// valuesFor are the values of a flag, or what tells the shell to offer files or folders.
func (s *session) valuesFor(f *flags, command, flag, wants, typed string) ([]string, cobra.ShellCompDirective) {
	switch {
	case wants == "FOLDER":
		return nil, cobra.ShellCompDirectiveFilterDirs
	case wants == "FILE" || wants == "PATH":
		return nil, cobra.ShellCompDirectiveDefault
	case flag == "run":
		return s.runIDs(f), cobra.ShellCompDirectiveNoFileComp
	case flag == "category":
		return ruleCategories(f), cobra.ShellCompDirectiveNoFileComp
	case wants == "FORMS":
		before := typed[:strings.LastIndex(typed, ",")+1] // those that are chosen stay
		var list []string
		for _, form := range flagWords(command, flag) {
			list = append(list, before+form)
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
	return flagWords(command, flag), cobra.ShellCompDirectiveNoFileComp
}

// chosenRules are the rules that the flags typed so far choose; none where they have a mistake.
func chosenRules(f *flags) []*classify.Rule {
	var r ruleFlags
	if fl := f.Lookup("rules"); fl != nil {
		r.paths = valuesOf(fl)
	}
	m, err := r.compile()
	if err != nil {
		return nil
	}
	return m.Rules()
}

func ruleIDs(f *flags) (ids []string) {
	for _, r := range chosenRules(f) {
		ids = append(ids, cobra.CompletionWithDesc(printable(r.ID), printable(r.FillTitle(nil, nil))))
	}
	return ids
}

func ruleCategories(f *flags) (list []string) {
	for _, r := range chosenRules(f) {
		list = append(list, printable(r.Category))
	}
	slices.Sort(list)
	return slices.Compact(list)
}
