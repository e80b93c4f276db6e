package classify

import (
	"bytes"
	"strings"
	"time"

	"dwtriage/classify/pattern"
	"dwtriage/ingest/ascii"
)

// Days that finance and operations can keep: a number of four digits that is none of their years is no year.
const firstYear, lastYear = 1900, 2154

// A dayForm is a way to print a day that is more than one word: at says how many bytes of s from i are one, 0: none.
type dayForm struct {
	at   func(s []byte, i int) int
	expr string // as a draft takes it
}

var dayForms = [...]dayForm{
	{dayInWords, `[0-9]{1,2}\.? [A-Za-z]{3,9}[.,]{0,2} [0-9]{4}|[A-Z][A-Za-z]{2,8}\.? [0-9]{1,2},? [0-9]{4}`},
	{dayAbroad, `[0-9]{1,2}(?:\.|\.?er|[º°])?[ -](?:de |d')?[^ 0-9.,'"(){}<>-]{2,20}\.?,?[ -](?:del? )?[0-9]{4}`},
	{dayInUnits, `[0-9]{4}[年년] ?[0-9]{1,2}[月월] ?[0-9]{1,2}[日일]`},
}

// in reports whether the first bytes of a sentence, as its template looks at them, have a day of this form.
func (f dayForm) in(s []byte) bool {
	for i := range min(len(s), templateBytes) {
		if f.at(s, i) > 0 {
			return true
		}
	}
	return false
}

// isDay accepts a word that is a day and nothing else: 3.11.2026, 11/3/2026, 11-11-2026, 2026/11/3, 11-Nov-2026. What is longer may be the
// number of a part or of a version (11-11-2026-X, 10.1.2034.5), and numbers that are no day and month (10.0.2345) are others.
func isDay(w []byte) bool {
	sep := bytes.IndexAny(w, "-/.")
	if sep < 1 {
		return false
	}
	a, rest := w[:sep], w[sep+1:]
	b, c, ok := bytes.Cut(rest, w[sep:sep+1])
	switch {
	case !ok:
		return false
	case len(a) == 4:
		return isYear(a) && upTo(b, 12) && upTo(c, 31)
	case len(b) > 2:
		return w[sep] == '-' && isYear(c) && upTo(a, 31) && isMonth(b)
	}
	return isYear(c) && (upTo(a, 12) && upTo(b, 31) || upTo(a, 31) && upTo(b, 12))
}

// standsAlone reports whether nothing is joined to the bytes of s from i to end that makes something longer of a day, and no version is announced.
func standsAlone(s []byte, i, end int) bool {
	if i > 0 && strings.IndexByte("-/.", s[i-1]) >= 0 || end < len(s) && strings.IndexByte("-/", s[end]) >= 0 {
		return false
	}
	before := bytes.TrimRight(s[:i], " =:")
	const version = "version"
	return len(before) < len(version) || !bytes.EqualFold(before[len(before)-len(version):], []byte(version))
}

// dayInWords accepts days with the English name of a month, see dayAbroad for others: 11 Nov 2026, 11. November 2026, Nov 11, 2026 and NOV 11 2026.
func dayInWords(s []byte, i int) int {
	r := dayReader{s, i}
	if ascii.Digit(s[i]) {
		if !upTo(r.number(), 31) || !r.over('.', ' ') || !isMonth(r.letters()) || !r.over('.', ',', ' ') {
			return 0
		}
	} else if !isMonth(r.letters()) || !r.over('.', ' ') || !upTo(r.number(), 31) || !r.over(',', ' ') {
		return 0
	}
	if !isYear(r.number()) || !r.ends(i) {
		return 0
	}
	return r.i - i
}

// units are what stands behind year, month and day in Chinese and Japanese, and in Korean.
var units = [...][3]string{{"年", "月", "日"}, {"년", "월", "일"}}

// dayInUnits accepts 2026年11月3日 and 2026년 11월 3일.
func dayInUnits(s []byte, i int) int {
	for _, u := range units {
		if len(s) < i+4 || !bytes.HasPrefix(s[i+4:], []byte(u[0])) {
			continue
		}
		r := dayReader{s, i}
		if isYear(r.number()) && r.unit(u[0]) && upTo(r.number(), 12) && r.unit(u[1]) && upTo(r.number(), 31) && bytes.HasPrefix(s[r.i:], []byte(u[2])) {
			return r.i + len(u[2]) - i
		}
	}
	return 0
}

// A dayReader reads the parts of a day.
type dayReader struct {
	s []byte
	i int
}

func (r *dayReader) number() []byte { return r.run(ascii.Digit) }

func (r *dayReader) letters() []byte { return r.run(ascii.Letter) }

func (r *dayReader) run(is func(byte) bool) []byte {
	from := r.i
	for r.i < len(r.s) && is(r.s[r.i]) {
		r.i++
	}
	return r.s[from:r.i]
}

// over goes on over marks, each of which may be missing but for the last one.
func (r *dayReader) over(marks ...byte) bool {
	last := false
	for _, c := range marks {
		if last = r.i < len(r.s) && r.s[r.i] == c; last {
			r.i++
		}
	}
	return last
}

func (r *dayReader) unit(unit string) bool {
	if !bytes.HasPrefix(r.s[r.i:], []byte(unit)) {
		return false
	}
	r.i += len(unit)
	r.over(' ')
	return true
}

// ends reports whether a day from i ends where the reader stands: no letter goes on with it, and nothing is joined to it.
func (r *dayReader) ends(i int) bool {
	if r.i < len(r.s) && (pattern.Word(r.s[r.i]) || joint[r.s[r.i]] && r.i+1 < len(r.s) && pattern.Word(r.s[r.i+1])) {
		return false
	}
	return standsAlone(r.s, i, r.i)
}

// upTo accepts a number of one or two digits from 1 to most.
func upTo(w []byte, most int) bool {
	if len(w) < 1 || len(w) > 2 {
		return false
	}
	n, ok := value(w)
	return ok && n >= 1 && n <= most
}

func isYear(w []byte) bool {
	n, ok := value(w)
	return ok && len(w) == 4 && n >= firstYear && n <= lastYear
}

func value(w []byte) (n int, ok bool) {
	for _, c := range w[:min(len(w), 5)] {
		if !ascii.Digit(c) {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, len(w) > 0
}

// isMonth accepts the English name of a month with a capital, whole or as its first three letters. The verb may is none.
func isMonth(w []byte) bool {
	if len(w) < 3 || !monthStart[w[0]] {
		return false
	}
	for _, name := range monthNames {
		if (len(w) == 3 || len(w) == len(name)) && bytes.EqualFold(w, name[:len(w)]) {
			return true
		}
	}
	return string(w) == "Sept"
}

// monthStart marks the letters that months start with.
var monthStart, monthNames = func() (start [256]bool, names [12][]byte) {
	for i := range names {
		names[i] = []byte(time.Month(i + 1).String())
		start[names[i][0]] = true
	}
	return start, names
}()
