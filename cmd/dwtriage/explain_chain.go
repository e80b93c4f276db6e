//go:build cgo

package main

import (
	"cmp"
	"strings"

	"dwtriage/ingest"
	"dwtriage/report"
	"dwtriage/report/store"
)

// explainChain prints the chain of the record id, in order, with what ties each record to the others.
func explainChain(p *printer, id string, chain []store.Chained) {
	if len(chain) == 0 {
		p.printf("chain none: no id, and no key and time, ties another record to it\n")
		return
	}
	p.printf("chain of %d records:\n", len(chain))
	place, level := make(map[string]int), make(map[string]int)
	for i, c := range chain {
		place[c.ID] = i + 1
		if c.Parent != "" {
			level[c.ID] = level[c.Parent] + 1 // a parent began before, so it stands before
		}
	}
	for _, c := range chain {
		margin := strings.Repeat("  ", level[c.ID]+1)
		p.printf("%s%d. %s %s\n", margin, place[c.ID], cmp.Or(exactly(c), "time not known"), chained(c))
		p.printf("%s   ", margin)
		if c.ID == id {
			p.printf("this record")
		} else {
			p.printf("record %s", c.ID)
		}
		if c.Parent != "" {
			p.printf(", within %d", place[c.Parent])
		}
		p.printf(", tied by %s %s (%s)\n", c.Link, c.LinkID, c.Confidence)
	}
}

// exactly is the time of a record of a chain to the millisecond: the order of an operation is a matter of these.
func exactly(c store.Chained) string {
	if c.At.IsZero() {
		return ""
	}
	return c.At.Format("2006-01-02 15:04:05.000")
}

// chained says what a record of a chain is and what came of it.
func chained(c store.Chained) string {
	if c.Outcome == ingest.OK {
		return report.Ran(c) + ": ok"
	}
	return report.Ran(c) + ": " + c.Signature
}
