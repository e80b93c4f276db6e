package classify

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"go.yaml.in/yaml/v4"
)

// A Message is what a record says, and what is known of the record.
type Message struct {
	Signature       string // rule id, code/0x…, text/0x… or unknown/ and template id; empty where it does not matter
	Log             string
	Error, Trace    string
	Entity, Company string
}

// A DraftSource is the unknown cluster that a rule is drafted for.
type DraftSource struct {
	TemplateID  string
	Records     int64
	First, Last time.Time // UTC, zero when no record has a time
	Messages    []Message // the first ones
	Names       string    // what are names in the template of the first one, see MaskNames
}

// Everyone calls yield for every failing record that is known, ofCluster for those of the cluster a rule is drafted for. An
// error of yield ends the walk and is returned.
type Everyone func(yield func(m Message, ofCluster bool) error) error

// Draft writes a rule for an unknown cluster, as YAML that Load takes: its expression is made of
// the fixed words of the messages, its examples of their template with invented values in place
// of what differs from record to record. The rule takes the messages of the cluster and none of
// others; where that is not possible, none but those of clusters of the same words with values of other shapes, which the draft names
// and counts; and else the error says what stands in the way. others are some of each, to find an expression
// by; everyone is asked about the one that was found, and what came of it stands in the head of the draft. What only people can
// say, cause and fix, is left to be filled in.
func (m *Matcher) Draft(src *DraftSource, others []Message, everyone Everyone) ([]byte, error) {
	own := draftTemplate(src)
	var last error
	var against *swallowed
	for _, p := range strictPlans(own) {
		text, err := m.draft(src, &others, everyone, &p)
		if err == nil {
			return text, nil
		}
		errors.As(err, &against)
		last = err
	}
	if against == nil { // it is not the others that stand in the way
		return nil, last
	}
	for _, p := range alikePlans(own, others) {
		if text, err := m.draft(src, &others, everyone, &p); err == nil {
			return text, nil
		}
	}
	return nil, last
}

const (
	draftLetters  = 80 // of fixed text that an expression tries to do with
	minFixed      = 12 // of fixed text that an expression must have
	draftShare    = 90 // percent of the cluster's messages that the rule must take
	draftPriority = 60
)

func draftTemplate(src *DraftSource) string {
	return privateTemplate(src.Messages[0], src.Names)
}

// What a template leaves in plain words although it tells of people or a single company: mail
// addresses, what stands in parentheses behind an id, and a legal entity named as such.
var (
	emails      = regexp.MustCompile(`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`)
	described   = regexp.MustCompile(`(<(?:ID|NUM|STR|VAL)>) \([^()<>]{1,200}\)`)
	legalEntity = regexp.MustCompile(`\b((?i:company|legal entity)) [A-Z][A-Z0-9]{1,3}\b`)
)

func privateTemplate(msg Message, names string) string {
	t := string(MaskNames(TemplateOf(msg.Error, msg.Trace, msg.Entity, msg.Company), names))
	t = emails.ReplaceAllString(t, "<EMAIL>")
	t = described.ReplaceAllString(t, "$1 <NOTE>")
	return legalEntity.ReplaceAllString(t, "$1 <COMPANY>")
}

// A templatePart is a piece of a template: fixed text, or a mask.
type templatePart struct {
	text string
	mask string   // without its brackets; empty for fixed text
	also []string // masks that other clusters of the message have in its place
}

// What a mask stands for, as an expression, and how an invented value of it looks.
var maskForms = map[string]struct{ expr, value string }{
	"GUID":    {`\{?[0-9a-f-]{36}\}?`, "00000000-0000-4000-8000-00000000000%d"},
	"TIME":    {`[0-9][\w.,:/+-]{7,40}`, "2026-01-0%dT08:00:00Z"},
	"URL":     {`https?://[^ "'<>]{1,300}`, "https://contoso.example/%d"},
	"NUM":     {`[0-9][\w.,:/-]{0,60}`, "100%d"},
	"ID":      {`[\w-]{1,80}`, "AB-100%d"},
	"STR":     {`(?:'.{0,200}?'|".{0,200}?")`, "'Contoso %d'"},
	"VAL":     {`\{[^}]{0,200}\}`, "{V-100%d}"},
	"ENTITY":  {`\w[\w .()/-]{0,100}?`, "contoso_table%d"},
	"COMPANY": {`\w{1,20}`, "USM%d"},
	"NAME":    {`\S.{0,100}?`, "Contoso %d"},
	"NOTE":    {`\([^()]{0,200}\)`, "(Contoso %d)"},
	"EMAIL":   {`[^ @]{1,80}@[^ ,;]{1,80}`, "user%d@contoso.example"},
}

// formsIn are the expressions of masks whose values have forms in some messages that few messages have. Each costs a rule steps in every text, so a draft
// has those that were seen.
func formsIn(messages []Message) map[string]string {
	sentences := make([][]byte, len(messages))
	for i, m := range messages {
		sentences[i] = SentenceOf(m.Error, m.Trace)
	}
	quoted, day := strings.TrimSuffix(maskForms["STR"].expr, ")"), maskForms["TIME"].expr
	for _, q := range quotations {
		if slices.ContainsFunc(sentences, func(s []byte) bool { return bytes.Contains(s, []byte(q.open)) }) {
			quoted += "|" + q.open + ".{0,200}?[" + q.shut + "]"
		}
	}
	for _, form := range dayForms {
		if slices.ContainsFunc(sentences, form.in) {
			day += "|" + form.expr
		}
	}
	if day != maskForms["TIME"].expr {
		day = "(?:" + day + ")"
	}
	return map[string]string{"STR": quoted + ")", "TIME": day}
}

func splitTemplate(template string) (parts []templatePart) {
	for template != "" {
		loc := masks.FindStringSubmatchIndex(template)
		if loc == nil {
			return append(parts, templatePart{text: template})
		}
		if loc[0] > 0 {
			parts = append(parts, templatePart{text: template[:loc[0]]})
		}
		parts = append(parts, templatePart{mask: template[loc[2]:loc[3]]})
		template = template[loc[1]:]
	}
	return parts
}

// cutParts keeps the parts up to the one in which the number of fixed letters is reached, and
// cuts that one at a word.
func cutParts(parts []templatePart, letters int) []templatePart {
	var kept []templatePart
	for _, p := range parts {
		if p.mask == "" && len(p.text) > letters {
			if at := strings.LastIndexByte(p.text[:letters], ' '); at > 0 {
				p.text = p.text[:at]
			}
			return append(kept, p)
		}
		kept = append(kept, p)
		letters -= len(p.text)
	}
	if last := len(kept) - 1; last >= 0 {
		kept[last].text = strings.TrimRight(kept[last].text, " ")
	}
	return kept
}

// draft tries a plan. What everyone knows that others do not, and that is taken against it, it adds to these, for the next plan.
func (m *Matcher) draft(src *DraftSource, others *[]Message, everyone Everyone, p *plan) ([]byte, error) {
	fixed := 0
	for _, part := range p.parts {
		fixed += len(strings.TrimSpace(part.text))
	}
	if fixed < minFixed {
		return nil, fmt.Errorf("the messages of cluster %s have too little text in common for a rule: %q", src.TemplateID, p.template)
	}
	d := &Rule{
		ID: m.draftID(p.template, src.TemplateID, *others), Title: draftTitle(p.template), Status: "experimental", Severity: "medium", Category: "to-be-sorted", Priority: draftPriority, Tier: singleRows,
		Match: Match{Wordings: []string{draftRegex(p.parts, formsIn(slices.Concat(src.Messages, p.kin)))}},
		Cause: "Not known yet: say here in one or two sentences what happened and why.",
		Fix: Fix{
			Summary: "Find out what these records have in common, and write the fix here.", Role: "Dual-write operator", Retry: "no",
			Steps: []string{"Open the evidence of this signature in the report.", "Write what helped here, in order."},
		},
	}
	for _, msg := range src.Messages {
		if !slices.Contains(d.Logs, msg.Log) {
			d.Logs = append(d.Logs, msg.Log)
		}
	}
	slices.Sort(d.Logs)
	for i := range minExamples {
		text := frame(d.Logs[0], invented(p.template, i+1), i)
		d.Examples.Match = append(d.Examples.Match, Example{Text: text, Log: d.Logs[0]})
	}
	d.Examples.NoMatch = []string{"to be replaced below, so that the draft loads"}
	trial, err := m.with(d)
	if err != nil {
		return nil, err
	}
	if err := trial.guard(d.ID, src, *others, p); err != nil {
		return nil, err
	}
	d.Examples.NoMatch = trial.nearMisses(d.ID, p.template, *others)
	for i := range d.Examples.Match {
		x := &d.Examples.Match[i]
		v := trial.Judge(x.Log, x.Text, "", "")
		x.Captures = make(map[string]string)
		for _, name := range trial.Rule(d.ID).captureNames() {
			x.Captures[name] = v.Captures[name]
		}
	}
	if trial, err = m.with(d); err != nil {
		return nil, err
	}
	for _, f := range trial.testRule(trial.Rule(d.ID)) {
		return nil, fmt.Errorf("the draft for cluster %s fails its own example: %s: %.200q", src.TemplateID, f.Msg, f.Example)
	}
	c, err := trial.contrast(d.ID, everyone, p)
	if err != nil {
		var taken *swallowed
		if errors.As(err, &taken) {
			*others = append(slices.Clip(*others), taken.messages...)
		}
		return nil, err
	}
	return draftYAML(d, src, c)
}

// A contrast counts the records of a cluster, those of them that its draft takes, those of other clusters that it takes, too, by signature, and all others, of
// which it takes none.
type contrast struct {
	taken, cluster, others int64
	kin                    map[string]share
}

// contrast judges every record that is known once more, with the draft among the rules. How many records a cluster has is asked in a second walk, where it
// matters: clusters of which none is taken may be as many as records.
func (m *Matcher) contrast(id string, everyone Everyone, p *plan) (contrast, error) {
	c := contrast{kin: make(map[string]share)}
	var against swallowed
	err := everyone(func(msg Message, ofCluster bool) error {
		taken := m.Judge(msg.Log, msg.Error, msg.Trace, msg.Entity).Signature == id
		switch {
		case ofCluster:
			c.cluster++
			if taken {
				c.taken++
			}
			return nil
		case taken && !p.takes(msg):
			against.add(msg)
		case taken:
			n := c.kin[msg.Signature]
			n.taken++
			c.kin[msg.Signature] = n
		}
		c.others++
		return nil
	})
	if err == nil {
		err = against.err()
	}
	if err != nil || len(c.kin) == 0 {
		return c, err
	}
	err = everyone(func(msg Message, ofCluster bool) error {
		if n, ok := c.kin[msg.Signature]; ok && !ofCluster {
			n.all++
			c.kin[msg.Signature] = n
			c.others--
		}
		return nil
	})
	return c, err
}

const mostSwallowed = 10 // signatures that an error names

// swallowed are messages that a draft takes and must not, one of each signature.
type swallowed struct{ messages []Message }

func (s *swallowed) add(msg Message) {
	if len(s.messages) < mostSwallowed && !slices.ContainsFunc(s.messages, func(m Message) bool { return m.Signature == msg.Signature }) {
		s.messages = append(s.messages, msg)
	}
}

func (s *swallowed) err() error {
	if len(s.messages) == 0 {
		return nil
	}
	return s
}

func (s *swallowed) Error() string {
	var signatures []string
	for _, msg := range s.messages {
		signatures = append(signatures, msg.Signature)
	}
	slices.Sort(signatures)
	return "a rule of the common words would also take " + strings.Join(signatures, ", ") + ": draft a rule by hand that tells them apart"
}

// draftYAML writes a rule as a rule file.
func draftYAML(d *Rule, src *DraftSource, c contrast) ([]byte, error) {
	text, err := dumpRule(d)
	if err != nil {
		return nil, err
	}
	period := ""
	if !src.First.IsZero() {
		period = fmt.Sprintf(", %s to %s", src.First.Format(time.DateTime), src.Last.Format(time.DateTime))
	}
	noun := "records"
	if src.Records == 1 {
		noun = "record"
	}
	kin := ""
	if len(c.kin) > 0 {
		var sum share
		for _, n := range c.kin {
			sum.taken, sum.all = sum.taken+n.taken, sum.all+n.all
		}
		kin = fmt.Sprintf("%d of %d of others of the same words, ", sum.taken, sum.all)
	}
	head := fmt.Sprintf("# Drafted from %d %s of cluster %s%s.\n# Of all failing records of the database it takes %d of %d of the cluster, %s0 of %d others.\n%s# Fill in cause, fix, severity and category. Values in the examples are invented; check that no\n# name of a person or customer is left in plain words.\n", src.Records, noun, src.TemplateID, period, c.taken, c.cluster, kin, c.others, c.nameKin())
	return append([]byte(head), text...), nil
}

func dumpRule(d *Rule) ([]byte, error) {
	rule := write(ruleKeys, d)
	if logs := valueAt(rule, "logs"); logs != nil {
		logs.Style = yaml.FlowStyle
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{rule}}
	text, err := yaml.Dump(list, yaml.WithIndent(2), yaml.WithLineWidth(-1))
	if err != nil {
		return nil, fmt.Errorf("writing the draft: %w", err)
	}
	return text, nil
}

// with is a Matcher that knows one more rule.
func (m *Matcher) with(d *Rule) (*Matcher, error) {
	text, err := dumpRule(d)
	if err != nil {
		return nil, err
	}
	set, err := Load([]Layer{{fstest.MapFS{"draft.yaml": {Data: text}}, "."}}, time.Time{})
	if err != nil {
		return nil, fmt.Errorf("the draft does not load: %w", err)
	}
	all := &Set{Rules: append(slices.Clone(m.set.Rules), set.Rules...), Signs: m.set.Signs}
	slices.SortFunc(all.Rules, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	trial := &Matcher{set: all, byID: maps.Clone(m.byID), codes: m.codes, maps: m.maps, said: m.said}
	trial.byID[d.ID] = set.Rules[0]
	trial.engine, err = newEngine(all)
	return trial, err
}

// guard makes sure that a rule takes its cluster and nothing else but what its plan allows.
func (m *Matcher) guard(id string, src *DraftSource, others []Message, p *plan) error {
	taken, most := 0, ""
	byOther := make(map[string]int)
	for _, msg := range src.Messages {
		switch sig := m.Judge(msg.Log, msg.Error, msg.Trace, msg.Entity).Signature; {
		case sig == id:
			taken++
		case m.byID[sig] != nil && !m.byID[sig].toldApart(): // which may have taken them when they were judged, and still leaves them to be explained
			if byOther[sig]++; most == "" || byOther[sig] > byOther[most] {
				most = sig
			}
		}
	}
	if 100*taken < draftShare*len(src.Messages) {
		if byOther[most] > taken {
			return fmt.Errorf("rule %s takes %d of the %d messages of cluster %s: they were judged without it, and dwtriage reclassify with the same --rules judges them again", most, byOther[most], len(src.Messages), src.TemplateID)
		}
		return fmt.Errorf("no expression of the common words takes the messages of cluster %s: the best one takes %d of %d", src.TemplateID, taken, len(src.Messages))
	}
	var against swallowed
	var part []string
	last := make(map[string]bool) // whether the last sample of a signature was taken
	for _, msg := range others {
		was, seen := last[msg.Signature]
		isTaken := m.Judge(msg.Log, msg.Error, msg.Trace, msg.Entity).Signature == id
		if isTaken && !p.takes(msg) {
			against.add(msg)
		}
		if last[msg.Signature] = isTaken; seen && was != isTaken && !slices.Contains(part, msg.Signature) {
			part = append(part, msg.Signature)
		}
	}
	if err := against.err(); err != nil {
		return err
	}
	if p.whole && len(part) > 0 {
		return fmt.Errorf("a rule of the common words would take a part of %s", strings.Join(part, ", "))
	}
	return nil
}

// draftID names a draft by its first words, and by its cluster, too, where the draft of another unknown message would have these words: both are loaded together.
func (m *Matcher) draftID(template, templateID string, others []Message) string {
	short := strings.TrimPrefix(templateID, "t-")
	words := draftWords(template)
	if words == "" { // in a script without Latin letters
		words = short
	} else if slices.ContainsFunc(others, func(msg Message) bool {
		return msg.isUnknown() && draftWords(privateTemplate(msg, "")) == words
	}) {
		words += "-" + short[:min(len(short), 4)]
	}
	id := "site-" + words
	for n := 2; m.byID[id] != nil; n++ {
		id = fmt.Sprintf("site-%s-%d", words, n)
	}
	return id
}

// draftWords are the first words of a template, but for short ones; a "no" says what it is about.
func draftWords(template string) string {
	var words []string
	for _, w := range strings.Fields(masks.ReplaceAllString(template, " ")) {
		w = strings.Trim(strings.ToLower(w), ".,:;!?()[]'\"")
		if (len(w) >= 3 || w == "no") && words2id.MatchString(w) && len(words) < 5 {
			words = append(words, w)
		}
	}
	return strings.Join(words, "-")
}

var words2id = regexp.MustCompile(`^[a-z]+$`)

func draftTitle(template string) string {
	title := strings.Join(strings.Fields(masks.ReplaceAllString(template, "…")), " ")
	title = strings.NewReplacer("{", "", "}", "").Replace(title)
	if r := []rune(title); len(r) > maxTitle-2 {
		title = string(r[:maxTitle-2]) + " …"
	}
	return title
}

// draftRegex puts the parts together. What differs becomes a capture where the words before it
// say what it is. forms take the place of those of maskForms.
func draftRegex(parts []templatePart, forms map[string]string) string {
	var b strings.Builder
	var named []string
	before := ""
	for i, p := range parts {
		if p.mask == "" {
			b.WriteString(regexp.QuoteMeta(p.text))
			before = p.text
			continue
		}
		var ways []string
		for _, mask := range append([]string{p.mask}, p.also...) {
			expr := cmp.Or(forms[mask], maskForms[mask].expr)
			if i == len(parts)-1 && mask == "ENTITY" {
				expr = `\w+` // a lazy one at the end would take a single letter
			}
			ways = append(ways, expr)
		}
		expr := strings.Join(ways, "|")
		if len(ways) > 1 {
			expr = "(?:" + expr + ")"
		}
		mask := p.mask
		if len(p.also) > 0 {
			mask = "" // a value of another shape is no record id
		}
		if name := captureFor(mask, before); name != "" && !slices.Contains(named, name) {
			named = append(named, name)
			expr = "(?P<" + name + ">" + expr + ")"
		}
		b.WriteString(expr)
		before = ""
	}
	return b.String()
}

// captureFor names a capture by its mask, or by the word in front of it.
func captureFor(mask, before string) string {
	switch mask {
	case "ENTITY":
		return "entity"
	case "COMPANY":
		return "company"
	case "GUID":
		return "record_id"
	}
	words := strings.Fields(strings.ToLower(before))
	if len(words) == 0 {
		return ""
	}
	switch strings.Trim(words[len(words)-1], ".,:;='\"(") {
	case "company", "entity's":
		return "company"
	case "field", "column", "attribute":
		return "field"
	case "table", "entity":
		return "table"
	case "customer", "vendor", "order", "invoice", "item", "product", "quote", "account", "project", "journal", "number":
		return "record_key"
	case "value", "values":
		return "value"
	}
	return ""
}

// invented fills a template's masks with values that were never in a log.
func invented(template string, n int) string {
	return masks.ReplaceAllStringFunc(template, func(mask string) string {
		return fmt.Sprintf(maskForms[strings.Trim(mask, "<>")].value, n)
	})
}

// frame puts a message into the frame in which its log carries it: plain, then framed.
func frame(log, text string, n int) string {
	switch {
	case n == 0:
		return text
	case strings.Contains(text, `\`) && log == "dualwrite": // escaped in a text, it may as well be the beginning of a line end that is escaped twice
		return "Infolog: Error: " + text
	case log == "plugintrace":
		return "Unhandled exception: Exception type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException Message: " + text
	}
	return `{"executionStatus":2,"recordResponses":[{"errorMessage":"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"}]}`
}

// nearMisses are the two other messages that share most words with the template, with invented
// values, and where there are none, parts of the template itself.
func (m *Matcher) nearMisses(id, template string, others []Message) []string {
	own := make(map[string]bool)
	for _, w := range wordsOf(strings.ToLower(template)) {
		own[w] = true
	}
	type miss struct {
		text   string
		shared float64
	}
	var found []miss
	seen := make(map[string]bool)
	for _, msg := range others {
		t := privateTemplate(msg, "")
		x := miss{text: invented(t, 3)}
		words := wordsOf(strings.ToLower(t))
		for _, w := range words {
			if own[w] {
				x.shared += 1 / float64(len(own)+len(words))
			}
		}
		if t != "" && !seen[x.text] {
			seen[x.text] = true
			found = append(found, x)
		}
	}
	slices.SortStableFunc(found, func(a, b miss) int { return cmp.Compare(b.shared, a.shared) })
	words := strings.Fields(invented(template, 3))
	found = append(found, miss{text: strings.Join(words[:(len(words)+1)/2], " ")}, miss{text: strings.Join(words[(len(words)+1)/2:], " ")})
	var out []string
	for _, x := range found {
		if len(out) == minExamples {
			break
		}
		if x.text != "" && m.Judge("", x.text, "", "").Signature != id { // of the nearest, some may be of clusters that the rule takes, too
			out = append(out, x.text)
		}
	}
	return out
}
