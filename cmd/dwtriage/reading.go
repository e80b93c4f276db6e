package main

import (
	"io"
	"strings"
	"time"
	_ "time/tzdata" // zones for --tz on machines that have none

	"github.com/spf13/pflag"

	"dwtriage/ingest"
)

// readingFlags say how exports are read. Every command that reads files has them, so that inspect shows what
// run will do with the same flags.
type readingFlags struct {
	tz, dateOrder    string
	log, format      string
	cell, record     string
	unpacked         string
	columns, nesting int
	ratio, members   int
}

// define adds the flags about what is read; also is what else --tz is the zone of.
func (r *readingFlags) define(g *pflag.FlagSet, also string) {
	r.defineTimes(g, also)
	g.StringVar(&r.log, "log", "auto", "keep only one `LOG`: auto (both), dualwrite or plugintrace")
	g.StringVar(&r.format, "format", "auto", "take every file for this `FORMAT`: "+orList(formatNames()))
}

// defineTimes adds the flags about times alone, for a command that takes every log in the formats it knows.
func (r *readingFlags) defineTimes(g *pflag.FlagSet, also string) {
	r.log, r.format = "auto", "auto"
	g.StringVar(&r.tz, "tz", "UTC", "`ZONE` of times in the exports that name none (Europe/Berlin)"+also)
	g.StringVar(&r.dateOrder, "date-order", "auto", "`ORDER` of dates like 03/04/2026: auto (only those that can be read one way, others stay text), dmy, mdy or ymd")
}

// defineLimits adds the flags about what is too much. The defaults let every export pass that was ever met
// and stop what is none; each message about a limit names the flag that raises it.
func (r *readingFlags) defineLimits(g *pflag.FlagSet) {
	g.StringVar(&r.cell, "max-cell", "8MB", "reject a row with a text longer than `SIZE`")
	g.StringVar(&r.record, "max-record", "16MB", "reject a row longer than `SIZE`; a row is held in memory")
	g.IntVar(&r.columns, "max-columns", 16384, "refuse a table with more than `N` columns")
	g.IntVar(&r.nesting, "max-nesting", 4, "refuse more than `N` containers inside each other (.zip in .tar in .gz)")
	g.IntVar(&r.ratio, "max-ratio", 500, "give a source up that unpacks to more than `N` times its size, beyond 64MB")
	g.StringVar(&r.unpacked, "max-unpacked", "1TB", "give a source up that unpacks to more than `SIZE`")
	g.IntVar(&r.members, "max-members", 10000, "read at most `N` files of a source, those in archives inside of it included")
}

// formatNames are the values of --format: the formats that ingest reads, whatever there are.
func formatNames() []string {
	names := []string{"auto"}
	for _, f := range ingest.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// orList lists words as a sentence does: "a, b or c".
func orList(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// options turns the flags' texts into values. Each limit has a ceiling of its own, beyond which a number is
// a slip of the finger: a cell of 1 GB is more than any program writes.
func (r *readingFlags) options(stdin io.Reader) (opt ingest.Options, err error) {
	opt = ingest.Options{Stdin: stdin}
	if opt.Zone, err = time.LoadLocation(r.tz); err != nil {
		return opt, usageError("--tz: %q is not a time zone; names look like UTC or Europe/Berlin", r.tz)
	}
	for _, c := range []struct {
		flag, value string
		known       []string
	}{
		{"--date-order", r.dateOrder, []string{"auto", "dmy", "mdy", "ymd"}},
		{"--log", r.log, []string{"auto", "dualwrite", "plugintrace"}},
		{"--format", r.format, formatNames()},
	} {
		err := oneOf(c.flag, c.value, c.known)
		if err != nil && c.flag == "--format" && checkFormat(c.flag, c.value) == nil {
			return opt, usageError("%w; it says what the exports are, and --report-format of run, or --format of report, what the report is", err)
		}
		if err != nil {
			return opt, err
		}
	}
	opt.Log, opt.Format = r.log, r.format
	if r.dateOrder != "auto" {
		opt.DateOrder = ingest.DateOrder(r.dateOrder)
	}
	sizes := []struct {
		flag, text string
		most       int64
		to         func(int64)
	}{
		{"--max-cell", r.cell, 1 << 30, func(n int64) { opt.Limits.Cell = int(n) }},
		{"--max-record", r.record, 1 << 30, func(n int64) { opt.Limits.Record = int(n) }},
		{"--max-unpacked", r.unpacked, 1 << 62, func(n int64) { opt.Limits.Unpacked = n }},
	}
	for _, s := range sizes {
		n, err := parseSize(s.text)
		if err != nil || n < 1 || n > s.most {
			return opt, usageError("%s: %q is not a size up to %s; write 500KB, 8MB or 2GB", s.flag, s.text, formatSize(s.most))
		}
		s.to(n)
	}
	counts := []struct {
		flag string
		n    int
		most int
		to   *int
	}{
		{"--max-columns", r.columns, 1 << 20, &opt.Limits.Columns},
		{"--max-nesting", r.nesting, 64, &opt.Limits.Nesting},
		{"--max-ratio", r.ratio, 1 << 30, &opt.Limits.Ratio},
		{"--max-members", r.members, 1 << 30, &opt.Limits.Members},
	}
	for _, c := range counts {
		if c.n < 1 || c.n > c.most {
			return opt, usageError("%s: %d is not a number from 1 to %d", c.flag, c.n, c.most)
		}
		*c.to = c.n
	}
	return opt, nil
}
