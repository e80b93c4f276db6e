package report

import (
	"cmp"
	"slices"

	"dwtriage/report/summary"
)

// fair picks from a list what the page has room for: every critical one, up to mostCritical, then the first of each kind
// (a severity, a map, a company), then what comes first. The picked stay in their order. Who filters for what is critical
// would otherwise be shown nothing on a night whose largest rows are all of less weight.
func fair[T any](list []T, most int, of func(*T) (severity string, kinds []string)) []T {
	if len(list) <= most {
		return list
	}
	picked, room, known := make([]bool, len(list)), most, map[string]bool{}
	pick := func(i int) {
		if picked[i] {
			return
		}
		picked[i] = true
		room--
	}
	critical := 0
	for i := range list {
		severity, kinds := of(&list[i])
		if severity != "critical" || critical == mostCritical {
			continue
		}
		pick(i)
		critical++
		for _, kind := range kinds {
			known[kind] = true
		}
	}
	for i := 0; i < len(list) && room > 0; i++ {
		severity, kinds := of(&list[i])
		for _, kind := range append(kinds, "severity "+severity) {
			if !known[kind] {
				known[kind] = true
				pick(i)
			}
		}
	}
	for i := 0; i < len(list) && room > 0; i++ {
		pick(i)
	}
	kept := make([]T, 0, most)
	for i := range list {
		if picked[i] {
			kept = append(kept, list[i])
		}
	}
	return kept
}

func kindsOfFinding(f *summary.Finding) (string, []string) {
	return f.Severity, []string{"map " + f.MapTitle, "company " + f.Company}
}

func kindsOfChange(c *summary.Change) (string, []string) {
	return c.Severity, []string{"map " + c.MapTitle, "change " + c.Change}
}

func kindsOfFix(f *summary.Fix) (string, []string) {
	var kinds []string
	for _, name := range f.Entities {
		kinds = append(kinds, "map "+name)
	}
	for _, name := range f.Companies {
		kinds = append(kinds, "company "+name)
	}
	return f.Severity, kinds
}

func kindsOfSignature(s *summary.Signature) (string, []string) { return s.Severity, nil }

// addCritical adds the critical fixes of a plan that its choice left out, and keeps the order of the plan.
func addCritical(chosen, all []summary.Fix, repeats bool) []summary.Fix {
	have := map[int]bool{}
	for i := range chosen {
		have[chosen[i].Rank] = true
	}
	out := slices.Clone(chosen)
	for i := range all {
		f := &all[i]
		if f.Severity == "critical" && !have[f.Rank] && f.PassesByItself() == repeats && len(out) < mostCriticalFixes {
			out = append(out, *f)
		}
	}
	slices.SortStableFunc(out, func(a, b summary.Fix) int { return cmp.Compare(a.Rank, b.Rank) })
	return out
}
