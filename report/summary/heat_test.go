package summary

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store"
	"dwtriage/report/store/storetest"
)

// checkHeat holds the heat table of a report that lists few findings to that of one that lists all, and draws it with room for fewer maps and companies than there are: those with most records are named and counted as ever, and
// one row and one company hold the rest.
func checkHeat(t *testing.T, db *store.DB, few, all *Summary) {
	t.Helper()
	if d := cmp.Diff(all.Heat, few.Heat); d != "" {
		t.Errorf("heat table (-all listed +few):\n%s", d)
	}
	defer func(n int) { mostHeatNames = n }(mostHeatNames)
	mostHeatNames = 2
	s, err := Of(t.Context(), db, 2, storetest.Matcher())
	if err != nil {
		t.Fatal(err)
	}
	got, want := s.Heat.Groups[0], all.Heat.Groups[0]
	if n := len(got.Rows); n != 3 || got.Named() != 2 || got.Rows[2].MapTitle != Several || !cmp.Equal(got.Rows[:2], want.Rows[:2]) {
		t.Errorf("rows %+v, want the first two of %+v and the rest", got.Rows, want.Rows)
	}
	if got.Records != want.Records || all.Records == 0 {
		t.Errorf("%d records, want %d", got.Records, want.Records)
	}
	if c := s.Heat.Companies; len(c) != 3 || c[0] != all.Heat.Companies[0] || c[2] != Several { // the second of equals is whose hash is less
		t.Errorf("companies %q, want the first of %q, another and the rest", c, all.Heat.Companies)
	}
	n, atLeast := s.EntityCount()
	if of, _ := all.EntityCount(); n != of || !atLeast {
		t.Errorf("%d entities, at least: %v; want %d", n, atLeast, of)
	}
}

// A name that is one of several maps is counted beside none of them, and two such names that may be one map are one.
func TestEntities(t *testing.T) {
	row := func(title string, of ...string) HeatRow { return HeatRow{MapTitle: title, OneOf: of} }
	for _, c := range []struct {
		rows []HeatRow
		want string
	}{
		{[]HeatRow{row("A")}, "1 entity"},
		{[]HeatRow{row("A"), row("No map: b")}, "2 entities"},
		{[]HeatRow{row("A or B", "A", "B"), row("A"), row("B")}, "at least 2 entities"},
		{[]HeatRow{row("A or B", "A", "B"), row("C")}, "at least 2 entities"},
		{[]HeatRow{row("A or B", "A", "B")}, "at least 1 entity"},
		{[]HeatRow{{MapTitle: "A or B", OneOf: []string{"A", "B"}, Records: 1}}, "1 entity"},
		{[]HeatRow{{MapTitle: "A or B", OneOf: []string{"A", "B"}, Records: 1}, row("B")}, "at least 1 entity"},
		{[]HeatRow{row("A or B", "A", "B"), row("B or C", "B", "C")}, "at least 1 entity"},
		{[]HeatRow{row("A or B", "A", "B"), row("C or D", "C", "D"), row("D")}, "at least 2 entities"},
		{[]HeatRow{row("A"), row(Several)}, "at least 1 entity"},
		{[]HeatRow{row(NoMap)}, "entities that no record names"},
		{[]HeatRow{row("A"), row(NoMap)}, "at least 1 entity"},
		{[]HeatRow{row(Several)}, "at least 1 entity"},
	} {
		g := HeatGroup{Rows: c.rows}
		if got := EntityWords(g.Entities()); got != c.want {
			t.Errorf("%+v: %s, want %s", c.rows, got, c.want)
		}
	}
}
