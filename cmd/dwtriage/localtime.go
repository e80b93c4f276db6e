//go:build cgo

package main

import (
	"slices"
	"time"
)

// An edge is which end of the hours that are read a time limits: of an hour that clocks show twice the reading is taken that leaves no record out.
type edge int

const (
	begins edge = iota // --since
	ends               // --until
)

// parseLocal is parseTime for a zone whose clocks change: a time that they skip is refused, and of one that they show twice the note says which
// was taken. A date alone is the first moment of that day, whatever its clocks do at midnight.
func parseLocal(flag, text string, zone *time.Location, end edge) (t time.Time, note string, err error) {
	t, err = parseTime(flag, text, zone)
	if err != nil || t.IsZero() || namesZone(flag, text) {
		return t, "", err
	}
	shown, _ := parseTime(flag, text, time.UTC)
	readings, day := readingsOf(shown, zone), aDay.MatchString(text)
	switch {
	case len(readings) == 0:
		skipped := skip(t, zone)
		if day {
			return skipped, "", nil
		}
		const clock = "15:04"
		_, before := skipped.Add(-time.Second).In(zone).Zone()
		from := skipped.Add(time.Duration(before) * time.Second)
		return time.Time{}, "", usageError("%s: there is no %s in %s, whose clocks go from %s to %s then; write %s, or a time with its offset", flag, text, zone,
			from.Format(clock), skipped.In(zone).Format(clock), skipped.In(zone).Format("2006-01-02T15:04"))
	case len(readings) == 1 || day:
		return readings[0], "", nil
	}
	first, second := readings[0].In(zone).Format(time.RFC3339), readings[1].In(zone).Format(time.RFC3339)
	if end == ends {
		return readings[1], flag + " " + text + ": " + zone.String() + " has it twice, as clocks go back; the second one is taken, " + second + ": write " + first + " for the first", nil
	}
	return readings[0], flag + " " + text + ": " + zone.String() + " has it twice, as clocks go back; the first one is taken, " + first + ": write " + second + " for the second", nil
}

// namesZone reports whether a time that parseTime reads says of which zone it is.
func namesZone(flag, text string) bool {
	here, _ := parseTime(flag, text, time.UTC)
	there, _ := parseTime(flag, text, time.FixedZone("", 3600))
	return here.Equal(there)
}

// readingsOf are the moments at which the clocks of a zone show what those of UTC show at shown, the first one first: none where they skip it, two where
// they go back over it. No zone is more than 14 hours from UTC, so 26 hours around lie both offsets that it may have.
func readingsOf(shown time.Time, zone *time.Location) (list []time.Time) {
	for _, around := range []time.Duration{-26 * time.Hour, 0, 26 * time.Hour} {
		_, offset := shown.Add(around).In(zone).Zone()
		t := shown.Add(-time.Duration(offset) * time.Second)
		if _, now := t.In(zone).Zone(); now == offset {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, time.Time.Compare)
	return slices.CompactFunc(list, time.Time.Equal)
}

// skip is the moment at which the clocks of a zone skip what t, which Go made of a time that they do not show, was to be.
func skip(t time.Time, zone *time.Location) time.Time {
	start, end := t.In(zone).ZoneBounds()
	if end.IsZero() || !start.IsZero() && t.Sub(start) < end.Sub(t) {
		return start.UTC()
	}
	return end.UTC()
}
