// Package words says numbers as people read them, in warnings, on the terminal and on the page. A count
// comes in, English comes out; it knows nothing of what is counted.
package words

import (
	"slices"
	"strconv"
	"strings"
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
