package summary

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// joins are the templates of a report's records that are of a cluster with others, which differ in names, and that cluster; and of how many of them the records are that
// nothing explains. The map is nil where there are none, as in most reports.
type joins struct {
	clusters map[string]string
	messages map[string]int64
}

// joinsOf reads them. Of each template some of 50 bytes are kept, as many as there are messages with names that were written without quotes.
func joinsOf(ctx context.Context, db *store.DB) (j joins, err error) {
	clusters := make(map[string]string) // one text for all its members
	err = each(ctx, db, "joins", func(rows *sql.Rows) error {
		var template, cluster string
		var unknown bool
		if err := rows.Scan(&template, &cluster, &unknown); err != nil {
			return err
		}
		if _, ok := clusters[cluster]; !ok {
			clusters[cluster] = cluster
		}
		if j.clusters == nil {
			j = joins{make(map[string]string), make(map[string]int64)}
		}
		if j.clusters[template] = clusters[cluster]; unknown {
			j.messages[clusters[cluster]]++
		}
		return nil
	})
	return j, err
}

// mostLargest is how many messages of a cluster are named.
const mostLargest = 5

// addLargest says what the first clusters' messages are that have most records: by what they have in common nobody sees the name that fails a hundred times.
func addLargest(ctx context.Context, db *store.DB, clusters []Cluster, hide hider) error {
	at, of := make(map[string]*Cluster), make(map[int64]*Message)
	var ids []string
	for i := range clusters[:min(len(clusters), moreClusters)] {
		if c := &clusters[i]; c.Messages > 1 && c.Others == 0 {
			at[c.TemplateID] = c
			ids = append(ids, c.TemplateID)
			c.Largest = make([]Message, 0, mostLargest) // not to be moved while of points into it
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := each(ctx, db, "largest", func(rows *sql.Rows) error {
		var id string
		var m Message
		var place int64
		err := rows.Scan(&id, &m.TemplateID, &m.Records, &place)
		c := at[id]
		c.Largest = append(c.Largest, m)
		of[place] = &c.Largest[len(c.Largest)-1]
		return err
	}, strings.Join(ids, " "), mostLargest); err != nil {
		return err
	}
	return eachText(ctx, db, slices.Sorted(maps.Keys(of)), hide, func(place int64, t *classify.Texts, _ func() []byte, values []string) {
		own := classify.Template(nil, classify.SentenceOf(t.Error, t.Trace), []byte(t.Entity), []byte(t.Company))
		of[place].Text = classify.Readable(cmp.Or(hide.textOf(string(own), values), noText))
	})
}
