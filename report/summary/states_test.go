package summary

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/report/store"
	"dwtriage/report/store/storetest"
)

// A failure of the nights below: a message in an entity.
type failure struct{ err, entity string }

var failures = []failure{
	{storetest.NotMember, "accounts"}, {storetest.NotMember, "uoms"}, {storetest.UnitOfMeasure, "uoms"}, {storetest.Odd, "msdyn_warehouses"}, {storetest.Odd, "accounts"},
}

// nightOf is what failed in the night to a day of November: how often each failure. Every export begins and ends with
// a record of its own, so that it covers the night.
type nightOf struct {
	day    int
	counts [5]int
	broken bool // its exports were not read whole
}

// at is when the last of so many records of a failure came in the night.
func (n nightOf) at(failure, count int) time.Time {
	return time.Date(2026, 11, n.day-1, 18, 9+count+failure, 0, 0, time.UTC)
}

// lines makes the records of one of several pieces of a night.
func (n nightOf) lines(id *uint16, piece, pieces int) (lines []storetest.Line) {
	add := func(clock int, f failure) {
		*id++
		at := time.Date(2026, 11, n.day-1, 18, 0, 0, 0, time.UTC).Add(time.Duration(clock) * time.Minute)
		lines = append(lines, storetest.Line{ID: *id, File: fmt.Sprintf("%d-%d.csv", n.day, piece), Row: int64(len(lines) + 2), At: at.Format(time.DateTime), Company: "USMF",
			Entity: f.entity, Log: ingest.DualWrite, Err: f.err})
	}
	frame := failure{"The parcel of the evening is lost", "parcels"}
	add(0, frame)
	for i, count := range n.counts {
		for k := range count {
			if k%pieces == piece {
				add(10+k+i, failures[i])
			}
		}
	}
	add(719, frame)
	return lines
}

// Every state of every signature and map of random nights, loaded in any order and in pieces, is the one that a look
// at the list of nights gives.
func TestStates(t *testing.T) {
	rounds := 2
	if *full {
		rounds = 3
	}
	keys := keysOfFailures(t)
	for seed := range rounds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(seed), 7))
			var all []nightOf
			for day := 10; day < 21; day++ {
				if r.IntN(6) == 0 {
					continue // nobody exported it
				}
				n := nightOf{day: day, broken: r.IntN(5) == 0}
				for i := range n.counts {
					if r.IntN(3) == 0 {
						n.counts[i] = 1 + r.IntN(4)
					}
					if r.IntN(10) == 0 {
						n.counts[i] = 10 + r.IntN(20)
					}
				}
				all = append(all, n)
			}
			db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
			id := uint16(0)
			runs := make(map[int]int64) // per day, its last piece
			pieces := make(map[int]int)
			for _, i := range r.Perm(len(all)) {
				n := all[i]
				pieces[n.day] = 1 + r.IntN(2)
				for piece := range pieces[n.day] {
					lines := n.lines(&id, piece, pieces[n.day])
					account := storetest.Account(lines)
					account.Files[0].Incomplete = n.broken
					runs[n.day] = loadRun(t, db, "", lines, account)
				}
			}
			for i, n := range all {
				s := partOf(t, db, runs[n.day], false)
				want := statesOf(keys, all[:i], n, pieces[n.day])
				got := make(map[string]string)
				for _, f := range s.Findings {
					got[f.Signature+" "+f.MapTitle] = f.Change
				}
				for _, c := range s.Changes {
					if key := c.Signature + " " + c.MapTitle; (c.Change == Quiet || c.Change == Resolved) && slices.Contains(keys, key) {
						first, last := knownOf(all[:i], slices.Index(keys, key))
						if !c.KnownSince.Equal(first) || !c.LastSeen.Equal(last) {
							t.Errorf("night to %d after %v: %s is %s, known since %s and seen last %s, want %s and %s", n.day, all[:i], key, c.Change, c.KnownSince, c.LastSeen, first, last)
						}
					}
					if key := c.Signature + " " + c.MapTitle; c.Change == New && slices.Contains(keys, key) { // an earlier piece of the night may have it first
						if first, _ := knownOf(all[:i+1], slices.Index(keys, key)); !c.KnownSince.Equal(first) {
							t.Errorf("night to %d in %d pieces: %s is new and known since %s, want %s", n.day, pieces[n.day], key, c.KnownSince, first)
						}
					}
					if key := c.Signature + " " + c.MapTitle; got[key] != "" && got[key] != c.Change {
						t.Errorf("night to %d: %s is %s as a finding, %s as a change", n.day, key, got[key], c.Change)
					} else {
						got[key] = c.Change
					}
				}
				for key, state := range got {
					if !slices.Contains(keys, key) || state == "" { // the frame's own
						delete(got, key)
					}
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("night to %d after %v (-want +got):\n%s", n.day, all[:i], d)
				}
				var failed []int64
				whole := slices.DeleteFunc(slices.Clone(all[:i]), func(n nightOf) bool { return n.broken })
				nights := append(slices.Clone(whole[max(0, len(whole)-MostPeriods):]), n)
				for k := len(nights) - 1; k >= 0 && len(whole) > 0; k-- {
					n := int64(2 * pieces[nights[k].day]) // first and last record of each export
					for _, count := range nights[k].counts {
						n += int64(count)
					}
					failed = append(failed, n)
				}
				if d := cmp.Diff(failed, s.FailedIn); d != "" {
					t.Errorf("night to %d: failing records of the periods (-want +got):\n%s", n.day, d)
				}
				if len(s.Changes) != s.Changed.Listed()+s.ChangedUnknown.Listed() {
					t.Errorf("%d changes are listed, %+v and %+v counted", len(s.Changes), s.Changed, s.ChangedUnknown)
				}
			}
		})
	}
}

// keysOfFailures are signature and map of each failure, as the database names them.
func keysOfFailures(t *testing.T) (keys []string) {
	db := open(t, filepath.Join(t.TempDir(), "keys.duckdb"))
	for i, f := range failures {
		s := partOf(t, db, loadRun(t, db, "", []storetest.Line{{ID: uint16(i), File: "a.csv", Row: 2, Entity: f.entity, Err: f.err, Log: ingest.DualWrite}}), false)
		keys = append(keys, s.Findings[0].Signature+" "+s.Findings[0].MapTitle)
	}
	return keys
}

// statesOf is the twin of the query: what a careful person would write beside each line, from the list of nights.
func statesOf(keys []string, before []nightOf, now nightOf, pieces int) map[string]string {
	states := make(map[string]string)
	before = slices.Clone(before)
	slices.Reverse(before)
	whole := slices.DeleteFunc(slices.Clone(before), func(n nightOf) bool { return n.broken })
	if len(whole) == 0 {
		return states
	}
	latest := whole[:min(len(whole), MostPeriods)]
	for i, key := range keys {
		n := now.counts[i]
		inPiece := n >= pieces // of a failure that came once, the last of two pieces has nothing
		count := func(nights []nightOf) (sum, largest int) {
			for _, b := range nights {
				sum, largest = sum+b.counts[i], max(largest, b.counts[i])
			}
			return
		}
		all, _ := count(before)
		_, largest := count(latest)
		three, _ := count(latest[:min(3, len(latest))])
		pause := 0 // nights that count without it
		for _, b := range before {
			if b.counts[i] > 0 {
				break
			}
			if !b.broken {
				pause++
			}
		}
		switch {
		case n > 0 && !inPiece:
		case n > 0 && all == 0:
			states[key] = New
		case n > 0 && pause >= 3:
			states[key] = Regressed
		case n > 0 && len(latest) >= 3 && n >= 10 && largest > 0 && n > 3*largest:
			states[key] = Spiking
		case n > 0:
			states[key] = Ongoing
		case now.broken || all == 0:
		case pause < min(2, len(whole)):
			states[key] = Quiet
		case three > 0:
			states[key] = Resolved
		}
	}
	return states
}

// knownOf is when a failure came first and last.
func knownOf(nights []nightOf, failure int) (first, last time.Time) {
	for _, n := range nights {
		if count := n.counts[failure]; count > 0 {
			if last = n.at(failure, count); first.IsZero() {
				first = n.at(failure, 1)
			}
		}
	}
	return first, last
}

// loadRun loads lines as one run.
func loadRun(t *testing.T, db *store.DB, environment string, lines []storetest.Line, account ...*ingest.Batch) int64 {
	t.Helper()
	if account == nil {
		account = []*ingest.Batch{storetest.Account(lines)}
	}
	batches := append([]*ingest.Batch{storetest.Batch(store.Allocator(), lines...)}, account...)
	id, _, err := db.Load(t.Context(), store.Run{Environment: environment, Started: time.Now()}, store.Tool{Version: "test", Rules: 1}, storetest.Source(batches...), nil)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func of(t *testing.T, db *store.DB, run int64) *Summary {
	t.Helper()
	s, err := Of(t.Context(), db, run, storetest.Matcher())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What the hours that were read do not show is not said: the false sentences of runs that were taken for nights, and
// their sisters.
func TestNothingFalseOfNights(t *testing.T) {
	var id uint16
	clocked := func(day, hour int, log string, f failure, file string) storetest.Line {
		id++
		return storetest.Line{ID: id, File: file, Row: int64(id) + 1, At: fmt.Sprintf("2026-11-%02d %02d:30:00", day, hour), Company: "USMF", Entity: f.entity, Log: log, Err: f.err}
	}
	night := func(day int, log string, fs ...failure) (lines []storetest.Line) {
		file := fmt.Sprint(day, log, ".csv")
		for hour := range 6 {
			lines = append(lines, clocked(day, hour, log, failure{"The parcel of the evening is lost", "parcels"}, file))
		}
		for i, f := range fs {
			lines = append(lines, clocked(day, 1+i%4, log, f, file))
		}
		return lines
	}
	of := func(t *testing.T, db *store.DB, run int64) *Summary { return partOf(t, db, run, false) }
	dual, trace := ingest.DualWrite, ingest.PluginTrace
	nothing := func(t *testing.T, s *Summary) {
		t.Helper()
		if len(s.Changes) > 0 || s.Changed != (Changed{}) && s.Changed != (Changed{Ongoing: s.Changed.Ongoing}) {
			t.Errorf("changes %+v, %+v", s.Changes, s.Changed)
		}
	}
	changed := func(s *Summary) (list []string) {
		for _, c := range s.Changes {
			list = append(list, c.Change+" "+c.MapTitle)
		}
		return list
	}

	t.Run("two calls for one night", func(t *testing.T) {
		db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
		nothing(t, of(t, db, loadRun(t, db, "", night(10, dual, failures[0]))))
		nothing(t, of(t, db, loadRun(t, db, "", night(10, trace, failures[1], failures[2]))))
		// The night after, also in two calls: each log is compared with itself.
		// What the other log knew is not new.
		if got := changed(of(t, db, loadRun(t, db, "", night(11, dual, failures[0], failures[2], failures[3])))); !slices.Equal(got, []string{"new Warehouses"}) {
			t.Errorf("dual-write errors of the second night: %q", got)
		}
		s := of(t, db, loadRun(t, db, "", night(11, trace, failures[1])))
		if got := changed(s); len(got) != 0 { // what is absent here failed in the other log of this night
			t.Errorf("plug-in traces of the second night: %q", got)
		}
	})
	t.Run("one file looked at again", func(t *testing.T) {
		db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
		first := night(10, dual, failures...)
		loadRun(t, db, "", append(slices.Clone(first), night(10, trace, failures[1])...))
		nothing(t, of(t, db, loadRun(t, db, "", first)))
		nothing(t, of(t, db, loadRun(t, db, "", first[:3])))
	})
	t.Run("a night that could not be read", func(t *testing.T) {
		db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
		loadRun(t, db, "", night(10, dual, failures...))
		broken := &ingest.Batch{Files: []ingest.File{{Path: "locked.zip", Problem: fmt.Errorf("locked.zip: it has a password")}}}
		nothing(t, of(t, db, loadRun(t, db, "", nil, broken)))
		// Read half way: what is there counts, what is not there may be in the other half.
		lines := night(11, dual, failures[0])
		cut := storetest.Account(lines)
		cut.Files[0].Problem = fmt.Errorf("11.csv: the file is cut off")
		s := of(t, db, loadRun(t, db, "", lines, cut))
		if s.Logs[0].Whole || s.Changed.Quiet != 0 || s.Changed.Resolved != 0 || s.Findings[1].Change == "" {
			t.Errorf("of half a night: %+v, %+v", s.Logs, s.Changed)
		}
		for _, incomplete := range []bool{true, false} {
			lines := night(12, dual, failures[0])
			account := storetest.Account(lines)
			account.Files[0].Incomplete = incomplete
			if s := of(t, db, loadRun(t, db, "", lines, account)); (s.Changed.Quiet > 0) == incomplete {
				t.Errorf("incomplete %v: %+v", incomplete, s.Changed)
			}
		}
	})
	t.Run("known for longer than the last run", func(t *testing.T) {
		db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
		loadRun(t, db, "", night(10, dual, failures[0]))
		loadRun(t, db, "", night(11, dual))
		s := of(t, db, loadRun(t, db, "", night(12, dual, failures[0])))
		if s.Changed.New != 0 || s.Changed.Ongoing == 0 {
			t.Errorf("known since the night before last: %+v", s.Changed)
		}
	})
	t.Run("environments", func(t *testing.T) {
		db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
		loadRun(t, db, "PROD", night(10, dual, failures[0]))
		nothing(t, of(t, db, loadRun(t, db, "UAT", night(11, dual, failures[2]))))
		if got := changed(of(t, db, loadRun(t, db, "PROD", night(12, dual, failures[2])))); len(got) != 2 {
			t.Errorf("of its own environment: %q", got)
		}
	})
	t.Run("out of order", func(t *testing.T) {
		db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
		loadRun(t, db, "", night(10, dual))
		late := loadRun(t, db, "", night(12, dual, failures[0]))
		if s := of(t, db, late); s.Changed.New != 1 {
			t.Errorf("before the night between is there: %+v", s.Changed)
		}
		if s := of(t, db, loadRun(t, db, "", night(11, dual, failures[0]))); s.Changed.New != 1 {
			t.Errorf("the night between, loaded late: %+v", s.Changed)
		}
		if s := of(t, db, late); s.Changed.New != 0 || s.Changed.Ongoing == 0 {
			t.Errorf("drawn again once it is there: %+v", s.Changed)
		}
	})
	t.Run("no times", func(t *testing.T) {
		db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
		loadRun(t, db, "", night(10, dual, failures[0]))
		lines := night(11, dual, failures[2])
		for i := range lines {
			lines[i].At = ""
		}
		nothing(t, of(t, db, loadRun(t, db, "", lines)))
	})
}

// Periods go back by covered hours.
func TestPeriodsBefore(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	span := func(d, h, days, hours int) Period {
		return Period{at(d, h), at(d, h).Add(time.Duration(24*days+hours) * time.Hour)}
	}
	for name, c := range map[string]struct {
		ranges []Period
		p      Period
		want   []Period
	}{
		"nothing":            {nil, span(10, 18, 0, 12), nil},
		"itself":             {[]Period{span(10, 18, 0, 12)}, span(10, 18, 0, 12), nil},
		"the night before":   {[]Period{span(9, 18, 0, 12), span(10, 18, 0, 12)}, span(10, 18, 0, 12), []Period{span(9, 18, 0, 12)}},
		"a week before":      {[]Period{span(3, 18, 0, 12)}, span(10, 18, 0, 12), []Period{span(3, 18, 0, 12)}},
		"days that overlap":  {[]Period{span(8, 6, 3, 0)}, span(10, 6, 1, 0), []Period{span(9, 6, 1, 0), span(8, 6, 1, 0)}},
		"an hour of a night": {[]Period{span(8, 18, 0, 12), span(9, 18, 0, 1)}, span(10, 18, 0, 12), []Period{span(8, 18, 0, 12)}},
		"after":              {[]Period{span(11, 18, 0, 12)}, span(10, 18, 0, 12), nil},
		"shorter exports":    {[]Period{span(9, 0, 0, 4), span(9, 8, 0, 4)}, span(10, 0, 0, 12), []Period{span(9, 0, 0, 12)}},
	} {
		if d := cmp.Diff(c.want, periodsBefore(c.ranges, c.p, MostPeriods)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// What a call is about: the last night that is no stray, whatever came late, was left over or has a wrong clock.
func TestMainPeriod(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	of := func(day, from, hours int, records int64, main bool) covered {
		return covered{Period{at(day, from), at(day, from+hours)}, records, true, main}
	}
	tonight := of(9, 18, 12, 40, true)
	for name, c := range map[string]struct {
		ranges []covered
		want   Period
	}{
		"nothing":                 {nil, Period{}},
		"a night":                 {[]covered{tonight}, tonight.Period},
		"two in a row":            {[]covered{of(8, 18, 12, 40, true), tonight}, Period{at(8, 18), at(10, 6)}},
		"late, with more":         {[]covered{of(3, 18, 12, 390, true), tonight}, tonight.Period},
		"late, an outage":         {[]covered{of(3, 18, 12, 39_000, true), tonight}, tonight.Period},
		"left over":               {[]covered{of(3, 18, 1, 60, false), tonight}, tonight.Period},
		"one record of later":     {[]covered{tonight, of(20, 10, 1, 1, true)}, tonight.Period},
		"some of later":           {[]covered{tonight, of(20, 10, 1, 4, true)}, Period{at(20, 10), at(20, 11)}},
		"a wrong clock in a file": {[]covered{tonight, of(20, 18, 12, 4, false)}, tonight.Period},
		"few, for hours":          {[]covered{of(3, 18, 12, 39_000, true), of(9, 18, 3, 2, true)}, Period{at(9, 18), at(9, 21)}},
	} {
		if got := mainPeriod(c.ranges); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A log whose export came late is no part of the last night, whatever lies in between; in the report of a period that was asked for it is.
func TestOneNight(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	night := func(day int) Period { return Period{at(day, 18), at(day+1, 6)} }
	for name, c := range map[string]struct {
		list []Period
		want Period
	}{
		"one":                 {[]Period{night(9), {}}, night(9)},
		"the same":            {[]Period{night(9), night(9)}, night(9)},
		"one is longer":       {[]Period{night(9), {at(9, 12), at(10, 2)}}, Period{at(9, 12), at(10, 6)}},
		"a gap of a night":    {[]Period{{at(9, 12), at(9, 15)}, night(9)}, Period{at(9, 12), at(10, 6)}},
		"late":                {[]Period{night(9), night(8)}, night(9)},
		"late by three days":  {[]Period{night(6), night(9)}, night(9)},
		"a longer one before": {[]Period{{at(1, 0), at(8, 0)}, night(9)}, night(9)},
		"none":                {[]Period{{}, {}}, Period{}},
	} {
		if got := oneNight(c.list, false); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got, want := oneNight([]Period{night(6), night(9)}, true), (Period{at(6, 18), at(10, 6)}); got != want {
		t.Errorf("of a period: %v, want %v", got, want)
	}
}

// Hours of a day that was asked for are compared with the same ones of other days, whether exports pause in between or not.
func TestDaysBefore(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	night := Period{at(10, 12), at(11, 6)} // of the file that grows, noon to the morning
	of := func(days ...int) (list []Period) {
		for _, d := range days {
			list = append(list, Period{at(d, 12), at(d+1, 6)})
		}
		return list
	}
	for name, c := range map[string]struct{ ranges, want []Period }{
		"nothing":             {nil, nil},
		"itself":              {[]Period{night}, nil},
		"no pause":            {[]Period{{at(5, 18), at(11, 6)}}, of(9, 8, 7, 6, 5)},
		"half of one":         {[]Period{{at(5, 21), at(6, 9)}}, of(5)},
		"less than half":      {[]Period{{at(5, 22), at(6, 9)}}, nil},
		"nights":              {[]Period{{at(8, 19), at(9, 5)}, {at(9, 18), at(10, 6)}}, of(9, 8)},
		"no more than a week": {[]Period{{at(1, 0), at(11, 6)}}, of(9, 8, 7, 6, 5, 4, 3)},
		"after":               {[]Period{{at(12, 0), at(13, 0)}}, nil},
	} {
		if d := cmp.Diff(c.want, daysBefore(c.ranges, night, MostPeriods)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// What fails in other hours of the day than those that are compared is neither quiet nor over, and these hours are not said to be passed over.
func TestHoursBesideTheDay(t *testing.T) {
	var lines []storetest.Line
	add := func(day, hour int, entity, err string) {
		lines = append(lines, storetest.Line{At: fmt.Sprintf("2026-11-%02d %02d:00:00", day, hour), Entity: entity, Err: err, Company: "USMF", Log: ingest.DualWrite})
	}
	for day := 8; day <= 11; day++ {
		for hour := 0; hour < 24; hour += 2 {
			if day < 11 || hour <= 4 {
				add(day, hour, "uoms", "")
			}
		}
		if day < 11 {
			add(day, 8, "accounts", "The morning lamp is out") // each morning
			add(day, 20, "contacts", storetest.Odd)            // each evening
		}
	}
	add(9, 21, "vendors", "The evening gate is shut") // the evening before
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	loadRun(t, db, "", numbered(lines...))
	s := spanned(t, db, Span{Day: time.Date(2026, 11, 11, 0, 0, 0, 0, time.UTC)})
	var got []string
	for _, c := range s.Changes {
		got = append(got, c.Change+" "+c.Title)
	}
	slices.Sort(got)
	if want := []string{"quiet Unknown: The evening gate is shut"}; !slices.Equal(got, want) {
		t.Errorf("changes %q, want %q", got, want)
	}
	for _, c := range s.Logs {
		if len(c.Passed) > 0 {
			t.Errorf("%s: passed over %v", c.Log, c.Passed)
		}
	}
}

// Daily exports that overlap are compared by the same hours on each day.
func TestPeriodsOfOverlappingDays(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	covered := []Period{{at(16, 5), at(22, 6)}}
	of := func(day int) []Period { return periodsBefore(covered, wholeDays(Period{at(day, 5), at(day+1, 6)}), 3) }
	want := []Period{{at(20, 5), at(21, 5)}, {at(19, 5), at(20, 5)}, {at(18, 5), at(19, 5)}}
	if got := of(21); !slices.Equal(got, want) {
		t.Errorf("before the 21st: %v, want %v", got, want)
	}
	if got := of(20); !slices.Equal(got[:2], want[1:]) {
		t.Errorf("before the 20th: %v, want %v first", got, want[1:])
	}
	for _, c := range []struct{ hours, want int }{{1, 1}, {23, 23}, {24, 24}, {25, 24}, {27, 24}, {28, 28}, {48, 48}, {50, 48}, {52, 52}} {
		p := Period{at(1, 0), at(1, c.hours)}
		if got := wholeDays(p); got != (Period{p.From, p.From.Add(time.Duration(c.want) * time.Hour)}) {
			t.Errorf("a period of %d hours: %v, want %d hours", c.hours, got, c.want)
		}
	}
}

// What fails each evening is not back each evening, however short the periods are in which exports come.
func TestBackEachEvening(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	var id uint16
	export := func(day, hour int, more ...failure) *Summary {
		var lines []storetest.Line
		add := func(minute int, f failure) {
			id++
			at := time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC)
			lines = append(lines, storetest.Line{ID: id, File: fmt.Sprintf("%d-%d.csv", day, hour), Row: int64(len(lines) + 2), At: at.Format(time.DateTime), Company: "USMF", Entity: f.entity, Log: ingest.DualWrite, Err: f.err})
		}
		add(0, failure{"The parcel of the evening is lost", "parcels"})
		for _, f := range more {
			add(90, f)
		}
		add(119, failure{"The parcel of the evening is lost", "parcels"})
		return partOf(t, db, loadRun(t, db, "", lines), false)
	}
	daily, late := failures[0], failures[2]
	for day := 20; day < 24; day++ {
		var fails []failure
		if fails = append(fails, daily); day == 20 || day == 22 {
			fails = append(fails, late)
		}
		s := export(day, 18, fails...)
		for _, f := range s.Findings {
			want := Ongoing
			switch {
			case day == 20:
				want = ""
			case f.MapTitle == "Units": // two days ago
				want = Regressed
			}
			if f.Change != want {
				t.Errorf("day %d: %s in %s is %q, want %q", day, f.Signature, f.MapTitle, f.Change, want)
			}
		}
		for hour := 20; hour < 24; hour += 2 {
			export(day, hour)
		}
		for hour := 0; hour < 6; hour += 2 {
			export(day+1, hour)
		}
	}
}

// What is back in a map and failed in another one in the nights between is not back: neither a signature, nor an unknown message, nor a message of a wrapper.
func TestBackInAnotherMap(t *testing.T) {
	const wrapped = "Microsoft.Xrm.Sdk.InvalidPluginExecutionException: Customer C-%d is on hold."
	groups, account := "msdyn_customergroups", "account"
	nights := map[int][]storetest.Line{
		16: {failed("22:00:00", groups, emptyURI), failed("22:01:00", groups, "the crane is jammed"), failed("22:02:00", groups, "the lift is stuck"), failed("22:03:00", groups, wrapped, 7), failed("22:04:00", groups, outage)},
		17: {failed("22:00:00", account, emptyURI), failed("22:02:00", account, "the lift is stuck")},
		18: {failed("22:01:00", account, "the crane is jammed"), failed("22:02:00", account, wrapped, 9)},
		19: {failed("22:05:00", account, "another")},
		20: {failed("22:00:00", account, emptyURI)},
		21: {failed("22:00:00", groups, emptyURI), failed("22:01:00", groups, "the crane is jammed"), failed("22:02:00", groups, "the lift is stuck"), failed("22:03:00", groups, wrapped, 7), failed("22:04:00", groups, outage)},
	}
	const uri, crane, lift, link, number = "Unable to generate payload: the Dataverse URI is empty after an environment change", "Unknown: the crane is jammed", "Unknown: the lift is stuck",
		"Dual-write plug-in cannot reach finance and operations (connection attempt failed)", "Customer … is on hold"
	for _, c := range []struct {
		compare CompareTo
		known   []string // that are back in a map only
	}{{CompareTo{}, []string{uri, crane, number}}, {CompareTo{Run: 5}, []string{uri}}, {CompareTo{Run: 3}, []string{crane, number}}} {
		db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
		var last int64
		for day := 16; day <= 21; day++ {
			lines := numbered(nights[day]...)
			for i := range lines {
				lines[i].ID += uint16(day * 100)
				lines[i].At, lines[i].File = fmt.Sprintf("2026-11-%d %s", day, lines[i].At), fmt.Sprintf("%d.csv", day)
			}
			last = loadRun(t, db, "", lines)
		}
		s, err := OfCompared(t.Context(), db, last, storetest.Matcher(), c.compare)
		if err != nil {
			t.Fatal(err)
		}
		got, want := make(map[string]bool), make(map[string]bool)
		for _, f := range s.Findings {
			got[f.Title+" "+f.Change] = f.KnownElsewhere
		}
		for _, sig := range s.Signatures {
			if sig.ID != "dv-isv-aborted" { // it has the state of its messages
				got[sig.Title+" "+sig.Change] = sig.KnownElsewhere
			}
		}
		for _, title := range []string{uri, crane, lift, link, number} {
			want[title+" regressed"] = slices.Contains(c.known, title)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("compared with %+v (-want +got):\n%s", c.compare, d)
		}
	}
}

// A signature that the database knew in another map is no new signature, though it is new in the map; nor is an unknown message.
func TestNewInAnotherMap(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	before := numbered(failed("22:00:00", "account", emptyURI), failed("22:01:00", "account", "the crane is jammed"))
	for i := range before {
		before[i].At = "2026-11-21 " + before[i].At
		before[i].File = "before.csv"
	}
	loadRun(t, db, "", before)
	lines := numbered(failed("22:00:00", "msdyn_customergroups", emptyURI), failed("22:01:00", "msdyn_customergroups", "the crane is jammed"),
		failed("22:02:00", "account", outage), failed("22:03:00", "account", "the lift is stuck"))
	for i := range lines {
		lines[i].ID += 100
	}
	s := of(t, db, loadRun(t, db, "", lines))
	got := make(map[string]bool)
	for _, sig := range s.Signatures {
		got[sig.ID+" "+sig.Change] = sig.KnownElsewhere
	}
	for _, c := range s.Clusters {
		got[c.Title+" "+c.Change] = c.KnownElsewhere
	}
	want := map[string]bool{"dw-isv-connection-attempt-failed new": false, "dw-payload-empty-uri new": true, "the crane is jammed new": true, "the lift is stuck new": false}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// What is left over from before the period in another map does not make a known signature a new one.
func TestNewBesideALeftOver(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	var id uint16
	for _, n := range []nightOf{{day: 10, counts: [5]int{1}}, {day: 14, counts: [5]int{0, 0, 0, 1}}} {
		loadRun(t, db, "", n.lines(&id, 0, 1))
	}
	night := nightOf{day: 15, counts: [5]int{0, 1}}
	lines := night.lines(&id, 0, 1)
	rest := lines[1]
	rest.ID, rest.Row, rest.At, rest.Entity = 900, 900, "2026-11-12 20:00:00", failures[0].entity
	s := of(t, db, loadRun(t, db, "", append(lines, rest)))
	for _, sig := range s.Signatures {
		if sig.ID == "dw-user-not-member-of-org" {
			if sig.Change != "new" || !sig.KnownElsewhere {
				t.Errorf("%+v: want it new in a map, and known from another one", sig)
			}
			return
		}
	}
	t.Errorf("it does not fail: %+v", s.Signatures)
}

// A log that is read for the first time is compared with nothing, so its records make no spike of what fails in the other log as ever; nor do those of a log of
// which fewer nights are known.
func TestNoSpikeOfANewLog(t *testing.T) {
	for first := range 4 { // the night of the first traces, so that 0 to 3 of them are known before
		for _, more := range []int{1, 12} { // errors of dual-write in the last night
			db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
			var id uint16
			var run int64
			for day := 10; day <= 14; day++ {
				n := nightOf{day: day, counts: [5]int{1}}
				traces := 1
				if day == 14 {
					n.counts[0], traces = more, 11
				}
				lines := n.lines(&id, 0, 1)
				if day >= 14-first {
					lines = append(lines, tracesOf(n, traces, &id)...)
				}
				for i := range lines {
					if lines[i].Err == failures[0].err {
						lines[i].Err = "Sql error: Generic SQL error. CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: 1205" // one rule for both logs
					}
				}
				run = loadRun(t, db, "", lines)
			}
			s := of(t, db, run)
			got := "none"
			for _, c := range s.Changes {
				if c.Signature == s.Findings[0].Signature && c.Change == "spiking" {
					got = fmt.Sprint(c.Records, c.Counts)
				}
			}
			// Of three nights of traces and four of errors the errors alone are counted: they are what there is most of to compare with.
			want := "none"
			if more == 12 {
				want = "23 [12 1 1 1 1]"
			}
			if got != want {
				t.Errorf("%d nights of traces before, %d errors: spiking %s, want %s", first, more, got, want)
			}
		}
	}
}

// tracesOf are as many traces of the first failure in a night, and two that begin and end it.
func tracesOf(n nightOf, count int, id *uint16) (lines []storetest.Line) {
	all := nightOf{day: n.day, counts: [5]int{count}}.lines(id, 0, 1)
	for i := range all {
		all[i].Log, all[i].File, all[i].Entity = ingest.PluginTrace, fmt.Sprintf("%d-traces.csv", n.day), strings.TrimSuffix(all[i].Entity, "s")
	}
	return all
}

// Of a rule that stands around any failure each message has a state of its own, also where history prune left counts only; of another rule the signature has
// one, and its title names no value of tonight where it failed before with another one.
func TestStatesByMessage(t *testing.T) {
	const (
		stopped = "Unhandled exception: \r\nException type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException\r\nMessage: "
		refused = "Write failed for entity CDS sales order headers with unknown exception - "
		lacks   = "Principal user (Id=3f1c2d44-8a0e-4b67-9f52-6f2a1c7d90ab, type=8, roleCount=5) is missing %s privilege (Id=315f05b2-7417-43fa-8b47-8d0722bfbaf2) on OTC=112 for entity 'incident'"
	)
	trace := func(err string) storetest.Line {
		return storetest.Line{Log: ingest.PluginTrace, Entity: "contact", Err: err}
	}
	row := func(err string) storetest.Line { return storetest.Line{Entity: "SalesOrderHeaderCDSEntity", Err: err} }
	nights := [][]storetest.Line{
		{trace(stopped + "The crane is jammed"), row(refused + "Currency CHF is locked"), trace(fmt.Sprintf(lacks, "prvReadIncident")), row(refused + "The season is closed")},
		{trace(stopped + "The crane is jammed"), trace(stopped + "The lift is stuck"), row(refused + "Number sequence is used up"), trace(fmt.Sprintf(lacks, "prvWriteIncident")),
			{Entity: "VendVendorV2Entity", Err: strings.ReplaceAll(refused, "CDS sales order headers", "Vendors V2") + "Currency CHF is locked"}},
	}
	for _, pruned := range []bool{false, true} {
		db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
		var run int64
		for i, lines := range nights {
			for k := range lines {
				l := &lines[k]
				l.ID, l.File, l.Row, l.At = uint16(100*i+k+1), fmt.Sprintf("%d.csv", i), int64(k+2), fmt.Sprintf("2026-11-%d 22:0%d:00", 20+i, k)
			}
			run = loadRun(t, db, "", lines)
			if pruned && i == 0 {
				if _, err := db.Prune(t.Context(), time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), nil, "test", time.Now()); err != nil {
					t.Fatal(err)
				}
			}
		}
		s := of(t, db, run)
		var got []string
		for _, f := range s.Findings {
			if got = append(got, f.Change+" "+f.Title); f.KnownElsewhere {
				got[len(got)-1] += ", known elsewhere"
			}
		}
		for _, c := range s.Changes {
			got = append(got, "change: "+c.Change+" "+c.Title)
		}
		slices.Sort(got)
		// Nothing is left of what the first night said of the season but its counts, where they were pruned.
		gone := "change: quiet The season is closed"
		if pruned {
			gone = "change: quiet Finance and operations rejected the row (Write failed for entity), message t-c8aaaaeb98ac"
		}
		want := []string{gone, "change: quiet Currency CHF is locked", "change: new Number sequence is used up", "change: new The lift is stuck",
			"change: new Currency CHF is locked", "new Currency CHF is locked, known elsewhere", "new Number sequence is used up", "new The lift is stuck", "ongoing The caller lacks a privilege", "ongoing The crane is jammed"}
		slices.Sort(want)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("pruned %t: (-want +got)\n%s", pruned, d)
		}
	}
}

// lampRule is the file of a site with one rule.
func lampRule(id string) string {
	return `
- id: ` + id + `
  title: A lamp is out
  status: observed
  logs: [dualwrite]
  severity: low
  category: business-validation
  priority: 99
  match: {regex: 'the (?P<lamp>amber|birch|cedar) lamp is out'}
  cause: It is out.
  fix: {summary: Light it., role: Data owner, retry: after-fix, steps: [Light it.]}
  examples: {match: [{text: the amber lamp is out}], no_match: [the amber lamp]}
`
}

// A signature of which any message fails under another one is not over, whichever of its records stands for it, and pruned nights say the same.
func TestRenamedIsNotOver(t *testing.T) {
	site := withSite(t, lampRule("site-lamp"))
	lamp := func(when, colour string) storetest.Line {
		return failed("2026-11-"+when+":00:00", "accounts", "the %s lamp is out", colour)
	}
	other := func(when string) storetest.Line { return failed("2026-11-"+when+":00:00", "account", noMember) }
	load := func(db *store.DB, m *classify.Matcher, file string, lines ...storetest.Line) (id int64) {
		for i := range lines {
			lines[i].ID, lines[i].File, lines[i].Row = uint16(len(file)*100+i), file, int64(i+2)
		}
		id, _, err := db.Load(t.Context(), store.Run{Started: time.Now()}, store.Tool{Version: "test", Rules: 1}, storetest.Source(storetest.Judged(m, store.Allocator(), lines...), storetest.Account(lines)), nil)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	for _, tonight := range []string{"amber", "birch", "cedar", ""} {
		for _, pruned := range []bool{false, true} {
			db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
			load(db, site, "a", lamp("20 01", "amber"), lamp("20 02", "birch"), lamp("20 03", "cedar"), other("20 03"))
			if pruned {
				if _, err := db.Prune(t.Context(), time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), nil, "test", time.Now()); err != nil {
					t.Fatal(err)
				}
			}
			lines := []storetest.Line{other("21 01"), other("21 03")}
			if tonight != "" {
				lines = append(lines, lamp("21 02", tonight))
			}
			s := of(t, db, load(db, storetest.Matcher(), "bb", lines...))
			over := slices.ContainsFunc(s.Changes, func(c Change) bool { return c.Signature == "site-lamp" })
			if !s.Compared() || over != (tonight == "") {
				t.Errorf("tonight %q, pruned %t: over %t, %+v", tonight, pruned, over, s.Changes)
			}
		}
	}
}

// A message that fails every night as ever is neither new nor back, nor does it spike, because a rule came, went, or was called otherwise, and the database knows
// it since its first night; one that did pause is back whatever it was called.
func TestOnlyTheRulesChanged(t *testing.T) {
	by := map[rune]*classify.Matcher{'-': storetest.Matcher(), 'm': withSite(t, lampRule("site-lamp")), 'o': withSite(t, lampRule("site-light"))}
	for k, c := range []struct {
		nights string // by what rules each was judged
		counts []int  // of the lamp
		change string
	}{
		{"--mmmm-", []int{2, 2, 2, 2, 2, 2, 2}, "ongoing"},
		{"m-mmmm-", []int{2, 2, 2, 2, 2, 2, 2}, "ongoing"},
		{"mmoooom", []int{2, 2, 2, 2, 2, 2, 2}, "ongoing"},
		{"mm----m", []int{2, 2, 2, 2, 2, 2, 2}, "ongoing"},
		{"--mmmmo", []int{2, 2, 2, 2, 2, 2, 2}, "ongoing"},
		{"--mm-", []int{2, 2, 12, 12, 12}, "ongoing"},
		{"--mm-", []int{2, 2, 2, 2, 12}, "spiking"},
		{"--m---", []int{2, 2, 0, 0, 0, 2}, "regressed"},
	} {
		pruned := k%2 == 1
		db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
		var run int64
		id := uint16(0)
		for i, rules := range c.nights {
			day := 10 + i
			lines := []storetest.Line{failed(fmt.Sprintf("2026-11-%d 18:00:00", day), "account", noMember), failed(fmt.Sprintf("2026-11-%d 06:00:00", day+1), "account", noMember)}
			for k := range c.counts[i] {
				lines = append(lines, failed(fmt.Sprintf("2026-11-%d 20:%02d:00", day, k), "accounts", "the amber lamp is out"))
			}
			for k := range lines {
				id++
				lines[k].ID, lines[k].File, lines[k].Row = id, c.nights[:i+1], int64(k+2)
			}
			var err error
			run, _, err = db.Load(t.Context(), store.Run{Started: time.Now()}, store.Tool{Version: "test", Rules: 1, RulesDigest: "sha256:" + string(rules)},
				storetest.Source(storetest.Judged(by[rules], store.Allocator(), lines...), storetest.Account(lines)), nil)
			if err != nil {
				t.Fatal(err)
			}
		}
		if pruned {
			if _, err := db.Prune(t.Context(), time.Date(2026, 11, 12, 12, 0, 0, 0, time.UTC), nil, "test", time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		s := of(t, db, run)
		var got []string
		for _, f := range s.Findings {
			got = append(got, fmt.Sprintln(f.Change, f.Records, strings.Contains(f.Signature, "user-not-member")))
		}
		for _, ch := range s.Changes {
			got = append(got, fmt.Sprintln(ch.Change, ch.Counts, ch.KnownSince.Format("02")))
		}
		slices.Sort(got)
		want := []string{fmt.Sprintln("ongoing", 2, true), fmt.Sprintln(c.change, c.counts[len(c.counts)-1], false)}
		if c.change != "ongoing" {
			counts := slices.Clone(c.counts)
			slices.Reverse(counts)
			want = append(want, fmt.Sprintln(c.change, counts, "10"))
		}
		slices.Sort(want)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s %v, pruned %t: (-want +got)\n%s", c.nights, c.counts, pruned, d)
		}
	}
}

// A message that does not fail any more is called by its sentence as long as the database has a record that says it, or a report that called it so;
// else by the id of its template.
func TestGoneMessagesAreNamed(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	const sentence = "Unknown: The lamp … is out"
	lines := numbered(failed("2026-11-20 02:00:00", "accounts", "The lamp 17 is out"), failed("2026-11-20 02:00:00", "uoms", "%s", storetest.Odd), failed("2026-11-20 02:00:00", "account", noMember))
	before := loadRun(t, db, "", lines)
	var run int64
	for i, day := range []string{"21", "22"} {
		later := slices.Clone(lines[2:])
		later[0].ID, later[0].File, later[0].At = uint16(100+i), "later"+day+".csv", "2026-11-"+day+" 02:00:00"
		run = loadRun(t, db, "", later)
	}
	titles := func() (list []string) {
		defer func() { slices.Sort(list) }()
		for _, c := range of(t, db, run).Changes {
			if c.Unknown() {
				list = append(list, c.Change+" "+c.Title)
			}
		}
		return list
	}
	const odd = "Unknown: Warehouse … is locked by count …"
	if got, want := titles(), []string{"quiet " + sentence, "quiet " + odd}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	lamp, count := "", ""
	for _, c := range of(t, db, before).Clusters {
		if lamp == "" || strings.Contains(c.Title, "lamp") {
			lamp, count = c.TemplateID, lamp
		} else {
			count = c.TemplateID
		}
	}
	if _, err := db.Prune(t.Context(), time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), nil, "dwtriage history prune", time.Now()); err != nil {
		t.Fatal(err)
	}
	told := func(id, title string) []any {
		return []any{"quiet", unknownPrefix + id, title, nil, int64(0), int64(1), nil, nil, nil, nil, nil, nil}
	}
	if err := db.Tell(t.Context(), run, map[string][][]any{"changes": {told(lamp, sentence), told(count, unknownTitle+count)}}); err != nil {
		t.Fatal(err)
	}
	if got, want := titles(), []string{"quiet " + unknownTitle + count, "quiet " + sentence}; !slices.Equal(got, want) {
		t.Errorf("pruned: got %q, want %q", got, want)
	}
}

// The stretch of a log that is missing tonight is the last one that was read, no longer than a night, and of the week before.
func TestLastBefore(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	night := Period{at(20, 20), at(21, 6)}
	for _, c := range []struct {
		name   string
		ranges []Period
		night  Period
		want   Period
	}{
		{"nothing", nil, night, Period{}},
		{"no night", []Period{{at(19, 20), at(20, 6)}}, Period{}, Period{}},
		{"the night before", []Period{{at(18, 20), at(19, 6)}, {at(19, 22), at(20, 3)}}, night, Period{at(19, 22), at(20, 3)}},
		{"the night before in pieces", []Period{{at(18, 20), at(19, 6)}, {at(19, 20), at(19, 23)}, {at(20, 1), at(20, 6)}}, night, Period{at(19, 20), at(20, 6)}},
		{"weeks", []Period{{at(1, 0), at(20, 6)}}, night, Period{at(19, 20), at(20, 6)}},
		{"read by another run", []Period{{at(19, 20), at(20, 6)}, {at(20, 22), at(20, 23)}}, night, Period{}},
		{"read later", []Period{{at(19, 20), at(20, 6)}, {at(21, 20), at(22, 6)}}, night, Period{at(19, 20), at(20, 6)}},
		{"only later", []Period{{at(21, 20), at(22, 6)}}, night, Period{}},
		{"longer than a week ago", []Period{{at(12, 20), at(13, 6)}}, night, Period{}},
		{"a week ago", []Period{{at(13, 20), at(14, 6)}}, night, Period{at(13, 20), at(14, 6)}},
	} {
		if got := lastBefore(c.ranges, c.night); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
