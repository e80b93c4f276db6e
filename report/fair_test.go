package report

import (
	"fmt"
	"strings"
	"testing"

	"dwtriage/report/summary"
)

// A night with many larger findings of less weight: every critical fix, finding and change has a place all the same.
func TestEveryCriticalIsShown(t *testing.T) {
	s := night()
	finding, fix, change := s.Findings[0], s.Fixes[0], s.Changes[0]
	s.Findings, s.Fixes, s.Changes = nil, nil, nil
	const many, rare = 700, 40
	for i := range many + rare {
		severity, name, company := "high", fmt.Sprintf("Map %d", i%7), "USMF"
		if i >= many {
			severity = "critical"
		}
		if i == many-1 {
			severity, name, company = "low", "Rare map", "RARE"
		}
		finding.ID, finding.MapTitle, finding.Company, finding.Severity, finding.Records = fmt.Sprintf("f%d", i), name, company, severity, int64(2000-i)
		fix.Rank, fix.Severity, fix.Records = i+1, severity, int64(2000-i)
		change.Severity, change.MapTitle, change.Records = severity, name, int64(2000-i)
		s.Findings, s.Fixes, s.Changes = append(s.Findings, finding), append(s.Fixes, fix), append(s.Changes, change)
	}
	p, err := newPage(s)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for i, f := range p.ShownFindings {
		count["finding "+f.Severity]++
		if i > 0 && f.Records > p.ShownFindings[i-1].Records {
			t.Error("the findings are out of order")
		}
	}
	for _, f := range append(p.ShownFixes, p.ShownRepeats...) {
		count["fix "+f.Severity]++
	}
	for _, c := range p.ShownChanges {
		count["change "+c.Severity]++
	}
	for _, what := range []string{"finding", "fix", "change"} {
		if got := count[what+" critical"]; got != rare {
			t.Errorf("%d of %d of what is critical is shown as %s", got, rare, what)
		}
	}
	if count["finding low"] != 1 || len(p.ShownFindings) != mostFindings || len(p.ShownChanges) != mostChanges {
		t.Errorf("shown: %v", count)
	}
	if page := draw(t, s, Options{})["index.html"]; !strings.Contains(page, "200 of 740 rows") {
		t.Error("the page does not say that its findings are not all")
	}
}

func TestFairKeepsToItsBounds(t *testing.T) {
	list := make([]summary.Change, mostCritical+100)
	for i := range list {
		list[i].Severity = "critical"
	}
	if got := len(fair(list, 50, kindsOfChange)); got != mostCritical {
		t.Errorf("%d of what is all critical, want %d", got, mostCritical)
	}
	if got := len(fair(list[:50], 50, kindsOfChange)); got != 50 {
		t.Errorf("%d of 50", got)
	}
}
