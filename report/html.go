package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

//go:embed html
var assets embed.FS

// drawHTML draws index.html in memory (the caps above bound it) because of visible.
func drawHTML(w io.Writer, s *summary.Summary, c commands) error {
	p, err := newPage(s, c)
	if err != nil {
		return err
	}
	t, err := template.New("").Funcs(p.words()).ParseFS(assets, "html/*.tmpl")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "index.html.tmpl", p); err != nil {
		return err
	}
	_, err = w.Write(visible(b.Bytes()))
	return err
}

// visible spells out the characters of a finished page that turn the reading direction, so a
// log line cannot show as something it is not, and drops control characters, which are no
// valid HTML. It works on the whole page so that no field can be forgotten; the templates
// hold none of them.
func visible(page []byte) []byte {
	const turning = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
	odd := func(r rune) bool { return foreign(r) || strings.ContainsRune(turning, r) }
	if !bytes.ContainsFunc(page, odd) {
		return page
	}
	var b bytes.Buffer
	for _, r := range string(page) {
		switch {
		case strings.ContainsRune(turning, r):
			fmt.Fprintf(&b, "[%U]", r)
		case r == '\ufffd' || !foreign(r):
			b.WriteRune(r)
		}
	}
	return b.Bytes()
}

// A page is a summary with what the templates show of it.
type page struct {
	*summary.Summary
	Style  template.CSS
	Script template.JS

	Verdict   [][]phrase // paragraphs
	Cards     []card
	Spark     []int       // of the first card: how much failed in the periods, see spark
	Data      template.JS // what the script draws long tables from
	Imbalance string      // which sum of the ledger fails, empty when none does

	Troubled, ShownTroubled []store.Input

	ShownFixes   []summary.Fix
	ShownRepeats []summary.Fix // of what passes by itself
	FixesHere    int           // both together
	OtherFixes   []summary.Fix // that have a line
	FixesListed  int           // all three together
	Cleared      int64         // failing records that the shown fixes clear
	Roles        []role
	Unfixed      string

	Health              health
	ShownBursts         []lettered
	ShownCauses         []summary.Cause
	Plot                *plot // nil when no record has a time
	ShownChanges        []summary.Change
	ShownGroups         []summary.HeatGroup
	HeatTotals          []int64
	HeatColumns         int
	MostHeatRows        int
	HeatRest            string
	Shades              []int64
	HeatWidth           int // of a column, in characters
	ShownFindings       []summary.Finding
	ShownFindingRecords int64
	ShownSignatures     []summary.Signature
	ShownClusters       []summary.Cluster
	ShownInputs         []store.Input
	ShownReasons        []summary.RejectReason

	// What the filter offers: only what the page shows can be found by it.
	MapOptions, CompanyOptions, SignatureOptions []string

	fixShown   map[int]bool      // by rank
	shownIDs   map[string]bool   // signatures and clusters that have a place on the page
	titles     map[string]string // of signatures by id
	commands   commands
	mapRecords map[string]int64 // failing records by map name and by title
}

func newPage(s *summary.Summary, c commands) (*page, error) {
	style, err := assets.ReadFile("html/style.css")
	if err != nil {
		return nil, err
	}
	script, err := assets.ReadFile("html/script.js")
	if err != nil {
		return nil, err
	}
	p := &page{
		Summary:         s,
		commands:        c,
		Style:           template.CSS(style),
		Script:          template.JS(script),
		Imbalance:       imbalances(s),
		ShownCauses:     first(s.Causes, mostCauses),
		ShownChanges:    fair(s.Changes, mostChanges, kindsOfChange),
		ShownFindings:   fair(s.Findings, mostFindings, kindsOfFinding),
		ShownSignatures: fair(s.Signatures, mostSignatures, kindsOfSignature),
		ShownClusters:   first(s.Clusters, mostClusters),
		ShownInputs:     first(s.Inputs, mostInputs),
		ShownReasons:    first(s.RejectReasons, mostReasons),
		MostHeatRows:    mostHeatRows,
	}
	p.Troubled = troubledInputs(s)
	p.ShownTroubled = first(p.Troubled, mostTroubled)
	p.addFixes()
	p.ShownBursts = lettersOf(s.Bursts)
	if p.Plot = newPlot(&s.Timeline); p.Plot != nil {
		p.Plot.addBands(&s.Timeline, p.ShownBursts)
		p.Plot.addGaps(&s.Timeline, s.Logs)
	}
	p.Health = healthOf(s, c)
	p.addHeat()
	p.addIndex()
	p.addOptions()
	if p.Data, err = dataOf(s, p.Shades, p.touching()); err != nil {
		return nil, err
	}
	p.Verdict = p.paragraphs()
	p.Cards, p.Spark = cards(s), spark(s.FailedIn)
	return p, nil
}

// troubledInputs are those that somebody should look at.
func troubledInputs(s *summary.Summary) (list []store.Input) {
	for _, in := range s.Inputs {
		if in.Problem != "" || len(in.Warnings) > 0 && !in.PassedOver() {
			list = append(list, in)
		}
	}
	// Those that could not be read first: a warning rarely changes what to believe.
	rank := func(in store.Input) int { return min(1, len(in.Problem)) }
	slices.SortStableFunc(list, func(a, b store.Input) int { return rank(b) - rank(a) })
	return list
}

// A role is who has to do which of the shown fixes.
type role struct {
	Role  string
	Fixes []phrase
}

func (p *page) addFixes() {
	ranks := map[string][]int{}
	var order []string
	p.ShownFixes, p.ShownRepeats = summary.Choice{Most: mostFixes, OfTier: mostOfTier, Repeats: mostRepeats}.Of(p.Fixes)
	p.ShownFixes, p.ShownRepeats = addCritical(p.ShownFixes, p.Fixes, false), addCritical(p.ShownRepeats, p.Fixes, true)
	p.FixesHere = len(p.ShownFixes) + len(p.ShownRepeats)
	p.addOtherFixes()
	for _, f := range slices.Concat(p.ShownFixes, p.ShownRepeats) {
		p.Cleared += f.Records
		if f.LeavesNothing() {
			continue
		}
		who := f.Role
		if who == "" {
			who = "Role not set"
		}
		if ranks[who] == nil {
			order = append(order, who)
		}
		ranks[who] = append(ranks[who], f.Rank)
	}
	for _, who := range order {
		list := ranks[who]
		r := role{who, []phrase{plain(words.Plural(len(list), "fix", "fixes") + " ")}}
		for i, rank := range list {
			if i > 0 {
				r.Fixes = append(r.Fixes, plain(", "))
			}
			r.Fixes = append(r.Fixes, p.fixLink(rank))
		}
		p.Roles = append(p.Roles, r)
	}
	all := int64(0)
	for _, f := range p.Fixes {
		all += f.Records
	}
	if rest := p.Failing - p.Muted - all; rest > 0 {
		p.Unfixed = words.Count(rest, "failing record has", "failing records have") + " no fix yet."
		var read int64
		for i := range p.Signatures {
			if s := &p.Signatures[i]; s.File == "" && s.Fix != nil && s.Mute == nil { // no rule
				read += s.Records
			}
		}
		if read > 0 {
			p.Unfixed += " Of " + words.Thousands(read) + " of them the code table has a sentence: what to do with it stands with their signatures."
		}
	}
}

// fixLink is the number of a fix, a link to it where the page shows it.
func (p *page) fixLink(rank int) phrase {
	link := plain(words.Thousands(rank))
	if p.fixShown[rank] {
		link.Href = "#fix-" + strconv.Itoa(rank)
	}
	return link
}

// fixLinks is fixRanks with links.
func (p *page) fixLinks(ranks []int) (list []phrase) {
	text := fixRanks(ranks)
	for _, rank := range first(ranks, mostRanks) {
		link := p.fixLink(rank)
		before, after, _ := strings.Cut(text, link.Text)
		list, text = append(list, plain(before), link), after
	}
	return append(list, plain(text))
}

// Unmuted reports whether a signature is open: what is muted is nothing to begin with.
func (p *page) Unmuted() bool {
	return slices.ContainsFunc(p.Signatures, func(s summary.Signature) bool { return s.Mute == nil })
}

// Repeats are the shown fixes of which the rows only have to be saved again, and Settled those that leave nothing to do, not even that.
func (p *page) Repeats() []summary.Fix {
	return slices.DeleteFunc(slices.Clone(p.ShownRepeats), summary.Fix.LeavesNothing)
}

// Settled are the rest of the shown fixes that pass by themselves.
func (p *page) Settled() (list []summary.Fix) {
	for _, f := range p.ShownRepeats {
		if f.LeavesNothing() {
			list = append(list, f)
		}
	}
	return list
}

// addOtherFixes gives a line to those fixes that have no place with their steps, so the filter finds them.
func (p *page) addOtherFixes() {
	here := map[int]bool{}
	for _, f := range slices.Concat(p.ShownFixes, p.ShownRepeats) {
		here[f.Rank] = true
	}
	var others []summary.Fix
	for _, f := range p.Fixes {
		if !here[f.Rank] {
			others = append(others, f)
		}
	}
	p.OtherFixes = fair(others, mostOtherFixes, kindsOfFix)
	p.FixesListed = p.FixesHere + len(p.OtherFixes)
	p.fixShown = map[int]bool{}
	for _, f := range slices.Concat(p.ShownFixes, p.ShownRepeats, p.OtherFixes) {
		p.fixShown[f.Rank] = true
	}
}

func (p *page) addHeat() {
	p.ShownGroups, p.Shades = p.Heat.Groups, shades(p.Heat)
	p.HeatColumns = len(p.Heat.Categories) + 2
	if len(p.Heat.Groups) == 0 {
		return
	}
	// A single company would say the same twice.
	if len(p.Heat.Groups) == 2 {
		p.ShownGroups = p.Heat.Groups[:1]
	}
	p.ShownGroups = first(p.ShownGroups, 1+mostCompanies)
	if n := len(p.Heat.Groups) - 1; n > mostCompanies {
		of := words.Count(n, "company", "companies")
		if slices.Contains(p.Heat.Companies, summary.Several) {
			of = "more than " + words.Count(n-1, "company", "companies")
		}
		p.HeatRest = words.Thousands(mostCompanies) + " of " + of + " are shown."
	}
	p.HeatWidth = 3
	for _, g := range p.ShownGroups {
		for _, row := range p.HeatRows(g) {
			for _, n := range row.Cells {
				p.HeatWidth = max(p.HeatWidth, len(shortNumber(n)))
			}
		}
	}
	p.HeatTotals = make([]int64, len(p.Heat.Categories))
	for _, row := range p.Heat.Groups[0].Rows {
		for i, n := range first(row.Cells, len(p.HeatTotals)) {
			p.HeatTotals[i] += n
		}
	}
	for _, n := range p.HeatTotals {
		p.HeatWidth = max(p.HeatWidth, len(shortNumber(n)))
	}
}

// shade is the class of a cell of the heat table, none for an empty one.
func (p *page) shade(n int64) string {
	for i := len(p.Shades) - 1; i >= 0; i-- {
		if n >= p.Shades[i] {
			return fmt.Sprintf("h%d", i+1)
		}
	}
	return ""
}

// ShadeWords says what the shades stand for: "under 10, 10 to 49, 50 and more".
func (p *page) ShadeWords() string {
	var list []string
	for i, least := range p.Shades {
		next := int64(0)
		if i+1 < len(p.Shades) {
			next = p.Shades[i+1]
		}
		switch {
		case len(p.Shades) == 1:
			return "any"
		case i == 0:
			list = append(list, "under "+words.Thousands(next))
		case next == 0:
			list = append(list, words.Thousands(least)+" and more")
		case next == least+1:
			list = append(list, words.Thousands(least))
		default:
			list = append(list, words.Thousands(least)+" to "+words.Thousands(next-1))
		}
	}
	return strings.Join(list, ", ")
}

// SummedUp says what the table of findings does not list one by one, empty when it lists all.
func (p *page) SummedUp() string {
	rows, others := 0, int64(0)
	for i := range p.Findings {
		if n := p.Findings[i].Others; n > 0 {
			rows++
			others += n
		}
	}
	if rows == 0 {
		return ""
	}
	return "Its last " + words.Count(rows, "row sums", "rows sum") + " the " + words.Count(others, "finding") + " with fewest records up, with " + summary.Several + " for names that differ."
}

// OtherClusters says which unknown messages are in no list, empty when all are.
func (p *page) OtherClusters() string {
	others, records := int64(0), int64(0)
	for i := range p.Clusters {
		if n := p.Clusters[i].Others; n > 0 {
			others += n
			records += p.Clusters[i].Records
		}
	}
	if others == 0 {
		return ""
	}
	return words.Count(others, "message") + " with fewest records (" + words.Count(records, "record") + " together) are summed up there; each record is in the database, with its template_id."
}

// ChangeCount is how many signatures × maps are new or resolved.
func (p *page) ChangeCount() int { return p.Changed.Listed() + p.ChangedUnknown.Listed() }

// entityCount says how many entities a heat table has.
func (p *page) entityCount(g summary.HeatGroup) string {
	if g.All {
		return summary.EntityWords(p.EntityCount())
	}
	return summary.EntityWords(g.Entities())
}

// ExitWords says what the exit code of the run means.
func (p *page) ExitWords() string { return exitWords(p.Summary) }

// EntityCard is how many entities fail, as the card says it.
func (p *page) EntityCard() string { return entityCard(p.Summary) }

// HeatRows is what is shown of a group.
func (p *page) HeatRows(g summary.HeatGroup) []summary.HeatRow { return first(g.Rows, mostHeatRows) }

// HeatNames is how many rows the heat table of all companies has, shown or not.
func (p *page) HeatNames() int {
	if all := p.Heat.Groups[0]; all.Named() == len(all.Rows) {
		return len(all.Rows)
	}
	return p.Entities
}

// addIndex notes what can be linked to, and how much fails per map.
func (p *page) addIndex() {
	p.shownIDs, p.mapRecords = map[string]bool{}, map[string]int64{}
	p.titles = map[string]string{}
	for i := range p.Findings {
		p.titles[p.Findings[i].Signature] = p.Findings[i].Title
	}
	for i := range p.Changes {
		p.titles[p.Changes[i].Signature] = p.Changes[i].Title
	}
	for i := range p.Signatures { // last: a finding may be called by its message
		p.titles[p.Signatures[i].ID] = p.Signatures[i].Title
	}
	for _, sig := range p.ShownSignatures {
		p.shownIDs[sig.ID] = true
	}
	for _, c := range p.ShownClusters {
		p.shownIDs["unknown/"+c.TemplateID] = true
	}
	for _, f := range p.Findings {
		p.mapRecords[f.Map] += f.Records
		if f.MapTitle != f.Map {
			p.mapRecords[f.MapTitle] += f.Records
		}
	}
	for _, f := range p.ShownFindings {
		p.ShownFindingRecords += f.Records
	}
}

// paragraphs are those of the verdict. What has no place on the page is linked to the list that it would stand in.
func (p *page) paragraphs() [][]phrase {
	fixes := map[string]bool{}
	for rank := range p.fixShown {
		fixes["#fix-"+strconv.Itoa(rank)] = true
	}
	signatures := map[string]bool{}
	for id := range p.shownIDs {
		signatures["#sig-"+anchor(id)] = true
	}
	list := verdict(p.Summary)
	for i, l := range list {
		switch {
		case strings.HasPrefix(l.Href, "#fix-") && !fixes[l.Href]:
			list[i].Href = "#fixes"
		case strings.HasPrefix(l.Href, "#sig-unknown-") && !signatures[l.Href]:
			list[i].Href = "#unknown"
		case strings.HasPrefix(l.Href, "#sig-") && !signatures[l.Href]:
			list[i].Href = "#signatures"
		}
	}
	return paragraphs(list)
}

// addOptions offers names of the whole night, those of most records where there are too many; what is critical goes before.
func (p *page) addOptions() {
	var maps, companies, critical, signatures []string
	for i := range p.Findings {
		f := &p.Findings[i]
		maps, companies = append(maps, f.MapTitle), append(companies, f.Company)
		if f.Severity == "critical" {
			critical = append(critical, f.Signature)
		}
		signatures = append(signatures, f.Signature)
	}
	for i := range p.Changes {
		maps, signatures = append(maps, p.Changes[i].MapTitle), append(signatures, p.Changes[i].Signature)
	}
	p.MapOptions, p.CompanyOptions, p.SignatureOptions = options(maps), options(companies), options(append(critical, signatures...))
	slices.SortStableFunc(p.SignatureOptions, func(a, b string) int {
		return strings.Compare(p.signatureTitle(a), p.signatureTitle(b))
	})
}

// options are the first different names of a list, sorted.
func options(names []string) []string {
	names = first(distinct(names, func(name string) string { return name }), mostOptions)
	slices.Sort(names)
	return names
}

// signatureTitle is what people call a signature; what has no title is called by its id.
func (p *page) signatureTitle(id string) string { return orWords(p.titles[id], id) }

// mostCleared is the records of the fix with the most, at least one: the length of a full bar.
func (p *page) mostCleared() int64 {
	most := int64(1)
	for _, f := range p.Fixes {
		most = max(most, f.Records)
	}
	return most
}

// words are the functions that the templates call.
func (p *page) words() template.FuncMap {
	year := p.Run.Finished.UTC().Year()
	return template.FuncMap{
		"subject": func() string { return subject(p.Summary) }, "runWords": func() string { return RunWords(p.Summary) }, "firstRuns": func() []summary.PastRun { return p.Runs[max(0, len(p.Runs)-mostInputs):] }, "elsewhereLogs": func() []string { return elsewhereLogs(p.Summary) }, "elsewhereCounts": func() string { return elsewhereCounts(p.Summary) }, "inWords": func(change string) string { return inWords(p.Summary, change) }, "elsewhereShown": func() []summary.Change { return fair(p.Elsewhere.List, mostChanges, kindsOfElsewhere) },
		"num":    func(n any) string { return words.Thousands(wholeNumber(n)) },
		"count":  func(n any, one string, many ...string) string { return words.Count(wholeNumber(n), one, many...) },
		"plural": func(n any, one string, many ...string) string { return words.Plural(wholeNumber(n), one, many...) },
		"sparkX": func(i int) int { return 6 * i },
		"pct":    percent, "cut": cut, "redaction": func() []string { return Redaction(p.Summary) },
		"duration": duration, "bucketWords": bucketWords, "firstAlerts": func(list []summary.Alert) []summary.Alert { return first(list, mostAlerts) }, "moreAlerts": func(list []summary.Alert) int { return max(0, len(list)-mostAlerts) }, "lasted": func(b lettered) string { return lasted(b.Burst, stamper(year, "2 Jan 15:04")) }, "periodTitle": func() string { return periodTitle(p.Summary) }, "judgedAgain": func() []string { return judgedAgain(p.Summary, p.commands) }, "command": p.commands.of, "where": func() string { return p.commands.where }, "logWord": logWord, "capital": capital, "besides": func() string { return besides(p.Summary) }, "failingOf": func() string { return failingOf(p.Summary) }, "backAfter": func() int { return summary.BackAfter }, "spiking": spiking, "before": func(n int) int { return n - 1 },
		"periodCounts": func(n []int64) string { return periodCounts(n, " · ") }, "changeWords": func() []string { return summary.Changes },
		"unread":     func() bool { return Unread(p.Summary) },
		"comparison": func(c summary.Comparison) string { return comparison(p.Summary, c) }, "changed": func() string { return changed(p.Summary) }, "states": func() string { return ofMaps(states(p.Summary)) },
		"given": func(t time.Time) stamp { return asTyped(t, year) },
		"stamp": stamper(year, "2 Jan 15:04"), "exact": stamper(year, "2 Jan 15:04:05"), "toMillisecond": stamper(year, "2 Jan 15:04:05.000"),
		"sevClass": sevClass, "sevWord": sevWord, "sevRank": sevRank,
		"chgClass": chgClass, "chgWord": chgWord, "chgRank": chgRank,
		"anchor": anchor, "sigKey": anchor, "sigID": func(id string) string { return "sig-" + anchor(id) },
		"sigTitle":   p.signatureTitle,
		"sigShown":   func(id string) bool { return p.shownIDs[id] },
		"mapRecords": func(name string) int64 { return p.mapRecords[name] },
		"barWidth":   func(n int64) int64 { return max(1, 100*n/p.mostCleared()) },
		"join":       func(list []string) string { return strings.Join(list, ", ") },
		"waits":      waits, "fixSpikesIn": func(f summary.Fix) string { return fixSpikesIn(p.Summary, &f) },
		"spikesIn": func(change, id string) string {
			if change != summary.Spiking {
				return ""
			}
			return spikesIn(p.Summary, []string{id}, nil)
		},
		"partKeys": partKeys, "fixRanks": fixRanks, "fixLinks": p.fixLinks, "fixLink": p.fixLink,
		"queryTitle":  queryTitle,
		"noneFailed":  func() string { return noneSentence(p.Summary) },
		"aloneOf":     func(p summary.Part) summary.Fix { return summary.Fix{Steps: p.Steps, SQL: p.SQL, URL: p.URL} },
		"date":        func(t time.Time) string { return t.Format("2 Jan 2006") },
		"environment": func(name string) string { return orWords(name, "environment not set") },
		"company":     func(name string) string { return orWords(name, "not set") },
		"companyKey":  companyKey, "companyKeys": companyKeys, "keys": keys,
		"orWords": orWords, "blanks": func(s string) string { return strings.ReplaceAll(s, "-", " ") },
		"some": some, "entities": p.entityCount, "someCompanies": someCompanies, "ofCompanies": ofCompanies, "contents": contents,
		"retry": classify.RetryWords, "shortDigest": shortDigest,
		"httpURL": httpURL, "urlText": urlText, "shade": p.shade, "short": shortNumber, "muteWords": muteWords, "imbalance": imbalance,
		"inputWords": inputWords, "countedWords": countedWords, "problem": problem, "missingShards": missingShards, "firstWarnings": warnings(mostWarnings), "moreWarnings": warnings(5 * mostWarnings), "message": message, "messageLabel": messageLabel, "longer": longer,
		"firstEvidence": func(list []summary.Evidence) []summary.Evidence { return first(list, mostEvidence) },
		"ordinal":       func(i int) int { return i + 1 },
		"ran":           Ran, "inner": func(level int) int { return min(level, mostInner) }, "redacted": func() bool { return p.Redacted != nil },
		"here": here, "purged": func(p summary.Period) string { return purged(p, year) }, "digestWords": digestWords, "firstParts": func(list []summary.Part) []summary.Part { return first(list, mostParts) }, "moreParts": func(list []summary.Part) []summary.Part { return list[min(len(list), mostParts):] }, "causeMaps": causeMaps, "burstMaps": burstMaps, "burstKeys": burstKeys, "burstCompanies": burstCompanies, "gaps": func(c summary.Comparison) string { return gapsOf(c, year) }, "stretches": func(hours []summary.Period) string { return stretches(hours, year) },
		"timetableGaps": func() bool { return p.Plot != nil && len(p.Plot.Gaps) > 0 }, "uncoveredAt": func(i int) string { return uncoveredAt(&p.Timeline, i, p.Logs) },
		"causeRows": causeRows, "noCauses": noCauses, "causeDepth": causeDepth, "causeReason": causeReason, "causeFailed": causeFailed, "causeKeys": causeKeys, "causeFailures": causeFailures,
		"firstMissing":  func(list []summary.MissingRow) []summary.MissingRow { return first(list, mostMissing) },
		"firstMessages": func(list []summary.Message) []summary.Message { return first(list, mostMessages) },
		"firstWhere":    func(list []summary.Where) []summary.Where { return first(list, mostWhere) },
		"moreWhere":     moreWhere, "whereMaps": whereMaps, "whereCompanies": whereCompanies,
		"rest": func(shown, of int, file, one, many string) restLine { return restLine{shown, of, file, one, many} },
	}
}

// spiking says when a signature of a map that failed before is spiking, by the rule that decides it.
func spiking() string {
	return fmt.Sprintf("%d records or more, and more than %d times the largest count of the periods before, of which there are %d or more", summary.SpikeLeast, summary.SpikeTimes, summary.SpikeAfter)
}

// wholeNumber takes a count as templates hold them, int or int64. A template that gives anything else fails.
func wholeNumber(n any) int64 { return reflect.ValueOf(n).Int() }

// A restLine says how much of a list the page shows and which file has all of it.
type restLine struct {
	Shown, Of       int
	File, One, Many string
}
