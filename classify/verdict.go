package classify

// A Verdict is everything the Matcher finds out about one text, for people to look at.
type Verdict struct {
	Log        string
	Status     string
	Signature  string // rule id, code/0x8…, text/0x8…, or empty
	Code       *Code
	Hits       []Hit // every rule that matches, the primary one first
	Captures   map[string]string
	Maps       []*Map            // candidates; one when the map is resolved
	Needs      Needs             // of a reference-data failure: the maps to synchronize first, in order
	Texts      [numFields]string // normal forms of error text and trace text
	Missing    []MissingRow      // what a look-up did not find
	Template   string
	TemplateID string
}

// A MissingRow is a row that a look-up of the failing record did not find.
type MissingRow struct {
	Phrase string // payment term NET45 (map Terms of payment)
	Map    string // title of the map that brings it, or "A or B"; empty when not known
	Key    string // its key column, with its table where the message names it; empty when not known
}

// A Hit is a rule that matches, and where: Text[Start:End] of the normal form of Field.
type Hit struct {
	Rule       *Rule
	Field      string
	Part       string // of the rule that matched: regex, any or codes
	Start, End int
	Text       string // what it matched
	Lost       string // why it ranks behind the primary hit, for people; empty for the primary one
}

// Texts are the columns of a record that it is judged by, as [Matcher.JudgeRow] takes them.
type Texts struct {
	Log, Type, Error, Trace, Entity, Company string // Company as the log prints it
}

// Judge classifies one text as Classify does. log may be empty: then rules of both logs take
// part, and only the text shows whose failure it is.
func (m *Matcher) Judge(log, errText, trace, entity string) *Verdict {
	return m.JudgeRow(log, "", errText, trace, entity, "")
}

// JudgeRow is Judge for a record with all columns that Classify looks at: also the name of a plug-in type, which
// may show that the record is one of dual-write, and the company that the log prints, which its template masks.
func (m *Matcher) JudgeRow(log, plugin, errText, trace, entity, company string) *Verdict {
	j := &judge{m: m}
	j.record(log, []byte(Name(plugin)), [numFields][]byte{[]byte(errText), []byte(trace)}, []byte(Name(entity)), []byte(Name(company)))
	v := &Verdict{Log: log, Code: j.code(), Captures: make(map[string]string), Template: string(j.template), TemplateID: TemplateID(j.template)}
	v.Signature, v.Status, _, _ = j.decided(v.Code)
	for i, mt := range j.matches {
		lost := ""
		if i > 0 {
			lost = m.engine.lostBy(j.matches[0], mt)
		}
		v.Hits = append(v.Hits, Hit{
			Rule: m.engine.rules[mt.rule].rule, Field: fieldNames[mt.field], Part: partNames[mt.part],
			Start: int(mt.start), End: int(mt.end), Text: string(j.text[mt.field][mt.start:mt.end]), Lost: lost,
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
	if len(v.Hits) > 0 && v.Hits[0].Rule.WaitsForMaps() {
		var failing []*Map
		if len(v.Maps) == 1 {
			failing = v.Maps
		}
		v.Needs = m.Needed(captured(v.Captures, "lookup_map"), failing)
	}
	return v
}
