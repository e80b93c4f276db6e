package summary

import (
	"context"
	"database/sql"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// joins are the templates of a report's records that are of a cluster with others, which differ in names: that cluster, and what of the template the names are. It is nil
// where there are none, as in most reports.
type joins map[string]struct{ cluster, names string }

// joinedOf reads them. Of each template some of 100 bytes are kept, as many as there are messages with names that were written without quotes.
func joinedOf(ctx context.Context, db *store.DB) (j joins, err error) {
	clusters := make(map[string]string) // one text for all its members
	err = each(ctx, db, "joined", func(rows *sql.Rows) error {
		var template, cluster, names string
		if err := rows.Scan(&template, &cluster, &names); err != nil {
			return err
		}
		if _, ok := clusters[cluster]; !ok {
			clusters[cluster] = cluster
		}
		if j == nil {
			j = make(joins)
		}
		j[template] = struct{ cluster, names string }{clusters[cluster], names}
		return nil
	})
	return j, err
}

// text is what the messages of a template's cluster have in common: the template, with its names masked where others have other ones.
func (j joins) text(template []byte) string {
	if j == nil {
		return string(template)
	}
	return string(classify.MaskNames(template, j[classify.TemplateID(template)].names))
}

// counts says of how many templates each cluster is.
func (j joins) counts() map[string]int64 {
	n := make(map[string]int64)
	for _, of := range j {
		n[of.cluster]++
	}
	return n
}
