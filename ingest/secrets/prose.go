package secrets

import (
	"bytes"

	"dwtriage/ingest/ascii"
)

// harmless reports whether a value tells nothing: a placeholder, a truth value, what was withheld already.
func harmless(v []byte) bool {
	v = bytes.Trim(v, " \t\r\n,;.)}]")
	if len(v) == 0 || bytes.HasPrefix(v, []byte("[withheld")) {
		return true
	}
	if len(v) <= 12 {
		switch string(bytes.ToLower(v)) {
		case "true", "false", "null", "nil", "none", "undefined", "empty", "n/a", "(null)", "dbnull", "string", "system.string", "removed", "redacted", "hidden", "masked", "[redacted", "<redacted":
			return true
		}
	}
	if len(v) < 3 {
		return v[0] == '*' || v[0] == '-' || v[0] == '?'
	}
	for _, c := range v {
		if c != '*' && c != 'x' && c != 'X' && c != '.' && c != '-' && c != '#' && c != '?' {
			return false
		}
	}
	return true
}

// shape counts the digits, the letters of either case and the other characters of t.
func shape(t []byte) (digits, upper, lower, other int) {
	for _, c := range t {
		switch {
		case ascii.Digit(c):
			digits++
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		default:
			other++
		}
	}
	return digits, upper, lower, other
}

// random reports whether t looks like no word, number, name or id that a sentence has: digits and letters are mixed in it,
// or it has the signs that passwords are made safe with. What is a GUID, a number in hexadecimal, a time or a path is none.
func random(t []byte) bool {
	t = bytes.Trim(t, " \t.,;:!?)('\"[]")
	if len(t) < 6 || guid(t) || hexOnly(t) || len(t) > 1 && t[0] == '0' && t[1]|0x20 == 'x' || bytes.Contains(t, []byte("://")) {
		return false
	}
	if len(t) >= 10 && ascii.Digits(t[:4]) && (t[4] == '-' || t[4] == '/') {
		return false
	}
	for len(t) > 0 {
		k := bytes.IndexAny(t, `./\:(),@`)
		if k < 0 {
			k = len(t)
		}
		if randomWord(t[:k], k < len(t) && t[k] == '@') {
			return true
		}
		t = t[min(len(t), k+1):]
	}
	return false
}

// randomWord judges a word without dots and slashes. Letters and digits take turns in it, or signs stand inside.
func randomWord(t []byte, at bool) bool {
	digits, upper, lower, _ := shape(t)
	if digits == 0 || upper+lower == 0 || len(t) < 6 {
		return false
	}
	turns, strange := 0, 0
	for i := 1; i < len(t); i++ {
		x, y := t[i-1], t[i]
		switch {
		case ascii.Digit(x) && ascii.Letter(y) || ascii.Letter(x) && ascii.Digit(y):
			turns++
		case bytes.IndexByte([]byte("~!#$%^*+&?="), y) >= 0:
			strange++
		}
	}
	return strange > 0 || turns >= 3 || turns == 2 && len(t) >= 8 && upper > 0 && lower > 0 || turns >= 1 && upper > 0 && lower > 0 && len(t) >= 12
}

// hexOnly reports whether t is a number in hexadecimal: a hash, a token of a public key, an id without hyphens.
func hexOnly(t []byte) bool {
	for _, c := range t {
		if !ascii.HexDigit(c) {
			return false
		}
	}
	return true
}

// guid reports whether t is a GUID, in braces or not.
func guid(t []byte) bool {
	t = bytes.Trim(t, "{}()'\"")
	if len(t) != 36 {
		return false
	}
	for i, c := range t {
		if hyphen := i == 8 || i == 13 || i == 18 || i == 23; hyphen != (c == '-') || !hyphen && !ascii.HexDigit(c) {
			return false
		}
	}
	return true
}

// words is a set of words for a look at each word of a text.
func words(of string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range bytes.Fields([]byte(of)) {
		set[string(w)] = true
	}
	return set
}

// What a sentence about a secret says of it, in the languages that the products speak most. A value that is one of these
// words alone would be a poor one.
var sentenceWords = words(`is was are were be been has have had not cannot can could must should will would shall may might does did do
	the a an of for to in on at by from with and or if when that this it you your user please
	expired expires invalid valid wrong incorrect missing required mandatory empty changed reset set unset rejected refused accepted denied failed failure
	error unknown unavailable blank too weak short long locked disabled enabled mismatch mismatched provided specified found configured supported ok yes no
	unauthorized forbidden authentication validation policy rotated deleted updated created saved needed
	ist sind war wurde wird hat haben nicht kein keine der die das den dem des ein eine und oder muss darf abgelaufen falsch fehlt leer gesperrt erforderlich
	geändert unbekannt est sont a été n'est pas le la les un une du de incorrect expiré manquant requis invalide vide es no ha el los`)

var isWords = words("is was are = := be equals set ist lautet war est es:")
var fillerWords = words("value key text string of the to new old wert valeur : - has hat")

// status reports whether t is a word that is said about a secret.
func status(t []byte) bool {
	t = bytes.Trim(t, ".,;:!?()[]'\"*")
	return len(t) < 24 && sentenceWords[string(bytes.ToLower(t))]
}

// sentence reports whether among the first words of a line is one that sentences about secrets have.
func sentence(line []byte) bool {
	line = line[:min(len(line), 160)]
	for n := 0; n < 12; n++ {
		line = bytes.TrimLeft(line, " \t\u00a0")
		k := bytes.IndexAny(line, " \t")
		if k < 0 {
			k = len(line)
		}
		if k == 0 {
			return false
		}
		if status(line[:k]) {
			return true
		}
		line = line[k:]
	}
	return false
}

// linking reports whether t may stand between a secret and its name, and whether it says that what follows is the secret.
func linking(t []byte) (is, filler bool) {
	if len(t) > 8 {
		return false, false
	}
	w := bytes.ToLower(t)
	is = isWords[string(w)]
	return is, is || fillerWords[string(w)]
}
