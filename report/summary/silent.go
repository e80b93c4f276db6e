package summary

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// A Silent is a rule of the site that no failing record of the database matched. Built-in rules are none: they are for failures that most
// sites never have.
type Silent struct {
	ID, Title, File string
	Line            int
}

// silent asks nothing where the site has no rules.
func silent(ctx context.Context, db *store.DB, m *classify.Matcher) (list []Silent, err error) {
	var ids []string
	for _, r := range m.Rules() {
		if r.OfSite() {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	err = each(ctx, db, "silent", func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		if r := m.Rule(id); r != nil {
			list = append(list, Silent{id, r.FillTitle(nil, nil), r.File, r.Line})
		}
		return err
	}, strings.Join(ids, "\n"))
	slices.SortFunc(list, func(a, b Silent) int { return cmp.Compare(a.ID, b.ID) })
	return list, err
}
