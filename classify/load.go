package classify

import (
	"cmp"
	"crypto/sha256"
	"dwtriage/classify/pattern"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
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

// A Layer is a folder of rule files. A rule of a later layer replaces the rule with the same id
// of an earlier one: the built-in rules come first, those of a site behind them.
type Layer struct {
	FS   fs.FS  // its *.yaml and *.yml files, in the root
	Name string // put before the file names in messages
}

// A Set is what the rule files of all layers hold together.
type Set struct {
	Rules   []*Rule // by id
	Mutes   []Mute  // in the order of the files; expired ones too
	Changes []Change
	Digest  string // "sha256:…" over the files

	Fragments []*Fragment // by name
}

// Load reads every rule file of the layers. Loading is strict: an unknown key, a bad expression,
// a missing part or an id used twice in a layer is a *RuleError, and all of them are joined in
// one error. Changes of severity that have not expired at now are applied.
func Load(layers []Layer, now time.Time) (*Set, error) {
	var parts []*loader // one per file
	sum := sha256.New()
	for i, layer := range layers {
		files, err := ruleFiles(layer.FS)
		if err != nil {
			return nil, fmt.Errorf("reading rules in %s: %w", layer.Name, err)
		}
		for _, f := range files {
			text, err := fs.ReadFile(layer.FS, f)
			if err != nil {
				return nil, fmt.Errorf("reading rules: %w", err)
			}
			fmt.Fprintf(sum, "%s %d\n%s", f, len(text), text)
			parts = append(parts, &loader{layer: i, at: path.Join(layer.Name, f), content: text})
		}
	}
	sideBySide(len(parts), func(i int) { parts[i].file() })
	shared, mistakes := collect(parts)
	sideBySide(len(parts), func(i int) { parts[i].finish(shared) })
	s, more := merge(parts, now)
	mistakes = append(mistakes, more...)
	if len(mistakes) > 0 {
		errs := make([]error, len(mistakes))
		for i, e := range mistakes {
			errs[i] = e
		}
		return nil, errors.Join(errs...)
	}
	s.Fragments = shared.list()
	s.Digest = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	return s, nil
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

// A loader reads one rule file.
type loader struct {
	layer   int
	at      string // the file
	content []byte
	rules   []*Rule
	mutes   []Mute
	changes []Change
	errs    []*RuleError
	rule    string // id of the entry being read

	fragments []*Fragment
	unchecked []unchecked
}

// unchecked is a rule whose keys are right. The rest is looked at when the fragments of all files
// are known.
type unchecked struct {
	r *Rule
	n *yaml.Node
}

// A merger puts what the files hold together, in their order.
type merger struct {
	set  Set
	byID map[string]*Rule
	loader
}

func (l *loader) fail(p place, format string, args ...any) {
	l.errs = append(l.errs, &RuleError{File: l.at, Line: p.line, Column: p.column, Rule: l.rule, Msg: fmt.Sprintf(format, args...)})
}

// merge puts the files together: a later layer replaces rules of an earlier one, changes are
// applied, and what they and mutes name must exist.
func merge(parts []*loader, now time.Time) (*Set, []*RuleError) {
	m := merger{byID: make(map[string]*Rule)}
	for _, l := range parts {
		m.errs = append(m.errs, l.errs...)
		for _, r := range l.rules {
			m.add(r)
		}
		m.set.Mutes = append(m.set.Mutes, l.mutes...)
		m.set.Changes = append(m.set.Changes, l.changes...)
	}
	for _, r := range m.byID {
		m.set.Rules = append(m.set.Rules, r)
	}
	slices.SortFunc(m.set.Rules, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	m.decisions(now)
	return &m.set, m.errs
}

// decisions applies changes and checks what mutes name.
func (l *merger) decisions(now time.Time) {
	s := &l.set
	for i := range s.Changes {
		c := &s.Changes[i]
		l.at, l.rule = c.File, ""
		r := l.byID[c.ID]
		if r == nil {
			l.fail(c.place, "there is no rule %s to change%s", c.ID, l.nearestRule(c.ID))
		} else if !c.Expired(now) {
			c.was, r.Severity = r.Severity, c.Severity
		}
	}
	muted := make(map[string]bool)
	for i := range s.Mutes {
		m := &s.Mutes[i]
		l.at, l.rule = m.File, ""
		switch {
		case muted[m.ID]:
			l.fail(m.place, "%s is muted twice", m.ID)
		case l.byID[m.ID] == nil && !mutableID.MatchString(m.ID):
			l.fail(m.place, "there is no rule %s to mute%s; beside rules, code/0x… and unknown/… of a report can be muted", m.ID, l.nearestRule(m.ID))
		}
		muted[m.ID] = true
	}
}

func (l *merger) nearestRule(id string) string {
	best, dist := "", 4
	for known := range l.byID {
		if d := editDistance(id, known); d < dist || d == dist && known < best {
			best, dist = known, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %s?", best)
}

func (l *loader) file() {
	var docs []yaml.Node
	if err := yaml.Load(l.content, &docs, yaml.WithAllDocuments()); err != nil {
		l.syntax(err)
		return
	}
	for i := range docs {
		if len(docs[i].Content) == 0 {
			continue
		}
		list := docs[i].Content[0]
		if list.Kind == yaml.ScalarNode && list.Tag == "!!null" {
			continue // only comments
		}
		if list.Kind != yaml.SequenceNode {
			l.fail(placeOf(list), "a rule file is a list of rules, each starting with \"- id:\"")
			continue
		}
		for _, n := range list.Content {
			l.entry(n)
		}
	}
}

// finish checks the rules and puts the mistakes in their order.
func (l *loader) finish(shared fragments) {
	for _, u := range l.unchecked {
		l.rule = u.r.ID
		l.check(u.r, u.n, shared)
		if u.r.ID != "" {
			l.rules = append(l.rules, u.r)
		}
	}
	slices.SortStableFunc(l.errs, func(a, b *RuleError) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// syntax turns the YAML library's error into a RuleError.
func (l *loader) syntax(err error) {
	var e *yaml.LoadError
	if errors.As(err, &e) {
		l.fail(place{max(e.Mark.Line, 1), max(e.Mark.Column, 1)}, "%s", e.Message)
		return
	}
	l.fail(place{1, 1}, "%v", err)
}

// An entry of a rule file is a rule, a fragment of expressions, or a mute or change of a rule.
func (l *loader) entry(n *yaml.Node) {
	l.rule = ""
	if n.Kind != yaml.MappingNode {
		l.fail(placeOf(n), "a rule is a mapping that starts with \"id:\"")
		return
	}
	failed := len(l.errs)
	switch {
	case valueAt(n, "mute") != nil:
		m := l.mute(n)
		if len(l.errs) == failed {
			l.mutes = append(l.mutes, m)
		}
	case valueAt(n, "change") != nil:
		c := l.change(n)
		if len(l.errs) == failed {
			l.changes = append(l.changes, c)
		}
	case valueAt(n, "fragment") != nil:
		f := l.fragment(n)
		f.broken = len(l.errs) > failed
		l.fragments = append(l.fragments, f)
	default:
		r := l.readRule(n)
		if len(l.errs) == failed { // a rule that was read only in part would fail the checks for the wrong reasons
			l.unchecked = append(l.unchecked, unchecked{r, n})
		}
	}
}

// add puts a rule into the set, in the place of one of an earlier layer with the same id.
func (l *merger) add(r *Rule) {
	if before := l.byID[r.ID]; before != nil {
		if before.layer == r.layer {
			l.at, l.rule = r.Path, r.ID
			l.fail(r.places.id, "id is already used in %s:%d", before.Path, before.Line)
			return
		}
		r.Replaces = fmt.Sprintf("%s:%d", before.Path, before.Line)
	}
	l.byID[r.ID] = r
}

// normalPriority is the priority of a rule that names none.
const normalPriority = 60

func (l *loader) readRule(n *yaml.Node) *Rule {
	l.rule = scalarAt(n, "id")
	r := &Rule{ID: l.rule, File: path.Base(l.at), Path: l.at, Line: n.Line, Priority: normalPriority, layer: l.layer}
	read(l, "", n, ruleKeys, r)
	at := func(keys ...string) place { return placeOf(cmp.Or(valueAt(n, keys...), n)) }
	r.places = places{id: at("id"), match: at("match"), examples: at("examples")}
	if regex := valueAt(n, "match", "regex"); regex != nil {
		r.places.match = placeOf(regex)
	}
	return r
}

// mapping calls visit for every key of n; a key that visit does not take, or that was there
// before, is a mistake. what is empty for the rule itself.
func (l *loader) mapping(n *yaml.Node, what string, visit func(key string, v *yaml.Node) bool, known ...string) {
	n = aliased(n)
	if n.Kind != yaml.MappingNode {
		l.fail(placeOf(n), "%s must be a mapping of keys to values", what)
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
			l.fail(placeOf(k), "unknown key %q%s", k.Value, nearest(k.Value, known))
		}
	}
}

func (l *loader) list(what string, n *yaml.Node, visit func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		l.fail(placeOf(n), "%s must be a list", what)
		return
	}
	for _, v := range n.Content {
		visit(aliased(v))
	}
}

func (l *loader) text(what string, n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		l.fail(placeOf(n), "%s must be a text", what)
		return ""
	}
	if n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

func (l *loader) texts(what string, n *yaml.Node) []string {
	var out []string
	l.list(what, n, func(v *yaml.Node) { out = append(out, l.text(what, v)) })
	return out
}

func (l *loader) number(what string, n *yaml.Node) int {
	v, err := strconv.Atoi(l.text(what, n))
	if err != nil && n.Kind == yaml.ScalarNode {
		l.fail(placeOf(n), "%s is %q, must be a whole number", what, n.Value)
	}
	return v
}

func (l *loader) truth(what string, n *yaml.Node) bool {
	switch v := l.text(what, n); {
	case v == "true":
		return true
	case v != "false" && n.Kind == yaml.ScalarNode:
		l.fail(placeOf(n), "%s is %q, must be true or false", what, n.Value)
	}
	return false
}

func (l *loader) day(what string, n *yaml.Node) time.Time {
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

var (
	idForm     = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	codeForm   = regexp.MustCompile(`^0x[89A-Fa-f][0-9A-Fa-f]{7}$`)
	words      = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	statuses   = []string{"documented", "observed", "experimental", "deprecated"}
	retries    = []string{"yes", "after-fix", "no"}
	logKinds   = []string{"dualwrite", "plugintrace"}
	fieldNames = []string{"error_text", "trace_text"}
)

// maxTitle is the longest title in characters: it must fit a table cell.
const maxTitle = 85

// check reports everything that is wrong with a rule whose keys are right.
func (l *loader) check(r *Rule, n *yaml.Node, shared fragments) {
	bad := func(keys string, format string, args ...any) {
		path := strings.Split(keys, ".")
		v := valueAt(n, path...)
		for v == nil { // what is missing belongs into the part around it
			path = path[:len(path)-1]
			v = valueAt(n, path...)
		}
		l.fail(placeOf(v), format, args...)
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
	if l.checkMatch(r, n, shared, bad) {
		others := placeholderNames()
		known := slices.Concat(r.captureNames(), others)
		for _, p := range placeholders(r) {
			if !slices.Contains(known, p.name) {
				bad(p.keys, "placeholder {%s} is neither a capture of this rule nor one of %s", p.name, strings.Join(others, ", "))
			}
		}
	}
}

// checkMatch reports whether the captures of the rule are known: whether its expression is one.
func (l *loader) checkMatch(r *Rule, n *yaml.Node, shared fragments, bad func(keys, format string, args ...any)) bool {
	if len(r.Match.Codes)+len(r.Match.Any)+len(r.Match.Wordings) == 0 {
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
	if len(r.Match.Wordings) == 0 {
		return true
	}
	mistakes := len(l.errs)
	wordings := make([]string, len(r.Match.Wordings))
	fail := func(i int, format string, args ...any) {
		p := r.places.match
		if list := valueAt(n, "match", "regex"); list.Kind == yaml.SequenceNode {
			p = placeOf(list.Content[i])
		}
		l.fail(p, format, args...)
	}
	for i, w := range r.Match.Wordings {
		var err error
		wordings[i], err = shared.expand(w)
		switch {
		case errors.Is(err, errBroken):
			return false
		case err != nil:
			fail(i, "%v", err)
		}
	}
	if len(l.errs) > mistakes {
		return false
	}
	r.Match.Regex = numbered(strings.Join(wordings, "|"))
	var err error
	if r.parsed, err = pattern.Compile(r.Match.Regex); err == nil && !r.parsed.MatchesEmpty() {
		return true
	}
	for i, w := range wordings { // one by one, to say which it is
		if x, err := pattern.Compile(numbered(w)); err != nil {
			fail(i, "bad expression: %v", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		} else if x.MatchesEmpty() {
			fail(i, "the expression matches an empty text")
		}
	}
	if len(l.errs) == mistakes { // each by itself is one: too large together
		fail(0, "bad expression: %v", err)
	}
	return false
}
