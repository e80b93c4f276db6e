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

// mostJoined is of how many templates it is kept of which cluster they are: 20 MB of them.
const mostJoined = 200_000

// joinsOf reads of which clusters the templates of a report's records are that are of one with others, which differ in names: nil where there are none, as in
// most reports, and where there are more than mostJoined. n is how many there are, or one more than that.
func joinsOf(ctx context.Context, db *store.DB) (of map[string]string, n int, err error) {
	clusters := make(map[string]string) // one text for all its members
	of = make(map[string]string)
	err = each(ctx, db, "joins", func(rows *sql.Rows) error {
		var template, cluster string
		if err := rows.Scan(&template, &cluster); err != nil {
			return err
		}
		if _, ok := clusters[cluster]; !ok {
			clusters[cluster] = cluster
		}
		of[template] = clusters[cluster]
		return nil
	}, mostJoined+1)
	if n = len(of); n == 0 || n > mostJoined {
		of = nil
	}
	return of, n, err
}

// countMessages says of how many messages clusters of several are.
func countMessages(ctx context.Context, db *store.DB, clusters []Cluster) error {
	at := make(map[string]*Cluster)
	for i := range clusters {
		at[clusters[i].TemplateID] = &clusters[i]
	}
	return each(ctx, db, "joined_messages", func(rows *sql.Rows) error {
		var id string
		var n int64
		err := rows.Scan(&id, &n)
		if c := at[id]; c != nil {
			c.Messages = n
		}
		return err
	})
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
	return eachText(ctx, db, slices.Sorted(maps.Keys(of)), hide, func(place int64, t *classify.Texts, _ string, values []string) {
		of[place].Text = classify.Readable(cmp.Or(hide.textOf(string(masked(t, "")), values), noText))
	})
}
