package summary

import (
	"strings"
	"unicode/utf8"

	"dwtriage/classify"
)

// titles say what a signature is called for people.
type titles struct {
	rules  *classify.Matcher
	values values
}

// title is the title of a rule, the name of a code, or the words for neither.
func (t titles) title(sig string) string {
	if r := t.rules.Rule(sig); r != nil {
		return r.FillTitle(t.values.only(sig), nil)
	}
	if code, ok := strings.CutPrefix(sig, "code/"); ok {
		if c := t.rules.Code(code); c != nil {
			return c.Name + " (" + code + ")"
		}
		return "Error code " + code
	}
	if strings.HasPrefix(sig, "unknown/") {
		return "Unknown message"
	}
	return sig // a rule that the database knows and today's rules do not
}

// unknownTitle is the title of an unknown message once its template is known.
func unknownTitle(template string) string {
	if short := cut(template, titleBytes); len(short) < len(template) {
		return "Unknown: " + short + " …"
	}
	return "Unknown: " + template
}

// titleBytes is how much of a template a title shows.
const titleBytes = 76

// cut shortens text to at most n bytes at a character's end.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// noText stands for the message of a record whose export had a status but no text.
const noText = "(the export says that it failed, not why)"
