package classify

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// A Placeholder is a name that the texts of every rule may use, beside the rule's own captures.
type Placeholder struct {
	Name    string
	Meaning string

	of func(m *Map) string // nil: given by something else than the map
}

// OfMap reports whether the map gives the value, so that it differs where several maps fail.
func (p Placeholder) OfMap() bool { return p.of != nil }

// Placeholders lists them: what the resolved map gives, and the missing look-ups of a
// reference-data failure (see lookup.go). The caller must not change it.
var Placeholders = []Placeholder{
	{"map", "name of the map: Customers V3", func(m *Map) string { return m.Name }},
	{"map_title", "the same, with the Dataverse set where several maps have the name", func(m *Map) string { return m.Title }},
	{"set", "Dataverse entity set of the map: accounts", func(m *Map) string { return m.Set }},
	{"dataverse_table", "Dataverse table of the map: account", func(m *Map) string { return m.Table }},
	{"fno_table_entity", "finance and operations entity of the map: CustCustomerV3Entity", func(m *Map) string { return m.FnoEntity }},
	{"prerequisites", "maps whose records must be there first, in order", nil},
	{"lookup", "the rows that a look-up did not find: payment term NET45 (map Terms of payment)", nil},
	{"lookup_map", "the maps that bring them", nil},
	{"lookup_key", "the key columns by which they are found: msdyn_name of msdyn_paymentterms", nil},
}

func placeholderNames() []string {
	names := make([]string, len(Placeholders))
	for i, p := range Placeholders {
		names[i] = p.Name
	}
	return names
}

// {name} or {name|text used when it is not known}
var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*)(?:\|([^{}]*))?\}`)

// A reference is a name that a part of a rule refers to.
type reference struct{ keys, name string }

// placeholders lists the names a rule's texts refer to, once per part.
func placeholders(r *Rule) []reference {
	var refs []reference
	add := func(keys string, texts ...string) {
		for _, t := range texts {
			for _, m := range placeholder.FindAllStringSubmatch(t, -1) {
				if ref := (reference{keys, m[1]}); !slices.Contains(refs, ref) {
					refs = append(refs, ref)
				}
			}
		}
	}
	add("title", r.Title)
	add("cause", r.Cause)
	add("fix.summary", r.Fix.Summary)
	add("fix.steps", r.Fix.Steps...)
	for _, q := range r.Fix.SQL {
		add("fix.sql", q.Title, q.Text)
	}
	return refs
}

// Named lists the placeholders that the texts of the rule name, each once and in their order: all of them, and those of
// the fix's summary alone.
func (r *Rule) Named() (all, summary []string) {
	for _, ref := range placeholders(r) {
		if !slices.Contains(all, ref.name) {
			all = append(all, ref.name)
		}
		if ref.keys == "fix.summary" {
			summary = append(summary, ref.name)
		}
	}
	return all, summary
}

// Fill returns the rule's cause and fix with every placeholder replaced: first from captures,
// then from the map. A value that is not known leaves the placeholder's own default, or in sentences a …, as
// stands for what differs, and in SQL, which somebody has to complete, its name in angle brackets. Values come from log text, so
// in SQL their quotes are doubled and their control characters dropped.
func (r *Rule) Fill(captures map[string]string, m *Map, prerequisites []string) (cause string, fix Fix) {
	return r.FillPrinted(Printed{Values: captures}, m, prerequisites)
}

// Printed is what several records print in the places of texts.
type Printed struct {
	Values  map[string]string // by capture, in words
	Several map[string]bool   // the captures of which they print more than one value, or some of them none, and what differs between their maps
	Lacking map[string]bool   // those of Several of which some print none
}

// FillPrinted is Fill for several records. A sentence is about one of them: "give A and B the rights X and Y" would say of each that it lacks what only the
// other one does, and "the user A and B is disabled" is none. Where there are several values the place keeps its default, and [Rule.Together] are the captures
// of which it has to be told what came together. Only the summary lists values, where it names one capture, of which all print one, and the rule no other one that has several. Rows
// that a look-up did not find are listed anywhere: their phrase says itself of which map they are.
func (r *Rule) FillPrinted(p Printed, m *Map, prerequisites []string) (cause string, fix Fix) {
	value := func(name string) string {
		return cmp.Or(strings.Join(captured(p.Values, name), ", "), m.placeholder(name, prerequisites))
	}
	fill := func(text string) string { return fillApart(text, apart(text, p.Several), value) }
	cause, fix = fill(r.Cause), r.Fix
	if of := apart(fix.Summary, p.Several); len(of) != 1 || len(r.Together(p.Several)) > 1 || p.Lacking[of[0]] || quotes(fix.Summary, of[0]) {
		fix.Summary = fillApart(fix.Summary, of, value)
	} else {
		fix.Summary = fillText(fix.Summary, value, gap)
	}
	fix.Steps = slices.Clone(fix.Steps)
	for i, s := range fix.Steps {
		fix.Steps[i] = fill(s)
	}
	fix.SQL = slices.Clone(fix.SQL)
	for i, q := range fix.SQL {
		fix.SQL[i] = SQL{Title: fillText(q.Title, value, gap), Text: fillText(q.Text, func(name string) string { return sqlText(value(name)) }, hole)}
	}
	return cause, fix
}

// Together lists the captures with several values that texts and queries of the rule name, each once and in their order: what came together is to be told,
// and a query is of one record.
func (r *Rule) Together(several map[string]bool) (names []string) {
	texts := append([]string{r.Cause, r.Fix.Summary}, r.Fix.Steps...)
	for _, q := range r.Fix.SQL {
		texts = append(texts, q.Title, q.Text)
	}
	for _, text := range texts {
		for _, name := range apart(text, several) {
			if !ofMap(name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

func ofMap(name string) bool {
	return slices.ContainsFunc(Placeholders, func(p Placeholder) bool { return p.Name == name && p.OfMap() })
}

// apart lists the places of a text that have several values, but for those of look-ups.
func apart(text string, several map[string]bool) (names []string) {
	if len(several) == 0 {
		return nil
	}
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if name := m[1]; several[name] && !strings.HasPrefix(name, "lookup") && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// quotes reports whether a text quotes a capture, behind a colon or as the reason: "it says: A and B" is what no record says.
func quotes(text, name string) bool {
	return name == reasonName || strings.Contains(text, ": {"+name+"|") || strings.Contains(text, ": {"+name+"}")
}

// claims finds the defaults that say something of records which name nothing, as "not named", "many" and "6000" do, and are not so where they name several.
var claims = regexp.MustCompile(`(?i)\d|\b(?:not|no|none|many|few|empty|another|other|different|more|first|mostly|too (?:many|much)|both|every|one (?:side|version|entity|of))\b`)

// fillApart fills a text in, but for the places apart, where the default stands, or a … .
func fillApart(text string, apart []string, value func(name string) string) string {
	if len(apart) == 0 {
		return fillText(text, value, gap)
	}
	text = placeholder.ReplaceAllStringFunc(text, func(place string) string {
		m := placeholder.FindStringSubmatch(place)
		switch {
		case !slices.Contains(apart, m[1]):
			return place
		case m[2] == "" || claims.MatchString(m[2]):
			return gap(m[1])
		}
		return m[2]
	})
	return fillText(text, value, gap)
}

// FillSummary returns the summary of the rule's fix with its placeholders replaced as Fill does.
func (r *Rule) FillSummary(captures map[string]string, m *Map) string {
	return fillText(r.Fix.Summary, func(name string) string {
		return cmp.Or(strings.Join(captured(captures, name), ", "), m.placeholder(name, nil))
	}, gap)
}

// captured lists the values of a capture: lookup, lookup_2 …
func captured(captures map[string]string, name string) []string {
	var out []string
	if v := captures[name]; v != "" {
		out = append(out, v)
	}
	for i := '2'; i <= '9'; i++ {
		if v := captures[name+"_"+string(i)]; v != "" {
			out = append(out, v)
		}
	}
	return out
}

// FillTitle returns the rule's title with its placeholders replaced as Fill does.
func (r *Rule) FillTitle(captures map[string]string, m *Map) string {
	title := fillText(r.Title, func(name string) string {
		return cmp.Or(strings.Join(captured(captures, name), ", "), m.placeholder(name, nil))
	}, gap)
	if t := []rune(title); len(t) > longestTitle {
		title = string(t[:longestTitle]) + " …"
	}
	return title
}

// longestTitle is how long a title may get by what is filled in, in characters.
const longestTitle = 120

// queryMaps is for how many maps a fix spells its queries out.
const queryMaps = 3

// Queries gives the rule's SQL filled in for the maps that fail, or may be the one that fails:
// spelt out for each of the first three, one query after the other, as one may speak of the query above it. A query that names no map is given once.
func (r *Rule) Queries(captures map[string]string, maps []*Map, prerequisites []string) []SQL {
	if len(maps) == 0 {
		maps = []*Map{nil}
	}
	var out []SQL
	seen := make(map[string]bool)
	_, noMap := r.Fill(captures, nil, prerequisites)
	for i := range r.Fix.SQL {
		for _, m := range maps[:min(len(maps), queryMaps)] {
			_, filled := r.Fill(captures, m, prerequisites)
			q := filled.SQL[i]
			if seen[q.Text] {
				continue
			}
			seen[q.Text] = true
			if len(maps) > 1 && q.Text != noMap.SQL[i].Text {
				q.Title += ": " + m.Title
			}
			out = append(out, q)
		}
	}
	return out
}

func (m *Map) placeholder(name string, prerequisites []string) string {
	if name == "prerequisites" {
		return strings.Join(prerequisites, ", ")
	}
	if m == nil {
		return ""
	}
	for _, p := range Placeholders {
		if p.Name == name && p.of != nil {
			return p.of(m)
		}
	}
	return ""
}

// gap stands in a sentence for a value that is not known, and hole in SQL.
func gap(string) string { return "…" }

func hole(name string) string { return "<" + strings.ReplaceAll(name, "_", " ") + ">" }

// fillText puts values in the places of a text; of one that is empty, and has no default, what unknown says stands there.
func fillText(text string, value, unknown func(name string) string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		open := strings.IndexByte(text, '{')
		length := strings.IndexByte(text[open+1:], '}')
		if open < 0 || length < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:open])
		inner := text[open+1 : open+1+length]
		name, otherwise, has := strings.Cut(inner, "|")
		if !placeholderName(name) || strings.Contains(otherwise, "{") {
			b.WriteByte('{')
			text = text[open+1:]
			continue
		}
		text = text[open+1+length+1:]
		switch v := value(name); {
		case v != "":
			if strings.HasPrefix(text, ".") || strings.HasPrefix(text, ").") {
				v = strings.TrimSuffix(v, ".") // a sentence at the end of a sentence
			}
			b.WriteString(v)
		case has:
			b.WriteString(otherwise)
		default:
			b.WriteString(unknown(name))
		}
	}
}

// placeholderName reports whether name is one as in placeholder, which is not asked: every failing record of a night has
// its fix filled in.
func placeholderName(name string) bool {
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}

func sqlText(v string) string {
	v = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return -1
		}
		return c
	}, v)
	return strings.ReplaceAll(v, "'", "''")
}
