package unpack

import (
	"errors"
	"fmt"
	"math"

	"dwtriage/ingest/words"
)

// Limits bound what a source may unpack to, and how. Each must be set.
type Limits struct {
	Nesting  int   // how many containers may lie inside each other
	Ratio    int   // most bytes that one stored byte may unpack to
	Unpacked int64 // most bytes that the source may unpack to
	Members  int   // most files of the source, those in archives inside of it included
}

// ratioGrace is how much a source may unpack to before its ratio counts. A short log of one
// message over and over may well be a thousandth of its size; what is this small does no harm.
const ratioGrace = 64 << 20

// ErrLimit is wrapped by the problems of files that went beyond a limit.
var ErrLimit = errors.New("beyond a limit")

// A limitError says what a source did that a limit forbids.
type limitError struct {
	what string // "unpacks to …", for people
	do   string // what to do if the file is genuine
}

func (e *limitError) Error() string { return e.what + ": " + e.do }

// A budget is how far one source has been unpacked. It holds for all its members and layers
// together: a bomb may be spread over many of them.
type budget struct {
	limits  Limits
	size    int64 // of the source, -1 where unknown
	in      int64 // read from the source
	out     int64 // given by all layers
	members int   // met so far
	spent   *limitError
}

// repeats is what is wrong with a file that gave n bytes of text by now, some of them written once and named many times.
func (b *budget) repeats(n int64) error {
	in := b.in
	if b.size >= 0 {
		in = min(in, b.size)
	}
	if n <= ratioGrace || n/int64(b.limits.Ratio) <= max(in, 1) {
		return nil
	}
	return &limitError{fmt.Sprintf("repeats its texts to more than %d times its size, as only a decompression bomb does", b.limits.Ratio), "raise --max-ratio if it is genuine"}
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
	case b.out/int64(b.limits.Ratio) > max(in, 1):
		b.spent = &limitError{fmt.Sprintf("unpacks to more than %d times its size, as only a decompression bomb does", b.limits.Ratio), "raise --max-ratio if it is genuine"}
	case b.out > b.limits.Unpacked && b.limits.Unpacked < math.MaxInt64:
		b.spent = &limitError{fmt.Sprintf("unpacks to more than %s bytes", words.Thousands(b.limits.Unpacked)), "raise --max-unpacked if it is genuine"}
	default:
		return nil
	}
	return b.spent
}
