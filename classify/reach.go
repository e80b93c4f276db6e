package classify

import (
	"cmp"
	"fmt"
)

// Reach counts the other rules that have an example which r matches, whichever of both wins there, and all other rules: how far a rule reaches beyond
// its own failure. The examples of the built-in rules are a thousand texts of failures that have little in common, so who matches many of them looks for
// nothing. The widest built-in rules, which are about a frame that stands around many failures, reach one in six of the others.
func (m *Matcher) Reach(r *Rule) (reached, others int, err error) {
	engine, err := newEngine(&Set{Rules: []*Rule{r}, Signs: m.set.Signs})
	if err != nil {
		return 0, 0, fmt.Errorf("rule %s alone: %w", r.ID, err)
	}
	alone := &Matcher{engine: engine, set: m.set, byID: m.byID, codes: m.codes, maps: m.maps, said: m.said}
	for _, other := range m.set.Rules {
		if other == r {
			continue
		}
		others++
		for _, x := range other.Examples.Match {
			if len(alone.Judge(cmp.Or(x.Log, other.Logs[0]), x.Text, "", "").Hits) > 0 {
				reached++
				break
			}
		}
	}
	return reached, others, nil
}

// Broad reports whether a rule that reaches so many of the others takes any message: a quarter or more, and ten, as of a handful of rules two may be about
// the same.
func Broad(reached, others int) bool { return reached >= 10 && 4*reached >= others }
