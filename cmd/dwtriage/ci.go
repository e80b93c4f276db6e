package main

import (
	"bytes"
	"io"
	"strings"
)

// Pipelines read what a step prints, and do what some lines of it ask for: logging commands of Azure Pipelines ("##vso[…]"
// and "##[…]", anywhere in a line) and workflow commands of GitHub ("::…" at its beginning, "##[…]" anywhere). So there are two
// duties: to print the commands that are ours, and to let nothing that a log, a name or a rule file holds be one.

// ciKinds are the values of --ci.
var ciKinds = []string{"auto", "azure", "github", "none"}

// A ciLog tells a pipeline what it shows beside the log of a step. The zero value tells nobody.
type ciLog struct {
	kind string // azure or github; empty: none
	w    io.Writer
	told map[string]int
}

// ciMost is how many warnings, and how many errors, GitHub shows of a step.
const ciMost = 10

// inPipeline reports whether what is printed may be read for commands.
func (s *session) inPipeline() bool {
	return s.getenv("TF_BUILD") != "" || s.getenv("GITHUB_ACTIONS") != ""
}

// tellPipeline begins to tell what --ci says. Commands go to standard output, where both look for them, but to standard error
// where that has one line of JSON.
func (s *session) tellPipeline(value string, json bool) error {
	if err := oneOf("--ci", value, ciKinds); err != nil {
		return err
	}
	kind := value
	switch {
	case value == "none":
		return nil
	case value != "auto":
	case s.getenv("TF_BUILD") != "":
		kind = "azure"
	case s.getenv("GITHUB_ACTIONS") != "":
		kind = "github"
	default:
		return nil
	}
	s.defuse()
	// What a run says for people may be printed from its file by a later step; data stays what it is.
	w, said := s.stdout, []io.Writer{s.stdout, s.stderr}
	if json {
		w, said = s.stderr, said[1:]
	}
	defuseStreams(true, said...)
	s.ci = ciLog{kind: kind, w: unescaped(w), told: map[string]int{}}
	return nil
}

// on reports whether a pipeline is told.
func (c *ciLog) on() bool { return c.kind != "" }

// issue tells of a warning or an error, in one line, as many of each as are shown.
func (c *ciLog) issue(level, text string) {
	if !c.on() {
		return
	}
	if c.told[level]++; c.told[level] > ciMost {
		return
	}
	text = excerpt(text, 600)
	if c.kind == "azure" {
		c.print("##vso[task.logissue type=" + level + ";]" + azureData(text))
		return
	}
	c.print("::" + level + " title=dwtriage::" + githubData(text))
}

// print hands a command over, past the walls that keep texts from being one.
func (c *ciLog) print(command string) { io.WriteString(c.w, command+"\n") }

// azureData and githubData write a text behind a command. Agents turn these signs back in it.
func azureData(text string) string  { return azureEscapes.Replace(text) }
func githubData(text string) string { return githubEscapes.Replace(text) }

var (
	azureEscapes  = strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A", "]", "%5D", ";", "%3B")
	githubEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
)

// A defuser takes from a text what a pipeline would take for a command: a blank stands before the bracket or the second
// colon of it, in JSON an escape for the bracket. It goes by bytes, and remembers what came before. Both agents search as the
// culture of their machine compares texts, which leaves out marks that show nothing: what is no printable ASCII is no letter
// between others here.
type defuser struct {
	to    io.Writer
	json  bool
	last  []byte // the five letters before, small ones
	prev  byte
	begun bool // something stands in the line already
	colon bool // the first thing in it is a colon, and nothing follows yet
	out   []byte
}

func (d *defuser) Write(p []byte) (int, error) {
	d.out = d.append(d.out[:0], p)
	if _, err := d.to.Write(d.out); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (d *defuser) append(out, p []byte) []byte {
	for _, c := range p {
		switch {
		case c == '[' && d.prev != 0x1b && (bytes.HasSuffix(d.last, []byte("##")) || bytes.HasSuffix(d.last, []byte("##vso"))):
			if d.json {
				out = append(out, `\u005b`...)
			} else {
				out = append(out, " ["...)
			}
		case c == ':' && d.colon && !d.json:
			out = append(out, " :"...)
		default:
			out = append(out, c)
		}
		d.prev = c
		switch {
		case c == '\n' || c == '\r':
			d.begun, d.colon, d.last = false, false, d.last[:0]
		case c > ' ' && c < 0x7f:
			d.colon, d.begun = c == ':' && !d.begun, true
		}
		if c < ' ' || c >= 0x7f {
			continue
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if len(d.last) == 5 {
			d.last = append(d.last[:0], d.last[1:]...)
		}
		d.last = append(d.last, c)
	}
	return out
}

// harmlessJSON is JSON that says the same, and which no pipeline takes for a command.
func (s *session) harmlessJSON(document []byte) []byte {
	if !s.defused {
		return document
	}
	return (&defuser{json: true}).append(nil, document)
}
