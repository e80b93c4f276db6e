package main

import (
	"context"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"dwtriage/ingest"
)

// pipeline is where rooms work beside each other: read fills batches, workers classify them and draw their rows
// of records.csv side by side, load takes them in the order in which they were read. The first error ends everything
// and is returned.
//
// It has this shape because the rooms differ: reading is one goroutine, for a stream has one place where
// it is read and a file's account is kept in its order; classifying is most of the processor time and a
// batch needs nothing but itself, so it takes all cores; loading is DuckDB's, which calls back from
// threads of its own whenever it wants more. Rooms are plain functions that know of no goroutine here and can
// be tested without one. Package ingest unpacks ahead, and parses parts of a large CSV file, in goroutines of its
// own, which end with their file: what they share is less than a batch, and comes out of read in the order of the file.
//
// The order matters to load: where exports overlap, the copy of a record that comes first is stored, and
// the others are counted as duplicates of their files. If batches overtook each other, two runs over the same
// files would store different places. So a batch is queued for load when it is read, before anybody
// classifies it, and load waits for the one at the head: a worker never waits for another one, and with any
// number of them the result is that of one. The queue is what bounds memory, whichever room is the slow one:
// it has a place for each worker's batch and four more, two on either side of the workers, so that no room
// stands still while its neighbour finishes one. Those places are for batches of the usual 2 MB. One that is larger, for a
// cell may have 8 MB and is never cut, takes the room of others: all in the queue have queueBytes at most, or are one.
//
// Batches lie in memory that the collector does not see, so each must be released once by whoever holds
// it last. A batch that classify leaves as it was, since its context is done, goes no further. Until load has it that is the queue, also on the way out of a failed run: what is still in it
// when all goroutines are done belongs to nobody else.
func pipeline[T any](ctx context.Context, workers int, read func(context.Context, func(*ingest.Batch) error) error,
	classify func(context.Context, *ingest.Batch) T, load func(source[T]) error) error {
	g, ctx := errgroup.WithContext(ctx)
	queue, raw := make(chan *ticket[T], workers+4), make(chan *ticket[T], 2)
	most := queueBytes(workers)
	room := semaphore.NewWeighted(most)
	g.Go(func() error {
		defer close(raw)
		err := read(ctx, func(b *ingest.Batch) error {
			t := &ticket[T]{batch: b, ready: make(chan struct{}), bytes: min(b.Bytes(), most)}
			if room.Acquire(ctx, t.bytes) != nil {
				b.Release()
				return context.Cause(ctx)
			}
			select {
			case queue <- t:
			case <-ctx.Done():
				b.Release()
				return context.Cause(ctx)
			}
			raw <- t // does not wait for ever: workers take what comes, also after a failure
			return nil
		})
		// Closed after a failure it would look like the end of the data, and load might store what there is.
		if err == nil {
			close(queue)
		}
		return err
	})
	for range workers {
		g.Go(func() error {
			for t := range raw {
				if ctx.Err() == nil {
					t.rows = classify(ctx, t.batch)
				}
				close(t.ready)
			}
			return nil
		})
	}
	g.Go(func() error {
		return load(func() (*ingest.Batch, T, error) { return take(ctx, queue, room) })
	})
	err := g.Wait()
	for len(queue) > 0 {
		(<-queue).batch.Release()
	}
	return err
}

// queueBytes is how many bytes of records may be in the queue, 3 MB for each place: a batch of 2 MB of text has as many
// with its numbers and offsets.
func queueBytes(workers int) int64 { return int64(workers+4) * (3 << 20) }

// A ticket is the place of a batch in the queue. It is ready when the batch is classified, or when nobody
// wants that any more.
type ticket[T any] struct {
	batch *ingest.Batch
	rows  T
	bytes int64 // of the queue's room
	ready chan struct{}
}

// A source hands over classified batches, one after the other, and what is drawn of each; io.EOF ends them.
type source[T any] func() (*ingest.Batch, T, error)

// take waits for the batch at the head of the queue; io.EOF when it was the last one.
func take[T any](ctx context.Context, queue <-chan *ticket[T], room *semaphore.Weighted) (b *ingest.Batch, rows T, err error) {
	select {
	case t, ok := <-queue:
		if !ok {
			return nil, rows, io.EOF
		}
		<-t.ready
		room.Release(t.bytes)
		if err := context.Cause(ctx); err != nil {
			t.batch.Release()
			return nil, rows, err
		}
		return t.batch, t.rows, nil
	case <-ctx.Done():
		return nil, rows, context.Cause(ctx)
	}
}

// mostThreads is the largest --threads: each takes memory of the limit, and the system ends a process that asks for too many.
const mostThreads = 1024

// workers is how many threads --threads asks for.
func workers(threads int) (int, error) {
	switch {
	case threads < 0 || threads > mostThreads:
		return 0, usageError("--threads: %d is not a number from 0 to %d", threads, mostThreads)
	case threads == 0:
		return runtime.GOMAXPROCS(0), nil
	}
	return threads, nil
}
