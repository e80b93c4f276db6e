package ingest

import (
	"cmp"
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
