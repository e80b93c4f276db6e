package ingest

import (
	"bytes"
	"fmt"

	"github.com/zeebo/xxh3"

	"dwtriage/ingest/window"
)

// NameBytes is how many bytes of a name are kept. The longest that Dataverse knows, the one of a type, has 1,024 characters: what is longer is a cell in the wrong
// column, or a try to fill the memory. An object with thousands of errors repeats its names in each.
const NameBytes = 2000

// CutMark is how a name ends that was cut.
const CutMark = " … [cut]"

// CutName is a name as it is kept: whole, or with … [cut] at its end where it is longer than NameBytes. Names tell rows and records apart, so two that differ only
// behind the cut must not become one: a hash of the whole stands before the mark.
func CutName(name []byte) []byte { return cutTo(name, NameBytes) }

// cutTo is CutName of a name of which most bytes are kept.
func cutTo(name []byte, most int) []byte {
	if len(name) <= most {
		return name
	}
	end := fmt.Sprintf(" #%016x"+CutMark, xxh3.Hash(bytes.TrimSpace(name)))
	return append(append(make([]byte, 0, most), window.Shorten(name, most-len(end))...), end...)
}
