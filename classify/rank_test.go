package classify

import (
	"cmp"
	"slices"
	"testing"

	"dwtriage/classify/pattern"
)

// Of each criterion a pair of texts and rules that it decides, and what the loser is told.
func TestLostByEveryCriterion(t *testing.T) {
	m := small(t,
		`a-cause priority: 30, match: {any: [parcel was lost]}, `+both,
		`b-wrapper priority: 99, wrapper: true, match: {any: [delivery failed]}, `+both,
		`c-low priority: 10, match: {any: [street is closed]}, `+both,
		`d-low priority: 10, match: {any: [bridge is open]}, `+both,
		`e-low priority: 10, match: {any: [street is closed]}, `+both,
	)
	want := []string{"it is a wrapper around other causes", "priority 10 against 30", "found in the trace text only", "stands further out in the message", "its id comes later"}
	var got []string
	for _, texts := range [][2]string{
		{"Delivery failed: parcel was lost.", ""},
		{"Parcel was lost, bridge is open.", ""},
		{"Bridge is open.", "Street is closed."},
		{"Bridge is open, street is closed.", ""},
		{"Street is closed.", ""},
	} {
		v := m.Judge("", texts[0], texts[1], "")
		if v.Hits[0].Lost != "" {
			t.Errorf("%q: the winner lost: %s", texts, v.Hits[0].Lost)
		}
		got = append(got, v.Hits[len(v.Hits)-1].Lost)
	}
	if !slices.Equal(got, want) {
		t.Errorf("criteria say %q, want %q", got, want)
	}
	if len(criteria) != len(want) {
		t.Errorf("%d criteria, %d of them are tried here", len(criteria), len(want))
	}
}

// A criterion more changes the list and nothing else: order, explain's words and lint follow.
func TestCriteriaDecideEverything(t *testing.T) {
	defer func(before []criterion) { criteria = before }(criteria)
	criteria = slices.Insert(slices.Clone(criteria), 0, criterion{
		compare: func(a, b ranked) int { return cmp.Compare(b.rule.Title, a.rule.Title) },
		lost:    func(winner, _ ranked) string { return "has no title like " + winner.rule.Title },
	})
	a, b := &Rule{ID: "a", Title: "A", Priority: 90, Logs: logKinds, Match: Match{Any: []string{"parcel was lost"}}},
		&Rule{ID: "b", Title: "B", Wrapper: true, Priority: 10, Logs: logKinds, Match: Match{Any: []string{"parcel was lost"}}}
	e, err := newEngine(&Set{Rules: []*Rule{a, b}})
	if err != nil {
		t.Fatal(err)
	}
	var s scratch
	ms := e.rank(e.appendMatches(nil, &s, "", errorText, pattern.TextOf([]byte("parcel was lost"))))
	if len(ms) != 2 || e.rules[ms[0].rule].rule != b {
		t.Fatalf("the new criterion does not decide: %v", ms)
	}
	if got := e.lostBy(ms[0], ms[1]); got != "has no title like B" {
		t.Errorf("lost: %q", got)
	}
	if !alwaysBeats(b, a) || alwaysBeats(a, b) {
		t.Error("lint does not know the new criterion")
	}
}

func TestRankDoesNotAllocate(t *testing.T) {
	e := builtin()
	text := pattern.TextOf([]byte("Unable to write data to entity accounts.Writes to CustCustomerV3Entity failed with error message Exception message: The remote server returned an error: (400) Bad Request. Unable to lookup msdyn_customergroups with values {80}."))
	var s scratch
	found := e.appendMatches(nil, &s, "", errorText, text)
	if len(found) < 2 {
		t.Fatalf("%d rules match, want some to be ranked", len(found))
	}
	ms := make([]match, len(found))
	if n := testing.AllocsPerRun(10, func() {
		copy(ms, found)
		e.rank(ms)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
