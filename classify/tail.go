package classify

import (
	"bytes"
	"strings"

	"dwtriage/classify/pattern"
	"dwtriage/ingest/ascii"
)

// withoutTail cuts off what programs put behind a sentence: the stack, the XML of the fault, the code and
// the ids of a dialog, an address for help. Where the sentence before a fault says nothing, it is cut out
// of the fault instead.
func withoutTail(s []byte) []byte {
	may := uint8(anywhere) // what a byte may start behind the one before
	for i, c := range s {
		starts := tailStart[c] & may
		if may = atWord | anywhere; pattern.Word(c) {
			may = anywhere
		}
		if starts == 0 {
			continue
		}
		switch c {
		case '(':
			if at := frameBefore(s, i); at > 20 {
				return s[:at]
			}
			if bytes.HasPrefix(s[i:], []byte("(Fault Detail is equal to")) && i > 0 {
				return headOr(s[:i], faultDetail(s[i:]))
			}
		case '-':
			if i > 0 && (bytes.HasPrefix(s[i:], []byte("--- End of")) || bytes.HasPrefix(s[i:], []byte("-- End stack trace --"))) {
				return s[:i]
			}
		case 'a':
			if i > 20 && s[i-1] == ' ' && (bytes.HasPrefix(s[i:], []byte("at Microsoft.")) || bytes.HasPrefix(s[i:], []byte("at System."))) {
				return s[:i-1]
			}
		}
		if i > 0 && !pattern.Word(s[i-1]) || c == 'D' { // .NET joins Detail: to the sentence
			if end := detailsEnd(s[i:]); end != 0 && says(s[:i]) {
				if bytes.HasPrefix(s[i:], []byte("Detail:")) {
					return headOr(s[:i], s[i+len("Detail:"):])
				}
				return s[:i]
			}
		}
	}
	return s
}

// Where a tail may start with a byte.
const (
	atWord   = 1 << iota // behind what belongs to no word
	anywhere             // inside of a word, too
)

// tailStart says of the bytes where a tail starts with them: details, a code, a stack.
var tailStart = func() (t [256]uint8) {
	for _, d := range &details {
		t[d.words[0]] = atWord
	}
	for c := range t {
		if codeStart[c] {
			t[c] = atWord
		}
	}
	t['a'] = atWord
	for _, c := range "(-D" {
		t[c] = anywhere
	}
	return t
}()

// A label stands before what follows a sentence, and says what that is.
type label struct {
	words string
	kind  detail
}

// detailsFrom are the details by their first byte.
var detailsFrom = func() (from [256][]label) {
	for _, d := range &details {
		from[d.words[0]] = append(from[d.words[0]], d)
	}
	return from
}()

// details are the labels of what follows a sentence.
var details = [...]label{
	{"Detail:", fault}, {"ErrorDetails:", anything}, {"Error Details:", anything}, {"HelpLink:", anything}, {"TraceText:", anything}, {"Plugin Trace:", anything},
	{"Activity Id", anything}, {"Activity ID", anything}, {"ActivityId:", anything}, {"Session Id", anything}, {"Session ID", anything}, {"Flow session Id", anything},
	{"Correlation Id", anything}, {"CorrelationId:", anything}, {"Request Id:", anything}, {"For information on troubleshooting", anything},
	{"For more information on troubleshooting", anything}, {"Timestamp:", digits}, {"TimeStamp:", digits}, {"Time:", digits}, {"StackTrace:", anything},
	{"Stack trace:", anything}, {"Stack Trace:", anything}, {"Server stack trace:", anything},
}

type detail uint8

const (
	anything detail = iota // goes on to the end
	digits                 // is one where a digit follows
	fault                  // is one where a fault follows, or nothing
)

// detailsEnd reports whether s starts with details that go on to its end, -1, or with a code behind which
// stands nothing but such details. A code in the middle of a message is no tail: what follows may be the
// sentence.
func detailsEnd(s []byte) int {
	for _, d := range detailsFrom[s[0]] {
		if len(s) < len(d.words) || string(s[:len(d.words)]) != d.words {
			continue
		}
		switch rest := bytes.TrimLeft(s[len(d.words):], " "); d.kind {
		case fault:
			if len(rest) == 0 || rest[0] == '<' {
				return -1
			}
		case digits:
			if len(rest) > 0 && ascii.Digit(rest[0]) {
				return -1
			}
		default:
			return -1
		}
	}
	if n := codeEnd(s); n > 0 {
		if rest := bytes.TrimLeft(s[n:], " .,;:)"); len(rest) == 0 || rest[0] == '<' || detailsEnd(rest) != 0 || bytes.HasPrefix(rest, []byte("at ")) {
			return n
		}
	}
	return 0
}

// headOr is the head of a text, or what stands behind it where the head says nothing by itself.
func headOr(head, behind []byte) []byte {
	h := bytes.TrimRight(head, " .")
	for _, o := range &openers {
		if len(h) >= len(o) && bytes.EqualFold(h[len(h)-len(o):], []byte(o)) && says(behind) {
			return behind
		}
	}
	return head
}

// faultDetail is the message of a fault that .NET prints in parentheses: "(Fault Detail is equal to Exception details:
// ErrorCode: … Message: … TimeStamp: …".
func faultDetail(s []byte) []byte {
	_, message, _ := bytes.Cut(s, []byte(" Message: "))
	return message
}

// What stands before a method in a .NET stack. A word that also joins sentences counts only
// behind a full stop.
var frameWords = [...]string{" at ", " bei ", ". à ", ". in ", ". en ", ". em "}

// frameBefore is where the stack frame starts whose parameters open at s[i]: "at Contoso.Orders.Guard.Check(", in the
// language of the server; -1: it is none. In normal form a frame stands in one line with the message.
func frameBefore(s []byte, i int) int {
	const longest = 400 // bytes of a method's name: a text of brackets would be read once for each of them
	from := max(i-longest, 0)
	method := from + bytes.LastIndexByte(s[from:i], ' ') + 1
	if method == from && from > 0 || !isMethod(s[method:i]) {
		return -1
	}
	for _, w := range frameWords {
		if bytes.HasSuffix(s[:method], []byte(w)) {
			return method - len(w) + strings.IndexByte(w, ' ')
		}
	}
	return -1
}

// startsFrame reports whether s starts with a stack frame, the blank before it included.
func startsFrame(s []byte) bool {
	i := bytes.IndexByte(s, '(')
	return i > 0 && frameBefore(s, i) == 0
}

// isMethod accepts a dotted name as it stands in a stack: Contoso.List`1.<Load>b__3_0.
func isMethod(w []byte) bool {
	for _, c := range w {
		if !pattern.Word(c) && c < 0x80 && strings.IndexByte(".`<>[],+|", c) < 0 {
			return false
		}
	}
	return bytes.IndexByte(w, '.') > 0
}
