package classify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// mutableID is what can be muted beside rules: the signatures that reports give to records
// without a rule.
var mutableID = regexp.MustCompile(`^((?:code|text)/0x[89A-F][0-9A-F]{7}|unknown/(t-)?[0-9a-f]{12})$`)

func (l *yamlReader) mute(n *yaml.Node) (m Mute) {
	read(l, "", n, muteKeys, &m)
	if strings.HasPrefix(m.ID, "unknown/") {
		m.ID = "unknown/" + ReadTemplateID(m.ID)
	}
	l.decided(&m.Decision, n, "mute")
	if m.Expires.IsZero() && valueAt(n, "expires") == nil {
		l.fail(placeOf(n), "expires is missing: the last day of the mute, as 2026-12-31")
	}
	return m
}

func (l *yamlReader) change(n *yaml.Node) (c Change) {
	read(l, "", n, changeKeys, &c)
	l.decided(&c.Decision, n, "change")
	switch v := valueAt(n, "severity"); {
	case v == nil:
		l.fail(placeOf(n), "severity is missing: what the severity of the rule shall be")
	case !slices.Contains(Severities, c.Severity):
		l.fail(placeOf(v), "severity is %q, must be one of %s", c.Severity, strings.Join(Severities, ", "))
	}
	return c
}

func (l *yamlReader) decided(d *Decision, n *yaml.Node, kind string) {
	d.File, d.Line, d.place = l.at, n.Line, placeOf(valueAt(n, kind))
	if strings.TrimSpace(d.Reason) == "" {
		l.fail(placeOf(n), "reason is missing: why")
	}
	if strings.TrimSpace(d.Owner) == "" {
		l.fail(placeOf(n), "owner is missing: who decided")
	}
}

// Ended lists the mutes and changes that have expired at now, a sentence each.
func (s *Set) Ended(now time.Time) []string {
	var out []string
	add := func(kind, effect, id string, d Decision) {
		if d.Expired(now) {
			out = append(out, fmt.Sprintf("%s:%d: the %s of %s by %s ended on %s, %s (%s)",
				d.File, d.Line, kind, id, d.Owner, d.Expires.Format(time.DateOnly), effect, d.Reason))
		}
	}
	for _, m := range s.Mutes {
		add("mute", "it counts again", m.ID, m.Decision)
	}
	for _, c := range s.Changes {
		add("change", "the rule has its own severity again", c.ID, c.Decision)
	}
	return out
}
