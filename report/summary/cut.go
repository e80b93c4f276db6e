package summary

import "unicode/utf8"

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
