// Package words says numbers as people read them, in warnings, on the terminal and on the page. A count
// comes in, English comes out; it knows nothing of what is counted.
package words

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Whole is what counts come as: lengths are int, counts of rows and of the database int64.
type Whole interface{ int | int64 }

// Thousands prints n with commas: "1,588", "-1,204".
func Thousands[N Whole](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Plural is the word for n things: one for one of them, else many, or one with an s where many is not given.
func Plural[N Whole](n N, one string, many ...string) string {
	switch {
	case n == 1:
		return one
	case len(many) > 0:
		return many[0]
	}
	return one + "s"
}

// Count is n and its word, as Plural has it: "1 row", "1,204 rows", "2 entities".
func Count[N Whole](n N, one string, many ...string) string {
	return Thousands(n) + " " + Plural(n, one, many...)
}

// Were is the verb for n things: "was" or "were".
func Were[N Whole](n N) string { return Plural(n, "was", "were") }

// mostNamed is how many things a sentence names.
const mostNamed = 20

// AndList names a few things: "2, 5 and 7", of many the first ones and how many more there are.
func AndList(names []string) string {
	if more := len(names) - mostNamed; more > 1 {
		names = append(slices.Clone(names[:mostNamed]), Thousands(more)+" more")
	}
	last := len(names) - 1
	if last <= 0 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// mostWord is how far End and Begin look for the end of a word.
const mostWord = 80

// End is where a text ends that is cut to n bytes at most: at a blank, so that no word is parted; in a longer one at what is no
// letter, digit or hyphen, else behind a character.
func End(text string, n int) int {
	if n >= len(text) {
		return len(text)
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	for _, parts := range []func(c byte) bool{isBlank, isSign} {
		for at := n; at > max(0, n-mostWord); at-- {
			if parts(text[at]) || parts(text[at-1]) {
				return at
			}
		}
	}
	return n
}

// Begin is where the rest of a text begins that is cut before byte n or behind it: at a word, as End has it.
func Begin(text string, n int) int {
	for n < len(text) && !utf8.RuneStart(text[n]) {
		n++
	}
	for _, parts := range []func(c byte) bool{isBlank, isSign} {
		for at := max(n, 1); at < min(len(text), n+mostWord); at++ {
			if parts(text[at-1]) && !isBlank(text[at]) {
				return at
			}
		}
	}
	return n
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func isSign(c byte) bool {
	return c < utf8.RuneSelf && c != '-' && !('0' <= c && c <= '9') && !('a' <= c|0x20 && c|0x20 <= 'z')
}
