package classify

import (
	"math"
	"slices"
	"strings"
	"sync"

	"dwtriage/classify/pattern"
)

// nearIndex is what the rules ask for in words. It is made when somebody asks first, which no nightly
// run does: it takes as long as compiling the rules.
type nearIndex struct {
	once   sync.Once
	ways   [][]pattern.Way // per rule
	weight map[string]float64
}

func (x *nearIndex) of(rules []*Rule) ([][]pattern.Way, map[string]float64) {
	x.once.Do(func() {
		x.ways = make([][]pattern.Way, len(rules))
		sideBySide(len(rules), func(i int) { x.ways[i] = waysOf(rules[i]) })
		x.weight = wordWeights(x.ways)
	})
	return x.ways, x.weight
}

// waysOf lists the ways of a rule: each literal, each alternative of its expression, its codes.
func waysOf(r *Rule) []pattern.Way {
	var ways []pattern.Way
	for _, lit := range r.Match.Any {
		ways = append(ways, pattern.Way{{pattern.Fold(NormalizeString(lit))}})
	}
	if r.expr() != nil {
		ways = append(ways, r.expr().Ways()...)
	}
	for _, c := range r.Match.Codes {
		ways = append(ways, pattern.Way{{strings.ToLower(c)}})
	}
	if r.Match.All {
		var joined pattern.Way
		for _, w := range ways {
			joined = append(joined, w...)
		}
		return []pattern.Way{joined}
	}
	return ways
}

// wordWeights gives every word of the rules a weight: the fewer rules have it, the more.
func wordWeights(ways [][]pattern.Way) map[string]float64 {
	rules := make(map[string]int)
	for _, ws := range ways {
		seen := make(map[string]bool)
		for _, w := range ws {
			for _, part := range w {
				for _, alt := range part {
					for _, word := range wordsOf(alt) {
						seen[word] = true
					}
				}
			}
		}
		for word := range seen {
			rules[word]++
		}
	}
	weight := make(map[string]float64, len(rules))
	for word, n := range rules {
		weight[word] = math.Log(1 + float64(len(ways))/float64(n))
	}
	return weight
}

// wordsOf splits a text into its words of three letters and more, and its numbers.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(text, func(c rune) bool { return c < 0x80 && !pattern.Word(byte(c)) })
	return slices.DeleteFunc(words, func(w string) bool { return len(w) < 3 && strings.Trim(w, "0123456789") != "" })
}
