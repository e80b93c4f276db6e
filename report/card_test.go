package report

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

func drawnCard(t *testing.T, s *summary.Summary) (text string, card adaptiveCard) {
	t.Helper()
	var b strings.Builder
	if err := drawCard(&b, s); err != nil {
		t.Fatal(err)
	}
	var m teamsMessage
	d := json.NewDecoder(strings.NewReader(b.String()))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil || m.Type != "message" || len(m.Attachments) != 1 || m.Attachments[0].ContentType != "application/vnd.microsoft.card.adaptive" {
		t.Fatalf("error %v in %s", err, &b)
	}
	return b.String(), m.Attachments[0].Content
}

// spokenBy is the text of a card, a line for each paragraph and fact.
func spokenBy(card adaptiveCard) string {
	var lines []string
	for _, e := range card.Body {
		var line string
		for _, r := range e.Inlines {
			line += r.Text
		}
		if line != "" {
			lines = append(lines, line)
		}
		for _, f := range e.Facts {
			lines = append(lines, f.Title+": "+f.Value)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// TestCard: the verdict of the page, the numbers of summary.json, the first fixes in their order, and the same bytes twice.
func TestCard(t *testing.T) {
	text, card := drawnCard(t, night())
	if again, _ := drawnCard(t, night()); again != text {
		t.Error("drawn twice, it differs")
	}
	if card.Version != "1.5" || card.Teams["width"] != "Full" {
		t.Errorf("version %q, width %q", card.Version, card.Teams["width"])
	}
	var file struct {
		Report  struct{ Records, Failing, OK, Unknown int64 }
		Changes map[string]int
		Fixes   []struct {
			Rank    int
			Summary string
			Records int64
		}
	}
	var b strings.Builder
	if err := drawJSON(&b, night()); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(b.String()), &file); err != nil {
		t.Fatal(err)
	}
	got := spokenBy(card)
	said := Say(night())
	wants := []string{
		"FABRIKAM-PROD, ", strings.TrimSuffix(words.OneLine(said.Verdict), "."),
		fmt.Sprintf("Records in error: %s of %s", words.Thousands(file.Report.Failing), words.Count(file.Report.Records, "record")),
		"Share unknown: " + percent(file.Report.Unknown, file.Report.Failing),
		fmt.Sprintf("Against the %s, signatures of a map each: %d new, ", said.PeriodBefore, file.Changes["new"]), fmt.Sprintf(", %d resolved; unknown messages of a map each: 1 new.", file.Changes["resolved"]),
	}
	for _, f := range file.Fixes {
		wants = append(wants, fmt.Sprintf("\n%d. %s", f.Rank, sentence(f.Summary)), ", "+words.Count(f.Records, "record")+", ")
	}
	if len(file.Fixes) < 3 {
		t.Errorf("only %d fixes", len(file.Fixes))
	}
	at := 0
	for _, want := range wants {
		n := strings.Index(got[at:], want)
		if n < 0 {
			t.Fatalf("%q is missing behind %q in\n%s", want, got[:at], got)
		}
		at += n
	}
	if want := words.Thousands(file.Report.Failing) + " of "; !strings.Contains(card.FallbackText, want) {
		t.Errorf("%q is missing in %q", want, card.FallbackText)
	}
}

// hostileCards are nights whose texts would do something in a card.
var hostileCards = []string{
	"[click](https://evil.example)", "![x](http://evil.example/p.png)", "**b** _i_ ~~s~~ `c`", "- item\r- item\n1. one", "<at>everyone</at> <script>alert(1)</script>",
	"{{DATE(2017-02-14T06:00:00Z, SHORT)}} {{{TIME(2017-02-14T06:00:00Z)}}} ${x} @{triggerBody()}", `"},{"type":"Image","url":"http://evil.example"},{"x":"`,
	"\x00\x1b[31m\u202egnp.exe\u200b\xff", "https://evil.example www.evil.example", "##vso[task.complete]\n::error::x",
}

// TestCardIsText: what a log printed stands in no place where Teams reads Markdown, times or addresses.
func TestCardIsText(t *testing.T) {
	ours := regexp.MustCompile(`^[A-Za-z0-9 ,.%;]*$`)
	for _, hostile := range hostileCards {
		text, card := drawnCard(t, everywhere(hostile))
		for _, e := range card.Body {
			if e.Type != "RichTextBlock" && e.Type != "FactSet" {
				t.Errorf("%.40q: a %s", hostile, e.Type)
			}
			for _, f := range e.Facts {
				if !ours.MatchString(f.Title) || !ours.MatchString(f.Value) {
					t.Errorf("%.40q: fact %q: %q", hostile, f.Title, f.Value)
				}
			}
			for _, r := range e.Inlines {
				if r.Type != "TextRun" || strings.Contains(r.Text, "{{") || strings.IndexFunc(r.Text, words.Unprintable) >= 0 {
					t.Errorf("%.40q: %s %q", hostile, r.Type, r.Text)
				}
			}
		}
		if strings.Contains(text, "selectAction") || strings.IndexFunc(strings.TrimSuffix(text, "\n"), words.Unprintable) >= 0 || !utf8.ValidString(text) {
			t.Errorf("%.40q: %.300s", hostile, text)
		}
	}
}

// largeNight has 300 signatures with a fix each, and one text of 100 kB everywhere.
func largeNight(unit string) *summary.Summary {
	s := everywhere(strings.Repeat(unit, 100_000/len(unit)))
	fix, sig := s.Fixes[0], s.Signatures[0]
	s.Fixes, s.Signatures = nil, nil
	for i := range 300 {
		fix.Rank, fix.Signature = i+1, fmt.Sprintf("%s-%d", fix.Title, i)
		sig.ID, sig.Severity, sig.Change, sig.Headline = fix.Signature, "critical", summary.New, fix.Title
		sig.Fix = &fix
		s.Fixes, s.Signatures = append(s.Fixes, fix), append(s.Signatures, sig)
	}
	return s
}

// TestCardFits: Teams keeps a message as a text in another JSON and refuses one that is longer than 28,672 bytes there.
func TestCardFits(t *testing.T) {
	for _, unit := range []string{"w", `"`, `\`, "字", "😀", "word ", "\x00", "é"} {
		text, card := drawnCard(t, largeNight(unit))
		stored, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		ascii := 0 // as a writer that escapes everything else has it
		for _, r := range string(stored) {
			ascii += map[int]int{1: 1, 2: 6, 3: 6, 4: 12}[utf8.RuneLen(r)]
		}
		if len(text) > cardMost || ascii > 28_672-2_000 {
			t.Errorf("%q: %d bytes, %d stored", unit, len(text), ascii)
		}
		got := spokenBy(card)
		listed := strings.Count(got, "\n"+"1. ") + strings.Count(got, "\n2. ")
		rest := regexp.MustCompile(`\n(\d+) more fixes in fixes.csv\.\n`).FindStringSubmatch(got)
		if listed == 0 || rest == nil {
			t.Errorf("%q: no fix, or not said how many more there are: %.2000s", unit, got)
		}
	}
	if text, _ := drawnCard(t, night()); cardSize([]byte(text)) > cardMost {
		t.Error("a usual night is cut")
	}
}

// TestCardSize compares with what a writer of JSON makes of it.
func TestCardSize(t *testing.T) {
	for _, text := range []string{"", "abc", `{"a":"b\"c\\"}`, "é字😀"} {
		want := 0
		stored, _ := json.Marshal(text)
		for _, r := range string(stored[1 : len(stored)-1]) {
			want += map[int]int{1: 1, 2: 6, 3: 6, 4: 12}[utf8.RuneLen(r)]
		}
		if got := cardSize([]byte(text)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// adaptiveCardsVersion and markdownVersion are which packages of npm read the cards: Microsoft's own reader and what it renders Markdown with.
const adaptiveCardsVersion, markdownVersion = "3.0.6", "14.1.0"

// cardReader is a program for node that reads messages, one a line, and tells what the readers make of them.
const cardReader = `
const cards = require("./adaptivecards.js"), markdown = require("./markdown-it.js")({linkify: true});
for (const line of require("fs").readFileSync("cards.ndjson", "utf8").trim().split("\n")) {
	const faults = [], card = new cards.AdaptiveCard(), context = new cards.SerializationContext();
	const content = JSON.parse(line).attachments[0].content;
	card.parse(content, context);
	for (let i = 0; i < context.eventCount; i++) faults.push(context.getEventAt(i).message);
	for (const e of card.validateProperties().validationEvents) faults.push(e.message);
	for (const e of content.body) for (const f of e.facts || []) for (const text of [f.title, f.value]) {
		const html = markdown.render(text).trim();
		if (html !== "<p>" + text + "</p>") faults.push("Markdown: " + html);
	}
	const kept = content.body.map(e => e.type);
	console.log(JSON.stringify({faults: faults, kept: card.toJSON().body.map(e => e.type).join() === kept.join(), version: card.version.toString()}));
}`

// TestCardIsRead: Microsoft's own reader of Adaptive Cards finds no fault with a card, drops nothing of it, and Markdown changes no fact.
func TestCardIsRead(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		lacking(t, browserRequired, "no node to read cards with")
	}
	dir := t.TempDir()
	var messages strings.Builder
	nights := []*summary.Summary{night(), {}, largeNight("w"), largeNight("😀")}
	for _, hostile := range hostileCards {
		nights = append(nights, everywhere(hostile))
	}
	for _, s := range nights {
		text, _ := drawnCard(t, s)
		messages.WriteString(text)
	}
	for name, text := range map[string]string{
		"adaptivecards.js": fromNPM(t, "adaptivecards", adaptiveCardsVersion, "dist/adaptivecards.min.js"),
		"markdown-it.js":   fromNPM(t, "markdown-it", markdownVersion, "dist/markdown-it.min.js"),
		"read.js":          cardReader, "cards.ndjson": messages.String(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(node, "read.js")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := strings.Repeat(`{"faults":[],"kept":true,"version":"1.5"}`+"\n", len(nights))
	if d := cmp.Diff(want, string(out)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
