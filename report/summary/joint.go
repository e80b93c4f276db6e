package summary

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/ingest/words"
)

// oneStretch is the longest pause within one stretch of failures. A relink takes people the better part
// of an hour, and what failed before and after its steps still has one cause.
const oneStretch = time.Hour

// jointFixes makes one fix of the fixes of tier 0 whose failures lie in one stretch of time: a link, its
// configuration and its users break together and are mended together, whatever each message calls it.
// Records without a time lie in no stretch: their fixes stay alone.
func jointFixes(drafts []*Fix) []*Fix {
	var links, out []*Fix
	for _, f := range drafts {
		if f.Tier == classify.Link && !f.FirstSeen.IsZero() {
			links = append(links, f)
		} else {
			out = append(out, f)
		}
	}
	slices.SortFunc(links, func(a, b *Fix) int {
		one, other := a.Together(), b.Together()
		return cmp.Or(one.FirstSeen.Compare(other.FirstSeen), one.LastSeen.Compare(other.LastSeen), cmp.Compare(a.Signature, b.Signature))
	})
	for len(links) > 0 {
		n, last := 1, links[0].Together().LastSeen
		for n < len(links) && links[n].Together().FirstSeen.Sub(last) <= oneStretch {
			last = later(last, links[n].Together().LastSeen)
			n++
		}
		out = append(out, jointFix(links[:n]))
		links = links[n:]
	}
	return out
}

// jointFix is the fix of several. The configuration of the link leads: as long as it points elsewhere,
// users are set up in the wrong environment. Behind it the worst, then the most records.
func jointFix(fs []*Fix) *Fix {
	if len(fs) == 1 {
		return fs[0]
	}
	link := func(f *Fix) int {
		if f.Category == classify.ConfigurationLinking {
			return 0
		}
		return 1
	}
	fs = slices.Clone(fs)
	slices.SortFunc(fs, func(a, b *Fix) int {
		return cmp.Or(cmp.Compare(link(a), link(b)), cmp.Compare(rated(a.Severity), rated(b.Severity)),
			cmp.Compare(b.Records, a.Records), cmp.Compare(a.Signature, b.Signature))
	})
	all := *fs[0]
	all.Records, all.Outside, all.Parts, all.Steps, all.SQL = 0, 0, nil, nil, nil
	all.Within = Period{}
	var summaries, roles, entities, companies []string
	for _, f := range fs {
		all.Parts = append(all.Parts, f.Parts...)
		all.Records, all.Outside = all.Records+f.Records, all.Outside+f.Outside
		together := f.Together()
		all.Within.From, all.Within.Until = earlier(all.Within.From, together.FirstSeen), later(all.Within.Until, together.LastSeen)
		all.FirstSeen, all.LastSeen = earlier(all.FirstSeen, f.FirstSeen), later(all.LastSeen, f.LastSeen)
		all.Steps = append(all.Steps, f.Steps...)
		summaries = append(summaries, f.Summary)
		roles = append(roles, strings.Split(f.Role, ", ")...)
		entities, companies = append(entities, f.Entities...), append(companies, f.Companies...)
		all.NoCompany = all.NoCompany || f.NoCompany
		if rated(f.Severity) < rated(all.Severity) {
			all.Severity = f.Severity
		}
		for _, q := range f.SQL {
			if !slices.Contains(all.SQL, q) {
				all.SQL = append(all.SQL, q)
			}
		}
		if all.Change != f.Change {
			all.Change = "" // partly new: neither word is true of all
		}
	}
	if all.Outside == 0 {
		all.Within = Period{}
	}
	if others := len(once(summaries)) - 1; others > 0 { // the first alone would claim the records of the others
		all.Summary = strings.TrimSuffix(all.Summary, ".") + "; " + words.Count(others, "other signature") + " of that time " + words.Plural(others, "has steps of its own", "have steps of their own") + "."
	}
	all.Role = strings.Join(once(roles), ", ")
	all.Entities, all.Companies = once(entities), once(companies)
	return &all
}

// once leaves out what stands in a list before, and empty names.
func once[T comparable](list []T) (out []T) {
	var none T
	for _, s := range list {
		if s != none && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
