package classify

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Statuses of a record beside those of the rules (documented, observed, …).
const (
	StatusCode    = "code"    // no rule, but an error code of the Dataverse code table
	StatusText    = "text"    // neither, but the message is a sentence of the code table
	StatusUnknown = "unknown" // neither
	StatusOK      = "ok"      // a trace without an error
)

// A Matcher judges records. It is immutable and safe for concurrent use.
type Matcher struct {
	engine *engine
	set    *Set
	byID   map[string]*Rule
	codes  map[uint32]*Code
	maps   *catalogue
	near   nearIndex
	said   *sentences // shared with the trials of a draft
}

// Compile makes a Matcher from what Load returned, and from error-codes.csv, entity-maps.csv and
// map-dependencies.csv in tables.
func Compile(s *Set, tables fs.FS) (*Matcher, error) {
	m := &Matcher{set: s, said: new(sentences), byID: make(map[string]*Rule, len(s.Rules))}
	for _, r := range s.Rules {
		m.byID[r.ID] = r
	}
	var errs [3]error
	sideBySide(len(errs), func(i int) {
		switch i {
		case 0:
			m.engine, errs[i] = newEngine(s)
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

func (r *Rule) toldApart() bool { return r.Wrapper || r.ByMessage }

// ByMessage lists the ids of the rules whose records are told apart by what they say: wrappers, which stand around many causes, and rules that take any
// reason.
func (m *Matcher) ByMessage() (ids []string) {
	for _, r := range m.set.Rules {
		if r.toldApart() {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// Mute finds the mute of a signature (a rule id, code/0x…, text/0x… or unknown/…), nil when there is none.
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

// Named finds the entry of the code table that a signature names, code/0x… or text/0x…, and whether
// the record showed its sentence only; nil for other signatures.
func (m *Matcher) Named(signature string) (c *Code, byText bool) {
	code, byCode := strings.CutPrefix(signature, "code/")
	if !byCode {
		code, byText = strings.CutPrefix(signature, "text/")
	}
	if !byCode && !byText {
		return nil, false
	}
	return m.Code(code), byText
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
