package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"dwtriage/testdata/exports"
)

// findFormat looks a name up in the table of formats.
func findFormat(name string) (*exports.Format, error) {
	all := exports.Formats()
	i := slices.IndexFunc(all, func(f exports.Format) bool { return f.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("no such format: %q (--formats lists them)", name)
	}
	return &all[i], nil
}

func findContainer(name string) (*exports.Container, error) {
	all := exports.Containers()
	i := slices.IndexFunc(all, func(c exports.Container) bool { return c.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("no such container: %q (--formats lists them)", name)
	}
	return &all[i], nil
}

// printFormats lists the names that --format and --container take.
func printFormats(w io.Writer) {
	fmt.Fprintln(w, "formats, and what they carry:")
	for _, f := range exports.Formats() {
		fmt.Fprintf(w, "  %-45s .%-6s %s\n", f.Name, f.Extension, f.Set)
	}
	fmt.Fprintln(w, "containers:")
	for _, c := range exports.Containers() {
		fmt.Fprintf(w, "  %s\n", c.Name)
	}
}

// A sample is a file of n entries in a format of the table. Unlike what generator.write writes, all
// of it is held in memory.
type sample struct {
	f    *exports.Format
	c    *exports.Container
	mix  mix
	n    int64
	seed uint64
}

// write writes it and says what it holds.
func (s sample) write(w io.Writer) (*counts, error) {
	kind := "plugintrace"
	if s.f.Set == exports.Envelopes || s.f.Set == exports.Infologs {
		kind = "dualwrite"
	}
	g, err := s.mix.generator(kind, "ndjson", "", s.seed)
	if err != nil {
		return nil, err
	}
	data, err := s.f.Write(g.log(s.f.Set, s.n))
	if err != nil {
		return nil, err
	}
	if data, err = s.c.Wrap("export."+s.f.Extension, data); err != nil {
		return nil, err
	}
	n, err := w.Write(data)
	g.bytes = int64(n)
	return &g.counts, err
}

// log makes up n entries of a set.
func (g *generator) log(set string, n int64) *exports.Log {
	l := new(exports.Log)
	for g.records < n {
		g.next(size{records: n})
		switch set {
		case exports.Envelopes:
			g.makeDual()
			r := exports.Response{Message: string(g.errText), At: day + "T" + string(g.clock[:]) + "Z"}
			if message, verbose := g.verbose(); verbose != nil {
				r.Message, r.Verbose = string(message), string(verbose)
			}
			l.Envelopes = append(l.Envelopes, exports.Envelope{Entity: g.m.fno, Responses: []exports.Response{r}})
		case exports.Infologs:
			g.makeDual()
			l.Infologs = append(l.Infologs, exports.Infolog{At: day + " " + string(g.clock[:8]), Text: string(g.errText)})
		default:
			carried := exports.Carried(set, []exports.Trace{g.traceEntry()})
			if len(carried) == 0 {
				continue
			}
			l.Traces = append(l.Traces, carried...)
		}
		g.count()
	}
	return l
}

// traceEntry is the next record as a row of the table.
func (g *generator) traceEntry() exports.Trace {
	g.makeTrace()
	created, err := time.Parse(time.RFC3339, string(g.seconds(nil)))
	if err != nil {
		panic(err) // the clock is digits of our own
	}
	return exports.Trace{ID: string(g.guid(nil)), Correlation: string(g.corr[:]), Request: string(g.guid(nil)),
		Type: g.typeName, Message: g.sdk, Table: g.m.table, Operation: 1, Mode: g.pick(2), Depth: 1 + g.pick(4), Duration: 3 + g.pick(8998),
		Constructor: g.pick(20), Created: created, Block: string(g.trace), Exception: string(g.errText)}
}
