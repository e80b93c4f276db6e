package summary

import (
	"cmp"
	"slices"
	"strings"
)

// mutes marks what the rule files mute, as of the start of the run.
func (z *summarizer) mutes() error {
	s := z.s
	for _, m := range z.m.Set().Mutes {
		mute := Mute{ID: m.ID, Title: z.title(m.ID), Owner: m.Owner, Reason: m.Reason, Expires: m.Expires,
			Expired: m.Expired(s.Run.Started), File: m.File, Line: m.Line}
		for _, f := range z.bySig[m.ID] {
			mute.Title = f.Title // an unknown message is called by its template
			mute.Records += f.Records
		}
		s.Mutes = append(s.Mutes, mute)
	}
	slices.SortFunc(s.Mutes, func(a, b Mute) int {
		return cmp.Or(compareBool(a.Expired, b.Expired), cmp.Compare(b.Records, a.Records), strings.Compare(a.ID, b.ID))
	})
	for i := range s.Mutes {
		m := &s.Mutes[i]
		if m.Expired {
			continue
		}
		s.Muted += m.Records
		for _, f := range z.bySig[m.ID] {
			f.Mute = m
		}
		if sig := z.find(m.ID); sig != nil {
			sig.Mute = m
		}
		for i := range s.Clusters {
			if "unknown/"+s.Clusters[i].TemplateID == m.ID {
				s.Clusters[i].Mute = m
			}
		}
	}
	return nil
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
