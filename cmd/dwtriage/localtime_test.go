//go:build cgo

package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Of a time that clocks show twice what leaves no record out is taken and said, one that they skip is refused, and every other one is read as
// Go reads it: a slow search over the moments of three days is the judge.
func TestLocalTimes(t *testing.T) {
	for _, c := range []struct{ zone, text, since, until, says string }{
		{"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "has it twice"},
		{"Europe/Berlin", "2026-10-25T02:30+01:00", "2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z", ""},
		{"Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z", ""},
		{"Europe/Berlin", "2026-10-25 03:00", "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z", ""},
		{"Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-24T22:00:00Z", ""},
		{"Europe/Berlin", "2026-03-29T02:30", "", "", "--x: there is no 2026-03-29T02:30 in Europe/Berlin, whose clocks go from 02:00 to 03:00 then; write 2026-03-29T03:00, or a time with its offset"},
		{"Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z", ""},
		{"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z", "2026-09-06T04:00:00Z", ""}, // has no midnight
		{"America/Santiago", "2026-09-06T00:15", "", "", "whose clocks go from 00:00 to 01:00 then; write 2026-09-06T01:00"},
		{"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-01T04:00:00Z", ""}, // has midnight twice
		{"Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z", "has it twice"},
		{"UTC", "2026-10-25T02:30", "2026-10-25T02:30:00Z", "2026-10-25T02:30:00Z", ""},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		for end, want := range map[edge]string{begins: c.since, ends: c.until} {
			got, note, err := parseLocal("--x", c.text, zone, end)
			var exit *exitError
			switch {
			case want == "":
				if !errors.As(err, &exit) || exit.code != exitUsage || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%s in %s: %v, error %v, want %q", c.text, c.zone, got, err, c.says)
				}
			case err != nil || got.Format(time.RFC3339) != want || (note != "") != (c.says != "") || !strings.Contains(note, c.says):
				t.Errorf("%s in %s: %v, note %q, error %v, want %s", c.text, c.zone, got, note, err, want)
			}
		}
	}
}

func TestReadingsOfATime(t *testing.T) {
	const wall = "2006-01-02T15:04"
	for _, c := range []struct{ zone, day string }{
		{"Europe/Berlin", "2026-03-29"}, {"Europe/Berlin", "2026-10-25"}, {"America/Santiago", "2026-04-05"}, {"America/Santiago", "2026-09-06"},
		{"Australia/Lord_Howe", "2026-10-04"}, {"Pacific/Apia", "2011-12-30"}, {"Pacific/Kiritimati", "2026-06-01"}, {"America/St_Johns", "2026-11-01"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		shows := map[string][]time.Time{}
		for at := day.Add(-48 * time.Hour); at.Before(day.Add(72 * time.Hour)); at = at.Add(15 * time.Minute) {
			text := at.In(zone).Format(wall)
			shows[text] = append(shows[text], at)
		}
		for at := day.Add(-6 * time.Hour); at.Before(day.Add(30 * time.Hour)); at = at.Add(15 * time.Minute) {
			got, want := readingsOf(at, zone), shows[at.Format(wall)]
			if len(got) != len(want) || len(got) > 0 && (!got[0].Equal(want[0]) || !got[len(got)-1].Equal(want[len(want)-1])) {
				t.Errorf("%s in %s: %v, want %v", at.Format(wall), c.zone, got, want)
			}
			if text := at.Format(wall); len(want) == 0 {
				guess, err := time.ParseInLocation(wall, text, zone)
				if err != nil {
					t.Fatal(err)
				}
				moment := skip(guess, zone)
				if last, next := moment.Add(-time.Minute).In(zone).Format(wall), moment.In(zone).Format(wall); last >= text || next <= text {
					t.Errorf("%s in %s is skipped at %v, where clocks go from %s to %s", text, c.zone, moment, last, next)
				}
			}
		}
	}
}

// The call says which of two hours it took and loads all records of both, and refuses an hour that there is not before it reads anything.
func TestSinceInAnHourThatIsThereTwice(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "z.csv")
	text := "Company,Entity,Key,Created,Error message,Correlation Id\n"
	for _, at := range []string{"00:20", "00:40", "01:20", "01:40"} {
		text += "USMF,Units,K" + at + ",2026-10-25T" + at + ":00Z,The crane is jammed,\n"
	}
	if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flag, at, says, ledger string
		code                   int
	}{
		{"--since", "2026-10-25T02:30", "dwtriage: --since 2026-10-25T02:30: Europe/Berlin has it twice, as clocks go back; the first one is taken, 2026-10-25T02:30:00+02:00: write 2026-10-25T02:30:00+01:00 for the second\n", "3 loaded", exitDone},
		{"--until", "2026-10-25T02:30", "dwtriage: --until 2026-10-25T02:30: Europe/Berlin has it twice, as clocks go back; the second one is taken, 2026-10-25T02:30:00+01:00: write 2026-10-25T02:30:00+02:00 for the first\n", "3 loaded", exitDone},
		{"--since", "2026-10-25T02:30:00+01:00", "", "1 loaded", exitDone},
		{"--until", "2026-03-29T02:30", "dwtriage: --until: there is no 2026-03-29T02:30 in Europe/Berlin", "", exitUsage},
	} {
		code, stdout, stderr := callOf(t.Context(), "run", "--db", filepath.Join(t.TempDir(), "x.duckdb"), "-o", filepath.Join(dir, "out"), "--progress", "none", "--tz", "Europe/Berlin", c.flag, c.at, in)
		if code != c.code || !strings.Contains(stderr, c.says) || !strings.Contains(stdout, c.ledger) || strings.Contains(stderr, "twice") != strings.Contains(c.says, "twice") {
			t.Errorf("%s %s: exit code %d, %s\n%s", c.flag, c.at, code, stderr, stdout)
		}
	}
}
