package summary

import "dwtriage/classify"

// A Broad is a rule of the site that explains failing records of the report and matches examples of so many other rules that it takes any message.
type Broad struct {
	ID      string
	Reached int // other rules that have an example which it matches, whichever wins there
	Others  int // all other rules
}

// broad asks of the rules of the site that explain something, as built-in ones are known not to be. Wrappers say themselves that they take any message.
func broad(m *classify.Matcher, signatures []Signature) (list []Broad, err error) {
	var rules []*classify.Rule
	for i := range signatures {
		if r := m.Rule(signatures[i].ID); r != nil && r.OfSite() && !r.Wrapper {
			rules = append(rules, r)
		}
	}
	reached, err := m.Reach(rules)
	if err != nil {
		return nil, err
	}
	for _, r := range rules {
		if n, others := reached[r.ID], len(m.Rules())-1; classify.Broad(n, others) {
			list = append(list, Broad{r.ID, n, others})
		}
	}
	return list, nil
}
