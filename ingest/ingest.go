// Package ingest is the loading dock: exported log files come in, batches of positioned
// records go out. It opens files, folders, globs and standard input, undoes compression, finds
// the text encoding and the format by content, parses row by row in bounded memory, and gives
// every record and every reject its file, row and byte offset. It does not judge what a record
// means (classify does), it never holds a whole file, and secrets (secure configuration,
// debugLogTrace payloads, signed addresses, credentials) do not leave it.
//
// A byte goes this way: Expand finds its file; open undoes the containers around it; document
// fills the window, decides encoding and format, and calls a parser (csv, json, xml, text; a
// workbook is an archive itself, so workbook does all this for it); the parser takes one row after
// the other off the window and gives it to entry, message or reject; keep withholds secrets and
// filters; builder copies the record into a batch.
package ingest

import (
	"context"
	"os"

	"dwtriage/ingest/unpack"
)

// Read reads the sources one after the other and hands every full batch to emit, which owns
// it from then on. A file that cannot be read (to its end) is reported as File.Problem in a
// batch and does not stop the others; Read itself fails only when ctx is done or emit fails.
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
	r.progress.File = in.Path
	stdin := r.opt.Stdin
	if stdin == nil {
		stdin = os.Stdin
	}
	return unpack.Walk(r.ctx, in.Path, in.Walked, stdin, r.unpacking(), r.visitor())
}

func (r *run) unpacking() unpack.Options {
	return unpack.Options{
		Limits:   unpack.Limits{Nesting: r.lim.Nesting, Ratio: r.lim.Ratio, Unpacked: r.lim.Unpacked, Members: r.lim.Members},
		Progress: r.tell,
		Marks:    dmfLog,
	}
}

func (r *run) visitor() unpack.Visitor {
	return unpack.Visitor{
		Document: r.document, Workbook: r.workbook, Failed: r.unread,
		Empty: func(path, containers string) error {
			return r.b.done(File{Path: path, Container: containers, Warnings: []string{"the archive is empty"}})
		},
	}
}
