package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"dwtriage/ingest"
	"dwtriage/ingest/words"
)

// inspectFlags are the flags of inspect, as given.
type inspectFlags struct {
	reading readingFlags
	sample  string
	json    bool
}

func (r *inspectFlags) flags() *flags {
	f := newFlags("dwtriage inspect [flags] PATH...", `Says what each file is taken for, before a run: container, encoding, format, sheet, kind of log,
which columns are used for what and which are not, which join keys are missing, the period
covered, how many records there are, and what would be rejected. It writes nothing. PATH is a
file, a folder, a glob in quotes, or - for standard input.`)
	g := f.group("What is read")
	r.reading.define(g, "")
	g.StringVar(&r.sample, "sample", "64MB", "look at the first `SIZE` of each file and estimate the rest; 0 reads all of it")
	g = f.group("Limits")
	r.reading.defineLimits(g)
	f.fold(namesOf(g)...)
	g = f.group("Output")
	g.BoolVar(&r.json, "json", false, "print a JSON array with an object per file instead of the text for people")
	f.examples = `  dwtriage inspect exports/
  dwtriage inspect --json night.zip | jq '.[] | {path, format, records, missing}'`
	f.notes = `Exit codes: 0 every file can be read. 1 one cannot be read (to its end), or a file named on the
command line is no log. 2 mistake in flags.`
	return f
}

// An inspected file, as printed with --json.
type inspected struct {
	Path      string            `json:"path"`
	Bytes     int64             `json:"bytes"` // decompressed, of what was looked at
	Container string            `json:"container"`
	Encoding  string            `json:"encoding"`
	Format    string            `json:"format"`
	Delimiter string            `json:"delimiter,omitempty"`
	Sheet     string            `json:"sheet,omitempty"`
	Sheets    []string          `json:"other_sheets,omitempty"`
	Log       string            `json:"log"`
	Columns   []inspectedColumn `json:"columns"`
	Ignored   []string          `json:"ignored"`
	Missing   []string          `json:"missing"`
	Period    *inspectedPeriod  `json:"period"`
	Records   int64             `json:"records"`   // rows but those that would be rejected, which are none
	Estimated bool              `json:"estimated"` // records is an estimate, everything else is about the start of the file
	Looked    int64             `json:"rows_read"`
	Rejects   []inspectedReject `json:"rejects"`
	NoZone    bool              `json:"no_zone"` // some times name no zone
	Truncated int64             `json:"truncated"`
	Withheld  int64             `json:"withheld"`
	Skipped   int64             `json:"skipped_bytes"`
	Warnings  []string          `json:"warnings"`
	Problem   string            `json:"problem,omitempty"`
	NotALog   bool              `json:"not_a_log,omitempty"`
}

type inspectedColumn struct {
	Heading string `json:"heading"`
	Feeds   string `json:"feeds"`
}

type inspectedPeriod struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// An inspectedReject is a reason for which rows would be rejected.
type inspectedReject struct {
	Reason string `json:"reason"`
	Rows   int64  `json:"rows"`
	First  int64  `json:"first_row"`
	Column string `json:"column,omitempty"`
}

func runInspect(s *session, args []string) (int, error) {
	var in inspectFlags
	f := in.flags()
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	if f.NArg() == 0 {
		return 0, usageError("inspect needs the PATH of the exports: a file, a folder, a glob, or - for standard input; dwtriage inspect --help has examples")
	}
	s.fate.is("nothing was changed")
	opt, err := in.reading.options(s.stdin)
	if err != nil {
		return 0, err
	}
	if opt.Sample, err = parseSize(in.sample); err != nil {
		return 0, usageError("--sample: %q is not a size; write 500KB, 64MB or 0", in.sample)
	}
	sources, err := ingest.Expand(f.Args())
	failed := false
	for _, e := range unjoin(err) {
		tell(s.stderr, "dwtriage: %v\n", e)
		failed = true
	}
	if len(sources) == 0 {
		return 0, errors.New("there is nothing to inspect; " + exportHint)
	}
	files, err := inspect(s, sources, opt)
	if err != nil {
		return 0, err
	}
	for _, x := range files {
		failed = failed || x.Problem != "" && !x.NotALog
	}
	for _, s := range sources {
		failed = failed || !s.Walked && !holdsLog(s.Path, files)
	}
	if slices.ContainsFunc(files, func(x inspected) bool { return x.NotALog || x.Problem == "" && x.Records == 0 }) {
		tell(s.stderr, "dwtriage: some of this holds no record of a log; %s\n", exportHint)
	}
	if in.json {
		err = printJSON(s.stdout, files)
	} else {
		err = printInspected(s.stdout, files)
	}
	if err != nil {
		return 0, err
	}
	if failed {
		return exitFailed, nil
	}
	return exitDone, nil
}

// holdsLog reports whether a file named on the command line, or one in it, can be read.
func holdsLog(path string, files []inspected) bool {
	return slices.ContainsFunc(files, func(x inspected) bool {
		return (x.Path == path || strings.HasPrefix(x.Path, path+"/")) && !x.NotALog
	})
}

// inspect reads the sources and keeps nothing but the accounts.
func inspect(s *session, sources []ingest.Source, opt ingest.Options) ([]inspected, error) {
	rejects := make(map[string][]inspectedReject)
	var files []inspected
	err := ingest.Read(s.ctx, sources, opt, func(b *ingest.Batch) error {
		defer b.Release()
		for _, r := range b.Rejects {
			rejects[r.File] = addReject(rejects[r.File], r)
		}
		for i := range b.Files {
			f := &b.Files[i]
			files = append(files, account(f, rejects[f.Path]))
			delete(rejects, f.Path)
		}
		return nil
	})
	return files, err
}

func addReject(list []inspectedReject, r ingest.Reject) []inspectedReject {
	i := slices.IndexFunc(list, func(x inspectedReject) bool { return x.Reason == r.Reason && x.Column == r.Column })
	if i < 0 {
		return append(list, inspectedReject{Reason: r.Reason, Rows: 1, First: r.Row, Column: r.Column})
	}
	list[i].Rows++
	return list
}

// rows is how many rows are rejected, for any reason.
func rows(rejects []inspectedReject) (n int64) {
	for _, r := range rejects {
		n += r.Rows
	}
	return n
}

func account(f *ingest.File, rejects []inspectedReject) inspected {
	x := inspected{
		Path: f.Path, Bytes: f.Bytes, Container: f.Container, Encoding: f.Encoding, Format: f.Format, Delimiter: f.Delimiter,
		Sheet: f.Sheet, Sheets: f.Sheets, Log: f.Log, Columns: []inspectedColumn{}, Ignored: []string{}, Missing: list(f.Missing()),
		Records: f.Read - rows(rejects), Looked: f.Read, Estimated: f.Sampled, Rejects: list(rejects),
		NoZone: f.NoZone, Truncated: f.Truncated, Withheld: f.Withheld, Skipped: f.Skipped, Warnings: list(f.Warnings),
	}
	switch {
	case f.Sampled && f.Estimated > 0 && f.Read > 0:
		x.Records = int64(float64(f.Estimated) * float64(x.Records) / float64(f.Read))
	case f.Sampled:
		x.Records = f.Estimated
	}
	for _, c := range f.Columns {
		if c.Feeds == "" {
			x.Ignored = append(x.Ignored, c.Heading)
		} else {
			x.Columns = append(x.Columns, inspectedColumn(c))
		}
	}
	if !f.From.IsZero() {
		x.Period = &inspectedPeriod{f.From, f.To}
	}
	if f.Problem != nil {
		x.Problem, x.NotALog = f.Problem.Error(), errors.Is(f.Problem, ingest.ErrNotALog)
	}
	return x
}

// list is v, but never null in JSON.
func list[T any](v []T) []T {
	if v == nil {
		return []T{}
	}
	return v
}

// printInspected prints a block of lines per file, labels in one column.
func printInspected(w io.Writer, files []inspected) error {
	for i := range files {
		if i > 0 {
			tell(w, "\n")
		}
		if err := printFile(w, &files[i]); err != nil {
			return err
		}
	}
	return nil
}

func printFile(w io.Writer, x *inspected) error {
	tell(w, "%s\n", x.Path)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(label, format string, args ...any) {
		text := printable(fmt.Sprintf(format, args...))
		for i, part := range strings.Split(wrapped(text, 96, ""), "\n") {
			if i > 0 {
				label = ""
			}
			tell(tw, "  %s\t%s\n", label, part)
		}
	}
	if x.Problem != "" && x.Format == "" {
		label := "problem"
		if x.NotALog {
			label = "not read"
		}
		line(label, "%s", strings.TrimPrefix(x.Problem, x.Path+": "))
		return tw.Flush()
	}
	line("format", "%s", formatName(x))
	line("log", "%s", logName(x.Log))
	line("records", "%s", recordCount(x))
	if x.Period != nil {
		const layout = "2006-01-02 15:04:05"
		zone := "UTC"
		if x.NoZone {
			zone = "UTC, some times without a zone (see --tz)"
		}
		line("period", "%s to %s %s", x.Period.From.Format(layout), x.Period.To.Format(layout), zone)
	} else if x.Looked > 0 {
		line("period", "unknown: no record has a time that can be read")
	}
	if len(x.Columns) > 0 {
		line("columns", "%s", columnList(x.Columns))
	}
	if len(x.Ignored) > 0 {
		line("ignored", "%s", strings.Join(x.Ignored, ", "))
	}
	if len(x.Missing) > 0 {
		line("missing", "%s", strings.Join(x.Missing, ", "))
	}
	for _, s := range x.Sheets {
		line("not read", "%s", s)
	}
	for _, r := range x.Rejects {
		where := ""
		if r.Column != "" {
			where = " in column " + r.Column
		}
		line("rejected", "%s%s: %s, the first is row %d", r.Reason, where, words.Count(r.Rows, "row"), r.First)
	}
	if x.Truncated > 0 {
		line("truncated", "%s with a text that was cut short before it was exported", words.Count(x.Truncated, "record"))
	}
	if x.Withheld > 0 {
		line("withheld", "%s with something left out because it is secret", words.Count(x.Withheld, "record"))
	}
	for _, s := range x.Warnings {
		line("warning", "%s", s)
	}
	if x.Problem != "" {
		line("problem", "%s", strings.TrimPrefix(x.Problem, x.Path+": "))
	}
	return tw.Flush()
}

// formatName says format, sheet, delimiter, encoding and containers in one line.
func formatName(x *inspected) string {
	parts := []string{"nothing to read"}
	for _, f := range ingest.Formats() {
		if f.Name == x.Format {
			parts[0] = f.Title
		}
	}
	switch x.Delimiter {
	case "":
	case ",":
		parts = append(parts, "separated by commas")
	case ";":
		parts = append(parts, "separated by semicolons")
	case "\t":
		parts = append(parts, "separated by tabs")
	default:
		parts = append(parts, fmt.Sprintf("separated by %q", x.Delimiter))
	}
	if x.Sheet != "" {
		parts = append(parts, fmt.Sprintf("sheet %q", x.Sheet))
	}
	if x.Encoding != "" && x.Format != "xlsx" {
		parts = append(parts, x.Encoding)
	}
	if x.Container != "" {
		parts = append(parts, "in "+strings.Join(strings.Fields(x.Container), " > "))
	}
	return strings.Join(parts, ", ")
}

func logName(log string) string {
	switch log {
	case ingest.DualWrite:
		return "dual-write errors"
	case ingest.PluginTrace:
		return "plug-in traces"
	case "mixed":
		return "dual-write errors and plug-in traces"
	}
	return "none: no record was found"
}

func recordCount(x *inspected) string {
	switch {
	case !x.Estimated && x.Records < x.Looked:
		return words.Thousands(x.Records) + ", of " + words.Count(x.Looked, "row")
	case !x.Estimated:
		return words.Thousands(x.Records)
	case x.Records < 0:
		return fmt.Sprintf("more than %s: only the start of the file was read", words.Thousands(x.Looked-rows(x.Rejects)))
	}
	return fmt.Sprintf("about %s, by the %s at the start of the file that were read", words.Thousands(x.Records), words.Count(x.Looked, "row"))
}

// columnList says which headings feed which column of a record; those that carry its very name
// are not said twice.
func columnList(columns []inspectedColumn) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = c.Heading
		switch {
		case c.Feeds == "withheld":
			parts[i] += " (secret, never read)"
		case c.Feeds != c.Heading:
			parts[i] += " = " + c.Feeds
		}
	}
	return strings.Join(parts, ", ")
}
