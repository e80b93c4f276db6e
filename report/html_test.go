package report

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dwtriage/report/redact"
	"dwtriage/report/summary"
)

// A tag is a start or end tag of a page.
type tag struct {
	name  string
	end   bool
	attrs map[string]string
}

var (
	tagPattern  = regexp.MustCompile(`^<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*>`)
	attrPattern = regexp.MustCompile(`([a-zA-Z-]+)(?:="([^"]*)")?`)
)

// tags reads a page as strictly as the templates write it: every < begins a tag whose
// attributes are quoted, and script and style hold text up to their end tag.
func tags(t *testing.T, page string) []tag {
	t.Helper()
	page = strings.TrimPrefix(page, "<!doctype html>")
	var list []tag
	for {
		i := strings.IndexByte(page, '<')
		if i < 0 {
			return list
		}
		page = page[i:]
		m := tagPattern.FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("not a tag: %.60q", page)
		}
		g := tag{name: m[2], end: m[1] != "", attrs: map[string]string{}}
		for _, a := range attrPattern.FindAllStringSubmatch(m[3], -1) {
			g.attrs[a[1]] = a[2]
		}
		list = append(list, g)
		page = page[len(m[0]):]
		if !g.end && (g.name == "script" || g.name == "style") {
			page = page[strings.Index(page, "</"+g.name+">"):]
		}
	}
}

// A fix is linked to wherever its number stands, itself included: by role, in its line of the table, with signatures and causes; not in the heading
// of a signature, which opens it.
func TestFixesAreLinkedTo(t *testing.T) {
	s := night()
	for i := range 60 {
		s.Fixes = append(s.Fixes, summary.Fix{Rank: len(s.Fixes) + 1, Signature: "dw-rule", Title: "Rule", Tier: 4, Records: int64(1 + i%7), Role: "Admin"})
	}
	s.Signatures[1].Ranks = []int{3, 1, 64, 7, 8, 9}
	page := draw(t, s, Options{})["index.html"]
	check(t, page)
	for _, want := range []string{`<li><b>Admin:</b> fixes <a href="#fix-`, `<a class="rank" href="#fix-1" aria-label="Fix 1">1</a>`, `<td class="num"><a href="#fix-64">64</a></td>`,
		`<h4>Fixes <a href="#fix-3">3</a>, <a href="#fix-1">1</a>, <a href="#fix-64">64</a>, <a href="#fix-7">7</a>, <a href="#fix-8">8</a> and 1 more</h4>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	roles := page[strings.Index(page, `<ul class="roles">`):]
	roles = roles[:strings.Index(roles, "</ul>")]
	if bare := regexp.MustCompile(`(?:fix|fixes|,) \d`).FindString(roles); bare != "" {
		t.Errorf("by role %q is no link", bare)
	}
	s.Signatures[1].Ranks = []int{900} // of which the page has nothing
	if page := draw(t, s, Options{})["index.html"]; !strings.Contains(page, "<h4>Fix 900") {
		t.Error("a fix that the page does not show is a link")
	}
}

// The legend of changes says the whole rule of a spike, with the numbers that decide.
func TestLegendOfSpikes(t *testing.T) {
	page := draw(t, night(), Options{})["index.html"]
	m := regexp.MustCompile(`<em>Spiking</em>: (\d+) records or more, and more than (\d+) times the largest count of the periods before, of which there are (\d+) or more\.`).FindStringSubmatch(page)
	if want := fmt.Sprint(summary.SpikeLeast, summary.SpikeTimes, summary.SpikeAfter); m == nil || strings.Join(m[1:], " ") != want {
		t.Errorf("the legend says %q, want the numbers %s", m, want)
	}
}

// check asserts what holds for every page: tags are nested, ids are unique, links lead
// somewhere, and nothing is fetched or run but our own style and script.
func check(t *testing.T, page string) {
	t.Helper()
	void := []string{"meta", "link", "br", "input"}
	var open []string
	ids, count := map[string]bool{}, map[string]int{}
	list := tags(t, page)
	for _, g := range list {
		switch {
		case g.end:
			if len(open) == 0 || open[len(open)-1] != g.name {
				t.Fatalf("</%s> closes %q", g.name, open)
			}
			open = open[:len(open)-1]
		case !slices.Contains(void, g.name):
			open = append(open, g.name)
		}
		if g.end {
			continue
		}
		count[g.name]++
		if id, ok := g.attrs["id"]; ok {
			if ids[id] || id == "" {
				t.Errorf("id %q is not unique", id)
			}
			ids[id] = true
		}
		for name := range g.attrs {
			if name == "src" || name == "srcset" || strings.HasPrefix(name, "on") {
				t.Errorf("<%s> has attribute %s", g.name, name)
			}
		}
	}
	if len(open) > 0 {
		t.Errorf("never closed: %q", open)
	}
	if count["script"] != 2 || count["style"] != 2 || count["link"] != 1 || count["iframe"]+count["img"]+count["object"]+count["form"] != 1 {
		t.Errorf("elements that run or fetch: %v", count)
	}
	for _, g := range list {
		checkLink(t, g, ids)
	}
	if strings.ContainsFunc(page, func(r rune) bool {
		return strings.ContainsRune("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00", r)
	}) {
		t.Error("a character that turns the reading direction is left")
	}
}

func checkLink(t *testing.T, g tag, ids map[string]bool) {
	t.Helper()
	href, ok := g.attrs["href"]
	switch {
	case !ok:
	case g.name == "link" && href == "data:,":
	case g.name != "a":
		t.Errorf("<%s> has href %q", g.name, href)
	case strings.HasPrefix(href, "#"):
		if !ids[href[1:]] {
			t.Errorf("%s leads nowhere", href)
		}
	case strings.HasPrefix(href, "https://learn.microsoft.com/"):
		if g.attrs["rel"] != "noreferrer" {
			t.Errorf("%s lacks rel", href)
		}
	case !regexp.MustCompile(`^[a-z_]+\.(csv|json)$`).MatchString(href):
		t.Errorf("link to %q", href)
	}
}

// everywhere puts text into every string of a night that can come from a log or a flag.
func everywhere(text string) *summary.Summary {
	s := night()
	s.Environment, s.Run.Arguments, s.Tool.Version, s.Tool.RulesDigest = text, text, text, text
	for i := range s.Findings {
		f := &s.Findings[i]
		f.Map, f.MapTitle, f.DataverseTable, f.Company, f.Title, f.Category, f.Severity, f.Change, f.URL = text, text, text, text, text, text, text, text, text
	}
	for i := range s.Fixes {
		f := &s.Fixes[i]
		f.Title, f.Summary, f.Severity, f.Change, f.Cause, f.Role, f.Retry, f.URL = text, text, text, text, text, text, text, text
		f.Entities, f.Steps, f.Prerequisites, f.Companies, f.SQL = []string{text}, []string{text}, []string{text}, []string{text}, []summary.SQL{{Title: text, Text: text}}
	}
	for i := range s.Signatures {
		g := &s.Signatures[i]
		g.Title, g.Status, g.Category, g.Severity, g.Change, g.Meaning, g.File, g.Codes, g.Fix = text, text, text, text, text, text, text, []string{text}, &s.Fixes[0]
		for j := range g.Where {
			g.Where[j] = summary.Where{MapTitle: text, Company: text}
		}
	}
	for i := range s.Clusters {
		s.Clusters[i].Template, s.Clusters[i].Maps, s.Clusters[i].TypeNames = text, []string{text}, []string{text}
		s.Clusters[i].Sample = summary.Evidence{RecordID: text, File: text, OccurredRaw: text, Company: text, TypeName: text, AffectedKey: text, Before: text, Matched: text, After: text, Message: text}
	}
	for i := range s.Changes {
		s.Changes[i] = summary.Change{Change: text, Signature: text, Title: text, Severity: text, MapTitle: text, Map: text}
	}
	for i := range s.Inputs {
		in := &s.Inputs[i]
		in.Path, in.Container, in.Format, in.Log, in.Problem, in.Warnings = text, text, text, text, text, []string{text}
	}
	for i := range s.RejectReasons {
		s.RejectReasons[i] = summary.RejectReason{Reason: text, First: summary.Reject{File: text, Column: text, Excerpt: text}}
	}
	s.Heat.Categories[0] = text
	for i := range s.Heat.Groups {
		s.Heat.Groups[i].Company = text
		for j := range s.Heat.Groups[i].Rows {
			s.Heat.Groups[i].Rows[j].MapTitle = text
		}
	}
	return s
}

func TestPageIsWellFormed(t *testing.T) {
	first := night()
	first.Logs, first.Changes, first.Changed, first.ChangedUnknown = nil, nil, summary.Changed{}, summary.Changed{}
	nothing := night()
	nothing.Changes, nothing.Changed, nothing.ChangedUnknown = nil, summary.Changed{}, summary.Changed{}
	for name, s := range map[string]*summary.Summary{
		"night": night(), "first run": first, "nothing changed": nothing, "empty": {}, "tag": everywhere(hostileTag), "end of everything": everywhere(hostileCDATA),
		"attribute": everywhere(`" onmouseover="alert(1)" x="`), "script link": everywhere("javascript:alert(1)"), "quotes": everywhere(`'"` + "`" + `\`),
		"direction": everywhere(hostileBidi), "nul and escape": everywhere("a\x00b\x1b[31mc"), "template": everywhere("{{.}}"), "blank": everywhere(" "), "none": everywhere(""),
	} {
		t.Run(name, func(t *testing.T) { check(t, draw(t, s, Options{})["index.html"]) })
	}
}

func TestLongMessage(t *testing.T) {
	page := draw(t, night(), Options{})["index.html"]
	if !strings.Contains(page, "Message, first 10,000 of 39,211 characters") || !strings.Contains(page, cutMark+"</pre>") {
		t.Error("the long message is not cut, or does not say so")
	}
}

func TestWordsForNothing(t *testing.T) {
	calm := night()
	calm.Records, calm.Failing, calm.Unknown, calm.Entities = calm.OK, 0, 0, 0
	calm.Changed, calm.ChangedUnknown = summary.Changed{Ongoing: 6}, summary.Changed{}
	calm.Findings, calm.Fixes, calm.Signatures, calm.Clusters, calm.Changes, calm.Heat = nil, nil, nil, nil, nil, summary.Heat{Groups: []summary.HeatGroup{{All: true}}}
	calm.Mutes, calm.Muted = nil, 0
	calm.Inputs, calm.RejectReasons = calm.Inputs[:2], nil
	calm.Inputs[0].Warnings = nil
	calmPage := draw(t, calm, Options{})["index.html"]
	emptyPage := draw(t, &summary.Summary{}, Options{})["index.html"]
	for _, c := range []struct{ name, page, want string }{
		{"calm", calmPage, "<strong>No record failed in this run:</strong> all 40,854 are ok.</p>"},
		{"calm", calmPage, "No signature is in another state than before: of signatures of a map each 6 ongoing."},
		{"calm", calmPage, "No row was rejected."},
		{"calm", calmPage, "Muted signatures and clusters: none."},
		{"empty", emptyPage, "<strong>Nothing was read:</strong> the run had no input."},
		{"empty", emptyPage, "There are no records, so there is nothing to compare."},
		{"empty", emptyPage, "environment not set"},
		{"empty", emptyPage, "There was no input."},
	} {
		if !strings.Contains(c.page, c.want) {
			t.Errorf("%s: page lacks %q", c.name, c.want)
		}
	}
	if strings.Contains(calmPage, "<table class=\"heat\"") {
		t.Error("calm: there is a heat table of nothing")
	}
	if strings.Contains(calmPage, `id="fixes"`) {
		t.Error("calm: there is a plan")
	}
	check(t, calmPage)
}

// Where all that failed is muted, or all that has a name, the page says so, and sends nobody to what is muted.
func TestMutedNight(t *testing.T) {
	s := night()
	s.Fixes, s.Muted = nil, s.Failing
	mute := &summary.Mute{ID: "a", Owner: "Mia", Reason: "known"}
	s.Mutes = []summary.Mute{*mute}
	for i := range s.Signatures {
		s.Signatures[i].Mute = mute
	}
	all := draw(t, s, Options{})["index.html"]
	for _, want := range []string{"All that failed in this run is <a href=\"#muted\">muted</a>", "failing records are muted</a>."} {
		if !strings.Contains(all, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(all, "No fix is known") {
		t.Error("no fix is known for what is muted")
	}
	s.Muted--
	if page := draw(t, s, Options{})["index.html"]; !strings.Contains(page, "No fix is known for what is not muted in this run. Begin with the <a href=\"#unknown\">") {
		t.Error("the page does not begin with what is not muted")
	}
}

// Of a short timeline nobody can tell what is quiet, so the page does not say that nothing failed more often than then.
func TestShortTimeline(t *testing.T) {
	s := night()
	s.Bursts, s.BurstCount = nil, 0
	s.Timeline.Buckets = s.Timeline.Buckets[:7]
	if page := draw(t, s, Options{})["index.html"]; strings.Contains(page, "No incident:") || !strings.Contains(page, "No incident is told:") {
		t.Error("the page says that there was no incident")
	}
}

func TestUnknownOffersADraft(t *testing.T) {
	s := night()
	page := draw(t, s, Options{})["index.html"]
	for _, c := range s.Clusters {
		if n := strings.Count(page, "<code>dwtriage rules draft "+c.TemplateID+"</code>"); n != 1 {
			t.Errorf("cluster %s: the command that drafts its rule stands %d times", c.TemplateID, n)
		}
	}
	s.Redacted = redact.New(nil, func(func(name, search bool, text string)) {})
	if strings.Contains(draw(t, s, Options{Redacted: s.Redacted})["index.html"], "rules draft") {
		t.Error("a redacted page has a command for ids that the database does not know")
	}
}

// A signature whose records name no business key has none that is counted: the same word as in the table of findings.
func TestNoBusinessKeys(t *testing.T) {
	s := night()
	s.Signatures[0].AffectedKeys, s.Signatures[1].AffectedKeys = 0, 7
	page := draw(t, s, Options{})["index.html"]
	const head = "<dt>Business keys</dt><dd>"
	if strings.Contains(page, head+"0<") || !strings.Contains(page, head+`<span class="muted">not known</span>`) || !strings.Contains(page, head+"7<") {
		t.Error("the page does not say of which signature no business key is known")
	}
}

// TestStatesAreSaidAlike: the legend of the page and the table of README say the same of what no longer fails.
func TestStatesAreSaidAlike(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	page := draw(t, night(), Options{})["index.html"]
	for state, when := range map[string]string{
		"Quiet":    "it failed in at least one of the two periods before, or between these and this one, and not in this one",
		"Resolved": "with this one it has not failed for three periods",
	} {
		if row := "| `" + strings.ToLower(state) + "` | " + when + " |"; !strings.Contains(string(readme), row) {
			t.Errorf("README lacks %q", row)
		}
		if legend := "<em>" + state + "</em>: " + strings.NewReplacer("two", "2", "three", "3").Replace(when) + "."; !strings.Contains(page, legend) {
			t.Errorf("the page lacks %q", legend)
		}
	}
}

// TestAskedForExactly: an end that was asked for stands in the head as it was typed.
func TestAskedForExactly(t *testing.T) {
	for typed, want := range map[string]string{
		"2026-11-22T02:59:00Z":      "since <time datetime=\"2026-11-22T02:59:00Z\">22 Nov 02:59</time>",
		"2026-11-22T02:59:59Z":      "since <time datetime=\"2026-11-22T02:59:59Z\">22 Nov 02:59:59</time>",
		"2026-11-22T02:59:59.0125Z": "since <time datetime=\"2026-11-22T02:59:59Z\">22 Nov 02:59:59.0125</time>",
	} {
		s := night()
		s.Run.Since, _ = time.Parse(time.RFC3339, typed)
		s.Run.UntilLimit = s.Run.Since
		page := draw(t, s, Options{})["index.html"]
		for _, want := range []string{want, strings.Replace(want, "since", "until", 1)} {
			if !strings.Contains(page, want) {
				t.Errorf("of %s the page lacks %q", typed, want)
			}
		}
	}
}

// Names without end are counted, and what is said of those that are not shown is true.
func TestHeatOfManyNames(t *testing.T) {
	s := night()
	s.Entities, s.Heat.Groups[0].Rows = 5000, nil
	cells := make([]int64, len(s.Heat.Categories))
	for i := range 60 {
		s.Heat.Groups[0].Rows = append(s.Heat.Groups[0].Rows, summary.HeatRow{MapTitle: fmt.Sprint("Map ", i), Records: 9, Cells: cells})
		s.Heat.Companies = append(s.Heat.Companies, fmt.Sprint("C", i))
		s.Heat.Groups = append(s.Heat.Groups, summary.HeatGroup{Company: fmt.Sprint("C", i), Records: 9, Rows: []summary.HeatRow{{MapTitle: summary.Several, Records: 9, Cells: cells}}})
	}
	all := &s.Heat.Groups[0]
	all.Rows = append(all.Rows, summary.HeatRow{MapTitle: summary.Several, Records: 9, Cells: cells})
	s.Heat.Companies = append(s.Heat.Companies, summary.Several)
	page := draw(t, s, Options{})["index.html"]
	for _, want := range []string{
		"records, at least 5,000 entities, of which 50 are shown", "50 of 5,000 rows: more are in <a", fmt.Sprintf("%d of more than %d companies are shown.", mostCompanies, len(s.Heat.Groups)-2),
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
