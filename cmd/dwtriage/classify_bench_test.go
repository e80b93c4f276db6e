package main

import (
	"context"
	"io"
	"runtime"
	"testing"

	"dwtriage/ingest"
)

// BenchmarkClassify is the filter over the traces of the demo night, with as many workers as there are cores, and beside it what
// judging alone takes of the same batches, side by side as well: the filter is to have four fifths of that speed.
func BenchmarkClassify(b *testing.B) {
	const night = "../../testdata/demo/plugintrace-night.csv.zst"
	m, err := builtinRules()
	if err != nil {
		b.Fatal(err)
	}
	threads := runtime.GOMAXPROCS(0)
	read := func(ctx context.Context, emit func(*ingest.Batch) error) error {
		return ingest.Read(ctx, []ingest.Source{{Path: night, Size: -1}}, ingest.Options{}, emit)
	}
	judge := func(b *testing.B) {
		err := pipeline(context.Background(), threads, read, func(ctx context.Context, x *ingest.Batch) bool {
			return m.ClassifyUntil(ctx.Done(), x, nil)
		}, func(next source[bool]) error {
			for {
				x, _, err := next()
				if err == io.EOF {
					return nil
				}
				if err != nil {
					return err
				}
				x.Release()
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Run("judged", func(b *testing.B) {
		for b.Loop() {
			judge(b)
		}
	})
	for _, form := range []string{"csv", "jsonl", "arrow"} {
		b.Run(form, func(b *testing.B) {
			c := classifyFlags{from: "auto", to: form, columns: "verdict", threads: threads}
			for b.Loop() {
				s := &session{ctx: context.Background(), stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }}
				in, err := openInput(s, night, ingest.Options{Originals: true}, false)
				if err != nil {
					b.Fatal(err)
				}
				code, err := c.classify(s, in, m)
				in.Close()
				if code != exitDone || err != nil {
					b.Fatal(code, err)
				}
			}
		})
	}
}
