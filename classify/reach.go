package classify

import (
	"cmp"
	"fmt"
)

// Reach counts for each of a few rules, by its id, the other rules that have an example which it matches, whichever of both wins there: how far a rule
// reaches beyond its own failure. The examples of the built-in rules are a thousand texts of failures that have little in common, so who matches many of
// them looks for nothing. The widest built-in rules, which are about a frame that stands around many failures, reach one in six of the others. All are
// asked in one pass, however many they are.
func (m *Matcher) Reach(list []*Rule) (map[string]int, error) {
	if len(list) == 0 {
		return nil, nil
	}
	engine, err := newEngine(&Set{Rules: list, Signs: m.set.Signs})
	if err != nil {
		return nil, fmt.Errorf("%d rules alone: %w", len(list), err)
	}
	alone := &Matcher{engine: engine, set: m.set, byID: m.byID, codes: m.codes, maps: m.maps, said: m.said}
	reached := make(map[string]int)
	for _, other := range m.set.Rules {
		met := map[string]bool{other.ID: true}
		for _, x := range other.Examples.Match {
			for _, h := range alone.Judge(cmp.Or(x.Log, other.Logs[0]), x.Text, "", "").Hits {
				if !met[h.Rule.ID] {
					met[h.Rule.ID] = true
					reached[h.Rule.ID]++
				}
			}
		}
	}
	return reached, nil
}

// Broad reports whether a rule that reaches so many of the others takes any message: a quarter or more, and ten, as of a handful of rules two may be about
// the same.
func Broad(reached, others int) bool { return reached >= 10 && 4*reached >= others }
