package classify

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
)

// Programs print names without quotes, too: Customer Fabrikam was not found. One such message does not show what in it is a name, and no
// mask is guessed: Template leaves it as it is. Many of them show it: where the words around are the same and only what is written like a name differs, the
// difference is a name. Who knows many messages, as an archive does, finds out what is one by how many there are, and each message says here where it could
// have some ([AppendNames]).

// What a template must have for its names to be looked at, and how many places of names are: what stands behind the fourth counts as words.
const (
	wordsAround = 3 // words between the names that are written like words, so that it is a sentence that they are names in
	mostNames   = 4

	longestShort = 4 // letters of a word that is cut short with a stop and ends no sentence by it: St., Ltd., Corp.
)

// A nameAt is where a template may have a name: the words of a run that are written like names. The first of them may say what kind of
// thing has the name (Kunde Fabrikam), so it is told apart from the rest, which is empty where there is one.
type nameAt struct{ from, rest, to int }

// namesIn finds the places of names in a template, at most mostNames; none where too few words stand around them. A word that begins a sentence
// has a capital whatever it is and is none, and an address (jane@contoso.com, CONTOSO\jane, app.contoso.com) is all rest.
func namesIn(t []byte, list []nameAt) []nameAt {
	s := nameScan{list: list[:0], begins: true}
	if bytes.HasPrefix(t, []byte("(no words) ")) {
		return s.list
	}
	for i := 0; i < len(t); {
		n := maskLength(t[i:])
		if n > 0 {
			s.begins, s.goesOn = false, false
		} else if n = nameWord(t[i:]); n > 0 {
			s.word(t, i, n)
		} else {
			s.mark(t, i)
			_, n = utf8.DecodeRune(t[i:])
		}
		i += n
	}
	if s.plain < wordsAround {
		return s.list[:0]
	}
	return s.list
}

// A nameScan is how far namesIn is.
type nameScan struct {
	list   []nameAt
	plain  int  // words in small letters
	length int  // of the last word
	begins bool // a sentence does
	goesOn bool // the last place of list does
}

// word looks at the word of n bytes at t[i].
func (s *nameScan) word(t []byte, i, n int) {
	word := t[i : i+n]
	r, _ := utf8.DecodeRune(word)
	begins, goesOn := s.begins, s.goesOn
	s.length, s.begins, s.goesOn = n, false, false
	switch {
	case bytes.ContainsAny(word, `@\./`):
		if len(s.list) < mostNames {
			s.list = append(s.list, nameAt{i, i, i + n})
		}
	case !unicode.IsUpper(r) && !unicode.IsTitle(r) || bytes.HasSuffix(word, []byte("Exception")): // what was thrown is no name of anybody
		if unicode.IsLower(r) && n > 1 {
			s.plain++
		}
	case begins:
	case goesOn:
		last := &s.list[len(s.list)-1]
		if last.rest == last.to {
			last.rest = i
		}
		last.to, s.goesOn = i+n, true
	case len(s.list) < mostNames:
		s.list = append(s.list, nameAt{i, i + n, i + n})
		s.goesOn = true
	}
}

// mark looks at what is no word at t[i].
func (s *nameScan) mark(t []byte, i int) {
	short := s.goesOn && s.length <= longestShort && i+1 < len(t) && t[i+1] == ' '
	switch c := t[i]; {
	case c == ' ':
	case s.goesOn && (c == '&' || c == ',' && upperBehind(t, i)):
	case short && c == '.' && upperBehind(t, i): // St. Gallen
	case short && c == '.': // Contoso Ltd. has
		last := &s.list[len(s.list)-1]
		if last.rest == last.to {
			last.rest = i + 1
		}
		last.to, s.goesOn = i+1, false
	case c == '.' || c == ':' || c == '!' || c == '?':
		s.begins, s.goesOn = true, false
	default:
		s.goesOn = false
	}
}

// upperBehind reports whether a word with a capital stands behind the mark at t[i] and a blank.
func upperBehind(t []byte, i int) bool {
	if i+2 >= len(t) || t[i+1] != ' ' {
		return false
	}
	r, _ := utf8.DecodeRune(t[i+2:])
	return unicode.IsUpper(r) || unicode.IsTitle(r)
}

// maskLength is how long the mask is that t starts with, 0 where it starts with none.
func maskLength(t []byte) int {
	if t[0] != '<' {
		return 0
	}
	end := bytes.IndexByte(t[:min(len(t), len("<COMPANY>"))], '>')
	if end < 2 || bytes.IndexFunc(t[1:end], func(r rune) bool { return r < 'A' || r > 'Z' }) >= 0 {
		return 0
	}
	return end + 1
}

// nameWord is how many bytes of a word t starts with: letters and digits, and what joins them in names and addresses.
func nameWord(t []byte) (n int) {
	joined := 0
	for n+joined < len(t) {
		r, size := utf8.DecodeRune(t[n+joined:])
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_':
			n, joined = n+joined+size, 0
		case n > 0 && joined == 0 && strings.ContainsRune(`-'.@\/`, r):
			joined = size
		default:
			return n
		}
	}
	return n
}

// What is a name of a place that may have one, as [MaskNames] takes it.
const (
	nameRest = '1' // what follows its first word
	nameAll  = '2'
)

// MaskNames is a template with <NAME> in the place of what joined says to be names: a digit for each place that may have one, in order, which is 0 where none is
// known to be, 1 where it is what follows the first word, and 2 where it is all of it.
func MaskNames(template []byte, joined string) []byte {
	var dst []byte
	end := 0
	for i, n := range namesIn(template, nil) {
		if i == len(joined) {
			break
		}
		from := n.to
		switch joined[i] {
		case nameRest:
			from = n.rest
		case nameAll:
			from = n.from
		}
		if from < n.to {
			dst = append(append(dst, template[end:from]...), "<NAME>"...)
			end = n.to
		}
	}
	return append(dst, template[end:]...)
}

// AppendNames appends what a template says of names that it may have, for whoever knows many templates: nothing where it can have none; else
// the fingerprint of what stands around them, and behind a blank for each of them those of its first word and of its rest, with a dot
// between. A fingerprint has 48 bits, in eight letters, digits, - and _; that of no text is empty.
func AppendNames(dst, template []byte) []byte {
	var room [mostNames]nameAt
	list := namesIn(template, room[:0])
	if len(list) == 0 {
		return dst
	}
	var frame [templateBytes]byte
	around, end := frame[:0], 0
	for _, n := range list {
		around = append(append(around, template[end:n.from]...), 0)
		end = n.to
	}
	dst = appendPrint(dst, append(around, template[end:]...))
	for _, n := range list {
		first := bytes.TrimRight(template[n.from:n.rest], " &") // the same alone as before others
		dst = append(appendPrint(append(dst, ' '), first), '.')
		dst = appendPrint(dst, template[n.from+len(first):n.to])
	}
	return dst
}

func appendPrint(dst, text []byte) []byte {
	if len(text) == 0 {
		return dst
	}
	sum := xxh3.Hash128(text).Bytes()
	return base64.RawURLEncoding.AppendEncode(dst, sum[:6])
}
