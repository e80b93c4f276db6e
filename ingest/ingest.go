package ingest

import (
	"context"
	"os"

	"dwtriage/ingest/secrets"
	"dwtriage/ingest/unpack"
)

// Read reads the sources one after the other and hands every full batch to emit, which owns it from
// then on; doc.go says which way a byte goes. A file that cannot be read (to its end) is reported as
// File.Problem in a batch and does not stop the others; Read itself fails only when ctx is done or
// emit fails. The order of records, rejects and files is that of the sources and of the rows in them,
// so the same input gives the same batches. Rows are read, and emit and Options.Progress called, in the goroutine
// of the caller: a reader that were its own pipeline could not be stopped at a row, nor tested without one. Unpacking has one of
// its own, which gives the same bytes, and with Options.Workers the parts of a large CSV file have some, which give
// the same rows in the same order. All of them end with their file.
func Read(ctx context.Context, sources []Source, opt Options, emit func(*Batch) error) error {
	r := newRun(ctx, opt, emit)
	for _, s := range sources {
		if err := r.read(s); err != nil {
			return err
		}
	}
	return r.b.flush()
}

// read visits every file of one source. What goes wrong with the source is its Problem; the error
// returned ends the whole run.
func (r *run) read(in Source) error {
	r.progress.File = secrets.Clean(in.Path)
	r.b.source = r.progress.File
	if f, known, err := r.again(in); err != nil {
		return err
	} else if known {
		r.tell(int(f.Bytes))
		r.tell(0)
		return r.b.done(f)
	}
	stdin := r.opt.Stdin
	if stdin == nil {
		stdin = os.Stdin
	}
	opt := r.unpacking()
	opt.At = in.At
	return unpack.Walk(r.ctx, in.Path, in.Walked, stdin, opt, r.visitor())
}

func (r *run) unpacking() unpack.Options {
	return unpack.Options{
		Limits:   unpack.Limits{Nesting: r.lim.Nesting, Ratio: r.lim.Ratio, Unpacked: r.lim.Unpacked, Members: r.lim.Members},
		Progress: r.tell,
		Marks:    dmfLog,
		Ahead:    r.opt.Sample == 0, // of a sample it would read more than was asked for
	}
}

func (r *run) visitor() unpack.Visitor {
	return unpack.Visitor{
		Document: r.document, Workbook: r.workbook, Failed: r.unread,
		Empty: func(path, containers string) error {
			return r.b.done(File{Path: r.name(path), Container: containers, Warnings: []string{"the archive is empty"}})
		},
	}
}
