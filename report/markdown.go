package report

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// How much of the report goes into a ticket: it is pasted, read once and answered, and the page has the rest.
const (
	ticketFixes    = 8
	ticketSteps    = 4
	ticketBursts   = 6
	ticketClusters = 6
	ticketText     = 240 // characters of a text of the rules or of a log
)

// drawMarkdown writes the text of a ticket, below 150 lines: the verdict, the numbers, what to do first, what changed,
// the incidents, what nobody knows, and the ledger.
func drawMarkdown(w io.Writer, s *summary.Summary, c commands) error {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	name := "dwtriage"
	if s.Environment != "" {
		name = marked(s.Environment)
	}
	line("## %s: %s of %s failed\n", name, words.Thousands(s.Failing), words.Count(s.Records, "record"))
	var said strings.Builder
	for i, paragraph := range paragraphs(verdict(s)) {
		if i > 0 {
			said.WriteString("\n\n")
		}
		for _, p := range paragraph {
			said.WriteString(ticketPhrase(p))
		}
	}
	for _, sentence := range missingShards(s.Run) {
		line("**%s.**\n", marked(sentence))
	}
	line("%s\n\n| What | Number | |\n|---|---|---|", strings.TrimSpace(said.String()))
	for _, c := range cards(s) {
		line("| %s | %s | %s |", marked(c.Label), marked(c.Value), marked(c.Detail))
	}
	ticketPlan(line, s)
	ticketChanges(line, s)
	ticketElsewhere(line, s)
	ticketBurstList(line, s)
	ticketUnknown(line, s)
	t := s.Totals
	line("\n### Ledger\n\n%s read = %s loaded + %s duplicates + %s rejected + %s filtered; %s loaded = %s ok + %s classified + %s unclassified. %s.",
		words.Thousands(t.Read), words.Thousands(t.Loaded), words.Thousands(t.Duplicates), words.Thousands(t.Rejected), words.Thousands(t.Filtered),
		words.Thousands(t.Loaded), words.Thousands(t.OK), words.Thousands(t.Classified), words.Thousands(t.Unclassified), capital(RunWords(s)))
	for _, sentence := range judgedAgain(s, c) {
		line("\n%s", marked(sentence))
	}
	ticketInputs(line, s)
	if said := Redaction(s); said != nil {
		line("\n### Redacted\n")
		for _, sentence := range said {
			line("- %s", marked(sentence))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// ticketInputs says what is wrong with inputs: whoever reads the ticket alone should know how far to believe it.
func ticketInputs(line func(string, ...any), s *summary.Summary) {
	troubled := troubledInputs(s)
	if len(troubled) == 0 {
		return
	}
	line("")
	for _, in := range first(troubled, ticketFixes) {
		said := in.Warnings
		if in.Problem != "" {
			said = append([]string{strings.TrimPrefix(in.Problem, in.Path+": ")}, said...)
		}
		line("- %s: %s", marked(in.Path), marked(sentence(strings.Join(said, "; "))))
	}
	if n := len(troubled) - ticketFixes; n > 0 {
		line("- and %s, in index.html", words.Count(n, "more input"))
	}
}

// ticketPhrase is a piece of the verdict. Its links lead into the page, which is not where the ticket is.
func ticketPhrase(p phrase) string {
	text := marked(p.Text)
	inner := strings.TrimSpace(text)
	if !p.Strong || inner == "" {
		return text
	}
	return strings.Replace(text, inner, "**"+inner+"**", 1)
}

func ticketPlan(line func(string, ...any), s *summary.Summary) {
	if len(s.Fixes) == 0 {
		return
	}
	line("\n### Do this first\n")
	for _, f := range s.Fixes[:min(len(s.Fixes), ticketFixes)] {
		how := sevWord(f.Severity)
		if state := stateWord(s, &f); state != "" {
			how += ", " + marked(state)
		}
		line("%d. **%s** %s, %s, %s: %s", f.Rank, marked(sentence(orWords(f.Summary, orWords(f.Title, f.Signature)))),
			how, words.Count(f.Records, "record"), marked(Who(&f)), marked(some(f.Entities, 3)))
		for _, step := range f.Steps[:min(len(f.Steps), ticketSteps)] {
			line("    - %s", marked(strings.TrimSpace(step)))
		}
		if n := len(f.Steps) - ticketSteps; n > 0 {
			line("    - and %s, in index.html", words.Count(n, "more step"))
		}
	}
	if n := len(s.Fixes) - ticketFixes; n > 0 {
		line("\n%s in fixes.csv.", words.Count(n, "more fix", "more fixes"))
	}
	if said := noCauses(s); said != "" {
		line("\nRoot causes: %s", marked(said))
	}
}

func ticketBurstList(line func(string, ...any), s *summary.Summary) {
	if len(s.Bursts) == 0 {
		return
	}
	line("\n### Incidents\n\n| From (UTC) | To | Records | What |\n|---|---|---|---|")
	for _, b := range s.Bursts[:min(len(s.Bursts), ticketBursts)] {
		until := b.End.UTC().Format(time.DateTime)
		if b.GoesOn {
			until = "goes on"
		}
		line("| %s | %s | %s | %s |", b.Onset.UTC().Format(time.DateTime), until, words.Thousands(b.Records), marked(orWords(b.Title, b.Name)))
	}
	if n := s.BurstCount - min(len(s.Bursts), ticketBursts); n > 0 {
		line("\n%s in incidents.csv.", words.Count(n, "more incident"))
	}
}

func ticketUnknown(line func(string, ...any), s *summary.Summary) {
	if s.Unknown == 0 {
		return
	}
	line("\n### Unknown\n\nNo rule explains %s, in %s:\n", words.Count(s.Unknown, "record"), words.Count(s.ClusterCount(), "cluster"))
	listed := 0
	for _, c := range s.Clusters {
		if c.Others > 0 || listed == ticketClusters {
			break
		}
		listed++
		line("- %s: %s", words.Count(c.Records, "record"), marked(orWords(c.Title, c.Template)))
	}
	if n := s.ClusterCount() - listed; n > 0 {
		line("- and %s, in unclassified.csv", words.Count(n, "more cluster"))
	}
}

// marked is a text as Markdown shows it and does not obey it: in a line, cut, every character that means something to
// the dialect of a ticket system as a reference to it or behind a backslash. References go for what begins HTML, an address,
// a mention or a number of a ticket, since those are found in the text and heed no backslash.
func marked(text string) string {
	text = words.OneLine(text)
	lead, rest := text, strings.TrimLeft(text, " ")
	lead = lead[:len(lead)-len(rest)]
	if utf8.RuneCountInString(rest) > ticketText {
		rest = string([]rune(rest)[:ticketText]) + " …"
	}
	return lead + ticketEscapes.Replace(rest)
}

var ticketEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;", "://", "&#58;//", "www.", "www&#46;", "WWW.", "WWW&#46;", "|", "&#124;",
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "{", `\{`, "}", `\}`, "~", `\~`, "#", "&#35;", "!", "&#33;", "$", "&#36;",
)
