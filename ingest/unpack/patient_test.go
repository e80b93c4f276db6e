package unpack

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"
)

// A patient reader gives what the stream gives, errors at their place, whatever the parts.
func TestPatient(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789"), 30_000)
	broken := errors.New("broken")
	for name, in := range map[string]io.Reader{
		"at once": bytes.NewReader(text), "with its end": iotest.DataErrReader(bytes.NewReader(text)),
		"halves": iotest.HalfReader(bytes.NewReader(text)), "broken behind it": io.MultiReader(bytes.NewReader(text), iotest.ErrReader(broken)),
	} {
		p := Patient(t.Context(), in)
		got, err := io.ReadAll(iotest.HalfReader(p))
		want := error(nil)
		if name == "broken behind it" {
			want = broken
		}
		if err != want || !bytes.Equal(got, text) {
			t.Errorf("%s: %d bytes, error %v; want %d, %v", name, len(got), err, len(text), want)
		}
		p.Close()
	}
}

// Whoever stops waiting gets the reason, also while the stream gives nothing.
func TestPatientStops(t *testing.T) {
	r, w := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	p := Patient(ctx, r)
	defer p.Close()
	go w.Write([]byte("first"))
	buf := make([]byte, 100)
	if n, err := p.Read(buf); string(buf[:n]) != "first" || err != nil {
		t.Errorf("got %q, error %v", buf[:n], err)
	}
	time.AfterFunc(10*time.Millisecond, stop)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if n, err := p.Read(buf); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("got %q, error %v; want %v", buf[:n], err, context.Canceled)
		}
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it waits for ever")
	}
	w.Close() // ends the goroutine
}
