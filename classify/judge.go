package classify

import (
	"bytes"
	"slices"
	"strconv"

	"dwtriage/classify/pattern"
)

// judge is the working memory for judging records one after the other; its results are valid
// until the next record.
type judge struct {
	m        *Matcher
	done     <-chan struct{} // closed when nobody waits for a verdict any more; nil: never
	s        scratch
	text     [numFields][]byte       // normal forms
	search   [numFields]pattern.Text // the same, to be searched
	matches  []match
	shows    []int8 // per sign of the engine: whether the record shows it
	codes    []codeHit
	captures []capture
	maps     []int
	key      []byte
	sentence []byte       // of the error text, else of the trace; points into a normal form
	inner    pattern.Text // the sentence, where it was matched by itself
	innerAt  int32        // where it starts in the error text
	template []byte
	reach    reach
	seekings seekings
	ends     [groupEnds]int32
	said     said // sentence of the code table, of a record that neither a rule nor a code explains

	made  []byte // values of captures that no text holds as they are
	apart bool   // the match whose captures are taken is of another error than the primary one
}

type capture struct {
	name  string
	value []byte // points into the normal form
}

// What a long record may cost. One that is shorter is judged whole, whatever it costs.
const (
	longRecord    = 16 << 10 // bytes of its normal form
	judgedBytes   = longRecord
	recordSteps   = 400_000
	recordPerByte = 5 // 8 MB/s at 25 ns a step, and what takes no steps comes on top of it
)

// farBytes is how far from a match others of its rule are looked for, and from the start of a text the columns of a map.
const farBytes = 64 << 10

// judgedName is the capture that marks a record judged by its first bytes only, and says how many.
const judgedName = "judged_bytes"

// record judges one failing record. Texts are as logged; the type of the plug-in, entity and company are
// the record's own columns.
//
// What a record costs grows with its length and not faster: all rules together may take so many steps for each byte. A long
// text made of near misses takes more. Then it is judged again by its first bytes, as if the log had cut it there, and marked:
// what such a text names at its end nobody would find by hand either, and a verdict that depends on which rule happened to
// be tried before the steps were spent would be no verdict.
func (j *judge) record(log string, plugin []byte, texts [numFields][]byte, entity, company []byte) {
	j.normalize(texts)
	size := j.size()
	steps := -1
	if size > longRecord {
		steps = recordSteps + recordPerByte*size
	}
	j.s.seeker.Bound(steps, j.done)
	j.match(log, plugin)
	cut := j.s.seeker.Spent()
	if cut {
		for f := range numFields {
			j.text[f] = bytes.TrimRight(cutAtRune(j.text[f], judgedBytes), " ")
		}
		j.s.seeker.Bound(-1, j.done)
		j.match(log, plugin)
	}
	j.verdict(log, entity, company)
	if cut {
		j.keep(judgedName, strconv.AppendInt(nil, judgedBytes, 10))
	}
}

// normalize makes the normal forms of the texts of a record.
func (j *judge) normalize(texts [numFields][]byte) {
	for f := range numFields {
		j.text[f] = Normalize(j.text[f][:0], texts[f])
		if f == errorText {
			blankTrace(j.text[f])
		}
	}
}

// size is how many bytes the normal forms have.
func (j *judge) size() (n int) {
	for _, text := range j.text {
		n += len(text)
	}
	return n
}

// match finds the rules, codes and the sentence of the normal forms.
func (j *judge) match(log string, plugin []byte) {
	j.matches, j.sentence = j.matches[:0], nil
	for f := range numFields {
		j.search[f] = pattern.TextOf(j.text[f])
		j.matches = j.m.engine.appendMatches(j.matches, &j.s, log, int8(f), j.search[f])
		if f == errorText {
			j.codes = j.codes[:0]
			if len(j.text[f]) > 0 { // else the codes are those of the record before
				j.codes = append(j.codes, j.s.codes...)
			}
			j.matchSentence(log)
		}
	}
	j.withSigns(log, plugin)
	if len(j.sentence) == 0 {
		j.sentence = Sentence(j.text[traceText])
	}
}

// verdict makes a verdict of what match found.
func (j *judge) verdict(log string, entity, company []byte) {
	j.matches = j.m.engine.rank(j.matches)
	j.said = said{}
	if code := j.code(); len(j.matches) == 0 && (code == nil || slices.Contains(catchAll, code.Value)) {
		j.m.said.of(j.m.codes)
		j.said = j.m.said.find(&j.reach, log, j.text[errorText])
	}
	j.captures, j.made = j.captures[:0], j.made[:0]
	j.reason()
	for i, mt := range j.matches {
		if j.knowsAll(mt) {
			continue // a match of higher rank has given it all
		}
		mt = j.Nearest(mt)
		j.apart = i > 0 && j.otherError(mt)
		text, at := j.searched(mt)
		j.m.engine.capture(at, text, j.keepGroup)
		if mt.inner && mt.outer >= 0 && !j.knowsAll(mt) { // what only the dress names, such as ids
			mt.start = mt.outer
			j.m.engine.capture(mt, j.search[mt.field], j.keepGroup)
		}
	}
	if fno := j.capture("fno_entity"); fno != nil && bytes.EqualFold(fno, j.capture("entity")) {
		j.set("fno_entity", nil) // the message names the Dataverse table twice, and no entity
	}
	own := company
	if len(own) == 0 {
		own = j.capture("company")
	}
	j.recordKey(own)
	j.maps, j.key = j.m.maps.resolve(j.maps, j.key, j.capture("map_name"), j.capture("entity"), j.capture("fno_entity"), entity)
	j.maps = j.m.maps.filtered(j.maps, cutAtRune(j.text[errorText], farBytes), cutAtRune(j.text[traceText], farBytes))
	j.lookups(own)
	j.template = Template(j.template[:0], j.sentence, entity, company)
}

// matchSentence finds the sentence of the error text and, where it wears a dress, matches it by itself: a
// rule that asks for the start or the end of a message finds them there, and captures end with it. A match
// in the sentence takes the place of the one that the same rule has in the whole text. What excludes a rule
// still does wherever it stands.
func (j *judge) matchSentence(log string) {
	whole := j.text[errorText]
	inner := undressed(whole)
	j.sentence = introduced(inner)
	if len(inner) == len(whole) {
		return
	}
	j.inner = pattern.TextOf(inner)
	j.innerAt = int32(cap(whole) - cap(inner)) // parts of one text end where its memory ends
	outer := len(j.matches)
	j.matches = j.m.engine.appendInner(j.matches, &j.s, log, errorText, j.search[errorText], j.inner, j.innerAt)
	kept := j.matches[:outer]
	for _, mt := range j.matches[outer:] {
		mt.inner, mt.start, mt.end, mt.outer = true, mt.start+j.innerAt, mt.end+j.innerAt, -1
		if i := slices.IndexFunc(kept[:outer], func(o match) bool { return o.rule == mt.rule }); i >= 0 {
			mt.outer = kept[i].start
			kept[i] = mt
		} else if j.mayStart(mt) && !j.m.engine.excluded(mt.rule, whole) {
			kept = append(kept, mt)
		}
	}
	j.matches = kept
}

// mayStart reports whether a rule may take the start of the sentence for the start of a message. Where a plug-in
// stopped the operation with words of its own it may not: they may be those of another program, and a rule
// that knows a message by its start only would name the wrong one. There it must match behind the dress, too.
func (j *judge) mayStart(mt match) bool {
	whole := j.text[errorText]
	own := slices.ContainsFunc(j.codes, func(h codeHit) bool { return h.value == isvAborted }) ||
		bytes.Contains(whole, []byte("InvalidPluginExecutionException")) || bytes.Contains(whole, []byte("xception from plug-in ("))
	if !own {
		return true
	}
	headed := pattern.TextOf(whole[:int(j.innerAt)+len(j.inner.Bytes())])
	return mt.part == byRegex && j.m.engine.rules[mt.rule].expr.Next(headed, 0, len(headed.Bytes())) >= 0
}

// What is known of a sign in a record.
const (
	signUnknown = iota
	signShown
	signMissing
)

// withSigns drops the matches of rules whose signs the record does not show, and of those whose
// forbidden signs it shows. Signs are looked for only when a rule that matches asks, which few do, and once for
// a record.
func (j *judge) withSigns(log string, plugin []byte) {
	e := j.m.engine
	j.shows = append(j.shows[:0], make([]int8, len(e.signs))...)
	has := func(sign int8) bool {
		if j.shows[sign] == signUnknown {
			j.shows[sign] = signMissing
			if e.signs[sign].shownBy(log, plugin, &j.search, &j.s.met) {
				j.shows[sign] = signShown
			}
		}
		return j.shows[sign] == signShown
	}
	j.matches = slices.DeleteFunc(j.matches, func(m match) bool {
		c := &e.rules[m.rule]
		for _, s := range c.signs {
			if !has(s) {
				return true
			}
		}
		return slices.ContainsFunc(c.noSigns, has)
	})
}

// searched is the text in which a match was found, and the match by its positions there.
func (j *judge) searched(mt match) (pattern.Text, match) {
	if mt.inner {
		mt.start, mt.end = mt.start-j.innerAt, mt.end-j.innerAt
		return j.inner, mt
	}
	return j.search[mt.field], mt
}

// reasonBytes is the longest reason: a title or a sentence shows it, and evidence the whole text.
const reasonBytes = 400

// reason keeps the sentence of a record that nothing but a wrapper explains.
func (j *judge) reason() {
	if len(j.matches) == 0 || !j.m.engine.rules[j.matches[0].rule].tells || openerEnd(j.sentence) == len(j.sentence) {
		return
	}
	j.keep(reasonName, cutAtRune(j.sentence, reasonBytes))
}

// keepGroup keeps what a group of an expression took: the id of a company in capitals, since usmf and USMF are one.
func (j *judge) keepGroup(name string, value []byte) {
	if j.apart && namesRow(name) {
		return
	}
	if value = within(j.sentence, value); len(value) > 0 {
		if name == "company" && j.capture(name) == nil && isCompanyID(value) {
			value = j.compose(func(dst []byte) []byte { return appendUpper(dst, value) })
		}
		j.keep(name, value)
	}
}

// namesRow reports whether a capture says which row failed, with what value, or who may not write it. Those
// of two errors make a third one that never happened. The others tell how: the status of an answer, the type
// of an exception.
func namesRow(name string) bool {
	switch name {
	case "record_key", "record_id", "company", "entity", "fno_entity", "map_name", "other_entity", "table", "field", "value", "key",
		"principal", "principal_id", "privilege", "access", "owner", "date", "state", "dependent", "sequence":
		return true
	}
	return false
}

// otherError reports whether a match that lost is of another error than the primary one: of another rule about a
// cause, and elsewhere. A wrapper is part of the error that it wraps, and rules that match the same words
// read the same error.
func (j *judge) otherError(mt match) bool {
	primary := j.matches[0]
	return !j.m.engine.rules[mt.rule].rule.Wrapper && (mt.field != primary.field || mt.end <= primary.start || primary.end <= mt.start)
}

// nearest is the match of a wrapper that stands nearest before the primary match: where a text holds several errors, the
// first wrapper is that of the first. A later one must give all names that the first one gives, or it is
// another part of the same frame ("Writes to … failed with").
func (j *judge) Nearest(mt match) match {
	primary := j.matches[0]
	c := &j.m.engine.rules[mt.rule]
	if !c.rule.Wrapper || !c.captures || mt.part != byRegex || mt.inner || mt.field != primary.field || primary.start <= mt.start {
		return mt
	}
	text, found := j.search[mt.field], mt
	for at := max(int(mt.start)+1, int(primary.start)-farBytes); ; { // a wrapper reaches to the end of what it wraps, so others begin inside it
		var buf [groupEnds]int32
		next := c.expr.Next(text, at, int(primary.start)-1)
		if next < 0 {
			return found
		}
		later, loc := mt, c.expr.Submatches(buf[:], text, next)
		if loc == nil {
			return found
		}
		if later.start, later.end = loc[0], loc[1]; j.givesAll(mt, later) {
			found = later
		}
		at = int(loc[0]) + 1
	}
}

// givesAll reports whether a match gives every name that another one of its rule gives.
func (j *judge) givesAll(first, later match) bool {
	all, text := true, j.search[first.field]
	j.m.engine.capture(first, text, func(name string, _ []byte) {
		has := false
		j.m.engine.capture(later, text, func(n string, _ []byte) { has = has || n == name })
		all = all && has
	})
	return all
}

// set gives a capture another value, and takes one away that has none.
func (j *judge) set(name string, value []byte) {
	j.captures = slices.DeleteFunc(j.captures, func(c capture) bool { return c.name == name && len(value) == 0 })
	for i := range j.captures {
		if j.captures[i].name == name {
			j.captures[i].value = value
		}
	}
}

// keep adds a capture unless a match of higher rank has given it already.
func (j *judge) keep(name string, value []byte) {
	if j.capture(name) == nil {
		j.captures = append(j.captures, capture{name, value})
	}
}

// knowsAll reports whether every capture that a match may give has been given.
func (j *judge) knowsAll(mt match) bool {
	for _, name := range j.m.engine.rules[mt.rule].names {
		if j.capture(name) == nil {
			return false
		}
	}
	return true
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

// affectedKey is the business record that failed: as the log prints it in a column, else as its message
// names it. The company alone is none: keys of finance and operations begin with it.
func (j *judge) affectedKey(printed, company []byte) []byte {
	if key := j.compose(func(dst []byte) []byte { return BusinessKey(dst, printed, company) }); len(key) > 0 {
		return key
	}
	if key := j.capture("record_key"); key != nil {
		return key
	}
	return j.capture("record_id")
}

// recordKey leaves of the key that the message prints what appendKey says. Its label is the field, where it stands
// in front of it: "Customer group: 40, Retail".
func (j *judge) recordKey(company []byte) {
	printed := j.capture("record_key")
	if printed == nil {
		return
	}
	var label []byte
	if field := j.capture("field"); field != nil && ofOneText(field, printed) {
		if between := cap(field) - len(field) - cap(printed); between > 0 && between <= len(": ") {
			label = field
		}
	}
	j.set("record_key", j.compose(func(dst []byte) []byte { return appendKey(dst, printed, label, company) }))
}

// lookups finds the missing rows that the primary match and further matches of its expression
// name, and adds them as captures.
func (j *judge) lookups(company []byte) {
	if len(j.matches) == 0 {
		return
	}
	mt := j.matches[0]
	if !j.m.engine.rules[mt.rule].looksUp {
		return
	}
	n := 0
	text, mt := j.searched(mt)
	j.m.engine.eachMatch(mt, text, 2*len(lookupNames), j.ends[:], func(g groupsTaken) {
		if n > len(lookupNames) {
			return
		}
		table, field, value := within(j.sentence, g.group("table")), within(j.sentence, g.group("field")), within(j.sentence, g.group("value"))
		if len(table) == 0 && len(field) == 0 {
			return
		}
		key, other := lookedUp(text.Bytes(), value, company)
		other = bytes.ToUpper(other) // as every company
		if !bytes.Equal(key, value) {
			if bytes.Equal(j.capture("value"), value) {
				j.set("value", key)
			}
			value = key
		}
		t := j.m.maps.lookup(&j.seekings, j.maps, table, field)
		phrase := j.compose(func(dst []byte) []byte { return t.phrase(dst, table, field, value) })
		for i := range n {
			if bytes.Equal(j.capture(lookupNames[i].phrase), phrase) && bytes.Equal(j.capture(lookupNames[i].company), other) {
				return
			}
		}
		if n++; n > len(lookupNames) {
			j.keep(lookupMore, phrase)
			return
		}
		names := lookupNames[n-1]
		j.keep(names.phrase, phrase)
		if len(t.maps) > 0 {
			j.keep(names.mapTitle, j.compose(t.titles))
		}
		if len(t.key) > 0 {
			j.keep(names.key, j.compose(func(dst []byte) []byte { return t.column(dst, table) }))
		}
		if len(value) > 0 {
			j.keep(names.value, value)
		}
		if len(other) > 0 {
			j.keep(names.company, other)
		}
		if set := t.set(j.seekings.table); set != "" && (len(t.key) == 0 || string(table) != set) {
			j.keep(names.table, j.compose(func(dst []byte) []byte { return append(dst, set...) }))
		}
	})
}

// compose keeps a text until the next record.
func (j *judge) compose(write func(dst []byte) []byte) []byte {
	from := len(j.made)
	j.made = write(j.made)
	return j.made[from:len(j.made):len(j.made)]
}
