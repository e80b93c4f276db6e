package classify

import (
	"bytes"
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
	"time"

	"go.yaml.in/yaml/v4"
)

// A Layer is a folder of rule files. A rule of a later layer replaces the rule with the same id
// of an earlier one: the built-in rules come first, those of a site behind them.
type Layer struct {
	FS   fs.FS  // its *.yaml and *.yml files, in the root
	Name string // put before the file names in messages
}

// Load reads every rule file of the layers. Loading is strict: an unknown key, a bad expression,
// a missing part or an id used twice in a layer is a *RuleError, and all of them are joined in
// one error. Changes of severity that have not expired at now are applied.
func Load(layers []Layer, now time.Time) (*Set, error) {
	parts, digest, err := readRules(layers)
	if err != nil {
		return nil, err
	}
	sideBySide(len(parts), func(i int) { parts[i].file() })
	if e := tooMany(parts); e != nil {
		return nil, e
	}
	shared, mistakes := collect(parts)
	known, more := collectSigns(parts, shared)
	mistakes = append(mistakes, more...)
	sideBySide(len(parts), func(i int) { parts[i].finish(shared, known) })
	s, more := merge(parts, now)
	mistakes = append(mistakes, more...)
	if e := tooSlow(s.Rules); e != nil {
		mistakes = append(mistakes, e)
	}
	if len(mistakes) > 0 {
		return nil, inOrder(mistakes, parts)
	}
	s.Fragments, s.Signs = byName(shared), byName(known)
	s.Digest = digest
	return s, nil
}

// inOrder joins mistakes as they stand in the files.
func inOrder(mistakes []*RuleError, parts []*loader) error {
	at := make(map[string]int)
	for i, l := range parts {
		at[l.at] = i
	}
	slices.SortStableFunc(mistakes, func(a, b *RuleError) int {
		return cmp.Or(cmp.Compare(at[a.File], at[b.File]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	errs := make([]error, len(mistakes))
	for i, e := range mistakes {
		errs[i] = e
	}
	return errors.Join(errs...)
}

// readRules reads the files of the layers, one part for each, and gives their digest.
func readRules(layers []Layer) (parts []*loader, digest string, err error) {
	sum := sha256.New()
	for i, layer := range layers {
		files, err := ruleFiles(layer.FS)
		if err == nil && len(files) > maxFiles {
			err = fmt.Errorf("%d rule files, at most %d: join some of them", len(files), maxFiles)
		}
		if err != nil {
			return nil, "", fmt.Errorf("reading rules in %s: %w", layer.Name, err)
		}
		for _, f := range files {
			text, mistake, err := readRuleFile(layer.FS, f)
			if err != nil {
				return nil, "", err
			}
			l := &loader{yamlReader: yamlReader{at: path.Join(layer.Name, f)}, layer: i, content: text}
			if mistake != nil {
				l.fail(place{1, 1}, "%v", mistake)
			}
			fmt.Fprintf(sum, "%s %d\n%s", f, len(text), text)
			parts = append(parts, l)
		}
	}
	return parts, "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}

// Survey says how many rules the files of the layers hold and what their digest is, without reading what is in them: a program that only
// tells which rules it has need not check three hundred expressions. It counts entries, so it is right for layers that [Load] finds no mistake in
// and that replace no rules of each other.
func Survey(layers []Layer) (rules int, digest string, err error) {
	parts, digest, err := readRules(layers)
	for _, l := range parts {
		for line := range bytes.Lines(l.content) {
			if bytes.HasPrefix(line, []byte("- id:")) {
				rules++
			}
		}
	}
	return rules, digest, err
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
	yamlReader
	layer   int
	content []byte
	rules   []*Rule
	broken  []string // ids of rules with a mistake in their keys
	mutes   []Mute
	changes []Change

	fragments []*Fragment
	signs     []*Sign
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
	set    Set
	byID   map[string]*Rule
	broken map[string]bool // rules that are there, with a mistake
	yamlReader
}

// merge puts the files together: a later layer replaces rules of an earlier one, changes are
// applied, and what they and mutes name must exist.
func merge(parts []*loader, now time.Time) (*Set, []*RuleError) {
	m := merger{byID: make(map[string]*Rule), broken: make(map[string]bool)}
	for _, l := range parts {
		m.errs = append(m.errs, l.errs...)
		for _, id := range l.broken {
			m.broken[id] = true
		}
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
		if r == nil && l.broken[c.ID] {
			continue
		}
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
		case l.byID[m.ID] == nil && !l.broken[m.ID] && !mutableID.MatchString(m.ID):
			l.fail(m.place, "there is no rule %s to mute%s; beside rules, code/0x…, text/0x… and unknown/… of a report can be muted", m.ID, l.nearestRule(m.ID))
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
	if list := plainNodes(l.content); list != nil && list.Kind == yaml.SequenceNode {
		for _, n := range list.Content {
			l.entry(n)
		}
		return
	}
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
func (l *loader) finish(shared fragments, known signs) {
	for _, u := range l.unchecked {
		l.rule = u.r.ID
		l.check(u.r, u.n, shared)
		l.checkSigns(u.r, u.n, known)
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

// An entry of a rule file is a rule, a fragment of expressions, a sign that rules ask for, or a mute
// or change of a rule.
func (l *loader) entry(n *yaml.Node) {
	l.rule = ""
	if n.Kind != yaml.MappingNode {
		l.fail(placeOf(n), "a rule is a mapping that starts with \"id:\"")
		return
	}
	failed := len(l.errs)
	switch {
	case valueAt(n, "mute") != nil: // also one with mistakes: whether there is what it names is said in the same go
		if m := l.mute(n); m.ID != "" {
			l.mutes = append(l.mutes, m)
		}
	case valueAt(n, "change") != nil:
		if c := l.change(n); c.ID != "" {
			l.changes = append(l.changes, c)
		}
	case valueAt(n, "fragment") != nil:
		f := l.fragment(n)
		f.broken = len(l.errs) > failed
		l.fragments = append(l.fragments, f)
	case valueAt(n, "sign") != nil:
		s := l.sign(n)
		s.broken = len(l.errs) > failed
		l.signs = append(l.signs, s)
	default:
		r := l.readRule(n)
		if len(l.errs) == failed { // a rule that was read only in part would fail the checks for the wrong reasons
			l.unchecked = append(l.unchecked, unchecked{r, n})
		} else if r.ID != "" {
			l.broken = append(l.broken, r.ID)
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
	r := &Rule{ID: l.rule, File: path.Base(l.at), Path: l.at, Line: n.Line, Priority: normalPriority, Tier: noTier, layer: l.layer}
	read(&l.yamlReader, "", n, ruleKeys, r)
	if r.Tier == noTier && valueAt(n, "tier") == nil {
		var known bool
		r.Tier, known = r.defaultTier()
		r.untold = !known
	}
	at := func(keys ...string) place { return placeOf(cmp.Or(valueAt(n, keys...), n)) }
	r.places = places{id: at("id"), match: at("match"), examples: at("examples")}
	if regex := valueAt(n, "match", "regex"); regex != nil {
		r.places.match = placeOf(regex)
	}
	return r
}

var (
	idForm     = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	codeForm   = regexp.MustCompile(`^0x[89A-Fa-f][0-9A-Fa-f]{7}$`)
	categories = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	statuses   = []string{"documented", "observed", "experimental", "deprecated"}
	retries    = []string{"yes", "after-fix", "no"}
	logKinds   = []string{"dualwrite", "plugintrace"}
	fieldNames = []string{"error_text", "trace_text"}
)

// collect gathers the fragments of all files and spells them out.
func collect(parts []*loader) (fragments, []*RuleError) {
	var m yamlReader
	all := make(fragments)
	fail := func(f *Fragment, format string, args ...any) {
		m.at = f.Path
		m.fail(f.place, format, args...)
	}
	for _, l := range parts {
		for _, f := range l.fragments {
			if before := all[f.Name]; before != nil {
				fail(f, "fragment %s is already defined in %s:%d; rules there lean on it, so give this one another name", f.Name, before.Path, before.Line)
				continue
			}
			all[f.Name] = f
		}
	}
	all.resolve(fail)
	for _, l := range parts {
		for _, u := range l.unchecked {
			for _, wording := range u.r.Match.Wordings {
				all.mark(wording)
			}
		}
	}
	return all, m.errs
}

func (l *loader) fragment(n *yaml.Node) *Fragment {
	f := &Fragment{Path: l.at, Line: n.Line, place: placeOf(n)}
	read(&l.yamlReader, "", n, fragmentKeys, f)
	if !idForm.MatchString(f.Name) {
		l.fail(placeOf(valueAt(n, "fragment")), "fragment is %q, must be lower-case words joined by hyphens", f.Name)
	}
	if strings.TrimSpace(f.Meaning) == "" {
		l.fail(placeOf(n), "meaning is missing: what the fragment stands for")
	}
	if f.Regex == "" {
		l.fail(placeOf(n), "regex is missing: the expression that {{%s}} stands for", f.Name)
	}
	return f
}
