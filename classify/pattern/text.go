package pattern

import (
	"bytes"
	"encoding/binary"
)

// A Text is a text to be searched. It does not copy the bytes, which must stay as they are while
// it is in use.
type Text struct {
	bytes []byte
	form  textForm
}

// TextOf makes a Text of bytes.
func TextOf(text []byte) Text { return Text{text, formOf(text)} }

// Bytes is what the Text was made of.
func (t Text) Bytes() []byte { return t.bytes }

// Odd reports whether the text holds one of the two letters outside ASCII that (?i) folds to
// ASCII, the Kelvin sign and the long s. A Filter does not see the literals that they are part of.
func (t Text) Odd() bool { return t.form == oddText }

// textForm says what the characters of a text ask of the matcher.
type textForm int8

const (
	asciiText   textForm = iota
	unicodeText          // characters are not bytes
	oddText              // holds a letter that neither the filter nor the backtracker folds
)

func formOf(text []byte) textForm {
	if asciiOnly(text) {
		return asciiText
	}
	if bytes.Contains(text, []byte("\u212a")) || bytes.Contains(text, []byte("\u017f")) {
		return oddText
	}
	return unicodeText
}

func asciiOnly(text []byte) bool {
	for len(text) >= 8 {
		if binary.LittleEndian.Uint64(text)&0x8080808080808080 != 0 {
			return false
		}
		text = text[8:]
	}
	for _, c := range text {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// ASCII reports whether a text holds ASCII characters only.
func ASCII(s string) bool { return asciiOnly([]byte(s)) }

// Word reports whether c is a letter of ASCII, a digit or an underscore: what \w means.
func Word(c byte) bool { return wordByte[c] }

// A look into a table is one branch, and the kinds of bytes in a text are nothing that a processor foresees.
var wordByte = func() (t [256]bool) {
	for c := range t {
		b := byte(c)
		t[c] = b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_'
	}
	return t
}()

// Fold lowers ASCII letters only, as texts are compared: "Über" must not become "über", which no
// text would ever hold.
func Fold(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = lower[c]
	}
	return string(b)
}
