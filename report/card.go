package report

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// What Teams takes. It stores a message as a text inside of another JSON, and refuses one that is longer there than
// 28 KB ("max allowed size is 28672 bytes"; Microsoft's page on incoming webhooks says 28 KB, that on the Teams connector about
// 28 KB with everything in it). It shows Adaptive Cards up to version 1.5; all of this one is in 1.2.
const (
	cardVersion = "1.5"
	cardMost    = 24_000 // of the 28,672: Teams adds properties of its own
)

// A teamsMessage is what a workflow that begins with "When a Teams webhook request is received" takes as its body.
type teamsMessage struct {
	Type        string            `json:"type"`
	Attachments []teamsAttachment `json:"attachments"`
}

type teamsAttachment struct {
	ContentType string       `json:"contentType"`
	ContentURL  *string      `json:"contentUrl"`
	Content     adaptiveCard `json:"content"`
}

type adaptiveCard struct {
	Schema       string            `json:"$schema"`
	Type         string            `json:"type"`
	Version      string            `json:"version"`
	FallbackText string            `json:"fallbackText"`
	Body         []cardElement     `json:"body"`
	Teams        map[string]string `json:"msteams"`
}

// A cardElement is a paragraph (RichTextBlock) or the table of numbers (FactSet).
type cardElement struct {
	Type      string     `json:"type"`
	Separator bool       `json:"separator,omitempty"`
	Spacing   string     `json:"spacing,omitempty"`
	Inlines   []cardRun  `json:"inlines,omitempty"`
	Facts     []cardFact `json:"facts,omitempty"`
}

// A cardRun is a piece of a paragraph. Unlike the texts of a TextBlock or a fact it is no Markdown, so what a log printed
// makes no link, list or emphasis there.
type cardRun struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Size   string `json:"size,omitempty"`
	Weight string `json:"weight,omitempty"`
	Subtle bool   `json:"isSubtle,omitempty"`
}

// A cardFact has words and numbers of ours alone: Teams reads both texts as Markdown.
type cardFact struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

// drawCard writes a message for Teams with one Adaptive Card: the verdict, the numbers, what changed and what to do first. It has
// as many fixes, and as much of each text, as Teams takes.
func drawCard(w io.Writer, s *summary.Summary) error {
	for _, room := range []cardRoom{{8, 240}, {6, 240}, {5, 200}, {4, 160}, {3, 120}, {2, 80}, {1, 40}, {0, 20}} {
		text, err := encodeCard(newCard(s, room))
		if err != nil {
			return err
		}
		if cardSize(text) <= cardMost || room.fixes == 0 {
			_, err := w.Write(text)
			return err
		}
	}
	return nil
}

// cardRoom is how much a card may say.
type cardRoom struct {
	fixes int
	text  int // characters of a text of the rules or of a log; the verdict has six times as many
}

// choose picks fixes as the terminal does, so that the first of every tier has a place.
func (room cardRoom) choose(fixes []summary.Fix) []summary.Fix {
	if room.fixes == 0 {
		return nil
	}
	plan, repeats := summary.Choice{Most: room.fixes, OfTier: 2, Repeats: 1, Strict: true}.Of(fixes)
	return slices.Concat(plan, repeats)
}

// encodeCard is compact, since blanks between values count like everything else.
func encodeCard(card adaptiveCard) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(teamsMessage{"message", []teamsAttachment{{"application/vnd.microsoft.card.adaptive", nil, card}}})
	return words.AppendJSON(nil, b.Bytes()), err
}

// cardSize is how long a message is as a text inside of another JSON, all in ASCII.
func cardSize(message []byte) int {
	n := len(message)
	for _, r := range string(message) {
		switch {
		case r == '"' || r == '\\':
			n++
		case r > 0xffff:
			n += 12 - utf8.RuneLen(r)
		case r >= utf8.RuneSelf:
			n += 6 - utf8.RuneLen(r)
		}
	}
	return n
}

func newCard(s *summary.Summary, room cardRoom) adaptiveCard {
	title := "dwtriage"
	if s.Environment != "" {
		title = s.Environment
	}
	if period := periodTitle(s); period != "" {
		title += ", " + period
	}
	title = room.fit(title)
	count := words.Thousands(s.Failing) + " of " + words.Count(s.Records, "record") + " failed"
	c := adaptiveCard{
		Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: cardVersion,
		FallbackText: title + ": " + count, Teams: map[string]string{"width": "Full"},
	}
	add := func(e cardElement) { c.Body = append(c.Body, e) }
	add(paragraph(run(title).bold().large()))
	add(paragraph(room.spoken(verdict(s))...))
	facts := cardElement{Type: "FactSet", Separator: true}
	for _, n := range cards(s) {
		value := n.Value + ", " + n.Detail
		if strings.HasPrefix(n.Detail, "of ") || strings.HasPrefix(n.Detail, "in ") {
			value = n.Value + " " + n.Detail
		}
		facts.Facts = append(facts.Facts, cardFact{n.Label, strings.TrimSuffix(value, ", ")})
	}
	add(facts)
	if s.Compared() {
		add(paragraph(run("Against the "+periodBefore(s)+", signatures of a map each: ").bold(), run(orWords(changed(s), "none")+".")))
		c.Body = append(c.Body, room.cardChanges(s)...)
	}
	if len(s.Fixes) > 0 {
		head := paragraph(run("Do this first").bold())
		head.Separator = true
		add(head)
	}
	listed := room.choose(s.Fixes)
	for _, f := range listed {
		add(paragraph(run(strconv.Itoa(f.Rank)+". "), run(room.fit(sentence(orWords(f.Summary, orWords(f.Title, f.Signature))))).bold()))
		how := sevWord(f.Severity)
		if state := stateWord(s, &f); state != "" {
			how += ", " + room.fit(state)
		}
		text := strings.Join([]string{how, words.Count(f.Records, "record"), room.fit(Who(&f)), room.fit(some(f.Entities, 3))}, ", ")
		detail := paragraph(run(text).subtle())
		detail.Spacing = "None"
		add(detail)
	}
	if n := len(s.Fixes) - len(listed); n > 0 {
		add(paragraph(run(words.Count(n, "more fix", "more fixes") + " in fixes.csv.").subtle()))
	}
	for _, sentence := range Redaction(s) {
		add(paragraph(run(sentence).subtle()))
	}
	last := paragraph(run(capital(RunWords(s)) + ". Everything is in its report: index.html.").subtle())
	last.Separator = true
	add(last)
	return c
}

func paragraph(runs ...cardRun) cardElement { return cardElement{Type: "RichTextBlock", Inlines: runs} }

// run is a piece of text as it is. Two braces would begin a function that formats a time, which runs have, too.
func run(text string) cardRun {
	text = words.OneLine(text)
	for strings.Contains(text, "{{") {
		text = strings.ReplaceAll(text, "{{", "{ {")
	}
	return cardRun{Type: "TextRun", Text: text}
}

func (r cardRun) bold() cardRun   { r.Weight = "Bolder"; return r }
func (r cardRun) large() cardRun  { r.Size = "Large"; return r }
func (r cardRun) subtle() cardRun { r.Subtle = true; return r }

// spoken are phrases without their links, which lead into the page, as far as there is room for them.
func (room cardRoom) spoken(list []phrase) []cardRun {
	var runs []cardRun
	left := 6 * room.text
	for _, p := range list {
		if p.Ends {
			continue
		}
		text := room.fit(p.Text)
		n := utf8.RuneCountInString(text)
		if n > left {
			return append(runs, run("… The first paragraph of index.html has the rest."))
		}
		left -= n
		r := run(text)
		if p.Strong {
			r = r.bold()
		}
		runs = append(runs, r)
	}
	return runs
}

// fit cuts a text, and says so with a sign at its end.
func (room cardRoom) fit(text string) string {
	if utf8.RuneCountInString(text) <= room.text {
		return text
	}
	return string([]rune(text)[:room.text]) + " …"
}
