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
	p, err := newPage(s, commands{})
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
	for i := range s.Findings { // each of a record, or a million are drawn
		s.Findings[i].Records = 1
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

func TestShades(t *testing.T) {
	for _, c := range []struct {
		cells []int64
		want  string
	}{
		{[]int64{1}, "any"},
		{[]int64{1, 2, 3}, "under 2, 2 and more"},
		{[]int64{1, 7, 47}, "under 2, 2 to 4, 5 to 9, 10 and more"},
		{[]int64{1, 60, 290_000}, "under 20, 20 to 499, 500 to 9,999, 10,000 and more"},
		{[]int64{8_000, 10_000_000}, "under 20,000, 20,000 to 199,999, 200,000 to 999,999, 1,000,000 and more"},
	} {
		rows := []summary.HeatRow{{MapTitle: "A", Cells: c.cells}, {MapTitle: summary.Several, Cells: []int64{1 << 40}}}
		p := page{Shades: shades(summary.Heat{Groups: []summary.HeatGroup{{All: true, Rows: rows}}})}
		if got := p.ShadeWords(); got != c.want {
			t.Errorf("%d: %s, want %s", c.cells, got, c.want)
		}
		if least, most := p.shade(c.cells[0]), p.shade(c.cells[len(c.cells)-1]); least != "h1" || most != fmt.Sprintf("h%d", len(p.Shades)) || p.shade(0) != "" {
			t.Errorf("%d: the least is %s, the most %s, none %q", c.cells, least, most, p.shade(0))
		}
	}
}

func TestShortNumber(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 9_999: "9,999", 10_000: "10.0k", 12_799: "12.7k", 99_999: "99.9k", 100_000: "100k", 999_999: "999k", 1_000_000: "1.0M", 12_345_678: "12.3M", 987_654_321: "987M", 1_234_567_890: "1,234M"} {
		if got := shortNumber(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}
