//go:build cgo

package main

import (
	"io"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"

	"dwtriage/ingest/words"
)

// A panel is a text for people at a terminal: lines are broken between words where it is as wide as the terminal, and what
// matters has a color. Widths are those of a terminal, where a Chinese character takes two columns.
type panel struct {
	width int  // columns; 0: no line is broken
	color bool // SGR sequences are understood
	b     strings.Builder
}

// A span is a part of a line. Its words are its texts between blanks.
type span struct {
	text  string
	style string // of SGR; empty: none
	whole bool   // a path or an id, to be copied: it is never cut, and one word
}

// Styles of SGR. The eight colors are those of the user's own scheme, so they can be read on any ground.
const (
	bold   = "1"
	red    = "31"
	yellow = "33"
	cyan   = "36"
	dim    = "2"
)

// severityStyles are the colors of severities; the word is always there, so they say nothing alone.
var severityStyles = map[string]string{"critical": bold + ";" + red, "high": red, "medium": yellow, "low": cyan}

func checkColor(value string) error {
	return oneOf("--color", value, []string{"auto", "always", "never"})
}

// panelFor is a panel as a stream can show it. What --color says wins over the environment, and COLUMNS over what the
// terminal says of itself, as it does for other programs. A file or a pipe without COLUMNS has lines of any length: what
// searches them finds a sentence in one line.
func (s *session) panelFor(w io.Writer, color string) *panel {
	p := &panel{color: color == "always" || color == "auto" && isTerminal(w) && s.getenv("NO_COLOR") == "" && s.obeysSequences()}
	if n, err := strconv.Atoi(s.getenv("COLUMNS")); err == nil && n > 0 {
		p.width = n
	} else if f, ok := unescaped(w).(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			p.width = n
		}
	}
	if p.width > 0 {
		p.width = max(p.width, leastWidth)
	}
	return p
}

// leastWidth is how narrow a panel gets. What is narrower is no place to read.
const leastWidth = 40

// obeysSequences reports whether a terminal of this user takes sequences for what they are. The console of older Windows prints them.
func (s *session) obeysSequences() bool {
	kind := s.getenv("TERM")
	return kind != "dumb" && (kind != "" || runtime.GOOS != "windows" || s.getenv("WT_SESSION") != "")
}

// print hands the panel over.
func (p *panel) print(w io.Writer) error {
	text := []byte(p.b.String())
	if e, ok := w.(*escaping); ok {
		return e.styled(text)
	}
	_, err := w.Write(text)
	return err
}

// logPanel writes a panel into the log, a line for each of its own.
func (s *session) logPanel(fill func(*panel)) {
	if s.log == nil {
		return
	}
	var p panel
	fill(&p)
	_ = p.print(s.log) // says itself what is wrong
}

// heading begins a part of the panel.
func (p *panel) heading(text string) {
	p.b.WriteByte('\n')
	p.line("", span{text: text, style: bold})
}

// line appends spans with a blank between them, the first line behind lead and the others as deep as it is wide.
func (p *panel) line(lead string, spans ...span) { p.hung(lead, blanks(width(lead)), spans...) }

// hung is line with an indent of its own for the second line on.
func (p *panel) hung(lead, indent string, spans ...span) {
	p.b.WriteString(lead)
	p.hungAt(width(sequence.ReplaceAllString(lead, "")), indent, spans...)
}

// hungAt is hung behind what stands already in the first at columns of a line.
func (p *panel) hungAt(at int, indent string, spans ...span) {
	empty, style := true, ""
	paint := func(next string) {
		if p.color && style != next {
			if style != "" {
				p.b.WriteString("\x1b[0m")
			}
			if style = next; style != "" {
				p.b.WriteString("\x1b[" + style + "m")
			}
		}
	}
	for _, s := range spans {
		list := []string{words.OneLine(s.text)}
		if p.width > 0 && !s.whole {
			list = strings.Fields(list[0])
		}
		for _, word := range list {
			if most := p.width - len(indent); p.width > 0 && !s.whole && width(word) > most {
				word = cutWord(word, most)
			}
			n := width(word)
			switch {
			case empty && p.fits(at+n):
			case empty || !p.fits(at+1+n):
				if paint(""); at > len(indent) {
					p.b.WriteString("\n" + indent)
				}
				at = len(indent)
			default:
				if s.style != style {
					paint("")
				}
				p.b.WriteByte(' ')
				at++
			}
			paint(s.style)
			p.b.WriteString(word)
			at, empty = at+n, false
		}
	}
	paint("")
	p.b.WriteByte('\n')
}

// sequence is what styled puts around a text.
var sequence = regexp.MustCompile("\x1b\\[[0-9;]*m")

func (p *panel) styled(text, style string) string {
	if !p.color || style == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// fits reports whether a line of n columns does.
func (p *panel) fits(n int) bool { return p.width == 0 || n <= p.width }

func width(text string) int { return uniseg.StringWidth(text) }

func blanks(n int) string { return strings.Repeat(" ", n) }

// padded is text with blanks behind it up to n columns.
func padded(text string, n int) string { return text + blanks(max(n-width(text), 0)) }

// cutWord shortens a word without blanks, which no line can hold, to most columns, between what is seen as characters.
func cutWord(word string, most int) string {
	var b strings.Builder
	at, state := 0, -1
	for rest := word; rest != ""; {
		var cluster string
		var n int
		cluster, rest, n, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if at += n; at >= most {
			break
		}
		b.WriteString(cluster)
	}
	return b.String() + "…"
}
