package ingest

import (
	"errors"
	"math"
	"sync"

	"dwtriage/ingest/clock"
	"dwtriage/ingest/scan"
	"dwtriage/ingest/window"
)

// A large CSV file is read in parts of 2 MB, side by side. The goroutine of the caller cuts them at ends of rows and takes
// what became of them in the order of the file; benches parse them and build whole batches, and that is nearly all of the work.
//
// What comes out is what the reader alone gives, to the byte. Where a row ends depends on all quotes before
// it, and the cut only guesses it from their number (scan.Whole). That guess is not trusted: a bench reads its
// part with the same csvReader, from the start of a row, and if every row was scanned without any doubt and the
// last one ends where the part ends, then the part was cut at the end of a row, and the next one starts with a row.
// A bench is in doubt of all that the reader decides by what lies before or behind the part: quotes that do not match,
// rows beyond the limit, another header, rows that are told apart by how often they occurred
// before. Then that part and all behind it are put back into the window, and the reader goes on alone for a while. Of what else
// a file knows, rows before the part are added to the numbers of its rows when its turn comes, and the encoding that a
// bench assumed is compared with that of the file.
//
// Each part is built into batches of its own. How a file is cut depends on its bytes alone, so with any number of benches
// not only the records but also the batches are the same.
const partBytes = 2 << 20

// parting says how files are cut; tests cut smaller ones.
type parting struct {
	bytes int   // of a part
	from  int64 // rows before the first part: until then the account lists the keys that it meets
}

// mostBenches bounds memory, which is 10 MB for each: four read as much as 16 cores can classify.
const mostBenches = 4

// errDoubt says that a part has to be read with what lies around it.
var errDoubt = errors.New("in doubt")

// A bench is where one goroutine reads parts: a run of its own, whose memory one part after the other is read into.
type bench struct {
	run  run
	scan scan.CSV
}

// A part is read by a bench. What it became is valid when done is closed.
type part struct {
	window.Part
	table   *table
	of      *file
	done    chan struct{}
	batches []*Batch
	file    *file         // what was counted in it, rows from notedRows on
	over    window.Window // the window it was read in
	rows    int64
	err     error
}

// mayPart reports whether parts can be taken out here, and if that will never be so in this file does not let rows
// ask again.
func (p *csvReader) mayPart() bool {
	run := p.file.run
	if p.part || run.opt.Workers < 2 || run.opt.Sample > 0 || p.file.w.Wide() {
		p.apartFrom = math.MaxInt64
		return false
	}
	return p.file.account.Read >= run.parts.from && p.file.w.Offset() >= p.strictTo
}

// plain reports whether a row of a part, whose scan ended so, would be the same row whatever lies around the part.
func (p *csvReader) plain(st scan.State) bool {
	return st == scan.Done && !p.scan.Loose && p.scan.Length <= p.file.run.lim.Record
}

// apart reads parts until there is no whole one left, or one is in doubt.
func (p *csvReader) apart() error {
	r, w := p.file, p.file.w
	size := int64(r.run.parts.bytes)
	first := p.cut(nil)
	if first == nil {
		p.apartFrom = w.Offset() + size // a row longer than a part, or the end of the file
		return w.Canceled()
	}
	if err := r.run.b.flush(); err != nil {
		return err
	}
	crew := r.run.crew()
	defer crew.end()
	crew.give(first)
	for {
		for crew.room() {
			x := p.cut(crew.buffer())
			if x == nil {
				break
			}
			crew.give(x)
		}
		x := crew.next()
		if x == nil {
			p.apartFrom = w.Offset() + size
			return w.Canceled()
		}
		switch {
		case x.err == errDoubt || x.err == nil && !w.Adopt(&x.over):
			p.alone += 4 * size // and longer each time: what was read in vain stays a small share
			p.apartFrom = x.Offset + p.alone
			w.Return(crew.back(x))
			return nil
		case x.err != nil:
			x.release()
			return x.err
		}
		if err := p.adopt(x); err != nil {
			return err
		}
		crew.spare = append(crew.spare, x.Data)
	}
}

// cut takes the next part out of the window, which goes on in spare; nil when there is no whole one.
func (p *csvReader) cut(spare []byte) *part {
	w, size := p.file.w, p.file.run.parts.bytes
	if !w.Reach(size) {
		return nil
	}
	n := scan.Whole(w.Rest()[:size])
	if n == 0 {
		return nil
	}
	return &part{Part: w.Part(n, spare), table: p.grid.table, of: p.file, done: make(chan struct{})}
}

// adopt hands on what a part became, as if its rows had been read here.
func (p *csvReader) adopt(x *part) error {
	r := p.file
	f, of := &r.account, &x.file.account
	f.Read += of.Read - notedRows
	f.Rejected += of.Rejected
	f.Filtered += of.Filtered
	f.Truncated += of.Truncated
	f.Withheld += of.Withheld
	if !of.From.IsZero() && (f.From.IsZero() || of.From.Before(f.From)) {
		f.From = of.From
	}
	if of.To.After(f.To) {
		f.To = of.To
	}
	if r.rawTimes == 0 {
		r.rawTime = x.file.rawTime
	}
	r.rawTimes += x.file.rawTimes
	r.clock.Met.Add(x.file.clock.Met)
	r.kinds.dualWrite = r.kinds.dualWrite || x.file.kinds.dualWrite
	r.kinds.pluginTrace = r.kinds.pluginTrace || x.file.kinds.pluginTrace
	r.run.progress.Records += of.Read - notedRows
	for i, b := range x.batches {
		b.shift(p.row)
		x.batches[i] = nil
		if err := r.run.b.emit(b); err != nil {
			x.release()
			return err
		}
	}
	p.row += x.rows
	return r.run.ctx.Err()
}

// release gives the batches back that nobody took.
func (x *part) release() {
	for _, b := range x.batches {
		if b != nil {
			b.Release()
		}
	}
	x.batches = nil
}

// read reads a part: as a file of its own, which ends with it.
func (h *bench) read(x *part) {
	defer close(x.done)
	run := &h.run
	run.b.emit = func(b *Batch) error { x.batches = append(x.batches, b); return nil }
	run.window.Over(run.ctx, x.Part)
	run.row.fresh()
	x.file = &file{run: run, member: x.of.member, row: &run.row, w: &run.window, dmfLog: x.of.dmfLog,
		clock:   clock.Clock{Zone: run.opt.Zone, Order: run.opt.DateOrder},
		account: File{Path: x.of.account.Path, Format: x.of.account.Format, Read: notedRows}}
	p := csvReader{file: x.file, grid: grid{x.file, x.table}, scan: h.scan, part: true}
	p.scan.Most = len(x.table.slots)
	x.err = p.rows()
	if x.err == nil && run.b.ids.ordinals() {
		x.err = errDoubt
	}
	if x.err == nil {
		x.err = run.b.flush()
	}
	run.b.drop()
	h.scan, x.rows, x.over = p.scan, p.row, run.window
	if x.err != nil {
		x.release()
	}
}

// A crew is the goroutines at the benches while parts of one file are read, and the parts that are out.
type crew struct {
	benches []*bench
	work    chan *part // has room for all that may be out
	out     []*part    // in the order of the file
	spare   [][]byte
	ended   sync.WaitGroup
}

func (r *run) crew() *crew {
	for len(r.benches) < min(r.opt.Workers, mostBenches) {
		opt := r.opt
		opt.Progress = nil
		r.benches = append(r.benches, &bench{run: run{ctx: r.ctx, opt: opt, lim: r.lim, b: newBuilder(r.b.mem, r.b.maxRows, nil)}})
	}
	c := &crew{benches: r.benches, work: make(chan *part, len(r.benches)+1)}
	for _, h := range c.benches {
		c.ended.Go(func() {
			for x := range c.work {
				h.read(x)
			}
		})
	}
	return c
}

// room reports whether one more part may be out: one for each bench, and one that waits.
func (c *crew) room() bool { return len(c.out) < cap(c.work) }

func (c *crew) give(x *part) {
	c.out = append(c.out, x)
	c.work <- x
}

// next waits for the first part that is out, nil when there is none.
func (c *crew) next() *part {
	if len(c.out) == 0 {
		return nil
	}
	x := c.out[0]
	c.out = c.out[1:]
	<-x.done
	return x
}

// back is the bytes of x and of all that is out behind it; what became of them is forgotten.
func (c *crew) back(x *part) (parts []window.Part) {
	for ; x != nil; x = c.next() {
		x.release()
		parts = append(parts, x.Part)
	}
	return parts
}

// buffer is memory for the window to go on in.
func (c *crew) buffer() []byte {
	if len(c.spare) == 0 {
		return nil
	}
	b := c.spare[len(c.spare)-1]
	c.spare = c.spare[:len(c.spare)-1]
	return b
}

// end waits for the goroutines. What is still out has nobody who wants it.
func (c *crew) end() {
	close(c.work)
	c.ended.Wait()
	for _, x := range c.out {
		x.release()
	}
}
