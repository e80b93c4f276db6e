package summary

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// A Here is what the records of a night say of why a signature failed: no more than they show, and nothing of what is up or down. The
// plug-ins it failed in (where the log names none: the entities) have records that are ok, too; where a failure has no time, or names
// neither, these are not counted.
type Here struct {
	Host                  string // that every record of the signature names
	Before, During, After int64  // ok records of the same plug-ins or entities: before its first failure, from there to its last, later
	Plugins, Entities     bool   // which of them they are
}

// queueDay is how long the error queue of dual-write keeps an entry, as Microsoft's article on its error management says.
const queueDay = 24 * time.Hour

// addHere fills Here of the signatures, and says of fixes when the error queue forgets what they are for.
func addHere(ctx context.Context, db *store.DB, m *classify.Matcher, s *Summary) error {
	if len(s.Signatures) == 0 {
		return nil
	}
	var ids, hosts []string
	at := make(map[string]*Signature)
	for i := range s.Signatures {
		sig := &s.Signatures[i]
		ids, at[sig.ID] = append(ids, sig.ID), sig
		if r := m.Rule(sig.ID); r != nil && slices.Contains(r.CaptureNames(), "host") {
			hosts = append(hosts, sig.ID)
		}
	}
	queued := make(map[string]queueing)
	err := each(ctx, db, "here", func(rows *sql.Rows) error {
		var sig string
		var h Here
		var until, all int64
		var q queueing
		err := rows.Scan(&sig, &h.Host, (*instant)(&q.From), (*instant)(&q.Until), &q.all, &h.Plugins, &h.Entities, &h.Before, &until, &all)
		h.During, h.After = until-h.Before, all-until
		at[sig].Here, queued[sig] = h, q
		return err
	}, strings.Join(ids, "\n"), strings.Join(hosts, "\n"))
	for i := range s.Fixes {
		s.Fixes[i].addPurge(queued, at)
	}
	return err
}

// A queueing is when dual-write queued the first and the last failure of a signature, and whether it queued all of them.
type queueing struct {
	Period
	all bool
}

// addPurge says when the queue forgets the failures of a fix. The fix for a missing row, or for what came, has a share of its signatures: where dual-write
// did not queue all records of one, or other fixes have a share of it as well, nobody knows when those of this share were queued, and nothing is said. What is
// left of a rule whose other rows were saved is known to have failed from when to when; of what came it is what is not saved.
func (f *Fix) addPurge(queued map[string]queueing, of map[string]*Signature) {
	for _, p := range f.Parts {
		q := queued[p.Signature]
		s, shared := of[p.Signature], f.MissingIn != ""
		all := s != nil && s.Records == p.Records
		if f.Settled {
			if q.Period = f.Unsaved; !q.all {
				return
			}
		} else if shared || s != nil && !all {
			if q.From, q.Until = p.FirstSeen, p.LastSeen; !q.all || shared && !all {
				f.Purged = Period{}
				return
			}
		}
		if q.From.IsZero() {
			continue
		}
		f.Purged.From = earlier(f.Purged.From, q.From.Add(queueDay))
		f.Purged.Until = later(f.Purged.Until, q.Until.Add(queueDay))
	}
}
