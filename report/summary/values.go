package summary

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

// A place is where values and changes are counted: a signature, and of it the part that where names: a
// map, over all companies, for changes; a row of findings (see [Finding.place]) for values. An empty
// where is the whole signature.
type place struct{ sig, where string }

// values are the most frequent values of the captures of every place, five of each at most, of which texts list four, and what signatures print together.
type values struct {
	of       map[place]map[string][]value
	together map[string][]combination // by signature, the most frequent first; where their texts name several captures with several values
}

// A value is one that records of a place print.
type value struct {
	text       string
	everywhere bool // all records of the place print it
	allPrint   bool // all of them print one
}

// A combination is what records print of captures that their texts name together.
type combination struct {
	records int64
	names   []string
	values  map[string]string // none where they print none
	more    bool              // these are all records of further combinations, which values does not name
}

// mostTogether is how many combinations of a signature are told.
const mostTogether = 4

// readValues finds the values that fill the placeholders of m's rules.
func readValues(ctx context.Context, db *store.DB, m *classify.Matcher) (values, error) {
	return valuesOf(ctx, db, m.Rules(), "scope")
}

// valuesOf finds the values for some rules among the records of a table, which has the columns of the scope.
func valuesOf(ctx context.Context, db *store.DB, rules []*classify.Rule, records string) (values, error) {
	vs := values{make(map[place]map[string][]value), make(map[string][]combination)}
	err := db.Each(ctx, fmt.Sprintf(query("captures"), records), func(rows *sql.Rows) error {
		var f Finding
		var ofFinding bool
		var name string
		var v value
		err := rows.Scan(&f.Signature, &ofFinding, &f.MapTitle, &f.DataverseTable, &f.FnoEntity, &f.Company, &f.TemplateID, &name, &v.text, &v.everywhere, &v.allPrint)
		at := place{sig: f.Signature}
		if ofFinding {
			at = f.place()
		}
		if vs.of[at] == nil {
			vs.of[at] = make(map[string][]value)
		}
		vs.of[at][name] = append(vs.of[at][name], v)
		return err
	}, strings.Join(named(rules), "\n"))
	if err != nil {
		return vs, fmt.Errorf("query captures: %w", err)
	}
	var lines []string
	for _, r := range rules {
		if names := r.Together(vs.several(place{sig: r.ID})); len(names) > 0 {
			lines = append(lines, r.ID+"\t"+strings.Join(names, "\t"))
		}
	}
	if len(lines) == 0 {
		return vs, nil
	}
	err = db.Each(ctx, fmt.Sprintf(query("together"), records), func(rows *sql.Rows) error {
		var sig string
		c := combination{values: make(map[string]string)}
		var texts store.List
		err := rows.Scan(&sig, &c.records, &c.more, (*store.List)(&c.names), &texts)
		for i, text := range texts {
			if text != "" {
				c.values[c.names[i]] = text
			}
		}
		vs.together[sig] = append(vs.together[sig], c)
		return err
	}, strings.Join(lines, "\n"), mostTogether)
	if err != nil {
		return vs, fmt.Errorf("query together: %w", err)
	}
	return vs, nil
}

// named lists the captures that texts of rules name, as captures.sql wants them. Others are not counted: most rules
// name none, and what a record captures is different in each of them more often than not.
func named(rules []*classify.Rule) (lines []string) {
	for _, r := range rules {
		all, summary := r.Named()
		if r.WaitsForMaps() && !slices.Contains(all, "lookup_map") {
			all = append(all, "lookup_map") // which says what must be there first
		}
		for _, name := range all {
			line := r.ID + "\t" + name + "\t"
			if slices.Contains(summary, name) {
				line += "summary"
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// place is where the values of a finding are counted: what its row is grouped by. Its ID would be shorter, but two
// rows may share one by chance, and then one would name the keys of the other.
func (f *Finding) place() place {
	return place{f.Signature, strings.Join([]string{f.MapTitle, f.DataverseTable, f.FnoEntity, f.Company, f.TemplateID}, "\x00")}
}

// texts lists the values of a capture, the most frequent first.
func (vs values) texts(at place, name string) []string {
	var out []string
	for _, v := range vs.of[at][name] {
		out = append(out, v.text)
	}
	return out
}

// only gives the captures that have a single value, printed by every record: a title stands for all
// records of a signature, and beside one that prints no value it would name that of another.
func (vs values) only(sig string) map[string]string {
	out := make(map[string]string)
	for name, values := range vs.of[place{sig: sig}] {
		if len(values) == 1 && values[0].everywhere {
			out[name] = values[0].text
		}
	}
	return out
}

// several says of which captures the records of a place print more than one value, or some of them none.
func (vs values) several(at place) map[string]bool {
	out := make(map[string]bool)
	for name, values := range vs.of[at] {
		if len(values) > 1 || !values[0].everywhere {
			out[name] = true
		}
	}
	return out
}

// first gives the most frequent value of every capture: a query cannot name three at once. What it names together is of one record.
func (vs values) first(sig string) map[string]string {
	out := make(map[string]string)
	for name, values := range vs.of[place{sig: sig}] {
		out[name] = values[0].text
	}
	if list := vs.together[sig]; len(list) > 0 {
		for _, name := range list[0].names {
			out[name] = list[0].values[name]
		}
	}
	return out
}

// printed is what the records of a place print, three values of a capture at most.
func (vs values) printed(at place) classify.Printed {
	p := classify.Printed{Values: make(map[string]string), Several: vs.several(at), Lacking: make(map[string]bool)}
	for name, list := range vs.of[at] {
		p.Lacking[name] = !list[0].allPrint
		if values := vs.texts(at, name); name == "lookup" {
			p.Values[name] = lookups(values)
		} else {
			p.Values[name] = phrase(values)
		}
	}
	return p
}

// apart is a step that tells what came together of what the texts of a signature name in one sentence, empty where they need not tell it apart.
func (vs values) apart(sig string) string {
	var parts []string
	for i, c := range vs.together[sig] {
		text := c.text()
		if i == 0 {
			text += " (" + words.Count(c.records, "record") + ")"
		} else {
			text += " (" + words.Thousands(c.records) + ")"
		}
		parts = append(parts, text)
	}
	switch {
	case len(parts) == 0:
		return ""
	case len(vs.together[sig][0].names) == 1:
		return whatRecordsName + " as " + spelt(vs.together[sig][0].names[0]) + ": " + strings.Join(parts, "; ") + "."
	}
	return whatRecordsName + " together: " + strings.Join(parts, "; ") + "."
}

// whatRecordsName begins such a step.
const whatRecordsName = "What the records name"

// text names the values of a combination, each behind what it is where there are several.
func (c combination) text() string {
	if c.more {
		return "others"
	}
	var named []string
	for _, name := range c.names {
		if v := short(c.values[name]); v != "" && len(c.names) > 1 {
			named = append(named, spelt(name)+" "+v)
		} else if v != "" {
			named = append(named, v)
		}
	}
	switch {
	case len(named) > 0:
	case len(c.names) > 1:
		return "none of these"
	default:
		return "none"
	}
	return strings.Join(named, ", ")
}

// spelt is the name of a capture in words.
func spelt(name string) string { return strings.ReplaceAll(name, "_", " ") }

// lookups names missing rows and says their map once: "customer group 10, customer group 90 and
// customer group 30 (map Customer groups)". Of rows of several maps it lists as many as phrase does, and says last that there are others.
func lookups(values []string) string {
	maps, rows := rowsByMap(values)
	others := ""
	if len(maps) > 1 && len(values) > mostPhrased {
		maps, rows = rowsByMap(values[:mostPhrased-1])
		others = " and others"
	}
	var parts []string
	for _, of := range maps {
		part := phrase(rows[of])
		if of != "" {
			part += " (map " + of
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ") + others
}

// rowsByMap takes the maps, in their order, out of the phrases of missing rows.
func rowsByMap(values []string) (maps []string, rows map[string][]string) {
	rows = make(map[string][]string)
	for _, v := range values {
		row, of, _ := strings.Cut(v, " (map ")
		if rows[of] == nil {
			maps = append(maps, of)
		}
		rows[of] = append(rows[of], row)
	}
	return maps, rows
}

// mostPhrased is how many values a text lists. Who fills a text has one more, to know whether there are more, as sql/captures.sql does.
const mostPhrased = 4

// phrase lists values as people do: all of up to mostPhrased, or one less and the others, which are two at least.
func phrase(values []string) string {
	switch n := len(values); {
	case n <= 1:
		return strings.Join(values, "")
	case n > mostPhrased:
		return strings.Join(values[:mostPhrased-1], ", ") + " and others"
	default:
		return strings.Join(values[:n-1], ", ") + " and " + values[n-1]
	}
}
