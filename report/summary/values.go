package summary

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// A place is where values and changes are counted: a signature, and of it the part that where names: a
// map, over all companies, for changes; a row of findings (see [Finding.place]) for values. An empty
// where is the whole signature.
type place struct{ sig, where string }

// values are the most frequent values of the captures of every place, four of each at most.
type values map[place]map[string][]value

// A value is one that records of a place print.
type value struct {
	text       string
	everywhere bool // all records of the signature print it
}

// readValues finds the values that fill the placeholders of m's rules.
func readValues(ctx context.Context, db *store.DB, m *classify.Matcher) (values, error) {
	return valuesOf(ctx, db, m.Rules(), "scope")
}

// valuesOf finds the values for some rules among the records of a table, which has the columns of the scope.
func valuesOf(ctx context.Context, db *store.DB, rules []*classify.Rule, records string) (values, error) {
	vs := make(values)
	err := db.Each(ctx, fmt.Sprintf(query("captures"), records), func(rows *sql.Rows) error {
		var f Finding
		var ofFinding bool
		var name string
		var v value
		err := rows.Scan(&f.Signature, &ofFinding, &f.MapTitle, &f.DataverseTable, &f.FnoEntity, &f.Company, &f.TemplateID, &name, &v.text, &v.everywhere)
		at := place{sig: f.Signature}
		if ofFinding {
			at = f.place()
		}
		if vs[at] == nil {
			vs[at] = make(map[string][]value)
		}
		vs[at][name] = append(vs[at][name], v)
		return err
	}, strings.Join(named(rules), "\n"))
	if err != nil {
		return nil, fmt.Errorf("query captures: %w", err)
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
	for _, v := range vs[at][name] {
		out = append(out, v.text)
	}
	return out
}

// only gives the captures that have a single value, printed by every record: a title stands for all
// records of a signature, and beside one that prints no value it would name that of another.
func (vs values) only(sig string) map[string]string {
	out := make(map[string]string)
	for name, values := range vs[place{sig: sig}] {
		if len(values) == 1 && values[0].everywhere {
			out[name] = values[0].text
		}
	}
	return out
}

// first gives the most frequent value of every capture: a query cannot name three at once.
func (vs values) first(sig string) map[string]string {
	out := make(map[string]string)
	for name, values := range vs[place{sig: sig}] {
		out[name] = values[0].text
	}
	return out
}

// joined gives one text per capture: its values, at most three, as a phrase.
func (vs values) joined(at place) map[string]string {
	out := make(map[string]string)
	for name := range vs[at] {
		if values := vs.texts(at, name); name == "lookup" {
			out[name] = lookups(values)
		} else {
			out[name] = phrase(values)
		}
	}
	return out
}

// lookups names missing rows and says their map once: "customer group 10, customer group 90 and
// customer group 30 (map Customer groups)".
func lookups(values []string) string {
	var maps []string
	rows := make(map[string][]string)
	for _, v := range values {
		row, of, _ := strings.Cut(v, " (map ")
		if rows[of] == nil {
			maps = append(maps, of)
		}
		rows[of] = append(rows[of], row)
	}
	var parts []string
	for _, of := range maps {
		part := phrase(rows[of])
		if of != "" {
			part += " (map " + of
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

// phrase lists values as people do, at most three of them.
func phrase(values []string) string {
	switch n := len(values); {
	case n <= 1:
		return strings.Join(values, "")
	case n > 3:
		return strings.Join(values[:3], ", ") + " and others"
	default:
		return strings.Join(values[:n-1], ", ") + " and " + values[n-1]
	}
}
