package ingest

import (
	"bytes"

	"dwtriage/ingest/ascii"
)

// Pages and mails speak of errors beside showing them. What only speaks of one is no failure; it is passed
// over and counted. The words below are met in such sentences and in none of the messages that rules or the
// code table know (TestNoMessageIsProse), and a paragraph with a mark of our logs is a quotation: when in
// doubt a paragraph is a record.

// proseWords are parts of sentences about an error, in lower case.
var proseWords = []string{
	"the error below", "these errors", "this error occurs", "error occurs when", "errors occur when", "an error like", "an error such as", "errors such as",
	"errors like", "error message that", "get an error", "gets an error", "got an error", "getting an error", "getting the error", "get the error",
	"gets the error", "got the error", "receive an error", "receive the error", "receives an error", "see an error", "see the error", "shows an error",
	"generates the", "generates an error", "work around", "workaround", "how to ", "this article describes", "this article explains", "this topic",
	"this section", "learn more", "](http", "can you ", "could you ", "please find", "please look", "let me know", "i see ", "i get ", "i have ",
	"we see ", "we get ", "we have ", "we are ", "i am ", "i'm ", "kind regards", "best regards", "hello ", "hi all", "dear ", "thanks", "thank you",
	"root cause", "you might ", "if you see", "if you get", "users can ", "applies to",
}

// proseStarts are first words of notes, mails and instructions.
var proseStarts = ascii.StartsOf("note that ", "tip:", "re: ", "fw: ", "subject: ", "select the ", "go to ", "click ", "navigate ", "sign in ", "sign out ", "open the ",
	"restart ", "to fix ", "to resolve ", "to solve ", "follow ", "see ", "run the ", "on the ", "under ", "repeat ")

// announcing are ends of sentences that announce an error.
var announcing = []string{"following error", "following errors", "following message", "following messages", "following error message", "following error messages", "as follows", "errors below", "error below"}

// prose reports whether a message without columns only speaks of errors.
func prose(b []byte) bool {
	line, rest, _ := bytes.Cut(b, []byte("\n"))
	line = bytes.TrimSpace(line)
	if len(line) == 0 || marked(b) {
		return false
	}
	if line[0] == '#' && len(bytes.TrimSpace(rest)) == 0 || bytes.HasPrefix(line, []byte("[!")) || bytes.HasPrefix(line, []byte("![")) {
		return true // a heading, the head of a note, a picture
	}
	if len(bytes.TrimSpace(rest)) == 0 && line[len(line)-1] == ':' && len(line) < 120 {
		return true // announces what follows
	}
	low := bytes.ToLower(b[:min(len(b), 4<<10)])
	for _, s := range proseWords {
		if i := bytes.Index(low, []byte(s)); i >= 0 && (i == 0 || !ascii.Letter(low[i-1])) {
			return true
		}
	}
	last := bytes.TrimRight(low, ".: \n\r")
	for _, s := range announcing {
		if bytes.HasSuffix(last, []byte(s)) {
			return true
		}
	}
	return proseStarts.Any(low)
}
