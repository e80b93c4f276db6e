package report

import (
	"fmt"
	"strings"
	"time"

	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// Ran says what a record of a chain is: which plug-in ran or what dual-write wrote, and for how long.
func Ran(c store.Chained) string {
	what := "dual-write"
	if c.Log == "plugintrace" {
		what = strings.TrimSpace("plug-in " + c.Type)
	}
	switch {
	case c.Message != "" && c.Entity != "":
		what += ", " + c.Message + " of " + c.Entity
	case c.Message+c.Entity != "":
		what += ", " + c.Message + c.Entity
	}
	if c.Depth >= 0 {
		what += fmt.Sprintf(", depth %d", c.Depth)
	}
	if c.DurationMS >= 0 {
		what += fmt.Sprintf(", %d ms", c.DurationMS)
	}
	return what
}

// A jsonChain is the operation that a record of a signature failed in. Of more than twelve records those around it are listed; view v_chains has all.
type jsonChain struct {
	Signature string     `json:"signature"`
	RecordID  string     `json:"record_id"`
	Records   int64      `json:"records"`
	Steps     []jsonStep `json:"steps"`
}

// A jsonStep is a record of a chain; its keys are columns of v_chains, except where, the map, else the entity.
type jsonStep struct {
	Position       int    `json:"position"`
	RecordID       string `json:"record_id"`
	ParentRecordID string `json:"parent_record_id"` // empty where nothing tells
	Link           string `json:"link"`
	LinkID         string `json:"link_id"`
	Confidence     string `json:"confidence"`
	Log            string `json:"log"`
	At             string `json:"at"`    // start where the log has one, else time of the entry; to the millisecond, as the order is a matter of these; empty where neither is known
	Depth          *int64 `json:"depth"` // null where not known, as duration_ms
	DurationMS     *int64 `json:"duration_ms"`
	TypeName       string `json:"type_name"`
	MessageName    string `json:"message_name"`
	Where          string `json:"where"`
	Outcome        string `json:"outcome"`
	Signature      string `json:"signature"` // empty where it is ok
}

// chainsOf lists the chains of a Summary, those of signatures first.
func chainsOf(s *summary.Summary) (list []jsonChain) {
	for i := range s.Signatures {
		list = appendChain(list, s.Signatures[i].ID, s.Signatures[i].Chain)
	}
	for i := range s.Clusters {
		list = appendChain(list, "unknown/"+s.Clusters[i].TemplateID, s.Clusters[i].Chain)
	}
	return list
}

func appendChain(list []jsonChain, signature string, c *summary.Chain) []jsonChain {
	if c == nil {
		return list
	}
	j := jsonChain{signature, c.RecordID, c.Records, make([]jsonStep, len(c.Steps))}
	for i, s := range c.Steps {
		j.Steps[i] = jsonStep{s.Position, s.ID, s.Parent, s.Link, s.LinkID, s.Confidence, s.Log, toMillisecond(s.At), known(s.Depth), known(s.DurationMS),
			s.Type, s.Message, s.Entity, s.Outcome, s.Signature}
	}
	return append(list, j)
}

func toMillisecond(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02T15:04:05.000Z")
}

// known is a number that is -1 where it is not known.
func known(n int64) *int64 {
	if n < 0 {
		return nil
	}
	return &n
}
