// Package unpack opens what logs are sent in. A path or stream comes in, out go the files it holds, one
// after the other, each as a stream with its path and the names of the containers around it: gzip,
// zstd, bzip2, xz, zip and tar, told by content and inside each other in any order. It charges every
// unpacked byte to the budget of its source, so that a bomb ends its own source and nothing else; it
// says what is wrong with a container in a sentence that names the file and what to do. With Options.Ahead it unpacks in
// a goroutine beside its caller, one at a time, which ends before the walk goes on. It knows no
// log: an Office workbook is handed over as the archive it is, all else as bytes. It writes nothing but
// a temporary file for an archive that came as a stream.
package unpack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/klauspost/compress/zip"
)

// Options say how to walk. Limits, Progress and Marks must be set.
type Options struct {
	At       string // what Walk opens for its path; empty: that
	Limits   Limits
	Progress func(n int)            // n more bytes of the source were read; called by whoever reads a file
	Marks    func(name string) bool // a member of this name marks all others of its archive
	// Ahead has packed files unpacked in a goroutine beside the one that reads them. It ends before the next file is
	// visited. Member.Share is not to be asked then: it says what the goroutine has read.
	Ahead bool
}

// ComparePaths is the order of paths: name by name, each as bytes. So what lies in a folder or in an archive
// stands together, before whatever has a longer name: in/sub/c.csv before in/sub-d.csv. In SQL that is ORDER BY
// replace(path, '/', chr(1)).
func ComparePaths(a, b string) int {
	for i := range min(len(a), len(b)) {
		switch {
		case a[i] == b[i]:
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return 1
		default:
			return cmp.Compare(a[i], b[i])
		}
	}
	return cmp.Compare(len(a), len(b))
}

// A Visitor is told what a source holds. An error of any of them ends the walk.
type Visitor struct {
	Document func(Member) error                             // a file; In is read before the next one
	Workbook func(Member, *zip.Reader) error                // an Excel workbook, opened
	Failed   func(path, containers string, err error) error // what cannot be opened, or not further
	Empty    func(path, containers string) error            // an archive without files
}

// A source is one input being walked, with all files it may hold.
type source struct {
	ctx    context.Context
	opt    Options
	visit  Visitor
	budget budget         // one for all its members and layers
	alone  bool           // the file being visited is all that it holds
	paths  map[string]int // of the members met so far, and how often
	behind bool           // a goroutine reads ahead, and progress is told behind it
	untold int            // bytes of the source that it read and nobody was told of
	state  *fileState     // of a file on disk when it was opened, nil of anything else
}

// Repeats is what is wrong with a file of m that gave n bytes of text by now, when some of them were written once and named many
// times, as the shared strings of a workbook are: nil while that is no more than the source may unpack to.
func (m *Member) Repeats(n int64) error { return m.source.budget.repeats(n) }

// Changed says what became of the file since it was opened, in a sentence; empty when nothing did, or m is not a file of
// its own.
func (m *Member) Changed() string {
	if s := m.state(); s != nil {
		return s.changed()
	}
	return ""
}

// Fresh reports whether the file was written to within the last minute, or is said to be written in the future by less.
func (m *Member) Fresh(now time.Time) bool {
	s := m.state()
	return s != nil && s.fresh(now)
}

// state is that of the file when m is one that lies in nothing: what is packed has an end of its own.
func (m *Member) state() *fileState {
	if m.source == nil || len(m.Names) > 0 {
		return nil
	}
	return m.source.state
}

func newSource(ctx context.Context, opt Options, visit Visitor) *source {
	return &source{ctx: ctx, opt: opt, visit: visit, budget: budget{limits: opt.Limits, size: -1}, alone: true, paths: make(map[string]int)}
}

// metered is m with its bytes counted as those of the source.
func (r *source) metered(m Member) Member {
	m.In, m.source = &meter{r, m.In}, r
	return m
}

// A Problem is why a container could not be read. Its text names the file and what to do.
type Problem struct {
	Text  string
	Cause error
}

// Error is the text.
func (p *Problem) Error() string { return p.Text }

// Unwrap is the cause: ErrNoLog, ErrLimit, or the error of the decompressor or of the system.
func (p *Problem) Unwrap() error { return p.Cause }

// ErrNoLog is the cause of problems of files that hold no log.
var ErrNoLog = errors.New("not a log export")

// ErrMayHold is an ErrNoLog of a file that nobody here can look into: whether it holds a log is not known.
var ErrMayHold = fmt.Errorf("%w as it is, though it may hold one", ErrNoLog)

func mayHold(path, format string, args ...any) error {
	return &Problem{path + ": " + fmt.Sprintf(format, args...), ErrMayHold}
}
