package summary

import (
	"cmp"
	"slices"
)

// tellApart puts in front of sentences of a plan that are equal what tells their fixes apart: whoever reads the plan as a list sees the
// sentence and nothing else. A rule may say the same of every table that lacks rows, and two rules of what only has to be repeated.
func tellApart(plan []*Fix, hide hider) {
	same := make(map[string][]*Fix)
	for _, f := range plan {
		same[f.Summary] = append(same[f.Summary], f)
	}
	for said, fs := range same {
		if len(fs) == 1 {
			continue
		}
		names, met := make([]string, len(fs)), make(map[string]int)
		for i, f := range fs {
			names[i] = f.apart(plan, hide)
			met[names[i]]++
		}
		for i, f := range fs {
			if met[names[i]] > 1 { // a table that lacks rows has one fix, and so has the rest of a rule: two titles are equal
				names[i] += " (" + f.Signature + ")"
			}
			f.Summary = names[i] + ": " + said
		}
	}
}

// unnamed is in front of the sentence of a fix that is left of a rule of which others bring the rows that messages name.
const unnamed = "Rows that messages do not name"

// apart is what a fix is for and no other of the plan that says the same.
func (f *Fix) apart(plan []*Fix, hide hider) string {
	if f.MissingIn != "" {
		return hide.text(f.MissingIn)
	}
	if slices.ContainsFunc(plan, func(other *Fix) bool { return other.MissingIn != "" && other.isFor(f.Signature) }) {
		return unnamed
	}
	return cmp.Or(f.Title, f.Signature)
}

// isFor reports whether a signature is one of those of a fix.
func (f *Fix) isFor(sig string) bool {
	return slices.ContainsFunc(f.Parts, func(p Part) bool { return p.Signature == sig })
}
