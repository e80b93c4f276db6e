package classify

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

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

// Load reads every *.yaml and *.yml file in the root of each file system and returns the rules
// sorted by id, with a digest over the files ("sha256:…"). names are put before the file names
// in errors, one per file system. Loading is strict: an unknown key, a bad expression, a missing
// part or an id used twice is a *RuleError, and all of them are joined in one error.
func Load(systems []fs.FS, names []string) ([]*Rule, string, error) {
	var l loader
	sum := sha256.New()
	for i, fsys := range systems {
		files, err := ruleFiles(fsys)
		if err != nil {
			return nil, "", fmt.Errorf("reading rules in %s: %w", names[i], err)
		}
		for _, f := range files {
			text, err := fs.ReadFile(fsys, f)
			if err != nil {
				return nil, "", fmt.Errorf("reading rules: %w", err)
			}
			fmt.Fprintf(sum, "%s %d\n%s", f, len(text), text)
			l.file(path.Join(names[i], f), text)
		}
	}
	l.duplicates()
	slices.SortFunc(l.rules, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	if len(l.errs) > 0 {
		return nil, "", errors.Join(l.errs...)
	}
	return l.rules, "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}

func ruleFiles(fsys fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if ext := path.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
			files = append(files, e.Name())
		}
	}
	return files, nil
}

type loader struct {
	rules []*Rule
	nodes []ast.Node // of rules, for positions
	files []string   // of rules, with the name of their file system
	errs  []error
	at    string // file being read
}

func (l *loader) fail(n ast.Node, rule, format string, args ...any) {
	e := &RuleError{File: l.at, Line: 1, Column: 1, Rule: rule, Msg: fmt.Sprintf(format, args...)}
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		n = m.Values[0].Key // a mapping's own token is the colon behind it
	}
	if n != nil && n.GetToken() != nil {
		e.Line, e.Column = n.GetToken().Position.Line, n.GetToken().Position.Column
	}
	l.errs = append(l.errs, e)
}

func (l *loader) file(name string, text []byte) {
	l.at = name
	f, err := parser.ParseBytes(text, 0)
	if err != nil {
		l.syntax(err)
		return
	}
	for _, doc := range f.Docs {
		if doc.Body == nil {
			continue
		}
		list, ok := doc.Body.(*ast.SequenceNode)
		if !ok {
			l.fail(doc.Body, "", "a rule file is a list of rules, each starting with \"- id:\"")
			continue
		}
		before := len(l.rules)
		for _, n := range list.Values {
			l.rule(n)
		}
		l.sorted(before)
	}
}

var yamlPlace = regexp.MustCompile(`^\[(\d+):(\d+)\] ([^\n]*)`)

// syntax turns the YAML library's "[line:column] message" and its excerpt into a RuleError.
func (l *loader) syntax(err error) {
	e := &RuleError{File: l.at, Line: 1, Column: 1, Msg: err.Error()}
	if m := yamlPlace.FindStringSubmatch(yaml.FormatError(err, false, false)); m != nil {
		fmt.Sscan(m[1], &e.Line)
		fmt.Sscan(m[2], &e.Column)
		e.Msg = m[3]
	}
	l.errs = append(l.errs, e)
}

// The keys a rule may have, by the path of the mapping they stand in.
var ruleKeys = map[string][]string{
	"":                        {"id", "title", "status", "logs", "severity", "category", "priority", "match", "wrapper", "cause", "fix", "references", "examples"},
	"match":                   {"codes", "any", "regex", "none", "fields", "all"},
	"fix":                     {"summary", "role", "retry", "steps", "sql", "url"},
	"fix.sql":                 {"title", "text"},
	"examples":                {"match", "no_match"},
	"examples.match":          {"text", "captures", "log"},
	"examples.match.captures": nil, // any name
}

func (l *loader) rule(n ast.Node) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		l.fail(n, "", "a rule is a mapping that starts with \"id:\"")
		return
	}
	id := textAt(m, "id")
	failed := len(l.errs)
	l.keys(m, "", id)
	r := &Rule{File: path.Base(l.at), Line: m.GetToken().Position.Line}
	if err := yaml.NodeToValue(m, r); err != nil {
		l.decode(n, id, err)
	}
	if len(l.errs) > failed {
		return // a rule that was read only in part would fail the checks for the wrong reasons
	}
	l.check(r, m)
	l.rules = append(l.rules, r)
	l.nodes = append(l.nodes, m)
	l.files = append(l.files, l.at)
}

func (l *loader) decode(n ast.Node, id string, err error) {
	e := &RuleError{File: l.at, Line: n.GetToken().Position.Line, Column: n.GetToken().Position.Column, Rule: id, Msg: err.Error()}
	if m := yamlPlace.FindStringSubmatch(yaml.FormatError(err, false, false)); m != nil {
		fmt.Sscan(m[1], &e.Line)
		fmt.Sscan(m[2], &e.Column)
		e.Msg = m[3]
	}
	l.errs = append(l.errs, e)
}

// keys reports every key that no rule has, anywhere below n.
func (l *loader) keys(n ast.Node, at, id string) {
	switch n := n.(type) {
	case *ast.SequenceNode:
		for _, v := range n.Values {
			l.keys(v, at, id)
		}
	case *ast.MappingNode:
		known, checked := ruleKeys[at]
		for _, kv := range n.Values {
			key := kv.Key.GetToken().Value
			if checked && known != nil && !slices.Contains(known, key) {
				l.fail(kv.Key, id, "unknown key %q%s", key, nearest(key, known))
				continue
			}
			if at != "" {
				key = at + "." + key
			}
			if _, ok := ruleKeys[key]; ok {
				l.keys(kv.Value, key, id)
			}
		}
	}
}

// nearest suggests the known word with at most two letters' difference.
func nearest(word string, known []string) string {
	best, dist := "", 3
	for _, k := range known {
		if d := editDistance(word, k); d < dist {
			best, dist = k, d
		}
	}
	if best == "" {
		return ", known here: " + strings.Join(known, ", ")
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

func textAt(m *ast.MappingNode, key string) string {
	if n := nodeAt(m, key); n != nil {
		if s, ok := n.(*ast.StringNode); ok {
			return s.Value
		}
	}
	return ""
}

// nodeAt finds the value under a key path, nil when there is none.
func nodeAt(n ast.Node, keys ...string) ast.Node {
	for _, key := range keys {
		m, ok := n.(*ast.MappingNode)
		if !ok {
			return nil
		}
		n = nil
		for _, kv := range m.Values {
			if kv.Key.GetToken().Value == key {
				n = kv.Value
			}
		}
	}
	return n
}

var (
	idForm     = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	codeForm   = regexp.MustCompile(`^0x[89A-Fa-f][0-9A-Fa-f]{7}$`)
	words      = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	statuses   = []string{"documented", "observed", "experimental", "deprecated"}
	retries    = []string{"yes", "after-fix", "no"}
	logKinds   = []string{"dualwrite", "plugintrace"}
	fieldNames = []string{"error_text", "trace_text"}
)

// maxTitle is the longest title in characters: it must fit a table cell (DESIGN section 5).
const maxTitle = 85

// check reports everything that is wrong with a rule whose keys are right.
func (l *loader) check(r *Rule, m *ast.MappingNode) {
	bad := func(keys string, format string, args ...any) {
		path := strings.Split(keys, ".")
		n := nodeAt(m, path...)
		for n == nil { // what is missing belongs into the part around it
			path = path[:len(path)-1]
			n = nodeAt(m, path...)
		}
		l.fail(n, r.ID, format, args...)
	}
	oneOf := func(keys, v string, known []string) {
		if !slices.Contains(known, v) {
			bad(keys, "%s is %q, must be one of %s", keys, v, strings.Join(known, ", "))
		}
	}
	need := func(keys, v string) {
		if strings.TrimSpace(v) == "" {
			bad(keys, "%s is missing", keys)
		}
	}
	if !idForm.MatchString(r.ID) {
		bad("id", "id is %q, must be lower-case words joined by hyphens", r.ID)
	}
	need("title", r.Title)
	if n := len([]rune(r.Title)); n > maxTitle {
		bad("title", "title has %d characters, at most %d fit the report", n, maxTitle)
	}
	oneOf("status", r.Status, statuses)
	oneOf("severity", r.Severity, Severities)
	if !words.MatchString(r.Category) {
		bad("category", "category is %q, must be lower-case words joined by hyphens", r.Category)
	}
	if len(r.Logs) == 0 {
		bad("logs", "logs is missing: dualwrite, plugintrace or both")
	}
	for _, v := range r.Logs {
		oneOf("logs", v, logKinds)
	}
	for _, v := range r.Match.Fields {
		oneOf("match.fields", v, fieldNames)
	}
	need("cause", r.Cause)
	need("fix.summary", r.Fix.Summary)
	need("fix.role", r.Fix.Role)
	oneOf("fix.retry", r.Fix.Retry, retries)
	if len(r.Fix.Steps) == 0 {
		bad("fix.steps", "fix.steps is missing: what to do, in order")
	}
	if u := r.Fix.URL; u != "" && !strings.HasPrefix(u, "https://") {
		bad("fix.url", "fix.url is %q, must start with https://", u)
	}
	if len(r.Examples.Match) == 0 || len(r.Examples.NoMatch) == 0 {
		bad("examples", "examples of both kinds are needed: match and no_match")
	}
	if l.checkMatch(r, bad) {
		known := slices.Concat(captureNames(r.Match.Regex), mapPlaceholders)
		for _, p := range placeholders(r) {
			if !slices.Contains(known, p.name) {
				bad(p.keys, "placeholder {%s} is neither a capture of this rule nor one of %s", p.name, strings.Join(mapPlaceholders, ", "))
			}
		}
	}
}

// checkMatch reports whether the captures of the rule are known: whether its expression is one.
func (l *loader) checkMatch(r *Rule, bad func(keys, format string, args ...any)) bool {
	if len(r.Match.Codes)+len(r.Match.Any) == 0 && r.Match.Regex == "" {
		bad("match", "match needs codes, any or regex")
	}
	for _, c := range r.Match.Codes {
		if !codeForm.MatchString(c) {
			bad("match.codes", "code %q must be 0x and eight hexadecimal digits, the first of them 8 or more", c)
		}
	}
	for _, lit := range slices.Concat(r.Match.Any, r.Match.None) {
		if len(NormalizeString(lit)) < 3 {
			bad("match", "literal %q is too short to mean anything", lit)
		}
	}
	if r.Match.Regex == "" {
		return true
	}
	re, err := regexp.Compile("(?is)" + r.Match.Regex)
	if err != nil {
		bad("match.regex", "bad expression: %v", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	} else if re.MatchString("") {
		bad("match.regex", "the expression matches an empty text")
	}
	return err == nil
}

func (l *loader) duplicates() {
	first := make(map[string]int)
	for i, r := range l.rules {
		if f, ok := first[r.ID]; ok {
			l.at = l.files[i]
			l.fail(nodeAt(l.nodes[i], "id"), r.ID, "id is already used in %s:%d", l.files[f], l.rules[f].Line)
			continue
		}
		if r.ID != "" {
			first[r.ID] = i
		}
	}
}

// sorted reports the first rule of the file that is out of order: sorted files keep ids easy to
// find and merges quiet.
func (l *loader) sorted(from int) {
	for i := from + 1; i < len(l.rules); i++ {
		if l.rules[i].ID != "" && l.rules[i].ID < l.rules[i-1].ID {
			l.fail(nodeAt(l.nodes[i], "id"), l.rules[i].ID, "ids are not sorted: must stand before %s", l.rules[i-1].ID)
			return
		}
	}
}
