package classify

import (
	"bytes"
	"fmt"
	"strings"

	"dwtriage/classify/pattern"
)

// Several maps may share a table, each for the rows that its documented filter lets through
// (column filter of entity-maps.csv: "customertypecode eq 3", terms joined by " and ",
// alternative spellings by "|"). Where a record shows such a column with its value, it tells
// which of the maps failed.

// filterTerms must all hold.
type filterTerms []filterTerm

// A filterTerm asks that a column has a value.
type filterTerm struct {
	column pattern.Needle
	value  string // lower case
}

func parseFilters(text string) ([]filterTerms, error) {
	var out []filterTerms
	if text == "" {
		return nil, nil
	}
	for _, alternative := range strings.Split(text, "|") {
		var terms filterTerms
		for _, term := range strings.Split(alternative, " and ") {
			column, value, ok := strings.Cut(strings.TrimSpace(term), " eq ")
			if !ok {
				return nil, fmt.Errorf("filter %q is not of the form column eq value", term)
			}
			terms = append(terms, filterTerm{pattern.NewNeedle(strings.ToLower(column)), strings.ToLower(strings.Trim(value, "'"))})
		}
		out = append(out, terms)
	}
	return out, nil
}

// What a text says of a filter.
const (
	notShown     = iota // the columns do not occur
	contradicted        // a column occurs with another value
	satisfied           // every column occurs with its value
)

func (terms filterTerms) in(texts ...[]byte) int {
	held, denied := 0, false
	for _, t := range terms {
		switch t.in(texts...) {
		case satisfied:
			held++
		case contradicted:
			denied = true
		}
	}
	switch {
	case held == len(terms):
		return satisfied
	case denied:
		return contradicted
	}
	return notShown
}

// in looks for the column as a whole word and compares the word behind it, over quotes, colons,
// equal signs and the word eq.
func (t *filterTerm) in(texts ...[]byte) int {
	result := notShown
	for _, text := range texts {
		for from := 0; ; {
			at := t.column.Index(text, from, len(text))
			if at < 0 {
				break
			}
			from = at + t.column.Len()
			if at > 0 && pattern.Word(text[at-1]) || from < len(text) && pattern.Word(text[from]) {
				continue
			}
			switch v := valueBehind(text[from:]); {
			case len(v) == 0:
			case len(v) == len(t.value) && foldedAt(v, 0, t.value):
				return satisfied
			default:
				result = contradicted
			}
		}
	}
	return result
}

// valueBehind is the word that stands as a value behind the name of a column: after at least
// one of : = ' " > or the word eq; nil when something else follows.
func valueBehind(text []byte) []byte {
	marked := false
	for i := 0; i < len(text) && i < 12; i++ {
		switch c := text[i]; {
		case bytes.IndexByte([]byte(`:='">`), c) >= 0:
			marked = true
		case c == ' ' || c == '(':
		case bytes.HasPrefix(text[i:], []byte("eq ")):
			marked = true
			i += 2
		case marked && pattern.Word(c):
			n := i
			for n < len(text) && pattern.Word(text[n]) {
				n++
			}
			return text[i:n]
		default:
			return nil
		}
	}
	return nil
}

// filtered narrows the maps that share the names of a record by what its texts show of their
// filters: those whose filter holds, else without those whose filter is contradicted.
func (c *catalogue) filtered(maps []int, texts ...[]byte) []int {
	if len(maps) < 2 {
		return maps
	}
	shown := func(at, what int) bool {
		best := notShown
		for _, terms := range c.maps[at].only {
			best = max(best, terms.in(texts...))
		}
		return best == what
	}
	kept := keepMaps(maps, func(at int) bool { return shown(at, satisfied) })
	if len(kept) == len(maps) {
		kept = keepMaps(maps, func(at int) bool { return !shown(at, contradicted) })
	}
	return kept
}

// keepMaps keeps the maps that a condition holds for, in place, or all where it holds for none.
func keepMaps(maps []int, keep func(int) bool) []int {
	n := 0
	for _, at := range maps {
		if keep(at) {
			n++
		}
	}
	if n == 0 {
		return maps
	}
	kept := maps[:0]
	for _, at := range maps {
		if keep(at) {
			kept = append(kept, at)
		}
	}
	return kept
}
