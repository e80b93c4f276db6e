package ingest

import (
	"bytes"
	"regexp"

	"dwtriage/ingest/ascii"
)

// What stands above a body that was kept with its request, or with the head of its answer: of curl -i, of a tool for requests, of a proxy.
var (
	requestLine = regexp.MustCompile(`^(?:(?:GET|POST|PUT|PATCH|HEAD) \S+(?: HTTP/[\d.]+)?|HTTP/[\d.]+ \d{3}(?: .{0,60})?|\d{3} [A-Z][A-Za-z ]{0,40})$`)
	headerLine  = regexp.MustCompile(`^[A-Za-z][\w-]{0,60}:(?: .*)?$`)
)

// answerHead is how many bytes of b stand before the body of an answer: heads of requests and answers, an empty line behind each. It is 0 where b
// begins with none, or where the body is not in b.
func answerHead(b []byte) int {
	const mostLines = 200
	at, begun := 0, false // a head begins with its request, or with its status
	for range mostLines {
		line, rest, ok := bytes.Cut(b[at:], []byte("\n"))
		if !ok {
			return 0
		}
		switch line = bytes.TrimSuffix(line, []byte("\r")); {
		case begun && len(line) == 0:
			body := len(b) - len(rest) + ascii.Blanks(rest)
			if body < len(b) && (b[body] == '{' || b[body] == '[') && looksJSON(b[body:]) {
				return body
			}
			at, begun = body, false
			continue
		case requestLine.Match(line):
			begun = true
		case !begun || !headerLine.Match(line):
			return 0
		}
		at = len(b) - len(rest)
	}
	return 0
}
