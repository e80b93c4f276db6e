package ingest

import (
	"bytes"
	"html"

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
var proseStarts = []string{"note that ", "tip:", "re: ", "fw: ", "subject: ", "select the ", "go to ", "click ", "navigate ", "sign in ", "sign out ", "open the ",
	"restart ", "to fix ", "to resolve ", "to solve ", "follow ", "see ", "run the ", "on the ", "under ", "repeat "}

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
	return ascii.PrefixOf(low, proseStarts) >= 0
}

// frontMatter is the length of the YAML that a page begins with, between two lines of hyphens; 0 without.
func frontMatter(b []byte) int {
	const most = 16 << 10
	b = b[:min(len(b), most)]
	first, _, _ := bytes.Cut(b, []byte("\n"))
	if string(bytes.TrimRight(first, "\r ")) != "---" {
		return 0
	}
	for n := len(first) + 1; n < len(b); {
		k := bytes.IndexByte(b[n:], '\n') + 1
		if k == 0 {
			k = len(b) - n
		}
		line := bytes.TrimRight(b[n:n+k], "\r\n ")
		n += k
		switch {
		case string(line) == "---" || string(line) == "...":
			return n
		case len(line) == 0 || line[0] == ' ' || line[0] == '\t' || line[0] == '-' || line[0] == '#':
		default:
			i := bytes.IndexByte(line, ':')
			if i <= 0 || i > 40 || bytes.IndexByte(line[:i], ' ') >= 0 {
				return 0
			}
		}
	}
	return 0
}

// rule reports whether a line of Markdown draws a line: "---", "***", "___".
func rule(text []byte) bool {
	return len(text) >= 3 && (len(bytes.Trim(text, "-")) == 0 || len(bytes.Trim(text, "*")) == 0 || len(bytes.Trim(text, "_")) == 0 || len(bytes.Trim(text, "=")) == 0)
}

// heading reports whether a line is a heading of Markdown.
func heading(text []byte) bool {
	n := 0
	for n < len(text) && text[n] == '#' {
		n++
	}
	return n > 0 && n <= 6 && n < len(text) && text[n] == ' '
}

// plainText is a message as it was before Markdown or HTML wrote it: without quotation signs, fences, and
// emphasis around it, escapes and references undone. Each is undone only where the message shows it.
func (r *file) plainText(b []byte) []byte {
	if bytes.HasPrefix(b, []byte(">")) {
		b = r.unquote(b)
	}
	b = unfenced(b)
	b = unwrapped(b)
	if escaped(b) {
		mark := r.row.arena.Mark()
		for i, c := range b {
			if c != '\\' || i+1 == len(b) || !markdownSign(b[i+1]) {
				r.row.arena.AddByte(c)
			}
		}
		b = r.row.arena.From(mark)
	}
	if bytes.IndexByte(b, '&') >= 0 && bytes.IndexByte(b, '<') < 0 && referenced(b) {
		b = []byte(html.UnescapeString(string(b)))
		b = bytes.ReplaceAll(b, []byte("\u00a0"), []byte(" "))
	}
	return b
}

// unquote takes the signs of quotation off every line.
func (r *file) unquote(b []byte) []byte {
	mark := r.row.arena.Mark()
	for line := range bytes.Lines(b) {
		r.row.arena.Add(unquoted(line))
	}
	return bytes.TrimSpace(r.row.arena.From(mark))
}

// unfenced takes the fences of code off a message.
func unfenced(b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	if b[0] == '`' || b[0] == '~' {
		if line, rest, _ := bytes.Cut(b, []byte("\n")); fence(bytes.TrimSpace(line)) != 0 {
			b = bytes.TrimSpace(rest)
		}
	}
	if len(b) == 0 || b[len(b)-1] != '`' && b[len(b)-1] != '~' {
		return b
	}
	if i := bytes.LastIndexByte(b, '\n'); fence(bytes.TrimSpace(b[i+1:])) != 0 {
		b = bytes.TrimSpace(b[:max(i, 0)])
	}
	return b
}

// unwrapped takes the signs of code or emphasis off that enclose a message whole.
func unwrapped(b []byte) []byte {
	if len(b) == 0 || b[0] != '*' && b[0] != '_' && b[0] != '`' {
		return b
	}
	for _, s := range []string{"**", "__", "`", "*", "_"} {
		in := b
		if in, ok := bytes.CutPrefix(in, []byte(s)); ok {
			if in, ok = bytes.CutSuffix(in, []byte(s)); ok && len(in) > 0 && !bytes.Contains(in, []byte(s)) {
				return unwrapped(in)
			}
		}
	}
	return b
}

// markdownSign reports whether c is what Markdown escapes by a backslash.
func markdownSign(c byte) bool { return bytes.IndexByte([]byte("_*[]{}<>()#!|~`+-.&'$"), c) >= 0 }

// escaped reports whether the backslashes of b are escapes of Markdown: there are some, and behind each stands
// a sign that Markdown escapes. One before a letter, a quote or another one is that of a path, of JSON or of
// an expression, and so is one behind the colon of a drive; then none is undone.
func escaped(b []byte) bool {
	found := false
	for i := 0; ; {
		k := bytes.IndexByte(b[i:], '\\')
		if k < 0 {
			return found
		}
		i += k
		if i+1 == len(b) || !markdownSign(b[i+1]) || i > 0 && (b[i-1] == ':' || b[i-1] == '^') {
			return false
		}
		found = true
		i += 2
	}
}

// referenced reports whether b has a reference of HTML.
func referenced(b []byte) bool {
	for _, s := range []string{"&lt;", "&gt;", "&amp;", "&quot;", "&#39;", "&apos;", "&nbsp;"} {
		if bytes.Contains(b, []byte(s)) {
			return true
		}
	}
	return false
}
