// Package ingest is the loading dock: exported log files come in, batches of positioned
// records go out. It opens files, folders, globs and standard input, undoes compression, finds
// the text encoding and the format by content, parses row by row in bounded memory, and gives
// every record and every reject its file, row and byte offset. It does not judge what a record
// means (classify does), it never holds a whole file, and secrets (secure configuration,
// debugLogTrace payloads, signed addresses) do not leave it.
package ingest

import (
	"context"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Options tell Read what to expect. The zero value finds out everything by itself.
type Options struct {
	Format    string           // csv, json or text; empty or "auto": by content
	Log       string           // keep only this log (dualwrite, plugintrace), count others as filtered; empty or "auto": keep both
	Since     time.Time        // records before it are filtered; zero: no limit. A record without a time is kept.
	Until     time.Time        // records at or after it are filtered; zero: no limit
	Zone      *time.Location   // zone of times that name none; nil: UTC
	MaxRecord int              // longest row in bytes, longer ones become rejects; 0: 16 MiB
	BatchRows int              // most rows in a batch; 0: 8192
	Allocator memory.Allocator // memory of the batches; nil: Go memory
	Progress  func(Progress)   // called now and then from the reading goroutine; may be nil
}

// Progress says how far reading has come.
type Progress struct {
	File    string // being read
	Bytes   int64  // of all sources so far, as stored on disk
	Records int64  // of all sources so far, rejects included
}

// Read reads the sources one after the other and hands every full batch to emit, which owns
// it from then on. A file that cannot be read (to its end) is reported as File.Problem in a
// batch and does not stop the others; Read itself fails only when ctx is done or emit fails.
func Read(ctx context.Context, sources []Source, opt Options, emit func(*Batch) error) error {
	panic("not yet")
}

// A Source is one input to read, found by Expand.
type Source struct {
	Path   string // as given or found, slash-separated; "-" for standard input
	Size   int64  // bytes on disk, -1 where unknown
	Walked bool   // found in a folder, not named by the user: it may well not be a log
}

// Expand turns the PATH arguments of a command (files, folders, globs, "-") into sources:
// folders are walked, their files sorted by path; hidden files and folders are left out. A
// path that leads to nothing is an error of its own; the others are returned all the same
// (the error joins one per path).
func Expand(args []string) ([]Source, error) {
	panic("not yet")
}
