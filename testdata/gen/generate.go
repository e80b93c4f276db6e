package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
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
}

// A format turns g's current record into bytes.
type format struct {
	head, tail, between string
	row                 func(g *generator, dst []byte) []byte
}

const traceHeader = "plugintracelogid,createdon,typename,messagename,primaryentity,operationtype,mode,depth," +
	"performanceexecutionduration,correlationid,requestid,messageblock,exceptiondetails\r\n"

const webHead = `{"@odata.context":"https://contoso.crm.example/api/data/v9.2/$metadata#plugintracelogs","value":[` + "\n"

// formats are keyed by kind, format and, for dual-write CSV, shape.
var formats = map[string]format{
	"plugintrace csv":        {head: traceHeader, row: (*generator).traceCSV},
	"plugintrace json":       {head: webHead, between: ",\n", tail: "\n]}\n", row: (*generator).traceJSON},
	"plugintrace ndjson":     {between: "\n", tail: "\n", row: (*generator).traceJSON},
	"dualwrite csv columns":  {head: "Company,Entity Name,RecordIdentifier,Created On,Error Message,Verbose Error,Activity Id\r\n", row: (*generator).dualColumns},
	"dualwrite csv envelope": {head: "Company,Entity Name,RecordIdentifier,Created On,DetailedErrorMessage\r\n", row: (*generator).dualCell},
	"dualwrite json":         {head: "[\n", between: ",\n", tail: "\n]\n", row: (*generator).envelope},
	"dualwrite ndjson":       {between: "\n", tail: "\n", row: (*generator).envelope},
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
	rng rand.PCG
	cat *catalogue
	f   format
	counts

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

	msg, errText, trace, frames, cell []byte
}

type outcome byte

const (
	isOK outcome = iota
	isDocumented
	isUnknown
)

// newGenerator checks the names and compiles the catalogue. Equal arguments give equal bytes.
func newGenerator(kind, formatName, shape string, seed uint64) (*generator, error) {
	key := kind + " " + formatName
	if key == "dualwrite csv" {
		key += " " + shape
	}
	f, ok := formats[key]
	if !ok {
		return nil, fmt.Errorf("no such combination of --kind, --format and --shape: %q", key)
	}
	cat, err := newCatalogue(kind)
	if err != nil {
		return nil, err
	}
	g := &generator{cat: cat, f: f, day: day, site: -1}
	g.rng.Seed(seed, 0x9e3779b97f4a7c15)
	return g, nil
}

// write writes a whole file of size s.
func (g *generator) write(w io.Writer, s size) error {
	const block = 1 << 20
	buf := make([]byte, 0, block+64<<10)
	buf = append(buf, g.f.head...)
	for {
		mark := len(buf)
		if g.records > 0 {
			buf = append(buf, g.f.between...)
		}
		g.next(s)
		buf = g.f.row(g, buf)
		total := g.bytes + int64(len(buf)+len(g.f.tail))
		// The last record stays if the file is nearer to its size with it than without.
		if s.bytes > 0 && g.records > 0 && total-s.bytes > s.bytes-(total-int64(len(buf)-mark)) {
			buf = buf[:mark]
			break
		}
		g.count()
		if s.records > 0 && g.records == s.records || s.bytes > 0 && total >= s.bytes {
			break
		}
		if len(buf) >= block {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			g.bytes += int64(len(buf))
			buf = buf[:0]
		}
	}
	buf = append(buf, g.f.tail...)
	n, err := w.Write(buf)
	g.bytes += int64(n)
	return err
}

func (g *generator) count() {
	g.records++
	switch g.outcome {
	case isOK:
		g.ok++
	case isDocumented:
		g.documented++
	case isUnknown:
		g.unknown++
	}
}

// next makes up the values of the next record. Times run through the day as the file grows.
func (g *generator) next(s size) {
	share := 0.0
	if s.bytes > 0 {
		share = float64(g.bytes) / float64(s.bytes)
	}
	if s.records > 0 {
		share = max(share, float64(g.records)/float64(s.records))
	}
	const spread = 30 * 10_000_000
	g.setClock(int64(share*(dayTicks-spread)) + int64(g.pick(spread)))

	g.m, g.parent = &entityMaps[g.pick(len(entityMaps))], &parents[g.pick(len(parents))]
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
	if g.pick(3) > 0 {
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

func (g *generator) traceCSV(dst []byte) []byte {
	g.makeTrace()
	dst = append(g.guid(dst), ',')
	dst = append(g.seconds(dst), ',')
	dst = append(dst, g.typeName...)
	dst = append(dst, ',')
	dst = append(dst, g.sdk...)
	dst = append(dst, ',')
	dst = append(dst, g.m.table...)
	dst = append(dst, ",1,"...)
	dst = append(dst, byte('0'+g.pick(2)), ',', byte('1'+g.pick(4)), ',')
	dst = append(g.between(dst, 3, 9000), ',')
	dst = append(dst, g.corr[:]...)
	dst = append(dst, ',')
	dst = append(g.guid(dst), ',')
	dst = append(appendCell(dst, g.trace), ',')
	if len(g.errText) > 0 {
		dst = appendCell(dst, g.errText)
	}
	return append(dst, "\r\n"...)
}

func (g *generator) traceJSON(dst []byte) []byte {
	g.makeTrace()
	dst = append(dst, `{"@odata.etag":"W/\"`...)
	dst = g.digits(dst, 6)
	dst = append(dst, `\"","plugintracelogid":"`...)
	dst = g.guid(dst)
	dst = append(dst, `","createdon":"`...)
	dst = g.seconds(dst)
	dst = append(dst, `","typename":"`...)
	dst = append(dst, g.typeName...)
	dst = append(dst, `","messagename":"`...)
	dst = append(dst, g.sdk...)
	dst = append(dst, `","primaryentity":"`...)
	dst = append(dst, g.m.table...)
	dst = append(dst, `","operationtype":1,"mode":`...)
	dst = append(dst, byte('0'+g.pick(2)))
	dst = append(dst, `,"depth":`...)
	dst = append(dst, byte('1'+g.pick(4)))
	dst = append(dst, `,"performanceexecutionduration":`...)
	dst = g.between(dst, 3, 9000)
	dst = append(dst, `,"correlationid":"`...)
	dst = append(dst, g.corr[:]...)
	dst = append(dst, `","requestid":"`...)
	dst = g.guid(dst)
	dst = append(dst, `","messageblock":"`...)
	dst = appendJSON(dst, g.trace, "")
	if len(g.errText) == 0 {
		return append(dst, `","exceptiondetails":null}`...)
	}
	dst = append(dst, `","exceptiondetails":"`...)
	dst = appendJSON(dst, g.errText, "")
	return append(dst, `"}`...)
}

// makeDual fills errText.
func (g *generator) makeDual() {
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
	head := keyHeads[len(g.m.table)%len(keyHeads)]
	return strconv.AppendInt(append(dst, head...), 100_000+g.records*7919%5000, 10)
}

// dualHead appends company, entity, key and time. Some users export technical names, others titles.
func (g *generator) dualHead(dst []byte) []byte {
	dst = append(dst, g.company...)
	dst = append(dst, ',')
	if g.pick(2) == 0 {
		dst = append(dst, g.m.fno...)
	} else {
		dst = append(dst, g.m.name...)
	}
	dst = g.recordKey(append(dst, ','))
	dst = append(dst, ","+day+"T"...)
	dst = append(dst, g.clock[:]...)
	return append(dst, "Z,"...)
}

// verbose moves every second text into the verbose column behind a general error message.
func (g *generator) verbose() (message, verbose []byte) {
	if g.pick(2) > 0 {
		return g.errText, nil
	}
	g.trace = g.render(g.trace[:0], g.cat.verboseHead)
	return g.trace, g.errText
}

func (g *generator) dualColumns(dst []byte) []byte {
	g.makeDual()
	dst = g.dualHead(dst)
	message, verbose := g.verbose()
	dst = append(appendCell(dst, message), ',')
	if verbose != nil {
		dst = appendCell(dst, verbose)
	}
	dst = append(dst, ',')
	dst = append(dst, g.corr[:]...)
	return append(dst, "\r\n"...)
}

func (g *generator) dualCell(dst []byte) []byte {
	g.cell = g.envelope(g.cell[:0])
	dst = g.dualHead(dst)
	dst = appendCell(dst, g.cell)
	return append(dst, "\r\n"...)
}

// envelope appends the JSON that dual-write keeps for a failed record.
func (g *generator) envelope(dst []byte) []byte {
	g.makeDual()
	dst = append(dst, `{"entityName":"`...)
	dst = append(dst, g.m.fno...)
	dst = append(dst, `","externalEntityName":"`...)
	dst = append(dst, g.m.set...)
	dst = append(dst, `","executionStatus":2,"fieldResponses":[],"recordResponses":[{"errorMessage":"`...)
	message, verbose := g.verbose()
	dst = appendJSON(dst, message, "")
	dst = append(dst, `","logDateTime":"`+day+`T`...)
	dst = append(dst, g.clock[:]...)
	dst = append(dst, `Z","verboseError":"`...)
	dst = appendJSON(dst, verbose, "")
	return append(dst, `"}],"isErrorCountUpdated":true}`...)
}

// appendCell appends s as a quoted CSV cell.
func appendCell(dst, s []byte) []byte {
	dst = append(dst, '"')
	for {
		i := bytes.IndexByte(s, '"')
		if i < 0 {
			break
		}
		dst = append(dst, s[:i+1]...)
		dst = append(dst, '"')
		s = s[i+1:]
	}
	dst = append(dst, s...)
	return append(dst, '"')
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
