package summary

import "dwtriage/classify"

// A Broad is a rule of the site that explains failing records of the report and matches examples of so many other rules that it takes any message.
type Broad struct {
	ID      string
	Reached int // other rules that have an example which it matches, whichever wins there
	Others  int // all other rules
}

// broad asks of the rules of the site that explain something, as each costs a look at all examples. Wrappers say themselves that they take any message.
func broad(m *classify.Matcher, signatures []Signature) (list []Broad, err error) {
	for i := range signatures {
		r := m.Rule(signatures[i].ID)
		if r == nil || !r.OfSite() || r.Wrapper {
			continue
		}
		reached, others, err := m.Reach(r)
		if err != nil {
			return nil, err
		}
		if classify.Broad(reached, others) {
			list = append(list, Broad{r.ID, reached, others})
		}
	}
	return list, nil
}
