//go:build cgo

package main

import (
	"runtime"
	"slices"
	"strconv"
	"strings"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// A place is where a command found or left its work, as far as another command must be told.
type place struct {
	db, out string // as given
	made    bool   // the database was not there before
	rules   ruleFlags
	csv     string   // --csv
	xlsx    bool     // --xlsx
	forms   string   // --report-format
	inputs  []string // as given to run; none of report
	span    []string // flags that ask for the period of the report; none of a run
	env     func(string) string
}

// drawnOf are the flags that draw the report of s again.
func (w place) drawnOf(s *summary.Summary) []string {
	if s.OfPeriod() {
		return w.span
	}
	return append([]string{"--run", strconv.FormatInt(s.Run.ID, 10)}, w.span...)
}

// A suggestion is a command to go on with, and what for.
type suggestion struct {
	what string
	args []string
}

// next lists what to go on with, of what this night has: of one without records what its inputs are, else a record of what
// failed most, a rule for the largest message that nothing explains, the text of a ticket.
func (w place) next(s *summary.Summary) []suggestion {
	var list []suggestion
	if s.Redacted != nil {
		return nil // its ids are tokens, and no command takes them
	}
	if n := len(w.inputs); s.Records == 0 && n > 0 && n <= mostInputs && !slices.Contains(w.inputs, "-") {
		args := []string{"dwtriage", "inspect"}
		for _, path := range w.inputs {
			if strings.HasPrefix(path, "-") {
				args = append(args, "--")
				break
			}
		}
		list = append(list, suggestion{"What each file is taken for, and which hours it covers:", append(args, w.inputs...)})
	}
	if id, unknown := example(s); id != "" {
		what := "One record, with its rule, cause and fix:"
		if unknown {
			what = "One record, which nothing explains:"
		}
		list = append(list, suggestion{what, w.command("explain", "--record", id)})
	}
	others := s.JudgedByOthers()
	if others {
		list = append(list, suggestion{"What other rules judged, judged again by these, before it is drawn once more:", w.command("reclassify")})
	}
	for _, c := range s.Clusters {
		if others {
			break // of which these rules may explain some
		}
		if c.Others == 0 && c.Mute == nil {
			// No count: the command takes the records of all nights and environments, the report is about its own.
			list = append(list, suggestion{"A rule for what nothing explains, drafted from its records in the database:", w.command("rules", "draft", c.TemplateID)})
			break
		}
	}
	if s.Records > 0 && !hasForm(w.forms, "markdown") {
		args := w.command("report", append(w.drawnOf(s), "--format", w.withForm("markdown"))...)
		if w.out != defaultOut || w.env("DWTRIAGE_OUT") != "" {
			args = append(args, "-o", w.out)
		}
		if w.csv != defaultCSV {
			args = append(args, "--csv", w.csv)
		}
		if w.xlsx {
			args = append(args, "--xlsx") // the folder is drawn anew, and would lose its workbook
		}
		list = append(list, suggestion{"The text of a ticket, as report.md beside the page:", args})
	}
	return list
}

// mostInputs is how many paths a suggestion repeats.
const mostInputs = 10

// example is a record of the largest finding that shows one, and whether it is one that no rule and no code explains.
func example(s *summary.Summary) (id string, unknown bool) {
	for i := range s.Findings {
		f := &s.Findings[i]
		if f.Mute != nil || f.Others > 0 {
			continue
		}
		for j := range s.Signatures {
			if s.Signatures[j].ID != f.Signature {
				continue
			}
			for _, e := range s.Signatures[j].Evidence {
				if e.MapTitle == f.MapTitle && e.Company == f.Company {
					return e.RecordID, false
				}
			}
		}
		for j := range s.Clusters {
			if c := &s.Clusters[j]; c.TemplateID == f.TemplateID && c.Others == 0 {
				return c.Sample.RecordID, true
			}
		}
	}
	return "", false
}

// withForm adds a form to those that were drawn.
func (w place) withForm(form string) string {
	if w.forms == "" || w.forms == "html" {
		return form
	}
	return w.forms + "," + form
}

// command is a command line that finds the same database and rules.
func (w place) command(name string, args ...string) []string {
	list := []string{"dwtriage", name}
	if name == "rules" {
		list, args = append(list, args[0]), args[1:]
	}
	return append(append(list, w.flags()...), args...)
}

// flags find the same database and rules.
func (w place) flags() (list []string) {
	if w.db != defaultDB || w.env("DWTRIAGE_DB") != "" {
		list = append(list, "--db", w.db)
	}
	for _, path := range w.rules.paths {
		list = append(list, "--rules", path)
	}
	if w.rules.noBuiltin {
		list = append(list, "--no-builtin-rules")
	}
	return list
}

// where are the flags as the page writes them behind the name of a command, each behind a blank. Of a name that no line can show the page has the place of it.
func (w place) where() string {
	var b strings.Builder
	for i, a := range w.flags() {
		word, ok := shellWord(a, runtime.GOOS)
		if !ok {
			word = strings.ToUpper(strings.TrimPrefix(w.flags()[i-1], "--"))
		}
		b.WriteString(" " + word)
	}
	return b.String()
}

// printNext appends the suggestions, each command in one piece that a shell takes. A name that no line can show as it is would
// make a command that does something else, so then there is none.
func (p *panel) printNext(list []suggestion) {
	for i, n := range list {
		spans := make([]span, len(n.args))
		for j, a := range n.args {
			word, ok := shellWord(a, runtime.GOOS)
			if !ok {
				return
			}
			spans[j] = span{text: word, whole: true}
		}
		if i == 0 {
			p.heading("Next:")
		}
		p.line("  ", span{text: n.what})
		p.command("    ", spans)
	}
}

// command appends a command line. What is too long for a line goes on behind a backslash, as a shell has it; the shells of
// Windows have different signs for that, so there it is left to the terminal.
func (p *panel) command(indent string, list []span) {
	p.b.WriteString(indent)
	at := len(indent)
	for i, w := range list {
		n := width(w.text)
		room := 2 // for the backslash
		if i == len(list)-1 {
			room = 0
		}
		switch {
		case i == 0:
		case runtime.GOOS != "windows" && !p.fits(at+1+n+room):
			p.b.WriteString(" \\\n" + indent + "  ")
			at = len(indent) + 2
		default:
			p.b.WriteByte(' ')
			at++
		}
		p.b.WriteString(w.text)
		at += n
	}
	p.b.WriteByte('\n')
}

// shellWord quotes an argument for the shell of a system: sh, or on Windows what cmd and PowerShell both take. It is false for what no quotes can
// hold there, and for what cannot be shown as it is.
func shellWord(a, system string) (string, bool) {
	if words.OneLine(a) != a {
		return "", false
	}
	if a != "" && !strings.ContainsAny(a, " \t\n'\"\\$`*?[]{}()<>|&;#~!%^=,@") {
		return a, true
	}
	if system != "windows" {
		return "'" + strings.ReplaceAll(a, "'", `'\''`) + "'", true
	}
	if a != "" && !strings.ContainsAny(a, " '\"$`*?[]{}()<>|&;#~!%^=,@") { // backslashes
		return a, true
	}
	return `"` + a + `"`, !strings.ContainsAny(a, "\"$`%!") && !strings.HasSuffix(a, `\`)
}
