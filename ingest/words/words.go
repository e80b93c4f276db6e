// Package words says numbers as people read them. A count comes in, English comes out; it knows nothing
// of what is counted.
package words

import "fmt"

// Count is n of what, which is a word that takes an s: "1 row", "1,204 rows".
func Count(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return Thousands(n) + " " + what + "s"
}

// Were is the verb for n things: "was" or "were".
func Were(n int64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// Thousands prints n with commas; n is no less than 0.
func Thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
