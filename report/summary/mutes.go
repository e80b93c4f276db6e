package summary

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// mutes says what the rule files mute, as of the start of the run: those in force first, then most
// records. Who muted a message that was joined with others since muted no other: the mute says of which cluster it is, and silences nothing.
func mutes(ctx context.Context, db *store.DB, rules []classify.Mute, started time.Time, found *tally, name titles) (list []Mute, err error) {
	for _, m := range rules {
		mute := Mute{ID: m.ID, Title: name.title(m.ID), Owner: m.Owner, Reason: m.Reason, Expires: m.Expires,
			Expired: m.Expired(started), File: m.File, Line: m.Line}
		for _, f := range found.bySig[m.ID] {
			if strings.HasPrefix(m.ID, "unknown/") {
				mute.Title = f.Title // it is called by its message
			}
			mute.Records += f.Records
		}
		if id, ok := strings.CutPrefix(m.ID, unknownPrefix); ok && mute.Records == 0 {
			cluster, err := db.ClusterOf(ctx, id)
			if err != nil {
				return nil, err
			}
			if cluster != id {
				mute.Cluster = cluster
			}
		}
		list = append(list, mute)
	}
	slices.SortFunc(list, func(a, b Mute) int {
		return cmp.Or(compareBool(a.Expired, b.Expired), cmp.Compare(b.Records, a.Records), strings.Compare(a.ID, b.ID))
	})
	return list, nil
}

// muted lists the signatures that the rule files mute. However small, their findings are listed: how many records
// a mute silences is counted by them.
func muted(m *classify.Matcher) (ids []string) {
	for _, mute := range m.Set().Mutes {
		ids = append(ids, mute.ID)
	}
	return ids
}

// mark notes in findings, signatures and clusters which mute is in force for them, and counts the
// records. They stay in every list but the plan: what is muted is still there in the morning.
func mark(list []Mute, found *tally, s *Summary) (muted int64) {
	for i := range list {
		m := &list[i]
		if m.Expired {
			continue
		}
		muted += m.Records
		for _, f := range found.bySig[m.ID] {
			f.Mute = m
		}
		if sig := find(s.Signatures, m.ID); sig != nil {
			sig.Mute = m
		}
		for i := range s.Clusters {
			if "unknown/"+s.Clusters[i].TemplateID == m.ID {
				s.Clusters[i].Mute = m
			}
		}
	}
	return muted
}

// compareBool puts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
