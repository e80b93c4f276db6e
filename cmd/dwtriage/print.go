package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"dwtriage/classify"
	"dwtriage/ingest/words"
)

// A printer remembers the first error of writing, so that a text of thirty lines is not thirty checks. An
// error here is a full disk or a reader that went away (dwtriage explain | head), and ends the command.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = tell(p.w, format, args...)
	}
}

// printFix prints what the page prints of a fix, in the same order: why, what, who, whether it helps to
// save again, the steps, and the queries to find the rows with.
func printFix(p *printer, cause string, fix classify.Fix, queries []classify.SQL) {
	p.printf("\nCause:\n  %s\n\nFix: %s\n  Role:  %s\n  Retry: %s\n", strings.TrimSpace(cause), strings.TrimSpace(fix.Summary), fix.Role, classify.RetryWords(fix.Retry))
	for i, step := range fix.Steps {
		p.printf("  %d. %s\n", i+1, strings.TrimSpace(step))
	}
	for _, q := range queries {
		p.printf("\n  -- %s\n  %s\n", q.Title, several(strings.ReplaceAll(strings.TrimSpace(q.Text), "\n", "\n  ")))
	}
	if fix.URL != "" {
		p.printf("\n  Read: %s\n", fix.URL)
	}
}

// printable is [words.OneLine], for texts that are measured or cut before they are told.
func printable(s string) string { return words.OneLine(s) }

// printJSON prints for programs, but so that people can read it too. Letters such as < stay as they are:
// the output goes to no page.
func printJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(words.AppendJSON(nil, b.Bytes()))
	return err
}

// printJSONLine prints for programs that read line by line.
func printJSONLine(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(words.AppendJSON(nil, b.Bytes()))
	return err
}

// excerpt cuts a text for one line of a terminal. It goes by characters, not by bytes, and by the normal
// form, in which line ends and runs of blanks are one blank.
func excerpt(text string, most int) string {
	text = classify.NormalizeString(text)
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + " …"
	}
	return text
}

// wrapped breaks a text into lines of at most width characters. A word that is longer stands on a line of
// its own: it is a column name or a path, to be copied whole.
func wrapped(text string, width int, indent string) string {
	var b strings.Builder
	line := indent
	for _, word := range strings.Fields(text) {
		if len(line) > len(indent) && len(line)+len(word) >= width {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		}
		line += word + " "
	}
	b.WriteString(strings.TrimRight(line, " "))
	return b.String()
}
