package classify

import (
	"bytes"
	"slices"

	"dwtriage/classify/pattern"
)

// judge is the working memory for judging records one after the other; its results are valid
// until the next record.
type judge struct {
	m        *Matcher
	s        scratch
	text     [numFields][]byte       // normal forms
	search   [numFields]pattern.Text // the same, to be searched
	matches  []match
	shows    []int8 // per sign of the engine: whether the record shows it
	codes    []codeHit
	captures []capture
	maps     []int
	key      []byte
	template []byte
	reach    reach
	said     said // sentence of the code table, of a record that neither a rule nor a code explains

	lookupTexts []byte // of captures, see lookup.go
}

type capture struct {
	name  string
	value []byte // points into the normal form
}

// record judges one failing record. Texts are as logged; the type of the plug-in, entity and company are
// the record's own columns.
func (j *judge) record(log string, plugin []byte, texts [numFields][]byte, entity, company []byte) {
	j.matches = j.matches[:0]
	for f := range numFields {
		j.text[f] = Normalize(j.text[f][:0], texts[f])
		if f == errorText {
			blankTrace(j.text[f])
		}
		j.search[f] = pattern.TextOf(j.text[f])
		j.matches = j.m.engine.appendMatches(j.matches, &j.s, log, int8(f), j.search[f])
		if f == errorText {
			j.codes = j.codes[:0]
			if len(j.text[f]) > 0 { // else the codes are those of the record before
				j.codes = append(j.codes, j.s.codes...)
			}
		}
	}
	j.withSigns(log, plugin)
	j.matches = j.m.engine.rank(j.matches)
	j.said = said{}
	if code := j.code(); len(j.matches) == 0 && (code == nil || slices.Contains(catchAll, code.Value)) {
		j.m.said.of(j.m.codes)
		j.said = j.m.said.find(&j.reach, log, j.text[errorText])
	}
	j.captures = j.captures[:0]
	for _, mt := range j.matches {
		j.m.engine.capture(mt, j.search[mt.field], j.keep)
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

// code is the error code of the record, nil when there is none. Of several codes in the error text
//   - only those count that stand in the code table and are Dataverse's own (see [foreign]), in
//     whatever order the keys around them come;
//   - a catch-all counts where no other does;
//   - of the rest the last one does: inner faults are printed behind the outer ones, and what went
//     wrong first is the cause. It counts as a code of the record even where a rule finds more.
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
	case j.said.code != nil:
		return "text/" + j.said.code.String(), StatusText, "", ""
	}
	return "", StatusUnknown, "", ""
}

// affectedKey is the business record that failed, where the message names it.
func (j *judge) affectedKey() []byte {
	if key := j.capture("record_key"); key != nil {
		return key
	}
	return j.capture("record_id")
}

// lookups finds the missing rows that the primary match and further matches of its expression
// name, and adds them as captures.
func (j *judge) lookups() {
	if len(j.matches) == 0 {
		return
	}
	mt := j.matches[0]
	if !j.m.engine.rules[mt.rule].looksUp {
		return
	}
	j.lookupTexts = j.lookupTexts[:0]
	n := 0
	j.m.engine.eachMatch(mt, j.search[mt.field], len(lookupNames), func(group func(name string) []byte) {
		table, field, value := group("table"), group("field"), group("value")
		if len(table) == 0 && len(field) == 0 {
			return
		}
		t := j.m.maps.lookup(j.maps, table, field)
		phrase := j.lookupText(func(dst []byte) []byte { return t.phrase(dst, table, field, value) })
		for i := range n {
			if bytes.Equal(j.capture(lookupNames[i].phrase), phrase) {
				return
			}
		}
		j.keep(lookupNames[n].phrase, phrase)
		if len(t.maps) > 0 {
			j.keep(lookupNames[n].mapTitle, j.lookupText(t.titles))
		}
		if t.key != "" {
			j.keep(lookupNames[n].key, j.lookupText(func(dst []byte) []byte { return t.column(dst, table) }))
		}
		n++
	})
}

// lookupText keeps a text until the next record.
func (j *judge) lookupText(write func(dst []byte) []byte) []byte {
	from := len(j.lookupTexts)
	j.lookupTexts = write(j.lookupTexts)
	return j.lookupTexts[from:len(j.lookupTexts):len(j.lookupTexts)]
}
