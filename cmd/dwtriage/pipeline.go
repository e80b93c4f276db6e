package main

import (
	"context"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"

	"dwtriage/ingest"
	"dwtriage/report/store"
)

// pipeline is the one place with goroutines: read fills batches, workers classify them side by
// side, load takes them in whatever order they come. Channels are short, so memory stays bounded
// by the slowest room. The first error ends everything and is returned.
func pipeline(ctx context.Context, workers int, read func(context.Context, func(*ingest.Batch) error) error,
	classify func(*ingest.Batch), load func(store.Source) error) error {
	g, ctx := errgroup.WithContext(ctx)
	raw, done := make(chan *ingest.Batch, 2), make(chan *ingest.Batch, 2)
	g.Go(func() error {
		defer close(raw)
		return read(ctx, func(b *ingest.Batch) error { return send(ctx, raw, b) })
	})
	var working sync.WaitGroup
	for range workers {
		working.Add(1)
		g.Go(func() error {
			defer working.Done()
			for b := range raw {
				classify(b)
				if err := send(ctx, done, b); err != nil {
					return err
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		working.Wait()
		close(done)
		return nil
	})
	g.Go(func() error {
		return load(func() (*ingest.Batch, error) {
			select {
			case b, ok := <-done:
				if ok {
					return b, nil
				}
				// The channel is also closed when a room upstream failed.
				if err := context.Cause(ctx); err != nil {
					return nil, err
				}
				return nil, io.EOF
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		})
	})
	err := g.Wait()
	for b := range raw {
		b.Release()
	}
	for b := range done {
		b.Release()
	}
	return err
}

func send(ctx context.Context, to chan<- *ingest.Batch, b *ingest.Batch) error {
	select {
	case to <- b:
		return nil
	case <-ctx.Done():
		b.Release()
		return context.Cause(ctx)
	}
}
