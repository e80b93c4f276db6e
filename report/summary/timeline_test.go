package summary

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store/storetest"
)

// Every record is in one bucket, outside or without a time, and a bucket holds what its quarter of an hour does.
func TestTimeline(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	line := func(id uint16, at, err string) storetest.Line {
		return storetest.Line{ID: id, File: "a.csv", Row: int64(id), At: at, Company: "USMF", Entity: "accounts", Err: err}
	}
	const critical = "The user is not a member of the organization. ErrorCode: 0x80072560"
	s := load(t, db, []storetest.Line{line(1, "09:14:59", critical), line(2, "09:15:00", critical), line(3, "09:15:00", storetest.Odd), line(4, "09:29:59", ""),
		line(5, "10:00:00", storetest.Odd), line(6, "", storetest.Odd), line(7, "", "")})
	got := s.Timeline
	want := Timeline{From: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), Until: time.Date(2026, 11, 22, 10, 15, 0, 0, time.UTC), Width: 15 * time.Minute,
		Severities: []string{"critical", ""}, Untimed: 2, UntimedFailing: 1,
		Buckets: []Bucket{
			{Failing: 1, BySeverity: []int64{1, 0}},
			{OK: 1, Failing: 2, BySeverity: []int64{1, 1}},
			{BySeverity: []int64{0, 0}},
			{BySeverity: []int64{0, 0}},
			{Failing: 1, BySeverity: []int64{0, 1}},
		}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("timeline (-want +got):\n%s", d)
	}
}

// A record years away is counted and does not widen the picture.
func TestTimelineWithStray(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	s := load(t, db, []storetest.Line{{ID: 1, File: "a.csv", Row: 2, At: "09:00:00", Entity: "accounts", Err: storetest.Odd},
		{ID: 2, File: "a.csv", Row: 3, At: "2019-02-03 04:05:06", Entity: "accounts", Err: storetest.Odd}, {ID: 3, File: "a.csv", Row: 4, At: "2019-02-03 04:05:06"}})
	// Equally many fail in both stretches; 2019 has more records.
	if got := fmt.Sprint(s.Timeline.From, len(s.Timeline.Buckets), s.Timeline.Outside, s.Timeline.OutsideFailing); got != "2019-02-03 04:00:00 +0000 UTC 1 1 1" {
		t.Errorf("timeline: %s", got)
	}
	if stray := time.Date(2019, 2, 3, 4, 5, 6, 0, time.UTC); !s.From.Equal(stray) || !s.Until.Equal(stray) {
		t.Errorf("failures from %v to %v, want those of the timeline alone", s.From, s.Until)
	}
}

// The first and the last failure are those of the stretch that the timeline shows, not of a record of another year, whatever is ok around them.
func TestFailuresOfTheStretch(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	var lines []storetest.Line
	for i, at := range []string{"08:00:00", "09:00:07", "09:30:00", "10:00:09", "11:00:00", "2031-01-01 00:00:00", "2019-02-03 04:05:06"} {
		l := storetest.Line{ID: uint16(i + 1), File: "a.csv", Row: int64(i + 2), At: at, Entity: "accounts", Err: storetest.Odd}
		if i == 0 || i == 4 {
			l.Err = ""
		}
		lines = append(lines, l)
	}
	s := load(t, db, lines)
	if got, want := fmt.Sprint(s.From, s.Until, s.Timeline.OutsideFailing), "2026-11-22 09:00:07 +0000 UTC 2026-11-22 10:00:09 +0000 UTC 2"; got != want {
		t.Errorf("failures %s, want %s", got, want)
	}
}

func TestBucketWidth(t *testing.T) {
	from := time.Date(2026, 11, 22, 9, 14, 0, 0, time.UTC)
	for _, c := range []struct {
		days    float64
		width   time.Duration
		buckets int
	}{{0, 15 * time.Minute, 1}, {2, 15 * time.Minute, 193}, {2.1, time.Hour, 51}, {14, time.Hour, 337}, {14.1, 24 * time.Hour, 15}, {365, 24 * time.Hour, 366}, {366, 7 * 24 * time.Hour, 54}, {5000, 7 * 24 * time.Hour, 366}} {
		tl := newTimeline(from, from.Add(time.Duration(c.days*24*float64(time.Hour))))
		if tl.Width != c.width || len(tl.Buckets) != c.buckets || tl.At(len(tl.Buckets)) != tl.Until {
			t.Errorf("%v days: %d buckets of %v until %v, want %d of %v", c.days, len(tl.Buckets), tl.Width, tl.Until, c.buckets, c.width)
		}
	}
}
