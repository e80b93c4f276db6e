package ingest

import (
	"cmp"
	"errors"
	"fmt"
	"math"
)

// Limits keep memory and time bounded whatever a file holds. A zero means the default. What
// goes beyond a limit is a reject or a File.Problem that names the limit, never a shorter text.
type Limits struct {
	Cell     int   // longest cell, value or text node in bytes; 0: 8 MiB
	Record   int   // longest row in bytes; 0: 16 MiB
	Columns  int   // most columns of a table; 0: 16,384, as many as Excel has
	Nesting  int   // how many containers may lie inside each other; 0: 4
	Ratio    int   // most bytes that one stored byte may unpack to; 0: 500
	Unpacked int64 // most bytes that one source may unpack to; 0: 1 TiB
	Members  int   // most files of a source, those in archives inside of it included; 0: 10,000
}

// withDefaults fills in what is not set.
func (l Limits) withDefaults() Limits {
	return Limits{
		Cell:     cmp.Or(l.Cell, 8<<20),
		Record:   cmp.Or(l.Record, 16<<20),
		Columns:  cmp.Or(l.Columns, 16384),
		Nesting:  cmp.Or(l.Nesting, 4),
		Ratio:    cmp.Or(l.Ratio, 500),
		Unpacked: cmp.Or(l.Unpacked, 1<<40),
		Members:  cmp.Or(l.Members, 10_000),
	}
}

// ratioGrace is how much a source may unpack to before its ratio counts. A short log of one
// message over and over may well be a thousandth of its size; what is this small does no harm.
const ratioGrace = 64 << 20

// errLimit is wrapped by the problems of files that went beyond a limit.
var errLimit = errors.New("beyond a limit")

// A limitError says what a source did that a limit forbids.
type limitError struct {
	what string // "unpacks to …", for people
	do   string // what to do if the file is genuine
}

func (e *limitError) Error() string { return e.what + ": " + e.do }

// A budget is how far one source has been unpacked. It holds for all its members and layers
// together: a bomb may be spread over many of them.
type budget struct {
	lim     Limits
	size    int64 // of the source, -1 where unknown
	in      int64 // read from the source
	out     int64 // given by all layers
	members int   // met so far
	spent   *limitError
}

// charge adds n bytes that a layer gave, and returns what is wrong with it if they go beyond a
// limit.
func (b *budget) charge(n int) error {
	b.out += int64(n)
	if b.out <= ratioGrace {
		return nil
	}
	in := b.in
	if b.size >= 0 {
		// The members of an archive may share their bytes on disk, read again for each.
		in = min(in, b.size)
	}
	switch {
	case b.out/int64(b.lim.Ratio) > max(in, 1):
		b.spent = &limitError{fmt.Sprintf("unpacks to more than %d times its size, as only a decompression bomb does", b.lim.Ratio), "raise --max-ratio if it is genuine"}
	case b.out > b.lim.Unpacked && b.lim.Unpacked < math.MaxInt64:
		b.spent = &limitError{fmt.Sprintf("unpacks to more than %s bytes", thousands(b.lim.Unpacked)), "raise --max-unpacked if it is genuine"}
	default:
		return nil
	}
	return b.spent
}
