package unpack

import (
	"io"
	"slices"
)

// How far a stream is unpacked ahead: three blocks wait while the fourth is read. Blocks as long as those of a window
// stay in the second-level cache, and with more of them neither side waited less.
const (
	aheadBlocks = 4
	aheadBlock  = 256 << 10
	aheadFrom   = 1 << 20 // bytes of a file before the goroutine starts: for a small one it would cost more than it saves
)

// packed are the kinds whose streams are worth a goroutine; a tar archive is stored as it is.
var packed = []string{"gz", "zst", "bz2", "xz", "zip"}

// packed reports whether c lies in a container that has to be unpacked.
func (c *Member) packed() bool {
	return slices.ContainsFunc(c.Names, func(name string) bool { return slices.Contains(packed, name) })
}

// An ahead unpacks a stream in a goroutine of its own while another one parses what is there already. It gives
// the same bytes and the same error behind them as the stream does. All layers below it, and the source with its
// budget, belong to the goroutine from its start until stop returns; only what was read of the source is told
// by whoever reads, with the block that it was read for, since progress is for one goroutine.
//
// How much is unpacked that nobody reads must not depend on who was faster: it is charged to the budget of the
// source, and a bomb found one time and not the other would be another report. So the goroutine always fills
// all free blocks before it ends, and no select tells it to end sooner; a context that is done ends the stream itself.
type ahead struct {
	s       *source
	in      io.Reader
	given   int // bytes, before the goroutine starts
	free    chan []byte
	full    chan aheadOf // closed when the goroutine has ended
	current aheadOf
	at      int // current.data[at:] was not given yet
}

// An aheadOf is a block that was filled.
type aheadOf struct {
	data []byte
	err  error // what came behind data
	read int   // bytes of the source read for it
}

func (r *source) ahead(in io.Reader) *ahead { return &ahead{s: r, in: in} }

func (a *ahead) Read(p []byte) (int, error) {
	if a.given < aheadFrom {
		n, err := a.in.Read(p)
		a.given += n
		return n, err
	}
	if a.free == nil {
		a.start()
	}
	for a.at == len(a.current.data) && a.current.err == nil {
		a.next()
	}
	n := copy(p, a.current.data[a.at:])
	if a.at += n; a.at < len(a.current.data) {
		return n, nil
	}
	return n, a.current.err
}

// start gives the stream to the goroutine. Neither of its sends can block: there are as many places as blocks.
func (a *ahead) start() {
	a.free, a.full = make(chan []byte, aheadBlocks), make(chan aheadOf, aheadBlocks)
	for range aheadBlocks {
		a.free <- make([]byte, aheadBlock)
	}
	a.s.behind = true
	go func() {
		defer close(a.full)
		for b := range a.free {
			n, err := 0, error(nil)
			for n < len(b) && err == nil {
				var m int
				m, err = a.in.Read(b[n:])
				n += m
			}
			a.full <- aheadOf{b[:n], err, a.s.untold}
			a.s.untold = 0
			if err != nil {
				return
			}
		}
	}()
}

// next gives the block that was read back and takes the one behind it.
func (a *ahead) next() {
	if cap(a.current.data) > 0 {
		a.free <- a.current.data[:aheadBlock]
	}
	a.current, a.at = <-a.full, 0
	a.s.opt.Progress(a.current.read)
}

// stop ends the goroutine, if there is one, and waits for it. It must be called before anybody else reads
// the layers below.
func (a *ahead) stop() {
	if a.free == nil {
		return
	}
	close(a.free)
	for b := range a.full {
		a.s.opt.Progress(b.read)
	}
	a.s.behind = false
}
