package ingest

import (
	"bytes"
	"html"
	"unicode/utf8"

	"dwtriage/ingest/ascii"
)

// What Markdown and mail programs put around a message, and how it is taken off again.

func firstLine(b []byte) []byte {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return line
}

// listItem is the kind of mark that makes a line an item of a list, and the line behind it: "- ", "* ", "+ ",
// "• ", "3. ", "3) ", "[3] ", "(3) ", "a) ". People paste messages into tickets as lists, and each item is then
// a message that starts two signs too late for every marker. Kinds are told apart by a letter, as the
// items of a list within a list have another.
func listItem(line []byte) (kind byte, text []byte) {
	n := 0
	switch c, size := utf8.DecodeRune(line); {
	case c == '-' || c == '*' || c == '+':
		kind, n = byte(c), 1
	case c == '\u2022' || c == '\u00b7' || c == '\u25e6' || c == '\u2023' || c == '\u25aa' || c == '\u2013':
		kind, n = 'o', size
	case ascii.Digit(byte(c)) && c < utf8.RuneSelf:
		for n < min(len(line), 4) && ascii.Digit(line[n]) {
			n++
		}
		if n == len(line) || line[n] != '.' && line[n] != ')' && line[n] != ']' {
			return 0, line
		}
		kind, n = '1', n+1
	case c == '[' || c == '(':
		n = 1
		for n < min(len(line), 5) && ascii.Digit(line[n]) {
			n++
		}
		if n == 1 || n == len(line) || line[n] != ']' && line[n] != ')' {
			return 0, line
		}
		kind, n = '[', n+1
	case c >= 'a' && c <= 'z' && len(line) > 2 && line[1] == ')':
		kind, n = 'a', 2
	default:
		return 0, line
	}
	if n >= len(line) || line[n] != ' ' && line[n] != '\t' {
		return 0, line
	}
	text = blanks.TrimLeft(line[n:])
	if len(text) == 0 {
		return 0, line
	}
	return kind, text
}

// unlisted is a line without what makes it an item of a list.
func unlisted(line []byte) []byte {
	_, text := listItem(line)
	return text
}

// unquoted is a line without the signs by which mail programs and Markdown quote it. A sign needs a blank or
// another one behind it, or nothing at all: XML breaks its lines before ">" as well.
func unquoted(line []byte) []byte {
	for {
		b := bytes.TrimLeft(line, " ")
		if len(b) == 0 || b[0] != '>' || len(line)-len(b) > 3 || len(b) > 1 && b[1] != ' ' && b[1] != '>' && b[1] != '\n' && b[1] != '\r' {
			return line
		}
		line = b[1:]
		if len(line) > 0 && line[0] == ' ' {
			line = line[1:]
		}
	}
}

// fence is the sign that a line fences code with in Markdown, 0 when it does not.
func fence(text []byte) byte {
	if bytes.HasPrefix(text, []byte("```")) && bytes.IndexByte(text[3:], '`') < 0 {
		return '`'
	}
	if bytes.HasPrefix(text, []byte("~~~")) {
		return '~'
	}
	return 0
}

// pipeRow reports whether a line is a row of a table of Markdown. One that begins with a bar and has no other is
// a line that somebody drew.
func pipeRow(text []byte) bool {
	return len(text) > 2 && text[0] == '|' && bytes.IndexByte(text[1:], '|') > 0
}

// rowCells are the cells of a row. A bar behind a backslash is a letter.
func rowCells(text []byte) (cells [][]byte) {
	text = bytes.TrimSpace(text)[1:]
	for start, i := 0, 0; ; i++ {
		if i == len(text) || text[i] == '|' && (i == 0 || text[i-1] != '\\') {
			if cell := bytes.TrimSpace(text[start:i]); i < len(text) || len(cell) > 0 {
				cells = append(cells, bytes.ReplaceAll(cell, []byte(`\|`), []byte("|")))
			}
			if i == len(text) {
				return cells
			}
			start = i + 1
		}
	}
}

// separator reports whether a row is the one below the headings: "|---|:--:|".
func separator(text []byte) bool {
	text = bytes.TrimSpace(text)
	return pipeRow(text) && len(bytes.Trim(text, "|-: \t")) == 0 && bytes.Contains(text, []byte("--"))
}

// lineBreaks makes line breaks of those that HTML has in a cell.
func lineBreaks(cell []byte) []byte {
	if ascii.IndexFold(cell, "<br") == len(cell) {
		return cell
	}
	for _, tag := range []string{"<br>", "<br/>", "<br />", "<BR>"} {
		cell = bytes.ReplaceAll(cell, []byte(tag), []byte("\n"))
	}
	return cell
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
	if len(text) < 3 || bytes.IndexByte([]byte("-*_="), text[0]) < 0 {
		return false
	}
	return bytes.Count(text, text[:1]) == len(text)
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

func isQuoted(line []byte) bool { return len(unquoted(line)) < len(line) }
