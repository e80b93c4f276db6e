package classify

import (
	"strings"
	"testing"
	"time"
)

func draftOf(t *testing.T, m *Matcher, texts []string, others ...Message) (string, error) {
	t.Helper()
	src := &DraftSource{TemplateID: "0123456789ab", Records: int64(len(texts)), First: today, Last: today.Add(time.Hour)}
	for _, text := range texts {
		src.Messages = append(src.Messages, Message{Log: "plugintrace", Error: text, Entity: "contoso_parcel"})
	}
	text, err := m.Draft(src, others, all(src, others))
	return string(text), err
}

// A rule whose sign the messages do not show is tried against a draft as it judges: it takes none of them.
func TestDraftBesideSigns(t *testing.T) {
	m := compileFile(t, `- {sign: dual-write, meaning: dual-write made it, logs: [dualwrite]}
- {id: x-lost, title: t, status: observed, severity: low, category: c, priority: 90, logs: [dualwrite, plugintrace], match: {any: [was lost by carrier], signs: [dual-write]}, cause: c, fix: {summary: s, role: r, retry: "no", steps: [s]}, examples: {match: [{text: t}], no_match: [t]}}
`)
	texts := []string{"Parcel AB-77 was lost by carrier 'Blue Line'.", "Parcel CD-12 was lost by carrier 'Northwind'."}
	if v := m.Judge("plugintrace", texts[0], "", ""); v.Status != StatusUnknown {
		t.Fatalf("the message is %s, want unknown: nothing is tried", v.Signature)
	}
	if text, err := draftOf(t, m, texts); err != nil || !strings.Contains(text, "was lost by carrier") {
		t.Errorf("error %v, draft:\n%s", err, text)
	}
}

// A draft loads, takes its cluster and nothing else, passes its own examples, gives no warning,
// and holds no value of a record.
func TestDraft(t *testing.T) {
	m := builtinMatcher(t)
	texts := []string{
		"Unhandled exception: Exception type: Contoso.LostException Message: Parcel AB-77 of company USMF for ada@fabrikam.example was lost by carrier 'Blue Line' at 2026-11-22T13:20:55Z. at Contoso.Parcels.Find(String id)",
		"Parcel CD-12345 of company DEMF for bo.li@fabrikam.example was lost by carrier 'Northwind Post' at 2026-01-01T00:00:00Z.",
	}
	text, err := draftOf(t, m, texts, Message{Signature: "unknown/ffffffffffff", Log: "plugintrace", Error: "Parcel AB-78 was found again."})
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"AB-77", "CD-123", "USMF", "DEMF", "ada@", "bo.li", "Blue Line", "2026-11-22T", "AB-78"} {
		if strings.Contains(text, private) {
			t.Errorf("the draft holds %q:\n%s", private, text)
		}
	}
	for _, part := range []string{"# Drafted from 2 records of cluster 0123456789ab, 2026-11-24 09:00:00 to 2026-11-24 10:00:00.\n", "(?P<company>", "status: experimental", "was found again"} {
		if !strings.Contains(text, part) {
			t.Errorf("the draft lacks %q:\n%s", part, text)
		}
	}
	set, err := Load([]Layer{{FS: ruleFile(text), Name: "."}}, today)
	if err != nil {
		t.Fatalf("the draft does not load: %v\n%s", err, text)
	}
	with, err := Compile(&Set{Rules: append(set.Rules, m.Rules()...), Signs: m.Set().Signs}, testTables())
	if err != nil {
		t.Fatal(err)
	}
	id := set.Rules[0].ID
	if f := with.testRule(set.Rules[0]); len(f) > 0 {
		t.Errorf("the draft fails its own examples: %+v", f)
	}
	for _, w := range with.Lint() {
		if w.Rule == id {
			t.Errorf("the draft has a warning: %v", w)
		}
	}
	for _, text := range texts {
		if v := with.Judge("plugintrace", text, "", ""); v.Signature != id || v.Captures["company"] == "" {
			t.Errorf("%q comes out as %s with %v", text, v.describe(), v.Captures)
		}
	}
}

// A pattern so loose that it would swallow other clusters is made longer, or refused.
func TestDraftDoesNotSwallow(t *testing.T) {
	m := builtinMatcher(t)
	start := "The dispatcher of the northern region could not plan the visit of the technician to the site of the customer because "
	var text string
	var err error
	if text, err = draftOf(t, m, []string{start + "the van is broken."}, Message{Signature: "unknown/ffffffffffff", Log: "plugintrace", Error: start + "the road is closed."}); err != nil {
		t.Fatalf("the end of the messages tells them apart: %v", err)
	}
	if !strings.Contains(text, "the van is broken") {
		t.Errorf("the expression stops before what tells the clusters apart:\n%s", text)
	}
	if _, err = draftOf(t, m, []string{start + "12"}, Message{Signature: "unknown/ffffffffffff", Log: "plugintrace", Error: start + "13 and more of it, much more"}); err == nil || !strings.Contains(err.Error(), "unknown/ffffffffffff") {
		t.Errorf("a draft that takes another cluster: error %v, want one that names the cluster", err)
	}
	if _, err = draftOf(t, m, []string{"Lost 12"}); err == nil || !strings.Contains(err.Error(), "too little text in common") {
		t.Errorf("a draft of one word: error %v", err)
	}
	if _, err = draftOf(t, m, []string{start + "the van is broken.", "Something else", "Something else again"}); err == nil || !strings.Contains(err.Error(), "takes 1 of 3") {
		t.Errorf("a cluster of different messages: error %v", err)
	}
}

func TestDraftIDs(t *testing.T) {
	m := small(t, `site-parcel-was-lost logs: [dualwrite], match: {any: [parcel was lost]}`)
	for template, want := range map[string]string{
		"Parcel <ID> was lost.": "site-parcel-was-lost-2",
		"Parcel <ID> was found": "site-parcel-was-found",
		"<NUM> <ID>":            "site-00ab00cd00ef",
		"No van is at <ID>":     "site-no-van",
		"The gate was closed":   "site-the-gate-was-closed-00ab", // as an other one is
		"Für Kunde <ID> ist die Grenze erreicht worden": "site-kunde-ist-die-grenze-erreicht",
	} {
		if got := m.draftID(template, "t-00ab00cd00ef", []Message{{Signature: "unknown/t-1", Error: "The gate 7 was closed"}, {Signature: "dw-parcel", Error: "Parcel A1 was found"}}); got != want {
			t.Errorf("id of %q is %q, want %q", template, got, want)
		}
	}
}

// A message with backslashes is drafted from, too.
func TestDraftOfPath(t *testing.T) {
	m := builtinMatcher(t)
	for _, log := range []string{"dualwrite", "plugintrace"} {
		src := &DraftSource{TemplateID: "0123456789ab", Records: 1, First: today, Last: today, Messages: []Message{{Log: log, Error: `Yard planner wrote no file C:\temp\report\new.txt for the night`}}}
		if text, err := m.Draft(src, nil, all(src, nil)); err != nil || !strings.Contains(string(text), `C:\\temp\\report\\new\.txt`) {
			t.Errorf("%s: error %v, draft:\n%s", log, err, text)
		}
	}
}

// Whatever the log says, a draft is a file that loads, or an error.
func FuzzDraft(f *testing.F) {
	m := compileFile(f, goodRule) // with all rules a draft takes a hundred times as long
	for i, text := range exampleTexts() {
		if i%40 == 0 {
			f.Add(text)
		}
	}
	f.Add("Parcel {x} 'y' \"z\": - # & * ! | > % @ ` {{ }} [ ] lost for ever\n- id: x")
	f.Add("Parcel of 3. März 2026, 1er mars 2026, 3 d'abril del 2026 and 3-févr.-2026 lost in the yard")
	f.Add("Parcel „x“ of « y » in 「z」 at »a» or ‚b‘ lost in the yard on 11 Nov 2026")
	f.Add("null true ~ 0x10 1e3 <STR> <NUM> <NOTHING> lost in the yard today")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			t.Skip("long messages are cut")
		}
		src := &DraftSource{TemplateID: "0123456789ab", Records: 1, Messages: []Message{{Log: "dualwrite", Error: text}}}
		other := Message{Signature: "unknown/t-1", Log: "dualwrite", Error: strings.NewReplacer("1", "K", "K", "1", "<>", "<ID>").Replace(text)}
		draft, err := m.Draft(src, []Message{other}, all(src, []Message{other}))
		if err != nil {
			return
		}
		if _, err := Load([]Layer{{FS: ruleFile(string(draft)), Name: "."}}, today); err != nil {
			t.Errorf("%q: the draft does not load: %v\n%s", text, err, draft)
		}
	})
}

// all are the messages of a cluster and others, as the database would give them.
func all(src *DraftSource, others []Message) Everyone {
	return func(yield func(Message, bool) error) error {
		for _, m := range src.Messages {
			if err := yield(m, true); err != nil {
				return err
			}
		}
		for _, m := range others {
			if err := yield(m, false); err != nil {
				return err
			}
		}
		return nil
	}
}

// A message that is none of the samples, and that the draft takes, too, ends it.
func TestDraftIsContrastedWithEverything(t *testing.T) {
	m := builtinMatcher(t)
	parcel := func(n string) Message {
		return Message{Log: "dualwrite", Error: "Parcel " + n + " waits at the southern gate for its papers", Signature: "unknown/1"}
	}
	src := &DraftSource{TemplateID: "1", Records: 2, Messages: []Message{parcel("AB-1"), parcel("AB-2")}}
	text, err := m.Draft(src, nil, all(src, []Message{{Log: "dualwrite", Error: "Apples are out", Signature: "unknown/2"}}))
	if want := "it takes 2 of 2 of the cluster, 0 of 1 others."; err != nil || !strings.Contains(string(text), want) {
		t.Errorf("error %v, draft without %q:\n%s", err, want, text)
	}
	late := Message{Log: "dualwrite", Error: "Parcel AB-3 waits at the southern gate for its papers and stamps"}
	late.Signature = "unknown/3"
	if _, err = m.Draft(src, nil, all(src, []Message{late})); err == nil || !strings.Contains(err.Error(), "unknown/3") {
		t.Errorf("error %v, want one that names unknown/3", err)
	}
}

// Messages that a rule takes which was not there when they were judged need no draft: the rule is named, and how they get its verdict.
func TestDraftOfWhatARuleTakes(t *testing.T) {
	m := compileFile(t, `- {id: x-lost, title: t, status: observed, severity: low, category: c, priority: 90, logs: [dualwrite, plugintrace], match: {any: [was lost by carrier]}, cause: c, fix: {summary: s, role: r, retry: "no", steps: [s]}, examples: {match: [{text: t}], no_match: [t]}}
`)
	_, err := draftOf(t, m, []string{"Parcel AB-77 was lost by carrier 'Blue Line'.", "Parcel CD-12 was lost by carrier 'Northwind'."})
	if err == nil || !strings.Contains(err.Error(), "rule x-lost takes 2 of the 2 messages of cluster t-0123456789ab") && !strings.Contains(err.Error(), "rule x-lost takes 2 of the 2 messages of cluster 0123456789ab") || !strings.Contains(err.Error(), "dwtriage reclassify") {
		t.Errorf("error %v", err)
	}
}

// A wrapper around messages is no reason why a draft of them fails: they were judged by it.
func TestDraftOfWhatAWrapperTakes(t *testing.T) {
	m := compileFile(t, `- {id: x-wrapper, title: t, status: observed, severity: low, category: c, priority: 90, logs: [dualwrite, plugintrace], wrapper: true, match: {any: [odd thing]}, cause: c, fix: {summary: s, role: r, retry: "no", steps: [s]}, examples: {match: [{text: t}], no_match: [t]}}
`)
	err := m.guard("site-x", &DraftSource{TemplateID: "t-1", Messages: []Message{{Log: "dualwrite", Error: "An odd thing happened"}}}, nil, &plan{})
	if err == nil || !strings.Contains(err.Error(), "takes 0 of 1") {
		t.Errorf("error %v", err)
	}
}

// A draft takes quoted values in the marks of every language that the messages have them in, and as masks, for one message is one cluster.
func TestDraftOfQuotations(t *testing.T) {
	m := builtinMatcher(t)
	for _, marks := range [][2]string{{"„", "“"}, {"„", "”"}, {"‚", "‘"}, {"« ", " »"}, {"‹", "›"}, {"»", "«"}, {"»", "»"}, {"”", "”"}, {"「", "」"}, {"『", "』"}, {"＂", "＂"}} {
		text, err := draftOf(t, m, []string{
			"Parcel box of " + marks[0] + "Blue Line" + marks[1] + " was lost by the yard",
			"Parcel box of " + marks[0] + "l’Est d’ici" + marks[1] + " was lost by the yard",
			"Parcel box of 'Northwind' was lost by the yard",
		})
		if err != nil || !strings.Contains(text, "it takes 3 of 3 of the cluster") || strings.Contains(text, "Blue Line") || strings.Contains(text, "l'Est") {
			t.Errorf("%s…%s: error %v, draft:\n%s", marks[0], marks[1], err, text)
		}
	}
}

// A draft takes days in every form that the messages have.
func TestDraftOfDays(t *testing.T) {
	m := builtinMatcher(t)
	for _, day := range []string{"1/3/2026", "3.11.2026", "11 Nov 2026", "November 3, 2026", "11. Nov. 2026", "11-Nov-2026", "2026年11月3日", "2026년 11월 3일",
		"3. März 2026", "1er mars 2026", "1º janeiro 2026", "3 de marzo de 2026", "3 d'abril del 2026", "3-févr.-2026", "3 मार्च 2026", "3. mar. 2026"} {
		text, err := draftOf(t, m, []string{"Parcel box was lost on " + day + " by the yard", "Parcel box was lost on 2026-11-22T13:20:55Z by the yard"})
		if err != nil || !strings.Contains(text, "it takes 2 of 2 of the cluster") || strings.Contains(text, day) {
			t.Errorf("%s: error %v, draft:\n%s", day, err, text)
		}
	}
}
