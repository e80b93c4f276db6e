package summary

import (
	"context"
	"database/sql"

	"dwtriage/report/store"
)

// joins are the templates of a report's records that are of a cluster with others, which differ in names, and that cluster. It is nil where there are none, as
// in most reports.
type joins map[string]string

// joinsOf reads them. Of each template some of 50 bytes are kept, as many as there are messages with names that were written without quotes.
func joinsOf(ctx context.Context, db *store.DB) (j joins, err error) {
	clusters := make(map[string]string) // one text for all its members
	err = each(ctx, db, "joins", func(rows *sql.Rows) error {
		var template, cluster string
		if err := rows.Scan(&template, &cluster); err != nil {
			return err
		}
		if _, ok := clusters[cluster]; !ok {
			clusters[cluster] = cluster
		}
		if j == nil {
			j = make(joins)
		}
		j[template] = clusters[cluster]
		return nil
	})
	return j, err
}

// counts says of how many templates each cluster is.
func (j joins) counts() map[string]int64 {
	n := make(map[string]int64)
	for _, cluster := range j {
		n[cluster]++
	}
	return n
}
