package summary

import (
	"context"
	"database/sql"
	"strings"

	"dwtriage/report/store"
)

// A place is where values and changes are counted: a signature in a map, over all companies. An
// empty mapTitle is all maps together.
type place struct{ sig, mapTitle string }

// values are the most frequent values of the captures of every place, four of each at most.
type values map[place]map[string][]string

// readValues finds the values that fill placeholders.
func readValues(ctx context.Context, db *store.DB) (values, error) {
	vs := make(values)
	err := each(ctx, db, "captures", func(rows *sql.Rows) error {
		var at place
		var name, value string
		err := rows.Scan(&at.sig, &at.mapTitle, &name, &value)
		if vs[at] == nil {
			vs[at] = make(map[string][]string)
		}
		vs[at][name] = append(vs[at][name], value)
		return err
	})
	return vs, err
}

// only gives the captures that have a single value: a title stands for all records of a
// signature and must not name one of several.
func (vs values) only(sig string) map[string]string {
	out := make(map[string]string)
	for name, values := range vs[place{sig: sig}] {
		if len(values) == 1 {
			out[name] = values[0]
		}
	}
	return out
}

// first gives the most frequent value of every capture: a query cannot name three at once.
func (vs values) first(sig string) map[string]string {
	out := make(map[string]string)
	for name, values := range vs[place{sig: sig}] {
		out[name] = values[0]
	}
	return out
}

// joined gives one text per capture: its values, at most three, as a phrase.
func (vs values) joined(at place) map[string]string {
	out := make(map[string]string)
	for name, values := range vs[at] {
		if name == "lookup" {
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
