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
//
// It has this shape because the rooms differ: reading is one goroutine, for a stream has one place where
// it is read and a file's account is kept in its order; classifying is most of the processor time and a
// batch needs nothing but itself, so it takes all cores; loading is DuckDB's, which calls back from
// threads of its own whenever it wants more. Rooms are plain functions that know of no goroutine and can
// be tested without one. Whatever an order is needed for, the database sorts: batches overtake each
// other here, and with one worker the result is the same.
//
// Batches lie in memory that the collector does not see, so each must be released once by whoever holds
// it last. On the way out of a failed run that is this function: what is still in a channel when all
// goroutines are done belongs to nobody else.
func pipeline(ctx context.Context, workers int, read func(context.Context, func(*ingest.Batch) error) error,
	classify func(*ingest.Batch), load func(store.Source) error) error {
	g, ctx := errgroup.WithContext(ctx)
	// Two batches wait at each door: enough that no room stands still while its neighbour finishes one, and
	// a few megabytes each.
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

// send hands a batch on, or releases it when nobody waits for it any more: a plain send would wait for ever
// behind a room that has failed.
func send(ctx context.Context, to chan<- *ingest.Batch, b *ingest.Batch) error {
	select {
	case to <- b:
		return nil
	case <-ctx.Done():
		b.Release()
		return context.Cause(ctx)
	}
}
