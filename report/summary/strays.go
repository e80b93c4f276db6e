package summary

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"dwtriage/report/store"
)

// strays says of fixes for whole signatures which of their failures lie outside of the timeline: a clock that was years off, or a record that was
// kept, would make it one failure from that day on. Most nights have none, and are not asked.
func strays(ctx context.Context, db *store.DB, t *Timeline, drafts []*Fix) error {
	if t.OutsideFailing == 0 || len(drafts) == 0 {
		return nil
	}
	bySig := make(map[string]*Fix)
	var ids []string
	for _, f := range drafts {
		bySig[f.Signature] = f
		ids = append(ids, f.Signature)
	}
	slices.Sort(ids)
	return each(ctx, db, "strays", func(rows *sql.Rows) error {
		var sig string
		var outside int64
		var in Period
		err := rows.Scan(&sig, &outside, (*instant)(&in.From), (*instant)(&in.Until))
		if f := bySig[sig]; f != nil {
			f.Outside, f.Within = outside, in
			for i := range f.Parts {
				f.Parts[i].Outside, f.Parts[i].Within = outside, in
			}
		}
		return err
	}, t.From.UnixMicro(), t.Until.UnixMicro(), strings.Join(ids, "\n"))
}

// Seen is from when to when something failed.
type Seen struct{ FirstSeen, LastSeen time.Time }

// Together is from when to when the failures of a fix lie together: those in the timeline where there are some.
func (f Fix) Together() Seen { return f.part().Together() }

// Together is that of a part.
func (p Part) Together() Seen {
	if p.Within.From.IsZero() {
		return Seen{p.FirstSeen, p.LastSeen}
	}
	return Seen{p.Within.From, p.Within.Until}
}
