package main

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/rules"
)

// ruleCommands are the things to do with rules. It is a function as commands is one.
func ruleCommands() []command {
	return []command{
		{"list", "every rule with its severity, category and priority", runRulesList},
		{"show", "one rule whole: what it matches, what it means, what to do", runRulesShow},
		{"lint", "mistakes and weak spots of rule files, all at once", runRulesLint},
		{"test", "judge every example of every rule by the whole set", runRulesTest},
		{"captures", "the names that expressions and texts of rules may use, and what each means", runRulesCaptures},
		{"schema", "the JSON Schema of rule files, for editors", runRulesSchema},
		{"coverage", "which rules fired when, which never, which are always shadowed", runRulesCoverage},
		{"draft", "write a rule for an unknown cluster of the database", runRulesDraft},
	}
}

func runRules(s *session, args []string) (int, error) {
	names := make([]string, len(ruleCommands()))
	for i, c := range ruleCommands() {
		names[i] = c.name
		if len(args) > 0 && args[0] == c.name {
			s.command = "rules " + c.name
			return c.run(s, args[1:])
		}
	}
	if asksHelp(args) {
		tell(s.stdout, "Usage:\n  dwtriage rules COMMAND [flags]\n\nCommands:\n")
		w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
		for _, c := range ruleCommands() {
			tell(w, "  %s\t%s\n", c.name, c.short)
		}
		tell(w, "\ndwtriage rules COMMAND --help says more.\n")
		return exitDone, w.Flush()
	}
	if len(args) == 0 {
		return 0, usageError("rules needs to know what to do: %s", strings.Join(names, ", "))
	}
	return 0, usageError("rules cannot %q, only %s", args[0], strings.Join(names, ", "))
}

func runRulesList(s *session, args []string) (int, error) {
	f := newFlags("dwtriage rules list [flags]", "Lists every rule: id, status, severity, category, priority, logs and title, and what a site has changed.")
	var category, status, severity string
	var asJSON bool
	g := f.group("Which ones")
	g.StringVar(&category, "category", "", "only rules of this `CATEGORY`")
	g.StringVar(&status, "status", "", "only rules of this `STATUS`: documented, observed, experimental, deprecated")
	g.StringVar(&severity, "severity", "", "only rules of this `SEVERITY`")
	f.group("Output").BoolVar(&asJSON, "json", false, "an array of objects instead of a table")
	m, err := matcherFor(s, f, args, 0)
	if err != nil {
		return 0, err
	}
	categories := []string{""}
	for _, r := range m.Rules() {
		categories = append(categories, r.Category)
	}
	slices.Sort(categories)
	for _, c := range []struct {
		flag, value string
		known       []string
	}{
		{"--category", category, slices.Compact(categories)},
		{"--status", status, []string{"", "documented", "observed", "experimental", "deprecated"}},
		{"--severity", severity, append([]string{""}, classify.Severities...)},
	} {
		if err := oneOf(c.flag, c.value, c.known); err != nil {
			return 0, err
		}
	}
	list := []listedRule{}
	for _, r := range m.Rules() {
		if (category == "" || r.Category == category) && (status == "" || r.Status == status) && (severity == "" || r.Severity == severity) {
			list = append(list, listed(m, r))
		}
	}
	if asJSON {
		return exitDone, printJSON(s.stdout, list)
	}
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	tell(w, "ID\tSTATUS\tSEVERITY\tCATEGORY\tPRIORITY\tLOGS\tTITLE\n")
	for _, r := range list {
		title := r.Title
		if r.Site != "" {
			title += " [" + r.Site + "]"
		}
		tell(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", r.ID, r.Status, r.Severity, r.Category, r.Priority, strings.Join(r.Logs, ","), title)
	}
	return exitDone, w.Flush()
}

// A listedRule is a row of rules list.
type listedRule struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Status   string   `json:"status"`
	Severity string   `json:"severity"`
	Category string   `json:"category"`
	Priority int      `json:"priority"`
	Tier     int      `json:"tier"`
	Logs     []string `json:"logs"`
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Site     string   `json:"site,omitempty"` // what a later layer did to it
}

func listed(m *classify.Matcher, r *classify.Rule) listedRule {
	var site []string
	if r.Replaces != "" {
		site = append(site, "replaces "+r.Replaces)
	}
	for _, c := range m.Set().Changes {
		if c.ID == r.ID && !c.Expired(time.Now()) {
			site = append(site, fmt.Sprintf("severity changed by %s", c.Owner))
		}
	}
	if mute := m.Mute(r.ID); mute != nil && !mute.Expired(time.Now()) {
		site = append(site, fmt.Sprintf("muted by %s until %s", mute.Owner, mute.Expires.Format(time.DateOnly)))
	}
	return listedRule{r.ID, r.FillTitle(nil, nil), r.Status, r.Severity, r.Category, r.Priority, r.Tier, r.Logs, r.Path, r.Line, strings.Join(site, "; ")}
}

func runRulesShow(s *session, args []string) (int, error) {
	f := newFlags("dwtriage rules show [flags] ID", "Shows one rule whole: where it stands, what it matches, what it means, what to do, and its examples.")
	var expanded bool
	f.group("Output").BoolVar(&expanded, "expanded", false, "the expression as it is matched: wordings joined, fragments in their place")
	m, err := matcherFor(s, f, args, 1)
	if err != nil {
		return 0, err
	}
	r := m.Rule(f.Arg(0))
	if r == nil {
		return 0, usageError("there is no rule %q; dwtriage rules list has them all", f.Arg(0))
	}
	p := &printer{w: s.stdout}
	showRule(p, m, r, expanded)
	return exitDone, p.err
}

func showRule(p *printer, m *classify.Matcher, r *classify.Rule, expanded bool) {
	p.printf("%s\n%s\n%s, %s, %s, priority %d, %s:%d\nlogs %s\ntier %d, %s\n", r.ID, r.FillTitle(nil, nil), r.Status, r.Severity, r.Category, r.Priority, r.Path, r.Line, strings.Join(r.Logs, ", "),
		r.Tier, classify.Tiers[r.Tier])
	if r.Wrapper {
		p.printf("a wrapper: never wins over a cause\n")
	} else if r.ByMessage {
		p.printf("takes any reason: its records are told apart by what they say\n")
	}
	if l := listed(m, r); l.Site != "" {
		p.printf("%s\n", l.Site)
	}
	p.printf("\nMatches %s:\n", map[bool]string{false: "one of", true: "all of"}[r.Match.All])
	for _, c := range r.Match.Codes {
		name := ""
		if code := m.Code(c); code != nil {
			name = " " + code.Name
		}
		p.printf("  code    %s%s\n", c, name)
	}
	for _, l := range r.Match.Any {
		p.printf("  text    %s\n", l)
	}
	showExpression(p, m, r, expanded)
	for _, l := range r.Match.None {
		p.printf("  but not %s\n", l)
	}
	if len(r.Match.Fields) > 0 {
		p.printf("  in      %s\n", strings.Join(r.Match.Fields, ", "))
	}
	for _, s := range m.Set().Signs {
		if slices.Contains(r.Match.Signs, s.Name) {
			p.printf("  sign    %s: %s\n", s.Name, s.Meaning)
		}
		if slices.Contains(r.Match.NoSigns, s.Name) {
			p.printf("  no sign %s: %s\n", s.Name, s.Meaning)
		}
	}
	cause, fix := r.Fill(nil, nil, nil)
	printFix(p, cause, fix, fix.SQL)
	if len(r.References) > 0 {
		p.printf("\nReferences:\n")
		for _, ref := range r.References {
			p.printf("  %s\n", ref)
		}
	}
	p.printf("\nExamples that match:\n")
	for _, x := range r.Examples.Match {
		p.printf("  %s\n", excerpt(x.Text, 300))
	}
	p.printf("\nNear misses:\n")
	for _, x := range r.Examples.NoMatch {
		p.printf("  %s\n", excerpt(x, 300))
	}
}

func runRulesLint(s *session, args []string) (int, error) {
	f := newFlags("dwtriage rules lint [flags] [PATH...]", `Checks rule files: unknown keys, missing parts, bad expressions, ids used twice, titles too
long (mistakes, with which nothing runs), and expressions that are slow or have no bound, rules
that can never win, examples that are too few (warnings). PATH is a file or a folder of rules of
your own, checked together with the built-in ones. All is reported at once, with line and column.`)
	var strict bool
	f.group("Exit code").BoolVar(&strict, "strict", false, "exit with 2 for warnings, too")
	var rf ruleFlags
	rf.define(f.group("Rules"))
	f.notes = "Exit codes: 0 no mistake. 2 mistakes, or warnings with --strict."
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	rf.paths = append(rf.paths, f.Args()...)
	layers, err := rf.layers()
	if err != nil {
		return 0, err
	}
	set, err := classify.Load(layers, time.Now())
	if mistakes := unjoin(err); len(mistakes) > 0 {
		if _, ok := errors.AsType[*classify.RuleError](err); !ok {
			return 0, err
		}
		for _, e := range mistakes {
			tell(s.stdout, "%s\n", e)
		}
		tell(s.stdout, "%s\n", words.Count(len(mistakes), "mistake"))
		return exitUsage, nil
	}
	m, err := classify.Compile(set, rules.FS)
	if err != nil {
		return 0, err
	}
	warnings := m.Lint()
	for _, w := range warnings {
		rule := ""
		if w.Rule != "" { // else it is about a fragment
			rule = w.Rule + ": "
		}
		tell(s.stdout, "%s:%d:%d: warning: %s%s\n", w.File, w.Line, w.Column, rule, w.Msg)
	}
	for _, r := range set.Rules {
		if r.Replaces != "" {
			tell(s.stdout, "%s:%d: note: %s replaces the rule at %s\n", r.Path, r.Line, r.ID, r.Replaces)
		}
	}
	for _, note := range set.Ended(time.Now()) {
		tell(s.stdout, "%s\n", note)
	}
	tell(s.stdout, "%s, 0 mistakes, %s\n", words.Count(len(set.Rules), "rule"), words.Count(len(warnings), "warning"))
	if strict && len(warnings) > 0 {
		return exitUsage, nil
	}
	return exitDone, nil
}

func runRulesTest(s *session, args []string) (int, error) {
	f := newFlags("dwtriage rules test [flags]", `Judges every example of every rule by the whole rule set: a match example must
come out as its own rule, a no_match example must not.
Exit code 0: all come out right. 1: some do not. 2: a rule file has mistakes.`)
	var junit string
	f.group("Output").StringVar(&junit, "junit", "", "write the results to `FILE` in the JUnit format, for a build server")
	m, err := matcherFor(s, f, args, 0)
	if err != nil {
		return 0, err
	}
	examples, failures := m.Test()
	for _, x := range failures {
		tell(s.stdout, "%s:%d: %s: %s\n    %s\n", x.Rule.Path, x.Rule.Line, x.Rule.ID, x.Msg, excerpt(x.Example, 300))
	}
	tell(s.stdout, "%s, %s, %d failed\n", words.Count(len(m.Rules()), "rule"), words.Count(examples, "example"), len(failures))
	if junit != "" {
		if err := writeJUnit(junit, m.Rules(), failures); err != nil {
			return 0, err
		}
	}
	if len(failures) > 0 {
		return exitFailed, nil
	}
	return exitDone, nil
}

// The JUnit format as build servers read it: a suite per rule file, a case per rule.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class    string         `xml:"classname,attr"`
	Name     string         `xml:"name,attr"`
	File     string         `xml:"file,attr"`
	Line     int            `xml:"line,attr"`
	Failures []junitFailure `xml:"failure"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func writeJUnit(path string, list []*classify.Rule, failures []classify.Failure) error {
	all := junitSuites{Name: "dwtriage rules test"}
	byFile := slices.Clone(list)
	slices.SortStableFunc(byFile, func(a, b *classify.Rule) int { return cmp.Compare(a.Path, b.Path) })
	for _, r := range byFile {
		if n := len(all.Suites); n == 0 || all.Suites[n-1].Name != r.Path {
			all.Suites = append(all.Suites, junitSuite{Name: r.Path})
		}
		suite := &all.Suites[len(all.Suites)-1]
		c := junitCase{Class: strings.TrimSuffix(r.File, ".yaml"), Name: r.ID, File: r.Path, Line: r.Line}
		for _, x := range failures {
			if x.Rule == r {
				c.Failures = append(c.Failures, junitFailure{x.Msg, x.Example})
			}
		}
		if len(c.Failures) > 0 {
			suite.Failures++
			all.Failures++
		}
		suite.Cases = append(suite.Cases, c)
		suite.Tests++
		all.Tests++
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return os.WriteFile(path, append([]byte(xml.Header), append(text, '\n')...), 0o666)
}
