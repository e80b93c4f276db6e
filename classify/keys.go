package classify

import (
	"maps"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// A key is a key of a mapping of a rule file: what it is called, how its value is read into a T,
// and how a T gives it. The tables below are all that is known of the keys: the loader reads by
// them and suggests from them, Draft writes by them, and a test holds the JSON Schema to them.
type key[T any] struct {
	name string
	set  func(l *yamlReader, at string, t *T, n *yaml.Node)
	node func(t *T) *yaml.Node // nil: there is nothing to write
}

var ruleKeys = []key[Rule]{
	textKey("id", func(r *Rule) *string { return &r.ID }),
	textKey("title", func(r *Rule) *string { return &r.Title }),
	textKey("headline", func(r *Rule) *string { return &r.Headline }),
	textKey("status", func(r *Rule) *string { return &r.Status }),
	textsKey("logs", func(r *Rule) *[]string { return &r.Logs }),
	textKey("severity", func(r *Rule) *string { return &r.Severity }),
	textKey("category", func(r *Rule) *string { return &r.Category }),
	numberKey("priority", func(r *Rule) *int { return &r.Priority }),
	numberKey("tier", func(r *Rule) *int { return &r.Tier }),
	partKey("match", matchKeys, func(r *Rule) *Match { return &r.Match }),
	truthKey("wrapper", func(r *Rule) *bool { return &r.Wrapper }),
	truthKey("by_message", func(r *Rule) *bool { return &r.ByMessage }),
	textKey("cause", func(r *Rule) *string { return &r.Cause }),
	partKey("fix", fixKeys, func(r *Rule) *Fix { return &r.Fix }),
	textsKey("references", func(r *Rule) *[]string { return &r.References }),
	partKey("examples", examplesKeys, func(r *Rule) *Examples { return &r.Examples }),
}

var matchKeys = []key[Match]{
	textsKey("codes", func(m *Match) *[]string { return &m.Codes }),
	textsKey("any", func(m *Match) *[]string { return &m.Any }),
	wordingsKey("regex", func(m *Match) *[]string { return &m.Wordings }),
	textsKey("none", func(m *Match) *[]string { return &m.None }),
	textsKey("fields", func(m *Match) *[]string { return &m.Fields }),
	truthKey("all", func(m *Match) *bool { return &m.All }),
	textsKey("signs", func(m *Match) *[]string { return &m.Signs }),
	textsKey("no_signs", func(m *Match) *[]string { return &m.NoSigns }),
}

var fixKeys = []key[Fix]{
	textKey("summary", func(f *Fix) *string { return &f.Summary }),
	textKey("role", func(f *Fix) *string { return &f.Role }),
	textKey("retry", func(f *Fix) *string { return &f.Retry }),
	textsKey("steps", func(f *Fix) *[]string { return &f.Steps }),
	partsKey("sql", sqlKeys, func(f *Fix) *[]SQL { return &f.SQL }),
	textKey("url", func(f *Fix) *string { return &f.URL }),
}

var sqlKeys = []key[SQL]{
	textKey("title", func(q *SQL) *string { return &q.Title }),
	textKey("text", func(q *SQL) *string { return &q.Text }),
}

var examplesKeys = []key[Examples]{
	partsKey("match", exampleKeys, func(x *Examples) *[]Example { return &x.Match }),
	textsKey("no_match", func(x *Examples) *[]string { return &x.NoMatch }),
}

var exampleKeys = []key[Example]{
	textKey("text", func(x *Example) *string { return &x.Text }),
	textKey("log", func(x *Example) *string { return &x.Log }),
	namesKey("captures", func(x *Example) *map[string]string { return &x.Captures }),
}

var fragmentKeys = []key[Fragment]{
	textKey("fragment", func(f *Fragment) *string { return &f.Name }),
	textKey("meaning", func(f *Fragment) *string { return &f.Meaning }),
	textKey("regex", func(f *Fragment) *string { return &f.Regex }),
}

var signKeys = []key[Sign]{
	textKey("sign", func(s *Sign) *string { return &s.Name }),
	textKey("meaning", func(s *Sign) *string { return &s.Meaning }),
	textsKey("logs", func(s *Sign) *[]string { return &s.Logs }),
	textsKey("types", func(s *Sign) *[]string { return &s.Types }),
	textsKey("any", func(s *Sign) *[]string { return &s.Any }),
	wordingsKey("regex", func(s *Sign) *[]string { return &s.Wordings }),
}

var muteKeys = append([]key[Mute]{
	textKey("mute", func(m *Mute) *string { return &m.ID }),
}, decisionKeys(func(m *Mute) *Decision { return &m.Decision })...)

var changeKeys = append([]key[Change]{
	textKey("change", func(c *Change) *string { return &c.ID }),
	textKey("severity", func(c *Change) *string { return &c.Severity }),
}, decisionKeys(func(c *Change) *Decision { return &c.Decision })...)

func decisionKeys[T any](of func(*T) *Decision) []key[T] {
	return []key[T]{
		textKey("reason", func(t *T) *string { return &of(t).Reason }),
		textKey("owner", func(t *T) *string { return &of(t).Owner }),
		{name: "expires", set: func(l *yamlReader, at string, t *T, n *yaml.Node) { of(t).Expires = l.day(at, n) }},
	}
}

// read reads a mapping into t by the keys it may have. at is where it stands ("fix.sql"), empty for
// an entry itself.
func read[T any](l *yamlReader, at string, n *yaml.Node, keys []key[T], t *T) {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	l.mapping(n, at, func(name string, v *yaml.Node) bool {
		i := slices.Index(names, name)
		if i < 0 {
			return false
		}
		if at != "" {
			name = at + "." + name
		}
		keys[i].set(l, name, t, v)
		return true
	}, names...)
}

// write gives t as a mapping, its keys in the order of the table, without those that are empty.
func write[T any](keys []key[T], t *T) *yaml.Node {
	m := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, k := range keys {
		if v := k.node(t); v != nil {
			m.Content = append(m.Content, textNode(k.name), v)
		}
	}
	return m
}

func textNode(text string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(text)
	return n
}

func listNode[E any](list []E, node func(*E) *yaml.Node) *yaml.Node {
	if len(list) == 0 {
		return nil
	}
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for i := range list {
		n.Content = append(n.Content, node(&list[i]))
	}
	return n
}

func textKey[T any](name string, field func(*T) *string) key[T] {
	return key[T]{name,
		func(l *yamlReader, at string, t *T, n *yaml.Node) { *field(t) = l.text(at, n) },
		func(t *T) *yaml.Node {
			if *field(t) == "" {
				return nil
			}
			return textNode(*field(t))
		}}
}

func textsKey[T any](name string, field func(*T) *[]string) key[T] {
	return key[T]{name,
		func(l *yamlReader, at string, t *T, n *yaml.Node) { *field(t) = l.texts(at, n) },
		func(t *T) *yaml.Node { return listNode(*field(t), func(s *string) *yaml.Node { return textNode(*s) }) }}
}

// wordingsKey is a list that is written as one text where it has one element.
func wordingsKey[T any](name string, field func(*T) *[]string) key[T] {
	list := textsKey(name, field)
	return key[T]{name,
		func(l *yamlReader, at string, t *T, n *yaml.Node) {
			if n.Kind == yaml.SequenceNode {
				list.set(l, at, t, n)
			} else if text := l.text(at, n); text != "" {
				*field(t) = []string{text}
			}
		},
		func(t *T) *yaml.Node {
			if texts := *field(t); len(texts) == 1 {
				return textNode(texts[0])
			}
			return list.node(t)
		}}
}

func numberKey[T any](name string, field func(*T) *int) key[T] {
	return key[T]{name,
		func(l *yamlReader, at string, t *T, n *yaml.Node) { *field(t) = l.number(at, n) },
		func(t *T) *yaml.Node {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(*field(t))}
		}}
}

func truthKey[T any](name string, field func(*T) *bool) key[T] {
	return key[T]{name,
		func(l *yamlReader, at string, t *T, n *yaml.Node) { *field(t) = l.truth(at, n) },
		func(t *T) *yaml.Node {
			if !*field(t) {
				return nil
			}
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"}
		}}
}

// partKey is a mapping with keys of its own.
func partKey[T, P any](name string, keys []key[P], field func(*T) *P) key[T] {
	return key[T]{name,
		func(l *yamlReader, at string, t *T, n *yaml.Node) { read(l, at, n, keys, field(t)) },
		func(t *T) *yaml.Node { return write(keys, field(t)) }}
}

// partsKey is a list of such mappings.
func partsKey[T, P any](name string, keys []key[P], field func(*T) *[]P) key[T] {
	return key[T]{name,
		func(l *yamlReader, at string, t *T, n *yaml.Node) {
			l.list(at, n, func(v *yaml.Node) {
				var p P
				read(l, at, v, keys, &p)
				*field(t) = append(*field(t), p)
			})
		},
		func(t *T) *yaml.Node {
			return listNode(*field(t), func(p *P) *yaml.Node { return write(keys, p) })
		}}
}

// namesKey is a mapping of any names to texts.
func namesKey[T any](name string, field func(*T) *map[string]string) key[T] {
	return key[T]{name,
		func(l *yamlReader, at string, t *T, n *yaml.Node) {
			*field(t) = make(map[string]string)
			l.mapping(n, at, func(name string, v *yaml.Node) bool {
				(*field(t))[name] = l.text(at+"."+name, v)
				return true
			})
		},
		func(t *T) *yaml.Node {
			if len(*field(t)) == 0 {
				return nil
			}
			m := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
			for _, name := range slices.Sorted(maps.Keys(*field(t))) {
				m.Content = append(m.Content, textNode(name), textNode((*field(t))[name]))
			}
			return m
		}}
}
