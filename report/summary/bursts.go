package summary

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// The numbers of the rule, which README gives, too.
const (
	loudFactor    = 3             // a loud bucket has more than so many times the records of a quiet one,
	loudSigmas    = 5             // and more than so many standard deviations above it, as chance would have them,
	loudMore      = 4             // and so many more
	fewestRecords = 5             // of a burst
	mergeGap      = 2             // buckets that are not loud between two that are, within one burst
	rhythm        = 4             // bursts of one series, at most: more are its rhythm
	together      = 2             // buckets between the onsets of signatures that began together
	fewestBuckets = 8             // of a timeline that can tell what is quiet
	unheard       = 6 * time.Hour // without any record: perhaps nothing was exported, so it is no quiet hour
	mostMaps      = 10            // of a burst that are named
	mostBursts    = 500           // that are listed, those with most records
)

// quiet is how many records a bucket has when nothing bursts. It begins with the mean of the quieter half, and takes in all
// that is not loud against that, until nothing more comes in: so a burst of half the period does not hide itself, and
// chance named ends at the mean of all.
func quiet(counts []int64) float64 {
	sorted := slices.Sorted(slices.Values(counts))
	q := mean(sorted[:len(sorted)/2])
	for {
		n, _ := slices.BinarySearchFunc(sorted, loud(q), func(c int64, limit float64) int {
			if float64(c) > limit {
				return 1
			}
			return -1
		})
		next := mean(sorted[:n])
		if next <= q {
			return q
		}
		q = next
	}
}

func mean(counts []int64) float64 {
	sum := int64(0)
	for _, n := range counts {
		sum += n
	}
	return float64(sum) / float64(max(1, len(counts)))
}

// loud is the most records of a bucket that is not loud.
func loud(quiet float64) float64 {
	return max(loudFactor*quiet, quiet+loudSigmas*math.Sqrt(quiet)+loudMore)
}

// A span is a range of buckets, last included.
type span struct{ first, last int }

// louds finds the bursts of a series: its counts per bucket of the timeline, of which only those that heard say what is
// quiet. A burst is what lies between loud buckets with at most mergeGap others between them, and the bucket before and
// behind it where these have more records than a quiet one: a burst seldom begins with a bucket. A series that would
// burst more than four times has a rhythm, as that of a job every hour does: then what it has when it is loud is its quiet
// level.
func louds(counts []int64, heard []bool) (spans []span) {
	var known []int64
	for i, n := range counts {
		if heard[i] {
			known = append(known, n)
		}
	}
	if len(known) < fewestBuckets {
		return nil
	}
	q := quiet(known)
	spans, above := over(counts, loud(q))
	for len(spans) > rhythm {
		q = mean(above)
		spans, above = over(counts, loud(q))
	}
	raised := func(i int) bool { return i >= 0 && i < len(counts) && float64(counts[i]) > q }
	for i := range spans { // more than mergeGap apart, so that one bucket more leaves them apart
		s := &spans[i]
		if raised(s.first - 1) {
			s.first--
		}
		if raised(s.last + 1) {
			s.last++
		}
	}
	return slices.DeleteFunc(spans, func(s span) bool { return sumOf(counts[s.first:s.last+1]) < fewestRecords })
}

// over finds the ranges of buckets with more than limit, and what these buckets have.
func over(counts []int64, limit float64) (spans []span, above []int64) {
	for i, n := range counts {
		if float64(n) <= limit {
			continue
		}
		above = append(above, n)
		if last := len(spans) - 1; last >= 0 && i-spans[last].last <= mergeGap+1 {
			spans[last].last = i
		} else {
			spans = append(spans, span{i, i})
		}
	}
	return spans, above
}

func sumOf(counts []int64) (sum int64) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// TooShort reports whether nobody can tell what is quiet in t, so that it has no incidents whatever happened.
func (t *Timeline) TooShort() bool {
	n := 0
	for _, is := range t.heard() {
		if is {
			n++
		}
	}
	return n < fewestBuckets
}

// heard says which buckets of t are within hours that some export covers, as far as records tell.
func (t *Timeline) heard() []bool {
	out := make([]bool, len(t.Buckets))
	empty := 0
	for i := range out {
		out[i] = true
		if t.Buckets[i].OK+t.Buckets[i].Failing > 0 {
			empty = 0
			continue
		}
		empty++
		if time.Duration(empty)*t.Width >= unheard {
			for j := i - empty + 1; j <= i; j++ {
				out[j] = false
			}
		}
	}
	return out
}

// The kinds of series that may burst, as bursts.sql numbers them.
const (
	ofSignature = iota
	ofMap
	ofHost
)

// A surge is a burst of one series before it has a name.
type surge struct {
	kind   int
	series uint64
	place  int64
	span
	counts      []int64
	night       []int64 // counts of the whole timeline
	logs        []string
	onset, end  time.Time
	records     int64
	name        string
	severity    string
	maps, hosts map[string]int64 // of a signature: how many of its records are of each map, and name each host that bursts as well
	host, users []string
}

// bursts finds the incidents of the scope along its timeline: by onset, those that are listed, and how many there are.
func bursts(ctx context.Context, db *store.DB, scope store.Scope, t *Timeline, m *classify.Matcher, found *tally, title func(sig string) string) (list []Burst, all int, err error) {
	if len(t.Buckets) < fewestBuckets {
		return nil, 0, nil
	}
	heard := t.heard()
	surges, err := surgesOf(ctx, db, t, heard)
	if err != nil {
		return nil, 0, err
	}
	if err := nameSurges(ctx, db, surges); err != nil {
		return nil, 0, err
	}
	covered, err := covers(ctx, db, scope, t)
	if err != nil {
		return nil, 0, err
	}
	surges = slices.DeleteFunc(surges, func(s *surge) bool { return !s.heardOf(heard, covered) })
	isLink := func(sig string) bool { r := m.Rule(sig); return r != nil && r.Tier == classify.Link }
	var named []*surge
	var made []incident
	for _, group := range joined(surges, isLink) {
		made = append(made, incident{newBurst(t, group, title), group})
		named = append(named, group...)
	}
	for _, s := range surges {
		if s.kind != ofSignature && !explained(s, named) {
			made = append(made, incident{newBurst(t, []*surge{s}, title), []*surge{s}})
		}
	}
	slices.SortFunc(made, func(a, b incident) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), a.Onset.Compare(b.Onset), cmp.Compare(a.Name, b.Name))
	})
	if err := touch(ctx, db, made[:min(len(made), mostTouching)], found); err != nil {
		return nil, 0, err
	}
	for _, b := range made[:min(len(made), mostBursts)] {
		list = append(list, b.Burst)
	}
	slices.SortStableFunc(list, func(a, b Burst) int { return a.Onset.Compare(b.Onset) })
	return list, len(made), nil
}

// An incident is a burst with the surges that it is of.
type incident struct {
	Burst
	group []*surge
}

// touch finds the findings that the records of incidents belong to.
func touch(ctx context.Context, db *store.DB, list []incident, found *tally) error {
	var lines []string
	for i, b := range list {
		for _, s := range b.group {
			lines = append(lines, fmt.Sprintf("%d\t%d\t%d\t%d\t%d", i, s.kind, s.series, s.onset.UnixMicro(), s.end.UnixMicro()))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return readTouches(ctx, db, "burst_touches", strings.Join(lines, "\n"), found, func(i uint64, t Touch) {
		list[i].Touches = append(list[i].Touches, t)
	})
}

// surgesOf reads the series one after the other, of which only one is in memory.
func surgesOf(ctx context.Context, db *store.DB, t *Timeline, heard []bool) (surges []*surge, err error) {
	type at struct {
		place       int64
		first, last time.Time
	}
	counts, times := make([]int64, len(t.Buckets)), make([]at, len(t.Buckets))
	var kind int
	var series uint64
	flush := func() {
		night := slices.Clone(counts)
		for _, sp := range louds(counts, heard) {
			s := &surge{kind: kind, series: series, span: sp, counts: night[sp.first : sp.last+1], night: night, maps: make(map[string]int64), hosts: make(map[string]int64)}
			for i := sp.first; i <= sp.last; i++ {
				if counts[i] > 0 {
					s.onset, s.end, s.place = earlier(s.onset, times[i].first), later(s.end, times[i].last), times[i].place
				}
			}
			s.records = sumOf(s.counts)
			surges = append(surges, s)
		}
		if len(surges) > 4*mostBursts {
			surges = largest(surges)
		}
		clear(counts)
	}
	err = each(ctx, db, "bursts", func(rows *sql.Rows) error {
		var k int
		var s uint64
		var bucket, records int64
		var a at
		if err := rows.Scan(&k, &s, &bucket, &records, (*instant)(&a.first), (*instant)(&a.last), &a.place); err != nil {
			return err
		}
		if k != kind || s != series {
			flush()
			kind, series = k, s
		}
		counts[bucket], times[bucket] = records, a
		return nil
	}, t.From.UnixMicro(), t.Width.Microseconds(), t.Until.UnixMicro(), int64(fewestRecords))
	flush()
	return largest(surges), err
}

// covers says which buckets of t some file of the report covers, by log.
func covers(ctx context.Context, db *store.DB, scope store.Scope, t *Timeline) (map[string][]bool, error) {
	covered := make(map[string][]bool)
	err := eachOf(ctx, db, scope, "covered", func(rows *sql.Rows) error {
		var log string
		var from, until time.Time
		if err := rows.Scan(&log, (*instant)(&from), (*instant)(&until)); err != nil {
			return err
		}
		if covered[log] == nil {
			covered[log] = make([]bool, len(t.Buckets))
		}
		for i := range t.Buckets {
			if t.At(i).Before(until) && t.At(i+1).After(from) {
				covered[log][i] = true
			}
		}
		return nil
	})
	return covered, err
}

// heardOf reports whether s is a burst also against those buckets alone that every log of its records covers. Traces of the
// last two hours beside a day of dual-write errors make no incident of each failure that only traces show.
func (s *surge) heardOf(heard []bool, covered map[string][]bool) bool {
	heard = slices.Clone(heard)
	for _, log := range s.logs {
		for i, is := range covered[log] {
			heard[i] = heard[i] && is
		}
	}
	return slices.ContainsFunc(louds(s.night, heard), func(o span) bool { return o.first <= s.last && s.first <= o.last })
}

// largest is the surges with most records, in an order that is the same whenever they are equal.
func largest(surges []*surge) []*surge {
	slices.SortFunc(surges, func(a, b *surge) int {
		return cmp.Or(cmp.Compare(b.records, a.records), cmp.Compare(a.kind, b.kind), cmp.Compare(a.series, b.series), cmp.Compare(a.first, b.first))
	})
	return surges[:min(len(surges), 2*mostBursts)]
}

// nameSurges looks up what surges are called and what their records share.
func nameSurges(ctx context.Context, db *store.DB, surges []*surge) error {
	if len(surges) == 0 {
		return nil
	}
	var lines []string
	for i, s := range surges {
		lines = append(lines, fmt.Sprintf("%d\t%d\t%d\t%d\t%d\t%d", i, s.kind, s.series, s.onset.UnixMicro(), s.end.UnixMicro(), s.place))
	}
	return each(ctx, db, "burst_names", func(rows *sql.Rows) error {
		var i, records int64
		var what, severity string
		var text sql.NullString
		if err := rows.Scan(&i, &what, &text, &severity, &records); err != nil {
			return err
		}
		switch s := surges[i]; what {
		case "name":
			s.name, s.severity = text.String, severity
		case "log":
			s.logs = append(s.logs, text.String)
		case "map":
			s.maps[text.String] += records
		case "host":
			s.host = append(s.host, text.String)
		case "of host":
			s.hosts[text.String] += records
		default:
			s.users = append(s.users, text.String)
		}
		return nil
	}, strings.Join(lines, "\n"))
}

// joined puts surges of signatures into groups: those whose onsets lie at most together buckets apart and that are of the
// link, or share a host or a user. A group goes on from one to the next.
func joined(surges []*surge, isLink func(sig string) bool) (groups [][]*surge) {
	var left []*surge
	for _, s := range surges {
		if s.kind == ofSignature {
			left = append(left, s)
		}
	}
	slices.SortFunc(left, func(a, b *surge) int { return cmp.Or(a.onset.Compare(b.onset), cmp.Compare(a.name, b.name)) })
	akin := func(a, b *surge) bool {
		return b.first-a.first <= together && a.first-b.first <= together &&
			(isLink(a.name) && isLink(b.name) || overlap(a.host, b.host) || overlap(a.users, b.users))
	}
	for len(left) > 0 {
		group := left[:1:1]
		left = left[1:]
		for i := 0; i < len(group); i++ {
			var rest []*surge
			for _, s := range left {
				if akin(group[i], s) {
					group = append(group, s)
				} else {
					rest = append(rest, s)
				}
			}
			left = rest
		}
		groups = append(groups, group)
	}
	return groups
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(v string) bool { return slices.Contains(b, v) })
}

// explained reports whether a surge of a map or host is mostly that of signatures, which are listed already.
func explained(s *surge, of []*surge) bool {
	n := int64(0)
	for _, o := range of {
		switch {
		case o.last < s.first || s.last < o.first:
		case s.kind == ofMap:
			n += o.maps[s.name]
		default:
			n += o.hosts[s.name] // of one that several hosts share, too
		}
	}
	return 2*n >= s.records
}

// newBurst makes one incident of surges that began together.
func newBurst(t *Timeline, group []*surge, title func(sig string) string) Burst {
	group = slices.Clone(group)
	slices.SortFunc(group, func(a, b *surge) int { return cmp.Or(cmp.Compare(b.records, a.records), cmp.Compare(a.name, b.name)) })
	lead := group[0]
	b := Burst{Kind: []string{"signature", "map", "host"}[lead.kind], Name: lead.name}
	first, last := lead.first, lead.last
	maps, total := make(map[string]int64), make(map[int]int64)
	for _, s := range group {
		first, last = min(first, s.first), max(last, s.last)
		b.Onset, b.End = earlier(b.Onset, s.onset), later(b.End, s.end)
		b.Records += s.records
		for i, n := range s.counts {
			total[s.first+i] += n
		}
		for m, n := range s.maps {
			maps[m] += n
		}
		if b.Host == "" && len(s.host) > 0 {
			b.Host = s.host[0]
		}
		if b.User == "" && len(s.users) > 0 {
			b.User = s.users[0]
		}
		if s.kind == ofSignature {
			b.Parts = append(b.Parts, BurstPart{s.name, title(s.name), s.severity, s.onset, s.end, s.records})
			if b.Severity == "" || rated(s.severity) < rated(b.Severity) {
				b.Severity = s.severity
			}
		}
	}
	b.From, b.Until, b.GoesOn = t.At(first), t.At(last+1), last == len(t.Buckets)-1
	for i := first; i <= last; i++ {
		if total[i] > b.PeakRecords {
			b.Peak, b.PeakRecords = later(t.At(i), b.Onset), total[i] // the first column begins before it
		}
	}
	for m := range maps {
		b.Maps = append(b.Maps, m)
	}
	slices.SortFunc(b.Maps, func(x, y string) int { return cmp.Or(cmp.Compare(maps[y], maps[x]), cmp.Compare(x, y)) })
	b.Maps = b.Maps[:min(len(b.Maps), mostMaps)]
	switch lead.kind {
	case ofMap:
		b.Title = "A burst of failures"
		b.Maps = []string{lead.name}
	case ofHost:
		b.Title = hostTitle(lead.name)
		b.Host = lead.name
	default:
		b.Title = title(lead.name)
	}
	return b
}

func hostTitle(host string) string { return "A burst of failed calls to " + host }

// called gives every signature the title that the report has for it: unknown messages are called by their sentence.
func called(clusters []Cluster, title func(sig string) string) func(sig string) string {
	known := make(map[string]string)
	for i := range clusters {
		known["unknown/"+clusters[i].TemplateID] = clusters[i].Title
	}
	return func(sig string) string { return cmp.Or(known[sig], title(sig)) }
}

// rated orders severities, the worst first; unrated ones come last.
func rated(severity string) int {
	if i := slices.Index(classify.Severities, severity); i >= 0 {
		return i
	}
	return len(classify.Severities)
}
