package report

import (
	"encoding/json"
	"html/template"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"dwtriage/report/summary"
)

// mostData is how many bytes of JSON the rows of the findings and of the changes take in a page, each. Ten thousand
// findings, which is what a summary lists, take about a megabyte; a page of three opens within a second.
const (
	mostFindingData = 1_200_000
	mostChangeData  = 500_000
	mostTouchData   = 300_000
)

// A data is what the script of a page draws its long tables from: the page shows the first rows of each, and a filter or an
// order is one of all rows, not of those that happen to be shown. Texts repeat, so a row has their numbers in Names; it is
// a list and not an object because ten thousand copies of its keys would be half of the page.
type data struct {
	categories []string        // of the heat table; a row has their numbers
	Year       int             // of the run: times of another one are written with theirs
	Base       int64           // Unix seconds of the earliest time less one; times are counted from it, 0 is not known
	Names      []string        // the first is empty
	Severities []string        // the gravest first
	States     []string        // of a change, in the order in which they are listed
	Shades     []int64         // of the heat table, see shades
	Step       int             // how many rows of a table are shown first, and then with each call for more
	HeatRows   int             // how many maps the heat table shows
	Findings   json.RawMessage // rows of an id and what findingRow says
	Changes    json.RawMessage // rows of what changeRow says
	Touches    json.RawMessage // of items of other lists: by the id of the element rows of what touchRow says
	Of         map[string]int  // how many there are of what is not all here
	Whole      map[string]bool // of which of these the page has all rows that the file has: what these do not list is summed up or counted only
}

// dataOf encodes the findings and changes of a night. Where they do not fit, what is left out is what fair leaves out.
func dataOf(s *summary.Summary, shades []int64, items []touching) (template.JS, error) {
	d := &data{Year: s.Run.Finished.UTC().Year(), Severities: severities, States: summary.Changes, Shades: shades, Step: mostFindings, HeatRows: mostHeatRows, Of: map[string]int{}, Whole: map[string]bool{}}
	d.Base, d.categories = base(s, items), s.Heat.Categories
	names := numbering{numbers: map[string]int{}}
	names.of("")
	var findings, changes int
	var err error
	if d.Findings, findings, err = fitting(s.Findings, kindsOfFinding, mostFindingData, &names, d.findingRow); err != nil {
		return "", err
	}
	if n := s.FindingCount(); findings < n {
		d.Of["findings"], d.Whole["findings"] = n, findings == len(s.Findings)
	}
	if d.Changes, changes, err = fitting(s.Changes, kindsOfChange, mostChangeData, &names, d.changeRow); err != nil {
		return "", err
	}
	if n := s.Changed.Listed() + s.ChangedUnknown.Listed(); changes < n {
		d.Of["changes"], d.Whole["changes"] = n, changes == len(s.Changes)
	}
	if d.Touches, err = d.touches(items, &names); err != nil {
		return "", err
	}
	d.Names = names.list
	b, err := json.Marshal(d) // it escapes what could end a script
	return template.JS(b), err
}

// fitting encodes as many rows of a list as there is room for, and says how many that are.
func fitting[T any](list []T, kinds func(*T) (string, []string), room int, names *numbering, row func(*T, *numbering) []any) (json.RawMessage, int, error) {
	for most := len(list); ; most = most * 3 / 4 {
		tried := names.clone()
		var rows [][]any
		for i, picked := 0, fair(list, most, kinds); i < len(picked); i++ {
			rows = append(rows, row(&picked[i], tried))
		}
		b, err := json.Marshal(rows)
		if err != nil {
			return nil, 0, err
		}
		if len(b)+tried.bytes-names.bytes <= room || most == 0 {
			*names = *tried
			return b, len(rows), nil
		}
	}
}

// A touching is an item of the page, by the id of its element, that is spoken of under a filter when a record of these findings passes.
type touching struct {
	id      string
	touches []summary.Touch
}

// touching are the items of the page that speak of some records of findings, those first that a filter is used for most.
func (p *page) touching() (items []touching) {
	add := func(id string, touches []summary.Touch) {
		if len(touches) > 0 {
			items = append(items, touching{id, touches})
		}
	}
	for i, c := range p.ShownCauses {
		add("cause-"+strconv.Itoa(i+1), c.Touches)
	}
	for _, b := range p.ShownBursts {
		add("incident-"+b.Letter, b.Touches)
	}
	for _, f := range slices.Concat(p.ShownFixes, p.ShownRepeats, p.OtherFixes) {
		add("fix-"+strconv.Itoa(f.Rank), f.Touches)
	}
	return items
}

// touches encodes the findings of as many items as there is room for. The others are filtered by what their elements say of themselves.
func (d *data) touches(items []touching, names *numbering) (json.RawMessage, error) {
	rows, room := map[string][][]any{}, mostTouchData
	for _, item := range items {
		tried := names.clone()
		var list [][]any
		for i := range item.touches {
			list = append(list, d.touchRow(&item.touches[i], tried))
		}
		b, err := json.Marshal(list)
		if err != nil {
			return nil, err
		}
		if room -= len(b) + tried.bytes - names.bytes; room < 0 {
			break
		}
		rows[item.id], *names = list, *tried
	}
	return json.Marshal(rows)
}

func (d *data) touchRow(t *summary.Touch, n *numbering) []any {
	return []any{n.of(t.MapTitle), n.of(t.Company), n.of(t.Signature), sevRank(t.Severity), chgRank(t.Change), d.second(t.FirstSeen), d.second(t.LastSeen)}
}

// base is the second before the first time of any row.
func base(s *summary.Summary, items []touching) int64 {
	first := int64(math.MaxInt64)
	add := func(t time.Time) {
		if !t.IsZero() {
			first = min(first, t.Unix())
		}
	}
	for i := range s.Findings {
		add(s.Findings[i].FirstSeen)
	}
	for i := range s.Changes {
		add(s.Changes[i].FirstSeen)
		add(s.Changes[i].KnownSince)
	}
	for _, item := range items {
		for i := range item.touches {
			add(item.touches[i].FirstSeen)
		}
	}
	return first - 1
}

func (d *data) findingRow(f *summary.Finding, n *numbering) []any {
	mute := ""
	if f.Mute != nil {
		mute = muteWords(f.Mute)
	}
	row := []any{f.ID, n.of(f.MapTitle), n.of(f.DataverseTable), n.of(f.Company), n.of(f.Signature), n.of(f.Title), sevRank(f.Severity),
		slices.Index(d.categories, f.Category), chgRank(f.Change), f.Records, f.AffectedKeys, d.second(f.FirstSeen), d.second(f.LastSeen), n.of(mute), f.Others}
	if len(f.Categories) == 0 {
		return row
	}
	var mixed [][2]int64 // category and records
	for _, c := range f.Categories {
		mixed = append(mixed, [2]int64{int64(slices.Index(d.categories, c.Name)), c.Records})
	}
	return append(row, mixed)
}

func (d *data) changeRow(c *summary.Change, n *numbering) []any {
	return []any{chgRank(c.Change), n.of(c.Signature), n.of(c.Title), n.of(c.MapTitle), sevRank(c.Severity), c.Records, c.PreviousRecords,
		d.second(c.FirstSeen), d.second(c.LastSeen), d.second(c.KnownSince), n.of(periodCounts(c.Counts, " · "))}
}

func (d *data) second(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix() - d.Base
}

// A numbering numbers texts.
type numbering struct {
	numbers map[string]int
	list    []string
	bytes   int // of JSON, about
}

func (d *numbering) of(text string) int {
	n, ok := d.numbers[text]
	if !ok {
		n = len(d.list)
		d.numbers[text] = n
		d.list = append(d.list, string(visible([]byte(text)))) // JSON would bring back what visible drops from the page
		d.bytes += len(d.list[n]) + 3
	}
	return n
}

func (d *numbering) clone() *numbering {
	return &numbering{maps.Clone(d.numbers), slices.Clone(d.list), d.bytes}
}

// shades are the steps of the heat table, each as the least number that has it: four equal ratios between the smallest
// and the largest cell, down to round numbers. Fixed steps make one colour of every busy night, and quarters of the cells
// give the ones and tens three of four shades.
func shades(h summary.Heat) []int64 {
	least, most := int64(math.MaxInt64), int64(0)
	if len(h.Groups) > 0 {
		for _, row := range h.Groups[0].Rows {
			for _, n := range row.Cells {
				if n > 0 && row.MapTitle != summary.Several { // a sum of small ones would be the only large one
					least, most = min(least, n), max(most, n)
				}
			}
		}
	}
	steps := []int64{1}
	for i := 1; i < 4 && most > 0; i++ {
		n := round(int64(float64(least) * math.Pow(float64(most)/float64(least), float64(i)/4)))
		if n > steps[len(steps)-1] {
			steps = append(steps, n)
		}
	}
	return steps
}

// round is the largest of 1, 2, 5, 10, 20, 50, … that is not above n, which is at least 1.
func round(n int64) int64 {
	for power := int64(1); ; power *= 10 {
		for _, first := range []int64{5, 2, 1} {
			if n < 10*power && first*power <= n {
				return first * power
			}
		}
	}
}
