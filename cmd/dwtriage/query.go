//go:build cgo

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"dwtriage/ingest/words"
	"dwtriage/report"
	"dwtriage/report/store"
)

// queryMost is the longest query that is taken from standard input.
const queryMost = 1 << 20

// widest is how many characters of a value the table for people shows.
const widest = 80

func runQuery(s *session, args []string) (int, error) {
	f := newFlags("dwtriage query [flags] (SQL | -)", `Asks the database: SQL is one SELECT in the words of DuckDB over the views v_records, v_findings,
v_unknown, v_missing, v_runs, v_files and others, which v_dictionary describes column by column; - reads it
from standard input. A query reads nothing but the database and writes nothing.`)
	var archive archiveFlags
	var asCSV, asJSON bool
	var limit int64
	archive.define(f.group("Input"), "database `FILE`")
	g := f.group("Output")
	g.BoolVar(&asCSV, "csv", false, "CSV with a header, all rows, with LF line ends; cells are guarded and cut as those of the report")
	g.BoolVar(&asJSON, "json", false, "JSON lines: an object per row, all rows, texts whole")
	g.Int64Var(&limit, "limit", 100, "show at most `N` rows of the table; 0 shows all")
	f.examples = `  dwtriage query "SELECT view, \"column\", meaning FROM v_dictionary"
  dwtriage query --csv "FROM v_findings ORDER BY records DESC" > findings.csv
  dwtriage query --json - < question.sql`
	f.notes = "Exit codes: 0 answered, also with no rows. 1 failed. 2 mistake in flags or in the SQL. 5 the database is in use."
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	switch {
	case f.NArg() != 1:
		return 0, usageError("query needs one SQL text in quotes, or - for standard input")
	case asCSV && asJSON:
		return 0, usageError("--csv and --json are two forms of one answer; give one of them")
	case limit < 0:
		return 0, usageError("--limit: %d is less than 0", limit)
	case f.Changed("limit") && (asCSV || asJSON):
		return 0, usageError("--limit is of the table for people; for --csv and --json write LIMIT into the SQL")
	}
	s.fate.is("nothing was changed")
	sql := f.Arg(0)
	if sql == "-" {
		var err error
		if sql, err = s.input(queryMost); err != nil {
			return 0, err
		}
	}
	d, err := archive.openStored(s)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	a, err := d.Ask(s.ctx, sql)
	if bad, ok := errors.AsType[*store.SQLError](err); ok {
		return 0, usageError("SQL: %s", printable(bad.Text))
	}
	if err != nil {
		return 0, err
	}
	w := bufio.NewWriterSize(s.stdout, 1<<16)
	switch {
	case asCSV:
		err = answerCSV(w, s, a)
	case asJSON:
		err = answerJSON(w, s, a)
	default:
		err = answerTable(w, s, a, limit)
	}
	return exitDone, errors.Join(err, w.Flush())
}

// answerTable goes over the rows twice, for their widths and to print them, so that no number of them is held.
func answerTable(w io.Writer, s *session, a *store.Answer, limit int64) error {
	shown := a.Rows
	if limit > 0 {
		shown = min(shown, limit)
	}
	widths := make([]int, len(a.Columns))
	header := make([]any, len(a.Columns))
	for i, c := range a.Columns {
		header[i] = c.Name
		widths[i] = utf8.RuneCountInString(shownValue(c.Name))
	}
	if err := a.Each(s.ctx, shown, func(row []any) error {
		for i, v := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(shownValue(v)))
		}
		return nil
	}); err != nil {
		return err
	}
	p := &printer{w: w}
	print := func(row []any) error {
		var line strings.Builder
		for i, v := range row {
			text := shownValue(v)
			gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
			if i > 0 {
				line.WriteString("  ")
			}
			if a.Columns[i].Numeric() {
				text, gap = gap, text
			}
			line.WriteString(text + gap)
		}
		p.printf("%s\n", strings.TrimRight(line.String(), " "))
		return p.err
	}
	print(header)
	if err := a.Each(s.ctx, shown, print); err != nil {
		return err
	}
	switch more := a.Rows - shown; {
	case a.Rows == 0:
		p.printf("no rows\n")
	case more > 0:
		p.printf("… %s more %s; --limit 0 shows all\n", words.Thousands(more), map[bool]string{true: "row", false: "rows"}[more == 1])
	}
	return p.err
}

// shownValue is a value in the table for people: on one line, without what steers a terminal, of a length that leaves
// room for others.
func shownValue(v any) string {
	text := printable(strings.NewReplacer("\r\n", `\n`, "\n", `\n`, "\t", `\t`).Replace(valueText(v, "null")))
	if utf8.RuneCountInString(text) > widest {
		return string([]rune(text)[:widest-1]) + "…"
	}
	return text
}

// valueText is a value as a text: lists and maps as JSON, null as the caller says.
func valueText(v any, null string) string {
	switch v := v.(type) {
	case nil:
		return null
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return string(appendJSON(nil, v))
}

// answerCSV guards cells as the tables of the report do: what a log holds must not become a formula.
func answerCSV(w io.Writer, s *session, a *store.Answer) error {
	out := report.NewCSV(w)
	for _, c := range a.Columns {
		out.Text(c.Name)
	}
	if err := out.End(); err != nil {
		return err
	}
	return a.Each(s.ctx, -1, func(row []any) error {
		for _, v := range row {
			if n, ok := v.(json.Number); ok {
				out.Number(n.String())
			} else {
				out.Text(valueText(v, ""))
			}
		}
		return out.End()
	})
}

// answerJSON writes the keys of an object in the order of the columns, which encoding/json does for no map.
func answerJSON(w io.Writer, s *session, a *store.Answer) error {
	var line []byte
	return a.Each(s.ctx, -1, func(row []any) error {
		line = line[:0]
		fields := make([]store.Field, len(row))
		for i, v := range row {
			fields[i] = store.Field{Name: a.Columns[i].Name, Value: v}
		}
		line = append(appendJSON(line, fields), '\n')
		_, err := w.Write(line)
		return err
	})
}

// appendJSON writes a value of an answer.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, item)
		}
		return append(b, ']')
	case []store.Field:
		b = append(b, '{')
		for i, f := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(append(appendJSON(b, f.Name), ':'), f.Value)
		}
		return append(b, '}')
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.Encode(v) // nil, bool, a number or a text: none that it cannot
	return words.AppendJSON(b, bytes.TrimRight(text.Bytes(), "\n"))
}
