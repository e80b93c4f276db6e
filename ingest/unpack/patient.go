package unpack

import (
	"context"
	"io"
	"os"
)

// Patient is in for somebody who may have to stop waiting: a pipe may give nothing for hours, and a read of it cannot be
// taken back. So a goroutine reads, a part ahead of what is asked for, and a Read that is not served when ctx is
// done gives the error of ctx. Close ends the goroutine when its own read returns; it does not close in.
func Patient(ctx context.Context, in io.Reader) io.ReadCloser {
	p := &patient{ctx: ctx, parts: make(chan part), free: make(chan []byte, 2), left: make(chan struct{})}
	for range cap(p.free) {
		p.free <- make([]byte, 64<<10)
	}
	go p.fill(in)
	return p
}

// A part is what one read gave.
type part struct {
	bytes []byte
	err   error
}

type patient struct {
	ctx   context.Context
	parts chan part
	free  chan []byte
	left  chan struct{} // closed by Close
	now   part
	rest  []byte // of now, that was not asked for yet
}

// fill reads in to its end, or until nobody wants it any more.
func (p *patient) fill(in io.Reader) {
	for {
		var buf []byte
		select {
		case buf = <-p.free:
		case <-p.left:
			return
		}
		n, err := in.Read(buf[:cap(buf)])
		select {
		case p.parts <- part{buf[:n], err}:
		case <-p.left:
			return
		}
		if err != nil {
			return
		}
	}
}

func (p *patient) Read(dst []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.now.err != nil {
			return 0, p.now.err
		}
		if p.now.bytes != nil {
			p.free <- p.now.bytes
		}
		select {
		case p.now = <-p.parts:
			p.rest = p.now.bytes
		case <-p.ctx.Done():
			p.now = part{err: p.ctx.Err()}
		}
	}
	n := copy(dst, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func (p *patient) Close() error {
	close(p.left)
	return nil
}

// openFile opens a file to be read. To open a pipe waits for somebody who writes to it, which may be never: that is left
// to a goroutine, too, when ctx is done first.
func openFile(ctx context.Context, path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		return os.Open(path)
	}
	type opened struct {
		f   *os.File
		err error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := os.Open(path)
		done <- opened{f, err}
	}()
	select {
	case o := <-done:
		return o.f, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
