package report

import (
	"strings"

	"dwtriage/ingest/words"
	"dwtriage/report/redact"
	"dwtriage/report/summary"
)

// Redaction says in three sentences what of a report is hidden, whether its tokens can be compared with those of another report, and what
// is left readable; none where nothing is hidden. It counts what was drawn in tables until then.
func Redaction(s *summary.Summary) []string {
	if s.Redacted == nil {
		return nil
	}
	var parts []string
	places := int64(0)
	for _, c := range s.Redacted.Counts() {
		if places += c.Places; c.Places > 0 {
			parts = append(parts, hiddenValues(c)+" as "+c.Kind+"-…")
		}
	}
	said := "Redacted: no value had to be hidden."
	if len(parts) > 0 {
		said = "Redacted: tokens stand in " + words.Count(places, "place") + " of the tables: " + strings.Join(parts, ", ") + "."
	}
	key := "The key of the tokens was made for this report alone, so they cannot be compared with those of another report (--redact-key keeps one)."
	if name := s.Redacted.Key(); name != "" {
		key = "The same value has the same token in every report whose key is called " + name + "."
	}
	return []string{said, key, "Left readable: " + strings.Join(redact.Readable, "; ") + "."}
}

// hiddenValues says how many different values of a kind are hidden.
func hiddenValues(c redact.Count) string {
	if c.Values >= redact.MostValues {
		return words.Thousands(c.Values) + " or more values"
	}
	return words.Count(c.Values, "value")
}

// redactionColumns are those of redaction.csv. It counts the tokens of the other tables.
var redactionColumns = []column[redact.Count]{
	text("kind", func(c *redact.Count) string { return c.Kind }),
	text("meaning", func(c *redact.Count) string { return c.Meaning }),
	number("values", func(c *redact.Count) int64 { return c.Values }),
	number("places", func(c *redact.Count) int64 { return c.Places }),
}

// jsonRedaction is what summary.json says of it.
type jsonRedaction struct {
	Key      string         `json:"key"` // what the key is called; empty: it was made for this report alone
	Kinds    []jsonRedacted `json:"kinds"`
	Readable []string       `json:"readable"`
}

type jsonRedacted struct {
	Kind   string `json:"kind"`
	Values int64  `json:"values"`
	Places int64  `json:"places"`
}

func newJSONRedaction(s *summary.Summary) *jsonRedaction {
	if s.Redacted == nil {
		return nil
	}
	j := &jsonRedaction{Key: s.Redacted.Key(), Readable: redact.Readable}
	for _, c := range s.Redacted.Counts() {
		j.Kinds = append(j.Kinds, jsonRedacted{c.Kind, c.Values, c.Places})
	}
	return j
}
