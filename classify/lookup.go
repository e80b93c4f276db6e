package classify

import (
	"bytes"
	"slices"
	"strings"
)

// A reference-data failure names the rows that are missing by the table that was looked up and
// the value, or by the look-up column. Here they become what a person can act on: the map that
// brings the row, its key column and its value. They are kept as captures of the record:
// lookup ("payment term NET45 (map Terms of payment)"), lookup_map and lookup_key.

// A dependency is a look-up column of a map: which table it points to, found by which key.
type dependency struct {
	from    int    // map, by place
	column  string // look-up column, folded: msdynpaymentterm
	key     string // key column of the target: msdyn_name
	targets []int  // maps that feed the target table
}

// maxLookups is how many missing rows of one record are named; messages list rarely more.
const maxLookups = 4

// lookups finds the missing rows that the primary match and further matches of its expression
// name, and adds them as captures.
func (j *judge) lookups() {
	j.lookup, j.lookupMap, j.lookupKey = j.lookup[:0], j.lookupMap[:0], j.lookupKey[:0]
	if len(j.matches) == 0 {
		return
	}
	mt := j.matches[0]
	c := &j.m.engine.rules[mt.rule]
	if !c.looksUp {
		return
	}
	named := 0
	j.m.engine.eachMatch(mt, j.text[mt.field], maxLookups, func(groups func(name string) []byte) {
		if j.addLookup(groups("table"), groups("field"), groups("value")) {
			named++
		}
	})
	if named == 0 {
		return
	}
	j.keep("lookup", j.lookup)
	if len(j.lookupMap) > 0 {
		j.keep("lookup_map", j.lookupMap)
	}
	if len(j.lookupKey) > 0 {
		j.keep("lookup_key", j.lookupKey)
	}
}

// addLookup appends one missing row to the three texts, unless it is there already.
func (j *judge) addLookup(table, field, value []byte) bool {
	if len(table) == 0 && len(field) == 0 {
		return false
	}
	target := j.m.maps.lookup(j.maps, table, field)
	from := len(j.lookup)
	if from > 0 {
		j.lookup = append(j.lookup, ", "...)
	}
	start := len(j.lookup)
	j.lookup = target.phrase(j.lookup, table, field, value)
	if bytes.Contains(j.lookup[:from], j.lookup[start:]) {
		j.lookup = j.lookup[:from]
		return false
	}
	for _, at := range target.maps {
		j.lookupMap = appendOnce(j.lookupMap, j.m.maps.maps[at].Title)
	}
	j.lookupKey = appendOnce(j.lookupKey, target.key)
	return true
}

// appendOnce appends an item to a list that is joined by lookupSeparator.
func appendOnce(dst []byte, item string) []byte {
	if item == "" {
		return dst
	}
	for part := range bytes.SplitSeq(dst, []byte(lookupSeparator)) {
		if string(part) == item {
			return dst
		}
	}
	if len(dst) > 0 {
		dst = append(dst, lookupSeparator...)
	}
	return append(dst, item...)
}

// lookupSeparator joins several maps or key columns in a capture; no name of a map holds it.
const lookupSeparator = ", "

// A target is the row that a look-up did not find.
type target struct {
	c    *catalogue
	maps []int  // that may bring it, by place
	key  string // its key column, empty when not known
}

// lookup finds what a look-up of the failing maps points to, by its table or its column
// (msdyn_billingaccount.accountnumber). The failing maps' own look-ups decide where there are
// such, else those of all maps.
func (c *catalogue) lookup(failing []int, table, field []byte) target {
	t := target{c: c}
	var column, key string
	if col, k, dotted := bytes.Cut(field, []byte(".")); dotted {
		column, key = folded(col), string(k)
	} else {
		column = folded(field)
	}
	var deps []*dependency
	switch {
	case column != "" && len(c.byColumn[column]) > 0:
		deps = c.byColumn[column]
		if key != "" {
			deps = narrow(deps, func(d *dependency) bool { return strings.EqualFold(d.key, key) })
		}
	case len(table) > 0:
		deps = c.byTarget[folded(table)]
	}
	if len(table) > 0 {
		found := c.names[folded(table)]
		deps = narrow(deps, func(d *dependency) bool {
			return slices.ContainsFunc(d.targets, func(at int) bool { return slices.Contains(found, at) })
		})
	}
	deps = narrow(deps, func(d *dependency) bool { return slices.Contains(failing, d.from) })
	for i, d := range deps {
		for _, at := range d.targets {
			if !slices.Contains(t.maps, at) {
				t.maps = append(t.maps, at)
			}
		}
		if i == 0 {
			t.key = d.key
		} else if t.key != d.key {
			t.key = ""
		}
	}
	if key != "" {
		t.key = key // printed beats inferred
	}
	if len(deps) == 0 && len(table) > 0 {
		t.maps = append(t.maps, c.names[folded(table)]...)
	}
	slices.Sort(t.maps)
	return t
}

func folded(name []byte) string { return string(foldName(nil, name)) }

// narrow keeps what a condition holds for, or everything where it holds for nothing.
func narrow(deps []*dependency, keep func(*dependency) bool) []*dependency {
	var kept []*dependency
	for _, d := range deps {
		if keep(d) {
			kept = append(kept, d)
		}
	}
	if len(kept) == 0 {
		return deps
	}
	return kept
}

// phrase says which row is missing: "payment term NET45 (map Terms of payment)".
func (t target) phrase(dst, table, field, value []byte) []byte {
	name := ""
	for i, at := range t.maps {
		m := t.c.maps[at]
		if i == 0 {
			name = m.Record
		} else if name != m.Record {
			name = ""
		}
	}
	switch {
	case name != "":
		dst = append(dst, name...)
	case len(table) > 0:
		dst = append(append(dst, "row of "...), table...)
	default:
		dst = append(append(dst, "row behind "...), field...)
	}
	if len(value) > 0 {
		dst = append(append(dst, ' '), value...)
	}
	if n := len(t.maps); n > 0 && n <= 3 {
		dst = append(dst, " (map "...)
		for i, at := range t.maps {
			if i > 0 {
				dst = append(dst, " or "...)
			}
			dst = append(dst, t.c.maps[at].Title...)
		}
		dst = append(dst, ')')
	}
	return dst
}
