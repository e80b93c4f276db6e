package summary

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dwtriage/report/store/storetest"
)

// poisson draws from a Poisson distribution: below 30 by the product of uniform numbers, above by a sum of smaller ones.
func poisson(r *rand.Rand, lambda float64) (n int64) {
	for ; lambda > 30; lambda -= 30 {
		n += poisson(r, 30)
	}
	for p := r.Float64(); p > math.Exp(-lambda); p *= r.Float64() {
		n++
	}
	return n
}

func noise(r *rand.Rand, buckets int, lambda float64) []int64 {
	counts := make([]int64, buckets)
	for i := range counts {
		counts[i] = poisson(r, lambda)
	}
	return counts
}

func all(n int) []bool {
	heard := make([]bool, n)
	for i := range heard {
		heard[i] = true
	}
	return heard
}

// None is invented in noise, whatever its level and the length of the night: 42,000 series of 4.7 million buckets.
func TestNoBurstInNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, buckets := range []int{8, 46, 96, 192, 336} {
		for _, lambda := range []float64{.01, .03, .1, .2, .3, .5, .8, 1, 1.5, 2, 3, 5, 8, 13, 20, 50, 100, 300, 1000, 10000} {
			series := 600
			if lambda > 30 {
				series = 30
			}
			found := 0
			for range series {
				found += len(louds(noise(r, buckets, lambda), all(buckets)))
			}
			// Chance alone reaches the limit once in a million buckets, so once in some of these nights of 600 series.
			if found > 1 {
				t.Errorf("%d bursts in %d nights of %d buckets with %v records each", found, series, buckets, lambda)
			}
		}
	}
}

func TestUniformNight(t *testing.T) {
	for _, n := range []int64{0, 1, 2, 5, 100, 100000} {
		counts := make([]int64, 96)
		for i := range counts {
			counts[i] = n
		}
		if got := louds(counts, all(96)); got != nil {
			t.Errorf("%d records in every bucket: %v", n, got)
		}
	}
}

// A burst is found where it is: alone, with onset and end within one bucket, however much of the night it takes up to a half.
func TestBurstInNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		buckets := 32 + r.IntN(160)
		quiet := math.Exp(r.Float64()*8 - 4) // 0.02 to 55
		counts := noise(r, buckets, quiet)
		// So much that a bucket of it seldom stays below the limit.
		rate := 1.5*loud(quiet) + 4*math.Sqrt(loud(quiet))
		long := 1 + r.IntN(buckets/2-1)
		first := r.IntN(buckets - long + 1)
		for i := first; i < first+long; i++ {
			counts[i] += poisson(r, rate)
		}
		got := louds(counts, all(buckets))
		if len(got) != 1 || abs(got[0].first-first) > 1 || abs(got[0].last-(first+long-1)) > 1 {
			t.Errorf("%d buckets of %.2f, burst of %.1f from %d to %d: found %v in %v", buckets, quiet, rate, first, first+long-1, got, counts)
		}
	}
}

func abs(n int) int { return max(n, -n) }

// The rule, by hand.
func TestLouds(t *testing.T) {
	quietNight := func(put ...int64) []int64 { return append(make([]int64, 10), put...) }
	for _, c := range []struct {
		name   string
		counts []int64
		want   string
	}{
		{"four in a quiet night are no burst", quietNight(4), "[]"},
		{"five are", quietNight(5), "[{10 10}]"},
		{"with what stands beside them", quietNight(1, 8, 1), "[{10 12}]"},
		{"but not two buckets away", quietNight(1, 1, 8, 1, 1), "[{11 13}]"},
		{"a pause of two buckets does not end it", quietNight(5, 0, 0, 5), "[{10 13}]"},
		{"one of three does", quietNight(5, 0, 0, 0, 5), "[{10 10} {14 14}]"},
		{"one in each bucket: more than 1 + 5 + 4", []int64{1, 1, 1, 1, 1, 1, 1, 1, 11, 1, 1, 1}, "[{8 8}]"},
		{"no more than that", []int64{1, 1, 1, 1, 1, 1, 1, 1, 10, 1, 1, 1}, "[]"},
		{"a hundred in each bucket: more than three times", []int64{100, 100, 100, 100, 100, 100, 100, 301, 100}, "[{7 7}]"},
		{"three times", []int64{100, 100, 100, 100, 100, 100, 100, 300, 100}, "[]"},
		{"four bursts", append(quietNight(9), append(quietNight(9), append(quietNight(9), quietNight(9)...)...)...), "[{10 10} {21 21} {32 32} {43 43}]"},
		{"five are a rhythm", append(quietNight(9), append(quietNight(9), append(quietNight(9), append(quietNight(9), quietNight(9)...)...)...)...), "[]"},
		{"one above the rhythm", append(quietNight(9), append(quietNight(9), append(quietNight(9), append(quietNight(9), quietNight(90)...)...)...)...), "[{54 54}]"},
		{"too short a night", []int64{0, 0, 0, 0, 0, 0, 50}, "[]"},
	} {
		if got := fmt.Sprint(louds(c.counts, all(len(c.counts)))); got != c.want {
			t.Errorf("%s: %v is %s, want %s", c.name, c.counts, got, c.want)
		}
	}
	// Hours without any record tell nothing: two nights of two records a bucket, a day between them.
	counts, heard := make([]int64, 160), make([]bool, 160)
	for i := range counts {
		if heard[i] = i < 20 || i >= 140; heard[i] {
			counts[i] = 2 + int64(i%4)
		}
	}
	if got := louds(counts, heard); got != nil {
		t.Errorf("two nights: %v", got)
	}
}

func TestHeard(t *testing.T) {
	tl := &Timeline{Width: time.Hour, Buckets: make([]Bucket, 14)}
	for _, i := range []int{0, 6, 13} { // five hours of silence, then six
		tl.Buckets[i].OK = 1
	}
	if got, want := fmt.Sprint(tl.heard()), "[true true true true true true true false false false false false false true]"; got != want {
		t.Errorf("heard: %s, want %s", got, want)
	}
}

// Two logs that cover different hours: what one of them shows all the time that it covers is no incident.
func TestBurstOfAShortLog(t *testing.T) {
	var lines []storetest.Line
	for i := range 600 {
		at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute)
		id := uint16(i + 1)
		l := storetest.Line{ID: id, File: "a.csv", Row: int64(id), At: at.Format(time.DateTime), Company: "USMF", Entity: "uoms", Err: storetest.UnitOfMeasure}
		if i >= 480 && i%2 == 1 {
			l.File, l.Log, l.Err, l.Entity = "b.csv", "plugintrace", storetest.Odd, "contacts"
		}
		lines = append(lines, l)
	}
	s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
	if len(s.Bursts) > 0 {
		t.Errorf("incidents: %+v", s.Bursts)
	}
}

// adding appends n failures of an entity to lines, one each step from a time behind 08:00 on.
func adding(lines *[]storetest.Line, step time.Duration) func(n int, from time.Duration, entity, err string) {
	return func(n int, from time.Duration, entity, err string) {
		for i := range n {
			at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC).Add(from + time.Duration(i)*step)
			id := uint16(len(*lines) + 1)
			*lines = append(*lines, storetest.Line{ID: id, File: "a.csv", Row: int64(id), At: at.Format(time.DateTime), Company: "USMF", Entity: entity, Err: err})
		}
	}
}

// From records to incidents: two failures of the link that begin together are one, another kind at the same time is its
// own, one that lasts to the end goes on, and a map that fails in many ways bursts as a map.
func TestBursts(t *testing.T) {
	const (
		users = "The user is not a member of the organization. ErrorCode: 0x80072560"
		uri   = "Unable to generate payload for entity CustCustomerV3Entity. Payload creation failed with error Invalid URI: The URI is empty."
	)
	var lines []storetest.Line
	add := adding(&lines, time.Minute)
	add(1, 0, "contacts", "Some error")
	add(9, 61*time.Minute, "accounts", users)
	add(6, 80*time.Minute, "contacts", uri)
	add(8, 76*time.Minute, "accounts", storetest.UnitOfMeasure)
	for i, word := range []string{"amber", "birch", "cedar", "delta", "ember", "fjord"} {
		add(1, 150*time.Minute+time.Duration(i)*time.Second, "uoms", "The "+word+" lamp is out")
	}
	add(8, 240*time.Minute, "contacts", storetest.Odd)
	s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
	var got string
	for _, b := range s.Bursts {
		got += fmt.Sprintf("%s %s %s to %s, %d, peak %d at %s, %v %v %d parts\n", b.Kind, b.Severity, b.Onset.Format("15:04"), b.End.Format("15:04"), b.Records, b.PeakRecords, b.Peak.Format("15:04"), b.Maps, b.GoesOn, len(b.Parts))
	}
	want := "signature critical 09:01 to 09:25, 15, peak 9 at 09:01, [Customers V3 (accounts) Customers V3 (contacts)] false 2 parts\n" +
		"signature high 09:16 to 09:23, 8, peak 8 at 09:16, [Units] false 1 parts\n" +
		"map  10:30 to 10:30, 6, peak 6 at 10:30, [Units] false 0 parts\n" +
		"signature  12:00 to 12:07, 8, peak 8 at 12:00, [CDS Contacts V2 or Customers V3 (contacts)] true 1 parts\n"
	if got != want {
		t.Errorf("incidents:\n%swant:\n%s", got, want)
	}
}

// Calls to two hosts that fail in one way at the same time are one incident, whichever of the hosts most of them name. A host that several signatures
// share at a time when none of them bursts is one of its own.
func TestBurstOfTwoHosts(t *testing.T) {
	const connect = "System.Net.WebException: Unable to connect to the remote server ---> System.Net.Sockets.SocketException: A connection attempt failed because " +
		"the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond %s:443"
	var lines []storetest.Line
	add := adding(&lines, 20*time.Second)
	add(1, 0, "contacts", "Some error")
	add(30, 61*time.Minute, "accounts", fmt.Sprintf(connect, "10.1.1.1"))
	add(12, 62*time.Minute, "accounts", fmt.Sprintf(connect, "10.1.1.2"))
	add(1, 400*time.Minute, "contacts", "Some error")
	s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
	if len(s.Bursts) != 1 || s.Bursts[0].Kind != "signature" || s.Bursts[0].Records != 42 || s.Bursts[0].Host != "10.1.1.1:443" {
		t.Errorf("incidents: %+v, want one of 42 records", s.Bursts)
	}
}

// Two failures that begin together are one incident where they name one team, and two where they only both name a team.
func TestBurstsOfTeams(t *testing.T) {
	const one, two = "b4c1d2f0-7a35-4e86-9c1b-2f60d8e7a913", "0c7a2e51-4d1b-4d0c-9d55-1f1f7c3a2b10"
	// Two messages, so two signatures: of a team without the privilege, and one that cannot own.
	const lacks = "Principal team (Id=%s, type=9, roleCount=1, privilegeCount=20), is missing prvReadContact privilege (Id=5d7e9a14-03bc-4f2d-8e61-c0a94b7d3f28) on OTC=2 for entity 'contact'."
	const roles = "The team (Id=%s) has not been assigned any roles."
	for second, want := range map[string][]string{one: {one}, two: {one, two}} {
		var lines []storetest.Line
		add := adding(&lines, time.Minute)
		add(1, 0, "uoms", "Some error")
		add(12, 120*time.Minute, "contacts", fmt.Sprintf(lacks, one))
		add(12, 121*time.Minute, "accounts", fmt.Sprintf(roles, second))
		add(1, 400*time.Minute, "uoms", "Some error")
		s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
		var got []string
		for _, b := range s.Bursts {
			got = append(got, b.User)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("incidents of %q, want of %q: %+v", got, want, s.Bursts)
		}
	}
}
