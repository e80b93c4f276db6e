package classify

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"dwtriage/ingest/ascii"
)

// A plainYAML reads the YAML that rule files are written in: lists and mappings by indentation, texts plain, in
// quotes or in blocks, short lists and mappings on one line. The library, which knows all of YAML, took a third of the
// time in which a command starts and takes six times as long (BenchmarkPlainYAML). What stands here gives the nodes that
// the library gives, or nothing: whatever it does not know for sure (anchors, tags, several documents, plain texts of
// several lines, every mistake) is the library's to read and to report.
type plainYAML struct {
	text       string
	at         int // what is read next; len(text) at the end
	start      int // of the line
	line       int // from 1
	column     int // of what the line holds, from 0; -1 at the end
	room       []yaml.Node
	counted    int // place on this line up to which characters were counted
	characters int
}

// plainNodes gives the root of a file, nil when the library must read it.
func plainNodes(content []byte) *yaml.Node {
	p := plainYAML{text: string(content)}
	if !strings.HasSuffix(p.text, "\n") || !plainText(p.text) {
		return nil
	}
	p.content()
	if p.column < 0 {
		return nil
	}
	root := p.block()
	if root == nil || p.column >= 0 {
		return nil
	}
	return root
}

// plainText reports whether a text holds nothing that YAML treats in a way of its own wherever it stands: tabs, line ends
// of other systems, control characters, marks of the byte order.
func plainText(text string) bool {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError || r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r >= 0xfffe && r <= 0xffff {
				return false
			}
			i += n - 1
		case c < ' ' && c != '\n' || c == 0x7f:
			return false
		}
	}
	return true
}

// content goes to the next line that holds something, from a place at which a line starts.
func (p *plainYAML) content() {
	for p.at < len(p.text) {
		p.start, p.line = p.at, p.line+1
		for p.text[p.at] == ' ' {
			p.at++
		}
		if c := p.text[p.at]; c != '\n' && c != '#' {
			p.column = p.at - p.start
			return
		}
		p.at = p.lineEnd() + 1
	}
	p.column = -1
}

// lineEnd is where the line that is read ends.
func (p *plainYAML) lineEnd() int { return p.at + strings.IndexByte(p.text[p.at:], '\n') }

// blanks passes over blanks.
func (p *plainYAML) blanks() {
	for p.text[p.at] == ' ' {
		p.at++
	}
}

// node makes a node that starts at a place of the line.
func (p *plainYAML) node(kind yaml.Kind, tag, value string, at int) *yaml.Node {
	if len(p.room) == 0 {
		p.room = make([]yaml.Node, 128)
	}
	n := &p.room[0]
	p.room = p.room[1:]
	if p.counted < p.start || p.counted > at {
		p.counted, p.characters = p.start, 0
	}
	p.characters += utf8.RuneCountInString(p.text[p.counted:at]) // not from the start of the line, which may hold a list of thousands
	p.counted = at
	n.Kind, n.Tag, n.Value, n.Line, n.Column = kind, tag, value, p.line, p.characters+1
	return n
}

// isItem reports whether an item of a list by indentation starts here.
func (p *plainYAML) isItem() bool { return strings.HasPrefix(p.text[p.at:], "- ") }

// keyEnd is where the key ends that starts here, 0 when none does.
func (p *plainYAML) keyEnd() int {
	i := p.at
	for ascii.Letter(p.text[i]) || i > p.at && (ascii.Digit(p.text[i]) || p.text[i] == '_' || p.text[i] == '-') {
		i++
	}
	if i == p.at || p.text[i] != ':' || p.text[i+1] != ' ' && p.text[i+1] != '\n' {
		return 0
	}
	return i
}

// block reads the list or mapping that starts here.
func (p *plainYAML) block() *yaml.Node {
	if p.isItem() {
		return p.list(p.column)
	}
	return p.mapping(p.column)
}

func (p *plainYAML) list(column int) *yaml.Node {
	n := p.node(yaml.SequenceNode, "!!seq", "", p.at)
	for p.column == column && p.isItem() {
		p.at += 2
		p.blanks()
		p.column = p.at - p.start
		var item *yaml.Node
		if p.keyEnd() > 0 {
			item = p.mapping(p.column)
		} else {
			item = p.scalar(column)
		}
		if item == nil {
			return nil
		}
		n.Content = append(n.Content, item)
	}
	if p.column > column {
		return nil
	}
	return n
}

func (p *plainYAML) mapping(column int) *yaml.Node {
	n := p.node(yaml.MappingNode, "!!map", "", p.at)
	for p.column == column {
		end := p.keyEnd()
		if end == 0 {
			return nil
		}
		key := p.node(yaml.ScalarNode, "!!str", p.text[p.at:end], p.at)
		p.at = end + 1
		p.blanks()
		value := p.value(column)
		if value == nil {
			return nil
		}
		n.Content = append(n.Content, key, value)
	}
	if p.column > column {
		return nil
	}
	return n
}

// value reads what stands behind a key, or below it.
func (p *plainYAML) value(column int) *yaml.Node {
	if c := p.text[p.at]; c != '\n' && c != '#' {
		return p.scalar(column)
	}
	p.at = p.lineEnd() + 1
	switch p.content(); {
	case p.column > column:
		return p.block()
	case p.column == column && p.isItem():
		return p.list(column)
	}
	return nil
}

// scalar reads a text, or a list or mapping on one line, and goes on to the next line. parent is the column of the
// mapping or list that it stands in.
func (p *plainYAML) scalar(parent int) *yaml.Node {
	var n *yaml.Node
	switch p.text[p.at] {
	case '|', '>':
		return p.paragraph(parent)
	case '[':
		n = p.flowList()
	case '{':
		n = p.flowMapping()
	case '\'', '"':
		n = p.quoted(parent)
	default:
		end := p.lineEnd()
		if i := strings.Index(p.text[p.at:end], " #"); i >= 0 {
			end = p.at + i
		}
		n = p.plain(end)
	}
	if n == nil {
		return nil
	}
	before := p.at
	p.blanks()
	if c := p.text[p.at]; c != '\n' && (c != '#' || p.at == before) {
		return nil
	}
	p.at = p.lineEnd() + 1
	if p.content(); p.column > parent {
		return nil // the text goes on
	}
	return n
}

// plain reads a text without quotes up to end.
func (p *plainYAML) plain(end int) *yaml.Node {
	from := p.at
	text := strings.TrimRight(p.text[from:end], " ")
	switch {
	case text == "" || strings.Contains(text, ": ") || strings.HasSuffix(text, ":"):
		return nil
	case text[0] == '-' && len(text) > 1 && ascii.Digit(text[1]):
	case strings.IndexByte("-?:,[]{}#&*!|>'\"%@`", text[0]) >= 0:
		return nil
	}
	p.at = from + len(text)
	tag := "!!str"
	switch text {
	case "~", "null", "Null", "NULL":
		tag = "!!null"
	}
	return p.node(yaml.ScalarNode, tag, text, from)
}

// quoted reads a text in quotes. One in single quotes may go on in further lines, each of which stands for a blank.
func (p *plainYAML) quoted(parent int) *yaml.Node {
	n := p.node(yaml.ScalarNode, "!!str", "", p.at)
	quote := p.text[p.at]
	p.at++
	from := p.at
	var parts []byte // what is read already where the text is not as it stands
	for {
		switch c := p.text[p.at]; {
		case c == '\n':
			if parts = append(parts, strings.TrimRight(p.text[from:p.at], " ")...); quote == '"' || !p.goesOn(parent) {
				return nil
			}
			parts, from = append(parts, ' '), p.at
			continue
		case c == '\\' && quote == '"':
			if e := p.text[p.at+1]; e != '"' && e != '\\' {
				return nil
			}
			parts = append(append(parts, p.text[from:p.at]...), p.text[p.at+1])
			p.at += 2
			from = p.at
			continue
		case c == quote && quote == '\'' && p.text[p.at+1] == '\'':
			parts = append(parts, p.text[from:p.at+1]...)
			p.at += 2
			from = p.at
			continue
		case c == quote:
			n.Value = p.text[from:p.at]
			if parts != nil {
				n.Value = string(append(parts, n.Value...))
			}
			p.at++
			return n
		}
		p.at++
	}
}

// goesOn goes to the next line of a text in quotes.
func (p *plainYAML) goesOn(parent int) bool {
	p.at++
	p.start, p.line = p.at, p.line+1
	if p.at == len(p.text) {
		return false
	}
	p.blanks()
	return p.text[p.at] != '\n' && p.at-p.start > parent
}

// paragraph reads a text in a block, its lines kept (|) or joined (>).
func (p *plainYAML) paragraph(parent int) *yaml.Node {
	n := p.node(yaml.ScalarNode, "!!str", "", p.at)
	between, end := " ", "\n"
	if p.text[p.at] == '|' {
		between = "\n"
	}
	if p.at++; p.text[p.at] == '-' {
		p.at, end = p.at+1, ""
	}
	if p.blanks(); p.text[p.at] != '\n' {
		return nil
	}
	p.at++
	lines := p.lines(parent)
	for i, line := range lines {
		// Lines further to the right, and empty ones, are not joined to the others.
		if between == " " && (line == "" || line[0] == ' ') || i == 0 && line == "" {
			return nil
		}
	}
	if p.content(); len(lines) == 0 || p.column > parent {
		return nil
	}
	n.Value = strings.Join(lines, between) + end
	return n
}

// lines gives the lines of a block without their indentation, which is that of the first, and without the empty ones
// at the end. There are none where the first is not further to the right than parent.
func (p *plainYAML) lines(parent int) (lines []string) {
	indent, last := -1, 0
	for p.at < len(p.text) {
		line := p.text[p.at:p.lineEnd()]
		rest := strings.TrimLeft(line, " ")
		column := len(line) - len(rest)
		if indent < 0 {
			indent = max(column, parent+1)
		}
		switch {
		case rest != "" && column < indent:
			return lines[:last]
		case rest == "" && column > indent: // blanks that count
			return nil
		}
		lines = append(lines, line[min(indent, len(line)):])
		if rest != "" {
			last = len(lines)
		}
		p.at, p.line = p.at+len(line)+1, p.line+1
	}
	return lines[:last]
}

// flowList reads a list on one line, of texts only.
func (p *plainYAML) flowList() *yaml.Node {
	n := p.node(yaml.SequenceNode, "!!seq", "", p.at)
	for p.at++; ; p.at++ {
		item := p.flowText()
		if item == nil {
			return nil
		}
		n.Content = append(n.Content, item)
		switch p.text[p.at] {
		case ']':
			p.at++
			return n
		case ',':
		default:
			return nil
		}
	}
}

// flowMapping reads a mapping on one line, of texts only.
func (p *plainYAML) flowMapping() *yaml.Node {
	n := p.node(yaml.MappingNode, "!!map", "", p.at)
	for p.at++; ; p.at++ {
		p.blanks()
		end := p.keyEnd()
		if end == 0 {
			return nil
		}
		key := p.node(yaml.ScalarNode, "!!str", p.text[p.at:end], p.at)
		p.at = end + 1
		value := p.flowText()
		if value == nil {
			return nil
		}
		n.Content = append(n.Content, key, value)
		switch p.text[p.at] {
		case '}':
			p.at++
			return n
		case ',':
		default:
			return nil
		}
	}
}

// flowText reads a text of a list or mapping on one line, and the blanks around it.
func (p *plainYAML) flowText() *yaml.Node {
	p.blanks()
	var n *yaml.Node
	if c := p.text[p.at]; c == '\'' || c == '"' {
		n = p.quoted(len(p.text)) // which no line goes on with
	} else {
		end := p.at + strings.IndexAny(p.text[p.at:], ",[]{}#\n")
		n = p.plain(end)
	}
	if n != nil {
		p.blanks()
	}
	return n
}
