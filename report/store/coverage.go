package store

import (
	"database/sql/driver"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"

	"dwtriage/ingest"
)

// Coverage is which hours of which log a file holds: from its first record to its last one, records that are ok
// and records that were known before included. A source system keeps its log for a day, so a pause of more than
// that is no quiet time but a time of which the export says nothing; a file has a range for each side of it.

// mostPause is the longest pause inside a range, in hours. Dataverse deletes plug-in traces after 24 hours, the
// dual-write error queue is purged after one day.
const mostPause = 24

// mostRanges is how many ranges a file may have per log. A file whose times lie in more stretches than a person
// keeps exports holds no times that say anything; it covers nothing then. While it is read there may be more, since
// records come in any order.
const (
	mostRanges      = 1000
	mostRangesAhead = 1 << 16
)

const hour = 3600 * 1_000_000 // microseconds

// A span is a range of hours since 1970, the end excluded, with the number of records in it.
type span struct{ from, until, records int64 }

// A coverage collects the spans of one log of one file, disjoint and in order of time.
type coverage struct {
	spans []span
	last  int  // where the last record went: records of a file lie close together
	over  bool // more ranges than mostRangesAhead
}

// add counts a record at this time, in microseconds since 1970. The order of records makes no difference: two hours
// are of one span when no pause between the hours of records in between is too long.
func (c *coverage) add(micros int64) {
	h := micros / hour
	if micros%hour < 0 {
		h--
	}
	if c.last < len(c.spans) {
		if s := &c.spans[c.last]; s.from <= h && h < s.until {
			s.records++
			return
		}
	}
	if c.over {
		return
	}
	at, _ := slices.BinarySearchFunc(c.spans, h, func(s span, h int64) int {
		if s.until+mostPause < h {
			return -1
		}
		return 1
	})
	// Spans from at on end at most a pause before h; those that also begin at most a pause after it are one with it.
	end, now := at, span{h, h + 1, 1}
	for end < len(c.spans) && c.spans[end].from <= h+1+mostPause {
		s := c.spans[end]
		now = span{min(now.from, s.from), max(now.until, s.until), now.records + s.records}
		end++
	}
	c.spans = slices.Replace(c.spans, at, end, now)
	c.last = at
	if len(c.spans) > mostRangesAhead {
		c.over, c.spans, c.last = true, nil, 0
	}
}

// coverages are those of the two logs of a file.
type coverages struct{ dualWrite, pluginTrace coverage }

// add counts the record of a row under its log.
func (c *coverages) add(log string, times *array.Timestamp, row int) {
	if times.IsNull(row) {
		return
	}
	of := &c.dualWrite
	if log == ingest.PluginTrace {
		of = &c.pluginTrace
	}
	of.add(int64(times.Value(row)))
}

// spoolCoverage writes what the files cover to the spool and says how many rows that is.
func (f *feed) spoolCoverage() (rows int64, err error) {
	err = f.known.db.spool.Raw(func(c any) error {
		a, err := duckdb.NewAppender(c.(driver.Conn), "spool", "main", "coverage")
		if err != nil {
			return err
		}
		for i, file := range f.order {
			t := f.files[file.Path]
			if t == nil {
				continue
			}
			for _, log := range []struct {
				name string
				*coverage
			}{{ingest.DualWrite, &t.dualWrite}, {ingest.PluginTrace, &t.pluginTrace}} {
				if len(log.spans) > mostRanges {
					continue
				}
				for _, s := range log.spans {
					if err := a.AppendRow(int64(i), log.name, hourTime(s.from), hourTime(s.until), s.records, file.Problem == nil && !file.Incomplete); err != nil {
						a.Close()
						return err
					}
					rows++
				}
			}
		}
		return a.Close()
	})
	return rows, err
}

func hourTime(h int64) time.Time { return time.UnixMicro(h * hour).UTC() }
