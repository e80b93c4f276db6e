package lake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// signatures are the members of dim_signatures: all rules, what facts have beside them, and those of records without a signature. Texts of rules
// name no value of a record.
func signatures(m *classify.Matcher, used []store.SignatureUsed) []store.Signature {
	list := []store.Signature{
		{Key: "(ok)", Kind: "none", Title: "No failure", Status: classify.StatusOK},
		{Key: "(unknown)", Kind: "unknown", Title: "Unknown message", Status: classify.StatusUnknown, Category: "unknown"},
	}
	for _, r := range m.Rules() {
		list = append(list, ofRule(r))
	}
	for _, s := range used {
		if m.Rule(s.ID) == nil {
			list = append(list, withoutRule(m, s.ID))
		}
	}
	slices.SortFunc(list, func(a, b store.Signature) int { return cmp.Compare(a.Key, b.Key) })
	return slices.CompactFunc(list, func(a, b store.Signature) bool { return a.Key == b.Key })
}

// otherwise lists the signatures of which dim_signatures says something else than the records do that the runs have: rules that are not among today's, and
// those whose severity is another one today.
func otherwise(m *classify.Matcher, used []store.SignatureUsed) (retired, severity []string) {
	for _, s := range used {
		switch r := m.Rule(s.ID); {
		case r == nil && !strings.Contains(s.ID, "/"):
			retired = append(retired, s.ID)
		case r != nil && slices.ContainsFunc(s.Severities, func(of string) bool { return of != r.Severity }):
			severity = append(severity, s.ID)
		}
	}
	return retired, severity
}

func ofRule(r *classify.Rule) store.Signature {
	cause, fix := r.Fill(nil, nil, nil)
	var steps []string
	for i, s := range fix.Steps {
		steps = append(steps, fmt.Sprintf("%d. %s", i+1, s))
	}
	tier := r.Tier
	return store.Signature{Key: r.ID, Kind: "rule", Title: r.FillTitle(nil, nil), Headline: r.Headline, Status: r.Status, Category: r.Category, Severity: r.Severity,
		Tier: &tier, Cause: cause, FixSummary: fix.Summary, Role: fix.Role, Retry: fix.Retry, Steps: strings.Join(steps, "\n"), URL: fix.URL}
}

// withoutRule is a signature of the code table, or of a rule that is no more.
func withoutRule(m *classify.Matcher, id string) store.Signature {
	s := store.Signature{Key: id, Kind: "retired", Title: id}
	kind, code, ok := strings.Cut(id, "/")
	if !ok {
		return s
	}
	s.Kind, s.Status, s.Category, s.Title = kind, kind, "dataverse-code", "Error code "+code
	if c, _ := m.Named(id); c != nil {
		s.Title, s.Cause = c.Name+" ("+c.String()+")", c.Message
	}
	return s
}
