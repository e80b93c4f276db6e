package ingest

import (
	"strings"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	berlin := time.FixedZone("", 3600)
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
		// Nothing tells these beyond doubt, or they are no times.
		{"11/22/2026 9:14 AM", ""},
		{"22/11/2026 09:14:03", ""},
		{"2026/11/22 09:14:03", ""},
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
		{"45618.3912", ""},
		{"/Date(17000)", ""},
		{"/Date()/", ""},
		{"/Date(99999999999999999999)/", ""},
		{"22.11.26 09:14", ""},
		{"", ""},
		{"yesterday", ""},
	} {
		got, ok := parseTime([]byte(c.in), berlin)
		text := ""
		if ok {
			text = got.Format(time.RFC3339Nano)
		}
		if text != c.want {
			t.Errorf("parseTime(%q) = %q, want %q", c.in, text, c.want)
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
		got, ok := parseTime([]byte(s), time.UTC)
		if ok && (got.Year() < 2 || got.Location() != time.UTC) {
			t.Errorf("parseTime(%q) = %v", s, got)
		}
		for _, l := range layouts {
			want, err := time.Parse(l, s)
			// time.Parse takes several blanks for one.
			if err != nil || strings.Contains(s, "  ") || want.Year() <= 1 || want.UTC().Year() <= 1 {
				continue
			}
			if _, off := want.Zone(); off < -14*3600 || off > 15*3600-1 {
				continue
			}
			if !ok || !got.Equal(want) {
				t.Errorf("parseTime(%q) = %v %v, time.Parse(%q) = %v", s, got, ok, l, want)
			}
		}
	})
}
