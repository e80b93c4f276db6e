package classify

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dwtriage/classify/pattern"
)

// A Near is a rule that a text comes close to, for people who ask why it is unknown.
type Near struct {
	Rule  *Rule
	Score float64  // how much of what the rule asks for is there, 0 to 1
	Has   []string // parts of the rule that the text holds
	Lacks []string // and that it does not hold
	Why   string   // what keeps the rule from matching although nothing is lacking, empty otherwise
}

// minScore is how near a rule must come to be worth showing: below, rules share common words
// with the text and nothing else.
const minScore = 0.45

// Nearest lists the rules that come closest to matching a text and do not, at most n, the
// closest first. It compares words, is slow, and is no verdict.
func (m *Matcher) Nearest(log, errText, trace string, n int) []Near {
	texts := [numFields][]byte{Normalize(nil, []byte(errText)), Normalize(nil, []byte(trace))}
	hits := make(map[*Rule]bool)
	for _, h := range m.Judge(log, errText, trace, "").Hits {
		hits[h.Rule] = true
	}
	all := bytes.Join(texts[:], []byte(" "))
	held := make(map[string]bool)
	for _, w := range wordsOf(pattern.Fold(string(all))) {
		held[w] = true
	}
	ways, weight := m.near.of(m.set.Rules)
	var out []Near
	for i, r := range m.set.Rules {
		if hits[r] {
			continue
		}
		if why := m.blocked(r, log, texts); why != "" {
			out = append(out, Near{Rule: r, Score: 1, Why: why})
			continue
		}
		best := Near{Rule: r}
		for _, w := range ways[i] {
			if near := compareWay(w, r, all, held, weight); near.Score > best.Score {
				best = near
			}
		}
		if best.Score >= minScore {
			out = append(out, best)
		}
	}
	slices.SortStableFunc(out, func(a, b Near) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(len(a.Lacks), len(b.Lacks)), cmp.Compare(b.Rule.Priority, a.Rule.Priority))
	})
	return out[:min(n, len(out))]
}

// blocked says what keeps a rule from matching whose evidence is there: its log, its fields, a
// text that it excludes.
func (m *Matcher) blocked(r *Rule, log string, texts [numFields][]byte) string {
	if (log == "" || slices.Contains(r.Logs, log)) && len(r.Match.None)+len(r.Match.Fields)+len(r.Match.Signs)+len(r.Match.NoSigns) == 0 {
		return ""
	}
	open := *r
	open.Match.None = nil
	e := &engine{rules: []compiled{compile(&open)}} // without a filter, which takes longer to make than one text is worth
	var s scratch
	for f := range numFields {
		if !e.matchesAnyhow(&s, r.Match.Codes, texts[f]) {
			continue
		}
		if log != "" && !slices.Contains(r.Logs, log) {
			return fmt.Sprintf("it matches, but it is a rule for %s records only", strings.Join(r.Logs, " and "))
		}
		if len(r.Match.Fields) > 0 && !slices.Contains(r.Match.Fields, fieldNames[f]) {
			return fmt.Sprintf("it matches in %s, but it looks at %s only", fieldNames[f], strings.Join(r.Match.Fields, " and "))
		}
		for _, lit := range r.Match.None {
			n := pattern.NewNeedle(pattern.Fold(NormalizeString(lit)))
			if n.Index(texts[f], 0, len(texts[f])) >= 0 {
				return fmt.Sprintf("it matches, but the text holds %q, which the rule excludes", lit)
			}
		}
		searched := [numFields]pattern.Text{pattern.TextOf(texts[errorText]), pattern.TextOf(texts[traceText])}
		for i, s := range m.set.Signs {
			switch shows := m.engine.signs[i].shownBy(log, nil, &searched, nil); {
			case !shows && slices.Contains(r.Match.Signs, s.Name):
				return fmt.Sprintf("it matches, but nothing in the record is a sign of %s", s.Name)
			case shows && slices.Contains(r.Match.NoSigns, s.Name):
				return fmt.Sprintf("it matches, but the record shows the sign %s, which the rule excludes", s.Name)
			}
		}
	}
	return ""
}

// compareWay says how much of a way is in a text, by the weight of its words.
func compareWay(w pattern.Way, r *Rule, text []byte, held map[string]bool, weight map[string]float64) Near {
	near := Near{Rule: r}
	var has, all float64
	word := false // of letters, that is there: numbers alone are no likeness
	for _, part := range w {
		found, longest := "", ""
		for _, alt := range part {
			if len(alt) > len(longest) {
				longest = alt
			}
			if len(alt) <= len(found) {
				continue
			}
			if n := pattern.NewNeedle(alt); n.Index(text, 0, len(text)) >= 0 {
				found = alt
			}
		}
		if len(longest) < 3 {
			continue // a digit, a quote
		}
		for _, w := range wordsOf(cmp.Or(found, longest)) {
			all += weight[w]
			if found != "" || held[w] {
				has += weight[w]
				word = word || len(w) > 3 && strings.Trim(w, "0123456789") != ""
			}
		}
		if found != "" {
			near.Has = append(near.Has, strings.TrimSpace(found))
		} else {
			near.Lacks = append(near.Lacks, strings.TrimSpace(longest))
		}
	}
	if word && len(near.Lacks) > 0 {
		near.Score = has / all
	}
	return near
}
