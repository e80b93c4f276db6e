package classify

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// A yamlReader reads the nodes of one rule file and notes every mistake with its place.
type yamlReader struct {
	at   string // the file
	rule string // id of the entry being read
	errs []*RuleError
}

// A RuleError is a mistake in a rule file, with its place.
type RuleError struct {
	File         string
	Line, Column int
	Rule         string // id, empty where there is none yet
	Msg          string
}

func (e *RuleError) Error() string {
	rule := ""
	if e.Rule != "" {
		rule = e.Rule + ": "
	}
	return fmt.Sprintf("%s:%d:%d: %s%s", e.File, e.Line, e.Column, rule, e.Msg)
}

func (l *yamlReader) fail(p place, format string, args ...any) {
	l.errs = append(l.errs, &RuleError{File: l.at, Line: p.line, Column: p.column, Rule: l.rule, Msg: fmt.Sprintf(format, args...)})
}

// mapping calls visit for every key of n; a key that visit does not take, or that was there
// before, is a mistake. what is empty for the rule itself.
func (l *yamlReader) mapping(n *yaml.Node, what string, visit func(key string, v *yaml.Node) bool, known ...string) {
	n = aliased(n)
	if n.Kind != yaml.MappingNode {
		l.fail(placeOf(n), "%s must be a mapping of keys to values", what)
		return
	}
	if len(n.Content) > 2*maxKeys {
		l.fail(placeOf(n), "%s has %d keys, and none has more than %d: an unknown key, or one that is there before, is among them", what, len(n.Content)/2, maxKeys)
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], aliased(n.Content[i+1])
		for j := 0; j < i; j += 2 {
			if n.Content[j].Value == k.Value {
				l.fail(placeOf(k), "key %q stands here twice", k.Value)
			}
		}
		if !visit(k.Value, v) {
			l.fail(placeOf(k), "unknown key %q%s", k.Value, Nearest(k.Value, known))
		}
	}
}

func (l *yamlReader) list(what string, n *yaml.Node, visit func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		l.fail(placeOf(n), "%s must be a list", what)
		return
	}
	for _, v := range n.Content {
		visit(aliased(v))
	}
}

func (l *yamlReader) text(what string, n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		l.fail(placeOf(n), "%s must be a text", what)
		return ""
	}
	if n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

func (l *yamlReader) texts(what string, n *yaml.Node) []string {
	var out []string
	l.list(what, n, func(v *yaml.Node) { out = append(out, l.text(what, v)) })
	return out
}

func (l *yamlReader) number(what string, n *yaml.Node) int {
	v, err := strconv.Atoi(l.text(what, n))
	if err != nil && n.Kind == yaml.ScalarNode {
		l.fail(placeOf(n), "%s is %q, must be a whole number", what, n.Value)
	}
	return v
}

func (l *yamlReader) truth(what string, n *yaml.Node) bool {
	switch v := l.text(what, n); {
	case v == "true":
		return true
	case v != "false" && n.Kind == yaml.ScalarNode:
		l.fail(placeOf(n), "%s is %q, must be true or false", what, n.Value)
	}
	return false
}

func (l *yamlReader) day(what string, n *yaml.Node) time.Time {
	day, err := time.Parse(time.DateOnly, l.text(what, n))
	if err != nil {
		l.fail(placeOf(n), "%s is %q, must be a date as 2026-12-31", what, n.Value)
	}
	return day
}

func aliased(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func placeOf(n *yaml.Node) place { return place{n.Line, n.Column} }

// valueAt finds the value under a key path, nil when there is none.
func valueAt(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		if n = aliased(n); n.Kind != yaml.MappingNode {
			return nil
		}
		at := -1
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				at = i + 1
			}
		}
		if at < 0 {
			return nil
		}
		n = n.Content[at]
	}
	return n
}

func scalarAt(n *yaml.Node, key string) string {
	if v := valueAt(n, key); v != nil && v.Kind == yaml.ScalarNode && v.Tag != "!!null" {
		return v.Value
	}
	return ""
}

// Nearest is the end of a message about an unknown word: what [Resembling] says, or a list of the known words.
func Nearest(word string, known []string) string {
	if near := Resembling(word, known, 2); near != "" {
		return near
	}
	return ", known here: " + strings.Join(known, ", ")
}

// Resembling suggests the known word that differs least, in no more letters than most, as the end of a message; nothing where there is none.
func Resembling(word string, known []string, most int) string {
	best, dist := "", most+1
	for _, k := range known {
		if d := editDistance(word, k); d < dist {
			best, dist = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diag
			if a[i] != b[j] {
				change++
			}
			diag = row[j+1]
			row[j+1] = min(change, row[j]+1, diag+1)
		}
	}
	return row[len(b)]
}
