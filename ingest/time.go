package ingest

import (
	"bytes"
	"time"
)

// parseTime reads a time that names its parts beyond doubt: year first (ISO 8601, with or
// without zone), day.month.year with dots, or the /Date(ms)/ of old JSON. Times without a
// zone are in zone. Slash dates are refused: nothing tells 11/12 from 12/11.
func parseTime(b []byte, zone *time.Location) (time.Time, bool) {
	b = bytes.TrimSpace(b)
	if bytes.HasPrefix(b, []byte("/Date(")) {
		return parseMillis(b[len("/Date("):])
	}
	if len(b) < len("1.1.2006") {
		return time.Time{}, false
	}
	p := timeParser{b: b}
	var year, month, day int
	if b[1] == '.' || b[2] == '.' {
		day = p.number(1, 2)
		p.one('.')
		month = p.number(1, 2)
		p.one('.')
		year = p.number(4, 4)
	} else {
		year = p.number(4, 4)
		p.one('-')
		month = p.number(2, 2)
		p.one('-')
		day = p.number(2, 2)
	}
	if p.bad || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return time.Time{}, false
	}
	hour, minute, second, nano, loc := p.clock(zone)
	if p.bad || len(p.b) > 0 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nano, loc)
	// .NET writes its DateTime.MinValue for "no time".
	if t.Year() <= 1 {
		return time.Time{}, false
	}
	return t.UTC(), true
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// parseMillis reads "1700000000000)/" or "1700000000000+0100)/": the offset is how the time
// was shown, the number is UTC in any case.
func parseMillis(b []byte) (time.Time, bool) {
	end := bytes.Index(b, []byte(")/"))
	if end < 0 || end+2 != len(b) {
		return time.Time{}, false
	}
	b = b[:end]
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	p := timeParser{b: b}
	ms := int64(0)
	for len(p.b) > 0 && digit(p.b[0]) && ms < 1e14 {
		ms = ms*10 + int64(p.b[0]-'0')
		p.b = p.b[1:]
	}
	if len(p.b) == len(b) || ms >= 1e14 {
		return time.Time{}, false
	}
	if len(p.b) > 0 {
		if p.b[0] != '+' && p.b[0] != '-' {
			return time.Time{}, false
		}
		p.b = p.b[1:]
		p.number(4, 4)
		if p.bad || len(p.b) > 0 {
			return time.Time{}, false
		}
	}
	if neg {
		ms = -ms
	}
	t := time.UnixMilli(ms).UTC()
	return t, t.Year() > 1
}

// A timeParser eats a time from the left; bad says that something did not fit.
type timeParser struct {
	b   []byte
	bad bool
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func (p *timeParser) number(least, most int) int {
	n, i := 0, 0
	for i < most && i < len(p.b) && digit(p.b[i]) {
		n = n*10 + int(p.b[i]-'0')
		i++
	}
	if i < least {
		p.bad = true
	}
	p.b = p.b[i:]
	return n
}

func (p *timeParser) one(c byte) bool {
	if len(p.b) == 0 || p.b[0] != c {
		p.bad = true
		return false
	}
	p.b = p.b[1:]
	return true
}

func (p *timeParser) next(c byte) bool { return len(p.b) > 0 && p.b[0] == c }

// clock reads the time of day and the zone; both may be missing.
func (p *timeParser) clock(zone *time.Location) (hour, minute, second, nano int, loc *time.Location) {
	loc = zone
	if len(p.b) == 0 {
		return
	}
	if p.next('T') || p.next('t') || p.next(' ') {
		p.b = p.b[1:]
	} else {
		p.bad = true
	}
	hour = p.number(1, 2)
	p.one(':')
	minute = p.number(2, 2)
	if p.next(':') {
		p.b = p.b[1:]
		second = p.number(2, 2)
		nano = p.fraction()
	}
	loc = p.zone(zone)
	return
}

func (p *timeParser) fraction() int {
	if !p.next('.') && !p.next(',') {
		return 0
	}
	p.b = p.b[1:]
	nano, i := 0, 0
	for ; i < len(p.b) && digit(p.b[i]); i++ {
		if i < 9 {
			nano = nano*10 + int(p.b[i]-'0')
		}
	}
	if i == 0 {
		p.bad = true
	}
	for j := i; j < 9; j++ {
		nano *= 10
	}
	p.b = p.b[i:]
	return nano
}

func (p *timeParser) zone(zone *time.Location) *time.Location {
	if len(p.b) > 1 && p.b[0] == ' ' {
		p.b = p.b[1:]
	}
	switch s := string(p.b); {
	case s == "":
		return zone
	case s == "Z", s == "z", s == "UTC", s == "GMT":
		p.b = nil
		return time.UTC
	case s[0] != '+' && s[0] != '-':
		p.bad = true
		return zone
	}
	neg := p.b[0] == '-'
	p.b = p.b[1:]
	h := p.number(2, 2)
	m := 0
	if p.next(':') {
		p.b = p.b[1:]
		m = p.number(2, 2)
	} else if len(p.b) > 0 {
		m = p.number(2, 2)
	}
	if h > 14 || m > 59 {
		p.bad = true
	}
	secs := h*3600 + m*60
	if neg {
		secs = -secs
	}
	if secs == 0 {
		return time.UTC
	}
	return time.FixedZone("", secs)
}
