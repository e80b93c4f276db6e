// Package clock reads the times that logs are written with. The bytes of a cell, value or line come
// in, a UTC time goes out, or nothing: a time that can be read two ways (03/04/2026) is refused
// unless the order of day and month was given, for a guess would put records on the wrong night. It
// reads twelve spellings, the serial numbers of Excel and the /Date(ms)/ of old JSON; it knows no
// column and no format, and it never asks the machine for its own time or zone.
package clock

import (
	"bytes"
	"math"
	"strconv"
	"time"

	"dwtriage/ingest/ascii"
)

// A DateOrder says how dates with slashes or hyphens and the year last are meant.
type DateOrder string

// The orders. DayFirst is 22/11/2026, MonthFirst is 11/22/2026.
const (
	AnyOrder   DateOrder = ""    // only what can be read one way: 22/11/2026, but not 03/04/2026
	DayFirst   DateOrder = "dmy" // also with two digits of the year
	MonthFirst DateOrder = "mdy"
	YearFirst  DateOrder = "ymd" // 26/11/22
)

// A Clock reads the times of one file. Zone must be set; Order may be left. It remembers what it
// met, so each file has one of its own, and it is not for two goroutines.
type Clock struct {
	Zone  *time.Location // of times that name none
	Order DateOrder
	Met
	// deduced says of the time read last that its order of day and month was not given, but
	// follows from its numbers: the days of a month are not all read that way.
	Deduced bool
}

// Met is what a clock met among times that name no zone, or no time of day.
type Met struct {
	Days  int64 // dates alone, which are read as the beginning of the day
	Bare  bool  // there was one
	Twice int64 // of an hour that the zone has twice, when clocks go back: which is meant nothing tells
	Never int64 // of an hour that the zone does not have, when they go forward
}

// Add takes in what another clock met.
func (m *Met) Add(n Met) {
	m.Days += n.Days
	m.Bare = m.Bare || n.Bare
	m.Twice += n.Twice
	m.Never += n.Never
}

// bare takes note of a time that named no zone, and was to show this hour and minute.
func (c *Clock) bare(t time.Time, hour, minute int) {
	c.Bare = true
	if t.Location() == time.UTC {
		return
	}
	_, before := t.Add(-3 * time.Hour).Zone()
	_, after := t.Add(3 * time.Hour).Zone()
	if before == after {
		return
	}
	turn := time.Duration(before-after) * time.Second
	shows := func(t time.Time) bool { return t.Hour() == hour && t.Minute() == minute }
	switch {
	case !shows(t):
		c.Never++
	case shows(t.Add(turn)) || shows(t.Add(-turn)):
		c.Twice++
	}
}

// Parse reads a time that can be read in one way only: ISO 8601 and others with the year first,
// day.month.year with dots (no culture puts the month first there), English names of months,
// the /Date(ms)/ of old JSON, the serial number of Excel with a time of day. Of dates like
// 03/04/2026 nothing tells the day from the month: they are refused unless the order was given,
// or one of the two cannot be a month, or both are the same. A guess would be right for most files of
// one site and put every record of another on the wrong night, and nothing in the result would show it;
// a refused time is seen in the account.
//
// It returns UTC. Not ok means that b is no time or cannot be read safely; TwoWays tells the two apart.
// The layouts are read by hand: time.Parse takes one at a time, and every date here may
// be followed by every time of day and every zone. The length is bounded first, since b may be a message.
func (c *Clock) Parse(b []byte) (time.Time, bool) {
	b = bytes.TrimSpace(b)
	c.Deduced = false
	if bytes.HasPrefix(b, []byte("/Date(")) {
		return parseMillis(b[len("/Date("):])
	}
	if len(b) < len("1.1.26") || len(b) > 120 {
		return time.Time{}, false
	}
	if t, ok := c.serial(b); ok {
		return t, true
	}
	p := timeParser{b: b}
	year, month, day := p.date(c.Order)
	if p.bad || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return time.Time{}, false
	}
	alone := len(p.b) == 0
	hour, minute, second, nano, loc := p.clock(c.Zone)
	if p.bad || len(p.b) > 0 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nano, loc)
	// .NET writes its DateTime.MinValue for "no time".
	if t.Year() <= 1 {
		return time.Time{}, false
	}
	if alone {
		c.Days++
	}
	if !p.zoned {
		c.bare(t, hour, minute)
	}
	c.Deduced = p.deduced
	return t.UTC(), true
}

// TwoWays reports whether b is a time that only its order of day and month keeps from being
// read: what a warning should ask the order for. It tries all three and is slow; only refused times
// need it.
func (c *Clock) TwoWays(b []byte) bool {
	if c.Order != AnyOrder {
		return false
	}
	for _, order := range []DateOrder{DayFirst, MonthFirst, YearFirst} {
		if _, ok := (&Clock{Zone: time.UTC, Order: order}).Parse(b); ok {
			return true
		}
	}
	return false
}

// date reads the three numbers of a date in the order they have, or a date with the name of
// its month. What tells the orders apart is the length of the first number and the sign: four digits
// are a year, and with hyphens that is ISO, where 2026-1-2 is refused: ISO has two
// digits each. With slashes the zeros may be missing.
func (p *timeParser) date(order DateOrder) (year, month, day int) {
	if len(p.b) > 0 && !ascii.Digit(p.b[0]) {
		return p.dateInWords()
	}
	start := p.b
	first := p.number(1, 4)
	digits := len(start) - len(p.b)
	sep := byte(0)
	if len(p.b) > 0 {
		sep = p.b[0]
	}
	switch {
	case sep == ' ' || sep == '-' && len(p.b) > 1 && ascii.Letter(p.b[1]):
		p.b = p.b[1:]
		return p.dayMonth(first, sep)
	case sep != '-' && sep != '/' && sep != '.':
		p.bad = true
		return
	}
	p.one(sep)
	at := p.b
	second := p.number(1, 2)
	whole := sep != '-' || len(at)-len(p.b) == 2 // hyphens and the year first is ISO, two digits each
	p.one(sep)
	at = p.b
	third := p.number(1, 4)
	last := len(at) - len(p.b)
	switch {
	case digits == 4:
		p.bad = p.bad || !whole && sep == '-' || last > 2 || sep == '-' && last != 2
		return first, second, third
	case digits > 2 || last != 4 && last != 2:
		p.bad = true
		return
	}
	if last == 2 {
		return p.shortYear(first, second, third, order, sep)
	}
	return third, p.month(first, second, order, sep), p.day
}

// month tells month from day where the year is last; the day is left in p.day. A number above twelve is
// the day; that is true of this date alone, so deduced says that it was found out and not
// given. An order that was given and does not fit makes no exception: 22/11/2026 in a file that is
// month first is a mistake to show, not one to smooth over.
func (p *timeParser) month(first, second int, order DateOrder, sep byte) int {
	p.deduced = sep != '.' && order == AnyOrder
	switch {
	case sep == '.', order == DayFirst, order == AnyOrder && (first > 12 || first == second):
		p.day = first
		return second
	case order == MonthFirst, order == AnyOrder && second > 12:
		p.day = second
		return first
	}
	p.bad = true
	return 0
}

// shortYear reads a date with two digits of the year. Where no order is given all three are tried: of 11/20/26 one is a date.
func (p *timeParser) shortYear(first, second, third int, order DateOrder, sep byte) (year, month, day int) {
	switch {
	case order == YearFirst:
		return 2000 + first, second, third
	case order != AnyOrder:
		return 2000 + third, p.month(first, second, order, sep), p.day
	}
	ways := [][3]int{{2000 + third, second, first}, {2000 + first, second, third}}
	if sep != '.' {
		ways = append(ways, [3]int{2000 + third, first, second})
	}
	read := 0
	for _, w := range ways {
		if w[1] >= 1 && w[1] <= 12 && w[2] >= 1 && w[2] <= daysIn(w[0], w[1]) && (read == 0 || w != [3]int{year, month, day}) {
			year, month, day = w[0], w[1], w[2]
			read++
		}
	}
	p.bad, p.deduced = p.bad || read != 1, true
	return year, month, day
}

var monthNames = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
var dayNames = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

// name reads an English name of which may be left all but three letters, and returns its place
// in names from 1; 0 without one. Either three letters or all: "Marc 3" is no date.
func (p *timeParser) name(names []string) int {
	n := 0
	for n < len(p.b) && ascii.Letter(p.b[n]) {
		n++
	}
	for i, s := range names {
		if n >= 3 && n <= len(s) && (n == 3 || n == len(s)) && ascii.IndexFold(p.b[:n], s[:n]) == 0 {
			p.b = p.b[n:]
			if p.next('.') {
				p.b = p.b[1:]
			}
			return i + 1
		}
	}
	return 0
}

// dateInWords reads "Nov 22, 2026" and "22 November 2026", with the day of the week before it
// or not.
func (p *timeParser) dateInWords() (year, month, day int) {
	if p.name(dayNames) > 0 {
		if p.next(',') {
			p.b = p.b[1:]
		}
		p.one(' ')
	}
	if len(p.b) > 0 && ascii.Digit(p.b[0]) {
		day = p.number(1, 2)
		p.one(' ')
		return p.dayMonth(day, ' ')
	}
	if month = p.name(monthNames); month == 0 {
		p.bad = true
	}
	p.one(' ')
	day = p.number(1, 2)
	if p.next(',') { // none in what JavaScript prints: Sun Nov 22 2026
		p.b = p.b[1:]
	}
	p.one(' ')
	return p.number(4, 4), month, day
}

// dayMonth reads the month and year of "22 Nov 2026" or "22-Nov-2026".
func (p *timeParser) dayMonth(first int, sep byte) (year, month, day int) {
	if month = p.name(monthNames); month == 0 {
		p.bad = true
	}
	p.one(sep)
	return p.number(4, 4), month, first
}

// FirstSerial and LastSerial are the serial numbers of Excel that stand for 2000-01-01 and 2100-01-01:
// five digits by themselves may be anything else. The last one is not included.
const FirstSerial, LastSerial = 36526, 73051

// serial reads the number of days that Excel keeps for a date, with the time of day as its
// fraction; a whole number could be anything: a code, an amount, a number of a line. The fraction may
// stand behind a comma, as Excel writes it into CSV where that is the decimal sign.
func (c *Clock) serial(b []byte) (time.Time, bool) {
	if len(b) < 7 || !ascii.Digit(b[0]) || b[5] != '.' && b[5] != ',' || !ascii.Digits(b[:5]) || !ascii.Digits(b[6:]) {
		return time.Time{}, false
	}
	var text [32]byte
	n := copy(text[:], b)
	text[5] = '.'
	days, err := strconv.ParseFloat(string(text[:n]), 64)
	if err != nil || days < FirstSerial || days >= LastSerial {
		return time.Time{}, false
	}
	wall := Serial(days, false)
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), c.Zone)
	c.bare(t, wall.Hour(), wall.Minute())
	return t.UTC(), true
}

// Serial is the wall clock that a serial number of Excel shows, to the millisecond, which
// is as far as Excel goes. Day 60 of the system of 1900 never was (29 February 1900); the
// dates of a log lie behind it. It comes out in UTC but names no zone: the caller knows which clock the
// sheet meant.
func Serial(days float64, date1904 bool) time.Time {
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if date1904 {
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	whole := math.Floor(days)
	return start.AddDate(0, 0, int(whole)).Add(time.Duration(math.Round((days-whole)*86_400_000)) * time.Millisecond)
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
	for len(p.b) > 0 && ascii.Digit(p.b[0]) && ms < 1e14 {
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

// A timeParser eats a time from the left; bad says that something did not fit. It is asked once at the
// end instead of after each step: the steps stay in the order of what is written, and a step behind a
// bad one does no harm, since none reads beyond b.
type timeParser struct {
	b     []byte
	bad   bool
	zoned bool // the time names its zone
	day   int
	// As Clock.Deduced.
	deduced bool
}

// number reads as many digits as there are up to most; fewer than least are bad.
func (p *timeParser) number(least, most int) int {
	n, i := 0, 0
	for i < most && i < len(p.b) && ascii.Digit(p.b[i]) {
		n = n*10 + int(p.b[i]-'0')
		i++
	}
	if i < least {
		p.bad = true
	}
	p.b = p.b[i:]
	return n
}

// one reads the sign c, which must be there.
func (p *timeParser) one(c byte) bool {
	if len(p.b) == 0 || p.b[0] != c {
		p.bad = true
		return false
	}
	p.b = p.b[1:]
	return true
}

// next reports whether c follows; it reads nothing.
func (p *timeParser) next(c byte) bool { return len(p.b) > 0 && p.b[0] == c }

// clock reads the time of day and the zone; both may be missing.
func (p *timeParser) clock(zone *time.Location) (hour, minute, second, nano int, loc *time.Location) {
	loc = zone
	if p.next(',') { // "11/22/2026, 9:14 AM", as browsers write it
		p.b = p.b[1:]
	}
	if len(p.b) == 0 {
		return
	}
	if p.next('T') || p.next('t') || p.next(' ') {
		p.b = p.b[1:]
	} else {
		p.bad = true
	}
	hour = p.number(1, 2)
	sep := byte(':')
	if p.next('.') { // "09.14.03", as Danes and Italians write it
		sep = '.'
	}
	p.one(sep)
	minute = p.number(2, 2)
	if p.next(sep) {
		p.b = p.b[1:]
		second = p.number(2, 2)
		nano = p.fraction()
	}
	hour = p.half(hour)
	loc = p.zone(zone)
	return
}

// half reads AM or PM. Newer versions of .NET and of browsers put a narrow no-break space
// before it.
func (p *timeParser) half(hour int) int {
	b := p.b
	for _, blank := range []string{" ", "\u202f", "\u00a0"} {
		if rest, ok := bytes.CutPrefix(b, []byte(blank)); ok {
			b = rest
			break
		}
	}
	if len(b) < 2 || ascii.Lower(b[0]) != 'a' && ascii.Lower(b[0]) != 'p' {
		return hour
	}
	pm := ascii.Lower(b[0]) == 'p'
	switch {
	case ascii.Lower(b[1]) == 'm':
		b = b[2:]
	case len(b) >= 4 && b[1] == '.' && ascii.Lower(b[2]) == 'm' && b[3] == '.':
		b = b[4:]
	default:
		return hour
	}
	p.b = b
	switch {
	case hour < 1 || hour > 12:
		p.bad = true
	case pm && hour < 12:
		hour += 12
	case !pm && hour == 12:
		hour = 0
	}
	return hour
}

// fraction reads the fraction of a second as nanoseconds. .NET writes seven digits; what is beyond nine is
// read over, since time.Time holds no more.
func (p *timeParser) fraction() int {
	if !p.next('.') && !p.next(',') {
		return 0
	}
	p.b = p.b[1:]
	nano, i := 0, 0
	for ; i < len(p.b) && ascii.Digit(p.b[i]); i++ {
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

// zone reads what names the zone, or gives the one the file has. Names other than UTC and GMT are refused:
// CST is three zones. No zone is more than 14 hours off, so +25:00 is dirt.
func (p *timeParser) zone(zone *time.Location) *time.Location {
	if len(p.b) > 1 && p.b[0] == ' ' {
		p.b = p.b[1:]
	}
	switch s := string(p.b); {
	case s == "":
		return zone
	case s == "Z", s == "z", s == "UTC", s == "GMT":
		p.b, p.zoned = nil, true
		return time.UTC
	case len(s) > 3 && s[:3] == "GMT":
		// JavaScript: "GMT+0100 (Central European Standard Time)"
		p.b = p.b[3:]
		if i := bytes.IndexByte(p.b, ' '); i > 0 && i+1 < len(p.b) && p.b[i+1] == '(' && p.b[len(p.b)-1] == ')' {
			p.b = p.b[:i]
		}
		if p.b[0] != '+' && p.b[0] != '-' {
			p.bad = true
			return zone
		}
	case s[0] != '+' && s[0] != '-':
		p.bad = true
		return zone
	}
	p.zoned = true
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

// ParseUTC reads a time that is UTC where it names no zone, as those inside faults are.
func ParseUTC(b []byte) (time.Time, bool) {
	c := Clock{Zone: time.UTC} // of its own: a clock notes what it read last
	return c.Parse(b)
}

// Line finds a time at the start of a line, in brackets or not, and how long it is. The
// time may be one that cannot be read without guessing: that a line starts with a time tells where a
// message begins, whatever the time is. So it looks at the shape alone (three numbers, a time of day), and
// text is for Parse. n counts the brackets, too, and is 0 when there is no time; text is a part of b. A bracket
// must close within 40 bytes: others hold anything.
func Line(b []byte) (text []byte, n int) {
	if len(b) > 0 && b[0] == '[' {
		end := bytes.IndexByte(b[:min(len(b), 40)], ']')
		if end < 0 {
			return nil, 0
		}
		if text, n := Line(b[1:end]); n == end-1 {
			return text, end + 1
		}
		return nil, 0
	}
	if len(b) == 0 || !ascii.Digit(b[0]) {
		return nil, 0 // nearly every line
	}
	end := isoMinute
	if !iso(b) {
		if end = anyMinute(b); end == 0 {
			return nil, 0
		}
	}
	n = len(b) - len(stampTail.TrimLeft(b[end:]))
	for _, half := range []string{" AM", " PM"} {
		if bytes.HasPrefix(b[n:], []byte(half)) {
			n += len(half)
		}
	}
	return stampEnd.TrimRight(b[:n]), n
}

// isoMinute is the length of a time up to its minutes as most programs print it.
const isoMinute = len("2026-11-22T09:14")

// iso reports whether b starts with one: the shape that anyMinute finds in nearly every line with a time, without going
// from number to number.
func iso(b []byte) bool {
	if len(b) < isoMinute || b[4] != '-' || b[7] != '-' || b[10] != 'T' && b[10] != ' ' || b[13] != ':' {
		return false
	}
	return ascii.Digits(b[:4]) && ascii.Digits(b[5:7]) && ascii.Digits(b[8:10]) && ascii.Digits(b[11:13]) && ascii.Digits(b[14:16])
}

// anyMinute is the length of the time at the start of b, up to its minutes; 0 when there is none.
func anyMinute(b []byte) int {
	p := timeParser{b: b}
	p.number(1, 4)
	sep := byte('-')
	if p.next('/') || p.next('.') {
		sep = p.b[0]
	}
	p.one(sep)
	p.number(1, 2)
	p.one(sep)
	p.number(1, 4)
	if p.next(',') {
		p.b = p.b[1:]
	}
	if !p.next(' ') && !p.next('T') {
		return 0
	}
	p.b = p.b[1:]
	p.number(1, 2)
	p.one(':')
	p.number(2, 2)
	if p.bad {
		return 0
	}
	return len(b) - len(p.b)
}

// What goes on with a time of day, and what may end it without being part of it.
var stampTail, stampEnd = ascii.SetOf("0123456789:.,+-Z"), ascii.SetOf(":.,-+")
