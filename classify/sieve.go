package classify

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/zeebo/xxh3"

	"dwtriage/ingest"
)

// Decides says what of each rule decides verdicts, as a number by the id of the rule: where a rule of two sets has one number, it matches the
// same texts, and what a verdict takes of it is the same. What it tells people, its title, cause and steps, is none of it. The signs of the set,
// which any rule may ask for, are one number under the empty id. The tables of codes and maps are not in it: they are the program's.
func (m *Matcher) Decides() map[string]uint64 {
	number := func(v any) uint64 {
		text, err := json.Marshal(v)
		if err != nil {
			panic(fmt.Sprintf("classify: %v", err)) // texts, numbers and lists of them
		}
		return xxh3.Hash(text)
	}
	all := make(map[string]uint64, 1+len(m.set.Rules))
	for _, r := range m.set.Rules {
		all[r.ID] = number(r.decides())
	}
	type sign struct {
		Name             string
		Logs, Types, Any []string
		Regex            string
	}
	var signs []sign
	for _, s := range m.set.Signs {
		signs = append(signs, sign{s.Name, s.Logs, s.Types, s.Any, s.Regex})
	}
	all[""] = number(signs)
	return all
}

// deciding is what of a rule decides verdicts.
type deciding struct {
	ID, Status, Severity, Category string
	Logs                           []string
	Priority                       int
	Match                          Match // wordings are in it twice, as written and spelt out: one number too many costs nothing
	Wrapper, ByMessage, Tells      bool
}

func (r *Rule) decides() deciding {
	return deciding{r.ID, r.Status, r.Severity, r.Category, r.Logs, r.Priority, r.Match, r.Wrapper, r.ByMessage, r.tells()}
}

// A Sieve finds records whose verdict may be another one than the verdict that other rules gave. It is immutable and safe for concurrent use.
//
// Which rules match a record is a question for each rule alone, and the verdict is made of those that do, of the texts and of the tables. So where
// no rule that is gone or another one had a part in it, and none that is new or another one matches, it stays. A rule of a site that was
// added is one expression to try where judging again tries three hundred, and ranks, names and masks what comes of it. A text so long that all rules
// share a budget for it is never left out: what one rule spends there another one lacks.
type Sieve struct {
	Gone []string // ids of rules that are gone or were other ones, by id: a record with one of them among its signatures may be judged otherwise, whatever [Sieve.Holds] says
	m    *Matcher // of the rules that are new or other; nil: there is none
}

// Sieve compares the rules with those of before, each as [Matcher.Decides] gave it. It is nil where any record may get another verdict.
func (m *Matcher) Sieve(before ...map[string]uint64) (*Sieve, error) {
	now := m.Decides()
	s := &Sieve{}
	var fresh []*Rule
	for _, were := range before {
		if were[""] != now[""] {
			return nil, nil
		}
		for id, number := range were {
			if now[id] != number && !slices.Contains(s.Gone, id) {
				s.Gone = append(s.Gone, id)
			}
		}
		for _, r := range m.set.Rules {
			if number, ok := were[r.ID]; (!ok || number != now[r.ID]) && !slices.Contains(fresh, r) {
				fresh = append(fresh, r)
			}
		}
	}
	slices.Sort(s.Gone)
	if len(fresh) == 0 {
		return s, nil
	}
	engine, err := newEngine(&Set{Rules: fresh, Signs: m.set.Signs})
	if err != nil {
		return nil, fmt.Errorf("compiling the rules that are new: %w", err)
	}
	s.m = &Matcher{engine: engine}
	return s, nil
}

// Empty reports whether no record needs to be asked about: no rule is new or another one.
func (s *Sieve) Empty() bool { return s.m == nil }

// Holds says of each row of a batch whether its verdict may be another one because of a rule that is new or another one. Of the columns it looks at
// log, type_name, error_text and trace_text. Soon after done is closed it gives up, and what it says counts for nothing.
func (s *Sieve) Holds(done <-chan struct{}, b *ingest.Batch) []bool {
	holds := make([]bool, b.Len())
	if s.m == nil {
		return holds
	}
	column := func(col int) *array.String { return b.Records.Column(col).(*array.String) }
	logs, types, errs, traces := column(ingest.ColLog), column(ingest.ColTypeName), column(ingest.ColErrorText), column(ingest.ColTraceText)
	j := &judge{m: s.m, done: done}
	for i := range holds {
		if closed(done) {
			break
		}
		j.normalize([numFields][]byte{stringAt(errs, i), stringAt(traces, i)})
		if j.size() > longRecord {
			holds[i] = true
			continue
		}
		j.s.seeker.Bound(-1, j.done)
		j.match(logs.Value(i), named(stringAt(types, i)))
		holds[i] = len(j.matches) > 0
	}
	return holds
}
