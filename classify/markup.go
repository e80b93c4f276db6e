package classify

import (
	"bytes"

	"dwtriage/classify/pattern"
)

// inJSON is the message of a JSON object, which may stand behind other words: what ends a message there is no
// longer written differently from a quote inside of it, for normal form undoes escapes. Where the first message
// says nothing, one behind it may ("An error has occurred", and an inner error). An object without a message
// that is all there is gives its value of most words.
func inJSON(s []byte) []byte {
	at := bytes.IndexByte(s, '{')
	if at < 0 || at+1 == len(s) || s[at+1] != '"' && !bytes.HasPrefix(s[at+1:], []byte(` "`)) {
		return s
	}
	first, longest, blanks := s, s, 1
	for rest := s[at+1:]; ; {
		key, value, behind := nextMember(rest)
		if value == nil {
			break
		}
		if rest = behind; !says(value) {
			continue
		}
		if isMessageKey(key) {
			if openerEnd(value) < len(value) {
				return value
			}
			if len(first) == len(s) {
				first = value
			}
		}
		if n := bytes.Count(value, []byte(" ")); n > blanks {
			longest, blanks = value, n
		}
	}
	if at == 0 && len(first) == len(s) {
		return longest
	}
	return first
}

// nextMember is the next member whose value is a text, and what follows it; a nil value says that there is
// none.
func nextMember(s []byte) (key, value, behind []byte) {
	for {
		i := bytes.IndexByte(s, ':')
		if i < 0 {
			return nil, nil, nil
		}
		key = bytes.TrimRight(s[:i], " ")
		s = bytes.TrimLeft(s[i+1:], " ")
		if len(key) < 2 || key[len(key)-1] != '"' {
			continue
		}
		if bytes.HasPrefix(s, []byte("{")) { // "message":{"lang":"en-US","value":"…"}
			if j := bytes.Index(s, []byte(`"value":`)); j > 0 && j < 60 {
				s = bytes.TrimLeft(s[j+len(`"value":`):], " ")
			}
		}
		if len(s) > 0 && s[0] == '"' {
			n := valueEnd(s[1:])
			return key, s[1 : 1+n], s[1+n:]
		}
	}
}

// isMessageKey reports whether key ends with a key, in quotes, whose value is a message for people: "message",
// "errorMessage", "@Microsoft.PowerApps.CDS.InnerError.Message", "RecordError0".
func isMessageKey(key []byte) bool {
	key = key[:len(key)-1]
	key = key[bytes.LastIndexByte(key, '"')+1:]
	if n := len(key) - len("message"); n >= 0 && bytes.EqualFold(key[n:], []byte("message")) {
		return true
	}
	number, ok := bytes.CutPrefix(key, []byte("RecordError"))
	return ok && len(number) > 0 || string(key) == "error_description"
}

// valueEnd is where the string that s starts in ends: at a quote behind which the object goes on or ends.
func valueEnd(s []byte) int {
	for i := 0; ; {
		n := bytes.IndexByte(s[i:], '"')
		if n < 0 {
			return len(s)
		}
		i += n
		rest := bytes.TrimLeft(s[i+1:], " ")
		if len(rest) == 0 || rest[0] == '}' || rest[0] == ']' || rest[0] == ',' && startsKey(rest[1:]) {
			return i
		}
		i++
	}
}

// startsKey reports whether s starts with a key in quotes and a colon.
func startsKey(s []byte) bool {
	s = bytes.TrimLeft(s, " ")
	if len(s) == 0 || s[0] != '"' {
		return false
	}
	n := 1
	for n < len(s) && (pattern.Word(s[n]) || s[n] == '.' || s[n] == '@') {
		n++
	}
	if n == 1 || n == len(s) || s[n] != '"' {
		return false
	}
	s = bytes.TrimLeft(s[n+1:], " ")
	return len(s) > 0 && s[0] == ':'
}

// messageElements are the elements of XML that hold a message, of Dataverse's faults and of SOAP.
var messageElements = [...]string{"Message", "faultstring", "Text", "message"}

// inXML is the message of a fault. Where the first message says nothing, the one of an inner fault may.
func inXML(s []byte) []byte {
	if len(s) == 0 || s[0] != '<' {
		return s
	}
	for _, name := range &messageElements {
		first := s
		for rest := s; ; {
			var value []byte
			if value, rest = nextElement(rest, name); value == nil {
				break
			}
			if !says(value) {
				continue
			}
			if openerEnd(value) < len(value) {
				return value
			}
			if len(first) == len(s) {
				first = value
			}
		}
		if len(first) < len(s) {
			return first
		}
	}
	return s
}

// nextElement is the text of the next element with this name, whatever its prefix, and what follows it; nil
// without one. It need not be closed: faults are cut off.
func nextElement(s []byte, name string) (text, behind []byte) {
	for {
		i := bytes.Index(s, []byte(name))
		if i < 0 {
			return nil, nil
		}
		start := i > 0 && (s[i-1] == '<' || s[i-1] == ':')
		s = s[i+len(name):]
		if !start || len(s) == 0 || s[0] != '>' && s[0] != ' ' {
			continue
		}
		end := bytes.IndexByte(s, '>')
		if end < 0 || end > 0 && s[end-1] == '/' {
			continue
		}
		s = s[end+1:]
		if end = bytes.Index(s, []byte("</")); end < 0 {
			return s, nil
		}
		return s[:end], s[end:]
	}
}
