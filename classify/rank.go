package classify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A criterion is one reason why of two matches in a record one ranks before the other.
type criterion struct {
	compare func(a, b ranked) int             // negative: a ranks before b
	lost    func(winner, loser ranked) string // what the loser is told
	byText  bool                              // depends on where the rules match, not on the rules alone
}

// ranked is what criteria look at.
type ranked struct { // handed on by value: records are ranked without an allocation
	rule  *Rule
	field int8  // in the order evidence counts
	start int32 // of the evidence in the normal form of the field
}

// criteria are the reasons in the order in which they count; the first that tells two matches apart
// decides. This list is all there is: the order of matches, the words of explain and the warning
// of lint that a rule can never win are read from it. The last one leaves no tie, so the order
// never depends on the order of the rule files.
var criteria = []criterion{
	{
		compare: func(a, b ranked) int { return cmp.Compare(wraps(a.rule), wraps(b.rule)) },
		lost:    func(_, _ ranked) string { return "it is a wrapper around other causes" },
	},
	{
		compare: func(a, b ranked) int { return cmp.Compare(b.rule.Priority, a.rule.Priority) },
		lost: func(winner, loser ranked) string {
			return fmt.Sprintf("priority %d against %d", loser.rule.Priority, winner.rule.Priority)
		},
	},
	{
		compare: func(a, b ranked) int { return cmp.Compare(a.field, b.field) },
		lost:    func(_, _ ranked) string { return "found in the trace text only" },
		byText:  true,
	},
	{
		// The inner cause comes last in nested messages.
		compare: func(a, b ranked) int { return cmp.Compare(b.start, a.start) },
		lost:    func(_, _ ranked) string { return "stands further out in the message" },
		byText:  true,
	},
	{
		compare: func(a, b ranked) int { return strings.Compare(a.rule.ID, b.rule.ID) },
		lost:    func(_, _ ranked) string { return "its id comes later" },
	},
}

func wraps(r *Rule) int {
	if r.Wrapper {
		return 1
	}
	return 0
}

// decisive is the first criterion that tells two matches apart, and what it says of them; nil when
// none does.
func decisive(a, b ranked) (*criterion, int) {
	for i := range criteria {
		if order := criteria[i].compare(a, b); order != 0 {
			return &criteria[i], order
		}
	}
	return nil, 0
}

// rank orders matches by the criteria, the primary one first. Of two matches of one rule only the
// first is kept.
func (e *engine) rank(ms []match) []match {
	slices.SortFunc(ms, func(a, b match) int {
		ra, rb := e.ranked(a), e.ranked(b)
		_, order := decisive(ra, rb)
		return order
	})
	kept := ms[:0]
	for _, m := range ms {
		if !slices.ContainsFunc(kept, func(k match) bool { return k.rule == m.rule }) {
			kept = append(kept, m)
		}
	}
	return kept
}

func (e *engine) ranked(m match) ranked {
	return ranked{e.rules[m.rule].rule, m.field, m.start}
}

// lostBy says why a match ranks behind the primary one.
func (e *engine) lostBy(primary, m match) string {
	winner, loser := e.ranked(primary), e.ranked(m)
	if c, _ := decisive(winner, loser); c != nil {
		return c.lost(winner, loser)
	}
	return ""
}

// alwaysBeats reports whether a outranks b wherever both match, whatever the text: the criteria
// before the first that asks for the text decide.
func alwaysBeats(a, b *Rule) bool {
	for _, c := range criteria {
		if c.byText {
			return false
		}
		if order := c.compare(ranked{rule: a}, ranked{rule: b}); order != 0 {
			return order < 0
		}
	}
	return false
}
