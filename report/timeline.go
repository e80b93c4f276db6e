package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// The plot of the timeline is drawn on a sheet of this size, which the page stretches to the width it has.
const (
	sheetWidth  = 960
	sheetHeight = 240
	okHeight    = 40
	mostTicks   = 8
)

// A plot is the timeline as the page draws it.
type plot struct {
	Scale   []int64 // of the vertical axis, largest first, 0 last
	Grid    string  // path of its lines
	Columns []bar   // of the buckets with failing records
	OKScale int64   // the most ok records of a bucket; 0: none are ok
	OK      string  // path of their columns
	Ticks   []tick
	Bands   []band
	Gaps    []gap // hours that no export of a log covers
}

// A gap lies on the plot as a band does. Its log is told by its stripes.
type gap struct{ Log, X, Width string }

// A band is where an incident lies on the plot: X of it on the sheet, At in percent of the width.
type band struct{ Letter, X, Width, At string }

// A lettered incident is one that the page shows.
type lettered struct {
	summary.Burst
	Letter string
}

// lettersOf picks the incidents with most records, and letters them by onset.
func lettersOf(bursts []summary.Burst) (list []lettered) {
	shown := slices.Clone(bursts)
	slices.SortStableFunc(shown, func(a, b summary.Burst) int { return cmp.Compare(b.Records, a.Records) })
	shown = first(shown, mostBursts)
	slices.SortStableFunc(shown, func(a, b summary.Burst) int { return a.Onset.Compare(b.Onset) })
	for i, b := range shown {
		list = append(list, lettered{b, string(rune('A' + i))})
	}
	return list
}

// addBands draws incidents behind the columns.
func (p *plot) addBands(t *summary.Timeline, list []lettered) {
	all := float64(t.Until.Sub(t.From))
	for _, b := range list {
		at, wide := float64(b.From.Sub(t.From))/all, float64(b.Until.Sub(b.From))/all
		p.Bands = append(p.Bands, band{b.Letter, coordinate(sheetWidth * at), coordinate(sheetWidth * wide), coordinate(100 * at)})
	}
}

// addGaps draws the hours of the stretch for which a log has no export that was read without trouble.
func (p *plot) addGaps(t *summary.Timeline, logs []summary.Comparison) {
	all := float64(t.Until.Sub(t.From))
	for _, c := range logs {
		for _, g := range missedHours(c, logs) {
			if g = g.Within(summary.Period{From: t.From, Until: t.Until}); g.From.Before(g.Until) {
				at, wide := float64(g.From.Sub(t.From))/all, float64(g.Until.Sub(g.From))/all
				p.Gaps = append(p.Gaps, gap{c.Log, coordinate(sheetWidth * at), coordinate(sheetWidth * wide)})
			}
		}
	}
}

// missedHours are the hours of a timeline that no export of a log covers: those of its own night, and those between the nights of two logs, which both lack.
func missedHours(c summary.Comparison, logs []summary.Comparison) (list []summary.Period) {
	list = slices.Clone(c.Gaps)
	for _, other := range logs {
		list = append(list, other.Apart...)
	}
	return list
}

// Striped says what the stripes of a log look like, and whether those of the other one may lie across them; empty where the plot has none of it.
func (p *plot) Striped(log string) string {
	if p == nil || len(p.Columns) == 0 || !slices.ContainsFunc(p.Gaps, func(g gap) bool { return g.Log == log }) {
		return ""
	}
	if log == "dualwrite" {
		return "striped upwards above"
	}
	return "striped downwards above"
}

// uncoveredAt names the logs of which no export covers a bucket of the timeline, or a part of it; empty where all is covered.
func uncoveredAt(t *summary.Timeline, i int, logs []summary.Comparison) string {
	var names []string
	for _, c := range logs {
		lacks := time.Duration(0)
		for _, g := range missedHours(c, logs) {
			g = g.Within(summary.Period{From: t.At(i), Until: t.At(i + 1)})
			lacks += max(0, g.Until.Sub(g.From))
		}
		switch {
		case lacks >= t.Width:
			names = append(names, logWord(c.Log))
		case lacks > 0:
			names = append(names, logWord(c.Log)+" in part")
		}
	}
	return strings.Join(names, ", ")
}

// gapsOf lists the hours of a log that no export covers: "plug-in traces of 23 Nov 02:00 to 23 Nov 04:00"; empty where all are covered.
func gapsOf(c summary.Comparison, year int) string {
	if len(c.Gaps) == 0 {
		return ""
	}
	return logWord(c.Log) + " of " + stretches(c.Gaps, year)
}

// stretches names the first of some hours, and counts the rest.
func stretches(hours []summary.Period, year int) string {
	var list []string
	for _, g := range first(hours, mostGaps) {
		list = append(list, hoursOf(g, year))
	}
	if more := len(hours) - len(list); more > 0 {
		list = append(list, words.Count(more, "more stretch", "more stretches"))
	}
	return some(list, len(list))
}

// burstMaps are the maps of an incident, for the filter; none for that of a host.
func burstMaps(b lettered) string {
	if b.Kind == "map" {
		return keys([]string{b.Name})
	}
	return keys(b.Maps)
}

// burstKeys are the signatures of an incident, for the filter; none for that of a map or host.
func burstKeys(b lettered) string {
	ids := make([]string, len(b.Parts))
	for i, p := range b.Parts {
		ids[i] = anchor(p.Signature)
	}
	return keys(ids)
}

// burstCompanies are the companies of an incident, for the filter, which asks them of an incident whose findings the data of the page has no room for; none where they are not known.
func burstCompanies(b lettered) string {
	var names []string
	for _, t := range b.Touches {
		name := companyKey(t.Company)
		if t.Company == summary.Several {
			name = summary.Several
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > mostOptions {
		return "" // the rest would be taken for none
	}
	return keys(names)
}

// lasted says from when to when an incident lasted: "22 Nov 18:46 to 19:01".
func lasted(b summary.Burst, stamp func(time.Time) stamp) string {
	from, to := stamp(b.Onset).Text, stamp(b.End).Text
	switch {
	case b.GoesOn:
		return from + ", still going on at " + b.End.UTC().Format("15:04")
	case from == to:
		return from
	case b.Onset.UTC().Format(time.DateOnly) == b.End.UTC().Format(time.DateOnly):
		to = b.End.UTC().Format("15:04")
	}
	return from + " to " + to
}

// A bar is one column: its parts from the worst severity upwards.
type bar struct {
	Title string
	Parts []barPart
}

type barPart struct{ Class, Path string }

// A tick is a label of the time axis. At is in percent of the width.
type tick struct{ At, Text string }

// newPlot draws t.
func newPlot(t *summary.Timeline) *plot {
	if len(t.Buckets) == 0 {
		return nil
	}
	p := &plot{Ticks: ticks(t)}
	most := int64(0)
	for _, b := range t.Buckets {
		most, p.OKScale = max(most, b.Failing), max(p.OKScale, b.OK)
	}
	p.Scale = scale(most)
	for _, n := range p.Scale {
		p.Grid += "M0 " + coordinate(sheetHeight-height(n, p.Scale[0], sheetHeight)) + "H" + strconv.Itoa(sheetWidth)
	}
	width := sheetWidth / float64(len(t.Buckets))
	for i, b := range t.Buckets {
		at := float64(i) * width
		if b.OK > 0 {
			h := height(b.OK, p.OKScale, okHeight)
			p.OK += rect(at, okHeight-h, width, h)
		}
		if b.Failing == 0 {
			continue
		}
		c, top := bar{Title: barTitle(t, i)}, float64(sheetHeight)
		for j, n := range b.BySeverity {
			if n > 0 {
				h := height(n, p.Scale[0], sheetHeight)
				top -= h
				c.Parts = append(c.Parts, barPart{sevClass(t.Severities[j]), rect(at, top, width, h)})
			}
		}
		p.Columns = append(p.Columns, c)
	}
	return p
}

// rect is the path of a column with a little room on both sides.
func rect(left, top, width, height float64) string {
	w := coordinate(.8 * width)
	return "M" + coordinate(left+.1*width) + " " + coordinate(top) + "h" + w + "v" + coordinate(height) + "h-" + w + "z"
}

func coordinate(v float64) string { return strconv.FormatFloat(v, 'f', -1, 32) }

func height(n, of int64, all float64) float64 { return all * float64(n) / float64(max(of, 1)) }

// scale is the values of an axis up to most, at even distances of 1, 2 or 5 times a power of ten: three to six of them.
func scale(most int64) (values []int64) {
	step := int64(1)
	for i := 0; 5*step < most; i++ {
		if step *= 2; i%3 == 1 {
			step = step / 4 * 5
		}
	}
	for n := (most + step - 1) / step * step; n > 0; n -= step {
		values = append(values, n)
	}
	return append(values, 0)
}

// barTitle says what a column stands for: "02:00: 10 (10 high)".
func barTitle(t *summary.Timeline, i int) string {
	var parts []string
	for j, n := range t.Buckets[i].BySeverity {
		if n > 0 {
			parts = append(parts, words.Thousands(n)+" "+strings.ToLower(sevWord(t.Severities[j])))
		}
	}
	layout := "2 Jan 15:04"
	if t.Width >= 24*time.Hour {
		layout = "2 Jan 2006"
	}
	return fmt.Sprintf("%s: %s (%s)", t.At(i).Format(layout), words.Thousands(t.Buckets[i].Failing), strings.Join(parts, ", "))
}

// ticks labels the time axis at full hours, days or weeks, as many as have room. Midnight shows the day.
func ticks(t *summary.Timeline) (list []tick) {
	const hour, week = time.Hour, 7 * 24 * time.Hour
	all := t.Until.Sub(t.From)
	step := all
	for _, s := range []time.Duration{hour / 4, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, 24 * hour, 48 * hour, week, 4 * week, 12 * week, 52 * week} {
		if s >= t.Width && all <= mostTicks*s {
			step = s
			break
		}
	}
	for at := t.From.Truncate(step); at.Before(t.Until); at = at.Add(step) {
		if at.Before(t.From) {
			continue
		}
		text := at.Format("15:04")
		switch {
		case step >= 12*week:
			text = at.Format("2 Jan 2006")
		case at.Equal(at.Truncate(24 * hour)):
			text = at.Format("2 Jan")
		}
		list = append(list, tick{coordinate(100 * float64(at.Sub(t.From)) / float64(all)), text})
	}
	return list
}

// bucketWords says how wide a column is.
func bucketWords(d time.Duration) string {
	switch {
	case d < time.Hour:
		return words.Count(int64(d/time.Minute), "minute")
	case d == time.Hour:
		return "hour"
	case d == 24*time.Hour:
		return "day"
	}
	return "week"
}

// NotDrawn says which records the timeline leaves out, empty when it has all of them.
func (p *page) NotDrawn() string {
	var list []string
	add := func(n, failing int64, what string) {
		if n > 0 {
			list = append(list, words.Count(n, "record")+" ("+words.Thousands(failing)+" failing) "+what+".")
		}
	}
	add(p.Timeline.Outside, p.Timeline.OutsideFailing, words.Plural(p.Timeline.Outside, "lies", "lie")+" outside of this stretch, more than a week away or more than a year back")
	add(p.Timeline.Untimed, p.Timeline.UntimedFailing, words.Plural(p.Timeline.Untimed, "has", "have")+" no time")
	return strings.Join(list, " ")
}
