package classify

import (
	"bytes"
	"slices"
)

// A reference-data failure names the rows that are missing by the table that was looked up and
// the value, or by the look-up column. Here they become what a person can act on: the map that
// brings the row, its key column and its value. They are kept as captures of the record: lookup
// ("payment term NET45 (map Terms of payment)"), lookup_map and lookup_key, and lookup_2 … where
// one message names several. The value of the first one is in capture value, as its rule took it, those of
// the others in lookup_value_2 …: rows are told apart by it, and a phrase does not say where it begins. What the table is called where
// lookup_key does not say it, as a message calls one table by its set, by its own name or not at all, is in lookup_table, lookup_table_2 ….
// Whose row it is where the values name another company than that of the record is in lookup_company, lookup_company_2 ….

// lookupNames are the names of the captures for the first missing row of a record, the second …;
// messages rarely list more than four.
var lookupNames = [...]struct{ phrase, mapTitle, key, value, table, company string }{
	{"lookup", "lookup_map", "lookup_key", "value", "lookup_table", "lookup_company"},
	{"lookup_2", "lookup_map_2", "lookup_key_2", "lookup_value_2", "lookup_table_2", "lookup_company_2"},
	{"lookup_3", "lookup_map_3", "lookup_key_3", "lookup_value_3", "lookup_table_3", "lookup_company_3"},
	{"lookup_4", "lookup_map_4", "lookup_key_4", "lookup_value_4", "lookup_table_4", "lookup_company_4"},
}

// lookupMore is the capture for one more missing row than there are names for: the record waits for more than the others say.
const lookupMore = "lookup_more"

// A target is the row that a look-up did not find.
type target struct {
	c    *catalogue
	maps []int  // that may bring it, by place
	key  []byte // its key column, empty when not known
}

// seekings is the working memory for finding targets; one is valid until the next.
type seekings struct {
	maps                []int
	deps                []*dependency
	column, table, name []byte
}

// lookup finds what a look-up of the failing maps points to, by its table or its column
// (msdyn_billingaccount.accountnumber). The failing maps' own look-ups decide where there are
// such, else those of all maps.
func (c *catalogue) lookup(s *seekings, failing []int, table, field []byte) target {
	t := target{c: c, maps: s.maps[:0]}
	col, key, _ := bytes.Cut(field, []byte("."))
	s.column, s.table = foldName(s.column[:0], col), foldName(s.table[:0], table)
	var deps []*dependency
	switch {
	case len(s.column) > 0 && len(c.byColumn[string(s.column)]) > 0:
		deps = c.byColumn[string(s.column)]
		if len(key) > 0 {
			deps = s.narrow(deps, func(d *dependency) bool {
				s.name = append(s.name[:0], d.key...)
				return bytes.EqualFold(s.name, key)
			})
		}
	case len(table) > 0:
		deps = c.byTarget[string(s.table)]
	}
	if len(table) > 0 {
		deps = s.narrow(deps, func(d *dependency) bool { return d.set == string(s.table) || d.table == string(s.table) })
	}
	deps = s.narrow(deps, func(d *dependency) bool { return slices.Contains(failing, d.from) })
	for i, d := range deps {
		for _, at := range d.targets {
			if !slices.Contains(t.maps, at) {
				t.maps = append(t.maps, at)
			}
		}
		if i == 0 {
			s.name = append(s.name[:0], d.key...)
		} else if string(s.name) != d.key {
			s.name = s.name[:0]
		}
	}
	switch {
	case len(key) > 0:
		t.key = key // printed beats inferred
	case len(deps) > 0:
		t.key = s.name
	}
	if len(deps) == 0 && len(table) > 0 {
		t.maps = append(t.maps, c.names[string(s.table)]...)
	}
	slices.Sort(t.maps)
	s.maps = t.maps
	return t
}

// narrow keeps what a condition holds for, or everything where it holds for nothing.
func (s *seekings) narrow(deps []*dependency, keep func(*dependency) bool) []*dependency {
	if !slices.ContainsFunc(deps, keep) {
		return deps
	}
	kept := s.deps[:0] // deps may be the same: what is kept never overtakes what is read
	for _, d := range deps {
		if keep(d) {
			kept = append(kept, d)
		}
	}
	s.deps = kept
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
	switch {
	case len(value) > 0 && len(bytes.TrimSpace(value)) == 0:
		dst = append(dst, " (blank)"...) // a key that nobody sees names nothing
	case len(value) > 0:
		dst = append(append(dst, ' '), value...)
	}
	if len(t.maps) > 0 {
		dst = append(t.titles(append(dst, " (map "...)), ')')
	}
	return dst
}

// column names the key column, with its table where the message names it: "msdyn_name of
// msdyn_paymentterms". Several look-ups of one message are joined where a fix is filled in, and
// bare names of columns would read as one key of several columns.
func (t target) column(dst, table []byte) []byte {
	dst = append(dst, t.key...)
	if len(table) > 0 {
		dst = append(append(dst, " of "...), table...)
	}
	return dst
}

// set is what the catalogue calls a table that a message calls folded, or does not name: the set that all maps of the row have. It is empty
// where they have several, or where what is printed is no name of theirs.
func (t target) set(folded []byte) string {
	set := ""
	for i, at := range t.maps {
		m := t.c.maps[at]
		if i > 0 && set != m.Set || len(folded) > 0 && !slices.Contains(t.c.names[string(folded)], at) {
			return ""
		}
		set = m.Set
	}
	return set
}

// lookedUp is the key among the values that a message prints in braces, of which value is the first: those that are
// neither the company of the record nor the id of a row, for rows are looked up by both beside the key ({usmf,40},
// {40,2f0d8c47-…}). Where it is the only one it is the key: of a legal entity, of a row known by its id. other is the company beside the key where it is
// not the record's: where neither that nor an id stands there, the one value that reads as a legal entity ({40,demf}). A key of several columns is all of them.
func lookedUp(text, value, company []byte) (key, other []byte) {
	at := cap(text) - cap(value) // parts of one text end where its memory ends
	if len(value) == 0 || at == 0 || text[at-1] != '{' {
		return value, nil
	}
	inside := braced(text[at:])
	if bytes.IndexByte(inside, ',') < 0 {
		if len(inside) > len(value) && inside[len(value)] == '}' { // {{x}}
			value = inside
		}
		return value, nil
	}
	known, parts := false, 0
	var room [8][]byte
	keys := room[:0]
	for rest, more := inside, true; more; {
		var v []byte
		v, rest, more = bytes.Cut(rest, comma)
		parts++
		switch v = bytes.TrimSpace(v); {
		case len(v) == 0:
		case bytes.EqualFold(v, company), isGUID(v):
			known = true
		default:
			keys = append(keys, v)
		}
	}
	if i := slices.IndexFunc(keys, readsAsCompany); i >= 0 && !known && len(keys) > 1 && !slices.ContainsFunc(keys[i+1:], readsAsCompany) {
		other = keys[i]
		keys = slices.Delete(keys, i, i+1)
	}
	switch {
	case len(keys) == 0:
		return value, nil
	case len(keys) == parts:
		return inside, nil
	case len(keys) == 1 && bytes.Equal(bytes.TrimSpace(value), keys[0]):
		return value, other
	}
	return bytes.Join(keys, comma), other
}

var comma = []byte{','}

// braced is what stands before the brace that closes those that are open, nothing where none does.
func braced(text []byte) []byte {
	end := bytes.IndexByte(text, '}')
	if end < 0 {
		return nil
	}
	for open := bytes.Count(text[:end], []byte{'{'}); open > 0 && end+1 < len(text) && text[end+1] == '}'; open-- {
		end++
	}
	return text[:end]
}

// readsAsCompany reports whether a value has the form that legal entities mostly have, four letters: usmf, DEMF. Units and currencies have fewer.
func readsAsCompany(v []byte) bool {
	if len(v) != 4 {
		return false
	}
	for i, c := range v {
		if c|0x20 < 'a' || c|0x20 > 'z' || c&0x20 != v[0]&0x20 && i > 0 {
			return false
		}
	}
	return true
}

// titles names the map, or those it may be.
func (t target) titles(dst []byte) []byte {
	for i, at := range t.maps {
		if i > 0 {
			dst = append(dst, " or "...)
		}
		dst = append(dst, t.c.maps[at].Title...)
	}
	return dst
}
