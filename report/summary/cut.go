package summary

import (
	"strings"

	"dwtriage/ingest/words"
)

// cut shortens text to at most n bytes at a word's end. What it cuts it copies: a part of a text keeps the whole
// alive, and 40 messages of 7 MB that a page shows the starts of took 280 MB.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.Clone(text[:words.End(text, n)])
}

// noText stands for the message of a record of an export of failures, or with a status of one, that has no text.
const noText = "(no text says why)"
