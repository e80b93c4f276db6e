package classify

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"dwtriage/classify/pattern"
)

// A Map is one dual-write table map of the catalogue.
type Map struct {
	Name      string // map name as on the Dual-write page: Customers V3
	Title     string // Name, with the Dataverse set where the name alone is ambiguous: Customers V3 (accounts)
	Set       string // Dataverse entity set: accounts
	Table     string // Dataverse logical name: account
	FnoEntity string // AOT name of the F&O entity: CustCustomerV3Entity
	Variant   string // "current" for the mapping reference in force
	Record    string // what one of its rows is called in a sentence: payment term

	order int           // place in the catalogue
	needs []int         // maps its look-ups point to, by place, without itself
	why   []int         // the strongest reason for each of them: neededByKey …
	only  []filterTerms // its rows are those that one of these holds for; empty: not documented
}

// catalogue knows every documented map by all of its names.
type catalogue struct {
	maps  []*Map
	names map[string][]int // folded name → maps, by place

	byTarget, byColumn map[string][]*dependency // by folded name of the target's set or table, of the look-up column
}

// LegalEntities is the name of the maps that bring companies.
const LegalEntities = "Legal entities"

// Why a map must have its rows before another, the strongest reason first. Most look-ups may stay empty,
// and what the maps behind them need is needed by few rows: twenty maps in a row tell nobody where to
// begin.
const (
	neededAsNamed    = iota // a message names its rows
	neededAsCompany         // it brings legal entities
	neededByKey             // its rows are part of the key, or the header of the line
	neededByEntity          // the finance and operations entity does not let the look-up be empty
	neededByTable           // the table behind the entity does not, or a document says so
	neededDirectly          // the map has the look-up
	neededIndirectly        // a map that it needs has it
)

// reasons are those that map-dependencies.csv gives in its column mandatory.
var reasons = map[string]int{"": neededDirectly, "key": neededByKey, "entity": neededByEntity, "table": neededByTable, "document": neededByTable}

// foldName makes the spellings of a name equal: case, blanks and punctuation do not count.
func foldName(dst, name []byte) []byte {
	for _, c := range name {
		switch {
		case c >= 'A' && c <= 'Z':
			dst = append(dst, c|0x20)
		case pattern.Word(c) || c >= 0x80:
			dst = append(dst, c)
		}
	}
	return dst
}

func loadCatalogue(fsys fs.FS) (*catalogue, error) {
	maps, err := readTable(fsys, "entity-maps.csv", "map_name", "dataverse_table_set", "dataverse_table", "fno_entity", "variant", "aliases", "record_name", "filter")
	if err != nil {
		return nil, err
	}
	c := &catalogue{names: make(map[string][]int), byTarget: make(map[string][]*dependency), byColumn: make(map[string][]*dependency)}
	same := make(map[string]int)
	for i, r := range maps {
		m := &Map{Name: r[0], Set: r[1], Table: r[2], FnoEntity: r[3], Variant: r[4], Record: r[6], order: i}
		if m.only, err = parseFilters(r[7]); err != nil {
			return nil, fmt.Errorf("entity-maps.csv: %s: %w", m.Name, err)
		}
		c.maps = append(c.maps, m)
		same[m.Name]++
		names := append([]string{m.Name, m.Set, m.Table, m.FnoEntity, m.Name + " (" + m.Set + ")"}, strings.Split(r[5], "|")...)
		for _, n := range names {
			c.name(n, i)
		}
	}
	for _, m := range c.maps {
		m.Title = m.Name
		if same[m.Name] > 1 && m.Set != "" {
			m.Title = m.Name + " (" + m.Set + ")"
		}
	}
	return c, c.loadNeeds(fsys)
}

func (c *catalogue) name(n string, i int) {
	key := string(foldName(nil, []byte(n)))
	if key != "" && !slices.Contains(c.names[key], i) {
		c.names[key] = append(c.names[key], i)
	}
}

// loadNeeds reads which maps a map's look-ups point to. Solution-level prerequisites and
// related ids say nothing about a single record, and look-ups that are only followed from
// Dataverse to F&O ("<") nothing about writing to Dataverse: both are left out.
func (c *catalogue) loadNeeds(fsys fs.FS) error {
	rows, err := readTable(fsys, "map-dependencies.csv", "map_name", "dataverse_table_set", "target_map_name", "target_table_set", "direction", "dependency_type",
		"relation", "variant", "lookup_column", "lookup_key_column", "target_table", "mandatory")
	if err != nil {
		return err
	}
	both := c.byNameAndSet()
	for _, r := range rows {
		if r[8] != "" && r[5] != "related-record-id" {
			c.dependency(r, both)
		}
		if r[5] == "solution-prerequisite" || r[5] == "related-record-id" || r[4] == "<" || r[6] == "self" || r[7] == "pre-party" {
			continue
		}
		reason, known := reasons[r[11]]
		if !known {
			return fmt.Errorf("map-dependencies.csv: %s, %s: mandatory is %q, must be key, entity, table, document or empty", r[0], r[2], r[11])
		}
		from := both(r[0], r[1])
		for _, target := range strings.Split(r[2], "|") {
			if to := both(target, r[3]); from >= 0 && to >= 0 && from != to {
				c.maps[from].need(to, reason)
			}
		}
	}
	return nil
}

// need notes that m refers to a map; of several look-ups of it the strongest reason counts.
func (m *Map) need(to, reason int) {
	if i := slices.Index(m.needs, to); i >= 0 {
		m.why[i] = min(m.why[i], reason)
		return
	}
	m.needs, m.why = append(m.needs, to), append(m.why, reason)
}

// dependency notes a look-up by the names under which messages give it.
func (c *catalogue) dependency(r []string, both func(name, set string) int) {
	d := &dependency{from: both(r[0], r[1]), set: folded([]byte(r[3])), table: folded([]byte(r[10])), key: r[9]}
	for _, t := range strings.Split(r[2], "|") {
		if to := both(t, r[3]); to >= 0 {
			d.targets = append(d.targets, to)
		}
	}
	if d.from < 0 || len(d.targets) == 0 {
		return
	}
	column := folded([]byte(r[8]))
	c.byColumn[column] = append(c.byColumn[column], d)
	c.byTarget[d.set] = append(c.byTarget[d.set], d)
	if d.table != d.set {
		c.byTarget[d.table] = append(c.byTarget[d.table], d)
	}
}

// byNameAndSet gives a function that finds the map with a name and a set, -1 when there is none.
// A set that no map of the name has (the vendor of a purchase order is looked up in accounts) and
// no set mean the first map of that name.
func (c *catalogue) byNameAndSet() func(name, set string) int {
	type key struct{ name, set string }
	index := make(map[key]int, 2*len(c.maps))
	for i, m := range c.maps {
		for _, k := range []key{{m.Name, m.Set}, {m.Name, ""}} {
			if _, ok := index[k]; !ok {
				index[k] = i
			}
		}
	}
	return func(name, set string) int {
		for _, k := range []key{{name, set}, {name, ""}} {
			if i, ok := index[k]; ok {
				return i
			}
		}
		return -1
	}
}

// resolve finds the maps that all known names of a record agree on: every name narrows the
// candidates of the ones before it, a name that contradicts them is left aside. dst and key
// are scratch space.
func (c *catalogue) resolve(dst []int, key []byte, names ...[]byte) ([]int, []byte) {
	dst = dst[:0]
	for _, n := range names {
		key = foldName(key[:0], n)
		found := c.names[string(key)]
		if len(found) == 0 {
			continue
		}
		if len(dst) == 0 {
			dst = append(dst, found...)
			continue
		}
		kept := 0
		for _, i := range dst {
			if slices.Contains(found, i) {
				dst[kept] = i
				kept++
			}
		}
		if kept > 0 {
			dst = dst[:kept]
		}
	}
	return dst, key
}

// prerequisites lists the maps whose records m's records refer to, the referred-to ones first:
// in that order they can be synchronized. A cycle is cut where it closes.
func (c *catalogue) prerequisites(m *Map) []string {
	var names []string
	seen := make(map[int]bool)
	var walk func(i int)
	walk = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		for _, n := range c.maps[i].needs {
			walk(n)
		}
		if i != m.order {
			names = append(names, c.maps[i].Title)
		}
	}
	walk(m.order)
	return c.companiesFirst(names)
}

// companiesFirst moves legal entities to the front: no row can be written for a company that is not there,
// whatever look-up leads to it last.
func (c *catalogue) companiesFirst(titles []string) []string {
	rank := func(title string) int {
		if c.companies(title) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(titles, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return titles
}

// companies reports whether a map brings legal entities.
func (c *catalogue) companies(title string) bool {
	return slices.ContainsFunc(c.names[folded([]byte(title))], func(i int) bool { return c.maps[i].Name == LegalEntities })
}

// A dependency is a look-up column of a map: which table it points to, found by which key.
type dependency struct {
	from       int    // map, by place
	set, table string // of the target, folded
	key        string // key column of the target: msdyn_name
	targets    []int  // maps that feed it
}

func folded(name []byte) string { return string(foldName(nil, name)) }
