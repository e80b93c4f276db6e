package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

// runMan is the command man.
func runMan(s *session, args []string) (int, error) {
	var out string
	f := newFlags("dwtriage man [flags] [COMMAND]", `Prints a manual page, for man -l - and the like: that of the program, or of a command ("rules lint").
With --out it writes all of them, as dwtriage.1, dwtriage-run.1 and so on.`)
	f.group("Output").StringVarP(&out, "out", "o", "", "`FOLDER` for all pages, as ~/.local/share/man/man1, where man looks for them")
	f.examples = `  dwtriage man run | man -l -
  dwtriage man -o ~/.local/share/man/man1 && man dwtriage-run`
	f.notes = "Exit codes: 0 printed. 1 a file could not be written, or is there and no page of dwtriage. 2 mistake in flags, or no such command."
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	pages := s.pages()
	if out == "" {
		for _, p := range pages {
			if p.command == strings.Join(f.Args(), " ") {
				_, err := s.stdout.Write([]byte(p.text))
				return exitDone, err
			}
		}
		return 0, usageError("there is no page of %q; dwtriage --help lists the commands", strings.Join(f.Args(), " "))
	}
	if f.NArg() > 0 {
		return 0, usageError("--out writes the pages of all commands; leave %q out", strings.Join(f.Args(), " "))
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return 0, fmt.Errorf("--out: %w", err)
	}
	for _, p := range pages {
		if err := p.spare(out); err != nil {
			return 0, err
		}
	}
	for _, p := range pages {
		if err := os.WriteFile(filepath.Join(out, p.name()+".1"), []byte(p.text), 0o666); err != nil {
			return 0, fmt.Errorf("--out: %w", err)
		}
	}
	return exitDone, nil
}

// A page is a manual page in man's macros.
type page struct{ command, text string }

func (p page) name() string {
	return strings.ReplaceAll(strings.TrimSuffix("dwtriage-"+p.command, "-"), " ", "-")
}

// spare refuses a file of the name of the page that is none of dwtriage; pages of another version are replaced.
func (p page) spare(folder string) error {
	name := filepath.Join(folder, p.name()+".1")
	there, err := smallFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("--out: %w", err)
	case !strings.HasPrefix(string(there), titleLine(p.name())):
		return fmt.Errorf("--out: %s is there and no page of dwtriage; move it away or choose another folder", name)
	}
	return nil
}

// pageNames are the commands that have a page, as man takes them: those that are in this build.
func (s *session) pageNames() (names []string) {
	for _, p := range s.pages()[1:] {
		names = append(names, p.command)
	}
	return names
}

// pages are those of the program and of each of its commands, made of what --help-all prints.
func (s *session) pages() []page {
	all := []page{{"", s.overviewPage()}}
	for _, c := range commands() {
		var below []command
		for _, sub := range commandsOf(c.name) {
			if f := s.flagsOf(sub); f != nil {
				below = append(below, sub)
				all = append(all, page{c.name + " " + sub.name, commandPage(c.name+" "+sub.name, sub, f)})
			}
		}
		if len(below) > 0 {
			all = append(all, page{c.name, groupPage(c, below)})
		} else if f := s.flagsOf(c); f != nil {
			all = append(all, page{c.name, commandPage(c.name, c, f)})
		}
	}
	slices.SortFunc(all, func(a, b page) int { return strings.Compare(a.command, b.command) })
	return all
}

// groupPage is the page of a command that has others below it.
func groupPage(c command, below []command) string {
	m := newManual("dwtriage-"+c.name, c.short)
	m.section("SYNOPSIS")
	m.line("\\fBdwtriage %s\\fR \\fICOMMAND\\fR [\\fIflags\\fR]", roff(c.name))
	m.section("COMMANDS")
	for _, sub := range below {
		m.item("\\fBdwtriage\\-"+roff(c.name+"-"+sub.name)+"\\fR(1)", sub.short)
	}
	m.see("dwtriage")
	return m.String()
}

// exitMeanings are the exit codes of the program, as a page lists them.
var exitMeanings = [][2]string{
	{"0", "done"},
	{"1", "failed, or an input could not be read (to its end), or no row that was read came through"},
	{"2", "mistake in flags, the configuration file or rules; nothing was done"},
	{"3", "done, and --fail-on is met"},
	{"4", "done, with more rejects than --max-rejects allows"},
	{"5", "the database is in use by another process"},
	{"129, 130, 131, 143", "ended by SIGHUP, SIGINT, SIGQUIT, SIGTERM; the database is as it was, or the message says what is kept"},
	{"141", "done, but nobody read standard output to its end"},
}

func (s *session) overviewPage() string {
	m := newManual("dwtriage", "triage of dual-write error logs and Dataverse plug-in trace logs")
	m.section("SYNOPSIS")
	m.line("\\fBdwtriage\\fR \\fICOMMAND\\fR [\\fIflags\\fR] [\\fIarguments\\fR]")
	m.section("DESCRIPTION")
	m.text("Reads exported Dynamics 365 dual-write error logs and Dataverse plug-in trace logs, says for every record what it is, remembers it in a DuckDB file, and draws a report of which entities fail, why, and what to do first.")
	m.section("COMMANDS")
	for _, c := range commands() {
		m.item("\\fBdwtriage\\-"+roff(c.name)+"\\fR(1)", c.short)
	}
	m.section("EXIT STATUS")
	for _, e := range exitMeanings {
		m.item("\\fB"+e[0]+"\\fR", e[1])
	}
	m.section("ENVIRONMENT")
	m.item("\\fBDWTRIAGE_\\fIFLAG\\fR", "Sets a flag of any command that has it, where the command line does not: --fail-on by DWTRIAGE_FAIL_ON.")
	m.item("\\fBDWTRIAGE_CONFIG\\fR", "Names the file of flags that neither the command line nor a variable sets, as --config does.")
	m.item("\\fBNO_COLOR\\fR, \\fBTERM\\fR, \\fBCOLUMNS\\fR", "Whether there are colors, and how wide lines are.")
	m.item("\\fBTF_BUILD\\fR, \\fBGITHUB_ACTIONS\\fR", "Name the pipeline that is told of warnings and errors, see --ci.")
	m.section("FILES")
	m.item("\\fI"+roff(defaultDB)+"\\fR", "The database, where --db names no other: the memory of all runs.")
	m.item("\\fI"+roff(defaultOut)+"/index.html\\fR", "The report, where --out names no other folder; the CSV files beside it.")
	m.section("EXPORTS")
	m.verbatim(exporting)
	m.section("EXAMPLES")
	m.verbatim("dwtriage run exports/\ndwtriage explain \"Unable to lookup msdyn_customergroups with values {80}\"")
	return m.String()
}

// commandPage is the page of a command that has flags.
func commandPage(name string, c command, f *flags) string {
	m := newManual("dwtriage-"+strings.ReplaceAll(name, " ", "-"), c.short)
	m.section("SYNOPSIS")
	m.line("\\fB%s\\fR %s", roff("dwtriage "+name), roff(strings.TrimPrefix(strings.TrimPrefix(f.usage, "dwtriage "+name), " ")))
	m.section("DESCRIPTION")
	m.paragraphs(f.about)
	notes, codes := splitNotes(f.notes)
	m.paragraphs(notes)
	if len(f.groups) > 0 {
		m.section("OPTIONS")
	}
	for i, g := range f.groups {
		m.line(".SS %s", roff(f.titles[i]))
		g.VisitAll(m.flag)
	}
	if len(codes) > 0 {
		m.section("EXIT STATUS")
		for _, c := range codes {
			m.item("\\fB"+roff(c[0])+"\\fR", c[1])
		}
	}
	if example := anyFlag(f); example != "" {
		m.section("ENVIRONMENT")
		m.text("Every flag can be set by an environment variable: --" + example + " by " + variable(example) + ". What the command line sets wins over a variable, which wins over the file that --config FILE names; dwtriage-config-print(1) describes it.")
	}
	db, out := f.Lookup("db"), f.Lookup("out")
	if db != nil && db.DefValue != "" || out != nil && out.DefValue != "" {
		m.section("FILES")
		for _, fl := range []*pflag.Flag{db, out} {
			if fl != nil && fl.DefValue != "" {
				_, usage := pflag.UnquoteUsage(fl)
				m.item("\\fI"+roff(fl.DefValue)+"\\fR", usage+" (--"+fl.Name+")")
			}
		}
	}
	if f.examples != "" {
		m.section("EXAMPLES")
		m.verbatim(f.examples)
	}
	m.see("dwtriage")
	return m.String()
}

// anyFlag is the first flag of a command.
func anyFlag(f *flags) (name string) {
	for _, g := range f.groups {
		g.VisitAll(func(fl *pflag.Flag) {
			if name == "" {
				name = fl.Name
			}
		})
	}
	return name
}

// codeStart finds the codes of a sentence "Exit codes: 0 done. 1 failed."
var codeStart = regexp.MustCompile(`(?:^|\. )([0-9]+(?:/[0-9]+)*) `)

// splitNotes takes the exit codes out of what stands below the flags.
func splitNotes(notes string) (rest string, codes [][2]string) {
	rest, list, _ := strings.Cut(notes, "Exit codes:")
	list = strings.Join(strings.Fields(list), " ")
	at := codeStart.FindAllStringSubmatchIndex(list, -1)
	for i, m := range at {
		end := len(list)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		codes = append(codes, [2]string{list[m[2]:m[3]], strings.TrimSuffix(list[m[1]:end], ".")})
	}
	return strings.TrimSpace(rest), codes
}

// A manual is a page that is being written.
type manual struct{ strings.Builder }

func newManual(name, short string) *manual {
	m := &manual{}
	m.line("%s %s\" \"dwtriage\"", titleLine(name), version)
	m.line(".ad l\n.nh") // words of a command line stay whole
	m.section("NAME")
	m.line("%s \\- %s", roff(name), roff(short))
	return m
}

// titleLine is how a page begins, in every version.
func titleLine(name string) string {
	return fmt.Sprintf(".TH %s 1 \"\" \"dwtriage", strings.ToUpper(roff(name)))
}

func (m *manual) line(format string, args ...any) {
	m.WriteString(fmt.Sprintf(format, args...) + "\n")
}
func (m *manual) section(name string) { m.line(".SH %s", name) }

// text is a paragraph. What begins with a dot or a quotation mark would be a request.
func (m *manual) text(paragraph string) {
	m.line(".PP\n%s", roff(strings.Join(strings.Fields(paragraph), " ")))
}

// paragraphs are lines that flow together, but for those that are indented, which stay as they are.
func (m *manual) paragraphs(text string) {
	var flow, fixed []string
	end := func() {
		if len(flow) > 0 {
			m.text(strings.Join(flow, " "))
		}
		if len(fixed) > 0 {
			m.verbatim(strings.Join(fixed, "\n"))
		}
		flow, fixed = nil, nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		indented := strings.HasPrefix(line, "  ")
		if line == "" || indented && len(flow) > 0 || !indented && len(fixed) > 0 {
			end()
		}
		switch {
		case indented:
			fixed = append(fixed, line)
		case line != "":
			flow = append(flow, line)
		}
	}
	end()
}

// item is a term and what it means.
func (m *manual) item(term, meaning string) {
	m.line(".TP\n%s\n%s", term, roff(strings.Join(strings.Fields(meaning), " ")))
}

func (m *manual) flag(fl *pflag.Flag) {
	wants, usage := pflag.UnquoteUsage(fl)
	term := "\\fB\\-\\-" + roff(fl.Name) + "\\fR"
	if fl.Shorthand != "" {
		term = "\\fB\\-" + fl.Shorthand + "\\fR, " + term
	}
	if fl.NoOptDefVal == "" {
		term += " \\fI" + roff(wants) + "\\fR"
		if fl.DefValue != "" && fl.DefValue != "[]" && fl.DefValue != "0" && fl.DefValue != "0s" {
			usage += " (default " + fl.DefValue + ")"
		}
	}
	m.item(term, usage)
}

// verbatim is a text whose lines stay as they are.
func (m *manual) verbatim(text string) {
	m.line(".PP\n.nf\n.RS")
	for line := range strings.Lines(text) {
		m.line("%s", roff(strings.TrimRight(line, "\n")))
	}
	m.line(".RE\n.fi")
}

// see ends a page.
func (m *manual) see(name string) {
	m.section("SEE ALSO")
	m.line("\\fB%s\\fR(1)", roff(name))
}

// roff is a text in which nothing is an escape or a request, and dashes are those that can be typed.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "`", `\(ga`, "'", `\(aq`, "^", `\(ha`, "~", `\(ti`).Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	var b strings.Builder // groff reads Latin-1 where nobody tells it otherwise
	for _, r := range text {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
		} else {
			b.WriteString(fmt.Sprintf(`\[u%04X]`, r))
		}
	}
	return b.String()
}
