//go:build cgo

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"dwtriage/ingest"
	"dwtriage/report"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// drain is a load that takes everything and counts it.
func drain(n *int) func(source[*report.Rows]) error {
	return func(next source[*report.Rows]) error {
		for {
			_, _, err := next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			*n++
		}
	}
}

func drawNothing(context.Context, *ingest.Batch) *report.Rows { return nil }

func batches(n int) func(context.Context, func(*ingest.Batch) error) error {
	return func(_ context.Context, emit func(*ingest.Batch) error) error {
		for range n {
			if err := emit(&ingest.Batch{}); err != nil {
				return err
			}
		}
		return nil
	}
}

// Batches are loaded in the order in which they were read, whatever time each takes, and whoever is ahead waits:
// no more than a few for each worker are under way.
func TestPipelineOrder(t *testing.T) {
	for _, workers := range []int{1, 2, 8} {
		var read, loaded, classified atomic.Int64
		var drawn sync.Map
		most := int64(0)
		err := pipeline(t.Context(), workers, func(_ context.Context, emit func(*ingest.Batch) error) error {
			for range 1000 {
				b := &ingest.Batch{Rejects: []ingest.Reject{{Row: read.Add(1)}}}
				most = max(most, b.Rejects[0].Row-loaded.Load())
				if err := emit(b); err != nil {
					return err
				}
			}
			return nil
		}, func(_ context.Context, b *ingest.Batch) *report.Rows {
			if b.Rejects[0].Row%100 == 1 {
				time.Sleep(5 * time.Millisecond) // so that all others overtake it
			}
			classified.Add(1)
			rows := &report.Rows{}
			drawn.Store(b, rows)
			return rows
		}, func(next source[*report.Rows]) error {
			for {
				b, rows, err := next()
				if err == io.EOF {
					return nil
				}
				if err != nil {
					return err
				}
				if of, _ := drawn.Load(b); of != rows {
					t.Errorf("%d workers: batch %d came with the rows of another one", workers, b.Rejects[0].Row)
				}
				if row := b.Rejects[0].Row; row != loaded.Add(1) {
					t.Errorf("%d workers: batch %d came as number %d", workers, row, loaded.Load())
				}
			}
		})
		if err != nil || loaded.Load() != 1000 || classified.Load() != 1000 {
			t.Errorf("%d workers: %d loaded, %d classified, error %v; want 1000, 1000, nil", workers, loaded.Load(), classified.Load(), err)
		}
		// The queue, one that is being read and one that is being loaded.
		if limit := int64(workers + 6); most > limit {
			t.Errorf("%d workers: %d batches under way at once, want at most %d", workers, most, limit)
		}
	}
}

// Large batches take the room of others in the queue, and one that is larger than all of it passes alone.
func TestPipelineBytes(t *testing.T) {
	const workers = 2
	for name, size := range map[string]int64{"half of the room": queueBytes(workers) / 2, "more than the room": queueBytes(workers) + 1} {
		var read, loaded, most int64
		var counting sync.Mutex
		err := pipeline(t.Context(), workers, func(_ context.Context, emit func(*ingest.Batch) error) error {
			for range 20 {
				b := &ingest.Batch{Records: zeros(int(size))}
				counting.Lock()
				read++
				most = max(most, read-loaded)
				counting.Unlock()
				if err := emit(b); err != nil {
					return err
				}
			}
			return nil
		}, func(_ context.Context, _ *ingest.Batch) *report.Rows { return nil }, func(next source[*report.Rows]) error {
			for {
				b, _, err := next()
				if err == io.EOF {
					return nil
				}
				if err != nil {
					return err
				}
				time.Sleep(2 * time.Millisecond) // so that the queue fills
				b.Release()
				counting.Lock()
				loaded++
				counting.Unlock()
			}
		})
		// Those in the queue, one that is being read and one that is being loaded.
		if limit := max(1, queueBytes(workers)/size) + 2; err != nil || loaded != 20 || most > limit {
			t.Errorf("%s: %d loaded, error %v, %d at once; want 20, nil, at most %d", name, loaded, err, most, limit)
		}
	}
}

// zeros is a record batch of one column of n bytes.
func zeros(n int) arrow.RecordBatch {
	of := &arrow.FixedSizeBinaryType{ByteWidth: n}
	data := array.NewData(of, 1, []*memory.Buffer{nil, memory.NewBufferBytes(make([]byte, n))}, nil, 0, 0)
	defer data.Release()
	column := array.MakeFromData(data)
	defer column.Release()
	return array.NewRecordBatch(arrow.NewSchema([]arrow.Field{{Name: "zeros", Type: of}}, nil), []arrow.Array{column}, 1)
}

// Whatever room fails, and wherever the batches are then, each is released once, and none is handed on as if
// there were no more: load would store a part of the data for all of it.
func TestPipelineReleases(t *testing.T) {
	boom := errors.New("boom")
	for _, tc := range []struct {
		name       string
		reads      int64 // batches until reading fails
		loads      int64 // until loading fails
		classifies int64 // until the run is stopped
	}{{"reading", 20, 1000, 1000}, {"reading at once", 0, 1000, 1000}, {"loading", 1000, 20, 1000}, {"loading at once", 1000, 0, 1000}, {"a signal", 1000, 1000, 20}} {
		t.Run(tc.name, func(t *testing.T) {
			for round := range 50 {
				mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
				ctx, cancel := context.WithCancelCause(t.Context())
				var classified, loaded atomic.Int64
				err := pipeline(ctx, 1+round%8, func(_ context.Context, emit func(*ingest.Batch) error) error {
					for range tc.reads {
						if err := emit(&ingest.Batch{Records: oneNumber(mem)}); err != nil {
							return err
						}
					}
					return boom
				}, func(_ context.Context, b *ingest.Batch) *report.Rows {
					old := b.Records
					b.Records = oneNumber(mem)
					old.Release()
					if classified.Add(1) == tc.classifies {
						cancel(boom)
					}
					return nil
				}, func(next source[*report.Rows]) error {
					for loaded.Add(1) <= tc.loads {
						b, _, err := next()
						if err == io.EOF {
							t.Error("load was told that this was all")
							return nil
						}
						if err != nil {
							return err
						}
						b.Release()
					}
					return boom
				})
				cancel(nil)
				if !errors.Is(err, boom) {
					t.Fatalf("error %v, want boom", err)
				}
				mem.AssertSize(t, 0)
			}
		})
	}
}

// oneNumber is a record batch that must be released.
func oneNumber(mem memory.Allocator) arrow.RecordBatch {
	b := array.NewInt64Builder(mem)
	defer b.Release()
	b.Append(1)
	a := b.NewArray()
	defer a.Release()
	return array.NewRecordBatch(arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil), []arrow.Array{a}, 1)
}

// The first error of any room is what the pipeline returns, and nothing hangs.
func TestPipelineErrors(t *testing.T) {
	boom := errors.New("boom")
	got := 0
	err := pipeline(t.Context(), 2, func(ctx context.Context, emit func(*ingest.Batch) error) error {
		if err := batches(10)(ctx, emit); err != nil {
			return err
		}
		return boom
	}, drawNothing, drain(&got))
	if !errors.Is(err, boom) {
		t.Errorf("reading fails: error %v, want boom", err)
	}
	err = pipeline(t.Context(), 2, batches(1000), drawNothing, func(next source[*report.Rows]) error {
		next()
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("loading fails: error %v, want boom", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	err = pipeline(ctx, 2, batches(1000), func(_ context.Context, _ *ingest.Batch) *report.Rows { cancel(boom); return nil }, drain(&got))
	if !errors.Is(err, boom) {
		t.Errorf("cancelled: error %v, want its cause", err)
	}
}

// A tap gives its text, then stops the run as a signal would, and keeps flowing.
type tap struct {
	text string
	stop func()
	done bool
}

func (r *tap) Read(p []byte) (int, error) {
	if r.text == "" {
		if !r.done {
			r.done = true
			r.stop()
		}
		return copy(p, "Contoso.Plugins.Guard,late,Region was not found.\n"), nil
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	return n, nil
}

// A signal ends the run with its own exit code, and the database is as it was.
func TestSignals(t *testing.T) {
	dir := t.TempDir()
	db, out := filepath.Join(dir, "x.duckdb"), filepath.Join(dir, "r")
	noEnv := func(string) string { return "" }
	var said bytes.Buffer
	header := "typename,messageblock,exceptiondetails\n"
	if code := run(t.Context(), []string{"run", "-q", "--db", db, "-o", out, "-"}, strings.NewReader(header+"Contoso.Plugins.Guard,t,Region was not found.\n"), &said, &said, noEnv); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	before, err := os.ReadFile(filepath.Join(out, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	for signal, want := range map[syscall.Signal]int{syscall.SIGINT: exitInterrupted, syscall.SIGTERM: exitTerminated} {
		ctx, cancel := context.WithCancelCause(t.Context())
		said.Reset()
		in := &tap{text: header + strings.Repeat("Contoso.Plugins.Guard,t,Another region was not found.\n", 1000), stop: func() { cancel(signalError{Signal: signal}) }}
		if code := run(ctx, []string{"run", "--db", db, "-o", out, "-"}, in, &said, &said, noEnv); code != want {
			t.Errorf("%v: exit code %d, want %d\n%s", signal, code, want, &said)
		}
		if !strings.Contains(said.String(), "the database is as it was before the run") {
			t.Errorf("%v: it does not say that the database is unchanged:\n%s", signal, &said)
		}
	}
	after, err := os.ReadFile(filepath.Join(out, "summary.json"))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the report was touched by an interrupted run (%v)", err)
	}
	said.Reset()
	if code := run(t.Context(), []string{"run", "--db", db, "-o", out, "-"}, strings.NewReader(header), &said, &said, noEnv); code != exitDone || !strings.Contains(said.String(), "run 2") {
		t.Errorf("the run after it: exit code %d, want 0 and run 2:\n%s", code, &said)
	}
}

// A signal between the load and the report takes the run back; any other failure does not.
func TestStoppedBeforeTheReport(t *testing.T) {
	for _, tc := range []struct {
		name   string
		signal bool
		code   int
		said   string
		loaded int64 // by the same run after it
	}{
		{"signal", true, exitInterrupted, "the database is as it was before the run", 1},
		{"report folder is a file", false, exitFailed, "writing the report", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			export, out := filepath.Join(dir, "a.csv"), filepath.Join(dir, "r")
			if err := os.WriteFile(export, []byte("typename,messageblock,exceptiondetails\nContoso.Plugins.Guard,t,Region was not found.\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			var said bytes.Buffer
			j := &job{s: &session{ctx: ctx, stdout: &said, stderr: &said}, flags: runFlags{out: out, threads: 2}, sources: []ingest.Source{{Path: export, Size: -1}}}
			j.show = newProgress(&said, "none", false, true, j.sources)
			var err error
			if j.matcher, err = j.flags.rules.compile(); err != nil {
				t.Fatal(err)
			}
			db, err := store.Open(ctx, filepath.Join(dir, "x.duckdb"), store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			id, err := j.load(ctx, db, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if tc.signal {
				cancel(signalError{Signal: syscall.SIGINT})
			} else if err := os.WriteFile(out, nil, 0o666); err != nil {
				t.Fatal(err)
			}
			_, err = j.publish(ctx, db, id)
			if err == nil {
				t.Fatal("the report was drawn")
			}
			if code := j.s.end(0, j.undo(ctx, db, id, err)); code != tc.code || !strings.Contains(said.String(), tc.said) {
				t.Errorf("exit code %d, want %d and %q:\n%s", code, tc.code, tc.said, &said)
			}
			if id, err = j.load(t.Context(), db, time.Now()); err != nil {
				t.Fatal(err)
			}
			sum, err := summary.Of(t.Context(), db, id, j.matcher)
			if err != nil || sum.Totals.Loaded != tc.loaded {
				t.Errorf("the run after it: %+v, error %v; want %d loaded", sum.Totals, err, tc.loaded)
			}
		})
	}
}

// The end of a long run says where its time went; on a terminal that of any run does.
func TestPrintTimings(t *testing.T) {
	timings := []store.Timing{{Stage: "rules", Seconds: 0.04}, {Stage: "load", Seconds: 52.46}, {Stage: "report", Seconds: 3}}
	for _, tc := range []struct {
		took   float64
		always bool
		want   string
	}{
		{9.9, false, ""},
		{2.5, true, "Time: 2.5 s for 111,000 rows, 44,400/s (rules 0.0, load 52.5, report 3.0)\n"},
		{55.5, false, "Time: 55.5 s for 111,000 rows, 2,000/s (rules 0.0, load 52.5, report 3.0)\n"},
	} {
		var b bytes.Buffer
		if printTimings(&b, tc.took, 111_000, timings, tc.always); b.String() != tc.want {
			t.Errorf("got %q; want %q", b.String(), tc.want)
		}
	}
}
