// Package classify is the sorting room: a batch of records comes in, the same batch goes out
// with its verdict columns filled. Rules, error codes and the map catalogue are compiled once
// into an immutable Matcher. It finds every rule that matches a record, chooses the primary one,
// takes captures, resolves the dual-write map, and gives every failing record the fingerprint
// of its masked text. It does not guess: what no rule and no code explains stays unknown.
package classify

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// Statuses of a record beside those of the rules (documented, observed, …).
const (
	StatusCode    = "code"    // no rule, but an error code of the Dataverse code table
	StatusUnknown = "unknown" // neither
	StatusOK      = "ok"      // a trace without an error
)

// ReferenceData is the category of failures that wait for the records of other maps.
const ReferenceData = "reference-data"

// A Matcher judges records. It is immutable and safe for concurrent use.
type Matcher struct {
	engine *engine
	set    *Set
	byID   map[string]*Rule
	codes  map[uint32]*Code
	maps   *catalogue
}

// Compile makes a Matcher from what Load returned, and from error-codes.csv, entity-maps.csv and
// map-dependencies.csv in tables.
func Compile(s *Set, tables fs.FS) (*Matcher, error) {
	m := &Matcher{set: s, byID: make(map[string]*Rule, len(s.Rules))}
	for _, r := range s.Rules {
		m.byID[r.ID] = r
	}
	var errs [3]error
	sideBySide(len(errs), func(i int) {
		switch i {
		case 0:
			m.engine, errs[i] = newEngine(s.Rules)
		case 1:
			m.codes, errs[i] = loadCodes(tables)
		case 2:
			m.maps, errs[i] = loadCatalogue(tables)
		}
	})
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("compiling rules: %w", err)
	}
	return m, nil
}

// Rules lists all rules by id. The caller must not change them.
func (m *Matcher) Rules() []*Rule { return m.set.Rules }

// Mute finds the mute of a signature (a rule id, code/0x… or unknown/…), nil when there is none.
// It may have expired.
func (m *Matcher) Mute(signature string) *Mute {
	for i := range m.set.Mutes {
		if m.set.Mutes[i].ID == signature {
			return &m.set.Mutes[i]
		}
	}
	return nil
}

// Set is what the Matcher was made from. The caller must not change it.
func (m *Matcher) Set() *Set { return m.set }

// Rule finds a rule by id, nil when there is none.
func (m *Matcher) Rule(id string) *Rule { return m.byID[id] }

// Digest identifies the rule files the Matcher was made from.
func (m *Matcher) Digest() string { return m.set.Digest }

// Code finds an entry of the code table by its notation in column error_code, nil when there
// is none.
func (m *Matcher) Code(code string) *Code {
	v, err := parseCode(code)
	if err != nil {
		return nil
	}
	return m.codes[v]
}

// Maps finds the maps a name stands for: a map name, a Dataverse set or table, an F&O entity.
func (m *Matcher) Maps(names ...string) []*Map {
	var b [][]byte
	for _, n := range names {
		b = append(b, []byte(n))
	}
	found, _ := m.maps.resolve(nil, nil, b...)
	return m.mapList(found)
}

func (m *Matcher) mapList(found []int) []*Map {
	out := make([]*Map, len(found))
	for i, at := range found {
		out[i] = m.maps.maps[at]
	}
	return out
}

// Prerequisites lists the titles of the maps whose records mp's records refer to, directly or
// not, in the order in which they can be synchronized.
func (m *Matcher) Prerequisites(mp *Map) []string {
	if mp == nil {
		return nil
	}
	return m.maps.prerequisites(mp)
}

// Needed lists the maps that a reference-data failure waits for, in the order in which they can
// be synchronized: where the message names what it looked up, the maps that bring it (lookups,
// the values of capture lookup_map), each behind its own prerequisites; else the prerequisites of
// the failing maps.
func (m *Matcher) Needed(lookups []string, failing []*Map) []string {
	var out []string
	add := func(titles ...string) {
		for _, t := range titles {
			if !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	for _, title := range lookups {
		if found := m.Maps(title); len(found) == 1 {
			add(m.Prerequisites(found[0])...)
			add(found[0].Title)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, mp := range failing {
		add(m.Prerequisites(mp)...)
	}
	return out
}

// judge is the working memory for judging records one after the other; its results are valid
// until the next record.
type judge struct {
	m        *Matcher
	s        scratch
	text     [numFields][]byte // normal forms
	matches  []match
	codes    []codeHit
	captures []capture
	maps     []int
	key      []byte
	template []byte

	lookupTexts []byte // of captures, see lookup.go
}

type capture struct {
	name  string
	value []byte // points into the normal form
}

// record judges one failing record. Texts are as logged, entity and company are the record's own
// columns.
func (j *judge) record(log string, texts [numFields][]byte, entity, company []byte) {
	j.matches = j.matches[:0]
	for f := range numFields {
		j.text[f] = Normalize(j.text[f][:0], texts[f])
		if f == errorText {
			blankTrace(j.text[f])
		}
		j.matches = j.m.engine.appendMatches(j.matches, &j.s, log, int8(f), j.text[f])
		if f == errorText {
			j.codes = j.codes[:0]
			if len(j.text[f]) > 0 { // else the codes are those of the record before
				j.codes = append(j.codes, j.s.codes...)
			}
		}
	}
	j.matches = j.m.engine.rank(j.matches)
	j.captures = j.captures[:0]
	for _, mt := range j.matches {
		j.m.engine.capture(mt, j.text[mt.field], j.keep)
	}
	j.maps, j.key = j.m.maps.resolve(j.maps, j.key, j.capture("map_name"), j.capture("entity"), j.capture("fno_entity"), entity)
	j.maps = j.m.maps.filtered(j.maps, j.text[:]...)
	j.lookups()
	j.template = Template(j.template[:0], Headline(j.text[errorText]), entity, company)
}

// keep adds a capture unless a match of higher rank has given it already.
func (j *judge) keep(name string, value []byte) {
	if j.capture(name) == nil {
		j.captures = append(j.captures, capture{name, value})
	}
}

func (j *judge) capture(name string) []byte {
	for _, c := range j.captures {
		if c.name == name {
			return c.value
		}
	}
	return nil
}

// code is the error code of the record: the deepest one of the code table in the error text,
// rather not a catch-all; 0 when there is none.
func (j *judge) code() *Code {
	var found *Code
	for _, h := range j.codes {
		if c := j.m.codes[h.value]; c != nil && (found == nil || !slices.Contains(catchAll, c.Value) || slices.Contains(catchAll, found.Value)) {
			found = c
		}
	}
	return found
}

// decided is the signature, status, category and severity of the record.
func (j *judge) decided(code *Code) (signature, status, category, severity string) {
	switch {
	case len(j.matches) > 0:
		r := j.m.engine.rules[j.matches[0].rule].rule
		return r.ID, r.Status, r.Category, r.Severity
	case code != nil && !slices.Contains(catchAll, code.Value):
		return "code/" + code.String(), StatusCode, "", ""
	}
	return "", StatusUnknown, "", ""
}

// A Verdict is everything the Matcher finds out about one text, for people to look at.
type Verdict struct {
	Log           string
	Status        string
	Signature     string // rule id, code/0x8…, or empty
	Code          *Code
	Hits          []Hit // every rule that matches, the primary one first
	Captures      map[string]string
	Maps          []*Map            // candidates; one when the map is resolved
	Prerequisites []string          // of a reference-data failure: the maps to synchronize first, in order
	Texts         [numFields]string // normal forms of error text and trace text
	Missing       []MissingRow      // what a look-up did not find
	Template      string
	TemplateID    string
}

// A MissingRow is a row that a look-up of the failing record did not find.
type MissingRow struct {
	Phrase string // payment term NET45 (map Terms of payment)
	Map    string // title of the map that brings it, or "A or B"; empty when not known
	Key    string // key column of its table, empty when not known
}

// A Hit is a rule that matches, and where: Text[Start:End] of the normal form of Field.
type Hit struct {
	Rule       *Rule
	Field      string
	Part       string // of the rule that matched: regex, any or codes
	Start, End int
	Text       string // what it matched
}

// Judge classifies one text as Classify does. log may be empty: then rules of both logs take
// part.
func (m *Matcher) Judge(log, errText, trace, entity string) *Verdict {
	j := &judge{m: m}
	j.record(log, [numFields][]byte{[]byte(errText), []byte(trace)}, []byte(entity), nil)
	v := &Verdict{Log: log, Code: j.code(), Captures: make(map[string]string), Template: string(j.template), TemplateID: TemplateID(j.template)}
	v.Signature, v.Status, _, _ = j.decided(v.Code)
	for _, mt := range j.matches {
		v.Hits = append(v.Hits, Hit{
			Rule: m.engine.rules[mt.rule].rule, Field: fieldNames[mt.field], Part: partNames[mt.part],
			Start: int(mt.start), End: int(mt.end), Text: string(j.text[mt.field][mt.start:mt.end]),
		})
	}
	for _, c := range j.captures {
		v.Captures[c.name] = string(c.value)
	}
	for f := range numFields {
		v.Texts[f] = string(j.text[f])
	}
	for _, n := range lookupNames {
		if phrase := v.Captures[n.phrase]; phrase != "" {
			v.Missing = append(v.Missing, MissingRow{phrase, v.Captures[n.mapTitle], v.Captures[n.key]})
		}
	}
	v.Maps = m.mapList(j.maps)
	if len(v.Hits) > 0 && v.Hits[0].Rule.Category == ReferenceData {
		var failing []*Map
		if len(v.Maps) == 1 {
			failing = v.Maps
		}
		v.Prerequisites = m.Needed(captured(v.Captures, "lookup_map"), failing)
	}
	return v
}

// A Failure is a rule example that did not come out right.
type Failure struct {
	Rule    *Rule
	Example string // the text
	Msg     string
}

// Test judges every example of every rule with the whole set, and returns how many there are
// and those that fail: a match example must come out as its rule, with its captures; a no_match
// example must not.
func (m *Matcher) Test() (examples int, failures []Failure) {
	for _, r := range m.set.Rules {
		examples += len(r.Examples.Match) + len(r.Examples.NoMatch)
		failures = append(failures, m.testRule(r)...)
	}
	return examples, failures
}

func (m *Matcher) testRule(r *Rule) (failures []Failure) {
	for _, ex := range r.Examples.Match {
		v := m.Judge(cmp.Or(ex.Log, r.Logs[0]), ex.Text, "", "")
		if v.Signature != r.ID {
			failures = append(failures, Failure{r, ex.Text, "comes out as " + v.describe()})
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(ex.Captures)) {
			if want, got := ex.Captures[name], v.Captures[name]; got != want {
				failures = append(failures, Failure{r, ex.Text, fmt.Sprintf("capture %s is %q, want %q", name, got, want)})
			}
		}
	}
	for _, text := range r.Examples.NoMatch {
		if v := m.Judge("", text, "", ""); v.Signature == r.ID {
			failures = append(failures, Failure{r, text, "must not come out as this rule"})
		}
	}
	return failures
}

func (v *Verdict) describe() string {
	if v.Signature == "" {
		return "unknown: no rule matches"
	}
	return v.Signature
}
