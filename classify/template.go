package classify

import (
	"bytes"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"dwtriage/classify/pattern"
	"dwtriage/ingest/ascii"
)

// templateBytes is how much of a message its template looks at: more would tell stack traces
// with other line numbers apart, and costs as much as matching.
const templateBytes = 500

// Template appends the masked form of a sentence to dst: whatever differs from record to record
// is replaced by <GUID>, <TIME>, <URL>, <NUM>, <ID> (letters and digits mixed), <STR> (quoted, see quotations),
// <VAL> (in braces), <ENTITY> or <COMPANY>. The record's own entity and company, which may be empty, are
// masked where the message repeats them: the same failure in two companies is one cluster. A final stop
// is left out, for some programs add one. Masks alone would be one cluster of everything: where quotes and
// names are all there is, they stay, and where there are no words at all, the template says so.
func Template(dst, sentence, entity, company []byte) []byte {
	s := cutAtRune(sentence, templateBytes)
	if len(s) < len(sentence) {
		if i := bytes.LastIndexByte(s, ' '); i > templateBytes-60 {
			s = s[:i] // a word cut in two would mask in its own way
		}
	}
	if t := bytes.TrimRight(s, " ."); len(t) > 0 {
		s = t
	}
	from := len(dst)
	dst, words := masked(dst, s, entity, company, true)
	if words || len(s) == 0 {
		return dst
	}
	if dst, words = masked(dst[:from], s, nil, nil, false); !words {
		dst, _ = masked(append(dst[:from], "(no words) "...), s, nil, nil, true)
	}
	return dst
}

// masked appends s with its masks, and reports whether a word is left between them. Texts in quotes and braces
// are masked only if asked.
func masked(dst, s, entity, company []byte, texts bool) (_ []byte, words bool) {
	for i := 0; i < len(s); {
		if !pattern.Word(s[i]) && !maskStart[s[i]] && !quoteStart[s[i]] {
			words = words || s[i] >= utf8.RuneSelf
			dst = append(dst, s[i])
			i++
			continue
		}
		word := wordLength(s[i:])
		mask, n := "", 0
		if !stays(s, i, word) {
			mask, n = maskAt(s, i)
		}
		if !texts && (mask == "<STR>" || mask == "<VAL>") {
			n = 0
		}
		if n == 0 || mask == "<ID>" { // CustCustomerV3Entity is no id
			if name, k := maskName(s, i, word, entity, company); k > 0 && texts {
				mask, n = name, k
			}
		}
		if n > 0 {
			dst = append(dst, mask...)
			i += n
			continue
		}
		if n = quoteMark(s[i:]); n == 0 { // quotation marks alone say nothing, as those of ASCII
			n = max(word, 1)
			words = words || says(s[i:i+n])
		}
		dst = append(dst, s[i:i+n]...)
		i += n
	}
	return dst, words
}

// maskStart marks what a mask may start with beside words.
var maskStart = firstBytes("'", `"`, "{")

// wordLength is how many bytes of a word s starts with.
func wordLength(s []byte) int {
	n := 0
	for n < len(s) && pattern.Word(s[n]) {
		n++
	}
	return n
}

// stays is a quick look whether maskAt leaves a word of n bytes at s[i] as it is, as most are: one without digits
// that no other is joined to and that starts no address and no day.
func stays(s []byte, i, n int) bool {
	if n == 0 || s[i] == 'h' {
		return false
	}
	if monthStart[s[i]] && isMonth(s[i:i+n]) {
		return false
	}
	for _, c := range s[i : i+n] {
		if ascii.Digit(c) {
			return false
		}
	}
	return i+n+1 >= len(s) || s[i+n] == ' ' || !joint[s[i+n]] || !pattern.Word(s[i+n+1])
}

// joint marks the bytes that join two words to one to be masked: 2026-11-22, 1,234.56.
var joint = firstBytes("-", ".", ",", ":", "/")

// maskAt says which mask stands for the text at s[i] and how long that text is; 0: it stays.
func maskAt(s []byte, i int) (string, int) {
	switch c := s[i]; {
	case c == '\'' || c == '"':
		if n := quoted(s, i); n > 0 {
			return "<STR>", n
		}
	case c >= utf8.RuneSelf:
		if n := quotedAbroad(s, i); n > 0 {
			return "<STR>", n
		}
	case c == '{':
		if n := bytes.IndexByte(s[i:], '}'); n > 0 && n < 200 {
			if isGUID(s[i+1:i+n]) && n == 37 {
				return "<GUID>", n + 1
			}
			return "<VAL>", n + 1
		}
	case i > 0 && pattern.Word(s[i-1]):
	case bytes.HasPrefix(s[i:], []byte("http://")) || bytes.HasPrefix(s[i:], []byte("https://")):
		return "<URL>", wordEnd(s, i, " \"'<>")
	case pattern.Word(c):
		for _, form := range dayForms {
			if n := form.at(s, i); n > 0 {
				return "<TIME>", n
			}
		}
		return maskWord(s, i)
	}
	return "", 0
}

// maskName masks at a word of n bytes the names that a message repeats from its record, and what is a table or data
// entity by its form: msdyn_…, cdm_…, SalesOrderHeaderEntity.
func maskName(s []byte, i, n int, entity, company []byte) (string, int) {
	if n == 0 || i > 0 && pattern.Word(s[i-1]) {
		return "", 0
	}
	if startsWithName(s[i:], company) {
		return "<COMPANY>", len(company)
	}
	if startsWithName(s[i:], entity) {
		return "<ENTITY>", len(entity)
	}
	w := s[i : i+n]
	if bytes.HasPrefix(w, []byte("msdyn_")) || bytes.HasPrefix(w, []byte("cdm_")) || n > len("Entity") && bytes.HasSuffix(w, []byte("Entity")) {
		return "<ENTITY>", n
	}
	return "", 0
}

// startsWithName reports whether s starts with name, which may have several words, as a whole
// and without regard to case.
func startsWithName(s, name []byte) bool {
	n := len(name)
	return n > 0 && n <= len(s) && s[0]|0x20 == name[0]|0x20 && (n == len(s) || !pattern.Word(s[n])) && bytes.EqualFold(s[:n], name)
}

// quoted is the length of a quoted text that starts at s[i]; an apostrophe inside a word
// (doesn't) does not start one.
func quoted(s []byte, i int) int {
	if i > 0 && pattern.Word(s[i-1]) {
		return 0
	}
	for j := i + 1; j < len(s) && j-i < longestQuoted; j++ {
		if s[j] == s[i] && (j+1 == len(s) || !pattern.Word(s[j+1])) {
			return j - i + 1
		}
	}
	return 0
}

func wordEnd(s []byte, i int, stop string) int {
	n := bytes.IndexAny(s[i:], stop)
	if n < 0 {
		return len(s) - i
	}
	return n
}

func maskWord(s []byte, i int) (string, int) {
	n := 0
	digits, letters, other := 0, 0, 0
	for ; i+n < len(s); n++ {
		switch c := s[i+n]; {
		case c >= '0' && c <= '9':
			digits++
		case pattern.Word(c) && c != '_':
			letters++
		case c == '_':
			other++
		case joint[c] && i+n+1 < len(s) && pattern.Word(s[i+n+1]):
			other++
		default:
			goto end
		}
	}
end:
	switch w := s[i : i+n]; {
	case digits == 0:
		return "", 0
	case isGUID(w):
		return "<GUID>", n
	case isHexNumber(w):
		return "<NUM>", n
	case isTime(w), isDay(w) && standsAlone(s, i, i+n):
		return "<TIME>", n
	case letters == 0:
		return "<NUM>", n
	}
	return maskMixed(s, i, n)
}

// maskMixed masks a word of letters and digits. A dotted or slashed name keeps the parts that
// hold no digit, and a version keeps its number, so that Contoso.Orders.Guard and Customers V3
// stay recognisable.
func maskMixed(s []byte, i, n int) (string, int) {
	part := s[i : i+n]
	if end := bytes.IndexAny(part, "./:,"); end >= 0 {
		part = part[:end]
	}
	version := len(part) == 2 && part[0]|0x20 == 'v'
	if version || !bytes.ContainsAny(part, "0123456789") {
		return "", 0
	}
	return "<ID>", len(part)
}

func isGUID(w []byte) bool {
	if len(w) != 36 {
		return false
	}
	for i, c := range w {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if hexDigit[c] < 0 {
			return false
		}
	}
	return true
}

func isHexNumber(w []byte) bool {
	if len(w) < 3 || w[0] != '0' || w[1]|0x20 != 'x' {
		return false
	}
	for _, c := range w[2:] {
		if hexDigit[c] < 0 {
			return false
		}
	}
	return true
}

// isTime accepts what starts like 2026-11-22 or 22.11.2026 or 11/22/2026, whatever follows; see isDay for others.
func isTime(w []byte) bool {
	if len(w) < 8 || w[0] < '0' || w[0] > '9' {
		return false
	}
	seps := 0
	for _, c := range w[:8] {
		if c == '-' || c == '/' || c == '.' {
			seps++
		} else if c < '0' || c > '9' {
			return false
		}
	}
	return seps >= 1 && (len(w) >= 10 && w[4] == '-' && w[7] == '-' || seps == 2 && w[2] == w[5] && (w[2] == '.' || w[2] == '/'))
}

// masks are all masks of templates, also of those of clusters, and those that a draft of a rule adds.
var masks = regexp.MustCompile(`<(GUID|TIME|URL|NUM|ID|STR|VAL|ENTITY|COMPANY|NAME|EMAIL|NOTE)>`)

// Readable is a template for people: with … in the place of each mask.
func Readable(template string) string { return masks.ReplaceAllString(template, "…") }

// SentenceOf is the sentence of a record by its texts, as Classify finds it: of the error text, or of the
// trace where that has none.
func SentenceOf(errText, trace string) []byte {
	normal := Normalize(nil, []byte(errText))
	blankTrace(normal)
	if s := Sentence(normal); len(s) > 0 {
		return s
	}
	return Sentence(Normalize(nil, []byte(trace)))
}

// TemplateOf is the template of a record by its texts, of its SentenceOf.
func TemplateOf(errText, trace, entity, company string) []byte {
	return Template(nil, SentenceOf(errText, trace), []byte(entity), []byte(company))
}

// TemplateID is the fingerprint of a template: t- and 12 hex digits, column template_id.
func TemplateID(template []byte) string {
	return string(appendTemplateID(nil, template))
}

// templateMark is why a spreadsheet takes a template id for a text: one in 160 is a number without it, 5609113573e9 is 5.61E+18.
const templateMark = "t-"

func appendTemplateID(dst, template []byte) []byte {
	sum := xxh3.Hash128(template).Bytes()
	return hex.AppendEncode(append(dst, templateMark...), sum[:6])
}

var bareTemplateID = regexp.MustCompile(`^[0-9a-f]{12}$`)

// ReadTemplateID makes a template id of what somebody wrote: the id, also as a signature (unknown/…), also bare, as
// reports had it before t- was part of it. Anything else stays as it is.
func ReadTemplateID(text string) string {
	id := strings.TrimPrefix(text, "unknown/")
	if bareTemplateID.MatchString(id) {
		return templateMark + id
	}
	return id
}
