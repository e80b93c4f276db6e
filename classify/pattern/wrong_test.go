package pattern

import (
	"strings"
	"testing"
)

// What other engines know is named, and not called invalid in the words of a parser.
func TestWrong(t *testing.T) {
	for source, want := range map[string]string{
		`(?<=abc)def`: "a look-behind ((?<=)", `(?<!abc)def`: "a look-behind ((?<!)", `abc(?=d)`: "a look-ahead ((?=)", `abc(?!d)`: "a look-ahead ((?!)",
		`(?>abc)`: "an atomic group ((?>)", `(a)\1`: "a back-reference (\\1)", `a(`: "missing closing )", `(?P<a b>c)`: "invalid named capture",
	} {
		err := Check(source)
		if err == nil {
			t.Errorf("%s is taken", source)
		} else if got := Wrong(err); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s …", source, got, want)
		}
	}
}
