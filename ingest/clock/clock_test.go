package clock

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	berlin := Clock{Zone: time.FixedZone("", 3600)}
	for _, c := range []struct{ in, want string }{
		{"2026-11-22T09:14:03Z", "2026-11-22T09:14:03Z"},
		{"2026-11-22T09:14:03.5843124Z", "2026-11-22T09:14:03.5843124Z"},
		{"2026-11-22T09:14:03+02:00", "2026-11-22T07:14:03Z"},
		{"2026-11-22T09:14:03.1-0530", "2026-11-22T14:44:03.1Z"},
		{"2026-11-22 09:14:03 +02:00", "2026-11-22T07:14:03Z"},
		{"2026-11-22 09:14:03 UTC", "2026-11-22T09:14:03Z"},
		{"2026-11-22 09:14:03", "2026-11-22T08:14:03Z"},
		{"2026-11-22T09:14:03", "2026-11-22T08:14:03Z"},
		{"2026-11-22 9:14", "2026-11-22T08:14:00Z"},
		{"2026-11-22 09:14:03,125", "2026-11-22T08:14:03.125Z"},
		{"2026-11-22", "2026-11-21T23:00:00Z"},
		{" 22.11.2026 09:14:03 ", "2026-11-22T08:14:03Z"},
		{"1.2.2026 9:14", "2026-02-01T08:14:00Z"},
		{"22.11.2026", "2026-11-21T23:00:00Z"},
		{"2028-02-29", "2028-02-28T23:00:00Z"},
		{"/Date(1700000000000)/", "2023-11-14T22:13:20Z"},
		{"/Date(1700000000000+0100)/", "2023-11-14T22:13:20Z"},
		{"/Date(-1000)/", "1969-12-31T23:59:59Z"},
		{"11/22/2026 9:14 AM", "2026-11-22T08:14:00Z"},
		{"11/22/2026, 9:14:03\u202fPM", "2026-11-22T20:14:03Z"},
		{"11/22/2026 12:00:00 a.m.", "2026-11-21T23:00:00Z"},
		{"22/11/2026 09:14:03", "2026-11-22T08:14:03Z"},
		{"22-11-2026 09:14:03", "2026-11-22T08:14:03Z"},
		{"22/11/2026 09.14.03", "2026-11-22T08:14:03Z"},
		{"11/11/2026 09:14:03", "2026-11-11T08:14:03Z"},
		{"2026/11/22 09:14:03", "2026-11-22T08:14:03Z"},
		{"2026/1/2 9:14:03", "2026-01-02T08:14:03Z"},
		{"Sunday, November 22, 2026 9:14:03 AM", "2026-11-22T08:14:03Z"},
		{"Nov 22, 2026 9:14 AM", "2026-11-22T08:14:00Z"},
		{"Sun, 22 Nov 2026 09:14:03 GMT", "2026-11-22T09:14:03Z"},
		{"22-Nov-2026 09:14:03", "2026-11-22T08:14:03Z"},
		{"46348.38476851852", "2026-11-22T08:14:04Z"},
		{"46348,5", "2026-11-22T11:00:00Z"},
		// Nothing tells these beyond doubt, or they are no times.
		{"03/04/2026 9:14 AM", ""},
		{"3-4-2026 09:14", ""},
		{"13/13/2026 09:14:03", ""},
		{"2026-1-2", ""},
		{"22/11/2026 13:14 PM", ""},
		{"11/22/26 09:14", "2026-11-22T08:14:00Z"}, // 22 is no month, and 2011 has no 22nd one
		{"11/12/26 09:14", ""},
		{"26/11/22 09:14", ""},
		{"22.11.26 09:14", ""},
		{"11/11/11 09:14", "2011-11-11T08:14:00Z"},
		{"13/13/26 09:14", ""},
		{"Foo 22, 2026", ""},
		{"30 Feb 2026", ""},
		{"45618", ""},
		{"12345.5", ""},
		{"99999.25", ""},
		{"2026-13-01", ""},
		{"2026-02-29", ""},
		{"31.04.2026", ""},
		{"2026-11-22T24:00:00Z", ""},
		{"2026-11-22T09:60:00Z", ""},
		{"2026-11-22T09:14:03Zulu", ""},
		{"2026-11-22T09:14:03.Z", ""},
		{"2026-11-22T09:14:03+25:00", ""},
		{"2026-11-22T", ""},
		{"0001-01-01T00:00:00", ""},
		{"/Date(17000)", ""},
		{"/Date()/", ""},
		{"/Date(99999999999999999999)/", ""},
		{"22.11.26 09:14", ""},
		{"", ""},
		{"yesterday", ""},
	} {
		got, ok := berlin.Parse([]byte(c.in))
		text := ""
		if ok {
			text = got.Format(time.RFC3339Nano)
		}
		if text != c.want {
			t.Errorf("parse(%q) = %q, want %q", c.in, text, c.want)
		}
	}
}

// An order that was given reads what can be read two ways, and nothing that does not fit it.
func TestDateOrder(t *testing.T) {
	for _, c := range []struct {
		order    DateOrder
		in, want string
	}{
		{DayFirst, "03/04/2026 09:14", "2026-04-03T09:14:00Z"},
		{MonthFirst, "03/04/2026 09:14", "2026-03-04T09:14:00Z"},
		{DayFirst, "03/04/26 09:14", "2026-04-03T09:14:00Z"},
		{MonthFirst, "3/4/26 9:14 PM", "2026-03-04T21:14:00Z"},
		{YearFirst, "26/11/22 09:14", "2026-11-22T09:14:00Z"},
		{DayFirst, "03.04.26 09:14", "2026-04-03T09:14:00Z"},
		{MonthFirst, "03.04.2026 09:14", "2026-04-03T09:14:00Z"}, // dots are day first everywhere
		{DayFirst, "11/22/2026 09:14", ""},
		{MonthFirst, "22/11/2026 09:14", ""},
		{YearFirst, "03/04/2026 09:14", ""},
		{DayFirst, "2026-11-22T09:14:00Z", "2026-11-22T09:14:00Z"},
	} {
		k := Clock{Zone: time.UTC, Order: c.order}
		got, ok := k.Parse([]byte(c.in))
		if ok != (c.want != "") || ok && got.Format(time.RFC3339) != c.want {
			t.Errorf("%s: parse(%q) = %v %v, want %q", c.order, c.in, got, ok, c.want)
		}
	}
	for in, want := range map[string]bool{"03/04/2026 09:14": true, "3/4/26": true, "yesterday": false, "13/13/2026": false, "22.11.26 09:14": true} {
		if got := (&Clock{Zone: time.UTC}).TwoWays([]byte(in)); got != want {
			t.Errorf("twoWays(%q) = %v, want %v", in, got, want)
		}
	}
}

// What time.Parse reads, parseTime reads the same; it may read more.
func FuzzTime(f *testing.F) {
	for _, s := range []string{"2026-11-22T09:14:03Z", "2026-11-22 09:14:03.1234567", "22.11.2026 09:14:03", "/Date(1700000000000-0100)/", "2026-11-22T09:14:03+05:30", "0000-01-01"} {
		f.Add(s)
	}
	layouts := []string{time.RFC3339Nano, "2006-01-02 15:04:05.9999999", "2006-01-02", "02.01.2006 15:04:05", "2.1.2006 15:04"}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := (&Clock{Zone: time.UTC}).Parse([]byte(s))
		if ok && (got.Year() < 2 || got.Location() != time.UTC) {
			t.Errorf("parse(%q) = %v", s, got)
		}
		for _, l := range layouts {
			want, err := time.Parse(l, s)
			// time.Parse takes several blanks for one.
			if err != nil || strings.Contains(s, "  ") || want.Year() <= 1 || want.UTC().Year() <= 1 {
				continue
			}
			if strings.HasSuffix(s, "60") {
				continue // an offset of 60 minutes past the hour, which time.Parse takes
			}
			if _, off := want.Zone(); off < -14*3600 || off > 15*3600-1 {
				continue
			}
			if !ok || !got.Equal(want) {
				t.Errorf("parse(%q) = %v %v, time.Parse(%q) = %v", s, got, ok, l, want)
			}
		}
	})
}

// The shape that most programs print is found at once, and nothing else by it.
func TestISOIsAnyMinute(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 100_000 {
		b := []byte("2026-11-22T09:14:03Z"[:r.IntN(21)])
		for range r.IntN(3) {
			if len(b) > 0 {
				b[r.IntN(len(b))] = "0123456789-/:T ,."[r.IntN(17)]
			}
		}
		if !iso(b) {
			continue
		}
		found++
		if n := anyMinute(b); n != isoMinute {
			t.Fatalf("%q: iso, but anyMinute = %d", b, n)
		}
	}
	if found < 10_000 {
		t.Errorf("only %d were iso", found)
	}
}

// An hour that clocks show twice and one that they skip are counted, of times that name no zone and of those of Excel alike.
func TestClocksTurned(t *testing.T) {
	for _, c := range []struct {
		zone, in     string
		twice, never int64
	}{
		{"Europe/Berlin", "2026-10-25 01:59:59", 0, 0}, {"Europe/Berlin", "2026-10-25 02:00:00", 1, 0}, {"Europe/Berlin", "2026-10-25 02:59:59", 1, 0}, {"Europe/Berlin", "2026-10-25 03:00:00", 0, 0},
		{"Europe/Berlin", "2026-03-29 01:59:59", 0, 0}, {"Europe/Berlin", "2026-03-29 02:00:00", 0, 1}, {"Europe/Berlin", "2026-03-29 02:30", 0, 1}, {"Europe/Berlin", "2026-03-29 03:00:00", 0, 0},
		{"Europe/Berlin", "2026-10-25T02:30:00+02:00", 0, 0}, {"Europe/Berlin", "46320.104166667", 1, 0}, {"Europe/Berlin", "2026-07-01 12:00", 0, 0},
		{"America/New_York", "2026-11-01 01:30", 1, 0}, {"America/New_York", "2026-11-01 02:30", 0, 0}, {"America/New_York", "2026-03-08 02:30", 0, 1},
		{"Australia/Lord_Howe", "2026-04-05 01:45", 1, 0}, {"Australia/Lord_Howe", "2026-04-05 01:15", 0, 0}, {"Australia/Lord_Howe", "2026-10-04 02:15", 0, 1}, // half an hour
		{"Asia/Kolkata", "2026-10-25 02:30", 0, 0}, {"UTC", "2026-10-25 02:30", 0, 0},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		k := Clock{Zone: zone}
		if _, ok := k.Parse([]byte(c.in)); !ok || k.Twice != c.twice || k.Never != c.never {
			t.Errorf("%s in %s: read %v, %d twice, %d never, want %d and %d", c.in, c.zone, ok, k.Twice, k.Never, c.twice, c.never)
		}
	}
}

// A date alone is read as the beginning of its day, and counted.
func TestDaysAlone(t *testing.T) {
	c := Clock{Zone: time.UTC}
	for _, text := range []string{"2026-11-22", "22.11.2026", "2026-11-22 00:00", "2026-11-22T00:00:00Z", "Nov 22, 2026", "22/13/2026"} {
		c.Parse([]byte(text))
	}
	if c.Days != 3 {
		t.Errorf("%d dates alone, want 3", c.Days)
	}
	met := Met{Days: 1}
	if met.Add(c.Met); met.Days != 4 {
		t.Errorf("%d together, want 4", met.Days)
	}
}
