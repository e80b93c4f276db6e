package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"

	"dwtriage/testdata/exports"
)

const (
	day      = "2026-11-22"
	dayTicks = 24 * 3600 * 10_000_000 // a tick is 100 ns, as .NET counts
)

// A size is how much to write: the limit that is reached first ends it. Zero means no limit.
type size struct{ bytes, records int64 }

// counts say what was written, by the generator's own knowledge.
type counts struct {
	bytes, records, ok, documented, unknown int64
	hard                                    *hardMix // what was written of it; nil for the kind mix
}

// A catalogue is messages.go compiled for one kind of log.
type catalogue struct {
	messages                []compiledMessage
	unknown                 []template
	wrapped, wrappedUnknown []template
	frames, traceLines      []template

	blockHead, blockTail, verboseHead template
}

func newCatalogue(kind string) (*catalogue, error) {
	log, wrap := inTrace, wrapped
	if kind == "dualwrite" {
		log, wrap = inDual, wrappedDual
	}
	c := new(catalogue)
	var err error
	if c.messages, err = compileMessages(log); err != nil {
		return nil, err
	}
	if c.wrapped, err = compileWeighted(wrap); err != nil {
		return nil, err
	}
	if c.wrappedUnknown, err = compileWeighted(wrappedUnknown); err != nil {
		return nil, err
	}
	for _, text := range []struct {
		dst *template
		src string
	}{{&c.blockHead, blockHead}, {&c.blockTail, blockTail}, {&c.verboseHead, verboseHead}} {
		if *text.dst, err = compile(text.src); err != nil {
			return nil, err
		}
	}
	for _, list := range []struct {
		dst *[]template
		src []string
	}{{&c.unknown, unknown}, {&c.frames, frames}, {&c.traceLines, traceLines}} {
		if *list.dst, err = compileAll(list.src); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// A generator holds the record that is being written; all buffers are reused.
type generator struct {
	rng      rand.PCG
	cat      *catalogue
	stream   *exports.Stream
	envelope *exports.Stream // what stands in a cell
	row      func(g *generator, w *exports.Writer)
	counts
	progress int64 // bytes that the time of day goes by, in steps of a block

	m, parent *entityMap
	company   string
	typeName  string
	dot       int // of the last dot in typeName
	sdk       string
	code, hex string
	day       string   // 2026-11-22
	clock     [16]byte // 09:14:03.5843124
	corr      [36]byte
	outcome   outcome
	site      int // number of the unknown text, -1 for others
	depth     int // frames written for this record

	msg, errText, trace, frames, cell, at, once []byte
	values                                      values
}

type outcome byte

const (
	isOK outcome = iota
	isDocumented
	isUnknown
)

// adders make up a record of a stream and add it, by the stream's name.
var adders = map[string]func(g *generator, w *exports.Writer){
	"plugintrace csv":        (*generator).traceCSV,
	"plugintrace json":       (*generator).traceJSON,
	"plugintrace ndjson":     (*generator).traceJSON,
	"dualwrite csv columns":  (*generator).dualColumns,
	"dualwrite csv envelope": (*generator).dualCell,
	"dualwrite json":         (*generator).dualJSON,
	"dualwrite ndjson":       (*generator).dualJSON,
}

// newGenerator checks the names and compiles the catalogue. Equal arguments give equal bytes.
func newGenerator(kind, formatName, shape string, seed uint64) (*generator, error) {
	name := kind + " " + formatName
	if name == "dualwrite csv" {
		name += " " + shape
	}
	stream := exports.FindStream(name)
	if stream == nil {
		return nil, fmt.Errorf("no such combination of --kind, --format and --shape: %q", name)
	}
	cat, err := newCatalogue(kind)
	if err != nil {
		return nil, err
	}
	g := &generator{cat: cat, stream: stream, envelope: exports.FindStream("dualwrite ndjson"), row: adders[name], day: day, site: -1}
	g.rng.Seed(seed, 0x9e3779b97f4a7c15)
	return g, nil
}

// write writes a whole file of size s.
func (g *generator) write(to io.Writer, s size) error {
	const step = 1 << 20
	w := g.stream.NewWriter(to)
	for {
		g.next(s)
		g.row(g, w)
		all, last, tail := w.Size()
		total := all + tail
		// The last record stays if the file is nearer to its size with it than without.
		if s.bytes > 0 && g.records > 0 && total-s.bytes > s.bytes-(total-last) {
			w.Drop()
			break
		}
		g.count()
		if s.records > 0 && g.records == s.records || s.bytes > 0 && total >= s.bytes {
			break
		}
		if all-g.progress >= step {
			g.progress = all
		}
	}
	err := w.Close()
	g.bytes, _, _ = w.Size()
	return err
}

func (g *generator) count() {
	g.records++
	switch g.outcome {
	case isOK:
		g.ok++
	case isDocumented:
		g.documented++
		if g.hard != nil {
			g.hard.found[g.hard.rule]++
		}
	case isUnknown:
		g.unknown++
	}
}

// next makes up the values of the next record. Times run through the day as the file grows.
func (g *generator) next(s size) {
	share := 0.0
	if s.bytes > 0 {
		share = float64(g.progress) / float64(s.bytes)
	}
	if s.records > 0 {
		share = max(share, float64(g.records)/float64(s.records))
	}
	const spread = 30 * 10_000_000
	g.setClock(int64(share*(dayTicks-spread)) + int64(g.pick(spread)))

	maps := entityMaps
	if g.hard != nil {
		maps = g.hard.all
	}
	g.m, g.parent = &maps[g.pick(len(maps))], &parents[g.pick(len(parents))]
	g.company = g.one(companies)
	g.sdk = g.one(sdk)
	g.guid(g.corr[:0]) // fills corr in place
	g.setType(g.one(types))
}

func (g *generator) setType(name string) {
	g.typeName, g.dot = name, strings.LastIndexByte(name, '.')
}

func (g *generator) setClock(ticks int64) {
	ticks = min(ticks, dayTicks-1)
	seconds, fraction := ticks/10_000_000, ticks%10_000_000
	put := func(at, width int, v int64) {
		for i := at + width - 1; i >= at; i-- {
			g.clock[i] = byte('0' + v%10)
			v /= 10
		}
	}
	put(0, 2, seconds/3600)
	put(3, 2, seconds/60%60)
	put(6, 2, seconds%60)
	put(9, 7, fraction)
	g.clock[2], g.clock[5], g.clock[8] = ':', ':', '.'
}

// makeError fills msg, code and hex: 7 of 10 errors are documented.
func (g *generator) makeError() (dualWrite, wrappable bool) {
	g.site, g.depth = -1, 0
	if g.pick(10) >= 7 {
		g.outcome = isUnknown
		g.site = g.pick(len(g.cat.unknown))
		g.setType(types[g.site%len(types)])
		g.msg = g.render(g.msg[:0], g.cat.unknown[g.site])
		return false, false
	}
	g.outcome = isDocumented
	m := &g.cat.messages[g.pick(len(g.cat.messages))]
	g.code, g.hex = m.code, m.hex
	g.msg = g.render(g.msg[:0], m.text)
	return m.dualWrite, m.wrappable
}

// makeTrace fills errText and trace.
func (g *generator) makeTrace() {
	g.errText = g.errText[:0]
	g.outcome = isOK
	switch {
	case g.pick(3) == 0:
	case g.hard != nil:
		g.hardText()
	default:
		dualWrite, _ := g.makeError()
		wrap := g.cat.wrapped
		if g.outcome == isUnknown {
			wrap = g.cat.wrappedUnknown
		}
		if dualWrite {
			g.setType(g.one(dualWriteTypes))
		}
		g.errText = g.render(g.errText, wrap[g.pick(len(wrap))])
	}
	g.trace = g.render(g.trace[:0], g.cat.blockHead)
	for n := 9 + g.pick(21); n > 0; n-- {
		g.trace = append(g.trace, '\n')
		g.trace = g.render(g.trace, g.cat.traceLines[g.pick(len(g.cat.traceLines))])
	}
	g.trace = g.render(g.trace, g.cat.blockTail)
}

func (g *generator) seconds(dst []byte) []byte {
	dst = append(append(dst, g.day...), 'T')
	dst = append(dst, g.clock[:8]...)
	return append(dst, 'Z')
}

func (g *generator) traceCSV(w *exports.Writer) {
	g.makeTrace()
	g.values.start()
	g.traceValues(w)
}

func (g *generator) traceJSON(w *exports.Writer) {
	g.makeTrace()
	g.values.start()
	g.values.end(g.digits(g.values.b, 6))
	g.traceValues(w)
}

// traceValues adds a row of the table of traces, its values in the order of the columns that people ask for.
func (g *generator) traceValues(w *exports.Writer) {
	v := &g.values
	v.end(g.guid(v.b))
	v.end(g.seconds(v.b))
	v.end(append(v.b, g.typeName...))
	v.end(append(v.b, g.sdk...))
	v.end(append(v.b, g.m.table...))
	v.end(append(v.b, '1'))
	v.end(append(v.b, byte('0'+g.pick(2))))
	v.end(append(v.b, byte('1'+g.pick(4))))
	v.end(g.between(v.b, 3, 9000))
	v.end(append(v.b, g.corr[:]...))
	v.end(g.guid(v.b))
	w.Add(v.all(g.trace, g.errText)...)
}

// values are those of a record. The short ones lie behind each other and are cut out when the last one is there, for
// whatever is appended may move those before it.
type values struct {
	b    []byte
	ends []int
	list [][]byte
}

func (v *values) start() { v.b, v.ends = v.b[:0], v.ends[:0] }

// end takes b, which is v.b with one more value.
func (v *values) end(b []byte) { v.b, v.ends = b, append(v.ends, len(b)) }

// all are the values since start, and those that lie elsewhere. They are valid until the next call.
func (v *values) all(long ...[]byte) [][]byte {
	v.list = v.list[:0]
	from := 0
	for _, to := range v.ends {
		v.list = append(v.list, v.b[from:to])
		from = to
	}
	v.list = append(v.list, long...)
	return v.list
}

// makeDual fills errText.
func (g *generator) makeDual() {
	if g.hard != nil {
		g.hardText()
		return
	}
	_, wrappable := g.makeError()
	if !wrappable {
		g.errText = append(g.errText[:0], g.msg...)
		return
	}
	g.errText = g.render(g.errText[:0], g.cat.wrapped[g.pick(len(g.cat.wrapped))])
}

// recordKey appends the business key of the row that failed, one of some thousand, so that rows fail more than once. It
// takes no random number: all else of a file stays what it was with the same seed.
func (g *generator) recordKey(dst []byte) []byte {
	if g.hard != nil {
		return g.hard.appendKey(dst, g.records)
	}
	head := keyHeads[len(g.m.table)%len(keyHeads)]
	return strconv.AppendInt(append(dst, head...), 100_000+g.records*7919%5000, 10)
}

// dualHead takes company, entity, key and time. Some users export technical names, others titles.
func (g *generator) dualHead() {
	v := &g.values
	v.start()
	v.end(append(v.b, g.company...))
	if g.pick(2) == 0 {
		v.end(append(v.b, g.m.fno...))
	} else {
		v.end(append(v.b, g.m.name...))
	}
	v.end(g.recordKey(v.b))
	v.end(g.ticks(v.b))
}

// ticks appends the time of the record as dual-write keeps it.
func (g *generator) ticks(dst []byte) []byte {
	dst = append(append(dst, g.day...), 'T')
	return append(append(dst, g.clock[:]...), 'Z')
}

// verbose moves every second text into the verbose column behind a general error message.
func (g *generator) verbose() (message, verbose []byte) {
	if g.pick(2) > 0 {
		return g.errText, nil
	}
	if g.hard != nil {
		return nil, g.errText
	}
	g.trace = g.render(g.trace[:0], g.cat.verboseHead)
	return g.trace, g.errText
}

func (g *generator) dualColumns(w *exports.Writer) {
	g.makeDual()
	g.dualHead()
	message, verbose := g.verbose()
	w.Add(g.values.all(message, verbose, g.corr[:])...)
}

func (g *generator) dualCell(w *exports.Writer) {
	g.cell = g.envelope.Append(g.cell[:0], g.envelopeValues()...)
	g.dualHead()
	w.Add(g.values.all(g.cell)...)
}

func (g *generator) dualJSON(w *exports.Writer) { w.Add(g.envelopeValues()...) }

// envelopeValues are those of what dual-write keeps for a failed record.
func (g *generator) envelopeValues() [][]byte {
	g.makeDual()
	message, verbose := g.verbose()
	g.at = g.ticks(g.at[:0])
	g.values.list = append(g.values.list[:0], []byte(g.m.fno), []byte(g.m.set), message, g.at, verbose)
	return g.values.list
}

// parseSize reads 5000000, 300MB, 1GB (decimal) and 64KiB, 1GiB (binary).
func parseSize(s string) (int64, error) {
	units := []struct {
		name   string
		factor int64
	}{
		{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30},
		{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}, {"", 1},
	}
	up := strings.ToUpper(strings.TrimSpace(s))
	for _, u := range units {
		number, ok := strings.CutSuffix(up, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || n <= 0 || n > (1<<62)/u.factor {
			break
		}
		return n * u.factor, nil
	}
	return 0, fmt.Errorf("not a size: %q (write 300MB, 1GB or a number of bytes)", s)
}
