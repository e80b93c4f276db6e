package classify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A quotation is a pair of quotation marks that Dynamics 365 may print in one of its languages, as normal form has them: “ and ” are
// a plain " there, ‘ and ’ a plain ', so what is opened and closed by those alone is found by quoted.
type quotation struct {
	open, shut string // one mark; one or more marks, each of which closes
	// tight says that a closing mark may be another thing, too: an apostrophe, a plain quote that opens, the guillemet of a menu path
	// (Setup › General). Such marks stand at what they quote, without a blank between, and a letter behind one says that it closes nothing.
	tight bool
}

// quotations are the pairs of the delimiters of CLDR 45 (quotationStart to alternateQuotationEnd of each language), of the table "Use of quotation
// marks in the different languages" of the Publications Office of the European Union, and of section 6.2 of the Unicode Standard, which has the
// forms of half and full width, and »…» of Swedish and Finnish.
var quotations = []quotation{
	{"„", `"`, true},  // German, Czech, Bulgarian „…“; Polish, Romanian, Hungarian „…”
	{"‚", "'", true},  // German ‚…‘, Croatian ‚…’
	{"‟", `"`, true},  // the turned forms of “ and ‘
	{"‛", "'", true},  //
	{"«", "»", false}, // French with blanks, Russian, Italian, Spanish, Greek, Norwegian
	{"‹", "›", false},
	{"»", "«»", true}, // Danish, Hungarian, Slovenian; Swedish, Finnish
	{"›", "‹›", true},
	{"「", "」", false}, // Japanese, Chinese in traditional characters
	{"『", "』", false},
	{"｢", "｣", false},
	{"〝", "〞〟", false},
	{"＂", "＂", false},
	{"＇", "＇", false},
}

// longestQuoted is how many bytes a quoted text may have with its opening mark: a mark that is closed further away was an accident.
const longestQuoted = 200

// opening are the pairs by their first mark, and quoteMarks all marks of theirs that are not of ASCII.
var opening, quoteMarks = func() (map[rune]*quotation, map[rune]bool) {
	opening, marks := make(map[rune]*quotation), make(map[rune]bool)
	for i := range quotations {
		q := &quotations[i]
		r, _ := utf8.DecodeRuneInString(q.open)
		opening[r] = q
		for _, r := range q.open + q.shut {
			marks[r] = r >= utf8.RuneSelf
		}
	}
	return opening, marks
}()

// quoteStart marks the bytes that a mark of quoteMarks starts with.
var quoteStart = func() (t [256]bool) {
	for r := range quoteMarks {
		if r >= utf8.RuneSelf {
			t[string(r)[0]] = true
		}
	}
	return t
}()

// quoteMark is how many bytes the mark has that s starts with, one of a pair of quotations and not of ASCII; 0: it starts with none.
func quoteMark(s []byte) int {
	if !quoteStart[s[0]] {
		return 0
	}
	if r, n := utf8.DecodeRune(s); quoteMarks[r] {
		return n
	}
	return 0
}

// quotedAbroad is the length of a quoted text that starts at s[i] with a mark that is not of ASCII; 0: none does. A mark that is not closed
// quotes nothing. It looks at so many bytes as a quoted text may have and no further.
func quotedAbroad(s []byte, i int) int {
	if !quoteStart[s[i]] {
		return 0
	}
	r, n := utf8.DecodeRune(s[i:])
	q := opening[r]
	if q == nil || q.tight && !q.opensAt(s, i, n) {
		return 0
	}
	depth := 1
	for j := i + n; j < len(s) && j-i < longestQuoted; j += n {
		if s[j] < utf8.RuneSelf && s[j] != '"' && s[j] != '\'' {
			n = 1
			continue
		}
		r, n = utf8.DecodeRune(s[j:])
		switch shuts := strings.ContainsRune(q.shut, r); {
		case shuts && (!q.tight || !blankBefore(s, j) && !letterBehind(s, j+n)):
			depth--
		case opening[r] == q && !shuts, shuts && r < utf8.RuneSelf && !letterBefore(s, j) && letterBehind(s, j+n):
			depth++ // another one inside
		}
		if depth == 0 {
			return j + n - i
		}
	}
	return 0
}

// opensAt reports whether a mark of n bytes at s[i] opens a tight quotation: what it quotes stands at it, and where it may close another one, no
// letter stands before it.
func (q *quotation) opensAt(s []byte, i, n int) bool {
	if i+n == len(s) || s[i+n] == ' ' {
		return false
	}
	closes := q.shut[0] >= utf8.RuneSelf
	return !closes || !letterBefore(s, i)
}

func blankBefore(s []byte, i int) bool { return i > 0 && s[i-1] == ' ' }

func letterBefore(s []byte, i int) bool {
	r, _ := utf8.DecodeLastRune(s[:i])
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func letterBehind(s []byte, i int) bool {
	r, _ := utf8.DecodeRune(s[i:])
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}
