package summary

import (
	"context"
	"strings"

	"dwtriage/report/store"
)

// A Chain is the operation that a record of a signature failed in, with the other records of it: dual-write errors and plug-in
// traces that ids, or a key and a time, tie to it, see v_chains.
type Chain struct {
	RecordID string // the record of the signature
	Records  int64  // of the operation, of whatever period
	Steps    []Step // in order; of more than mostSteps those around the record
}

// A Step is a record of a Chain.
type Step struct {
	store.Chained
	Position int    // in the chain, from 1
	Within   int    // position of the trace that it ran within; 0 where nothing tells
	Level    int    // how many traces it ran within
	Title    string // of its signature; empty of one that is ok
}

// mostSteps is how many records of a chain are shown; explain --record and v_chains have all 100 that there can be.
const mostSteps = 12

// addChains gives each signature the chain of the first of its evidence that has one, and those clusters whose message is
// kept whole that of their sample. A database older than chains has none.
func addChains(ctx context.Context, db *store.DB, proof []proof, whole map[string]bool, name titles, s *Summary) error {
	called := called(s.Clusters, name.title)
	of := make(map[string]int, len(proof)) // where of proof a record is
	want := make(map[string]int)           // by signature, which of its evidence has the chain
	chains := make(map[string]*Chain)
	var places []int64
	for i, p := range proof {
		if !strings.HasPrefix(p.sig, unknownPrefix) || whole[p.sig] {
			of[p.RecordID] = i
			places = append(places, p.place)
		}
	}
	if _, err := db.ChainsOf(ctx, s.Environment, places, func(chain []store.Chained) {
		for at, c := range chain {
			i, ok := of[c.ID]
			if !ok {
				continue
			}
			sig := proof[i].sig
			if j, ok := want[sig]; ok && j <= i {
				continue
			}
			want[sig], chains[sig] = i, newChain(chain, at, called)
		}
	}); err != nil {
		return err
	}
	for i := range s.Signatures {
		s.Signatures[i].Chain = chains[s.Signatures[i].ID]
	}
	for i := range min(len(s.Clusters), moreClusters) {
		s.Clusters[i].Chain = chains[unknownPrefix+s.Clusters[i].TemplateID]
	}
	return nil
}

// newChain is the chain of its record at.
func newChain(chain []store.Chained, at int, called func(sig string) string) *Chain {
	c := &Chain{RecordID: chain[at].ID, Records: int64(len(chain))}
	position, level := make(map[string]int), make(map[string]int)
	steps := make([]Step, len(chain))
	for i, r := range chain {
		if r.Parent != "" {
			level[r.ID] = level[r.Parent] + 1 // a parent began before, so it stands before
		}
		position[r.ID] = i + 1
		steps[i] = Step{Chained: r, Position: i + 1, Within: position[r.Parent], Level: level[r.ID]}
		if r.Signature != "" {
			steps[i].Title = called(r.Signature)
		}
	}
	from := max(0, min(at-mostSteps/2, len(steps)-mostSteps))
	c.Steps = steps[from:min(len(steps), from+mostSteps)]
	return c
}

// Shown reports whether all records of the chain are among its steps.
func (c *Chain) Shown() bool { return c.Records == int64(len(c.Steps)) }
